"""The waist: tidy tables in, small tables of sufficient statistics out, on DuckDB or Spark."""

from shnor_analysis.engine.backends import Engine, EngineChoice, open_engine
from shnor_analysis.engine.cells import (
    cell_sources,
    cell_sources_expression,
    cells,
    cells_expression,
)

__all__ = [
    "Engine",
    "EngineChoice",
    "cell_sources",
    "cell_sources_expression",
    "cells",
    "cells_expression",
    "open_engine",
]
