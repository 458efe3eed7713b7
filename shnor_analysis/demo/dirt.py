"""Deliberate dirt: what real files suffer from, planted in ordinary schools only and listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shnor_analysis.demo.cases import CASES, DIRT_CASES
from shnor_analysis.demo.designs import DESIGNS, Work
from shnor_analysis.demo.files_fisoko import F1_FIRST_TASK, F1_HEAD_ROWS, f1_path, f3_path
from shnor_analysis.demo.files_forms import (
    CONTEXT_FILE,
    GENERAL_SHEET,
    PASSPORT_FILE,
    TEACHING_SHEET,
)
from shnor_analysis.demo.files_items import VERTICAL_FILE
from shnor_analysis.demo.files_journals import ALGEBRA, CLASS_FILE, MEAN_ROW
from shnor_analysis.demo.files_office import (
    ALIASES,
    APPEALS_FILE,
    OO1_FILE,
    OO1_HEADINGS,
    OO1_ROWS,
    OO1_TOTAL,
    REGISTER_HEADINGS,
    REGISTERS_FILE,
    REJECTED,
    TOTALS_FILE,
    WORK_HEADINGS,
    WORKS_FILE,
)
from shnor_analysis.demo.files_rcoi import (
    CSV_FILE,
    EGE_FILE,
    OGE_FILE,
    OGE_SPARSE_HEADINGS,
    TOTAL_ROW,
    Entry,
    csv_row,
    dotted_date,
    exam_block,
    exam_title,
    oge_sparse_row,
)
from shnor_analysis.demo.region import DEMO_MUNICIPALITY, REGION_CODE, code_of
from shnor_analysis.demo.workbook import Book, Files, Row

YEAR = 2025
# Numbers of people who exist in the dirt only.
ABSENT_PUPIL, FOREIGN_PUPIL = 90_001, 90_002
UNKNOWN_CODE = "9999"
RESIT_DATE = "2025.07.02"
RESIT_DEFICIT, PASSED_MARK = 2, 3
WRONG_MARK = 6
CYRILLIC_E, CYRILLIC_X = "\u0435", "\u0425"
# Columns of the sparse ОГЭ layout that stay empty when a pupil did not come.
RESULT_COLUMNS = tuple(
    OGE_SPARSE_HEADINGS.index(heading)
    for heading in (
        "Задания с кратким ответом",
        "Задания с развёрнутым ответом",
        "Первичный балл",
        "Оценка",
    )
)
PERCENT_ERROR = 3.0
# A school that is nowhere, pupils too many in form ОО-1, a journal's mean too high.
NO_SCHOOL, OO1_EXCESS, MEAN_ERROR = "Школа космонавтов", 3, 0.5
CSV_SHEET = ""
PDF_BYTES = b"%PDF-1.4\n% invented\n%%EOF\n"
LOCK_BYTES = b"\x09Methodist" + b" " * 155
OLD_SYSTEM_BYTES = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(120)
NUMBER_OF_STUDENTS_COLUMN = 16

FIELDS = (
    "dirt_id", "file", "sheet", "row", "row_last", "column", "value", "what", "expected_check",
    "severity", "changes_counts",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of dirt and what a reader should say about it.

    An empty ``expected_check`` means that the reader must cope without a word.
    ``changes_counts`` says whether a careful reader still finds other counts than the truth.
    """

    what: str
    expected_check: str = ""
    severity: str = ""
    changes_counts: bool = False


KINDS = {
    "stale_total": Kind(
        "первичный балл не равен сумме баллов заданий (устаревший ноль)",
        "vpr_stale_total",
        "warning",
    ),
    "x_lower_case": Kind("«не приступал» записано строчной латинской x"),
    "x_cyrillic": Kind("«не приступал» записано кириллической Х"),
    "journal_blank": Kind("нет отметки по журналу: пусто", changes_counts=True),
    "journal_none": Kind("нет отметки по журналу: «нет отметки»", changes_counts=True),
    "numbers_as_text": Kind("числа одной школы записаны текстом"),
    "double_spaces": Kind("двойные пробелы в названии школы"),
    "straight_quotes": Kind("прямые кавычки и пробел внутри них"),
    "cyrillic_login": Kind("кириллическая «е» в логине"),
    "column_shift": Kind(
        "баллы сдвинуты на столбец: балл задания больше наибольшего",
        "vpr_task_value",
        "error",
        True,
    ),
    "mark_out_of_range": Kind("отметка вне 2–5", "vpr_mark_value", "error", True),
    "duplicate_row": Kind("строка участника повторена", "vpr_twin_same", "warning"),
    "school_own_file": Kind(
        "школа прислала свой Ф1: те же строки, что в муниципальном", "vpr_files_same", "note"
    ),
    "byte_copy": Kind("точная копия другого файла под другим именем", "file_duplicate", "note"),
    "percent_sum": Kind("сумма процентов по отметкам не равна 100", "group_percent_sum", "query"),
    "percent_as_text": Kind("проценты записаны текстом с запятой"),
    "sheet_renamed": Kind("лист переименован в «Лист1»"),
    "no_result": Kind("строка РЦОИ без результата: не явился", "gia_absent", "note"),
    "resit": Kind("пересдача: тот же участник позже", "gia_repeats", "note"),
    "unknown_code": Kind("код ОО РЦОИ не из этого района", "rcoi_school_unknown", "error"),
    "total_row": Kind("строка «Средние» в конце экзамена: не участник"),
    "class_spelling": Kind("буква класса строчная"),
    "stray_pdf": Kind("посторонний файл PDF", "file_unknown", "warning"),
    "stray_unknown": Kind("посторонний файл без понятного содержания", "file_unknown", "warning"),
    "empty_file": Kind("пустой файл 0 байт", "file_empty", "error"),
    "lock_file": Kind("файл блокировки Excel"),
    "thumbs": Kind("служебный файл Windows"),
    "passport_unit": Kind("число с единицей измерения"),
    "passport_dash": Kind("прочерк вместо числа"),
    "passport_share": Kind("доля вместо количества"),
    "passport_login": Kind("пробел внутри логина"),
    "passport_name": Kind("название школы набрано от руки"),
    "passport_twice": Kind("школа ответила дважды: верен последний ответ"),
    "context_twice": Kind("школа ответила дважды: верен ответ с поздней датой загрузки"),
    "school_alias": Kind("название школы набрано от руки: оно есть в school_aliases.csv"),
    "no_such_school": Kind("школы с таким названием нет", "school_name_unknown", "error"),
    "appeal_rejected": Kind(
        "апелляция отклонена: результат не меняется", "appeal_rejected", "note"
    ),
    "old_no_date": Kind("в отчёте 2021 года нет даты работы", "vpr_no_date", "warning"),
    "oo1_differs": Kind("в форме ОО-1 на трёх обучающихся больше, чем в анкете об ОО"),
    "work_marks": Kind("отметок больше, чем участников работы", "work_marks", "query"),
    "journal_mean": Kind(
        "средний балл в ведомости не следует из отметок", "journal_footer", "query"
    ),
}


@dataclass(frozen=True)
class Dirt:
    """One planted spot: where it is (rows from one, as in Excel) and what is there."""

    dirt_id: str
    file: str
    sheet: str = ""
    row: int | None = None
    row_last: int | None = None
    column: str = ""
    value: str = ""

    def as_row(self) -> tuple[object, ...]:
        """Return the row of ``dirt.csv``."""
        kind = KINDS[self.dirt_id]
        last = self.row_last or self.row
        return (
            self.dirt_id, self.file, self.sheet, self.row or "", last or "", self.column,
            self.value, kind.what, kind.expected_check, kind.severity, int(kind.changes_counts),
        )  # fmt: skip


@dataclass
class Pile:
    """The files that dirt is put into, before they are written."""

    files: Files
    tables: dict[str, list[Row]]
    windows_csv: dict[str, list[Row]]
    entries: dict[str, list[Entry]]

    def book(self, path: str) -> Book:
        """Return a workbook by its path."""
        content = self.files[path]
        if not isinstance(content, Book):
            raise TypeError(f"{path} is not a workbook")
        return content


def _position(case: str) -> int:
    return [one.case for one in CASES].index(case)


TOWN, VILLAGE = (f"9912{_position(case) + 1:02d}" for case in DIRT_CASES)
TOWN_NAME, VILLAGE_NAME = (CASES[_position(case)].name for case in DIRT_CASES)


def work(subject: str, grade: int, procedure: str = "vpr", year: int = YEAR) -> Work:
    """Return the work of a subject and grade."""
    return next(
        Work(design, year, number)
        for number, design in enumerate(DESIGNS)
        if (design.procedure, design.subject, design.grade) == (procedure, subject, grade)
        and design.year_from <= year <= design.year_to
    )


def column_letter(position: int) -> str:
    """Return the Excel name of a zero-based column."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def plant(pile: Pile) -> list[Dirt]:
    """Put all dirt into the files.

    Parameters
    ----------
    pile : Pile
        Clean files; they are changed.

    Returns
    -------
    list of Dirt
        Every planted spot, in the order of planting.
    """
    return [spot for planter in PLANTERS for spot in planter(pile)]


def _f1(pile: Pile, subject: str, grade: int) -> tuple[str, Book]:
    path = f1_path(work(subject, grade))
    return path, pile.book(path)


def _people(book: Book, school_id: str) -> list[int]:
    """Positions of the participant rows of a school."""
    return [i for i, row in enumerate(book.first) if row and row[0] == f"edu{school_id}"]


def _edit(
    dirt_id: str, path: str, book: Book, row: int, column: int, value: str | int | float | None
) -> Dirt:
    cells = book.first[row]
    cells[column] = value
    return Dirt(
        dirt_id, path, book.first_name, row + 1, None, column_letter(column),
        "" if value is None else str(value),
    )  # fmt: skip


def _stale_total(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "rus", 5)
    row = _people(book, TOWN)[0]
    return [_edit("stale_total", path, book, row, len(book.first[row]) - 3, 0)]


def _x_spellings(pile: Pile) -> list[Dirt]:
    spots = []
    for dirt_id, grade, letter in (("x_lower_case", 5, "x"), ("x_cyrillic", 6, CYRILLIC_X)):
        path, book = _f1(pile, "rus", grade)
        row, column = next(
            (i, c)
            for i in _people(book, TOWN)[1:]
            for c in range(F1_FIRST_TASK, len(book.first[i]) - 3)
            if book.first[i][c] in (0, "X")
        )
        spots.append(_edit(dirt_id, path, book, row, column, letter))
    return spots


def _journal_marks(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "math", 6)
    town, village = _people(book, TOWN)[2], _people(book, VILLAGE)[3]
    last = len(book.first[town]) - 1
    return [
        _edit("journal_blank", path, book, town, last, None),
        _edit("journal_none", path, book, village, last, "нет отметки"),
    ]


def _numbers_as_text(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "math", 7)
    rows = _people(book, VILLAGE)
    for row in rows:
        book.first[row][3:] = [None if v is None else str(v) for v in book.first[row][3:]]
    first = column_letter(F1_FIRST_TASK)
    value = str(book.first[rows[0]][F1_FIRST_TASK])
    return [Dirt("numbers_as_text", path, book.first_name, rows[0] + 1, rows[-1] + 1, first, value)]


def _group_row(book: Book, school_id: str) -> int:
    return next(
        i for i, row in enumerate(book.first) if row and str(row[0]).endswith(f"{school_id})")
    )


def _names(pile: Pile) -> list[Dirt]:
    path = f3_path(work("math", 5))
    book = pile.book(path)
    row = _group_row(book, VILLAGE)
    spaced = f"{VILLAGE_NAME.replace(' ', '  ')} (edu{VILLAGE})"
    spots = [_edit("double_spaces", path, book, row, 0, spaced)]
    path, book = _f1(pile, "math", 5)
    straight = VILLAGE_NAME.replace("«", '"').replace("»", ' "') + f"(edu{VILLAGE})"
    rows = _people(book, VILLAGE)
    for row in rows:
        spots_at = _edit("straight_quotes", path, book, row, 2, straight)
        if row == rows[0]:
            spots.append(replace(spots_at, row_last=rows[-1] + 1))
    return spots


def _cyrillic_login(pile: Pile) -> list[Dirt]:
    path = f3_path(work("rus", 7))
    book = pile.book(path)
    row = _group_row(book, TOWN)
    name = str(book.first[row][0]).replace("(edu", f"({CYRILLIC_E}du")
    return [_edit("cyrillic_login", path, book, row, 0, name)]


def _column_shift(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "math", 8)
    greatest = [task.max_score for task in work("math", 8).design.tasks]
    for row in _people(book, TOWN):
        cells = book.first[row]
        tasks = cells[F1_FIRST_TASK : F1_FIRST_TASK + len(greatest)]
        shifted: Row = [None, *tasks[:-1]]
        above = [
            c for c, (v, m) in enumerate(zip(shifted, greatest, strict=True))
            if isinstance(v, int) and v > m
        ]  # fmt: skip
        if above:
            cells[F1_FIRST_TASK : F1_FIRST_TASK + len(greatest)] = shifted
            column = F1_FIRST_TASK + above[0]
            return [_edit("column_shift", path, book, row, column, shifted[above[0]])]
    raise ValueError("no row can be shifted")


def _wrong_mark(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "rus", 8)
    row = _people(book, VILLAGE)[1]
    return [_edit("mark_out_of_range", path, book, row, len(book.first[row]) - 2, WRONG_MARK)]


def _duplicate_row(pile: Pile) -> list[Dirt]:
    path, book = _f1(pile, "rus", 4)
    last = _people(book, VILLAGE)[-1]
    book.first.insert(last + 1, list(book.first[last]))
    code = str(book.first[last][3])
    return [Dirt("duplicate_row", path, book.first_name, last + 2, None, "D", code)]


def _school_own_file(pile: Pile) -> list[Dirt]:
    _, book = _f1(pile, "math", 4)
    people = _people(book, VILLAGE)
    rows = book.first[:F1_HEAD_ROWS] + book.first[people[0] - 1 : people[-1] + 1]
    path = f"{YEAR}/ВПР/Из школ/{VILLAGE}/Ф1_Индивидуальные результаты.xlsx"
    pile.files[path] = Book({book.first_name: [list(row) for row in rows]})
    first = F1_HEAD_ROWS + 2
    login = f"edu{VILLAGE}"
    return [
        Dirt("school_own_file", path, book.first_name, first, first + len(people) - 1, "A", login)
    ]


def _percents(pile: Pile) -> list[Dirt]:
    path = f3_path(work("rus", 8))
    book = pile.book(path)
    row = _group_row(book, TOWN)
    wrong = round(float(book.first[row][5] or 0) + PERCENT_ERROR, 2)
    spots = [_edit("percent_sum", path, book, row, 5, wrong)]
    path = f3_path(work("math", 7))
    book = pile.book(path)
    row = _group_row(book, VILLAGE)
    texts: Row = [str(value).replace(".", ",") for value in book.first[row][3:7]]
    book.first[row][3:7] = texts
    spots.append(Dirt("percent_as_text", path, book.first_name, row + 1, None, "D", str(texts[0])))
    return spots


def _renamed_sheet(pile: Pile) -> list[Dirt]:
    path = f3_path(work("math", 6, year=2024))
    book = pile.book(path)
    book.sheets = {"Лист1": book.first}
    return [Dirt("sheet_renamed", path, "Лист1")]


def _exam_sheet(pile: Pile) -> list[Dirt]:
    """Plant a class spelling, an absent pupil and a re-sit in the ОГЭ protocols."""
    path = OGE_FILE.format(year=YEAR)
    book = pile.book(path)
    rus, social = work("rus", 9, "oge"), work("social", 9, "oge")
    spots = _resit(pile, book, path, rus)
    title = next(i for i, row in enumerate(book.first) if row[:1] == [exam_title(social)])
    end = next(i for i in range(title, len(book.first)) if book.first[i][:1] == [TOTAL_ROW])
    position = _position(DIRT_CASES[1])
    absent = replace(
        pile.entries[social.work_id][-1],
        pupil=ABSENT_PUPIL,
        school=position,
        code=code_of("oge", DEMO_MUNICIPALITY, position + 1),
    )
    row = oge_sparse_row(int(str(book.first[end - 1][0])) + 1, absent)
    for column in RESULT_COLUMNS:
        row[column] = None
    book.first.insert(end, row)
    spots.append(Dirt("no_result", path, book.first_name, end + 1, None, "A", str(row[0])))
    return _shifted(spots, end + 1)


def _shifted(spots: list[Dirt], inserted: int) -> list[Dirt]:
    """Move spots that lie below an inserted row (all but the last, which is the row itself)."""
    return [
        replace(spot, row=spot.row + 1) if spot.row and spot.row >= inserted else spot
        for spot in spots[:-1]
    ] + spots[-1:]


def _resit(pile: Pile, book: Book, path: str, rus: Work) -> list[Dirt]:
    town = [one for one in pile.entries[rus.work_id] if one.school == _position(DIRT_CASES[0])]
    passed = [one for one in town if one.result == PASSED_MARK and "+" in one.short]
    final = min(passed, key=lambda one: (one.score, one.pupil))
    target = rus.design.cuts[0] - RESIT_DEFICIT
    lost = min(final.score - target, final.short.count("+"))
    first = replace(
        final, short=final.short.replace("+", "-", lost), score=final.score - lost, result=2
    )
    rows = book.first
    position = pile.entries[rus.work_id].index(final)
    start = next(i for i, row in enumerate(rows) if row[:1] == [exam_title(rus)])
    main = start + 3 + position
    rows[main] = oge_sparse_row(position + 1, first)
    spelled = main - 1 if position else main + 1
    label = str(rows[spelled][2]).lower()
    rows[spelled][2] = label
    rows += exam_block(
        exam_title(rus, RESIT_DATE), OGE_SPARSE_HEADINGS, oge_sparse_row, [final], gap=True
    )
    return [
        Dirt("class_spelling", path, book.first_name, spelled + 1, None, "C", label),
        Dirt(
            "resit",
            path,
            book.first_name,
            len(rows) - 1,
            None,
            column_letter(RESULT_COLUMNS[-1]),
            str(final.result),
        ),
    ]


def _unknown_code(pile: Pile) -> list[Dirt]:
    exam = work("math", 9, "oge")
    path = CSV_FILE.format(year=YEAR, date=dotted_date(exam))
    rows = pile.windows_csv[path]
    stranger = replace(pile.entries[exam.work_id][0], code=UNKNOWN_CODE, pupil=FOREIGN_PUPIL)
    rows.append(csv_row(len(rows), stranger))
    return [Dirt("unknown_code", path, CSV_SHEET, len(rows), None, "B", UNKNOWN_CODE)]


def _total_row(pile: Pile) -> list[Dirt]:
    path = EGE_FILE.format(year=YEAR)
    book = pile.book(path)
    row = next(i for i, cells in enumerate(book.first) if cells[:1] == [TOTAL_ROW])
    return [Dirt("total_row", path, book.first_name, row + 1, None, "A", TOTAL_ROW)]


def _passport(pile: Pile) -> list[Dirt]:
    rows = pile.tables[PASSPORT_FILE]
    logins = [row[4] for row in rows]
    town, village = logins.index(f"edu{TOWN}"), logins.index(f"edu{VILLAGE}")
    again = list(rows[village])
    edits = (
        ("passport_unit", town, 6, f"{rows[town][6]} чел."),
        ("passport_dash", town, 7, "-"),
        ("passport_share", village, 13, "12%"),
        ("passport_login", village, 4, f"edu {VILLAGE}"),
        ("passport_name", village, 3, "Школа села Обычное"),
    )
    spots = []
    for dirt_id, row, column, value in edits:
        rows[row][column] = value
        spots.append(
            Dirt(dirt_id, PASSPORT_FILE, CSV_SHEET, row + 1, None, column_letter(column), value)
        )
    again[0] = "25.10.2024 8:00:00"
    rows.append(again)
    value = f"edu{VILLAGE}"
    spots.append(Dirt("passport_twice", PASSPORT_FILE, CSV_SHEET, len(rows), None, "E", value))
    return spots


def _context(pile: Pile) -> list[Dirt]:
    path = CONTEXT_FILE.format(year=YEAR)
    book = pile.book(path)
    for name in (GENERAL_SHEET, TEACHING_SHEET):
        rows = book.sheets[name]
        earlier = list(next(row for row in rows if row[0] == f"edu{VILLAGE}"))
        earlier[5], earlier[6] = f"01.10.{YEAR - 1} 08:00:00", len(rows)
        if name == TEACHING_SHEET:
            n_pupils = int(str(earlier[NUMBER_OF_STUDENTS_COLUMN]))
            earlier[NUMBER_OF_STUDENTS_COLUMN] = n_pupils + 100
        rows.append(earlier)
    rows = book.sheets[TEACHING_SHEET]
    value = str(rows[-1][NUMBER_OF_STUDENTS_COLUMN])
    letter = column_letter(NUMBER_OF_STUDENTS_COLUMN)
    return [Dirt("context_twice", path, TEACHING_SHEET, len(rows), None, letter, value)]


def _row_of(rows: list[Row], *cells: str | int) -> int:
    """Position of the first row that holds all these cells."""
    return next(i for i, row in enumerate(rows) if set(cells) <= set(row))


def _aliases(pile: Pile) -> list[Dirt]:
    spots = []
    for path in (REGISTERS_FILE, TOTALS_FILE):
        book = pile.book(path)
        row, column, name = next(
            (i, c, str(cell))
            for i, cells in enumerate(book.first)
            for c, cell in enumerate(cells)
            if cell in ALIASES
        )
        place = (row + 1, None, column_letter(column))
        spots.append(Dirt("school_alias", path, book.first_name, *place, name))
    return spots


def _registers(pile: Pile) -> list[Dirt]:
    book = pile.book(REGISTERS_FILE)
    stranger = list(book.first[-1])
    name = REGISTER_HEADINGS.index("Школа")
    stranger[name - 1], stranger[name] = None, NO_SCHOOL
    book.first.append(stranger)
    place = (len(book.first), None, column_letter(name))
    return [Dirt("no_such_school", REGISTERS_FILE, book.first_name, *place, NO_SCHOOL)]


def _appeals(pile: Pile) -> list[Dirt]:
    book = pile.book(APPEALS_FILE)
    row = _row_of(book.first, REJECTED)
    place = (row + 1, None, column_letter(book.first[row].index(REJECTED)))
    return [Dirt("appeal_rejected", APPEALS_FILE, book.first_name, *place, REJECTED)]


def _no_date(pile: Pile) -> list[Dirt]:
    return [Dirt("old_no_date", VERTICAL_FILE, pile.book(VERTICAL_FILE).first_name)]


def _oo1(pile: Pile) -> list[Dirt]:
    rows = pile.windows_csv[OO1_FILE]
    inn = f"{REGION_CODE}00{VILLAGE[2:]}{VILLAGE[4:]}"
    row = _row_of(rows, inn, OO1_ROWS[1], OO1_TOTAL)
    column = OO1_HEADINGS.index("Значение")
    rows[row][column] = int(str(rows[row][column])) + OO1_EXCESS
    value = str(rows[row][column])
    return [Dirt("oo1_differs", OO1_FILE, CSV_SHEET, row + 1, None, column_letter(column), value)]


def _office_work(pile: Pile) -> list[Dirt]:
    book = pile.book(WORKS_FILE)
    row = _row_of(book.first, f"edu{VILLAGE}")
    column = WORK_HEADINGS.index("Получили «5»")
    more = int(str(book.first[row][column])) + 1
    return [_edit("work_marks", WORKS_FILE, book, row, column, more)]


def _journal_mean(pile: Pile) -> list[Dirt]:
    path = CLASS_FILE.format(year=YEAR, login=f"edu{TOWN}")
    book = pile.book(path)
    header, footer = (_row_of(book.first, word) for word in (ALGEBRA, MEAN_ROW))
    column = book.first[header].index(ALGEBRA)
    wrong = round(float(book.first[footer][column] or 0) + MEAN_ERROR, 2)
    return [_edit("journal_mean", path, book, footer, column, wrong)]


def _strays(pile: Pile) -> list[Dirt]:
    """Add files that are no data; the byte copy is made last, of a finished file."""
    strays = (
        ("stray_pdf", f"{YEAR}/Приказ о проведении ВПР.pdf", PDF_BYTES),
        ("stray_unknown", f"{YEAR}/ВПР/выгрузка.dat", OLD_SYSTEM_BYTES),
        ("empty_file", f"{YEAR}/ВПР/РУ 6/Лист Microsoft Excel.xlsx", b""),
        ("lock_file", f"{YEAR}/ВПР/РУ 6/~$lock.xlsx", LOCK_BYTES),
        ("thumbs", f"{YEAR}/ВПР/Thumbs.db", OLD_SYSTEM_BYTES),
    )
    for _, path, content in strays:
        pile.files[path] = content
    source = f3_path(work("rus", 5))
    copy = source.replace(".xlsx", " (1).xlsx")
    pile.files[copy] = pile.files[source]
    return [Dirt(dirt_id, path) for dirt_id, path, _ in strays] + [
        Dirt("byte_copy", copy, value=source)
    ]


PLANTERS: tuple[Callable[[Pile], list[Dirt]], ...] = (
    _stale_total,
    _x_spellings,
    _journal_marks,
    _numbers_as_text,
    _names,
    _cyrillic_login,
    _column_shift,
    _wrong_mark,
    _duplicate_row,
    _school_own_file,
    _percents,
    _renamed_sheet,
    _exam_sheet,
    _unknown_code,
    _total_row,
    _passport,
    _context,
    _aliases,
    _registers,
    _appeals,
    _no_date,
    _oo1,
    _office_work,
    _journal_mean,
    _strays,
)
