"""Objectivity by the letter of documents: all that is printed of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shnor_analysis.methodology import ObjectivityIndicator, ObjectivityMarker, ObjectivityRules
from shnor_analysis.report.labels import Labels


@dataclass(frozen=True)
class Objectivity:
    """Tables of objectivity by the letter, each keeping the contract of its name, and the labels.

    ``report_participants``: values of fewer pupils are not printed, their number is.
    """

    markers: pd.DataFrame
    schools: pd.DataFrame
    territory: pd.DataFrame
    indicators: pd.DataFrame
    means: pd.DataFrame
    agreement: pd.DataFrame
    medals: pd.DataFrame
    labels: Labels
    documents: tuple[ObjectivityRules, ...]
    assessment_year: int
    report_participants: int

    @property
    def with_markers(self) -> tuple[ObjectivityRules, ...]:
        """Documents that have markers."""
        return tuple(one for one in self.documents if one.marker_rules)

    @cached_property
    def marker_by_id(self) -> dict[tuple[str, str], ObjectivityMarker]:
        """Markers by document and id."""
        return {
            (document.regulation_id, marker.id): marker
            for document in self.documents
            if document.marker_rules
            for marker in document.marker_rules.markers
        }

    @cached_property
    def indicators_of(self) -> tuple[tuple[ObjectivityRules, ObjectivityIndicator], ...]:
        """Indicators with their documents, in the order of the documents."""
        return tuple((document, one) for document in self.documents for one in document.indicators)

    def of_year(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of the assessment year."""
        return rows[rows["assessment_year"] == self.assessment_year]

    @cached_property
    def marks_by_school(self) -> pd.DataFrame:
        """Pairs of marks of all ВПР works of the year by school: counts only."""
        rows = self.of_year(self.agreement)
        counts = ["n_mark_pairs", "n_lowered", "n_confirmed", "n_raised"]
        found = rows[rows["n_mark_pairs"] > 0].groupby("school_id", as_index=False)[counts].sum()
        return found.astype({name: int for name in counts})
