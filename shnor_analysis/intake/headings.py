"""Heading rows: required columns found, or one sentence about those that are missing."""

from __future__ import annotations

from shnor_analysis.intake.cells import describe_row
from shnor_analysis.intake.detect import find_header
from shnor_analysis.intake.messages import READABLE_HEADINGS, Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap


def readable(column_map: ColumnMap, columns: tuple[str, ...]) -> str:
    """Headings of columns for a message."""
    shown = []
    for column in columns:
        rule = next(rule for rule in column_map.rules if rule.column == column)
        name = READABLE_HEADINGS.get(column, column) if rule.is_pattern else rule.heading
        shown.append(f"«{name}»")
    return ", ".join(shown)


def missing_columns(
    sheet: Sheet, column_map: ColumnMap, header: int, columns: tuple[str, ...]
) -> Issue:
    """The sentence about missing columns of a heading row (zero-based ``header``)."""
    return make_issue(
        "column_missing",
        sheet.file,
        sheet.name,
        header + 1,
        column=readable(column_map, columns),
        expected=readable(column_map, columns),
        found=describe_row(sheet.rows[header], is_heading=True),
        form=column_map.form,
    )


def require_columns(
    sheet: Sheet, column_map: ColumnMap, required: tuple[str, ...], year: int | None = None
) -> tuple[int, dict[str, int]] | Issue:
    """Find the heading row with every required column.

    Returns
    -------
    tuple of int and dict, or Issue
        Zero-based heading row and our column → position; or what is missing.
    """
    header = find_header(sheet, column_map, required)
    if header is None:
        return make_issue(
            "header_missing",
            sheet.file,
            sheet.name,
            expected=readable(column_map, required),
        )
    index, _ = header
    positions = column_map.match(sheet.rows[index], year)
    absent = tuple(column for column in required if column not in positions)
    if absent:
        return missing_columns(sheet, column_map, index, absent)
    return index, positions
