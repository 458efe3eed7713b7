"""The context form: school register, crosswalk, number of pupils."""

import pytest

from shnor_analysis.place_settings import PlaceSettings


def test_register_of_two_sheets(place, build):
    place.register()
    intake = place.read()
    school = intake.schools.set_index("school_id").loc["990001"]
    assert school["fisoko_login"] == "edu990001"
    assert school["school_name"] == build.SCHOOL_1
    assert school["municipality_id"] == "reg99_m012"
    assert school["municipality_name"] == build.DISTRICT
    assert (school["region_code"], school["inn"]) == ("99", "9901000001")
    assert (school["oge_code"], school["ege_code"]) == ("5811", "3811")
    assert (school["n_pupils"], school["is_in_register"]) == (500, True)
    assert (school["source_sheet"], school["source_row"]) == ("Общая информация об ОО", 2)
    assert build.checks(intake) == []
    assert list(intake.source_files["family"]) == ["fisoko_context"]


def test_renamed_sheets_are_found_by_their_headings(place, build):
    place.register(register_sheet="Лист1", pupils_sheet="Лист2")
    intake = place.read()
    assert len(intake.schools) == 2
    assert list(intake.schools["n_pupils"]) == [500, 40]
    assert build.checks(intake) == []


@pytest.mark.parametrize("year", ["2021/2022", "2023/2024", "2025 / 2026"])
def test_the_year_inside_question_20_moves(place, year):
    place.register(question=f"20.\tУкажите количество обучающихся в ОО в {year} учебном году")
    assert list(place.read().schools["n_pupils"]) == [500, 40]


def test_question_number_may_move_too(place):
    place.register(question="19. Укажите количество обучающихся в ОО в 2024/2025 учебном году")
    assert list(place.read().schools["n_pupils"]) == [500, 40]


def test_missing_sheet_names_the_file_and_the_sheets(place, build):
    header = [*build.REGISTER_HEADER]
    place.book("Контекст.xlsx", [header], sheet="Общая информация об ОО", Прочее=[["Заметка"]])
    intake = place.read()
    [issue] = build.issues(intake, "context_sheet_missing")
    assert issue["file"] == "Контекст.xlsx"
    assert "нет листа с данными «ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО»" in issue["message"]
    assert "найдены листы: «Общая информация об ОО», «Прочее»" in issue["message"]


def test_renamed_question_gives_the_sentence(place, build):
    place.register(question="20. Сколько детей учится в школе?")
    intake = place.read()
    [issue] = build.issues(intake, "column_missing")
    assert "Лист «ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО»: нет столбца «20. Укажите" in issue["message"]
    assert len(intake.schools) == 2  # the register itself is read
    assert intake.schools["n_pupils"].isna().all()


def test_renamed_code_column_gives_the_sentence(place, build):
    header = [c if "ОГЭ" not in c else "Код для экзаменов" for c in build.REGISTER_HEADER]
    row = ["edu990001", 99, "", f"reg99_m012 | {build.DISTRICT}", "edu990001 | СОШ", "", 1]
    place.book("К.xlsx", [header, row], sheet="Лист1")
    intake = place.read()
    assert "«7. Код ОГЭ»" in build.issues(intake, "column_missing")[0]["message"]
    assert build.status(intake) == {"К.xlsx": "refused"}


def context_row(login, uploaded, n, name="СОШ"):
    return [login, 99, "", "reg99_m012 | Район", f"{login} | {name}", uploaded, 1, "Нет", n]


def pupils_sheet(build, *rows, year="2025/2026"):
    question = f"20. Укажите количество обучающихся в ОО в {year} учебном году"
    return [[*build.CONTEXT_COMMON, "17.1. АОП?", question], *rows]


def test_the_last_answer_by_upload_date_wins(place, build):
    sheet = pupils_sheet(
        build,
        context_row("edu990001", "09.03.2026 18:00:00", 700),
        context_row("edu990001", "09.03.2026 8:00:00", 600),
        context_row("edu990001", "28.02.2026 23:00:00", 500),
    )
    place.book("К.xlsx", sheet)
    assert list(place.read().schools["n_pupils"]) == [700]


def test_the_later_school_year_wins_over_the_upload_date(place, build):
    new = pupils_sheet(build, context_row("edu990001", "01.10.2025", 700), year="2025/2026")
    old = pupils_sheet(build, context_row("edu990001", "01.11.2025", 500), year="2024/2025")
    place.book("a.xlsx", new)
    place.book("b.xlsx", old)
    assert list(place.read().schools["n_pupils"]) == [700]


def test_unreadable_number_of_pupils_is_unknown_and_not_zero(place, build):
    place.book("К.xlsx", pupils_sheet(build, context_row("edu990001", "01.10.2025", "около ста")))
    intake = place.read()
    assert intake.schools["n_pupils"].isna().all()
    assert [i["row"] for i in build.issues(intake, "context_n_pupils")] == [2]


def test_unreadable_login_in_the_register(place, build):
    place.book("К.xlsx", pupils_sheet(build, context_row("школа", "01.10.2025", 5)))
    [issue] = build.issues(place.read(), "context_login")
    assert (issue["severity"], issue["value"]) == ("error", "текст из 5 знаков")


def test_school_outside_the_register_stays_with_one_warning(place, build):
    place.register()
    place.book("a.xlsx", build.f1(build.pupil(40001, login="edu990007")))
    place.book("b.xlsx", build.marks(["МБОУ СОШ №7(edu990007)", "", 4, 25, 25, 25, 25]))
    intake = place.read()
    school = intake.schools.set_index("school_id").loc["990007"]
    assert not school["is_in_register"]
    assert school["municipality_id"] == "reg99_m012"  # by the name of the municipality
    [issue] = build.issues(intake, "school_not_in_register")
    assert (issue["severity"], issue["school_id"]) == ("warning", "990007")
    assert len(intake.vpr_results) == 1


def test_several_codes_in_one_cell(place, build):
    place.register(codes=(("5811; 5899", 3811), (5812, "нет")))
    place.book("a.xlsx", [["01 - Русский язык 2026.06.09"], build.OGE_HEADER,
                          build.oge(1, 5899)])  # fmt: skip
    intake = place.read()
    assert list(intake.gia_results["school_id"]) == ["990001"]
    schools = intake.schools.set_index("school_id")
    assert schools.loc["990001", "oge_code"] == "5811, 5899"
    assert schools["ege_code"].isna().loc["990002"]


def test_inn_keeps_its_leading_zero(place):
    place.register()
    # Excel stores 0901000001 as 901000001
    path = place.folder / "Контекст.xlsx"
    import openpyxl

    book = openpyxl.load_workbook(path)
    book["Общая информация об ОО"].cell(2, 13).value = 901000001
    book.save(path)
    assert place.read().schools["inn"].iloc[0] == "0901000001"


def test_schools_of_another_municipality_do_not_count(place, build):
    place.register()  # both schools of reg99_m012
    place.book("Ф1.xlsx", build.f1(build.pupil(40001), build.pupil(40002)))
    own = place.read(settings=PlaceSettings("reg99_m012"))
    assert (len(own.schools), len(own.vpr_results)) == (2, 2)
    assert "school_other_municipality" not in build.checks(own)
    other = place.read(settings=PlaceSettings("reg99_m777"))
    assert other.schools.empty
    assert other.vpr_results.empty
    [issue] = build.issues(other, "school_other_municipality")
    assert issue["message"].startswith("Школ других муниципалитетов в файлах: 2;")


def test_a_school_nobody_can_place_is_left_out_loudly(place, build):
    """A row of Ф3 names no municipality; with a register that lacks the school it is unplaced."""
    place.register()
    place.book("Ф3.xlsx", build.marks(["МБОУ «СОШ чужая»(edu995001)", "", 1000, 99, 1, 0, 0]))
    everything = place.read()
    assert (everything.group_statistics["group_id"] == "995001").any()
    own = place.read(settings=PlaceSettings("reg99_m012"))
    assert not (own.group_statistics["group_id"] == "995001").any()
    [issue] = build.issues(own, "school_unplaced")
    assert (issue["severity"], issue["school_id"]) == ("error", "995001")


def test_without_a_register_nobody_is_left_out(place, build):
    place.book("Ф3.xlsx", build.marks(["МБОУ «СОШ №1»(edu990001)", "", 10, 30, 70, 0, 0]))
    own = place.read(settings=PlaceSettings("reg99_m012"))
    assert list(own.schools["school_id"]) == ["990001"]
