"""Composite index: methodology T5.1, published reliability, hand-made tables, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.pca import PCA

from shnor_analysis.stats.composite import (
    Reference,
    component_weights,
    composite_index,
    cronbach_alpha,
    directed_z,
    leave_one_out_overlap,
    mcdonald_omega,
    reference_of,
    rescale,
    ridge_weights,
)

NOTHING = float("nan")
# Methodology T5.1: higher education (+), incomplete families, unemployed, register (−).
T51 = np.array(
    [
        [0.10, 0.35, 0.20, 0.08],
        [0.25, 0.30, 0.12, 0.05],
        [0.40, 0.28, 0.10, 0.04],
        [0.60, 0.20, 0.05, 0.02],
        [0.75, 0.15, 0.02, 0.01],
    ]
)
DIRECTION = [1, -1, -1, -1]


def t51_scores():
    return directed_z(T51, reference_of(T51), DIRECTION, cap=3)


def test_published_index():
    found = composite_index(t51_scores(), [1, 1, 1, 1], required_weight=0.7)
    assert found.index == pytest.approx([-1.4889, -0.5259, -0.1131, 0.7852, 1.3428], abs=5e-5)
    scaled, is_clipped = rescale(found.index, found.index.min(), found.index.max())
    assert scaled == pytest.approx([0, 34.01, 48.59, 80.31, 100], abs=5e-3)
    assert not is_clipped.any()
    assert found.is_used.all()


def test_a_missing_indicator_is_not_the_mean_and_not_zero():
    z = [[-2.0, -1.0, NOTHING], [NOTHING, -1.0, NOTHING], [0.0, 0.0, 0.0]]
    found = composite_index(z, [2, 1, 1], required_weight=0.7)
    # by hand: (2·(−2) + 1·(−1)) / 3; one quarter of the weight is too little
    assert found.index[0] == pytest.approx(-5 / 3)
    assert np.isnan(found.index[1])
    assert found.known_weight.tolist() == [0.75, 0.25, 1.0]


@pytest.mark.parametrize("weight", [0.1, 1.0, 3.7])
def test_exactly_the_required_share_is_enough(weight):
    row = np.array([[1.0] * 7 + [NOTHING] * 3, [1.0] * 10])
    assert composite_index(row, [weight] * 10, required_weight=0.7).index[0] == pytest.approx(1.0)
    row[0, 6] = NOTHING
    assert np.isnan(composite_index(row, [weight] * 10, required_weight=0.7).index[0])


def test_a_constant_indicator_is_dropped_and_named():
    values = np.column_stack([[0.1, 0.3, 0.5], [0.1, 0.1, 0.1], [NOTHING] * 3])
    reference = reference_of(values)
    assert reference.sd[1] == 0
    assert np.isnan(reference.sd[2])
    z = directed_z(values, reference, [1, 1, 1], cap=3)
    found = composite_index(z, [1, 1, 1], required_weight=0.7)
    assert found.is_used.tolist() == [True, False, False]
    # sd of .1, .3, .5 is .2·sqrt(2/3)
    assert found.index == pytest.approx([-np.sqrt(1.5), 0, np.sqrt(1.5)])
    assert np.isfinite(z[:, 0]).all()


def test_the_reference_is_given_and_outliers_are_capped():
    fixed = Reference(np.array([0.2]), np.array([0.1]))
    z = directed_z([[0.2], [0.3], [0.9], [NOTHING]], fixed, [-1], cap=3)
    assert z[:3, 0] == pytest.approx([0, -1, -3])
    assert np.isnan(z[3, 0])


tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(
        st.lists(st.one_of(st.just(NOTHING), st.floats(-3, 3)), min_size=k, max_size=k),
        min_size=1,
        max_size=8,
    )
)


@settings(max_examples=60)
@given(tables, st.floats(0.1, 10))
def test_the_index_lies_among_its_indicators_and_scales_cancel(rows, factor):
    z = np.array(rows)
    weights = np.arange(1.0, z.shape[1] + 1)
    found = composite_index(z, weights, required_weight=0.5)
    scaled = composite_index(z, weights * factor, required_weight=0.5)
    assert scaled.index == pytest.approx(found.index, nan_ok=True)
    for row, value in zip(z, found.index, strict=True):
        if not np.isnan(value):
            assert np.nanmin(row) - 1e-9 <= value <= np.nanmax(row) + 1e-9
    backwards = composite_index(z[::-1], weights, required_weight=0.5).index[::-1]
    assert backwards == pytest.approx(found.index, nan_ok=True)


def test_no_schools_one_school_no_spread():
    assert composite_index(np.empty((0, 2)), [1, 1], required_weight=0.7).index.shape == (0,)
    assert np.isnan(reference_of(np.empty((0, 2))).mean).all()
    one = reference_of([[0.3, 0.4]])
    assert one.sd.tolist() == [0, 0]
    z = directed_z([[0.3, 0.4]], one, [1, 1], cap=3)
    found = composite_index(z, [1, 1], required_weight=0.7)
    assert np.isnan(found.index[0])
    assert not found.is_used.any()
    assert found.known_weight.tolist() == [0.0]


def test_rescaling_a_new_year_is_clipped_and_says_so():
    scaled, is_clipped = rescale([-1.5, 1.0, NOTHING], -1.0, 1.0)
    assert scaled[:2].tolist() == [0, 100]
    assert np.isnan(scaled[2])
    assert is_clipped.tolist() == [True, False, False]
    assert np.isnan(rescale([0.5, 0.5], 0.5, 0.5)[0]).all()


# Bock & Lieberman (1970), LSAT section 6: how many of 1000 gave each answer pattern.
LSAT = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3,
    "00111": 4, "01000": 1, "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15,
    "10000": 10, "10001": 29, "10010": 14, "10011": 81, "10100": 3, "10101": 28, "10110": 15,
    "10111": 80, "11000": 16, "11001": 56, "11010": 21, "11011": 173, "11100": 11, "11101": 61,
    "11110": 28, "11111": 298,
}  # fmt: skip


def lsat():
    patterns = np.array([[int(c) for c in pattern] for pattern in LSAT], dtype=float)
    return np.repeat(patterns, list(LSAT.values()), axis=0)


def test_alpha_published():
    # R package ltm, cronbach.alpha(LSAT): 0.295
    assert len(lsat()) == 1000
    assert cronbach_alpha(lsat()) == pytest.approx(0.295, abs=5e-4)


def test_alpha_by_hand():
    # items (1,2,3), (1,2,3): sum 2,4,6, variance 4: 2·(1 − 2/4) = 1
    assert cronbach_alpha([[1, 1], [2, 2], [3, 3]]) == pytest.approx(1.0)
    # items (1,2,3), (1,3,2): covariance ½, sum variance 3: 2·(1 − 2/3)
    assert cronbach_alpha([[1, 1], [2, 3], [3, 2]]) == pytest.approx(2 / 3)
    # a constant item and a school with a gap change nothing
    padded = [[1, 1, 5], [2, 3, 5], [3, 2, 5], [NOTHING, 9, 5]]
    assert cronbach_alpha(padded) == pytest.approx(2 / 3)
    # opposite items: the sum never varies
    assert np.isnan(cronbach_alpha([[1, 3], [2, 2], [3, 1]]))


@pytest.mark.parametrize(
    "values", [np.empty((0, 3)), [[1, 2, 3]], [[1], [2]], [[1, 1, 1], [1, 1, 1]], [[NOTHING] * 3]]
)
def test_no_reliability_of_nothing(values):
    assert np.isnan(cronbach_alpha(values))
    assert np.isnan(mcdonald_omega(values))


def rows_with_correlation(correlation, n=40):
    """Rows whose sample correlations are exactly these."""
    noise = np.random.default_rng(5).normal(size=(n, len(correlation)))
    exact = np.linalg.qr(noise - noise.mean(axis=0))[0]
    return exact @ np.linalg.cholesky(np.array(correlation)).T


def test_omega_by_hand():
    # three indicators: l1 = sqrt(r12·r13/r23) …; .56, .48, .42 are .8·.7, .8·.6, .7·.6
    rows = rows_with_correlation([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
    common = (0.8 + 0.7 + 0.6) ** 2
    expected = common / (common + 0.36 + 0.51 + 0.64)
    assert mcdonald_omega(rows) == pytest.approx(expected, abs=1e-6)
    # equal loadings: omega is alpha, k·r / (1 + (k − 1)·r)
    equal = rows_with_correlation(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    assert mcdonald_omega(equal) == pytest.approx(4 * 0.5 / 2.5, abs=1e-6)
    assert mcdonald_omega(equal * [1, 10, 100, 0.1]) == pytest.approx(0.8, abs=1e-6)
    assert cronbach_alpha(equal) == pytest.approx(0.8)


def test_omega_is_missing_where_one_factor_cannot_be():
    # r12·r13/r23 = 4.5 > 1: no loading is possible
    rows = rows_with_correlation([[1, 0.9, 0.5], [0.9, 1, 0.1], [0.5, 0.1, 1]])
    assert np.isnan(mcdonald_omega(rows))
    assert np.isnan(mcdonald_omega(np.tile(np.arange(6.0)[:, None], 3)))


def test_component_weights_by_hand():
    # r = .6 between two: loadings equal, first share (1 + r)/2
    found = component_weights(rows_with_correlation([[1, 0.6], [0.6, 1]]), anchor=1)
    assert found.weights == pytest.approx([0.5, 0.5])
    assert found.explained == pytest.approx(0.8)
    # against each other: the anchor keeps its sign, the other is cut and shown
    against = component_weights(rows_with_correlation([[1, -0.6], [-0.6, 1]]), anchor=1)
    assert against.weights == pytest.approx([0, 1])
    assert against.coefficients == pytest.approx([-np.sqrt(0.5), np.sqrt(0.5)])


def test_component_weights_agree_with_statsmodels():
    z = np.array(t51_scores())
    expected = PCA(z, ncomp=1, standardize=True)
    loading = expected.eigenvecs[:, 0]
    found = component_weights(z, anchor=0)
    assert found.coefficients == pytest.approx(loading * np.sign(loading[0]))
    assert found.explained == pytest.approx(expected.rsquare[1])
    assert found.n_schools == 5
    assert found.weights.sum() == pytest.approx(1)


def test_ridge_weights_by_hand():
    # uncorrelated indicators: slopes are the correlations / (1 + penalty)
    rows = rows_with_correlation([[1, 0, 0.6], [0, 1, -0.3], [0.6, -0.3, 1]])
    found = ridge_weights(rows[:, :2], rows[:, 2], penalty=0.5)
    assert found.coefficients == pytest.approx([0.6 / 1.5, -0.3 / 1.5])
    # the second contradicts its direction: no weight
    assert found.weights == pytest.approx([1, 0])
    # without a penalty, the share explained is the sum of squared correlations
    plain = ridge_weights(rows[:, :2], rows[:, 2], penalty=0.0)
    assert plain.explained == pytest.approx(0.36 + 0.09)
    # two copies of one indicator share its weight, even without a penalty
    doubled = ridge_weights(rows[:, [0, 0]], rows[:, 2], penalty=0.0)
    assert doubled.weights == pytest.approx([0.5, 0.5])


def test_no_weights_from_nothing():
    for found in (
        component_weights([[1.0, 2.0], [2.0, 1.0]], anchor=0),
        component_weights([[1.0, 2.0], [1.0, 1.0], [1.0, 3.0]], anchor=0),
        component_weights(np.full((4, 2), np.nan), anchor=0),
        ridge_weights([[1.0], [2.0], [3.0]], [5, 5, 5], penalty=1.0),
        ridge_weights([[1.0], [1.0], [1.0]], [1, 2, 3], penalty=1.0),
        ridge_weights([[1.0], [2.0], [3.0]], [1, NOTHING, 3], penalty=1.0),
    ):
        assert np.isnan(found.weights).all()
        assert np.isnan(found.explained)
    # the only indicator contradicts the result
    assert np.isnan(ridge_weights([[1.0], [2.0], [3.0]], [3, 2, 1], penalty=1.0).weights).all()


def test_an_empty_indicator_gets_no_weight_and_costs_no_school():
    z = np.column_stack([t51_scores(), np.full(5, np.nan)])
    found = component_weights(z, anchor=0)
    assert found.n_schools == 5
    assert found.weights[4] == 0
    assert np.isnan(found.coefficients[4])


def test_leaving_an_indicator_out_by_hand():
    # sums −1, −1, 0, 2: the lowest quarter is the two first (tie); without the first indicator
    # the third is lowest, without the second the first; the third column weighs nothing
    z = [[-2, 1, 9], [-1, 0, -9], [1, -1, 0], [2, 0, 0]]
    found = leave_one_out_overlap(z, [1, 1, 0], required_weight=0.7, flagged_share=0.25)
    assert found.tolist() == [0.0, 0.5, 1.0]
    alone = leave_one_out_overlap([[1.0], [2.0]], [1], required_weight=0.7, flagged_share=0.25)
    assert alone.tolist() == [0.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: reference_of([1.0]),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [2], cap=3),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [1], cap=0),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [1, 1], cap=3),
        lambda: composite_index([[1.0]], [-1], required_weight=0.7),
        lambda: composite_index([[1.0]], [NOTHING], required_weight=0.7),
        lambda: composite_index([[1.0]], [1, 1], required_weight=0.7),
        lambda: composite_index([[1.0]], [1], required_weight=70),
        lambda: rescale([1.0], 2.0, 1.0),
        lambda: component_weights([[1.0]], anchor=1),
        lambda: ridge_weights([[1.0]], [1.0], penalty=-1.0),
        lambda: ridge_weights([[1.0]], [1.0, 2.0], penalty=1.0),
        lambda: leave_one_out_overlap([[1.0]], [1], required_weight=0.7, flagged_share=0),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
