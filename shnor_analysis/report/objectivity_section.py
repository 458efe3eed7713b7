"""What the annual report says of objectivity: the main of the notebook on it."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report.document import Block
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.report.objectivity_narrative import headline, opening, own_signs
from shnor_analysis.report.tables.objectivity import fired_markers


def objectivity_section(
    o: Objectivity, signs: pd.DataFrame, families: pd.DataFrame
) -> tuple[Block, ...]:
    """Markers by the letter with how often chance gives them, then our own signs.

    Parameters
    ----------
    o : Objectivity
        Objectivity by the letter.
    signs, families : DataFrame
        Keep the contracts ``objectivity_signs`` and ``objectivity_families``.
    """
    return (
        opening(o),
        headline(o),
        fired_markers(o),
        *own_signs(signs, families, o.labels),
    )
