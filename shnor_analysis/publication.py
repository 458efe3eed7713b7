"""From a place's tables to its finished documents: notebooks run, four formats written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from shnor_analysis.errors import ParameterError
from shnor_analysis.intake import Intake
from shnor_analysis.measures.report_parts import report_parts
from shnor_analysis.notebook_run import NotebookError, Parameters, run_notebook
from shnor_analysis.pipeline import (
    Progress,
    compute_tables,
    explained,
    open_place,
    read_files,
    silent,
)
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.from_notebook import document_from_notebook
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.letters import letters
from shnor_analysis.report.readiness import Line, readiness
from shnor_analysis.workspace import Workspace, failed_folder, only_run, replaced_folder

ISSUES_FILE, LETTERS = "issues.xlsx", "letters"
EXECUTED = "executed"
# Notebook → the formats its document is written in. The annual report comes in all four.
NOTEBOOKS = {
    "01_data_quality": ("html", "pdf"),
    "02_low_results": ("html", "xlsx"),
    "08_annual_report": ("html", "docx", "pdf", "xlsx"),
}


@dataclass(frozen=True)
class AnnualRun:
    """What an annual run made: documents, letters, the folder of tables, how much was read."""

    documents: tuple[Path, ...]
    letters: tuple[Path, ...]
    processed: Path
    n_files: int
    n_read: int
    n_issues: int


@dataclass(frozen=True)
class CheckRun:
    """What a check found: the tables, the files it wrote and the data of the report's parts."""

    intake: Intake
    issues: Path
    letters: tuple[Path, ...]
    readiness: tuple[Line, ...]


def annual(
    workspace: Workspace, place: str, assessment_year: int, progress: Progress = silent
) -> AnnualRun:
    """Make the annual report of a place from its files.

    Parameters
    ----------
    workspace : Workspace
        Where things lie.
    place : str
        Folder name in ``data/raw``.
    assessment_year : int
        2025 means the school year 2024/25.
    progress : callable
        Called with the stage in Russian and with what it is working on.

    Returns
    -------
    AnnualRun

    Raises
    ------
    ShnorError
        One Russian sentence. Earlier reports of the place stay as they were.
    """
    open_place(workspace, place)
    _require_notebooks(workspace)
    with only_run(workspace, place):
        intake = compute_tables(workspace, place, assessment_year, progress)
        documents, letters_ = _publish(workspace, place, assessment_year, intake, progress)
    return AnnualRun(
        documents,
        letters_,
        workspace.processed(place, assessment_year),
        len(intake.source_files),
        int((intake.source_files["status"] == "read").sum()),
        len(intake.issues),
    )


def _require_notebooks(workspace: Workspace) -> None:
    for notebook in NOTEBOOKS:
        if not (workspace.notebooks / f"{notebook}.ipynb").is_file():
            raise ParameterError(
                f"Нет блокнота notebooks/{notebook}.ipynb; восстановите папку notebooks."
            )


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
        As in :func:`annual`, but a year without results is no error: what is missing is said.
    """
    description, methodology = open_place(workspace, place)
    intake = read_files(workspace, place, progress)
    intake = explained(intake, methodology, assessment_year)
    reports = workspace.reports(place, assessment_year)
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / ISSUES_FILE
    draft = path.with_name(f".{ISSUES_FILE}.{os.getpid()}")
    labels, reasons = Labels.of(intake.schools, methodology), methodology.explanation_reasons
    draft.write_bytes(issues_workbook(intake.issues, labels, reasons))
    draft.replace(path)
    progress("Пишу письма школам", "")
    texts = letters(intake.issues, labels, description, assessment_year, reasons)
    with replaced_folder(reports / LETTERS) as folder:
        _write_all(texts, folder)
    parts = report_parts(intake.source_files, methodology, assessment_year)
    return CheckRun(
        intake,
        path,
        _letter_paths(reports, texts),
        readiness(parts, methodology.report_parts),
    )


def _letter_paths(reports: Path, texts: dict[str, bytes]) -> tuple[Path, ...]:
    """The letters themselves; a sheet of answers lies beside each."""
    return tuple(reports / LETTERS / name for name in texts if name.endswith(".docx"))


def _write_all(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _publish(
    workspace: Workspace, place: str, assessment_year: int, intake: Intake, progress: Progress
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write the documents and the letters; returns the paths of both."""
    target = workspace.reports(place, assessment_year)
    description, methodology = open_place(workspace, place)
    names = []
    with replaced_folder(target) as draft:
        for notebook, formats in NOTEBOOKS.items():
            progress(f"Выполняю блокнот {notebook}", "")
            parameters: Parameters = {"place": place, "assessment_year": assessment_year}
            executed = _execute(workspace, notebook, draft, parameters, target)
            document = document_from_notebook(executed, notebook)
            for extension in formats:
                progress(f"Пишу {notebook}.{extension}", "")
                (draft / f"{notebook}.{extension}").write_bytes(WRITERS[extension](document))
                names.append(f"{notebook}.{extension}")
        labels, reasons = Labels.of(intake.schools, methodology), methodology.explanation_reasons
        (draft / ISSUES_FILE).write_bytes(issues_workbook(intake.issues, labels, reasons))
        names.append(ISSUES_FILE)
        progress("Пишу письма школам", "")
        texts = letters(intake.issues, labels, description, assessment_year, reasons)
        (draft / LETTERS).mkdir()
        _write_all(texts, draft / LETTERS)
    return (
        tuple(target / name for name in names),
        _letter_paths(target, texts),
    )


def _execute(
    workspace: Workspace, notebook: str, draft: Path, parameters: Parameters, target: Path
) -> NotebookNode:
    source = workspace.notebooks / f"{notebook}.ipynb"
    try:
        return run_notebook(source, draft / EXECUTED / source.name, parameters)
    except NotebookError as broken:
        failed = failed_folder(target).relative_to(workspace.root) / EXECUTED / source.name
        raise NotebookError(f"{broken} Выполненная копия: {failed.as_posix()}.") from broken
