"""The command ``shnor check``: what the report has files for, and letters to the schools."""

import io
import shutil

import docx
import openpyxl
import pytest

from shnor_analysis import checking
from shnor_analysis.errors import ParameterError
from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.explanations import read_explanations
from shnor_analysis.intake.workbook import open_workbook
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.table_stages import tidy
from tests.conftest import copy_of

YEAR = ("--year", "2025")


@pytest.fixture(scope="module")
def checked(demo_raw, shnor, tmp_path_factory):
    """A place checked by the command: the workspace and what was printed."""
    workspace = copy_of(demo_raw, tmp_path_factory.mktemp("checked"))
    finished = shnor(workspace, "check", "demo", *YEAR)
    assert finished.returncode == 0, finished.stderr
    return workspace, finished.stdout


@pytest.fixture(scope="module")
def again(checked):
    """The same place checked once more, with a letter that the first check did not write."""
    workspace = checked[0]
    stale = workspace.reports("demo", 2025) / "letters" / "000000.docx"
    stale.write_bytes(b"old")
    return checking.check(workspace, "demo", 2025)


def letters_of(workspace):
    return {
        path.name: path.read_bytes()
        for path in sorted((workspace.reports("demo", 2025) / "letters").iterdir())
    }


def test_it_says_what_was_found_and_writes_the_remarks(checked):
    workspace, said = checked
    assert "ФИС ОКО: индивидуальные результаты (Ф1)" in said
    book = openpyxl.load_workbook(workspace.reports("demo", 2025) / "issues.xlsx")
    assert any("6, ожидалось 2, 3, 4 или 5" in str(c.value) for s in book for r in s for c in r)


def test_it_says_what_is_enough_what_is_missing_and_where_to_get_it(
    demo_raw, fresh_workspace, shnor
):
    raw = fresh_workspace.raw("demo")
    shutil.copytree(demo_raw.raw("demo"), raw)
    shutil.rmtree(raw / "2025/Медали")
    (raw / "2025/РЦОИ/ОГЭ 2025 апелляции.xlsx").unlink()
    finished = shnor(fresh_workspace, "check", "demo", *YEAR)
    assert finished.returncode == 0, finished.stderr
    said = finished.stdout
    enough, lacking, missing = (
        said.index(words)
        for words in ("Данных хватает для разделов", "Не хватает обязательных", "Чего нет")
    )
    assert enough < said.index("Перечень школ с низкими результатами") < lacking
    assert lacking < said.index("Подтверждение медалей. Нужны: Претенденты на медаль") < missing
    assert "Претенденты на медаль, 2024/25: файла нет" in said[missing:]
    assert "Где взять: РЦОИ; протокол результатов апелляций." in said[missing:]


def test_it_writes_a_letter_to_every_school_that_owes_an_answer(checked, again):
    workspace, said = checked
    issues = again.intake.issues
    asked = issues[issues["severity"].isin(["error", "query"]) & issues["school_id"].notna()]
    names = sorted(f"{school}.docx" for school in asked["school_id"].unique())
    assert names
    assert [path.name for path in again.letters] == names
    sheets = sorted(f"{school}.xlsx" for school in asked["school_id"].unique())
    assert sorted(letters_of(workspace)) == sorted([*names, *sheets])
    assert f"Письма школам ({len(names)})" in said
    for school, rows in asked.groupby("school_id"):
        opened = docx.Document(io.BytesIO(letters_of(workspace)[f"{school}.docx"]))
        codes = [row.cells[0].text for row in opened.tables[0].rows[1:]]
        assert sorted(codes) == sorted(rows["issue_code"])


def test_letters_of_an_earlier_check_do_not_stay(checked, again):
    assert not (checked[0].reports("demo", 2025) / "letters" / "000000.docx").exists()
    assert "000000.docx" not in {path.name for path in again.letters}


def test_a_failure_keeps_the_earlier_letters(checked, again, monkeypatch):
    workspace = checked[0]
    before = letters_of(workspace)

    def stop(*_):
        raise ParameterError("остановка для проверки")

    monkeypatch.setattr(tidy, "read_files", lambda *_: again.intake)
    monkeypatch.setattr(checking, "write_all", stop)
    with pytest.raises(ParameterError, match="остановка"):
        checking.check(workspace, "demo", 2025)
    assert letters_of(workspace) == before
    shutil.rmtree(workspace.reports("demo", 2025) / "letters.failed")


def test_a_filled_school_sheet_is_read_back(checked):
    workspace = checked[0]
    book = openpyxl.load_workbook(workspace.reports("demo", 2025) / "issues.xlsx")
    sheet = book.worksheets[-1]
    header = next(row for row in sheet.iter_rows() if row[0].value == "Код замечания")
    columns = {cell.value: cell.column for cell in header}
    row = header[0].row + 1
    code = sheet.cell(row, columns["Код замечания"]).value
    sheet.cell(row, columns["Код причины"]).value = "П3"
    sheet.cell(row, columns["Пояснение школы"]).value = "карантин в марте"
    stored = io.BytesIO()
    book.save(stored)
    methodology = load_methodology(workspace.methodology, DEFAULT_REGULATIONS)
    read = next(
        read_explanations(found, methodology, b"")
        for found in open_workbook("2025/ответ.xlsx", stored.getvalue())
        if sheet_family(found) == "explanations" and found.name == sheet.title
    )
    answer = read.reported["explanations"].iloc[0]
    assert (answer["issue_code"], answer["reason_code"]) == (code, "П3")
    assert answer["explanation"] == "карантин в марте"
