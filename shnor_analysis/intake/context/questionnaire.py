"""Reader of the ФИС ОКО context form: school register, РЦОИ codes, conditions of work."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    describe_row,
    is_blank,
    parse_date,
    parse_pupils,
    read_login,
    read_municipality_id,
    read_school_code,
    safe_value,
)
from shnor_analysis.intake.context.values import ContextLine, context_rows
from shnor_analysis.intake.detect import find_header, sheet_family
from shnor_analysis.intake.extract import Extract, RegisterEntry, SchoolMention
from shnor_analysis.intake.headings import missing_columns, require_columns
from shnor_analysis.intake.identity.persons import school_title
from shnor_analysis.intake.journals.school_cells import read_inn
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import assessment_year_of, year_of_path
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text
from shnor_analysis.tables import CONTEXT

FORM = "fisoko_context"
FORM_2021 = "fisoko_context_2021"
REGISTER_SHEET = "Общая информация об ОО"
PUPILS_SHEET = "ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО"
_REGISTER_MARKS = {"inn", "oge_code", "ege_code", "short_name"}
_REGISTER_REQUIRED = ("login", "municipality", "school", "oge_code", "ege_code")
_PUPILS_REQUIRED = ("login", "n_pupils")
_REQUIRED_2021 = ("login", "school", "n_pupils")
_SCHOOL_YEAR = re.compile(r"(\d{4}) ?/ ?\d{4}")


@dataclass(frozen=True)
class _Answers:
    """What one sheet of a form gave."""

    register: list[RegisterEntry]
    lines: list[ContextLine]
    issues: list[Issue]


def read_context(sheets: list[Sheet], methodology: Methodology) -> Extract:
    """Read a context workbook of 2022 and later.

    Parameters
    ----------
    sheets : list of Sheet
        All sheets of the file. The two sheets are found by their headings; the sheet name only
        decides when headings are damaged.
    methodology : Methodology
        Column maps, ranks of worded answers.

    Returns
    -------
    Extract
        ``register``: one entry per answer of a school on each sheet. ``reported["context"]``:
        one row per answered question that is an indicator; a blank answer is no row. The school
        year stands in the question about pupils; failing that, the moment of upload or the
        folder gives it. Telephones, e-mails and the head's name are never read.

    References
    ----------
    formats.md, section 4.1 (edition 2022).
    """
    column_map = methodology.column_map(FORM)
    read: list[tuple[Sheet, _Answers]] = []
    issues: list[Issue] = []
    kinds_found: set[str] = set()
    for sheet in sheets:
        kind, header = _sheet_kind(sheet, column_map)
        if kind is None:
            if describe := _is_foreign(sheet):
                issues.append(make_issue("sheet_not_read", sheet.file, sheet.name, found=describe))
            continue
        kinds_found.add(kind)
        required = _REGISTER_REQUIRED if kind == REGISTER_SHEET else _PUPILS_REQUIRED
        index, positions = header
        absent = tuple(column for column in required if column not in positions)
        if absent:
            issues.append(missing_columns(sheet, column_map, index, absent))
            continue
        read.append((sheet, _read_sheet(sheet, kind == REGISTER_SHEET, index, positions)))
    for expected in (REGISTER_SHEET, PUPILS_SHEET):
        if expected not in kinds_found:
            issues.append(_sheet_missing(sheets, expected))
    return _extract(read, issues, methodology)


def read_context_2021(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read the context form of 2021: one sheet, no РЦОИ codes, no municipality.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet.
    methodology : Methodology
        Column maps, ranks of worded answers.
    pupil_key : bytes
        Not used: the form holds no pupils, and its directors are never read.

    Returns
    -------
    Extract
        As :func:`read_context`. Register entries yield to those of a form with codes.

    References
    ----------
    formats.md, section 4.1 (edition 2021).
    """
    del pupil_key
    found = require_columns(sheet, methodology.column_map(FORM_2021), _REQUIRED_2021)
    if isinstance(found, Issue):
        return Extract(issues=[found], is_refused=True)
    return _extract([(sheet, _read_sheet(sheet, False, *found))], [], methodology)


def _extract(
    read: list[tuple[Sheet, _Answers]], issues: list[Issue], methodology: Methodology
) -> Extract:
    """Join the sheets of one form: the year of one of them is the year of all."""
    entries = [entry for _, answers in read for entry in answers.register]
    year = max((entry.n_pupils_year for entry in entries), default=0)
    rows: list[dict[str, object]] = []
    for sheet, answers in read:
        issues.extend(answers.issues)
        dated = [_with_year(line, year, sheet) for line in answers.lines]
        undated = [line for line in dated if not line.assessment_year]
        if undated:
            place = (sheet.file, sheet.name, undated[0].index + 1)
            issues.append(make_issue("context_year", *place, value=str(len(undated))))
        for line in dated:
            found, found_issues = context_rows(sheet, line, methodology.context_answers)
            rows.extend(found)
            issues.extend(found_issues)
    reported = {CONTEXT.name: pd.DataFrame(rows, dtype=object)} if rows else {}
    return Extract(register=entries, reported=reported, issues=issues, is_refused=not read)


def _with_year(line: ContextLine, year: int, sheet: Sheet) -> ContextLine:
    uploaded = parse_date(line.answered_at[:10])
    by_upload = assessment_year_of(uploaded) if uploaded else None
    return replace(line, assessment_year=year or by_upload or year_of_path(sheet.file))


def _sheet_kind(
    sheet: Sheet, column_map: ColumnMap
) -> tuple[str | None, tuple[int, dict[str, int]]]:
    header = find_header(sheet, column_map)
    if header is None:
        return None, (0, {})
    found = set(header[1])
    if found & _REGISTER_MARKS:
        return REGISTER_SHEET, header
    if "n_pupils" in found:
        return PUPILS_SHEET, header
    if "login" in found:
        for name in (REGISTER_SHEET, PUPILS_SHEET):
            if normal_text(sheet.name) == normal_text(name):
                return name, header
    return None, header


def _is_foreign(sheet: Sheet) -> str | None:
    row = next((row for row in sheet.rows if not all(is_blank(cell) for cell in row)), None)
    return describe_row(row) if row is not None and sheet_family(sheet) is None else None


def _sheet_missing(sheets: list[Sheet], expected: str) -> Issue:
    return make_issue(
        "context_sheet_missing",
        sheets[0].file,
        expected=expected,
        found=", ".join(f"«{sheet.name}»" for sheet in sheets),
        all_expected=f"«{REGISTER_SHEET}» и «{PUPILS_SHEET}»",
    )


def _read_sheet(
    sheet: Sheet, is_register: bool, header: int, positions: dict[str, int]
) -> _Answers:
    answers = _Answers([], [], [])
    year = 0
    if "n_pupils" in positions:
        found = _SCHOOL_YEAR.search(normal_text(sheet.rows[header][positions["n_pupils"]]))
        year = int(found.group(1)) + 1 if found else 0
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        cells = {column: cell_at(row, positions, column) for column in positions}
        place = (sheet.file, sheet.name, index + 1)
        login = read_login(cells["login"])
        if login is None:
            value = safe_value(cells["login"])
            heading = cell_text(sheet.rows[header][positions["login"]])
            issue = make_issue("context_login", *place, column=heading, value=value)
            answers.issues.append(issue)
            continue
        n_pupils = parse_pupils(cells.get("n_pupils"))
        if n_pupils is None and not is_blank(cells.get("n_pupils")):
            answers.issues.append(
                make_issue(
                    "context_n_pupils",
                    *place,
                    column="20. Укажите количество обучающихся в ОО",
                    value=safe_value(cells["n_pupils"]),
                    school_id=login[3:],
                )
            )
        answers.register.append(
            RegisterEntry(
                mention=_mention(sheet, index, login, cells),
                uploaded_at=_moment(cells.get("uploaded_at")),
                inn=read_inn(cells.get("inn")),
                oge_codes=_codes(cells.get("oge_code")),
                ege_codes=_codes(cells.get("ege_code")),
                n_pupils=n_pupils,
                n_pupils_year=year,
                is_register=is_register,
            )
        )
        moment = _moment(cells.get("uploaded_at"))
        answers.lines.append(ContextLine(login, moment, index, None, cells))
    return answers


def _mention(sheet: Sheet, index: int, login: str, cells: dict[str, object]) -> SchoolMention:
    name = school_title(cell_text(cells.get("short_name")) or _after_bar(cells.get("school")))
    return SchoolMention(
        login=login,
        name=name or login,
        municipality_id=read_municipality_id(cells.get("municipality")),
        municipality_name=_after_bar(cells.get("municipality")) or None,
        file=sheet.file,
        sheet=sheet.name or None,
        row=index + 1,
    )


def _after_bar(value: object) -> str:
    """«reg99_m012 | Примерский муниципальный район» → the name."""
    text = cell_text(value)
    code, bar, name = text.partition("|")
    return name.strip() if bar and (read_login(code) or read_municipality_id(code)) else text


def _moment(value: object) -> str:
    """Upload moment as text that sorts by time; empty when unknown."""
    date = parse_date(value)
    if date is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    time = re.search(r"\d{1,2}:\d{2}(?::\d{2})?", cell_text(value))
    return f"{date.isoformat()} {time.group().zfill(8) if time else ''}".strip()


def _codes(value: object) -> tuple[str, ...]:
    """РЦОИ codes of a school; several may stand in one cell."""
    parts = re.split(r"[;,/\s]+", cell_text(value))
    codes = [code for part in parts if (code := read_school_code(part))]
    return tuple(dict.fromkeys(codes))
