"""Markers by the letter: every reason, borders of each kind, steady absence, the territory."""

import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from shnor_analysis.decisions.objectivity_letter import MarkerMeasures, objectivity_by_letter
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import (
    COHORT_RATIOS,
    MARKER_REASONS,
    MEAN_INTERVALS,
    SCORE_MARK_CORRELATIONS,
)
from shnor_analysis.workspace import find_workspace
from tests.objectivity_place import work

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
DOCUMENTS = METHODOLOGY.objectivity
N_MARKERS = 14


def mean_row(school, code, lower, border, status="ok", n=25):
    known = status == "ok"
    return {
        "school_id": school, **work(code), "score_kind": "raw", "n_scores": n,
        "mean": lower + 1, "mean_lower": lower if known else None, "region_n": 9000,
        "region_upper": border, "is_apart": lower > border if known else None, "status": status,
    }  # fmt: skip


def correlation_row(school, code, rho, status="ok", n=10):
    return {"school_id": school, **work(code), "n_pairs": n, "rho": rho, "status": status}


def ratio_row(school, code, ratio, status="ok"):
    return {
        "school_id": school, **work(code), "earlier_work_id": "vpr-2024-spring-rus-4",
        "n_later": 20, "ratio": ratio, "ratio_se": 0.1, "n_schools": 12, "ratio_median": 1.0,
        "fence_lower": 0.8, "fence_upper": 1.2, "status": status,
    }  # fmt: skip


def decided(means=(), correlations=(), ratios=(), schools=("990001",), documents=DOCUMENTS):
    frames = [
        contract.conform(pd.DataFrame(rows)) if rows else contract.empty()
        for contract, rows in (
            (MEAN_INTERVALS, means),
            (SCORE_MARK_CORRELATIONS, correlations),
            (COHORT_RATIOS, ratios),
        )
    ]
    frame = pd.DataFrame({"school_id": list(schools)})
    return objectivity_by_letter(MarkerMeasures(*frames), documents, frame, 2025)


def one(found, marker, school="990001", year=2025):
    rows = found.markers
    return rows[
        (rows["marker_id"] == marker)
        & (rows["school_id"] == school)
        & (rows["assessment_year"] == year)
    ].iloc[0]


def test_every_school_has_every_marker_of_every_year():
    found = decided(schools=("990001", "990002"))
    assert len(found.markers) == N_MARKERS * 3 * 2
    assert set(found.markers["verdict"]) == {"not_tested"}
    assert set(found.markers["reason"]) == {"no_work"}
    assert set(found.schools["verdict"]) == {"not_tested"}
    assert found.schools["chance_any"].isna().all()
    assert found.territory["objectivity_index"].isna().all()


RUS5 = "vpr-2025-spring-rus-5"


@pytest.mark.parametrize(
    ("lower", "verdict"), [(12.01, "fires"), (12.0, "does_not_fire"), (11.0, "does_not_fire")]
)
def test_the_interval_of_the_mean_must_lie_above(lower, verdict):
    row = one(decided(means=[mean_row("990001", RUS5, lower, 12.0)]), "mean_vpr_rus_5")
    assert row["verdict"] == verdict
    assert row["reason"] == ("met" if verdict == "fires" else "not_met")
    assert (row["value"], row["border"], row["n_pupils"]) == (lower, 12.0, 25)
    assert row["evidence"] == RUS5
    # Student with 24 degrees of freedom beyond 1.96 · (1 + √(25 / 9000))
    assert row["chance"] == pytest.approx(student.sf(1.96 * (1 + (25 / 9000) ** 0.5), 24))


@pytest.mark.parametrize(
    ("rho", "verdict"), [(-0.01, "fires"), (0.0, "does_not_fire"), (0.4, "does_not_fire")]
)
def test_a_correlation_of_nought_is_not_negative(rho, verdict):
    row = one(decided(correlations=[correlation_row("990001", RUS5, rho)]), "marks_vpr_rus_5")
    assert row["verdict"] == verdict


@pytest.mark.parametrize(
    ("ratio", "fired"),
    [(1.21, "fall_vpr_rus_5"), (1.2, None), (1.0, None), (0.8, None), (0.79, "rise_vpr_rus_5")],
)
def test_fall_is_above_the_fence_and_rise_below(ratio, fired):
    found = decided(ratios=[ratio_row("990001", RUS5, ratio)])
    letter = found.schools[found.schools["assessment_year"] == 2025].iloc[0]
    assert (letter["fired"] if letter["n_fired"] else None) == fired
    assert letter["n_tested"] == 2
    row = one(found, "fall_vpr_rus_5")
    assert row["evidence"] == f"{RUS5};vpr-2024-spring-rus-4"
    # pupils' chance carries the ratio 0.2 away with a standard error of 0.1
    assert row["chance"] == pytest.approx(norm.sf(2))


@pytest.mark.parametrize("status", ["no_scores", "one_pupil", "zero_spread", "no_region"])
def test_a_mean_that_cannot_be_tested_says_why(status):
    row = one(decided(means=[mean_row("990001", RUS5, 15.0, 12.0, status)]), "mean_vpr_rus_5")
    assert (row["verdict"], row["reason"]) == ("not_tested", status)


@pytest.mark.parametrize("status", ["no_scores", "no_journal", "one_pupil", "zero_spread"])
def test_a_correlation_that_cannot_be_tested_says_why(status):
    rows = [correlation_row("990001", RUS5, None, status)]
    row = one(decided(correlations=rows), "marks_vpr_rus_5")
    assert (row["verdict"], row["reason"]) == ("not_tested", status)


def test_every_status_of_a_measure_is_a_reason():
    statuses = {
        value
        for contract in (MEAN_INTERVALS, SCORE_MARK_CORRELATIONS, COHORT_RATIOS)
        for value in contract.columns["status"].checks[0].statistics["allowed_values"]
    }
    assert statuses - {"ok"} <= set(MARKER_REASONS)


def test_another_subject_grade_or_year_is_another_marker():
    rows = [mean_row("990001", "vpr-2025-spring-rus-6", 15.0, 12.0)]
    assert set(decided(means=rows).markers["verdict"]) == {"not_tested"}
    found = decided(means=[mean_row("990001", "vpr-2024-spring-rus-5", 15.0, 12.0)])
    assert one(found, "mean_vpr_rus_5")["reason"] == "no_work"
    assert one(found, "mean_vpr_rus_5", year=2024)["verdict"] == "fires"


def test_of_two_seasons_the_one_of_more_pupils_counts():
    rows = [
        mean_row("990001", RUS5, 11.0, 12.0, n=20),
        mean_row("990001", "vpr-2025-autumn-rus-5", 15.0, 12.0, n=4),
    ]
    assert one(decided(means=rows), "mean_vpr_rus_5")["verdict"] == "does_not_fire"


def test_the_chance_of_any_is_of_the_tested():
    found = decided(
        means=[mean_row("990001", RUS5, 11.0, 12.0)],
        correlations=[
            correlation_row("990001", RUS5, 0.3),
            correlation_row("990001", "vpr-2025-spring-math-5", None, "no_journal", n=10),
        ],
    )
    letter = found.schools.set_index("assessment_year").loc[2025]
    chances = [one(found, name)["chance"] for name in ("mean_vpr_rus_5", "marks_vpr_rus_5")]
    assert letter["n_tested"] == 2
    assert letter["chance_any"] == pytest.approx(1 - (1 - chances[0]) * (1 - chances[1]))


def test_a_tested_marker_of_unknown_chance_leaves_the_chance_of_any_unknown():
    unknown = ratio_row("990001", RUS5, 1.0) | {"ratio_se": None}
    told = [mean_row(school, RUS5, 11.0, 12.0) for school in ("990001", "990002")]
    found = decided(means=told, ratios=[unknown], schools=("990001", "990002"))
    letter = found.schools[found.schools["assessment_year"] == 2025].set_index("school_id")
    assert letter["n_tested"].tolist() == [3, 1]
    assert pd.isna(letter.loc["990001", "chance_any"])
    one_mean = one(found, "mean_vpr_rus_5", "990002")["chance"]
    assert letter.loc["990002", "chance_any"] == pytest.approx(one_mean)
    # the territory adds up what is known: at least so many
    territory = found.territory.set_index("assessment_year").loc[2025]
    assert territory["n_by_chance"] == pytest.approx(one_mean)


def pairs(school, year, rho=0.5, subjects=("rus", "math")):
    return [correlation_row(school, f"vpr-{year}-spring-{s}-4", rho) for s in subjects]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*pairs("990001", 2023), *pairs("990001", 2024), *pairs("990001", 2025)], "stable"),
        ([*pairs("990001", 2024), *pairs("990001", 2025)], "not_known"),
        (
            [*pairs("990001", 2023, subjects=["rus"]), *pairs("990001", 2024),
             *pairs("990001", 2025)],
            "not_known",
        ),
        ([*pairs("990001", 2023, -0.2), *pairs("990001", 2024), *pairs("990001", 2025)], "signs"),
        (pairs("990001", 2025, -0.2), "signs"),
    ],
    ids=["three years", "a year untested", "one marker tested", "an early sign", "a late sign"],
)  # fmt: skip
def test_absence_is_steady_only_when_tested_three_years(rows, expected):
    letter = decided(correlations=rows).schools.set_index("assessment_year")
    assert letter.loc[2025, "stable_absence"] == expected
    assert letter.loc[2024, "stable_absence"] == "not_asked"


def test_a_document_that_does_not_ask_gets_no_answer():
    found = decided(correlations=pairs("990001", 2025), documents=DOCUMENTS[:1])
    assert set(found.schools["stable_absence"]) == {"not_asked"}


def test_the_territory_counts_tested_schools():
    schools = [f"99000{k}" for k in range(1, 6)]
    rows = [
        *pairs("990001", 2025, -0.3), *pairs("990002", 2025), *pairs("990003", 2025),
        *pairs("990004", 2025),
    ]  # fmt: skip
    found = decided(correlations=rows, schools=schools)
    row = found.territory.set_index("assessment_year").loc[2025]
    assert row[["n_schools", "n_tested", "n_with_signs"]].tolist() == [5, 4, 1]
    # one of four: 100 − 25 %; Wilson 95 % of 1 of 4 is 0.0456 … 0.6994
    assert row["objectivity_index"] == pytest.approx(75)
    assert row["index_lower"] == pytest.approx(100 - 69.94, abs=0.01)
    assert row["index_upper"] == pytest.approx(100 - 4.56, abs=0.01)
    assert row["n_by_chance"] == pytest.approx(4 * found.schools["chance_any"].dropna().iloc[0])


def test_order_and_other_schools_change_nothing():
    rows = [*pairs("990001", 2025, -0.3), *pairs("990002", 2025)]
    alone = decided(correlations=rows[:2]).markers
    both = decided(correlations=rows[::-1], schools=("990002", "990001")).markers
    own = both[both["school_id"] == "990001"].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, alone)


def test_without_documents_with_markers_there_is_nothing():
    found = decided(documents=DOCUMENTS[1:])
    assert found.markers.empty
    assert found.schools.empty
    assert found.territory.empty
