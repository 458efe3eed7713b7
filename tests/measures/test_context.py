"""One value per school and indicator: whom to believe, what is missing, what is zero."""

import pandas as pd
import pytest

from shnor_analysis.measures.context import context_evidence, indicator_table, school_sizes
from tests.conditions_place import (
    NO_PROBLEMS,
    RULE,
    RULE_ID,
    YEAR,
    context,
    reported,
    values_of,
)

SCHOOL = "990001"


def value(table, indicator, school=SCHOOL, **more):
    found = values_of(table, [school], **more).set_index("indicator")
    return found.loc[indicator]


def one_school(**changed):
    return context(reported(SCHOOL, NO_PROBLEMS, **changed))


def test_zero_is_a_value_and_not_missing():
    row = value(one_school(), "migrant")
    assert (row["value"], row["status"], row["numerator"]) == (0, "ok", 0)
    assert pd.isna(row["reason"])
    row = value(one_school(), "remote")
    assert (row["value"], row["status"]) == (0, "ok")


def test_a_share_is_its_counts_divided():
    row = value(one_school(n_migrant=7), "migrant")
    assert (row["numerator"], row["denominator"], row["value"]) == (7, 100, 0.07)


@pytest.mark.parametrize(
    ("indicator", "changed", "status", "reason"),
    [
        ("migrant", {"n_migrant": None}, "no_data", "no_answer"),
        ("migrant", {"n_pupils": None, "n_migrant": 3}, "no_data", "no_denominator"),
        ("migrant", {"n_pupils": 0}, "not_applicable", "nobody"),
        ("migrant", {"n_migrant": 101}, "no_data", "more_than_whole"),
        ("migrant", {"n_pupils": 4, "n_migrant": 1}, "too_few", "few_pupils"),
        ("police_record", {"n_juvenile_police": None}, "no_data", "part_missing"),
        ("police_record", {"n_juvenile_police": None, "n_juvenile_commission": None},
         "no_data", "no_answer"),
        ("remote", {"is_remote": None}, "no_data", "no_answer"),
        ("remote", {"is_remote": 2}, "no_data", "not_yes_no"),
    ],
)  # fmt: skip
def test_five_kinds_of_nothing_stay_apart(indicator, changed, status, reason):
    row = value(one_school(**changed), indicator)
    assert (row["status"], row["reason"]) == (status, reason)
    if status != "too_few":
        assert pd.isna(row["value"])


def test_a_share_of_too_few_stays_in_the_table_and_counts_nowhere():
    table = values_of(one_school(n_pupils=4, n_migrant=1), [SCHOOL])
    assert table.set_index("indicator").loc["migrant", "value"] == 0.25
    assert indicator_table(table, RULE, YEAR)["migrant"].isna().all()


def test_of_two_counts_of_one_pupil_the_larger_is_taken_or_their_sum():
    table = one_school(n_juvenile_police=3, n_juvenile_commission=5)
    assert value(table, "police_record")["numerator"] == 5
    joined = RULE.joined_counts.model_copy(update={"value": "sum"})
    summed = RULE.model_copy(update={"joined_counts": joined})
    assert value(table, "police_record", rule=summed)["numerator"] == 8


def test_sources_that_disagree_are_flagged_and_the_first_of_the_rule_is_taken():
    table = context(
        reported(SCHOOL, NO_PROBLEMS, n_pupils=120, n_migrant=6),
        reported(SCHOOL, n_pupils=100, source="oo1", row=7),
    )
    row = value(table, "migrant")
    assert (row["denominator"], row["value"]) == (100, 0.06)
    assert row["sources_differ"]
    assert row["source"] == "social_passport"
    assert not value(table, "remote")["sources_differ"]
    evidence = context_evidence(table, RULE).set_index(["code", "source"])
    assert evidence.loc[("n_pupils", "oo1"), "is_trusted"]
    assert evidence.loc[("n_pupils", "oo1"), "source_row"] == 7
    assert evidence.loc[("n_pupils", "social_passport"), "differs"]
    assert school_sizes(context_evidence(table, RULE), YEAR)[SCHOOL] == 100


def test_a_source_the_rule_does_not_name_is_never_believed():
    order = RULE.sources.model_copy(update={"value": ("oo1",)})
    rule = RULE.model_copy(update={"sources": order})
    row = value(one_school(n_migrant=6), "migrant", rule=rule)
    assert (row["status"], row["reason"]) == ("no_data", "no_answer")


def test_an_answer_of_an_earlier_year_does_not_stand_for_a_later_one():
    table = context(reported(SCHOOL, NO_PROBLEMS, year=2024, n_migrant=9))
    found = values_of(table, [SCHOOL])
    migrant = found[found["indicator"] == "migrant"].set_index("assessment_year")
    assert migrant.loc[2024, "value"] == 0.09
    assert migrant.loc[2025, "status"] == "no_data"


def test_a_year_to_come_is_left_aside():
    table = context(reported(SCHOOL, NO_PROBLEMS, year=2026))
    assert set(values_of(table, [SCHOOL])["assessment_year"]) == {2025}


def test_a_merged_school_has_values_only_while_it_worked():
    table = context(
        *(reported(one, NO_PROBLEMS, year=year) for one in ("990001", "990002")
          for year in (2024, 2025))
    )  # fmt: skip
    found = values_of(table, ["990001", "990002"], s990002=2025)
    years = found.groupby("school_id")["assessment_year"].unique()
    assert years["990002"].tolist() == [2024]
    assert sorted(years["990001"]) == [2024, 2025]


def test_a_school_that_said_nothing_has_a_row_for_every_indicator():
    found = values_of(context(), [SCHOOL])
    assert found["indicator"].tolist() == sorted(one.id for one in RULE.indicators)
    assert set(found["status"]) == {"no_data"}
    assert set(found["regulation_id"]) == {RULE_ID}
    assert values_of(context(), []).empty


def test_the_order_of_rows_and_other_schools_change_nothing():
    table = one_school(n_migrant=7)
    more = context(
        reported(SCHOOL, NO_PROBLEMS, n_migrant=7), reported("990009", NO_PROBLEMS, n_migrant=50)
    )
    shuffled = more.sample(frac=1, random_state=1)
    alone = values_of(table, [SCHOOL])
    among = values_of(shuffled, ["990009", SCHOOL])
    among = among[among["school_id"] == SCHOOL].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)
