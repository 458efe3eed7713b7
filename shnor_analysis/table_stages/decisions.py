"""Stage «decisions»: indicators and a rule become verdicts with reasons and evidence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.decisions.low_results import decide_low_results, low_results_readings
from shnor_analysis.decisions.low_results_index import Surroundings, decide_low_results_index
from shnor_analysis.decisions.low_results_rules import low_results_overlap, low_results_rules
from shnor_analysis.place_year import PlaceYear, working_schools
from shnor_analysis.workspace import INDICATORS, TIDY


def decision_tables(run: PlaceYear, folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of decisions, by the name of its contract."""
    methodology = run.methodology
    low = decide_low_results(
        tables.load_table(tables.PROCEDURE_RESULTS, folder / INDICATORS),
        working_schools(tables.load_table(tables.SCHOOLS, folder / TIDY), run.assessment_year),
        methodology.low_results,
        run.assessment_year,
    )
    levels = tables.load_table(tables.TEACHING_LEVELS, folder / INDICATORS)
    index = decide_low_results_index(
        tables.load_table(tables.LOW_RESULTS_INDICATORS, folder / INDICATORS),
        methodology.low_results_lists,
        Surroundings(
            levels=levels.set_index("school_id")["level"],
            conditions=None,
            is_region=run.description.municipality_id is None,
        ),
        methodology.low_results,
        run.assessment_year,
    )
    return {
        tables.LOW_RESULTS.name: low.decisions,
        tables.LOW_RESULTS_READINGS.name: low_results_readings(low.decisions),
        tables.LOW_RESULTS_EVIDENCE.name: low.evidence,
        tables.LOW_RESULTS_INDEX.name: index.decisions,
        tables.LOW_RESULTS_INDEX_YEARS.name: index.years,
        tables.LOW_RESULTS_INDEX_PARTS.name: index.parts,
        tables.LOW_RESULTS_RULES.name: low_results_rules(low.decisions, index.decisions),
        tables.LOW_RESULTS_OVERLAP.name: low_results_overlap(low.decisions, index.decisions),
    }
