"""How many pupils of a school have each primary score, mark and journal mark."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.cells import AGGREGATE, PUPILS, with_more_pupils
from shnor_analysis.engine.groups import KEYS, score_counts
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELL_SCORES

NO_MARK = 0


def cell_scores(results: tuple[ir.Table, ...], by_class: ir.Table, tidy: Tidy) -> ir.Table:
    """Histogram of every cell: journal mark × mark of the work × primary score.

    Parameters
    ----------
    results : tuple of Table
        Made by :func:`shnor_analysis.engine.outcomes.outcomes`; no work is in two of them.
    by_class : Table
        Contract ``class_cells``.
    tidy : Tidy
        The distribution report, for schools without rows of pupils.

    Returns
    -------
    Table
        Contract ``cell_scores``. Pupils whose primary score is unknown are not in it; a mark
        that is unknown is 0, and so are both marks of a distribution report.
    """
    no_mark = ibis.literal(NO_MARK, "int64")
    by_group = score_counts(tidy.group_items).mutate(
        test_mark=no_mark, school_mark=no_mark, basis=ibis.literal(AGGREGATE)
    )
    columns = list(CELL_SCORES.columns)
    by_pupil = ibis.union(*(_count_scores(rows) for rows in results)).select(columns)
    by_group = by_group.select(columns)
    return with_more_pupils(by_pupil, by_group, by_class, "n_pupils", "n_score_raw")


def _count_scores(results: ir.Table) -> ir.Table:
    known = results.filter(results.score_raw.notnull())
    marks = [name for name in ("test_mark", "school_mark") if name in known.columns]
    rows = known.mutate(**{name: known[name].fill_null(NO_MARK) for name in marks})
    counted = rows.group_by(*KEYS, "score_raw", *marks).agg(n_pupils=rows.count().cast("int64"))
    if "school_mark" not in marks:
        counted = counted.mutate(school_mark=ibis.literal(NO_MARK, "int64"))
    return counted.mutate(basis=ibis.literal(PUPILS))
