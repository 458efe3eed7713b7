"""Reader of form ОО-1 as a long table: school, year, section, row, column, value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from shnor_analysis.intake.cells import (
    cell_text,
    is_blank,
    parse_date,
    parse_number,
    safe_value,
)
from shnor_analysis.intake.extract import SCHOOL_REFERENCE, Extract, refused
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.identity.directory import SchoolReference
from shnor_analysis.intake.journals.school_cells import read_school
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import assessment_year_of, read_school_year, year_of_path
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
_ADDRESS = ["section", "row_code", "column_code"]
_KEY = ["school", "assessment_year", *_ADDRESS]
_EXPECTED = {
    "school": ("ИНН/логин", "ИНН, логин, код или название школы"),
    "assessment_year": ("Год", "год вида 2024 или 2024/2025"),
    "section": ("Раздел", "номер раздела бланка, например 2.1.1"),
    "row_code": ("Строка", "номер строки бланка"),
    "column_code": ("Графа", "номер графы бланка"),
    "value": ("Значение", "число от 0"),
}


@dataclass(frozen=True)
class _Column:
    """One column of the table: its distinct cells, what they mean, and the cell of every row."""

    cells: list[object]
    meanings: list[Any]  # None for a cell that cannot be read
    codes: np.ndarray

    def has(self, test: Callable[[object], bool]) -> np.ndarray:
        """Rows whose cell passes a test."""
        return np.array([test(cell) for cell in self.cells], dtype=bool)[self.codes]

    @property
    def is_read(self) -> np.ndarray:
        """Rows whose cell means something."""
        return np.array([meaning is not None for meaning in self.meanings], dtype=bool)[self.codes]

    def cell(self, n: int) -> object:
        """The cell of a row."""
        return self.cells[self.codes[n]]

    def values(self) -> pd.Categorical:
        """Meanings row by row; cells with one meaning are equal."""
        known = list(dict.fromkeys(one for one in self.meanings if one is not None))
        number = {meaning: n for n, meaning in enumerate(known)} | {None: -1}
        codes = np.array([number[one] for one in self.meanings], dtype=np.int64)
        return pd.Categorical.from_codes(codes[self.codes], pd.Index(known, dtype=object))


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
    columns = _read_columns(sheet, header + 1, positions)
    is_filled = ~columns["value"].has(is_blank)
    is_good = is_filled & np.logical_and.reduce([one.is_read for one in columns.values()])
    issues = [
        _row_issue(sheet, header + 1, columns, int(n)) for n in np.flatnonzero(is_filled & ~is_good)
    ]
    n_blank = sum(
        not all(is_blank(cell) for cell in sheet.rows[header + 1 + n])
        for n in np.flatnonzero(~is_filled).tolist()
    )
    if n_blank:
        issues.append(make_issue("oo1_blank", sheet.file, sheet.name, value=str(n_blank)))
    issues.extend(_reading_notes(sheet, header + 1, columns, is_good))
    lines = pd.DataFrame({name: one.values() for name, one in columns.items()})
    lines = lines.assign(source_row=np.arange(len(lines)) + header + 2)[is_good]
    single, twin_issues = _without_twins(sheet, lines)
    issues.extend(twin_issues)
    context, doubts = _context_rows(sheet, single, methodology)
    issues.extend(doubts)
    reported = {}
    if len(single):
        reported[OO1_VALUES.name] = _value_rows(sheet, single)
    if context:
        reported[CONTEXT.name] = pd.DataFrame(context, dtype=object)
    return Extract(reported=reported, issues=issues)


def _read_columns(sheet: Sheet, start: int, positions: dict[str, int]) -> dict[str, _Column]:
    """Every column of the form; a distinct cell is parsed once, however often it stands."""
    year_of_file = year_of_path(sheet.file)
    readers: dict[str, Callable[[object], object]] = {
        "school": _read_school,
        "assessment_year": lambda cell: year_of_file if is_blank(cell) else _read_year(cell),
        "section": _read_section,
        "row_code": _read_row_code,
        "column_code": _read_code,
        "value": _read_value,
    }
    columns = {}
    for name, read in readers.items():
        heading = "year" if name == "assessment_year" else name
        coded = sheet.column(positions.get(heading), start)
        columns[name] = _Column(coded.cells, [read(cell) for cell in coded.cells], coded.codes)
    return columns


def _row_issue(sheet: Sheet, start: int, columns: dict[str, _Column], n: int) -> Issue:
    """The error of a row: its first cell that cannot be read."""
    wrong = next(name for name, one in columns.items() if one.meanings[one.codes[n]] is None)
    heading, expected = _EXPECTED[wrong]
    return make_issue(
        "oo1_row",
        sheet.file,
        sheet.name,
        start + n + 1,
        column=heading,
        value=safe_value(columns[wrong].cell(n)),
        expected=expected,
    )


def _read_school(value: object) -> SchoolReference | None:
    parts = read_school(value)
    return SchoolReference(*(parts[name] for name in SCHOOL_REFERENCE)) if parts else None


def _reference_parts(school: SchoolReference) -> tuple[str | None, ...]:
    """The parts in the order of ``SCHOOL_REFERENCE``."""
    return school.login, school.code, school.inn, school.name


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


def _read_row_code(value: object) -> str | None:
    code = _read_code(value)
    return None if code is None else code.zfill(2)


def _read_value(value: object) -> float | None:
    number = parse_number(value)
    return None if number is None or number < 0 else number


def _reading_notes(
    sheet: Sheet, start: int, columns: dict[str, _Column], is_good: np.ndarray
) -> list[Issue]:
    """How bare years and sections turned into dates were understood."""
    issues = []
    years, section = columns["assessment_year"], columns["section"]
    used = {cell_text(years.cells[code]) for code in np.unique(years.codes[is_good])}
    for text in sorted(filter(_YEAR.match, used)):
        spoken = f"{text}/{(int(text) + 1) % 100:02d}"
        issues.append(
            make_issue("oo1_year", sheet.file, sheet.name, value=text, school_year=spoken)
        )
    dated = np.flatnonzero(is_good & section.has(lambda cell: isinstance(cell, dt.date)))
    if len(dated):
        place = (sheet.file, sheet.name, start + int(dated[0]) + 1)
        issues.append(make_issue("oo1_section_date", *place, value=str(len(dated))))
    return issues


def _without_twins(sheet: Sheet, lines: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """Equal repeats are left for the joining of files; contradicting ones go out with an error."""
    repeats = lines[lines.duplicated(_KEY, keep=False)]
    distinct = repeats.drop_duplicates([*_KEY, "value"])
    contradicting = distinct.loc[distinct.duplicated(_KEY, keep=False), _KEY]
    if contradicting.empty:
        return lines, []
    wrong = repeats.reset_index().merge(contradicting.drop_duplicates(), on=_KEY)
    issues = []
    for _, twins in wrong.groupby(_KEY, sort=False, observed=True):
        first = twins.iloc[0]
        issues.append(
            make_issue(
                "oo1_twins",
                sheet.file,
                sheet.name,
                int(first["source_row"]),
                section=first["section"],
                row_code=first["row_code"],
                column_code=first["column_code"],
                rows=", ".join(map(str, twins["source_row"])),
            )
        )
    return lines.drop(index=wrong["index"]), issues


def _value_rows(sheet: Sheet, lines: pd.DataFrame) -> pd.DataFrame:
    schools = lines["school"].cat
    known = [_reference_parts(school) for school in schools.categories]
    parts = {
        name: np.array([part[n] for part in known], dtype=object)[schools.codes]
        for n, name in enumerate(SCHOOL_REFERENCE)
    }
    values = ("assessment_year", "section", "row_code", "column_code", "value")
    return pd.DataFrame(
        {
            **parts,
            **{name: lines[name].astype(object).to_numpy() for name in values},
            "source_file": sheet.file,
            "source_sheet": sheet.name or None,
            "source_row": lines["source_row"].to_numpy(),
        },
        dtype=object,
    )


def _context_rows(
    sheet: Sheet, lines: pd.DataFrame, methodology: Methodology
) -> tuple[list[dict[str, object]], list[Issue]]:
    by_address: dict[tuple[str, str, str], list[FormAddress]] = {}
    for one in methodology.oo1_mapping:
        by_address.setdefault((one.section, one.row_code, one.column_code), []).append(one)
    parts: dict[tuple[SchoolReference, int, str], dict[tuple[str, str, str], Any]] = {}
    units: dict[str, str] = {}
    doubtful: set[str] = set()
    for line in _lines_of_addresses(lines, list(by_address)).itertuples(index=False):
        address = (line.section, line.row_code, line.column_code)
        for one in by_address.get(address, []):
            if one.year_from <= line.assessment_year <= one.year_to:
                key = (line.school, line.assessment_year, one.indicator)
                parts.setdefault(key, {}).setdefault(address, line)
                units[one.indicator] = one.unit
                if one.confidence in _UNCERTAIN:
                    title = _indicator_title(one.indicator, methodology)
                    doubtful.add(f"«{title}» (раздел {one.section}, строка {one.row_code})")
    rows = []
    for (school, year, indicator), by_cell in parts.items():
        first = next(iter(by_cell.values()))
        rows.append(
            {
                **dict(zip(SCHOOL_REFERENCE, _reference_parts(school), strict=True)),
                "assessment_year": year,
                "indicator": indicator,
                "value": sum(line.value for line in by_cell.values()),
                "unit": units[indicator],
                "source": "oo1",
                "reported_at": None,
                "source_file": sheet.file,
                "source_sheet": sheet.name or None,
                "source_row": first.source_row,
            }
        )
    if not doubtful:
        return rows, []
    shown = "; ".join(sorted(doubtful))
    return rows, [make_issue("oo1_unverified", sheet.file, sheet.name, value=shown)]


def _indicator_title(indicator: str, methodology: Methodology) -> str:
    """What people call an indicator: the social passport asks for the same ones."""
    return next(iter(methodology.column_map("social_passport").headings(indicator)), indicator)


def _lines_of_addresses(lines: pd.DataFrame, addresses: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Lines whose section, row and column all stand in some address: few of a million."""
    is_near = np.ones(len(lines), dtype=bool)
    for n, column in enumerate(_ADDRESS):
        is_near &= lines[column].isin({address[n] for address in addresses}).to_numpy()
    return lines[is_near]
