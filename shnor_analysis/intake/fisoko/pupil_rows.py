"""Pupils' rows of one ВПР work, whatever the source: checks, marks, attendance, pseudonyms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from shnor_analysis.intake.cells import (
    BAD,
    BLANK,
    NOT_ATTEMPTED,
    NOT_COVERED,
    cell_at,
    cell_text,
    count_text,
    is_blank,
    memo,
    parse_mark,
    parse_number,
    parse_task,
    safe_value,
)
from shnor_analysis.intake.checks.vpr_protocols import CONFIDENCE_WORDS
from shnor_analysis.intake.extract import Columns, Extract, SchoolMention, TaskSet, Work
from shnor_analysis.intake.fisoko.scales import find_scale, marks_by_scale
from shnor_analysis.intake.fisoko.task_codes import task_code
from shnor_analysis.intake.identity.pupils import pseudonym
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, Scale, normal_text
from shnor_analysis.tables import NO_ANSWER, NOT_BEGUN, NOT_TAUGHT, PARTICIPATION, TASK_DIGITS

_LONGEST_SCALE = 200  # no ВПР has more than a hundred points
TOTAL = "score_raw_reported"
_MOST_OF_A_TASK = len(TASK_DIGITS) - 1  # the highest score one sign can say; no ВПР comes near
# How a task without a score is written among the scores of a pupil.
_NO_SCORE = {BLANK: NO_ANSWER, NOT_ATTEMPTED: NOT_BEGUN, NOT_COVERED: NOT_TAUGHT}


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

    @property
    def school_id(self) -> str:
        """The six digits of the login."""
        return self.login[3:]

    @property
    def person(self) -> tuple[str, str, str]:
        """What one row of a pupil stands for: a code in a class of a school."""
        return self.school_id, self.class_label, self.code


@dataclass(frozen=True)
class PupilSheet:
    """A sheet with one row per pupil: the heading found, the tasks, the rows of pupils."""

    sheet: Sheet
    header: int
    positions: dict[str, int]
    tasks: list[TaskColumn]
    pupils: list[PupilLine]

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
        pupil = self.pupils[i]
        row = self.sheet.rows[pupil.index]
        return make_issue(
            check_id,
            self.sheet.file,
            self.sheet.name,
            pupil.index + 1,
            column=heading,
            value=value or safe_value(row[position] if position < len(row) else None),
            school_id=pupil.school_id,
            **fields,
        )


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
    results = _with_marks(checked.results, scale, has_marks=listed.has_marks)
    issues = list(checked.issues)
    if listed.has_marks:
        issues += _scale_issues(listed, results, scale)
    else:
        issues += _unmarked(listed.sheet, work, methodology, results)
    lists_absent = always_lists_absent or bool(checked.is_absent.any())
    attendance = _participation(listed, work, checked.is_absent) if lists_absent else None
    task_set = _task_set(listed, work)
    return Extract(
        works=[work],
        task_sets=[task_set],
        vpr=_results_columns(listed, results, task_set, work, pupil_key),
        mentions=_mentions(listed.sheet, listed.pupils),
        reported={} if attendance is None else {PARTICIPATION.name: attendance},
        issues=issues,
    )


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
    rows = [_padded(listed.sheet.rows[pupil.index], width) for pupil in listed.pupils]
    task_of = memo(parse_task)
    grid = [list(map(task_of, [row[task.position] for row in rows])) for task in listed.tasks]
    reported = [cell_at(row, positions, TOTAL) for row in rows]
    numbers = [_plausible(parse_number(cell)) for cell in reported]
    tasks = np.array(grid, dtype=float).reshape(len(listed.tasks), len(rows))
    return _Scores(
        tasks=np.ascontiguousarray(tasks.T),
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
class _Results:
    """Results that count: which lines of the sheet they are, and their values in that order."""

    lines: np.ndarray
    score_raw: np.ndarray
    score_raw_reported: np.ndarray
    test_mark: np.ndarray
    school_mark: np.ndarray
    tasks: np.ndarray
    mark_source: str | None = None  # of every mark that is not missing

    def content(self, n: int) -> tuple[float | bytes | None, ...]:
        """All values of one result; equal for equal results, missing ones included."""
        values = (self.score_raw, self.score_raw_reported, self.test_mark, self.school_mark)
        return self.tasks[n].tobytes(), *(None if np.isnan(v[n]) else float(v[n]) for v in values)

    def take(self, kept: np.ndarray) -> _Results:
        """Some of the results."""
        return _Results(
            self.lines[kept],
            self.score_raw[kept],
            self.score_raw_reported[kept],
            self.test_mark[kept],
            self.school_mark[kept],
            self.tasks[kept],
        )


@dataclass(frozen=True)
class _Checked:
    """Rows that stay, who was absent (row by row of the lines), and remarks."""

    results: _Results
    is_absent: np.ndarray
    issues: list[Issue]


def _check_pupils(listed: PupilSheet, work: Work, scores: _Scores) -> _Checked:
    """Leave out rows with errors, one error per row; keep the rest with remarks."""
    maxima = np.array([_MOST_OF_A_TASK if t.maximum is None else t.maximum for t in listed.tasks])
    is_bad_task = (scores.tasks == BAD) | (scores.tasks > maxima)
    is_all_blank = (scores.tasks == BLANK).all(axis=1)
    computed = np.where(scores.tasks < 0, 0, scores.tasks).sum(axis=1)
    score_raw = np.where(is_all_blank, scores.reported, computed)
    has_no_total = np.isnan(scores.reported) | (scores.reported == 0)
    # a stale total of zero beside «отсутствовал» is usual, a total above zero is not
    has_points = (computed > 0) | ~has_no_total
    says_absent = np.array([pupil.is_absent for pupil in listed.pupils], dtype=bool)
    contradicts = says_absent & has_points
    is_silent = is_all_blank & (scores.test_mark == BLANK) & has_no_total
    is_absent = (says_absent & ~has_points) | is_silent
    seen = ~(is_absent | contradicts)
    bad_task = is_bad_task.any(axis=1) & seen
    bad_mark = (scores.test_mark < 0) & seen & ~bad_task & listed.has_marks
    limit = _LONGEST_SCALE if work.max_score_raw is None else work.max_score_raw
    too_high = (score_raw > limit) & seen & ~bad_task & ~bad_mark
    stays = seen & ~(bad_task | bad_mark | too_high)

    every = _Results(
        lines=np.arange(len(listed.pupils)),
        score_raw=score_raw,
        score_raw_reported=scores.reported,
        test_mark=np.where(scores.test_mark < 0, np.nan, scores.test_mark),
        school_mark=np.where(scores.school_mark < 0, np.nan, scores.school_mark),
        tasks=scores.tasks,
    )
    has_total = scores.reported_filled & ~is_all_blank
    is_stale = stays & has_total & ~(scores.reported == computed)
    is_unchecked = stays & is_all_blank & ~(scores.reported == 0)
    bad_journal = stays & (scores.school_mark == BAD)
    issues = _absent_issues(listed, is_absent)
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
    single, twin_issues = _drop_twins(listed, every.take(stays))
    return _Checked(single, is_absent, [*issues, *twin_issues])


def _indices(mask: np.ndarray) -> list[int]:
    return [int(i) for i in np.flatnonzero(mask)]


def _absent_issues(listed: PupilSheet, is_absent: np.ndarray) -> list[Issue]:
    absent = [listed.pupils[i] for i in _indices(is_absent)]
    numbers = Counter(pupil.school_id for pupil in absent)
    first = {pupil.school_id: pupil.index for pupil in reversed(absent)}
    return [
        make_issue(
            "vpr_absent",
            listed.sheet.file,
            listed.sheet.name,
            first[school_id] + 1,
            value=str(n),
            school_id=school_id,
        )
        for school_id, n in numbers.items()
    ]


def _drop_twins(listed: PupilSheet, results: _Results) -> tuple[_Results, list[Issue]]:
    """One row per participant code of a class: equal twins once, different twins not at all."""
    by_person: dict[tuple[str, str, str], list[int]] = {}
    for n, i in enumerate(results.lines.tolist()):
        by_person.setdefault(listed.pupils[i].person, []).append(n)
    if len(by_person) == len(results.lines):
        return results, []
    kept = np.ones(len(results.lines), dtype=bool)
    issues: list[Issue] = []
    for (school_id, _, _), twins in by_person.items():
        if len(twins) == 1:
            continue
        lines = [listed.pupils[int(results.lines[n])].index + 1 for n in twins]
        is_same = len({results.content(n) for n in twins}) == 1
        kept[twins[1:] if is_same else twins] = False
        for line in lines[1:] if is_same else lines:
            issues.append(
                make_issue(
                    "vpr_twin_same" if is_same else "vpr_twin_differs",
                    listed.sheet.file,
                    listed.sheet.name,
                    line,
                    column=listed.heading("participant_code"),
                    school_id=school_id,
                    first=lines[0],
                    rows=", ".join(map(str, lines)),
                )
            )
    return results.take(kept), issues


# --- marks -------------------------------------------------------------------------------------


def _with_marks(results: _Results, scale: Scale | None, *, has_marks: bool) -> _Results:
    """Say where the marks come from; without marks in the file take those of the scale."""
    if has_marks:
        return replace(results, mark_source="file")
    if scale is None:
        return replace(results, test_mark=np.full(len(results.lines), np.nan))
    return replace(results, test_mark=marks_by_scale(scale, results.score_raw), mark_source="scale")


def _unmarked(sheet: Sheet, work: Work, methodology: Methodology, results: _Results) -> list[Issue]:
    """One warning per work: how many results have no mark and which row the scales lack."""
    n_unmarked = int(np.isnan(results.test_mark).sum())
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


def _scale_issues(listed: PupilSheet, results: _Results, scale: Scale | None) -> list[Issue]:
    """One query per school whose marks disagree with the scale."""
    if scale is None:
        return []
    expected = marks_by_scale(scale, results.score_raw)
    is_known = ~np.isnan(results.test_mark) & ~np.isnan(expected)
    differs = results.lines[is_known & (results.test_mark != expected)].tolist()
    if not differs:
        return []
    n_known = Counter(listed.pupils[i].school_id for i in results.lines[is_known].tolist())
    n_other = Counter(listed.pupils[i].school_id for i in differs)
    first = {listed.pupils[i].school_id: listed.pupils[i].index for i in reversed(differs)}
    return [
        make_issue(
            "vpr_mark_scale",
            listed.sheet.file,
            listed.sheet.name,
            first[school_id] + 1,
            column=listed.heading("test_mark"),
            value=str(n),
            school_id=school_id,
            n_pupils=n_known[school_id],
            cut3=scale.cut3,
            cut4=scale.cut4,
            cut5=scale.cut5,
            source=scale.source,
            confidence=CONFIDENCE_WORDS[scale.confidence],
        )
        for school_id, n in n_other.items()
    ]


# --- attendance, pseudonyms, schools -----------------------------------------------------------


def _schools_repeating_codes(pupils: Iterable[PupilLine]) -> set[str]:
    """Schools where one participant code stands in several classes."""
    classes: dict[tuple[str, str], str] = {}
    return {
        pupil.school_id
        for pupil in pupils
        if classes.setdefault((pupil.school_id, pupil.code), pupil.class_label) != pupil.class_label
    }


@dataclass
class _Attendance:
    """Participants of one school: how many are listed, how many absent, the first row."""

    first: int
    n_listed: int = 0
    n_absent: int = 0


def _participation(listed: PupilSheet, work: Work, is_absent: np.ndarray) -> pd.DataFrame:
    """One row per school: a code that stands several times is one participant.

    Rows of absent pupils have no class, so the class tells pupils apart only in a school where
    one code stands in several classes.
    """
    repeating = _schools_repeating_codes(pupil for pupil in listed.pupils if pupil.class_label)
    people: dict[tuple[str, str, str], bool] = {}
    schools: dict[str, _Attendance] = {}
    for pupil, is_missing in zip(listed.pupils, is_absent.tolist(), strict=True):
        label = pupil.class_label if pupil.school_id in repeating else ""
        person = (pupil.school_id, label, pupil.code)
        people[person] = people.get(person, True) and is_missing
        schools.setdefault(pupil.school_id, _Attendance(pupil.index))
    for (school_id, _, _), is_missing in people.items():
        schools[school_id].n_listed += 1
        schools[school_id].n_absent += is_missing
    return pd.DataFrame(
        [
            {
                "school_id": school_id,
                "work_id": work.work_id,
                "n_listed": one.n_listed,
                "n_present": one.n_listed - one.n_absent,
                "n_absent": one.n_absent,
                "source_file": listed.sheet.file,
                "source_sheet": listed.sheet.name,
                "source_row": one.first + 1,
            }
            for school_id, one in sorted(schools.items())
        ],
        columns=list(PARTICIPATION.columns),
    )


def _task_set(listed: PupilSheet, work: Work) -> TaskSet:
    found = [(task_code(task.heading), task) for task in listed.tasks]
    return TaskSet(
        work.work_id,
        tuple((code[0] if code else task.heading, task.maximum) for code, task in found),
    )


def _task_scores(tasks: np.ndarray, has_tasks: np.ndarray) -> list[str | None]:
    """One sign per task of a pupil, missing where the file has the total only."""
    scores = np.unique(tasks).tolist()
    sign_of = {score: _NO_SCORE.get(score) or TASK_DIGITS[int(score)] for score in scores}
    return [
        "".join([sign_of[score] for score in row]) if known else None
        for row, known in zip(tasks.tolist(), has_tasks.tolist(), strict=True)
    ]


def _results_columns(
    listed: PupilSheet, results: _Results, task_set: TaskSet, work: Work, key: bytes
) -> Columns:
    """Replace participant codes by fingerprints that hold within one year, school and grade.

    Codes are unique within the school's grade, so the class is no part of the pupil: two files
    may spell it differently. Only where one sheet repeats codes over classes does it count.
    """
    pupils = [listed.pupils[i] for i in results.lines.tolist()]
    repeating = _schools_repeating_codes(pupils)
    labels = [pupil.class_label if pupil.school_id in repeating else "" for pupil in pupils]
    common = ("vpr", str(work.assessment_year), work.season)
    grade, n = str(work.grade), len(pupils)
    has_mark = ~np.isnan(results.test_mark)
    has_tasks = ~(results.tasks == BLANK).all(axis=1)
    return {
        "work_id": [work.work_id] * n,
        "school_id": [pupil.school_id for pupil in pupils],
        "pupil_id": [
            pseudonym(key, *common, pupil.school_id, grade, label, pupil.code)
            for pupil, label in zip(pupils, labels, strict=True)
        ],
        "class_label": [pupil.class_label or None for pupil in pupils],
        "score_raw": results.score_raw.tolist(),
        "score_raw_reported": results.score_raw_reported.tolist(),
        "test_mark": results.test_mark.tolist(),
        "mark_source": [results.mark_source if known else None for known in has_mark.tolist()],
        "school_mark": results.school_mark.tolist(),
        "source_file": [listed.sheet.file] * n,
        "source_sheet": [listed.sheet.name or None] * n,
        "source_row": [pupil.index + 1 for pupil in pupils],
        "task_set": [task_set.task_set if known else None for known in has_tasks.tolist()],
        "task_scores": _task_scores(results.tasks, has_tasks),
    }


def _mentions(sheet: Sheet, pupils: list[PupilLine]) -> list[SchoolMention]:
    """One mention per login; its municipality by majority: single rows carry foreign names."""
    by_login: dict[str, list[PupilLine]] = {}
    for pupil in pupils:
        by_login.setdefault(pupil.login, []).append(pupil)
    return [
        SchoolMention(
            login=login,
            name=own[0].school_name,
            municipality_id=_commonest(pupil.municipality_id for pupil in own),
            municipality_name=_commonest(pupil.municipality_name for pupil in own),
            file=sheet.file,
            sheet=sheet.name or None,
            row=own[0].index + 1,
        )
        for login, own in by_login.items()
    ]


def _commonest(values: Iterable[str | None]) -> str | None:
    counts = Counter(value for value in values if value)
    return min(counts, key=lambda value: (-counts[value], value), default=None)
