"""Reader of questionnaires: exports of Google and Yandex forms, any questions."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.form_specs import SURVEY_ROLES, FormField, FormSpec, Kind
from shnor_analysis.intake.cells import cell_text
from shnor_analysis.intake.extract import ANSWERED_AT, Extract, refused
from shnor_analysis.intake.forms.flat import row_fingerprint
from shnor_analysis.intake.forms.reading import (
    UNKNOWN_WORDS,
    Form,
    FormRow,
    Tally,
    Unreadable,
    choices_named,
    form_rows,
    login_issue,
    open_form,
    parse_choice,
    parse_moment,
    row_year,
    school_reference,
    sheet_year,
    year_refusal,
)
from shnor_analysis.intake.identity.persons import without_persons
from shnor_analysis.intake.journals.school_cells import school_of_path
from shnor_analysis.intake.messages import Issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_ROLE = FormField("role", Kind.CHOICE, choices=SURVEY_ROLES)
# Columns that are not questions; everything else on the sheet is one.
SURVEY = FormSpec(
    "survey",
    "survey_answers",
    "Анкета",
    "",
    "",
    (
        FormField("answered_at", Kind.MOMENT, is_required=True),
        FormField("school_login", Kind.LOGIN),
        FormField("school_name", Kind.SCHOOL_NAME),
        FormField("school_code", Kind.SCHOOL_CODE),
        FormField("school_inn", Kind.SCHOOL_INN),
        FormField("assessment_year", Kind.YEAR),
        _ROLE,
    ),
)

# Whatever is written there is in own words, even if many wrote the same.
_OPEN_HEADING = re.compile(
    r"предложени|комментари|пожелани|напишите|почему|ваше мнение|^друг(?:ое|ой)"
)
_UNDECIDED = re.compile(
    r"^(?:затрудня|не знаю|не могу (?:ответить|оценить)|сложно (?:ответить|ска))"
)
_YES_NO = {"да": 1.0, "нет": 0.0}
# The four answers of an agreement scale, from the lowest; «затрудняюсь» is no point between them.
_AGREEMENT = (
    (re.compile(r"^(?:скорее нет|скорее не |в основном не|частично не)"), 2.0),
    (re.compile(r"^(?:скорее да|скорее|в основном|частично)"), 3.0),
    (re.compile(r"^(?:нет|не |совершенно не|полностью не|абсолютно не)"), 1.0),
    (re.compile(r"^(?:да|полностью|совершенно|абсолютно|удовлетвор|согла|довол)"), 4.0),
)
_POINT = re.compile(r"^(10|\d)(?:\s*(?:балл\w*|[-–—.)=:(,]).*)?$")
_HIGHEST_POINT = 10
# Of a scale's answers this many must fit, the rest are typing errors.
_MOST = 0.8
# A question with more different answers, or longer ones, is answered in own words.
_MOST_CHOICES, _LONGEST_CHOICE = 12, 80
_OWN_CHOICE = "другой ответ"
_PRIVATE_HEADING = re.compile(
    r"e-?mail|электронн\w+ (?:адрес|почт)|адрес электронн|\bфио\b|фамили|ваше имя|телефон"
)
_PROFILE_HEADING = re.compile(
    r"^класс|^в каком классе|^муниципалитет|^наименование муниципал|^район$"
)


@dataclass(frozen=True)
class _Question:
    """A column with answers that may be kept: where, its text, its scale, choices to show."""

    position: int
    item: str
    scale: str
    choices: frozenset[str] = frozenset()


def read_survey(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read answers of parents, pupils, teachers or heads.

    Parameters
    ----------
    sheet : Sheet
        An export with «Отметка времени»; every other column is the school, the role or a
        question. A grid question is a column per row: «Вопрос [строка]».
    methodology : Methodology
        Column maps.
    pupil_key : bytes
        Secret of the fingerprints of respondents.

    Returns
    -------
    Extract
        ``reported["survey_answers"]``, one row per answer. ``answer_number``: yes 1, no 0;
        agreement from 1 (no) to 4 (yes); points as given; «затрудняюсь ответить» has no number.
        Blank answers give no row. Answers in own words are dropped and counted, rare answers to
        a question with choices are stored as «другой ответ».

    References
    ----------
    formats.md, section 4.3; section 6, table survey.
    """
    form = open_form(sheet, methodology, SURVEY)
    if isinstance(form, Issue):
        return refused(form)
    sender = school_of_path(sheet.file)
    file_login = sender["school_login"] if sender else None
    school = {"school_login", "school_name", "school_code", "school_inn"}
    if file_login is None and not school & set(form.positions):
        return refused(form.issue("survey_no_school"))
    fallback, tally = sheet_year(form), Tally()
    rows = list(form_rows(form, tally))
    if not rows:
        return Extract(issues=[form.issue("form_empty", value=0), *tally.issues(form)])
    if refusal := year_refusal(form, fallback):
        return refused(refusal)
    questions = _questions(form, rows, tally)
    role = _role_of_sheet(form)
    issues = [] if role or "role" in form.positions else [form.issue("survey_role")]
    survey_id = _survey_id(form)
    seen: Counter[str] = Counter()
    records: list[dict[str, object]] = []
    for row in rows:
        year = row_year(row, fallback)
        if isinstance(year, Issue):
            issues.append(year)
            continue
        reference = school_reference(row, tally)
        if isinstance(reference, Issue):
            issues.append(reference)
            continue
        if not any(reference.values()):
            reference["school_login"] = file_login
        issues += login_issue(row, reference)
        own_role = parse_choice(row.cell("role"), _ROLE)
        tally.add("survey_role_word", "role", n=int(isinstance(own_role, Unreadable)))
        common = {
            "survey_id": survey_id,
            "respondent_id": row_fingerprint(row, pupil_key, "survey", seen),
            **reference,
            ANSWERED_AT: parse_moment(row.cell("answered_at")),
            "assessment_year": year,
            "role": None if isinstance(own_role, Unreadable) else own_role or role,
            **row.place,
        }
        answers = _answers(row, questions, tally)
        if not answers:
            tally.add("survey_no_answers")
        records += [{**common, **answer} for answer in answers]
    issues += tally.issues(form)
    frame = pd.DataFrame(records, dtype=object)
    return Extract(reported={"survey_answers": frame} if records else {}, issues=issues)


def _survey_id(form: Form) -> str:
    headings = [normal_text(cell) for cell in form.sheet.rows[form.header]]
    return hashlib.sha256("\x1f".join(headings).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _role_of_sheet(form: Form) -> str | None:
    """Who answered, by the title above the table, then the names of the file and the sheet.

    Questions do not tell: parents are asked about teachers too.
    """
    above = [cell_text(cell) for row in form.sheet.rows[: form.header] for cell in row]
    for text in (" ".join(above), form.sheet.file.rpartition("/")[2], form.sheet.name):
        found = choices_named(text, SURVEY_ROLES)
        if len(found) == 1:
            return found.pop()
    asked = normal_text(" ".join(map(cell_text, form.sheet.rows[form.header])))
    return "parent" if re.search(r"ваш\w* реб[её]н|ваших детей", asked) else None


def _questions(form: Form, rows: list[FormRow], tally: Tally) -> list[_Question]:
    headings = form.sheet.rows[form.header]
    known = set(form.positions.values())
    used: Counter[str] = Counter()
    questions = []
    for position, heading in enumerate(headings):
        text = normal_text(heading)
        if position in known or not text or _PRIVATE_HEADING.search(text):
            continue
        if _PROFILE_HEADING.search(text):
            tally.add("survey_profile")
            continue
        answers = [answer for row in rows if (answer := _answer_at(row, position))]
        if not answers:
            continue
        is_open = _OPEN_HEADING.search(text) is not None
        scale, choices = ("text", frozenset[str]()) if is_open else _scale(answers)
        if scale == "text":
            tally.add("survey_text", n=len(answers))
            continue
        item = without_persons(heading)[0] or f"Вопрос {position + 1}"
        used[item] += 1
        if used[item] > 1:
            item = f"{item} ({used[item]})"
        questions.append(_Question(position, item, scale, choices))
    return questions


def _answer_at(row: FormRow, position: int) -> str:
    cells = row.form.sheet.rows[row.index]
    return cell_text(cells[position]) if position < len(cells) else ""


def _scale(answers: list[str]) -> tuple[str, frozenset[str]]:
    """The scale that most answers fit; short answers that repeat are choices, others text."""
    told = [a for a in answers if normal_text(a) not in UNKNOWN_WORDS]
    decided = [a for a in told if not _UNDECIDED.match(normal_text(a))]
    for scale in ("yes_no", "points", "agreement"):
        fitting = sum(_number(answer, scale) is not None for answer in decided)
        if decided and fitting >= _MOST * len(decided):
            return scale, frozenset()
    counts = Counter(told)
    repeated = {answer for answer, n in counts.items() if n > 1 and len(answer) <= _LONGEST_CHOICE}
    n_repeated = sum(counts[answer] for answer in repeated)
    is_choice = repeated and len(counts) <= _MOST_CHOICES and n_repeated >= _MOST * len(told)
    if not is_choice or any(without_persons(answer)[1] for answer in repeated):
        return "text", frozenset()
    return "choice", frozenset(repeated)


def _number(answer: str, scale: str) -> float | None:
    text = normal_text(answer)
    if scale == "yes_no":
        return _YES_NO.get(text.rstrip("."))
    if scale == "points":
        found = _POINT.match(text)
        return float(found.group(1)) if found else None
    return next((number for pattern, number in _AGREEMENT if pattern.match(text)), None)


def _answers(row: FormRow, questions: list[_Question], tally: Tally) -> list[dict[str, object]]:
    answers: list[dict[str, object]] = []
    for question in questions:
        text = _answer_at(row, question.position)
        if not text or normal_text(text) in UNKNOWN_WORDS:
            continue
        shown, number = _kept_answer(text, question)
        if shown is None:
            tally.add("survey_answer")
            continue
        answers.append(
            {
                "item": question.item,
                "answer": shown,
                "answer_number": number,
                "scale": question.scale,
            }
        )
    return answers


def _kept_answer(text: str, question: _Question) -> tuple[str | None, float | None]:
    """The answer as it may be stored: a word of the scale, a point, a frequent choice."""
    if _UNDECIDED.match(normal_text(text)):
        return "затрудняюсь ответить", None
    if question.scale == "choice":
        return (text if text in question.choices else _OWN_CHOICE), None
    number = _number(text, question.scale)
    if number is None:
        return None, None
    if question.scale == "points":
        return str(int(number)), number
    if question.scale == "yes_no":
        return "да" if number else "нет", number
    return _AGREEMENT_WORDS[int(number) - 1], number


_AGREEMENT_WORDS = ("нет", "скорее нет", "скорее да", "да")
