"""Rank correlation from counts: against scipy on the pupils one by one, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from shnor_analysis.stats.rank_correlation import (
    degrees_of_freedom,
    pooled_spearman,
    rank_sums,
    spearman_interval,
)

cells = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 6), st.integers(2, 5), st.integers(1, 4)),
    min_size=1,
    max_size=20,
)


def columns(rows):
    return [np.array(one) for one in zip(*rows, strict=True)]


def one_by_one(rows, group):
    """Pupils of a group, each by name."""
    mine = [(x, y) for g, x, y, count in rows if g == group for _ in range(count)]
    return np.array(mine).reshape(-1, 2).T


@given(cells)
def test_from_counts_as_scipy_says_pupil_by_pupil(rows):
    group, x, y, count = columns(rows)
    sums = rank_sums(group, x, y, count, 3)
    found = pooled_spearman(sums, np.arange(3), 3)
    for place in range(3):
        first, second = one_by_one(rows, place)
        assert sums.n[place] == len(first)
        if len(set(first)) < 2 or len(set(second)) < 2:
            assert np.isnan(found.rho[place])
            assert found.n[place] == 0
        else:
            assert found.rho[place] == pytest.approx(spearmanr(first, second).statistic)
            assert (found.n[place], found.n_groups[place]) == (len(first), 1)


@given(cells)
def test_pooled_within_groups_as_pearson_of_scaled_ranks(rows):
    """The definition pupil by pupil: ranks within the group, centred, divided by n + 1."""
    group, x, y, count = columns(rows)
    found = pooled_spearman(rank_sums(group, x, y, count, 3), np.zeros(3, dtype=int), 1)
    parts = [one_by_one(rows, place) for place in range(3)]
    parts = [p for p in parts if len(set(p[0])) > 1 and len(set(p[1])) > 1]
    if not parts:
        assert np.isnan(found.rho[0])
        return
    dx, dy = (
        np.concatenate([(rankdata(p[k]) - (p.shape[1] + 1) / 2) / (p.shape[1] + 1) for p in parts])
        for k in (0, 1)
    )
    expected = np.sum(dx * dy) / np.sqrt(np.sum(dx**2) * np.sum(dy**2))
    assert found.rho[0] == pytest.approx(expected)
    assert found.n_groups[0] == len(parts)


@given(cells, st.randoms(use_true_random=False))
def test_order_and_repeated_cells_change_nothing(rows, random):
    split = [(g, x, y, 1) for g, x, y, count in rows for _ in range(count)]
    random.shuffle(split)
    whole, parts = (
        pooled_spearman(rank_sums(*columns(one), 3), [0, 0, 1], 2) for one in (rows, split)
    )
    # no correlation is a rounding away from exactly zero
    np.testing.assert_allclose(whole.rho, parts.rho, equal_nan=True, atol=1e-12)
    assert whole.n.tolist() == parts.n.tolist()


def test_a_work_in_which_all_marks_are_equal_says_nothing():
    # the second work has marks 4 only: it neither helps nor dilutes
    sums = rank_sums([0, 0, 0, 1, 1], [1, 2, 3, 1, 2], [3, 4, 5, 4, 4], [1] * 5, 2)
    found = pooled_spearman(sums, [0, 0], 1)
    assert (found.rho[0], found.n[0], found.n_groups[0]) == (1.0, 3, 1)


def test_interval_by_hand():
    # atanh .5 = .549306; 1.03 / sqrt(27) = .198223; * 1.959964 = .388510;
    # tanh .160796 = .159425; tanh .937816 = .734217
    lower, upper = spearman_interval([0.5, 0.5, np.nan, 1.0], [30, 3, 30, 30])
    assert lower == pytest.approx([0.159425, np.nan, np.nan, 1.0], abs=1e-5, nan_ok=True)
    assert upper == pytest.approx([0.734217, np.nan, np.nan, 1.0], abs=1e-5, nan_ok=True)


def test_every_further_work_costs_one_pair():
    # 15 pairs in one work are as good as 17 in three
    assert degrees_of_freedom([15, 17, 0], [1, 3, 0]).tolist() == [15, 15, 0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([0], [1.0, 2.0], [1.0], [1], 1), "one length"),
        (([0], [np.nan], [1.0], [1], 1), "must be known"),
        (([0], [1.0], [1.0], [-1], 1), "not negative"),
        (([1], [1.0], [1.0], [1], 1), "groups must lie"),
    ],
)
def test_what_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        rank_sums(*arguments)


def test_a_correlation_beyond_one_is_refused():
    with pytest.raises(ValueError, match="must lie"):
        spearman_interval([1.2], [30])
    with pytest.raises(ValueError, match="confidence"):
        spearman_interval([0.2], [30], confidence=95)


def test_nothing_gives_nothing():
    found = pooled_spearman(rank_sums([], [], [], [], 0), [], 0)
    assert found.rho.shape == (0,)
