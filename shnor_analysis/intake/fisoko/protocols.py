"""Readers of ВПР protocols of a region and of the form a school fills: pupils with absents."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    memo,
    read_class_label,
    read_login,
    read_municipality_id,
)
from shnor_analysis.intake.extract import Extract, Work, refused
from shnor_analysis.intake.fisoko.heading import municipality_words
from shnor_analysis.intake.fisoko.pupil_rows import (
    PupilLine,
    PupilSheet,
    TaskColumn,
    class_label_issue,
    extract_pupils,
    school_issue,
    task_columns,
    total_of_tasks,
)
from shnor_analysis.intake.fisoko.scales import find_scale
from shnor_analysis.intake.fisoko.work_names import (
    WorkClues,
    clues_of_dates,
    clues_of_path,
    clues_of_work_codes,
    name_work,
)
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text

_COMMON = ("participant_code", "variant", "task", "school_mark", "score_raw_reported")
_REGION_REQUIRED = ("school_login", *_COMMON)
_FORM_REQUIRED = (*_COMMON, "class_label")
# «reg99_vpr_m012» of 2020 is reg99_m012.
_MUNICIPALITY_OF_2020 = re.compile(r"\breg(\d{2})_vpr_m(\d{3})(?!\d)")
_ABSENT = re.compile(r"^отсутств")


def read_region_protocol(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read a protocol of a region or municipality: the layouts of 2020, 2021 and 2022.

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw. Subject, grade and year come from the names of the file and its
        folders, the year and the season of 2022 from the dates of upload.
    methodology : Methodology
        Subjects, scales and column maps.
    pupil_key : bytes
        Participant codes become keyed fingerprints at once.

    Returns
    -------
    Extract
        ``vpr`` and ``reported["participation"]``, as ``vpr_pupils.extract_pupils`` says; marks
        come from the scale. Gender and textbooks are not read. Every filled row is in the table,
        is named by one error, or is counted in a ``vpr_absent`` note.

    References
    ----------
    formats.md, sections 1.7 and 1.8.
    """
    column_map = methodology.column_map("fisoko_region_protocol")
    header = require_columns(sheet, column_map, _REGION_REQUIRED)
    if isinstance(header, Issue):
        return refused(header)
    index, positions = header
    tasks = task_columns(_before_textbook(sheet.rows[index], positions), column_map)
    lines, line_issues = _region_lines(sheet, index, positions)
    return _read_named(sheet, index, positions, tasks, lines, line_issues, methodology, pupil_key)


def read_collection_form(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read sheet «Протокол» of «Форма сбора результатов».

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet, raw. Subject, grade and year come from the file name, the school from
        a login in the name of the file or of its folder.
    methodology : Methodology
        Subjects, scales and column maps.
    pupil_key : bytes
        Participant codes become keyed fingerprints at once.

    Returns
    -------
    Extract
        As :func:`read_region_protocol`. Rows that were filled in advance (a total of 0, no code)
        are no rows; lists to the right of the headings are not read. A row with results but
        without a code is an error.

    References
    ----------
    formats.md, section 1.6.
    """
    column_map = methodology.column_map("fisoko_collection_form")
    header = require_columns(sheet, column_map, _FORM_REQUIRED)
    if isinstance(header, Issue):
        return refused(header)
    index, positions = header
    tasks = task_columns(sheet.rows[index], column_map)
    login = _login_of_path(sheet.file)
    lines, line_issues = _form_lines(sheet, index, positions, tasks, login or "")
    if login is None:
        return refused(make_issue("form_school_unknown", sheet.file, sheet.name, n_rows=len(lines)))
    return _read_named(sheet, index, positions, tasks, lines, line_issues, methodology, pupil_key)


def _before_textbook(header: list[object], positions: dict[str, int]) -> list[object]:
    """Headings of 2020 after «Учебник» are left over from longer works."""
    return header[: positions["textbook"]] if "textbook" in positions else header


def _read_named(
    sheet: Sheet,
    header: int,
    positions: dict[str, int],
    tasks: list[TaskColumn],
    lines: list[PupilLine],
    line_issues: list[Issue],
    methodology: Methodology,
    pupil_key: bytes,
) -> Extract:
    """Name the work by the file and read its pupils."""
    clues = _clues(sheet, header, positions, methodology)
    named = name_work(sheet, clues, [line.code for line in lines], methodology)
    if isinstance(named, Issue):
        return refused(named)
    work, notes = named
    work = _with_maximum(work, tasks, methodology)
    listed = PupilSheet(sheet, header, positions, tasks, lines)
    extract = extract_pupils(listed, work, methodology, pupil_key, always_lists_absent=True)
    return replace(extract, issues=[*notes, *line_issues, *extract.issues])


def _clues(
    sheet: Sheet, header: int, positions: dict[str, int], methodology: Methodology
) -> list[WorkClues]:
    """What the rows say comes before what the file is called."""
    by_path = clues_of_path(sheet.file, methodology)
    rows = sheet.rows[header + 1 :]
    inside = []
    if "uploaded_at" in positions:
        inside.append(clues_of_dates(cell_at(row, positions, "uploaded_at") for row in rows))
    if "work_codes" in positions:
        cells = (cell_at(row, positions, "work_codes") for row in rows)
        inside.append(clues_of_work_codes(cells, by_path.subject, methodology))
    return [*inside, by_path]


def _with_maximum(work: Work, tasks: list[TaskColumn], methodology: Methodology) -> Work:
    """The maximum by the headings, else by the scale; protocols to 2021 do not name it."""
    computed = total_of_tasks(tasks)
    if computed is None and (scale := find_scale(methodology, work)):
        computed = scale.max_score_raw
    return replace(work, max_score_raw=computed)


def _region_lines(
    sheet: Sheet, header: int, positions: dict[str, int]
) -> tuple[list[PupilLine], list[Issue]]:
    """Rows of pupils with their schools, and remarks to the other filled rows."""
    lines: list[PupilLine] = []
    issues: list[Issue] = []
    headings = {column: cell_text(sheet.rows[header][at]) for column, at in positions.items()}
    code_heading = normal_text(headings["participant_code"])
    login_of, name_of = memo(read_login), memo(_name_after_login)
    label_of, place_of = memo(read_class_label), memo(_municipality)
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        if all(is_blank(cell) for cell in row):
            continue
        code = cell_text(cell_at(row, positions, "participant_code"))
        if not code:
            issues.append(make_issue("vpr_no_code", sheet.file, sheet.name, index + 1))
            continue
        if normal_text(code) == code_heading:
            continue
        raw_login = cell_at(row, positions, "school_login")
        raw_school = cell_at(row, positions, "school_name")
        login = login_of(raw_login) or login_of(raw_school)
        if login is None:
            issues.append(school_issue(sheet, index, headings["school_login"], raw_login))
            continue
        raw_label = cell_at(row, positions, "class_label")
        label, is_readable = label_of(raw_label)
        if not is_readable:
            issues.append(
                class_label_issue(sheet, index, headings["class_label"], raw_label, login[3:])
            )
        code_2020, _ = place_of(cell_at(row, positions, "work_codes"))
        municipality_id, municipality_name = place_of(cell_at(row, positions, "municipality_name"))
        lines.append(
            PupilLine(
                index=index,
                login=login,
                code=code,
                class_label=label or "",
                school_name=name_of(raw_school),
                municipality_id=municipality_id or code_2020,
                municipality_name=municipality_name,
                is_absent=_is_absent(row, positions),
            )
        )
    return lines, issues


def _form_lines(
    sheet: Sheet,
    header: int,
    positions: dict[str, int],
    tasks: list[TaskColumn],
    login: str,
) -> tuple[list[PupilLine], list[Issue]]:
    """Rows of pupils of the one school of a form; rows that nobody filled are passed over."""
    lines: list[PupilLine] = []
    issues: list[Issue] = []
    answers = [positions[column] for column in ("variant", "class_label", "school_mark")]
    answers += [task.position for task in tasks]
    heading = cell_text(sheet.rows[header][positions["class_label"]])
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        code = cell_text(cell_at(row, positions, "participant_code"))
        if not code:
            if any(at < len(row) and not is_blank(row[at]) for at in answers):
                issues.append(make_issue("vpr_no_code", sheet.file, sheet.name, index + 1))
            continue
        raw_label = cell_at(row, positions, "class_label")
        label, is_readable = read_class_label(raw_label)
        if not is_readable:
            issues.append(class_label_issue(sheet, index, heading, raw_label, login[3:]))
        lines.append(
            PupilLine(
                index=index,
                login=login,
                code=code,
                class_label=label or "",
                is_absent=_is_absent(row, positions),
            )
        )
    return lines, issues


def _is_absent(row: list[object], positions: dict[str, int]) -> bool:
    """Whether a variant column says «отсутствовал»."""
    cells = (cell_at(row, positions, column) for column in ("variant", "variant_other"))
    return any(_ABSENT.match(normal_text(cell)) for cell in cells if isinstance(cell, str))


def _name_after_login(value: object) -> str:
    """The name in «edu990001 | МБОУ «…»»; a cell without a login may hold anything."""
    login, bar, name = cell_text(value).partition("|")
    return name.strip() if bar and read_login(login) else ""


def _municipality(value: object) -> tuple[str | None, str | None]:
    """Code and name in «reg99_m012 | Примерский муниципальный район» or in one of them."""
    text = cell_text(value)
    code, bar, name = text.partition("|")
    old = _MUNICIPALITY_OF_2020.search(text)
    if old:
        return f"reg{old.group(1)}_m{old.group(2)}", None
    return read_municipality_id(text), municipality_words(name.strip() if bar else code)


def _login_of_path(file: str) -> str | None:
    """The login in the name of a file, else in that of the nearest folder."""
    path = PurePosixPath(file)
    return next(
        (login for part in (path.stem, *path.parts[-2::-1]) if (login := read_login(part))), None
    )
