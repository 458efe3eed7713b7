"""Norms of our own signs: what is usual in a region, learned from the schools beyond suspicion."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.stats import norm as normal

from shnor_analysis.measures.sign_data import KnownWorks, SignTables, mark_cuts
from shnor_analysis.measures.sign_levels import mark_pairs
from shnor_analysis.measures.sign_lines import (
    CONDITIONS,
    Conditions,
    Span,
    Statistics,
    statistics,
    with_exams,
    with_standing,
)
from shnor_analysis.measures.sign_shapes import profiles
from shnor_analysis.methodology import (
    Absent,
    ObjectivitySignRules,
    Scale,
    SignCondition,
    SignNorm,
    TaskNorm,
    WorkNorm,
)
from shnor_analysis.stats.conditional import (
    ConditionalLine,
    conditional_z,
    fit_conditional_line,
)
from shnor_analysis.stats.contextual import fit_meta_regression

# Schools of so few pupils say nothing of how profiles usually differ.
MIN_PROFILE_PUPILS = 10
# A school this improbable in another sign is no reference for the marks: its low side would hold
# works that were marked too well.
SUSPECT_P = 0.05
REFERENCE_SIGNS = ("level", "bunching", "items", "variance")
_REASONS = {
    "items": "no_tasks", "variance": "no_pupil_rows", "marks": "no_journal",
    "drop_linked": "no_pupil_rows", "drop_cohort": "no_later_year", "grade4_level": "few_schools",
}  # fmt: skip


def with_task_norms(
    works: Iterable[WorkNorm], cell_tasks: pd.DataFrame, min_count: int
) -> list[WorkNorm]:
    """The same works with what is usual in their tasks.

    Parameters
    ----------
    works : iterable of WorkNorm
    cell_tasks : DataFrame
        Keeps the contract ``cell_tasks``: all schools of the region.
    min_count : int
        Tasks in which fewer points were got, or fewer lost, are not told; a work of fewer than
        three tasks gets none.
    """
    by_work = {str(name): rows for name, rows in cell_tasks.groupby("work_id")}
    return [_with_tasks(work, by_work.get(work.work_id), min_count) for work in works]


def sign_norms(
    tables: SignTables,
    works: Iterable[WorkNorm],
    conditions: pd.DataFrame,
    rules: ObjectivitySignRules,
    scales: Iterable[Scale],
    assessment_year: int,
) -> tuple[list[SignNorm], list[Absent]]:
    """Learn what is usual for every sign, over one year and over the years of the rules.

    Parameters
    ----------
    tables : SignTables
        All schools of the region.
    works : iterable of WorkNorm
        With their tasks.
    conditions : DataFrame
        Index ``school_id``; ``social_index`` and ``log_n_pupils``, missing where not known.
    rules : ObjectivitySignRules
        Years, smallest numbers, how far the innocent side is pulled in.
    scales : iterable of Scale
        Of ``scales.csv``.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    signs : list of SignNorm
    absent : list of Absent
        Signs of too few schools, or of none at all.

    Notes
    -----
    The sign of marks is learned without the schools that another sign of the same years finds
    improbable (p < .05): works marked too well make the difference to the journal small.

    The level of grade 4 is that of the cohorts whose drop is measured, beside the exams of the
    years in which they were in grade 4; these exams are shrunken to the line of all exams of the
    span, since every work is on the scale of its own year.
    """
    known_works = KnownWorks(
        {work.work_id: work for work in works}, mark_cuts(tables.cell_scores, scales)
    )
    pairs = mark_pairs(tables.cells)
    blank = conditions.astype(float) * np.nan
    known = Conditions(conditions.astype(float), blank.fillna(0.0))
    signs: list[SignNorm] = []
    absent: list[Absent] = []
    for n_years in sorted({1, rules.years.value}):
        span = Span.of(known_works, assessment_year, n_years)
        found, missing = _signs_of_span(statistics(tables, pairs, span, rules), known, rules)
        signs += found
        absent += missing
    return signs, absent


def _signs_of_span(
    found: Statistics, known: Conditions, rules: ObjectivitySignRules
) -> tuple[list[SignNorm], list[Absent]]:
    signs: dict[str, SignNorm] = {}
    absent: list[Absent] = []
    known = before = with_standing(known, found.plain["level"])
    exam = _exam_line(found, known, rules)
    if exam is not None:
        signs["exam"] = exam
        known = with_exams(known, found.plain["exam"], exam)
        before = with_exams(before, found.earlier_exams, exam)
    suspect: set[str] = set()
    for sign in ("level", "grade4_level", "drop_linked", "drop_cohort", "bunching", "items",
                 "variance", "marks"):  # fmt: skip
        pupil_sd = _pupil_sd(found, sign)
        rows = found.of(sign, pupil_sd)
        if sign == "marks":
            rows = rows[~rows.index.isin(suspect)]
        conditions = before if sign == "grade4_level" else known
        learned = _learn(sign, rows, pupil_sd, conditions, rules, found.span.n_years)
        if learned is None:
            reason = "few_schools" if len(rows) else _REASONS.get(sign, "no_scores")
            absent.append(
                Absent.model_validate({"part": f"sign_{sign}_{found.span.n_years}",
                                       "reason": reason})
            )  # fmt: skip
            continue
        signs[sign] = learned
        if sign in REFERENCE_SIGNS:
            z = z_of(rows, learned, known)["z"]
            suspect |= set(z.index[normal.sf(z) < SUSPECT_P])
    return list(signs.values()), absent


def z_of(rows: pd.DataFrame, norm: SignNorm, known: Conditions) -> pd.DataFrame:
    """Score of every school in a sign.

    Parameters
    ----------
    rows : DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`.
    norm : SignNorm
        What is usual.
    known : Conditions
        Those of the norm.

    Returns
    -------
    DataFrame
        Index ``school_id``; ``z`` and ``expected``.
    """
    x, variance = known.filled(rows.index, norm)
    z, expected = conditional_z(
        rows["value"].to_numpy(dtype=float),
        rows["standard_error"].to_numpy(dtype=float) * norm.error_scale,
        x,
        variance,
        [norm.intercept, *(one.slope for one in norm.conditions)],
        norm.between_sd**2,
    )
    return pd.DataFrame({"z": z, "expected": expected}, index=rows.index)


def _exam_line(
    found: Statistics, known: Conditions, rules: ObjectivitySignRules
) -> SignNorm | None:
    """Exams are written elsewhere and are not suspect: an ordinary line of all schools."""
    rows = found.plain["exam"]
    shape = _unfitted("exam", rows, None, known, found.span.n_years)
    x, _ = known.filled(rows.index, shape)
    fit = fit_meta_regression(
        rows["value"].to_numpy(dtype=float),
        rows["standard_error"].to_numpy(dtype=float),
        x,
        min_schools=rules.min_schools.value,
    )
    if np.isnan(fit.tau2):
        return None
    return _fitted(shape, ConditionalLine(fit.coefficients, fit.tau2, fit.n_schools, 1.0))


def _learn(
    sign: str,
    rows: pd.DataFrame,
    pupil_sd: float | None,
    known: Conditions,
    rules: ObjectivitySignRules,
    n_years: int,
) -> SignNorm | None:
    enough = rows[rows["n"] >= _min_count(sign, rules)]
    shape = _unfitted(sign, enough, pupil_sd, known, n_years)
    x, variance = known.filled(enough.index, shape)
    line = fit_conditional_line(
        enough["value"].to_numpy(dtype=float),
        enough["standard_error"].to_numpy(dtype=float),
        x,
        variance,
        winsor=rules.winsor.value,
        min_units=rules.min_schools.value,
    )
    if np.isnan(line.tau2):
        return None
    return _fitted(shape, line)


def _min_count(sign: str, rules: ObjectivitySignRules) -> int:
    family = {"grade4_level": "level", "drop_linked": "drop", "drop_cohort": "drop"}.get(sign, sign)
    return rules.min_counts.of(family)


def _unfitted(
    sign: str, rows: pd.DataFrame, pupil_sd: float | None, known: Conditions, n_years: int
) -> SignNorm:
    """A norm with conditions placed but slopes still 0."""
    conditions = []
    for name in CONDITIONS.get(sign, ()):
        if name not in known.table:
            continue
        values = known.table[name].reindex(rows.index).dropna()
        if len(values) > 1:
            conditions.append(
                SignCondition(condition=name, slope=0.0, mean=float(values.mean()),
                              variance=float(values.var()))
            )  # fmt: skip
    return SignNorm.model_validate(
        {
            "sign": sign, "n_years": n_years, "n_schools": len(rows), "intercept": 0.0,
            "conditions": tuple(conditions), "between_sd": 0.0, "pupil_sd": pupil_sd,
        }
    )  # fmt: skip


def _fitted(shape: SignNorm, line: ConditionalLine) -> SignNorm:
    conditions = tuple(
        one.model_copy(update={"slope": float(slope)})
        for one, slope in zip(shape.conditions, line.coefficients[1:], strict=True)
    )
    return shape.model_copy(
        update={
            "n_schools": line.n_units,
            "intercept": float(line.coefficients[0]),
            "conditions": conditions,
            "between_sd": float(np.sqrt(line.tau2)),
            "error_scale": line.error_scale,
        }
    )


def _pupil_sd(found: Statistics, sign: str) -> float | None:
    """Spread of pupils within schools, pooled over schools; None where it cannot be known."""
    if sign == "marks":
        n = found.pairs["n_pairs"].to_numpy(dtype=float)
        lowered, raised = (
            found.pairs[name].to_numpy(dtype=float) for name in ("n_lowered", "n_raised")
        )
        squares = lowered + raised - (lowered - raised) ** 2 / n
    elif sign == "drop_linked":
        n = found.differences["n"].to_numpy(dtype=float)
        squares = found.differences["deviation"].to_numpy(dtype=float)
    else:
        return None
    used = (n > 1) & np.isfinite(squares)
    df = (n[used] - 1).sum()
    spread = float(np.sqrt(squares[used].sum() / df)) if df > 0 else 0.0
    return spread if spread > 0 else None


def _with_tasks(work: WorkNorm, rows: pd.DataFrame | None, min_count: int) -> WorkNorm:
    if rows is None:
        return work
    tasks = _task_norms(rows, min_count)
    if len(tasks) < 3:  # noqa: PLR2004 - a profile of two tasks has no shape beside its total
        return work
    told = work.model_copy(update={"tasks": tasks})
    found = profiles(
        SignTables(*(rows.iloc[:0],) * 3, rows, rows.iloc[:0]),
        KnownWorks({work.work_id: told}, {}),
        MIN_PROFILE_PUPILS,
    )
    known = found[found["misfit"].notna()]
    if known.empty:
        return told
    n = known["n"].to_numpy(dtype=float)
    excess = (known["misfit"].to_numpy(dtype=float) - 1) / n
    order = np.argsort(excess, kind="stable")
    middle = int(np.argmax(np.cumsum(n[order]) >= n.sum() / 2))
    return told.model_copy(update={"misfit_spread": max(float(excess[order][middle]), 0.0)})


def _task_norms(rows: pd.DataFrame, min_count: int) -> tuple[TaskNorm, ...]:
    known = rows[rows["sum_score"].notna() & rows["max_score"].notna() & (rows["n_pupils"] > 0)]
    sums = known.groupby("task", sort=True).agg(
        n=("n_pupils", "sum"), total=("sum_score", "sum"), most=("max_score", "max"),
        squares=("sumsq_score", lambda values: values.sum(skipna=False)),
    )  # fmt: skip
    found = []
    for task, row in sums.iterrows():
        most = float(row["n"]) * float(row["most"])
        share = float(row["total"]) / most
        # neither those who got points nor those who lost some may be fewer than may be told
        if min(row["total"], most - row["total"]) < max(min_count, 1):
            continue
        dispersion = 1.0
        if pd.notna(row["squares"]):
            square = float(row["squares"]) / float(row["n"]) / float(row["most"]) ** 2
            dispersion = min((square - share**2) / (share * (1 - share)), 1.0)
        if dispersion > 0:
            found.append(
                TaskNorm(task=str(task), max_score=int(row["most"]), n_pupils=int(row["n"]),
                         share=share, dispersion=dispersion)
            )  # fmt: skip
    return tuple(found)
