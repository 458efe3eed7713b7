"""Appeals replace results of protocols."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.intake.messages import issues_table
from shnor_analysis.intake.rcoi.appeals import read_appeals
from shnor_analysis.intake.workbook import Sheet

HEADER = ["№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Экзамен",
          "Состояние апелляции", "Текущие", ""]  # fmt: skip
SECOND = [""] * 10 + ["Первичный балл", "Оценка"]
SECOND_EGE = [""] * 10 + ["Первичный балл", "Балл"]
MATHS = "Математика(2026.06.02)"
TITLE = "02 - Математика 2026.06.02"


def appeal(surname="Иванов", raw=22, result=5, state="Апелляция удовлетворена", *, exam=MATHS,
           code=5811, klass="9А"):  # fmt: skip
    return [1, code, klass, 503, 204, surname, "Имя", "Отчество", exam, state, raw, result]


def appeals_rows(*rows, second=SECOND):
    return [
        ["Протокол проверки результатов"],
        ["99 - Примерская область"],
        [],
        HEADER,
        second,
        *rows,
    ]


def read(place, build, rows):
    extract = read_appeals(Sheet("Апелляции.xlsx", "Page 1", rows), place.methodology, build.KEY)
    return extract, issues_table(extract.issues)


def both(place, build, protocol, appeals, title=TITLE, header=None, second=SECOND):
    place.register()
    place.book("Протокол.xlsx", [[title], header or build.OGE_HEADER, *protocol])
    place.book("Апелляции.xlsx", appeals_rows(*appeals, second=second))
    return place.read()


def results(intake):
    columns = ["class_label", "score_raw", "test_mark"]
    return intake.gia_results[columns].to_numpy().tolist()


def appeal_checks(build, intake):
    return [i for i in build.issues(intake) if i["check_id"].startswith("appeal")]


def test_a_satisfied_appeal_replaces_the_result(place, build):
    protocol = [
        build.oge(1, 5811, raw=20, mark=4),
        build.oge(2, 5811, "Петрова", 9, 3, klass="9Б"),
    ]
    intake = both(place, build, protocol, [appeal()])
    assert sorted(results(intake)) == [["9А", 22, 5], ["9Б", 9, 3]]
    [note] = appeal_checks(build, intake)
    assert (note["check_id"], note["severity"], note["value"]) == ("appeal_applied", "note", "1")
    assert (note["school_id"], note["file"]) == ("990001", "Апелляции.xlsx")
    assert "oge-2026-main-math-9" in note["message"]
    assert build.status(intake)["Апелляции.xlsx"] == "read"


def test_a_lower_result_counts_as_well(place, build):
    intake = both(place, build, [build.oge(1, 5811, raw=20, mark=4)], [appeal(raw=12, result=3)])
    assert results(intake) == [["9А", 12, 3]]


def test_a_protocol_issued_after_the_appeal_stays_silently(place, build):
    intake = both(
        place, build, [build.oge(1, 5811, raw=22, mark=5)], [appeal(raw="22", result="5")]
    )
    assert results(intake) == [["9А", 22, 5]]
    assert appeal_checks(build, intake) == []


def test_a_raw_score_that_the_list_leaves_blank_becomes_unknown(place, build):
    intake = both(place, build, [build.oge(1, 5811, raw=20, mark=4)], [appeal(raw="", result=5)])
    assert intake.gia_results["test_mark"].tolist() == [5]
    assert intake.gia_results["score_raw"].isna().all()


@pytest.mark.parametrize(
    "change",
    [{"surname": "Сидоров"}, {"code": 5812}, {"exam": "Математика(2026.06.03)"},
     {"exam": "Физика(2026.06.02)"}, {"klass": "9Б"}],
)  # fmt: skip
def test_an_appeal_without_a_protocol_row_is_a_query(place, build, change):
    intake = both(place, build, [build.oge(1, 5811, raw=20, mark=4)], [appeal(**change)])
    assert results(intake) == [["9А", 20, 4]]
    [query] = appeal_checks(build, intake)
    assert (query["check_id"], query["severity"]) == ("appeal_unmatched", "query")
    assert "не найден" in query["message"]


def test_full_namesakes_are_a_query_and_nothing_changes(place, build):
    protocol = [build.oge(1, 5811, raw=20, mark=4), build.oge(2, 5811, raw=10, mark=3, klass="9Б")]
    intake = both(place, build, protocol, [appeal(klass="")])
    assert sorted(results(intake)) == [["9А", 20, 4], ["9Б", 10, 3]]
    [query] = appeal_checks(build, intake)
    assert "неоднозначно" in query["message"]


def test_the_class_parts_namesakes(place, build):
    protocol = [build.oge(1, 5811, raw=20, mark=4), build.oge(2, 5811, raw=10, mark=3, klass="9Б")]
    intake = both(place, build, protocol, [appeal(raw=22, result=5, klass="9б")])
    assert sorted(results(intake)) == [["9А", 20, 4], ["9Б", 22, 5]]


@pytest.mark.parametrize("state", ["Апелляция отклонена", "Не удовлетворена", "Отозвана"])
def test_rejected_appeals_are_counted_and_change_nothing(place, build, state):
    intake = both(place, build, [build.oge(1, 5811, raw=20, mark=4)], [appeal(state=state)])
    assert results(intake) == [["9А", 20, 4]]
    [note] = appeal_checks(build, intake)
    assert (note["check_id"], note["severity"], note["value"]) == ("appeal_rejected", "note", "1")


@pytest.mark.parametrize("state", ["Рассматривается", ""])
def test_an_unknown_state_is_a_query(place, build, state):
    _, issues = read(place, build, appeals_rows(appeal(state=state)))
    assert issues[["check_id", "value"]].to_numpy().tolist() == [["appeal_state", "6"]]


def test_ege(place, build):
    protocol = [build.ege(1, 3811, raw=20, score=60)]
    change = appeal(raw=25, result=70, exam="Русский язык(2026.06.09)", code=3811, klass="11")
    title = "01 - Русский язык 2026.06.09"
    intake = both(place, build, protocol, [change], title, build.EGE_HEADER, SECOND_EGE)
    assert intake.gia_results[["score_raw", "score_scaled"]].to_numpy().tolist() == [[25, 70]]


def test_base_maths_of_ege_has_a_mark_in_the_column_of_scores(place, build):
    change = appeal(raw=15, result=4, exam="Математика базовая(2026.06.01)", klass="11А")
    extract, issues = read(place, build, appeals_rows(change, second=SECOND_EGE))
    [row] = extract.appeals.to_dict("records")
    assert row["work_id"] == "ege-2026-main-math_base-11"
    assert (row["test_mark"], row["score_scaled"]) == (4, None)
    assert issues.empty


@pytest.mark.parametrize(
    ("change", "column"),
    [({"result": 6}, "Текущие"), ({"result": ""}, "Текущие"), ({"code": "МСУ"}, "Код ОО"),
     ({"exam": "Математика"}, "Экзамен"), ({"exam": "Магия(2026.06.02)"}, "Экзамен"),
     ({"exam": "Математика(2026.02.31)"}, "Экзамен")],
)  # fmt: skip
def test_bad_rows_are_named(place, build, change, column):
    extract, issues = read(place, build, appeals_rows(appeal(**change)))
    assert extract.appeals is None
    assert issues[["check_id", "severity", "row", "column"]].to_numpy().tolist() == [
        ["appeal_row", "error", 6, column]
    ]


def test_of_two_groups_of_results_the_current_one_counts(place, build):
    header = [*HEADER[:10], "Прежние", "", "Текущие", ""]
    second = [""] * 10 + ["Первичный балл", "Оценка"] * 2
    row = [*appeal()[:10], 20, 4, 22, 5]
    extract, _ = read(place, build, [header, second, row])
    assert extract.appeals[["score_raw", "test_mark"]].to_numpy().tolist() == [[22, 5]]


def test_a_missing_column_gives_the_sentence(place, build):
    header = [cell if cell != "Код ОО" else "Школа" for cell in HEADER]
    extract, issues = read(place, build, [header, SECOND, appeal()])
    assert extract.is_refused
    assert "«Код ОО»" in issues["message"].iloc[0]
    extract, issues = read(place, build, [HEADER, appeal()])
    assert extract.is_refused
    assert "«Текущие Оценка»" in issues["message"].iloc[0]


def test_names_do_not_leave_the_reader(place, build):
    rows = appeals_rows(appeal("Магомедова"), appeal("Магомедова", result=9))
    extract, issues = read(place, build, rows)
    assert "Магомедова" not in extract.appeals.to_csv() + issues.to_csv()
    intake = both(place, build, [build.oge(1, 5811, "Иванов")], [appeal("Магомедова")])
    assert "Магомедова" not in build.dump(intake)


CELLS = st.one_of(
    st.none(), st.integers(-3, 120), st.floats(allow_nan=True), st.dates(), st.text(max_size=8),
    st.sampled_from(["Апелляция удовлетворена", "отклонена", MATHS, "5811", "9А"]),
)  # fmt: skip


@given(dirt=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 11), CELLS), max_size=20))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_is_read_and_every_row_is_accounted_for(place, build, dirt):
    rows = [appeal() for _ in range(6)]
    for row, column, value in dirt:
        rows[row][column] = value
    extract, issues = read(place, build, appeals_rows(*rows))
    n_kept = 0 if extract.appeals is None else len(extract.appeals)
    n_errors = int((issues["check_id"] == "appeal_row").sum())
    n_rejected = sum(int(v) for v in issues.loc[issues["check_id"] == "appeal_rejected", "value"])
    unknown = issues.loc[issues["check_id"] == "appeal_state", "value"]
    n_unknown = sum(len(v.split(",")) for v in unknown)
    assert n_kept + n_errors + n_rejected + n_unknown == 6


def test_an_appeal_without_any_protocol_is_a_query(place, build):
    place.register()
    place.book("Апелляции.xlsx", appeals_rows(appeal()))
    intake = place.read()
    assert intake.gia_results.empty
    assert [i["check_id"] for i in appeal_checks(build, intake)] == ["appeal_unmatched"]
