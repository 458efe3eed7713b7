"""Chance of reaching the threshold: the table of methodology 3.2."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.chance import (
    chance_over_threshold,
    failures_needed,
    predictive_over_threshold,
)

# n, failures needed, chance at a true share of 0.10, 0.15, 0.20, 0.25 (methodology 3.2)
TABLE = [
    (3, 1, 0.271, 0.386, 0.488, 0.578),
    (5, 2, 0.082, 0.165, 0.263, 0.367),
    (10, 3, 0.070, 0.180, 0.322, 0.474),
    (20, 6, 0.011, 0.067, 0.196, 0.383),
    (30, 9, 0.002, 0.028, 0.129, 0.326),
    (50, 15, 0.0001, 0.0053, 0.061, 0.252),
    (100, 30, 0.0000, 0.0001, 0.011, 0.150),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"n={row[0]}")
def test_published_table(row):
    n, needed, *chances = row
    assert failures_needed([n], 3, 10)[0] == needed
    found = chance_over_threshold([n] * 4, [0.10, 0.15, 0.20, 0.25], 3, 10)
    assert found == pytest.approx(chances, abs=6e-4)


@given(st.integers(1, 1000))
def test_needed_is_the_smallest_count_that_reaches(n):
    needed = int(failures_needed([n], 3, 10)[0])
    assert 10 * needed >= 3 * n
    assert 10 * (needed - 1) < 3 * n or needed == 1


def test_a_posterior_is_the_mean_of_the_shares_it_holds():
    # drawn shares: the chance of a known share, averaged over Beta(4, 12)
    shares = np.random.default_rng(1).beta(4, 12, 40_000)
    expected = chance_over_threshold(np.full(40_000, 20), shares, 3, 10).mean()
    found = predictive_over_threshold([20, 20, 0], [4, np.nan, 4], [12, 12, 12], 3, 10)
    assert found[0] == pytest.approx(expected, abs=0.005)
    assert np.isnan(found[1])
    assert found[2] == 0
    assert predictive_over_threshold([], [], [], 3, 10).shape == (0,)
