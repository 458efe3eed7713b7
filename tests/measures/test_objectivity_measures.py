"""What documents on objectivity count: by hand, with published numbers, every status its own."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from shnor_analysis.measures.cohort_ratios import cohort_ratios
from shnor_analysis.measures.mark_agreement import mark_agreement
from shnor_analysis.measures.mean_intervals import mean_intervals
from shnor_analysis.measures.medal_confirmation import medal_confirmation
from shnor_analysis.measures.objectivity_indicators import Measured, objectivity_indicators
from shnor_analysis.measures.score_mark_correlations import score_mark_correlations
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import (
    GIA_RESULTS,
    MEAN_INTERVALS,
    MEDAL_CLAIMS,
    MEDAL_CONFIRMATION,
    PROCEDURE_CONDUCT,
    WORKS,
    load_table,
    store_table,
)
from shnor_analysis.workspace import find_workspace
from tests.objectivity_place import cell, cell_scores, cells, histogram, norms, region

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
FIOKO, YERSHICHI = METHODOLOGY.objectivity
RULES = (FIOKO.marker_rules,)
RUS5, RUS4 = "vpr-2025-spring-rus-5", "vpr-2024-spring-rus-4"
MATH4, WORLD4 = "vpr-2025-spring-math-4", "vpr-2025-spring-world-4"
Z = 1.96


# --- marks beside marks --------------------------------------------------------------------------

T41 = [[0, 6, 2, 0], [0, 14, 9, 1], [0, 2, 12, 4], [0, 0, 3, 7]]


def pupils_of(table):
    """Pupils of a 4 × 4 table of marks for the work and journal marks; scores follow the marks."""
    return [
        (float(i), i + 2, j + 2) for i, row in enumerate(table) for j, n in enumerate(row)
        for _ in range(n)
    ]  # fmt: skip


def test_a_school_with_the_table_of_the_methodology():
    table = cells(cell("990001", RUS5, n=64, pairs=(22, 33, 5)))
    found = mark_agreement(table, cell_scores(histogram("990001", RUS5, pupils_of(T41))), 10)
    row = found.iloc[0]
    # T4.1; four pupils without a journal mark stay in the denominator of the mismatch
    assert row["mismatch_share"] == pytest.approx(27 / 64)
    assert (row["n_gross"], row["symmetry_df"]) == (3, 5)
    assert row["mark_shift"] == pytest.approx(-0.3333, abs=5e-5)
    assert row["symmetry_p"] == pytest.approx(0.01838, abs=5e-6)
    assert row["kappa"] == pytest.approx(0.6, abs=5e-6)
    # exact p 0.0015137 less half the probability of 22 of 27, twice: C(27, 5) / 2^27
    assert row["sign_p"] == pytest.approx(0.0015137 - 80730 / 2**27, abs=5e-8)
    assert row["status"] == "ok"


def test_a_journal_report_fuller_than_the_results_is_its_own_denominator():
    row = mark_agreement(cells(cell("990001", RUS5, n=50, pairs=(22, 33, 5))), cell_scores(), 10)
    assert row["mismatch_share"].iloc[0] == pytest.approx(27 / 60)


def test_statuses_of_agreement():
    table = cells(
        cell("990001", RUS5, n=20, pairs=(0, 0, 0)),
        cell("990002", RUS5, n=9, pairs=(4, 3, 2)),
        cell("990003", RUS5, n=0, pairs=(0, 0, 0)),
        cell("990004", RUS5, n=20),
    )
    found = mark_agreement(table, cell_scores(), 10).set_index("school_id")
    assert found["status"].to_dict() == {
        "990001": "no_journal", "990002": "too_few", "990003": "no_data",
    }  # fmt: skip
    # no journal mark is no confirmed mark and no mismatch
    assert pd.isna(found.loc["990001", "mismatch_share"])
    # counts are known from the report, the table of marks is not
    assert found.loc["990002", "mismatch_share"] == pytest.approx(6 / 9)
    assert pd.isna(found.loc["990002", "kappa"])


# --- means against the region --------------------------------------------------------------------


def scores_with(n, mean, sd):
    """Scores with an exact mean and standard deviation."""
    shape = np.linspace(-1, 1, n)
    return mean + sd * shape / shape.std(ddof=1)


def means(*rows, told=(), is_region=False):
    found = mean_intervals(cells(*rows), norms(*told), is_region=is_region, z=Z)
    return found.set_index("school_id")


def test_the_coefficient_of_the_methodology():
    # T4.2: N = 4000, mean 11.2, SD 4 → interval [11.07604, 11.32396]; K_lit 0.14801 and 0.28930
    found = means(
        cell("990001", RUS5, scores_with(25, 13.0, 4.0)),
        cell("990002", RUS5, scores_with(25, 14.6, 4.0)),
        cell("990003", RUS5, scores_with(25, 11.3, 4.0)),
        told=[region(RUS5, 4000, 11.2, 4.0)],
    )
    assert found["region_lower"].iloc[0] == pytest.approx(11.07604, abs=5e-6)
    assert found["region_upper"].iloc[0] == pytest.approx(11.32396, abs=5e-6)
    assert found["excess_coefficient"].tolist() == pytest.approx([0.14801, 0.28930, 0], abs=5e-6)
    # lower bounds 13 − 1.568 and 14.6 − 1.568
    assert found["mean_lower"].tolist()[:2] == pytest.approx([11.432, 13.032])
    assert found["is_above"].tolist() == [True, True, False]
    assert found["is_apart"].tolist() == [True, True, False]


def test_statuses_of_means():
    found = means(
        cell("990001", RUS5, [15.0] * 6),
        cell("990002", RUS5, [15.0]),
        cell("990003", RUS5, n=12),
        cell("990004", RUS5, [10.0, 12.0, 15.0]),
        cell("990005", MATH4, [10.0, 12.0, 15.0]),
        told=[region(RUS5, 4000, 11.2, 4.0)],
    )
    assert found["status"].to_dict() == {
        "990001": "zero_spread", "990002": "one_pupil", "990003": "no_scores", "990004": "ok",
        "990005": "no_region",
    }  # fmt: skip
    # an interval of no width would make a sign of any mean above the region
    assert pd.isna(found.loc["990001", "is_apart"])
    assert found.loc["990001", "is_above"]
    assert pd.isna(found.loc["990003", "mean"])


@pytest.mark.parametrize(
    "told",
    [
        region(RUS5, 4000, 11.2, 4.0, source="norms_file", year=2024),
        region(RUS5, 900000, 11.2, 4.0, source="fisoko_country"),
        region(RUS5, 4000, None, None),
    ],
    ids=["norms of another year", "the country", "no scores of the region"],
)
def test_nothing_else_stands_for_the_region(told):
    row = means(cell("990001", RUS5, [10.0, 12.0, 15.0]), told=[told]).iloc[0]
    assert row["status"] == "no_region"
    assert pd.isna(row["region_upper"])
    assert pd.isna(row["excess_coefficient"])


def test_only_a_place_that_is_a_region_stands_for_it():
    rows = [cell("990001", RUS5, [10.0, 14.0]), cell("990002", RUS5, [6.0, 10.0, 20.0])]
    assert set(means(*rows)["status"]) == {"no_region"}
    found = means(*rows, is_region=True).iloc[0]
    assert (found["region_source"], found["region_n"]) == ("own_schools", 5)
    assert found["region_mean"] == pytest.approx(12.0)
    told = means(*rows, told=[region(RUS5, 4000, 11.2, 4.0)], is_region=True).iloc[0]
    assert told["region_source"] == "fisoko_region"


def test_an_ege_is_measured_in_test_scores():
    code = "ege-2025-main-rus-11"
    found = means(cell("990001", code, [60.0, 80.0]), told=[region(code, 900, 65.0, 15.0)])
    row = found.iloc[0]
    assert (row["score_kind"], row["n_scores"], row["mean"]) == ("scaled", 2, 70.0)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=30))
def test_an_interval_holds_its_mean_and_other_schools_do_not_move_it(scores):
    told = [region(RUS5, 4000, 11.2, 4.0)]
    alone = means(cell("990001", RUS5, scores), told=told).loc["990001"]
    both = means(cell("990001", RUS5, scores), cell("990002", RUS5, [3, 4, 9]), told=told)
    assert alone.equals(both.loc["990001"])
    assert alone["mean"] == pytest.approx(np.mean(scores))
    if alone["status"] == "ok":
        assert alone["mean_lower"] < alone["mean"] < alone["mean_upper"]
        assert alone["sd"] == pytest.approx(np.std(scores, ddof=1))


# --- scores beside journal marks -----------------------------------------------------------------


def test_a_correlation_is_that_of_scipy():
    pupils = [(12, 4, 4), (9, 3, 3), (15, 5, 4), (7, 3, 4), (9, 3, 3), (4, 2, 3), (18, 5, 5)]
    table = cells(cell("990001", RUS5, [p[0] for p in pupils]))
    row = score_mark_correlations(table, cell_scores(histogram("990001", RUS5, pupils))).iloc[0]
    expected = spearmanr([p[0] for p in pupils], [p[2] for p in pupils]).statistic
    assert (row["n_pairs"], row["status"]) == (7, "ok")
    assert row["rho"] == pytest.approx(expected)


@pytest.mark.parametrize("times", [1, 3, 7, 11])
def test_no_order_at_all_is_not_below_nought(times):
    # ranks 1 2 3 4 against 2 4 1 3 have no correlation, however often every pupil is repeated
    pupils = [(5, 3, 3), (6, 3, 5), (7, 4, 2), (8, 4, 4)] * times
    table = cells(cell("990001", RUS5, [p[0] for p in pupils]))
    row = score_mark_correlations(table, cell_scores(histogram("990001", RUS5, pupils))).iloc[0]
    assert row["rho"] == 0


def test_statuses_of_correlations():
    pupils = {
        "990001": [(5, 3, 0), (6, 3, 0)],  # no journal
        "990002": [(5, 3, 4), (6, 3, 4)],  # one journal mark
        "990003": [(5, 3, 4)],
        "990004": [(5, 3, 4), (6, 3, 3)],  # two pupils, contrary: by the letter −1
    }
    frames = [histogram(school, RUS5, who) for school, who in pupils.items()]
    rows = [cell(school, RUS5, [p[0] for p in who]) for school, who in pupils.items()]
    table = cells(*rows, cell("990005", RUS5, n=9, pairs=(1, 7, 1)))
    found = score_mark_correlations(table, cell_scores(*frames)).set_index("school_id")
    assert found["status"].tolist() == [
        "no_journal", "zero_spread", "one_pupil", "ok", "no_scores",
    ]  # fmt: skip
    assert found.loc["990004", "rho"] == pytest.approx(-1)
    assert found["rho"].notna().sum() == 1


# --- a cohort in two grades ----------------------------------------------------------------------

MAXIMA = pd.Series({RUS5: 20, RUS4: 25})


def ratios(values, extra=(), maxima=MAXIMA):
    """Schools whose ratio is the value: half of the maximum later, so much more before."""
    rows = [*extra]
    for place, value in enumerate(values):
        school = f"9901{place:02d}"
        rows += [
            cell(school, RUS4, [12.5 * value - 1, 12.5 * value + 1]),
            cell(school, RUS5, [9, 11]),
        ]
    return cohort_ratios(cells(*rows), maxima, RULES).set_index("school_id")


def test_fences_by_hand():
    # ratios 1.00 … 1.09 and 1.5; of eleven: P25 = 1.025, median 1.05, P75 = 1.075, IQR 0.05
    found = ratios([1 + place / 100 for place in range(10)] + [1.5])
    row = found.iloc[-1]
    assert (row["n_schools"], row["earlier_work_id"]) == (11, RUS4)
    assert row["ratio_median"] == pytest.approx(1.05)
    assert row["fence_upper"] == pytest.approx(1.075 + 3 * 0.05)
    assert row["fence_lower"] == pytest.approx(1.025 - 3 * 0.05)
    assert (row["share_earlier"], row["share_later"]) == (pytest.approx(0.75), 0.5)
    assert row["ratio"] == pytest.approx(1.5)
    # delta method: two pupils, SD √2 of 25 and of 20: 1.5 · √((0.04/0.75)² + (0.05/0.5)²)
    assert row["ratio_se"] == pytest.approx(1.5 * np.hypot(0.04 / 0.75, 0.05 / 0.5))
    assert set(found["status"]) == {"ok"}


def test_statuses_of_ratios():
    extra = [
        cell("990001", RUS5, [9, 11]),
        cell("990002", RUS5, n=5), cell("990002", RUS4, [9, 11]),
        cell("990003", RUS5, [0, 0]), cell("990003", RUS4, [9, 11]),
    ]  # fmt: skip
    found = ratios([1.0] * 10, extra)
    assert found.loc[["990001", "990002", "990003"], "status"].tolist() == [
        "no_earlier", "no_scores", "zero_result",
    ]  # fmt: skip
    assert set(ratios([1.0] * 9)["status"]) == {"few_schools"}
    assert set(ratios([1.0] * 10, maxima=MAXIMA.drop(RUS4))["status"]) == {"no_scale"}


def test_without_such_markers_there_are_no_ratios():
    assert cohort_ratios(cells(cell("990001", RUS5, [9, 11])), MAXIMA, ()).empty


# --- medals --------------------------------------------------------------------------------------

# degree, Russian, another subject, base maths → what follows from order No 730
CLAIMS = [
    ("first", 70, 70, None, "confirmed"),
    ("first", 69, 90, None, "unconfirmed"),
    ("first", 90, 69, None, "unconfirmed"),
    ("second", 60, 60, None, "confirmed"),
    ("second", 90, 59, None, "unconfirmed"),
    ("first", 90, None, 5, "confirmed"),  # Russian and base maths alone
    ("first", 90, None, 4, "unconfirmed"),
    ("first", 90, 65, 5, "unconfirmed"),  # base maths does not stand for a subject taken
    ("first", 90, None, None, "unknown"),
    ("first", None, 90, None, "unknown"),
    ("first", 60, None, None, "unconfirmed"),  # Russian alone settles it
    (None, 90, 90, None, "unknown"),  # the degree decides the threshold
]


def medals(rows, year=2025, told=None):
    """Confirmation of one school from rows (degree, Russian, other, base maths)."""
    place = {"source_file": "f", "source_sheet": None, "source_row": 1}
    claims, results = [], []
    for number, (degree, *scores) in enumerate(rows):
        pupil = {"school_id": "990001", "pupil_id": f"p{number}"}
        confirmed = told[number] if told else None
        claims.append(
            {**pupil, "assessment_year": year, "degree": degree, "is_confirmed": confirmed, **place}
        )
        for subject, score in zip(("rus", "physics", "math_base"), scores, strict=True):
            if score is not None:
                measure = "test_mark" if subject == "math_base" else "score_scaled"
                results.append(
                    {
                        **pupil, "work_id": f"ege-{year}-main-{subject}-11",
                        "exam_date": f"{year}-06-01", measure: score, **place,
                    }
                )  # fmt: skip
    works = [
        {"work_id": f"ege-{year}-main-{s}-11", "assessment_year": year, "procedure": "ege",
         "season": "main", "subject": s, "grade": 11, "level": "none"}
        for s in ("rus", "physics", "math_base")
    ]  # fmt: skip
    return medal_confirmation(
        MEDAL_CLAIMS.conform(pd.DataFrame(claims)),
        GIA_RESULTS.conform(pd.DataFrame(results)) if results else GIA_RESULTS.empty(),
        WORKS.conform(pd.DataFrame(works)),
        METHODOLOGY.medals,
    ).iloc[0]


@pytest.mark.parametrize("claim", CLAIMS, ids=[str(one[:4]) for one in CLAIMS])
def test_one_claim(claim):
    *row, outcome = claim
    found = medals([row])
    counted = found[["n_checked", "n_unconfirmed", "n_unknown"]].tolist()
    assert (
        counted == {"confirmed": [1, 0, 0], "unconfirmed": [1, 1, 0], "unknown": [0, 0, 1]}[outcome]
    )


def test_a_place_without_claims_reads_no_results(tmp_path):
    place = {"school_id": "990001", "source_file": "f", "source_row": 1}
    results = GIA_RESULTS.conform(
        pd.DataFrame(
            [
                {**place, "work_id": "ege-2025-main-rus-11", "pupil_id": pupil,
                 "exam_date": "2025-06-01", "score_scaled": 70.0}
                for pupil in ("p1", "p2", "p3")
            ]
        )
    )  # fmt: skip
    store_table(results, GIA_RESULTS, tmp_path)
    assert load_table(GIA_RESULTS, tmp_path, pupil_id=[]).empty
    assert load_table(GIA_RESULTS, tmp_path, pupil_id=["p2", "p9"])["pupil_id"].tolist() == ["p2"]
    assert len(load_table(GIA_RESULTS, tmp_path)) == 3
    nobody = medal_confirmation(
        MEDAL_CLAIMS.empty(), GIA_RESULTS.empty(), WORKS.empty(), METHODOLOGY.medals
    )
    assert nobody.empty


def test_before_degrees_base_maths_stands_for_a_subject():
    assert medals([(None, 90, 65, 5)], year=2022)["n_unconfirmed"] == 0
    assert medals([(None, 69, 95, 5)], year=2022)["n_unconfirmed"] == 1


def test_shares_of_medals():
    # T4.5: 2 of 5 → 0.40 [0.1176; 0.7693]
    good, bad = ("first", 90, 90, None), ("first", 90, 50, None)
    found = medals([good] * 3 + [bad] * 2, told=[True, True, False, True, False])
    assert found["unconfirmed_share"] == pytest.approx(0.4)
    assert found["unconfirmed_share_lower"] == pytest.approx(0.1176, abs=5e-5)
    assert found["unconfirmed_share_upper"] == pytest.approx(0.7693, abs=5e-5)
    assert found["status"] == "ok"
    # one good result reported as not confirmed, one bad as confirmed
    assert (found["n_reported_unconfirmed"], found["n_differ"]) == (2, 2)


def test_statuses_of_medals():
    good = ("first", 90, 90, None)
    assert medals([good] * 4)["status"] == "too_few"
    assert medals([("first", None, None, None)] * 5)["status"] == "no_results"
    assert medals([good] * 5, year=2017)["status"] == "no_threshold"
    assert pd.isna(medals([good] * 5)["n_reported_unconfirmed"])


# --- indicators without a border -----------------------------------------------------------------


def indicators(*rows, conduct=(), medal_rows=()):
    table = cells(*rows)
    measured = Measured(
        table,
        mean_intervals(table, norms(region(MATH4, 4000, 11.2, 4.0)), is_region=False, z=Z)
        if rows
        else MEAN_INTERVALS.empty(),
        MEDAL_CONFIRMATION.conform(pd.DataFrame(medal_rows))
        if medal_rows
        else MEDAL_CONFIRMATION.empty(),
        PROCEDURE_CONDUCT.conform(pd.DataFrame(conduct)) if conduct else PROCEDURE_CONDUCT.empty(),
        5,
    )
    return objectivity_indicators(measured, METHODOLOGY.objectivity).set_index(
        ["indicator_id", "work_id"]
    )


def test_mismatch_has_all_who_wrote_in_its_denominator():
    # maths 6 of 20 (18 with a journal mark), world 3 of 10; Russian without a journal is not added
    found = indicators(
        cell("990001", MATH4, n=20, pairs=(4, 12, 2)),
        cell("990001", WORLD4, n=10, pairs=(1, 7, 2)),
        cell("990001", "vpr-2025-spring-rus-4", n=15, pairs=(0, 0, 0)),
        cell("990001", RUS5, n=15, pairs=(9, 6, 0)),  # grade 5 is not in 3.1
    )
    own = found.loc["vpr_mismatch"]
    assert own.loc["all", ["numerator", "denominator", "n_known"]].tolist() == [9, 30, 28]
    assert own.loc["all", "value"] == pytest.approx(0.3)
    assert own.loc[MATH4, "value"] == pytest.approx(0.3)
    assert own.loc["vpr-2025-spring-rus-4", "status"] == "no_journal"
    assert pd.isna(own.loc["vpr-2025-spring-rus-4", "value"])
    assert RUS5 not in own.index


def test_works_of_the_same_few_pupils_are_few_together():
    found = indicators(
        cell("990001", MATH4, n=4, pairs=(2, 2, 0)), cell("990001", WORLD4, n=3, pairs=(1, 2, 0))
    ).loc[("vpr_mismatch", "all")]
    assert (found["status"], found["numerator"], found["denominator"]) == ("too_few", 3, 7)


def test_an_exam_without_school_marks_says_so():
    code = "oge-2025-main-math-9"
    found = indicators(cell("990001", code, [9, 12], n=20)).loc[("oge_mismatch", "all")]
    assert (found["status"], found["denominator"]) == ("no_journal", 20)
    assert pd.isna(found["numerator"])


def test_excess_stands_only_against_the_region():
    found = indicators(
        cell("990001", MATH4, scores_with(25, 13.0, 4.0)),
        cell("990001", RUS5, scores_with(25, 13.0, 4.0)),
    ).loc["mean_excess"]
    assert found.loc[MATH4, "value"] == pytest.approx(0.14801, abs=5e-6)
    assert found.loc[RUS5, "status"] == "no_region"


def test_observation_is_counted_where_it_is_known():
    rows = [
        {"school_id": "990001", "assessment_year": 2025, "procedure": "vpr", "subject": s,
         "grade": 4, "has_observer": seen, "source_file": "f", "source_row": 1}
        for s, seen in (("rus", True), ("math", False), ("world", None), ("all", True))
    ]  # fmt: skip
    row = indicators(conduct=rows).loc[("observation", "all")]
    assert row[["numerator", "denominator"]].tolist() == [2, 3]


def test_nothing_gives_nothing():
    assert indicators().empty
