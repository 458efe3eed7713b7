"""Sharp rise and fall of one cohort: per cent of the maximum in a grade against the next one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.methodology import MarkerRules
from shnor_analysis.stats.intervals import plain_floats
from shnor_analysis.tables import COHORT_RATIOS

SHARP = ("sharp_fall", "sharp_rise")
_SERIES = ["procedure", "season", "subject", "level"]
_SCORES = {"n_score_raw": "n", "sum_score_raw": "sum", "sumsq_score_raw": "sumsq"}


def cohort_ratios(
    cells: pd.DataFrame, max_scores: pd.Series, rules: tuple[MarkerRules, ...]
) -> pd.DataFrame:
    """Ratio of the earlier to the later result of every cohort that the markers look at.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``.
    max_scores : Series
        Highest primary score by ``work_id``; missing where nobody knows it.
    rules : tuple of MarkerRules
        Their markers name the later works; the numbers of the first that has such markers give
        the fences.

    Returns
    -------
    DataFrame
        Keeps the contract ``cohort_ratios``: one row per school × later work. The cohort is told
        by year and grade, not by pupils: those who came and left are in it. Fences stand over the
        schools of the table; with fewer than ``min_schools`` there are none.

    Notes
    -----
    ``K = S(N, year) / S(N + 1, year + 1)``, ``S`` the mean part of the maximum; a fall when
    ``K > P75 + 3·IQR``, a rise when ``K < P25 − 3·IQR`` (ФИОКО). ``ratio_se`` is by the delta
    method and holds pupils' chance alone.
    """
    applied = [one for one in rules if any(marker.kind in SHARP for marker in one.markers)]
    named = {
        (marker.procedure, marker.subject, marker.grade)
        for one in applied
        for marker in one.markers
        if marker.kind in SHARP
    }
    shares = _shares(cells, max_scores)
    key = pd.MultiIndex.from_frame(shares[["procedure", "subject", "grade"]])
    later = shares[key.isin(named)] if named else shares.iloc[:0]
    earlier = shares.assign(
        grade=shares["grade"] + 1, assessment_year=shares["assessment_year"] + 1
    )
    at = ["school_id", *_SERIES, "grade", "assessment_year"]
    rows = later.merge(
        earlier[[*at, "work_id", "n", "share", "share_se", "is_scaled"]],
        on=at,
        how="left",
        suffixes=("", "_before"),
        validate="1:1",
    )
    before, now = plain_floats(rows["share_before"]), plain_floats(rows["share"])
    has_ratio = (before > 0) & (now > 0)
    ratio = np.where(has_ratio, before / np.where(now > 0, now, 1.0), np.nan)
    parts = [
        plain_floats(rows[f"share_se{side}"]) / np.where(value > 0, value, np.nan)
        for side, value in (("_before", before), ("", now))
    ]
    rows = rows.assign(ratio=ratio, ratio_se=ratio * np.hypot(*parts))
    fences = _fences(rows, applied[0]) if applied else _fences(rows.iloc[:0], None)
    rows = rows.merge(fences, on="work_id", how="left", validate="m:1")
    n_before, n_now = plain_floats(rows["n_before"]), plain_floats(rows["n"])
    scaled = rows["is_scaled"].fillna(False) & rows["is_scaled_before"].fillna(False).astype(bool)
    status = np.select(
        [
            rows["work_id_before"].isna(),
            (n_before == 0) | (n_now == 0),
            ~scaled,
            ~has_ratio,
            rows["fence_upper"].isna(),
        ],
        ["no_earlier", "no_scores", "no_scale", "zero_result", "few_schools"],
        "ok",
    )
    return COHORT_RATIOS.conform(
        rows.rename(
            columns={
                "work_id_before": "earlier_work_id", "n_before": "n_earlier", "n": "n_later",
                "share_before": "share_earlier", "share": "share_later",
            }
        )
        .assign(status=status, n_schools=rows["n_schools"].fillna(0))
        .drop(columns=["share_se", "share_se_before", "is_scaled", "is_scaled_before"])
    )  # fmt: skip


def _shares(cells: pd.DataFrame, max_scores: pd.Series) -> pd.DataFrame:
    """Mean part of the maximum with its standard error; one row per school × work."""
    rows = cells[["school_id", *WORK_COLUMNS, *_SCORES]].rename(columns=_SCORES)
    highest = plain_floats(rows["work_id"].map(max_scores))
    n, total, squares = (plain_floats(rows[name]) for name in ("n", "sum", "sumsq"))
    safe = np.where(n > 0, n, 1.0)
    variance = (squares - total**2 / safe) / np.where(n > 1, n - 1, np.nan)
    error = np.sqrt(np.maximum(variance, 0) / safe)
    return rows.drop(columns=["sum", "sumsq"]).assign(
        share=np.where(n > 0, total / safe / highest, np.nan),
        share_se=error / highest,
        is_scaled=~np.isnan(highest),
    )


def _fences(rows: pd.DataFrame, rules: MarkerRules | None) -> pd.DataFrame:
    """Fences of every later work; one row per work."""
    columns = ["work_id", "n_schools", "ratio_median", "fence_lower", "fence_upper"]
    found = []
    for work, values in rows.dropna(subset="ratio").groupby("work_id")["ratio"]:
        if rules is None or len(values) < rules.min_schools.value:
            found.append([work, len(values), None, None, None])
            continue
        percents = (rules.lower_percentile.value, 50, rules.upper_percentile.value)
        low, median, high = np.percentile(values.to_numpy(dtype=float), percents)
        reach = rules.iqr_multiplier.value * (high - low)
        found.append([work, len(values), median, low - reach, high + reach])
    return pd.DataFrame(found, columns=columns).astype(
        {name: "Float64" for name in columns[2:]} | {"n_schools": "Int64"}
    )
