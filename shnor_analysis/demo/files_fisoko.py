"""ФИС ОКО files: individual results, marks and the comparison with the journal."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shnor_analysis.demo.designs import Work, score_distribution, steps_of
from shnor_analysis.demo.region import (
    DEMO_MUNICIPALITY,
    DEMO_MUNICIPALITY_NAME,
    REGION_CODE,
    REGION_NAME,
    Schools,
)
from shnor_analysis.demo.results import Sitting
from shnor_analysis.demo.workbook import Book, Cell, Files, Row, sheet_name

INDIVIDUAL, MARKS, JOURNAL = (
    "Индивидуальные результаты",
    "Статистика по отметкам",
    "Сравнение отметок с отметками по журналу",
)
F1_NAME, F3_NAME = "Ф1_Индивидуальные результаты.xlsx", "Ф3_Статистика по отметкам.xlsx"
COUNTRY = "Вся выборка"
MUNICIPALITY_ID = f"reg{REGION_CODE}_m{DEMO_MUNICIPALITY:03d}"

# The whole country: schools, participants and how much abler than the region it is.
COUNTRY_SCHOOLS, COUNTRY_PARTICIPANTS, COUNTRY_MEAN = 35_400, 1_480_000, 0.08
# «X» means that a pupil did not begin a task: a share of the zeros.
NOT_BEGUN_SHARE = 0.06
# Columns of Ф1 before the tasks.
F1_FIRST_TASK = 6
F1_HEAD_ROWS = 8
# Files that the office downloaded without renaming: the comparison, and Ф1 of these grades.
BARE_ID_GRADES = (8,)

JOURNAL_HEADINGS: Row = [
    "Группы участников",
    "Кол-во участников(всего)",
    "Понизили (Отметка < Отметка по журналу) %",
    "Понизили (Отметка < Отметка по журналу) Кол-во участников",
    "Подтвердили (Отметка = Отметке по журналу) %",
    "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
    "Повысили (Отметка > Отметка по журналу) %",
    "Повысили (Отметка > Отметка по журналу) Кол-во участников",
]


@dataclass(frozen=True)
class Tally:
    """Counts of one group of participants in one ВПР work."""

    n_schools: int
    n: int
    marks: tuple[int, int, int, int]
    lowered: int
    confirmed: int
    raised: int

    def plus(self, other: Tally) -> Tally:
        """Add the counts of two groups."""
        return Tally(
            self.n_schools + other.n_schools,
            self.n + other.n,
            tuple(a + b for a, b in zip(self.marks, other.marks, strict=True)),  # type: ignore[arg-type]
            self.lowered + other.lowered,
            self.confirmed + other.confirmed,
            self.raised + other.raised,
        )


def tally(sitting: Sitting, rows: np.ndarray | slice = slice(None)) -> Tally:
    """Count marks and agreement with the journal among some rows of a work."""
    mark, journal, school = sitting.mark[rows], sitting.journal[rows], sitting.school[rows]
    known = journal > 0
    counts = np.bincount(mark, minlength=6)
    return Tally(
        int(np.unique(school).size),
        int(mark.size),
        (int(counts[2]), int(counts[3]), int(counts[4]), int(counts[5])),
        int((mark < journal)[known].sum()),
        int((mark == journal)[known].sum()),
        int((mark > journal)[known].sum()),
    )


def group_name(schools: Schools, position: int) -> str:
    """Return a school as the reports print it: name and login without a space."""
    return f"{schools.name[position]}(edu{schools.school_id[position]})"


def municipality_group() -> str:
    """Return the municipality as the reports print it."""
    return f"{DEMO_MUNICIPALITY_NAME}({MUNICIPALITY_ID})"


def work_folder(work: Work) -> str:
    """Folder of one work, from the folder of the demo."""
    return f"{work.year}/ВПР/{work.subject.sheet_code} {work.design.grade}"


def f1_path(work: Work) -> str:
    """Path of the individual results."""
    bare = work.design.grade in BARE_ID_GRADES
    return f"{work_folder(work)}/{_bare_id(work, 1) if bare else F1_NAME}"


def f3_path(work: Work) -> str:
    """Path of the marks report."""
    return f"{work_folder(work)}/{F3_NAME}"


def journal_path(work: Work) -> str:
    """Path of the comparison with the journal."""
    return f"{work_folder(work)}/{_bare_id(work, 2)}"


def _bare_id(work: Work, report: int) -> str:
    return f"{2_849_000 + 1000 * (work.year - 2022) + 10 * work.number + report}.xlsx"


def report_head(work: Work, title: str) -> list[Row]:
    """Return the seven rows above the table of a report."""
    year, (month, day) = work.year, work.day
    return [
        [title],
        [],
        [f"ВПР {year} {work.subject.name} {work.design.grade} класс"],
        ["Предмет:", work.subject.name],
        ["Максимальный первичный балл:", work.design.max_score],
        ["Дата:", f"{day:02d}.{month:02d}.{year}"],
        [],
    ]


def report_sheet(work: Work, title: str) -> str:
    """Return the name of the only sheet of a report."""
    return sheet_name(f"{work.subject.sheet_code} {work.design.grade} {title}")


def f1_book(
    schools: Schools, sitting: Sitting, rng: np.random.Generator, only: int | None = None
) -> Book:
    """Return the individual results of a work: all schools of the municipality, or one.

    Parameters
    ----------
    schools : Schools
        The demo municipality.
    sitting : Sitting
        Results with task scores.
    rng : Generator
        Draws variants and tasks that were not begun.
    only : int, optional
        Position of the only school to write.
    """
    work, items = sitting.work, sitting.items
    if items is None:
        raise ValueError("task scores are needed")
    rows = report_head(work, INDIVIDUAL)
    tasks = work.design.tasks
    rows[6] = [None, None, "Уровень сложности задания", None, None, None]
    rows[6] += [task.level for task in tasks]
    headings: Row = ["ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант"]
    headings += [f"{task.code} ({task.max_score}б)" for task in tasks]
    headings += ["Первичный балл", "Отметка", "Отметка по журналу"]
    rows.append(headings)
    not_begun = (items == 0) & (rng.random(items.shape) < NOT_BEGUN_SHARE)
    variant = rng.integers(1, 3, sitting.school.size).tolist()
    cells: list[list[Cell]] = items.astype(object).tolist()
    for row, column in zip(*(axis.tolist() for axis in np.nonzero(not_begun)), strict=True):
        cells[row][column] = "X"
    code = (sitting.number + 10_000 * work.design.grade).tolist()
    class_no, score = sitting.class_no.tolist(), sitting.score.tolist()
    mark = sitting.mark.tolist()
    journal = [value or None for value in sitting.journal.tolist()]
    for position in np.unique(sitting.school).tolist():
        if only not in (None, position):
            continue
        start, end = np.searchsorted(sitting.school, [position, position + 1]).tolist()
        name = group_name(schools, position)
        login = f"edu{schools.school_id[position]}"
        rows.append([f"{name} | Кол-во участников: {end - start}"])
        for i in range(start, end):
            rows.append(
                [login, DEMO_MUNICIPALITY_NAME, name, code[i], class_no[i], variant[i]]
                + cells[i]
                + [score[i], mark[i], journal[i]]
            )
    return Book({report_sheet(work, INDIVIDUAL): rows})


def f3_book(schools: Schools, sitting: Sitting, region: Tally) -> Book:
    """Return the marks report: country, region, municipality and every school, in percent."""
    work = sitting.work
    rows = report_head(work, MARKS)
    rows.append(["Группы участников", "Кол-во ОО", "Кол-во участников", 2, 3, 4, 5])
    rows.append(_country_row(work))
    rows.append([REGION_NAME, region.n_schools, region.n, *_percents(region)])
    whole = tally(sitting)
    rows.append([municipality_group(), whole.n_schools, whole.n, *_percents(whole)])
    for position in np.unique(sitting.school).tolist():
        one = tally(sitting, sitting.school == position)
        rows.append([group_name(schools, position), None, one.n, *_percents(one)])
    return Book({report_sheet(work, MARKS): rows})


def journal_book(schools: Schools, sitting: Sitting, region: Tally) -> Book:
    """Return the comparison of marks with the journal: region, municipality, every school."""
    work = sitting.work
    rows = report_head(work, JOURNAL)
    rows.append(list(JOURNAL_HEADINGS))
    rows.append(_journal_row(REGION_NAME, region))
    rows.append(_journal_row(municipality_group(), tally(sitting)))
    for position in np.unique(sitting.school).tolist():
        one = tally(sitting, sitting.school == position)
        rows.append(_journal_row(group_name(schools, position), one))
    return Book({report_sheet(work, JOURNAL): rows})


def _journal_row(name: str, counts: Tally) -> Row:
    row: Row = [name, counts.n]
    for value in (counts.lowered, counts.confirmed, counts.raised):
        row += [_percent(value, counts.n), value]
    return row


def _country_row(work: Work) -> Row:
    design = work.design
    scores = score_distribution(design, steps_of(design).difficulty, COUNTRY_MEAN)
    edges = [0, *design.cuts, scores.size]
    shares = [round(100 * float(scores[a:b].sum()), 2) for a, b in pairwise(edges)]
    return [COUNTRY, *country_size(work), *shares]


def country_size(work: Work) -> tuple[int, int]:
    """Return schools and participants of the whole country."""
    n = COUNTRY_PARTICIPANTS + 1_137 * work.number - 9_210 * (work.design.grade - 4)
    return COUNTRY_SCHOOLS + 13 * work.number, n


def _percents(counts: Tally) -> list[float]:
    return [_percent(value, counts.n) for value in counts.marks]


def _percent(value: int, n: int) -> float:
    return round(100 * value / n, 2)


def fisoko_files(
    schools: Schools,
    sittings: list[Sitting],
    regions: dict[str, Tally],
    rng: np.random.Generator,
    kinds: tuple[str, ...],
) -> Files:
    """Return the ФИС ОКО files of one year.

    Parameters
    ----------
    schools : Schools
        The demo municipality.
    sittings : list of Sitting
        ВПР works of the year.
    regions : dict of str to Tally
        Work id → counts of the whole region.
    rng : Generator
        Variants and tasks that were not begun.
    kinds : tuple of str
        Which of ``f1``, ``f3``, ``journal`` the office kept that year.

    Returns
    -------
    dict
        Path from the demo folder → book.
    """
    files: Files = {}
    for sitting in sittings:
        work = sitting.work
        region = regions[work.work_id]
        if "f1" in kinds:
            files[f1_path(work)] = f1_book(schools, sitting, rng)
        if "f3" in kinds:
            files[f3_path(work)] = f3_book(schools, sitting, region)
        if "journal" in kinds:
            files[journal_path(work)] = journal_book(schools, sitting, region)
    return files
