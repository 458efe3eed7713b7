"""Which changes can be told from chance, with the sign of the order beside the verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from shnor_analysis.measures.share_changes import BELOW
from shnor_analysis.methodology import DynamicsRules
from shnor_analysis.stats.arrays import BoolArray, FloatArray
from shnor_analysis.stats.intervals import plain_floats
from shnor_analysis.stats.multiplicity import adjusted_p_values
from shnor_analysis.tables import Contract


def share_change_classes(
    changes: pd.DataFrame, contract: Contract, rules: DynamicsRules
) -> pd.DataFrame:
    """Put every change of a share into words, and the sure ones on a list.

    Parameters
    ----------
    changes : DataFrame
        Keeps the contract ``work_changes`` or ``territory_changes``.
    contract : Contract
        ``work_change_classes`` or ``territory_change_classes``.
    rules : DynamicsRules
        From which probability on a change is a tendency, and what part of a list may be chance.

    Returns
    -------
    DataFrame
        Keeps ``contract``. ``formal`` is the sign of the change as orders count it, however small,
        where the shares may be compared at all. ``change_class`` is confirmed where the interval
        of the ``basis`` excludes zero; a tendency where that side is probable enough; a row whose
        status is not ``ok`` is not judged. ``is_confirmed`` also asks that the p-value, adjusted
        for all judged rows of the same outcome, is small enough, and that the change is the
        school's: where the work was built anew and the region's share is not known
        (``shares_with_care``), nothing is confirmed.

    Notes
    -----
    The p-value is Fisher's mid-p; for a change relative to the region twice the smaller posterior
    probability, which under the Jeffreys prior is nearly the same.

    References
    ----------
    methodology.md, 6.1 and 9.8; statistics.md, 3, 4 and 11.
    """
    is_below = (changes["outcome"] == BELOW).to_numpy()
    judged = (changes["status"] == "ok").to_numpy()
    is_own = (changes["basis"] != "shares_with_care").fillna(False).to_numpy(dtype=bool)
    relative = (changes["basis"] == "relative").fillna(False).to_numpy(dtype=bool)
    spoken = {
        name: np.where(
            relative, plain_floats(changes[f"relative_{name}"]), plain_floats(changes[name])
        )
        for name in ("difference", "lower", "upper", "p_improved")
    }
    gain = np.where(is_below, -spoken["difference"], spoken["difference"])
    one_sided = np.minimum(spoken["p_improved"], 1 - spoken["p_improved"])
    p = np.where(relative, 2 * one_sided, plain_floats(changes["p_midp"]))
    p = np.where(judged, p, np.nan)
    good = np.where(is_below, spoken["upper"] < 0, spoken["lower"] > 0)
    bad = np.where(is_below, spoken["lower"] > 0, spoken["upper"] < 0)
    q = _by_outcome(p, changes["outcome"])
    return contract.conform(
        changes[[name for name in contract.key if name in changes]].assign(
            formal=_formal(changes, is_below),
            change_class=_classes(judged, good, bad, gain, spoken["p_improved"], rules),
            q_value=q,
            is_confirmed=judged & is_own & (good | bad) & (q <= rules.false_discovery_rate.value),
            **_trends(changes, is_below, rules),
        )
    )


def result_change_classes(
    changes: pd.DataFrame, contract: Contract, rules: DynamicsRules
) -> pd.DataFrame:
    """The same for the pooled result of schools, where more is better.

    Parameters
    ----------
    changes : DataFrame
        Keeps the contract ``result_changes``.
    contract : Contract
        ``result_change_classes``.
    rules : DynamicsRules
        As in :func:`share_change_classes`.
    """
    judged = (changes["status"] == "ok").to_numpy()
    z = float(norm.isf((1 - rules.level.value) / 2))
    change, reach = plain_floats(changes["change"]), z * plain_floats(changes["change_se"])
    p = np.where(judged, plain_floats(changes["p_change"]), np.nan)
    q = adjusted_p_values(p)
    good, bad = change - reach > 0, change + reach < 0
    trend_p = plain_floats(changes["trend_p"])
    return contract.conform(
        changes[["school_id"]].assign(
            change_class=_classes(
                judged, good, bad, change, plain_floats(changes["p_improved"]), rules
            ),
            q_value=q,
            is_confirmed=judged & (good | bad) & (q <= rules.false_discovery_rate.value),
            **_trend_columns(adjusted_p_values(trend_p), plain_floats(changes["slope"]) > 0, rules),
        )
    )


def _formal(changes: pd.DataFrame, is_below: BoolArray) -> np.ndarray:
    """The sign by counts, in whole numbers: 3 of 10 and 6 of 20 are the same."""
    x0, n0, x1, n1 = (
        plain_floats(changes[name]) for name in ("count_before", "n_before", "count_now", "n_now")
    )
    # without a number of the change the years may not be compared
    told = changes["difference"].notna().to_numpy()
    gain = (x1 * n0 - x0 * n1) * np.where(is_below, -1, 1)
    return np.select(
        [~told, is_below & (x0 == 0) & (x1 == 0), gain > 0, gain < 0],
        ["unknown", "none_in_both", "improved", "worsened"],
        "same",
    )


def _classes(
    judged: BoolArray,
    good: BoolArray,
    bad: BoolArray,
    gain: FloatArray,
    p_improved: FloatArray,
    rules: DynamicsRules,
) -> np.ndarray:
    """A tendency needs the sign as well: 0 of 10 and 0 of 100 are no change, whatever is likely."""
    enough = rules.tendency_probability.value
    return np.select(
        [
            ~judged,
            good,
            bad,
            (gain > 0) & (p_improved >= enough),
            (gain < 0) & (1 - p_improved >= enough),
        ],
        ["not_judged", "improved", "worsened", "tends_to_improve", "tends_to_worsen"],
        "indistinct",
    )


def _trends(
    changes: pd.DataFrame, is_below: BoolArray, rules: DynamicsRules
) -> dict[str, np.ndarray]:
    """The line over the years; not judged where the expected counts are too small for the test."""
    enough = plain_floats(changes["smallest_expected"]) >= rules.min_expected.value
    p = np.where(enough, plain_floats(changes["trend_p"]), np.nan)
    rises = plain_floats(changes["slope"]) > 0
    return _trend_columns(_by_outcome(p, changes["outcome"]), rises != is_below, rules)


def _trend_columns(
    q: FloatArray, is_better: BoolArray, rules: DynamicsRules
) -> dict[str, np.ndarray]:
    found = q <= rules.false_discovery_rate.value
    return {
        "trend_class": np.select(
            [np.isnan(q), found & is_better, found], ["not_judged", "improving", "worsening"],
            "no_trend",
        ),
        "trend_q": q,
    }  # fmt: skip


def _by_outcome(p: FloatArray, outcome: pd.Series) -> FloatArray:
    """Adjust within one family: an outcome over all schools and works of the year."""
    adjusted = np.full(p.shape, np.nan)
    for one in outcome.unique():
        own = (outcome == one).to_numpy()
        adjusted[own] = adjusted_p_values(p[own])
    return adjusted
