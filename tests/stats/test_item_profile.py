"""Profiles over tasks: the vectors of methodology.md, T4.4, hand-made cases, properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from shnor_analysis.stats.item_profile import (
    log_misfit,
    misfit_p,
    profile_inversion,
    profile_misfit,
    shifted_profile,
)

REGION = [0.92, 0.88, 0.80, 0.71, 0.60, 0.45, 0.33, 0.20]
SCHOOL = [0.80, 0.78, 0.76, 0.74, 0.70, 0.66, 0.60, 0.55]


def test_t44_inversion_of_the_school_profile():
    found = profile_inversion([SCHOOL, REGION], REGION)
    assert found.correlation[0] == pytest.approx(-0.99872, abs=5e-6)
    assert found.easy_gap[0] == pytest.approx(-0.0575)
    assert found.hard_gap[0] == pytest.approx(0.2325)
    assert found.is_inverted.tolist() == [True, False]
    assert np.isnan(found.correlation[1])  # no difference at all: no correlation


def test_the_middle_of_an_odd_number_of_tasks_is_in_neither_half():
    found = profile_inversion([[0.8, 0.9, 0.6]], [0.9, 0.7, 0.5])
    assert found.easy_gap[0] == pytest.approx(-0.1)
    assert found.hard_gap[0] == pytest.approx(0.1)


@given(st.floats(0.03, 0.97), st.lists(st.floats(0.02, 0.98), min_size=3, max_size=25))
def test_a_shifted_profile_has_the_total_and_keeps_the_order(total, share):
    weight = np.arange(1, len(share) + 1)
    found = shifted_profile(share, weight, [total])
    assert found @ weight / weight.sum() == pytest.approx(total, abs=1e-9)
    order = np.argsort(share, kind="stable")
    assert np.all(np.diff(found[0][order]) >= -1e-12)


def test_nothing_to_shift_to_at_the_ends():
    assert np.isnan(shifted_profile(REGION, [1] * 8, [0.0, 1.0, np.nan])).all()


def test_the_misfit_of_a_constructed_profile():
    # 16 pupils, e = 0.5 everywhere, deviations 0.1, 0.1, -0.2: 16 · (0.01 + 0.01 + 0.04) / 0.25 / 3
    found = profile_misfit([16], [[0.6, 0.6, 0.3]], [[0.5] * 3], [1, 1, 1])
    assert found[0] == pytest.approx(1.28)
    # twice as steady answers make the same deviation weigh twice as much
    assert profile_misfit([16], [[0.6, 0.6, 0.3]], [[0.5] * 3], [0.5] * 3)[0] == pytest.approx(2.56)
    assert np.isnan(profile_misfit([16], [[0.6, 0.6, np.nan]], [[0.5] * 3], [1, 1, 1])[0])


def test_the_tail_of_one_profile():
    # tables of chi-square: 5 % at 16.919 with 9 degrees of freedom, 1 % at 21.666
    assert misfit_p([1.6919, 2.1666], 10).tolist() == pytest.approx([0.05, 0.01], abs=1e-5)
    assert np.isnan(misfit_p([np.nan], 10)[0])


def test_the_logarithm_of_the_misfit_is_centred_under_chance():
    # quantiles of chi2(19) / 19, 20 tasks: mean 0 and the error of the trigamma function
    misfit = chi2.ppf((np.arange(20000) + 0.5) / 20000, 19) / 19
    value, se = log_misfit(misfit, 20)
    assert value.mean() == pytest.approx(0, abs=1e-3)
    assert value.std() == pytest.approx(se[0], rel=1e-2)
    assert np.isnan(log_misfit([0.0, np.nan], 20)[0]).all()
