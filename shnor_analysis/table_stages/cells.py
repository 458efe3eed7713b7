"""Stage «cells»: tidy tables become sufficient statistics, school × work."""

from __future__ import annotations

from pathlib import Path

from shnor_analysis import tables
from shnor_analysis.engine import cell_sources, cells
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.workspace import CELLS, TIDY


def write_cells(run: PlaceYear, folder: Path) -> None:
    """Store cells of the year and of the years before it, and where each came from."""
    tidy, target = folder / TIDY, folder / CELLS
    made = cells(tidy, run.methodology)
    made = made[made["assessment_year"] <= run.assessment_year]
    tables.store_table(made, tables.CELLS, target)
    tables.store_table(cell_sources(tidy), tables.CELL_SOURCES, target)
