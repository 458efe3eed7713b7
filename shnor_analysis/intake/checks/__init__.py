"""Every check of intake, a module per kind of source: code, severity, sentence, guidance."""

from __future__ import annotations

from shnor_analysis.intake.checks import (
    answers,
    appeals,
    completeness,
    context,
    exams,
    files,
    forms,
    headings,
    identity,
    journals,
    schools,
    vpr_groups,
    vpr_items,
    vpr_protocols,
    vpr_pupils,
)
from shnor_analysis.intake.checks.check import Check

_MODULES = (
    files, headings, identity, vpr_pupils, vpr_protocols, vpr_groups, vpr_items, exams, forms,
    schools, journals, context, appeals, completeness, answers,
)  # fmt: skip
CHECKS: dict[str, Check] = {
    check_id: check for module in _MODULES for check_id, check in module.CHECKS.items()
}
