"""The waist: tidy tables in, small tables of sufficient statistics out, on DuckDB or Spark."""

from shnor_analysis.engine.backends import Engine, open_engine
from shnor_analysis.engine.repeated_rows import refuse_repeated_rows
from shnor_analysis.engine.tidy_files import find_tidy_files
from shnor_analysis.engine.waist import WAIST, open_tidy, waist_expressions, write_waist

__all__ = [
    "WAIST",
    "Engine",
    "find_tidy_files",
    "open_engine",
    "open_tidy",
    "refuse_repeated_rows",
    "waist_expressions",
    "write_waist",
]
