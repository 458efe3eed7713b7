"""The picture of our own signs: every school against every sign, with words in the cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from shnor_analysis.report import russian, theme
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE
from shnor_analysis.tables import SIGN_FAMILIES

ROW_MM, MARGIN_MM = 5.6, 26.0
MAX_SCHOOLS = 36
_WORD_SIZE, _NAME_SIZE = 6.2, 7.0
_COMBINED = "combined"
# Lightness grows with weight of what is noted; the word in the cell says it without colour.
_FILL = {
    "strong": PALETTE.low_results, "signal": "#c58abb", "sign": "#c58abb",
    "observation": "#ead5e6", "none": "#f1f3f5",
}  # fmt: skip
_ON_DARK = {"strong"}


def sign_strips(
    signs: pd.DataFrame, families: pd.DataFrame, labels: Labels
) -> tuple[DisplayFigure, ...]:
    """Draw the strip of every school: the combined decision, then each sign.

    Parameters
    ----------
    signs, families : DataFrame
        Keep the contracts ``objectivity_signs`` and ``objectivity_families``; the longest span of
        years is drawn.
    labels : Labels
        Names of schools; their order is alphabetical, never by what is noted.

    Returns
    -------
    tuple of DisplayFigure
        Long lists take several pictures; none where no school could be tested.
    """
    if not (signs["level"] != "not_tested").any():
        return ()
    n_years = int(signs["n_years"].max())
    year = int(signs["assessment_year"].max())
    schools = by_school(signs[["school_id"]], labels)["school_id"].to_numpy()
    pages = np.array_split(schools, -(-len(schools) // MAX_SCHOOLS))
    codes = _codes(signs, families[families["n_years"] == n_years])
    n_noted = int(signs["level"].isin(["strong", "signal"]).sum())
    pictures = []
    for number, page in enumerate(pages, start=1):
        part = text("figure", "part", number=str(number), total=str(len(pages)))
        pictures.append(
            theme.display_figure(
                _page(codes, list(page), labels),
                f"sign_strips_{number}",
                text("figure", "signs_title", year=russian.school_year(year))
                + (part if len(pages) > 1 else ""),
                text("figure", "signs_alt", n=str(len(page)), noted=str(n_noted)),
                notes=(text("figure", "signs_note"),),
            )
        )
    return tuple(pictures)


def _codes(signs: pd.DataFrame, families: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What stands in every cell: a level, or why nothing was tested."""
    codes = {
        (school, _COMBINED): level
        for school, level in zip(signs["school_id"], signs["level"], strict=True)
    }
    for row in families.itertuples(index=False):
        told = row.level if row.status == "ok" else row.status
        codes[str(row.school_id), str(row.family)] = str(told)
    return codes


def _page(codes: dict[tuple[str, str], str], schools: list[str], labels: Labels) -> Figure:
    columns = (_COMBINED, *SIGN_FAMILIES)
    with theme.page():
        figure = theme.new_figure(MARGIN_MM + ROW_MM * len(schools))
        ax = figure.subplots()
        for row, school in enumerate(reversed(schools)):
            for place, column in enumerate(columns):
                _cell(ax, place, row, codes.get((school, column), "not_tested"))
        ax.axvline(0.52, color=PALETTE.threshold, linewidth=0.9)
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(-0.6, len(schools) - 0.4)
        ax.set_xticks(
            range(len(columns)),
            [text("sign_column", column) for column in columns],
            fontsize=_NAME_SIZE,
        )
        ax.xaxis.tick_top()
        ax.set_yticks(
            range(len(schools)),
            [labels.school(code) for code in reversed(schools)],
            fontsize=_NAME_SIZE,
        )
        ax.tick_params(length=0)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
    return figure


def _cell(ax: Axes, place: int, row: int, code: str) -> None:
    fill = _FILL.get(code)
    ax.add_patch(
        Rectangle(
            (place - 0.48, row - 0.44), 0.96, 0.88,
            facecolor=fill or "none", edgecolor="none" if fill else "#d5d9de",
            linewidth=0.5, linestyle="-" if fill else (0, (2, 2)),
        )
    )  # fmt: skip
    ax.text(
        place, row, text("sign_cell", code), ha="center", va="center", fontsize=_WORD_SIZE,
        color="white" if code in _ON_DARK else PALETTE.both,
    )  # fmt: skip
