"""What is known of biased results of a school: a received list and the signs found here."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Codes that bar a school from being called resilient and from being suggested to others.
SIGNS = ("sign", "own_sign")
_SIGNAL = ("signal", "strong")


def known_objectivity(
    objectivity_list: pd.DataFrame,
    objectivity_signs: pd.DataFrame,
    ids: pd.Index,
    assessment_year: int,
    window_years: int,
) -> pd.DataFrame:
    """Join the received lists of the last years with our own signs.

    Parameters
    ----------
    objectivity_list, objectivity_signs : DataFrame
        Keep the contracts of these names; no rows where nothing was received or computed.
    ids : Index of str
        Schools in the order wanted.
    assessment_year, window_years : int
        The last year, and of how many years lists count.

    Returns
    -------
    DataFrame
        Index ``ids``. ``objectivity``: ``sign`` in a received list, else ``own_sign`` where our own
        signs together are a signal in the pooled years or in the last one, else ``no_sign`` where
        own signs could be tested or lists of all years of the window are there, ``no_sign_partly``
        where lists of only some years are, ``not_checked`` where nothing is. ``n_list_years``
        counts years with a list, ``is_sign_tested`` says whether own signs could be tested.

    Notes
    -----
    Markers by the letter of documents do not count: an honest school gets one too often
    (methodology, section 4.0).
    """
    first = assessment_year - window_years + 1
    rows = objectivity_list[objectivity_list["assessment_year"].between(first, assessment_year)]
    n_years = rows["assessment_year"].nunique()
    levels = objectivity_signs.set_index("school_id")[["level", "level_1"]].reindex(ids)
    is_tested = (levels.notna() & (levels != "not_tested")).any(axis=1).to_numpy()
    is_signal = levels.isin(_SIGNAL).any(axis=1).to_numpy()
    is_listed = ids.isin(rows.loc[rows["has_sign"], "school_id"])
    has_list = np.full(len(ids), n_years > 0)
    codes = np.select(
        [is_listed, is_signal, is_tested | (n_years == window_years), has_list],
        ["sign", "own_sign", "no_sign", "no_sign_partly"],
        "not_checked",
    )
    return pd.DataFrame(
        {"objectivity": codes, "n_list_years": n_years, "is_sign_tested": is_tested}, index=ids
    )
