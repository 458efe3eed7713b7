"""ФИС ОКО reports by scores, tasks, tasks by mark and skills."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.fisoko.items import (
    read_distribution,
    read_planned,
    read_tasks,
    read_tasks_by_mark,
    task_code,
)
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.tables import GROUP_ITEMS

GROUPS = ["Группы участников", "Кол-во ОО", "Кол-во участников"]
COUNTRY = ["Вся выборка", 35000, 1400000]
DISTRICT = ["Примерский муниципальный район(reg99_m012)", 47, "2,700"]
SCHOOL = ["МБОУ «СОШ №1 г.Примерск»(edu990001)", "", 80]
SKILLS = (
    "Блоки ПООП обучающийся научится / получит возможность научиться или проверяемые требования "
    "(умения) в соответствии с ФГОС (ФК ГОС)"
)
READERS = {
    "fisoko_distribution": read_distribution,
    "fisoko_tasks": read_tasks,
    "fisoko_tasks_by_mark": read_tasks_by_mark,
    "fisoko_planned": read_planned,
}
TITLES = {
    "fisoko_distribution": "Распределение первичных баллов",
    "fisoko_tasks": "Выполнение заданий",
    "fisoko_tasks_by_mark": "Выполнение заданий группами участников",
    "fisoko_planned": "Достижение планируемых результатов",
}


@pytest.fixture
def report(place, build):
    """Read a report of a family from the rows under the heading block."""

    def read(family, *rows, maximum=3):
        head = build.head(TITLES[family], work="ВПР 2025 Математика 5 класс", maximum=maximum)
        head[3] = ["Предмет:", "Математика"]
        sheet = Sheet("отчёт.xlsx", "МА 5", [*head, *map(list, rows)])
        assert sheet_family(sheet) == family
        return READERS[family](sheet, place.methodology, build.KEY)

    return read


def items(extract, level="school"):
    table = GROUP_ITEMS.conform(
        extract.reported["group_items"].assign(
            group_id=lambda frame: frame["group_id"].fillna("по названию")
        )
    )
    return table[table["group_level"] == level].set_index("item")


def found(extract, check_id):
    return [issue for issue in extract.issues if issue.check_id == check_id]


def test_distribution_of_scores(report):
    extract = report(
        "fisoko_distribution", [*GROUPS, 0, 1, 2, 3],
        [*COUNTRY, 10, 20, 30, 40], [*SCHOOL, "12,5", 25, "", 62.5],
    )  # fmt: skip
    assert [work.work_id for work in extract.works] == ["vpr-2025-spring-math-5"]
    school = items(extract)
    assert dict(school["value_share"]) == {"0": 0.125, "1": 0.25, "3": 0.625}  # a blank is no zero
    assert set(school["n_participants"]) == {80}
    assert set(school["report"]) == {"scores"}
    assert school["max_score"].isna().all()
    assert set(items(extract, "country")["n_participants"]) == {1400000}
    assert not extract.issues
    [mention] = extract.mentions
    assert (mention.login, mention.row) == ("edu990001", 10)


def test_distribution_that_does_not_give_a_hundred_is_a_query(report):
    header = [*GROUPS, *range(4)]
    # four percents rounded to two decimals: within 0.1 of 100 is rounding, further is not
    extract = report(
        "fisoko_distribution", header, [*COUNTRY, 25, 25, 25, 24.9], [*SCHOOL, 25, 25, 25, 24.8]
    )
    [issue] = found(extract, "item_scores_sum")
    assert (issue.severity, issue.row, issue.value) == ("query", 10, "99,8")
    assert issue.school_id == "990001"
    assert len(items(extract)) == 4


def test_many_columns_may_be_further_from_a_hundred(report):
    header = [*GROUPS, *range(41)]
    # 41 percents of 2.44 are 100.04; each may be 0.005 off, 0.205 in all
    extract = report("fisoko_distribution", header, [*SCHOOL, *[2.44] * 40, 2.55], maximum=40)
    assert not found(extract, "item_scores_sum")  # 97.6 + 2.55 = 100.15
    extract = report("fisoko_distribution", header, [*SCHOOL, *[2.44] * 40, 2.65], maximum=40)
    assert [i.value for i in found(extract, "item_scores_sum")] == ["100,25"]


def test_highest_score_against_the_maximum_of_the_work(report):
    rows = [*GROUPS, 0, 1, 2], [*SCHOOL, 50, 25, 25]
    [issue] = found(report("fisoko_distribution", *rows), "item_score_max")
    assert (issue.severity, issue.value) == ("query", "2")
    extract = report("fisoko_distribution", *rows, maximum="")
    assert extract.works[0].max_score_raw == 2 and not extract.issues


@pytest.mark.parametrize("bad", ["много", 101, -1, "1e9"])
def test_impossible_percent_leaves_the_row_out(report, bad):
    extract = report(
        "fisoko_distribution", [*GROUPS, 0, 1, 2, 3], [*SCHOOL, bad, 0, 0, 0],
        [*COUNTRY, 10, 20, 30, 40],
    )  # fmt: skip
    [issue] = found(extract, "group_value")
    assert (issue.severity, issue.row, issue.column) == ("error", 9, "0")
    assert set(extract.reported["group_items"]["group_level"]) == {"country"}


def test_tasks_with_a_row_of_maxima(report):
    extract = report(
        "fisoko_tasks", [*GROUPS, 1, 6.1, "6.2"], ["Макс балл", "", "", 1, 1, 2],
        [*DISTRICT, 65.2, 58, 28.3], [*SCHOOL, 60, "", 22.5], maximum=4,
    )  # fmt: skip
    school = items(extract)
    assert dict(school["value_share"]) == {"1": 0.6, "6.2": 0.225}
    assert dict(school["max_score"]) == {"1": 1, "6.2": 2}
    district = items(extract, "municipality")
    assert district.loc["6.1", "n_participants"] == 2700
    assert district.loc["6.1", "group_id"] == "reg99_m012"
    assert not extract.issues


def test_tasks_with_maxima_in_the_headings(report):
    extract = report(
        "fisoko_tasks", [*GROUPS, "1 (1б)", "5(1) (1б)", "4К1 (3б)", "4K2 (3 б)"],
        [*SCHOOL, 60, 50, 40, 30],
    )  # fmt: skip
    assert dict(items(extract)["max_score"]) == {"1": 1, "5.1": 1, "4К1": 3, "4К2": 3}
    [issue] = found(extract, "vpr_max_differs")  # 1+1+3+3 = 8, the work says 3
    assert (issue.severity, issue.value) == ("query", "3")


def test_task_codes_of_every_year_have_one_spelling():
    codes = {"9.1": "9.1", "9,1": "9.1", "9(1)": "9.1", "9.1(2б)": "9.1", "4k1": "4К1", 12.0: "12"}
    assert {heading: task_code(heading)[0] for heading in codes} == codes
    assert [task_code(heading) for heading in ("Всего", "", None, "1-2", "2025 г.")] == [None] * 5


def test_a_heading_that_is_no_task_is_named(report):
    extract = report("fisoko_tasks", [*GROUPS, 1, "Среднее", 1], [*SCHOOL, 60, 50, 40], maximum="")
    issues = found(extract, "item_heading")
    assert [(i.severity, i.value) for i in issues] == [("warning", "«Среднее»"), ("warning", "«1»")]
    assert list(items(extract).index) == ["1"]


@pytest.mark.parametrize("name", ["МБОУ СОШ №1", "Примерский муниципальный район", "Иванов", ""])
def test_group_without_its_code_is_an_error(report, name):
    extract = report("fisoko_tasks", [*GROUPS, 1], [name, "", 80, 60], [*COUNTRY, 50], maximum=1)
    assert [i.row for i in found(extract, "group_name")] == [9]
    assert set(extract.reported["group_items"]["group_level"]) == {"country"}
    assert "Иванов" not in issues_table(extract.issues).to_csv()


def test_unreadable_participants_are_missing_with_a_warning(report):
    extract = report("fisoko_tasks", [*GROUPS, 1], [SCHOOL[0], "", "много", 60], maximum=1)
    assert items(extract)["n_participants"].isna().all()
    assert [i.severity for i in found(extract, "item_participants")] == ["warning"]


BY_MARK = {
    "own column": (
        ["Группы участников", "Отметка", "Кол-во участников", 1, 2],
        [[SCHOOL[0], 2, 10, 20, 30], [SCHOOL[0], 3, 40, 50, 60]],
    ),
    "own column, group once": (
        ["Группы участников", "Отметка", "Кол-во участников", 1, 2],
        [[SCHOOL[0], "2", 10, 20, 30], ["", "«3»", 40, 50, 60]],
    ),
    "rows under the group": (
        ["Группы участников", "Кол-во участников", 1, 2],
        [[SCHOOL[0]], ["2", 10, 20, 30], ["Группа «3»", 40, 50, 60]],
    ),
    "words under the group": (
        ["Группы участников", "Кол-во участников", 1, 2],
        [[SCHOOL[0], "", "", ""], ["Участники, получившие отметку 2", 10, 20, 30],
         ["Отметка 3", 40, 50, 60]],
    ),
    "in the cell of the group": (
        ["Группы участников", "Кол-во участников", 1, 2],
        [[f"{SCHOOL[0]} Отметка 2", 10, 20, 30], [f"{SCHOOL[0]} отметка «3»", 40, 50, 60]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", BY_MARK)
def test_tasks_by_mark_in_every_likely_layout(report, layout):
    header, rows = BY_MARK[layout]
    extract = report("fisoko_tasks_by_mark", header, *rows, maximum="")
    school = items(extract)
    assert dict(school["value_share"]) == {"2|1": 0.2, "2|2": 0.3, "3|1": 0.5, "3|2": 0.6}
    assert dict(school["n_participants"]) == {"2|1": 10, "2|2": 10, "3|1": 40, "3|2": 40}
    assert set(school["group_id"]) == {"990001"}
    assert not [i for i in extract.issues if i.severity == "error"]


def test_marks_under_an_unknown_group_are_not_given_to_another(report):
    extract = report(
        "fisoko_tasks_by_mark", ["Группы участников", "Отметка", 1],
        [SCHOOL[0], 2, 20], ["МБОУ СОШ №7", 2, 30], ["", 3, 40], maximum="",
    )  # fmt: skip
    assert dict(items(extract)["value_share"]) == {"2|1": 0.2}
    assert [i.row for i in found(extract, "group_name")] == [10, 11]


def test_a_whole_group_among_marks_is_a_note(report):
    extract = report(
        "fisoko_tasks_by_mark", [*GROUPS, 1], [*SCHOOL, 44], ["2", "", 10, 20], maximum=""
    )
    assert [(i.severity, i.row) for i in found(extract, "item_no_mark")] == [("note", 9)]
    assert list(items(extract).index) == ["2|1"]


def planned_rows():
    return [
        [SKILLS, "Макс балл", "Примерская область", "Примерский муниципальный район",
         "МБОУ «СОШ №1 г.Примерск»", "РФ"],
        ["", "", "28000 уч.", "2700 уч.", "80 уч.", "1 400 000 уч."],
        ["1. Умение выполнять арифметические действия", 1, 69.2, 65.2, 60, 71.2],
        ["2. Умение решать задачи", 2, 51.5, "", "48,1", 55.5],
    ]  # fmt: skip


def test_planned_results(report):
    extract = report("fisoko_planned", *planned_rows())
    rows = extract.reported["group_items"]
    school = rows[rows["group_level"] == "school"]
    assert school["group_id"].isna().all()  # by name only: looked up when all files are known
    assert set(school["group_name"]) == {"МБОУ «СОШ №1 г.Примерск»"}
    assert list(school["value_share"]) == [0.6, pytest.approx(0.481)]
    assert list(school["max_score"]) == [1, 2]
    assert list(school["item"]) == [
        "1. Умение выполнять арифметические действия", "2. Умение решать задачи",
    ]  # fmt: skip
    assert set(rows.loc[rows["group_level"] == "country", "n_participants"]) == {1400000}
    assert set(rows.loc[rows["group_level"] == "country", "group_id"]) == {"Вся выборка"}
    district = rows[rows["group_level"] == "municipality"]
    assert list(district["item"]) == ["1. Умение выполнять арифметические действия"]
    assert not extract.issues


def test_planned_results_of_a_school_with_its_login(report):
    rows = planned_rows()
    rows[0][4] += "(edu990001)"
    extract = report("fisoko_planned", *rows)
    assert set(items(extract)["group_id"]) == {"990001"}
    assert [m.login for m in extract.mentions] == ["edu990001"]


def test_planned_columns_and_rows_that_cannot_be_read(report):
    rows = planned_rows()
    rows[0][2] = "Иванов Пётр"
    rows.append(["Раздел: числа и вычисления в курсе"])
    rows.append(["Исполнитель: Иванов", "", "", "", 5])
    rows.append(["3. Умение сравнивать", 1, 10, 20, 30, 140])
    extract = report("fisoko_planned", *rows)
    assert [i.severity for i in found(extract, "item_group_heading")] == ["error"]
    assert [i.row for i in found(extract, "item_skill_blank")] == [12]
    assert [i.row for i in found(extract, "item_skill")] == [13]
    assert [i.row for i in found(extract, "group_value")] == [14]
    text = issues_table(extract.issues).to_csv() + extract.reported["group_items"].to_csv()
    assert "Иванов" not in text


def test_reports_without_columns_of_items_are_refused(report):
    for family, header in (
        ("fisoko_tasks", [*GROUPS, "Среднее"]),
        ("fisoko_planned", [SKILLS, "Макс балл"]),
    ):
        extract = report(family, header)
        assert extract.is_refused
        assert [i.check_id for i in extract.issues] == ["item_no_columns"]


PRIVATE = ("Иванов", "Пётр Ильич", "89280001122", "ivanov@example.org", "9600 123456")
DIRT = st.one_of(
    st.none(),
    st.integers(-3, 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")),
        max_size=12,
    ),
    st.sampled_from(["X", "2", "Отметка 3", " ", *PRIVATE]),
)


@pytest.mark.parametrize("family", READERS)
@given(dirt=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), DIRT), max_size=15))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dirty_reports_never_raise_and_account_for_every_row(place, build, family, dirt):
    if family == "fisoko_planned":
        header, *rows = planned_rows()
    else:
        header = [*GROUPS, 0, 1, 2, 3] if family == "fisoko_distribution" else [*GROUPS, 1, 2, 3, 4]
        rows = [[*SCHOOL, 25, 25, 25, 25], [*COUNTRY, 25, 25, 25, 25], ["2", "", 5, 1, 2, 3, 4],
                ["Макс балл", "", "", 1, 1, 1, 1], ["", "", "", "", "", "", ""]]  # fmt: skip
    for row, column, value in dirt:
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = value
    head = build.head(TITLES[family])
    sheet = Sheet("отчёт.xlsx", "РУ", [*head, header, *rows])
    extract = READERS[family](sheet, place.methodology, build.KEY)
    table = extract.reported.get("group_items")
    issues = issues_table(extract.issues)
    in_table = set() if table is None else set(table["source_row"])
    named = set(issues["row"].dropna())
    side = {"макс балл"}
    for number, row in enumerate(rows, start=len(head) + 2):
        filled = [c for c in row if c is not None and str(c).strip()]
        is_announced = family == "fisoko_planned" and number == len(head) + 2
        is_group_only = family == "fisoko_tasks_by_mark" and len(filled) <= 3
        text = str(row[0]).strip().lower()
        if filled and text not in side and not is_announced and not is_group_only:
            has_values = any(c is not None and str(c).strip() for c in row[3:])
            assert number in in_table or number in named or not has_values
    shown = issues.to_csv() + ("" if table is None else table.to_csv())
    for private in PRIVATE:
        assert private not in shown
