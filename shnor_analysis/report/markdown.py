"""Markdown of a notebook's cells as document blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from shnor_analysis.report.document import (
    Block,
    Callout,
    Heading,
    Listing,
    Paragraph,
    Preformatted,
    Run,
)
from shnor_analysis.report.html_tables import table_from_texts, tables_from_html, text_from_html

# HTML that only arranges: the tag goes, its content stays. Any other tag is shown as text, so
# that a school called <script> keeps its name.
_LAYOUT_NAMES = (
    "a abbr b big center div em font h1 h2 h3 h4 h5 h6 hr i img kbd li mark ol p s small span "
    "strong sub sup table tbody td th thead tr u ul details summary"
)
LAYOUT_TAGS = frozenset(_LAYOUT_NAMES.split())
_TAG = re.compile(r"</?\s*([A-Za-z][\w-]*)[^>]*>\Z")
_BREAK = re.compile(r"<\s*br\s*/?>\Z", re.IGNORECASE)
_AROUND_BREAK = re.compile(r" *\n *")
INNER_ITEM = "– "


def blocks_from_markdown(source: str, heading: str = "") -> tuple[Block, ...]:
    """Read a markdown text; heading levels are as written (``#`` is 1).

    ``heading`` is the one in force before the text; a table is named by the heading above it.
    """
    tree = SyntaxTreeNode(_parser().parse(source))
    blocks: list[Block] = []
    for node in tree.children:
        for block in _blocks(node, heading):
            if isinstance(block, Heading):
                # The document's own title names no single table.
                heading = block.text if block.level > 1 else ""
            blocks.append(block)
    return tuple(blocks)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _blocks(node: SyntaxTreeNode, heading: str) -> Iterator[Block]:
    match node.type:
        case "heading":
            yield Heading(int(node.tag[1]), _plain(_runs(node)))
        case "paragraph":
            if runs := _runs(node):
                yield Paragraph(runs)
        case "bullet_list" | "ordered_list":
            items = tuple(_item(child) for child in node.children)
            yield Listing(items, ordered=node.type == "ordered_list")
        case "blockquote":
            yield Callout(tuple(_quoted(node)))
        case "fence" | "code_block":
            yield Preformatted(node.content.rstrip("\n"))
        case "table":
            yield table_from_texts(*_texts(node), heading)
        case "html_block":
            yield from _html_blocks(node.content, heading)


def _html_blocks(html: str, heading: str) -> Iterator[Block]:
    if tables := tables_from_html(html, heading):
        yield from tables
        return
    tag = re.match(r"\s*</?\s*([A-Za-z][\w-]*)", html)
    known = tag is None or tag[1].lower() in LAYOUT_TAGS
    text = text_from_html(html) if known else html.strip()
    if text and not html.lstrip().startswith("<!--"):
        yield Paragraph((Run(text.replace("\n", " ")),))


def _item(node: SyntaxTreeNode) -> tuple[Run, ...]:
    """One item; what is nested in it follows on lines of its own."""
    lines: list[tuple[Run, ...]] = []
    for child in node.children:
        if child.type in {"bullet_list", "ordered_list"}:
            lines += [(Run(INNER_ITEM), *_item(inner)) for inner in child.children]
        elif child.type in {"fence", "code_block"}:
            lines.append((Run(child.content.rstrip("\n"), code=True),))
        else:
            lines.append(_runs(child))
    return _on_lines(lines)


def _on_lines(lines: Sequence[tuple[Run, ...]]) -> tuple[Run, ...]:
    result: list[Run] = []
    for line in lines:
        if result and line:
            result.append(Run("\n"))
        result.extend(line)
    return tuple(_joined(result))


def _quoted(node: SyntaxTreeNode) -> Iterator[Paragraph]:
    for child in node.children:
        if child.type in {"bullet_list", "ordered_list"}:
            yield from (Paragraph((Run(INNER_ITEM), *_item(item))) for item in child.children)
        elif child.type == "blockquote":
            yield from _quoted(child)
        elif child.type in {"fence", "code_block"}:
            yield Paragraph((Run(child.content.rstrip("\n"), code=True),))
        elif child.type == "heading":
            yield Paragraph(tuple(replace(run, bold=True) for run in _runs(child)))
        elif runs := _runs(child):
            yield Paragraph(runs)


def _texts(table: SyntaxTreeNode) -> tuple[list[str], list[list[str]]]:
    rows = [
        [_plain(_runs(cell)) for cell in row.children]
        for part in table.children
        for row in part.children
    ]
    return rows[0], rows[1:]


def _plain(runs: Sequence[Run]) -> str:
    return " ".join("".join(run.text for run in runs).split("\n")).strip()


def _runs(node: SyntaxTreeNode) -> tuple[Run, ...]:
    inline = [child for child in node.children if child.type == "inline"]
    runs = [run for part in inline for child in part.children for run in _inline(child, Run(""))]
    return tuple(_joined(runs))


def _inline(node: SyntaxTreeNode, look: Run) -> Iterator[Run]:
    match node.type:
        case "text":
            yield replace(look, text=node.content)
        case "code_inline":
            yield replace(look, text=node.content, code=True)
        case "softbreak":
            yield replace(look, text=" ")
        case "hardbreak":
            yield replace(look, text="\n")
        case "image":
            # A picture file beside the notebook is not in the notebook: its words stand for it.
            yield replace(look, text=node.content, italic=True)
        case "html_inline":
            yield replace(look, text=_shown_html(node.content))
        case _:
            inner = _inner_look(node, look)
            for child in node.children:
                yield from _inline(child, inner)


def _inner_look(node: SyntaxTreeNode, look: Run) -> Run:
    match node.type:
        case "strong":
            return replace(look, bold=True)
        case "em":
            return replace(look, italic=True)
        case "link":
            return replace(look, href=str(node.attrs.get("href", "")))
    return look


def _shown_html(html: str) -> str:
    if _BREAK.match(html):
        return "\n"
    tag = _TAG.match(html)
    is_comment = html.startswith("<!--")
    return "" if is_comment or (tag and tag[1].lower() in LAYOUT_TAGS) else html


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Neighbouring runs of one look become one; empty ones go."""
    result: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if result and replace(result[-1], text="") == replace(run, text=""):
            result[-1] = replace(run, text=result[-1].text + run.text)
        else:
            result.append(run)
    return [replace(run, text=_AROUND_BREAK.sub("\n", run.text)) for run in result]
