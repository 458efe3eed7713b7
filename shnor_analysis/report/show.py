"""Show a block in a notebook: HTML for the eye, a typed record for the documents."""

from __future__ import annotations

from typing import Any

from IPython.display import display

from shnor_analysis.report.document import RECORD_MIME, Block, to_record


def show(*blocks: Block) -> None:
    """Display blocks as cell outputs, in order."""
    from shnor_analysis.report.exporters.html import fragment

    for block in blocks:
        _emit(to_record(block), fragment(block))


def show_cover(record: dict[str, Any]) -> None:
    """Display the title block; it sets the document's subtitle, facts and date."""
    facts = "".join(f"<li>{label}: {value}</li>" for label, value in record["facts"])
    _emit(record, f"<p><b>{record['subtitle']}</b></p><ul>{facts}</ul>")


def _emit(record: dict[str, Any], html: str) -> None:
    plain = str(record.get("title") or record.get("subtitle") or record["type"])
    display({RECORD_MIME: record, "text/html": html, "text/plain": plain}, raw=True)
