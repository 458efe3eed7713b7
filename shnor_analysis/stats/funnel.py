"""Funnel limits of a share or a mean around a target, with and without over-dispersion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import binom, chi2, norm

from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.intervals import share

Side = Literal["lower", "upper"]

# Half a school's weight lies on each side of a median.
MEDIAN = 0.5
# Rounds of centre and spread; in practice two or three are enough.
MAX_ROUNDS = 20


@dataclass(frozen=True)
class Overdispersion:
    """How much more the units differ than sampling alone explains.

    Attributes
    ----------
    phi : float
        Mean winsorised square of the scores; about 1 without over-dispersion.
    tau2 : float
        Additive variance between units on the scale of the scores, never below 0.
    p_value : float
        ``P(chi2_k >= sum z^2)`` of the scores before winsorising: is there over-dispersion at all?
    n_units : int
        Units used; the other fields are NaN when they are fewer than asked for.
    """

    phi: float
    tau2: float
    p_value: float
    n_units: int


@dataclass(frozen=True)
class InnocentSide:
    """Centre and spread of the units, learned from the side that is not suspect.

    Attributes
    ----------
    centre : float
        Weighted median of all units.
    tau2 : float
        Additive variance between units, from the residuals of the innocent side alone.
    n_units : int
        Units used on both sides; the other fields are NaN when they are fewer than asked for.
    error_scale : float
        1, or less where ``tau2`` is 0 and the innocent side differs less than its sampling errors
        allow: these were taken too large, by as much.
    """

    centre: float
    tau2: float
    n_units: int
    error_scale: float


def approximate_limits(
    n: ArrayLike, target: ArrayLike, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Funnel limits of a share by the normal approximation.

    Parameters
    ----------
    n : array_like, shape (n_points,)
        Participants; NaN limits where missing or 0.
    target : array_like of float
        The share all are compared with, a fraction; broadcast with ``n``.
    confidence : float
        0.95 or 0.998: the two-sided share of equal schools that stay inside.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_points,)
        ``target ± z * sqrt(target * (1 - target) / n)``, cut to [0, 1].

    Raises
    ------
    ValueError
        If ``target`` is outside [0, 1] or ``confidence`` outside (0, 1).

    Notes
    -----
    The inverse of the Wilson interval: a share lies outside the limits exactly when its Wilson
    interval does not hold the target.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202. The same limits are published by
    the UK Health Security Agency (package PHEindicatormethods).

    Examples
    --------
    >>> lower, upper = approximate_limits([20], 0.5, 0.95)
    >>> float(lower[0].round(5)), float(upper[0].round(5))
    (0.28087, 0.71913)
    """
    size, centre = _size_and_target(n, target)
    reach = _z(confidence) * np.sqrt(centre * (1 - centre) / size)
    return np.maximum(centre - reach, 0), np.minimum(centre + reach, 1)


def interpolated_quantile(n: ArrayLike, target: ArrayLike, probability: float) -> FloatArray:
    """Quantile of a binomial share, made continuous by linear interpolation.

    Parameters
    ----------
    n : array_like of int, shape (n_points,)
        Participants; NaN where missing or 0.
    target : array_like of float
        Share of the binomial distribution, a fraction; broadcast with ``n``.
    probability : float
        In (0, 1): 0.025, 0.975, …

    Returns
    -------
    ndarray of float, shape (n_points,)
        ``(r - a) / n`` with ``r`` the quantile in pupils and
        ``a = (F(r) - probability) / (F(r) - F(r - 1))``; not below 0.

    Raises
    ------
    ValueError
        If ``target`` is outside [0, 1] or ``probability`` outside (0, 1).

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, appendix.

    Examples
    --------
    >>> interpolated_quantile([20], 0.5, 0.025).round(6).tolist()
    [0.255824]
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability must lie in (0, 1), got {probability}")
    size, centre = _size_and_target(n, target)
    pupils = np.where(np.isnan(size), 1, size)
    count = np.maximum(binom.ppf(probability, pupils, centre), 0)
    up_to, below = binom.cdf(count, pupils, centre), binom.cdf(count - 1, pupils, centre)
    part = (up_to - probability) / (up_to - below)
    return np.where(np.isnan(size), np.nan, np.maximum((count - part) / pupils, 0))


def exact_limits(
    n: ArrayLike, target: ArrayLike, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Funnel limits of a share from the tails of the binomial distribution.

    Parameters
    ----------
    n, target, confidence
        As in :func:`approximate_limits`.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_points,)
        Fractions in [0, 1]; NaN where ``n`` is missing or 0.

    Raises
    ------
    ValueError
        As in :func:`approximate_limits`.

    Notes
    -----
    The lower limit is :func:`interpolated_quantile`. The upper one is the lower limit of those who
    passed, mirrored, and not the upper quantile of the paper: that lies up to one pupil lower and
    would put a school outside whose tail probability is not yet small. So a point lies outside
    exactly when the tail of :func:`tail_probabilities` is below ``(1 - confidence) / 2``, and the
    figure and the list beside it agree.

    Examples
    --------
    >>> lower, upper = exact_limits([20], 0.5, 0.95)
    >>> float(lower[0].round(6)), float(upper[0].round(6))
    (0.255824, 0.744176)
    """
    tail = _tail(confidence)
    passed = 1 - np.asarray(target, dtype=float)
    return interpolated_quantile(n, target, tail), 1 - interpolated_quantile(n, passed, tail)


def tail_probabilities(
    count: ArrayLike, n: ArrayLike, target: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """How rare so few, or so many, would be if the school's share were the target.

    Parameters
    ----------
    count, n : array_like of int, shape (n_schools,)
        ``0 <= count <= n``; NaN results where missing or ``n`` is 0.
    target : array_like of float
        The share compared with, a fraction; broadcast with ``n``.

    Returns
    -------
    at_most, at_least : ndarray of float, shape (n_schools,)
        ``P(X <= count)`` and ``P(X >= count)``. Both include the count itself, so they add up to
        more than 1. They are tails, not the probability of the one point.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` or ``target`` not within [0, 1].

    Examples
    --------
    >>> at_most, at_least = tail_probabilities([5], [20], 0.5)
    >>> float(at_most[0].round(4)), float(at_least[0].round(4))
    (0.0207, 0.9941)
    """
    x = np.where(np.isnan(share(count, n)), np.nan, np.asarray(count, dtype=float))
    size, centre = _size_and_target(n, target)
    return binom.cdf(x, size, centre), binom.sf(x - 1, size, centre)


def arcsine_share(count: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Put shares on the arcsine scale, where their sampling variance does not depend on them.

    Parameters
    ----------
    count, n : array_like of int, shape (n_schools,)
        ``0 <= count <= n``; NaN results where missing or ``n`` is 0.

    Returns
    -------
    y, se : ndarray of float, shape (n_schools,)
        ``asin(sqrt(count / n))``, radians, and ``1 / (2 * sqrt(n))``.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``.

    Notes
    -----
    Below 10 participants the scale is a drawing aid only; verdicts take the exact tails.

    Examples
    --------
    >>> y, se = arcsine_share([6], [12])
    >>> float(y[0].round(4)), float(se[0].round(4))
    (0.7854, 0.1443)
    """
    y = np.arcsin(np.sqrt(share(count, n)))
    size = np.where(np.isnan(y), np.nan, np.asarray(n, dtype=float))
    return y, 1 / (2 * np.sqrt(size))


def overdispersion(z: ArrayLike, se: ArrayLike, *, winsor: float, min_units: int) -> Overdispersion:
    """Over-dispersion of scores around a common target.

    Parameters
    ----------
    z : array_like of float, shape (n_schools,)
        ``(y - target) / se``, the deviation counted in sampling errors.
    se : array_like of float, shape (n_schools,)
        Sampling error of ``y``. Schools with a missing value, or an error that is not positive,
        are left out.
    winsor : float
        Share of schools pulled in at each end, in [0, 0.5); quantiles are interpolated linearly.
    min_units : int
        Fewer schools give no estimate: take the region's.

    Returns
    -------
    Overdispersion

    Raises
    ------
    ValueError
        If ``winsor`` is outside [0, 0.5).

    Notes
    -----
    ``phi`` is the mean winsorised square, ``tau2`` its DerSimonian-Laird form
    ``max(0, (k * phi - (k - 1)) / (sum w - sum w^2 / sum w))`` with ``w = 1 / se^2``. Winsorising
    lowers the squares of clean scores too, so the estimate is on the low side;
    :func:`calibrated_tau2` is the repair.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, section 5; the form of the R
    package FunnelPlotR.

    Examples
    --------
    >>> overdispersion([-2.0, 1.0, 3.0], [1.0, 1.0, 1.0], winsor=0.0, min_units=3).phi
    4.666666666666667
    """
    _check_winsor(winsor)
    scores, error = _usable(z, se)
    k = len(scores)
    if k < max(min_units, 2):
        return Overdispersion(np.nan, np.nan, np.nan, k)
    phi = float(np.mean(_winsorised(scores, winsor) ** 2))
    weight = 1 / error**2
    spread = weight.sum() - (weight**2).sum() / weight.sum()
    tau2 = max(0.0, (k * phi - (k - 1)) / spread)
    return Overdispersion(phi, float(tau2), float(chi2.sf(np.sum(scores**2), k)), k)


def calibrated_tau2(
    y: ArrayLike, se: ArrayLike, centre: float, *, winsor: float, min_units: int
) -> float:
    """Additive variance at which the winsorised scores are as large as clean ones would be.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Values and their sampling errors; schools with a missing value, or an error that is not
        positive, are left out.
    centre : float
        The target on the scale of ``y``.
    winsor : float
        Share of schools pulled in at each end, in [0, 0.5).
    min_units : int
        Fewer schools give NaN.

    Returns
    -------
    float
        The ``tau2`` for which the mean winsorised square of ``(y - centre) / sqrt(se^2 + tau2)``
        equals its value under N(0, 1); 0 when the scores are not larger even without it.

    Raises
    ------
    ValueError
        If ``winsor`` is outside [0, 0.5).

    Notes
    -----
    Ten per cent at each end leave a second moment of 0.68 instead of 1, twenty per cent 0.41;
    comparing with 1, as :func:`overdispersion` does, finds too little variance.
    """
    _check_winsor(winsor)
    values, error = _usable(y, se)
    if len(values) < max(min_units, 2):
        return np.nan
    expected = _winsorised_second_moment(winsor)
    residual = values - centre

    def excess(tau2: float) -> float:
        scores = residual / np.sqrt(error**2 + tau2)
        return float(np.mean(_winsorised(scores, winsor) ** 2)) - expected

    return _root(excess, residual)


def innocent_side(
    y: ArrayLike, se: ArrayLike, *, side: Side, winsor: float, min_units: int
) -> InnocentSide:
    """Centre and spread when some of the units on one side may not belong.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Values and their sampling errors; schools with a missing value, or an error that is not
        positive, are left out.
    side : {"lower", "upper"}
        Where the units are beyond suspicion: "lower" when suspect values are too high.
    winsor : float
        Share of all schools pulled in at the far end of that side, in [0, 0.5): 0.2 pulls in the
        farthest 40 per cent of the half.
    min_units : int
        Fewer schools give NaN.

    Returns
    -------
    InnocentSide

    Raises
    ------
    ValueError
        If ``side`` is not one of the two, or ``winsor`` outside [0, 0.5).

    Notes
    -----
    Ten to thirty per cent of suspect schools inflate a symmetric spread and hide behind it. Their
    values lie on one side only, so the centre is the median weighted by ``1 / (se^2 + tau2)`` and
    ``tau2`` comes from the other side, calibrated as in :func:`calibrated_tau2`. Both depend on
    each other and are repeated until the centre stays.
    """
    if side not in ("lower", "upper"):
        raise ValueError(f"side must be 'lower' or 'upper', got {side!r}")
    _check_winsor(winsor)
    values, error = _usable(y, se)
    k = len(values)
    if k < max(min_units, 2):
        return InnocentSide(np.nan, np.nan, k, np.nan)
    sign = -1.0 if side == "lower" else 1.0
    expected = _winsorised_second_moment(winsor)
    tau2, centre = 0.0, np.nan
    for _ in range(MAX_ROUNDS):
        before, centre = centre, _weighted_median(values, 1 / (error**2 + tau2))
        distance = sign * (values - centre)
        kept = distance >= 0
        tau2 = _half_tau2(distance[kept], error[kept], 1 - 2 * winsor, expected)
        if centre == before:
            break
    moment = _half_moment(distance[kept], error[kept], tau2, 1 - 2 * winsor)
    scale = min(float(np.sqrt(moment / expected)), 1.0) if tau2 == 0 else 1.0
    return InnocentSide(centre, tau2, k, scale)


def overdispersed_share_limits(
    n: ArrayLike, target: ArrayLike, tau2: float, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Prediction limits of a share: sampling error and real differences between schools.

    Parameters
    ----------
    n, target, confidence
        As in :func:`approximate_limits`.
    tau2 : float
        Variance between schools on the arcsine scale; NaN gives NaN limits.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_points,)
        ``sin(asin(sqrt(target)) ± z * sqrt(1 / (4 n) + tau2))^2``; the angle is held within
        [0, pi / 2] before the sine is squared, so the limits do not turn back.

    Raises
    ------
    ValueError
        As in :func:`approximate_limits`, and if ``tau2`` is negative.

    Examples
    --------
    >>> lower, upper = overdispersed_share_limits([30], 0.214815, 0.0131463, 0.95)
    >>> float(lower[0].round(4)), float(upper[0].round(4))
    (0.0374, 0.4838)
    """
    size, centre = _size_and_target(n, target)
    angle = np.arcsin(np.sqrt(centre))
    low, high = additive_limits(angle, 1 / (2 * np.sqrt(size)), tau2, confidence)
    right_angle = np.pi / 2
    return np.sin(np.clip(low, 0, right_angle)) ** 2, np.sin(np.clip(high, 0, right_angle)) ** 2


def additive_limits(
    target: ArrayLike, se: ArrayLike, tau2: float, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Prediction limits of a mean, or of any value with a known sampling error.

    Parameters
    ----------
    target : array_like of float
        The value all are compared with.
    se : array_like of float, shape (n_points,)
        Sampling error at each point of the funnel.
    tau2 : float
        Variance between schools in squared units of the value; 0 gives the plain limits.
    confidence : float
        0.95 or 0.998, two-sided.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_points,)
        ``target ± z * sqrt(se^2 + tau2)``, not cut to any scale.

    Raises
    ------
    ValueError
        If ``tau2`` is negative or ``confidence`` outside (0, 1).

    Examples
    --------
    >>> lower, upper = additive_limits(50.0, [3.0], 16.0, 0.95)
    >>> float(lower[0].round(2)), float(upper[0].round(2))
    (40.2, 59.8)
    """
    reach = _z(confidence) * np.sqrt(_total_variance(se, tau2))
    centre = np.asarray(target, dtype=float)
    return centre - reach, centre + reach


def additive_z(y: ArrayLike, se: ArrayLike, centre: ArrayLike, tau2: float) -> FloatArray:
    """Deviation from the centre, counted in sampling error and real differences together.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Values and their sampling errors.
    centre : array_like of float
        The target; broadcast with ``y``.
    tau2 : float
        Variance between schools.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        ``(y - centre) / sqrt(se^2 + tau2)``; NaN where a value is missing or ``se`` is not
        positive: an error of 0 means that it is not known.

    Raises
    ------
    ValueError
        If ``tau2`` is negative.

    Examples
    --------
    >>> additive_z([60.0, 60.0], [3.0, 0.0], 50.0, 16.0).tolist()
    [2.0, nan]
    """
    error = np.asarray(se, dtype=float)
    known = np.where(error > 0, error, np.nan)
    deviation = np.asarray(y, dtype=float) - np.asarray(centre, dtype=float)
    return np.asarray(deviation / np.sqrt(_total_variance(known, tau2)))


def _total_variance(se: ArrayLike, tau2: float) -> FloatArray:
    if tau2 < 0:
        raise ValueError(f"tau2 must not be negative, got {tau2}")
    return np.asarray(se, dtype=float) ** 2 + tau2


def _size_and_target(n: ArrayLike, target: ArrayLike) -> tuple[FloatArray, FloatArray]:
    size, centre = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(target, dtype=float))
    if np.any((centre < 0) | (centre > 1)):
        raise ValueError("target must be a fraction in [0, 1]")
    return np.where(size > 0, size, np.nan), centre


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be a fraction in (0, 1), got {confidence}")
    return (1 - confidence) / 2


def _z(confidence: float) -> float:
    return float(norm.isf(_tail(confidence)))


def _usable(values: ArrayLike, se: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Units whose value and positive, finite sampling error are both known."""
    value, error = np.broadcast_arrays(np.asarray(values, dtype=float), np.asarray(se, dtype=float))
    known = np.isfinite(value) & np.isfinite(error) & (error > 0)
    return value[known], error[known]


def _check_winsor(winsor: float) -> None:
    if not 0 <= winsor < MEDIAN:
        raise ValueError(f"winsor must lie in [0, 0.5), got {winsor}")


def _winsorised(scores: FloatArray, winsor: float) -> FloatArray:
    low, high = np.quantile(scores, [winsor, 1 - winsor])
    return np.clip(scores, low, high)


def _winsorised_second_moment(winsor: float) -> float:
    """E[z^2] of a standard normal value pulled in at both ends."""
    if winsor == 0:
        return 1.0
    edge = float(norm.isf(winsor))
    return float(1 - 2 * winsor - 2 * edge * norm.pdf(edge) + 2 * winsor * edge**2)


def _half_tau2(
    distance: FloatArray, error: FloatArray, kept_share: float, expected: float
) -> float:
    """Variance from the distances of one half; a half winsorises like the whole, mirrored."""

    def excess(tau2: float) -> float:
        return _half_moment(distance, error, tau2, kept_share) - expected

    return _root(excess, distance)


def _half_moment(distance: FloatArray, error: FloatArray, tau2: float, kept_share: float) -> float:
    """Mean square of the scores of one half, its far end pulled in."""
    scores = distance / np.sqrt(error**2 + tau2)
    return float(np.mean(np.minimum(scores, np.quantile(scores, kept_share)) ** 2))


def _root(excess: Callable[[float], float], residual: FloatArray) -> float:
    """Where the falling function crosses 0; 0 when it starts below."""
    if excess(0.0) <= 0:
        return 0.0
    highest = float(np.max(residual**2))
    while excess(highest) > 0:
        highest *= 2
    return float(brentq(excess, 0.0, highest))


def _weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """Smallest value with at least half of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) >= MEDIAN * weight.sum()
    return float(values[order][np.argmax(reached)])
