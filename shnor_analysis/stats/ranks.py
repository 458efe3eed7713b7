"""Mid-ranks, quarters and the indices that regions make of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from shnor_analysis.stats.arrays import BoolArray, FloatArray, float_table

QUARTER_SHARES = (0.25, 0.5, 0.75)


def mid_ranks(values: ArrayLike) -> FloatArray:
    """Rank within every column; equal values share the mean of their places.

    Parameters
    ----------
    values : array_like of float, shape (n_schools,) or (n_schools, n_indicators)
        Higher is better; turn the sign of an indicator where it is worse.

    Returns
    -------
    ndarray of float, same shape
        1 is the worst of the column; NaN where the value is missing, and missing values take no
        place.

    Examples
    --------
    >>> mid_ranks([0.4, 0.1, 0.4, np.nan]).tolist()
    [2.5, 1.0, 2.5, nan]
    """
    table = np.asarray(values, dtype=float)
    if table.size == 0:
        return np.empty(table.shape)
    # Missing values are ranked last and then taken out again.
    ranks = rankdata(np.where(np.isnan(table), np.inf, table), axis=0)
    return np.where(np.isnan(table), np.nan, ranks)


def quarters(values: ArrayLike) -> FloatArray:
    """Which quarter of the schools a value belongs to.

    Parameters
    ----------
    values : array_like of float, shape (n_schools,)
        Higher is better.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        1 is the lowest quarter (at or below the 25 % quantile, interpolated linearly), 4 the
        highest. Equal values are always in one quarter. NaN where missing, and everywhere when all
        known values are equal: then there are no quarters.

    Examples
    --------
    >>> quarters([1.0, 2.0, 3.0, 4.0]).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    value = np.asarray(values, dtype=float)
    known = ~np.isnan(value)
    if not _differ(value[known]):
        return np.full(value.shape, np.nan)
    cuts = np.quantile(value[known], QUARTER_SHARES)
    return np.where(known, np.searchsorted(cuts, value, side="left") + 1.0, np.nan)


def lower_tail(values: ArrayLike, share: float) -> BoolArray:
    """Schools at or below a quantile of all schools.

    Parameters
    ----------
    values : array_like of float, shape (n_schools,)
        Higher is better.
    share : float
        The quantile as a fraction in (0, 1): 0.25 for the lower quarter.

    Returns
    -------
    ndarray of bool, shape (n_schools,)
        False where the value is missing, and everywhere when all known values are equal: nobody is
        lower than the others.

    Raises
    ------
    ValueError
        If ``share`` is not within (0, 1).

    Examples
    --------
    >>> lower_tail([1.0, 2.0, 3.0, 4.0], 0.25).tolist()
    [True, False, False, False]
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be a fraction in (0, 1), got {share}")
    value = np.asarray(values, dtype=float)
    known = ~np.isnan(value)
    if not _differ(value[known]):
        return np.zeros(value.shape, dtype=bool)
    return value <= np.quantile(value[known], share)


def places(values: ArrayLike) -> FloatArray:
    """Place of every school within every indicator, from 0 (worst) to 100 (best).

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        Higher is better; NaN where missing.

    Returns
    -------
    ndarray of float, shape (n_schools, n_indicators)
        ``100 * (r - 1) / (S - 1)``, with ``r`` the mid-rank among the ``S`` schools that have the
        indicator; NaN where missing, and everywhere in a column that only one school has.

    Raises
    ------
    ValueError
        If ``values`` is not a table.

    Examples
    --------
    >>> places([[1, 10], [2, 30], [3, 20]]).tolist()
    [[0.0, 0.0], [50.0, 100.0], [100.0, 50.0]]
    """
    ranks = mid_ranks(float_table(values))
    n_ranked = np.sum(~np.isnan(ranks), axis=0)
    return np.where(n_ranked > 1, 100 * (ranks - 1) / np.maximum(n_ranked - 1, 1), np.nan)


def points_index(
    values: ArrayLike, cut_offs: Sequence[ArrayLike], points: Sequence[ArrayLike]
) -> FloatArray:
    """Sum of points from a table of cut-offs, as in expert scoring.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        NaN where missing. A share must be one division of whole numbers (3 / 10), so that it meets
        its cut-off (0.3) exactly.
    cut_offs : sequence of array_like
        For every indicator its cut-offs in rising order.
    points : sequence of array_like
        For every indicator one number more than it has cut-offs: below the first cut-off, from the
        first on, …; a value at a cut-off takes the step above it.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where any indicator is missing: a sum over fewer of them cannot be compared.

    Raises
    ------
    ValueError
        If a table does not fit the indicators, or cut-offs do not rise.

    Examples
    --------
    >>> points_index([[0.3, 10], [0.29, 20]], [[0.3], [15, 20]], [[0, 1], [0, 1, 2]]).tolist()
    [1.0, 2.0]
    """
    table = float_table(values)
    if not len(cut_offs) == len(points) == table.shape[1]:
        raise ValueError(
            f"every indicator must have cut-offs and points: {table.shape[1]} indicators, "
            f"{len(cut_offs)} rows of cut-offs, {len(points)} of points"
        )
    total = np.zeros(len(table))
    for column, row, steps in zip(table.T, cut_offs, points, strict=True):
        cuts, step = np.asarray(row, dtype=float), np.asarray(steps, dtype=float)
        if np.any(np.diff(cuts) <= 0) or len(step) != len(cuts) + 1:
            raise ValueError(f"cut-offs must rise and have one step more than cuts, got {row}")
        reached = step[np.searchsorted(cuts, column, side="right")]
        total += np.where(np.isnan(column), np.nan, reached)
    return total


def repeated(
    flagged: ArrayLike, assessed: ArrayLike, *, needed: int
) -> tuple[BoolArray, BoolArray]:
    """Schools flagged in at least so many years.

    Parameters
    ----------
    flagged, assessed : array_like of bool, shape (n_schools, n_years)
        Was the school flagged, and could it be assessed at all, in each of the last years?
    needed : int
        Least number of flagged years, at least 1.

    Returns
    -------
    is_repeated : ndarray of bool, shape (n_schools,)
        Flagged in ``needed`` or more of the assessed years.
    is_known : ndarray of bool, shape (n_schools,)
        False where the years not assessed could change the answer.

    Raises
    ------
    ValueError
        If the tables differ in shape or ``needed`` is below 1.

    Examples
    --------
    >>> is_repeated, is_known = repeated([[1, 1], [1, 0]], [[1, 1], [1, 0]], needed=2)
    >>> is_repeated.tolist(), is_known.tolist()
    ([True, False], [True, False])
    """
    if needed < 1:
        raise ValueError(f"needed must be at least 1, got {needed}")
    known = np.asarray(assessed, dtype=bool)
    flags = np.asarray(flagged, dtype=bool)
    if flags.shape != known.shape:
        raise ValueError(f"both tables must have one shape, got {flags.shape} and {known.shape}")
    n_flagged = np.sum(flags & known, axis=1)
    n_unknown = np.sum(~known, axis=1)
    is_repeated = n_flagged >= needed
    return is_repeated, is_repeated | (n_flagged + n_unknown < needed)


def _differ(known: FloatArray) -> bool:
    return bool(known.size) and bool(known.min() < known.max())
