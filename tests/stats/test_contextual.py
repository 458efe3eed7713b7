"""Contextual comparison: methodology T5.2, metafor, statsmodels, hand-made schools."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.stats.contextual import (
    contextual_effects,
    fit_meta_regression,
    probability_above,
    studentised_residuals,
)

NOTHING = float("nan")
# Methodology T5.2: context index and result of five schools.
INDEX = np.array([[0.0], [38], [51], [82], [100]])
RESULT = np.array([52.0, 61, 58, 66, 70])


def test_published_line():
    fit = fit_meta_regression(RESULT, np.ones(5), INDEX, min_schools=3)
    assert fit.coefficients == pytest.approx([52.05351, 0.172444], abs=6e-6)
    found = contextual_effects(RESULT, np.ones(5), INDEX, fit.coefficients, fit.tau2)
    assert found.residual == pytest.approx([-0.054, 2.394, -2.848, -0.194, 0.702], abs=6e-4)
    # by hand from those residuals: 1 − 14.376/195.2
    assert fit.r_squared == pytest.approx(0.92635, abs=2e-5)
    assert fit.n_schools == 5


def test_equal_errors_leave_the_rest_to_tau2():
    # REML with equal errors: s² of the residuals (n − p) minus the sampling variance
    residual = np.array([-0.054, 2.394, -2.848, -0.194, 0.702])
    fit = fit_meta_regression(RESULT, np.full(5, 0.5), INDEX, min_schools=3)
    assert fit.tau2 == pytest.approx(np.sum(residual**2) / 3 - 0.25, abs=2e-3)


# Colditz et al. (1994), thirteen BCG vaccine trials: infected and not, vaccinated and control,
# latitude, year. Published by the R package metafor as dat.bcg.
BCG = np.array(
    [
        [4, 119, 11, 128, 44, 1948],
        [6, 300, 29, 274, 55, 1949],
        [3, 228, 11, 209, 42, 1960],
        [62, 13536, 248, 12619, 52, 1977],
        [33, 5036, 47, 5761, 13, 1973],
        [180, 1361, 372, 1079, 44, 1953],
        [8, 2537, 10, 619, 19, 1973],
        [505, 87886, 499, 87892, 13, 1980],
        [29, 7470, 45, 7232, 27, 1968],
        [17, 1699, 65, 1600, 42, 1961],
        [186, 50448, 141, 27197, 18, 1974],
        [5, 2493, 3, 2338, 33, 1969],
        [27, 16886, 29, 17825, 33, 1976],
    ],
    dtype=float,
)


def bcg():
    """Log risk ratios and their errors."""
    a, b, c, d = BCG[:, :4].T
    y = np.log(a / (a + b)) - np.log(c / (c + d))
    return y, np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def test_random_effects_published():
    # metafor, rma(yi, vi): tau^2 0.3132, estimate -0.7145 (SE 0.1798)
    fit = fit_meta_regression(*bcg(), np.empty((13, 0)), min_schools=3)
    assert fit.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert fit.coefficients == pytest.approx([-0.7145], abs=5e-5)
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(0.1798, abs=5e-5)


def test_meta_regression_published():
    # metafor, rma(yi, vi, mods = ~ ablat + year): tau^2 0.1108;
    # -3.5455 (29.0959), -0.0280 (0.0102), 0.0019 (0.0147)
    fit = fit_meta_regression(*bcg(), BCG[:, 4:], min_schools=3)
    assert fit.tau2 == pytest.approx(0.1108, abs=5e-5)
    # their search stops at a step of 1e-5, which moves the intercept and its error by 1e-4
    assert fit.coefficients == pytest.approx([-3.5455, -0.0280, 0.0019], rel=1e-4, abs=6e-5)
    errors = np.sqrt(np.diag(fit.covariance))
    assert errors == pytest.approx([29.0959, 0.0102, 0.0147], rel=1e-4, abs=6e-5)


def test_collinear_and_constant_columns_are_left_out_and_named():
    y, se = bcg()
    latitude = BCG[:, [4]]
    alone = fit_meta_regression(y, se, latitude, min_schools=3)
    crowded = np.hstack([np.full((13, 1), 7.0), latitude, 3 * latitude - 1e5])
    fit = fit_meta_regression(y, se, crowded, min_schools=3)
    assert fit.is_used.tolist() == [True, False, True, False]
    assert fit.coefficients[[0, 2]] == pytest.approx(alone.coefficients)
    assert fit.coefficients[[1, 3]].tolist() == [0, 0]
    assert fit.tau2 == pytest.approx(alone.tau2)
    expected = contextual_effects(y, se, crowded, fit.coefficients, fit.tau2).expected
    assert expected == pytest.approx(
        contextual_effects(y, se, latitude, alone.coefficients, alone.tau2).expected
    )
    # a gap in a column that is not used costs nothing
    crowded[0, 0] = NOTHING
    again = contextual_effects(y, se, crowded, fit.coefficients, fit.tau2)
    assert again.expected == pytest.approx(expected)


@pytest.mark.parametrize("k", [0, 1, 2])
def test_too_few_schools_take_the_given_slopes(k):
    y, se, context = RESULT[:k], np.ones(k), INDEX[:k]
    fit = fit_meta_regression(y, se, context, min_schools=3)
    assert np.isnan(fit.coefficients).all()
    assert np.isnan(fit.tau2)
    assert fit.n_schools == k
    given_slopes = contextual_effects(y, se, context, [52.0, 0.2], 3.0)
    assert given_slopes.residual == pytest.approx(y - 52 - 0.2 * context[:, 0])
    # B = 3 / (3 + 1), posterior sd sqrt(3 · 1/4)
    assert given_slopes.effect == pytest.approx(0.75 * given_slopes.residual)
    assert given_slopes.effect_sd == pytest.approx(np.full(k, np.sqrt(0.75)))


def test_as_many_coefficients_as_schools_are_no_fit():
    fit = fit_meta_regression([1, 2], [1, 1], [[0], [1]], min_schools=2)
    assert np.isnan(fit.coefficients).all()
    assert fit.n_schools == 2


def test_unknown_errors_are_missing_not_infinite():
    y, se = np.append(RESULT, [99.0, 99.0, NOTHING]), np.array([1.0] * 5 + [0, NOTHING, 1])
    context = np.vstack([INDEX, [[50], [50], [50]]])
    fit = fit_meta_regression(y, se, context, min_schools=3)
    assert fit.n_schools == 5
    assert fit.coefficients == pytest.approx([52.05351, 0.172444], abs=6e-6)
    found = contextual_effects(y, se, context, fit.coefficients, fit.tau2)
    assert np.isnan(found.z[5:]).all()
    assert np.isnan(found.effect[5:]).all()
    assert np.isnan(found.effect_sd[5:]).all()
    # the residual itself is a fact where result and context are known
    assert found.residual[5:7] == pytest.approx([99 - 52.05351 - 8.6222] * 2, abs=1e-3)
    assert np.isnan(found.residual[7])


def test_schools_without_context_have_no_expected_value():
    found = contextual_effects([60.0], [1.0], [[NOTHING]], [50.0, 1.0], 1.0)
    assert np.isnan([found.expected[0], found.effect[0], found.effect_sd[0], found.z[0]]).all()


def test_schools_that_do_not_differ():
    fit = fit_meta_regression(np.full(6, 4.0), np.ones(6), np.arange(6.0)[:, None], min_schools=3)
    assert fit.tau2 == 0
    assert fit.coefficients == pytest.approx([4, 0], abs=1e-12)
    assert np.isnan(fit.r_squared) or fit.r_squared == pytest.approx(0, abs=1e-9)
    found = contextual_effects([5.0], [1.0], [[0.0]], fit.coefficients, fit.tau2)
    assert (found.effect[0], found.effect_sd[0]) == (0, 0)
    # nobody's effect exceeds a margin when there are no effects
    assert probability_above(found.effect, found.effect_sd, 0.25)[0] == 0


def test_probability_above_by_hand():
    # standard normal: P(Z > 1) = .158655, P(Z > −2) = .977250
    found = probability_above([0.0, 3.0, NOTHING, 1.0], [1.0, 1.0, 1.0, 0.0], 1.0)
    assert found[:2] == pytest.approx([0.158655, 0.977250], abs=1e-6)
    assert np.isnan(found[2])
    assert found[3] == 0
    assert np.isnan(probability_above([NOTHING], [0.0], 1.0)[0])


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(0.3, 3), st.integers(-4, 4)), min_size=4, max_size=12
    ),
    st.floats(-50, 50),
    st.floats(0.5, 20),
)
def test_shift_and_scale_of_results(rows, shift, scale):
    y, se, x = np.array(rows).T
    fit = fit_meta_regression(y, se, x[:, None], min_schools=4)
    moved = fit_meta_regression(shift + scale * y, scale * se, x[:, None], min_schools=4)
    assert moved.tau2 == pytest.approx(scale**2 * fit.tau2, rel=1e-3, abs=1e-4 * scale**2)
    assert moved.coefficients[1] == pytest.approx(
        scale * fit.coefficients[1], rel=1e-3, abs=1e-3 * scale
    )
    assert fit.tau2 >= 0


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.floats(-5, 5), st.floats(0.3, 3), st.integers(-4, 4)), min_size=4, max_size=12
    )
)
def test_no_other_variance_is_more_likely(rows):
    y, se, x = np.array(rows).T
    fit = fit_meta_regression(y, se, x[:, None], min_schools=4)
    design = np.column_stack([np.ones(len(y)), x])[:, fit.is_used]

    def minus_reml(tau2):
        inverse = np.diag(1 / (se**2 + tau2))
        gram = design.T @ inverse @ design
        r = y - design @ np.linalg.solve(gram, design.T @ inverse @ y)
        return np.sum(np.log(se**2 + tau2)) + np.linalg.slogdet(gram)[1] + r @ inverse @ r

    found = minus_reml(fit.tau2)
    assert all(found <= minus_reml(t) + 1e-8 for t in np.linspace(0, 50, 200))


# Brownlee's stack loss data, observations 1, 4 and 21: printed by statsmodels 0.15
# (OLS influence); the same quantity as rstudent() and hatvalues() of R.
def test_studentised_residuals_of_the_stack_loss_data():
    data = sm.datasets.stackloss.load_pandas()
    y, x = data.endog.to_numpy(), data.exog.to_numpy()
    leverage, studentised = studentised_residuals(y, x, np.ones(21))
    assert studentised[[0, 3, 20]] == pytest.approx([1.20947, 2.05180, -3.33049], abs=6e-6)
    assert leverage[[0, 16]] == pytest.approx([0.30156, 0.41212], abs=6e-6)


def test_weighted_studentised_residuals_agree_with_statsmodels():
    rng = np.random.default_rng(3)
    y, x, w = rng.normal(size=15), rng.normal(size=(15, 2)), rng.integers(1, 30, size=15)
    root = np.sqrt(w)
    influence = sm.OLS(y * root, sm.add_constant(x) * root[:, None]).fit().get_influence()
    leverage, studentised = studentised_residuals(y, x, w)
    assert studentised == pytest.approx(influence.resid_studentized_external)
    assert leverage == pytest.approx(influence.hat_matrix_diag)


def test_studentised_residuals_that_cannot_be():
    # the last school alone has the second property: it fixes its own expected value
    x = [[0, 0], [1, 0], [2, 0], [3, 0], [4, 1]]
    leverage, studentised = studentised_residuals([0, 1, 3, 2, 9], x, np.ones(5))
    assert leverage[4] == pytest.approx(1)
    assert np.isnan(studentised[4])
    assert leverage.sum() == pytest.approx(3)
    # three schools and a line leave no degree of freedom without the school itself
    assert np.isnan(studentised_residuals([0, 1, 3], [[0], [1], [2]], np.ones(3))[1]).all()
    # all on one line
    assert np.isnan(
        studentised_residuals(np.arange(5.0), np.arange(5.0)[:, None], [1] * 5)[1]
    ).all()
    assert np.isnan(studentised_residuals([1, 2], [[0], [1]], [0, NOTHING])[0]).all()
    assert studentised_residuals([], np.empty((0, 1)), [])[0].shape == (0,)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fit_meta_regression([1, 2], [1], [[1], [2]], min_schools=1),
        lambda: fit_meta_regression([1, 2], [1, 1], [1, 2], min_schools=1),
        lambda: contextual_effects([1], [1], [[1]], [1], 1.0),
        lambda: contextual_effects([1], [1], [[1]], [1, 1], -1.0),
        lambda: probability_above([1], [-1], 0.0),
        lambda: studentised_residuals([1], [[1]], [1, 1]),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
