"""The index of social well-being: indicators against a frozen reference, 0 worst to 100 best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from shnor_analysis.measures.context import indicator_table
from shnor_analysis.methodology import AdverseConditions, IndicatorReference, SocialReference
from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.composite import (
    Reference,
    composite_index,
    directed_z,
    reference_of,
    rescale,
)
from shnor_analysis.tables import SOCIAL_INDEX, SOCIAL_INDEX_PARTS, SOCIAL_REFERENCE

Among = Literal["territory", "region"]
Origin = Literal["own_year", "frozen_file", "region_norms", "none"]


@dataclass(frozen=True)
class ChosenReference:
    """What the index is measured against and where it comes from; None where there is none."""

    reference: SocialReference | None
    origin: Origin


def weights_of(rule: AdverseConditions) -> dict[str, int]:
    """Whole-number weights of the rule by indicator; equal ones are 1."""
    listed = rule.index.weights.by_indicator
    return {one.id: listed.get(one.id, 1) for one in rule.indicators}


def directions_of(rule: AdverseConditions) -> list[int]:
    """+1 where a higher value is better, -1 where it is worse, in the order of the rule."""
    return [-1 if one.direction == "higher_is_worse" else 1 for one in rule.indicators]


def choose_reference(
    values: pd.DataFrame,
    rule: AdverseConditions,
    regulation_id: str,
    assessment_year: int,
    frozen: SocialReference | None,
    of_region: SocialReference | None,
) -> ChosenReference:
    """Find what the schools of a year are measured against.

    Parameters
    ----------
    values : DataFrame
        Keeps the contract ``context_values``, one rule.
    rule : AdverseConditions
        Says among which schools, for how many years and from how many schools on.
    regulation_id : str
        Of the rule.
    assessment_year : int
        2025 means the school year 2024/25.
    frozen : SocialReference or None
        The file the place keeps.
    of_region : SocialReference or None
        From the norms of the region.

    Returns
    -------
    ChosenReference
        The frozen one while it is of this rule and its years last. Otherwise the territory or the
        region, as the rule says; the territory needs ``min_reference_schools`` schools with an
        index, and where one of the two cannot be had the other is taken.
    """
    if frozen and still_holds(frozen, rule, regulation_id, assessment_year):
        return ChosenReference(frozen, "frozen_file")
    table = indicator_table(values, rule, assessment_year)
    own = make_reference(table, rule, regulation_id, assessment_year, "territory")
    is_enough = own is not None and own.n_schools >= rule.index.min_reference_schools.value
    region = (
        of_region
        if of_region and still_holds(of_region, rule, regulation_id, assessment_year)
        else None
    )
    if region and (rule.index.reference.value == "region" or not is_enough):
        return ChosenReference(region, "region_norms")
    return ChosenReference(own, "own_year") if is_enough else ChosenReference(None, "none")


def still_holds(
    reference: SocialReference, rule: AdverseConditions, regulation_id: str, assessment_year: int
) -> bool:
    """Whether a reference is of the same rule, weights and cut, and its years are not over."""
    first, n_years = reference.assessment_year, rule.index.reference_years.value
    return (
        reference.regulation_id == regulation_id
        and reference.cut_percent == rule.index.cut_percent.value
        and {one.indicator: one.weight for one in reference.indicators} == weights_of(rule)
        and first <= assessment_year < first + n_years
    )


def make_reference(
    table: pd.DataFrame,
    rule: AdverseConditions,
    regulation_id: str,
    assessment_year: int,
    among: Among,
) -> SocialReference | None:
    """Mean and spread of every indicator, ends and cut of the index of the schools at hand.

    Parameters
    ----------
    table : DataFrame
        From :func:`~shnor_analysis.measures.context.indicator_table`: all schools of reference.
    rule : AdverseConditions
        Indicators, weights, cut.
    regulation_id, assessment_year, among
        What the reference says of itself.

    Returns
    -------
    SocialReference or None
        None when no school has an index or all have the same.
    """
    found = reference_of(table.to_numpy(dtype=float))
    n_known = table.notna().sum().to_numpy()
    index = _index(table, rule, found)[0]
    known = index[~np.isnan(index)]
    if not known.size or known.min() == known.max():
        return None
    return SocialReference(
        regulation_id=regulation_id,
        assessment_year=assessment_year,
        among=among,
        n_schools=len(known),
        cut_percent=rule.index.cut_percent.value,
        lowest=float(known.min()),
        highest=float(known.max()),
        cut=float(np.quantile(known, rule.index.cut_percent.value / 100)),
        indicators=tuple(
            IndicatorReference(
                indicator=name,
                weight=weight,
                n_schools=int(n),
                mean=float(mean) if n else None,
                sd=float(sd) if n else None,
            )
            for (name, weight), n, mean, sd in zip(
                weights_of(rule).items(), n_known, found.mean, found.sd, strict=True
            )
        ),
    )


def reference_arrays(reference: SocialReference, rule: AdverseConditions) -> Reference:
    """Mean and spread in the order of the rule; NaN where nobody had the indicator."""
    indicators = _in_order(reference, rule)
    return Reference(
        np.array([np.nan if one.mean is None else one.mean for one in indicators]),
        np.array([np.nan if one.sd is None else one.sd for one in indicators]),
    )


def _in_order(reference: SocialReference, rule: AdverseConditions) -> list[IndicatorReference]:
    """Indicators as the rule names them: a file may hold them in any order."""
    by_id = {one.indicator: one for one in reference.indicators}
    return [by_id[one.id] for one in rule.indicators]


def social_index(
    values: pd.DataFrame, rule: AdverseConditions, chosen: ChosenReference
) -> pd.DataFrame:
    """Index of every school in every year of which anything is known.

    Parameters
    ----------
    values : DataFrame
        Keeps the contract ``context_values``, one rule.
    rule : AdverseConditions
        Weights, largest deviation, part that must be known.
    chosen : ChosenReference
        One for all years, so that a school's change is its own.

    Returns
    -------
    DataFrame
        Keeps the contract ``social_index``. Without a reference every index is missing. An
        indicator that is the same in all schools of reference is dropped; one that nobody
        answered counts as unknown: it costs every school its weight.
    """
    parts = [
        _of_year(indicator_table(values, rule, int(year)), rule, chosen.reference, int(year))
        for year in sorted(values["assessment_year"].unique())
    ]
    return SOCIAL_INDEX.conform(pd.concat(parts)) if parts else SOCIAL_INDEX.empty()


def social_index_parts(
    table: pd.DataFrame, rule: AdverseConditions, reference: SocialReference | None
) -> pd.DataFrame:
    """What every indicator adds to the index of every school.

    Parameters
    ----------
    table : DataFrame
        From :func:`~shnor_analysis.measures.context.indicator_table`.
    rule : AdverseConditions
        Weights.
    reference : SocialReference or None
        None gives no rows.

    Returns
    -------
    DataFrame
        Keeps the contract ``social_index_parts``; parts of a school add up to its index, and are
        missing where it has none. Indicators without spread in the reference have no rows.
    """
    if reference is None or table.empty:
        return SOCIAL_INDEX_PARTS.empty()
    found = reference_arrays(reference, rule)
    index, z, _ = _index(table, rule, found)
    weight = np.array(list(weights_of(rule).values()), dtype=float)
    known = np.where(np.isnan(z), 0, weight)
    total = known.sum(axis=1, keepdims=True)
    part = np.where(np.isnan(index)[:, None], np.nan, z * weight / np.where(total > 0, total, 1))
    used = np.flatnonzero(found.sd > 0)
    rows = pd.DataFrame(
        {
            "school_id": np.repeat(table.index.to_numpy(), len(used)),
            "indicator": np.tile(table.columns.to_numpy()[used], len(table)),
            "value": table.to_numpy(dtype=float)[:, used].ravel(),
            "z": z[:, used].ravel(),
            "part": part[:, used].ravel(),
        }
    )
    return SOCIAL_INDEX_PARTS.conform(rows)


def social_reference(
    rule: AdverseConditions, regulation_id: str, chosen: ChosenReference
) -> pd.DataFrame:
    """The reference as a table (contract ``social_reference``), one row per indicator."""
    rows = pd.DataFrame(
        {
            "indicator": [one.id for one in rule.indicators],
            "regulation_id": regulation_id,
            "origin": chosen.origin,
            "weight": list(weights_of(rule).values()),
            "direction": directions_of(rule),
        }
    )
    if chosen.reference is None:
        return SOCIAL_REFERENCE.conform(rows)
    indicators = _in_order(chosen.reference, rule)
    sd = reference_arrays(chosen.reference, rule).sd
    return SOCIAL_REFERENCE.conform(
        rows.assign(
            among=chosen.reference.among,
            reference_year=chosen.reference.assessment_year,
            n_schools=[one.n_schools for one in indicators],
            mean=[one.mean for one in indicators],
            sd=[one.sd for one in indicators],
            state=np.select([sd > 0, sd == 0], ["used", "same_everywhere"], "nowhere_known"),
        )
    )


def stored_reference(indicators: pd.DataFrame, quality: pd.DataFrame) -> SocialReference | None:
    """Rebuild the reference from its tables.

    Parameters
    ----------
    indicators, quality : DataFrame
        Keep the contracts ``social_reference`` and ``social_index_quality``.

    Returns
    -------
    SocialReference or None
        None when there was none.
    """
    facts, first = quality.iloc[0], indicators.iloc[0]
    if facts["origin"] == "none":
        return None
    return SocialReference(
        regulation_id=str(first["regulation_id"]),
        assessment_year=int(facts["reference_year"]),
        among=str(first["among"]),  # type: ignore[arg-type]
        n_schools=int(facts["n_reference_schools"]),
        cut_percent=int(facts["cut_percent"]),
        lowest=float(facts["lowest_z"]),
        highest=float(facts["highest_z"]),
        cut=float(facts["cut_z"]),
        indicators=tuple(
            IndicatorReference(
                indicator=str(row.indicator),
                weight=int(row.weight),
                n_schools=int(row.n_schools),
                mean=None if pd.isna(row.mean) else float(row.mean),
                sd=None if pd.isna(row.sd) else float(row.sd),
            )
            for row in indicators[["indicator", "weight", "n_schools", "mean", "sd"]].itertuples(
                index=False
            )
        ),
    )


def deviations(
    table: pd.DataFrame, rule: AdverseConditions, reference: SocialReference
) -> FloatArray:
    """Directed z-scores of the indicators, shape (n_schools, n_indicators)."""
    return _z(table, rule, reference_arrays(reference, rule))


def _z(table: pd.DataFrame, rule: AdverseConditions, reference: Reference) -> FloatArray:
    cap = rule.index.largest_z.value
    return directed_z(table.to_numpy(dtype=float), reference, directions_of(rule), cap=cap)


def _index(
    table: pd.DataFrame, rule: AdverseConditions, reference: Reference
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Index, z-scores and known part of the weight of every school."""
    z = _z(table, rule, reference)
    weight = np.array(list(weights_of(rule).values()))
    required = rule.index.required_weight
    is_same = reference.sd == 0
    known = np.where(np.isnan(z), 0, weight).sum(axis=1)
    total = int(weight[~is_same].sum())
    # In whole numbers: six of nine equal indicators are exactly two thirds.
    is_enough = (known > 0) & (required.denominator * known >= required.numerator * total)
    index = composite_index(z, weight, required_weight=0).index
    return np.where(is_enough, index, np.nan), z, known / max(total, 1)


def _of_year(
    table: pd.DataFrame, rule: AdverseConditions, reference: SocialReference | None, year: int
) -> pd.DataFrame:
    ids = pd.DataFrame({"school_id": table.index, "assessment_year": year})
    if reference is None:
        return ids.assign(
            known_weight=table.notna().mean(axis=1).to_numpy(),
            n_known=table.notna().sum(axis=1).to_numpy(),
            n_indicators=table.shape[1],
        )
    found = reference_arrays(reference, rule)
    index, z, known_weight = _index(table, rule, found)
    scaled, is_clipped = rescale(index, reference.lowest, reference.highest)
    has_index = ~np.isnan(index)
    return ids.assign(
        index_z=index,
        social_index=scaled,
        is_clipped=_known(is_clipped, has_index),
        known_weight=known_weight,
        n_known=(~np.isnan(z)).sum(axis=1),
        n_indicators=int((found.sd != 0).sum()),
        is_low=_known(index <= reference.cut, has_index),
    )


def _known(flags: np.ndarray, is_known: np.ndarray) -> pd.Series:
    return pd.Series(flags, dtype="boolean").where(pd.Series(is_known))
