"""The planted schools, read back from the files and compared with counts written by hand."""

from pathlib import Path

import pytest

from shnor_analysis.demo.cases import CASES, Case
from shnor_analysis.demo.region import demo_population
from shnor_analysis.demo.results import sittings
from shnor_analysis.demo.truth import CELL_FIELDS, cell_rows
from tests.demo import reading

SCHOOL = {case.case: f"9912{number:02d}" for number, case in enumerate(CASES, start=1)}
OGE = {case.case: 5200 + number for number, case in enumerate(CASES, start=1)}
EGE = {case.case: 7000 + 10 * number + 2 for number, case in enumerate(CASES, start=1)}


@pytest.mark.parametrize(
    ("case", "subject", "grade", "n", "below"),
    [
        ("exactly_on_threshold", "РУ", 5, 10, 3),
        ("exactly_on_threshold", "МА", 6, 20, 6),
        ("three_pupils", "МА", 5, 3, 1),
        ("three_pupils", "РУ", 7, 3, 1),
    ],
)
def test_planted_vpr_counts_hold(
    folder: Path, case: str, subject: str, grade: int, n: int, below: int
) -> None:
    marks = reading.marks_in_f1(folder, 2025, subject, grade, SCHOOL[case])
    assert (len(marks), marks.count(2)) == (n, below)


def test_repeated_procedure_is_9_of_30_and_8_of_26(folder: Path) -> None:
    code = OGE["repeated_one_procedure"]
    marks_2024 = [int(str(mark)) for _, mark in reading.exam_rows(folder, 2024, "02", "ОГЭ")[code]]
    assert (len(marks_2024), marks_2024.count(2)) == (30, 9)
    path = folder / "2025/РЦОИ/02_2025.06.03.csv"
    rows = reading.table(path, "cp1251", ";")
    marks_2025 = [row[14] for row in rows[1:] if row[1] == str(code)]
    assert (len(marks_2025), marks_2025.count("2")) == (26, 8)


def test_one_pupil_below_threshold_everywhere(folder: Path) -> None:
    for subject in ("РУ", "МА"):
        for grade in range(4, 9):
            marks = reading.marks_in_f1(
                folder, 2025, subject, grade, SCHOOL["one_pupil_below_threshold"]
            )
            below, n = marks.count(2), len(marks)
            assert n > 10
            assert 10 * below < 3 * n <= 10 * (below + 1)


def test_all_fives_has_no_variance(folder: Path) -> None:
    for subject in ("РУ", "МА"):
        for grade in range(4, 9):
            marks = reading.marks_in_f1(folder, 2025, subject, grade, SCHOOL["all_fives"])
            assert set(marks) <= {5}
    assert marks


def test_nobody_sat_in_2025_but_is_in_the_register(folder: Path) -> None:
    school_id = SCHOOL["nobody_sat"]
    for path in (folder / "2025" / "ВПР").rglob("*.xlsx"):
        if path.stat().st_size > 500 and not path.name.startswith("~$"):
            text = str(reading.sheets(path))
            assert school_id not in text
    context = reading.sheets(folder / "2025/Контекст/Сбор контекстных данных об ОО.xlsx")
    assert f"edu{school_id}" in [row[0] for row in context["Общая информация об ОО"]]


def test_merged_school_has_files_up_to_2023(folder: Path) -> None:
    school_id = SCHOOL["merged_in_2024"]
    assert reading.marks_in_f1(folder, 2023, "РУ", 5, school_id)
    assert not reading.marks_in_f1(folder, 2024, "РУ", 5, school_id)


def test_only_ege_maths_is_low(folder: Path) -> None:
    code = EGE["only_ege_low"]
    profile = [int(str(score)) for _, score in reading.exam_rows(folder, 2025, "02", "ЕГЭ")[code]]
    base = [int(str(mark)) for _, mark in reading.exam_rows(folder, 2025, "22", "ЕГЭ")[code]]
    assert 10 * sum(score < 27 for score in profile) >= 3 * len(profile) > 0
    assert 10 * base.count(2) >= 3 * len(base) > 0


def test_small_school_has_8_to_12_pupils_a_grade(folder: Path) -> None:
    for grade in range(4, 9):
        n = len(reading.marks_in_f1(folder, 2025, "МА", grade, SCHOOL["small_low_results"]))
        assert 6 <= n <= 12


def test_one_pupil_is_missing_in_every_procedure_of_every_year(folder: Path) -> None:
    rows = [
        row
        for row in reading.truth(folder, "cells")
        if row["school_id"] == SCHOOL["one_pupil_below_threshold"]
        and row["work_id"].split("-")[3] in ("rus", "math", "math_base")
    ]
    assert len(rows) == 60
    for row in rows:
        below, n = int(row["n_below_minimum"]), int(row["n_participants"])
        assert 10 * below < 3 * n <= 10 * (below + 1)


def _low_works(cells: list[dict[str, str]], case: str) -> dict[int, set[str]]:
    """Works with at least 30 % below the minimum, by year, without the year in their name."""
    found: dict[int, set[str]] = {}
    for row in cells:
        procedure, year, _, subject, grade = row["work_id"].split("-")
        if row["school_id"] != SCHOOL[case] or subject not in ("rus", "math", "math_base"):
            continue
        low = found.setdefault(int(year), set())
        if 10 * int(row["n_below_minimum"]) >= 3 * int(row["n_participants"]):
            low.add(f"{procedure}-{subject}-{grade}")
    return found


def _clauses(low: dict[int, set[str]]) -> str | None:
    """Clauses A and B for 2025 as the rule is written; None when nothing was sat."""
    if 2025 not in low:
        return None
    a = "A" if len(low[2025]) >= 2 else ""
    return a + ("B" if low[2025] & low[2024] else "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case)
def test_rule_by_the_letter_gives_the_expected_clauses(folder: Path, case: Case) -> None:
    cells = reading.truth(folder, "cells")
    assert _clauses(_low_works(cells, case.case)) == case.clauses
    (row,) = (
        row
        for row in reading.truth(folder, "schools")
        if row["case"] == case.case and row["assessment_year"] == "2025"
    )
    expected = {None: "not_assessed", "": "-"}.get(case.clauses, case.clauses)
    assert row["expected_clauses"] == expected


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cases_hold_for_any_seed(seed: int) -> None:
    population = demo_population(seed)
    cells = [
        dict(zip(CELL_FIELDS, map(str, row), strict=True))
        for year in (2024, 2025)
        for sitting in sittings(population, year)
        for row in cell_rows(population, sitting)
    ]
    for case in CASES:
        assert _clauses(_low_works(cells, case.case)) == case.clauses, case.case


def test_truth_counts_are_what_the_files_show(folder: Path) -> None:
    marks = reading.marks_in_f1(folder, 2024, "МА", 7, SCHOOL["basic_without_11"])
    (row,) = (
        row
        for row in reading.truth(folder, "cells")
        if row["school_id"] == SCHOOL["basic_without_11"]
        and row["work_id"] == "vpr-2024-spring-math-7"
    )
    counted = [marks.count(mark) for mark in (2, 3, 4, 5)]
    assert counted == [int(row[f"n_mark_{mark}"]) for mark in (2, 3, 4, 5)]


def test_aggregates_agree_with_individual_results(folder: Path) -> None:
    rows = next(
        iter(reading.sheets(folder / "2024/ВПР/РУ 6/Ф3_Статистика по отметкам.xlsx").values())
    )
    for row in rows[11:]:
        school_id = str(row[0])[-7:-1]
        marks = reading.marks_in_f1(folder, 2024, "РУ", 6, school_id)
        shares = [round(100 * marks.count(mark) / len(marks), 2) for mark in (2, 3, 4, 5)]
        assert (row[1], row[2]) == (None, len(marks))
        assert list(row[3:7]) == shares
    groups = [str(row[0]) for row in rows[8:11]]
    assert groups == [
        "Вся выборка",
        "Примерская область",
        "Примерский муниципальный район(reg99_m012)",
    ]


def test_task_scores_add_up_to_the_total(folder: Path) -> None:
    (path,) = reading.individual_files(folder, 2023, "МА", 6)
    (rows,) = reading.sheets(path).values()
    total = rows[7].index("Первичный балл")
    people = [row for row in rows[8:] if row[3] is not None]
    assert len(people) > 200
    for row in people:
        assert sum(0 if cell == "X" else cell for cell in row[6:total]) == row[total]
        assert row[total + 1] == 2 + sum(row[total] >= cut for cut in (6, 10, 14))


def test_dictated_class_solves_hard_tasks_alike(folder: Path) -> None:
    (path,) = reading.individual_files(folder, 2025, "МА", 5)
    (rows,) = reading.sheets(path).values()
    hard = [c for c, level in enumerate(rows[6]) if level == "П"]
    greatest = {c: int(str(rows[7][c]).split("(")[1][0]) for c in hard}
    school = [row for row in rows[8:] if row[0] == f"edu{SCHOOL['dictated_answers']}"]
    shares = {}
    for class_no in (1, 2):
        cells = [row[c] == greatest[c] for row in school if row[4] == class_no for c in hard]
        shares[class_no] = sum(cells) / len(cells)
    assert shares[1] > 0.85
    assert shares[2] < 0.7


def _pairs(folder: Path, case: str) -> list[tuple[int, int]]:
    pairs = []
    for year in (2023, 2024, 2025):
        for subject in ("РУ", "МА"):
            for grade in range(4, 9):
                (path,) = reading.individual_files(folder, year, subject, grade)
                (rows,) = reading.sheets(path).values()
                pairs += [
                    (int(str(row[-2])), int(str(row[-1])))
                    for row in rows[8:]
                    if row[0] == f"edu{SCHOOL[case]}"
                ]
    return pairs


def test_inflated_journal_lowers_and_inflated_work_raises(folder: Path) -> None:
    shares = {}
    for case in ("inflated_school_marks", "inflated_vpr", "basic_without_11"):
        pairs = _pairs(folder, case)
        shares[case] = (
            sum(test < school for test, school in pairs) / len(pairs),
            sum(test > school for test, school in pairs) / len(pairs),
        )
    assert shares["inflated_school_marks"][0] > shares["basic_without_11"][0] + 0.15
    assert shares["inflated_vpr"][1] > shares["basic_without_11"][1] + 0.15


def test_scores_bunch_at_the_threshold(folder: Path) -> None:
    (path,) = reading.individual_files(folder, 2024, "РУ", 7)
    (rows,) = reading.sheets(path).values()
    before = at = 0
    for grade, cuts in ((6, (25, 35, 45)), (7, (22, 32, 42))):
        for year in (2023, 2024):
            (path,) = reading.individual_files(folder, year, "РУ", grade)
            (rows,) = reading.sheets(path).values()
            total = rows[7].index("Первичный балл")
            scores = [
                row[total] for row in rows[8:] if row[0] == f"edu{SCHOOL['bunching_at_thresholds']}"
            ]
            before += sum(scores.count(cut - 1) for cut in cuts)
            at += sum(scores.count(cut) for cut in cuts)
    assert at > 4 * before
