"""Every table of indicators that the lists of a place ask for."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.low_results_indicators import (
    low_results_indicators,
    low_results_indicators_territory,
)
from shnor_analysis.measures.mark_correlation import diagnostic_agreement
from shnor_analysis.measures.school_levels import school_levels
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import (
    DIAGNOSTIC_AGREEMENT,
    LOW_RESULTS_INDICATORS,
    LOW_RESULTS_INDICATORS_TERRITORY,
    TEACHING_LEVELS,
)


def tables_of_lists(
    tables: dict[str, pd.DataFrame],
    schools: pd.DataFrame,
    methodology: Methodology,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Compute the indicators of every list, by the names of the contracts.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``cells``, ``cell_scores``, ``diagnostic_works`` and ``context``, by the names of their
        contracts.
    schools : DataFrame
        Schools of the year.
    methodology : Methodology
        Gives the lists and the smallest number of participants to print.
    assessment_year : int
        The last year.
    """
    lists = methodology.low_results_lists
    levels = school_levels(schools, tables["cells"], tables["diagnostic_works"], tables["context"])
    indicators = low_results_indicators(
        tables,
        levels,
        lists,
        assessment_year,
        methodology.low_results.report_participants.value,
    )
    return {
        TEACHING_LEVELS.name: TEACHING_LEVELS.conform(levels.rename("level").reset_index()),
        LOW_RESULTS_INDICATORS.name: indicators,
        LOW_RESULTS_INDICATORS_TERRITORY.name: low_results_indicators_territory(indicators),
        DIAGNOSTIC_AGREEMENT.name: diagnostic_agreement(
            tables["cells"], tables["diagnostic_works"], lists, assessment_year
        ),
    }
