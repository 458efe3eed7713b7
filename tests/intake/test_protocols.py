"""РЦОИ protocols: every layout by heading text, several exams in a sheet, repeats."""

import pytest

OGE_RUS, EGE_RUS = "01 - Русский язык 2026.06.09", "01 - Русский язык 2025.05.30"
OGE_SPARSE_COLUMNS = (
    "№", "Код ОО", "Класс", "", "Код ППЭ", "", "Аудитория", "", "Код МСУ", "", "Фамилия", "", "Имя",
    "Отчество", "Задания с кратким ответом", "", "", "Задания с развёрнутым ответом",
    "Первичный балл", "", "Оценка",
)  # fmt: skip


@pytest.fixture
def protocol(place, build):
    """Write a protocol beside the register of two schools and read the place."""

    def read(*rows, title=OGE_RUS, header=None, name="протокол.xlsx"):
        place.register()
        titles = [[title]] if title else []
        place.book(name, [*titles, header or build.OGE_HEADER, *rows], sheet="Page 1")
        return place.read()

    return read


def test_dense_oge_protocol(protocol, build):
    intake = protocol(
        build.oge(1, 5811, "Иванов", 22, 4),
        build.oge(2, 5812, "Петрова", "15", "3", klass="9б"),
        ["Средние", *[""] * 12, 18.5, 3.5],
    )
    gia = intake.gia_results.sort_values("source_row")
    assert list(gia["work_id"]) == ["oge-2026-main-rus-9"] * 2
    assert list(gia["school_id"]) == ["990001", "990002"]
    assert list(gia["test_mark"]) == [4, 3]
    assert list(gia["score_raw"]) == [22, 15]
    assert gia["score_scaled"].isna().all()
    assert list(gia["class_label"]) == ["9А", "9Б"]
    assert list(gia["exam_date"]) == ["2026-06-09"] * 2
    assert list(gia["source_row"]) == [3, 4]
    assert build.checks(intake) == []


def test_compact_ege_protocol(protocol, build):
    intake = protocol(build.ege(1, 3811, "Иванов", 35, 66), title=EGE_RUS, header=build.EGE_HEADER)
    row = intake.gia_results.iloc[0]
    assert (row["work_id"], row["score_scaled"], row["score_raw"]) == (
        "ege-2025-main-rus-11", 66, 35,
    )  # fmt: skip


def test_sparse_layout_with_empty_columns_and_two_exam_blocks(place, build):
    """ЕГЭ regional 2026: chemistry, then base maths with a mark."""
    place.register()
    header = [
        "№", "Код МСУ", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество",
        "Задания с кратким ответом", "Задания с развёрнутым ответом", "Первичный балл",
    ]  # fmt: skip
    place.book(
        "ЕГЭ.xlsx",
        [
            ["Протокол проверки"],
            ["99 - Примерская область"],
            [],
            [],
            ["04 - Химия 2026.06.01"],
            [],
            build.sparse([*header, "Тестовый\nбалл"]),
            build.sparse([1, 213, 3811, "11", 100, "0101", "Иванов", "Имя", "", "+", "1", 34, 63]),
            build.sparse([2, 213, 3812, "11", 100, "0101", "Петрова", "Имя", "", "+", "", 10, 30]),
            ["Средние"],
            ["22 - Математика базовая 2026.06.01"],
            [],
            build.sparse([*header, "Оценка"]),
            build.sparse([1, 213, 3811, "11", 100, "0101", "Иванов", "Имя", "", "+", "", 14, 4]),
            ["Средние"],
        ],
        sheet="Лист1",
    )
    intake = place.read()
    gia = intake.gia_results.set_index("source_row")
    assert dict(gia["work_id"]) == {
        8: "ege-2026-main-chemistry-11",
        9: "ege-2026-main-chemistry-11",
        14: "ege-2026-main-math_base-11",
    }
    assert (gia.loc[8, "score_scaled"], gia.loc[14, "test_mark"]) == (63, 4)
    levels = intake.works.set_index("work_id")["level"]
    assert dict(levels) == {
        "ege-2026-main-chemistry-11": "none",
        "ege-2026-main-math_base-11": "base",
    }
    assert build.checks(intake) == []
    # the same pupil in two exams keeps one id
    assert gia.loc[8, "pupil_id"] == gia.loc[14, "pupil_id"]


def test_sparse_oge_layout(place, build):
    place.register()
    row = [
        1, "5811", "9а", "", 1003, "", 109, "", 209, "", "Иванов", "", "Иван", "Иванович", "+-", "",
        "", "0(2)", "22", "", "4",
    ]  # fmt: skip
    rows = [["Протокол проверки результатов"], ["99 - Примерская область"], [OGE_RUS], []]
    place.book("ОГЭ.xlsx", [*rows, list(OGE_SPARSE_COLUMNS), row, ["Средние"]])
    gia = place.read().gia_results
    assert list(gia["test_mark"]) == [4]
    assert list(gia["class_label"]) == ["9А"]


@pytest.mark.parametrize(
    ("title", "last", "value", "klass", "work_id"),
    [
        ("02 - Математика 2026.06.02", "Оценка", 4, "9А", "oge-2026-main-math-9"),
        ("02 - Математика 2026.06.02", "Тестовый балл", 70, "11", "ege-2026-main-math-11"),
        ("02 - Математика профильная 2026.06.02", "Балл", "58", "11А", "ege-2026-main-math-11"),
        ("22 - Математика 2026.06.02", "Итоговый балл", 5, "11", "ege-2026-main-math_base-11"),
        ("51 - Русский язык 2026.06.09", "Оценка", 3, "9А", "gve9-2026-main-rus-9"),
        ("51 - Русский язык 2026.06.09", "Оценка", 3, "11Б", "gve11-2026-main-rus-11"),
        ("52 - Математика (ГВЭ) 2026.06.09", "Оценка", 5, "9", "gve9-2026-main-math-9"),
        ("12 - Обществознание 2026.07.03", "Отметка", 5, "Б", "oge-2026-main-social-9"),
        ("9 - Английский  язык 01.06.2026", "Балл", 90, "11", "ege-2026-main-english-11"),
    ],
)
def test_exam_kind_and_subject(protocol, build, title, last, value, klass, work_id):
    code = 5811 if work_id.startswith(("oge", "gve9")) else 3811
    header = [*build.OGE_HEADER[:-1], last]
    intake = protocol(build.oge(1, code, mark=value, klass=klass), title=title, header=header)
    assert list(intake.gia_results["work_id"]) == [work_id]
    assert "error" not in set(intake.issues["severity"])


def test_profile_maths_is_advanced_and_base_maths_in_the_score_column_is_a_mark(protocol, build):
    intake = protocol(
        build.ege(1, 3811, score=5),
        title="22 - Математика базовая 2026.06.01",
        header=build.EGE_HEADER,
    )
    row = intake.gia_results.iloc[0]
    assert row["test_mark"] == 5
    assert intake.gia_results["score_scaled"].isna().all()


def test_profile_level(protocol, build):
    intake = protocol(
        build.ege(1, 3811), title="02 - Математика 2026.06.01", header=build.EGE_HEADER
    )
    assert list(intake.works["level"]) == ["advanced"]


def test_both_score_columns_are_decided_by_the_class(protocol, build):
    header = [*build.OGE_HEADER, "Балл"]
    intake = protocol([*build.oge(1, 5811, mark=4), ""], header=header)
    assert list(intake.gia_results["work_id"]) == ["oge-2026-main-rus-9"]


def test_heading_against_the_classes_is_a_query(protocol, build):
    intake = protocol(build.oge(1, 3811, klass="11А"))
    [issue] = build.issues(intake, "rcoi_kind_differs")
    assert issue["severity"] == "query"


@pytest.mark.parametrize(
    ("title", "header", "code", "bad"),
    [
        (OGE_RUS, "OGE_HEADER", 5811, 6),
        (OGE_RUS, "OGE_HEADER", 5811, 1),
        (OGE_RUS, "OGE_HEADER", 5811, "хор"),
        (EGE_RUS, "EGE_HEADER", 3811, 101),
        (EGE_RUS, "EGE_HEADER", 3811, -1),
        (EGE_RUS, "EGE_HEADER", 3811, 55.5),
    ],
)
def test_impossible_result_leaves_the_row_out(protocol, build, title, header, code, bad):
    maker = build.oge if header == "OGE_HEADER" else build.ege
    rows = [maker(1, code, "Иванов", 20, bad), maker(2, code, "Петрова", 20, 5)]
    intake = protocol(*rows, title=title, header=getattr(build, header))
    assert list(intake.gia_results["source_row"]) == [4]
    [issue] = build.issues(intake, "gia_result_value")
    assert (issue["severity"], issue["row"]) == ("error", 3)


def test_pupils_without_a_result_are_counted_in_a_note(protocol, build):
    blanks = ["", None, "неявка", "не явился", "н", "-", "удален"]
    rows = [build.oge(i, 5811, f"Имя{i}", "", blank) for i, blank in enumerate(blanks, start=1)]
    intake = protocol(*rows, build.oge(8, 5811, "Петрова"))
    assert list(intake.gia_results["source_row"]) == [10]
    [issue] = build.issues(intake, "gia_absent")
    assert (issue["severity"], issue["value"], issue["row"]) == ("note", "7", 3)


def test_primary_score_without_a_mark_is_an_error(protocol, build):
    intake = protocol(build.oge(1, 5811, "Иванов", 20, ""))
    assert [i["row"] for i in build.issues(intake, "gia_result_value")] == [3]


def test_retake_keeps_the_latest_date(place, build):
    place.register()
    june = [build.oge(1, 5811, mark=2), build.oge(2, 5811, "Петрова", mark=4)]
    july = [build.oge(1, 5811, mark=3)]
    place.book("1.xlsx", [["01 - Русский язык 2026.06.09"], build.OGE_HEADER, *june])
    place.book("0.xlsx", [["01 - Русский язык 2026.07.03"], build.OGE_HEADER, *july])
    intake = place.read()
    assert len(intake.gia_results) == 2
    retaken = intake.gia_results[intake.gia_results["source_file"] == "0.xlsx"].iloc[0]
    assert (retaken["test_mark"], retaken["exam_date"]) == (3, "2026-07-03")
    [issue] = build.issues(intake, "gia_repeats")
    assert (issue["severity"], issue["value"], issue["school_id"]) == ("note", "1", "990001")
    assert "gia_same_day" not in build.checks(intake)
    assert list(intake.works["exam_date"]) == ["2026-06-09"]  # the earliest


def test_two_results_of_one_day_keep_the_highest_with_a_query(protocol, build):
    intake = protocol(build.oge(1, 5811, mark=3), build.oge(2, 5811, mark=5))
    assert list(intake.gia_results["test_mark"]) == [5]
    assert [i["severity"] for i in build.issues(intake, "gia_same_day")] == ["query"]


def test_namesakes_with_different_documents_are_two_pupils(protocol, build):
    intake = protocol(
        build.oge(1, 5811, mark=3, document=("9600", "123456")),
        build.oge(2, 5811, mark=5, document=("9600", "654321")),
    )
    assert len(intake.gia_results) == 2
    assert "gia_repeats" not in build.checks(intake)


def test_namesakes_in_different_classes_of_one_day_are_two_pupils(protocol, build):
    intake = protocol(build.oge(1, 5811, klass="9А"), build.oge(2, 5811, klass="9Б"))
    assert len(intake.gia_results) == 2


def test_the_same_pupil_with_and_without_a_document_is_one(place, build):
    place.register()
    place.book("a.xlsx", [[OGE_RUS], build.OGE_HEADER,
                          build.oge(1, 5811, document=("9600", "123456"))])  # fmt: skip
    place.book("b.xlsx", [["1 - Русский язык 2026.06.09"], build.OGE_HEADER,
                          build.oge(7, 5811)])  # fmt: skip
    assert len(place.read().gia_results) == 1


def test_rows_without_names_are_kept_apart(protocol, build):
    rows = [build.oge(i, 5811, "") for i in (1, 2)]
    for row in rows:
        row[7] = row[8] = ""
    intake = protocol(*rows)
    assert len(intake.gia_results) == 2
    assert [i["value"] for i in build.issues(intake, "gia_no_identity")] == ["2"]


def test_participant_code_replaces_a_name_that_is_absent(protocol, build):
    rows = [build.oge(i, 5811, "") for i in (1, 2, 3)]
    for row, code in zip(rows, ("000017", "000018", "000017"), strict=True):
        row[5], row[7], row[8] = code, "", ""
    intake = protocol(*rows)
    assert len(intake.gia_results) == 2
    assert "000017" not in build.dump(intake)


def test_unknown_school_code_is_one_error_with_the_nearest_codes(protocol, build):
    intake = protocol(
        build.oge(1, 5818, "Иванов"), build.oge(2, 5818, "Петрова"), build.oge(3, 5811, "Сидоров")
    )
    assert list(intake.gia_results["school_id"]) == ["990001"]
    [issue] = build.issues(intake, "rcoi_school_unknown")
    assert (issue["severity"], issue["value"], issue["row"]) == ("error", "5818", 3)
    assert "не учтено строк 2" in issue["message"]
    assert "похожие коды: 5812, 5811, 3812" in issue["message"]


def test_unreadable_school_code_is_named_without_its_text(protocol, build):
    intake = protocol(build.oge(1, "Магомедов"), build.oge(2, ""), build.oge(3, 5811))
    found = build.issues(intake, "rcoi_school_code")
    assert [(i["row"], i["value"]) for i in found] == [(3, "текст из 9 знаков"), (4, "пусто")]
    assert len(intake.gia_results) == 1


def test_code_with_a_leading_zero_lost_by_excel(place, build):
    place.register(codes=(("005811", "3811"), ("5812", "3812")))
    place.book("a.xlsx", [[OGE_RUS], build.OGE_HEADER, build.oge(1, 5811)])
    assert list(place.read().gia_results["school_id"]) == ["990001"]


def test_code_of_two_schools_is_ambiguous(place, build):
    place.register(codes=((5811, 3811), (5811, 3812)))
    place.book("a.xlsx", [[OGE_RUS], build.OGE_HEADER, build.oge(1, 5811)])
    intake = place.read()
    [issue] = build.issues(intake, "crosswalk_ambiguous")
    assert "990001, 990002" in issue["message"]
    assert intake.gia_results.empty


def test_oge_and_ege_codes_do_not_mix(place, build):
    """The same number is the ОГЭ code of one school and the ЕГЭ code of another."""
    place.register(codes=((5811, 5812), (5812, 5811)))
    place.book("o.xlsx", [[OGE_RUS], build.OGE_HEADER, build.oge(1, 5811)])
    place.book("e.xlsx", [[EGE_RUS], build.EGE_HEADER, build.ege(1, 5811)])
    schools = place.read().gia_results.set_index("work_id")["school_id"]
    assert dict(schools) == {"oge-2026-main-rus-9": "990001", "ege-2025-main-rus-11": "990002"}


def test_unknown_subject_leaves_the_block_out(place, build):
    place.register()
    rows = [["77 - Астрология 2026.06.01"], build.OGE_HEADER, build.oge(1, 5811), ["Средние"],
            [OGE_RUS], build.OGE_HEADER, build.oge(1, 5811)]  # fmt: skip
    place.book("a.xlsx", rows)
    intake = place.read()
    assert list(intake.works["subject"]) == ["rus"]
    [issue] = build.issues(intake, "subject_unknown")
    assert "77 - Астрология" in issue["message"]


def test_impossible_date_leaves_the_block_out(protocol, build):
    intake = protocol(build.oge(1, 5811), title="01 - Русский язык 2026.13.45")
    assert build.issues(intake, "rcoi_date")[0]["value"] == "2026.13.45"
    assert intake.gia_results.empty


@pytest.mark.parametrize(
    ("column", "expected"), [("Код ОО", "«Код ОО»"), ("Оценка", "«Тестовый балл», «Оценка»")]
)
def test_renamed_column_of_a_protocol_gives_the_sentence(protocol, build, column, expected):
    header = ["Новое имя" if c == column else c for c in build.OGE_HEADER]
    intake = protocol(build.oge(1, 5811), header=header)
    [issue] = build.issues(intake, "column_missing")
    assert f"Лист «Page 1»: нет столбца {expected}" in issue["message"]
    assert build.status(intake)["протокол.xlsx"] == "refused"


def test_protocol_without_a_heading_row(place, build):
    place.book("a.xlsx", [[OGE_RUS], ["№", "что-то"], [1, 2]])
    intake = place.read()
    assert "header_missing" in build.checks(intake)
    assert build.status(intake) == {"a.xlsx": "refused"}


def machine_row(number, surname="Иванов", mark="4"):
    return [
        number, "5811", "9А", "1003", "0109", "", surname, "Имя", "Отчество", "", "", "++-",
        "0(2)1(2)", "22,0", mark,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ";"), ("cp1251", ";"), ("utf-8", ","), ("utf-16", "\t")],
)
def test_machine_csv_in_every_encoding_and_delimiter(place, build, encoding, delimiter):
    place.register()
    rows = [build.MACHINE_HEADER, machine_row(1), machine_row(2, "Петрова", "2")]
    place.text("РЦОИ/02_2026.06.02.csv", rows, encoding, delimiter)
    intake = place.read()
    gia = intake.gia_results.sort_values("source_row")
    assert list(gia["work_id"]) == ["oge-2026-main-math-9"] * 2
    assert list(gia["score_raw"]) == [22, 22]  # «22,0»
    assert list(gia["test_mark"]) == [4, 2]
    assert list(gia["source_row"]) == [2, 3]
    assert gia["source_sheet"].isna().all()


def test_machine_csv_needs_its_name(place, build):
    place.text("выгрузка.csv", [build.MACHINE_HEADER, machine_row(1)])
    intake = place.read()
    [issue] = build.issues(intake, "rcoi_file_name")
    assert "02_2026.06.02.csv" in issue["message"]
    assert build.status(intake) == {"выгрузка.csv": "refused"}


def test_signature_below_the_table_is_not_a_pupil(protocol, build):
    intake = protocol(build.oge(1, 5811), ["Средние"], ["Председатель ГЭК", "", "Сидоров"])
    assert len(intake.gia_results) == 1
    assert build.checks(intake) == []


def test_a_year_without_a_minimum_is_an_error_with_a_count(protocol, build):
    """ЕГЭ scores of a year that scales.csv does not know cannot be judged, and that is said."""
    rows = [build.ege(1, 3811, "Иванов", 35, 66), build.ege(2, 3811, "Петрова", 20, 40)]
    intake = protocol(*rows, title="01 - Русский язык 2031.05.30", header=build.EGE_HEADER)
    [issue] = build.issues(intake, "ege_minimum_unknown")
    assert issue["severity"] == "error"
    assert "ЕГЭ 2031 года, предмет «русский язык»" in issue["message"]
    assert issue["message"].endswith("результатов не учтено: 2.")
