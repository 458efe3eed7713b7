"""Where every cell came from: files, sheets and rows."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.cells import PUPILS
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELL_SOURCES

_COLUMNS = ("school_id", "work_id", "role", "source_file", "source_sheet", "source_row")


def cell_sources(tidy: Tidy) -> ir.Table:
    """Trace every cell to the files, sheets and rows it came from.

    Returns
    -------
    Table
        Contract ``cell_sources``: one row per school × work × role × file × sheet. A school's
        work that came both by pupil and as group reports is traced to all of them.
    """
    pupils = ibis.union(
        *(
            table.mutate(role=ibis.literal(PUPILS)).select(*_COLUMNS)
            for table in (tidy.vpr_results, tidy.gia_results)
        )
    )
    groups = ibis.union(
        *(
            table.filter(table.group_level == "school")
            .mutate(school_id=table.group_id, role=table.report)
            .select(*_COLUMNS)
            for table in (tidy.group_statistics, tidy.group_items)
        )
    )
    rows = pupils.union(groups)
    rows = rows.mutate(source_sheet=rows.source_sheet.fill_null(""))
    traced = rows.group_by("school_id", "work_id", "role", "source_file", "source_sheet").agg(
        n_rows=rows.count().cast("int64"),
        source_row_first=rows.source_row.min().cast("int64"),
        source_row_last=rows.source_row.max().cast("int64"),
    )
    return traced.select(list(CELL_SOURCES.columns))
