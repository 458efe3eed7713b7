"""Regulations as data: whole and sourced, strict, copied without code, compared rule by rule."""

import re
import shutil
from typing import get_args

import pytest
from pydantic import BaseModel

from shnor_analysis.codes import CONTEXT_INDICATORS, PROCEDURES
from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology import (
    BLOCKS,
    DEFAULT_REGULATIONS,
    PURPOSES,
    Confidence,
    PlaceRegulations,
    Regulation,
    ResultIndicator,
    Sourced,
    compare_regulations,
    load_low_results_rule,
    load_methodology,
    load_regulation,
    load_regulations,
    rule_items,
)
from shnor_analysis.methodology.regulation_checks import mistakes
from shnor_analysis.report.rules import printed_rules, rule_value
from shnor_analysis.report.texts import load_texts
from shnor_analysis.tables import CONTRACTS
from shnor_analysis.workspace import find_workspace

FOLDER = find_workspace().methodology
ALL = load_regulations(FOLDER).usable
SUBJECTS = {one.subject: one.name for one in load_methodology(FOLDER, DEFAULT_REGULATIONS).subjects}
IDS = [one.id for one in ALL]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "methodology")


def change(folder, name, *replacements):
    path = folder / "regulations" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def models(value):
    """Every model inside a value, the value itself included."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from models(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from models(one)


def numbers(value, origin=None):
    """Every number below a value with the nearest model above it that names a source."""
    if isinstance(value, BaseModel):
        origin = value if isinstance(value, Sourced) else origin
        for name in type(value).model_fields:
            yield from numbers(getattr(value, name), origin)
    elif isinstance(value, tuple | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one, origin)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value, origin


# --- the committed files -------------------------------------------------------------------------


def test_the_documents_are_there_with_the_blocks_they_give():
    assert {one.id: one.blocks for one in ALL} == {
        "federal-low-results": ("low_results", "high_results"),
        "fioko-objectivity": ("objectivity",),
        "lesosibirsk-2024": ("low_results", "expert_card", "terms", "calendar", "reports"),
        "nikolsk-2020": ("terms", "reports"),
        "regional-index": ("low_results_indicators",),
        "social-composition": ("adverse_conditions",),
        "sterlitamak-2021": ("low_results_indicators", "adverse_conditions", "terms"),
        "yershichi-2020": ("high_results", "pupil_sums", "objectivity", "calendar", "reports"),
    }


@pytest.mark.parametrize("regulation", ALL, ids=IDS)
def test_every_number_has_a_source_and_a_confidence(regulation):
    found = list(numbers(regulation))
    # Nikolsk names no number at all, and none was invented for it.
    assert bool(found) == (regulation.id != "nikolsk-2020")
    for value, origin in found:
        assert origin is not None, value
        assert origin.source.strip(), (regulation.id, value)
        assert origin.confidence in Confidence, (regulation.id, value)


@pytest.mark.parametrize("regulation", ALL, ids=IDS)
def test_what_is_known_from_the_document_is_cited_by_its_clause(regulation):
    cited = [m for m in models(regulation) if getattr(m, "confidence", "") == Confidence.REGULATION]
    assert all(one.clause.strip() for one in cited)
    # of these the documents themselves were not read
    # the ФИОКО method was read but has no numbered clauses
    not_read = {"federal-low-results", "fioko-objectivity", "regional-index", "social-composition"}
    assert cited or regulation.id in not_read


def test_the_numbers_of_yershichi():
    # Yershichi, table of quality of training, 1.1.2, 1.2.3, 1.3.3 and 2.1-2.3
    one = load_regulation(FOLDER, "yershichi-2020")
    high = {t.procedure: t for t in one.high_results.thresholds}
    assert {
        p: (t.operator, t.share_numerator, t.share_denominator, t.grades) for p, t in high.items()
    } == {
        "ege": ("gt", 80, 100, None),
        "oge": ("gt", 75, 100, None),
        "vpr": ("gt", 75, 100, (4,)),
    }
    assert high["vpr"].subjects == ("rus", "math", "world")
    sums = one.pupil_sums.sums
    assert [(s.procedure, s.n_subjects, s.minimum, s.measure, s.no_fail) for s in sums] == [
        ("ege", 3, 160, "score_scaled", False),
        ("oge", 3, 10, "mark", True),
        ("vpr", 3, 11, "mark", True),
    ]  # fmt: skip


def test_the_markers_of_fioko():
    # the method: 6 inflated means, 4 mismatches with marks, 2 sharp rises, 2 sharp falls
    rules = load_regulation(FOLDER, "fioko-objectivity").objectivity.marker_rules
    works = {}
    for one in rules.markers:
        works.setdefault(one.kind, set()).add((one.procedure, one.subject, one.grade))
    assert works == {
        "high_mean": {
            ("vpr", "rus", 4), ("vpr", "math", 4), ("vpr", "rus", 5), ("vpr", "math", 5),
            ("oge", "rus", 9), ("oge", "math", 9),
        },
        "negative_correlation": {
            ("vpr", "rus", 4), ("vpr", "math", 4), ("vpr", "rus", 5), ("vpr", "math", 5),
        },
        "sharp_rise": {("vpr", "rus", 5), ("vpr", "math", 5)},
        "sharp_fall": {("vpr", "rus", 5), ("vpr", "math", 5)},
    }  # fmt: skip
    assert len(rules.markers) == 14
    assert rules.interval_z.value == 1.96
    assert rules.correlation_below.value == 0
    fences = rules.lower_percentile, rules.upper_percentile, rules.iqr_multiplier
    assert [one.value for one in fences] == [25, 75, 3]


def test_the_indicators_of_yershichi_have_no_border():
    # Yershichi, table of quality of training, 3.1, 3.2, 3.2.1, 3.3; roadmap 2.1.3.2; 7.5
    block = load_regulation(FOLDER, "yershichi-2020").objectivity
    assert block.marker_rules is None
    works = {
        one.id: [(w.procedure, w.subjects, w.grades) for w in one.works] for one in block.indicators
    }
    assert works["vpr_mismatch"] == [("vpr", ("math", "rus", "world"), (4,))]
    assert works["oge_mismatch"] == [("oge", ("math", "rus"), (9,))]
    assert {one.clause for one in block.indicators if one.id.endswith("mismatch")} == {
        f"«Показатели оценки качества подготовки обучающихся», {n}" for n in ("3.1", "3.2", "3.2.1")
    }
    assert block.stable_absence.clause == "пункт 7.5"
    assert block.stable_absence.years.confidence == Confidence.PROJECT_DEFAULT


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("fioko-objectivity", "id: mean_vpr_math_4", "id: mean_vpr_rus_4", "повторяются mean_vpr"),
        ("fioko-objectivity", "value: 25", "value: 75", "ожидалось по возрастанию"),
        ("fioko-objectivity", "subject: math", "subject: geometry", "«geometry» нет"),
        ("fioko-objectivity", "kind: sharp_rise", "kind: rise", "kind"),
        ("yershichi-2020", "measure: mismatch_share", "measure: observed_share", "works нужны"),
    ],
)
def test_a_mistake_in_the_rules_of_objectivity_is_named(folder, name, old, new, sentence):
    change(folder, name, (old, new))
    with pytest.raises(MethodologyError, match=sentence):
        load_regulation(folder, name)


def test_the_lists_of_sterlitamak():
    # Sterlitamak, table of indicators, row 1: six indicators of results; five shares and four
    # yes-or-no of conditions
    one = load_regulation(FOLDER, "sterlitamak-2021")
    results = {i.id: i for i in one.low_results_indicators.indicators}
    assert len(results) == 6
    assert results["vpr_below_minimum"].works[0].grades == (5, 8)
    assert results["vpr_below_minimum"].n_years == 2
    assert results["ege_high"].direction == "lower_is_worse"
    kinds = [i.kind for i in one.adverse_conditions.indicators]
    assert (kinds.count("share"), kinds.count("yes_no")) == (5, 4)
    index = one.adverse_conditions.index
    # The document says «самый низкий» and no border; the cycle of three years is its own.
    assert index.cut_percent.confidence == Confidence.PROJECT_DEFAULT
    assert (index.reference_years.value, index.reference_years.clause) == (3, "«Цель», 2")
    needed = index.required_weight
    assert len(kinds) * needed.numerator / needed.denominator == 6


def test_the_levels_and_days_of_lesosibirsk():
    # Lesosibirsk 2.3, appendix 1, 3.3
    one = load_regulation(FOLDER, "lesosibirsk-2024")
    card = one.expert_card
    assert (card.max_points.value, card.high_points.value, card.middle_points.value) == (17, 14, 11)
    assert (card.high_percent.value, card.middle_percent.value) == (80, 60)
    assert [event.ends for event in one.calendar] == ["09-30", "10-15", "11-01"]
    assert {p.procedure: p.grades for p in one.low_results.procedures} == {
        "vpr": (5, 6), "oge": (9,), "ege": (11,), "gve11": (11,),
    }  # fmt: skip


def test_tables_of_indicators_are_tables_of_the_project():
    names = get_args(get_args(ResultIndicator.model_fields["tables"].annotation)[0])
    assert len(names) == 4
    assert set(names) <= set(CONTRACTS)


# --- strict loading ------------------------------------------------------------------------------


S, Y, L, F = "sterlitamak-2021", "yershichi-2020", "lesosibirsk-2024", "federal-low-results"
TABLE = "«Показатели оценки качества подготовки обучающихся»"


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (S, "[n_truancy]", "[n_absence]", "truancy: показателя.*«n_absence» нет"),
        (S, "denominator: n_pupils", "denominator: null", "доле нужны числитель"),
        (S, "[is_remote]", "[n_orphans]", "remote: ответу да/нет нужен код"),
        (S, "id: migrant", "id: police_record", "повторяются police_record"),
        (S, "subjects: [rus, math]", "subjects: [rus, mth]", "«mth» нет в meth"),
        (S, "procedure: ege", "procedure: eg", "works.0.procedure.*'eg'"),
        (S, "value: ranks", "value: points", r"index\.points: ожидались ровно"),
        (S, "value: equal", "value: listed", "index.weights: ожидались ровно"),
        (S, "denominator: 2\n", "denominator: 0\n", "ожидалось не меньше 1"),
        (S, "value: 25", "value: 100", "cut_percent: найдено 100, ожидалось от 1"),
        (S, "reference_years:\n      value: 1", "reference_years:\n      value: 3", "места сч"),
        (S, "fact: is_accreditation_suspended", "fact: n_orphans", "ответа да/нет «n_orphans» нет"),
        (S, "      fact: is_accreditation_suspended\n", "", "accreditation: fact нужен там"),
        (S, "measure: correlation", "measure: below_minimum_share", "correlation нужен там"),
        (S, "procedure: regional, subjects: null, grades: null}\n      n_years: 2",
         "procedure: regional, subjects: null, grades: null}\n      n_years: null",
         "rdr_below_minimum: works и n_years нужны"),
        (S, "{procedure: ege, subjects: [rus, math], grades: null}",
         "{procedure: regional, subjects: [rus], grades: null}", "ege_high: высокий ли"),
        (S, "low_years:\n      value: 2", "low_years:\n      value: 3", "low_years 3"),
        (Y, "subjects: [rus, math]", "subjects: [rus, maths]", "«maths» нет в meth"),
        (Y, "procedure: oge", "procedure: ege", "записи 1 и 2 говорят об одной"),
        (Y, "operator: gt", 'operator: ">"', "operator: найдено '>'"),
        (Y, "share_numerator: 80", "share_numerator: 800", "доля 800/100"),
        (Y, "no_fail: true", "no_fail: да", "no_fail: найдено 'да', ожидалось true"),
        (Y, "      minimum: 160\n", "", "minimum: обязательный ключ отсутствует"),
        (Y, f"      clause: {TABLE}, 2.1\n", "", "sums.0: надёжность regulation без пункта"),
        (Y, "date: 2020-12-28", "date: 28.12.2020", "date: найдено '28.12.2020'.*дата"),
        (Y, "id: yershichi-2020", "id: other", "id: найдено 'other', ожидалось имя"),
        (L, 'ends: "09-30"', 'ends: "30-09"', "ends: найдено '30-09'.*месяц"),
        (L, "value: 14", "value: 18", "expert_card: границы"),
        (L, "value: counted", "value: ignored", "ожидалось одно из: 'counted'"),
        (F, "value: 3\n", "value: 13\n", "low_results: доля 13/10"),
        (F, "value: 1\n", "value: -1\n", "min_participants.value: найдено -1"),
        # numbers that are numbers and mean nothing; the federal rule lists 6 × 2 procedures of
        # ВПР, 2 of ОГЭ and 3 of ЕГЭ: 17
        (F, "value: 2\n", "value: 99\n", r"low_procedures: найдено 99, ожидалось от 1 до 17 — "),
        (F, "value: 2\n", "value: 0\n", "low_procedures: найдено 0, ожидалось от 1 до 17"),
        (F, "grades: [9]", "grades: [19]", "1.grades.0: найдено 19, ожидалось не больше 12"),
        (F, "grades: [9]", "grades: [0]", "1.grades.0: найдено 0, ожидалось не меньше 1"),
        (F, "value: 1\n", "value: 0\n", "min_participants: найдено 0, ожидалось не меньше 1"),
        (F, "value: 5\n", "value: 0\n", "report_participants: найдено 0"),
        (F, "value: 0.9", "value: 0.5", "likely_probability 0.6, sure_probability 0.5"),
        (F, "value: 0.9", "value: .nan", "sure_probability.value: найдено nan, ожидалось конечное"),
        (F, "numerator: 80", "numerator: 0", "share_numerator: найдено 0, ожидалось не меньше 1"),
        (Y, "share_numerator: 80", "share_numerator: 100", "доля 100/100 и operator gt"),
        (Y, "minimum: 160", "minimum: 301", "запись 1, minimum: найдено 301, .* от 1 до 300"),
        (Y, "minimum: 10\n", "minimum: 16\n", "запись 2, minimum: найдено 16, .* от 1 до 15"),
        (Y, "n_subjects: 3", "n_subjects: 99", "запись 1, n_subjects: найдено 99"),
        (L, "value: 60\n", "value: 80\n", "границы процентов 80, 80 должны начинаться с 1"),
        (L, "value: 11\n", "value: 0\n", "границы баллов 0, 14, 17 должны начинаться с 1"),
        (S, "cut_percent:\n      value: 25", "cut_percent:\n      value: 150",
         "index.cut_percent: найдено 150, ожидалось от 1 до 99; исправьте"),
        (S, "window_years:\n      value: 2", "window_years:\n      value: 1", "window_years 1"),
        (S, "window_years:\n      value: 2", "window_years:\n      value: 200",
         "window_years: найдено 200, ожидалось от 1 до 10"),
        (S, "reference_years:\n      value: 3", "reference_years:\n      value: 0",
         "adverse_conditions, index.reference_years: найдено 0, ожидалось от 1 до 10"),
        (S, "n_years: 2", "n_years: 20", "n_years: найдено 20, ожидалось от 1 до 10"),
        (S, "largest_z:\n      value: 3", "largest_z:\n      value: 0", "largest_z: найдено 0"),
        (S, "min_reference_schools:\n      value: 12", "min_reference_schools:\n      value: 1",
         "min_reference_schools: найдено 1, ожидалось не меньше 2"),
        (S, "min_pairs:\n      value: 15", "min_pairs:\n      value: 2", "min_pairs: найдено 2"),
        (S, "numerator: 1\n      denominator: 2\n", "numerator: 5\n      denominator: 3\n",
         "required_weight: найдена доля 5/3"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_russian_sentence(folder, name, old, new, sentence):
    change(folder, name, (old, new))
    with pytest.raises(MethodologyError, match=sentence) as caught:
        load_regulation(folder, name)
    said = str(caught.value)
    assert said.startswith(f"regulations/{name}.yaml, ")
    assert said.endswith(".")
    assert "\n" not in said
    assert not re.search("should|must|required|input", said.replace("required_weight", ""))


def test_a_broken_draft_stops_only_those_who_name_it(folder):
    change(
        folder,
        "social-composition",
        ("cut_percent:\n      value: 25", "cut_percent:\n      value: четверть"),
    )
    found = load_regulations(folder)
    assert [one.id for one in found.usable] == [one for one in IDS if one != "social-composition"]
    (sentence,) = found.broken.values()
    where = "regulations/social-composition.yaml, adverse_conditions.index.cut_percent.value"
    assert sentence.startswith(f"{where}: найдено 'четверть'")
    # the place applies another regulation: only the set that stood beside its own is missing
    methodology = load_methodology(folder, DEFAULT_REGULATIONS)
    assert methodology.broken_regulations == (sentence,)
    assert set(methodology.condition_sets) == {"sterlitamak-2021"}
    assert load_methodology(FOLDER, DEFAULT_REGULATIONS).broken_regulations == ()
    names = {**DEFAULT_REGULATIONS.model_dump(), "adverse_conditions": "social-composition"}
    with pytest.raises(MethodologyError, match=re.escape(sentence)):
        load_methodology(folder, PlaceRegulations(**names))


def test_a_place_may_not_name_a_document_that_does_not_say_it():
    names = {**DEFAULT_REGULATIONS.model_dump(), "low_results": "nikolsk-2020"}
    with pytest.raises(MethodologyError, match="нет блока low_results") as one:
        load_methodology(FOLDER, PlaceRegulations(**names))
    said = str(one.value)
    assert "(не названо: предметы, процедуры и пороги; школы выявляются" in said
    assert said.endswith("этот блок есть у federal-low-results, lesosibirsk-2024.")


def test_a_place_gets_every_block_from_the_document_it_names():
    methodology = load_methodology(FOLDER, DEFAULT_REGULATIONS)
    assert set(PURPOSES) <= set(BLOCKS)
    for purpose in PURPOSES:
        regulations = methodology.regulations[purpose]
        assert tuple(one.id for one in regulations) == DEFAULT_REGULATIONS.names(purpose)
        if not purpose.startswith(("low_results", "objectivity")):
            assert getattr(methodology, purpose) == getattr(regulations[0], purpose)
    lists = methodology.low_results_lists
    assert [one.id for one in lists] == ["sterlitamak-2021", "regional-index"]
    assert [len(one.indicators) for one in lists] == [6, 4]
    assert lists[0].document.startswith("Муниципальная программа")
    documents = methodology.objectivity
    assert [one.regulation_id for one in documents] == ["fioko-objectivity", "yershichi-2020"]
    assert [bool(one.marker_rules) for one in documents] == [True, False]
    assert methodology.low_results.document == "Приказ Рособрнадзора от 19.08.2020 № 847"


def test_one_name_stands_for_a_list_of_one_and_none_is_named_twice():
    names = DEFAULT_REGULATIONS.model_dump()
    one = PlaceRegulations(**{**names, "low_results_indicators": "sterlitamak-2021"})
    assert one.low_results_indicators == ("sterlitamak-2021",)
    twice = {**names, "low_results_indicators": ["regional-index", "regional-index"]}
    with pytest.raises(MethodologyError, match="правило «regional-index» названо дважды"):
        load_methodology(FOLDER, PlaceRegulations(**twice))


# --- a copy works without code -------------------------------------------------------------------


def test_a_copied_and_edited_file_is_a_regulation(folder):
    rules = folder / "regulations"
    shutil.copy(rules / "federal-low-results.yaml", rules / "primersk-2026.yaml")
    change(
        folder,
        "primersk-2026",
        ("id: federal-low-results", "id: primersk-2026"),
        ("  min_participants:\n    value: 1", "  min_participants:\n    value: 7"),
        ("grades: [4, 5, 6, 7, 8, 10]", "grades: [5, 8]"),
    )
    names = {**DEFAULT_REGULATIONS.model_dump(), "low_results": "primersk-2026"}
    rule = load_methodology(folder, PlaceRegulations(**names)).low_results
    assert (rule.id, rule.min_participants.value) == ("primersk-2026", 7)
    assert rule.procedures[0].grades == (5, 8)
    assert load_low_results_rule(folder, "federal-low-results").min_participants.value == 1


def test_points_and_listed_weights_can_be_given(folder):
    origin = "source: решение района, confidence: project_default"
    indicators = ["ege_high", "gia_below_minimum", "vpr_below_minimum", "rdr_below_minimum",
                  "marks_correlation", "accreditation"]  # fmt: skip
    points = "".join(
        f"      - {{indicator: {one}, at_least: 0.3, points: 2, {origin}}}\n" for one in indicators
    )
    weights = ", ".join(f"{one}: {place}" for place, one in enumerate(indicators, start=1))
    change(
        folder,
        "sterlitamak-2021",
        (
            "    method:\n      value: ranks",
            f"    points:\n{points}    method:\n      value: points",
        ),
        ("      value: equal", f"      value: listed\n      by_indicator: {{{weights}}}"),
    )
    index = load_regulation(folder, "sterlitamak-2021").low_results_indicators.index
    assert [one.points for one in index.points] == [2] * 6
    assert index.weights.by_indicator["accreditation"] == 6
    regulation = load_regulation(folder, "sterlitamak-2021")
    printed = {
        row.label: row.value
        for row in printed_rules(regulation, SUBJECTS)["Показатели низких результатов"]
    }
    assert printed["Баллы: Доля высокобалльников ЕГЭ"] == "от 0,30: 2"
    assert printed["Веса показателей"].startswith("Доля высокобалльников ЕГЭ — 1, ")


# --- words and differences -----------------------------------------------------------------------


@pytest.mark.parametrize("regulation", ALL, ids=IDS)
def test_every_rule_has_words(regulation):
    printed = printed_rules(regulation, SUBJECTS)
    assert len(printed) == len(regulation.blocks)
    rows = [row for rows in printed.values() for row in rows]
    assert len(rows) == len(rule_items(regulation))
    for row in rows:
        assert row.label
        assert row.value
        assert row.confidence in load_texts()["confidence"].values()
        assert not re.search(r"[a-z]_[a-z]|None|\{", row.label + row.value), row


def test_words_cover_every_code():
    words = load_texts()
    named = {c for c in CONTEXT_INDICATORS if not c.startswith("n_pupils_grade_")}
    assert set(words["context_indicator"]) == named | {"n_pupils_grade"}
    assert set(words["rule_block"]) == set(BLOCKS)
    assert set(words["procedure"]) == set(PROCEDURES)
    assert (
        list(words["month"]) == [f"{n:02d}" for n in range(1, 13)] == list(words["month_genitive"])
    )


def test_how_a_rule_is_worded():
    by_key = {
        (one.id, item.block, item.key): rule_value(item.entry, SUBJECTS, {}).replace("\xa0", " ")
        for one in ALL
        for item in rule_items(one)
    }
    assert by_key["yershichi-2020", "high_results", "thresholds.vpr"] == (
        "русский язык, математика, окружающий мир; 4 класс: больше 75 % от максимума"
    )
    assert by_key["yershichi-2020", "pupil_sums", "sums.oge"] == (
        "не меньше 10 баллов по отметкам по 3 предметам, без отметки «2»"
    )
    assert by_key["sterlitamak-2021", "adverse_conditions", "indicators.small"] == (
        "школа малокомплектная: да или нет; «да» неблагополучнее"
    )
    assert by_key["lesosibirsk-2024", "calendar", "card"] == (
        "срок — 30 сентября; руководитель общеобразовательной организации"
    )
    assert by_key["sterlitamak-2021", "low_results_indicators", "correlation.weak_below"] == "0,3"
    assert by_key["yershichi-2020", "calendar", "plan"] == "октябрь — декабрь; отдел по образованию"


ORIGIN = {"source": "решение", "confidence": "excerpt"}


def hand_made(name, thresholds, terms=None):
    return Regulation.model_validate(
        {
            "id": name, "title": "Правило", "document": "Приказ", "date": None,
            "territory": "Район", **ORIGIN, "terms": terms,
            "high_results": {"thresholds": [
                {"procedure": procedure, "subjects": None, "grades": grades,
                 "share_numerator": share, "share_denominator": 100, "operator": "gt", **origin}
                for procedure, grades, share, origin in thresholds
            ]},
        }
    )  # fmt: skip


def test_the_difference_of_two_hand_made_regulations():
    cited = {"clause": "пункт 1", "source": "другой", "confidence": "regulation"}
    old = hand_made(
        "old",
        [("ege", None, 80, ORIGIN), ("oge", None, 75, ORIGIN), ("vpr", [4], 75, ORIGIN)],
        {"low_results": "ШНОР", "adverse_conditions": None, **ORIGIN},
    )
    new = hand_made(
        "new",
        [
            ("vpr", [4], 75, cited),
            ("ege", None, 81, cited),
            ("gve9", None, 60, ORIGIN),
        ],
    )
    diff = compare_regulations(old, new)
    assert (diff.only_old, diff.only_new) == (("terms",), ())
    # By hand: ЕГЭ 80 → 81, ОГЭ gone, ГВЭ-9 new; ВПР has another source only and is no difference.
    assert [
        (
            (one.old or one.new).key,
            one.old and one.old.entry.share_numerator,
            one.new and one.new.entry.share_numerator,
        )
        for one in diff.changed
    ] == [("thresholds.ege", 80, 81), ("thresholds.oge", 75, None), ("thresholds.gve9", None, 60)]


@pytest.mark.parametrize("regulation", ALL, ids=IDS)
def test_a_regulation_does_not_differ_from_itself(regulation):
    diff = compare_regulations(regulation, regulation)
    assert (diff.only_old, diff.only_new, diff.changed) == ((), (), ())


@pytest.mark.parametrize(
    ("name", "value"), [("method", "ranks"), ("method", "points"), ("clusters", "context")]
)
def test_conditions_are_compared_by_deviations_and_together(name, value):
    regulation = next(one for one in ALL if one.id == "sterlitamak-2021")
    index = regulation.adverse_conditions.index
    changed = index.model_copy(
        update={name: getattr(index, name).model_copy(update={"value": value})}
    )
    adverse = regulation.adverse_conditions.model_copy(update={"index": changed})
    found = list(mistakes(regulation.model_copy(update={"adverse_conditions": adverse}), SUBJECTS))
    assert any(f"index.{name}: найдено {value}" in one for one in found)
