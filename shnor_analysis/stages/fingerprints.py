"""Content hashes: of files, of values, of the program itself and of what it stands on."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from shnor_analysis.errors import ParameterError

DISTRIBUTION = "shnor-analysis"
PACKAGE = Path(__file__).parents[1]
# Libraries that a declared one brings along and that compute themselves.
BROUGHT_ALONG = ("duckdb",)
_NAME = re.compile(r"[A-Za-z0-9._-]+")


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes; empty when it is not there or cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def digest(value: Any) -> str:
    """SHA-256 of a value of dicts, lists, texts and numbers; the order of keys does not matter."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _package_files() -> dict[str, str]:
    """Every source file of the package with its hash, compiled ones left out."""
    return {
        path.relative_to(PACKAGE).as_posix(): file_hash(path)
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix != ".pyc" and path.is_file()
    }


# Taken when this module loads: the code that runs, whatever happens to the files later.
_CODE_AS_STARTED = _package_files()


def code_hash(*parts: str) -> str:
    """Hash of the source files of some parts of the package, of all of it without arguments.

    Parameters
    ----------
    *parts : str
        ``"intake"`` for a folder or a module, ``"table_stages/cells"`` for one module in it.

    Raises
    ------
    ValueError
        If a part has no files: a key must not silently cover nothing.
    """
    if not parts:
        return digest(_CODE_AS_STARTED)
    covered: dict[str, str] = {}
    for part in parts:
        own = {
            file: content
            for file, content in _CODE_AS_STARTED.items()
            if file == f"{part}.py" or file.startswith(f"{part}/")
        }
        if not own:
            raise ValueError(f"no source files of the part {part!r}")
        covered |= own
    return digest(covered)


def require_code_as_started() -> None:
    """Refuse to go on when the package was changed after this process had loaded it.

    Raises
    ------
    ParameterError
        One Russian sentence: results of the old code would be stored under the new one's key.
    """
    if _package_files() != _CODE_AS_STARTED:
        raise ParameterError(
            "Файлы программы (папка shnor_analysis) изменились после её запуска; повторите "
            "команду, а в блокноте перезапустите ядро."
        )


@cache
def versions() -> dict[str, Any]:
    """Versions of Python, of the package and of every library the package declares."""
    declared = {
        found[0]
        for line in requires(DISTRIBUTION) or ()
        if "extra ==" not in line and (found := _NAME.match(line))
    }
    return {
        "python": platform.python_version(),
        "package": version(DISTRIBUTION),
        "libraries": {name: version(name) for name in sorted({*declared, *BROUGHT_ALONG})},
    }
