"""Indicators of the Sterlitamak list and of any other list, by hand from small tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from statsmodels.stats.proportion import proportion_confint

from shnor_analysis.measures.low_results_indicators import (
    low_results_indicators,
    low_results_indicators_territory,
)
from shnor_analysis.measures.mark_correlation import diagnostic_agreement
from shnor_analysis.measures.school_levels import school_levels
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import CELL_SCORES, CELLS, CONTEXT, DIAGNOSTIC_WORKS
from shnor_analysis.workspace import find_workspace

LISTS = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS).low_results_lists
STERLITAMAK = LISTS[:1]
A, B, C = "990001", "990002", "990003"


def cell(school, work, x, n, high=None, known=0):
    """«ege-2025-rus-11», below the minimum, participants → one row of ``cells``."""
    procedure, year, subject, grade = work.split("-")
    return {
        "school_id": school, "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
        "assessment_year": int(year), "procedure": procedure, "season": "main",
        "subject": subject, "grade": int(grade), "level": "none", "basis": "pupils",
        "n_participants": n, "n_below_minimum": x, "n_high_known": known, "n_high": high,
        "n_score_raw": 0, "n_score_scaled": 0,
    }  # fmt: skip


def scores(school, work, pairs):
    """Pairs (primary score, journal mark) of single pupils → rows of ``cell_scores``."""
    procedure, year, subject, grade = work.split("-")
    counts = pd.Series(pairs).value_counts()
    return [
        {
            "school_id": school, "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
            "score_raw": float(score), "test_mark": 0, "school_mark": mark,
            "n_pupils": int(n), "basis": "pupils",
        }
        for (score, mark), n in counts.items()
    ]  # fmt: skip


def diagnostic(school, procedure, subject, grade, n, *, twos=None, below=None, year=2025):
    return {
        "school_id": school, "assessment_year": year, "procedure": procedure, "title": "Работа",
        "subject": subject, "grade": grade, "n_participants": n, "n_mark_2": twos,
        "n_below_minimum": below, "source_file": "f", "source_row": 2,
    }  # fmt: skip


def answer(school, indicator, value, year=2025, source="social_passport"):
    return {
        "school_id": school, "assessment_year": year, "indicator": indicator, "value": value,
        "unit": "yes_no" if indicator.startswith("is_") else "person", "source": source,
        "source_file": "f", "source_row": 2,
    }  # fmt: skip


def frame(contract, rows):
    return contract.conform(pd.DataFrame(rows)) if rows else contract.empty()


def tables(cells=(), cell_scores=(), works=(), context=()):
    return {
        "cells": frame(CELLS, list(cells)),
        "cell_scores": frame(CELL_SCORES, list(cell_scores)),
        "diagnostic_works": frame(DIAGNOSTIC_WORKS, list(works)),
        "context": frame(CONTEXT, list(context)),
    }


def schools(*ids, ege=()):
    return pd.DataFrame(
        {
            "school_id": list(ids),
            "oge_code": None,
            "ege_code": ["7001" if one in ege else None for one in ids],
        }
    )


def levels_of(found, known):
    return school_levels(known, found["cells"], found["diagnostic_works"], found["context"])


def indicators(found, ids=(A,), lists=STERLITAMAK, ege=()):
    levels = levels_of(found, schools(*ids, ege=ege))
    return low_results_indicators(found, levels, lists, 2025, 5)


def value(table, indicator, school=A, year=2025, span="pooled"):
    rows = table[
        (table["indicator_id"] == indicator) & (table["school_id"] == school)
        & (table["assessment_year"] == year) & (table["span"] == span)
    ]  # fmt: skip
    assert len(rows) == 1
    return rows.iloc[0]


# --- shares --------------------------------------------------------------------------------------


def test_two_years_of_participants_are_added_not_their_shares():
    # T3.2 of the methodology: ОГЭ, mathematics, 9 of 30 in 2024 and 8 of 26 in 2025: 17 of 56
    found = indicators(
        tables([cell(A, "oge-2024-math-9", 9, 30), cell(A, "oge-2025-math-9", 8, 26)])
    )
    row = value(found, "gia_below_minimum")
    assert (row["numerator"], row["denominator"], row["n_works"]) == (17, 56, 2)
    assert row["value"] == pytest.approx(17 / 56)
    lower, upper = proportion_confint(17, 56, method="wilson")
    assert (row["value_lower"], row["value_upper"]) == pytest.approx((lower, upper))
    assert (row["years"], row["status"]) == ("2024;2025", "ok")
    last = value(found, "gia_below_minimum", span="year")
    assert (last["numerator"], last["denominator"], last["years"]) == (8, 26, "2025")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # T3.1: ВПР-6 is not named by Sterlitamak, ВПР-5 is
        ([cell(A, "vpr-2025-rus-5", 3, 10), cell(A, "vpr-2025-math-6", 6, 20)],
         {"vpr_below_minimum": (3, 10)}),
        # T3.3: ОГЭ and ЕГЭ are one indicator, which no single procedure decides
        ([cell(A, "oge-2025-math-9", 29, 100), cell(A, "ege-2025-rus-11", 1, 3)],
         {"gia_below_minimum": (30, 103)}),
    ],
)  # fmt: skip
def test_vectors_of_the_methodology_as_sterlitamak_reads_them(rows, expected):
    found = indicators(tables(rows))
    for one, counts in expected.items():
        assert tuple(value(found, one)[["numerator", "denominator"]]) == counts


def test_the_year_before_has_its_own_two_years():
    found = indicators(
        tables([cell(A, f"vpr-{y}-rus-5", x, 10) for y, x in ((2022, 9), (2023, 1), (2024, 2))])
    )
    assert value(found, "vpr_below_minimum", year=2024)["numerator"] == 3
    assert value(found, "vpr_below_minimum", year=2025)["numerator"] == 2
    assert value(found, "vpr_below_minimum", year=2025, span="year")["status"] == "no_data"


def test_only_the_works_the_list_names_count():
    found = indicators(
        tables(
            [
                cell(A, "vpr-2025-rus-5", 1, 10),
                cell(A, "vpr-2025-math-8", 2, 10),
                cell(A, "vpr-2025-rus-6", 10, 10),
                cell(A, "vpr-2025-physics-8", 10, 10),
                cell(A, "ege-2025-math_base-11", 3, 10),
                cell(A, "gve9-2025-rus-9", 1, 10),
            ]
        )
    )
    row = value(found, "vpr_below_minimum")
    assert (row["numerator"], row["denominator"]) == (3, 20)
    # ГИА takes ГВЭ and base mathematics too
    row = value(found, "gia_below_minimum")
    assert (row["numerator"], row["denominator"]) == (4, 20)


def test_high_results_count_among_those_known():
    # 81 is high by «> 80 %» of Yershichi, 80 is not: decided in the cells, two of nine here
    rows = [cell(A, "ege-2025-rus-11", 0, 12, high=2, known=9), cell(A, "ege-2025-math-11", 0, 9)]
    row = value(indicators(tables(rows)), "ege_high")
    assert (row["numerator"], row["denominator"]) == (2, 9)


def test_a_diagnostic_work_counts_those_below_or_else_the_twos():
    works = [
        diagnostic(A, "regional", "math", 6, 20, twos=5, below=4),
        diagnostic(A, "regional", "rus", 7, 10, twos=3),
        diagnostic(A, "regional", "rus", 8, 10),
        diagnostic(A, "municipal", "rus", 8, 10, twos=10),
    ]
    row = value(indicators(tables(works=works)), "rdr_below_minimum")
    assert (row["numerator"], row["denominator"], row["n_works"]) == (7, 30, 2)


@pytest.mark.parametrize(("n", "status"), [(4, "too_few"), (5, "ok")])
def test_few_participants_are_kept_and_named(n, status):
    row = value(indicators(tables([cell(A, "oge-2025-rus-9", 0, n)])), "gia_below_minimum")
    assert (row["value"], row["status"]) == (0.0, status)


# --- what does not apply -------------------------------------------------------------------------


def test_a_basic_school_has_no_ege_and_a_primary_one_no_gia():
    found = tables(
        [
            cell(A, "ege-2025-rus-11", 0, 10, high=1, known=10),
            cell(B, "oge-2025-rus-9", 0, 10),
            cell(C, "vpr-2025-rus-4", 0, 10),
        ],
    )
    table = indicators(found, (A, B, C))
    statuses = {
        (school, one): value(table, one, school)["status"]
        for school in (A, B, C)
        for one in ("ege_high", "gia_below_minimum", "vpr_below_minimum")
    }
    assert statuses == {
        (A, "ege_high"): "ok", (A, "gia_below_minimum"): "ok", (A, "vpr_below_minimum"): "no_data",
        (B, "ege_high"): "not_applicable", (B, "gia_below_minimum"): "ok",
        (B, "vpr_below_minimum"): "no_data", (C, "ege_high"): "not_applicable",
        (C, "gia_below_minimum"): "not_applicable", (C, "vpr_below_minimum"): "no_data",
    }  # fmt: skip


def test_files_that_did_not_come_are_no_data_not_inapplicable():
    # the territory has no ЕГЭ at all: nobody can be told to have no grade 11
    table = indicators(tables([cell(A, "oge-2025-rus-9", 0, 10)]))
    assert value(table, "ege_high")["status"] == "no_data"


def test_a_code_of_the_exam_says_that_the_school_has_the_grade():
    found = tables([cell(A, "ege-2025-rus-11", 0, 9, 0, 9), cell(B, "oge-2025-rus-9", 0, 10)])
    assert value(indicators(found, (A, B), ege=(B,)), "ege_high", B)["status"] == "no_data"


def test_levels_by_everything_that_tells_them():
    found = tables(
        [cell(A, "vpr-2023-rus-10", 0, 3), cell(B, "vpr-2025-rus-4", 0, 3)],
        works=[diagnostic(C, "municipal", "rus", 7, 3)],
        context=[answer("990004", "n_pupils_grade_10", 5), answer("990005", "n_pupils_grade_9", 0)],
    )
    known = schools(A, B, C, "990004", "990005")
    assert levels_of(found, known).fillna("").to_dict() == {
        A: "secondary", B: "primary", C: "basic", "990004": "secondary", "990005": "",
    }  # fmt: skip


# --- facts ---------------------------------------------------------------------------------------


def test_accreditation_is_the_answer_of_the_year_or_not_known():
    found = tables(
        [cell(A, "oge-2025-rus-9", 0, 10)],
        context=[
            answer(A, "is_accreditation_suspended", 1),
            answer(B, "is_accreditation_suspended", 0),
            answer(C, "is_accreditation_suspended", 1, year=2023),
        ],
    )
    table = indicators(found, (A, B, C))
    found = {one: value(table, "accreditation", one) for one in (A, B, C)}
    assert [found[one]["status"] for one in (A, B, C)] == ["ok", "ok", "no_data"]
    assert [found[one]["value"] for one in (A, B)] == [1, 0]


# --- correlation ---------------------------------------------------------------------------------

PUPILS = [(4, 3), (7, 3), (9, 4), (9, 3), (12, 4), (15, 5), (3, 2), (11, 4), (14, 4), (16, 5),
          (8, 3), (10, 4), (13, 5), (6, 3), (5, 2)]  # fmt: skip


def test_one_work_is_the_correlation_of_its_pupils():
    cells = [cell(A, "vpr-2025-rus-5", 0, len(PUPILS))]
    row = value(indicators(tables(cells, scores(A, "vpr-2025-rus-5", PUPILS))), "marks_correlation")
    assert row["value"] == pytest.approx(spearmanr(*zip(*PUPILS, strict=True)).statistic)
    assert (row["denominator"], row["n_works"], row["status"]) == (15, 1, "ok")
    assert not row["is_weak"]


def test_fourteen_pupils_are_too_few_and_the_weak_flag_is_silent():
    pairs = [(score, mark) for score, mark in zip(range(14), [5, 2] * 7, strict=True)]
    table = indicators(
        tables([cell(A, "vpr-2025-rus-5", 0, 14)], scores(A, "vpr-2025-rus-5", pairs))
    )
    row = value(table, "marks_correlation")
    assert (row["status"], row["value"] < 0.3, pd.isna(row["is_weak"])) == ("too_few", True, True)


def test_a_weak_correlation_of_enough_pupils_is_flagged():
    pairs = [(score, mark) for score, mark in zip(range(16), [5, 2] * 8, strict=True)]
    table = indicators(
        tables([cell(A, "vpr-2025-rus-5", 0, 16)], scores(A, "vpr-2025-rus-5", pairs))
    )
    row = value(table, "marks_correlation")
    assert row["value"] == pytest.approx(spearmanr(range(16), [5, 2] * 8).statistic)
    assert (row["status"], row["is_weak"]) == ("ok", True)


def test_works_of_different_difficulty_are_not_ranked_together():
    """An easy and a hard work, each in perfect order: together they are in perfect order too."""
    hard = [(1, 3), (2, 4), (3, 5)] * 3
    easy = [(21, 3), (22, 4), (23, 5)] * 3
    cells = [cell(A, "vpr-2025-rus-5", 0, 9), cell(A, "vpr-2024-math-8", 0, 9)]
    pupils = [*scores(A, "vpr-2025-rus-5", hard), *scores(A, "vpr-2024-math-8", easy)]
    row = value(indicators(tables(cells, pupils)), "marks_correlation")
    assert row["value"] == pytest.approx(1)
    # 18 pairs in two works are as good as 17 in one
    assert (row["denominator"], row["n_works"], row["status"]) == (18, 2, "ok")


def test_a_pupil_without_a_journal_mark_counts_nowhere():
    rows = scores(A, "vpr-2025-rus-5", [*PUPILS, (20, 0), (1, 0)])
    found = indicators(tables([cell(A, "vpr-2025-rus-5", 0, 17)], rows))
    assert value(found, "marks_correlation")["denominator"] == 15


# --- between schools -----------------------------------------------------------------------------


def test_schools_shares_at_a_municipal_work_against_vpr():
    n = 16
    ids = [f"9901{k:02d}" for k in range(n)]
    below = [k // 2 for k in range(n)]
    twos = [(5 * k) % n for k in range(n)]
    cells = [cell(one, "vpr-2025-rus-8", x, 20) for one, x in zip(ids, below, strict=True)]
    works = [
        diagnostic(one, "municipal", "rus", 8, 20, twos=x) for one, x in zip(ids, twos, strict=True)
    ]
    # a school without ВПР and a work of another subject do not count
    works += [diagnostic("990200", "municipal", "rus", 8, 20, twos=1)]
    works += [diagnostic(ids[0], "municipal", "math", 8, 20, twos=1)]
    found = diagnostic_agreement(
        frame(CELLS, cells), frame(DIAGNOSTIC_WORKS, works), STERLITAMAK, 2025
    ).set_index("subject")
    assert found.loc["rus", "n_schools"] == n
    assert found.loc["rus", "rho"] == pytest.approx(spearmanr(below, twos).statistic)
    assert found.loc["rus", "status"] == "ok"
    assert (found.loc["math", "n_schools"], found.loc["math", "status"]) == (0, "no_data")


# --- the territory -------------------------------------------------------------------------------


def test_the_territory_adds_pupils_and_finds_quarters_of_schools():
    cells = [cell(f"99000{k}", "oge-2025-rus-9", k, 10) for k in range(5)]
    cells.append(cell("990009", "oge-2025-rus-9", 4, 4))
    ids = [*sorted({row["school_id"] for row in cells}), "990010"]
    found = indicators(tables(cells), ids)
    territory = low_results_indicators_territory(found)
    row = territory[territory["assessment_year"] == 2025].set_index("indicator_id")
    row = row.loc["gia_below_minimum"]
    # 0 + 1 + 2 + 3 + 4 of 50 and 4 of 4; quarters of 0, .1, .2, .3, .4 without the four pupils
    assert (row["numerator"], row["denominator"]) == (14, 54)
    assert row["value"] == pytest.approx(14 / 54)
    quarters = row[["quarter_lower", "median", "quarter_upper"]].to_numpy(float)
    np.testing.assert_allclose(quarters, [0.1, 0.2, 0.3])
    statuses = [
        "n_schools_ok",
        "n_schools_too_few",
        "n_schools_no_data",
        "n_schools_not_applicable",
    ]
    assert row[statuses].tolist() == [5, 1, 1, 0]


def test_row_order_changes_nothing():
    cells = [cell(one, "oge-2025-rus-9", x, 10) for one, x in ((A, 1), (B, 2), (C, 3))]
    pupils = scores(A, "vpr-2025-rus-5", PUPILS)
    cells.append(cell(A, "vpr-2025-rus-5", 0, 15))
    first = indicators(tables(cells, pupils), (A, B, C), LISTS)
    second = indicators(tables(cells[::-1], pupils[::-1]), (C, B, A), LISTS)
    pd.testing.assert_frame_equal(first, second)
