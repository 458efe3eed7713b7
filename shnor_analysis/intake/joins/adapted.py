"""Participants taught by adapted programmes checked against the results they belong to."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.intake.joins.completeness import participants
from shnor_analysis.intake.messages import Issue, make_issue

_KEY = ["school_id", "assessment_year", "procedure", "subject", "grade"]


def check_adapted_participants(
    adapted: pd.DataFrame,
    vpr: pd.DataFrame,
    gia: pd.DataFrame,
    groups: pd.DataFrame,
    works: pd.DataFrame,
) -> list[Issue]:
    """Query where a school tells of participants of a work that has none, or has fewer.

    Parameters
    ----------
    adapted, vpr, gia, groups, works : DataFrame
        Tables that keep their contracts.
    """
    if adapted.empty:
        return []
    taken = participants(vpr, gia, groups, works).groupby(_KEY, as_index=False)["n"].sum()
    rows = adapted.merge(taken, on=_KEY, how="left", validate="1:1")
    rows = rows[rows["n_participants"] > rows["n"].fillna(0)]
    return [
        make_issue(
            "adapted_without_results" if pd.isna(row["n"]) else "adapted_above",
            str(row["source_file"]),
            row["source_sheet"] if isinstance(row["source_sheet"], str) else None,
            int(row["source_row"]),
            value=str(row["n_participants"]),
            school_id=row["school_id"],
            n="" if pd.isna(row["n"]) else str(int(row["n"])),
        )
        for row in rows.to_dict("records")
    ]
