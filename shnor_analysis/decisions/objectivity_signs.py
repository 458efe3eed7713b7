"""One decision out of our own statistical signs: what is worth a look, and how strongly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import ObjectivitySignRules
from shnor_analysis.stats.combine import cauchy_combination
from shnor_analysis.stats.multiplicity import adjusted_p_values
from shnor_analysis.tables import OBJECTIVITY_FAMILIES, OBJECTIVITY_SIGNS, SIGN_FAMILIES

# Counts nothing in a combination: neither for a sign nor against one.
NEUTRAL_P = 0.5
_LAST_YEAR = 1


@dataclass(frozen=True)
class ObjectivitySigns:
    """One row per sign × school × span, and one row per school."""

    families: pd.DataFrame
    schools: pd.DataFrame


def decide_objectivity_signs(
    measures: pd.DataFrame, rules: ObjectivitySignRules
) -> ObjectivitySigns:
    """Adjust every sign for the number of schools and combine the signs of each school.

    Parameters
    ----------
    measures : DataFrame
        Keeps the contract ``objectivity_measures``.
    rules : ObjectivitySignRules
        Borders of the levels.

    Returns
    -------
    ObjectivitySigns
        Tables ``objectivity_families`` and ``objectivity_signs``.

    Notes
    -----
    A family is one sign over all schools of the place in one span of years; in it p-values are
    adjusted after Benjamini and Hochberg. Schools with too few data, or too few to reach a small
    p-value at all, are no part of it. The drop from grade 4 to 5 counts only where grade 4 itself
    was high: else its p-value is raised to a half, which can only weaken a sign. The signs of a
    school are combined after Cauchy, which holds however they depend on each other, and adjusted
    again. A level never says why a school stands out.
    """
    rows = measures.reset_index(drop=True)
    p = rows["p"].to_numpy(dtype=float, na_value=np.nan)
    grade4 = rows["condition_z"].to_numpy(dtype=float, na_value=np.nan)
    is_drop = (rows["family"] == "drop").to_numpy()
    # a school whose grade 4 cannot be judged has no high grade 4
    is_alone = is_drop & ~np.isnan(p) & ~(grade4 > rules.grade4_min_z.value)
    p = np.where(is_alone, np.maximum(p, NEUTRAL_P), p)
    q = np.full(len(rows), np.nan)
    for index in rows.groupby(["n_years", "family"]).indices.values():
        q[index] = adjusted_p_values(p[index])
    level = np.select(
        [np.isnan(p), q <= rules.family_q.value, q <= rules.observation_q.value],
        ["not_tested", "sign", "observation"],
        "none",
    )
    reason = rows["reason"].astype(object).where(~is_alone, "grade4_not_high")
    families = OBJECTIVITY_FAMILIES.conform(
        rows[[name for name in OBJECTIVITY_FAMILIES.columns if name in rows]].assign(
            p=p, q=q, level=level, reason=reason
        )
    )
    return ObjectivitySigns(families, _schools(families, rules))


def _schools(families: pd.DataFrame, rules: ObjectivitySignRules) -> pd.DataFrame:
    spans = sorted(families["n_years"].unique())
    if not spans:
        return OBJECTIVITY_SIGNS.empty()
    decided = {int(n_years): _of_span(families, int(n_years), rules) for n_years in spans}
    last = max(decided)
    table = decided[last].join(decided[_LAST_YEAR].add_suffix("_1"))
    return OBJECTIVITY_SIGNS.conform(
        table.assign(
            assessment_year=families["assessment_year"].iloc[0], n_years=last
        ).reset_index()
    )


def _of_span(families: pd.DataFrame, n_years: int, rules: ObjectivitySignRules) -> pd.DataFrame:
    rows = families[families["n_years"] == n_years]
    wide = rows.set_index(["school_id", "family"])["p"].unstack()  # noqa: PD010 - keys are unique
    p = cauchy_combination(
        wide.reindex(columns=list(SIGN_FAMILIES)).to_numpy(dtype=float, na_value=np.nan)
    )
    q = adjusted_p_values(p)
    levels = rows.groupby("school_id")["level"]
    has_any = levels.agg(lambda one: one.isin(["sign", "observation"]).any())
    return pd.DataFrame(
        {
            "p": p,
            "q": q,
            "level": np.select(
                [
                    np.isnan(p),
                    p < rules.strong_p.value,
                    q <= rules.signal_q.value,
                    has_any.reindex(wide.index).to_numpy(dtype=bool),
                ],
                ["not_tested", "strong", "signal", "observation"],
                "none",
            ),
            "n_tested": levels.agg(lambda one: (one != "not_tested").sum()).reindex(wide.index),
            "n_signs": levels.agg(lambda one: (one == "sign").sum()).reindex(wide.index),
        },
        index=wide.index,
    )
