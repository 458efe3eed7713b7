"""Intervals of one share against published numbers and an independent implementation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from shnor_analysis.stats.intervals import probability_at_least, share, wilson_interval

# UKHSA PHEindicatormethods, testdata_Byars_Wilson.xlsx (methodology 9.1), six digits.
PUBLISHED = [
    (65, 100, 0.95, 0.552544, 0.736358),
    (65, 100, 0.998, 0.495495, 0.778354),
    (1045, 5000, 0.95, 0.197955, 0.220491),
    (1045, 5000, 0.998, 0.191794, 0.227316),
]
# Computed apart with scipy from the closed form (methodology 9.1).
CALCULATED = [
    (3, 10, 0.95, 0.107791, 0.603222),
    (9, 30, 0.95, 0.166647, 0.478758),
    (30, 100, 0.95, 0.218949, 0.395849),
    (0, 5, 0.95, 0.0, 0.434482),
    (2, 5, 0.95, 0.117621, 0.769276),
]

counts = st.integers(1, 600).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("x", "n", "level", "lower", "upper"), PUBLISHED + CALCULATED)
def test_wilson_published(x, n, level, lower, upper):
    found = wilson_interval([x], [n], level)
    assert (found[0][0], found[1][0]) == pytest.approx((lower, upper), abs=6e-7)


@given(counts)
def test_wilson_agrees_with_statsmodels(pair):
    x, n = pair
    expected = proportion_confint(x, n, 0.05, method="wilson")
    found = wilson_interval([x], [n])
    assert (found[0][0], found[1][0]) == pytest.approx(expected, abs=1e-12)


@given(counts)
def test_wilson_contains_the_share_and_mirrors(pair):
    x, n = pair
    lower, upper = wilson_interval([x], [n])
    assert 0 <= lower[0] <= x / n <= upper[0] <= 1
    mirrored = wilson_interval([n - x], [n])
    assert (1 - mirrored[1][0], 1 - mirrored[0][0]) == pytest.approx(
        (lower[0], upper[0]), abs=1e-12
    )


def test_ends_are_exact():
    lower, upper = wilson_interval([0, 7], [7, 7])
    assert lower[0] == 0.0
    assert upper[1] == 1.0


def test_nobody_took_part_is_missing_not_zero():
    assert np.isnan(share([0], [0])[0])
    assert np.isnan(wilson_interval([0], [0])[0][0])
    assert np.isnan(probability_at_least([0], [0], 0.3)[0])


def test_missing_counts_stay_missing():
    x = pd.Series([1, None], dtype="Int64")
    n = pd.Series([4, 9], dtype="Int64")
    assert share(x, n)[0] == 0.25
    assert np.isnan(share(x, n)[1])
    assert np.isnan(wilson_interval(x, n)[1][1])


# Jeffreys posterior, methodology 3.2 (scipy, four digits).
@pytest.mark.parametrize(
    ("x", "n", "expected"),
    [
        (3, 10, 0.5193),
        (4, 10, 0.7619),
        (9, 30, 0.5108),
        (12, 30, 0.8824),
        (2, 5, 0.7032),
        (1, 3, 0.5843),
    ],
)
def test_probability_at_least_published(x, n, expected):
    assert probability_at_least([x], [n], 0.30)[0] == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("x", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(x, n):
    with pytest.raises(ValueError, match="within"):
        wilson_interval([x], [n])


@pytest.mark.parametrize("level", [0, 1, 95])
def test_confidence_is_a_fraction(level):
    with pytest.raises(ValueError, match="fraction"):
        wilson_interval([1], [3], level)


@pytest.mark.parametrize("threshold", [0.0, 1.0, 30])
def test_threshold_is_a_fraction(threshold):
    with pytest.raises(ValueError, match="fraction"):
        probability_at_least([1], [3], threshold)


def test_empty_input_gives_empty_output():
    assert share([], []).shape == (0,)
    assert wilson_interval([], [])[0].shape == (0,)
