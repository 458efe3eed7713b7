"""Tables of how sure the list is: variants, years together, distance, concentration."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import CertaintyRules, LowResultsRule
from shnor_analysis.report import russian
from shnor_analysis.report.document import DisplayTable
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.list_tables import ListTables, way_words
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    part,
    probability,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, table_words, text
from shnor_analysis.tables import PROCEDURE_GROUPS

_SHOWN_CLASSES = ("core", "borderline")


def what_if(
    scenarios: pd.DataFrame, decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> DisplayTable:
    """Variants of the rule with the schools that enter and leave; readings have their own table.

    Parameters
    ----------
    scenarios, decisions : DataFrame
        Keep the contracts ``low_results_scenarios`` and ``low_results_what_if``.
    labels : Labels
        Names of schools.
    rule : LowResultsRule
        The applied rule, for the thresholds of the variants.
    """
    listed = {
        int(position): set(rows.loc[rows["decision"] == "included", "school_id"])
        for position, rows in decisions.groupby("position")
    }
    applied = listed[0]
    shown = scenarios[~scenarios["kind"].isin(["applied", "mode"])]
    return build_table(
        "what_if",
        (
            text_column("scenario", 2.4),
            count_column("n", 0.9),
            text_column("entered", 2.6),
            text_column("left", 3.6),
            share_column("overlap", 0.9, 0),
        ),
        tuple(
            (
                words(scenario_words(row, rule)),
                whole(row.n_included),
                words(_names(listed[int(row.position)] - applied, labels)),
                words(_names(applied - listed[int(row.position)], labels)),
                part(row.jaccard, decimals=0),
            )
            for row in shown.itertuples(index=False)
        ),
    )


def scenario_words(scenario: Any, rule: LowResultsRule) -> str:
    """Name a variant: «порог 25 %», «без ВПР»; a row of ``low_results_scenarios``."""
    kind, value = str(scenario.kind), scenario.value
    words_of = {
        "share_points": lambda: russian.percent(
            rule.share_numerator.value / rule.share_denominator.value + int(value) / 100, 0
        ),
        "mode": lambda: text("rule_mode", str(value)),
        "adapted_programmes": lambda: text("adapted_scenario", str(value)),
        "without_procedure": lambda: text("procedure", str(value)),
        "with_procedure": lambda: text("procedure", str(value)),
    }
    shown = words_of[kind]() if kind in words_of else str(value)
    return text("scenario", kind, value=shown)


def pooled(
    rows: pd.DataFrame,
    lists: ListTables,
    labels: Labels,
    rule: LowResultsRule,
    rules: CertaintyRules,
) -> DisplayTable:
    """Shares of several years beside the last one: listed schools and those at the border.

    Parameters
    ----------
    rows : DataFrame
        Keeps the contract ``low_results_pooled``; procedures at the threshold in the year or over
        all years are shown.
    lists : ListTables
        Which schools are of interest.
    labels : Labels
        Names of schools and works.
    rule : LowResultsRule
        Its threshold and the smallest group whose share is printed.
    rules : CertaintyRules
        How many years are counted together.
    """
    p, q = rule.share_numerator.value, rule.share_denominator.value
    n = rows["n_participants"]
    is_low = (n >= rule.min_participants.value) & (q * rows["n_below_minimum"] >= p * n)
    is_shown = is_low.fillna(False) | rows["is_low_pooled"].fillna(False)
    chosen = rows[rows["school_id"].isin(_of_interest(lists)) & is_shown.astype(bool)]
    smallest = rule.report_participants.value
    return build_table(
        "pooled",
        (
            text_column("school", 2.8),
            text_column("work", 2.6),
            count_column("n", 1.0),
            share_column("share", 0.8),
            text_column("years", 1.0),
            count_column("n_pooled", 1.0),
            share_column("share_pooled", 0.8),
            share_column("lower", 0.7),
            share_column("upper", 0.7),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(labels.series(row.procedure, row.subject, [int(row.grade)], row.level)),
                whole(row.n_participants),
                part(row.below_minimum_share, _shown(row.n_participants, smallest)),
                words(_years(row)),
                whole(row.n_participants_pooled),
                *(
                    part(value, _shown(row.n_participants_pooled, smallest))
                    for value in (
                        row.below_minimum_share_pooled,
                        row.below_minimum_share_pooled_lower,
                        row.below_minimum_share_pooled_upper,
                    )
                ),
            )
            for row in _by_series(chosen, labels).itertuples(index=False)
        ),
        wide=True,
        threshold=russian.percent(p / q, 0),
        report=str(smallest),
        years=russian.counted(rules.pooled_years.value, *load_texts()["years_counted"]),
    )


def distance(lists: ListTables, labels: Labels) -> DisplayTable:
    """How many pupils kept every other school off the list, and where."""
    year = int(lists.decisions["assessment_year"].max())
    rows = lists.certainty[lists.certainty["n_pupils_in"].notna()]
    return build_table(
        "distance",
        (
            text_column("school", 2.6),
            count_column("n", 0.8),
            text_column("works", 5.0),
            share_column("p", 1.0, 0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                whole(row.n_pupils_in),
                words(_way(lists, row.school_id, labels, year)),
                probability(row.p_membership),
            )
            for row in by_school(rows, labels).itertuples(index=False)
        ),
    )


def concentration(table: pd.DataFrame) -> DisplayTable:
    """Part of the results below the minimum that a quarter of the schools has."""
    if table.empty:
        return build_table("concentration", (), (), year=text("status", "no_data"))
    first = table.iloc[0]
    place = {group: number for number, group in enumerate(PROCEDURE_GROUPS)}
    in_order = table.sort_values("procedure_group", key=lambda groups: groups.map(place))
    labels = table_words("concentration").columns
    part_words = russian.percent(first["school_share"], 0)
    majority = russian.percent(first["majority_share"], 0)
    return build_table(
        "concentration",
        (
            text_column("group", 2.2),
            count_column("n_schools", 0.8),
            count_column("n_below", 1.2),
            share_column("failing", 1.2, 0, labels["failing"].format(part=part_words)),
            share_column("all", 1.2, 0),
            count_column("majority", 1.4, labels["majority"].format(majority=majority)),
        ),
        tuple(
            (
                words(
                    text("concentration", "all")
                    if row.procedure_group == "all"
                    else text("procedure", row.procedure_group)
                ),
                whole(row.n_schools),
                whole(row.n_below_minimum),
                part(row.failing_share, decimals=0),
                part(row.participant_share, decimals=0),
                whole(row.n_majority_schools if row.n_below_minimum else None),
            )
            for row in in_order.itertuples(index=False)
        ),
        year=russian.school_year(int(first["assessment_year"])),
    )


def _of_interest(lists: ListTables) -> set[str]:
    is_near = lists.certainty["membership_class"].isin(_SHOWN_CLASSES)
    included = lists.decisions["decision"] == "included"
    return {
        *lists.certainty.loc[is_near, "school_id"],
        *lists.decisions.loc[included, "school_id"],
    }


def _way(lists: ListTables, school_id: str, labels: Labels, year: int) -> str:
    ways = lists.ways[lists.ways["school_id"] == school_id]
    return way_words(ways, lists.evidence, labels, year)


def _by_series(rows: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    order = rows.sort_values(["procedure", "grade", "subject"], kind="stable")
    return by_school(order, labels)


def _years(row: Any) -> str:
    if int(row.first_year) == int(row.assessment_year):
        return russian.school_year(int(row.assessment_year))
    return text(
        "pooled_years",
        "range",
        first=russian.school_year(int(row.first_year)),
        last=russian.school_year(int(row.assessment_year)),
    )


def _shown(n: object, smallest: int) -> str:
    is_small = not russian.is_missing(n) and int(n) < smallest  # type: ignore[call-overload]
    return "too_few" if is_small else "ok"


def _names(school_ids: set[str], labels: Labels) -> str:
    rows = by_school(pd.DataFrame({"school_id": sorted(school_ids)}), labels)
    return "; ".join(labels.school(code) for code in rows["school_id"])
