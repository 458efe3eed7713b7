"""From a place's files to its finished documents: tables, notebooks, four formats, letters.

As in :mod:`shnor_analysis.pipeline`, heavy libraries are imported by the stages that run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError
from shnor_analysis.pipeline import MANIFEST, compute_tables
from shnor_analysis.place_year import (
    DEFAULT_ENGINE,
    PlaceYear,
    open_place_year,
    require_unchanged,
)
from shnor_analysis.stages import (
    Confirm,
    Progress,
    Records,
    Stage,
    bring_up_to_date,
    file_hash,
    silent,
)
from shnor_analysis.workspace import ISSUES_FILE, LETTERS, Workspace, only_run

# Notebook → the formats its document is written in. The annual report comes in all four.
NOTEBOOKS = {
    "01_data_quality": ("html", "pdf"),
    "02_low_results": ("html", "xlsx"),
    "02_low_results_lists": ("html", "xlsx"),
    "03_social_context": ("html", "xlsx"),
    "04_dynamics": ("html", "pdf", "xlsx"),
    "05_objectivity": ("html", "pdf"),
    "08_annual_report": ("html", "docx", "pdf", "xlsx"),
}


@dataclass(frozen=True)
class AnnualRun:
    """What an annual run made: documents, letters, the folder of tables, how much was read.

    ``ran`` names the stages that were run: none when nothing had changed. ``broken_regulations``
    says of regulations that the place does not apply why they cannot stand beside its own.
    """

    documents: tuple[Path, ...]
    letters: tuple[Path, ...]
    processed: Path
    n_files: int
    n_read: int
    n_issues: int
    ran: tuple[str, ...]
    broken_regulations: tuple[str, ...]


def annual(
    workspace: Workspace,
    place: str,
    assessment_year: int,
    progress: Progress = silent,
    *,
    from_scratch: bool = False,
    engine: EngineChoice = DEFAULT_ENGINE,
) -> AnnualRun:
    """Make the annual report of a place from its files; what has not changed is taken over.

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
    from_scratch : bool
        Run every stage.
    engine : EngineChoice
        What makes the cells.

    Returns
    -------
    AnnualRun

    Raises
    ------
    ShnorError
        One Russian sentence. Earlier reports of the place stay as they were.
    """
    run = open_place_year(workspace, place, assessment_year, engine)
    _require_notebooks(workspace)
    with only_run(workspace, place):
        notebooks = _notebook_hashes(workspace)
        ran = compute_tables(run, progress, from_scratch=from_scratch)

        def confirm() -> None:
            run.confirm()
            require_unchanged(notebooks, _notebook_hashes(workspace))

        ran += bring_up_to_date(
            _document_stages(run, notebooks, confirm),
            run.reports,
            confirm,
            progress,
            from_scratch=from_scratch,
        )
    manifest = json.loads((run.tables / MANIFEST).read_text(encoding="utf-8"))
    written = (f"{name}.{end}" for name, ends in NOTEBOOKS.items() for end in ends)
    return AnnualRun(
        documents=tuple(run.reports / name for name in (*written, ISSUES_FILE)),
        letters=letter_paths(run.reports),
        processed=run.tables,
        n_files=len(manifest["files"]),
        n_read=sum(file["status"] == "read" for file in manifest["files"].values()),
        n_issues=manifest["tables"]["tidy/issues.parquet"]["rows"],
        ran=ran,
        broken_regulations=run.methodology.broken_regulations,
    )


def letter_paths(reports: Path) -> tuple[Path, ...]:
    """The letters themselves; a sheet of answers lies beside each."""
    return tuple(sorted((reports / LETTERS).glob("*.docx")))


def _require_notebooks(workspace: Workspace) -> None:
    for notebook in NOTEBOOKS:
        if not _source(workspace, notebook).is_file():
            raise ParameterError(
                f"Нет блокнота notebooks/{notebook}.ipynb; восстановите папку notebooks."
            )


def _source(workspace: Workspace, notebook: str) -> Path:
    return workspace.notebooks / f"{notebook}.ipynb"


def _notebook_hashes(workspace: Workspace) -> dict[str, str]:
    return {f"notebooks/{name}.ipynb": file_hash(_source(workspace, name)) for name in NOTEBOOKS}


def _document_stages(
    run: PlaceYear, notebooks: dict[str, str], confirm: Confirm
) -> tuple[Stage, ...]:
    """Stages of the documents. The manifest stands for tables, methodology, code and versions."""
    manifest = file_hash(run.tables / MANIFEST)
    return (
        *(
            Stage(
                notebook,
                f"Блокнот {notebook} и его документы",
                {"manifest": manifest, "notebook": notebooks[f"notebooks/{notebook}.ipynb"]},
                _publishing(run, notebook, confirm),
            )
            for notebook in NOTEBOOKS
        ),
        Stage(
            LETTERS,
            "Перечень замечаний и письма школам",
            {"manifest": manifest},
            lambda folder, _: _publish_remarks(run, folder),
        ),
        Stage(
            "social_reference",
            "Точка отсчёта индекса условий",
            {"manifest": manifest},
            lambda folder, _: _publish_reference(run, folder),
        ),
    )


def _publishing(run: PlaceYear, notebook: str, confirm: Confirm) -> Callable[[Path, Records], None]:
    def publish(folder: Path, _: Records) -> None:
        from shnor_analysis.document_stages import publish_notebook

        publish_notebook(run, notebook, NOTEBOOKS[notebook], folder, confirm)

    return publish


def _publish_remarks(run: PlaceYear, folder: Path) -> None:
    from shnor_analysis.document_stages import publish_remarks

    publish_remarks(run, folder)


def _publish_reference(run: PlaceYear, folder: Path) -> None:
    from shnor_analysis.document_stages import publish_reference

    publish_reference(run, folder)
