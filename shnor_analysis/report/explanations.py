"""Why a school is on the list and how sure that is: facts, doubts and «what if», kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_analysis.methodology import LowResultsRule
from shnor_analysis.report import russian
from shnor_analysis.report.document import Block, Listing, Paragraph, Run
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.list_tables import (
    MOST_NAMED,
    ListTables,
    count_words,
    in_procedures,
    way_words,
)
from shnor_analysis.report.tables.build import probability_words
from shnor_analysis.report.tables.low_results import decision_reason
from shnor_analysis.report.texts import load_texts, text

NAMED_OF_MANY = 3
# Classes of schools without the sign that are explained too.
NEAR = ("core", "borderline")


def explanations(lists: ListTables, labels: Labels, rule: LowResultsRule) -> tuple[Block, ...]:
    """Explain every school of the list, and those just outside it, in alphabetical order.

    Returns
    -------
    tuple of Block
        The name of a school, then its three statements. Schools without the sign are explained
        when the probability that the rule holds for them puts them in the core or at the border.
    """
    near = lists.certainty["membership_class"].isin(NEAR)
    of_interest = lists.decisions[
        (lists.decisions["decision"] == "included")
        | lists.decisions["school_id"].isin(lists.certainty.loc[near, "school_id"])
    ]
    blocks: list[Block] = []
    for school_id in by_school(of_interest, labels)["school_id"]:
        name = russian.keep_together(labels.school(school_id))
        blocks.append(Paragraph((Run(name, bold=True),)))
        blocks.append(explanation(lists, school_id, labels, rule))
    return tuple(blocks)


def explanation(lists: ListTables, school_id: str, labels: Labels, rule: LowResultsRule) -> Listing:
    """Explain the decision about one school in three statements.

    Parameters
    ----------
    lists : ListTables
        The tables of one year.
    school_id : str
        Any school with a decision.
    labels : Labels
        Names of works.
    rule : LowResultsRule
        The applied rule: its threshold and sizes.

    Returns
    -------
    Listing
        What happened, in counts; how sure that is, in probabilities; what other counts or another
        rule would have given. A school that was not assessed has only the first.

    Raises
    ------
    KeyError
        If the school has no decision.
    """
    school = _School(
        decision=_only(lists.decisions, school_id),
        certainty=_only(lists.certainty, school_id),
        evidence=lists.evidence[lists.evidence["school_id"] == school_id],
        ways=lists.ways[lists.ways["school_id"] == school_id],
        labels=labels,
        rule=rule,
    )
    parts = {"fact": _fact(school)}
    if school.decision.decision != "not_assessed":
        parts |= {"doubt": _doubt(school), "what_if": _what_if(school)}
    return Listing(
        tuple(
            (Run(text("explanation", code), bold=True), Run(f" {' '.join(sentences)}"))
            for code, sentences in parts.items()
        )
    )


@dataclass(frozen=True)
class _School:
    """One school: its rows of the tables and the words for them."""

    decision: Any
    certainty: Any
    evidence: pd.DataFrame
    ways: pd.DataFrame
    labels: Labels
    rule: LowResultsRule

    @property
    def is_included(self) -> bool:
        return bool(self.decision.decision == "included")

    @property
    def year(self) -> int:
        return int(self.decision.assessment_year)

    def low(self, year: int) -> pd.DataFrame:
        rows = self.evidence[self.evidence["is_low"] & (self.evidence["assessment_year"] == year)]
        return by_work(rows)


def _only(table: pd.DataFrame, school_id: str) -> Any:
    rows = table[table["school_id"] == school_id]
    if rows.empty:
        raise KeyError(school_id)
    return next(rows.itertuples(index=False))


def _fact(school: _School) -> list[str]:
    decision = school.decision
    sentences = [
        text("explanation", decision.decision, reason=decision_reason(decision, school.rule))
    ]
    if decision.decision == "not_assessed":
        return sentences
    this_year, last_year = school.low(school.year), school.low(school.year - 1)
    if this_year.empty:
        sentences.append(
            text(
                "explanation",
                "low_none",
                year=russian.school_year(school.year),
                share=_threshold(school.rule),
                total=russian.integer(int(decision.n_procedures)),
            )
        )
    else:
        sentences.append(_low(school, this_year))
    if len(last_year):
        sentences.append(_low_previous(school, last_year))
    if int(school.certainty.n_low_repeated):
        repeated = in_procedures(int(school.certainty.n_low_repeated))
        sentences.append(text("explanation", "repeated", n=repeated))
    return sentences


def _low(school: _School, rows: pd.DataFrame) -> str:
    return text(
        "explanation",
        "low" if len(rows) <= MOST_NAMED else "low_some",
        year=russian.school_year(school.year),
        share=_threshold(school.rule),
        n=in_procedures(int(school.decision.n_low_current)),
        total=russian.integer(int(school.decision.n_procedures)),
        works=_works(school, rows),
    )


def _low_previous(school: _School, rows: pd.DataFrame) -> str:
    return text(
        "explanation",
        "previous" if len(rows) <= MOST_NAMED else "previous_some",
        year=russian.school_year(school.year - 1),
        n=in_procedures(int(school.decision.n_low_previous)),
        works=_works(school, rows),
    )


def _works(school: _School, rows: pd.DataFrame) -> str:
    """Low procedures with their counts; of many only those farthest beyond the threshold."""
    if len(rows) > MOST_NAMED:
        farthest = rows["n_to_threshold"].sort_values(kind="stable").index[:NAMED_OF_MANY]
        rows = rows[rows.index.isin(farthest)]
    report = str(school.rule.report_participants.value)
    return "; ".join(
        text(
            "explanation",
            "work_tiny" if row.size_class == "tiny" else "work",
            work=work,
            x=russian.integer(int(row.n_below_minimum)),
            n=russian.integer(int(row.n_participants)),
            share=russian.percent(row.below_minimum_share),
            lower=russian.percent_points(row.below_minimum_share_lower),
            upper=russian.percent(row.below_minimum_share_upper),
            report=report,
            pupils=count_words(-int(row.n_to_threshold), "pupils_by"),
        )
        for work, row in zip(school.labels.works(rows), rows.itertuples(index=False), strict=True)
    )


def _doubt(school: _School) -> list[str]:
    certainty = school.certainty
    p = probability_words(float(certainty.p_membership))
    if school.is_included:
        where = text("membership_class", certainty.membership_class)
        sentences = [text("explanation", "probability", p=p, where=where)]
    else:
        is_near = certainty.membership_class in NEAR
        where = text("explanation", f"near_{certainty.membership_class}") if is_near else ""
        sentences = [text("explanation", "probability_not_included", p=p, where=where)]
    sentences.append(text("explanation", "chance", p=probability_words(float(certainty.p_chance))))
    if school.is_included:
        own = text("evidence", school.decision.evidence)
        sentences.append(text("explanation", "own", evidence=own))
    tiny, small = int(certainty.n_low_tiny), int(certainty.n_low_small)
    if tiny + small:
        all_low = tiny + small + int(certainty.n_low_reliable)
        code = "small_and_tiny" if tiny and small else "only_tiny" if tiny else "only_small"
        sentences.append(
            text(
                "explanation",
                code,
                n=russian.counted(all_low, *load_texts()["low_procedures_counted"]),
                reliable=str(school.rule.reliable_participants.value),
                report=str(school.rule.report_participants.value),
                small=russian.integer(tiny + small),
                tiny=russian.integer(tiny),
            )
        )
    return sentences


def _what_if(school: _School) -> list[str]:
    certainty = school.certainty
    n_pupils = certainty.n_pupils_out if school.is_included else certainty.n_pupils_in
    sentences = [
        text("explanation", "no_way_in")
        if russian.is_missing(n_pupils)
        else _way(school, int(n_pupils))
    ]
    sentences.append(
        text(
            "explanation",
            "scenarios" if int(certainty.n_scenarios_included) else "scenarios_none",
            total=russian.counted(int(certainty.n_scenarios), *load_texts()["of_variants"]),
            n=russian.integer(int(certainty.n_scenarios_included)),
        )
    )
    return sentences


def _way(school: _School, n: int) -> str:
    """Say what would have decided otherwise; over several works one child is several results."""
    works = way_words(school.ways, school.evidence, school.labels, school.year)
    if len(school.ways) <= MOST_NAMED:
        works = text("explanation", "way_example", works=works)
    code, noun = ("out", "pupils_by") if school.is_included else ("into", "pupils_apart")
    if len(school.ways) > 1:
        code, noun = f"{code}_results", "results"
    return text(
        "explanation",
        code,
        n=count_words(n, noun),
        works=works,
        set_apart=russian.plural(n, *load_texts()["set_apart"]),
    )


def _threshold(rule: LowResultsRule) -> str:
    return russian.percent(rule.share_numerator.value / rule.share_denominator.value, 0)
