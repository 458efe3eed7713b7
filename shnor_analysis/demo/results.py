"""Results of the invented region: honest answers, planted counts and planted behaviours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shnor_analysis.demo.cases import Behaviour, Kind, Plan, plan_for
from shnor_analysis.demo.designs import (
    DISCRIMINATION,
    EGE_ELECTIVES,
    OGE_ELECTIVES,
    YEARS,
    Design,
    Work,
    steps_of,
    works_of,
)
from shnor_analysis.demo.region import (
    DEMO,
    OTHERS,
    SCHOOL_WORK_SD,
    STREAM_TASKS,
    STREAM_WORK,
    Population,
)

# The region slowly declines, in units of the ability scale.
YEAR_DRIFT = {2022: 0.0, 2023: -0.03, 2024: -0.05, 2025: -0.08}

ATTENDANCE = {"vpr": 0.92, "oge": 0.985, "ege": 0.985}
# Journal mark (2, 3, 4, 5) given the honest mark of the work: over the region about 67 % agree,
# 25 % are lower in the work than in the journal, 8 % are higher.
JOURNAL_GIVEN_MARK = np.array(
    [
        [0.24, 0.72, 0.04, 0.00],
        [0.02, 0.72, 0.25, 0.01],
        [0.00, 0.04, 0.75, 0.21],
        [0.00, 0.00, 0.17, 0.83],
    ]
)
# Pupils without a journal mark in the rest of the region; in the demo they are planted dirt.
NO_JOURNAL_SHARE = 0.004

# Strength of the planted behaviours.
INFLATION = 1.1
JOURNAL_RAISED_SHARE = 0.5
LIFTED_SHARE = 0.85
LIFTED_FROM = 2
DICTATED_SHARE = 0.94
DICTATED_WORK = (2025, "math", 5, 1)
# A school is below 30 % when 10·k < 3·n.
SHARE_NUMERATOR, SHARE_DENOMINATOR = 3, 10


@dataclass(frozen=True)
class Sitting:
    """Results of one work: parallel arrays, one entry per participant, sorted by school.

    ``mark`` is 0 where the procedure gives a scaled score; ``journal`` is 0 where there is none;
    ``number`` is the pupil's place in the school's list, absent pupils included; ``items`` are
    points by task, always there for the demo municipality, for the rest of the region on demand.
    """

    work: Work
    school: np.ndarray
    pupil: np.ndarray
    class_no: np.ndarray
    number: np.ndarray
    score: np.ndarray
    mark: np.ndarray
    scaled: np.ndarray
    journal: np.ndarray
    honest_mark: np.ndarray
    items: np.ndarray | None

    @property
    def is_below(self) -> np.ndarray:
        """Who is below the minimum."""
        return self.score < self.work.design.cuts[0]


def sittings(
    population: Population,
    year: int,
    procedures: tuple[str, ...] = ("vpr", "oge", "ege"),
    *,
    with_items: bool = False,
) -> Iterator[Sitting]:
    """Yield the results of every work of a year.

    Parameters
    ----------
    population : Population
        One part of the region.
    year : int
        Assessment year.
    procedures : tuple of str
        Which procedures to draw; the others do not change what is drawn.
    with_items : bool
        Whether to keep the points by task of ВПР for the rest of the region too; nothing else
        changes.

    Yields
    ------
    Sitting
        One per work, in the order of ``designs.DESIGNS``.
    """
    for work in works_of(year, procedures):
        yield _sit(population, work, with_items=with_items)


def _sit(population: Population, work: Work, *, with_items: bool) -> Sitting:
    design = work.design
    rng = np.random.default_rng(
        [population.seed, population.group, STREAM_WORK, work.year, work.number]
    )
    everyone, school = _eligible(population, work)
    number = _places(school)
    present = rng.random(everyone.size) < ATTENDANCE[design.procedure]
    if population.group == DEMO:
        _plan_attendance(population, work, school, present, rng)
    who, school, number = everyone[present], school[present], number[present]
    ability = _ability(population, work, who, school, rng)
    luck = rng.random((who.size, len(design.tasks)), dtype=np.float32)
    items = _answer(design, ability, luck)
    score = items.sum(axis=1, dtype=np.int64)
    if population.group == DEMO:
        score = _plan_scores(population, work, school, score, rng)
    honest = _marks(design, score)
    class_no = population.pupils.class_no[who]
    boosted = score
    if design.procedure == "vpr":
        boosted = _misbehave(population, work, school, score, ability, luck, rng)
    kept: np.ndarray | None = None
    if population.group == DEMO:
        kept = _reconcile(design, items, boosted, rng)
        dictated = _dictated_rows(population, work, school, class_no)
        if dictated.any():
            _dictate(design, kept, dictated, rng)
            boosted = kept.sum(axis=1, dtype=np.int64)
    elif with_items and design.procedure == "vpr":
        own = [population.seed, population.group, STREAM_TASKS, work.year, work.number]
        kept = _reconcile(design, items, boosted, np.random.default_rng(own))
    mark = _marks(design, boosted)
    is_scaled = bool(design.scaled)
    return Sitting(
        work=work,
        school=school,
        pupil=who,
        class_no=class_no,
        number=number,
        score=boosted,
        mark=np.zeros_like(mark) if is_scaled else mark,
        scaled=_scaled(design, boosted),
        journal=_journal(population, school, honest, rng)
        if design.procedure == "vpr"
        else np.zeros_like(mark),
        honest_mark=honest,
        items=kept,
    )


def _eligible(population: Population, work: Work) -> tuple[np.ndarray, np.ndarray]:
    """Pupils who should sit a work and their schools, sorted by school and class."""
    pupils, schools, design = population.pupils, population.schools, work.design
    school = pupils.school_in(work.year)
    chosen = pupils.cohort == work.year - design.grade
    chosen &= schools.has_grade(design.grade)[school] & schools.exists(work.year)[school]
    if design.procedure == "oge":
        chosen &= _takes(design.subject, OGE_ELECTIVES, pupils.oge_electives)
    if design.procedure == "ege":
        chosen &= pupils.stays
        if design.subject == "math":
            chosen &= pupils.profile
        elif design.subject == "math_base":
            chosen &= ~pupils.profile
        else:
            chosen &= _takes(design.subject, EGE_ELECTIVES, pupils.ege_electives)
    who = np.flatnonzero(chosen)
    order = np.lexsort((who, pupils.class_no[who], school[who]))
    return who[order], school[who[order]]


def _takes(subject: str, electives: tuple[str, ...], chosen: np.ndarray) -> np.ndarray:
    if subject not in electives:
        return np.ones(len(chosen), dtype=bool)
    return np.asarray((chosen == electives.index(subject)).any(axis=1))


def _places(school: np.ndarray) -> np.ndarray:
    """Place of every entry inside its school, from one; ``school`` is sorted."""
    if not school.size:
        return np.zeros(0, dtype=int)
    starts = np.flatnonzero(np.r_[True, school[1:] != school[:-1]])
    lengths = np.diff(np.r_[starts, school.size])
    return np.arange(school.size) - np.repeat(starts, lengths) + 1


def _plan_attendance(
    population: Population,
    work: Work,
    school: np.ndarray,
    present: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Make exactly ``n`` pupils come where a plan says so; changes ``present``."""
    for position, plan in _plans(population, work):
        if plan.kind is not Kind.EXACT:
            continue
        rows = np.flatnonzero(school == position)
        present[rows] = False
        present[rng.permutation(rows)[: plan.n]] = True


def _plans(population: Population, work: Work) -> Iterator[tuple[int, Plan]]:
    design = work.design
    for position, case in enumerate(population.schools.cases):
        if case is None:
            continue
        plan = plan_for(case, work.year, design.procedure, design.subject, design.grade)
        if work.is_in_rule or plan.kind is Kind.ALL_FIVES:
            yield position, plan


def _ability(
    population: Population,
    work: Work,
    who: np.ndarray,
    school: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    pupils, schools = population.pupils, population.schools
    wave = rng.normal(0, SCHOOL_WORK_SD, len(schools)).astype(np.float32)
    sign = -1 if work.design.subject in ("rus", "social") else 1
    level = schools.quality[:, YEARS.index(work.year)] + wave
    return np.asarray(
        pupils.ability[who] + sign * pupils.lean[who] + level[school] + YEAR_DRIFT[work.year],
        dtype=np.float32,
    )


def _answer(design: Design, ability: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """Points for every task: one uniform number per pupil and task, graded steps."""
    steps = steps_of(design)
    reach = 1 / (1 + np.exp(-DISCRIMINATION * (ability[:, None] - steps.difficulty)))
    got = luck[:, steps.task] < reach
    return np.add.reduceat(got, steps.first, axis=1, dtype=np.int8)


def _plan_scores(
    population: Population,
    work: Work,
    school: np.ndarray,
    score: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Move the weakest or the nearest pupils over the minimum until the plan holds."""
    planned = score.copy()
    cut3, _, cut5 = work.design.cuts
    for position, plan in _plans(population, work):
        rows = np.flatnonzero(school == position)
        if not rows.size or plan.kind is Kind.NATURAL:
            continue
        if plan.kind is Kind.ALL_FIVES:
            low = rows[planned[rows] < cut5]
            planned[low] = cut5
            continue
        k = _planned_failures(plan, rows.size, int((planned[rows] < cut3).sum()))
        order = rows[np.argsort(planned[rows], kind="stable")]
        sink = order[:k][planned[order[:k]] >= cut3]
        rise = order[k:][planned[order[k:]] < cut3]
        planned[sink] = cut3 - 1 - rng.integers(0, 3, sink.size)
        planned[rise] = cut3 + rng.integers(0, 4, rise.size)
    return planned


def _planned_failures(plan: Plan, n: int, natural: int) -> int:
    most_below = (SHARE_NUMERATOR * n - 1) // SHARE_DENOMINATOR
    if plan.kind is Kind.EXACT:
        return plan.k
    if plan.kind is Kind.NONE:
        return 0
    if plan.kind is Kind.JUST_BELOW:
        return most_below
    if plan.kind is Kind.AT_LEAST:
        return max(natural, int(np.ceil(plan.share * n - 1e-9)))
    return min(natural, most_below)


def _marks(design: Design, score: np.ndarray) -> np.ndarray:
    return 2 + np.searchsorted(np.array(design.cuts), score, side="right")


def _scaled(design: Design, score: np.ndarray) -> np.ndarray:
    if not design.scaled:
        return np.zeros(score.size, dtype=int)
    raw, scaled = zip(*design.scaled, strict=True)
    return np.floor(np.interp(score, raw, scaled) + 1e-9).astype(int)


def _misbehave(
    population: Population,
    work: Work,
    school: np.ndarray,
    score: np.ndarray,
    ability: np.ndarray,
    luck: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Raise scores as the schools with a planted behaviour do."""
    raised = score.copy()
    behaviour = population.schools.behaviour
    rows = np.flatnonzero(behaviour[Behaviour.INFLATED_VPR][school])
    if rows.size:
        better = _answer(work.design, ability[rows] + np.float32(INFLATION), luck[rows])
        raised[rows] = np.maximum(raised[rows], better.sum(axis=1, dtype=np.int64))
    at_school = behaviour[Behaviour.BUNCHING][school]
    lifted = at_school & (rng.random(school.size) < LIFTED_SHARE)
    for cut in work.design.cuts:
        near = lifted & (raised < cut) & (raised >= cut - LIFTED_FROM)
        raised[near] = cut
    return raised


def _dictated_rows(
    population: Population, work: Work, school: np.ndarray, class_no: np.ndarray
) -> np.ndarray:
    year, subject, grade, chosen_class = DICTATED_WORK
    design = work.design
    if (work.year, design.subject, design.grade) != (year, subject, grade):
        return np.zeros(school.size, dtype=bool)
    at_school = population.schools.behaviour[Behaviour.DICTATED][school]
    return np.asarray(at_school & (class_no == chosen_class))


def _dictate(design: Design, items: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> None:
    """Give a class the same right answers to the hard tasks; changes ``items``."""
    hard = np.array([task.level == "П" for task in design.tasks])
    greatest = np.array([task.max_score for task in design.tasks], dtype=np.int8)
    copied = (rng.random(items.shape) < DICTATED_SHARE) & rows[:, None] & hard
    items[copied] = np.broadcast_to(greatest, items.shape)[copied]


def _reconcile(
    design: Design, items: np.ndarray, score: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Move points between tasks until they add up to the score."""
    greatest = np.array([task.max_score for task in design.tasks], dtype=np.int8)
    moved = items.copy()
    difference = score - items.sum(axis=1, dtype=np.int64)
    for row in np.flatnonzero(difference):
        step = 1 if difference[row] > 0 else -1
        for _ in range(abs(int(difference[row]))):
            free = moved[row] < greatest if step > 0 else moved[row] > 0
            moved[row, rng.choice(np.flatnonzero(free))] += step
    return moved


def _journal(
    population: Population, school: np.ndarray, honest: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    cumulative = JOURNAL_GIVEN_MARK.cumsum(axis=1)
    drawn = rng.random(honest.size)
    journal = 2 + (drawn[:, None] >= cumulative[honest - 2]).sum(axis=1)
    generous = population.schools.behaviour[Behaviour.INFLATED_SCHOOL_MARKS][school]
    raised = generous & (rng.random(honest.size) < JOURNAL_RAISED_SHARE)
    journal = np.clip(journal + raised, 2, 5)
    if population.group == OTHERS:
        journal[rng.random(honest.size) < NO_JOURNAL_SHARE] = 0
    return journal
