"""In which list each school stood in every year the tables give, by one rule for all years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.decisions.adverse_conditions import decided_by_index
from shnor_analysis.decisions.low_results import (
    PROCEDURE_KEY,
    decide_low_results,
)
from shnor_analysis.decisions.low_results_certainty import (
    membership_probability,
    schools_rule_probability,
)
from shnor_analysis.methodology import AdverseConditions, LowResultsRule
from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.chance import predictive_over_threshold
from shnor_analysis.tables import LIST_STATES, LISTS

LOW, ADVERSE = LISTS
_POSTERIOR = ["posterior_alpha", "posterior_beta"]
_SERIES = [*PROCEDURE_KEY, "level"]


def list_states(
    procedure_results: pd.DataFrame,
    shrunken_shares: pd.DataFrame,
    social_index: pd.DataFrame,
    past_registers: pd.DataFrame,
    schools: pd.DataFrame,
    low_rule: LowResultsRule,
    adverse_rule: AdverseConditions,
    assessment_year: int,
) -> tuple[pd.DataFrame, pd.Series]:
    """Apply the rules of today to every year with results.

    Parameters
    ----------
    procedure_results, shrunken_shares, social_index, past_registers, schools : DataFrame
        Keep the contracts of these names. Registers received from the office decide nothing: they
        stand beside.
    low_rule, adverse_rule
        The rules the place applies now: lists of two years differ by results, never by the rule.
    assessment_year : int
        The last year.

    Returns
    -------
    states : DataFrame
        Keeps the contract ``list_states``: one row per school × year. In the first year repetition
        cannot be checked. A school that was part of another one by then is ``closed``; a sign that
        could not be checked is never taken for its absence.
    unchanged : Series of float
        By ``school_id`` and ``assessment_year``: probability of the low-results list if the
        school's shares were those of the year before. No value for the first year.

    Notes
    -----
    «If nothing changed»: the share of every work is drawn from its posterior of the year before,
    the pupils of this year from it, and the rule is applied by the letter, with last year's
    results as they were. Works that were not written last year keep their own posterior. Works are
    independent, so the probability is exact and needs no drawing.
    """
    years = sorted(
        int(year)
        for year in procedure_results.loc[
            procedure_results["n_participants"] > 0, "assessment_year"
        ].unique()
        if year <= assessment_year
    )
    parts: list[pd.DataFrame] = []
    unchanged: dict[tuple[str, int], float] = {}
    for year in years:
        closed = (schools["merged_from_year"] <= year).fillna(False)
        working = schools[~closed]
        found = decide_low_results(procedure_results, working, low_rule, year)
        decisions = found.decisions
        ids = pd.Index(decisions["school_id"], name="school_id")
        counted = found.evidence[
            found.evidence["n_participants"] >= low_rule.min_participants.value
        ].reset_index(drop=True)
        parts.append(
            pd.DataFrame(
                {
                    "school_id": ids,
                    "assessment_year": year,
                    LOW: decisions["decision"].to_numpy(),
                    ADVERSE: decided_by_index(adverse_rule, social_index, ids, year),
                    "p_low_results": membership_probability(
                        counted, shrunken_shares, ids, year, low_rule
                    ),
                }
            )
        )
        parts.append(
            pd.DataFrame({"school_id": schools.loc[closed, "school_id"], "assessment_year": year})
        )
        if year - 1 in years:
            p = _if_unchanged(counted, shrunken_shares, ids, year, low_rule)
            unchanged |= {(school, year): float(v) for school, v in zip(ids, p, strict=True)}
    if not parts:
        return LIST_STATES.empty(), _by_school_and_year({})
    rows = pd.concat(parts, ignore_index=True)
    rows["state"] = _states(rows)
    for name in LISTS:
        rows = rows.merge(_received(past_registers, name), how="left", validate="1:1",
                          on=["school_id", "assessment_year"])  # fmt: skip
    return LIST_STATES.conform(rows), _by_school_and_year(unchanged)


def _by_school_and_year(values: dict[tuple[str, int], float]) -> pd.Series:
    index = pd.MultiIndex.from_tuples(values, names=["school_id", "assessment_year"])
    return pd.Series(list(values.values()), index=index, dtype=float, name="p_listed_if_unchanged")


def _states(rows: pd.DataFrame) -> np.ndarray:
    low, adverse = rows[LOW], rows[ADVERSE]
    in_low, in_adverse = low == "included", adverse == "included"
    no_low, no_adverse = low == "not_assessed", adverse == "not_assessed"
    return np.select(
        [
            low.isna(),
            no_low & no_adverse,
            no_adverse & in_low,
            no_adverse,
            no_low & in_adverse,
            no_low,
            in_low & in_adverse,
            in_low,
            in_adverse,
        ],
        [
            "closed",
            "no_data",
            "low_results_only_known",
            "not_low_results_only_known",
            "adverse_conditions_only_known",
            "not_adverse_conditions_only_known",
            "both",
            "low_results",
            "adverse_conditions",
        ],
        "none",
    )


def _received(past_registers: pd.DataFrame, name: str) -> pd.DataFrame:
    rows = past_registers[past_registers["register"] == name]
    return rows[["school_id", "assessment_year", "status"]].rename(
        columns={"status": f"received_{name}"}
    )


def _if_unchanged(
    counted: pd.DataFrame,
    shrunken_shares: pd.DataFrame,
    ids: pd.Index,
    year: int,
    rule: LowResultsRule,
) -> FloatArray:
    """Probability of the list when this year's pupils come from last year's shares."""
    own = counted[["school_id", "work_id", "assessment_year", *_SERIES]].merge(
        shrunken_shares[["school_id", "work_id", *_POSTERIOR]],
        on=["school_id", "work_id"], how="left", validate="1:1",
    )  # fmt: skip
    # of two seasons of the year before the larger one
    before = (
        shrunken_shares[shrunken_shares["assessment_year"] == year - 1]
        .sort_values("n_participants", kind="stable")
        .drop_duplicates(["school_id", *_SERIES], keep="last")
    )
    former = own[["school_id", *_SERIES]].merge(
        before[["school_id", *_SERIES, *_POSTERIOR]],
        on=["school_id", *_SERIES], how="left", validate="m:1",
    )[_POSTERIOR]  # fmt: skip
    alpha, beta = (
        former[name].fillna(own[name]).to_numpy(dtype=float, na_value=np.nan) for name in _POSTERIOR
    )
    p, q = rule.share_numerator.value, rule.share_denominator.value
    n = counted["n_participants"].to_numpy(dtype=np.int64)
    drawn = predictive_over_threshold(n, alpha, beta, p, q)
    is_now = (counted["assessment_year"] == year).to_numpy()
    was_low = counted["is_low"].to_numpy(dtype=float)
    probability = pd.Series(np.where(is_now, drawn, was_low), index=counted.index)
    return schools_rule_probability(counted, probability, ids, year, rule)
