"""ВПР files in real and remembered layouts with invented rows, when a folder is named."""

import os
import shutil
from pathlib import Path

import pytest

SAMPLES = os.environ.get("SHNOR_FORMAT_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="нет переменной SHNOR_FORMAT_SAMPLES с папкой образцов"
)
FORM = "Форма сбора результатов Английский язык 8 класс ВПР 2026.xlsx"
MATH_2021 = "Проведение работы по математике, 4 класс. ВПР 2021.xlsx"


@pytest.fixture
def sample(place):
    """Copy samples, each under its name or into a folder, beside a register, and read."""

    def read(*names, folder=""):
        for name in names:
            target = place.folder / folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(SAMPLES) / name, target)
        place.register()
        return place.read()

    return read


def errors(intake):
    return sorted(set(intake.issues.loc[intake.issues["severity"] == "error", "check_id"]))


@pytest.mark.parametrize(
    ("name", "work_id", "n_rows", "n_absent", "n_marked"),
    [
        ("Математика_регион_2020.xlsx", "vpr-2020-autumn-math-4", 33, 3, 0),
        (MATH_2021, "vpr-2021-spring-math-4", 42, 3, 42),
        ("Математика_регион_2022.xlsx", "vpr-2022-spring-math-4", 33, 3, 33),
    ],
)
def test_region_protocols(sample, name, work_id, n_rows, n_absent, n_marked):
    intake = sample(name)
    vpr = intake.vpr_results
    assert set(vpr["work_id"]) == {work_id}
    assert (len(vpr), int(vpr["test_mark"].notna().sum())) == (n_rows, n_marked)
    participation = intake.reported["participation"]
    assert int(participation["n_absent"].sum()) == n_absent
    assert int(participation["n_present"].sum()) == n_rows
    assert set(participation["school_id"]) == {"990001", "990002", "990003"}
    assert errors(intake) == []


def test_stale_totals_of_the_third_school(sample):
    issues = sample("Математика_регион_2022.xlsx").issues
    assert int((issues["check_id"] == "vpr_stale_total").sum()) == 11
    assert "sheet_not_read" not in set(issues["check_id"])


def test_collection_form_needs_the_login_in_the_path(sample):
    assert errors(sample(FORM)) == ["form_school_unknown"]


def test_collection_form_in_the_folder_of_its_school(sample):
    intake = sample(FORM, folder="edu990001")
    assert len(intake.vpr_results) == 22
    assert intake.vpr_results["test_mark"].isna().all()
    [row] = intake.reported["participation"].to_dict("records")
    assert (row["n_listed"], row["n_absent"]) == (24, 2)
    assert errors(intake) == []


def test_vertical_comparison(sample):
    groups = sample("Сравнение отметок_вертикальный вариант 2021.xlsx").group_statistics
    assert dict(zip(groups["group_level"], groups["group_id"], strict=True)) == {
        "municipality": "reg99_m012",
        "school": "990001",
    }
    school = groups[groups["group_level"] == "school"].set_index("item")
    assert dict(school["value_n"]) == {"confirmed": 39, "lowered": 36, "raised": 4}


@pytest.mark.parametrize(
    ("name", "report", "n_rows"),
    [
        ("Выполнение заданий_ПАМЯТЬ.xlsx", "tasks", 4 * 7),
        ("Достижение планируемых результатов_ПАМЯТЬ.xlsx", "planned", 4 * 2),
        ("Распределение первичных баллов_ПАМЯТЬ.xlsx", "scores", 4 * 21),
    ],
)
def test_items(sample, name, report, n_rows):
    intake = sample(name)
    items = intake.reported["group_items"]
    assert (set(items["report"]), len(items)) == ({report}, n_rows)
    assert set(items["group_level"]) == {"country", "region", "municipality", "school"}
    assert set(items.loc[items["group_level"] == "school", "group_id"]) == {"990001"}
    assert set(intake.works["work_id"]) == {"vpr-2025-spring-math-5"}
    assert errors(intake) == []


def test_consolidated_marks_and_the_objectivity_list(sample):
    intake = sample("marks.xlsx", "bias.xlsx")
    assert len(intake.group_statistics) == 2 * 4
    signs = intake.reported["objectivity_list"]
    assert (len(signs), int(signs["has_sign"].sum())) == (3 * 4, 4)
    assert errors(intake) == []
