"""Answers that could be misread: two at once, a denial, a total, a form inside another form."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.form_specs import FORMS, SURVEY_ROLES, FormField, Kind
from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.forms.reading import Unreadable, parse_choice, parse_yes_no
from shnor_analysis.intake.forms.survey import read_survey
from shnor_analysis.intake.place import READERS
from shnor_analysis.intake.workbook import Sheet

KEY = b"k" * 32
FOLDER = "2025/edu991201/Форма.xlsx"
NOON = "12.10.2024 12:00:00"
PASSPORT = ["Отметка времени", "Логин в ФИС ОКО", "Школа", "Общая численность обучающихся (чел.)",
            "Количество обучающихся, состоящих на учете в ОДН (чел.)"]  # fmt: skip
REGISTER = ["Перечень", "Год", "Логин", "Состояние"]
PLAN = ["Мероприятие", "Сроки", "Ответственные"]
NUMBERED_PLAN = ["№ п/п", "Мероприятие", "Сроки", "Форма представления отчета", "Ответственные"]


def read(place, rows, file="2025/Форма.xlsx", family=None):
    sheet = Sheet(file, "Лист", rows)
    found = sheet_family(sheet)
    assert family is None or found == family
    return READERS[found](sheet, place.methodology, KEY)


def issue(extract, check_id):
    found = [one for one in extract.issues if one.check_id == check_id]
    assert len(found) == 1, [one.check_id for one in extract.issues]
    return found[0]


def field(family, column):
    spec = next(spec for spec in FORMS if spec.family == family)
    return next(one for one in spec.fields if one.column == column)


REGISTERS = field("past_registers", "register")
STATUSES = field("past_registers", "status")
CATEGORIES = field("teachers", "category")
LEVELS = field("teachers", "deficit_level")
MEASURES = field("roadmap", "status")
WORKS = field("diagnostic_works", "procedure")
DEGREES = field("medal_claims", "degree")
ROLE = FormField("role", Kind.CHOICE, choices=SURVEY_ROLES)


# --- one answer, or none -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (REGISTERS, "ШНОР, ШНСУ"),
        (REGISTERS, "не ШНОР"),
        (REGISTERS, "все, кроме ШНОР"),
        (STATUSES, "не исключена"),
        (STATUSES, "исключена, включена повторно"),
        (ROLE, "ученики, родители"),
        (ROLE, "родители и обучающиеся"),
        (CATEGORIES, "первая/высшая"),
        (LEVELS, "невысокий"),
        (LEVELS, "низкий – средний"),
        (MEASURES, "не завершено"),
        (DEGREES, "I, II степень"),
        (WORKS, "школа и район"),
    ],
)
def test_two_answers_or_a_denial_are_no_answer(spec, text):
    answer = parse_choice(text, spec)
    assert isinstance(answer, Unreadable)
    assert all(choice.word in answer.expected for choice in spec.choices)


@pytest.mark.parametrize(
    ("spec", "text", "code"),
    [
        (REGISTERS, "Школы с признаками необъективности", "objectivity"),
        (STATUSES, "Исключена из перечня", "out"),
        (STATUSES, "включена в перечень", "in"),
        (ROLE, "Родители (законные представители) обучающихся", "parent"),
        (ROLE, "классный руководитель", "teacher"),
        (ROLE, "заместитель руководителя", "head"),
        (CATEGORIES, "не имею категории", "none"),
        (CATEGORIES, "Без категории", "none"),
        (CATEGORIES, "соответствует занимаемой должности", "position"),
        (LEVELS, "не выявлены", "none"),
        (MEASURES, "не выполнено", "late"),
        (MEASURES, "выполнено с опозданием", "late"),
        (MEASURES, "выполнено частично", "in_progress"),
        (MEASURES, "выполняется по плану", "in_progress"),
        (MEASURES, "не начато", "planned"),
        (MEASURES, "план выполнен", "done"),
        (WORKS, "Администрация района", "municipal"),
        (DEGREES, "золотая медаль I степени", "first"),
    ],
)
def test_one_answer_in_other_words_is_understood(spec, text, code):
    assert parse_choice(text, spec) == code


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: spec.family)
def test_words_of_a_template_mean_themselves(spec):
    for one in spec.fields:
        for choice in one.choices:
            assert parse_choice(choice.word.upper(), one) == choice.code
            assert parse_choice(f"{choice.word}.", one) == choice.code


@pytest.mark.parametrize("text", ["да/нет", "нет, да", "да, но не везде", "да, кроме филиала"])
def test_yes_and_no_at_once_is_neither(text):
    assert isinstance(parse_yes_no(text), Unreadable)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Да", True), ("да, с 2024 года", True), ("имеется", True), ("не имеется", False),
     ("отсутствует", False), ("нет, не велось", False), (1, True), (0.0, False), ("+", True)],
)  # fmt: skip
def test_yes_or_no(text, answer):
    assert parse_yes_no(text) is answer


def test_a_choice_that_is_not_clear_is_a_query_and_missing(place):
    heads = ["Логин", "Код учителя", "Квалификационная категория"]
    extract = read(place, [heads, ["edu990001", "T-1", "первая/высшая"]], family="teachers")
    assert extract.reported["teachers"]["category"].tolist() == [None]
    found = issue(extract, "form_value")
    assert (found.severity, found.school_id) == ("query", "990001")
    assert "высшая, первая" in found.message


def test_a_login_cell_with_two_logins_names_no_school(place):
    extract = read(
        place,
        [REGISTER, ["ШНОР", 2024, "edu990001, edu990002", ""], ["ШНОР", 2024, "edu990003", ""]],
        family="past_registers",
    )
    assert extract.reported["past_registers"]["school_login"].tolist() == ["edu990003"]
    found = issue(extract, "form_logins")
    assert (found.severity, found.row, found.school_id) == ("error", 2, None)
    # the same login twice is one school
    extract = read(place, [REGISTER, ["ШНОР", 2024, "edu990001 (990001)", ""]])
    assert extract.reported["past_registers"]["school_login"].tolist() == ["edu990001"]


def test_who_answered_is_missing_where_the_cell_names_two(place):
    rows = [
        ["Отметка времени", "Школа", "Кто отвечал", "Довольны ли Вы?"],
        [NOON, "Ш", "ученики, родители", "да"],
        [NOON, "Ш", "родители", "да"],
        [NOON, "Ш", "", "нет"],
    ]
    sheet = Sheet("2025/Анкета родителей обучающихся.csv", "", rows)
    extract = read_survey(sheet, place.methodology, KEY)
    # the file is of parents; the cell with two words is not read as the file's
    assert extract.reported["survey_answers"]["role"].tolist() == [None, "parent", "parent"]
    found = issue(extract, "survey_role_word")
    assert (found.severity, found.value) == ("query", "1")


# --- whom to ask ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "file", "expected"),
    [
        ("edu990001", FOLDER, "990001"),
        ("990001", "x/2025/Форма.xlsx", "990001"),
        ("", FOLDER, "991201"),
        ("нет логина", FOLDER, "991201"),
        ("", "2025/Форма.xlsx", None),
    ],
)
def test_a_remark_to_a_passport_knows_its_school(place, login, file, expected):
    extract = read(place, [PASSPORT, [NOON, login, "МБОУ СОШ № 1", 100, "12%"]], file)
    assert issue(extract, "form_percent").school_id == expected


def test_remarks_to_a_work_and_a_card_know_their_school(place):
    work = ["Логин", "Кто проводил", "Название работы", "Предмет", "Класс", "Дата работы",
            "Писали работу (чел.)", "Получили «2»", 3, 4, 5]  # fmt: skip
    row = ["edu990001", "район", "Входная", "математика", 6, "15.10.2024", 10, 1, 4, 3, 1]
    assert issue(read(place, [work, row]), "work_marks").school_id == "990001"
    card = [
        ["ЭКСПЕРТНАЯ КАРТА"],
        ["Логин:", "edu990001", "Отчетный период:", "2023/2024"],
        ["№", "Показатель", "Значение", "Баллы (самооценка ОО)", "Балл эксперта"],
        ["1.01", place.methodology.expert_card[0].title, "да", 2, 1],
    ]
    extract = read(place, card, FOLDER, family="expert_card")
    assert issue(extract, "card_score").school_id == "990001"
    assert issue(extract, "card_missing").school_id == "990001"
    card[1][1] = ""
    assert set(read(place, card, FOLDER).reported["expert_cards"]["school_login"]) == {"edu991201"}


def test_a_refused_form_of_a_school_is_a_remark_to_this_school(place):
    spoilt = Sheet(FOLDER, "Лист", [["Логин", "Название школы"], ["edu991201", "Ш"]])
    extract = READERS["diagnostic_works"](spoilt, place.methodology, KEY)
    assert extract.is_refused
    assert [one.school_id for one in extract.issues] == ["991201"]


def test_remarks_to_journals_know_their_school(place):
    head = [["Школа: МБОУ СОШ № 1 (edu990001)"], ["Класс: 9А"], ["Учебный год: 2024/2025"],
            ["Период: 1 четверть"]]  # fmt: skip
    marks = [*head, ["№", "ФИО", "Математика"], [1, "Иванов Пётр", 7], [2, "Петров Пётр", 5]]
    sheet = Sheet("2025/Ведомость.xlsx", "Лист", marks)
    extract = READERS["journal"](sheet, place.methodology, KEY)
    assert issue(extract, "journal_mark").school_id == "990001"
    summary = [
        *head[:1], *head[2:],
        ["Предмет", "Класс", "Кол-во", 5, 4, 3, 2],
        ["Математика", "9А", 10, 1, 2, 3, "много"],
    ]  # fmt: skip
    sheet = Sheet("2025/Сводка.xlsx", "Лист", summary)
    extract = READERS["journal"](sheet, place.methodology, KEY)
    assert issue(extract, "journal_row").school_id == "990001"


def test_a_code_of_a_teacher_belongs_to_his_school(place):
    heads = ["Логин", "Код учителя", "Категория"]
    rows = [["edu990001", "T-2", "первая"], ["edu990002", "T-2", "первая"], ["990001", "T-2", ""]]
    ids = read(place, [heads, *rows]).reported["teachers"]["teacher_id"].tolist()
    assert ids[0] != ids[1]
    assert ids[0] == ids[2]  # «edu990001» and «990001» are one school


# --- words and deeds -----------------------------------------------------------------------------


def test_a_row_that_cannot_do_without_the_value_is_left_out_and_it_is_said(place):
    heads = ["Кто отвечал", "Вопрос", "Ответили", "Удовлетворены", "Логин"]
    extract = read(place, [heads, ["родители", "Довольны?", 10, 12, "edu990001"]])
    assert extract.reported == {}
    assert "строка не учтена" in issue(extract, "form_row_above").message


def test_an_impossible_part_is_missing_and_its_row_stays(place):
    heads = ["Код показателя", "Логин", "Числитель", "Знаменатель", "Значение"]
    extract = read(place, [heads, ["sterlitamak.staff.1", "edu990001", 13, 12, "95 %"]])
    row = extract.reported["reported_indicators"].iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (None, 12.0, None)
    assert "значение не учтено" in issue(extract, "form_above").message


# --- totals and detection ------------------------------------------------------------------------


def test_measures_that_begin_as_totals_are_measures(place):
    names = ["Итоговый педсовет", "Всего три семинара", "В целом анализ ВПР", "Итоги четверти"]
    rows = [[name, "до 01.12.2025", "школы"] for name in names]
    extract = read(place, [PLAN, *rows, ["Всего", "4", ""]], family="roadmap")
    assert extract.reported["roadmap"]["measure"].tolist() == names
    assert issue(extract, "form_totals").value == "1"


@pytest.mark.parametrize("title", ["Итого", "Всего:", "ИТОГО по школе", "Всего по муниципалитету"])
def test_totals_are_counted_and_not_read(place, title):
    rows = [["Код учителя", "Категория", "Логин"], [title, "12", "х"], ["T-1", "первая", ""]]
    extract = read(place, rows, family="teachers")
    assert len(extract.reported["teachers"]) == 1
    assert issue(extract, "form_totals").value == "1"


@pytest.mark.parametrize(
    "row",
    [
        [1, "Экспертная карта: самооценка", "май", "Самооценка ОО", "школы"],
        [1, "Итоги успеваемости за 1 четверть", "ноябрь", "справка", "школы"],
        [1, "Успеваемость класса", "ноябрь", "справка", "школы"],
        [1, "Согласование", "годовой", "Список", "школы"],
        [1, "Медаль: вручение", "июнь", "Фамилия в приказе", "школы"],
        [1, "Изучить проверяемые требования", "июнь", "справка", "школы"],
        [1, "Процедура", "июнь", "Видеонаблюдение", "школы"],
        [1, "Учитель года", "июнь", "курсы повышения квалификации", "школы"],
        [1, "Опрошено", "июнь", "Удовлетворены", "школы"],
        [1, "Малообеспеченные семьи", "июнь", "численность обучающихся", "школы"],
    ],
)
@pytest.mark.parametrize("above", [[], [["План мероприятий на 2025/26 год"]]])
def test_what_a_measure_is_about_does_not_make_another_form_of_the_plan(place, row, above):
    extract = read(place, [*above, NUMBERED_PLAN, row], family="roadmap")
    assert len(extract.reported["roadmap"]) == 1


def test_a_title_above_the_headings_still_tells_the_form():
    card = [["ЭКСПЕРТНАЯ КАРТА"], ["Логин:", "", "ОО:", ""], ["Пункт", "Текст", "Отметка"]]
    assert sheet_family(Sheet("a.xlsx", "", card)) == "expert_card"
    plan = [["Дорожная карта"], ["Что делать", "Когда", "Кто"], ["Курсы", "май", "школы"]]
    assert sheet_family(Sheet("a.xlsx", "", plan)) == "roadmap"


@pytest.mark.parametrize("family", ["Балл эксперта", "Баллы (МИМЦ)"])
def test_both_headings_of_the_expert_are_read(place, family):
    column_map = place.methodology.column_map("expert_card")
    assert column_map.match(["Показатель", family])["score_expert"] == 1


def test_a_narrow_plan_has_headings_too(place):
    rows = [["Мероприятие", "Срок"], ["Итоги успеваемости за 1 четверть", "ноябрь"]]
    assert len(read(place, rows, family="roadmap").reported["roadmap"]) == 1


WORDS = st.sampled_from(
    ["Экспертная карта", "Показатель", "Самооценка ОО", "Балл эксперта", "Опрошено",
     "Удовлетворены", "Название работы", "Писали работу", "Процедура", "Видеонаблюдение", "Медаль",
     "Фамилия", "Перечень", "Год", "дорожная карта", "Учитель", "Стаж", "КДН", "7", "", None]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(WORDS, min_size=5, max_size=5), max_size=8))
def test_no_row_of_a_plan_makes_another_form_of_it(place, rows):
    sheet = Sheet("2025/План.xlsx", "Лист", [NUMBERED_PLAN, *rows])
    assert sheet_family(sheet) == "roadmap"
    extract = READERS["roadmap"](sheet, place.methodology, KEY)
    shown = "\n".join(one.message for one in extract.issues)
    filled = [number for number, row in enumerate(rows, start=2) if any(row)]
    stored = {int(n) for frame in extract.reported.values() for n in frame["source_row"]}
    named = {one.row for one in extract.issues}
    uncounted = [number for number in filled if number not in stored | named]
    # the rest are titles of sections or go on with the measure above
    assert all(sum(map(bool, rows[number - 2])) == 1 for number in uncounted), shown


def test_a_surname_in_a_login_cell_is_not_shown(place):
    cell = "Магомедова edu990001, edu990002"
    extract = read(place, [REGISTER, ["ШНОР", 2024, cell, ""], ["Магомедова", 2024, "990001", ""]])
    assert extract.reported == {}
    assert "Магомедова" not in "\n".join(map(str, extract.issues))
