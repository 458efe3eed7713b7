"""Up to which level of general education a school teaches, by everything that tells it."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.codes import SCHOOL_LEVELS

# Grades 1–4 are primary, 5–9 basic, 10–11 secondary general education (закон «Об образовании в
# Российской Федерации», статья 66, and the federal standards of the levels).
LAST_PRIMARY_GRADE, LAST_BASIC_GRADE = 4, 9
_PUPILS_OF_GRADE = "n_pupils_grade_"


def level_of_grade(grade: int) -> str:
    """The level of education a grade belongs to.

    Examples
    --------
    >>> [level_of_grade(grade) for grade in (4, 5, 9, 10)]
    ['primary', 'basic', 'basic', 'secondary']
    """
    if grade <= LAST_PRIMARY_GRADE:
        return "primary"
    return "basic" if grade <= LAST_BASIC_GRADE else "secondary"


def reaches(levels: pd.Series, needed: str) -> pd.Series:
    """Whether schools teach at a level; missing where their own is not known.

    Parameters
    ----------
    levels : Series of str
        From :func:`school_levels`.
    needed : str
        One of ``SCHOOL_LEVELS``.

    Returns
    -------
    Series of boolean
    """
    order = levels.map({level: place for place, level in enumerate(SCHOOL_LEVELS)}).astype("Int64")
    return (order >= SCHOOL_LEVELS.index(needed)).astype("boolean")


def school_levels(
    schools: pd.DataFrame,
    cells: pd.DataFrame,
    diagnostic_works: pd.DataFrame,
    context: pd.DataFrame,
) -> pd.Series:
    """Find the highest level of every school.

    Parameters
    ----------
    schools : DataFrame
        Needs ``school_id``, ``oge_code`` and ``ege_code``.
    cells, diagnostic_works, context : DataFrame
        Keep the contracts of these names, all years.

    Returns
    -------
    Series of str, index ``school_id``
        One of ``SCHOOL_LEVELS``; missing where nothing tells it. A school that has ever had a
        result in a grade, reports pupils of it or has a code at the exam of the grade teaches at
        its level. What a school is called does not count.
    """
    taken = cells[cells["n_participants"] > 0]
    pupils = context[context["indicator"].str.startswith(_PUPILS_OF_GRADE) & (context["value"] > 0)]
    grades = [
        taken.set_index("school_id")["grade"],
        diagnostic_works.loc[diagnostic_works["n_participants"] > 0].set_index("school_id")[
            "grade"
        ],
        pupils.set_index("school_id")["indicator"].str.removeprefix(_PUPILS_OF_GRADE),
        *(
            pd.Series(grade, index=schools.loc[schools[code].notna(), "school_id"])
            for code, grade in (("oge_code", 9), ("ege_code", 11))
        ),
    ]
    known = pd.concat([one.astype("Int64") for one in grades])
    highest = known.groupby(level=0).max().reindex(sorted(schools["school_id"]))
    levels = [None if pd.isna(grade) else level_of_grade(int(grade)) for grade in highest]
    return pd.Series(levels, index=highest.index.rename("school_id"), dtype="str")
