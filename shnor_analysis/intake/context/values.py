"""Answers of the ФИС ОКО context form as indicators of conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shnor_analysis.intake.cells import cell_text, is_blank, parse_pupils, safe_value
from shnor_analysis.intake.extract import ANSWERED_AT, SCHOOL_REFERENCE
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import AnswerRank, normal_text

SOURCE = "fisoko_context"
_GRADES = tuple(f"n_pupils_grade_{grade}" for grade in range(1, 13))
_TEACHERS = (
    "n_teachers_high_category", "n_teachers_first_or_high", "n_teachers_under_30",
    "n_teachers_pension_age",
)  # fmt: skip
_COMPUTERS = ("n_computers_obsolete", "n_computers_online")
_UNITS = {
    **dict.fromkeys(("n_pupils", *_GRADES, "n_teachers", *_TEACHERS), "person"),
    **dict.fromkeys(("n_computers", *_COMPUTERS), "count"),
    **dict.fromkeys(
        ("settlement_kind", "settlement_size", "city_access", "internet_speed"), "ordinal"
    ),
}
# Part → whole: a part cannot be larger.
_WHOLE = {
    **dict.fromkeys(_GRADES, "n_pupils"),
    **dict.fromkeys(_TEACHERS, "n_teachers"),
    **dict.fromkeys(_COMPUTERS, "n_computers"),
}
# How the form asks, in short, for remarks.
_WORDS = {
    "n_pupils": "обучающихся всего", "n_teachers": "учителей всего",
    "n_teachers_high_category": "учителей высшей категории",
    "n_teachers_first_or_high": "учителей первой и высшей категорий",
    "n_teachers_under_30": "учителей не старше 30 лет",
    "n_teachers_pension_age": "учителей пенсионного возраста",
    "n_computers": "компьютеров всего", "n_computers_obsolete": "устаревших компьютеров",
    "n_computers_online": "компьютеров с доступом к сети Интернет",
    "settlement_kind": "где расположена ОО", "settlement_size": "размер населённого пункта",
    "city_access": "как добраться до крупного города", "internet_speed": "скорость Интернета",
    **{f"n_pupils_grade_{grade}": f"{grade} класс, обучающихся" for grade in range(1, 13)},
}  # fmt: skip
_ORDINAL = re.compile(r"^\s*(\d{1,2})\s*[.)]\s*")


@dataclass(frozen=True)
class ContextLine:
    """One answer of a school: cells by our column, when it was given, its zero-based row."""

    login: str
    answered_at: str
    index: int
    assessment_year: int | None
    cells: dict[str, object]


def context_rows(
    sheet: Sheet, line: ContextLine, ranks: tuple[AnswerRank, ...]
) -> tuple[list[dict[str, object]], list[Issue]]:
    """Rows of the table ``context`` of one answer.

    Parameters
    ----------
    sheet : Sheet
        Where the answer stands.
    line : ContextLine
        The answer; without a year it gives no rows.
    ranks : tuple of AnswerRank
        Worded answers that have a place on a scale.

    Returns
    -------
    list of dict, list of Issue
        A blank answer is no row; an unreadable one is unknown with a warning; a part larger
        than its whole is left out with an error.
    """
    if not line.assessment_year:
        return [], []
    issues: list[Issue] = []
    values: dict[str, int] = {}
    for indicator in _UNITS:
        cell = line.cells.get(indicator)
        if is_blank(cell):
            continue
        value = _read(indicator, cell, ranks)
        if value is not None:
            values[indicator] = value
        elif indicator != "n_pupils":  # the register reader names an unreadable n_pupils
            issues.append(_unreadable(sheet, line, indicator, cell))
    issues.extend(_check_grades(sheet, line, values))
    for part, whole in _WHOLE.items():
        if part in values and whole in values and values[part] > values[whole]:
            issues.append(_part_issue(sheet, line, part, values.pop(part), values[whole]))
    return [_row(sheet, line, indicator, value) for indicator, value in values.items()], issues


def _read(indicator: str, cell: object, ranks: tuple[AnswerRank, ...]) -> int | None:
    if _UNITS[indicator] != "ordinal":
        return parse_pupils(cell)
    text = cell_text(cell)
    own = [rank for rank in ranks if rank.indicator == indicator]
    if own:  # the order of such a scale is ours, a number before the words is not
        words = _answer_words(text)
        return next((rank.value for rank in own if _answer_words(rank.answer) == words), None)
    found = _ORDINAL.match(text)
    return int(found.group(1)) if found else None


def _answer_words(text: str) -> str:
    """A worded answer as it is compared: without its number, unit, spaces and kinds of dashes."""
    words = normal_text(_ORDINAL.sub("", text)).replace("мбит/с", "")
    return re.sub(r"[\s.–—-]+", " ", words).strip()


def _unreadable(sheet: Sheet, line: ContextLine, indicator: str, cell: object) -> Issue:
    is_ordinal = _UNITS[indicator] == "ordinal"
    return make_issue(
        "context_value",
        sheet.file,
        sheet.name,
        line.index + 1,
        column=_WORDS[indicator],
        value=safe_value(cell),
        school_id=line.login[3:],
        expected="ответ из списка" if is_ordinal else "целое число от 0",
    )


def _check_grades(sheet: Sheet, line: ContextLine, values: dict[str, int]) -> list[Issue]:
    """Query when the pupils of all classes do not make up the pupils of the school."""
    grades = [values[grade] for grade in _GRADES if grade in values]
    if not grades or values.get("n_pupils") in (None, sum(grades)):
        return []
    return [
        make_issue(
            "context_grades",
            sheet.file,
            sheet.name,
            line.index + 1,
            value=str(values["n_pupils"]),
            school_id=line.login[3:],
            computed=sum(grades),
        )
    ]


def _part_issue(sheet: Sheet, line: ContextLine, part: str, value: int, n_whole: int) -> Issue:
    return make_issue(
        "context_part",
        sheet.file,
        sheet.name,
        line.index + 1,
        column=_WORDS[part],
        value=str(value),
        school_id=line.login[3:],
        whole=_WORDS[_WHOLE[part]],
        n_whole=n_whole,
    )


def _row(sheet: Sheet, line: ContextLine, indicator: str, value: int) -> dict[str, object]:
    return {
        **dict.fromkeys(SCHOOL_REFERENCE),
        "school_login": line.login,
        "assessment_year": line.assessment_year,
        "indicator": indicator,
        "value": float(value),
        "unit": _UNITS[indicator],
        "source": SOURCE,
        "reported_at": line.answered_at[:10] or None,
        "source_file": sheet.file,
        "source_sheet": sheet.name or None,
        "source_row": line.index + 1,
        ANSWERED_AT: line.answered_at or None,
    }
