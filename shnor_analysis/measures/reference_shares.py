"""The share of pupils below the minimum that is usual in a work: the region's, else our own."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.tables import REFERENCE_SHARES

# Of the sources of work_norms these speak of the region; «Вся выборка» is another population.
_REGION = ("norms_file", "fisoko_region")


def reference_shares(work_norms: pd.DataFrame, territory_results: pd.DataFrame) -> pd.DataFrame:
    """Find the usual share of every work.

    Parameters
    ----------
    work_norms : DataFrame
        Keeps the contract ``work_norms``.
    territory_results : DataFrame
        Keeps the contract ``territory_results``.

    Returns
    -------
    DataFrame
        Keeps the contract ``reference_shares``: the region's share where a norms file or a report
        of ФИС ОКО tells it, otherwise the share of the territory, in which its own schools with
        low results count too. A work without any participant has no row.
    """
    norms = work_norms.set_index("work_id")
    is_region = norms["source"].isin(_REGION) & norms["below_minimum_share"].notna()
    own = territory_results.set_index("work_id")["below_minimum_share"].dropna()
    region = norms.loc[is_region, "below_minimum_share"].reindex(own.index)
    sources = norms.loc[is_region, "source"].reindex(own.index)
    return REFERENCE_SHARES.conform(
        pd.DataFrame(
            {
                "work_id": own.index,
                "reference_share": region.fillna(own).to_numpy(),
                "reference_source": sources.fillna("territory").to_numpy(),
            }
        )
    )
