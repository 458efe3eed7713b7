"""Cost of the waist: python benchmarks/engine.py [1e6 1e7 5e7] [--keep FOLDER].

Invents results of pupils in the layout of the tidy tables and prints, for every size, CPU seconds
(user and system of the whole work) and peak memory of

- a scan: DuckDB reads the columns that cells need and hands every row over as Arrow; the ratios are
  to this. A checksum beside it shows what reading costs when nothing has to be handed over;
- the cells of classes and of schools, the distribution of scores, the tasks;
- the same counts by pandas, where the rows fit in memory.

Every measurement is a process of its own. Ratios are printed beside: absolute times belong to one
machine. Nothing here is a test.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import pandas as pd

from shnor_analysis import tables
from shnor_analysis.engine import open_engine, open_tidy, waist_expressions
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.workspace import find_workspace

N_TASKS = 12
FIRST_YEAR, WORKS_A_YEAR = 2015, 40
# What cells are made of; the scan reads the same.
COLUMNS = ("school_id", "work_id", "class_label", "score_raw", "test_mark", "school_mark")
PANDAS_ROWS = 10_000_000
# Cheap sizes are measured three times and the least CPU counts; the large ones once.
REPEATED_ROWS, REPEATS = 10_000_000, 3
HIGH_SCORE = 18  # 75 % of the 24 points of every invented work
# Libraries are loaded before anything is measured, those of the engine as pandas.
ENGINE_LOADED = ibis.duckdb
METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
HEADINGS = ("размер", "что считается", "строк получено", "CPU, с", "стена, с", "МиБ", "к чтению")


@dataclass(frozen=True)
class Size:
    """How much is invented: pupils over schools × works × classes; stored by key or at random."""

    n_rows: int
    n_schools: int
    n_works: int
    n_classes: int = 3
    is_sorted: bool = True

    @property
    def name(self) -> str:
        """Words for the table."""
        order = "" if self.is_sorted else " (случайный порядок)"
        return f"{self.n_rows:,}".replace(",", " ") + f" строк{order}"


# 67 pupils a cell in a region, 8 a cell in a country of small schools.
SIZES = (
    Size(1_000_000, 150, 100),
    Size(10_000_000, 1_500, 100),
    Size(10_000_000, 1_500, 100, is_sorted=False),
    Size(50_000_000, 40_000, 150, n_classes=1),
)


def invent(size: Size, folder: Path) -> None:
    """Write the tidy tables of one size."""
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set memory_limit = '8GB'; set temp_directory = '{folder}/spill'")
    connection.execute(
        f"create macro wid(w) as 'vpr-' || ({FIRST_YEAR} + w // {WORKS_A_YEAR}) || '-spring-s' || "
        f"lpad(cast(w % {WORKS_A_YEAR} as varchar), 2, '0') || '-' || (4 + w % 5)"
    )
    connection.execute(
        f"copy (select wid(w) work_id, {FIRST_YEAR} + w // {WORKS_A_YEAR} assessment_year, "
        "'vpr' as procedure, 'spring' season, 'rus' subject, 4 + w % 5 grade, 'none' as level, "
        f"24::bigint max_score_raw, null::varchar exam_date from range({size.n_works}) t(w)) "
        f"to '{folder}/works.parquet' (format parquet)"
    )
    connection.execute(
        "copy (select 's' task_set, p as position, wid(0) work_id, cast(p + 1 as varchar) task, "
        f"2::bigint max_score from range({N_TASKS}) t(p)) "
        f"to '{folder}/work_tasks.parquet' (format parquet)"
    )
    scores = " || ".join(f"((h >> {2 * place}) % 3)" for place in range(N_TASKS))
    mark = "cast(2 + floor(u * 3.999) as bigint)"
    shift = "case when v < .2 then 1 when v > .9 then -1 else 0 end"
    order = "order by work_id, school_id, pupil_id" if size.is_sorted else ""
    connection.execute(
        "copy (select wid(w) work_id, cast(100000 + s as varchar) school_id, "
        "printf('%016x', h) pupil_id, "
        "cast(4 + w % 5 as varchar) || chr(1040 + cast(floor(v * "
        f"{size.n_classes}) as int)) class_label, "
        "floor(u * 24) score_raw, floor(u * 24) score_raw_reported, "
        f"{mark} test_mark, 'file' mark_source, "
        f"greatest(2, least(5, {mark} + {shift}))::bigint school_mark, "
        f"'s' task_set, {scores} task_scores, "
        "'a.xlsx' source_file, null::varchar source_sheet, i source_row from "
        f"(select i, hash(i) h, cast(hash(i + 11) % {size.n_schools} as int) s, "
        f"cast(hash(i + 7) % {size.n_works} as int) w, (hash(i * 3 + 1) % 10000) / 10000.0 u, "
        f"(hash(i * 5 + 2) % 10000) / 10000.0 v from range({size.n_rows}) t(i)) {order}) "
        f"to '{folder}/vpr_results.parquet' (format parquet)"
    )
    connection.close()


def scan(folder: Path) -> int:
    """Read every value of the columns of cells."""
    sums = [f"bit_xor(hash({name}))" for name in COLUMNS]
    return duckdb.sql(
        f"select count(*), {', '.join(sums)} from '{folder}/vpr_results.parquet'"
    ).fetchall()[0][0]


def rows_out(folder: Path) -> int:
    """Hand every row of the columns of cells over as Arrow, as another program would get it."""
    columns = ", ".join(COLUMNS)
    query = duckdb.sql(f"select {columns} from '{folder}/vpr_results.parquet'")
    return sum(batch.num_rows for batch in query.to_arrow_reader(2**17))


def engine_tables(*names: str) -> Callable[[Path], int]:
    """Return a measurement of some tables of the waist, written to disk; it counts their rows."""

    def run(folder: Path) -> int:
        with open_engine(EngineChoice()) as engine:
            expressions = waist_expressions(open_tidy(folder, METHODOLOGY, engine))
            for name in names:
                made = engine.write(expressions[name], tables.CONTRACTS[name], folder / "made")
                if name == tables.CLASS_CELLS.name:
                    tidy = open_tidy(folder, METHODOLOGY, engine)
                    expressions = waist_expressions(tidy, made)
            return int(engine.fetch(made.agg(n=made.count()))["n"].iloc[0])

    return run


def pandas_cells(folder: Path) -> int:
    """Count the same cells of classes and of schools by pandas."""
    frame = pd.read_parquet(folder / "vpr_results.parquet", columns=list(COLUMNS))
    score, mark, journal = frame["score_raw"], frame["test_mark"], frame["school_mark"]
    frame = frame.assign(
        squared=score * score,
        is_high=score > HIGH_SCORE,
        is_pair=mark.notna() & journal.notna(),
        is_lowered=mark < journal,
        is_confirmed=mark == journal,
        is_raised=mark > journal,
        **{f"is_{one}": mark == one for one in (2, 3, 4, 5)},
    )
    sums = [name for name in frame if name.startswith("is_")] + ["squared"]
    rows = frame.groupby(["school_id", "work_id", "class_label"], sort=True)
    classes = rows[[*sums, "score_raw"]].agg("sum")
    known = rows[["score_raw", "test_mark", "school_mark"]].agg("count").add_prefix("n_")
    classes = classes.join(known).assign(n_participants=rows.size())
    schools = classes.groupby(level=[0, 1]).agg("sum")
    made = folder / "made"
    made.mkdir(exist_ok=True)
    classes.reset_index().to_parquet(made / "pandas_classes.parquet")
    schools.reset_index().to_parquet(made / "pandas_schools.parquet")
    return len(schools)


MEASURES: dict[str, Callable[[Path], int]] = {
    "чтение: строки отданы": rows_out,
    "чтение: контрольная сумма": scan,
    "ячейки классов и школ": engine_tables("class_cells", "cells"),
    "распределение баллов": engine_tables("cell_scores"),
    "задания": engine_tables("cell_tasks"),
    "pandas: те же ячейки": pandas_cells,
}


def _child(measure: str, folder: Path, queue: multiprocessing.Queue) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    n_rows = MEASURES[measure](folder)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    queue.put((n_rows, cpu, wall, after.ru_maxrss / 1024))


def measured(measure: str, folder: Path, repeats: int) -> tuple[int, float, float, float]:
    """Rows made, CPU and wall seconds (least of the repeats), peak MiB of a process of its own."""
    results = []
    context = multiprocessing.get_context("spawn")
    for _ in range(repeats):
        queue = context.Queue()
        process = context.Process(target=_child, args=(measure, folder, queue))
        process.start()
        results.append(queue.get())
        process.join()
    n_rows = results[0][0]
    return n_rows, min(r[1] for r in results), min(r[2] for r in results), results[0][3]


def main() -> None:
    """Invent every size asked for and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=float, default=[1e6, 1e7])
    parser.add_argument("--keep", type=Path, help="папка для выдуманных таблиц; не удаляется")
    asked = parser.parse_args()
    wanted = [size for size in SIZES if size.n_rows in {int(n) for n in asked.rows}]
    root = asked.keep or Path(tempfile.mkdtemp(prefix="shnor-engine-"))
    print(
        "| размер | что считается | строк получено | CPU, с | стена, с | память, МиБ | к чтению |"
    )
    print("|---|---|---|---|---|---|---|")
    try:
        for size in wanted:
            folder = root / f"{size.n_rows}-{size.n_schools}-{size.is_sorted}"
            if not (folder / "vpr_results.parquet").is_file():
                folder.mkdir(parents=True)
                # apart, since a child's peak memory begins with that of its parent
                inventor = multiprocessing.get_context("spawn").Process(
                    target=invent, args=(size, folder)
                )
                inventor.start()
                inventor.join()
            floor = None
            for measure in MEASURES:
                if measure.startswith("pandas") and size.n_rows > PANDAS_ROWS:
                    continue
                repeats = REPEATS if size.n_rows <= REPEATED_ROWS else 1
                n_rows, cpu, wall, peak = measured(measure, folder, repeats)
                floor = floor or cpu
                print(
                    f"| {size.name} | {measure} | {n_rows:,} | {cpu:.2f} | {wall:.2f} | "
                    f"{peak:.0f} | {cpu / floor:.1f} |".replace(",", " "),
                    flush=True,
                )
    finally:
        if asked.keep is None:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
