"""How far the results below the minimum are gathered in a few schools."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.methodology import ConcentrationRules
from shnor_analysis.stats.concentration import smallest_majority, worst_part
from shnor_analysis.tables import LOW_RESULTS_CONCENTRATION, PROCEDURE_GROUPS

_PERCENT = 100


def low_results_concentration(
    evidence: pd.DataFrame, rules: ConcentrationRules, assessment_year: int
) -> pd.DataFrame:
    """Share of the results below the minimum in the part of the schools that has most of them.

    Parameters
    ----------
    evidence : DataFrame
        Keeps the contract ``low_results_evidence``.
    rules : ConcentrationRules
        The part of the schools and the share called a majority.
    assessment_year : int
        Earlier years are left aside.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_concentration``: one row per procedure with results and one
        for all. A result is one participant of one work: without pupils' rows nobody knows who
        failed twice. ``participant_share`` is what ``failing_share`` would be if results were
        alike, for these schools are also the large ones.
    """
    current = evidence[evidence["assessment_year"] == assessment_year]
    rows = []
    for group in PROCEDURE_GROUPS:
        works = current if group == "all" else current[current["procedure"] == group]
        if works.empty:
            continue
        schools = works.groupby("school_id")[["n_participants", "n_below_minimum"]].sum()
        n, failing = (schools[name].to_numpy(dtype=float) for name in schools)
        part = worst_part(failing, n, failing, rules.school_share.value)
        majority = smallest_majority(failing, rules.majority_percent.value, _PERCENT)
        rows.append(
            {
                "procedure_group": group,
                "assessment_year": assessment_year,
                "n_schools": part.n_schools,
                "n_participants": int(n.sum()),
                "n_below_minimum": int(failing.sum()),
                "school_share": rules.school_share.value,
                "failing_share": part.failing_share,
                "participant_share": part.pupil_share,
                "majority_share": rules.majority_percent.value / _PERCENT,
                "n_majority_schools": majority,
            }
        )
    columns = list(LOW_RESULTS_CONCENTRATION.columns)
    return LOW_RESULTS_CONCENTRATION.conform(pd.DataFrame(rows, columns=columns))
