"""Appeals: reader of РЦОИ lists and the replacement of results that they changed."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    parse_date,
    parse_number,
    read_class_label,
    read_school_code,
    safe_value,
)
from shnor_analysis.intake.checks.appeals import NOT_FOUND, SEVERAL
from shnor_analysis.intake.detect import HEAD_ROWS
from shnor_analysis.intake.extract import Extract, Work, refused
from shnor_analysis.intake.headings import missing_columns, readable
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.rcoi.protocols import BASE_MATHS, GVE_CODES, person_keys
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, Subject, normal_text

FORM = "rcoi_appeals"
SATISFIED, REJECTED, UNKNOWN = "satisfied", "rejected", "unknown"
APPEAL_COLUMNS = (
    "work_id", "school_code", "name_key", "document_key", "class_label", "exam_date", "score_raw",
    "score_scaled", "test_mark", "state", "source_file", "source_sheet", "source_row",
)  # fmt: skip

_STATE_HEADING = normal_text("Состояние апелляции")
_REQUIRED = ("school_code", "exam", "state")
_EXAM = re.compile(
    r"^(?:(\d{1,2})\s*[-–—]\s*)?(.+?)\s*\(?\s*(\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})\s*\)?$"
)
_REJECTED = re.compile(r"отклон|отказ|отозван|не удовлетв|неудовлетв")
_SATISFIED = re.compile(r"удовлетв")
_HIGHEST_SCORE = 100
_NINTH, _ELEVENTH = 9, 11
_RESULTS = ("score_raw", "score_scaled", "test_mark")


@dataclass(frozen=True)
class _New:
    """The result after an appeal."""

    score_raw: float | None
    score_scaled: float | None
    test_mark: int | None


def read_appeals(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read a list of appeals with a heading of two rows («Текущие» over score and mark).

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet.
    methodology : Methodology
        Subjects and column maps.
    pupil_key : bytes
        Names and documents become the same fingerprints as in protocols.

    Returns
    -------
    Extract
        ``appeals``: one row per satisfied appeal with its new result. Rejected ones and those
        in a state that is not known are counted by issues.

    References
    ----------
    formats.md, section 3 («ОГЭ апелляции»).
    """
    column_map = methodology.column_map(FORM)
    header = _header(sheet)
    if header is None:
        expected = readable(column_map, ("school_code", "exam", "state"))
        issue = make_issue("header_missing", sheet.file, sheet.name, expected=expected)
        return refused(issue)
    index, first_row = header
    positions = column_map.match(_joined_headings(sheet, index, first_row))
    absent = tuple(column for column in _REQUIRED if column not in positions)
    if not {"test_mark", "score_scaled"} & positions.keys():
        absent += ("test_mark", "score_scaled")
    if absent:
        return refused(missing_columns(sheet, column_map, index, absent))
    return _read_rows(sheet, first_row, positions, methodology, pupil_key)


def _header(sheet: Sheet) -> tuple[int, int] | None:
    """Zero-based heading row and first data row: a second heading row names the results."""
    for index, row in enumerate(sheet.rows[:HEAD_ROWS]):
        if _STATE_HEADING not in map(normal_text, row):
            continue
        below = sheet.rows[index + 1] if index + 1 < len(sheet.rows) else []
        words = {normal_text(cell) for cell in below}
        has_second = any("балл" in word or word in ("оценка", "отметка") for word in words)
        return index, index + 1 + has_second
    return None


def _joined_headings(sheet: Sheet, index: int, first_row: int) -> list[object]:
    """«Текущие» over «Первичный балл» → «Текущие Первичный балл»; other headings as they are."""
    upper = sheet.rows[index]
    lower = sheet.rows[index + 1] if first_row > index + 1 else []
    joined: list[object] = []
    group = ""
    for position in range(max(len(upper), len(lower))):
        top = cell_text(upper[position]) if position < len(upper) else ""
        bottom = cell_text(lower[position]) if position < len(lower) else ""
        group = top or group
        joined.append(f"{group} {bottom}" if bottom else top)
    return joined


# --- rows --------------------------------------------------------------------------------------


def _read_rows(
    sheet: Sheet,
    first_row: int,
    positions: dict[str, int],
    methodology: Methodology,
    key: bytes,
) -> Extract:
    rows: list[dict[str, object]] = []
    issues: list[Issue] = []
    lines: dict[str, list[int]] = {REJECTED: [], UNKNOWN: []}
    for index in range(first_row, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        state = _state(cell_at(row, positions, "state"))
        if state != SATISFIED:
            lines[state].append(index + 1)
            continue
        read = _read_row(sheet, index, positions, methodology, key)
        if isinstance(read, Issue):
            issues.append(read)
        else:
            rows.append(read)
    if lines[REJECTED]:
        n_rejected = str(len(lines[REJECTED]))
        issues.append(make_issue("appeal_rejected", sheet.file, sheet.name, value=n_rejected))
    if lines[UNKNOWN]:
        shown = ", ".join(map(str, lines[UNKNOWN]))
        issues.append(make_issue("appeal_state", sheet.file, sheet.name, value=shown))
    appeals = pd.DataFrame(rows, columns=list(APPEAL_COLUMNS), dtype=object) if rows else None
    return Extract(appeals=appeals, issues=issues)


def _state(value: object) -> str:
    text = normal_text(value)
    if _REJECTED.search(text):
        return REJECTED
    return SATISFIED if _SATISFIED.search(text) else UNKNOWN


def _read_row(
    sheet: Sheet,
    index: int,
    positions: dict[str, int],
    methodology: Methodology,
    key: bytes,
) -> dict[str, object] | Issue:
    row = sheet.rows[index]
    school_code = read_school_code(cell_at(row, positions, "school_code"))
    if school_code is None:
        return _row_issue(sheet, index, positions, "school_code", "Код ОО", "число")
    label = read_class_label(cell_at(row, positions, "class_label"))[0]
    work = _work(cell_text(cell_at(row, positions, "exam")), label, positions, methodology)
    if work is None:
        expected = "предмет и дата вида «Математика(2026.06.02)»"
        return _row_issue(sheet, index, positions, "exam", "Экзамен", expected)
    new = _new_result(row, positions, work)
    if new is None:
        is_marked = _is_marked(work)
        column = "test_mark" if "test_mark" in positions else "score_scaled"
        expected = "отметка 2, 3, 4 или 5" if is_marked else "целый балл от 0 до 100"
        return _row_issue(sheet, index, positions, column, "Текущие", expected)
    name_key, document_key = person_keys(row, positions, key)
    if not name_key and not document_key:
        return _row_issue(sheet, index, positions, "surname", "Фамилия", "имя участника")
    return {
        "work_id": work.work_id,
        "school_code": school_code,
        "name_key": name_key,
        "document_key": document_key,
        "class_label": label,
        "exam_date": work.exam_date,
        **vars(new),
        "state": SATISFIED,
        "source_file": sheet.file,
        "source_sheet": sheet.name or None,
        "source_row": index + 1,
    }


def _row_issue(
    sheet: Sheet, index: int, positions: dict[str, int], column: str, heading: str, expected: str
) -> Issue:
    return make_issue(
        "appeal_row",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=safe_value(cell_at(sheet.rows[index], positions, column)),
        expected=expected,
    )


def _work(
    exam: str, label: str | None, positions: dict[str, int], methodology: Methodology
) -> Work | None:
    """The work of «Математика(2026.06.02)»: the same id as the protocol's."""
    found = _EXAM.match(exam)
    date = parse_date(found.group(3)) if found else None
    if found is None or date is None:
        return None
    code = (found.group(1) or "").zfill(2)
    subject = _subject(methodology, found.group(2), code)
    if subject is None:
        return None
    digits = re.match(r"\d{1,2}", label or "")
    is_ninth = int(digits.group()) <= _NINTH if digits else "test_mark" in positions
    if subject.subject.endswith("_gve") or code in GVE_CODES:
        procedure = "gve9" if is_ninth else "gve11"
    elif subject.subject == BASE_MATHS:
        procedure = "ege"
    else:
        procedure = "oge" if "test_mark" in positions else "ege"
    grade = _NINTH if procedure in ("oge", "gve9") else _ELEVENTH
    plain = subject.subject.removesuffix("_gve")
    return Work(procedure, date.year, "main", plain, grade, "none", None, date.isoformat())


def _subject(methodology: Methodology, name: str, code: str) -> Subject | None:
    """The printed name first; a code that narrows the name wins (22, 51, 52)."""
    by_name = methodology.subject_by_name(name)
    by_code = methodology.subject_by_rcoi_code(code)
    if by_name is None or by_code is None:
        return by_name or by_code
    narrower = {f"{by_name.subject}_base", f"{by_name.subject}_gve"}
    return by_code if by_code.subject in narrower else by_name


def _is_marked(work: Work) -> bool:
    return work.procedure != "ege" or work.subject == BASE_MATHS


def _new_result(row: list[object], positions: dict[str, int], work: Work) -> _New | None:
    raw = parse_number(cell_at(row, positions, "score_raw"))
    score_raw = raw if raw is not None and 0 <= raw <= _HIGHEST_SCORE else None
    order = ("test_mark", "score_scaled") if _is_marked(work) else ("score_scaled", "test_mark")
    cells = (cell_at(row, positions, column) for column in order)
    number = parse_number(next((cell for cell in cells if not is_blank(cell)), None))
    if number is None or not number.is_integer():
        return None
    if _is_marked(work):
        return _New(score_raw, None, int(number)) if number in (2, 3, 4, 5) else None
    return _New(score_raw, number, None) if 0 <= number <= _HIGHEST_SCORE else None


# --- applying ----------------------------------------------------------------------------------


def apply_appeals(gia: pd.DataFrame, appeals: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """Put the results of satisfied appeals in the place of the protocols' results.

    Parameters
    ----------
    gia : DataFrame
        Protocol rows before they are joined, with ``school_id``, ``name_key`` and
        ``document_key``.
    appeals : DataFrame
        Satisfied appeals with ``school_id``.

    Returns
    -------
    DataFrame, list of Issue
        A new frame: every protocol row of the pupil, exam and date has the new raw score and
        result (a raw score that the list leaves blank becomes unknown, the old one belonged to
        the old result). Rows that already have them stay. A note per school and exam counts the
        replaced results; an appeal without a protocol row, or with several pupils of that name,
        is a query.
    """
    result = gia.copy()
    issues: list[Issue] = []
    replaced: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for appeal in appeals.to_dict("records"):
        lines = _lines_of(gia, appeal)
        reason = _why_unmatched(lines)
        if reason:
            exam = {"exam": appeal["work_id"], "reason": reason}
            school_id = str(appeal["school_id"])
            issues.append(
                make_issue("appeal_unmatched", *_place(appeal), school_id=school_id, **exam)
            )
            continue
        if not _has_values(lines, appeal):
            for column in _RESULTS:
                result.loc[lines.index, column] = _cell(appeal[column])
            key = (str(appeal["work_id"]), str(appeal["school_id"]))
            replaced.setdefault(key, []).append(appeal)
    for (work_id, school_id), done in sorted(replaced.items()):
        place = _place(done[0])
        n_done = str(len(done))
        issues.append(
            make_issue("appeal_applied", *place, value=n_done, school_id=school_id, exam=work_id)
        )
    return result, issues


def _place(appeal: dict[Hashable, Any]) -> tuple[str, str | None, int]:
    sheet = appeal["source_sheet"]
    name = sheet if isinstance(sheet, str) and sheet else None
    return str(appeal["source_file"]), name, int(str(appeal["source_row"]))


def _lines_of(gia: pd.DataFrame, appeal: dict[Hashable, Any]) -> pd.DataFrame:
    """Protocol rows of the appeal's pupil; documents and classes part namesakes when known."""
    same = pd.Series(True, index=gia.index)
    for column in ("work_id", "school_id", "exam_date", "name_key"):
        same &= gia[column] == appeal[column]
    lines = gia[same]
    for column in ("document_key", "class_label"):
        own = appeal[column]
        if isinstance(own, str) and own:
            known = lines[column].fillna("")
            lines = lines[(known == own) | (known == "")]
    return lines


def _why_unmatched(lines: pd.DataFrame) -> str | None:
    if lines.empty:
        return NOT_FOUND
    for column in ("document_key", "class_label"):
        if len({value for value in lines[column] if isinstance(value, str) and value}) > 1:
            return SEVERAL
    return None


def _has_values(lines: pd.DataFrame, appeal: dict[Hashable, Any]) -> bool:
    """Whether the protocols were issued after the appeal; a blank raw score proves nothing."""
    known = {column: value for column in _RESULTS if (value := _cell(appeal[column])) is not None}
    return all((lines[column] == value).fillna(False).all() for column, value in known.items())


def _cell(value: object) -> object:
    return None if value is None or pd.isna(value) else value
