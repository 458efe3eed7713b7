"""Assessment years: from a date, from «2024/2025» and from the folder a file lies in."""

from __future__ import annotations

import datetime as dt
import re

NEW_YEAR_MONTH = 8  # forms of a school year are sent out from the end of August
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d{2})\s*[/–—-]\s*(?:20)?(\d{2})(?!\d)")
_YEAR_FOLDER = re.compile(r"^(20\d{2})$")


def assessment_year_of(date: dt.date) -> int:
    """The assessment year of a day: 12.10.2024 belongs to 2025, 01.03.2025 too.

    Examples
    --------
    >>> assessment_year_of(dt.date(2024, 10, 12)), assessment_year_of(dt.date(2025, 3, 1))
    (2025, 2025)
    """
    return date.year + (date.month >= NEW_YEAR_MONTH)


def read_school_year(text: str) -> int | None:
    """The assessment year of «2024/2025», «2024-25», «2024–2025 уч. год»; None if there is none.

    Examples
    --------
    >>> [read_school_year(text) for text in ("Учебный год: 2024/2025", "2024", "2024-26")]
    [2025, None, None]
    """
    found = _SCHOOL_YEAR.search(text)
    if not found or (int(found.group(1)) + 1) % 100 != int(found.group(2)):
        return None
    return int(found.group(1)) + 1


def year_of_path(file: str) -> int | None:
    """The year of the folder a file lies in: «2025/Анкеты/Паспорт.csv» gives 2025."""
    return next(
        (
            int(found.group(1))
            for part in file.split("/")[:-1]
            if (found := _YEAR_FOLDER.match(part))
        ),
        None,
    )
