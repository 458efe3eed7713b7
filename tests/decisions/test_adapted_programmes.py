"""A rule that leaves out participants taught by adapted programmes, and lists with and without."""

import pandas as pd

from shnor_analysis.decisions.low_results import decide_low_results, works_of_rule
from shnor_analysis.decisions.low_results_pooled import low_results_pooled
from shnor_analysis.decisions.low_results_what_if import ResultsOfSchools, low_results_what_if
from shnor_analysis.decisions.rule_change import low_results_list_changes
from shnor_analysis.measures.adapted_programmes import with_adapted
from shnor_analysis.tables import ADAPTED_PARTICIPANTS, COMPARABILITY
from tests.decisions.test_low_results import RULE, T3_1, cell
from tests.decisions.test_low_results_certainty import KEYS, RULES, comparable, results_of

SCHOOL = "990001"
SCHOOLS = pd.DataFrame({"school_id": [SCHOOL]})
LEFT_OUT = RULE.model_copy(
    update={"adapted_programmes": RULE.adapted_programmes.model_copy(update={"value": "left_out"})}
)


def results(rows, *told):
    """``told``: procedure, year, subject, grade, below the minimum, participants."""
    names = [
        "procedure",
        "assessment_year",
        "subject",
        "grade",
        "n_below_minimum",
        "n_participants",
    ]
    adapted = pd.DataFrame(told, columns=names).assign(
        school_id=SCHOOL, source_file="a.xlsx", source_sheet="Данные", source_row=2
    )
    return with_adapted(results_of(rows), ADAPTED_PARTICIPANTS.conform(adapted))


# T3.1: 3 of 10 and 6 of 20; one of the three and two of the six are taught by adapted programmes
TOLD = (("vpr", 2025, "rus", 5, 1, 1), ("vpr", 2025, "math", 6, 2, 3))


def test_two_of_nine_and_four_of_seventeen_are_not_low():
    rows = results(T3_1, *TOLD)
    counted = decide_low_results(rows, SCHOOLS, RULE, 2025)
    assert counted.decisions["decision"].tolist() == ["included"]
    assert counted.evidence["n_left_out"].tolist() == [0, 0]
    left = decide_low_results(rows, SCHOOLS, LEFT_OUT, 2025)
    assert left.decisions["decision"].tolist() == ["not_included"]
    evidence = left.evidence.set_index("grade")
    assert evidence.loc[5, ["n_below_minimum", "n_participants", "n_left_out"]].tolist() == [
        2,
        9,
        1,
    ]
    assert evidence.loc[6, ["n_below_minimum", "n_participants", "n_left_out"]].tolist() == [
        4,
        17,
        3,
    ]
    # 2 of 9: one more pupil makes 3 of 9; 4 of 17: two more make 6 of 17
    assert evidence["n_to_threshold"].to_dict() == {5: 1, 6: 2}


def test_what_is_not_told_counts_whatever_the_rule():
    rows = results(T3_1)
    assert decide_low_results(rows, SCHOOLS, LEFT_OUT, 2025).decisions["decision"].tolist() == [
        "included"
    ]


def test_a_work_of_nobody_else_is_no_procedure():
    rows = results([*T3_1, cell(SCHOOL, "vpr-2025-rus-4", 2, 2)], ("vpr", 2025, "rus", 4, 2, 2))
    assert len(works_of_rule(rows, RULE)) == 3
    assert len(works_of_rule(rows, LEFT_OUT)) == 2


def test_pooled_years_leave_them_out_too():
    rows = results([cell(SCHOOL, "oge-2025-math-9", 6, 20), cell(SCHOOL, "oge-2024-math-9", 5, 20)],
                   ("oge", 2025, "math", 9, 2, 3))  # fmt: skip
    years = comparable(2024, 2025)
    (pooled,) = low_results_pooled(rows, years, LEFT_OUT, 2025, 2).itertuples(index=False)
    assert (pooled.n_below_minimum_pooled, pooled.n_participants_pooled) == (9, 37)


def lists_of(rows, rule):
    shares = rows[KEYS].assign(shrunken_share=0.0)
    given = ResultsOfSchools(rows, shares, COMPARABILITY.empty(), SCHOOLS, 2025)
    scenarios = low_results_what_if(given, rule, RULES.what_if).scenarios
    is_about = scenarios["kind"] == "adapted_programmes"
    return scenarios.loc[is_about, ["value", "n_included"]].to_numpy().tolist()


def test_the_list_is_shown_with_them_and_without():
    rows = results(T3_1, *TOLD)
    assert lists_of(rows, RULE) == [["left_out", 0]]
    assert lists_of(rows, LEFT_OUT) == [["counted", 1]]
    # nobody told: there is nothing to leave out
    assert lists_of(results(T3_1), RULE) == []


def test_a_change_of_the_rule_names_it():
    whole, alone = low_results_list_changes(results(T3_1, *TOLD), SCHOOLS, RULE, LEFT_OUT, 2025)
    assert whole.parameters == alone.parameters == ("adapted_programmes",)
    assert alone.leaving["school_id"].tolist() == [SCHOOL]
