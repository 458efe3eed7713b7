"""Indicators from hand-made cells."""

import pandas as pd
import pytest

from shnor_analysis.measures.mark_agreement import mark_agreement, territory_mark_agreement
from shnor_analysis.measures.results import procedure_results, territory_results
from shnor_analysis.tables import CELL_SCORES, CELLS, GROUP_STATISTICS

WORK = "vpr-2025-spring-rus-4"


def cell(school, marks=(0, 0, 0, 0), pairs=(None, None, None), work=WORK):
    procedure, year, season, subject, grade = work.split("-")
    lowered, confirmed, raised = pairs
    known = marks is not None
    return {
        "school_id": school,
        "work_id": work,
        "assessment_year": int(year),
        "procedure": procedure,
        "season": season,
        "subject": subject,
        "grade": int(grade),
        "level": "none",
        "basis": "pupils",
        "n_participants": sum(marks) if known else 20,
        "n_below_minimum": marks[0] if known else 1,
        **{f"n_mark_{m}": (marks[m - 2] if known else None) for m in (2, 3, 4, 5)},
        "n_score_raw": 0,
        "n_score_scaled": 0,
        "n_high_known": 0,
        "n_mark_pairs": None if lowered is None else sum(pairs),
        "n_lowered": lowered,
        "n_confirmed": confirmed,
        "n_raised": raised,
    }


def cells(*rows):
    return CELLS.conform(pd.DataFrame(rows))


def reference(level, group_id, share):
    return {
        "work_id": WORK, "report": "marks", "group_level": level, "group_id": group_id,
        "group_name": group_id, "item": "2", "n_participants": 1000, "value_share": share,
        "value_n": round(1000 * share), "source_file": "f", "source_row": 9,
    }  # fmt: skip


def test_shares_of_a_school():
    row = procedure_results(cells(cell("990001", (3, 5, 1, 1))), 5).iloc[0]
    assert row["below_minimum_share"] == pytest.approx(0.3)
    # Wilson 95 % for 3 of 10 (methodology 9.1)
    assert row["below_minimum_share_lower"] == pytest.approx(0.107791, abs=1e-6)
    assert row["below_minimum_share_upper"] == pytest.approx(0.603222, abs=1e-6)
    assert row["high_mark_share"] == pytest.approx(0.2)
    assert row["status"] == "ok"


@pytest.mark.parametrize(("n", "status"), [(0, "no_data"), (4, "too_few"), (5, "ok")])
def test_status_by_size(n, status):
    assert procedure_results(cells(cell("990001", (0, n, 0, 0))), 5).iloc[0]["status"] == status


def test_nobody_took_part_is_missing_not_zero():
    row = procedure_results(cells(cell("990001", (0, 0, 0, 0))), 5).iloc[0]
    assert pd.isna(row["below_minimum_share"])


def test_territory_adds_pupils_and_takes_reference_rows():
    groups = GROUP_STATISTICS.conform(
        pd.DataFrame([reference("region", "Область", 0.08), reference("country", "РФ", 0.05)])
    )
    row = territory_results(
        cells(cell("990001", (1, 4, 3, 2)), cell("990002", (5, 3, 1, 1))), groups, "Область"
    ).iloc[0]
    assert (row["n_schools"], row["n_participants"], row["n_below_minimum"]) == (2, 20, 6)
    assert row["below_minimum_share"] == pytest.approx(0.3)
    assert row["high_mark_share"] == pytest.approx(7 / 20)
    assert row["region_below_minimum_share"] == pytest.approx(0.08)
    assert row["country_below_minimum_share"] == pytest.approx(0.05)


def test_territory_high_share_is_unknown_when_one_school_has_no_marks():
    table = cells(cell("990001", (1, 4, 3, 2)), cell("990002", None))
    row = territory_results(table, GROUP_STATISTICS.empty(), "Область").iloc[0]
    assert pd.isna(row["high_mark_share"])
    assert pd.isna(row["region_below_minimum_share"])
    assert row["n_participants"] == 30


def test_mark_agreement_of_schools_and_territory():
    table = cells(
        cell("990001", (1, 9, 0, 0), (22, 33, 5)),
        cell("990002", (1, 9, 0, 0), (8, 12, 0)),
        cell("990003", (1, 9, 0, 0)),
    )
    schools = mark_agreement(table, CELL_SCORES.empty(), 10).set_index("school_id")
    assert list(schools.index) == ["990001", "990002"]
    # T4.1 of the methodology: 22, 33 and 5 of 60
    assert schools.loc["990001", "lowered_share"] == pytest.approx(0.3667, abs=5e-5)
    assert schools.loc["990001", "confirmed_share"] == pytest.approx(0.55)
    assert schools.loc["990001", "raised_share"] == pytest.approx(0.0833, abs=5e-5)
    total = territory_mark_agreement(table).iloc[0]
    assert (total["n_mark_pairs"], total["n_lowered"]) == (80, 30)
    assert total["lowered_share"] == pytest.approx(30 / 80)


def test_empty_cells_give_empty_tables():
    assert procedure_results(CELLS.empty(), 5).empty
    assert mark_agreement(CELLS.empty(), CELL_SCORES.empty(), 10).empty
    assert territory_mark_agreement(CELLS.empty()).empty
    assert territory_results(CELLS.empty(), GROUP_STATISTICS.empty(), "Область").empty


@pytest.mark.parametrize(
    ("regions", "name", "expected"),
    [
        ([("Своя область", 0.08), ("Иная область", 0.99)], "своя  ОБЛАСТЬ", 0.08),
        ([("Иная область", 0.99), ("Третья область", 0.5)], "Своя область", None),
        ([("Область Своя", 0.08)], "Своя область", 0.08),
    ],
)
def test_the_region_beside_is_the_region_of_the_place(regions, name, expected):
    rows = [reference("region", region, share) for region, share in regions]
    groups = GROUP_STATISTICS.conform(pd.DataFrame(rows))
    row = territory_results(cells(cell("990001", (1, 4, 3, 2))), groups, name).iloc[0]
    found = row["region_below_minimum_share"]
    assert pd.isna(found) if expected is None else found == pytest.approx(expected)
