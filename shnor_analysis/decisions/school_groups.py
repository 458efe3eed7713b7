"""Groups of schools within which an index compares them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.decisions.indicator_index import ALL_SCHOOLS

THIRDS = (1 / 3, 2 / 3)
THIRD_NAMES = np.array(["context_lower", "context_middle", "context_upper"])


def school_groups(clusters: str, levels: pd.Series, conditions: pd.Series | None) -> np.ndarray:
    """Divide schools by the level they teach at and by the conditions they work in.

    Parameters
    ----------
    clusters : {"none", "programme", "context", "programme_and_context"}
        What the regulation asks for.
    levels : Series of str, index ``school_id``
        Level of every school, missing where not known.
    conditions : Series of float, index ``school_id``, optional
        Any index of conditions, higher is better; thirds are made of it.

    Returns
    -------
    ndarray of str
        In the order of ``levels``: ``all``, ``basic``, ``context_lower``,
        ``basic+context_lower`` …; a school of which a part is not known is in ``all``. Conditions
        that are known of no school divide nobody.
    """
    parts = []
    if clusters in ("programme", "programme_and_context"):
        parts.append(levels)
    if clusters in ("context", "programme_and_context"):
        thirds = _thirds(conditions, levels.index)
        if thirds.notna().any():
            parts.append(thirds)
    if not parts:
        return np.full(len(levels), ALL_SCHOOLS, dtype=object)
    table = pd.concat(parts, axis=1)
    joined = table.fillna("").astype(str).agg("+".join, axis=1)
    return joined.where(table.notna().all(axis=1), ALL_SCHOOLS).to_numpy(dtype=object)


def _thirds(conditions: pd.Series | None, schools: pd.Index) -> pd.Series:
    if conditions is None:
        return pd.Series(None, index=schools, dtype="str")
    value = conditions.reindex(schools).to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(value)
    if not known.any() or value[known].min() == value[known].max():
        return pd.Series(None, index=schools, dtype="str")
    third = np.searchsorted(np.quantile(value[known], THIRDS), value, side="left")
    names = THIRD_NAMES[np.where(known, third, 0)]
    return pd.Series(names, index=schools, dtype="str").where(known)
