"""What group reports of ФИС ОКО know of a school: marks, journal, scores, tasks."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

KEYS = ("school_id", "work_id")
_MARKS, _JOURNAL, _SCORES, _TASKS = "marks", "journal", "scores", "tasks"


def mark_counts(group_statistics: ir.Table) -> ir.Table:
    """One row per school × work of the report on marks: ``n_participants``, ``n_mark_2`` … 5."""
    rows = _schools(group_statistics, _MARKS)
    return rows.group_by(*KEYS).agg(
        n_participants=rows.n_participants.max().cast("int64"),
        **{f"n_mark_{mark}": _count_of(rows, mark) for mark in ("2", "3", "4", "5")},
    )


def journal_counts(group_statistics: ir.Table) -> ir.Table:
    """One row per school × work of the comparison with the journal: lowered, confirmed, raised."""
    rows = _schools(group_statistics, _JOURNAL)
    counts = rows.group_by(*KEYS).agg(
        n_lowered_reported=_count_of(rows, "lowered"),
        n_confirmed_reported=_count_of(rows, "confirmed"),
        n_raised_reported=_count_of(rows, "raised"),
    )
    return counts.mutate(
        n_mark_pairs_reported=counts.n_lowered_reported
        + counts.n_confirmed_reported
        + counts.n_raised_reported
    )


def score_counts(group_items: ir.Table) -> ir.Table:
    """One row per school × work × primary score of the distribution: ``n_pupils``.

    The report gives shares; the count is the nearest whole number. Rows whose number of
    participants is unknown tell no counts.
    """
    rows = _schools(group_items, _SCORES).filter(lambda t: t.n_participants.notnull())
    counted = rows.select(
        *KEYS,
        score_raw=rows.item.cast("float64"),
        n_pupils=(rows.value_share * rows.n_participants).round().cast("int64"),
    )
    return counted.filter(counted.n_pupils > 0)


def task_sums(group_items: ir.Table) -> ir.Table:
    """One row per school × work × task of the report on tasks: pupils and the sum of scores.

    The report gives the share of the maximum; without a maximum there is no sum.
    """
    rows = _schools(group_items, _TASKS).filter(lambda t: t.n_participants.notnull())
    known = rows.filter(rows.max_score.notnull())
    return known.select(
        *KEYS,
        task=known.item,
        max_score=known.max_score.cast("int64"),
        n_pupils=known.n_participants.cast("int64"),
        sum_score=known.value_share * known.max_score * known.n_participants,
    )


def _schools(table: ir.Table, report: str) -> ir.Table:
    rows = table.filter((table.group_level == "school") & (table.report == report))
    return rows.mutate(school_id=rows.group_id)


def _count_of(rows: ir.Table, item: str) -> ir.IntegerValue:
    return ibis.ifelse(rows.item == item, rows.value_n, ibis.null("int64")).sum().cast("int64")
