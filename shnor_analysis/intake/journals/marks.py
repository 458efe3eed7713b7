"""Reader of electronic journals: class sheets, lists of marks, summaries by subject."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    count_text,
    is_blank,
    parse_number,
    safe_value,
)
from shnor_analysis.intake.detect import HEAD_ROWS
from shnor_analysis.intake.extract import Extract
from shnor_analysis.intake.headings import missing_columns, require_columns
from shnor_analysis.intake.identity.pupils import pseudonym
from shnor_analysis.intake.journals.head import (
    EXPECTED,
    PLACE_COLUMNS,
    TITLE_FORM,
    JournalHead,
    JournalPlace,
    read_head,
    read_row_place,
    read_subject,
    row_school_id,
)
from shnor_analysis.intake.journals.printed import agrees
from shnor_analysis.intake.journals.school_cells import school_id_of_path
from shnor_analysis.intake.journals.summaries import SUMMARY_FORM, SUMMARY_REQUIRED, read_summary
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text
from shnor_analysis.tables import JOURNAL_MARKS

CLASS_FORM, LIST_FORM = "journal_class", "journal_marks"
_LIST_REQUIRED = ("pupil", "subject", "mark")
_MARKS = (2, 3, 4, 5)

# What stands in place of a mark → our status. «-» and a blank cell say that there is no mark.
_STATUSES = {
    "н/а": "not_assessed", "н.а.": "not_assessed", "на": "not_assessed", "н\\а": "not_assessed",
    "не аттестован": "not_assessed", "не аттестована": "not_assessed",
    "осв": "exempt", "осв.": "exempt", "освобожден": "exempt", "освобождена": "exempt",
    "зач": "pass", "зач.": "pass", "зачет": "pass", "зачтено": "pass",
    "незач": "fail", "незач.": "fail", "незачет": "fail", "не зачтено": "fail",
    "н": "absent", "нб": "absent", "н/б": "absent", "б": "absent",
}  # fmt: skip
_NO_MARK = {"", "-", "–", "—"}
_TOTALS = re.compile(
    r"^(?:%|(?:ср\.?|средн\w{2}) ?(?:балл|отметк|оценк)|кач(?:\.|еств\w*)(?!\w)|соу(?!\w)"
    r"|(?:абс\w*\.? )?успеваемост|итог[ои]?(?!\w)|всего(?!\w)|кол-во|количество|обученност)"
)
_PRINTED_MEAN, _PRINTED_QUALITY = re.compile(r"^ср(?:\.|едн)"), re.compile(r"кач")
_PRINTED_SUCCESS = re.compile(r"успев|обученн")


def read_journal(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read one sheet of an electronic journal.

    Parameters
    ----------
    sheet : Sheet
        A class sheet (subjects in columns), a list «ученик — предмет — отметка», or a summary
        «предмет — класс — число отметок».
    methodology : Methodology
        Subjects and column maps.
    pupil_key : bytes
        Names become keyed fingerprints at once and are dropped.

    Returns
    -------
    Extract
        ``reported["journal_marks"]`` or ``reported["journal_summaries"]``. A blank cell is no
        row: the mark was not given, which is neither «н/а» nor absence. Printed totals are
        compared with recomputed ones and not stored; nor is СОУ, which every vendor weighs in
        his own way, so that it cannot be compared.

    References
    ----------
    formats.md, section 5.
    """
    titles = methodology.column_map(TITLE_FORM)
    kind = _kind(sheet, methodology)
    if kind == SUMMARY_FORM:
        return read_summary(sheet, methodology.column_map(SUMMARY_FORM), titles, methodology)
    if kind == LIST_FORM:
        return _read_list(sheet, methodology.column_map(LIST_FORM), titles, methodology, pupil_key)
    return _read_class(sheet, methodology.column_map(CLASS_FORM), titles, methodology, pupil_key)


def _kind(sheet: Sheet, methodology: Methodology) -> str:
    """Which table it is: the first row that has the columns of one decides."""
    for row in sheet.rows[:HEAD_ROWS]:
        for form, required in (
            (SUMMARY_FORM, SUMMARY_REQUIRED),
            (LIST_FORM, _LIST_REQUIRED),
        ):
            if set(required) <= methodology.column_map(form).match(row).keys():
                return form
        if "pupil" in methodology.column_map(CLASS_FORM).match(row):
            return CLASS_FORM
    return _nearest_form(sheet, methodology)


def _nearest_form(sheet: Sheet, methodology: Methodology) -> str:
    """Without a full heading row: a summary where subject and class stand side by side."""
    column_map = methodology.column_map(SUMMARY_FORM)
    is_summary = any(
        {"subject", "class_label"} <= column_map.match(row).keys() for row in sheet.rows[:HEAD_ROWS]
    )
    return SUMMARY_FORM if is_summary else CLASS_FORM


@dataclass(frozen=True)
class _Reading:
    """One sheet being read: where, whose, and what was found."""

    sheet: Sheet
    methodology: Methodology
    pupil_key: bytes
    school_id: str | None  # the school above the table
    rows: list[dict[str, object]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def remark(
        self,
        check_id: str,
        index: int | None = None,
        *,
        column: str | None = None,
        value: str | None = None,
        school_id: str | None = None,
        **fields: object,
    ) -> None:
        """Add a remark to a row (zero-based) or to the sheet."""
        row = None if index is None else index + 1
        self.issues.append(
            make_issue(
                check_id,
                self.sheet.file,
                self.sheet.name,
                row,
                column=column,
                value=value,
                school_id=school_id or self.school_id,
                **fields,
            )
        )

    def extract(self) -> Extract:
        """Everything found, as the reader returns it."""
        reported = {JOURNAL_MARKS.name: pd.DataFrame(self.rows, dtype=object)} if self.rows else {}
        return Extract(reported=reported, issues=self.issues)


def _mark_row(
    reading: _Reading,
    index: int,
    place: JournalPlace,
    subject: str,
    pupil_id: str,
    mark: tuple[int | None, str],
) -> dict[str, object]:
    known = reading.methodology.subject_by_name(subject)
    return {
        **place.school,
        "assessment_year": place.assessment_year,
        "period": place.period,
        "class_label": place.class_label,
        "subject": known.subject if known else None,
        "subject_name": subject,
        "pupil_id": pupil_id,
        "mark": mark[0],
        "status": mark[1],
        "source_file": reading.sheet.file,
        "source_sheet": reading.sheet.name or None,
        "source_row": index + 1,
    }


def _pupil_id(key: bytes, place: JournalPlace, name: str, twin: int = 0) -> str:
    """Fingerprint of a pupil within a year, a school and a class; ``twin`` parts namesakes."""
    school = next((normal_text(part) for part in place.school.values() if part), "")
    parts = (str(place.assessment_year), school, place.class_label, normal_text(name))
    return pseudonym(key, "journal", *parts, *([str(twin)] if twin else []))


def _read_mark(value: object) -> tuple[int | None, str] | None:
    """A mark and its status; None when the cell cannot be read."""
    number = parse_number(value)
    if number is not None:
        return (int(number), "mark") if number in _MARKS else None
    status = _STATUSES.get(normal_text(value)) if isinstance(value, str) else None
    return (None, status) if status else None


def _has_no_mark(value: object) -> bool:
    return is_blank(value) or (isinstance(value, str) and normal_text(value) in _NO_MARK)


# --- class sheet -------------------------------------------------------------------------------


def _read_class(
    sheet: Sheet, column_map: ColumnMap, titles: ColumnMap, methodology: Methodology, key: bytes
) -> Extract:
    header = next(
        (i for i, row in enumerate(sheet.rows[:HEAD_ROWS]) if "pupil" in column_map.match(row)),
        None,
    )
    if header is None:
        found = require_columns(sheet, column_map, ("pupil",))
        issue = (
            found
            if isinstance(found, Issue)
            else missing_columns(sheet, column_map, found[0], ("pupil",))
        )
        issue = replace(issue, school_id=school_id_of_path(sheet.file))
        return Extract(issues=[issue], is_refused=True)
    head = read_head(sheet, header, titles)
    needed = ("journal_no_school", "journal_no_class", "journal_no_year", "journal_no_period")
    place = head.place
    if place is None:
        return Extract(issues=head.missing(sheet, needed), is_refused=True)
    reading = _Reading(sheet, methodology, key, head.school_id)
    positions = column_map.match(sheet.rows[header])
    subjects = _subject_columns(reading, header, positions, column_map)
    _read_pupils(reading, place, header, positions, subjects)
    return reading.extract()


def _subject_columns(
    reading: _Reading, header: int, positions: dict[str, int], column_map: ColumnMap
) -> dict[int, str]:
    """Position → subject; columns that are no subjects by the map are left out."""
    service = [rule for rule in column_map.rules if rule.column == "not_subject"]
    own = {positions[column] for column in ("row_number", "pupil") if column in positions}
    subjects: dict[int, str] = {}
    for position, heading in enumerate(reading.sheet.rows[header]):
        words = normal_text(heading)
        if position in own or not words or any(re.search(r.heading, words) for r in service):
            continue
        subject = read_subject(heading, reading.methodology)
        if subject:
            subjects[position] = subject
        else:
            number, shown = str(position + 1), safe_value(heading)
            reading.remark("journal_heading", header, column=number, value=shown)
    return subjects


def _read_pupils(
    reading: _Reading,
    place: JournalPlace,
    header: int,
    positions: dict[str, int],
    subjects: dict[int, str],
) -> None:
    marks: dict[int, list[tuple[int | None, str]]] = {position: [] for position in subjects}
    lines_of: dict[str, list[int]] = {}
    n_blank = 0
    for index in range(header + 1, len(reading.sheet.rows)):
        row = reading.sheet.rows[index]
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            continue
        name = cell_text(cell_at(row, positions, "pupil"))
        if _TOTALS.match(normal_text(name or filled[0])):
            _check_footer(reading, index, normal_text(name or filled[0]), subjects, marks)
            continue
        cells = {p: row[p] for p in subjects if p < len(row) and not _has_no_mark(row[p])}
        if not cells:
            n_blank += 1
        elif not name:
            reading.remark("journal_no_name", index)
        else:
            lines = lines_of.setdefault(normal_text(name), [])
            lines.append(index + 1)
            _read_pupil(reading, place, index, name, len(lines) - 1, cells, subjects, marks)
    for lines in lines_of.values():
        if len(lines) > 1:
            shown = ", ".join(map(str, lines))
            reading.remark("journal_namesakes", lines[0] - 1, value=shown)
    if n_blank:
        reading.remark("journal_rows_blank", value=str(n_blank))


def _read_pupil(
    reading: _Reading,
    place: JournalPlace,
    index: int,
    name: str,
    twin: int,
    cells: dict[int, object],
    subjects: dict[int, str],
    marks: dict[int, list[tuple[int | None, str]]],
) -> None:
    pupil_id = _pupil_id(reading.pupil_key, place, name, twin)
    unreadable = []
    for position, value in cells.items():
        mark = _read_mark(value)
        if mark is None:
            unreadable.append(position)
            continue
        marks[position].append(mark)
        reading.rows.append(_mark_row(reading, index, place, subjects[position], pupil_id, mark))
    if unreadable:
        first = unreadable[0]
        reading.remark(
            "journal_mark",
            index,
            column=subjects[first],
            value=safe_value(cells[first]),
            n_cells=len(unreadable),
        )


def _check_footer(
    reading: _Reading,
    index: int,
    title: str,
    subjects: dict[int, str],
    marks: dict[int, list[tuple[int | None, str]]],
) -> None:
    """Query when a printed mean or percentage differs from the one of the marks above."""
    row = reading.sheet.rows[index]
    differing = []
    for position, subject in subjects.items():
        printed = parse_number(row[position]) if position < len(row) else None
        computed = _footer_values(title, marks[position])
        if printed is not None and computed and not agrees(row[position], computed):
            differing.append((subject, printed, computed[0]))
    if differing:
        subject, printed, value = differing[0]
        reading.remark(
            "journal_footer",
            index,
            column=subject,
            value=count_text(printed),
            computed=count_text(value),
            n_cells=len(differing),
        )


def _footer_values(title: str, marks: list[tuple[int | None, str]]) -> list[float]:
    """What a footer may show: journals divide by marked pupils or by all pupils listed."""
    given = [mark for mark, _ in marks if mark is not None]
    if not given:
        return []
    if _PRINTED_MEAN.search(title):
        return [sum(given) / len(given)]
    counts = Counter(given)
    totals = dict.fromkeys((len(given), len(marks)))
    if _PRINTED_QUALITY.search(title):
        return [100 * (counts[5] + counts[4]) / total for total in totals]
    if _PRINTED_SUCCESS.search(title):
        return [100 * (len(given) - counts[2]) / total for total in totals]
    return []


# --- list of marks -----------------------------------------------------------------------------


def _read_list(
    sheet: Sheet, column_map: ColumnMap, titles: ColumnMap, methodology: Methodology, key: bytes
) -> Extract:
    found = require_columns(sheet, column_map, _LIST_REQUIRED)
    if isinstance(found, Issue):
        issue = replace(found, school_id=school_id_of_path(sheet.file))
        return Extract(issues=[issue], is_refused=True)
    header, positions = found
    head = read_head(sheet, header, titles)
    needed = tuple(check for column, check in PLACE_COLUMNS.items() if column not in positions)
    if missing := head.missing(sheet, needed):
        return Extract(issues=missing, is_refused=True)
    reading = _Reading(sheet, methodology, key, head.school_id)
    n_blank = 0
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        if _has_no_mark(cell_at(row, positions, "mark")):
            n_blank += 1
            continue
        _read_line(reading, head, index, positions)
    if n_blank:
        reading.remark("journal_rows_blank", value=str(n_blank))
    return reading.extract()


_EXPECTED = {
    **EXPECTED,
    "pupil": ("ФИО", "ученик"),
    "mark": ("Отметка", "2–5, н/а, осв, зач, незач или н"),
}


def _read_line(reading: _Reading, head: JournalHead, index: int, positions: dict[str, int]) -> None:
    row = reading.sheet.rows[index]
    place = read_row_place(row, positions, head)
    subject = read_subject(cell_at(row, positions, "subject"), reading.methodology)
    name = cell_text(cell_at(row, positions, "pupil"))
    mark = _read_mark(cell_at(row, positions, "mark"))
    if isinstance(place, JournalPlace) and subject and name and mark:
        pupil_id = _pupil_id(reading.pupil_key, place, name)
        reading.rows.append(_mark_row(reading, index, place, subject, pupil_id, mark))
        return
    read = {"subject": subject, "pupil": name, "mark": mark}
    wrong = place if isinstance(place, str) else next(c for c, part in read.items() if not part)
    heading, expected = _EXPECTED[wrong]
    value = safe_value(cell_at(row, positions, wrong))
    school_id = row_school_id(row, positions, head)
    reading.remark(
        "journal_row", index, column=heading, value=value, school_id=school_id, expected=expected
    )
