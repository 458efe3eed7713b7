"""Evidence over several tests of one unit at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray

# Below it the tangent of the Cauchy combination is taken from its limit.
SMALL_P = 1e-12
# The largest p-value that is combined: 0.99 counts against a sign as much as 0.01 for it.
LARGEST_P = 0.99


def partial_conjunction(p: ArrayLike, r: int) -> FloatArray:
    """P-value of «fewer than ``r`` of the tests are true findings», by Simes' method.

    Parameters
    ----------
    p : array_like of float, shape (n_units, n_tests)
        One row of p-values per unit (a school); NaN where the unit has no such test.
    r : int
        How many true findings the claim needs; 1 is the global null of Simes.

    Returns
    -------
    ndarray of float, shape (n_units,)
        Values in [0, 1]; NaN where a unit has fewer than ``r`` tests.

    Raises
    ------
    ValueError
        If ``r`` is below 1 or a p-value is outside [0, 1].

    Notes
    -----
    With the ``m`` p-values of a unit in order, the value is the least of
    ``(m - r + 1) / i * p_(r - 1 + i)`` over ``i = 1 … m - r + 1``. Valid for positively dependent
    tests; the tests of one school share pupils.

    References
    ----------
    Benjamini, Heller (2008), Biometrics 64(4), 1215-1222.

    Examples
    --------
    >>> partial_conjunction([[0.01, 0.04, 0.9]], 2).round(4).tolist()
    [0.08]
    """
    if r < 1:
        raise ValueError(f"r must be at least 1, got {r}")
    values = np.atleast_2d(np.asarray(p, dtype=float))
    if np.any((values < 0) | (values > 1)):
        raise ValueError("p-values must lie in [0, 1]")
    ordered = np.sort(values, axis=1)[:, r - 1 :]
    if ordered.shape[1] == 0:
        return np.full(len(values), np.nan)
    n_used = np.sum(~np.isnan(ordered), axis=1)
    rank = np.arange(1, ordered.shape[1] + 1)
    scaled = np.where(np.isnan(ordered), np.inf, ordered * n_used[:, None] / rank)
    least = scaled.min(axis=1)
    return np.where(n_used > 0, np.minimum(least, 1.0), np.nan)


def cauchy_combination(p: ArrayLike) -> FloatArray:
    """One p-value out of several of a unit, however they depend on each other.

    Parameters
    ----------
    p : array_like of float, shape (n_units, n_tests)
        One row of p-values per unit; NaN where the unit has no such test: it leaves the mean.

    Returns
    -------
    ndarray of float, shape (n_units,)
        ``1/2 - atan(mean of tan((1/2 - p) pi)) / pi``; NaN where a unit has no test.

    Raises
    ------
    ValueError
        If a p-value is outside [0, 1].

    Notes
    -----
    Exact for one test, valid in the tail under arbitrary dependence; Fisher's and Stouffer's sums
    assume independence, and the tests of one school share pupils. A p-value above 0.99 is
    taken as 0.99: a single 1 would otherwise outweigh everything else, and lowering no p-value
    below 0.99 leaves the tail as it is.

    References
    ----------
    Liu, Xie (2020), JASA 115(529), 393-402.

    Examples
    --------
    >>> cauchy_combination([[0.25, 0.25], [0.01, 0.5], [0.03, np.nan]]).round(4).tolist()
    [0.25, 0.02, 0.03]
    """
    values = np.atleast_2d(np.asarray(p, dtype=float))
    if np.any((values < 0) | (values > 1)):
        raise ValueError("p-values must lie in [0, 1]")
    inside = np.clip(values, np.finfo(float).tiny, LARGEST_P)
    # below some 1e-15 the tangent is 1 / (p pi), and 1/2 - p has no digits left to tell
    tangent = np.where(inside < SMALL_P, 1 / (inside * np.pi), np.tan((0.5 - inside) * np.pi))
    known = ~np.isnan(values)
    n_used = known.sum(axis=1)
    mean = np.where(known, tangent, 0.0).sum(axis=1) / np.maximum(n_used, 1)
    combined = np.where(mean > 1, np.arctan(1 / np.maximum(mean, 1)) / np.pi,
                        0.5 - np.arctan(mean) / np.pi)  # fmt: skip
    return np.where(n_used > 0, combined, np.nan)
