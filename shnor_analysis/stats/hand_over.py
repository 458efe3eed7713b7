"""Results of the same cohort in two grades: how much is lost when it is handed over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray


@dataclass(frozen=True)
class WorkScale:
    """Place and spread of one work in the region, in points, to put scores on one scale.

    ``within_sd`` is the spread of pupils inside schools.
    """

    mean: ArrayLike
    total_sd: ArrayLike
    within_sd: ArrayLike


def linked_drop(
    n: ArrayLike,
    sums: tuple[ArrayLike, ArrayLike],
    squares: tuple[ArrayLike, ArrayLike],
    product: ArrayLike,
    earlier: WorkScale,
    later: WorkScale,
) -> tuple[FloatArray, FloatArray]:
    """Mean drop of linked pupils and the sum of squares of their drops about it.

    Parameters
    ----------
    n : array_like of int, shape (n,)
        Pupils who wrote both works.
    sums, squares : tuple of array_like of float, shape (n,)
        Sums of the scores and of their squares: earlier work, later work.
    product : array_like of float, shape (n,)
        Sum of the products of the two scores of a pupil.
    earlier, later : WorkScale
        Of the region; ``within_sd`` is not used.

    Returns
    -------
    drop : ndarray of float, shape (n,)
        Mean of ``z_earlier - z_later``, in standard deviations of the region's pupils; NaN where
        ``n`` is 0.
    deviation : ndarray of float, shape (n,)
        ``sum (d - mean d)^2``, from which a spread within schools can be pooled.

    Examples
    --------
    Two pupils fall from 3 and 5 to 2 and 2 points; both works have mean 3 and spread 1.

    >>> scale = WorkScale(3.0, 1.0, 1.0)
    >>> drop, deviation = linked_drop([2], ([8], [4]), ([34], [8]), [16], scale, scale)
    >>> float(drop[0]), float(deviation[0])
    (2.0, 2.0)
    """
    size = np.asarray(n, dtype=float)
    size = np.where(size > 0, size, np.nan)
    a, b = (np.asarray(one.total_sd, dtype=float) for one in (earlier, later))
    x, y = (np.asarray(one, dtype=float) for one in sums)
    xx, yy = (np.asarray(one, dtype=float) for one in squares)
    xy = np.asarray(product, dtype=float)
    drop = (x / size - np.asarray(earlier.mean)) / a - (y / size - np.asarray(later.mean)) / b
    deviation = (
        (xx - x**2 / size) / a**2 + (yy - y**2 / size) / b**2 - 2 * (xy - x * y / size) / (a * b)
    )
    return np.asarray(drop), np.maximum(deviation, 0.0)


def cohort_drop(
    n: tuple[ArrayLike, ArrayLike],
    means: tuple[ArrayLike, ArrayLike],
    earlier: WorkScale,
    later: WorkScale,
) -> tuple[FloatArray, FloatArray]:
    """Drop between the means of a cohort whose pupils cannot be linked.

    Parameters
    ----------
    n, means : tuple of array_like, shape (n,)
        Pupils and mean scores: earlier work, later work.
    earlier, later : WorkScale
        Of the region.

    Returns
    -------
    drop, se : ndarray of float, shape (n,)
        Difference of the standardised means and its error as if the pupils were different ones:
        larger than the true error, since most pupils are the same.

    Examples
    --------
    >>> scale = WorkScale(10.0, 4.0, 3.2)
    >>> drop, se = cohort_drop(([16], [16]), ([14.0], [10.0]), scale, scale)
    >>> float(drop[0]), float(se[0].round(4))
    (1.0, 0.2828)
    """
    placed, variance = [], []
    for size, mean, scale in zip(n, means, (earlier, later), strict=True):
        count = np.asarray(size, dtype=float)
        count = np.where(count > 0, count, np.nan)
        total = np.asarray(scale.total_sd, dtype=float)
        placed.append((np.asarray(mean, dtype=float) - np.asarray(scale.mean)) / total)
        variance.append((np.asarray(scale.within_sd) / total) ** 2 / count)
    return placed[0] - placed[1], np.sqrt(variance[0] + variance[1])
