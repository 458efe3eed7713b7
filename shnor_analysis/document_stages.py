"""What the stages of documents make: notebooks run and written in four formats, letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from shnor_analysis import tables
from shnor_analysis.measures.social_index import stored_reference
from shnor_analysis.methodology import reference_text
from shnor_analysis.notebook_run import NotebookError, Parameters, run_notebook
from shnor_analysis.place_settings import REFERENCE_FILE
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.from_notebook import document_from_notebook
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.letters import letters
from shnor_analysis.stages import Confirm
from shnor_analysis.workspace import (
    DECISIONS,
    EXECUTED,
    INDICATORS,
    ISSUES_FILE,
    LETTERS,
    TIDY,
    failed_folder,
    write_all,
)


def publish_notebook(
    run: PlaceYear, notebook: str, formats: Sequence[str], folder: Path, confirm: Confirm
) -> None:
    """Run a notebook and write its document in every format.

    Raises
    ------
    NotebookError
        If a cell fails, with the place of the executed copy.
    ParameterError
        If the inputs changed on the way: then that is why the notebook failed.
    """
    executed = _execute(run, notebook, folder, confirm)
    document = document_from_notebook(executed, notebook)
    for extension in formats:
        (folder / f"{notebook}.{extension}").write_bytes(WRITERS[extension](document))


def _execute(run: PlaceYear, notebook: str, folder: Path, confirm: Confirm) -> NotebookNode:
    source = run.workspace.notebooks / f"{notebook}.ipynb"
    parameters: Parameters = {"place": run.place, "assessment_year": run.assessment_year}
    try:
        return run_notebook(source, folder / EXECUTED / source.name, parameters)
    except NotebookError as broken:
        confirm()
        failed = failed_folder(run.reports).relative_to(run.workspace.root)
        copy = failed / EXECUTED / source.name
        raise NotebookError(f"{broken} Выполненная копия: {copy.as_posix()}.") from broken


def publish_remarks(run: PlaceYear, folder: Path) -> None:
    """Write the table of remarks and the letters to schools from the stored tables."""
    tidy = run.tables / TIDY
    issues = tables.load_table(tables.ISSUES, tidy)
    labels = Labels.of(tables.load_table(tables.SCHOOLS, tidy), run.methodology)
    reasons = run.methodology.explanation_reasons
    (folder / ISSUES_FILE).write_bytes(issues_workbook(issues, labels, reasons))
    write_all(
        letters(issues, labels, run.description, run.assessment_year, reasons), folder / LETTERS
    )


def publish_reference(run: PlaceYear, folder: Path) -> None:
    """Write the reference of the social index for the place to keep, when it is of this year."""
    quality = tables.load_table(tables.SOCIAL_INDEX_QUALITY, run.tables / DECISIONS)
    if quality["origin"].iloc[0] != "own_year":
        return
    indicators = tables.load_table(tables.SOCIAL_REFERENCE, run.tables / INDICATORS)
    reference = stored_reference(indicators, quality)
    if reference is not None:
        path = folder / REFERENCE_FILE
        path.write_text(reference_text(reference, run.place), encoding="utf-8", newline="\n")
