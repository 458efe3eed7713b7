"""Which schools a change of the rule moves, on results small enough to decide by hand."""

import pandas as pd

from shnor_analysis.decisions.rule_change import PARAMETERS, low_results_list_changes
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.tables import CELLS
from tests.decisions.test_low_results import RULE, cell

# School 1: two low procedures in 2025. School 2: the same two, but four pupils each.
# School 3: low in one procedure two years running. School 4: never low.
ROWS = [
    cell("990001", "vpr-2025-rus-5", 5, 10),
    cell("990001", "vpr-2025-math-5", 5, 10),
    cell("990002", "vpr-2025-rus-5", 2, 4),
    cell("990002", "vpr-2025-math-5", 2, 4),
    cell("990003", "oge-2025-math-9", 5, 10),
    cell("990003", "oge-2024-math-9", 5, 10),
    cell("990003", "oge-2025-rus-9", 0, 10),
    cell("990004", "vpr-2025-rus-5", 0, 10),
    cell("990004", "vpr-2025-math-5", 0, 10),
]
SCHOOLS = pd.DataFrame({"school_id": ["990001", "990002", "990003", "990004"]})
RESULTS = procedure_results(CELLS.conform(pd.DataFrame(ROWS)), 1)


def changed(**values):
    return RULE.model_copy(
        update={
            name: getattr(RULE, name).model_copy(update={"value": value})
            for name, value in values.items()
        }
    )


def moves(old, new):
    return [
        (change.parameters, list(change.entering["school_id"]), list(change.leaving["school_id"]))
        for change in low_results_list_changes(RESULTS, SCHOOLS, old, new, 2025)
    ]


def test_the_whole_change_and_each_parameter_alone():
    new = changed(min_participants=5, mode="A")
    assert moves(RULE, new) == [
        (("min_participants", "mode"), [], ["990002", "990003"]),
        (("min_participants",), [], ["990002"]),  # four pupils are too few
        (("mode",), [], ["990003"]),  # repetition does not count any more
    ]
    assert moves(new, RULE)[0] == (("min_participants", "mode"), ["990002", "990003"], [])


def test_the_two_numbers_of_the_share_change_together():
    # 5 of 10 and 2 of 4 are low at 3/10 and not at 3/5, though only the denominator differs
    both = ("share_numerator", "share_denominator")
    leaving = ["990001", "990002", "990003"]
    assert moves(RULE, changed(share_denominator=5)) == [(both, [], leaving)] * 2


def test_a_rule_that_only_words_certainty_otherwise_moves_nobody():
    assert moves(RULE, changed(sure_probability=0.99)) == [((), [], [])]


def test_reasons_are_those_of_the_new_rule():
    whole, *_ = low_results_list_changes(RESULTS, SCHOOLS, RULE, changed(min_participants=5), 2025)
    assert list(whole.leaving["reason_code"]) == ["too_few_procedures"]
    assert list(whole.leaving["regulation_id"]) == [RULE.id]


def test_parameters_are_fields_of_the_rule():
    assert {one for fields in PARAMETERS for one in fields} <= set(type(RULE).model_fields)
