"""Evidence over several tests of one unit at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray


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
