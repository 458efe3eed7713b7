"""Tables of lists over the years: who entered, left and stayed, and how sure that is."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.build import (
    MANY_YEARS,
    build_table,
    count_column,
    part,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.tables.dynamics import points, probability_or_dash
from shnor_analysis.report.texts import load_texts, text


def list_flows(d: Dynamics) -> DisplayTable:
    """How many schools stayed, left and entered, year by year, with both denominators."""
    rows = d.flows.sort_values(["list", "assessment_year"], ascending=[False, True])
    return build_table(
        "list_flows",
        (
            text_column("list", 1.4),
            text_column("year", 1.1),
            count_column("before", 0.8),
            count_column("stayed", 0.8),
            count_column("left", 0.7),
            count_column("entered", 0.7),
            count_column("other", 0.9),
            count_column("now", 0.7),
            share_column("exit_of_list", 0.9),
            share_column("exit_of_all", 0.9),
            share_column("entry_of_others", 1.0),
            share_column("entry_of_all", 0.9),
        ),
        tuple(
            (
                words(d.term(row.list)),
                words(russian.school_year(row.assessment_year)),
                whole(row.n_before),
                whole(row.n_stayed),
                whole(row.n_left),
                whole(row.n_entered),
                whole(row.n_unseen + row.n_appeared),
                whole(row.n_now),
                _share_or_dash(row.exit_share_of_list),
                _share_or_dash(row.exit_share_of_all),
                _share_or_dash(row.entry_share_of_others),
                _share_or_dash(row.entry_share_of_all),
            )
            for row in rows.itertuples(index=False)
        ),
        wide=True,
    )


def _share_or_dash(value: object) -> Cell:
    """A share of nobody is no share."""
    if russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return part(value)


def transition_matrix(d: Dynamics) -> tuple[DisplayTable, ...]:
    """State of the year before by state of the year, numbers of schools; none for one year."""
    years = sorted(int(year) for year in d.states["assessment_year"].unique())
    if d.assessment_year - 1 not in years or d.assessment_year not in years:
        return ()
    before, now = (
        d.states[d.states["assessment_year"] == year].set_index("school_id")["state"]
        for year in (d.assessment_year - 1, d.assessment_year)
    )
    order = list(load_texts()["list_state"])
    counts = pd.crosstab(before, now)
    down = [state for state in order if state in counts.index]
    across = [state for state in order if state in counts.columns]
    return (
        build_table(
            "transition_matrix",
            (
                text_column("state", 2.6),
                *(DisplayColumn(state, _state(d, state), Kind.INTEGER, 0, 1.4) for state in across),
            ),
            tuple(
                (
                    words(_state(d, state)),
                    *(whole(int(counts.loc[state, other])) for other in across),
                )
                for state in down
            ),
            before=russian.school_year(d.assessment_year - 1),
            now=russian.school_year(d.assessment_year),
        ),
    )


def _state(d: Dynamics, state: str, group: str = "list_state") -> str:
    return text(
        group,
        state,
        low=d.terms.low_results,
        adverse=d.terms.adverse_conditions,
    )


def list_moves(d: Dynamics) -> DisplayTable:
    """Who entered, left and stayed, and how sure that is."""
    rows = d.moves.sort_values(["list", "assessment_year"], ascending=[False, False])
    parts = [by_school(own, d.labels)
             for _, own in rows.groupby(["list", "assessment_year"], sort=False)]  # fmt: skip
    ordered = pd.concat(parts) if parts else rows
    return build_table(
        "list_moves",
        (
            text_column("list", 1.2),
            text_column("year", 1.0),
            text_column("school", 2.6),
            text_column("move", 1.8),
            share_column("before", 0.9, 0),
            share_column("now", 0.9, 0),
            share_column("unchanged", 1.1, 0),
            text_column("real", 2.2),
        ),
        tuple(
            (
                words(d.term(row.list)),
                words(russian.school_year(row.assessment_year)),
                words(d.labels.school(row.school_id)),
                words(text("list_move", row.move)),
                probability_or_dash(row.p_before),
                probability_or_dash(row.p_now),
                probability_or_dash(row.p_listed_if_unchanged),
                _real(row.is_real),
            )
            for row in ordered.itertuples(index=False)
        ),
        wide=True,
        points=points(d.rules.real_move.value),
    )


def _real(value: object) -> Cell:
    if russian.is_missing(value):
        return words(None)
    said = text("real_move", "yes" if value else "no")
    return Cell(said, said, emphasis=bool(value))


def list_history(d: Dynamics) -> DisplayTable:
    """Every school that any year lists, by rule or by a received register: a column per year."""
    years = sorted(int(year) for year in d.states["assessment_year"].unique())
    listed = (
        (d.states["low_results"] == "included")
        | (d.states["adverse_conditions"] == "included")
        | d.states["received_low_results"].notna()
        | d.states["received_adverse_conditions"].notna()
    )
    schools = by_school(
        d.states[d.states["school_id"].isin(d.states.loc[listed, "school_id"])].drop_duplicates(
            "school_id"
        ),
        d.labels,
    )["school_id"]
    by_key = d.states.set_index(["school_id", "assessment_year"])
    is_known = d.states["adverse_conditions"].isin(["included", "not_included"])
    known = sorted(int(year) for year in d.states.loc[is_known, "assessment_year"].unique())
    return build_table(
        "list_history",
        (
            text_column("school", 2.4),
            *(
                DisplayColumn(f"y{year}", russian.school_year(year), Kind.TEXT, 0, 2.0)
                for year in years
            ),
        ),
        tuple(
            (
                words(d.labels.school(school)),
                *(_history(d, by_key.loc[(school, year)]) for year in years),
            )
            for school in schools
        ),
        wide=len(years) > MANY_YEARS,
        known=russian.listing([russian.school_year(year) for year in known]),
    )


def _history(d: Dynamics, row: pd.Series) -> Cell:
    said = _state(d, str(row["state"]), "list_state_short")
    received = [
        text("received", str(row[f"received_{name}"]), term=d.term(name))
        for name in ("low_results", "adverse_conditions")
        if not russian.is_missing(row[f"received_{name}"])
    ]
    in_list = "included" in (row["low_results"], row["adverse_conditions"])
    content = "; ".join([said, *received])
    return Cell(content, russian.keep_together(content), emphasis=in_list)
