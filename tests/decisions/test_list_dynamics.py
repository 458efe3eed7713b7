"""Lists of several years: states, moves, rates, and how many chance alone would move."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.decisions.list_moves import list_dynamics
from shnor_analysis.decisions.list_states import list_states
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.measures.shrunken_shares import shrunken_shares
from shnor_analysis.tables import LIST_STATES, PAST_REGISTERS, SOCIAL_INDEX
from tests.conditions_place import schools
from tests.dynamics_place import METHODOLOGY, RULES, cell, cells, norms

A, B, C = "990001", "990002", "990003"
RULE, ADVERSE = METHODOLOGY.low_results, METHODOLOGY.adverse_conditions
NO_REGISTERS = PAST_REGISTERS.empty()


def low(school, year, n=20, x=10):
    """Two procedures of the rule over the threshold: the school is on the list of the year."""
    return [cell(school, f"vpr-{year}-spring-{subject}-5", x, n) for subject in ("rus", "math")]


def not_low(school, year, n=20):
    return low(school, year, n, 0)


def index(rows):
    """«school, year, is low» → ``social_index``."""
    return SOCIAL_INDEX.conform(
        pd.DataFrame(
            [
                {"school_id": school, "assessment_year": year, "index_z": 0.0,
                 "social_index": 50.0, "is_clipped": False, "known_weight": 1.0, "n_known": 9,
                 "n_indicators": 9, "is_low": is_low}
                for school, year, is_low in rows
            ],
            columns=list(SOCIAL_INDEX.columns),
        )
    )  # fmt: skip


def follow(rows, conditions=(), merged=None, registers=NO_REGISTERS, of_region=None):
    table = cells(rows)
    shares = shrunken_shares(
        table,
        norms(dict.fromkeys(table["work_id"], 0.1)) if of_region is None else of_region,
        0.3,
        10,
    )
    ids = sorted({row["school_id"] for row in rows} | set(merged or {}))
    of_schools = schools(ids, **{f"s{school}": year for school, year in (merged or {}).items()})
    return list_states(
        procedure_results(table, 5), shares, index(conditions), registers, of_schools, RULE,
        ADVERSE, 2025,
    )  # fmt: skip


def states_of(rows, **more):
    return follow(rows, **more)[0].set_index(["school_id", "assessment_year"])


def test_the_rule_of_today_decides_every_year():
    found = states_of([*low(A, 2023), *not_low(A, 2024), *low(A, 2025), *low(A, 2026)])
    assert found["low_results"].tolist() == ["included", "not_included", "included"]
    assert found.index.get_level_values("assessment_year").tolist() == [2023, 2024, 2025]


@pytest.mark.parametrize(
    ("results", "is_low", "state"),
    [
        (low, True, "both"),
        (low, False, "low_results"),
        (not_low, True, "adverse_conditions"),
        (not_low, False, "none"),
        (low, None, "low_results_only_known"),
        (not_low, None, "not_low_results_only_known"),
        (None, True, "adverse_conditions_only_known"),
        (None, False, "not_adverse_conditions_only_known"),
        (None, None, "no_data"),
    ],
)
def test_every_state(results, is_low, state):
    rows = [*(results(A, 2025) if results else low(A, 2023)), *low(B, 2025)]
    conditions = [] if is_low is None else [(A, 2025, is_low)]
    assert states_of(rows, conditions=conditions).loc[(A, 2025), "state"] == state


def test_a_school_that_was_joined_is_closed_and_not_outside():
    rows = [*low(B, 2023), *low(B, 2024), *not_low(A, 2024), *not_low(A, 2025)]
    found = states_of(rows, merged={B: 2025})
    assert found.loc[(B, 2024), "low_results"] == "included"
    assert found.loc[(B, 2025), "state"] == "closed"
    assert pd.isna(found.loc[(B, 2025), "low_results"])


def test_received_registers_stand_beside_and_decide_nothing():
    register = PAST_REGISTERS.conform(
        pd.DataFrame(
            [
                {"register": name, "assessment_year": 2024, "school_id": A, "status": status,
                 "source_file": "f", "source_row": 1}
                for name, status in (("low_results", "in"), ("adverse_conditions", "watch"),
                                     ("mentor", "in"))
            ]
        )
    )  # fmt: skip
    rows = [*not_low(A, 2024), *not_low(A, 2025)]
    with_it = states_of(rows, registers=register)
    columns = ["received_low_results", "received_adverse_conditions"]
    assert with_it.loc[(A, 2024), columns].tolist() == ["in", "watch"]
    assert with_it.loc[(A, 2025), columns].isna().all()
    pd.testing.assert_frame_equal(
        with_it.drop(columns=columns), states_of(rows).drop(columns=columns)
    )


def test_no_results_at_all():
    empty, unchanged = follow([cell(A, "vpr-2025-spring-rus-5", 0, 0)])
    assert empty.empty
    found = list_dynamics(empty, unchanged, RULES)
    assert found.moves.empty
    assert found.flows.empty


def states(lists, p=None, name="low_results"):
    """``lists``: year → school → decision (None: closed); ``p``: (school, year) → probability."""
    rows = [
        {"school_id": school, "assessment_year": year, name: decision,
         "state": "closed" if decision is None else "none",
         "p_low_results": (p or {}).get((school, year))}
        for year, schools_ in lists.items()
        for school, decision in schools_.items()
    ]  # fmt: skip
    return LIST_STATES.conform(pd.DataFrame(rows))


def unchanged_of(values):
    names = ["school_id", "assessment_year"]
    return pd.Series(
        list(values.values()), dtype=float, index=pd.MultiIndex.from_tuples(values, names=names)
    )


def decided(listed, ids):
    return {one: "included" if one in listed else "not_included" for one in ids}


def test_t6_3_of_the_methodology():
    # previous A-H, current A, B, C, I, J, 40 schools: stay 3, out 5, in 2
    ids = [f"99{i:04d}" for i in range(1, 41)]
    before, now = ids[:8], [*ids[:3], *ids[8:10]]
    table = states({2024: decided(before, ids), 2025: decided(now, ids)})
    flow = list_dynamics(table, unchanged_of({}), RULES).flows.iloc[0]
    assert flow[["n_stayed", "n_left", "n_entered", "n_unseen"]].tolist() == [3, 5, 2, 0]
    assert flow[["share_before", "share_now"]].tolist() == [0.2, 0.125]
    assert flow[["exit_share_of_list", "persistence"]].tolist() == [0.625, 0.375]
    assert flow[["exit_share_of_all", "entry_share_of_all"]].tolist() == [0.125, 0.05]
    assert flow["entry_share_of_others"] == 2 / 32
    assert flow[["expected_left", "n_left_real"]].isna().all()


def moves(lists, **more):
    found = list_dynamics(states(lists, **more), unchanged_of({}), RULES).moves
    return found.set_index(["assessment_year", "school_id"])


def test_every_move():
    ids = [f"99{i:04d}" for i in range(1, 9)]
    stayed, left, entered, returned, appeared, unseen, closed, outside = ids
    lists = {
        2023: decided([stayed, left, returned], ids),
        2024: decided([stayed, left, unseen, closed], ids) | {appeared: "not_assessed"},
        2025: decided([stayed, entered, returned, appeared], ids)
        | {unseen: "not_assessed", closed: None},
    }
    found = moves(lists).loc[2025, "move"].to_dict()
    assert found == {
        stayed: "stayed", left: "left", entered: "entered", returned: "returned",
        appeared: "appeared", unseen: "unseen", closed: "closed",
    }  # fmt: skip
    flow = list_dynamics(states(lists), unchanged_of({}), RULES).flows.set_index("assessment_year")
    names = ["n_before", "n_stayed", "n_left", "n_unseen", "n_entered", "n_returned", "n_appeared"]
    assert flow.loc[2025, names].tolist() == [4, 1, 1, 2, 2, 1, 1]
    assert flow.loc[2025, ["n_schools", "n_assessed", "n_now"]].tolist() == [7, 6, 4]
    # 2 entered of 3 outside the former list: entered, returned and outside; appeared was not
    # assessed a year ago and is neither above nor below the line
    assert flow.loc[2025, "entry_share_of_others"] == 2 / 3
    assert outside not in found


def test_a_move_is_real_when_the_probability_moved_by_half():
    lists = {2024: decided([A, B], [A, B, C]), 2025: decided([C], [A, B, C])}
    p = {(A, 2024): 0.9, (A, 2025): 0.2, (B, 2024): 0.55, (B, 2025): 0.45, (C, 2024): 0.1}
    found = moves(lists, p=p).loc[2025, "is_real"]
    assert found[[A, B]].tolist() == [True, False]
    assert pd.isna(found[C])  # this year's probability is unknown


def test_years_apart_and_unassessed_years_have_no_moves():
    assert moves({2022: decided([A], [A]), 2024: decided([], [A])}).empty
    assert moves({2024: {A: "not_assessed"}, 2025: decided([A], [A])}).empty


def test_conditions_have_moves_but_no_chance():
    lists = {2024: decided([A], [A, B]), 2025: decided([B], [A, B])}
    table = states(lists, name="adverse_conditions", p={(A, 2024): 0.9, (A, 2025): 0.1})
    found = list_dynamics(table, unchanged_of({(A, 2025): 0.5}), RULES)
    assert set(found.moves["list"]) == {"adverse_conditions"}
    assert found.moves[["is_real", "p_before", "p_listed_if_unchanged"]].isna().all(axis=None)
    assert found.flows[["expected_left", "n_left_real"]].isna().all(axis=None)


def test_expected_moves_by_hand():
    # two listed schools would stay with .9 and .5, a third would enter with .2
    lists = {2024: decided([A, B], [A, B, C]), 2025: decided([A], [A, B, C])}
    p = unchanged_of({(A, 2025): 0.9, (B, 2025): 0.5, (C, 2025): 0.2})
    flow = list_dynamics(states(lists), p, RULES).flows.iloc[0]
    assert flow["expected_left"] == pytest.approx(0.1 + 0.5)
    assert flow["p_so_many_left"] == pytest.approx(1 - 0.9 * 0.5)
    assert flow[["expected_entered", "p_so_many_entered"]].tolist() == pytest.approx([0.2, 1.0])


def drawn_exits(rows, n_draws=4000):
    """The same question by drawing: shares from last year's posteriors, pupils from shares.

    The rule is applied by whole numbers: two procedures of the year, or one of them in both years.
    """
    table = cells(rows)
    shares = _jeffreys(table)
    rng = np.random.default_rng(7)
    now = table[table["assessment_year"] == 2025].reset_index(drop=True)
    before = table[table["assessment_year"] == 2024].set_index(["school_id", "subject"])
    key = pd.MultiIndex.from_frame(now[["school_id", "subject"]])
    posterior = shares.reindex(key)
    theta = rng.beta(posterior["a"], posterior["b"], (n_draws, len(now)))
    x = rng.binomial(now["n_participants"].to_numpy(int), theta)
    is_low = 10 * x >= 3 * now["n_participants"].to_numpy(int)
    was = before.reindex(key)
    was_low = 10 * was["n_below_minimum"].to_numpy(int) >= 3 * was["n_participants"].to_numpy(int)
    listed = {}
    for school, places in now.groupby("school_id").groups.items():
        at = list(places)
        listed[school] = (is_low[:, at].sum(axis=1) >= 2) | (is_low[:, at] & was_low[at]).any(1)
    return {school: value.mean() for school, value in listed.items()}


def _jeffreys(table):
    rows = table[table["assessment_year"] == 2024].set_index(["school_id", "subject"])
    x, n = (rows[name].astype(float) for name in ("n_below_minimum", "n_participants"))
    return pd.DataFrame({"a": x + 0.5, "b": n - x + 0.5})


@settings(max_examples=8)
@given(st.lists(st.tuples(st.integers(1, 25), st.floats(0, 1)), min_size=4, max_size=4))
def test_the_chance_without_a_change_is_that_of_drawing(groups):
    # few schools: every share keeps its own Jeffreys posterior
    (n0, s0), (n1, s1), (n2, s2), (n3, s3) = groups
    rows = [
        cell(A, "vpr-2024-spring-rus-5", round(n0 * s0), n0),
        cell(A, "vpr-2024-spring-math-5", round(n1 * s1), n1),
        cell(A, "vpr-2025-spring-rus-5", round(n2 * s2), n2),
        cell(A, "vpr-2025-spring-math-5", round(n3 * s3), n3),
    ]
    _, unchanged = follow(rows)
    assert unchanged.loc[(A, 2025)] == pytest.approx(drawn_exits(rows)[A], abs=0.035)
    # the results of this year say nothing about it
    other = [*rows[:2], *({**one, "n_below_minimum": 0} for one in rows[2:])]
    assert follow(other)[1].loc[(A, 2025)] == pytest.approx(unchanged.loc[(A, 2025)])


def test_a_work_without_a_last_year_keeps_its_own_share():
    rows = [cell(A, "vpr-2024-spring-rus-6", 1, 5), *low(A, 2025, 20, 20)]
    assert follow(rows)[1].loc[(A, 2025)] > 0.999
    rows = [cell(A, "vpr-2024-spring-rus-6", 1, 5), *low(A, 2025, 20, 0)]
    assert follow(rows)[1].loc[(A, 2025)] < 0.01


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(*[st.sampled_from(["included", "not_included", "not_assessed", None])] * 3),
        min_size=1,
        max_size=12,
    )
)
def test_the_numbers_of_a_flow_add_up(schools_):
    lists = {
        year: {f"99{i:04d}": row[place] for i, row in enumerate(schools_)}
        for place, year in enumerate((2023, 2024, 2025))
    }
    found = list_dynamics(states(lists), unchanged_of({}), RULES)
    for flow in found.flows.itertuples():
        assert flow.n_before == flow.n_stayed + flow.n_left + flow.n_unseen
        assert flow.n_now == flow.n_stayed + flow.n_entered + flow.n_appeared
        own = found.moves[found.moves["assessment_year"] == flow.assessment_year]["move"]
        counted = own.value_counts()
        assert flow.n_left == counted.get("left", 0)
        assert flow.n_entered == counted.get("entered", 0) + counted.get("returned", 0)
        assert flow.n_unseen == counted.get("unseen", 0) + counted.get("closed", 0)
