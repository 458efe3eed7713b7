"""Our own statistical signs of every school: one row per sign, school and span of years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm as normal

from shnor_analysis.measures.sign_data import KnownWorks, SignTables
from shnor_analysis.measures.sign_lines import (
    TESTED,
    Conditions,
    Span,
    Statistics,
    statistics,
    with_exams,
    with_standing,
)
from shnor_analysis.measures.sign_norms import z_of
from shnor_analysis.methodology import ObjectivitySignRules, SignNorm
from shnor_analysis.stats.bunching import binomial_mid_p, frandsen_p
from shnor_analysis.stats.item_profile import misfit_p
from shnor_analysis.tables import (
    OBJECTIVITY_MEASURES,
    OBJECTIVITY_PROFILES,
    OBJECTIVITY_THRESHOLDS,
    OBJECTIVITY_THRESHOLDS_TERRITORY,
    SIGN_FAMILIES,
)

# Of two methods the first that has norms and data; linked pupils tell more than cohorts.
METHODS = {family: (family,) for family in SIGN_FAMILIES} | {"drop": ("drop_linked", "drop_cohort")}
# All pupils of a school lowered their mark.
LARGEST_DIFFERENCE = 1.0
_LAST_YEAR = 1
# One threshold of one work is tested from so many scores around it on.
MIN_WINDOW = 8


@dataclass(frozen=True)
class SignKnowledge:
    """What is known of the region: norms of works and of signs; no sign, no verdict.

    Attributes
    ----------
    works : KnownWorks
    signs : dict
        Norm by sign code and number of years.
    reason : str
        Why a sign has no norm: ``no_norms_file`` or ``not_in_norms``.
    """

    works: KnownWorks
    signs: dict[tuple[str, int], SignNorm]
    reason: str


def objectivity_measures(
    tables: SignTables,
    pairs: pd.DataFrame,
    schools: pd.Index,
    conditions: pd.DataFrame,
    known: SignKnowledge,
    rules: ObjectivitySignRules,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Measure every sign of every school over one year and over the years of the rules.

    Parameters
    ----------
    tables : SignTables
        Of all schools of the place.
    pairs : DataFrame
        Marks beside journal marks: ``school_id``, ``work_id``, ``n_pairs``, ``n_lowered``,
        ``n_raised``.
    schools : Index
        Every school gets a row for every sign.
    conditions : DataFrame
        Index ``school_id``; ``social_index`` and ``log_n_pupils`` on the scale of the norms.
    known : SignKnowledge
        Norms of the region: of a file, or of a region's own schools. A municipality never
        estimates how far schools differ.
    rules : ObjectivitySignRules
        Years and smallest numbers.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    dict of str to DataFrame
        ``objectivity_measures``, and of the last year ``objectivity_thresholds``, its
        ``…_territory`` and ``objectivity_profiles``.
    """
    parts = []
    found: dict[int, Statistics] = {}
    for n_years in sorted({_LAST_YEAR, rules.years.value}):
        span = Span.of(known.works, assessment_year, n_years)
        found[n_years] = statistics(tables, pairs, span, rules)
        years = range(assessment_year + 1 - n_years, assessment_year + 1)
        unknown = _without_norms(tables.cells, years, span.tested)
        last_works = span.tested.of(TESTED, years[-1:])
        current = pd.Index(tables.of_works(last_works.norms).cells["school_id"].unique())
        parts += _of_span(found[n_years], schools, unknown, current, conditions, known, rules)
    measures = pd.concat(parts, ignore_index=True).assign(assessment_year=assessment_year)
    last = found[_LAST_YEAR]
    return {
        OBJECTIVITY_MEASURES.name: OBJECTIVITY_MEASURES.conform(measures),
        OBJECTIVITY_THRESHOLDS.name: _thresholds(last.thresholds),
        OBJECTIVITY_THRESHOLDS_TERRITORY.name: _territory(last.thresholds, rules.frandsen_k.value),
        OBJECTIVITY_PROFILES.name: _profiles(last.profiles),
    }


def _without_norms(cells: pd.DataFrame, years: range, known: KnownWorks) -> pd.Index:
    """Schools that wrote works, but none that the norms know."""
    used = cells[cells["procedure"].isin(TESTED) & cells["assessment_year"].isin(list(years))]
    is_known = used["work_id"].isin(list(known.norms))
    wrote, told = (pd.Index(rows["school_id"].unique()) for rows in (used, used[is_known]))
    return wrote.difference(told)


def _of_span(
    found: Statistics,
    schools: pd.Index,
    unknown: pd.Index,
    current: pd.Index,
    conditions: pd.DataFrame,
    known: SignKnowledge,
    rules: ObjectivitySignRules,
) -> list[pd.DataFrame]:
    """All signs of a span; ``current`` are the schools tested in its last year as well."""
    n_years = found.span.n_years
    exam = known.signs.get(("exam", n_years))
    told = _conditions(found, conditions, found.plain["exam"], exam)
    grade4 = known.signs.get(("grade4_level", n_years))
    condition_z = pd.Series(np.nan, index=schools)
    if grade4 is not None:
        before = _conditions(found, conditions, found.earlier_exams, exam)
        condition_z = z_of(found.plain["grade4_level"], grade4, before)["z"].reindex(schools)
    parts = []
    for family in SIGN_FAMILIES:
        method, norm, rows = _method(family, found, known, n_years)
        table = _family(rows, norm, told, schools, unknown, known.reason)
        # the past alone says nothing of the year the signs are printed for
        is_past = ~table["school_id"].isin(current)
        is_few = table["n"] < rules.min_counts.of(family)
        cannot = table["p_attainable"] >= rules.attainable_p.value
        for chosen, status, reason in (
            (is_past, "not_tested", "no_last_year"),
            (is_few, "too_few", "few_pupils"),
            (cannot, "too_few", "cannot_reach"),
        ):
            table.loc[(table["status"] == "ok") & chosen, ["status", "reason"]] = [status, reason]
        table.loc[table["status"] != "ok", ["z", "p"]] = np.nan
        table["condition_z"] = condition_z.to_numpy() if family == "drop" else np.nan
        parts.append(table.assign(n_years=n_years, family=family, method=method))
    return parts


def _conditions(
    found: Statistics, conditions: pd.DataFrame, exams: pd.DataFrame, line: SignNorm | None
) -> Conditions:
    values = conditions.astype(float)
    told = with_standing(Conditions(values, values * 0.0), found.plain["level"])
    return with_exams(told, exams, line) if line is not None else told


def _method(
    family: str, found: Statistics, known: SignKnowledge, n_years: int
) -> tuple[str, SignNorm | None, pd.DataFrame]:
    """The first method with norms and data, else the last one."""
    for method in METHODS[family]:
        norm = known.signs.get((method, n_years))
        rows = found.of(method, norm.pupil_sd if norm else None)
        if norm is not None and len(rows):
            break
    return method, norm, rows


def _family(
    rows: pd.DataFrame,
    norm: SignNorm | None,
    told: Conditions,
    schools: pd.Index,
    unknown: pd.Index,
    reason: str,
) -> pd.DataFrame:
    """Statistic, score and state of every school in one sign, whatever its numbers."""
    table = rows.reindex(schools).rename(columns={"value": "statistic"})
    table["work_ids"] = table["work_ids"].astype(object).where(table["work_ids"].notna(), None)
    table = table.drop(columns="largest", errors="ignore").assign(
        expected=np.nan, z=np.nan, p=np.nan, p_attainable=np.nan, status="no_norms", reason=reason
    )
    table["reason"] = table["reason"].astype(object)
    if norm is not None:
        scores = z_of(rows, norm, told).reindex(schools)
        table[["z", "expected"]] = scores[["z", "expected"]]
        table["p"] = normal.sf(scores["z"])
        table["p_attainable"] = _attainable(rows, norm, told).reindex(schools)
        table["status"], table["reason"] = _states(table, unknown)
    return table.rename_axis("school_id").reset_index()


def _states(table: pd.DataFrame, unknown: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    is_known = table["p"].notna()
    status = np.where(is_known, "ok", "not_tested").astype(object)
    reason = np.select(
        [is_known, table["n"].notna(), table.index.isin(unknown)],
        ["", "far_from_cuts", "no_work_norms"],
        "no_data",
    ).astype(object)
    reason[reason == ""] = None
    return status, reason


def _attainable(rows: pd.DataFrame, norm: SignNorm, told: Conditions) -> pd.Series:
    """Least p-value a school of this size could reach; missing where a value has no upper end."""
    if norm.sign == "marks":
        extreme = rows.assign(value=LARGEST_DIFFERENCE)
    elif "largest" in rows:
        extreme = rows.assign(value=rows["largest"])
    else:
        return pd.Series(np.nan, index=rows.index)
    return pd.Series(normal.sf(z_of(extreme, norm, told)["z"]), index=rows.index)


def _thresholds(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return OBJECTIVITY_THRESHOLDS.empty()
    n, expected = rows["n_window"].to_numpy(dtype=float), rows["expected"].to_numpy(dtype=float)
    share = np.divide(expected, n, out=np.zeros(len(n)), where=n > 0)
    p = binomial_mid_p(rows["observed"], n, share)
    return OBJECTIVITY_THRESHOLDS.conform(
        rows[["school_id", "work_id", "cut"]].assign(
            n_window=n, n_above=rows["observed"], n_expected=expected,
            p=np.where(n >= MIN_WINDOW, p, np.nan),
        )
    )  # fmt: skip


def _territory(rows: pd.DataFrame, k: float) -> pd.DataFrame:
    if rows.empty:
        return OBJECTIVITY_THRESHOLDS_TERRITORY.empty()
    names = ["n_before", "n_at", "n_after"]
    sums = rows.groupby(["work_id", "cut"])[names].sum().reset_index()
    p = frandsen_p(sums["n_before"], sums["n_at"], sums["n_after"], k)
    return OBJECTIVITY_THRESHOLDS_TERRITORY.conform(sums.assign(p=p))


def _profiles(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return OBJECTIVITY_PROFILES.empty()
    known = rows[rows["misfit"].notna()].rename(columns={"n": "n_pupils"})
    known = known.assign(p=misfit_p(known["relative"], known["n_tasks"]))
    return OBJECTIVITY_PROFILES.conform(
        known[[name for name in OBJECTIVITY_PROFILES.columns if name in known]]
    )
