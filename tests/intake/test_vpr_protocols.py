"""Region protocols of 2020–2022 and the collection form: pupils, absents, marks by the scale."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.fisoko.protocols import read_collection_form, read_region_protocol
from shnor_analysis.intake.fisoko.work_names import clues_of_path
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.tables import PARTICIPATION, VPR_RESULTS

# Real scale of mathematics 4, 2021–2022 (methodology/scales.csv): «3» from 6, «4» from 10,
# «5» from 15 of 20. Tasks of 2022: 15 of them, 20 points.
TASKS_2022 = [
    "1 (1б)", "2 (1б)", "3 (2б)", "4 (1б)", "5(1) (1б)", "5(2) (1б)", "6(1) (1б)", "6(2) (1б)",
    "7 (1б)", "8 (2б)", "9(1) (1б)", "9(2) (1б)", "10 (2б)", "11 (2б)", "12 (2б)",
]  # fmt: skip
HEADER_2022 = [
    "Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "Код",
    "Вариант", *TASKS_2022, "Наименование класса", "Пол",
    "Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов",
]  # fmt: skip
HEADER_2021 = [
    "логин школы", "регион", "номер обучающегося", "код обучающегося",
    "отметка за предыдущую четверть/триместр", "пол", "класс", "вариант", "всего баллов",
    *(f"балл за {n}" for n in range(1, 16)), "Учебник", "Др.уч. автор", "Др.уч. название",
]  # fmt: skip
HEADER_2020 = [
    "groups", "user", "id", "code", "otc", "gender", "klass", "var-1", "var-2", "sum",
    *(f"a-{n}-grade" for n in range(1, 16)), "Учебник",
    *(f"a-{n}-grade" for n in range(17, 41)),
]  # fmt: skip
FORM_HEADER = [
    "Код участника", "Вариант", "1 (5б)", "2 (5б)", "3 (5б)", "4К1 (3б)", "4К2 (2б)", "4К3 (3б)",
    "4К4 (2б)", "Порядковый номер класса", "Отметка за предыдущий триместр/ четверть/полугодие",
    "Итого баллов",
]  # fmt: skip
FORM = "edu990001/Форма сбора результатов Английский язык 8 класс ВПР 2026.xlsx"
NAME_2021 = "Проведение работы по математике, 4 класс. ВПР 2021.xlsx"


def row_2022(
    code, tasks, *, login="edu990001", klass="а", mark=4, total=None, variant=1,
    date="17.03.2022 14:00:19",
):  # fmt: skip
    numbers = [t for t in tasks if isinstance(t, int)]
    return [
        login, 99, "reg990000 | Примерская область", "reg99_m012 | Примерский муниципальный район",
        f'{login} | МБОУ "Средняя школа"', date, code, variant, *tasks, klass, "ж", mark,
        sum(numbers) if total is None else total,
    ]  # fmt: skip


def absent_2022(code, **more):
    row = row_2022(code, [None] * 15, total=0, variant="отсутствовал", **more)
    row[-4:-1] = [None, None, None]
    return row


def points(score):
    """Fifteen tasks that give this score in all, within their maxima."""
    maxima = [int(task.split("(")[-1][0]) for task in TASKS_2022]
    tasks = []
    for maximum in maxima:
        tasks.append(min(maximum, score))
        score -= tasks[-1]
    return tasks


def row_2021(code, tasks, *, login="sch990001", place="Примерский муниципальный район", mark="4"):
    total = sum(int(t) for t in tasks if t.isdigit())
    return [
        login, place, "1", str(code), mark, "ж", "НЕТ", "1", str(total), *tasks, "Учебник А", "",
        "",
    ]  # fmt: skip


CODES_2020 = "99-RU-PRM,VPR_99,reg99_vpr_m012,uchastniki_vpr2020,vpr2020.ma4,vpr2020.ru4"


def row_2020(code, tasks, *, login="sch990001", codes=CODES_2020):
    total = sum(int(t) for t in tasks if t.isdigit())
    return [codes, login, 1, code, "3", "ж", "а", "1", None, total, *tasks, "Учебник"]


@pytest.fixture
def region(place, build):
    """Read a region protocol from rows."""

    def read(name, *rows):
        sheet = Sheet(name, "Протокол", [list(row) for row in rows])
        assert sheet_family(sheet) == "region_protocol"
        return read_region_protocol(sheet, place.methodology, build.KEY)

    return read


@pytest.fixture
def form(place, build):
    def read(*rows, name=FORM):
        sheet = Sheet(name, "Протокол", [FORM_HEADER, *map(list, rows)])
        assert sheet_family(sheet) == "collection_form"
        return read_collection_form(sheet, place.methodology, build.KEY)

    return read


def pupils(extract):
    """The pupils who wrote, as a frame."""
    return pd.DataFrame(extract.vpr)


def found(extract, check_id):
    return [issue for issue in extract.issues if issue.check_id == check_id]


def test_marks_of_2022_come_from_the_scale(region):
    scores = (5, 6, 9, 10, 14, 15)
    rows = [row_2022(40001 + i, points(score)) for i, score in enumerate(scores)]
    extract = region("Математика_регион_2022.xlsx", HEADER_2022, *rows)
    assert [work.work_id for work in extract.works] == ["vpr-2022-spring-math-4"]
    assert extract.works[0].max_score_raw == 20
    assert list(pupils(extract)["score_raw"]) == list(scores)
    assert list(pupils(extract)["test_mark"]) == [2, 3, 3, 4, 4, 5]
    assert set(pupils(extract)["mark_source"]) == {"scale"}
    assert set(pupils(extract)["school_mark"]) == {4}
    mention = extract.mentions[0]
    assert (mention.login, mention.name) == ("edu990001", 'МБОУ "Средняя школа"')
    assert mention.municipality_id == "reg99_m012"
    assert mention.municipality_name == "Примерский муниципальный район"


def test_absent_rows_are_counted_and_are_no_zeros(region):
    extract = region(
        "Математика 2022.xlsx", HEADER_2022,
        row_2022(40001, points(8)), absent_2022(40002), absent_2022(40003),
        absent_2022(40001, login="edu990002"),
    )  # fmt: skip
    assert list(pupils(extract)["score_raw"]) == [8]
    assert [(i.value, i.school_id) for i in found(extract, "vpr_absent")] == [
        ("2", "990001"), ("1", "990002"),
    ]  # fmt: skip
    participation = PARTICIPATION.conform(extract.reported["participation"])
    counts = participation.set_index("school_id")[["n_listed", "n_present", "n_absent"]]
    assert counts.loc["990001"].tolist() == [3, 1, 2]
    assert counts.loc["990002"].tolist() == [1, 0, 1]


def test_a_code_that_is_absent_and_present_is_one_pupil_who_wrote(region):
    extract = region(
        "Математика 2022.xlsx", HEADER_2022, row_2022(40001, points(8)), absent_2022(40001)
    )
    [row] = extract.reported["participation"].to_dict("records")
    assert (row["n_listed"], row["n_present"], row["n_absent"]) == (1, 1, 0)


def test_a_code_in_two_classes_is_two_pupils(region):
    rows = [row_2022(40001, points(8), klass=klass) for klass in ("а", "б")]
    extract = region("Математика 2022.xlsx", HEADER_2022, *rows)
    assert extract.reported["participation"]["n_listed"].tolist() == [2]
    assert pupils(extract)["pupil_id"].nunique() == 2


def test_absent_with_points_is_an_error(region):
    row = row_2022(40001, points(8), variant="отсутствовал")
    extract = region("Математика 2022.xlsx", HEADER_2022, row)
    [issue] = found(extract, "vpr_absent_scored")
    assert (issue.severity, issue.row, issue.value) == ("error", 2, "число из 5 знаков")
    assert pupils(extract).empty


def test_stale_totals_of_2022_are_recomputed(region):
    row = row_2022(40001, points(9), total=0)
    extract = region("Математика 2022.xlsx", HEADER_2022, row)
    assert pupils(extract)[["score_raw", "score_raw_reported"]].to_numpy().tolist() == [[9, 0]]
    [issue] = found(extract, "vpr_stale_total")
    assert (issue.severity, issue.column) == ("warning", "Итого баллов")
    assert "сумма по заданиям 9" in issue.message


def test_three_crosses_and_not_covered_are_zero_but_other_letters_are_a_shift(region):
    tasks = ["X", "x", "Х", "х", "не пройд.", *["1"] * 10]
    shifted = ["ж", *["1"] * 14]
    extract = region(NAME_2021, HEADER_2021, row_2021(40001, tasks), row_2021(40002, shifted))
    assert list(pupils(extract)["score_raw"]) == [10]
    [issue] = found(extract, "vpr_task_text")
    assert (issue.severity, issue.row, issue.value, issue.column) == ("error", 3, "ж", "балл за 1")


def test_task_above_its_maximum_and_total_above_that_of_the_work(region):
    high = points(8)
    high[0] = 3  # «1 (1б)»
    extract = region("Математика 2022.xlsx", HEADER_2022, row_2022(40001, high))
    assert [i.column for i in found(extract, "vpr_task_value")] == ["1 (1б)"]
    # 2021 has no maxima of tasks: 15 twos make 30, the scale knows of 20
    extract = region(NAME_2021, HEADER_2021, row_2021(40001, ["2"] * 15))
    [issue] = found(extract, "vpr_score_above_max")
    assert "первичный балл 30 больше наибольшего возможного 20" in issue.message
    assert pupils(extract).empty


def test_numbers_as_text_are_numbers(region):
    row = row_2022("40001", [str(task) for task in points(11)], total="11", mark="4")
    extract = region("Математика 2022.xlsx", HEADER_2022, row)
    assert list(pupils(extract)["score_raw"]) == [11]
    assert not found(extract, "vpr_stale_total")


def test_class_labels_and_missing_journal_marks(region):
    labels = ["а", "А", "нет", "НЕТ", "10", "10 А", '10"нет"', "4М"]
    rows = [
        row_2022(40001 + i, points(8), klass=label, mark="нет отметки")
        for i, label in enumerate(labels)
    ]
    extract = region("Математика 2022.xlsx", HEADER_2022, *rows)
    read = [None if label is None or label != label else label for label in
            pupils(extract)["class_label"]]  # fmt: skip
    assert read[:6] == ["А", "А", None, None, "10", "10А"]
    assert read[7] == "4М"
    assert pupils(extract)["school_mark"].isna().all()


def test_municipality_of_2021_is_that_of_most_rows(region):
    rows = [
        row_2021(40001, ["1"] * 15, place="СПО Примерская область"),
        row_2021(40002, ["1"] * 15),
    ]
    extract = region(NAME_2021, HEADER_2021, *rows)
    [mention] = extract.mentions
    assert mention.municipality_name == "Примерский муниципальный район"
    assert [work.work_id for work in extract.works] == ["vpr-2021-spring-math-4"]
    assert extract.works[0].max_score_raw == 20  # of the scale


def test_2020_is_autumn_on_the_programme_of_the_code(region):
    extract = region("Математика.xlsx", HEADER_2020, row_2020(50001, ["1"] * 15))
    assert [work.work_id for work in extract.works] == ["vpr-2020-autumn-math-4"]
    assert list(pupils(extract)["score_raw"]) == [15]
    assert extract.mentions[0].municipality_id == "reg99_m012"
    assert not found(extract, "protocol_grade_differs")  # 50001 is grade 5 on programme 4
    # the scales begin in 2021: no mark is invented, one warning says which row to add
    assert pupils(extract)["test_mark"].isna().all()
    assert set(pupils(extract)["mark_source"]) == {None}
    [issue] = found(extract, "vpr_no_scale")
    assert (issue.severity, issue.value) == ("warning", "1")
    assert "vpr,math,4,none,2020,2020,*," in issue.message


def test_left_over_columns_of_2020_are_not_tasks(region):
    row = [*row_2020(50001, ["1"] * 15), "2", "2"]
    assert list(region("Математика.xlsx", HEADER_2020, row).vpr["score_raw"]) == [15]


def test_one_work_code_gives_the_subject_too(region):
    row = row_2020(50001, ["1"] * 15, codes="VPR_99,vpr2020.ru5")
    extract = region("Протокол.xlsx", HEADER_2020, row)
    assert [work.work_id for work in extract.works] == ["vpr-2020-autumn-rus-5"]


@pytest.mark.parametrize(
    ("name", "date", "code", "work_id"),
    [
        ("Математика.xlsx", "17.03.2022 14:00:19", 50001, "vpr-2022-spring-math-5"),
        ("Математика.xlsx", "20.09.2022 14:00:19", 50001, "vpr-2022-autumn-math-4"),
        ("6/Русский язык.xlsx", "17.03.2022 14:00:19", 60001, "vpr-2022-spring-rus-6"),
        ("2021/Физика 11 класс.xlsx", "", 1001, "vpr-2021-spring-physics-11"),
        ("Химия 2022.xlsx", "10.03.2022", 1001, "vpr-2022-spring-chemistry-11"),
        ("География 2022.xlsx", "10.03.2022", 20001, "vpr-2022-spring-geography-10"),
    ],
)
def test_work_by_names_dates_and_codes(region, name, date, code, work_id):
    extract = region(name, HEADER_2022, row_2022(code, points(8), date=date))
    assert [work.work_id for work in extract.works] == [work_id]
    [note] = found(extract, "protocol_work_named")
    assert note.severity == "note"


def test_grade_of_the_name_against_the_codes(region):
    row = row_2022(70001, points(8))
    extract = region("Математика 4 класс 2022.xlsx", HEADER_2022, row)
    [issue] = found(extract, "protocol_grade_differs")
    assert (issue.severity, issue.value) == ("query", "7")
    assert extract.works[0].grade == 4


@pytest.mark.parametrize(
    ("name", "missing"),
    [("Протокол.xlsx", "предмет, год"), ("Математика.xlsx", "год"), ("2021/x.xlsx", "предмет")],
)
def test_work_that_cannot_be_told_is_refused_with_a_sentence(region, name, missing):
    row = row_2021(40001, ["1"] * 15)
    extract = region(name, HEADER_2021, row)
    assert extract.is_refused and extract.vpr is None
    [issue] = extract.issues
    assert issue.check_id == "protocol_work_unknown"
    assert f"нельзя определить {missing}:" in issue.message
    assert "«Математика, 4 класс, ВПР 2021.xlsx»" in issue.guidance


@pytest.mark.parametrize(
    ("name", "subject", "level"),
    [
        ("ВПР по английскому языку_2021.xlsx", "english", "none"),
        ("История/Протокол 2022.xlsx", "history", "none"),
        ("Русский язык, математика/Математика 4 класс.xlsx", "math", "none"),
        ("Математика (базовый уровень) 7 класс.xlsx", "math", "base"),
        ("Физика углублённый уровень 7 класс.xlsx", "physics", "advanced"),
        ("Геофизика.xlsx", None, "none"),
        ("История и обществознание.xlsx", None, "none"),
    ],
)
def test_subject_and_level_in_the_names(place, name, subject, level):
    clues = clues_of_path(name, place.methodology)
    assert (clues.subject and clues.subject.subject, clues.level) == (subject, level)


def test_classes_sheet_is_passed_over_silently(place, build):
    classes = [["Пользователь", "Школа", 'Буква (цифра) класса. Введите "нет" - если отсутствует'],
               ["edu990001", "edu990001 | МБОУ", "а"]]  # fmt: skip
    protocol = [HEADER_2022, row_2022(40001, points(8))]
    place.book("Математика 2022.xlsx", classes, "Классы", Протокол=protocol)
    intake = place.read()
    assert build.status(intake) == {"Математика 2022.xlsx": "read"}
    assert "sheet_not_read" not in build.checks(intake)
    assert len(intake.vpr_results) == 1
    assert list(intake.vpr_results["mark_source"]) == ["scale"]


# --- collection form ---------------------------------------------------------------------------


def form_row(code, tasks, *, klass=1, mark=4, variant=1, total=None, junk=()):
    numbers = [t for t in tasks if isinstance(t, int)]
    return [code, variant, *tasks, klass, mark, sum(numbers) if total is None else total,
            None, None, None, *junk]  # fmt: skip


PREFILLED = [None] * 11 + [0]


def test_collection_form_is_cut_to_its_headings_and_its_filled_rows(form):
    extract = form(
        form_row(80001, [5, 0, "X", 3, "X", 2, 0], junk=(3, 2, 5)),
        form_row(80002, [None] * 7, variant="отсутствовал", klass=None, mark=None, junk=(1,)),
        *[PREFILLED] * 50,
        [*PREFILLED, None, None, None, 7, "X"],
    )
    assert [work.work_id for work in extract.works] == ["vpr-2026-spring-english-8"]
    assert extract.works[0].max_score_raw == 25  # 5+5+5+3+2+3+2
    assert list(pupils(extract)["school_id"]) == ["990001"]
    assert list(pupils(extract)["score_raw"]) == [10]  # 5+0+X+3+X+2+0
    listed = extract.reported["participation"]
    assert listed[["n_listed", "n_present", "n_absent"]].to_numpy().tolist() == [[2, 1, 1]]
    assert not [i for i in extract.issues if i.severity == "error"]


def test_form_row_with_results_but_no_code_is_an_error(form):
    row = form_row(None, [5, 0, "X", 3, "X", 2, 0])
    assert [i.row for i in found(form(row), "vpr_no_code")] == [2]


@pytest.mark.parametrize("where", ["edu990001/{}", "edu990001/8 класс/{}", "sch990001 {}"])
def test_school_of_a_form_is_in_the_path(form, where):
    name = where.format("Английский язык 8 класс ВПР 2026.xlsx")
    extract = form(form_row(80001, [1] * 7), name=name)
    assert list(pupils(extract)["school_id"]) == ["990001"]


def test_form_without_a_school_is_refused_with_a_sentence(form):
    extract = form(form_row(80001, [1] * 7), name="Английский язык 8 класс ВПР 2026.xlsx")
    [issue] = extract.issues
    assert (issue.check_id, issue.severity, extract.is_refused) == (
        "form_school_unknown", "error", True,
    )  # fmt: skip
    assert "edu990001" in issue.guidance and "строк: 1" in issue.message


def test_lists_behind_the_form_are_passed_over_silently(place, build):
    lists = [[1, 5], [2, 4], ["отсутствовал", 3], [None, "X"], [None, "нет отметки"]]
    place.book(
        FORM, [FORM_HEADER, form_row(80001, [1] * 7)], "Протокол", Служебный=lists,
        **{"Порядковый номер класса": [[n] for n in range(1, 51)]},
    )  # fmt: skip
    intake = place.read()
    assert build.status(intake) == {FORM: "read"}
    assert "sheet_not_read" not in build.checks(intake)
    assert len(intake.reported["participation"]) == 1


def test_a_table_of_numbers_is_no_list_of_choices():
    assert sheet_family(Sheet("a.xlsx", "Лист", [[1, 2], [3, 4]])) is None
    assert sheet_family(Sheet("a.xlsx", "Лист", [["Итого", "X"], [3, 4]])) is None


def test_the_same_pupil_in_two_protocols_counts_once(place, build):
    place.book("Математика 4 класс ВПР 2022.xlsx", [HEADER_2022, row_2022(40001, points(8))])
    text = [HEADER_2022, row_2022(40001, points(8)), row_2022(40002, points(9))]
    place.book("район/Математика 4 класс ВПР 2022.xlsx", text)
    assert len(place.read().vpr_results) == 2


# --- properties --------------------------------------------------------------------------------

PRIVATE = ("Иванов", "Пётр Ильич", "89280001122", "ivanov@example.org", "9600 123456")
DIRT = st.one_of(
    st.none(),
    st.integers(-3, 60000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")),
        max_size=12,
    ),
    st.sampled_from(["X", "не пройд.", "отсутствовал", "ж", "edu990002", " ", *PRIVATE]),
)
QUIET = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unaccounted(extract, n_rows):
    """Rows that are neither in the table, nor named by an error, nor counted as absent."""
    VPR_RESULTS.conform(pupils(extract))
    issues = issues_table(extract.issues)
    errors = issues[(issues["severity"] == "error") & issues["row"].notna()]
    assert errors["row"].is_unique
    twins = int((issues["check_id"] == "vpr_twin_same").sum())
    absent = issues.loc[issues["check_id"] == "vpr_absent", "value"].astype(int).sum()
    return n_rows - len(pupils(extract)) - len(errors) - twins - int(absent)


@given(dirt=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 26), DIRT), max_size=25))
@QUIET
def test_dirty_region_protocol_never_raises_and_loses_no_row(place, build, dirt):
    rows = [row_2022(40001 + i, points(8)) for i in range(8)]
    for row, column, value in dirt:
        rows[row][column] = value
    name = "Математика 4 класс ВПР 2022.xlsx"
    extract = read_region_protocol(
        Sheet(name, "Протокол", [HEADER_2022, *rows]), place.methodology, build.KEY
    )
    assert unaccounted(extract, len(rows)) == 0
    text = pupils(extract).to_csv() + issues_table(extract.issues).to_csv()
    text += extract.reported["participation"].to_csv() if extract.reported else ""
    for private in PRIVATE:
        assert private not in text


@given(dirt=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 11), DIRT), max_size=25))
@QUIET
def test_dirty_form_never_raises_and_loses_no_row(place, build, dirt):
    rows = [form_row(80001 + i, [1] * 7) for i in range(8)]
    for row, column, value in dirt:
        rows[row][column] = value
    filled = [row for row in rows if any(c not in (None, "") and str(c).strip() for c in row[:11])]
    extract = read_collection_form(
        Sheet(FORM, "Протокол", [FORM_HEADER, *rows]), place.methodology, build.KEY
    )
    assert unaccounted(extract, len(filled)) == 0
    text = pupils(extract).to_csv() + issues_table(extract.issues).to_csv()
    for private in PRIVATE:
        assert private not in text


def test_marks_report_beside_a_protocol_without_marks(place, build):
    """The protocol of 2020 has no scale: the report of marks is compared with nothing."""
    place.book("4/Математика.xlsx", [HEADER_2020, row_2020(50001, ["1"] * 15)])
    work = {"work": "ВПР 2020 Математика 4 класс", "date": "20.09.2020", "maximum": 20}
    school = ["МБОУ «СОШ №1»(edu990001)", "", 1, 0, 0, 0, 100]
    rows = build.marks(school, **work)
    rows[3] = ["Предмет:", "Математика"]
    place.book("Ф3.xlsx", rows)
    intake = place.read()
    assert list(intake.works["work_id"]) == ["vpr-2020-autumn-math-4"]
    assert intake.vpr_results["test_mark"].isna().all()
    assert "vpr_no_scale" in build.checks(intake)
    assert "marks_differ" not in build.checks(intake)
