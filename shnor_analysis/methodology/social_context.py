"""Rules of results given the conditions of schools: margins, neighbours, resilience, stability."""

from __future__ import annotations

from io import StringIO
from typing import Annotated, Literal

from pydantic import Field
from ruamel.yaml import YAML

from shnor_analysis.methodology.rules import SourcedInt
from shnor_analysis.methodology.sourced import Sourced, StrictModel

_Percent = Annotated[int, Field(ge=1, le=99)]


class SourcedPercent(Sourced):
    """A whole number of per cent with its origin."""

    value: _Percent

    @property
    def share(self) -> float:
        """The same as a fraction."""
        return self.value / 100


class SourcedAmount(Sourced):
    """A number that is not negative, with its origin."""

    value: float = Field(ge=0)


class SourcedSubjects(Sourced):
    """Codes of ``subjects.csv`` with the reason why these."""

    value: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


class ResilienceRule(StrictModel):
    """When a school has good results in adverse conditions.

    ``other_…`` are the thresholds of the sensitivity table beside those of the rule.
    """

    context_percent: SourcedPercent
    result_percent: SourcedPercent
    years_needed: SourcedInt
    window_years: SourcedInt
    max_objectivity_level: SourcedInt
    other_context_percents: Annotated[tuple[_Percent, ...], Field(strict=False)]
    other_result_percents: Annotated[tuple[_Percent, ...], Field(strict=False)]

    @property
    def context_percents(self) -> tuple[int, ...]:
        """All context thresholds of the sensitivity table, rising."""
        return tuple(sorted({self.context_percent.value, *self.other_context_percents}))

    @property
    def result_percents(self) -> tuple[int, ...]:
        """All result thresholds of the sensitivity table, rising."""
        return tuple(sorted({self.result_percent.value, *self.other_result_percents}))


class SocialContextRules(StrictModel):
    """``social_context.yaml``: what no regulation says about results given conditions.

    ``effect_margin`` is in standard deviations of pupils.
    """

    result_subjects: SourcedSubjects
    effect_margin: SourcedAmount
    likely_percent: SourcedPercent
    n_peers: SourcedInt
    n_mentors: SourcedInt
    ridge_penalty: SourcedAmount
    core_percent: SourcedPercent
    border_percent: SourcedPercent
    resilience: ResilienceRule


class IndicatorReference(StrictModel):
    """One indicator in the schools of reference; mean and spread are absent where nobody has it.

    ``weight`` is that of the rule, a whole number; ``sd`` of 0 means that all schools are alike.
    """

    indicator: str
    weight: int = Field(ge=1)
    n_schools: int = Field(ge=0)
    mean: float | None = None
    sd: float | None = Field(default=None, ge=0)


class SocialReference(StrictModel):
    """What every school is measured against, frozen for the years of the rule.

    ``lowest``, ``highest`` and ``cut`` are of the index of schools of reference, in mean deviations
    with the sign of well-being; ``cut`` is its quantile of ``cut_percent``.
    """

    regulation_id: str = Field(min_length=1)
    assessment_year: int
    among: Literal["territory", "region"]
    n_schools: int = Field(ge=1)
    cut_percent: _Percent
    lowest: float
    highest: float
    cut: float
    indicators: Annotated[tuple[IndicatorReference, ...], Field(strict=False, min_length=1)]

    @property
    def is_ordered(self) -> bool:
        """Whether the border lies on the scale between its ends."""
        return self.lowest <= self.cut <= self.highest


class KeptReference(SocialReference):
    """A reference as its file holds it: the place that made it may use it, no other.

    ``place`` is the name of the folder in ``data/raw``.
    """

    place: str = Field(min_length=1)


_HEADER = """\
# Точка отсчёта индекса социального благополучия: средние и разброс показателей, края и граница.
# Составлена программой, не правьте её. Положите файл рядом с monitoring.yaml территории: пока не
# пройдут годы, названные в правиле, индекс считается от неё, и изменение школы — её собственное.
"""


def reference_text(reference: SocialReference, place: str) -> str:
    """Write the reference of a place as YAML.

    :func:`~shnor_analysis.methodology.load_model` reads it back as :class:`KeptReference`.
    """
    text = StringIO()
    YAML().dump({"place": place, **reference.model_dump(mode="json", exclude_none=True)}, text)
    return _HEADER + text.getvalue()
