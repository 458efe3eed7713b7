"""Adjusted p-values against the published vector and an independent formula."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.multiplicity import adjusted_p_values

P = [0.001, 0.008, 0.012, 0.039, 0.041, 0.20, 0.35, 0.60]
# methodology.md, 9.8
BH = [0.008, 0.032, 0.032, 0.0656, 0.0656, 0.26667, 0.40, 0.60]
BY = [0.02174, 0.08697, 0.08697, 0.17829, 0.17829, 0.72476, 1, 1]


@pytest.mark.parametrize(("method", "expected"), [("bh", BH), ("by", BY)])
def test_the_vector_of_the_methodology(method, expected):
    assert adjusted_p_values(P, method).tolist() == pytest.approx(expected, abs=5e-6)
    order = [3, 0, 7, 1, 5, 2, 6, 4]
    mixed = adjusted_p_values(np.array(P)[order], method)
    assert mixed.tolist() == pytest.approx(np.array(expected)[order].tolist(), abs=5e-6)


def test_schools_that_cannot_be_tested_are_no_part_of_the_family():
    with_missing = adjusted_p_values([P[0], float("nan"), *P[1:], float("nan")])
    assert np.isnan(with_missing[[1, -1]]).all()
    assert np.delete(with_missing, [1, 9]).tolist() == pytest.approx(BH, abs=5e-6)


def test_one_school_nobody_and_nothing():
    assert adjusted_p_values([0.03]).tolist() == [0.03]
    assert np.isnan(adjusted_p_values([float("nan")])).all()
    assert adjusted_p_values([]).size == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_the_step_up_rule_by_its_definition(p):
    """min over j ≥ k of p_(j)·m/j, counted from the largest."""
    m, order = len(p), np.argsort(p)
    expected, least = np.empty(m), 1.0
    for rank in range(m, 0, -1):
        least = min(least, p[order[rank - 1]] * m / rank)
        expected[order[rank - 1]] = least
    assert adjusted_p_values(p).tolist() == pytest.approx(expected.tolist())
