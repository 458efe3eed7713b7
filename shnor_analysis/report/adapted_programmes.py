"""Sentences about participants taught by adapted programmes: whether and where they count."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_analysis.decisions.low_results import PROCEDURE_KEY
from shnor_analysis.methodology import LowResultsRule
from shnor_analysis.report import russian
from shnor_analysis.report.document import Listing, Run
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import load_texts, text

_NOT_APPLIED = ("several_works", "contradicts")


def adapted_programmes(
    procedure_results: pd.DataFrame, rule: LowResultsRule, labels: Labels, assessment_year: int
) -> Listing:
    """Say of whom the schools told, and whether the rule counts them.

    Parameters
    ----------
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``; works of the rule in this and the last year count.
    rule : LowResultsRule
        Its procedures, and what it does with adapted programmes.
    labels : Labels
        Names of schools.
    assessment_year : int
        The last year.

    Returns
    -------
    Listing
        Empty when the rule counts everybody and no school told of anybody.
    """
    works = {
        (entry.procedure, subject, grade)
        for entry in rule.procedures
        for subject in entry.subjects
        for grade in entry.grades
    }
    is_recent = procedure_results["assessment_year"].isin([assessment_year - 1, assessment_year])
    recent = procedure_results[is_recent]
    rows = recent[pd.MultiIndex.from_frame(recent[PROCEDURE_KEY]).isin(works)]
    sentences = _sentences(rows, rule.adapted_programmes.value, labels)
    return Listing(tuple((Run(sentence),) for sentence in sentences))


def _sentences(rows: pd.DataFrame, choice: str, labels: Labels) -> Iterator[str]:
    told = rows[(rows["adapted_status"] == "told") & (rows["n_adapted"] > 0)]
    if len(told):
        n = russian.counted(int(told["n_adapted"].sum()), *load_texts()["results"])
        yield text("adapted", choice, n=n, names=labels.names(told.drop_duplicates("school_id")))
    elif choice == "left_out":
        yield text("adapted", "left_out_nobody")
    for status in _NOT_APPLIED:
        wrong = rows[rows["adapted_status"] == status]
        if len(wrong):
            yield text("adapted", status, names=labels.names(wrong.drop_duplicates("school_id")))
