"""Wording by code: sentences come from ``texts_ru.yaml``, never from program text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from shnor_analysis.errors import ExportError

TEXTS_FILE = Path(__file__).with_name("texts_ru.yaml")


@cache
def load_texts() -> dict[str, Any]:
    """Read the wording once; duplicate keys refuse to load."""
    return dict(YAML(typ="safe", pure=True).load(TEXTS_FILE.read_text(encoding="utf-8")))


def text(group: str, code: str, **fields: str) -> str:
    """Return the wording of a code.

    Parameters
    ----------
    group, code : str
        Keys of ``texts_ru.yaml``, for example ``"decision", "included"``.
    **fields : str
        Values of the fields in braces, already formatted.

    Returns
    -------
    str

    Raises
    ------
    ExportError
        If the wording or one of its fields is missing: a document must not show a raw code.
    """
    try:
        return str(load_texts()[group][code]).format(**fields)
    except KeyError as missing:
        raise ExportError(
            f"{TEXTS_FILE.name}: для «{group}.{code}» нет слов или поля {missing}; добавьте строку."
        ) from None


@dataclass(frozen=True)
class TableWords:
    """Title, column labels and notes of one table, with fields still in braces."""

    title: str
    columns: dict[str, str]
    notes: tuple[str, ...]


def table_words(name: str) -> TableWords:
    """Return the words of a table.

    Raises
    ------
    ExportError
        If the table has no words.
    """
    words = load_texts()["table"].get(name)
    if words is None:
        raise ExportError(f"{TEXTS_FILE.name}: нет слов для таблицы «{name}»; добавьте их.")
    return TableWords(words["title"], words["columns"], tuple(words.get("notes", ())))
