"""What is true about the schools of an invented territory, for the training sections of notebooks.

The analysis never reads it: only a notebook sets it beside what the analysis has found.
"""

from __future__ import annotations

import pandas as pd

from shnor_analysis.workspace import find_workspace

# Truly low: the school and its context take so much from a pupil's ability, in pupil SD, or more.
TRULY_LOW_QUALITY = -1.0
# Upper ends of the size classes, in pupils of a school; the last class is open.
SIZE_ENDS = (60, 150, 350)


def truth_table(place: str, assessment_year: int) -> pd.DataFrame:
    """Read the planted properties of every school that existed in a year.

    Parameters
    ----------
    place : str
        Folder name in ``data/raw``; the truth lies beside it, in ``<place>-truth``.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        One row per school: ``school_id``, ``case`` (its name in ``demo/cases.py``), ``why`` (in
        Russian), ``n_pupils``, ``size_class`` (0 is the smallest, see ``SIZE_ENDS``), ``quality``
        (what school and context add to ability, in pupil SD), ``adversity`` (of the context,
        higher is harder), ``behaviours`` (codes joined by «|», empty when honest),
        ``expected_clauses`` («AB», «-» for none, empty where not stated) and ``is_truly_low``.
        Without rows for a territory whose truth nobody knows.
    """
    path = find_workspace().raw(f"{place}-truth") / "schools.csv"
    columns = [
        "school_id", "case", "why", "n_pupils", "size_class", "quality", "adversity",
        "behaviours", "expected_clauses", "is_truly_low",
    ]  # fmt: skip
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    rows = pd.read_csv(path, dtype={"school_id": str}, keep_default_na=False)
    rows = rows[(rows["assessment_year"] == assessment_year) & (rows["exists"] == 1)]
    quality = rows["quality_with_context"].astype(float)
    return rows.assign(
        quality=quality,
        adversity=rows["adversity"].astype(float),
        size_class=sum((rows["n_pupils"] > end).astype(int) for end in SIZE_ENDS),
        is_truly_low=quality <= TRULY_LOW_QUALITY,
    )[columns].reset_index(drop=True)
