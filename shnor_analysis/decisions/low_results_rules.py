"""Lists of schools with low results by several rules side by side."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from shnor_analysis.stats.intervals import share
from shnor_analysis.stats.sensitivity import jaccard
from shnor_analysis.tables import LOW_RESULTS_OVERLAP, LOW_RESULTS_RULES

_WAY = ["block", "regulation_id"]


def all_ways(low_results: pd.DataFrame, low_results_index: pd.DataFrame) -> pd.DataFrame:
    """Decisions of every rule in one table.

    Parameters
    ----------
    low_results, low_results_index : DataFrame
        Keep the contracts of these names.

    Returns
    -------
    DataFrame
        One row per rule × school: ``block``, ``regulation_id``, ``school_id``,
        ``assessment_year``, ``decision``; the rule of shares first, then the lists of indicators.
    """
    columns = [*_WAY, "school_id", "assessment_year", "decision"]
    return pd.concat(
        [
            low_results.assign(block="low_results")[columns],
            low_results_index.assign(block="low_results_indicators")[columns],
        ],
        ignore_index=True,
    )


def low_results_rules(low_results: pd.DataFrame, low_results_index: pd.DataFrame) -> pd.DataFrame:
    """Share of schools on the list of every rule.

    Parameters
    ----------
    low_results, low_results_index : DataFrame
        Keep the contracts of these names.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_rules``. The share is of all schools, those not assessed
        included, as the regulation says «доля школ».
    """
    rows = all_ways(low_results, low_results_index)
    counts = (
        rows.assign(
            n_included=rows["decision"] == "included",
            n_not_assessed=rows["decision"] == "not_assessed",
        )
        .groupby(_WAY, as_index=False)
        .agg(
            assessment_year=("assessment_year", "max"),
            n_schools=("school_id", "size"),
            n_included=("n_included", "sum"),
            n_not_assessed=("n_not_assessed", "sum"),
        )
    )
    return LOW_RESULTS_RULES.conform(
        counts.assign(included_share=share(counts["n_included"], counts["n_schools"]))
    )


def low_results_overlap(low_results: pd.DataFrame, low_results_index: pd.DataFrame) -> pd.DataFrame:
    """How far the lists of every two rules are the same.

    Parameters
    ----------
    low_results, low_results_index : DataFrame
        Keep the contracts of these names.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_overlap``: one row per pair of rules. Only schools that
        both rules could assess are compared.
    """
    rows = all_ways(low_results, low_results_index)
    lists = [(way, part.set_index("school_id")["decision"]) for way, part in rows.groupby(_WAY)]
    pairs = []
    for (way, first), (other, second) in combinations(lists, 2):
        both = pd.concat([first, second], axis=1, join="inner")
        both = both[(both != "not_assessed").all(axis=1)]
        listed = (both == "included").to_numpy()
        pairs.append(
            {
                **dict(zip(_WAY, way, strict=True)),
                "other_block": other[0],
                "other_regulation_id": other[1],
                "n_compared": len(both),
                "n_either": int(listed.any(axis=1).sum()),
                "n_both": int(listed.all(axis=1).sum()),
                "jaccard": float(jaccard(*listed.T)),
            }
        )
    return LOW_RESULTS_OVERLAP.conform(
        pd.DataFrame(pairs, columns=list(LOW_RESULTS_OVERLAP.columns))
    )
