"""The only formatter: numbers, dates, plurals and sorting the way a Russian reader expects."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pandas as pd

THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
NO_DATA = "нет данных"

_SHORT_BEFORE_NAME = re.compile(r"(№|\b(?:г|с|д|п|х|ст|рп|пос|дер|им|ул)\.) (?=\S)")
_TEENS = range(11, 15)
_FEW = range(2, 5)
_HALF = 0.5
# Two neighbours are named one by one, three make a range.
_SHORTEST_RANGE = 3


def is_missing(value: object) -> bool:
    """Tell a missing value (None, NaN, NA) from zero."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, decimals: int = 1) -> str:
    r"""Print a number: «12 345,7», «−3,0»; a missing one is «нет данных».

    Halves are rounded away from zero, as a reader with a calculator does.

    Examples
    --------
    >>> number(-1234.25, 1)
    '−1\u202f234,3'
    """
    if value is None or is_missing(value):
        return NO_DATA
    scale = 10**decimals
    # Guard digits: 0.285 * 100 is 28.499…; without them an exact half would go the wrong way.
    rounded = math.floor(round(abs(value) * scale, 6) + _HALF) / scale
    text = f"{rounded:,.{decimals}f}".replace(",", THIN_SPACE).replace(".", ",")
    return f"{MINUS}{text}" if value < 0 and rounded else text


def integer(value: float | None) -> str:
    """Print a whole number with thin spaces between thousands."""
    return number(value, 0)


def percent(share: float | None, decimals: int = 1) -> str:
    r"""Print a fraction as «34,7 %» with a no-break space.

    Examples
    --------
    >>> percent(0.3)
    '30,0\xa0%'
    """
    if is_missing(share):
        return NO_DATA
    return f"{number(_hundred(share), decimals)}{NO_BREAK_SPACE}%"


def percent_points(share: float | None, decimals: int = 1) -> str:
    """Print a fraction as a number of per cent without the sign, for a column headed «%»."""
    return NO_DATA if is_missing(share) else number(_hundred(share), decimals)


def _hundred(share: float | None) -> float:
    return float(share or 0) * 100


def plural(count: int, one: str, few: str, many: str) -> str:
    """Choose the noun form for a count: 1 школа, 2 школы, 5 школ, 11 школ, 21 школа.

    Examples
    --------
    >>> [plural(n, "школа", "школы", "школ") for n in (1, 3, 12, 21)]
    ['школа', 'школы', 'школ', 'школа']
    """
    tail = abs(count) % 100
    if tail in _TEENS:
        return many
    last = tail % 10
    if last == 1:
        return one
    return few if last in _FEW else many


def counted(count: int, one: str, few: str, many: str) -> str:
    """Print a count with its noun, joined by a no-break space: «24 школы»."""
    return f"{integer(count)}{NO_BREAK_SPACE}{plural(count, one, few, many)}"


def school_year(assessment_year: int) -> str:
    """Print 2025 as «2024/25»."""
    return f"{assessment_year - 1}/{assessment_year % 100:02d}"


def keep_together(text: str) -> str:
    r"""Bind a short word to the name or number after it, so that a line never ends on it.

    Examples
    --------
    >>> keep_together("СОШ № 2 г. Примерска")
    'СОШ №\xa02 г.\xa0Примерска'
    """
    return _SHORT_BEFORE_NAME.sub(rf"\1{NO_BREAK_SPACE}", text)


def listing(items: Sequence[str]) -> str:
    """Join words with commas and «и»: «А, Б и В»; nothing gives «—»."""
    if not items:
        return "—"
    if len(items) == 1:
        return items[0]
    return f"{', '.join(items[:-1])} и {items[-1]}"


def number_ranges(numbers: Sequence[int]) -> str:
    """Join whole numbers, neighbours as a range: «4–6 и 8».

    Examples
    --------
    >>> number_ranges([8, 4, 5, 6]), number_ranges([4, 5])
    ('4–6 и 8', '4 и 5')
    """
    runs: list[list[int]] = []
    for number_ in sorted(set(numbers)):
        if runs and number_ == runs[-1][-1] + 1:
            runs[-1].append(number_)
        else:
            runs.append([number_])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) >= _SHORTEST_RANGE else [str(n) for n in run]
    return listing(parts)


def sort_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Alphabetical order of a Russian reader: ё beside е, № 2 before № 10, case ignored."""
    parts = re.findall(r"\d+|\D+", text.lower().replace("ё", "е"))
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts)
