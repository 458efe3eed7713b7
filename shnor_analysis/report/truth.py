"""Training section: what the analysis found beside what was planted in the invented territory."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.document import Block, DisplayTable, Heading, Paragraph, Run
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.list_tables import ListTables
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    probability,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, text

_CLAUSES = {"A": "clause_a", "B": "clause_b"}


def low_results_truth(
    truth: pd.DataFrame, size_ends: tuple[int, ...], lists: ListTables, labels: Labels
) -> tuple[Block, ...]:
    """Set the list beside the planted truth, by size of school and school by school.

    Parameters
    ----------
    truth : DataFrame
        As :func:`~shnor_analysis.demo.truth_table.truth_table` gives it; without rows there is no
        section.
    size_ends : tuple of int
        Upper ends of the size classes, in pupils.
    lists : ListTables
        What the analysis found.
    labels : Labels
        Names of schools.
    """
    if truth.empty:
        return ()
    rows = truth.merge(lists.decisions, on="school_id", validate="1:1").merge(
        lists.certainty.drop(columns="assessment_year"), on="school_id", validate="1:1"
    )
    return (
        Heading(1, text("truth", "heading")),
        Paragraph((Run(text("truth", "intro")),)),
        _by_size(rows, size_ends),
        _by_school(rows, labels),
    )


def _by_size(rows: pd.DataFrame, size_ends: tuple[int, ...]) -> DisplayTable:
    is_listed = rows["decision"] == "included"
    is_core = is_listed & (rows["membership_class"] == "core")
    low = rows["is_truly_low"].astype(bool)
    classes = [(size_words(code, size_ends), rows["size_class"] == code)
               for code in range(len(size_ends) + 1)]  # fmt: skip
    classes.append((text("truth", "all"), rows["size_class"] >= 0))
    return build_table(
        "truth_by_size",
        (
            text_column("size", 1.8),
            count_column("n"),
            count_column("planted", 1.0),
            count_column("found", 1.0),
            count_column("core", 1.0),
            count_column("others", 1.0),
            count_column("others_core", 1.0),
        ),
        tuple(
            (
                words(name),
                *(
                    whole(int((chosen & kind).sum()))
                    for kind in (
                        pd.Series(data=True, index=rows.index),
                        low,
                        low & is_listed,
                        low & is_core,
                        ~low & is_listed,
                        ~low & is_core,
                    )
                ),
            )
            for name, chosen in classes
        ),
        definition=text("truth", "definition"),
    )


def size_words(size_class: int, size_ends: tuple[int, ...]) -> str:
    """Name a size class: «до 60», «61–150», «больше 350»."""
    if size_class == 0:
        return text("truth", "size_first", last=russian.integer(size_ends[0]))
    if size_class == len(size_ends):
        return text("truth", "size_last", first=russian.integer(size_ends[-1]))
    return text(
        "truth",
        "size_between",
        first=russian.integer(size_ends[size_class - 1] + 1),
        last=russian.integer(size_ends[size_class]),
    )


def _by_school(rows: pd.DataFrame, labels: Labels) -> DisplayTable:
    of_interest = rows[
        rows["is_truly_low"].astype(bool)
        | rows["expected_clauses"].isin(["A", "B", "AB"])
        | (rows["decision"] == "included")
    ]
    return build_table(
        "truth_by_school",
        (
            text_column("school", 2.2),
            text_column("why", 4.2),
            text_column("clauses", 1.0),
            text_column("found", 1.0),
            text_column("evidence", 1.2),
            share_column("p", 1.1, 0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(row.why),
                words(_clauses(row.expected_clauses)),
                words(_clauses(_found(row))),
                words(text("evidence", row.evidence)),
                probability(row.p_membership),
            )
            for row in by_school(of_interest, labels).itertuples(index=False)
        ),
    )  # fmt: skip


def _found(row: Any) -> str:
    """Letters of the clauses that hold; one that could not be checked does not."""
    holds = {letter: getattr(row, name) for letter, name in _CLAUSES.items()}
    return "".join(
        letter for letter, yes in holds.items() if not russian.is_missing(yes) and bool(yes)
    )


def _clauses(letters: str) -> str:
    names = load_texts()["clause_letter"]
    return russian.listing([names[letter] for letter in letters if letter in names])
