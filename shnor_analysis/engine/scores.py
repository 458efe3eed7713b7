"""How many pupils of a school have each primary score, mark and journal mark."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.cells import AGGREGATE, PUPILS, with_more_pupils
from shnor_analysis.engine.groups import KEYS, score_counts
from shnor_analysis.engine.tidy import Tidy
from shnor_analysis.tables import CELL_SCORES

NO_MARK = 0


def cell_scores(results: ir.Table, tidy: Tidy) -> ir.Table:
    """Histogram of every cell: journal mark × mark of the work × primary score.

    Parameters
    ----------
    results : Table
        Made by :func:`shnor_analysis.engine.outcomes.outcomes`.
    tidy : Tidy
        The distribution report, for schools without rows of pupils.

    Returns
    -------
    Table
        Contract ``cell_scores``. Pupils whose primary score is unknown are not in it; a mark
        that is unknown is 0, and so are both marks of a distribution report.
    """
    known = results.filter(results.score_raw.notnull()).mutate(
        test_mark=results.test_mark.fill_null(NO_MARK),
        school_mark=results.school_mark.fill_null(NO_MARK),
    )
    by_pupil = known.group_by(*KEYS, "score_raw", "test_mark", "school_mark").agg(
        n_pupils=known.count().cast("int64")
    )
    no_mark = ibis.literal(NO_MARK, "int64")
    by_group = score_counts(tidy.group_items).mutate(
        test_mark=no_mark, school_mark=no_mark, basis=ibis.literal(AGGREGATE)
    )
    columns = list(CELL_SCORES.columns)
    own = by_pupil.mutate(basis=ibis.literal(PUPILS)).select(columns)
    return with_more_pupils(own, by_group.select(columns), "n_pupils")
