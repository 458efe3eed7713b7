"""A folder of a place built in the test: exact layouts of formats.md, no binary fixtures."""

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from shnor_analysis.intake import Intake, read_place
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology

ROOT = Path(__file__).parents[2]
KEY = b"k" * 32
# Four tasks, 7 points in all.
TASKS = {"1 (2б)": 2, "2 (1б)": 1, "4К1 (3б)": 3, "9.1 (1б)": 1}
SCHOOL_1, SCHOOL_2 = "МБОУ «СОШ №1 г.Примерск»", 'МБОУ "Средняя школа № 2 "'
DISTRICT = "Примерский муниципальный район"
SURNAMES = ("Иванов", "Петрова", "Сидоров", "Кузнецова")

JOURNAL_HEADER = [
    "Группы участников",
    "Кол-во участников(всего)",
    "Понизили (Отметка < Отметка по журналу) %",
    "Понизили (Отметка < Отметка по журналу) Кол-во участников",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
    "Повысили (Отметка > Отметка по журналу) %",
    "Повысили (Отметка > Отметка по журналу) Кол-во участников",
]
CONTEXT_COMMON = [
    "Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "№",
]  # fmt: skip
REGISTER_HEADER = [
    *CONTEXT_COMMON,
    "1. ПОЛНОЕ наименование ОО (по уставу)",
    "2. СОКРАЩЕННОЕ наименование ОО (при наличии) (по уставу)",
    "3. ФИО директора (полностью)",
    "4. Телефон ОО (с указанием кода города)",
    "5. Электронная почта (email) ОО",
    "6.\tИНН",
    "7.\tКод ОГЭ",
    "8.\tКод ЕГЭ",
]
OGE_HEADER = [
    "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Код участника", "Фамилия", "Имя", "Отчество",
    "Серия", "Номер", "Ответы в краткой форме", "Ответы в развернутой форме", "Первичный балл",
    "Оценка",
]  # fmt: skip
EGE_HEADER = [
    "№", "Код ППЭ", "Код ОО", "Класс", "Код ООП", "Профиль", "Фамилия", "Имя", "Отчество",
    "Вариант", "Код участника", "№ бланка", "Ответы в краткой форме",
    "Ответы в развернутой форме", "Первичный балл", "Итоговый балл",
]  # fmt: skip
MACHINE_HEADER = [
    "ColumnName", "SchoolCode", "ClassCode", "StationCode", "AuditoriumCode", "GovernmentCell",
    "SurnameCell", "NameCell", "SecondNameCell", "DocumentSeriesCode", "DocumentNumberCode",
    "TestResultBCell", "TestResultCCell", "PrimaryMark", "Mark5",
]  # fmt: skip


def head(report, work="ВПР 2026 Русский язык 4 класс", date="20.04.2026", maximum=7):
    """The seven rows above the table of every «Аналитика» report."""
    return [
        [report],
        [],
        [work],
        ["Предмет:", "Русский язык"],
        ["Максимальный первичный балл:", maximum],
        ["Дата:", date],
        [],
    ]


def f1_header():
    return [
        "ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *TASKS,
        "Первичный балл", "Отметка", "Отметка по журналу",
    ]  # fmt: skip


def pupil(code, tasks=(1, 1, 1, 1), mark=3, journal=3, *, total=None, login="edu990001", klass=1):
    """One row of Ф1; the total is the sum of the tasks unless given."""
    computed = sum(t for t in tasks if isinstance(t, int | float))
    name = f"{SCHOOL_1}({login})" if str(login).endswith("1") else f"{SCHOOL_2}({login})"
    return [
        login, DISTRICT, name, code, klass, 1, *tasks,
        computed if total is None else total, mark, journal,
    ]  # fmt: skip


def separator(n, login="edu990001"):
    return [f"{SCHOOL_1}({login}) | Кол-во участников: {n}"]


def f1_rows(*rows, **options):
    return [*head("Индивидуальные результаты", **options), f1_header(), *rows]


def marks_rows(*rows, **options):
    header = ["Группы участников", "Кол-во ОО", "Кол-во участников", 2, 3, 4, 5]
    return [*head("Статистика по отметкам", **options), header, *rows]


def journal_rows(*rows, **options):
    return [*head("Сравнение отметок с отметками по журналу", **options), JOURNAL_HEADER, *rows]


def oge(number, code, surname="Иванов", raw=20, mark=4, *, klass="9А", document=("", "")):
    return [
        number, code, klass, 1003, 109, "", surname, "Имя", "Отчество", *document, "+-+", "0(2)",
        raw, mark,
    ]  # fmt: skip


def ege(number, code, surname="Иванов", raw=20, score=60, *, klass="11"):
    return [
        number, 100, code, klass, 101, 102, surname, "Имя", "Отчество", 1, "000001", "000001",
        "+-+", "1(1)", raw, score,
    ]  # fmt: skip


def sparse(row):
    """The regional layout: an empty merged tail after every column."""
    return [cell for value in row for cell in (value, "")]


METHODOLOGY = load_methodology(ROOT / "methodology", DEFAULT_REGULATIONS)


class PlaceFolder:
    """A folder of a place with a reader."""

    def __init__(self, folder):
        self.folder = folder
        self.methodology = METHODOLOGY

    def book(self, name, rows, sheet="Лист", **more_sheets):
        """Write a workbook; ``more_sheets`` are further sheets by name."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, content in {sheet: rows, **more_sheets}.items():
            worksheet = book.create_sheet(title)
            for row in content:
                worksheet.append([None if cell == "" else cell for cell in row])
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        book.save(path)
        return path

    def text(self, name, rows, encoding="utf-8-sig", delimiter=";"):
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
        return self.raw(name, stream.getvalue().encode(encoding))

    def raw(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def register(
        self, name="Контекст.xlsx", pupils=(500, 40), codes=((5811, 3811), (5812, 3812)),
        register_sheet="Общая информация об ОО", pupils_sheet="ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО",
        question="20. Укажите количество обучающихся в ОО в 2025/2026 учебном году (в сумме)",
    ):  # fmt: skip
        """The context form of two schools, 990001 and 990002."""
        commons = [
            [f"edu99000{i}", 99, "reg990000 | Примерская область", f"reg99_m012 | {DISTRICT}",
             f"edu99000{i} | {title}", "09.03.2026 08:03:00", i]
            for i, title in ((1, SCHOOL_1), (2, SCHOOL_2))
        ]  # fmt: skip
        general = [
            [*common, "Полное имя", title, "Директоров Пётр Ильич", "+7 999 123-45-67",
             "director@example.org", 9901000001 + i, *codes[i]]
            for i, (common, title) in enumerate(zip(commons, (SCHOOL_1, SCHOOL_2), strict=True))
        ]  # fmt: skip
        teaching = [[*c, "Нет", n] for c, n in zip(commons, pupils, strict=True)]
        sheets = {
            register_sheet: [REGISTER_HEADER, *general],
            pupils_sheet: [[*CONTEXT_COMMON, "17.1. АОП?", question], *teaching],
        }
        first = next(iter(sheets))
        rest = {key: rows for key, rows in sheets.items() if key != first}
        return self.book(name, sheets[first], first, **rest)

    def read(self, **options) -> Intake:
        return read_place(self.folder, self.methodology, KEY, **options)


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "place"
    folder.mkdir()
    return PlaceFolder(folder)


def issues(intake, check_id=None):
    """Issues as plain dicts; missing values are None."""
    table = intake.issues
    if check_id is not None:
        table = table[table["check_id"] == check_id]
    return [
        {key: None if pd.isna(value) else value for key, value in row.items()}
        for row in table.to_dict("records")
    ]


def checks(intake):
    return sorted(set(intake.issues["check_id"]))


def status(intake):
    return dict(zip(intake.source_files["file"], intake.source_files["status"], strict=True))


def dump(intake):
    """Everything the tables hold, as one text."""
    return "\n".join(table.to_csv(index=False) for table in intake.tables().values())


@pytest.fixture
def build():
    """The builders and helpers above, since test folders are not packages."""
    from types import SimpleNamespace

    return SimpleNamespace(
        head=head, f1_header=f1_header, pupil=pupil, separator=separator, f1=f1_rows,
        marks=marks_rows, journal=journal_rows, oge=oge, ege=ege, sparse=sparse, issues=issues,
        checks=checks, status=status, dump=dump, KEY=KEY, TASKS=TASKS, SCHOOL_1=SCHOOL_1,
        SCHOOL_2=SCHOOL_2, DISTRICT=DISTRICT, OGE_HEADER=OGE_HEADER, EGE_HEADER=EGE_HEADER,
        MACHINE_HEADER=MACHINE_HEADER, JOURNAL_HEADER=JOURNAL_HEADER, SURNAMES=SURNAMES,
        REGISTER_HEADER=REGISTER_HEADER, CONTEXT_COMMON=CONTEXT_COMMON,
    )  # fmt: skip
