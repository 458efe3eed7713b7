"""Signs in the answers of a class: how alike they are, how results jump and fall back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray


def answer_heterogeneity(counts: ArrayLike) -> FloatArray:
    """Gini heterogeneity of the answers to a task: 0 when all are the same, 1 when all are as many.

    Parameters
    ----------
    counts : array_like of int, shape (..., k)
        Pupils who gave each of k answers, k at least 2; the last axis is one task.

    Returns
    -------
    ndarray of float, shape (...)
        ``(1 - Σ share²) · k / (k - 1)``; NaN where nobody answered.

    References
    ----------
    Quintano, Castellano, Longobardi (2009); methodology.md, 9.6.

    Examples
    --------
    >>> answer_heterogeneity([[6, 6, 6, 6], [9, 0, 0, 0], [0, 0, 0, 0]]).tolist()
    [1.0, 0.0, nan]
    """
    values = np.asarray(counts, dtype=float)
    n, k = values.sum(axis=-1, keepdims=True), values.shape[-1]
    shares = np.divide(values, n, out=np.full(values.shape, np.nan), where=n > 0)
    return np.asarray((1 - (shares**2).sum(axis=-1)) * k / (k - 1))


def fluctuation_score(rank_of_gain: ArrayLike, rank_of_next_gain: ArrayLike) -> FloatArray:
    """Score how much a class gained in a year and lost in the next one.

    Parameters
    ----------
    rank_of_gain, rank_of_next_gain : array_like of float, shape (n,)
        Percentile ranks in [0, 1] of the mean gain of each class in a year and in the next year.

    Returns
    -------
    ndarray of float, shape (n,)
        ``rank² + (1 - next rank)²``, from 0 to 2; NaN where a rank is.

    References
    ----------
    Jacob, Levitt (2003); methodology.md, 9.7.

    Examples
    --------
    >>> fluctuation_score([1.0, 0.5], [0.0, 0.5]).tolist()
    [2.0, 0.5]
    """
    gained, lost = np.asarray(rank_of_gain, float), 1 - np.asarray(rank_of_next_gain, float)
    return np.asarray(gained**2 + lost**2)
