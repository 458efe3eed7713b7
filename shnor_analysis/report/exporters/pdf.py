"""PDF through typst: tagged, archival, with the fonts of the typst package only."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_analysis.errors import ExportError
from shnor_analysis.report.document import (
    Callout,
    Cell,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Preformatted,
    Run,
    Status,
)
from shnor_analysis.report.exporters.columns import column_widths
from shnor_analysis.report.exporters.layout import (
    Placed,
    creation_time,
    place_on_pages,
    title_facts,
)
from shnor_analysis.report.exporters.palette import COLOURS
from shnor_analysis.report.exporters.pictures import (
    decode_png,
    png_size,
    safe_svg,
    svg_around_png,
)
from shnor_analysis.report.exporters.words import WORDS

if TYPE_CHECKING:
    import typst

# Archival and accessible; both ask more of the text than a plain PDF does.
STANDARDS = ("a-2a", "ua-1")
CONTENTS_FROM = 3
# A4 less the margins, less room for a caption.
TEXT_WIDTH_MM, TEXT_HEIGHT_MM = 165.0, 215.0
PICTURE_PPI = 200


def render(document: Document) -> bytes:
    """Write the document as PDF/A-2a and PDF/UA-1.

    A text with a character that no bundled font has (an emoji, say) cannot be archival; the
    same pages are then written as plain PDF.

    Raises
    ------
    ExportError
        If typst is not installed on this platform or refuses the document.
    """
    text = json.dumps(_data(document), ensure_ascii=False)
    # A lone surrogate (half a character of a broken file) is no text for typst.
    data = text.encode("utf-8", errors="replace").decode("utf-8")
    timestamp = creation_time(document)
    error: Exception | None = None
    for standards in (list(STANDARDS), []):
        try:
            return _compile(
                input=_template(),
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=standards,
                timestamp=timestamp,
            )
        except RuntimeError as refused:
            error = refused
    raise ExportError(WORDS["pdf_failed"].format(reason=error)) from error


def figure_png(figure: DisplayFigure) -> bytes:
    """The figure as PNG: its own, or drawn from its SVG; empty if neither can be read."""
    if png := decode_png(figure.png_base64):
        return png
    svg = safe_svg(figure.svg, "p") if figure.svg else ""
    if not svg:
        return b""
    page = (
        b"#set page(width: auto, height: auto, margin: 0pt)\n"
        b'#image(bytes(sys.inputs.svg), format: "svg", '
        b"width: float(sys.inputs.width) * 1mm)"
    )
    inputs = {"svg": svg, "width": str(figure.width_mm)}
    try:
        return _compile(input=page, format="png", ppi=float(PICTURE_PPI), sys_inputs=inputs)
    except (RuntimeError, ExportError):
        return b""


@cache
def _compiler() -> typst.Compiler:
    """One compiler for all documents of a run: it keeps the fonts.

    typst has no wheel for 32-bit Windows and Windows on ARM, so it is asked for only here.
    """
    try:
        import typst
    except ImportError as error:
        raise ExportError(WORDS["no_typst"]) from error
    return typst.Compiler(root=_templates(), ignore_system_fonts=True)


def _compile(**options: Any) -> bytes:
    result = _compiler().compile(**options)
    if isinstance(result, list):
        result = result[0]
    if not isinstance(result, bytes):
        raise RuntimeError("typst returned no document")
    return result


def _templates() -> Path:
    return Path(str(resources.files("shnor_analysis.report.exporters") / "templates"))


def _template() -> Path:
    return _templates() / "document.typ"


def _data(document: Document) -> dict[str, Any]:
    """The document as JSON: typst shows strings as they are, nothing needs escaping."""
    placed = place_on_pages(document)
    day = creation_time(document)
    n_headings = sum(isinstance(p.block, Heading) for p in placed)
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "facts": title_facts(document),
        "keywords": document.keywords,
        "language": document.language,
        "date": {"year": day.year, "month": day.month, "day": day.day},
        "colours": COLOURS,
        "compact": document.compact,
        "contents": "" if document.compact or n_headings < CONTENTS_FROM else WORDS["contents"],
        "groups": _groups(placed),
    }


def _groups(placed: tuple[Placed, ...]) -> list[dict[str, Any]]:
    """Neighbouring blocks of one page orientation."""
    groups: list[dict[str, Any]] = []
    for item in placed:
        if not groups or groups[-1]["landscape"] != item.landscape:
            groups.append({"landscape": item.landscape, "blocks": []})
        groups[-1]["blocks"].append(_block(item))
    return groups


def _block(placed: Placed) -> dict[str, Any]:
    match placed.block:
        case Heading() as heading:
            return {"kind": "heading", "level": heading.level, "text": heading.text}
        case Paragraph() as paragraph:
            return {"kind": "paragraph", "runs": _runs(paragraph.runs)}
        case Listing() as listing:
            items = [_runs(item) for item in listing.items]
            return {"kind": "listing", "ordered": listing.ordered, "items": items}
        case Callout() as callout:
            return {"kind": "callout", "paragraphs": [_runs(p.runs) for p in callout.paragraphs]}
        case Preformatted() as preformatted:
            return {"kind": "preformatted", "text": preformatted.text}
        case DisplayTable() as table:
            return _table(table, placed.caption)
        case DisplayFigure() as figure:
            return _figure(figure, placed)


def _runs(runs: tuple[Run, ...]) -> list[dict[str, Any]]:
    return [{"text": r.text, "bold": r.bold, "italic": r.italic, "code": r.code} for r in runs]


def _table(table: DisplayTable, caption: str) -> dict[str, Any]:
    widths = column_widths(table)
    return {
        "kind": "table",
        "caption": caption,
        "columns": [
            {
                "label": column.label,
                "align": "left" if column.kind is Kind.TEXT else "right",
                "break_label": break_label,
                "break_text": break_text,
            }
            for column, break_label, break_text in zip(
                table.columns, widths.break_labels, widths.break_texts, strict=True
            )
        ],
        "shares": widths.shares,
        "tight": widths.tight,
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "notes": table.notes,
    }


def _cell(cell: Cell) -> list[Any]:
    return [cell.text, cell.emphasis, cell.status is not Status.OK]


def _figure(figure: DisplayFigure, placed: Placed) -> dict[str, Any]:
    svg = safe_svg(figure.svg, f"f{placed.number}") if figure.svg else ""
    width, height = figure.width_mm, figure.height_mm
    if not svg and (png := decode_png(figure.png_base64)):
        size = png_size(png) or (1, 1)
        svg = svg_around_png(png, width, width * size[1] / size[0])
    scale = min(1.0, TEXT_WIDTH_MM / width, TEXT_HEIGHT_MM / height) if width and height else 1.0
    return {
        "kind": "figure",
        "caption": placed.caption,
        "alt": figure.alt or WORDS["no_alt"],
        "svg": svg,
        "width_mm": width * scale if width > 0 else TEXT_WIDTH_MM,
        "notes": figure.notes,
    }
