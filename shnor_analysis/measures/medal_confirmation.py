"""Graduates who claim a medal: does their ЕГЭ reach what the medal asks for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.methodology import MedalRules
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import MEDAL_CONFIRMATION

RUSSIAN, BASE_MATH = "rus", "math_base"
_PUPIL = ["assessment_year", "pupil_id"]
_THRESHOLD = ["score", "base_math_mark", "base_math_stands"]


def medal_confirmation(
    medal_claims: pd.DataFrame, gia_results: pd.DataFrame, works: pd.DataFrame, rules: MedalRules
) -> pd.DataFrame:
    """How many of those who claim a medal have an ЕГЭ below its threshold.

    Parameters
    ----------
    medal_claims, gia_results, works : DataFrame
        Keep the contracts of these names; of the results only those of the claimants are needed.
    rules : MedalRules
        Thresholds by year and degree.

    Returns
    -------
    DataFrame
        Keeps the contract ``medal_confirmation``: one row per school × year with a claim. Whose
        results, degree or threshold are unknown is in ``n_unknown`` and in no share. A pupil whose
        Russian is below the threshold is unconfirmed whatever else is known.
    """
    claims = _with_threshold(medal_claims, rules)
    claims = claims.merge(_results(gia_results, works), on=_PUPIL, how="left", validate="m:1")
    outcome = _outcome(claims)
    reported = claims["is_confirmed"].astype("boolean")
    rows = claims[["school_id", "assessment_year"]].assign(
        n_claims=1,
        n_checked=(outcome != "unknown").astype(int),
        n_unconfirmed=(outcome == "unconfirmed").astype(int),
        n_unknown=(outcome == "unknown").astype(int),
        has_threshold=claims["score"].notna().astype(int),
        n_reported=reported.notna().astype(int),
        n_reported_unconfirmed=(~reported).fillna(False).astype(int),
        n_differ=(
            (reported.fillna(True) & (outcome == "unconfirmed"))
            | (~reported.fillna(True) & (outcome == "confirmed"))
        ).astype(int)
        * reported.notna().astype(int),
    )
    totals = rows.groupby(["school_id", "assessment_year"], as_index=False).sum()
    x, n = totals["n_unconfirmed"], totals["n_checked"]
    lower, upper = wilson_interval(x, n)
    status = np.select(
        [totals["has_threshold"] == 0, n == 0, n < rules.report_claims.value],
        ["no_threshold", "no_results", "too_few"],
        "ok",
    )
    return MEDAL_CONFIRMATION.conform(
        totals.assign(
            unconfirmed_share=share(x, n),
            unconfirmed_share_lower=lower,
            unconfirmed_share_upper=upper,
            n_reported_unconfirmed=totals["n_reported_unconfirmed"].where(totals["n_reported"] > 0),
            status=status,
        ).drop(columns=["has_threshold", "n_reported"])
    )


def _with_threshold(medal_claims: pd.DataFrame, rules: MedalRules) -> pd.DataFrame:
    """Claims with the threshold of their year and degree, missing where there is none."""
    claims = medal_claims.drop(columns=["source_file", "source_sheet", "source_row"])
    claims = claims.assign(**{name: None for name in _THRESHOLD})
    for one in rules.thresholds:
        year = claims["assessment_year"]
        speaks = (year >= one.year_from) & (year <= (one.year_to or year.max()))
        if one.degree is not None:
            speaks &= (claims["degree"] == one.degree).fillna(False)
        for name in _THRESHOLD:
            claims.loc[speaks, name] = getattr(one, name)
    return claims


def _results(gia_results: pd.DataFrame, works: pd.DataFrame) -> pd.DataFrame:
    """Russian, the best other subject and base mathematics; one row per pupil × year."""
    own = gia_results.merge(
        works.loc[works["procedure"] == "ege", ["work_id", "assessment_year", "subject"]],
        on="work_id",
        validate="m:1",
    )
    is_other = ~own["subject"].isin((RUSSIAN, BASE_MATH))
    scored = own.assign(
        russian=own["score_scaled"].where(own["subject"] == RUSSIAN),
        best_other=own["score_scaled"].where(is_other),
        base_mark=own["test_mark"].where(own["subject"] == BASE_MATH),
    )
    return scored.groupby(_PUPIL, as_index=False)[["russian", "best_other", "base_mark"]].max()


def _outcome(claims: pd.DataFrame) -> np.ndarray:
    russian, other, base, score, base_needed = (
        pd.to_numeric(claims[name]).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for name in ("russian", "best_other", "base_mark", "score", "base_math_mark")
    )
    base_stands = (claims["base_math_stands"] == "any").to_numpy() | np.isnan(other)
    has_second = (other >= score) | (base_stands & (base >= base_needed))
    no_second = np.isnan(other) & np.isnan(base)
    return np.select(
        [
            np.isnan(score) | np.isnan(russian),
            russian < score,
            has_second,
            no_second,
        ],
        ["unknown", "unconfirmed", "confirmed", "unknown"],
        "unconfirmed",
    )
