"""Tables, sentences and pictures of conditions, from a hand-made place."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.decisions.with_context import decisions_with_context
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.measures.with_context import tables_with_context
from shnor_analysis.methodology import Place, PlaceTerms
from shnor_analysis.report import context_figures, context_narrative, tables, theme
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.context_truth import context_truth
from shnor_analysis.report.document import Callout, DisplayFigure, DisplayTable, Heading, Status
from shnor_analysis.report.label_places import place_labels
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import load_texts
from shnor_analysis.tables import conditions as condition_contracts
from tests.conditions_place import (
    METHODOLOGY,
    YEAR,
    cells,
    context,
    graded_place,
    marks_cell,
    school_ids,
    schools,
)

PACKAGE = Path(contracts.__file__).parents[1]
TERMS = PlaceTerms(low_results="ШНОР", adverse_conditions="ШНСУ")


def conditions_of(ids, told, results, signs=None):
    """Everything that is printed, made as the stages make it."""
    school_cells = cells(results)
    register = schools(ids)
    measured = tables_with_context(
        told, register, school_cells, contracts.WORK_NORMS.empty(), None, None, METHODOLOGY, YEAR
    )
    procedures = procedure_results(school_cells, 5)
    low = decide_low_results(procedures, register, METHODOLOGY.low_results, YEAR)
    decided = decisions_with_context(
        measured["context_evidence"], measured["context_values"], measured["social_index"],
        measured["result_index"], measured["result_borders"], low, procedures,
        contracts.OBJECTIVITY_LIST.empty() if signs is None else signs,
        None, None, METHODOLOGY, YEAR,
    )  # fmt: skip
    return Conditions(
        evidence=measured["context_evidence"],
        indicators=measured["context_values"],
        reference=measured["social_reference"],
        index=measured["social_index"],
        parts=measured["social_index_parts"],
        adverse=decided["adverse_conditions"],
        variants=decided["adverse_conditions_variants"],
        weights=decided["social_weights"],
        quality=decided["social_index_quality"],
        results=measured["result_index"],
        borders=measured["result_borders"],
        regression=decided["context_regression"],
        schools=decided["context_results"],
        peers=decided["context_peers"],
        sensitivity=decided["resilience_sensitivity"],
        mentors=decided["mentor_pairs"],
        labels=Labels.of(register, METHODOLOGY),
        rule=METHODOLOGY.adverse_conditions,
        rules=METHODOLOGY.social_context,
        terms=TERMS,
        assessment_year=YEAR,
        set_titles={k: one.title for k, one in METHODOLOGY.condition_sets.items()},
        reliable_participants=10,
        min_participants=5,
    )


def fourteen(signs=None):
    """Fourteen schools, harder and harder; the first is low in two works, the last does well."""
    ids, told = graded_place(14)
    told = told[(told["school_id"] != ids[4]) | (told["indicator"] != "n_juvenile_police")]
    rows = [
        marks_cell(school, subject, year, 5,
                   (8, 6, 4, 2) if school == ids[0] else (0, 4, 10, 6) if school == ids[-1]
                   else (1, 8 + int(school[-1]) % 3, 8, 3))
        for school in ids[:-2] + ids[-1:]
        for subject in ("rus", "math")
        for year in (2023, 2024, 2025)
    ]  # fmt: skip
    return conditions_of(ids, told, rows, signs)


@pytest.fixture(scope="module")
def place():
    """The fourteen without a list of signs of biased results."""
    return fourteen()


@pytest.fixture(scope="module")
def silent():
    """Three schools that said nothing of their conditions."""
    ids = school_ids(3)
    return conditions_of(ids, context(), [marks_cell(one, grade=5) for one in ids])


TABLES = (
    tables.adverse_list, tables.adverse_decisions, tables.adverse_variants, tables.social_weights,
    tables.social_reference, tables.condition_values, tables.condition_gaps,
    tables.condition_differences, tables.condition_sources, tables.quadrants,
    tables.context_results, tables.context_peers, tables.resilience,
    tables.resilience_sensitivity, tables.mentor_pairs,
)  # fmt: skip


def column(table, key):
    position = [one.key for one in table.columns].index(key)
    return [row[position] for row in table.rows]


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_every_table_can_be_made_whatever_is_known(make, place, silent):
    for c in (place, silent):
        table = make(c)
        assert isinstance(table, DisplayTable)
        assert all(len(row) == len(table.columns) for row in table.rows)
        printed = " ".join(
            [table.title, *table.notes, *(cell.text for r in table.rows for cell in r)]
        )
        assert "{" not in printed
        assert not re.search(r"\bnan\b|<NA>|None", printed)


@pytest.mark.parametrize(
    "make", [tables.adverse_list, tables.adverse_decisions, tables.context_results,
             tables.condition_values, tables.resilience],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_schools_stand_in_alphabetical_order(make, place):
    names = [cell.text for cell in column(make(place), "school")]
    assert names == sorted(names)
    assert names


def test_a_missing_value_is_said_in_words_and_zero_is_a_number(place):
    table = tables.condition_values(place)
    row = table.rows[4]
    keys = [one.key for one in table.columns]
    assert row[keys.index("police_record")].status == Status.NO_DATA
    first = table.rows[0][keys.index("police_record")]
    assert (first.value, first.text) == (0, "0,0")
    gaps = tables.condition_gaps(place)
    assert [cell.text for cell in column(gaps, "indicator")] == ["Состоят на учёте в ОДН, КДН"]


def test_the_four_groups_name_every_school_once(place):
    names = "; ".join(cell.text for cell in column(tables.quadrants(place), "names"))
    for school in place.schools["school_id"]:
        assert names.count(place.labels.school(school)) == 1


def test_the_headline_counts_what_the_list_holds(place):
    said = " ".join(run.text for item in context_narrative.context_headline(place).items
                    for run in item)  # fmt: skip
    n = len(tables.adverse_list(place).rows)
    assert f"{n}\xa0школ" in said
    assert "ШНСУ" in said


def sentences(block):
    return " ".join(run.text for run in block.runs)


def with_counts(place, numerator, denominator):
    """The place with every share standing for the same few pupils."""
    is_share = place.indicators["kind"] == "share"
    changed = place.indicators.assign(
        numerator=place.indicators["numerator"].where(~is_share, numerator),
        denominator=place.indicators["denominator"].where(~is_share, denominator),
    )
    return replace(place, indicators=changed)


@pytest.mark.parametrize(("denominator", "is_said"), [(9, True), (10, False)])
def test_a_list_with_a_small_school_says_that_one_pupil_counts(place, denominator, is_said):
    small = with_counts(place, 5, denominator)
    for table in (tables.adverse_list(small), tables.adverse_list(small, for_publication=True)):
        assert ("один ученик заметно меняет долю" in " ".join(table.notes)) == is_said


@pytest.mark.parametrize(("numerator", "is_hidden"), [(4, True), (5, False)])
def test_the_annual_report_names_no_indicator_of_few_pupils(place, numerator, is_hidden):
    few = with_counts(place, numerator, 100)
    shares = {one.title.lower() for one in place.rule.indicators if one.kind == "share"}
    words = "показатель по малому числу обучающихся"

    def drivers(table):
        return (
            "; ".join(cell.text for cell in column(table, "strongest")).lower().replace("\xa0", " ")
        )

    inside, printed = (
        drivers(tables.adverse_list(few)),
        drivers(tables.adverse_list(few, for_publication=True)),
    )
    assert words not in inside
    assert any(title in inside for title in shares)
    assert (words in printed) == is_hidden
    assert any(title in printed for title in shares) == (not is_hidden)
    # an answer yes or no speaks of no pupil
    section = context_narrative.context_section(few, contracts.SOURCE_FILES.empty(), None)
    (listed,) = [one for one in section if getattr(one, "name", "") == "adverse_list"]
    assert drivers(listed) == printed


def test_a_suggestion_names_the_procedures_both_schools_wrote(place):
    table = tables.mentor_pairs(place)
    reasons = [cell.text.replace("\xa0", " ") for cell in column(table, "reason")]
    assert reasons
    for reason in reasons:
        assert "ВПР, русский язык, 5 класс" in reason
    assert "4 класс" in tables.resilience(place).notes[-1].replace("\xa0", " ")


def test_grades_of_one_subject_stand_together(place):
    mentors = place.mentors.assign(
        common_procedures="oge:math:9;vpr:math:5;vpr:math:6;vpr:math:7;vpr:rus:5"
    )
    table = tables.mentor_pairs(replace(place, mentors=mentors))
    said = column(table, "reason")[0].text.replace("\xa0", " ")
    assert said.endswith("ВПР, русский язык, 5 класс; ВПР, математика, 5–7 классы; ОГЭ, математика")


def test_a_listed_school_without_a_suggestion_is_told_why(place):
    schools = place.schools.assign(
        mentor_search=place.schools["mentor_search"].replace("found", "no_common_procedures")
    )
    nobody = tables.mentor_pairs(
        replace(place, schools=schools, mentors=contracts.MENTOR_PAIRS.empty())
    )
    assert {cell.text for cell in column(nobody, "mentor")} == {"—"}
    (reason,) = {cell.text for cell in column(nobody, "reason")}
    assert reason.startswith("никто не предложен")


def test_a_received_list_of_signs_is_said_to_be_all_that_was_looked_at(place):
    last = sorted(place.schools["school_id"])[-1]
    signs = contracts.OBJECTIVITY_LIST.conform(
        pd.DataFrame(
            {"assessment_year": [YEAR], "school_id": last, "subject": "rus", "grade": 5,
             "has_sign": True, "source_file": "f", "source_sheet": "s", "source_row": 2}
        )
    )  # fmt: skip
    listed = fourteen(signs)
    unchecked = "объективность результатов предлагаемых школ здесь не учтена"
    barred = "школы из полученного перечня с признаками необъективности не предлагаются"
    (before,), (after,) = (tables.mentor_pairs(c).notes[:1] for c in (place, listed))
    assert unchecked in before
    assert barred not in before
    assert barred in after
    assert unchecked not in after
    assert "здесь не учтено" in sentences(context_narrative.resilience_rule(place))
    said = sentences(context_narrative.resilience_rule(listed))
    assert "лет с перечнем: 1 из 3" in said
    assert "здесь не учтено" not in said
    table = tables.resilience(listed)
    names = [cell.text for cell in column(table, "school")]
    sign = column(table, "objectivity")[names.index(place.labels.school(last))]
    assert sign.text == "признак в полученном перечне"


def test_one_place_without_answers_gets_a_remark_and_the_reasons(silent):
    files = contracts.SOURCE_FILES.empty()
    place = Place.model_construct(
        terms=TERMS,
        responsible=type("R", (), {"decisions": "отдел", "monitoring": "центр"}),
    )
    remark, reasons = context_narrative.context_section(silent, files, place)
    assert isinstance(remark, Callout)
    assert {cell.text for cell in column(reasons, "decision")} == {"не оценивалась"}
    assert context_figures.context_and_results(silent) == ()
    assert context_figures.index_parts(silent) == ()


def test_pictures_say_what_they_show(place):
    (plane,) = context_figures.context_and_results(place)
    (parts,) = context_figures.index_parts(place)
    for picture in (plane, parts):
        assert isinstance(picture, DisplayFigure)
        assert picture.alt
        assert "{" not in picture.title + picture.alt + "".join(picture.notes)
    assert plane.svg == context_figures.context_and_results(place)[0].svg


def test_a_label_has_the_name_in_the_quotation_marks():
    assert context_figures.short_name("МБОУ «СОШ № 2 г. Примерска»") == "СОШ №\xa02 г.\xa0Примерска"
    assert context_figures.short_name("Школа") == "Школа"


def test_labels_cover_neither_points_nor_one_another():
    rng = np.random.default_rng(5)
    points = list(zip(rng.uniform(0, 100, 25), rng.uniform(-1, 1, 25), strict=True))
    labels = [(x, y, f"Школа {k}") for k, (x, y) in enumerate(points[:14])]
    with theme.page():
        figure = theme.new_figure(110)
        ax = figure.subplots()
        ax.set_xlim(-5, 105)
        ax.set_ylim(-1.2, 1.2)
        ax.scatter(*zip(*points, strict=True))
        placed = place_labels(ax, labels, points, 7)
        boxes = [note.get_window_extent(figure.canvas.get_renderer()) for note in placed]
        dots = ax.transData.transform(points)
    assert [note.get_text() for note in placed] == [name for _, _, name in labels]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
        assert not any(box.contains(*dot) for dot in dots)


CODES = {
    "condition_evidence": condition_contracts.CONDITION_EVIDENCE,
    "condition_gap": condition_contracts.VALUE_REASONS,
    "indicator_state": condition_contracts.INDICATOR_STATES,
    "reference_origin": condition_contracts.REFERENCE_ORIGINS,
    "context_reference": condition_contracts.REFERENCE_ORIGINS,
    "variant_kind": condition_contracts.VARIANT_KINDS,
    "quadrant": condition_contracts.QUADRANTS,
    "effect": condition_contracts.EFFECTS,
    "resilience_verdict": (
        *(one for one in condition_contracts.RESILIENCE_SUPPORT if one != "none"),
        "fails",
        "unknown",
    ),
    "resilience_border": (*condition_contracts.RESULT_WORKS, "mixed"),
    "result_border": condition_contracts.BORDERS_AMONG,
    "objectivity": condition_contracts.OBJECTIVITY_SIGNS,
    "mentor_reason": condition_contracts.MENTOR_REASONS,
}


@pytest.mark.parametrize("group", CODES)
def test_every_code_has_words(group):
    assert set(load_texts()[group]) == set(CODES[group])


def test_every_search_without_a_suggestion_has_words():
    needs_none = {"not_listed", "found"}
    assert set(load_texts()["mentor_search"]) == (
        set(condition_contracts.MENTOR_SEARCHES) - needs_none
    )


@pytest.mark.parametrize(
    ("group", "module", "pattern"),
    [
        ("condition_reason", "decisions/adverse_conditions.py",
         r'"((?:index|no|few)_\w+|index_low|index_above)"'),
        ("context_line", "decisions/context_results.py",
         r'"(no_norms_file|no_line_in_norms|other_rule_in_norms|results_without_norms)"'),
    ],
)  # fmt: skip
def test_every_reason_has_words(group, module, pattern):
    source = (PACKAGE / module).read_text(encoding="utf-8")
    emitted = set(re.findall(pattern, source)) - {"index_z"}
    more = {"correlation", "territory", "explained", "region"} if group == "context_line" else set()
    assert emitted | more == set(load_texts()[group])


def test_training_is_for_an_invented_place_only(place):
    nothing = pd.DataFrame(columns=["school_id", "case", "why", "size_class", "adversity"])
    assert context_truth(nothing, (60, 150), place) == ()
    ids = sorted(place.schools["school_id"])
    # the rule finds the last school and, exactly on the border, the eleventh; planted as resilient
    # were the last and the first
    planted = pd.DataFrame(
        {
            "school_id": ids, "case": ["resilient", *["ordinary"] * 12, "resilient"],
            "why": "задумано", "size_class": [0] * 7 + [2] * 7,
            "adversity": [3.0, *range(-13, 0)],
        }
    )  # fmt: skip
    heading, _, by_size, resilience, by_case = context_truth(planted, (60, 150), place)
    assert isinstance(heading, Heading)
    assert [cell.text for cell in column(by_size, "size")] == [
        "до 60", "61–150", "больше 150", "Всего",
    ]  # fmt: skip
    assert [cell.value for cell in column(by_size, "n")] == [7, 0, 7, 14]
    # the hardest was planted first and is not on the list
    assert column(by_size, "found")[0].value == 0
    assert column(by_size, "missed")[0].value == 1
    counts = {key: [cell.value for cell in column(resilience, key)]
              for key in ("planted", "found", "missed", "extra")}  # fmt: skip
    assert counts == {
        "planted": [1, 0, 1, 2], "found": [0, 0, 1, 1], "missed": [1, 0, 0, 1],
        "extra": [0, 0, 1, 1],
    }  # fmt: skip
    assert [cell.text for cell in column(by_case, "truth")] == [
        "задумана, не названа", "названа зря", "названа верно",
    ]  # fmt: skip
    # the eleventh hangs on the letter alone
    likely = {key: column(resilience, key)[-1].value for key in ("found_likely", "extra_likely")}
    assert likely == {"found_likely": 1, "extra_likely": 0}


def holding(place, support, **changed):
    """The place with the one school of good results supported in some way."""
    holds = place.schools["resilience"] == "holds"
    values = {"resilience_support": support, **changed}
    rows = place.schools.assign(
        **{name: place.schools[name].mask(holds, value) for name, value in values.items()}
    )
    return replace(place, schools=rows)


def headline(c):
    return [run.text.replace("\xa0", " ")
            for item in context_narrative.context_headline(c).items for run in item]  # fmt: skip


def test_a_school_good_by_the_letter_alone_is_not_said_to_do_well(place):
    name = "МБОУ «Школа 14» (не ниже границы: 2022/23, 2023/24, 2024/25; учеников 20, результат"
    (said,) = [one for one in headline(holding(place, "by_interval")) if name in one]
    assert said.startswith("Вероятно, хорошие результаты в неблагоприятных условиях")
    by_letter = headline(holding(place, "by_letter"))
    (said,) = [one for one in by_letter if name in one]
    assert "по букве правила" in said
    assert "не подтверждён" in said
    assert "Хороший результат в неблагоприятных условиях не подтверждён ни у одной школы." in (
        by_letter
    )
    with_line = headline(holding(place, "by_letter", p_above=0.06))
    assert [one for one in with_line if "существенно выше ожидаемого с вероятностью 6 %" in one]
    silent_now = headline(holding(place, "by_letter", result_status="too_few"))
    assert [one for one in silent_now if "результат этого года — мало участников" in one]


@pytest.mark.parametrize(
    ("support", "words"),
    [
        ("by_effect", "вероятно, результат выше ожидаемого"),
        ("by_interval", "вероятно, весь интервал не ниже границы"),
        ("by_letter", "по букве правила, не подтверждено"),
    ],
)
def test_the_table_shows_what_the_verdict_rests_on(place, support, words):
    table = tables.resilience(holding(place, support))
    names = [cell.text for cell in column(table, "school")]
    row = names.index("МБОУ «Школа 14»")
    assert column(table, "verdict")[row].text == words
    assert column(table, "verdict")[row].emphasis == (support != "by_letter")
    assert column(table, "years")[row].text == "3 из 3: 2022/23, 2023/24, 2024/25"
    assert column(table, "n")[row].value == 20


def test_where_a_result_is_expected_its_probability_stands_in_the_table(place):
    c = holding(place, "by_effect", p_above=0.82)
    assert "p_above" not in [one.key for one in tables.resilience(c).columns]
    lined = replace(c, regression=place.regression.assign(source="region"))
    table = tables.resilience(lined)
    row = [cell.text for cell in column(table, "school")].index("МБОУ «Школа 14»")
    assert column(table, "p_above")[row].text == "82"
    assert "с вероятностью не меньше 80 %" in table.notes[1].replace("\xa0", " ")
    assert "95-процентный интервал" in tables.resilience(c).notes[1]


def test_few_pupils_are_not_counted_out_in_the_table(place):
    table = tables.resilience(holding(place, "by_letter", result_status="too_few", n_pupils=3))
    row = [cell.text for cell in column(table, "school")].index("МБОУ «Школа 14»")
    for key in ("n", "result", "lower", "upper", "border"):
        assert column(table, key)[row].status == Status.TOO_FEW


def test_the_borders_of_every_year_are_said_with_their_schools(place):
    said = sentences(context_narrative.resilience_rule(place)).replace("\xa0", " ")
    assert said.count("(школы территории)") == 3
    assert "начальных классов" not in said
    now = place.borders["assessment_year"] == YEAR
    mixed = place.borders.assign(among=place.borders["among"].mask(now, "region"))
    said = sentences(context_narrative.resilience_rule(replace(place, borders=mixed)))
    assert said.count("(школы региона)") == 1
    assert "за остальные взяты школы территории" in said


def test_the_picture_says_who_is_not_in_it_and_why(place):
    (plane,) = context_figures.context_and_results(place)
    absent = "На рисунке нет: МБОУ «Школа 13» (результатов в этом году нет)."
    assert absent in [note.replace("\xa0", " ") for note in plane.notes]
    assert plane.alt.replace("\xa0", " ").endswith(absent)
    everybody = place.schools[place.schools["result_status"] == "ok"]
    (whole,) = context_figures.context_and_results(replace(place, schools=everybody))
    assert "На рисунке нет" not in whole.alt + " ".join(whole.notes)
    assert len(whole.notes) == 2
    no_index = everybody.assign(
        social_index=everybody["social_index"].mask(everybody.reset_index().index < 9)
    )
    (few,) = context_figures.context_and_results(replace(place, schools=no_index))
    assert "На рисунке нет: школ: 9 (индекс не посчитан)." in few.notes


def changed_quality(place, n_schools, n_used):
    states = ["used"] * n_used + ["same_everywhere"] * (len(place.reference) - n_used)
    return replace(
        place,
        quality=place.quality.assign(n_schools=n_schools, omega=float("nan"), alpha=0.5),
        reference=place.reference.assign(state=states),
    )


@pytest.mark.parametrize(
    ("n_schools", "n_used", "why"),
    # three schools and three indicators are the fewest that can have a factor
    [
        (2, 9, "школ со всеми показателями меньше 3"),
        (9, 2, "показателей, которые различают школы, меньше 3"),
        (3, 3, "показатели не сводятся к одному общему фактору"),
    ],
)
def test_why_omega_has_no_value_is_said(place, n_schools, n_used, why):
    said = context_narrative.index_quality(changed_quality(place, n_schools, n_used)).runs[0].text
    assert f"омега Макдональда не вычислена ({why})," in said
    assert "альфа Кронбаха 0,50," in said
