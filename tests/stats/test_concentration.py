"""Concentration of failing pupils: by hand and against full search."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.stats.concentration import smallest_majority, worst_part

NOTHING = float("nan")


def test_a_quarter_of_the_schools_by_hand():
    failing, n = np.array([10, 5, 3, 2, 0, 0, 0, 0]), np.full(8, 25)
    found = worst_part(failing, n, failing, 0.25)
    # two of eight schools: 15 of 20 failing pupils, 50 of 200 pupils
    assert (found.failing_share, found.pupil_share, found.n_schools) == (0.75, 0.25, 8)
    # a tenth is 0.8 of a school
    assert worst_part(failing, n, failing, 0.1).failing_share == pytest.approx(0.4)


def test_worst_by_count_and_by_share_are_different_schools():
    failing, n = np.array([10, 4, 0, 0]), np.array([100, 4, 50, 46])
    assert worst_part(failing, n, failing, 0.25).failing_share == pytest.approx(10 / 14)
    by_share = worst_part(failing, n, failing / n, 0.25)
    assert by_share.failing_share == pytest.approx(4 / 14)
    assert by_share.pupil_share == pytest.approx(4 / 200)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=12))
def test_order_does_not_matter_and_all_schools_hold_all(pairs):
    failing = np.array([f for f, _ in pairs])
    n = failing + [extra for _, extra in pairs]
    found = worst_part(failing, n, failing, 0.25)
    backwards = worst_part(failing[::-1], n[::-1], failing[::-1], 0.25)
    assert found.pupil_share == pytest.approx(backwards.pupil_share)
    if failing.sum():
        assert found.failing_share == pytest.approx(backwards.failing_share)
        assert found.failing_share >= 0.25 - 1e-9
        assert worst_part(failing, n, failing, 1.0).failing_share == pytest.approx(1)
    else:
        assert np.isnan(found.failing_share)


def test_equal_schools_hold_their_part():
    found = worst_part([2, 2, 2, 2, 2], [9, 9, 9, 9, 9], [2, 2, 2, 2, 2], 0.25)
    assert found.failing_share == pytest.approx(0.25)
    assert found.pupil_share == pytest.approx(0.25)


def test_missing_and_empty_schools_are_left_out():
    found = worst_part([4, NOTHING, 0, 1], [10, 10, 0, 10], [4, 9, 9, 1], 0.5)
    assert found.n_schools == 2
    assert found.failing_share == pytest.approx(0.8)
    nothing = worst_part([], [], [], 0.25)
    assert nothing.n_schools == 0
    assert np.isnan([nothing.failing_share, nothing.pupil_share]).all()
    assert worst_part([1], [5], [1], 0.25).failing_share == pytest.approx(0.25)


def test_exactly_the_share_is_not_more():
    # 6 of 10 is exactly 60 %
    assert smallest_majority([6, 2, 1, 1], 3, 5) == 2
    assert smallest_majority([7, 2, 1, 0], 3, 5) == 1


def test_schools_tied_at_the_last_place_are_not_all_counted():
    # 5 + 2 of 10 is 70 %; 26 + 10 + 8 + 8 of 82 is 63.4 %, and the fifth school has 8 as well
    assert smallest_majority([5, 2, 2, 1], 3, 5) == 2
    assert smallest_majority([26, 10, 8, 8, 8, 7, 6, 5, 4], 3, 5) == 4


def test_nobody_failed():
    assert smallest_majority([0, 0, NOTHING], 3, 5) == 0
    assert smallest_majority([], 3, 5) == 0
    assert smallest_majority([3], 3, 5) == 1
    assert smallest_majority([NOTHING, 3], 3, 5) == 1


@settings(max_examples=60)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=7).filter(any))
def test_no_smaller_group_would_do(failing):
    assert smallest_majority(failing, 3, 5) == next(
        size
        for size in range(len(failing) + 1)
        if any(5 * sum(group) > 3 * sum(failing) for group in combinations(failing, size))
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: worst_part([3], [2], [3], 0.25),
        lambda: worst_part([1], [2], [1], 25),
        lambda: smallest_majority([-1], 3, 5),
        lambda: smallest_majority([1], 5, 5),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
