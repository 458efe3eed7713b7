"""Form ОО-1 as a long table."""

import datetime as dt
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.errors import MethodologyError
from shnor_analysis.intake.context.oo1 import read_oo1
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import CONTEXT_INDICATORS, CONTEXT_UNITS

HEADER = ["ИНН/логин", "год", "раздел", "строка", "графа", "значение"]


def row(value, code="02", section="2.1.1", column="3", school="edu990001", year="2024/2025"):
    return [school, year, section, code, column, value]


def read(place, build, *rows, header=HEADER, file="ОО-1.csv"):
    extract = read_oo1(Sheet(file, "", [header, *rows]), place.methodology, build.KEY)
    return extract, issues_table(extract.issues)


def values(extract):
    columns = ["assessment_year", "section", "row_code", "column_code", "value"]
    return extract.reported["oo1_values"][columns].to_numpy().tolist()


def checks(issues):
    return sorted(set(issues["check_id"]))


def test_addresses_of_one_indicator_add_up(place, build):
    # ordinary classes 300, profile classes 40; section 9.9 is not mapped and stays as it is
    extract, issues = read(place, build, row(300), row("40", "04"), row(7, section="9.9"))
    assert values(extract) == [
        [2025, "2.1.1", "02", "3", 300],
        [2025, "2.1.1", "04", "3", 40],
        [2025, "9.9", "02", "3", 7],
    ]
    [context] = extract.reported["context"].to_dict("records")
    assert (context["indicator"], context["value"], context["unit"]) == ("n_pupils", 340, "person")
    assert (context["school_login"], context["source"]) == ("edu990001", "oo1")
    assert checks(issues) == ["oo1_unverified"]  # the addresses are from memory and it is said
    [said] = issues.to_dict("records")
    assert said["severity"] == "warning"  # nobody at school can answer it
    assert "«Общая численность обучающихся (чел.)» (раздел 2.1.1, строка 02)" in said["message"]


@pytest.mark.parametrize("code", ["02", "2", 2.0, 2, " 002 "])
def test_spellings_of_a_row_are_equal(place, build, code):
    extract, _ = read(place, build, row(300, code), row(300, "02"))
    assert {line[2] for line in values(extract)} == {"02"}
    assert list(extract.reported["context"]["value"]) == [300]  # the repeat is not added


@pytest.mark.parametrize(
    ("section", "expected"),
    [("2.1.1", "2.1.1"), ("Раздел 2.1.1.", "2.1.1"), ("2,4", "2.4"), (2.4, "2.4"),
     (dt.datetime(2001, 1, 2), "2.1.1"), (dt.date(2026, 1, 3), "3.1")],
)  # fmt: skip
def test_sections(place, build, section, expected):
    extract, issues = read(place, build, row(5, section=section))
    assert values(extract)[0][1] == expected
    assert ("oo1_section_date" in checks(issues)) == isinstance(section, dt.date)


@pytest.mark.parametrize(
    ("year", "expected", "noted"),
    [("2024", 2025, True), (2024.0, 2025, True), ("2024/2025", 2025, False),
     ("20.09.2024", 2025, False)],
)  # fmt: skip
def test_a_bare_year_is_the_year_of_handing_in(place, build, year, expected, noted):
    extract, issues = read(place, build, row(5, year=year))
    assert values(extract)[0][0] == expected
    assert ("oo1_year" in checks(issues)) == noted
    if noted:
        assert "2024/25 учебный год" in " ".join(issues["message"])


def test_without_the_column_the_folder_gives_the_year(place, build):
    header = [cell for cell in HEADER if cell != "год"]
    line = [cell for cell in row(5) if cell != "2024/2025"]
    extract, _ = read(place, build, line, header=header, file="2025/ОО-1.csv")
    assert values(extract)[0][0] == 2025
    extract, issues = read(place, build, line, header=header)
    assert not extract.reported
    assert list(issues["column"]) == ["Год"]


@pytest.mark.parametrize("school", ["9901000001", 9901000001.0, "5811", "МБОУ СОШ № 1", "990001"])
def test_how_a_school_is_named(place, build, school):
    extract, issues = read(place, build, row(5, section="9.9", school=school))
    [line] = extract.reported["oo1_values"].to_dict("records")
    named = [line[c] for c in ("school_login", "school_code", "school_inn", "school_name")]
    expected = str(int(school)) if isinstance(school, float) else school
    assert [name for name in named if name] == [expected]
    assert checks(issues) == []


def test_contradicting_twins_go_out_with_an_error(place, build):
    extract, issues = read(place, build, row(300), row(5, section="9.9"), row(301, 2))
    assert len(values(extract)) == 1
    assert "context" not in extract.reported
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["severity"]) == ("oo1_twins", "error")
    assert "строки 2, 4" in issue["message"]


def test_a_blank_value_is_not_zero(place, build):
    extract, issues = read(place, build, row(""), row(None), row(0, section="9.9"))
    assert [line[-1] for line in values(extract)] == [0]
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["value"]) == ("oo1_blank", "2")


@pytest.mark.parametrize(
    ("bad", "column"),
    [(row("много"), "Значение"), (row(-1), "Значение"), (row(1, "итог"), "Строка"),
     (row(1, section="контингент"), "Раздел"), (row(1, column=""), "Графа"),
     (row(1, school=""), "ИНН/логин"), (row(1, year="прошлый"), "Год")],
)  # fmt: skip
def test_bad_rows_are_named(place, build, bad, column):
    extract, issues = read(place, build, bad)
    assert not extract.reported
    assert issues[["check_id", "severity", "column"]].to_numpy().tolist() == [
        ["oo1_row", "error", column]
    ]


def test_damaged_heading(place, build):
    extract, issues = read(place, build, header=["ИНН", "год", "раздел", "строка", "x", "значение"])
    assert extract.is_refused
    assert issues["message"].str.contains("«Графа»").all()


def test_through_the_folder(place, build):
    place.register()
    rows = [HEADER, row(300, school="9901000001"), row(7, "04", school="edu990002")]
    place.text("ОО-1.csv", rows)
    intake = place.read()
    assert build.status(intake)["ОО-1.csv"] == "read"
    found = intake.reported["context"].set_index(["school_id", "source"])["value"]
    assert found["990001", "oo1"] == 300
    assert found["990002", "oo1"] == 7


def test_the_mapping_names_indicators_of_the_contract(place):
    for address in place.methodology.oo1_mapping:
        assert address.indicator in CONTEXT_INDICATORS
        assert address.unit in CONTEXT_UNITS
        assert address.source
    for answer in place.methodology.context_answers:
        assert answer.indicator in CONTEXT_INDICATORS


CELLS = st.one_of(
    st.none(), st.integers(-3, 10**10), st.floats(allow_nan=True), st.dates(), st.booleans(),
    st.text(alphabet="0123456789.,/абв ", max_size=8),
    st.sampled_from(["edu990001", "2.1.1", "02"]),
)  # fmt: skip


@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=10))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_is_read_and_every_row_is_accounted_for(place, build, rows):
    extract, issues = read(place, build, *rows)
    filled = [r for r in rows if any(c is not None and str(c).strip() for c in r)]
    n_kept = len(extract.reported["oo1_values"]) if extract.reported else 0
    n_blank = sum(int(v) for v in issues.loc[issues["check_id"] == "oo1_blank", "value"])
    n_errors = int((issues["check_id"] == "oo1_row").sum())
    twins = issues.loc[issues["check_id"] == "oo1_twins", "message"]
    n_twins = sum(len(m.split("(строки ")[1].split(")")[0].split(",")) for m in twins)
    assert n_kept + n_blank + n_errors + n_twins == len(filled)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [("oo1_mapping.csv", "from_memory", "rumour", "confidence «rumour»"),
     ("oo1_mapping.csv", "2018,", "давно,", "строка 2: year_from «давно», ожидалось целое"),
     ("oo1_mapping.csv", "n_pupils,person", "n_pupils,", "не заполнено unit"),
     ("oo1_mapping.csv", ",04,3,", ",02,3,", "повторяются строки 2.1.1 02 3"),
     ("context_answers.csv", "25 Мбит/с,1", "25 Мбит/с,один", "value «один», ожидалось цел"),
     ("context_answers.csv", "26–50", "до 25 Мбит/с", "повторяются"),
     ("context_answers.csv", "indicator,answer", "indicator,words", "нет столбцов")],
)  # fmt: skip
def test_a_damaged_mapping_does_not_load(tmp_path, place, file, old, new, sentence):
    folder = shutil.copytree(place.methodology.folder, tmp_path / "methodology")
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MethodologyError, match=sentence) as caught:
        load_methodology(folder, DEFAULT_REGULATIONS)
    assert str(caught.value).startswith(file)
