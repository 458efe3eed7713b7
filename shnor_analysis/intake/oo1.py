"""Reader of form ОО-1 as a long table: school, year, section, row, column, value."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    parse_date,
    parse_number,
    safe_value,
)
from shnor_analysis.intake.extract import Extract, refused
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import assessment_year_of, read_school_year, year_of_path
from shnor_analysis.intake.school_cells import Reference, read_school
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Confidence, FormAddress, Methodology
from shnor_analysis.tables import CONTEXT, OO1_VALUES

FORM = "oo1"
_REQUIRED = ("school", "section", "row_code", "column_code", "value")
_YEAR = re.compile(r"^20\d{2}$")
_SECTION = re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}$")
_CODE = re.compile(r"^0*(\d{1,3})([а-я]?)$")
# «2.1.1» typed into Excel becomes 2 January 2001; the last part of a section is never larger.
_CENTURY, _LARGEST_PART = 2000, 15
_UNCERTAIN = (Confidence.FROM_MEMORY,)
_EXPECTED = {
    "school": ("ИНН/логин", "ИНН, логин, код или название школы"),
    "year": ("Год", "год вида 2024 или 2024/2025"),
    "section": ("Раздел", "номер раздела бланка, например 2.1.1"),
    "row_code": ("Строка", "номер строки бланка"),
    "column_code": ("Графа", "номер графы бланка"),
    "value": ("Значение", "число от 0"),
}


@dataclass(frozen=True)
class _Line:
    """One read row: key, value and zero-based place."""

    school: Reference
    assessment_year: int
    section: str
    row_code: str
    column_code: str
    value: float
    index: int

    @property
    def school_key(self) -> tuple[str | None, ...]:
        """How the row names its school, as something that can be compared."""
        return tuple(self.school.values())

    @property
    def address(self) -> tuple[str, str, str]:
        """Section, row and column of the form."""
        return self.section, self.row_code, self.column_code


def read_oo1(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read a long table of form ОО-1.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet.
    methodology : Methodology
        Column map and the dated mapping of addresses to indicators.
    pupil_key : bytes
        Not used: the form holds no persons.

    Returns
    -------
    Extract
        ``reported["oo1_values"]``, one row per filled cell of the form (a blank value is no
        row), and ``reported["context"]`` for the addresses of ``oo1_mapping.csv``: addresses of
        one indicator add up. Cells of unknown addresses stay in ``oo1_values`` only.

    Notes
    -----
    A bare year is the year in which the form was handed in (20 September): 2024 is the school
    year 2024/25, assessment year 2025. A note says so. Without the column the folder decides.

    References
    ----------
    formats.md, section 4.2.
    """
    del pupil_key
    found = require_columns(sheet, methodology.column_map(FORM), _REQUIRED)
    if isinstance(found, Issue):
        return refused(found)
    header, positions = found
    lines: list[_Line] = []
    issues: list[Issue] = []
    n_blank = 0
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        if is_blank(cell_at(row, positions, "value")):
            n_blank += 1
            continue
        line = _read_line(sheet, index, positions)
        if isinstance(line, Issue):
            issues.append(line)
        else:
            lines.append(line)
    if n_blank:
        issues.append(make_issue("oo1_blank", sheet.file, sheet.name, value=str(n_blank)))
    issues.extend(_reading_notes(sheet, positions, lines))
    single, twin_issues = _without_twins(sheet, lines)
    issues.extend(twin_issues)
    context, doubts = _context_rows(sheet, single, methodology.oo1_mapping)
    issues.extend(doubts)
    values = [_value_row(sheet, line) for line in single]
    tables = {OO1_VALUES.name: values, CONTEXT.name: context}
    reported = {name: pd.DataFrame(rows, dtype=object) for name, rows in tables.items() if rows}
    return Extract(reported=reported, issues=issues)


def _read_line(sheet: Sheet, index: int, positions: dict[str, int]) -> _Line | Issue:
    row = sheet.rows[index]
    cells = {column: cell_at(row, positions, column) for column in _EXPECTED}
    school = read_school(cells["school"])
    year = year_of_path(sheet.file) if is_blank(cells["year"]) else _read_year(cells["year"])
    section = _read_section(cells["section"])
    row_code, column_code = _read_code(cells["row_code"]), _read_code(cells["column_code"])
    value = parse_number(cells["value"])
    if value is not None and value < 0:
        value = None
    if school and year and section and row_code and column_code and value is not None:
        return _Line(school, year, section, row_code.zfill(2), column_code, value, index)
    parts = (school, year, section, row_code, column_code)
    wrong = next(
        (column for column, part in zip(_EXPECTED, parts, strict=False) if not part), "value"
    )
    heading, expected = _EXPECTED[wrong]
    return make_issue(
        "oo1_row",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=safe_value(cells[wrong]),
        expected=expected,
    )


def _read_year(value: object) -> int | None:
    text = cell_text(value)
    if _YEAR.match(text):
        return int(text) + 1
    if year := read_school_year(text):
        return year
    date = parse_date(value)
    return assessment_year_of(date) if date else None


def _read_section(value: object) -> str | None:
    """«2.1.1», also when Excel made a date of it; None for anything else."""
    if isinstance(value, dt.date):
        last = value.year - _CENTURY
        tail = f".{last}" if last <= _LARGEST_PART else ""
        return f"{value.day}.{value.month}{tail}"
    text = cell_text(value).lower().replace(",", ".").removeprefix("раздел").strip(" .")
    return text if _SECTION.match(text) else None


def _read_code(value: object) -> str | None:
    """A number of a row or a column: «01», «1» and 1.0 are equal."""
    found = _CODE.match(cell_text(value).lower())
    return found.group(1) + found.group(2) if found else None


def _reading_notes(sheet: Sheet, positions: dict[str, int], lines: list[_Line]) -> list[Issue]:
    """How bare years and sections turned into dates were understood."""
    issues = []
    years = {
        text
        for line in lines
        if _YEAR.match(text := cell_text(cell_at(sheet.rows[line.index], positions, "year")))
    }
    for text in sorted(years):
        spoken = f"{text}/{(int(text) + 1) % 100:02d}"
        issues.append(
            make_issue("oo1_year", sheet.file, sheet.name, value=text, school_year=spoken)
        )
    dated = [
        line
        for line in lines
        if isinstance(cell_at(sheet.rows[line.index], positions, "section"), dt.date)
    ]
    if dated:
        place = (sheet.file, sheet.name, dated[0].index + 1)
        issues.append(make_issue("oo1_section_date", *place, value=str(len(dated))))
    return issues


def _without_twins(sheet: Sheet, lines: list[_Line]) -> tuple[list[_Line], list[Issue]]:
    """Equal repeats are left for the joining of files; contradicting ones go out with an error."""
    by_key: dict[tuple[object, ...], list[_Line]] = {}
    for line in lines:
        key = (line.school_key, line.assessment_year, *line.address)
        by_key.setdefault(key, []).append(line)
    issues: list[Issue] = []
    dropped: set[int] = set()
    for twins in by_key.values():
        if len({line.value for line in twins}) == 1:
            continue
        first = twins[0]
        dropped.update(line.index for line in twins)
        issues.append(
            make_issue(
                "oo1_twins",
                sheet.file,
                sheet.name,
                first.index + 1,
                section=first.section,
                row_code=first.row_code,
                column_code=first.column_code,
                rows=", ".join(str(line.index + 1) for line in twins),
            )
        )
    return [line for line in lines if line.index not in dropped], issues


def _value_row(sheet: Sheet, line: _Line) -> dict[str, object]:
    return {
        **line.school,
        "assessment_year": line.assessment_year,
        "section": line.section,
        "row_code": line.row_code,
        "column_code": line.column_code,
        "value": line.value,
        "source_file": sheet.file,
        "source_sheet": sheet.name or None,
        "source_row": line.index + 1,
    }


def _context_rows(
    sheet: Sheet, lines: list[_Line], mapping: tuple[FormAddress, ...]
) -> tuple[list[dict[str, object]], list[Issue]]:
    by_address: dict[tuple[str, str, str], list[FormAddress]] = {}
    for one in mapping:
        by_address.setdefault((one.section, one.row_code, one.column_code), []).append(one)
    parts: dict[tuple[object, ...], dict[tuple[str, str, str], _Line]] = {}
    units: dict[str, str] = {}
    doubtful: set[str] = set()
    for line in lines:
        for one in by_address.get(line.address, []):
            if one.year_from <= line.assessment_year <= one.year_to:
                key = (line.school_key, line.assessment_year, one.indicator)
                parts.setdefault(key, {}).setdefault(line.address, line)
                units[one.indicator] = one.unit
                if one.confidence in _UNCERTAIN:
                    doubtful.add(f"{one.indicator} ({one.section}, строка {one.row_code})")
    rows = []
    for (_, year, indicator), by_cell in parts.items():
        first = next(iter(by_cell.values()))
        rows.append(
            {
                **first.school,
                "assessment_year": year,
                "indicator": indicator,
                "value": sum(line.value for line in by_cell.values()),
                "unit": units[str(indicator)],
                "source": "oo1",
                "reported_at": None,
                "source_file": sheet.file,
                "source_sheet": sheet.name or None,
                "source_row": first.index + 1,
            }
        )
    if not doubtful:
        return rows, []
    shown = "; ".join(sorted(doubtful))
    return rows, [make_issue("oo1_unverified", sheet.file, sheet.name, value=shown)]
