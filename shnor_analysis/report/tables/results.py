"""Tables of results: the territory, its years, marks beside the journal."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayTable, Status
from shnor_analysis.report.labels import Labels, by_work
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    part,
    share_column,
    text_column,
    whole,
    words,
)


def territory(results: pd.DataFrame, labels: Labels, assessment_year: int) -> DisplayTable:
    """Works of one year: the municipality beside the region and the whole sample."""
    rows = by_work(results[results["assessment_year"] == assessment_year])
    return build_table(
        "territory",
        (
            text_column("work", 2.6),
            count_column("n_schools", 0.7),
            count_column("n_participants", 0.9),
            share_column("below", 1.2),
            share_column("lower", 0.7),
            share_column("upper", 0.7),
            share_column("region", 0.9),
            share_column("country", 1.0),
            share_column("high", 0.8),
        ),
        tuple(
            (
                words(name),
                whole(row.n_schools),
                whole(row.n_participants),
                part(row.below_minimum_share),
                part(row.below_minimum_share_lower),
                part(row.below_minimum_share_upper),
                _optional_part(row.region_below_minimum_share),
                _optional_part(row.country_below_minimum_share),
                _optional_part(row.high_mark_share),
            )
            for name, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        year=russian.school_year(assessment_year),
    )


def _optional_part(value: object) -> Cell:
    """Make a share cell that may be absent by the nature of the source; «—» then."""
    if russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return part(value)


def trend(results: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Share below the minimum in the municipality, by work and year."""
    keys = ["procedure", "season", "subject", "grade", "level"]
    years = sorted(results["assessment_year"].unique())
    shares = by_work(
        results.pivot_table(
            index=keys, columns="assessment_year", values="below_minimum_share", aggfunc="first"
        ).reset_index()
    )
    return build_table(
        "trend",
        (
            text_column("work", 3.0),
            *(share_column(f"y{y}", label=russian.school_year(int(y))) for y in years),
        ),
        tuple(
            (words(name), *(_optional_part(row[year]) for year in years))
            for name, (_, row) in zip(labels.works(shares), shares.iterrows(), strict=True)
        ),
    )


def mark_agreement(agreement: pd.DataFrame, labels: Labels, assessment_year: int) -> DisplayTable:
    """Marks for the work against journal marks in the whole municipality."""
    rows = by_work(agreement[agreement["assessment_year"] == assessment_year])
    return build_table(
        "mark_agreement",
        (
            text_column("work", 2.8),
            count_column("n"),
            share_column("lowered", 0.9),
            share_column("confirmed", 0.9),
            share_column("raised", 0.9),
        ),
        tuple(
            (
                words(name),
                whole(row.n_mark_pairs),
                part(row.lowered_share),
                part(row.confirmed_share),
                part(row.raised_share),
            )
            for name, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        year=russian.school_year(assessment_year),
    )
