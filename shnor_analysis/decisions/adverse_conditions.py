"""The list of schools in adverse conditions, and how much it depends on weights and indicators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.measures.context import indicator_table
from shnor_analysis.measures.social_index import (
    ChosenReference,
    choose_reference,
    deviations,
    reference_arrays,
    social_index,
    weights_of,
)
from shnor_analysis.methodology import AdverseConditions, SocialContextRules, SocialReference
from shnor_analysis.stats.arrays import BoolArray, FloatArray
from shnor_analysis.stats.composite import composite_index, rescale
from shnor_analysis.stats.ranks import repeated
from shnor_analysis.stats.reliability import cronbach_alpha, mcdonald_omega
from shnor_analysis.stats.sensitivity import core_share, inclusion_classes
from shnor_analysis.stats.weights import Weights, component_weights, ridge_weights
from shnor_analysis.tables import (
    ADVERSE_CONDITIONS,
    ADVERSE_CONDITIONS_VARIANTS,
    SOCIAL_INDEX_QUALITY,
    SOCIAL_WEIGHTS,
)

APPLIED, EQUAL, PCA, RIDGE = "applied", "equal", "pca", "ridge"


@dataclass(frozen=True)
class ConditionSet:
    """A rule of adverse conditions with its name and the values of its indicators."""

    regulation_id: str
    rule: AdverseConditions
    values: pd.DataFrame


@dataclass(frozen=True)
class AdverseConditionsFound:
    """The decisions (one row per school), the variants of the list, the weights, the quality."""

    decisions: pd.DataFrame
    variants: pd.DataFrame
    weights: pd.DataFrame
    quality: pd.DataFrame


@dataclass(frozen=True)
class _Year:
    """The schools of the year assessed: deviations, and who is at or below the cut."""

    ids: pd.Index
    z: FloatArray
    has_index: BoolArray
    is_low: BoolArray

    def lowest(self, index: FloatArray) -> BoolArray:
        """As many schools as the rule lists, by another index; equal ones are all taken."""
        values = np.where(self.has_index, index, np.nan)
        known = np.sort(values[~np.isnan(values)])
        n_listed = min(int(self.is_low.sum()), len(known))
        return values <= known[n_listed - 1] if n_listed else np.zeros(len(values), dtype=bool)


def decide_adverse_conditions(
    own: ConditionSet,
    chosen: ChosenReference,
    index: pd.DataFrame,
    schools: pd.DataFrame,
    results: pd.Series,
    others: Sequence[ConditionSet],
    rules: SocialContextRules,
    assessment_year: int,
) -> AdverseConditionsFound:
    """Apply the rule to every school and look how far the list carries.

    Parameters
    ----------
    own : ConditionSet
        The rule the place applies.
    chosen : ChosenReference
        What the index was measured against.
    index : DataFrame
        Keeps the contract ``social_index``.
    schools : DataFrame
        Every school gets exactly one decision; needs ``school_id``.
    results : Series
        Result of several years, shrunken, by ``school_id``: what ridge weights explain.
    others : sequence of ConditionSet
        Other sets of indicators, shown beside the list, never deciding.
    rules : SocialContextRules
        From which share of variants a school is the core of the list; the ridge penalty.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    AdverseConditionsFound
        A school is included when its index is at or below the cut of the reference in
        ``low_years`` of the last ``window_years``; without enough known years or indicators it is
        ``not_assessed``, never «not included». Variants leave one indicator out, or weigh by the
        first component or by ridge regression, and list as many schools as the rule does.
    """
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    year = _year_assessed(own, chosen, index, ids, assessment_year)
    variants, weights, learned = _stability(own, chosen, year, results, rules)
    counted = _counted(variants, ids)
    decisions = _decisions(own, chosen, index, ids, counted, rules, assessment_year)
    listed = (decisions["decision"] == "included").to_numpy(dtype=bool)
    share = decisions["n_variants_low"] / decisions["n_variants"].where(decisions["n_variants"] > 0)
    quality = _quality(
        chosen, own.rule, year, learned, assessment_year,
        core_share(listed, share, core_from=rules.core_percent.share),
    )  # fmt: skip
    beside = [_other_set(other, year, assessment_year) for other in others]
    frames = [frame for frame in (variants, *beside) if len(frame)]
    return AdverseConditionsFound(
        decisions,
        ADVERSE_CONDITIONS_VARIANTS.conform(pd.concat(frames))
        if frames
        else ADVERSE_CONDITIONS_VARIANTS.empty(),
        weights,
        quality,
    )


def _year_assessed(
    own: ConditionSet,
    chosen: ChosenReference,
    index: pd.DataFrame,
    ids: pd.Index,
    assessment_year: int,
) -> _Year:
    table = indicator_table(own.values, own.rule, assessment_year).reindex(ids)
    rows = index[index["assessment_year"] == assessment_year].set_index("school_id").reindex(ids)
    z = (
        np.full(table.shape, np.nan)
        if chosen.reference is None
        else deviations(table, own.rule, chosen.reference)
    )
    return _Year(
        ids,
        z,
        rows["index_z"].notna().to_numpy(dtype=bool),
        rows["is_low"].fillna(False).to_numpy(dtype=bool),
    )


def _decisions(
    own: ConditionSet,
    chosen: ChosenReference,
    index: pd.DataFrame,
    ids: pd.Index,
    counted: pd.DataFrame,
    rules: SocialContextRules,
    assessment_year: int,
) -> pd.DataFrame:
    rule = own.rule.index
    is_low, assessed = _flags_of_years(own.rule, index, ids, assessment_year)
    included, is_known = repeated(is_low, assessed, needed=rule.low_years.value)
    current = index[index["assessment_year"] == assessment_year].set_index("school_id").reindex(ids)
    share = _part(counted["n_low"], counted["n"])
    classes = inclusion_classes(
        share, core_from=rules.core_percent.share, borderline_from=rules.border_percent.share
    )
    decision = decided_by_index(own.rule, index, ids, assessment_year)
    one_year = rule.window_years.value == 1
    reason = np.select(
        [
            included,
            is_known,
            current["n_known"].fillna(0).to_numpy(dtype=int) == 0,
            np.full(len(ids), chosen.reference is None),
            ~assessed[:, -1],
        ],
        [
            "index_low" if one_year else "index_low_years",
            "index_above" if one_year else "index_above_years",
            "no_answers",
            "no_reference",
            "few_indicators",
        ],
        "few_years",
    )
    evidence = np.select(
        [included & classes.core, included, is_known & (classes.core | classes.borderline)],
        ["core", "border", "near"],
        "none",
    )
    return ADVERSE_CONDITIONS.conform(
        pd.DataFrame(
            {
                "school_id": ids,
                "assessment_year": assessment_year,
                "decision": decision,
                "reason_code": reason,
                "n_low_years": (is_low & assessed).sum(axis=1),
                "n_years": assessed.sum(axis=1),
                "social_index": current["social_index"].to_numpy(),
                "n_variants": counted["n"].to_numpy(),
                "n_variants_low": counted["n_low"].to_numpy(),
                "evidence": evidence,
                "regulation_id": own.regulation_id,
            }
        )
    )


def decided_by_index(
    rule: AdverseConditions, index: pd.DataFrame, ids: pd.Index, assessment_year: int
) -> np.ndarray:
    """Decide on every school in any year the index covers.

    Parameters
    ----------
    rule : AdverseConditions
        In how many of how many years the index must be at or below the cut.
    index : DataFrame
        Keeps the contract ``social_index``: all years against one reference.
    ids : Index
        Schools in the order wanted.
    assessment_year : int
        The last year of the window.

    Returns
    -------
    ndarray of str, shape (n_schools,)
        ``included``, ``not_included`` or ``not_assessed``.
    """
    is_low, assessed = _flags_of_years(rule, index, ids, assessment_year)
    included, is_known = repeated(is_low, assessed, needed=rule.index.low_years.value)
    return np.select([included, is_known], ["included", "not_included"], "not_assessed")


def _flags_of_years(
    rule: AdverseConditions, index: pd.DataFrame, ids: pd.Index, assessment_year: int
) -> tuple[BoolArray, BoolArray]:
    """Whether the index is low and whether it is known, school by year of the window."""
    years = range(assessment_year - rule.index.window_years.value + 1, assessment_year + 1)
    flags = index.pivot_table(
        index="school_id", columns="assessment_year", values="is_low", aggfunc="first"
    )
    flags = flags.reindex(index=ids, columns=list(years)).astype("boolean")
    return flags.fillna(False).to_numpy(dtype=bool), flags.notna().to_numpy(dtype=bool)


def _stability(
    own: ConditionSet,
    chosen: ChosenReference,
    year: _Year,
    results: pd.Series,
    rules: SocialContextRules,
) -> tuple[pd.DataFrame, pd.DataFrame, Weights | None]:
    """Variants of the list, the weights tried, and the first component."""
    if chosen.reference is None or not year.has_index.any():
        return _no_variants(), SOCIAL_WEIGHTS.empty(), None
    names = list(weights_of(own.rule))
    applied = np.array(list(weights_of(own.rule).values()), dtype=float)
    is_used = reference_arrays(chosen.reference, own.rule).sd > 0
    result = results.reindex(year.ids).to_numpy(dtype=float)
    pca = component_weights(year.z, _anchor(year.z, is_used))
    ridge = ridge_weights(year.z, result, penalty=rules.ridge_penalty.value)
    tried: dict[str, tuple[FloatArray, float, int]] = {
        APPLIED: (applied, np.nan, int(year.has_index.sum())),
        PCA: (pca.weights, pca.explained, pca.n_schools),
        RIDGE: (ridge.weights, ridge.explained, ridge.n_schools),
    }
    if len(set(applied)) > 1:
        tried[EQUAL] = (np.ones(len(names)), np.nan, int(year.has_index.sum()))
    frames = [
        _variant("weights", name, weights, year)
        for name, (weights, _, _) in tried.items()
        if name != APPLIED and not np.isnan(weights).any()
    ]
    frames += [
        _variant(
            "without",
            names[left_out],
            np.where(np.arange(len(names)) == left_out, 0, applied),
            year,
        )
        for left_out in np.flatnonzero(is_used)
        if is_used.sum() > 1
    ]
    return (
        pd.concat(frames) if frames else _no_variants(),
        SOCIAL_WEIGHTS.conform(pd.concat(_weight_rows(tried, names, is_used))),
        pca,
    )


def _anchor(z: FloatArray, is_used: BoolArray) -> int:
    """The indicator that goes with the mean of all most closely: it fixes the component's sign."""
    complete = z[:, is_used]
    complete = complete[~np.isnan(complete).any(axis=1)]
    spread = complete.std(axis=0) if len(complete) else np.zeros(int(is_used.sum()))
    if not (spread > 0).any():
        return int(np.argmax(is_used))
    mean = complete.mean(axis=1)
    shared = (complete * (mean - mean.mean())[:, None]).mean(axis=0)
    together = np.where(spread > 0, shared / np.where(spread > 0, spread, 1), -np.inf)
    return int(np.flatnonzero(is_used)[np.argmax(together)])


def _variant(kind: str, variant: str, weights: FloatArray, year: _Year) -> pd.DataFrame:
    index = composite_index(year.z, weights, required_weight=0).index
    return _variant_rows(kind, variant, index, year)


def _variant_rows(kind: str, variant: str, index: FloatArray, year: _Year) -> pd.DataFrame:
    has = year.has_index & ~np.isnan(index)
    return pd.DataFrame(
        {
            "kind": kind,
            "variant": variant,
            "school_id": year.ids,
            "is_low": pd.Series(year.lowest(index), dtype="boolean").where(pd.Series(has)),
            "index_z": np.where(has, index, np.nan),
        }
    )


def _no_variants() -> pd.DataFrame:
    return ADVERSE_CONDITIONS_VARIANTS.empty()


def _weight_rows(
    tried: dict[str, tuple[FloatArray, float, int]], names: list[str], is_used: BoolArray
) -> Iterator[pd.DataFrame]:
    for variant, (weights, explained, n_schools) in tried.items():
        used = np.where(is_used, weights, 0)
        yield pd.DataFrame(
            {
                "variant": variant,
                "indicator": names,
                "weight": used / used.sum(),
                "explained": explained,
                "n_schools": n_schools,
            }
        )


def _counted(variants: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """In how many variants every school could be looked at, and in how many it is listed."""
    by_school = variants.groupby("school_id")["is_low"]
    found = pd.DataFrame({"n": by_school.count(), "n_low": by_school.sum()})
    return found.reindex(ids).fillna(0).astype("Int64")


def _part(count: pd.Series, whole: pd.Series) -> FloatArray:
    return np.asarray(count / whole.where(whole > 0), dtype=float)


def _other_set(other: ConditionSet, year: _Year, assessment_year: int) -> pd.DataFrame:
    """The list by another set of indicators, against the schools of the year themselves."""
    chosen = choose_reference(
        other.values, other.rule, other.regulation_id, assessment_year, None, None
    )
    if chosen.reference is None:
        return _no_variants()
    index = social_index(other.values, other.rule, chosen)
    rows = index[index["assessment_year"] == assessment_year].set_index("school_id")
    found = rows["index_z"].reindex(year.ids).to_numpy(dtype=float, na_value=np.nan)
    return _variant_rows("set", other.regulation_id, found, year)


def _quality(
    chosen: ChosenReference,
    rule: AdverseConditions,
    year: _Year,
    pca: Weights | None,
    assessment_year: int,
    core: float,
) -> pd.DataFrame:
    row: dict[str, object] = {
        "assessment_year": assessment_year,
        "n_schools": 0 if pca is None else pca.n_schools,
        "origin": chosen.origin,
        "core_share": core,
    }
    if pca is not None and chosen.reference is not None:
        row |= {
            "alpha": cronbach_alpha(year.z),
            "omega": mcdonald_omega(year.z),
            "first_component_share": pca.explained,
            **_reference_facts(chosen.reference, rule),
        }
    return SOCIAL_INDEX_QUALITY.conform(pd.DataFrame([row]))


def _reference_facts(reference: SocialReference, rule: AdverseConditions) -> dict[str, object]:
    cut = rescale([reference.cut], reference.lowest, reference.highest)[0]
    return {
        "cut": float(cut[0]),
        "cut_z": reference.cut,
        "cut_percent": reference.cut_percent,
        "n_reference_schools": reference.n_schools,
        "lowest_z": reference.lowest,
        "highest_z": reference.highest,
        "reference_year": reference.assessment_year,
        "last_year": reference.assessment_year + rule.index.reference_years.value - 1,
    }
