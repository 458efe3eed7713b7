"""Is a school's share unusual for its size? Funnels of the shares below the minimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import FunnelRules
from shnor_analysis.stats.arrays import BoolArray
from shnor_analysis.stats.funnel import (
    arcsine_share,
    overdispersed_share_limits,
    overdispersion,
    tail_probabilities,
)
from shnor_analysis.tables import SHARE_FUNNEL_POINTS, SHARE_FUNNELS


@dataclass(frozen=True)
class ShareFunnels:
    """The works of a year (``share_funnels``) and the schools in them (``share_funnel_points``)."""

    works: pd.DataFrame
    points: pd.DataFrame


def share_funnels(
    procedure_results: pd.DataFrame,
    reference: pd.DataFrame,
    rules: FunnelRules,
    assessment_year: int,
) -> ShareFunnels:
    """Place every school of every work of a year in its funnel.

    Parameters
    ----------
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``; schools without participants are not placed.
    reference : DataFrame
        Keeps the contract ``reference_shares``.
    rules : FunnelRules
        Confidence of the limits; when over-dispersion is estimated.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    ShareFunnels
        ``position`` comes from the tails of the binomial distribution: a school is beyond a limit
        when so many, or so few, below the minimum would be rarer than the limit allows if its
        share were the usual one. ``position_overdispersed`` allows for real differences between
        schools and is missing where they are not proven (fewer schools than ``min_schools``, or a
        spread that chance explains).

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.
    """
    rows = procedure_results[
        (procedure_results["assessment_year"] == assessment_year)
        & (procedure_results["n_participants"] > 0)
    ]
    usual = reference.set_index("work_id")
    works, points = [], []
    for work_id, schools in rows.groupby("work_id", sort=True):
        found, placed = _funnel(schools, usual.loc[work_id], rules)
        works.append(found)
        points.append(placed)
    if not works:
        return ShareFunnels(SHARE_FUNNELS.empty(), SHARE_FUNNEL_POINTS.empty())
    return ShareFunnels(
        SHARE_FUNNELS.conform(pd.concat(works)), SHARE_FUNNEL_POINTS.conform(pd.concat(points))
    )


def _funnel(
    schools: pd.DataFrame, reference: pd.Series, rules: FunnelRules
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One work: what its spread is, and where its schools stand."""
    x, n = (schools[name].to_numpy(dtype=float) for name in ("n_below_minimum", "n_participants"))
    target = float(reference["reference_share"])
    y, se = arcsine_share(x, n)
    spread = overdispersion(
        (y - np.arcsin(np.sqrt(target))) / se,
        se,
        winsor=rules.winsor.value,
        min_units=rules.min_schools.value,
    )
    is_overdispersed = spread.p_value < rules.significance.value and spread.tau2 > 0
    confidences = (rules.inner.value, rules.outer.value)
    at_most, at_least = tail_probabilities(x, n, target)
    exact = [((at_most < (1 - c) / 2), (at_least < (1 - c) / 2)) for c in confidences]
    wide = [
        (x / n < lower, x / n > upper)
        for lower, upper in (
            overdispersed_share_limits(n, target, spread.tau2, c) for c in confidences
        )
    ]
    work = (
        schools[["work_id", "assessment_year", *_WORK]]
        .head(1)
        .assign(
            n_schools=len(schools),
            reference_share=target,
            reference_source=reference["reference_source"],
            phi=spread.phi,
            tau2=spread.tau2,
            overdispersion_p=spread.p_value,
            is_overdispersed=is_overdispersed,
        )
    )
    placed = schools[
        ["school_id", "work_id", "assessment_year", *_WORK, "n_participants", "n_below_minimum"]
    ].assign(
        below_minimum_share=x / n,
        position=_positions(exact),
        position_overdispersed=_positions(wide) if is_overdispersed else None,
    )
    return work, placed


_WORK = ("procedure", "season", "subject", "grade", "level")


def _positions(limits: list[tuple[BoolArray, BoolArray]]) -> np.ndarray:
    """Codes of places; ``limits`` holds «below» and «above» of the inner and of the outer pair."""
    (below_inner, above_inner), (below_outer, above_outer) = limits
    return np.select(
        [below_outer, above_outer, below_inner, above_inner],
        ["below_outer", "above_outer", "below_inner", "above_inner"],
        "inside",
    )
