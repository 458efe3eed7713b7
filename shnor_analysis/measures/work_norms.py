"""What is known of the region for every work of a territory, and where it comes from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS, group_rows
from shnor_analysis.methodology import RegionNorms, ScoreNorm, WorkNorm
from shnor_analysis.tables import WORK_NORMS

_SERIES = ("procedure", "season", "subject", "grade", "level")
_SCORE_FIELDS = {
    "mean": "mean_of_pupils", "total_sd": "total_sd", "school_mean": "mean_of_schools",
    "within_sd": "within_school_sd", "between_sd": "between_school_sd",
}  # fmt: skip
_LEVELS = {"region": "fisoko_region", "country": "fisoko_country"}


def work_norms(
    cells: pd.DataFrame,
    norms: RegionNorms | None,
    group_statistics: pd.DataFrame,
    group_items: pd.DataFrame,
    region_name: str,
) -> pd.DataFrame:
    """Find the region's numbers for every work.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``: its works are looked for.
    norms : RegionNorms or None
        The norms file of the place.
    group_statistics, group_items : DataFrame
        ФИС ОКО aggregates: rows of the region and «Вся выборка».
    region_name : str
        Of several regions in the reports only this one counts.

    Returns
    -------
    DataFrame
        Keeps the contract ``work_norms``: one row per work. The norms file comes first: the work
        itself, else the same work of the latest earlier year. Then the ФИС ОКО row of the region,
        then of the country: shares of marks, and from the distribution of scores mean and total
        spread; spread within and between schools is not in those reports.
    """
    unique = cells[list(WORK_COLUMNS)].drop_duplicates("work_id")
    reports = {
        level: _fisoko(group_statistics, group_items, level, region_name) for level in _LEVELS
    }
    rows = [{**work, **_of_work(work, norms, reports)} for work in unique.to_dict("records")]
    columns = list(WORK_NORMS.columns)
    return WORK_NORMS.conform(pd.DataFrame(rows, columns=columns, dtype=object))


def _of_work(
    work: dict[str, object], norms: RegionNorms | None, reports: dict[str, pd.DataFrame]
) -> dict[str, object]:
    found = find_work_norm(norms, work) if norms else None
    if norms and found:
        is_earlier = found.work_id != work["work_id"]
        return _from_file(norms, found) | {"reason": "earlier_year" if is_earlier else None}
    nothing: dict[str, object] = {
        "source": "none",
        "reason": "not_in_norms" if norms else "no_norms_file",
        "has_leniency": False,
        "has_quantiles": False,
    }
    for level, source in _LEVELS.items():
        if work["work_id"] in reports[level].index:
            row = reports[level].loc[work["work_id"]].to_dict()
            return {**nothing, "source": source, "norm_year": work["assessment_year"], **row}
    return nothing


def find_work_norm(norms: RegionNorms, work: dict[str, object]) -> WorkNorm | None:
    """The norm of a work, else of the same work in the latest earlier year, else None."""
    series = tuple(work[name] for name in _SERIES)
    year = int(work["assessment_year"])  # type: ignore[call-overload]
    own = [norm for norm in norms.works if norm.work_id == work["work_id"]]
    earlier = [n for n in norms.works if n.series == series and n.assessment_year < year]
    return max(own or earlier, key=lambda norm: norm.assessment_year, default=None)


def _from_file(norms: RegionNorms, norm: WorkNorm) -> dict[str, object]:
    prior = norm.below_minimum_prior
    return {
        "source": "norms_file",
        "norm_year": norm.assessment_year,
        "n_schools": norm.n_schools,
        "n_participants": norm.n_pupils,
        "below_minimum_share": norm.below_minimum_share,
        "high_mark_share": norm.high_mark_share,
        "prior_outcome": prior.outcome if prior else None,
        "prior_alpha": prior.alpha if prior else None,
        "prior_beta": prior.beta if prior else None,
        **_score("raw", norm.score_raw),
        **_score("scaled", norm.score_scaled),
        "has_leniency": bool(norm.leniency),
        "has_quantiles": any(one.work_id == norm.work_id for one in norms.quantiles),
    }


def _score(score: str, norm: ScoreNorm | None) -> dict[str, object]:
    return {
        f"{name}_score_{score}": getattr(norm, field) if norm else None
        for name, field in _SCORE_FIELDS.items()
    }


def _fisoko(
    group_statistics: pd.DataFrame, group_items: pd.DataFrame, level: str, region_name: str
) -> pd.DataFrame:
    """What the reports say of one level; index ``work_id``, columns as in ``work_norms``."""
    marks = group_rows(group_statistics, "marks", level, region_name)
    shares = marks.pivot_table(
        index="work_id", columns="item", values="value_share", aggfunc="first"
    ).reindex(columns=["2", "4", "5"])
    found = pd.DataFrame(
        {
            "n_participants": marks.groupby("work_id")["n_participants"].max(),
            "below_minimum_share": shares["2"],
            # parts printed with two digits may add up to a little more than one
            "high_mark_share": (shares["4"] + shares["5"]).clip(upper=1),
        }
    )
    scores = group_rows(group_items, "scores", level, region_name)
    points = pd.to_numeric(scores["item"]).astype(float)
    share = scores["value_share"].astype(float)
    sums = (
        pd.DataFrame({"work_id": scores["work_id"], "w": share, "m": share * points,
                      "s": share * points**2})
        .groupby("work_id")
        .sum()
    )  # fmt: skip
    mean = sums["m"] / sums["w"].where(sums["w"] > 0)
    spread = np.sqrt((sums["s"] / sums["w"] - mean**2).clip(lower=0))
    both = found.join(
        pd.DataFrame({"mean_score_raw": mean, "total_sd_score_raw": spread}), how="outer"
    )
    return both.astype(object).where(both.notna(), None)
