"""Reader of РЦОИ protocols: ОГЭ, ЕГЭ and ГВЭ, every layout by heading text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

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
from shnor_analysis.intake.detect import EXAM_TITLE
from shnor_analysis.intake.extract import Extract, Work
from shnor_analysis.intake.headings import missing_columns, readable
from shnor_analysis.intake.identity.pupils import pseudonym
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, Subject, normal_text

FORM = "rcoi_protocol"
GVE_CODES = {"51", "52"}
BASE_MATHS = "math_base"

_MACHINE_NAME = re.compile(r"(?<!\d)(\d{2})_(\d{4}\.\d{2}\.\d{2})(?!\d)")
_MACHINE_HEADINGS = {"schoolcode", "columnname"}
_ABSENT = re.compile(r"неяв|не явил|отсут|удал|не заверш|аннул|^н$|^нет$|^[-–—]$")
_TOTALS = re.compile(r"^(средн|итог|всего)")
_HIGHEST_SCORE = 100  # of the test scale; no primary scale is longer
_NINTH, _ELEVENTH = 9, 11
_SENIOR_CLASSES = (10, 11, 12)  # evening schools have class 12
_MIN_HEADINGS = 3  # a row with three known headings is a heading row, not data
_NAME_COLUMNS = ("surname", "first_name", "patronymic")
_DOCUMENT_COLUMNS = ("document_series", "document_number")


@dataclass(frozen=True)
class _Exam:
    """Title of a block: subject code, printed name and date as written."""

    code: str
    name: str
    date: str

    @property
    def words(self) -> str:
        """Title for messages."""
        return f"«{self.code} - {self.name} {self.date}»"


@dataclass(frozen=True)
class _Block:
    """One exam of a sheet: title, heading row, columns, zero-based data rows."""

    exam: _Exam | None
    header: int
    positions: dict[str, int]
    rows: list[int] = field(default_factory=list)


def read_protocol(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read one sheet with one or several exam protocols.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw.
    methodology : Methodology
        Subjects and column maps.
    pupil_key : bytes
        Names and documents become keyed fingerprints at once and are dropped.

    Returns
    -------
    Extract
        ``gia``: one row per protocol row with a result. ``school_code`` is still the РЦОИ code;
        ``name_key`` and ``document_key`` are fingerprints. A row with an error is named by an
        issue, rows without a result are counted in a note.

    References
    ----------
    formats.md, section 3.
    """
    column_map = methodology.column_map(FORM)
    blocks, issues = _split_blocks(sheet, column_map)
    works: list[Work] = []
    frames: list[pd.DataFrame] = []
    sheet_grades = Counter(grade for block in blocks for grade in _grades(sheet, block))
    for block in blocks:
        work, block_issues = _block_work(sheet, block, methodology, sheet_grades)
        issues.extend(block_issues)
        if work is None:
            continue
        frame, row_issues = _read_rows(sheet, block, work, pupil_key)
        works.append(work)
        frames.append(frame)
        issues.extend(row_issues)
    gia = pd.concat(frames, ignore_index=True) if frames else None
    return Extract(works=works, gia=gia, issues=issues, is_refused=not works)


# --- blocks ------------------------------------------------------------------------------------


def _split_blocks(sheet: Sheet, column_map: ColumnMap) -> tuple[list[_Block], list[Issue]]:
    blocks: list[_Block] = []
    issues: list[Issue] = []
    exam, file_issue = _exam_of_machine_file(sheet)
    if file_issue:
        return [], [file_issue]
    pending: int | None = None  # title row still without a heading row
    current: _Block | None = None
    for index, row in enumerate(sheet.rows):
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            continue
        if current is not None and _is_numbered(row, current):
            current.rows.append(index)
            continue
        if title := _read_title(filled):
            if pending is not None:
                issues.append(_no_header(sheet, column_map, pending))
            exam, pending, current = title, index, None
            continue
        if _looks_like_header(row):
            positions = column_map.match(row, _year(exam))
            absent = _absent_columns(positions)
            pending, current = None, None
            if absent:
                issues.append(missing_columns(sheet, column_map, index, absent))
            else:
                current = _Block(exam, index, positions)
                blocks.append(current)
        elif current is not None:
            current.rows.append(index)
    if pending is not None:
        issues.append(_no_header(sheet, column_map, pending))
    return blocks, issues


def _is_numbered(row: list[object], block: _Block) -> bool:
    """A plain data row: its «№» is a number cell (text numbers take the longer way)."""
    position = block.positions.get("row_number")
    return position is not None and position < len(row) and isinstance(row[position], float)


def _exam_of_machine_file(sheet: Sheet) -> tuple[_Exam | None, Issue | None]:
    """The machine export has English headings and no title: exam and date are in the file name."""
    is_machine = any(
        _MACHINE_HEADINGS & {normal_text(cell) for cell in row} for row in sheet.rows[:3]
    )
    if not is_machine:
        return None, None
    found = _MACHINE_NAME.search(sheet.file.rpartition("/")[2])
    if found is None:
        return None, make_issue("rcoi_file_name", sheet.file, sheet.name)
    return _Exam(found.group(1), "", found.group(2)), None


def _read_title(filled: list[object]) -> _Exam | None:
    if len(filled) != 1 or not isinstance(filled[0], str):
        return None
    found = EXAM_TITLE.match(cell_text(filled[0]))
    return _Exam(found.group(1).zfill(2), found.group(2), found.group(3)) if found else None


def _year(exam: _Exam | None) -> int | None:
    date = parse_date(exam.date) if exam else None
    return date.year if date else None


_HEADER_WORDS = {
    "код оо", "код оу", "класс", "код ппэ", "аудитория", "фамилия", "имя", "отчество",
    "первичный балл", "код мсу", "schoolcode", "classcode", "surnamecell", "primarymark",
}  # fmt: skip


def _looks_like_header(row: list[object]) -> bool:
    words = {normal_text(cell) for cell in row if isinstance(cell, str)}
    return len(words & _HEADER_WORDS) >= _MIN_HEADINGS


def _absent_columns(positions: dict[str, int]) -> tuple[str, ...]:
    absent = [] if "school_code" in positions else ["school_code"]
    if "score_scaled" not in positions and "test_mark" not in positions:
        absent += ["score_scaled", "test_mark"]
    return tuple(absent)


def _no_header(sheet: Sheet, column_map: ColumnMap, row: int) -> Issue:
    expected = readable(column_map, ("school_code", "class_label", "score_raw", "test_mark"))
    return make_issue("header_missing", sheet.file, sheet.name, row + 1, expected=expected)


# --- the exam of a block -----------------------------------------------------------------------


def _cell(sheet: Sheet, index: int, block: _Block, column: str) -> object:
    position = block.positions.get(column)
    row = sheet.rows[index]
    return row[position] if position is not None and position < len(row) else None


def _grades(sheet: Sheet, block: _Block) -> Iterable[int]:
    for index in block.rows:
        label, _ = read_class_label(_cell(sheet, index, block, "class_label"))
        found = re.match(r"\d{1,2}", label or "")
        number = int(found.group()) if found else None
        if number == _NINTH:
            yield _NINTH
        elif number in _SENIOR_CLASSES:
            yield _ELEVENTH


def _block_work(
    sheet: Sheet, block: _Block, methodology: Methodology, sheet_grades: Counter[int]
) -> tuple[Work | None, list[Issue]]:
    place = (sheet.file, sheet.name, block.header + 1)
    n_rows = len(block.rows)
    if block.exam is None:
        return None, [make_issue("rcoi_no_title", *place, n_rows=n_rows)]
    exam = block.exam
    date = parse_date(exam.date)
    if date is None:
        return None, [make_issue("rcoi_date", *place, value=exam.date, n_rows=n_rows)]
    subject = _subject(methodology, exam)
    if subject is None:
        name = f"{exam.code} - {exam.name}".strip(" -")
        return None, [make_issue("subject_unknown", *place, subject=name, n_rows=n_rows)]
    grades = Counter(_grades(sheet, block))
    procedure, issues = _procedure(sheet, block, subject, grades, sheet_grades)
    grade = _NINTH if procedure in ("oge", "gve9") else _ELEVENTH
    plain = subject.subject.removesuffix("_gve")
    level = "none"
    if procedure == "ege" and plain in ("math", BASE_MATHS):
        level = "base" if plain == BASE_MATHS else "advanced"
    work = Work(procedure, date.year, "main", plain, grade, level, None, date.isoformat())
    return work, issues


def _subject(methodology: Methodology, exam: _Exam) -> Subject | None:
    """The printed name first, the code second; a code that narrows the name wins (22, 51, 52)."""
    by_code = methodology.subject_by_rcoi_code(exam.code)
    by_name = methodology.subject_by_name(exam.name) if exam.name else None
    if by_name is None:
        return by_code
    narrower = {f"{by_name.subject}_base", f"{by_name.subject}_gve"}
    return by_code if by_code is not None and by_code.subject in narrower else by_name


def _procedure(
    sheet: Sheet,
    block: _Block,
    subject: Subject,
    grades: Counter[int],
    sheet_grades: Counter[int],
) -> tuple[str, list[Issue]]:
    usual_grade = (grades or sheet_grades or Counter({_NINTH: 1})).most_common(1)[0][0]
    exam = block.exam
    is_gve = subject.subject.endswith("_gve") or (exam is not None and exam.code in GVE_CODES)
    if is_gve:
        return ("gve9" if usual_grade == _NINTH else "gve11"), []
    if subject.subject == BASE_MATHS:
        return "ege", []
    has_mark, has_scaled = "test_mark" in block.positions, "score_scaled" in block.positions
    if has_mark == has_scaled:
        return ("oge" if usual_grade == _NINTH else "ege"), []
    procedure = "oge" if has_mark else "ege"
    expected_grade = _NINTH if has_mark else _ELEVENTH
    if not grades or usual_grade == expected_grade:
        return procedure, []
    column = cell_text(
        sheet.rows[block.header][block.positions["test_mark" if has_mark else "score_scaled"]]
    )
    issue = make_issue(
        "rcoi_kind_differs",
        sheet.file,
        sheet.name,
        block.header + 1,
        column=column,
        value=f"{usual_grade}-е",
        exam=exam.words if exam else "",
        found="ОГЭ" if has_mark else "ЕГЭ",
    )
    return procedure, [issue]


# --- rows --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    """The result cells of one row, read."""

    score_raw: float | None
    score_scaled: float | None
    test_mark: int | None


def _read_rows(
    sheet: Sheet, block: _Block, work: Work, key: bytes
) -> tuple[pd.DataFrame, list[Issue]]:
    rows: list[dict[str, object]] = []
    issues: list[Issue] = []
    absent: list[int] = []
    nameless: list[int] = []
    for index in block.rows:
        raw_code = _cell(sheet, index, block, "school_code")
        if is_blank(raw_code):
            issues.extend(_codeless_row(sheet, block, index))
            continue
        school_code = read_school_code(raw_code)
        if school_code is None:
            value = safe_value(raw_code)
            issues.append(
                make_issue(
                    "rcoi_school_code",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column=_heading(sheet, block, "school_code"),
                    value=value,
                )
            )
            continue
        result = _read_result(sheet, block, index, work)
        if isinstance(result, Issue):
            issues.append(result)
            continue
        if result is None:
            absent.append(index)
            continue
        label, is_readable = read_class_label(_cell(sheet, index, block, "class_label"))
        if not is_readable:
            issues.append(_warning(sheet, block, index, "gia_class_label", "class_label"))
        if result.score_raw is None and not is_blank(_cell(sheet, index, block, "score_raw")):
            issues.append(_warning(sheet, block, index, "gia_raw_value", "score_raw"))
        name_key, document_key = person_keys(sheet.rows[index], block.positions, key)
        if not name_key and not document_key:
            nameless.append(index)
            # no identity at all: the place on the sheet and the content keep the rows apart
            name_key = pseudonym(key, "row", str(index), *map(cell_text, sheet.rows[index]))
        rows.append(
            {
                "work_id": work.work_id,
                "school_code": school_code,
                "name_key": name_key,
                "document_key": document_key,
                "class_label": label,
                "exam_date": work.exam_date,
                "score_raw": result.score_raw,
                "score_scaled": result.score_scaled,
                "test_mark": result.test_mark,
                "source_file": sheet.file,
                "source_sheet": sheet.name or None,
                "source_row": index + 1,
            }
        )
    exam = block.exam.words if block.exam else ""
    for check_id, indices in (("gia_absent", absent), ("gia_no_identity", nameless)):
        if indices:
            issues.append(
                make_issue(
                    check_id,
                    sheet.file,
                    sheet.name,
                    indices[0] + 1,
                    value=str(len(indices)),
                    exam=exam,
                )
            )
    return pd.DataFrame(rows, columns=list(_GIA_COLUMNS)), issues


_GIA_COLUMNS = (
    "work_id", "school_code", "name_key", "document_key", "class_label", "exam_date", "score_raw",
    "score_scaled", "test_mark", "source_file", "source_sheet", "source_row",
)  # fmt: skip


def _codeless_row(sheet: Sheet, block: _Block, index: int) -> list[Issue]:
    """«Средние», signatures and other lines are not data; a numbered row or a result is."""
    first = next(cell for cell in sheet.rows[index] if not is_blank(cell))
    if _TOTALS.match(normal_text(first)):
        return []
    if parse_number(_cell(sheet, index, block, "row_number")) is not None:
        return [_warning(sheet, block, index, "rcoi_school_code", "school_code")]
    results = ("score_raw", "score_scaled", "test_mark")
    if any(parse_number(_cell(sheet, index, block, column)) is not None for column in results):
        return [make_issue("rcoi_row_unreadable", sheet.file, sheet.name, index + 1)]
    return []


def _heading(sheet: Sheet, block: _Block, column: str) -> str:
    return cell_text(sheet.rows[block.header][block.positions[column]])


def _warning(sheet: Sheet, block: _Block, index: int, check_id: str, column: str) -> Issue:
    return make_issue(
        check_id,
        sheet.file,
        sheet.name,
        index + 1,
        column=_heading(sheet, block, column),
        value=safe_value(_cell(sheet, index, block, column)),
    )


def _read_result(sheet: Sheet, block: _Block, index: int, work: Work) -> _Result | Issue | None:
    """The result of a row; None when the pupil has none; an issue when it is impossible."""
    raw = parse_number(_cell(sheet, index, block, "score_raw"))
    score_raw = raw if raw is not None and 0 <= raw <= _HIGHEST_SCORE else None
    is_marked = work.procedure != "ege" or work.subject == BASE_MATHS
    order = ("test_mark", "score_scaled") if is_marked else ("score_scaled", "test_mark")
    filled = [
        (column, value)
        for column in order
        if not is_blank(value := _cell(sheet, index, block, column))
        and not (isinstance(value, str) and _ABSENT.search(normal_text(value)))
    ]
    if not filled:
        if score_raw is None:
            return None
        column = next(column for column in order if column in block.positions)
        return _result_issue(sheet, block, index, column, is_marked)
    column, value = filled[0]
    number = parse_number(value)
    if is_marked:
        if number not in (2, 3, 4, 5):
            return _result_issue(sheet, block, index, column, is_marked)
        return _Result(score_raw, None, int(number))
    if number is None or not 0 <= number <= _HIGHEST_SCORE or not number.is_integer():
        return _result_issue(sheet, block, index, column, is_marked)
    return _Result(score_raw, number, None)


def _result_issue(sheet: Sheet, block: _Block, index: int, column: str, is_marked: bool) -> Issue:
    return make_issue(
        "gia_result_value",
        sheet.file,
        sheet.name,
        index + 1,
        column=_heading(sheet, block, column),
        value=safe_value(_cell(sheet, index, block, column)),
        expected="отметка 2, 3, 4 или 5" if is_marked else "целый тестовый балл от 0 до 100",
    )


def person_keys(row: list[object], positions: dict[str, int], pupil_key: bytes) -> tuple[str, str]:
    """Fingerprints of the name and of the document; the participant code when there is no name.

    Parameters
    ----------
    row : list
        One row of a protocol of results or of appeals: both give a pupil equal fingerprints.
    positions : dict
        Our column → position; names, document and code may be absent.
    pupil_key : bytes
        Secret of pseudonyms.

    Returns
    -------
    str, str
        Empty where the row holds neither.
    """
    names = [normal_text(cell_at(row, positions, column)) for column in _NAME_COLUMNS]
    document = "".join(
        re.sub(r"\D", "", cell_text(cell_at(row, positions, column)))
        for column in _DOCUMENT_COLUMNS
    )
    document_key = pseudonym(pupil_key, "document", document) if document else ""
    if any(names):
        return pseudonym(pupil_key, "name", *names), document_key
    code = normal_text(cell_at(row, positions, "participant_code"))
    return (pseudonym(pupil_key, "code", code) if code else ""), document_key
