"""The document as a value: blocks that every writer renders the same way.

A notebook cell shows a :class:`DisplayTable` or a :class:`DisplayFigure`; the cell's output
carries it as a typed record (``RECORD_MIME``) beside its HTML. An exporter turns the executed
notebook into one :class:`Document`, and thin writers render it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

RECORD_MIME = "application/vnd.shnor.record+json"


class Status(StrEnum):
    """Why a cell shows a number or does not: five different truths, never merged."""

    OK = "ok"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    TOO_FEW = "too_few"
    SUPPRESSED = "suppressed"


class Kind(StrEnum):
    """What a column holds; fixes alignment and the number format of the spreadsheet."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True)
class Cell:
    """One table cell.

    ``value`` is the unrounded number (a share is a fraction 0-1) or the text; ``None`` when the
    status is not ``ok``. ``text`` is what a reader sees in HTML, DOCX and PDF.
    ``emphasis`` marks a cell that carries a verdict; writers give it a tint, never only a colour.
    """

    value: float | int | str | None
    text: str
    status: Status = Status.OK
    emphasis: bool = False


@dataclass(frozen=True)
class DisplayColumn:
    """One column: ``width`` is a relative weight, ``decimals`` applies to numbers and percents.

    ``choices`` are the values a spreadsheet offers to the person who fills the column.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    decimals: int = 0
    width: float = 1.0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class DisplayTable:
    """A table ready to be printed; rows are already sorted by a stated rule.

    ``name`` is an ASCII identifier (the sheet and anchor name), ``title`` the caption without a
    number (numbers are given at export), ``notes`` go under the table, ``wide`` asks for a
    landscape page. ``sheet_only`` marks a list too long to be read through: the workbook holds
    it, the other documents say that it does.
    """

    name: str
    title: str
    columns: tuple[DisplayColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    wide: bool = False
    sheet_only: bool = False


@dataclass(frozen=True)
class DisplayFigure:
    """A picture: ``svg`` is text, ``png_base64`` the same picture for writers without SVG.

    ``width_mm`` is the printed width; ``alt`` says in words what the picture shows.
    """

    name: str
    title: str
    alt: str
    svg: str
    png_base64: str
    width_mm: float
    height_mm: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A stretch of text of one look."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str = ""


@dataclass(frozen=True)
class Heading:
    """``level`` 1 opens a section of the document (the document's own title is not a heading)."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Listing:
    """A bulleted or numbered list; one tuple of runs per item."""

    items: tuple[tuple[Run, ...], ...]
    ordered: bool = False


@dataclass(frozen=True)
class Callout:
    """A boxed remark: what is missing, how to read, what must be checked."""

    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Preformatted:
    """Plain text of a foreign notebook's output, printed with fixed width."""

    text: str


Block = Heading | Paragraph | Listing | Callout | Preformatted | DisplayTable | DisplayFigure


@dataclass(frozen=True)
class Document:
    """A finished document before rendering.

    ``facts`` are the lines of the title block (label, text), for example the place and the year.
    ``created`` is the date printed and stored in the file (ISO ``YYYY-MM-DD``), taken from the
    data and not from the clock, so that the same input gives the same bytes. ``compact`` sets a
    working paper tighter in print.
    """

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    created: str = "1980-01-01"
    name: str = "document"
    language: str = "ru"
    keywords: tuple[str, ...] = field(default=())
    compact: bool = False

    @property
    def tables(self) -> tuple[DisplayTable, ...]:
        """All tables in reading order."""
        return tuple(b for b in self.blocks if isinstance(b, DisplayTable))

    @property
    def figures(self) -> tuple[DisplayFigure, ...]:
        """All figures in reading order."""
        return tuple(b for b in self.blocks if isinstance(b, DisplayFigure))


_RECORD_TYPES: dict[str, type] = {
    "table": DisplayTable,
    "figure": DisplayFigure,
    "callout": Callout,
    "paragraph": Paragraph,
    "listing": Listing,
    "heading": Heading,
}
_RECORD_NAMES = {cls: name for name, cls in _RECORD_TYPES.items()}


def to_record(block: Block) -> dict[str, Any]:
    """Turn a block into JSON-ready data for a notebook output."""
    return {"type": _RECORD_NAMES[type(block)], **dataclasses.asdict(block)}


def from_record(record: dict[str, Any]) -> Block:
    """Rebuild a block from the data of a notebook output.

    Raises
    ------
    ValueError
        If the record's type is unknown.
    """
    data = dict(record)
    kind = data.pop("type", None)
    if kind == "table":
        return DisplayTable(
            name=data["name"],
            title=data["title"],
            columns=tuple(
                DisplayColumn(**{**c, "kind": Kind(c["kind"]), "choices": tuple(c["choices"])})
                for c in data["columns"]
            ),
            rows=tuple(
                tuple(Cell(**{**c, "status": Status(c["status"])}) for c in row)
                for row in data["rows"]
            ),
            notes=tuple(data["notes"]),
            wide=data["wide"],
            sheet_only=data["sheet_only"],
        )
    if kind == "figure":
        return DisplayFigure(**{**data, "notes": tuple(data["notes"])})
    if kind == "callout":
        return Callout(tuple(Paragraph(_runs(p["runs"])) for p in data["paragraphs"]))
    if kind == "paragraph":
        return Paragraph(_runs(data["runs"]))
    if kind == "listing":
        return Listing(tuple(_runs(item) for item in data["items"]), ordered=data["ordered"])
    if kind == "heading":
        return Heading(**data)
    raise ValueError(f"unknown record type {kind!r}")


def _runs(data: list[dict[str, Any]]) -> tuple[Run, ...]:
    return tuple(Run(**run) for run in data)
