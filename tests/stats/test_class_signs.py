"""Heterogeneity of answers and jumps of results against the numbers of the methodology."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.class_signs import answer_heterogeneity, fluctuation_score


def test_t9_6_of_the_methodology():
    found = answer_heterogeneity([[20, 2, 1, 1], [6, 6, 6, 6]])
    assert found.tolist() == pytest.approx([0.393519, 1], abs=5e-7)


def test_9_7_of_the_methodology():
    assert float(fluctuation_score(0.97, 0.05)) == pytest.approx(1.8434)
    assert np.isnan(fluctuation_score([float("nan"), 0.5], [0.5, float("nan")])).all()


def test_nobody_answered_is_missing_and_one_answer_is_zero():
    found = answer_heterogeneity([[0, 0], [1, 0], [0, 7]])
    assert np.isnan(found[0])
    assert found[1:].tolist() == [0, 0]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(any))
def test_heterogeneity_is_a_share_and_the_order_of_answers_does_not_matter(counts):
    found = float(answer_heterogeneity(counts))
    assert -1e-12 <= found <= 1 + 1e-12
    assert float(answer_heterogeneity(counts[::-1])) == pytest.approx(found)
