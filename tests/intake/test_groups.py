"""«Статистика по отметкам» and «Сравнение отметок с отметками по журналу»."""

import pytest

from shnor_analysis.intake.fisoko.groups import largest_remainder

COUNTRY = ["Вся выборка", 35589, 1722202, 5.06, 32.92, 44.33, 17.69]
REGION = ["Примерская область", 560, 30216, 13.44, 44.15, 36.28, 6.14]
DISTRICT = ["Примерский муниципальный район(reg99_m012)", 47, 3162, 13.57, 46.9, 33.65, 5.88]
SCHOOL = ["МБОУ «СОШ №1 г.Примерск»(edu990001)", "", 89, 12.36, 52.81, 26.97, 7.87]


def by_item(intake, level):
    rows = intake.group_statistics[intake.group_statistics["group_level"] == level]
    return rows.set_index("item")


def test_four_levels_are_recognised_by_their_codes(place, build):
    place.book("Ф3.xlsx", build.marks(COUNTRY, REGION, DISTRICT, SCHOOL))
    intake = place.read()
    groups = intake.group_statistics.drop_duplicates("group_level")
    assert dict(zip(groups["group_level"], groups["group_id"], strict=True)) == {
        "country": "Вся выборка",
        "region": "Примерская область",
        "municipality": "reg99_m012",
        "school": "990001",
    }
    school = by_item(intake, "school")
    assert school.loc["2", "group_name"] == "МБОУ «СОШ №1 г.Примерск»"
    assert school.loc["2", "value_share"] == pytest.approx(0.1236)
    # 12.36 % of 89 = 11.0; 52.81 % = 47.0; 26.97 % = 24.0; 7.87 % = 7.0; together 89
    assert list(school.loc[["2", "3", "4", "5"], "value_n"]) == [11, 47, 24, 7]
    assert int(by_item(intake, "country")["value_n"].sum()) == 1722202


def test_counts_always_add_up_to_the_participants():
    # 33.33 % of 7 = 2.333 each (99.99 in all): the missing one goes to the first
    assert largest_remainder([33.33, 33.33, 33.33, 0.0], 7) == [3, 2, 2, 0]
    assert largest_remainder([100.0, 0.0, 0.0, 0.0], 5) == [5, 0, 0, 0]
    assert largest_remainder([14.29, 28.57, 42.86, 14.28], 7) == [1, 2, 3, 1]


def test_percents_that_do_not_add_up_are_a_query(place, build):
    place.book("Ф3.xlsx", build.marks([*SCHOOL[:3], 10, 50, 30, 9.8]))
    intake = place.read()
    [issue] = build.issues(intake, "group_percent_sum")
    assert (issue["severity"], issue["value"], issue["row"]) == ("query", "99,8", 9)
    assert issue["school_id"] == "990001"
    assert len(intake.group_statistics) == 4  # kept: a query, not an error


def test_percents_within_a_tenth_are_silent(place, build):
    place.book("Ф3.xlsx", build.marks([*SCHOOL[:3], 10, 50, 30, 9.9]))
    assert "group_percent_sum" not in build.checks(place.read())


def test_numbers_as_text_with_commas_and_spaces(place, build):
    row = ["Примерская область ", "560", "1,050", "5,71", "40", "34,29 ", "20"]
    place.book("Ф3.xlsx", build.marks(row, ["Вся выборка", 1, "1 722 202", 25, 25, 25, 25]))
    intake = place.read()
    # thousands comma in a count, decimal comma in a percent: 5.71 % of 1050 = 60
    assert by_item(intake, "region").loc["2", "n_participants"] == 1050
    assert by_item(intake, "region").loc["2", "value_n"] == 60
    assert by_item(intake, "country").loc["2", "n_participants"] == 1722202


@pytest.mark.parametrize("bad", ["много", "", 101, -1])
def test_impossible_percent_leaves_the_group_out(place, build, bad):
    place.book("Ф3.xlsx", build.marks([*SCHOOL[:3], bad, 50, 30, 10], REGION))
    intake = place.read()
    [issue] = build.issues(intake, "group_value")
    assert (issue["severity"], issue["row"], issue["column"]) == ("error", 9, "2")
    assert set(intake.group_statistics["group_level"]) == {"region"}


def test_huge_count_is_an_error_and_not_a_crash(place, build):
    place.book("Ф3.xlsx", build.marks([SCHOOL[0], "", 1e20, 25, 25, 25, 25]))
    assert "group_value" in build.checks(place.read())


@pytest.mark.parametrize("name", ["МБОУ СОШ №1", "Примерский муниципальный район", "Иванов", ""])
def test_group_without_its_code_is_not_taken_for_a_region(place, build, name):
    place.book("Ф3.xlsx", build.marks([name, *SCHOOL[1:]], REGION))
    intake = place.read()
    [issue] = build.issues(intake, "group_name")
    assert issue["row"] == 9
    assert set(intake.group_statistics["group_level"]) == {"region"}
    assert "Иванов" not in build.dump(intake)


def test_double_spaces_and_look_alike_letters_in_a_group(place, build):
    place.book("Ф3.xlsx", build.marks(["МБОУ  «СОШ  №1» (еdu990001) ", *SCHOOL[1:]]))
    row = place.read().group_statistics.iloc[0]
    assert (row["group_id"], row["group_name"]) == ("990001", "МБОУ «СОШ №1»")


def test_country_row_in_every_schools_report_is_counted_once(place, build):
    place.book("1.xlsx", build.marks(COUNTRY, REGION, SCHOOL))
    place.book(
        "2.xlsx", build.marks(COUNTRY, REGION, [SCHOOL[0].replace("01)", "02)"), *SCHOOL[1:]])
    )
    intake = place.read()
    assert len(intake.group_statistics) == 4 * 4  # country, region, two schools
    assert "group_differs" not in build.checks(intake)


@pytest.mark.parametrize("names", [("1.xlsx", "2.xlsx"), ("2.xlsx", "1.xlsx")])
def test_of_different_downloads_the_fuller_one_is_taken(place, build, names):
    early, late = names
    place.book(early, build.marks([SCHOOL[0], "", 80, 25, 25, 25, 25]))
    place.book(late, build.marks(SCHOOL))
    intake = place.read()
    assert set(intake.group_statistics["n_participants"]) == {89}
    [issue] = build.issues(intake, "group_differs")
    assert (issue["severity"], issue["file"], issue["value"]) == ("warning", early, "80")


def test_renamed_mark_column_gives_the_sentence(place, build):
    rows = build.marks(SCHOOL)
    rows[7] = ["Группы участников", "Кол-во ОО", "Кол-во участников", "два", 3, 4, 5]
    place.book("Ф3.xlsx", rows, sheet="РУ 4")
    intake = place.read()
    [issue] = build.issues(intake, "column_missing")
    assert "Лист «РУ 4»: нет столбца «2», найдено" in issue["message"]
    assert "«два», «3», «4», «5»" in issue["message"]
    assert build.status(intake) == {"Ф3.xlsx": "refused"}


def test_marks_report_without_its_title_is_known_by_the_headings(place, build):
    rows = build.marks(SCHOOL)
    rows[0] = ["Отчёт"]
    place.book("Ф3.xlsx", rows, sheet="Лист1")
    assert list(place.read().source_files["family"]) == ["fisoko_marks"]


def test_comparison_with_the_journal(place, build):
    row = ["МБОУ «СОШ №1»(edu990001)", 80, 45.0, 36, 50.0, 40, 5.0, 4]
    place.book("2849657.xlsx", build.journal(row))
    intake = place.read()
    items = by_item(intake, "school")
    assert list(items.loc[["lowered", "confirmed", "raised"], "value_n"]) == [36, 40, 4]
    assert items.loc["lowered", "value_share"] == pytest.approx(0.45)
    assert set(intake.group_statistics["report"]) == {"journal"}
    assert build.checks(intake) == ["register_missing", "school_not_in_register"]


def test_pupils_without_a_journal_mark_are_a_note(place, build):
    # 36 + 39 + 4 = 79 of 80; percents are of all 80 and add up to 98.75
    row = ["МБОУ «СОШ №1»(edu990001)", 80, 45.0, 36, 48.75, 39, 5.0, 4]
    place.book("2849657.xlsx", build.journal(row))
    intake = place.read()
    [issue] = build.issues(intake, "group_no_journal")
    assert (issue["severity"], issue["value"]) == ("note", "1")
    assert "query" not in set(intake.issues["severity"])


def test_count_that_contradicts_its_percent_is_a_query(place, build):
    row = ["МБОУ «СОШ №1»(edu990001)", 80, 45.0, 30, 50.0, 40, 5.0, 10]
    place.book("2849657.xlsx", build.journal(row))
    found = build.issues(place.read(), "group_count_percent")
    assert {i["value"] for i in found} == {"30", "10"}  # 37.5 % and 12.5 % instead of 45 and 5
    assert {i["severity"] for i in found} == {"query"}


def test_counts_above_the_participants_are_a_query(place, build):
    row = ["МБОУ «СОШ №1»(edu990001)", 80, 45.0, 36, 50.0, 40, 5.0, 40]
    place.book("2849657.xlsx", build.journal(row))
    [issue] = build.issues(place.read(), "group_count_sum")
    assert (issue["severity"], issue["value"]) == ("query", "116")


def test_mark_counts_of_the_report_are_compared_with_the_pupils(place, build):
    pupils = [build.pupil(40000 + i, mark=mark) for i, mark in enumerate((2, 3, 3, 5), start=1)]
    place.book("Ф1.xlsx", build.f1(*pupils))
    place.book("Ф3.xlsx", build.marks([SCHOOL[0], "", 4, 50, 25, 0, 25]))
    [issue] = build.issues(place.read(), "marks_differ")
    assert issue["severity"] == "query"
    assert "в отчёте — 2, 1, 0, 1 (участников 4)" in issue["message"]
    assert "в файле «Ф1.xlsx» — 1, 2, 0, 1 (строк 4)" in issue["message"]


def test_equal_mark_counts_are_silent(place, build):
    pupils = [build.pupil(40000 + i, mark=mark) for i, mark in enumerate((2, 3, 3, 5), start=1)]
    place.book("Ф1.xlsx", build.f1(*pupils))
    place.book("Ф3.xlsx", build.marks([SCHOOL[0], "", 4, 25, 50, 0, 25]))
    assert "marks_differ" not in build.checks(place.read())


def test_more_participants_than_pupils_is_a_query(place, build):
    place.register(pupils=(50, 40))
    place.book("Ф3.xlsx", build.marks(SCHOOL))
    [issue] = build.issues(place.read(), "participants_above_pupils")
    assert (issue["severity"], issue["value"], issue["school_id"]) == ("query", "89", "990001")
    assert "по анкете 50" in issue["message"]
