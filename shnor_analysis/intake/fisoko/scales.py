"""Marks from primary scores, by the scales of ``methodology/scales.csv``."""

from __future__ import annotations

import numpy as np

from shnor_analysis.intake.extract import Work
from shnor_analysis.methodology import Methodology, Scale

_EVERY_REGION = "*"


def find_scale(methodology: Methodology, work: Work) -> Scale | None:
    """Find the scale that turns primary scores of a work into marks.

    Parameters
    ----------
    methodology : Methodology
        Gives the scales.
    work : Work
        Procedure, subject, grade, level and year must all fit; so must the maximum of the
        work where both it and that of the scale are known.

    Returns
    -------
    Scale or None
        None when there is no such row, when one of its three borders is unknown, or when a mark
        depends on more than the score (``extra_condition``).

    References
    ----------
    formats.md, section 1.10.
    """
    for scale in methodology.scales:
        is_for_work = (
            scale.procedure == work.procedure
            and scale.subject == work.subject
            and scale.grade == work.grade
            and scale.level == work.level
            and scale.region == _EVERY_REGION
            and scale.year_from <= work.assessment_year <= scale.year_to
        )
        is_complete = None not in (scale.cut3, scale.cut4, scale.cut5)
        maxima = {scale.max_score_raw, work.max_score_raw} - {None}
        if is_for_work and is_complete and not scale.extra_condition and len(maxima) <= 1:
            return scale
    return None


def marks_by_scale(scale: Scale, scores: np.ndarray) -> np.ndarray:
    """Marks 2–5 of primary scores.

    Parameters
    ----------
    scale : Scale
        With all three borders (``find_scale``).
    scores : ndarray of float, shape (n,)
        Primary scores; NaN where unknown.

    Returns
    -------
    ndarray of float, shape (n,)
        Marks; NaN where the score is unknown.

    Raises
    ------
    ValueError
        If the scale lacks a border.
    """
    if scale.cut3 is None or scale.cut4 is None or scale.cut5 is None:
        raise ValueError("scale without borders")
    marks = np.full(scores.shape, 2.0)
    for cut in (scale.cut3, scale.cut4, scale.cut5):
        marks += scores >= cut
    return np.where(np.isnan(scores), np.nan, marks)
