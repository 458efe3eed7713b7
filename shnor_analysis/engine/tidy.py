"""The tidy tables the waist is made of, as expressions of one backend."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from shnor_analysis import tables

CONTRACTS = (
    tables.WORKS,
    tables.VPR_RESULTS,
    tables.WORK_TASKS,
    tables.GIA_RESULTS,
    tables.GROUP_STATISTICS,
    tables.GROUP_ITEMS,
    tables.PARTICIPATION,
)


@dataclass(frozen=True)
class Tidy:
    """Expressions under the contracts of the same names, and the limits of every work."""

    works: ir.Table
    vpr_results: ir.Table
    work_tasks: ir.Table
    gia_results: ir.Table
    group_statistics: ir.Table
    group_items: ir.Table
    participation: ir.Table
    limits: ir.Table
