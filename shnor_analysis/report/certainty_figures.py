"""Pictures of how sure the list is: funnels, shrunken shares, variants of the rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from shnor_analysis.methodology import FunnelRules, LowResultsRule
from shnor_analysis.report import russian, theme
from shnor_analysis.report.document import DisplayFigure
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.tables.certainty import scenario_words
from shnor_analysis.report.texts import text
from shnor_analysis.report.theme import PALETTE
from shnor_analysis.stats.funnel import exact_limits, overdispersed_share_limits

COLUMNS = 2
PANELS_PER_PAGE = 6
PANEL_MM = 68.0
ROW_MM = 6.4
ROWS_PER_PAGE = 28
# Points at which the limits are drawn; they depend on the size only through 1 / n.
LIMIT_POINTS = 120
_LABEL_SIZE = 5.8
_BEHIND_NAME = {"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.75}
_TITLE_SIZE = 7.6
_WORK = ["procedure", "season", "subject", "grade", "level"]

Panel = Callable[[Axes, pd.Series], None]


def funnels(
    works: pd.DataFrame,
    points: pd.DataFrame,
    labels: Labels,
    rule: LowResultsRule,
    rules: FunnelRules,
) -> tuple[DisplayFigure, ...]:
    """Draw the funnel of every procedure of the rule, six to a page.

    Parameters
    ----------
    works, points : DataFrame
        Keep the contracts ``share_funnels`` and ``share_funnel_points``.
    labels : Labels
        Names of works and schools; those above the inner limit are named.
    rule : LowResultsRule
        Its procedures are drawn.
    rules : FunnelRules
        Confidence of both pairs of limits.
    """
    chosen = by_work(_of_rule(works, rule))
    own = _printed(points[points["work_id"].isin(chosen["work_id"])], rule)

    def draw(ax: Axes, work: pd.Series) -> None:
        schools = own[own["work_id"] == work["work_id"]]
        _limits(ax, work, schools, rules)
        _funnel_points(ax, schools, labels)

    above = int(own["position"].isin(["above_inner", "above_outer"]).sum())
    return _pages(
        chosen,
        labels,
        draw,
        "funnel",
        fields={"n": str(len(chosen)), "above": russian.integer(above)},
        notes=(
            text("figure", "funnel_note", min_schools=str(rules.min_schools.value)),
            text("figure", "funnel_labels", report=str(rule.report_participants.value)),
        ),
    )


def caterpillars(
    shrunken: pd.DataFrame,
    decisions: pd.DataFrame,
    labels: Labels,
    rule: LowResultsRule,
) -> tuple[DisplayFigure, ...]:
    """Draw shrunken shares with intervals for every procedure of the rule, six to a page.

    Parameters
    ----------
    shrunken, decisions : DataFrame
        Keep the contracts ``shrunken_shares`` and ``low_results``.
    labels : Labels
        Names of works and schools; listed schools are named.
    rule : LowResultsRule
        Its procedures and threshold.
    """
    year = decisions["assessment_year"].max()
    rows = _printed(_of_rule(shrunken[shrunken["assessment_year"] == year], rule), rule)
    listed = set(decisions.loc[decisions["decision"] == "included", "school_id"])
    works = by_work(rows.drop_duplicates("work_id"))
    threshold = rule.share_numerator.value / rule.share_denominator.value

    def draw(ax: Axes, work: pd.Series) -> None:
        schools = rows[rows["work_id"] == work["work_id"]].sort_values(
            ["shrunken_share", "school_id"]
        )
        _caterpillar(ax, schools, listed, labels)
        ax.axvline(threshold, color=PALETTE.threshold, linewidth=0.9)

    return _pages(
        works,
        labels,
        draw,
        "caterpillar",
        fields={"n": str(len(works))},
        notes=(
            text(
                "figure",
                "caterpillar_note",
                share=russian.percent(threshold, 0),
                report=str(rule.report_participants.value),
            ),
        ),
    )


def what_if_chart(
    scenarios: pd.DataFrame, decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> tuple[DisplayFigure, ...]:
    """Draw who is on the list under which variant; no picture when nobody ever is.

    Parameters
    ----------
    scenarios, decisions : DataFrame
        Keep the contracts ``low_results_scenarios`` and ``low_results_what_if``.
    labels : Labels
        Names of schools, in alphabetical order.
    rule : LowResultsRule
        The applied rule, for the thresholds of the variants.
    """
    table = decisions.pivot_table(
        index="school_id", columns="position", values="decision", aggfunc="first"
    )
    table = table[(table == "included").any(axis=1)]
    if table.empty:
        return ()
    table = table.loc[by_school(table.reset_index(), labels)["school_id"]]
    names = [scenario_words(row, rule) for row in scenarios.itertuples(index=False)]
    starts = range(0, len(table), ROWS_PER_PAGE)
    return tuple(
        _what_if_page(table.iloc[start : start + ROWS_PER_PAGE], names, labels, number, len(starts))
        for number, start in enumerate(starts, start=1)
    )


def _what_if_page(
    table: pd.DataFrame, names: Sequence[str], labels: Labels, number: int, total: int
) -> DisplayFigure:
    with theme.page():
        figure = theme.new_figure(58 + ROW_MM * len(table))
        _dots(figure.subplots(), table, names, [labels.school(code) for code in table.index])
    return theme.display_figure(
        figure,
        f"what_if_{number}",
        text("figure", "what_if_title") + _part(number, total),
        text("figure", "what_if_alt", schools=str(len(table)), scenarios=str(len(names))),
        notes=(text("figure", "what_if_note"),),
    )


def _dots(ax: Axes, table: pd.DataFrame, names: Sequence[str], schools: Sequence[str]) -> None:
    rows, columns = np.indices(table.shape)
    rows = len(table) - 1 - rows
    values = table.to_numpy()
    included, outside = values == "included", values == "not_included"
    unknown = ~included & ~outside
    ax.scatter(columns[included], rows[included], s=34, color=PALETTE.low_results, zorder=3)
    ax.scatter(
        columns[outside], rows[outside], s=30, facecolor="white", edgecolor=PALETTE.other, zorder=3
    )
    ax.scatter(columns[unknown], rows[unknown], s=26, marker="_", color=PALETTE.other, zorder=3)
    ax.axvline(0.5, color=PALETTE.threshold, linewidth=0.8, linestyle=":")
    ax.set_xticks(range(len(names)), names, rotation=60, ha="left", rotation_mode="anchor",
                  fontsize=7)  # fmt: skip
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, length=0)
    ax.set_yticks(range(len(table)), schools[::-1], fontsize=8)
    ax.set_xlim(-0.6, len(names) + 0.9)
    ax.set_ylim(-0.7, len(table) - 0.3)
    for row, (yes, no) in enumerate(zip(included, outside, strict=True)):
        counts = text("figure", "of_variants", n=str(yes.sum()), total=str((yes | no).sum()))
        ax.text(len(names) - 0.3, len(table) - 1 - row, counts, va="center", fontsize=7.5)
    for side in ("left", "bottom", "top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(visible=False, axis="x")


def _limits(ax: Axes, work: pd.Series, schools: pd.DataFrame, rules: FunnelRules) -> None:
    """Both pairs of limits, thin and thick; the pair with over-dispersion dashed."""
    largest = float(schools["n_participants"].max())
    size = np.unique(np.round(np.linspace(1, largest * 1.08, LIMIT_POINTS)))
    target = float(work["reference_share"])
    ax.axhline(target, color=PALETTE.region, linewidth=1)
    for confidence, width in ((rules.inner.value, 0.7), (rules.outer.value, 1.4)):
        for limit in exact_limits(size, target, confidence):
            ax.plot(size, limit, color=PALETTE.territory, linewidth=width)
        if work["is_overdispersed"]:
            for limit in overdispersed_share_limits(size, target, work["tau2"], confidence):
                ax.plot(size, limit, color=PALETTE.other, linewidth=width, linestyle="--")
    ax.set_xlim(0, largest * 1.08)
    ax.set_ylim(-0.03, 1.0)
    ax.yaxis.set_major_formatter(_percent_ticks())
    ax.yaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def _funnel_points(ax: Axes, schools: pd.DataFrame, labels: Labels) -> None:
    n = schools["n_participants"].to_numpy(dtype=float)
    share = schools["below_minimum_share"].to_numpy(dtype=float)
    is_above = schools["position"].isin(["above_inner", "above_outer"]).to_numpy(dtype=bool)
    ax.scatter(n[~is_above], share[~is_above], s=9, color=PALETTE.other, zorder=3)
    ax.scatter(n[is_above], share[is_above], s=15, marker="D", color=PALETTE.low_results, zorder=4)
    named = schools[is_above].sort_values("below_minimum_share", ascending=False)
    _name_points(ax, named, labels)


def _name_points(ax: Axes, named: pd.DataFrame, labels: Labels) -> None:
    """Names beside their points, pushed apart so that none hides another."""
    _, right = ax.get_xlim()
    step = 0.062
    top = 0.97
    for row in named.itertuples(index=False):
        x, y = float(row.n_participants), float(row.below_minimum_share)
        place = min(y, top)
        top = place - step
        is_right = x > right / 2
        ax.annotate(
            _short(labels.school(row.school_id)),
            (x, y),
            xytext=(x + (-0.03 if is_right else 0.03) * right, place),
            fontsize=_LABEL_SIZE,
            va="center",
            ha="right" if is_right else "left",
            bbox=_BEHIND_NAME,
            arrowprops={"arrowstyle": "-", "linewidth": 0.3, "color": PALETTE.other},
        )


def _caterpillar(ax: Axes, schools: pd.DataFrame, listed: set[str], labels: Labels) -> None:
    places = np.arange(len(schools))
    lower, middle, upper = (
        schools[f"shrunken_share{end}"].to_numpy(dtype=float) for end in ("_lower", "", "_upper")
    )
    is_listed = schools["school_id"].isin(listed).to_numpy(dtype=bool)
    for chosen, colour, size in (
        (~is_listed, PALETTE.other, 9),
        (is_listed, PALETTE.low_results, 16),
    ):
        ax.hlines(places[chosen], lower[chosen], upper[chosen], color=colour, linewidth=1.2,
                  alpha=0.6)  # fmt: skip
        ax.scatter(middle[chosen], places[chosen], s=size, color=colour, zorder=4)
    for place, school_id, end in zip(
        places[is_listed], schools["school_id"][is_listed], upper[is_listed], strict=True
    ):
        ax.annotate(
            _short(labels.school(school_id)),
            (end, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=_LABEL_SIZE,
            zorder=5,
            bbox=_BEHIND_NAME,
        )
    ax.set_yticks([])
    ax.set_xlim(0, max(0.75, float(upper.max()) * 1.45))
    ax.xaxis.set_major_formatter(_percent_ticks())
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.grid(visible=False, axis="y")


def _pages(
    works: pd.DataFrame,
    labels: Labels,
    draw: Panel,
    name: str,
    *,
    fields: dict[str, str],
    notes: tuple[str, ...],
) -> tuple[DisplayFigure, ...]:
    """One panel per work, six to a page; no page without a work."""
    starts = range(0, len(works), PANELS_PER_PAGE)
    return tuple(
        _page(
            works.iloc[start : start + PANELS_PER_PAGE],
            labels,
            draw,
            name,
            number,
            len(starts),
            fields,
            notes,
        )
        for number, start in enumerate(starts, start=1)
    )


def _page(
    works: pd.DataFrame,
    labels: Labels,
    draw: Panel,
    name: str,
    number: int,
    total: int,
    fields: dict[str, str],
    notes: tuple[str, ...],
) -> DisplayFigure:
    year = russian.school_year(int(works["assessment_year"].iloc[0]))
    n_rows = -(-len(works) // COLUMNS)
    with theme.page():
        figure: Figure = theme.new_figure(8 + PANEL_MM * n_rows)
        axes = figure.subplots(n_rows, COLUMNS, squeeze=False).ravel()
        for ax, title, (_, work) in zip(axes, labels.works(works), works.iterrows(), strict=False):
            draw(ax, work)
            ax.set_title(title, fontsize=_TITLE_SIZE)
            ax.tick_params(labelsize=6.5)
        for ax in axes[len(works) :]:
            ax.set_axis_off()
        if name == "funnel":
            figure.supxlabel(text("figure", "participants"), fontsize=_TITLE_SIZE)
    return theme.display_figure(
        figure,
        f"{name}_{number}",
        text("figure", f"{name}_title", year=year) + _part(number, total),
        text("figure", f"{name}_alt", **fields),
        notes=notes,
    )


def _part(number: int, total: int) -> str:
    return text("figure", "part", number=str(number), total=str(total)) if total > 1 else ""


def _of_rule(rows: pd.DataFrame, rule: LowResultsRule) -> pd.DataFrame:
    """Rows about the works the rule looks at."""
    wanted = {
        (entry.procedure, subject, grade)
        for entry in rule.procedures
        for subject in entry.subjects
        for grade in entry.grades
    }
    keys = zip(rows["procedure"], rows["subject"], rows["grade"], strict=True)
    return rows[np.array([(p, s, int(g)) in wanted for p, s, g in keys], dtype=bool)]


def _printed(rows: pd.DataFrame, rule: LowResultsRule) -> pd.DataFrame:
    """Schools large enough in the work for their share to be printed."""
    return rows[rows["n_participants"] >= rule.report_participants.value]


def _short(school: str) -> str:
    """«СОШ № 2 г. Примерска» of «МБОУ «СОШ № 2 г. Примерска»»: the legal form is left out."""
    first, _, rest = school.partition("«")
    return rest.removesuffix("»") if rest and " " not in first.strip() else school


def _percent_ticks() -> FuncFormatter:
    return FuncFormatter(lambda share, _: russian.percent(float(share), 0))
