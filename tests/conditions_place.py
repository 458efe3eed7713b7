"""A hand-made place for tests of conditions: schools, what they report, their results."""

import numpy as np
import pandas as pd

from shnor_analysis.measures.context import context_values
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import CELLS, CONTEXT, SCHOOLS
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULE = METHODOLOGY.adverse_conditions
RULE_ID = "sterlitamak-2021"
YEAR = 2025
MIN_PARTICIPANTS = 5
# Every count and answer the nine indicators need, in a school without any problem.
NO_PROBLEMS = {
    "n_pupils": 100, "n_juvenile_police": 0, "n_juvenile_commission": 0, "n_migrant": 0,
    "n_not_attested": 0, "n_truancy": 0, "n_developmental_delay": 0, "is_remote": 0,
    "is_small": 0, "has_infrastructure_deficit": 0, "has_staff_deficit": 0,
}  # fmt: skip


def school_ids(n):
    return [f"99{i:04d}" for i in range(1, n + 1)]


def schools(ids, **merged):
    """Rows of ``schools``; ``merged`` gives the year from which a school is part of another."""
    return SCHOOLS.conform(
        pd.DataFrame(
            {
                "school_id": ids,
                "fisoko_login": [f"edu{one}" for one in ids],
                "school_name": [f"МБОУ «Школа {one[-2:]}»" for one in ids],
                "region_code": "99",
                "merged_into": [ids[0] if f"s{one}" in merged else None for one in ids],
                "merged_from_year": [merged.get(f"s{one}") for one in ids],
                "is_in_register": True,
                "source_file": "f",
                "source_row": 1,
            }
        )
    )


def reported(school, values=None, source="social_passport", year=YEAR, row=2, **more):
    """What one school reports to one source; None leaves an answer blank."""
    answers = {**(values or {}), **more}
    return [
        {
            "school_id": school, "assessment_year": year, "indicator": code, "value": value,
            "unit": "person" if code.startswith("n_") else "yes_no", "source": source,
            "source_file": f"{source}.csv", "source_row": row,
        }
        for code, value in answers.items()
        if value is not None
    ]  # fmt: skip


def context(*parts):
    rows = [row for part in parts for row in part]
    return CONTEXT.conform(pd.DataFrame(rows)) if rows else CONTEXT.empty()


def values_of(table, ids, rule=RULE, year=YEAR, **merged):
    return context_values(table, schools(ids, **merged), rule, RULE_ID, year, MIN_PARTICIPANTS)


def with_index(rule=RULE, **changed):
    """The rule with other numbers in its index."""
    fields = {
        name: getattr(rule.index, name).model_copy(update={"value": value})
        for name, value in changed.items()
    }
    return rule.model_copy(update={"index": rule.index.model_copy(update=fields)})


def only(*names, rule=RULE):
    """The rule with some of its indicators."""
    kept = tuple(one for one in rule.indicators if one.id in names)
    return rule.model_copy(update={"indicators": kept})


def marks_cell(school, subject="rus", year=YEAR, grade=4, marks=(0, 10, 10, 0), score=None):
    """One row of ``cells`` known by marks alone, or by raw scores too: (n, mean, sd)."""
    n = sum(marks)
    row = {
        "school_id": school, "work_id": f"vpr-{year}-spring-{subject}-{grade}",
        "assessment_year": year, "procedure": "vpr", "season": "spring", "subject": subject,
        "grade": grade, "level": "none", "basis": "aggregate", "n_participants": n,
        "n_below_minimum": marks[0], "n_high_known": 0, "n_score_raw": 0, "n_score_scaled": 0,
        **dict(zip(("n_mark_2", "n_mark_3", "n_mark_4", "n_mark_5"), marks, strict=True)),
    }  # fmt: skip
    if score:
        size, mean, sd = score
        row |= {
            "n_score_raw": size, "sum_score_raw": size * mean,
            "sumsq_score_raw": (size - 1) * sd**2 + size * mean**2,
        }  # fmt: skip
    return row


def cells(rows):
    return CELLS.conform(pd.DataFrame(rows)) if rows else CELLS.empty()


def graded_place(n=12, years=(YEAR,)):
    """Schools that get harder and harder: the last has most of every problem, and half the answers.

    Returns the ids and the context of every year.
    """
    ids = school_ids(n)
    hard = np.arange(n)
    parts = [
        reported(
            school,
            n_pupils=200,
            n_juvenile_police=int(k), n_juvenile_commission=int(k // 2), n_migrant=int(2 * k),
            n_not_attested=int(k), n_truancy=int(k), n_developmental_delay=int(k),
            is_remote=int(k > n - 4), is_small=int(k % 5 == 0),
            has_infrastructure_deficit=int(k > n - 3), has_staff_deficit=int(k > n - 4),
            year=year,
        )
        for year in years
        for school, k in zip(ids, hard, strict=True)
    ]  # fmt: skip
    return ids, context(*parts)
