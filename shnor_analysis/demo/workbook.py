"""Files in memory: sheets of cells and how they become the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import xlsxwriter

Cell = str | int | float | None
Row = list[Cell]

# The clock of every workbook: the same seed must give the same bytes.
CREATED = datetime(2025, 10, 1, 9, 0, 0)
SHEET_NAME_LENGTH = 31


@dataclass
class Book:
    """A workbook before it is written; dirt is put in by editing the cells.

    Parameters
    ----------
    sheets : dict of str to list of rows
        Cells as a reader will meet them: int, float, text or nothing.
    merged : tuple of str
        Ranges of the first sheet joined in one cell, such as ``K4:L4``.
    """

    sheets: dict[str, list[Row]]
    merged: tuple[str, ...] = ()

    @property
    def first(self) -> list[Row]:
        """Rows of the first sheet."""
        return next(iter(self.sheets.values()))

    @property
    def first_name(self) -> str:
        """Name of the first sheet."""
        return next(iter(self.sheets))


Files = dict[str, Book | bytes]


def book_bytes(book: Book) -> bytes:
    """Return the .xlsx of a book; nothing in it depends on the time or the machine."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties({"created": CREATED, "author": "", "company": ""})
    for name, rows in book.sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if name == book.first_name:
            for area in book.merged:
                sheet.merge_range(area, "")
    workbook.close()
    return stream.getvalue()


def csv_bytes(
    rows: Sequence[Sequence[Cell]], *, separator: str = ",", encoding: str = "utf-8"
) -> bytes:
    """Return a CSV as Google Forms and the machine exports write it (CRLF, quotes if needed)."""
    lines = [separator.join(_csv_cell(cell, separator) for cell in row) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _csv_cell(cell: Cell, separator: str) -> str:
    text = "" if cell is None else str(cell)
    if any(mark in text for mark in (separator, '"', "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def sheet_name(text: str) -> str:
    """Cut a sheet name as Excel does."""
    return text[:SHEET_NAME_LENGTH]
