"""What is true about the invented region: schools, cells and planted dirt, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from shnor_analysis.demo.designs import YEARS
from shnor_analysis.demo.files_forms import CARD_ITEMS, CardClaim
from shnor_analysis.demo.region import Population, n_pupils
from shnor_analysis.demo.results import Sitting

SCHOOL_FIELDS = (
    "school_id", "school_name", "municipality_id", "assessment_year", "case", "school_type",
    "is_rural", "exists", "n_pupils", "quality_with_context", "adversity", "behaviours",
    "expected_clauses", "why",
)  # fmt: skip
CELL_FIELDS = (
    "school_id", "work_id", "assessment_year", "n_participants", "n_below_minimum", "n_mark_2",
    "n_mark_3", "n_mark_4", "n_mark_5", "n_honest_mark_2", "sum_score_raw", "sum_score_scaled",
    "n_lowered", "n_confirmed", "n_raised",
)  # fmt: skip
CARD_FIELDS = ("school_id", "item", "indicator", "fact_in_data", "claimed")
# The year for which the expected clauses of the rule are stated.
DECISION_YEAR = 2025
LOWEST_MARK = 2


def csv_text(fields: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as UTF-8 CSV with plain line ends."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(fields)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8")


def school_rows(population: Population) -> list[tuple[object, ...]]:
    """Return one row per school and year.

    ``quality_with_context`` is what the school and its context add to a pupil's ability, in units
    of the ability scale; ``expected_clauses`` is filled for 2025 only: letters, «-» for none,
    «not_assessed» where there is nothing to assess.
    """
    schools = population.schools
    ids = schools.school_id
    rows: list[tuple[object, ...]] = []
    counts = {year: n_pupils(population, year) for year in YEARS}
    for position in range(len(schools)):
        case = schools.cases[position]
        behaviours = [kind for kind, has in schools.behaviour.items() if has[position]]
        for column, year in enumerate(YEARS):
            expected = ""
            if case is not None and year == DECISION_YEAR:
                expected = "not_assessed" if case.clauses is None else case.clauses or "-"
            rows.append(
                (
                    ids[position], schools.name[position],
                    f"reg99_m{int(schools.municipality[position]):03d}", year,
                    case.case if case else "", schools.kind[position],
                    int(schools.is_rural[position]),
                    int(schools.exists(year)[position]), int(counts[year][position]),
                    f"{float(schools.quality[position, column]):.4f}",
                    f"{float(schools.adversity[position]):.4f}", "|".join(behaviours), expected,
                    case.why if case else "",
                )
            )  # fmt: skip
    return rows


def cell_rows(population: Population, sitting: Sitting) -> list[tuple[object, ...]]:
    """Return one row per school of a work: the counts that a perfect reader must find."""
    ids, n = population.schools.school_id, len(population.schools)
    school = sitting.school

    def count(chosen: np.ndarray) -> list[int]:
        return np.bincount(school[chosen], minlength=n).tolist()

    def total(values: np.ndarray) -> list[int]:
        return np.bincount(school, weights=values, minlength=n).astype(int).tolist()

    known = sitting.journal > 0
    columns = [
        count(np.ones(school.size, dtype=bool)),
        count(sitting.is_below),
        *(count(sitting.mark == mark) for mark in (2, 3, 4, 5)),
        count((sitting.honest_mark == LOWEST_MARK) & (sitting.mark > 0)),
        total(sitting.score),
        total(sitting.scaled),
        count(known & (sitting.mark < sitting.journal)),
        count(known & (sitting.mark == sitting.journal)),
        count(known & (sitting.mark > sitting.journal)),
    ]
    return [
        (ids[position], sitting.work.work_id, sitting.work.year, *(c[position] for c in columns))
        for position in np.unique(school).tolist()
    ]


def card_rows(claims: list[CardClaim]) -> list[tuple[object, ...]]:
    """Return one row per item of every expert card; an empty fact cannot be checked by data."""
    return [
        (
            claim.school_id, claim.item + 1, CARD_ITEMS[claim.item][1],
            "" if claim.fact is None else int(claim.fact), claim.claimed,
        )
        for claim in claims
    ]  # fmt: skip
