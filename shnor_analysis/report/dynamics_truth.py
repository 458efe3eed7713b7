"""Training section: which planted changes the analysis told from chance, by size of school."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.document import Block, DisplayTable, Heading, Paragraph, Run
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    number_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.tables.build import decimal as decimal_cell
from shnor_analysis.report.tables.dynamics import FOUND
from shnor_analysis.report.texts import text
from shnor_analysis.report.truth import size_words

# Truly changed: what the school adds to its pupils' ability moved by so many pupil SD or more.
TRULY_CHANGED = 0.5


def dynamics_truth(
    truth: pd.DataFrame, truth_before: pd.DataFrame, size_ends: tuple[int, ...], d: Dynamics
) -> tuple[Block, ...]:
    """Set the changes found beside those planted.

    Parameters
    ----------
    truth, truth_before : DataFrame
        As :func:`~shnor_analysis.demo.truth_table.truth_table` gives them for the year and the
        year before; without rows there is no section.
    size_ends : tuple of int
        Upper ends of the size classes, in pupils.
    d : Dynamics
        What the analysis found.
    """
    if truth.empty or truth_before.empty:
        return ()
    rows = truth.merge(
        truth_before[["school_id", "quality"]], on="school_id", suffixes=("", "_before")
    )
    rows["planted"] = rows["quality"] - rows["quality_before"]
    rows["is_planted"] = rows["planted"].abs() >= TRULY_CHANGED
    results = d.result_changes.set_index("school_id")
    found = results["is_confirmed"] & results["change_class"].isin(FOUND)
    rows["is_found"] = rows["school_id"].isin(results.index[found.astype(bool)])
    works = d.schools_changes
    sure = works[works["is_confirmed"]].groupby("school_id").size()
    judged = works[works["change_class"] != "not_judged"].groupby("school_id").size()
    rows["n_works"] = rows["school_id"].map(sure).fillna(0).astype(int)
    rows["n_judged"] = rows["school_id"].map(judged).fillna(0).astype(int)
    return (
        Heading(1, text("truth", "heading")),
        Paragraph(
            (
                Run(
                    text(
                        "dynamics_truth",
                        "intro",
                        least=russian.number(TRULY_CHANGED, 1),
                    )
                ),
            )
        ),
        _by_size(rows, size_ends),
        _by_school(rows, d),
    )


def _by_size(rows: pd.DataFrame, size_ends: tuple[int, ...]) -> DisplayTable:
    classes = [(size_words(code, size_ends), rows["size_class"] == code)
               for code in range(len(size_ends) + 1)]  # fmt: skip
    classes.append((text("truth", "all"), rows["size_class"] >= 0))
    planted, found = rows["is_planted"], rows["is_found"]
    return build_table(
        "dynamics_truth_by_size",
        (
            text_column("size", 1.8),
            *(
                count_column(name, 1.1)
                for name in ("n", "planted", "found", "others", "judged", "others_works")
            ),
        ),
        tuple(
            (
                words(name),
                whole(int(chosen.sum())),
                whole(int((chosen & planted).sum())),
                whole(int((chosen & planted & found).sum())),
                whole(int((chosen & ~planted & found).sum())),
                whole(int(rows.loc[chosen & ~planted, "n_judged"].sum())),
                whole(int(rows.loc[chosen & ~planted, "n_works"].sum())),
            )
            for name, chosen in classes
        ),
    )


def _by_school(rows: pd.DataFrame, d: Dynamics) -> DisplayTable:
    moves = d.moves[d.moves["list"] == "low_results"]
    shown = rows[rows["is_planted"] | rows["is_found"] | (rows["n_works"] > 0)]
    return build_table(
        "dynamics_truth_by_school",
        (
            text_column("school", 2.2),
            text_column("why", 3.6),
            number_column("planted", 0.9, 1),
            text_column("result", 1.8),
            count_column("works", 0.9),
            text_column("moves", 2.6),
        ),
        tuple(
            (
                words(d.labels.school(row.school_id)),
                words(row.why),
                decimal_cell(row.planted, 1),
                words(text("dynamics_truth", "found" if row.is_found else "not_found")),
                whole(row.n_works),
                words(_moves(moves[moves["school_id"] == row.school_id])),
            )
            for row in by_school(shown, d.labels).itertuples(index=False)
        ),
    )


def _moves(rows: pd.DataFrame) -> str:
    told = rows[rows["is_real"].notna()].sort_values("assessment_year")
    return "; ".join(
        text(
            "dynamics_truth",
            "real_move" if row.is_real else "unsure_move",
            move=text("list_move", row.move),
            year=russian.school_year(int(row.assessment_year)),
        )
        for row in told.itertuples(index=False)
    )
