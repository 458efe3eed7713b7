"""Trends over three years and more: shares, and values whose errors are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from shnor_analysis.stats.arrays import FloatArray, IntArray, float_table
from shnor_analysis.stats.intervals import plain_floats

# The p of a straight line through two points says nothing that their difference does not.
FEWEST_YEARS = 3


@dataclass(frozen=True)
class ShareTrend:
    """Cochran–Armitage test of each unit: arrays of shape (n_units,); NaN where it cannot be told.

    ``slope`` is the change of the share a year, ``z`` the statistic (its square has one degree of
    freedom), ``p`` two-sided, ``n_years`` years with anybody, ``smallest_expected`` the smallest
    expected count: below 3 the test is not to be trusted.
    """

    slope: FloatArray
    z: FloatArray
    p: FloatArray
    n_years: IntArray
    smallest_expected: FloatArray


@dataclass(frozen=True)
class KnownErrorTrend:
    """Weighted line of each unit: arrays of shape (n_units,); NaN with fewer than three years.

    ``slope`` a year with its standard error, ``p`` two-sided, ``q_residual`` the sum of squared
    standardised residuals with ``n_years - 2`` degrees of freedom: large when the years jump more
    than the errors and ``tau2`` let expect.
    """

    slope: FloatArray
    slope_se: FloatArray
    p: FloatArray
    n_years: IntArray
    q_residual: FloatArray


def share_trend(count: ArrayLike, n: ArrayLike, years: ArrayLike) -> ShareTrend:
    """Test whether shares rise or fall linearly over the years.

    Parameters
    ----------
    count, n : array_like of int, shape (n_units, n_years)
        ``0 <= count <= n``; NaN, or ``n == 0``, where nobody wrote.
    years : array_like of float, shape (n_years,)
        Their places on the time axis; gaps are gaps.

    Returns
    -------
    ShareTrend
        With fewer than three years, or all results alike, only ``n_years`` is told.

    Raises
    ------
    ValueError
        If a count is not within ``[0, n]`` or the years do not fit the columns.

    Notes
    -----
    ``T**2 / V`` with the variance that divides by N, as R's ``prop.trend.test``. The test of
    statsmodels (``Table.test_ordinal_association``) divides by N - 1.

    References
    ----------
    Cochran (1954), Biometrics 10, 417-451; Armitage (1955), Biometrics 11, 375-386.

    Examples
    --------
    R, ``prop.trend.test(c(83, 90, 129, 70), c(86, 93, 136, 82))``: X-squared = 8.2249.

    >>> found = share_trend([[83, 90, 129, 70]], [[86, 93, 136, 82]], [1, 2, 3, 4])
    >>> float((found.z[0] ** 2).round(4)), float(found.p[0].round(6))
    (8.2249, 0.004132)
    """
    x, size, at = float_table(count), float_table(n), plain_floats(years)
    if x.shape != size.shape or x.shape[1:] != at.shape:
        raise ValueError("counts, sizes and years must have the same columns")
    known = (size > 0) & ~np.isnan(x)
    if np.any(known & ((x < 0) | (x > size))):
        raise ValueError("count must lie within [0, n]")
    x, size = np.where(known, x, 0.0), np.where(known, size, 0.0)
    n_years = known.sum(axis=1)
    total = size.sum(axis=1)
    safe = np.where(total > 0, total, 1.0)
    mean = x.sum(axis=1) / safe
    centred = at - (size * at).sum(axis=1, keepdims=True) / safe[:, None]
    spread = (size * centred**2).sum(axis=1)
    moment = (centred * x).sum(axis=1)
    usable = (n_years >= FEWEST_YEARS) & (spread > 0) & (mean > 0) & (mean < 1)
    variance = np.where(usable, mean * (1 - mean) * spread, 1.0)
    z = np.where(usable, moment / np.sqrt(variance), np.nan)
    slope = np.where(usable, moment / np.where(usable, spread, 1.0), np.nan)
    fewest = np.where(known, size, total[:, None]).min(axis=1, initial=np.inf)
    rarer = np.where(usable, fewest, 0.0) * np.minimum(mean, 1 - mean)
    return ShareTrend(slope, z, 2 * norm.sf(np.abs(z)), n_years, np.where(usable, rarer, np.nan))


def known_error_trend(
    values: ArrayLike, errors: ArrayLike, years: ArrayLike, *, tau2: float
) -> KnownErrorTrend:
    """Fit a line to a few yearly values whose standard errors are known.

    Parameters
    ----------
    values, errors : array_like of float, shape (n_units, n_years)
        Value and its standard error; a year without a value, or with an error of 0 or none, does
        not count.
    years : array_like of float, shape (n_years,)
        Their places on the time axis.
    tau2 : float
        Variance by which values jump from year to year beyond their errors
        (:func:`year_to_year_variance`).

    Returns
    -------
    KnownErrorTrend
        The error of the slope comes from the known errors, not from three residuals.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``tau2`` is negative.

    Examples
    --------
    >>> found = known_error_trend([[0.0, 0.1, 0.4]], [[0.1, 0.1, 0.1]], [1, 2, 3], tau2=0.0)
    >>> [round(float(v[0]), 4) for v in (found.slope, found.slope_se, found.q_residual)]
    [0.2, 0.0707, 0.6667]
    """
    if tau2 < 0:
        raise ValueError(f"tau2 must not be negative, got {tau2}")
    y, se, at = float_table(values), float_table(errors), plain_floats(years)
    if y.shape != se.shape or y.shape[1:] != at.shape:
        raise ValueError("values, errors and years must have the same columns")
    known = ~np.isnan(y) & (se > 0)
    weight = np.where(known, 1 / (np.where(known, se, 1.0) ** 2 + tau2), 0.0)
    y = np.where(known, y, 0.0)
    n_years = known.sum(axis=1)
    usable = n_years >= FEWEST_YEARS
    total = np.where(usable, weight.sum(axis=1), 1.0)
    time = at - ((weight * at).sum(axis=1) / total)[:, None]
    level = (weight * y).sum(axis=1) / total
    information = np.where(usable, (weight * time**2).sum(axis=1), 1.0)
    slope = (weight * time * y).sum(axis=1) / information
    residual = y - level[:, None] - slope[:, None] * time
    slope_se = 1 / np.sqrt(information)
    p = 2 * norm.sf(np.abs(slope / slope_se))
    return KnownErrorTrend(
        np.where(usable, slope, np.nan),
        np.where(usable, slope_se, np.nan),
        np.where(usable, p, np.nan),
        n_years,
        np.where(usable, (weight * residual**2).sum(axis=1), np.nan),
    )


def year_to_year_variance(
    values: ArrayLike, errors: ArrayLike, years: ArrayLike, *, min_units: int
) -> float:
    """How much values jump from year to year beyond their errors, over all units together.

    Parameters
    ----------
    values, errors, years
        As in :func:`known_error_trend`.
    min_units : int
        With fewer units that have three years the variance is not estimated.

    Returns
    -------
    float
        The variance at which the residuals of half of the units are below their median; 0 when
        the years jump no more than the errors let expect, NaN with fewer than ``min_units``.
        The median keeps units with a real bend from setting it.

    Raises
    ------
    ValueError
        As in :func:`known_error_trend`.
    """

    def excess(tau2: float) -> float:
        found = known_error_trend(values, errors, years, tau2=tau2)
        q, df = found.q_residual, found.n_years - 2
        enough = ~np.isnan(q)
        return float(np.median(chi2.cdf(q[enough], df[enough]))) - 1 / 2

    units = known_error_trend(values, errors, years, tau2=0.0)
    if int((~np.isnan(units.q_residual)).sum()) < max(min_units, 1):
        return float("nan")
    if excess(0.0) <= 0:
        return 0.0
    y = float_table(values)
    spread = float(np.nanmax(y) - np.nanmin(y))
    return float(brentq(excess, 0.0, max(spread, 1e-6) ** 2 * 4))
