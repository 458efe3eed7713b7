"""Stage «cells»: tidy tables become sufficient statistics, school × work."""

from __future__ import annotations

from pathlib import Path

from shnor_analysis.engine import open_engine, write_waist
from shnor_analysis.place_year import PlaceYear
from shnor_analysis.workspace import CELLS, TIDY


def write_cells(run: PlaceYear, folder: Path) -> None:
    """Store every table of the waist, of the year and of the years before it."""
    with open_engine(run.engine) as engine:
        write_waist(folder / TIDY, folder / CELLS, run.methodology, engine, run.assessment_year)
