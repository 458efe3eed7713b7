"""Pictures: tidy frames in, :class:`DisplayFigure` out; nothing is computed, nothing is saved."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from shnor_analysis.methodology import LowResultsRule
from shnor_analysis.report import russian, theme
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE

ROW_MM = 6.4
MARGIN_MM = 24.0
MAX_ROWS = 34
TREND_COLUMNS = 4
# Subjects every school has every year; from 2023 the others are drawn by lot.
TREND_SUBJECTS = ("rus", "math", "math_base")


def territory_shares(results: pd.DataFrame, labels: Labels, assessment_year: int) -> DisplayFigure:
    """Draw shares below the minimum of one year: the municipality with its interval, the region."""
    rows = by_work(results[results["assessment_year"] == assessment_year]).iloc[::-1]
    places = np.arange(len(rows))
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * max(len(rows), 1))
        ax = figure.subplots()
        _intervals(ax, rows, places, PALETTE.territory, text("figure", "municipality"))
        region = rows["region_below_minimum_share"].to_numpy(dtype=float, na_value=np.nan)
        ax.scatter(
            region,
            places,
            marker="D",
            s=26,
            facecolor="white",
            edgecolor=PALETTE.region,
            linewidth=1.4,
            zorder=4,
            label=text("figure", "region"),
        )
        _row_names(ax, labels.works(rows), places)
        _percent_axis(ax, text("figure", "below_minimum_axis"))
        ax.legend(loc="lower right", ncols=2, bbox_to_anchor=(1, 1.0), borderaxespad=0.1)
    worst = rows.sort_values("below_minimum_share").iloc[-1:] if len(rows) else rows
    return theme.display_figure(
        figure,
        "territory_shares",
        text("figure", "territory_title", year=russian.school_year(assessment_year)),
        text(
            "figure",
            "territory_alt",
            n=str(len(rows)),
            worst=russian.listing(labels.works(worst)),
            share=russian.percent(_first(worst["below_minimum_share"])),
        ),
        notes=(text("figure", "interval_note"),),
    )


def trends(
    results: pd.DataFrame,
    labels: Labels,
    comparability: pd.DataFrame,
    subjects: tuple[str, ...] = TREND_SUBJECTS,
) -> DisplayFigure:
    """Draw small panels, one per work: share below the minimum by year with its interval.

    A line stops before a year that may not be compared with the one before it.
    """
    apart = comparability[comparability["verdict"] == "not_comparable"]
    results = results[results["subject"].isin(subjects)]
    works = by_work(results.drop_duplicates(["procedure", "season", "subject", "grade", "level"]))
    years = sorted(int(year) for year in results["assessment_year"].unique())
    n_rows = max(-(-len(works) // TREND_COLUMNS), 1)
    with theme.page():
        figure = theme.new_figure(12 + 33.0 * n_rows)
        grid = figure.subplots(n_rows, TREND_COLUMNS, sharex=True, sharey=True, squeeze=False)
        axes = grid.ravel()
        for ax, name, work in zip(
            axes, labels.works(works), works.itertuples(index=False), strict=False
        ):
            breaks = set(_same_work(apart, work)["assessment_year"])
            _trend_panel(ax, _same_work(results, work), name, breaks)
        for ax in axes[len(works) :]:
            ax.set_axis_off()
        for ax in axes[: len(works)]:
            ax.set_xticks(years, [russian.school_year(year)[2:] for year in years])
            ax.tick_params(axis="x", labelbottom=True, labelsize=6.5)
            ax.yaxis.set_major_formatter(_percent_ticks())
            ax.yaxis.set_major_locator(MaxNLocator(4))
            ax.set_ylim(bottom=0)
    return theme.display_figure(
        figure,
        "trends",
        text("figure", "trends_title"),
        text(
            "figure",
            "trends_alt",
            n=str(len(works)),
            years=russian.listing([russian.school_year(year) for year in years]),
        ),
        notes=(text("figure", "interval_note"), text("figure", "trends_note")),
    )


def _same_work(results: pd.DataFrame, work: object) -> pd.DataFrame:
    keys = [key for key in ("procedure", "season", "subject", "grade", "level") if key in results]
    mask = np.logical_and.reduce([results[key] == getattr(work, key) for key in keys])
    return results[mask].sort_values("assessment_year")


def _trend_panel(ax: Axes, rows: pd.DataFrame, name: str, breaks: set[int]) -> None:
    starts = [at for at, year in enumerate(rows["assessment_year"]) if at and year in breaks]
    for start, end in pairwise([0, *starts, len(rows)]):
        _trend_line(ax, rows.iloc[start:end])
    ax.set_title(name.replace(", ", ",\n", 1), fontsize=7.2, fontweight="normal")


def _trend_line(ax: Axes, rows: pd.DataFrame) -> None:
    """Years that may be compared, joined; the interval of a year alone is a bar."""
    years = rows["assessment_year"].to_numpy(dtype=float)
    share = rows["below_minimum_share"].to_numpy(dtype=float)
    lower = rows["below_minimum_share_lower"].to_numpy(dtype=float)
    upper = rows["below_minimum_share_upper"].to_numpy(dtype=float)
    if len(rows) > 1:
        ax.fill_between(years, lower, upper, color=PALETTE.territory, alpha=0.15, linewidth=0)
    else:
        ax.vlines(years, lower, upper, color=PALETTE.territory, alpha=0.3, linewidth=2.5)
    ax.plot(years, share, color=PALETTE.territory, marker="o", markersize=3.5)
    region = rows["region_below_minimum_share"].to_numpy(dtype=float, na_value=np.nan)
    ax.plot(
        years, region, color=PALETTE.region, linestyle="--", linewidth=1.2,
        marker="" if len(rows) > 1 else "_",
    )  # fmt: skip


def small_schools(
    evidence: pd.DataFrame, rule: LowResultsRule, assessment_year: int
) -> tuple[DisplayFigure, ...]:
    """Draw every school's procedure of the year: size against share, low ones marked.

    No picture where the rule met no procedure this year.
    """
    rows = evidence[
        (evidence["assessment_year"] == assessment_year)
        & (evidence["size_class"] != "tiny")
        & evidence["is_low"].notna()
    ]
    if rows.empty:
        return ()
    points = pd.DataFrame(
        {
            "n": rows["n_participants"].to_numpy(dtype=float),
            "share": rows["below_minimum_share"].to_numpy(dtype=float),
            "kind": np.where(
                rows["is_low"].to_numpy(dtype=bool),
                text("figure", "low"),
                text("figure", "not_low"),
            ),
        }
    ).sort_values("kind", kind="stable")
    threshold = rule.share_numerator.value / rule.share_denominator.value
    with theme.page():
        figure = theme.new_figure(78)
        ax = figure.subplots()
        sns.scatterplot(
            points,
            x="n",
            y="share",
            hue="kind",
            style="kind",
            hue_order=[text("figure", "not_low"), text("figure", "low")],
            style_order=[text("figure", "not_low"), text("figure", "low")],
            palette=[PALETTE.other, PALETTE.low_results],
            markers=["o", "D"],
            s=26,
            linewidth=0.4,
            ax=ax,
        )
        ax.axhline(
            threshold,
            color=PALETTE.threshold,
            linewidth=1,
            label=text("figure", "threshold", share=russian.percent(threshold, 0)),
        )
        ax.axvline(
            rule.reliable_participants.value, color=PALETTE.threshold, linewidth=0.8, linestyle=":"
        )
        ax.set_xlabel(text("figure", "participants_axis"))
        ax.set_ylabel(text("figure", "below_minimum_axis"))
        ax.set_xlim(left=0)
        ax.set_ylim(bottom=-0.02)
        ax.yaxis.set_major_formatter(_percent_ticks())
        ax.legend(title=None, loc="upper right")
    n_low = int(rows["is_low"].sum())
    n_low_small = int((rows["is_low"] & (rows["size_class"] != "reliable")).sum())
    picture = theme.display_figure(
        figure,
        "small_schools",
        text("figure", "small_title"),
        text("figure", "small_alt", n=str(len(rows)), low=str(n_low), small=str(n_low_small)),
        notes=(
            text(
                "figure",
                "small_note",
                reliable=str(rule.reliable_participants.value),
                report=str(max(rule.report_participants.value, rule.min_participants.value)),
            ),
        ),
    )
    return (picture,)


def low_procedures(
    evidence: pd.DataFrame, decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> tuple[DisplayFigure, ...]:
    """Draw low procedures of the listed schools this year, as many pictures as pages need."""
    listed = decisions.loc[decisions["decision"] == "included", "school_id"]
    year = int(decisions["assessment_year"].max())
    rows = evidence[
        evidence["is_low"]
        & evidence["school_id"].isin(listed)
        & (evidence["assessment_year"] == year)
        & (evidence["size_class"] != "tiny")
    ]
    pages = _pages(by_school(by_work(rows), labels))
    return tuple(
        _low_procedures_page(page, labels, rule, year, number, len(pages))
        for number, page in enumerate(pages, start=1)
    )


def _pages(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Split rows into pages; a school stays on one page unless it alone is longer."""
    pages: list[list[pd.DataFrame]] = []
    total = len(rows) + rows["school_id"].nunique()
    # Pages of about equal height look better than a full one and a remainder.
    limit = total / max(-(-total // MAX_ROWS), 1)
    height = MAX_ROWS
    for _, school in rows.groupby("school_id", sort=False):
        if height >= limit or height + len(school) + 1 > MAX_ROWS:
            pages.append([])
            height = 0
        pages[-1].append(school)
        height += len(school) + 1
    return [pd.concat(page) for page in pages]


def _low_procedures_page(
    rows: pd.DataFrame, labels: Labels, rule: LowResultsRule, year: int, number: int, total: int
) -> DisplayFigure:
    # One line per procedure, and one above each school's lines for its name.
    is_first = ~rows["school_id"].duplicated().to_numpy()
    lines = np.arange(len(rows)) + np.cumsum(is_first)
    height = int(lines[-1]) + 1
    places = height - 1 - lines
    threshold = rule.share_numerator.value / rule.share_denominator.value
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * height)
        ax = figure.subplots()
        _intervals(ax, rows, places, PALETTE.low_results, text("figure", "school"))
        ax.axvline(threshold, color=PALETTE.threshold, linewidth=1)
        _percent_axis(ax, text("figure", "below_minimum_axis"))
        ax.set_yticks(places, labels.works(rows), fontsize=8)
        ax.set_ylim(-0.7, height - 0.3)
        ax.grid(visible=False, axis="y")
        for school, place in zip(rows["school_id"][is_first], places[is_first] + 1, strict=True):
            ax.annotate(
                labels.school(school),
                (0, place),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
                fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
            )
    part = text("figure", "part", number=str(number), total=str(total)) if total > 1 else ""
    return theme.display_figure(
        figure,
        f"low_procedures_shares_{number}",
        text("figure", "low_title", year=russian.school_year(year)) + part,
        text("figure", "low_alt", n=str(len(rows)), share=russian.percent(threshold, 0)),
        notes=(
            text(
                "figure",
                "low_note",
                share=russian.percent(threshold, 0),
                report=str(rule.report_participants.value),
            ),
        ),
    )


def _intervals(ax: Axes, rows: pd.DataFrame, places: np.ndarray, colour: str, label: str) -> None:
    share = rows["below_minimum_share"].to_numpy(dtype=float)
    lower = rows["below_minimum_share_lower"].to_numpy(dtype=float)
    upper = rows["below_minimum_share_upper"].to_numpy(dtype=float)
    ax.hlines(places, lower, upper, color=colour, linewidth=2.2, alpha=0.45)
    ax.scatter(share, places, s=30, color=colour, zorder=5, label=label)


def _row_names(ax: Axes, names: list[str], places: np.ndarray, size: float = 8.5) -> None:
    ax.set_yticks(places, names, fontsize=size)
    ax.set_ylim(-0.7, len(names) - 0.3 if names else 0.7)
    ax.grid(visible=False, axis="y")


def _percent_axis(ax: Axes, label: str) -> None:
    ax.set_xlabel(label)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(_percent_ticks())


def _percent_ticks() -> FuncFormatter:
    return FuncFormatter(lambda share, _: russian.percent(float(share), 0))


def _first(values: pd.Series) -> float | None:
    return None if values.empty else float(values.iloc[0])
