"""The form in which headings and names are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def normal_text(value: object) -> str:
    r"""Bring text to the form in which headings and names are compared.

    Unicode NFKC, ё→е, every white space to one space, trimmed, lower case. Look-alike Latin and
    Cyrillic letters are *not* folded here: that is right for codes only, never for names.

    Examples
    --------
    >>> normal_text("Отметка\xa0за  четвёрть ")
    'отметка за четверть'
    """
    if isinstance(value, str):
        return _normal(value) if len(value) <= _LONGEST_REMEMBERED else _normal.__wrapped__(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else _normal(str(value))


_LONGEST_REMEMBERED = 500  # no heading or name is longer; a longer text is not worth the memory


@lru_cache(maxsize=2**16)
def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", text).strip().lower().replace("ё", "е")
