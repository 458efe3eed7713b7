"""Marks for the work against journal marks: lowered, confirmed, raised, and how sure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.stats.agreement import (
    bowker,
    mark_counts,
    quadratic_kappa,
    sign_test,
    stuart_maxwell,
)
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import MARK_AGREEMENT, TERRITORY_MARK_AGREEMENT

COUNTS = ["n_mark_pairs", "n_lowered", "n_confirmed", "n_raised"]
_CELL = ["school_id", "work_id"]
_LOWEST_MARK, _N_MARKS = 2, 4


def mark_agreement(
    cells: pd.DataFrame, cell_scores: pd.DataFrame, reliable_participants: int
) -> pd.DataFrame:
    """Shares of pupils whose mark for the work is below, equal to or above the journal mark.

    Parameters
    ----------
    cells, cell_scores : DataFrame
        Keep the contracts of these names; works that know no journal marks are passed over.
    reliable_participants : int
        With fewer pairs of marks the status is ``too_few``: counts only are spoken of.

    Returns
    -------
    DataFrame
        Keeps the contract ``mark_agreement``: one row per school × work. Shares are fractions of
        the pupils who have both marks, ``mismatch_share`` of all who wrote the work, as Yershichi
        3.1 says; pupils without a journal mark stay in that denominator. What needs the whole
        table of marks is missing where only its counts are known: aggregates of ФИС ОКО, scores
        not given. A description: no verdict follows from it alone.
    """
    known = cells["n_mark_pairs"].notna()
    columns = ["school_id", *WORK_COLUMNS, "n_participants", *COUNTS]
    rows = _with_shares(cells.loc[known, columns]).reset_index(drop=True)
    n, pairs = rows["n_participants"], rows["n_mark_pairs"]
    # the comparison with the journal may come from a fuller report than the results
    wrote = n.where(n >= pairs, pairs)
    mismatch = share(rows["n_lowered"] + rows["n_raised"], wrote)
    status = np.select(
        [wrote == 0, pairs == 0, pairs < reliable_participants],
        ["no_data", "no_journal", "too_few"],
        "ok",
    )
    return MARK_AGREEMENT.conform(
        rows.assign(
            mismatch_share=np.where(pairs > 0, mismatch, np.nan),
            sign_p=sign_test(rows["n_lowered"], rows["n_raised"]),
            **_of_tables(rows, cell_scores),
            status=status,
        )
    )


def territory_mark_agreement(cells: pd.DataFrame) -> pd.DataFrame:
    """Give the same shares over all schools of the territory.

    Parameters
    ----------
    cells : DataFrame
        As in :func:`mark_agreement`.

    Returns
    -------
    DataFrame
        Keeps the contract ``territory_mark_agreement``: one row per work.
    """
    rows = cells[cells["n_mark_pairs"].notna()]
    totals = rows.groupby(list(WORK_COLUMNS), as_index=False)[COUNTS].sum()
    return TERRITORY_MARK_AGREEMENT.conform(_with_shares(totals))


def _with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    n = counts["n_mark_pairs"]
    lowered = wilson_interval(counts["n_lowered"], n)
    confirmed = wilson_interval(counts["n_confirmed"], n)
    return counts.assign(
        lowered_share=share(counts["n_lowered"], n),
        lowered_share_lower=lowered[0],
        lowered_share_upper=lowered[1],
        confirmed_share=share(counts["n_confirmed"], n),
        confirmed_share_lower=confirmed[0],
        confirmed_share_upper=confirmed[1],
        raised_share=share(counts["n_raised"], n),
    )


def _of_tables(rows: pd.DataFrame, cell_scores: pd.DataFrame) -> dict[str, np.ndarray]:
    """What needs the 4 × 4 table, missing where the histogram does not hold all the pairs."""
    table = _tables(rows, cell_scores)
    counts = mark_counts(table)
    is_whole = (counts.n == rows["n_mark_pairs"].to_numpy(dtype=np.int64)) & (counts.n > 0)
    symmetry = bowker(table)
    found = {
        "n_gross": counts.gross,
        "mark_shift": counts.shift,
        "symmetry_df": symmetry.df,
        "symmetry_p": symmetry.p_value,
        "margins_p": stuart_maxwell(table).p_value,
        "kappa": quadratic_kappa(table),
    }
    return {name: np.where(is_whole, values, np.nan) for name, values in found.items()}


def _tables(rows: pd.DataFrame, cell_scores: pd.DataFrame) -> np.ndarray:
    """Counts by mark for the work and journal mark, shape (n_rows, 4, 4)."""
    both = cell_scores[(cell_scores["test_mark"] > 0) & (cell_scores["school_mark"] > 0)]
    place = pd.MultiIndex.from_frame(rows[_CELL]).get_indexer(pd.MultiIndex.from_frame(both[_CELL]))
    mark, school_mark, n = (
        both[name].to_numpy(dtype=np.int64) for name in ("test_mark", "school_mark", "n_pupils")
    )
    table = np.zeros((len(rows), _N_MARKS, _N_MARKS), dtype=np.int64)
    own = place >= 0
    at = (place[own], mark[own] - _LOWEST_MARK, school_mark[own] - _LOWEST_MARK)
    np.add.at(table, at, n[own])
    return table
