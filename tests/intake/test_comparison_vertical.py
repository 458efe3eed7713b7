"""The old comparison with the journal: groups one under another, names without codes."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.fisoko.comparison_vertical import read_comparison_vertical
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet

SCHOOL, DISTRICT = "МБОУ «СОШ №1 г.Примерск»", "Примерский муниципальный район"


def block(name, lowered, confirmed, raised, total=None):
    """A group with its parts; a part is (count, percent), the total a count."""
    return [
        [name],
        ["Понизили (Отметка < Отметка по журналу)", *lowered],
        ["Подтвердили (Отметка = Отметка по журналу)", *confirmed],
        ["Повысили (Отметка > Отметка по журналу)", *raised],
        *([["Всего", total, 100]] if total is not None else []),
    ]


@pytest.fixture
def read(place, build):
    def run(*blocks, title=("ВПР 2021. 5 класс", "Предмет: Математика")):
        rows = [
            ["Сравнение отметок с отметками по журналу"], [], [title[0]], [title[1]], [],
            ["Группы участников", "Кол-во участников", "%"],
            *(row for rows in blocks for row in rows),
        ]  # fmt: skip
        sheet = Sheet("отчёт.xlsx", "Лист1", rows)
        assert sheet_family(sheet) == "fisoko_comparison_vertical"
        return read_comparison_vertical(sheet, place.methodology, build.KEY)

    return run


def ids(extract):
    return sorted(issue.check_id for issue in extract.issues if issue.check_id != "vpr_no_date")


def test_two_groups_by_name(read):
    extract = read(
        block(DISTRICT, (1120, "40,0"), (1610, "57,5"), (70, "2,5"), 2800),
        block(SCHOOL, (36, "45,0"), (40, "50,0"), (4, "5,0"), 80),
    )
    assert [work.work_id for work in extract.works] == ["vpr-2021-spring-math-5"]
    groups = extract.groups
    assert groups["group_id"].isna().all()
    school = groups[groups["group_level"] == "school"].set_index("item")
    assert set(school["group_name"]) == {SCHOOL}
    assert dict(school["value_n"]) == {"lowered": 36, "confirmed": 40, "raised": 4}
    assert dict(school["value_share"]) == {"lowered": 0.45, "confirmed": 0.5, "raised": 0.05}
    assert set(school["source_row"]) == {12}  # the name: one row stands for the group
    district = groups[groups["group_level"] == "municipality"]
    assert set(district["n_participants"]) == {2800}
    assert ids(extract) == []


def test_a_code_in_the_name_is_used(read):
    extract = read(
        block(f"{SCHOOL}(sch990001)", (36, 45), (40, 50), (4, 5), 80),
        block("Примерская область", (36, 45), (40, 50), (4, 5), 80),
    )
    assert list(extract.groups["group_id"].drop_duplicates()) == ["990001", "Примерская область"]
    assert [m.login for m in extract.mentions] == ["sch990001"]


@pytest.mark.parametrize(
    ("title", "work_id"),
    [
        (("ВПР 2021. 5 класс", "Предмет: Математика"), "vpr-2021-spring-math-5"),
        (("ВПР 2021 Русский язык 4 класс", ""), "vpr-2021-spring-rus-4"),
        (("ВПР 2020. 5 класс", "Предмет: Русский язык"), "vpr-2020-autumn-rus-5"),
    ],
)
def test_title_variants(read, title, work_id):
    extract = read(block(SCHOOL, (36, 45), (40, 50), (4, 5), 80), title=title)
    assert [work.work_id for work in extract.works] == [work_id]


def test_counts_percents_and_total_are_compared(read):
    # 36 + 39 + 4 = 79 of 80: one pupil has no journal mark
    extract = read(block(SCHOOL, (36, 45), (39, 48.75), (4, 5), 80))
    [issue] = [i for i in extract.issues if i.check_id == "group_no_journal"]
    assert (issue.severity, issue.value, issue.row) == ("note", "1", 7)
    # 30 of 80 is 37.5 %, not 45; 46 is 57.5 %, not 50
    extract = read(block(SCHOOL, (30, 45), (46, 50), (4, 5), 80))
    found = [(i.row, i.value) for i in extract.issues if i.check_id == "group_count_percent"]
    assert found == [(8, "30"), (9, "46")]
    extract = read(block(SCHOOL, (36, 45), (40, 50), (8, 10), 80))
    assert ids(extract) == ["group_count_sum"]  # 84 of 80; 105 % is what 84 of 80 make
    extract = read(block(SCHOOL, (36, 45), (40, 50), (4, 15), 80))
    assert ids(extract) == ["group_count_percent", "group_percent_sum"]


def test_group_without_its_total(read):
    extract = read(block(SCHOOL, (36, 45), (40, 50), (4, 5)))
    assert set(extract.groups["n_participants"]) == {80}
    assert ids(extract) == ["comparison_no_total"]


def test_group_without_a_part_or_with_a_bad_cell_is_left_out(read):
    rows = block(SCHOOL, (36, 45), (40, 50), (4, 5), 80)
    extract = read([rows[0], rows[1], rows[3]], block(DISTRICT, (1, 50), (1, 50), (0, 0), 2))
    assert ids(extract) == ["comparison_incomplete"]
    assert set(extract.groups["group_level"]) == {"municipality"}
    for bad in (("много", 45), (36, "много"), (36, 145)):
        extract = read(block(SCHOOL, bad, (40, 50), (4, 5), 80))
        assert ids(extract) == ["comparison_value"] and extract.groups is None
    extract = read(block(SCHOOL, (36, 45), (40, 50), (4, 5), "все"))
    assert ids(extract) == ["comparison_value"]


def test_parts_without_a_known_group_are_not_given_to_the_group_above(read):
    extract = read(
        block(SCHOOL, (36, 45), (40, 50), (4, 5), 80),
        block("Иванов", (1, 50), (1, 50), (0, 0), 2),
    )
    assert ids(extract) == ["comparison_stray"] * 4 + ["group_name"]
    assert len(extract.groups) == 3
    assert "Иванов" not in issues_table(extract.issues).to_csv()


def test_repeated_part_is_an_error(read):
    rows = block(SCHOOL, (36, 45), (40, 50), (4, 5), 80)
    extract = read([*rows, rows[1]])
    assert [i.row for i in extract.issues if i.check_id == "comparison_stray"] == [12]
    assert len(extract.groups) == 3


PART = re.compile("(понизили|подтвердили|повысили|всего)\\b", re.IGNORECASE)
DIRT = st.one_of(
    st.none(), st.integers(-3, 10**12), st.floats(allow_nan=False), st.booleans(),
    st.text(max_size=12), st.sampled_from(["Всего", "Понизили", SCHOOL, "Иванов", " "]),
)  # fmt: skip


@given(dirt=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2), DIRT), max_size=12))
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dirty_reports_never_raise_and_account_for_every_row(read, place, build, dirt):
    rows = [[*row, *[None] * (3 - len(row))] for name in (DISTRICT, SCHOOL)
            for row in block(name, (36, 45), (40, 50), (4, 5), 80)]  # fmt: skip
    for row, column, value in dirt:
        rows[row][column] = value
    extract = read(rows)
    issues = issues_table(extract.issues)
    named = set(issues["row"].dropna())
    in_table = set() if extract.groups is None else set(extract.groups["source_row"])
    assert "Иванов" not in issues.to_csv()
    groups: list[list[int]] = [[]]  # a group is its name and the rows of parts under it
    for number, row in enumerate(rows, start=7):
        if any(cell is not None and str(cell).strip() for cell in row):
            if not PART.match(str(row[0]).strip()):
                groups.append([])
            groups[-1].append(number)
    for numbers in filter(None, groups):
        if not in_table & set(numbers):
            assert named & set(numbers), "a group left out must be named by an error"


def test_place_finds_the_school_by_its_name(place, build):
    place.register()
    rows = [
        ["Сравнение отметок с отметками по журналу"], [], ["ВПР 2021. 5 класс"],
        ["Предмет: Математика"], [], ["Группы участников", "Кол-во участников", "%"],
        *block(SCHOOL, (36, 45), (40, 50), (4, 5), 80),
        *block(DISTRICT, (1120, "40,0"), (1610, "57,5"), (70, "2,5"), 2800),
    ]  # fmt: skip
    place.book("отчёт.xlsx", rows)
    groups = place.read().group_statistics
    assert len(groups) == 2 * 3
    assert dict(zip(groups["group_level"], groups["group_id"], strict=True)) == {
        "school": "990001", "municipality": "reg99_m012",
    }  # fmt: skip
