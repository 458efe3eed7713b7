"""How often an honest school of a given size meets a marker by chance alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import nct, norm
from scipy.stats import t as student

from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.intervals import plain_floats
from shnor_analysis.stats.rank_correlation import SPEARMAN_SPREAD

SMALLEST = 2  # with one pupil there is neither a spread nor an order


def chance_of_high_mean(
    n: ArrayLike, region_n: ArrayLike, z: float, effect: float = 0.0
) -> FloatArray:
    """Probability that the interval of a school's mean lies above the interval of the region.

    Parameters
    ----------
    n, region_n : array_like of int, shape (n_schools,)
        Pupils of the school and of the region.
    z : float
        Standard errors in both intervals, 1.96 by the letter.
    effect : float
        What the school's mean differs from the region's by, in standard deviations of pupils;
        0 is an average school.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN below two pupils or without a region.

    Notes
    -----
    The marker needs ``(mean - M) / (s / √n) > z · (1 + √(n / N))``, where ``M`` is the region's
    mean and the spread of pupils is taken to be the region's. The left side has Student's
    distribution with ``n - 1`` degrees of freedom, shifted by ``effect · √n``: an interval of
    1.96 instead of Student's quantile is why small schools meet the marker more often.

    Examples
    --------
    >>> chance = chance_of_high_mean([5, 25], 9000, 1.96)
    >>> (1 - (1 - chance) ** 6).round(2).tolist()
    [0.3, 0.14]
    """
    size, whole = np.broadcast_arrays(plain_floats(n), plain_floats(region_n))
    known = (size >= SMALLEST) & (whole > 0)
    m, total = np.where(known, size, SMALLEST), np.where(known, whole, 1.0)
    border = z * (1 + np.sqrt(m / total))
    chance = nct.sf(border, m - 1, effect * np.sqrt(m)) if effect else student.sf(border, m - 1)
    return np.where(known, chance, np.nan)


def chance_of_negative_correlation(n: ArrayLike, correlation: float) -> FloatArray:
    """Probability that Spearman's coefficient is negative although score and mark go together.

    Parameters
    ----------
    n : array_like of int, shape (n_schools,)
        Pupils with a score and a mark.
    correlation : float
        Of the normal variables behind score and mark, in (-1, 1).

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN below two pupils.

    Raises
    ------
    ValueError
        If the correlation is not within (-1, 1).

    Notes
    -----
    The rank correlation of a normal pair is ``6/π · asin(ρ/2)``; its Fisher transformation is
    taken as normal with the error ``1.03 / √(n - 2)``, which keeps within 0.03 of simulation from
    4 pupils on (0.05 at 3). Two pupils are exact: ``1/2 - asin(ρ)/π``. Equal marks, which real
    tables are full of, are not in it.

    References
    ----------
    Fieller, Hartley, Pearson (1957), Biometrika 44, 470-481.

    Examples
    --------
    >>> chance_of_negative_correlation([10, 25], 0.5).round(3).tolist()
    [0.074, 0.007]
    """
    if not -1 < correlation < 1:
        raise ValueError(f"correlation must lie within (-1, 1), got {correlation}")
    size = plain_floats(n)
    rank = 6 / np.pi * np.arcsin(correlation / 2)
    more = np.maximum(np.nan_to_num(size) - SMALLEST, 0)
    chance = norm.sf(np.arctanh(rank) * np.sqrt(more) / SPEARMAN_SPREAD)
    pair = 0.5 - np.arcsin(correlation) / np.pi
    return np.where(size >= SMALLEST, np.where(size > SMALLEST, chance, pair), np.nan)


def chance_beyond(distance: ArrayLike, standard_error: ArrayLike) -> FloatArray:
    """Probability that pupils' chance alone carries a value a distance away from where it belongs.

    Parameters
    ----------
    distance : array_like of float, shape (n_schools,)
        From the usual value to the border, not negative.
    standard_error : array_like of float, shape (n_schools,)
        Of the school's value.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where the error is unknown or not positive.

    Examples
    --------
    >>> chance_beyond([0.196], [0.1]).round(3).tolist()
    [0.025]
    """
    away, error = np.broadcast_arrays(plain_floats(distance), plain_floats(standard_error))
    known = error > 0
    return np.where(known, norm.sf(away / np.where(known, error, 1.0)), np.nan)


def chance_of_any(chances: ArrayLike) -> FloatArray:
    """Probability of at least one of several markers, were they independent.

    Parameters
    ----------
    chances : array_like of float, shape (n_schools, n_markers)
        NaN where a marker was not tested.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where none was tested.

    Notes
    -----
    Markers of one school share pupils, so that the true number is somewhat smaller.

    Examples
    --------
    >>> chance_of_any([[0.1, 0.1, float("nan")]]).round(2).tolist()
    [0.19]
    """
    table = np.asarray(chances, dtype=float)
    none = np.isnan(table).all(axis=1)
    return np.where(none, np.nan, 1 - np.prod(1 - np.nan_to_num(table), axis=1))
