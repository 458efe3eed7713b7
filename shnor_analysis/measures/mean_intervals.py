"""Means of schools against the region with the intervals that documents prescribe."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.stats.intervals import plain_floats
from shnor_analysis.tables import MEAN_INTERVALS

Z_95 = 1.96  # as documents write it, where none that the place applies writes it
SCALED = "ege"  # the one procedure whose results are test scores
# Of the sources of work_norms these speak of the region; «Вся выборка» is another population.
_REGION = ("norms_file", "fisoko_region")
# Sums of squares carry rounding; scores are whole or half points.
_NO_SPREAD = 1e-9
_REGION_COLUMNS = ["region_source", "region_n", "region_mean", "region_sd"]


def mean_intervals(
    cells: pd.DataFrame, work_norms: pd.DataFrame, *, is_region: bool, z: float
) -> pd.DataFrame:
    """Mean score of every school in every work beside that of the region.

    Parameters
    ----------
    cells, work_norms : DataFrame
        Keep the contracts of these names.
    is_region : bool
        Whether the place is a whole region: its schools are then the region where neither a norms
        file nor a report tells it. A municipality never stands for its region.
    z : float
        Standard errors to either side of a mean, 1.96 by the letter also for few pupils.

    Returns
    -------
    DataFrame
        Keeps the contract ``mean_intervals``: one row per school × work. Norms of an earlier year
        are those of another work and do not count. With one pupil, or all pupils on one score,
        there is no interval: by the formula it would have no width, and any mean above the region
        would become a sign.

    Notes
    -----
    ``mean ± z · s / √n`` for the school and for the region; ``excess_coefficient`` is
    ``(mean − U) / U`` above the region's upper bound ``U`` and 0 otherwise: our reading of the
    «коэффициент» of Yershichi, 3.3, which gives no formula.
    """
    is_scaled = cells["procedure"] == SCALED
    rows = cells[["school_id", *WORK_COLUMNS]].assign(
        score_kind=np.where(is_scaled, "scaled", "raw"),
        **{
            name: cells[f"{name}_scaled"].where(is_scaled, cells[f"{name}_raw"])
            for name in ("n_score", "sum_score", "sumsq_score")
        },
    )
    region = _region(rows, work_norms, is_region=is_region)
    rows = rows.merge(region, on="work_id", how="left", validate="m:1")
    n, mean, sd = _moments(rows["n_score"], rows["sum_score"], rows["sumsq_score"])
    region_n, region_mean, region_sd = (plain_floats(rows[name]) for name in _REGION_COLUMNS[1:])
    has_spread = sd > _NO_SPREAD
    half = np.where(has_spread, z * sd / np.sqrt(np.where(n > 0, n, 1.0)), np.nan)
    region_half = z * region_sd / np.sqrt(region_n)
    upper = region_mean + region_half
    excess = mean - upper
    has_region = ~np.isnan(upper)
    status = np.select(
        [n == 0, n == 1, ~has_spread, ~has_region],
        ["no_scores", "one_pupil", "zero_spread", "no_region"],
        "ok",
    )
    return MEAN_INTERVALS.conform(
        rows.assign(
            n_scores=n,
            mean=mean,
            sd=sd,
            mean_lower=mean - half,
            mean_upper=mean + half,
            region_lower=region_mean - region_half,
            region_upper=upper,
            excess=excess,
            excess_coefficient=np.where(upper > 0, np.maximum(excess, 0) / upper, np.nan),
            is_above=_flag(excess > 0, ~np.isnan(excess)),
            is_apart=_flag(mean - half > upper, status == "ok"),
            status=status,
        ).drop(columns=["n_score", "sum_score", "sumsq_score", "region_sd"])
    )


def _moments(
    count: pd.Series, total: pd.Series, squares: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number, mean and standard deviation; the latter are NaN below one and two."""
    n = np.nan_to_num(plain_floats(count))
    total_, squares_ = plain_floats(total), plain_floats(squares)
    safe = np.where(n > 0, n, 1.0)
    mean = np.where(n > 0, total_ / safe, np.nan)
    variance = (squares_ - total_**2 / safe) / np.where(n > 1, n - 1, 1.0)
    sd = np.sqrt(np.maximum(variance, 0))
    return n, mean, np.where(n > 1, sd, np.nan)


def _region(rows: pd.DataFrame, work_norms: pd.DataFrame, *, is_region: bool) -> pd.DataFrame:
    """Number, mean and spread of pupils of the region; one row per work that has them."""
    norms = work_norms[
        work_norms["source"].isin(_REGION)
        & (work_norms["norm_year"] == work_norms["assessment_year"])
    ]
    kind = np.where(norms["procedure"] == SCALED, "scaled", "raw")
    told = pd.DataFrame(
        {
            "work_id": norms["work_id"],
            "region_source": norms["source"],
            "region_n": plain_floats(norms["n_participants"]),
            "region_mean": _by_kind(norms, "mean_score", kind),
            "region_sd": _by_kind(norms, "total_sd_score", kind),
        }
    ).dropna()
    if not is_region:
        return told
    sums = rows.groupby("work_id")[["n_score", "sum_score", "sumsq_score"]].sum().reset_index()
    n, mean, sd = _moments(sums["n_score"], sums["sum_score"], sums["sumsq_score"])
    own = pd.DataFrame(
        {"work_id": sums["work_id"], "region_source": "own_schools", "region_n": n,
         "region_mean": mean, "region_sd": sd}
    ).dropna()  # fmt: skip
    return pd.concat([told, own[~own["work_id"].isin(told["work_id"])]], ignore_index=True)


def _by_kind(norms: pd.DataFrame, name: str, kind: np.ndarray) -> np.ndarray:
    return np.where(
        kind == "scaled", plain_floats(norms[f"{name}_scaled"]), plain_floats(norms[f"{name}_raw"])
    )


def _flag(values: np.ndarray, known: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(np.asarray(values, dtype=bool), ~np.asarray(known, dtype=bool))
