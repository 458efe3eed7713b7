"""Reading and checking without computing: remarks, letters, what the files are enough for.

As in :mod:`shnor_analysis.publication`, heavy libraries are imported once there is what to read: a
place that cannot be opened is said at once.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shnor_analysis.pipeline import READING
from shnor_analysis.place_year import PlaceYear, open_place_year
from shnor_analysis.publication import letter_paths
from shnor_analysis.stages import Progress, silent
from shnor_analysis.workspace import ISSUES_FILE, LETTERS, Workspace, replaced_folder, write_all

if TYPE_CHECKING:
    from shnor_analysis.intake import Intake
    from shnor_analysis.report.readiness import Line


@dataclass(frozen=True)
class CheckRun:
    """What a check found: the tables, the files it wrote and the data of the report's parts.

    ``missing_year`` says that the year has no results, ``broken_regulations`` is as in
    ``publication.AnnualRun``.
    """

    intake: Intake
    issues: Path
    letters: tuple[Path, ...]
    readiness: tuple[Line, ...]
    missing_year: str | None
    broken_regulations: tuple[str, ...]


def check(
    workspace: Workspace, place: str, assessment_year: int, progress: Progress = silent
) -> CheckRun:
    """Read and check the files only; write the table of remarks and the letters to schools.

    Returns
    -------
    CheckRun

    Raises
    ------
    ShnorError
        As in ``publication.annual``, but a year without results is no error: what is missing is
        said.
    """
    return _checked(open_place_year(workspace, place, assessment_year), progress)


def _checked(run: PlaceYear, progress: Progress) -> CheckRun:
    from shnor_analysis.measures.report_parts import report_parts
    from shnor_analysis.report.issues import issues_workbook
    from shnor_analysis.report.labels import Labels
    from shnor_analysis.report.letters import letters
    from shnor_analysis.report.readiness import readiness
    from shnor_analysis.table_stages.tidy import missing_year, read_files

    progress(READING, "")
    intake = read_files(run, lambda file: progress(READING, file))
    methodology, reports = run.methodology, run.reports
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / ISSUES_FILE
    draft = path.with_name(f".{ISSUES_FILE}.{os.getpid()}")
    labels, reasons = Labels.of(intake.schools, methodology), methodology.explanation_reasons
    draft.write_bytes(issues_workbook(intake.issues, labels, reasons))
    draft.replace(path)
    progress("Письма школам", "")
    texts = letters(intake.issues, labels, run.description, run.assessment_year, reasons)
    with replaced_folder(reports / LETTERS) as folder:
        write_all(texts, folder)
    parts = report_parts(intake.source_files, methodology, run.assessment_year)
    return CheckRun(
        intake,
        path,
        letter_paths(reports),
        readiness(parts, methodology.report_parts),
        missing_year(intake.works, run),
        methodology.broken_regulations,
    )
