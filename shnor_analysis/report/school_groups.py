"""Words for the groups of schools within which an index compares them."""

from __future__ import annotations

from shnor_analysis.report.texts import text

ALL_SCHOOLS = "all"
_JOINED = "+"


def group_words(code: str) -> str:
    """Name a group by its code in the table ``low_results_index_years``.

    Examples
    --------
    >>> group_words("basic+context_lower")
    'основные школы с более трудными условиями'
    """
    first, *more = code.split(_JOINED)
    parts = [text("school_group", first), *(text("school_group", f"with_{one}") for one in more)]
    return " ".join(parts)


def compared_words(code: str) -> str:
    """With whom a school is compared; ``all`` are all schools here, not those of no group."""
    return text("indicator_list", "compared_all") if code == ALL_SCHOOLS else group_words(code)
