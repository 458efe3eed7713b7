"""The block above a ФИС ОКО table: which work it is, and how groups are named."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from shnor_analysis.intake.cells import (
    cell_text,
    is_blank,
    parse_count,
    parse_date,
    read_login,
    read_municipality_id,
)
from shnor_analysis.intake.detect import HEAD_ROWS
from shnor_analysis.intake.extract import Work
from shnor_analysis.intake.identity.persons import school_title
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, Subject, normal_text

_TITLE = re.compile(r"^впр\s+(\d{4})\.?\s+(?:(.+?)[\s,]+)?(\d{1,2})\s*класс")
_LEVEL = re.compile(r"[\s,(–-]*\b(углубленн\w*|базов\w*)(?:\s+уров\w+)?\s*\)?")
_SHEET_CODE = re.compile(r"^([А-Яа-я]+)\s+\d{1,2}\b")
AUTUMN_FROM_MONTH = 8  # autumn waves of 2020 and 2022 began on 14 and 19 September
# In 2020 all grades but the oldest wrote in autumn, on the programme of the grade before.
_AUTUMN_YEAR, _FIRST_SPRING_GRADE = 2020, 10
SEASON_WORDS = {"spring": "весна", "autumn": "осень"}


def read_work(sheet: Sheet, methodology: Methodology) -> Work | Issue:
    """Read procedure, year, subject, grade, level and date above the table.

    The title may leave the subject to the line «Предмет:» («ВПР 2021. 5 класс»).

    Returns
    -------
    Work or Issue
        The work; or why it is not known. A missing date gives ``exam_date`` None.

    References
    ----------
    formats.md, sections 1.1 and 1.3.
    """
    title = _find_title(sheet)
    if title is None:
        return make_issue("fisoko_no_title", sheet.file, sheet.name)
    year, title_subject, grade = title
    labels = _labels(sheet)
    label = cell_text(labels.get("предмет"))
    level, name = split_level(title_subject or label)
    subject = _find_subject(sheet, methodology, name, label)
    if subject is None:
        return make_issue(
            "subject_unknown",
            sheet.file,
            sheet.name,
            subject=name,
            n_rows=len(sheet.rows),
        )
    date = parse_date(labels.get("дата"))
    return Work(
        procedure="vpr",
        assessment_year=year,
        season=_season(date, year, grade),
        subject=subject.subject,
        grade=grade,
        level=level,
        max_score_raw=parse_count(labels.get("максимальный первичный балл")),
        exam_date=date.isoformat() if date else None,
    )


def usual_season(assessment_year: int, grade: int) -> str:
    """The season of a work whose date is unknown, by the calendar of ВПР.

    References
    ----------
    formats.md, section 2. Autumn works of 2022 cannot be told from spring ones without a date.

    Examples
    --------
    >>> usual_season(2020, 4), usual_season(2020, 11), usual_season(2021, 4)
    ('autumn', 'spring', 'spring')
    """
    is_autumn = assessment_year == _AUTUMN_YEAR and grade < _FIRST_SPRING_GRADE
    return "autumn" if is_autumn else "spring"


def _season(date: dt.date | None, assessment_year: int, grade: int) -> str:
    if date is None:
        return usual_season(assessment_year, grade)
    return "autumn" if date.month >= AUTUMN_FROM_MONTH else "spring"


def _find_title(sheet: Sheet) -> tuple[int, str, int] | None:
    for row in sheet.rows[:HEAD_ROWS]:
        for cell in row:
            found = _TITLE.match(normal_text(cell)) if isinstance(cell, str) else None
            if found:
                return int(found.group(1)), found.group(2) or "", int(found.group(3))
    return None


def _labels(sheet: Sheet) -> dict[str, object]:
    """«Предмет:» → value, from the next filled cell of the row or from after the colon."""
    found: dict[str, object] = {}
    for row in sheet.rows[:HEAD_ROWS]:
        filled = (cell for cell in row if not is_blank(cell))
        first = next(filled, None)
        if not isinstance(first, str) or ":" not in first:
            continue
        label, _, rest = first.partition(":")
        value: object = rest.strip() or next(filled, None)
        found.setdefault(normal_text(label), value)
    return found


def split_level(name: str) -> tuple[str, str]:
    """Part «математика (углублённый уровень)» into the level and the subject.

    Examples
    --------
    >>> split_level("Математика (базовый уровень)"), split_level("физика")
    (('base', 'математика'), ('none', 'физика'))
    """
    found = _LEVEL.search(normal_text(name))
    if not found:
        return "none", name
    level = "advanced" if found.group(1).startswith("углубл") else "base"
    return level, _LEVEL.sub(" ", normal_text(name)).strip(" ,()")


def _find_subject(sheet: Sheet, methodology: Methodology, title: str, label: str) -> Subject | None:
    for name in (title, split_level(label)[1]):
        if subject := methodology.subject_by_name(name):
            return subject
    code = _SHEET_CODE.match(sheet.name)
    return next(
        (s for s in methodology.subjects if code and s.sheet_code == code.group(1).upper()), None
    )


def with_max_score(sheet: Sheet, work: Work, computed: int | None) -> tuple[Work, list[Issue]]:
    """Compare the maximum above the table with that of its headings; take whichever is known.

    Returns
    -------
    Work, list of Issue
        The work with the stated maximum, else the computed one; a query when both are known and
        differ.
    """
    reported = work.max_score_raw
    if reported is None or computed is None or reported == computed:
        return replace(work, max_score_raw=computed if reported is None else reported), []
    return work, [
        make_issue(
            "vpr_max_differs",
            sheet.file,
            sheet.name,
            value=str(reported),
            reported=reported,
            computed=computed,
        )
    ]


def undated(sheet: Sheet, work: Work) -> list[Issue]:
    """Give a note when the report names no date, so that the season is a guess."""
    if work.exam_date:
        return []
    season = SEASON_WORDS[work.season]
    return [make_issue("vpr_no_date", sheet.file, sheet.name, season=season)]


_CODE_IN_BRACKETS = re.compile(r"\s*\([^()]*\d[^()]*\)\s*$")
MUNICIPALITY_WORDS = re.compile(r"район|округ|город|\bг\.|\bго\b|муниц|посел|\bзато\b")


def group_words(value: object) -> str:
    """Name of a group without its code in brackets and without personal data."""
    text = cell_text(value)
    if read_login(text) or read_municipality_id(text):
        text = _CODE_IN_BRACKETS.sub("", text)
    return school_title(text)


def municipality_words(value: object) -> str | None:
    """Name of a municipality without its code; None when the cell does not look like one."""
    words = group_words(value)
    return words if MUNICIPALITY_WORDS.search(normal_text(words)) else None
