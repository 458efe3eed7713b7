"""Where to put names on a picture so that they cover neither points nor one another."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

# Distances from the point, in points of type, and directions tried at each of them.
_DISTANCES = (6.0, 12.0, 20.0, 30.0, 42.0)
_DIRECTIONS = (
    (1, 0, "left"), (-1, 0, "right"), (0.7, 0.9, "left"), (0.7, -0.9, "left"),
    (-0.7, 0.9, "right"), (-0.7, -0.9, "right"), (0, 1, "center"), (0, -1, "center"),
)  # fmt: skip
# A name this far away needs a thin line to its point.
_LEADER_FROM = 10.0
_POINT_RADIUS = 4.0
_CLEARANCE = 1.5
# Lines run under a name, not through it.
_BACKGROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.8}


def place_labels(
    ax: Axes, labels: list[tuple[float, float, str]], points: list[tuple[float, float]], size: float
) -> list[Annotation]:
    """Write names beside their points, each at the first free place.

    Parameters
    ----------
    ax : Axes
        With its final limits; the layout of its figure is settled here.
    labels : list of (x, y, name)
        In the units of the axes; earlier ones choose first.
    points : list of (x, y)
        Everything that must not be covered.
    size : float
        Size of type in points.

    Returns
    -------
    list of Annotation
        One per label. Where no place is free the one that covers least is taken.
    """
    figure = ax.figure
    figure.draw_without_rendering()  # type: ignore[union-attr]
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    pixels = figure.dpi / 72
    radius = _POINT_RADIUS * pixels
    taken = [
        Bbox.from_bounds(x - radius, y - radius, 2 * radius, 2 * radius)
        for x, y in ax.transData.transform(points)
    ]
    inside = ax.get_window_extent(renderer)
    placed = []
    for x, y, name in labels:
        note = ax.annotate(
            name, (x, y), xytext=(0, 0), textcoords="offset points", fontsize=size, va="center",
            zorder=6, annotation_clip=False, bbox=_BACKGROUND,
        )  # fmt: skip
        best: tuple[float, float, float, str] | None = None
        for distance in _DISTANCES:
            for dx, dy, side in _DIRECTIONS:
                cost = _cost(note, dx * distance, dy * distance, side, taken, inside, renderer)
                if best is None or cost < best[0]:
                    best = (cost, dx * distance, dy * distance, side)
            if best is not None and best[0] == 0:
                break
        if best is not None:
            _move(note, *best[1:])
            if max(abs(best[1]), abs(best[2])) >= _LEADER_FROM:
                _leader(ax, note, x, y)
        taken.append(note.get_window_extent(renderer).padded(_CLEARANCE * pixels))
        placed.append(note)
    return placed


def _move(note: Annotation, dx: float, dy: float, side: str) -> None:
    note.set_position((dx, dy))
    note.set_horizontalalignment(side)  # type: ignore[arg-type]


def _cost(
    note: Annotation,
    dx: float,
    dy: float,
    side: str,
    taken: list[Bbox],
    inside: Bbox,
    renderer: RendererBase,
) -> float:
    """Covered area in pixels; leaving the axes costs as much as the part outside."""
    _move(note, dx, dy, side)
    box = note.get_window_extent(renderer)
    covered = sum(_area(Bbox.intersection(box, other)) for other in taken)
    return covered + box.width * box.height - _area(Bbox.intersection(box, inside))


def _area(box: Bbox | None) -> float:
    return 0.0 if box is None else float(box.width * box.height)


def _leader(ax: Axes, note: Annotation, x: float, y: float) -> None:
    ax.annotate(
        "", (x, y), xytext=note.get_position(), textcoords="offset points", zorder=3,
        arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "#8a8f98", "shrinkA": 0,
                    "shrinkB": 3},
    )  # fmt: skip
