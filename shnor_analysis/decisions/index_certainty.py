"""How surely a school is on a list made of an index: the list drawn anew many times."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from shnor_analysis.decisions.indicator_index import Verdict
from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.rank_correlation import degrees_of_freedom, fisher_z
from shnor_analysis.stats.ranks import repeated

N_DRAWS = 400
# Any number would do; a fixed one gives the same list the same probabilities.
SEED = 847
JEFFREYS = 0.5
_SHARES = ("below_minimum_share", "high_share")


def drawn_values(
    indicators: pd.DataFrame, schools: pd.Index, ids: list[str], years: list[int]
) -> dict[int, FloatArray]:
    """Draw the values of every indicator as they could have been with other pupils.

    Parameters
    ----------
    indicators : DataFrame
        Keeps the contract ``low_results_indicators``, one list only.
    schools : Index of str
        Order of the schools.
    ids : list of str
        Order of the indicators.
    years : list of int
        Years of the index, rising.

    Returns
    -------
    dict of int to ndarray of float, shape (n_draws, n_schools, n_indicators)
        By year; missing where the value is, whatever its counts. A share is drawn from its Beta
        posterior, year by year, so that terms that overlap have the years they share in common;
        the Jeffreys prior of a term is shared out over its years. A correlation is drawn on
        Fisher's scale, with one deviation for all terms. A fact is what it is, and so is an
        indicator by which no school differs from another: the index does not count it, and chance
        must not bring it in.
    """
    rng = np.random.default_rng(SEED)
    columns: list[dict[int, FloatArray]] = []
    for one in ids:
        rows = indicators[indicators["indicator_id"] == one]
        tables = {
            (span, int(year)): part.set_index("school_id").reindex(schools)
            for (span, year), part in rows.groupby(["span", "assessment_year"])
        }
        measure = rows["measure"].iloc[0]
        kept = _as_observed(tables, years)
        if measure in _SHARES:
            drawn = _drawn_shares(tables, years, rng)
        elif measure == "correlation":
            drawn = _drawn_correlations(tables, years, rng)
        else:
            drawn = kept
        columns.append(
            {
                year: np.where(np.isnan(kept[year]), np.nan, drawn[year])
                if _differ(kept[year][0])
                else kept[year]
                for year in years
            }
        )
    return {year: np.stack([one[year] for one in columns], axis=-1) for year in years}


def inclusion_probability(
    drawn: dict[int, FloatArray],
    verdicts: dict[int, Callable[[FloatArray], Verdict]],
    needed: int,
) -> FloatArray:
    """Share of draws in which a school is on the list.

    Parameters
    ----------
    drawn : dict of int to ndarray
        From :func:`drawn_values`.
    verdicts : dict of int to callable
        By year: what gives the verdict for values of shape (n_schools, n_indicators).
    needed : int
        How many years below the border it takes.

    Returns
    -------
    ndarray of float, shape (n_schools,)
    """
    listed = []
    for values in zip(*drawn.values(), strict=True):
        found = [verdicts[year](one) for year, one in zip(drawn, values, strict=True)]
        flagged = np.column_stack([one.is_below for one in found])
        assessed = np.column_stack([~np.isnan(one.index) for one in found])
        listed.append(repeated(flagged, assessed, needed=needed)[0])
    return np.asarray(np.mean(listed, axis=0), dtype=float)


_Tables = dict[tuple[str, int], pd.DataFrame]


def _drawn_shares(
    tables: _Tables, years: list[int], rng: np.random.Generator
) -> dict[int, FloatArray]:
    pooled = {year: _counts(tables["pooled", year]) for year in years}
    has_years = ("year", years[0]) in tables
    single = {year: _counts(tables["year" if has_years else "pooled", year]) for year in years}
    prior = JEFFREYS / (2 if has_years else 1)

    def draw(count: FloatArray, n: FloatArray) -> FloatArray:
        return rng.beta(count + prior, n - count + prior, size=(N_DRAWS, len(n)))

    by_year = {year: draw(*single[year]) for year in years}
    # What the first term holds before its last year: later terms may hold a part of it.
    earlier = draw(*(a - b for a, b in zip(pooled[years[0]], single[years[0]], strict=True)))
    found = {}
    for year in years:
        _, n = pooled[year]
        left, total = n.copy(), np.zeros_like(earlier)
        # A term ends with its own year and goes back as far as its participants reach.
        for one in (y for y in reversed(years) if y <= year):
            taken = np.minimum(single[one][1], left)
            total += taken * by_year[one]
            left = left - taken
        total += left * earlier
        found[year] = total / np.where(n > 0, n, np.nan)
    return found


def _counts(rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator; nobody counted is nobody, not unknown."""
    counts = (rows[name].to_numpy(float, na_value=0) for name in ("numerator", "denominator"))
    return next(counts), next(counts)


def _drawn_correlations(
    tables: _Tables, years: list[int], rng: np.random.Generator
) -> dict[int, FloatArray]:
    deviation = rng.standard_normal((N_DRAWS, len(tables["pooled", years[0]])))
    found = {}
    for year in years:
        rows = tables["pooled", year]
        n, n_works = (rows[c].to_numpy(float, na_value=0) for c in ("denominator", "n_works"))
        z, error = fisher_z(_observed(rows), degrees_of_freedom(n, n_works))
        # With three pairs and fewer there is no error to draw from.
        found[year] = np.tanh(z + deviation * np.where(np.isnan(error), 0, error))
    return found


def _as_observed(tables: _Tables, years: list[int]) -> dict[int, FloatArray]:
    return {
        year: np.repeat(_observed(tables["pooled", year])[None, :], N_DRAWS, axis=0)
        for year in years
    }


def _observed(rows: pd.DataFrame) -> FloatArray:
    return np.asarray(rows["value"].to_numpy(float, na_value=np.nan))


def _differ(values: FloatArray) -> bool:
    known = values[~np.isnan(values)]
    return bool(known.size) and bool(known.min() < known.max())
