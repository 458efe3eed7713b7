"""The contents page of the method: files → tidy → cells → indicators → decisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.decisions.low_results import decide_low_results, low_results_readings
from shnor_analysis.engine import EngineChoice, open_engine, write_waist
from shnor_analysis.errors import ParameterError
from shnor_analysis.intake import (
    Intake,
    explained_issues,
    read_place,
    stale_explanations,
    with_issues,
)
from shnor_analysis.intake.identity.pupils import load_or_create_key
from shnor_analysis.measures.comparability import comparability
from shnor_analysis.measures.marks import mark_agreement, territory_mark_agreement
from shnor_analysis.measures.report_parts import report_parts
from shnor_analysis.measures.results import procedure_results, territory_results
from shnor_analysis.measures.with_norms import tables_with_norms
from shnor_analysis.methodology import (
    Confidence,
    Methodology,
    Place,
    RegionNorms,
    SourcedInt,
    load_methodology,
    load_place,
)
from shnor_analysis.new_place import PLACE_FILE
from shnor_analysis.place_settings import load_place_settings, load_region_norms, norms_files
from shnor_analysis.workspace import Workspace, only_run, replaced_folder

TIDY, CELLS, INDICATORS, DECISIONS = "tidy", "cells", "indicators", "decisions"
MANIFEST = "manifest.json"
READING = "Читаю и проверяю файлы"
LIBRARIES = ("shnor-analysis", "pandas", "numpy", "scipy", "ibis-framework", "duckdb")

Progress = Callable[[str, str], None]
"""Called with the stage and, while it runs, with what it is working on."""


def silent(stage: str, detail: str) -> None:
    """Report nothing."""


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
    if not folder.is_dir() or place in {"", ".", ".."} or Path(place).name != place:
        parent = folder.parent
        known = [p.parent.name for p in sorted(parent.glob(f"*/{PLACE_FILE}"))]
        raise ParameterError(
            f"Нет папки data/raw/{place}; есть территории: {', '.join(known) or 'ни одной'}. "
            f"Новую создаёт «shnor new», учебную — «shnor demo»."
        )
    if not (folder / PLACE_FILE).is_file():
        raise ParameterError(
            f"В папке data/raw/{place} нет файла {PLACE_FILE} с названием территории и правилом; "
            f"создайте его командой «shnor new {place}» (справка: shnor new --help)."
        )
    description = load_place(folder / PLACE_FILE)
    methodology = load_methodology(workspace.methodology, description.regulations)
    return description, _with_publication(methodology, description)


def _with_publication(methodology: Methodology, place: Place) -> Methodology:
    """The smallest group whose share is printed is the choice of the place, not of the rule."""
    smallest = SourcedInt(
        value=place.publication.min_participants,
        source=f"{PLACE_FILE} территории: publication.min_participants",
        confidence=Confidence.PROJECT_DEFAULT,
    )
    rule = methodology.low_results.model_copy(update={"report_participants": smallest})
    return replace(methodology, low_results=rule)


def compute(
    workspace: Workspace, place: str, assessment_year: int, progress: Progress = silent
) -> None:
    """Compute and store all tables of a place and year, one run at a time.

    See :func:`compute_tables` for parameters and errors.
    """
    open_place(workspace, place)
    with only_run(workspace, place):
        compute_tables(workspace, place, assessment_year, progress)


def compute_tables(
    workspace: Workspace, place: str, assessment_year: int, progress: Progress
) -> Intake:
    """Go from the files to the decisions and store every table on the way.

    Parameters
    ----------
    workspace : Workspace
        Where things lie.
    place : str
        Folder name in ``data/raw``.
    assessment_year : int
        2025 means the school year 2024/25; later works are left aside.
    progress : callable
        Called with the stage in Russian and with what it is working on.

    Returns
    -------
    Intake
        The tidy tables and the remarks.

    Raises
    ------
    ShnorError
        One Russian sentence; the tables of an earlier run stay as they were.
    """
    description, methodology = open_place(workspace, place)
    norms = load_region_norms(workspace.raw(place), description, assessment_year)
    intake = read_files(workspace, place, progress)
    require_year(intake.works, assessment_year, place)
    intake = explained(intake, methodology, assessment_year)
    with replaced_folder(workspace.processed(place, assessment_year)) as draft:
        for name, frame in intake.tables().items():
            tables.store_table(frame, tables.CONTRACTS[name], draft / TIDY)
        progress("Собираю ячейки: школа × работа", "")
        with open_engine(EngineChoice()) as engine:
            write_waist(draft / TIDY, draft / CELLS, methodology, engine, assessment_year)
        school_cells = tables.load_table(tables.CELLS, draft / CELLS)
        progress("Считаю показатели и интервалы", "")
        indicators = _indicators(
            school_cells, intake, methodology, description, norms, assessment_year
        )
        for name, frame in indicators.items():
            tables.store_table(frame, tables.CONTRACTS[name], draft / INDICATORS)
        progress("Применяю правило низких результатов", "")
        low = decide_low_results(
            indicators["procedure_results"],
            working_schools(intake.schools, assessment_year),
            methodology.low_results,
            assessment_year,
        )
        tables.store_table(low.decisions, tables.LOW_RESULTS, draft / DECISIONS)
        readings = low_results_readings(low.decisions)
        tables.store_table(readings, tables.LOW_RESULTS_READINGS, draft / DECISIONS)
        tables.store_table(low.evidence, tables.LOW_RESULTS_EVIDENCE, draft / DECISIONS)
        beside = norms_files(workspace.raw(place))
        _write_manifest(draft, place, assessment_year, intake, methodology, beside)
    return intake


def read_files(workspace: Workspace, place: str, progress: Progress) -> Intake:
    """Read and check every file of a place; the key of pseudonyms is made on first use."""
    description, methodology = open_place(workspace, place)
    progress(READING, "")
    folder = workspace.raw(place)
    return read_place(
        folder,
        methodology,
        load_or_create_key(workspace.pupil_key),
        lambda file: progress(READING, file),
        load_place_settings(folder, workspace.methodology, description.municipality_id),
    )


def working_schools(schools: pd.DataFrame, assessment_year: int) -> pd.DataFrame:
    """Schools that were not yet part of another one in that year."""
    return schools[~(schools["merged_from_year"] <= assessment_year).fillna(False)]


def mergers(schools: pd.DataFrame) -> pd.DataFrame:
    """Mergers of schools: ``old_school``, ``new_school``, ``assessment_year``."""
    merged = schools[schools["merged_into"].notna()]
    columns = {"school_id": "old_school", "merged_into": "new_school",
               "merged_from_year": "assessment_year"}  # fmt: skip
    return merged[list(columns)].rename(columns=columns)


def explained(intake: Intake, methodology: Methodology, assessment_year: int) -> Intake:
    """Put the schools' answers beside the remarks they belong to."""
    reasons = {reason.code: reason.text for reason in methodology.explanation_reasons}
    explanations = intake.reported["explanations"]
    stale = stale_explanations(intake.issues, explanations, assessment_year)
    issues = with_issues(intake.issues, stale)
    return replace(intake, issues=explained_issues(issues, explanations, reasons, assessment_year))


def require_year(works: pd.DataFrame, assessment_year: int, place: str) -> None:
    """Refuse a year without a single result.

    Raises
    ------
    ParameterError
        With the years that were found.
    """
    years = sorted(int(year) for year in works["assessment_year"].unique())
    if assessment_year not in years:
        found = ", ".join(map(str, years)) or "ни одного года"
        raise ParameterError(
            f"В папке data/raw/{place} нет результатов за {assessment_year} год оценки; "
            f"найдены: {found}. Проверьте --year или добавьте файлы."
        )


def _indicators(
    school_cells: pd.DataFrame,
    intake: Intake,
    methodology: Methodology,
    place: Place,
    norms: RegionNorms | None,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    return {
        "procedure_results": procedure_results(
            school_cells, methodology.low_results.report_participants.value
        ),
        "territory_results": territory_results(
            school_cells, intake.group_statistics, place.region_name
        ),
        "comparability": comparability(
            intake.works,
            school_cells,
            methodology.comparability,
            intake.reported["participation"],
            mergers(intake.schools),
        ),
        "report_parts": report_parts(intake.source_files, methodology, assessment_year),
        "mark_agreement": mark_agreement(school_cells),
        "territory_mark_agreement": territory_mark_agreement(school_cells),
        **tables_with_norms(
            school_cells,
            intake.group_statistics,
            intake.reported["group_items"],
            place.region_name,
            norms,
            methodology,
            assessment_year,
        ),
    }


def _write_manifest(
    draft: Path,
    place: str,
    assessment_year: int,
    intake: Intake,
    methodology: Methodology,
    norms: list[Path],
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
        "norms": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in norms},
        "rows": {
            path.relative_to(draft).as_posix(): len(pd.read_parquet(path))
            for path in sorted(draft.rglob("*.parquet"))
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
