"""Weights learned from data: closed forms and statsmodels."""

import numpy as np
import pytest
from statsmodels.multivariate.pca import PCA

from shnor_analysis.stats.weights import component_weights, ridge_weights

NOTHING = float("nan")


def rows_with_correlation(correlation, n=40):
    """Rows whose sample correlations are exactly these."""
    noise = np.random.default_rng(5).normal(size=(n, len(correlation)))
    exact = np.linalg.qr(noise - noise.mean(axis=0))[0]
    return exact @ np.linalg.cholesky(np.array(correlation)).T


def test_component_weights_by_hand():
    # r = .6 between two: loadings equal, first share (1 + r)/2
    found = component_weights(rows_with_correlation([[1, 0.6], [0.6, 1]]), anchor=1)
    assert found.weights == pytest.approx([0.5, 0.5])
    assert found.explained == pytest.approx(0.8)
    # against each other: the anchor keeps its sign, the other is cut and shown
    against = component_weights(rows_with_correlation([[1, -0.6], [-0.6, 1]]), anchor=1)
    assert against.weights == pytest.approx([0, 1])
    assert against.coefficients == pytest.approx([-np.sqrt(0.5), np.sqrt(0.5)])


def test_component_weights_agree_with_statsmodels():
    z = np.random.default_rng(4).normal(size=(9, 4))
    expected = PCA(z, ncomp=1, standardize=True)
    loading = expected.eigenvecs[:, 0]
    found = component_weights(z, anchor=0)
    assert found.coefficients == pytest.approx(loading * np.sign(loading[0]))
    assert found.explained == pytest.approx(expected.rsquare[1])
    assert found.n_schools == 9
    assert found.weights.sum() == pytest.approx(1)


def test_ridge_weights_by_hand():
    # uncorrelated indicators: slopes are the correlations / (1 + penalty)
    rows = rows_with_correlation([[1, 0, 0.6], [0, 1, -0.3], [0.6, -0.3, 1]])
    found = ridge_weights(rows[:, :2], rows[:, 2], penalty=0.5)
    assert found.coefficients == pytest.approx([0.6 / 1.5, -0.3 / 1.5])
    # the second contradicts its direction: no weight
    assert found.weights == pytest.approx([1, 0])
    # without a penalty, the share explained is the sum of squared correlations
    plain = ridge_weights(rows[:, :2], rows[:, 2], penalty=0.0)
    assert plain.explained == pytest.approx(0.36 + 0.09)
    # two copies of one indicator share its weight, even without a penalty
    doubled = ridge_weights(rows[:, [0, 0]], rows[:, 2], penalty=0.0)
    assert doubled.weights == pytest.approx([0.5, 0.5])


def test_no_weights_from_nothing():
    for found in (
        component_weights([[1.0, 2.0], [2.0, 1.0]], anchor=0),
        component_weights([[1.0, 2.0], [1.0, 1.0], [1.0, 3.0]], anchor=0),
        component_weights(np.full((4, 2), np.nan), anchor=0),
        ridge_weights([[1.0], [2.0], [3.0]], [5, 5, 5], penalty=1.0),
        ridge_weights([[1.0], [1.0], [1.0]], [1, 2, 3], penalty=1.0),
        ridge_weights([[1.0], [2.0], [3.0]], [1, NOTHING, 3], penalty=1.0),
    ):
        assert np.isnan(found.weights).all()
        assert np.isnan(found.explained)
    # the only indicator contradicts the result
    assert np.isnan(ridge_weights([[1.0], [2.0], [3.0]], [3, 2, 1], penalty=1.0).weights).all()


def test_an_empty_indicator_gets_no_weight_and_costs_no_school():
    z = np.column_stack([np.random.default_rng(4).normal(size=(5, 4)), np.full(5, np.nan)])
    found = component_weights(z, anchor=0)
    assert found.n_schools == 5
    assert found.weights[4] == 0
    assert np.isnan(found.coefficients[4])


@pytest.mark.parametrize(
    "call",
    [
        lambda: component_weights([[1.0]], anchor=1),
        lambda: component_weights([1.0], anchor=0),
        lambda: ridge_weights([[1.0]], [1.0], penalty=-1.0),
        lambda: ridge_weights([[1.0]], [1.0, 2.0], penalty=1.0),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
