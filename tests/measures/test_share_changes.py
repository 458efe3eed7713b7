"""Shares beside those of the year before: which are compared, and what stands where none is."""

import pandas as pd
import pytest

from shnor_analysis.measures.share_changes import (
    territory_changes,
    visible_changes,
    work_changes,
)
from shnor_analysis.measures.with_dynamics import tables_of_changes
from shnor_analysis.tables import RESULT_INDEX
from tests.dynamics_place import NO_MERGERS, RULES, cell, cells, compared, norms
from tests.measures.test_result_changes import pairs, works

A, B = "990001", "990002"
NOW, LAST = "vpr-2025-spring-rus-5", "vpr-2024-spring-rus-5"
NO_NORMS = norms({})


def changes(rows, verdict="comparable", reasons=None, of_region=NO_NORMS, mergers=NO_MERGERS):
    table = cells(rows)
    comparability = compared(table, {2025: verdict}, {2025: reasons})
    found = work_changes(table, comparability, of_region, mergers, RULES, 2025)
    return found.set_index(["school_id", "outcome"])


def one(rows, outcome="below_minimum", **more):
    return changes(rows, **more).loc[(A, outcome)]


def test_t6_1_by_both_outcomes():
    # methodology T6.1: 9 of 30, then 4 of 28; high marks 10 of 30, then 14 of 28
    rows = [cell(A, LAST, 9, 30, 10), cell(A, NOW, 4, 28, 14)]
    below = one(rows)
    assert below[["difference", "lower", "upper"]].tolist() == pytest.approx(
        [-0.15714, -0.35545, 0.06053], abs=5e-6
    )
    assert below[["n_before", "count_before", "n_now", "count_now"]].tolist() == [30, 9, 28, 4]
    assert below["p_improved"] == pytest.approx(0.925, abs=0.001)
    assert below[["status", "basis", "compared_year"]].tolist() == ["ok", "shares", 2024]
    high = one(rows, "high_marks")
    assert high["difference"] == pytest.approx(0.5 - 1 / 3)
    assert high["p_improved"] > 0.85


@pytest.mark.parametrize(
    ("rows", "verdict", "status"),
    [
        ([cell(A, NOW, 1, 30)], "comparable", "first_year"),
        ([cell(A, NOW, 1, 30), cell(B, LAST, 1, 30)], "comparable", "no_previous"),
        ([cell(A, LAST, 1, 30), cell(B, NOW, 1, 30)], "comparable", "no_current"),
        ([cell(A, NOW, 1, 30), cell(A, LAST, 0, 0), cell(B, LAST, 1, 9)], "comparable",
         "no_previous"),
        ([cell(A, LAST, 1, 9), cell(A, NOW, 1, 30)], "comparable", "too_few"),
        ([cell(A, LAST, 1, 10), cell(A, NOW, 1, 10)], "comparable", "ok"),
        ([cell(A, LAST, 1, 30), cell(A, NOW, 1, 30)], "not_comparable", "not_comparable"),
        ([cell(A, LAST, 1, 30), cell(A, NOW, 1, 30)], "shares_only", "ok"),
    ],
)  # fmt: skip
def test_every_status(rows, verdict, status):
    found = one(rows, verdict=verdict)
    assert found["status"] == status
    told = found[["difference", "lower", "upper", "p_midp", "p_improved"]]
    assert told.notna().all() == (status in ("ok", "too_few"))
    assert told.isna().all() == (status not in ("ok", "too_few"))


def test_years_that_are_not_comparable_keep_their_shares():
    found = one([cell(A, LAST, 9, 30), cell(A, NOW, 3, 30)], verdict="not_comparable",
                reasons="season")  # fmt: skip
    assert found[["share_before", "share_now"]].tolist() == [0.3, 0.1]
    assert pd.isna(found["basis"])
    assert found["reasons"] == "season"


@pytest.mark.parametrize(
    ("verdict", "reasons", "basis"),
    [
        ("comparable", None, "shares"),
        ("shares_only", "work_changed", "relative"),
        ("not_comparable", "season", "relative"),
        ("not_comparable", "programme;work_changed", "relative"),
        ("not_comparable", "random_subject", None),
        ("not_comparable", "participation;work_changed", None),
    ],
)
def test_the_region_takes_the_changed_work_out(verdict, reasons, basis):
    # the school falls from 40 to 20 %, the region from 30 to 15 %: 5 points are the school's own
    rows = [cell(A, LAST, 12, 30), cell(A, NOW, 6, 30)]
    found = one(rows, verdict=verdict, reasons=reasons, of_region=norms({LAST: 0.3, NOW: 0.15}))
    assert (found["basis"] if basis else None) == basis
    if basis is None:
        assert pd.isna(found["relative_difference"])
        assert found["status"] == "not_comparable"
        return
    assert found["status"] == "ok"
    assert found["relative_difference"] == pytest.approx(-0.05)
    width = found["relative_upper"] - found["relative_lower"]
    if verdict != "not_comparable":
        assert width == pytest.approx(found["upper"] - found["lower"])
        assert found["relative_p_improved"] < found["p_improved"]
    else:
        assert pd.isna(found["difference"])


def test_shares_go_with_care_where_the_region_is_unknown():
    rows = [cell(A, LAST, 12, 30), cell(A, NOW, 6, 30)]
    for of_region in (NO_NORMS, norms({NOW: 0.15})):
        found = one(rows, verdict="shares_only", reasons="work_changed", of_region=of_region)
        assert found["basis"] == "shares_with_care"
        assert pd.isna(found["relative_difference"])
    # the whole sample of the country is not the region
    country = norms({LAST: 0.3, NOW: 0.15}).assign(source="fisoko_country")
    found = one(rows, verdict="shares_only", reasons="work_changed", of_region=country)
    assert found["basis"] == "shares_with_care"


def test_norms_of_last_year_say_nothing_of_the_regions_change():
    # the same share twice would be a region that did not change at all
    rows = [cell(A, LAST, 12, 30), cell(A, NOW, 6, 30)]
    earlier = norms({LAST: 0.3, NOW: 0.3}).assign(norm_year=2024, source="norms_file")
    found = one(rows, verdict="shares_only", reasons="work_changed", of_region=earlier)
    assert found["basis"] == "shares_with_care"
    assert pd.isna(found["relative_difference"])
    found = one(rows, verdict="not_comparable", reasons="season", of_region=earlier)
    assert found["status"] == "not_comparable"


def test_seasons_of_a_year_are_one():
    rows = [
        cell(A, LAST, 2, 10), cell(A, "vpr-2024-autumn-rus-5", 4, 10), cell(A, NOW, 1, 20),
    ]  # fmt: skip
    found = one(rows)
    assert found[["n_before", "count_before"]].tolist() == [20, 6]
    # the region is known for the spring only: for no share of the whole year
    known = norms({LAST: 0.2, NOW: 0.2})
    assert pd.isna(one(rows, of_region=known)["relative_difference"])
    both = norms({LAST: 0.2, "vpr-2024-autumn-rus-5": 0.4, NOW: 0.2})
    # 5 % - 20 % against 30 % - 30 %
    assert one(rows, of_region=both)["relative_difference"] == pytest.approx(-0.15)


def test_unknown_marks_have_no_row():
    found = changes([cell(A, LAST, 1, 30, 10), cell(A, NOW, 1, 30), cell(B, NOW, 1, 30, 20),
                     cell(B, LAST, 1, 30, 20)])  # fmt: skip
    assert found.loc[(A, "high_marks"), "status"] == "no_current"
    assert found.loc[(B, "high_marks"), "status"] == "ok"
    assert (A, "below_minimum") in found.index


def test_the_territory_is_its_schools_together():
    rows = [cell(A, LAST, 9, 30), cell(B, LAST, 0, 3), cell(A, NOW, 3, 30), cell(B, NOW, 3, 3)]
    table = cells(rows)
    found = territory_changes(table, compared(table), NO_NORMS, RULES, 2025).iloc[0]
    assert found[["n_before", "count_before", "n_now", "count_now"]].tolist() == [33, 9, 33, 6]


def test_a_school_that_took_another_is_marked():
    rows = [cell(school, work, 1, 30) for school in (A, B) for work in (LAST, NOW)]
    joined = pd.DataFrame({"old_school": ["990009"], "new_school": [A], "assessment_year": [2025]})
    found = changes(rows, mergers=joined)["took_merged"]
    assert found.xs("below_minimum", level="outcome").tolist() == [True, False]
    before = joined.assign(assessment_year=2024)
    assert not changes(rows, mergers=before)["took_merged"].any()


@pytest.mark.parametrize("years", [[2025, 2024], [2024, 2025], [2025, 2025]])
def test_a_school_that_took_two_is_marked(years):
    joined = pd.DataFrame(
        {"old_school": ["990008", "990009"], "new_school": [A, A], "assessment_year": years}
    )
    assert changes([cell(A, LAST, 1, 30), cell(A, NOW, 1, 30)], mergers=joined)["took_merged"].all()


def test_a_trend_runs_over_years_of_the_same_work_only():
    # 2, 4 and 6 of 20: ten points a year
    rows = [cell(A, f"oge-{year}-main-math-9", x, 20) for year, x in
            ((2023, 2), (2024, 4), (2025, 6))]  # fmt: skip
    found = one(rows)
    assert found[["first_year", "n_years"]].tolist() == [2023, 3]
    assert found["slope"] == pytest.approx(0.1)
    assert found["smallest_expected"] == pytest.approx(4)
    broken = one(rows, verdict="shares_only")
    assert broken[["first_year", "n_years"]].tolist() == [2025, 1]
    assert pd.isna(broken["slope"])


def test_schools_change_by_whom_the_rule_counts_and_the_territory_by_all():
    # three participants of adapted programmes, two of them below the minimum, do not count now
    table = cells([cell(A, LAST, 6, 20, 5), cell(A, NOW, 6, 20, 5)])
    counted = cells([cell(A, LAST, 6, 20, 5), {**cell(A, NOW, 6, 20, 5), "n_participants": 17,
                                               "n_below_minimum": 4}])  # fmt: skip
    found = tables_of_changes(
        {
            "cells": table, "comparability": compared(table), "work_norms": NO_NORMS,
            "result_index": RESULT_INDEX.empty(), "cohort_pairs": pairs([]), "works": works(),
        },
        counted, NO_MERGERS, RULES, 2025,
    )  # fmt: skip
    of_school, of_all = (
        found[name].set_index("outcome")[["count_now", "n_now"]]
        for name in ("work_changes", "territory_changes")
    )
    assert of_school.loc["below_minimum"].tolist() == [4, 17]
    assert of_all.loc["below_minimum"].tolist() == [6, 20]
    # nobody tells whose marks they are
    assert of_school.loc["high_marks"].tolist() == of_all.loc["high_marks"].tolist() == [5, 20]


def test_no_cells_give_no_rows():
    table = cells([cell(A, LAST, 1, 30)])
    found = work_changes(table, compared(table), NO_NORMS, NO_MERGERS, RULES, 2025)
    assert found.empty
    assert territory_changes(table, compared(table), NO_NORMS, RULES, 2025).empty


def test_what_can_be_seen():
    found = visible_changes(RULES).set_index(["n_participants", "share_before"])
    assert len(found) == len(RULES.visible_sizes.value) * len(RULES.visible_starts.value)
    # statistics.md, 3: ten pupils a year see 55 points at most; 30 % cannot fall that far
    assert found.loc[(10, 0.3), "largest"] == pytest.approx(0.55, abs=0.01)
    assert pd.isna(found.loc[(10, 0.3), "falls_to"])
    # 49 pupils a year see 30 % fall to 10 %, so do 50
    assert found.loc[(50, 0.3), "falls_to"] == pytest.approx(0.10, abs=0.01)
