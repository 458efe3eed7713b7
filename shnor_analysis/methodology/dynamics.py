"""What counts as a change over the years, and when it may be spoken of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.methodology.rules import SourcedInt, SourcedShare
from shnor_analysis.methodology.sourced import Sourced, StrictModel

FewestYears = Annotated[int, Field(ge=3)]
InnerShare = Annotated[float, Field(gt=0, lt=1)]
SmallLevel = Annotated[float, Field(gt=0, lt=0.5)]


class TrendYears(Sourced):
    """A number of years: fewer than three make no trend."""

    value: FewestYears


class ConfidenceLevel(Sourced):
    """The level of a two-sided interval."""

    value: InnerShare


class OneSidedLevel(Sourced):
    """The level of a one-sided test."""

    value: SmallLevel


class Sizes(Sourced):
    """Numbers of participants."""

    value: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False)]


class Percents(Sourced):
    """Whole per cent."""

    value: Annotated[tuple[Annotated[int, Field(ge=0, le=100)], ...], Field(strict=False)]


class ReasonList(Sourced):
    """Reasons for which years cannot be compared, by their codes."""

    value: Annotated[
        tuple[
            Literal[
                "programme", "season", "random_subject", "participation", "not_held",
                "work_changed", "max_score",
            ],
            ...,
        ],
        Field(strict=False),
    ]  # fmt: skip


class DynamicsRules(StrictModel):
    """``dynamics.yaml``: nothing here changes a list, only what is said of changes."""

    level: ConfidenceLevel
    tendency_probability: SourcedShare
    min_participants: SourcedInt
    false_discovery_rate: SourcedShare
    visible_power: SourcedShare
    visible_alpha: OneSidedLevel
    visible_sizes: Sizes
    visible_starts: Percents
    real_move: SourcedShare
    trend_years: TrendYears
    min_expected: SourcedInt
    min_schools: SourcedInt
    relative_reasons: ReasonList
