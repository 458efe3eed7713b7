"""Stability of lists: by hand, and properties of sets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.sensitivity import (
    confirmed_change,
    core_share,
    inclusion_classes,
    jaccard,
    list_change,
)

schools = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=15)


def names(mask):
    return set(np.flatnonzero(mask).tolist())


@given(schools)
def test_agrees_with_python_sets(pairs):
    first, second = np.array(pairs, dtype=bool).reshape(-1, 2).T
    a, b = names(first), names(second)
    assert jaccard(first, second) == (len(a & b) / len(a | b) if a | b else 1.0)
    change = list_change(first, second)
    assert (names(change.stayed), names(change.entered), names(change.left)) == (
        a & b,
        b - a,
        a - b,
    )


def test_one_list_against_many_variants():
    base = [True, True, False, False]
    variants = [[True, True, False, False], [True, False, True, False], [False] * 4]
    # by hand: the same; one of three; nothing of two
    assert jaccard(base, variants) == pytest.approx([1, 1 / 3, 0])
    assert list_change(base, variants).left.sum(axis=1).tolist() == [0, 1, 2]


def test_moves_of_the_transition_example():
    # methodology T6.3: A–H, then A, B, C, I, J of 40 schools: stay 3, out 5, in 2
    before, after = np.zeros(40, dtype=bool), np.zeros(40, dtype=bool)
    before[:8], after[[0, 1, 2, 8, 9]] = True, True
    change = list_change(before, after)
    counts = [int(mask.sum()) for mask in (change.stayed, change.left, change.entered)]
    assert counts == [3, 5, 2]
    assert jaccard(before, after) == pytest.approx(3 / 10)


def test_only_large_changes_confirm_a_move():
    before = [1, 1, 1, 0, 0, 1]
    after = [0, 0, 0, 1, 1, 1]
    # exactly one half in decimal digits; less; unknown; gained; gained too little; stayed
    was = [0.7, 0.69, np.nan, 0.1, 0.4, 0.9]
    now = [0.2, 0.20, 0.10, 0.9, 0.6, 0.1]
    assert 0.7 - 0.2 < 0.5  # binary digits alone would refuse it
    found = confirmed_change(before, after, was, now, least_change=0.5)
    assert names(found.left) == {0}
    assert names(found.entered) == {3}
    assert names(found.stayed) == {5}


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 1), st.floats(0, 1)), max_size=10)
)
def test_confirmed_moves_are_moves_and_none_is_needed_for_any(rows):
    before, after, was, now = np.array(rows, dtype=float).reshape(-1, 4).T
    every = list_change(before, after)
    found = confirmed_change(before, after, was, now, least_change=0.5)
    assert names(found.left) <= names(every.left)
    assert names(found.entered) <= names(every.entered)
    assert not (found.left & (now > was)).any()


def test_inclusion_classes_at_their_thresholds():
    p = [1.0, 0.8, 0.7999, 0.2, 0.1999, 0.0, np.nan]
    found = inclusion_classes(p, core_from=0.8, borderline_from=0.2)
    assert names(found.core) == {0, 1}
    assert names(found.borderline) == {2, 3}


def test_core_share():
    listed = [True, True, True, False]
    assert core_share(listed, [0.9, 0.8, np.nan, 1.0], core_from=0.8) == pytest.approx(2 / 3)
    assert np.isnan(core_share([False], [0.9], core_from=0.8))
    assert np.isnan(core_share([], [], core_from=0.8))


def test_empty_lists_are_equal():
    assert jaccard([], []) == 1.0
    assert jaccard([False], [False]) == 1.0
    assert jaccard([True], [False]) == 0.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: inclusion_classes([1.1], core_from=0.8, borderline_from=0.2),
        lambda: inclusion_classes([0.5], core_from=0.2, borderline_from=0.8),
        lambda: confirmed_change([1], [0], [0.5], [-0.1], least_change=0.5),
        lambda: confirmed_change([1], [0], [0.5], [0.1], least_change=50),
        lambda: core_share([True], [2.0], core_from=0.8),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
