"""What the list would be under a slightly different rule: one change at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.decisions.low_results import decide_by_low, rule_procedures
from shnor_analysis.decisions.pooled_counts import pooled_counts
from shnor_analysis.methodology import LowResultsRule, WhatIf
from shnor_analysis.stats.sensitivity import jaccard, list_change
from shnor_analysis.tables import LOW_RESULTS_SCENARIOS, LOW_RESULTS_WHAT_IF

_PERCENT = 100
APPLIED = 0


@dataclass(frozen=True)
class ResultsOfSchools:
    """What every variant is decided from.

    ``procedure_results``, ``shrunken_shares`` and ``comparability`` keep the contracts of these
    names; ``schools`` needs ``school_id``.
    """

    procedure_results: pd.DataFrame
    shrunken_shares: pd.DataFrame
    comparability: pd.DataFrame
    schools: pd.DataFrame
    assessment_year: int


@dataclass(frozen=True)
class WhatIfLists:
    """Variants (``low_results_scenarios``) and their decisions (``low_results_what_if``)."""

    scenarios: pd.DataFrame
    decisions: pd.DataFrame


@dataclass(frozen=True)
class _Variant:
    kind: str
    value: str | None
    decision: pd.Series


def low_results_what_if(
    results: ResultsOfSchools, rule: LowResultsRule, what_if: WhatIf
) -> WhatIfLists:
    """Decide every school under every variant of the rule.

    Parameters
    ----------
    results : ResultsOfSchools
        The same results for all variants.
    rule : LowResultsRule
        The applied rule; its list is variant 0.
    what_if : WhatIf
        The changes; one that leaves the applied rule as it is, or adds a procedure nobody took, is
        not a variant.

    Returns
    -------
    WhatIfLists
        ``share_points``: the threshold moved. ``min_participants``: smaller procedures not
        counted. ``adapted_programmes``: participants taught by them counted or left out, where
        schools tell of any. ``mode``: other clauses. ``pooled_years``: procedures judged by the
        counts of so many years together where they can be compared, then clause A.
        ``without_procedure`` and ``with_procedure``: the rule's list of procedures changed.
        ``shrunken_share``: procedures judged by their shrunken shares.
    """
    variants = [_decided("applied", None, results, rule)]
    variants += _by_numbers(results, rule, what_if)
    variants += _by_pooled_years(results, rule, what_if)
    variants += _by_procedures(results, rule, what_if)
    variants.append(_by_shrunken_share(results, rule))
    listed = np.array([variant.decision == "included" for variant in variants])
    change = list_change(listed[APPLIED], listed)
    scenarios = pd.DataFrame(
        {
            "position": range(len(variants)),
            "kind": [variant.kind for variant in variants],
            "value": [variant.value for variant in variants],
            "n_included": listed.sum(axis=1),
            "n_not_assessed": [(v.decision == "not_assessed").sum() for v in variants],
            "n_entered": change.entered.sum(axis=1),
            "n_left": change.left.sum(axis=1),
            "jaccard": jaccard(listed[APPLIED], listed),
        }
    )
    decisions = pd.concat(
        variant.decision.reset_index().assign(position=position)
        for position, variant in enumerate(variants)
    )
    return WhatIfLists(
        LOW_RESULTS_SCENARIOS.conform(scenarios), LOW_RESULTS_WHAT_IF.conform(decisions)
    )


def _by_numbers(
    results: ResultsOfSchools, rule: LowResultsRule, what_if: WhatIf
) -> Iterator[_Variant]:
    """Variants that change a number or the mode of the rule."""
    p, q = rule.share_numerator.value, rule.share_denominator.value
    for points in what_if.share_points.value:
        moved = _PERCENT * p + points * q
        if points and 0 < moved <= _PERCENT * q:
            shifted = _changed(rule, share_numerator=moved, share_denominator=_PERCENT * q)
            yield _decided("share_points", f"{points:+d}", results, shifted)
    for smallest in what_if.min_participants.value:
        if smallest != rule.min_participants.value:
            larger = _changed(rule, min_participants=smallest)
            yield _decided("min_participants", str(smallest), results, larger)
    has_adapted = _evidence(results, _changed(rule, adapted_programmes="left_out"))["n_left_out"]
    for programmes in what_if.adapted_programmes.value:
        if programmes != rule.adapted_programmes.value and has_adapted.any():
            other = _changed(rule, adapted_programmes=programmes)
            yield _decided("adapted_programmes", programmes, results, other)
    for mode in what_if.modes.value:
        if mode != rule.mode.value:
            yield _decided("mode", mode, results, _changed(rule, mode=mode))


def _by_pooled_years(
    results: ResultsOfSchools, rule: LowResultsRule, what_if: WhatIf
) -> Iterator[_Variant]:
    """Variants that count several years together: each procedure once, hence clause A."""
    for years in what_if.pooled_years.value:
        pooled = pooled_counts(
            results.procedure_results, results.comparability, results.assessment_year, years
        )
        series = pooled["procedure"].str.cat(
            [pooled[name].astype(str) for name in ("subject", "grade", "level")], sep="-"
        )
        as_one_year = pooled.assign(assessment_year=results.assessment_year, work_id=series)
        evidence = rule_procedures(as_one_year, results.schools, rule, results.assessment_year)
        yield _Variant(
            "pooled_years",
            str(years),
            _decision(evidence, evidence["is_low"], results, _changed(rule, mode="A")),
        )


def _by_procedures(
    results: ResultsOfSchools, rule: LowResultsRule, what_if: WhatIf
) -> Iterator[_Variant]:
    """Variants that leave out a procedure, or add one that has results."""
    in_rule = {entry.procedure for entry in rule.procedures}
    for left_out in what_if.without_procedures.value:
        kept = tuple(entry for entry in rule.procedures if entry.procedure != left_out)
        if left_out in in_rule and kept:
            fewer = rule.model_copy(update={"procedures": kept})
            yield _decided("without_procedure", left_out, results, fewer)
    for entry in what_if.with_procedures:
        only = rule.model_copy(update={"procedures": (entry,)})
        if entry.procedure not in in_rule and len(_evidence(results, only)):
            more = rule.model_copy(update={"procedures": (*rule.procedures, entry)})
            yield _decided("with_procedure", entry.procedure, results, more)


def _by_shrunken_share(results: ResultsOfSchools, rule: LowResultsRule) -> _Variant:
    """The variant that believes the shrunken shares."""
    evidence = _evidence(results, rule)
    key = ["school_id", "work_id"]
    shares = evidence[key].merge(
        results.shrunken_shares[[*key, "shrunken_share"]], on=key, how="left", validate="1:1"
    )
    threshold = rule.share_numerator.value / rule.share_denominator.value
    is_low = (shares["shrunken_share"] >= threshold).fillna(False).to_numpy(dtype=bool)
    return _Variant(
        "shrunken_share",
        None,
        _decision(evidence, pd.Series(is_low, index=evidence.index), results, rule),
    )


def _changed(rule: LowResultsRule, **values: object) -> LowResultsRule:
    """The rule with other values; their sources stay, for they are not printed."""
    return rule.model_copy(
        update={
            name: getattr(rule, name).model_copy(update={"value": value})
            for name, value in values.items()
        }
    )


def _decided(
    kind: str, value: str | None, results: ResultsOfSchools, rule: LowResultsRule
) -> _Variant:
    evidence = _evidence(results, rule)
    return _Variant(kind, value, _decision(evidence, evidence["is_low"], results, rule))


def _evidence(results: ResultsOfSchools, rule: LowResultsRule) -> pd.DataFrame:
    return rule_procedures(
        results.procedure_results, results.schools, rule, results.assessment_year
    )


def _decision(
    evidence: pd.DataFrame, low: pd.Series, results: ResultsOfSchools, rule: LowResultsRule
) -> pd.Series:
    return decide_by_low(evidence, low, results.schools, rule, results.assessment_year)
