"""Intervals and posterior probabilities of one share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, norm

from shnor_analysis.stats.arrays import FloatArray


def share(count: ArrayLike, n: ArrayLike) -> FloatArray:
    """Observed share.

    Parameters
    ----------
    count, n : array_like of int, shape (n_cells,)
        ``0 <= count <= n``; missing values give NaN.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Fractions in [0, 1]; NaN where ``n == 0``: no pupils is not zero per cent.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` anywhere.

    Examples
    --------
    >>> share([3, 0], [10, 0]).tolist()
    [0.3, nan]
    """
    x, size = counts_and_sizes(count, n)
    return np.divide(x, size, out=np.full(x.shape, np.nan), where=size > 0)


def wilson_interval(
    count: ArrayLike, n: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson score interval of a share.

    Parameters
    ----------
    count, n : array_like of int, shape (n_cells,)
        ``0 <= count <= n``; missing values give NaN bounds.
    confidence : float
        Two-sided level as a fraction (0.95, not 95).

    Returns
    -------
    lower, upper : ndarray of float, shape (n_cells,)
        Fractions in [0, 1], unrounded; NaN where ``n == 0``. The lower bound is exactly 0 at
        ``count == 0`` and the upper exactly 1 at ``count == n``.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` or ``confidence`` not within (0, 1).

    Notes
    -----
    All pupils wrote the work, so the share itself has no sampling error. The interval says how
    far it could have been with the same teaching and another cohort of the same size.
    The normal approximation (Wald) is never used: its true coverage in schools of 3-5 pupils
    is about 37 per cent instead of 95.

    References
    ----------
    Wilson (1927), JASA 22(158), 209-212.

    Examples
    --------
    >>> lower, upper = wilson_interval([65], [100])
    >>> float(lower[0].round(6)), float(upper[0].round(6))
    (0.552544, 0.736358)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be a fraction in (0, 1), got {confidence}")
    x, size = counts_and_sizes(count, n)
    z = float(norm.isf((1 - confidence) / 2))
    known = size > 0
    safe = np.where(known, size, 1.0)
    centre = 2 * x + z**2
    spread = z * np.sqrt(z**2 + 4 * x * (1 - x / safe))
    scale = 2 * (safe + z**2)
    lower = np.where(x == 0, 0.0, (centre - spread) / scale)
    upper = np.where(x == size, 1.0, (centre + spread) / scale)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def probability_at_least(count: ArrayLike, n: ArrayLike, threshold: float) -> FloatArray:
    """Posterior probability that the underlying share is not below a threshold.

    Parameters
    ----------
    count, n : array_like of int, shape (n_cells,)
        ``0 <= count <= n``; missing values give NaN.
    threshold : float
        A fraction in (0, 1).

    Returns
    -------
    ndarray of float, shape (n_cells,)
        ``P(theta >= threshold | count, n)`` under the Jeffreys prior Beta(1/2, 1/2);
        NaN where ``n == 0`` (the prior alone is no evidence).

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` or ``threshold`` not within (0, 1).

    References
    ----------
    Brown, Cai, DasGupta (2001), Statistical Science 16(2), 101-133, section 3.

    Examples
    --------
    >>> probability_at_least([3], [10], 0.30).round(4).tolist()
    [0.5193]
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a fraction in (0, 1), got {threshold}")
    x, size = counts_and_sizes(count, n)
    posterior = beta.sf(threshold, x + 0.5, size - x + 0.5)
    return np.where(size > 0, posterior, np.nan)


def counts_and_sizes(count: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Counts and group sizes as floats of one shape; refuses a count outside ``[0, n]``."""
    x, size = np.broadcast_arrays(plain_floats(count), plain_floats(n))
    if np.any((x < 0) | (x > size)):
        raise ValueError("count must lie within [0, n]")
    return x, size


def plain_floats(values: ArrayLike) -> FloatArray:
    """Plain floats; pandas' nullable integers become NaN where missing."""
    if hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy(dtype=float, na_value=np.nan))
    return np.asarray(values, dtype=float)
