"""A regulation as its YAML file says it: the document and the rules found in it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.codes import Procedure
from shnor_analysis.methodology.rules import SourcedInt, SourcedShare
from shnor_analysis.methodology.sourced import Sourced, StrictModel

_Grades = Annotated[tuple[int, ...], Field(strict=False, min_length=1)]
_Subjects = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


class RuleMode(Sourced):
    """Which clauses together identify a school: A, B, C or their combination."""

    value: Literal["A", "B", "C", "A_or_B", "A_and_B"]


class AdaptedProgrammes(Sourced):
    """Whether participants taught by adapted programmes count.

    Files do not mark them, so that they cannot be left out.
    """

    value: Literal["counted"]


class ProcedureSet(Sourced):
    """Works of one procedure that the rule looks at."""

    procedure: Procedure
    subjects: _Subjects
    grades: _Grades


class LowResultsParameters(Sourced):
    """A rule «share below the minimum in several procedures» with every parameter sourced."""

    share_numerator: SourcedInt
    share_denominator: SourcedInt
    min_participants: SourcedInt
    min_low_procedures: SourcedInt
    mode: RuleMode
    adapted_programmes: AdaptedProgrammes
    procedures: Annotated[tuple[ProcedureSet, ...], Field(strict=False, min_length=1)]
    report_participants: SourcedInt
    reliable_participants: SourcedInt
    sure_probability: SourcedShare
    likely_probability: SourcedShare


class LowResultsRule(LowResultsParameters):
    """The low-results rule of a regulation together with the name of the document."""

    id: str
    title: str
    document: str


class HighThreshold(Sourced):
    """From which part of the maximum score a result of one procedure is high.

    A result is high when ``share_denominator * score > share_numerator * max_score``, or ``>=``
    when the operator is ``ge``. ``subjects`` or ``grades`` of None mean all of them.
    """

    procedure: Procedure
    subjects: _Subjects | None
    grades: _Grades | None
    share_numerator: int = Field(ge=0)
    share_denominator: int = Field(ge=1)
    operator: Literal["gt", "ge"]

    @property
    def share(self) -> Fraction:
        """The part of the maximum, exactly."""
        return Fraction(self.share_numerator, self.share_denominator)

    def is_about(self, procedure: str, subject: str, grade: int) -> bool:
        """Whether it speaks of a work."""
        return (
            self.procedure == procedure
            and (self.subjects is None or subject in self.subjects)
            and (self.grades is None or grade in self.grades)
        )


class HighResults(StrictModel):
    """What counts as a high result; no work has two thresholds."""

    thresholds: Annotated[tuple[HighThreshold, ...], Field(strict=False, min_length=1)]

    def threshold(self, procedure: str, subject: str, grade: int) -> HighThreshold | None:
        """Return the threshold of a work, or None where the regulation says nothing of it."""
        return next((t for t in self.thresholds if t.is_about(procedure, subject, grade)), None)


class PupilSum(Sourced):
    """A sum over several works of one pupil that is enough for the base level.

    Counted among pupils with ``n_subjects`` works: their sum is at least ``minimum`` and, when
    ``no_fail``, no mark is «2». ``grades`` of None means all grades of the procedure.
    """

    procedure: Procedure
    grades: _Grades | None
    n_subjects: int = Field(ge=1)
    minimum: int = Field(ge=0)
    measure: Literal["score_scaled", "mark"]
    no_fail: bool

    def is_about(self, grade: int) -> bool:
        """Whether it speaks of a grade of its procedure."""
        return self.grades is None or grade in self.grades


class PupilSums(StrictModel):
    """Sums over the works of one pupil; no procedure and grade has two."""

    sums: Annotated[tuple[PupilSum, ...], Field(strict=False, min_length=1)]


class Regulation(Sourced):
    """One document and its rules; a block that the document does not give is absent.

    ``date`` is None when the document at hand bears none.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    document: str = Field(min_length=1)
    date: dt.date | None
    territory: str = Field(min_length=1)
    low_results: LowResultsParameters | None = None
    high_results: HighResults | None = None
    pupil_sums: PupilSums | None = None
