"""Reader of ФИС ОКО «Индивидуальные результаты» (Ф1): one row per pupil."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from shnor_analysis.intake.cells import (
    BAD,
    BLANK,
    cell_at,
    cell_text,
    count_text,
    is_blank,
    parse_mark,
    parse_number,
    parse_task,
    read_class_label,
    read_login,
    read_municipality_id,
    safe_value,
)
from shnor_analysis.intake.extract import Extract, SchoolMention, Work, refused
from shnor_analysis.intake.fisoko_heading import MUNICIPALITY_WORDS, group_words, read_work, undated
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.pupils import pseudonym
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text

_SEPARATOR = re.compile(r"кол-во участников:?\s*(\d+)", re.IGNORECASE)
_LONGEST_SCALE = 200  # no ВПР has more than a hundred points


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
        Subjects and column maps.
    pupil_key : bytes
        Participant codes become keyed fingerprints at once.

    Returns
    -------
    Extract
        ``vpr``: one row per pupil. The primary score is recomputed from the tasks: X, a blank and
        «не пройд.» count 0. Every filled row is in the table, is named by an error, or is counted
        in a ``vpr_absent`` note.

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
    tasks = _task_columns(sheet.rows[index], column_map)
    work, issues = _with_max_score(sheet, work, sum(maximum for _, _, maximum in tasks))
    lines = _read_lines(sheet, index, positions)
    scores = _read_scores(sheet, lines.pupils, positions, tasks)
    places = _Places(sheet, lines.pupils, positions)
    vpr, row_issues = _check_pupils(places, work, scores, tasks)
    mentions = _mentions(sheet, lines.pupils)
    return Extract(
        works=[work],
        vpr=_with_pupil_ids(sheet, vpr, work, pupil_key),
        mentions=mentions,
        issues=[*issues, *undated(sheet, work), *lines.issues, *row_issues],
    )


Task = tuple[int, str, int]  # position, heading, maximum


def _task_columns(header: list[object], column_map: ColumnMap) -> list[Task]:
    patterns = [re.compile(heading) for heading in column_map.headings("task")]
    tasks = []
    for position, cell in enumerate(header):
        text = normal_text(cell)
        found = next((hit for p in patterns if (hit := p.search(text))), None)
        if found:
            tasks.append((position, cell_text(cell), int(found.group(2))))
    return tasks


def _with_max_score(sheet: Sheet, work: Work, computed: int) -> tuple[Work, list[Issue]]:
    reported = work.max_score_raw
    if reported is None:
        return replace(work, max_score_raw=computed), []
    if reported == computed:
        return work, []
    return work, [
        make_issue(
            "vpr_max_differs",
            sheet.file,
            sheet.name,
            value=str(reported),
            reported=reported,
            computed=computed,
        )
    ]


@dataclass(frozen=True)
class _Lines:
    """Filled rows under the heading: pupils as a frame, and remarks to the other rows."""

    pupils: pd.DataFrame
    issues: list[Issue]


_LINE_COLUMNS = ("index", "login", "school_name", "municipality_name", "code", "class_label")


def _read_lines(sheet: Sheet, header: int, positions: dict[str, int]) -> _Lines:
    pupils: list[tuple[object, ...]] = []
    issues: list[Issue] = []
    announced: Counter[str] = Counter()
    announced_at: dict[str, int] = {}
    heading = normal_text(sheet.rows[header][positions["participant_code"]])
    login_of, name_of = _memo(read_login), _memo(_school_name)
    label_of, text_of = _memo(read_class_label), _memo(cell_text)
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
        if isinstance(row[positions["participant_code"]], str) and normal_text(code) == heading:
            continue
        raw_login = cell_at(row, positions, "school_login")
        raw_name = cell_at(row, positions, "school_name")
        raw_label = cell_at(row, positions, "class_label")
        login_here = login_of(raw_login) or login_of(raw_name)
        if login_here is None:
            issues.append(
                make_issue(
                    "vpr_school_unreadable",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column=_HEADINGS["school_login"],
                    value=safe_value(raw_login),
                )
            )
            continue
        label, is_readable = label_of(raw_label)
        if not is_readable:
            issues.append(
                make_issue(
                    "vpr_class_label",
                    sheet.file,
                    sheet.name,
                    index + 1,
                    column=_HEADINGS["class_label"],
                    value=safe_value(raw_label),
                    school_id=login_here[3:],
                )
            )
        municipality = text_of(cell_at(row, positions, "municipality_name"))
        pupils.append((index, login_here, name_of(raw_name), municipality, code, label or ""))
    frame = pd.DataFrame(pupils, columns=list(_LINE_COLUMNS))
    return _Lines(frame, [*issues, *_count_issues(sheet, frame, announced, announced_at)])


_Read = TypeVar("_Read")


def _memo(read: Callable[[object], _Read]) -> Callable[[object], _Read]:
    """Remember results within one sheet, where the same cells repeat thousands of times."""
    seen: dict[tuple[type, object], _Read] = {}

    def remembered(cell: object) -> _Read:
        key = (cell.__class__, cell)  # True and 1.0 are equal but not the same cell
        if key not in seen:
            seen[key] = read(cell)
        return seen[key]

    return remembered


def _school_name(value: object) -> str:
    """The name before the login; a cell without a login may hold anything and is dropped."""
    return group_words(value) if read_login(value) else ""


def _municipality_name(value: str) -> str | None:
    words = group_words(value)
    return words if MUNICIPALITY_WORDS.search(normal_text(words)) else None


def _separator(row: list[object]) -> tuple[str, int] | None:
    """School row «МБОУ «…»(edu990001) | Кол-во участников: 89» → login (or "") and count."""
    text = " | ".join(cell_text(cell) for cell in row if not is_blank(cell))
    found = _SEPARATOR.search(text)
    return (read_login(text) or "", int(found.group(1))) if found else None


def _count_issues(
    sheet: Sheet, pupils: pd.DataFrame, announced: Counter[str], announced_at: dict[str, int]
) -> list[Issue]:
    people = pupils.drop_duplicates(["login", "class_label", "code"])
    by_school = Counter(login[3:] for login in people["login"])
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


@dataclass(frozen=True)
class _Scores:
    """Parsed cells of the pupils, row by row as in the frame of lines."""

    tasks: np.ndarray  # (n_pupils, n_tasks): score, BLANK, NOT_ATTEMPTED, NOT_COVERED or BAD
    reported: np.ndarray  # primary score in the file, NaN when blank or not a number
    reported_filled: np.ndarray
    test_mark: np.ndarray
    school_mark: np.ndarray


def _read_scores(
    sheet: Sheet, pupils: pd.DataFrame, positions: dict[str, int], tasks: list[Task]
) -> _Scores:
    width = sheet.width
    rows = [_padded(sheet.rows[index], width) for index in pupils["index"]]
    task_of = _memo(parse_task)
    grid = [[task_of(row[position]) for position, _, _ in tasks] for row in rows]
    reported = [cell_at(row, positions, "score_raw_reported") for row in rows]
    numbers = [_plausible(parse_number(cell)) for cell in reported]
    return _Scores(
        tasks=np.array(grid, dtype=float).reshape(len(rows), len(tasks)),
        reported=np.array([np.nan if n is None else n for n in numbers], dtype=float),
        reported_filled=np.array([not is_blank(cell) for cell in reported], dtype=bool),
        test_mark=_marks(rows, positions, "test_mark"),
        school_mark=_marks(rows, positions, "school_mark"),
    )


def _padded(row: list[object], width: int) -> list[object]:
    return row + [None] * (width - len(row)) if len(row) < width else row


def _plausible(score: float | None) -> float | None:
    """A total that can be a score; a document number in this column is not kept."""
    return score if score is not None and 0 <= score <= _LONGEST_SCALE else None


def _marks(rows: list[list[object]], positions: dict[str, int], column: str) -> np.ndarray:
    mark_of = _memo(parse_mark)
    return np.array([mark_of(row[positions[column]]) for row in rows], dtype=float)


def _check_pupils(
    places: _Places, work: Work, scores: _Scores, tasks: list[Task]
) -> tuple[pd.DataFrame, list[Issue]]:
    """Leave out rows with errors, one error per row; return the rest with remarks."""
    maxima = np.array([maximum for _, _, maximum in tasks], dtype=float)
    is_bad_task = (scores.tasks == BAD) | (scores.tasks > maxima)
    is_all_blank = (scores.tasks == BLANK).all(axis=1)
    computed = np.where(scores.tasks < 0, 0, scores.tasks).sum(axis=1)
    score_raw = np.where(is_all_blank, scores.reported, computed)
    has_no_total = np.isnan(scores.reported) | (scores.reported == 0)
    is_absent = is_all_blank & (scores.test_mark == BLANK) & has_no_total
    bad_task = is_bad_task.any(axis=1) & ~is_absent
    bad_mark = (scores.test_mark < 0) & ~is_absent & ~bad_task
    too_high = (score_raw > (work.max_score_raw or 0)) & ~is_absent & ~bad_task & ~bad_mark
    stays = ~(is_absent | bad_task | bad_mark | too_high)

    vpr = places.pupils.assign(
        school_id=places.pupils["login"].str[3:],
        score_raw=score_raw,
        score_raw_reported=scores.reported,
        test_mark=scores.test_mark,
        school_mark=np.where(scores.school_mark < 0, np.nan, scores.school_mark),
        fingerprint=[row.tobytes().hex() for row in scores.tasks],
    )
    has_total = scores.reported_filled & ~is_all_blank
    is_stale = stays & has_total & ~(scores.reported == computed)
    is_unchecked = stays & is_all_blank & ~(scores.reported == 0)
    bad_journal = stays & (scores.school_mark == BAD)
    total = "score_raw_reported"
    issues = _absent_issues(places, vpr[is_absent])
    for i in _indices(bad_task):
        issues.append(_task_issue(places, i, tasks[int(np.argmax(is_bad_task[i]))]))
    for i in _indices(bad_mark):
        issues.append(places.issue("vpr_mark_value", i, "test_mark"))
    for i in _indices(too_high):
        shown = count_text(score_raw[i])
        issues.append(
            places.issue("vpr_score_above_max", i, total, value=shown, maximum=work.max_score_raw)
        )
    for i in _indices(is_stale):
        shown = count_text(computed[i])
        issues.append(places.issue("vpr_stale_total", i, total, computed=shown))
    for i in _indices(is_unchecked):
        issues.append(places.issue("vpr_tasks_blank", i, total))
    for i in _indices(bad_journal):
        issues.append(places.issue("vpr_journal_mark", i, "school_mark"))
    single, twin_issues = _drop_twins(places.sheet, vpr[stays])
    return single, [*issues, *twin_issues]


def _indices(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.flatnonzero(mask)]


@dataclass(frozen=True)
class _Places:
    """Where the pupils' cells lie, to point at them in issues."""

    sheet: Sheet
    pupils: pd.DataFrame
    positions: dict[str, int]

    def issue(
        self, check_id: str, i: int, column: str, value: str | None = None, **fields: object
    ) -> Issue:
        """An issue to one cell of pupil ``i``; the value is shown only when it is safe."""
        index = int(self.pupils["index"].iloc[i])
        row, position = self.sheet.rows[index], self.positions[column]
        return make_issue(
            check_id,
            self.sheet.file,
            self.sheet.name,
            index + 1,
            column=_HEADINGS[column],
            value=value or safe_value(row[position] if position < len(row) else None),
            school_id=self.pupils["login"].iloc[i][3:],
            **fields,
        )


_HEADINGS = {
    "school_login": "ОО",
    "class_label": "Класс",
    "score_raw_reported": "Первичный балл",
    "test_mark": "Отметка",
    "school_mark": "Отметка по журналу",
}


def _task_issue(places: _Places, i: int, task: Task) -> Issue:
    position, heading, maximum = task
    index = int(places.pupils["index"].iloc[i])
    return make_issue(
        "vpr_task_value",
        places.sheet.file,
        places.sheet.name,
        index + 1,
        column=heading,
        value=safe_value(places.sheet.rows[index][position]),
        school_id=places.pupils["login"].iloc[i][3:],
        maximum=maximum,
    )


def _absent_issues(places: _Places, absent: pd.DataFrame) -> list[Issue]:
    return [
        make_issue(
            "vpr_absent",
            places.sheet.file,
            places.sheet.name,
            int(rows["index"].iloc[0]) + 1,
            value=str(len(rows)),
            school_id=str(school_id),
        )
        for school_id, rows in absent.groupby("school_id", sort=True)
    ]


_TWIN_KEY = ["school_id", "class_label", "code"]
_TWIN_VALUES = ["fingerprint", "score_raw", "score_raw_reported", "test_mark", "school_mark"]


def _drop_twins(sheet: Sheet, vpr: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """One row per participant code of a class: equal twins once, different twins not at all."""
    twins = vpr[vpr.duplicated(_TWIN_KEY, keep=False)]
    left_out: list[int] = []
    issues: list[Issue] = []
    for _, rows in twins.groupby(_TWIN_KEY, sort=True):
        lines = [int(index) + 1 for index in rows["index"]]
        is_same = not rows[_TWIN_VALUES].drop_duplicates().iloc[1:].size
        left_out.extend(rows.index[1:] if is_same else rows.index)
        for line in lines[1:] if is_same else lines:
            issues.append(
                make_issue(
                    "vpr_twin_same" if is_same else "vpr_twin_differs",
                    sheet.file,
                    sheet.name,
                    line,
                    column="Код участника",
                    school_id=str(rows["school_id"].iloc[0]),
                    first=lines[0],
                    rows=", ".join(map(str, lines)),
                )
            )
    return vpr.drop(index=left_out), issues


def _with_pupil_ids(sheet: Sheet, vpr: pd.DataFrame, work: Work, key: bytes) -> pd.DataFrame:
    """Replace participant codes by fingerprints that hold within one year, school and grade.

    Codes are unique within the school's grade, so the class is no part of the pupil: two files
    may spell it differently. Only where one sheet repeats codes over classes does it count.
    """
    common = ("vpr", str(work.assessment_year), work.season)
    n_classes = vpr.groupby(["school_id", "code"])["class_label"].transform("nunique")
    is_repeated = (n_classes > 1).groupby(vpr["school_id"]).transform("any")
    labels = vpr["class_label"].where(is_repeated, "")
    pupil_ids = [
        pseudonym(key, *common, school, str(work.grade), label, code)
        for school, label, code in zip(vpr["school_id"], labels, vpr["code"], strict=True)
    ]
    return pd.DataFrame(
        {
            "work_id": work.work_id,
            "school_id": vpr["school_id"],
            "pupil_id": pupil_ids,
            "class_label": vpr["class_label"].where(vpr["class_label"] != "", None),
            "score_raw": vpr["score_raw"],
            "score_raw_reported": vpr["score_raw_reported"],
            "test_mark": vpr["test_mark"],
            "school_mark": vpr["school_mark"],
            "source_file": sheet.file,
            "source_sheet": sheet.name or None,
            "source_row": vpr["index"] + 1,
            "fingerprint": vpr["fingerprint"],
        }
    )


def _mentions(sheet: Sheet, pupils: pd.DataFrame) -> list[SchoolMention]:
    first = pupils.drop_duplicates("login")
    return [
        SchoolMention(
            login=line.login,
            name=line.school_name,
            municipality_id=read_municipality_id(line.municipality_name),
            municipality_name=_municipality_name(line.municipality_name),
            file=sheet.file,
            sheet=sheet.name or None,
            row=line.index_ + 1,
        )
        for line in first.rename(columns={"index": "index_"}).itertuples(index=False)
    ]
