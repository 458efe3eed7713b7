"""Spread of the scores of a class, given their mean: more alike than is usual."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, polygamma

from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.bunching import tilt_rate, tilted

# Squared points: the least variance a class is given; all alike would have the logarithm of 0.
SMALLEST_VARIANCE = 0.5


def log_variance(n: ArrayLike, variance: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Logarithm of a sample variance without the bias of few pupils, and its error.

    Parameters
    ----------
    n : array_like of int, shape (n_classes,)
        Pupils; NaN results below two.
    variance : array_like of float, shape (n_classes,)
        Sample variance with ``n - 1`` in the denominator, points squared; taken as
        ``SMALLEST_VARIANCE`` where it is less.

    Returns
    -------
    value, se : ndarray of float, shape (n_classes,)
        ``log s^2 - digamma(df / 2) + log(df / 2)`` with ``df = n - 1``, and
        ``sqrt(trigamma(df / 2))``.

    Notes
    -----
    Without the correction the mean of ``log s^2`` of four pupils lies 0.37 below the logarithm of
    the true variance, and every small class would look alike.

    References
    ----------
    Bartlett, Kendall (1946), Supplement to the JRSS 8, 128-138.

    Examples
    --------
    >>> value, se = log_variance([3], [1.0])
    >>> float(value[0].round(4)), float(se[0].round(4))
    (0.5772, 1.2825)
    """
    half = (np.asarray(n, dtype=float) - 1) / 2
    half = np.where(half > 0, half, np.nan)
    least = np.maximum(np.asarray(variance, dtype=float), SMALLEST_VARIANCE)
    value = np.log(least) - digamma(half) + np.log(half)
    return value, np.where(np.isnan(value), np.nan, np.sqrt(polygamma(1, half)))


def usual_variance(pmf: ArrayLike, mean: ArrayLike) -> FloatArray:
    """Variance that the region's distribution has when it is tilted to a mean.

    Parameters
    ----------
    pmf : array_like of float, shape (n_scores,)
        Distribution of the scores 0, 1, 2, … of the same work in the region.
    mean : array_like of float, shape (n_classes,)
        Mean score of each class.

    Returns
    -------
    ndarray of float, shape (n_classes,)
        Points squared, never below ``SMALLEST_VARIANCE``; NaN where the mean is at an end of the
        possible scores.

    Notes
    -----
    A good class comes near the end of the scale and its scores near each other without any help:
    so the spread is always compared at the same mean.

    Examples
    --------
    >>> usual_variance([1, 1, 1, 1, 1], [2.0]).round(6).tolist()
    [2.0]
    """
    weight = tilted(pmf, tilt_rate(pmf, mean))
    scores = np.arange(weight.shape[1])
    variance = weight @ scores**2 - (weight @ scores) ** 2
    return np.asarray(np.maximum(variance, SMALLEST_VARIANCE))
