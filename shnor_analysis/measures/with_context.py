"""The tables of conditions and of the result beside them, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.context import context_evidence, context_values, indicator_table
from shnor_analysis.measures.result_index import result_borders, result_index
from shnor_analysis.measures.social_index import (
    choose_reference,
    social_index,
    social_index_parts,
    social_reference,
)
from shnor_analysis.methodology import Methodology, RegionNorms, SocialReference


def tables_with_context(
    context: pd.DataFrame,
    schools: pd.DataFrame,
    cells: pd.DataFrame,
    work_norms: pd.DataFrame,
    frozen: SocialReference | None,
    norms: RegionNorms | None,
    methodology: Methodology,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Compute the conditions of schools, their index and the result that stands beside it.

    Parameters
    ----------
    context, schools, cells, work_norms : DataFrame
        Keep the contracts of these names.
    frozen : SocialReference or None
        The file the place keeps.
    norms : RegionNorms or None
        Of the region.
    methodology : Methodology
        The rule of the place, and the other sets of indicators that stand beside it.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    dict of str to DataFrame
        ``context_evidence``, ``context_values`` (of all sets), ``social_reference``,
        ``social_index``, ``social_index_parts`` (of the rule), ``result_index`` and
        ``result_borders``.
    """
    rule = methodology.adverse_conditions
    own_id = methodology.regulations["adverse_conditions"][0].id
    smallest = methodology.low_results.report_participants.value
    values = {
        name: context_values(context, schools, one, name, assessment_year, smallest)
        for name, one in {**methodology.condition_sets, own_id: rule}.items()
    }
    own = values[own_id]
    of_region = norms.social_reference if norms else None
    chosen = choose_reference(own, rule, own_id, assessment_year, frozen, of_region)
    table = indicator_table(own, rule, assessment_year)
    subjects = methodology.social_context.result_subjects.value
    return {
        "context_evidence": context_evidence(context, rule),
        "context_values": pd.concat(values.values()),
        "social_reference": social_reference(rule, own_id, chosen),
        "social_index": social_index(own, rule, chosen),
        "social_index_parts": social_index_parts(table, rule, chosen.reference),
        "result_index": result_index(cells, work_norms, subjects, smallest),
        "result_borders": result_borders(
            cells,
            work_norms,
            subjects,
            smallest,
            methodology.social_context.resilience.result_percents,
            rule.index.min_reference_schools.value,
            norms,
        ),
    }
