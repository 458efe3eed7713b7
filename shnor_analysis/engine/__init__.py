"""The waist: tidy tables in, small tables of sufficient statistics out; no backend is named."""

from shnor_analysis.engine.cells import cell_sources, cells, cells_expression
from shnor_analysis.engine.tidy_files import tidy_files

__all__ = ["cell_sources", "cells", "cells_expression", "tidy_files"]
