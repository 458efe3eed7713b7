"""Two marks of the same pupils: counts of a square table, tests of a one-sided shift, kappa."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, chi2

from shnor_analysis.stats.arrays import FloatArray, IntArray
from shnor_analysis.stats.intervals import plain_floats

TABLE_AXES = 3
GROSS = 2  # steps of the scale
# Eigenvalues of a table with a discordant pupil are not below 0.5 on four marks; rounding is.
_NO_RANK = 1e-6


@dataclass(frozen=True)
class MarkCounts:
    """What a table of two marks says by counting.

    Attributes
    ----------
    n, lowered, confirmed, raised, gross : ndarray of int, shape (n_schools,)
        Pupils in all; with the first mark below, equal to, above the second; two or more steps
        apart.
    shift : ndarray of float, shape (n_schools,)
        Mean of first minus second, in marks; NaN without pupils.
    """

    n: IntArray
    lowered: IntArray
    confirmed: IntArray
    raised: IntArray
    gross: IntArray
    shift: FloatArray


@dataclass(frozen=True)
class SquareTest:
    """A chi-square test of every table.

    Attributes
    ----------
    statistic, p_value : ndarray of float, shape (n_schools,)
        NaN where the test says nothing.
    df : ndarray of int, shape (n_schools,)
        Degrees of freedom; 0 where no pupil has two different marks.
    """

    statistic: FloatArray
    df: IntArray
    p_value: FloatArray


def mark_counts(tables: ArrayLike) -> MarkCounts:
    """Count agreement of two marks.

    Parameters
    ----------
    tables : array_like of int, shape (n_schools, k, k)
        ``tables[s, i, j]``: pupils of school ``s`` with the i-th mark for the work and the j-th
        school mark, both on one rising scale.

    Returns
    -------
    MarkCounts

    Raises
    ------
    ValueError
        If the tables are not square or a count is negative or missing.

    Examples
    --------
    >>> found = mark_counts([[[0, 6, 2, 0], [0, 14, 9, 1], [0, 2, 12, 4], [0, 0, 3, 7]]])
    >>> found.lowered.tolist(), found.confirmed.tolist(), found.raised.tolist()
    ([22], [33], [5])
    """
    table = _square(tables)
    k = table.shape[1]
    step = np.subtract.outer(np.arange(k), np.arange(k))  # first minus second
    n = table.sum(axis=(1, 2))
    moved = (table * step).sum(axis=(1, 2))
    return MarkCounts(
        n=n,
        lowered=(table * (step < 0)).sum(axis=(1, 2)),
        confirmed=(table * (step == 0)).sum(axis=(1, 2)),
        raised=(table * (step > 0)).sum(axis=(1, 2)),
        gross=(table * (abs(step) >= GROSS)).sum(axis=(1, 2)),
        shift=np.divide(moved, n, out=np.full(len(n), np.nan), where=n > 0),
    )


def sign_test(lowered: ArrayLike, raised: ArrayLike, *, mid_p: bool = True) -> FloatArray:
    """Ask whether as many pupils are lowered as raised: the two-sided sign test.

    Parameters
    ----------
    lowered, raised : array_like of int, shape (n_schools,)
        Pupils moved down and up; missing values give NaN.
    mid_p : bool
        Count half of the probability of the observed split, so that small schools do not waste the
        level; False is the exact test.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        p-values; NaN where nobody moved.

    Raises
    ------
    ValueError
        If a count is negative.

    Notes
    -----
    ``2 · P(X >= max)`` of Binomial(lowered + raised, 1/2), at most 1. Equal parts of lowered and
    raised are not the rule: in the country more are lowered, so that a small p alone is no sign.

    References
    ----------
    Lancaster (1961), JASA 56(294), 223-234 (mid-p).

    Examples
    --------
    >>> sign_test([5], [0]).tolist(), sign_test([5], [0], mid_p=False).tolist()
    ([0.03125], [0.0625])
    """
    down, up = np.broadcast_arrays(plain_floats(lowered), plain_floats(raised))
    if np.any((down < 0) | (up < 0)):
        raise ValueError("counts must not be negative")
    moved, most = down + up, np.maximum(down, up)
    known = moved > 0
    n, x = np.where(known, moved, 1.0), np.where(known, most, 1.0)
    tail = binom.sf(x - 1, n, 0.5) - (binom.pmf(x, n, 0.5) / 2 if mid_p else 0)
    return np.where(known, np.minimum(2 * tail, 1.0), np.nan)


def bowker(tables: ArrayLike) -> SquareTest:
    """Bowker's test of symmetry of a square table.

    Parameters
    ----------
    tables
        As in :func:`mark_counts`.

    Returns
    -------
    SquareTest
        ``df`` is the number of pairs of marks in which anybody stands: empty pairs say nothing
        and cost no degree of freedom, unlike in ``statsmodels``.

    Raises
    ------
    ValueError
        As in :func:`mark_counts`.

    References
    ----------
    Bowker (1948), JASA 43(244), 572-574.

    Examples
    --------
    >>> found = bowker([[[0, 6, 2, 0], [0, 14, 9, 1], [0, 2, 12, 4], [0, 0, 3, 7]]])
    >>> float(found.statistic[0].round(5)), int(found.df[0]), float(found.p_value[0].round(5))
    (13.5974, 5, 0.01838)
    """
    table = _square(tables)
    i, j = np.triu_indices(table.shape[1], 1)
    above, below = table[:, i, j], table[:, j, i]
    pair = above + below
    parts = np.divide((above - below) ** 2, pair, out=np.zeros(pair.shape), where=pair > 0)
    return _chi_square(parts.sum(axis=1), (pair > 0).sum(axis=1))


def stuart_maxwell(tables: ArrayLike, min_discordant: int = 25) -> SquareTest:
    """Ask whether the two marks have one distribution: the Stuart-Maxwell test.

    Parameters
    ----------
    tables
        As in :func:`mark_counts`.
    min_discordant : int
        With fewer pupils off the diagonal the p-value is NaN: the test is asymptotic, the sign
        test serves there.

    Returns
    -------
    SquareTest

    Raises
    ------
    ValueError
        As in :func:`mark_counts`.

    Notes
    -----
    ``d' S⁻ d``, where ``d`` are differences of the margins and ``S`` is their variance when the
    margins are equal. ``S`` is singular; its generalised inverse with ``df`` of its rank is the
    same as leaving out one mark, and stays right when a mark is absent or marks fall into groups
    that nobody crosses. Ordinary inversion gives NaN there.

    References
    ----------
    Stuart (1955), Biometrika 42(3/4), 412-416; Maxwell (1970), Brit. J. Psychiatry 116, 651-655.

    Examples
    --------
    >>> eyes = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205],
    ...         [36, 82, 179, 492]]
    >>> found = stuart_maxwell([eyes])
    >>> float(found.statistic[0].round(3)), int(found.df[0])
    (11.957, 3)
    """
    table = _square(tables)
    difference = (table.sum(axis=2) - table.sum(axis=1)).astype(float)
    both = (table + table.transpose(0, 2, 1)).astype(float)
    off = both * (1 - np.eye(table.shape[1]))
    variance = off.sum(axis=2)[:, :, None] * np.eye(off.shape[1]) - off
    values, vectors = np.linalg.eigh(variance)
    along = np.einsum("sik,si->sk", vectors, difference)
    is_rank = values > _NO_RANK
    parts = np.divide(along**2, values, out=np.zeros(along.shape), where=is_rank)
    found = _chi_square(parts.sum(axis=1), is_rank.sum(axis=1))
    enough = off.sum(axis=(1, 2)) / 2 >= min_discordant
    return SquareTest(found.statistic, found.df, np.where(enough, found.p_value, np.nan))


def quadratic_kappa(tables: ArrayLike) -> FloatArray:
    """Cohen's kappa with weights of the squared distance of the marks.

    Parameters
    ----------
    tables
        As in :func:`mark_counts`.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        At most 1; NaN where everybody has one and the same mark twice or there is nobody: neither
        0 nor 1. A description: it falls where marks are all alike although agreement is full.

    Raises
    ------
    ValueError
        As in :func:`mark_counts`.

    References
    ----------
    Cohen (1968), Psychological Bulletin 70(4), 213-220.

    Examples
    --------
    >>> quadratic_kappa([[[0, 6, 2, 0], [0, 14, 9, 1], [0, 2, 12, 4], [0, 0, 3, 7]]]).round(5)
    array([0.6])
    """
    table = _square(tables).astype(float)
    marks = np.arange(table.shape[1])
    weight = np.subtract.outer(marks, marks) ** 2
    n = table.sum(axis=(1, 2))
    margins = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
    observed = (weight * table).sum(axis=(1, 2)) * n
    expected = (weight * margins).sum(axis=(1, 2))
    ratio = np.divide(observed, expected, out=np.full(len(n), np.nan), where=expected > 0)
    return 1 - ratio


def _chi_square(statistic: FloatArray, df: IntArray) -> SquareTest:
    known = df > 0
    value = np.where(known, statistic, np.nan)
    p_value = np.where(known, chi2.sf(value, np.maximum(df, 1)), np.nan)
    return SquareTest(value, df, p_value)


def _square(tables: ArrayLike) -> IntArray:
    found = np.asarray(tables)
    if found.ndim != TABLE_AXES or found.shape[1] != found.shape[2]:
        raise ValueError(f"tables must have shape (n, k, k), got {found.shape}")
    if not np.all(found >= 0):
        raise ValueError("counts must be known and not negative")
    return found.astype(np.int64)
