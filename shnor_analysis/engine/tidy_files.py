"""Where the Parquet files of a tidy table lie: one file, or many in folders by year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shnor_analysis.errors import SchemaError
from shnor_analysis.tables import Contract
from shnor_analysis.tables.contract import FLAG, INTEGER, REAL, TEXT

ARROW_TYPES = {
    TEXT: pa.string(),
    INTEGER: pa.int64(),
    REAL: pa.float64(),
    FLAG: pa.bool_(),
}


@dataclass(frozen=True)
class TidyFiles:
    """The files of one table; together they hold all its rows.

    Parameters
    ----------
    folder : Path
        The tidy folder; names of the form ``key=value`` below it give columns.
    files : tuple of Path
        Absolute, sorted, at least one.
    columns : frozenset of str
        Columns found in the files and in the names of their folders.
    """

    folder: Path
    files: tuple[Path, ...]
    columns: frozenset[str]

    @property
    def n_bytes(self) -> int:
        """Size of the files on the disk."""
        return sum(file.stat().st_size for file in self.files)


def find_tidy_files(folder: Path, contract: Contract) -> TidyFiles | None:
    """Find the files of a table and check that each can be read under its contract.

    Parameters
    ----------
    folder : Path
        The tidy folder. The table lies there in one of three ways: ``<name>.parquet`` (a file, or
        a folder of files as Spark writes it); ``<year>/<name>.parquet`` in any folders, such as
        ``2025`` or ``assessment_year=2025``; ``<name>/…/*.parquet`` at any depth.
    contract : Contract
        Gives the name, the columns and their types.

    Returns
    -------
    TidyFiles or None
        None where the table is in none of these places. Hidden files and those whose name begins
        with «_» (marks of Spark) are no data.

    Raises
    ------
    SchemaError
        If the table lies in two ways at once (its rows would count twice), if only some files lie
        in folders of the form ``key=value``, or if a file lacks a required column or holds a
        column of another kind. A column that may be missing may be absent.
    """
    folder = folder.resolve()
    ways = [files for files in _ways(folder, contract.name) if files]
    if not ways:
        return None
    if len(ways) > 1:
        first, second = (files[0].relative_to(folder).as_posix() for files in ways[:2])
        raise SchemaError(
            f"Таблица «{contract.name}» в папке «{folder.name}» разложена двумя способами "
            f"({first} и {second}), её строки учлись бы дважды; оставьте один."
        )
    files = ways[0]
    keys = [_folder_keys(file.relative_to(folder)) for file in files]
    for file, found in zip(files, keys, strict=True):
        if found != keys[0]:
            raise SchemaError(
                f"Таблица «{contract.name}»: файл {file.relative_to(folder).as_posix()} лежит в "
                f"папках вида «столбец=значение» иначе, чем "
                f"{files[0].relative_to(folder).as_posix()}; разложите все файлы одинаково."
            )
    columns = set(keys[0])
    for file in files:
        columns |= _checked_columns(file, contract, keys[0])
    return TidyFiles(folder, tuple(files), frozenset(columns))


def _ways(folder: Path, name: str) -> Iterable[list[Path]]:
    single = folder / f"{name}.parquet"
    yield [single] if single.is_file() else _data_files(single)
    by_year = folder.glob(f"*/{name}.parquet")
    yield sorted(
        file
        for entry in by_year
        if entry.parent.name != name
        for file in ([entry] if entry.is_file() else _data_files(entry))
    )
    yield _data_files(folder / name)


def _data_files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*.parquet")
        if file.is_file()
        and not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    )


def _folder_keys(path: Path) -> tuple[str, ...]:
    return tuple(part.split("=", 1)[0] for part in path.parts[:-1] if "=" in part)


def _checked_columns(file: Path, contract: Contract, keys: tuple[str, ...]) -> set[str]:
    place = f"Таблица «{contract.name}», файл {file.parent.name}/{file.name}"
    try:
        schema = pq.read_schema(file)
    except (pa.ArrowInvalid, OSError) as broken:
        raise SchemaError(
            f"{place}: файл повреждён или это не Parquet; получите или составьте таблицу заново."
        ) from broken
    for column, spec in contract.columns.items():
        if column in keys:
            continue
        if column not in schema.names:
            if not spec.nullable:
                raise SchemaError(f"{place}: нет столбца «{column}»; составьте таблицу заново.")
            continue
        found, expected = schema.field(column).type, spec.metadata["dtype"]
        if not _fits(found, expected):
            raise SchemaError(
                f"{place}, столбец «{column}»: найден тип {found}, ожидался "
                f"{ARROW_TYPES[expected]}; составьте таблицу заново."
            )
    return set(schema.names)


def _fits(found: pa.DataType, expected: str) -> bool:
    if pa.types.is_dictionary(found):
        found = found.value_type
    if expected == TEXT:
        return pa.types.is_string(found) or pa.types.is_large_string(found)
    if expected == INTEGER:
        return pa.types.is_signed_integer(found)
    if expected == REAL:
        return pa.types.is_float32(found) or pa.types.is_float64(found)
    return pa.types.is_boolean(found)
