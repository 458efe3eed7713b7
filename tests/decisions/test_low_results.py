"""The federal low-results rule, clause by clause (methodology 3.1)."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis.decisions.low_results import decide_low_results, low_results_readings
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.methodology import load_low_results_rule
from shnor_analysis.tables import CELLS
from shnor_analysis.workspace import find_workspace

RULE = load_low_results_rule(find_workspace().methodology, "federal-low-results")


def with_mode(mode, min_participants=1):
    changed = {
        "mode": RULE.mode.model_copy(update={"value": mode}),
        "min_participants": RULE.min_participants.model_copy(update={"value": min_participants}),
    }
    return RULE.model_copy(update=changed)


def cell(school, work, x, n):
    """«vpr-2025-rus-5» and a count → one row of ``cells``."""
    procedure, year, subject, grade = work.split("-")
    return {
        "school_id": school,
        "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
        "assessment_year": int(year),
        "procedure": procedure,
        "season": "main",
        "subject": subject,
        "grade": int(grade),
        "level": "none",
        "basis": "pupils",
        "n_participants": n,
        "n_below_minimum": x,
        "n_score_raw": 0,
        "n_score_scaled": 0,
        "n_high_known": 0,
    }


def decide(rows, mode="A_or_B", schools=None, min_participants=1):
    cells = CELLS.conform(pd.DataFrame(rows)) if rows else CELLS.empty()
    ids = schools or sorted({row["school_id"] for row in rows})
    return decide_low_results(
        procedure_results(cells, RULE.report_participants.value),
        pd.DataFrame({"school_id": ids}),
        with_mode(mode, min_participants),
        2025,
    )


def verdict(rows, mode="A_or_B", **more):
    return decide(rows, mode, **more).decisions.iloc[0]


T3_1 = [cell("990001", "vpr-2025-rus-5", 3, 10), cell("990001", "vpr-2025-math-6", 6, 20)]
T3_2 = [cell("990001", "oge-2024-math-9", 9, 30), cell("990001", "oge-2025-math-9", 8, 26)]
T3_3 = [cell("990001", "oge-2025-math-9", 29, 100), cell("990001", "ege-2025-rus-11", 1, 3)]


def test_t3_1_two_procedures_of_one_year_make_clause_a():
    row = verdict(T3_1)
    assert row["decision"] == "included"
    assert row["reason_code"] == "clause_a"
    assert bool(row["clause_a"])


def test_t3_2_one_procedure_two_years_running_makes_clauses_b_and_c():
    both_years = [*T3_2, cell("990001", "oge-2025-rus-9", 0, 26)]
    row = verdict(both_years)
    assert not row["clause_a"]
    assert row["clause_b"]
    assert row["clause_c"]
    assert row["reason_code"] == "clause_b"


def test_t3_3_one_low_procedure_is_not_enough_in_any_mode():
    for mode in ("A", "A_or_B", "C"):
        assert verdict(T3_3, mode)["decision"] == "not_included"


def test_t3_4_three_of_ten_is_exactly_the_threshold():
    evidence = decide(T3_1).evidence
    assert evidence["is_low"].tolist() == [True, True]
    assert decide([cell("990001", "vpr-2025-rus-5", 29, 100)]).evidence["is_low"].tolist() == [
        False
    ]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("A", "included"), ("B", "not_assessed"), ("C", "included"), ("A_or_B", "included"),
     ("A_and_B", "not_assessed")],
)  # fmt: skip
def test_modes_when_last_year_is_unknown(mode, expected):
    assert verdict(T3_1, mode)["decision"] == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("A", "not_included"), ("B", "included"), ("C", "included"), ("A_or_B", "included"),
     ("A_and_B", "not_included")],
)  # fmt: skip
def test_modes_when_only_clause_b_holds(mode, expected):
    rows = [*T3_2, cell("990001", "oge-2025-rus-9", 0, 26)]
    assert verdict(rows, mode)["decision"] == expected


def test_both_clauses_are_named():
    rows = [*T3_2, cell("990001", "oge-2025-rus-9", 10, 26)]
    assert verdict(rows)["reason_code"] == "clauses_a_and_b"
    assert verdict(rows, "A_and_B")["decision"] == "included"


def test_two_years_apart_are_not_running():
    rows = [cell("990001", "oge-2023-math-9", 9, 10), cell("990001", "oge-2025-math-9", 9, 10),
            cell("990001", "oge-2025-rus-9", 0, 10)]  # fmt: skip
    row = verdict(rows)
    assert row["decision"] == "not_included"
    assert row["reason_code"] == "below_b_not_checked"


def test_other_subjects_and_grades_do_not_count():
    rows = [cell("990001", "vpr-2025-world-4", 9, 10), cell("990001", "oge-2025-physics-9", 9, 10)]
    row = verdict(rows, schools=["990001"])
    assert row["decision"] == "not_assessed"
    assert row["reason_code"] == "no_results_this_year"


def test_school_without_results_is_not_assessed():
    row = verdict([], schools=["990007"])
    assert row["decision"] == "not_assessed"
    assert row["reason_code"] == "no_results_this_year"
    assert row["evidence"] == "none"


def test_one_procedure_is_too_few_to_assess():
    row = verdict([cell("990001", "vpr-2025-rus-4", 5, 5)])
    assert row["decision"] == "not_assessed"
    assert row["reason_code"] == "too_few_procedures"


def test_minimum_number_of_participants_is_a_parameter():
    rows = [cell("990001", "vpr-2025-rus-4", 1, 3), cell("990001", "vpr-2025-math-4", 1, 3)]
    assert verdict(rows)["decision"] == "included"
    few = verdict(rows, min_participants=4)
    assert (few["decision"], few["reason_code"]) == ("not_assessed", "too_few_procedures")
    evidence = decide(rows, min_participants=4).evidence
    assert evidence["n_to_threshold"].isna().all()
    assert evidence["is_low"].isna().all()  # not judged is not «not low»
    judged = decide(rows, min_participants=3).evidence
    assert judged["is_low"].tolist() == [True, True]


@pytest.mark.parametrize(
    ("x", "n", "expected"),
    # P(share >= 0.30): 3/10 .519, 4/10 .762, 5/10 .915, 60/100 1.000. With two procedures of which
    # the rule needs two the weaker decides: «likely» from .60, «sure» from .90; 3/3 is too small.
    [
        (3, 10, "borderline"),
        (4, 10, "likely"),
        (5, 10, "sure"),
        (60, 100, "sure"),
        (3, 3, "few_data"),
    ],
)
def test_evidence_classes(x, n, expected):
    rows = [cell("990001", "vpr-2025-rus-5", x, n), cell("990001", "vpr-2025-math-5", x, n)]
    assert verdict(rows)["evidence"] == expected


@pytest.mark.parametrize(
    ("x", "n", "expected"),
    # 3 of 10 is at the threshold: one pupil fewer leaves it; 6 of 26 needs two more (8 needed)
    [(3, 10, -1), (5, 10, -3), (6, 26, 2), (0, 3, 1)],
)
def test_distance_to_the_threshold_in_pupils(x, n, expected):
    evidence = decide([cell("990001", "vpr-2025-rus-5", x, n)]).evidence
    assert evidence["n_to_threshold"].tolist() == [expected]


def test_certainty_never_rests_on_tiny_groups():
    rows = [
        *(cell("990001", f"vpr-2025-{s}-4", 3, 10) for s in ("rus", "math")),
        *(cell("990001", f"vpr-2025-{s}-5", 2, 2) for s in ("rus", "math")),
    ]
    assert verdict(rows)["evidence"] == "borderline"


def test_certainty_never_rests_on_procedures_the_rule_does_not_count():
    counted = [cell("990001", f"vpr-2025-{s}-5", 5, 15) for s in ("rus", "math")]
    uncounted = [cell("990001", f"vpr-2025-{s}-4", 10, 10) for s in ("rus", "math")]
    # P(share >= 0.30 | 5 of 15) is .62: «likely», whatever the works below the minimum show
    assert verdict(counted, min_participants=15)["evidence"] == "likely"
    assert verdict(counted + uncounted, min_participants=15)["evidence"] == "likely"


def test_many_procedures_need_stronger_evidence():
    pair = [cell("990001", f"vpr-2025-{s}-5", 5, 10) for s in ("rus", "math")]
    others = [
        cell("990001", f"vpr-2025-{s}-{g}", 1, 10) for s in ("rus", "math") for g in (4, 6, 7)
    ]
    assert verdict(pair)["evidence"] == "sure"
    # two of eight: (8 - 2 + 1) * (1 - .915) = .59, so the certainty is .41
    assert verdict(pair + others)["evidence"] == "borderline"


def seasons(year, season, x, level="none"):
    row = cell("990001", f"vpr-{year}-math-7", x, 10)
    return {
        **row,
        "season": season,
        "level": level,
        "work_id": f"{row['work_id']}-{season}-{level}",
    }


def test_two_seasons_of_a_year_are_one_procedure():
    both = [seasons(2025, "spring", 5), seasons(2025, "autumn", 5)]
    row = verdict(both)
    assert (row["n_procedures"], row["decision"]) == (1, "not_assessed")
    # low in either season of last year and low this year: the same procedure two years running
    repeated = [seasons(2024, "spring", 5), seasons(2024, "autumn", 0), seasons(2025, "spring", 5)]
    assert verdict(repeated)["clause_b"]


def test_a_new_level_does_not_break_the_repetition():
    rows = [seasons(2024, "spring", 5), seasons(2025, "spring", 5, "base")]
    assert verdict(rows)["clause_b"]


@pytest.mark.parametrize(
    ("mode", "rows", "reason"),
    [
        ("A_and_B", T3_1, "repeat_not_checked"),
        ("B", T3_1, "repeat_not_checked"),
        ("C", [cell("990001", "vpr-2025-rus-5", 0, 9), cell("990001", "vpr-2025-math-5", 0, 9)],
         "below_one_year"),
        ("A_or_B", [cell("990001", "vpr-2025-rus-5", 0, 9), cell("990001", "vpr-2024-rus-5", 0, 9)],
         "below_a_not_checked"),
    ],
)  # fmt: skip
def test_reasons_say_what_was_not_checked(mode, rows, reason):
    assert verdict(rows, mode)["reason_code"] == reason


def test_the_number_of_compared_procedures_is_known():
    rows = [*T3_2, cell("990001", "oge-2025-rus-9", 0, 26)]
    row = verdict(rows)
    assert (row["n_procedures"], row["n_compared"]) == (2, 1)


def test_readings_apply_every_mode_to_the_same_clauses():
    rows = [*T3_2, cell("990001", "oge-2025-rus-9", 0, 26)]
    table = low_results_readings(decide(rows).decisions).set_index("rule_mode")["decision"]
    assert table.to_dict() == {
        "A": "not_included", "B": "included", "C": "included", "A_or_B": "included",
        "A_and_B": "not_included",
    }  # fmt: skip


WORKS = [
    f"{p}-{y}-{s}-{g}"
    for y in (2024, 2025)
    for s in ("rus", "math")
    for p, g in (("vpr", 4), ("vpr", 5), ("oge", 9))
]
sizes = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.dictionaries(
    st.tuples(st.sampled_from(["990001", "990002", "990003"]), st.sampled_from(WORKS)),
    sizes,
    min_size=1,
)


def rows_of(table):
    return [cell(school, work, x, n) for (school, work), (x, n) in table.items()]


@settings(max_examples=12)
@given(tables, st.randoms(use_true_random=False))
def test_row_order_and_other_schools_change_nothing(table, random):
    rows = rows_of(table)
    expected = decide(rows).decisions.set_index("school_id")
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(decide(shuffled).decisions.set_index("school_id"), expected)
    one = rows[0]["school_id"]
    alone = decide([row for row in rows if row["school_id"] == one]).decisions.set_index(
        "school_id"
    )
    pd.testing.assert_frame_equal(alone, expected.loc[[one]])


@settings(max_examples=12)
@given(tables)
def test_more_failures_never_take_a_school_off(table):
    rows = rows_of(table)
    worse = [{**row, "n_below_minimum": row["n_participants"]} for row in rows]
    before = decide(rows).decisions.set_index("school_id")["decision"]
    after = decide(worse).decisions.set_index("school_id")["decision"]
    assert (after[before == "included"] == "included").all()
