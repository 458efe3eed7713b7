"""Results of a school counted over several years, as far as the years can be compared."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.comparability import SERIES, first_comparable_years


def pooled_counts(
    procedure_results: pd.DataFrame,
    comparability: pd.DataFrame,
    assessment_year: int,
    years: int,
) -> pd.DataFrame:
    """Add up the counts of a school in one series over the last years.

    Parameters
    ----------
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``.
    comparability : DataFrame
        Keeps the contract ``comparability``: a series goes back only while each year is
        comparable with the one before it, at least by its shares of marks.
    assessment_year : int
        The last year; a series without results in it has no rows.
    years : int
        How many years at most, this one included. A year in which nobody wrote the work is
        stepped over but takes its place in the window.

    Returns
    -------
    DataFrame
        One row per school × series with participants in the window: ``school_id``, the series,
        ``first_year`` of the series, ``n_years`` with participants of the school,
        ``n_participants``, ``n_below_minimum`` and those of them taught by adapted programmes,
        ``n_adapted`` and ``n_adapted_below_minimum``, 0 where nothing is told. Seasons of a year
        are added together.
    """
    first = first_comparable_years(comparability, assessment_year, years)
    rows = procedure_results[procedure_results["n_participants"] > 0].merge(
        first, on=list(SERIES), how="inner", validate="m:1"
    )
    rows = rows[
        (rows["assessment_year"] >= rows["first_year"])
        & (rows["assessment_year"] <= assessment_year)
    ]
    return rows.groupby(["school_id", *SERIES], as_index=False).agg(
        first_year=("first_year", "first"),
        n_years=("assessment_year", "nunique"),
        n_participants=("n_participants", "sum"),
        n_below_minimum=("n_below_minimum", "sum"),
        n_adapted=("n_adapted", "sum"),
        n_adapted_below_minimum=("n_adapted_below_minimum", "sum"),
    )
