"""Signs that compare means: the level of results, the step from grade 4 to 5, marks and journal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from shnor_analysis.measures.sign_data import (
    KnownWorks,
    SignTables,
    count_pupils,
    no_statistic,
    statistic,
)
from shnor_analysis.stats.hand_over import WorkScale, cohort_drop, linked_drop

# The grades between which pupils are handed over from one teacher to many.
BEFORE, AFTER = 4, 5
_PAIR = ["school_id", "subject", "later_year"]


def standing(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Mean result of every school in standard deviations of the region's pupils.

    Parameters
    ----------
    tables : SignTables
        The cells are used.
    works : KnownWorks
        The works that count.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`; ``n`` are pupils, those of one
        cohort once however many works of however many years they wrote, and the error takes them
        as one work: cautious, since several works tell more of a pupil than one.
    """
    rows = _scored(tables.cells, works.scales())
    if rows.empty:
        return no_statistic()
    rows = rows.assign(
        points=rows["n"] * (rows["mean_score"] - rows["mean"]) / rows["total_sd"],
        variance=rows["n"] * (rows["within_sd"] / rows["total_sd"]) ** 2,
    )
    sums = rows.groupby("school_id")[["n", "points", "variance"]].sum()
    pupils = count_pupils(rows, once=True)
    return statistic(
        rows,
        value=sums["points"] / sums["n"],
        standard_error=np.sqrt(sums["variance"] / sums["n"] / pupils),
        n=pupils,
    )


def standing_before_drop(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Level of grade 4 of the cohorts whose drop to grade 5 is measured, and of no others.

    Returns
    -------
    DataFrame
        As of :func:`standing`; works of grade 4 whose subject the school wrote in grade 5 a year
        later.
    """
    used = _cohorts(tables, works)[["school_id", "work_id_4"]].drop_duplicates()
    keys = used.rename(columns={"work_id_4": "work_id"})
    return standing(replace(tables, cells=tables.cells.merge(keys)), works)


def drop_of_cohorts(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Drop from grade 4 to 5 where only the cohorts are known, not which pupil is which.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`; ``n`` are pupils of the smaller
        of the two grades, summed over cohorts. The subjects of a cohort share its pupils: their
        errors are averaged and not reduced.
    """
    pairs = _cohorts(tables, works)
    if pairs.empty:
        return no_statistic()
    drop, error = cohort_drop(
        (pairs["n_4"], pairs["n_5"]),
        (pairs["mean_score_4"], pairs["mean_score_5"]),
        _scale(pairs, "_4"),
        _scale(pairs, "_5"),
    )
    smaller = np.minimum(pairs["n_4"], pairs["n_5"]).astype(float)
    return _over_cohorts(pairs.assign(n=smaller, drop=drop, error=error))


def _cohorts(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Works of grade 4 beside those of grade 5 a year later, one row per school and pair."""
    scales = works.scales()
    rows = _scored(tables.cells, scales[scales["grade"].isin((BEFORE, AFTER))])
    rows = rows.assign(later_year=rows["assessment_year"] + (rows["grade"] == BEFORE).astype(int))
    before, after = rows[rows["grade"] == BEFORE], rows[rows["grade"] == AFTER]
    return before.merge(after, on=_PAIR, suffixes=("_4", "_5"))


def linked_differences(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Drops of linked pupils: one row per school × pair of works of grades 4 and 5.

    Returns
    -------
    DataFrame
        ``school_id``, ``work_id_4``, ``work_id_5``, ``later_year``, ``n``, ``drop`` and
        ``deviation``, as of :func:`~shnor_analysis.stats.hand_over.linked_drop`.
    """
    scales = works.scales()
    pairs = (
        tables.cohort_pairs.merge(scales.add_suffix("_5"), left_on="work_id", right_index=True)
        .merge(scales.add_suffix("_4"), left_on="earlier_work_id", right_index=True)
        .rename(columns={"work_id": "work_id_5", "earlier_work_id": "work_id_4"})
    )
    pairs = pairs[(pairs["grade_4"] == BEFORE) & (pairs["grade_5"] == AFTER)]
    drop, deviation = linked_drop(
        pairs["n_pupils"],
        (pairs["sum_earlier"], pairs["sum_later"]),
        (pairs["sumsq_earlier"], pairs["sumsq_later"]),
        pairs["sum_product"],
        _scale(pairs, "_4"),
        _scale(pairs, "_5"),
    )
    names = ["school_id", "work_id_4", "work_id_5"]
    return pairs[names].assign(
        later_year=pairs["assessment_year_5"],
        n=pairs["n_pupils"].astype(float),
        drop=drop,
        deviation=deviation,
    )


def drop_of_linked(differences: pd.DataFrame, pupil_sd: float) -> pd.DataFrame:
    """Drop from grade 4 to 5 of pupils who wrote both works.

    Parameters
    ----------
    differences : DataFrame
        From :func:`linked_differences`.
    pupil_sd : float
        Spread of the drops of pupils within schools in the region.

    Returns
    -------
    DataFrame
        As of :func:`drop_of_cohorts`.
    """
    if differences.empty:
        return no_statistic()
    return _over_cohorts(differences.assign(error=pupil_sd / np.sqrt(differences["n"])))


def mark_pairs(cells: pd.DataFrame) -> pd.DataFrame:
    """Counts of marks lowered and raised: one row per school × work with pairs of marks.

    Returns
    -------
    DataFrame
        ``school_id``, ``work_id``, ``n_pairs``, ``n_lowered``, ``n_raised``.
    """
    rows = cells[(cells["n_mark_pairs"] > 0).fillna(False)]
    names = ["school_id", "work_id", "n_mark_pairs", "n_lowered", "n_raised"]
    return rows[names].rename(columns={"n_mark_pairs": "n_pairs"})


def mark_difference(pairs: pd.DataFrame, works: KnownWorks, pupil_sd: float) -> pd.DataFrame:
    """By how much more pupils get a lower mark for the work than a higher one.

    Parameters
    ----------
    pairs : DataFrame
        ``school_id``, ``work_id``, ``n_pairs``, ``n_lowered``, ``n_raised``.
    works : KnownWorks
        The works that count.
    pupil_sd : float
        Spread within schools of +1 for a lowered, 0 for the same, −1 for a raised mark.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`; ``n`` are pairs, while the error
        counts a pupil once a year.
    """
    rows = pairs.merge(works.scales(), left_on="work_id", right_index=True)
    rows = rows[rows["n_pairs"] > 0]
    if rows.empty:
        return no_statistic()
    rows = rows.assign(n=rows["n_pairs"].astype(float))
    by_school = rows.groupby("school_id")
    n = by_school["n"].sum()
    surplus = (by_school["n_lowered"].sum() - by_school["n_raised"].sum()).astype(float)
    return statistic(
        rows,
        value=surplus / n,
        standard_error=pupil_sd / np.sqrt(count_pupils(rows, once=False)),
        n=n,
    )


def _scored(cells: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """Cells of works with a scale, with the mean of the score the scale is of."""
    rows = cells[["school_id", "work_id"]].copy()
    for score in ("score_raw", "score_scaled"):
        rows[f"n_{score}"] = cells[f"n_{score}"].astype(float)
        rows[f"sum_{score}"] = cells[f"sum_{score}"].astype(float)
    rows = rows.merge(scales, left_on="work_id", right_index=True)
    is_raw = rows["score"] == "score_raw"
    n = rows["n_score_raw"].where(is_raw, rows["n_score_scaled"])
    total = rows["sum_score_raw"].where(is_raw, rows["sum_score_scaled"])
    rows = rows.assign(n=n, mean_score=total / n.where(n > 0))
    return rows[rows["mean_score"].notna()]


def _scale(pairs: pd.DataFrame, suffix: str) -> WorkScale:
    names = ("mean", "total_sd", "within_sd")
    return WorkScale(*(pairs[f"{name}{suffix}"].to_numpy(dtype=float) for name in names))


def _over_cohorts(pairs: pd.DataFrame) -> pd.DataFrame:
    """Subjects of a cohort are averaged, cohorts added up with the weights of their pupils."""
    known = pairs[pairs["drop"].notna() & (pairs["n"] > 0)]
    keys = ["school_id", "later_year"]
    weighted = known.assign(
        drop=known["n"] * known["drop"], error=known["n"] * known["error"]
    ).groupby(keys)
    sums, pupils = weighted[["n", "drop", "error"]].sum(), weighted["n"].max()
    cohorts = pd.DataFrame(
        {
            "n": pupils,
            "drop": pupils * sums["drop"] / sums["n"],
            "variance": (pupils * sums["error"] / sums["n"]) ** 2,
        }
    )
    total = cohorts.groupby(level="school_id").sum()
    used = known.melt(
        id_vars="school_id", value_vars=["work_id_4", "work_id_5"], value_name="work_id"
    )
    return statistic(
        used,
        value=total["drop"] / total["n"],
        standard_error=np.sqrt(total["variance"]) / total["n"],
        n=total["n"],
    )
