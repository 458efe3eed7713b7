"""A table contract: what one row is, which columns, what they mean, how it is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from shnor_analysis.errors import SchemaError

TEXT, INTEGER, REAL, FLAG = "str", "Int64", "Float64", "boolean"

_KINDS = {TEXT: "текст", INTEGER: "целое число", REAL: "число", FLAG: "да или нет"}
_REPEATED_KEY = "multiple_fields_uniqueness"
# pandera's words for what was expected → Russian words
_EXPECTED = (
    (re.compile(r"not_nullable"), "непустое значение"),
    (re.compile(r"isin\(\[(.*)\]\)"), r"одно из: \1"),
    (re.compile(r"greater_than_or_equal_to\((.*)\)"), r"не меньше \1"),
    (re.compile(r"in_range\((.*), (.*)\)"), r"от \1 до \2"),
)
_ADVICE = (
    "проверьте файлы, по которым она составлена, и составьте её заново (расчёт года — с ключом "
    "--from-scratch)"
)


@dataclass(frozen=True)
class Contract:
    """One table's contract.

    Parameters
    ----------
    name : str
        File stem of the Parquet table; also its name in messages.
    title : str
        What the table is, in Russian, for the data dictionary.
    row : str
        What one row is, in Russian.
    key : tuple of str
        Columns that are unique together; rows are stored sorted by them.
    columns : dict of str to pandera Column
        Every column, in order. ``title`` and ``description`` are Russian labels.
    """

    name: str
    title: str
    row: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column] = field(hash=False)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema: exact columns, types, ranges and a unique key."""
        return pa.DataFrameSchema(
            self.columns, strict=True, ordered=True, unique=list(self.key), name=self.name
        )

    def empty(self) -> pd.DataFrame:
        """Return a table without rows that keeps the contract."""
        return self._typed.copy()

    @cached_property
    def _typed(self) -> pd.DataFrame:
        """Columns without rows: types are all there is to keep."""
        types = {column: str(spec.metadata["dtype"]) for column, spec in self.columns.items()}
        return pd.DataFrame({column: pd.Series([], dtype=dtype) for column, dtype in types.items()})

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give a frame the contract's types, order and sorting, then check it.

        Parameters
        ----------
        frame : DataFrame
            At least the required columns; columns the contract does not know are an error.
            Nullable columns that are absent become missing values.

        Returns
        -------
        DataFrame
            A new frame; the input is not changed.

        Raises
        ------
        SchemaError
            With the table, the column, the value found and what is expected, in Russian.
        """
        unknown = sorted(set(frame.columns) - set(self.columns))
        if unknown:
            raise SchemaError(
                f"Таблица «{self.name}»: найдены лишние столбцы {', '.join(unknown)}, ожидались "
                f"{', '.join(self.columns)}; {_ADVICE}."
            )
        typed = {}
        for column, spec in self.columns.items():
            if column in frame:
                values = frame[column].reset_index(drop=True)
            elif spec.nullable:
                values = pd.Series([None] * len(frame), dtype=object)
            else:
                raise SchemaError(
                    f"Таблица «{self.name}»: нет столбца «{column}», он обязателен; {_ADVICE}."
                )
            typed[column] = self._cast(column, values, str(spec.metadata["dtype"]))
        table = pd.DataFrame(typed, columns=list(self.columns))
        table = table.sort_values(list(self.key), ignore_index=True, kind="stable")
        try:
            return self.schema.validate(table, lazy=True)
        except pa.errors.SchemaErrors as broken:
            raise SchemaError(self._sentence(broken.failure_cases)) from broken

    def _cast(self, column: str, values: pd.Series, dtype: str) -> pd.Series:
        try:
            if dtype == TEXT:
                text = values.astype(object)
                return text.where(text.notna(), None).astype("str")
            return values.astype(dtype)
        except (OverflowError, TypeError, ValueError) as broken:
            raise SchemaError(
                f"Таблица «{self.name}», столбец «{column}»: найдено {_unfit(values, dtype)}, "
                f"ожидалось {_KINDS[dtype]}; {_ADVICE}."
            ) from broken

    def _sentence(self, cases: pd.DataFrame) -> str:
        first = cases.iloc[0]
        if first["check"] == _REPEATED_KEY:
            repeated = cases[(cases["check"] == _REPEATED_KEY) & (cases["index"] == first["index"])]
            pairs = zip(repeated["column"], repeated["failure_case"], strict=True)
            key = ", ".join(f"{name} {value}" for name, value in pairs)
            return (
                f"Таблица «{self.name}»: строк с ключом {key} найдено больше одной, ожидалась "
                f"одна; {_ADVICE}."
            )
        return (
            f"Таблица «{self.name}», столбец «{first['column']}»: найдено "
            f"{_shown(first['failure_case'])}, ожидалось {_expected(str(first['check']))} (всего "
            f"отступлений: {len(cases)}); {_ADVICE}."
        )


def _unfit(values: pd.Series, dtype: str) -> str:
    """The first value that cannot be of the type."""
    for value in values:
        try:
            pd.Series([value], dtype=object).astype(dtype)
        except (OverflowError, TypeError, ValueError):
            return _shown(value)
    return f"значения вида {values.dtype}"


def _shown(value: Any) -> str:
    return "пусто" if pd.isna(value) else f"«{value}»"


def _expected(check: str) -> str:
    for pattern, words in _EXPECTED:
        if found := pattern.fullmatch(check):
            return found.expand(words)
    return check


def column(
    dtype: str,
    title: str,
    description: str = "",
    *,
    nullable: bool = False,
    checks: Any = None,
) -> pa.Column:
    """Describe one column: type, Russian label, meaning, checks."""
    # No type for pandera to check: ``Contract.conform`` gives it, and a second look costs as much
    # as all other checks of a column.
    return pa.Column(
        checks=checks,
        nullable=nullable,
        title=title,
        description=description or title,
        metadata={"dtype": dtype},
    )


def text(title: str, description: str = "", **more: Any) -> pa.Column:
    """Describe a column of text."""
    return column(TEXT, title, description, **more)


def choice(title: str, allowed: tuple[str, ...], description: str = "", **more: Any) -> pa.Column:
    """Describe a column whose values are codes of a closed list."""
    return column(TEXT, title, description, checks=pa.Check.isin(list(allowed)), **more)


def count(title: str, description: str = "", **more: Any) -> pa.Column:
    """Describe a column of whole numbers from zero."""
    return column(INTEGER, title, description, checks=pa.Check.ge(0), **more)


def number(title: str, description: str = "", **more: Any) -> pa.Column:
    """Describe a column of real numbers."""
    return column(REAL, title, description, **more)


def share(title: str, description: str = "", **more: Any) -> pa.Column:
    """Describe a column of fractions from 0 to 1."""
    return column(REAL, title, description, checks=pa.Check.in_range(0, 1), **more)


def flag(title: str, description: str = "", **more: Any) -> pa.Column:
    """Describe a column of yes and no."""
    return column(FLAG, title, description, **more)


def store_table(frame: pd.DataFrame, contract: Contract, folder: Path) -> Path:
    """Write a table as Parquet under its contract and return the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{contract.name}.parquet"
    contract.conform(frame).to_parquet(path, index=False)
    return path


def load_table(contract: Contract, folder: Path, **only: list[str]) -> pd.DataFrame:
    """Read a table back and check that it still keeps its contract.

    Parameters
    ----------
    contract : Contract
        Of the table.
    folder : Path
        Where :func:`store_table` has put it.
    **only : list of str
        Column → the values whose rows are read; of a large table nothing else enters memory.

    Raises
    ------
    SchemaError
        If the file is missing or was written under another contract.
    """
    path = folder / f"{contract.name}.parquet"
    if not path.is_file():
        raise SchemaError(
            f"Нет таблицы {path.name} в папке «{folder.name}»; повторите расчёт года."
        )
    if not all(only.values()):
        return contract.empty()  # Arrow does not look for a value among none
    filters = [(name, "in", values) for name, values in only.items()] or None
    return contract.conform(pd.read_parquet(path, filters=filters))
