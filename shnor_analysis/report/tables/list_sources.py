"""Tables «file, sheet, rows» of the schools listed by their indicators."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import LowResultsList
from shnor_analysis.report import russian
from shnor_analysis.report.document import DisplayTable
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.tables.build import build_table, text_column, words
from shnor_analysis.report.tables.indicator_lists import diagnostic_work
from shnor_analysis.report.tables.low_results import row_range


def list_sources(
    sources: pd.DataFrame,
    index: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    labels: Labels,
) -> tuple[DisplayTable, ...]:
    """Where the numbers of the listed schools came from; one table per list, in the book only.

    Parameters
    ----------
    sources : DataFrame
        From :func:`~shnor_analysis.measures.indicator_sources.indicator_sources`.
    index : DataFrame
        Keeps the contract ``low_results_index``: whose numbers are shown.
    lists : tuple of LowResultsList
        The lists the place applies.
    labels : Labels
        Names of schools and works.
    """
    return tuple(_list_sources(sources, index, one, labels) for one in lists)


def _list_sources(
    sources: pd.DataFrame, index: pd.DataFrame, rules: LowResultsList, labels: Labels
) -> DisplayTable:
    is_listed = (index["regulation_id"] == rules.id) & (index["decision"] == "included")
    listed = index.loc[is_listed, "school_id"]
    rows = sources[(sources["regulation_id"] == rules.id) & sources["school_id"].isin(listed)]
    titles = {one.id: one.short_title for one in rules.indicators}
    return build_table(
        "list_sources",
        (
            text_column("school", 2.4),
            text_column("indicator", 2.0),
            text_column("work", 2.4),
            text_column("year", 0.9),
            text_column("file", 3.6),
            text_column("sheet", 2.2),
            text_column("rows", 0.9),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(titles[row.indicator_id]),
                words(_work(row, labels)),
                words(russian.school_year(int(row.assessment_year))),
                words(row.source_file),
                words(row.source_sheet),
                words(row_range(int(row.source_row_first), int(row.source_row_last))),
            )
            for row in by_school(rows, labels).itertuples(index=False)
        ),
        sheet_only=True,
        list=rules.title,
    )


def _work(row: Any, labels: Labels) -> str | None:
    if not russian.is_missing(row.title):
        return diagnostic_work(row, labels)
    if russian.is_missing(row.procedure):
        return None
    return labels.work(row.procedure, row.season, row.subject, int(row.grade), row.level)
