"""Groups of schools within which an index compares them, wider ones for groups too small."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.decisions.indicator_index import ALL_SCHOOLS

THIRDS = (1 / 3, 2 / 3)
THIRD_NAMES = np.array(["context_lower", "context_middle", "context_upper"])
_JOINED = "+"


def school_groups(
    clusters: str, levels: pd.Series, conditions: pd.Series | None
) -> tuple[np.ndarray, ...]:
    """Divide schools by the level they teach at and by the conditions they work in.

    Parameters
    ----------
    clusters : {"none", "programme", "context", "programme_and_context"}
        What the regulation asks for.
    levels : Series of str, index ``school_id``
        Level of every school, missing where not known.
    conditions : Series of float, index ``school_id``, optional
        Any index of conditions, higher is better; thirds are made of it over all schools that
        have it.

    Returns
    -------
    tuple of ndarray of str
        Divisions of the schools, each in the order of ``levels``, the wider first: ``basic``, then
        ``basic+context_lower``. A school of which a part is not known is ``all`` there and stays
        with its wider group. Empty when nothing divides the schools; conditions known of no school
        divide nobody.

    Notes
    -----
    The level is the wider division: schools of other levels write other works, whatever their
    conditions are.

    Examples
    --------
    >>> levels = pd.Series(["basic", "basic", "secondary"])
    >>> for groups in school_groups("programme_and_context", levels, pd.Series([-1.0, 0, 1])):
    ...     print(groups.tolist())
    ['basic', 'basic', 'secondary']
    ['basic+context_lower', 'basic+context_middle', 'secondary+context_upper']
    """
    divisions = []
    if clusters in ("programme", "programme_and_context"):
        divisions.append(levels.astype("str"))
    if clusters in ("context", "programme_and_context"):
        thirds = _thirds(conditions, levels.index)
        if thirds.notna().any():
            divisions.append(divisions[0] + _JOINED + thirds if divisions else thirds)
    return tuple(one.fillna(ALL_SCHOOLS).to_numpy(dtype=object) for one in divisions)


def narrowest(divisions: tuple[np.ndarray, ...], n_schools: int) -> np.ndarray:
    """The narrowest group known of every school, ``all`` where it is in none.

    Parameters
    ----------
    divisions : tuple of ndarray of str
        From :func:`school_groups`.
    n_schools : int
        Their length, told for the case that there are no divisions.
    """
    found = np.full(n_schools, ALL_SCHOOLS, dtype=object)
    for groups in divisions:
        found = np.where(groups == ALL_SCHOOLS, found, groups)
    return found


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
