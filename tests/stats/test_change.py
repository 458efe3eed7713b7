"""A change of a share against published numbers, R, statsmodels and enumeration."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta
from statsmodels.stats.proportion import confint_proportions_2indep

from shnor_analysis.stats.change import (
    fisher_midp,
    probability_lower,
    share_difference,
    sign_midp,
)

# Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10, rows a-h: first minus
# second, so the second group stands before.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]
groups = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("x1", "n1", "x0", "n0", "lower", "upper"), NEWCOMBE)
def test_the_interval_is_the_published_one(x1, n1, x0, n0, lower, upper):
    found = share_difference([x0], [n0], [x1], [n1])
    assert (found.lower[0], found.upper[0]) == pytest.approx((lower, upper), abs=6e-5)
    assert found.difference[0] == pytest.approx(x1 / n1 - x0 / n0)


def test_t6_1_and_t6_2_of_the_methodology():
    found = share_difference([9, 48], [30, 80], [4, 56], [28, 70])
    assert found.difference == pytest.approx([-0.15714, 0.2], abs=5e-6)
    assert found.lower == pytest.approx([-0.35545, 0.05243], abs=5e-6)
    assert found.upper == pytest.approx([0.06053, 0.33387], abs=5e-6)


@given(groups, groups)
def test_the_interval_agrees_with_statsmodels(first, second):
    found = share_difference([first[0]], [first[1]], [second[0]], [second[1]])
    expected = confint_proportions_2indep(*second, *first, compare="diff", method="newcomb")
    assert (found.lower[0], found.upper[0]) == pytest.approx(expected, abs=1e-9)


@given(groups, groups)
def test_swapping_the_years_mirrors_everything(first, second):
    there = share_difference([first[0]], [first[1]], [second[0]], [second[1]])
    back = share_difference([second[0]], [second[1]], [first[0]], [first[1]])
    assert -1 <= there.lower[0] <= there.difference[0] <= there.upper[0] <= 1
    assert there.lower[0] == pytest.approx(-back.upper[0])
    p_there, p_back = (
        fisher_midp([a[0]], [a[1]], [b[0]], [b[1]])[0]
        for a, b in ((first, second), (second, first))
    )
    assert p_there == pytest.approx(p_back)
    falls, rises = (
        probability_lower([a[0]], [a[1]], [b[0]], [b[1]])[0]
        for a, b in ((first, second), (second, first))
    )
    assert falls + rises == pytest.approx(1)


def enumerated_midp(x0, n0, x1, n1):
    """By whole numbers: every table with these margins."""
    total = comb(n0 + n1, x0 + x1)
    mass = {k: comb(n1, k) * comb(n0, x0 + x1 - k) / total
            for k in range(n1 + 1) if 0 <= x0 + x1 - k <= n0}  # fmt: skip
    half = mass[x1] / 2
    lower = sum(m for k, m in mass.items() if k < x1) + half
    upper = sum(m for k, m in mass.items() if k > x1) + half
    return min(2 * min(lower, upper), 1)


@given(groups.filter(lambda g: g[1] <= 40), groups.filter(lambda g: g[1] <= 40))
def test_fisher_midp_is_the_enumeration(first, second):
    found = fisher_midp([first[0]], [first[1]], [second[0]], [second[1]])[0]
    assert found == pytest.approx(enumerated_midp(*first, *second), abs=1e-9)


def test_midp_is_true_where_fisher_is_too_careful():
    # 10 pupils a year, a true share of 30 % in both: how often is p <= 5 % (statistics.md, 3)
    x = np.arange(11)
    mass = np.array([comb(10, int(k)) * 0.3**k * 0.7 ** (10 - k) for k in x])
    before, after = np.meshgrid(x, x)
    p = fisher_midp(before, 10, after, 10)
    assert (np.outer(mass, mass) * (p <= 0.05)).sum() == pytest.approx(0.04, abs=0.005)


def test_the_posterior_is_the_integral_it_stands_for():
    # scipy's beta on a fine grid: P = integral of the later density times the earlier upper tail
    cases = [(9, 30, 4, 28), (9, 23, 30, 519), (0, 10, 0, 10), (566, 792, 425, 682), (1, 1, 0, 1)]
    x0, n0, x1, n1 = (np.array(column) for column in zip(*cases, strict=True))
    phi = (np.arange(400_000) + 0.5) / 400_000 * np.pi / 2
    theta, weight = np.sin(phi) ** 2, np.sin(2 * phi) * np.pi / 2 / 400_000
    expected = [
        (
            beta.pdf(theta, d + 0.5, e - d + 0.5) * beta.sf(theta, b + 0.5, c - b + 0.5) * weight
        ).sum()
        for b, c, d, e in cases
    ]
    assert probability_lower(x0, n0, x1, n1) == pytest.approx(expected, abs=1e-7)


def test_the_posterior_is_even_when_nothing_changed():
    assert probability_lower([0, 5, 200], [5, 10, 400], [0, 5, 200], [5, 10, 400]) == (
        pytest.approx([0.5] * 3)
    )


def test_the_sign_test_is_the_published_one():
    # Bentur et al. (2009) in Fagerland, Lydersen, Laake (2013): 1 and 7, mid-p 0.039
    assert sign_midp([1, 7], [7, 1]) == pytest.approx([0.0390625] * 2)
    # statistics.md, 6: 5:0 gives .031; as many rose as fell
    assert sign_midp([5, 4], [0, 4]) == pytest.approx([0.03125, 1.0])


@pytest.mark.parametrize("gone", [(0, 0, 3, 10), (3, 10, 0, 0), (np.nan, 10, 3, 10)])
def test_a_year_without_participants_has_no_change(gone):
    values = [[v] for v in gone]
    found = share_difference(*values)
    for one in (found.difference, found.lower, found.upper):
        assert np.isnan(one).all()
    assert np.isnan(fisher_midp(*values)).all()
    assert np.isnan(probability_lower(*values)).all()


def test_one_pupil_a_year_is_allowed_and_useless():
    # statistics.md, 3: n = 1 against n = 1, no change
    found = share_difference([0], [1], [0], [1])
    assert (found.lower[0], found.upper[0]) == pytest.approx((-0.79, 0.79), abs=0.01)
    assert fisher_midp([0], [1], [1], [1])[0] == pytest.approx(0.5)


def test_missing_integers_and_no_rows():
    counts = pd.Series([3, None], dtype="Int64"), pd.Series([10, None], dtype="Int64")
    found = share_difference(*counts, *counts)
    assert found.difference[0] == 0
    assert np.isnan(found.difference[1])
    for function in (fisher_midp, probability_lower):
        assert np.isnan(function(*counts, *counts)).tolist() == [False, True]
        assert function([], [], [], []).shape == (0,)
    assert np.isnan(sign_midp([0], [0])).all()


def test_impossible_counts_are_refused():
    for function in (share_difference, fisher_midp, probability_lower):
        with pytest.raises(ValueError, match="count must lie"):
            function([11], [10], [0], [10])
    with pytest.raises(ValueError, match="negative"):
        sign_midp([-1], [0])
    with pytest.raises(ValueError, match="confidence"):
        share_difference([1], [10], [1], [10], confidence=95)


@given(groups, groups, st.floats(-0.4, 0.4))
def test_a_shift_of_both_years_is_taken_off(first, second, shift):
    # drawn posteriors: how often the later share is below the earlier one moved by the shift
    draw = np.random.default_rng(4).beta
    theta0 = draw(first[0] + 0.5, first[1] - first[0] + 0.5, 20_000)
    theta1 = draw(second[0] + 0.5, second[1] - second[0] + 0.5, 20_000)
    found = probability_lower([first[0]], [first[1]], [second[0]], [second[1]], [shift])[0]
    assert found == pytest.approx((theta1 < theta0 + shift).mean(), abs=0.02)


@pytest.mark.parametrize(
    ("first", "second", "shift"),
    [((2, 16), (0, 13), -0.2215), ((0, 13), (2, 16), 0.2215), ((14, 16), (13, 13), 0.2215),
     ((0, 10), (0, 11), -2e-6), ((9, 300), (1, 9), -0.04), ((5, 5), (290, 300), 0.03),
     ((3, 10), (1, 10), 1.0), ((3, 10), (1, 10), -1.0)],
)  # fmt: skip
def test_a_shift_out_of_the_scale_is_exact(first, second, shift):
    # another way: over the quantiles of the earlier share, the corner told to scipy's quad
    (before, after) = (beta(x + 0.5, n - x + 0.5) for x, n in (first, second))
    corner = before.cdf(-shift if shift < 0 else 1 - shift)
    expected, _ = quad(lambda u: after.cdf(before.ppf(u) + shift), 0, 1, points=[corner], limit=400)
    found = probability_lower([first[0]], [first[1]], [second[0]], [second[1]], [shift])[0]
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_shift_agrees_with_four_million_draws():
    # no better than the shift: .87626 by an independent statistician's draws, error .0002
    assert 1 - probability_lower([2], [16], [0], [13], [-0.2215])[0] == pytest.approx(
        0.87626, abs=0.0005
    )


def test_an_unknown_shift_gives_no_probability():
    found = probability_lower([3, 3], [10, 10], [1, 1], [10, 10], [np.nan, 0.0])
    assert np.isnan(found).tolist() == [True, False]
