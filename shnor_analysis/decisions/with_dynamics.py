"""Every verdict about changes over the years, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.decisions.change_classes import result_change_classes, share_change_classes
from shnor_analysis.decisions.list_moves import list_dynamics
from shnor_analysis.decisions.list_states import list_states
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import (
    RESULT_CHANGE_CLASSES,
    TERRITORY_CHANGE_CLASSES,
    WORK_CHANGE_CLASSES,
)


def decisions_on_dynamics(
    tables: dict[str, pd.DataFrame], methodology: Methodology, assessment_year: int
) -> dict[str, pd.DataFrame]:
    """Classify the changes and follow the lists.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``work_changes``, ``territory_changes``, ``result_changes``, ``procedure_results``,
        ``shrunken_shares``, ``social_index``, ``past_registers`` and ``schools``, by the names of
        their contracts.
    methodology : Methodology
        The rules the place applies now.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    dict of str to DataFrame
        By the names of the contracts.
    """
    rules = methodology.dynamics
    states, unchanged = list_states(
        tables["procedure_results"],
        tables["shrunken_shares"],
        tables["social_index"],
        tables["past_registers"],
        tables["schools"],
        methodology.low_results,
        methodology.adverse_conditions,
        assessment_year,
    )
    lists = list_dynamics(states, unchanged, rules)
    return {
        "work_change_classes": share_change_classes(
            tables["work_changes"], WORK_CHANGE_CLASSES, rules
        ),
        "territory_change_classes": share_change_classes(
            tables["territory_changes"], TERRITORY_CHANGE_CLASSES, rules
        ),
        "result_change_classes": result_change_classes(
            tables["result_changes"], RESULT_CHANGE_CLASSES, rules
        ),
        "list_states": states,
        "list_moves": lists.moves,
        "list_flows": lists.flows,
    }
