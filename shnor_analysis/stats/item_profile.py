"""Profile of a group over the tasks of a work, against others of the same level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, expit, logit, polygamma
from scipy.stats import chi2

from shnor_analysis.stats.arrays import BoolArray, FloatArray, float_table

# A task all or nobody solved is put this far inside: logits stay finite.
EDGE = 1e-3
MAX_STEPS = 60
CLOSE_ENOUGH = 1e-12
LARGEST_SHIFT = 20.0
MIN_TASKS = 3


@dataclass(frozen=True)
class Inversion:
    """Easy tasks solved worse and hard ones better than in the region; arrays, one per group.

    Attributes
    ----------
    correlation : ndarray of float
        Of the region's shares with the differences of the group; NaN when either is constant.
    easy_gap, hard_gap : ndarray of float
        Mean difference over the easier and over the harder half of the tasks.
    is_inverted : ndarray of bool
        ``easy_gap < 0 < hard_gap``.
    """

    correlation: FloatArray
    easy_gap: FloatArray
    hard_gap: FloatArray
    is_inverted: BoolArray


def shifted_profile(share: ArrayLike, weight: ArrayLike, total: ArrayLike) -> FloatArray:
    """Shares of the region moved on the logit scale to the total of each group.

    Parameters
    ----------
    share : array_like of float, shape (n_tasks,)
        Mean part of the maximum of each task in the region.
    weight : array_like of float, shape (n_tasks,)
        Maximum of each task.
    total : array_like of float, shape (n_groups,)
        Mean part of all points in each group; NaN, 0 and 1 give NaN: there is nothing to shift to.

    Returns
    -------
    ndarray of float, shape (n_groups, n_tasks)
        ``expit(logit(p) + shift)``, the shift such that the weighted mean is ``total``.

    Examples
    --------
    >>> shifted_profile([0.2, 0.8], [1, 1], [0.5]).round(6).tolist()
    [[0.2, 0.8]]
    """
    base = logit(np.clip(np.asarray(share, dtype=float), EDGE, 1 - EDGE))
    part = np.asarray(weight, dtype=float) / np.sum(weight)
    wanted = np.asarray(total, dtype=float)
    is_inside = (wanted > 0) & (wanted < 1)
    goal = np.where(is_inside, wanted, 0.5)
    low, high = np.full(goal.shape, -LARGEST_SHIFT), np.full(goal.shape, LARGEST_SHIFT)
    shift = np.zeros(goal.shape)
    for _ in range(MAX_STEPS):
        profile = expit(base + shift[:, None])
        found = profile @ part
        low, high = np.where(found < goal, shift, low), np.where(found >= goal, shift, high)
        slope = np.maximum((profile * (1 - profile)) @ part, np.finfo(float).tiny)
        step = shift + (goal - found) / slope
        shift = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        if np.abs(found - goal).max(initial=0) < CLOSE_ENOUGH:
            break
    return np.where(is_inside[:, None], expit(base + shift[:, None]), np.nan)


def profile_misfit(
    n: ArrayLike, share: ArrayLike, expected: ArrayLike, dispersion: ArrayLike
) -> FloatArray:
    """Mean square deviation of a profile, counted in sampling variances.

    Parameters
    ----------
    n : array_like of int, shape (n_groups,)
        Pupils.
    share : array_like of float, shape (n_groups, n_tasks)
        Parts of the maximum reached by each group; NaN where a task was not taught.
    expected : array_like of float, shape (n_groups, n_tasks)
        From :func:`shifted_profile`.
    dispersion : array_like of float, shape (n_tasks,)
        Variance of a pupil's part over that of a task of one point: 1 for such a task, less where
        pupils get part of the points.

    Returns
    -------
    ndarray of float, shape (n_groups,)
        ``mean over tasks of n (q - e)^2 / (dispersion e (1 - e))``, about 1 when only chance
        separates the group from the region; NaN with fewer than three tasks.

    Examples
    --------
    >>> profile_misfit([25], [[0.6, 0.5, 0.5]], [[0.5, 0.5, 0.5]], [1, 1, 1]).round(4).tolist()
    [0.3333]
    """
    size, e = np.asarray(n, dtype=float), float_table(expected)
    squares = (float_table(share) - e) ** 2 / (np.asarray(dispersion, dtype=float) * e * (1 - e))
    known = np.isfinite(squares)
    n_tasks = known.sum(axis=1)
    total = np.where(known, squares, 0.0).sum(axis=1)
    return np.where(n_tasks >= MIN_TASKS, size * total / np.maximum(n_tasks, 1), np.nan)


def misfit_p(misfit: ArrayLike, n_tasks: ArrayLike) -> FloatArray:
    """How rare so large a misfit of one profile is.

    Parameters
    ----------
    misfit : array_like of float, shape (n,)
        From :func:`profile_misfit`, over what is usual for groups of this size.
    n_tasks : array_like of int
        Tasks of the work; broadcast with ``misfit``.

    Returns
    -------
    ndarray of float, shape (n,)
        Upper tail of chi-square with ``n_tasks - 1`` degrees of freedom at ``misfit * n_tasks``:
        one degree goes to the total. NaN where ``misfit`` is.

    Examples
    --------
    >>> misfit_p([2.0], [10]).round(4).tolist()
    [0.0179]
    """
    m = np.asarray(n_tasks, dtype=float)
    return np.asarray(chi2.sf(np.asarray(misfit, dtype=float) * m, m - 1))


def log_misfit(misfit: ArrayLike, n_tasks: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Logarithm of the misfit without the bias of a logarithm, and its error.

    Parameters
    ----------
    misfit : array_like of float, shape (n,)
        From :func:`profile_misfit`, over what is usual for groups of this size; NaN where 0.
    n_tasks : array_like of int
        Tasks of the work; one degree of freedom goes to the total. Broadcast with ``misfit``.

    Returns
    -------
    value, se : ndarray of float, shape (n,)
        ``log(misfit) - digamma(df / 2) + log(df / 2)`` and ``sqrt(trigamma(df / 2))``: mean 0 and
        this error when the squares are those of independent normal values.

    Examples
    --------
    >>> value, se = log_misfit([1.0], [11])
    >>> float(value[0].round(4)), float(se[0].round(4))
    (0.1033, 0.4704)
    """
    value, half = np.broadcast_arrays(
        np.asarray(misfit, dtype=float), (np.asarray(n_tasks, dtype=float) - 1) / 2
    )
    usable = np.where((value > 0) & (half > 0), value, np.nan)
    safe = np.where(half > 0, half, np.nan)
    error = np.sqrt(polygamma(1, safe))
    return np.log(usable) - digamma(safe) + np.log(safe), np.where(np.isnan(usable), np.nan, error)


def profile_inversion(share: ArrayLike, region: ArrayLike) -> Inversion:
    """Compare a profile with the region's over the easier and the harder half of the tasks.

    Parameters
    ----------
    share : array_like of float, shape (n_groups, n_tasks)
        Parts of the maximum reached by each group.
    region : array_like of float, shape (n_tasks,)
        The same in the region. With an odd number of tasks the middle one is in neither half.

    Returns
    -------
    Inversion

    References
    ----------
    Рособрнадзор (2017), a sign of results that need a check; methodology.md, 4.6.

    Examples
    --------
    >>> found = profile_inversion([[0.8, 0.6]], [0.9, 0.5])
    >>> bool(found.is_inverted[0]), float(found.easy_gap[0].round(2))
    (True, -0.1)
    """
    q, p = float_table(share), np.asarray(region, dtype=float)
    gap = q - p
    order = np.argsort(-p, kind="stable")
    half = len(p) // 2
    easy, hard = gap[:, order[:half]].mean(axis=1), gap[:, order[len(p) - half :]].mean(axis=1)
    p_centred = p - p.mean()
    g_centred = gap - gap.mean(axis=1, keepdims=True)
    length = np.sqrt((p_centred**2).sum() * (g_centred**2).sum(axis=1))
    correlation = np.divide(
        g_centred @ p_centred, length, out=np.full(len(q), np.nan), where=length > 0
    )
    return Inversion(correlation, easy, hard, (easy < 0) & (hard > 0))
