"""The waist: tidy tables in, small tables of sufficient statistics out; no backend is named."""

from shnor_analysis.engine.cells import cell_sources, cells, cells_expression

__all__ = ["cell_sources", "cells", "cells_expression"]
