"""A place as its office describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from shnor_analysis.methodology.sourced import StrictModel


def _one_or_more(value: object) -> object:
    """One name stands for a list of one."""
    return (value,) if isinstance(value, str) else value


_Names = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_more), Field(strict=False, min_length=1)
]


class PlaceRegulations(StrictModel):
    """Which regulation, a file stem in ``regulations/``, the place applies to what.

    Lists of indicators are shown side by side, so that there may be several; so are the documents
    on objectivity.
    """

    low_results: str
    low_results_indicators: _Names
    adverse_conditions: str
    high_results: str
    pupil_sums: str
    objectivity: _Names

    def names(self, purpose: str) -> tuple[str, ...]:
        """Regulations named for a purpose, in the order of the file."""
        named = getattr(self, purpose)
        return (named,) if isinstance(named, str) else named


# What a place applies until its office names documents of its own.
DEFAULT_REGULATIONS = PlaceRegulations(
    low_results="federal-low-results",
    low_results_indicators=("sterlitamak-2021", "regional-index"),
    adverse_conditions="sterlitamak-2021",
    high_results="yershichi-2020",
    pupil_sums="yershichi-2020",
    objectivity=("fioko-objectivity", "yershichi-2020"),
)


class PlaceTerms(StrictModel):
    """How the place calls its registers: regions say ШНОР or ШНРО, ШНСУ or ШФНСУ."""

    low_results: str = Field(min_length=1)
    adverse_conditions: str = Field(min_length=1)


class PlaceResponsible(StrictModel):
    """Who answers for what: posts or organisations, never names."""

    monitoring: str = Field(min_length=1)
    decisions: str = Field(min_length=1)


class PlacePublication(StrictModel):
    """What may be printed: shares of groups smaller than this are not."""

    min_participants: int = Field(ge=1)


class Place(StrictModel):
    """A territory as its office describes it in ``monitoring.yaml`` beside the files.

    Without ``municipality_id`` the place is a whole region.
    """

    name: str = Field(min_length=1)
    region_name: str = Field(min_length=1)
    municipality_id: str | None = Field(default=None, pattern=r"^reg\d{2}_m\d{3}$")
    regulations: PlaceRegulations
    terms: PlaceTerms
    responsible: PlaceResponsible
    publication: PlacePublication
    answer_days: int = Field(ge=1)
