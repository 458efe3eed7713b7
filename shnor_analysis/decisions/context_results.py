"""Results beside conditions: four groups, what was to be expected, like schools, resilience."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.decisions.context_peers import (
    SEPARATOR,
    SchoolProcedures,
    context_peers,
    mentor_pairs,
)
from shnor_analysis.decisions.known_objectivity import SIGNS, known_objectivity
from shnor_analysis.measures.context import indicator_table, school_sizes
from shnor_analysis.measures.result_index import ALL_WORKS, PRIMARY_WORKS
from shnor_analysis.measures.social_index import ChosenReference, social_index, still_holds
from shnor_analysis.methodology import (
    AdverseConditions,
    RegionNorms,
    ResilienceRule,
    SocialContextRules,
)
from shnor_analysis.stats.arrays import BoolArray, FloatArray, IntArray
from shnor_analysis.stats.contextual import (
    contextual_effects,
    fit_meta_regression,
    probability_above,
)
from shnor_analysis.stats.peers import Resilience, resilience_sensitivity, resilient
from shnor_analysis.tables import CONTEXT_REGRESSION, CONTEXT_RESULTS, RESILIENCE_SENSITIVITY

# Name of the index in the norms of a region.
INDEX = "social_index"
# Of a normal distribution, for an interval that holds 95 %.
Z_95 = 1.96
# A line through two points says nothing.
MIN_CORRELATED = 3
# Of signs of biased results: none known.
NO_SIGNS = 0


@dataclass(frozen=True)
class ContextData:
    """What the results are compared with: everything is of one place and one rule.

    Attributes
    ----------
    regulation_id, rule
        Of adverse conditions.
    evidence, values, index, results, borders : DataFrame
        Keep the contracts ``context_evidence``, ``context_values``, ``social_index``,
        ``result_index`` and ``result_borders``.
    chosen : ChosenReference
        What the index was measured against.
    norms : RegionNorms or None
        Of the region.
    objectivity_list, objectivity_signs : DataFrame
        Keep the contracts of these names; no rows where no list was received.
    procedures : SchoolProcedures
        Where schools are low and where they have results.
    """

    regulation_id: str
    rule: AdverseConditions
    evidence: pd.DataFrame
    values: pd.DataFrame
    index: pd.DataFrame
    results: pd.DataFrame
    borders: pd.DataFrame
    chosen: ChosenReference
    norms: RegionNorms | None
    objectivity_list: pd.DataFrame
    objectivity_signs: pd.DataFrame
    procedures: SchoolProcedures


@dataclass(frozen=True)
class ContextResults:
    """One row per school; the line; like schools; resilience at other borders; who may help."""

    schools: pd.DataFrame
    regression: pd.DataFrame
    peers: pd.DataFrame
    sensitivity: pd.DataFrame
    mentors: pd.DataFrame


@dataclass(frozen=True)
class _Line:
    """Expected result by the index: the numbers, and the index of schools on its scale."""

    coefficients: FloatArray
    tau2: float
    index: FloatArray
    facts: dict[str, object]


def results_given_context(
    data: ContextData,
    low_results: pd.DataFrame,
    adverse_conditions: pd.DataFrame,
    rules: SocialContextRules,
    min_schools: int,
    reliable_participants: int,
    assessment_year: int,
) -> ContextResults:
    """Put results and conditions of every school side by side.

    Parameters
    ----------
    data : ContextData
        Indices and what they rest on.
    low_results, adverse_conditions : DataFrame
        Keep the contracts of these names; together they give the four groups.
    rules : SocialContextRules
        Margin, neighbours, resilience.
    min_schools : int
        From how many schools on the territory has a line of its own; with fewer the region's is
        taken, and without it nothing is expected of anybody.
    reliable_participants : int
        Smallest number of pupils behind the result of a school that may be named as a mentor.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    ContextResults
        Signs of biased results are those of a received list, in the years of the resilience rule,
        and our own (:func:`~shnor_analysis.decisions.known_objectivity.known_objectivity`): a
        school with one is not resilient and nobody's mentor, ``objectivity`` says why. Where
        nothing could be checked, resilience holds only «as far as checked».

    Notes
    -----
    Resilience by the letter counts years in which the result is not below the border, so a small
    school reaches it by chance. ``resilience_support`` says what stands behind the letter: where a
    result is expected, P(effect > margin) from the likely probability on; elsewhere the 95 %
    interval of the year, which must not reach below the border.
    """
    ids = pd.Index(sorted(low_results["school_id"]), name="school_id")
    current = _of_year(data.results, assessment_year, ids)
    index = _of_year(data.index, assessment_year, ids)
    is_ok = (current["status"] == "ok").to_numpy(dtype=bool)
    y = np.where(is_ok, _floats(current["result"]), np.nan)
    se = _floats(current["standard_error"])
    line = _line(data, y, se, index, min_schools, assessment_year)
    found = contextual_effects(y, se, line.index[:, None], line.coefficients, line.tau2)
    margin = rules.effect_margin.value
    p_above = probability_above(found.effect, found.effect_sd, margin)
    p_below = probability_above(-found.effect, found.effect_sd, margin)
    likely = rules.likely_percent.share
    window = _results_of_years(data, rules.resilience, ids, assessment_year)
    cuts = window.cuts[rules.resilience.result_percent.value]
    index_z = _floats(index["index_z"])
    context_cut = _context_cut(
        data, index_z, rules.resilience.context_percent.value, assessment_year
    )
    known = known_objectivity(
        data.objectivity_list,
        data.objectivity_signs,
        ids,
        assessment_year,
        rules.resilience.window_years.value,
    )
    # A list names schools without a level and a signal is one by definition: more than any level
    # the rule allows.
    level = np.where(
        known["objectivity"].isin(SIGNS), rules.resilience.max_objectivity_level.value + 1, NO_SIGNS
    )
    resilience = resilient(
        index_z,
        window.results,
        level,
        context_cut=context_cut,
        result_cuts=cuts,
        years_needed=rules.resilience.years_needed.value,
        max_level=rules.resilience.max_objectivity_level.value,
    )
    low = low_results.set_index("school_id").reindex(ids)["decision"]
    adverse = adverse_conditions.set_index("school_id").reindex(ids)["decision"]
    is_good = window.results >= cuts
    lower = y - Z_95 * se
    is_above = np.where(np.isnan(p_above), lower >= cuts[:, -1], p_above >= likely)
    borders = {
        "result_cut": _border(
            data, ALL_WORKS, rules.resilience.result_percent.value, assessment_year
        ),
        "context_cut_z": context_cut,
    }
    schools = pd.DataFrame(
        {
            "school_id": ids,
            "assessment_year": assessment_year,
            "low_results": low.to_numpy(),
            "adverse_conditions": adverse.to_numpy(),
            "quadrant": _quadrants(low, adverse),
            "social_index": index["social_index"].to_numpy(),
            "index_z": index["index_z"].to_numpy(),
            "result": current["result"].to_numpy(),
            "standard_error": current["standard_error"].to_numpy(),
            "result_lower": lower,
            "result_upper": y + Z_95 * se,
            "n_pupils": current["n_pupils"].to_numpy(),
            "result_status": current["status"].fillna("no_data").to_numpy(),
            "expected": found.expected,
            "residual": found.residual,
            "effect": found.effect,
            "effect_sd": found.effect_sd,
            "p_above": p_above,
            "p_below": p_below,
            "effect_verdict": np.select(
                [np.isnan(p_above), p_above >= likely, p_below >= likely],
                ["not_computed", "above", "below"],
                "as_expected",
            ),
            "is_context_adverse": pd.Series(index_z <= context_cut, dtype="boolean").where(
                pd.Series(~np.isnan(index_z) & ~np.isnan(context_cut))
            ),
            "result_works": current["works"].to_numpy(),
            "result_border": cuts[:, -1],
            "good_years": [_years_text(window.years, one) for one in is_good],
            "n_good_years": is_good.sum(axis=1),
            "n_result_years": (~np.isnan(window.results)).sum(axis=1),
            "resilience": _resilience_codes(resilience),
            "resilience_support": np.select(
                [~resilience.is_resilient, ~is_above, np.isnan(p_above)],
                ["none", "by_letter", "by_interval"],
                "by_effect",
            ),
            **{name: known[name].to_numpy() for name in known},
        }
    )
    peers = context_peers(
        indicator_table(data.values, data.rule, assessment_year).reindex(ids),
        data.rule,
        school_sizes(data.evidence, assessment_year).reindex(ids),
    )
    mentors, searches = mentor_pairs(schools, peers, data.procedures, rules, reliable_participants)
    return ContextResults(
        CONTEXT_RESULTS.conform(schools.assign(mentor_search=searches.reindex(ids).to_numpy())),
        CONTEXT_REGRESSION.conform(
            pd.DataFrame([{"assessment_year": assessment_year, **line.facts, **borders}])
        ),
        peers.nearest(rules.n_peers.value),
        _sensitivity(data, index_z, window, level, rules.resilience, ids, assessment_year),
        mentors,
    )


def _of_year(table: pd.DataFrame, assessment_year: int, ids: pd.Index) -> pd.DataFrame:
    rows = table[table["assessment_year"] == assessment_year]
    return rows.set_index("school_id").reindex(ids)


def _floats(values: pd.Series) -> FloatArray:
    return values.to_numpy(dtype=float, na_value=np.nan)


def _line(
    data: ContextData,
    y: FloatArray,
    se: FloatArray,
    index: pd.DataFrame,
    min_schools: int,
    assessment_year: int,
) -> _Line:
    """The territory's own line, else the region's, else none and why."""
    own_index = _floats(index["index_z"])
    both = ~np.isnan(y) & ~np.isnan(own_index)
    facts: dict[str, object] = {"correlation": _correlation(y[both], own_index[both])}
    fit = fit_meta_regression(y, se, own_index[:, None], min_schools=min_schools)
    if np.isfinite(fit.coefficients).all():
        facts |= {
            "source": "territory",
            "n_schools": fit.n_schools,
            "intercept": fit.coefficients[0],
            "slope": fit.coefficients[1] if fit.is_used[1] else None,
            "slope_se": np.sqrt(fit.covariance[1, 1]),
            "tau": np.sqrt(fit.tau2),
            "r_squared": max(fit.r_squared, 0.0),
        }
        return _Line(fit.coefficients, fit.tau2, own_index, facts)
    reason = _why_not_region(data, assessment_year)
    if reason or data.norms is None or data.norms.social_reference is None:
        facts |= {"source": "none", "reason": reason, "n_schools": fit.n_schools}
        return _Line(np.array([np.nan, np.nan]), np.nan, own_index, facts)
    slope = next(one for one in data.norms.context_slopes if one.indicator == INDEX)
    on_region = social_index(
        data.values, data.rule, ChosenReference(data.norms.social_reference, "region_norms")
    )
    facts |= {
        "source": "region",
        "n_schools": slope.n_schools,
        "intercept": slope.intercept,
        "slope": slope.slope,
        "slope_se": slope.slope_standard_error,
        "tau": slope.left_between_sd,
    }
    return _Line(
        np.array([slope.intercept, slope.slope]),
        slope.left_between_sd**2,
        _floats(_of_year(on_region, assessment_year, index.index)["index_z"]),
        facts,
    )


def _why_not_region(data: ContextData, assessment_year: int) -> str | None:
    """Code of what the region's line lacks, None when it can be used."""
    norms = data.norms
    if norms is None:
        return "no_norms_file"
    reference = norms.social_reference
    if reference is None or not any(one.indicator == INDEX for one in norms.context_slopes):
        return "no_line_in_norms"
    if not still_holds(reference, data.rule, data.regulation_id, assessment_year):
        return "other_rule_in_norms"
    current = data.results[data.results["assessment_year"] == assessment_year]
    return None if (current["reference"] == "region").any() else "results_without_norms"


def _correlation(first: FloatArray, second: FloatArray) -> float | None:
    if len(first) < MIN_CORRELATED or first.std() == 0 or second.std() == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _quadrants(low: pd.Series, adverse: pd.Series) -> np.ndarray:
    is_low, is_adverse = low == "included", adverse == "included"
    is_known = (low != "not_assessed") & (adverse != "not_assessed")
    return np.select(
        [~is_known, is_low & is_adverse, is_low, is_adverse],
        ["unknown", "both", "low_results", "adverse_conditions"],
        "other",
    )


@dataclass(frozen=True)
class _Window:
    """Results of the years of resilience, shape (n_schools, n_years), and the borders beside them.

    ``cuts`` gives for every level the border of every school and year: of the works it wrote.
    """

    years: tuple[int, ...]
    results: FloatArray
    cuts: dict[int, FloatArray]


def _results_of_years(
    data: ContextData, rule: ResilienceRule, ids: pd.Index, assessment_year: int
) -> _Window:
    years = tuple(range(assessment_year - rule.window_years.value + 1, assessment_year + 1))
    tables = [_of_year(data.results, year, ids) for year in years]
    results = np.column_stack(
        [np.where(one["status"] == "ok", _floats(one["result"]), np.nan) for one in tables]
    )
    cuts = {
        percent: np.column_stack(
            [
                # a school without results in the year would stand beside the results in all works
                np.where(
                    one["works"] == PRIMARY_WORKS,
                    _border(data, PRIMARY_WORKS, percent, year),
                    _border(data, ALL_WORKS, percent, year),
                )
                for year, one in zip(years, tables, strict=True)
            ]
        )
        for percent in rule.result_percents
    }
    return _Window(years, results, cuts)


def _border(data: ContextData, works: str, percent: int, year: int) -> float:
    table = data.borders
    row = table[
        (table["assessment_year"] == year)
        & (table["works"] == works)
        & (table["percent"] == percent)
    ]
    return float(_floats(row["border"])[0]) if len(row) else np.nan


def _years_text(years: tuple[int, ...], chosen: BoolArray) -> str | None:
    return SEPARATOR.join(str(year) for year, yes in zip(years, chosen, strict=True) if yes) or None


def _context_cut(data: ContextData, values: FloatArray, percent: int, year: int) -> float:
    """Quantile of the index: the region's where the index stands on its scale, else own.

    Nobody's conditions are adverse where all schools have the same.
    """
    if data.chosen.origin == "region_norms" and data.norms and data.norms.assessment_year == year:
        of_region = data.norms.quantile(INDEX, percent)
        if of_region is not None:
            return of_region
    known = values[~np.isnan(values)]
    if len(known) < data.rule.index.min_reference_schools.value:
        return np.nan
    return -np.inf if known.min() == known.max() else float(np.quantile(known, percent / 100))


def _resilience_codes(found: Resilience) -> np.ndarray:
    return np.select([found.is_resilient, found.is_known], ["holds", "fails"], "unknown")


def _sensitivity(
    data: ContextData,
    index_z: FloatArray,
    window: _Window,
    level: IntArray,
    rule: ResilienceRule,
    ids: pd.Index,
    assessment_year: int,
) -> pd.DataFrame:
    """Resilience at every pair of borders that are known."""
    all_contexts = {
        percent: _context_cut(data, index_z, percent, assessment_year)
        for percent in rule.context_percents
    }
    contexts = {percent: cut for percent, cut in all_contexts.items() if not np.isnan(cut)}
    results = {
        percent: cuts for percent, cuts in window.cuts.items() if not np.isnan(cuts[:, -1]).all()
    }
    if not contexts or not results:
        return RESILIENCE_SENSITIVITY.empty()
    found = resilience_sensitivity(
        index_z,
        window.results,
        level,
        context_cuts=list(contexts.values()),
        result_cuts=list(results.values()),
        years_needed=rule.years_needed.value,
        max_level=rule.max_objectivity_level.value,
    )
    codes = _resilience_codes(found)
    rows = [
        pd.DataFrame(
            {
                "context_percent": context,
                "result_percent": result,
                "school_id": ids,
                "resilience": codes[i, j],
            }
        )
        for i, context in enumerate(contexts)
        for j, result in enumerate(results)
    ]
    return RESILIENCE_SENSITIVITY.conform(pd.concat(rows))
