"""Sample files of journals, appeals and context questionnaires, when a folder is named."""

import os
import shutil
from pathlib import Path

import pytest

SAMPLES = os.environ.get("SHNOR_FORMAT_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="нет переменной SHNOR_FORMAT_SAMPLES с папкой образцов"
)
CLASS_SHEET = "Ведомость 9А год 2024-2025.xlsx"
SUMMARY = "Успеваемость по предметам 2 четверть.xlsx"
APPEALS = "ОГЭ_апелляции_2026.xlsx"
PROTOCOL = "ОГЭ_региональный_разреженный_2026.xlsx"
HEADINGS = ["headers_context_fisoko_2021.csv", "headers_context_fisoko_2022.csv"]


@pytest.fixture
def sample(place):
    """Copy samples into folders beside a register that knows РЦОИ codes, and read."""

    def read(**folder_of):
        for folder, names in folder_of.items():
            for name in names:
                target = place.folder / folder.replace("_", "/") / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(SAMPLES) / name, target)
        place.register(codes=((5811, 5811), (5812, 5812)))
        return place.read()

    return read


def test_class_sheet_in_the_folder_of_a_school(sample, build):
    intake = sample(edu990001=[CLASS_SHEET])
    marks = intake.reported["journal_marks"]
    # 4 pupils × 6 subjects, no blank cell; one «н/а», one «осв»
    assert dict(marks["status"].value_counts()) == {"mark": 22, "not_assessed": 1, "exempt": 1}
    assert marks["pupil_id"].nunique() == 4
    assert set(marks["subject"].dropna()) == {"rus", "literature", "physics"}
    assert set(marks["period"]) == {"year"}
    assert build.checks(intake) == []  # printed footers agree with the marks


def test_class_sheet_without_a_school_is_refused_with_advice(sample, build):
    intake = sample(**{"2025": [CLASS_SHEET]})
    assert build.status(intake)[f"2025/{CLASS_SHEET}"] == "refused"
    [issue] = build.issues(intake)
    assert "edu990001" in issue["message"]


def test_summary_in_the_folder_of_a_year(sample, build):
    summaries = sample(**{"2025": [SUMMARY]}).reported["journal_summaries"]
    assert list(summaries["subject"]) == ["math", "rus"]
    assert set(summaries["school_id"]) == {"990001"}
    assert summaries.set_index("subject").loc["rus", "quality_share"] == 0.48


def test_summary_without_a_year_is_refused(sample, build):
    intake = sample(edu990001=[SUMMARY])
    assert build.status(intake)[f"edu990001/{SUMMARY}"] == "refused"
    assert build.checks(intake) == ["journal_no_year"]


def test_appeals_replace_results_of_the_protocol(sample, build):
    intake = sample(**{"2026": [PROTOCOL, APPEALS]})
    assert build.status(intake)[f"2026/{APPEALS}"] == "read"
    gia = intake.gia_results.set_index(["work_id", "school_id"])[["score_raw", "test_mark"]]
    # the protocol says 22 and «4», 15 and «3»; the appeals 22 and «5», 12 and «3»
    changed = gia.loc["oge-2026-main-math-9", "990001"]
    assert sorted(changed.to_numpy().tolist()) == [[12, 3], [22, 5]]
    [note] = build.issues(intake, "appeal_applied")
    assert note["value"] == "2"
    assert not build.issues(intake, "appeal_unmatched")


def test_lists_of_headings_are_unknown(sample, build):
    intake = sample(**{"2022": HEADINGS})
    status = build.status(intake)
    assert [status[f"2022/{name}"] for name in HEADINGS] == ["unknown", "unknown"]
