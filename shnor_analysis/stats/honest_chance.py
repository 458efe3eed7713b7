"""How often an honest school of a given size meets a marker by chance alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import nct, norm
from scipy.stats import t as student

from shnor_analysis.stats.arrays import FloatArray
from shnor_analysis.stats.intervals import plain_floats

SMALLEST = 2  # with one pupil there is neither a spread nor an order
_NORMAL_FROM = 4  # pupils from which a rank correlation is taken as normal


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
    Two pupils are exact: they disagree with the probability ``d = 1/2 - asin(ρ)/π``. Of three
    the coefficient is negative if most pairs disagree: ``d² (3 - 2d)``, were the pairs independent.
    From four on it is taken as normal about its exact mean ``m = 6/(π(n + 1)) · (asin ρ +
    (n - 2) asin(ρ/2))`` with the error ``√((1 - m²)/(n - 1))``; where it can be nought, which is
    not negative, half a step ``6/(n(n² - 1))`` more is needed. Within 0.01 of simulation at
    ``ρ <= 0.5`` (0.02 above) without equal scores or marks: real tables are full of them, and they
    make the true chance smaller still.

    References
    ----------
    Moran (1948), Biometrika 35, 203-206: the mean.

    Examples
    --------
    >>> chance_of_negative_correlation([3, 10, 25], 0.5).round(3).tolist()
    [0.259, 0.07, 0.005]
    """
    if not -1 < correlation < 1:
        raise ValueError(f"correlation must lie within (-1, 1), got {correlation}")
    size = plain_floats(n)
    pair = 0.5 - np.arcsin(correlation) / np.pi
    m = np.where(size >= _NORMAL_FROM, size, _NORMAL_FROM)
    whole = np.arcsin(correlation) + (m - 2) * np.arcsin(correlation / 2)
    mean = 6 / (np.pi * (m + 1)) * whole
    cubic = m * (m**2 - 1)
    # the sum of squared differences of ranks is even, and of nought it is a sixth of the cubic
    half_step = np.where(cubic / 6 % 2 == 0, 6 / cubic, 0.0)
    chance = norm.sf((mean + half_step) / np.sqrt((1 - mean**2) / (m - 1)))
    few = np.where(size > SMALLEST, pair**2 * (3 - 2 * pair), pair)
    return np.where(size >= SMALLEST, np.where(size >= _NORMAL_FROM, chance, few), np.nan)


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
