"""One row per pupil × work with everything a cell counts already decided."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from shnor_analysis.engine.tidy import Tidy

FAIL_MARK = 2


def outcomes(results: ir.Table, limits: ir.Table) -> ir.Table:
    """Say of every result whether it is below the minimum and whether it is high.

    Parameters
    ----------
    results : Table
        Contract ``vpr_results``, which knows journal marks, or ``gia_results``, which knows test
        scores.
    limits : Table
        One row per work, see :func:`shnor_analysis.engine.limits.work_limits`.

    Returns
    -------
    Table
        The rows whose outcome is known, with ``is_below_minimum`` and ``is_high``: those with a
        mark, or with a test score and a known minimum. Others are no participants: nothing is
        guessed. ``is_high`` is missing where the score, its maximum or the rule is unknown.
    """
    rows = results.inner_join(limits, "work_id")
    below = rows.test_mark == FAIL_MARK
    score, limit = rows.score_raw, rows.high_limit_raw
    if "score_scaled" in results.columns:
        has_scaled = rows.score_scaled.notnull()
        below = ibis.ifelse(rows.test_mark.notnull(), below, rows.score_scaled < rows.ege_minimum)
        score = ibis.ifelse(has_scaled, rows.score_scaled, score)
        limit = ibis.ifelse(has_scaled, rows.high_limit_scaled, limit)
    is_high = ibis.ifelse(rows.high_includes_limit, score >= limit, score > limit)
    decided = rows.mutate(is_below_minimum=below, is_high=is_high)
    return decided.filter(decided.is_below_minimum.notnull())


def all_outcomes(tidy: Tidy) -> tuple[ir.Table, ir.Table]:
    """Outcomes of ВПР and of ГИА, apart.

    A work is in one of them only, so that each is aggregated for itself: united rows would carry
    the columns of both through every aggregate, at half as much cost again.
    """
    return outcomes(tidy.vpr_results, tidy.limits), outcomes(tidy.gia_results, tidy.limits)


def count_where(condition: ir.BooleanValue) -> ir.IntegerValue:
    """Number of rows where a condition holds; missing conditions do not hold.

    A sum of 32-bit ones is the quickest form on both engines; filtered counts cost DuckDB half
    as much again.
    """
    return condition.cast("int32").sum().coalesce(0).cast("int64")
