"""Words for changes: interval, posterior, sign of the order, many comparisons, trends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.decisions.change_classes import result_change_classes, share_change_classes
from shnor_analysis.measures.result_changes import result_changes
from shnor_analysis.measures.share_changes import work_changes
from shnor_analysis.tables import RESULT_CHANGE_CLASSES, WORK_CHANGE_CLASSES, WORK_CHANGES
from tests.dynamics_place import NO_MERGERS, RULES, cell, cells, compared, norms
from tests.measures.test_result_changes import flat, results

NOW, LAST = "vpr-2025-spring-rus-5", "vpr-2024-spring-rus-5"


def classes(pairs, verdict="comparable", reasons=None, of_region=None):
    """``pairs``: school → (below before, participants before, below now, participants now)."""
    table = cells(
        [
            one
            for school, (x0, n0, x1, n1) in pairs.items()
            for one in (cell(school, LAST, x0, n0), cell(school, NOW, x1, n1))
        ]
    )
    changes = work_changes(
        table,
        compared(table, {2025: verdict}, {2025: reasons}),
        norms(of_region or {}),
        NO_MERGERS,
        RULES,
        2025,
    )
    return share_change_classes(changes, WORK_CHANGE_CLASSES, RULES).set_index("school_id")


@pytest.mark.parametrize(
    ("counts", "formal", "verdict"),
    [
        ((9, 30, 4, 28), "improved", "tends_to_improve"),  # T6.1: P = .925, interval with zero
        ((4, 28, 9, 30), "worsened", "tends_to_worsen"),
        ((20, 40, 5, 40), "improved", "improved"),
        ((5, 40, 20, 40), "worsened", "worsened"),
        ((9, 30, 8, 28), "improved", "indistinct"),  # 30.0 % → 28.6 %, P = .55
        ((3, 10, 6, 20), "same", "indistinct"),
        ((0, 30, 0, 28), "none_in_both", "indistinct"),
        ((0, 10, 0, 100), "none_in_both", "indistinct"),  # likely lower, but nothing changed
        ((5, 9, 0, 9), "improved", "not_judged"),
    ],
)
def test_every_class_by_hand(counts, formal, verdict):
    found = classes({"990001": counts}).iloc[0]
    assert [found["formal"], found["change_class"]] == [formal, verdict]


def test_incomparable_years_have_no_sign():
    found = classes({"990001": (20, 40, 5, 40)}, verdict="not_comparable").iloc[0]
    assert found[["formal", "change_class"]].tolist() == ["unknown", "not_judged"]
    assert not found["is_confirmed"]


def test_a_change_of_the_whole_region_is_not_the_schools():
    # the school falls from 50 to 30 % of 40; so does the region, in a work built anew
    counts = {"990001": (20, 40, 8, 40)}
    region = {LAST: 0.5, NOW: 0.2}
    raw = classes(counts).iloc[0]
    assert raw["change_class"] == "improved"
    relative = classes(counts, "shares_only", "work_changed", region).iloc[0]
    assert relative[["formal", "change_class"]].tolist() == ["improved", "indistinct"]
    alone = classes(counts, "shares_only", "work_changed", {LAST: 0.3, NOW: 0.3}).iloc[0]
    assert alone["change_class"] == "improved"
    assert alone["q_value"] == pytest.approx(raw["q_value"], abs=0.003)


def test_nothing_is_confirmed_where_the_work_changed_and_the_region_is_not_known():
    counts = {"990001": (30, 40, 4, 40)}
    known = classes(counts, "shares_only", "work_changed", {LAST: 0.3, NOW: 0.3}).iloc[0]
    unknown = classes(counts, "shares_only", "work_changed").iloc[0]
    assert [known["change_class"], unknown["change_class"]] == ["improved", "improved"]
    assert [bool(known["is_confirmed"]), bool(unknown["is_confirmed"])] == [True, False]


def test_many_comparisons_cost():
    # 12 → 5 of 40 has a mid-p of about .06; 14 → 5 one of .03: alone enough, among twenty not
    counts = (14, 40, 5, 40)
    alone = classes({"990001": counts}).iloc[0]
    assert alone["change_class"] == "improved"
    assert alone["is_confirmed"]
    many = {f"99{i:04d}": (10, 40, 10, 40) for i in range(2, 21)}
    found = classes({"990001": counts, **many}).loc["990001"]
    assert found["change_class"] == "improved"
    assert found["q_value"] == pytest.approx(min(1, 20 * alone["q_value"]))
    assert not found["is_confirmed"]


def test_a_row_that_is_not_judged_is_no_part_of_the_family():
    alone = classes({"990001": (14, 40, 5, 40)}).iloc[0]["q_value"]
    small = {f"99{i:04d}": (1, 9, 1, 9) for i in range(2, 40)}
    found = classes({"990001": (14, 40, 5, 40), **small})
    assert found.loc["990001", "q_value"] == pytest.approx(alone)
    assert found.loc["990002":, "q_value"].isna().all()


def trend_classes(counts, n):
    table = cells(
        [cell("990001", f"oge-{year}-main-math-9", x, n)
         for year, x in zip((2022, 2023, 2024, 2025), counts, strict=True)]
    )  # fmt: skip
    changes = work_changes(table, compared(table), norms({}), NO_MERGERS, RULES, 2025)
    return share_change_classes(changes, WORK_CHANGE_CLASSES, RULES).iloc[0]


@pytest.mark.parametrize(
    ("counts", "n", "trend"),
    [
        ((20, 15, 10, 5), 40, "improving"),
        ((5, 10, 15, 20), 40, "worsening"),
        ((10, 10, 10, 10), 40, "no_trend"),
        ((4, 3, 2, 0), 8, "not_judged"),  # expected 2.25 in a year: below 3
        ((0, 0, 0, 0), 40, "not_judged"),
    ],
)
def test_trends_by_hand(counts, n, trend):
    assert trend_classes(counts, n)["trend_class"] == trend


def test_results_rise_when_schools_improve():
    table = results({**flat(12), "990098": (-0.9, -0.6, -0.3, 0.3), "990099": (0, 0, 0, -0.6)})
    found = result_change_classes(
        result_changes(table, RULES, 2025), RESULT_CHANGE_CLASSES, RULES
    ).set_index("school_id")
    assert found.loc["990098", ["change_class", "trend_class"]].tolist() == [
        "improved", "improving",
    ]  # fmt: skip
    assert found.loc["990099", ["change_class", "trend_class"]].tolist() == [
        "worsened", "worsening",
    ]  # fmt: skip
    assert found["is_confirmed"].sum() == 2
    few = result_changes(results(flat(3)), RULES, 2025)
    found = result_change_classes(few, RESULT_CHANGE_CLASSES, RULES)
    assert set(found["change_class"]) == {"not_judged"}
    assert set(found["trend_class"]) == {"not_judged"}


def test_no_changes():
    found = share_change_classes(WORK_CHANGES.empty(), WORK_CHANGE_CLASSES, RULES)
    assert found.empty


counts = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)
OPPOSITE = {
    "improved": "worsened", "tends_to_improve": "tends_to_worsen", "indistinct": "indistinct",
    "not_judged": "not_judged", "same": "same", "none_in_both": "none_in_both",
}  # fmt: skip
OPPOSITE |= {b: a for a, b in OPPOSITE.items()}


@settings(max_examples=5)
@given(st.lists(counts, min_size=8, max_size=8))
def test_swapped_years_have_the_opposite_words(pairs):
    schools = {f"99000{at}": pair for at, pair in enumerate(pairs)}
    there = classes(schools)
    back = classes({school: (*pair[2:], *pair[:2]) for school, pair in schools.items()})
    assert back["change_class"].to_dict() == there["change_class"].map(OPPOSITE).to_dict()
    assert back["formal"].to_dict() == there["formal"].map(OPPOSITE).to_dict()
    # a word is never given against the sign
    for better in ("improved", "tends_to_improve"):
        assert set(there.loc[there["change_class"] == better, "formal"]) <= {"improved"}
