"""Chance of a marker in an honest school: figures of the methodology, a simulation, edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from shnor_analysis.stats.honest_chance import (
    chance_beyond,
    chance_of_any,
    chance_of_high_mean,
    chance_of_negative_correlation,
)

Z = 1.96


@pytest.mark.parametrize(("n", "any_of_six"), [(5, 0.29), (10, 0.20), (25, 0.14), (50, 0.11)])
def test_an_average_school_gets_one_of_six_mean_markers(n, any_of_six):
    # methodology 4.0, simulated on a scale of 0-20 with 9 000 pupils in the region
    one = chance_of_high_mean([n], 9000, Z)
    assert chance_of_any(np.tile(one, (1, 6)))[0] == pytest.approx(any_of_six, abs=0.015)


@pytest.mark.parametrize(("n", "power"), [(5, 0.27), (10, 0.36), (25, 0.66), (50, 0.92)])
def test_half_a_deviation_is_seen(n, power):
    # methodology 4.0: a school half a standard deviation above the region
    assert chance_of_high_mean([n], 9000, Z, effect=0.5)[0] == pytest.approx(power, abs=0.025)


@pytest.mark.parametrize(
    ("n", "chance"), [(3, 0.257), (4, 0.185), (5, 0.163), (10, 0.075), (25, 0.01)]
)
def test_a_negative_correlation_by_chance(n, chance):
    # at a true 0.5: 3-5 from an independent simulation of 20 000 schools, 25 of methodology 4.0
    assert chance_of_negative_correlation([n], 0.5)[0] == pytest.approx(chance, abs=0.01)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6, 7, 8, 9, 10, 20])
def test_the_correlation_agrees_with_a_simulation(n):
    rng = np.random.default_rng(20)
    x = rng.normal(size=(40000, n))
    y = 0.5 * x + np.sqrt(0.75) * rng.normal(size=(40000, n))
    product = ((rankdata(x, axis=1) - (n + 1) / 2) * (rankdata(y, axis=1) - (n + 1) / 2)).sum(
        axis=1
    )
    # a coefficient of nought does not meet the marker
    simulated = (product < -1e-9).mean()
    assert chance_of_negative_correlation([n], 0.5)[0] == pytest.approx(simulated, abs=0.01)


def test_one_pupil_and_no_region_have_no_chance():
    assert np.isnan(chance_of_high_mean([1, 20, np.nan], [9000, np.nan, 9000], Z)).all()
    assert np.isnan(chance_of_negative_correlation([0, 1, np.nan], 0.5)).all()
    assert np.isnan(chance_beyond([1.0, 1.0], [0.0, np.nan])).all()
    assert np.isnan(chance_of_any([[np.nan, np.nan]])[0])
    with pytest.raises(ValueError, match="within"):
        chance_of_negative_correlation([5], 1.0)


@given(st.integers(2, 500))
def test_a_larger_school_meets_a_marker_less_often(n):
    for chance in (
        chance_of_high_mean([n, n + 1], 9000, Z),
        chance_of_negative_correlation([n + 1, n + 2], 0.5),
    ):
        assert 0 < chance[1] < chance[0] < 0.5
