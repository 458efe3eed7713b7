"""Stage «decisions»: indicators and a rule become verdicts with reasons and evidence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.decisions.low_results import decide_low_results, low_results_readings
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.workspace import INDICATORS, TIDY


def decision_tables(run: PlaceYear, folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of decisions, by the name of its contract."""
    low = decide_low_results(
        tables.load_table(tables.PROCEDURE_RESULTS, folder / INDICATORS),
        working_schools(tables.load_table(tables.SCHOOLS, folder / TIDY), run.assessment_year),
        run.methodology.low_results,
        run.assessment_year,
    )
    return {
        tables.LOW_RESULTS.name: low.decisions,
        tables.LOW_RESULTS_READINGS.name: low_results_readings(low.decisions),
        tables.LOW_RESULTS_EVIDENCE.name: low.evidence,
    }


def working_schools(schools: pd.DataFrame, assessment_year: int) -> pd.DataFrame:
    """Schools that were not yet part of another one in that year."""
    return schools[~(schools["merged_from_year"] <= assessment_year).fillna(False)]
