"""Tables of the region's norms: which verdicts have them, and shares shrunken with them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import VERDICTS, LowResultsRule
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayTable
from shnor_analysis.report.labels import Labels, by_school, by_work
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
from shnor_analysis.report.texts import text


def norm_status(status: pd.DataFrame) -> DisplayTable:
    """Verdicts that need norms of the region: is the norm there, and what is done without it."""
    rows = status.set_index("verdict").reindex([v for v in VERDICTS if v in set(status["verdict"])])
    return build_table(
        "norm_status",
        (
            text_column("verdict", 2.4),
            text_column("norm", 2.4),
            text_column("state", 2.2),
            text_column("without", 4.6),
        ),
        tuple(
            (
                words(text("norm_verdict", str(verdict))),
                words(text("norm", row.norm)),
                _state(row),
                words(row.without if row.status != "full" else None),
            )
            for verdict, row in zip(rows.index, rows.itertuples(index=False), strict=True)
        ),
    )


def _state(row: Any) -> Cell:
    """«Есть не вся: есть для 21 из 23 работ»; what is absent altogether stands out."""
    state = text("norm_state", row.status)
    reason = row.reason
    if not russian.is_missing(reason):
        counts = {
            "found": _count(row.n_works_with_norm),
            "total": _count(row.n_works),
        }
        state = f"{state}: {text('norm_reason', str(reason), **counts)}"
    return Cell(state, state, emphasis=row.status == "absent")


def _count(value: object) -> str:
    return "" if russian.is_missing(value) else str(value)


def shrunken_shares(
    shrunken: pd.DataFrame,
    evidence: pd.DataFrame,
    decisions: pd.DataFrame,
    labels: Labels,
    rule: LowResultsRule,
) -> DisplayTable:
    """Low procedures of the listed schools this year: the share as it is and shrunken."""
    year = decisions["assessment_year"].max()
    listed = decisions.loc[decisions["decision"] == "included", "school_id"]
    low = evidence[
        evidence["is_low"]
        & evidence["school_id"].isin(listed)
        & (evidence["assessment_year"] == year)
        & (evidence["size_class"] != "tiny")
    ]
    rows = shrunken.merge(
        low[["school_id", "work_id"]], on=["school_id", "work_id"], how="inner", validate="1:1"
    )
    rows = by_school(by_work(rows), labels)
    return build_table(
        "shrunken_shares",
        (
            text_column("school", 2.6),
            text_column("work", 2.4),
            count_column("n", 0.9),
            share_column("share", 0.7),
            share_column("shrunken", 1.0),
            share_column("lower", 0.7),
            share_column("upper", 0.7),
            share_column("p", 0.9, 0),
            text_column("source", 1.8),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(work),
                whole(row.n_participants),
                part(row.below_minimum_share),
                part(row.shrunken_share),
                part(row.shrunken_share_lower),
                part(row.shrunken_share_upper),
                probability(row.p_low),
                words(_source(row.prior_source, row.prior_outcome)),
            )
            for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        wide=True,
        year=russian.school_year(int(year)),
        threshold=russian.percent(rule.share_numerator.value / rule.share_denominator.value, 0),
        report=str(rule.report_participants.value),
    )


def _source(prior_source: str, prior_outcome: str) -> str:
    source = text("prior_source", prior_source)
    return f"{source}; {text('prior_outcome', 'pooled')}" if prior_outcome == "pooled" else source
