"""Reader of expert cards: 17 indicators with the school's and the expert's points."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from shnor_analysis.form_specs import EXPERT_CARD
from shnor_analysis.intake.cells import (
    cell_text,
    is_blank,
    parse_number,
    read_login,
)
from shnor_analysis.intake.extract import SCHOOL_REFERENCE, Extract, refused
from shnor_analysis.intake.forms.reading import (
    UNKNOWN_WORDS,
    Form,
    FormRow,
    Tally,
    closing,
    open_form,
    sheet_year,
    unread_columns,
)
from shnor_analysis.intake.journals.school_cells import Reference, login_digits, school_of_path
from shnor_analysis.intake.messages import Issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import CardIndicator, Methodology, normal_text

_TOTAL = re.compile(r"^(?:итого|всего|сумма)")
_SCHOOL_LABEL = re.compile(r"^(?:оо|школа|общеобразовательная организация|наименование оо)\s*:?$")
_YES_NO = {"да": "да", "нет": "нет", "имеется": "да", "отсутствует": "нет", "есть": "да"}
_WHOLE = 100  # percent
_SCORES = ("score_self", "score_expert")
_ANSWERS = ("value", *_SCORES, "evidence")


def read_expert_card(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read one expert card.

    Parameters
    ----------
    sheet : Sheet
        A card: school, login and period in a row above the headings, an indicator a row.
    methodology : Methodology
        Column maps and the indicators of the card.
    pupil_key : bytes
        Not needed: a card names no person.

    Returns
    -------
    Extract
        ``reported["expert_cards"]``, one row per indicator; an indicator is recognised by its
        number or text. A point other than 0 and 1 is an error and is not used; blank points are
        unknown. ``value_text`` keeps «да», «нет» and numbers only. A printed total that differs
        from the sum is a query; a difference between school and expert is not a mistake.

    References
    ----------
    formats.md, section 6, table expert_card.
    """
    form = open_form(sheet, methodology, EXPERT_CARD)
    if isinstance(form, Issue):
        return refused(form)
    reference, year = _whose(form), sheet_year(form)
    form = replace(form, school_id=login_digits(reference["school_login"]))
    reader = _CardReader(form, methodology.expert_card)
    reader.read()
    if not reader.records:
        return Extract(issues=[*reader.issues, *closing(form, reader.tally, len(reader.issues))])
    if not any(reference.values()):
        return refused(form.issue("card_no_school"))
    if year is None:
        return refused(form.issue("form_no_year"))
    frame = pd.DataFrame(
        [{**reference, "assessment_year": year, **record} for record in reader.records],
        dtype=object,
    )
    issues = [*reader.issues, *unread_columns(form), *reader.closing()]
    return Extract(reported={"expert_cards": frame}, issues=issues)


def _whose(form: Form) -> Reference:
    """The school of the card: login and name above the headings, else the login in the path."""
    above = [cell for row in form.sheet.rows[: form.header] for cell in row if not is_blank(cell)]
    login = next((found for cell in above if (found := read_login(cell))), None)
    sender = school_of_path(form.sheet.file)
    login = login or (sender["school_login"] if sender else None)
    name = None
    for label, value in pairwise(above):
        if _SCHOOL_LABEL.match(normal_text(label)) and not normal_text(value).endswith(":"):
            name = cell_text(value)
            break
    return dict(zip(SCHOOL_REFERENCE, (login, None, None, name), strict=True))


class _CardReader:
    """Goes down a card once: rows, totals, indicators met."""

    def __init__(self, form: Form, indicators: tuple[CardIndicator, ...]) -> None:
        self.form = form
        self.indicators = indicators
        self.tally = Tally()
        self.records: list[dict[str, object]] = []
        self.issues: list[Issue] = []

    def read(self) -> None:
        """Read every row below the headings."""
        for index in range(self.form.header + 1, len(self.form.sheet.rows)):
            row = FormRow(self.form, index)
            cells = [cell for cell in self.form.sheet.rows[index] if not is_blank(cell)]
            if not cells:
                continue
            if _TOTAL.match(normal_text(cells[0])):
                self.tally.add("form_totals")
                self.issues += self._total(row)
            elif not all(is_blank(row.cell(column)) for column in _ANSWERS):
                self._read_row(row)
            else:
                self.tally.add("form_unfilled")

    def _read_row(self, row: FormRow) -> None:
        indicator = find_indicator(self.indicators, row.cell("indicator_id"), row.cell("title"))
        if indicator is None:
            self.issues.append(row.issue("card_indicator", "title"))
            return
        scores = {column: self._score(row, column) for column in _SCORES}
        text, number = _value(row.cell("value"))
        self.tally.add("card_value", n=int(text is None and not is_blank(row.cell("value"))))
        self.records.append(
            {
                "indicator_id": indicator.id,
                "value_text": text,
                "value_number": number,
                **scores,
                "has_evidence": normal_text(row.cell("evidence")) not in {*UNKNOWN_WORDS, "нет"},
                **row.place,
            }
        )

    def _score(self, row: FormRow, column: str) -> int | None:
        value = row.cell(column)
        if normal_text(value) in UNKNOWN_WORDS:
            return None
        number = parse_number(value)
        if number in (0, 1):
            return int(number)
        self.issues.append(row.issue("card_score", column))
        return None

    def _total(self, row: FormRow) -> list[Issue]:
        issues = []
        for column in _SCORES:
            printed = parse_number(row.cell(column))
            points = [r[column] for r in self.records if isinstance(r[column], int)]
            total = sum(int(str(point)) for point in points)
            if printed is not None and printed != total:
                issues.append(row.issue("card_total", column, total=str(total)))
        return issues

    def closing(self) -> list[Issue]:
        """Indicators the card leaves out, and counted remarks."""
        met = {record["indicator_id"] for record in self.records}
        absent = [one.id for one in self.indicators if one.id not in met]
        issues = self.tally.issues(self.form)
        if absent:
            issues.append(self.form.issue("card_missing", value=len(absent), ids=", ".join(absent)))
        return issues


def find_indicator(
    indicators: tuple[CardIndicator, ...], number: object, title: object
) -> CardIndicator | None:
    """The indicator of a row: by its number, else by its text.

    Schools shorten the long titles, so a text that begins another one is the same; nothing less
    exact is accepted, since titles differ in one word («русскому», «математике»).
    """
    by_number = {one.id: one for one in indicators}
    if (written := cell_text(number)) in by_number:
        return by_number[written]
    key = _key(title)
    if not key:
        return None
    exact = [one for one in indicators if key in map(_key, one.texts)]
    if exact:
        return exact[0]
    starts = [
        one
        for one in indicators
        if any(_key(text).startswith(key) or key.startswith(_key(text)) for text in one.texts)
    ]
    return starts[0] if len(starts) == 1 else None


def _key(text: object) -> str:
    return " ".join(re.sub(r"[^\w ]", " ", normal_text(text)).split())


def _value(value: object) -> tuple[str | None, float | None]:
    """What the school wrote: «да», «нет», «нет данных» or a number; other text is not kept."""
    text = normal_text(value)
    if text in _YES_NO:
        return _YES_NO[text], None
    if text == "нет данных":
        return text, None
    number = parse_number(value)
    if number is None:
        return None, None
    return cell_text(value), number / _WHOLE if "%" in text or number > 1 else number
