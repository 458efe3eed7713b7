"""How much a list of schools depends on the choices behind it and on chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import BoolArray, FloatArray

# A fall from 0.7 to 0.2 is a fall of 0.5, whatever the last binary digit says.
ROUNDING = 1e-9


@dataclass(frozen=True)
class ListChange:
    """Who a second list adds to a first and takes from it.

    Attributes
    ----------
    stayed, entered, left : ndarray of bool, shape (..., n_schools)
        On both lists; on the second only; on the first only.
    """

    stayed: BoolArray
    entered: BoolArray
    left: BoolArray


@dataclass(frozen=True)
class InclusionClasses:
    """Schools by how surely they belong to a list.

    Attributes
    ----------
    core, borderline : ndarray of bool, shape (n_schools,)
        Both false where the school is surely outside or the probability is missing.
    """

    core: BoolArray
    borderline: BoolArray


def jaccard(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Overlap of two lists.

    Parameters
    ----------
    first, second : array_like of bool, shape (..., n_schools)
        Is the school on the list? Leading axes are broadcast: one list against many variants.

    Returns
    -------
    ndarray of float, shape (...)
        Schools on both lists divided by schools on either; 1 when both are empty, since they are
        the same list.

    References
    ----------
    Jaccard (1912), New Phytologist 11(2), 37-50.

    Examples
    --------
    >>> float(jaccard([True, True, False], [True, False, False]))
    0.5
    """
    one, two = _lists(first, second)
    either = np.sum(one | two, axis=-1)
    both = np.sum(one & two, axis=-1)
    return np.where(either > 0, both / np.maximum(either, 1), 1.0)


def list_change(before: ArrayLike, after: ArrayLike) -> ListChange:
    """Compare two lists school by school.

    Parameters
    ----------
    before, after : array_like of bool, shape (..., n_schools)
        Two years, or the base list and a variant; leading axes are broadcast.

    Returns
    -------
    ListChange

    Examples
    --------
    >>> list_change([True, True, False], [True, False, True]).left.tolist()
    [False, True, False]
    """
    one, two = _lists(before, after)
    return ListChange(stayed=one & two, entered=two & ~one, left=one & ~two)


def confirmed_change(
    before: ArrayLike,
    after: ArrayLike,
    probability_before: ArrayLike,
    probability_after: ArrayLike,
    *,
    least_change: float,
) -> ListChange:
    """Compare two lists, keeping only the moves that chance does not explain.

    Parameters
    ----------
    before, after : array_like of bool, shape (n_schools,)
        Is the school on the list of the first and of the second year?
    probability_before, probability_after : array_like of float, shape (n_schools,)
        Probability that the rule truly holds for it, each year; a missing one confirms nothing.
    least_change : float
        A school that left must have lost, and one that entered must have gained, at least so much
        probability.

    Returns
    -------
    ListChange
        ``entered`` and ``left`` are the confirmed moves only; ``stayed`` as in
        :func:`list_change`. The rest of the moves may be regression to the mean.

    Raises
    ------
    ValueError
        If a probability or ``least_change`` is outside [0, 1].

    Examples
    --------
    >>> change = confirmed_change([1, 1], [0, 0], [0.9, 0.55], [0.2, 0.45], least_change=0.5)
    >>> change.left.tolist()
    [True, False]
    """
    was, now = _probabilities(probability_before), _probabilities(probability_after)
    _probabilities(least_change)
    gain = now - was
    moves = list_change(before, after)
    enough = least_change - ROUNDING
    return ListChange(
        stayed=moves.stayed,
        entered=moves.entered & (gain >= enough),
        left=moves.left & (-gain >= enough),
    )


def inclusion_classes(
    probability: ArrayLike, *, core_from: float, borderline_from: float
) -> InclusionClasses:
    """Sort schools into the core of a list and its border.

    Parameters
    ----------
    probability : array_like of float, shape (n_schools,)
        Probability that the school belongs to the list; NaN where it cannot be told.
    core_from, borderline_from : float
        Least probabilities of the two classes; the core begins where the border ends.

    Returns
    -------
    InclusionClasses

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or the core would begin below the border.

    Examples
    --------
    >>> classes = inclusion_classes([0.8, 0.5, 0.1], core_from=0.8, borderline_from=0.2)
    >>> classes.core.tolist(), classes.borderline.tolist()
    ([True, False, False], [False, True, False])
    """
    if core_from < borderline_from:
        raise ValueError(
            f"core_from must not be below borderline_from, got {core_from} < {borderline_from}"
        )
    p = _probabilities(probability)
    is_core = p >= core_from
    return InclusionClasses(core=is_core, borderline=(p >= borderline_from) & ~is_core)


def core_share(listed: ArrayLike, probability: ArrayLike, *, core_from: float) -> float:
    """Share of a list that belongs to it surely: a list with a small core is unstable.

    Parameters
    ----------
    listed : array_like of bool, shape (n_schools,)
        Is the school on the list?
    probability : array_like of float, shape (n_schools,)
        Probability that it belongs there; a missing one is not the core.
    core_from : float
        Least probability of the core.

    Returns
    -------
    float
        A fraction; NaN for an empty list.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1].

    Examples
    --------
    >>> core_share([True, True, False], [0.9, 0.5, 0.9], core_from=0.8)
    0.5
    """
    on_list = np.asarray(listed, dtype=bool)
    is_core = _probabilities(probability) >= core_from
    n_listed = int(np.sum(on_list))
    return float(np.sum(on_list & is_core)) / n_listed if n_listed else np.nan


def _lists(first: ArrayLike, second: ArrayLike) -> tuple[BoolArray, BoolArray]:
    return np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)


def _probabilities(values: ArrayLike) -> FloatArray:
    p = np.asarray(values, dtype=float)
    if np.any((p < 0) | (p > 1)):
        raise ValueError("probabilities must lie in [0, 1]")
    return p
