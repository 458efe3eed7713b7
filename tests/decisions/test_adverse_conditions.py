"""The list of schools in adverse conditions: every decision, its reason and its stability."""

import pandas as pd
import pytest

from shnor_analysis.decisions.adverse_conditions import ConditionSet, decide_adverse_conditions
from shnor_analysis.measures.context import context_values
from shnor_analysis.measures.social_index import choose_reference, social_index
from tests.conditions_place import (
    METHODOLOGY,
    MIN_PARTICIPANTS,
    RULE,
    RULE_ID,
    YEAR,
    context,
    graded_place,
    only,
    school_ids,
    schools,
    values_of,
    with_index,
)

RULES = METHODOLOGY.social_context
NO_RESULTS = pd.Series(dtype=float)


def decide(table, ids, rule=RULE, results=NO_RESULTS, others=()):
    values = values_of(table, ids, rule)
    chosen = choose_reference(values, rule, RULE_ID, YEAR, None, None)
    index = social_index(values, rule, chosen)
    own = ConditionSet(RULE_ID, rule, values)
    return decide_adverse_conditions(
        own, chosen, index, schools(ids), results, others, RULES, YEAR
    )  # fmt: skip


def decisions(table, ids, rule=RULE):
    return decide(table, ids, rule).decisions.set_index("school_id")


def test_the_lower_quarter_is_included():
    ids, table = graded_place()
    found = decisions(table, ids)
    # problems grow with the number of the school; the lower quarter of twelve is three
    assert found.index[found["decision"] == "included"].tolist() == ids[-3:]
    assert set(found.loc[ids[-3:], "reason_code"]) == {"index_low"}
    assert set(found.loc[ids[:-3], "reason_code"]) == {"index_above"}


def test_the_place_sets_its_own_cut_in_the_rule():
    ids, table = graded_place()
    found = decisions(table, ids, with_index(cut_percent=50))
    assert (found["decision"] == "included").sum() == 6


def test_a_school_without_answers_is_not_assessed_and_moves_nobody():
    ids, table = graded_place()
    silent = school_ids(13)
    found = decisions(table, silent)
    assert found.loc[silent[-1], ["decision", "reason_code"]].tolist() == [
        "not_assessed", "no_answers",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(found.loc[ids], decisions(table, ids))


def test_too_few_indicators_are_not_assessed():
    ids, table = graded_place(13)
    is_kept = (table["school_id"] != ids[-1]) | table["indicator"].isin(["n_pupils", "n_migrant"])
    found = decisions(table[is_kept], ids)
    assert found.loc[ids[-1], ["decision", "reason_code"]].tolist() == [
        "not_assessed", "few_indicators",
    ]  # fmt: skip


def test_few_schools_without_norms_of_the_region_are_not_assessed():
    ids, table = graded_place(11)
    found = decisions(table, ids)
    assert set(found["decision"]) == {"not_assessed"}
    assert set(found["reason_code"]) == {"no_reference"}
    assert set(found["evidence"]) == {"none"}


def test_a_place_without_any_answer():
    ids = school_ids(3)
    made = decide(context(), ids)
    assert set(made.decisions["reason_code"]) == {"no_answers"}
    assert made.variants.empty
    assert made.weights.empty
    assert made.quality["origin"].tolist() == ["none"]
    assert decide(context(), []).decisions.empty


def test_several_years_of_the_rule():
    ids, table = graded_place(years=(2024, 2025))
    two = with_index(low_years=2, window_years=2)
    found = decisions(table, ids, two)
    assert found.index[found["decision"] == "included"].tolist() == ids[-3:]
    assert set(found.loc[ids[-3:], "reason_code"]) == {"index_low_years"}
    # last year nobody asked the last school: two low years cannot be known, nor ruled out
    unasked = (table["school_id"] == ids[-1]) & (table["assessment_year"] == 2024)
    found = decisions(table[~unasked], ids, two)
    assert found.loc[ids[-1], ["decision", "reason_code", "n_years"]].tolist() == [
        "not_assessed", "few_years", 1,
    ]  # fmt: skip
    assert found.loc[ids[0], "decision"] == "not_included"


def test_the_core_stays_whatever_is_left_out():
    ids, table = graded_place(20)
    made = decide(table, ids)
    found = made.decisions.set_index("school_id")
    assert found.loc[ids[-1], "evidence"] == "core"
    assert found.loc[ids[-1], "n_variants"] == found.loc[ids[-1], "n_variants_low"]
    kinds = made.variants.groupby("kind")["variant"].nunique()
    # every one of nine left out; the component needs all answers, ridge needs results
    assert kinds["without"] == 9
    assert kinds["weights"] == 1


def test_a_school_listed_for_one_indicator_is_on_the_border():
    ids, table = graded_place(14)
    flagged = (table["school_id"] == ids[0]) & table["indicator"].isin(["is_remote"])
    table.loc[flagged, "value"] = 1.0
    rule = only("remote", "staff", "not_attested")
    found = decisions(table, ids, rule)
    assert found.loc[ids[0], "n_variants_low"] < found.loc[ids[0], "n_variants"]
    assert found.loc[ids[-1], "evidence"] == "core"


def test_variants_list_as_many_schools_as_the_rule():
    ids, table = graded_place(20)
    made = decide(table, ids)
    n = (made.decisions["decision"] == "included").sum()
    assert set(made.variants.groupby(["kind", "variant"])["is_low"].sum()) == {n}


def test_ridge_weights_follow_the_results_and_never_the_wrong_way():
    ids, table = graded_place(20)
    # results fall with the number of the school, as migrants do; remoteness only at the end
    results = pd.Series(range(20, 0, -1), index=ids, dtype=float)
    weights = decide(table, ids, results=results).weights
    ridge = weights[weights["variant"] == "ridge"].set_index("indicator")["weight"]
    assert ridge.sum() == pytest.approx(1)
    assert (ridge >= 0).all()
    assert ridge["migrant"] > ridge["small"]
    applied = weights[weights["variant"] == "applied"]["weight"]
    assert applied.tolist() == pytest.approx([1 / 9] * 9)


def test_listed_weights_are_tried_against_equal_ones():
    listed = RULE.index.weights.model_copy(
        update={
            "value": "listed",
            "by_indicator": {one.id: 1 + (one.id == "migrant") for one in RULE.indicators},
        }
    )
    rule = RULE.model_copy(update={"index": RULE.index.model_copy(update={"weights": listed})})
    ids, table = graded_place(20)
    weights = decide(table, ids, rule).weights
    assert set(weights["variant"]) == {"applied", "equal", "pca", "ridge"}
    applied = weights[weights["variant"] == "applied"].set_index("indicator")["weight"]
    assert applied["migrant"] == pytest.approx(0.2)


def test_another_set_of_indicators_stands_beside_and_decides_nothing():
    ids, table = graded_place(20)
    more = table[table["indicator"] == "n_migrant"]
    families = pd.concat(
        [more.assign(indicator=code) for code in
         ("n_single_parent", "n_low_income", "n_large_family", "n_school_record")]
    )  # fmt: skip
    both = pd.concat([table, families], ignore_index=True)
    other = METHODOLOGY.condition_sets["social-composition"]
    values = context_values(both, schools(ids), other, "social-composition", YEAR, MIN_PARTICIPANTS)
    made = decide(table, ids, others=(ConditionSet("social-composition", other, values),))
    beside = made.variants[made.variants["kind"] == "set"]
    assert beside["variant"].unique().tolist() == ["social-composition"]
    assert beside["is_low"].sum() == (made.decisions["decision"] == "included").sum()
    pd.testing.assert_frame_equal(made.decisions, decide(table, ids).decisions)


def test_the_quality_describes_the_index():
    ids, table = graded_place(20)
    quality = decide(table, ids).quality.iloc[0]
    assert quality["n_schools"] == 20
    assert 0 < quality["alpha"] <= 1
    assert 0 < quality["first_component_share"] <= 1
    assert (quality["reference_year"], quality["last_year"]) == (2025, 2027)
    assert 0 < quality["cut"] < 100
