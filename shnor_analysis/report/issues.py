"""The workbook of remarks that goes back to the schools."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import tables
from shnor_analysis.report.document import Document
from shnor_analysis.report.exporters.xlsx import render
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import table_words


def issues_workbook(issues: pd.DataFrame, labels: Labels) -> bytes:
    """Write every remark with its file, sheet and row as an XLSX workbook.

    Parameters
    ----------
    issues : DataFrame
        Keeps the contract ``issues``.
    labels : Labels
        Printed names of the schools.

    Returns
    -------
    bytes
        The workbook; the same remarks give the same bytes.
    """
    table = tables.issues_full(issues, labels)
    return render(Document(table_words("issues").title, (table,), name="issues"))
