"""Lists of indicators in print: statuses, order, what is the letter, no places and no ranks."""

import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.decisions.low_results_index import Surroundings, decide_low_results_index
from shnor_analysis.decisions.low_results_rules import low_results_overlap, low_results_rules
from shnor_analysis.measures.low_results_indicators import (
    low_results_indicators,
    low_results_indicators_territory,
)
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.report import indicator_dots, list_notes, tables
from shnor_analysis.report.document import Status
from shnor_analysis.report.labels import Labels
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
LISTS, RULE = METHODOLOGY.low_results_lists, METHODOLOGY.low_results
LIST_WORDS = METHODOLOGY.certainty.indicator_lists
IDS = [f"99000{k}" for k in range(1, 9)]
NAMES = {one: f"МБОУ «СОШ № {20 - place}»" for place, one in enumerate(IDS)}
LABELS = Labels(NAMES, {s.subject: s.name for s in METHODOLOGY.subjects})


def cell(school, work, x, n):
    procedure, year, subject, grade = work.split("-")
    return {
        "school_id": school, "work_id": f"{procedure}-{year}-main-{subject}-{grade}",
        "assessment_year": int(year), "procedure": procedure, "season": "main",
        "subject": subject, "grade": int(grade), "level": "none", "basis": "pupils",
        "n_participants": n, "n_below_minimum": x, "n_high_known": n, "n_high": 0,
        "n_score_raw": 0, "n_score_scaled": 0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def found():
    """Eight schools, two of them basic; the last two low every year, the first three pupils."""
    cells = [
        cell(school, work.format(year), x if school != IDS[0] else 0, 30 if school != IDS[0] else 3)
        for school, x in zip(IDS, (0, 1, 2, 3, 4, 5, 15, 20), strict=True)
        for year in (2022, 2023, 2024, 2025)
        for work in ("vpr-{}-rus-5", "vpr-{}-math-4", "oge-{}-rus-9", "ege-{}-rus-11")
        if school != IDS[0] or "ege" not in work
    ]
    given = {
        "cells": contracts.CELLS.conform(pd.DataFrame(cells)),
        "cell_scores": contracts.CELL_SCORES.empty(),
        "diagnostic_works": contracts.DIAGNOSTIC_WORKS.empty(),
        "context": contracts.CONTEXT.empty(),
    }
    levels = pd.Series(["basic"] * 2 + ["secondary"] * 6, index=pd.Index(IDS, name="school_id"))
    indicators = low_results_indicators(given, levels.astype("str"), LISTS, 2025, 5)
    index = decide_low_results_index(
        indicators, LISTS, Surroundings(levels.astype("str"), None, False), LIST_WORDS, 2025
    )
    return indicators, low_results_indicators_territory(indicators), index


@pytest.fixture(scope="module")
def federal():
    return contracts.LOW_RESULTS.conform(
        pd.DataFrame(
            {
                "school_id": IDS, "assessment_year": 2025, "decision": "not_included",
                "reason_code": "below", "n_procedures": 1, "n_compared": 1, "n_low_current": 0,
                "n_low_previous": 0, "evidence": "none", "regulation_id": RULE.id,
                "rule_mode": "A",
            }
        )
    )  # fmt: skip


def column(table, key):
    place = [c.key for c in table.columns].index(key)
    return [row[place] for row in table.rows]


def test_five_truths_look_different(found):
    indicators, territory, index = found
    first, second = tables.indicator_values(indicators, territory, LISTS, LABELS, 2025)
    by_school = {row[0].value: row for row in first.rows}
    small = by_school[NAMES[IDS[0]]]
    # ЕГЭ does not apply; six pupils of two years at ГИА are 0 %; no РДР, no journal, no answer
    assert [c.status for c in small[1:]] == [
        Status.NOT_APPLICABLE, Status.OK, Status.OK, Status.NO_DATA, Status.NO_DATA, Status.NO_DATA,
    ]  # fmt: skip
    assert small[2].text == "0,0"
    # the regional index adds one year only: three pupils are too few to print
    # and too few to weigh in the index, as the note under the table says
    assert (
        second.notes[-1]
        .replace("\n", " ")
        .endswith(
            "«мало участников» — значение не печатается и в индекс не входит. Порядок алфавитный."
        )
    )
    assert "Участники сложены за последние 2\u00a0года." in first.notes[0]
    assert second.notes[0].strip() == "Участники одного, последнего года."
    parts = index.parts.set_index(["regulation_id", "school_id", "indicator_id"])
    of_small = parts.loc[(LISTS[1].id, IDS[0], LISTS[1].indicators[1].id)]
    assert of_small[["score", "weight"]].isna().all()
    one_year = {row[0].value: row for row in second.rows}[NAMES[IDS[0]]]
    assert one_year[1].status == Status.TOO_FEW
    assert by_school["Территория"][2].value == pytest.approx((2 * 2 * 50) / (2 * 2 * 7 * 30 + 6))


def test_schools_stand_in_alphabetical_order_and_nothing_ranks_them(found, federal):
    indicators, territory, index = found
    printed = [
        *tables.indicator_values(indicators, territory, LISTS, LABELS, 2025),
        tables.ways(federal, index.decisions, RULE, LISTS, LIST_WORDS, LABELS),
        *tables.index_lists(index.decisions, index.years, LISTS, LIST_WORDS, LABELS),
    ]
    expected = [NAMES[one] for one in reversed(IDS)]
    for table in printed:
        shown = [c.value for c in column(table, "school") if c.value != "Территория"]
        assert shown == [name for name in expected if name in shown]
        words = " ".join([table.title, *(c.label for c in table.columns)])
        assert "мест" not in words.lower()
        assert "index" not in {c.key for c in table.columns}


def test_a_list_is_named_by_itself_not_by_a_document_about_two_things(found, federal):
    indicators, territory, index = found
    given = (indicators, territory, index.decisions, LISTS, LABELS, 5)
    titles = [
        *(p.title for p in indicator_dots.indicator_dots(*given)),
        *(
            t.title
            for t in tables.index_lists(index.decisions, index.years, LISTS, LIST_WORDS, LABELS)
        ),
        *(
            c.label
            for c in tables.ways(federal, index.decisions, RULE, LISTS, LIST_WORDS, LABELS).columns
        ),
    ]
    assert not [title for title in titles if "услови" in title]
    assert titles[2] == "Школы перечня: Показатели низких результатов, Стерлитамакский район"


def test_decisions_stand_side_by_side_with_their_certainty(found, federal):
    table = tables.ways(federal, found[2].decisions, RULE, LISTS, LIST_WORDS, LABELS)
    by_school = {row[0].value: [c.text for c in row[1:]] for row in table.rows}
    assert by_school[NAMES[IDS[7]]] == ["признака нет", *["признак есть, уверенно"] * 2]
    assert by_school[NAMES[IDS[1]]] == ["признака нет"] * 3


def test_one_word_with_two_meanings_is_defined_under_the_table(found, federal):
    words = LIST_WORDS.model_copy(
        update={"sure_probability": LIST_WORDS.sure_probability.model_copy(update={"value": 0.95})}
    )
    note = tables.ways(federal, found[2].decisions, RULE, LISTS, words, LABELS).notes[-1]
    said = note.replace("\u00a0", " ")
    assert "Первый столбец (Низкие образовательные результаты (федеральное правило))" in said
    assert said.index("от 90 %") < said.index("Перечни показателей") < said.index("от 95 %")
    listed = tables.index_lists(found[2].decisions, found[2].years, LISTS, words, LABELS)[0]
    assert "«Уверенно» — она не ниже 95 %" in listed.notes[0].replace("\u00a0", " ")


def test_what_brought_a_school_to_the_list_is_named(found):
    first, second = tables.index_lists(
        found[2].decisions, found[2].years, LISTS, LIST_WORDS, LABELS
    )
    assert [c.value for c in column(first, "school")] == [NAMES[IDS[7]], NAMES[IDS[6]]]
    assert (
        column(first, "reason")[0].text
        == "в нижних 25\xa0% школ по индексу 2\xa0года из 2: 2023/24 и 2024/25"
    )
    assert column(second, "reason")[0].text.endswith("3\xa0года из 3: 2022/23, 2023/24 и 2024/25")
    assert "ГИА: ниже минимума" in column(first, "drivers")[0].text


@pytest.mark.parametrize(
    ("is_below", "drivers", "said"),
    [
        (False, None, "; за 2024/25 индекс выше границы"),
        (pd.NA, None, "; за 2024/25 индекса нет: известно мало"),
        (False, "gia9", "; за 2024/25 индекс выше границы"),
    ],
)
def test_a_school_listed_for_earlier_years_says_so(found, is_below, drivers, said):
    low, regional = IDS[7], LISTS[1]
    years, decisions = found[2].years.copy(), found[2].decisions.copy()
    is_now = (years["school_id"] == low) & (years["assessment_year"] == 2025)
    years.loc[is_now, "is_below"] = is_below
    is_row = (decisions["school_id"] == low) & (decisions["regulation_id"] == regional.id)
    decisions.loc[is_row, "drivers"] = drivers
    decisions.loc[is_row, "n_years_below"] = 2
    table = tables.index_lists(decisions, years, (regional,), LIST_WORDS, LABELS)[0]
    place = [c.value for c in column(table, "school")].index(NAMES[low])
    titles = {one.id: one.short_title for one in regional.indicators}
    years_said = "2\xa0года из 3: 2022/23 и 2023/24"
    assert column(table, "reason")[place].text.endswith(years_said + said)
    assert column(table, "drivers")[place].text == titles.get(drivers, "—")


def test_summary_and_overlap_of_lists(found, federal):
    index = found[2].decisions
    summary = tables.ways_summary(
        low_results_rules(federal, index), federal, index, RULE, LISTS, LABELS
    )
    assert [c.value for c in column(summary, "n_included")] == [0, 2, 2]
    assert [c.text for c in column(summary, "share")] == ["0", "25", "25"]
    overlap = tables.ways_overlap(low_results_overlap(federal, index), RULE, LISTS)
    assert sorted(c.text for c in column(overlap, "jaccard")) == ["0", "0", "100"]


def test_notes_say_what_the_document_gives_and_what_was_chosen(found):
    _, territory, index = found
    blocks = list_notes.list_notes(LISTS, index.decisions, index.years, territory, LABELS, 2025)
    said = [[run.text for run in item] for block in blocks[1::2] for item in block.items]
    sentences = [item[0].replace("\xa0", " ") for item in said]
    # of six, three have a threshold, works or a term that the document does not name
    assert sentences[0] == "По букве документа: 3 из 6 показателей."
    assert sentences[1] == (
        "По букве, но не целиком: 3. Документ не называет: ЕГЭ: высокие баллы — порог; "
        "РДР: «2» — предметы и классы, срок; Связь ВПР с журналом — предметы и классы, срок."
    )
    assert sentences[2].startswith("Не взято из документа, а принято в программе: способ соединен")
    assert sentences[3] == (
        "Нет данных ни у одной школы: РДР: «2»; Связь ВПР с журналом; Аккредитация приостановлена."
    )
    assert "Граница найдена по 8 школам территории." in sentences
    # the first school has three pupils a year: too few for the index of the second list
    assert "Правило ищет границу по региону; данных для неё нет, граница найдена по 7 школам " \
        "территории." in sentences  # fmt: skip
    assert any(one.startswith("Школ с индексом меньше 12") for one in sentences)
    assert any(one.startswith("Деления по условиям работы нет") for one in sentences)
    assert "Внутри своей группы сравниваются: средние школы — 6." in sentences
    assert (
        "Со всеми школами сравниваются, так как группа меньше 6: основные школы — 1." in sentences
    )


def said_of_second_list(index, territory):
    blocks = list_notes.list_notes(LISTS, index.decisions, index.years, territory, LABELS, 2025)
    return [run.text.replace("\xa0", " ") for item in blocks[3].items for run in item]


def test_who_is_listed_because_of_groups_is_named(found):
    indicators, territory, index = found
    said = said_of_second_list(index, territory)
    assert "Если сравнивать все школы вместе, перечень тот же." in said
    conditions = pd.Series([9.0, 8, 7, 6, 1, 2, 3, 4], index=IDS)
    index_rule = LISTS[1].index
    clusters = index_rule.clusters.model_copy(update={"value": "context"})
    least = index_rule.min_cluster_schools.model_copy(update={"value": 2})
    divided = LISTS[1].model_copy(
        update={
            "index": index_rule.model_copy(
                update={"clusters": clusters, "min_cluster_schools": least}
            )
        }
    )
    levels = pd.Series("secondary", index=pd.Index(IDS, name="school_id"), dtype="str")
    around = Surroundings(levels, conditions, is_region=False)
    by_conditions = decide_low_results_index(
        indicators, (LISTS[0], divided), around, LIST_WORDS, 2025
    )
    said = said_of_second_list(by_conditions, territory)
    raw = list_notes.list_notes(
        LISTS, by_conditions.decisions, by_conditions.years, territory, LABELS, 2025
    )
    printed = NAMES[IDS[2]].replace("№ ", "№\u00a0")  # no line ends between № and its number
    assert any(printed in run.text for item in raw[3].items for run in item)
    assert any(one.startswith("Внутри своей группы сравниваются: школы с более") for one in said)
    # thirds of the conditions 1 … 9: 1–3 below, 4, 6 between, 7–9 above. Failing shares of the
    # thirds: (4, 5, 15), (3, 20), (·, 1, 2) of 30; a quarter of three and of two is the last one
    assert (
        f"Только из-за сравнения внутри групп в перечне: {NAMES[IDS[2]]}. Среди всех школ "
        "вместе их индекс выше границы."
    ) in said
    table = tables.index_lists(
        by_conditions.decisions, by_conditions.years, LISTS, LIST_WORDS, LABELS
    )[1]
    compared = {
        school.value: with_whom.text.replace("\xa0", " ")
        for school, with_whom in zip(
            column(table, "school"), column(table, "compared"), strict=True
        )
    }
    assert compared[NAMES[IDS[2]]] == "школы с более благополучными условиями — 2"


def test_listed_schools_have_the_places_of_their_numbers_in_the_book(found):
    one = {
        "regulation_id": LISTS[0].id, "assessment_year": 2025, "season": "main", "level": "none",
        "title": None, "source_file": "ф1.xlsx", "source_sheet": "Лист1", "procedure": "vpr",
        "subject": "rus", "grade": 5, "source_row_first": 9, "source_row_last": 28,
        "indicator_id": "vpr_below_minimum",
    }  # fmt: skip
    answer = {"procedure": None, "indicator_id": "accreditation", "source_row_last": 9}
    sources = pd.DataFrame(
        [one | {"school_id": IDS[7]}, one | {"school_id": IDS[7]} | answer,
         one | {"school_id": IDS[1]}]
    )  # fmt: skip
    first, second = tables.list_sources(sources, found[2].decisions, LISTS, LABELS)
    assert first.sheet_only
    assert [[c.text.replace("\xa0", " ") for c in row] for row in first.rows] == [
        [NAMES[IDS[7]], "ВПР, 5 и 8 классы: «2»", "ВПР, русский язык, 5 класс", "2024/25",
         "ф1.xlsx", "Лист1", "9–28"],
        [NAMES[IDS[7]], "Аккредитация приостановлена", "—", "2024/25", "ф1.xlsx", "Лист1", "9"],
    ]  # fmt: skip
    assert second.rows == ()


def test_every_list_is_drawn_on_as_many_pages_as_its_schools_need(found, monkeypatch):
    indicators, territory, index = found
    given = (indicators, territory, index.decisions, LISTS, LABELS, 5)
    assert len(indicator_dots.indicator_dots(*given)) == 2
    monkeypatch.setattr(indicator_dots, "MAX_SCHOOLS", 5)
    pictures = indicator_dots.indicator_dots(*given)
    assert [p.title[-len("часть 1 из 2") :] for p in pictures] == [
        "часть\xa01\xa0из\xa02", "часть\xa02\xa0из\xa02",
    ] * 2  # fmt: skip
    assert "по 3 показателям" in pictures[0].alt.replace("\xa0", " ")


def test_parameters_name_sources_of_all_that_the_list_says():
    first, second = tables.list_parameters(LISTS, LABELS)
    confidence = [c.text for c in column(first, "confidence")]
    assert confidence.count("прочитано в документе") == 1 + 6
    assert "О связи говорится, если пар не меньше" in [c.text for c in column(first, "parameter")]
    assert len(second.rows) >= 4 + 10
