"""Which parts of the report have their files."""

import pandas as pd
import pytest

from shnor_analysis import tables
from shnor_analysis.intake.detect import _FAMILIES
from shnor_analysis.intake.messages import NOT_USED
from shnor_analysis.intake.place import CONTEXT_FAMILY, READERS, SIDE_FAMILIES
from shnor_analysis.measures.report_parts import report_parts
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.report.texts import load_texts
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
# Known, but part of no section: answers of schools stand beside the remarks, side sheets are empty.
NOT_A_SOURCE = {"explanations", *SIDE_FAMILIES}


def file(path, family, status="read", n_rows=1):
    return {
        "file": path, "sha256": "0", "n_bytes": 1, "family": family, "status": status,
        "n_rows": n_rows,
    }  # fmt: skip


def state(files, part, family, year=2025):
    frame = (
        tables.SOURCE_FILES.conform(pd.DataFrame(files)) if files else tables.SOURCE_FILES.empty()
    )
    found = report_parts(frame, METHODOLOGY, 2025)
    row = found[
        (found["part"] == part) & (found["family"] == family) & (found["assessment_year"] == year)
    ]
    assert len(row) == 1
    return row.iloc[0]["status"], int(row.iloc[0]["n_files"])


@pytest.mark.parametrize(
    ("files", "year", "expected"),
    [
        ([], 2025, ("missing", 0)),
        ([file("2025/a.xlsx", "fisoko_individual")], 2025, ("found", 1)),
        # the folder says 2025: the year before is still missing
        ([file("2025/a.xlsx", "fisoko_individual")], 2024, ("missing", 0)),
        ([file("2025/ВПР/a.xlsx", "fisoko_individual")], 2025, ("found", 1)),
        # a file outside a folder of a year may be of any year
        ([file("a.xlsx", "fisoko_individual")], 2024, ("found", 1)),
        ([file("2025/a.xlsx", "fisoko_marks")], 2025, ("replaced", 0)),
        ([file("2025/a.xlsx", "fisoko_individual", "refused")], 2025, ("refused", 0)),
        ([file("2025/a.xlsx", "fisoko_marks", "refused")], 2025, ("missing", 0)),
        ([file("2024/a.xlsx", "fisoko_individual", "refused")], 2025, ("missing", 0)),
        ([file("2025/a.xlsx", None, "unknown")], 2025, ("missing", 0)),
    ],
)
def test_state_of_one_kind_of_file(files, year, expected):
    assert state(files, "low_results", "fisoko_individual", year) == expected


def test_a_template_nobody_filled_in_is_no_data():
    empty = file("2025/Социальный паспорт.xlsx", "social_passport", n_rows=0)
    assert state([empty], "adverse_conditions", "social_passport") == ("refused", 0)
    filled = file("2025/Школа.xlsx", "social_passport", n_rows=12)
    assert state([empty, filled], "adverse_conditions", "social_passport") == ("found", 1)


def test_appeals_change_the_rows_of_protocols_and_have_none_of_their_own():
    appeals = file("2025/Апелляции.xlsx", "rcoi_appeals", n_rows=0)
    assert state([appeals], "results", "rcoi_appeals") == ("found", 1)


def test_every_need_has_a_row_for_every_year_it_asks_for():
    found = report_parts(tables.SOURCE_FILES.empty(), METHODOLOGY, 2025)
    n = sum(len(need.years) for part in METHODOLOGY.report_parts.parts for need in part.needs)
    assert len(found) == n
    assert set(found["status"]) == {"missing"}
    assert set(found["assessment_year"]) == {2024, 2025}


def test_every_kind_of_file_the_program_knows_has_words_and_a_use():
    known = {family for family, _ in _FAMILIES} | {*READERS, *NOT_USED, CONTEXT_FAMILY}
    parts = METHODOLOGY.report_parts
    needed = {
        family
        for part in parts.parts
        for need in part.needs
        for family in (need.family, *need.replaced_by)
    }
    assert known - set(load_texts()["family"]) == set()
    assert known - needed - NOT_A_SOURCE == set()
    assert {entry.family for entry in parts.families} == needed
    assert needed - set(load_texts()["family"]) == set()
