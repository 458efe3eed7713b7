"""Shares of this year beside those of the last comparable one: every school, the territory."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from shnor_analysis.measures.comparability import (
    SEPARATOR,
    SERIES,
    SHARES_COMPARE,
    first_comparable_years,
)
from shnor_analysis.measures.results import MARKS
from shnor_analysis.methodology import DynamicsRules
from shnor_analysis.stats.arrays import BoolArray
from shnor_analysis.stats.change import fisher_midp, probability_lower, share_difference
from shnor_analysis.stats.intervals import share
from shnor_analysis.stats.power import visible_changes as visible_at_all
from shnor_analysis.stats.power import visible_share
from shnor_analysis.stats.trend import share_trend
from shnor_analysis.tables import (
    CHANGE_OUTCOMES,
    TERRITORY_CHANGES,
    VISIBLE_CHANGES,
    WORK_CHANGES,
)

BELOW, HIGH = CHANGE_OUTCOMES
OF_REGION = ("norms_file", "fisoko_region")
_COUNTS = ("n", "count", "region_count")


def work_changes(
    cells: pd.DataFrame,
    comparability: pd.DataFrame,
    work_norms: pd.DataFrame,
    mergers: pd.DataFrame,
    rules: DynamicsRules,
    assessment_year: int,
) -> pd.DataFrame:
    """Compare every work of every school with the same work of the year before.

    Parameters
    ----------
    cells, comparability, work_norms : DataFrame
        Keep the contracts of these names.
    mergers : DataFrame
        Columns ``old_school``, ``new_school``, ``assessment_year``; may be empty.
    rules : DynamicsRules
        Level of the interval, smallest number of participants, reasons that leave a comparison
        with the region.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        Keeps the contract ``work_changes``: one row per school × series × outcome that the school
        wrote this year or in the year compared. Which year that is, and whether shares may be
        compared, ``comparability`` says; a year is never stepped over. Seasons of a year are added
        together. What a verdict may rest on is the ``basis``: the shares themselves; where the
        work was changed, the change relative to the region, if its shares of these very years
        are known: norms of an earlier year do not stand in. Nothing is computed where a year is
        missing; with few participants it is, and the status says so. A school whose marks are
        unknown has no row for high marks.

    Notes
    -----
    The change relative to the region is the change of «school minus region»: the region is taken
    as known, so its interval is that of the school moved by the region's change.
    """
    rows = _changes(
        _counts(cells, work_norms), ["school_id"], comparability, rules, assessment_year
    )
    return WORK_CHANGES.conform(rows.assign(took_merged=_took_merged(rows, mergers)))


def territory_changes(
    cells: pd.DataFrame,
    comparability: pd.DataFrame,
    work_norms: pd.DataFrame,
    rules: DynamicsRules,
    assessment_year: int,
) -> pd.DataFrame:
    """Compare the whole territory with itself a year ago; parameters as in :func:`work_changes`.

    Returns
    -------
    DataFrame
        Keeps the contract ``territory_changes``. Marks unknown in some school leave it out of both
        numbers of high marks.
    """
    return TERRITORY_CHANGES.conform(
        _changes(_counts(cells, work_norms), [], comparability, rules, assessment_year)
    )


def visible_changes(rules: DynamicsRules) -> pd.DataFrame:
    """What change groups of the usual sizes can see at all.

    Parameters
    ----------
    rules : DynamicsRules
        Sizes, former shares, level and power.

    Returns
    -------
    DataFrame
        Keeps the contract ``visible_changes``: exact power of the one-sided mid-p test, the same
        number of participants in both years.
    """
    with_power = {"alpha": rules.visible_alpha.value, "power": rules.visible_power.value}
    starts = np.array(rules.visible_starts.value) / 100
    parts = []
    for n in rules.visible_sizes.value:
        smallest, largest = visible_at_all(n, **with_power)
        parts.append(
            pd.DataFrame(
                {
                    "n_participants": n,
                    "share_before": starts,
                    "falls_to": visible_share(n, starts, n, rises=False, **with_power),
                    "rises_to": visible_share(n, starts, n, rises=True, **with_power),
                    "smallest": smallest,
                    "largest": largest,
                }
            )
        )
    return VISIBLE_CHANGES.conform(pd.concat(parts)) if parts else VISIBLE_CHANGES.empty()


def _counts(cells: pd.DataFrame, work_norms: pd.DataFrame) -> pd.DataFrame:
    """One row per cell × outcome: of how many how many, and how many at the region's share."""
    # the region's share of an earlier year would say that the region did not change
    is_of_year = work_norms["norm_year"] == work_norms["assessment_year"]
    is_region = work_norms["source"].isin(OF_REGION) & is_of_year.fillna(False)
    region = work_norms[is_region].set_index("work_id")
    high = cells["n_mark_4"] + cells["n_mark_5"]
    found = {
        BELOW: (cells["n_below_minimum"], cells["n_participants"], "below_minimum_share"),
        HIGH: (high, cells[list(MARKS)].sum(axis=1, skipna=False), "high_mark_share"),
    }
    parts = []
    for outcome, (count, n, norm) in found.items():
        of_region = cells["work_id"].map(region[norm]).astype("Float64")
        parts.append(
            cells[["school_id", *SERIES, "assessment_year"]].assign(
                outcome=outcome, n=n, count=count, region_count=of_region * n
            )
        )
    rows = pd.concat(parts, ignore_index=True)
    return rows[(rows["n"] > 0).fillna(False)]


def _changes(
    counts: pd.DataFrame,
    unit: list[str],
    comparability: pd.DataFrame,
    rules: DynamicsRules,
    assessment_year: int,
) -> pd.DataFrame:
    """Columns of the contracts for units of any kind: a school, or all schools together."""
    key = [*unit, *SERIES, "outcome"]
    yearly = counts.groupby([*key, "assessment_year"], as_index=False)[list(_COUNTS)].sum(
        min_count=1
    )
    # a region's share known for a part of the works only is no share of the year
    incomplete = (
        counts["region_count"].isna().groupby([counts[name] for name in (*key, "assessment_year")])
    )
    yearly["region_count"] = yearly["region_count"].mask(incomplete.any().to_numpy())
    series = comparability.loc[
        comparability["assessment_year"] == assessment_year,
        [*SERIES, "compared_year", "verdict", "reasons"],
    ]
    now = yearly[yearly["assessment_year"] == assessment_year].merge(
        series, on=list(SERIES), how="inner", validate="m:1"
    )
    before = yearly.merge(
        series,
        left_on=[*SERIES, "assessment_year"],
        right_on=[*SERIES, "compared_year"],
        how="inner",
        validate="m:1",
    )
    of_series = [*key, "compared_year", "verdict", "reasons"]
    rows = now[[*of_series, *_COUNTS]].merge(
        before[[*of_series, *_COUNTS]],
        on=of_series,
        how="outer",
        suffixes=("_now", "_before"),
        validate="1:1",
    )
    values = _values(rows, rules)
    rows["status"] = _status(rows, pd.Series(values["basis"], index=rows.index), rules)
    trend = _trends(yearly, key, comparability, rules, assessment_year)
    columns = [*of_series, "n_now", "count_now", "n_before", "count_before", "status"]
    return (
        rows[columns]
        .assign(assessment_year=assessment_year, **values)
        .merge(trend, on=key, how="left", validate="1:1")
    )


def _status(rows: pd.DataFrame, basis: pd.Series, rules: DynamicsRules) -> np.ndarray:
    fewest = rows[["n_now", "n_before"]].min(axis=1, skipna=False)
    return np.select(
        [
            rows["verdict"] == "first",
            rows["n_now"].isna(),
            rows["n_before"].isna(),
            basis.isna(),
            (fewest < rules.min_participants.value).fillna(False),
        ],
        ["first_year", "no_current", "no_previous", "not_comparable", "too_few"],
        "ok",
    )


def _values(rows: pd.DataFrame, rules: DynamicsRules) -> dict[str, object]:
    """Shares, and their change where the years may be compared."""
    is_compared = rows["verdict"].isin(SHARES_COMPARE).to_numpy()
    pair = (rows["count_before"], rows["n_before"], rows["count_now"], rows["n_now"])
    found = share_difference(*pair, rules.level.value)
    compared = {
        "difference": found.difference,
        "lower": found.lower,
        "upper": found.upper,
        "p_midp": fisher_midp(*pair),
        "p_improved": _p_improved(rows, pair, 0.0),
    }
    shift, with_region = _region_shift(rows, rules)
    shift = np.where(with_region, shift, np.nan)
    return {
        "share_before": share(rows["count_before"], rows["n_before"]),
        "share_now": share(rows["count_now"], rows["n_now"]),
        **{name: np.where(is_compared, value, np.nan) for name, value in compared.items()},
        **{
            f"relative_{name}": getattr(found, name) - shift
            for name in ("difference", "lower", "upper")
        },
        "relative_p_improved": _p_improved(rows, pair, shift),
        "basis": _basis(rows, ~np.isnan(found.difference), ~np.isnan(shift)),
    }


def _basis(rows: pd.DataFrame, has_both: BoolArray, has_region: BoolArray) -> np.ndarray:
    """What may be spoken of: None where nothing may."""
    found = np.full(len(rows), None, dtype=object)
    verdict = rows["verdict"].to_numpy()
    found[has_both & (verdict == "comparable")] = "shares"
    found[has_both & (verdict == "shares_only")] = "shares_with_care"
    found[has_both & has_region & (verdict != "comparable")] = "relative"
    return found


def _p_improved(
    rows: pd.DataFrame, pair: tuple[pd.Series, pd.Series, pd.Series, pd.Series], shift: ArrayLike
) -> np.ndarray:
    lower = probability_lower(*pair, shift)
    return np.where(rows["outcome"] == BELOW, lower, 1 - lower)


def _region_shift(rows: pd.DataFrame, rules: DynamicsRules) -> tuple[np.ndarray, np.ndarray]:
    """Change of the region's share in the works written, and where it may be taken off."""
    now, before = (
        (rows[f"region_count_{year}"] / rows[f"n_{year}"]).to_numpy(dtype=float, na_value=np.nan)
        for year in ("now", "before")
    )
    allowed = set(rules.relative_reasons.value)
    codes = rows["reasons"].fillna("").str.split(SEPARATOR)
    only_allowed = np.array([set(one) <= allowed for one in codes], dtype=bool)
    may = rows["verdict"].isin(SHARES_COMPARE).to_numpy() | (
        (rows["verdict"] == "not_comparable").to_numpy() & only_allowed
    )
    return now - before, may


def _trends(
    yearly: pd.DataFrame,
    key: list[str],
    comparability: pd.DataFrame,
    rules: DynamicsRules,
    assessment_year: int,
) -> pd.DataFrame:
    """The line through all years with one and the same kind of work, without a break."""
    first = first_comparable_years(
        comparability, assessment_year, rules.trend_years.value, ("comparable",)
    )
    rows = yearly.merge(first, on=list(SERIES), how="inner", validate="m:1")
    rows = rows[rows["assessment_year"].between(rows["first_year"], assessment_year)]
    years = list(range(assessment_year - rules.trend_years.value + 1, assessment_year + 1))
    wide = {
        name: rows.pivot_table(index=[*key, "first_year"], columns="assessment_year", values=name)
        .reindex(columns=years)
        .astype(float)
        for name in ("count", "n")
    }
    found = share_trend(wide["count"], wide["n"], years)
    return (
        wide["n"]
        .index.to_frame(index=False)
        .assign(
            n_years=found.n_years,
            slope=found.slope,
            trend_p=found.p,
            smallest_expected=found.smallest_expected,
        )
    )


def _took_merged(rows: pd.DataFrame, mergers: pd.DataFrame) -> pd.Series:
    """Whether another school became part of this one between the two years; missing: no pair."""
    joined = mergers[["new_school", "assessment_year"]].astype(
        {"new_school": object, "assessment_year": "Int64"}
    )
    # a school may have taken several others, each in its own year
    pairs = rows[["school_id", "compared_year", "assessment_year"]].reset_index().merge(
        joined.rename(columns={"new_school": "school_id", "assessment_year": "joined"}),
        on="school_id",
    )  # fmt: skip
    between = (pairs["joined"] > pairs["compared_year"]) & (
        pairs["joined"] <= pairs["assessment_year"]
    )
    found = pd.Series(rows.index.isin(pairs.loc[between.fillna(False), "index"]), rows.index)
    return found.astype("boolean").where(rows["compared_year"].notna())
