"""Norms of a region: all its schools together become one small file without pupils."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.errors import ParameterError
from shnor_analysis.measures.norm_conditions import (
    SIZE,
    conditions,
    quantiles,
    slopes,
)
from shnor_analysis.measures.norm_social import social_norms
from shnor_analysis.measures.norm_works import work_norms_of_region
from shnor_analysis.measures.result_index import (
    ALL_WORKS,
    NORM_OF_WORKS,
    PRIMARY_WORKS,
    primary_works,
    result_index,
)
from shnor_analysis.measures.sign_data import SignTables
from shnor_analysis.measures.sign_lines import SOCIAL_INDEX
from shnor_analysis.measures.sign_norms import sign_norms, with_task_norms
from shnor_analysis.methodology import (
    FORMAT,
    FORMAT_VERSION,
    Absent,
    MadeBy,
    Methodology,
    RegionNorms,
    SignNorm,
)
from shnor_analysis.tables import CONTEXT, WORK_NORMS

# Quantiles are of the years of the low-results rule: the year and the one before it.
YEARS_BACK = 1


def region_norms(
    cells: pd.DataFrame,
    schools: pd.DataFrame,
    assessment_year: int,
    methodology: Methodology,
    made: MadeBy,
    region_name: str,
    context: pd.DataFrame | None = None,
    cell_scores: pd.DataFrame | None = None,
    sign_tables: SignTables | None = None,
) -> RegionNorms:
    """Make the norms of a region from the cells of all its schools.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``; works of the years that signs are pooled over are used.
    schools : DataFrame
        Keeps the contract ``schools``: all schools of one region.
    assessment_year : int
        2025 means the school year 2024/25.
    methodology : Methodology
        Smallest numbers of schools and pupils, levels of quantiles; the rule of adverse conditions.
    made : MadeBy
        Version of the program and fingerprint of the input.
    region_name : str
        As in ``monitoring.yaml``.
    context : DataFrame or None
        Keeps the contract ``context``; without it only size is a condition.
    cell_scores : DataFrame or None
        See :func:`~shnor_analysis.measures.norm_works.work_norms_of_region`.
    sign_tables : SignTables or None
        What our own signs are computed from; without it the norms of signs are absent.

    Returns
    -------
    RegionNorms
        Deterministic; row order does not matter. What could not be estimated is named in
        ``absent`` with a reason.

    Raises
    ------
    ParameterError
        If the schools are of several regions or of none.
    """
    region_codes = sorted(schools["region_code"].unique())
    if len(region_codes) != 1:
        found = ", ".join(region_codes) or "ни одного"
        raise ParameterError(
            f"Нормы составляются по школам одного региона, в таблице школ коды регионов: {found}; "
            "оставьте файлы одного региона."
        )
    rules = methodology.norms
    signs_from = assessment_year + 1 - methodology.objectivity_signs.years.value
    used = cells[cells["assessment_year"].between(signs_from, assessment_year)].sort_values(
        ["work_id", "school_id"], ignore_index=True
    )
    recent = used[used["assessment_year"] >= assessment_year - YEARS_BACK]
    works, absent = work_norms_of_region(used, cell_scores, rules)
    current = recent[recent["assessment_year"] == assessment_year]
    working = schools[schools["school_id"].isin(current["school_id"])]
    known = conditions(context, working, assessment_year)
    results = _results(current, methodology)
    told = CONTEXT.empty() if context is None else context
    reference, index = social_norms(told, working, methodology, assessment_year)
    known[SOCIAL_INDEX] = index.reindex(known.index)
    lines, no_lines = slopes(results, known, rules)
    if context is None or context.empty:
        no_lines.append(Absent(part="context_slopes", reason="no_context"))
    signs: list[SignNorm] = []
    if sign_tables is None:
        no_lines.append(Absent(part="signs", reason="no_score_table"))
    else:
        works = with_task_norms(works, sign_tables.cell_tasks, rules.min_count.value)
        signs, no_signs = sign_norms(
            sign_tables,
            works,
            known[[SOCIAL_INDEX, SIZE]],
            methodology.objectivity_signs,
            methodology.scales,
            assessment_year,
        )
        no_lines += no_signs
    over_schools = known.assign(
        **{
            NORM_OF_WORKS[ALL_WORKS]: results["result"],
            NORM_OF_WORKS[PRIMARY_WORKS]: _results(primary_works(current), methodology)["result"],
        }
    )
    return RegionNorms(
        format=FORMAT,
        format_version=FORMAT_VERSION,
        region_code=region_codes[0],
        region_name=region_name,
        assessment_year=assessment_year,
        n_schools=int(current["school_id"].nunique()),
        made=made,
        min_count=rules.min_count.value,
        works=tuple(works),
        context_slopes=tuple(lines),
        signs=tuple(signs),
        social_reference=reference,
        quantiles=tuple(quantiles(recent, over_schools, rules)),
        absent=tuple(absent + no_lines),
    )


def _results(cells: pd.DataFrame, methodology: Methodology) -> pd.DataFrame:
    """Results of one year on the pupils of the region itself; index ``school_id``."""
    found = result_index(
        cells,
        WORK_NORMS.empty(),
        methodology.social_context.result_subjects.value,
        methodology.low_results.report_participants.value,
    )
    return found.set_index("school_id")[["result", "standard_error"]].astype(float)
