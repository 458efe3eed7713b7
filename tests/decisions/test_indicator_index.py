"""The index that any list of indicators gives: ranks, z-scores and points, by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from shnor_analysis.decisions.indicator_index import (
    ALL_SCHOOLS,
    Scoring,
    index_of_year,
    verdict_of_year,
)
from shnor_analysis.decisions.school_groups import narrowest, school_groups

NOTHING = float("nan")
NO_BANDS = ()


def rule(method="ranks", sign=(1, -1), weights=None, bands=NO_BANDS, **more):
    given_ = {"required_weight": 0.5, "largest_z": 3.0, "cut_share": 0.25, "min_cluster_schools": 6}
    return Scoring(
        method=method,
        sign=np.array(sign, dtype=float),
        weights=np.array(weights or [1] * len(sign), dtype=float),
        bands=tuple((np.array(cuts, float), np.array(steps, float)) for cuts, steps in bands),
        **(given_ | more),
    )


def year(values, scoring, groups=(), reference=None):
    table = np.array(values, dtype=float)
    divisions = tuple(np.array(one, dtype=object) for one in groups)
    return index_of_year(table, scoring, divisions, reference)


# high results (more is better) and below the minimum (more is worse) of five schools
FIVE = [[0.5, 0.0], [0.3, 0.1], [0.3, 0.3], [0.1, 0.2], [0.0, 0.5]]


def test_ranks_by_hand():
    # places by high: 100, 62.5 (tie of 2nd and 3rd), 62.5, 25, 0; by below: 100, 75, 25, 50, 0
    found = year(FIVE, rule())
    assert found.index.tolist() == [100, 68.75, 43.75, 37.5, 0]
    # the 25 % quantile of five numbers is the second smallest
    assert found.border.tolist() == [37.5] * 5
    assert found.is_below.tolist() == [False, False, False, True, True]


def test_z_by_hand():
    # high: mean .24, population sd √.0304 = .174356; below: mean .22, sd √.0296 = .172047
    found = year(FIVE, rule("z"))
    first = [(0.5 - 0.24) / 0.174356, (0.22 - 0.0) / 0.172047]
    assert found.scores[0].tolist() == pytest.approx(first, abs=1e-5)
    assert found.index[0] == pytest.approx(sum(first) / 2, abs=1e-5)
    assert found.index.sum() == pytest.approx(0)


def test_a_far_value_does_not_count_beyond_the_largest_deviation():
    values = [[0.0]] * 99 + [[1.0]]
    found = year(values, rule("z", sign=(-1,)))
    assert found.index.min() == -3


def test_points_by_hand():
    # high: 1 point from 10 %, 3 from 40 %; below: 2 points below 20 %, none from there
    bands = (([0.1, 0.4], [0, 1, 3]), ([0.0, 0.2], [0, 2, 0]))
    found = year(FIVE, rule("points", bands=bands))
    # sums 5, 3, 1, 1, 0 of 5 possible
    assert found.index.tolist() == pytest.approx([100, 60, 20, 20, 0])


def test_points_of_what_is_known_are_a_part_of_what_was_possible():
    bands = (([0.1, 0.4], [0, 1, 3]), ([0.0, 0.2], [0, 2, 0]))
    # without the second indicator 1 of 3 possible points, without the first 2 of 2
    found = year([*FIVE, [0.3, NOTHING], [NOTHING, 0.1]], rule("points", bands=bands,
                                                                required_weight=0.4))  # fmt: skip
    assert found.index[5:].tolist() == pytest.approx([100 / 3, 100])


def test_penalty_points_keep_the_order_of_their_sums():
    bands = (([0.1, 0.4], [0, -1, -3]),)
    values = [[0.0], [0.2], [0.5]]
    found = year(values, rule("points", sign=(-1,), bands=bands))
    assert found.index.tolist() == pytest.approx([100, 200 / 3, 0])


def test_three_of_ten_reaches_the_step_at_thirty_per_cent():
    # T3.4 of the methodology: 0.3 >= 0.3 whatever the last binary digit says
    bands = (([0.0, 0.3], [0, 1, 0]),)
    found = year([[3 / 10], [29 / 100]], rule("points", sign=(-1,), bands=bands))
    assert found.index.tolist() == [0, 100]


def test_weights_of_the_regulation_count():
    # 3 parts of high, 1 of below: (3·62.5 + 75) / 4 for the second school
    found = year(FIVE, rule(weights=[3, 1]))
    assert found.index[1] == pytest.approx((3 * 62.5 + 75) / 4)
    assert found.weights[1].tolist() == [0.75, 0.25]


def test_contributions_add_up_to_the_distance_from_the_mean_of_the_scores():
    found = year(FIVE, rule())
    means = np.array([50, 50])
    assert found.contributions[4].tolist() == [-25, -25]
    total = found.contributions.sum(axis=1)
    np.testing.assert_allclose(total, found.index - means.mean())


@pytest.mark.parametrize(("known", "is_assessed"), [(3, True), (2, True), (1, False)])
def test_half_of_the_indicators_must_be_known(known, is_assessed):
    rows = [[1.0, 2, 3, 4], [2, 1, 4, 3], [3, 4, 1, 2]]
    rows.append([0.0] * known + [NOTHING] * (4 - known))
    found = year(rows, rule(sign=(1, 1, 1, 1)))
    assert bool(~np.isnan(found.index[3])) is is_assessed
    assert not (np.isnan(found.index[3]) and found.is_below[3])


def test_an_indicator_nobody_has_or_all_have_alike_counts_for_nobody():
    # the second is constant, the third empty: one indicator is left and is the whole index
    values = [[0.1, 0.0, NOTHING], [0.2, 0.0, NOTHING], [0.3, NOTHING, NOTHING]]
    found = year(values, rule(sign=(-1, -1, -1)))
    assert found.index.tolist() == [100, 50, 0]
    assert found.known_weight.tolist() == [1, 1, 1]
    assert np.isnan(found.contributions[:, 1:]).all()


def test_schools_all_alike_have_no_lower_part():
    found = year([[0.1], [0.1], [0.1]], rule(sign=(-1,)))
    assert not found.is_below.any()
    assert np.isnan(found.border).all()


def test_a_group_is_compared_within_itself_when_it_is_large_enough():
    # a good group of six and a poor one of five, min_cluster_schools 6
    values = [[k / 100] for k in range(6)] + [[0.5 + k / 100] for k in range(5)]
    groups = ["basic"] * 6 + ["secondary"] * 5
    found = year(values, rule(sign=(-1,)), [groups])
    assert found.compared_with.tolist() == ["basic"] * 6 + [ALL_SCHOOLS] * 5
    assert found.n_compared.tolist() == [6] * 6 + [11] * 5
    # within the six the two at and below the quarter are the two with the most failures;
    # the five stand among all eleven: the quarter are the three worst of all
    assert found.is_below.tolist() == [False] * 4 + [True] * 2 + [False] * 2 + [True] * 3
    smaller = year(values, rule(sign=(-1,), min_cluster_schools=5), [groups])
    assert smaller.compared_with.tolist() == groups
    assert smaller.is_below[6:].tolist() == [False] * 3 + [True] * 2


def test_a_group_too_small_is_compared_within_the_wider_one():
    # eight basic schools, four of them in hard conditions, and three secondary ones; groups of
    # four and more: the four stand among themselves, the other basic ones among the eight
    values = [[k / 100] for k in range(8)] + [[0.5], [0.6], [0.7]]
    wide = ["basic"] * 8 + ["secondary"] * 3
    narrow = ["b+lower"] * 4 + ["b+upper"] * 3 + [ALL_SCHOOLS] + ["s+lower"] * 3
    found = year(values, rule(sign=(-1,), min_cluster_schools=4), [wide, narrow])
    assert found.compared_with.tolist() == ["b+lower"] * 4 + ["basic"] * 4 + [ALL_SCHOOLS] * 3
    assert found.n_compared.tolist() == [4] * 4 + [8] * 4 + [11] * 3
    # places among the four: 100, 66.7, 33.3, 0, the quarter ends at 25; among the eight the last
    # four have 42.9 … 0 and the quarter ends at 25; among the eleven at 25: the three are 20, 10, 0
    assert found.is_below.tolist() == [False] * 3 + [True] + [False] * 2 + [True] * 5


def test_schools_of_no_group_stay_with_all_schools_however_many():
    values = [[k / 100] for k in range(12)]
    found = year(values, rule(sign=(-1,)), [["basic"] * 6 + [ALL_SCHOOLS] * 6])
    assert found.n_compared.tolist() == [6] * 6 + [12] * 6


def test_a_kept_reference_keeps_mean_spread_and_border():
    # reference: mean .2, sd .1 by two schools at .1 and .3; border of their index −1 … 1: −.5
    before = np.array([[0.1], [0.3]])
    found = year([[0.4], [0.25]], rule("z", sign=(-1,)), reference=before)
    assert found.index.tolist() == pytest.approx([-2, -0.5])
    assert found.border.tolist() == pytest.approx([-0.5, -0.5])
    # both fell: a border found anew would leave one of them above it
    assert found.is_below.tolist() == [True, True]


numbers = st.one_of(st.just(NOTHING), st.integers(0, 6).map(float))
rows_ = st.lists(st.tuples(numbers, numbers, numbers), min_size=2, max_size=15)


@settings(max_examples=60)
@given(rows_, st.sampled_from(["ranks", "z"]), st.randoms(use_true_random=False))
def test_order_of_schools_does_not_matter_and_the_short_way_says_the_same(rows, method, random):
    spec = rule(method, sign=(1, -1, 1))
    order = list(range(len(rows)))
    random.shuffle(order)
    first = year(rows, spec)
    second = year([rows[k] for k in order], spec)
    np.testing.assert_allclose(second.index, first.index[order], atol=1e-9)
    short = verdict_of_year(np.array(rows, dtype=float), spec)
    np.testing.assert_array_equal(short.index, first.index)
    np.testing.assert_array_equal(short.is_below, first.is_below)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 2), min_size=2, max_size=15))
def test_ranks_agree_with_scipy(rows):
    table = np.array(rows, dtype=float) * [1, -1]
    differs = table.min(axis=0) < table.max(axis=0)
    found = year(rows, rule())
    if not differs.any():
        assert np.isnan(found.index).all()
        return
    places = 100 * (rankdata(table, axis=0) - 1) / (len(rows) - 1)
    np.testing.assert_allclose(found.index, places[:, differs].mean(axis=1))


# --- groups --------------------------------------------------------------------------------------


def levels(*values):
    return pd.Series(list(values), index=[f"99000{k}" for k in range(len(values))], dtype="str")


def listed(*divisions):
    return [one.tolist() for one in divisions]


def test_groups_by_level_and_by_thirds_of_conditions():
    known = levels("basic", "secondary", "secondary", None)
    conditions = pd.Series([1.0, 2.0, 3.0, 4.0], index=known.index)
    assert school_groups("none", known, conditions) == ()
    by_level = ["basic", "secondary", "secondary", "all"]
    assert listed(*school_groups("programme", known, None)) == [by_level]
    # thirds of 1 … 4 end at 2 and 3
    assert listed(*school_groups("context", known, conditions)) == [
        ["context_lower", "context_lower", "context_middle", "context_upper"]
    ]
    joined = school_groups("programme_and_context", known, conditions)
    assert listed(*joined) == [
        by_level,
        ["basic+context_lower", "secondary+context_lower", "secondary+context_middle", "all"],
    ]


def test_a_school_whose_conditions_are_not_known_keeps_its_level():
    known = levels("basic", "secondary", "secondary")
    conditions = pd.Series([1.0, 2.0], index=known.index[:2])
    joined = school_groups("programme_and_context", known, conditions)
    assert listed(narrowest(joined, 3)) == [
        ["basic+context_lower", "secondary+context_upper", "secondary"]
    ]
    assert listed(narrowest((), 2)) == [["all", "all"]]


def test_conditions_nobody_knows_divide_nobody():
    known = levels("basic", "secondary")
    assert listed(*school_groups("programme_and_context", known, None)) == [["basic", "secondary"]]
    assert school_groups("context", known, None) == ()
