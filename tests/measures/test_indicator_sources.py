"""Where the numbers of a list came from, by hand from small tables."""

import pandas as pd

from shnor_analysis.measures.indicator_sources import COLUMNS, indicator_sources
from shnor_analysis.tables import CELL_SOURCES
from tests.measures.test_low_results_indicators import (
    STERLITAMAK,
    A,
    B,
    answer,
    cell,
    diagnostic,
    frame,
    scores,
    tables,
)


def place(school, work, role, file, rows):
    procedure, year, subject, grade = work.split("-")
    return {
        "school_id": school, "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
        "role": role, "source_file": file, "source_sheet": "Лист1", "n_rows": 1,
        "source_row_first": rows[0], "source_row_last": rows[1],
    }  # fmt: skip


def found(cells=(), cell_scores=(), works=(), context=(), places=()):
    given = tables(cells, cell_scores, works, context)
    given["cell_sources"] = frame(CELL_SOURCES, list(places))
    return indicator_sources(given, STERLITAMAK, 2025)


def told(rows):
    columns = ["school_id", "indicator_id", "assessment_year", "source_file"]
    return {tuple(row) for row in rows[columns].itertuples(index=False)}


def test_a_cell_is_followed_to_the_rows_that_gave_its_counts():
    work = "vpr-2025-rus-5"
    rows = found(
        [cell(A, work, 3, 20), cell(B, work, 1, 10) | {"basis": "aggregate"}],
        places=[
            place(A, work, "pupils", "ф1.xlsx", (9, 28)),
            place(A, work, "marks", "ф3.xlsx", (7, 7)),
            place(A, work, "pupils", "резерв.xlsx", (9, 9)),
            place(B, work, "marks", "ф3.xlsx", (8, 8)),
        ],
    )
    assert told(rows) == {
        (A, "vpr_below_minimum", 2025, "ф1.xlsx"),
        (A, "vpr_below_minimum", 2025, "резерв.xlsx"),
        (B, "vpr_below_minimum", 2025, "ф3.xlsx"),
    }
    first = rows[rows["source_file"] == "ф1.xlsx"].iloc[0]
    assert (first["source_row_first"], first["source_row_last"]) == (9, 28)
    assert list(rows.columns) == COLUMNS


def test_only_years_that_the_list_looks_at_and_works_that_count():
    # two years of the index, each of a term of two: 2023, 2024 and 2025
    works = [f"oge-{year}-math-9" for year in (2022, 2023, 2024, 2025)]
    places = [place(A, work, "pupils", work, (2, 9)) for work in works]
    rows = found([cell(A, work, 1, 10) for work in works], places=places)
    assert {row[2] for row in told(rows)} == {2023, 2024, 2025}
    # nobody of whom it is known whether the result is high; no pair with the journal
    ege = "ege-2025-rus-11"
    rows = found([cell(A, ege, 0, 10, None, 0)], places=[place(A, ege, "pupils", "e", (2, 9))])
    assert {row[1] for row in told(rows)} == {"gia_below_minimum"}


def test_correlation_diagnostic_work_and_answer_have_their_places():
    work = "vpr-2025-math-6"
    rows = found(
        [cell(A, work, 0, 3)],
        scores(A, work, [(5, 3), (6, 4), (7, 0)]),
        [diagnostic(A, "regional", "rus", 6, 20, twos=2), diagnostic(B, "regional", "rus", 6, 20)],
        [
            answer(A, "is_accreditation_suspended", 0) | {"source_file": "passport"},
            answer(A, "is_accreditation_suspended", 0, source="oo1") | {"source_file": "oo1"},
        ],
        [place(A, work, "pupils", "ф1", (2, 4))],
    )
    assert told(rows) == {
        (A, "marks_correlation", 2025, "ф1"),
        (A, "rdr_below_minimum", 2025, "f"),
        (A, "accreditation", 2025, "oo1"),
    }
    fact = rows[rows["indicator_id"] == "accreditation"].iloc[0]
    assert pd.isna(fact["procedure"])
    assert fact["source_row_first"] == fact["source_row_last"] == 2
