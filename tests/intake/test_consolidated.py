"""Tables that analysts put together: marks, scores, signs of biased results."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.fisoko.consolidated import read_consolidated, read_objectivity_list
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet

LEFT = ["Год", "Класс", "Предмет", "Муниципалитет", "Логин", "ОО", "Кол-во участников"]
SCHOOL = "МБОУ «СОШ №1 г.Примерск»  "
SIGNS = ["Год", "Логин", "Муниципалитет", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА",
         "Количество маркеров"]  # fmt: skip


def line(*shares, year=2024, grade=4, subject="Русский язык ", login="edu990001", n="1,050",
         name=SCHOOL):  # fmt: skip
    return [year, grade, subject, "г. Примерск", login, name, n, *shares]


@pytest.fixture
def read(place, build):
    def run(header, *rows):
        sheet = Sheet("marks.xlsx", "Лист1", [header, *map(list, rows)])
        assert sheet_family(sheet) == "consolidated_marks"
        return read_consolidated(sheet, place.methodology, build.KEY)

    return run


@pytest.fixture
def read_signs(place, build):
    def run(*rows, header=SIGNS):
        sheet = Sheet("bias.xlsx", "Лист1", [header, *map(list, rows)])
        assert sheet_family(sheet) == "objectivity_list"
        return read_objectivity_list(sheet, place.methodology, build.KEY)

    return run


def errors(extract):
    return [(i.row, i.column) for i in extract.issues if i.severity == "error"]


def test_marks_become_group_statistics(read):
    extract = read(
        [*LEFT, "2", "3", "4", "5"], line("5,71", "40", "34,29", "20"),
        line(8, 48, 36, 8, year="2020", login="edu990002", n=25),
    )  # fmt: skip
    first = extract.groups[extract.groups["source_row"] == 2].set_index("item")
    # 5.71 % of 1050 = 60, 40 % = 420, 34.29 % = 360, 20 % = 210
    assert dict(first["value_n"]) == {"2": 60, "3": 420, "4": 360, "5": 210}
    assert set(first["group_id"]) == {"990001"}
    assert set(first["group_name"]) == {SCHOOL.strip()}
    assert set(first["report"]) == {"marks"}
    # the grades of 2020 wrote in autumn
    assert sorted(w.work_id for w in extract.works) == [
        "vpr-2020-autumn-rus-4", "vpr-2024-spring-rus-4",
    ]  # fmt: skip
    [note] = extract.issues
    assert (note.check_id, note.value) == ("consolidated_season", "2020 — осень, 2024 — весна")
    assert extract.mentions[0].municipality_name == "г. Примерск"


def test_a_mark_nobody_has_may_be_blank_when_the_rest_are_all(read):
    header = [*LEFT, 2, 3, 4, 5]
    extract = read(header, line("", 50, 30, 20, n=10))
    assert dict(extract.groups.set_index("item")["value_n"]) == {"2": 0, "3": 5, "4": 3, "5": 2}
    extract = read(header, line("", 50, 30, 10, n=10))
    assert errors(extract) == [(2, "2")] and extract.groups is None


def test_scores_become_group_items(read):
    extract = read([*LEFT, 0, 1, 2, 3], line(10, "", "20,5", 69.5, n=200))
    rows = extract.reported["group_items"]
    assert dict(zip(rows["item"], rows["value_share"], strict=True)) == {
        "0": 0.1, "2": 0.205, "3": 0.695,
    }  # fmt: skip
    assert set(rows["report"]) == {"scores"} and extract.groups is None


def test_shares_that_do_not_give_a_hundred_are_a_query(read):
    extract = read([*LEFT, 2, 3, 4, 5], line(10, 20, 30, 20))
    [issue] = [i for i in extract.issues if i.check_id == "group_percent_sum"]
    assert (issue.severity, issue.value, issue.school_id) == ("query", "80", "990001")
    extract = read([*LEFT, 0, 1], line(10, 20))
    assert [i.value for i in extract.issues if i.check_id == "item_scores_sum"] == ["30"]


def test_school_without_a_login_is_left_to_its_name(read):
    extract = read([*LEFT, 2, 3, 4, 5], line(10, 20, 30, 40, login=""))
    assert extract.groups["group_id"].isna().all()
    assert set(extract.groups["group_name"]) == {SCHOOL.strip()}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"year": 24}, "Год"),
        ({"grade": "4а"}, "Класс"),
        ({"subject": "Астрономия"}, "Предмет"),
        ({"login": "", "name": "Иванов"}, "Логин"),
        ({"n": "много"}, "Кол-во участников"),
    ],
)
def test_unreadable_cells_leave_the_row_out(read, change, column):
    extract = read([*LEFT, 2, 3, 4, 5], line(10, 20, 30, 40, **change), line(10, 20, 30, 40))
    assert errors(extract) == [(2, column)]
    assert set(extract.groups["source_row"]) == {3}
    assert "Иванов" not in issues_table(extract.issues).to_csv()


def test_impossible_share_leaves_the_row_out(read):
    assert errors(read([*LEFT, 2, 3, 4, 5], line(10, 20, 130, 40))) == [(2, "4")]


def test_table_without_shares_is_refused(read):
    extract = read([*LEFT, "Итого"], line(1))
    assert extract.is_refused and extract.issues[0].check_id == "item_no_columns"


def test_signs_of_bias(read_signs):
    extract = read_signs(
        ["2023", "edu990001", "район", SCHOOL, None, 1, 0, "1", 2],
        [2025, "edu990003", "район", "МКОУ СОШ  с. Дальнее", "", "", "", "", 0],
    )
    rows = extract.reported["objectivity_list"]
    assert len(rows) == 2 * 4  # a blank and 0 mean that there is no sign, which is known too
    first = rows[rows["source_row"] == 2].set_index(["subject", "grade"])["has_sign"]
    assert dict(first) == {("rus", 4): False, ("math", 4): True, ("rus", 5): False,
                           ("math", 5): True}  # fmt: skip
    assert set(rows["assessment_year"]) == {2023, 2025}
    assert set(rows["school_login"]) == {"edu990001", "edu990003"}
    assert extract.issues == []


def test_printed_number_of_signs_is_checked(read_signs):
    extract = read_signs([2023, "edu990001", "", SCHOOL, 1, 1, "", "", 3])
    [issue] = extract.issues
    assert (issue.severity, issue.value, issue.school_id) == ("query", "3", "990001")
    assert "отмечено предметов 2" in issue.message


def test_any_number_of_subjects_and_an_unknown_one(read_signs):
    header = ["Год", "Логин", "ОО", "6РУ", "10 ГГ", "7 ЯЯ"]
    extract = read_signs([2025, "edu990001", SCHOOL, 1, "", 1], header=[*header, "4 РУ"])
    rows = extract.reported["objectivity_list"]
    assert list(zip(rows["subject"], rows["grade"], strict=True)) == [
        ("rus", 6), ("geography", 10), ("rus", 4),
    ]  # fmt: skip
    assert [(i.check_id, i.value) for i in extract.issues] == [("item_heading", "«7 ЯЯ»")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["год", "edu990001", "", SCHOOL, 1, "", "", "", 1], "Год"),
        ([2023, "логин", "", "Иванов", 1, "", "", "", 1], "Логин"),
        ([2023, "edu990001", "", SCHOOL, "много", "", "", "", 1], "4 РУ"),
        ([2023, "edu990001", "", SCHOOL, 1, 2, "", "", 1], "4 МА"),
    ],
)
def test_unreadable_rows_of_the_list(read_signs, row, column):
    extract = read_signs(row)
    assert errors(extract) == [(2, column)]
    assert extract.reported == {}


PRIVATE = ("Иванов", "89280001122", "ivanov@example.org")
DIRT = st.one_of(
    st.none(), st.integers(-3, 10**12), st.floats(allow_nan=False), st.booleans(),
    st.text(max_size=12), st.sampled_from(["да", "4,5", " ", *PRIVATE]),
)  # fmt: skip
QUIET = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])


def accounted(extract, table, rows):
    issues = issues_table(extract.issues)
    in_table = set() if table is None else set(table["source_row"])
    for number, row in enumerate(rows, start=2):
        if any(c is not None and str(c).strip() for c in row):
            named = [r for r, _ in errors(extract) if r == number]
            assert len(named) == (number not in in_table), row
    shown = issues.to_csv() + ("" if table is None else table.to_csv())
    assert not any(private in shown for private in PRIVATE)


@given(dirt=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10), DIRT), max_size=15))
@QUIET
def test_dirty_tables_never_raise_and_name_every_row(read, dirt):
    rows = [line(10, 20, 30, 40) for _ in range(4)]
    for row, column, value in dirt:
        rows[row][column] = value
    extract = read([*LEFT, 2, 3, 4, 5], *rows)
    accounted(extract, extract.groups, rows)


@given(dirt=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 8), DIRT), max_size=15))
@QUIET
def test_dirty_lists_never_raise_and_name_every_row(read_signs, dirt):
    rows = [[2023, "edu990001", "район", SCHOOL, 1, "", 0, "", 1] for _ in range(4)]
    for row, column, value in dirt:
        rows[row][column] = value
    extract = read_signs(*rows)
    accounted(extract, extract.reported.get("objectivity_list"), rows)
