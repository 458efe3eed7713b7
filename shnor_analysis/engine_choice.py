"""Which engine makes the waist: a name and an address, checked before anything heavy is loaded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shnor_analysis.errors import ParameterError

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)
THIS_MACHINE = "local[*]"
MASTER = re.compile(
    r"local(\[(\*|[1-9]\d*)(,\s*\d+)?\])?"
    r"|local-cluster\[[1-9]\d*,\s*[1-9]\d*,\s*[1-9]\d*\]"
    r"|spark://.+|k8s://.+|yarn"
)


@dataclass(frozen=True)
class EngineChoice:
    """Which engine runs the expressions, and where.

    Parameters
    ----------
    name : str
        One of ``ENGINES``.
    master : str, optional
        Where Spark runs, in Spark's own words: ``local[4]``, ``local-cluster[2,1,1024]``,
        ``spark://host:7077``, ``yarn``, ``k8s://https://host:6443``. Without it Spark takes all
        cores of this machine. DuckDB has no master.

    Raises
    ------
    ParameterError
        If the engine is unknown, or the master is malformed or given to DuckDB.

    Examples
    --------
    >>> EngineChoice("spark", "local[2]").master
    'local[2]'
    """

    name: str = DUCKDB
    master: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise ParameterError(
                f"Движок «{self.name}» (--engine) неизвестен; есть {', '.join(ENGINES)}."
            )
        if self.master is None:
            return
        if self.name != SPARK:
            raise ParameterError(
                f"Адрес «{self.master}» (--master) нужен только движку spark; "
                f"добавьте --engine spark или уберите --master."
            )
        if not MASTER.fullmatch(self.master):
            raise ParameterError(
                f"Адрес «{self.master}» (--master) не похож на адрес Spark; ожидается local[4], "
                f"spark://узел:7077, yarn или k8s://https://узел:6443."
            )
