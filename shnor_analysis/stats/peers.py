"""Schools in like conditions: nearest by context, four fields, good results against the odds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import BoolArray, FloatArray, IntArray, float_table
from shnor_analysis.stats.composite import reference_of

# Rows of the distance table held in memory at once.
BLOCK = 256
NOBODY = -1


class Quadrant(IntEnum):
    """Field of the plane of context and result."""

    UNKNOWN = 0
    ADVERSE_LOW = 1
    ADVERSE_GOOD = 2
    FAVOURABLE_LOW = 3
    FAVOURABLE_GOOD = 4


@dataclass(frozen=True)
class Resilience:
    """Schools with good results in adverse conditions.

    Attributes
    ----------
    is_resilient : ndarray of bool, shape (..., n_schools)
        Every condition holds.
    is_known : ndarray of bool, shape (..., n_schools)
        False where what is missing could change the answer.
    """

    is_resilient: BoolArray
    is_known: BoolArray


def nearest_peers(context: ArrayLike, k: int) -> tuple[IntArray, FloatArray]:
    """For every school the schools most like it.

    Parameters
    ----------
    context : array_like of float, shape (n_schools, n_columns)
        Shares, counts or indices; NaN where missing. Every column is divided by its standard
        deviation; one without spread does not count.
    k : int
        How many peers, at least 1.

    Returns
    -------
    peers : ndarray of int, shape (n_schools, k)
        Rows of the nearest schools, nearest first; of equally near ones the earlier row, so sort
        the schools by a stable key first. -1 where there are fewer; a school with any value
        missing has no peers and is nobody's.
    distance : ndarray of float, shape (n_schools, k)
        Root mean square difference in standard deviations; NaN beside -1.

    Raises
    ------
    ValueError
        If ``context`` is not a table or ``k`` is below 1.

    Examples
    --------
    >>> peers, distance = nearest_peers([[0.0], [1.0], [5.0], [np.nan]], 1)
    >>> peers.ravel().tolist()
    [1, 0, 1, -1]
    """
    table = float_table(context)
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    peers = np.full((len(table), k), NOBODY, dtype=np.int64)
    distance = np.full((len(table), k), np.nan)
    spread = reference_of(table).sd
    live = table[:, spread > 0] / spread[spread > 0]
    known = np.flatnonzero(~np.isnan(table).any(axis=1))
    n_found = min(k, len(known) - 1)
    if n_found < 1 or live.shape[1] == 0:
        return peers, distance
    points = live[known]
    for start in range(0, len(known), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(known)))
        square = np.mean((points[rows][:, None, :] - points[None, :, :]) ** 2, axis=2)
        square[np.arange(len(rows)), rows] = np.inf  # no school is its own peer
        order = np.argsort(square, axis=1, kind="stable")[:, :n_found]
        peers[known[rows], :n_found] = known[order]
        distance[known[rows], :n_found] = np.sqrt(np.take_along_axis(square, order, axis=1))
    return peers, distance


def quadrants(
    context_index: ArrayLike, result: ArrayLike, *, context_cut: float, result_cut: float
) -> IntArray:
    """Field of every school in the plane of context and result.

    Parameters
    ----------
    context_index, result : array_like of float, shape (n_schools,)
        Higher is better in both.
    context_cut : float
        At or below it conditions are adverse.
    result_cut : float
        At or above it the result is good.

    Returns
    -------
    ndarray of int, shape (n_schools,)
        Values of :class:`Quadrant`; ``UNKNOWN`` where a value or a cut is missing.

    Examples
    --------
    >>> quadrants([10, 90], [60, 40], context_cut=30, result_cut=50).tolist()
    [2, 3]
    """
    index, value = np.asarray(context_index, dtype=float), np.asarray(result, dtype=float)
    is_adverse, is_good = index <= context_cut, value >= result_cut
    is_known = ~(np.isnan(index) | np.isnan(value) | np.isnan(context_cut) | np.isnan(result_cut))
    field = np.select(
        [is_adverse & is_good, is_adverse, is_good],
        [Quadrant.ADVERSE_GOOD, Quadrant.ADVERSE_LOW, Quadrant.FAVOURABLE_GOOD],
        Quadrant.FAVOURABLE_LOW,
    )
    return np.where(is_known, field, Quadrant.UNKNOWN).astype(np.int64)


def resilient(
    context_index: ArrayLike,
    results: ArrayLike,
    objectivity_level: ArrayLike,
    *,
    context_cut: float,
    result_cuts: ArrayLike,
    years_needed: int,
    max_level: int,
) -> Resilience:
    """Adverse conditions, good results in enough years, and no signs of biased results.

    Parameters
    ----------
    context_index : array_like of float, shape (n_schools,)
        Higher is better; NaN where missing.
    results : array_like of float, shape (n_schools, n_years)
        Result index of the last years; NaN where missing.
    objectivity_level : array_like of float, shape (n_schools,)
        Ordered level of signs of biased results, 0 for none; NaN where not assessed. With too many
        signs good results are no proof.
    context_cut : float
        At or below it conditions are adverse, for example the 30 % quantile of the region.
    result_cuts : array_like of float, shape (n_years,) or (n_schools, n_years)
        At or above it a result is good, for example the region's median of that year; of every
        school its own where schools wrote different works.
    years_needed : int
        Least number of good years, at least 1.
    max_level : int
        Highest level still allowed.

    Returns
    -------
    Resilience
        A condition that surely fails makes the answer known whatever else is missing.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``years_needed`` is below 1.

    Examples
    --------
    >>> found = resilient([20, 20, 80], [[60, 60], [60, np.nan], [60, 60]], [0, 0, 0],
    ...                   context_cut=30, result_cuts=[50, 50], years_needed=2, max_level=1)
    >>> found.is_resilient.tolist(), found.is_known.tolist()
    ([True, False, False], [True, False, True])
    """
    if years_needed < 1:
        raise ValueError(f"years_needed must be at least 1, got {years_needed}")
    index, table = np.asarray(context_index, dtype=float), float_table(results)
    level, cuts = np.asarray(objectivity_level, dtype=float), np.asarray(result_cuts, dtype=float)
    fits = cuts.shape in (table.shape, table.shape[1:])
    if not (index.shape == level.shape == table.shape[:1] and fits):
        raise ValueError(
            f"context, results, levels and cuts must fit, got {index.shape}, {table.shape}, "
            f"{level.shape} and {cuts.shape}"
        )
    n_good = np.sum(table >= cuts, axis=1)
    n_open = np.sum(np.isnan(table) | np.isnan(cuts), axis=1)
    holds = (index <= context_cut) & (n_good >= years_needed) & (level <= max_level)
    may_hold = (
        (np.isnan(index) | np.isnan(context_cut) | (index <= context_cut))
        & (n_good + n_open >= years_needed)
        & (np.isnan(level) | (level <= max_level))
    )
    return Resilience(is_resilient=holds, is_known=holds | ~may_hold)


def resilience_sensitivity(
    context_index: ArrayLike,
    results: ArrayLike,
    objectivity_level: ArrayLike,
    *,
    context_cuts: Sequence[float],
    result_cuts: Sequence[ArrayLike],
    years_needed: int,
    max_level: int,
) -> Resilience:
    """The rule of :func:`resilient` under every pair of thresholds.

    Parameters
    ----------
    context_index, results, objectivity_level, years_needed, max_level
        As in :func:`resilient`.
    context_cuts : sequence of float, length n_context_cuts
        For example the 25, 30 and 33 % quantiles.
    result_cuts : sequence of array_like, length n_result_cuts
        Each as ``result_cuts`` of :func:`resilient`, for example medians and 66 % quantiles.

    Returns
    -------
    Resilience
        Arrays of shape ``(n_context_cuts, n_result_cuts, n_schools)``.

    Raises
    ------
    ValueError
        As in :func:`resilient`.

    Examples
    --------
    >>> found = resilience_sensitivity(
    ...     [1, 2, 3, 4], [[4], [3], [1], [2]], [0, 0, 0, 0],
    ...     context_cuts=[1.75, 2.5], result_cuts=[[2.5]], years_needed=1, max_level=1)
    >>> found.is_resilient.sum(axis=2).ravel().tolist()
    [1, 2]
    """
    table = float_table(results)
    pairs = [
        resilient(
            context_index,
            table,
            objectivity_level,
            context_cut=context_cut,
            result_cuts=result_cut,
            years_needed=years_needed,
            max_level=max_level,
        )
        for context_cut in context_cuts
        for result_cut in result_cuts
    ]
    shape = (len(context_cuts), len(result_cuts), len(table))
    return Resilience(
        is_resilient=np.array([p.is_resilient for p in pairs], dtype=bool).reshape(shape),
        is_known=np.array([p.is_known for p in pairs], dtype=bool).reshape(shape),
    )
