"""Rows of the methodology tables: subjects, scales, indicators, addresses of forms."""

from __future__ import annotations

from dataclasses import dataclass

from shnor_analysis.methodology.sourced import Confidence


@dataclass(frozen=True)
class Subject:
    """One subject: its code, Russian names and codes in the source systems."""

    subject: str
    name: str
    name_dative: str
    sheet_code: str
    rcoi_code: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """Score borders of one work: first point of marks 3, 4, 5 and the ЕГЭ minimum."""

    procedure: str
    subject: str
    grade: int
    level: str
    year_from: int
    year_to: int
    region: str
    max_score_raw: int | None
    cut3: int | None
    cut4: int | None
    cut5: int | None
    min_score_scaled: int | None
    extra_condition: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class ExplanationReason:
    """One reason a school may give for what was found in its data."""

    code: str
    text: str


@dataclass(frozen=True)
class FormAddress:
    """Where a number of form ОО-1 stands and what it counts; addresses of one indicator add up."""

    year_from: int
    year_to: int
    section: str
    row_code: str
    column_code: str
    indicator: str
    unit: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class AnswerRank:
    """Place of a worded answer on the scale of its indicator."""

    indicator: str
    answer: str
    value: int
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class CardIndicator:
    """One indicator of the expert card; schools shorten its title as in ``aliases``."""

    id: str
    direction: int
    title: str
    aliases: tuple[str, ...]
    method: str
    source: str
    clause: str
    confidence: Confidence

    @property
    def texts(self) -> tuple[str, ...]:
        """How the indicator may be written."""
        return (self.title, *self.aliases)


@dataclass(frozen=True)
class CatalogueIndicator:
    """An indicator that somebody must report; its parts follow from the words of its clause."""

    id: str
    title: str
    numerator: str
    denominator: str
    unit: str
    level: str
    regulation: str
    clause: str
    source: str
    confidence: Confidence
