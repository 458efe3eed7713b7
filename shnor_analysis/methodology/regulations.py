"""A regulation as its YAML file says it: the document and the rules found in it."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import Field

from shnor_analysis.codes import (
    FIRST_GRADE,
    LAST_GRADE,
    ContextSource,
    DiagnosticProcedure,
    Procedure,
)
from shnor_analysis.methodology.objectivity import Objectivity
from shnor_analysis.methodology.rules import SourcedInt, SourcedShare
from shnor_analysis.methodology.sourced import Confidence, Sourced, StrictModel

_Grade = Annotated[int, Field(ge=FIRST_GRADE, le=LAST_GRADE)]
_Grades = Annotated[tuple[_Grade, ...], Field(strict=False, min_length=1)]
_Subjects = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


class RuleMode(Sourced):
    """Which clauses together identify a school: A, B, C or their combination."""

    value: Literal["A", "B", "C", "A_or_B", "A_and_B"]


class AdaptedProgrammes(Sourced):
    """Whether participants taught by adapted programmes count.

    Files of procedures do not mark them: ``left_out`` leaves out as many as the schools tell in
    the form «adapted_participants».
    """

    value: Literal["counted", "left_out"]


class ProcedureSet(Sourced):
    """Works of one procedure that the rule looks at."""

    procedure: Procedure
    subjects: _Subjects
    grades: _Grades


class LowResultsParameters(Sourced):
    """A rule «share below the minimum in several procedures» with every parameter sourced.

    ``title`` names the rule, not the document, which may be about more.
    """

    title: str = Field(min_length=1)
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
    """The low-results rule of a regulation together with the name of the document.

    ``document_source`` says how well the document itself is known.
    """

    id: str
    document: str
    document_source: str


class HighThreshold(Sourced):
    """From which part of the maximum score a result of one procedure is high.

    A result is high when ``share_denominator * score > share_numerator * max_score``, or ``>=``
    when the operator is ``ge``. ``subjects`` or ``grades`` of None mean all of them.
    """

    procedure: Procedure
    subjects: _Subjects | None
    grades: _Grades | None
    share_numerator: int = Field(ge=1)
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


Direction = Literal["higher_is_worse", "lower_is_worse"]


class IndexMethod(Sourced):
    """How indicators become one index: mean of ranks, of z-scores, or a sum of points."""

    value: Literal["ranks", "z", "points"]


class Weights(Sourced):
    """Weights of the indicators, in whole numbers; ``by_indicator`` is empty when all are equal."""

    value: Literal["equal", "listed"]
    by_indicator: dict[str, int] = Field(default_factory=dict)


class PointBand(Sourced):
    """Points an indicator gives from a value on; the highest band reached counts."""

    indicator: str
    at_least: float
    points: int


class RequiredWeight(Sourced):
    """The part of all weight that must be known for a school to get an index at all."""

    numerator: int = Field(ge=1)
    denominator: int = Field(ge=1)


class ReferenceSet(Sourced):
    """Among which schools the border is found."""

    value: Literal["region", "territory"]


class Clusters(Sourced):
    """Within which groups schools are compared; ``none`` is all together."""

    value: Literal["none", "programme", "context", "programme_and_context"]


class IndexRule(Sourced):
    """How the indicators of a list become one index and where the list is cut.

    A school is below the border in a year when its index is in the lower ``cut_percent`` of the
    reference set, and on the list when that is so in ``low_years`` of the last ``window_years``.
    Mean, spread and border stay as found for ``reference_years``; with fewer than
    ``min_reference_schools`` in the territory the region is the reference set. ``points`` is given
    for every indicator when the method is ``points`` and for none otherwise.
    """

    method: IndexMethod
    weights: Weights
    points: Annotated[tuple[PointBand, ...], Field(strict=False)] = ()
    required_weight: RequiredWeight
    largest_z: SourcedInt
    cut_percent: SourcedInt
    low_years: SourcedInt
    window_years: SourcedInt
    reference: ReferenceSet
    min_reference_schools: SourcedInt
    reference_years: SourcedInt
    clusters: Clusters
    min_cluster_schools: SourcedInt


class IndicatorWorks(StrictModel):
    """Works an indicator looks at; None means all subjects or all grades of the procedure."""

    procedure: Procedure | DiagnosticProcedure
    subjects: _Subjects | None
    grades: _Grades | None


class OwnPart(Sourced):
    """A part of an indicator that its document does not name: what was taken and from where."""

    part: Literal["works", "years", "threshold"]
    value: str = Field(min_length=1)


class ResultIndicator(Sourced):
    """One indicator of low results: what is counted, in which works, over how many years.

    ``short_title`` heads columns and pictures. ``measure``: share of high results, share below the
    minimum, correlation of work results with current marks, or a fact that is so or not, which
    alone has a ``fact``, a code of the table ``context``. ``n_years`` of None is the present
    state. ``tables`` are the tables it is computed from, by the names of their contracts.
    ``own_parts`` are those of its parts that the document does not name.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    short_title: str = Field(min_length=1)
    measure: Literal["high_share", "below_minimum_share", "correlation", "fact"]
    direction: Direction
    works: Annotated[tuple[IndicatorWorks, ...], Field(strict=False)]
    n_years: Annotated[int, Field(ge=1)] | None
    tables: Annotated[
        tuple[Literal["cells", "cell_scores", "diagnostic_works", "context"], ...],
        Field(strict=False, min_length=1),
    ]
    fact: str | None = None
    own_parts: Annotated[tuple[OwnPart, ...], Field(strict=False)] = ()

    @property
    def is_letter(self) -> bool:
        """Whether all of it was read in the document."""
        return self.confidence == Confidence.REGULATION and not self.own_parts


class Coefficient(Sourced):
    """A correlation and where it comes from."""

    value: float = Field(ge=-1, le=1)


class CorrelationRule(StrictModel):
    """When a correlation is spoken of: from how many pairs, and below which value it is weak."""

    min_pairs: SourcedInt
    weak_below: Coefficient


class LowResultsIndicators(Sourced):
    """A list of indicators of low results and how the list of schools is cut from them.

    ``title`` names the list, not the document, which may be about more.
    ``correlation`` is given when and only when an indicator is a correlation.
    """

    title: str = Field(min_length=1)
    indicators: Annotated[tuple[ResultIndicator, ...], Field(strict=False, min_length=1)]
    correlation: CorrelationRule | None = None
    index: IndexRule


class LowResultsList(LowResultsIndicators):
    """The list of indicators of a regulation together with the name of the document."""

    id: str
    document: str


class SourceOrder(Sourced):
    """Whom to believe when sources of one number differ, the most trusted first."""

    value: Annotated[tuple[ContextSource, ...], Field(strict=False, min_length=1)]


class JoinedCounts(Sourced):
    """How several counts of one numerator are joined, when one pupil may be in both."""

    value: Literal["sum", "largest"]


class ConditionIndicator(Sourced):
    """One indicator of adverse conditions: a share of two counts, or a yes or no.

    ``numerator`` and ``denominator`` are codes of the table ``context``; a yes or no has one code
    and no denominator.
    """

    id: str
    title: str
    kind: Literal["share", "yes_no"]
    numerator: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    denominator: str | None
    direction: Direction


class AdverseConditions(Sourced):
    """Indicators of adverse conditions and how the list of schools is cut from them.

    ``title`` names the list, not the document, which may be about more.
    """

    title: str = Field(min_length=1)
    sources: SourceOrder
    joined_counts: JoinedCounts
    indicators: Annotated[tuple[ConditionIndicator, ...], Field(strict=False, min_length=1)]
    index: IndexRule


class CardLevels(Sourced):
    """Levels of the expert card, in points and in percent of the maximum."""

    max_points: SourcedInt
    high_points: SourcedInt
    middle_points: SourcedInt
    high_percent: SourcedInt
    middle_percent: SourcedInt


class Terms(Sourced):
    """How the document calls its registers; None when it has no word."""

    low_results: str = Field(min_length=1)
    adverse_conditions: str | None


_YearDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$")]


class CalendarEvent(Sourced):
    """What is done every year by whom and when: month, or month and day."""

    id: str
    title: str = Field(min_length=1)
    who: str = Field(min_length=1)
    starts: _YearDay | None
    ends: _YearDay


class RequiredReport(Sourced):
    """A report the document demands and how often."""

    id: str
    title: str = Field(min_length=1)
    period: Literal["year", "half_year"]


BlockName = Literal[
    "low_results",
    "low_results_indicators",
    "adverse_conditions",
    "high_results",
    "pupil_sums",
    "objectivity",
    "expert_card",
    "terms",
    "calendar",
    "reports",
]


class Gap(Sourced):
    """What a reader would look for in the document and not find."""

    block: BlockName
    text: str = Field(min_length=1)


class Regulation(Sourced):
    """One document and its rules; a block that the document does not give is absent.

    ``date`` is None when the document at hand bears none.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    document: str = Field(min_length=1)
    date: dt.date | None
    territory: str = Field(min_length=1)
    terms: Terms | None = None
    low_results: LowResultsParameters | None = None
    low_results_indicators: LowResultsIndicators | None = None
    adverse_conditions: AdverseConditions | None = None
    high_results: HighResults | None = None
    pupil_sums: PupilSums | None = None
    objectivity: Objectivity | None = None
    expert_card: CardLevels | None = None
    calendar: Annotated[tuple[CalendarEvent, ...], Field(strict=False)] = ()
    reports: Annotated[tuple[RequiredReport, ...], Field(strict=False)] = ()
    not_stated: Annotated[tuple[Gap, ...], Field(strict=False)] = ()

    @property
    def blocks(self) -> tuple[BlockName, ...]:
        """Blocks the regulation has, in the order of the models."""
        return tuple(name for name in BLOCKS if getattr(self, name))


BLOCKS: tuple[BlockName, ...] = get_args(BlockName)
