"""A composite index of several indicators, its weights and how well they hold together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.multivariate.factor import Factor
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning

from shnor_analysis.stats.arrays import BoolArray, FloatArray, float_table
from shnor_analysis.stats.ranks import lower_tail
from shnor_analysis.stats.sensitivity import jaccard

# Shares of weight are sums of decimals: 0.7 must reach 0.7.
ROUNDING = 1e-9
# A pattern over fewer rows, or a factor over fewer columns, is no estimate.
MIN_ROWS = 3
MIN_FACTOR_INDICATORS = 3
# Start of the factor search: no indicator is taken as free of noise beforehand.
LARGEST_START_LOADING = 0.95


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
    scores, live = _standardised(_complete(table))
    if len(scores) < MIN_ROWS or not live[anchor]:
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
    scores, live = _standardised(_complete(np.column_stack([table, outcome])))
    if len(scores) < MIN_ROWS or not live[-1] or not live[:-1].any():
        return _no_weights(table, len(scores))
    x, y = scores[:, :-1][:, live[:-1]], scores[:, -1]
    gram = x.T @ x / len(x) + penalty * np.eye(x.shape[1])
    slopes = np.linalg.lstsq(gram, x.T @ y / len(x), rcond=None)[0]
    coefficients = np.full(table.shape[1], np.nan)
    coefficients[live[:-1]] = slopes
    return _cut(coefficients, float(1 - np.mean((y - x @ slopes) ** 2)), len(scores))


def cronbach_alpha(values: ArrayLike) -> float:
    """Internal consistency of indicators; for a formative index a description, no requirement.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        Turned to one direction; schools with a missing indicator are left out, as are indicators
        without spread. With indicators on different scales give z-scores.

    Returns
    -------
    float
        At most 1, may be negative; NaN with fewer than two indicators or schools, or if the sum is
        the same everywhere.

    Raises
    ------
    ValueError
        If ``values`` is not a table.

    References
    ----------
    Cronbach (1951), Psychometrika 16(3), 297-334.

    Examples
    --------
    >>> cronbach_alpha([[1, 2], [2, 3], [3, 4]])
    1.0
    """
    table = _complete(float_table(values))
    if len(table) <= 1:
        return np.nan
    live = table[:, table.min(axis=0) < table.max(axis=0)]
    k = live.shape[1]
    total = live.sum(axis=1).var(ddof=1)
    if k <= 1 or total <= 0:
        return np.nan
    return float(k / (k - 1) * (1 - live.var(axis=0, ddof=1).sum() / total))


def mcdonald_omega(values: ArrayLike) -> float:
    """Share of the variance of the standardised sum that one common factor explains.

    Parameters
    ----------
    values : array_like of float, shape (n_schools, n_indicators)
        Turned to one direction; schools with a missing indicator are left out, as are indicators
        without spread.

    Returns
    -------
    float
        In [0, 1]; NaN with fewer than three indicators or schools, or when the one-factor model
        does not fit (an indicator without noise of its own, no convergence).

    Raises
    ------
    ValueError
        If ``values`` is not a table.

    Notes
    -----
    ``(sum l)^2 / ((sum l)^2 + sum u)`` with loadings ``l`` and uniquenesses ``u`` of the one-factor
    maximum likelihood solution of the correlations. The search starts from the first principal
    component, not at random, so that the same data give the same digits.

    References
    ----------
    McDonald (1999), Test Theory: A Unified Treatment, chapter 6.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> factor = rng.normal(size=(500, 1))
    >>> 0.7 < mcdonald_omega(factor + rng.normal(size=(500, 4))) < 0.85
    True
    """
    scores, live = _standardised(_complete(float_table(values)))
    if len(scores) < MIN_ROWS or live.sum() < MIN_FACTOR_INDICATORS:
        return np.nan
    correlation = scores[:, live].T @ scores[:, live] / len(scores)
    eigenvalues, vectors = np.linalg.eigh(correlation)
    start = np.minimum(np.abs(vectors[:, -1]) * np.sqrt(eigenvalues[-1]), LARGEST_START_LOADING)
    start *= np.sign(vectors[:, -1])
    model = Factor(corr=correlation, n_factor=1, method="ml", nobs=len(scores))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = model.fit(start=(start[:, None], 1 - start**2))
        except (ConvergenceWarning, EstimationWarning, RuntimeWarning, np.linalg.LinAlgError):
            return np.nan
    common = float(fit.loadings.sum()) ** 2
    return common / (common + float(fit.uniqueness.sum()))


def leave_one_out_overlap(
    z: ArrayLike, weights: ArrayLike, *, required_weight: float, flagged_share: float
) -> FloatArray:
    """How much of the list of lowest schools stays when one indicator is left out.

    Parameters
    ----------
    z, weights, required_weight
        As in :func:`composite_index`.
    flagged_share : float
        The list holds the schools at or below this quantile of the index.

    Returns
    -------
    ndarray of float, shape (n_indicators,)
        Jaccard overlap of the full list and the list without the indicator: 1 where the indicator
        does not matter.

    Raises
    ------
    ValueError
        As in :func:`composite_index`, and if ``flagged_share`` is not within (0, 1).

    Examples
    --------
    >>> z = [[-2, 1], [-1, 0], [1, -1], [2, 0]]
    >>> leave_one_out_overlap(z, [1, 1], required_weight=0.7, flagged_share=0.25).tolist()
    [0.0, 0.5]
    """
    table, weight = float_table(z), _weight_row(z, weights)

    def flagged(row: FloatArray) -> BoolArray:
        found = composite_index(table, row, required_weight=required_weight)
        return lower_tail(found.index, flagged_share)

    without = np.where(np.eye(len(weight), dtype=bool), 0.0, weight)
    variants = [flagged(row) for row in without]
    shape = (len(weight), len(table))
    return jaccard(flagged(weight), np.array(variants, dtype=bool).reshape(shape))


def _weight_row(z: ArrayLike, weights: ArrayLike) -> FloatArray:
    weight = np.asarray(weights, dtype=float)
    if weight.shape != float_table(z).shape[1:]:
        raise ValueError(f"weights must have one value per indicator, got shape {weight.shape}")
    if not (weight >= 0).all():
        raise ValueError("weights must be known and not negative")
    return weight


def _complete(table: FloatArray) -> FloatArray:
    """Rows without a gap, over the columns that hold anything at all."""
    empty = np.isnan(table).all(axis=0)
    rows = ~np.isnan(table[:, ~empty]).any(axis=1)
    return table[rows]


def _standardised(table: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Mean 0 and variance 1 in every column with spread, NaN in the others."""
    reference = reference_of(table)
    live = reference.sd > 0
    spread = np.where(live, reference.sd, np.nan)
    return (table - reference.mean) / spread, live


def _cut(coefficients: FloatArray, explained: float, n_schools: int) -> Weights:
    positive = np.maximum(np.where(np.isnan(coefficients), 0, coefficients), 0)
    total = positive.sum()
    weights = positive / total if total > 0 else np.full(coefficients.shape, np.nan)
    return Weights(weights, coefficients, explained, n_schools)


def _no_weights(table: FloatArray, n_schools: int) -> Weights:
    nothing = np.full(table.shape[1], np.nan)
    return Weights(nothing, nothing.copy(), np.nan, n_schools)
