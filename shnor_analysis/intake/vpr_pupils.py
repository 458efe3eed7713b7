"""Pupils' rows of one ВПР work, whatever the source: checks, marks, attendance, pseudonyms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
    safe_value,
)
from shnor_analysis.intake.checks.vpr_protocols import CONFIDENCE_WORDS
from shnor_analysis.intake.extract import Extract, SchoolMention, Work
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.pupils import pseudonym
from shnor_analysis.intake.scales import find_scale, marks_by_scale
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, Scale, normal_text
from shnor_analysis.tables import PARTICIPATION

_LONGEST_SCALE = 200  # no ВПР has more than a hundred points
TOTAL = "score_raw_reported"


@dataclass(frozen=True)
class TaskColumn:
    """One task: where its scores stand, how it is headed, its maximum when the heading says it."""

    position: int
    heading: str
    maximum: int | None


def task_columns(header: list[object], column_map: ColumnMap) -> list[TaskColumn]:
    """Find the tasks of a heading row: group 1 of a pattern is the task, group 2 its maximum."""
    patterns = [re.compile(heading) for heading in column_map.headings("task")]
    tasks = []
    for position, cell in enumerate(header):
        text = normal_text(cell)
        found = next((hit for p in patterns if (hit := p.search(text))), None)
        if found:
            maximum = int(found.group(2)) if found.re.groups > 1 else None
            tasks.append(TaskColumn(position, cell_text(cell), maximum))
    return tasks


def total_of_tasks(tasks: list[TaskColumn]) -> int | None:
    """The maximum of the work, or None when a heading does not say the maximum of its task."""
    maxima = [task.maximum for task in tasks]
    return None if None in maxima or not maxima else sum(m for m in maxima if m is not None)


@dataclass(frozen=True)
class PupilLine:
    """One filled row of a pupil before its scores are looked at."""

    index: int
    login: str
    code: str
    class_label: str
    school_name: str = ""
    municipality_id: str | None = None
    municipality_name: str | None = None
    is_absent: bool = False


@dataclass(frozen=True)
class PupilSheet:
    """A sheet with one row per pupil: the heading found, the tasks, the rows of pupils."""

    sheet: Sheet
    header: int
    positions: dict[str, int]
    tasks: list[TaskColumn]
    pupils: pd.DataFrame

    @property
    def has_marks(self) -> bool:
        """Whether the form gives the mark of the work; otherwise the scale does."""
        return "test_mark" in self.positions

    def heading(self, column: str) -> str:
        """How the file heads our column."""
        return cell_text(self.sheet.rows[self.header][self.positions[column]])

    def issue(
        self, check_id: str, i: int, column: str, value: str | None = None, **fields: object
    ) -> Issue:
        """An issue to one cell of pupil ``i``; the value is shown only when it is safe."""
        return self._issue(
            check_id, i, self.positions[column], self.heading(column), value, **fields
        )

    def task_issue(self, i: int, task: TaskColumn) -> Issue:
        """An error in the score of one task."""
        check_id = "vpr_task_text" if task.maximum is None else "vpr_task_value"
        return self._issue(check_id, i, task.position, task.heading, None, maximum=task.maximum)

    def _issue(
        self,
        check_id: str,
        i: int,
        position: int,
        heading: str,
        value: str | None,
        **fields: object,
    ) -> Issue:
        index = int(self.pupils["index"].iloc[i])
        row = self.sheet.rows[index]
        return make_issue(
            check_id,
            self.sheet.file,
            self.sheet.name,
            index + 1,
            column=heading,
            value=value or safe_value(row[position] if position < len(row) else None),
            school_id=self.pupils["login"].iloc[i][3:],
            **fields,
        )


_LINE_COLUMNS = tuple(PupilLine.__dataclass_fields__)


def pupils_frame(lines: list[PupilLine]) -> pd.DataFrame:
    """Rows of pupils as a frame, also when there are none."""
    columns = {name: [getattr(line, name) for line in lines] for name in _LINE_COLUMNS}
    frame = pd.DataFrame(columns, columns=list(_LINE_COLUMNS), dtype=object)
    return frame.astype({"index": int, "login": "str", "code": "str", "class_label": "str"})


def extract_pupils(
    listed: PupilSheet,
    work: Work,
    methodology: Methodology,
    pupil_key: bytes,
    *,
    always_lists_absent: bool,
) -> Extract:
    """Turn rows of pupils into results.

    Parameters
    ----------
    listed : PupilSheet
        Rows with a readable school and a participant code.
    work : Work
        The work; ``max_score_raw`` may be unknown.
    methodology : Methodology
        Gives the scale of the work.
    pupil_key : bytes
        Participant codes become keyed fingerprints at once.
    always_lists_absent : bool
        Whether the form lists pupils who did not write; otherwise attendance is reported only
        when some absent pupil is listed.

    Returns
    -------
    Extract
        ``vpr``: one row per pupil who wrote. The primary score is recomputed from the tasks: X, a
        blank and «не пройд.» count 0. The mark is the file's; where the form has none, the
        scale's; where no scale is known, missing. ``reported["participation"]``: one row per
        school. Every row of a pupil is in ``vpr``, is named by one error, or is counted in a
        ``vpr_absent`` note.
    """
    scores = _read_scores(listed)
    checked = _check_pupils(listed, work, scores)
    scale = find_scale(methodology, work)
    vpr = _with_marks(checked.vpr, scale, has_marks=listed.has_marks)
    issues = list(checked.issues)
    if listed.has_marks:
        issues += _scale_issues(listed, vpr, scale)
    else:
        issues += _unmarked(listed.sheet, work, methodology, vpr)
    lists_absent = always_lists_absent or bool(checked.is_absent.any())
    attendance = _participation(listed, work, checked.is_absent) if lists_absent else None
    return Extract(
        works=[work],
        vpr=_with_pupil_ids(listed.sheet, vpr, work, pupil_key),
        mentions=_mentions(listed.sheet, listed.pupils),
        reported={} if attendance is None else {PARTICIPATION.name: attendance},
        issues=issues,
    )


_Read = TypeVar("_Read")


def memo(read: Callable[[object], _Read]) -> Callable[[object], _Read]:
    """Remember results within one sheet, where the same cells repeat thousands of times."""
    seen: dict[tuple[type, object], _Read] = {}

    def remembered(cell: object) -> _Read:
        key = (cell.__class__, cell)  # True and 1.0 are equal but not the same cell
        if key not in seen:
            seen[key] = read(cell)
        return seen[key]

    return remembered


def class_label_issue(
    sheet: Sheet, index: int, heading: str, value: object, school_id: str
) -> Issue:
    """The remark to a class that cannot be read."""
    return make_issue(
        "vpr_class_label",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=safe_value(value),
        school_id=school_id,
    )


def school_issue(sheet: Sheet, index: int, heading: str, value: object) -> Issue:
    """The error of a row whose school cannot be read."""
    return make_issue(
        "vpr_school_unreadable",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=safe_value(value),
    )


@dataclass(frozen=True)
class _Scores:
    """Parsed cells of the pupils, row by row as in the frame of lines."""

    tasks: np.ndarray  # (n_pupils, n_tasks): score, BLANK, NOT_ATTEMPTED, NOT_COVERED or BAD
    reported: np.ndarray  # primary score in the file, NaN when blank or not a number
    reported_filled: np.ndarray
    test_mark: np.ndarray
    school_mark: np.ndarray


def _read_scores(listed: PupilSheet) -> _Scores:
    width, positions = listed.sheet.width, listed.positions
    rows = [_padded(listed.sheet.rows[index], width) for index in listed.pupils["index"]]
    task_of = memo(parse_task)
    grid = [[task_of(row[task.position]) for task in listed.tasks] for row in rows]
    reported = [cell_at(row, positions, TOTAL) for row in rows]
    numbers = [_plausible(parse_number(cell)) for cell in reported]
    return _Scores(
        tasks=np.array(grid, dtype=float).reshape(len(rows), len(listed.tasks)),
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
    mark_of = memo(parse_mark)
    return np.array([mark_of(cell_at(row, positions, column)) for row in rows], dtype=float)


@dataclass(frozen=True)
class _Checked:
    """Rows that stay, who was absent (row by row of the lines), and remarks."""

    vpr: pd.DataFrame
    is_absent: np.ndarray
    issues: list[Issue]


def _check_pupils(listed: PupilSheet, work: Work, scores: _Scores) -> _Checked:
    """Leave out rows with errors, one error per row; keep the rest with remarks."""
    maxima = np.array([np.inf if t.maximum is None else t.maximum for t in listed.tasks])
    is_bad_task = (scores.tasks == BAD) | (scores.tasks > maxima)
    is_all_blank = (scores.tasks == BLANK).all(axis=1)
    computed = np.where(scores.tasks < 0, 0, scores.tasks).sum(axis=1)
    score_raw = np.where(is_all_blank, scores.reported, computed)
    has_no_total = np.isnan(scores.reported) | (scores.reported == 0)
    # a stale total of zero beside «отсутствовал» is usual, a total above zero is not
    has_points = (computed > 0) | ~has_no_total
    says_absent = listed.pupils["is_absent"].to_numpy(dtype=bool)
    contradicts = says_absent & has_points
    is_silent = is_all_blank & (scores.test_mark == BLANK) & has_no_total
    is_absent = (says_absent & ~has_points) | is_silent
    seen = ~(is_absent | contradicts)
    bad_task = is_bad_task.any(axis=1) & seen
    bad_mark = (scores.test_mark < 0) & seen & ~bad_task & listed.has_marks
    limit = _LONGEST_SCALE if work.max_score_raw is None else work.max_score_raw
    too_high = (score_raw > limit) & seen & ~bad_task & ~bad_mark
    stays = seen & ~(bad_task | bad_mark | too_high)

    vpr = listed.pupils.assign(
        school_id=listed.pupils["login"].str[3:],
        score_raw=score_raw,
        score_raw_reported=scores.reported,
        test_mark=np.where(scores.test_mark < 0, np.nan, scores.test_mark),
        school_mark=np.where(scores.school_mark < 0, np.nan, scores.school_mark),
        fingerprint=[row.tobytes().hex() for row in scores.tasks],
    )
    has_total = scores.reported_filled & ~is_all_blank
    is_stale = stays & has_total & ~(scores.reported == computed)
    is_unchecked = stays & is_all_blank & ~(scores.reported == 0)
    bad_journal = stays & (scores.school_mark == BAD)
    issues = _absent_issues(listed.sheet, vpr[is_absent])
    for i in _indices(contradicts):
        issues.append(listed.issue("vpr_absent_scored", i, "participant_code"))
    for i in _indices(bad_task):
        issues.append(listed.task_issue(i, listed.tasks[int(np.argmax(is_bad_task[i]))]))
    for i in _indices(bad_mark):
        issues.append(listed.issue("vpr_mark_value", i, "test_mark"))
    for i in _indices(too_high):
        shown = count_text(score_raw[i])
        issues.append(listed.issue("vpr_score_above_max", i, TOTAL, value=shown, maximum=limit))
    for i in _indices(is_stale):
        shown = count_text(computed[i])
        issues.append(listed.issue("vpr_stale_total", i, TOTAL, computed=shown))
    for i in _indices(is_unchecked):
        issues.append(listed.issue("vpr_tasks_blank", i, TOTAL))
    for i in _indices(bad_journal):
        issues.append(listed.issue("vpr_journal_mark", i, "school_mark"))
    single, twin_issues = _drop_twins(listed, vpr[stays])
    return _Checked(single, is_absent, [*issues, *twin_issues])


def _indices(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.flatnonzero(mask)]


def _absent_issues(sheet: Sheet, absent: pd.DataFrame) -> list[Issue]:
    return [
        make_issue(
            "vpr_absent",
            sheet.file,
            sheet.name,
            int(rows["index"].iloc[0]) + 1,
            value=str(len(rows)),
            school_id=str(school_id),
        )
        for school_id, rows in absent.groupby("school_id", sort=True)
    ]


_PUPIL = ["school_id", "class_label", "code"]
_TWIN_VALUES = ["fingerprint", "score_raw", "score_raw_reported", "test_mark", "school_mark"]


def _drop_twins(listed: PupilSheet, vpr: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """One row per participant code of a class: equal twins once, different twins not at all."""
    twins = vpr[vpr.duplicated(_PUPIL, keep=False)]
    left_out: list[int] = []
    issues: list[Issue] = []
    for _, rows in twins.groupby(_PUPIL, sort=True):
        lines = [int(index) + 1 for index in rows["index"]]
        is_same = not rows[_TWIN_VALUES].drop_duplicates().iloc[1:].size
        left_out.extend(rows.index[1:] if is_same else rows.index)
        for line in lines[1:] if is_same else lines:
            issues.append(
                make_issue(
                    "vpr_twin_same" if is_same else "vpr_twin_differs",
                    listed.sheet.file,
                    listed.sheet.name,
                    line,
                    column=listed.heading("participant_code"),
                    school_id=str(rows["school_id"].iloc[0]),
                    first=lines[0],
                    rows=", ".join(map(str, lines)),
                )
            )
    return vpr.drop(index=left_out), issues


# --- marks -------------------------------------------------------------------------------------


def _with_marks(vpr: pd.DataFrame, scale: Scale | None, *, has_marks: bool) -> pd.DataFrame:
    """Add ``mark_source``; without marks in the file take those of the scale."""
    if has_marks:
        return vpr.assign(mark_source="file")
    if scale is None:
        return vpr.assign(test_mark=np.nan, mark_source=None)
    marks = marks_by_scale(scale, vpr["score_raw"].to_numpy(dtype=float))
    return vpr.assign(
        test_mark=marks, mark_source=[None if np.isnan(mark) else "scale" for mark in marks]
    )


def _unmarked(sheet: Sheet, work: Work, methodology: Methodology, vpr: pd.DataFrame) -> list[Issue]:
    """One warning per work: how many results have no mark and which row the scales lack."""
    n_unmarked = int(vpr["test_mark"].isna().sum())
    if not n_unmarked:
        return []
    maximum = "" if work.max_score_raw is None else work.max_score_raw
    row = f"vpr,{work.subject},{work.grade},{work.level},{work.assessment_year}"
    return [
        make_issue(
            "vpr_no_scale",
            sheet.file,
            sheet.name,
            value=str(n_unmarked),
            subject=methodology.subject(work.subject).name,
            grade=work.grade,
            year=work.assessment_year,
            scale_row=f"{row},{work.assessment_year},*,{maximum}",
        )
    ]


def _scale_issues(listed: PupilSheet, vpr: pd.DataFrame, scale: Scale | None) -> list[Issue]:
    """One query per school whose marks disagree with the scale."""
    if scale is None:
        return []
    expected = marks_by_scale(scale, vpr["score_raw"].to_numpy(dtype=float))
    is_known = vpr["test_mark"].notna() & ~np.isnan(expected)
    issues = []
    for school_id, rows in vpr.assign(expected=expected)[is_known].groupby("school_id"):
        other = rows[rows["test_mark"] != rows["expected"]]
        if other.empty:
            continue
        issues.append(
            make_issue(
                "vpr_mark_scale",
                listed.sheet.file,
                listed.sheet.name,
                int(other["index"].iloc[0]) + 1,
                column=listed.heading("test_mark"),
                value=str(len(other)),
                school_id=str(school_id),
                n_pupils=len(rows),
                cut3=scale.cut3,
                cut4=scale.cut4,
                cut5=scale.cut5,
                source=scale.source,
                confidence=CONFIDENCE_WORDS[scale.confidence],
            )
        )
    return issues


# --- attendance, pseudonyms, schools -----------------------------------------------------------


def _participation(listed: PupilSheet, work: Work, is_absent: np.ndarray) -> pd.DataFrame:
    """One row per school: a code that stands several times is one participant.

    Rows of absent pupils have no class, so the class tells pupils apart only in a school where
    one code stands in several classes.
    """
    lines = listed.pupils.assign(school_id=listed.pupils["login"].str[3:], is_missing=is_absent)
    named = lines["class_label"].where(lines["class_label"] != "")
    n_classes = named.groupby([lines["school_id"], lines["code"]]).transform("nunique")
    is_repeated = (n_classes > 1).groupby(lines["school_id"]).transform("any")
    lines["class_label"] = lines["class_label"].where(is_repeated, "")
    people = lines.groupby(_PUPIL, as_index=False).agg(
        is_missing=("is_missing", "all"), index=("index", "min")
    )
    schools = people.groupby("school_id", as_index=False).agg(
        n_listed=("code", "size"), n_absent=("is_missing", "sum"), first=("index", "min")
    )
    return pd.DataFrame(
        {
            "school_id": schools["school_id"],
            "work_id": work.work_id,
            "n_listed": schools["n_listed"],
            "n_present": schools["n_listed"] - schools["n_absent"],
            "n_absent": schools["n_absent"],
            "source_file": listed.sheet.file,
            "source_sheet": listed.sheet.name,
            "source_row": schools["first"] + 1,
        }
    )


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
            "mark_source": vpr["mark_source"],
            "school_mark": vpr["school_mark"],
            "source_file": sheet.file,
            "source_sheet": sheet.name or None,
            "source_row": vpr["index"] + 1,
            "fingerprint": vpr["fingerprint"],
        }
    )


def _mentions(sheet: Sheet, pupils: pd.DataFrame) -> list[SchoolMention]:
    """One mention per login; its municipality by majority: single rows carry foreign names."""
    return [
        SchoolMention(
            login=str(login),
            name=str(rows["school_name"].iloc[0]),
            municipality_id=_commonest(rows["municipality_id"]),
            municipality_name=_commonest(rows["municipality_name"]),
            file=sheet.file,
            sheet=sheet.name or None,
            row=int(rows["index"].iloc[0]) + 1,
        )
        for login, rows in pupils.groupby("login", sort=False)
    ]


def _commonest(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default=None)
