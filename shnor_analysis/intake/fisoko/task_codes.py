"""Codes of tasks: one spelling for «5(1) (2б)», «5.1» and «4k1»."""

from __future__ import annotations

import re

from shnor_analysis.methodology import normal_text

# mixed script on purpose: кk
_TASK = re.compile(r"^(\d+)(?:[.,(](\d+)\)?)?(?:[кk](\d+))?(?:\s*\((\d+)\s*б\.?\))?$")


def task_code(heading: object) -> tuple[str, int | None] | None:
    """The code of a task in one spelling, and its maximum when the heading has it.

    Examples
    --------
    >>> task_code("5(1) (2б)"), task_code(6.1), task_code("4k1"), task_code("Всего")
    (('5.1', 2), ('6.1', None), ('4К1', None), None)
    """
    found = _TASK.match(normal_text(heading))
    if not found:
        return None
    number, part, criterion, maximum = found.groups()
    code = number + (f".{part}" if part else "") + (f"К{criterion}" if criterion else "")
    return code, int(maximum) if maximum else None
