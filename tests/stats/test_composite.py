"""Composite index: methodology T5.1, hand-made tables, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.stats.composite import (
    Reference,
    composite_index,
    directed_z,
    reference_of,
    rescale,
    standardised,
)

NOTHING = float("nan")
# Methodology T5.1: higher education (+), incomplete families, unemployed, register (−).
T51 = np.array(
    [
        [0.10, 0.35, 0.20, 0.08],
        [0.25, 0.30, 0.12, 0.05],
        [0.40, 0.28, 0.10, 0.04],
        [0.60, 0.20, 0.05, 0.02],
        [0.75, 0.15, 0.02, 0.01],
    ]
)
DIRECTION = [1, -1, -1, -1]


def t51_scores():
    return directed_z(T51, reference_of(T51), DIRECTION, cap=3)


def test_published_index():
    found = composite_index(t51_scores(), [1, 1, 1, 1], required_weight=0.7)
    assert found.index == pytest.approx([-1.4889, -0.5259, -0.1131, 0.7852, 1.3428], abs=5e-5)
    scaled, is_clipped = rescale(found.index, found.index.min(), found.index.max())
    assert scaled == pytest.approx([0, 34.01, 48.59, 80.31, 100], abs=5e-3)
    assert not is_clipped.any()
    assert found.is_used.all()


def test_a_missing_indicator_is_not_the_mean_and_not_zero():
    z = [[-2.0, -1.0, NOTHING], [NOTHING, -1.0, NOTHING], [0.0, 0.0, 0.0]]
    found = composite_index(z, [2, 1, 1], required_weight=0.7)
    # by hand: (2·(−2) + 1·(−1)) / 3; one quarter of the weight is too little
    assert found.index[0] == pytest.approx(-5 / 3)
    assert np.isnan(found.index[1])
    assert found.known_weight.tolist() == [0.75, 0.25, 1.0]


@pytest.mark.parametrize("weight", [0.1, 1.0, 3.7])
def test_exactly_the_required_share_is_enough(weight):
    row = np.array([[1.0] * 7 + [NOTHING] * 3, [1.0] * 10])
    assert composite_index(row, [weight] * 10, required_weight=0.7).index[0] == pytest.approx(1.0)
    row[0, 6] = NOTHING
    assert np.isnan(composite_index(row, [weight] * 10, required_weight=0.7).index[0])


def test_a_constant_indicator_is_dropped_and_named():
    values = np.column_stack([[0.1, 0.3, 0.5], [0.1, 0.1, 0.1], [NOTHING] * 3])
    reference = reference_of(values)
    assert reference.sd[1] == 0
    assert np.isnan(reference.sd[2])
    z = directed_z(values, reference, [1, 1, 1], cap=3)
    found = composite_index(z, [1, 1, 1], required_weight=0.7)
    assert found.is_used.tolist() == [True, False, False]
    # sd of .1, .3, .5 is .2·sqrt(2/3)
    assert found.index == pytest.approx([-np.sqrt(1.5), 0, np.sqrt(1.5)])
    assert np.isfinite(z[:, 0]).all()


def test_the_reference_is_given_and_outliers_are_capped():
    fixed = Reference(np.array([0.2]), np.array([0.1]))
    z = directed_z([[0.2], [0.3], [0.9], [NOTHING]], fixed, [-1], cap=3)
    assert z[:3, 0] == pytest.approx([0, -1, -3])
    assert np.isnan(z[3, 0])


tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(
        st.lists(st.one_of(st.just(NOTHING), st.floats(-3, 3)), min_size=k, max_size=k),
        min_size=1,
        max_size=8,
    )
)


@settings(max_examples=60)
@given(tables, st.floats(0.1, 10))
def test_the_index_lies_among_its_indicators_and_scales_cancel(rows, factor):
    z = np.array(rows)
    weights = np.arange(1.0, z.shape[1] + 1)
    found = composite_index(z, weights, required_weight=0.5)
    scaled = composite_index(z, weights * factor, required_weight=0.5)
    assert scaled.index == pytest.approx(found.index, nan_ok=True)
    for row, value in zip(z, found.index, strict=True):
        if not np.isnan(value):
            assert np.nanmin(row) - 1e-9 <= value <= np.nanmax(row) + 1e-9
    backwards = composite_index(z[::-1], weights, required_weight=0.5).index[::-1]
    assert backwards == pytest.approx(found.index, nan_ok=True)


def test_no_schools_one_school_no_spread():
    assert composite_index(np.empty((0, 2)), [1, 1], required_weight=0.7).index.shape == (0,)
    assert np.isnan(reference_of(np.empty((0, 2))).mean).all()
    one = reference_of([[0.3, 0.4]])
    assert one.sd.tolist() == [0, 0]
    z = directed_z([[0.3, 0.4]], one, [1, 1], cap=3)
    found = composite_index(z, [1, 1], required_weight=0.7)
    assert np.isnan(found.index[0])
    assert not found.is_used.any()
    assert found.known_weight.tolist() == [0.0]


def test_standardised_over_complete_schools():
    scores, has_spread = standardised([[1, 7, NOTHING], [3, 7, NOTHING], [NOTHING, 7, NOTHING]])
    assert scores[:, 0].tolist() == [-1, 1]
    assert np.isnan(scores[:, 1:]).all()
    assert has_spread.tolist() == [True, False, False]
    assert standardised(np.empty((0, 2)))[0].shape == (0, 2)


def test_rescaling_a_new_year_is_clipped_and_says_so():
    scaled, is_clipped = rescale([-1.5, 1.0, NOTHING], -1.0, 1.0)
    assert scaled[:2].tolist() == [0, 100]
    assert np.isnan(scaled[2])
    assert is_clipped.tolist() == [True, False, False]
    assert np.isnan(rescale([0.5, 0.5], 0.5, 0.5)[0]).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: reference_of([1.0]),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [2], cap=3),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [1], cap=0),
        lambda: directed_z([[1.0]], reference_of([[1.0]]), [1, 1], cap=3),
        lambda: composite_index([[1.0]], [-1], required_weight=0.7),
        lambda: composite_index([[1.0]], [NOTHING], required_weight=0.7),
        lambda: composite_index([[1.0]], [1, 1], required_weight=0.7),
        lambda: composite_index([[1.0]], [1], required_weight=70),
        lambda: rescale([1.0], 2.0, 1.0),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
