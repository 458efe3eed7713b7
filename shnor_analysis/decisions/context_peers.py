"""Schools in like conditions, and who of them may share experience with a listed school."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import AdverseConditions, SocialContextRules
from shnor_analysis.stats.arrays import FloatArray, IntArray
from shnor_analysis.stats.composite import directed_z, reference_of
from shnor_analysis.stats.peers import NOBODY, nearest_peers
from shnor_analysis.tables import CONTEXT_PEERS, MENTOR_PAIRS


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
    schools: pd.DataFrame, peers: Peers, rules: SocialContextRules, reliable_participants: int
) -> pd.DataFrame:
    """Suggest to every school with low results whose experience may fit it.

    Parameters
    ----------
    schools : DataFrame
        Keeps the contract ``context_results``.
    peers : Peers
        Of the same schools.
    rules : SocialContextRules
        How many suggestions; how many good years are needed.
    reliable_participants : int
        Smallest number of pupils behind the result of a suggested school.

    Returns
    -------
    DataFrame
        Keeps the contract ``mentor_pairs``: the nearest by conditions of the schools that are not
        listed, had good results in enough years, are not surely below what their conditions let
        expect and have no sign in a received list of biased results. A suggestion for talks: one
        school may be suggested to several.
    """
    table = schools.set_index("school_id").reindex(peers.ids)
    is_resilient = (table["resilience"] == "holds").to_numpy(dtype=bool)
    is_fit = (
        (table["low_results"] == "not_included")
        & (table["n_good_years"] >= rules.resilience.years_needed.value)
        & (table["n_pupils"].fillna(0) >= reliable_participants)
        & (table["effect_verdict"] != "below")
        & (table["objectivity"] != "sign")
    ).to_numpy(dtype=bool)
    rows = []
    for position in np.flatnonzero((table["low_results"] == "included").to_numpy(dtype=bool)):
        near = peers.rows[position]
        fitting = np.flatnonzero((near != NOBODY) & is_fit[near])[: rules.n_mentors.value]
        rows += [
            {
                "school_id": peers.ids[position],
                "mentor_id": peers.ids[near[place]],
                "reason": "resilient" if is_resilient[near[place]] else "good_results",
                "distance": peers.distance[position, place],
                "n_good_years": table["n_good_years"].iloc[near[place]],
                "objectivity": table["objectivity"].iloc[near[place]],
            }
            for place in fitting
        ]
    return MENTOR_PAIRS.conform(pd.DataFrame(rows)) if rows else MENTOR_PAIRS.empty()
