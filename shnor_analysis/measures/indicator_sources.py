"""Where the numbers behind lists of indicators came from: file, sheet and rows."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_analysis.measures.indicator_counts import (
    diagnostic_counts,
    diagnostic_works_of,
    works_of,
)
from shnor_analysis.methodology import LowResultsList, ResultIndicator
from shnor_analysis.tables import CONTEXT_SOURCES

_WORK = ["procedure", "season", "subject", "grade", "level"]
_PLACE = ["source_file", "source_sheet", "source_row_first", "source_row_last"]
COLUMNS = [
    "regulation_id", "school_id", "indicator_id", "assessment_year", *_WORK, "title", *_PLACE,
]  # fmt: skip
# Which part of the sources of a cell gave its counts.
_ROLES = {"pupils": "pupils", "aggregate": "marks"}


def indicator_sources(
    tables: dict[str, pd.DataFrame], lists: tuple[LowResultsList, ...], assessment_year: int
) -> pd.DataFrame:
    """Find the files behind every value that the index of a list looks at.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``cells``, ``cell_scores``, ``cell_sources``, ``diagnostic_works`` and ``context``, by the
        names of their contracts, all years.
    lists : tuple of LowResultsList
        The lists of indicators.
    assessment_year : int
        The last year; earlier ones count as far as the terms of the indicators in the years of the
        index reach.

    Returns
    -------
    DataFrame
        One row per list × school × indicator × work × file × sheet, in the order of the lists and
        their indicators: ``regulation_id``, ``school_id``, ``indicator_id``, ``assessment_year``,
        the work (``procedure``, ``season``, ``subject``, ``grade``, ``level``; ``title`` only of a
        diagnostic work; all missing for a fact), ``source_file``, ``source_sheet``,
        ``source_row_first``, ``source_row_last``. Only works that are counted have a row.
    """
    parts = [
        part[
            (part["assessment_year"] > assessment_year - one.index.window_years.value + 1
             - (indicator.n_years or 1))
            & (part["assessment_year"] <= assessment_year)
        ].assign(regulation_id=one.id, indicator_id=indicator.id)
        for one in lists
        for indicator in one.indicators
        for part in _sources_of(indicator, tables)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def _sources_of(
    indicator: ResultIndicator, tables: dict[str, pd.DataFrame]
) -> Iterator[pd.DataFrame]:
    if indicator.measure == "fact":
        yield _answers(indicator, tables["context"])
        return
    cells = _counted(indicator, works_of(indicator, tables["cells"]), tables["cell_scores"])
    cells = cells.assign(role=cells["basis"].map(_ROLES))
    key = ["school_id", "work_id", "role"]
    yield cells[[*key, "assessment_year", *_WORK]].merge(
        tables["cell_sources"][[*key, *_PLACE]], on=key, validate="1:m"
    )
    if indicator.measure == "below_minimum_share":
        works = diagnostic_counts(diagnostic_works_of(indicator, tables["diagnostic_works"]))
        known = works[(works["denominator"] > 0) & works["numerator"].notna()]
        yield _of_one_row(known).assign(season="main", level="none")


def _counted(
    indicator: ResultIndicator, cells: pd.DataFrame, cell_scores: pd.DataFrame
) -> pd.DataFrame:
    """Cells that have what the indicator counts."""
    if indicator.measure == "high_share":
        return cells[(cells["n_high_known"] > 0) & cells["n_high"].notna()]
    if indicator.measure == "below_minimum_share":
        return cells[cells["n_participants"] > 0]
    key = ["school_id", "work_id"]
    paired = cell_scores.loc[cell_scores["school_mark"] > 0, key].drop_duplicates()
    return cells.merge(paired, on=key, validate="1:1")


def _answers(indicator: ResultIndicator, context: pd.DataFrame) -> pd.DataFrame:
    """The answer that is believed, one a school and year."""
    rows = context[context["indicator"] == indicator.fact]
    rank = rows["source"].map(CONTEXT_SOURCES.index)
    believed = rows.assign(rank=rank).sort_values("rank", kind="stable")
    return _of_one_row(believed.drop_duplicates(["school_id", "assessment_year"]))


def _of_one_row(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(source_row_first=rows["source_row"], source_row_last=rows["source_row"])
