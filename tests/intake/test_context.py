"""The context form of ФИС ОКО: conditions of work, editions of 2021 and 2022."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.context.questionnaire import read_context_2021
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.place_settings import PlaceSettings

ROOMS = "Сколько компьютеров обучающиеся могут использовать в процессе обучения?"
QUESTIONS_2021 = {
    "логин": "edu990001",
    "Код региона": 99,
    "Название ОО": "МБОУ СОШ № 1",
    "ФИО директора (полностью)": "Директоров Пётр Ильич",
    "e-mail ОО": "director@example.org",
    '"Телефон ОО (с указанием кода города)"': "+7 999 123-45-67",
    "Где расположена Ваша образовательная организация?": "4. Населенный пункт сельского типа",
    "Каков размер населенного пункта, в котором расположена ОО? ": "1. Менее 1 тыс. человек",
    "Какое из утверждений о возможности добраться общественным транспортом до города": "3) Долго",
    "Укажите количество обучающихся в ОО в 2020/2021 учебном году (в сумме по всем классам)": 60,
    "1 класс Классов/групп": 2,
    "1 класс Обучающихся": 40,
    "12 класс Обучающихся": "20",
    "Сколько всего в школе учителей (работающих не менее чем на 0,5 ставки)?": 10,
    "Сколько в школе  учителей высшей категории (работающих не менее чем на 0,5 ставки)?": 4,
    "Сколько в школе учителей (работающих не менее чем на 0,5 ставки) не старше 30 лет?": 0,
    "Сколько в школе учителей (на 0,5 ставки), достигших пенсионного возраста (по возрасту)?": 3,
    ROOMS: 12,
    "Сколько из этих компьютеров являются маломощными, устаревшими?": 5,
    "Сколько из этих компьютеров имеют доступ к сети Интернет (вне зависимости от того)?": 11,
    '"Скорость Интернета, заявленная Интернет-провайдером (в договоре)?"': "26–50 Мбит/с",
    "Дата загрузки": "09.03.2021 08:03:00",
}
EXPECTED_2021 = {
    "settlement_kind": 4, "settlement_size": 1, "city_access": 3, "n_pupils": 60,
    "n_pupils_grade_1": 40, "n_pupils_grade_12": 20, "n_teachers": 10,
    "n_teachers_high_category": 4, "n_teachers_under_30": 0, "n_teachers_pension_age": 3,
    "n_computers": 12, "n_computers_obsolete": 5, "n_computers_online": 11, "internet_speed": 2,
}  # fmt: skip
SPEED = '"Скорость Интернета, заявленная Интернет-провайдером (в договоре)?"'
ONLINE = "Сколько из этих компьютеров имеют доступ к сети Интернет (вне зависимости от того)?"
TEACHERS = "Сколько всего в школе учителей (работающих не менее чем на 0,5 ставки)?"
GENERAL = [
    "14. Где расположена образовательная организация?",
    "15.\tКаков размер населенного пункта, в котором расположена ОО?",
    "16. Какое из утверждений о возможности добраться общественным транспортом?",
]
TEACHING = [
    "20.\tУкажите количество обучающихся в ОО в 2021/2022 учебном году (в сумме)",
    "25. Сколько всего в ОО учителей/преподавателей?",
    "27. Сколько всего в ОО учителей/преподавателей первой и высшей категорий?",
]


def form(*answers):
    """The sheet of 2021: answers differ from the usual one by the given cells."""
    rows = [list({**QUESTIONS_2021, **answer}.values()) for answer in answers]
    return [list(QUESTIONS_2021), *rows]


def read(place, build, *answers, file="Контекст 2021.xlsx"):
    sheet = Sheet(file, "Лист1", form(*answers))
    extract = read_context_2021(sheet, place.methodology, build.KEY)
    return extract, issues_table(extract.issues)


def indicators(extract):
    table = extract.reported["context"]
    return dict(zip(table["indicator"], table["value"], strict=True))


def test_2021(place, build):
    extract, issues = read(place, build, {})
    assert indicators(extract) == EXPECTED_2021
    table = extract.reported["context"]
    assert set(table["assessment_year"]) == {2021}
    assert set(table["reported_at"]) == {"2021-03-09"}
    assert set(table["answered_at"]) == {"2021-03-09 08:03:00"}
    assert dict(zip(table["indicator"], table["unit"], strict=True))["n_computers"] == "count"
    [entry] = extract.register
    assert (entry.mention.school_id, entry.mention.name) == ("990001", "МБОУ СОШ № 1")
    assert (entry.n_pupils, entry.n_pupils_year, entry.oge_codes) == (60, 2021, ())
    assert issues.empty


def test_the_year_of_the_question_counts_before_the_moment_of_upload(place, build):
    extract, _ = read(place, build, {"Дата загрузки": "09.09.2021 08:03:00"})
    assert set(extract.reported["context"]["assessment_year"]) == {2021}


@pytest.mark.parametrize(
    ("uploaded", "file", "year"),
    [("09.03.2022 8:03", "К.xlsx", 2022), ("", "2023/К.xlsx", 2023), ("", "К.xlsx", None)],
)
def test_a_sheet_without_a_year_takes_it_from_the_upload_or_the_folder(
    place, build, uploaded, file, year
):
    common = ["edu990001", 99, "", "reg99_m012 | Район", "edu990001 | СОШ", uploaded, 1]
    answers = [*common, "", "СОШ", "", "", "", "", 5811, 3811, "2) Город", "3) 15 тыс.", "1) Легко"]
    place.book(file, [[*build.REGISTER_HEADER, *GENERAL], answers])
    intake = place.read()
    found = set(intake.reported["context"]["assessment_year"])
    assert found == ({year} if year else set())
    assert ("context_year" in build.checks(intake)) == (year is None)


@pytest.mark.parametrize(
    ("answer", "rank"),
    [("до 25 Мбит/с", 1), ("26-50", 2), ("51 – 100 Мбит/с", 3), ("Более 100 Мбит/с", 4),
     ("Интернет в ОО отсутствует", 0), ("5. Интернет в ОО отсутствует", 0)],
)  # fmt: skip
def test_internet_speed_is_ranked_by_words(place, build, answer, rank):
    extract, issues = read(place, build, {SPEED: answer})
    assert indicators(extract)["internet_speed"] == rank
    assert issues.empty


@pytest.mark.parametrize("answer", ["", None])
def test_a_blank_answer_is_no_row(place, build, answer):
    extract, issues = read(place, build, {SPEED: answer, TEACHERS: answer})
    assert not {"internet_speed", "n_teachers"} & set(indicators(extract))
    assert issues.empty


@pytest.mark.parametrize(("question", "answer"), [(SPEED, "быстрая"), (TEACHERS, "десять")])
def test_an_unreadable_answer_is_unknown_with_a_warning(place, build, question, answer):
    extract, issues = read(place, build, {question: answer})
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["severity"], issue["row"]) == ("context_value", "warning", 2)
    assert len(indicators(extract)) == len(EXPECTED_2021) - 1


def test_a_part_above_its_whole_is_left_out(place, build):
    extract, issues = read(place, build, {ONLINE: 13})
    assert "n_computers_online" not in indicators(extract)
    assert indicators(extract)["n_computers"] == 12
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["severity"], issue["value"]) == ("context_part", "error", "13")
    assert "«компьютеров всего» (12)" in issue["message"]
    exact, issues = read(place, build, {ONLINE: 12})
    assert indicators(exact)["n_computers_online"] == 12
    assert issues.empty


def test_classes_that_do_not_add_up_are_a_query(place, build):
    extract, issues = read(place, build, {"12 класс Обучающихся": 19})
    assert len(indicators(extract)) == len(EXPECTED_2021)
    assert issues[["check_id", "severity", "value"]].to_numpy().tolist() == [
        ["context_grades", "query", "60"]
    ]


def test_2022_of_two_sheets(place, build):
    common = ["edu990001", 99, "", "reg99_m012 | Район", "edu990001 | СОШ", "09.03.2022 8:03", 1]
    general = [[*build.REGISTER_HEADER, *GENERAL],
               [*common, "", "СОШ", "", "", "", "9901000001", 5811, 3811, "2) Малый город",
                "3) 15–50 тыс.", "1) Легко"]]  # fmt: skip
    teaching = [[*build.CONTEXT_COMMON, *TEACHING], [*common, 500, 40, 41]]
    place.book("К.xlsx", general, "Общая информация об ОО", **{"Лист2": teaching})
    intake = place.read()
    table = intake.reported["context"]
    assert set(table["assessment_year"]) == {2022}  # the first sheet has no year of its own
    assert dict(zip(table["indicator"], table["value"], strict=True)) == {
        "settlement_kind": 2, "settlement_size": 3, "city_access": 1, "n_pupils": 500,
        "n_teachers": 40,
    }  # fmt: skip
    assert build.checks(intake) == ["context_part"]  # 41 of 40 teachers


def test_the_last_of_two_answers_counts(place, build):
    rows = form({"Дата загрузки": "09.03.2021 8:03:00"}, {ROOMS: 20, "Дата загрузки": "10.03.2021"})
    place.book("Контекст.xlsx", rows[::1])
    found = place.read().reported["context"].set_index("indicator")["value"]
    assert found["n_computers"] == 20


def test_2021_does_not_hide_the_codes_of_2022(place, build):
    place.register()
    place.book("2021.xlsx", form({}, {"логин": "sch990003", "Название ОО": "Школа № 3"}))
    intake = place.read()
    schools = intake.schools.set_index("school_id")
    assert schools.loc["990001", "oge_code"] == "5811"
    assert schools.loc["990001", "n_pupils"] == 500  # the later year
    assert schools.loc["990003", "school_name"] == "Школа № 3"
    assert build.status(intake)["2021.xlsx"] == "read"


def test_2021_alone_names_no_municipality_and_keeps_every_school(place, build):
    place.book("2021.xlsx", form({}))
    intake = place.read(settings=PlaceSettings(municipality_id="reg99_m012"))
    assert list(intake.schools["school_id"]) == ["990001"]
    assert build.checks(intake) == []


def test_the_municipality_that_2021_does_not_ask_comes_from_results(place, build):
    place.register()
    place.book("2021.xlsx", form({"логин": "sch990003", "Название ОО": "Школа № 3"}))
    place.book("Ф1.xlsx", build.f1(build.pupil(40001, login="edu990003")))
    intake = place.read(settings=PlaceSettings(municipality_id="reg99_m012"))
    assert "990003" in set(intake.schools["school_id"])
    assert not build.issues(intake, "school_unplaced")


def test_contacts_and_heads_are_never_read(place, build):
    place.book("2021.xlsx", form({}))
    text = build.dump(place.read())
    for private in ("Директоров", "director@example.org", "999 123"):
        assert private not in text


def test_lists_of_headings_are_no_forms(place, build):
    listed = list(QUESTIONS_2021)[:10]  # the first rows decide what a file is
    place.text("2021.csv", [["n", "header"], *[[i, q] for i, q in enumerate(listed)]])
    headings = [*build.REGISTER_HEADER, *GENERAL, *TEACHING]
    rows = [["sheet", "n", "header"], *[["Общая информация об ОО", 1, q] for q in headings]]
    place.text("2022.csv", rows)
    intake = place.read()
    assert build.status(intake) == {"2021.csv": "unknown", "2022.csv": "unknown"}
    assert {i["check_id"] for i in build.issues(intake)} == {"file_unknown"}


CELLS = st.one_of(
    st.none(), st.integers(-3, 900), st.floats(allow_nan=True), st.dates(), st.booleans(),
    st.text(max_size=8), st.sampled_from(["edu990002", "2. Город", "26–50", ""]),
)  # fmt: skip


@given(dirt=st.lists(st.tuples(st.sampled_from(list(QUESTIONS_2021)), CELLS), max_size=8))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_form_is_read(place, build, dirt):
    extract, issues = read(place, build, dict(dirt))
    n_logins = int((issues["check_id"] == "context_login").sum())
    assert len(extract.register) + n_logins == 1
    text = issues.to_csv() + (extract.reported["context"].to_csv() if extract.reported else "")
    assert "Директоров" not in text
