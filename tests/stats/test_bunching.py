"""Heaps above thresholds: hand-made distributions, published bounds, properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from shnor_analysis.stats.bunching import (
    binomial_mid_p,
    frandsen_p,
    threshold_excess,
    tilt_rate,
    tilted,
)

# methodology.md, T4.3: points 0…15, threshold 8, 22 of 25 pupils at the threshold, pi = 0.52
T43 = [1, 2, 3, 5, 7, 9, 8, 3, 22, 14, 13, 12, 10, 8, 6, 4]


def test_the_published_ratio_test_and_its_mid_p():
    tail = binomial_mid_p([T43[8]], [T43[7] + T43[8]], [0.52])[0]
    # the vector counts the observed point in full: p = 0.00016594
    assert tail + binom.pmf(22, 25, 0.52) / 2 == pytest.approx(0.00016594, abs=5e-9)


def test_a_flat_region_expects_half_of_the_window_above():
    # the school's mean is the region's, 3.5, so nothing is tilted; two below (2, 3), two above
    found = threshold_excess([[0, 3, 2, 2, 6, 1, 0, 2]], [1] * 8, [4])
    assert found.observed.tolist() == [[7.0]]
    assert found.n_window.tolist() == [[11.0]]
    assert found.expected[0, 0] == pytest.approx(5.5)
    assert found.variance[0, 0] == pytest.approx(11 / 4)


@pytest.mark.parametrize("size", [1, 4])
def test_a_strong_school_that_only_tilts_the_region_has_no_excess(size):
    # each next score of a flat region twice as likely: 1, 2, 4 of 7, mean 10 / 7; few or many
    found = threshold_excess(size * np.array([[1, 2, 4]]), [5, 5, 5], [1, 2])
    assert found.observed[0].tolist() == [6 * size, 4 * size]
    assert found.expected[0].tolist() == pytest.approx([6 * size, 4 * size])
    assert found.variance[0].tolist() == pytest.approx([size * 6 / 7, size * 12 / 7])


def test_a_school_at_the_end_of_the_scale_is_not_compared():
    found = threshold_excess([[0, 0, 6], [6, 0, 0], [1, 2, 4]], [1, 1, 1], [2])
    assert found.n_window[:, 0].tolist() == [0, 0, 7]
    assert found.observed[:2].tolist() == found.expected[:2].tolist() == [[0.0], [0.0]]


def test_a_threshold_at_the_end_of_the_scale_shrinks_the_window():
    found = threshold_excess([[2, 3]], [1, 1], [1])
    assert found.n_window[0, 0] == 5


def test_a_score_nobody_in_the_region_has_gives_no_counterfactual():
    found = threshold_excess([[0, 2, 3]], [1, 0, 0], [1])
    assert found.n_window[0, 0] == found.variance[0, 0] == found.observed[0, 0] == 0


def test_a_school_without_pupils_adds_nothing():
    found = threshold_excess([[0, 0, 0]], [1, 2, 1], [1, 2])
    assert np.all(found.expected == 0)
    assert found.expected.shape == (1, 2)
    assert threshold_excess(np.zeros((0, 3)), [1, 2, 1], [1]).expected.shape == (0, 1)
    assert threshold_excess([[1, 1, 1]], [1, 2, 1], []).expected.shape == (1, 0)


def test_wrong_shapes_and_counts_are_refused():
    with pytest.raises(ValueError, match="column per score"):
        threshold_excess([[1, 1]], [1, 1, 1], [1])
    with pytest.raises(ValueError, match="negative"):
        threshold_excess([[-1, 1]], [1, 1], [1])
    with pytest.raises(ValueError, match="negative"):
        frandsen_p([1], [1], [1], -0.1)


def test_frandsen_bound_of_a_straight_line_is_a_third():
    # k = 0: P(X >= 8) of Bin(12, 1/3) = 0.018758 (tables of the binomial distribution)
    assert frandsen_p([2], [8], [2], 0.0)[0] == pytest.approx(0.018758, abs=1e-6)
    assert frandsen_p([2], [8], [2], 0.1)[0] > frandsen_p([2], [8], [2], 0.0)[0]
    assert np.isnan(frandsen_p([0], [0], [0], 0.1)[0])


def test_mid_p_of_nobody_is_missing_and_of_a_third_in_the_middle_one_half():
    assert np.isnan(binomial_mid_p([0], [0], [0.5])[0])
    assert binomial_mid_p([1], [2], [0.5])[0] == pytest.approx(0.5)


@given(
    st.lists(st.floats(0.01, 1), min_size=3, max_size=30),
    st.floats(0.02, 0.98),
)
def test_the_tilt_reaches_the_mean(pmf, part):
    mean = part * (len(pmf) - 1)
    weight = tilted(pmf, tilt_rate(pmf, [mean]))
    assert weight.sum() == pytest.approx(1)
    assert weight[0] @ np.arange(len(pmf)) == pytest.approx(mean, abs=1e-6)


def test_a_mean_at_the_end_has_no_tilt():
    assert np.isnan(tilt_rate([0.5, 0.5], [0.0, 1.0, np.nan])).all()
    assert np.isnan(tilt_rate([0, 1, 0], [1.0])).all()


@given(st.lists(st.integers(0, 30), min_size=12, max_size=12), st.integers(1, 10))
def test_moving_a_pupil_over_the_threshold_raises_the_excess(counts, cut):
    counts[cut - 1] += 1
    lifted = list(counts)
    lifted[cut - 1] -= 1
    lifted[cut] += 1
    before, after = (threshold_excess([one], [1] * 12, [cut]) for one in (counts, lifted))
    assert (after.observed - after.expected)[0, 0] > (before.observed - before.expected)[0, 0]
