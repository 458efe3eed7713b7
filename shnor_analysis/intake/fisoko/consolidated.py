"""Readers of tables that analysts put together: marks, scores and signs of biased results."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    count_text,
    is_blank,
    parse_count,
    parse_number,
    read_login,
    safe_value,
)
from shnor_analysis.intake.extract import SCHOOL_REFERENCE, Extract, SchoolMention, Work, refused
from shnor_analysis.intake.fisoko.groups import (
    MARKS,
    PERCENT_TOLERANCE,
    WHOLE,
    Group,
    adds_up,
    group_row,
    is_school_name,
    largest_remainder,
    school_mention,
    scores_tolerance,
)
from shnor_analysis.intake.fisoko.heading import SEASON_WORDS, municipality_words, usual_season
from shnor_analysis.intake.fisoko.items import item_row
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text
from shnor_analysis.tables import GROUP_ITEMS, OBJECTIVITY_LIST

_YEARS = range(2015, 2100)  # the first ВПР was held in 2015
_GRADES = range(1, 12)
_REQUIRED = ("assessment_year", "grade", "subject", "school_login", "n_participants")
_SIGNS = {"1": True, "да": True, "+": True, "0": False, "нет": False, "-": False, "": False}


@dataclass(frozen=True)
class _Line:
    """One row of an analyst's table with the means to point at it."""

    sheet: Sheet
    header: int
    positions: dict[str, int]
    index: int

    @property
    def row(self) -> list[object]:
        return self.sheet.rows[self.index]

    def cell(self, column: str) -> object:
        return cell_at(self.row, self.positions, column)

    def at(self, position: int) -> object:
        return self.row[position] if position < len(self.row) else None

    def error(self, position: int, expected: str) -> Issue:
        """The one error that leaves the row out."""
        return make_issue(
            "consolidated_value",
            self.sheet.file,
            self.sheet.name,
            self.index + 1,
            column=cell_text(self.sheet.rows[self.header][position]),
            value=safe_value(self.at(position)),
            expected=expected,
        )

    @property
    def school_name(self) -> str | None:
        """The name of the school; anything that does not read like one is dropped."""
        name = cell_text(self.cell("school_name"))
        return name if is_school_name(name) else None


def read_consolidated(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read a consolidated table of marks or of scores, one school and work a row.

    Returns
    -------
    Extract
        With columns 2–5 ``groups``, report ``marks``; with columns 0…max
        ``reported["group_items"]``, report ``scores``. A school without a login has ``group_id``
        None. The season is that of the calendar, which a note says. A blank share of a score is
        missing; that of a mark is 0 only where the other marks make 100 %. A row with an
        unreadable cell is left out with one error.

    References
    ----------
    formats.md, section 1.9.
    """
    column_map = methodology.column_map("consolidated")
    header = require_columns(sheet, column_map, _REQUIRED)
    if isinstance(header, Issue):
        return refused(header)
    start, positions = header
    items = _number_columns(sheet.rows[start], positions)
    is_marks = set(items) == set(MARKS)
    if not is_marks and not {"0", "1"} <= set(items):
        return refused(
            make_issue(
                "item_no_columns", sheet.file, sheet.name, start + 1,
                expected="столбцы отметок 2–5 или баллов от 0",
                found=", ".join(f"«{item}»" for item in items) or "ни одного",
            )
        )  # fmt: skip
    rows: list[dict[str, object]] = []
    works: dict[str, Work] = {}
    mentions: list[SchoolMention] = []
    issues: list[Issue] = []
    for index in range(start + 1, len(sheet.rows)):
        line = _Line(sheet, start, positions, index)
        if all(is_blank(cell) for cell in line.row):
            continue
        parsed = _read_line(line, items, methodology)
        if isinstance(parsed, Issue):
            issues.append(parsed)
            continue
        work, group, n_participants, percents = parsed
        works[work.work_id] = work
        if not adds_up(list(percents.values()), scores_tolerance(len(percents))):
            issues.append(_sum_issue(line, group, percents, is_marks=is_marks))
        rows += (
            _mark_rows(line, work, group, n_participants, percents)
            if is_marks
            else _score_rows(line, work, group, n_participants, percents)
        )
        if login := read_login(line.cell("school_login")):
            mention = school_mention(sheet, index, login, line.school_name or "")
            place = municipality_words(line.cell("municipality_name"))
            mentions.append(replace(mention, municipality_name=place))
    issues += _season_note(sheet, works)
    frame = pd.DataFrame(rows) if rows else None
    return Extract(
        works=list(works.values()),
        groups=frame if is_marks else None,
        reported={} if is_marks or frame is None else {GROUP_ITEMS.name: frame},
        mentions=mentions,
        issues=issues,
    )


def _number_columns(header: list[object], positions: dict[str, int]) -> dict[str, int]:
    """Headings that are whole numbers → position."""
    found: dict[str, int] = {}
    for position, cell in enumerate(header):
        number = parse_count(cell)
        if number is not None and position not in positions.values():
            found.setdefault(str(number), position)
    return found


def _read_line(
    line: _Line, items: dict[str, int], methodology: Methodology
) -> tuple[Work, Group, int, dict[str, float]] | Issue:
    """Work, school, participants and percents of a row, or its first unreadable cell."""
    positions = line.positions
    year = parse_count(line.cell("assessment_year"))
    if year is None or year not in _YEARS:
        return line.error(positions["assessment_year"], "год, например 2024")
    grade = parse_count(line.cell("grade"))
    if grade is None or grade not in _GRADES:
        return line.error(positions["grade"], "класс от 1 до 11")
    subject = methodology.subject_by_name(cell_text(line.cell("subject")))
    if subject is None:
        return line.error(positions["subject"], "предмет из methodology/subjects.csv")
    login, name = read_login(line.cell("school_login")), line.school_name
    if login is None and name is None:
        return line.error(positions["school_login"], "логин ФИС ОКО или название школы")
    n_participants = parse_count(line.cell("n_participants"))
    if n_participants is None:
        return line.error(positions["n_participants"], "целое число участников")
    percents: dict[str, float] = {}
    for item, position in items.items():
        if is_blank(line.at(position)):
            continue
        percent = parse_number(line.at(position))
        if percent is None or not 0 <= percent <= WHOLE:
            return line.error(position, "процент от 0 до 100")
        percents[item] = percent
    blank = [item for item in items if item not in percents]
    if blank and set(items) == set(MARKS):
        if not adds_up(list(percents.values()), PERCENT_TOLERANCE):
            return line.error(items[blank[0]], "процент от 0 до 100")
        # the other marks make 100 %, so nobody has this one
        percents = {item: percents.get(item, 0.0) for item in items}
    if not percents:
        return line.error(next(iter(items.values())), "процент от 0 до 100")
    work = Work("vpr", year, usual_season(year, grade), subject.subject, grade, "none")
    group = Group("school", login[3:] if login else None, name or str(login))
    return work, group, n_participants, percents


def _mark_rows(
    line: _Line, work: Work, group: Group, n_participants: int, percents: dict[str, float]
) -> list[dict[str, object]]:
    counts = largest_remainder(list(percents.values()), n_participants)
    return [
        group_row(
            line.sheet, line.index, work, "marks", group, n_participants,
            item, percent / WHOLE, count,
        )
        for (item, percent), count in zip(percents.items(), counts, strict=True)
    ]  # fmt: skip


def _score_rows(
    line: _Line, work: Work, group: Group, n_participants: int, percents: dict[str, float]
) -> list[dict[str, object]]:
    return [
        item_row(
            line.sheet, line.index, work, "scores", group, n_participants,
            item, None, percent / WHOLE,
        )
        for item, percent in percents.items()
    ]  # fmt: skip


def _sum_issue(line: _Line, group: Group, percents: dict[str, float], *, is_marks: bool) -> Issue:
    return make_issue(
        "group_percent_sum" if is_marks else "item_scores_sum",
        line.sheet.file,
        line.sheet.name,
        line.index + 1,
        value=count_text(sum(percents.values())),
        school_id=group.group_id,
        tolerance=count_text(scores_tolerance(len(percents))),
    )


def _season_note(sheet: Sheet, works: dict[str, Work]) -> list[Issue]:
    """Say which season works without dates were given."""
    seasons = {(work.assessment_year, SEASON_WORDS[work.season]) for work in works.values()}
    if not seasons:
        return []
    shown = ", ".join(f"{year} — {season}" for year, season in sorted(seasons))
    return [make_issue("consolidated_season", sheet.file, sheet.name, value=shown)]


# --- objectivity -------------------------------------------------------------------------------


def read_objectivity_list(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read the list of schools whose results show signs of bias.

    Returns
    -------
    Extract
        ``reported["objectivity_list"]``: one row per school × year × subject and grade, with the
        columns ``SCHOOL_REFERENCE``. A blank and 0 both mean that there is no sign. A row with an
        unreadable cell is left out with one error.

    References
    ----------
    formats.md, section 1.9.
    """
    column_map = methodology.column_map("objectivity_list")
    required = ("assessment_year", "school_login", "sign")
    header = require_columns(sheet, column_map, required)
    if isinstance(header, Issue):
        return refused(header)
    start, positions = header
    signs, issues = _sign_columns(sheet, start, positions, methodology)
    rows: list[dict[str, object]] = []
    for index in range(start + 1, len(sheet.rows)):
        line = _Line(sheet, start, positions, index)
        if all(is_blank(cell) for cell in line.row):
            continue
        found = _sign_rows(line, signs)
        if isinstance(found, Issue):
            issues.append(found)
            continue
        rows += found
        issues += _count_issues(line, sum(bool(row["has_sign"]) for row in found))
    reported = {OBJECTIVITY_LIST.name: pd.DataFrame(rows)} if rows else {}
    return Extract(reported=reported, issues=issues)


def _sign_columns(
    sheet: Sheet, header: int, positions: dict[str, int], methodology: Methodology
) -> tuple[dict[int, tuple[str, int]], list[Issue]]:
    """Position → subject and grade of «4 РУ»; unknown subjects are named."""
    pattern = re.compile(methodology.column_map("objectivity_list").headings("sign")[0])
    by_code = {s.sheet_code.lower(): s.subject for s in methodology.subjects if s.sheet_code}
    columns: dict[int, tuple[str, int]] = {}
    issues: list[Issue] = []
    for position, heading in enumerate(sheet.rows[header]):
        found = pattern.match(normal_text(heading))
        if not found:
            continue
        grade, code = int(found.group(1)), found.group(2)
        if code in by_code and grade in _GRADES:
            columns[position] = by_code[code], grade
            continue
        issues.append(
            make_issue(
                "item_heading",
                sheet.file,
                sheet.name,
                header + 1,
                value=f"«{cell_text(heading)}»",
                expected="класс и код предмета из methodology/subjects.csv",
            )
        )
    return columns, issues


def _sign_rows(line: _Line, signs: dict[int, tuple[str, int]]) -> list[dict[str, object]] | Issue:
    year = parse_count(line.cell("assessment_year"))
    if year is None or year not in _YEARS:
        return line.error(line.positions["assessment_year"], "год, например 2024")
    login, name = read_login(line.cell("school_login")), line.school_name
    if login is None and name is None:
        return line.error(line.positions["school_login"], "логин ФИС ОКО или название школы")
    reference = dict(zip(SCHOOL_REFERENCE, (login, None, None, name), strict=True))
    rows: list[dict[str, object]] = []
    for position, (subject, grade) in signs.items():
        has_sign = _SIGNS.get(normal_text(line.at(position)))
        if has_sign is None:
            return line.error(position, "1 или пусто")
        rows.append(
            {
                "assessment_year": year,
                **reference,
                "subject": subject,
                "grade": grade,
                "has_sign": has_sign,
                "source_file": line.sheet.file,
                "source_sheet": line.sheet.name or None,
                "source_row": line.index + 1,
            }
        )
    return rows


def _count_issues(line: _Line, n_signs: int) -> list[Issue]:
    """The printed number of signs against the marked columns."""
    if is_blank(line.cell("n_signs")) or parse_count(line.cell("n_signs")) == n_signs:
        return []
    login = read_login(line.cell("school_login"))
    return [
        make_issue(
            "objectivity_count",
            line.sheet.file,
            line.sheet.name,
            line.index + 1,
            value=safe_value(line.cell("n_signs")),
            school_id=login[3:] if login else None,
            found=n_signs,
        )
    ]
