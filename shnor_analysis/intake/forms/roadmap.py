"""Reader of roadmaps: measures by sections, deadlines, results."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from itertools import zip_longest

import pandas as pd

from shnor_analysis.form_specs import ROADMAP
from shnor_analysis.intake.cells import cell_text, is_blank
from shnor_analysis.intake.extract import Extract, refused
from shnor_analysis.intake.forms.deadlines import parse_deadline
from shnor_analysis.intake.forms.reading import (
    Form,
    FormRow,
    Tally,
    closing,
    form_rows,
    login_issue,
    open_form,
    read_answers,
    school_reference,
    sheet_year,
)
from shnor_analysis.intake.identity.persons import without_persons
from shnor_analysis.intake.messages import Issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_PLAN_WORDS = re.compile(r"дорожн\w+ карт|план\b|комплекс мер|мероприяти")
_NUMBER = re.compile(r"^\d+(?:\.\d+)*\.?$")


def read_roadmap(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read a plan of measures.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw; sections stand as rows with one filled cell.
    methodology : Methodology
        Column maps.
    pupil_key : bytes
        Not needed: names are taken out and only counted.

    Returns
    -------
    Extract
        ``reported["roadmap"]``, one row per measure. Dates are filled when the deadline says an
        exact time, otherwise it stays text. A row that names no school is a measure of the
        territory. Names are taken out of every text.

    References
    ----------
    formats.md, section 6, table roadmap.
    """
    form = open_form(sheet, methodology, ROADMAP)
    if isinstance(form, Issue):
        return refused(form)
    tally, issues, records = Tally(), list[Issue](), list[dict[str, object]]()
    plan, year = _plan(form), sheet_year(form)
    used: Counter[str] = Counter()
    section: str | None = None
    rows = list(form_rows(form, tally))
    for row, following in zip_longest(rows, rows[1:]):
        if title := _section(row, following):
            section = without_persons(title)[0]
            tally.add("roadmap_sections")
            continue
        if _continues(row) and records:
            more, n_persons = without_persons(row.cell("measure"))
            tally.add("form_persons", "measure", n_persons)
            records[-1]["measure"] = f"{records[-1]['measure']} {more or ''}".strip()
            continue
        answers = read_answers(row, methodology, tally)
        if isinstance(answers, Issue):
            issues.append(answers)
            continue
        values, found = answers
        reference = school_reference(row, tally)
        if isinstance(reference, Issue):
            issues.append(reference)
            continue
        issues += [*found, *login_issue(row, reference)]
        starts_on, due_on = parse_deadline(row.cell("due_text"), year)
        tally.add("roadmap_deadline", n=int(due_on is None and values.get("due_text") is not None))
        records.append(
            {
                **reference,
                **values,
                "plan": plan,
                "item_id": _item_id(row, used),
                "section": section,
                "starts_on": starts_on.isoformat() if starts_on else None,
                "due_on": due_on.isoformat() if due_on else None,
                **row.place,
            }
        )
    issues += closing(form, tally, len(rows))
    frame = pd.DataFrame(records, dtype=object)
    return Extract(reported={"roadmap": frame} if records else {}, issues=issues)


def _plan(form: Form) -> str:
    """The title above the table; without one the name of the file."""
    above = [cell_text(cell) for row in form.sheet.rows[: form.header] for cell in row]
    titled = [text for text in above if _PLAN_WORDS.search(normal_text(text))]
    name = form.sheet.file.rpartition("/")[2].rpartition(".")[0]
    return without_persons(titled[0] if titled else name)[0] or name


def _filled(row: FormRow) -> list[int]:
    cells = row.form.sheet.rows[row.index]
    return [position for position, cell in enumerate(cells) if not is_blank(cell)]


def _section(row: FormRow, following: FormRow | None) -> str | None:
    """The title of a section: one filled cell at the left, or a number with subordinate ones."""
    cells, filled = row.form.sheet.rows[row.index], _filled(row)
    measure = row.form.positions["measure"]
    if len(filled) == 1 and (filled[0] < measure or measure == 0):
        return cell_text(cells[filled[0]])
    number = cell_text(row.cell("item_id"))
    own = {measure, row.form.positions.get("item_id")}
    if following is not None and set(filled) == own and _NUMBER.match(number):
        below = cell_text(following.cell("item_id"))
        if below.startswith(number.rstrip(".") + "."):
            return f"{number} {cell_text(row.cell('measure'))}"
    return None


def _continues(row: FormRow) -> bool:
    """A lone text below a measure: a table that was cut by a page break."""
    return "item_id" in row.form.positions and _filled(row) == [row.form.positions["measure"]]


def _item_id(row: FormRow, used: Counter[str]) -> str:
    """The number of the measure; where numbers repeat or are absent, with the row."""
    value = row.cell("item_id")
    # Excel takes «1.2» for the first of February
    date = isinstance(value, dt.date)
    number = f"{value.day}.{value.month}" if isinstance(value, dt.date) else cell_text(value)
    is_number = date or _NUMBER.match(number) is not None
    number = number.rstrip(".") if is_number else ""
    used[number] += 1
    if number and used[number] == 1:
        return number
    return f"{number} строка {row.index + 1}".strip()
