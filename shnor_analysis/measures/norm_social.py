"""The index of social well-being in a whole region: what its municipalities measure against."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.context import context_values, indicator_table
from shnor_analysis.measures.social_index import ChosenReference, make_reference, social_index
from shnor_analysis.methodology import Methodology, SocialReference


def social_norms(
    context: pd.DataFrame, schools: pd.DataFrame, methodology: Methodology, assessment_year: int
) -> tuple[SocialReference | None, pd.Series]:
    """Reference of the region by its rule of adverse conditions, and the index of its schools.

    Parameters
    ----------
    context, schools : DataFrame
        Keep the contracts of these names: all schools of the region.
    methodology : Methodology
        The rule the region applies; a municipality can use the reference if it applies the same.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    reference : SocialReference or None
        None when no school has an index.
    index : Series
        Mean deviation by ``school_id``; missing where too little is known, empty without reference.
    """
    rule = methodology.adverse_conditions
    regulation_id = methodology.regulations["adverse_conditions"][0].id
    values = context_values(
        context,
        schools,
        rule,
        regulation_id,
        assessment_year,
        methodology.low_results.report_participants.value,
    )
    reference = make_reference(
        indicator_table(values, rule, assessment_year),
        rule,
        regulation_id,
        assessment_year,
        "region",
    )
    if reference is None:
        return None, pd.Series(dtype=float)
    found = social_index(values, rule, ChosenReference(reference, "region_norms"))
    current = found[found["assessment_year"] == assessment_year].set_index("school_id")
    return reference, current["index_z"].astype(float)
