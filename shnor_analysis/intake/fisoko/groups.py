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
from shnor_analysis.intake.extract import Extract, SchoolMention, Work, refused
from shnor_analysis.intake.fisoko.heading import group_words, read_work, undated
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

PERCENT_TOLERANCE = 0.1  # four percents rounded to two decimals; formats.md 7.4
EPSILON = 1e-9
WHOLE = 100.0  # percent
_HALF_CENT = 0.005  # a percent printed with two decimals is this near to the true one


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


# What a report without codes may call a municipality: nothing but letters round these words.
_NAMED_MUNICIPALITY = re.compile(
    r"^(?=.*\b(?:район|округ|город)\b|г\. ?[а-я])[а-я .«»\"()-]{4,80}$"
)
_NAMED_SCHOOL = re.compile(
    r"\b(?:м[бка]?оу|гб?оу|гкоу|сош|оош|нош|школа|гимназия|лицей|интернат)\b"
)


@dataclass(frozen=True)
class Group:
    """A group of participants: level, stable key and name.

    ``group_id`` is None where a report names a school or a municipality without its code.
    """

    level: str
    group_id: str | None
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


def is_school_name(name: str) -> bool:
    """Whether a text reads like the name of a school, and not like that of a person."""
    return _NAMED_SCHOOL.search(normal_text(name)) is not None


def read_named_group(value: object) -> Group | None:
    """Recognise a group also by its name alone, for reports that print no codes.

    Returns
    -------
    Group or None
        As :func:`read_group`; a school or municipality without a code has ``group_id`` None and
        is looked up by name when all files are known. None when it is neither.

    References
    ----------
    formats.md, sections 1.3 (2019–2021) and 1.5.
    """
    if group := read_group(value):
        return group
    name = group_words(value)
    if is_school_name(name):
        return Group("school", None, name)
    is_municipality = _NAMED_MUNICIPALITY.match(normal_text(name))
    return Group("municipality", None, name) if is_municipality else None


MARKS = ("2", "3", "4", "5")
_MARK_COLUMNS = {mark: f"mark_{mark}" for mark in MARKS}
JOURNAL_ITEMS = ("lowered", "confirmed", "raised")


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
    columns = tuple(f"{item}_{kind}" for item in JOURNAL_ITEMS for kind in ("percent", "n"))
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


Items = list[tuple[str, float, int]]  # item, share, count


def _read_groups(
    sheet: Sheet,
    methodology: Methodology,
    form: str,
    required: tuple[str, ...],
    read_row: Callable[[_GroupRow, int], tuple[Items, list[Issue]]],
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
                    value=shown_group(name),
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
                group_row(sheet, index, work, report, group, n_participants, item, share, count)
            )
        if group.level == "school" and items:
            mentions.append(school_mention(sheet, index, str(read_login(name)), group.name))
    return Extract(
        works=[work],
        groups=pd.DataFrame(rows) if rows else None,
        mentions=mentions,
        issues=issues,
    )


def group_row(
    sheet: Sheet,
    index: int,
    work: Work,
    report: str,
    group: Group,
    n_participants: int,
    item: str,
    share: float,
    count: int,
) -> dict[str, object]:
    """One row of ``Extract.groups`` from a zero-based row of a sheet."""
    return {
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


def shown_group(name: object) -> str:
    """A group name for a message when it is surely an organisation and not a person."""
    is_organisation = _NEEDS_CODE.search(normal_text(name)) is not None
    return describe_row([name]) if is_organisation else safe_value(name)


def school_mention(sheet: Sheet, index: int, login: str, name: str) -> SchoolMention:
    """How a zero-based row of a sheet names a school."""
    return SchoolMention(
        login=login,
        name=name,
        municipality_id=None,
        municipality_name=None,
        file=sheet.file,
        sheet=sheet.name or None,
        row=index + 1,
    )


def _bad_group_cell(line: _GroupRow, column: str, expected: str) -> Issue:
    return line.issue("group_value", column, value=safe_value(line.cell(column)), expected=expected)


def _percents(line: _GroupRow, columns: list[str]) -> list[float] | Issue:
    percents = []
    for column in columns:
        percent = parse_number(line.cell(column))
        if percent is None or not 0 <= percent <= WHOLE:
            return _bad_group_cell(line, column, "процент от 0 до 100")
        percents.append(percent)
    return percents


def adds_up(percents: list[float], tolerance: float, whole: float = WHOLE) -> bool:
    """Whether percents give the whole, as far as their rounding lets one say."""
    return abs(sum(percents) - whole) <= tolerance + EPSILON


def scores_tolerance(n_columns: int) -> float:
    """How far many percents may be from 100 in all: each is rounded to two decimals."""
    return max(PERCENT_TOLERANCE, _HALF_CENT * n_columns)


def _marks_row(line: _GroupRow, n_participants: int) -> tuple[Items, list[Issue]]:
    percents = _percents(line, list(_MARK_COLUMNS.values()))
    if isinstance(percents, Issue):
        return [], [percents]
    counts = largest_remainder(percents, n_participants)
    items = [
        (item, percent / 100, count)
        for item, percent, count in zip(_MARK_COLUMNS, percents, counts, strict=True)
    ]
    if n_participants == 0 or adds_up(percents, PERCENT_TOLERANCE):
        return items, []
    return items, [line.issue("group_percent_sum", value=count_text(sum(percents)))]


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
    if abs(total - WHOLE) > PERCENT_TOLERANCE + EPSILON:
        return [int(percent * n / 100 + 0.5) for percent in percents]
    exact = [percent * n / total for percent in percents]
    counts = [int(value + EPSILON) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: n - sum(counts)]:
        counts[i] += 1
    return counts


def _comparison_row(line: _GroupRow, n_participants: int) -> tuple[Items, list[Issue]]:
    percents = _percents(line, [f"{item}_percent" for item in JOURNAL_ITEMS])
    if isinstance(percents, Issue):
        return [], [percents]
    counts: list[int] = []
    for item in JOURNAL_ITEMS:
        count = parse_count(line.cell(f"{item}_n"))
        if count is None:
            return [], [_bad_group_cell(line, f"{item}_n", "целое число участников")]
        counts.append(count)
    items = [
        (item, percent / 100, count)
        for item, percent, count in zip(JOURNAL_ITEMS, percents, counts, strict=True)
    ]
    return items, journal_issues(
        items,
        n_participants,
        line.group.level,
        lambda check_id, item, **fields: line.issue(check_id, item and f"{item}_n", **fields),
    )


def journal_issues(
    items: Items,
    n_participants: int,
    level: str,
    issue: Callable[..., Issue],
) -> list[Issue]:
    """Check lowered, confirmed and raised against each other and against all participants.

    Parameters
    ----------
    items : list of (item, share, count)
        The three parts of one group.
    n_participants : int
        All participants of the group, those without a journal mark included.
    level : str
        Level of the group: missing journal marks matter for schools and municipalities.
    issue : callable
        Builds the issue: check id, item or None, and the fields of the sentence.
    """
    total = sum(count for _, _, count in items)
    issues = []
    percents = [100 * share for _, share, _ in items]
    has_mark = WHOLE * total / n_participants if n_participants else WHOLE
    is_whole = any(adds_up(percents, PERCENT_TOLERANCE, whole) for whole in (WHOLE, has_mark))
    if n_participants and not is_whole:
        issues.append(issue("group_percent_sum", None, value=count_text(sum(percents))))
    if total > n_participants:
        issues.append(issue("group_count_sum", None, value=total, n_participants=n_participants))
    elif total < n_participants and level in ("school", "municipality"):
        missing = n_participants - total
        issues.append(issue("group_no_journal", None, value=missing, n_participants=n_participants))
    bases = [base for base in (n_participants, total) if base]
    for (item, _, count), percent in zip(items, percents, strict=True):
        gaps = [abs(100 * count / base - percent) for base in bases]
        if gaps and min(gaps) > PERCENT_TOLERANCE + EPSILON:
            issues.append(
                issue(
                    "group_count_percent",
                    item,
                    value=count,
                    percent=count_text(percent),
                    n_participants=n_participants,
                )
            )
    return issues
