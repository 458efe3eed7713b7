"""The line learned from the innocent side: known truth, contamination, edges."""

import numpy as np
import pytest
from scipy.stats import norm

from shnor_analysis.stats.conditional import conditional_z, fit_conditional_line
from shnor_analysis.stats.funnel import innocent_side

K = 400
RNG = np.random.default_rng(3)
X = RNG.normal(size=(K, 1))
SE = RNG.uniform(0.05, 0.3, K)
# exact quantiles in a random order: the spread of the schools has no chance left in it
NOISE = RNG.permutation(norm.ppf((np.arange(K) + 0.5) / K)) * np.sqrt(SE**2 + 0.2**2)
NOTHING = np.zeros((K, 1))
SETTINGS = {"winsor": 0.2, "min_units": 50}


def test_the_line_and_the_spread_of_clean_schools_are_found():
    found = fit_conditional_line(1 + 0.5 * X[:, 0] + NOISE, SE, X, NOTHING, **SETTINGS)
    assert found.coefficients == pytest.approx([1.0, 0.5], abs=0.05)
    assert np.sqrt(found.tau2) == pytest.approx(0.2, abs=0.04)


def test_a_fifth_of_raised_schools_moves_neither_line_nor_spread_much():
    raised = np.where(np.arange(K) % 5 == 0, 1.0, 0.0)
    y = 1 + 0.5 * X[:, 0] + NOISE + raised
    found = fit_conditional_line(y, SE, X, NOTHING, **SETTINGS)
    assert found.coefficients[1] == pytest.approx(0.5, abs=0.06)
    # the spread of all residuals together would be above 0.4
    assert 0.15 < np.sqrt(found.tau2) < 0.3
    z, _ = conditional_z(y, SE, X, NOTHING, found.coefficients, found.tau2)
    honest = z[raised == 0]
    assert np.mean(norm.sf(honest) < 0.05) < 0.08
    assert np.median(z[raised > 0]) > 2.5


def test_without_conditions_it_is_the_innocent_side():
    none = np.empty((K, 0))
    found = fit_conditional_line(NOISE, SE, none, none, **SETTINGS)
    plain = innocent_side(NOISE, SE, side="lower", winsor=0.2, min_units=50)
    assert found.coefficients[0] == pytest.approx(plain.centre)
    assert found.tau2 == pytest.approx(plain.tau2, rel=1e-6)


def test_too_few_schools_learn_nothing():
    few = slice(0, 30)
    found = fit_conditional_line(
        NOISE[few], SE[few], X[few], NOTHING[few], winsor=0.2, min_units=50
    )
    assert np.isnan(found.coefficients).all()
    assert np.isnan(found.tau2)
    assert found.n_units == 30


def test_what_is_not_known_of_a_condition_widens_the_error():
    z, usual = conditional_z([3.0, 3.0], [0.0, 3.0], [[1.0]] * 2, [[4.0]] * 2, [0.0, 1.0], 12.0)
    assert np.isnan(z[0])  # an error of nought means that it is not known
    assert z[1] == pytest.approx((3 - 1) / 5)
    assert usual.tolist() == [1, 1]
    with pytest.raises(ValueError, match="per column"):
        conditional_z([3.0], [3.0], [[1.0]], [[4.0]], [0.0], 12.0)
    with pytest.raises(ValueError, match="row per school"):
        conditional_z([3.0], [3.0], [[1.0]] * 2, [[4.0]] * 2, [0.0, 1.0], 12.0)
