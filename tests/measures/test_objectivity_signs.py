"""Signs of schools from small tables made by hand; norms given, not learned."""

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.decisions.objectivity_signs import decide_objectivity_signs
from shnor_analysis.measures.objectivity_signs import SignKnowledge, objectivity_measures
from shnor_analysis.measures.sign_data import KnownWorks, SignTables, distribution, mark_cuts
from shnor_analysis.measures.sign_levels import (
    drop_of_cohorts,
    mark_difference,
    mark_pairs,
    standing,
    standing_before_drop,
)
from shnor_analysis.measures.sign_lines import Conditions, Span, with_exams
from shnor_analysis.measures.sign_norms import sign_norms, with_task_norms
from shnor_analysis.measures.sign_shapes import bunching, profiles, spread_in_classes, thresholds
from shnor_analysis.methodology import (
    DEFAULT_REGULATIONS,
    CountBin,
    ScoreNorm,
    SignCondition,
    SignNorm,
    TaskNorm,
    WorkNorm,
    load_methodology,
)
from shnor_analysis.tables import (
    CELL_SCORES,
    CELL_TASKS,
    CELLS,
    CLASS_CELLS,
    COHORT_PAIRS,
    OBJECTIVITY_MEASURES,
)
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULES = METHODOLOGY.objectivity_signs
YEAR = 2025
# a flat distribution of the scores 0 … 9: mean 4.5, variance 8.25
FLAT = tuple(CountBin(first=k, last=k, n_pupils=100) for k in range(10))


def work(subject="math", grade=5, year=YEAR, procedure="vpr", **more):
    season = "spring" if procedure == "vpr" else "main"
    return WorkNorm(
        work_id=f"{procedure}-{year}-{season}-{subject}-{grade}", assessment_year=year,
        procedure=procedure, season=season, subject=subject, grade=grade, level="none",
        n_schools=60, n_pupils=1000,
        score_raw=ScoreNorm(
            n_schools=60, n_pupils=1000, mean_of_pupils=10.0, total_sd=4.0, mean_of_schools=10.0,
            within_school_sd=3.0, within_school_df=900, between_school_sd=2.0,
        ),
        **more,
    )  # fmt: skip


def cell(school, of, n, mean, **more):
    return {
        "school_id": school, "work_id": of.work_id, "assessment_year": of.assessment_year,
        "procedure": of.procedure, "season": of.season, "subject": of.subject, "grade": of.grade,
        "level": "none", "basis": "pupils", "n_participants": n, "n_below_minimum": 0,
        "n_high_known": 0, "n_score_raw": n, "sum_score_raw": n * mean, "sumsq_score_raw": None,
        "n_score_scaled": 0, **more,
    }  # fmt: skip


def tables_of(cells=(), classes=(), scores=(), tasks=(), pairs=()):
    def table(contract, rows):
        return contract.conform(pd.DataFrame(list(rows))) if len(rows) else contract.empty()

    return SignTables(
        table(CELLS, cells), table(CLASS_CELLS, classes), table(CELL_SCORES, scores),
        table(CELL_TASKS, tasks), table(COHORT_PAIRS, pairs),
    )  # fmt: skip


def known_works(*works, cuts=None):
    return KnownWorks({one.work_id: one for one in works}, cuts or {})


def test_the_level_counts_the_pupils_of_a_cohort_once():
    math5, rus5, math6 = work(), work("rus"), work("math", 6, YEAR + 1)
    tables = tables_of(
        [cell("990001", math5, 20, 14), cell("990001", rus5, 10, 10), cell("990001", math6, 16, 12)]
    )
    found = standing(tables, known_works(math5, rus5, math6)).loc["990001"]
    # (20 · 1 + 10 · 0 + 16 · 0.5) / 46; grade 5 of 2025 and 6 of 2026 are the same 20 pupils
    assert found["value"] == pytest.approx(28 / 46)
    assert found["n"] == 20
    assert found["standard_error"] == pytest.approx(0.75 / np.sqrt(20))
    assert found["work_ids"] == ";".join(sorted(w.work_id for w in (math5, rus5, math6)))
    # grade 5 of the next year is another cohort
    other = work("math", 5, YEAR + 1)
    tables = tables_of([cell("990001", math5, 20, 14), cell("990001", other, 8, 10)])
    assert standing(tables, known_works(math5, other)).loc["990001", "n"] == 28


def test_a_work_without_norms_counts_nowhere():
    assert standing(tables_of([cell("990001", work(), 20, 14)]), known_works()).empty


def test_the_drop_of_a_cohort_averages_subjects_and_not_their_errors():
    works = [work("math", 4, 2024), work("rus", 4, 2024), work("math", 5), work("rus", 5)]
    cells = [
        cell("990001", works[0], 20, 14), cell("990001", works[1], 20, 16),
        cell("990001", works[2], 18, 10), cell("990001", works[3], 18, 12),
        # grade 5 of 2024 has no grade 4 of 2023
        cell("990002", work("math", 5, 2024), 20, 10),
    ]  # fmt: skip
    found = drop_of_cohorts(tables_of(cells), known_works(*works, work("math", 5, 2024)))
    assert found.index.tolist() == ["990001"]
    row = found.loc["990001"]
    assert row["value"] == pytest.approx(1.0)  # (14 - 10) / 4 and (16 - 12) / 4
    assert row["standard_error"] == pytest.approx(0.75 * np.sqrt(1 / 20 + 1 / 18))
    assert row["n"] == 18


def test_marks_lowered_less_raised():
    of = work()
    cells = [
        cell("990001", of, 20, 10, n_mark_pairs=20, n_lowered=9, n_confirmed=8, n_raised=3),
        cell("990002", of, 20, 10),
    ]
    pairs = mark_pairs(tables_of(cells).cells)
    found = mark_difference(pairs, known_works(of), 0.5)
    assert found.index.tolist() == ["990001"]
    assert found.loc["990001", "value"] == pytest.approx(6 / 20)
    assert found.loc["990001", "standard_error"] == pytest.approx(0.5 / np.sqrt(20))


def score_rows(school, of, counts, marks):
    return [
        {"school_id": school, "work_id": of.work_id, "score_raw": score, "test_mark": mark,
         "school_mark": 0, "n_pupils": n, "basis": "pupils"}
        for score, (n, mark) in enumerate(zip(counts, marks, strict=True)) if n
    ]  # fmt: skip


MARKS = [2, 2, 2, 3, 3, 4, 4, 5, 5, 5]


def test_thresholds_are_read_off_the_marks_of_most_pupils():
    of = work()
    rows = score_rows("990001", of, [10] * 10, MARKS)
    # one of ten with 7 points fails the verbal condition of a «5»
    rows += score_rows("990002", of, [0] * 7 + [1, 0, 0], [0] * 7 + [4, 0, 0])
    found = mark_cuts(tables_of(scores=rows).cell_scores, ())
    assert found == {of.work_id: (3, 5, 7)}


def test_the_scale_speaks_where_no_mark_is_known():
    rows = score_rows("990001", work("math", 4, 2022), [1] * 10, [0] * 10)
    found = mark_cuts(tables_of(scores=rows).cell_scores, METHODOLOGY.scales)
    assert found == {"vpr-2022-spring-math-4": (6, 10, 15)}


def test_bunching_adds_the_excess_of_all_thresholds():
    of = work(scores=FLAT)
    rows = score_rows("990001", of, [0, 6, 0, 12, 6, 12, 6, 12, 6, 0], MARKS)
    around = thresholds(tables_of(scores=rows), known_works(of, cuts={of.work_id: (3, 5, 7)}))
    assert around["n_window"].tolist() == [24, 36, 36]
    assert around["observed"].tolist() == [18, 18, 18]
    assert (around["n_at"].tolist(), around["n_before"].tolist()) == ([12, 12, 12], [0, 6, 6])
    found = bunching(around).loc["990001"]
    sums = around[["observed", "expected", "variance"]].sum()
    assert found["value"] == pytest.approx((54 - sums["expected"]) / sums["variance"])
    assert found["standard_error"] == pytest.approx(sums["variance"] ** -0.5)
    assert found["n"] == 96


def test_a_school_far_from_all_thresholds_is_not_tested():
    of = work(scores=FLAT)
    rows = score_rows("990001", of, [0] * 9 + [30], MARKS)
    around = thresholds(tables_of(scores=rows), known_works(of, cuts={of.work_id: (3, 5)}))
    assert bunching(around).empty


def test_a_bin_of_several_scores_is_spread_evenly():
    bins = (CountBin(first=0, last=1, n_pupils=10), CountBin(first=3, last=3, n_pupils=20))
    assert distribution(bins).tolist() == [5, 5, 0, 20]
    assert distribution(()).tolist() == []


def class_row(school, of, label, scores):
    scores = np.asarray(scores, dtype=float)
    return {
        "school_id": school, "work_id": of.work_id, "class_label": label,
        "n_participants": len(scores), "n_below_minimum": 0, "n_high_known": 0,
        "n_score_raw": len(scores), "sum_score_raw": scores.sum(),
        "sumsq_score_raw": scores @ scores, "n_score_scaled": 0,
    }  # fmt: skip


def test_classes_more_alike_than_usual_have_high_values():
    of = work(scores=FLAT)
    rows = [
        class_row("990001", of, "а", [4, 5, 4, 5, 4, 5, 4, 5]),
        class_row("990002", of, "а", [0, 9, 1, 8, 2, 7, 3, 6]),
        class_row("990003", of, "а", [4, 5, 4]),
    ]
    found = spread_in_classes(tables_of(classes=rows), known_works(of), 4)
    assert found.index.tolist() == ["990001", "990002"]
    assert found.loc["990001", "value"] > 2 > found.loc["990002", "value"]
    assert found["n"].tolist() == [8, 8]


def task_rows(school, of, n, shares):
    return [
        {"school_id": school, "work_id": of.work_id, "task": str(k), "max_score": 1, "n_pupils": n,
         "sum_score": n * share, "basis": "pupils"}
        for k, share in enumerate(shares)
    ]  # fmt: skip


def test_a_profile_that_gains_on_hard_tasks_is_inverted():
    tasks = tuple(
        TaskNorm(task=str(k), max_score=1, n_pupils=1000, share=share, dispersion=1.0)
        for k, share in enumerate((0.9, 0.8, 0.3, 0.2))
    )
    of = work(tasks=tasks, misfit_spread=0.0)
    rows = task_rows("990001", of, 20, (0.7, 0.6, 0.5, 0.4))
    rows += task_rows("990002", of, 20, (0.9, 0.8, 0.3, 0.2))
    # a task not taught: another total, no profile
    rows += task_rows("990003", of, 20, (0.9, 0.8, 0.3))
    found = profiles(tables_of(tasks=rows), known_works(of), 4).set_index("school_id")
    assert found.index.tolist() == ["990001", "990002"]
    assert found["is_inverted"].tolist() == [True, False]
    # X² / M by hand: totals agree, so nothing is shifted; 20 (0.04 / .09 + … ) / 4
    by_hand = 20 * (0.04 / 0.09 + 0.04 / 0.16 + 0.04 / 0.21 + 0.04 / 0.16) / 4
    assert found.loc["990001", "misfit"] == pytest.approx(by_hand, rel=1e-6)
    assert found.loc["990002", "misfit"] == pytest.approx(0, abs=1e-12)


def test_tasks_of_too_few_points_are_not_told():
    of = work()
    rows = task_rows("990001", of, 40, (0.9, 0.5, 0.3, 0.1, 0.6))
    found = with_task_norms([of], tables_of(tasks=rows).cell_tasks, 10)[0]
    # 36 of 40 points leave 4 lost, 0.1 are 4 got
    assert [one.task for one in found.tasks] == ["1", "2", "4"]
    assert [one.share for one in found.tasks] == pytest.approx([0.5, 0.3, 0.6])
    assert {one.dispersion for one in found.tasks} == {1.0}  # squares are not known
    assert found.misfit_spread == 0  # one school is the region itself
    few = task_rows("990001", of, 40, (0.9, 0.5, 0.3))
    assert with_task_norms([of], tables_of(tasks=few).cell_tasks, 10) == [of]
    assert with_task_norms([of], tables_of().cell_tasks, 10) == [of]


EXAM_LINE = SignNorm(
    sign="exam", n_years=1, n_schools=100, intercept=0.1, between_sd=0.3,
    conditions=(SignCondition(condition="social_index", slope=0.2, mean=0.5, variance=4.0),),
)  # fmt: skip


def test_exams_enter_shrunken_and_their_absence_widens_the_error():
    schools = pd.Index(["990001", "990002", "990003"], name="school_id")
    table = pd.DataFrame({"social_index": [1.0, 1.0, np.nan]}, index=schools)
    exams = pd.DataFrame({"value": [0.9, 0.9], "standard_error": [0.3, 0.1]}, index=schools[:2])
    told = with_exams(Conditions(table, table * 0.0), exams, EXAM_LINE)
    # residual 0.9 - 0.3 = 0.6, reliability 0.09 / 0.18 and 0.09 / 0.10
    assert told.table["exam"].tolist() == pytest.approx([0.3, 0.54, 0.0])
    assert told.unknown["exam"].tolist() == pytest.approx([0.045, 0.009, 0.09])
    x, unknown = told.filled(schools, EXAM_LINE)
    assert x[:, 0].tolist() == [1.0, 1.0, 0.5]  # the region's mean stands in
    assert unknown[:, 0].tolist() == [0.0, 0.0, 4.0]


def measured(tables, works, signs, schools, reason="not_in_norms", cuts=None):
    index = pd.Index(schools, name="school_id")
    conditions = pd.DataFrame({"log_n_pupils": np.nan}, index=index)
    known = SignKnowledge(
        known_works(*works, cuts=cuts), {(one.sign, one.n_years): one for one in signs}, reason
    )
    found = objectivity_measures(
        tables, mark_pairs(tables.cells), index, conditions, known, RULES, YEAR
    )
    return found["objectivity_measures"].set_index(["n_years", "family", "school_id"])


LEVEL = SignNorm(sign="level", n_years=1, n_schools=100, intercept=0.0, between_sd=0.2)


def test_the_score_of_the_level():
    of = work()
    tables = tables_of([cell("990001", of, 25, 14), cell("990002", of, 5, 14)])
    found = measured(tables, [of], [LEVEL], ["990001", "990002", "990003"])
    row = found.loc[1, "level", "990001"]
    # (1 - 0) / sqrt(0.15² + 0.2²) = 4
    assert row["z"] == pytest.approx(4.0)
    assert row["p"] == pytest.approx(3.1671e-05, rel=1e-4)  # upper tail of the normal at 4
    assert (row["status"], row["work_ids"]) == ("ok", of.work_id)
    few = found.loc[1, "level", "990002"]
    assert (few["status"], few["reason"], few["n"]) == ("too_few", "few_pupils", 5)
    assert pd.isna(few["p"])
    nothing = found.loc[1, "level", "990003"]
    assert (nothing["status"], nothing["reason"]) == ("not_tested", "no_data")


def test_without_norms_nothing_is_tested_however_many_schools_there_are():
    of = work()
    schools = [f"99{k:04d}" for k in range(30)]
    tables = tables_of([cell(one, of, 25, 10 + k) for k, one in enumerate(schools)])
    found = measured(tables, [], [], schools, "no_norms_file")
    assert set(found["status"]) == {"no_norms"}
    assert set(found["reason"]) == {"no_norms_file"}
    assert found["p"].isna().all()


def test_works_the_norms_do_not_know_are_named_as_the_reason():
    tables = tables_of([cell("990001", work("rus"), 25, 14)])
    found = measured(tables, [work()], [LEVEL], ["990001"])
    row = found.loc[1, "level", "990001"]
    assert (row["status"], row["reason"]) == ("not_tested", "no_work_norms")


def test_a_school_that_could_never_be_improbable_is_left_out_by_its_size():
    of = work(scores=FLAT)
    marks = SignNorm(
        sign="marks", n_years=1, n_schools=100, intercept=0.2, between_sd=0.5, pupil_sd=0.5
    )
    cells = [cell("990001", of, 10, 10, n_mark_pairs=10, n_lowered=10, n_confirmed=0, n_raised=0)]
    found = measured(tables_of(cells), [of], [marks], ["990001"])
    row = found.loc[1, "marks", "990001"]
    # even if all are lowered: (1 - 0.2) / sqrt(0.25 / 10 + 0.25) = 1.53, p = .064
    assert row["p_attainable"] == pytest.approx(0.0635, abs=5e-4)
    assert (row["status"], row["reason"]) == ("too_few", "cannot_reach")


def test_a_span_of_one_year_takes_grade_four_of_the_year_before():
    span = Span.of(known_works(work("math", 4, 2024), work("math", 5), work("oge", 9)), YEAR, 1)
    assert set(span.tested.norms) == {"vpr-2025-spring-math-5", "vpr-2025-spring-oge-9"}
    assert "vpr-2024-spring-math-4" in span.handed_over.norms


DROP = SignNorm(sign="drop_cohort", n_years=1, n_schools=100, intercept=0.0, between_sd=0.2)
GRADE4 = SignNorm(sign="grade4_level", n_years=1, n_schools=100, intercept=0.0, between_sd=0.2)
BEFORE, AFTER, OTHER = work("math", 4, 2024), work("math", 5), work("math", 4)


def dropped(signs, *cells, works=(BEFORE, AFTER, OTHER)):
    """The sign of the drop of one school over one year: measure and decision."""
    found = measured(tables_of(cells), works, signs, ["990001"])
    families = decide_objectivity_signs(
        OBJECTIVITY_MEASURES.conform(found.reset_index()), RULES
    ).families.set_index(["n_years", "family"])
    return found.loc[1, "drop", "990001"], families.loc[(1, "drop")]


def test_a_drop_after_a_raised_grade_four_of_the_same_cohort_is_a_sign():
    row, family = dropped(
        [DROP, GRADE4],
        cell("990001", BEFORE, 25, 16), cell("990001", AFTER, 25, 10),
        # the next cohort is as usual
        cell("990001", OTHER, 25, 10),
    )  # fmt: skip
    # 1.5 deviations of 25 pupils, error .15, between .2
    assert row["condition_z"] == pytest.approx(1.5 / 0.25)
    assert family["level"] == "sign"


def test_a_drop_beside_a_raised_grade_four_of_the_next_cohort_is_none():
    row, family = dropped(
        [DROP, GRADE4],
        # the cohort was as usual and fell; the one behind it is high
        cell("990001", BEFORE, 25, 10), cell("990001", AFTER, 25, 4), cell("990001", OTHER, 25, 16),
    )  # fmt: skip
    assert row["z"] > 5
    assert row["condition_z"] == pytest.approx(0)
    assert (family["level"], family["reason"]) == ("none", "grade4_not_high")


def test_exams_of_the_last_year_say_nothing_of_grade_four_a_year_before():
    exam = SignNorm(sign="exam", n_years=1, n_schools=100, intercept=0.0, between_sd=0.3)
    on_exam = GRADE4.model_copy(
        update={"conditions": (SignCondition(condition="exam", slope=1.0, mean=0, variance=0.09),)}
    )
    ordinary, fallen = work("math", 9, 2024, "oge"), work("math", 9, 2025, "oge")
    rows = [
        cell("990001", BEFORE, 25, 10), cell("990001", AFTER, 25, 4),
        cell("990001", ordinary, 25, 10), cell("990001", fallen, 25, 2),
    ]  # fmt: skip
    works = (BEFORE, AFTER, ordinary, fallen)
    row, family = dropped([DROP, on_exam, exam], *rows, works=works)
    assert row["condition_z"] == pytest.approx(0)
    assert family["reason"] == "grade4_not_high"


def test_grade_four_without_a_grade_five_after_it_is_no_part_of_the_cohorts():
    rus4 = work("rus", 4, 2024)
    rows = [
        cell("990001", BEFORE, 20, 14), cell("990001", AFTER, 20, 10),
        cell("990001", OTHER, 20, 2), cell("990001", rus4, 20, 2), cell("990002", BEFORE, 20, 14),
    ]  # fmt: skip
    works = known_works(BEFORE, AFTER, OTHER, rus4, work("rus", 5))
    found = standing_before_drop(tables_of(rows), works)
    assert found.index.tolist() == ["990001"]
    assert found.loc["990001", "value"] == pytest.approx(1.0)
    assert found.loc["990001", "work_ids"] == BEFORE.work_id
    assert standing_before_drop(tables_of(), works).empty


def test_norms_of_grade_four_are_those_of_the_cohorts_before_the_drop():
    schools = [f"99{k:04d}" for k in range(60)]
    noise = np.random.default_rng(4).normal(0, 1.2, 60)
    rows = [
        row
        for one, e in zip(schools, noise, strict=True)
        for row in (
            cell(one, BEFORE, 25, 12 + e), cell(one, AFTER, 25, 10 + e), cell(one, OTHER, 25, 2 + e)
        )
    ]  # fmt: skip
    tables, blank = tables_of(rows), pd.DataFrame(index=pd.Index(schools, name="school_id"))
    found, _ = sign_norms(tables, [BEFORE, AFTER, OTHER], blank, RULES, (), YEAR)
    usual = {(one.sign, one.n_years): one.intercept for one in found}
    # (12 - 10) / 4 and not the 2 points of the cohort that has had no grade 5 yet
    for n_years in (1, RULES.years.value):
        assert usual["grade4_level", n_years] == pytest.approx(0.5, abs=0.15)


def test_years_without_the_last_one_are_not_tested():
    old, new = work(year=2024), work("rus")
    level4 = LEVEL.model_copy(update={"n_years": RULES.years.value})
    rows = [cell("990001", old, 25, 18), cell("990002", old, 25, 18), cell("990002", new, 25, 18)]
    # the norms know works of 2024 only
    found = measured(tables_of(rows), [old], [level4], ["990001", "990002"])
    rows_of_level = found.loc[RULES.years.value, "level"]
    assert set(rows_of_level["status"]) == {"not_tested"}
    assert set(rows_of_level["reason"]) == {"no_last_year"}
    assert rows_of_level["p"].isna().all()
    # both years known: the school that wrote in the last one is tested by all of them
    found = measured(tables_of(rows), [old, new], [level4], ["990001", "990002"])
    told = found.loc[RULES.years.value, "level"]
    assert told["status"].tolist() == ["not_tested", "ok"]
    assert told.loc["990002", "n_works"] == 2
