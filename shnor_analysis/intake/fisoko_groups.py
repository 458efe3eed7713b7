"""Readers of ФИС ОКО group reports: mark statistics (Ф3), comparison with the journal."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    count_text,
    describe_row,
    is_blank,
    parse_count,
    parse_number,
    read_login,
    read_municipality_id,
    safe_value,
)
from shnor_analysis.intake.extract import Extract, SchoolMention, refused
from shnor_analysis.intake.fisoko_heading import group_words, read_work, undated
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_PERCENT_TOLERANCE = 0.1  # four percents rounded to two decimals; formats.md 7.4
_EPSILON = 1e-9
_WHOLE = 100  # percent


COUNTRY = "Вся выборка"
_COUNTRY_NAMES = {"вся выборка", "российская федерация", "рф"}
_NEEDS_CODE = re.compile(
    r"\b(?:м[бка]?оу|гб?оу|гкоу|сош|оош|нош|школа|гимназия|лицей|муниципальный|городской округ)\b"
    r"|\bрайон\b"
)

# Every region of the country has one of these words in its name.
_REGION = re.compile(
    r"\bобласть\b|\bкрай\b|\bреспублика\b|\bавтономн|\bмосква\b|петербург|севастополь|байконур"
)


@dataclass(frozen=True)
class Group:
    """A group of participants: level, stable key and name."""

    level: str
    group_id: str
    name: str


def read_group(value: object) -> Group | None:
    """Recognise a group of participants by its code; None when a code is expected but absent.

    References
    ----------
    formats.md, section 1.1 (level regexes).
    """
    name = group_words(value)
    if not name:
        return None
    if login := read_login(value):
        return Group("school", login[3:], name)
    if code := read_municipality_id(value):
        return Group("municipality", code, name)
    if normal_text(name) in _COUNTRY_NAMES:
        return Group("country", COUNTRY, name)
    is_region = _REGION.search(normal_text(name)) and not _NEEDS_CODE.search(normal_text(name))
    return Group("region", name, name) if is_region else None


_MARK_COLUMNS = {"2": "mark_2", "3": "mark_3", "4": "mark_4", "5": "mark_5"}
_JOURNAL_ITEMS = ("lowered", "confirmed", "raised")


def read_marks(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Статистика по отметкам»: one group a row, percents of marks 2–5.

    Returns
    -------
    Extract
        ``groups``: one row per group × mark; counts by largest remainder, so that they add up
        to the number of participants.

    References
    ----------
    formats.md, section 1.2.
    """
    required = ("group_name", "n_participants", *_MARK_COLUMNS.values())
    return _read_groups(sheet, methodology, "fisoko_marks", required, _marks_row)


def read_comparison(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Сравнение отметок с отметками по журналу», the horizontal form.

    Returns
    -------
    Extract
        ``groups``: one row per group × (lowered, confirmed, raised); counts as in the file.

    References
    ----------
    formats.md, section 1.3.
    """
    columns = tuple(f"{item}_{kind}" for item in _JOURNAL_ITEMS for kind in ("percent", "n"))
    required = ("group_name", "n_participants", *columns)
    return _read_groups(sheet, methodology, "fisoko_comparison", required, _comparison_row)


@dataclass(frozen=True)
class _GroupRow:
    """One row of an aggregate report with the means to point at it."""

    sheet: Sheet
    index: int
    positions: dict[str, int]
    group: Group
    header: list[object]

    def cell(self, column: str) -> object:
        return cell_at(self.sheet.rows[self.index], self.positions, column)

    def issue(self, check_id: str, column: str | None = None, **fields: object) -> Issue:
        heading = None
        if column is not None:
            heading = cell_text(self.header[self.positions[column]])
        value = fields.pop("value", None)
        return make_issue(
            check_id,
            self.sheet.file,
            self.sheet.name,
            self.index + 1,
            column=heading,
            value=None if value is None else str(value),
            school_id=self.group.group_id if self.group.level == "school" else None,
            **fields,
        )


_Items = list[tuple[str, float, int]]  # item, share, count


def _read_groups(
    sheet: Sheet,
    methodology: Methodology,
    form: str,
    required: tuple[str, ...],
    read_row: Callable[[_GroupRow, int], tuple[_Items, list[Issue]]],
) -> Extract:
    column_map = methodology.column_map(form)
    work = read_work(sheet, methodology)
    year = None if isinstance(work, Issue) else work.assessment_year
    header = require_columns(sheet, column_map, required, year)
    if isinstance(header, Issue):
        return refused(header)
    if isinstance(work, Issue):
        return refused(work)
    start, positions = header
    report = "marks" if form == "fisoko_marks" else "journal"
    rows: list[dict[str, object]] = []
    mentions: list[SchoolMention] = []
    issues = undated(sheet, work)
    for index in range(start + 1, len(sheet.rows)):
        raw = sheet.rows[index]
        if all(is_blank(cell) for cell in raw):
            continue
        name = cell_at(raw, positions, "group_name")
        group = read_group(name)
        if group is None:
            issues.append(
                make_issue(
                    "group_name",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column="Группы участников",
                    value=_shown_group(name),
                )
            )
            continue
        line = _GroupRow(sheet, index, positions, group, sheet.rows[start])
        n_participants = parse_count(line.cell("n_participants"))
        if n_participants is None:
            issues.append(_bad_group_cell(line, "n_participants", "целое число участников"))
            continue
        items, row_issues = read_row(line, n_participants)
        issues.extend(row_issues)
        for item, share, count in items:
            rows.append(
                {
                    "work_id": work.work_id,
                    "report": report,
                    "group_level": group.level,
                    "group_id": group.group_id,
                    "group_name": group.name,
                    "item": item,
                    "n_participants": n_participants,
                    "value_share": share,
                    "value_n": count,
                    "source_file": sheet.file,
                    "source_sheet": sheet.name or None,
                    "source_row": index + 1,
                }
            )
        if group.level == "school" and items:
            mentions.append(_group_mention(line, str(read_login(name))))
    return Extract(
        works=[work],
        groups=pd.DataFrame(rows) if rows else None,
        mentions=mentions,
        issues=issues,
    )


def _shown_group(name: object) -> str:
    """A group name for a message when it is surely an organisation and not a person."""
    is_organisation = _NEEDS_CODE.search(normal_text(name)) is not None
    return describe_row([name]) if is_organisation else safe_value(name)


def _group_mention(line: _GroupRow, login: str) -> SchoolMention:
    return SchoolMention(
        login=login,
        name=line.group.name,
        municipality_id=None,
        municipality_name=None,
        file=line.sheet.file,
        sheet=line.sheet.name or None,
        row=line.index + 1,
    )


def _bad_group_cell(line: _GroupRow, column: str, expected: str) -> Issue:
    return line.issue("group_value", column, value=safe_value(line.cell(column)), expected=expected)


def _percents(line: _GroupRow, columns: list[str]) -> list[float] | Issue:
    percents = []
    for column in columns:
        percent = parse_number(line.cell(column))
        if percent is None or not 0 <= percent <= _WHOLE:
            return _bad_group_cell(line, column, "процент от 0 до 100")
        percents.append(percent)
    return percents


def _sum_issues(
    line: _GroupRow, percents: list[float], n_participants: int, n_counted: int
) -> list[Issue]:
    """Percents of marks add up to 100; of the journal report, to the share that has a mark."""
    if n_participants == 0:
        return []
    total = sum(percents)
    for expected in (100.0, 100 * n_counted / n_participants):
        if abs(total - expected) <= _PERCENT_TOLERANCE + _EPSILON:
            return []
    return [line.issue("group_percent_sum", value=count_text(total))]


def _marks_row(line: _GroupRow, n_participants: int) -> tuple[_Items, list[Issue]]:
    percents = _percents(line, list(_MARK_COLUMNS.values()))
    if isinstance(percents, Issue):
        return [], [percents]
    counts = largest_remainder(percents, n_participants)
    items = [
        (item, percent / 100, count)
        for item, percent, count in zip(_MARK_COLUMNS, percents, counts, strict=True)
    ]
    return items, _sum_issues(line, percents, n_participants, n_participants)


def largest_remainder(percents: list[float], n: int) -> list[int]:
    """Counts behind rounded percents.

    Parameters
    ----------
    percents : list of float
        Parts of ``n`` in percent.
    n : int
        Participants.

    Returns
    -------
    list of int
        Whole counts that add up to ``n`` when the percents add up to 100 ± 0.1; otherwise each
        is simply rounded, since nothing says where the missing people belong.

    Examples
    --------
    >>> largest_remainder([12.36, 52.81, 26.97, 7.87], 89)
    [11, 47, 24, 7]
    """
    total = sum(percents)
    if abs(total - _WHOLE) > _PERCENT_TOLERANCE + _EPSILON:
        return [int(percent * n / 100 + 0.5) for percent in percents]
    exact = [percent * n / total for percent in percents]
    counts = [int(value + _EPSILON) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: n - sum(counts)]:
        counts[i] += 1
    return counts


def _comparison_row(line: _GroupRow, n_participants: int) -> tuple[_Items, list[Issue]]:
    percents = _percents(line, [f"{item}_percent" for item in _JOURNAL_ITEMS])
    if isinstance(percents, Issue):
        return [], [percents]
    counts: list[int] = []
    for item in _JOURNAL_ITEMS:
        count = parse_count(line.cell(f"{item}_n"))
        if count is None:
            return [], [_bad_group_cell(line, f"{item}_n", "целое число участников")]
        counts.append(count)
    total = sum(counts)
    issues = _sum_issues(line, percents, n_participants, total)
    if total > n_participants:
        issues.append(line.issue("group_count_sum", value=total, n_participants=n_participants))
    elif total < n_participants and line.group.level in ("school", "municipality"):
        missing = n_participants - total
        issues.append(line.issue("group_no_journal", value=missing, n_participants=n_participants))
    bases = [base for base in (n_participants, total) if base]
    for item, percent, count in zip(_JOURNAL_ITEMS, percents, counts, strict=True):
        gaps = [abs(100 * count / base - percent) for base in bases]
        if gaps and min(gaps) > _PERCENT_TOLERANCE + _EPSILON:
            issues.append(
                line.issue(
                    "group_count_percent",
                    f"{item}_n",
                    value=count,
                    percent=count_text(percent),
                    n_participants=n_participants,
                )
            )
    items = [
        (item, percent / 100, count)
        for item, percent, count in zip(_JOURNAL_ITEMS, percents, counts, strict=True)
    ]
    return items, issues
