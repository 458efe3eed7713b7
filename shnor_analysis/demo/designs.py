"""Works of the invented region as data: tasks, cuts, dates and how hard each work is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

YEARS = (2022, 2023, 2024, 2025)
VPR_GRADES = (4, 5, 6, 7, 8)

# Spread of ability that a work is calibrated on: pupils, classes and schools together.
REFERENCE_SD = 1.05
# How sharply a task tells pupils apart (slope of the logistic curve).
DISCRIMINATION = 1.0
# Distance between getting one point and getting the next in a task of several points.
STEP_DISTANCE = 1.3
# Easiest and hardest task of a work before calibration, on the ability scale; a wide spread
# keeps the share of «5» near the real 10–20 %.
TASK_SPREAD = (-2.2, 2.2)
# A task of advanced level is harder than a basic one by this much.
ADVANCED_EXTRA = 0.7


@dataclass(frozen=True)
class Subject:
    """How one subject is printed in the files."""

    code: str
    name: str
    sheet_code: str
    rcoi_code: str


SUBJECTS = {
    subject.code: subject
    for subject in (
        Subject("rus", "Русский язык", "РУ", "01"),
        Subject("math", "Математика", "МА", "02"),
        Subject("math_base", "Математика базовая", "", "22"),
        Subject("physics", "Физика", "", "03"),
        Subject("informatics", "Информатика", "", "05"),
        Subject("biology", "Биология", "", "06"),
        Subject("geography", "География", "", "08"),
        Subject("social", "Обществознание", "", "12"),
    )
}


@dataclass(frozen=True)
class Task:
    """One task: its code as printed, greatest score and level (Б or П)."""

    code: str
    max_score: int
    level: str


@dataclass(frozen=True)
class Design:
    """The paper of one work in some years.

    ``cut3`` is the first raw score that is not below the minimum; ``scaled`` are the points
    (raw, scaled) of the ЕГЭ conversion, empty where the result is a mark.
    """

    procedure: str
    subject: str
    grade: int
    year_from: int
    year_to: int
    cuts: tuple[int, int, int]
    below_share: float
    tasks: tuple[Task, ...]
    scaled: tuple[tuple[int, int], ...] = ()

    @property
    def max_score(self) -> int:
        """The greatest raw score."""
        return sum(task.max_score for task in self.tasks)


def _tasks(text: str) -> tuple[Task, ...]:
    """Read «1:2 2:1п»: code, greatest score, «п» for the advanced level."""
    tasks = []
    for part in text.split():
        code, score = part.split(":")
        tasks.append(Task(code, int(score.rstrip("п")), "П" if score.endswith("п") else "Б"))
    return tuple(tasks)


def _exam_tasks(n_short: int, long_scores: tuple[int, ...]) -> tuple[Task, ...]:
    """Tasks of an exam: short answers of one point, then extended answers."""
    short = tuple(Task(str(number), 1, "Б") for number in range(1, n_short + 1))
    extended = tuple(
        Task(str(number), score, "П") for number, score in enumerate(long_scores, start=n_short + 1)
    )
    return short + extended


_TEXT_6_2025 = "1К1:3 1К2:3 2:3 3:2 4:2 5:3 6.1:1 6.2:2п 7:2 8:3п 9.1:1 9.2:2п 10:2 11:3п"
_NUMBERS_6_2025 = "1:1 2:1 3:1 4:1 5:1 6:2 7:1 8:2 9:2 10:1 11:2п 12.1:1 12.2:1п 13:1п 14:2п"

# ВПР. Cuts to 2024 are the real ones (methodology/scales.csv); the 2025 papers are a new design:
# Russian 4 is real (24 points, 10/16/21), the others are invented but plausible.
# procedure, subject, grade, years, cuts, share of «2» in the region, tasks
VPR_DESIGNS = (
    Design("vpr", "rus", 4, 2022, 2024, (14, 24, 33), 0.05, _tasks(
        "1К1:4 1К2:3 2:3п 3.1:1 3.2:3 4:2 5:1 6:2п 7:3п 8:2п 9:1п 10:1 11:2 12.1:1 12.2:2 "
        "13.1:1 13.2:2 14:1 15.1:2п 15.2:1п")),
    Design("vpr", "math", 4, 2022, 2024, (6, 10, 15), 0.04, _tasks(
        "1:1 2:1 3:2 4:1 5.1:1 5.2:1 6.1:1 6.2:1 7:1 8:2 9.1:1п 9.2:1п 10:2п 11:2 12:2п")),
    Design("vpr", "rus", 5, 2022, 2024, (18, 29, 39), 0.09, _tasks(
        "1К1:4 1К2:3 1К3:2 2К1:3 2К2:3 2К3:3 2К4:3п 3:2 4.1:3 4.2:2 5.1:2 5.2:2 6.1:2 6.2:2п "
        "7.1:2 7.2:1п 8:2п 9:2 10:1 11:1")),
    Design("vpr", "math", 5, 2022, 2024, (7, 11, 15), 0.08, _tasks(
        "1:1 2:1 3:1 4:1 5:1 6:2 7:2 8:1 9:2 10:2п 11.1:1 11.2:1 12.1:1 12.2:1п 13:1п 14:1п")),
    Design("vpr", "rus", 6, 2022, 2024, (25, 35, 45), 0.10, _tasks(
        "1К1:4 1К2:3 1К3:2 2К1:3 2К2:3 2К3:3 2К4:3п 3.1:1 3.2:1 4:2 5:2 6:2 7.1:1 7.2:1п 8.1:2 "
        "8.2:2п 9:2 10:3п 11:2 12.1:1 12.2:2 13.1:1 13.2:1 14.1:2п 14.2:2п")),
    Design("vpr", "math", 6, 2022, 2024, (6, 10, 14), 0.10, _tasks(
        "1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:2 10:1 11:2п 12:1п 13:2п")),
    Design("vpr", "rus", 7, 2022, 2024, (22, 32, 42), 0.11, _tasks(
        "1К1:4 1К2:3 1К3:2 2К1:3 2К2:3 2К3:3 2К4:3п 3.1:1 3.2:1 4.1:1 4.2:1 5:2 6:2 7.1:1 7.2:1п "
        "8.1:2 8.2:1п 9:2 10:1 11.1:2 11.2:2п 12:1 13.1:1 13.2:1 14:3п")),
    Design("vpr", "math", 7, 2022, 2024, (7, 12, 16), 0.10, _tasks(
        "1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:1 10:1п 11:1 12:2 13:1 14:2п 15:1п 16:2п")),
    Design("vpr", "rus", 8, 2022, 2024, (26, 32, 45), 0.13, _tasks(
        "1К1:4 1К2:3 1К3:2 2К1:3 2К2:3 2К3:3п 3.1:1 3.2:2 4.1:1 4.2:2 5:2 6:2 7:3 8:2 9:3п 10:1 "
        "11.1:1 11.2:2п 12:1 13:1 14:2 15.1:1 15.2:2п 16:2 17:2п")),
    Design("vpr", "math", 8, 2022, 2024, (8, 15, 21), 0.09, _tasks(
        "1:1 2:1 3:1 4:2 5:1 6:2 7:1 8:2 9:1 10:1 11:1 12:1 13:1 14:1 15:2п 16.1:1 16.2:1п "
        "17:1п 18:2п 19:1п")),
    Design("vpr", "rus", 4, 2025, 2025, (10, 16, 21), 0.06, _tasks(
        "1:2 2:1 3:2 4:3 5:2 6:1 7:1 8:2 9.1:1п 9.2:2п 10.1:1п 10.2:2п 11:1 12.1:2 12.2:1")),
    Design("vpr", "math", 4, 2025, 2025, (6, 10, 14), 0.05, _tasks(
        "1:1 2:1 3:2 4:1 5.1:1 5.2:1 6:1 7:2 8:2 9.1:1п 9.2:1п 10:2п 11:2п")),
    Design("vpr", "rus", 5, 2025, 2025, (12, 19, 26), 0.10, _tasks(
        "1К1:3 1К2:3 2:3 3:2 4:3 5:2 6.1:1 6.2:2п 7:2 8:2 9.1:1 9.2:2п 10:2 11:2п")),
    Design("vpr", "math", 5, 2025, 2025, (6, 10, 14), 0.09, _tasks(
        "1:1 2:1 3:1 4:1 5:2 6:1 7:2 8:1 9:2 10.1:1 10.2:1п 11:2п 12:2п")),
    Design("vpr", "rus", 6, 2025, 2025, (13, 20, 27), 0.11, _tasks(_TEXT_6_2025)),
    Design("vpr", "math", 6, 2025, 2025, (7, 12, 16), 0.11, _tasks(_NUMBERS_6_2025)),
    Design("vpr", "rus", 7, 2025, 2025, (14, 21, 29), 0.12, _tasks(_TEXT_6_2025 + " 12:2")),
    Design("vpr", "math", 7, 2025, 2025, (7, 12, 17), 0.11, _tasks(_NUMBERS_6_2025 + " 15:1п")),
    Design("vpr", "rus", 8, 2025, 2025, (15, 23, 31), 0.13, _tasks(
        _TEXT_6_2025 + " 12:2 13:2п")),
    Design("vpr", "math", 8, 2025, 2025, (8, 13, 18), 0.10, _tasks(
        _NUMBERS_6_2025 + " 15:1п 16:2п")),
)  # fmt: skip

# ОГЭ: maxima and cuts of 2023–2025 where published (methodology/scales.csv), else invented.
OGE_DESIGNS = (
    Design("oge", "rus", 9, 2022, 2024, (15, 23, 29), 0.03, _exam_tasks(12, (3,) * 7)),
    Design("oge", "rus", 9, 2025, 2025, (15, 26, 33), 0.03, _exam_tasks(12, (3,) * 7 + (4,))),
    Design("oge", "math", 9, 2022, 2025, (8, 15, 22), 0.05, _exam_tasks(19, (2,) * 6)),
    Design("oge", "social", 9, 2022, 2025, (14, 24, 32), 0.04, _exam_tasks(13, (2,) * 12)),
    Design("oge", "geography", 9, 2022, 2025, (12, 19, 26), 0.04, _exam_tasks(27, (2, 2))),
    Design("oge", "biology", 9, 2022, 2025, (13, 26, 38), 0.03, _exam_tasks(21, (2,) * 13)),
    Design("oge", "informatics", 9, 2022, 2025, (5, 11, 16), 0.04, _exam_tasks(13, (2,) * 3)),
)

# ЕГЭ: minima are real (methodology/scales.csv), the conversion curves are invented.
EGE_DESIGNS = (
    # The profile work is taken by abler pupils, the base one by weaker ones: hence the shares.
    Design("ege", "rus", 11, 2022, 2025, (16, 28, 40), 0.014, _exam_tasks(26, (3,) * 8),
           ((0, 0), (16, 24), (34, 60), (50, 100))),
    Design("ege", "math", 11, 2022, 2025, (5, 11, 17), 0.130,
           _exam_tasks(12, (2, 3, 2, 2, 3, 4, 4)), ((0, 0), (5, 27), (11, 60), (32, 100))),
    Design("ege", "math_base", 11, 2022, 2025, (7, 12, 17), 0.014, _exam_tasks(21, ())),
    Design("ege", "social", 11, 2022, 2025, (22, 34, 46), 0.120, _exam_tasks(16, (2,) * 21),
           ((0, 0), (22, 42), (36, 60), (58, 100))),
    Design("ege", "biology", 11, 2022, 2025, (15, 28, 42), 0.110, _exam_tasks(21, (3,) * 12),
           ((0, 0), (15, 36), (32, 60), (57, 100))),
    Design("ege", "physics", 11, 2022, 2025, (9, 20, 32), 0.040, _exam_tasks(21, (3,) * 8),
           ((0, 0), (9, 36), (24, 60), (45, 100))),
    Design("ege", "informatics", 11, 2022, 2025, (6, 12, 20), 0.080, _exam_tasks(25, (2, 2)),
           ((0, 0), (6, 40), (14, 60), (29, 100))),
)  # fmt: skip

DESIGNS = VPR_DESIGNS + OGE_DESIGNS + EGE_DESIGNS
OGE_ELECTIVES = ("social", "geography", "biology", "informatics")
EGE_ELECTIVES = ("social", "biology", "physics", "informatics")

# Works that the low-results rule looks at.
RULE_SUBJECTS = ("rus", "math", "math_base")

# Month and day of each work; ВПР in 2025 moved to April and May.
VPR_DAYS = {
    2022: {"rus": (3, 15), "math": (3, 22)},
    2023: {"rus": (3, 16), "math": (3, 21)},
    2024: {"rus": (3, 12), "math": (3, 19)},
    2025: {"rus": (4, 15), "math": (4, 22)},
}
EXAM_DAYS = {
    "oge": {"rus": (6, 9), "math": (6, 3), "social": (5, 22), "geography": (6, 16),
            "biology": (5, 27), "informatics": (6, 11)},
    "ege": {"rus": (5, 30), "math": (5, 27), "math_base": (5, 27), "social": (6, 2),
            "biology": (6, 5), "physics": (6, 3), "informatics": (6, 11)},
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """One work of one year."""

    design: Design
    year: int
    number: int

    @property
    def work_id(self) -> str:
        """The id used in every table, such as ``vpr-2025-spring-rus-4``."""
        season = "spring" if self.design.procedure == "vpr" else "main"
        design = self.design
        return f"{design.procedure}-{self.year}-{season}-{design.subject}-{design.grade}"

    @property
    def day(self) -> tuple[int, int]:
        """Month and day."""
        if self.design.procedure == "vpr":
            return VPR_DAYS[self.year][self.design.subject]
        return EXAM_DAYS[self.design.procedure][self.design.subject]

    @property
    def exam_date(self) -> str:
        """ISO date."""
        return f"{self.year}-{self.day[0]:02d}-{self.day[1]:02d}"

    @property
    def subject(self) -> Subject:
        """How the subject is printed."""
        return SUBJECTS[self.design.subject]

    @property
    def is_in_rule(self) -> bool:
        """Whether the low-results rule looks at the work."""
        return self.design.subject in RULE_SUBJECTS


def works_of(year: int, procedures: tuple[str, ...] = ("vpr", "oge", "ege")) -> list[Work]:
    """Return the works of one year.

    Parameters
    ----------
    year : int
        Assessment year, one of ``YEARS``.
    procedures : tuple of str
        Which procedures to keep.

    Returns
    -------
    list of Work
        ``number`` is the place in the full list, whatever is kept: it feeds random streams.
    """
    return [
        Work(design, year, number)
        for number, design in enumerate(DESIGNS)
        if design.year_from <= year <= design.year_to and design.procedure in procedures
    ]


@dataclass(frozen=True)
class Steps:
    """The points of a paper, one step per point, as arrays for the simulation."""

    task: np.ndarray
    difficulty: np.ndarray
    first: np.ndarray


@cache
def steps_of(design: Design) -> Steps:
    """Return the calibrated difficulty of every point of a paper.

    The shift common to all tasks is found by bisection so that the reference population gets
    ``below_share`` results below the minimum. Nothing is random here.
    """
    n_tasks = len(design.tasks)
    easy, hard = TASK_SPREAD
    # A fixed mixing of the order: 7 is coprime with every number of tasks but multiples of 7.
    stride = 7 if n_tasks % 7 else 5
    order = (np.arange(n_tasks) * stride) % n_tasks
    base = easy + (hard - easy) * order / max(n_tasks - 1, 1)
    task: list[int] = []
    difficulty: list[float] = []
    first: list[int] = []
    for position, item in enumerate(design.tasks):
        first.append(len(task))
        level = base[position] + (ADVANCED_EXTRA if item.level == "П" else 0.0)
        for point in range(item.max_score):
            task.append(position)
            difficulty.append(level + STEP_DISTANCE * (point - (item.max_score - 1) / 2))
    raw = np.array(difficulty)
    low, high = -8.0, 8.0
    for _ in range(24):
        middle = (low + high) / 2
        if _below_share(design, raw + middle) < design.below_share:
            low = middle
        else:
            high = middle
    return Steps(
        np.array(task), (raw + (low + high) / 2).astype(np.float32), np.array(first, dtype=np.intp)
    )


def _below_share(design: Design, difficulty: np.ndarray) -> float:
    return float(score_distribution(design, difficulty)[: design.cuts[0]].sum())


def score_distribution(design: Design, difficulty: np.ndarray, mean: float = 0.0) -> np.ndarray:
    """Return the distribution of raw scores in the reference population.

    Parameters
    ----------
    design : Design
        The paper.
    difficulty : ndarray of float, shape (n_points,)
        Difficulty of each point.
    mean : float
        Mean ability of the population.

    Returns
    -------
    ndarray of float, shape (max_score + 1,)
        Probabilities that add up to one.
    """
    grid = np.linspace(-3.5, 3.5, 29)
    weight = np.exp(-(grid**2) / 2)
    weight /= weight.sum()
    ability = mean + REFERENCE_SD * grid
    reach = 1 / (1 + np.exp(-DISCRIMINATION * (ability[:, None] - difficulty)))
    scores = np.zeros((grid.size, design.max_score + 1))
    scores[:, 0] = 1.0
    start = 0
    for item in design.tasks:
        at_least = np.hstack(
            [np.ones((grid.size, 1)), reach[:, start : start + item.max_score],
             np.zeros((grid.size, 1))]
        )  # fmt: skip
        exactly = at_least[:, :-1] - at_least[:, 1:]
        new = scores * exactly[:, [0]]
        for points in range(1, item.max_score + 1):
            new[:, points:] += scores[:, :-points] * exactly[:, [points]]
        scores = new
        start += item.max_score
    return weight @ scores
