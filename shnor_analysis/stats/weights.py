"""Weights of indicators learned from data: a common component, or a regression of results."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray, float_table
from shnor_analysis.stats.composite import standardised

# Fewer schools show no pattern.
MIN_SCHOOLS = 3


@dataclass(frozen=True)
class Weights:
    """Weights estimated from data.

    Attributes
    ----------
    weights : ndarray of float, shape (n_indicators,)
        Never negative, sum 1; 0 for an indicator without spread or one that contradicts its
        direction. All NaN when there is no estimate.
    coefficients : ndarray of float, shape (n_indicators,)
        Loadings or slopes before they were cut at 0; NaN for an indicator without spread.
    explained : float
        Share of variance explained by the first component, or of the result by the regression.
    n_schools : int
        Schools with every indicator known, on which the estimate rests.
    """

    weights: FloatArray
    coefficients: FloatArray
    explained: float
    n_schools: int


def component_weights(z: ArrayLike, anchor: int) -> Weights:
    """Weights from the first principal component of the indicators' correlations.

    Parameters
    ----------
    z : array_like of float, shape (n_schools, n_indicators)
        Turned so that higher is better; schools with a missing indicator are left out.
    anchor : int
        Column that fixes the sign: its loading is positive (parental education, for example).

    Returns
    -------
    Weights
        ``coefficients`` are the loadings on unit length; ``explained`` is the share of the first
        component. No estimate from fewer than three schools or without spread in the anchor.

    Raises
    ------
    ValueError
        If ``z`` is not a table or has no such column.

    Notes
    -----
    Estimated weights change every year and break comparison: freeze them as the reference.

    Examples
    --------
    >>> found = component_weights([[-1, -1], [0, 0], [1, 1]], anchor=0)
    >>> found.weights.round(6).tolist(), round(found.explained, 6)
    ([0.5, 0.5], 1.0)
    """
    table = float_table(z)
    if not 0 <= anchor < table.shape[1]:
        raise ValueError(f"anchor must be one of {table.shape[1]} columns, got {anchor}")
    scores, live = standardised(table)
    if len(scores) < MIN_SCHOOLS or not live[anchor]:
        return _no_weights(table, len(scores))
    values, vectors = np.linalg.eigh(scores[:, live].T @ scores[:, live] / len(scores))
    coefficients = np.full(table.shape[1], np.nan)
    coefficients[live] = vectors[:, -1]
    coefficients *= np.sign(coefficients[anchor]) or 1.0
    return _cut(coefficients, float(values[-1] / values.sum()), len(scores))


def ridge_weights(z: ArrayLike, result: ArrayLike, *, penalty: float) -> Weights:
    """Weights from a ridge regression of a result on the indicators.

    Parameters
    ----------
    z : array_like of float, shape (n_schools, n_indicators)
        Turned so that higher is better.
    result : array_like of float, shape (n_schools,)
        A result index, higher is better, best shrunken and over several years. Schools with a
        missing value here or in ``z`` are left out.
    penalty : float
        Not negative. With everything standardised the slopes minimise
        ``mean((result - z b)^2) + penalty * sum(b^2)``; large penalties move the weights towards
        the single correlations.

    Returns
    -------
    Weights
        ``coefficients`` are the standardised slopes, ``explained`` the share of variance in the
        same schools. No estimate from fewer than three schools, without spread in the result, or
        if every indicator contradicts its direction.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``penalty`` is negative.

    References
    ----------
    Hoerl, Kennard (1970), Technometrics 12(1), 55-67.

    Examples
    --------
    >>> z, result = [[-1, 1], [0, -2], [1, 1]], [-1, 0, 1]
    >>> ridge_weights(z, result, penalty=0.5).coefficients.round(6).tolist()
    [0.666667, 0.0]
    """
    table, outcome = float_table(z), np.asarray(result, dtype=float)
    if penalty < 0:
        raise ValueError(f"penalty must not be negative, got {penalty}")
    if outcome.shape != table.shape[:1]:
        raise ValueError(f"result must have one value per school, got shape {outcome.shape}")
    scores, live = standardised(np.column_stack([table, outcome]))
    if len(scores) < MIN_SCHOOLS or not live[-1] or not live[:-1].any():
        return _no_weights(table, len(scores))
    x, y = scores[:, :-1][:, live[:-1]], scores[:, -1]
    gram = x.T @ x / len(x) + penalty * np.eye(x.shape[1])
    slopes = np.linalg.lstsq(gram, x.T @ y / len(x), rcond=None)[0]
    coefficients = np.full(table.shape[1], np.nan)
    coefficients[live[:-1]] = slopes
    return _cut(coefficients, float(1 - np.mean((y - x @ slopes) ** 2)), len(scores))


def _cut(coefficients: FloatArray, explained: float, n_schools: int) -> Weights:
    positive = np.maximum(np.where(np.isnan(coefficients), 0, coefficients), 0)
    total = positive.sum()
    weights = positive / total if total > 0 else np.full(coefficients.shape, np.nan)
    return Weights(weights, coefficients, explained, n_schools)


def _no_weights(table: FloatArray, n_schools: int) -> Weights:
    nothing = np.full(table.shape[1], np.nan)
    return Weights(nothing, nothing.copy(), np.nan, n_schools)
