"""Partial conjunction and Cauchy combination: by hand, and against a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.combine import cauchy_combination, partial_conjunction


@pytest.mark.parametrize(
    ("p", "r", "expected"),
    [
        # Simes by hand: min(3*.01, 3/2*.04, 3/3*.9) = .03
        ([0.01, 0.04, 0.9], 1, 0.03),
        # two true: the two largest, min(2*.04, 2/2*.9) = .08
        ([0.9, 0.01, 0.04], 2, 0.08),
        # three true: the largest alone
        ([0.01, 0.04, 0.9], 3, 0.9),
        # never above one
        ([0.9, 0.95], 1, 0.95),
    ],
)
def test_by_hand(p, r, expected):
    assert partial_conjunction([p], r)[0] == pytest.approx(expected)


def by_definition(p, r):
    ordered = sorted(v for v in p if not np.isnan(v))
    m = len(ordered)
    if m < r:
        return np.nan
    return min(1, *((m - r + 1) / i * ordered[r - 2 + i] for i in range(1, m - r + 2)), 1)


rows = st.lists(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1)), min_size=5, max_size=5),
    min_size=1,
    max_size=6,
)


@given(rows, st.integers(1, 3))
def test_agrees_with_the_definition_and_skips_missing_tests(table, r):
    found = partial_conjunction(table, r)
    assert found == pytest.approx([by_definition(row, r) for row in table], nan_ok=True)


@given(rows)
def test_more_needed_is_never_easier(table):
    one, two = partial_conjunction(table, 1), partial_conjunction(table, 2)
    both = ~np.isnan(two)
    assert (one[both] <= two[both] + 1e-12).all()


def test_too_few_tests_are_missing():
    nothing = float("nan")
    assert np.isnan(partial_conjunction([[0.01, nothing]], 2)[0])
    assert np.isnan(partial_conjunction([[nothing]], 1)[0])
    assert partial_conjunction(np.empty((0, 3)), 1).shape == (0,)


@pytest.mark.parametrize(("p", "r"), [([[1.2]], 1), ([[-0.1]], 1), ([[0.5]], 0)])
def test_impossible_input_is_refused(p, r):
    with pytest.raises(ValueError, match="must"):
        partial_conjunction(p, r)


def test_cauchy_combination_of_one_test_is_itself_and_of_a_half_counts_nothing():
    assert cauchy_combination([[1e-20], [0.3], [0.97]]) == pytest.approx([1e-20, 0.3, 0.97])
    # tan(0.49 pi) / 2 back again: atan(2 / tan(0.49 pi)) / pi
    expected = np.arctan(2 / np.tan(0.49 * np.pi)) / np.pi
    assert cauchy_combination([[0.01, 0.5]])[0] == pytest.approx(expected)


def test_cauchy_combination_leaves_out_what_is_missing():
    found = cauchy_combination([[0.02, np.nan, 0.02], [np.nan] * 3])
    assert found[0] == pytest.approx(0.02)
    assert np.isnan(found[1])
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        cauchy_combination([[1.2]])


@given(st.lists(st.floats(1e-9, 0.99), min_size=1, max_size=8), st.randoms())
def test_cauchy_combination_knows_no_order_and_lies_between(p, random):
    mixed = list(p)
    random.shuffle(mixed)
    found = cauchy_combination([p])[0]
    assert found == pytest.approx(cauchy_combination([mixed])[0], rel=1e-6)
    assert min(p) * (1 - 1e-6) <= found <= max(p) * (1 + 1e-6)
