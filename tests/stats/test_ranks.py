"""Ranks, quarters and regional indices: by hand, against scipy and pandas."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.ranks import (
    lower_tail,
    mid_ranks,
    points_index,
    quarters,
    repeated,
)

NOTHING = float("nan")
columns = st.lists(
    st.one_of(st.just(NOTHING), st.integers(0, 5).map(float), st.floats(0, 5)), max_size=20
)


@given(columns)
def test_mid_ranks_agree_with_pandas(values):
    expected = pd.Series(values, dtype=float).rank().to_numpy()
    assert mid_ranks(values) == pytest.approx(expected, nan_ok=True)


@given(columns, st.randoms())
def test_order_of_schools_does_not_matter(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    shuffled = np.array(values, dtype=float)[order]
    for function in (mid_ranks, quarters, lambda v: lower_tail(v, 0.25)):
        expected = np.asarray(function(values), dtype=float)[order]
        assert np.asarray(function(shuffled), dtype=float) == pytest.approx(expected, nan_ok=True)


def test_quarters_by_hand():
    # quantiles of 1 … 8: 2.75, 4.5, 6.25
    assert quarters(np.arange(1, 9)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    # 25 % quantile of 0, 0, 0, 1 is 0: equal values stay together
    assert quarters([0, 0, 0, 1, NOTHING])[:4].tolist() == [1, 1, 1, 4]


@given(columns)
def test_the_lowest_quarter_is_the_lower_tail(values):
    assert lower_tail(values, 0.25).tolist() == (quarters(values) == 1).tolist()


def test_equal_schools_have_no_lower_tail():
    assert lower_tail([0.3, 0.3, 0.3], 0.25).tolist() == [False] * 3
    assert np.isnan(quarters([0.3, 0.3])).all()
    assert lower_tail([5.0], 0.25).tolist() == [False]
    assert lower_tail([NOTHING], 0.25).tolist() == [False]
    assert lower_tail([], 0.25).shape == quarters([]).shape == mid_ranks([]).shape == (0,)


def test_points_at_their_cut_offs():
    values = [[3 / 10, 20], [29 / 100, 15], [1.0, 14], [NOTHING, 20]]
    found = points_index(values, [[0.3], [15, 20]], [[0, 2], [0, 1, 3]])
    assert found[:3].tolist() == [5, 1, 2]
    assert np.isnan(found[3])


def test_repeated_years():
    flagged = [[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 0], [1, 1, 1]]
    assessed = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0]]
    is_repeated, is_known = repeated(flagged, assessed, needed=2)
    assert is_repeated.tolist() == [True, False, False, False, False]
    # one flag and one open year; one flag and two; none and two open; nothing known
    assert is_known.tolist() == [True, False, False, False, False]
    # one flag of three known years, two needed: surely not
    assert repeated([[1, 0, 0]], [[1, 1, 1]], needed=2)[1].tolist() == [True]


@pytest.mark.parametrize(
    "call",
    [
        lambda: lower_tail([1.0], 25),
        lambda: points_index([[1.0]], [[2, 1]], [[0, 1, 2]]),
        lambda: points_index([[1.0]], [[1]], [[0]]),
        lambda: points_index([[1.0, 2.0]], [[1]], [[0, 1]]),
        lambda: repeated([[1]], [[1]], needed=0),
        lambda: repeated([[1]], [[1, 1]], needed=1),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
