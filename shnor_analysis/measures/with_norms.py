"""The tables that rest on the norms of the region, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.norm_status import norm_status
from shnor_analysis.measures.shrunken_shares import shrunken_shares
from shnor_analysis.measures.work_norms import work_norms
from shnor_analysis.methodology import Methodology, RegionNorms


def tables_with_norms(
    cells: pd.DataFrame,
    group_statistics: pd.DataFrame,
    group_items: pd.DataFrame,
    region_name: str,
    norms: RegionNorms | None,
    methodology: Methodology,
    assessment_year: int,
) -> dict[str, pd.DataFrame]:
    """Compute ``work_norms``, ``norm_status`` and ``shrunken_shares``; parameters as theirs."""
    of_works = work_norms(cells, norms, group_statistics, group_items, region_name)
    rule = methodology.low_results
    return {
        "work_norms": of_works,
        "norm_status": norm_status(of_works, norms, cells, methodology.norms, assessment_year),
        "shrunken_shares": shrunken_shares(
            cells,
            of_works,
            rule.share_numerator.value / rule.share_denominator.value,
            methodology.norms.min_schools.value,
        ),
    }
