"""One row per pupil × work with everything a cell counts already decided."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

FAIL_MARK = 2

_RESULT_COLUMNS = (
    "school_id", "work_id", "class_label", "score_raw", "score_scaled", "test_mark", "school_mark",
)  # fmt: skip


def outcomes(vpr_results: ir.Table, gia_results: ir.Table, limits: ir.Table) -> ir.Table:
    """Say of every result whether it is below the minimum and whether it is high.

    Parameters
    ----------
    vpr_results, gia_results : Table
        Contracts of the same names.
    limits : Table
        One row per work, see :func:`shnor_analysis.engine.limits.work_limits`.

    Returns
    -------
    Table
        One row per pupil × work whose outcome is known: a mark, or a test score together with
        the minimum of its subject and year. Others are no participants: nothing is guessed.
        ``is_high`` is missing where the score, its maximum or the rule is unknown.
    """
    vpr = vpr_results.mutate(score_scaled=ibis.null("float64")).select(*_RESULT_COLUMNS)
    gia = gia_results.mutate(school_mark=ibis.null("int64")).select(*_RESULT_COLUMNS)
    rows = vpr.union(gia).inner_join(limits, "work_id")
    below = ibis.ifelse(
        rows.test_mark.notnull(), rows.test_mark == FAIL_MARK, rows.score_scaled < rows.ege_minimum
    )
    decided = rows.mutate(is_below_minimum=below, is_high=_is_high(rows))
    return decided.filter(decided.is_below_minimum.notnull())


def _is_high(rows: ir.Table) -> ir.BooleanValue:
    """Above the limit of the scale the result is on; at the limit the rule's operator decides."""
    has_scaled = rows.score_scaled.notnull()
    score = ibis.ifelse(has_scaled, rows.score_scaled, rows.score_raw)
    limit = ibis.ifelse(has_scaled, rows.high_limit_scaled, rows.high_limit_raw)
    return ibis.ifelse(rows.high_includes_limit, score >= limit, score > limit)


def count_where(condition: ir.BooleanValue) -> ir.IntegerValue:
    """Number of rows where a condition holds; missing conditions do not hold.

    A sum of 32-bit ones is the quickest form on both engines; filtered counts cost DuckDB half
    as much again.
    """
    return condition.cast("int32").sum().coalesce(0).cast("int64")
