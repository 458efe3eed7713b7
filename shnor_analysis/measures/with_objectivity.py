"""Every table of objectivity by the letter of documents, one call for the pipeline."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.measures.cohort_ratios import cohort_ratios
from shnor_analysis.measures.mean_intervals import Z_95, mean_intervals
from shnor_analysis.measures.medal_confirmation import medal_confirmation
from shnor_analysis.measures.objectivity_indicators import Measured, objectivity_indicators
from shnor_analysis.measures.score_mark_correlations import score_mark_correlations
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import (
    COHORT_RATIOS,
    MEAN_INTERVALS,
    MEDAL_CONFIRMATION,
    OBJECTIVITY_INDICATORS,
    SCORE_MARK_CORRELATIONS,
)


def tables_of_objectivity(
    tables: dict[str, pd.DataFrame],
    work_norms: pd.DataFrame,
    methodology: Methodology,
    *,
    is_region: bool,
) -> dict[str, pd.DataFrame]:
    """Compute what documents on objectivity count, by the names of the contracts.

    Parameters
    ----------
    tables : dict of str to DataFrame
        ``cells``, ``cell_scores``, ``works``, ``medal_claims``, ``procedure_conduct``, and of
        ``gia_results`` the rows of those who claim a medal.
    work_norms : DataFrame
        Keeps the contract ``work_norms``.
    methodology : Methodology
        Gives the documents the place looks at.
    is_region : bool
        Whether the place is a whole region.
    """
    documents, cells = methodology.objectivity, tables["cells"]
    rules = tuple(one.marker_rules for one in documents if one.marker_rules)
    means = mean_intervals(
        cells,
        work_norms,
        is_region=is_region,
        z=rules[0].interval_z.value if rules else Z_95,
    )
    medals = medal_confirmation(
        tables["medal_claims"], tables["gia_results"], tables["works"], methodology.medals
    )
    return {
        MEAN_INTERVALS.name: means,
        SCORE_MARK_CORRELATIONS.name: score_mark_correlations(cells, tables["cell_scores"]),
        COHORT_RATIOS.name: cohort_ratios(cells, _max_scores(tables["works"], methodology), rules),
        MEDAL_CONFIRMATION.name: medals,
        OBJECTIVITY_INDICATORS.name: objectivity_indicators(
            Measured(
                cells,
                means,
                medals,
                tables["procedure_conduct"],
                methodology.low_results.report_participants.value,
            ),
            documents,
        ),
    }


def _max_scores(works: pd.DataFrame, methodology: Methodology) -> pd.Series:
    """Highest primary score by work: from the files, else from ``scales.csv``."""
    by_scale = [
        methodology.max_score(row.procedure, row.subject, row.grade, row.assessment_year)
        for row in works.itertuples(index=False)
    ]
    told = pd.Series(by_scale, index=works.index, dtype="Int64")
    return works["max_score_raw"].fillna(told).set_axis(works["work_id"])
