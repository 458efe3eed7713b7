"""Which files of a place are read, and how they are named."""

from __future__ import annotations

from pathlib import Path

from shnor_analysis.place_settings import is_settings_file

_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_LOCK_PREFIX = "~$"


def place_files(folder: Path) -> list[Path]:
    """Files to read, sorted by POSIX path; hidden, lock and service files are left out."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    wanted = [path for path in found if not _is_skipped(path.relative_to(folder))]
    return sorted(wanted, key=lambda path: path.relative_to(folder).as_posix())


def _is_skipped(path: Path) -> bool:
    return (
        any(part.startswith(".") for part in path.parts)
        or path.name.startswith(_LOCK_PREFIX)
        or path.name.lower() in _SYSTEM_FILES
        or is_settings_file(path)
    )


def shown_name(file: str) -> str:
    """A path that can be printed and stored: names unpacked from a Windows archive are cp1251."""
    try:
        file.encode()
    except UnicodeEncodeError:
        return file.encode(errors="surrogateescape").decode("cp1251", errors="replace")
    return file
