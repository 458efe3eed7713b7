"""The share of each procedure of the rule over several years, beside the last year's."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.decisions.low_results import works_of_rule
from shnor_analysis.decisions.pooled_counts import SERIES, pooled_counts
from shnor_analysis.methodology import LowResultsRule
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import LOW_RESULTS_POOLED


def low_results_pooled(
    procedure_results: pd.DataFrame,
    comparability: pd.DataFrame,
    rule: LowResultsRule,
    assessment_year: int,
    years: int,
) -> pd.DataFrame:
    """Count the last years of every procedure of the rule together.

    Parameters
    ----------
    procedure_results, comparability : DataFrame
        Keep the contracts of these names.
    rule : LowResultsRule
        Its procedures and its threshold.
    assessment_year : int
        The last year.
    years : int
        How many years at most; see
        :func:`~shnor_analysis.decisions.pooled_counts.pooled_counts`.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_pooled``. The numbers of the last year are missing where
        the school had no participant in it. A procedure too small in every single year may be
        large enough over all.
    """
    of_rule = works_of_rule(procedure_results, rule)
    pooled = pooled_counts(of_rule, comparability, assessment_year, years)
    last = pooled_counts(of_rule, comparability, assessment_year, 1)
    key = ["school_id", *SERIES]
    counts = ["n_participants", "n_below_minimum"]
    window = [*key, "first_year", "n_years", *counts]
    rows = (
        pooled[window]
        .rename(columns={name: f"{name}_pooled" for name in counts})
        .merge(last[[*key, *counts]], on=key, how="left", validate="1:1")
    )
    p, q = rule.share_numerator.value, rule.share_denominator.value
    n = rows["n_participants_pooled"]
    is_low = (q * rows["n_below_minimum_pooled"] >= p * n).astype("boolean")
    return LOW_RESULTS_POOLED.conform(
        rows.assign(
            assessment_year=assessment_year,
            **_shares(rows, ""),
            **_shares(rows, "_pooled"),
            is_low_pooled=is_low.where(n >= rule.min_participants.value),
        )
    )


def _shares(rows: pd.DataFrame, suffix: str) -> dict[str, object]:
    x, n = rows[f"n_below_minimum{suffix}"], rows[f"n_participants{suffix}"]
    lower, upper = wilson_interval(x, n)
    name = f"below_minimum_share{suffix}"
    return {name: share(x, n), f"{name}_lower": lower, f"{name}_upper": upper}
