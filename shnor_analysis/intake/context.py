"""Reader of the ФИС ОКО context form: school register, РЦОИ codes, number of pupils."""

from __future__ import annotations

import datetime as dt
import re

from shnor_analysis.intake.cells import (
    cell_text,
    describe_row,
    is_blank,
    parse_count,
    parse_date,
    read_login,
    read_municipality_id,
    read_school_code,
    safe_value,
)
from shnor_analysis.intake.detect import find_header, sheet_family
from shnor_analysis.intake.extract import Extract, RegisterEntry, SchoolMention
from shnor_analysis.intake.headings import missing_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text

FORM = "fisoko_context"
REGISTER_SHEET = "Общая информация об ОО"
PUPILS_SHEET = "ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО"
_REGISTER_MARKS = {"inn", "oge_code", "ege_code", "short_name"}
_REGISTER_REQUIRED = ("login", "municipality", "school", "oge_code", "ege_code")
_PUPILS_REQUIRED = ("login", "n_pupils")
_SCHOOL_YEAR = re.compile(r"(\d{4}) ?/ ?\d{4}")


def read_context(sheets: list[Sheet], methodology: Methodology) -> Extract:
    """Read a context workbook.

    Parameters
    ----------
    sheets : list of Sheet
        All sheets of the file. The two sheets are found by their headings; the sheet name only
        decides when headings are damaged.
    methodology : Methodology
        Column maps.

    Returns
    -------
    Extract
        ``register``: one entry per answer of a school on each sheet; telephones, e-mails and the
        head's name are never read.

    References
    ----------
    formats.md, section 4.1 (edition 2022).
    """
    column_map = methodology.column_map(FORM)
    entries: list[RegisterEntry] = []
    issues: list[Issue] = []
    kinds_found: set[str] = set()
    is_any_read = False
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
        sheet_entries, sheet_issues = _read_sheet(sheet, kind, index, positions)
        is_any_read = True
        entries.extend(sheet_entries)
        issues.extend(sheet_issues)
    for expected in (REGISTER_SHEET, PUPILS_SHEET):
        if expected not in kinds_found:
            issues.append(_sheet_missing(sheets, expected))
    return Extract(register=entries, issues=issues, is_refused=not is_any_read)


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
    sheet: Sheet, kind: str, header: int, positions: dict[str, int]
) -> tuple[list[RegisterEntry], list[Issue]]:
    entries: list[RegisterEntry] = []
    issues: list[Issue] = []
    year = 0
    if "n_pupils" in positions:
        found = _SCHOOL_YEAR.search(normal_text(sheet.rows[header][positions["n_pupils"]]))
        year = int(found.group(1)) + 1 if found else 0
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        cells = {column: row[at] if at < len(row) else None for column, at in positions.items()}
        login = read_login(cells["login"])
        if login is None:
            issues.append(
                make_issue(
                    "context_login",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column="Пользователь",
                    value=safe_value(cells["login"]),
                )
            )
            continue
        n_pupils = parse_count(cells.get("n_pupils"))
        if n_pupils is None and not is_blank(cells.get("n_pupils")):
            issues.append(
                make_issue(
                    "context_n_pupils",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column="20. Укажите количество обучающихся в ОО",
                    value=safe_value(cells["n_pupils"]),
                    school_id=login[3:],
                )
            )
        entries.append(
            RegisterEntry(
                mention=_mention(sheet, index, login, cells),
                uploaded_at=_moment(cells.get("uploaded_at")),
                inn=_inn(cells.get("inn")),
                oge_codes=_codes(cells.get("oge_code")),
                ege_codes=_codes(cells.get("ege_code")),
                n_pupils=n_pupils,
                n_pupils_year=year,
                is_register=kind == REGISTER_SHEET,
            )
        )
    return entries, issues


def _mention(sheet: Sheet, index: int, login: str, cells: dict[str, object]) -> SchoolMention:
    name = cell_text(cells.get("short_name")) or _after_bar(cells.get("school"))
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


def _inn(value: object) -> str | None:
    text = re.sub(r"\s", "", cell_text(value))
    if not text.isdigit():
        return None
    # Excel drops one leading zero: 9 digits were 10, 11 were 12
    length = {9: 10, 10: 10, 11: 12, 12: 12}.get(len(text))
    return text.zfill(length) if length else None


def _codes(value: object) -> tuple[str, ...]:
    """РЦОИ codes of a school; several may stand in one cell."""
    parts = re.split(r"[;,/\s]+", cell_text(value))
    codes = [code for part in parts if (code := read_school_code(part))]
    return tuple(dict.fromkeys(codes))
