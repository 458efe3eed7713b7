"""Electronic journals: a class sheet of the year and a summary of a quarter by subject."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shnor_analysis.demo.cases import CASES, Behaviour
from shnor_analysis.demo.files_office import POSITION, SCHOOL_YEAR, YEAR, login
from shnor_analysis.demo.files_rcoi import CLASS_LETTERS, pupil_name
from shnor_analysis.demo.region import Population
from shnor_analysis.demo.results import JOURNAL_RAISED_SHARE
from shnor_analysis.demo.workbook import Book, Cell, Files, Row

CLASS_FILE = "{year}/Журналы/{login}/Ведомость 9А год.xlsx"
SUMMARY_FILE = "{year}/Журналы/{login}/Успеваемость по предметам 2 четверть.xlsx"
CLASS_LABEL, CLASS_GRADE, CLASS_NO = "9А", 9, 1
JOURNAL_CASES = ("ordinary_town", "inflated_school_marks")
MEAN_ROW = "Средний балл"
ALGEBRA = "Алгебра"
PHYSICAL, PHYSICS = "Физическая культура", "Физика"

# Subject as the journal prints it → how much the pupils' leaning to maths helps.
SUBJECTS = {
    "Русский язык": -1.0,
    "Литература ": -1.0,
    ALGEBRA: 1.0,
    "Геометрия": 1.0,
    "Вероятность и статистика": 1.0,
    PHYSICS: 0.5,
    "Обществознание": -0.5,
    PHYSICAL: 0.0,
}
SUMMARY_SUBJECTS = {"Русский язык": -1.0, "Математика": 1.0}
SUMMARY_GRADES = (5, 6)
# A teacher's mark at mean ability, marks for one unit of it, chance.
MEAN_MARK, MARK_SLOPE, MARK_NOISE = 3.7, 0.75, 0.35
# How vendors weigh marks in the degree of learning (СОУ).
DEGREE_WEIGHTS = {5: 1.0, 4: 0.64, 3: 0.36, 2: 0.14}
# Every so many rows all marks are text.
TEXT_EVERY = 4
SUMMARY_HEADINGS: Row = [
    "Предмет", "Класс", "Учитель", "Кол-во обучающихся", 5, 4, 3, 2, "н/а", "Успеваемость, %",
    "Качество, %", "СОУ, %", "Средний балл",
]  # fmt: skip


@dataclass(frozen=True)
class _Class:
    """Pupils of one class of one school."""

    population: Population
    position: int
    grade: int
    class_no: int

    @property
    def pupils(self) -> np.ndarray:
        """Numbers of the pupils."""
        everyone = self.population.pupils
        chosen = everyone.school_in(YEAR) == self.position
        chosen &= (everyone.cohort == YEAR - self.grade) & (everyone.class_no == self.class_no)
        return np.flatnonzero(chosen)

    def marks(self, lean: float, rng: np.random.Generator) -> np.ndarray:
        """Teachers' marks in one subject; in a generous school half of them are a mark higher."""
        schools, pupils = self.population.schools, self.population.pupils
        who = self.pupils
        level = pupils.ability[who] + lean * pupils.lean[who]
        level = level + schools.quality[self.position, -1]
        drawn = MEAN_MARK + MARK_SLOPE * level + rng.normal(0, MARK_NOISE, who.size)
        raised = rng.random(who.size) < JOURNAL_RAISED_SHARE
        raised &= schools.behaviour[Behaviour.INFLATED_SCHOOL_MARKS][self.position]
        return np.clip(np.rint(drawn) + raised, 2, 5).astype(int)


def journal_files(population: Population, rng: np.random.Generator) -> Files:
    """Return the journals of two schools.

    Parameters
    ----------
    population : Population
        The demo municipality.
    rng : Generator
        Draws the marks.

    Returns
    -------
    dict
        Path from the demo folder → book.
    """
    files: Files = {}
    for case in JOURNAL_CASES:
        place = {"year": YEAR, "login": login(case)}
        files[CLASS_FILE.format(**place)] = class_book(population, POSITION[case], rng)
        files[SUMMARY_FILE.format(**place)] = summary_book(population, POSITION[case], rng)
    return files


def class_book(population: Population, position: int, rng: np.random.Generator) -> Book:
    """Return marks of the year of one class: subjects in columns, three footers.

    One pupil is excused from physical training, one has no mark in physics; every fourth row is
    text with decimal commas.
    """
    own = _Class(population, position, CLASS_GRADE, CLASS_NO)
    who = own.pupils.tolist()
    columns = [own.marks(lean, rng).tolist() for lean in SUBJECTS.values()]
    names = list(SUBJECTS)
    cells: list[list[Cell]] = [list(marks) for marks in zip(*columns, strict=True)]
    cells[1][names.index(PHYSICAL)] = "осв"
    cells[2][names.index(PHYSICS)] = "н/а"
    rows: list[Row] = [
        ["Сводная ведомость учета успеваемости"],
        [f"Класс: {CLASS_LABEL}", None, f"Учебный год: {SCHOOL_YEAR}", None, "Период: Год"],
        [],
        ["№", "ФИО/ПРЕДМЕТ", *names, "Ср. балл"],
    ]
    for number, (pupil, row) in enumerate(zip(who, cells, strict=True), start=1):
        name = " ".join(part for part in pupil_name(pupil) if part)
        is_text = number % TEXT_EVERY == 0
        printed = [str(cell) if is_text else cell for cell in row]
        rows.append([number, name, *printed, _comma(float(np.mean(_given(row))))])
    marks = [_given(column) for column in zip(*cells, strict=True)]
    rows.append([None, MEAN_ROW, *(round(float(np.mean(one)), 2) for one in marks)])
    rows.append([None, "% кач. зн. по предмету", *(_comma(_quality(one)) for one in marks)])
    rows.append([None, "СОУ (%) по предмету", *(_comma(_degree(one)) for one in marks)])
    return Book({CLASS_LABEL: rows})


def summary_book(population: Population, position: int, rng: np.random.Generator) -> Book:
    """Return how many pupils of every class have which mark in a quarter."""
    rows: list[Row] = [
        ["Результативность работы школы (по предметам) за учебный период"],
        [f"Школа: {CASES[position].name}"],
        ["Период: 2 четверть"],
        [],
        list(SUMMARY_HEADINGS),
    ]
    everyone: list[int] = []
    teachers = iter("АБВГДЕЖИКЛМН")
    for subject, lean in SUMMARY_SUBJECTS.items():
        for grade in SUMMARY_GRADES:
            teacher = f"Учитель {next(teachers)}"
            for class_no, letter in enumerate(CLASS_LETTERS, start=1):
                own = _Class(population, position, grade, class_no)
                if not own.pupils.size:
                    break
                marks = own.marks(lean, rng).tolist()
                everyone += marks
                rows.append([subject, f"{grade}{letter}", teacher, *_summary(marks)])
    rows.append(["Итого", None, None, *_summary(everyone)])
    return Book({"Отчет": rows})


def _summary(marks: list[int]) -> Row:
    counts = [marks.count(mark) for mark in (5, 4, 3, 2)]
    passed = 100 * (len(marks) - marks.count(2)) / len(marks)
    shares = (passed, _quality(marks), _degree(marks), float(np.mean(marks)))
    return [len(marks), *counts, 0, *(_comma(value) for value in shares)]


def _given(cells: tuple[Cell, ...] | list[Cell]) -> list[int]:
    return [cell for cell in cells if isinstance(cell, int)]


def _quality(marks: list[int]) -> float:
    return 100 * sum(mark >= 4 for mark in marks) / len(marks)  # noqa: PLR2004 - marks 4 and 5


def _degree(marks: list[int]) -> float:
    return 100 * sum(DEGREE_WEIGHTS[mark] for mark in marks) / len(marks)


def _comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")
