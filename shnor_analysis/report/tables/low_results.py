"""Tables of the low-results rule: decisions, their grounds, parameters and chance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import LowResultsRule, rule_items_of
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayTable
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.rules import rule_label, rule_value
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
from shnor_analysis.report.texts import load_texts, text
from shnor_analysis.stats.chance import chance_over_threshold, failures_needed

# Sizes and long-run shares of the table «how often chance alone reaches the threshold».
CHANCE_SIZES = (3, 5, 10, 20, 30, 50, 100)


CHANCE_SHARES = (0.05, 0.10, 0.15, 0.20, 0.25)


def low_results_list(
    decisions: pd.DataFrame, certainty: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> DisplayTable:
    """Schools that meet the rule, in alphabetical order, with the reason and the certainty."""
    listed = decisions[decisions["decision"] == "included"].merge(
        certainty[["school_id", "p_membership"]], on="school_id", validate="1:1"
    )
    rows = by_school(listed, labels)
    return build_table(
        "low_results_list",
        (
            text_column("school", 2.6),
            text_column("reason", 3.0),
            count_column("n_low", 1.1),
            count_column("n_procedures", 1.1),
            text_column("evidence", 1.2),
            share_column("p", 1.1, 0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(decision_reason(row, rule)),
                whole(row.n_low_current),
                whole(row.n_procedures),
                Cell(
                    text("evidence", row.evidence),
                    text("evidence", row.evidence),
                    emphasis=row.evidence == "sure",
                ),
                probability(row.p_membership),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def all_decisions(decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule) -> DisplayTable:
    """One line for every school: included, not included, not assessed, and why."""
    rows = by_school(decisions, labels)
    return build_table(
        "all_decisions",
        (
            text_column("school", 2.8),
            text_column("decision", 1.4),
            text_column("reason", 4.0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                Cell(
                    text("decision", row.decision),
                    text("decision", row.decision),
                    emphasis=row.decision == "included",
                ),
                words(decision_reason(row, rule)),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def decision_reason(row: Any, rule: LowResultsRule) -> str:
    """Words for the reason of one decision, a row of ``low_results`` decided by ``rule``."""
    least = rule.min_low_procedures.value
    return text(
        "reason",
        row.reason_code,
        year=russian.school_year(int(row.assessment_year)),
        compared=str(row.n_compared),
        total=str(row.n_procedures),
        needed=russian.counted(least, *load_texts()["procedures_counted"]),
        least=str(least),
    )


def readings(
    low_results_readings: pd.DataFrame, rule: LowResultsRule, labels: Labels
) -> DisplayTable:
    """How the list changes with the reading of the rule; the reading applied is marked."""
    rows = []
    for mode, schools in low_results_readings.groupby("rule_mode", sort=True):
        listed = by_school(schools[schools["decision"] == "included"], labels)["school_id"]
        rows.append(
            (
                Cell(
                    text("rule_mode", str(mode)),
                    text("rule_mode", str(mode)),
                    emphasis=mode == rule.mode.value,
                ),
                whole(len(listed)),
                whole((schools["decision"] == "not_assessed").sum()),
                words("; ".join(labels.school(code) for code in listed)),
            )
        )
    return build_table(
        "readings",
        (
            text_column("mode", 1.6),
            count_column("n_included", 0.8),
            count_column("n_not_assessed", 0.8),
            text_column("names", 5.0),
        ),
        tuple(rows),
        mode=text("rule_mode", rule.mode.value),
    )


def low_procedures(
    evidence: pd.DataFrame, decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> DisplayTable:
    """Every low procedure of the listed schools: counts, share, interval, distance in pupils."""
    rows = _low_rows(evidence, decisions, labels)
    return build_table(
        "low_procedures",
        (
            text_column("school", 3.0),
            text_column("work", 2.8),
            text_column("year", 0.9),
            count_column("n", 1.0),
            count_column("below", 0.8),
            share_column("share", 0.8),
            share_column("lower", 0.7),
            share_column("upper", 0.7),
            count_column("distance", 0.9),
            share_column("p", 0.9, 0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(work),
                words(russian.school_year(int(row.assessment_year))),
                whole(row.n_participants),
                whole(row.n_below_minimum),
                part(row.below_minimum_share, _shown(row.size_class)),
                part(row.below_minimum_share_lower, _shown(row.size_class)),
                part(row.below_minimum_share_upper, _shown(row.size_class)),
                _distance(row.n_to_threshold),
                probability(row.p_low, _shown(row.size_class)),
            )
            for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        wide=True,
        threshold=russian.percent(
            rule.share_numerator.value / rule.share_denominator.value, decimals=0
        ),
        report=str(rule.report_participants.value),
    )


def _distance(n_to_threshold: object) -> Cell:
    return words(None) if russian.is_missing(n_to_threshold) else whole(-n_to_threshold)  # type: ignore[operator]


def _shown(size_class: str) -> str:
    return "too_few" if size_class == "tiny" else "ok"


def _low_rows(evidence: pd.DataFrame, decisions: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    listed = decisions.loc[decisions["decision"] == "included", "school_id"]
    rows = evidence[evidence["is_low"] & evidence["school_id"].isin(listed)]
    return by_school(by_work(rows.sort_values("assessment_year", ascending=False)), labels)


def sources(
    evidence: pd.DataFrame,
    decisions: pd.DataFrame,
    cells: pd.DataFrame,
    cell_sources: pd.DataFrame,
    labels: Labels,
) -> DisplayTable:
    """Where each number of the list came from: file, sheet and rows."""
    role = cells["basis"].map({"pupils": "pupils", "aggregate": "marks"})
    used = cells[["school_id", "work_id"]].assign(role=role)
    rows = (
        _low_rows(evidence, decisions, labels)
        .merge(used, on=["school_id", "work_id"], how="left", validate="1:1")
        .merge(cell_sources, on=["school_id", "work_id", "role"], how="left", validate="1:m")
    )
    return build_table(
        "sources",
        (
            text_column("school", 2.6),
            text_column("work", 2.3),
            text_column("year", 0.9),
            text_column("file", 3.6),
            text_column("sheet", 2.4),
            text_column("rows", 0.9),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(work),
                words(russian.school_year(int(row.assessment_year))),
                words(row.source_file),
                words(row.source_sheet),
                words(row_range(row.source_row_first, row.source_row_last)),
            )
            for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        wide=True,
    )


def row_range(first: int, last: int) -> str:
    """«12» or «12–40»: rows of a sheet."""
    return str(first) if first == last else f"{first}–{last}"


def rule_parameters(rule: LowResultsRule, labels: Labels) -> DisplayTable:
    """Every number of the rule with its source and how well it is known."""
    share = f"{rule.share_numerator.value}/{rule.share_denominator.value}"
    whole, *items = rule_items_of("low_results", rule)
    lines = [
        (text("rule_field", whole.field), rule.document, whole.entry),
        (text("rule_parameter", "share"), share, rule.share_numerator),
        *(
            (rule_label(item, {}), rule_value(item.entry, labels.subjects, {}), item.entry)
            for item in items
            if item.field not in {"share_numerator", "share_denominator"}
        ),
    ]
    return build_table(
        "rule_parameters",
        (
            text_column("parameter", 2.2),
            text_column("value", 1.6),
            text_column("source", 4.0),
            text_column("confidence", 1.8),
        ),
        tuple(
            (
                words(name),
                words(value),
                words(origin.source),
                words(text("confidence", origin.confidence)),
            )
            for name, value, origin in lines
        ),
    )


def chance(rule: LowResultsRule) -> DisplayTable:
    """How often a school of a given size reaches the threshold by chance alone."""
    numerator, denominator = rule.share_numerator.value, rule.share_denominator.value
    needed = failures_needed(CHANCE_SIZES, numerator, denominator)
    return build_table(
        "chance",
        (
            count_column("n"),
            count_column("needed", 1.2),
            *(
                share_column(
                    f"p{round(share * 100)}",
                    decimals=0,
                    label=load_texts()["chance_column"].format(share=russian.percent(share, 0)),
                )
                for share in CHANCE_SHARES
            ),
        ),
        tuple(
            (
                whole(size),
                whole(count),
                *(
                    probability(value)
                    for value in chance_over_threshold(
                        [size] * len(CHANCE_SHARES), CHANCE_SHARES, numerator, denominator
                    )
                ),
            )
            for size, count in zip(CHANCE_SIZES, needed, strict=True)
        ),
    )
