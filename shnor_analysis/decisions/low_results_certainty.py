"""How sure every school's decision is, what keeps it, and how sure the list is as a whole.

Two answers stand side by side. The evidence class of ``low_results`` looks at the school's own
results only and asks whether they alone prove the rule, allowing for the number of procedures.
The probability here also knows how other schools of the region do, so a small school with one
unlucky year is drawn to them; it is graded, and sums over schools.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.decisions.low_results import PROCEDURE_KEY
from shnor_analysis.decisions.procedure_tables import (
    ProcedureTables,
    distance_tables,
    probability_tables,
)
from shnor_analysis.methodology import CertaintyRules, LowResultsRule
from shnor_analysis.stats.arrays import FloatArray, IntArray
from shnor_analysis.stats.chance import chance_over_threshold
from shnor_analysis.stats.membership import expected_number, rule_probability, way_in, way_out
from shnor_analysis.stats.sensitivity import core_share, inclusion_classes
from shnor_analysis.tables import (
    LOW_RESULTS_CERTAINTY,
    LOW_RESULTS_SUMMARY,
    LOW_RESULTS_WAYS,
)


@dataclass(frozen=True)
class ListCertainty:
    """The tables ``low_results_certainty``, ``low_results_ways`` and ``low_results_summary``."""

    schools: pd.DataFrame
    ways: pd.DataFrame
    summary: pd.DataFrame


def low_results_certainty(
    decisions: pd.DataFrame,
    evidence: pd.DataFrame,
    shrunken_shares: pd.DataFrame,
    reference: pd.DataFrame,
    what_if: pd.DataFrame,
    rule: LowResultsRule,
    rules: CertaintyRules,
) -> ListCertainty:
    """Say for every school how sure its decision is and what would change it.

    Parameters
    ----------
    decisions, evidence : DataFrame
        Keep the contracts ``low_results`` and ``low_results_evidence``.
    shrunken_shares : DataFrame
        Keeps the contract ``shrunken_shares``: ``p_low`` of every school and work.
    reference : DataFrame
        Keeps the contract ``reference_shares``.
    what_if : DataFrame
        Keeps the contract ``low_results_what_if``.
    rule : LowResultsRule
        The applied rule.
    rules : CertaintyRules
        Borders of the classes.

    Returns
    -------
    ListCertainty
        ``p_membership``: probability that the rule holds for the shares the school would have with
        the same teaching and other pupils. ``p_chance``: probability that the rule by the letter
        would name a school of these sizes whose shares are the usual ones. Both treat procedures
        as independent (see :func:`~shnor_analysis.stats.membership.rule_probability`) and are
        missing where the rule cannot be checked. Procedures below ``min_participants`` are not
        counted.
    """
    year = int(decisions["assessment_year"].max())
    ids = pd.Index(decisions["school_id"], name="school_id")
    counted = evidence[evidence["n_participants"] >= rule.min_participants.value]
    counted = counted.reset_index(drop=True)
    membership = membership_probability(counted, shrunken_shares, ids, year, rule)
    chance = schools_rule_probability(counted, _p_chance(counted, reference, rule), ids, year, rule)
    is_included = (decisions["decision"] == "included").to_numpy(dtype=bool)
    is_assessed = (decisions["decision"] != "not_assessed").to_numpy(dtype=bool)
    distances = distance_tables(counted, ids, year)
    needed, mode = rule.min_low_procedures.value, rule.mode.value
    out = way_out(distances.current, distances.previous, needed=needed, mode=mode)
    inward = way_in(distances.current, distances.previous, needed=needed, mode=mode)
    scenarios = _scenario_counts(what_if, ids)
    low = evidence[evidence["is_low"] & (evidence["assessment_year"] == year)]
    schools = pd.DataFrame(
        {
            "school_id": ids,
            "assessment_year": year,
            **{
                f"n_low_{size}": low.loc[low["size_class"] == size, "school_id"]
                .value_counts()
                .reindex(ids, fill_value=0)
                .to_numpy()
                for size in ("tiny", "small", "reliable")
            },
            "n_low_repeated": _low_both_years(distances),
            "p_membership": membership,
            "membership_class": _classes(membership, rules),
            "p_chance": chance,
            "n_pupils_out": np.where(is_included, out.n_pupils, np.nan),
            "n_pupils_in": np.where(is_assessed & ~is_included, inward.n_pupils, np.nan),
            **scenarios,
            "scenario_class": _classes(
                scenarios["n_scenarios_included"]
                / np.where(scenarios["n_scenarios"] > 0, scenarios["n_scenarios"], np.nan),
                rules,
            ),
        }
    )
    ways = pd.concat(
        [
            _ways(counted, distances, out.current, out.previous, "out", year),
            _ways(counted, distances, inward.current, inward.previous, "in", year),
        ]
    )
    directions = {"out": ids[is_included], "in": ids[is_assessed & ~is_included]}
    of_interest = [ways["school_id"].isin(s) & (ways["direction"] == d)
                   for d, s in directions.items()]  # fmt: skip
    return ListCertainty(
        LOW_RESULTS_CERTAINTY.conform(schools),
        LOW_RESULTS_WAYS.conform(ways[of_interest[0] | of_interest[1]]),
        _summary(decisions, counted, reference, membership, chance, rules),
    )


def membership_probability(
    counted: pd.DataFrame,
    shrunken_shares: pd.DataFrame,
    ids: pd.Index,
    year: int,
    rule: LowResultsRule,
) -> FloatArray:
    """Probability that the rule truly holds for every school, from its shrunken shares.

    Parameters
    ----------
    counted : DataFrame
        Procedures that count, as
        :func:`~shnor_analysis.decisions.low_results.rule_procedures` gives them, index 0, 1, ….
    shrunken_shares : DataFrame
        Keeps the contract of this name.
    ids, year, rule
        Schools in the order wanted, the year assessed, the applied rule.

    Returns
    -------
    ndarray of float, shape (n_schools,)
        NaN where the rule cannot be checked.
    """
    key = ["school_id", "work_id"]
    found = counted[key].merge(shrunken_shares[[*key, "p_low"]], on=key, how="left", validate="1:1")
    return schools_rule_probability(counted, found["p_low"], ids, year, rule)


def _p_chance(counted: pd.DataFrame, reference: pd.DataFrame, rule: LowResultsRule) -> pd.Series:
    """Probability that a school of the usual share is over the threshold of a work."""
    shares = reference.set_index("work_id")["reference_share"]
    usual = counted["work_id"].map(shares).to_numpy(dtype=float)
    p, q = rule.share_numerator.value, rule.share_denominator.value
    n = counted["n_participants"].to_numpy(dtype=np.int64)
    return pd.Series(chance_over_threshold(n, usual, p, q), index=counted.index)


def schools_rule_probability(
    counted: pd.DataFrame, probability: pd.Series, ids: pd.Index, year: int, rule: LowResultsRule
) -> FloatArray:
    """Probability of the rule when every procedure is low with its own one.

    Parameters as in :func:`membership_probability`; ``probability`` has the index of ``counted``.
    """
    tables = probability_tables(counted, probability, ids, year)
    return rule_probability(
        tables.current,
        tables.previous,
        needed=rule.min_low_procedures.value,
        mode=rule.mode.value,
    )


def _classes(probability: FloatArray, rules: CertaintyRules) -> np.ndarray:
    found = inclusion_classes(
        probability,
        core_from=rules.core_probability.value,
        borderline_from=rules.borderline_probability.value,
    )
    return np.select(
        [np.isnan(probability), found.core, found.borderline],
        ["unknown", "core", "borderline"],
        "outside",
    )


def _scenario_counts(what_if: pd.DataFrame, ids: pd.Index) -> dict[str, IntArray]:
    """In how many variants the school was assessed and included, the applied rule among them."""
    assessed = what_if[what_if["decision"] != "not_assessed"].groupby("school_id").size()
    included = what_if[what_if["decision"] == "included"].groupby("school_id").size()
    return {
        "n_scenarios": assessed.reindex(ids, fill_value=0).to_numpy(dtype=np.int64),
        "n_scenarios_included": included.reindex(ids, fill_value=0).to_numpy(dtype=np.int64),
    }


def _low_both_years(distances: ProcedureTables) -> IntArray:
    """Procedures of every school that are low in the year and in the year before."""
    both = (distances.current < 0) & (distances.previous < 0)
    return np.asarray(both.sum(axis=1), dtype=np.int64)


def _ways(
    counted: pd.DataFrame,
    tables: ProcedureTables,
    current: IntArray,
    previous: IntArray,
    direction: str,
    year: int,
) -> pd.DataFrame:
    """Works in which the pupils of a way are: all low works on the way out, the nearest in."""
    of_procedures = pd.concat(
        [
            _pupils_of_procedures(tables, current, year),
            _pupils_of_procedures(tables, previous, year - 1),
        ]
    )
    rows = counted.merge(
        of_procedures, on=["school_id", "assessment_year", *PROCEDURE_KEY], validate="m:1"
    )
    if direction == "out":
        rows = rows[rows["is_low"]]
    else:
        rows = rows[rows["n_to_threshold"] == rows["of_procedure"]].drop_duplicates(
            ["school_id", "assessment_year", *PROCEDURE_KEY]
        )
    return rows[["school_id", "work_id"]].assign(
        direction=direction, n_pupils=rows["n_to_threshold"].abs()
    )


def _pupils_of_procedures(
    tables: ProcedureTables, pupils: IntArray, assessment_year: int
) -> pd.DataFrame:
    """Give a row to every school and procedure that has pupils in the table."""
    school, procedure = np.nonzero(pupils)
    return (
        tables.procedures.to_frame(index=False)
        .iloc[procedure]
        .assign(
            school_id=tables.school_ids[school].to_numpy(),
            assessment_year=assessment_year,
            of_procedure=pupils[school, procedure],
        )
    )


def _summary(
    decisions: pd.DataFrame,
    counted: pd.DataFrame,
    reference: pd.DataFrame,
    membership: FloatArray,
    chance: FloatArray,
    rules: CertaintyRules,
) -> pd.DataFrame:
    is_included = (decisions["decision"] == "included").to_numpy(dtype=bool)
    works = reference[reference["work_id"].isin(counted["work_id"])]
    expected, so_many = expected_number(chance, int(is_included.sum()))
    part = core_share(is_included, membership, core_from=rules.core_probability.value)
    classes = _classes(membership, rules)[is_included]
    return LOW_RESULTS_SUMMARY.conform(
        pd.DataFrame(
            {
                "assessment_year": decisions["assessment_year"].max(),
                "n_schools": len(decisions),
                "n_assessed": int((decisions["decision"] != "not_assessed").sum()),
                "n_included": int(is_included.sum()),
                "n_works": len(works),
                "n_works_region": int((works["reference_source"] != "territory").sum()),
                "expected_by_chance": expected,
                "p_so_many_by_chance": so_many,
                "n_core": int((classes == "core").sum()),
                "n_borderline": int((classes == "borderline").sum()),
                "core_share": part,
                "is_stable": None if np.isnan(part) else part >= rules.stable_core_share.value,
            },
            index=[0],
        )
    )
