"""How sure the list is, by hand: probabilities, pupils who decide, chance, years and variants."""

import pandas as pd
import pytest

from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.decisions.low_results_certainty import low_results_certainty
from shnor_analysis.decisions.low_results_concentration import low_results_concentration
from shnor_analysis.decisions.low_results_pooled import low_results_pooled
from shnor_analysis.decisions.low_results_what_if import ResultsOfSchools, low_results_what_if
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.methodology import ProcedureSet
from shnor_analysis.methodology.loading import load_certainty_rules
from shnor_analysis.tables import CELLS, COMPARABILITY, REFERENCE_SHARES
from shnor_analysis.workspace import find_workspace
from tests.decisions.test_low_results import RULE, cell, with_mode

RULES = load_certainty_rules(find_workspace().methodology / "certainty.yaml")
KEYS = ["school_id", "work_id"]


def results_of(rows):
    return procedure_results(CELLS.conform(pd.DataFrame(rows)), RULE.report_participants.value)


def schools_of(rows):
    return pd.DataFrame({"school_id": sorted({row["school_id"] for row in rows})})


def what_if_of(decisions):
    return pd.DataFrame(
        {
            "position": 0,
            "school_id": decisions["school_id"],
            "decision": decisions["decision"],
        }
    )


def certainty(rows, p_low=None, usual=0.15, mode="A_or_B", what_if=None):
    """``p_low`` of every row in its order; ``usual`` is the share of every work."""
    rule = with_mode(mode)
    results = results_of(rows)
    found = decide_low_results(results, schools_of(rows), rule, 2025)
    shrunken = pd.DataFrame(rows)[KEYS].assign(p_low=p_low or 0.0)
    reference = pd.DataFrame(
        {
            "work_id": results["work_id"].unique(),
            "reference_share": usual,
            "reference_source": "territory",
        }
    )
    return low_results_certainty(
        found.decisions,
        found.evidence,
        shrunken,
        reference,
        what_if_of(found.decisions) if what_if is None else what_if,
        rule,
        RULES,
    )


TWO_YEARS = [
    cell("990001", "vpr-2025-rus-5", 5, 10),
    cell("990001", "vpr-2025-math-5", 2, 10),
    cell("990001", "vpr-2024-rus-5", 4, 10),
]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("A", 0.5 * 0.2),  # both of the year
        ("B", 0.5 * 0.4),  # Russian in both years
        # one minus none or exactly one of three: 1 - .5*.8*.6 - (.5*.8*.6 + .5*.2*.6 + .5*.8*.4)
        ("C", 0.30),
        ("A_or_B", 0.1 + 0.2 - 0.5 * 0.2 * 0.4),
        ("A_and_B", 0.5 * 0.2 * 0.4),
    ],
)
def test_the_probability_of_the_rule_for_one_school_by_hand(mode, expected):
    schools = certainty(TWO_YEARS, [0.5, 0.2, 0.4], mode=mode).schools
    assert schools["p_membership"].tolist() == pytest.approx([expected])


def test_the_chance_of_an_ordinary_school_by_hand():
    # methodology 3.2: with a true share of 15 %, 10 pupils are over the threshold with
    # probability .180 and 20 pupils with .067; both at once .180 * .067 = .0120
    rows = [cell("990001", "vpr-2025-rus-5", 0, 10), cell("990001", "vpr-2025-math-6", 0, 20)]
    found = certainty(rows)
    assert found.schools["p_chance"].tolist() == pytest.approx([0.0120], abs=0.0002)
    assert found.summary["expected_by_chance"].tolist() == pytest.approx([0.0120], abs=0.0002)
    assert found.summary["n_included"].tolist() == [0]
    assert found.summary["core_share"].isna().all()
    assert found.summary["is_stable"].isna().all()


def test_works_of_two_levels_are_one_procedure():
    # 990001 wrote mathematics at two levels: low at each, and Russian: low.
    rows = [
        {**cell("990001", "vpr-2025-math-7", 5, 10), "work_id": "base", "level": "base"},
        {**cell("990001", "vpr-2025-math-7", 4, 10), "work_id": "advanced", "level": "advanced"},
        cell("990001", "vpr-2025-rus-7", 9, 10),
    ]
    found = certainty(rows, [0.5, 0.5, 0.4])
    # low mathematics: 1 - .5 * .5 = .75, with Russian .75 * .4
    assert found.schools["p_membership"].tolist() == pytest.approx([0.3])
    # 5 of 10 is 3 too many, 4 of 10 is 2: five pupils in mathematics, seven in Russian
    assert found.schools["n_pupils_out"].tolist() == [5]
    ways = found.ways.set_index("work_id")["n_pupils"].to_dict()
    assert ways == {"base": 3, "advanced": 2}
    assert set(found.ways["direction"]) == {"out"}


def test_two_pupils_were_missing():
    # 2 of 10 and 5 of 20: one pupil is missing in each, so the school is two pupils away.
    rows = [
        cell("990001", "vpr-2025-rus-5", 2, 10),
        cell("990001", "vpr-2025-math-5", 5, 20),
        cell("990001", "vpr-2025-math-6", 0, 20),
        cell("990001", "vpr-2024-rus-5", 0, 10),
    ]
    found = certainty(rows)
    assert found.schools["n_pupils_in"].tolist() == [2]
    assert found.schools["n_pupils_out"].isna().all()
    assert found.ways[["work_id", "direction", "n_pupils"]].to_numpy().tolist() == [
        ["vpr-2025-main-math-5", "in", 1],
        ["vpr-2025-main-rus-5", "in", 1],
    ]


def test_a_school_that_was_not_assessed_has_neither_probability_nor_way():
    rows = [*TWO_YEARS, cell("990002", "vpr-2025-rus-5", 5, 10)]
    found = certainty(rows, [0.5, 0.2, 0.4, 0.9])
    school = found.schools.set_index("school_id").loc["990002"]
    assert school[["p_membership", "p_chance", "n_pupils_out", "n_pupils_in"]].isna().all()
    assert school["membership_class"] == "unknown"
    assert set(found.ways["school_id"]) == {"990001"}
    assert found.summary[["n_schools", "n_assessed"]].to_numpy().tolist() == [[2, 1]]


def test_a_list_with_a_small_core_is_not_stable():
    # Three schools low in two procedures; only one surely: 1/3 of the list is below 60 %.
    rows = [
        cell(school, f"vpr-2025-{subject}-5", 5, 10)
        for school in ("990001", "990002", "990003")
        for subject in ("rus", "math")
    ]
    found = certainty(rows, [1.0, 0.9, 0.5, 0.5, 0.1, 0.1])
    # .9, .25 and .01
    assert found.schools["membership_class"].tolist() == ["core", "borderline", "outside"]
    summary = found.summary.iloc[0]
    assert summary["n_core"] == 1
    assert summary["n_borderline"] == 1
    assert summary["core_share"] == pytest.approx(1 / 3)
    assert not summary["is_stable"]
    # .180 ** 2 for each school: 3 * .0324
    assert summary["expected_by_chance"] == pytest.approx(0.0970, abs=0.0005)


def test_variants_are_counted_where_the_school_was_assessed():
    decisions = ["included", "included", "not_included", "not_assessed", "included"]
    what_if = pd.DataFrame({"position": range(5), "school_id": "990001", "decision": decisions})
    school = certainty(TWO_YEARS, [0.5, 0.2, 0.4], what_if=what_if).schools.iloc[0]
    assert (school["n_scenarios"], school["n_scenarios_included"]) == (4, 3)
    assert school["scenario_class"] == "borderline"  # 3 of 4 is below 80 %


def test_sizes_of_low_procedures_are_counted():
    rows = [
        cell("990001", "vpr-2025-rus-5", 1, 3),
        cell("990001", "vpr-2025-math-5", 3, 9),
        cell("990001", "vpr-2025-math-6", 3, 10),
        cell("990001", "vpr-2024-math-6", 10, 10),
    ]
    school = certainty(rows).schools.iloc[0]
    assert school[["n_low_tiny", "n_low_small", "n_low_reliable"]].tolist() == [1, 1, 1]


def comparable(*years, verdict="shares_only", subject="math"):
    """Comparability of ОГЭ of one subject: every year with the year before it in the list."""
    rows = [
        {
            "assessment_year": year,
            "procedure": "oge",
            "subject": subject,
            "grade": 9,
            "level": "none",
            "compared_year": before,
            "verdict": verdict if before else "first",
            "reasons": None,
            "n_participants": 10,
            "n_participants_compared": 10 if before else None,
        }
        for before, year in zip((None, *years), years, strict=False)
    ]
    return COMPARABILITY.conform(pd.DataFrame(rows))


THREE_YEARS = [
    cell("990001", "oge-2023-math-9", 2, 10),
    cell("990001", "oge-2024-math-9", 3, 10),
    cell("990001", "oge-2025-math-9", 4, 10),
    cell("990002", "oge-2024-math-9", 1, 2),
]


def pooled(comparability, years=3):
    rows = low_results_pooled(results_of(THREE_YEARS), comparability, RULE, 2025, years)
    return rows.set_index("school_id")


def test_three_comparable_years_are_counted_together():
    school = pooled(comparable(2023, 2024, 2025)).loc["990001"]
    assert (school["first_year"], school["n_years"]) == (2023, 3)
    assert (school["n_below_minimum_pooled"], school["n_participants_pooled"]) == (9, 30)
    # methodology 9.1: Wilson of 9/30 is [0.166647; 0.478758]
    bounds = school[["below_minimum_share_pooled_lower", "below_minimum_share_pooled_upper"]]
    assert bounds.tolist() == pytest.approx([0.166647, 0.478758], abs=1e-6)
    assert school["is_low_pooled"]  # 9 of 30 is exactly 30 %
    assert school["below_minimum_share"] == 0.4


def test_a_school_without_results_this_year_keeps_its_earlier_ones():
    school = pooled(comparable(2023, 2024, 2025)).loc["990002"]
    assert school[["n_participants", "below_minimum_share"]].isna().all()
    assert (school["n_years"], school["n_participants_pooled"]) == (1, 2)


def test_only_as_far_back_as_years_are_comparable_and_asked_for():
    assert pooled(comparable(2023, 2024, 2025), 2).loc["990001", "n_participants_pooled"] == 20
    broken = comparable(2024, 2025, verdict="not_comparable")
    assert pooled(broken).loc["990001", "n_participants_pooled"] == 10
    # 2024 has no comparable row of its own, so 2025 reaches back over it only to 2023
    gap = comparable(2023, 2025)
    assert pooled(gap, 2).loc["990001", "n_participants_pooled"] == 10
    assert pooled(gap, 3).loc["990001", "first_year"] == 2023


def what_if(rows, comparability=None, shrunken=0.0, rule=RULE):
    results = results_of(rows)
    shares = pd.DataFrame(rows)[KEYS].assign(shrunken_share=shrunken)
    lists = low_results_what_if(
        ResultsOfSchools(
            results,
            shares,
            COMPARABILITY.empty() if comparability is None else comparability,
            schools_of(rows),
            2025,
        ),
        rule,
        RULES.what_if,
    )
    names = lists.scenarios["kind"] + lists.scenarios["value"].fillna("").radd(" ")
    return lists, {
        name.strip(): set(
            lists.decisions.query("position == @position and decision == 'included'")["school_id"]
        )
        for position, name in enumerate(names)
    }


# 990001: 3 of 10 and 6 of 20, exactly at the threshold. 990002: 1 of 3 twice.
# 990003: ОГЭ low in both years. 990004: 26 of 100 twice.
VARIED = [
    cell("990001", "vpr-2025-rus-5", 3, 10),
    cell("990001", "vpr-2025-math-6", 6, 20),
    cell("990002", "vpr-2025-rus-5", 1, 3),
    cell("990002", "vpr-2025-math-6", 1, 3),
    cell("990003", "oge-2025-math-9", 9, 20),
    cell("990003", "oge-2024-math-9", 9, 20),
    cell("990003", "oge-2025-rus-9", 0, 20),
    cell("990004", "vpr-2025-rus-5", 26, 100),
    cell("990004", "vpr-2025-math-6", 26, 100),
]


def test_every_variant_by_hand():
    lists, names = what_if(VARIED)
    assert names == {
        "applied": {"990001", "990002", "990003"},
        "share_points -5": {"990001", "990002", "990003", "990004"},
        "share_points +5": {"990003"},
        "min_participants 5": {"990001", "990003"},
        "min_participants 10": {"990001", "990003"},
        "mode A": {"990001", "990002"},
        "mode B": {"990003"},
        "mode C": {"990001", "990002", "990003"},
        "mode A_and_B": set(),
        "pooled_years 2": set(),  # no series is known to be comparable, not even with itself
        "pooled_years 3": set(),
        "without_procedure vpr": {"990003"},
        "without_procedure oge": {"990001", "990002"},
        "without_procedure ege": {"990001", "990002", "990003"},
        "shrunken_share": set(),
    }
    higher = lists.scenarios.query("kind == 'share_points' and value == '+5'").iloc[0]
    assert (higher["n_included"], higher["n_entered"], higher["n_left"]) == (1, 0, 2)
    assert higher["jaccard"] == pytest.approx(1 / 3)
    lower = lists.scenarios.query("value == '-5'").iloc[0]
    assert (lower["n_entered"], lower["jaccard"]) == (1, 0.75)


def test_years_together_are_judged_by_their_sum():
    rows = [
        *(cell("990001", f"oge-{year}-{subject}-9", x, 10)
          for subject in ("rus", "math") for year, x in ((2024, 1), (2025, 4))),
        *(cell("990002", f"oge-{year}-{subject}-9", x, 10)
          for subject in ("rus", "math") for year, x in ((2024, 4), (2025, 2))),
    ]  # fmt: skip
    both = pd.concat([comparable(2024, 2025, subject="rus"), comparable(2024, 2025)])
    _, names = what_if(rows, both)
    assert names["applied"] == {"990001"}
    # 5 of 20 is 25 %, 6 of 20 is 30 %
    assert names["pooled_years 2"] == {"990002"}


def test_shrunken_shares_decide_their_variant():
    rows = VARIED[:2]
    assert what_if(rows, shrunken=0.3)[1]["shrunken_share"] == {"990001"}
    assert what_if(rows, shrunken=0.29)[1]["shrunken_share"] == set()


def test_a_procedure_beside_the_rule_is_added_when_it_has_results():
    rows = [cell("990001", "oge-2025-rus-9", 5, 10), cell("990001", "gve9-2025-math-9", 1, 2)]
    names = what_if(rows)[1]
    assert names["applied"] == set()
    assert names["with_procedure gve9"] == {"990001"}
    assert "with_procedure gve11" not in names
    with_gve = RULE.model_copy(
        update={"procedures": (*RULE.procedures, *RULES.what_if.with_procedures)}
    )
    assert isinstance(RULES.what_if.with_procedures[0], ProcedureSet)
    names = what_if(rows, rule=with_gve)[1]
    assert names["applied"] == {"990001"}
    assert names["without_procedure gve9"] == set()
    assert "with_procedure gve9" not in names


def test_concentration_by_hand():
    # Four schools, 20 results each; 6, 2, 1 and 1 below the minimum: a quarter of the schools has
    # 6 of 10 with a quarter of the results, and more than 60 % takes two schools.
    rows = [
        cell(school, "vpr-2025-rus-5", x, 20)
        for school, x in (("990001", 6), ("990002", 2), ("990003", 1), ("990004", 1))
    ]
    evidence = decide_low_results(results_of(rows), schools_of(rows), RULE, 2025).evidence
    found = low_results_concentration(evidence, RULES.concentration, 2025)
    assert found["procedure_group"].tolist() == ["all", "vpr"]
    whole = found.iloc[0]
    assert (whole["n_participants"], whole["n_below_minimum"]) == (80, 10)
    assert whole["failing_share"] == pytest.approx(0.6)
    assert whole["participant_share"] == pytest.approx(0.25)
    assert whole["n_majority_schools"] == 2
    assert low_results_concentration(evidence, RULES.concentration, 2030).empty


def test_nothing_to_say_without_results():
    results = results_of([cell("990001", "oge-2020-rus-9", 1, 2)])
    found = decide_low_results(results, pd.DataFrame({"school_id": ["990001"]}), RULE, 2025)
    empty = low_results_certainty(
        found.decisions,
        found.evidence,
        pd.DataFrame({"school_id": [], "work_id": [], "p_low": []}, dtype=object),
        REFERENCE_SHARES.empty(),
        what_if_of(found.decisions),
        RULE,
        RULES,
    )
    assert empty.schools["membership_class"].tolist() == ["unknown"]
    assert empty.ways.empty
    assert empty.summary["expected_by_chance"].isna().all()
