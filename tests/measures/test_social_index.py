"""The index of social well-being: by hand, with gaps, against a frozen reference."""

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.decisions.adverse_conditions import ConditionSet, decide_adverse_conditions
from shnor_analysis.errors import ParameterError
from shnor_analysis.measures.context import indicator_table
from shnor_analysis.measures.social_index import (
    ChosenReference,
    choose_reference,
    make_reference,
    social_index,
    social_index_parts,
    social_reference,
    still_holds,
    stored_reference,
)
from shnor_analysis.methodology import KeptReference, load_model, reference_text
from shnor_analysis.place_settings import load_social_reference
from tests.conditions_place import (
    METHODOLOGY,
    NO_PROBLEMS,
    RULE,
    RULE_ID,
    YEAR,
    context,
    graded_place,
    only,
    reported,
    school_ids,
    schools,
    values_of,
    with_index,
)


def chosen(values, rule=RULE, frozen=None, of_region=None, year=YEAR):
    return choose_reference(values, rule, RULE_ID, year, frozen, of_region)


def index_of(values, rule=RULE, reference=None):
    found = social_index(values, rule, reference or chosen(values, rule))
    return found[found["assessment_year"] == YEAR].set_index("school_id")


# Four schools, two indicators, by hand. Migrants 0, 10, 20, 30 %: mean 15, spread 11.18 (of all,
# not of a sample). Remote 0, 0, 0, 1: mean 0.25, spread 0.433. Turned so that more is worse:
# migrants 1.3416, 0.4472, -0.4472, -1.3416; remote 0.5774, 0.5774, 0.5774, -1.7321.
TWO = with_index(only("migrant", "remote"), min_reference_schools=4)
FOUR = school_ids(4)


def four_schools(**changed):
    return context(
        *(
            reported(
                school, NO_PROBLEMS, **{"n_migrant": n, "is_remote": far, **changed.get(school, {})}
            )
            for school, n, far in zip(FOUR, (0, 10, 20, 30), (0, 0, 0, 1), strict=True)
        )
    )


def test_the_index_by_hand():
    found = index_of(values_of(four_schools(), FOUR, TWO), TWO)
    assert found["index_z"].tolist() == pytest.approx(
        [0.95948, 0.51226, 0.06507, -1.53684], abs=3e-5
    )
    assert found["social_index"].iloc[[0, -1]].tolist() == [100, 0]
    # 0-100 between the ends: (0.06507 + 1.53684) / (0.95948 + 1.53684)
    assert found["social_index"].iloc[2] == pytest.approx(64.17, abs=0.01)
    # the lower quarter of four by linear interpolation: -1.53684 + 0.75 * (0.06507 + 1.53684)
    assert found["is_low"].tolist() == [False, False, False, True]


def test_parts_of_a_school_add_up_to_its_index():
    ids, table = graded_place()
    values = values_of(table, ids)
    reference = chosen(values).reference
    parts = social_index_parts(indicator_table(values, RULE, YEAR), RULE, reference)
    total = parts.groupby("school_id")["part"].sum()
    assert total.tolist() == pytest.approx(index_of(values)["index_z"].tolist())


def test_a_missing_indicator_is_left_out_and_never_taken_as_no_problem():
    gap = {FOUR[3]: {"n_migrant": None}}
    values = values_of(four_schools(**gap), FOUR, TWO)
    found = index_of(values, TWO)
    # one of two is less than two thirds: no index, not a better one
    assert pd.isna(found.loc[FOUR[3], "index_z"])
    assert pd.isna(found.loc[FOUR[3], "is_low"])
    assert found.loc[FOUR[3], "known_weight"] == 0.5


def test_six_of_nine_are_exactly_two_thirds_and_enough():
    ids, table = graded_place()
    blank = {"n_migrant", "n_truancy", "is_remote"}
    is_blank = (table["school_id"] == ids[-1]) & table["indicator"].isin(blank)
    six = index_of(values_of(table[~is_blank], ids))
    assert six.loc[ids[-1], "n_known"] == 6
    assert six.loc[ids[-1], "index_z"] < 0
    blank |= {"has_staff_deficit"}
    is_blank = (table["school_id"] == ids[-1]) & table["indicator"].isin(blank)
    five = index_of(values_of(table[~is_blank], ids))
    assert pd.isna(five.loc[ids[-1], "index_z"])


def test_what_is_the_same_everywhere_is_dropped_and_costs_nobody():
    ids, table = graded_place()
    table.loc[table["indicator"] == "is_small", "value"] = 1.0
    values = values_of(table, ids)
    found = index_of(values)
    assert set(found["n_indicators"]) == {8}
    assert set(found["known_weight"]) == {1}
    state = social_reference(RULE, RULE_ID, chosen(values)).set_index("indicator")["state"]
    assert state["small"] == "same_everywhere"


def test_what_nobody_answered_costs_everybody_its_weight():
    ids, table = graded_place()
    gone = {"n_migrant", "n_truancy", "is_remote"}
    found = index_of(values_of(table[~table["indicator"].isin(gone)], ids))
    assert found["known_weight"].tolist() == pytest.approx([6 / 9] * len(ids))
    assert found["index_z"].notna().all()
    gone |= {"is_small"}
    values = values_of(table[~table["indicator"].isin(gone)], ids)
    assert chosen(values).reference is None
    assert index_of(values)["index_z"].isna().all()


def test_nobody_said_anything():
    values = values_of(context(), FOUR)
    assert chosen(values) == ChosenReference(None, "none")
    found = index_of(values)
    assert found["index_z"].isna().all()
    assert set(found["n_known"]) == {0}


def test_one_school_is_compared_with_nobody():
    values = values_of(context(reported(FOUR[0], NO_PROBLEMS)), FOUR[:1])
    assert chosen(values).reference is None


def test_schools_all_alike_have_no_index():
    ids = school_ids(14)
    values = values_of(context(*(reported(one, NO_PROBLEMS) for one in ids)), ids)
    assert chosen(values).reference is None


def test_deviations_beyond_three_add_nothing():
    ids = school_ids(40)
    table = context(
        *(reported(one, NO_PROBLEMS, n_migrant=90 if one == ids[-1] else k % 3, is_remote=k % 2)
          for k, one in enumerate(ids))
    )  # fmt: skip
    rule = only("migrant", "remote")
    values = values_of(table, ids, rule)
    parts = social_index_parts(
        indicator_table(values, rule, YEAR), rule, chosen(values, rule).reference
    )
    assert parts["z"].min() == -3


def test_weights_of_the_rule_count():
    listed = TWO.index.weights.model_copy(
        update={"value": "listed", "by_indicator": {"migrant": 3, "remote": 1}}
    )
    rule = TWO.model_copy(update={"index": TWO.index.model_copy(update={"weights": listed})})
    found = index_of(values_of(four_schools(), FOUR, rule), rule)
    # (3 * 1.3416 + 0.5774) / 4
    assert found.loc[FOUR[0], "index_z"] == pytest.approx(1.15056, abs=3e-5)


def test_the_index_does_not_depend_on_the_order_of_schools():
    ids, table = graded_place()
    first = index_of(values_of(table, ids))
    again = index_of(values_of(table.sample(frac=1, random_state=3), ids[::-1]))
    pd.testing.assert_frame_equal(first, again)


@pytest.fixture
def frozen():
    """The reference of 2024, and the same schools a year later with twice the problems."""
    ids, table = graded_place(years=(2024, 2025))
    later = (table["assessment_year"] == 2025) & table["indicator"].str.startswith("n_")
    doubled = later & (table["indicator"] != "n_pupils")
    table.loc[doubled, "value"] *= 2
    values = values_of(table, ids)
    return ids, values, chosen(values, year=2024).reference


def test_with_a_frozen_reference_a_change_is_the_schools_own(frozen):
    ids, values, reference = frozen
    found = chosen(values, frozen=reference)
    assert (found.reference, found.origin) == (reference, "frozen_file")
    index = social_index(values, RULE, found).set_index(["assessment_year", "school_id"])
    before, now = index.loc[2024]["index_z"], index.loc[2025]["index_z"]
    assert (now < before).iloc[1:].all()
    assert now.iloc[0] == before.iloc[0]
    # below the worst of the reference the scale ends
    assert index.loc[(2025, ids[-1]), "social_index"] == 0
    assert index.loc[(2025, ids[-1]), "is_clipped"]
    # anew every year the district's own worsening cannot be seen
    anew = index_of(values, reference=chosen(values))
    assert anew["index_z"].mean() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("year", "rule", "holds"),
    [
        (2024, RULE, True),
        (2026, RULE, True),
        (2027, RULE, False),
        (2023, RULE, False),
        (2025, with_index(cut_percent=30), False),
        (2025, with_index(reference_years=1), False),
        (2025, only("migrant", "remote"), False),
    ],
)
def test_a_reference_holds_for_its_rule_and_its_years(frozen, year, rule, holds):
    assert still_holds(frozen[2], rule, RULE_ID, year) is holds
    assert not still_holds(frozen[2], rule, "another-rule", year)


def test_a_reference_file_reads_back_in_any_order(frozen, tmp_path):
    _, values, reference = frozen
    mixed = reference.model_copy(update={"indicators": reference.indicators[::-1]})
    path = tmp_path / "social_reference.yaml"
    path.write_text(reference_text(mixed, "primersk"), encoding="utf-8")
    read = load_model(path, KeptReference)
    assert read == KeptReference(place="primersk", **dict(mixed))
    own = social_index(values, RULE, chosen(values, frozen=reference))
    pd.testing.assert_frame_equal(own, social_index(values, RULE, chosen(values, frozen=read)))


def test_a_reference_of_another_place_is_refused(frozen, tmp_path):
    folder = tmp_path / "primersk"
    folder.mkdir()
    path = folder / "social_reference.yaml"
    path.write_text(reference_text(frozen[2], "primersk"), encoding="utf-8")
    assert load_social_reference(folder).place == "primersk"
    path.write_text(reference_text(frozen[2], "drugoy"), encoding="utf-8")
    sentence = (
        r"primersk/social_reference\.yaml, place: найдена территория «drugoy», ожидалась "
        r"«primersk»; "
        r"возьмите файл из папки отчёта этой территории \(reports/primersk\)"
    )
    with pytest.raises(ParameterError, match=sentence):
        load_social_reference(folder)


def test_the_tables_hold_the_whole_reference():
    ids, table = graded_place()
    values = values_of(table, ids)
    found = chosen(values)
    decided = decide_adverse_conditions(
        ConditionSet(RULE_ID, RULE, values), found, social_index(values, RULE, found),
        schools(ids), pd.Series(dtype=float), (), METHODOLOGY.social_context, YEAR,
    )  # fmt: skip
    stored = stored_reference(social_reference(RULE, RULE_ID, found), decided.quality)
    by_id = {one.indicator: one for one in found.reference.indicators}
    assert {one.indicator: one for one in stored.indicators} == by_id
    assert stored.model_copy(update={"indicators": ()}) == found.reference.model_copy(
        update={"indicators": ()}
    )


def test_few_schools_take_the_regions_reference_and_many_their_own():
    ids, table = graded_place(14)
    values = values_of(table, ids)
    region = make_reference(indicator_table(values, RULE, YEAR), RULE, RULE_ID, YEAR, "region")
    few = values_of(table, ids[:5])
    assert chosen(few).reference is None
    assert chosen(few, of_region=region) == ChosenReference(region, "region_norms")
    assert chosen(values, of_region=region).origin == "own_year"
    by_region = with_index(reference="region")
    assert chosen(values, by_region, of_region=region).origin == "region_norms"
    assert chosen(values, by_region).origin == "own_year"
    # of another rule the region's reference does not fit
    assert chosen(few, with_index(cut_percent=30), of_region=region).reference is None
    measured = index_of(few, reference=chosen(few, of_region=region))
    assert measured["index_z"].tolist() == pytest.approx(
        index_of(values)["index_z"].iloc[:5].tolist()
    )
    assert np.isfinite(region.cut)
