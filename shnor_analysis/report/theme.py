"""One look for all pictures: sizes, and colours named by their role."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from shnor_analysis.report.document import DisplayFigure

STYLE = Path(__file__).with_name("shnor.mplstyle")
MM_PER_INCH = 25.4
PNG_DPI = 200
PAGE_WIDTH_MM = 160.0


@dataclass(frozen=True)
class Palette:
    """Colours by role (Okabe-Ito family); meaning never rests on colour alone."""

    territory: str = "#0b3c5d"
    region: str = "#e08214"
    low_results: str = "#8c2d7a"
    adverse_conditions: str = "#0f7c9c"
    both: str = "#1d1d1f"
    other: str = "#9aa3ad"
    threshold: str = "#333333"


PALETTE = Palette()


@contextmanager
def page() -> Iterator[None]:
    """Apply the look for a printed page; the caller's settings come back afterwards."""
    with style.context(STYLE, after_reset=True):
        yield


def new_figure(height_mm: float, width_mm: float = PAGE_WIDTH_MM) -> Figure:
    """Make a figure of a printed size, outside pyplot so that nothing stays open."""
    figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def display_figure(
    figure: Figure, name: str, title: str, alt: str, notes: tuple[str, ...] = ()
) -> DisplayFigure:
    """Freeze a drawn figure as a document block; the same drawing gives the same bytes."""
    svg, png = io.StringIO(), io.BytesIO()
    with page():  # the salt of the picture's identifiers is part of the look
        # arranged once, not for every format again: one picture, whatever it is written as
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata={"Software": None})
    width, height = figure.get_size_inches() * MM_PER_INCH
    return DisplayFigure(
        name=name,
        title=title,
        alt=alt,
        svg=svg.getvalue(),
        png_base64=base64.b64encode(png.getvalue()).decode("ascii"),
        width_mm=round(float(width), 1),
        height_mm=round(float(height), 1),
        notes=notes,
    )
