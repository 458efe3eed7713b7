"""Pictures of lists of indicators: every school's value with its interval and the quarters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from shnor_analysis.methodology import LowResultsList, ResultIndicator
from shnor_analysis.report import russian, theme
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE

ROW_MM = 5.4
MARGIN_MM = 22.0
MAX_SCHOOLS = 36
WRAP = 14
BAND = "#dfe3e8"


@dataclass(frozen=True)
class _Drawn:
    """What is drawn of one list: printable values, quarters by indicator, schools listed."""

    rules: LowResultsList
    indicators: list[ResultIndicator]
    shown: pd.DataFrame
    quarters: pd.DataFrame
    listed: set[str]


def indicator_dots(
    indicators: pd.DataFrame,
    territory: pd.DataFrame,
    index: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    labels: Labels,
    report_participants: int,
) -> tuple[DisplayFigure, ...]:
    """Draw every list's indicators, one panel each, schools in alphabetical order.

    A list none of whose indicators has a value is not drawn; long lists take several pictures.
    """
    year = int(index["assessment_year"].max())
    schools = by_school(index[["school_id"]].drop_duplicates(), labels)["school_id"].to_numpy()
    n_pages = max(-(-len(schools) // MAX_SCHOOLS), 1)
    pictures = []
    for one in lists:
        drawn = _drawn(one, indicators, territory, index, year)
        if not drawn.indicators:
            continue
        title = text("figure", "indicators_title", list=one.title, year=russian.school_year(year))
        for number, page in enumerate(np.array_split(schools, n_pages), start=1):
            part = text("figure", "part", number=str(number), total=str(n_pages))
            pictures.append(
                theme.display_figure(
                    _page(drawn, list(page), labels),
                    f"indicators_{one.id}_{number}",
                    title + (part if n_pages > 1 else ""),
                    text("figure", "indicators_alt", n=str(len(drawn.indicators))),
                    notes=(text("figure", "indicators_note", report=str(report_participants)),),
                )
            )
    return tuple(pictures)


def _drawn(
    rules: LowResultsList,
    indicators: pd.DataFrame,
    territory: pd.DataFrame,
    index: pd.DataFrame,
    year: int,
) -> _Drawn:
    values = indicators[
        (indicators["regulation_id"] == rules.id)
        & (indicators["assessment_year"] == year)
        & (indicators["span"] == "pooled")
        & (indicators["measure"] != "fact")
        & (indicators["status"] == "ok")
    ]
    quarters = territory[
        (territory["regulation_id"] == rules.id) & (territory["assessment_year"] == year)
    ]
    is_listed = (index["regulation_id"] == rules.id) & (index["decision"] == "included")
    return _Drawn(
        rules,
        [one for one in rules.indicators if one.id in set(values["indicator_id"])],
        values,
        quarters.set_index("indicator_id"),
        set(index.loc[is_listed, "school_id"]),
    )


def _page(drawn: _Drawn, schools: list[str], labels: Labels) -> Figure:
    places = dict(zip(schools, range(len(schools) - 1, -1, -1), strict=True))
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * len(schools))
        panels = figure.subplots(1, len(drawn.indicators), sharey=True, squeeze=False)[0]
        for ax, indicator in zip(panels, drawn.indicators, strict=True):
            values = drawn.shown[drawn.shown["indicator_id"] == indicator.id]
            mine = values[values["school_id"].isin(schools)]
            _panel(ax, indicator, mine, places, drawn)
        panels[0].set_yticks(
            list(places.values()), [labels.school(code) for code in schools], fontsize=7
        )
        panels[0].set_ylim(-0.7, len(schools) - 0.3)
    return figure


def _panel(
    ax: Axes,
    indicator: ResultIndicator,
    values: pd.DataFrame,
    places: dict[str, int],
    drawn: _Drawn,
) -> None:
    quarters = drawn.quarters.loc[indicator.id]
    if not russian.is_missing(quarters["median"]):
        ax.axvspan(
            float(quarters["quarter_lower"]), float(quarters["quarter_upper"]), color=BAND, zorder=0
        )
        ax.axvline(float(quarters["median"]), color=PALETTE.threshold, linewidth=0.9, zorder=1)
    height = values["school_id"].map(places).to_numpy()
    value, lower, upper = (
        values[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("value", "value_lower", "value_upper")
    )
    is_listed = values["school_id"].isin(drawn.listed).to_numpy()
    for mask, colour, marker in (
        (~is_listed, PALETTE.other, "o"),
        (is_listed, PALETTE.low_results, "D"),
    ):
        ax.hlines(height[mask], lower[mask], upper[mask], color=colour, linewidth=1.4, alpha=0.55)
        # a value of 0 stands on the axis, whole
        ax.scatter(
            value[mask], height[mask], s=15, color=colour, marker=marker, zorder=5, clip_on=False
        )
    ax.set_title(_wrapped(indicator.short_title), fontsize=7.2, fontweight="normal")
    ax.tick_params(axis="x", labelsize=6.5)
    ax.xaxis.set_major_locator(MaxNLocator(3))
    if indicator.measure != "correlation":
        ax.set_xlim(left=0)
        ax.xaxis.set_major_formatter(_percent_ticks())
    else:
        ax.xaxis.set_major_formatter(_number_ticks())
    ax.grid(visible=False, axis="x")


def _wrapped(title: str) -> str:
    """Break a heading into lines of about equal length, at spaces."""
    lines = [""]
    for word in title.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) > WRAP and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    return "\n".join(lines)


def _percent_ticks() -> FuncFormatter:
    return FuncFormatter(lambda share, _: russian.percent(float(share), 0))


def _number_ticks() -> FuncFormatter:
    return FuncFormatter(lambda value, _: russian.number(float(value), 1))
