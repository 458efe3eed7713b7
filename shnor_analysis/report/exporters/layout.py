"""What all writers agree on: numbers, captions, anchors and page orientation of the blocks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shnor_analysis.errors import ExportError
from shnor_analysis.report.document import (
    Block,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Paragraph,
    Run,
)
from shnor_analysis.report.exporters.words import WORDS

# The default of ``Document.created``: a date no report has, read as "undated".
UNDATED = "1980-01-01"
# How many paragraphs between a heading and a wide table move to the landscape page with it.
LEAD_IN_PARAGRAPHS = 2


@dataclass(frozen=True)
class Placed:
    """A block in its place.

    ``number`` counts tables and figures separately from 1 and is 0 for other blocks; ``caption``
    is the ready line «Таблица 1 — …»; ``anchor`` is unique in the document and ASCII.
    """

    block: Block
    anchor: str = ""
    number: int = 0
    caption: str = ""
    landscape: bool = False


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def printable(text: str) -> str:
    """Drop the characters that no XML file (so no DOCX, XLSX or SVG) may hold."""
    return _UNPRINTABLE.sub("", text)


def place(document: Document) -> tuple[Placed, ...]:
    """Number the tables and figures, name the anchors and choose the page orientation."""
    blocks = _without_level_gaps(document.blocks)
    landscape = _landscape(blocks)
    taken: set[str] = set()
    counts = {"table": 0, "figure": 0, "section": 0}
    placed = []
    for block, turned in zip(blocks, landscape, strict=True):
        match block:
            case DisplayTable():
                family, name = "table", block.name
            case DisplayFigure():
                family, name = "figure", block.name
            case Heading():
                family, name = "section", ""
            case _:
                placed.append(Placed(block, landscape=turned))
                continue
        counts[family] += 1
        number = counts[family]
        anchor = _anchor(family, name, number, taken)
        if isinstance(block, Heading):
            placed.append(Placed(block, anchor, landscape=turned))
        else:
            caption = caption_text(WORDS[family], number, block.title)
            placed.append(Placed(block, anchor, number, caption, turned))
    return tuple(placed)


def place_on_pages(document: Document) -> tuple[Placed, ...]:
    """As :func:`place`, with a sentence instead of every table that only a workbook holds."""
    return tuple(_pointer(p) for p in place(document))


def _pointer(placed: Placed) -> Placed:
    table = placed.block
    if not (isinstance(table, DisplayTable) and table.sheet_only):
        return placed
    sentence = WORDS["in_workbook"].format(caption=placed.caption, n=len(table.rows))
    return Placed(Paragraph((Run(sentence),)), landscape=placed.landscape)


def caption_text(word: str, number: int, title: str) -> str:
    """«Таблица 1 — Название», or «Таблица 1» for a foreign table without a title."""
    label = f"{word}\N{NO-BREAK SPACE}{number}"
    return f"{label}{WORDS['dash']}{title}" if title else label


def creation_time(document: Document) -> datetime.datetime:
    """The document's date as midnight UTC.

    Raises
    ------
    ExportError
        If the date is not ISO ``YYYY-MM-DD``.
    """
    try:
        day = datetime.date.fromisoformat(document.created)
    except ValueError as error:
        raise ExportError(WORDS["bad_date"].format(found=document.created)) from error
    return datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)


def title_facts(document: Document) -> tuple[tuple[str, str], ...]:
    """The lines of the title block, the date last unless the document is undated."""
    if document.created == UNDATED:
        return document.facts
    day = creation_time(document).strftime("%d.%m.%Y")
    return (*document.facts, (WORDS["created"], day))


def _without_level_gaps(blocks: Sequence[Block]) -> list[Block]:
    # A jump from level 1 to level 3 breaks the outline of Word and is refused by PDF/UA.
    level = 0
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            level = max(1, min(block.level, level + 1))
            result.append(replace(block, level=level))
        else:
            result.append(block)
    return result


def _landscape(blocks: Sequence[Block]) -> list[bool]:
    """A wide table turns its page; its heading and short lead-in go with it."""
    turned = [isinstance(b, DisplayTable) and b.wide for b in blocks]
    for index, block in enumerate(blocks):
        if not (isinstance(block, DisplayTable) and block.wide):
            continue
        start = index
        while start > 0 and index - start < LEAD_IN_PARAGRAPHS:
            if not isinstance(blocks[start - 1], Paragraph):
                break
            start -= 1
        if start == 0 or not isinstance(blocks[start - 1], Heading):
            continue
        while start > 0 and isinstance(blocks[start - 1], Heading):
            start -= 1
        turned[start:index] = [True] * (index - start)
    return turned


def _anchor(family: str, name: str, number: int, taken: set[str]) -> str:
    ascii_name = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-") or str(number)
    anchor = f"{family}-{ascii_name}"
    if anchor in taken:
        anchor = f"{anchor}-n{number}"
    while anchor in taken:
        anchor += "x"
    taken.add(anchor)
    return anchor
