"""Funnels against published examples, and the usual share they are drawn around."""

import pandas as pd
import pytest

from shnor_analysis.measures.reference_shares import reference_shares
from shnor_analysis.measures.share_funnels import share_funnels
from shnor_analysis.methodology.loading import load_certainty_rules
from shnor_analysis.workspace import find_workspace

RULES = load_certainty_rules(find_workspace().methodology / "certainty.yaml").funnel


def funnel(counts, share, **numbers):
    """``counts`` are (below the minimum, participants) of schools A, B, C …"""
    rows = pd.DataFrame(
        {
            "school_id": [f"99000{i}" for i in range(len(counts))],
            "work_id": "vpr-2025-spring-rus-5",
            "assessment_year": 2025,
            "procedure": "vpr",
            "season": "spring",
            "subject": "rus",
            "grade": 5,
            "level": "none",
            "n_participants": [n for _, n in counts],
            "n_below_minimum": [x for x, _ in counts],
        }
    )
    reference = pd.DataFrame(
        {
            "work_id": ["vpr-2025-spring-rus-5"],
            "reference_share": share,
            "reference_source": "territory",
        }
    )
    rules = RULES.model_copy(
        update={
            name: getattr(RULES, name).model_copy(update={"value": value})
            for name, value in numbers.items()
        }
    )
    return share_funnels(rows, reference, rules, 2025)


def test_the_example_of_funnelr():
    # R package funnelR: d = 20, share 0.5; A and E outside 99.8 %, B and D outside 95 % only
    found = funnel([(2, 20), (5, 20), (10, 20), (15, 20), (18, 20)], 0.5)
    assert found.points["position"].tolist() == [
        "below_outer", "below_inner", "inside", "above_inner", "above_outer",
    ]  # fmt: skip
    # five schools are too few to estimate how far schools truly differ
    assert found.points["position_overdispersed"].isna().all()
    assert found.works["tau2"].isna().all()
    assert found.works["is_overdispersed"].tolist() == [False]


def test_the_overdispersed_example():
    # methodology 9.2: phi 3.015764 and tau2 0.0131463 after winsorising at 10 %; at n = 30 the
    # limits are 0.037420-0.483775, at n = 12 wider, so 6 of 12 is inside
    counts = [(1, 5), (6, 12), (4, 25), (12, 30), (9, 48), (30, 75), (5, 90), (20, 120)]
    total = sum(x for x, _ in counts) / sum(n for _, n in counts)
    found = funnel(counts, total, min_schools=8)
    work = found.works.iloc[0]
    assert work["phi"] == pytest.approx(3.015764, abs=1e-6)
    assert work["tau2"] == pytest.approx(0.0131463, abs=1e-7)
    assert work["is_overdispersed"]
    places = found.points.set_index("n_participants")
    # exact tails: P(X >= 12 | 30) = .016, P(X >= 30 | 75) = .0002, P(X <= 5 | 90) = .00003
    assert places.loc[[30, 75, 90], "position"].tolist() == [
        "above_inner", "above_outer", "below_outer",
    ]  # fmt: skip
    # with real differences allowed 12 of 30 = .40 is below .4838
    assert places.loc[30, "position_overdispersed"] == "inside"


def test_a_year_without_results_has_no_funnel():
    found = funnel([], 0.5)
    assert found.works.empty
    assert found.points.empty


def test_the_usual_share_is_the_regions_else_the_territorys():
    norms = pd.DataFrame(
        {
            "work_id": ["a", "b", "c", "d"],
            "source": ["norms_file", "fisoko_region", "fisoko_country", "none"],
            "below_minimum_share": [0.1, 0.2, 0.3, None],
        }
    )
    own = pd.DataFrame(
        {
            "work_id": ["a", "b", "c", "d", "e"],
            "below_minimum_share": [0.5, 0.5, 0.5, 0.4, None],
        }
    )
    found = reference_shares(norms, own).set_index("work_id")
    assert found["reference_share"].to_dict() == {"a": 0.1, "b": 0.2, "c": 0.5, "d": 0.4}
    assert found["reference_source"].tolist() == [
        "norms_file", "fisoko_region", "territory", "territory",
    ]  # fmt: skip
