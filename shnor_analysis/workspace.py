"""Where things lie: the folders of one project, found from any working directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from shnor_analysis.errors import ParameterError

ROOT_VARIABLE = "SHNOR_ROOT"


@dataclass(frozen=True)
class Workspace:
    """The folders of one project.

    Parameters
    ----------
    root : Path
        The folder that holds ``methodology/``, ``notebooks/``, ``data/`` and ``reports/``.
    """

    root: Path

    @property
    def methodology(self) -> Path:
        """Rules, scales and column maps: what a methodologist may edit."""
        return self.root / "methodology"

    @property
    def notebooks(self) -> Path:
        """The notebooks, committed without outputs."""
        return self.root / "notebooks"

    @property
    def pupil_key(self) -> Path:
        """The secret key of pupil pseudonyms; outside the data folders and git-ignored."""
        return self.root / ".pupil_key"

    def raw(self, place: str) -> Path:
        """Files of one place as received; never edited."""
        return self.root / "data" / "raw" / place

    def processed(self, place: str, assessment_year: int) -> Path:
        """Parquet tables of one run."""
        return self.root / "data" / "processed" / place / str(assessment_year)

    def reports(self, place: str, assessment_year: int) -> Path:
        """Finished documents of one run."""
        return self.root / "reports" / place / str(assessment_year)


def find_workspace(start: Path | None = None) -> Workspace:
    """Find the project around a folder.

    Parameters
    ----------
    start : Path, optional
        Where to begin; the working directory by default. The variable ``SHNOR_ROOT``
        wins over both. The last resort is the clone this package is imported from.

    Returns
    -------
    Workspace

    Raises
    ------
    ParameterError
        If no folder with ``methodology`` and ``notebooks`` is found.

    Examples
    --------
    >>> find_workspace().methodology.name
    'methodology'
    """
    here = (start or Path.cwd()).resolve()
    named = os.environ.get(ROOT_VARIABLE)
    candidates = (
        [Path(named).resolve()] if named else [here, *here.parents, Path(__file__).parents[1]]
    )
    for folder in candidates:
        if (folder / "methodology").is_dir() and (folder / "notebooks").is_dir():
            return Workspace(folder)
    looked_in = named or here
    raise ParameterError(
        f"Папка проекта не найдена: в «{looked_in}» и выше нет папок methodology и notebooks; "
        f"запустите команду из папки проекта или задайте переменную {ROOT_VARIABLE}."
    )
