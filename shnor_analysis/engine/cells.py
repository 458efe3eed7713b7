"""The waist: tidy tables become cells (school × work) in one ibis expression on DuckDB."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from shnor_analysis.engine.year_files import table_files
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import CELL_SOURCES, CELLS, CONTRACTS

PUPILS, AGGREGATE = "pupils", "aggregate"
FAIL_MARK = 2


TIDY = ("works", "vpr_results", "gia_results", "group_statistics")


def cells(tidy: Path, methodology: Methodology) -> pd.DataFrame:
    """Aggregate results to one row per school × work.

    Parameters
    ----------
    tidy : Path
        Folder with the Parquet tables named in ``TIDY``, each under its contract, in one file or
        in a file per year; a table that is not there has no rows.
    methodology : Methodology
        Gives the ЕГЭ minimum of each subject and year.

    Returns
    -------
    DataFrame
        Keeps the contract ``cells``. Where a school's work came both by pupil and as a ФИС ОКО
        aggregate, the one with more participants counts, by pupil when they are equal: rows may
        be missing or left out as errors, the aggregate then knows more. Journal counts come from
        pupils, else from the comparison report. A ЕГЭ work whose minimum is unknown makes no
        cell: nothing is guessed. In the same way pupils whose ВПР mark is unknown, since no scale
        is known for their protocol, are no participants of a cell.
    """
    connection = ibis.duckdb.connect()
    try:
        tables = {name: _tidy_table(connection, tidy, name) for name in TIDY}
        minimums = _minimums(tables["works"].to_pandas(), methodology)
        expression = cells_expression(**tables, minimums=ibis.memtable(minimums))
        return CELLS.conform(connection.to_pyarrow(expression).to_pandas())
    finally:
        connection.disconnect()


def _tidy_table(connection: ibis.BaseBackend, tidy: Path, name: str) -> ir.Table:
    files = table_files(tidy, name)
    if files:
        return connection.read_parquet([str(path) for path in files])
    return ibis.memtable(pa.Table.from_pandas(CONTRACTS[name].empty(), preserve_index=False))


def cell_sources(tidy: Path) -> pd.DataFrame:
    """Trace every cell to the files, sheets and rows it came from.

    Parameters
    ----------
    tidy : Path
        As in :func:`cells`.

    Returns
    -------
    DataFrame
        Keeps the contract ``cell_sources``: one row per school × work × role × file × sheet. A
        school's work that came both by pupil and as an aggregate is traced to both.
    """
    connection = ibis.duckdb.connect()
    try:
        vpr, gia, group = (
            _tidy_table(connection, tidy, name)
            for name in ("vpr_results", "gia_results", "group_statistics")
        )
        school_rows = group.filter(group.group_level == "school").mutate(
            school_id=group.group_id, role=group.report
        )
        pupils = ibis.union(
            *(t.mutate(role=ibis.literal(PUPILS)).select(*_SOURCE_COLUMNS) for t in (vpr, gia))
        )
        rows = pupils.union(school_rows.select(*_SOURCE_COLUMNS))
        rows = rows.mutate(source_sheet=rows.source_sheet.fill_null(""))
        traced = rows.group_by("school_id", "work_id", "role", "source_file", "source_sheet").agg(
            n_rows=rows.count().cast("int64"),
            source_row_first=rows.source_row.min().cast("int64"),
            source_row_last=rows.source_row.max().cast("int64"),
        )
        return CELL_SOURCES.conform(connection.to_pyarrow(traced).to_pandas())
    finally:
        connection.disconnect()


def cells_expression(
    works: ir.Table,
    vpr_results: ir.Table,
    gia_results: ir.Table,
    group_statistics: ir.Table,
    minimums: ir.Table,
) -> ir.Table:
    """Build the expression of :func:`cells`; it names no backend, so any ibis backend runs it.

    Integer sums are cast to 64 bits: DuckDB would otherwise widen them to 128 and hand back
    Python objects.
    """
    by_pupil = _pupil_cells(_outcomes(vpr_results, gia_results, minimums))
    by_group = _aggregate_cells(group_statistics)
    journal = _journal_counts(group_statistics)
    united = _with_more_participants(by_pupil, by_group)
    joined = united.left_join(journal, ["school_id", "work_id"])
    counts = {
        name: ibis.coalesce(joined[name], joined[f"{name}_reported"])
        for name in ("n_mark_pairs", "n_lowered", "n_confirmed", "n_raised")
    }
    complete = joined.mutate(**counts)
    work = works.select(
        "work_id", "assessment_year", "procedure", "season", "subject", "grade", "level"
    )
    return complete.inner_join(work, "work_id").select(list(CELLS.columns))


def _with_more_participants(by_pupil: ir.Table, by_group: ir.Table) -> ir.Table:
    """One row per school × work out of two tables of cells; equal numbers go to the pupils."""
    keys = ["school_id", "work_id"]

    def beaten(rows: ir.Table, others: ir.Table, *, on_equal: bool) -> ir.Table:
        other = others.select(*keys, n_other=others.n_participants)
        joined = rows.left_join(other, keys)
        loses = (
            joined.n_participants <= joined.n_other
            if on_equal
            else joined.n_participants < joined.n_other
        )
        return joined.filter(~loses.fill_null(False)).select(*rows.columns)

    kept_pupils = beaten(by_pupil, by_group, on_equal=False)
    return kept_pupils.union(beaten(by_group, by_pupil, on_equal=True))


def _minimums(works: pd.DataFrame, methodology: Methodology) -> pa.Table:
    """One row per work: its ЕГЭ minimum, missing where there is none or the scale is unknown."""
    minimums = [
        methodology.ege_minimum(subject, int(year)) if procedure == "ege" else None
        for procedure, subject, year in zip(
            works["procedure"], works["subject"], works["assessment_year"], strict=True
        )
    ]
    return pa.table(
        {
            "work_id": pa.array(works["work_id"].tolist(), pa.string()),
            "ege_minimum": pa.array(minimums, pa.int64()),
        }
    )


_RESULT_COLUMNS = (
    "school_id", "work_id", "score_raw", "score_scaled", "test_mark", "school_mark",
)  # fmt: skip
_SOURCE_COLUMNS = ("school_id", "work_id", "role", "source_file", "source_sheet", "source_row")


def _outcomes(vpr_results: ir.Table, gia_results: ir.Table, minimums: ir.Table) -> ir.Table:
    """One row per pupil × work with «below minimum» decided; rows that cannot be decided drop."""
    vpr = vpr_results.mutate(score_scaled=ibis.null("float64")).select(*_RESULT_COLUMNS)
    gia = gia_results.mutate(school_mark=ibis.null("int64")).select(*_RESULT_COLUMNS)
    rows = vpr.union(gia).inner_join(minimums, "work_id")
    below = ibis.ifelse(
        rows.test_mark.notnull(), rows.test_mark == FAIL_MARK, rows.score_scaled < rows.ege_minimum
    )
    return rows.mutate(is_below_minimum=below).filter(below.notnull())


def _count(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.fill_null(False).cast("int64").sum().cast("int64")


def _pupil_cells(outcomes: ir.Table) -> ir.Table:
    marks = outcomes.test_mark
    has_pair = marks.notnull() & outcomes.school_mark.notnull()
    has_marks = marks.notnull().any()

    def marks_count(value: int) -> ir.IntegerValue:
        return ibis.ifelse(has_marks, _count(marks == value), ibis.null("int64"))

    def pairs_count(condition: ir.BooleanValue) -> ir.IntegerValue:
        return ibis.ifelse(has_pair.any(), _count(has_pair & condition), ibis.null("int64"))

    return outcomes.group_by("school_id", "work_id").agg(
        basis=ibis.literal(PUPILS),
        n_participants=outcomes.count().cast("int64"),
        n_mark_2=marks_count(2),
        n_mark_3=marks_count(3),
        n_mark_4=marks_count(4),
        n_mark_5=marks_count(5),
        n_below_minimum=_count(outcomes.is_below_minimum),
        n_score_raw=_count(outcomes.score_raw.notnull()),
        sum_score_raw=outcomes.score_raw.sum(),
        sumsq_score_raw=(outcomes.score_raw * outcomes.score_raw).sum(),
        n_score_scaled=_count(outcomes.score_scaled.notnull()),
        sum_score_scaled=outcomes.score_scaled.sum(),
        sumsq_score_scaled=(outcomes.score_scaled * outcomes.score_scaled).sum(),
        n_mark_pairs=pairs_count(ibis.literal(True)),
        n_lowered=pairs_count(marks < outcomes.school_mark),
        n_confirmed=pairs_count(marks == outcomes.school_mark),
        n_raised=pairs_count(marks > outcomes.school_mark),
    )


def _school_items(group_statistics: ir.Table, report: str) -> ir.Table:
    rows = group_statistics.filter(
        (group_statistics.group_level == "school") & (group_statistics.report == report)
    )
    return rows.mutate(school_id=rows.group_id)


def _item(rows: ir.Table, item: str) -> ir.IntegerValue:
    return rows.value_n.sum(where=rows.item == item).cast("int64")


def _aggregate_cells(group_statistics: ir.Table) -> ir.Table:
    rows = _school_items(group_statistics, "marks")
    no_integer, no_real = ibis.null("int64"), ibis.null("float64")
    return rows.group_by("school_id", "work_id").agg(
        basis=ibis.literal(AGGREGATE),
        n_participants=rows.n_participants.max().cast("int64"),
        n_mark_2=_item(rows, "2"),
        n_mark_3=_item(rows, "3"),
        n_mark_4=_item(rows, "4"),
        n_mark_5=_item(rows, "5"),
        n_below_minimum=_item(rows, "2"),
        n_score_raw=ibis.literal(0, "int64"),
        sum_score_raw=no_real,
        sumsq_score_raw=no_real,
        n_score_scaled=ibis.literal(0, "int64"),
        sum_score_scaled=no_real,
        sumsq_score_scaled=no_real,
        n_mark_pairs=no_integer,
        n_lowered=no_integer,
        n_confirmed=no_integer,
        n_raised=no_integer,
    )


def _journal_counts(group_statistics: ir.Table) -> ir.Table:
    rows = _school_items(group_statistics, "journal")
    counts = rows.group_by("school_id", "work_id").agg(
        n_lowered_reported=_item(rows, "lowered"),
        n_confirmed_reported=_item(rows, "confirmed"),
        n_raised_reported=_item(rows, "raised"),
    )
    return counts.mutate(
        n_mark_pairs_reported=counts.n_lowered_reported
        + counts.n_confirmed_reported
        + counts.n_raised_reported
    )
