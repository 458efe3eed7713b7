"""Which verdicts have the norms they need, and which are weaker without them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from shnor_analysis.measures.norm_conditions import SIZE
from shnor_analysis.measures.norms import SOCIAL_INDEX
from shnor_analysis.methodology import NormRules, RegionNorms
from shnor_analysis.tables import NORM_STATUS

_SPREADS = ("between_sd_score_raw", "between_sd_score_scaled")
_MEANS = ("below_minimum_share", "mean_score_raw", "mean_score_scaled")
# Norm → which works of the table ``work_norms`` have it.
_HAS_NORM: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "share_prior": lambda rows: rows["prior_alpha"].notna(),
    "between_schools": lambda rows: rows[list(_SPREADS)].notna().any(axis=1),
    "leniency": lambda rows: rows["has_leniency"],
    "quantiles": lambda rows: rows["has_quantiles"],
}


def norm_status(
    work_norms: pd.DataFrame,
    norms: RegionNorms | None,
    cells: pd.DataFrame,
    rules: NormRules,
    assessment_year: int,
) -> pd.DataFrame:
    """Say for every verdict whether its norm is there.

    Parameters
    ----------
    work_norms : DataFrame
        Keeps the contract ``work_norms``.
    norms : RegionNorms or None
        The norms file of the place.
    cells : DataFrame
        Keeps the contract ``cells``: works of the year need norms; the leniency of marks only
        works with journal marks.
    rules : NormRules
        The verdicts, their norms and what is done without.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        Keeps the contract ``norm_status``: one row per verdict. ``full``: every work has the norm
        of its own year; ``partial``: some have, or of an earlier year, or only a mean without the
        spread between schools, or size is the only condition; ``absent`` otherwise.
    """
    current = work_norms[work_norms["assessment_year"] == assessment_year]
    paired = cells.loc[cells["n_mark_pairs"].fillna(0) > 0, "work_id"]
    rows = []
    for need in rules.needs:
        if need.norm == "context_slopes":
            found = _of_conditions(norms, assessment_year)
        elif need.norm == "signs":
            found = _of_signs(norms, assessment_year)
        else:
            wanted = (
                current[current["work_id"].isin(paired)] if need.norm == "leniency" else current
            )
            found = _of_works(need.norm, wanted, norms)
        rows.append({"verdict": need.verdict, "norm": need.norm, "without": need.without, **found})
    columns = list(NORM_STATUS.columns)
    return NORM_STATUS.conform(pd.DataFrame(rows, columns=columns, dtype=object))


def _of_conditions(norms: RegionNorms | None, assessment_year: int) -> dict[str, object]:
    if norms is None:
        return {"status": "absent", "reason": "no_norms_file"}
    indicators = {slope.indicator for slope in norms.context_slopes}
    if not indicators:
        return {"status": "absent", "reason": "not_in_norms"}
    if indicators == {SIZE}:
        return {"status": "partial", "reason": "only_size"}
    if SOCIAL_INDEX not in indicators:
        return {"status": "partial", "reason": "no_index"}
    if norms.assessment_year < assessment_year:
        return {"status": "partial", "reason": "earlier_year"}
    return {"status": "full", "reason": None}


def _of_signs(norms: RegionNorms | None, assessment_year: int) -> dict[str, object]:
    if norms is None:
        return {"status": "absent", "reason": "no_norms_file"}
    if not norms.signs or norms.assessment_year < assessment_year:
        # works of the year must be known themselves: papers change from year to year
        return {"status": "absent", "reason": "not_in_norms"}
    return {"status": "full", "reason": None}


def _of_works(norm: str, works: pd.DataFrame, norms: RegionNorms | None) -> dict[str, object]:
    has = _HAS_NORM[norm](works).astype(bool)
    counts = {"n_works": len(works), "n_works_with_norm": int(has.sum())}
    if not has.any():
        if norm == "between_schools" and works[list(_MEANS)].notna().any(axis=None):
            return {**counts, "status": "partial", "reason": "mean_only"}
        reason = "not_in_norms" if norms else "no_norms_file"
        return {**counts, "status": "absent", "reason": reason}
    if not has.all():
        return {**counts, "status": "partial", "reason": "some_works"}
    if (works["reason"] == "earlier_year").any():
        return {**counts, "status": "partial", "reason": "earlier_year"}
    return {**counts, "status": "full", "reason": None}
