"""Shrinkage: what all schools together say about one, for means and for shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize
from scipy.special import betaln, digamma, expit, logit
from scipy.stats import beta as beta_distribution

from shnor_analysis.stats.intervals import FloatArray, counts_and_sizes, plain_floats

# Beyond this many imagined pupils a prior leaves nothing to the school: complete pooling.
MAX_PRIOR_SIZE = 1e5
_MIN_PRIOR_SIZE = 1e-2
_MEAN_BOUND = 20.0  # of the logit: a mean share within 2e-9 of the ends
# Where the maximum likelihood starts: moments may leave the range a prior can have.
_GAMMA_RANGE = (1e-4, 0.9)
_MIN_SCHOOLS_TO_DIFFER = 2


@dataclass(frozen=True)
class PooledSd:
    """Within-school spread common to many schools; ``sd`` is NaN where ``df`` is 0."""

    sd: float
    df: int


@dataclass(frozen=True)
class BetweenSchools:
    """How far schools truly differ.

    Parameters
    ----------
    tau_squared : float
        Variance between schools, never negative; NaN for fewer than two schools.
    mean : float
        Mean of schools with weights ``1 / (SE² + tau²)``; of a single school its own mean.
    q : float
        Cochran's Q about the fixed-effect mean; large against ``n_schools - 1`` when schools
        differ.
    n_schools : int
        Schools that counted: with a mean and a positive standard error.
    """

    tau_squared: float
    mean: float
    q: float
    n_schools: int


@dataclass(frozen=True)
class NormalShrinkage:
    """Shrunken means, one element per school; ``shrinkage`` is the weight of the common mean.

    ``1 - shrinkage`` is the reliability of the school's own mean.
    """

    posterior_mean: FloatArray
    posterior_sd: FloatArray
    shrinkage: FloatArray


@dataclass(frozen=True)
class BetaPrior:
    """What is known of a school's share before its own results are seen.

    Parameters
    ----------
    alpha, beta : float
        Parameters of the beta distribution; NaN when there were no data to fit.
    n_schools : int
        Schools with participants that it was fitted to.
    outcome : str
        ``fitted``: schools differ, a school's own counts are added to ``alpha`` and ``beta``.
        ``pooled``: the data show no difference between schools beyond chance; all have one share
        and ``alpha``, ``beta`` already hold the counts of all of them (with the Jeffreys halves),
        so nothing is added for a school. ``fixed``: chosen, not fitted. ``no_data``: nobody took
        part anywhere.
    """

    alpha: float
    beta: float
    n_schools: int
    outcome: Literal["fitted", "pooled", "fixed", "no_data"]

    @property
    def mean(self) -> float:
        """Mean share of a school before its own results are seen."""
        return self.alpha / (self.alpha + self.beta)


JEFFREYS = BetaPrior(0.5, 0.5, 0, "fixed")


def pooled_sd(n: ArrayLike, total: ArrayLike, total_of_squares: ArrayLike) -> PooledSd:
    """Within-school standard deviation pooled over schools.

    Parameters
    ----------
    n : array_like of int, shape (n_schools,)
        Pupils with a result. Schools with fewer than two give no degree of freedom.
    total, total_of_squares : array_like of float, shape (n_schools,)
        Sum of the results and of their squares, in points and points squared; a school where
        one is missing is left out.

    Returns
    -------
    PooledSd
        ``sqrt(sum (n - 1) s² / sum (n - 1))`` in points, with ``sum (n - 1)``. A spread of 0
        (all pupils alike) is 0 and not missing.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> pooled_sd([2, 3], [4, 9], [10, 29])
    PooledSd(sd=1.1547005383792515, df=3)
    """
    size, sums, squares = (plain_floats(values) for values in (n, total, total_of_squares))
    if np.any(size < 0):
        raise ValueError("n must not be negative")
    used = (size > 1) & np.isfinite(sums) & np.isfinite(squares)
    df = int((size[used] - 1).sum())
    if df == 0:
        return PooledSd(float("nan"), 0)
    within = np.maximum(squares[used] - sums[used] ** 2 / size[used], 0.0).sum()
    return PooledSd(float(np.sqrt(within / df)), df)


def between_school_variance(
    mean: ArrayLike,
    standard_error: ArrayLike,
    method: Literal["paule_mandel", "dersimonian_laird"] = "paule_mandel",
) -> BetweenSchools:
    """Variance between schools beyond what their sizes explain.

    Parameters
    ----------
    mean, standard_error : array_like of float, shape (n_schools,)
        School means and their standard errors (pooled SD over root n), in points. A school where
        either is missing or the error is not positive is left out.
    method : str
        Paule-Mandel solves ``Q(tau²) = k - 1`` and suits schools of very different sizes;
        DerSimonian-Laird is its first step, in closed form.

    Returns
    -------
    BetweenSchools
        ``tau_squared`` is 0 when schools differ no more than chance would make them.

    References
    ----------
    DerSimonian, Laird (1986), Controlled Clinical Trials 7, 177-188.
    Paule, Mandel (1982), J. Res. Nat. Bur. Standards 87, 377-385.

    Examples
    --------
    >>> between_school_variance([48, 55, 70], [2, 2, 2], "dersimonian_laird").tau_squared
    122.33333333333334
    """
    y, se = np.broadcast_arrays(plain_floats(mean), plain_floats(standard_error))
    used = np.isfinite(y) & np.isfinite(se) & (se > 0)
    y, variance = y[used], se[used] ** 2
    k = len(y)
    nothing = float("nan")
    if k < _MIN_SCHOOLS_TO_DIFFER:
        return BetweenSchools(nothing, float(y[0]) if k else nothing, 0.0 if k else nothing, k)

    def centre_and_q(tau_squared: float) -> tuple[float, float]:
        weight = 1 / (variance + tau_squared)
        centre = float((weight * y).sum() / weight.sum())
        return centre, float((weight * (y - centre) ** 2).sum())

    q = centre_and_q(0.0)[1]
    if q <= k - 1:
        tau_squared = 0.0
    elif method == "dersimonian_laird":
        weight = 1 / variance
        tau_squared = (q - (k - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    else:
        # At tau² = sum of squares about any centre, Q is below 1 <= k - 1.
        above = float(((y - y.mean()) ** 2).sum())
        tau_squared = brentq(lambda value: centre_and_q(value)[1] - (k - 1), 0.0, above)
    return BetweenSchools(float(tau_squared), centre_and_q(float(tau_squared))[0], q, k)


def normal_shrinkage(
    mean: ArrayLike, standard_error: ArrayLike, centre: float, tau_squared: float
) -> NormalShrinkage:
    """Pull school means towards the common one, the less reliable the more.

    Parameters
    ----------
    mean, standard_error : array_like of float, shape (n_schools,)
        As in :func:`between_school_variance`. Where either is missing or the error is not
        positive the school gets NaN.
    centre : float
        Common mean, in points.
    tau_squared : float
        Variance between schools; 0 gives every school the common mean with no spread, NaN gives
        NaN everywhere: without it nothing is shrunken.

    Returns
    -------
    NormalShrinkage
        With ``B = SE² / (tau² + SE²)``: mean ``(1 - B) * mean + B * centre``, spread
        ``sqrt(tau² * B)``, and ``B`` itself.

    Raises
    ------
    ValueError
        If ``tau_squared`` is negative.

    Notes
    -----
    The uncertainty of ``tau_squared`` and ``centre`` is not in the spread; with fewer than some
    twenty schools it matters.

    References
    ----------
    Efron, Morris (1975), JASA 70, 311-319; for schools Kane, Staiger (2002), J. Econ. Persp.
    16(4), 91-114.

    Examples
    --------
    >>> normal_shrinkage([70.0], [6.0], 60.0, 36.0).posterior_mean.tolist()
    [65.0]
    """
    if tau_squared < 0:
        raise ValueError(f"tau_squared must not be negative, got {tau_squared}")
    y, se = np.broadcast_arrays(plain_floats(mean), plain_floats(standard_error))
    variance = np.where(se > 0, se, np.nan) ** 2 + 0 * y
    shrinkage = variance / (tau_squared + variance)
    posterior = (1 - shrinkage) * y + shrinkage * centre
    return NormalShrinkage(posterior, np.sqrt(tau_squared * shrinkage), shrinkage)


def kleinman_moments(count: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Mean share and its between-school part ``gamma`` by weighted moments.

    Parameters
    ----------
    count, n : array_like of int, shape (n_schools,)
        ``0 <= count <= n``; schools without participants or with missing counts are left out.

    Returns
    -------
    mean, gamma : float
        ``alpha + beta = 1 / gamma - 1``. ``gamma <= 0`` says that schools differ no more than
        chance would make them; NaN that the data cannot tell (one school, one pupil per school,
        or a share of exactly 0 or 1).

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``.

    References
    ----------
    Kleinman (1973), JASA 68(341), 46-54.
    """
    x, size = _with_participants(count, n)
    if len(x) == 0:
        return float("nan"), float("nan")
    weight = size / size.sum()
    share = x / size
    mean = float((weight * share).sum())
    spread = float((weight * (share - mean) ** 2).sum())
    one_cell = float((weight * (1 - weight) / size).sum())
    scale = mean * (1 - mean) * (float((weight * (1 - weight)).sum()) - one_cell)
    if scale <= 0:
        return mean, float("nan")
    return mean, (spread - mean * (1 - mean) * one_cell) / scale


def fit_beta_prior(count: ArrayLike, n: ArrayLike) -> BetaPrior:
    """Fit the distribution of school shares by maximum likelihood of the beta-binomial.

    Parameters
    ----------
    count, n : array_like of int, shape (n_schools,)
        Participants below the minimum and participants; ``0 <= count <= n``. Schools without
        participants or with missing counts are left out.

    Returns
    -------
    BetaPrior
        ``pooled`` when moments or the likelihood see no difference between schools; ``no_data``
        when no school has participants. Never an exception for poor data.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``: counts that cannot be.

    References
    ----------
    Casella (1985), Am. Statistician 39(2), 83-87; Kleinman (1973) for the start values.

    Examples
    --------
    >>> fit_beta_prior([1, 6, 4, 12, 9, 30, 5, 20], [5, 12, 25, 30, 48, 75, 90, 120]).outcome
    'fitted'
    >>> fit_beta_prior([2, 2, 2], [10, 10, 10])
    BetaPrior(alpha=6.5, beta=24.5, n_schools=3, outcome='pooled')
    """
    x, size = _with_participants(count, n)
    if len(x) == 0:
        return BetaPrior(float("nan"), float("nan"), 0, "no_data")
    pooled = BetaPrior(
        float(x.sum()) + JEFFREYS.alpha, float((size - x).sum()) + JEFFREYS.beta, len(x), "pooled"
    )
    mean, gamma = kleinman_moments(x, size)
    if not gamma > 0:
        return pooled
    start = [logit(mean), np.log(1 / np.clip(gamma, *_GAMMA_RANGE) - 1)]
    bounds = [(-_MEAN_BOUND, _MEAN_BOUND), tuple(np.log([_MIN_PRIOR_SIZE, MAX_PRIOR_SIZE]))]
    found = minimize(
        _deviance,
        start,
        args=(x, size),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    prior_size = float(np.exp(found.x[1]))
    if prior_size >= MAX_PRIOR_SIZE / 2:
        return pooled
    average = float(expit(found.x[0]))
    return BetaPrior(average * prior_size, (1 - average) * prior_size, len(x), "fitted")


def _deviance(at: FloatArray, x: FloatArray, size: FloatArray) -> tuple[float, FloatArray]:
    """Minus mean log-likelihood and its slope, at logit of the mean and log of the prior size."""
    mean, prior_size = expit(at[0]), np.exp(at[1])
    alpha, beta = mean * prior_size, (1 - mean) * prior_size
    value = betaln(x + alpha, size - x + beta) - betaln(alpha, beta)
    common = digamma(prior_size) - digamma(size + prior_size)
    by_alpha = float((digamma(x + alpha) - digamma(alpha) + common).mean())
    by_beta = float((digamma(size - x + beta) - digamma(beta) + common).mean())
    slope = np.array(
        [(by_alpha - by_beta) * prior_size * mean * (1 - mean), by_alpha * alpha + by_beta * beta]
    )
    return -float(value.mean()), -slope


def posterior_mean(count: ArrayLike, n: ArrayLike, prior: BetaPrior) -> FloatArray:
    """Shrunken share of every school.

    Parameters
    ----------
    count, n : array_like of int, shape (n_schools,)
        ``0 <= count <= n``; missing values give NaN.
    prior : BetaPrior
        See :func:`fit_beta_prior`.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        ``(count + alpha) / (n + alpha + beta)``, a fraction; under ``pooled`` the common share.
        NaN where nobody took part: the prior alone says nothing about this school.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``.

    Examples
    --------
    >>> posterior_mean([35, 27], [50, 50], BetaPrior(15.205, 15.205, 2, "fitted")).round(3).tolist()
    [0.624, 0.525]
    """
    alpha, beta = posterior_parameters(count, n, prior)
    return alpha / (alpha + beta)


def posterior_probability_at_least(
    count: ArrayLike, n: ArrayLike, prior: BetaPrior, threshold: float
) -> FloatArray:
    """Posterior probability that the underlying share of a school is not below a threshold.

    Parameters
    ----------
    count, n, prior
        As in :func:`posterior_mean`.
    threshold : float
        A fraction in (0, 1).

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where nobody took part.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` or ``threshold`` not within (0, 1).
    """
    if not 0 < threshold < 1:
        raise ValueError(f"threshold must be a fraction in (0, 1), got {threshold}")
    alpha, beta = posterior_parameters(count, n, prior)
    return np.asarray(beta_distribution.sf(threshold, alpha, beta), dtype=float)


def posterior_interval(
    count: ArrayLike, n: ArrayLike, prior: BetaPrior, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed interval of the underlying share of every school.

    Parameters
    ----------
    count, n, prior
        As in :func:`posterior_mean`.
    confidence : float
        Two-sided level as a fraction.

    Returns
    -------
    lower, upper : ndarray of float, shape (n_schools,)
        Fractions in [0, 1]; NaN where nobody took part.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]`` or ``confidence`` not within (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be a fraction in (0, 1), got {confidence}")
    alpha, beta = posterior_parameters(count, n, prior)
    tail = (1 - confidence) / 2
    lower, upper = (beta_distribution.ppf(level, alpha, beta) for level in (tail, 1 - tail))
    return np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)


def posterior_parameters(
    count: ArrayLike, n: ArrayLike, prior: BetaPrior
) -> tuple[FloatArray, FloatArray]:
    """Parameters of the beta distribution of every school's underlying share.

    Parameters
    ----------
    count, n, prior
        As in :func:`posterior_mean`.

    Returns
    -------
    alpha, beta : ndarray of float, shape (n_schools,)
        NaN where nobody took part. All schools have the same ones when the prior is ``pooled``.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``.
    """
    x, size = counts_and_sizes(count, n)
    known = np.where((size > 0) & np.isfinite(x), 1.0, np.nan)
    if prior.outcome == "pooled":
        return prior.alpha * known, prior.beta * known
    return (prior.alpha + x) * known, (prior.beta + size - x) * known


def _with_participants(count: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, size = counts_and_sizes(count, n)
    used = np.isfinite(x) & (size > 0)
    return x[used], size[used]
