"""Results compared with what schools in like conditions reach: regression with known errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from shnor_analysis.stats.arrays import BoolArray, FloatArray, float_table

# A column that leaves less than this part of its length beside the columns before it is their
# combination up to rounding.
COLLINEAR = 1e-8
# Points at which the likelihood is looked at before the search, and what part of the largest
# possible variance the first of them is.
GRID_POINTS = 60
GRID_START = 1e-6
# A school this close to leverage 1 fixes its own expected value.
FULL_LEVERAGE = 1 - 1e-10


@dataclass(frozen=True)
class MetaRegression:
    """A regression of school results on context; intercept first.

    Attributes
    ----------
    coefficients : ndarray of float, shape (1 + n_columns,)
        0 for a column that was left out, so that predictions can use them as they are; all NaN
        when there are too few schools.
    covariance : ndarray of float, shape (1 + n_columns, 1 + n_columns)
        Of the coefficients; NaN in the rows and columns of what was left out.
    is_used : ndarray of bool, shape (1 + n_columns,)
        False for a column that is constant or a combination of the columns before it.
    tau2 : float
        Variance between schools that the context does not explain, REML, never below 0.
    r_squared : float
        Share of the weighted variance that the context explains; NaN when there is none.
    n_schools : int
        Schools with everything known.
    """

    coefficients: FloatArray
    covariance: FloatArray
    is_used: BoolArray
    tau2: float
    r_squared: float
    n_schools: int


@dataclass(frozen=True)
class ContextualEffects:
    """Every school against its expected result; all arrays have shape (n_schools,).

    Attributes
    ----------
    expected : ndarray of float
        Prediction from the context; NaN where a needed context value is missing.
    residual : ndarray of float
        Result minus expected.
    reliability : ndarray of float
        ``B = tau2 / (tau2 + se^2)``, the part of the residual that is the school's own.
    effect, effect_sd : ndarray of float
        Shrunken residual ``B * residual`` and its posterior standard deviation
        ``sqrt(tau2 * (1 - B))``.
    z : ndarray of float
        ``residual / sqrt(tau2 + se^2)``.
    """

    expected: FloatArray
    residual: FloatArray
    reliability: FloatArray
    effect: FloatArray
    effect_sd: FloatArray
    z: FloatArray


def fit_meta_regression(
    y: ArrayLike, se: ArrayLike, context: ArrayLike, *, min_schools: int
) -> MetaRegression:
    """Regress school results with known sampling errors on context.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Results and their sampling errors. Schools with a missing value, or an error that is not
        positive, are left out.
    context : array_like of float, shape (n_schools, n_columns)
        Without the intercept; no column fits the mean alone. Schools with a missing value are left
        out.
    min_schools : int
        With fewer schools nothing is estimated: take the region's coefficients and ``tau2``.

    Returns
    -------
    MetaRegression
        Also empty when there are no more schools than coefficients.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Notes
    -----
    ``y_j = x_j b + u_j + e_j`` with ``Var(e_j) = se_j^2`` known and ``Var(u_j) = tau2`` by
    restricted maximum likelihood: ``sum log(v) + log det(X' V^-1 X) + sum r^2 / v`` is least, with
    ``v = se^2 + tau2``. The likelihood may have several hollows, so the search starts at the best
    of a grid.

    References
    ----------
    Raudenbush (2009), Analyzing effect sizes: random-effects models, in The Handbook of Research
    Synthesis and Meta-Analysis, 2nd ed., chapter 16. The same estimates as ``rma(yi, vi, mods)``
    of the R package metafor.

    Examples
    --------
    >>> fit = fit_meta_regression([1, 3, 5, 7], [1, 1, 1, 1], [[0], [1], [2], [3]], min_schools=3)
    >>> fit.coefficients.round(6).tolist(), fit.tau2
    ([1.0, 2.0], 0.0)
    """
    value, error, design = _data(y, se, context)
    known = (error > 0) & np.isfinite(error) & np.isfinite(value) & np.isfinite(design).all(axis=1)
    value, variance, design = value[known], error[known] ** 2, design[known]
    k = len(value)
    is_used = _independent(design) if k else np.zeros(design.shape[1], dtype=bool)
    x = design[:, is_used]
    if k < min_schools or k <= max(x.shape[1], 1):
        return _no_fit(design.shape[1], k)
    tau2 = _reml_tau2(value, variance, x)
    slopes, inverse, residual = _weighted_fit(value, variance + tau2, x)
    coefficients = np.zeros(design.shape[1])
    coefficients[is_used] = slopes
    covariance = np.full((design.shape[1],) * 2, np.nan)
    covariance[np.ix_(is_used, is_used)] = inverse
    weight = 1 / (variance + tau2)
    total = np.sum(weight * (value - np.average(value, weights=weight)) ** 2)
    explained = 1 - np.sum(weight * residual**2) / total if total > 0 else np.nan
    return MetaRegression(coefficients, covariance, is_used, tau2, float(explained), k)


def contextual_effects(
    y: ArrayLike, se: ArrayLike, context: ArrayLike, coefficients: ArrayLike, tau2: float
) -> ContextualEffects:
    """Residuals of schools from a regression, raw and shrunken.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Results and their sampling errors; where ``se`` is missing or not positive, the residual is
        known but everything that needs its error is NaN.
    context : array_like of float, shape (n_schools, n_columns)
        As in :func:`fit_meta_regression`. A missing value matters only where its coefficient is
        not 0.
    coefficients : array_like of float, shape (1 + n_columns,)
        Intercept first: fitted here, or the region's.
    tau2 : float
        Variance between schools beside the context; NaN leaves the shrunken values missing.

    Returns
    -------
    ContextualEffects

    Raises
    ------
    ValueError
        If the shapes do not fit or ``tau2`` is negative.

    Examples
    --------
    >>> found = contextual_effects([60.0], [3.0], [[0.5]], [50.0, 10.0], 9.0)
    >>> float(found.residual[0]), float(found.effect[0])
    (5.0, 2.5)
    """
    value, error, design = _data(y, se, context)
    slopes = np.asarray(coefficients, dtype=float)
    if slopes.shape != design.shape[1:]:
        raise ValueError(
            f"coefficients must have one value per column and an intercept: {design.shape[1]}, "
            f"got shape {slopes.shape}"
        )
    if tau2 < 0:
        raise ValueError(f"tau2 must not be negative, got {tau2}")
    expected = np.where(slopes == 0, 0, design * slopes).sum(axis=1)
    residual = value - expected
    variance = np.where(error > 0, error, np.nan) ** 2
    reliability = tau2 / (tau2 + variance)
    return ContextualEffects(
        expected=expected,
        residual=residual,
        reliability=reliability,
        effect=reliability * residual,
        effect_sd=np.where(np.isnan(residual), np.nan, np.sqrt(tau2 * (1 - reliability))),
        z=residual / np.sqrt(tau2 + variance),
    )


def probability_above(effect: ArrayLike, effect_sd: ArrayLike, delta: float) -> FloatArray:
    """Posterior probability that a school's own effect exceeds a margin.

    Parameters
    ----------
    effect, effect_sd : array_like of float, shape (n_schools,)
        Shrunken residual and its posterior standard deviation; NaN where missing.
    delta : float
        The margin in units of the effect.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        ``P(u > delta)`` of a normal posterior. Where ``effect_sd`` is 0 (schools do not differ,
        ``tau2`` = 0) the effect is certain and the probability 0 or 1.

    Raises
    ------
    ValueError
        If a standard deviation is negative.

    Examples
    --------
    >>> probability_above([2.0, 0.0], [1.0, 0.0], 2.0).tolist()
    [0.5, 0.0]
    """
    centre, spread = np.asarray(effect, dtype=float), np.asarray(effect_sd, dtype=float)
    if np.any(spread < 0):
        raise ValueError("effect_sd must not be negative")
    is_certain = spread == 0
    above = norm.sf((delta - centre) / np.where(is_certain, 1, spread))
    certain = np.where(np.isnan(centre), np.nan, centre > delta)
    return np.where(is_certain, certain, above)


def studentised_residuals(
    y: ArrayLike, context: ArrayLike, weights: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Leverage of schools and their residuals judged without themselves.

    Parameters
    ----------
    y : array_like of float, shape (n_schools,)
        Results.
    context : array_like of float, shape (n_schools, n_columns)
        As in :func:`fit_meta_regression`.
    weights : array_like of float, shape (n_schools,)
        Precision up to a factor: participants, or ``1 / (se^2 + tau2)``. Schools with a missing
        value or a weight that is not positive are left out and get NaN.

    Returns
    -------
    leverage : ndarray of float, shape (n_schools,)
        Diagonal of the hat matrix, in [0, 1]; their sum is the number of coefficients.
    studentised : ndarray of float, shape (n_schools,)
        Residual divided by its error as estimated from the other schools, t-distributed with
        ``n - p - 1`` degrees of freedom. NaN where that is below 1, where the school fixes its own
        expected value, or where the others lie exactly on the line.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    References
    ----------
    Cook, Weisberg (1982), Residuals and Influence in Regression, section 2.2; ``rstudent`` of R.

    Examples
    --------
    >>> leverage, studentised = studentised_residuals([0, 1, 2, 9], [[0], [1], [2], [3]], [1] * 4)
    >>> leverage.round(2).tolist(), studentised.round(4).tolist()
    ([0.7, 0.3, 0.3, 0.7], [0.8944, -0.2236, -1.7889, nan])
    """
    value, weight, design = _data(y, weights, context)
    known = (
        (weight > 0) & np.isfinite(weight) & np.isfinite(value) & np.isfinite(design).all(axis=1)
    )
    leverage, studentised = np.full(len(value), np.nan), np.full(len(value), np.nan)
    if not known.any():
        return leverage, studentised
    root = np.sqrt(weight[known])
    x = design[known][:, _independent(design[known])] * root[:, None]
    z = value[known] * root
    basis = np.linalg.qr(x)[0]
    hat = np.sum(basis**2, axis=1)
    residual = z - basis @ (basis.T @ z)
    df_without = len(z) - x.shape[1] - 1
    free = np.where(hat < FULL_LEVERAGE, 1 - hat, np.nan)
    leverage[known] = hat
    if df_without >= 1:
        others = np.sum(residual**2) - residual**2 / free
        # What is left of numbers as large as the results is rounding.
        others = np.where(others > COLLINEAR**2 * np.sum(z**2), others, np.nan)
        studentised[known] = residual / np.sqrt(others / df_without * free)
    return leverage, studentised


def _data(
    y: ArrayLike, error: ArrayLike, context: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Results, their errors or weights, and the design with the intercept first."""
    value, second, table = np.asarray(y, float), np.asarray(error, float), float_table(context)
    if not value.shape == second.shape == table.shape[:1]:
        raise ValueError(
            f"results, errors and context must have the same schools, got {value.shape}, "
            f"{second.shape} and {table.shape}"
        )
    return value, second, np.column_stack([np.ones(len(table)), table])


def _independent(design: FloatArray) -> BoolArray:
    """Columns that are no combination of the columns before them."""
    is_used = np.zeros(design.shape[1], dtype=bool)
    basis = np.empty((len(design), 0))
    for column in range(design.shape[1]):
        whole = design[:, column]
        rest = whole
        for _ in range(2):  # the second pass removes what rounding left of the first
            rest = rest - basis @ (basis.T @ rest)
        length = np.linalg.norm(rest)
        if length > COLLINEAR * np.linalg.norm(whole):
            is_used[column] = True
            basis = np.column_stack([basis, rest / length])
    return is_used


def _weighted_fit(
    y: FloatArray, variance: FloatArray, x: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coefficients, their covariance with the variances known, and residuals."""
    root = 1 / np.sqrt(variance)
    q, r = np.linalg.qr(x * root[:, None])
    inverse = np.linalg.inv(r)
    slopes = inverse @ (q.T @ (y * root))
    return slopes, inverse @ inverse.T, y - x @ slopes


def _reml_tau2(y: FloatArray, variance: FloatArray, x: FloatArray) -> float:
    def criterion(tau2: float) -> float:
        total = variance + tau2
        root = 1 / np.sqrt(total)
        q, r = np.linalg.qr(x * root[:, None])
        z = y * root
        residual = z - q @ (q.T @ z)
        log_det = 2 * np.sum(np.log(np.abs(np.diag(r))))
        return float(np.sum(np.log(total)) + log_det + residual @ residual)

    plain = _weighted_fit(y, np.ones(len(y)), x)[2]
    # No residual variance beyond this can be more likely.
    highest = float(plain @ plain)
    lowest = GRID_START * min(highest, float(variance.min()))
    if not lowest > 0:
        return 0.0
    grid = np.concatenate([[0.0], np.geomspace(lowest, highest, GRID_POINTS)])
    values = [criterion(tau2) for tau2 in grid]
    best = int(np.argmin(values))
    between = (grid[max(best - 1, 0)], grid[min(best + 1, GRID_POINTS)])
    found = minimize_scalar(
        criterion, bounds=between, method="bounded", options={"xatol": 1e-10 * between[1]}
    )
    return float(found.x) if found.fun < values[0] else 0.0


def _no_fit(n_coefficients: int, k: int) -> MetaRegression:
    return MetaRegression(
        coefficients=np.full(n_coefficients, np.nan),
        covariance=np.full((n_coefficients, n_coefficients), np.nan),
        is_used=np.zeros(n_coefficients, dtype=bool),
        tau2=np.nan,
        r_squared=np.nan,
        n_schools=k,
    )
