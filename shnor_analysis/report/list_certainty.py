"""Sentences about the whole list: chance, its sure core, variants of the rule, concentration."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.methodology import CertaintyRules
from shnor_analysis.report import russian
from shnor_analysis.report.document import Listing, Run
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.tables.build import probability_words
from shnor_analysis.report.texts import load_texts, text

# Below it so many listed schools are called rare for chance.
RARE = 0.05
# From here on the expected number of schools is printed without a fraction.
_WHOLE_FROM = 10


def chance_and_core(
    summary: pd.DataFrame,
    decisions: pd.DataFrame,
    certainty: pd.DataFrame,
    rules: CertaintyRules,
    labels: Labels,
) -> Listing:
    """Say how many schools chance alone would list, which are sure, and whether the list holds.

    Parameters
    ----------
    summary, decisions, certainty : DataFrame
        Keep the contracts ``low_results_summary``, ``low_results`` and ``low_results_certainty``.
    rules : CertaintyRules
        Borders of the core.
    labels : Labels
        Names of schools; they are listed alphabetically.

    Returns
    -------
    Listing
        Empty when no school was assessed.
    """
    whole = summary.iloc[0]
    if russian.is_missing(whole["expected_by_chance"]):
        return Listing(())
    sentences = [_chance(whole), _rarity(float(whole["p_so_many_by_chance"]))]
    schools = decisions[["school_id", "decision"]].merge(certainty, on="school_id", validate="1:1")
    is_listed = schools["decision"] == "included"
    borders = {
        "core": russian.percent(rules.core_probability.value, 0),
        "border": russian.percent(rules.borderline_probability.value, 0),
    }
    groups = {code: is_listed & (schools["membership_class"] == code)
              for code in ("core", "borderline", "outside")}  # fmt: skip
    groups["near"] = (
        (schools["decision"] == "not_included")
        & schools["membership_class"].isin(["core", "borderline"])
    )  # fmt: skip
    sentences += [
        text("list_core", code, names=labels.names(schools[chosen]), **borders)
        for code, chosen in groups.items()
        if chosen.any()
    ]
    if not russian.is_missing(whole["is_stable"]):
        sentences.append(
            text(
                "list_core",
                "stable" if whole["is_stable"] else "unstable",
                n=russian.integer(int(whole["n_core"])),
                total=russian.integer(int(whole["n_included"])),
                share=russian.percent(rules.stable_core_share.value, 0),
            )
        )
    return _listing(sentences)


def variants(
    scenarios: pd.DataFrame,
    decisions: pd.DataFrame,
    certainty: pd.DataFrame,
    rules: CertaintyRules,
    labels: Labels,
) -> Listing:
    """Say which schools stay, move and enter when the rule is changed a little.

    Parameters
    ----------
    scenarios, decisions, certainty : DataFrame
        Keep the contracts ``low_results_scenarios``, ``low_results`` and
        ``low_results_certainty``.
    rules : CertaintyRules
        Borders of the core.
    labels : Labels
        Names of schools.
    """
    schools = certainty.merge(decisions[["school_id", "decision"]], on="school_id", validate="1:1")
    is_listed = schools["decision"] == "included"
    n_variants = russian.integer(len(scenarios) - 1)
    groups = {
        "core": is_listed & (schools["scenario_class"] == "core"),
        "borderline": is_listed & (schools["scenario_class"] != "core"),
        "entering": ~is_listed & (schools["n_scenarios_included"] > 0),
    }
    core = russian.percent(rules.core_probability.value, 0)
    sentences = [text("variants", "count", n=n_variants)]
    sentences += [
        text("variants", code, names=labels.names(schools[chosen]), core=core)
        for code, chosen in groups.items()
        if chosen.any()
    ]
    return _listing(sentences)


def concentration(table: pd.DataFrame) -> Listing:
    """Say how far the results below the minimum are gathered in a few schools.

    Parameters
    ----------
    table : DataFrame
        Keeps the contract ``low_results_concentration``; the row of all procedures is told.
    """
    rows = table[(table["procedure_group"] == "all") & (table["n_below_minimum"] > 0)]
    return _listing(
        [
            text(
                "concentration",
                "sentence",
                part=russian.percent(row.school_share, 0),
                failing=russian.percent(row.failing_share, 0),
                all=russian.percent(row.participant_share, 0),
                majority=russian.percent(row.majority_share, 0),
                n=russian.counted(int(row.n_majority_schools), *load_texts()["schools_counted"]),
                total=russian.integer(int(row.n_schools)),
            )
            for row in rows.itertuples(index=False)
        ]
    )


def _chance(whole: pd.Series) -> str:
    expected = float(whole["expected_by_chance"])
    total, region = int(whole["n_works"]), int(whole["n_works_region"])
    own = total - region
    usual = "usual_territory" if not region else "usual_both" if own else "usual_region"
    return text(
        "chance_of_list",
        "included",
        assessed=russian.integer(int(whole["n_assessed"])),
        n=russian.integer(int(whole["n_included"])),
        expected=russian.number(expected, 0 if expected >= _WHOLE_FROM else 1),
        usual=text("chance_of_list", usual, own=russian.integer(own), total=russian.integer(total)),
    )


def _rarity(p: float) -> str:
    return text("chance_of_list", "rare" if p < RARE else "usual", p=probability_words(p))


def _listing(sentences: list[str]) -> Listing:
    return Listing(tuple((Run(sentence),) for sentence in sentences))
