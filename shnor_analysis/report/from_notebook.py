"""An executed notebook as a :class:`Document`: from our records, or read from any outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbformat import NotebookNode

from shnor_analysis.report.document import (
    RECORD_MIME,
    Block,
    Callout,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Paragraph,
    Preformatted,
    Run,
    from_record,
)
from shnor_analysis.report.exporters.pictures import (
    MM_PER_INCH,
    MM_PER_PIXEL,
    decode_png,
    png_size,
    svg_size_mm,
)
from shnor_analysis.report.exporters.words import WORDS
from shnor_analysis.report.html_tables import tables_from_html, text_from_html
from shnor_analysis.report.markdown import blocks_from_markdown

LEFT_OUT = frozenset({"remove-cell", "parameters", "injected-parameters"})
DOCUMENT_FIELDS = frozenset(
    {"title", "subtitle", "facts", "created", "name", "keywords", "compact"}
)
PAGE_WIDTH_MM = 165.0
# Notebook pictures do not say how large they should be printed; matplotlib draws 100 px per inch.
PIXELS_PER_INCH = 100

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
# The repr of a drawing call's result: no content, and an address that changes with every run.
_LEFTOVER = re.compile(
    r"\[?\s*<[^<>]* at 0x[0-9a-fA-F]+>|<(Figure|Axes|Subplot)|Text\([-\d.]|<IPython\.core\.display"
)
# «02. Низкие результаты»: the number orders the notebooks, not the documents.
_CHAPTER_NUMBER = re.compile(r"\A\s*\d+(\.\d+)*\.\s+")


def document_from_notebook(nb: NotebookNode, name: str) -> Document:
    """Turn an executed notebook into a document.

    Parameters
    ----------
    nb : NotebookNode
        A notebook of format 4 with its outputs. Cells tagged ``remove-cell``, ``parameters`` or
        ``injected-parameters`` are left out; the input of a code cell is never shown.
    name : str
        Name of the document, and its title if the notebook has no heading of level 1.

    Returns
    -------
    Document
        Typed records (``RECORD_MIME``) are taken as they are. Of any other output the first
        that can be read is taken: a table of HTML, SVG, PNG, Markdown, text.
    """
    reader = _Reader()
    for cell in nb.cells:
        if LEFT_OUT.isdisjoint(cell.get("metadata", {}).get("tags", [])):
            reader.read(cell)
    fields = _metadata_fields(nb) | reader.fields
    return Document(
        blocks=tuple(_with_unique_names(reader.blocks)),
        **({"title": reader.title or name, "name": name} | fields),
    )


@dataclass
class _Reader:
    """Walks the cells in order; remembers the last heading, which names foreign pictures."""

    blocks: list[Block] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    heading: str = ""

    def read(self, cell: NotebookNode) -> None:
        """Add what one cell shows."""
        if cell.cell_type == "markdown":
            blocks = _markdown_blocks(cell.source, cell.get("attachments", {}), self.heading)
            self._add(self._below_title(blocks))
        elif cell.cell_type == "code":
            for output in _merged_streams(cell.get("outputs", [])):
                self._add(self._output_blocks(output))

    def _add(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Heading):
                self.heading = block.text
            self.blocks.append(block)

    def _below_title(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Take the first heading of level 1 as the title and lift the others by one level."""
        for block in blocks:
            if not isinstance(block, Heading):
                yield block
            elif block.level == 1 and not self.title:
                self.title = _CHAPTER_NUMBER.sub("", block.text)
            else:
                yield replace(block, level=max(1, block.level - 1))

    def _output_blocks(self, output: Mapping[str, Any]) -> list[Block]:
        match output["output_type"]:
            case "stream":
                text = _plain(output["text"]) if output["name"] == "stdout" else ""
                return [Preformatted(text)] if text else []
            case "error":
                error = _plain(f"{output.get('ename', '')}: {output.get('evalue', '')}")
                return [_remark(WORDS["cell_failed"].format(error=error))]
            case "display_data" | "execute_result":
                return self._data_blocks(output.get("data", {}), output.get("metadata", {}))
        return []

    def _data_blocks(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[Block]:
        if RECORD_MIME in data:
            return list(self._records(data[RECORD_MIME]))
        html, plain = _joined(data, "text/html"), _joined(data, "text/plain")
        if "<table" in html and (tables := tables_from_html(html, self.heading)):
            return list(tables)
        if figure := self._figure(data, metadata):
            return [figure]
        if markdown := _joined(data, "text/markdown"):
            return list(self._below_title(_markdown_blocks(markdown, {}, self.heading)))
        if text := text_from_html(html):
            return [Paragraph((Run(line),)) for line in text.split("\n")]
        text = "" if _LEFTOVER.match(plain) else _plain(plain)
        return [Preformatted(text)] if text else []

    def _records(self, records: Any) -> Iterator[Block]:
        for record in records if isinstance(records, list) else [records]:
            if record.get("type") == "document":
                self.fields |= _document_fields(record)
            else:
                yield from_record(record)

    def _figure(self, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> DisplayFigure | None:
        svg, png = _joined(data, "image/svg+xml"), "".join(_joined(data, "image/png").split())
        return _foreign_figure(svg, png, self.heading, metadata.get("image/png", {}))


def _foreign_figure(
    svg: str, png: str, heading: str, shown: Mapping[str, Any]
) -> DisplayFigure | None:
    width_mm, height_mm = svg_size_mm(svg) or (0.0, 0.0)
    size = png_size(decode_png(png))
    if size and not width_mm:
        # «Retina» pictures say in the metadata how many pixels they take on the screen.
        stated = shown.get("width")
        wanted = stated * MM_PER_PIXEL if stated else size[0] / PIXELS_PER_INCH * MM_PER_INCH
        width_mm, height_mm = wanted, wanted * size[1] / size[0]
    if not width_mm:
        return None
    scale = min(1.0, PAGE_WIDTH_MM / width_mm)
    return DisplayFigure(
        name="figure",
        title=heading,
        alt=heading or WORDS["no_alt"],
        svg=svg if svg_size_mm(svg) else "",
        png_base64=png if size else "",
        width_mm=round(width_mm * scale, 2),
        height_mm=round(height_mm * scale, 2),
    )


def _markdown_blocks(source: str, attachments: Mapping[str, Any], heading: str) -> list[Block]:
    """Blocks of a markdown text; attached PNG pictures become figures behind it."""
    blocks: list[Block] = list(blocks_from_markdown(source, heading))
    for name, data in attachments.items():
        if figure := _foreign_figure("", "".join(_joined(data, "image/png").split()), "", {}):
            alt = re.search(rf"!\[([^\]]*)\]\(attachment:{re.escape(name)}", source)
            words = alt[1] if alt else ""
            blocks.append(replace(figure, title=words, alt=words or WORDS["no_alt"]))
    return blocks


def _merged_streams(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring pieces of one stream belong together: a kernel cuts them anywhere."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] = _text(last["text"]) + _text(output["text"])
        else:
            merged.append(dict(output))
    return merged


def _remark(text: str) -> Callout:
    return Callout((Paragraph((Run(text),)),))


def _text(value: Any) -> str:
    return "".join(value) if isinstance(value, list) else str(value)


def _joined(data: Mapping[str, Any], mime: str) -> str:
    return _text(data.get(mime, ""))


def _plain(value: Any) -> str:
    """Text without terminal colours and overwritten progress bars."""
    lines = _ANSI.sub("", _text(value)).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2].rstrip() for line in lines).strip("\n")


def _document_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in record.items() if key != "type"}
    if unknown := sorted(set(given) - DOCUMENT_FIELDS):
        raise ValueError(f"unknown document fields {unknown}, known: {sorted(DOCUMENT_FIELDS)}")
    return _frozen_fields(given)


def _metadata_fields(nb: NotebookNode) -> dict[str, Any]:
    # The notebook's metadata may hold keys of other tools' making: only ours are read.
    stored = nb.metadata.get("shnor", {})
    return _frozen_fields({key: stored[key] for key in DOCUMENT_FIELDS if key in stored})


def _frozen_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(given)
    if "facts" in fields:
        fields["facts"] = tuple((str(label), str(text)) for label, text in fields["facts"])
    if "keywords" in fields:
        fields["keywords"] = tuple(fields["keywords"])
    return fields


def _with_unique_names(blocks: Iterable[Block]) -> Iterator[Block]:
    taken: set[str] = set()
    for block in blocks:
        if not isinstance(block, DisplayTable | DisplayFigure):
            yield block
            continue
        name, suffix = block.name, 2
        while name in taken:
            name, suffix = f"{block.name}_{suffix}", suffix + 1
        taken.add(name)
        yield replace(block, name=name)
