"""Cells: every count by hand from a few rows."""

import pandas as pd
import pytest

from shnor_analysis import tables
from shnor_analysis.engine import WAIST, open_engine, write_waist
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
VPR, OGE, EGE, BASE = (
    "vpr-2025-spring-rus-4",
    "oge-2025-main-math-9",
    "ege-2025-main-rus-11",
    "ege-2025-main-math_base-11",
)


def work(work_id):
    procedure, year, season, subject, grade = work_id.split("-")
    return {
        "work_id": work_id,
        "assessment_year": int(year),
        "procedure": procedure,
        "season": season,
        "subject": subject,
        "grade": int(grade),
        "level": "none",
    }


def source(row, file="a.xlsx"):
    return {"source_file": file, "source_sheet": "Лист", "source_row": row}


def vpr(school, row, test_mark, school_mark=None, score=None, **more):
    return {
        "work_id": VPR, "school_id": school, "pupil_id": f"p{row}", "test_mark": test_mark,
        "school_mark": school_mark, "score_raw": score, **source(row), **more,
    }  # fmt: skip


def gia(work_id, school, row, mark=None, scaled=None, **more):
    return {
        "work_id": work_id, "school_id": school, "pupil_id": f"p{row}", "exam_date": "2025-06-01",
        "test_mark": mark, "score_scaled": scaled, **source(row, "b.csv"), **more,
    }  # fmt: skip


def group(school, report, item, n, total=10):
    return {
        "work_id": VPR, "report": report, "group_level": "school", "group_id": school,
        "group_name": "школа", "item": item, "n_participants": total, "value_share": n / total,
        "value_n": n, **source(30, "f3.xlsx"),
    }  # fmt: skip


def item(school, report, name, share, n=10, maximum=None):
    return {
        "work_id": VPR, "report": report, "group_level": "school", "group_id": school,
        "group_name": "школа", "item": name, "max_score": maximum, "n_participants": n,
        "value_share": share, **source(40, "f4.xlsx"),
    }  # fmt: skip


@pytest.fixture
def compute(tmp_path):
    """Return cells by school and work; ``compute.waist`` holds every table made."""

    def run(vpr_results=(), gia_results=(), group_rows=(), last_year=None, **more):
        contents = {
            tables.WORKS: [work(w) for w in (VPR, OGE, EGE, BASE)],
            tables.VPR_RESULTS: vpr_results,
            tables.GIA_RESULTS: gia_results,
            tables.GROUP_STATISTICS: group_rows,
        }
        contents |= {tables.CONTRACTS[name]: rows for name, rows in more.items()}
        for contract, rows in contents.items():
            frame = pd.DataFrame(rows) if len(rows) else contract.empty()
            tables.store_table(frame, contract, tmp_path)
        with open_engine(EngineChoice()) as engine:
            write_waist(tmp_path, tmp_path / "cells", METHODOLOGY, engine, last_year)
        run.waist = {c.name: tables.load_table(c, tmp_path / "cells") for c in WAIST}
        return run.waist["cells"].set_index(["school_id", "work_id"])

    return run


def test_marks_scores_and_pairs_of_a_vpr_cell(compute):
    rows = [
        vpr("990001", 1, 2, 3, 4.0),
        vpr("990001", 2, 3, 3, 10.0),
        vpr("990001", 3, 4, None, 17.0),
        vpr("990001", 4, 5, 4, None),
    ]
    cell = compute(rows).loc[("990001", VPR)]
    assert cell["basis"] == "pupils"
    assert [cell[f"n_mark_{mark}"] for mark in (2, 3, 4, 5)] == [1, 1, 1, 1]
    assert (cell["n_participants"], cell["n_below_minimum"]) == (4, 1)
    # 4 + 10 + 17 = 31; 16 + 100 + 289 = 405; one score is unknown and is not zero
    assert (cell["n_score_raw"], cell["sum_score_raw"], cell["sumsq_score_raw"]) == (3, 31, 405)
    # pairs: 2<3 lowered, 3=3 confirmed, 5>4 raised; the missing journal mark makes no pair
    assert (cell["n_mark_pairs"], cell["n_lowered"]) == (3, 1)
    assert (cell["n_confirmed"], cell["n_raised"]) == (1, 1)


def test_oge_mark_two_is_below_the_minimum(compute):
    rows = [gia(OGE, "990001", row, mark) for row, mark in enumerate((2, 2, 3, 5), start=1)]
    cell = compute(gia_results=rows).loc[("990001", OGE)]
    assert (cell["n_below_minimum"], cell["n_participants"]) == (2, 4)
    assert pd.isna(cell["n_mark_pairs"])


def test_ege_minimum_of_russian_is_24(compute):
    rows = [gia(EGE, "990001", row, scaled=s) for row, s in enumerate((23, 24, 90), start=1)]
    cell = compute(gia_results=rows).loc[("990001", EGE)]
    assert (cell["n_below_minimum"], cell["n_participants"]) == (1, 3)
    assert (cell["sum_score_scaled"], cell["n_score_scaled"]) == (137, 3)
    assert pd.isna(cell["n_mark_2"])


def test_base_maths_is_judged_by_the_mark(compute):
    rows = [gia(BASE, "990001", row, mark) for row, mark in enumerate((2, 4), start=1)]
    assert compute(gia_results=rows).loc[("990001", BASE), "n_below_minimum"] == 1


def test_rows_without_a_result_are_not_participants(compute):
    rows = [gia(OGE, "990001", 1, 3), gia(OGE, "990001", 2)]
    assert compute(gia_results=rows).loc[("990001", OGE), "n_participants"] == 1


def test_pupils_without_a_mark_are_not_participants(compute):
    """No scale is known for their work: their scores are kept, but nothing judges them."""
    rows = [vpr("990001", 1, 2, score=4.0), vpr("990001", 2, 4, score=12.0)]
    rows += [vpr("990001", row, None, 3, score=20.0) for row in (3, 4)]
    cell = compute(rows).loc[("990001", VPR)]
    assert (cell["n_participants"], cell["n_below_minimum"]) == (2, 1)
    assert sum(cell[f"n_mark_{mark}"] for mark in (2, 3, 4, 5)) == 2
    assert (cell["n_score_raw"], cell["sum_score_raw"]) == (2, 16)  # 4 + 12
    assert pd.isna(cell["n_mark_pairs"])


def test_a_work_without_any_mark_makes_no_cell_of_pupils(compute):
    rows = [vpr("990001", row, None, score=9.0) for row in range(20)]
    assert compute(rows).empty
    groups = [group("990001", "marks", item, n) for item, n in (("2", 1), ("3", 9))]
    cell = compute(rows, group_rows=groups).loc[("990001", VPR)]
    assert (cell["basis"], cell["n_participants"]) == ("aggregate", 10)


def test_the_source_with_more_participants_makes_the_cell(compute):
    """Rows of pupils may be missing; equal numbers go to the pupils."""
    pupils = [vpr("990001", row, 3) for row in range(10)] + [vpr("990002", 30, 3)]
    groups = [
        group(school, "marks", item, n)
        for school in ("990001", "990002")
        for item, n in (("2", 1), ("3", 4), ("4", 3), ("5", 2))
    ]
    table = compute(pupils, group_rows=groups)
    assert table.loc[("990001", VPR), ["basis", "n_below_minimum"]].tolist() == ["pupils", 0]
    assert table.loc[("990002", VPR), ["basis", "n_below_minimum"]].tolist() == ["aggregate", 1]


def test_a_report_on_marks_alone_leaves_the_scores_of_the_pupils(compute):
    """Nine of ten rows came: marks of ten from the report, scores and the journal of the nine."""
    pupils = [vpr("990001", row, 4, 5, score=20.0 + row) for row in range(9)]
    groups = [group("990001", "marks", item, n) for item, n in (("2", 0), ("3", 4), ("4", 6))]
    cell = compute(pupils, group_rows=groups).loc[("990001", VPR)]
    assert (cell["basis"], cell["n_participants"], cell["n_mark_3"]) == ("aggregate", 10, 4)
    # 20 + … + 28 = 216; squares: 9·400 + 2·20·36 + 204 = 5244
    assert cell[["n_score_raw", "sum_score_raw", "sumsq_score_raw"]].tolist() == [9, 216, 5244]
    assert cell[["n_mark_pairs", "n_lowered"]].tolist() == [9, 9]
    reported = [
        group("990001", "journal", item, n)
        for item, n in (("lowered", 3), ("confirmed", 7), ("raised", 0))
    ]
    fuller = compute(pupils, group_rows=groups + reported).loc[("990001", VPR)]
    assert fuller[["n_mark_pairs", "n_lowered"]].tolist() == [10, 3]
    # a distribution of scores counts before the rows of pupils
    items = [item("990001", "scores", "8", 1.0)]
    told = compute(pupils, group_rows=groups, group_items=items).loc[("990001", VPR)]
    assert told[["n_score_raw", "sum_score_raw"]].tolist() == [10, 80]


def test_aggregate_makes_a_cell_where_no_pupils_came(compute):
    groups = [
        group(school, "marks", item, n)
        for school in ("990001", "990002")
        for item, n in (("2", 1), ("3", 4), ("4", 3), ("5", 2))
    ]
    table = compute(group_rows=groups)
    aggregate = table.loc[("990002", VPR)]
    assert aggregate["basis"] == "aggregate"
    assert (aggregate["n_participants"], aggregate["n_below_minimum"]) == (10, 1)
    assert aggregate["n_score_raw"] == 0
    assert pd.isna(aggregate["sum_score_raw"])


def test_journal_counts_come_from_pupils_first_then_from_the_report(compute):
    reported = [
        group(school, "journal", item, n)
        for school in ("990001", "990002")
        for item, n in (("lowered", 3), ("confirmed", 5), ("raised", 1))
    ]
    marks = [group("990002", "marks", item, n) for item, n in (("2", 1), ("3", 9))]
    table = compute([vpr("990001", 1, 2, 3)], group_rows=reported + marks)
    assert table.loc[("990001", VPR), ["n_mark_pairs", "n_lowered"]].tolist() == [1, 1]
    assert table.loc[("990002", VPR), ["n_mark_pairs", "n_lowered"]].tolist() == [9, 3]


def test_no_results_give_an_empty_table_under_contract(compute):
    assert compute().empty


def test_every_cell_is_traced_to_its_rows(compute):
    groups = [group("990001", "marks", "2", 1)]
    compute([vpr("990001", 9, 3), vpr("990001", 12, 4)], group_rows=groups)
    traced = compute.waist["cell_sources"].set_index("source_file")
    assert traced.loc["a.xlsx", ["n_rows", "source_row_first", "source_row_last"]].tolist() == [
        2, 9, 12,
    ]  # fmt: skip
    assert traced.loc["f3.xlsx", "source_row_first"] == 30


# --- high results: methodology 8.1–8.3, boundary tests of the Yershichi indicators ---------------


def high(compute, work_id, school="990001"):
    return compute.waist["cells"].set_index(["school_id", "work_id"]).loc[
        (school, work_id), ["n_high_known", "n_high"]
    ].tolist()  # fmt: skip


def test_ege_81_is_high_and_80_is_not(compute):
    compute(gia_results=[gia(EGE, "990001", row, scaled=s) for row, s in enumerate((80, 81, 20))])
    assert high(compute, EGE) == [3, 1]


def test_oge_maths_24_of_31_is_high_and_23_is_not(compute):
    """The protocol states no maximum; that of the scale counts: 0.75 · 31 = 23.25."""
    rows = [gia(OGE, "990001", row, 5, score_raw=s) for row, s in enumerate((23.0, 24.0))]
    compute(gia_results=rows)
    assert high(compute, OGE) == [2, 1]


def test_base_maths_17_of_21_is_high_and_16_is_not(compute):
    """0.8 · 21 = 16.8: high coincides with the mark «5»."""
    rows = [gia(BASE, "990001", row, 4, score_raw=s) for row, s in enumerate((16.0, 17.0))]
    compute(gia_results=rows)
    assert high(compute, BASE) == [2, 1]


def test_exactly_75_percent_of_a_vpr_is_not_high(compute):
    """ВПР-4 Russian, 24 points: 18 is exactly 75 %, 19 is above."""
    rows = [vpr("990001", row, 4, score=s) for row, s in enumerate((18.0, 19.0, None))]
    compute(rows, works=[work(VPR) | {"max_score_raw": 24}])
    assert high(compute, VPR) == [2, 1]  # the third has no score and is not judged


def test_without_a_maximum_nobody_knows_what_is_high(compute):
    world = "vpr-2025-spring-world-4"  # neither the files nor the scales know its maximum
    row = vpr("990001", 1, 5, score=24.0) | {"work_id": world}
    cell = compute([row], works=[work(world)]).loc[("990001", world)]
    assert cell["n_high_known"] == 0
    assert pd.isna(cell["n_high"])


def test_a_work_the_rule_does_not_name_has_no_high_results(compute):
    """Yershichi names grade 4 only: nothing is said of grade 7."""
    seventh = "vpr-2025-spring-rus-7"
    row = vpr("990001", 1, 5, score=24.0) | {"work_id": seventh}
    compute([row], works=[work(seventh) | {"max_score_raw": 24}])
    assert pd.isna(compute.waist["cells"]["n_high"].iloc[0])


# --- classes, scores, attendance ------------------------------------------------------------------


def test_classes_add_up_to_the_cell(compute):
    rows = [vpr("990001", 1, 2, 3, 4.0, class_label="4А"), vpr("990001", 2, 5, 5, 20.0)]
    rows += [vpr("990001", 3, 4, 4, 16.0, class_label="4Б")]
    cell = compute(rows).loc[("990001", VPR)]
    classes = compute.waist["class_cells"].set_index("class_label")
    assert classes["n_participants"].to_dict() == {"": 1, "4А": 1, "4Б": 1}
    assert classes.loc["4А", ["n_mark_2", "n_lowered", "sum_score_raw"]].tolist() == [1, 1, 4]
    # 4 + 20 + 16 = 40; 16 + 400 + 256 = 672
    assert cell[["n_participants", "sum_score_raw", "sumsq_score_raw"]].tolist() == [3, 40, 672]


def test_scores_keep_the_mark_and_the_journal_mark(compute):
    rows = [vpr("990001", 1, 3, 4, 12.0), vpr("990001", 2, 3, 4, 12.0)]
    rows += [vpr("990001", 3, 3, None, 12.0), vpr("990001", 4, 3, 4, None)]
    compute(rows)
    found = compute.waist["cell_scores"][["score_raw", "test_mark", "school_mark", "n_pupils"]]
    # one pupil without a journal mark (0), none for the pupil without a score
    assert found.to_numpy().tolist() == [[12, 3, 0, 1], [12, 3, 4, 2]]


def test_a_distribution_report_gives_scores_where_no_pupils_came(compute):
    marks = [group("990001", "marks", mark, n) for mark, n in (("2", 1), ("3", 9))]
    items = [
        item("990001", "scores", s, share) for s, share in (("5", 0.1), ("8", 0.7), ("9", 0.2))
    ]
    cell = compute(group_rows=marks, group_items=items).loc[("990001", VPR)]
    # 5·1 + 8·7 + 9·2 = 79; 25 + 448 + 162 = 635
    assert cell[["n_score_raw", "sum_score_raw", "sumsq_score_raw"]].tolist() == [10, 79, 635]
    scores = compute.waist["cell_scores"]
    assert scores[["score_raw", "n_pupils"]].to_numpy().tolist() == [[5, 1], [8, 7], [9, 2]]
    assert set(scores["basis"]) == {"aggregate"}


def test_who_was_absent_comes_from_the_widest_protocol(compute):
    attendance = [
        {"school_id": "990001", "work_id": VPR, "n_listed": n, "n_present": n - absent,
         "n_absent": absent, **source(1, file)}
        for n, absent, file in ((20, 4, "a"), (25, 3, "b"), (25, 2, "c"))
    ]  # fmt: skip
    cells = compute([vpr("990001", 1, 3), vpr("990002", 2, 3)], participation=attendance)
    assert cells.loc[("990001", VPR), "n_absent"] == 3
    assert pd.isna(cells.loc[("990002", VPR), "n_absent"])  # no protocol lists them


# --- tasks ----------------------------------------------------------------------------------------


def tasks(*rows):
    return [
        {"task_set": "s", "position": place, "work_id": VPR, "task": task, "max_score": maximum}
        for place, (task, maximum) in enumerate(rows)
    ]


def test_tasks_are_summed_and_a_task_not_taught_is_nobodys(compute):
    scores = ("21X", "0-N", "211")
    rows = [vpr("990001", row, 3, task_set="s", task_scores=one) for row, one in enumerate(scores)]
    compute(rows, work_tasks=tasks(("1", 2), ("2", 1), ("3К1", 1)))
    found = compute.waist["cell_tasks"].set_index("task")
    columns = ["n_pupils", "n_blank", "n_not_begun", "n_not_taught", "n_full", "sum_score"]
    assert found.loc["1", columns].tolist() == [3, 0, 0, 0, 2, 4]
    assert found.loc["2", columns].tolist() == [3, 1, 0, 0, 2, 2]
    assert found.loc["3К1", columns].tolist() == [2, 0, 1, 1, 1, 1]
    assert found.loc["1", "sumsq_score"] == 8  # 4 + 0 + 4


def test_a_report_on_tasks_counts_where_no_pupil_tells_them(compute):
    reported = [item(school, "tasks", "1", 0.6, 10, 2) for school in ("990001", "990002")]
    rows = [vpr("990001", 1, 3, task_set="s", task_scores="2")]
    compute(rows, group_items=reported, work_tasks=tasks(("1", 2)))
    found = compute.waist["cell_tasks"].set_index("school_id")
    assert found["basis"].to_dict() == {"990001": "pupils", "990002": "aggregate"}
    assert found.loc["990002", "sum_score"] == pytest.approx(12)  # 60 % of 2 points · 10 pupils
    assert pd.isna(found.loc["990002", "n_full"])


# --- sums over subjects and cohorts ---------------------------------------------------------------


def in_subjects(procedure, grade, pupil, values, column):
    """One pupil's results in as many subjects as there are values."""
    subjects = ("rus", "math", "physics", "history")
    return [
        {
            "work_id": f"{procedure}-2025-main-{subject}-{grade}", "school_id": "990001",
            "pupil_id": pupil, column: value, **source(1),
            **({} if procedure == "vpr" else {"exam_date": "2025-06-01"}),
        }
        for subject, value in zip(subjects, values, strict=False)
    ]  # fmt: skip


def sums(compute, results):
    works = [work(one) for one in sorted({row["work_id"] for row in results})]
    name = "vpr_results" if results[0]["work_id"].startswith("vpr") else "gia_results"
    compute(**{name: results}, works=works)
    found = compute.waist["pupil_sums"]
    return found[["n_pupils", "n_reached"]].to_numpy().tolist()


def test_160_points_over_three_ege_subjects_are_enough(compute):
    pupils = {"a": (60, 50, 50), "b": (60, 50, 49), "c": (90, 80), "d": (20, 60, 50, 50)}
    rows = [r for p, v in pupils.items() for r in in_subjects("ege", 11, p, v, "score_scaled")]
    # c has two subjects; the best three of d make 160
    assert sums(compute, rows) == [[3, 2]]


def test_ten_marks_over_three_oge_subjects_and_no_fail(compute):
    pupils = {"a": (3, 3, 4), "b": (3, 3, 3), "c": (2, 4, 5), "d": (2, 5, 5, 5)}
    rows = [r for p, v in pupils.items() for r in in_subjects("oge", 9, p, v, "test_mark")]
    # the «2» of d excludes, although three other marks make 15
    assert sums(compute, rows) == [[4, 1]]


def test_eleven_marks_over_three_vpr_subjects(compute):
    pupils = {"a": (3, 3, 5), "b": (3, 3, 4)}
    rows = [r for p, v in pupils.items() for r in in_subjects("vpr", 4, p, v, "test_mark")]
    assert sums(compute, rows) == [[2, 1]]


def test_the_same_pupils_are_linked_with_the_grade_below_a_year_before(compute):
    def result(year, grade, pupil, score, mark, school="990001"):
        work_id = f"vpr-{year}-spring-rus-{grade}"
        return {"work_id": work_id, "school_id": school, "pupil_id": pupil, "score_raw": score,
                "test_mark": mark, **source(1)}  # fmt: skip

    rows = [
        result(2024, 4, "a", 10.0, 3), result(2025, 5, "a", 12.0, 3),
        result(2024, 4, "b", 20.0, 5, "990002"), result(2025, 5, "b", 11.0, 4),
        result(2024, 4, "c", 15.0, 4), result(2025, 4, "d", 9.0, 3), result(2024, 5, "d", 9.0, 3),
    ]  # fmt: skip
    compute(rows, works=[work(one) for one in sorted({row["work_id"] for row in rows})])
    pair = compute.waist["cohort_pairs"].squeeze()
    assert (pair["school_id"], pair["work_id"], pair["earlier_work_id"]) == (
        "990001", "vpr-2025-spring-rus-5", "vpr-2024-spring-rus-4",
    )  # fmt: skip
    counts = ["n_pupils", "n_from_other_school", "n_marks", "n_mark_fell", "n_mark_rose"]
    assert pair[counts].tolist() == [2, 1, 2, 1, 0]
    # earlier 10, 20; later 12, 11: sums 30 and 23, squares 500 and 265, products 120 + 220
    sums_ = ["sum_earlier", "sum_later", "sumsq_earlier", "sumsq_later", "sum_product"]
    assert pair[sums_].tolist() == [30, 23, 500, 265, 340]


def test_later_years_are_left_aside_in_every_table(compute):
    later = "vpr-2026-spring-rus-4"
    rows = [vpr("990001", 1, 3, 4, 12.0, task_set="s", task_scores="2")]
    rows += [rows[0] | {"work_id": later}]
    groups = [group("990002", "marks", mark, n) | {"work_id": later} for mark, n in (("2", 1),)]
    items = [item("990002", "scores", "5", 1.0) | {"work_id": later}]
    works = [work(VPR), work(later)]
    more = {"group_items": items, "work_tasks": tasks(("1", 2)), "works": works}
    compute(rows, group_rows=groups, last_year=2025, **more)
    for name in ("class_cells", "cells", "cell_scores", "cell_tasks", "cell_sources"):
        assert set(compute.waist[name]["work_id"]) == {VPR}, name
    compute(rows, group_rows=groups, last_year=2026, **more)
    assert set(compute.waist["cell_sources"]["work_id"]) == {VPR, later}


def test_the_same_rows_give_the_same_bytes(compute, tmp_path):
    rows = [vpr("990001", row, 3, 4, float(row)) for row in range(9)]
    compute(rows)
    first = {path.name: path.read_bytes() for path in (tmp_path / "cells").iterdir()}
    compute(rows[::-1])
    assert {path.name: path.read_bytes() for path in (tmp_path / "cells").iterdir()} == first
