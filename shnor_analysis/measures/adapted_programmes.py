"""Participants taught by adapted programmes: put beside the results, or left out of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.measures.results import below_minimum
from shnor_analysis.tables import PROCEDURE_RESULTS

_KEY = ["school_id", "assessment_year", "procedure", "subject", "grade"]
_COUNTS = {"n_participants": "n_adapted", "n_below_minimum": "n_adapted_below_minimum"}
ADAPTED = [*_COUNTS.values()]


def with_adapted(procedure_results: pd.DataFrame, adapted: pd.DataFrame) -> pd.DataFrame:
    """Put what schools tell of participants taught by adapted programmes beside the results.

    Parameters
    ----------
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``.
    adapted : DataFrame
        Keeps the contract ``adapted_participants``: it names procedure, subject and grade, not the
        season or level of a work.

    Returns
    -------
    DataFrame
        The same rows. ``adapted_status`` is ``not_told`` where the school tells nothing,
        ``several_works`` where it wrote the subject in several seasons or levels, so that it is not
        known which work is meant, ``contradicts`` where more are told than the work has, and
        ``told`` otherwise; only then are the two counts known.
    """
    told = adapted[[*_KEY, *_COUNTS]].rename(columns=_COUNTS)
    rows = procedure_results.drop(columns=[*ADAPTED, "adapted_status"]).merge(
        told, on=_KEY, how="left", validate="m:1"
    )
    n, below = rows["n_participants"], rows["n_below_minimum"]
    n_adapted, adapted_below = rows["n_adapted"], rows["n_adapted_below_minimum"]
    is_told = n_adapted.notna()
    has_several = (
        rows.assign(took=rows["n_participants"] > 0).groupby(_KEY)["took"].transform("sum") > 1
    )
    contradicts = (
        (n_adapted > n)
        | (adapted_below > below)
        | (n_adapted - adapted_below > n - below)
    ).fillna(value=False)  # fmt: skip
    status = np.select(
        [~is_told, has_several, contradicts],
        ["not_told", "several_works", "contradicts"],
        "told",
    )
    known = {name: rows[name].where(status == "told") for name in ADAPTED}
    return PROCEDURE_RESULTS.conform(rows.assign(**known, adapted_status=status))


def without_adapted(results: pd.DataFrame) -> pd.DataFrame:
    """Leave participants taught by adapted programmes out of counts and shares.

    Parameters
    ----------
    results : DataFrame
        Needs ``n_participants`` and ``n_below_minimum``, and ``n_adapted`` and
        ``n_adapted_below_minimum``, missing where the school tells nothing: there all count.

    Returns
    -------
    DataFrame
        The same rows and columns; the share below the minimum and its interval are those of the
        participants left. A work whose participants are all left out has none.
    """
    counts = pd.DataFrame(
        {name: results[name] - results[adapted].fillna(0) for name, adapted in _COUNTS.items()}
    )
    return results.assign(**counts, **below_minimum(counts))


def counted_cells(cells: pd.DataFrame, procedure_results: pd.DataFrame) -> pd.DataFrame:
    """Cells with the participants that a rule counts which leaves out adapted programmes.

    Parameters
    ----------
    cells, procedure_results : DataFrame
        Keep the contracts of these names.

    Returns
    -------
    DataFrame
        The rows of ``cells`` with fewer ``n_participants`` and ``n_below_minimum``; counts of
        marks and sums of scores stay those of all participants, for nobody tells them apart.
    """
    told = procedure_results[["school_id", "work_id", *ADAPTED]]
    rows = cells.merge(told, on=["school_id", "work_id"], how="left", validate="1:1")
    return without_adapted(rows)[list(cells.columns)]
