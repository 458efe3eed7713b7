"""Indicators of low results as regulations list them: values of schools and of the territory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from shnor_analysis.measures.indicator_counts import needed_level, pooled_counts, yearly_counts
from shnor_analysis.measures.mark_correlation import MarkCorrelations, correlation_rule
from shnor_analysis.measures.school_levels import reaches
from shnor_analysis.methodology import CorrelationRule, LowResultsList, ResultIndicator
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import (
    CONTEXT_SOURCES,
    INDICATOR_STATUSES,
    LOW_RESULTS_INDICATORS,
    LOW_RESULTS_INDICATORS_TERRITORY,
)

_KEYS = ["regulation_id", "assessment_year", "indicator_id"]
_QUARTERS = {"quarter_lower": 0.25, "median": 0.5, "quarter_upper": 0.75}


def low_results_indicators(
    tables: dict[str, pd.DataFrame],
    levels: pd.Series,
    lists: tuple[LowResultsList, ...],
    assessment_year: int,
    report_participants: int,
) -> pd.DataFrame:
    """Value of every indicator for every school, in every year a list looks at.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``cells``, ``cell_scores``, ``diagnostic_works`` and ``context``, by the names of their
        contracts, all years.
    levels : Series of str, index ``school_id``
        From :func:`~shnor_analysis.measures.school_levels.school_levels`; every school of it gets
        a row per indicator.
    lists : tuple of LowResultsList
        The lists of indicators the place applies.
    assessment_year : int
        The last year; a list whose index looks at ``window_years`` gets as many.
    report_participants : int
        A share among fewer participants is ``too_few``: kept in the table, not printed.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_indicators``. A school without a participant has
        ``no_data``, or ``not_applicable`` where it does not teach at the level of the works while
        others of the territory have results there. Rows of the span ``year`` stand beside those
        pooled over more years than one.
    """
    parts = [
        part
        for one in lists
        for indicator in one.indicators
        for part in _indicator_rows(
            one, indicator, tables, levels, assessment_year, report_participants
        )
    ]
    return LOW_RESULTS_INDICATORS.conform(pd.concat(parts, ignore_index=True))


def low_results_indicators_territory(indicators: pd.DataFrame) -> pd.DataFrame:
    """Add schools up and find the quarters of their values.

    Parameters
    ----------
    indicators : DataFrame
        Keeps the contract ``low_results_indicators``.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_indicators_territory``. A share is over all participants
        of the territory; a correlation and a fact have no value there, only quarters over the
        schools with enough pairs, and counts of schools.
    """
    rows = indicators[indicators["span"] == "pooled"]
    groups = rows.groupby(_KEYS)
    found = groups.agg(
        measure=("measure", "first"),
        direction=("direction", "first"),
        numerator=("numerator", _sum_of_known),
        denominator=("denominator", _sum_of_known),
    )
    is_share = found["measure"].isin(["below_minimum_share", "high_share"])
    x, n = (found[name].where(is_share) for name in ("numerator", "denominator"))
    lower, upper = wilson_interval(x, n)
    statuses = {
        f"n_schools_{status}": (rows["status"] == status).groupby([rows[k] for k in _KEYS]).sum()
        for status in INDICATOR_STATUSES
    }
    spoken = rows[(rows["status"] == "ok") & (rows["measure"] != "fact")]
    quarters = {
        name: spoken.groupby(_KEYS)["value"].quantile(level).reindex(found.index)
        for name, level in _QUARTERS.items()
    }
    return LOW_RESULTS_INDICATORS_TERRITORY.conform(
        found.assign(
            value=share(x, n), value_lower=lower, value_upper=upper, **statuses, **quarters
        ).reset_index()
    )


def _sum_of_known(counts: pd.Series) -> object:
    return counts.sum(min_count=1)


def _indicator_rows(
    rules: LowResultsList,
    indicator: ResultIndicator,
    tables: dict[str, pd.DataFrame],
    levels: pd.Series,
    assessment_year: int,
    report_participants: int,
) -> Iterator[pd.DataFrame]:
    """Rows of one indicator, year by year, pooled and alone."""
    values = _values_of(rules, indicator, tables, report_participants)
    n_years = indicator.n_years or 1
    spans = {"pooled": n_years, "year": 1} if n_years > 1 else {"pooled": n_years}
    for year in range(assessment_year - rules.index.window_years.value + 1, assessment_year + 1):
        for span, term in spans.items():
            rows = values(year, term).reindex(levels.index)
            status = rows["status"].fillna("no_data")
            is_out = _out_of_reach(indicator, tables, levels, year, term)
            yield rows.reset_index().assign(
                regulation_id=rules.id,
                assessment_year=year,
                indicator_id=indicator.id,
                span=span,
                measure=indicator.measure,
                direction=indicator.direction,
                n_works=rows["n_works"].fillna(0).to_numpy(),
                status=status.mask(is_out & (status == "no_data"), "not_applicable").to_numpy(),
            )


def _values_of(
    rules: LowResultsList,
    indicator: ResultIndicator,
    tables: dict[str, pd.DataFrame],
    report_participants: int,
) -> Callable[[int, int], pd.DataFrame]:
    """What gives the values of an indicator for a last year and a number of years."""
    if indicator.measure == "fact":
        return partial(_facts, indicator, tables["context"])
    if indicator.measure == "correlation":
        found = MarkCorrelations(indicator, tables["cells"], tables["cell_scores"])
        return partial(_correlations, found, correlation_rule(rules))
    yearly = yearly_counts(indicator, tables["cells"], tables["diagnostic_works"])
    return partial(_shares, yearly, report_participants)


def _shares(
    yearly: pd.DataFrame, report_participants: int, year: int, n_years: int
) -> pd.DataFrame:
    counts = pooled_counts(yearly, year, n_years)
    x, n = counts["numerator"], counts["denominator"]
    lower, upper = wilson_interval(x, n)
    return counts.assign(
        value=share(x, n),
        value_lower=lower,
        value_upper=upper,
        status=np.where(n < report_participants, "too_few", "ok"),
    )


def _correlations(
    found: MarkCorrelations, rule: CorrelationRule, year: int, n_years: int
) -> pd.DataFrame:
    rows = found.pooled(year, n_years, rule)
    rows = rows[rows["value"].notna()]
    is_weak = (rows["value"] < rule.weak_below.value).where(rows["has_enough"])
    return rows.drop(columns="has_enough").assign(
        status=np.where(rows["has_enough"], "ok", "too_few"), is_weak=is_weak.astype("boolean")
    )


def _facts(
    indicator: ResultIndicator, context: pd.DataFrame, year: int, n_years: int
) -> pd.DataFrame:
    """Answers of one year; a fact has no longer term."""
    is_of = (context["indicator"] == indicator.fact) & (
        (context["assessment_year"] > year - n_years) & (context["assessment_year"] <= year)
    )
    rows = context[is_of].assign(rank=context["source"].map(CONTEXT_SOURCES.index))
    first = rows.sort_values("rank").drop_duplicates("school_id").set_index("school_id")
    return pd.DataFrame(
        {"value": first["value"], "n_works": 0, "years": str(year), "status": "ok"},
        index=first.index,
    )


def _out_of_reach(
    indicator: ResultIndicator,
    tables: dict[str, pd.DataFrame],
    levels: pd.Series,
    year: int,
    n_years: int,
) -> pd.Series:
    """Schools that do not teach at the level of the indicator's works."""
    recent = {
        name: tables[name][
            (tables[name]["assessment_year"] > year - n_years)
            & (tables[name]["assessment_year"] <= year)
        ]
        for name in ("cells", "diagnostic_works")
    }
    level = needed_level(indicator, recent["cells"], recent["diagnostic_works"])
    if level is None:
        return pd.Series(False, index=levels.index)
    return ~reaches(levels, level).fillna(True).astype(bool)
