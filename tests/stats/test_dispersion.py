"""Spread given the mean: closed forms and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2

from shnor_analysis.stats.dispersion import SMALLEST_VARIANCE, log_variance, usual_variance


@pytest.mark.parametrize("n", [4, 10, 25])
def test_the_logarithm_of_the_variance_is_unbiased(n):
    # quantiles of s² for normal scores with variance 900, far above the floor
    variance = 900 * chi2.ppf((np.arange(20000) + 0.5) / 20000, n - 1) / (n - 1)
    value, se = log_variance(n, variance)
    assert value.mean() == pytest.approx(np.log(900), abs=0.02)
    assert value.std() == pytest.approx(se[0], rel=0.02)


def test_all_alike_is_floored_and_one_pupil_is_missing():
    value, se = log_variance([5, 1, 0], [0.0, 0.0, np.nan])
    assert value[0] == log_variance([5], [SMALLEST_VARIANCE])[0][0]
    assert np.isnan(value[1:]).all()
    assert np.isnan(se[1:]).all()


@given(st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_a_tilted_binomial_is_the_binomial_of_the_other_share(share, other):
    # exponential tilting keeps the binomial family: variance n p (1 - p) at the mean n p
    pmf = binom.pmf(np.arange(21), 20, share)
    found = usual_variance(pmf, [20 * other])
    assert found[0] == pytest.approx(20 * other * (1 - other), rel=1e-5)


def test_no_usual_variance_at_the_ends():
    assert np.isnan(usual_variance([1, 1, 1], [0.0, 2.0, np.nan])).all()
