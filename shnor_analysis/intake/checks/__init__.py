"""Every check of intake, a module per kind of source: code, severity, sentence, guidance."""

from __future__ import annotations

from shnor_analysis.intake.checks import (
    exams,
    files,
    headings,
    schools,
    vpr_groups,
    vpr_pupils,
)
from shnor_analysis.intake.checks.check import Check

_MODULES = (files, headings, vpr_pupils, vpr_groups, exams, schools)
CHECKS: dict[str, Check] = {
    check_id: check for module in _MODULES for check_id, check in module.CHECKS.items()
}
