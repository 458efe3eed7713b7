"""Shrinkage against published numbers, another implementation and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import betabinom
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

from shnor_analysis.stats.intervals import probability_at_least
from shnor_analysis.stats.shrinkage import (
    JEFFREYS,
    BetaPrior,
    between_school_variance,
    fit_beta_prior,
    kleinman_moments,
    normal_shrinkage,
    pooled_sd,
    posterior_interval,
    posterior_mean,
    posterior_probability_at_least,
)

NAN = float("nan")
# Eight schools of methodology 9.2 and 9.3, computed apart with scipy.
X = [1, 6, 4, 12, 9, 30, 5, 20]
N = [5, 12, 25, 30, 48, 75, 90, 120]
EB = [0.2326, 0.3825, 0.1860, 0.3606, 0.1984, 0.3813, 0.0757, 0.1732]
P_OVER_30 = [0.2449, 0.7855, 0.0518, 0.7857, 0.0343, 0.9433, 0.0000, 0.0004]
# Five school means of methodology 9.3, variance of pupils 144, computed apart.
MEANS = np.array([48.0, 55.0, 60.0, 63.0, 70.0])
SIZES = np.array([4, 20, 50, 90, 200])
ERRORS = np.sqrt(144 / SIZES)

schools = st.lists(
    st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=12
)


def test_beta_prior_of_the_methodology():
    prior = fit_beta_prior(X, N)
    assert (prior.alpha, prior.beta) == pytest.approx((2.603838, 7.892264), abs=2e-5)
    assert prior.outcome == "fitted"
    assert prior.n_schools == 8
    assert posterior_mean(X, N, prior) == pytest.approx(EB, abs=5e-5)
    assert posterior_probability_at_least(X, N, prior, 0.3) == pytest.approx(P_OVER_30, abs=5e-5)


def test_kleinman_moments_of_the_methodology():
    mean, gamma = kleinman_moments(X, N)
    assert gamma == pytest.approx(0.1129076, abs=5e-8)
    size = 1 / gamma - 1
    assert (mean * size, (1 - mean) * size) == pytest.approx((1.687757, 6.169042), abs=1e-6)


# Casella (1992): n = 50, failures 35 and 27, symmetric prior with λ = 15.205.
def test_posterior_mean_of_casella():
    squares = ((35 - 31) ** 2 + (27 - 31) ** 2) / 1
    symmetric = (50**2 / 4 - squares) / (2 * squares - 50 / 2)
    assert symmetric == pytest.approx(15.205, abs=5e-4)
    prior = BetaPrior(symmetric, symmetric, 2, "fitted")
    assert posterior_mean([35, 27], [50, 50], prior) == pytest.approx(
        [0.624362, 0.524872], abs=5e-7
    )


def test_beta_prior_is_the_maximum_of_scipy_betabinom():
    rng = np.random.default_rng(7)
    n = rng.integers(3, 90, 200)
    x = rng.binomial(n, rng.beta(2.0, 11.0, 200))
    other = minimize(
        lambda at: -betabinom.logpmf(x, n, *np.exp(at)).sum(), [0.0, 1.0], method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9},
    )  # fmt: skip
    prior = fit_beta_prior(x, n)
    assert (prior.alpha, prior.beta) == pytest.approx(tuple(np.exp(other.x)), rel=1e-4)


def test_normal_shrinkage_of_the_methodology():
    between = between_school_variance(MEANS, ERRORS, "dersimonian_laird")
    assert between.q == pytest.approx(66.07944, abs=5e-6)
    assert between.tau_squared == pytest.approx(39.935641, abs=5e-7)
    assert between.mean == pytest.approx(60.508303, abs=5e-7)
    shrunken = normal_shrinkage(MEANS, ERRORS, between.mean, between.tau_squared)
    assert shrunken.shrinkage == pytest.approx([0.4741, 0.1528, 0.0673, 0.0385, 0.0177], abs=5e-5)
    assert shrunken.posterior_mean == pytest.approx(
        [53.930, 55.841, 60.034, 62.904, 69.832], abs=5e-4
    )
    assert shrunken.posterior_sd == pytest.approx([4.351, 2.470, 1.639, 1.240, 0.841], abs=5e-4)


@pytest.mark.parametrize(
    ("method", "theirs"), [("dersimonian_laird", "dl"), ("paule_mandel", "iterated")]
)
def test_between_school_variance_agrees_with_statsmodels(method, theirs):
    rng = np.random.default_rng(11)
    for tau in (3.0, 5.0, 8.0):
        error = rng.uniform(0.5, 4, 25)
        mean = rng.normal(50, np.sqrt(tau**2 + error**2))
        other = combine_effects(mean, error**2, method_re=theirs)
        found = between_school_variance(mean, error, method)
        assert found.tau_squared == pytest.approx(other.tau2, rel=1e-4)
        assert found.mean == pytest.approx(other.mean_effect_re, rel=1e-6)


def test_equal_errors_give_the_difference_of_variances():
    # by hand: variance of 48, 55, 70 is 126.333, minus 2² of error
    for method in ("dersimonian_laird", "paule_mandel"):
        found = between_school_variance([48, 55, 70], [2, 2, 2], method)
        assert found.tau_squared == pytest.approx(379 / 3 - 4, rel=1e-9)


def test_schools_alike_have_no_variance_between():
    found = between_school_variance([50, 50, 50], [2, 3, 4])
    assert found.tau_squared == 0.0
    shrunken = normal_shrinkage([50, 48], [2, 3], 50, 0.0)
    assert shrunken.shrinkage.tolist() == [1.0, 1.0]
    assert shrunken.posterior_mean.tolist() == [50.0, 50.0]
    assert shrunken.posterior_sd.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("mean", "n_schools"), [([], 0), ([NAN], 0), ([61.0], 1)])
def test_one_school_tells_nothing_about_differences(mean, n_schools):
    found = between_school_variance(mean, [2.0] * len(mean))
    assert np.isnan(found.tau_squared)
    assert found.n_schools == n_schools
    shrunken = normal_shrinkage([61.0], [2.0], 60.0, found.tau_squared)
    assert np.isnan(shrunken.posterior_mean[0])


def test_missing_or_zero_errors_leave_a_school_out():
    whole = between_school_variance(MEANS, ERRORS)
    more = between_school_variance([*MEANS, 99.0, NAN, 10.0], [*ERRORS, 0.0, 1.0, NAN])
    assert more == whole
    shrunken = normal_shrinkage([50.0, NAN, 50.0], [0.0, 1.0, NAN], 60.0, 4.0)
    assert np.isnan(shrunken.posterior_mean).all()
    assert np.isnan(shrunken.shrinkage).all()


# By hand: 1, 3 about 2 give 2; 2, 3, 4 about 3 give 2; together 4 over 3 degrees of freedom.
def test_pooled_sd_by_hand():
    found = pooled_sd([2, 3], [4, 9], [10, 29])
    assert found.sd == pytest.approx(np.sqrt(4 / 3))
    assert found.df == 3


def test_pooled_sd_is_the_root_of_the_mean_square_within():
    rng = np.random.default_rng(3)
    groups = [rng.normal(m, 3, n) for m, n in zip(range(20), range(1, 21), strict=True)]
    found = pooled_sd(
        [len(g) for g in groups], [g.sum() for g in groups], [(g**2).sum() for g in groups]
    )
    squares = sum(((g - g.mean()) ** 2).sum() for g in groups)
    assert found.sd == pytest.approx(np.sqrt(squares / (210 - 20)))


def test_pooled_sd_at_the_edges():
    assert np.isnan(pooled_sd([], [], []).sd)
    assert np.isnan(pooled_sd([1, 0], [5, 0], [25, 0]).sd)
    # all alike is a spread of nought, not a missing one; rounding may not make it negative
    assert pooled_sd([3], [0.3], [0.03]).sd == pytest.approx(0.0, abs=1e-8)
    missing = pd.Series([4.0, None], dtype="Float64")
    assert pooled_sd([2, 2], missing, [10, 20]).df == 1
    with pytest.raises(ValueError, match="negative"):
        pooled_sd([-1], [0], [0])


@pytest.mark.parametrize(
    ("x", "n"),
    [
        ([2, 2, 2], [10, 10, 10]),  # all equal
        ([0, 0, 0], [5, 60, 7]),  # nobody failed anywhere
        ([5, 9], [5, 9]),  # everybody did
        ([3], [10]),  # one school
        ([1, 0, 1], [1, 1, 1]),  # one pupil in each
        ([1, 1, 2, 0], [10, 11, 12, 9]),  # γ below nought
    ],
)
def test_no_visible_difference_is_complete_pooling_by_name(x, n):
    prior = fit_beta_prior(x, n)
    assert prior.outcome == "pooled"
    # everybody's counts with the Jeffreys halves, by hand
    expected = (sum(x) + 0.5) / (sum(n) + 1)
    assert posterior_mean(x, n, prior) == pytest.approx([expected] * len(x))


def test_one_school_pooled_with_itself_is_jeffreys():
    prior = fit_beta_prior([3], [10])
    assert posterior_probability_at_least([3], [10], prior, 0.3) == pytest.approx(
        probability_at_least([3], [10], 0.3)
    )
    assert posterior_probability_at_least([3], [10], JEFFREYS, 0.3) == pytest.approx(
        probability_at_least([3], [10], 0.3)
    )


@pytest.mark.parametrize(("x", "n"), [([], []), ([0, 0], [0, 0]), ([NAN], [5])])
def test_no_participants_at_all_is_no_prior(x, n):
    prior = fit_beta_prior(x, n)
    assert prior.outcome == "no_data"
    assert np.isnan(posterior_mean([1], [4], prior)[0])


def test_schools_without_participants_change_nothing_and_get_nothing():
    prior = fit_beta_prior(X, N)
    more = fit_beta_prior([*X, 0, NAN], [*N, 0, 5])
    assert more == prior
    for one in (prior, fit_beta_prior([2, 2], [10, 10])):
        assert np.isnan(posterior_mean([0, NAN], [0, 5], one)).all()
        assert np.isnan(posterior_interval([0, NAN], [0, 5], one)).all()
        assert np.isnan(posterior_probability_at_least([0, NAN], [0, 5], one, 0.3)).all()


def test_opposite_schools_still_get_a_prior():
    # γ = 1: every school all or nothing; α + β goes to the small end, never below it
    prior = fit_beta_prior([5, 0, 9, 0], [5, 5, 9, 9])
    assert prior.outcome == "fitted"
    assert 0 < prior.alpha + prior.beta < 1


def test_posterior_interval_is_of_the_beta_distribution():
    lower, upper = posterior_interval([3], [10], JEFFREYS)
    expected = proportion_confint(3, 10, 0.05, method="jeffreys")
    assert (lower[0], upper[0]) == pytest.approx(expected, abs=1e-12)


@given(schools)
def test_shrunken_shares_stay_within_and_inside_their_interval(pairs):
    x, n = [p[0] for p in pairs], [p[1] for p in pairs]
    prior = fit_beta_prior(x, n)
    centre = posterior_mean(x, n, prior)
    lower, upper = posterior_interval(x, n, prior)
    known = np.array([size > 0 for size in n], dtype=bool)
    assert (np.isnan(centre) == ~known).all()
    assert ((lower[known] >= 0) & (upper[known] <= 1)).all()
    assert ((lower[known] <= upper[known]) & (centre[known] >= 0) & (centre[known] <= 1)).all()


@given(schools)
def test_order_of_schools_does_not_matter(pairs):
    forward = fit_beta_prior([p[0] for p in pairs], [p[1] for p in pairs])
    backward = fit_beta_prior([p[0] for p in pairs[::-1]], [p[1] for p in pairs[::-1]])
    assert forward.outcome == backward.outcome
    assert forward.alpha == pytest.approx(backward.alpha, rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 30])
def test_threshold_is_a_fraction(threshold):
    with pytest.raises(ValueError, match="fraction"):
        posterior_probability_at_least([1], [3], JEFFREYS, threshold)


def test_impossible_input_is_refused():
    with pytest.raises(ValueError, match="within"):
        fit_beta_prior([4], [3])
    with pytest.raises(ValueError, match="negative"):
        normal_shrinkage([1.0], [1.0], 1.0, -0.1)
    with pytest.raises(ValueError, match="fraction"):
        posterior_interval([1], [3], JEFFREYS, 95)
