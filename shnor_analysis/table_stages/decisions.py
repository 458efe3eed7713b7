"""Stage «decisions»: indicators and a rule become verdicts with reasons and evidence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.decisions.low_results import decide_low_results, low_results_readings
from shnor_analysis.decisions.low_results_certainty import low_results_certainty
from shnor_analysis.decisions.low_results_concentration import low_results_concentration
from shnor_analysis.decisions.low_results_index import (
    Surroundings,
    conditions_of_year,
    decide_low_results_index,
)
from shnor_analysis.decisions.low_results_pooled import low_results_pooled
from shnor_analysis.decisions.low_results_rules import low_results_overlap, low_results_rules
from shnor_analysis.decisions.low_results_what_if import ResultsOfSchools, low_results_what_if
from shnor_analysis.decisions.objectivity_letter import MarkerMeasures, objectivity_by_letter
from shnor_analysis.decisions.objectivity_signs import decide_objectivity_signs
from shnor_analysis.decisions.with_context import decisions_with_context
from shnor_analysis.decisions.with_dynamics import decisions_on_dynamics
from shnor_analysis.place_year import PlaceYear, working_schools
from shnor_analysis.tables import Contract
from shnor_analysis.workspace import INDICATORS, TIDY


def decision_tables(run: PlaceYear, folder: Path) -> dict[str, pd.DataFrame]:
    """Every table of decisions, by the name of its contract."""
    rule, rules, year = run.methodology.low_results, run.methodology.certainty, run.assessment_year

    def indicator(contract: Contract) -> pd.DataFrame:
        return tables.load_table(contract, folder / INDICATORS)

    results = indicator(tables.PROCEDURE_RESULTS)
    shrunken = indicator(tables.SHRUNKEN_SHARES)
    comparability = indicator(tables.COMPARABILITY)
    all_schools = tables.load_table(tables.SCHOOLS, folder / TIDY)
    schools = working_schools(all_schools, year)
    low = decide_low_results(results, schools, rule, year)
    lists = low_results_what_if(
        ResultsOfSchools(results, shrunken, comparability, schools, year), rule, rules.what_if
    )
    certainty = low_results_certainty(
        low.decisions,
        low.evidence,
        shrunken,
        indicator(tables.REFERENCE_SHARES),
        lists.decisions,
        rule,
        rules,
    )
    levels = indicator(tables.TEACHING_LEVELS)
    index = decide_low_results_index(
        indicator(tables.LOW_RESULTS_INDICATORS),
        run.methodology.low_results_lists,
        Surroundings(
            levels=levels.set_index("school_id")["level"],
            conditions=conditions_of_year(indicator(tables.SOCIAL_INDEX), year),
            is_region=run.description.municipality_id is None,
        ),
        rules.indicator_lists,
        year,
    )
    objectivity = objectivity_by_letter(
        MarkerMeasures(
            indicator(tables.MEAN_INTERVALS),
            indicator(tables.SCORE_MARK_CORRELATIONS),
            indicator(tables.COHORT_RATIOS),
        ),
        run.methodology.objectivity,
        schools,
        year,
    )
    signs = decide_objectivity_signs(
        indicator(tables.OBJECTIVITY_MEASURES), run.methodology.objectivity_signs
    )
    return {
        tables.LOW_RESULTS.name: low.decisions,
        tables.LOW_RESULTS_READINGS.name: low_results_readings(low.decisions),
        tables.LOW_RESULTS_EVIDENCE.name: low.evidence,
        **decisions_with_context(
            indicator(tables.CONTEXT_EVIDENCE),
            indicator(tables.CONTEXT_VALUES),
            indicator(tables.SOCIAL_INDEX),
            indicator(tables.RESULT_INDEX),
            indicator(tables.RESULT_BORDERS),
            low,
            results,
            tables.load_table(tables.OBJECTIVITY_LIST, folder / TIDY),
            signs.schools,
            run.social_reference,
            run.norms,
            run.methodology,
            year,
        ),
        **decisions_on_dynamics(
            {
                **{
                    contract.name: indicator(contract)
                    for contract in (
                        tables.WORK_CHANGES,
                        tables.TERRITORY_CHANGES,
                        tables.RESULT_CHANGES,
                        tables.SOCIAL_INDEX,
                    )
                },
                tables.PROCEDURE_RESULTS.name: results,
                tables.SHRUNKEN_SHARES.name: shrunken,
                tables.PAST_REGISTERS.name: tables.load_table(tables.PAST_REGISTERS, folder / TIDY),
                tables.SCHOOLS.name: all_schools,
            },
            run.methodology,
            year,
        ),
        tables.LOW_RESULTS_CERTAINTY.name: certainty.schools,
        tables.LOW_RESULTS_WAYS.name: certainty.ways,
        tables.LOW_RESULTS_SUMMARY.name: certainty.summary,
        tables.LOW_RESULTS_SCENARIOS.name: lists.scenarios,
        tables.LOW_RESULTS_WHAT_IF.name: lists.decisions,
        tables.LOW_RESULTS_POOLED.name: low_results_pooled(
            results, comparability, rule, year, rules.pooled_years.value
        ),
        tables.LOW_RESULTS_CONCENTRATION.name: low_results_concentration(
            low.evidence, rules.concentration, year
        ),
        tables.LOW_RESULTS_INDEX.name: index.decisions,
        tables.LOW_RESULTS_INDEX_YEARS.name: index.years,
        tables.LOW_RESULTS_INDEX_PARTS.name: index.parts,
        tables.LOW_RESULTS_RULES.name: low_results_rules(low.decisions, index.decisions),
        tables.LOW_RESULTS_OVERLAP.name: low_results_overlap(low.decisions, index.decisions),
        tables.OBJECTIVITY_MARKERS.name: objectivity.markers,
        tables.OBJECTIVITY_LETTER.name: objectivity.schools,
        tables.OBJECTIVITY_LETTER_TERRITORY.name: objectivity.territory,
        tables.OBJECTIVITY_FAMILIES.name: signs.families,
        tables.OBJECTIVITY_SIGNS.name: signs.schools,
    }
