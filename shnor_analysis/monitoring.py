"""The object a notebook opens: the tables of one place and year, and the names to print.

What compares rules computes lists anew and is imported when it is asked for: a notebook that only
reads tables takes no statistics.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from shnor_analysis import pipeline, tables
from shnor_analysis.errors import ParameterError
from shnor_analysis.measures.indicator_sources import indicator_sources
from shnor_analysis.methodology import (
    LowResultsList,
    LowResultsRule,
    Methodology,
    Place,
    Regulation,
    required_block,
)
from shnor_analysis.place_year import open_place_year, working_schools
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.list_tables import ListTables
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.workspace import find_workspace

if TYPE_CHECKING:
    from shnor_analysis.decisions.rule_change import ListChange


@dataclass(frozen=True)
class Monitoring:
    """Results of one place and assessment year, read from ``data/processed`` on first use.

    Examples
    --------
    ``Monitoring.open("demo", 2025).low_results`` is a frame with one row per school.
    """

    place: Place
    methodology: Methodology
    assessment_year: int
    folder: Path

    @classmethod
    def open(cls, place: str, assessment_year: int) -> Monitoring:
        """Open the results of a place; compute them first unless they are those of its files.

        Tables of other files, of another methodology or made by another version of the program
        are noticed by content and computed anew, stage by stage.

        Parameters
        ----------
        place : str
            Folder name in ``data/raw``.
        assessment_year : int
            2025 means the school year 2024/25.

        Raises
        ------
        ShnorError
            If the place, its description or its results are missing.
        """
        workspace = find_workspace()
        engine = pipeline.stored_engine(workspace.processed(place, assessment_year))
        run = open_place_year(workspace, place, assessment_year, engine)
        # Without the lock: a notebook of an annual run reads while that run holds it.
        if not pipeline.are_tables_current(run):
            pipeline.compute(workspace, place, assessment_year, engine=engine)
        return cls(run.description, run.methodology, assessment_year, run.tables)

    def reported(self, name: str) -> pd.DataFrame:
        """A table of what schools and offices reported, by the name of its contract.

        Raises
        ------
        ParameterError
            If there is no such table; the sentence names those there are.
        """
        known = {contract.name: contract for contract in tables.REPORTED}
        if name not in known:
            raise ParameterError(f"Нет таблицы «{name}»; есть: {', '.join(sorted(known))}.")
        return tables.load_table(known[name], self.folder / pipeline.TIDY)

    def list_changes(self, old: LowResultsRule, new: LowResultsRule) -> tuple[ListChange, ...]:
        """Which schools enter or leave the low-results list when the rule changes.

        See :func:`~shnor_analysis.decisions.rule_change.low_results_list_changes`.
        """
        from shnor_analysis.decisions.rule_change import low_results_list_changes

        schools = working_schools(self.schools, self.assessment_year)
        return low_results_list_changes(
            self.procedure_results, schools, old, new, self.assessment_year
        )

    def indicator_list_change(self, old: LowResultsList, new: LowResultsList) -> ListChange:
        """Which schools one list of indicators has and the other has not.

        See :func:`~shnor_analysis.decisions.rule_change.indicator_list_change`.
        """
        from shnor_analysis.decisions.low_results_index import Surroundings, conditions_of_year
        from shnor_analysis.decisions.rule_change import indicator_list_change

        conditions = tables.load_table(tables.SOCIAL_INDEX, self.folder / pipeline.INDICATORS)
        surroundings = Surroundings(
            self.teaching_levels.set_index("school_id")["level"],
            conditions_of_year(conditions, self.assessment_year),
            is_region=self.place.municipality_id is None,
        )
        return indicator_list_change(
            self._list_inputs, surroundings, old, new, self.methodology, self.assessment_year
        )

    def adverse_conditions_change(self, old: Regulation, new: Regulation) -> ListChange:
        """Which schools one rule of adverse conditions lists and the other does not.

        See :func:`~shnor_analysis.decisions.rule_change.adverse_conditions_change`.
        """
        from shnor_analysis.decisions.rule_change import adverse_conditions_change

        run = open_place_year(
            find_workspace(),
            self.folder.parent.name,
            self.assessment_year,
            pipeline.stored_engine(self.folder),
        )
        results = tables.load_table(tables.RESULT_INDEX, self.folder / pipeline.INDICATORS)
        context = self._list_inputs[tables.CONTEXT.name]
        sides = [(one.id, required_block(one.adverse_conditions)) for one in (old, new)]
        return adverse_conditions_change(
            {"context": context, "schools": self.schools, "result_index": results},
            working_schools(self.schools, self.assessment_year)[["school_id"]],
            sides[0],
            sides[1],
            run.social_reference,
            run.norms,
            self.methodology,
            self.assessment_year,
        )

    @cached_property
    def _list_inputs(self) -> dict[str, pd.DataFrame]:
        """What lists of indicators are computed from, by the names of the contracts."""
        return {
            tables.CELLS.name: self.cells,
            tables.CELL_SCORES.name: self.cell_scores,
            **{
                contract.name: tables.load_table(contract, self.folder / pipeline.TIDY)
                for contract in (tables.DIAGNOSTIC_WORKS, tables.CONTEXT)
            },
        }

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What went in, by which rules and programs, and what came out."""
        text = (self.folder / pipeline.MANIFEST).read_text(encoding="utf-8")
        return dict(json.loads(text))

    @property
    def rule(self) -> LowResultsRule:
        """The low-results rule the place applies."""
        return self.methodology.low_results

    @property
    def indicator_lists(self) -> tuple[LowResultsList, ...]:
        """Lists of indicators of low results that the place looks at."""
        return self.methodology.low_results_lists

    @cached_property
    def labels(self) -> Labels:
        """Printed names of schools and works."""
        return Labels.of(self.schools, self.methodology)

    @cached_property
    def conditions(self) -> Conditions:
        """Conditions of schools and results given them: all that is printed of both."""
        measured = {
            "evidence": tables.CONTEXT_EVIDENCE,
            "indicators": tables.CONTEXT_VALUES,
            "reference": tables.SOCIAL_REFERENCE,
            "index": tables.SOCIAL_INDEX,
            "parts": tables.SOCIAL_INDEX_PARTS,
            "results": tables.RESULT_INDEX,
            "borders": tables.RESULT_BORDERS,
        }
        decided = {
            "adverse": tables.ADVERSE_CONDITIONS,
            "variants": tables.ADVERSE_CONDITIONS_VARIANTS,
            "weights": tables.SOCIAL_WEIGHTS,
            "quality": tables.SOCIAL_INDEX_QUALITY,
            "regression": tables.CONTEXT_REGRESSION,
            "schools": tables.CONTEXT_RESULTS,
            "peers": tables.CONTEXT_PEERS,
            "sensitivity": tables.RESILIENCE_SENSITIVITY,
            "mentors": tables.MENTOR_PAIRS,
        }
        return Conditions(
            **self._load(pipeline.INDICATORS, measured),
            **self._load(pipeline.DECISIONS, decided),
            labels=self.labels,
            rule=self.methodology.adverse_conditions,
            rules=self.methodology.social_context,
            terms=self.place.terms,
            assessment_year=self.assessment_year,
            set_titles={k: one.title for k, one in self.methodology.condition_sets.items()},
            reliable_participants=self.methodology.low_results.reliable_participants.value,
            min_participants=self.place.publication.min_participants,
        )

    @cached_property
    def objectivity(self) -> Objectivity:
        """Objectivity by the letter of documents: all that is printed of it."""
        return Objectivity(
            markers=self.objectivity_markers,
            schools=self.objectivity_letter,
            territory=self.objectivity_letter_territory,
            indicators=self.objectivity_indicators,
            means=self.mean_intervals,
            agreement=self.mark_agreement,
            medals=self.medal_confirmation,
            labels=self.labels,
            documents=self.methodology.objectivity,
            assessment_year=self.assessment_year,
            report_participants=self.place.publication.min_participants,
        )

    @cached_property
    def dynamics(self) -> Dynamics:
        """Changes since the year before, of works, results and lists: all that is printed."""
        measured = {
            "works": tables.WORK_CHANGES,
            "territory": tables.TERRITORY_CHANGES,
            "results": tables.RESULT_CHANGES,
            "cohorts": tables.COHORT_CHANGES,
            "visible": tables.VISIBLE_CHANGES,
        }
        decided = {
            "work_classes": tables.WORK_CHANGE_CLASSES,
            "territory_classes": tables.TERRITORY_CHANGE_CLASSES,
            "result_classes": tables.RESULT_CHANGE_CLASSES,
            "states": tables.LIST_STATES,
            "moves": tables.LIST_MOVES,
            "flows": tables.LIST_FLOWS,
        }
        return Dynamics(
            **self._load(pipeline.INDICATORS, measured),
            **self._load(pipeline.DECISIONS, decided),
            comparability=self.comparability,
            labels=self.labels,
            rules=self.methodology.dynamics,
            terms=self.place.terms,
            assessment_year=self.assessment_year,
            min_participants=self.place.publication.min_participants,
        )

    def _load(self, part: str, contracts: dict[str, tables.Contract]) -> dict[str, pd.DataFrame]:
        """Tables of one stage by the names a value of the reports gives them."""
        return {
            name: tables.load_table(contract, self.folder / part)
            for name, contract in contracts.items()
        }

    @cached_property
    def lists(self) -> ListTables:
        """The low-results list with its grounds and its certainty, for what explains schools."""
        return ListTables(
            self.low_results,
            self.low_results_evidence,
            self.low_results_certainty,
            self.low_results_ways,
        )

    @cached_property
    def source_files(self) -> pd.DataFrame:
        """Files received: one row per file."""
        return tables.load_table(tables.SOURCE_FILES, self.folder / pipeline.TIDY)

    @cached_property
    def issues(self) -> pd.DataFrame:
        """Remarks to the files: one row per remark."""
        return tables.load_table(tables.ISSUES, self.folder / pipeline.TIDY)

    @cached_property
    def schools(self) -> pd.DataFrame:
        """Schools: one row per school."""
        return tables.load_table(tables.SCHOOLS, self.folder / pipeline.TIDY)

    @cached_property
    def works(self) -> pd.DataFrame:
        """Works: one row per procedure, year, season, subject and grade."""
        return tables.load_table(tables.WORKS, self.folder / pipeline.TIDY)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Sufficient statistics: one row per school × work."""
        return tables.load_table(tables.CELLS, self.folder / pipeline.CELLS)

    @cached_property
    def class_cells(self) -> pd.DataFrame:
        """The same by class: one row per school × work × class."""
        return tables.load_table(tables.CLASS_CELLS, self.folder / pipeline.CELLS)

    @cached_property
    def cell_scores(self) -> pd.DataFrame:
        """Distribution: one row per school × work × score × mark × journal mark."""
        return tables.load_table(tables.CELL_SCORES, self.folder / pipeline.CELLS)

    @cached_property
    def cell_tasks(self) -> pd.DataFrame:
        """Tasks: one row per school × work × task."""
        return tables.load_table(tables.CELL_TASKS, self.folder / pipeline.CELLS)

    @cached_property
    def pupil_sums(self) -> pd.DataFrame:
        """Sums over subjects: one row per school × year × procedure × grade."""
        return tables.load_table(tables.PUPIL_SUMS, self.folder / pipeline.CELLS)

    @cached_property
    def cohort_pairs(self) -> pd.DataFrame:
        """The same pupils a year later: one row per school × later work × earlier work."""
        return tables.load_table(tables.COHORT_PAIRS, self.folder / pipeline.CELLS)

    @cached_property
    def cell_sources(self) -> pd.DataFrame:
        """Where cells came from: one row per school × work × file × sheet."""
        return tables.load_table(tables.CELL_SOURCES, self.folder / pipeline.CELLS)

    @cached_property
    def procedure_results(self) -> pd.DataFrame:
        """Shares with intervals: one row per school × work."""
        return tables.load_table(tables.PROCEDURE_RESULTS, self.folder / pipeline.INDICATORS)

    @cached_property
    def territory_results(self) -> pd.DataFrame:
        """Shares of the territory: one row per work."""
        return tables.load_table(tables.TERRITORY_RESULTS, self.folder / pipeline.INDICATORS)

    @cached_property
    def mark_agreement(self) -> pd.DataFrame:
        """Marks for the work against journal marks: one row per school × work."""
        return tables.load_table(tables.MARK_AGREEMENT, self.folder / pipeline.INDICATORS)

    @cached_property
    def territory_mark_agreement(self) -> pd.DataFrame:
        """The same over the whole territory: one row per work."""
        return tables.load_table(tables.TERRITORY_MARK_AGREEMENT, self.folder / pipeline.INDICATORS)

    @cached_property
    def low_results(self) -> pd.DataFrame:
        """Low-results decisions: one row per school."""
        return tables.load_table(tables.LOW_RESULTS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_readings(self) -> pd.DataFrame:
        """The list under every reading of the rule: one row per mode × school."""
        return tables.load_table(tables.LOW_RESULTS_READINGS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_evidence(self) -> pd.DataFrame:
        """Procedures behind the decisions: one row per school × work."""
        return tables.load_table(tables.LOW_RESULTS_EVIDENCE, self.folder / pipeline.DECISIONS)

    @cached_property
    def comparability(self) -> pd.DataFrame:
        """Table ``comparability``."""
        return tables.load_table(tables.COMPARABILITY, self.folder / pipeline.INDICATORS)

    @cached_property
    def report_parts(self) -> pd.DataFrame:
        """Table ``report_parts``."""
        return tables.load_table(tables.REPORT_PARTS, self.folder / pipeline.INDICATORS)

    @cached_property
    def work_norms(self) -> pd.DataFrame:
        """Numbers of the region: one row per work."""
        return tables.load_table(tables.WORK_NORMS, self.folder / pipeline.INDICATORS)

    @cached_property
    def norm_status(self) -> pd.DataFrame:
        """Which verdicts have their norms: one row per verdict."""
        return tables.load_table(tables.NORM_STATUS, self.folder / pipeline.INDICATORS)

    @cached_property
    def shrunken_shares(self) -> pd.DataFrame:
        """Shares pulled towards those of all schools: one row per school × work."""
        return tables.load_table(tables.SHRUNKEN_SHARES, self.folder / pipeline.INDICATORS)

    @cached_property
    def share_funnels(self) -> pd.DataFrame:
        """Funnels of shares: one row per work of the year."""
        return tables.load_table(tables.SHARE_FUNNELS, self.folder / pipeline.INDICATORS)

    @cached_property
    def share_funnel_points(self) -> pd.DataFrame:
        """Schools in the funnels: one row per school × work of the year."""
        return tables.load_table(tables.SHARE_FUNNEL_POINTS, self.folder / pipeline.INDICATORS)

    @cached_property
    def low_results_certainty(self) -> pd.DataFrame:
        """How sure each decision is: one row per school."""
        return tables.load_table(tables.LOW_RESULTS_CERTAINTY, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_ways(self) -> pd.DataFrame:
        """Pupils who decide: one row per school × work."""
        return tables.load_table(tables.LOW_RESULTS_WAYS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_summary(self) -> pd.DataFrame:
        """How sure the whole list is: one row."""
        return tables.load_table(tables.LOW_RESULTS_SUMMARY, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_pooled(self) -> pd.DataFrame:
        """Shares over several years: one row per school × procedure of the rule."""
        return tables.load_table(tables.LOW_RESULTS_POOLED, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_scenarios(self) -> pd.DataFrame:
        """Variants of the rule: one row per variant."""
        return tables.load_table(tables.LOW_RESULTS_SCENARIOS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_what_if(self) -> pd.DataFrame:
        """Decisions under them: one row per variant × school."""
        return tables.load_table(tables.LOW_RESULTS_WHAT_IF, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_concentration(self) -> pd.DataFrame:
        """Where failing results are gathered: one row per procedure."""
        return tables.load_table(tables.LOW_RESULTS_CONCENTRATION, self.folder / pipeline.DECISIONS)

    @cached_property
    def objectivity_signs(self) -> pd.DataFrame:
        """What our own statistical signs say together: one row per school."""
        return tables.load_table(tables.OBJECTIVITY_SIGNS, self.folder / pipeline.DECISIONS)

    @cached_property
    def objectivity_families(self) -> pd.DataFrame:
        """Each sign alone: one row per span of years × sign × school."""
        return tables.load_table(tables.OBJECTIVITY_FAMILIES, self.folder / pipeline.DECISIONS)

    @cached_property
    def objectivity_measures(self) -> pd.DataFrame:
        """The numbers behind the signs: one row per span of years × sign × school."""
        return tables.load_table(tables.OBJECTIVITY_MEASURES, self.folder / pipeline.INDICATORS)

    @cached_property
    def objectivity_thresholds(self) -> pd.DataFrame:
        """Scores around thresholds of marks: one row per school × work × threshold."""
        return tables.load_table(tables.OBJECTIVITY_THRESHOLDS, self.folder / pipeline.INDICATORS)

    @cached_property
    def objectivity_thresholds_territory(self) -> pd.DataFrame:
        """The same over the territory: one row per work × threshold."""
        return tables.load_table(
            tables.OBJECTIVITY_THRESHOLDS_TERRITORY, self.folder / pipeline.INDICATORS
        )

    @cached_property
    def objectivity_profiles(self) -> pd.DataFrame:
        """Profiles over tasks: one row per school × work."""
        return tables.load_table(tables.OBJECTIVITY_PROFILES, self.folder / pipeline.INDICATORS)

    @cached_property
    def teaching_levels(self) -> pd.DataFrame:
        """Level of education each school teaches up to: one row per school."""
        return tables.load_table(tables.TEACHING_LEVELS, self.folder / pipeline.INDICATORS)

    @cached_property
    def low_results_indicators(self) -> pd.DataFrame:
        """Indicators of the lists: one row per list × year × school × indicator × span."""
        return tables.load_table(tables.LOW_RESULTS_INDICATORS, self.folder / pipeline.INDICATORS)

    @cached_property
    def low_results_indicators_territory(self) -> pd.DataFrame:
        """The same over the territory: one row per list × year × indicator."""
        return tables.load_table(
            tables.LOW_RESULTS_INDICATORS_TERRITORY, self.folder / pipeline.INDICATORS
        )

    @cached_property
    def diagnostic_agreement(self) -> pd.DataFrame:
        """ВПР beside diagnostic works: one row per list × indicator × work."""
        return tables.load_table(tables.DIAGNOSTIC_AGREEMENT, self.folder / pipeline.INDICATORS)

    @cached_property
    def low_results_index(self) -> pd.DataFrame:
        """Decisions by the lists of indicators: one row per list × school."""
        return tables.load_table(tables.LOW_RESULTS_INDEX, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_index_years(self) -> pd.DataFrame:
        """The index by year: one row per list × year × school."""
        return tables.load_table(tables.LOW_RESULTS_INDEX_YEARS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_index_parts(self) -> pd.DataFrame:
        """What the index is made of: one row per list × school × indicator."""
        return tables.load_table(tables.LOW_RESULTS_INDEX_PARTS, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_list_sources(self) -> pd.DataFrame:
        """Files behind the lists: one row per list × school × indicator × work × file × sheet."""
        given = {**self._list_inputs, tables.CELL_SOURCES.name: self.cell_sources}
        return indicator_sources(given, self.indicator_lists, self.assessment_year)

    @cached_property
    def low_results_rules(self) -> pd.DataFrame:
        """Share of schools by every rule: one row per rule."""
        return tables.load_table(tables.LOW_RESULTS_RULES, self.folder / pipeline.DECISIONS)

    @cached_property
    def low_results_overlap(self) -> pd.DataFrame:
        """How far the lists agree: one row per pair of rules."""
        return tables.load_table(tables.LOW_RESULTS_OVERLAP, self.folder / pipeline.DECISIONS)

    @cached_property
    def mean_intervals(self) -> pd.DataFrame:
        """Means beside the region: one row per school × work."""
        return tables.load_table(tables.MEAN_INTERVALS, self.folder / pipeline.INDICATORS)

    @cached_property
    def score_mark_correlations(self) -> pd.DataFrame:
        """Scores against journal marks: one row per school × work."""
        return tables.load_table(tables.SCORE_MARK_CORRELATIONS, self.folder / pipeline.INDICATORS)

    @cached_property
    def cohort_ratios(self) -> pd.DataFrame:
        """One cohort in two grades: one row per school × later work."""
        return tables.load_table(tables.COHORT_RATIOS, self.folder / pipeline.INDICATORS)

    @cached_property
    def medal_confirmation(self) -> pd.DataFrame:
        """Medals against the ЕГЭ: one row per school × year."""
        return tables.load_table(tables.MEDAL_CONFIRMATION, self.folder / pipeline.INDICATORS)

    @cached_property
    def objectivity_indicators(self) -> pd.DataFrame:
        """Indicators without a border: one row per document × indicator × school × work."""
        return tables.load_table(tables.OBJECTIVITY_INDICATORS, self.folder / pipeline.INDICATORS)

    @cached_property
    def objectivity_markers(self) -> pd.DataFrame:
        """Markers by the letter: one row per document × school × marker × year."""
        return tables.load_table(tables.OBJECTIVITY_MARKERS, self.folder / pipeline.DECISIONS)

    @cached_property
    def objectivity_letter(self) -> pd.DataFrame:
        """Markers of a school: one row per document × school × year."""
        return tables.load_table(tables.OBJECTIVITY_LETTER, self.folder / pipeline.DECISIONS)

    @cached_property
    def objectivity_letter_territory(self) -> pd.DataFrame:
        """Index of the territory: one row per document × year."""
        return tables.load_table(
            tables.OBJECTIVITY_LETTER_TERRITORY, self.folder / pipeline.DECISIONS
        )
