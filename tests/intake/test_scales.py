"""Marks from primary scores, and marks of Ф1 against the scales."""

import dataclasses

import numpy as np
import pytest

from shnor_analysis.intake.extract import Work
from shnor_analysis.intake.fisoko.scales import find_scale, marks_by_scale

# methodology/scales.csv, mathematics 4 of 2021–2022: «3» from 6, «4» from 10, «5» from 15 of 20
MATH_4 = Work("vpr", 2022, "spring", "math", 4, "none", 20)
# Russian 4 of 2025–2026: 10, 16, 21 of 24, from an excerpt


def test_borders_belong_to_the_higher_mark(place):
    scale = find_scale(place.methodology, MATH_4)
    scores = np.array([0, 5, 6, 9, 10, 14, 15, 20, np.nan])
    marks = marks_by_scale(scale, scores)
    assert marks[:-1].tolist() == [2, 2, 3, 3, 4, 4, 5, 5]
    assert np.isnan(marks[-1])


@pytest.mark.parametrize(
    "change",
    [
        {"assessment_year": 2020},
        {"assessment_year": 2023},
        {"grade": 9},
        {"subject": "chemistry"},
        {"level": "advanced"},
        {"max_score_raw": 24},
        {"procedure": "oge"},
    ],
)
def test_a_scale_of_another_work_is_not_used(place, change):
    assert find_scale(place.methodology, dataclasses.replace(MATH_4, **change)) is None


def test_unknown_maximum_does_not_stand_in_the_way(place):
    work = dataclasses.replace(MATH_4, max_score_raw=None)
    assert find_scale(place.methodology, work).max_score_raw == 20


def test_scale_that_needs_more_than_the_score_is_not_used(place):
    # ОГЭ 2023 in mathematics asks for two points in geometry
    work = Work("oge", 2023, "main", "math", 9, "none", 31)
    assert find_scale(place.methodology, work) is None


# --- marks of Ф1 ---------------------------------------------------------------------------------


def f1_of_24_points(build, *pupils):
    """Ф1 of Russian 4: four tasks of 24 points in all; a pupil is (code, tasks, mark, login)."""
    rows = build.f1(*(build.pupil(c, t, mark, login=login) for c, t, mark, login in pupils),
                    maximum=24)  # fmt: skip
    rows[7][6:10] = ["1 (9б)", "2 (5б)", "3 (5б)", "4 (5б)"]
    return rows


def test_marks_that_disagree_with_the_scale_are_one_query_a_school(place, build):
    place.book("Ф1.xlsx", f1_of_24_points(
        build,
        (40001, (9, 0, 0, 0), 2, "edu990001"),  # 9: «2»
        (40002, (9, 1, 0, 0), 2, "edu990001"),  # 10: «3», given «2»
        (40003, (9, 5, 5, 2), 4, "edu990001"),  # 21: «5», given «4»
        (40001, (9, 5, 2, 0), 4, "edu990002"),  # 16: «4»
    ))  # fmt: skip
    intake = place.read()
    [issue] = build.issues(intake, "vpr_mark_scale")
    assert (issue["severity"], issue["value"], issue["school_id"]) == ("query", "2", "990001")
    assert (issue["row"], issue["column"]) == (10, "Отметка")
    assert "2 из 3" in issue["message"]
    assert "«3» — от 10, для «4» — от 16, для «5» — от 21" in issue["message"]
    assert "из выдержки" in issue["message"] and "по памяти" in issue["guidance"]
    # the marks stay as they were
    assert sorted(intake.vpr_results["test_mark"]) == [2, 2, 4, 4]
    assert set(intake.vpr_results["mark_source"]) == {"file"}


def test_marks_that_agree_are_silent(place, build):
    place.book("Ф1.xlsx", f1_of_24_points(
        build, (40001, (9, 1, 0, 0), 3, "edu990001"), (40002, (9, 5, 5, 5), 5, "edu990001"),
    ))  # fmt: skip
    assert "vpr_mark_scale" not in build.checks(place.read())


def test_without_a_scale_nothing_is_compared(place, build):
    place.book("Ф1.xlsx", build.f1(build.pupil(40001, mark=2)))  # 7 points, not 24
    intake = place.read()
    assert not {"vpr_mark_scale", "vpr_no_scale"} & set(build.checks(intake))


def test_attendance_of_f1_is_reported_only_when_absents_are_listed(place, build):
    absent = build.pupil(40002, ("", "", "", ""), mark="", journal="", total="")
    place.book("Ф1.xlsx", build.f1(build.pupil(40001)))
    assert place.read().reported["participation"].empty
    place.book("Ф1.xlsx", build.f1(build.pupil(40001), absent))
    [row] = place.read().reported["participation"].to_dict("records")
    assert (row["n_listed"], row["n_present"], row["n_absent"]) == (2, 1, 1)
    assert (row["school_id"], row["work_id"]) == ("990001", "vpr-2026-spring-rus-4")


FORM_HEADER = [
    "Код участника", "Вариант", "1 (2б)", "2 (1б)", "4К1 (3б)", "9.1 (1б)",
    "Порядковый номер класса", "Отметка за предыдущий триместр/ четверть/полугодие",
    "Итого баллов",
]  # fmt: skip
FORM = "edu990001/Русский язык 4 класс ВПР 2026.xlsx"


def test_marks_of_the_file_stay_beside_a_form_without_marks(place, build):
    """The form has one pupil more and no marks, since no scale of 7 points is known."""
    place.book("Ф1.xlsx", build.f1(build.pupil(40001, (2, 1, 3, 1), mark=5, journal=4)))
    form = [[40001, 1, 2, 1, 3, 1, 1, 4, 7], [40002, 1, 2, 0, 0, 0, 1, "нет отметки", 2]]
    place.book(FORM, [FORM_HEADER, *form])
    intake = place.read()
    vpr = intake.vpr_results.sort_values("score_raw")
    assert list(vpr["score_raw"]) == [2, 7]
    assert vpr["test_mark"].isna().tolist() == [True, False]
    assert vpr["mark_source"].iloc[1] == "file"
    assert "vpr_files_same" in build.checks(intake)
    assert "vpr_files_differ" not in build.checks(intake)


def test_other_points_in_the_form_still_contradict(place, build):
    place.book("Ф1.xlsx", build.f1(build.pupil(40001, (2, 1, 3, 1), mark=5, journal=4)))
    place.book(FORM, [FORM_HEADER, [40001, 1, 2, 1, 0, 1, 1, 4, 4]])
    intake = place.read()
    assert [i["file"] for i in build.issues(intake, "vpr_files_differ")] == [FORM]
    assert list(intake.vpr_results["test_mark"]) == [5]


def test_a_missing_journal_mark_in_one_of_two_files_is_no_crash(place, build):
    place.book("1.xlsx", build.f1(build.pupil(40001, journal=4)))
    place.book("2.xlsx", build.f1(build.pupil(40001, journal="")))
    assert len(place.read().vpr_results) == 1
