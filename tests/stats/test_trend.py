"""Trends against R, statsmodels and drawn samples."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import Table

from shnor_analysis.stats.trend import known_error_trend, share_trend, year_to_year_variance

YEARS = [2022, 2023, 2024, 2025]
rows = st.lists(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=3, max_size=5,
)  # fmt: skip


def test_smokers_of_r():
    # R: prop.trend.test(smokers, patients), X-squared = 8.2249, p-value = 0.004132
    found = share_trend([[83, 90, 129, 70]], [[86, 93, 136, 82]], [1, 2, 3, 4])
    assert found.z[0] ** 2 == pytest.approx(8.2249, abs=5e-5)
    assert found.p[0] == pytest.approx(0.004132, abs=5e-7)
    assert found.slope[0] < 0
    assert found.smallest_expected[0] == pytest.approx(82 * 25 / 397)


@given(rows)
def test_it_is_the_test_of_statsmodels_but_for_the_variance(pairs):
    x, n = (np.array(column) for column in zip(*pairs, strict=True))
    found = share_trend([x], [n], np.arange(len(x)))
    if x.sum() in (0, n.sum()):
        assert np.isnan(found.p[0])
        return
    table = Table(np.array([x, n - x]), shift_zeros=False)
    other = table.test_ordinal_association(np.array([1.0, 0.0]), np.arange(len(x)))
    total = n.sum()
    assert found.z[0] ** 2 == pytest.approx(other.zscore**2 * total / (total - 1), abs=1e-8)


def test_a_missing_year_is_a_gap_on_the_axis():
    # hand: shares 0, .5, 1 of 10 in 2022, 2024, 2025 have the slope of a weighted line
    found = share_trend([[0, np.nan, 5, 10]], [[10, np.nan, 10, 10]], YEARS)
    time = np.array([0, 2, 3]) - 5 / 3
    assert found.slope[0] == pytest.approx((time * [0, 0.5, 1]).sum() / (time**2).sum())
    assert found.n_years[0] == 3


def test_edges_of_shares():
    x = [[0, 0, 0, 0], [5, 5, 5, 5], [1, 2, 0, 0], [1, 2, 3, 4], [0, 0, 0, 0]]
    n = [[5, 5, 5, 5], [5, 5, 5, 5], [5, 5, 0, 0], [5, 5, 5, 5], [0, 0, 0, 0]]
    found = share_trend(x, n, YEARS)
    assert np.isnan(found.p).tolist() == [True, True, True, False, True]
    assert found.n_years.tolist() == [4, 4, 2, 4, 0]
    assert found.slope[3] == pytest.approx(0.2)
    assert share_trend(np.empty((0, 4)), np.empty((0, 4)), YEARS).z.shape == (0,)
    with pytest.raises(ValueError, match="count"):
        share_trend([[6, 0, 0]], [[5, 5, 5]], [1, 2, 3])
    with pytest.raises(ValueError, match="same columns"):
        share_trend([[1, 0]], [[5, 5]], [1, 2, 3])


@given(st.lists(st.tuples(st.floats(-2, 2), st.floats(0.02, 1)), min_size=3, max_size=6),
       st.floats(0, 0.5))  # fmt: skip
def test_the_line_is_that_of_statsmodels_with_a_fixed_scale(points, tau2):
    y, se = (np.array(column) for column in zip(*points, strict=True))
    years = np.arange(len(y), dtype=float)
    found = known_error_trend([y], [se], years, tau2=tau2)
    other = sm.WLS(y, sm.add_constant(years), weights=1 / (se**2 + tau2)).fit(
        cov_type="fixed scale"
    )
    assert found.slope[0] == pytest.approx(other.params[1], abs=1e-8)
    assert found.slope_se[0] == pytest.approx(other.bse[1])
    assert found.p[0] == pytest.approx(other.pvalues[1], abs=1e-8)
    assert found.q_residual[0] == pytest.approx(other.ssr, abs=1e-8)


def test_a_year_without_an_error_does_not_count():
    found = known_error_trend(
        [[0.0, 0.1, 9.0, 0.4], [0.0, 0.1, np.nan, 0.4], [0.0, np.nan, np.nan, 0.4]],
        [[0.1, 0.1, 0.0, 0.1], [0.1, 0.1, 0.1, 0.1], [0.1, 0.1, 0.1, 0.1]],
        YEARS,
        tau2=0.0,
    )
    assert found.n_years.tolist() == [3, 3, 2]
    assert found.slope[0] == pytest.approx(found.slope[1])
    assert np.isnan([found.slope[2], found.slope_se[2], found.p[2], found.q_residual[2]]).all()
    with pytest.raises(ValueError, match="tau2"):
        known_error_trend([[1, 2, 3]], [[1, 1, 1]], [1, 2, 3], tau2=-1)


def drawn(jump, n=4000, seed=5):
    """Schools whose true level is flat, errors of 0.1, and a jump of each year on top."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 0.5, (n, 1))
    y = level + rng.normal(0, jump, (n, 4)) + rng.normal(0, 0.1, (n, 4))
    return y, np.full((n, 4), 0.1)


@pytest.mark.parametrize("jump", [0.057, 0.2])
def test_the_jump_of_the_years_is_found(jump):
    y, se = drawn(jump)
    tau2 = year_to_year_variance(y, se, YEARS, min_units=10)
    assert np.sqrt(tau2) == pytest.approx(jump, rel=0.1)
    # with it false trends are as frequent as they say, without it they are not
    honest = known_error_trend(y, se, YEARS, tau2=tau2).p
    naive = known_error_trend(y, se, YEARS, tau2=0.0).p
    assert (honest < 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (naive < 0.05).mean() > 0.07


def test_no_jump_is_zero_and_few_schools_are_not_told():
    y, se = drawn(0.0, n=300, seed=3)
    assert year_to_year_variance(y, 1.5 * se, YEARS, min_units=10) == 0.0
    assert np.isnan(year_to_year_variance(y[:5], se[:5], YEARS, min_units=10))
    assert np.isnan(year_to_year_variance(y[:5, :2], se[:5, :2], YEARS[:2], min_units=1))
    # all years alike: nothing jumps
    assert year_to_year_variance(np.zeros((20, 4)), np.ones((20, 4)), YEARS, min_units=10) == 0.0


def test_the_median_keeps_its_probability_with_other_numbers_of_years():
    # half of the schools have three years: their residuals have one degree of freedom
    y, se = drawn(0.1)
    y[:2000, 0] = np.nan
    tau2 = year_to_year_variance(y, se, YEARS, min_units=10)
    found = known_error_trend(y, se, YEARS, tau2=tau2)
    assert np.median(chi2.cdf(found.q_residual, found.n_years - 2)) == pytest.approx(0.5, abs=1e-3)
