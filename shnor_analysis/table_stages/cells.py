"""Stage «cells»: tidy tables become sufficient statistics, school × work."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from shnor_analysis import tables
from shnor_analysis.engine import cell_sources, cells
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.workspace import TIDY


def cell_tables(run: PlaceYear, folder: Path) -> dict[str, pd.DataFrame]:
    """Cells of the year and of the years before it, and where each came from."""
    tidy = folder / TIDY
    school_cells = cells(tidy, run.methodology)
    return {
        tables.CELLS.name: school_cells[school_cells["assessment_year"] <= run.assessment_year],
        tables.CELL_SOURCES.name: cell_sources(tidy),
    }
