"""Kinds of arrays the functions of this package take and return."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

ROWS_AND_COLUMNS = 2


def float_table(values: ArrayLike) -> FloatArray:
    """Rows and columns of floats.

    Parameters
    ----------
    values : array_like of float, shape (n_rows, n_columns)
        NaN where missing; no row and no column is allowed.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)

    Raises
    ------
    ValueError
        If the array has another number of axes.
    """
    table = np.asarray(values, dtype=float)
    if table.ndim != ROWS_AND_COLUMNS:
        raise ValueError(f"a table must have rows and columns, got shape {table.shape}")
    return table


def complete_rows(values: ArrayLike) -> FloatArray:
    """Rows without a gap, over the columns that hold anything at all.

    Parameters
    ----------
    values : array_like of float, shape (n_rows, n_columns)
        NaN where missing.

    Returns
    -------
    ndarray of float, shape (n_complete, n_columns)
        A column without any value stays, all NaN, and costs no row.

    Raises
    ------
    ValueError
        As in :func:`float_table`.
    """
    table = float_table(values)
    is_empty = np.isnan(table).all(axis=0)
    return table[~np.isnan(table[:, ~is_empty]).any(axis=1)]
