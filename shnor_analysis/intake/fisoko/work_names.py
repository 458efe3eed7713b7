"""Which ВПР work a protocol belongs to, when nothing above the table says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from shnor_analysis.intake.cells import cell_text, parse_date
from shnor_analysis.intake.extract import Work
from shnor_analysis.intake.fisoko.heading import (
    AUTUMN_FROM_MONTH,
    SEASON_WORDS,
    split_level,
    usual_season,
)
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import read_school_year
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, Subject, normal_text

_GRADES = range(1, 12)
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_GRADE = re.compile(r"(?<!\d)(\d{1,2})\s*-?\s*(?:й|ый|го)?\s*класс")
_SEASON = re.compile(r"\b(весн|осен)")
# «vpr2020.ma4» of the 2020 protocols: year, subject, grade of the programme.
_WORK_CODE = re.compile(r"\bvpr(20\d{2})\.([a-z]+?)(\d{1,2})\b")
_LATIN = str.maketrans("абгиломрсуфхчя", "abgilomrsufhcy")
# The grade that the first digits of a participant code stand for: 40001 — 4, 20001 — 10,
# 1001 — 11.
_CODE = re.compile(r"^(?:([4-9])\d{4}|(2)\d{4}|(1)\d{3})$")
_MISSING = (("subject", "предмет"), ("grade", "класс"), ("assessment_year", "год"))


@dataclass(frozen=True)
class WorkClues:
    """What one source says about the work; None where it is silent."""

    subject: Subject | None = None
    grade: int | None = None
    assessment_year: int | None = None
    season: str | None = None
    level: str | None = None


def clues_of_path(file: str, methodology: Methodology) -> WorkClues:
    """Read the work in the names of a file and its folders; the nearest name wins.

    Examples of names: «Математика, 4 класс, ВПР 2021.xlsx», «2020/4/Математика.xlsx».
    """
    path = PurePosixPath(file)
    parts = [normal_text(part.replace("_", " ")) for part in (path.stem, *path.parts[-2::-1])]
    return WorkClues(
        subject=_first(_subject_in(part, methodology) for part in parts),
        grade=_first(_grade_in(part, is_folder=i > 0) for i, part in enumerate(parts)),
        assessment_year=_first(_year_in(part) for part in parts),
        season=_first(_season_in(part) for part in parts),
        level=split_level(parts[0])[0],
    )


_Found = TypeVar("_Found")


def _first(found: Iterable[_Found | None]) -> _Found | None:
    return next((value for value in found if value is not None), None)


def _subject_in(text: str, methodology: Methodology) -> Subject | None:
    """The only subject whose name stands in a text as whole words; of several none is guessed."""
    _, words = split_level(text)
    found = [
        subject
        for subject in methodology.subjects
        if any(
            re.search(rf"(?<!\w){re.escape(normal_text(name))}(?!\w)", words)
            for name in (subject.name, subject.name_dative, *subject.aliases)
        )
    ]
    return found[0] if len(found) == 1 else None


def _grade_in(text: str, *, is_folder: bool) -> int | None:
    """«4 класс»; a folder may be called just «4»."""
    found = _GRADE.search(text)
    digits = found.group(1) if found else text if is_folder and text.isdecimal() else ""
    grade = int(digits) if 0 < len(digits) <= len("11") else 0
    return grade if grade in _GRADES else None


def _year_in(text: str) -> int | None:
    found = _YEAR.search(text)
    return read_school_year(text) or (int(found.group(1)) if found else None)


def _season_in(text: str) -> str | None:
    found = _SEASON.search(text)
    if not found:
        return None
    return "autumn" if found.group(1) == "осен" else "spring"


def clues_of_work_codes(
    cells: Iterable[object], named: Subject | None, methodology: Methodology
) -> WorkClues:
    """Read «vpr2020.ma4» codes of the works that a school was signed up for.

    Parameters
    ----------
    cells : iterable
        Column ``groups``: each cell lists all works of the school, so a subject is told only
        when it is the only one.
    named : Subject or None
        The subject the file name gives; picks the grade among the codes.
    methodology : Methodology
        Subjects; a code is the sheet code of ФИС ОКО in Latin letters.

    References
    ----------
    formats.md, section 1.7 (2020): autumn, on the programme of the grade in the code.
    """
    codes = Counter(
        found for cell in cells for found in set(_WORK_CODE.findall(cell_text(cell).lower()))
    )
    subjects = {
        subject.sheet_code.lower().translate(_LATIN): subject
        for subject in methodology.subjects
        if subject.sheet_code
    }
    of_subject = [key for key in codes if named and subjects.get(key[1]) == named] or list(codes)
    if not of_subject:
        return WorkClues()
    grades = {int(grade) for _, _, grade in of_subject if int(grade) in _GRADES}
    met = {code for _, code, _ in codes}
    return WorkClues(
        subject=subjects.get(next(iter(met))) if len(met) == 1 else None,
        grade=next(iter(grades)) if len(grades) == 1 else None,
        assessment_year=int(max(year for year, _, _ in of_subject)),
        season="autumn",
    )


def clues_of_dates(cells: Iterable[object]) -> WorkClues:
    """Read year and season in the dates of upload, by majority: single schools are late."""
    dates = Counter(
        (date.year, date.month >= AUTUMN_FROM_MONTH) for cell in cells if (date := parse_date(cell))
    )
    if not dates:
        return WorkClues()
    year, is_autumn = min(dates, key=lambda key: (-dates[key], key))
    return WorkClues(assessment_year=year, season="autumn" if is_autumn else "spring")


def actual_grade(codes: Iterable[str]) -> int | None:
    """The grade pupils sat in, by the leading digits of most participant codes.

    References
    ----------
    formats.md, section 1.8.

    Examples
    --------
    >>> actual_grade(["40001", "40002", "х"]), actual_grade(["20001"]), actual_grade(["123456"])
    (4, 10, None)
    """
    grades: Counter[int] = Counter()
    for code in codes:
        if found := _CODE.match(code):
            one_digit, ten, _ = found.groups()
            grades[int(one_digit) if one_digit else 10 if ten else 11] += 1
    return min(grades, key=lambda grade: (-grades[grade], grade), default=None)


def name_work(
    sheet: Sheet, clues: Iterable[WorkClues], codes: list[str], methodology: Methodology
) -> tuple[Work, list[Issue]] | Issue:
    """Put clues together.

    Parameters
    ----------
    sheet : Sheet
        The protocol, for messages.
    clues : iterable of WorkClues
        The more trustworthy first: of each part the first clue that has it counts.
    codes : list of str
        Participant codes: they give the grade when nothing else does, and are compared with it.
    methodology : Methodology
        Subject names for messages.

    Returns
    -------
    (Work, list of Issue) or Issue
        The work with a note that says how it was understood; or what cannot be told and how to
        name the file.
    """
    known = list(clues)
    subject = _first(clue.subject for clue in known)
    year = _first(clue.assessment_year for clue in known)
    season = _first(clue.season for clue in known)
    grade = _first(clue.grade for clue in known)
    sat_in = actual_grade(codes)
    if grade is None and sat_in is not None:
        # autumn works are written on the programme of the grade before
        is_autumn = (season or (year and usual_season(year, sat_in - 1))) == "autumn"
        grade = sat_in - is_autumn
    found = {"subject": subject, "grade": grade, "assessment_year": year}
    if subject is None or grade is None or year is None:
        return make_issue(
            "protocol_work_unknown",
            sheet.file,
            sheet.name,
            missing=", ".join(word for name, word in _MISSING if found[name] is None),
            n_rows=len(codes),
        )
    season = season or usual_season(year, grade)
    work = Work(
        procedure="vpr",
        assessment_year=year,
        season=season,
        subject=subject.subject,
        grade=grade,
        level=_first(clue.level for clue in known) or "none",
    )
    return work, _notes(sheet, work, methodology, sat_in)


def _notes(sheet: Sheet, work: Work, methodology: Methodology, sat_in: int | None) -> list[Issue]:
    notes = [
        make_issue(
            "protocol_work_named",
            sheet.file,
            sheet.name,
            year=work.assessment_year,
            season=SEASON_WORDS[work.season],
            subject=methodology.subject(work.subject).name,
            grade=work.grade,
        )
    ]
    expected = work.grade + (work.season == "autumn")
    if sat_in is not None and sat_in != expected:
        notes.append(
            make_issue(
                "protocol_grade_differs",
                sheet.file,
                sheet.name,
                value=str(sat_in),
                grade=work.grade,
            )
        )
    return notes
