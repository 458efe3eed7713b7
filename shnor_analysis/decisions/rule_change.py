"""Which schools enter or leave the low-results list when the rule changes, and by which change."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.methodology import LowResultsRule, rule_content

# Parameters that the list depends on; the two numbers of the share change together.
PARAMETERS = (
    ("share_numerator", "share_denominator"),
    ("min_participants",),
    ("min_low_procedures",),
    ("mode",),
    ("adapted_programmes",),
    ("procedures",),
)


@dataclass(frozen=True)
class ListChange:
    """What a change of the rule does to the list.

    ``parameters`` are the fields that changed, ``entering`` and ``leaving`` rows of the table
    ``low_results`` as the new rule decides them, so that they say why.
    """

    parameters: tuple[str, ...]
    entering: pd.DataFrame
    leaving: pd.DataFrame


def low_results_list_changes(
    procedure_results: pd.DataFrame,
    schools: pd.DataFrame,
    old: LowResultsRule,
    new: LowResultsRule,
    assessment_year: int,
) -> tuple[ListChange, ...]:
    """Apply two rules to the same results and compare the lists.

    Parameters
    ----------
    procedure_results, schools, assessment_year
        As for :func:`~shnor_analysis.decisions.low_results.decide_low_results`.
    old, new : LowResultsRule
        The rule before and after.

    Returns
    -------
    tuple of ListChange
        First the whole change, then each changed parameter alone, put into the old rule. Schools
        moved by one parameter need not add up to those moved by all: parameters act together.
        Parameters that leave every list as it is (what is printed, how certainty is worded) are
        not tried.
    """

    def decided(rule: LowResultsRule) -> pd.DataFrame:
        return decide_low_results(procedure_results, schools, rule, assessment_year).decisions

    before = decided(old)
    changed = [
        fields
        for fields in PARAMETERS
        if any(rule_content(getattr(old, one)) != rule_content(getattr(new, one)) for one in fields)
    ]
    whole = _list_change(tuple(one for fields in changed for one in fields), before, decided(new))
    single = (
        _list_change(
            fields,
            before,
            decided(old.model_copy(update={one: getattr(new, one) for one in fields})),
        )
        for fields in changed
    )
    return (whole, *single)


def _list_change(
    parameters: tuple[str, ...], before: pd.DataFrame, after: pd.DataFrame
) -> ListChange:
    was = set(before.loc[before["decision"] == "included", "school_id"])
    is_now = after["decision"] == "included"
    is_old = after["school_id"].isin(was)
    return ListChange(parameters, after[is_now & ~is_old], after[~is_now & is_old])
