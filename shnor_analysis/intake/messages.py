"""Remarks to files: an issue, the table of issues and words that sentences are built of."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.errors import SourceFileError
from shnor_analysis.intake.checks import CHECKS
from shnor_analysis.tables import ISSUES


@dataclass(frozen=True)
class Issue:
    """One remark to one place of one file; becomes a row of the ``issues`` table."""

    check_id: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    school_id: str | None
    message: str

    @property
    def severity(self) -> str:
        """How serious the remark is: error, warning, query or note."""
        return CHECKS[self.check_id].severity

    @property
    def guidance(self) -> str:
        """What to do about it."""
        return CHECKS[self.check_id].guidance


class UnreadableFile(SourceFileError):  # noqa: N818 - reads as a sentence at the raise
    """A file that cannot be opened as a table; carries the check that says why."""

    def __init__(self, check_id: str, **fields: str) -> None:
        self.check_id = check_id
        super().__init__(CHECKS[check_id].template.format(**fields))

    def issue(self, file: str) -> Issue:
        """The remark to the file."""
        return Issue(self.check_id, file, None, None, None, None, None, str(self))


_UNNAMED_SHEET = re.compile(r"^Лист «(?:None)?»[:,] ")


def make_issue(
    check_id: str,
    file: str,
    sheet: str | None = None,
    row: int | None = None,
    *,
    column: str | None = None,
    value: str | None = None,
    school_id: str | None = None,
    **fields: object,
) -> Issue:
    """Build an issue; ``fields`` fill the template of the check.

    ``value`` and every field must already be free of personal data (see ``cells.safe_value``).
    """
    place = {"sheet": sheet, "row": row, "column": column, "value": value, "school_id": school_id}
    message = CHECKS[check_id].template.format(**{**place, **fields})
    if not sheet:  # a CSV has one sheet without a name
        message = _UNNAMED_SHEET.sub("", message)
        message = message[:1].upper() + message[1:]
    return Issue(check_id, file, sheet or None, row, column, value, school_id, message)


def issues_table(issues: list[Issue]) -> pd.DataFrame:
    """Return issues as the ``issues`` table, one row per issue, numbered in a stable order."""
    ordered = sorted(set(issues), key=_place)
    return ISSUES.conform(
        pd.DataFrame(
            {
                "issue_id": range(1, len(ordered) + 1),
                "issue_code": _issue_codes(ordered),
                "severity": [i.severity for i in ordered],
                "check_id": [i.check_id for i in ordered],
                "school_id": [i.school_id for i in ordered],
                "file": [i.file for i in ordered],
                "sheet": [i.sheet for i in ordered],
                "row": [i.row for i in ordered],
                "column": [i.column for i in ordered],
                "value": [i.value for i in ordered],
                "message": [i.message for i in ordered],
                "guidance": [i.guidance for i in ordered],
            },
            dtype=object,
        )
    )


def with_issues(table: pd.DataFrame, issues: list[Issue]) -> pd.DataFrame:
    """Put more remarks at the end of the ``issues`` table and number them on."""
    if not issues:
        return table
    more = issues_table(issues)
    both = pd.concat([table, more.assign(issue_id=more["issue_id"] + len(table))])
    return ISSUES.conform(both)


NO_SCHOOL = "000000"


def _issue_codes(issues: list[Issue]) -> list[str]:
    """Short codes «check-school-place» that a school can type back.

    The first two parts are the same every year; the last one does not depend on file names, and
    equal places are told apart by their order.
    """
    seen: Counter[str] = Counter()
    codes = []
    for issue in issues:
        series = issue_series(issue.check_id, issue.school_id)
        place = "\x1f".join(
            str(part) for part in (issue.sheet, issue.row, issue.column, issue.value, issue.message)
        )
        seen[f"{series}{place}"] += 1
        codes.append(f"{series}-{_short_hash(place + str(seen[f'{series}{place}']))}")
    return codes


def issue_series(check_id: str, school_id: str | None) -> str:
    """The part of an issue's code that next year's same check of the same school shares."""
    return f"{_short_hash(check_id)}-{school_id or NO_SCHOOL}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:4]


def _place(issue: Issue) -> tuple[object, ...]:
    return (
        issue.file,
        issue.sheet or "",
        issue.row or 0,
        issue.check_id,
        issue.column or "",
        issue.school_id or "",
        issue.value or "",
        issue.message,
    )


# What was found, as a part of the sentences above.
FOUND_IN_FIRST_ROW = "в первой непустой строке {cells}"
FOUND_EXTENSION = "расширение {extension}"

NOT_USED: dict[str, str] = {
    "region_classes": "Сведения о классах и учебниках из протокола ВПР: в расчёт не входят.",
    "form_help": "Пояснения к шаблону: данных в файле нет.",
    "drop_down_lists": "Служебные списки формы сбора результатов: в расчёт не входят.",
    "issues_list": "Перечень замечаний программы: ответов школы в файле нет.",
    "contents": "Содержание книги: данных в файле нет.",
}

# Headings that the column maps know as patterns, as a person would look for them in the file.
READABLE_HEADINGS: dict[str, str] = {
    "task": "1 (2б)",
    "n_participants": "Кол-во участников(всего)",
    "lowered_percent": "Понизили (Отметка < Отметка по журналу) %",
    "lowered_n": "Понизили (Отметка < Отметка по журналу) Кол-во участников",
    "confirmed_percent": "Подтвердили (Отметка = Отметке по журналу) %",
    "confirmed_n": "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
    "raised_percent": "Повысили (Отметка > Отметка по журналу) %",
    "raised_n": "Повысили (Отметка > Отметка по журналу) Кол-во участников",
    "school_mark": "Отметка за предыдущий триместр/ четверть/полугодие",
    "skill": "Блоки ПООП … или проверяемые требования (умения)",
    "max_score": "Макс балл",
    "sign": "4 РУ",
    "short_name": "2. СОКРАЩЕННОЕ наименование ОО",
    "inn": "6. ИНН",
    "oge_code": "7. Код ОГЭ",
    "ege_code": "8. Код ЕГЭ",
    "n_pupils": "20. Укажите количество обучающихся в ОО",
}
