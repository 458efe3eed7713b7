"""The tidy tables the waist is made of, as expressions of one backend."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir


@dataclass(frozen=True)
class Tidy:
    """Expressions under the contracts of the same names, and what works are judged by.

    Parameters
    ----------
    works, vpr_results, work_tasks, gia_results : Table
        Works, their tasks and pupils' results, under the contracts of these names.
    group_statistics, group_items, participation : Table
        Group reports and attendance, under the contracts of these names.
    limits : Table
        One row per work: see :func:`shnor_analysis.engine.limits.work_limits`.
    sum_rules : Table
        One row per procedure × grade: see :func:`shnor_analysis.engine.limits.sum_rules`.
    """

    works: ir.Table
    vpr_results: ir.Table
    work_tasks: ir.Table
    gia_results: ir.Table
    group_statistics: ir.Table
    group_items: ir.Table
    participation: ir.Table
    limits: ir.Table
    sum_rules: ir.Table
