"""How fast files are read: many small workbooks, one large workbook, one large CSV.

Run ``python benchmarks/reading.py``. Every case runs in a process of its own, so that the peak
memory is its own; CPU seconds are of that process after its imports. Files are invented.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import xlsxwriter

from shnor_analysis.intake import read_place
from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.place import READERS
from shnor_analysis.intake.workbook import open_workbook
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology

ROOT = Path(__file__).parents[1]
KEY = b"k" * 32
N_SMALL, N_LARGE, N_CSV = 1000, 26_600, 1_000_000
# Aims in CPU seconds, from the requirements of the project.
AIMS = {"small": 4.0, "large": 4.0, "csv": 2.0}
TITLES = {
    "small": f"{N_SMALL} книг Ф1 по 20 участников, вся папка до готовых таблиц",
    "large": f"книга Ф1 {N_LARGE} × 36, до строк участников",
    "csv": f"CSV формы ОО-1, {N_CSV} строк, до строк таблицы",
}
N_TASKS = 27


def individual_book(path: Path, n_pupils: int, school: int, n_schools: int = 1) -> None:
    """Write «Индивидуальные результаты» with invented rows."""
    tasks = [f"{n} (2б)" for n in range(1, N_TASKS + 1)]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("РУ 4 Индивидуальные результаты")
    head = [
        ["Индивидуальные результаты"], [], ["ВПР 2026 Русский язык 4 класс"],
        ["Предмет:", "Русский язык"], ["Максимальный первичный балл:", 2 * N_TASKS],
        ["Дата:", "20.04.2026"], [],
        ["ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *tasks,
         "Первичный балл", "Отметка", "Отметка по журналу"],
    ]  # fmt: skip
    for number, row in enumerate(head):
        sheet.write_row(number, 0, row)
    for i in range(n_pupils):
        code = school + i % n_schools
        scores = [(i * 7 + t * t) % 3 for t in range(N_TASKS)]
        sheet.write_row(
            len(head) + i,
            0,
            [f"edu{code}", "Примерский муниципальный район", f"МБОУ «СОШ №{code}»(edu{code})",
             40001 + i, 1 + i % 3, 1 + i % 2, *scores, sum(scores), 2 + i % 4, 2 + (i + 1) % 4],
        )  # fmt: skip
    book.close()


def oo1_csv(path: Path) -> None:
    """Write ОО-1 of invented schools as a long table."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write("Логин;Год;Раздел;Строка;Графа;Значение\r\n")
        for i in range(N_CSV):
            school, rest = divmod(i, 1000)
            row, column = divmod(rest, 20)
            stream.write(f"edu99{school:04d};2025;2.1.1;{row + 1:02d};{column + 3};{i % 97}\r\n")


def prepare(case: str, folder: Path) -> None:
    """Write the files of a case."""
    if case == "small":
        for n in range(N_SMALL):
            individual_book(folder / f"Ф1 {n}.xlsx", 20, 990000 + n)
    elif case == "large":
        individual_book(folder / "Ф1 регион.xlsx", N_LARGE, 990000, 1000)
    else:
        oo1_csv(folder / "ОО-1.csv")


def measure(case: str, folder: Path) -> dict[str, float]:
    """Read the files of a case and return CPU seconds, rows and peak memory in MiB."""
    methodology = load_methodology(ROOT / "methodology", DEFAULT_REGULATIONS)
    start = time.process_time()
    if case == "small":
        n_rows = len(read_place(folder, methodology, KEY).vpr_results)
    else:
        path = next(folder.iterdir())
        (sheet,) = open_workbook(path.name, path.read_bytes())
        extract = READERS[sheet_family(sheet) or ""](sheet, methodology, KEY)
        n_rows = len(extract.vpr["pupil_id"] if case == "large" else extract.reported["oo1_values"])
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "rows": n_rows, "peak": peak}


def main() -> None:
    """Measure every case in its own process and print the table."""
    print(f"{'что читается':<62} {'CPU, с':>7} {'цель':>6} {'строк':>9} {'пик, МиБ':>9}")
    for case, title in TITLES.items():
        with tempfile.TemporaryDirectory() as name:
            prepare(case, Path(name))
            output = subprocess.run(
                [sys.executable, __file__, case, name], capture_output=True, check=True, text=True
            ).stdout
            found = json.load(io.StringIO(output))
            print(
                f"{title:<62} {found['seconds']:>7.2f} {AIMS[case]:>6.1f} "
                f"{found['rows']:>9.0f} {found['peak']:>9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
