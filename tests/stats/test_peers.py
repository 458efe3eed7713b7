"""Peers, quadrants and resilience: by hand, against scipy, and by the rule of methodology 5.5."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from shnor_analysis.stats.peers import (
    Quadrant,
    nearest_peers,
    quadrants,
    resilience_sensitivity,
    resilient,
)

NOTHING = float("nan")


def test_peers_agree_with_scipy():
    context = np.random.default_rng(2).normal(size=(300, 3)) * [1, 10, 0.1]
    peers, distance = nearest_peers(context, 4)
    scaled = context / context.std(axis=0)
    table = cdist(scaled, scaled) / np.sqrt(3)
    np.fill_diagonal(table, np.inf)
    assert peers.tolist() == np.argsort(table, axis=1)[:, :4].tolist()
    assert distance == pytest.approx(np.sort(table, axis=1)[:, :4])


def test_equally_near_schools_come_in_their_order():
    peers, distance = nearest_peers([[0.0], [1.0], [-1.0], [1.0]], 3)
    assert peers[0].tolist() == [1, 2, 3]
    assert peers[1].tolist() == [3, 0, 2]
    assert distance[1, 0] == 0


def test_units_do_not_matter_and_constants_do_not_count():
    context = np.array([[0.1, 3, 7], [0.2, 9, 7], [0.4, 1, 7], [0.3, 4, 7]])
    peers, distance = nearest_peers(context, 2)
    other, other_distance = nearest_peers(context[:, :2] * [100, 0.01] + 5, 2)
    assert peers.tolist() == other.tolist()
    assert distance == pytest.approx(other_distance)


def test_schools_without_context_have_no_peers():
    peers, distance = nearest_peers([[0.0, 1], [1.0, NOTHING], [2.0, 3], [9.0, 9]], 3)
    assert peers[1].tolist() == [-1, -1, -1]
    assert not (peers == 1).any()
    assert peers[0].tolist() == [2, 3, -1]
    assert np.isnan(distance[0, 2])
    for lonely in ([[1.0]], [[1.0], [1.0]], [[1.0], [NOTHING]], np.empty((0, 2))):
        assert (nearest_peers(lonely, 2)[0] == -1).all()


def test_quadrants_at_their_cuts():
    found = quadrants(
        [30, 30, 30.1, 30.1, NOTHING, 10], [50, 49.9, 50, 49.9, 60, NOTHING],
        context_cut=30, result_cut=50,
    )  # fmt: skip
    assert found.tolist() == [
        Quadrant.ADVERSE_GOOD,
        Quadrant.ADVERSE_LOW,
        Quadrant.FAVOURABLE_GOOD,
        Quadrant.FAVOURABLE_LOW,
        Quadrant.UNKNOWN,
        Quadrant.UNKNOWN,
    ]
    assert quadrants([10], [60], context_cut=NOTHING, result_cut=50).tolist() == [0]
    assert quadrants([], [], context_cut=30, result_cut=50).shape == (0,)


RULE = {"context_cut": 30, "result_cuts": [50, 50, 50], "years_needed": 2, "max_level": 1}


@pytest.mark.parametrize(
    ("index", "years", "level", "is_resilient", "is_known"),
    [
        (30, [50, 50, 0], 1, True, True),  # everything exactly at its threshold
        (30.1, [99, 99, 99], 0, False, True),  # conditions are not adverse
        (10, [99, 49, 49], 0, False, True),  # one good year of two needed
        (10, [99, 99, 99], 2, False, True),  # signs of biased results
        (10, [99, 99, NOTHING], 0, True, True),  # a gap that changes nothing
        (10, [99, 0, NOTHING], 0, False, False),  # a gap that could
        (10, [0, 0, NOTHING], 0, False, True),  # a gap that could not
        (NOTHING, [99, 99, 99], 0, False, False),
        (NOTHING, [0, 0, 0], 0, False, True),
        (10, [99, 99, 99], NOTHING, False, False),
        (80, [NOTHING] * 3, NOTHING, False, True),
    ],
)
def test_the_resilience_rule(index, years, level, is_resilient, is_known):
    found = resilient([index], [years], [level], **RULE)
    assert (found.is_resilient[0], found.is_known[0]) == (is_resilient, is_known)


def test_sensitivity_by_hand():
    # ten schools, context 1 … 10; its quantiles .25, .30, .33, .5 and two of the results
    context = np.arange(1.0, 11)
    results = np.array([[8.0], [9], [10], [5], [6], [7], [4], [3], [2], [1]])
    found = resilience_sensitivity(
        context, results, np.zeros(10),
        context_cuts=[3.25, 3.7, 3.97, 5.5], result_cuts=[[5.5], [9.1]],
        years_needed=1, max_level=1,
    )  # fmt: skip
    # schools 1–3, and with half of the schools also the fifth
    assert found.is_resilient.sum(axis=2).tolist() == [[3, 1], [3, 1], [3, 1], [4, 1]]
    assert np.flatnonzero(found.is_resilient[3, 0]).tolist() == [0, 1, 2, 4]
    assert found.is_known.all()
    assert found.is_known.shape == (4, 2, 10)


def test_every_school_may_have_borders_of_its_own():
    # of three schools with the same results only the second is asked for less
    found = resilient(
        [10, 10, 10], [[50, 50]] * 3, [0, 0, 0], context_cut=30,
        result_cuts=[[60, 60], [40, 40], [NOTHING, 40]], years_needed=2, max_level=1,
    )  # fmt: skip
    assert found.is_resilient.tolist() == [False, True, False]
    assert found.is_known.tolist() == [True, True, False]


rows = st.lists(
    st.tuples(
        st.one_of(st.just(NOTHING), st.floats(0, 100)),
        st.lists(st.one_of(st.just(NOTHING), st.floats(0, 100)), min_size=2, max_size=2),
        st.one_of(st.just(NOTHING), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=40)
@given(rows)
def test_wider_thresholds_never_lose_a_school(schools):
    context = np.array([row[0] for row in schools])
    results = np.array([row[1] for row in schools])
    level = np.array([row[2] for row in schools], dtype=float)
    found = resilience_sensitivity(
        context, results, level,
        context_cuts=[25, 50], result_cuts=[[66, 66], [50, 50]], years_needed=1, max_level=1,
    ).is_resilient  # fmt: skip
    assert (found[0] <= found[1]).all()
    assert (found[:, 0] <= found[:, 1]).all()


def test_no_schools():
    found = resilient([], np.empty((0, 3)), [], **RULE)
    assert found.is_resilient.shape == (0,)
    empty = resilience_sensitivity(
        [], np.empty((0, 2)), [],
        context_cuts=[0.3], result_cuts=[[0.5, 0.5]], years_needed=1, max_level=1,
    )  # fmt: skip
    assert empty.is_resilient.shape == (1, 1, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: nearest_peers([1.0], 1),
        lambda: nearest_peers([[1.0]], 0),
        lambda: resilient([1], [[1, 1, 1]], [0], **(RULE | {"years_needed": 0})),
        lambda: resilient([1], [[1, 1]], [0], **RULE),
        lambda: resilient([1, 2], [[1, 1, 1]], [0], **RULE),
        lambda: resilience_sensitivity(
            [1], [[1]], [0],
            context_cuts=[30], result_cuts=[[50, 50]], years_needed=1, max_level=1,
        ),
    ],
)  # fmt: skip
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
