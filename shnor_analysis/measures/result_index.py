"""One number for the results of a school in a year: Russian and mathematics, in pupils' spreads."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import MARKS
from shnor_analysis.measures.school_levels import LAST_PRIMARY_GRADE
from shnor_analysis.methodology import RegionNorms
from shnor_analysis.stats.shrinkage import between_school_variance, normal_shrinkage, pooled_sd
from shnor_analysis.tables import RESULT_BORDERS, RESULT_INDEX

SCORES = ("score_raw", "score_scaled")
MARK = "mark"
# The first of equally complete ones is taken.
METRICS = (*SCORES, MARK)
_OF_WORK = ["work_id", "metric"]
# A spread needs two pupils.
_MIN_PUPILS = 2
_SOURCES_OF_REGION = ("norms_file", "fisoko_region")
_KEY = ["school_id", "assessment_year"]
ALL_WORKS, PRIMARY_WORKS = "all", "primary"
# Works a school is compared by → the name of the result in them among the quantiles of a region.
NORM_OF_WORKS = {ALL_WORKS: "result_index", PRIMARY_WORKS: "result_index_primary"}


def result_index(
    cells: pd.DataFrame,
    work_norms: pd.DataFrame,
    subjects: tuple[str, ...],
    report_participants: int,
) -> pd.DataFrame:
    """Mean standardised result of every school and year.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``.
    work_norms : DataFrame
        Keeps the contract ``work_norms``: the region's mean and spread of a work.
    subjects : tuple of str
        Subjects that count.
    report_participants : int
        A school of fewer pupils has the status ``too_few``: its number stays in the table, is not
        printed and decides nothing.

    Returns
    -------
    DataFrame
        Keeps the contract ``result_index``; a school without a result in a year has no row.

    Notes
    -----
    A school's mean in a work is put as ``(mean - m) / s`` with mean and spread of all pupils of the
    work, and works are averaged with the weights of their pupils, so every written work counts the
    same. Of raw scores, test scores and marks the one known of most pupils of the school is taken.
    All years stand on pupils of the territory, except those of which the norms know every work:
    these stand on pupils of the region. There marks, which the norms do not give, are placed by
    where the territory's pupils stand in the region by their scores.

    Cells do not tell which pupil wrote what. The error therefore counts the pupils of a grade and
    procedure once, by the work most of them wrote, as if both subjects told the same.
    """
    placed = _placed_results(cells, work_norms, subjects)
    return RESULT_INDEX.empty() if placed.empty else _index(placed, report_participants)


def result_borders(
    cells: pd.DataFrame,
    work_norms: pd.DataFrame,
    subjects: tuple[str, ...],
    report_participants: int,
    percents: tuple[int, ...],
    min_schools: int,
    norms: RegionNorms | None,
) -> pd.DataFrame:
    """From which result on a school does well: quantiles over schools, year by year.

    A school that wrote works of primary grades alone stands beside the results of all schools in
    these grades, every other school beside the results in all works: like is compared with like.

    Parameters
    ----------
    cells, work_norms, subjects, report_participants
        As in :func:`result_index`; schools ``too_few`` count in no quantile.
    percents : tuple of int
        Levels of the quantiles.
    min_schools : int
        From how many schools on the territory has a quantile of its own.
    norms : RegionNorms or None
        Their quantile is taken in their own year, if the results stand on the scale of the region.

    Returns
    -------
    DataFrame
        Keeps the contract ``result_borders``: one row per year, kind of works and level.
    """
    placed = _placed_results(cells, work_norms, subjects)
    rows = [
        {
            "assessment_year": year,
            "works": works,
            "percent": percent,
            **_border(results, year, works, percent, min_schools, norms),
        }
        for works, own in _kinds_of_works(placed).items()
        for year, results in _index(own, report_participants).groupby("assessment_year")
        for percent in percents
    ]
    return RESULT_BORDERS.conform(pd.DataFrame(rows)) if rows else RESULT_BORDERS.empty()


def primary_works(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the works of primary grades."""
    return rows[rows["grade"] <= LAST_PRIMARY_GRADE]


def _kinds_of_works(placed: pd.DataFrame) -> dict[str, pd.DataFrame]:
    if placed.empty:
        return {}
    kinds = {ALL_WORKS: placed, PRIMARY_WORKS: primary_works(placed)}
    return {works: rows for works, rows in kinds.items() if len(rows)}


def _border(
    results: pd.DataFrame,
    year: int,
    works: str,
    percent: int,
    min_schools: int,
    norms: RegionNorms | None,
) -> dict[str, object]:
    """The quantile of the region, else of the territory, else none."""
    if norms and norms.assessment_year == year and (results["reference"] == "region").all():
        of_region = norms.quantile(NORM_OF_WORKS[works], percent)
        if of_region is not None:
            return {"border": of_region, "among": "region", "n_schools": None}
    known = results.loc[results["status"] == "ok", "result"].astype(float)
    if len(known) < min_schools:
        return {"border": None, "among": "none", "n_schools": len(known)}
    return {
        "border": float(np.quantile(known, percent / 100)),
        "among": "territory",
        "n_schools": len(known),
    }


def mean_results(index: pd.DataFrame, assessment_year: int, window_years: int) -> pd.Series:
    """Shrunken mean result of the last years by school; schools of a year are worth their pupils.

    Parameters
    ----------
    index : DataFrame
        Keeps the contract ``result_index``; rows ``too_few`` are left out.
    assessment_year, window_years : int
        The last year and how many there are.

    Returns
    -------
    Series
        Index ``school_id``; missing where no year is known or schools cannot be told apart.
    """
    first = assessment_year - window_years + 1
    is_recent = index["assessment_year"].between(first, assessment_year)
    rows = index[is_recent & (index["status"] == "ok")]
    n, result, error = (
        rows[name].astype(float) for name in ("n_pupils", "result", "standard_error")
    )
    sums = (
        pd.DataFrame({"n": n, "points": n * result, "variance": (n * error) ** 2})
        .groupby(rows["school_id"])
        .sum(min_count=1)
    )
    mean, se = sums["points"] / sums["n"], np.sqrt(sums["variance"]) / sums["n"]
    between = between_school_variance(mean, se)
    found = normal_shrinkage(mean, se, between.mean, between.tau_squared)
    return pd.Series(found.posterior_mean, index=sums.index, name="result")


def _placed_results(
    cells: pd.DataFrame, work_norms: pd.DataFrame, subjects: tuple[str, ...]
) -> pd.DataFrame:
    """One row per school and work: its pupils and their sum on the scale of the year."""
    wanted = cells[cells["subject"].isin(subjects) & (cells["n_participants"] > 0)]
    by_metric = _by_metric(wanted)
    own = _own_references(by_metric) if len(by_metric) else by_metric
    if own.empty:  # nothing is known, or all pupils of every work are alike
        return pd.DataFrame()
    region = _region_references(own, work_norms)
    years = by_metric.drop_duplicates("work_id").set_index("work_id")["assessment_year"]
    known = pd.Series(years.index.isin(region.index.get_level_values(0)), index=years.index)
    on_region = known.groupby(years).all()
    is_region = by_metric["assessment_year"].map(on_region).astype(bool)
    both = pd.concat(
        [
            _placed(by_metric[is_region], region, "region"),
            _placed(by_metric[~is_region], own, "territory"),
        ]
    )
    best = both.sort_values(["n", "order"], ascending=[False, True], kind="stable")
    return best.drop_duplicates(["school_id", "work_id"])


def _by_metric(cells: pd.DataFrame) -> pd.DataFrame:
    """One row per school, work and metric that is known: pupils, sum, sum of squares."""
    keys = ["school_id", "work_id", "assessment_year", "procedure", "grade"]
    marks = cells[list(MARKS)].astype(float)
    values = np.arange(2, 2 + len(MARKS))
    sums = {
        score: tuple(cells[f"{part}_{score}"].astype(float) for part in ("n", "sum", "sumsq"))
        for score in SCORES
    }
    sums[MARK] = tuple((marks * values**power).sum(axis=1, skipna=False) for power in (0, 1, 2))
    parts = [
        cells[keys].assign(metric=metric, order=order, n=n, total=total, squares=squares)
        for order, (metric, (n, total, squares)) in enumerate(sums.items())
    ]
    long = pd.concat(parts, ignore_index=True)
    return long[(long["n"] > 0) & long["total"].notna() & long["squares"].notna()]


def _own_references(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean, spread and spread within schools of every work and metric over all pupils at hand."""
    found = {}
    for key, group in rows.groupby(_OF_WORK, sort=True):
        n, total, squares = (
            group[name].to_numpy(dtype=float) for name in ("n", "total", "squares")
        )
        n_all = n.sum()
        if n_all < _MIN_PUPILS:
            continue
        mean = total.sum() / n_all
        variance = max(squares.sum() - n_all * mean**2, 0.0) / (n_all - 1)
        if variance > 0:
            found[key] = (mean, np.sqrt(variance), pooled_sd(n, total, squares).sd)
    index = pd.MultiIndex.from_tuples(list(found), names=_OF_WORK)
    return pd.DataFrame(list(found.values()), index=index, columns=["mean", "sd", "within"])


def _region_references(own: pd.DataFrame, work_norms: pd.DataFrame) -> pd.DataFrame:
    """The same on the pupils of the region; works of which it knows no score are left out."""
    usable = work_norms[
        work_norms["source"].isin(_SOURCES_OF_REGION)
        & (work_norms["norm_year"] == work_norms["assessment_year"])
    ]
    parts = []
    for score in SCORES:
        part = usable[["work_id"]].assign(
            metric=score,
            mean=usable[f"mean_{score}"].astype(float),
            sd=usable[f"total_sd_{score}"].astype(float),
            within=usable[f"within_sd_{score}"].astype(float),
        )
        parts.append(part[part["mean"].notna() & (part["sd"] > 0)])
    region = pd.concat(parts).set_index(_OF_WORK).join(own.add_suffix("_own"), how="inner")
    region["within"] = region["within"].fillna(region["within_own"])
    linked = own.join(
        region.reset_index(level="metric", drop=True)
        .groupby(level="work_id")
        .first()
        .add_prefix("score_"),
        on="work_id",
        how="inner",
    )
    marks = linked[linked.index.get_level_values("metric") == MARK]
    # Where the territory's pupils stand in the region, in spreads of the region.
    level = (marks["score_mean_own"] - marks["score_mean"]) / marks["score_sd"]
    width = marks["score_sd_own"] / marks["score_sd"]
    by_marks = pd.DataFrame(
        {
            "mean": marks["mean"] - marks["sd"] * level / width,
            "sd": marks["sd"] / width,
            "within": marks["within"],
        }
    )
    return pd.concat([region[["mean", "sd", "within"]], by_marks]).sort_index()


def _placed(rows: pd.DataFrame, references: pd.DataFrame, name: str) -> pd.DataFrame:
    found = rows.join(references, on=_OF_WORK, how="inner")
    return found.assign(
        points=(found["total"] - found["n"] * found["mean"]) / found["sd"],
        variance=found["n"] * (found["within"] / found["sd"]) ** 2,
        reference=name,
    )


def _index(rows: pd.DataFrame, report_participants: int) -> pd.DataFrame:
    pupils = rows.groupby([*_KEY, "procedure", "grade"])["n"].max().groupby(_KEY).sum()
    by_school = rows.assign(by_marks=rows["n"].where(rows["metric"] == MARK, 0)).groupby(_KEY)
    sums = by_school[["n", "points", "by_marks"]].sum()
    variance = by_school["variance"].agg(lambda values: values.sum(skipna=False))
    table = pd.DataFrame(
        {
            "result": sums["points"] / sums["n"],
            "standard_error": np.sqrt(variance / sums["n"] / pupils),
            "n_works": by_school.size(),
            "n_results": sums["n"].astype(int),
            "n_by_marks": sums["by_marks"].astype(int),
            "n_pupils": pupils.astype(int),
            "works": np.where(
                by_school["grade"].max() <= LAST_PRIMARY_GRADE, PRIMARY_WORKS, ALL_WORKS
            ),
            "reference": by_school["reference"].first(),
            "status": np.where(pupils < report_participants, "too_few", "ok"),
        }
    )
    return RESULT_INDEX.conform(table.reset_index())
