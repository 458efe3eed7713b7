"""Further ФИС ОКО reports: scores, tasks and skills of one work, the old form of comparison."""

from __future__ import annotations

import numpy as np

from shnor_analysis.demo.cases import CASES
from shnor_analysis.demo.designs import (
    DISCRIMINATION,
    REFERENCE_SD,
    Design,
    Work,
    score_distribution,
    steps_of,
)
from shnor_analysis.demo.files_fisoko import (
    COUNTRY,
    COUNTRY_MEAN,
    JOURNAL,
    Tally,
    country_size,
    group_name,
    municipality_group,
    report_head,
    report_sheet,
    work_folder,
)
from shnor_analysis.demo.region import (
    DEMO_MUNICIPALITY_NAME,
    REGION_NAME,
    Population,
    Schools,
)
from shnor_analysis.demo.results import ATTENDANCE, Sitting
from shnor_analysis.demo.workbook import Book, Files, Row

SCORES, TASKS, PLANNED = (
    "Распределение первичных баллов",
    "Выполнение заданий",
    "Достижение планируемых результатов",
)
# The one work whose further reports the office downloaded.
ITEMS_WORK = "vpr-2025-spring-math-5"
# Whom the office asked for in the report on skills: only these schools stand beside the territory.
PLANNED_CASES = ("large_low_results", "lyceum_high")
SKILL_HEADING = (
    "Блоки ПООП обучающийся научится / получит возможность научиться или проверяемые требования "
    "(умения) в соответствии с ФГОС"
)
# Skill of every task of the work, in the order of its paper.
SKILLS = (
    "Выполнять действия с натуральными числами",
    "Выполнять действия с обыкновенными дробями",
    "Выполнять действия с десятичными дробями",
    "Находить часть числа и число по его части",
    "Решать задачи на движение, работу и покупки",
    "Находить значение числового выражения",
    "Решать текстовые задачи арифметическим способом",
    "Извлекать сведения из таблиц и диаграмм",
    "Решать задачи на проценты",
    "Вычислять площадь и периметр прямоугольника",
    "Строить фигуры на клетчатой бумаге",
    "Распознавать развёртки и объёмные фигуры",
    "Рассуждать логически и объяснять решение",
)
# The archive of the year before the first results: maths in grade 5, without codes or a date.
VERTICAL_FILE, VERTICAL_YEAR, VERTICAL_GRADE = "2021/ВПР/Сравнение отметок.xlsx", 2021, 5
# Whom the report names → shares lowered and raised in percent; the territory is usual.
VERTICAL_SHARES = {"": (25, 8), "ordinary_town": (25, 8), "inflated_school_marks": (52, 3)}
# Abilities among which the region's mean is looked for, on the scale of the model.
_MEANS = np.linspace(-1.5, 1.5, 13)


def score_counts(sitting: Sitting) -> np.ndarray:
    """Return how many participants of a work have each raw score."""
    return np.bincount(sitting.score, minlength=sitting.work.design.max_score + 1)


def item_files(
    schools: Schools, sitting: Sitting, region: Tally, region_scores: np.ndarray
) -> Files:
    """Return the reports by scores, tasks and skills of a work.

    Parameters
    ----------
    schools : Schools
        The demo municipality.
    sitting : Sitting
        Results with task scores.
    region : Tally
        Counts of the whole region.
    region_scores : ndarray of int, shape (max_score + 1,)
        Participants of the whole region by raw score.

    Returns
    -------
    dict
        Path from the demo folder → book. The municipality and its schools are counted. Tasks of
        the region are those expected of a population with the region's mean score: its pupils'
        answers are not kept. The country follows the model, as in the report on marks.
    """
    if sitting.items is None:
        raise ValueError("task scores are needed")
    work = sitting.work
    rows_of = {
        group_name(schools, position): sitting.school == position
        for position in np.unique(sitting.school).tolist()
    }
    region_mean = _mean_ability(work.design, region_scores)
    tasks = {
        COUNTRY: _expected_tasks(work.design, COUNTRY_MEAN),
        REGION_NAME: _expected_tasks(work.design, region_mean),
        municipality_group(): _task_percents(work.design, sitting.items),
    }
    tasks |= {
        name: _task_percents(work.design, sitting.items[rows]) for name, rows in rows_of.items()
    }
    sizes: dict[str, tuple[int | None, int]] = {
        COUNTRY: country_size(work),
        REGION_NAME: (region.n_schools, region.n),
        municipality_group(): (len(rows_of), sitting.score.size),
    }
    sizes |= {name: (None, int(rows.sum())) for name, rows in rows_of.items()}
    folder = work_folder(work)
    return {
        f"{folder}/{SCORES}.xlsx": _scores_book(sitting, sizes, region_scores, rows_of),
        f"{folder}/{TASKS}.xlsx": _tasks_book(work, sizes, tasks),
        f"{folder}/{PLANNED}.xlsx": _planned_book(schools, work, sizes, tasks),
    }


Sizes = dict[str, tuple[int | None, int]]


def _scores_book(
    sitting: Sitting, sizes: Sizes, region_scores: np.ndarray, rows_of: dict[str, np.ndarray]
) -> Book:
    """Return the percents of raw scores from zero to the maximum."""
    work, design = sitting.work, sitting.work.design
    n_scores = design.max_score + 1
    counts = {
        COUNTRY: score_distribution(design, steps_of(design).difficulty, COUNTRY_MEAN),
        REGION_NAME: region_scores,
        municipality_group(): score_counts(sitting),
    }
    counts |= {
        name: np.bincount(sitting.score[rows], minlength=n_scores) for name, rows in rows_of.items()
    }
    rows = report_head(work, SCORES)
    rows.append(["Группы участников", "Кол-во ОО", "Кол-во участников", *range(n_scores)])
    for name, count in counts.items():
        rows.append([name, *sizes[name], *_rounded(100 * count / count.sum())])
    return Book({report_sheet(work, SCORES): rows})


def _tasks_book(work: Work, sizes: Sizes, tasks: dict[str, list[float]]) -> Book:
    """Return the percents of the greatest score of every task."""
    design = work.design
    rows = report_head(work, TASKS)
    rows.append(
        ["Группы участников", "Кол-во ОО", "Кол-во участников", *(t.code for t in design.tasks)]
    )
    rows.append(["Макс балл", None, None, *(task.max_score for task in design.tasks)])
    rows += [[name, *sizes[name], *percents] for name, percents in tasks.items()]
    return Book({report_sheet(work, TASKS): rows})


def _planned_book(
    schools: Schools, work: Work, sizes: Sizes, tasks: dict[str, list[float]]
) -> Book:
    """Return the skills as rows and groups as columns; the report prints no codes of groups."""
    chosen = [
        position
        for position, case in enumerate(schools.cases)
        if case is not None and case.case in PLANNED_CASES
    ]
    columns = {REGION_NAME: REGION_NAME, DEMO_MUNICIPALITY_NAME: municipality_group()}
    columns |= {schools.name[position]: group_name(schools, position) for position in chosen}
    columns["РФ"] = COUNTRY
    headings: Row = [SKILL_HEADING, "Макс балл", *columns]
    announced: Row = [None, None, *(f"{sizes[group][1]} уч." for group in columns.values())]
    rows = [*report_head(work, PLANNED), headings, announced]
    for number, (task, skill) in enumerate(zip(work.design.tasks, SKILLS, strict=True)):
        percents = [tasks[group][number] for group in columns.values()]
        rows.append([f"{task.code}. {skill}", task.max_score, *percents])
    return Book({report_sheet(work, PLANNED): rows})


def vertical_book(population: Population) -> Book:
    """Return the comparison of marks with the journal as it was printed in 2019–2021.

    Participants are the pupils who were in that grade then; who was lowered is no result of the
    model, which begins a year later.
    """
    pupils = population.pupils
    of_grade = pupils.home[pupils.cohort == VERTICAL_YEAR - VERTICAL_GRADE]
    rows: list[Row] = [
        [JOURNAL],
        [],
        [f"ВПР {VERTICAL_YEAR}. {VERTICAL_GRADE} класс"],
        ["Предмет: Математика"],
        [],
        ["Группы участников", "Кол-во участников", "%"],
    ]
    names = [case.case for case in CASES]
    for case, (lowered, raised) in VERTICAL_SHARES.items():
        taught = population.schools.has_grade(VERTICAL_GRADE)[of_grade]
        listed = of_grade == names.index(case) if case else taught
        n = round(ATTENDANCE["vpr"] * int(listed.sum()))
        low, high = n * lowered // 100, n * raised // 100
        rows.append([CASES[names.index(case)].name if case else DEMO_MUNICIPALITY_NAME])
        counts = {"Понизили (Отметка <": low, "Подтвердили (Отметка =": n - low - high}
        for words, count in (counts | {"Повысили (Отметка >": high}).items():
            share = f"{100 * count / n:.2f}".replace(".", ",")
            rows.append([f"{words} Отметка по журналу)", count, share])
        rows.append(["Всего", n, 100])
    return Book({"Лист1": rows})


def _task_percents(design: Design, items: np.ndarray) -> list[float]:
    greatest = np.array([task.max_score for task in design.tasks])
    return _rounded(100 * items.mean(axis=0) / greatest)


def _mean_ability(design: Design, scores: np.ndarray) -> float:
    """Mean ability of a population whose mean score is that of the counted scores."""
    points = np.arange(scores.size)
    difficulty = steps_of(design).difficulty
    expected = [float(score_distribution(design, difficulty, m) @ points) for m in _MEANS]
    return float(np.interp(float(scores @ points) / int(scores.sum()), expected, _MEANS))


def _expected_tasks(design: Design, mean: float) -> list[float]:
    """Percents of tasks that the model expects of a population."""
    grid = np.linspace(-3.5, 3.5, 29)
    weight = np.exp(-(grid**2) / 2)
    steps = steps_of(design)
    ability = mean + REFERENCE_SD * grid
    reach = 1 / (1 + np.exp(-DISCRIMINATION * (ability[:, None] - steps.difficulty)))
    points = np.add.reduceat(weight @ reach / weight.sum(), steps.first)
    greatest = np.array([task.max_score for task in design.tasks])
    return _rounded(100 * points / greatest)


def _rounded(percents: np.ndarray) -> list[float]:
    return [round(float(percent), 2) for percent in percents]
