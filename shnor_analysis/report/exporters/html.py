"""HTML: one self-contained page without scripts or outside references."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from shnor_analysis.report.document import (
    Block,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Kind,
    Run,
    Status,
)
from shnor_analysis.report.exporters.columns import column_widths
from shnor_analysis.report.exporters.layout import Placed, place_on_pages, title_facts
from shnor_analysis.report.exporters.palette import COLOURS
from shnor_analysis.report.exporters.pictures import decode_png, safe_svg
from shnor_analysis.report.exporters.words import WORDS

CONTENTS_DEPTH = 2
# A list of contents for two sections only stands in the way.
CONTENTS_FROM = 3
# A link may lead to a mailbox, a place in this page or a file beside it.
_KEPT_LINK = re.compile(r"(mailto:[^\s<>\"']+|#[\w-]+|(?!/)[\w./-]+)\Z")


def render(document: Document) -> bytes:
    """Write the document as one HTML file (UTF-8)."""
    placed = place_on_pages(document)
    page = _template().render(
        document=document,
        facts=title_facts(document),
        blocks=[_view(p) for p in placed],
        contents=_contents(placed),
        colours=COLOURS,
        words=WORDS,
        css=Markup(_css("document.css")),
    )
    return page.encode("utf-8", errors="replace")


def fragment(block: Block) -> str:
    """HTML of one block for a notebook's output, with the few styles it needs.

    The caption has no number: numbers are given to a finished document only.
    """
    anchor = "show"
    title = block.title if isinstance(block, DisplayTable | DisplayFigure) else ""
    # Every output of a notebook page needs ids of its own.
    if title:
        digest = hashlib.sha256(f"{type(block).__name__} {block}".encode()).hexdigest()
        anchor = f"show-{digest[:10]}"
    return (
        _environment()
        .get_template("fragment.html.jinja")
        .render(
            view=_view(Placed(block, anchor=anchor, caption=title)),
            colours=COLOURS,
            words=WORDS,
            css=Markup(_css("fragment.css")),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("shnor_analysis.report.exporters", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["link"] = _link
    return environment


def _template() -> Template:
    return _environment().get_template("document.html.jinja")


def _css(name: str) -> str:
    environment = _environment()
    if environment.loader is None:
        raise RuntimeError("the template environment has no loader")
    return environment.loader.get_source(environment, name)[0]


def _link(run: Run) -> str:
    return run.href if _KEPT_LINK.match(run.href) else ""


def _view(placed: Placed) -> dict[str, Any]:
    """What the template needs to know about a block."""
    block = placed.block
    view: dict[str, Any] = {"kind": type(block).__name__, "block": block, "placed": placed}
    if isinstance(block, DisplayTable):
        view |= _table_view(block)
    elif isinstance(block, DisplayFigure):
        view |= _figure_view(block, placed.anchor)
    return view


def _table_view(table: DisplayTable) -> dict[str, Any]:
    classes = ["text" if c.kind is Kind.TEXT else "number" for c in table.columns]
    row_header = classes.index("text") if "text" in classes else -1
    return {
        "columns": list(zip(table.columns, classes, strict=True)),
        "row_header": row_header,
        "percents": [f"{share * 100:.1f}" for share in column_widths(table).shares],
        "rows": [
            [
                (cell, " ".join(_cell_classes(class_, cell.status, cell.emphasis)))
                for cell, class_ in zip(row, classes, strict=True)
            ]
            for row in table.rows
        ],
    }


def _cell_classes(class_: str, status: Status, emphasis: bool) -> list[str]:
    muted = [] if status is Status.OK else ["muted", status.value.replace("_", "-")]
    return [class_, *muted, *(["emphasis"] if emphasis else [])]


def _figure_view(figure: DisplayFigure, anchor: str) -> dict[str, Any]:
    svg = safe_svg(figure.svg, anchor, namespace=False) if figure.svg else ""
    png = "" if svg or not decode_png(figure.png_base64) else "".join(figure.png_base64.split())
    return {
        # safe_svg() rebuilds the picture from an allow-list of elements and attributes.
        "svg": Markup(svg),
        "png": png,
        "alt": figure.alt or WORDS["no_alt"],
    }


def _contents(placed: tuple[Placed, ...]) -> list[tuple[int, str, str]]:
    lines = [
        (p.block.level, p.anchor, p.block.text)
        for p in placed
        if isinstance(p.block, Heading) and p.block.level <= CONTENTS_DEPTH
    ]
    return lines if len(lines) >= CONTENTS_FROM else []
