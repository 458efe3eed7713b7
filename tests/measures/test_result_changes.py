"""The pooled result over the years, and the same pupils a year later."""

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.measures.result_changes import cohort_changes, result_changes
from shnor_analysis.tables import COHORT_PAIRS, RESULT_INDEX, WORKS
from tests.dynamics_place import RULES

YEARS = (2022, 2023, 2024, 2025)


def results(values, error=0.1, reference="territory", status="ok"):
    """``values``: school → results of the four years, None where there is none."""
    return RESULT_INDEX.conform(
        pd.DataFrame(
            [
                {
                    "school_id": school, "assessment_year": year, "result": value,
                    "standard_error": error, "n_works": 2, "n_results": 40, "n_by_marks": 0,
                    "n_pupils": 20, "reference": reference, "status": status,
                    "works": "all",
                }
                for school, row in values.items()
                for year, value in zip(YEARS, row, strict=True)
                if value is not None
            ]
        )
    )  # fmt: skip


def flat(n):
    """Schools whose years jump less than their errors."""
    return {f"99{i:04d}": (0.0, 0.05, -0.05, 0.0) for i in range(1, n + 1)}


def test_a_change_and_a_trend_by_hand():
    table = results({**flat(12), "990099": (-0.6, -0.3, 0.0, 0.3)})
    found = result_changes(table, RULES, 2025).set_index("school_id").loc["990099"]
    assert found["year_sd"] == 0
    assert found[["change", "change_se"]].tolist() == pytest.approx([0.3, 0.1 * np.sqrt(2)])
    # 0.3 a year, spread of the four years 5: 0.1 / sqrt(5)
    assert found[["slope", "slope_se"]].tolist() == pytest.approx([0.3, 0.1 / np.sqrt(5)])
    assert found["p_improved"] == pytest.approx(0.983, abs=0.001)  # Phi(2.121)
    assert found[["status", "n_years", "first_year"]].tolist() == ["ok", 4, 2022]


def test_years_that_jump_make_every_error_larger():
    # every school moves by half a deviation there and back: nobody has a trend
    table = results({f"99{i:04d}": (0.0, 0.5, -0.5, 0.3 * (-1) ** i) for i in range(1, 21)})
    found = result_changes(table, RULES, 2025)
    assert (found["year_sd"] > 0.2).all()
    assert (found["change_se"] > 0.3).all()
    assert (found["trend_p"] > 0.05).all()


def test_few_schools_tell_no_errors():
    found = result_changes(results(flat(9)), RULES, 2025)
    assert set(found["status"]) == {"few_schools"}
    assert found["change"].notna().all()
    for name in ("change_se", "p_improved", "p_change", "slope_se", "trend_p", "year_sd"):
        assert found[name].isna().all(), name


def test_missing_years_and_other_references_do_not_count():
    values = {**flat(12), "990098": (0.0, 0.1, None, 0.3), "990099": (0.0, 0.1, 0.2, None)}
    found = result_changes(results(values), RULES, 2025).set_index("school_id")
    assert found.loc["990098", "status"] == "no_previous"
    assert found.loc["990098", "slope"] == pytest.approx(0.1)
    assert found.loc["990099", "status"] == "no_current"
    other = results({"990099": (1.0, 1.0, None, None)}, reference="region")
    mixed = pd.concat([results({**flat(12), "990099": (None, None, 0.0, 0.1)}), other])
    found = result_changes(mixed, RULES, 2025).set_index("school_id")
    assert found.loc["990099", "n_years"] == 2
    assert result_changes(results(flat(3), status="too_few"), RULES, 2025).empty
    assert result_changes(RESULT_INDEX.empty(), RULES, 2025).empty


WORK, EARLIER = "vpr-2025-spring-math-6", "vpr-2024-spring-math-5"


def pairs(rows):
    """«school, pupils with marks, fell, rose»."""
    sums = dict.fromkeys(
        ("sum_earlier", "sum_later", "sumsq_earlier", "sumsq_later", "sum_product"), 0.0
    )
    return COHORT_PAIRS.conform(
        pd.DataFrame(
            [
                {
                    "school_id": school, "work_id": WORK, "earlier_work_id": EARLIER,
                    "n_pupils": n, "n_from_other_school": 0, **sums, "n_marks": n,
                    "n_mark_fell": fell, "n_mark_rose": rose,
                }
                for school, n, fell, rose in rows
            ],
            columns=list(COHORT_PAIRS.columns),
        )
    )  # fmt: skip


def works():
    return WORKS.conform(
        pd.DataFrame(
            [
                {"work_id": work, "assessment_year": year, "procedure": "vpr", "season": "spring",
                 "subject": "math", "grade": grade, "level": "none"}
                for work, year, grade in ((WORK, 2025, 6), (EARLIER, 2024, 5))
            ]
        )
    )  # fmt: skip


def test_the_same_pupils_by_hand():
    # Fagerland et al. (2013): 7 and 1 have the mid-p 0.039; the territory lost 12 of 40
    table = pairs([("990001", 20, 7, 1), ("990002", 15, 5, 0), ("990003", 5, 0, 0)])
    found = cohort_changes(table, RULES, 2025, works()).set_index("school_id")
    assert found.loc["990001", "p_midp"] == pytest.approx(0.0390625)
    assert found.loc["990002", "p_midp"] == pytest.approx(0.03125)
    assert pd.isna(found.loc["990003", "p_midp"])
    assert found["status"].tolist() == ["ok", "ok", "too_few"]
    assert found["territory_fell_share"].tolist() == pytest.approx([0.3] * 3)
    assert found["territory_rose_share"].tolist() == pytest.approx([1 / 40] * 3)
    assert cohort_changes(table, RULES, 2024, works()).empty
    assert cohort_changes(pairs([]), RULES, 2025, works()).empty
