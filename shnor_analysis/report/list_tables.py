"""The tables of one list together, and words for the pupils who decide."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.labels import Labels, by_work
from shnor_analysis.report.texts import load_texts, text

# More procedures than this are not all named in a sentence.
MOST_NAMED = 4


@dataclass(frozen=True)
class ListTables:
    """What the explanations are made from, by the names of the contracts.

    ``decisions`` is ``low_results``, ``evidence`` ``low_results_evidence``, ``certainty``
    ``low_results_certainty`` and ``ways`` ``low_results_ways``.
    """

    decisions: pd.DataFrame
    evidence: pd.DataFrame
    certainty: pd.DataFrame
    ways: pd.DataFrame


def way_words(
    ways: pd.DataFrame, evidence: pd.DataFrame, labels: Labels, assessment_year: int
) -> str:
    """Works of one school's way: «ОГЭ, математика», or each with its pupils, or how many."""
    rows = by_work(evidence.merge(ways, on=["school_id", "work_id"], validate="1:1"))
    if len(rows) > MOST_NAMED:
        return text("explanation", "way_many", n=in_procedures(len(rows)))
    code = "way_only" if len(rows) == 1 else "way"
    return "; ".join(
        text(
            "explanation",
            code if row.assessment_year == assessment_year else f"{code}_previous",
            work=work,
            year=russian.school_year(int(row.assessment_year)),
            pupils=count_words(int(row.n_pupils), "pupils_by"),
        )
        for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
    )


def count_words(n: int, noun: str) -> str:
    """Count with a noun, few in words: «двух учеников», «23 ученика», «30 результатов».

    ``noun`` is ``pupils_by`` after «на», ``pupils_apart`` after «отделяли», or ``results``, whose
    forms are the same after both.
    """
    few = load_texts()[f"few_{noun}"].get(n)
    return str(few) if few else russian.counted(n, *load_texts()[noun])


def in_procedures(n: int) -> str:
    """Count procedures after «в»: «2 процедурах»."""
    return russian.counted(n, *load_texts()["in_procedures"])
