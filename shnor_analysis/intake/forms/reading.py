"""Reader of flat forms: heading row by content, cells by kind, nothing dropped silently."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pandas as pd

from shnor_analysis.form_specs import (
    LARGEST_NUMBER,
    LAST_GRADE,
    Choice,
    FormField,
    FormSpec,
    Kind,
)
from shnor_analysis.intake.cells import (
    LARGEST_SCHOOL,
    cell_at,
    cell_text,
    describe_row,
    is_blank,
    parse_count,
    parse_date,
    parse_number,
    read_login,
    read_school_code,
    safe_value,
)
from shnor_analysis.intake.extract import ANSWERED_AT, SCHOOL_REFERENCE, Extract, refused
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.identity.personal import HIDDEN
from shnor_analysis.intake.identity.persons import is_person, without_persons
from shnor_analysis.intake.journals.school_cells import login_digits, school_id_of_path
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import assessment_year_of, read_school_year, year_of_path
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

UNKNOWN_WORDS = {"", "-", "–", "—", "?", "нет данных", "н/д", "нд", "не знаю", "неизвестно"}
NO_ONE = {"нет", "не имеется", "отсутствуют", "отсутствует", "никого"}
_YES = re.compile(r"\bда\b|\bесть\b|(?<!не )\bимеется\b|^(?:\+|1|yes|true)$")
_NO = re.compile(r"\bнет\b|\bне имеется\b|\bотсутств|^(?:0|no|false)$")
# «не исключена», «все, кроме ВПР»: the word that follows is not the answer.
_NEGATION = re.compile(r"\b(?:не|ни|кроме)\b")
_WITH_UNIT = re.compile(
    r"^(\d[\d ]*?)\s*(?:чел|обуч|учен|уч-ся|уч\b|дет|сем|час|ч\b|шт|ед|ставк|работ)[а-я]*\.?$"
)
_TOTALS = re.compile(r"^(?:итого|всего)(?: по .+)?\s*:?$|^в среднем$|^(?:в целом|среднее) по .+$")
_CROSSES = {"x", "х"}  # Latin and Cyrillic: a total that makes no sense
_YEAR = re.compile(r"^(20\d{2})(?:\s*г(?:од|\.)?)?$")
_GRADE = re.compile(r"^(\d{1,2})(?:-?[а-я]|[- ]?(?:й|ый|ой)|\s*кл\w*\.?)*$")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_PERCENT = re.compile(r"^\d{1,3}(?:[.,]\d{1,2})? ?%$")
_NUMBERED_CELLS = 3  # a row 1, 2, 3… under the headings numbers the columns
_SIX_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
_INN_LENGTH = {9: 10, 10: 10, 11: 12, 12: 12}  # Excel drops one leading zero
EXPECTED = {
    Kind.COUNT: "целое число от нуля",
    Kind.NUMBER: "число",
    Kind.DATE: "дата вида 15.10.2025",
    Kind.YES_NO: "«да» или «нет»",
    Kind.SUBJECT: "название предмета из methodology/subjects.csv",
    Kind.GRADE: "класс от 1 до 12",
    Kind.PERSON: "заполненная ячейка",
    Kind.WORD: "краткий текст без имён",
    Kind.PHRASE: "текст без имён",
}


@dataclass(frozen=True)
class Form:
    """A sheet whose heading row is found."""

    sheet: Sheet
    spec: FormSpec
    header: int
    positions: dict[str, int]
    school_id: str | None = None  # whose file it is, when its path or its title says so

    def heading(self, column: str) -> str:
        """The heading of our column as it stands in the file, without personal data."""
        heading = cell_text(self.sheet.rows[self.header][self.positions[column]])
        return without_persons(heading)[0] or HIDDEN

    def issue(
        self, check_id: str, column: str | None = None, value: object = None, **words: str
    ) -> Issue:
        """A remark to the sheet as a whole."""
        return make_issue(
            check_id,
            self.sheet.file,
            self.sheet.name,
            None,
            column=self.heading(column) if column else None,
            value=None if value is None else str(value),
            school_id=self.school_id,
            **words,
        )


@dataclass(frozen=True)
class FormRow:
    """One filled row with the means to point at it."""

    form: Form
    index: int

    def cell(self, column: str) -> object:
        """The raw cell of our column; None when the file has no such column."""
        return cell_at(self.form.sheet.rows[self.index], self.form.positions, column)

    def issue(self, check_id: str, column: str, value: str | None = None, **words: str) -> Issue:
        """A remark to one cell; its value is shown only if it is harmless."""
        has_column = column in self.form.positions
        return make_issue(
            check_id,
            self.form.sheet.file,
            self.form.sheet.name,
            self.index + 1,
            column=self.form.heading(column) if has_column else column,
            value=shown_value(self.cell(column)) if value is None else value,
            school_id=self.school_id,
            **words,
        )

    @property
    def school_id(self) -> str | None:
        """The school that can answer: by the login of the row, else whose file it is."""
        return login_digits(read_row_login(self)) or self.form.school_id

    @property
    def place(self) -> dict[str, object]:
        """Provenance columns."""
        sheet = self.form.sheet
        return {
            "source_file": sheet.file,
            "source_sheet": sheet.name or None,
            "source_row": self.index + 1,
        }


def shown_value(value: object) -> str:
    """A cell for a message: percents are harmless, too."""
    text = cell_text(value)
    return text if _PERCENT.match(text) else safe_value(value)


@dataclass
class Tally:
    """What is only counted: becomes one note per check and column."""

    counts: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, check_id: str, column: str | None = None, n: int = 1) -> None:
        """Count."""
        if n:
            self.counts[check_id, column] += n

    def issues(self, form: Form) -> list[Issue]:
        """One remark per check and column."""
        return [
            form.issue(check_id, column, value=n) for (check_id, column), n in self.counts.items()
        ]


@dataclass(frozen=True)
class Unreadable:
    """A cell that does not hold what its column should; ``check_id`` of the remark."""

    expected: str
    check_id: str = "form_value"


def open_form(sheet: Sheet, methodology: Methodology, spec: FormSpec) -> Form | Issue:
    """Find the heading row of a form; or say which required columns are missing."""
    found = require_columns(sheet, methodology.column_map(spec.family), spec.required)
    school_id = school_id_of_path(sheet.file)
    if isinstance(found, Issue):
        return replace(found, school_id=school_id)
    header, positions = found
    taken: set[int] = set()
    own = {}
    for column, position in positions.items():
        if position not in taken:  # the earlier rule of the map owns a heading
            taken.add(position)
            own[column] = position
    return Form(sheet, spec, header, own, school_id)


def unread_columns(form: Form) -> list[Issue]:
    """One note that names headings nobody reads: a misspelt heading must not pass unseen."""
    row = form.sheet.rows[form.header]
    known = set(form.positions.values())
    foreign = [cell for at, cell in enumerate(row) if at not in known and not is_blank(cell)]
    if not foreign:
        return []
    found = describe_row(foreign, is_heading=True)
    return [form.issue("form_columns", value=len(foreign), found=found)]


def form_rows(form: Form, tally: Tally) -> Iterator[FormRow]:
    """Rows with an answer; totals, numbering and rows of an unfilled template are counted."""
    printed = {form.positions[c] for c in form.spec.printed if c in form.positions}
    for index in range(form.header + 1, len(form.sheet.rows)):
        filled = {at: cell for at, cell in enumerate(form.sheet.rows[index]) if not is_blank(cell)}
        cells = list(filled.values())
        if not cells:
            continue
        if _is_total(cells) or _is_numbering(cells):
            tally.add("form_totals")
        elif filled.keys() <= printed:
            tally.add("form_unfilled")
        else:
            yield FormRow(form, index)


def _is_total(cells: list[object]) -> bool:
    """«Итого» or «Всего по школе» and nothing but numbers; «Всего три семинара» is a measure."""
    return _TOTALS.match(normal_text(cells[0])) is not None and all(map(_is_figure, cells[1:]))


def _is_figure(cell: object) -> bool:
    text = normal_text(cell)
    is_number = parse_number(cell) is not None or _WITH_UNIT.match(text) is not None
    return is_number or text in UNKNOWN_WORDS | _CROSSES


def _is_numbering(cells: list[object]) -> bool:
    numbers = [parse_number(cell) for cell in cells]
    return len(cells) >= _NUMBERED_CELLS and numbers == list(range(1, len(cells) + 1))


_UNFILLED = ("form_unfilled", None)


def closing(form: Form, tally: Tally, n_rows: int) -> list[Issue]:
    """Notes of a sheet: a template left empty is one note and nothing else."""
    if not n_rows:
        empty = form.issue("form_empty", value=tally.counts.pop(_UNFILLED, 0))
        return [empty, *tally.issues(form)]
    return [*unread_columns(form), *tally.issues(form)]


# --- school and year ---------------------------------------------------------------------------


def read_row_login(row: FormRow) -> str | None:
    """The login of a row; None when its cell holds none, or several of them."""
    text = cell_text(row.cell("school_login"))
    if re.fullmatch(r"\d{6}", text):
        return text
    return None if _names_several(text) else read_login(text)


def _names_several(text: str) -> bool:
    return len(set(_SIX_DIGITS.findall(text))) > 1


def school_reference(row: FormRow, tally: Tally) -> dict[str, object] | Issue:
    """How the row names its school; blank parts are None. An error when it names several."""
    if _names_several(cell_text(row.cell("school_login"))):
        return row.issue("form_logins", "school_login")
    name: str | None = cell_text(row.cell("school_name")) or None
    if name and (is_person(name) or "@" in name):
        tally.add("form_persons", "school_name")
        name = None
    digits = cell_text(row.cell("school_inn"))
    length = _INN_LENGTH.get(len(digits)) if digits.isdecimal() else None
    values = (
        read_row_login(row),
        read_school_code(row.cell("school_code")),
        digits.zfill(length) if length else None,
        name,
    )
    return dict(zip(SCHOOL_REFERENCE, values, strict=True))


def school_key(row: FormRow, reference: dict[str, object]) -> str:
    """One text for the school of a row, equal for all ways to write one login."""
    login = reference["school_login"]
    own = login_digits(str(login)) if login else None
    named = next((normal_text(part) for part in reference.values() if part), None)
    return own or named or row.form.school_id or ""


def login_issue(row: FormRow, reference: dict[str, object]) -> list[Issue]:
    """A login that is filled but cannot be read; the school is then looked up by the rest."""
    if reference["school_login"] or normal_text(row.cell("school_login")) in UNKNOWN_WORDS:
        return []
    return [row.issue("form_login", "school_login")]


def sheet_year(form: Form) -> int | None:
    """The year above the heading row, otherwise that of the folder the file lies in."""
    above = (cell_text(cell) for row in form.sheet.rows[: form.header] for cell in row)
    written = next((year for text in above if (year := read_school_year(text))), None)
    return written or year_of_path(form.sheet.file)


def year_refusal(form: Form, year: int | None) -> Issue | None:
    """A sheet on which nothing can tell the year."""
    sources = {"assessment_year", *form.spec.dated_by}
    is_lost = year is None and not sources & set(form.positions)
    return form.issue("form_no_year") if is_lost else None


def row_year(row: FormRow, fallback: int | None) -> int | Issue:
    """The assessment year of a row: year column, date of the answer, then the sheet's year."""
    written = row.cell("assessment_year")
    if normal_text(written) not in UNKNOWN_WORDS:
        year = parse_year(written)
        expected = "учебный год вида 2024/2025"
        return year or row.issue("form_row", "assessment_year", expected=expected)
    for column in row.form.spec.dated_by:
        if date := parse_date(row.cell(column)):
            return assessment_year_of(date)
    return fallback or row.issue("form_row_year", "assessment_year")


def parse_year(value: object) -> int | None:
    """«2024/2025», «2024–25», 2025 or a date → 2025; None when it is none of these."""
    if isinstance(value, dt.date):
        return assessment_year_of(value)
    text = cell_text(value)
    found = _YEAR.match(normal_text(text))
    return int(found.group(1)) if found else read_school_year(text)


def parse_moment(value: object) -> str:
    """A moment as text that sorts by time; empty when unknown.

    Examples
    --------
    >>> parse_moment("12.10.2024 9:05:33"), parse_moment("вчера")
    ('2024-10-12 09:05:33', '')
    """
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    date = parse_date(value)
    if date is None:
        return ""
    time = _TIME.search(cell_text(value))
    clock = ":".join((part or "00").zfill(2) for part in time.groups()) if time else ""
    return f"{date.isoformat()} {clock}".strip()


# --- cells by kind -----------------------------------------------------------------------------


def parse_people(
    value: object, tally: Tally, largest: int = LARGEST_NUMBER
) -> int | Unreadable | None:
    """A number of people or things: «7 чел.» is 7, «нет» is 0, blank and «-» are unknown.

    A number above ``largest`` and two lines in one cell are unreadable.
    """
    text = normal_text(value)
    if text in UNKNOWN_WORDS:
        tally.add("form_blank")
        return None
    if text in NO_ONE:
        tally.add("form_zero")
        return 0
    if "%" in text:
        return Unreadable(EXPECTED[Kind.COUNT], "form_percent")
    found = None if "\n" in str(value).strip() else _WITH_UNIT.match(text)
    number = parse_count(found.group(1) if found else value)
    if number is None or number > largest:
        return Unreadable(EXPECTED[Kind.COUNT])
    return number


def parse_yes_no(value: object) -> bool | Unreadable | None:
    """Yes or no in any letter case; blank and «-» are unknown."""
    text = normal_text(cell_text(value))
    if text in UNKNOWN_WORDS:
        return None
    is_yes, is_no = _YES.search(text) is not None, _NO.search(text) is not None
    if is_yes == is_no or (is_yes and _NEGATION.search(text)):
        return Unreadable(EXPECTED[Kind.YES_NO])
    return is_yes


def parse_choice(value: object, spec: FormField) -> str | Unreadable | None:
    """The code of an answer from a closed list; several answers or «не …» are unreadable.

    Examples
    --------
    >>> spec = FormField("status", Kind.CHOICE, choices=(Choice("out", "исключена", "исключ"),))
    >>> parse_choice("Исключена из перечня", spec), parse_choice("не исключена", spec)
    ('out', Unreadable(expected='одно из: исключена', check_id='form_value'))
    """
    text = normal_text(value).rstrip(". ")
    if text in UNKNOWN_WORDS:
        return None
    for choice in spec.choices:
        if text == choice.code or text == normal_text(choice.word):
            return choice.code
    found = choices_named(text, spec.choices)
    if len(found) == 1 and not _is_negated(text, spec.choices):
        return found.pop()
    return Unreadable(f"одно из: {', '.join(choice.word for choice in spec.choices)}")


def choices_named(value: object, choices: tuple[Choice, ...]) -> set[str]:
    """Codes of all answers a text names.

    A longer expression owns its words: «не выполнено» does not name «выполнено» as well.
    """
    spans = _choice_spans(normal_text(value), choices)
    return {
        code
        for start, end, code in spans
        if not any(
            (one[0] <= start and end <= one[1] and one[1] - one[0] > end - start) for one in spans
        )
    }


def _choice_spans(text: str, choices: tuple[Choice, ...]) -> list[tuple[int, int, str]]:
    """Where a text names answers, up to the end of the last word."""
    return [
        (hit.start(), hit.end(), choice.code)
        for choice in choices
        for hit in re.finditer(rf"(?:{choice.pattern})\w*", text)
    ]


def _is_negated(text: str, choices: tuple[Choice, ...]) -> bool:
    """Whether «не» or «кроме» stands outside the expressions of the list."""
    spans = _choice_spans(text, choices)
    return any(
        not any(start <= hit.start() < end for start, end, _ in spans)
        for hit in _NEGATION.finditer(text)
    )


def parse_field(
    row: FormRow, spec: FormField, methodology: Methodology, tally: Tally
) -> object | Unreadable | None:
    """Read one cell by the kind of its column.

    Returns
    -------
    object, None or Unreadable
        None when the cell is blank or says that the answer is unknown; that is never zero.
    """
    value = row.cell(spec.column)
    if spec.kind == Kind.COUNT:
        is_school = any(not is_blank(row.cell(column)) for column in SCHOOL_REFERENCE)
        return parse_people(value, tally, LARGEST_SCHOOL if is_school else LARGEST_NUMBER)
    if spec.kind == Kind.YES_NO:
        return parse_yes_no(value)
    if spec.kind == Kind.CHOICE:
        return parse_choice(value, spec)
    if normal_text(value) in UNKNOWN_WORDS:
        return None
    if spec.kind in (Kind.WORD, Kind.PHRASE):
        text, n_persons = without_persons(value)
        tally.add("form_persons", spec.column, n_persons)
        return text
    parsed: object | None
    if spec.kind == Kind.PERSON:
        parsed = normal_text(value)
    elif spec.kind == Kind.NUMBER:
        number = parse_number(value)
        parsed = number if number is not None and abs(number) <= LARGEST_NUMBER else None
    elif spec.kind == Kind.DATE:
        date = parse_date(value)
        parsed = date.isoformat() if date else None
    elif spec.kind == Kind.SUBJECT:
        subject = methodology.subject_by_name(cell_text(value))
        parsed = subject.subject if subject else None
    else:
        parsed = _parse_grade(value)
    return Unreadable(EXPECTED[spec.kind]) if parsed is None else parsed


def _parse_grade(value: object) -> int | None:
    found = _GRADE.match(normal_text(cell_text(value)))
    grade = int(found.group(1)) if found else 0
    return grade if 1 <= grade <= LAST_GRADE else None


_NOT_ANSWERS = (
    Kind.LOGIN, Kind.SCHOOL_NAME, Kind.SCHOOL_CODE, Kind.SCHOOL_INN, Kind.MOMENT, Kind.YEAR,
)  # fmt: skip


def answer_fields(form: Form) -> list[FormField]:
    """Columns of a file that are answers: neither school nor time."""
    return [
        spec
        for spec in form.spec.fields
        if spec.column in form.positions and spec.kind not in _NOT_ANSWERS
    ]


def read_answers(
    row: FormRow, methodology: Methodology, tally: Tally
) -> tuple[dict[str, object], list[Issue]] | Issue:
    """Read the answers of a row.

    Returns
    -------
    tuple of dict and list of Issue, or Issue
        Values by column with remarks to those that are not used; or the error that leaves the
        row out: a required cell is blank or unreadable.
    """
    values: dict[str, object] = {}
    issues: list[Issue] = []
    for spec in answer_fields(row.form):
        value = parse_field(row, spec, methodology, tally)
        if value is None and spec.is_required:
            expected = EXPECTED.get(spec.kind, "ответ из списка")
            return row.issue("form_row", spec.column, expected=expected)
        if isinstance(value, Unreadable):
            if spec.is_required:
                return row.issue("form_row", spec.column, expected=value.expected)
            issues.append(row.issue(value.check_id, spec.column, expected=value.expected))
            value = None
        values[spec.column] = value
    for spec in answer_fields(row.form):
        if above := _above(row, spec, values):
            if spec.is_required:
                return above
            issues.append(above)
            values[spec.column] = None
    return values, issues


def _above(row: FormRow, spec: FormField, values: dict[str, object]) -> Issue | None:
    value, limit = values.get(spec.column), values.get(spec.at_most or "")
    if not isinstance(value, int | float) or not isinstance(limit, int | float) or value <= limit:
        return None
    # a row that cannot do without the value is left out, and the words say so
    check_id = "form_row_above" if spec.is_required else "form_above"
    return row.issue(check_id, spec.column, other=row.form.heading(str(spec.at_most)))


# --- the whole sheet ---------------------------------------------------------------------------

Finish = Callable[[FormRow, dict[str, object], dict[str, object]], list[Issue] | Issue]
"""Turns the answers of a row into columns of the contract, given how it names its school.

An Issue leaves the row out.
"""


def read_form(
    sheet: Sheet,
    methodology: Methodology,
    spec: FormSpec,
    finish: Finish | None = None,
) -> Extract:
    """Read a flat form: one row of the sheet is one row of the contract.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw.
    methodology : Methodology
        Subjects and column maps.
    spec : FormSpec
        Columns of the form.
    finish : callable, optional
        What only this form does with its answers.

    Returns
    -------
    Extract
        ``reported[spec.contract]`` with references to schools and the moment of the answer.
        Blank cells and «-» are unknown (missing), «нет» in a column of counts is zero; both
        are counted in notes. A row without a required answer is left out with an error.

    References
    ----------
    formats.md, section 4.3.
    """
    form = open_form(sheet, methodology, spec)
    if isinstance(form, Issue):
        return refused(form)
    fallback = sheet_year(form)
    tally, issues, records = Tally(), list[Issue](), list[dict[str, object]]()
    for row in form_rows(form, tally):
        if not records and (refusal := year_refusal(form, fallback)):
            return refused(refusal)
        record = _read_row(row, methodology, tally, fallback, finish)
        if isinstance(record, Issue):
            issues.append(record)
            continue
        issues.extend(record[1])
        records.append(record[0])
    n_seen = len(records) + len(issues)
    issues += closing(form, tally, n_seen)
    frame = pd.DataFrame(records, dtype=object)
    return Extract(reported={spec.contract: frame} if records else {}, issues=issues)


def _read_row(
    row: FormRow,
    methodology: Methodology,
    tally: Tally,
    fallback: int | None,
    finish: Finish | None,
) -> tuple[dict[str, object], list[Issue]] | Issue:
    year = row_year(row, fallback)
    if isinstance(year, Issue):
        return year
    answers = read_answers(row, methodology, tally)
    if isinstance(answers, Issue):
        return answers
    values, issues = answers
    reference = school_reference(row, tally)
    if isinstance(reference, Issue):
        return reference
    finished = finish(row, values, reference) if finish else []
    if isinstance(finished, Issue):
        return finished
    record = {
        **reference,
        ANSWERED_AT: parse_moment(row.cell("answered_at")),
        "assessment_year": year,
        **values,
        **row.place,
    }
    return record, [*issues, *finished, *login_issue(row, reference)]
