"""Which school is meant: names typed by hand, aliases, mergers, answers given twice."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_analysis.errors import ParameterError
from shnor_analysis.intake.extract import RegisterEntry, SchoolMention
from shnor_analysis.intake.identity.directory import (
    SchoolReference,
    Unresolved,
    build_directory,
    name_key,
)
from shnor_analysis.intake.identity.mergers import merge_schools
from shnor_analysis.intake.joins.reported import join_reported, resolve_schools, settle_repeats
from shnor_analysis.place_settings import Merger, PlaceSettings, load_place_settings
from shnor_analysis.tables import CONTEXT, REPORTED_INDICATORS, ROADMAP

NAMES = {
    "990001": "МБОУ «СОШ №1 г.Примерск»",
    "990002": 'МБОУ "Средняя школа № 2 "',
    "990003": "МКОУ СОШ с. Дальнее",
    "990004": "МБОУ Лицей имени Ломоносова",
}
REFERENCE = {"school_login": None, "school_code": None, "school_inn": None, "school_name": None}


def entry(school_id, name):
    mention = SchoolMention(f"edu{school_id}", name, "reg99_m012", "Примерский район", "к", "л", 2)
    inn = f"99{school_id}00"
    codes = (school_id[2:].lstrip("0"),)
    return RegisterEntry(mention, "", inn, codes, (), None, 0, is_register=True)


@pytest.fixture
def directory():
    latest = {code: {"register": entry(code, name)} for code, name in NAMES.items()}
    return build_directory(latest, [], [("Ломоносовский", "990004")])


@pytest.mark.parametrize(
    ("typed", "school"),
    [
        ("МБОУ Средняя школа №2", "990002"),
        ("средняя общеобразовательная школа № 2", "990002"),
        ("МКОУ «СОШ с.Дальнее»", "990003"),
        ("муниципальное бюджетное общеобразовательное учреждение СОШ № 1 г. Примерск", "990001"),
        ("ЛОМОНОСОВСКИЙ", "990004"),  # an alias of the office
    ],
)
def test_a_name_typed_by_hand_is_found(directory, typed, school):
    assert directory.resolve(SchoolReference(None, None, None, typed)) == school


def test_the_login_decides_then_code_then_inn(directory):
    assert (
        directory.resolve(SchoolReference("еdu 990009", "0001", None, "нет")) == "990009"
    )  # mixed script on purpose: еdu
    assert directory.resolve(SchoolReference(None, "0003", None, "неизвестно")) == "990003"
    assert directory.resolve(SchoolReference(None, None, "9999000400", None)) == "990004"


def test_an_unknown_name_brings_three_nearest(directory):
    lost = directory.resolve(SchoolReference(None, None, None, "МБОУ СОШ № 3 г. Примерск"))
    assert isinstance(lost, Unresolved)
    assert lost.check_id == "school_name_unknown"
    assert NAMES["990001"] in lost.nearest
    assert len(lost.nearest) <= 3


def test_one_name_of_two_schools_is_not_guessed():
    latest = {c: {"register": entry(c, "МБОУ СОШ № 1")} for c in ("990001", "990002")}
    lost = build_directory(latest, [], []).resolve(SchoolReference(None, None, None, "СОШ №1"))
    assert lost == Unresolved("school_name_ambiguous", ("990001", "990002"))


@given(st.text())
def test_any_text_has_a_key_that_is_stable(text):
    assert name_key(name_key(text)) == name_key(name_key(name_key(text)))


def reported(**more):
    place = {"source_file": "паспорт.csv", "source_sheet": None, "source_row": 2}
    row = {"assessment_year": 2025, "indicator": "n_pupils", "value": 40.0, "unit": "person",
           "source": "social_passport", **place, **REFERENCE, **more}  # fmt: skip
    return row


def test_rows_of_a_lost_school_are_counted_not_dropped_silently(directory):
    rows = pd.DataFrame(
        [
            reported(school_name="СОШ №1 Примерск"),
            reported(school_name="Школа космонавтов", source_row=3),
            reported(school_name="Школа космонавтов", source_row=4),
            reported(source_row=5),
        ]
    )
    kept, issues = resolve_schools("context", rows, directory)
    assert list(kept["school_id"]) == ["990001"]
    told = {(i.check_id, i.value, i.row) for i in issues}
    assert told == {
        ("school_name_unknown", "Школа космонавтов", 3),
        ("school_not_named", "пусто", 5),
    }
    assert "не учтено строк 2" in next(i.message for i in issues if i.row == 3)


def test_a_persons_name_in_the_school_column_is_not_shown(directory):
    rows = pd.DataFrame([reported(school_name="Иванова Мария Сергеевна")])
    _, issues = resolve_schools("context", rows, directory)
    assert "Иванова" not in issues[0].message + str(issues[0].value)


def test_a_login_beside_another_schools_name_is_a_query(directory):
    rows = pd.DataFrame([reported(school_login="edu990003", school_name="МБОУ СОШ №1 Примерск")])
    kept, issues = resolve_schools("context", rows, directory)
    assert list(kept["school_id"]) == ["990003"]
    assert [i.check_id for i in issues] == ["school_login_name"]


@pytest.mark.parametrize(("table", "stored"), [(ROADMAP, None), (REPORTED_INDICATORS, "territory")])
def test_a_row_without_a_school_may_speak_of_the_territory(directory, table, stored):
    rows = pd.DataFrame([reported()])
    kept, issues = resolve_schools(table.name, rows, directory)
    assert list(kept["school_id"]) == [stored]
    assert issues == []


def context(**more):
    return {**{k: v for k, v in reported(**more).items() if k not in REFERENCE},
            "school_id": "990001"}  # fmt: skip


def test_the_last_answer_counts():
    rows = pd.DataFrame(
        [
            context(value=64.0, answered_at="2024-10-14 08:00:00", source_row=5),
            context(value=60.0, answered_at="2024-10-13 16:20:10", source_row=4),
        ]
    )
    kept, issues = settle_repeats(CONTEXT, rows)
    assert list(kept["value"]) == [64.0]
    assert [(i.check_id, i.row, i.value) for i in issues] == [("answer_replaced", 4, "1")]


def test_equal_rows_of_two_files_are_one_and_nobody_is_asked():
    rows = pd.DataFrame([context(), context(source_file="копия.csv")])
    kept, issues = settle_repeats(CONTEXT, rows)
    assert len(kept) == 1
    assert issues == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_undated_contradictions_are_a_query_and_file_names_do_not_matter(order):
    values = (40.0, 44.0)
    rows = pd.DataFrame(
        [context(value=values[i], source_file=f"{n}.csv") for n, i in enumerate(order)]
    )
    kept, issues = settle_repeats(CONTEXT, rows)
    assert list(kept["value"]) == [44.0]
    assert [i.check_id for i in issues] == ["answers_differ"]


def test_every_reported_table_exists_even_without_rows():
    tables, issues = join_reported({})
    assert issues == []
    assert set(tables["context"].columns) == set(CONTEXT.columns)
    assert all(table.empty for table in tables.values())


MERGER = Merger("990003", "990001", 2025, "присоединена приказом")


def test_rows_from_the_year_of_a_merger_go_to_the_heir():
    works = ["vpr-2024-spring-rus-4", "vpr-2025-spring-rus-4"]
    place = {"source_file": "ф", "source_sheet": "л", "source_row": [9, 10]}
    vpr = pd.DataFrame({"school_id": ["990003", "990003"], "work_id": works, **place})
    moved, issues = merge_schools({"vpr": vpr}, (MERGER,))
    assert list(moved["vpr"]["school_id"]) == ["990003", "990001"]
    assert [(i.check_id, i.school_id, i.row) for i in issues] == [("school_merged", "990001", 10)]
    assert list(vpr["school_id"]) == ["990003", "990003"]  # the input is not changed


def test_a_chain_of_mergers_is_followed():
    later = Merger("990001", "990002", 2026, "")
    rows = pd.DataFrame({"school_id": ["990003"], "assessment_year": [2026],
                         "source_file": "ф", "source_sheet": "л", "source_row": [2]})  # fmt: skip
    moved, _ = merge_schools({"context": rows}, (MERGER, later))
    assert list(moved["context"]["school_id"]) == ["990002"]


def test_a_merged_school_is_read_under_the_heir(place, build):
    rows = build.f1(build.separator(1, "edu990002"), build.pupil(40001, login="edu990002"))
    place.book("2026/Ф1.xlsx", rows)
    place.register()
    intake = place.read(settings=PlaceSettings(mergers=(Merger("990002", "990001", 2026, ""),)))
    assert set(intake.vpr_results["school_id"]) == {"990001"}
    old = intake.schools.set_index("school_id").loc["990002"]
    assert (old["merged_into"], old["merged_from_year"]) == ("990001", 2026)


# --- the files of the office -------------------------------------------------------------------


def settings(folder, **files):
    for name, text in files.items():
        (folder / f"school_{name}.csv").write_bytes(text.encode("cp1251"))
    return load_place_settings(folder, folder, "reg99_m012")


def test_aliases_and_mergers_are_read_as_excel_saves_them(tmp_path):
    found = settings(
        tmp_path,
        aliases="Название в файле;Код школы\r\nЛомоносовский;edu990004\r\n;\r\n",
        mergers=MERGERS + "990003;990001;2025;приказ\r\n",
    )
    assert found.aliases == (("Ломоносовский", "990004"),)
    assert found.mergers == (Merger("990003", "990001", 2025, "приказ"),)


MERGERS = "Прежняя школа;Новая школа;С года оценки;Примечание\n"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("aliases", "Школа;Код\n", r"столбцы Школа, Код, ожидались Название в файле, Код школы"),
        ("aliases", "Название в файле;Код школы\nЛицей;12\n", r"строка 2: код школы «12»"),
        ("mergers", MERGERS + "990003;990001;скоро;\n", r"год «скоро»"),
        ("mergers", MERGERS + "990003;990003;2025;\n", r"к самой себе"),
        ("mergers", MERGERS + "990001;990002;2025;\n990002;990001;2026;\n", r"круг"),
        ("mergers", MERGERS + "990001;990002;2025;\n990001;990003;2026;\n", r"дважды"),
        ("mergers", MERGERS + "990001;990002\n", r"ячеек 2, ожидалось 4"),
    ],
)
def test_mistakes_of_the_office_are_one_sentence(tmp_path, name, text, sentence):
    with pytest.raises(ParameterError, match=sentence):
        settings(tmp_path, **{name: text})


def test_one_name_of_two_schools_in_the_aliases_is_refused(tmp_path):
    text = "Название в файле;Код школы\nЛицей;990001\nЛицей;990002\n"
    with pytest.raises(ParameterError, match="строка 3: название «Лицей» уже отнесено"):
        settings(tmp_path, aliases=text)


def test_what_two_merged_schools_said_is_not_mixed():
    place = {"source_file": "ф", "source_sheet": "л"}
    rows = pd.DataFrame(
        {"school_id": ["990001", "990003", "990003"], "assessment_year": [2025, 2025, 2024],
         "indicator": "n_pupils", "value": [812.0, 64.0, 60.0], "source_row": [2, 3, 4], **place}
    )  # fmt: skip
    moved, issues = merge_schools({"context": rows}, (MERGER,))
    left = moved["context"]
    assert list(zip(left["school_id"], left["value"], strict=True)) == [
        ("990001", 812.0), ("990003", 60.0),
    ]  # fmt: skip
    assert [(i.check_id, i.row) for i in issues] == [("merged_reports_too", 3)]


def test_a_merger_into_an_unknown_school_is_an_error_and_loses_nothing(place, build):
    place.book("2026/Ф1.xlsx", build.f1(build.separator(1), build.pupil(40001)))
    place.register()
    intake = place.read(settings=PlaceSettings(mergers=(Merger("990001", "990888", 2026, ""),)))
    assert set(intake.vpr_results["school_id"]) == {"990001"}
    told = build.issues(intake, "merger_unknown_heir")
    assert [(i["value"], i["school_id"]) for i in told] == [("990888", "990001")]


def test_an_undated_answer_beside_a_dated_one_is_a_query():
    rows = pd.DataFrame(
        [context(value=64.0, answered_at="2024-10-14"), context(value=60.0, answered_at=None)]
    )
    kept, issues = settle_repeats(CONTEXT, rows)
    assert list(kept["value"]) == [64.0]
    assert [i.check_id for i in issues] == ["answers_differ"]
