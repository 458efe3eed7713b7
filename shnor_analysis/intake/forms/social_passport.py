"""Reader of the social passport: counts, shares and yes/no answers about a school's conditions."""

from __future__ import annotations

import re

import pandas as pd

from shnor_analysis.form_specs import SOCIAL_PASSPORT, FormField, Kind
from shnor_analysis.intake.cells import LARGEST_SCHOOL, cell_text, parse_number
from shnor_analysis.intake.extract import ANSWERED_AT, Extract, refused
from shnor_analysis.intake.forms.reading import (
    UNKNOWN_WORDS,
    Form,
    FormRow,
    Tally,
    Unreadable,
    answer_fields,
    closing,
    form_rows,
    login_issue,
    open_form,
    parse_moment,
    parse_people,
    parse_yes_no,
    row_year,
    school_reference,
    sheet_year,
    year_refusal,
)
from shnor_analysis.intake.messages import Issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

SOURCE = "social_passport"
_SHARE_HEADING = re.compile(r"\bдол[яиею]|%|\bпроцент")
_WHOLE = 100  # percent
# Vacant posts are not people.
_PLAIN_COUNTS = {"n_vacancies"}
_EXPECTED_PERCENT = "процент от 0 до 100"


def read_social_passport(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read social passports, one answer of one school a row.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet: an export of a Google form or a filled template.
    methodology : Methodology
        Column maps.
    pupil_key : bytes
        Not needed: no person is kept.

    Returns
    -------
    Extract
        ``reported["context"]``, one row per school and indicator. The heading decides what a
        column holds: with «доля», «процент» or «%» a share, otherwise people. In a column of
        people «нет» is 0 (what people mean by it), blank and «-» are unknown and give no row;
        both are counted in notes. A percent in a column of people is a query and is not used; a
        count above the number of pupils is an error of that value. Free text, e-mails and
        names of specialists are never kept.

    References
    ----------
    formats.md, section 4.3.
    """
    form = open_form(sheet, methodology, SOCIAL_PASSPORT)
    if isinstance(form, Issue):
        return refused(form)
    fallback = sheet_year(form)
    tally, issues, records = Tally(), list[Issue](), list[dict[str, object]]()
    fractions = _columns_of_fractions(form)
    issues += [form.issue("passport_fractions", column) for column in sorted(fractions)]
    n_rows = 0
    for row in form_rows(form, tally):
        if not n_rows and (refusal := year_refusal(form, fallback)):
            return refused(refusal)
        n_rows += 1
        year = row_year(row, fallback)
        if isinstance(year, Issue):
            issues.append(year)
            continue
        reference = school_reference(row, tally)
        if isinstance(reference, Issue):
            issues.append(reference)
            continue
        values, found = _read_values(row, fractions, tally)
        issues += [*found, *login_issue(row, reference)]
        if not values:
            issues.append(row.issue("passport_no_values", "school_name"))
        answered_at = parse_moment(row.cell("answered_at"))
        records += [
            {
                **reference,
                ANSWERED_AT: answered_at,
                "assessment_year": year,
                "indicator": column,
                "value": value,
                "unit": unit,
                "source": SOURCE,
                "reported_at": answered_at[:10] or None,
                **row.place,
            }
            for column, (value, unit) in values.items()
        ]
    issues += closing(form, tally, n_rows)
    frame = pd.DataFrame(records, dtype=object)
    return Extract(reported={"context": frame} if records else {}, issues=issues)


def _is_share(form: Form, column: str) -> bool:
    return _SHARE_HEADING.search(normal_text(form.heading(column))) is not None


def _columns_of_fractions(form: Form) -> set[str]:
    """Columns of shares where every number is at most 1: cells formatted as percents."""
    found = set()
    for spec in answer_fields(form):
        if spec.kind != Kind.INDICATOR or not _is_share(form, spec.column):
            continue
        cells = [row.cell(spec.column) for row in form_rows(form, Tally())]
        texts = [normal_text(cell) for cell in cells]
        numbers = [parse_number(cell) for cell in cells]
        plain = [n for n, text in zip(numbers, texts, strict=True) if n and "%" not in text]
        if plain and max(plain) <= 1:
            found.add(spec.column)
    return found


def _read_values(
    row: FormRow, fractions: set[str], tally: Tally
) -> tuple[dict[str, tuple[float, str]], list[Issue]]:
    values: dict[str, tuple[float, str]] = {}
    issues: list[Issue] = []
    n_pupils = parse_people(row.cell("n_pupils"), Tally(), LARGEST_SCHOOL)
    for spec in answer_fields(row.form):
        unit, parsed = _read_value(row, spec, spec.column in fractions, tally)
        if isinstance(parsed, Unreadable):
            issues.append(row.issue(parsed.check_id, spec.column, expected=parsed.expected))
        elif parsed is not None:
            is_part = spec.at_most is not None and unit == "person"
            if is_part and isinstance(n_pupils, int) and parsed > n_pupils:
                other = row.form.heading("n_pupils")
                issues.append(row.issue("form_above", spec.column, other=other))
            else:
                values[spec.column] = (float(parsed), unit)
    return values, issues


def _read_value(
    row: FormRow, spec: FormField, is_fraction: bool, tally: Tally
) -> tuple[str, float | Unreadable | None]:
    value = row.cell(spec.column)
    if spec.kind == Kind.YES_NO:
        answer = parse_yes_no(value)
        tally.add("form_blank", n=int(answer is None))
        return "yes_no", answer
    if not _is_share(row.form, spec.column):
        return "count" if spec.column in _PLAIN_COUNTS else "person", parse_people(
            value, tally, LARGEST_SCHOOL
        )
    text = normal_text(value)
    if text in UNKNOWN_WORDS:
        tally.add("form_blank")
        return "share", None
    percent = parse_number(value)
    if percent is not None and is_fraction and "%" not in cell_text(value):
        percent *= _WHOLE
    if percent is None or not 0 <= percent <= _WHOLE:
        return "share", Unreadable(_EXPECTED_PERCENT)
    return "share", percent / _WHOLE
