"""How surely a school meets a rule that counts its low procedures, and what holds it there.

The rule looks at the procedures of a year and of the year before. A procedure is low when
``denominator * x >= numerator * n``. Clause A: at least ``needed`` procedures of the year are low.
Clause B: some procedure is low in both years. Clause C: at least ``needed`` of both years are low.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import BoolArray, FloatArray, IntArray, float_table
from shnor_analysis.stats.chance import failures_needed
from shnor_analysis.stats.intervals import share

Mode = Literal["A", "B", "C", "A_or_B", "A_and_B"]


@dataclass(frozen=True)
class WayOut:
    """The fewest pupils who, had they passed, would have kept a school off the list.

    Attributes
    ----------
    n_pupils : ndarray of int, shape (n_schools,)
        0 where the rule does not hold anyway.
    current, previous : ndarray of int, shape (n_schools, n_procedures)
        How many of them in which procedure of the year and of the year before.
    """

    n_pupils: IntArray
    current: IntArray
    previous: IntArray


@dataclass(frozen=True)
class WayIn:
    """The fewest pupils who, had they failed, would have put a school on the list.

    Attributes
    ----------
    n_pupils : ndarray of float, shape (n_schools,)
        0 where the rule holds anyway, NaN where it cannot be checked.
    current, previous : ndarray of int, shape (n_schools, n_procedures)
        How many of them in which procedure of the year and of the year before.
    """

    n_pupils: FloatArray
    current: IntArray
    previous: IntArray


def poisson_binomial_tail(p: ArrayLike, needed: int) -> FloatArray:
    """Probability that at least so many of several independent events happen.

    Parameters
    ----------
    p : array_like of float, shape (n_units, n_events)
        Probability of every event; NaN where a unit has no such event.
    needed : int
        The count asked for; 0 is always reached.

    Returns
    -------
    ndarray of float, shape (n_units,)
        Exact up to rounding, by convolution event after event.

    Raises
    ------
    ValueError
        If ``needed`` is negative, ``p`` is not a table or a probability is outside [0, 1].

    References
    ----------
    Hong (2013), Computational Statistics & Data Analysis 59, 41-51, section 2.

    Examples
    --------
    >>> poisson_binomial_tail([[0.5, 0.2, 0.1]], 2).round(4).tolist()
    [0.15]
    """
    if needed < 0:
        raise ValueError(f"needed must not be negative, got {needed}")
    events = _absent_is_zero(_probability_table(p))
    # One column per count; the last one holds «needed or more».
    counts = np.zeros((len(events), needed + 1))
    counts[:, 0] = 1
    for event in events.T:
        counts = _add_event(counts, event)
    return counts[:, -1]


def rule_probability(
    current: ArrayLike, previous: ArrayLike, *, needed: int, mode: Mode
) -> FloatArray:
    """Probability that the rule holds when each procedure is low with a known probability.

    Parameters
    ----------
    current, previous : array_like of float, shape (n_schools, n_procedures)
        Probability that the procedure is low in the year and in the year before; one column is one
        procedure in both tables. NaN where it was not held, or is too small to be counted.
    needed : int
        How many low procedures clauses A and C ask for, at least 1.
    mode : {"A", "B", "C", "A_or_B", "A_and_B"}
        Which clauses make the rule.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where the rule cannot be checked, which is not the same as not holding: A needs
        ``needed`` procedures in the year, B one held in both years, C ``needed`` in both years
        together; "A_or_B" needs one checkable clause, "A_and_B" both.

    Raises
    ------
    ValueError
        If the tables differ in shape, a probability is outside [0, 1], ``needed`` is below 1 or
        the mode is unknown.

    Notes
    -----
    Assumes that the procedures are low independently of each other: with ``P(share >= threshold)``
    of separate posteriors, the uncertainty of one procedure says nothing about another. The
    procedures of one school share pupils and teachers, so low ones come together more often than
    that. A rule that asks for more low procedures than the school is expected to have is then
    somewhat likelier than stated, one that asks for fewer somewhat less likely.

    Clause B is ``1 - prod(1 - p_now * p_before)``. Both clauses of "A_or_B" and "A_and_B" look at
    the same procedures and are not independent: the exact probability is summed up procedure by
    procedure over the states «how many are low this year» × «has one been low twice».

    Examples
    --------
    >>> rule_probability([[0.5, 0.2]], [[0.4, np.nan]], needed=2, mode="A_or_B").round(3).tolist()
    [0.26]
    """
    _check_rule(needed, mode)
    now, before = _probability_table(current), _probability_table(previous)
    _check_same_shape(now, before)
    can_a, can_b, can_c = _checkable(now, before, needed)
    if mode == "A":
        return np.where(can_a, poisson_binomial_tail(now, needed), np.nan)
    if mode == "B":
        return np.where(can_b, poisson_binomial_tail(now * before, 1), np.nan)
    if mode == "C":
        both_years = np.concatenate([now, before], axis=1)
        return np.where(can_c, poisson_binomial_tail(both_years, needed), np.nan)
    once, twice = _joint_states(_absent_is_zero(now), _absent_is_zero(before), needed)
    if mode == "A_and_B":
        return np.where(can_a & can_b, twice[:, -1], np.nan)
    neither = once[:, :-1].sum(axis=1)
    return np.where(can_a | can_b, 1 - neither, np.nan)


def expected_number(probability: ArrayLike, n_listed: int) -> tuple[float, float]:
    """How many schools chance alone would list, and how rare so many would be.

    Parameters
    ----------
    probability : array_like of float, shape (n_schools,)
        Probability that chance lists the school; NaN where it could not be assessed.
    n_listed : int
        Schools the rule has listed.

    Returns
    -------
    expected : float
        Sum of the probabilities; NaN when no school could be assessed.
    at_least : float
        Probability that chance alone lists ``n_listed`` schools or more.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or ``n_listed`` is negative.

    Examples
    --------
    >>> expected, at_least = expected_number([0.125] * 24, 5)
    >>> expected, round(at_least, 3)
    (3.0, 0.173)
    """
    p = np.asarray(probability, dtype=float)
    at_least = float(poisson_binomial_tail(p[None, :], n_listed)[0])
    if np.isnan(p).all():
        return np.nan, np.nan
    return float(np.nansum(p)), at_least


def pupils_to_threshold(
    count: ArrayLike, n: ArrayLike, numerator: int, denominator: int
) -> FloatArray:
    """Distance of a procedure from the threshold, in whole pupils.

    Parameters
    ----------
    count, n : array_like of int, shape (n_cells,)
        ``0 <= count <= n``; NaN where missing or ``n`` is 0.
    numerator, denominator : int
        The threshold share as a fraction of whole numbers.

    Returns
    -------
    ndarray of float, shape (n_cells,)
        Positive: so many more below the minimum and the procedure would be low. Negative: it is
        low, and would not be if so many fewer were below. Never 0.

    Raises
    ------
    ValueError
        If ``count`` is not within ``[0, n]``.

    Examples
    --------
    >>> pupils_to_threshold([2, 3, 5], [10, 10, 10], 3, 10).tolist()
    [1.0, -1.0, -3.0]
    """
    known = ~np.isnan(share(count, n))
    size = np.where(known, np.asarray(n, dtype=float), 0)
    missing = failures_needed(size, numerator, denominator) - np.where(
        known, np.asarray(count, dtype=float), 0
    )
    return np.where(known, np.where(missing > 0, missing, missing - 1), np.nan)


def way_out(current: ArrayLike, previous: ArrayLike, *, needed: int, mode: Mode) -> WayOut:
    """Fewest pupils whose passing would break the rule, and where.

    Parameters
    ----------
    current, previous : array_like of float, shape (n_schools, n_procedures)
        :func:`pupils_to_threshold` of the procedures of the year and of the year before; one
        column is one procedure in both tables. NaN where it was not held or is not counted.
    needed, mode
        As in :func:`rule_probability`.

    Returns
    -------
    WayOut
        How near to chance the verdict is: one pupil of last year is as good an answer as one of
        this year. Of equally cheap ways the one in the leftmost procedures is given, and this year
        before the last.

    Raises
    ------
    ValueError
        If the tables differ in shape, ``needed`` is below 1 or the mode is unknown.

    Notes
    -----
    Every low procedure has its own price and prices only add up, so taking the cheapest is exact.
    A and C: release the cheapest of the low ones until fewer than ``needed`` are left. B: in every
    procedure low twice release the cheaper year. "A_or_B": release as for B, then count on for A;
    what is still missing comes at the price of a procedure of this year, less what its release of
    last year would then save. "A_and_B": the cheaper of A and B.

    Examples
    --------
    >>> found = way_out([[-1, -3, -2]], [[4, 4, 4]], needed=2, mode="A")
    >>> found.n_pupils.tolist(), found.current.tolist()
    ([3], [[1, 0, 2]])
    """
    _check_rule(needed, mode)
    now, before = float_table(current), float_table(previous)
    _check_same_shape(now, before)
    price_now, price_before = _price(now), _price(before)
    if mode == "C":
        both = np.concatenate([price_now, price_before], axis=1)
        freed = _release(both, _count_low(both) - needed + 1)
        return _way(price_now, price_before, *np.split(freed, 2, axis=1))
    nothing = np.zeros(now.shape, dtype=bool)
    surplus = _count_low(price_now) - needed + 1
    by_a = _way(price_now, price_before, _release(price_now, surplus), nothing)
    if mode == "A":
        return by_a
    twice = np.isfinite(price_now) & np.isfinite(price_before)
    free_now = twice & (price_now <= price_before)
    free_before = twice & ~free_now
    by_b = _way(price_now, price_before, free_now, free_before)
    if mode == "B":
        return by_b
    if mode == "A_and_B":
        return _cheaper(by_a, by_b)
    price_more = np.where(free_now, np.inf, price_now)
    # Where not free_before, the subtrahend must be 0 and not infinite.
    price_more = price_more - np.where(free_before, price_before, 0)
    more = _release(price_more, surplus - free_now.sum(axis=1))
    return _way(price_now, price_before, free_now | more, free_before & ~more)


def way_in(current: ArrayLike, previous: ArrayLike, *, needed: int, mode: Mode) -> WayIn:
    """Fewest pupils whose failing would make the rule hold, and where.

    Parameters
    ----------
    current, previous, needed, mode
        As in :func:`way_out`.

    Returns
    -------
    WayIn
        How near to chance it is that the school is not named. Of equally cheap ways the one in the
        leftmost procedures is given.

    Raises
    ------
    ValueError
        As in :func:`way_out`.

    Notes
    -----
    A procedure that is low costs nothing, another its distance, and costs only add up. A and C:
    the ``needed`` cheapest procedures. B: the procedure whose two years together are cheapest.
    "A_or_B": the cheaper of the two. "A_and_B": a procedure as for B, then the cheapest others of
    the year up to ``needed``; the best of all such choices.

    Examples
    --------
    >>> found = way_in([[1, 3, -2]], [[4, 4, 4]], needed=2, mode="A")
    >>> found.n_pupils.tolist(), found.current.tolist()
    ([1.0], [[1, 0, 0]])
    """
    _check_rule(needed, mode)
    now, before = float_table(current), float_table(previous)
    _check_same_shape(now, before)
    cost_now, cost_before = _cost(now), _cost(before)
    if mode == "C":
        both = np.concatenate([cost_now, cost_before], axis=1)
        return _way_in(cost_now, cost_before, *np.split(_cheapest(both, needed), 2, axis=1))
    nothing = np.zeros(now.shape, dtype=bool)
    best = _unreachable(now)
    if mode in ("A", "A_or_B"):
        best = _way_in(cost_now, cost_before, _cheapest(cost_now, needed), nothing)
    can_be_both = mode != "A_and_B" or now.shape[1] >= needed
    for column in range(now.shape[1] if mode != "A" and can_be_both else 0):
        twice = nothing.copy()
        twice[:, column] = True
        # The chosen procedure is one of the needed ones: it must be taken whatever it costs.
        first = np.where(twice, -1.0, cost_now)
        by_now = _cheapest(first, needed) if mode == "A_and_B" else twice
        best = _nearer(best, _way_in(cost_now, cost_before, by_now, twice))
    return best


def _joint_states(
    now: FloatArray, before: FloatArray, needed: int
) -> tuple[FloatArray, FloatArray]:
    """P(count of low this year) × (none low twice, some low twice); the last count is open."""
    once = np.zeros((len(now), needed + 1))
    once[:, 0] = 1
    twice = np.zeros_like(once)
    for p, p_before in zip(now.T, before.T, strict=True):
        low_once, low_twice = p * (1 - p_before), p * p_before
        twice = _add_event(twice, p) + _shifted(once) * low_twice[:, None]
        once = once * (1 - p)[:, None] + _shifted(once) * low_once[:, None]
    return once, twice


def _add_event(counts: FloatArray, p: FloatArray) -> FloatArray:
    return counts * (1 - p)[:, None] + _shifted(counts) * p[:, None]


def _shifted(counts: FloatArray) -> FloatArray:
    """One more event happened; whoever is at the last count stays there."""
    moved = np.roll(counts, 1, axis=1)
    moved[:, 0] = 0
    moved[:, -1] += counts[:, -1]
    return moved


def _checkable(
    now: FloatArray, before: FloatArray, needed: int
) -> tuple[BoolArray, BoolArray, BoolArray]:
    held_now, held_before = ~np.isnan(now), ~np.isnan(before)
    n_now, n_before = held_now.sum(axis=1), held_before.sum(axis=1)
    can_b = np.asarray((held_now & held_before).any(axis=1))
    return n_now >= needed, can_b, n_now + n_before >= needed


def _price(distance: FloatArray) -> FloatArray:
    """Pupils it takes to lift a low procedure; infinite where it is not low."""
    return np.where(distance < 0, -distance, np.inf)


def _count_low(price: FloatArray) -> IntArray:
    return np.asarray(np.isfinite(price).sum(axis=1))


def _release(price: FloatArray, how_many: IntArray) -> BoolArray:
    """The so many cheapest cells of every row, ties from the left."""
    order = np.argsort(price, axis=1, kind="stable")
    place = np.argsort(order, axis=1, kind="stable")
    return (place < how_many[:, None]) & np.isfinite(price)


def _way(
    price_now: FloatArray, price_before: FloatArray, free_now: BoolArray, free_before: BoolArray
) -> WayOut:
    current = np.where(free_now, price_now, 0).astype(np.int64)
    previous = np.where(free_before, price_before, 0).astype(np.int64)
    return WayOut(current.sum(axis=1) + previous.sum(axis=1), current, previous)


def _cheaper(first: WayOut, second: WayOut) -> WayOut:
    """Row by row the cheaper way; where one clause does not hold, nothing is needed."""
    take = first.n_pupils <= second.n_pupils
    return WayOut(
        np.where(take, first.n_pupils, second.n_pupils),
        np.where(take[:, None], first.current, second.current),
        np.where(take[:, None], first.previous, second.previous),
    )


def _cost(distance: FloatArray) -> FloatArray:
    """Pupils it takes to make a procedure low; infinite where it was not held."""
    return np.where(np.isnan(distance), np.inf, np.maximum(distance, 0))


def _cheapest(cost: FloatArray, how_many: int) -> BoolArray:
    """So many cheapest cells of every row, ties from the left; none where there are too few."""
    place = np.argsort(np.argsort(cost, axis=1, kind="stable"), axis=1, kind="stable")
    return (place < how_many) & (cost.shape[1] >= how_many)


def _way_in(
    cost_now: FloatArray, cost_before: FloatArray, by_now: BoolArray, by_before: BoolArray
) -> WayIn:
    """Sum up the chosen cells; a choice that is empty or holds a missing cell leads nowhere."""
    total = np.where(by_now, cost_now, 0).sum(axis=1) + np.where(by_before, cost_before, 0).sum(
        axis=1
    )
    is_way = np.isfinite(total) & (by_now | by_before).any(axis=1)

    def pupils(cost: FloatArray, chosen: BoolArray) -> IntArray:
        return np.where(chosen & is_way[:, None], cost, 0).astype(np.int64)

    return WayIn(
        np.where(is_way, total, np.nan), pupils(cost_now, by_now), pupils(cost_before, by_before)
    )


def _unreachable(now: FloatArray) -> WayIn:
    nobody = np.zeros(now.shape, dtype=np.int64)
    return WayIn(np.full(len(now), np.nan), nobody, nobody)


def _nearer(first: WayIn, second: WayIn) -> WayIn:
    """Row by row the cheaper way; a missing one is no way."""
    take = ~(second.n_pupils < first.n_pupils) & ~np.isnan(first.n_pupils)
    return WayIn(
        np.where(take, first.n_pupils, second.n_pupils),
        np.where(take[:, None], first.current, second.current),
        np.where(take[:, None], first.previous, second.previous),
    )


def _absent_is_zero(p: FloatArray) -> FloatArray:
    """A procedure that was not held cannot be low."""
    return np.where(np.isnan(p), 0.0, p)


def _probability_table(values: ArrayLike) -> FloatArray:
    p = float_table(values)
    if np.any((p < 0) | (p > 1)):
        raise ValueError("probabilities must lie in [0, 1]")
    return p


def _check_same_shape(first: FloatArray, second: FloatArray) -> None:
    if first.shape != second.shape:
        raise ValueError(
            f"both years must have the same procedures, got {first.shape} and {second.shape}"
        )


def _check_rule(needed: int, mode: str) -> None:
    if needed < 1:
        raise ValueError(f"needed must be at least 1, got {needed}")
    if mode not in get_args(Mode):
        raise ValueError(f"mode must be one of {get_args(Mode)}, got {mode!r}")
