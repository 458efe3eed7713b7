"""Spearman's correlation from counts, within many works at once, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from shnor_analysis.stats.arrays import FloatArray, IntArray

# Spearman's coefficient spreads a little more than Pearson's: variance 1.06 / (n - 3).
SPEARMAN_SPREAD = 1.03


@dataclass(frozen=True)
class RankSums:
    """Sums of squares and products of mid-ranks within every group.

    Attributes
    ----------
    n : ndarray of float, shape (n_groups,)
        Pairs in the group.
    sum_xx, sum_yy, sum_xy : ndarray of float, shape (n_groups,)
        Of the deviations of the mid-ranks from their mean, divided by ``n + 1``, so that groups of
        different size can be added up; 0 where all values of the group are equal.
    """

    n: FloatArray
    sum_xx: FloatArray
    sum_yy: FloatArray
    sum_xy: FloatArray


@dataclass(frozen=True)
class PooledCorrelation:
    """One correlation per unit over its groups.

    Attributes
    ----------
    rho : ndarray of float, shape (n_units,)
        In [-1, 1]; NaN where no group of the unit has both values varying.
    n, n_groups : ndarray of int, shape (n_units,)
        Pairs and groups behind it; groups in which a value does not vary are left out.
    """

    rho: FloatArray
    n: IntArray
    n_groups: IntArray


def rank_sums(
    group: ArrayLike, x: ArrayLike, y: ArrayLike, count: ArrayLike, n_groups: int
) -> RankSums:
    """Sum squares and products of mid-ranks from a table of counts.

    Parameters
    ----------
    group : array_like of int, shape (n_cells,)
        Which group the cell belongs to, 0 … ``n_groups - 1``.
    x, y : array_like of float, shape (n_cells,)
        The two values of the cell, none missing; the same pair may come in several cells.
    count : array_like of int, shape (n_cells,)
        How many pupils have both.
    n_groups : int
        Groups in all.

    Returns
    -------
    RankSums

    Raises
    ------
    ValueError
        If the lengths differ, a value is missing, a count is negative or a group out of range.

    Notes
    -----
    Equal values share the mean of their places, as in ``scipy.stats.spearmanr``; nobody is
    listed one by one.

    Examples
    --------
    >>> sums = rank_sums([0, 0, 0], [1, 2, 3], [2, 3, 3], [1, 1, 1], 1)
    >>> float((sums.sum_xy / np.sqrt(sums.sum_xx * sums.sum_yy)).round(4)[0])
    0.866
    """
    place = np.asarray(group, dtype=np.int64)
    weight = np.asarray(count, dtype=float)
    values = [np.asarray(one, dtype=float) for one in (x, y)]
    if not all(len(one) == len(place) for one in (weight, *values)):
        raise ValueError("group, x, y and count must have one length")
    if any(np.isnan(one).any() for one in values) or np.any(~(weight >= 0)):
        raise ValueError("values must be known and counts not negative")
    if len(place) and not (place.min() >= 0 and place.max() < n_groups):
        raise ValueError(f"groups must lie in 0 … {n_groups - 1}")
    n = _total(weight, place, n_groups)
    scale = n[place] + 1
    dx, dy = ((_mid_ranks(place, one, weight, n) - scale / 2) / scale for one in values)
    squares = (_total(weight * one, place, n_groups) for one in (dx * dx, dy * dy, dx * dy))
    return RankSums(n, *squares)


def pooled_spearman(sums: RankSums, unit: ArrayLike, n_units: int) -> PooledCorrelation:
    """Correlation within groups, one per unit: a school over its works.

    Parameters
    ----------
    sums : RankSums
        From :func:`rank_sums`.
    unit : array_like of int, shape (n_groups,)
        Which unit the group belongs to, 0 … ``n_units - 1``.
    n_units : int
        Units in all.

    Returns
    -------
    PooledCorrelation

    Notes
    -----
    ``sum S_xy / sqrt(sum S_xx * sum S_yy)`` over the groups of the unit, with ranks taken within
    each group and divided by ``n + 1`` (the scaling of van Elteren): works of different difficulty
    are never ranked together. With one group it is Spearman's coefficient itself.

    Examples
    --------
    >>> sums = rank_sums([0, 0, 1, 1], [1, 2, 1, 2], [1, 2, 2, 1], [1, 1, 1, 1], 2)
    >>> pooled_spearman(sums, [0, 0], 1).rho.tolist()
    [0.0]
    """
    place = np.asarray(unit, dtype=np.int64)
    varies = (sums.sum_xx > 0) & (sums.sum_yy > 0)
    n, xx, yy, xy, n_groups = (
        _total(np.where(varies, one, 0), place, n_units)
        for one in (sums.n, sums.sum_xx, sums.sum_yy, sums.sum_xy, 1)
    )
    spread = np.sqrt(xx * yy)
    rho = xy / np.where(spread > 0, spread, np.nan)
    # the last binary digit may carry a perfect order beyond 1
    return PooledCorrelation(np.clip(rho, -1, 1), n.astype(np.int64), n_groups.astype(np.int64))


def degrees_of_freedom(n: ArrayLike, n_groups: ArrayLike) -> IntArray:
    """Pairs that count for the precision of a pooled correlation, as in one work of so many.

    Parameters
    ----------
    n, n_groups : array_like of int, shape (n_units,)
        From :class:`PooledCorrelation`.

    Returns
    -------
    ndarray of int, shape (n_units,)
        ``n - n_groups + 1``: each further work costs one pair for its own mean; 0 without a group.

    References
    ----------
    Fisher (1924), Metron 3, 329-332: eliminating a variable is losing one pair.
    """
    pairs, groups = np.asarray(n, dtype=np.int64), np.asarray(n_groups, dtype=np.int64)
    return np.where(groups > 0, pairs - groups + 1, 0)


def spearman_interval(
    rho: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Interval of a rank correlation by Fisher's transformation.

    Parameters
    ----------
    rho : array_like of float, shape (n_units,)
        In [-1, 1]; NaN where unknown.
    n : array_like of float, shape (n_units,)
        Pairs, or :func:`degrees_of_freedom` of a pooled one.
    confidence : float
        Two-sided level as a fraction.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_units,)
        In [-1, 1]; NaN where ``rho`` is unknown or ``n`` is 3 or fewer; both ends are ``rho`` at
        exactly -1 and 1, where the transformation has no spread.

    Raises
    ------
    ValueError
        If a correlation is outside [-1, 1] or ``confidence`` not within (0, 1).

    Notes
    -----
    ``tanh(atanh(rho) ± z * 1.03 / sqrt(n - 3))``. Works of one year share pupils, so the interval
    of a correlation pooled over them is somewhat too narrow.

    References
    ----------
    Fieller, Hartley, Pearson (1957), Biometrika 44, 470-481.

    Examples
    --------
    >>> lower, upper = spearman_interval([0.5], [30])
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.159], [0.734])
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be a fraction in (0, 1), got {confidence}")
    value, error = fisher_z(rho, n)
    half = float(norm.isf((1 - confidence) / 2)) * error
    return np.tanh(value - half), np.tanh(value + half)


def fisher_z(rho: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Fisher's transformation of a rank correlation and its standard error.

    Parameters
    ----------
    rho, n
        As in :func:`spearman_interval`.

    Returns
    -------
    z, standard_error : ndarray of float, shape (n_units,)
        ``z`` is infinite at -1 and 1; the error is NaN where ``n`` is 3 or fewer.

    Raises
    ------
    ValueError
        If a correlation is outside [-1, 1].
    """
    value, size = np.asarray(rho, dtype=float), np.asarray(n, dtype=float)
    if np.any((value < -1) | (value > 1)):
        raise ValueError("a correlation must lie in [-1, 1]")
    with np.errstate(divide="ignore"):
        z = np.arctanh(value)
    return z, SPEARMAN_SPREAD / np.sqrt(np.where(size > 3, size - 3, np.nan))  # noqa: PLR2004


def _mid_ranks(group: IntArray, value: FloatArray, count: FloatArray, n: FloatArray) -> FloatArray:
    """Mid-rank of every cell within its group."""
    levels, level = np.unique(np.column_stack([group, value]), axis=0, return_inverse=True)
    level = level.reshape(-1)
    size = _total(count, level, len(levels))
    # Levels are ordered by group, then value; those of earlier groups are taken off.
    before_group = np.concatenate([[0.0], np.cumsum(n)])[levels[:, 0].astype(np.int64)]
    below = np.cumsum(size) - size - before_group
    return (below + (size + 1) / 2)[level]


def _total(values: FloatArray, group: IntArray, n_groups: int) -> FloatArray:
    """Sum of every group."""
    return np.asarray(np.bincount(group, weights=values, minlength=n_groups), dtype=float)
