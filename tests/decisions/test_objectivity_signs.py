"""The one decision: Benjamini–Hochberg per sign, Cauchy over signs, levels; by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.decisions.objectivity_signs import decide_objectivity_signs
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import OBJECTIVITY_MEASURES, SIGN_FAMILIES
from shnor_analysis.workspace import find_workspace

RULES = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS).objectivity_signs


def measures(p_by_family, n_years=(1, 4), condition_z=None):
    """``p_by_family``: family → p of the schools 990000, 990001, …"""
    rows = [
        {"n_years": years, "family": family, "school_id": f"99{k:04d}", "assessment_year": 2025,
         "method": "drop_cohort" if family == "drop" else family,
         "status": "not_tested" if np.isnan(value) else "ok",
         "reason": "no_data" if np.isnan(value) else None, "p": value,
         "condition_z": condition_z[k] if condition_z and family == "drop" else None,
         "n": 20, "n_works": 2, "work_ids": "a;b"}
        for years in n_years for family, values in p_by_family.items()
        for k, value in enumerate(values)
    ]  # fmt: skip
    return OBJECTIVITY_MEASURES.conform(pd.DataFrame(rows))


def test_the_adjusted_values_of_a_sign():
    # methodology.md, 9.8: the published vector of Benjamini–Hochberg
    p = [0.001, 0.008, 0.012, 0.039, 0.041, 0.20, 0.35, 0.60]
    found = decide_objectivity_signs(measures({"level": [*p, np.nan]}), RULES).families
    rows = found[found["n_years"] == 4]
    assert rows["q"].tolist()[:8] == pytest.approx(
        [0.008, 0.032, 0.032, 0.0656, 0.0656, 0.26667, 0.40, 0.60], abs=5e-6
    )
    assert rows["level"].tolist() == ["sign"] * 5 + ["none"] * 3 + ["not_tested"]


def test_levels_of_schools():
    p = {"level": [1e-5, 0.02, 0.17, 0.9, np.nan], "marks": [0.5, 0.03, 0.5, 0.9, np.nan]}
    schools = decide_objectivity_signs(measures(p), RULES).schools
    # Cauchy: the second school has atan(2 / (tan(.48 pi) + tan(.47 pi))) / pi = .0240, times 4 / 2
    assert schools["p"].tolist()[1] == pytest.approx(0.02401, abs=5e-5)
    assert schools["q"].tolist()[1] == pytest.approx(0.0480, abs=1e-4)
    assert schools["level"].tolist() == ["strong", "signal", "none", "none", "not_tested"]
    assert schools["n_tested"].tolist() == [2, 2, 2, 2, 0]
    assert schools["n_signs"].tolist()[0] == 1


def test_an_observation_is_less_than_a_signal():
    p = {family: [0.5, 0.5, 0.5] for family in SIGN_FAMILIES}
    p["level"] = [0.06, 0.5, 0.5]
    found = decide_objectivity_signs(measures(p, condition_z=[2.0] * 3), RULES)
    assert found.schools["level"].tolist() == ["observation", "none", "none"]
    rows = found.families[(found.families["n_years"] == 4) & (found.families["family"] == "level")]
    assert rows["level"].tolist() == ["observation", "none", "none"]


def test_a_drop_counts_only_from_a_high_grade_four():
    p = {"drop": [0.0001, 0.0001, 0.0001]}
    found = decide_objectivity_signs(measures(p, condition_z=[1.5, 0.4, None]), RULES)
    rows = found.families[found.families["n_years"] == 4]
    assert rows["p"].tolist() == [0.0001, 0.5, 0.5]
    assert rows["reason"].tolist()[1:] == ["grade4_not_high"] * 2
    assert found.schools["level"].tolist() == ["strong", "none", "none"]


def test_one_year_stands_beside_all_years():
    both = pd.concat(
        [measures({"level": [0.9, 0.9]}, (1,)), measures({"level": [1e-6, 0.9]}, (4,))]
    )
    schools = decide_objectivity_signs(both, RULES).schools
    assert schools["n_years"].tolist() == [4, 4]
    assert schools["level"].tolist() == ["strong", "none"]
    assert schools["level_1"].tolist() == ["none", "none"]


def test_no_school_no_decision():
    found = decide_objectivity_signs(OBJECTIVITY_MEASURES.empty(), RULES)
    assert found.families.empty
    assert found.schools.empty


@settings(max_examples=25)
@given(st.lists(st.floats(0.0001, 0.99), min_size=2, max_size=12), st.randoms())
def test_the_order_of_rows_and_an_untested_school_change_nothing(p, random):
    table = measures({"level": p, "marks": p[::-1]})
    mixed = table.sample(frac=1, random_state=random.randint(0, 10**6))
    expected = decide_objectivity_signs(table, RULES)
    found = decide_objectivity_signs(mixed, RULES)
    pd.testing.assert_frame_equal(expected.schools, found.schools)
    more = measures({"level": [*p, np.nan], "marks": [*p[::-1], np.nan]})
    with_untested = decide_objectivity_signs(more, RULES).schools
    pd.testing.assert_frame_equal(with_untested.iloc[: len(p)], expected.schools)
