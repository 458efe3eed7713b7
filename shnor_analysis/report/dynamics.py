"""All that is printed of changes over the years, in one value for sentences, tables, pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from shnor_analysis.measures.comparability import SERIES
from shnor_analysis.methodology import DynamicsRules, PlaceTerms
from shnor_analysis.report.labels import Labels, by_school, by_work

CHANGE_KEY = [*SERIES, "outcome"]


@dataclass(frozen=True)
class Dynamics:
    """Tables of changes of one place and year, with the rules and the names to print.

    Every frame keeps the contract of its name; ``works`` and ``work_classes`` are
    ``work_changes`` and ``work_change_classes``, ``territory…`` and ``result…`` likewise,
    ``visible`` is ``visible_changes``, ``cohorts`` is ``cohort_changes``, ``states``, ``moves``
    and ``flows`` are the tables ``list_…``. Shares of fewer than ``min_participants`` are not
    printed.
    """

    works: pd.DataFrame
    work_classes: pd.DataFrame
    territory: pd.DataFrame
    territory_classes: pd.DataFrame
    results: pd.DataFrame
    result_classes: pd.DataFrame
    cohorts: pd.DataFrame
    visible: pd.DataFrame
    states: pd.DataFrame
    moves: pd.DataFrame
    flows: pd.DataFrame
    comparability: pd.DataFrame
    labels: Labels
    rules: DynamicsRules
    terms: PlaceTerms
    assessment_year: int
    min_participants: int

    @cached_property
    def schools_changes(self) -> pd.DataFrame:
        """Changes of schools with their verdicts, by the names of schools and works."""
        rows = self.works.merge(
            self.work_classes, on=["school_id", *CHANGE_KEY], validate="1:1"
        ).assign(season="main")
        return by_school(by_work(rows), self.labels)

    @cached_property
    def territory_changes(self) -> pd.DataFrame:
        """Changes of the territory with their verdicts, by work."""
        rows = self.territory.merge(self.territory_classes, on=CHANGE_KEY, validate="1:1")
        return by_work(rows.assign(season="main"))

    @cached_property
    def result_changes(self) -> pd.DataFrame:
        """Changes of the pooled result with their verdicts, by the names of schools."""
        rows = self.results.merge(self.result_classes, on="school_id", validate="1:1")
        return by_school(rows, self.labels)

    def moves_of(self, name: str, assessment_year: int) -> pd.DataFrame:
        """Moves of one list in one year, by the names of schools."""
        rows = self.moves[
            (self.moves["list"] == name) & (self.moves["assessment_year"] == assessment_year)
        ]
        return by_school(rows, self.labels)

    def names(self, rows: pd.DataFrame) -> list[str]:
        """Printed names of the schools of some rows, in alphabetical order, each once."""
        once = rows.drop_duplicates("school_id")
        return [self.labels.school(code) for code in by_school(once, self.labels)["school_id"]]

    def term(self, name: str) -> str:
        """What the region calls the schools of a list."""
        return str(getattr(self.terms, name))
