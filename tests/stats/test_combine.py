"""Partial conjunction: by hand, and against a plain loop over the definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.combine import partial_conjunction


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
