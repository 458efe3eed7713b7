"""The invented municipality's truth, which the analysis never reads, against its results."""

import pandas as pd
import pytest

from shnor_analysis import pipeline, tables

# Rows planted as errors (dirt.csv: vpr_mark_value, vpr_task_value) leave the pupils one short, so
# the school's row of Ф3, which knows one participant more, makes the cell.
CELLS_WITH_ROWS_IN_ERROR = {
    ("991201", "vpr-2025-spring-math-8"),
    ("991224", "vpr-2025-spring-rus-8"),
}
COUNTS = ["n_participants", "n_below_minimum"]


@pytest.fixture(scope="module")
def truth(annual_run):
    folder = annual_run[0].root / "data/raw/demo-truth"
    return {
        name: pd.read_csv(folder / f"{name}.csv", dtype={"school_id": str}, keep_default_na=False)
        for name in ("schools", "cells", "dirt")
    }


@pytest.fixture(scope="module")
def cells(annual_run):
    folder = annual_run[0].processed("demo", 2025) / pipeline.CELLS
    return tables.load_table(tables.CELLS, folder).set_index(["school_id", "work_id"])


def test_every_cell_equals_the_truth(truth, cells):
    expected = truth["cells"].set_index(["school_id", "work_id"])[COUNTS].astype(int)
    assert len(cells) > 1400
    pd.testing.assert_frame_equal(
        cells[COUNTS].astype(int), expected.loc[cells.index], check_names=False
    )


def test_which_cells_come_from_the_summary(cells):
    """All of 2022, when the office kept only Ф3, and two cells with a row in error."""
    by_group = cells[cells["basis"] == "aggregate"]
    later = by_group[by_group["assessment_year"] > 2022]
    assert set(later.index) == CELLS_WITH_ROWS_IN_ERROR
    assert (cells.loc[cells["assessment_year"] == 2022, "basis"] == "aggregate").all()


def test_nothing_expected_is_lost(truth, cells):
    """Every school and work the files cover has a cell (ОГЭ from 2024, ЕГЭ from 2023)."""
    first_year = {"vpr": 2022, "oge": 2024, "ege": 2023}
    rows = truth["cells"]
    covered = rows[
        (rows["n_participants"].astype(int) > 0)
        & (rows["assessment_year"] >= rows["work_id"].str[:3].map(first_year))
    ]
    wanted = pd.MultiIndex.from_frame(covered[["school_id", "work_id"]])
    assert len(wanted.difference(cells.index)) == 0
    assert len(cells.index.difference(wanted)) == 0


def test_decisions_equal_the_planted_clauses(truth, annual_run):
    folder = annual_run[0].processed("demo", 2025) / pipeline.DECISIONS
    decisions = tables.load_table(tables.LOW_RESULTS, folder).set_index("school_id")
    schools = truth["schools"]
    of_year = schools["assessment_year"] == 2025
    # the school that became part of another one in 2024 has no decision of its own
    planted = schools[of_year & (schools["exists"] == 1)].set_index("school_id")
    assert "991214" not in planted.index
    assert set(decisions.index) == set(planted.index)
    clauses = decisions[["clause_a", "clause_b"]].fillna(False).astype(bool)
    found = {
        school: "A" * bool(row.clause_a) + "B" * bool(row.clause_b)
        for school, row in clauses.iterrows()
    }
    expected = {
        school: "".join(letter for letter in letters if letter in "AB")
        for school, letters in planted["expected_clauses"].items()
    }
    assert {s: found[s] for s in expected} == expected
    assert set(found.values()) == {"", "A", "B", "AB"}


def test_every_planted_fault_is_named_where_it_lies(truth, annual_run):
    issues = tables.load_table(tables.ISSUES, annual_run[0].processed("demo", 2025) / pipeline.TIDY)
    named = set(zip(issues["check_id"], issues["file"], strict=True))
    expected = truth["dirt"][truth["dirt"]["expected_check"] != ""]
    assert len(expected) >= 10
    for fault in expected.itertuples():
        assert (fault.expected_check, fault.file) in named, fault
