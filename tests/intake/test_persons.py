"""Personal data in free texts, names of schools, messages; numbers that are two numbers."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.form_specs import TEACHERS
from shnor_analysis.intake.cells import (
    describe_row,
    looks_private,
    parse_count,
    parse_number,
    parse_pupils,
)
from shnor_analysis.intake.context.questionnaire import read_context
from shnor_analysis.intake.explanations import read_explanations
from shnor_analysis.intake.fisoko.heading import group_words
from shnor_analysis.intake.forms.flat import read_teachers
from shnor_analysis.intake.forms.reading import Unreadable, parse_choice
from shnor_analysis.intake.forms.roadmap import read_roadmap
from shnor_analysis.intake.identity.personal import hide_personal, personal_spans
from shnor_analysis.intake.identity.persons import school_title, without_persons
from shnor_analysis.intake.workbook import Sheet

KEY = b"k" * 32
# People and their data in every spelling that was met.
PRIVATE = (
    "ЩУКАРЁВА ЗОЯ МАРКОВНА", "ЩУКАРЁВА З.М.", "щукарёва з.м.", "щукарёва зоя марковна",
    "Щукарь Олег", "Пак Ольга", "Шевчук Анна", "Ким Чен Ын", "Shchukar Lev", "Щукарёва_Зоя",
    "Щукарь Лев", "ЩУКАРЬ ЛЕВ", "щукарь лев", "Щукарь О. П.", "Щукарёвой Зое", "З.М. Щукарёва",
    "8.913.771.22.33", "т.771-22-33", "тел.7712233", "+7 (913) 771-22-33", "8-913-771-22-33",
    "7710 № 712345", "7710 712345", "серия 7710 номер 712345", "@shchukar", "zoya@example.org",
    "https://vk.com/shchukar", "t.me/shchukar", "771-222-333 44",
)  # fmt: skip
# Words with a label beside the person: only the label may stay.
LABELLED = (
    ("отв. Щукарь", "отв. …"), ("ФИО:Щукарёва", "ФИО:…"), ("справка (Щукарь)", "справка (…)"),
    ("Справка. Щукарь", "Справка. …"), ("методист Щукарь", "методист …"),
    ("Ответственный Щукарь О. П.", "Ответственный …"), ("методист Новиков", "методист …"),
)  # fmt: skip
ORDINARY = (
    "Итоговый педсовет", "до 15 октября 2025", "результаты 2024-2025 года: 12 (24%)",
    "Один ученик", "СОШ № 1 им. А. С. Пушкина", "Точка роста", "Центр «Точка роста»",
    "01.09.2025 - 31.05.2026", "приказ № 101 от 12.09.2023", "Русский Язык", "г. Примерск",
    "Диагностика дефицитов учителей математики", "Разбор результатов ВПР и т.д.",
    "Управление образования Администрации Примерского района", "Руководители ШМО",
    "Министерство просвещения Российской Федерации", "доля «2» по ВПР, %",
    "Удовлетворены ли Вы качеством образования?", "Основной этап. Основная школа",
    "Причина: карантин. Болезни детей", "Новая программа", "Половина класса болела",
    "сентябрь 2025 – май 2026", "Никольский район, МБОУ Никольская СОШ", "СПРАВКА",
)  # fmt: skip
OLD_FRAGMENTS = ("щукар", "shchukar", "марковн", "шевчук", "771", "7712", "712345", "zoya")


def leaks(text):
    return [part for part in OLD_FRAGMENTS if part in str(text).lower()]


@pytest.mark.parametrize("private", PRIVATE)
def test_a_text_that_is_only_private_is_dropped(private):
    assert without_persons(private) == (None, 1)


@pytest.mark.parametrize("private", PRIVATE)
def test_a_private_piece_of_a_sentence_is_hidden(private):
    left, n = without_persons(f"Провести семинар, {private}, до 15 октября 2025")
    assert (left.startswith("Провести семинар, …"), n) == (True, 1)
    assert left.endswith("до 15 октября 2025")


@pytest.mark.parametrize(("text", "left"), LABELLED)
def test_a_label_stays_without_its_person(text, left):
    assert without_persons(text) == (left, 1)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_russian_is_not_touched(text):
    assert without_persons(text) == (text, 0)


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_cleaned_and_cleaning_never_fails(text):
    spans = personal_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    assert hide_personal(text)[1] == len(spans)
    assert without_persons(text)[1] >= 0


@given(
    st.sampled_from(["Приказ ", "отв. ", "Семинар, ", "2. ", ""]),
    st.sampled_from(["ЩУКАРЁВА З.М.", "щукарёва зоя марковна", "Щукарь Олег", "8.913.771.22.33"]),
    st.sampled_from(["", ", справка", ". Итоги", " (по плану)"]),
)
def test_surroundings_do_not_save_a_person(before, private, after):
    assert not leaks(without_persons(before + private + after)[0])


# --- names of schools ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("МБОУ СОШ 2 (Щукарь Лев, 8-913-771-22-33)", "МБОУ СОШ 2"),
        ("МБОУ СОШ № 2, Щукарёва З.М.", "МБОУ СОШ № 2"),
        ("МБОУ СОШ № 2 тел. 771-22-33", "МБОУ СОШ № 2"),
        ("МБОУ СОШ № 1 им. А. С. Пушкина", "МБОУ СОШ № 1 им. А. С. Пушкина"),
        ("СОШ имени Героя Советского Союза И. И. Щукаря",
         "СОШ имени Героя Советского Союза И. И. Щукаря"),
        ("МКОУ СОШ с. Дальнее (Корпус 2)", "МКОУ СОШ с. Дальнее (Корпус 2)"),
        ("МБОУ Ершичская СОШ", "МБОУ Ершичская СОШ"),
        ("МБОУ «СОШ №1 г.Примерск»", "МБОУ «СОШ №1 г.Примерск»"),
        ("МБОУ ООШ д. Щукарёва", "МБОУ ООШ д. Щукарёва"),
    ],
)  # fmt: skip
def test_a_school_keeps_its_name_without_people(name, left):
    assert school_title(name) == left
    assert group_words(name) == left


def context_sheets(name, n_pupils):
    common = ["Пользователь", "Муниципалитет", "Школа", "Дата загрузки"]
    place = ["edu990001", "reg99_m012 | Примерский район", f"edu990001 | {name}", "01.10.2025"]
    register = [
        [*common, "2. СОКРАЩЕННОЕ наименование ОО (при наличии) (по уставу)", "6.\tИНН",
         "7.\tКод ОГЭ", "8.\tКод ЕГЭ"],
        [*place, name, "", "5811", "5811"],
    ]  # fmt: skip
    question = "20. Укажите количество обучающихся в ОО в 2025/2026 учебном году"
    pupils = [[*common, question], [*place, n_pupils]]
    return [
        Sheet("Контекст.xlsx", "Общая информация об ОО", register),
        Sheet("Контекст.xlsx", "ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО", pupils),
    ]


def test_the_context_form_gives_clean_names(place):
    sheets = context_sheets("МБОУ СОШ 2 (Щукарь Лев, 8-913-771-22-33)", 810)
    extract = read_context(sheets, place.methodology)
    assert {entry.mention.name for entry in extract.register} == {"МБОУ СОШ 2"}
    assert not leaks(extract)


@pytest.mark.parametrize("cell", ["800 810", "25 27", "12\n13", 800810])
def test_two_numbers_in_the_cell_of_pupils_are_asked_about(place, cell):
    extract = read_context(context_sheets("МБОУ СОШ 2", cell), place.methodology)
    assert "context_n_pupils" in {issue.check_id for issue in extract.issues}
    assert all(entry.n_pupils is None for entry in extract.register)


# --- forms ---------------------------------------------------------------------------------------


def roadmap_heads():
    return ["№", "Мероприятие", "Срок", "Форма отчётности", "Ответственный"]


@given(cells=st.lists(st.sampled_from(["", "Разбор итогов", 3, *PRIVATE]), min_size=4, max_size=4))
@settings(max_examples=60)
def test_any_roadmap_row_is_read_or_named_and_tells_nobody(methodology_of_place, cells):
    rows = [["Дорожная карта 2025/26, Щукарёва З.М."], roadmap_heads(), ["1.1", *cells]]
    sheet = Sheet("2026/Карта.xlsx", "", rows)
    extract = read_roadmap(sheet, methodology_of_place, KEY)
    n_kept = sum(map(len, extract.reported.values()))
    named = [issue for issue in extract.issues if issue.row == 3]
    section = [issue for issue in extract.issues if issue.check_id == "roadmap_sections"]
    assert n_kept or named or section
    told = [frame.to_csv() for frame in extract.reported.values()]
    assert not leaks(
        " ".join(told + [f"{issue.value} {issue.message}" for issue in extract.issues])
    )


@pytest.fixture(scope="module")
def methodology_of_place():
    from tests.intake.conftest import DEFAULT_REGULATIONS, ROOT, load_methodology

    return load_methodology(ROOT / "methodology", DEFAULT_REGULATIONS)


def test_teachers_keep_bands_of_the_list_only(methodology_of_place):
    rows = [
        ["Логин", "Учебный год", "Возраст", "Стаж"],
        ["edu990001", "2024/2025", "45 лет", "11–20 лет"],
        ["edu990001", "2024/2025", "ЩУКАРЁВА З.М.", "Щукарь, 12"],
        ["edu990001", "2024/2025", "30–39", ""],
    ]
    extract = read_teachers(Sheet("Учителя.xlsx", "", rows), methodology_of_place, KEY)
    frame = extract.reported["teachers"]
    assert frame["age_band"].tolist() == ["45–54", None, None]
    assert frame["experience_band"].tolist() == ["11–20", None, None]
    asked = [i.row for i in extract.issues if i.check_id == "form_value"]
    assert asked == [3, 3, 4]
    assert not leaks(extract)


@pytest.mark.parametrize(
    ("column", "cell", "band"),
    [
        ("age_band", "до 25 лет", "до 25"), ("age_band", "24", "до 25"), ("age_band", 25, "25–34"),
        ("age_band", "65+", "65 и более"), ("age_band", "35-44", "35–44"),
        ("experience_band", "0", "до 3"), ("experience_band", "более 20 лет", "21 и более"),
        ("experience_band", "3 года", "3–5"), ("experience_band", "5–15", None),
        ("age_band", "опытный", None), ("age_band", "120", None),
    ],
)  # fmt: skip
def test_bands(column, cell, band):
    spec = next(field for field in TEACHERS.fields if field.column == column)
    found = parse_choice(cell, spec)
    assert (None if isinstance(found, Unreadable) else found) == band


# --- explanations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code"),
    [("П3", "П3"), ("п3", "П3"), ("P3", "П3"), ("p3", "П3"), ("3", "П3"), (3, "П3"), ("П 3", "П3"),
     ("П99", None), ("Щукарёва З.М.", None), ("quarantine", None), ("П3, П5", None)],
)  # fmt: skip
def test_a_reason_is_one_of_the_list(methodology_of_place, cell, code):
    rows = [
        ["Код замечания", "Код причины", "Пояснение школы"],
        ["3f0a-990001-91c4", cell, "болели, отв. Щукарь"],
    ]
    sheet = Sheet("2026/ответ.xlsx", "", rows)
    extract = read_explanations(sheet, methodology_of_place, KEY)
    [row] = extract.reported["explanations"].to_dict("records")
    assert (row["reason_code"] or None, row["explanation"]) == (code, "болели, отв. …")
    found = [(issue.check_id, issue.row) for issue in extract.issues]
    assert found == ([] if code else [("explanation_reason", 2)])
    assert not leaks(extract)


# --- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [["Щукарь"], ["Лев", "9А"], ["ЩУКАРЁВА"], ["щукарь лев"], ["Школа", "zoya"], ["Пак Ольга"],
     ["Класс", "отв. Щукарь"]],
)  # fmt: skip
def test_a_row_with_a_person_is_only_counted(row):
    assert describe_row(row) == f"данные без заголовков (ячеек: {len(row)})"


@pytest.mark.parametrize(
    "text",
    ["Наименование ОО", "Код МСУ", "Класс", "Логин", "Отметка", "Кол-во участников", "Предмет",
     "ФИО", "Тип населенного пункта", "2", "Школа"],
)  # fmt: skip
def test_headings_are_shown(text):
    assert not looks_private(text)


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "number", "pupils"),
    [
        ("1 050", 1050, 1050), ("1\u00a0050", 1050, 1050), ("800 810", 800810, None),
        ("25 27", None, None), ("12\n13", None, None), ("1\n050", None, None),
        ("1050 5", None, None), ("20 000", 20000, 20000), ("20 001", 20001, None),
        ("1 050,5", 1050.5, None), (" 7 ", 7, 7), ("25 %", 25, 25), ("-5", -5, None),
        ("1 000 000", 1_000_000, None),
    ],
)  # fmt: skip
def test_white_space_joins_only_full_groups_of_thousands(cell, number, pupils):
    assert parse_number(cell) == number
    assert parse_pupils(cell) == pupils
    assert (parse_count(cell) is None) == (number is None or number < 0 or number % 1 != 0)


def test_a_date_is_no_number():
    assert parse_number(dt.date(2025, 1, 1)) is None
