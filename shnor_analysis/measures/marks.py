"""Marks for the work against journal marks: lowered, confirmed, raised."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.results import WORK_COLUMNS
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import MARK_AGREEMENT, TERRITORY_MARK_AGREEMENT

COUNTS = ["n_mark_pairs", "n_lowered", "n_confirmed", "n_raised"]


def mark_agreement(cells: pd.DataFrame) -> pd.DataFrame:
    """Shares of pupils whose mark for the work is below, equal to or above the journal mark.

    Parameters
    ----------
    cells : DataFrame
        Keeps the contract ``cells``; cells without pairs of marks are passed over.

    Returns
    -------
    DataFrame
        Keeps the contract ``mark_agreement``: one row per school × work. Shares are fractions of
        the pupils who have both marks. A description: no verdict follows from it alone.
    """
    rows = cells.loc[cells["n_mark_pairs"].notna(), ["school_id", *WORK_COLUMNS, *COUNTS]]
    return MARK_AGREEMENT.conform(_with_shares(rows))


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
