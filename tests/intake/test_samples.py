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


# Rows of each file in its tables, counted by hand in the file: groups × items, pupils who were
# not absent, answers × questions, and so on. The register knows two schools, 990001 and 990002.
EXPECTED = {
    "02_2026.06.02.csv": {"gia_results": 4},
    "02_2026.06.02_cp1251.csv": {"gia_results": 4},
    "2849657.xlsx": {"group_statistics": 3 * 3},
    "bias.xlsx": {"objectivity_list": 3 * 4},
    "headers_context_fisoko_2021.csv": {},
    "headers_context_fisoko_2022.csv": {},
    "marks.xlsx": {"group_statistics": 2 * 4},
    # 8 respondents of two known schools × 3 questions, one cell is blank
    "Анкета удовлетворенности родителей (Ответы).csv": {"survey_answers": 8 * 3 - 1},
    "Ведомость 9А год 2024-2025.xlsx": {"journal_marks": 4 * 6},
    "Выполнение заданий_ПАМЯТЬ.xlsx": {"group_items": 4 * 7},
    "Достижение планируемых результатов_ПАМЯТЬ.xlsx": {"group_items": 2 * 4},
    "ЕГЭ_Код МСУ_Балл_2023.xlsx": {"gia_results": 4},
    "ЕГЭ_компактный_2025.xlsx": {"gia_results": 4},
    "ЕГЭ_региональный_разреженный_2026.xlsx": {"gia_results": 4 + 4},
    "Математика_регион_2020.xlsx": {"vpr_results": 36 - 3, "participation": 3},
    "Математика_регион_2022.xlsx": {"vpr_results": 36 - 3, "participation": 3},
    "ОГЭ_апелляции_2026.xlsx": {},  # no protocol beside it: two queries
    "ОГЭ_региональный_разреженный_2026.xls": {"gia_results": 4 * 4},
    "ОГЭ_региональный_разреженный_2026.xlsx": {"gia_results": 4 * 4},
    "Проведение работы по математике, 4 класс. ВПР 2021.xlsx":
        {"vpr_results": 45 - 3, "participation": 3},
    "Распределение первичных баллов_ПАМЯТЬ.xlsx": {"group_items": 4 * 21},
    # 3 schools × 17 indicators, the last answer of the third; 2 blanks and «12%» left out
    "Социальный паспорт ШНСУ (Ответы) - Ответы на форму (1).csv": {"context": 3 * 17 - 3},
    "Социальный паспорт ШНСУ (Ответы).xlsx": {"context": 3 * 17 - 3},
    "Сравнение отметок_вертикальный вариант 2021.xlsx": {"group_statistics": 2 * 3},
    "Успеваемость по предметам 2 четверть.xlsx": {"journal_summaries": 2},
    "Ф1_Индивидуальные результаты.xlsx": {"vpr_results": 50},
    "Ф1_Индивидуальные результаты_две школы.xlsx": {"vpr_results": 25 + 25},
    "Ф3_Статистика по отметкам.xlsx": {"group_statistics": 5 * 4},
    "Форма сбора результатов Английский язык 8 класс ВПР 2026.xlsx":
        {"vpr_results": 24 - 2, "participation": 1},
    "Экспертная карта_edu990001_2023-2024.xlsx": {"expert_cards": 17},
}  # fmt: skip


def test_the_table_of_samples_is_whole():
    assert set(EXPECTED) == {p.name for p in Path(SAMPLES).iterdir() if p.suffix != ".md"}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_sample_gives_its_rows(place, build, name):
    file = f"2025/edu990001/{name}"
    (place.folder / file).parent.mkdir(parents=True)
    shutil.copy(Path(SAMPLES) / name, place.folder / file)
    place.register(codes=((5811, 5811), (5812, 5812)))
    intake = place.read()
    found = {
        table: int((rows["source_file"] == file).sum())
        for table, rows in intake.tables().items()
        if "source_file" in rows and table != "schools"
    }
    assert {table: n for table, n in found.items() if n} == EXPECTED[name]
    assert not any(surname in build.dump(intake) for surname in build.SURNAMES)
    if name.startswith("headers_"):
        assert build.status(intake)[file] == "unknown"
    if name.startswith("ОГЭ_апелляции"):
        assert "appeal_unmatched" in build.checks(intake)
