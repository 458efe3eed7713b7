"""Who entered a list, left it or stayed, how sure that is, and how many chance alone would move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.decisions.list_states import LOW
from shnor_analysis.methodology import DynamicsRules
from shnor_analysis.stats.membership import expected_number
from shnor_analysis.stats.sensitivity import confirmed_change
from shnor_analysis.tables import LIST_FLOWS, LIST_MOVES, LISTS


@dataclass(frozen=True)
class ListDynamics:
    """The tables ``list_moves`` (list × year × school) and ``list_flows`` (list × year)."""

    moves: pd.DataFrame
    flows: pd.DataFrame


def list_dynamics(states: pd.DataFrame, unchanged: pd.Series, rules: DynamicsRules) -> ListDynamics:
    """Compare every year with the year before it, list by list.

    Parameters
    ----------
    states : DataFrame
        Keeps the contract ``list_states``.
    unchanged : Series of float
        Probability of the low-results list if nothing changed, by school and year, as
        :func:`~shnor_analysis.decisions.list_states.list_states` gives it.
    rules : DynamicsRules
        From which change of the probability on a move is real.

    Returns
    -------
    ListDynamics
        A school that left was assessed and has no sign; one that could not be assessed any more,
        or was joined to another, is ``unseen``: neither left nor stayed. A pair of years in one of
        which nobody was assessed by a list has no row. Exits and entries expected without a change
        and the real moves are known for the low-results list only: the other one has no
        probabilities.

    References
    ----------
    methodology.md, 6.3; statistics.md, 16.
    """
    moves, flows = [], []
    for name in LISTS:
        table, p = _by_year(states, name), _by_year(states, "p_low_results")
        for year in table.columns:
            if year - 1 not in table.columns:
                continue
            pair = _Pair(name, int(year), table, p, unchanged, rules)
            if pair.is_known:
                moves.append(pair.moves())
                flows.append(pair.flow())
    return ListDynamics(
        LIST_MOVES.conform(pd.concat(moves)) if moves else LIST_MOVES.empty(),
        LIST_FLOWS.conform(pd.DataFrame(flows)) if flows else LIST_FLOWS.empty(),
    )


def _by_year(states: pd.DataFrame, name: str) -> pd.DataFrame:
    """School × year of one column, missing where it is."""
    wide = states.pivot_table(
        index="school_id", columns="assessment_year", values=name, aggfunc="first"
    )
    return wide.reindex(
        index=pd.Index(sorted(states["school_id"].unique()), name="school_id"),
        columns=sorted(states["assessment_year"].unique()),
    )


class _Pair:
    """One list in two years running; all attributes are aligned with ``ids``."""

    def __init__(
        self,
        name: str,
        year: int,
        decisions: pd.DataFrame,
        probability: pd.DataFrame,
        unchanged: pd.Series,
        rules: DynamicsRules,
    ) -> None:
        self.name, self.year, self.ids = name, year, decisions.index
        before, now = decisions[year - 1], decisions[year]
        self.was_assessed = before.isin(["included", "not_included"]).to_numpy()
        self.is_assessed = now.isin(["included", "not_included"]).to_numpy()
        self.is_closed = now.isna().to_numpy()
        self.was_in = (before == "included").to_numpy()
        self.is_in = (now == "included").to_numpy()
        self.was_in_earlier = (
            (decisions[year - 2] == "included").to_numpy()
            if year - 2 in decisions
            else np.zeros(len(decisions), dtype=bool)
        )
        has_probability = name == LOW
        self.p_before, self.p_now, self.p_unchanged = (
            (
                probability[year - 1],
                probability[year],
                unchanged.xs(year, level="assessment_year").reindex(self.ids)
                if year in unchanged.index.get_level_values("assessment_year")
                else pd.Series(np.nan, index=self.ids),
            )
            if has_probability
            else (pd.Series(np.nan, index=self.ids),) * 3
        )
        self.p_before, self.p_now, self.p_unchanged = (
            one.to_numpy(dtype=float, na_value=np.nan)
            for one in (self.p_before, self.p_now, self.p_unchanged)
        )
        self.real = confirmed_change(
            self.was_in, self.is_in, self.p_before, self.p_now, least_change=rules.real_move.value
        )

    @property
    def is_known(self) -> bool:
        """Whether anybody was assessed in each of the two years."""
        return bool(self.was_assessed.any() and self.is_assessed.any())

    @property
    def left(self) -> np.ndarray:
        return self.was_in & self.is_assessed & ~self.is_in

    @property
    def entered(self) -> np.ndarray:
        return self.is_in & self.was_assessed & ~self.was_in

    def moves(self) -> pd.DataFrame:
        returned = self.entered & self.was_in_earlier
        move = np.select(
            [
                self.is_in & self.was_in,
                self.left,
                returned,
                self.entered,
                self.is_in,
                self.was_in & self.is_closed,
                self.was_in,
            ],
            ["stayed", "left", "returned", "entered", "appeared", "closed", "unseen"],
            "",
        )
        has_both = ~np.isnan(self.p_before) & ~np.isnan(self.p_now)
        moved = np.isin(move, ["left", "entered", "returned"])
        is_real = pd.Series(self.real.left | self.real.entered, dtype="boolean").where(
            moved & has_both
        )
        rows = pd.DataFrame(
            {
                "list": self.name,
                "assessment_year": self.year,
                "school_id": self.ids,
                "move": move,
                "p_before": self.p_before,
                "p_now": self.p_now,
                "is_real": is_real.to_numpy(),
                "p_listed_if_unchanged": self.p_unchanged,
            }
        )
        return rows[move != ""]

    def flow(self) -> dict[str, object]:
        left, entered = int(self.left.sum()), int(self.entered.sum())
        n_before, n_all = int(self.was_in.sum()), int(self.is_assessed.sum())
        unseen = self.was_in & ~self.is_assessed
        both = self.was_assessed & self.is_assessed
        # those that entered were assessed in both years, so the others are too
        n_others = int((both & ~self.was_in).sum())
        exits, p_exits = expected_number(
            np.where(self.was_in & both, 1 - self.p_unchanged, np.nan), left
        )
        entries, p_entries = expected_number(
            np.where(~self.was_in & both, self.p_unchanged, np.nan), entered
        )
        has_chance = not np.isnan(self.p_unchanged).all()
        stayed = int((self.was_in & self.is_in).sum())
        return {
            "list": self.name,
            "assessment_year": self.year,
            "n_schools": int((~self.is_closed).sum()),
            "n_assessed": n_all,
            "n_before": n_before,
            "n_now": int(self.is_in.sum()),
            "n_stayed": stayed,
            "n_left": left,
            "n_unseen": int(unseen.sum()),
            "n_entered": entered,
            "n_returned": int((self.entered & self.was_in_earlier).sum()),
            "n_appeared": int((self.is_in & ~self.was_assessed).sum()),
            "n_left_real": int(self.real.left.sum()) if has_chance else None,
            "n_entered_real": int(self.real.entered.sum()) if has_chance else None,
            "share_before": _part(n_before, int(self.was_assessed.sum())),
            "share_now": _part(int(self.is_in.sum()), n_all),
            "persistence": _part(stayed, n_before),
            "exit_share_of_list": _part(left, n_before),
            "exit_share_of_all": _part(left, n_all),
            "entry_share_of_others": _part(entered, n_others),
            "entry_share_of_all": _part(entered, n_all),
            "expected_left": exits,
            "p_so_many_left": p_exits if not np.isnan(exits) else np.nan,
            "expected_entered": entries,
            "p_so_many_entered": p_entries if not np.isnan(entries) else np.nan,
        }


def _part(count: int, total: int) -> float:
    return count / total if total else np.nan
