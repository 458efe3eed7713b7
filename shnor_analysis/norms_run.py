"""The norms of a region: from its files or ready tables to one small file."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.engine import (
    find_tidy_files,
    open_engine,
    refuse_repeated_rows,
    write_waist,
)
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError, SchemaError
from shnor_analysis.measures.norms import region_norms
from shnor_analysis.measures.sign_data import SignTables
from shnor_analysis.methodology import MadeBy, Methodology, RegionNorms, norms_text
from shnor_analysis.new_place import PLACE_FILE
from shnor_analysis.pipeline import compute
from shnor_analysis.place_year import DEFAULT_ENGINE, open_place
from shnor_analysis.stages import Progress, silent
from shnor_analysis.table_stages.tidy import require_year
from shnor_analysis.workspace import CELLS, TIDY, Workspace

READY_TABLES = (
    tables.SCHOOLS,
    tables.WORKS,
    tables.VPR_RESULTS,
    tables.WORK_TASKS,
    tables.GIA_RESULTS,
    tables.GROUP_STATISTICS,
    tables.GROUP_ITEMS,
    tables.PARTICIPATION,
    tables.CONTEXT,
)


@dataclass(frozen=True)
class NormsRun:
    """What was written: the file and the norms in it."""

    path: Path
    norms: RegionNorms


@dataclass(frozen=True)
class _RegionTables:
    """What norms are made of, and the fingerprint of the input."""

    waist: SignTables
    schools: pd.DataFrame
    context: pd.DataFrame
    input_sha256: str


def make_norms(
    workspace: Workspace,
    place: str,
    assessment_year: int,
    progress: Progress = silent,
    engine: EngineChoice = DEFAULT_ENGINE,
) -> NormsRun:
    """Make the norms of a region and write them beside its reports.

    Parameters
    ----------
    workspace : Workspace
        Where things lie.
    place : str
        Folder in ``data/raw`` of a whole region: files as received, or ready tables in a folder
        per year.
    assessment_year : int
        2025 means the school year 2024/25.
    progress : callable
        Called with the stage in Russian and with what it is working on.
    engine : EngineChoice
        What makes the cells.

    Returns
    -------
    NormsRun
        ``reports/PLACE/norms_PLACE_YEAR.json``; the same input gives the same bytes.

    Raises
    ------
    ShnorError
        One Russian sentence: the place is a municipality, the year has no results, and all errors
        of :func:`~shnor_analysis.pipeline.compute`.
    """
    description, methodology = open_place(workspace, place)
    if description.municipality_id:
        raise ParameterError(
            f"data/raw/{place}/{PLACE_FILE}: указан municipality_id, это муниципалитет; нормы "
            "составляются по всем школам региона — создайте территорию без --municipality."
        )
    folder = workspace.raw(place)
    is_ready = find_tidy_files(folder, tables.WORKS) is not None
    found = (
        _ready_tables(folder, place, assessment_year, methodology, progress, engine)
        if is_ready
        else _computed_tables(workspace, place, assessment_year, progress, engine)
    )
    progress("Считаю нормы региона", "")
    norms = region_norms(
        found.waist.cells,
        found.schools,
        assessment_year,
        methodology,
        MadeBy(package_version=version("shnor-analysis"), input_sha256=found.input_sha256),
        description.region_name,
        found.context,
        found.waist.cell_scores,
        found.waist,
    )
    return NormsRun(_write(workspace, place, assessment_year, norms), norms)


def _ready_tables(
    folder: Path,
    place: str,
    assessment_year: int,
    methodology: Methodology,
    progress: Progress,
    choice: EngineChoice,
) -> _RegionTables:
    """Tables that a region keeps itself: results go from the disk to the engine directly."""
    require_year(_read(folder, tables.WORKS, None), place, assessment_year)
    progress("Собираю ячейки: школа × работа", "")
    with TemporaryDirectory(prefix="shnor-") as made, open_engine(choice) as engine:
        refuse_repeated_rows(folder, engine)
        write_waist(folder, Path(made), methodology, engine, assessment_year)
        waist = _waist(Path(made))
    schools = _read(folder, tables.SCHOOLS, assessment_year)
    used = [path for one in READY_TABLES for path in _files(folder, one, assessment_year)]
    return _RegionTables(
        waist,
        tables.SCHOOLS.conform(schools.drop_duplicates("school_id", keep="last")),
        _read(folder, tables.CONTEXT, assessment_year),
        _fingerprint(folder, used),
    )


def _files(folder: Path, contract: tables.Contract, last_year: int | None) -> list[Path]:
    """Files of a ready table up to a year, or all of them, the latest year last.

    Raises
    ------
    SchemaError
        If a file lies in a folder whose name does not say the year.
    """
    found = find_tidy_files(folder, contract)
    paths = found.files if found else ()
    own = {contract.name, f"{contract.name}.parquet"}
    return [path for path in paths if last_year is None or _year(path, folder, own) <= last_year]


def _year(path: Path, folder: Path, own: set[str]) -> int:
    """The year in the name of a folder above a file, 2025 or assessment_year=2025.

    A table that is not parted by year stands beside the years or in a folder of its own name
    (``own``); it counts for every year.
    """
    parents = [part for part in path.relative_to(folder.resolve()).parts[:-1] if part not in own]
    if not parents:
        return 0
    years = [part.removeprefix("assessment_year=") for part in parents]
    year = next((part for part in years if part.isdecimal()), None)
    if year is None:
        raise SchemaError(
            f"{path.relative_to(folder.resolve()).as_posix()}: имя папки не говорит, за какой год "
            "таблица; назовите папку годом оценки, например 2025."
        )
    return int(year)


def _read(folder: Path, contract: tables.Contract, last_year: int | None) -> pd.DataFrame:
    parts = [pd.read_parquet(path) for path in _files(folder, contract, last_year)]
    return pd.concat(parts, ignore_index=True) if parts else contract.empty()


def _computed_tables(
    workspace: Workspace,
    place: str,
    assessment_year: int,
    progress: Progress,
    engine: EngineChoice,
) -> _RegionTables:
    compute(workspace, place, assessment_year, progress, engine)
    folder = workspace.processed(place, assessment_year)
    tidy = folder / TIDY
    files = tables.load_table(tables.SOURCE_FILES, tidy)
    lines = "".join(f"{s} {f}\n" for f, s in zip(files["file"], files["sha256"], strict=True))
    return _RegionTables(
        _waist(folder / CELLS),
        tables.load_table(tables.SCHOOLS, tidy),
        tables.load_table(tables.CONTEXT, tidy),
        hashlib.sha256(lines.encode()).hexdigest(),
    )


def _waist(folder: Path) -> SignTables:
    return SignTables(
        *(
            tables.load_table(contract, folder)
            for contract in (
                tables.CELLS,
                tables.CLASS_CELLS,
                tables.CELL_SCORES,
                tables.CELL_TASKS,
                tables.COHORT_PAIRS,
            )
        )
    )


def _fingerprint(folder: Path, paths: list[Path]) -> str:
    lines = []
    for path in sorted(paths):
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{digest} {path.relative_to(folder.resolve()).as_posix()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _write(workspace: Workspace, place: str, assessment_year: int, norms: RegionNorms) -> Path:
    # beside the folders of years, which an annual run replaces as a whole
    folder = workspace.reports(place, assessment_year).parent
    path = folder / f"norms_{place}_{assessment_year}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(norms_text(norms), encoding="utf-8", newline="\n")
    draft.replace(path)
    return path
