"""The workbook of remarks that goes back to the schools."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from shnor_analysis.methodology import ExplanationReason
from shnor_analysis.report import tables
from shnor_analysis.report.document import Document
from shnor_analysis.report.exporters.xlsx import render
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import table_words


def issues_workbook(
    issues: pd.DataFrame, labels: Labels, reasons: Sequence[ExplanationReason]
) -> bytes:
    """Write every remark as an XLSX workbook: all of them, then a sheet for each school.

    Parameters
    ----------
    issues : DataFrame
        Keeps the contract ``issues``.
    labels : Labels
        Printed names of the schools.
    reasons : sequence of ExplanationReason
        Codes offered to the school in the column of reasons.

    Returns
    -------
    bytes
        The workbook; the same remarks give the same bytes.
    """
    every = tables.issues_full(issues, labels)
    blocks = (every, *tables.issues_by_school(issues, labels, reasons))
    return render(Document(table_words("issues").title, blocks, name="issues"))
