"""What a run is about: a place, a year, the methodology it applies and the content it goes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError
from shnor_analysis.methodology import (
    Confidence,
    Methodology,
    Place,
    RegionNorms,
    SocialReference,
    SourcedInt,
    load_methodology,
    load_place,
)
from shnor_analysis.new_place import PLACE_FILE
from shnor_analysis.place_files import place_files, shown_name
from shnor_analysis.place_settings import (
    is_settings_file,
    load_region_norms,
    load_social_reference,
    settings_files,
)
from shnor_analysis.stages import file_hash, require_code_as_started
from shnor_analysis.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

# More names than this say no more about what has changed.
MOST_NAMES = 3
DEFAULT_ENGINE = EngineChoice()


@dataclass(frozen=True)
class PlaceYear:
    """One run: where things lie, what it is about, and its inputs as they were when it began.

    Parameters
    ----------
    workspace : Workspace
        Where things lie.
    place : str
        Folder name in ``data/raw``.
    assessment_year : int
        2025 means the school year 2024/25.
    description : Place
        ``monitoring.yaml`` of the place.
    methodology : Methodology
        With the choices of the place in it.
    norms : RegionNorms or None
        Those of the region, if a file of norms lies beside the description.
    social_reference : SocialReference or None
        What the index of conditions is measured against, if the place keeps it.
    inputs : dict of str to str
        Path from the project folder → SHA-256: files as received, settings of the place and
        ``methodology/``.
    engine : EngineChoice
        What makes the cells.
    """

    workspace: Workspace
    place: str
    assessment_year: int
    description: Place
    methodology: Methodology
    norms: RegionNorms | None
    social_reference: SocialReference | None
    inputs: dict[str, str]
    engine: EngineChoice = DEFAULT_ENGINE

    @property
    def tables(self) -> Path:
        """Folder of the tables."""
        return self.workspace.processed(self.place, self.assessment_year)

    @property
    def reports(self) -> Path:
        """Folder of the documents."""
        return self.workspace.reports(self.place, self.assessment_year)

    @property
    def received(self) -> dict[str, str]:
        """Files as received, by their path from the folder of the place, with their SHA-256."""
        own = self._below(f"data/raw/{self.place}")
        return {file: sha for file, sha in own.items() if not is_settings_file(Path(file))}

    @property
    def settings(self) -> dict[str, str]:
        """What the office says beside the files: file name → SHA-256."""
        own = self._below(f"data/raw/{self.place}")
        return {file: sha for file, sha in own.items() if is_settings_file(Path(file))}

    @property
    def methodology_files(self) -> dict[str, str]:
        """Files of ``methodology/`` with their SHA-256."""
        return self._below("methodology")

    def _below(self, folder: str) -> dict[str, str]:
        start = f"{folder}/"
        return {
            path.removeprefix(start): content
            for path, content in self.inputs.items()
            if path.startswith(start)
        }

    def confirm(self) -> None:
        """Refuse to store results when their inputs or the program changed on the way.

        Raises
        ------
        ParameterError
            With the first names of what has changed.
        """
        require_code_as_started()
        require_unchanged(self.inputs, input_hashes(self.workspace, self.place))


def require_unchanged(before: dict[str, str], now: dict[str, str]) -> None:
    """Refuse content that differs from what it was when the run began.

    Raises
    ------
    ParameterError
        With the first names of what has changed.
    """
    changed = sorted({path for path, _ in before.items() ^ now.items()})
    if changed:
        more = "" if len(changed) <= MOST_NAMES else f" и ещё {len(changed) - MOST_NAMES}"
        raise ParameterError(
            f"Пока шёл расчёт, изменились файлы: {', '.join(changed[:MOST_NAMES])}{more}; "
            "прежние отчёты не изменены, повторите команду."
        )


def input_hashes(workspace: Workspace, place: str) -> dict[str, str]:
    """Content of all that the tables of a place are made from: path → SHA-256."""
    folder = workspace.raw(place)
    files = {path.relative_to(folder).as_posix(): path for path in place_files(folder)}
    files |= {path.name: path for path in settings_files(folder)}
    hashes = {
        f"data/raw/{place}/{shown_name(file)}": file_hash(path) for file, path in files.items()
    }
    root = workspace.methodology
    for path in place_files(root):
        hashes[f"methodology/{path.relative_to(root).as_posix()}"] = file_hash(path)
    return hashes


def open_place_year(
    workspace: Workspace, place: str, assessment_year: int, engine: EngineChoice = DEFAULT_ENGINE
) -> PlaceYear:
    """Take the content hashes of all inputs, then load the place and its methodology.

    Raises
    ------
    ParameterError, MethodologyError
        As in :func:`open_place`.
    """
    _require_place(workspace, place)
    inputs = input_hashes(workspace, place)
    description, methodology = open_place(workspace, place)
    folder = workspace.raw(place)
    return PlaceYear(
        workspace,
        place,
        assessment_year,
        description,
        methodology,
        load_region_norms(folder, description, assessment_year),
        load_social_reference(folder),
        inputs,
        engine,
    )


def open_place(workspace: Workspace, place: str) -> tuple[Place, Methodology]:
    """Load the description of a place and the methodology it applies.

    Raises
    ------
    ParameterError
        If there is no such folder or it has no ``monitoring.yaml``.
    MethodologyError
        If a methodology file cannot be used.
    """
    _require_place(workspace, place)
    description = load_place(workspace.raw(place) / PLACE_FILE)
    methodology = load_methodology(workspace.methodology, description.regulations)
    return description, _with_publication(methodology, description)


def _require_place(workspace: Workspace, place: str) -> None:
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


def _with_publication(methodology: Methodology, place: Place) -> Methodology:
    """The smallest group whose share is printed is the choice of the place, not of the rule."""
    smallest = SourcedInt(
        value=place.publication.min_participants,
        source=f"{PLACE_FILE} территории: publication.min_participants",
        confidence=Confidence.PROJECT_DEFAULT,
    )
    rule = methodology.low_results.model_copy(update={"report_participants": smallest})
    return replace(methodology, low_results=rule)


def working_schools(schools: pd.DataFrame, assessment_year: int) -> pd.DataFrame:
    """Schools that were not yet part of another one in that year."""
    return schools[~(schools["merged_from_year"] <= assessment_year).fillna(False)]
