"""РЦОИ protocols: ОГЭ dense, sparse and machine CSV, ЕГЭ compact; names of no living person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shnor_analysis.demo.designs import Work
from shnor_analysis.demo.region import REGION_CODE, REGION_NAME, Population
from shnor_analysis.demo.results import Sitting
from shnor_analysis.demo.workbook import Book, Cell, Files, Row, csv_bytes

# Surnames are common nouns of a textbook; first names carry a number, so nobody has such a name.
SURNAMES = ("Выдуманов", "Примеров", "Образцов", "Условный", "Пробный", "Учебный", "Задачников")
CLASS_LETTERS = "АБВГДЕЖИК"
NO_PATRONYMIC_EVERY = 23
STATION, MUNICIPAL_CODE, PROGRAMME, PROFILE = 1003, 209, 101, 102
TOTAL_ROW = "Средние"
PAGE = "Page 1"

OGE_DENSE_HEADINGS: Row = [
    "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Код участника", "Фамилия", "Имя", "Отчество",
    "Серия", "Номер", "Ответы в краткой форме", "Ответы в развернутой форме", "Первичный балл",
    "Оценка",
]  # fmt: skip
OGE_SPARSE_HEADINGS: Row = [
    "№", "Код ОО", "Класс", None, "Код ППЭ", None, "Аудитория", None, "Код МСУ", None, "Фамилия",
    None, "Имя", "Отчество", "Задания с кратким ответом", None, None,
    "Задания с развёрнутым ответом", "Первичный балл", None, "Оценка",
]  # fmt: skip
EGE_HEADINGS: Row = [
    "№", "Код ППЭ", "Код ОО", "Класс", "Код ООП", "Профиль", "Фамилия", "Имя", "Отчество",
    "Вариант", "Код участника", "№ бланка", "Ответы в краткой форме",
    "Ответы в развернутой форме", "Первичный балл",
]  # fmt: skip
CSV_HEADINGS: Row = [
    "ColumnName", "SchoolCode", "ClassCode", "StationCode", "AuditoriumCode", "GovernmentCell",
    "SurnameCell", "NameCell", "SecondNameCell", "DocumentSeriesCode", "DocumentNumberCode",
    "TestResultBCell", "TestResultCCell", "PrimaryMark", "Mark5",
]  # fmt: skip

# How the office received the exams of each year.
OGE_LAYOUTS = {2024: "dense", 2025: "sparse"}
OGE_CSV_WORK = (2025, "math")
EGE_YEARS = (2023, 2024, 2025)
OGE_FILE = "{year}/РЦОИ/ОГЭ {year} протоколы.xlsx"
EGE_FILE = "{year}/РЦОИ/ЕГЭ_{year}_протокол.xlsx"
CSV_FILE = "{year}/РЦОИ/02_{date}.csv"


@dataclass(frozen=True)
class Entry:
    """One participant of one exam as a protocol needs it."""

    code: str | None
    grade: int
    class_no: int
    pupil: int
    school: int
    short: str
    extended: str
    score: int
    result: int


def pupil_name(pupil: int) -> tuple[str, str, str | None]:
    """Return an invented surname, first name and patronymic; unique for the pupil."""
    surname = SURNAMES[pupil % len(SURNAMES)]
    patronymic = None if pupil % NO_PATRONYMIC_EVERY == 0 else "Отчество"
    return surname, f"Имя{pupil}", patronymic


def document(pupil: int) -> tuple[str, str]:
    """Return an invented series and number of a document."""
    return "0000", f"{100_000 + pupil:06d}"


def entries(population: Population, sitting: Sitting) -> list[Entry]:
    """Return the participants of an exam, sorted by school, class and place in it."""
    if sitting.items is None:
        raise ValueError("task scores are needed")
    design = sitting.work.design
    codes = (
        population.schools.oge_code if design.procedure == "oge" else population.schools.ege_code
    )
    result = sitting.scaled if design.scaled else sitting.mark
    n_short = sum(task.max_score == 1 for task in design.tasks)
    greatest = [task.max_score for task in design.tasks[n_short:]]
    return [
        Entry(
            codes[school], design.grade, class_no, pupil, school,
            "".join("+" if point else "-" for point in points[:n_short]),
            "".join(f"{a}({b})" for a, b in zip(points[n_short:], greatest, strict=True)),
            score, value,
        )
        for school, class_no, pupil, points, score, value in zip(
            sitting.school.tolist(), sitting.class_no.tolist(), sitting.pupil.tolist(),
            sitting.items.tolist(), sitting.score.tolist(), result.tolist(), strict=True,
        )
    ]  # fmt: skip


def exam_title(work: Work, date: str = "") -> str:
    """Return the title row of a block: «04 - Химия 2026.06.01»."""
    return f"{work.subject.rcoi_code} - {work.subject.name} {date or dotted_date(work)}"


def dotted_date(work: Work) -> str:
    """Return the date as protocols print it."""
    return work.exam_date.replace("-", ".")


def oge_dense_row(number: int, entry: Entry) -> Row:
    """Return one row of the dense ОГЭ layout."""
    series, digits = document(entry.pupil)
    return [
        number, int(entry.code or 0), _class_label(entry), STATION, _room(number), str(entry.pupil),
        *pupil_name(entry.pupil), series, digits, entry.short, entry.extended or None,
        entry.score, entry.result,
    ]  # fmt: skip


def oge_sparse_row(number: int, entry: Entry) -> Row:
    """Return one row of the sparse ОГЭ layout, with its empty merged tails."""
    surname, name, patronymic = pupil_name(entry.pupil)
    return [
        number, int(entry.code or 0), _class_label(entry), None, STATION, None, int(_room(number)),
        None, MUNICIPAL_CODE, None, surname, None, name, patronymic, entry.short, None, None,
        entry.extended or None, entry.score, None, entry.result,
    ]  # fmt: skip


def ege_row(number: int, entry: Entry) -> Row:
    """Return one row of the compact ЕГЭ layout."""
    return [
        number, 100, int(entry.code or 0), str(entry.grade), PROGRAMME, PROFILE,
        *pupil_name(entry.pupil), 1 + number % 4, f"{entry.pupil:06d}", f"{number:06d}",
        entry.short, entry.extended or None, entry.score, entry.result,
    ]  # fmt: skip


def csv_row(number: int, entry: Entry) -> Row:
    """Return one row of the machine ОГЭ export; decimal comma in the primary score."""
    surname, name, patronymic = pupil_name(entry.pupil)
    return [
        number, entry.code, _class_label(entry), STATION, _room(number), None, surname, name,
        patronymic, None, None, entry.short, entry.extended, f"{entry.score},0", entry.result,
    ]  # fmt: skip


def _class_label(entry: Entry) -> str:
    return f"{entry.grade}{CLASS_LETTERS[entry.class_no - 1]}"


def _room(number: int) -> str:
    return f"{101 + (number - 1) // 15:04d}"


RowMaker = Callable[[int, Entry], Row]


def exam_block(
    title: str, headings: Row, maker: RowMaker, people: list[Entry], gap: bool = False
) -> list[Row]:
    """Return one exam as a block: title, headings, participants, «Средние».

    ``gap`` adds the empty row that regional protocols have below the title.
    """
    rows: list[Row] = [[title]]
    if gap:
        rows.append([])
    rows.append(list(headings))
    rows += [maker(number, entry) for number, entry in enumerate(people, start=1)]
    total: Row = [TOTAL_ROW] + [None] * (len(headings) - 1)
    if maker is ege_row and people:
        total[-2] = _mean([entry.score for entry in people])
        total[-1] = _mean([entry.result for entry in people])
    rows.append(total)
    return rows


def _mean(values: list[int]) -> float:
    return round(float(np.mean(values)), 2)


def oge_book(year: int, exams: list[tuple[Work, list[Entry]]]) -> Book:
    """Return the ОГЭ protocols of a year in the layout of that year."""
    is_sparse = OGE_LAYOUTS[year] == "sparse"
    rows: list[Row] = []
    if is_sparse:
        rows += [["Протокол проверки результатов"], [f"{REGION_CODE} - {REGION_NAME}"]]
    for work, people in exams:
        headings = OGE_SPARSE_HEADINGS if is_sparse else OGE_DENSE_HEADINGS
        maker = oge_sparse_row if is_sparse else oge_dense_row
        rows += exam_block(exam_title(work), headings, maker, people, gap=is_sparse)
    return Book({PAGE: rows})


def ege_book(exams: list[tuple[Work, list[Entry]]]) -> Book:
    """Return the ЕГЭ protocols of a year: several blocks in one sheet."""
    rows: list[Row] = []
    for work, people in exams:
        last: Cell = "Итоговый балл" if work.design.scaled else "Оценка"
        rows += exam_block(exam_title(work), [*EGE_HEADINGS, last], ege_row, people)
    return Book({PAGE: rows})


@dataclass
class Protocols:
    """РЦОИ files of one year before dirt.

    ``tables`` are rows of machine CSV exports by path; ``entries`` are participants by work id.
    """

    files: Files
    tables: dict[str, list[Row]]
    entries: dict[str, list[Entry]]


def rcoi_protocols(population: Population, year: int, sittings: list[Sitting]) -> Protocols:
    """Return the РЦОИ files of one year; ``sittings`` are its ОГЭ and ЕГЭ works."""
    exams = [(sitting.work, entries(population, sitting)) for sitting in sittings]
    oge = [(work, people) for work, people in exams if work.design.procedure == "oge"]
    ege = [(work, people) for work, people in exams if work.design.procedure == "ege"]
    made = Protocols({}, {}, {work.work_id: people for work, people in exams})
    if year in OGE_LAYOUTS:
        in_sheet = [one for one in oge if (year, one[0].design.subject) != OGE_CSV_WORK]
        made.files[OGE_FILE.format(year=year)] = oge_book(year, in_sheet)
        for work, people in oge:
            if (year, work.design.subject) == OGE_CSV_WORK:
                path = CSV_FILE.format(year=year, date=dotted_date(work))
                rows = [csv_row(number, entry) for number, entry in enumerate(people, start=1)]
                made.tables[path] = [list(CSV_HEADINGS), *rows]
    if year in EGE_YEARS:
        made.files[EGE_FILE.format(year=year)] = ege_book(ege)
    return made


def exam_csv(rows: list[Row]) -> bytes:
    """Return a machine export as it comes from an old Windows program; ОО-1 comes so, too."""
    return csv_bytes(rows, separator=";", encoding="cp1251")
