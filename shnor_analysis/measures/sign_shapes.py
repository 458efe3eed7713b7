"""Signs in the shape of results: heaps at thresholds, profiles over tasks, spread in classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.measures.sign_data import (
    KnownWorks,
    SignTables,
    count_pupils,
    distribution,
    no_statistic,
    statistic,
)
from shnor_analysis.methodology import WorkNorm
from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.bunching import WINDOW, threshold_excess
from shnor_analysis.stats.dispersion import log_variance, usual_variance
from shnor_analysis.stats.item_profile import (
    log_misfit,
    profile_inversion,
    profile_misfit,
    shifted_profile,
)

# Less binomial variance than this tells nothing: all scores lie far from the thresholds.
LEAST_VARIANCE = 1.0


def score_table(rows: pd.DataFrame, n_scores: int) -> tuple[pd.Index, FloatArray]:
    """Pupils of every school by whole score 0 … ``n_scores - 1`` in one work.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``cell_scores`` of one work; parts of a point are dropped.
    n_scores : int
        Scores of the region; a higher one, which it does not know, is put to the last.

    Returns
    -------
    schools : Index
    counts : ndarray of float, shape (n_schools, n_scores)
    """
    place, schools = pd.factorize(rows["school_id"], sort=True)
    points = np.floor(rows["score_raw"].to_numpy(dtype=float)).astype(int)
    counts = np.zeros((len(schools), n_scores))
    where = (place, np.clip(points, 0, n_scores - 1))
    np.add.at(counts, where, rows["n_pupils"].to_numpy(dtype=float))
    return pd.Index(schools, name="school_id"), counts


def thresholds(tables: SignTables, works: KnownWorks) -> pd.DataFrame:
    """Pupils around every threshold of every work: observed and as usual in the region.

    Returns
    -------
    DataFrame
        One row per school × work × ``cut`` (first score of the better mark): ``observed``,
        ``expected``, ``variance`` and ``n_window``, as of
        :func:`~shnor_analysis.stats.bunching.threshold_excess`; ``n_before``, ``n_at``,
        ``n_after``: pupils one point below, at and one point above the threshold.
    """
    parts = [_thresholds_of_work(one) for one in _works_with_scores(tables, works)]
    columns = ["school_id", "work_id", "cut", "observed", "expected", "variance", "n_window",
               "n_before", "n_at", "n_after"]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def bunching(rows: pd.DataFrame) -> pd.DataFrame:
    """Excess at thresholds over all works of a school.

    Parameters
    ----------
    rows : DataFrame
        From :func:`thresholds`.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`: ``value`` is the excess over its
        variance (about a shift of the log odds), ``n`` works with a score near a threshold;
        ``largest`` is the value if all of them were above. Missing where the variance is below 1.
    """
    near = rows[rows["n_window"] > 0]
    if near.empty:
        return no_statistic()
    parts = near[["observed", "expected", "variance", "n_window"]].astype(float)
    sums = parts.groupby(near["school_id"]).sum()
    variance = sums["variance"].where(sums["variance"] >= LEAST_VARIANCE)
    return statistic(
        near,
        value=(sums["observed"] - sums["expected"]) / variance,
        standard_error=1 / np.sqrt(variance),
        n=sums["n_window"],
        largest=(sums["n_window"] - sums["expected"]) / variance,
    )


def profiles(tables: SignTables, works: KnownWorks, min_pupils: int) -> pd.DataFrame:
    """Profile of every school over the tasks of every work against the region's.

    Parameters
    ----------
    tables : SignTables
        The task sums are used.
    works : KnownWorks
        Works whose tasks the norms know.
    min_pupils : int
        Fewer pupils have no profile.

    Returns
    -------
    DataFrame
        One row per school × work: ``assessment_year``, ``grade``, ``n``, ``n_tasks``, ``misfit``
        (mean square deviation in sampling variances), ``correlation``, ``easy_gap``, ``hard_gap``,
        ``is_inverted``, and ``relative``: the misfit over what is usual for so many pupils, NaN
        where the norms do not know that.

    Notes
    -----
    Teaching makes honest profiles differ, and the more pupils, the more such a difference weighs
    against chance: usual is ``1 + n * misfit_spread``.
    """
    parts = []
    for work_id, rows in tables.cell_tasks.groupby("work_id", sort=True):
        work = works.norms.get(str(work_id))
        if work is not None and work.tasks:
            parts.append(_profiles_of_work(rows, work, min_pupils))
    columns = ["school_id", "work_id", "assessment_year", "grade", "n", "n_tasks", "misfit",
               "relative", "correlation", "easy_gap", "hard_gap", "is_inverted"]  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def misfit_of_schools(rows: pd.DataFrame) -> pd.DataFrame:
    """Misfit of profiles over all works of a school, on the logarithmic scale.

    Parameters
    ----------
    rows : DataFrame
        From :func:`profiles`; those whose usual misfit is not known are left out.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`; ``n`` are pupils.
    """
    known = rows[rows["relative"].notna()]
    if known.empty:
        return no_statistic()
    value, error = log_misfit(known["relative"].astype(float), known["n_tasks"].astype(int))
    return _weighted(known, value, error, count_pupils(known, once=True))


def spread_in_classes(tables: SignTables, works: KnownWorks, min_class: int) -> pd.DataFrame:
    """How much more alike the scores of classes are than usual at their mean.

    Parameters
    ----------
    tables : SignTables
        The cells of classes are used.
    works : KnownWorks
        Works whose distribution of scores is known.
    min_class : int
        Smaller classes are left out.

    Returns
    -------
    DataFrame
        As of :func:`~shnor_analysis.measures.sign_data.statistic`: ``value`` is minus the logarithm
        of the variance over the usual one, so high values are small spreads; ``n`` are works.
    """
    cells = tables.class_cells
    big = cells[(cells["n_score_raw"] >= min_class) & cells["sumsq_score_raw"].notna()]
    parts = []
    for work_id, rows in big.groupby("work_id", sort=True):
        work = works.norms.get(str(work_id))
        if work is None or not work.scores:
            continue
        n, total, squares = (
            rows[f"{part}_score_raw"].to_numpy(dtype=float) for part in ("n", "sum", "sumsq")
        )
        logarithm, error = log_variance(n, np.maximum(squares - total**2 / n, 0) / (n - 1))
        usual = usual_variance(distribution(work.scores), total / n)
        found = rows[["school_id", "work_id"]].assign(
            n=n, value=np.log(usual) - logarithm, error=error
        )
        parts.append(found[found["value"].notna()])
    if not parts:
        return no_statistic()
    known = pd.concat(parts, ignore_index=True)
    if known.empty:
        return no_statistic()
    n_works = known.groupby("school_id")["n"].sum()
    return _weighted(known, known["value"].to_numpy(), known["error"].to_numpy(), n_works)


@dataclass(frozen=True)
class _WorkScores:
    """Scores of one work: counts of schools, of the region, and thresholds."""

    work_id: str
    rows: pd.DataFrame
    region: FloatArray
    cuts: tuple[int, ...]


def _works_with_scores(tables: SignTables, works: KnownWorks) -> Iterator[_WorkScores]:
    for work_id, rows in tables.cell_scores.groupby("work_id", sort=True):
        work, cuts = works.norms.get(str(work_id)), works.cuts.get(str(work_id), ())
        if work is None or not work.scores:
            continue
        region = distribution(work.scores)
        inside = tuple(cut for cut in cuts if 0 < cut < len(region))
        if inside:
            yield _WorkScores(str(work_id), rows, region, inside)


def _thresholds_of_work(scores: _WorkScores) -> pd.DataFrame:
    schools, counts = score_table(scores.rows, len(scores.region))
    found = threshold_excess(counts, scores.region, scores.cuts)
    padded = np.pad(counts, ((0, 0), (0, WINDOW)))
    cuts = np.array(scores.cuts)
    return pd.DataFrame(
        {
            "school_id": np.repeat(schools.to_numpy(), len(cuts)),
            "work_id": scores.work_id,
            "cut": np.tile(cuts, len(schools)),
            "observed": found.observed.ravel(),
            "expected": found.expected.ravel(),
            "variance": found.variance.ravel(),
            "n_window": found.n_window.ravel(),
            "n_before": padded[:, cuts - 1].ravel(),
            "n_at": padded[:, cuts].ravel(),
            "n_after": padded[:, cuts + 1].ravel(),
        }
    )


def _profiles_of_work(rows: pd.DataFrame, work: WorkNorm, min_pupils: int) -> pd.DataFrame:
    tasks = [one.task for one in work.tasks]
    weight = np.array([one.max_score for one in work.tasks], dtype=float)
    region = np.array([one.share for one in work.tasks])
    dispersion = np.array([one.dispersion for one in work.tasks])
    known = rows[rows["task"].isin(tasks) & (rows["n_pupils"] > 0) & rows["sum_score"].notna()]
    wide = known.pivot_table(
        index="school_id", columns="task", values=["sum_score", "n_pupils"], aggfunc="sum"
    )
    if wide.empty:
        return pd.DataFrame()
    n_of_task = wide["n_pupils"].reindex(columns=tasks).to_numpy(dtype=float)
    share = wide["sum_score"].reindex(columns=tasks).to_numpy(dtype=float) / n_of_task / weight
    # a school that was not taught a task has another total: it is left out of this work
    is_whole = np.isfinite(share).all(axis=1)
    share, schools = share[is_whole], wide.index[is_whole]
    n = n_of_task[is_whole].max(axis=1)
    is_big = n >= min_pupils
    share, schools, n = share[is_big], schools[is_big], n[is_big]
    expected = shifted_profile(region, weight, share @ weight / weight.sum())
    inversion = profile_inversion(share, region)
    misfit = profile_misfit(n, share, expected, dispersion)
    spread = np.nan if work.misfit_spread is None else work.misfit_spread
    return pd.DataFrame(
        {
            "school_id": schools,
            "work_id": work.work_id,
            "assessment_year": work.assessment_year,
            "grade": work.grade,
            "n": n,
            "n_tasks": len(tasks),
            "misfit": misfit,
            "relative": misfit / (1 + n * spread),
            "correlation": inversion.correlation,
            "easy_gap": inversion.easy_gap,
            "hard_gap": inversion.hard_gap,
            "is_inverted": inversion.is_inverted,
        }
    )


def _weighted(
    rows: pd.DataFrame, value: FloatArray, error: FloatArray, n: pd.Series
) -> pd.DataFrame:
    """Mean over the works of a school with the weights of their precision."""
    weight = 1 / error**2
    sums = (
        pd.DataFrame({"w": weight, "wv": weight * value}, index=rows.index)
        .groupby(rows["school_id"])
        .sum()
    )
    return statistic(rows, value=sums["wv"] / sums["w"], standard_error=sums["w"] ** -0.5, n=n)
