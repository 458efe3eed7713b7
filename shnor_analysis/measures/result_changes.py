"""Changes that do not rest on one work: the pooled result of a school, the same pupils."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.methodology import DynamicsRules
from shnor_analysis.stats.change import sign_midp
from shnor_analysis.stats.trend import known_error_trend, year_to_year_variance
from shnor_analysis.tables import COHORT_CHANGES, RESULT_CHANGES


def result_changes(
    result_index: pd.DataFrame, rules: DynamicsRules, assessment_year: int
) -> pd.DataFrame:
    """Follow the result of every school that is standardised within each year.

    Parameters
    ----------
    result_index : DataFrame
        Keeps the contract of this name: a result is measured against the pupils of its own year,
        so works that were built anew do not matter, and only relative change exists.
    rules : DynamicsRules
        How many years are followed, and from how many schools on years may be told to jump.
    assessment_year : int
        The last year.

    Returns
    -------
    DataFrame
        Keeps the contract ``result_changes``: one row per school with a result in the window.
        Only years measured against the same pupils as the last one (region or territory). The
        spread of years beyond the errors enters every error: a school is not the same every year
        even when its teaching is. Where it cannot be estimated there are differences and slopes,
        but neither errors nor p-values.
    """
    years = list(range(assessment_year - rules.trend_years.value + 1, assessment_year + 1))
    rows = result_index[
        (result_index["status"] == "ok") & result_index["assessment_year"].isin(years)
    ]
    latest = rows.loc[rows["assessment_year"] == assessment_year, "reference"]
    rows = rows[rows["reference"].isin(latest)]
    if rows.empty:
        return RESULT_CHANGES.empty()
    value, error = (
        rows.pivot_table(index="school_id", columns="assessment_year", values=name, dropna=False)
        .reindex(columns=years)
        .astype(float)
        for name in ("result", "standard_error")
    )
    error = error.reindex(value.index)
    tau2 = year_to_year_variance(value, error, years, min_units=rules.min_schools.value)
    is_told = not np.isnan(tau2)
    trend = known_error_trend(value, error, years, tau2=tau2 if is_told else 0.0)
    before, now = (value[year].to_numpy() for year in (assessment_year - 1, assessment_year))
    errors = [error[year].to_numpy() for year in (assessment_year - 1, assessment_year)]
    change = now - before
    change_se = np.sqrt(errors[0] ** 2 + errors[1] ** 2 + 2 * tau2)
    status = np.select(
        [np.isnan(now), np.isnan(before), np.full(len(value), not is_told)],
        ["no_current", "no_previous", "few_schools"],
        "ok",
    )
    has_value = value.notna()
    return RESULT_CHANGES.conform(
        pd.DataFrame(
            {
                "school_id": value.index,
                "assessment_year": assessment_year,
                "reference": str(latest.iloc[0]),
                "result_before": before,
                "result_now": now,
                "change": change,
                "change_se": change_se,
                "p_improved": norm.cdf(change / change_se),
                "p_change": 2 * norm.sf(np.abs(change) / change_se),
                "first_year": has_value.idxmax(axis=1).to_numpy(),
                "n_years": has_value.sum(axis=1).to_numpy(),
                "slope": trend.slope,
                "slope_se": trend.slope_se if is_told else np.nan,
                "trend_p": trend.p if is_told else np.nan,
                "year_sd": np.sqrt(tau2),
                "status": status,
            }
        )
    )


def cohort_changes(
    cohort_pairs: pd.DataFrame, rules: DynamicsRules, assessment_year: int, works: pd.DataFrame
) -> pd.DataFrame:
    """Whether marks of the same pupils fell or rose, school by later and earlier work.

    Parameters
    ----------
    cohort_pairs : DataFrame
        Keeps the contract of this name; empty where pupils cannot be followed.
    rules : DynamicsRules
        Smallest number of pupils.
    assessment_year : int
        Year of the later work.
    works : DataFrame
        Keeps the contract ``works``; gives year, subject and grade.

    Returns
    -------
    DataFrame
        Keeps the contract ``cohort_changes``. The two shares are those of the whole territory: the
        later work is another one, in which marks may fall everywhere.
    """
    of_year = works.loc[works["assessment_year"] == assessment_year, list(WORK_COLUMNS)]
    rows = cohort_pairs[cohort_pairs["n_marks"] > 0].merge(
        of_year, on="work_id", how="inner", validate="m:1"
    )
    pair = ["work_id", "earlier_work_id"]
    moved = ["n_mark_fell", "n_mark_rose"]
    total = rows.groupby(pair)[["n_marks", *moved]].transform("sum")
    columns = [
        "school_id",
        "earlier_work_id",
        *WORK_COLUMNS,
        "n_marks",
        "n_from_other_school",
        *moved,
    ]
    return COHORT_CHANGES.conform(
        rows[columns].assign(
            p_midp=sign_midp(*(rows[name] for name in moved)),
            territory_fell_share=total["n_mark_fell"] / total["n_marks"],
            territory_rose_share=total["n_mark_rose"] / total["n_marks"],
            status=np.where(rows["n_marks"] < rules.min_participants.value, "too_few", "ok"),
        )
    )
