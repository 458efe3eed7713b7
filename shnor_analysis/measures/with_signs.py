"""The tables of our own statistical signs, one call for the pipeline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.norm_conditions import SIZE, conditions
from shnor_analysis.measures.norm_social import social_norms
from shnor_analysis.measures.norm_works import work_norms_of_region
from shnor_analysis.measures.objectivity_signs import SignKnowledge, objectivity_measures
from shnor_analysis.measures.sign_data import KnownWorks, SignTables, mark_cuts
from shnor_analysis.measures.sign_levels import mark_pairs
from shnor_analysis.measures.sign_lines import SOCIAL_INDEX
from shnor_analysis.measures.sign_norms import sign_norms, with_task_norms
from shnor_analysis.measures.social_index import ChosenReference, social_index, still_holds
from shnor_analysis.methodology import Methodology, RegionNorms, SignNorm, WorkNorm


def tables_with_signs(
    tables: SignTables,
    schools: pd.DataFrame,
    context: pd.DataFrame,
    context_values: pd.DataFrame,
    norms: RegionNorms | None,
    methodology: Methodology,
    assessment_year: int,
    *,
    is_region: bool,
) -> dict[str, pd.DataFrame]:
    """Measure our own signs of every working school.

    Parameters
    ----------
    tables : SignTables
        Of all schools of the place.
    schools : DataFrame
        Keeps the contract ``schools``; the working ones.
    context, context_values : DataFrame
        Keep the contracts of these names.
    norms : RegionNorms or None
        The norms file of the place.
    methodology : Methodology
        ``objectivity.yaml``; the rule of adverse conditions.
    assessment_year : int
        2025 means the school year 2024/25.
    is_region : bool
        Whether these are all schools of a region: only then, and with enough of them, its own
        schools say what is usual where there is no file.

    Returns
    -------
    dict of str to DataFrame
        As of :func:`~shnor_analysis.measures.objectivity_signs.objectivity_measures`.
    """
    rules = methodology.objectivity_signs
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    told = conditions(context, schools, assessment_year)[[SIZE]]
    works: tuple[WorkNorm, ...] | list[WorkNorm] = ()
    signs: tuple[SignNorm, ...] | list[SignNorm] = ()
    if norms is not None:
        works, signs = norms.works, norms.signs
        told[SOCIAL_INDEX] = _index_on_region(context_values, norms, methodology, assessment_year)
    elif is_region and len(ids) >= rules.min_schools.value:
        index = social_norms(context, schools, methodology, assessment_year)[1]
        told[SOCIAL_INDEX] = index.reindex(told.index)
        works, signs = norms_of_signs(tables, told, methodology, assessment_year)
    known = SignKnowledge(
        KnownWorks(
            {work.work_id: work for work in works},
            mark_cuts(tables.cell_scores, methodology.scales),
        ),
        {(one.sign, one.n_years): one for one in signs},
        "no_norms_file" if norms is None else "not_in_norms",
    )
    pairs = mark_pairs(tables.cells)
    return objectivity_measures(tables, pairs, ids, told, known, rules, assessment_year)


def norms_of_signs(
    tables: SignTables, told: pd.DataFrame, methodology: Methodology, assessment_year: int
) -> tuple[list[WorkNorm], list[SignNorm]]:
    """Norms of works and signs from the schools at hand: those of a whole region."""
    first = assessment_year + 1 - methodology.objectivity_signs.years.value
    recent = tables.cells[tables.cells["assessment_year"].between(first, assessment_year)]
    works = work_norms_of_region(recent, tables.cell_scores, methodology.norms)[0]
    works = with_task_norms(works, tables.cell_tasks, methodology.norms.min_count.value)
    signs = sign_norms(
        tables, works, told, methodology.objectivity_signs, methodology.scales, assessment_year
    )[0]
    return works, signs


def _index_on_region(
    context_values: pd.DataFrame,
    norms: RegionNorms,
    methodology: Methodology,
    assessment_year: int,
) -> pd.Series:
    """Index of conditions on the scale of the region; missing where the rule is another one."""
    rule, reference = methodology.adverse_conditions, norms.social_reference
    own_id = methodology.regulations["adverse_conditions"][0].id
    if reference is None or not still_holds(reference, rule, own_id, assessment_year):
        return pd.Series(np.nan, index=pd.Index([], name="school_id"), dtype=float)
    own = context_values[context_values["regulation_id"] == own_id]
    found = social_index(own, rule, ChosenReference(reference, "region_norms"))
    current = found[found["assessment_year"] == assessment_year].set_index("school_id")
    return current["index_z"].astype(float)
