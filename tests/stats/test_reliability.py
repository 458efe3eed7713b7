"""Alpha and omega: published data, closed forms, what cannot be estimated."""

import numpy as np
import pytest

from shnor_analysis.stats.reliability import cronbach_alpha, mcdonald_omega

NOTHING = float("nan")
# Bock & Lieberman (1970), LSAT section 6: how many of 1000 gave each answer pattern.
LSAT = {
    "00000": 3, "00001": 6, "00010": 2, "00011": 11, "00100": 1, "00101": 1, "00110": 3,
    "00111": 4, "01000": 1, "01001": 8, "01011": 16, "01101": 3, "01110": 2, "01111": 15,
    "10000": 10, "10001": 29, "10010": 14, "10011": 81, "10100": 3, "10101": 28, "10110": 15,
    "10111": 80, "11000": 16, "11001": 56, "11010": 21, "11011": 173, "11100": 11, "11101": 61,
    "11110": 28, "11111": 298,
}  # fmt: skip


def lsat():
    patterns = np.array([[int(c) for c in pattern] for pattern in LSAT], dtype=float)
    return np.repeat(patterns, list(LSAT.values()), axis=0)


def test_alpha_published():
    # R package ltm, cronbach.alpha(LSAT): 0.295
    assert len(lsat()) == 1000
    assert cronbach_alpha(lsat()) == pytest.approx(0.295, abs=5e-4)


def test_alpha_by_hand():
    # items (1,2,3), (1,2,3): sum 2,4,6, variance 4: 2·(1 − 2/4) = 1
    assert cronbach_alpha([[1, 1], [2, 2], [3, 3]]) == pytest.approx(1.0)
    # items (1,2,3), (1,3,2): covariance ½, sum variance 3: 2·(1 − 2/3)
    assert cronbach_alpha([[1, 1], [2, 3], [3, 2]]) == pytest.approx(2 / 3)
    # a constant item and a school with a gap change nothing
    padded = [[1, 1, 5], [2, 3, 5], [3, 2, 5], [NOTHING, 9, 5]]
    assert cronbach_alpha(padded) == pytest.approx(2 / 3)
    # opposite items: the sum never varies
    assert np.isnan(cronbach_alpha([[1, 3], [2, 2], [3, 1]]))
    assert np.isnan(cronbach_alpha([[0.1, 0.6], [0.3, 0.4], [0.6, 0.1]]))


@pytest.mark.parametrize(
    "values", [np.empty((0, 3)), [[1, 2, 3]], [[1], [2]], [[1, 1, 1], [1, 1, 1]], [[NOTHING] * 3]]
)
def test_no_reliability_of_nothing(values):
    assert np.isnan(cronbach_alpha(values))
    assert np.isnan(mcdonald_omega(values))


def rows_with_correlation(correlation, n=40):
    """Rows whose sample correlations are exactly these."""
    noise = np.random.default_rng(5).normal(size=(n, len(correlation)))
    exact = np.linalg.qr(noise - noise.mean(axis=0))[0]
    return exact @ np.linalg.cholesky(np.array(correlation)).T


def test_omega_by_hand():
    # three indicators: l1 = sqrt(r12·r13/r23) …; .56, .48, .42 are .8·.7, .8·.6, .7·.6
    rows = rows_with_correlation([[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]])
    common = (0.8 + 0.7 + 0.6) ** 2
    expected = common / (common + 0.36 + 0.51 + 0.64)
    assert mcdonald_omega(rows) == pytest.approx(expected, abs=1e-6)
    # equal loadings: omega is alpha, k·r / (1 + (k − 1)·r)
    equal = rows_with_correlation(np.full((4, 4), 0.5) + 0.5 * np.eye(4))
    assert mcdonald_omega(equal) == pytest.approx(4 * 0.5 / 2.5, abs=1e-6)
    assert mcdonald_omega(equal * [1, 10, 100, 0.1]) == pytest.approx(0.8, abs=1e-6)
    assert cronbach_alpha(equal) == pytest.approx(0.8)


def test_omega_is_missing_where_one_factor_cannot_be():
    # r12·r13/r23 = 4.5 > 1: no loading is possible
    rows = rows_with_correlation([[1, 0.9, 0.5], [0.9, 1, 0.1], [0.5, 0.1, 1]])
    assert np.isnan(mcdonald_omega(rows))
    assert np.isnan(mcdonald_omega(np.tile(np.arange(6.0)[:, None], 3)))
