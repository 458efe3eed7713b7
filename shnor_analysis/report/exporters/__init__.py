"""Writers: each turns a :class:`~shnor_analysis.report.document.Document` into a file's bytes."""

from __future__ import annotations

from collections.abc import Callable

from shnor_analysis.report.document import Document
from shnor_analysis.report.exporters import docx, html, pdf, xlsx

WRITERS: dict[str, Callable[[Document], bytes]] = {
    "html": html.render,
    "docx": docx.render,
    "pdf": pdf.render,
    "xlsx": xlsx.render,
}
"""What a document can be written as: the file's suffix (no dot) and its writer."""
