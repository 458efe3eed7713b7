"""Many tests at once: p-values adjusted for the share of false alarms in a list."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from shnor_analysis.stats.arrays import FloatArray


def adjusted_p_values(p: ArrayLike, method: Literal["bh", "by"] = "bh") -> FloatArray:
    """Adjust the p-values of one family so that those at most q make a list with FDR q.

    Parameters
    ----------
    p : array_like of float, shape (n,)
        One p-value per school; NaN where the school cannot be tested. They are no part of the
        family: scipy refuses them and statsmodels makes the whole answer missing.
    method : {"bh", "by"}
        Benjamini–Hochberg holds under independence and positive dependence; Benjamini–Yekutieli
        under any, at a cost of the factor 1 + 1/2 + … + 1/n.

    Returns
    -------
    ndarray of float, shape (n,)
        Adjusted p-values, at most 1; NaN where ``p`` is.

    References
    ----------
    Benjamini, Hochberg (1995); Benjamini, Yekutieli (2001); methodology.md, 9.8.

    Examples
    --------
    >>> adjusted_p_values([0.001, float("nan"), 0.04]).tolist()
    [0.002, nan, 0.04]
    """
    values = np.asarray(p, dtype=float)
    adjusted = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    if known.any():
        adjusted[known] = stats.false_discovery_control(values[known], method=method)
    return adjusted
