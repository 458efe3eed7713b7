"""Letters to schools, read back from the files; the sheets a school fills."""

import io
import re

import docx
import openpyxl
import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.intake.checks import CHECKS
from shnor_analysis.intake.explanations import read_explanations
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import DEFAULT_REGULATIONS, Place, load_methodology
from shnor_analysis.report.document import from_record, to_record
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.letters import letters
from shnor_analysis.report.tables import ASKED, answer_sheet
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
REASONS = METHODOLOGY.explanation_reasons
NAMES = {"990001": "МБОУ «СОШ № 10 г. Примерска»", "990002": "МБОУ «СОШ № 2 г. Примерска»"}
LABELS = Labels(NAMES, {})
PLACE = Place.model_validate(
    {
        "name": "Примерский муниципальный район",
        "region_name": "Примерская область",
        "municipality_id": "reg99_m012",
        "regulations": DEFAULT_REGULATIONS.model_dump(),
        "terms": {"low_results": "ШНОР", "adverse_conditions": "ШНСУ"},
        "responsible": {"monitoring": "методический центр", "decisions": "отдел образования"},
        "publication": {"min_participants": 5},
        "answer_days": 21,
    }
)


def remark(number, severity, school, **other):
    return {
        "issue_id": number, "issue_code": f"3f0a-{school or '000000'}-{number:04x}",
        "severity": severity, "check_id": "x", "school_id": school, "file": "2025/Ф1.xlsx",
        "sheet": "РУ 5", "row": number, "column": "Отметка", "value": "6",
        "message": f"Строка {number}: замечание.", "guidance": "Сверьте строку.",
    } | other  # fmt: skip


ISSUES = contracts.ISSUES.conform(
    pd.DataFrame(
        [
            remark(1, "error", "990001"),
            remark(2, "query", "990001", file="2025/Ф3.xlsx"),
            remark(3, "warning", "990001"),
            remark(4, "note", "990001"),
            remark(5, "query", "990002"),
            remark(6, "warning", "990003"),
            remark(7, "error", None),
            remark(8, "query", "990004", explanation="карантин"),
        ]
    )
)


@pytest.fixture(scope="module")
def written():
    return letters(ISSUES, LABELS, PLACE, 2025, REASONS)


def opened(content):
    return docx.Document(io.BytesIO(content))


def flat(text):
    return re.sub(r"[\u00a0\u202f]", " ", text)


def prose(content):
    return flat("\n".join(paragraph.text for paragraph in opened(content).paragraphs))


def test_only_schools_that_owe_an_answer_get_a_letter(written):
    # 990003 has a warning only, 990004 has explained its query, one remark has no school
    assert list(written) == ["990001.docx", "990001.xlsx", "990002.docx", "990002.xlsx"]


def test_a_letter_says_who_what_and_until_when(written):
    text = prose(written["990001.docx"])
    assert "Руководителю: МБОУ «СОШ № 10 г. Примерска»" in text
    assert "О данных для мониторинга за 2024/25 учебный год" in text
    assert "к данным вашей школы возникло 2 замечания." in text
    assert "в течение 21 дня со дня получения" in text  # 21 takes the singular genitive
    assert "строки или файлы целиком не вошли в расчёт: 1." in text
    assert "Других замечаний к данным школы: 2; они ответа не требуют" in text
    assert "От кого: методический центр; Примерский муниципальный район" in text
    assert "Исполнитель, телефон:" in text


def test_a_letter_without_errors_does_not_speak_of_lost_rows(written):
    text = prose(written["990002.docx"])
    assert "возникло 1 замечание." in text
    assert "не вошли" not in text
    assert "ответа не требуют" not in text


def test_advice_on_what_a_school_answers_does_not_send_to_the_school():
    asked = {name: one for name, one in CHECKS.items() if one.severity in ASKED}
    assert asked
    assert not [name for name, one in asked.items() if "у школы" in one.guidance]


def test_a_school_sees_its_own_remarks(written):
    (asked,) = opened(written["990001.docx"]).tables
    rows = [[cell.text for cell in row.cells] for row in asked.rows]
    assert rows[0] == [
        "Код замечания", "Файл", "Лист", "Строка", "Столбец", "Найдено", "Замечание",
        "Что сделать",
    ]  # fmt: skip
    assert rows[1] == [
        "3f0a-990001-0001", "2025/Ф1.xlsx", "РУ 5", "1", "Отметка", "6", "Строка 1: замечание.",
        "Сверьте строку.",
    ]  # fmt: skip
    assert len(rows) == 3
    assert "990002" not in prose(written["990001.docx"])
    assert "990001.xlsx" in prose(written["990001.docx"])  # what to fill


def test_the_sheet_of_answers_is_read_back(written):
    book = openpyxl.load_workbook(io.BytesIO(written["990001.xlsx"]))
    sheet, codes = book.worksheets[1:]
    assert {reason.code for reason in REASONS} <= {row[0].value for row in codes.iter_rows()}
    header = header_row(sheet)
    place = {cell.value: cell.column for cell in header}
    first = header[0].row + 1
    sheet.cell(first, place["Код причины"], "П3")
    sheet.cell(first, place["Пояснение школы"], "класс болел")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    extract = read_explanations(Sheet("ответ.xlsx", sheet.title, rows), METHODOLOGY, b"")
    told = extract.reported["explanations"].to_dict("records")
    assert [(t["issue_code"], t["assessment_year"], t["reason_code"]) for t in told] == [
        ("3f0a-990001-0001", 2025, "П3")
    ]
    assert extract.issues == []
    assert "990002" not in str(rows)


def test_nobody_is_accused(written):
    for name, content in written.items():
        if name.endswith(".xlsx"):
            continue
        assert not re.search("наруш|завыш|манипул|виновн", prose(content), re.IGNORECASE)


def test_names_are_safe_and_equal_remarks_give_equal_bytes(written):
    hostile = ISSUES.assign(school_id="../a:b|c")
    names = list(letters(hostile, LABELS, PLACE, 2025, REASONS))
    assert names == ["___a_b_c.docx", "___a_b_c.xlsx"]
    assert letters(ISSUES, LABELS, PLACE, 2025, REASONS) == written


def test_no_remarks_no_letters():
    assert letters(contracts.ISSUES.empty(), LABELS, PLACE, 2025, REASONS) == {}


# --- issues.xlsx --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheets():
    book = openpyxl.load_workbook(io.BytesIO(issues_workbook(ISSUES, LABELS, REASONS)))
    return {sheet["A1"].value: sheet for sheet in book}


def sheet_of(sheets, words):
    return next(sheet for title, sheet in sheets.items() if words in str(title))


def header_row(sheet):
    return next(row for row in sheet.iter_rows() if row[0].value == "Код замечания")


def test_a_school_sheet_has_the_columns_the_answer_is_read_from(sheets):
    header = [cell.value for cell in header_row(sheet_of(sheets, "СОШ № 10"))]
    assert header[0] == "Код замечания"
    assert header[-2:] == ["Код причины", "Пояснение школы"]


def test_the_reason_is_chosen_from_a_list_on_every_row(sheets):
    sheet = sheet_of(sheets, "СОШ № 10")
    (rule,) = sheet.data_validations.dataValidation
    header = header_row(sheet)
    column = next(cell for cell in header if cell.value == "Код причины").column_letter
    first = header[0].row + 1
    assert rule.type == "list"
    assert str(rule.sqref) == f"{column}{first}:{column}{first + 3}"  # four remarks
    assert rule.formula1 == f'"{",".join(reason.code for reason in REASONS)}"'


def test_what_a_school_has_explained_stands_in_its_sheet(sheets):
    sheet = sheet_of(sheets, "990004")
    row = next(r for r in sheet.iter_rows() if str(r[0].value).startswith("3f0a-"))
    assert row[-1].value == "карантин"


def test_the_full_sheet_has_no_columns_to_fill(sheets):
    sheet = sheet_of(sheets, "полный перечень")
    assert not sheet.data_validations.dataValidation


def test_a_column_of_choices_survives_a_notebook():
    table = answer_sheet(ISSUES, REASONS, 2025)
    assert from_record(to_record(table)) == table
