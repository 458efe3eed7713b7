"""Norms in a place: where each number comes from, what is weaker without, shrunken shares."""

import pandas as pd
import pytest
from scipy.stats import beta

from shnor_analysis.measures.norm_status import norm_status
from shnor_analysis.measures.shrunken_shares import shrunken_shares
from shnor_analysis.measures.work_norms import work_norms
from shnor_analysis.methodology import (
    DEFAULT_REGULATIONS,
    VERDICTS,
    Leniency,
    MadeBy,
    Quantiles,
    RegionNorms,
    ScoreNorm,
    SharePrior,
    SignNorm,
    Slope,
    WorkNorm,
    load_methodology,
)
from shnor_analysis.tables import CELLS, GROUP_ITEMS, GROUP_STATISTICS
from shnor_analysis.workspace import find_workspace

RULES = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS).norms
WORK, LAST, OTHER = "vpr-2025-spring-rus-4", "vpr-2024-spring-rus-4", "vpr-2025-spring-math-5"
REGION = "Примерская область"


def parts(work):
    procedure, year, season, subject, grade = work.split("-")
    return {
        "work_id": work, "assessment_year": int(year), "procedure": procedure, "season": season,
        "subject": subject, "grade": int(grade), "level": "none",
    }  # fmt: skip


def cells(*rows):
    return CELLS.conform(
        pd.DataFrame(
            [
                {
                    "school_id": school, **parts(work), "basis": "pupils", "n_participants": n,
                    "n_below_minimum": x, "n_score_raw": 0, "n_score_scaled": 0, "n_high_known": 0,
                    "n_mark_pairs": n, "n_lowered": 0, "n_confirmed": n, "n_raised": 0,
                }
                for school, work, x, n in rows
            ]
        )
    )  # fmt: skip


def work_norm(work=WORK, **more):
    score = ScoreNorm(
        n_schools=300, n_pupils=6000, mean_of_pupils=20.5, total_sd=5.0, mean_of_schools=20.0,
        within_school_sd=4.6, within_school_df=5700, between_school_sd=1.9,
    )  # fmt: skip
    known = {
        "below_minimum_share": 0.1, "score_raw": score,
        "below_minimum_prior": SharePrior(n_schools=300, outcome="fitted", alpha=2.0, beta=18.0),
        "leniency": (Leniency(test_mark=3, n_pupils=900, mean_difference=0.2),), **more,
    }  # fmt: skip
    return WorkNorm(**parts(work), n_schools=300, n_pupils=6000, **known)


def norms(*works, year=2025, slopes=("social_index",), quantiles=True, signs=1):
    return RegionNorms(
        format="shnor-norms", format_version=1, region_code="99", region_name=REGION,
        assessment_year=year, n_schools=300, min_count=10, works=works,
        made=MadeBy(package_version="1", input_sha256="f"),
        context_slopes=tuple(
            Slope(indicator=name, n_schools=300, indicator_mean=0.1, indicator_sd=0.1,
                  intercept=0.1, slope=-1.0, slope_standard_error=0.1, left_between_sd=0.3)
            for name in slopes
        ),
        quantiles=tuple(
            Quantiles(indicator="below_minimum_share", work_id=work.work_id, n_schools=300,
                      values={"50": 0.1})
            for work in works if quantiles
        ),
        signs=tuple(
            SignNorm(sign="level", n_years=1, n_schools=300, intercept=0.0, between_sd=0.1)
            for _ in range(signs)
        ),
    )  # fmt: skip


def marks(level, group, share, work=WORK, item="2"):
    return {
        "work_id": work, "report": "marks", "group_level": level, "group_id": group,
        "group_name": group, "item": item, "n_participants": 6000, "value_share": share,
        "value_n": round(6000 * share), "source_file": "f", "source_row": 9,
    }  # fmt: skip


def points(level, group, share, item, work=WORK):
    return {
        "work_id": work, "report": "scores", "group_level": level, "group_id": group,
        "group_name": group, "item": item, "n_participants": 6000, "value_share": share,
        "source_file": "f", "source_row": 9,
    }  # fmt: skip


def found(table, given=None, statistics=(), items=()):
    statistics = pd.DataFrame(statistics) if statistics else GROUP_STATISTICS.empty()
    items = pd.DataFrame(items) if items else GROUP_ITEMS.empty()
    return work_norms(
        table, given, GROUP_STATISTICS.conform(statistics), GROUP_ITEMS.conform(items), REGION
    ).set_index("work_id")


ONE = cells(("990001", WORK, 1, 10))


def test_the_norms_file_comes_before_the_reports():
    row = found(ONE, norms(work_norm()), [marks("region", REGION, 0.2)]).loc[WORK]
    assert (row["source"], row["norm_year"], row["n_schools"]) == ("norms_file", 2025, 300)
    assert row["below_minimum_share"] == 0.1
    assert (row["prior_alpha"], row["prior_beta"]) == (2, 18)
    assert (row["within_sd_score_raw"], row["between_sd_score_raw"]) == (4.6, 1.9)
    assert pd.isna(row["reason"])
    assert pd.isna(row["mean_score_scaled"])


def test_an_earlier_year_serves_and_a_later_one_does_not():
    both = cells(("990001", WORK, 1, 10), ("990001", LAST, 1, 10))
    earlier = found(both, norms(work_norm(LAST), year=2024))
    assert earlier.loc[WORK, ["source", "reason", "norm_year"]].tolist() == [
        "norms_file", "earlier_year", 2024,
    ]  # fmt: skip
    assert pd.isna(earlier.loc[LAST, "reason"])
    later = found(both, norms(work_norm(WORK)))
    assert later.loc[LAST, ["source", "reason"]].tolist() == ["none", "not_in_norms"]


def test_the_region_of_the_reports_comes_before_the_country():
    statistics = [
        marks("country", "Вся выборка", 0.05), marks("region", REGION, 0.2),
        marks("region", "Другая область", 0.4), marks("region", REGION, 0.3, item="4"),
        marks("region", REGION, 0.1, item="5"),
        marks("country", "Вся выборка", 0.07, work=OTHER),
    ]  # fmt: skip
    # scores 10, 20 and 30 with shares ¼, ½, ¼: mean 20, variance 50
    items = [points("region", REGION, share, str(score))
             for score, share in ((10, 0.25), (20, 0.5), (30, 0.25))]  # fmt: skip
    rows = found(cells(("990001", WORK, 1, 10), ("990001", OTHER, 1, 10)), None, statistics, items)
    row = rows.loc[WORK]
    assert (row["source"], row["reason"]) == ("fisoko_region", "no_norms_file")
    assert row["below_minimum_share"] == 0.2
    assert row["high_mark_share"] == pytest.approx(0.4)
    assert row["mean_score_raw"] == pytest.approx(20)
    assert row["total_sd_score_raw"] == pytest.approx(50**0.5)
    # not in those reports: how schools differ
    assert pd.isna(row["between_sd_score_raw"])
    assert pd.isna(row["prior_alpha"])
    assert rows.loc[OTHER, "source"] == "fisoko_country"
    assert pd.isna(rows.loc[OTHER, "mean_score_raw"])


def test_nothing_is_known_and_it_is_said():
    row = found(ONE).loc[WORK]
    assert (row["source"], row["reason"]) == ("none", "no_norms_file")
    assert not row["has_leniency"]


def status(table, given=None, statistics=()):
    of_works = found(table, given, statistics).reset_index()
    rows = norm_status(of_works, given, table, RULES, 2025).set_index("verdict")
    return {verdict: (row.status, row.reason) for verdict, row in rows.iterrows()}


def test_every_verdict_has_its_norm_in_a_full_file():
    rows = status(ONE, norms(work_norm()))
    assert set(rows) == set(VERDICTS)
    assert {state for state, _ in rows.values()} == {"full"}


@pytest.mark.parametrize(
    ("given", "statistics", "verdict", "expected"),
    [
        (None, (), "shrunken_share", ("absent", "no_norms_file")),
        (None, (), "context_residual", ("absent", "no_norms_file")),
        (None, (), "region_comparison", ("absent", "no_norms_file")),
        (None, (marks("region", REGION, 0.2),), "region_comparison", ("partial", "mean_only")),
        (norms(work_norm(LAST), year=2024), (), "shrunken_share", ("partial", "earlier_year")),
        (norms(work_norm(LAST), year=2024), (), "context_residual", ("partial", "earlier_year")),
        (norms(work_norm(leniency=())), (), "mark_leniency", ("absent", "not_in_norms")),
        (norms(work_norm(), slopes=()), (), "context_residual", ("absent", "not_in_norms")),
        (norms(work_norm(), slopes=("log_n_pupils",)), (), "context_residual",
         ("partial", "only_size")),
        (norms(work_norm(), slopes=("low_income_share",)), (), "context_residual",
         ("partial", "no_index")),
        (norms(work_norm(), quantiles=False), (), "quantile_group", ("absent", "not_in_norms")),
        (None, (), "own_signs", ("absent", "no_norms_file")),
        (norms(work_norm(), signs=0), (), "own_signs", ("absent", "not_in_norms")),
        (norms(work_norm(LAST), year=2024), (), "own_signs", ("absent", "not_in_norms")),
    ],
)  # fmt: skip
def test_what_is_weaker_and_why(given, statistics, verdict, expected):
    state, reason = status(ONE, given, statistics)[verdict]
    assert (state, reason) == expected


def test_a_work_without_a_norm_makes_the_verdict_partial():
    two = cells(("990001", WORK, 1, 10), ("990001", OTHER, 1, 10))
    assert status(two, norms(work_norm()))["shrunken_share"] == ("partial", "some_works")


def shrunken(table, given=None):
    of_works = found(table, given).reset_index()
    rows = shrunken_shares(table, of_works, 0.3, RULES.min_schools.value)
    return rows.set_index(["school_id", "work_id"])


def test_the_prior_of_the_region_by_hand():
    row = shrunken(cells(("990001", WORK, 4, 10)), norms(work_norm())).iloc[0]
    # (4 + 2) / (10 + 2 + 18)
    assert row["shrunken_share"] == pytest.approx(0.2)
    assert row["below_minimum_share"] == pytest.approx(0.4)
    assert row["p_low"] == pytest.approx(beta.sf(0.3, 6, 24))
    assert row["shrunken_share_lower"] == pytest.approx(beta.ppf(0.025, 6, 24))
    assert (row["prior_source"], row["prior_outcome"]) == ("region", "fitted")


def test_without_a_norm_ten_schools_are_needed():
    few = shrunken(cells(*((f"99000{i}", WORK, i % 4, 10) for i in range(9))))
    assert set(few["prior_source"]) == {"jeffreys"}
    # Beta(3.5, 7.5) of 3 out of 10: mean 3.5 / 11
    assert few.loc[("990003", WORK), "shrunken_share"] == pytest.approx(3.5 / 11)
    ten = shrunken(cells(*((f"9900{i:02d}", WORK, 9 * (i % 2), 10) for i in range(10))))
    assert set(ten["prior_source"]) == {"territory"}
    assert set(ten["prior_outcome"]) == {"fitted"}
    alike = shrunken(cells(*((f"9900{i:02d}", WORK, 2, 10) for i in range(10))))
    assert set(alike["prior_outcome"]) == {"pooled"}
    assert alike["shrunken_share"].tolist() == pytest.approx([20.5 / 101] * 10)


def test_a_school_without_participants_has_no_row():
    assert len(shrunken(cells(("990001", WORK, 0, 0), ("990002", WORK, 1, 5)))) == 1
    assert len(shrunken(cells(("990001", WORK, 0, 0)))) == 0
