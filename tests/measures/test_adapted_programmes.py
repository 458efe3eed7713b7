"""Participants taught by adapted programmes: told, not told, contradictory; left out or counted."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.measures.adapted_programmes import (
    counted_cells,
    with_adapted,
    without_adapted,
)
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.tables import ADAPTED_PARTICIPANTS, CELLS


def cell(school, below, n, *, season="spring", level="none", procedure="vpr"):
    return {
        "school_id": school, "work_id": f"{procedure}-2025-{season}-math-6-{level}",
        "assessment_year": 2025, "procedure": procedure, "season": season, "subject": "math",
        "grade": 6, "level": level, "basis": "pupils", "n_participants": n,
        "n_below_minimum": below, "n_high_known": 0, "n_score_raw": 0, "n_score_scaled": 0,
        "n_mark_pairs": 0,
    }  # fmt: skip


def told(school, below, n, procedure="vpr"):
    return {
        "school_id": school, "assessment_year": 2025, "procedure": procedure, "subject": "math",
        "grade": 6, "n_participants": n, "n_below_minimum": below, "source_file": "a.xlsx",
        "source_sheet": "Данные", "source_row": 2,
    }  # fmt: skip


def cells(*rows):
    return CELLS.conform(pd.DataFrame(rows))


def joined(cells_, *adapted):
    table = ADAPTED_PARTICIPANTS.conform(pd.DataFrame(adapted)) if adapted else None
    return with_adapted(
        procedure_results(cells_, 5),
        ADAPTED_PARTICIPANTS.empty() if table is None else table,
    ).set_index("school_id")


def test_what_is_told_stands_beside_the_result_and_changes_no_share():
    found = joined(cells(cell("990001", 6, 20), cell("990002", 1, 9)), told("990001", 2, 3))
    assert found["adapted_status"].tolist() == ["told", "not_told"]
    assert found.loc["990001", ["n_adapted", "n_adapted_below_minimum"]].tolist() == [3, 2]
    assert found.loc["990001", "below_minimum_share"] == pytest.approx(0.3)
    assert pd.isna(found.loc["990002", "n_adapted"])


@pytest.mark.parametrize(
    ("below", "n"),
    # of 20 participants, 6 of them below the minimum: more in all, more below, more not below
    [(0, 21), (7, 8), (0, 15)],
)
def test_more_than_the_work_has_is_not_applied(below, n):
    found = joined(cells(cell("990001", 6, 20)), told("990001", below, n)).iloc[0]
    assert found["adapted_status"] == "contradicts"
    assert pd.isna(found["n_adapted"])


def test_two_seasons_or_levels_are_not_told_apart():
    both = cells(cell("990001", 6, 20), cell("990001", 2, 10, season="autumn"))
    found = joined(both, told("990001", 1, 1))
    assert found["adapted_status"].tolist() == ["several_works", "several_works"]
    # a season that nobody wrote is no second work
    empty = cells(cell("990001", 6, 20), cell("990001", 0, 0, season="autumn"))
    assert "told" in joined(empty, told("990001", 1, 1))["adapted_status"].tolist()


def test_shares_without_them_are_those_of_the_others():
    found = joined(cells(cell("990001", 6, 20), cell("990002", 1, 9)), told("990001", 2, 3))
    left = without_adapted(found)
    assert left["n_participants"].tolist() == [17, 9]
    assert left["n_below_minimum"].tolist() == [4, 1]
    assert left["below_minimum_share"].tolist() == pytest.approx([4 / 17, 1 / 9])
    # Wilson 95 % of 4 of 17 by statsmodels proportion_confint(4, 17, method="wilson")
    assert left.loc["990001", "below_minimum_share_lower"] == pytest.approx(0.0955504, abs=1e-6)


def test_a_work_of_none_but_them_has_no_share():
    left = without_adapted(joined(cells(cell("990001", 3, 4)), told("990001", 3, 4))).iloc[0]
    assert left["n_participants"] == 0
    assert pd.isna(left["below_minimum_share"])


def test_cells_lose_participants_and_keep_their_marks():
    school_cells = cells(cell("990001", 6, 20) | {"n_mark_2": 6, "n_mark_3": 14})
    results = with_adapted(
        procedure_results(school_cells, 5),
        ADAPTED_PARTICIPANTS.conform(pd.DataFrame([told("990001", 2, 3)])),
    )
    counted = counted_cells(school_cells, results).iloc[0]
    assert (counted["n_participants"], counted["n_below_minimum"]) == (17, 4)
    assert (counted["n_mark_2"], counted["n_mark_3"]) == (6, 14)
    assert list(counted.index) == list(school_cells.columns)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_no_count_becomes_negative(passed, below, adapted_passed, adapted_below):
    found = joined(
        cells(cell("990001", below, below + passed)),
        told("990001", adapted_below, adapted_below + adapted_passed),
    )
    left = without_adapted(found).iloc[0]
    assert 0 <= left["n_below_minimum"] <= left["n_participants"]
    is_told = found["adapted_status"].iloc[0] == "told"
    assert is_told == (adapted_passed <= passed and adapted_below <= below)
