"""Cells, columns and the frame of a printed table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.texts import table_words, text

# A matrix of more years than this is printed on a turned page.
MANY_YEARS = 3


# A probability nearer than this to 0 or 1 is printed as «<1» or «>99» per cent.
ALMOST_NEVER = 0.005


def words(value: object) -> Cell:
    """Make a cell with text; an empty or missing one reads «—»."""
    content = "" if russian.is_missing(value) else str(value)
    return Cell(content or "—", russian.keep_together(content) or "—")


def blank(value: object = None) -> Cell:
    """Make a cell that a person fills by hand; what is already known stands in it."""
    content = "" if russian.is_missing(value) else str(value)
    return Cell(content, content)


def whole(value: object) -> Cell:
    """Make a cell with a whole number; a missing one says so."""
    if russian.is_missing(value):
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    return Cell(int(value), russian.integer(int(value)))  # type: ignore[call-overload]


def part(value: object, status: str = "ok", decimals: int = 1) -> Cell:
    """Make a cell with a share for a column headed «%»; the status decides what is printed."""
    if status != "ok":
        return Cell(None, text("status", status), Status(status))
    if russian.is_missing(value):
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    share = float(value)  # type: ignore[arg-type]
    return Cell(share, russian.percent_points(share, decimals))


def probability(value: object, status: str = "ok") -> Cell:
    """Make a cell with a probability in whole per cent; never «0» or «100» for a doubt."""
    cell = part(value, status, decimals=0)
    if cell.value is None:
        return cell
    share = float(cell.value)
    if share < ALMOST_NEVER:
        return Cell(share, "<1")
    return Cell(share, ">99") if share > 1 - ALMOST_NEVER else cell


def probability_words(p: float) -> str:
    r"""Print a probability in whole per cent; never «0 %» or «100 %» for a doubt.

    Examples
    --------
    >>> probability_words(0.001)
    'меньше 1\xa0%'
    """
    if p < ALMOST_NEVER:
        return text("probability_words", "rare")
    if p > 1 - ALMOST_NEVER:
        return text("probability_words", "sure")
    return russian.percent(p, 0)


def decimal(value: object, decimals: int, status: str = "ok") -> Cell:
    """Make a cell with a number; the status decides what is printed."""
    if status != "ok":
        return Cell(None, text("status", status), Status(status))
    if russian.is_missing(value):
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    number = float(value)  # type: ignore[arg-type]
    return Cell(number, russian.number(number, decimals))


def share_column(key: str, width: float = 0.8, decimals: int = 1, label: str = "") -> DisplayColumn:
    """A column of shares printed in per cent."""
    return DisplayColumn(key, label, Kind.SHARE, decimals, width)


def count_column(key: str, width: float = 0.8, label: str = "") -> DisplayColumn:
    """A column of whole numbers."""
    return DisplayColumn(key, label, Kind.INTEGER, 0, width)


def number_column(key: str, width: float = 0.8, decimals: int = 0) -> DisplayColumn:
    """A column of numbers with a fixed number of decimals."""
    return DisplayColumn(key, "", Kind.NUMBER, decimals, width)


def text_column(key: str, width: float = 2.0) -> DisplayColumn:
    """A column of words."""
    return DisplayColumn(key, "", Kind.TEXT, 0, width)


def build_table(
    name: str,
    columns: Sequence[DisplayColumn],
    rows: tuple[tuple[Cell, ...], ...],
    *,
    wide: bool = False,
    sheet_only: bool = False,
    **fields: str,
) -> DisplayTable:
    """Put the words of ``texts_ru.yaml`` on a table; a column that has a label keeps it."""
    words_of = table_words(name)
    return DisplayTable(
        name,
        words_of.title.format(**fields),
        tuple(
            column if column.label else replace(column, label=words_of.columns[column.key])
            for column in columns
        ),
        rows,
        notes=tuple(russian.keep_together(note.format(**fields)) for note in words_of.notes),
        wide=wide,
        sheet_only=sheet_only,
    )
