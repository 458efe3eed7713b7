"""What the office keeps beside results agrees with the population, results and templates."""

from pathlib import Path

import pytest

from shnor_analysis.demo.cases import CASES
from shnor_analysis.demo.files_items import PLANNED, SCORES, SKILLS, TASKS
from shnor_analysis.demo.files_office import (
    ADAPTED_HEADINGS,
    ALIASES,
    BIAS_SIGNS,
    CONDUCT_HEADINGS,
    INDICATOR_HEADINGS,
    MEDAL_HEADINGS,
    REGISTER_HEADINGS,
    TOTALS_HEADINGS,
    WORK_HEADINGS,
)
from shnor_analysis.form_specs import FORMS
from shnor_analysis.intake.messages import issue_series
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.place_settings import load_place_settings
from shnor_analysis.templates import heading
from shnor_analysis.workspace import find_workspace
from tests.demo import reading

SCHOOL = {case.case: f"9912{number:02d}" for number, case in enumerate(CASES, start=1)}
METHODOLOGY = find_workspace().methodology


def only_sheet(path: Path) -> reading.Rows:
    (rows,) = reading.sheets(path).values()
    return rows


def percents(rows: reading.Rows, group: str) -> list[float]:
    row = next(row for row in rows if str(row[0]).startswith(group))
    return [float(str(value)) for value in row[3:]]


@pytest.mark.parametrize(
    ("form", "headings"),
    [
        ("past_registers", REGISTER_HEADINGS),
        ("medal_claims", MEDAL_HEADINGS),
        ("procedure_conduct", CONDUCT_HEADINGS),
        ("adapted_participants", ADAPTED_HEADINGS),
        ("diagnostic_works", WORK_HEADINGS),
        ("reported_indicators", INDICATOR_HEADINGS),
        ("survey_totals", TOTALS_HEADINGS),
    ],
)
def test_forms_have_the_headings_of_the_templates(form: str, headings: list[str]) -> None:
    methodology = load_methodology(METHODOLOGY, DEFAULT_REGULATIONS)
    (spec,) = (spec for spec in FORMS if spec.family == form)
    template = {heading(spec, field.column, methodology) for field in spec.template_fields}
    assert set(headings) <= template


def test_settings_of_the_place_are_loaded(folder: Path) -> None:
    settings = load_place_settings(folder, METHODOLOGY, "reg99_m012")
    (merger,) = settings.mergers
    assert (merger.old_school, merger.new_school) == ("991214", "991201")
    assert merger.assessment_year == 2024
    assert dict(settings.aliases) == {"Третий лицей": "991203", "Дальняя школа": "991220"}
    assert set(ALIASES) == set(dict(settings.aliases))


def test_an_explanation_names_a_check_that_speaks_again(folder: Path) -> None:
    rows = reading.table(folder / "explanations.csv", "utf-8-sig", ";")
    assert rows[0] == ("Год оценки", "Код замечания", "Код причины", "Пояснение школы")
    assert [row[0] for row in rows[1:]] == ["2024", "2024"]
    assert rows[1][1] == f"{issue_series('group_percent_sum', '991201')}-0000"


def test_registers_are_those_of_the_rule(folder: Path) -> None:
    """By the letter, from the counts of the truth: two low works, or one low twice."""
    low: dict[tuple[str, int], set[str]] = {}
    for row in reading.truth(folder, "cells"):
        procedure, year, _, subject, grade = row["work_id"].split("-")
        if subject in ("rus", "math", "math_base") and (
            10 * int(row["n_below_minimum"]) >= 3 * int(row["n_participants"])
        ):
            place = row["school_id"], int(year)
            low.setdefault(place, set()).add(f"{procedure}-{subject}-{grade}")
    expected = {
        (school, year)
        for (school, year), works in low.items()
        if len(works) > 1 or works & low.get((school, year - 1), set())
    }
    rows = only_sheet(folder / "2025/Перечни/Перечни прошлых лет.xlsx")
    for year in (2023, 2024):
        of_year = [row for row in rows if row[3] == f"{year - 1}/{year}" and row[0] == "ШНОР"]
        listed = {str(row[1])[3:] for row in of_year if row[4] == "в перечне"}
        assert listed == {school for school, one in expected if one == year}
        assert listed
    left = {str(row[1])[3:] for row in rows if row[4] == "исключена"}
    assert left == {SCHOOL["improved_sharply"]}


def test_signs_of_bias_are_at_schools_that_do_something_and_at_the_lyceum(folder: Path) -> None:
    doing = {case.case for case in CASES if case.behaviours}
    doing -= {"inflated_school_marks"}  # its works are honest, its journal is not
    assert {case for _, case in BIAS_SIGNS} == {*doing, "lyceum_high"}
    rows = only_sheet(folder / "2025/Перечни/bias.xlsx")
    assert {int(str(row[0])) for row in rows[1:]} == {2023, 2024, 2025}
    for row in rows[1:]:
        assert sum(value == 1 for value in row[4:8]) == row[8] > 0


def test_claimants_are_in_the_protocols(folder: Path) -> None:
    claims = only_sheet(folder / "2025/Медали/Претенденты на медаль.xlsx")[1:]
    people = {
        row[6:9]
        for row in only_sheet(folder / "2025/РЦОИ/ЕГЭ_2025_протокол.xlsx")
        if isinstance(row[0], int)
    }
    assert {str(row[0])[3:] for row in claims} == {"991201", "991203", "991205"}
    assert all(row[3:6] in people for row in claims)
    assert {row[7] for row in claims} == {"да", "нет"}


def test_a_recheck_confirms_honest_works_only(folder: Path) -> None:
    rows = only_sheet(folder / "2025/Проведение/Условия проведения процедур.xlsx")[1:]
    same = {str(row[0])[3:]: (row[9], row[10]) for row in rows if row[9] is not None}
    for case in ("lyceum_high", "ordinary_village"):
        n, n_same = same[SCHOOL[case]]
        assert n == n_same
    for case in ("inflated_vpr", "bunching_at_thresholds", "dictated_answers"):
        n, n_same = same[SCHOOL[case]]
        assert int(str(n_same)) < int(str(n))


def test_form_oo1_agrees_with_the_context_form(folder: Path) -> None:
    """Everywhere but at the village with planted dirt, where it has three pupils more."""
    rows = reading.table(folder / "2025/ОО-1/ОО-1 2024.csv", "cp1251", ";")
    context = reading.sheets(folder / "2025/Контекст/Сбор контекстных данных об ОО.xlsx")
    general, teaching = context.values()
    column = next(i for i, cell in enumerate(teaching[0]) if str(cell).startswith("20. "))
    pupils = {str(row[0]): int(str(row[column])) for row in teaching[1:24]}
    inns = {str(row[12]): str(row[0]) for row in general[1:24]}
    differing = {}
    for inn, login in inns.items():
        own = [row for row in rows if row[0] == inn and row[3] in ("02", "08")]
        total = next(int(row[5]) for row in own if row[4] == "3")
        assert sum(int(row[5]) for row in own if row[4] != "3") == pupils[login]
        differing[login] = total - pupils[login]
    assert len(differing) == 23
    assert {login: n for login, n in differing.items() if n} == {"edu991224": 3}


def test_works_rise_with_ability(folder: Path) -> None:
    rows = only_sheet(folder / "2025/Работы/РДР.xlsx")[1:]
    means = {(str(row[0])[3:], row[6]): float(str(row[13])) for row in rows}
    for grade in (6, 8):
        strong, weak = (means[SCHOOL[c], grade] for c in ("lyceum_high", "large_low_results"))
        assert strong > weak + 3
    assert {row[3] for row in rows} == {"регион", "муниципалитет"}


def test_scores_agree_with_individual_results(folder: Path) -> None:
    (path,) = reading.individual_files(folder, 2025, "МА", 5)
    people = [row for row in only_sheet(path)[8:] if row[3] is not None]
    own = [row for row in people if row[0] == f"edu{SCHOOL['dictated_answers']}"]
    rows = only_sheet(folder / f"2025/ВПР/МА 5/{SCORES}.xlsx")
    named = percents(rows, "МБОУ «СОШ № 7 г. Примерска»")
    assert named == [
        round(100 * sum(row[-3] == score for row in own) / len(own), 2) for score in range(19)
    ]
    whole = percents(rows, "Примерский муниципальный район")
    assert whole[18] == round(100 * sum(row[-3] == 18 for row in people) / len(people), 2)
    for row in rows[8:]:
        assert sum(float(str(value)) for value in row[3:]) == pytest.approx(100, abs=0.1)


def test_region_scores_agree_with_the_marks_report(folder: Path) -> None:
    """The share of «2» is that of scores below the cut, 6 of 18 points."""
    scores = percents(only_sheet(folder / f"2025/ВПР/МА 5/{SCORES}.xlsx"), "Примерская область")
    marks = percents(
        only_sheet(folder / "2025/ВПР/МА 5/Ф3_Статистика по отметкам.xlsx"), "Примерская область"
    )
    assert sum(scores[:6]) == pytest.approx(marks[0], abs=0.05)
    assert sum(scores[14:]) == pytest.approx(marks[3], abs=0.05)


def test_tasks_and_skills_agree_with_each_other(folder: Path) -> None:
    tasks = only_sheet(folder / f"2025/ВПР/МА 5/{TASKS}.xlsx")
    planned = only_sheet(folder / f"2025/ВПР/МА 5/{PLANNED}.xlsx")
    region = next(i for i, cell in enumerate(planned[7]) if cell == "Примерская область")
    skills = planned[9:]
    assert [row[region] for row in skills] == percents(tasks, "Примерская область")
    assert [str(row[0]).split(". ", 1)[1] for row in skills] == list(SKILLS)
    maxima = [int(str(value)) for value in tasks[8][3:]]
    assert [row[1] for row in skills] == maxima
    # the mean score of the municipality, task by task and pupil by pupil
    whole = percents(tasks, "Примерский муниципальный район")
    (path,) = reading.individual_files(folder, 2025, "МА", 5)
    scores = [int(str(row[-3])) for row in only_sheet(path)[8:] if row[3] is not None]
    expected = sum(share * n / 100 for share, n in zip(whole, maxima, strict=True))
    assert expected == pytest.approx(sum(scores) / len(scores), abs=0.01)


def test_generous_journal_is_above_the_summary_of_the_honest_one(folder: Path) -> None:
    means = {}
    for case in ("ordinary_town", "inflated_school_marks"):
        path = folder / f"2025/Журналы/edu{SCHOOL[case]}/Ведомость 9А год.xlsx"
        rows = only_sheet(path)
        marks = [int(str(c)) for row in rows[4:-3] for c in row[2:10] if str(c) in "2345"]
        texts = {str(c) for row in rows[4:-3] for c in row[2:10]}
        assert {"осв", "н/а"} <= texts
        means[case] = sum(marks) / len(marks)
    assert means["inflated_school_marks"] > means["ordinary_town"] + 0.3


def test_summary_totals_add_up(folder: Path) -> None:
    for path in sorted(folder.glob("2025/Журналы/*/Успеваемость*.xlsx")):
        rows = only_sheet(path)
        classes, total = rows[5:-1], rows[-1]
        for column in range(3, 9):
            assert sum(int(str(row[column])) for row in classes) == total[column]


def test_appeals_change_nothing(folder: Path) -> None:
    appeals = only_sheet(folder / "2025/РЦОИ/ОГЭ 2025 апелляции.xlsx")[5:]
    assert [row[9] for row in appeals] == ["Апелляция удовлетворена", "Апелляция отклонена"]
    protocol = only_sheet(folder / "2025/РЦОИ/ОГЭ 2025 протоколы.xlsx")
    start = next(i for i, row in enumerate(protocol) if str(row[0]).startswith("08 - "))
    end = next(i for i in range(start, len(protocol)) if protocol[i][0] == "Средние")
    results = {
        (str(row[1]), row[10], row[12], row[13]): (str(row[18]), str(row[20]))
        for row in protocol[start:end]
    }
    for row in appeals:
        assert results[str(row[1]), row[5], row[6], row[7]] == row[10:12]


def test_the_archive_of_2021_adds_up(folder: Path) -> None:
    rows = only_sheet(folder / "2021/ВПР/Сравнение отметок.xlsx")[6:]
    assert len(rows) == 15
    for block in (rows[:5], rows[5:10], rows[10:]):
        assert sum(int(str(row[1])) for row in block[1:4]) == block[4][1]
        shares = [float(str(row[2]).replace(",", ".")) for row in block[1:4]]
        assert sum(shares) == pytest.approx(100, abs=0.03)
