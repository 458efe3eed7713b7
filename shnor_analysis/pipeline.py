"""The contents page of the method: files → tidy → cells → indicators → decisions.

Only names and keys are here: what a stage needs to compute is imported when it runs, so that
finding out that nothing has changed takes no heavy library.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError
from shnor_analysis.place_year import DEFAULT_ENGINE, PlaceYear, open_place_year
from shnor_analysis.stages import (
    Progress,
    Records,
    Stage,
    bring_up_to_date,
    code_hash,
    file_hash,
    is_current,
    silent,
    versions,
)
from shnor_analysis.workspace import CELLS, DECISIONS, INDICATORS, TIDY, Workspace, only_run

if TYPE_CHECKING:
    import pandas as pd

    Frames = dict[str, pd.DataFrame]

MANIFEST = "manifest.json"
READING = "Чтение и проверка файлов"
# Parts of the package whose change makes a stage run again; tests/test_architecture.py holds
# them to what the stage imports.
CODE_OF_ALL = (
    "codes", "engine_choice", "errors", "methodology", "new_place", "pipeline", "place_files",
    "place_settings", "place_year", "stages", "tables", "workspace",
)  # fmt: skip
CODE = {
    TIDY: ("form_specs", "intake", "table_stages/tidy"),
    CELLS: ("engine", "table_stages/cells"),
    INDICATORS: ("form_specs", "intake", "measures", "stats", "table_stages/indicators"),
    DECISIONS: ("decisions", "form_specs", "intake", "measures", "stats", "table_stages/decisions"),
}
# Tables about the files themselves: no result is computed from them.
ABOUT_FILES = frozenset(
    f"{TIDY}/{name}.parquet" for name in ("source_files", "issues", "explanations")
)


def compute(
    workspace: Workspace,
    place: str,
    assessment_year: int,
    progress: Progress = silent,
    engine: EngineChoice = DEFAULT_ENGINE,
) -> tuple[str, ...]:
    """Bring the tables of a place and year up to date, one run at a time.

    See :func:`compute_tables` for what is returned and raised.
    """
    run = open_place_year(workspace, place, assessment_year, engine)
    with only_run(workspace, place):
        return compute_tables(run, progress)


def compute_tables(
    run: PlaceYear, progress: Progress = silent, *, from_scratch: bool = False
) -> tuple[str, ...]:
    """Go from the files to the decisions; stages that have not changed are taken over.

    Parameters
    ----------
    run : PlaceYear
        The place and the year; later works are left aside.
    progress : callable
        Called with the stage in Russian and with what it is working on.
    from_scratch : bool
        Run every stage.

    Returns
    -------
    tuple of str
        Names of the stages that were run; empty when nothing had changed.

    Raises
    ------
    ShnorError
        One Russian sentence; the tables of an earlier run stay as they were.
    """
    if not run.workspace.pupil_key.exists():
        from shnor_analysis.intake import load_or_create_key

        load_or_create_key(run.workspace.pupil_key)
    stages = table_stages(run, progress)
    return bring_up_to_date(stages, run.tables, run.confirm, progress, from_scratch=from_scratch)


def are_tables_current(run: PlaceYear) -> bool:
    """Whether the tables of a place and year are what its files would give now."""
    return is_current(table_stages(run, silent), run.tables)


def table_stages(run: PlaceYear, progress: Progress) -> tuple[Stage, ...]:
    """Stages of the tables in the order they run, each with all that its key covers."""
    computed = {"settings": run.settings}
    return (
        Stage(
            TIDY,
            READING,
            _covers(run, TIDY, _what_reading_uses(run)),
            _stored(TIDY, lambda _: _tidy(run, progress)),
        ),
        Stage(
            CELLS,
            "Ячейки: школа × работа",
            _covers(
                run,
                CELLS,
                {**_engine(run), "regulations": run.description.regulations.model_dump()},
            ),
            lambda folder, _: _write_cells(run, folder),
            reads=(TIDY,),
            ignores=ABOUT_FILES,
        ),
        Stage(
            INDICATORS,
            "Показатели и интервалы",
            _covers(run, INDICATORS, computed),
            _stored(INDICATORS, lambda folder: _indicators(run, folder)),
            reads=(TIDY, CELLS),
        ),
        Stage(
            DECISIONS,
            "Правило низких результатов",
            _covers(run, DECISIONS, computed),
            _stored(DECISIONS, lambda folder: _decisions(run, folder)),
            reads=(TIDY, INDICATORS),
            ignores=ABOUT_FILES,
        ),
        Stage(
            "manifest",
            "Паспорт расчёта",
            {
                **_parameters(run),
                **_engine(run),
                "inputs": run.inputs,
                "pupil_key": file_hash(run.workspace.pupil_key),
                "versions": _versions(),
            },
            lambda folder, made: _manifest(run, folder, made),
            reads=(TIDY, CELLS, INDICATORS, DECISIONS),
        ),
    )


def stored_engine(folder: Path) -> EngineChoice:
    """The engine that made the tables of a folder: what reads them must not ask for another one.

    Without a manifest, or with one that cannot be read, the default engine.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return EngineChoice(str(manifest["parameters"]["engine"]))
    except (OSError, ValueError, KeyError, TypeError, ParameterError):
        return DEFAULT_ENGINE


def _parameters(run: PlaceYear) -> dict[str, Any]:
    return {"place": run.place, "assessment_year": run.assessment_year}


def _engine(run: PlaceYear) -> dict[str, Any]:
    return {"engine": run.engine.name}


def _regulations(run: PlaceYear) -> dict[str, Any]:
    return run.description.regulations.model_dump(mode="json")


def _versions() -> dict[str, Any]:
    return {**versions(), "code": code_hash()}


def _covers(run: PlaceYear, stage: str, own: dict[str, Any]) -> dict[str, Any]:
    return {
        **_parameters(run),
        "methodology": run.methodology_files,
        "versions": versions(),
        "code": code_hash(*CODE_OF_ALL, *CODE[stage]),
        **own,
    }


def _what_reading_uses(run: PlaceYear) -> dict[str, Any]:
    """Not the whole description of the place: the rest may change without a new reading."""
    place = run.description
    return {
        "municipality_id": place.municipality_id,
        "regulations": _regulations(run),
        "publication": place.publication.model_dump(mode="json"),
        "schools": {name: sha for name, sha in run.settings.items() if name.endswith(".csv")},
        "files": run.received,
        "pupil_key": file_hash(run.workspace.pupil_key),
    }


def _stored(stage: str, make: Callable[[Path], Frames]) -> Callable[[Path, Records], None]:
    """Store what a stage makes under the contracts of its tables."""

    def store(folder: Path, _: Records) -> None:
        from shnor_analysis import tables

        for name, frame in make(folder).items():
            tables.store_table(frame, tables.CONTRACTS[name], folder / stage)

    return store


def _tidy(run: PlaceYear, progress: Progress) -> Frames:
    from shnor_analysis.table_stages.tidy import tidy_tables

    return tidy_tables(run, lambda file: progress(READING, file))


def _write_cells(run: PlaceYear, folder: Path) -> None:
    from shnor_analysis.table_stages.cells import write_cells

    write_cells(run, folder)


def _indicators(run: PlaceYear, folder: Path) -> Frames:
    from shnor_analysis.table_stages.indicators import indicator_tables

    return indicator_tables(run, folder)


def _decisions(run: PlaceYear, folder: Path) -> Frames:
    from shnor_analysis.table_stages.decisions import decision_tables

    return decision_tables(run, folder)


def _manifest(run: PlaceYear, folder: Path, made: Records) -> None:
    from shnor_analysis.table_stages.manifest import write_manifest

    parameters = {**_parameters(run), **_engine(run)}
    write_manifest(folder / MANIFEST, run, parameters, _versions(), made)
