"""Tables of foreign HTML outputs (pandas and the like) as :class:`DisplayTable`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from shnor_analysis.report.document import (
    Cell,
    DisplayColumn,
    DisplayTable,
    Kind,
    Status,
)
from shnor_analysis.report.exporters.words import WORDS

# More columns, or longer lines, do not fit on an upright page.
MANY_COLUMNS, LONG_LINE = 9, 130
# Longer digit strings are identifiers, and a float would change them.
LONGEST_NUMBER = 15
MISSING = frozenset({"", "NaN", "nan", "None", "<NA>", "NaT"})
LEFT_OUT_ROW = frozenset({"...", "…"})
# Not «00123»: a number with leading zeros is a code.
_NUMBER = re.compile(r"[-\u2212+]?(?:0|[1-9][0-9]*)(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_SPACES = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class _Grid:
    """A table's texts with spans written out: ``labels`` has one list per header row."""

    labels: list[list[str]]
    rows: list[list[str]]
    caption: str


def tables_from_html(html: str, title: str) -> tuple[DisplayTable, ...]:
    """Read all outermost tables of an HTML output.

    Parameters
    ----------
    html : str
        HTML of a notebook output; scripts and styles are ignored.
    title : str
        The caption of a table that has none of its own.
    """
    soup = _soup(html)
    tables = [t for t in soup.find_all("table") if t.find_parent("table") is None]
    grids = [_grid(table) for table in tables]
    return tuple(_table(_without_counter(g), title) for g in grids if g.rows or g.labels)


def text_from_html(html: str) -> str:
    """The readable text of an HTML output, a line per line of the page."""
    lines = (_squeezed(line) for line in _soup(html).get_text("\n").split("\n"))
    return "\n".join(line for line in lines if line)


def table_from_texts(
    labels: Sequence[str], rows: Sequence[Sequence[str]], title: str
) -> DisplayTable:
    """A table of plain texts, as written in Markdown."""
    columns = tuple(DisplayColumn(f"column_{i}", label) for i, label in enumerate(labels, start=1))
    cells = tuple(tuple(Cell(text, text) for text in row) for row in rows)
    return DisplayTable("table", title, columns, cells, wide=_is_wide(labels, rows))


def _soup(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for unseen in soup(["script", "style", "head", "template"]):
        unseen.decompose()
    return soup


def _grid(table: Tag) -> _Grid:
    caption = table.find("caption")
    rows = [tr for tr in table.find_all("tr") if tr.find_parent("table") is table]
    header = [tr for tr in rows if _is_header(tr)]
    body = [tr for tr in rows if tr not in header]
    spread = _spread(header + body)
    return _Grid(
        labels=spread[: len(header)],
        rows=spread[len(header) :],
        caption=_squeezed(caption.get_text(" ")) if caption else "",
    )


def _is_header(row: Tag) -> bool:
    if row.find_parent("thead"):
        return True
    cells = row.find_all(["th", "td"])
    return bool(cells) and row.find_parent("tbody") is None and all(c.name == "th" for c in cells)


def _spread(rows: Sequence[Tag]) -> list[list[str]]:
    """Repeat the text of a cell over all places it spans."""
    occupied: dict[tuple[int, int], str] = {}
    for y, row in enumerate(rows):
        x = 0
        for cell in row.find_all(["th", "td"], recursive=False):
            while (y, x) in occupied:
                x += 1
            text = _squeezed(cell.get_text(" "))
            height = min(_span(cell, "rowspan"), len(rows) - y)
            width = _span(cell, "colspan")
            for dy in range(height):
                for dx in range(width):
                    occupied[(y + dy, x + dx)] = text
            x += width
    n_columns = max((x for _, x in occupied), default=-1) + 1
    return [[occupied.get((y, x), "") for x in range(n_columns)] for y in range(len(rows))]


def _span(cell: Tag, name: str) -> int:
    text = str(cell.get(name, "1"))
    return min(max(int(text), 1), 1000) if text.isdigit() else 1


def _squeezed(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _without_counter(grid: _Grid) -> _Grid:
    """Drop the row numbers that pandas prints when nobody has set an index."""
    counted = [row[0] for row in grid.rows]
    kept = [text for text in counted if text not in LEFT_OUT_ROW]
    named = any(row[0] for row in grid.labels)
    numbers = [int(text) if text.isdecimal() else -1 for text in kept]
    in_order = numbers == sorted(set(numbers)) and numbers[:1] == [0]
    full = len(kept) < len(counted) or numbers == list(range(len(numbers)))
    if named or not grid.labels or not (in_order and full) or len(grid.labels[0]) < 2:  # noqa: PLR2004
        return grid
    return _Grid([r[1:] for r in grid.labels], [r[1:] for r in grid.rows], grid.caption)


def _table(grid: _Grid, title: str) -> DisplayTable:
    rows = [row for row in grid.rows if not set(row) <= LEFT_OUT_ROW]
    n_columns = len((grid.labels or grid.rows)[0])
    labels = [_label([row[i] for row in grid.labels]) for i in range(n_columns)]
    columns = [_column(i, label, [row[i] for row in rows]) for i, label in enumerate(labels)]
    return DisplayTable(
        name="table",
        title=grid.caption or title,
        columns=tuple(columns),
        rows=tuple(tuple(_cell(t, c) for t, c in zip(row, columns, strict=True)) for row in rows),
        notes=(WORDS["rows_left_out"],) if len(rows) < len(grid.rows) else (),
        wide=_is_wide(labels, rows),
    )


def _label(parts: Sequence[str]) -> str:
    """One label from the rows of a header: «2025 / ОГЭ», a repeated part once."""
    return " / ".join(dict.fromkeys(p for p in parts if p))


def _column(index: int, label: str, texts: Sequence[str]) -> DisplayColumn:
    present = [t for t in texts if t not in MISSING]
    kind, decimals = Kind.TEXT, 0
    if present and all(_number(t) is not None for t in present):
        decimals = max(_n_decimals(t) for t in present)
        whole = all(isinstance(_number(t), int) for t in present)
        kind = Kind.INTEGER if whole else Kind.NUMBER
    return DisplayColumn(f"column_{index + 1}", label, kind, decimals)


def _cell(text: str, column: DisplayColumn) -> Cell:
    if text in MISSING:
        # An empty cell of a text column is just empty, a missing number is a statement.
        if column.kind is Kind.TEXT and not text:
            return Cell("", "")
        return Cell(None, WORDS["no_data"], Status.NO_DATA)
    number = _number(text) if column.kind is not Kind.TEXT else None
    return Cell(text if number is None else number, text)


def _number(text: str) -> int | float | None:
    if not _NUMBER.match(text) or len(re.sub(r"\D", "", text)) > LONGEST_NUMBER:
        return None
    plain = text.replace("\u2212", "-").replace(",", ".")
    return float(plain) if re.search(r"[.eE]", plain) else int(plain)


def _n_decimals(text: str) -> int:
    return len(re.split(r"[.,]", text)[-1]) if re.fullmatch(r"\D*\d+[.,]\d+", text) else 0


def _is_wide(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    longest = (
        max((len(t) for t in texts), default=0) for texts in _columns_of([list(labels), *rows])
    )
    return len(labels) >= MANY_COLUMNS or sum(min(n, 40) for n in longest) > LONG_LINE


def _columns_of(rows: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    return iter(list(zip(*rows, strict=True)))
