"""Files in real layouts with invented rows, when a folder with them is named."""

import os
import shutil
from pathlib import Path

import pytest

SAMPLES = os.environ.get("SHNOR_FORMAT_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="нет переменной SHNOR_FORMAT_SAMPLES с папкой образцов"
)


@pytest.fixture
def sample(place):
    """Copy samples beside a register that knows РЦОИ codes 5811 and 5812, and read."""

    def read(*names):
        for name in names:
            shutil.copy(Path(SAMPLES) / name, place.folder / name)
        place.register(codes=((5811, 5811), (5812, 5812)))
        return place.read()

    return read


def test_f1_of_one_school(sample):
    intake = sample("Ф1_Индивидуальные результаты.xlsx")
    assert len(intake.vpr_results) == 50
    assert (
        intake.vpr_results["school_mark"].isna().sum() == 2
    )  # «нет отметки» in row 19, a blank in row 17
    # five marks differ from the scale of scales.csv, which is known from an excerpt
    assert list(intake.issues["check_id"]) == ["vpr_mark_scale"]


def test_f1_of_two_schools(sample):
    vpr = sample("Ф1_Индивидуальные результаты_две школы.xlsx").vpr_results
    assert dict(vpr["school_id"].value_counts()) == {"990001": 25, "990002": 25}


def test_f3(sample):
    groups = sample("Ф3_Статистика по отметкам.xlsx").group_statistics
    assert len(groups) == 5 * 4
    school = groups[groups["group_id"] == "990001"].set_index("item")["value_n"]
    # 16, 54, 24, 6 % of 50
    assert dict(school) == {"2": 8, "3": 27, "4": 12, "5": 3}


def test_comparison_with_a_bare_id_for_a_name(sample):
    groups = sample("2849657.xlsx").group_statistics
    assert len(groups) == 3 * 3
    assert set(groups["work_id"]) == {"vpr-2024-spring-math-4"}


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("ЕГЭ_Код МСУ_Балл_2023.xlsx", {"ege-2023-main-physics-11": 4}),
        ("ЕГЭ_компактный_2025.xlsx", {"ege-2025-main-rus-11": 4}),
        ("ЕГЭ_региональный_разреженный_2026.xlsx",
         {"ege-2026-main-chemistry-11": 4, "ege-2026-main-math_base-11": 4}),
        ("ОГЭ_региональный_разреженный_2026.xlsx",
         {"oge-2026-main-rus-9": 4, "oge-2026-main-math-9": 4, "oge-2026-main-social-9": 4,
          "gve9-2026-main-rus-9": 4}),
        ("ОГЭ_региональный_разреженный_2026.xls",
         {"oge-2026-main-rus-9": 4, "oge-2026-main-math-9": 4, "oge-2026-main-social-9": 4,
          "gve9-2026-main-rus-9": 4}),
        ("02_2026.06.02.csv", {"oge-2026-main-math-9": 4}),
        ("02_2026.06.02_cp1251.csv", {"oge-2026-main-math-9": 4}),
    ],
)  # fmt: skip
def test_protocols(sample, build, name, counts):
    intake = sample(name)
    assert dict(intake.gia_results["work_id"].value_counts()) == counts
    assert "error" not in set(intake.issues["severity"])
    assert not any(surname in build.dump(intake) for surname in build.SURNAMES)


def test_the_same_exam_in_four_files_is_one(sample):
    intake = sample(
        "02_2026.06.02.csv",
        "02_2026.06.02_cp1251.csv",
        "ОГЭ_региональный_разреженный_2026.xlsx",
        "ОГЭ_региональный_разреженный_2026.xls",
    )
    maths = intake.gia_results[intake.gia_results["work_id"] == "oge-2026-main-math-9"]
    # the CSV has all four in 5811, the sheets have two of them in 5812
    assert dict(maths["school_id"].value_counts()) == {"990001": 4, "990002": 2}


def test_every_other_sample_is_recognised(sample, build):
    names = sorted(p.name for p in Path(SAMPLES).iterdir() if p.suffix != ".md")
    intake = sample(*names)
    found = build.status(intake)
    odd = {name for name in names if found[name] in ("unknown", "refused", "duplicate")}
    assert odd <= {
        # two lists of headings that were written by hand for the description of formats
        "headers_context_fisoko_2021.csv", "headers_context_fisoko_2022.csv",
        # journals that do not say the school or the year and lie outside their folders
        "Ведомость 9А год 2024-2025.xlsx", "Успеваемость по предметам 2 четверть.xlsx",
        # a form that lies in no folder of its school
        "Форма сбора результатов Английский язык 8 класс ВПР 2026.xlsx",
    }  # fmt: skip
