"""Cells: every count by hand from a few rows."""

import pandas as pd
import pytest

from shnor_analysis import tables
from shnor_analysis.engine import EngineChoice, cell_sources, cells, open_engine
from shnor_analysis.methodology import load_methodology
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, "federal-low-results")
VPR, OGE, EGE, BASE = (
    "vpr-2025-spring-rus-4",
    "oge-2025-main-math-9",
    "ege-2025-main-rus-11",
    "ege-2025-main-math_base-11",
)


def work(work_id):
    procedure, year, season, subject, grade = work_id.split("-")
    return {
        "work_id": work_id,
        "assessment_year": int(year),
        "procedure": procedure,
        "season": season,
        "subject": subject,
        "grade": int(grade),
        "level": "none",
    }


def source(row, file="a.xlsx"):
    return {"source_file": file, "source_sheet": "Лист", "source_row": row}


def vpr(school, row, test_mark, school_mark=None, score=None):
    return {
        "work_id": VPR, "school_id": school, "pupil_id": f"p{row}", "test_mark": test_mark,
        "school_mark": school_mark, "score_raw": score, **source(row),
    }  # fmt: skip


def gia(work_id, school, row, mark=None, scaled=None):
    return {
        "work_id": work_id, "school_id": school, "pupil_id": f"p{row}", "exam_date": "2025-06-01",
        "test_mark": mark, "score_scaled": scaled, **source(row, "b.csv"),
    }  # fmt: skip


def group(school, report, item, n, total=10):
    return {
        "work_id": VPR, "report": report, "group_level": "school", "group_id": school,
        "group_name": "школа", "item": item, "n_participants": total, "value_share": n / total,
        "value_n": n, **source(30, "f3.xlsx"),
    }  # fmt: skip


@pytest.fixture
def compute(tmp_path):
    def run(vpr_rows=(), gia_rows=(), group_rows=()):
        contents = {
            tables.WORKS: [work(w) for w in (VPR, OGE, EGE, BASE)],
            tables.VPR_RESULTS: vpr_rows,
            tables.GIA_RESULTS: gia_rows,
            tables.GROUP_STATISTICS: group_rows,
        }
        for contract, rows in contents.items():
            frame = pd.DataFrame(rows) if len(rows) else contract.empty()
            tables.store_table(frame, contract, tmp_path)
        with open_engine(EngineChoice()) as engine:
            return cells(tmp_path, METHODOLOGY, engine).set_index(["school_id", "work_id"])

    run.folder = tmp_path
    return run


def test_marks_scores_and_pairs_of_a_vpr_cell(compute):
    rows = [
        vpr("990001", 1, 2, 3, 4.0),
        vpr("990001", 2, 3, 3, 10.0),
        vpr("990001", 3, 4, None, 17.0),
        vpr("990001", 4, 5, 4, None),
    ]
    cell = compute(rows).loc[("990001", VPR)]
    assert cell["basis"] == "pupils"
    assert [cell[f"n_mark_{mark}"] for mark in (2, 3, 4, 5)] == [1, 1, 1, 1]
    assert (cell["n_participants"], cell["n_below_minimum"]) == (4, 1)
    # 4 + 10 + 17 = 31; 16 + 100 + 289 = 405; one score is unknown and is not zero
    assert (cell["n_score_raw"], cell["sum_score_raw"], cell["sumsq_score_raw"]) == (3, 31, 405)
    # pairs: 2<3 lowered, 3=3 confirmed, 5>4 raised; the missing journal mark makes no pair
    assert (cell["n_mark_pairs"], cell["n_lowered"]) == (3, 1)
    assert (cell["n_confirmed"], cell["n_raised"]) == (1, 1)


def test_oge_mark_two_is_below_the_minimum(compute):
    rows = [gia(OGE, "990001", row, mark) for row, mark in enumerate((2, 2, 3, 5), start=1)]
    cell = compute(gia_rows=rows).loc[("990001", OGE)]
    assert (cell["n_below_minimum"], cell["n_participants"]) == (2, 4)
    assert pd.isna(cell["n_mark_pairs"])


def test_ege_minimum_of_russian_is_24(compute):
    rows = [gia(EGE, "990001", row, scaled=s) for row, s in enumerate((23, 24, 90), start=1)]
    cell = compute(gia_rows=rows).loc[("990001", EGE)]
    assert (cell["n_below_minimum"], cell["n_participants"]) == (1, 3)
    assert (cell["sum_score_scaled"], cell["n_score_scaled"]) == (137, 3)
    assert pd.isna(cell["n_mark_2"])


def test_base_maths_is_judged_by_the_mark(compute):
    rows = [gia(BASE, "990001", row, mark) for row, mark in enumerate((2, 4), start=1)]
    assert compute(gia_rows=rows).loc[("990001", BASE), "n_below_minimum"] == 1


def test_rows_without_a_result_are_not_participants(compute):
    rows = [gia(OGE, "990001", 1, 3), gia(OGE, "990001", 2)]
    assert compute(gia_rows=rows).loc[("990001", OGE), "n_participants"] == 1


def test_pupils_without_a_mark_are_not_participants(compute):
    """No scale is known for their work: their scores are kept, but nothing judges them."""
    rows = [vpr("990001", 1, 2, score=4.0), vpr("990001", 2, 4, score=12.0)]
    rows += [vpr("990001", row, None, 3, score=20.0) for row in (3, 4)]
    cell = compute(rows).loc[("990001", VPR)]
    assert (cell["n_participants"], cell["n_below_minimum"]) == (2, 1)
    assert sum(cell[f"n_mark_{mark}"] for mark in (2, 3, 4, 5)) == 2
    assert (cell["n_score_raw"], cell["sum_score_raw"]) == (2, 16)  # 4 + 12
    assert pd.isna(cell["n_mark_pairs"])


def test_a_work_without_any_mark_makes_no_cell_of_pupils(compute):
    rows = [vpr("990001", row, None, score=9.0) for row in range(20)]
    assert compute(rows).empty
    groups = [group("990001", "marks", item, n) for item, n in (("2", 1), ("3", 9))]
    cell = compute(rows, group_rows=groups).loc[("990001", VPR)]
    assert (cell["basis"], cell["n_participants"]) == ("aggregate", 10)


def test_the_source_with_more_participants_makes_the_cell(compute):
    """Rows of pupils may be missing; equal numbers go to the pupils."""
    pupils = [vpr("990001", row, 3) for row in range(10)] + [vpr("990002", 30, 3)]
    groups = [
        group(school, "marks", item, n)
        for school in ("990001", "990002")
        for item, n in (("2", 1), ("3", 4), ("4", 3), ("5", 2))
    ]
    table = compute(pupils, group_rows=groups)
    assert table.loc[("990001", VPR), ["basis", "n_below_minimum"]].tolist() == ["pupils", 0]
    assert table.loc[("990002", VPR), ["basis", "n_below_minimum"]].tolist() == ["aggregate", 1]


def test_aggregate_makes_a_cell_where_no_pupils_came(compute):
    groups = [
        group(school, "marks", item, n)
        for school in ("990001", "990002")
        for item, n in (("2", 1), ("3", 4), ("4", 3), ("5", 2))
    ]
    table = compute(group_rows=groups)
    aggregate = table.loc[("990002", VPR)]
    assert aggregate["basis"] == "aggregate"
    assert (aggregate["n_participants"], aggregate["n_below_minimum"]) == (10, 1)
    assert aggregate["n_score_raw"] == 0
    assert pd.isna(aggregate["sum_score_raw"])


def test_journal_counts_come_from_pupils_first_then_from_the_report(compute):
    reported = [
        group(school, "journal", item, n)
        for school in ("990001", "990002")
        for item, n in (("lowered", 3), ("confirmed", 5), ("raised", 1))
    ]
    marks = [group("990002", "marks", item, n) for item, n in (("2", 1), ("3", 9))]
    table = compute([vpr("990001", 1, 2, 3)], group_rows=reported + marks)
    assert table.loc[("990001", VPR), ["n_mark_pairs", "n_lowered"]].tolist() == [1, 1]
    assert table.loc[("990002", VPR), ["n_mark_pairs", "n_lowered"]].tolist() == [9, 3]


def test_no_results_give_an_empty_table_under_contract(compute):
    assert compute().empty


def test_every_cell_is_traced_to_its_rows(compute):
    groups = [group("990001", "marks", "2", 1)]
    compute([vpr("990001", 9, 3), vpr("990001", 12, 4)], group_rows=groups)
    with open_engine(EngineChoice()) as engine:
        traced = cell_sources(compute.folder, engine).set_index("source_file")
    assert traced.loc["a.xlsx", ["n_rows", "source_row_first", "source_row_last"]].tolist() == [
        2, 9, 12,
    ]  # fmt: skip
    assert traced.loc["f3.xlsx", "source_row_first"] == 30
