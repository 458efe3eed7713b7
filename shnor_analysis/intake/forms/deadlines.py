"""Deadlines of a plan as people write them: «до 15 октября 2025», «октябрь – ноябрь 2025»."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from shnor_analysis.intake.cells import cell_text, parse_date
from shnor_analysis.intake.periods import NEW_YEAR_MONTH
from shnor_analysis.methodology import normal_text

Period = tuple[dt.date | None, dt.date | None]

_MONTHS = ("январ", "феврал", "март", "апрел", "ма[йяе]", "июн", "июл", "август", "сентябр",
           "октябр", "ноябр", "декабр")  # fmt: skip
_MONTH = r"(?P<{0}>" + "|".join(f"{stem}[а-я]*" for stem in _MONTHS) + ")"
_YEAR = r"(?:\s*(?P<{0}>20\d{{2}})(?:\s*г(?:ода|оду|од)?\.?)?)?"
_DAY = r"(?P<{0}>\d{{1,2}})\s+"
_DASH = r"\s*[-–—]\s*"
_UNTIL = r"^(?:до|не позднее|к)\s+"
_END = r"$"
_UNTIL_DAY = re.compile(_UNTIL + _DAY.format("day") + _MONTH.format("month")
                        + _YEAR.format("year") + _END)  # fmt: skip
_UNTIL_DATE = re.compile(_UNTIL + r"(\d{1,2}\.\d{1,2}\.20\d{2})(?:\s*г(?:ода|\.)?)?$")
_ON_DAY = re.compile(r"^" + _DAY.format("day") + _MONTH.format("month") + _YEAR.format("year")
                     + _END)  # fmt: skip
_DATES = re.compile(r"^(?:с\s+)?(\d{1,2}\.\d{1,2}\.20\d{2})(?:\s*[-–—]\s*|\s+(?:по|до)\s+)"
                    r"(\d{1,2}\.\d{1,2}\.20\d{2})$")  # fmt: skip
_MONTHS_RANGE = re.compile(
    r"^(?:с\s+)?" + _MONTH.format("first") + _YEAR.format("first_year")
    + rf"(?:{_DASH}|\s+(?:по|до)\s+|,\s*)" + _MONTH.format("last") + _YEAR.format("last_year")
    + _END
)  # fmt: skip
_ONE_MONTH = re.compile(r"^(?:в\s+)?" + _MONTH.format("month") + _YEAR.format("year") + _END)


def parse_deadline(value: object, school_year: int | None = None) -> Period:
    """Beginning and end of a deadline.

    Parameters
    ----------
    value : object
        A cell: a date or text.
    school_year : int, optional
        Assessment year of the plan: «до 1 октября» without a year is a day of that school year.

    Returns
    -------
    tuple of date or None
        «до …» has no beginning; both are None when the text says no exact time («ежеквартально»,
        «в течение учебного года») or names no year.

    Examples
    --------
    >>> parse_deadline("до 15 октября 2025")[1].isoformat()
    '2025-10-15'
    >>> [day.isoformat() for day in parse_deadline("октябрь – ноябрь 2025")]
    ['2025-10-01', '2025-11-30']
    >>> parse_deadline("ежеквартально")
    (None, None)
    """
    text = normal_text(value)
    if isinstance(value, dt.date) or re.fullmatch(r"\d{1,2}\.\d{1,2}\.20\d{2}", text):
        day = parse_date(value if isinstance(value, dt.date) else cell_text(value))
        return day, day
    if found := _DATES.match(text):
        return _ordered(parse_date(found.group(1)), parse_date(found.group(2)))
    if found := _UNTIL_DATE.match(text):
        return None, parse_date(found.group(1))
    if found := _UNTIL_DAY.match(text):
        return None, _day(found, school_year)
    if found := _ON_DAY.match(text):
        day = _day(found, school_year)
        return day, day
    if found := _MONTHS_RANGE.match(text):
        return _months(found, school_year)
    if found := _ONE_MONTH.match(text):
        month = _month_number(found["month"])
        year = _calendar_year(found["year"], month, school_year)
        return (None, None) if year is None else (_first(year, month), _last(year, month))
    return None, None


def _ordered(first: dt.date | None, last: dt.date | None) -> Period:
    if first is None or last is None or first > last:
        return None, None
    return first, last


def _month_number(word: str) -> int:
    return next(i for i, stem in enumerate(_MONTHS, start=1) if re.match(stem, word))


def _calendar_year(written: str | None, month: int, school_year: int | None) -> int | None:
    if written:
        return int(written)
    if school_year is None:
        return None
    return school_year - (month >= NEW_YEAR_MONTH)


def _day(found: re.Match[str], school_year: int | None) -> dt.date | None:
    month = _month_number(found["month"])
    year = _calendar_year(found["year"], month, school_year)
    try:
        return None if year is None else dt.date(year, month, int(found["day"]))
    except ValueError:
        return None


def _months(found: re.Match[str], school_year: int | None) -> Period:
    first, last = _month_number(found["first"]), _month_number(found["last"])
    last_year = _calendar_year(found["last_year"], last, school_year)
    if last_year is None:
        return None, None
    # «сентябрь – май 2026» began in the year before
    first_year = int(found["first_year"] or last_year - (first > last))
    return _ordered(_first(first_year, first), _last(last_year, last))


def _first(year: int, month: int) -> dt.date:
    return dt.date(year, month, 1)


def _last(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
