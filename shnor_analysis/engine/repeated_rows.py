"""Rows that stand twice in ready tables: each would count twice in the cells."""

from __future__ import annotations

from functools import reduce
from operator import xor
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from shnor_analysis import tables
from shnor_analysis.engine.backends import Engine
from shnor_analysis.engine.tidy_files import TidyFiles, find_tidy_files
from shnor_analysis.errors import SchemaError
from shnor_analysis.tables import Contract

COUNTED = (
    tables.WORKS,
    tables.VPR_RESULTS,
    tables.WORK_TASKS,
    tables.GIA_RESULTS,
    tables.GROUP_STATISTICS,
    tables.GROUP_ITEMS,
    tables.PARTICIPATION,
    tables.CONTEXT,
)


def refuse_repeated_rows(folder: Path, engine: Engine) -> None:
    """Refuse ready tables in which a key stands in more than one row.

    Tables made by reading keep their key; those a region keeps itself nobody has checked, and a
    file copied into a second folder doubles its pupils.

    Parameters
    ----------
    folder : Path
        Where the tables lie; those of ``COUNTED`` that are there are checked, all years together.
    engine : Engine
        Open.

    Raises
    ------
    SchemaError
        With the table, a repeated key, its files and the number of such keys.

    Notes
    -----
    Rows are first grouped by one number made of their key: a third of the memory that keys of text
    would take. Only where a number stands twice the keys themselves are compared, so that two keys
    of one number are no mistake.
    """
    for contract in COUNTED:
        found = find_tidy_files(folder, contract)
        if found is None:
            continue
        repeated = _repeated(engine.table(folder, contract), contract, engine)
        if repeated is not None:
            raise SchemaError(_sentence(repeated, contract, found))


def _repeated(rows: ir.Table, contract: Contract, engine: Engine) -> dict[str, object] | None:
    """The first repeated key with ``n_keys``, how many there are; None without one."""
    key = [*contract.key]
    numbered = rows.select(*key, number=reduce(xor, (rows[name].hash() for name in key)))
    numbers = numbered.group_by("number").agg(n=numbered.count())
    suspects = numbers.filter(numbers.n > 1)
    if not engine.fetch(suspects.agg(n=suspects.count()))["n"].iloc[0]:
        return None
    doubtful = numbered.semi_join(suspects, "number")
    keys = doubtful.group_by(*key).agg(n=doubtful.count())
    repeated = keys.filter(keys.n > 1)
    n_keys = int(engine.fetch(repeated.agg(n=repeated.count()))["n"].iloc[0])
    if not n_keys:
        return None
    first = engine.fetch(repeated.order_by([ibis.asc(name) for name in key]).limit(1)).iloc[0]
    return {**{name: first[name] for name in key}, "n_keys": n_keys}


def _sentence(repeated: dict[str, object], contract: Contract, found: TidyFiles) -> str:
    n_keys = repeated.pop("n_keys")
    words = ", ".join(f"{name} {value}" for name, value in repeated.items())
    files = [
        file.relative_to(found.folder).as_posix()
        for file in found.files
        if _holds(file, repeated, set(pq.read_schema(file).names))
    ]
    return (
        f"Таблица «{contract.name}» в папке «{found.folder.name}», файл {', '.join(files)}: "
        f"строка с ключом {words} найдена больше одного раза, ожидалась одна (таких ключей: "
        f"{n_keys}), её участники учлись бы повторно; уберите повторы или лишний файл."
    )


def _holds(file: Path, key: dict[str, object], columns: set[str]) -> bool:
    """Whether a file has a row of this key; what the name of its folder says is not looked at."""
    is_row = [ds.field(name) == value for name, value in key.items() if name in columns]
    return ds.dataset(file).count_rows(filter=reduce(lambda a, b: a & b, is_row)) > 0
