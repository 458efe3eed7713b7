"""Two marks of the same pupils: published numbers, statsmodels, empty categories, properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import SquareTable
from statsmodels.stats.inter_rater import cohens_kappa

from shnor_analysis.stats.agreement import (
    bowker,
    mark_counts,
    quadratic_kappa,
    sign_test,
    stuart_maxwell,
)

# methodology of the project, table T4.1: rows are marks for ВПР, columns school marks
T41 = np.array([[0, 6, 2, 0], [0, 14, 9, 1], [0, 2, 12, 4], [0, 0, 3, 7]])
# Stuart (1955): unaided vision of the right and the left eye of 7477 women
EYES = np.array(
    [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
)
tables = st.lists(st.integers(0, 40), min_size=16, max_size=16).map(
    lambda cells: np.array(cells).reshape(4, 4)
)


def test_the_table_of_the_methodology():
    found = mark_counts([T41])
    assert (found.n[0], found.lowered[0], found.confirmed[0], found.raised[0]) == (60, 22, 33, 5)
    assert found.gross[0] == 3
    assert found.shift[0] == pytest.approx(-20 / 60)
    test = bowker([T41])
    assert (test.statistic[0], test.df[0]) == (pytest.approx(13.59740, abs=5e-6), 5)
    assert test.p_value[0] == pytest.approx(0.01838, abs=5e-6)
    assert sign_test([22], [5], mid_p=False)[0] == pytest.approx(0.0015137, abs=5e-8)
    assert quadratic_kappa([T41])[0] == pytest.approx(0.6, abs=5e-6)


def test_the_eyes_of_stuart():
    # Stuart (1955) 11.96 with 3 df; Bowker 19.11 with 6 df (Bishop, Fienberg, Holland, 1975, 8.2)
    marginal, symmetry = stuart_maxwell([EYES]), bowker([EYES])
    assert (marginal.statistic[0], marginal.df[0]) == (pytest.approx(11.96, abs=0.005), 3)
    assert (symmetry.statistic[0], symmetry.df[0]) == (pytest.approx(19.11, abs=0.005), 6)


def test_the_sign_test_of_a_small_school():
    # 5 to 0: exact 2/32, mid-p half of it; 0 to 0 says nothing
    assert sign_test([5, 0, 3], [0, 5, 3]).tolist() == [0.03125, 0.03125, 1.0]
    assert np.isnan(sign_test([0], [0])[0])


@pytest.mark.parametrize(("down", "up"), [(22, 5), (1, 0), (3, 9), (4, 4), (200, 170)])
def test_the_exact_sign_test_is_that_of_scipy(down, up):
    found = sign_test([down], [up], mid_p=False)[0]
    assert found == pytest.approx(binomtest(down, down + up, 0.5).pvalue)


def test_an_absent_mark_spoils_nothing():
    # no «2» anywhere: statsmodels must be given the smaller table by hand
    table = np.array([[0, 0, 0, 0], [0, 20, 9, 2], [0, 12, 30, 14], [0, 1, 3, 25]])
    found = stuart_maxwell([table])
    other = SquareTable(table[1:, 1:], shift_zeros=False).homogeneity()
    assert (found.statistic[0], found.df[0]) == (pytest.approx(other.statistic), 2)
    assert found.p_value[0] == pytest.approx(other.pvalue)


def test_marks_in_two_groups_nobody_crosses():
    # 2 ↔ 3 and 4 ↔ 5 only: two McNemar tests, (20-8)²/28 + (15-5)²/20, two degrees of freedom
    table = np.array([[5, 20, 0, 0], [8, 5, 0, 0], [0, 0, 5, 15], [0, 0, 5, 5]])
    found = stuart_maxwell([table])
    assert (found.statistic[0], found.df[0]) == (pytest.approx(144 / 28 + 5), 2)


def test_few_discordant_pupils_get_no_asymptotic_p():
    table = np.array([[0, 24, 0, 0], [0, 9, 0, 0], [0, 0, 9, 0], [0, 0, 0, 9]])
    more = table.copy()
    more[0, 1] = 25
    found = stuart_maxwell([table, more])
    assert np.isnan(found.p_value).tolist() == [True, False]


@pytest.mark.parametrize("table", [np.zeros((4, 4)), np.diag([0, 0, 0, 9]), np.diag([3, 4, 5, 6])])
def test_nothing_moved_is_neither_nought_nor_one(table):
    assert np.isnan(bowker([table]).p_value[0])
    assert np.isnan(stuart_maxwell([table]).p_value[0])
    kappa = quadratic_kappa([table])[0]
    assert kappa == 1 if np.count_nonzero(table) > 1 else np.isnan(kappa)


@pytest.mark.parametrize("wrong", [[[1, 2], [3, 4]], [[[1, 2, 3], [4, 5, 6]]], [[[1, -1], [0, 0]]]])
def test_what_is_no_table_of_counts_is_refused(wrong):
    with pytest.raises(ValueError, match=r"tables|counts"):
        mark_counts(wrong)


@given(tables)
def test_parts_make_the_whole_and_order_of_schools_is_nothing(table):
    stacked = np.stack([table, T41])
    found, swapped = mark_counts(stacked), mark_counts(stacked[::-1])
    assert (found.lowered + found.confirmed + found.raised).tolist() == found.n.tolist()
    assert found.shift[::-1] == pytest.approx(swapped.shift, nan_ok=True)
    assert bowker(stacked).statistic[0] == pytest.approx(bowker([table]).statistic[0], nan_ok=True)


@given(tables)
def test_the_other_way_round_mirrors(table):
    there, back = mark_counts([table]), mark_counts([table.T])
    assert (there.lowered[0], there.raised[0]) == (back.raised[0], back.lowered[0])
    assert quadratic_kappa([table]) == pytest.approx(quadratic_kappa([table.T]), nan_ok=True)
    for test in (bowker, stuart_maxwell):
        a, b = test([table]).statistic, test([table.T]).statistic
        assert a == pytest.approx(b, nan_ok=True, abs=1e-9)


@given(tables.filter(lambda t: (t > 0).all()))
def test_full_tables_agree_with_statsmodels(table):
    other = SquareTable(table, shift_zeros=False)
    assert bowker([table]).statistic[0] == pytest.approx(other.symmetry().statistic, abs=1e-9)
    found = stuart_maxwell([table]).statistic[0]
    assert found == pytest.approx(other.homogeneity().statistic, rel=1e-6, abs=1e-9)
    kappa = cohens_kappa(table, wt="quadratic").kappa
    assert quadratic_kappa([table])[0] == pytest.approx(kappa, abs=1e-9)
