"""Funnel limits and over-dispersion: published numbers, hand-made regions, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from shnor_analysis.stats.funnel import (
    additive_limits,
    additive_z,
    approximate_limits,
    arcsine_share,
    calibrated_tau2,
    exact_limits,
    innocent_side,
    interpolated_quantile,
    overdispersed_share_limits,
    overdispersion,
    tail_probabilities,
)
from shnor_analysis.stats.intervals import wilson_interval

# UKHSA PHEindicatormethods, testdata_funnel_prop_outputs.csv (methodology 9.2 a).
PHE_TARGET = 0.80642448
PHE_LOWER = [  # n, lower 95 %, lower 99.8 %
    (1, 0.03204264, 0.0),
    (2, 0.25885383, 0.0),
    (3, 0.35933491, 0.10150815),
    (10, 0.56154344, 0.4203259),
    (13, 0.5916496, 0.46779363),
]


@pytest.mark.parametrize(("n", "lower95", "lower998"), PHE_LOWER)
def test_approximate_limits_published(n, lower95, lower998):
    lower, upper = approximate_limits([n], PHE_TARGET, 0.95)
    assert lower[0] == pytest.approx(lower95, abs=6e-8)
    assert upper[0] == 1.0
    assert approximate_limits([n], PHE_TARGET, 0.998)[0][0] == pytest.approx(lower998, abs=6e-8)


# cran/funnelR example (methodology 9.2): events of 20 for units A … E.
FUNNELR = np.array([2, 5, 10, 15, 18])


def test_funnelr_example():
    lower, upper = approximate_limits([20], 0.5, 0.95)
    assert (lower[0], upper[0]) == pytest.approx((0.28087, 0.71913), abs=5e-6)
    assert ((lower > FUNNELR / 20) | (upper < FUNNELR / 20)).tolist() == [1, 1, 0, 1, 1]
    lower, upper = approximate_limits([20], 0.5, 0.998)
    assert (lower[0], upper[0]) == pytest.approx((0.15450, 0.84550), abs=5e-6)
    assert ((lower > FUNNELR / 20) | (upper < FUNNELR / 20)).tolist() == [1, 0, 0, 0, 1]


def test_funnelr_example_by_tails():
    # binomial(20, 1/2): P(X<=2)=211/2^20, P(X<=5)=21700/2^20, P(X<=10)=616666/2^20
    at_most, at_least = tail_probabilities(FUNNELR, 20, 0.5)
    assert at_most[:3] == pytest.approx([211 / 2**20, 21700 / 2**20, 616666 / 2**20])
    assert at_least == pytest.approx(at_most[::-1])
    # one point at the tail level is no tail: P(X=6)=.037 but P(X<=6)=.058
    assert tail_probabilities([6], 20, 0.5)[0][0] == pytest.approx(0.0577, abs=5e-5)


# Calculated apart with scipy (methodology 9.2 b).
@pytest.mark.parametrize(
    ("n", "target", "probability", "expected"),
    [
        (20, 0.5, 0.001, 0.136736),
        (20, 0.5, 0.025, 0.255824),
        (20, 0.5, 0.975, 0.694176),
        (20, 0.5, 0.999, 0.813264),
        (10, 0.15, 0.975, 0.3623),
        (10, 0.15, 0.999, 0.5307),
        (20, 0.15, 0.975, 0.2966),
        (20, 0.15, 0.999, 0.4152),
        (50, 0.15, 0.025, 0.0468),
        (50, 0.15, 0.975, 0.2460),
        (50, 0.15, 0.999, 0.3147),
        (100, 0.15, 0.025, 0.0784),
        (100, 0.15, 0.975, 0.2183),
        (100, 0.15, 0.001, 0.0451),
        (100, 0.15, 0.999, 0.2650),
        (600, 0.15, 0.025, 0.1211),
        (600, 0.15, 0.975, 0.1783),
        (600, 0.15, 0.001, 0.1058),
        (600, 0.15, 0.999, 0.1959),
        (5, 0.15, 0.025, 0.0),
    ],
)
def test_interpolated_quantile(n, target, probability, expected):
    digits = len(str(expected).split(".")[1])
    found = interpolated_quantile([n], target, probability)[0]
    assert found == pytest.approx(expected, abs=0.6 * 10**-digits)


cells = st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
targets = st.floats(0.01, 0.99)
levels = st.sampled_from([0.95, 0.998])


@given(cells, targets, levels)
def test_outside_exact_limits_is_exactly_a_small_tail(cell, target, level):
    x, n = cell
    lower, upper = (limits[0] * n for limits in exact_limits([n], target, level))
    at_most, at_least = (tail[0] for tail in tail_probabilities([x], [n], target))
    tail = (1 - level) / 2
    border = min(abs(at_most - tail), abs(at_least - tail), abs(x - lower), abs(x - upper))
    if border > 1e-9:
        assert (x < lower) == (at_most < tail)
        assert (x > upper) == (at_least < tail)


@given(cells, targets, levels)
def test_approximate_limits_are_the_inverse_of_wilson(cell, target, level):
    x, n = cell
    lower, upper = approximate_limits([n], target, level)
    interval = wilson_interval([x], [n], level)
    gap = min(abs(x / n - lower[0]), abs(x / n - upper[0]))
    if gap > 1e-9:
        inside = lower[0] <= x / n <= upper[0]
        assert inside == (interval[0][0] <= target <= interval[1][0])


@given(cells, targets)
def test_the_funnel_narrows_and_mirrors(cell, target):
    n = cell[1]
    for limits in (approximate_limits, exact_limits):
        lower, upper = limits([n, 4 * n], target, 0.95)
        assert 0 <= lower[0] <= upper[0] <= 1
        mirrored = limits([n], 1 - target, 0.95)
        assert (1 - mirrored[1][0], 1 - mirrored[0][0]) == pytest.approx(
            (lower[0], upper[0]), abs=1e-9
        )
    assert upper[1] - lower[1] <= upper[0] - lower[0] + 1e-9


# x, n of methodology 9.2 c.
X = np.array([1, 6, 4, 12, 9, 30, 5, 20])
N = np.array([5, 12, 25, 30, 48, 75, 90, 120])


def scores(x, n):
    y, se = arcsine_share(x, n)
    target = np.arcsin(np.sqrt(x.sum() / n.sum()))
    return (y - target) / se, se


def test_overdispersion_of_proportions():
    z, se = scores(X, N)
    assert z == pytest.approx(
        [-0.0817, 2.1026, -0.7040, 2.2216, -0.4723, 3.5126, -4.6292, -1.3449], abs=6e-5
    )
    plain = overdispersion(z, se, winsor=0.0, min_units=2)
    assert (plain.phi, plain.tau2) == pytest.approx((5.707215, 0.0296743), abs=6e-7)
    found = overdispersion(z, se, winsor=0.1, min_units=2)
    assert (found.phi, found.tau2) == pytest.approx((3.015764, 0.0131463), abs=6e-7)
    assert found.n_units == 8
    # chi-square with 8 df: 45.66 is far beyond its 0.1 % point of 26.12
    assert found.p_value < 0.001


def test_overdispersion_of_ratios_published():
    # nhs-r-community/FunnelPlotR, ratio form against 1: y = ln(x / e), s = 1 / sqrt(e);
    # the published value is the one before winsorising
    x = np.array([100, 150, 180, 80, 120, 225])
    expected = np.array([108, 112, 165, 95, 100, 220])
    se = 1 / np.sqrt(expected)
    found = overdispersion(np.log(x / expected) / se, se, winsor=0.0, min_units=2)
    assert (found.phi, found.tau2) == pytest.approx((2.948033, 0.0194775), abs=6e-7)


@pytest.mark.parametrize(
    ("n", "level", "lower", "upper"),
    [
        (30, 0.95, 0.037420, 0.483775),
        (30, 0.998, 0.000842, 0.647209),
        (90, 0.95, 0.054031, 0.443968),
        (90, 0.998, 0.008433, 0.586049),
        (5, 0.95, 0.0, 0.684568),
        (5, 0.998, 0.0, 0.905578),
    ],
)
def test_overdispersed_limits(n, level, lower, upper):
    target = X.sum() / N.sum()
    assert target == pytest.approx(0.214815, abs=5e-7)
    tau2 = overdispersion(*scores(X, N), winsor=0.1, min_units=2).tau2
    found = overdispersed_share_limits([n], target, tau2, level)
    assert (found[0][0], found[1][0]) == pytest.approx((lower, upper), abs=6e-7)


def even_region(k, tau2, se):
    """Values that stand exactly at the quantiles of N(0, se^2 + tau2)."""
    return norm.ppf((np.arange(k) + 0.5) / k) * np.sqrt(se**2 + tau2), np.full(k, se)


@pytest.mark.parametrize("winsor", [0.0, 0.1, 0.2])
def test_calibrated_tau2_finds_the_planted_variance(winsor):
    y, se = even_region(2001, 4.0, 1.5)
    found = calibrated_tau2(y, se, 0.0, winsor=winsor, min_units=10)
    assert found == pytest.approx(4.0, rel=0.01)
    # the plain form, winsorised at ten per cent, loses a third of the squares
    plain = overdispersion(y / se, se, winsor=0.1, min_units=10)
    assert plain.tau2 < 0.7 * 4.0


def test_second_moment_left_by_winsorising():
    # statistics.md section 5: 0.68 at ten per cent a side, 0.41 at twenty
    y, se = even_region(4001, 0.0, 1.0)
    for winsor, expected in ((0.1, 0.68), (0.2, 0.41)):
        phi = overdispersion(y, se, winsor=winsor, min_units=10).phi
        assert phi == pytest.approx(expected, abs=0.005)


def test_errors_taken_too_large_are_seen_on_the_innocent_side():
    # exact normal quantiles of spread 0.5 with errors said to be 1
    y = norm.ppf((np.arange(200) + 0.5) / 200) / 2
    found = innocent_side(y, np.ones(200), side="lower", winsor=0.2, min_units=10)
    assert found.tau2 == 0
    assert found.error_scale == pytest.approx(0.5, abs=0.01)
    right = innocent_side(2 * y, np.full(200, 0.5), side="lower", winsor=0.2, min_units=10)
    assert right.tau2 == pytest.approx(0.75, abs=0.03)
    assert right.error_scale == 1


def test_the_innocent_side_is_not_moved_by_how_high_suspects_stand():
    y, se = even_region(401, 4.0, 1.5)
    suspects = np.arange(401) >= 361
    moved = innocent_side(y + 100 * suspects, se, side="lower", winsor=0.2, min_units=10)
    still = innocent_side(y, se, side="lower", winsor=0.2, min_units=10)
    assert (moved.centre, moved.tau2) == pytest.approx((still.centre, still.tau2))
    assert still.centre == pytest.approx(0.0, abs=1e-9)
    assert still.tau2 == pytest.approx(4.0, rel=0.03)
    mirrored = innocent_side(-y - 100 * suspects, se, side="upper", winsor=0.2, min_units=10)
    assert (mirrored.centre, mirrored.tau2) == pytest.approx((-moved.centre, moved.tau2))
    # all of them together would hide the suspects behind their own spread
    assert calibrated_tau2(y + 100 * suspects, se, 0.0, winsor=0.0, min_units=10) > 100


def test_large_schools_weigh_more_in_the_centre():
    # four tiny schools stand high, one large school at 1 has more than half of the weight
    found = innocent_side(
        [1.0, 5.0, 5.0, 5.0, 5.0], [0.1, 10, 10, 10, 10], side="lower", winsor=0.2, min_units=2
    )
    assert found.centre == 1.0


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(0.1, 5)), min_size=3, max_size=30),
    st.sampled_from([0.0, 0.1, 0.2]),
)
def test_variance_is_never_negative_and_order_does_not_matter(units, winsor):
    y, se = np.array(units).T
    for estimate in (
        lambda v, s: overdispersion(v / s, s, winsor=winsor, min_units=2).tau2,
        lambda v, s: calibrated_tau2(v, s, 0.0, winsor=winsor, min_units=2),
        lambda v, s: innocent_side(v, s, side="lower", winsor=winsor, min_units=2).tau2,
    ):
        tau2 = estimate(y, se)
        assert tau2 >= 0
        assert estimate(y[::-1], se[::-1]) == pytest.approx(tau2, rel=1e-6, abs=1e-6)


def test_equal_schools_have_no_variance_between_them():
    se = np.ones(12)
    assert overdispersion(np.zeros(12), se, winsor=0.1, min_units=10).tau2 == 0
    assert calibrated_tau2(np.full(12, 7.0), se, 7.0, winsor=0.1, min_units=10) == 0
    assert innocent_side(np.full(12, 7.0), se, side="lower", winsor=0.2, min_units=10).tau2 == 0


@pytest.mark.parametrize("k", [0, 1, 9])
def test_too_few_schools_have_no_variance_of_their_own(k):
    y, se = np.arange(k, dtype=float), np.ones(k)
    few = overdispersion(y, se, winsor=0.1, min_units=10)
    assert np.isnan([few.phi, few.tau2, few.p_value]).all()
    assert few.n_units == k
    assert np.isnan(calibrated_tau2(y, se, 0.0, winsor=0.1, min_units=10))
    side = innocent_side(y, se, side="lower", winsor=0.2, min_units=10)
    assert np.isnan([side.centre, side.tau2]).all()
    # one school alone never, whatever is asked for
    assert np.isnan(overdispersion([1.0], [1.0], winsor=0.0, min_units=1).tau2)


def test_missing_and_zero_errors_are_left_out():
    z = np.array([2.0, -2.0, np.nan, 99.0, 1.0])
    se = np.array([1.0, 1.0, 1.0, 0.0, np.nan])
    assert overdispersion(z, se, winsor=0.0, min_units=2).n_units == 2
    assert overdispersion(z, se, winsor=0.0, min_units=2).phi == 4.0
    assert np.isnan(additive_z(z, se, 0.0, 0.0)[2:]).all()
    assert additive_z([3.0], [1.0], 0.0, 8.0)[0] == 1.0


def test_no_pupils_is_missing():
    for limits in (approximate_limits, exact_limits):
        assert np.isnan(limits([0, np.nan], 0.2, 0.95)).all()
        assert limits([], 0.2, 0.95)[0].shape == (0,)
    assert np.isnan(overdispersed_share_limits([0], 0.2, 0.01, 0.95)).all()
    assert np.isnan(overdispersed_share_limits([10], 0.2, np.nan, 0.95)).all()
    assert np.isnan(tail_probabilities([0, np.nan], [0, 5], 0.2)).all()
    assert np.isnan(arcsine_share([0], [0])).all()


def test_a_target_at_the_end_of_the_scale():
    # nobody failed in the region: one who did is outside, a school without any is not
    assert tail_probabilities([0, 1], [4, 4], 0.0)[1].tolist() == [1.0, 0.0]
    lower, upper = exact_limits([4], 0.0, 0.95)
    assert lower[0] == 0.0
    assert 0 < upper[0] < 1 / 4
    lower, upper = exact_limits([4], 1.0, 0.95)
    assert upper[0] == 1.0
    assert 3 / 4 < lower[0] < 1
    assert exact_limits([1], 0.3, 0.95)[0][0] == 0.0


def test_limits_of_a_mean():
    # by hand: sqrt(9 + 16) = 5, z = 1.959964 and 3.090232
    lower, upper = additive_limits(50.0, [3.0], 16.0, 0.998)
    assert (lower[0], upper[0]) == pytest.approx((34.548840, 65.451160), abs=6e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: approximate_limits([1], 1.2, 0.95),
        lambda: exact_limits([1], 0.2, 95),
        lambda: interpolated_quantile([1], 0.2, 0.0),
        lambda: tail_probabilities([3], [2], 0.2),
        lambda: overdispersion([1.0], [1.0], winsor=0.5, min_units=2),
        lambda: calibrated_tau2([1.0], [1.0], 0.0, winsor=-0.1, min_units=2),
        lambda: innocent_side([1.0], [1.0], side="left", winsor=0.2, min_units=2),
        lambda: additive_limits(0.0, [1.0], -1.0, 0.95),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
