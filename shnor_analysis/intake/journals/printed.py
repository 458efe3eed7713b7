"""Numbers printed in a file against recomputed ones: rounding is not a difference."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_analysis.intake.cells import cell_text, parse_number

_MOST_DECIMALS = 2  # what reports print; further digits of a number cell are its storage
_EXACTNESS = 1e-9


def agrees(printed: object, computed: Iterable[float]) -> bool:
    """Whether a printed number is one of the computed ones, rounded as it is printed.

    Parameters
    ----------
    printed : object
        Cell with a number: «3,8» is right for anything from 3.75 to 3.85.
    computed : iterable of float
        Values that would be right.

    Returns
    -------
    bool
        False when the cell holds no number.

    Examples
    --------
    >>> agrees("3,8", [3.8333]), agrees("3,83", [3.8333]), agrees(3.9, [3.8333])
    (True, True, False)
    """
    number = parse_number(printed)
    if number is None:
        return False
    decimals = len(cell_text(printed).rstrip("%").replace(",", ".").partition(".")[2])
    half = 0.5 / 10 ** min(decimals, _MOST_DECIMALS)
    return any(abs(number - value) <= half + _EXACTNESS for value in computed)
