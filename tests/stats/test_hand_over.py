"""The drop of a cohort: the sums of the waist against pupils one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.stats.hand_over import WorkScale, cohort_drop, linked_drop

EARLIER, LATER = WorkScale(12.0, 4.0, 3.5), WorkScale(15.0, 6.0, 5.0)
scores = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 38)), min_size=1, max_size=30)


@given(scores)
def test_sums_give_what_single_pupils_give(pairs):
    x, y = np.array(pairs, dtype=float).T
    drop = (x - 12) / 4 - (y - 15) / 6
    found, deviation = linked_drop(
        [len(x)], ([x.sum()], [y.sum()]), ([x @ x], [y @ y]), [x @ y], EARLIER, LATER
    )
    assert found[0] == pytest.approx(drop.mean(), abs=1e-9)
    assert deviation[0] == pytest.approx(((drop - drop.mean()) ** 2).sum(), abs=1e-7)


def test_unlinked_cohorts():
    # (14 - 12) / 4 - (12 - 15) / 6 = 1; errors (3.5 / 4)² / 16 and (5 / 6)² / 25
    drop, se = cohort_drop(([16], [25]), ([14.0], [12.0]), EARLIER, LATER)
    assert drop[0] == pytest.approx(1.0)
    assert se[0] == pytest.approx(np.sqrt(0.875**2 / 16 + (5 / 6) ** 2 / 25))


def test_nobody_gives_no_drop():
    drop, deviation = linked_drop([0], ([0], [0]), ([0], [0]), [0], EARLIER, LATER)
    assert np.isnan(drop[0])
    assert np.isnan(deviation[0])
    drop, se = cohort_drop(([0], [5]), ([np.nan], [12.0]), EARLIER, LATER)
    assert np.isnan(drop[0])
    assert np.isnan(se[0])
