"""The norms file of a region: numbers about all its schools, none about a pupil."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from shnor_analysis.methodology.social_context import SocialReference
from shnor_analysis.methodology.sourced import StrictModel

FORMAT: Final = "shnor-norms"
FORMAT_VERSION: Final = 1

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(ge=0)]
AbsentReason = Literal[
    "few_schools", "few_pupils", "no_scores", "no_marks", "no_score_table", "no_journal",
    "no_context", "same_everywhere", "no_tasks", "no_pupil_rows", "no_later_year",
]  # fmt: skip
ABSENT_REASONS: tuple[str, ...] = get_args(AbsentReason)


class MadeBy(StrictModel):
    """What the file was made of: version of the program and fingerprint of the input tables."""

    package_version: str = Field(min_length=1)
    input_sha256: str = Field(min_length=1)


class ScoreNorm(StrictModel):
    """Level and spread of one score in one work, in points.

    Parameters
    ----------
    n_schools, n_pupils : int
        Schools and pupils with this score.
    mean_of_pupils : float
        Mean over pupils.
    total_sd : float
        Standard deviation over pupils of the region.
    mean_of_schools : float
        Mean over schools with the weights of their precision: the centre means shrink to.
    within_school_sd, within_school_df
        Pooled within-school standard deviation and its degrees of freedom.
    between_school_sd : float
        Standard deviation of true school means (tau).
    """

    n_schools: Count
    n_pupils: Count
    mean_of_pupils: float
    total_sd: Positive
    mean_of_schools: float
    within_school_sd: Positive
    within_school_df: Count
    between_school_sd: Positive


class SharePrior(StrictModel):
    """Distribution of school shares below the minimum; ``pooled`` as in ``stats.shrinkage``."""

    n_schools: Count
    outcome: Literal["fitted", "pooled"]
    alpha: Positive
    beta: Positive


class CountBin(StrictModel):
    """Pupils with a score or mark from ``first`` to ``last``; never fewer than the smallest."""

    first: Count
    last: Count
    n_pupils: Count


class Leniency(StrictModel):
    """Mean of journal mark minus test mark among pupils with one test mark."""

    test_mark: Annotated[int, Field(ge=2, le=5)]
    n_pupils: Count
    mean_difference: float


class TaskNorm(StrictModel):
    """One task: mean part of its maximum, and how steady pupils are in it.

    ``dispersion`` is the variance of a pupil's part over ``share * (1 - share)``: 1 for a task of
    one point.
    """

    task: str = Field(min_length=1)
    max_score: Annotated[int, Field(ge=1)]
    n_pupils: Count
    share: Share
    dispersion: Share


class WorkNorm(StrictModel):
    """Norms of one work; a part that could not be estimated is absent and named in ``absent``.

    ``misfit_spread`` is what a school's profile of tasks differs from the region's beyond chance,
    in sampling variances per pupil.
    """

    work_id: str
    assessment_year: int
    procedure: str
    season: str
    subject: str
    grade: int
    level: str
    n_schools: Count
    n_pupils: Count
    below_minimum_share: Share | None = None
    high_mark_share: Share | None = None
    below_minimum_prior: SharePrior | None = None
    score_raw: ScoreNorm | None = None
    score_scaled: ScoreNorm | None = None
    marks: tuple[CountBin, ...] = ()
    scores: tuple[CountBin, ...] = ()
    leniency: tuple[Leniency, ...] = ()
    tasks: tuple[TaskNorm, ...] = ()
    misfit_spread: Positive | None = None

    @property
    def series(self) -> tuple[str, str, str, int, str]:
        """The same work in any year."""
        return self.procedure, self.season, self.subject, self.grade, self.level


class Slope(StrictModel):
    """Line of a school's mean standardised result on one condition.

    The result is in standard deviations of pupils of the region, averaged over the works of the
    year in Russian and mathematics;
    ``slope`` is per unit of the indicator (a share from 0 to 1, yes = 1, a rank, a natural
    logarithm of the number of pupils). ``left_between_sd`` is what differs between schools
    beyond the line and chance.
    """

    indicator: str
    n_schools: Count
    indicator_mean: float
    indicator_sd: Positive
    intercept: float
    slope: float
    slope_standard_error: Positive
    left_between_sd: Positive


SignCode = Literal[
    "exam", "level", "grade4_level", "drop_linked", "drop_cohort", "bunching", "items",
    "variance", "marks",
]  # fmt: skip
SIGN_CODES: tuple[str, ...] = get_args(SignCode)


class SignCondition(StrictModel):
    """One condition of a line: its slope, and mean and variance to stand in where it is missing."""

    condition: str = Field(min_length=1)
    slope: float
    mean: float
    variance: Positive


class SignNorm(StrictModel):
    """What is usual for one statistic of a school, and how far schools differ without suspicion.

    ``n_years`` works were pooled over so many years. The usual value is ``intercept`` plus slopes
    times conditions; ``between_sd`` is what differs between schools beyond that and chance;
    ``pupil_sd`` is the spread of pupils within schools where the statistic needs one;
    ``error_scale`` multiplies sampling errors that are taken too large by their formula.
    """

    sign: SignCode
    n_years: Annotated[int, Field(ge=1)]
    n_schools: Count
    intercept: float
    conditions: tuple[SignCondition, ...] = ()
    between_sd: Positive
    error_scale: Share = 1.0
    pupil_sd: Positive | None = None


class Quantiles(StrictModel):
    """Quantiles over schools of one indicator; keys of ``values`` are per cents."""

    indicator: str
    work_id: str | None = None
    n_schools: Count
    values: dict[str, float]


class Absent(StrictModel):
    """A part that is not in the file and why; the reason is a code."""

    part: str
    work_id: str | None = None
    reason: AbsentReason


class RegionNorms(StrictModel):
    """The whole file ``norms_REGION_YEAR.json``."""

    format: Literal["shnor-norms"]
    format_version: Literal[1]
    region_code: str = Field(min_length=1)
    region_name: str = Field(min_length=1)
    assessment_year: int
    n_schools: Count
    made: MadeBy
    min_count: Count
    works: tuple[WorkNorm, ...]
    context_slopes: tuple[Slope, ...] = ()
    signs: tuple[SignNorm, ...] = ()
    social_reference: SocialReference | None = None
    quantiles: tuple[Quantiles, ...] = ()
    absent: tuple[Absent, ...] = ()

    def sign(self, sign: str, n_years: int) -> SignNorm | None:
        """What is usual for a statistic pooled over so many years."""
        return next((one for one in self.signs if (one.sign, one.n_years) == (sign, n_years)), None)

    def quantile(self, indicator: str, percent: int) -> float | None:
        """Quantile over the region's schools of an indicator that belongs to no one work."""
        for one in self.quantiles:
            if one.indicator == indicator and one.work_id is None:
                return dict(one.values).get(str(percent))
        return None
