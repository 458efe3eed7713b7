"""What is usual for a school given its conditions: a line learned from the innocent side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray, float_table
from shnor_analysis.stats.contextual import fit_meta_regression
from shnor_analysis.stats.funnel import additive_z, innocent_side

# A school this far above the line does not help to place it …
TOO_HIGH = 2.5
# … and this many times the line is placed anew without such schools.
ROUNDS = 4


@dataclass(frozen=True)
class ConditionalLine:
    """What is usual for a school, and how far schools differ from it without any suspicion.

    Attributes
    ----------
    coefficients : ndarray of float, shape (1 + n_columns,)
        Intercept first. The intercept holds the centre too: the weighted median of what is left.
    tau2 : float
        Variance between schools beside the line, from the innocent side.
    n_units : int
        Schools used; the other fields are NaN when they are fewer than asked for.
    error_scale : float
        By what the errors must be multiplied: 1, or less where they were taken too large, as when
        the same pupils stand on both sides of a difference.
    """

    coefficients: FloatArray
    tau2: float
    n_units: int
    error_scale: float


def fit_conditional_line(
    y: ArrayLike,
    se: ArrayLike,
    x: ArrayLike,
    x_variance: ArrayLike,
    *,
    winsor: float,
    min_units: int,
) -> ConditionalLine:
    """Learn the usual value of a school from its conditions; suspect values are the high ones.

    Parameters
    ----------
    y, se : array_like of float, shape (n_schools,)
        Values and their sampling errors; schools with a missing value, or an error that is not
        positive, are left out.
    x : array_like of float, shape (n_schools, n_columns)
        Conditions without the intercept; no column is allowed. A condition measured with error
        must already be shrunken (regression calibration), else its slope comes out too flat.
    x_variance : array_like of float, shape (n_schools, n_columns)
        Variance of what is not known of each condition, 0 where it is known exactly.
    winsor : float
        Share of all schools pulled in at the far end of the innocent side.
    min_units : int
        With fewer schools nothing is learned: take the region's line.

    Returns
    -------
    ConditionalLine

    Raises
    ------
    ValueError
        If the shapes do not fit or ``winsor`` is outside [0, 0.5).

    Notes
    -----
    Weighted regression with known errors, placed anew without schools more than ``TOO_HIGH`` above
    it; then centre and ``tau2`` of the residuals as in
    :func:`~shnor_analysis.stats.funnel.innocent_side`, the errors with what is not known of the
    conditions added.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202 for the additive variance; Carroll et
    al. (2006), Measurement Error in Nonlinear Models, chapter 4 for the calibration.
    """
    value, error, columns, unknown = _arrays(y, se, x, x_variance)
    kept = np.isfinite(value) & (error > 0) & np.isfinite(columns).all(axis=1)
    n_units = int(kept.sum())
    if n_units < max(min_units, columns.shape[1] + 2):
        return ConditionalLine(np.full(1 + columns.shape[1], np.nan), np.nan, n_units, np.nan)
    used = kept.copy()
    slopes = np.zeros(1 + columns.shape[1])
    for _ in range(ROUNDS):
        total = np.sqrt(error**2 + unknown @ slopes[1:] ** 2)
        fit = fit_meta_regression(value[used], total[used], columns[used], min_schools=1)
        slopes = fit.coefficients
        total = np.sqrt(error**2 + unknown @ slopes[1:] ** 2)
        residual = value - slopes[0] - columns @ slopes[1:]
        used = kept & (residual / np.sqrt(total**2 + fit.tau2) <= TOO_HIGH)
    side = innocent_side(
        residual[kept], total[kept], side="lower", winsor=winsor, min_units=min_units
    )
    placed = np.r_[slopes[0] + side.centre, slopes[1:]]
    return ConditionalLine(placed, side.tau2, n_units, side.error_scale)


def conditional_z(
    y: ArrayLike,
    se: ArrayLike,
    x: ArrayLike,
    x_variance: ArrayLike,
    coefficients: ArrayLike,
    tau2: float,
) -> tuple[FloatArray, FloatArray]:
    """How far a school lies above what is usual for it.

    Parameters
    ----------
    y, se, x, x_variance
        As in :func:`fit_conditional_line`.
    coefficients : array_like of float, shape (1 + n_columns,)
        Intercept first: fitted there, or the region's.
    tau2 : float
        Variance between schools beside the line.

    Returns
    -------
    z, expected : ndarray of float, shape (n_schools,)
        ``(y - expected) / sqrt(se^2 + tau2 + sum b^2 x_variance)``, NaN where something is
        missing, and the usual value.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``tau2`` is negative.

    Examples
    --------
    >>> z, usual = conditional_z([3.0], [3.0], [[1.0]], [[4.0]], [0.0, 1.0], 12.0)
    >>> z.tolist(), usual.tolist()
    ([0.4], [1.0])
    """
    value, error, columns, unknown = _arrays(y, se, x, x_variance)
    slopes = np.asarray(coefficients, dtype=float)
    if slopes.shape != (1 + columns.shape[1],):
        raise ValueError(
            f"coefficients must have one value per column and an intercept: "
            f"{1 + columns.shape[1]}, got shape {slopes.shape}"
        )
    expected = slopes[0] + columns @ slopes[1:]
    total = np.sqrt(np.where(error > 0, error, np.nan) ** 2 + unknown @ slopes[1:] ** 2)
    return additive_z(value, total, expected, tau2), expected


def _arrays(
    y: ArrayLike, se: ArrayLike, x: ArrayLike, x_variance: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    value, error = np.broadcast_arrays(np.asarray(y, dtype=float), np.asarray(se, dtype=float))
    columns, unknown = float_table(x), float_table(x_variance)
    if columns.shape != unknown.shape or len(columns) != len(value):
        raise ValueError(
            f"x and x_variance must have a row per school: {len(value)}, got shapes "
            f"{columns.shape} and {unknown.shape}"
        )
    return value, error, columns, unknown
