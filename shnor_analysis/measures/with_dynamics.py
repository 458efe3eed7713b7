"""Every table of changes that needs no verdict, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.result_changes import cohort_changes, result_changes
from shnor_analysis.measures.share_changes import (
    territory_changes,
    visible_changes,
    work_changes,
)
from shnor_analysis.methodology import DynamicsRules


def tables_of_changes(
    tables: dict[str, pd.DataFrame],
    counted: pd.DataFrame,
    mergers: pd.DataFrame,
    rules: DynamicsRules,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Compute the changes of shares, of results and of the same pupils.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``cells``, ``comparability``, ``work_norms``, ``result_index``, ``cohort_pairs`` and
        ``works``, by the names of their contracts.
    counted : DataFrame
        Keeps the contract ``cells``: the participants of schools that the rule counts. All of
        ``cells`` take part in what is said of the territory, as in ``territory_results``.
    mergers : DataFrame
        Columns ``old_school``, ``new_school``, ``assessment_year``.
    rules : DynamicsRules
        Levels and smallest numbers.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    dict of str to DataFrame
        By the names of the contracts.
    """
    of_works = (tables["comparability"], tables["work_norms"])
    return {
        "work_changes": work_changes(counted, *of_works, mergers, rules, assessment_year),
        "territory_changes": territory_changes(tables["cells"], *of_works, rules, assessment_year),
        "visible_changes": visible_changes(rules),
        "result_changes": result_changes(tables["result_index"], rules, assessment_year),
        "cohort_changes": cohort_changes(
            tables["cohort_pairs"], rules, assessment_year, tables["works"]
        ),
    }
