"""nbconvert exporters: any notebook as HTML, DOCX, PDF or XLSX of the house look.

``jupyter nbconvert --to shnor_docx report.ipynb``; in JupyterLab: «Save and Export Notebook As».
"""

from __future__ import annotations

from typing import Any, ClassVar

from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.from_notebook import document_from_notebook


class _DocumentExporter(Exporter):
    """Runs nbconvert's preprocessors, then writes the document in ``written_as``."""

    written_as: ClassVar[str]

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook.

        Returns
        -------
        output : str or bytes
            Text for HTML, bytes for the other formats.
        resources : dict
            nbconvert's resources, with the file extension.
        """
        prepared, resources = super().from_notebook_node(nb, resources, **kw)
        name = resources.get("metadata", {}).get("name") or "notebook"
        written = WRITERS[self.written_as](document_from_notebook(prepared, name))
        resources["output_extension"] = self.file_extension
        return written.decode("utf-8") if self.written_as == "html" else written, resources

    def _file_extension_default(self) -> str:
        return f".{self.written_as}"


class ShnorHtmlExporter(_DocumentExporter):
    """One self-contained HTML page."""

    written_as = "html"
    export_from_notebook = "ШНОР: HTML"
    output_mimetype = "text/html"


class ShnorDocxExporter(_DocumentExporter):
    """A Word document."""

    written_as = "docx"
    export_from_notebook = "ШНОР: Word (DOCX)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ShnorPdfExporter(_DocumentExporter):
    """A PDF through typst."""

    written_as = "pdf"
    export_from_notebook = "ШНОР: PDF"
    output_mimetype = "application/pdf"


class ShnorXlsxExporter(_DocumentExporter):
    """The tables of the notebook as a workbook."""

    written_as = "xlsx"
    export_from_notebook = "ШНОР: Excel (XLSX)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
