"""The whole invented region as tables that keep the contracts: no files to read, no dirt."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from shnor_analysis.demo.designs import Work, works_of
from shnor_analysis.demo.files_forms import (
    HARD_CONTEXT,
    PASSPORT_SHARES,
    SMALL_SCHOOL,
    VERY_HARD_CONTEXT,
)
from shnor_analysis.demo.files_rcoi import CLASS_LETTERS
from shnor_analysis.demo.region import (
    MUNICIPALITIES,
    REGION_CODE,
    Population,
    n_pupils,
)
from shnor_analysis.demo.results import Sitting
from shnor_analysis.tables import (
    CONTEXT,
    GIA_RESULTS,
    SCHOOLS,
    TASK_DIGITS,
    VPR_RESULTS,
    WORK_TASKS,
    WORKS,
)

# Multipliers of the SplitMix64 mixing function: they turn a counter into a fingerprint.
_GOLDEN, _MIX_1, _MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1
_NO_SHEET = pd.NA
EGE_MATHS_LEVELS = {"math": "advanced", "math_base": "base"}
# Independent of every other random stream of the region.
STREAM_CONTEXT = 12
# The counts of the social passport, in the order of its columns and of their planted shares.
PASSPORT_COUNTS = (
    "n_juvenile_police", "n_juvenile_commission", "n_school_record", "n_migrant", "n_not_attested",
    "n_truancy", "n_developmental_delay", "n_large_family", "n_single_parent", "n_low_income",
    "n_orphans", "n_disabled",
)  # fmt: skip


def schools_table(populations: list[Population], year: int) -> pd.DataFrame:
    """Return the schools that work in a year; one row per school (contract ``schools``)."""
    parts = []
    for population in populations:
        schools = population.schools
        place = schools.municipality.tolist()
        frame = pd.DataFrame(
            {
                "school_id": schools.school_id,
                "fisoko_login": [f"edu{one}" for one in schools.school_id],
                "school_name": schools.name,
                "municipality_id": [f"reg{REGION_CODE}_m{one:03d}" for one in place],
                "municipality_name": [MUNICIPALITIES[one - 1] for one in place],
                "region_code": REGION_CODE,
                "inn": schools.inn,
                "oge_code": schools.oge_code,
                "ege_code": schools.ege_code,
                "n_pupils": n_pupils(population, year),
                "is_in_register": True,
            }
        )
        parts.append(frame[schools.exists(year)])
    return SCHOOLS.conform(_with_source(pd.concat(parts, ignore_index=True), f"{year}/schools"))


def context_table(populations: list[Population], year: int) -> pd.DataFrame:
    """Return what social passports say of a year; one row per school × indicator (``context``)."""
    parts = []
    for population in populations:
        schools, pupils = population.schools, n_pupils(population, year)
        rng = np.random.default_rng([population.seed, population.group, STREAM_CONTEXT, year])
        base, growth = np.array(PASSPORT_SHARES).T
        shares = np.minimum(base * np.exp(np.outer(schools.adversity, growth)), 0.9)
        counts = pd.DataFrame(rng.binomial(pupils[:, None], shares), columns=list(PASSPORT_COUNTS))
        counts["n_pupils"] = pupils
        is_hard, is_very_hard = (
            schools.adversity > limit for limit in (HARD_CONTEXT, VERY_HARD_CONTEXT)
        )
        counts["is_small"] = (pupils < SMALL_SCHOOL).astype(int)
        counts["is_remote"] = (schools.is_rural & is_hard).astype(int)
        counts["has_infrastructure_deficit"] = is_very_hard.astype(int)
        counts["has_staff_deficit"] = is_hard.astype(int)
        frame = counts.assign(school_id=schools.school_id)[schools.exists(year)]
        parts.append(frame.melt("school_id", var_name="indicator", value_name="value"))
    rows = pd.concat(parts, ignore_index=True)
    unit = np.where(rows["indicator"].str.startswith("n_"), "person", "yes_no")
    rows = rows.assign(assessment_year=year, unit=unit, source="social_passport")
    return CONTEXT.conform(_with_source(rows, f"{year}/context"))


def works_table(year: int) -> pd.DataFrame:
    """Return the works of a year; one row per work (contract ``works``)."""
    works = works_of(year)
    frame = pd.DataFrame(
        {
            "work_id": [work.work_id for work in works],
            "assessment_year": year,
            "procedure": [work.design.procedure for work in works],
            "season": ["spring" if work.design.procedure == "vpr" else "main" for work in works],
            "subject": [work.design.subject for work in works],
            "grade": [work.design.grade for work in works],
            "level": [
                EGE_MATHS_LEVELS.get(work.design.subject, "none")
                if work.design.procedure == "ege"
                else "none"
                for work in works
            ],
            "max_score_raw": [work.design.max_score for work in works],
            "exam_date": [work.exam_date for work in works],
        }
    )
    return WORKS.conform(frame)


def work_tasks_table(year: int) -> pd.DataFrame:
    """Return the tasks of the ВПР works of a year; one set per work (contract ``work_tasks``)."""
    rows = [
        (work.work_id, place, work.work_id, task.code, task.max_score)
        for work in works_of(year, ("vpr",))
        for place, task in enumerate(work.design.tasks)
    ]
    columns = ["task_set", "position", "work_id", "task", "max_score"]
    return WORK_TASKS.conform(pd.DataFrame(rows, columns=columns))


def _task_texts(items: np.ndarray) -> np.ndarray:
    """Points of every pupil as one text, a sign a task."""
    signs = np.array(list(TASK_DIGITS))[items]
    return np.asarray(np.ascontiguousarray(signs).view(f"<U{items.shape[1]}").ravel(), dtype=object)


def vpr_table(sittings: list[tuple[Population, Sitting]]) -> pd.DataFrame:
    """Return ВПР results of a year; one row per participant (contract ``vpr_results``)."""
    parts = []
    for population, sitting in sittings:
        frame = _participants(population, sitting)
        frame["class_label"] = sitting.class_no.astype(str)
        frame["score_raw_reported"] = sitting.score
        frame["test_mark"] = sitting.mark
        frame["school_mark"] = pd.Series(sitting.journal, dtype="Int64").replace(0, pd.NA)
        if sitting.items is not None and len(sitting.items):
            frame["task_set"] = sitting.work.work_id
            frame["task_scores"] = _task_texts(sitting.items)
        parts.append(frame)
    return VPR_RESULTS.conform(pd.concat(parts, ignore_index=True))


def gia_table(sittings: list[tuple[Population, Sitting]]) -> pd.DataFrame:
    """Return ОГЭ and ЕГЭ results of a year; one row per participant (contract ``gia_results``)."""
    parts = []
    for population, sitting in sittings:
        design = sitting.work.design
        frame = _participants(population, sitting)
        letters = np.array(list(CLASS_LETTERS), dtype=object)[sitting.class_no - 1]
        frame["class_label"] = [f"{design.grade}{letter}" for letter in letters]
        frame["exam_date"] = sitting.work.exam_date
        frame["score_scaled"] = _known(sitting.scaled, bool(design.scaled))
        frame["test_mark"] = _known(sitting.mark, not design.scaled)
        parts.append(frame)
    return GIA_RESULTS.conform(pd.concat(parts, ignore_index=True))


def _known(values: np.ndarray, is_known: bool) -> pd.Series:
    column = pd.Series(values, dtype="Int64")
    return column if is_known else column.where(pd.Series(False, index=column.index))


def _participants(population: Population, sitting: Sitting) -> pd.DataFrame:
    ids = np.array(population.schools.school_id, dtype=object)
    pupils = fingerprints(population, sitting.work)
    frame = pd.DataFrame(
        {
            "work_id": sitting.work.work_id,
            "school_id": ids[sitting.school],
            "pupil_id": pupils[sitting.pupil],
            "score_raw": sitting.score,
        }
    )
    procedure = sitting.work.design.procedure
    return _with_source(frame, f"{sitting.work.year}/{procedure}/{sitting.work.work_id}")


def _with_source(frame: pd.DataFrame, file: str) -> pd.DataFrame:
    return frame.assign(
        source_file=file, source_sheet=_NO_SHEET, source_row=np.arange(1, len(frame) + 1)
    )


def fingerprints(population: Population, work: Work) -> np.ndarray:
    """Return a 16-digit fingerprint for every pupil, the same in all works of one year."""
    n = population.pupils.home.size
    start = population.seed * 1_000_003 + population.group * 10_007 + work.year
    with np.errstate(over="ignore"):
        value = np.arange(n, dtype=np.uint64) + np.uint64((start * _GOLDEN) & _MASK)
        value = value * np.uint64(_GOLDEN)
        value = (value ^ (value >> np.uint64(30))) * np.uint64(_MIX_1)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(_MIX_2)
        value ^= value >> np.uint64(31)
    return np.array([f"{one:016x}" for one in value.tolist()], dtype=object)


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet; the same table gives the same bytes."""
    stream = io.BytesIO()
    frame.to_parquet(stream, index=False, engine="pyarrow")
    return stream.getvalue()
