"""Electronic journals: class sheets, lists of marks, summaries."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.journals.head import is_subject_like, read_period
from shnor_analysis.intake.journals.marks import read_journal
from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.tables import JOURNAL_MARKS, JOURNAL_SUMMARIES

SUBJECTS = ["Русский язык", "Литература ", "Алгебра", "Физика"]
CLASS_HEADER = ["№", "ФИО/ПРЕДМЕТ", *SUBJECTS, "Ср. балл"]
TITLE = ["Класс: 9А", "", "Учебный год: 2024/2025", "", "Период: Год"]
PUPILS = [
    [1, "Иванова Анна", 4, 5, 3, "н/а", "4,0"],
    [2, "Сидоров Пётр", "5", "осв", 2, 3, "3,33"],
]
SUMMARY_HEADER = [
    "Предмет", "Класс", "Учитель", "Кол-во обучающихся", "5", "4", "3", "2", "н/а",
    "Успеваемость, %", "Качество, %", "СОУ, %", "Средний балл",
]  # fmt: skip
# 3·5 + 9·4 + 12·3 + 1·2 = 89; 89 / 25 = 3,56; (25 − 1) / 25 = 96 %; 12 / 25 = 48 %
RUSSIAN = ["Русский язык", "9А", "Магомедова А. П.", 25, 3, 9, 12, 1, 0, "96", "48", "50,4", "3,56"]
LIST_HEADER = ["ОО/логин", "Класс", "ФИО", "Предмет", "Период", "Отметка", "Учебный год"]


def class_rows(*rows, title=TITLE, school="Школа: МБОУ «СОШ № 1» (edu990001)"):
    return [["Сводная ведомость учета успеваемости"], [school], title, [], CLASS_HEADER, *rows]


def summary_rows(*rows, period="Период: 2 четверть"):
    head = [["Результативность работы школы"], ["Школа: МБОУ «СОШ №1 г.Примерск»"], [period]]
    return [*head, ["Учебный год: 2024/2025"], SUMMARY_HEADER, *rows]


def read(place, build, rows, file="Ведомость.xlsx", name="Лист"):
    extract = read_journal(Sheet(file, name, rows), place.methodology, build.KEY)
    return extract, issues_table(extract.issues)


def marks(extract):
    return extract.reported["journal_marks"]


def checks(issues):
    return list(issues["check_id"])


# --- class sheets ------------------------------------------------------------------------------


def test_class_sheet(place, build):
    extract, issues = read(place, build, class_rows(*PUPILS))
    table = marks(extract)
    assert len(table) == 8  # 2 pupils × 4 subjects, every cell is filled
    assert set(table["school_login"]) == {"edu990001"}
    assert set(table["assessment_year"]) == {2025}
    assert set(table["period"]) == {"year"}
    assert set(table["class_label"]) == {"9А"}
    assert table["pupil_id"].nunique() == 2
    first = table[table["source_row"] == 6].set_index("subject_name")
    assert dict(first["status"]) == {
        "Русский язык": "mark", "Литература": "mark", "Алгебра": "mark", "Физика": "not_assessed",
    }  # fmt: skip
    assert first.loc["Русский язык", "subject"] == "rus"
    assert first.loc["Алгебра", "subject"] is None  # no examination of that name
    second = table[table["source_row"] == 7].set_index("subject_name")
    assert list(second["mark"]) == [5, None, 2, 3]
    assert second.loc["Литература", "status"] == "exempt"
    assert checks(issues) == []


@pytest.mark.parametrize(
    ("cell", "mark", "status"),
    [
        (4, 4, "mark"), (4.0, 4, "mark"), ("4", 4, "mark"), (" 5 ", 5, "mark"),
        ("н/а", None, "not_assessed"), ("Н/А", None, "not_assessed"), ("осв", None, "exempt"),
        ("ЗАЧ", None, "pass"), ("зачёт", None, "pass"), ("незач", None, "fail"),
        ("н", None, "absent"),
    ],
)  # fmt: skip
def test_what_stands_in_a_cell(place, build, cell, mark, status):
    extract, issues = read(place, build, class_rows([1, "Иванова Анна", cell, "", "", "", ""]))
    table = marks(extract)
    assert table[["mark", "status"]].to_numpy().tolist() == [[mark, status]]
    assert checks(issues) == []


@pytest.mark.parametrize("cell", ["", None, " ", "-", "—"])
def test_a_blank_cell_is_no_row_and_not_a_mark(place, build, cell):
    extract, _ = read(place, build, class_rows([1, "Иванова Анна", cell, 5, "", "", ""]))
    assert list(marks(extract)["subject_name"]) == ["Литература"]


@pytest.mark.parametrize("cell", [1, 6, "4,5", "45", "хор", "4/5"])
def test_unreadable_marks_of_a_row_are_one_error(place, build, cell):
    extract, issues = read(place, build, class_rows([1, "Иванова Анна", cell, 5, cell, "", ""]))
    assert len(marks(extract)) == 1
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["severity"], issue["row"]) == ("journal_mark", "error", 6)
    assert "не читается отметок: 2 (первая — «Русский язык»" in issue["message"]


def test_footers_are_no_pupils_and_are_recomputed(place, build):
    footers = [
        # Russian (4 + 5) / 2 = 4,5; literature 5; algebra 2,5; physics 3
        ["", "Средний балл", 4.5, "5,00", 2.5, 3, ""],
        # of all listed: 100, 50, 0, 0; of marked only literature would be 100
        ["", "% кач. зн. по предмету", 100, 50, 0, 0, ""],
        ["", "СОУ (%) по предмету", 82, 100, 25, 36, ""],
    ]
    extract, issues = read(place, build, class_rows(*PUPILS, *footers))
    assert len(marks(extract)) == 8
    assert checks(issues) == []
    footers[0][2] = 4.4
    _, issues = read(place, build, class_rows(*PUPILS, *footers))
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["severity"], issue["row"]) == ("journal_footer", "query", 8)
    assert "«Русский язык»: в файле 4,4, по отметкам 4,5" in issue["message"]


def test_a_surname_like_a_footer_is_a_pupil(place, build):
    rows = class_rows([1, "Качалов Иван", 4, "", "", "", ""], [2, "Итогов Олег", 3, "", "", "", ""])
    extract, issues = read(place, build, rows)
    assert list(marks(extract)["mark"]) == [4, 3]
    assert checks(issues) == []


def test_namesakes_are_different_pupils_and_a_query(place, build):
    rows = class_rows(
        [1, "Иванова Анна", 4, "", "", "", ""], [2, "Иванова  Анна", 3, "", "", "", ""]
    )
    extract, issues = read(place, build, rows)
    assert marks(extract)["pupil_id"].nunique() == 2
    assert checks(issues) == ["journal_namesakes"]


def test_the_same_pupil_has_one_fingerprint_in_all_periods(place, build):
    year, _ = read(place, build, class_rows(*PUPILS))
    quarter_title = ["Класс: 9А, Учебный год: 2024/2025, Период: I четверть"]
    quarter, _ = read(place, build, class_rows(*PUPILS, title=quarter_title))
    assert set(marks(quarter)["period"]) == {"q1"}
    assert set(marks(quarter)["pupil_id"]) == set(marks(year)["pupil_id"])
    other, _ = read(place, build, class_rows(*PUPILS, title=["Класс: 9Б", *TITLE[1:]]))
    assert not set(marks(other)["pupil_id"]) & set(marks(year)["pupil_id"])


def test_rows_without_marks_are_counted(place, build):
    rows = class_rows(*PUPILS, [3, "Петров Олег", "", "", "", "", ""], ["Классный руководитель"])
    _, issues = read(place, build, rows)
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["value"]) == ("journal_rows_blank", "2")


def test_marks_without_a_name_are_an_error(place, build):
    extract, issues = read(place, build, class_rows([1, "", 4, 5, 3, 2, ""], *PUPILS))
    assert len(marks(extract)) == 8
    assert checks(issues) == ["journal_no_name"]


@pytest.mark.parametrize(
    ("school", "title", "check_id", "words"),
    [
        ("", TITLE, "journal_no_school", "папка с логином школы, например edu990001"),
        ("Школа: СОШ", ["Класс: 9А", "", "", "", "Период: Год"], "journal_no_year", "2024/2025"),
        ("Школа: СОШ", TITLE[:4], "journal_no_period", "четверть, полугодие, триместр"),
        ("Школа: СОШ", TITLE[2:], "journal_no_class", "«Класс: 9А»"),
    ],
)
def test_what_nothing_says_is_a_refusal_with_advice(place, build, school, title, check_id, words):
    extract, issues = read(place, build, class_rows(*PUPILS, title=title, school=school))
    assert extract.is_refused
    assert not extract.reported
    [issue] = issues.to_dict("records")
    assert issue["check_id"] == check_id
    assert words in issue["message"]


def test_the_path_names_school_and_year_and_the_sheet_the_class(place, build):
    rows = class_rows(*PUPILS, title=["Период: 2 полугодие"], school="")
    extract, issues = read(place, build, rows, file="2025/edu990002/Ведомость.xlsx", name="9а")
    table = marks(extract)
    assert checks(issues) == []
    assert set(table["school_login"]) == {"edu990002"}
    assert (set(table["assessment_year"]), set(table["period"])) == ({2025}, {"h2"})
    assert set(table["class_label"]) == {"9А"}


def test_heading_with_a_name_is_left_out_and_not_shown(place, build):
    rows = class_rows(*PUPILS)
    rows[4] = ["№", "ФИО/ПРЕДМЕТ", "Русский язык (Магомедова)", *SUBJECTS[1:], "Ср. балл"]
    extract, issues = read(place, build, rows)
    assert len(marks(extract)) == 6
    assert checks(issues) == ["journal_heading"]
    assert "Магомедова" not in issues.to_csv() + marks(extract).to_csv()


def test_damaged_heading_gives_the_sentence(place, build):
    rows = [["Сводная ведомость учета успеваемости"], [], ["№", "Кто", "Русский язык"], [1, "А", 5]]
    extract, issues = read(place, build, rows)
    assert extract.is_refused
    assert "«ФИО/ПРЕДМЕТ»" in issues["message"].iloc[0]


@pytest.mark.parametrize(
    ("title", "period"),
    [("Итоги успеваемости класса за 2 четверть 2024/2025 учебного года", "q2"),
     ("Успеваемость 9А класса за год, 2024-2025 учебный год", "year"),
     ("Итоги успеваемости класса за 2024/2025 учебный год", None)],
)  # fmt: skip
def test_titles_without_labels(place, build, title, period):
    rows = [[title], ["Класс: 9А"], CLASS_HEADER, *PUPILS]
    extract, issues = read(place, build, rows, file="edu990001/Ведомость.xlsx")
    if period is None:  # «Итоги» names the report, the year in it is the school year
        assert checks(issues) == ["journal_no_period"]
    else:
        assert set(marks(extract)["period"]) == {period}
        assert set(marks(extract)["assessment_year"]) == {2025}


@pytest.mark.parametrize(
    ("words", "period"),
    [
        ("1 четверть", "q1"), ("II четверть", "q2"), ("третья четверть", "q3"),
        ("четвёртая четверть", "q4"), ("Четверть: 2", "q2"), ("1-е полугодие", "h1"),
        ("2 полугодие", "h2"), ("III триместр", "t3"), ("год", "year"), ("Годовая", "year"),
        ("2024/2025 учебный год", "year"), ("итоговая", "final"), ("5 четверть", None),
        ("май", None), ("", None), (None, None), ("четверть 2024", None),
    ],
)  # fmt: skip
def test_periods(words, period):
    assert read_period(words) == period


# --- lists of marks ----------------------------------------------------------------------------


def test_list_of_marks(place, build):
    rows = [
        LIST_HEADER,
        ["edu990001", "9А", "Иванова Анна", "Математика", "2 четверть", "4", "2024/2025"],
        ["edu990001", "9А", "Иванова Анна", "Физика", "год", "н/а", "2024/2025"],
        ["edu990002", "9Б", "Сидоров Пётр", "Физика", "год", "", "2024/2025"],
    ]
    extract, issues = read(place, build, rows)
    table = marks(extract)
    assert table[["school_login", "period", "subject", "mark", "status"]].to_numpy().tolist() == [
        ["edu990001", "q2", "math", 4, "mark"],
        ["edu990001", "year", "physics", None, "not_assessed"],
    ]
    assert table["pupil_id"].nunique() == 1
    assert checks(issues) == ["journal_rows_blank"]


@pytest.mark.parametrize(
    ("column", "cell", "heading"),
    [
        (1, "Иванов", "Класс"), (3, "Кузнецов Олег", "Предмет"), (4, "май", "Период"),
        (5, "7", "Отметка"), (6, "2024", "Учебный год"), (0, "", "Школа"), (2, "", "ФИО"),
    ],
)  # fmt: skip
def test_a_bad_cell_of_a_list_is_one_error(place, build, column, cell, heading):
    row = ["edu990001", "9А", "Иванова Анна", "Физика", "год", "5", "2024/2025"]
    row[column] = cell
    extract, issues = read(place, build, [LIST_HEADER, row])
    assert not extract.reported
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["column"], issue["row"]) == ("journal_row", heading, 2)


# --- summaries ---------------------------------------------------------------------------------


def test_summary(place, build):
    total = ["Итого", "", "", 25, 3, 9, 12, 1, 0, "96", "48", "", "3,56"]
    extract, issues = read(place, build, summary_rows(RUSSIAN, total))
    [row] = extract.reported["journal_summaries"].to_dict("records")
    assert (row["school_name"], row["school_login"]) == ("МБОУ «СОШ №1 г.Примерск»", None)
    assert (row["assessment_year"], row["period"], row["class_label"]) == (2025, "q2", "9А")
    assert (row["n_pupils"], row["n_mark_5"], row["n_mark_2"], row["n_not_assessed"]) == (
        25,
        3,
        1,
        0,
    )
    assert (row["success_share"], row["quality_share"]) == (0.96, 0.48)
    assert "Магомедова" not in str(row)
    assert checks(issues) == []


def changed(column, value):
    row = list(RUSSIAN)
    row[column] = value
    return row


@pytest.mark.parametrize(
    ("row", "check_id", "severity"),
    [
        (changed(3, 26), "journal_counts", "query"),
        (changed(9, "90"), "journal_printed", "query"),
        (changed(12, "3,9"), "journal_printed", "query"),
        (changed(10, "много"), "journal_percent", "warning"),
        (changed(10, 148), "journal_percent", "warning"),
        (changed(4, "три"), "journal_row", "error"),
        (changed(5, ""), "journal_row", "error"),
        (changed(1, "девятый"), "journal_row", "error"),
    ],
)
def test_summary_remarks(place, build, row, check_id, severity):
    extract, issues = read(place, build, summary_rows(row))
    assert (check_id, severity) in set(zip(issues["check_id"], issues["severity"], strict=True))
    assert bool(extract.reported) == (severity != "error")


def test_blank_count_is_zero_only_when_the_others_make_up_everybody(place, build):
    extract, issues = read(place, build, summary_rows(changed(8, "")))
    assert list(extract.reported["journal_summaries"]["n_not_assessed"]) == [0]
    assert checks(issues) == []


def test_percent_format_of_excel_is_known_by_the_counts(place, build):
    extract, issues = read(place, build, summary_rows(changed(9, 0.96)))
    assert list(extract.reported["journal_summaries"]["success_share"]) == [0.96]
    assert checks(issues) == []


def test_wrong_total_is_a_query(place, build):
    total = ["Итого", "", "", 25, 3, 8, 12, 1, 0]
    extract, issues = read(place, build, summary_rows(RUSSIAN, total))
    assert len(extract.reported["journal_summaries"]) == 1
    [issue] = issues.to_dict("records")
    assert (issue["check_id"], issue["column"], issue["value"]) == ("journal_total", "4", "8")


def test_merged_subject_cells(place, build):
    extract, _ = read(place, build, summary_rows(RUSSIAN, ["", "9Б", *RUSSIAN[2:]]))
    table = extract.reported["journal_summaries"]
    assert list(table["class_label"]) == ["9А", "9Б"]
    assert set(table["subject"]) == {"rus"}


# --- through the whole folder ------------------------------------------------------------------


def test_journals_reach_their_tables(place, build):
    place.register()
    place.book("edu990001/Ведомость.xlsx", class_rows(*PUPILS, school=""))
    place.book("2025/Успеваемость.xlsx", summary_rows(RUSSIAN))
    rows = [LIST_HEADER, ["edu990002", "9А", "Петрова О.", "Физика", "год", "5", "2024/2025"]]
    place.text("Отметки.csv", rows)
    intake = place.read()
    assert {k: v for k, v in build.status(intake).items() if k != "Контекст.xlsx"} == {
        "2025/Успеваемость.xlsx": "read", "edu990001/Ведомость.xlsx": "read", "Отметки.csv": "read",
    }  # fmt: skip
    assert len(intake.reported["journal_marks"]) == 9
    assert list(intake.reported["journal_summaries"]["school_id"]) == ["990001"]
    assert not [i for i in build.issues(intake) if i["severity"] == "error"]
    for surname in ("Иванова", "Сидоров", "Петрова", "Магомедова"):
        assert surname not in build.dump(intake)


def test_fingerprints_of_the_three_tables(build):
    for rows in (class_rows(*PUPILS), summary_rows(RUSSIAN), [LIST_HEADER]):
        assert sheet_family(Sheet("a.xlsx", "", rows)) == "journal"


CELLS = st.one_of(
    st.none(), st.integers(-2, 200), st.floats(allow_nan=True), st.booleans(), st.dates(),
    st.text(alphabet="абвАБВ 12/-,.%", max_size=6),
    st.sampled_from(["н/а", "осв", "Итого", "Средний балл", "9Б", "год", "Иванова Анна", ""]),
)  # fmt: skip


def is_filled(row):
    return any(cell is not None and str(cell).strip() for cell in row)


@given(rows=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_is_read_and_every_row_is_accounted_for(place, build, rows):
    extract, issues = read(place, build, [LIST_HEADER, *rows], file="2025/edu990001/a.csv")
    n_kept = len(marks(extract)) if extract.reported else 0
    n_blank = sum(int(v) for v in issues.loc[issues["check_id"] == "journal_rows_blank", "value"])
    n_errors = int((issues["check_id"] == "journal_row").sum())
    assert n_kept + n_blank + n_errors == sum(map(is_filled, rows))
    if n_kept:
        table = marks(extract).drop(
            columns=["school_login", "school_code", "school_inn", "school_name"]
        )
        unique = table.assign(school_id="990001").drop_duplicates(list(JOURNAL_MARKS.key))
        JOURNAL_MARKS.conform(unique)


@given(rows=st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=8))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_class_sheet_is_read_and_every_row_is_accounted_for(place, build, rows):
    extract, issues = read(place, build, class_rows(*rows))
    kept = set(marks(extract)["source_row"]) if extract.reported else set()
    named = set(issues["row"].dropna().astype(int)) - {5}
    n_blank = sum(int(v) for v in issues.loc[issues["check_id"] == "journal_rows_blank", "value"])
    lost = [
        number
        for number, row in enumerate(rows, start=6)
        if is_filled(row) and number not in kept | named
    ]
    footers = [n for n in lost if "Итого" in rows[n - 6] or "Средний балл" in rows[n - 6]]
    percents = [n for n in lost if any(str(cell).strip().startswith("%") for cell in rows[n - 6])]
    assert len(set(lost) - {*footers, *percents}) <= n_blank


@given(rows=st.lists(st.lists(CELLS, min_size=13, max_size=13), max_size=6))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_summary_is_read(place, build, rows):
    extract, issues = read(place, build, summary_rows(*rows))
    n_kept = len(extract.reported["journal_summaries"]) if extract.reported else 0
    n_errors = int((issues["check_id"] == "journal_row").sum())
    totals = ("итого", "средний балл")
    is_total = [
        is_filled(row)
        and str(next(c for c in row if c is not None and str(c).strip())).lower() in totals
        for row in rows
    ]
    assert n_kept + n_errors + sum(is_total) == sum(map(is_filled, rows))
    if n_kept:
        frame = extract.reported["journal_summaries"].assign(school_id="990001")
        frame = frame.drop(columns=["school_login", "school_code", "school_inn", "school_name"])
        JOURNAL_SUMMARIES.conform(frame.drop_duplicates(list(JOURNAL_SUMMARIES.key)))


@pytest.mark.parametrize(
    ("heading", "is_subject"),
    [
        ("Физическая культура", True),  # ends as a surname does
        ("История России", True),
        ("Русский родной язык", True),
        ("Русский язык (Магомедова)", False),
        ("Магомедова Русский язык", False),
        ("Ли Анна", False),
        ("Русский язык (Щукарь Л.)", False),
        ("Русский язык Щукарь", False),
        ("ЩУКАРЁВА З.М.", False),
        ("щукарёва зоя", False),
        ("РУССКИЙ ЯЗЫК", True),
        ("Основы безопасности и защиты Родины", True),
        ("Индивидуальный проект", True),
    ],
)
def test_a_subject_is_told_from_a_surname(heading, is_subject):
    assert is_subject_like(heading) == is_subject
