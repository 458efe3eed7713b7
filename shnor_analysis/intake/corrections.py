"""Corrections the office ordered: cells and rows of received files, guarded by what is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shnor_analysis.intake.cells import cell_text, safe_value
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.place_settings import Correction


def correct_sheets(
    sheets: list[Sheet], corrections: Iterable[Correction]
) -> tuple[list[Sheet], list[Issue]]:
    """Apply the corrections of one file before anything is read from it.

    Parameters
    ----------
    sheets : list of Sheet
        All sheets of the file.
    corrections : iterable of Correction
        Those of this file, in order.

    Returns
    -------
    list of Sheet, list of Issue
        Corrected copies; a note for every correction applied, an error for every one whose cell
        holds something else than ``expect`` or is not there.
    """
    by_name = {sheet.name: sheet for sheet in sheets}
    issues: list[Issue] = []
    for one in corrections:
        sheet = by_name.get(one.sheet)
        column = column_index(one.column)
        if sheet is None or not 1 <= one.row <= len(sheet.rows) or column is None:
            missing = f"листа «{one.sheet}»" if sheet is None else f"ячейки {one.column}{one.row}"
            issues.append(_issue("correction_no_place", one, missing=missing))
            continue
        row = sheet.rows[one.row - 1]
        found = row[column] if column < len(row) else None
        if cell_text(found) != one.expect:
            issues.append(
                _issue("correction_outdated", one, value=safe_value(found), expect=one.expect)
            )
            continue
        by_name[one.sheet] = _corrected(sheet, one, column)
        issues.append(_issue("correction_applied", one, reason=one.reason))
    return [by_name[sheet.name] for sheet in sheets], issues


def _corrected(sheet: Sheet, one: Correction, column: int) -> Sheet:
    rows = list(sheet.rows)
    row = list(rows[one.row - 1])
    if one.action == "drop_row":
        row = [None] * len(row)
    else:
        row += [None] * (column + 1 - len(row))
        row[column] = one.value
    rows[one.row - 1] = row
    return replace(sheet, rows=rows)


def _issue(check_id: str, one: Correction, **fields: str) -> Issue:
    value = fields.pop("value", None)
    return make_issue(
        check_id,
        one.file,
        one.sheet,
        one.row,
        column=one.column,
        value=value,
        correction=one.id,
        **fields,
    )


def column_index(letters: str) -> int | None:
    """Zero-based column of an Excel letter; None when it is not one.

    Examples
    --------
    >>> column_index("A"), column_index("AB"), column_index("Б")
    (0, 27, None)
    """
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return None
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number else None
