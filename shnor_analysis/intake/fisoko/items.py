"""Readers of ФИС ОКО group reports by scores, tasks and skills; their layouts are remembered."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

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
    safe_value,
)
from shnor_analysis.intake.extract import Extract, SchoolMention, Work, refused
from shnor_analysis.intake.fisoko.groups import (
    WHOLE,
    Group,
    adds_up,
    read_group,
    read_named_group,
    school_mention,
    scores_tolerance,
    shown_group,
)
from shnor_analysis.intake.fisoko.heading import read_work, undated, with_max_score
from shnor_analysis.intake.fisoko.task_codes import task_code
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text
from shnor_analysis.tables import GROUP_ITEMS

_MAX_ROW = re.compile(r"^макс(?:\.|имальный)?\s*балл")
# A cell that is nothing but a mark: «2», «Группа «2»», «Участники, получившие отметку 4».
_MARK_LABEL = re.compile(
    r"^(?:участники,? )?(?:получившие )?(?:группа|отметка|отметку)? ?[«\"(]?([2-5])[»\")]?$"
)
_MARK_AFTER_GROUP = re.compile(r"отметк[а-я]* ?[«\"(]?([2-5])(?!\d)")
_N_PARTICIPANTS = re.compile(r"^([\d\s,]+?)\s*(?:уч\b|участник)")
# mixed script on purpose: кk
_NUMBERED = re.compile(r"^\d+(?:[.,(]\d+\)?)?(?:[кk]\d+)?[.)]?\s")
_SKILL_WORDS = 4  # no person's name has as many words


@dataclass(frozen=True)
class _Item:
    """A column of a report: where it stands, what it is, its maximum when it has one."""

    position: int
    item: str
    max_score: int | None = None


def read_distribution(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Распределение первичных баллов»: one group a row, percents of scores 0…max.

    Returns
    -------
    Extract
        ``reported["group_items"]``, report ``scores``: one row per group × score. Blank cells
        are missing, not zero. A row with an impossible percent is left out with one error.

    References
    ----------
    formats.md, section 1.5.
    """
    return _read_wide(sheet, methodology, "scores", _score_item)


def read_tasks(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Выполнение заданий»: one group a row, percents of the maximum of each task.

    Returns
    -------
    Extract
        ``reported["group_items"]``, report ``tasks``: one row per group × task; maxima from the
        row «Макс балл» or from the headings. Blank cells are missing, not zero.

    References
    ----------
    formats.md, section 1.5.
    """
    return _read_wide(sheet, methodology, "tasks", _task_item)


def read_tasks_by_mark(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Выполнение заданий группами участников»: groups by mark under or beside a group.

    Returns
    -------
    Extract
        ``reported["group_items"]``, report ``tasks_by_mark``: one row per group × mark × task,
        item «2|9.1». The mark stands in its own column, in the cell of the group, or in rows
        under the row of the group. Percents of a whole group are a note, not a row.

    References
    ----------
    formats.md, section 1.5.
    """
    return _read_wide(sheet, methodology, "tasks_by_mark", _task_item)


def _task_item(position: int, heading: object) -> _Item | None:
    found = task_code(heading)
    return _Item(position, *found) if found else None


def _score_item(position: int, heading: object) -> _Item | None:
    score = parse_count(heading)
    return None if score is None else _Item(position, str(score))


_EXPECTED_HEADING = {"scores": "число баллов", "tasks": "номер задания"}


@dataclass(frozen=True)
class _Table:
    """The heading row of a wide report and what its columns are."""

    sheet: Sheet
    header: int
    positions: dict[str, int]
    items: list[_Item]
    work: Work
    report: str


def _read_wide(
    sheet: Sheet,
    methodology: Methodology,
    report: str,
    read_item: Callable[[int, object], _Item | None],
) -> Extract:
    """Read a report with groups as rows and scores or tasks as columns."""
    column_map = methodology.column_map("fisoko_items")
    work = read_work(sheet, methodology)
    year = None if isinstance(work, Issue) else work.assessment_year
    header = require_columns(sheet, column_map, ("group_name",), year)
    if isinstance(header, Issue):
        return refused(header)
    if isinstance(work, Issue):
        return refused(work)
    start, positions = header
    if report != "tasks_by_mark":
        positions = {name: at for name, at in positions.items() if name != "mark"}
    items, issues = _item_columns(sheet, start, positions, report, read_item)
    if not items:
        expected = _EXPECTED_HEADING.get(report, _EXPECTED_HEADING["tasks"])
        return refused(_no_items(sheet, start, expected))
    issues += undated(sheet, work)
    if report == "scores":
        work, found = _with_highest_score(sheet, work, items)
    else:
        items, found = _with_maxima(sheet, start, positions, items)
        issues += found
        maxima = [item.max_score for item in items if item.max_score is not None]
        computed = sum(maxima) if len(maxima) == len(items) else None
        work, found = with_max_score(sheet, work, computed)
    issues += found
    table = _Table(sheet, start, positions, items, work, report)
    rows, mentions, found = _read_rows(table)
    return _extract(work, rows, mentions, [*issues, *found])


def _extract(
    work: Work, rows: list[dict[str, object]], mentions: list[SchoolMention], issues: list[Issue]
) -> Extract:
    reported = {GROUP_ITEMS.name: pd.DataFrame(rows)} if rows else {}
    return Extract(works=[work], reported=reported, mentions=mentions, issues=issues)


def _no_items(sheet: Sheet, header: int, expected: str) -> Issue:
    found = describe_row(sheet.rows[header], is_heading=True)
    return make_issue(
        "item_no_columns", sheet.file, sheet.name, header + 1, expected=expected, found=found
    )


def _item_columns(
    sheet: Sheet,
    header: int,
    positions: dict[str, int],
    report: str,
    read_item: Callable[[int, object], _Item | None],
) -> tuple[list[_Item], list[Issue]]:
    """Every other filled heading is an item; one that is not is named, since it may be misspelt."""
    items: list[_Item] = []
    issues: list[Issue] = []
    for position, heading in enumerate(sheet.rows[header]):
        if is_blank(heading) or position in positions.values():
            continue
        item = read_item(position, heading)
        if item is not None and item.item not in {known.item for known in items}:
            items.append(item)
            continue
        issues.append(
            make_issue(
                "item_heading",
                sheet.file,
                sheet.name,
                header + 1,
                value=describe_row([heading], is_heading=True),
                expected=_EXPECTED_HEADING.get(report, _EXPECTED_HEADING["tasks"]),
            )
        )
    return items, issues


def _with_highest_score(sheet: Sheet, work: Work, items: list[_Item]) -> tuple[Work, list[Issue]]:
    """The highest score of the headings is the maximum of the work."""
    highest = max(int(item.item) for item in items)
    if work.max_score_raw is None:
        return replace(work, max_score_raw=highest), []
    if highest == work.max_score_raw:
        return work, []
    return work, [
        make_issue(
            "item_score_max",
            sheet.file,
            sheet.name,
            value=str(highest),
            maximum=work.max_score_raw,
        )
    ]


def _is_max_row(row: list[object], positions: dict[str, int]) -> bool:
    return bool(_MAX_ROW.match(normal_text(cell_at(row, positions, "group_name"))))


def _with_maxima(
    sheet: Sheet, header: int, positions: dict[str, int], items: list[_Item]
) -> tuple[list[_Item], list[Issue]]:
    """Maxima of tasks from the row «Макс балл», where there is one."""
    index = next(
        (i for i in range(header + 1, len(sheet.rows)) if _is_max_row(sheet.rows[i], positions)),
        None,
    )
    if index is None:
        return items, []
    known: list[_Item] = []
    issues: list[Issue] = []
    for item in items:
        cell = sheet.rows[index][item.position] if item.position < len(sheet.rows[index]) else None
        maximum = parse_count(cell)
        if maximum is None and not is_blank(cell):
            issues.append(
                make_issue(
                    "item_max_unknown",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column=item.item,
                    value=safe_value(cell),
                )
            )
        known.append(replace(item, max_score=item.max_score if maximum is None else maximum))
    return known, issues


def _read_rows(
    table: _Table,
) -> tuple[list[dict[str, object]], list[SchoolMention], list[Issue]]:
    rows: list[dict[str, object]] = []
    mentions: list[SchoolMention] = []
    issues: list[Issue] = []
    last_group: Group | None = None
    for index in range(table.header + 1, len(table.sheet.rows)):
        row = table.sheet.rows[index]
        if all(is_blank(cell) for cell in row) or _is_max_row(row, table.positions):
            continue
        name = cell_at(row, table.positions, "group_name")
        group = read_group(name)
        mark: str | None = None
        if table.report == "tasks_by_mark":
            mark = _mark_of(table, row)
            is_below = is_blank(name) or _MARK_LABEL.match(normal_text(name))
            group = last_group = last_group if group is None and is_below else group
        if group is None:
            issues.append(_unknown_group(table.sheet, index, name))
            continue
        values = _row_values(table, index, group)
        if isinstance(values, Issue):
            issues.append(values)
            continue
        if table.report == "tasks_by_mark" and mark is None:
            if values:
                issues.append(_issue(table, "item_no_mark", index, group))
            continue
        issues += _sum_issues(table, index, group, values)
        n_participants, found = _participants(table, index, group)
        issues += found
        prefix = f"{mark}|" if mark else ""
        rows += [
            item_row(
                table.sheet, index, table.work, table.report, group, n_participants,
                prefix + item.item, item.max_score, percent / WHOLE,
            )
            for item, percent in values
        ]  # fmt: skip
        if (login := read_login(name)) and values:
            mentions.append(school_mention(table.sheet, index, login, group.name))
    return rows, mentions, issues


def item_row(
    sheet: Sheet,
    index: int,
    work: Work,
    report: str,
    group: Group,
    n_participants: int | None,
    item: str,
    max_score: int | None,
    share: float,
) -> dict[str, object]:
    """One row of ``group_items`` from a zero-based row of a sheet."""
    return {
        "work_id": work.work_id,
        "report": report,
        "group_level": group.level,
        "group_id": group.group_id,
        "group_name": group.name,
        "item": item,
        "max_score": max_score,
        "n_participants": n_participants,
        "value_share": share,
        "source_file": sheet.file,
        "source_sheet": sheet.name or None,
        "source_row": index + 1,
    }


def _mark_of(table: _Table, row: list[object]) -> str | None:
    """The mark of a row: from its own column, else from the cell that may also hold the group."""
    own = normal_text(cell_at(row, table.positions, "mark"))
    name = normal_text(cell_at(row, table.positions, "group_name"))
    found = _MARK_LABEL.match(own) if own else _MARK_LABEL.match(name)
    found = found or _MARK_AFTER_GROUP.search(name)
    return found.group(1) if found else None


def _unknown_group(sheet: Sheet, index: int, name: object) -> Issue:
    return make_issue(
        "group_name",
        sheet.file,
        sheet.name,
        index + 1,
        column="Группы участников",
        value=shown_group(name),
    )


def _issue(
    table: _Table, check_id: str, index: int, group: Group, column: str | None = None,
    **fields: object,
) -> Issue:  # fmt: skip
    value = fields.pop("value", None)
    return make_issue(
        check_id,
        table.sheet.file,
        table.sheet.name,
        index + 1,
        column=column,
        value=None if value is None else str(value),
        school_id=group.group_id if group.level == "school" else None,
        **fields,
    )


def _row_values(table: _Table, index: int, group: Group) -> list[tuple[_Item, float]] | Issue:
    """Percents of a row; the first impossible one makes an error of the whole row."""
    row = table.sheet.rows[index]
    values = []
    for item in table.items:
        cell = row[item.position] if item.position < len(row) else None
        if is_blank(cell):
            continue
        percent = parse_number(cell)
        if percent is None or not 0 <= percent <= WHOLE:
            return _issue(
                table, "group_value", index, group, item.item,
                value=safe_value(cell), expected="процент от 0 до 100",
            )  # fmt: skip
        values.append((item, percent))
    return values


def _participants(table: _Table, index: int, group: Group) -> tuple[int | None, list[Issue]]:
    """Participants of a row; an unreadable number is missing, with a warning."""
    cell = cell_at(table.sheet.rows[index], table.positions, "n_participants")
    n_participants = parse_count(cell)
    if n_participants is not None or is_blank(cell):
        return n_participants, []
    heading = cell_text(table.sheet.rows[table.header][table.positions["n_participants"]])
    return None, [_issue(table, "item_participants", index, group, heading, value=safe_value(cell))]


def _sum_issues(
    table: _Table,
    index: int,
    group: Group,
    values: list[tuple[_Item, float]],
) -> list[Issue]:
    """Only shares of scores add up; shares of tasks do not."""
    if table.report != "scores" or not values:
        return []
    percents = [percent for _, percent in values]
    tolerance = scores_tolerance(len(percents))
    if adds_up(percents, tolerance):
        return []
    total, allowed = count_text(sum(percents)), count_text(tolerance)
    return [_issue(table, "item_scores_sum", index, group, value=total, tolerance=allowed)]


# --- skills ------------------------------------------------------------------------------------


def read_planned(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Достижение планируемых результатов»: skills as rows, groups as columns.

    Returns
    -------
    Extract
        ``reported["group_items"]``, report ``planned``: one row per group × skill. Groups stand
        in the headings, mostly without codes: such groups have ``group_id`` None. Participants
        come from the row «NNN уч.» under the headings. Blank cells are missing, not zero.

    References
    ----------
    formats.md, section 1.5.
    """
    column_map = methodology.column_map("fisoko_planned")
    work = read_work(sheet, methodology)
    year = None if isinstance(work, Issue) else work.assessment_year
    header = require_columns(sheet, column_map, ("skill", "max_score"), year)
    if isinstance(header, Issue):
        return refused(header)
    if isinstance(work, Issue):
        return refused(work)
    start, positions = header
    groups, issues = _planned_groups(sheet, start, positions)
    if not groups:
        return refused(_no_items(sheet, start, "группы участников"))
    issues += undated(sheet, work)
    first, participants = _planned_participants(sheet, start, positions, groups)
    rows: list[dict[str, object]] = []
    for index in range(first, len(sheet.rows)):
        found, row_issues = _skill_rows(sheet, index, positions, work, groups, participants)
        rows += found
        issues += row_issues
    mentions = [
        school_mention(sheet, start, login, group.name)
        for position, group in groups.items()
        if (login := read_login(sheet.rows[start][position]))
    ]
    return _extract(work, rows, mentions if rows else [], issues)


def _planned_groups(
    sheet: Sheet, header: int, positions: dict[str, int]
) -> tuple[dict[int, Group], list[Issue]]:
    """Position of a column → its group; headings that name no group are errors."""
    groups: dict[int, Group] = {}
    issues: list[Issue] = []
    for position, heading in enumerate(sheet.rows[header]):
        if is_blank(heading) or position in positions.values():
            continue
        group = read_named_group(heading)
        if group is None:
            shown = shown_group(heading)
            issues.append(
                make_issue("item_group_heading", sheet.file, sheet.name, header + 1, value=shown)
            )
        else:
            groups[position] = group
    return groups, issues


def _planned_participants(
    sheet: Sheet, header: int, positions: dict[str, int], groups: dict[int, Group]
) -> tuple[int, dict[int, int]]:
    """The first row of skills, and participants by position from the rows «NNN уч.» above it."""
    participants: dict[int, int] = {}
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        counts = {
            position: count
            for position in groups
            if position < len(row) and (count := _announced(row[position])) is not None
        }
        if not counts or not is_blank(cell_at(row, positions, "skill")):
            return index, participants
        participants |= counts
    return len(sheet.rows), participants


def _announced(cell: object) -> int | None:
    found = _N_PARTICIPANTS.match(normal_text(cell))
    return parse_count(found.group(1)) if found else None


def _skill_rows(
    sheet: Sheet,
    index: int,
    positions: dict[str, int],
    work: Work,
    groups: dict[int, Group],
    participants: dict[int, int],
) -> tuple[list[dict[str, object]], list[Issue]]:
    row = sheet.rows[index]
    if all(is_blank(cell) for cell in row):
        return [], []
    cell = cell_at(row, positions, "skill")
    skill = _skill_text(cell)
    if skill is None:
        shown = safe_value(cell)
        return [], [make_issue("item_skill", sheet.file, sheet.name, index + 1, value=shown)]
    max_score = parse_count(cell_at(row, positions, "max_score"))
    rows = []
    for position, group in groups.items():
        value = row[position] if position < len(row) else None
        if is_blank(value):
            continue
        percent = parse_number(value)
        if percent is None or not 0 <= percent <= WHOLE:
            return [], [
                make_issue(
                    "group_value",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column=group.name,
                    value=safe_value(value),
                    expected="процент от 0 до 100",
                )
            ]
        rows.append(
            item_row(
                sheet, index, work, "planned", group, participants.get(position),
                skill, max_score, percent / WHOLE,
            )
        )  # fmt: skip
    if rows:
        return rows, []
    return [], [make_issue("item_skill_blank", sheet.file, sheet.name, index + 1)]


def _skill_text(value: object) -> str | None:
    """Number and text of a skill; text without a number must not look like a person."""
    text = cell_text(value)
    if _NUMBERED.match(normal_text(text)) and re.search("[а-я]{3}", normal_text(text)):
        return text
    is_long = len(text.split()) >= _SKILL_WORDS
    is_shown = describe_row([value], is_heading=True).startswith("«")
    return text if is_long and is_shown else None
