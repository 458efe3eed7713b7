"""The contents page of the method: files → tidy → cells → indicators → decisions → documents."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from shnor_analysis import tables
from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.engine import cell_sources, cells
from shnor_analysis.errors import ParameterError
from shnor_analysis.intake import Intake, read_place
from shnor_analysis.intake.pupils import load_or_create_key
from shnor_analysis.measures.marks import mark_agreement, territory_mark_agreement
from shnor_analysis.measures.results import procedure_results, territory_results
from shnor_analysis.methodology import Methodology, Place, load_methodology, load_place
from shnor_analysis.notebook_run import run_notebook
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.from_notebook import document_from_notebook
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.workspace import Workspace

TIDY, CELLS, INDICATORS, DECISIONS = "tidy", "cells", "indicators", "decisions"
PLACE_FILE = "monitoring.yaml"
MANIFEST = "manifest.json"
ISSUES_FILE = "issues.xlsx"
EXECUTED = "executed"
# Notebook → the formats its document is written in. The annual report comes in all four.
NOTEBOOKS = {
    "01_data_quality": ("html",),
    "02_low_results": ("html", "xlsx"),
    "08_annual_report": ("html", "docx", "pdf", "xlsx"),
}
READING = "Читаю и проверяю файлы"
LIBRARIES = ("shnor-analysis", "pandas", "numpy", "scipy", "ibis-framework", "duckdb")

Progress = Callable[[str, str], None]
"""Called with the stage and, while it runs, with what it is working on."""


def silent(stage: str, detail: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class AnnualRun:
    """What an annual run made: the documents, the folder of tables and how much was read."""

    documents: tuple[Path, ...]
    processed: Path
    n_files: int
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
    with _alone(workspace, place):
        intake = _compute(workspace, place, assessment_year, progress)
        documents = _publish(workspace, place, assessment_year, intake, progress)
    return AnnualRun(
        documents,
        workspace.processed(place, assessment_year),
        len(intake.source_files),
        len(intake.issues),
    )


def compute(
    workspace: Workspace, place: str, assessment_year: int, progress: Progress = silent
) -> None:
    """Compute and store all tables of a place and year, without documents; see :func:`annual`."""
    with _alone(workspace, place):
        _compute(workspace, place, assessment_year, progress)


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
    progress(READING, "")
    intake = _read(workspace, place, methodology, progress)
    _require_year(intake.works, assessment_year, place)
    reports = workspace.reports(place, assessment_year)
    reports.mkdir(parents=True, exist_ok=True)
    path = reports / ISSUES_FILE
    draft = path.with_name(f".{ISSUES_FILE}.{os.getpid()}")
    draft.write_bytes(issues_workbook(intake.issues, Labels.of(intake.schools, methodology)))
    draft.replace(path)
    return intake, path


def open_place(workspace: Workspace, place: str) -> tuple[Place, Methodology]:
    """Load the description of a place and the methodology it applies.

    Raises
    ------
    ParameterError
        If there is no such folder or it has no ``monitoring.yaml``.
    MethodologyError
        If a methodology file cannot be used.
    """
    folder = workspace.raw(place)
    if not folder.is_dir() or folder.name != place:
        parent = folder.parent
        known = [p.parent.name for p in sorted(parent.glob(f"*/{PLACE_FILE}"))]
        raise ParameterError(
            f"Нет папки data/raw/{place}; есть территории: {', '.join(known) or 'ни одной'}. "
            f"Для учебного примера выполните «shnor demo»."
        )
    if not (folder / PLACE_FILE).is_file():
        raise ParameterError(
            f"В папке data/raw/{place} нет файла {PLACE_FILE} с названием территории и правилом; "
            f"образец — в README, раздел «Свои файлы»."
        )
    description = load_place(folder / PLACE_FILE)
    return description, load_methodology(workspace.methodology, description.low_results_regulation)


def _compute(workspace: Workspace, place: str, assessment_year: int, progress: Progress) -> Intake:
    methodology = open_place(workspace, place)[1]
    progress(READING, "")
    intake = _read(workspace, place, methodology, progress)
    _require_year(intake.works, assessment_year, place)
    with _replacing(workspace.processed(place, assessment_year)) as draft:
        for field in fields(intake):
            contract = tables.CONTRACTS[field.name]
            tables.store_table(getattr(intake, field.name), contract, draft / TIDY)
        progress("Собираю ячейки: школа × работа", "")
        school_cells = cells(draft / TIDY, methodology)
        school_cells = school_cells[school_cells["assessment_year"] <= assessment_year]
        tables.store_table(school_cells, tables.CELLS, draft / CELLS)
        tables.store_table(cell_sources(draft / TIDY), tables.CELL_SOURCES, draft / CELLS)
        progress("Считаю показатели и интервалы", "")
        indicators = _indicators(school_cells, intake, methodology)
        for name, frame in indicators.items():
            tables.store_table(frame, tables.CONTRACTS[name], draft / INDICATORS)
        progress("Применяю правило низких результатов", "")
        low = decide_low_results(
            indicators["procedure_results"],
            intake.schools,
            methodology.low_results,
            assessment_year,
        )
        tables.store_table(low.decisions, tables.LOW_RESULTS, draft / DECISIONS)
        tables.store_table(low.evidence, tables.LOW_RESULTS_EVIDENCE, draft / DECISIONS)
        _write_manifest(draft, place, assessment_year, intake, methodology)
    return intake


def _read(workspace: Workspace, place: str, methodology: Methodology, progress: Progress) -> Intake:
    return read_place(
        workspace.raw(place),
        methodology,
        load_or_create_key(workspace.pupil_key),
        lambda file: progress(READING, file),
    )


def _require_year(works: pd.DataFrame, assessment_year: int, place: str) -> None:
    years = sorted(int(year) for year in works["assessment_year"].unique())
    if assessment_year not in years:
        found = ", ".join(map(str, years)) or "ни одного года"
        raise ParameterError(
            f"В папке data/raw/{place} нет результатов за {assessment_year} год оценки; "
            f"найдены: {found}. Проверьте --year или добавьте файлы."
        )


def _indicators(
    school_cells: pd.DataFrame, intake: Intake, methodology: Methodology
) -> dict[str, pd.DataFrame]:
    return {
        "procedure_results": procedure_results(
            school_cells, methodology.low_results.report_participants.value
        ),
        "territory_results": territory_results(school_cells, intake.group_statistics),
        "mark_agreement": mark_agreement(school_cells),
        "territory_mark_agreement": territory_mark_agreement(school_cells),
    }


def _publish(
    workspace: Workspace, place: str, assessment_year: int, intake: Intake, progress: Progress
) -> tuple[Path, ...]:
    target = workspace.reports(place, assessment_year)
    methodology = open_place(workspace, place)[1]
    names = []
    with _replacing(target) as draft:
        for notebook, formats in NOTEBOOKS.items():
            progress(f"Выполняю блокнот {notebook}", "")
            executed = run_notebook(
                workspace.notebooks / f"{notebook}.ipynb",
                draft / EXECUTED / f"{notebook}.ipynb",
                {"place": place, "assessment_year": assessment_year},
            )
            document = document_from_notebook(executed, notebook)
            for extension in formats:
                progress(f"Пишу {notebook}.{extension}", "")
                (draft / f"{notebook}.{extension}").write_bytes(WRITERS[extension](document))
                names.append(f"{notebook}.{extension}")
        labels = Labels.of(intake.schools, methodology)
        (draft / ISSUES_FILE).write_bytes(issues_workbook(intake.issues, labels))
        names.append(ISSUES_FILE)
    return tuple(target / name for name in names)


def _write_manifest(
    draft: Path, place: str, assessment_year: int, intake: Intake, methodology: Methodology
) -> None:
    """Say what went in and what came out; no clock, so that equal input gives an equal file."""
    methodology_files = sorted(p for p in methodology.folder.rglob("*") if p.is_file())
    manifest = {
        "place": place,
        "assessment_year": assessment_year,
        "regulation": methodology.low_results.id,
        "libraries": {name: version(name) for name in LIBRARIES},
        "methodology": {
            path.relative_to(methodology.folder).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in methodology_files
        },
        "files": dict(zip(intake.source_files["file"], intake.source_files["sha256"], strict=True)),
        "rows": {
            path.relative_to(draft).as_posix(): len(pd.read_parquet(path))
            for path in sorted(draft.rglob("*.parquet"))
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Build a folder beside its place and swap it in when complete.

    A run that dies leaves the earlier folder untouched; what it had made stays in
    ``<name>.failed`` so that the executed notebook can be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.building")
    old = target.with_name(f".{target.name}.old")
    failed = target.with_name(f"{target.name}.failed")
    for leftover in (draft, old):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
    except BaseException:
        shutil.rmtree(failed, ignore_errors=True)
        draft.replace(failed)
        raise
    if target.exists():
        target.replace(old)
    draft.replace(target)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(failed, ignore_errors=True)


@contextmanager
def _alone(workspace: Workspace, place: str) -> Iterator[None]:
    """Let one run of a place work at a time; a lock of a dead process is free at once."""
    folder = workspace.root / "data" / "processed"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f".{place}.lock", timeout=0):
            yield
    except Timeout as busy:
        raise ParameterError(
            f"Расчёт территории «{place}» уже идёт в другом окне; дождитесь его окончания."
        ) from busy
