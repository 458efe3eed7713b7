"""The engines that run an ibis expression: DuckDB inside the process, or Spark."""

from __future__ import annotations

import logging
import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from shnor_analysis.engine.java_noise import without_java_noise
from shnor_analysis.engine.tidy_files import ARROW_TYPES, TidyFiles, find_tidy_files
from shnor_analysis.engine_choice import SPARK, THIS_MACHINE, EngineChoice
from shnor_analysis.errors import EngineError, SchemaError
from shnor_analysis.tables import Contract
from shnor_analysis.tables.contract import FLAG, INTEGER, REAL, TEXT

GLOB_SIGN = re.compile(r"[\[\]{}*?\\]")
DUCKDB_TYPES = {TEXT: "VARCHAR", INTEGER: "BIGINT", REAL: "DOUBLE", FLAG: "BOOLEAN"}
MEMORY_LIMIT = "2GB"
"""Of DuckDB: an office laptop has 8 GB and other programs; more makes little difference."""
BYTES_PER_TASK = 32 * 2**20
"""Parquet is some four times smaller than its rows in memory; Spark aims at 128 MB a task."""

_NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


class Engine(ABC):
    """An open engine: Parquet files become ibis tables, ibis expressions become frames.

    Expressions name no backend. Tables of two engines do not meet in one expression, and
    ``ibis.memtable`` is not used: on Spark it loses whole numbers beside missing ones.
    """

    def table(self, tidy: Path, contract: Contract, *, may_be_absent: bool = False) -> ir.Table:
        """Open a tidy table, all its files and years together.

        Parameters
        ----------
        tidy : Path
            Folder where the table lies in a way :func:`find_tidy_files` knows.
        contract : Contract
            Gives the name, the columns, their order and types. Columns beyond the contract are
            left out; columns that may be missing and are absent are all missing.
        may_be_absent : bool
            True for tables a place may lack (results of a procedure it has no files of): a table
            without files is then empty. Otherwise it is an error.

        Returns
        -------
        ibis Table
            Whole numbers of 64 bits, real numbers of 64 bits, text, flags; no order of rows.

        Raises
        ------
        SchemaError
            If the table is absent and may not be, or its files do not keep the contract.
        """
        found = find_tidy_files(tidy, contract)
        if found is None:
            if not may_be_absent:
                raise SchemaError(
                    f"Нет таблицы {contract.name}.parquet в папке «{tidy.name}» и в её папках "
                    f"по годам; повторите расчёт года."
                )
            return self.memtable(_arrow_schema(contract).empty_table())
        return self._read(found, _arrow_schema(contract))

    def memtable(self, table: pa.Table) -> ir.Table:
        """Give a small table in memory to the engine; missing values stay missing."""
        return self._register(_without_dictionaries(table))

    def fetch(self, expression: ir.Table) -> pd.DataFrame:
        """Run an expression and bring its rows here.

        Returns
        -------
        DataFrame
            In no order. Whole numbers, real numbers and flags are pandas' nullable types, text is
            ``str``: the same whichever engine ran it.

        Raises
        ------
        EngineError
            If Spark gives up.
        """
        rows = self._run(expression).cast(expression.schema().to_pyarrow())
        return rows.to_pandas(types_mapper=_NULLABLE.get)

    def write(self, expression: ir.Table, contract: Contract, folder: Path) -> ir.Table:
        """Store the rows of an expression as a table under its contract, without pandas.

        Parameters
        ----------
        expression : ibis Table
            At least the columns of the contract; others are left out.
        contract : Contract
            Gives the name, the order and the types of columns and the order of rows.
        folder : Path
            Gets ``<name>.parquet``: the same rows give the same bytes.

        Returns
        -------
        ibis Table
            The rows stored, for expressions that go on from them without computing them again.

        Raises
        ------
        EngineError
            If Spark gives up.
        """
        folder.mkdir(parents=True, exist_ok=True)
        rows = expression.select(*contract.columns)
        return self._store(rows, contract, folder / f"{contract.name}.parquet")

    @abstractmethod
    def _store(self, rows: ir.Table, contract: Contract, path: Path) -> ir.Table: ...

    @abstractmethod
    def _read(self, found: TidyFiles, schema: pa.Schema) -> ir.Table: ...

    @abstractmethod
    def _register(self, table: pa.Table) -> ir.Table: ...

    @abstractmethod
    def _run(self, expression: ir.Table) -> pa.Table: ...

    @abstractmethod
    def close(self) -> None:
        """End the work; the engine's tables are then of no use."""


class DuckDBEngine(Engine):
    """DuckDB inside this process: nothing to install, nothing to start."""

    def __init__(self) -> None:
        # what does not fit goes through the disk, into a folder that only this user may read
        self._spill = TemporaryDirectory(prefix="shnor-", ignore_cleanup_errors=True)
        self._connection = ibis.duckdb.connect(
            memory_limit=MEMORY_LIMIT, temp_directory=self._spill.name
        )
        self._connection.raw_sql("SET enable_progress_bar = false")

    def _read(self, found: TidyFiles, schema: pa.Schema) -> ir.Table:
        rows = self._connection.read_parquet(
            list(found.files),
            union_by_name=True,
            hive_partitioning=True,
            hive_types_autocast=False,  # a school's code in a folder's name keeps its zeros
        )
        types = ibis.Schema.from_pyarrow(schema)
        return rows.select(
            **{
                name: rows[name].cast(dtype) if name in found.columns else ibis.null(dtype)
                for name, dtype in types.items()
            }
        )

    def _register(self, table: pa.Table) -> ir.Table:
        name = ibis.util.gen_name("duckdb_table")
        self._connection.con.register(name, table)
        return self._connection.table(name)

    def _run(self, expression: ir.Table) -> pa.Table:
        return self._connection.to_pyarrow(expression)

    def _store(self, rows: ir.Table, contract: Contract, path: Path) -> ir.Table:
        # Sums of whole numbers are 128 bits wide in DuckDB, and ibis drops casts it thinks idle, so
        # the types are said here. DuckDB sorts and writes in a third of the time that handing the
        # rows over would take, on all cores, and the bytes are the same every time.
        columns = ", ".join(
            f'CAST("{name}" AS {DUCKDB_TYPES[spec.metadata["dtype"]]}) AS "{name}"'
            for name, spec in contract.columns.items()
        )
        keys = ", ".join(f'"{name}"' for name in contract.key)
        target = str(path).replace("'", "''")
        self._connection.con.execute(
            f"COPY (SELECT {columns} FROM ({self._connection.compile(rows)}) ORDER BY {keys}) "
            f"TO '{target}' (FORMAT parquet)"
        )
        return self.table(path.parent, contract)

    def close(self) -> None:
        """Close the connection and remove what went through the disk."""
        self._connection.disconnect()
        self._spill.cleanup()


class SparkEngine(Engine):
    """A Spark session of our own, stopped on closing.

    Memory, executors and the like are set where Spark looks for them: ``SPARK_DRIVER_MEMORY`` and
    ``spark-defaults.conf`` in ``SPARK_CONF_DIR``.

    Raises
    ------
    EngineError
        If pyspark or Java is not installed, or the session does not start.
    """

    def __init__(self, master: str) -> None:
        self._session = _spark_session(master)
        self._connection = ibis.pyspark.connect(self._session)
        self._n_bytes = 0

    def _read(self, found: TidyFiles, schema: pa.Schema) -> ir.Table:
        from pyspark.sql.pandas.types import from_arrow_schema

        self._n_bytes += found.n_bytes
        frame = (
            self._session.read.schema(from_arrow_schema(schema))
            .option("basePath", _hadoop_path(found.folder))
            .parquet(*(GLOB_SIGN.sub(r"\\\g<0>", _hadoop_path(file)) for file in found.files))
        )
        return self._named(frame.select(*schema.names))

    def _register(self, table: pa.Table) -> ir.Table:
        return self._named(self._session.createDataFrame(table))

    def _named(self, frame: Any) -> ir.Table:
        name = ibis.util.gen_name("spark_table")
        frame.createOrReplaceTempView(name)
        return self._connection.table(name)

    def _store(self, rows: ir.Table, contract: Contract, path: Path) -> ir.Table:
        # executors need not see the folder: what goes on from these rows goes on inside Spark
        named = self._named(self._session.sql(self._connection.compile(rows)).persist())
        stored = self._run(named.order_by(list(contract.key))).cast(_arrow_schema(contract))
        pq.write_table(stored, path)
        return named

    def _run(self, expression: ir.Table) -> pa.Table:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        n_cores = self._session.sparkContext.defaultParallelism
        n_tasks = max(n_cores, -(-self._n_bytes // BYTES_PER_TASK))
        self._session.conf.set("spark.sql.shuffle.partitions", str(n_tasks))
        try:
            return self._session.sql(self._connection.compile(expression)).toArrow()
        except (Py4JError, PySparkException) as broken:
            raise EngineError(
                f"Spark не выполнил расчёт ({_first_line(broken)}); проверьте, что все узлы видят "
                f"папку с таблицами и что им хватает памяти (docs/scale.md)."
            ) from broken

    def close(self) -> None:
        """Stop the session."""
        self._connection.disconnect()


@contextmanager
def open_engine(choice: EngineChoice) -> Iterator[Engine]:
    """Open the engine chosen and close it at the end of the block.

    Raises
    ------
    EngineError
        If Spark is chosen and cannot be started.

    Examples
    --------
    >>> with open_engine(EngineChoice()) as engine:
    ...     rows = engine.memtable(pa.table({"n": [1, None, 3]}))
    ...     engine.fetch(rows.agg(n=rows.n.sum().cast("int64")))["n"].tolist()
    [4]
    """
    engine = SparkEngine(choice.master or THIS_MACHINE) if choice.name == SPARK else DuckDBEngine()
    try:
        yield engine
    finally:
        engine.close()


def _arrow_schema(contract: Contract) -> pa.Schema:
    return pa.schema(
        [(name, ARROW_TYPES[spec.metadata["dtype"]]) for name, spec in contract.columns.items()]
    )


def _without_dictionaries(table: pa.Table) -> pa.Table:
    plain = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def _spark_session(master: str) -> Any:
    try:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise EngineError(
            "Не установлен pyspark, нужный движку spark; установите его командой "
            "«make spark» или «pip install .[spark]»."
        ) from missing
    if not _has_java():
        raise EngineError(
            "Не найдена Java, нужная движку spark; установите Java 17 "
            "(в Debian и Ubuntu пакет openjdk-17-jre-headless) или укажите её в JAVA_HOME."
        )
    # PySpark writes every exception to the screen as well; ours says it in one sentence.
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    quiet = Path(__file__).with_name("spark_log4j2.properties").as_uri()
    settings = {
        "spark.app.name": "shnor-analysis",
        "spark.driver.defaultJavaOptions": f"-Dlog4j2.configurationFile={quiet}",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    if master.startswith("local"):
        settings |= {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1"}
    builder = SparkSession.builder.master(master)
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        with without_java_noise():
            return builder.getOrCreate()
    except (Py4JError, PySparkException) as broken:
        raise EngineError(
            f"Spark по адресу «{master}» не запустился ({_first_line(broken)}); проверьте адрес, "
            f"версию Java (нужна 17 или новее) и настройки кластера (docs/scale.md)."
        ) from broken


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home, "bin")) if home else None) is not None


def _hadoop_path(path: Path) -> str:
    """A path on this machine, whatever file system the cluster calls its own; not escaped."""
    return f"file:///{path.as_posix().lstrip('/')}"


def _first_line(error: BaseException) -> str:
    """What happened, without the Java method it happened in and without the stack."""
    lines = [line.lstrip(": ") for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith("An error occurred while")]
    return said[0].rstrip(".:") if said else type(error).__name__
