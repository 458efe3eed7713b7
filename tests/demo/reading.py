"""Plain reading of the demo files, independent of the package under test."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

from openpyxl import load_workbook

Rows = list[tuple[object, ...]]


@cache
def sheets(path: Path) -> dict[str, Rows]:
    book = load_workbook(path, read_only=True, data_only=True)
    found = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    book.close()
    return found


def table(path: Path, encoding: str = "utf-8", separator: str = ",") -> Rows:
    with path.open(encoding=encoding, newline="") as stream:
        return [tuple(row) for row in csv.reader(stream, delimiter=separator)]


def truth(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder.with_name("demo-truth") / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def individual_files(folder: Path, year: int, subject: str, grade: int) -> list[Path]:
    paths = sorted((folder / str(year) / "ВПР" / f"{subject} {grade}").glob("*.xlsx"))
    return [
        path
        for path in paths
        if path.stat().st_size > 500
        and not path.name.startswith("~$")
        and next(iter(sheets(path).values()))[0][0] == "Индивидуальные результаты"
    ]


def marks_in_f1(
    folder: Path, year: int, subject: str, grade: int, school_id: str
) -> list[int | None]:
    """Marks of one school in a work, by the heading «Отметка», as numbers."""
    (path,) = individual_files(folder, year, subject, grade)
    (rows,) = sheets(path).values()
    column = rows[7].index("Отметка")
    return [
        int(str(row[column]))
        for row in rows[8:]
        if row[0] == f"edu{school_id}" and row[column] is not None
    ]


def exam_rows(
    folder: Path, year: int, code: str, kind: str
) -> dict[int, list[tuple[object, object]]]:
    """Pairs (raw score, result) by school code in the first block of an exam."""
    found: dict[int, list[tuple[object, object]]] = defaultdict(list)
    for path in (folder / str(year) / "РЦОИ").glob(f"{kind}*.xlsx"):
        (rows,) = sheets(path).values()
        titles = [i for i, row in enumerate(rows) if str(row[0]).startswith(f"{code} - ")]
        start = titles[0] + 1
        while rows[start][0] != "№":
            start += 1
        headings = list(rows[start])
        last = max(c for c, heading in enumerate(headings) if heading is not None)
        school, raw = headings.index("Код ОО"), headings.index("Первичный балл")
        for row in rows[start + 1 :]:
            if not isinstance(row[0], int):
                break
            found[int(str(row[school]))].append((row[raw], row[last]))
    return found
