"""Shares of schools pulled towards the share of all schools, the smaller the school the more."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.stats.intervals import share
from shnor_analysis.stats.shrinkage import (
    JEFFREYS,
    BetaPrior,
    fit_beta_prior,
    posterior_interval,
    posterior_mean,
    posterior_parameters,
    posterior_probability_at_least,
)
from shnor_analysis.tables import SHRUNKEN_SHARES


def shrunken_shares(
    cells: pd.DataFrame, work_norms: pd.DataFrame, threshold: float, min_schools: int
) -> pd.DataFrame:
    """Shrunken share below the minimum of every school in every work.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``; a school without participants has no row in the result.
    work_norms : DataFrame
        Keeps the contract ``work_norms``: the region's prior where there is one.
    threshold : float
        Share of the rule, a fraction.
    min_schools : int
        From how many schools in a work the territory's own prior is fitted.

    Returns
    -------
    DataFrame
        Keeps the contract ``shrunken_shares``. The prior of a work is the region's; without it
        the territory's own from ``min_schools`` schools on; else Jeffreys, which shrinks nothing
        worth speaking of. ``p_low`` is the posterior probability that the share is not below the
        threshold.
    """
    rows = cells.loc[
        cells["n_participants"] > 0,
        ["school_id", *WORK_COLUMNS, "n_participants", "n_below_minimum"],
    ]
    priors = work_norms.set_index("work_id")
    parts = [
        _of_work(group, _prior(group, priors.loc[work_id], min_schools), threshold)
        for work_id, group in rows.groupby("work_id", sort=True)
    ]
    return SHRUNKEN_SHARES.conform(pd.concat(parts)) if parts else SHRUNKEN_SHARES.empty()


def _prior(rows: pd.DataFrame, norm: pd.Series, min_schools: int) -> tuple[str, BetaPrior]:
    if pd.notna(norm["prior_alpha"]):
        n_schools = int(norm["n_schools"])
        return "region", BetaPrior(
            float(norm["prior_alpha"]), float(norm["prior_beta"]), n_schools, norm["prior_outcome"]
        )
    if len(rows) >= min_schools:
        return "territory", fit_beta_prior(rows["n_below_minimum"], rows["n_participants"])
    return "jeffreys", JEFFREYS


def _of_work(rows: pd.DataFrame, prior: tuple[str, BetaPrior], threshold: float) -> pd.DataFrame:
    source, beta = prior
    x, n = rows["n_below_minimum"], rows["n_participants"]
    lower, upper = posterior_interval(x, n, beta)
    posterior_alpha, posterior_beta = posterior_parameters(x, n, beta)
    return rows.assign(
        below_minimum_share=share(x, n),
        shrunken_share=posterior_mean(x, n, beta),
        shrunken_share_lower=lower,
        shrunken_share_upper=upper,
        p_low=posterior_probability_at_least(x, n, beta, threshold),
        posterior_alpha=posterior_alpha,
        posterior_beta=posterior_beta,
        prior_source=source,
        prior_outcome=beta.outcome,
    )
