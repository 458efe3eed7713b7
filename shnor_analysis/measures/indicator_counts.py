"""Counts behind the share indicators of a list, school by school and year by year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.codes import DIAGNOSTIC_PROCEDURES
from shnor_analysis.measures.school_levels import level_of_grade
from shnor_analysis.methodology import ResultIndicator

_GRADE = {"oge": 9, "gve9": 9, "ege": 11, "gve11": 11}
_COUNTS = ["numerator", "denominator", "n_works"]


def yearly_counts(
    indicator: ResultIndicator, cells: pd.DataFrame, diagnostic_works: pd.DataFrame
) -> pd.DataFrame:
    """Add up the works of one share indicator.

    Parameters
    ----------
    indicator : ResultIndicator
        With the measure ``below_minimum_share`` or ``high_share``.
    cells, diagnostic_works : DataFrame
        Keep the contracts of these names, all years.

    Returns
    -------
    DataFrame
        One row per school × year with a participant in a work of the indicator: ``school_id``,
        ``assessment_year``, ``numerator``, ``denominator``, ``n_works``. High results count among
        those of whom it is known whether their result is high. In a diagnostic work those below
        the minimum count, or where their number was not given the marks «2»; a work with neither
        counts nowhere.
    """
    own = works_of(indicator, cells)
    is_high = indicator.measure == "high_share"
    counts = [
        own.assign(
            numerator=own["n_high"] if is_high else own["n_below_minimum"],
            denominator=own["n_high_known"] if is_high else own["n_participants"],
        )
    ]
    if not is_high:
        other = diagnostic_works_of(indicator, diagnostic_works)
        counts.append(diagnostic_counts(other))
    rows = pd.concat(
        [one[["school_id", "assessment_year", "numerator", "denominator"]] for one in counts]
    )
    rows = rows[(rows["denominator"] > 0) & rows["numerator"].notna()]
    return (
        rows.assign(n_works=1)
        .groupby(["school_id", "assessment_year"], as_index=False)[_COUNTS]
        .sum()
    )


def pooled_counts(yearly: pd.DataFrame, last_year: int, n_years: int) -> pd.DataFrame:
    """Add up the years of an indicator's term.

    Parameters
    ----------
    yearly : DataFrame
        From :func:`yearly_counts`.
    last_year, n_years : int
        The term: ``n_years`` years, the last of them ``last_year``.

    Returns
    -------
    DataFrame
        Index ``school_id``: ``numerator``, ``denominator``, ``n_works`` and ``years`` with data,
        «2024;2025». Pupils are added, not shares: a year with more of them weighs more.
    """
    year = yearly["assessment_year"]
    rows = yearly[(year > last_year - n_years) & (year <= last_year)]
    rows = rows.sort_values(["school_id", "assessment_year"])
    by_school = rows.assign(years=rows["assessment_year"].astype("str")).groupby("school_id")
    return by_school[_COUNTS].sum().assign(years=by_school["years"].agg(";".join))


def diagnostic_counts(works: pd.DataFrame) -> pd.DataFrame:
    """Give diagnostic works ``numerator`` and ``denominator``; see :func:`yearly_counts`."""
    return works.assign(
        numerator=works["n_below_minimum"].fillna(works["n_mark_2"]),
        denominator=works["n_participants"],
    )


def works_of(indicator: ResultIndicator, cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of the works an indicator looks at."""
    return cells[_matches(indicator, cells)]


def diagnostic_works_of(indicator: ResultIndicator, works: pd.DataFrame) -> pd.DataFrame:
    """Diagnostic works an indicator looks at."""
    return works[_matches(indicator, works)]


def needed_level(
    indicator: ResultIndicator, cells: pd.DataFrame, diagnostic_works: pd.DataFrame
) -> str | None:
    """The lowest level of education at which a school can have the indicator.

    Parameters
    ----------
    indicator : ResultIndicator
        Any; a fact needs no level.
    cells, diagnostic_works : DataFrame
        Results of the whole territory over the indicator's term.

    Returns
    -------
    str or None
        One of ``SCHOOL_LEVELS``; None where the territory has no result of the indicator: then it
        is missing everywhere, not inapplicable.
    """
    found = [works_of(indicator, cells), diagnostic_works_of(indicator, diagnostic_works)]
    grades = pd.concat([one.loc[one["n_participants"] > 0, "grade"] for one in found])
    if grades.empty:
        return None
    named = [
        grade
        for works in indicator.works
        for grade in (works.grades or ((_GRADE[works.procedure],) if works.procedure in _GRADE
                                       else ()))
    ]  # fmt: skip
    return level_of_grade(min([int(grades.min()), *named]))


def _matches(indicator: ResultIndicator, rows: pd.DataFrame) -> np.ndarray:
    found = np.zeros(len(rows), dtype=bool)
    for works in indicator.works:
        one = (rows["procedure"] == works.procedure).to_numpy(dtype=bool)
        if works.subjects is not None:
            one = one & rows["subject"].isin(works.subjects).to_numpy()
        if works.grades is not None:
            one = one & rows["grade"].isin(works.grades).to_numpy()
        found = found | one
    return found


def names_diagnostic_works(indicator: ResultIndicator) -> bool:
    """Whether an indicator looks at regional, municipal or school works."""
    return any(works.procedure in DIAGNOSTIC_PROCEDURES for works in indicator.works)
