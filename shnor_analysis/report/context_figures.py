"""Pictures of conditions and results: the plane of both, and what the index is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from shnor_analysis.report import russian, theme
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.label_places import place_labels
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.context_results import quadrant_name
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE

# Group → colour and mark; the mark alone tells them apart as well.
_LOOK = {
    "both": (PALETTE.both, "X"),
    "low_results": (PALETTE.low_results, "D"),
    "adverse_conditions": (PALETTE.adverse_conditions, "s"),
    "other": (PALETTE.other, "o"),
    "unknown": (PALETTE.other, "v"),
}
LABEL_SIZE = 7.0
MOST_ROWS = 34
# More schools that are not drawn are counted, not named.
MOST_NAMED = 8
PARTS_ROW_MM, PARTS_MARGIN_MM = 5.0, 52.0
_TITLE_CHARACTERS = 24


def context_and_results(c: Conditions) -> tuple[DisplayFigure, ...]:
    """Draw every school by its conditions and its result; schools of a list bear their names.

    No picture without schools of which both are known.
    """
    is_drawn = c.schools["social_index"].notna() & (c.schools["result_status"] == "ok")
    rows = c.schools[is_drawn].reset_index(drop=True)
    if rows.empty:
        return ()
    x, y = (rows[name].to_numpy(dtype=float) for name in ("social_index", "result"))
    absent = _not_drawn(c, c.schools[~is_drawn])
    with theme.page():
        figure = theme.new_figure(100)
        ax = figure.subplots()
        _borders(ax, c)
        ax.vlines(
            x,
            rows["result_lower"].to_numpy(dtype=float, na_value=np.nan),
            rows["result_upper"].to_numpy(dtype=float, na_value=np.nan),
            color="#c9ced6",
            linewidth=1,
            zorder=1,
        )
        for name, (colour, marker) in _LOOK.items():
            own = (rows["quadrant"] == name).to_numpy()
            if own.any():
                ax.scatter(
                    x[own], y[own], s=34, color=colour, marker=marker, linewidth=0.4,
                    edgecolor="white", zorder=4, label=quadrant_name(c, name),
                )  # fmt: skip
        ax.set_xlabel(text("context_figure", "index_axis"))
        ax.set_ylabel(text("context_figure", "result_axis"))
        ax.set_xlim(-4, 104)
        ax.margins(y=0.08)
        ax.yaxis.set_major_formatter(_numbers(1))
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=7.6)
        place_labels(ax, _names(c, rows), list(zip(x, y, strict=True)), LABEL_SIZE)
    return (
        theme.display_figure(
            figure,
            "context_and_results",
            text("context_figure", "plane_title", year=russian.school_year(c.assessment_year)),
            text(
                "context_figure",
                "plane_alt",
                n=str(len(rows)),
                both=str((rows["quadrant"] == "both").sum()),
                adverse=str((rows["quadrant"] == "adverse_conditions").sum()),
                low=str((rows["quadrant"] == "low_results").sum()),
                absent=absent,
            ).rstrip(),
            notes=(
                text("context_figure", "plane_note", cut=russian.number(_cut(c))),
                *((absent,) if absent else ()),
                text("context_figure", "result_note"),
            ),
        ),
    )


def _not_drawn(c: Conditions, rows: pd.DataFrame) -> str:
    """Who is not in the picture and why; nothing when everybody is."""
    if rows.empty:
        return ""
    reasons = rows["result_status"].where(rows["result_status"] != "ok", "no_index")
    parts = []
    for reason, own in rows.groupby(reasons, sort=True):
        names = russian.keep_together("; ".join(c.names(own)))
        shown = names if len(own) <= MOST_NAMED else text("not_drawn", "count", n=str(len(own)))
        parts.append(text("not_drawn", str(reason), names=shown))
    return text("not_drawn", "sentence", parts="; ".join(parts))


def _cut(c: Conditions) -> float:
    return float(c.quality["cut"].astype(float).iloc[0])


def _borders(ax: Axes, c: Conditions) -> None:
    ax.axvline(_cut(c), color=PALETTE.threshold, linewidth=0.9, linestyle="--", zorder=2)
    border = c.regression["result_cut"].astype(float).iloc[0]
    if not np.isnan(border):
        ax.axhline(border, color=PALETTE.threshold, linewidth=0.9, linestyle=":", zorder=2)


def _names(c: Conditions, rows: pd.DataFrame) -> list[tuple[float, float, str]]:
    """Schools of either list, resilient ones and those off their expectation, by name."""
    is_named = (
        rows["school_id"].isin(c.listed)
        | (rows["resilience"] == "holds")
        | rows["effect_verdict"].isin(["above", "below"])
    )
    named = by_school(rows[is_named], c.labels)
    return [
        (float(row.social_index), float(row.result), short_name(c.labels.school(row.school_id)))
        for row in named.itertuples(index=False)
    ]


def short_name(name: str) -> str:
    """What stands in the quotation marks of a school's full name."""
    inner = name.split("«", 1)[-1].split("»", 1)[0]
    return russian.keep_together(inner)


def index_parts(c: Conditions) -> tuple[DisplayFigure, ...]:
    """Draw what every indicator adds to the index: a small panel each, a bar per school.

    With many schools only those of the list are drawn. No picture without an index.
    """
    known = c.parts.dropna(subset=["part"])
    if known.empty:
        return ()
    schools = c.adverse[c.adverse["school_id"].isin(known["school_id"])]
    if len(schools) > MOST_ROWS:
        schools = schools[schools["decision"] == "included"]
    # By the names as they are printed here, from the top down.
    order = sorted(schools["school_id"], key=lambda one: _sort_key(c, one), reverse=True)
    order = order[-MOST_ROWS:]
    listed = set(c.adverse.loc[c.adverse["decision"] == "included", "school_id"])
    used = [name for name in c.titles if name in set(known["indicator"])]
    table = known.pivot_table(index="school_id", columns="indicator", values="part")
    table = table.reindex(index=order, columns=used).astype(float)
    width = float(np.nanmax(np.abs(table.to_numpy()))) * 1.08
    tick = max(np.floor(width * 10) / 10, 0.1)
    places = np.arange(len(order))
    with theme.page():
        figure = theme.new_figure(PARTS_MARGIN_MM + PARTS_ROW_MM * len(order))
        axes = figure.subplots(1, len(used), sharex=True, sharey=True, squeeze=False)[0]
        for ax, name in zip(axes, used, strict=True):
            values = table[name].to_numpy()
            colours = np.where(values < 0, PALETTE.adverse_conditions, PALETTE.other)
            ax.barh(places, np.nan_to_num(values), color=colours.tolist(), height=0.7)
            missing = places[np.isnan(values)]
            ax.plot(np.zeros(len(missing)), missing, linestyle="none", marker="x", color="#444444",
                    markersize=4)  # fmt: skip
            ax.axvline(0, color=PALETTE.threshold, linewidth=0.7)
            ax.set_title(
                _wrapped(c.titles[name]),
                fontsize=6.6,
                fontweight="normal",
                rotation=90,
                loc="center",
                pad=4,
            )
            ax.set_xlim(-width, width)
            ax.set_xticks([-tick, tick])
            ax.xaxis.set_major_formatter(_numbers(1))
            ax.tick_params(axis="x", labelsize=6)
            ax.grid(visible=False, axis="x")
        axes[0].set_yticks(places, [short_name(c.labels.school(one)) for one in order], fontsize=7)
        for label, school in zip(axes[0].get_yticklabels(), order, strict=True):
            label.set_fontweight("bold" if school in listed else "normal")
        axes[0].set_ylim(-0.7, len(order) - 0.3)
    return (
        theme.display_figure(
            figure,
            "index_parts",
            text("context_figure", "parts_title", year=russian.school_year(c.assessment_year)),
            text(
                "context_figure",
                "parts_alt",
                n=str(len(order)),
                indicators=russian.listing([c.titles[name].lower() for name in used]),
            ),
            notes=(text("context_figure", "parts_note", adverse=c.terms.adverse_conditions),),
        ),
    )


def _sort_key(c: Conditions, school_id: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    return russian.sort_key(short_name(c.labels.school(school_id))), school_id


def _numbers(decimals: int) -> FuncFormatter:
    return FuncFormatter(lambda value, _: russian.number(float(value), decimals))


def _wrapped(title: str) -> str:
    """Break a heading into short lines at spaces."""
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _TITLE_CHARACTERS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
