"""Reader of ФИС ОКО «Индивидуальные результаты» (Ф1): one row per pupil."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    memo,
    read_class_label,
    read_login,
    read_municipality_id,
)
from shnor_analysis.intake.extract import Extract, refused
from shnor_analysis.intake.fisoko.heading import (
    group_words,
    municipality_words,
    read_work,
    undated,
    with_max_score,
)
from shnor_analysis.intake.fisoko.pupil_rows import (
    PupilLine,
    PupilSheet,
    class_label_issue,
    extract_pupils,
    school_issue,
    task_columns,
    total_of_tasks,
)
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_SEPARATOR = re.compile(r"кол-во участников:?\s*(\d+)", re.IGNORECASE)


_INDIVIDUAL_REQUIRED = (
    "school_login", "participant_code", "class_label", "task", "score_raw_reported",
    "test_mark", "school_mark",
)  # fmt: skip


def read_individual(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read «Индивидуальные результаты» of one or many schools.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw.
    methodology : Methodology
        Subjects, scales and column maps.
    pupil_key : bytes
        Participant codes become keyed fingerprints at once.

    Returns
    -------
    Extract
        ``vpr``: one row per pupil. The primary score is recomputed from the tasks: X, a blank and
        «не пройд.» count 0. Every filled row is in the table, is named by an error, or is counted
        in a ``vpr_absent`` note. Attendance is reported when the file lists absent pupils, which
        the form usually does not.

    References
    ----------
    formats.md, sections 1.4 and 7.
    """
    column_map = methodology.column_map("fisoko_individual")
    work = read_work(sheet, methodology)
    year = None if isinstance(work, Issue) else work.assessment_year
    header = require_columns(sheet, column_map, _INDIVIDUAL_REQUIRED, year)
    if isinstance(header, Issue):
        return refused(header)
    if isinstance(work, Issue):
        return refused(work)
    index, positions = header
    tasks = task_columns(sheet.rows[index], column_map)
    work, issues = with_max_score(sheet, work, total_of_tasks(tasks))
    pupils, line_issues = _read_lines(sheet, index, positions)
    listed = PupilSheet(sheet, index, positions, tasks, pupils)
    extract = extract_pupils(listed, work, methodology, pupil_key, always_lists_absent=False)
    issues = [*issues, *undated(sheet, work), *line_issues, *extract.issues]
    return replace(extract, issues=issues)


def _read_lines(
    sheet: Sheet, header: int, positions: dict[str, int]
) -> tuple[list[PupilLine], list[Issue]]:
    """Rows of pupils under the heading, and remarks to the other filled rows."""
    lines: list[PupilLine] = []
    issues: list[Issue] = []
    announced: Counter[str] = Counter()
    announced_at: dict[str, int] = {}
    headings = {column: cell_text(sheet.rows[header][at]) for column, at in positions.items()}
    code_heading = normal_text(headings["participant_code"])
    login_of, name_of = memo(read_login), memo(_school_name)
    label_of, id_of = memo(read_class_label), memo(read_municipality_id)
    place_of = memo(municipality_words)
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        code = cell_text(cell_at(row, positions, "participant_code"))
        if not code:
            if all(is_blank(cell) for cell in row):
                continue
            if separator := _separator(row):
                login, n_announced = separator
                announced[login] += n_announced
                announced_at.setdefault(login, index + 1)
            else:
                issues.append(make_issue("vpr_no_code", sheet.file, sheet.name, index + 1))
            continue
        if normal_text(code) == code_heading:
            continue
        raw_login = cell_at(row, positions, "school_login")
        raw_name = cell_at(row, positions, "school_name")
        raw_label = cell_at(row, positions, "class_label")
        login_here = login_of(raw_login) or login_of(raw_name)
        if login_here is None:
            issues.append(school_issue(sheet, index, headings["school_login"], raw_login))
            continue
        label, is_readable = label_of(raw_label)
        if not is_readable:
            issues.append(
                class_label_issue(sheet, index, headings["class_label"], raw_label, login_here[3:])
            )
        municipality = cell_at(row, positions, "municipality_name")
        lines.append(
            PupilLine(
                index=index,
                login=login_here,
                code=code,
                class_label=label or "",
                school_name=name_of(raw_name),
                municipality_id=id_of(municipality),
                municipality_name=place_of(municipality),
            )
        )
    return lines, [*issues, *_count_issues(sheet, lines, announced, announced_at)]


def _school_name(value: object) -> str:
    """The name before the login; a cell without a login may hold anything and is dropped."""
    return group_words(value) if read_login(value) else ""


def _separator(row: list[object]) -> tuple[str, int] | None:
    """School row «МБОУ «…»(edu990001) | Кол-во участников: 89» → login (or "") and count."""
    text = " | ".join(cell_text(cell) for cell in row if not is_blank(cell))
    found = _SEPARATOR.search(text)
    return (read_login(text) or "", int(found.group(1))) if found else None


def _count_issues(
    sheet: Sheet, pupils: list[PupilLine], announced: Counter[str], announced_at: dict[str, int]
) -> list[Issue]:
    people = {(pupil.login, pupil.class_label, pupil.code) for pupil in pupils}
    by_school = Counter(login[3:] for login, _, _ in people)
    issues = []
    for login, reported in announced.items():
        found = by_school[login[3:]] if login else len(people)
        if found != reported:
            issues.append(
                make_issue(
                    "vpr_count_differs",
                    sheet.file,
                    sheet.name,
                    announced_at[login],
                    column="Кол-во участников",
                    value=str(found),
                    school_id=login[3:] or None,
                    reported=reported,
                    found=found,
                )
            )
    return issues
