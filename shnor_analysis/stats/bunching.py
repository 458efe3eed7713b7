"""Heaps of scores just above the threshold of a mark, against what the region's scores would give.

Tasks worth several points and verbal conditions make honest gaps at fixed scores, and everyone
rounds up a little. So the counterfactual is always the distribution of the same work in the region,
never an even split.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom

from shnor_analysis.stats.arrays import FloatArray, float_table

# Points looked at on each side of a threshold.
WINDOW = 2
# Newton steps of an exact tilt; far fewer are needed.
MAX_STEPS = 60
CLOSE_ENOUGH = 1e-10
# The steepest tilt, per point, that is tried: beyond it all pupils have one score.
STEEPEST = 20.0


@dataclass(frozen=True)
class ThresholdExcess:
    """Pupils around thresholds; every array has shape (n_schools, n_cuts).

    Attributes
    ----------
    observed : ndarray of float
        Pupils within the window at the threshold or above.
    expected : ndarray of float
        As many as the region's distribution, tilted to the school's mean, would put there.
    variance : ndarray of float
        Binomial variance of ``observed``.
    n_window : ndarray of float
        Pupils in both halves of the window.
    """

    observed: FloatArray
    expected: FloatArray
    variance: FloatArray
    n_window: FloatArray


def tilted(pmf: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Distributions ``f(x) e^(rate x)``, each made to add up to one.

    Parameters
    ----------
    pmf : array_like of float, shape (n_scores,)
        Probabilities, or counts, of the scores 0, 1, 2, …
    rate : array_like of float, shape (n_schools,)
        Per point; 0 leaves the distribution as it is, NaN gives NaN.

    Returns
    -------
    ndarray of float, shape (n_schools, n_scores)

    Examples
    --------
    >>> tilted([0.5, 0.5], [0.0, np.log(3)]).round(2).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    base = np.asarray(pmf, dtype=float)
    exponent = np.asarray(rate, dtype=float)[:, None] * np.arange(len(base))
    # the largest exponent of a row becomes 0: nothing overflows
    highest = np.where(base > 0, exponent, -np.inf).max(axis=1, keepdims=True)
    weight = base * np.exp(np.where(base > 0, exponent - highest, -np.inf))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def tilt_rate(pmf: ArrayLike, mean: ArrayLike) -> FloatArray:
    """Rate at which the tilted distribution has a given mean.

    Parameters
    ----------
    pmf : array_like of float, shape (n_scores,)
        As in :func:`tilted`; at least two scores must be possible.
    mean : array_like of float, shape (n_schools,)
        Means to reach, strictly between the smallest and the largest possible score; NaN results
        elsewhere.

    Returns
    -------
    ndarray of float, shape (n_schools,)

    Notes
    -----
    The mean rises with the rate and its slope is the variance, so Newton's steps are halved only
    where they leave the bracket.
    """
    base = np.asarray(pmf, dtype=float)
    wanted = np.asarray(mean, dtype=float)
    scores = np.arange(len(base))
    possible = scores[base > 0]
    if len(possible) < 2:  # noqa: PLR2004 - one score has no mean to tilt to
        return np.full(wanted.shape, np.nan)
    is_inside = (wanted > possible[0]) & (wanted < possible[-1])
    goal = np.where(is_inside, wanted, possible.mean())
    low, high = np.full(goal.shape, -STEEPEST), np.full(goal.shape, STEEPEST)
    rate = np.zeros(goal.shape)
    for _ in range(MAX_STEPS):
        weight = tilted(base, rate)
        found = weight @ scores
        variance = np.maximum(weight @ scores**2 - found**2, np.finfo(float).tiny)
        low, high = np.where(found < goal, rate, low), np.where(found >= goal, rate, high)
        step = rate + (goal - found) / variance
        rate = np.where((step >= low) & (step <= high), step, (low + high) / 2)
        if np.abs(found - goal).max(initial=0) < CLOSE_ENOUGH:
            break
    return np.where(is_inside, rate, np.nan)


def threshold_excess(counts: ArrayLike, pmf: ArrayLike, cuts: ArrayLike) -> ThresholdExcess:
    """Observed and expected pupils just above the thresholds of one work.

    Parameters
    ----------
    counts : array_like of int, shape (n_schools, n_scores)
        Pupils of each school with the score 0, 1, 2, …
    pmf : array_like of float, shape (n_scores,)
        Distribution of the same work in the region.
    cuts : array_like of int, shape (n_cuts,)
        First score of each better mark.

    Returns
    -------
    ThresholdExcess
        Zeros, not NaN, where a school has nobody in a window, the region has nobody there, or the
        school's mean is at an end of the possible scores, so that no tilt reaches it: such a school
        says nothing at this threshold and adds nothing to a sum.

    Raises
    ------
    ValueError
        If the shapes do not fit or a count is negative.

    Notes
    -----
    The window is ``WINDOW`` scores below and as many from the threshold on, cut at the ends of the
    scale. Of the pupils of the window the share ``pi`` is expected above, by ``f(x) e^(lambda x)``
    with the ``lambda`` at which its mean is the school's own. A first step ``(m_s - m) / s^2``, or
    a mean drawn back for few pupils, stops short of it, and the better an honest school, the more
    of its pupils would seem too many above the last threshold. The heap itself moves the mean
    towards its own expectation, so the test is on the cautious side.

    Examples
    --------
    >>> found = threshold_excess([[0, 2, 8, 0]], [1, 1, 1, 1], [2])
    >>> float(found.observed[0, 0]), float(found.expected[0, 0].round(2))
    (8.0, 6.2)
    """
    table, base = float_table(counts), np.asarray(pmf, dtype=float)
    if table.shape[1] != len(base):
        raise ValueError(f"counts must have a column per score: {len(base)}, got {table.shape[1]}")
    if np.any(table < 0):
        raise ValueError("counts must not be negative")
    n = table.sum(axis=1)
    mean = np.where(n > 0, table @ np.arange(len(base)) / np.where(n > 0, n, 1), np.nan)
    likely = np.nan_to_num(tilted(base, tilt_rate(base, mean)))
    parts = [_one_cut(table, likely, int(cut)) for cut in np.asarray(cuts)]
    empty = np.zeros((len(table), 0))
    stacked = [np.column_stack(part) if parts else empty for part in zip(*parts, strict=True)]
    return ThresholdExcess(*stacked) if parts else ThresholdExcess(empty, empty, empty, empty)


def _one_cut(table: FloatArray, likely: FloatArray, cut: int) -> tuple[FloatArray, ...]:
    below, above = slice(max(cut - WINDOW, 0), cut), slice(cut, cut + WINDOW)
    observed, n_window = table[:, above].sum(axis=1), table[:, below].sum(axis=1)
    n_window = n_window + observed
    p_above, p_below = likely[:, above].sum(axis=1), likely[:, below].sum(axis=1)
    # a window of which one half is impossible in the region has no counterfactual
    is_split = (p_above > 0) & (p_below > 0)
    pi = np.where(is_split, p_above / np.where(is_split, p_above + p_below, 1), 0)
    used = np.where(is_split, n_window, 0.0)
    return np.where(is_split, observed, 0.0), used * pi, used * pi * (1 - pi), used


def binomial_mid_p(count: ArrayLike, n: ArrayLike, probability: ArrayLike) -> FloatArray:
    """Upper tail of a binomial count with half of the point itself: mid-p.

    Parameters
    ----------
    count, n : array_like of int, shape (n,)
        Pupils above the threshold and in the window.
    probability : array_like of float
        Share expected above; broadcast with ``count``.

    Returns
    -------
    ndarray of float, shape (n,)
        ``P(X > count) + P(X = count) / 2``; NaN where ``n`` is 0 or anything is missing.

    Examples
    --------
    >>> binomial_mid_p([2], [2], [0.5]).tolist()
    [0.125]
    """
    x, size, pi = np.broadcast_arrays(
        *(np.asarray(values, dtype=float) for values in (count, n, probability))
    )
    tail = binom.sf(x, size, pi) + binom.pmf(x, size, pi) / 2
    return np.where(size > 0, tail, np.nan)


def frandsen_p(before: ArrayLike, at: ArrayLike, after: ArrayLike, k: float) -> FloatArray:
    """Bound on the p-value of a heap at a threshold when scores are discrete.

    Parameters
    ----------
    before, at, after : array_like of int, shape (n_cuts,)
        Pupils one point below the threshold, at it and one point above.
    k : float
        How far from a straight line the honest distribution may be bent at the threshold, not
        negative; 0 lets it bend not at all.

    Returns
    -------
    ndarray of float, shape (n_cuts,)
        ``P(X >= at)`` for ``X ~ Bin(before + at + after, (1 + k) / (3 + k))``: the largest p-value
        over all distributions no more bent than ``k``; NaN where the three scores are empty.

    Raises
    ------
    ValueError
        If ``k`` is negative.

    References
    ----------
    Frandsen (2017), Advances in Econometrics 38, 281-315.

    Examples
    --------
    >>> frandsen_p([1], [2], [0], 0.0).round(4).tolist()
    [0.2593]
    """
    if k < 0:
        raise ValueError(f"k must not be negative, got {k}")
    count = np.asarray(at, dtype=float)
    n = np.asarray(before, dtype=float) + count + np.asarray(after, dtype=float)
    return np.where(n > 0, binom.sf(count - 1, n, (1 + k) / (3 + k)), np.nan)
