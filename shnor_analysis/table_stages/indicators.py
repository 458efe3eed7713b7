"""Stage «indicators»: cells become values with intervals and statuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.measures.adapted_programmes import (
    counted_cells,
    with_adapted,
    without_adapted,
)
from shnor_analysis.measures.comparability import comparability
from shnor_analysis.measures.mark_agreement import mark_agreement, territory_mark_agreement
from shnor_analysis.measures.reference_shares import reference_shares
from shnor_analysis.measures.report_parts import report_parts
from shnor_analysis.measures.results import procedure_results, territory_results
from shnor_analysis.measures.share_funnels import share_funnels
from shnor_analysis.measures.sign_data import SignTables
from shnor_analysis.measures.with_context import tables_with_context
from shnor_analysis.measures.with_dynamics import tables_of_changes
from shnor_analysis.measures.with_indicator_lists import tables_of_lists
from shnor_analysis.measures.with_norms import tables_with_norms
from shnor_analysis.measures.with_objectivity import tables_of_objectivity
from shnor_analysis.measures.with_signs import tables_with_signs
from shnor_analysis.place_year import PlaceYear, working_schools
from shnor_analysis.tables import Contract
from shnor_analysis.workspace import CELLS, TIDY


def indicator_tables(run: PlaceYear, folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of indicators, by the name of its contract."""
    methodology = run.methodology
    school_cells = tables.load_table(tables.CELLS, folder / CELLS)

    def tidy(contract: Contract) -> pd.DataFrame:
        return tables.load_table(contract, folder / TIDY)

    cell_scores = tables.load_table(tables.CELL_SCORES, folder / CELLS)
    claims = tidy(tables.MEDAL_CLAIMS)
    rule = methodology.low_results
    results = with_adapted(
        procedure_results(school_cells, rule.report_participants.value),
        tidy(tables.ADAPTED_PARTICIPANTS),
    )
    leaves_out = rule.adapted_programmes.value == "left_out"
    of_territory = territory_results(
        school_cells, tidy(tables.GROUP_STATISTICS), run.description.region_name
    )
    cells_of_rule = counted_cells(school_cells, results) if leaves_out else school_cells
    with_norms = tables_with_norms(
        cells_of_rule,
        tidy(tables.GROUP_STATISTICS),
        tidy(tables.GROUP_ITEMS),
        run.description.region_name,
        run.norms,
        methodology,
        run.assessment_year,
    )
    usual = reference_shares(with_norms[tables.WORK_NORMS.name], of_territory)
    counted = without_adapted(results) if leaves_out else results
    funnels = share_funnels(counted, usual, methodology.certainty.funnel, run.assessment_year)
    mergers = _mergers(tidy(tables.SCHOOLS))
    compared = comparability(
        tidy(tables.WORKS),
        school_cells,
        methodology.comparability,
        tidy(tables.PARTICIPATION),
        mergers,
    )
    with_context = tables_with_context(
        tidy(tables.CONTEXT),
        tidy(tables.SCHOOLS),
        school_cells,
        with_norms["work_norms"],
        run.social_reference,
        run.norms,
        methodology,
        run.assessment_year,
    )
    schools = working_schools(tidy(tables.SCHOOLS), run.assessment_year)
    return {
        tables.PROCEDURE_RESULTS.name: results,
        tables.TERRITORY_RESULTS.name: of_territory,
        tables.COMPARABILITY.name: compared,
        tables.REPORT_PARTS.name: report_parts(
            tidy(tables.SOURCE_FILES), methodology, run.assessment_year
        ),
        tables.MARK_AGREEMENT.name: mark_agreement(
            school_cells, cell_scores, methodology.low_results.reliable_participants.value
        ),
        tables.TERRITORY_MARK_AGREEMENT.name: territory_mark_agreement(school_cells),
        **with_norms,
        **with_context,
        **tables_of_changes(
            {
                tables.CELLS.name: school_cells,
                tables.COMPARABILITY.name: compared,
                tables.WORK_NORMS.name: with_norms["work_norms"],
                tables.RESULT_INDEX.name: with_context["result_index"],
                tables.COHORT_PAIRS.name: tables.load_table(tables.COHORT_PAIRS, folder / CELLS),
                tables.WORKS.name: tidy(tables.WORKS),
            },
            cells_of_rule,
            mergers,
            methodology.dynamics,
            run.assessment_year,
        ),
        tables.REFERENCE_SHARES.name: usual,
        tables.SHARE_FUNNELS.name: funnels.works,
        tables.SHARE_FUNNEL_POINTS.name: funnels.points,
        **tables_of_lists(
            {
                tables.CELLS.name: school_cells,
                tables.CELL_SCORES.name: cell_scores,
                tables.DIAGNOSTIC_WORKS.name: tidy(tables.DIAGNOSTIC_WORKS),
                tables.CONTEXT.name: tidy(tables.CONTEXT),
            },
            schools,
            methodology,
            run.assessment_year,
        ),
        **tables_of_objectivity(
            {
                tables.CELLS.name: school_cells,
                tables.CELL_SCORES.name: cell_scores,
                tables.WORKS.name: tidy(tables.WORKS),
                tables.MEDAL_CLAIMS.name: claims,
                tables.PROCEDURE_CONDUCT.name: tidy(tables.PROCEDURE_CONDUCT),
                tables.GIA_RESULTS.name: tables.load_table(
                    tables.GIA_RESULTS, folder / TIDY, pupil_id=claims["pupil_id"].tolist()
                ),
            },
            with_norms["work_norms"],
            methodology,
            is_region=run.description.municipality_id is None,
        ),
        **tables_with_signs(
            SignTables(
                school_cells,
                tables.load_table(tables.CLASS_CELLS, folder / CELLS),
                cell_scores,
                tables.load_table(tables.CELL_TASKS, folder / CELLS),
                tables.load_table(tables.COHORT_PAIRS, folder / CELLS),
            ),
            schools,
            tidy(tables.CONTEXT),
            with_context[tables.CONTEXT_VALUES.name],
            run.norms,
            methodology,
            run.assessment_year,
            is_region=run.description.municipality_id is None,
        ),
    }


def _mergers(schools: pd.DataFrame) -> pd.DataFrame:
    """Mergers of schools: ``old_school``, ``new_school``, ``assessment_year``."""
    merged = schools[schools["merged_into"].notna()]
    columns = {"school_id": "old_school", "merged_into": "new_school",
               "merged_from_year": "assessment_year"}  # fmt: skip
    return merged[list(columns)].rename(columns=columns)
