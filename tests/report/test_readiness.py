"""What is missing, in sentences for the terminal; the tables of comparability and of parts."""

import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.measures.report_parts import report_parts
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.report import russian, tables
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.readiness import readiness
from shnor_analysis.report.texts import load_texts
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
PARTS = METHODOLOGY.report_parts
LABELS = Labels({}, {s.subject: s.name for s in METHODOLOGY.subjects})


def parts_of(files):
    rows = [
        {"file": f"2025/{n}.xlsx", "sha256": "0", "n_bytes": 1, "family": family,
         "status": status, "n_rows": 1}
        for n, (family, status) in enumerate(files)
    ]  # fmt: skip
    frame = contracts.SOURCE_FILES.conform(pd.DataFrame(rows))
    return report_parts(frame, METHODOLOGY, 2025)


def said(files):
    return [(line.depth, line.text) for line in readiness(parts_of(files), PARTS)]


def test_a_part_with_its_required_files_is_enough_and_the_rest_is_named():
    lines = said([("expert_card", "read"), ("survey", "refused")])
    texts = [line for _, line in lines]
    enough = texts.index("Данных хватает для разделов:")
    lacking = texts.index("Не хватает обязательных файлов для разделов:")
    assert texts[enough + 1 : lacking] == ["Экспертная карта школ"]
    assert (1, "Анкета удовлетворённости, 2024/25: файл получен, но данных из него нет") in lines
    assert (1, "ФИС ОКО: индивидуальные результаты (Ф1), 2023/24 и 2024/25: файла нет") in lines
    assert not any("Экспертная карта, 2024/25" in line for line in texts)


def test_what_an_absent_file_adds_and_where_it_is_stand_under_its_name():
    lines = said([("expert_card", "read")])
    at = lines.index((1, "Сведения об учителях, 2024/25: файла нет"))
    assert lines[at + 1] == (
        2,
        "Кадры и профессиональные затруднения (обязательно): категории, диагностика затруднений "
        "и индивидуальные маршруты учителей.",
    )
    assert lines[at + 2][1].startswith("Где взять: методическая служба;")


def test_required_kinds_stand_before_the_others():
    headings = [text for depth, text in said([("expert_card", "read")]) if depth == 1]
    teachers = next(i for i, t in enumerate(headings) if t.startswith("Сведения об учителях, "))
    appeals = next(i for i, t in enumerate(headings) if t.startswith("РЦОИ: результаты апелляций"))
    assert teachers < appeals


def test_with_all_files_nothing_is_asked_for():
    every = parts_of([("expert_card", "read")]).assign(status="found")
    lines = readiness(every, PARTS)
    assert lines[-1].text == "Получены файлы всех видов, которые нужны отчёту."
    assert len(lines) == len(PARTS.parts) + 2


def test_the_table_of_parts_follows_the_report():
    frame = parts_of([("expert_card", "read")])
    table = tables.report_parts(frame, PARTS)
    titles = [part.title for part in PARTS.parts]
    shown = [row[0].value for row in table.rows]
    assert shown == [title for title in titles if title in shown]  # in the order of the report
    assert set(titles) - set(shown) == {"Экспертная карта школ"}  # nothing is missing there
    assert "Экспертная карта школ" in table.notes[0]
    staff = next(row for row in table.rows if row[0].value.startswith("Кадры"))
    assert staff[1].value == "не хватает"
    assert staff[1].emphasis
    assert "сведения об учителях, 2024/25" in staff[2].value


# --- comparability ------------------------------------------------------------------------------


def year(year, subject, grade, verdict, reasons=None, compared=None, level="none"):
    return {
        "assessment_year": year, "procedure": "vpr", "subject": subject, "grade": grade,
        "level": level, "compared_year": compared, "verdict": verdict, "reasons": reasons,
        "n_participants": 10, "n_participants_compared": 10 if compared else None,
    }  # fmt: skip


def matrix(rows):
    return tables.comparability_matrix(contracts.COMPARABILITY.conform(pd.DataFrame(rows)), LABELS)


def test_like_grades_share_a_line_and_every_verdict_is_words():
    rows = [year(2024, "rus", grade, "first") for grade in (4, 5, 6, 8)]
    rows += [
        year(2025, "rus", grade, "shares_only", "work_changed", 2024) for grade in (4, 5, 6, 8)
    ]
    rows += [
        year(2025, "biology", 6, "not_comparable", "random_subject;work_changed", 2024),
        year(2024, "biology", 6, "first"),
        year(2025, "math", 4, "comparable", "gap", 2023),
    ]
    table = matrix(rows)
    assert [c.label for c in table.columns[1:]] == ["2023/24", "2024/25"]
    assert [[cell.text.replace("\u00a0", " ") for cell in row] for row in table.rows] == [
        [
            "ВПР, русский язык, 4–6 и 8 классы",
            "сравнивать не с чем",
            "только доли отметок: работа построена заново",
        ],
        ["ВПР, математика, 4 класс", "—", "сравнимо (прошлый результат — 2022/23)"],
        [
            "ВПР, биология, 6 класс",
            "сравнивать не с чем",
            "не сравнимо: предмет по жребию; работа построена заново",
        ],
    ]
    assert [row[2].emphasis for row in table.rows] == [False, False, True]


def test_levels_do_not_look_alike():
    names = [
        row[0].text
        for row in matrix(
            [year(2025, "math", 7, "first", level=level) for level in ("base", "advanced", "none")]
        ).rows
    ]
    assert len(set(names)) == 3


def test_four_years_turn_the_page():
    assert not matrix([year(y, "rus", 4, "first") for y in (2023, 2024, 2025)]).wide
    assert matrix([year(y, "rus", 4, "first") for y in (2022, 2023, 2024, 2025)]).wide


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("comparability_verdict", contracts.COMPARABILITY_VERDICTS),
        ("comparability_reason", contracts.COMPARABILITY_REASONS),
        ("part_status", contracts.PART_STATUSES),
    ],
)
def test_every_code_has_words(group, codes):
    assert set(load_texts()[group]) == set(codes)


def test_tables_of_nothing_have_no_rows():
    empty = contracts.COMPARABILITY.empty()
    assert tables.comparability_matrix(empty, LABELS).rows == ()


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([5], "5"), ([4, 5], "4 и 5"), ([4, 5, 6], "4–6"), ([10, 4, 5, 6, 8, 8], "4–6, 8 и 10")],
)
def test_number_ranges(numbers, expected):
    assert russian.number_ranges(numbers) == expected
