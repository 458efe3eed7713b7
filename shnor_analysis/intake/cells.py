"""Single cells: text, numbers, dates, logins and class labels as people really type them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

from shnor_analysis.intake.identity.personal import is_unknown, personal_spans
from shnor_analysis.methodology import normal_text

BLANK, NOT_ATTEMPTED, NOT_COVERED, BAD = -1.0, -2.0, -3.0, -9.0

_CROSSES = {"x", "х"}  # Latin and Cyrillic: the task was not attempted
_NOT_COVERED = re.compile(r"^не пройд")
_NO_MARK = {"нет отметки", "нет", "-", "–", "—", "н/а", "н", "осв", "осв.", "зач", "зач."}
_SAFE_WORDS = _CROSSES | _NO_MARK | {"ж", "м", "да", "+", "отсутствовал", "не явился", "неявка"}
_SAFE_NUMBER = re.compile(r"^-?\d{1,3}(?:[.,]\d{1,4})?$")
_THOUSANDS = re.compile(r"^\d{1,3}(?:,\d{3})+$")
# Only a full group of three digits is set apart by a space; «25 27» are two numbers, and so are
# two lines of one cell.
_SPACE = "[ \u00a0\u2009\u202f]"
_SPACED_THOUSANDS = re.compile(rf"^[+-]?\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?$")
_SIGN_APART = re.compile(rf"^[+-]{_SPACE}+\d")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
# The largest schools of the country, many buildings as one, teach about half as many.
LARGEST_SCHOOL = 20_000
_LARGEST_COUNT = 10**9  # more people than any report can have

# Look-alikes: folded in codes only, never in names.
_TO_LATIN = str.maketrans("еёдуисчкнропѕһ", "eeduucckhpopsh")
_LOGIN_KINDS = {
    "edu": "edu", "sch": "sch", "cch": "sch", "ksh": "ksh", "kch": "ksh", "spo": "spo",
    "cpo": "spo",
}  # fmt: skip
_LOGIN = re.compile(r"(?<![a-zа-яё])([a-zа-яёѕһ]{3})\s*([\doо]{6})(?![\da-zа-яё])")
# mixed script on purpose: oо eе mм еdu990001
_MUNICIPALITY = re.compile(r"(?<![a-zа-яё])r[eе]g(\d{2})_[mм](\d{3})(?!\d)")
_TO_CYRILLIC = str.maketrans("ABEKMHOPCTXY", "АВЕКМНОРСТХУ")
_CLASS = re.compile(r"^(?:\d{1,2}[А-ЯЁ]{0,2}|[А-ЯЁ]|\d{1,2}[./]\d{1,2})$")
_NO_CLASS = {"", "НЕТ", "-", "–", "—"}


_Read = TypeVar("_Read")


def memo(read: Callable[[Hashable], _Read]) -> Callable[[object], _Read]:
    """Remember results within one sheet, where the same cells repeat thousands of times."""
    # typed: True and 1.0 are equal but not the same cell
    return lru_cache(maxsize=None, typed=True)(read)


def cell_text(value: object) -> str:
    """Text of a cell: whole floats without «.0», white space collapsed, blank for None."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if value.is_integer():
            return str(int(value))
    if isinstance(value, dt.datetime):
        return value.strftime("%d.%m.%Y")
    return " ".join(str(value).split())


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing but white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def parse_number(value: object) -> float | None:
    """A number from a number cell or from text with a decimal comma; None if it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    text = value.strip().rstrip("%").strip()
    if _SPACED_THOUSANDS.match(text):
        text = re.sub(_SPACE, "", text)
    elif _SIGN_APART.match(text):
        text = text[0] + text[1:].lstrip()
    return float(text.replace(",", ".")) if _NUMBER.match(text) else None


def parse_count(value: object) -> int | None:
    """A whole number of people; «1,050» and «1 050» are one thousand and fifty."""
    if isinstance(value, str):
        text = value.strip()
        if _THOUSANDS.match(text):
            value = text.replace(",", "")
    number = parse_number(value)
    if number is None or not number.is_integer() or not 0 <= number <= _LARGEST_COUNT:
        return None
    return int(number)


def parse_pupils(value: object) -> int | None:
    """A whole number of people of one school; «800 810» is two numbers typed into one cell.

    Examples
    --------
    >>> parse_pupils("1 050"), parse_pupils("800 810")
    (1050, None)
    """
    number = parse_count(value)
    return number if number is not None and number <= LARGEST_SCHOOL else None


def parse_date(value: object) -> dt.date | None:
    """A date from a date cell or from «20.04.2026», «2026.04.20», «2026-04-20» (time ignored)."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = cell_text(value)
    found = re.match(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})\b", text)
    if found:
        day, month, year = (int(part) for part in found.groups())
    else:
        found = re.match(r"^(\d{4})[.-](\d{1,2})[.-](\d{1,2})(?!\d)", text)
        if not found:
            return None
        year, month, day = (int(part) for part in found.groups())
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parse_task(value: object) -> float:
    """Score of one task: a whole number ≥ 0, or BLANK, NOT_ATTEMPTED (X), NOT_COVERED, BAD."""
    if is_blank(value):
        return BLANK
    number = parse_number(value)
    if number is not None:
        return number if number >= 0 and number.is_integer() else BAD
    text = normal_text(value) if isinstance(value, str) else ""
    if text in _CROSSES:
        return NOT_ATTEMPTED
    return NOT_COVERED if _NOT_COVERED.match(text) else BAD


def parse_mark(value: object) -> float:
    """A mark 2–5, BLANK for a mark that was not given («нет отметки»), or BAD."""
    if is_blank(value):
        return BLANK
    number = parse_number(value)
    if number is not None:
        return number if number in (2, 3, 4, 5) else BAD
    return BLANK if isinstance(value, str) and normal_text(value) in _NO_MARK else BAD


def read_login(value: object) -> str | None:
    """The ФИС ОКО login inside a cell, look-alike letters folded; None when there is none.

    Examples
    --------
    >>> read_login("МБОУ «СОШ № 1»(еdu990001)"), read_login("edu 990002"), read_login("Иванов")
    ('edu990001', 'edu990002', None)
    """
    login = None
    for kind, digits in _LOGIN.findall(normal_text(value)):
        latin = _LOGIN_KINDS.get(kind.translate(_TO_LATIN))
        if latin:
            login = latin + digits.replace("о", "0").replace("o", "0")
    return login


def read_municipality_id(value: object) -> str | None:
    """The municipality code ``regRR_mNNN`` inside a cell, or None."""
    found = _MUNICIPALITY.search(normal_text(value))
    return f"reg{found.group(1)}_m{found.group(2)}" if found else None


def read_school_code(value: object) -> str | None:
    """A РЦОИ school code: digits without leading zeros (Excel loses them), or None."""
    text = cell_text(value).replace(" ", "").upper().replace("О", "0").replace("O", "0")
    return (text.lstrip("0") or "0") if re.fullmatch(r"\d{2,6}", text) else None


def read_class_label(value: object) -> tuple[str | None, bool]:
    """A class label with Latin look-alikes folded, and whether the cell was readable.

    Anything that does not look like a class is dropped: a name may have slipped into the column.

    Examples
    --------
    >>> read_class_label('9 "a"'), read_class_label("нет"), read_class_label("Иванов")
    (('9А', True), (None, True), (None, False))
    """
    text = re.sub(r"[\s\"'«»“”]", "", cell_text(value)).upper().translate(_TO_CYRILLIC)
    if text in _NO_CLASS:
        return None, True
    text = re.sub(r"^(\d{1,2})-(?=[А-ЯЁ])", r"\1", text).replace("-", "/")
    return (text, True) if _CLASS.match(text) else (None, False)


def safe_value(value: object) -> str:
    """A cell as it may be shown in an issue: scores and known words; other text only by length.

    Names, phones, document numbers and participant codes never pass.
    """
    text = cell_text(value)
    if not text:
        return "пусто"
    if _SAFE_NUMBER.match(text) or normal_text(text) in _SAFE_WORDS:
        return text
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return "дата"
    kind = "число" if _NUMBER.match(text) else "текст"
    return f"{kind} из {len(text)} знаков"


_DATA_LIKE = re.compile(r"@|\d[\d\s()+-]{4,}\d")
_SHOWN_CELLS, _SHOWN_LETTERS = 8, 40


def looks_private(text: str) -> bool:
    """Whether a text may hold a person's name, a telephone, an e-mail or a document number.

    A text that has no word we know may be a name in any spelling, so it counts as one.

    Examples
    --------
    >>> looks_private("Иванова А. П."), looks_private("Родной язык")
    (True, False)
    """
    return bool(personal_spans(text)) or is_unknown(text) or _DATA_LIKE.search(text) is not None


def describe_row(row: Sequence[object], *, is_heading: bool = False) -> str:
    """The headings of a row for a message; a row that may hold personal data is only counted.

    ``is_heading`` says that the row is surely a heading row, so numbers in it are headings too.

    Examples
    --------
    >>> describe_row(["Школа", "", "Класс"]), describe_row(["Иванов", "Пётр", "9А"])
    ('«Школа», «Класс»', 'данные без заголовков (ячеек: 3)')
    """
    texts = [cell_text(value) for value in row if not is_blank(value)]
    if not texts:
        return "нет ни одной заполненной ячейки"
    has_numbers = not is_heading and any(_NUMBER.match(text) for text in texts)
    if has_numbers or any(map(looks_private, texts)):
        return f"данные без заголовков (ячеек: {len(texts)})"
    shown = ", ".join(f"«{_cut(text)}»" for text in texts[:_SHOWN_CELLS])
    more = len(texts) - _SHOWN_CELLS
    return f"{shown} и ещё {more}" if more > 0 else shown


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LETTERS else text[: _SHOWN_LETTERS - 1] + "…"


def count_text(count: float) -> str:
    """A number for a message: whole without a point, otherwise with a decimal comma."""
    return f"{count:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def cell_at(row: list[object], positions: dict[str, int], column: str) -> object:
    """Value of our column in a row; None when the file has no such column or the row is short."""
    position = positions.get(column)
    return row[position] if position is not None and position < len(row) else None
