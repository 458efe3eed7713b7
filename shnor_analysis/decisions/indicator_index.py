"""Indicators become one index by the rule of a regulation, and the lower part of the schools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np

from shnor_analysis.methodology import ConditionIndicator, IndexRule, ResultIndicator
from shnor_analysis.stats.arrays import BoolArray, FloatArray
from shnor_analysis.stats.composite import Composite, composite_index, directed_z, reference_of
from shnor_analysis.stats.ranks import lower_tail, places, points_index

ALL_SCHOOLS = "all"
WHOLE = 100
_SIGN = {"lower_is_worse": 1.0, "higher_is_worse": -1.0}


@dataclass(frozen=True)
class Scoring:
    """An index rule as arrays over its indicators, in the order of the regulation.

    ``sign`` is +1 where higher is better; ``bands`` are, for the method ``points`` only, the
    values from which on points are given and the points, one step more than values.
    """

    method: str
    sign: FloatArray
    weights: FloatArray
    bands: tuple[tuple[FloatArray, FloatArray], ...]
    required_weight: float
    largest_z: float
    cut_share: float
    min_cluster_schools: int


@dataclass(frozen=True)
class IndexYear:
    """The index of every school in one year and what it is made of.

    Attributes
    ----------
    index, border : ndarray of float, shape (n_schools,)
        Higher is better; NaN where too little is known, or where no border is found since all
        schools are alike.
    is_below : ndarray of bool, shape (n_schools,)
        At or below the border.
    known_weight : ndarray of float, shape (n_schools,)
        Share of the weight of the indicators that tell schools apart.
    compared_with : ndarray of str, shape (n_schools,)
        The narrowest group of the school that is large enough, ``ALL_SCHOOLS`` where none is.
    n_compared : ndarray of int, shape (n_schools,)
        Schools with an index among those it is compared with.
    scores, weights, contributions : ndarray of float, shape (n_schools, n_indicators)
        Score of each indicator, its share of the weight known of the school, and weight times the
        difference from the mean score of the schools compared; NaN where it does not count.
    is_lower_part : ndarray of bool, shape (n_schools, n_indicators)
        In the lower part by this indicator alone; never with the best value of all schools.
    """

    index: FloatArray
    border: FloatArray
    is_below: BoolArray
    known_weight: FloatArray
    compared_with: np.ndarray
    n_compared: np.ndarray
    scores: FloatArray
    weights: FloatArray
    contributions: FloatArray
    is_lower_part: BoolArray


_Compared = TypeVar("_Compared", "IndexYear", "Verdict")


def scoring(
    rule: IndexRule, indicators: tuple[ResultIndicator, ...] | tuple[ConditionIndicator, ...]
) -> Scoring:
    """Put an index rule and the indicators it joins into arrays.

    Parameters
    ----------
    rule : IndexRule
        Method, weights, border.
    indicators : tuple of ResultIndicator or ConditionIndicator
        In the order of the columns to come.
    """
    named = rule.weights.by_indicator
    return Scoring(
        method=rule.method.value,
        sign=np.array([_SIGN[one.direction] for one in indicators]),
        weights=np.array([float(named.get(one.id, 1)) for one in indicators]),
        bands=tuple(_bands(rule, one.id) for one in indicators) if rule.points else (),
        required_weight=rule.required_weight.numerator / rule.required_weight.denominator,
        largest_z=float(rule.largest_z.value),
        cut_share=rule.cut_percent.value / WHOLE,
        min_cluster_schools=rule.min_cluster_schools.value,
    )


def index_of_year(
    values: FloatArray,
    rule: Scoring,
    divisions: tuple[np.ndarray, ...] = (),
    reference: FloatArray | None = None,
) -> IndexYear:
    """Give every school its index and say who is at or below the border.

    Parameters
    ----------
    values : ndarray of float, shape (n_schools, n_indicators)
        As measured, not turned; NaN where missing.
    rule : Scoring
        From :func:`scoring`.
    divisions : tuple of ndarray of str, each of shape (n_schools,)
        Groups of the schools, wider divisions first; ``ALL_SCHOOLS`` where a school has no group
        in a division. Empty when schools are not divided.
    reference : ndarray of float, shape (n_schools, n_indicators), optional
        Values of the same schools in an earlier year, whose mean, spread and border are kept; the
        year's own when left out. Not for the method ``ranks``.

    Returns
    -------
    IndexYear
        A school is compared within its narrowest group that has ``min_cluster_schools`` schools
        with an index, with all schools where there is none.

    Notes
    -----
    ``ranks``: places from 0 to 100 among the schools that have the indicator. ``z``: differences
    from the mean of the reference in its standard deviations, held within ``largest_z``.
    ``points``: points as a percentage of the way from the least to the most, weighted by that
    way, so that the index is the percentage of possible points gained, and schools whose
    indicators are all known stand in the order of their sums. The index is the weighted mean over
    what is known. An indicator that tells no school from another counts for nobody.
    """
    return _within_groups(_with_parts, values, rule, divisions, reference)


@dataclass(frozen=True)
class Verdict:
    """The index alone, and who is at or below the border; shapes as in :class:`IndexYear`."""

    index: FloatArray
    is_below: BoolArray
    compared_with: np.ndarray


def verdict_of_year(
    values: FloatArray,
    rule: Scoring,
    divisions: tuple[np.ndarray, ...] = (),
    reference: FloatArray | None = None,
) -> Verdict:
    """Only what a list drawn many times needs; otherwise as :func:`index_of_year`."""
    return _within_groups(_verdict, values, rule, divisions, reference)


def _within_groups(
    compare: Callable[[FloatArray, Scoring, FloatArray | None], _Compared],
    values: FloatArray,
    rule: Scoring,
    divisions: tuple[np.ndarray, ...],
    reference: FloatArray | None,
) -> _Compared:
    """Compare all schools, then put in what ever narrower groups say of their own."""
    found = compare(values, rule, reference)
    for groups in divisions:
        for group in np.unique(groups[groups != ALL_SCHOOLS]):
            mine = groups == group
            own = compare(values[mine], rule, None if reference is None else reference[mine])
            if np.sum(~np.isnan(own.index)) >= rule.min_cluster_schools:
                for field in fields(found):
                    getattr(found, field.name)[mine] = getattr(own, field.name)
                found.compared_with[mine] = group
    return found


def _bands(rule: IndexRule, indicator: str) -> tuple[FloatArray, FloatArray]:
    mine = sorted(
        (band.at_least, band.points) for band in rule.points if band.indicator == indicator
    )
    cuts = np.array([cut for cut, _ in mine], dtype=float)
    return cuts, np.array([0, *(points for _, points in mine)], dtype=float)


def _joined(
    values: FloatArray, rule: Scoring, reference: FloatArray | None
) -> tuple[FloatArray, FloatArray, Composite, BoolArray, float]:
    """Scores, weights, index, who is at or below the border, border; all schools together."""
    scores, weights = _scores(values, rule, values if reference is None else reference)
    joined = composite_index(scores, weights, required_weight=rule.required_weight)
    if reference is None:
        is_below = lower_tail(joined.index, rule.cut_share)
        return scores, weights, joined, is_below, _border(joined.index, rule.cut_share)
    earlier, _ = _scores(reference, rule, reference)
    before = composite_index(earlier, weights, required_weight=rule.required_weight)
    border = _border(before.index, rule.cut_share)
    return scores, weights, joined, joined.index <= border, border


def _verdict(values: FloatArray, rule: Scoring, reference: FloatArray | None) -> Verdict:
    _, _, joined, is_below, _ = _joined(values, rule, reference)
    return Verdict(joined.index, is_below, _with_all(len(values)))


def _with_parts(values: FloatArray, rule: Scoring, reference: FloatArray | None) -> IndexYear:
    scores, weights, joined, is_below, border = _joined(values, rule, reference)
    known = np.where(np.isnan(scores), 0.0, np.where(joined.is_used, weights, 0.0))
    total = known.sum(axis=1, keepdims=True)
    part = np.where(known > 0, known / np.where(total > 0, total, 1), np.nan)
    n_known = np.sum(~np.isnan(scores), axis=0)
    mean = np.nansum(scores, axis=0) / np.where(n_known > 0, n_known, np.nan)
    # Where most schools share the best value, the quantile is that value: nobody with it is low.
    best = np.where(np.isnan(scores), -np.inf, scores).max(axis=0, initial=-np.inf)
    in_tail = np.column_stack([lower_tail(column, rule.cut_share) for column in scores.T])
    n_schools = len(values)
    return IndexYear(
        index=joined.index,
        border=np.full(n_schools, border),
        is_below=is_below,
        known_weight=joined.known_weight,
        compared_with=_with_all(n_schools),
        n_compared=np.full(n_schools, np.sum(~np.isnan(joined.index))),
        scores=scores,
        weights=part,
        contributions=part * (scores - mean),
        is_lower_part=in_tail & (scores < best),
    )


def _with_all(n_schools: int) -> np.ndarray:
    return np.full(n_schools, ALL_SCHOOLS, dtype=object)


def _scores(
    values: FloatArray, rule: Scoring, reference: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Scores, higher better, and weights; a column without differences is all NaN."""
    weights = rule.weights
    if rule.method == "ranks":
        scores = places(values * rule.sign)
    elif rule.method == "z":
        scores = directed_z(values, reference_of(reference), rule.sign, cap=rule.largest_z)
    else:
        columns = []
        for column, (cuts, steps) in zip(values.T, rule.bands, strict=True):
            way = steps.max() - steps.min()
            points = points_index(column[:, None], [cuts], [steps])
            columns.append(WHOLE * (points - steps.min()) / (way if way > 0 else np.nan))
        scores = np.array(columns).reshape(values.shape[::-1]).T
        weights = weights * [steps.max() - steps.min() for _, steps in rule.bands]
    return np.where(_differ(reference), scores, np.nan), weights


def _differ(values: FloatArray) -> BoolArray:
    known = ~np.isnan(values)
    lowest = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
    highest = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
    return np.asarray(lowest < highest)


def _border(index: FloatArray, cut_share: float) -> float:
    known = index[~np.isnan(index)]
    if not known.size or known.min() == known.max():
        return float("nan")
    return float(np.quantile(known, cut_share))
