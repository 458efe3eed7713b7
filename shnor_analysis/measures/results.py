"""Shares below the minimum and of high marks, for each school and for the territory."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.methodology import normal_text
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import PROCEDURE_RESULTS, TERRITORY_RESULTS

WORK_COLUMNS = (
    "work_id", "assessment_year", "procedure", "season", "subject", "grade", "level",
)  # fmt: skip
MARKS = ("n_mark_2", "n_mark_3", "n_mark_4", "n_mark_5")


def procedure_results(cells: pd.DataFrame, report_participants: int) -> pd.DataFrame:
    """Shares of one school in one work.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``.
    report_participants : int
        Fewer participants than this give the status ``too_few``; the share stays in the table,
        the documents print the counts only.

    Returns
    -------
    DataFrame
        Keeps the contract ``procedure_results``: one row per school × work. Shares are fractions
        0-1; NaN with the status ``no_data`` where nobody took part.
    """
    n = cells["n_participants"]
    status = np.select([n == 0, n < report_participants], ["no_data", "too_few"], "ok")
    return PROCEDURE_RESULTS.conform(
        cells[["school_id", *WORK_COLUMNS, "n_participants", "n_below_minimum"]].assign(
            **below_minimum(cells), **_high_marks(cells), status=status
        )
    )


def territory_results(
    cells: pd.DataFrame, group_statistics: pd.DataFrame, region_name: str
) -> pd.DataFrame:
    """Shares of the whole territory in one work, beside the region's and the country's.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``.
    group_statistics : DataFrame
        ФИС ОКО aggregates; region and country shares come from the report «marks» only.
    region_name : str
        The region of the place. Where the reports of a work name several regions, only the row
        of this name counts; a single region is taken whatever its spelling.

    Returns
    -------
    DataFrame
        Keeps the contract ``territory_results``: one row per work. Sums run over the schools in
        ``cells``; region and country shares are missing where no report was received.
    """
    totals = cells.groupby(list(WORK_COLUMNS), as_index=False).agg(
        n_schools=("school_id", "nunique"),
        n_participants=("n_participants", "sum"),
        n_below_minimum=("n_below_minimum", "sum"),
        **{name: (name, _sum_known) for name in MARKS},
    )
    below, high = below_minimum(totals), _high_marks(totals)
    totals = totals.assign(**below, high_mark_share=high["high_mark_share"])
    for level in ("region", "country"):
        totals = totals.merge(
            _reference_share(group_statistics, level, region_name),
            on="work_id",
            how="left",
            validate="1:1",
        )
    return TERRITORY_RESULTS.conform(totals.drop(columns=list(MARKS)))


def _sum_known(counts: pd.Series) -> object:
    """Sum of counts; missing when any school's marks are unknown, never a partial sum."""
    return counts.sum(skipna=False)


def below_minimum(counts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Share below the minimum and its Wilson bounds for counts of one work a row.

    ``counts`` has ``n_participants`` and ``n_below_minimum``; nobody gives NaN.
    """
    x, n = counts["n_below_minimum"], counts["n_participants"]
    lower, upper = wilson_interval(x, n)
    return {
        "below_minimum_share": share(x, n),
        "below_minimum_share_lower": lower,
        "below_minimum_share_upper": upper,
    }


def _high_marks(counts: pd.DataFrame) -> dict[str, np.ndarray]:
    high = counts["n_mark_4"] + counts["n_mark_5"]
    n = high + counts["n_mark_2"] + counts["n_mark_3"]
    lower, upper = wilson_interval(high, n)
    return {
        "high_mark_share": share(high, n),
        "high_mark_share_lower": lower,
        "high_mark_share_upper": upper,
    }


def _reference_share(group_statistics: pd.DataFrame, level: str, region_name: str) -> pd.DataFrame:
    rows = group_rows(group_statistics, "marks", level, region_name)
    first = rows[rows["item"] == "2"].drop_duplicates("work_id")
    return first[["work_id", "value_share"]].rename(
        columns={"value_share": f"{level}_below_minimum_share"}
    )


def group_rows(groups: pd.DataFrame, report: str, level: str, region_name: str) -> pd.DataFrame:
    """Rows of the region or of the country in the aggregate reports of ФИС ОКО.

    Parameters
    ----------
    groups : DataFrame
        Keeps the contract ``group_statistics`` or ``group_items``.
    report : str
        Which report.
    level : str
        ``region`` or ``country``.
    region_name : str
        Where the reports of a work name several regions, only the row of this name counts; a
        single region is taken whatever its spelling.

    Returns
    -------
    DataFrame
        Rows of ``groups``, sorted by work and group.
    """
    rows = groups[(groups["report"] == report) & (groups["group_level"] == level)]
    if level == "region":
        n_regions = rows.groupby("work_id")["group_id"].transform("nunique")
        is_own = rows["group_id"].map(normal_text) == normal_text(region_name)
        rows = rows[(n_regions == 1) | is_own]
    return rows.sort_values(["work_id", "group_id"], kind="stable")
