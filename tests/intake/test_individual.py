"""«Индивидуальные результаты» (Ф1): pupils' rows, recomputed totals, row errors."""

import pytest


@pytest.fixture
def one_school(place, build):
    """Write a Ф1 of one school and read the place."""

    def read(*rows, announce=None, **options):
        n = len(rows) if announce is None else announce
        place.book("Ф1.xlsx", build.f1(build.separator(n), *rows, **options))
        return place.read()

    return read


def test_pupils_of_one_school_are_read_with_row_numbers_of_excel(one_school, build):
    intake = one_school(
        build.pupil(40001, (2, 1, 3, 1), mark=5, journal=4),
        build.pupil(40002, (0, 0, 1, 0), mark=2, journal=3),
    )
    vpr = intake.vpr_results.sort_values("source_row")
    assert list(vpr["work_id"]) == ["vpr-2026-spring-rus-4"] * 2
    assert list(vpr["school_id"]) == ["990001"] * 2
    assert list(vpr["score_raw"]) == [7, 1]  # 2+1+3+1 and 0+0+1+0
    assert list(vpr["test_mark"]) == [5, 2]
    assert list(vpr["school_mark"]) == [4, 3]
    assert list(vpr["class_label"]) == ["1", "1"]
    assert list(vpr["source_row"]) == [10, 11]  # 7 rows above, heading 8, separator 9
    work = intake.works.iloc[0]
    assert (work["max_score_raw"], work["exam_date"], work["level"]) == (7, "2026-04-20", "none")
    assert build.checks(intake) == ["register_missing", "school_not_in_register"]


def test_two_schools_in_one_municipal_file(place, build):
    place.book(
        "2849657.xlsx",
        build.f1(
            build.separator(1),
            build.pupil(40001),
            build.separator(2, "edu990002"),
            build.pupil(40001, login="edu990002"),
            build.pupil(40002, login="edu990002"),
        ),
    )
    intake = place.read()
    assert dict(intake.vpr_results["school_id"].value_counts()) == {"990002": 2, "990001": 1}
    # the same code in two schools is two pupils
    assert intake.vpr_results["pupil_id"].nunique() == 3
    assert "vpr_count_differs" not in build.checks(intake)


def test_separator_in_two_cells(place, build):
    rows = build.f1([f"{build.SCHOOL_1}(edu990001)", "Кол-во участников: 2"], build.pupil(40001))
    place.book("Ф1.xlsx", rows)
    [issue] = build.issues(place.read(), "vpr_count_differs")
    assert issue["severity"] == "query"
    assert "заявлено участников 2, строк в таблице 1" in issue["message"]
    assert (issue["row"], issue["school_id"]) == (9, "990001")


def test_not_attempted_not_covered_and_blank_tasks_count_zero(one_school, build):
    crosses = ["X", "x", "Х", "х", "не пройд.", "", None]
    rows = [build.pupil(40001 + i, (2, cross, 1, 1)) for i, cross in enumerate(crosses)]
    intake = one_school(*rows)
    assert list(intake.vpr_results["score_raw"]) == [4] * 7  # 2+0+1+1
    assert "vpr_task_value" not in build.checks(intake)


def test_stale_total_is_replaced_by_the_sum_of_tasks(one_school, build):
    intake = one_school(build.pupil(40001, (2, 1, 1, 0), total=0))
    row = intake.vpr_results.iloc[0]
    assert (row["score_raw"], row["score_raw_reported"]) == (4, 0)
    [issue] = build.issues(intake, "vpr_stale_total")
    assert (issue["severity"], issue["row"], issue["value"]) == ("warning", 10, "0")
    assert "сумма по заданиям 4" in issue["message"]


def test_total_without_task_scores_is_not_replaced_by_zero(one_school, build):
    intake = one_school(build.pupil(40001, ("", "", "", ""), mark=4, total=5))
    assert list(intake.vpr_results["score_raw"]) == [5]
    assert "vpr_tasks_blank" in build.checks(intake)


def test_absent_pupil_is_not_a_zero(one_school, build):
    intake = one_school(
        build.pupil(40001, ("", "", "", ""), mark="", journal=3, total=0),
        build.pupil(40002, ("", "", "", ""), mark="", journal="", total=""),
        build.pupil(40003, (0, 0, 0, 0), mark=2, journal=2),
    )
    assert list(intake.vpr_results["score_raw"]) == [0]
    [issue] = build.issues(intake, "vpr_absent")
    assert (issue["severity"], issue["value"]) == ("note", "2")


def test_journal_mark_that_was_not_given_is_missing_and_not_two(one_school, build):
    blanks = ["", None, "нет отметки", "Нет  отметки ", "н/а", "-"]
    intake = one_school(*(build.pupil(40001 + i, journal=b) for i, b in enumerate(blanks)))
    assert len(intake.vpr_results) == 6
    assert intake.vpr_results["school_mark"].isna().all()
    assert "vpr_journal_mark" not in build.checks(intake)


def test_impossible_journal_mark_is_missing_with_a_warning(one_school, build):
    intake = one_school(build.pupil(40001, journal=7))
    assert intake.vpr_results["school_mark"].isna().all()
    [issue] = build.issues(intake, "vpr_journal_mark")
    assert (issue["value"], issue["column"]) == ("7", "Отметка по журналу")


def test_impossible_task_score_leaves_the_row_out(one_school, build):
    bad = [3, -1, 0.5, "ж", "2.5", True]
    rows = [build.pupil(40001 + i, (value, 1, 1, 1), total=3) for i, value in enumerate(bad)]
    intake = one_school(*rows, build.pupil(40009))
    assert list(intake.vpr_results["source_row"]) == [16]
    found = build.issues(intake, "vpr_task_value")
    assert [i["row"] for i in found] == [10, 11, 12, 13, 14, 15]
    assert {(i["severity"], i["column"]) for i in found} == {("error", "1 (2б)")}
    assert "от 0 до 2" in found[0]["message"]


def test_impossible_mark_leaves_the_row_out(one_school, build):
    bad = [1, 6, "", "ж", 2.5, "зачёт"]
    rows = [build.pupil(40001 + i, mark=mark) for i, mark in enumerate(bad)]
    intake = one_school(*rows, build.pupil(40009))
    assert list(intake.vpr_results["source_row"]) == [16]
    found = build.issues(intake, "vpr_mark_value")
    assert [(i["row"], i["severity"]) for i in found] == [(r, "error") for r in range(10, 16)]


def test_score_above_the_maximum_of_the_work_leaves_the_row_out(one_school, build):
    intake = one_school(build.pupil(40001, (2, 1, 3, 1), mark=5), maximum=6)
    assert intake.vpr_results.empty
    [issue] = build.issues(intake, "vpr_score_above_max")
    assert "первичный балл 7 больше наибольшего возможного 6" in issue["message"]
    assert "vpr_max_differs" in build.checks(intake)  # headings add up to 7


def test_row_without_participant_code_is_named(one_school, build):
    intake = one_school(build.pupil(""), build.pupil(40002), announce=1)
    assert [i["row"] for i in build.issues(intake, "vpr_no_code")] == [10]
    assert len(intake.vpr_results) == 1


def test_heading_row_repeated_for_the_second_school_is_not_a_pupil(place, build):
    place.book(
        "Ф1.xlsx",
        build.f1(build.pupil(40001), build.f1_header(), build.pupil(40001, login="edu990002")),
    )
    intake = place.read()
    assert len(intake.vpr_results) == 2
    assert "error" not in set(intake.issues["severity"])


def test_look_alike_letters_in_the_login_are_folded(one_school, build):
    logins = ["еdu990001", "edu 990001", "EDU990001", "еди990001", " edu990001 ", "edu99ООО1"]
    rows = [build.pupil(40001 + i) for i in range(len(logins))]
    for row, login in zip(rows, logins, strict=True):
        row[0], row[2] = login, "Без логина"
    intake = one_school(*rows)
    assert list(intake.vpr_results["school_id"]) == ["990001"] * 6


def test_login_is_taken_from_the_school_name_when_the_column_is_damaged(one_school, build):
    row = build.pupil(40001)
    row[0] = "школа"
    assert list(one_school(row).vpr_results["school_id"]) == ["990001"]


def test_unreadable_school_leaves_the_row_out(one_school, build):
    row = build.pupil(40001)
    row[0], row[2] = "edu9900", "СОШ"
    intake = one_school(row)
    [issue] = build.issues(intake, "vpr_school_unreadable")
    assert (issue["row"], issue["severity"]) == (10, "error")
    assert intake.vpr_results.empty


def test_sch_and_edu_with_the_same_digits_are_the_same_school(place, build):
    place.book(
        "a.xlsx",
        build.f1(
            build.pupil(40001, login="sch990001"),
            work="ВПР 2021 Математика 4 класс",
            date="19.03.2021",
        ),
    )
    place.book("b.xlsx", build.f1(build.pupil(40001, login="edu990001")))
    intake = place.read()
    assert list(intake.schools["school_id"]) == ["990001"]
    assert list(intake.schools["fisoko_login"]) == ["edu990001"]


def test_equal_twins_are_counted_once_and_different_ones_not_at_all(one_school, build):
    intake = one_school(
        build.pupil(40001),
        build.pupil(40001),
        build.pupil(40002, (2, 1, 1, 1), mark=4),
        build.pupil(40002, (0, 0, 0, 1), mark=2),
        build.pupil(40002, klass=2),  # another class: another pupil
    )
    assert sorted(intake.vpr_results["source_row"]) == [10, 14]
    assert [i["row"] for i in build.issues(intake, "vpr_twin_same")] == [11]
    different = build.issues(intake, "vpr_twin_differs")
    assert [(i["row"], i["severity"]) for i in different] == [(12, "error"), (13, "error")]


def test_the_same_school_in_two_files_is_counted_once(place, build):
    rows = [build.pupil(40001), build.pupil(40002, (0, 0, 0, 0), mark=2)]
    municipal = [*rows, build.pupil(40001, login="edu990002")]
    place.book("b/Ф1.xlsx", build.f1(*municipal))
    place.book("a/Ф1 из школы.xlsx", build.f1(*rows))
    intake = place.read()
    assert len(intake.vpr_results) == 3
    [issue] = build.issues(intake, "vpr_files_same")
    assert (issue["value"], issue["school_id"], issue["severity"]) == ("2", "990001", "note")
    assert issue["file"] == "a/Ф1 из школы.xlsx"  # the wider file is kept


def test_one_file_per_class_is_added_up(place, build):
    place.book("1.xlsx", build.f1(build.pupil(40001, klass=1)))
    place.book("2.xlsx", build.f1(build.pupil(40002, klass=2)))
    intake = place.read()
    assert len(intake.vpr_results) == 2
    assert "error" not in set(intake.issues["severity"])


@pytest.mark.parametrize("names", [("a.xlsx", "b.xlsx"), ("b.xlsx", "a.xlsx")])
def test_of_contradicting_files_the_one_with_more_rows_is_kept(place, build, names):
    full, short = names
    place.book(full, build.f1(build.pupil(40001, mark=3), build.pupil(40002)))
    place.book(short, build.f1(build.pupil(40001, mark=4)))
    intake = place.read()
    assert set(intake.vpr_results["source_file"]) == {full}
    [issue] = build.issues(intake, "vpr_files_differ")
    assert (issue["file"], issue["severity"], issue["value"]) == (short, "error", "1")
    assert "строк: 2" in issue["message"] and "строк: 1" in issue["message"]


def test_numbers_as_text_with_spaces_are_numbers(one_school, build):
    intake = one_school(build.pupil("40001", ("2", " 1", "3 ", "1,0"), mark="5 ", total="7"))
    assert list(intake.vpr_results["score_raw"]) == [7]
    assert "error" not in set(intake.issues["severity"])


def test_class_label_is_folded_to_cyrillic_and_a_name_in_it_is_dropped(one_school, build):
    intake = one_school(build.pupil(40001, klass="4A"), build.pupil(40002, klass="Иванов"))
    labels = intake.vpr_results.sort_values("source_row")["class_label"]
    assert labels.iloc[0] == "4А"
    assert labels.isna().iloc[1]
    assert "Иванов" not in build.dump(intake)


@pytest.mark.parametrize(
    ("title", "date", "work_id"),
    [
        ("ВПР 2025 Математика (углублённый уровень) 7 класс", "15.04.2025",
         "vpr-2025-spring-math-7-adv"),
        ("ВПР 2025 Математика (базовый уровень) 7 класс", "15.04.2025", "vpr-2025-spring-math-7"),
        ("ВПР 2022 Математика 5 класс", "20.09.2022", "vpr-2022-autumn-math-5"),
        ("ВПР  2024  Окружающий мир 4 класс ", "19.03.2024", "vpr-2024-spring-world-4"),
    ],
)  # fmt: skip
def test_the_work_is_read_from_the_title_and_the_date(one_school, build, title, date, work_id):
    intake = one_school(build.pupil(40001), work=title, date=date)
    assert list(intake.works["work_id"]) == [work_id]


def test_work_without_a_date_is_spring_with_a_warning(one_school, build):
    intake = one_school(build.pupil(40001), date="")
    assert list(intake.works["season"]) == ["spring"]
    assert intake.works["exam_date"].isna().all()
    assert "vpr_no_date" in build.checks(intake)


def test_unknown_subject_is_an_error_and_the_file_is_refused(place, build):
    rows = build.f1(build.pupil(40001), work="ВПР 2026 Астрономия 4 класс")
    rows[3] = ["Предмет:", "Астрономия"]
    place.book("Ф1.xlsx", rows)
    intake = place.read()
    [issue] = build.issues(intake, "subject_unknown")
    assert "астрономия" in issue["message"]
    assert build.status(intake) == {"Ф1.xlsx": "refused"}


@pytest.mark.parametrize(
    ("heading", "new"),
    [
        ("Отметка", "Итоговая оценка"),
        ("Код участника", "Номер"),
        ("Отметка по журналу", "Журнал"),
        ("Первичный балл", "Балл"),
        ("ОО", "Организация"),
    ],
)
def test_renamed_column_gives_the_sentence_and_the_file_is_refused(place, build, heading, new):
    rows = build.f1(build.pupil(40001))
    rows[7] = [new if cell == heading else cell for cell in rows[7]]
    place.book("Ф1.xlsx", rows, sheet="РУ 4 Индивидуальные результаты")
    intake = place.read()
    [issue] = build.issues(intake, "column_missing")
    assert issue["severity"] == "error"
    assert f"Лист «РУ 4 Индивидуальные результаты»: нет столбца «{heading}»" in issue["message"]
    assert f"«{new}»" in issue["message"] or "и ещё" in issue["message"]
    assert "скачайте отчёт заново" in issue["message"]
    assert build.status(intake) == {"Ф1.xlsx": "refused"}
    assert intake.vpr_results.empty


def test_missing_task_columns_give_the_sentence(place, build):
    rows = build.f1(build.pupil(40001))
    rows[7] = [f"Задание {c}" if "б)" in str(c) else c for c in rows[7]]
    place.book("Ф1.xlsx", rows)
    [issue] = build.issues(place.read(), "column_missing")
    assert "«1 (2б)»" in issue["message"]


def test_task_headings_of_every_year_are_known(place, build):
    rows = build.f1(build.pupil(40001, (1, 1, 1, 1)))
    rows[7][6:10] = ["5(1) (2б)", "5(1б)", "4к1 (3б)", "12,2  (1 б)"]
    place.book("Ф1.xlsx", rows)
    assert list(place.read().vpr_results["score_raw"]) == [4]


def test_renamed_sheet_and_file_are_still_read(place, build):
    place.book("протокол егэ.xlsx", build.f1(build.pupil(40001)), sheet="Лист1")
    intake = place.read()
    assert list(intake.source_files["family"]) == ["fisoko_individual"]
    assert len(intake.vpr_results) == 1


def test_file_without_the_title_row_is_refused_with_a_sentence(place, build):
    rows = build.f1(build.pupil(40001))
    rows[2] = []
    place.book("Ф1.xlsx", rows)
    [issue] = build.issues(place.read(), "fisoko_no_title")
    assert "ВПР 2026 Русский язык 4 класс" in issue["message"]


def test_pupil_keeps_one_id_over_the_subjects_of_a_year(place, build):
    place.book("a.xlsx", build.f1(build.pupil(40001)))
    place.book("b.xlsx", build.f1(build.pupil(40001), work="ВПР 2026 Математика 4 класс"))
    place.book("c.xlsx", build.f1(build.pupil(40001), work="ВПР 2025 Математика 4 класс"))
    ids = place.read().vpr_results.set_index("work_id")["pupil_id"]
    assert ids["vpr-2026-spring-rus-4"] == ids["vpr-2026-spring-math-4"]
    assert ids["vpr-2025-spring-math-4"] != ids["vpr-2026-spring-math-4"]


def test_the_same_pupils_with_another_spelling_of_the_class_count_once(place, build):
    place.book("Ф1 район.xlsx", build.f1(build.pupil(40001, klass=1), build.pupil(40002, klass=1)))
    place.book(
        "Ф1 школа.xlsx", build.f1(build.pupil(40001, klass="А"), build.pupil(40002, klass="А"))
    )
    intake = place.read()
    assert len(intake.vpr_results) == 2


def test_codes_repeated_over_classes_are_different_pupils(place, build):
    rows = [build.pupil(40001, klass=1, mark=3), build.pupil(40001, klass=2, mark=5)]
    place.book("Ф1.xlsx", build.f1(*rows))
    assert sorted(place.read().vpr_results["test_mark"]) == [3, 5]
