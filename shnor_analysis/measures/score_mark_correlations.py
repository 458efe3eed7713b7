"""Do journal marks order the pupils of a school as their scores do: one work at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.stats.rank_correlation import pooled_spearman, rank_sums, spearman_interval
from shnor_analysis.tables import SCORE_MARK_CORRELATIONS

_CELL = ["school_id", "work_id"]
_NO_ORDER = 1e-12


def score_mark_correlations(cells: pd.DataFrame, cell_scores: pd.DataFrame) -> pd.DataFrame:
    """Spearman's coefficient between primary score and journal mark.

    Parameters
    ----------
    cells, cell_scores : DataFrame
        Keep the contracts of these names; only works of ВПР are looked at.

    Returns
    -------
    DataFrame
        Keeps the contract ``score_mark_correlations``: one row per school × work. Pupils without
        a score or a journal mark count nowhere; where all have one score or one mark there is no
        coefficient (``zero_spread``). Two pupils have one, as the letter asks for no more.
    """
    rows = cells.loc[cells["procedure"] == "vpr", ["school_id", *WORK_COLUMNS, "n_score_raw"]]
    rows = rows.reset_index(drop=True)
    known = cell_scores[cell_scores["school_mark"] > 0]
    place = pd.MultiIndex.from_frame(rows[_CELL]).get_indexer(
        pd.MultiIndex.from_frame(known[_CELL])
    )
    own = known[place >= 0]
    sums = rank_sums(
        place[place >= 0], own["score_raw"], own["school_mark"], own["n_pupils"], len(rows)
    )
    n = sums.n
    rho = pooled_spearman(sums, np.arange(len(rows)), len(rows)).rho
    # no order at all is nought, not the last binary digit below it: the marker asks for the sign
    rho = np.where(abs(rho) < _NO_ORDER, 0.0, rho)
    lower, upper = spearman_interval(rho, n)
    status = np.select(
        [rows["n_score_raw"] == 0, n == 0, n == 1, np.isnan(rho)],
        ["no_scores", "no_journal", "one_pupil", "zero_spread"],
        "ok",
    )
    return SCORE_MARK_CORRELATIONS.conform(
        rows.drop(columns="n_score_raw").assign(
            n_pairs=n, rho=rho, rho_lower=lower, rho_upper=upper, status=status
        )
    )
