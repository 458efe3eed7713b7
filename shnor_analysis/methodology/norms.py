"""Rules of regional norms: how many schools an estimate needs and which verdicts need norms."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from shnor_analysis.methodology.rules import SourcedInt
from shnor_analysis.methodology.sourced import Sourced, StrictModel

Verdict = Literal[
    "shrunken_share", "region_comparison", "context_residual", "mark_leniency", "quantile_group",
    "own_signs",
]  # fmt: skip
Norm = Literal["share_prior", "between_schools", "context_slopes", "leniency", "quantiles", "signs"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
NORMS: tuple[str, ...] = get_args(Norm)

_Percent = Annotated[int, Field(ge=1, le=99)]


class NormNeed(Sourced):
    """A verdict, the norm it needs and what is done without it."""

    verdict: Verdict
    norm: Norm
    without: str = Field(min_length=1)


class NormRules(StrictModel):
    """``norms.yaml``: smallest numbers of schools and pupils, quantile levels, needs.

    ``min_count`` is the smallest number of pupils of a whole region that a norms file may tell.
    """

    min_schools: SourcedInt
    min_schools_slope: SourcedInt
    min_schools_quantiles: SourcedInt
    min_participants_quantiles: SourcedInt
    min_count: SourcedInt
    quantiles: Annotated[tuple[_Percent, ...], Field(strict=False, min_length=1)]
    needs: Annotated[tuple[NormNeed, ...], Field(strict=False, min_length=1)]
