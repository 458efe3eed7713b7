"""How often chance alone brings a school of a given size over a threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import betabinom, binom

from shnor_analysis.stats.arrays import FloatArray


def failures_needed(n: ArrayLike, numerator: int, denominator: int) -> np.ndarray:
    """Smallest whole count ``x`` with ``denominator * x >= numerator * n``.

    Parameters
    ----------
    n : array_like of int, shape (n_cells,)
        Participants.
    numerator, denominator : int
        The threshold share as a fraction of whole numbers, so that 3 of 10 is exactly 30 %.

    Returns
    -------
    ndarray of int, shape (n_cells,)
        At least 1: a school where nobody failed never reaches a threshold.

    Examples
    --------
    >>> failures_needed([3, 10, 26], 3, 10).tolist()
    [1, 3, 8]
    """
    size = np.asarray(n, dtype=np.int64)
    return np.maximum(-(-numerator * size // denominator), 1)


def chance_over_threshold(
    n: ArrayLike, true_share: ArrayLike, numerator: int, denominator: int
) -> FloatArray:
    """Probability that a school whose true share is known reaches the threshold by chance.

    Parameters
    ----------
    n : array_like of int, shape (n_cells,)
        Participants; 0 gives 0.
    true_share : array_like of float
        The share the school would have in the long run, a fraction; broadcast with ``n``.
    numerator, denominator : int
        The threshold as in :func:`failures_needed`.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        ``1 - F(x_needed - 1; n, true_share)`` of the binomial distribution.

    Examples
    --------
    >>> chance_over_threshold([10], 0.15, 3, 10).round(3).tolist()
    [0.18]
    """
    size = np.asarray(n, dtype=np.int64)
    needed = failures_needed(size, numerator, denominator)
    return np.asarray(binom.sf(needed - 1, size, true_share), dtype=float)


def predictive_over_threshold(
    n: ArrayLike, alpha: ArrayLike, beta: ArrayLike, numerator: int, denominator: int
) -> FloatArray:
    """Probability that a school whose share is known up to a posterior reaches the threshold.

    Parameters
    ----------
    n : array_like of int, shape (n_cells,)
        Participants; 0 gives 0.
    alpha, beta : array_like of float, shape (n_cells,)
        Beta distribution of the share; NaN gives NaN.
    numerator, denominator : int
        The threshold as in :func:`failures_needed`.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Upper tail of the beta-binomial distribution: both the share and its pupils are drawn anew.

    Examples
    --------
    With a uniform posterior every count from 0 to 10 is equally likely; 3 and more are 8 of 11.

    >>> predictive_over_threshold([10], [1.0], [1.0], 3, 10).round(6).tolist()
    [0.727273]
    """
    size = np.asarray(n, dtype=np.int64)
    a, b = np.asarray(alpha, dtype=float), np.asarray(beta, dtype=float)
    if size.size == 0:
        return np.zeros(size.shape)
    needed = failures_needed(size, numerator, denominator)
    count = np.arange(int(size.max()) + 1)
    with np.errstate(invalid="ignore"):
        mass = betabinom.pmf(count, size[..., None], a[..., None], b[..., None])
    over = np.where(count >= needed[..., None], mass, 0.0).sum(axis=-1)
    return np.where(np.isnan(a + b), np.nan, np.minimum(over, 1.0))
