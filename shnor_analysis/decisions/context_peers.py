"""Schools in like conditions, and who of them may share experience with a listed school."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.decisions.known_objectivity import SIGNS
from shnor_analysis.decisions.low_results import PROCEDURE_KEY
from shnor_analysis.methodology import AdverseConditions, SocialContextRules
from shnor_analysis.stats.arrays import FloatArray, IntArray
from shnor_analysis.stats.composite import directed_z, reference_of
from shnor_analysis.stats.peers import NOBODY, nearest_peers
from shnor_analysis.tables import CONTEXT_PEERS, MENTOR_PAIRS

# Between the procedures two schools share, and between years.
SEPARATOR = ";"
# How well a school's resilience is supported → why it is suggested.
_REASONS = {
    "by_effect": "resilient",
    "by_interval": "resilient",
    "by_letter": "by_letter",
    "none": "good_results",
}


@dataclass(frozen=True)
class Peers:
    """All schools of the territory from every school, the nearest by conditions first.

    Attributes
    ----------
    ids : Index
        Schools, sorted.
    rows : ndarray of int, shape (n_schools, n_schools - 1)
        Positions in ``ids``; -1 where there are no more.
    distance : ndarray of float, same shape
        In standard deviations.
    """

    ids: pd.Index
    rows: IntArray
    distance: FloatArray

    def nearest(self, n_peers: int) -> pd.DataFrame:
        """The nearest schools of every school (contract ``context_peers``)."""
        rows, distance = self.rows[:, :n_peers], self.distance[:, :n_peers]
        school, order = np.nonzero(rows != NOBODY)
        return CONTEXT_PEERS.conform(
            pd.DataFrame(
                {
                    "school_id": self.ids[school],
                    "peer_id": self.ids[rows[school, order]],
                    "order": order + 1,
                    "distance": distance[school, order],
                }
            )
        )


@dataclass(frozen=True)
class SchoolProcedures:
    """Where schools are low and where they have results: one row per school × procedure.

    Attributes
    ----------
    low, held : DataFrame
        ``school_id`` and the columns of ``PROCEDURE_KEY``.
    """

    low: pd.DataFrame
    held: pd.DataFrame

    def common(self, school_id: str, other_id: str) -> list[str]:
        """Procedures in which the first is low and the other has results, sorted."""
        return sorted(_procedures(self.low, school_id) & _procedures(self.held, other_id))


def _procedures(rows: pd.DataFrame, school_id: str) -> set[str]:
    own = rows.loc[rows["school_id"] == school_id, PROCEDURE_KEY]
    return {f"{procedure}:{subject}:{grade}" for procedure, subject, grade in own.to_numpy()}


def school_procedures(
    low_evidence: pd.DataFrame, procedure_results: pd.DataFrame, assessment_year: int
) -> SchoolProcedures:
    """Tell where schools are low and where they have results to learn from.

    Parameters
    ----------
    low_evidence : DataFrame
        Keeps the contract ``low_results_evidence``: low are the procedures of the year, for a
        school with none in it those of the year before.
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``; held are those of the year with enough pupils.
    assessment_year : int
        2025 means the school year 2024/25.
    """
    low = low_evidence[low_evidence["is_low"]]
    last = low.groupby("school_id")["assessment_year"].transform("max")
    is_held = (procedure_results["assessment_year"] == assessment_year) & (
        procedure_results["status"] == "ok"
    )
    columns = ["school_id", *PROCEDURE_KEY]
    return SchoolProcedures(
        low.loc[low["assessment_year"] == last, columns].drop_duplicates(),
        procedure_results.loc[is_held, columns].drop_duplicates(),
    )


def context_peers(table: pd.DataFrame, rule: AdverseConditions, sizes: pd.Series) -> Peers:
    """Order the schools of a territory by how like their conditions are.

    Parameters
    ----------
    table : DataFrame
        Index ``school_id``, a column per indicator of the rule; NaN where missing.
    rule : AdverseConditions
        Tells shares from yes and no.
    sizes : Series
        Pupils, same index.

    Returns
    -------
    Peers
        Conditions are three numbers, each worth the same: the mean deviation of the shares (who
        learns there), of the yes-and-no answers (where), and the logarithm of the number of pupils.
        A school of which one of the three is wholly unknown has no peers and is nobody's.
    """
    direction = [-1 if one.direction == "higher_is_worse" else 1 for one in rule.indicators]
    cap = rule.index.largest_z.value
    z = directed_z(table.to_numpy(dtype=float), reference_of(table), direction, cap=cap)
    size = sizes.to_numpy(dtype=float)
    columns = [np.log(np.where(size > 0, size, np.nan))]
    for kind in ("share", "yes_no"):
        is_kind = np.array([one.kind == kind for one in rule.indicators])
        own = z[:, is_kind]
        if not np.isnan(own).all():
            n_known = (~np.isnan(own)).sum(axis=1)
            columns.append(np.nansum(own, axis=1) / np.where(n_known > 0, n_known, np.nan))
    ids = table.index
    rows, distance = nearest_peers(np.column_stack(columns), max(len(ids) - 1, 1))
    return Peers(ids, rows, distance)


def mentor_pairs(
    schools: pd.DataFrame,
    peers: Peers,
    procedures: SchoolProcedures,
    rules: SocialContextRules,
    reliable_participants: int,
) -> tuple[pd.DataFrame, pd.Series]:
    """Suggest to every school with low results whose experience may fit it.

    Parameters
    ----------
    schools : DataFrame
        Columns of the contract ``context_results``, without ``mentor_search``.
    peers : Peers
        Of the same schools.
    procedures : SchoolProcedures
        Experience fits only where the suggested school has results in a procedure in which the
        school is low: a primary school has no say in grade 7.
    rules : SocialContextRules
        How many suggestions; how many good years are needed.
    reliable_participants : int
        Smallest number of pupils behind the result of a suggested school.

    Returns
    -------
    pairs : DataFrame
        Keeps the contract ``mentor_pairs``: the nearest by conditions of the schools that are not
        listed, had good results in enough years, are not surely below what their conditions let
        expect, have no sign of biased results, received or our own, and share a procedure. A
        suggestion for talks: one school may be suggested to several.
    searches : Series of str
        How the search of every school ended (``mentor_search``), index ``school_id``.
    """
    table = schools.set_index("school_id").reindex(peers.ids)
    reasons = table["resilience_support"].map(_REASONS).to_numpy()
    is_fit = (
        (table["low_results"] == "not_included")
        & (table["n_good_years"] >= rules.resilience.years_needed.value)
        & (table["n_pupils"].fillna(0) >= reliable_participants)
        & (table["effect_verdict"] != "below")
        & ~table["objectivity"].isin(SIGNS)
    ).to_numpy(dtype=bool)
    rows = []
    searches = pd.Series("not_listed", index=peers.ids)
    for position in np.flatnonzero((table["low_results"] == "included").to_numpy(dtype=bool)):
        school, near = peers.ids[position], peers.rows[position]
        good = np.flatnonzero((near != NOBODY) & is_fit[near])
        common = {place: procedures.common(school, peers.ids[near[place]]) for place in good}
        fitting = [place for place in good if common[place]][: rules.n_mentors.value]
        if fitting:
            searches[school] = "found"
        elif len(good):
            searches[school] = "no_common_procedures"
        else:
            searches[school] = "no_good_schools" if (near != NOBODY).any() else "no_conditions"
        rows += [
            {
                "school_id": school,
                "mentor_id": peers.ids[near[place]],
                "common_procedures": SEPARATOR.join(common[place]),
                "reason": reasons[near[place]],
                "distance": peers.distance[position, place],
                "n_good_years": table["n_good_years"].iloc[near[place]],
                "objectivity": table["objectivity"].iloc[near[place]],
            }
            for place in fitting
        ]
    pairs = MENTOR_PAIRS.conform(pd.DataFrame(rows)) if rows else MENTOR_PAIRS.empty()
    return pairs, searches
