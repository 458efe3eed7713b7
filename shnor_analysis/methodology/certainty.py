"""How sure a list of schools is: borders of words and the changes of the rule that are tried."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shnor_analysis.codes import Procedure
from shnor_analysis.methodology.regulations import ProcedureSet
from shnor_analysis.methodology.rules import SourcedInt, SourcedShare
from shnor_analysis.methodology.sourced import Sourced, StrictModel


class WholeNumbers(Sourced):
    """Several whole numbers, each tried on its own."""

    value: Annotated[tuple[int, ...], Field(strict=False)]


class Modes(Sourced):
    """Readings of the rule, each tried on its own."""

    value: Annotated[tuple[Literal["A", "B", "C", "A_or_B", "A_and_B"], ...], Field(strict=False)]


class AdaptedChoices(Sourced):
    """Ways to treat participants taught by adapted programmes, each tried on its own."""

    value: Annotated[tuple[Literal["counted", "left_out"], ...], Field(strict=False)]


class Procedures(Sourced):
    """Procedures, each left out on its own."""

    value: Annotated[tuple[Procedure, ...], Field(strict=False)]


class WhatIf(StrictModel):
    """Changes of the rule that are tried one by one; an empty list tries nothing.

    ``share_points`` are percentage points added to the threshold, ``pooled_years`` how many years
    are counted together before clause A.
    """

    share_points: WholeNumbers
    min_participants: WholeNumbers
    adapted_programmes: AdaptedChoices
    modes: Modes
    pooled_years: WholeNumbers
    without_procedures: Procedures
    with_procedures: Annotated[tuple[ProcedureSet, ...], Field(strict=False)]


class FunnelRules(StrictModel):
    """Limits of the funnel and when over-dispersion is estimated and believed."""

    inner: SourcedShare
    outer: SourcedShare
    winsor: SourcedShare
    min_schools: SourcedInt
    significance: SourcedShare


class ConcentrationRules(StrictModel):
    """The part of the schools looked at, and the share of failing results called a majority."""

    school_share: SourcedShare
    majority_percent: SourcedInt


class ListWords(StrictModel):
    """Where words about a list of indicators begin: probabilities of being on it when drawn anew.

    An indicator of fewer than ``reliable_participants`` participants or pairs is a small number.
    """

    sure_probability: SourcedShare
    likely_probability: SourcedShare
    reliable_participants: SourcedInt


class CertaintyRules(StrictModel):
    """``certainty.yaml``: nothing here changes the list, only what is said of it."""

    core_probability: SourcedShare
    borderline_probability: SourcedShare
    stable_core_share: SourcedShare
    indicator_lists: ListWords
    pooled_years: SourcedInt
    what_if: WhatIf
    funnel: FunnelRules
    concentration: ConcentrationRules
