"""Where things lie: the folders of one project, found from any working directory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from shnor_analysis.errors import ParameterError

ROOT_VARIABLE = "SHNOR_ROOT"
# Folders of tables in data/processed/PLACE/YEAR.
TIDY, CELLS, INDICATORS, DECISIONS = "tidy", "cells", "indicators", "decisions"
# What lies beside the documents in reports/PLACE/YEAR.
ISSUES_FILE, LETTERS, EXECUTED = "issues.xlsx", "letters", "executed"


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


def failed_folder(target: Path) -> Path:
    """Folder that keeps what a failed run had made of ``target``."""
    return target.with_name(f"{target.name}.failed")


def _set_aside(target: Path) -> Path:
    """Name of the earlier folder while the new one takes its place."""
    return target.with_name(f".{target.name}.old")


def restore_interrupted(target: Path) -> None:
    """Put the earlier folder back if a run died between setting it aside and replacing it."""
    old = _set_aside(target)
    if old.is_dir() and not target.exists():
        old.replace(target)


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """Build a folder beside its place and swap it in when complete.

    A run that dies leaves the earlier folder untouched; what it had made stays in
    ``<name>.failed`` so that the executed notebook can be read.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    restore_interrupted(target)
    draft = target.with_name(f".{target.name}.building")
    old = _set_aside(target)
    failed = failed_folder(target)
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
    try:
        draft.replace(target)
    except OSError:
        restore_interrupted(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(failed, ignore_errors=True)


def write_all(files: dict[str, bytes], folder: Path) -> None:
    """Write files by name into a folder."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@contextmanager
def only_run(workspace: Workspace, place: str) -> Iterator[None]:
    """Let one command write a place at a time; a lock of a dead process is free at once.

    Raises
    ------
    ParameterError
        If another run of the place, or the writing of its invented files, goes on.
    """
    folder = workspace.root / "data" / "processed"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f".{place}.lock", timeout=0):
            yield
    except Timeout as busy:
        raise ParameterError(
            f"Территория «{place}» занята: её расчёт или запись её файлов уже идёт в другом окне; "
            "дождитесь окончания и повторите команду."
        ) from busy
