"""How well indicators hold together: alpha and omega."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.multivariate.factor import Factor
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning

from shnor_analysis.stats.arrays import complete_rows
from shnor_analysis.stats.composite import standardised

# Fewer schools or indicators have nothing in common to speak of.
MIN_FOR_ALPHA = 2
# Fewer schools or indicators carry no factor.
MIN_SCHOOLS = 3
MIN_INDICATORS = 3
# Start of the factor search: no indicator is taken as free of noise beforehand.
LARGEST_START_LOADING = 0.95
# A sum of decimals that never varies may differ in its last digit.
ROUNDING = 1e-12


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
    table = complete_rows(values)
    if len(table) < MIN_FOR_ALPHA:
        return np.nan
    live = table[:, table.min(axis=0) < table.max(axis=0)]
    k = live.shape[1]
    parts, total = live.var(axis=0, ddof=1).sum(), live.sum(axis=1).var(ddof=1)
    if k < MIN_FOR_ALPHA or total <= ROUNDING * parts:
        return np.nan
    return float(k / (k - 1) * (1 - parts / total))


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
    scores, live = standardised(values)
    if len(scores) < MIN_SCHOOLS or live.sum() < MIN_INDICATORS:
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
