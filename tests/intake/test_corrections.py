"""Corrections of received files, and answers of schools to remarks."""

import pandas as pd
import pytest

from shnor_analysis.intake import explained_issues, stale_explanations, with_issues
from shnor_analysis.intake.checks import CHECKS
from shnor_analysis.intake.explanations import read_explanations
from shnor_analysis.intake.messages import issue_series, issues_table, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Confidence
from shnor_analysis.place_settings import Correction, PlaceSettings

FILE, SHEET = "2026/Ф1.xlsx", "Лист"
# Row 9 of the sheet is the separator, row 10 the first pupil; column J holds «Первичный балл».
FIRST_PUPIL, MARK = 10, "L"


def correction(**more):
    values = {
        "id": "прим-1", "place": "place", "file": FILE, "sheet": SHEET, "row": FIRST_PUPIL,
        "column": MARK, "expect": "7", "action": "replace", "value": "4",
        "reason": "опечатка подтверждена школой", "source": "письмо школы",
        "confidence": Confidence.SOURCE_READ,
    }  # fmt: skip
    return Correction(**{**values, **more})


@pytest.fixture
def read(place, build):
    def run(*corrections, mark=7):
        header = build.f1_header()
        assert header.index("Отметка") == 11  # column L
        rows = build.f1(build.separator(2), build.pupil(40001, mark=mark), build.pupil(40002))
        place.book(FILE, rows, SHEET)
        place.register()
        return place.read(settings=PlaceSettings(corrections=corrections))

    return run


def test_without_a_correction_the_row_is_left_out(read, build):
    intake = read()
    assert len(intake.vpr_results) == 1
    assert "vpr_mark_value" in build.checks(intake)


def test_a_correction_replaces_the_cell_and_is_told(read, build):
    intake = read(correction())
    assert sorted(intake.vpr_results["test_mark"]) == [3, 4]
    told = build.issues(intake, "correction_applied")
    assert [(i["file"], i["row"], i["column"]) for i in told] == [(FILE, FIRST_PUPIL, MARK)]
    assert "опечатка подтверждена школой" in told[0]["message"]


def test_a_row_can_be_left_out(read, build):
    intake = read(correction(action="drop_row", expect="5", value=None), mark=5)
    assert list(intake.vpr_results["test_mark"]) == [3]
    assert "correction_applied" in build.checks(intake)


def test_a_repaired_source_stops_the_correction(read, build):
    intake = read(correction(), mark=4)  # the school repaired the cell itself: 4, not 7
    assert sorted(intake.vpr_results["test_mark"]) == [3, 4]
    told = build.issues(intake, "correction_outdated")
    assert "найдено 4, а ожидалось 7" in told[0]["message"]
    assert told[0]["severity"] == "error"


@pytest.mark.parametrize("wrong", [{"sheet": "Другой"}, {"row": 9999}, {"column": "Ы"}])
def test_a_correction_of_nothing_is_an_error(read, build, wrong):
    assert "correction_no_place" in build.checks(read(correction(**wrong)))


# --- explanations ------------------------------------------------------------------------------


def test_codes_of_remarks_are_unique_and_checks_do_not_share_a_code():
    codes = {issue_series(check_id, None) for check_id in CHECKS}
    assert len(codes) == len(CHECKS)
    same = [make_issue("vpr_no_code", f"{n}.xlsx", "РУ 4", 10) for n in range(3)]
    table = issues_table(same)
    assert table["issue_code"].is_unique
    assert table["issue_code"].str.fullmatch(r"[0-9a-f]{4}-000000-[0-9a-f]{4}").all()


def answers(*rows, file="2026/ответ.xlsx"):
    header = ["Код замечания", "Код причины", "Пояснение школы"]
    return Sheet(file, "990001", [["Замечания"], header, *map(list, rows)])


def read_answers(place, *rows, **more):
    return read_explanations(answers(*rows, **more), place.methodology, b"")


def test_a_filled_workbook_is_read_and_empty_rows_are_passed_over(place):
    extract = read_answers(
        place, ("3f0a-990001-91c4", "П3", "класс болел"), ("3f0a-990001-0000", "", "")
    )
    rows = extract.reported["explanations"].to_dict("records")
    assert [(r["issue_code"], r["assessment_year"], r["reason_code"]) for r in rows] == [
        ("3f0a-990001-91c4", 2026, "П3")
    ]
    assert extract.issues == []


def test_people_in_an_explanation_are_not_kept(place):
    text = "звоните Иванову Петру, 8 999 123-45-67, director@example.org"
    frame = read_answers(place, ("3f0a-990001-91c4", "", text)).reported["explanations"]
    kept = frame["explanation"].iloc[0]
    assert "999" not in kept
    assert "@" not in kept
    assert "Иванов" not in kept


def test_an_answer_without_a_code_or_a_year_is_told(place):
    extract = read_answers(place, ("нет кода", "other", "текст"), file="ответ.xlsx")
    assert [i.check_id for i in extract.issues] == ["explanation_year"]
    extract = read_answers(place, ("нет кода", "other", "текст"))
    assert [i.check_id for i in extract.issues] == ["explanation_code"]


def test_an_answer_stands_beside_its_remark_and_comes_back_next_year():
    issue = make_issue(
        "participants_above_pupils", "ф.xlsx", "РУ 4", 12, value="60", school_id="990001",
        n_pupils=50,
    )  # fmt: skip
    table = issues_table([issue])
    code = table["issue_code"].iloc[0]
    series = issue_series("participants_above_pupils", "990001")
    told = pd.DataFrame(
        {
            "assessment_year": [2025, 2024, 2023],
            "issue_code": [code, f"{series}-aaaa", "ffff-990001-aaaa"],
            "reason_code": ["quarantine", None, "other"],
            "explanation": ["болели", "присоединили филиал", "другая проверка"],
        }
    )
    shown = explained_issues(table, told, {"quarantine": "карантин"}, 2025).iloc[0]
    assert shown["explanation"] == "карантин — болели"
    assert shown["earlier_explanation"] == "2023/24: присоединили филиал"
    later = explained_issues(table, told, {}, 2026).iloc[0]
    assert later["explanation"] == "quarantine — болели"  # the very same remark is not asked again
    told_before = "2023/24: присоединили филиал; 2024/25: quarantine — болели"
    assert later["earlier_explanation"] == told_before


def test_an_answer_to_a_remark_that_is_gone_is_told():
    gone = pd.DataFrame(
        {
            "assessment_year": [2025, 2024], "issue_code": ["aaaa-990001-0000", "bbbb-990001-0000"],
            "source_file": "ответ.xlsx", "source_sheet": "Лист", "source_row": [3, 4],
        }
    )  # fmt: skip
    issues = issues_table([])
    notes = stale_explanations(issues, gone, 2025)
    assert [(i.check_id, i.value) for i in notes] == [("explanation_stale", "aaaa-990001-0000")]
    assert len(with_issues(issues, notes)) == 1


def test_a_correction_of_a_file_that_is_not_there_is_an_error(read, build):
    told = build.issues(read(correction(file="2026/Нет.xlsx")), "correction_no_place")
    assert "файла «2026/Нет.xlsx»" in told[0]["message"]


def test_the_corrected_file_is_read_rather_than_its_copy(place, build):
    rows = build.f1(build.separator(2), build.pupil(40001, mark=7), build.pupil(40002))
    content = place.book(FILE, rows, SHEET).read_bytes()
    place.raw("2026/Ф.xlsx", content)  # a shorter name would win otherwise
    place.register()
    intake = place.read(settings=PlaceSettings(corrections=(correction(),)))
    assert sorted(intake.vpr_results["test_mark"]) == [3, 4]
