"""Sentences, tables and pictures of changes, from a hand-made place."""

import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.decisions.with_dynamics import decisions_on_dynamics
from shnor_analysis.demo.truth_table import SIZE_ENDS
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.measures.shrunken_shares import shrunken_shares
from shnor_analysis.measures.with_dynamics import tables_of_changes
from shnor_analysis.methodology import PlaceTerms
from shnor_analysis.report import dynamics_figures, dynamics_narrative, russian, tables
from shnor_analysis.report.document import DisplayTable, Status
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.dynamics_truth import dynamics_truth
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import load_texts
from tests.conditions_place import schools
from tests.dynamics_place import METHODOLOGY, NO_MERGERS, cell, cells, compared, norms
from tests.measures.test_result_changes import pairs, results, works

A, B, C, D = "990001", "990002", "990003", "990004"
TERMS = PlaceTerms(low_results="ШНОР", adverse_conditions="ШНСУ")


def two(school, year, x, n, high=None):
    return [
        cell(school, f"vpr-{year}-spring-{subject}-5", x, n, high) for subject in ("rus", "math")
    ]


# A truly left the list, B entered it by three pupils, C stayed, D was joined to A.
ROWS = [
    *two(A, 2024, 30, 50, 5), *two(A, 2025, 3, 50, 40),
    *two(B, 2024, 0, 3, 1), *two(B, 2025, 1, 3, 1),
    *two(C, 2024, 30, 60, 10), *two(C, 2025, 31, 60, 9),
    *two(D, 2024, 1, 20, 10),
]  # fmt: skip


def made(rows=tuple(ROWS), verdict="comparable", reasons=None, of_region=None, cohorts=None,
         registers=None, result_values=None):  # fmt: skip
    """Everything that is printed, made as the stages make it."""
    table = cells(list(rows))
    of_works = norms(of_region or {})
    comparability = compared(table, {2025: verdict}, {2025: reasons})
    index = results(result_values) if result_values else contracts.RESULT_INDEX.empty()
    measured = tables_of_changes(
        {
            "cells": table, "comparability": comparability, "work_norms": of_works,
            "result_index": index, "works": works(),
            "cohort_pairs": pairs([]) if cohorts is None else cohorts,
        },
        table,
        NO_MERGERS,
        METHODOLOGY.dynamics,
        2025,
    )  # fmt: skip
    register = schools(sorted(set(table["school_id"])), **{f"s{D}": 2025})
    priors = norms(dict.fromkeys(table["work_id"], 0.1))
    decided = decisions_on_dynamics(
        {
            **measured, "procedure_results": procedure_results(table, 5),
            "shrunken_shares": shrunken_shares(table, priors, 0.3, 10),
            "social_index": contracts.SOCIAL_INDEX.empty(), "schools": register,
            "past_registers": contracts.PAST_REGISTERS.empty() if registers is None else registers,
        },
        METHODOLOGY,
        2025,
    )  # fmt: skip
    return Dynamics(
        works=measured["work_changes"],
        work_classes=decided["work_change_classes"],
        territory=measured["territory_changes"],
        territory_classes=decided["territory_change_classes"],
        results=measured["result_changes"],
        result_classes=decided["result_change_classes"],
        cohorts=measured["cohort_changes"],
        visible=measured["visible_changes"],
        states=decided["list_states"],
        moves=decided["list_moves"],
        flows=decided["list_flows"],
        comparability=comparability,
        labels=Labels.of(register, METHODOLOGY),
        rules=METHODOLOGY.dynamics,
        terms=TERMS,
        assessment_year=2025,
        min_participants=5,
    )


@pytest.fixture(scope="module")
def d():
    return made()


def plain(block):
    items = block.items if hasattr(block, "items") else (block.runs,)
    return "\n".join("".join(run.text for run in item) for item in items).replace(
        russian.NO_BREAK_SPACE, " "
    )


def column(table, key):
    place = [one.key for one in table.columns].index(key)
    return [row[place].text for row in table.rows]


def test_the_headline_says_who_moved_and_how_surely(d):
    said = plain(dynamics_narrative.dynamics_headline(d))
    assert "За 2024/25 учебный год по правилу в перечне ШНОР — 2 школы; за 2023/24" in said
    assert "Остались: МБОУ «Школа 03»." in said
    assert "Вошли: МБОУ «Школа 02»." in said
    assert "Вышли: МБОУ «Школа 01»." in said
    assert "не меньше чем на 50 пунктов): МБОУ «Школа 01». О других" in said
    # Школа 02 вошла на двух учениках: столько входит и без изменений
    assert "в перечень и так вошло бы" in said
    assert "Подтверждено улучшение: МБОУ «Школа 01» (4 сравнения)." in said
    assert "Подтверждено снижение" not in said
    assert "Подтверждённых изменений сводного результата нет." in said


def test_the_headline_says_how_many_changes_chance_gives(d):
    said = plain(dynamics_narrative.dynamics_headline(d))
    # of 8 comparisons 5 % lie outside the interval and 2 · 20 % − 5 % lean: 0.4 and 2.8
    assert "таких бывает меньше одного), тенденция — в 0 (около 3)" in said


def test_what_is_weaker_without_norms_is_said_once():
    status = pd.DataFrame({"reason": ["no_norms_file", pd.NA]})
    (note,) = dynamics_narrative.norms_note(status)
    assert "Файл норм региона не получен" in plain(note)
    assert dynamics_narrative.norms_note(status.iloc[1:]) == ()


def test_flows_have_both_denominators(d):
    table = tables.list_flows(d)
    # 2 of 3 schools were listed: one left and one entered of the one outside
    assert column(table, "before") == ["2"]
    assert column(table, "left") == column(table, "entered") == ["1"]
    assert column(table, "exit_of_list") == ["50,0"]
    assert column(table, "exit_of_all") == column(table, "entry_of_all") == ["33,3"]
    assert column(table, "entry_of_others") == ["100,0"]


def test_moves_say_what_may_be_chance(d):
    table = tables.list_moves(d)
    assert column(table, "school") == [f"МБОУ «Школа 0{n}»" for n in (1, 2, 3)]
    assert column(table, "real") == ["изменение действительное", "может быть случайностью", "—"]


def test_the_matrix_counts_every_school_once(d):
    (table,) = tables.transition_matrix(d)
    assert sum(cell_.value for row in table.rows for cell_ in row[1:]) == 4
    assert "присоединена к другой школе" in [one.label for one in table.columns]
    assert tables.transition_matrix(made(two(A, 2025, 1, 20))) == ()


def test_history_shows_received_registers():
    register = contracts.PAST_REGISTERS.conform(
        pd.DataFrame(
            [{"register": "low_results", "assessment_year": 2024, "school_id": B, "status": "watch",
              "source_file": "f", "source_row": 1}]
        )
    )  # fmt: skip
    table = tables.list_history(made(registers=register))
    row = next(row for row in table.rows if row[0].text == "МБОУ «Школа 02»")
    assert row[1].text.endswith("в полученном перечне — наблюдение (ШНОР)")
    assert not row[1].emphasis
    assert row[2].emphasis
    assert "МБОУ «Школа 04»" not in column(table, "school")


def test_confirmed_changes_and_all_changes(d):
    sure = tables.share_changes(d)
    assert set(column(sure, "school")) == {"МБОУ «Школа 01»"}
    assert set(column(sure, "verdict")) == {"улучшение подтверждено"}
    assert "30 из 50 (60,0 %)".replace(" %", f"{russian.NO_BREAK_SPACE}%") in column(sure, "before")
    everything = tables.all_share_changes(d)
    assert everything.sheet_only
    assert len(everything.rows) == len(d.works)
    small = [row for row in everything.rows if row[0].text == "МБОУ «Школа 02»"]
    for row in small:
        assert "%" not in row[3].text + row[4].text  # three participants: no share
        assert row[5].status is Status.TOO_FEW
        assert row[-1].text == "мало участников"


def test_nothing_is_said_where_years_are_not_comparable():
    d = made(verdict="not_comparable", reasons="random_subject")
    said = plain(dynamics_narrative.dynamics_headline(d))
    assert "Изменения долей не оценивались" in said
    table = tables.incomparable_works(d)
    assert column(table, "reasons") == ["предмет по жребию"] * 2
    assert column(table, "instead") == ["изменение не считается"] * 2
    assert dynamics_figures.school_changes(d) == ()
    for row in tables.territory_share_changes(d).rows:
        assert row[4].status is Status.NOT_APPLICABLE
        assert row[-1].text == "годы не сравнимы"


def test_a_changed_work_is_compared_with_the_region():
    shares = {work: share for year, share in ((2024, 0.3), (2025, 0.1))
              for work in (f"vpr-{year}-spring-rus-5", f"vpr-{year}-spring-math-5")}  # fmt: skip
    d = made(verdict="shares_only", reasons="work_changed", of_region=shares)
    table = tables.incomparable_works(d)
    assert set(column(table, "instead")) == {"сравнивается отличие от доли региона за ту же работу"}
    everything = tables.all_share_changes(d)
    of_school = [row for row in everything.rows if row[0].text == "МБОУ «Школа 01»"]
    own = [row for row in of_school if row[2].text == "не преодолели минимум"]
    # 60 % → 6 %, the region 30 → 10 %: 34 points are the school's own
    assert {row[5].text for row in own} == {"−34,0"}
    assert {row[9].text for row in own} == {"относительно региона"}


def test_pictures_are_the_same_bytes_and_have_words():
    first, second = (dynamics_figures.school_changes(made()) for _ in range(2))
    assert [one.svg for one in first] == [one.svg for one in second]
    (picture,) = first
    assert "Малые графики по школам (2)" in picture.alt
    many = [row for i in range(1, 12) for year in (2024, 2025)
            for row in two(f"99{i:04d}", year, 5, 20)]  # fmt: skip
    pages = dynamics_figures.school_changes(made(many))
    assert [one.name for one in pages] == ["school_changes_1", "school_changes_2"]
    # 11 schools are four lines of three: two lines a picture, not three and one
    assert [f"по школам ({n})" in one.alt for n, one in zip((6, 5), pages, strict=True)] == [
        True
    ] * 2


def test_what_could_be_seen(d):
    said = plain(dynamics_narrative.visible_sentence(d))
    assert "При 10 участниках в каждом году надёжно заметно только изменение на 48–55" in said
    table = tables.visible_changes(d)
    assert column(table, "n") == [str(n) for n in METHODOLOGY.dynamics.visible_sizes.value]
    ten = table.rows[1]
    assert [cell_.text for cell_ in ten[2:]] == [
        "не заметно", "61", "не заметно", "84", "1", "99",
    ]  # fmt: skip


def test_results_and_cohorts():
    values = {f"99{i:04d}": (0.0, 0.05, -0.05, 0.0) for i in range(5, 18)}
    d = made(result_values={**values, A: (-0.9, -0.6, -0.3, 0.3)}, cohorts=pairs([(A, 20, 7, 1)]))
    table = tables.result_changes(d)
    row = next(row for row in table.rows if row[0].text == "МБОУ «Школа 01»")
    assert [row[3].text, row[6].text, row[9].text] == ["0,60", "улучшение подтверждено", "рост"]
    assert "среди других" in plain(dynamics_narrative.result_spread(d))
    assert "Сводный результат вырос: МБОУ «Школа 01»." in plain(
        dynamics_narrative.dynamics_headline(d)
    )
    (cohort,) = tables.cohort_changes(d)
    assert column(cohort, "p") == ["0,039"]
    assert "проследить в школах: 1" in plain(dynamics_narrative.cohort_sentence(d))


def test_one_year_only_is_said_plainly():
    d = made([*two(A, 2025, 1, 20), *two(C, 2025, 15, 20)])
    said = plain(dynamics_narrative.dynamics_headline(d))
    assert "Движение школ в перечне ШНОР не определено" in said
    assert "коды участников каждый год новые" in plain(dynamics_narrative.cohort_sentence(d))
    assert tables.cohort_changes(d) == ()
    assert tables.list_flows(d).rows == ()
    assert "не оценён" in plain(dynamics_narrative.result_spread(d))
    for block in dynamics_narrative.dynamics_section(d):
        if isinstance(block, DisplayTable):
            assert block.title


def test_the_training_section_counts_found_and_others(d):
    truth = pd.DataFrame(
        {"school_id": [A, C], "case": ["x", "y"], "why": ["выросла", "прежняя"],
         "quality": [0.5, 0.1], "size_class": [2, 2]}
    )  # fmt: skip
    before = truth.assign(quality=[-0.2, 0.0])
    blocks = dynamics_truth(truth, before, SIZE_ENDS, d)
    by_size, by_school = (one for one in blocks if isinstance(one, DisplayTable))
    assert [cell_.text for cell_ in by_size.rows[-1]][1:4] == ["2", "1", "0"]
    assert [row[0].text for row in by_school.rows] == ["МБОУ «Школа 01»"]
    assert by_school.rows[0][-1].text == "2024/25: вышла, действительно"
    assert dynamics_truth(truth.iloc[:0], before, SIZE_ENDS, d) == ()


WORDS = {
    "list_state": contracts.LIST_STATES_OF_SCHOOLS,
    "list_state_short": contracts.LIST_STATES_OF_SCHOOLS,
    "list_move": contracts.LIST_MOVES_OF_SCHOOLS,
    "change_outcome": contracts.CHANGE_OUTCOMES,
    "change_class": contracts.CHANGE_CLASSES,
    "change_status": contracts.CHANGE_STATUSES,
    "change_basis": contracts.CHANGE_BASES,
    "formal_sign": contracts.FORMAL_SIGNS,
    "trend_class": contracts.TREND_CLASSES,
}


@pytest.mark.parametrize("group", WORDS)
def test_every_code_has_words(group):
    assert set(load_texts()[group]) == set(WORDS[group])
