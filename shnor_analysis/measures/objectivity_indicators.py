"""Indicators of objectivity that documents name without a border: shares and coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import ObjectivityIndicator, ObjectivityRules
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import ALL_WORKS, OBJECTIVITY_INDICATORS

_SCHOOL_YEAR = ["school_id", "assessment_year"]


@dataclass(frozen=True)
class Measured:
    """What indicators are made of; every table keeps the contract of its name."""

    cells: pd.DataFrame
    mean_intervals: pd.DataFrame
    medal_confirmation: pd.DataFrame
    procedure_conduct: pd.DataFrame
    report_participants: int


def objectivity_indicators(
    measured: Measured, documents: tuple[ObjectivityRules, ...]
) -> pd.DataFrame:
    """Values of every indicator of every document.

    Parameters
    ----------
    measured : Measured
        Tables and from how many results a share is spoken of.
    documents : tuple of ObjectivityRules
        Only their indicators are looked at.

    Returns
    -------
    DataFrame
        Keeps the contract ``objectivity_indicators``: one row per document × indicator × school ×
        year × work, and one for all works together where the indicator is a share. A share of
        mismatches has all who wrote in its denominator; works without any journal mark are not
        added to the others, since their pupils could not mismatch.
    """
    makers = {
        "mismatch_share": _mismatch,
        "mean_excess": _mean_excess,
        "unconfirmed_medals": lambda _, given: _medals(given),
        "observed_share": lambda _, given: _observed(given),
    }
    frames = [
        makers[one.measure](one, measured).assign(
            regulation_id=document.regulation_id, indicator_id=one.id
        )
        for document in documents
        for one in document.indicators
    ]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return OBJECTIVITY_INDICATORS.empty()
    rows = pd.concat([frame.astype(object) for frame in frames], ignore_index=True)
    return OBJECTIVITY_INDICATORS.conform(rows.where(rows.notna(), None))


def _of_works(indicator: ObjectivityIndicator, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the works an indicator names."""
    named = np.zeros(len(table), dtype=bool)
    for one in indicator.works:
        found = (table["procedure"] == one.procedure).to_numpy()
        if one.subjects is not None:
            found = found & table["subject"].isin(one.subjects).to_numpy()
        if one.grades is not None:
            found = found & table["grade"].isin(one.grades).to_numpy()
        named |= found
    return table[named]


def _mismatch(indicator: ObjectivityIndicator, measured: Measured) -> pd.DataFrame:
    cells = _of_works(indicator, measured.cells)
    pairs = cells["n_mark_pairs"].fillna(0)
    has_journal = pairs > 0
    # the comparison with the journal may come from a fuller report than the results
    wrote = cells["n_participants"].where(cells["n_participants"] >= pairs, pairs)
    # pupils are no fewer than wrote the fullest work: pooled works do not make a group larger
    single = cells[[*_SCHOOL_YEAR, "work_id"]].assign(
        numerator=(cells["n_lowered"] + cells["n_raised"]).where(has_journal),
        denominator=wrote,
        n_known=pairs,
        n_pupils=wrote,
    )
    of_journal = single["denominator"].where(has_journal)
    together = (
        single.assign(of_journal=of_journal)
        .groupby(_SCHOOL_YEAR, as_index=False)
        .agg(
            numerator=("numerator", lambda counts: counts.sum(min_count=1)),
            of_journal=("of_journal", lambda counts: counts.sum(min_count=1)),
            wrote=("denominator", "sum"),
            n_known=("n_known", "sum"),
            n_pupils=("n_pupils", "max"),
        )
    )
    together["denominator"] = together["of_journal"].fillna(together["wrote"])
    together = together.drop(columns=["of_journal", "wrote"]).assign(work_id=ALL_WORKS)
    rows = pd.concat([single, together], ignore_index=True)
    n = rows["denominator"]
    status = np.select(
        [n == 0, rows["n_known"] == 0, rows["n_pupils"] < measured.report_participants],
        ["no_data", "no_journal", "too_few"],
        "ok",
    )
    return _with_share(rows.drop(columns="n_pupils").assign(status=status))


def _mean_excess(indicator: ObjectivityIndicator, measured: Measured) -> pd.DataFrame:
    rows = _of_works(indicator, measured.mean_intervals)
    n = rows["n_scores"]
    status = np.select(
        [n == 0, rows["region_upper"].isna(), n < measured.report_participants],
        ["no_data", "no_region", "too_few"],
        "ok",
    )
    return rows[[*_SCHOOL_YEAR, "work_id"]].assign(
        denominator=n, value=rows["excess_coefficient"], status=status
    )


def _medals(measured: Measured) -> pd.DataFrame:
    rows = measured.medal_confirmation
    return rows[_SCHOOL_YEAR].assign(
        work_id=ALL_WORKS,
        numerator=rows["n_unconfirmed"],
        denominator=rows["n_checked"],
        value=rows["unconfirmed_share"],
        value_lower=rows["unconfirmed_share_lower"],
        value_upper=rows["unconfirmed_share_upper"],
        status=rows["status"].replace({"no_results": "no_data"}),
    )


def _observed(measured: Measured) -> pd.DataFrame:
    """Share of procedures with a public observer among those whose answer is known."""
    known = measured.procedure_conduct.dropna(subset="has_observer")
    totals = known.groupby(_SCHOOL_YEAR, as_index=False).agg(
        numerator=("has_observer", "sum"), denominator=("has_observer", "size")
    )
    few = totals["denominator"] < measured.report_participants
    rows = totals.assign(work_id=ALL_WORKS, status=np.where(few, "too_few", "ok"))
    return rows.assign(value=share(rows["numerator"], rows["denominator"]))


def _with_share(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares with Wilson's interval where a numerator is known."""
    x, n = rows["numerator"], rows["denominator"]
    lower, upper = wilson_interval(x, n)
    return rows.assign(value=share(x, n), value_lower=lower, value_upper=upper)
