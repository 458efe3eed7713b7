"""Show a block in a notebook: HTML for the eye, a typed record for the documents."""

from __future__ import annotations

from html import escape
from typing import Any

from IPython.display import display

from shnor_analysis.report.document import (
    RECORD_MIME,
    Block,
    DisplayFigure,
    DisplayTable,
    Paragraph,
    Run,
    to_record,
)
from shnor_analysis.report.exporters.html import fragment
from shnor_analysis.report.texts import load_texts


def show(*blocks: Block) -> None:
    """Display blocks as cell outputs, in order."""
    for block in blocks:
        if isinstance(block, DisplayTable) and not block.rows:
            nothing = load_texts()["empty_table"].format(title=block.title)
            block = Paragraph((Run(nothing),))
        record = to_record(block)
        if isinstance(block, DisplayFigure):
            # JupyterLab strips vector pictures from a notebook it does not trust, not pixels.
            _emit(record, {"image/png": block.png_base64})
        else:
            _emit(record, {"text/html": fragment(block)})


def show_cover(record: dict[str, Any]) -> None:
    """Display the title block; it sets the document's subtitle, facts and date."""
    facts = "".join(
        f"<li>{escape(label)}: {escape(value)}</li>" for label, value in record["facts"]
    )
    _emit(record, {"text/html": f"<p><b>{escape(record['subtitle'])}</b></p><ul>{facts}</ul>"})


def _emit(record: dict[str, Any], view: dict[str, str]) -> None:
    plain = str(record.get("title") or record.get("subtitle") or record["type"])
    display({RECORD_MIME: record, **view, "text/plain": plain}, raw=True)
