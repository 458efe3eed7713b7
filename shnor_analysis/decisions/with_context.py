"""The decisions that rest on the conditions of schools, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.decisions.adverse_conditions import ConditionSet, decide_adverse_conditions
from shnor_analysis.decisions.context_peers import school_procedures
from shnor_analysis.decisions.context_results import ContextData, results_given_context
from shnor_analysis.decisions.low_results import LowResults
from shnor_analysis.measures.result_index import mean_results
from shnor_analysis.measures.social_index import choose_reference
from shnor_analysis.methodology import Methodology, RegionNorms, SocialReference


def decisions_with_context(
    evidence: pd.DataFrame,
    values: pd.DataFrame,
    index: pd.DataFrame,
    results: pd.DataFrame,
    borders: pd.DataFrame,
    low: LowResults,
    procedure_results: pd.DataFrame,
    objectivity_list: pd.DataFrame,
    objectivity_signs: pd.DataFrame,
    frozen: SocialReference | None,
    norms: RegionNorms | None,
    methodology: Methodology,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Decide on adverse conditions and compare results with what conditions let expect.

    Parameters
    ----------
    evidence, values, index, results, borders : DataFrame
        Keep the contracts ``context_evidence``, ``context_values``, ``social_index``,
        ``result_index`` and ``result_borders``.
    low : LowResults
        Every school in its decisions gets one here.
    procedure_results : DataFrame
        Keeps the contract of this name.
    objectivity_list, objectivity_signs : DataFrame
        Keep the contracts of these names; no rows where no list was received.
    frozen, norms, methodology, assessment_year
        As in :func:`~shnor_analysis.measures.with_context.tables_with_context`.

    Returns
    -------
    dict of str to DataFrame
        ``adverse_conditions``, its ``…_variants``, ``social_weights``, ``social_index_quality``,
        ``context_regression``, ``context_results``, ``context_peers``,
        ``resilience_sensitivity`` and ``mentor_pairs``.
    """
    own_id = methodology.regulations["adverse_conditions"][0].id
    sets = {
        name: ConditionSet(name, rule, values[values["regulation_id"] == name])
        for name, rule in {
            **methodology.condition_sets,
            own_id: methodology.adverse_conditions,
        }.items()
    }
    own = sets.pop(own_id)
    of_region = norms.social_reference if norms else None
    chosen = choose_reference(own.values, own.rule, own_id, assessment_year, frozen, of_region)
    rules = methodology.social_context
    found = decide_adverse_conditions(
        own,
        chosen,
        index,
        low.decisions[["school_id"]],
        mean_results(results, assessment_year, rules.resilience.window_years.value),
        tuple(sets.values()),
        rules,
        assessment_year,
    )
    given = results_given_context(
        ContextData(
            own_id,
            own.rule,
            evidence,
            own.values,
            index,
            results,
            borders,
            chosen,
            norms,
            objectivity_list,
            objectivity_signs,
            school_procedures(low.evidence, procedure_results, assessment_year),
        ),
        low.decisions,
        found.decisions,
        rules,
        methodology.norms.min_schools_slope.value,
        methodology.low_results.reliable_participants.value,
        assessment_year,
    )
    return {
        "adverse_conditions": found.decisions,
        "adverse_conditions_variants": found.variants,
        "social_weights": found.weights,
        "social_index_quality": found.quality,
        "context_regression": given.regression,
        "context_results": given.schools,
        "context_peers": given.peers,
        "resilience_sensitivity": given.sensitivity,
        "mentor_pairs": given.mentors,
    }
