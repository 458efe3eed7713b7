"""Every planted spot is where dirt.csv says."""

from collections import Counter
from pathlib import Path

import pytest

from shnor_analysis.demo.dirt import KINDS
from tests.demo import reading


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def cell(folder: Path, spot: dict[str, str]) -> str:
    path = folder / spot["file"]
    row, column = int(spot["row"]) - 1, column_number(spot["column"])
    if path.suffix == ".csv":
        is_windows = path.name.startswith(("02_", "ОО-1"))
        rows = reading.table(path, "cp1251", ";") if is_windows else reading.table(path)
    else:
        rows = reading.sheets(path)[spot["sheet"]]
    value = rows[row][column]
    return "" if value is None else str(value)


@pytest.fixture(scope="session")
def spots(folder: Path) -> list[dict[str, str]]:
    return reading.truth(folder, "dirt")


def one(spots: list[dict[str, str]], dirt_id: str) -> dict[str, str]:
    return next(spot for spot in spots if spot["dirt_id"] == dirt_id)


def test_every_kind_is_planted(spots: list[dict[str, str]]) -> None:
    assert {spot["dirt_id"] for spot in spots} == set(KINDS)


def test_every_cell_holds_the_dirt(folder: Path, spots: list[dict[str, str]]) -> None:
    for spot in spots:
        assert (folder / spot["file"]).is_file(), spot
        if spot["row"]:
            assert cell(folder, spot) == spot["value"], spot


def test_dirt_lies_in_ordinary_schools_only(folder: Path, spots: list[dict[str, str]]) -> None:
    for spot in spots:
        if spot["row"] and "ВПР" in spot["file"]:
            rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
            group = str(rows[int(spot["row"]) - 1][0])
            assert any(digits in group for digits in ("991201", "991224")), spot


def test_stale_total_differs_from_the_tasks(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "stale_total")
    row = reading.sheets(folder / spot["file"])[spot["sheet"]][int(spot["row"]) - 1]
    assert row[-3] == 0
    assert sum(value for value in row[6:-3] if isinstance(value, int)) > 0


def test_shifted_row_has_a_score_above_the_maximum(
    folder: Path, spots: list[dict[str, str]]
) -> None:
    spot = one(spots, "column_shift")
    rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
    column = column_number(spot["column"])
    greatest = int(str(rows[7][column]).split("(")[1].split("б")[0])
    assert int(str(rows[int(spot["row"]) - 1][column])) > greatest


def test_text_block_is_all_text(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "numbers_as_text")
    rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
    block = rows[int(spot["row"]) - 1 : int(spot["row_last"])]
    assert len(block) > 10
    assert all(isinstance(value, str) for row in block for value in row if value is not None)


def test_duplicate_row_repeats_the_row_above(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "duplicate_row")
    rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
    assert rows[int(spot["row"]) - 1] == rows[int(spot["row"]) - 2]


def test_own_file_has_the_rows_of_the_municipal_one(
    folder: Path, spots: list[dict[str, str]]
) -> None:
    own = folder / one(spots, "school_own_file")["file"]
    (path,) = reading.individual_files(folder, 2025, "МА", 4)
    (mine,) = reading.sheets(own).values()
    (common,) = reading.sheets(path).values()
    people = [row for row in mine if row[0] == "edu991224"]
    assert people
    assert people == [row for row in common if row[0] == "edu991224"]


def test_copy_is_exact(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "byte_copy")
    assert (folder / spot["file"]).read_bytes() == (folder / spot["value"]).read_bytes()


def test_percents_do_not_add_up_in_one_row_only(folder: Path) -> None:
    wrong = 0
    for path in sorted((folder / "2025").rglob("Ф3_Статистика по отметкам.xlsx")):
        (rows,) = reading.sheets(path).values()
        for row in rows[8:]:
            shares = [float(str(value).replace(",", ".")) for value in row[3:7]]
            wrong += abs(sum(shares) - 100) > 0.05
    assert wrong == 1


def test_resit_is_a_two_and_then_a_three(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "resit")
    rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
    later = rows[int(spot["row"]) - 1]
    person = tuple(later[column] for column in (10, 12, 13))
    blocks = [i for i, row in enumerate(rows) if str(row[0]).startswith("01 - ")]
    first = next(
        row
        for row in rows[blocks[0] : blocks[1]]
        if tuple(row[column] for column in (10, 12, 13)) == person
    )
    assert (first[20], later[20]) == (2, 3)
    assert str(rows[blocks[0]][0]) < str(rows[blocks[1]][0])
    for row in (first, later):
        points = sum(int(part.split("(")[0]) for part in str(row[17]).split(")") if part)
        assert str(row[14]).count("+") + points == row[18]


def test_absent_pupil_has_no_result(folder: Path, spots: list[dict[str, str]]) -> None:
    spot = one(spots, "no_result")
    row = reading.sheets(folder / spot["file"])[spot["sheet"]][int(spot["row"]) - 1]
    assert isinstance(row[0], int)
    assert row[18] is None
    assert row[20] is None


def test_names_belong_to_nobody(folder: Path) -> None:
    (rows,) = reading.sheets(folder / "2025/РЦОИ/ОГЭ 2025 протоколы.xlsx").values()
    people = [row for row in rows if isinstance(row[0], int)]
    assert len(people) > 500
    assert all(str(row[12]).startswith("Имя") and str(row[12])[3:].isdigit() for row in people)
    # One name is one pupil: the same person sits an exam once, the re-sit apart.
    exam, counts = "", Counter()
    for row in rows:
        if " - " in str(row[0]):
            exam = str(row[0])
        if isinstance(row[0], int):
            counts[exam, row[10], row[12]] += 1
    assert set(counts.values()) == {1}


def test_work_marks_are_one_more_than_participants(
    folder: Path, spots: list[dict[str, str]]
) -> None:
    spot = one(spots, "work_marks")
    rows = reading.sheets(folder / spot["file"])[spot["sheet"]]
    differing = [
        number
        for number, row in enumerate(rows[1:], start=2)
        if sum(int(str(mark)) for mark in row[9:13]) != row[8]
    ]
    assert differing == [int(spot["row"])]


def test_only_one_printed_mean_of_the_journals_is_wrong(
    folder: Path, spots: list[dict[str, str]]
) -> None:
    spot = one(spots, "journal_mean")
    wrong = []
    for path in sorted(folder.glob("2025/Журналы/*/Ведомость 9А год.xlsx")):
        (rows,) = reading.sheets(path).values()
        footer = next(i for i, row in enumerate(rows) if row[1] == "Средний балл")
        for column in range(2, 10):
            marks = [int(str(row[column])) for row in rows[4:footer] if str(row[column]) in "2345"]
            if abs(float(str(rows[footer][column])) - sum(marks) / len(marks)) > 0.005:
                wrong.append((path.relative_to(folder).as_posix(), footer + 1, column))
    assert wrong == [(spot["file"], int(spot["row"]), column_number(spot["column"]))]


def test_stray_files(folder: Path, spots: list[dict[str, str]]) -> None:
    assert (folder / one(spots, "empty_file")["file"]).stat().st_size == 0
    assert (folder / one(spots, "stray_pdf")["file"]).read_bytes().startswith(b"%PDF")
    assert one(spots, "lock_file")["file"].endswith("~$lock.xlsx")
    assert one(spots, "thumbs")["file"].endswith("Thumbs.db")
