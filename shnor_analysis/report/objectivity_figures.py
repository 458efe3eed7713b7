"""Pictures of objectivity: marks beside marks by school, means beside the region."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from shnor_analysis.report import russian, theme
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.labels import by_school, by_work
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE

ROW_MM, MARGIN_MM = 5.2, 24.0
MAX_SCHOOLS = 36
MAX_PANELS = 3
# Shown with a hatch as well, so that a grey print tells them apart.
_PARTS = (
    ("n_lowered", "lowered", PALETTE.low_results, "///"),
    ("n_confirmed", "confirmed", "#dfe3e8", ""),
    ("n_raised", "raised", PALETTE.region, "..."),
)


def mark_bars(o: Objectivity) -> tuple[DisplayFigure, ...]:
    """Draw lowered, confirmed and raised marks as stacked bars, schools in alphabetical order.

    Schools with fewer pairs than may be printed are left out; no picture without any school.
    """
    rows = o.marks_by_school
    rows = by_school(rows[rows["n_mark_pairs"] >= o.report_participants], o.labels)
    return tuple(
        theme.display_figure(
            _bars(o, page),
            f"mark_bars_{number}",
            text("objectivity_figure", "marks_title", year=russian.school_year(o.assessment_year)),
            text("objectivity_figure", "marks_alt", n=str(len(page))),
            notes=(text("objectivity_figure", "marks_note", report=str(o.report_participants)),),
        )
        for number, page in enumerate(_pages(rows), start=1)
    )


def _pages(rows: pd.DataFrame) -> list[pd.DataFrame]:
    return [rows.iloc[k : k + MAX_SCHOOLS] for k in range(0, len(rows), MAX_SCHOOLS)]


def _bars(o: Objectivity, rows: pd.DataFrame) -> theme.Figure:
    height = np.arange(len(rows) - 1, -1, -1)
    n = rows["n_mark_pairs"].to_numpy(dtype=float)
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * len(rows))
        ax = figure.subplots()
        left = np.zeros(len(rows))
        for name, code, colour, hatch in _PARTS:
            width = rows[name].to_numpy(dtype=float) / n
            ax.barh(
                height, width, left=left, height=0.68, color=colour, hatch=hatch,
                edgecolor="white", linewidth=0.5, label=text("objectivity_figure", code),
            )  # fmt: skip
            left = left + width
        for place, pairs in zip(height.tolist(), n, strict=True):
            ax.text(1.01, place, russian.integer(pairs), va="center", fontsize=6.8)
        ax.text(1.01, len(rows) - 0.35, text("objectivity_figure", "pairs"), fontsize=6.8)
        _school_ticks(ax, o, list(rows["school_id"]), height)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: russian.percent(float(value), 0))
        )
        ax.grid(visible=False, axis="y")
        ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.06), ncols=3, fontsize=7.6)
    return figure


def mean_dots(o: Objectivity) -> tuple[DisplayFigure, ...]:
    """Draw means of schools with intervals beside the region, one panel per work.

    Only works that a marker names and whose region is known; schools with fewer pupils than may
    be printed, or without an interval, are left out.
    """
    rows = o.of_year(o.means)
    named = {(m.procedure, m.subject, m.grade) for m in o.marker_by_id.values()
             if m.kind == "high_mean"}  # fmt: skip
    keys = zip(rows["procedure"], rows["subject"], rows["grade"], strict=True)
    rows = rows[[key in named for key in keys]]
    rows = rows[(rows["status"] == "ok") & (rows["n_scores"] >= o.report_participants)]
    works = by_work(rows.drop_duplicates("work_id"))
    pictures: list[DisplayFigure] = []
    for first in range(0, len(works), MAX_PANELS):
        shown = works.iloc[first : first + MAX_PANELS]
        own = rows[rows["work_id"].isin(shown["work_id"])]
        schools = by_school(own.drop_duplicates("school_id"), o.labels)
        for page in _pages(schools):
            pictures.append(
                theme.display_figure(
                    _dots(o, own, shown, list(page["school_id"])),
                    f"mean_dots_{len(pictures) + 1}",
                    text(
                        "objectivity_figure",
                        "means_title",
                        year=russian.school_year(o.assessment_year),
                    ),
                    text("objectivity_figure", "means_alt", n=str(len(page))),
                    notes=(
                        text(
                            "objectivity_figure",
                            "means_note",
                            report=str(o.report_participants),
                        ),
                    ),
                )
            )
    return tuple(pictures)


def _dots(
    o: Objectivity, rows: pd.DataFrame, works: pd.DataFrame, schools: list[str]
) -> theme.Figure:
    height = np.arange(len(schools) - 1, -1, -1)
    places = dict(zip(schools, height, strict=True))
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * len(schools))
        panels = figure.subplots(1, len(works), sharey=True, squeeze=False)[0]
        for ax, name, work in zip(panels, o.labels.works(works), works["work_id"], strict=True):
            own = rows[(rows["work_id"] == work) & rows["school_id"].isin(schools)]
            _panel(ax, own, own["school_id"].map(places).to_numpy(dtype=float))
            # a panel is narrower than the name of its work
            ax.set_title(name.replace(", ", ",\n"), fontsize=7.6, fontweight="normal")
            ax.grid(visible=False, axis="y")
        _school_ticks(panels[0], o, schools, height)
    return figure


def _panel(ax: Axes, rows: pd.DataFrame, height: np.ndarray) -> None:
    region = rows.iloc[0]
    ax.axvspan(
        float(region["region_lower"]), float(region["region_upper"]), color=PALETTE.region,
        alpha=0.35, zorder=0,
    )  # fmt: skip
    ax.axvline(float(region["region_mean"]), color=PALETTE.region, linewidth=1, zorder=1)
    mean, lower, upper = (
        rows[name].to_numpy(dtype=float) for name in ("mean", "mean_lower", "mean_upper")
    )
    is_apart = rows["is_apart"].fillna(False).to_numpy(dtype=bool)
    for mask, colour, marker in (
        (~is_apart, PALETTE.other, "o"),
        (is_apart, PALETTE.low_results, "D"),
    ):
        ax.hlines(height[mask], lower[mask], upper[mask], color=colour, linewidth=1.4, alpha=0.6)
        ax.scatter(mean[mask], height[mask], s=16, color=colour, marker=marker, zorder=4)
    ax.tick_params(axis="x", labelsize=7)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: russian.number(float(value), 0)))


def _school_ticks(ax: Axes, o: Objectivity, schools: list[str], height: np.ndarray) -> None:
    ax.set_yticks(height, [o.labels.school(code) for code in schools], fontsize=7)
    ax.set_ylim(-0.7, len(schools) - 0.3)
