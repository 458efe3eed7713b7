"""Breaks of series and parts of the report, as their YAML files say them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.codes import Procedure
from shnor_analysis.methodology.sourced import Sourced, StrictModel


class SourcedInt(Sourced):
    """A whole number, never negative, with its origin."""

    value: int = Field(ge=0)


class SourcedShare(Sourced):
    """A fraction in [0, 1] with its origin."""

    value: float = Field(ge=0, le=1)


class SeriesBreak(Sourced):
    """Why a year of a procedure cannot simply be compared with other years.

    Empty ``subjects`` or ``grades`` mean all of them. ``extent`` says whether a new series starts
    with the year or only the year itself stands apart.
    """

    procedure: Procedure
    assessment_year: int
    subjects: Annotated[tuple[str, ...], Field(strict=False)] = ()
    grades: Annotated[tuple[int, ...], Field(strict=False)] = ()
    extent: Literal["from_year", "only_year"]
    effect: Literal["shares_only", "not_comparable"]
    reason: Literal["programme", "season", "work_changed", "max_score", "not_held"]
    text: str = Field(min_length=1)


class RandomSubjects(Sourced):
    """Grades in which a school writes by lot every subject but those that all schools write."""

    procedure: Procedure
    year_from: int
    year_to: int | None = None
    grades: Annotated[tuple[int, ...], Field(strict=False, min_length=1)]
    written_by_all: Annotated[tuple[str, ...], Field(strict=False)]


class Comparability(StrictModel):
    """What prevents the comparison of years: known breaks, lots and two thresholds."""

    breaks: Annotated[tuple[SeriesBreak, ...], Field(strict=False)]
    random_subjects: Annotated[tuple[RandomSubjects, ...], Field(strict=False)]
    min_participation: SourcedShare
    max_cohort_change: SourcedShare


class SourceFamily(StrictModel):
    """A kind of file and where an office gets it; its name is in ``texts_ru.yaml``."""

    family: str
    where: str = Field(min_length=1)


class PartNeed(StrictModel):
    """What one kind of file gives to one part of the report.

    Any of ``replaced_by`` is enough when the kind itself is not there.
    """

    family: str
    is_required: bool
    years: Annotated[
        tuple[Literal["current", "previous"], ...], Field(strict=False, min_length=1)
    ] = ("current",)
    replaced_by: Annotated[tuple[str, ...], Field(strict=False)] = ()
    adds: str = Field(min_length=1)


class ReportPart(StrictModel):
    """One part of the report and the files it is made of."""

    part: str = Field(pattern=r"^[a-z0-9_]{4,32}$")
    title: str = Field(min_length=1)
    needs: Annotated[tuple[PartNeed, ...], Field(strict=False, min_length=1)]


class ReportParts(StrictModel):
    """All parts of the report, in reading order, and all kinds of files they need."""

    families: Annotated[tuple[SourceFamily, ...], Field(strict=False)]
    parts: Annotated[tuple[ReportPart, ...], Field(strict=False)]

    def where(self, family: str) -> str:
        """Where a kind of file is got."""
        return next(entry.where for entry in self.families if entry.family == family)

    def title(self, part: str) -> str:
        """Printed title of a part."""
        return next(entry.title for entry in self.parts if entry.part == part)
