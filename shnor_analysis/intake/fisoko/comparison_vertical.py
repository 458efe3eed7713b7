"""Reader of the old comparison with the journal (2019–2021): groups one under another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    parse_count,
    parse_number,
    read_login,
    safe_value,
)
from shnor_analysis.intake.extract import Extract, SchoolMention, refused
from shnor_analysis.intake.fisoko.groups import (
    JOURNAL_ITEMS,
    WHOLE,
    Group,
    Items,
    group_row,
    journal_issues,
    read_named_group,
    school_mention,
    shown_group,
)
from shnor_analysis.intake.fisoko.heading import read_work, undated
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_TOTAL = "total"
_PART = re.compile(r"^(понизили|подтвердили|повысили|всего)\b")
_PARTS = dict(
    zip(("понизили", "подтвердили", "повысили", "всего"), (*JOURNAL_ITEMS, _TOTAL), strict=True)
)


@dataclass
class _Block:
    """A group and the rows of its parts: part → zero-based row of the sheet."""

    index: int
    group: Group
    parts: dict[str, int] = field(default_factory=dict)


def read_comparison_vertical(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Сравнение отметок с отметками по журналу» in the form of 2019–2021.

    Returns
    -------
    Extract
        ``groups``: one row per group × (lowered, confirmed, raised). The report prints names
        without codes: such groups have ``group_id`` None; all parts point at the row with the
        name. Participants are those of «Всего», else the three parts together, with a warning. A
        group that lacks a part or has an unreadable one is left out with one error.

    References
    ----------
    formats.md, section 1.3 (vertical variant).
    """
    work = read_work(sheet, methodology)
    column_map = methodology.column_map("fisoko_comparison_vertical")
    header = require_columns(sheet, column_map, ("group_name", "n_participants", "percent"))
    if isinstance(header, Issue):
        return refused(header)
    if isinstance(work, Issue):
        return refused(work)
    start, positions = header
    blocks, issues = _blocks(sheet, start, positions)
    rows: list[dict[str, object]] = []
    mentions: list[SchoolMention] = []
    for block in blocks:
        items, n_participants, found = _read_block(sheet, start, positions, block)
        issues += found
        rows += [
            group_row(
                sheet, block.index, work, "journal", block.group, n_participants,
                item, share, count,
            )
            for item, share, count in items
        ]  # fmt: skip
        login = read_login(cell_at(sheet.rows[block.index], positions, "group_name"))
        if login and items:
            mentions.append(school_mention(sheet, block.index, login, block.group.name))
    return Extract(
        works=[work],
        groups=pd.DataFrame(rows) if rows else None,
        mentions=mentions,
        issues=[*undated(sheet, work), *issues],
    )


def _blocks(
    sheet: Sheet, header: int, positions: dict[str, int]
) -> tuple[list[_Block], list[Issue]]:
    """Groups with the rows of their parts; rows that belong to no group are errors."""
    blocks: list[_Block] = []
    issues: list[Issue] = []
    current: _Block | None = None
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        name = cell_at(row, positions, "group_name")
        part = _PART.match(normal_text(name))
        if part is None:
            group = read_named_group(name)
            current = None if group is None else _Block(index, group)
            if current is None:
                issues.append(_unknown_group(sheet, index, name))
            else:
                blocks.append(current)
        elif current is None or _PARTS[part.group(1)] in current.parts:
            issues.append(make_issue("comparison_stray", sheet.file, sheet.name, index + 1))
        else:
            current.parts[_PARTS[part.group(1)]] = index
    return blocks, issues


def _unknown_group(sheet: Sheet, index: int, name: object) -> Issue:
    return make_issue(
        "group_name",
        sheet.file,
        sheet.name,
        index + 1,
        column="Группы участников",
        value=shown_group(name),
    )


def _read_block(
    sheet: Sheet, header: int, positions: dict[str, int], block: _Block
) -> tuple[Items, int, list[Issue]]:
    """The three parts of a group, its participants and remarks; no parts when one is bad."""
    school_id = block.group.group_id if block.group.level == "school" else None

    def issue(
        check_id: str, item: str | None, column: str = "n_participants", **fields: object
    ) -> Issue:
        index = block.index if item is None else block.parts[item]
        value = fields.pop("value", None)
        return make_issue(
            check_id,
            sheet.file,
            sheet.name,
            index + 1,
            column=None if item is None else cell_text(sheet.rows[header][positions[column]]),
            value=None if value is None else str(value),
            school_id=school_id,
            **fields,
        )

    absent = [item for item in JOURNAL_ITEMS if item not in block.parts]
    if absent:
        n_found = len(JOURNAL_ITEMS) - len(absent)
        return [], 0, [issue("comparison_incomplete", None, value=n_found)]
    items: Items = []
    for item in JOURNAL_ITEMS:
        row = sheet.rows[block.parts[item]]
        count = parse_count(cell_at(row, positions, "n_participants"))
        percent = parse_number(cell_at(row, positions, "percent"))
        if count is None:
            shown = safe_value(cell_at(row, positions, "n_participants"))
            expected = "целое число участников"
            return [], 0, [issue("comparison_value", item, value=shown, expected=expected)]
        if percent is None or not 0 <= percent <= WHOLE:
            shown = safe_value(cell_at(row, positions, "percent"))
            expected = "процент от 0 до 100"
            bad = issue("comparison_value", item, "percent", value=shown, expected=expected)
            return [], 0, [bad]
        items.append((item, percent / WHOLE, count))
    total = sum(count for _, _, count in items)
    if _TOTAL not in block.parts:
        found = [issue("comparison_no_total", None, value=total)]
        return items, total, [*found, *journal_issues(items, total, block.group.level, issue)]
    cell = cell_at(sheet.rows[block.parts[_TOTAL]], positions, "n_participants")
    n_participants = parse_count(cell)
    if n_participants is None:
        expected = "целое число участников"
        return [], 0, [issue("comparison_value", _TOTAL, value=safe_value(cell), expected=expected)]
    checked = journal_issues(items, n_participants, block.group.level, issue)
    return items, n_participants, checked
