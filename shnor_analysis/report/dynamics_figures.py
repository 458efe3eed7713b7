"""Pictures of changes: a small panel per school, last year and this one in every work."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from shnor_analysis.measures.share_changes import BELOW
from shnor_analysis.report import russian, theme
from shnor_analysis.report.context_figures import short_name
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE

COLUMNS, ROWS = 3, 3
ROW_MM, PANEL_MARGIN_MM = 3.7, 17.0
# One scale of colours: from better to worse, grey where nothing can be told.
CLASS_COLOURS = {
    "improved": PALETTE.territory,
    "tends_to_improve": "#6f9ebf",
    "indistinct": PALETTE.other,
    "tends_to_worsen": "#e8ae6c",
    "worsened": "#b35806",
}
# In grey print the colours meet; the width of the line still tells a change from a tendency.
CLASS_WIDTHS = {
    "improved": 2.8,
    "tends_to_improve": 1.4,
    "indistinct": 0.7,
    "tends_to_worsen": 1.4,
    "worsened": 2.8,
}
_SUBJECT_LETTERS = 3


def school_changes(d: Dynamics) -> tuple[DisplayFigure, ...]:
    """Draw the shares below the minimum of every school in both years, a panel each.

    The pale bar is the interval of the change laid from last year's point: a change is told from
    chance when the bar leaves that point out. Schools in alphabetical order; works with few
    participants and schools without others are not drawn.
    """
    rows = d.schools_changes
    rows = rows[(rows["status"] == "ok") & (rows["outcome"] == BELOW)]
    schools = list(dict.fromkeys(rows["school_id"]))
    parts = _parts(schools)
    absent = _absent(d, schools)
    return tuple(
        _page(d, rows, part, (number, len(parts)), absent)
        for number, part in enumerate(parts, start=1)
    )


def _absent(d: Dynamics, schools: list[str]) -> tuple[str, ...]:
    """Name the schools that are on no picture; closed ones have no changes at all."""
    rows = d.schools_changes
    names = d.names(rows[~rows["school_id"].isin(schools)])
    if not names:
        return ()
    least = str(d.rules.min_participants.value)
    said = text("figure", "school_changes_absent", least=least, names="; ".join(names))
    return (russian.keep_together(said),)


def _parts(schools: list[str]) -> list[list[str]]:
    """Whole lines of panels, as evenly on the pictures as they go: no picture of one school."""
    n_lines = -(-len(schools) // COLUMNS)
    n_parts = -(-n_lines // ROWS)
    ends = [COLUMNS * round(n_lines * part / max(n_parts, 1)) for part in range(n_parts + 1)]
    return [schools[start:end] for start, end in pairwise(ends)]


def _page(
    d: Dynamics,
    rows: pd.DataFrame,
    schools: list[str],
    part: tuple[int, int],
    absent: tuple[str, ...],
) -> DisplayFigure:
    number, total = part
    panels = [rows[rows["school_id"] == school].iloc[::-1] for school in schools]
    lines = [panels[at : at + COLUMNS] for at in range(0, len(panels), COLUMNS)]
    heights = [PANEL_MARGIN_MM + ROW_MM * max(len(panel) for panel in line) for line in lines]
    with theme.page():
        figure = theme.new_figure(sum(heights) + 10)
        grid = figure.subplots(
            len(lines), COLUMNS, sharex=True, squeeze=False,
            gridspec_kw={"height_ratios": heights},
        )  # fmt: skip
        for ax in grid.ravel()[len(panels) :]:
            ax.set_axis_off()
        for at, (panel, school) in enumerate(zip(panels, schools, strict=True)):
            ax, line = grid.ravel()[at], lines[at // COLUMNS]
            _panel(ax, d, panel, school)
            # rows as high as in the panel beside it, from the top down
            longest = max(len(one) for one in line)
            ax.set_ylim(len(panel) - longest - 0.7, len(panel) - 0.3)
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3, fontsize=7.4)
    numbered = "" if total == 1 else text("figure", "part", number=str(number), total=str(total))
    counts = pd.concat(panels)["change_class"].value_counts()
    return theme.display_figure(
        figure,
        f"school_changes_{number}",
        text(
            "figure",
            "school_changes_title",
            before=russian.school_year(d.assessment_year - 1),
            now=russian.school_year(d.assessment_year),
        )
        + numbered,
        text(
            "figure",
            "school_changes_alt",
            schools=str(len(schools)),
            improved=str(counts.get("improved", 0)),
            worsened=str(counts.get("worsened", 0)),
        ),
        notes=(
            text(
                "figure",
                "school_changes_note",
                level=russian.percent(d.rules.level.value, 0),
                least=str(d.rules.min_participants.value),
            ),
            *absent,
        ),
    )


def _panel(ax: Axes, d: Dynamics, rows: pd.DataFrame, school: str) -> None:
    places = np.arange(len(rows))
    before, now = (
        rows[name].to_numpy(dtype=float, na_value=np.nan) for name in ("share_before", "share_now")
    )
    relative = (rows["basis"] == "relative").to_numpy()
    lower, upper = (
        np.where(
            relative,
            rows[f"relative_{name}"].to_numpy(dtype=float, na_value=np.nan),
            rows[name].to_numpy(dtype=float, na_value=np.nan),
        )
        for name in ("lower", "upper")
    )
    # relative to the region: what last year's share would be with this year's work
    start = np.where(
        relative, now - rows["relative_difference"].to_numpy(dtype=float, na_value=np.nan), before
    )
    colours = [CLASS_COLOURS[one] for one in rows["change_class"]]
    left, right = (np.clip(start + end, 0, 1) for end in (lower, upper))
    ax.hlines(places, left, right, color="#d5dae1", linewidth=4.2, zorder=1)
    start = np.clip(start, 0, 1)
    widths = [CLASS_WIDTHS[one] for one in rows["change_class"]]
    ax.hlines(places, start, now, color=colours, linewidth=widths, zorder=2)
    ax.scatter(start, places, s=13, facecolor="white", edgecolor=colours, linewidth=1, zorder=3)
    ax.scatter(now, places, s=16, color=colours, zorder=4)
    names = [
        f"{name}{'*' if own else ''}"
        for name, own in zip(_short_works(d, rows), relative, strict=True)
    ]
    ax.set_yticks(places, names, fontsize=6.2)
    ax.set_title(short_name(d.labels.school(school)), fontsize=7.6)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: russian.percent(float(v), 0)))
    ax.tick_params(axis="x", labelbottom=True, labelsize=6)
    ax.set_xlim(-0.04, 1.0)
    ax.set_xticks([0, 0.25, 0.5, 0.75])


def _short_works(d: Dynamics, rows: pd.DataFrame) -> list[str]:
    """«ВПР 5 рус», «ОГЭ мат»: a panel has no room for full names."""
    names = []
    for row in rows.itertuples(index=False):
        subject = d.labels.subjects[row.subject].lower()[:_SUBJECT_LETTERS]
        level = text("short_work", "base") if row.subject == "math_base" else ""
        code = "graded" if row.procedure == "vpr" else "single"
        names.append(
            text(
                "short_work",
                code,
                procedure=text("procedure", row.procedure),
                grade=str(row.grade),
                subject=f"{subject}{level}",
            )
        )
    return names


def _legend() -> list[Line2D]:
    return [
        Line2D(
            [], [], color=colour, linewidth=CLASS_WIDTHS[name], marker="o", markersize=4,
            label=text("change_class", name),
        )
        for name, colour in CLASS_COLOURS.items()
    ]  # fmt: skip
