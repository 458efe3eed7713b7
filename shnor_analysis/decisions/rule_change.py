"""Which schools enter or leave a list when its rule changes, and by which change of the rule."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.decisions.adverse_conditions import ConditionSet, decide_adverse_conditions
from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.decisions.low_results_index import Surroundings, decide_low_results_index
from shnor_analysis.measures.context import context_values
from shnor_analysis.measures.low_results_indicators import low_results_indicators
from shnor_analysis.measures.result_index import mean_results
from shnor_analysis.measures.social_index import choose_reference, social_index
from shnor_analysis.methodology import (
    AdverseConditions,
    LowResultsList,
    LowResultsRule,
    Methodology,
    RegionNorms,
    SocialReference,
    rule_content,
)

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

    ``parameters`` are the fields that changed, where they are tried one by one; ``entering`` and
    ``leaving`` are rows of the table of decisions (``low_results``, ``low_results_index``,
    ``adverse_conditions``) as the new rule decides them, so that they say why.
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


def indicator_list_change(
    tables: dict[str, pd.DataFrame],
    surroundings: Surroundings,
    old: LowResultsList,
    new: LowResultsList,
    methodology: Methodology,
    assessment_year: int,
) -> ListChange:
    """Apply two lists of indicators to the same results and compare the schools they list.

    Parameters
    ----------
    tables : dict of str to DataFrame
        As for :func:`~shnor_analysis.measures.low_results_indicators.low_results_indicators`.
    surroundings : Surroundings
        Levels and conditions of the schools of the place.
    old, new : LowResultsList
        The list before and after.
    methodology : Methodology
        Of the place: what is too few to print, and the words of certainty.
    assessment_year : int
        2025 means the school year 2024/25.
    """

    def decided(one: LowResultsList) -> pd.DataFrame:
        indicators = low_results_indicators(
            tables,
            surroundings.levels,
            (one,),
            assessment_year,
            methodology.low_results.report_participants.value,
        )
        words = methodology.certainty.indicator_lists
        return decide_low_results_index(
            indicators, (one,), surroundings, words, assessment_year
        ).decisions

    return _list_change((), decided(old), decided(new))


def adverse_conditions_change(
    tables: dict[str, pd.DataFrame],
    schools: pd.DataFrame,
    old: tuple[str, AdverseConditions],
    new: tuple[str, AdverseConditions],
    frozen: SocialReference | None,
    norms: RegionNorms | None,
    methodology: Methodology,
    assessment_year: int,
) -> ListChange:
    """Apply two rules of adverse conditions to the same answers and compare the lists.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``context``, ``schools`` and ``result_index``, by the names of their contracts.
    schools : DataFrame
        Schools that get a decision; needs ``school_id``.
    old, new : tuple of str and AdverseConditions
        Name of the regulation and its rule, before and after.
    frozen, norms
        As for :func:`~shnor_analysis.measures.social_index.choose_reference`: a reference that was
        kept for one rule is not that of another.
    methodology : Methodology
        Of the place: what is too few to print, and when a school is the core of the list.
    assessment_year : int
        2025 means the school year 2024/25.
    """
    rules = methodology.social_context
    smallest = methodology.low_results.report_participants.value
    of_region = norms.social_reference if norms else None
    results = mean_results(
        tables["result_index"], assessment_year, rules.resilience.window_years.value
    )

    def decided(name: str, rule: AdverseConditions) -> pd.DataFrame:
        values = context_values(
            tables["context"], tables["schools"], rule, name, assessment_year, smallest
        )
        chosen = choose_reference(values, rule, name, assessment_year, frozen, of_region)
        return decide_adverse_conditions(
            ConditionSet(name, rule, values),
            chosen,
            social_index(values, rule, chosen),
            schools,
            results,
            (),
            rules,
            assessment_year,
        ).decisions

    return _list_change((), decided(*old), decided(*new))


def _list_change(
    parameters: tuple[str, ...], before: pd.DataFrame, after: pd.DataFrame
) -> ListChange:
    was = set(before.loc[before["decision"] == "included", "school_id"])
    is_now = after["decision"] == "included"
    is_old = after["school_id"].isin(was)
    return ListChange(parameters, after[is_now & ~is_old], after[~is_now & is_old])
