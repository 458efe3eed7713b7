"""The norms file of a region: numbers about all its schools, none about a pupil."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, ValidationError

from shnor_analysis.errors import ParameterError
from shnor_analysis.methodology.norm_checks import contradictions
from shnor_analysis.methodology.social_context import SocialReference
from shnor_analysis.methodology.sourced import StrictModel
from shnor_analysis.methodology.yaml_files import model_sentence

FORMAT: Final = "shnor-norms"
FORMAT_VERSION: Final = 1
SIGNIFICANT_DIGITS = 6

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


def norms_text(norms: RegionNorms) -> str:
    """Write norms as JSON: the same norms give the same text.

    Real numbers keep six significant digits; what is absent is left out; the innermost lists and
    objects stand on one line, so that a person can read the file.
    """
    data = _rounded(norms.model_dump(mode="json", exclude_defaults=True))
    return _lines(data, 0) + "\n"


def read_norms(path: Path) -> RegionNorms:
    """Read a norms file.

    Raises
    ------
    ParameterError
        One Russian sentence: not JSON, another kind of file, another version of the format, or a
        value that does not fit, with its place; or parts that contradict each other.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
        data = json.loads(content, object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as broken:
        raise ParameterError(
            f"{path.name}: файл норм не в кодировке UTF-8; получите его заново."
        ) from broken
    except json.JSONDecodeError as broken:
        raise ParameterError(
            f"{path.name}, строка {broken.lineno}: файл норм повреждён, это не JSON; получите его "
            "заново."
        ) from broken
    except (ValueError, RecursionError) as broken:
        raise ParameterError(
            f"{path.name}: файл норм повреждён (повторённая строка, слишком длинное число или "
            "вложенность); получите его заново."
        ) from broken
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ParameterError(
            f"{path.name}: это не файл норм региона (нет строки format: {FORMAT}); уберите его или "
            "получите файл, составленный командой shnor norms."
        )
    if data.get("format_version") != FORMAT_VERSION:
        raise ParameterError(
            f"{path.name}: версия файла норм {data.get('format_version')}, ожидалась "
            f"{FORMAT_VERSION}; составьте нормы и расчёт одной версией программы."
        )
    try:
        norms = RegionNorms.model_validate_json(content.removeprefix("\ufeff"))
    except ValidationError as broken:
        raise ParameterError(f"{path.name}, {model_sentence(broken)}") from broken
    if wrong := next(contradictions(norms), None):
        raise ParameterError(
            f"{path.name}: {wrong}; файл противоречит сам себе, получите его у региона заново."
        )
    return norms


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0  # no minus before nought
    return value


def _lines(value: Any, depth: int) -> str:
    """JSON with a line for every innermost object and list."""
    indent, outer = " " * (depth + 1), " " * depth
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()):
        parts = [f"{json.dumps(k)}: {_lines(one, depth + 1)}" for k, one in value.items()]
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        parts = [_lines(one, depth + 1) for one in value]
    else:
        return json.dumps(value, ensure_ascii=False)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = f",\n{indent}".join(parts)
    return f"{opening}\n{indent}{body}\n{outer}{closing}"
