"""All that is printed of the conditions of schools, in one value for tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.methodology import AdverseConditions, PlaceTerms, SocialContextRules
from shnor_analysis.report.labels import Labels, by_school


@dataclass(frozen=True)
class Conditions:
    """Tables of conditions of one place and year, with the rule and the names to print.

    Every frame keeps the contract of its name; ``evidence`` is ``context_evidence``,
    ``indicators`` is ``context_values``, ``schools`` is ``context_results``, ``variants`` is
    ``adverse_conditions_variants``, ``weights`` is ``social_weights``, ``parts`` is
    ``social_index_parts``, ``quality`` is ``social_index_quality``, ``borders`` is
    ``result_borders``. ``set_titles`` names the other sets of indicators by their regulation. A
    share of fewer than ``reliable_participants`` pupils hangs on one of them; fewer than
    ``min_participants`` pupils are not spoken of in public.
    """

    evidence: pd.DataFrame
    indicators: pd.DataFrame
    reference: pd.DataFrame
    index: pd.DataFrame
    parts: pd.DataFrame
    adverse: pd.DataFrame
    variants: pd.DataFrame
    weights: pd.DataFrame
    quality: pd.DataFrame
    results: pd.DataFrame
    borders: pd.DataFrame
    regression: pd.DataFrame
    schools: pd.DataFrame
    peers: pd.DataFrame
    sensitivity: pd.DataFrame
    mentors: pd.DataFrame
    labels: Labels
    rule: AdverseConditions
    rules: SocialContextRules
    terms: PlaceTerms
    assessment_year: int
    set_titles: dict[str, str]
    reliable_participants: int
    min_participants: int

    @property
    def has_index(self) -> bool:
        """Whether any school could be measured at all."""
        return bool((self.adverse["decision"] != "not_assessed").any())

    @property
    def has_line(self) -> bool:
        """Whether a result is expected of schools in their conditions."""
        return bool((self.regression["source"] != "none").any())

    def names(self, rows: pd.DataFrame) -> list[str]:
        """Printed names of the schools of some rows, in alphabetical order."""
        return [self.labels.school(code) for code in by_school(rows, self.labels)["school_id"]]

    @property
    def titles(self) -> dict[str, str]:
        """Printed names of the indicators of the rule, in its order."""
        return {one.id: one.title for one in self.rule.indicators}

    @property
    def own_indicators(self) -> pd.DataFrame:
        """Indicators of the rule in the year, index ``school_id`` and ``indicator``."""
        is_own = self.indicators["regulation_id"] == self.adverse["regulation_id"].iloc[0]
        is_now = self.indicators["assessment_year"] == self.assessment_year
        return self.indicators[is_own & is_now].set_index(["school_id", "indicator"])

    @property
    def objectivity_sources(self) -> str:
        """By what signs of biased results were looked for: lists, own signs, both or nothing."""
        has_list = bool((self.schools["n_list_years"] > 0).any())
        has_own = bool(self.schools["is_sign_tested"].any())
        if has_list and has_own:
            return "by_both"
        return "by_list" if has_list else "by_own" if has_own else "not_checked"

    @property
    def listed(self) -> set[str]:
        """Schools of either list."""
        rows = self.schools
        on_list = (rows["low_results"] == "included") | (rows["adverse_conditions"] == "included")
        return set(rows.loc[on_list, "school_id"])
