"""What documents say of objectivity: markers that fire, indicators that are only measured."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.codes import Procedure
from shnor_analysis.methodology.rules import SourcedInt
from shnor_analysis.methodology.sourced import Sourced, StrictModel

_Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
MarkerKind = Literal["high_mean", "negative_correlation", "sharp_fall", "sharp_rise"]
IndicatorMeasure = Literal["mismatch_share", "mean_excess", "unconfirmed_medals", "observed_share"]


class Edition(Sourced):
    """Which edition of a list that its authors extend."""

    value: str = Field(min_length=1)


class Quantile(Sourced):
    """A number of standard errors."""

    value: float = Field(gt=0)


class MarkerCorrelation(Sourced):
    """A correlation: a border, or what is taken as usual."""

    value: float = Field(ge=-1, le=1)


class Percentile(Sourced):
    """A percentile over schools."""

    value: int = Field(ge=1, le=99)


class ObjectivityMarker(Sourced):
    """One marker: of what kind and in which work.

    ``high_mean``: the interval of the school's mean lies above that of the region.
    ``negative_correlation``: journal marks and primary scores of the school order its pupils
    contrarily. ``sharp_fall`` and ``sharp_rise``: per cent of the maximum of one cohort, ``grade``
    a year later against the grade before, is far from what it is in other schools.
    """

    id: _Id
    title: str = Field(min_length=1)
    short_title: str = Field(min_length=1)
    kind: MarkerKind
    procedure: Procedure
    subject: str
    grade: int = Field(ge=1, le=11)


class MarkerRules(Sourced):
    """Markers of a document and the numbers they are counted with.

    Fences of the rise and the fall: ``upper_percentile`` and ``lower_percentile`` over schools,
    ``iqr_multiplier`` distances between them further out; with fewer than ``min_schools`` schools
    there are none. ``usual_correlation`` is the correlation of an honest school, by which the
    chance of a negative one is told.
    """

    edition: Edition
    interval_z: Quantile
    correlation_below: MarkerCorrelation
    lower_percentile: Percentile
    upper_percentile: Percentile
    iqr_multiplier: SourcedInt
    min_schools: SourcedInt
    usual_correlation: MarkerCorrelation
    markers: Annotated[tuple[ObjectivityMarker, ...], Field(strict=False, min_length=1)]


class ObservedWorks(StrictModel):
    """Works an indicator looks at; None means all subjects or all grades of the procedure."""

    procedure: Procedure
    subjects: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] | None
    grades: Annotated[tuple[int, ...], Field(strict=False, min_length=1)] | None


class ObjectivityIndicator(Sourced):
    """One indicator without a border of its own.

    ``measure``: share of pupils whose mark for the work is not the school's; coefficient by which
    a mean exceeds the interval of the region; share of medals not confirmed; share of procedures
    with a public observer. ``works`` is empty where the measure is not of works.
    """

    id: _Id
    title: str = Field(min_length=1)
    short_title: str = Field(min_length=1)
    measure: IndicatorMeasure
    works: Annotated[tuple[ObservedWorks, ...], Field(strict=False)]


class StableAbsence(Sourced):
    """When a school is without signs steadily: so many years, each with so many markers tested."""

    years: SourcedInt
    min_tested: SourcedInt


class Objectivity(Sourced):
    """What a document says of objectivity; at least one part is given."""

    marker_rules: MarkerRules | None = None
    indicators: Annotated[tuple[ObjectivityIndicator, ...], Field(strict=False)] = ()
    stable_absence: StableAbsence | None = None


class ObjectivityRules(Objectivity):
    """The same together with the name of the document."""

    regulation_id: str
    document_title: str
    document: str


class MedalThreshold(Sourced):
    """What the ЕГЭ must show for a medal in some years.

    ``degree`` of None: the medal had no degrees; ``year_to`` of None: still so. ``score`` is needed
    in Russian and in one more subject. Base mathematics with ``base_math_mark`` stands for that
    subject when nothing else but Russian was taken (``alone``), or in any case (``any``).
    """

    degree: Literal["first", "second"] | None
    year_from: int
    year_to: int | None
    score: int = Field(ge=1, le=100)
    base_math_mark: int = Field(ge=2, le=5)
    base_math_stands: Literal["alone", "any"]


class MedalRules(StrictModel):
    """Thresholds of medals and from how many graduates a share is printed."""

    thresholds: Annotated[tuple[MedalThreshold, ...], Field(strict=False, min_length=1)]
    report_claims: SourcedInt
