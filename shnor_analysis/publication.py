"""From a place's tables to its finished documents: notebooks run, four formats written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from shnor_analysis.errors import ParameterError
from shnor_analysis.intake import Intake
from shnor_analysis.notebook_run import NotebookError, Parameters, run_notebook
from shnor_analysis.pipeline import (
    Progress,
    compute_tables,
    open_place,
    read_files,
    require_year,
    silent,
)
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.from_notebook import document_from_notebook
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.workspace import Workspace, failed_folder, only_run, replaced_folder

ISSUES_FILE = "issues.xlsx"
EXECUTED = "executed"
# Notebook → the formats its document is written in. The annual report comes in all four.
NOTEBOOKS = {
    "01_data_quality": ("html",),
    "02_low_results": ("html", "xlsx"),
    "08_annual_report": ("html", "docx", "pdf", "xlsx"),
}


@dataclass(frozen=True)
class AnnualRun:
    """What an annual run made: the documents, the folder of tables and how much was read."""

    documents: tuple[Path, ...]
    processed: Path
    n_files: int
    n_read: int
    n_issues: int


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
        documents = _publish(workspace, place, assessment_year, intake, progress)
    return AnnualRun(
        documents,
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
) -> tuple[Intake, Path]:
    """Read and check the files only, and write the table of remarks.

    Returns
    -------
    intake : Intake
        What was read and what is wrong with it.
    path : Path
        The workbook of remarks, ready to be sent to the schools.

    Raises
    ------
    ShnorError
        As in :func:`annual`.
    """
    methodology = open_place(workspace, place)[1]
    intake = read_files(workspace, place, progress)
    require_year(intake.works, assessment_year, place)
    reports = workspace.reports(place, assessment_year)
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / ISSUES_FILE
    draft = path.with_name(f".{ISSUES_FILE}.{os.getpid()}")
    draft.write_bytes(issues_workbook(intake.issues, Labels.of(intake.schools, methodology)))
    draft.replace(path)
    return intake, path


def _publish(
    workspace: Workspace, place: str, assessment_year: int, intake: Intake, progress: Progress
) -> tuple[Path, ...]:
    target = workspace.reports(place, assessment_year)
    methodology = open_place(workspace, place)[1]
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
        labels = Labels.of(intake.schools, methodology)
        (draft / ISSUES_FILE).write_bytes(issues_workbook(intake.issues, labels))
        names.append(ISSUES_FILE)
    return tuple(target / name for name in names)


def _execute(
    workspace: Workspace, notebook: str, draft: Path, parameters: Parameters, target: Path
) -> NotebookNode:
    source = workspace.notebooks / f"{notebook}.ipynb"
    try:
        return run_notebook(source, draft / EXECUTED / source.name, parameters)
    except NotebookError as broken:
        failed = failed_folder(target).relative_to(workspace.root) / EXECUTED / source.name
        raise NotebookError(f"{broken} Выполненная копия: {failed.as_posix()}.") from broken
