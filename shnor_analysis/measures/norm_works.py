"""Norms of single works: level, spread, prior of shares, marks, scores, leniency."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import MARKS
from shnor_analysis.methodology import (
    Absent,
    CountBin,
    Leniency,
    NormRules,
    ScoreNorm,
    SharePrior,
    WorkNorm,
)
from shnor_analysis.stats.shrinkage import between_school_variance, fit_beta_prior, pooled_sd

FIRST_MARK, LAST_MARK = 2, 5
# Procedures whose marks stand beside a journal mark of the same pupil.
WITH_JOURNAL = ("vpr",)


def work_norms_of_region(
    cells: pd.DataFrame, cell_scores: pd.DataFrame | None, rules: NormRules
) -> tuple[list[WorkNorm], list[Absent]]:
    """Norms of every work in the cells.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``; all schools of the region.
    cell_scores : DataFrame or None
        One row per school × work × test mark × journal mark × raw score with ``n_pupils``; marks
        are 0 where there is none. Without it distributions and leniency are absent.
    rules : NormRules
        Smallest numbers of schools and pupils.

    Returns
    -------
    works : list of WorkNorm
        In the order of work ids; works of too few schools are left out.
    absent : list of Absent
        What is left out and why.
    """
    works: list[WorkNorm] = []
    absent: list[Absent] = []
    tables = dict(iter(cell_scores.groupby("work_id"))) if cell_scores is not None else {}
    for work_id, rows in cells[cells["n_participants"] > 0].groupby("work_id", sort=True):
        if rows["school_id"].nunique() < rules.min_schools.value:
            absent.append(Absent(part="work", work_id=str(work_id), reason="few_schools"))
            continue
        table = tables.get(work_id)
        work = _work(rows, table, rules)
        works.append(work)
        absent.extend(_absent_parts(work, rows, table))
    if cell_scores is None:
        absent += [Absent(part=part, reason="no_score_table") for part in ("scores", "leniency")]
    return works, absent


def told_share(count: int, n: int, smallest: int) -> float | None:
    """A share of a region, or None when it would tell of fewer pupils than the smallest count."""
    if n == 0 or 0 < count < smallest or 0 < n - count < smallest:
        return None
    return count / n


def _work(rows: pd.DataFrame, table: pd.DataFrame | None, rules: NormRules) -> WorkNorm:
    smallest = rules.min_count.value
    first = rows.iloc[0]
    n, below = int(rows["n_participants"].sum()), int(rows["n_below_minimum"].sum())
    marked = rows[list(MARKS)].dropna().sum().astype(int).tolist()
    below_share = told_share(below, n, smallest)
    return WorkNorm(
        work_id=str(first["work_id"]),
        assessment_year=int(first["assessment_year"]),
        procedure=str(first["procedure"]),
        season=str(first["season"]),
        subject=str(first["subject"]),
        grade=int(first["grade"]),
        level=str(first["level"]),
        n_schools=int(rows["school_id"].nunique()),
        n_pupils=n,
        below_minimum_share=below_share,
        high_mark_share=told_share(sum(marked[2:]), sum(marked), smallest),
        below_minimum_prior=_prior(rows) if below_share is not None else None,
        score_raw=_score(rows, "score_raw", rules),
        score_scaled=_score(rows, "score_scaled", rules),
        marks=merged_counts(range(FIRST_MARK, LAST_MARK + 1), marked, smallest),
        scores=_scores(table, smallest),
        leniency=_leniency(table, smallest),
    )


def _prior(rows: pd.DataFrame) -> SharePrior | None:
    prior = fit_beta_prior(rows["n_below_minimum"], rows["n_participants"])
    if prior.outcome not in ("fitted", "pooled"):
        return None
    return SharePrior(
        n_schools=prior.n_schools, outcome=prior.outcome, alpha=prior.alpha, beta=prior.beta
    )


def _score(rows: pd.DataFrame, score: str, rules: NormRules) -> ScoreNorm | None:
    known = rows[(rows[f"n_{score}"] > 0) & rows[f"sum_{score}"].notna()]
    n = known[f"n_{score}"].to_numpy(dtype=float)
    total = known[f"sum_{score}"].to_numpy(dtype=float)
    squares = known[f"sumsq_{score}"].to_numpy(dtype=float)
    within = pooled_sd(n, total, squares)
    if len(known) < rules.min_schools.value or not within.sd > 0:
        return None
    between = between_school_variance(total / n, within.sd / np.sqrt(n))
    n_pupils, mean = n.sum(), total.sum() / n.sum()
    return ScoreNorm(
        n_schools=len(known),
        n_pupils=int(n_pupils),
        mean_of_pupils=float(mean),
        total_sd=float(np.sqrt(max(squares.sum() - n_pupils * mean**2, 0.0) / (n_pupils - 1))),
        mean_of_schools=between.mean,
        within_school_sd=within.sd,
        within_school_df=within.df,
        between_school_sd=float(np.sqrt(between.tau_squared)),
    )


def merged_counts(
    values: range | np.ndarray, counts: list[int] | np.ndarray, smallest: int
) -> tuple[CountBin, ...]:
    """Counts of pupils by value, neighbours put together until none is below the smallest.

    Parameters
    ----------
    values : sequence of int
        Rising values: scores or marks.
    counts : sequence of int
        Pupils at each value.
    smallest : int
        Smallest count that may be told.

    Returns
    -------
    tuple of CountBin
        Empty when even all pupils together are fewer.

    Examples
    --------
    >>> [(b.first, b.last, b.n_pupils) for b in merged_counts(range(2, 6), [3, 40, 50, 7], 10)]
    [(2, 3, 43), (4, 5, 57)]
    """
    bins: list[list[int]] = []
    is_open = False
    for value, count in zip(values, counts, strict=True):
        if is_open:
            bins[-1][1:] = [int(value), bins[-1][2] + int(count)]
        elif count:
            bins.append([int(value), int(value), int(count)])
        is_open = bool(bins) and bins[-1][2] < smallest
    if is_open:
        last = bins.pop()
        if not bins:
            return ()
        bins[-1][1:] = [last[1], bins[-1][2] + last[2]]
    return tuple(CountBin(first=a, last=b, n_pupils=n) for a, b, n in bins)


def _scores(table: pd.DataFrame | None, smallest: int) -> tuple[CountBin, ...]:
    """Pupils by whole raw score; parts of a point are dropped."""
    if table is None:
        return ()
    known = table[table["score_raw"].notna()]
    points = np.floor(known["score_raw"].to_numpy(dtype=float)).astype(int)
    counts = known["n_pupils"].groupby(points).sum()
    return merged_counts(counts.index.to_numpy(), counts.to_numpy(), smallest)


def _leniency(table: pd.DataFrame | None, smallest: int) -> tuple[Leniency, ...]:
    if table is None:
        return ()
    pairs = table[(table["test_mark"] > 0) & (table["school_mark"] > 0)]
    raised = pairs["n_pupils"] * (pairs["school_mark"] - pairs["test_mark"])
    sums = pd.DataFrame({"n": pairs["n_pupils"], "d": raised}).groupby(pairs["test_mark"]).sum()
    return tuple(
        Leniency(test_mark=int(mark), n_pupils=int(row.n), mean_difference=float(row.d / row.n))
        for mark, row in zip(sums.index, sums.itertuples(index=False), strict=True)
        if row.n >= smallest
    )


def _absent_parts(
    work: WorkNorm, rows: pd.DataFrame, table: pd.DataFrame | None
) -> Iterator[Absent]:
    has_scaled = bool((rows["n_score_scaled"] > 0).any())
    if work.below_minimum_prior is None:
        yield Absent(part="below_minimum_prior", work_id=work.work_id, reason="few_pupils")
    if work.score_raw is None:
        yield Absent(
            part="score_raw", work_id=work.work_id,
            reason="few_schools" if (rows["n_score_raw"] > 0).any() else "no_scores",
        )  # fmt: skip
    if work.score_scaled is None and has_scaled:
        yield Absent(part="score_scaled", work_id=work.work_id, reason="few_schools")
    if not work.marks and not has_scaled:
        yield Absent(part="marks", work_id=work.work_id, reason="no_marks")
    if table is not None and not work.leniency and work.procedure in WITH_JOURNAL:
        yield Absent(part="leniency", work_id=work.work_id, reason="no_journal")
