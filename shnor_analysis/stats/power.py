"""How large a change of a share must be to be seen at all in groups of a size: exact."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import binom, hypergeom

from shnor_analysis.stats.arrays import FloatArray, IntArray
from shnor_analysis.stats.intervals import plain_floats

# Halvings of the interval in which the answer lies: it is then known to a hundred-thousandth.
_STEPS = 17
# Former shares that are tried: whole per cent.
_STARTS = np.linspace(0, 1, 101)


def power_of_fall(
    n_before: int, share_before: ArrayLike, n_after: int, share_after: ArrayLike, *, alpha: float
) -> FloatArray:
    """Chance that Fisher's one-sided mid-p test finds a true fall of a share.

    Parameters
    ----------
    n_before, n_after : int
        Pupils in each year.
    share_before, share_after : array_like of float, shapes that broadcast
        True shares, fractions.
    alpha : float
        Level of the one-sided test.

    Returns
    -------
    ndarray of float, of the broadcast shape
        Exact: a sum over all outcomes of the first year. 0 where a group is empty. A rise from
        ``p`` to ``q`` has the power of a fall from ``1 - p`` to ``1 - q``.

    Raises
    ------
    ValueError
        If a share is outside [0, 1], a number of pupils negative or ``alpha`` not in (0, 0.5).

    Examples
    --------
    >>> power_of_fall(49, [0.3], 49, [0.1], alpha=0.05).round(3).tolist()
    [0.807]
    """
    if not 0 < alpha < 1 / 2:
        raise ValueError(f"alpha must be a fraction in (0, 0.5), got {alpha}")
    if n_before < 0 or n_after < 0:
        raise ValueError("numbers of pupils must not be negative")
    before, after = np.broadcast_arrays(plain_floats(share_before), plain_floats(share_after))
    if not np.all((before >= 0) & (before <= 1) & (after >= 0) & (after <= 1)):
        raise ValueError("shares must be fractions in [0, 1]")
    if n_before == 0 or n_after == 0:
        return np.zeros(before.shape)
    first = np.arange(n_before + 1)
    critical = _critical(n_before, n_after, alpha)
    outcomes = binom.pmf(first, n_before, before[..., None])
    found = np.where(critical >= 0, binom.cdf(critical, n_after, after[..., None]), 0.0)
    return np.asarray(np.sum(outcomes * found, axis=-1))


@cache
def _critical(n_before: int, n_after: int, alpha: float) -> IntArray:
    """The most failing of the second year that still prove a fall, by outcome of the first."""
    x0 = np.arange(n_before + 1)[:, None]
    x1 = np.arange(n_after + 1)[None, :]
    table = (n_before + n_after, x0 + x1, n_after)
    p = hypergeom.cdf(x1 - 1, *table) + hypergeom.pmf(x1, *table) / 2
    return np.asarray((p <= alpha).sum(axis=1) - 1)


def visible_share(
    n_before: int,
    share_before: ArrayLike,
    n_after: int,
    *,
    rises: bool,
    alpha: float,
    power: float,
) -> FloatArray:
    """The share nearest to the former one that would be told from it with a given power.

    Parameters
    ----------
    n_before, n_after : int
        Pupils in each year.
    share_before : array_like of float, shape (n_starts,)
        Former shares, fractions.
    rises : bool
        Whether a rise or a fall is looked for.
    alpha, power : float
        Level of the one-sided test and the wanted chance of finding the change.

    Returns
    -------
    ndarray of float, shape (n_starts,)
        Fractions, to a hundred-thousandth; NaN where even a change to 0 or 1 would not be seen.

    Raises
    ------
    ValueError
        As in :func:`power_of_fall`.

    Examples
    --------
    A school of 10 that had 60 % below the minimum sees a fall to 9 % only; from 30 % it sees none.

    >>> visible_share(10, [0.6, 0.3], 10, rises=False, alpha=0.05, power=0.8).round(2).tolist()
    [0.09, nan]
    """
    start = plain_floats(share_before)
    if rises:
        mirrored = visible_share(
            n_before, 1 - start, n_after, rises=False, alpha=alpha, power=power
        )
        return 1 - mirrored

    def is_seen(after: FloatArray) -> np.ndarray:
        return power_of_fall(n_before, start, n_after, after, alpha=alpha) >= power

    seen_at, unseen_at = np.zeros(start.shape), start.copy()
    reachable = is_seen(seen_at)
    for _ in range(_STEPS):
        middle = (seen_at + unseen_at) / 2
        seen = is_seen(middle)
        seen_at, unseen_at = np.where(seen, middle, seen_at), np.where(seen, unseen_at, middle)
    return np.where(reachable, seen_at, np.nan)


def visible_changes(n: int, *, alpha: float, power: float) -> tuple[float, float]:
    """The smallest and the largest change that two groups of a size can just see.

    Parameters
    ----------
    n : int
        Pupils in each of the two years.
    alpha, power : float
        As in :func:`visible_share`.

    Returns
    -------
    smallest, largest : float
        Fractions, over all former shares from which any fall is seen, in whole per cent; falls and
        rises mirror each other. NaN where no change at all is seen.

    Examples
    --------
    >>> [round(change, 2) for change in visible_changes(10, alpha=0.05, power=0.8)]
    [0.48, 0.55]
    """
    after = visible_share(n, _STARTS, n, rises=False, alpha=alpha, power=power)
    changes = (_STARTS - after)[~np.isnan(after)]
    return (float(changes.min()), float(changes.max())) if len(changes) else (np.nan, np.nan)
