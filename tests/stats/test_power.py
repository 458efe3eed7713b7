"""What change can be seen at all: against numbers of statistics.md and drawn samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.stats.change import fisher_midp
from shnor_analysis.stats.power import power_of_fall, visible_changes, visible_share

USUAL = {"alpha": 0.05, "power": 0.8}


def test_the_sizes_of_statistics_3():
    # «30 % to 10 % needs about 49 pupils a year, 50 % to 20 % about 32»
    assert power_of_fall(49, [0.3], 49, [0.1], alpha=0.05)[0] == pytest.approx(0.80, abs=0.01)
    assert power_of_fall(32, [0.5], 32, [0.2], alpha=0.05)[0] == pytest.approx(0.80, abs=0.015)
    assert power_of_fall(30, [0.5], 30, [0.2], alpha=0.05)[0] < 0.8


def test_ten_pupils_a_year_see_only_half_of_the_scale():
    # «a school with 10 per year only sees changes of 55-60 points»: 55 at most, 48 at the ends
    smallest, largest = visible_changes(10, **USUAL)
    assert (smallest, largest) == pytest.approx((0.48, 0.55), abs=0.01)
    assert np.isnan(visible_share(10, [0.3], 10, rises=False, **USUAL)).all()


def test_power_is_how_often_the_test_finds_it():
    # Drawn samples and the two-sided mid-p of another module: p <= 10 % on the falling side.
    draws = np.random.default_rng(20).binomial
    before, after = draws(20, 0.6, 40_000), draws(25, 0.25, 40_000)
    found = (fisher_midp(before, 20, after, 25) <= 0.1) & (after / 25 < before / 20)
    power = power_of_fall(20, [0.6], 25, [0.25], alpha=0.05)[0]
    assert power == pytest.approx(found.mean(), abs=0.01)


def test_without_a_change_the_level_is_kept():
    shares = np.linspace(0, 1, 11)
    for n in (3, 10, 30):
        assert (power_of_fall(n, shares, n, shares, alpha=0.05) <= 0.06).all()


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 100))
def test_what_is_visible_is_seen_and_less_is_not(n0, n1, percent):
    start = percent / 100
    for rises in (False, True):
        after = visible_share(n0, [start], n1, rises=rises, **USUAL)[0]
        if np.isnan(after):
            continue
        assert bool(after > start) is rises
        p, q = (1 - start, 1 - after) if rises else (start, after)
        assert power_of_fall(n0, [p], n1, [q], alpha=0.05)[0] >= 0.8 - 1e-9
        nearer = min(q + 1e-3, p)
        assert power_of_fall(n0, [p], n1, [nearer], alpha=0.05)[0] < 0.8 + 1e-3


def test_larger_schools_see_smaller_changes():
    largest = [visible_changes(n, **USUAL)[1] for n in (10, 20, 50, 100)]
    assert largest == sorted(largest, reverse=True)
    assert np.isnan(visible_changes(2, **USUAL)).all()


def test_an_empty_group_sees_nothing():
    assert power_of_fall(0, [0.5], 10, [0.0], alpha=0.05).tolist() == [0.0]
    assert np.isnan(visible_share(10, [0.9], 0, rises=False, **USUAL)).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"share_before": [1.2]}, "shares"), ({"share_after": [np.nan]}, "shares"),
     ({"alpha": 0.5}, "alpha"), ({"n_after": -1}, "negative")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change, sentence):
    wanted = {"n_before": 10, "share_before": [0.5], "n_after": 10, "share_after": [0.1],
              "alpha": 0.05, **change}  # fmt: skip
    with pytest.raises(ValueError, match=sentence):
        power_of_fall(**wanted)
