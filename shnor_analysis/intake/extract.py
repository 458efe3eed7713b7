"""What one reader takes out of one sheet, before files are joined."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from shnor_analysis.intake.messages import Issue


@dataclass(frozen=True)
class Work:
    """One work: procedure, year, season, subject, grade, level."""

    procedure: str
    assessment_year: int
    season: str
    subject: str
    grade: int
    level: str
    max_score_raw: int | None = None
    exam_date: str | None = None

    @property
    def work_id(self) -> str:
        """The key of the work, e.g. ``vpr-2026-spring-rus-4``."""
        parts = (self.procedure, self.assessment_year, self.season, self.subject, self.grade)
        suffix = "-adv" if self.procedure == "vpr" and self.level == "advanced" else ""
        return "-".join(map(str, parts)) + suffix


@dataclass(frozen=True)
class TaskSet:
    """The tasks of a work in the order of one file's columns: code and maximum of each.

    Files of one work may list other tasks, so every result says to which set its scores belong.
    """

    work_id: str
    tasks: tuple[tuple[str, int | None], ...]

    @cached_property
    def task_set(self) -> str:
        """The key of the set: equal headings give equal keys, whatever the file."""
        text = ";".join(f"{code}/{maximum or ''}" for code, maximum in self.tasks)
        return f"{self.work_id}#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class SchoolMention:
    """A school as one place of one file names it."""

    login: str
    name: str
    municipality_id: str | None
    municipality_name: str | None
    file: str
    sheet: str | None
    row: int

    @property
    def school_id(self) -> str:
        """The six digits of the login: they stay when edu replaces sch."""
        return self.login[3:]


@dataclass(frozen=True)
class RegisterEntry:
    """One answer of one school to the context form of ФИС ОКО."""

    mention: SchoolMention
    uploaded_at: str  # sorts by time; empty when unknown
    inn: str | None
    oge_codes: tuple[str, ...]
    ege_codes: tuple[str, ...]
    n_pupils: int | None
    n_pupils_year: int
    is_register: bool  # from the sheet with names and codes, not from the one with n_pupils


# How a source names a school when it does not give its id; absent or blank parts are None.
SCHOOL_REFERENCE = ("school_login", "school_code", "school_inn", "school_name")
# When an answer was given, sorts by time; of several answers to one key the last one counts.
ANSWERED_AT = "answered_at"


# Rows as lists by column: a folder has thousands of small sheets of pupils, and a frame for each
# would cost more than reading it; one frame is made of all of them.
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Extract:
    """Everything one sheet gave. Frames keep the columns of their contracts and a few helpers.

    ``vpr`` holds the rows of pupils as columns of equal length.
    ``reported`` maps the name of a contract of ``tables/reported.py`` to its rows. In place of
    ``school_id`` a frame may hold the columns ``SCHOOL_REFERENCE``, which ``reported.py`` turns
    into ids once the register is known; it may also hold ``ANSWERED_AT``.
    """

    works: list[Work] = field(default_factory=list)
    task_sets: list[TaskSet] = field(default_factory=list)
    vpr: Columns | None = None
    groups: pd.DataFrame | None = None
    gia: pd.DataFrame | None = None
    register: list[RegisterEntry] = field(default_factory=list)
    mentions: list[SchoolMention] = field(default_factory=list)
    reported: dict[str, pd.DataFrame] = field(default_factory=dict)
    appeals: pd.DataFrame | None = None  # satisfied ones; they change rows of ``gia``
    issues: list[Issue] = field(default_factory=list)
    is_refused: bool = False


def refused(issue: Issue) -> Extract:
    """A sheet that is recognised but cannot be used."""
    return Extract(issues=[issue], is_refused=True)


@dataclass(frozen=True)
class FileRead:
    """What became of one file."""

    file: str
    sha256: str
    n_bytes: int
    family: str | None
    status: str
    comment: str | None
    extracts: tuple[Extract, ...] = ()
    issues: tuple[Issue, ...] = ()
