"""Norms of a region: by hand from small tables, and against the truth of the invented region."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.demo.files import write_region
from shnor_analysis.demo.region import (
    CLASS_SD,
    COHORT_SD,
    CONTEXT_SLOPE,
    LEAN_SD,
    PUPIL_SD,
    SCHOOL_WORK_SD,
)
from shnor_analysis.engine import open_engine, write_waist
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError
from shnor_analysis.measures.norm_conditions import conditions, slopes
from shnor_analysis.measures.norm_works import merged_counts, told_share
from shnor_analysis.measures.norms import region_norms
from shnor_analysis.measures.result_index import result_index
from shnor_analysis.measures.sign_data import SignTables
from shnor_analysis.methodology import DEFAULT_REGULATIONS, MadeBy, load_methodology, norms_text
from shnor_analysis.tables import (
    CELL_SCORES,
    CELL_TASKS,
    CELLS,
    CLASS_CELLS,
    COHORT_PAIRS,
    CONTEXT,
    SCHOOLS,
    WORK_NORMS,
    load_table,
)
from shnor_analysis.workspace import Workspace, find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULES = METHODOLOGY.norms
MADE = MadeBy(package_version="1", input_sha256="f")
WORK = "vpr-2025-spring-rus-4"
N = 10  # pupils of every school of the hand-made region


def cell(school, below, work=WORK, total=200.0, squares=4040.0):
    procedure, year, season, subject, grade = work.split("-")
    return {
        "school_id": school, "work_id": work, "assessment_year": int(year), "procedure": procedure,
        "season": season, "subject": subject, "grade": int(grade), "level": "none",
        "basis": "pupils", "n_participants": N, "n_below_minimum": below, "n_mark_2": below,
        "n_mark_3": 6 - below, "n_mark_4": 3, "n_mark_5": 1, "n_score_raw": N,
        "sum_score_raw": total, "sumsq_score_raw": squares, "n_score_scaled": 0, "n_high_known": 0,
        "n_mark_pairs": N, "n_lowered": 2, "n_confirmed": 7, "n_raised": 1,
    }  # fmt: skip


def ids(n):
    return [f"99{i:04d}" for i in range(1, n + 1)]


def schools(n, region="99"):
    return SCHOOLS.conform(
        pd.DataFrame(
            {
                "school_id": ids(n), "fisoko_login": "edu", "school_name": "школа",
                "region_code": region, "n_pupils": [100 + i for i in range(n)],
                "is_in_register": True, "source_file": "f", "source_row": 1,
            }
        )
    )  # fmt: skip


def norms_of(rows, n=10, **more):
    table = CELLS.conform(pd.DataFrame(rows))
    return region_norms(table, schools(n), 2025, METHODOLOGY, MADE, "Область", **more)


def scores(rows):
    columns = ["school_id", "work_id", "score_raw", "test_mark", "school_mark", "n_pupils"]
    return pd.DataFrame([("990001", WORK, *row) for row in rows], columns=columns)


def test_a_work_by_hand():
    # ten schools of ten: half with a mean of 20, half with 22, a sum of squares within of 40 each
    rows = [
        cell(school, 3, total=total, squares=N * (total / N) ** 2 + 40)
        for school, total in zip(ids(10), [200.0, 220.0] * 5, strict=True)
    ]
    (work,) = norms_of(rows).works
    assert (work.n_schools, work.n_pupils) == (10, 100)
    assert work.below_minimum_share == pytest.approx(0.3)
    # marks: 2 → 30, 3 → 30, 4 → 30, 5 → 10
    assert work.high_mark_share == pytest.approx(0.4)
    assert [(b.first, b.last, b.n_pupils) for b in work.marks] == [
        (2, 2, 30), (3, 3, 30), (4, 4, 30), (5, 5, 10),
    ]  # fmt: skip
    score = work.score_raw
    assert score.mean_of_pupils == pytest.approx(21)
    assert score.mean_of_schools == pytest.approx(21)
    # within 400 / 90; between: variance of means 10/9, minus 400/90/10
    assert score.within_school_sd == pytest.approx(np.sqrt(40 / 9))
    assert score.within_school_df == 90
    assert score.between_school_sd == pytest.approx(np.sqrt(10 / 9 - 4 / 9))
    # total: (400 within + 100 between) / 99
    assert score.total_sd == pytest.approx(np.sqrt(500 / 99))
    # all shares equal: one common share with the Jeffreys halves
    assert work.below_minimum_prior.outcome == "pooled"
    assert (work.below_minimum_prior.alpha, work.below_minimum_prior.beta) == (30.5, 70.5)


def test_scores_and_leniency_by_hand():
    table = scores(
        [
            (3.0, 2, 2, 6), (3.5, 2, 3, 6), (4.0, 3, 3, 8), (7.0, 3, 4, 12), (9.0, 4, 4, 3),
            (9.0, 0, 5, 20), (None, 5, 5, 11), (12.0, 4, 0, 30),
        ]
    )  # fmt: skip
    rows = [cell(school, 3) for school in ids(10)]
    (work,) = norms_of(rows, cell_scores=table).works
    assert [(b.first, b.last, b.n_pupils) for b in work.scores] == [
        (3, 3, 12), (4, 7, 20), (9, 9, 23), (12, 12, 30),
    ]  # fmt: skip
    found = {one.test_mark: (one.n_pupils, one.mean_difference) for one in work.leniency}
    # mark 4 has three pairs: fewer than may be told
    assert found == {2: (12, 0.5), 3: (20, 0.6), 5: (11, 0.0)}


def test_what_cannot_be_estimated_is_named():
    other = "vpr-2025-spring-math-4"
    rows = [cell(school, 0) for school in ids(10)]
    rows += [cell(school, 3, work=other) for school in ids(9)]
    found = norms_of(rows)
    assert [work.work_id for work in found.works] == [WORK]
    reasons = {(one.part, one.work_id): one.reason for one in found.absent}
    assert reasons["work", other] == "few_schools"
    assert reasons["scores", None] == reasons["leniency", None] == "no_score_table"
    assert reasons["context_slopes", None] == "no_context"
    assert reasons["log_n_pupils", None] == "few_schools"
    # nobody below the minimum anywhere is a fact of the region, not a small count
    assert found.works[0].below_minimum_share == 0.0


def test_a_small_count_is_told_neither_by_a_share_nor_by_a_prior():
    rows = [cell(school, 1 if i < 4 else 0) for i, school in enumerate(ids(10))]
    (work,) = norms_of(rows).works
    assert work.below_minimum_share is None
    assert work.below_minimum_prior is None
    assert work.marks[0].last > 2
    assert told_share(0, 50, 10) == 0.0
    assert told_share(45, 50, 10) is None


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 15))
def test_merged_counts_keep_everybody_and_expose_nobody(counts, smallest):
    bins = merged_counts(range(len(counts)), counts, smallest)
    assert all(one.n_pupils >= smallest for one in bins)
    assert all(one.first <= one.last for one in bins)
    assert all(a.last < b.first for a, b in pairwise(bins))
    assert sum(one.n_pupils for one in bins) == (sum(counts) if sum(counts) >= smallest else 0)


def test_schools_of_two_regions_are_refused():
    two = pd.concat([schools(1), schools(2, "98").iloc[1:]])
    table = CELLS.conform(pd.DataFrame([cell("990001", 3)]))
    with pytest.raises(ParameterError, match="98, 99"):
        region_norms(table, two, 2025, METHODOLOGY, MADE, "Область")


def context(school, indicator, value, source="oo1", year=2025):
    return {
        "school_id": school, "assessment_year": year, "indicator": indicator, "value": value,
        "unit": "person", "source": source, "source_file": "f", "source_row": 1,
    }  # fmt: skip


def test_conditions_by_hand():
    rows = [
        context("990001", "n_pupils", 200), context("990001", "n_low_income", 50),
        context("990001", "n_low_income", 10, "social_passport"),
        context("990001", "n_low_income", 99, year=2024), context("990001", "is_remote", 1),
        context("990001", "n_teachers", 20), context("990001", "n_teachers_under_30", 5),
        context("990002", "n_low_income", 102), context("990002", "n_pupils_grade_4", 12),
    ]  # fmt: skip
    found = conditions(CONTEXT.conform(pd.DataFrame(rows)), schools(3), 2025)
    assert found.loc["990001", "low_income_share"] == 0.25
    assert found.loc["990001", "is_remote"] == 1
    assert found.loc["990001", "teachers_under_30_share"] == 0.25
    assert found.loc["990001", "log_n_pupils"] == pytest.approx(np.log(200))
    # 102 of the register's 101 pupils cannot be
    assert np.isnan(found.loc["990002", "low_income_share"])
    assert found.loc["990003", "log_n_pupils"] == pytest.approx(np.log(102))
    assert set(found) == {
        "low_income_share", "is_remote", "teachers_under_30_share", "log_n_pupils",
    }  # fmt: skip


def test_a_slope_is_the_line_it_was_made_from():
    x = pd.Series(np.linspace(0, 1, 40), index=ids(40), name="low_income_share")
    results = pd.DataFrame({"result": 0.4 - 0.8 * x, "standard_error": 0.2})
    (found,), absent = slopes(results, x.to_frame().assign(is_small=1.0), RULES)
    assert (found.intercept, found.slope) == pytest.approx((0.4, -0.8))
    assert found.left_between_sd == 0
    # known errors: 0.2 over the root of the sum of squares of x, by hand
    assert found.slope_standard_error == pytest.approx(0.2 / np.sqrt(((x - 0.5) ** 2).sum()))
    assert [(one.part, one.reason) for one in absent] == [("is_small", "same_everywhere")]


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """A region of 120 schools with its truth, its cells and its table of scores."""
    made = write_region(Workspace(tmp_path_factory.mktemp("region")), n_schools=120)
    results = pd.concat(
        [
            pd.read_parquet(made.folder / str(year) / f"{name}_results.parquet")
            for year in (2022, 2023, 2024, 2025)
            for name in ("vpr", "gia")
        ]
    )
    tables = {
        name: pd.read_parquet(made.folder / "2025" / f"{name}.parquet")
        for name in ("schools", "context")
    }
    truth = pd.read_csv(made.truth_folder / "schools.csv", dtype={"school_id": str})
    truth = truth[truth["assessment_year"] == 2025].set_index("school_id")
    with open_engine(EngineChoice()) as engine:
        write_waist(made.folder, made.folder / "waist", METHODOLOGY, engine)
    cells, classes, counts, tasks, pairs = (
        load_table(one, made.folder / "waist")
        for one in (CELLS, CLASS_CELLS, CELL_SCORES, CELL_TASKS, COHORT_PAIRS)
    )
    tables["signs"] = SignTables(cells, classes, counts, tasks, pairs)
    return cells, counts, tables, truth, results


@pytest.fixture(scope="module")
def norms(region):
    cells, counts, tables, _, _ = region
    return region_norms(
        cells, tables["schools"], 2025, METHODOLOGY, MADE, "Область", tables["context"], counts,
        tables["signs"],
    )  # fmt: skip


def test_the_spread_between_schools_is_the_planted_one(region, norms):
    truth = region[3]
    of_work = SCHOOL_WORK_SD**2 + COHORT_SD**2 + CLASS_SD**2 / 2
    between = truth["quality_with_context"].var() + of_work
    total = between + PUPIL_SD**2 + LEAN_SD**2 + CLASS_SD**2 / 2
    found = [
        (work.score_raw.between_school_sd / work.score_raw.total_sd) ** 2
        for work in norms.works
        if work.procedure == "vpr" and work.assessment_year == 2025
    ]
    assert len(found) == 10
    # a paper of some twenty tasks measures with an error: reliability 0.85-0.95
    assert 0.8 * between / total < np.mean(found) < 1.05 * between / total


def test_the_slope_on_the_true_adversity_is_the_planted_one(region):
    cells, _, _, truth, _ = region
    current = cells[cells["assessment_year"] == 2025]
    subjects = METHODOLOGY.social_context.result_subjects.value
    results = result_index(current, WORK_NORMS.empty(), subjects, 5).set_index("school_id")
    (line,), _ = slopes(results[["result", "standard_error"]], truth[["adversity"]], RULES)
    # in standard deviations of pupils, which the ability scale has about one of
    assert line.slope == pytest.approx(CONTEXT_SLOPE, abs=2 * line.slope_standard_error)
    assert line.slope < -3 * line.slope_standard_error


def test_results_in_primary_grades_have_quantiles_of_their_own(norms):
    levels = ("25", "50", "66")
    all_works, primary = (
        [norms.quantile(name, int(level)) for level in levels]
        for name in ("result_index", "result_index_primary")
    )
    assert primary == sorted(primary)
    assert primary != all_works
    # the middle school stands near the average pupil in either
    assert abs(primary[1]) < 0.2
    assert abs(all_works[1]) < 0.2


def test_reported_conditions_have_the_planted_sign(norms):
    lines = {line.indicator: line for line in norms.context_slopes}
    for name in ("low_income_share", "large_family_share", "single_parent_share"):
        assert lines[name].slope < -2 * lines[name].slope_standard_error, name


def test_leniency_is_the_planted_exchange_of_marks(norms):
    # By the planted matrix a «2» for the work has a journal mark higher by 0.80 on average,
    # a «5» one lower by 0.17; schools that raise marks for the work add to the latter.
    found = [
        {one.test_mark: one.mean_difference for one in work.leniency}
        for work in norms.works
        if work.leniency
    ]
    assert np.mean([one[2] for one in found]) == pytest.approx(0.80, abs=0.15)
    assert -0.30 < np.mean([one[5] for one in found]) < -0.15


def test_the_distribution_holds_every_pupil_of_a_work(region, norms):
    results = region[4]
    for work in norms.works:
        if work.scores:
            n = int((results["work_id"] == work.work_id).sum())
            assert sum(one.n_pupils for one in work.scores) == work.n_pupils == n


def test_the_file_tells_of_no_pupil_and_no_small_group(region, norms):
    text = norms_text(norms)
    assert not any(pupil in text for pupil in region[4]["pupil_id"].unique())
    assert not any(school in text for school in region[3].index)
    smallest = RULES.min_count.value
    counts = [
        part["n_pupils"]
        for work in json.loads(text)["works"]
        for name in ("marks", "scores", "leniency")
        for part in work.get(name, ())
    ]
    assert len(counts) > 300
    assert min(counts) >= smallest
    for work in norms.works:
        for value in (work.below_minimum_share, work.high_mark_share):
            if value is not None:
                count = round(value * work.n_pupils)
                assert count == 0 or min(count, work.n_pupils - count) >= smallest


def test_the_file_is_small_and_the_same_whatever_the_order_of_rows(region, norms):
    cells, counts, tables, _, _ = region
    mixed = {name: tables[name].sample(frac=1, random_state=1) for name in ("schools", "context")}
    waist = tables["signs"]
    mixed_waist = SignTables(
        *(
            table.sample(frac=1, random_state=4)
            for table in (waist.cells, waist.class_cells, waist.cell_scores, waist.cell_tasks)
        ),
        cohort_pairs=waist.cohort_pairs,
    )
    again = region_norms(
        cells.sample(frac=1, random_state=2), mixed["schools"], 2025, METHODOLOGY, MADE, "Область",
        mixed["context"], counts.sample(frac=1, random_state=3), mixed_waist,
    )  # fmt: skip
    assert norms_text(again) == norms_text(norms)
    # four years of works, their tasks, and the norms of signs
    assert len(norms_text(norms)) < 400_000


def test_the_norms_of_signs_are_those_of_an_honest_region(norms):
    assert {(one.sign, one.n_years) for one in norms.signs} >= {
        (sign, years)
        for sign in ("level", "bunching", "items", "variance", "marks")
        for years in (1, 4)
    }
    level = norms.sign("level", 4)
    slopes = {one.condition: one.slope for one in level.conditions}
    # what exams tell of a school, works written in it must tell too
    assert slopes["exam"] == pytest.approx(1.0, abs=0.2)
    assert slopes["social_index"] > 0
    # schools differ by a quarter of a standard deviation of pupils and more before conditions
    assert level.between_sd < 0.15
    assert norms.sign("drop_linked", 4) is None  # codes of pupils do not survive a year


def test_the_norms_of_tasks_are_those_of_the_works(norms):
    for work in norms.works:
        if work.tasks:
            points = sum(one.share * one.max_score for one in work.tasks)
            assert points == pytest.approx(work.score_raw.mean_of_pupils, rel=0.01)
            single = [one.dispersion for one in work.tasks if one.max_score == 1]
            assert single == pytest.approx([1.0] * len(single))
            assert work.misfit_spread >= 0
