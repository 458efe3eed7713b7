"""The list of edge cases every estimator must pass (statistics.md, section 17), case by case.

Values come by hand or from the closed forms named beside them. Cases met elsewhere: a share of
3/10 in whole numbers (test_membership, decisions T3.4), NaN among p-values (test_multiplicity), a
year without results and a merged school (decisions/test_low_results, intake/test_schools), a mark
nobody got and everybody got (measures/test_results).
"""

import numpy as np
import pytest

from shnor_analysis.stats import (
    composite,
    concentration,
    contextual,
    funnel,
    intervals,
    membership,
    multiplicity,
    ranks,
    sensitivity,
    shrinkage,
)

NOTHING = float("nan")
PRIOR = shrinkage.BetaPrior(2.0, 8.0, 20, "fitted")
# What a share needs: each estimator of counts with its answer's shape, one number per school.
COUNT_ESTIMATORS = {
    "share": intervals.share,
    "wilson lower": lambda x, n: intervals.wilson_interval(x, n)[0],
    "wilson upper": lambda x, n: intervals.wilson_interval(x, n)[1],
    "probability": lambda x, n: intervals.probability_at_least(x, n, 0.3),
    "posterior mean": lambda x, n: shrinkage.posterior_mean(x, n, PRIOR),
    "posterior lower": lambda x, n: shrinkage.posterior_interval(x, n, PRIOR)[0],
    "posterior probability": lambda x, n: shrinkage.posterior_probability_at_least(
        x, n, PRIOR, 0.3
    ),
    "tail": lambda x, n: funnel.tail_probabilities(x, n, 0.2)[1],
    "arcsine": lambda x, n: funnel.arcsine_share(x, n)[0],
    "pupils": lambda x, n: membership.pupils_to_threshold(x, n, 3, 10),
}
counts = pytest.mark.parametrize("name", COUNT_ESTIMATORS)


@counts
def test_nobody_and_unknown_are_missing_and_leave_their_neighbours_alone(name):
    estimate = COUNT_ESTIMATORS[name]
    found = estimate([0, NOTHING, 1, 2], [0, 5, NOTHING, 5])
    assert np.isnan(found).tolist() == [True, True, True, False]
    assert found[3] == estimate([2], [5])[0]


@counts
def test_an_empty_list_gives_an_empty_answer(name):
    assert COUNT_ESTIMATORS[name]([], []).shape == (0,)


@counts
@pytest.mark.parametrize(("x", "n"), [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (0, 600), (600, 600)])
def test_one_two_none_and_all_are_finite(name, x, n):
    assert np.isfinite(COUNT_ESTIMATORS[name]([x], [n])).all()


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    # closed forms: none of n gives [0; z²/(n+z²)], all of n its mirror, z² = 3.841459
    [
        (0, 1, 0, 3.841459 / 4.841459),
        (1, 1, 1 / 4.841459, 1),
        (0, 2, 0, 3.841459 / 5.841459),
        (2, 2, 2 / 5.841459, 1),
        (0, 30, 0, 3.841459 / 33.841459),
    ],
)
def test_wilson_at_the_ends_of_the_scale(x, n, lower, upper):
    found = intervals.wilson_interval([x], [n])
    assert [float(one[0]) for one in found] == pytest.approx([lower, upper], abs=1e-6)


def test_the_prior_of_one_school_or_of_schools_all_alike_is_pooled():
    # complete pooling: every school counts as much as Jeffreys' half on each side
    assert shrinkage.fit_beta_prior([1], [4]) == shrinkage.BetaPrior(1.5, 3.5, 1, "pooled")
    assert shrinkage.fit_beta_prior([1, 1, 1], [5, 5, 5]).outcome == "pooled"
    assert shrinkage.fit_beta_prior([0, 0], [5, 5]).outcome == "pooled"
    assert shrinkage.fit_beta_prior([5, 5], [5, 5]).outcome == "pooled"
    for nobody in ([], []), ([0, 0], [0, 0]), ([NOTHING], [3]):
        assert shrinkage.fit_beta_prior(*nobody).outcome == "no_data"


# --- means with their errors ---------------------------------------------------------------------


def test_an_error_of_zero_is_missing_never_infinite():
    values, errors = [1.0, 2.0, 3.0], [0.0, 0.5, 0.5]
    assert np.isnan(funnel.additive_z(values, errors, 2.0, 0.0)).tolist() == [True, False, False]
    shrunken = shrinkage.normal_shrinkage(values, errors, 2.0, 0.0)
    assert np.isnan(shrunken.posterior_mean).tolist() == [True, False, False]
    # the other two: variance of 2 and 3 less the error's, .5 − .25
    between = shrinkage.between_school_variance(values, errors)
    assert (between.n_schools, between.tau_squared) == (2, pytest.approx(0.25))


def test_no_spread_between_schools_shrinks_all_the_way():
    found = shrinkage.normal_shrinkage([1.0, 3.0], [0.5, 0.5], 2.0, 0.0)
    assert found.posterior_mean.tolist() == [2, 2]
    assert found.shrinkage.tolist() == [1, 1]
    assert shrinkage.between_school_variance([1.0] * 3, [0.5] * 3).tau_squared == 0


def test_equal_errors_give_the_simple_difference_of_variances():
    for method in ("paule_mandel", "dersimonian_laird"):
        found = shrinkage.between_school_variance([1.0, 2.0, 3.0], [0.5] * 3, method)
        assert found.tau_squared == pytest.approx(1 - 0.25)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, NOTHING]])
def test_fewer_than_two_schools_have_no_spread(values):
    errors = [0.5] * len(values)
    assert np.isnan(shrinkage.between_school_variance(values, errors).tau_squared)
    assert np.isnan(funnel.overdispersion(values, errors, winsor=0.1, min_units=2).phi)
    assert np.isnan(funnel.calibrated_tau2(values, errors, 1.0, winsor=0.1, min_units=2))
    context = np.arange(len(values), dtype=float)[:, None]
    fitted = contextual.fit_meta_regression(values, errors, context, min_schools=2)
    assert np.isnan(fitted.coefficients).all()
    assert not fitted.is_used.any()


def test_a_context_that_is_the_same_everywhere_is_not_used():
    fitted = contextual.fit_meta_regression(
        [1.0, 2.0, 3.0, 4.0], [0.5] * 4, np.ones((4, 1)), min_schools=2
    )
    assert fitted.is_used.tolist() == [True, False]
    assert fitted.coefficients[0] == pytest.approx(2.5)


def test_results_that_are_all_the_same_are_explained_by_nothing():
    fitted = contextual.fit_meta_regression(
        [1.0] * 3, [0.5] * 3, np.arange(3.0)[:, None], min_schools=2
    )
    assert fitted.coefficients.tolist() == pytest.approx([1, 0])
    assert np.isnan(fitted.r_squared)


# --- lists, indices, p-values --------------------------------------------------------------------


def test_one_school_or_schools_all_alike_have_no_lower_part():
    for values in ([], [1.0], [1.0] * 3, [NOTHING] * 2, [1.0, 1.0, NOTHING]):
        assert not ranks.lower_tail(values, 0.25).any()
        assert len(ranks.mid_ranks(values)) == len(values)
    assert ranks.lower_tail([1.0, NOTHING, 2.0], 0.25).tolist() == [True, False, False]


def test_an_indicator_without_spread_says_nothing_and_zero_is_not_missing():
    z, differs = composite.standardised([[0.0, 1.0], [0.0, 2.0], [NOTHING, 3.0]])
    assert differs.tolist() == [False, True]
    assert np.isnan(z[:, 0]).all()
    index = composite.composite_index(z, [1, 1], required_weight=0.5).index
    assert np.isfinite(index).all()


def test_missing_p_values_do_not_spoil_the_others():
    found = multiplicity.adjusted_p_values([0.01, NOTHING, 0.04])
    # BH of two: 0.01·2/1 and 0.04·2/2
    assert found[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(found[1])
    assert multiplicity.adjusted_p_values([]).shape == (0,)
    assert multiplicity.adjusted_p_values([0.3]).tolist() == [0.3]


def test_two_empty_lists_are_the_same_list():
    assert float(sensitivity.jaccard([False, False], [False, False])) == 1
    assert float(sensitivity.jaccard([True, False], [False, False])) == 0


def test_nobody_failing_is_concentrated_nowhere():
    assert concentration.smallest_majority([0, 0, 0], 1, 2) == 0
