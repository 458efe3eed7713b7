"""Tables of a million rows: kept by column, read as any other table."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.intake import workbook
from shnor_analysis.intake.context.oo1 import read_oo1
from shnor_analysis.intake.fisoko.individual import read_individual
from shnor_analysis.intake.messages import UnreadableFile, issues_table
from shnor_analysis.intake.workbook import ColumnRows, Sheet, csv_columns, open_workbook
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology

HEADER = ["ИНН/логин", "год", "раздел", "строка", "графа", "значение"]
CELLS = st.sampled_from(
    ["", " ", "X", "-1", "12,5", "2024", "2.1.1", "02", "2", "edu990001", "9901000001", "МБОУ №1"]
)


@pytest.fixture(scope="module")
def methodology():
    return load_methodology(Path(__file__).parents[2] / "methodology", DEFAULT_REGULATIONS)


def text_of(rows):
    return "\r\n".join(";".join(map(str, row)) for row in rows) + "\r\n"


def by_column(rows):
    """The same rows as a large CSV would hold them."""
    columns = csv_columns(text_of(rows), ";")
    assert columns is not None
    return ColumnRows(columns)


@given(text=st.text(alphabet='a1 ;,\r\n"\t\v\x85я', max_size=60), delimiter=st.sampled_from(";,\t"))
@settings(max_examples=500)
def test_columns_hold_exactly_what_the_reader_of_rows_finds(text, delimiter):
    columns = csv_columns(text, delimiter)
    if columns is not None:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        blank = [""] * len(columns)
        assert list(ColumnRows(columns)) == [row or blank for row in rows]


@pytest.mark.parametrize(
    "text", ['a;b\n"1";2\n', "a;b\n1\n", "a;b\n1;2;3\n", "\na;b\n", "a\n1\n", ""]
)
def test_what_only_the_reader_of_rows_understands_is_left_to_it(text):
    assert csv_columns(text, ";") is None


def test_rows_are_lists_as_in_any_sheet():
    rows = by_column([["a", "b"], ["1", ""], ["1", "я"]])
    assert (len(rows), rows[1], rows[-1]) == (3, ["1", ""], ["1", "я"])
    assert rows[1:] == [["1", ""], ["1", "я"]]
    assert Sheet("x.csv", "", rows).width == 2


@pytest.mark.parametrize("make", [list, by_column])
def test_a_column_names_its_distinct_cells_once(make):
    sheet = Sheet("x.csv", "", make([["a", "b"], ["1", ""], ["2", "1"], ["1", "1"]]))
    column = sheet.column(0, 1)
    assert [column.cells[code] for code in column.codes] == ["1", "2", "1"]
    assert sorted(sheet.column(1, 0).cells) == ["", "1", "b"]
    absent = sheet.column(None, 1)
    assert [absent.cells[code] for code in absent.codes] == [None, None, None]


def test_equal_cells_of_different_kinds_are_different():
    sheet = Sheet("x.xlsx", "Лист", [[1.0], [True], [1], []])
    column = sheet.column(0, 0)
    assert list(map(repr, column.cells)) == ["1.0", "True", "1", "None"]


@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), max_size=12))
@settings(max_examples=100)
def test_a_form_gives_the_same_by_column_and_by_row(methodology, rows):
    found = []
    for content in ([HEADER, *rows], by_column([HEADER, *rows])):
        extract = read_oo1(Sheet("ОО-1.csv", "", content), methodology, b"k" * 32)
        tables = {name: table.to_dict("records") for name, table in extract.reported.items()}
        found.append((tables, sorted(map(str, extract.issues))))
    assert found[0] == found[1]


def test_pupils_of_a_large_file_are_the_same(place, build):
    pupils = [build.pupil(40000 + i, (2, "X", 1, ""), total=3) for i in range(30)]
    rows = build.f1(*pupils, build.pupil(40001, (0, 1, 0, 0)))
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    by_row, by_col = (
        read_individual(Sheet("Ф1.csv", "", content), place.methodology, build.KEY)
        for content in (texts, by_column(texts))
    )
    assert len(by_row.vpr["pupil_id"]) == 29  # of 31 rows two contradict each other
    assert by_row.vpr == by_col.vpr
    assert issues_table(by_row.issues).equals(issues_table(by_col.issues))


def test_a_large_form_reaches_the_tables(place, build):
    rows = [
        [f"edu99{school:04d}", 2025, "2.1.1", f"{row:02d}", column, row + column]
        for school in range(1, 41)
        for row in range(1, 61)
        for column in range(3, 23)
    ]  # 40 schools × 60 rows × 20 columns
    content = text_of([HEADER, *rows]).encode()
    assert len(content) > 2**20
    (sheet,) = open_workbook("ОО-1.csv", content)
    assert isinstance(sheet.rows, ColumnRows)
    place.raw("ОО-1.csv", content)
    found = place.read().reported["oo1_values"]
    assert len(found) == 48_000
    # every school has the sum of (row + column): 20 × 1830 + 60 × 250 = 51 600
    assert set(found.groupby("school_id")["value"].sum()) == {51_600}
    assert set(found["source_row"]) == set(range(2, 48_002))


@pytest.mark.parametrize("quoted", [False, True])
def test_more_rows_than_the_limit_are_refused(monkeypatch, quoted):
    monkeypatch.setattr(workbook, "MAX_CSV_ROWS", 1000)
    cell = '"a"' if quoted else "a" * 600
    content = "\n".join([f"{cell};b"] * 2000).encode()
    with pytest.raises(UnreadableFile, match="2000 строк на листе, наибольшее допустимое — 1000"):
        open_workbook("Ф1.csv", content)
