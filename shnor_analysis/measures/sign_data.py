"""What our own statistical signs are computed from: tables of the waist and norms of the works."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import CountBin, Scale, WorkNorm
from shnor_analysis.stats.arrays import FloatArray

STATISTIC = ("value", "standard_error", "n", "n_works", "work_ids")
MARKS_WITH_CUT = (3, 4, 5)
# A threshold is where most pupils have the mark: a verbal condition may cost some of them theirs.
MOST = 0.5


@dataclass(frozen=True)
class SignTables:
    """Tables of the waist, all schools of one place, under the contracts of these names."""

    cells: pd.DataFrame
    class_cells: pd.DataFrame
    cell_scores: pd.DataFrame
    cell_tasks: pd.DataFrame
    cohort_pairs: pd.DataFrame

    def of_works(self, work_ids: Iterable[str]) -> SignTables:
        """The same tables with these works only; of a pair both works must be there."""
        kept = set(work_ids)
        pairs = self.cohort_pairs
        of_work = {
            name: table[table["work_id"].isin(kept)]
            for name, table in (
                ("cells", self.cells),
                ("class_cells", self.class_cells),
                ("cell_scores", self.cell_scores),
                ("cell_tasks", self.cell_tasks),
            )
        }
        both = pairs["work_id"].isin(kept) & pairs["earlier_work_id"].isin(kept)
        return SignTables(**of_work, cohort_pairs=pairs[both])


@dataclass(frozen=True)
class KnownWorks:
    """Works whose norms are known, by id, and first scores of the marks 3, 4 and 5 in them."""

    norms: Mapping[str, WorkNorm]
    cuts: Mapping[str, tuple[int, ...]]

    def of(self, procedures: tuple[str, ...], years: range) -> KnownWorks:
        """The works of some procedures and years."""
        kept = {
            name: work
            for name, work in self.norms.items()
            if work.procedure in procedures and work.assessment_year in years
        }
        return KnownWorks(kept, self.cuts)

    def scales(self) -> pd.DataFrame:
        """Place and spread of every work: index ``work_id``.

        Columns ``score`` (which score they are of), ``mean``, ``total_sd``, ``within_sd``, and
        what the work is. A test score comes before the primary one; works that know neither are
        left out.
        """
        rows = []
        for name, work in self.norms.items():
            norm, score = work.score_scaled, "score_scaled"
            if norm is None:
                norm, score = work.score_raw, "score_raw"
            if norm is not None and norm.total_sd > 0 and norm.within_school_sd > 0:
                rows.append(
                    (name, work.assessment_year, work.subject, work.grade, score,
                     norm.mean_of_pupils, norm.total_sd, norm.within_school_sd)
                )  # fmt: skip
        columns = ["work_id", "assessment_year", "subject", "grade", "score", "mean", "total_sd",
                   "within_sd"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns).set_index("work_id")


def mark_cuts(cell_scores: pd.DataFrame, scales: Iterable[Scale]) -> dict[str, tuple[int, ...]]:
    """First score of each of the marks 3, 4 and 5 in every work.

    Parameters
    ----------
    cell_scores : DataFrame
        Keeps the contract ``cell_scores``.
    scales : iterable of Scale
        Of ``scales.csv``: they speak where no pupil's mark is known beside the score.

    Returns
    -------
    dict of str to tuple of int
        Rising; marks that nobody has are left out. Of pupils with a given score most must have the
        mark, so a verbal condition («грамотность») does not move a threshold.
    """
    found: dict[str, tuple[int, ...]] = {}
    marked = cell_scores[cell_scores["test_mark"] > 0]
    for work_id, rows in marked.groupby("work_id", sort=True):
        points = np.floor(rows["score_raw"].to_numpy(dtype=float)).astype(int)
        n, mark = rows["n_pupils"].to_numpy(dtype=float), rows["test_mark"].to_numpy(dtype=int)
        size = np.bincount(points, weights=n)
        cuts = []
        for one in MARKS_WITH_CUT:
            reached = np.bincount(points, weights=n * (mark >= one), minlength=len(size))
            has_mark = (size > 0) & (reached > MOST * size)
            first = int(has_mark.argmax())
            if has_mark.any() and first > 0:
                cuts.append(first)
        found[str(work_id)] = tuple(sorted(set(cuts)))
    for work_id in set(cell_scores["work_id"]) - set(found):
        if cuts_of_scale := _cuts_of_scale(str(work_id), scales):
            found[str(work_id)] = cuts_of_scale
    return found


def _cuts_of_scale(work_id: str, scales: Iterable[Scale]) -> tuple[int, ...]:
    procedure, year, _, subject, grade = work_id.split("-")[:5]
    for scale in scales:
        if (scale.procedure, scale.subject, str(scale.grade)) == (procedure, subject, grade) and (
            scale.year_from <= int(year) <= scale.year_to
        ):
            return tuple(cut for cut in (scale.cut3, scale.cut4, scale.cut5) if cut is not None)
    return ()


def distribution(bins: tuple[CountBin, ...]) -> FloatArray:
    """Pupils of the region by score 0, 1, 2, …; those of a merged bin are spread over it evenly.

    Examples
    --------
    >>> low, high = CountBin(first=0, last=1, n_pupils=10), CountBin(first=3, last=3, n_pupils=20)
    >>> distribution((low, high))
    array([ 5.,  5.,  0., 20.])
    """
    counts = np.zeros(bins[-1].last + 1 if bins else 0)
    for one in bins:
        counts[one.first : one.last + 1] = one.n_pupils / (one.last - one.first + 1)
    return counts


def count_pupils(rows: pd.DataFrame, *, once: bool) -> pd.Series:
    """Pupils behind the works of a school: those of the work most of them wrote.

    Parameters
    ----------
    rows : DataFrame
        ``school_id``, ``assessment_year``, ``grade`` and ``n``: one row per school × work.
    once : bool
        Whether pupils who wrote in several years count once, as one cohort; else in every year.

    Returns
    -------
    Series
        Index ``school_id``.
    """
    year = rows["assessment_year"]
    group = year - rows["grade"] if once else year * 100 + rows["grade"]
    most = rows["n"].groupby([rows["school_id"], group.rename("group")]).max()
    return most.groupby(level="school_id").sum().astype(float)


def statistic(rows: pd.DataFrame, **columns: pd.Series) -> pd.DataFrame:
    """Put a statistic together with the works it rests on.

    Parameters
    ----------
    rows : DataFrame
        ``school_id`` and ``work_id`` of what was used.
    columns : Series
        ``value``, ``standard_error``, ``n`` and what else belongs to it; index ``school_id``.

    Returns
    -------
    DataFrame
        Index ``school_id``; also ``n_works`` and ``work_ids``, joined with «;».
    """
    used = rows[["school_id", "work_id"]].drop_duplicates().sort_values(["school_id", "work_id"])
    works = used.groupby("school_id")["work_id"]
    return pd.DataFrame(
        {**columns, "n_works": works.size(), "work_ids": works.agg(";".join)}
    ).rename_axis("school_id")


def no_statistic() -> pd.DataFrame:
    """A statistic that no school has."""
    empty = pd.DataFrame({name: pd.Series(dtype=float) for name in STATISTIC})
    return empty.astype({"work_ids": object}).rename_axis("school_id")
