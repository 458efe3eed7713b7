"""How far failing pupils are gathered in a few schools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from shnor_analysis.stats.arrays import FloatArray


@dataclass(frozen=True)
class Concentration:
    """What the worst part of the schools holds.

    Attributes
    ----------
    failing_share : float
        Share of all failing pupils who learn there.
    pupil_share : float
        Share of all pupils who learn there: what ``failing_share`` would be if results were alike.
    n_schools : int
        Schools with known numbers and at least one pupil; with none both shares are NaN.
    """

    failing_share: float
    pupil_share: float
    n_schools: int


def worst_part(
    failing: ArrayLike, n: ArrayLike, severity: ArrayLike, school_share: float
) -> Concentration:
    """Share of the failing pupils, and of all pupils, in the worst part of the schools.

    Parameters
    ----------
    failing, n : array_like of int, shape (n_schools,)
        ``0 <= failing <= n``; schools with a missing value or no pupils are left out.
    severity : array_like of float, shape (n_schools,)
        What «worst» means, higher is worse: ``failing`` for where most failing pupils are, or
        their share for where the risk is greatest. Schools without it are left out.
    school_share : float
        The part of the schools as a fraction in (0, 1]: 0.25 for a quarter.

    Returns
    -------
    Concentration
        A school at the border counts in part (30 schools have 7.5 in a quarter), and equally
        severe ones there count in equal parts, so the order of schools does not matter.
        ``failing_share`` is NaN when nobody failed.

    Raises
    ------
    ValueError
        If ``failing`` is not within ``[0, n]`` or ``school_share`` not within (0, 1].

    Examples
    --------
    >>> found = worst_part([6, 2, 1, 1], [20, 20, 20, 20], [6, 2, 1, 1], 0.25)
    >>> found.failing_share, found.pupil_share
    (0.6, 0.25)
    """
    if not 0 < school_share <= 1:
        raise ValueError(f"school_share must be a fraction in (0, 1], got {school_share}")
    count, size, order = (np.asarray(v, dtype=float) for v in (failing, n, severity))
    if np.any((count < 0) | (count > size)):
        raise ValueError("failing must lie within [0, n]")
    known = (size > 0) & ~np.isnan(count) & ~np.isnan(order)
    k = int(known.sum())
    if k == 0:
        return Concentration(np.nan, np.nan, 0)
    part = _membership(order[known], school_share * k)
    n_failing = float(count[known].sum())
    return Concentration(
        failing_share=float(part @ count[known]) / n_failing if n_failing > 0 else np.nan,
        pupil_share=float(part @ size[known]) / float(size[known].sum()),
        n_schools=k,
    )


def smallest_majority(failing: ArrayLike, numerator: int, denominator: int) -> int:
    """How many schools, at the least, together hold more than a given share of all failing pupils.

    Parameters
    ----------
    failing : array_like of int, shape (n_schools,)
        Failing pupils; NaN where missing.
    numerator, denominator : int
        The share as a fraction of whole numbers, so that exactly 60 % is not more than 60 %.

    Returns
    -------
    int
        Only the number: among schools with the same number as the last one needed, which of them
        belongs to the group is not determined, so none is named. 0 when nobody failed.

    Raises
    ------
    ValueError
        If a count is negative or the share is not within [0, 1).

    Examples
    --------
    >>> smallest_majority([6, 2, 2, 1], 3, 5)
    2
    """
    if not 0 <= numerator < denominator:
        raise ValueError(f"the share must lie in [0, 1), got {numerator}/{denominator}")
    count = np.asarray(failing, dtype=float)
    if np.any(count < 0):
        raise ValueError("failing must not be negative")
    known = np.where(np.isnan(count), 0, count).astype(np.int64)
    is_enough = denominator * np.cumsum(np.sort(known)[::-1]) > numerator * known.sum()
    return int(np.argmax(is_enough)) + 1 if is_enough.any() else 0


def _membership(severity: FloatArray, places: float) -> FloatArray:
    """Part of every school that belongs to the so many worst places, ties in equal parts."""
    levels, level = np.unique(-severity, return_inverse=True)
    n_at_level = np.bincount(level, minlength=len(levels))
    before = np.cumsum(n_at_level) - n_at_level
    return np.asarray(np.clip((places - before) / n_at_level, 0, 1)[level])
