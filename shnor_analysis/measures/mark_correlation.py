"""Correlation of ВПР results with journal marks, and of school shares with diagnostic works."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.indicator_counts import (
    diagnostic_counts,
    diagnostic_works_of,
    names_diagnostic_works,
    works_of,
)
from shnor_analysis.methodology import CorrelationRule, LowResultsList, ResultIndicator
from shnor_analysis.stats.rank_correlation import (
    RankSums,
    degrees_of_freedom,
    pooled_spearman,
    rank_sums,
    spearman_interval,
)
from shnor_analysis.tables import DIAGNOSTIC_AGREEMENT

_WORK = ["assessment_year", "procedure", "title", "subject", "grade"]


class MarkCorrelations:
    """Rank sums of every school's work of one indicator, ready to be pooled over any term.

    Parameters
    ----------
    indicator : ResultIndicator
        With the measure ``correlation``.
    cells, cell_scores : DataFrame
        Keep the contracts of these names; pupils without a journal mark count nowhere.
    """

    def __init__(
        self, indicator: ResultIndicator, cells: pd.DataFrame, cell_scores: pd.DataFrame
    ) -> None:
        years = works_of(indicator, cells).set_index("work_id")["assessment_year"]
        years = years[~years.index.duplicated()]
        known = (cell_scores["school_mark"] > 0) & cell_scores["work_id"].isin(years.index)
        rows = cell_scores[known]
        work = ["school_id", "work_id"]
        group = rows.groupby(work).ngroup().to_numpy()
        keys = rows[work].drop_duplicates().sort_values(work, ignore_index=True)
        self._sums = rank_sums(
            group, rows["score_raw"], rows["school_mark"], rows["n_pupils"], len(keys)
        )
        self._schools = pd.Index(keys["school_id"])
        self._years = years.reindex(keys["work_id"]).to_numpy(dtype=np.int64)

    def pooled(self, last_year: int, n_years: int, rule: CorrelationRule) -> pd.DataFrame:
        """One correlation per school over the works of a term.

        Parameters
        ----------
        last_year, n_years : int
            The term: ``n_years`` years, the last of them ``last_year``.
        rule : CorrelationRule
            From how many pairs a correlation is spoken of.

        Returns
        -------
        DataFrame
            Index ``school_id``: ``value``, its interval, ``denominator`` (pairs), ``n_works``,
            ``years``, ``has_enough``. Ranks are taken within each work, so that works of different
            difficulty are not mixed; a school has enough pairs when the precision is at least
            that of one work of ``min_pairs``.
        """
        is_used = (self._years > last_year - n_years) & (self._years <= last_year)
        unit, schools = pd.factorize(self._schools[is_used])
        sums = self._sums
        used = RankSums(
            *(part[is_used] for part in (sums.n, sums.sum_xx, sums.sum_yy, sums.sum_xy))
        )
        found = pooled_spearman(used, unit, len(schools))
        effective = degrees_of_freedom(found.n, found.n_groups)
        lower, upper = spearman_interval(found.rho, effective)
        years = pd.DataFrame({"school_id": self._schools[is_used], "year": self._years[is_used]})
        spelt = years.drop_duplicates().sort_values(["school_id", "year"]).astype("str")
        return pd.DataFrame(
            {
                "value": found.rho,
                "value_lower": lower,
                "value_upper": upper,
                "denominator": found.n,
                "n_works": found.n_groups,
                "years": spelt.groupby("school_id")["year"].agg(";".join).reindex(schools).array,
                "has_enough": effective >= rule.min_pairs.value,
            },
            index=pd.Index(schools, name="school_id"),
        )


def correlation_rule(rules: LowResultsList) -> CorrelationRule:
    """Return the numbers of a list that has a correlation; loading has seen that they are there."""
    if rules.correlation is None:
        raise ValueError(f"the list {rules.id} has a correlation and no rule for it")
    return rules.correlation


def diagnostic_agreement(
    cells: pd.DataFrame,
    diagnostic_works: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    assessment_year: int,
) -> pd.DataFrame:
    """Correlate schools' shares at diagnostic works with their shares at ВПР.

    Parameters
    ----------
    cells, diagnostic_works : DataFrame
        Keep the contracts of these names.
    lists : tuple of LowResultsList
        Only their correlation indicators that name diagnostic works count.
    assessment_year : int
        The last year of the indicators' terms.

    Returns
    -------
    DataFrame
        Keeps the contract ``diagnostic_agreement``: one row per diagnostic work; the ВПР work is
        that of the same year, subject and grade. A point is a school, not a pupil: with few
        schools nothing is said.
    """
    rows = [
        {
            "regulation_id": one.id,
            "indicator_id": indicator.id,
            **dict(zip(_WORK, key, strict=True)),
            **_agreement(work, indicator, cells, correlation_rule(one)),
        }
        for one in lists
        for indicator in one.indicators
        if indicator.measure == "correlation" and names_diagnostic_works(indicator)
        for key, work in _recent(indicator, diagnostic_works, assessment_year)
    ]
    columns = list(DIAGNOSTIC_AGREEMENT.columns)
    return DIAGNOSTIC_AGREEMENT.conform(pd.DataFrame(rows, columns=columns, dtype=object))


def _recent(
    indicator: ResultIndicator, diagnostic_works: pd.DataFrame, assessment_year: int
) -> list[tuple[tuple[object, ...], pd.DataFrame]]:
    works = diagnostic_works_of(indicator, diagnostic_works)
    year = works["assessment_year"]
    first = assessment_year - (indicator.n_years or 1) + 1
    recent = works[(year >= first) & (year <= assessment_year)]
    return [(tuple(key), one) for key, one in recent.groupby(_WORK)]


def _agreement(
    work: pd.DataFrame, indicator: ResultIndicator, cells: pd.DataFrame, rule: CorrelationRule
) -> dict[str, object]:
    own = works_of(indicator, cells)
    first = work.iloc[0]
    same = own[
        (own["assessment_year"] == first["assessment_year"])
        & (own["subject"] == first["subject"])
        & (own["grade"] == first["grade"])
        & (own["n_participants"] > 0)
    ]
    vpr = same.groupby("school_id")[["n_below_minimum", "n_participants"]].sum()
    diagnostic = diagnostic_counts(work).set_index("school_id")[["numerator", "denominator"]]
    diagnostic = diagnostic[(diagnostic["denominator"] > 0) & diagnostic["numerator"].notna()]
    both = vpr.join(diagnostic, how="inner")
    one_group = np.zeros(len(both), dtype=np.int64)
    sums = rank_sums(
        one_group,
        (both["n_below_minimum"] / both["n_participants"]).astype(float),
        (both["numerator"] / both["denominator"]).astype(float),
        one_group + 1,
        1,
    )
    found = pooled_spearman(sums, [0], 1)
    lower, upper = spearman_interval(found.rho, found.n)
    rho = float(found.rho[0])
    status = "ok" if len(both) >= rule.min_pairs.value else "too_few"
    if both.empty or np.isnan(rho):
        status = "no_data"
    return {
        "n_schools": len(both),
        "rho": None if np.isnan(rho) else rho,
        "rho_lower": None if np.isnan(lower[0]) else lower[0],
        "rho_upper": None if np.isnan(upper[0]) else upper[0],
        "status": status,
        "is_weak": rho < rule.weak_below.value if status == "ok" else None,
    }
