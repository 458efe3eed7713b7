"""Rule probabilities against full enumeration, the rule by the letter, and numbers by hand."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from shnor_analysis.stats.membership import (
    expected_number,
    poisson_binomial_tail,
    pupils_to_threshold,
    rule_probability,
    way_in,
    way_out,
)

MODES = ["A", "B", "C", "A_or_B", "A_and_B"]
NOTHING = float("nan")


def by_the_letter(current, previous, needed, mode):
    """The definition of methodology 3.1 for one school: which procedures are low."""
    a = sum(current) >= needed
    b = any(now and before for now, before in zip(current, previous, strict=True))
    c = sum(current) + sum(previous) >= needed
    return {"A": a, "B": b, "C": c, "A_or_B": a or b, "A_and_B": a and b}[mode]


def by_enumeration(current, previous, needed, mode):
    """Sum over every combination of low and not low."""
    p = [0.0 if np.isnan(v) else v for v in [*current, *previous]]
    k = len(current)
    return sum(
        np.prod([q if low else 1 - q for q, low in zip(p, lows, strict=True)])
        for lows in product([False, True], repeat=2 * k)
        if by_the_letter(lows[:k], lows[k:], needed, mode)
    )


def checkable(current, previous, needed, mode):
    now, before = ~np.isnan(current), ~np.isnan(previous)
    a, b = now.sum() >= needed, (now & before).any()
    c = now.sum() + before.sum() >= needed
    return {"A": a, "B": b, "C": c, "A_or_B": a or b, "A_and_B": a and b}[mode]


probabilities = st.one_of(st.just(NOTHING), st.sampled_from([0.0, 1.0]), st.floats(0, 1))
tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(
        st.lists(probabilities, min_size=2 * k, max_size=2 * k), min_size=1, max_size=3
    )
)


@settings(max_examples=60)
@given(tables, st.integers(1, 3), st.sampled_from(MODES))
def test_agrees_with_full_enumeration(rows, needed, mode):
    table = np.array(rows)
    k = table.shape[1] // 2
    now, before = table[:, :k], table[:, k:]
    expected = [
        by_enumeration(a, b, needed, mode) if checkable(a, b, needed, mode) else NOTHING
        for a, b in zip(now, before, strict=True)
    ]
    found = rule_probability(now, before, needed=needed, mode=mode)
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(max_examples=60)
@given(tables, st.integers(0, 4))
def test_tail_agrees_with_enumeration_and_padding_changes_nothing(rows, needed):
    table = np.array(rows)
    found = poisson_binomial_tail(table, needed)
    for row, tail in zip(table, found, strict=True):
        p = row[~np.isnan(row)]
        expected = sum(
            np.prod(np.where(lows, p, 1 - p))
            for lows in product([False, True], repeat=len(p))
            if sum(lows) >= needed
        )
        assert tail == pytest.approx(expected, abs=1e-12)
    padded = np.hstack([table, np.full((len(table), 2), np.nan)])
    assert poisson_binomial_tail(padded, needed) == pytest.approx(found)


def test_equal_probabilities_are_binomial():
    found = poisson_binomial_tail(np.full((1, 12), 0.3), 5)
    assert found[0] == pytest.approx(binom.sf(4, 12, 0.3))


# Methodology 3.1: fail/n of procedures (year before → year); low is 10 * fail >= 3 * n.
VECTORS = {
    "T3.1": (
        # ВПР-5 рус 3/10, ВПР-6 мат 6/20, both in the year
        ([3, 6], [10, 20]),
        ([np.nan, np.nan], [np.nan, np.nan]),
        {"A": 1, "B": None, "C": 1, "A_or_B": 1, "A_and_B": None},
    ),
    "T3.2": (
        # ОГЭ мат 9/30, then 8/26
        ([8], [26]),
        ([9], [30]),
        {"A": None, "B": 1, "C": 1, "A_or_B": 1, "A_and_B": None},
    ),
    "T3.3": (
        # ОГЭ мат 29/100, ЕГЭ рус 1/3
        ([29, 1], [100, 3]),
        ([np.nan, np.nan], [np.nan, np.nan]),
        {"A": 0, "B": None, "C": 0, "A_or_B": 0, "A_and_B": None},
    ),
}


@pytest.mark.parametrize("case", VECTORS.values(), ids=VECTORS)
@pytest.mark.parametrize("mode", MODES)
def test_certain_procedures_give_the_rule_by_the_letter(case, mode):
    def is_low(count, n):
        distance = pupils_to_threshold(count, n, 3, 10)
        return np.where(np.isnan(distance), np.nan, distance < 0)[None, :]

    current, previous, expected = case
    found = rule_probability(is_low(*current), is_low(*previous), needed=2, mode=mode)[0]
    if expected[mode] is None:
        assert np.isnan(found)
    else:
        assert found == expected[mode]


def test_posteriors_by_hand():
    # Jeffreys posteriors of methodology 3.2: 3/10 → .5193, 9/30 → .5108, 12/30 → .8824
    p = beta.sf(0.3, np.array([3, 9, 12]) + 0.5, np.array([7, 21, 18]) + 0.5)
    assert p == pytest.approx([0.5193, 0.5108, 0.8824], abs=5e-5)
    now, before = [[p[0], p[1]]], [[np.nan, p[2]]]
    found = {m: rule_probability(now, before, needed=2, mode=m)[0] for m in MODES}
    # A = .5193*.5108; B = .5108*.8824; A and B = .5193*.5108*.8824; the rest by inclusion
    assert found["A"] == pytest.approx(0.26526, abs=1e-4)
    assert found["B"] == pytest.approx(0.45073, abs=1e-4)
    assert found["A_and_B"] == pytest.approx(0.23406, abs=1e-4)
    assert found["A_or_B"] == pytest.approx(0.26526 + 0.45073 - 0.23406, abs=2e-4)


@settings(max_examples=40)
@given(tables, st.integers(1, 3))
def test_inclusion_and_exclusion(rows, needed):
    table = np.array(rows)
    k = table.shape[1] // 2
    p = {m: rule_probability(table[:, :k], table[:, k:], needed=needed, mode=m) for m in MODES}
    both = ~np.isnan(p["A_and_B"])
    assert (p["A"] + p["B"])[both] == pytest.approx((p["A_or_B"] + p["A_and_B"])[both], abs=1e-12)
    known = ~np.isnan(p["A"])
    assert (p["C"][known] >= p["A"][known] - 1e-12).all()
    assert ((p["A_or_B"] >= -1e-12) & (p["A_or_B"] <= 1 + 1e-12))[~np.isnan(p["A_or_B"])].all()


def test_expected_number():
    # 24 schools at one in eight: three by chance; P(X >= 5) of binomial(24, 1/8)
    expected, at_least = expected_number([0.125] * 24 + [np.nan], 5)
    assert expected == 3.0
    assert at_least == pytest.approx(binom.sf(4, 24, 0.125))
    assert expected_number([0.5], 0) == (0.5, 1.0)
    assert expected_number([0.5], 2)[1] == 0.0
    assert np.isnan(expected_number([], 1)).all()
    assert np.isnan(expected_number([np.nan], 1)).all()


def test_distance_in_whole_pupils():
    # 3/10 is at the threshold and low; 29/100 needs one more; 8/26 is one over 7/26
    found = pupils_to_threshold([3, 29, 8, 0, 1, 5], [10, 100, 26, 10, 1, 5], 3, 10)
    assert found.tolist() == [-1, 1, -1, 3, -1, -4]
    # a school where nobody failed is not low even with one pupil
    assert pupils_to_threshold([0, 0, np.nan], [1, 0, 5], 3, 10)[0] == 1
    assert np.isnan(pupils_to_threshold([0, 0, np.nan], [1, 0, 5], 3, 10)[1:]).all()


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_distance_just_crosses_the_threshold(cell):
    x, n = cell
    d = int(pupils_to_threshold([x], [n], 3, 10)[0])
    is_low = x > 0 and 10 * x >= 3 * n
    assert (d < 0) == is_low
    crossed = x + d  # so many more, or so many fewer
    assert crossed <= n
    assert (crossed > 0 and 10 * crossed >= 3 * n) != is_low
    one_less = crossed + (1 if is_low else -1)
    assert (one_less > 0 and 10 * one_less >= 3 * n) == is_low


def cheapest(current, previous, needed, mode):
    """Try every set of low procedures to lift."""
    k = len(current)
    distance = np.array([*current, *previous])
    low = distance < 0
    cells = np.flatnonzero(low)
    best = np.inf
    for size in range(len(cells) + 1):
        for lifted in combinations(cells, size):
            left = low.copy()
            left[list(lifted)] = False
            if not by_the_letter(left[:k], left[k:], needed, mode):
                best = min(best, -distance[list(lifted)].sum())
    return best


distances = st.one_of(st.just(NOTHING), st.integers(-6, -1), st.integers(1, 2))
distance_tables = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.lists(distances, min_size=2 * k, max_size=2 * k), min_size=1, max_size=3)
)


@settings(max_examples=120)
@given(distance_tables, st.integers(1, 3), st.sampled_from(MODES))
def test_the_way_out_is_the_cheapest_and_works(rows, needed, mode):
    table = np.array(rows, dtype=float)
    k = table.shape[1] // 2
    found = way_out(table[:, :k], table[:, k:], needed=needed, mode=mode)
    for i, row in enumerate(table):
        assert found.n_pupils[i] == cheapest(row[:k], row[k:], needed, mode)
        lifted = np.concatenate([found.current[i], found.previous[i]])
        assert lifted.sum() == found.n_pupils[i]
        low = row < 0
        assert (lifted[lifted > 0] == -row[lifted > 0]).all()
        left = low & (lifted == 0)
        assert not by_the_letter(left[:k], left[k:], needed, mode)


def test_way_out_by_hand():
    # low twice (2 this year, 1 last) and low once (5): A or B, two needed.
    # Last year's pupil breaks B, then one procedure must go: 2 - 1 more beats 5.
    found = way_out([[-2, -5]], [[-1, 3]], needed=2, mode="A_or_B")
    assert found.n_pupils.tolist() == [2]
    assert found.current.tolist() == [[2, 0]]
    assert found.previous.tolist() == [[0, 0]]
    # B alone is broken by the one pupil of last year
    assert way_out([[-2, -5]], [[-1, 3]], needed=2, mode="B").previous.tolist() == [[1, 0]]
    # a school the rule does not name needs nothing
    assert way_out([[1, np.nan]], [[-1, 3]], needed=2, mode="A_or_B").n_pupils.tolist() == [0]


def cheapest_way_in(current, previous, needed, mode):
    """Try every set of procedures made low by their distance."""
    cells = [*current, *previous]
    k = len(current)
    best = NOTHING
    for chosen in product([False, True], repeat=2 * k):
        if any(np.isnan(d) for d, take in zip(cells, chosen, strict=True) if take):
            continue
        low = [take or d < 0 for d, take in zip(cells, chosen, strict=True)]
        if by_the_letter(low[:k], low[k:], needed, mode):
            cost = sum(max(d, 0) for d, take in zip(cells, chosen, strict=True) if take)
            best = cost if np.isnan(best) else min(best, cost)
    return best


@settings(max_examples=80)
@given(distance_tables, st.integers(1, 3), st.sampled_from(MODES))
def test_the_way_in_is_the_cheapest_and_works(rows, needed, mode):
    table = np.array(rows, dtype=float)
    k = table.shape[1] // 2
    found = way_in(table[:, :k], table[:, k:], needed=needed, mode=mode)
    for i, row in enumerate(table):
        np.testing.assert_equal(found.n_pupils[i], cheapest_way_in(row[:k], row[k:], needed, mode))
        failed = np.concatenate([found.current[i], found.previous[i]])
        assert failed.sum() == (0 if np.isnan(found.n_pupils[i]) else found.n_pupils[i])
        assert (failed[failed > 0] == row[failed > 0]).all()
        if not np.isnan(found.n_pupils[i]):
            low = (row < 0) | (failed > 0)
            assert by_the_letter(low[:k], low[k:], needed, mode)


def test_way_in_by_hand():
    # One pupil is missing in each of two procedures: two pupils for A; B needs 1 + 4.
    now, before = [[1, 1, 5]], [[4, 6, 6]]
    assert way_in(now, before, needed=2, mode="A").current.tolist() == [[1, 1, 0]]
    assert way_in(now, before, needed=2, mode="B").n_pupils.tolist() == [5]
    assert way_in(now, before, needed=2, mode="A_or_B").n_pupils.tolist() == [2]
    # A and B: the first procedure in both years (1 + 4) and one more of the year (1)
    assert way_in(now, before, needed=2, mode="A_and_B").n_pupils.tolist() == [6]
    # one procedure cannot be two
    assert np.isnan(way_in([[1]], [[1]], needed=2, mode="A").n_pupils).all()


def test_no_schools_and_no_procedures():
    none = np.empty((0, 3))
    bare = np.empty((2, 0))
    for mode in MODES:
        assert rule_probability(none, none, needed=2, mode=mode).shape == (0,)
        assert np.isnan(rule_probability(bare, bare, needed=2, mode=mode)).all()
        assert way_out(bare, bare, needed=2, mode=mode).n_pupils.tolist() == [0, 0]
        assert np.isnan(way_in(bare, bare, needed=2, mode=mode).n_pupils).all()


P = [[0.5]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: rule_probability([[1.5]], P, needed=1, mode="A"),
        lambda: rule_probability(P, P, needed=0, mode="A"),
        lambda: rule_probability(P, P, needed=1, mode="D"),
        lambda: rule_probability(P, [[0.5, 0.5]], needed=1, mode="A"),
        lambda: rule_probability([0.5], [0.5], needed=1, mode="A"),
        lambda: poisson_binomial_tail(P, -1),
        lambda: way_out(P, [[1, 2]], needed=1, mode="A"),
        lambda: pupils_to_threshold([3], [2], 3, 10),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
