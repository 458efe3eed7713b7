"""A composite index of several indicators, on a fixed reference and from what is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import BoolArray, FloatArray, complete_rows, float_table

# Shares of weight are sums of decimals: 0.7 must reach 0.7.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Reference:
    """Mean and spread of every indicator in the schools all are compared with.

    Attributes
    ----------
    mean, sd : ndarray of float, shape (n_indicators,)
        In units of the indicator; ``sd`` is 0 where all known values are equal, both are NaN where
        none is known.
    """

    mean: FloatArray
    sd: FloatArray


@dataclass(frozen=True)
class Composite:
    """The index of every school and what it rests on.

    Attributes
    ----------
    index : ndarray of float, shape (n_schools,)
        Weighted mean of z-scores, higher is better; NaN where too little is known.
    known_weight : ndarray of float, shape (n_schools,)
        Share of the weight of the used indicators that the school has, in [0, 1].
    is_used : ndarray of bool, shape (n_indicators,)
        False for an indicator that tells no school from another (constant or empty) or has no
        weight: it is dropped, to be named beside the index.
    """

    index: FloatArray
    known_weight: FloatArray
    is_used: BoolArray


def reference_of(values: ArrayLike) -> Reference:
    """Mean and population standard deviation of every indicator.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        NaN where missing. All schools of the reference, not a sample of them.

    Returns
    -------
    Reference

    Raises
    ------
    ValueError
        If ``values`` is not a table.

    Examples
    --------
    >>> found = reference_of([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])
    >>> found.mean.tolist(), found.sd.tolist()
    ([2.0, 5.0], [1.0, 0.0])
    """
    table = float_table(values)
    known = ~np.isnan(table)
    n_known = np.where(known.any(axis=0), known.sum(axis=0), np.nan)
    mean = np.where(known, table, 0).sum(axis=0) / n_known
    sd = np.sqrt(np.where(known, (table - mean) ** 2, 0).sum(axis=0) / n_known)
    # The mean of equal decimals may be off in the last digit; their spread is still 0.
    lowest = np.where(known, table, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(known, table, -np.inf).max(axis=0, initial=-np.inf)
    return Reference(mean, np.where(lowest == highest, 0.0, sd))


def standardised(values: ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Give every indicator mean 0 and variance 1 over the schools that have all of them.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        Schools with a missing indicator are left out; an indicator nobody has costs no school.

    Returns
    -------
    scores : ndarray of float, shape (n_complete, n_indicators)
        NaN in the columns without spread.
    has_spread : ndarray of bool, shape (n_indicators,)

    Raises
    ------
    ValueError
        If ``values`` is not a table.

    Examples
    --------
    >>> scores, has_spread = standardised([[1, 5], [3, 5], [np.nan, 5]])
    >>> scores[:, 0].tolist(), has_spread.tolist()
    ([-1.0, 1.0], [True, False])
    """
    table = complete_rows(values)
    reference = reference_of(table)
    has_spread = reference.sd > 0
    spread = np.where(has_spread, reference.sd, np.nan)
    return (table - reference.mean) / spread, has_spread


def directed_z(
    values: ArrayLike, reference: Reference, direction: ArrayLike, *, cap: float
) -> FloatArray:
    """Z-scores against a fixed reference, turned so that higher is better.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        Shares, 0/1 or any scale; NaN where missing.
    reference : Reference
        From :func:`reference_of` of the region, frozen for several years, so that a school's
        change is its own.
    direction : array_like of int, shape (n_indicators,)
        +1 where higher is better, -1 where higher is worse.
    cap : float
        Scores are held within ``[-cap, cap]``.

    Returns
    -------
    ndarray of float, shape (n_schools, n_indicators)
        NaN where the value is missing or the reference has no spread; never infinite.

    Raises
    ------
    ValueError
        If the shapes do not fit, a direction is neither +1 nor -1 or ``cap`` is not positive.

    Examples
    --------
    >>> region = reference_of([[0.1], [0.3]])
    >>> directed_z([[0.1], [0.2], [9.0]], region, [-1], cap=3).round(6).tolist()
    [[1.0], [-0.0], [-3.0]]
    """
    table, sign = float_table(values), np.asarray(direction, dtype=float)
    if not cap > 0:
        raise ValueError(f"cap must be positive, got {cap}")
    if not table.shape[1] == len(sign) == len(reference.sd):
        raise ValueError("values, reference and direction must have the same indicators")
    if not np.isin(sign, (-1, 1)).all():
        raise ValueError("direction must be +1 or -1")
    spread = np.where(reference.sd > 0, reference.sd, np.nan)
    return np.clip(sign * (table - reference.mean) / spread, -cap, cap)


def composite_index(z: ArrayLike, weights: ArrayLike, *, required_weight: float) -> Composite:
    """Weighted mean of what is known about a school.

    Parameters
    ----------
    z : array_like of float, shape (n_schools, n_indicators)
        From :func:`directed_z`; NaN where missing.
    weights : array_like of float, shape (n_indicators,)
        Not negative; only their proportions matter. Equal numbers weigh indicators equally.
    required_weight : float
        Least share of the weight of the used indicators that a school must have.

    Returns
    -------
    Composite
        The weights are shared out anew over what is known. A missing indicator is never taken as
        0, which would mean «as the mean», nor as the absence of the problem.

    Raises
    ------
    ValueError
        If the shapes do not fit, a weight is negative or missing, or ``required_weight`` is not
        within [0, 1].

    Examples
    --------
    >>> found = composite_index([[1.0, 3.0], [1.0, np.nan]], [1, 1], required_weight=0.7)
    >>> found.index.tolist(), found.known_weight.tolist()
    ([2.0, nan], [1.0, 0.5])
    """
    if not 0 <= required_weight <= 1:
        raise ValueError(f"required_weight must be a fraction in [0, 1], got {required_weight}")
    table, weight = float_table(z), _weight_row(z, weights)
    known = ~np.isnan(table)
    is_used = known.any(axis=0) & (weight > 0)
    used = np.where(is_used, weight, 0.0)
    known_sum = np.where(known, used, 0).sum(axis=1)
    total = used.sum()
    known_weight = known_sum / total if total > 0 else np.zeros(len(table))
    enough = (known_sum > 0) & (known_weight >= required_weight - ROUNDING)
    weighted = np.where(known, table, 0) @ used
    index = np.where(enough, weighted / np.where(known_sum > 0, known_sum, 1), np.nan)
    return Composite(index, known_weight, is_used)


def rescale(
    index: ArrayLike, reference_min: float, reference_max: float
) -> tuple[FloatArray, BoolArray]:
    """Put an index on a scale from 0 (worst of the reference) to 100 (best).

    Parameters
    ----------
    index : array_like of float, shape (n_schools,)
        NaN stays NaN.
    reference_min, reference_max : float
        Ends of the index in the reference year, kept for new years.

    Returns
    -------
    scaled : ndarray of float, shape (n_schools,)
        Held within [0, 100]; NaN throughout when both ends are equal.
    is_clipped : ndarray of bool, shape (n_schools,)
        The school lies outside the reference.

    Raises
    ------
    ValueError
        If the ends are in the wrong order.

    Examples
    --------
    >>> scaled, is_clipped = rescale([-2.0, 0.0, 1.5], -1.0, 1.0)
    >>> scaled.tolist(), is_clipped.tolist()
    ([0.0, 50.0, 100.0], [True, False, True])
    """
    if reference_max < reference_min:
        raise ValueError(
            f"reference_max must not be below reference_min: {reference_max} < {reference_min}"
        )
    value = np.asarray(index, dtype=float)
    is_clipped = (value < reference_min) | (value > reference_max)
    width = reference_max - reference_min if reference_max > reference_min else np.nan
    return np.clip(100 * (value - reference_min) / width, 0, 100), is_clipped


def _weight_row(z: ArrayLike, weights: ArrayLike) -> FloatArray:
    weight = np.asarray(weights, dtype=float)
    if weight.shape != float_table(z).shape[1:]:
        raise ValueError(f"weights must have one value per indicator, got shape {weight.shape}")
    if not (weight >= 0).all():
        raise ValueError("weights must be known and not negative")
    return weight
