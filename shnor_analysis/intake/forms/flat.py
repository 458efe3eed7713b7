"""Readers of flat forms that need one more step: who, which register, which indicator."""

from __future__ import annotations

import re
from collections import Counter

from shnor_analysis.form_specs import (
    ADAPTED_PARTICIPANTS,
    DIAGNOSTIC_WORKS,
    MEDAL_CLAIMS,
    PAST_REGISTERS,
    PROCEDURE_CONDUCT,
    REPORTED_INDICATORS,
    SURVEY_TOTALS,
    TEACHERS,
)
from shnor_analysis.intake.cells import cell_text, is_blank, parse_number
from shnor_analysis.intake.extract import Extract
from shnor_analysis.intake.forms.reading import FormRow, read_form, school_key
from shnor_analysis.intake.identity.pupils import pseudonym
from shnor_analysis.intake.messages import Issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import CatalogueIndicator, Methodology, normal_text

EVERY_SUBJECT, EVERY_GRADE = "all", 0
# Percents are printed rounded to whole numbers: half a unit of the last digit.
_ROUNDING = 0.005
_EPSILON = 1e-9
_WHOLE = 100  # percent


def read_teachers(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read teachers: a form of a school or answers of teachers themselves.

    Returns
    -------
    Extract
        ``reported["teachers"]``. A name or code with its school becomes a fingerprint; without
        one the fingerprint is that of the row, so the same row in two files is one teacher and
        equal rows of one file are several.

    References
    ----------
    formats.md, section 6, table teachers.
    """
    seen: Counter[str] = Counter()

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue]:
        name = values.pop("teacher", None)
        if name:
            # «T-2» of two schools are two teachers
            school = school_key(row, reference)
            values["teacher_id"] = pseudonym(pupil_key, "teacher", school, str(name))
        else:
            values["teacher_id"] = row_fingerprint(row, pupil_key, "teacher", seen)
        subject = methodology.subject_by_name(cell_text(values.get("subject_name")))
        values["subject"] = subject.subject if subject else None
        return []

    return read_form(sheet, methodology, TEACHERS, finish)


def row_fingerprint(row: FormRow, key: bytes, kind: str, seen: Counter[str]) -> str:
    """Fingerprint of a person without a name: the content of the row and its repetition."""
    cells = [cell_text(cell) for cell in row.form.sheet.rows[row.index]]
    content = pseudonym(key, kind, *cells)
    seen[content] += 1
    return pseudonym(key, kind, content, str(seen[content]))


def read_survey_totals(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read totals of surveys: ``reported["survey_totals"]``, one row per question and role."""
    return read_form(sheet, methodology, SURVEY_TOTALS)


def read_diagnostic_works(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read regional, municipal and school works: ``reported["diagnostic_works"]``.

    Marks that do not add up to the number of participants are a query; they stay as reported.
    """

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue]:
        marks = [values.get(f"n_mark_{mark}") for mark in (2, 3, 4, 5)]
        counts = [mark for mark in marks if isinstance(mark, int)]
        if len(counts) < len(marks) or sum(counts) == values["n_participants"]:
            return []
        written = str(values["n_participants"])
        return [row.issue("work_marks", "n_participants", written, n_marks=str(sum(counts)))]

    return read_form(sheet, methodology, DIAGNOSTIC_WORKS, finish)


def read_adapted_participants(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read participants taught by adapted programmes: ``reported["adapted_participants"]``."""
    return read_form(sheet, methodology, ADAPTED_PARTICIPANTS)


def read_procedure_conduct(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read how procedures went: ``reported["procedure_conduct"]``.

    A blank subject or grade means all of them: «all» and 0.
    """

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue] | Issue:
        for column, everything in (("subject", EVERY_SUBJECT), ("grade", EVERY_GRADE)):
            if values.get(column) is None and not is_blank(row.cell(column)):
                # an unreadable subject must not turn into all subjects
                expected = "предмет или класс; пустая ячейка — все"
                return row.issue("form_row", column, expected=expected)
            values[column] = values.get(column) or everything
        return []

    return read_form(sheet, methodology, PROCEDURE_CONDUCT, finish)


def read_past_registers(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read registers of past years: ``reported["past_registers"]``.

    A blank status means that the school is in the register: that is what a register lists.
    """

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue] | Issue:
        if values.get("status") is None:
            if not is_blank(row.cell("status")):
                expected = "в перечне, наблюдение или исключена"
                return row.issue("form_row", "status", expected=expected)
            values["status"] = "in"
        return []

    return read_form(sheet, methodology, PAST_REGISTERS, finish)


def read_medal_claims(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read graduates who claim a medal.

    Returns
    -------
    Extract
        ``reported["medal_claims"]`` without ``pupil_id`` but with ``name_key`` and
        ``document_key``, the same fingerprints that the РЦОИ reader makes, so that the claim
        finds its exam results; a document that is not given leaves an empty ``document_key``.
    """

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue]:
        names = [str(values.pop(column, None) or "") for column in _NAMES]
        if not any(names[1:]):
            # «Фамилия Имя Отчество» in one cell
            parts = names[0].split(" ", maxsplit=2)
            names = [*parts, "", ""][: len(_NAMES)]
        document = "".join(re.sub(r"\D", "", str(values.pop(c, None) or "")) for c in _DOCUMENT)
        values["name_key"] = pseudonym(pupil_key, "name", *names)
        values["document_key"] = pseudonym(pupil_key, "document", document) if document else ""
        return []

    return read_form(sheet, methodology, MEDAL_CLAIMS, finish)


_NAMES = ("surname", "first_name", "patronymic")
_DOCUMENT = ("document_series", "document_number")


# --- indicators of the catalogue ---------------------------------------------------------------


def read_reported_indicators(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read indicators that somebody must report.

    Returns
    -------
    Extract
        ``reported["reported_indicators"]``: a share is recomputed from its parts, a different
        value in the file is a query; without both parts the value of the file stays. A row of
        the territory names no school. Printed rows without any number are counted in a note.
    """
    known = {normal_text(one.id): one for one in methodology.catalogue}

    def finish(
        row: FormRow, values: dict[str, object], reference: dict[str, object]
    ) -> list[Issue] | Issue:
        indicator = known.get(normal_text(values["indicator_id"]))
        if indicator is None:
            return row.issue("indicator_unknown", "indicator_id")
        values.pop("indicator_title", None)
        values["indicator_id"] = indicator.id
        if all(values.get(column) is None for column in ("numerator", "denominator", "value")):
            return row.issue("indicator_blank", "indicator_id", indicator.id)
        if indicator.level == "school" and not any(reference.values()):
            return row.issue("indicator_no_school", "indicator_id", indicator.id)
        return _settle_value(row, values, indicator)

    return read_form(sheet, methodology, REPORTED_INDICATORS, finish)


def _settle_value(
    row: FormRow, values: dict[str, object], indicator: CatalogueIndicator
) -> list[Issue] | Issue:
    numerator, denominator = values.get("numerator"), values.get("denominator")
    written = values.get("value")
    if indicator.unit != "share":
        values["value"] = numerator if written is None else written
        return []
    given = share_of(row.cell("value"), written)
    if not isinstance(numerator, float) or not isinstance(denominator, float) or not denominator:
        values["value"] = given
        return []
    if numerator > denominator:
        # which of the two is wrong is not known, so the share is not known either
        values["numerator"] = values["value"] = None
        return [row.issue("form_above", "numerator", other=row.form.heading("denominator"))]
    share = numerator / denominator
    values["value"] = share
    if given is None or abs(given - share) <= _ROUNDING + _EPSILON:
        return []
    computed = f"{share * _WHOLE:.1f}".replace(".", ",")
    return [row.issue("indicator_differs", "value", computed=computed)]


def share_of(raw: object, number: object) -> float | None:
    """A share from percents: «45 %» and 45 are 0.45; 0.45 is a cell formatted as a percent."""
    if not isinstance(number, float):
        return None
    is_percent = number > 1 or (isinstance(raw, str) and "%" in raw)
    return (parse_number(number) or 0.0) / _WHOLE if is_percent else number
