"""Tables, sentences and pictures from small frames made by hand."""

import pandas as pd
import pytest
from matplotlib.figure import Figure

from shnor_analysis import tables as contracts
from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.methodology import DEFAULT_REGULATIONS, Place, load_methodology
from shnor_analysis.report import figures, narrative, tables
from shnor_analysis.report.document import Status
from shnor_analysis.report.labels import Labels
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULE = METHODOLOGY.low_results
NAMES = {
    "990001": "МБОУ «СОШ № 10 г. Примерска»",
    "990002": "МБОУ «СОШ № 2 г. Примерска»",
    "990003": "<script>alert(1)</script>",
    "990004": "МКОУ «ООШ с. Дальнее»",
}
LABELS = Labels(NAMES, {s.subject: s.name for s in METHODOLOGY.subjects})


def cell(school, subject, grade, x, n, year=2025):
    return {
        "school_id": school, "work_id": f"vpr-{year}-spring-{subject}-{grade}",
        "assessment_year": year, "procedure": "vpr", "season": "spring", "subject": subject,
        "grade": grade, "level": "none", "basis": "pupils", "n_participants": n,
        "n_below_minimum": x, "n_score_raw": 0, "n_score_scaled": 0, "n_high_known": 0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def low():
    """№ 10 surely low, № 2 low on three pupils, the script school not low, one without results."""
    rows = [
        cell("990001", "rus", 5, 60, 100), cell("990001", "math", 5, 60, 100),
        cell("990002", "rus", 5, 1, 3), cell("990002", "math", 5, 1, 3),
        cell("990003", "rus", 5, 2, 20), cell("990003", "math", 5, 0, 20),
    ]  # fmt: skip
    cells = contracts.CELLS.conform(pd.DataFrame(rows))
    schools = pd.DataFrame({"school_id": list(NAMES)})
    return decide_low_results(procedure_results(cells, 5), schools, RULE, 2025)


def column(table, key):
    place = [c.key for c in table.columns].index(key)
    return [row[place] for row in table.rows]


def test_the_list_is_alphabetical_with_two_before_ten(low):
    certainty = pd.DataFrame(
        {"school_id": list(NAMES), "p_membership": [0.999, 0.16, 0.5, float("nan")]}
    )
    table = tables.low_results_list(low.decisions, certainty, LABELS, RULE)
    assert [c.text for c in column(table, "p")] == ["16", ">99"]
    assert [c.value for c in column(table, "school")] == [NAMES["990002"], NAMES["990001"]]
    assert [c.text for c in column(table, "evidence")] == ["мало данных", "уверенно"]
    assert [c.emphasis for c in column(table, "evidence")] == [False, True]


def test_a_share_of_three_pupils_is_not_printed_but_counted(low):
    table = tables.low_procedures(low.evidence, low.decisions, LABELS, RULE)
    shares = column(table, "share")
    assert [c.status for c in shares] == [Status.TOO_FEW] * 2 + [Status.OK] * 2
    assert [c.value for c in shares] == [None, None, 0.6, 0.6]
    assert [c.value for c in column(table, "below")] == [1, 1, 60, 60]
    # 60 of 100 with 30 needed: 31 pupils fewer; 1 of 3 with 1 needed: one fewer
    assert [c.value for c in column(table, "distance")] == [1, 1, 31, 31]
    assert [c.text for c in column(table, "p")][2:] == [">99", ">99"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, ">99"), (0.9951, ">99"), (0.994, "99"), (0.5, "50"), (0.004, "<1"), (0.0, "<1")],
)
def test_a_probability_is_never_certain(value, expected):
    assert tables.probability(value).text == expected


def test_every_school_has_one_line_and_a_reason(low):
    table = tables.all_decisions(low.decisions, LABELS, RULE)
    found = {row[0].value: (row[1].text, row[2].text) for row in table.rows}
    assert len(table.rows) == 4
    assert found[NAMES["990004"]] == (
        "не оценивалась",
        "нет результатов за 2024/25 учебный год по процедурам правила",
    )
    assert found[NAMES["990003"]][0] == "признака нет"


def with_rule(mode, least):
    changed = {"mode": mode, "min_low_procedures": least}
    return RULE.model_copy(
        update={k: getattr(RULE, k).model_copy(update={"value": v}) for k, v in changed.items()}
    )


@pytest.mark.parametrize(
    ("mode", "least", "said"),
    [
        ("A_or_B", 3, {"low": "3 процедуры и более за 2024/25 учебный год",
                       "few": "повторения нет; процедур за год меньше 3, первое условие не "
                              "проверялось",
                       "never": "условия правила не выполнены; повторение проверено по 3 из 3 "
                                "процедур"}),
        ("C", 5, {"low": "5 процедур и более за два года", "few": "условие правила не выполнено",
                  "never": "условие правила не выполнено"}),
        ("A", 1, {"low": "1 процедура и более за 2024/25 учебный год",
                  "few": "условие правила не выполнено", "never": "условие правила не выполнено"}),
    ],
)  # fmt: skip
def test_a_reason_gives_the_number_of_its_rule_and_no_clause_it_lacks(mode, least, said):
    low_works = [("rus", 5, 9), ("math", 5, 9), ("rus", 6, 9)]
    rows = [
        *(cell("990001", s, g, x, 10, year) for s, g, x in low_works for year in (2024, 2025)),
        *(cell("990002", s, g, 0, 10, year) for s, g in [("rus", 5), ("math", 5)]
          for year in (2024, 2025)),
        *(cell("990003", s, g, 0, 10, year) for s, g, _ in low_works for year in (2024, 2025)),
    ]  # fmt: skip
    for row in rows:  # the school whose low procedures must not also be repeated
        if row["school_id"] == "990001" and row["assessment_year"] == 2024 and mode == "A_or_B":
            row["n_below_minimum"] = 0
    if mode == "C":
        rows += [cell("990002", "rus", 6, 0, 10)]
    cells = contracts.CELLS.conform(pd.DataFrame(rows))
    rule = with_rule(mode, least)
    schools = pd.DataFrame({"school_id": ["990001", "990002", "990003"]})
    decided = decide_low_results(procedure_results(cells, 5), schools, rule, 2025).decisions
    table = tables.all_decisions(decided, LABELS, rule)
    reasons = dict(
        zip(
            (c.value for c in column(table, "school")),
            (c.text.replace("\u00a0", " ") for c in column(table, "reason")),
            strict=True,
        )
    )
    assert [reasons[NAMES[s]] for s in ("990001", "990002", "990003")] == list(said.values())


def test_short_words_stay_with_names_in_print_only(low):
    cell_ = column(tables.all_decisions(low.decisions, LABELS, RULE), "school")[1]
    assert cell_.value == "МБОУ «СОШ № 2 г. Примерска»"
    assert cell_.text == "МБОУ «СОШ №\u00a02 г.\u00a0Примерска»"


def test_missing_zero_too_few_and_absent_look_different():
    assert tables.part(0.0).text == "0,0"
    assert tables.part(None).text == "нет данных"
    assert tables.part(0.2, "too_few").text == "мало участников"
    assert tables.part(0.2, "suppressed").text == "скрыто"
    assert tables.whole(pd.NA).text == "нет данных"
    assert tables.words(None).text == "—"


def test_a_hostile_name_is_only_text(low):
    table = tables.all_decisions(low.decisions, LABELS, RULE)
    assert "<script>alert(1)</script>" in [c.text for c in column(table, "school")]


def test_headline_says_who_how_sure_and_who_was_not_assessed(low):
    listing = narrative.headline(low.decisions, low.evidence, LABELS)
    said = [item[0].text.replace("\u00a0", " ") for item in listing.items]
    assert said == [
        "За 2024/25 учебный год оценено 3 из 4 школ. Признак низких результатов — у 2 школ.",
        "Уверенно: МБОУ «СОШ № 10 г. Примерска».",
        "Мало данных (без малых групп правило не выполняется): МБОУ «СОШ № 2 г. Примерска».",
        "Низкий результат — в 4 из 6 сочетаний школы и процедуры правила этого года, из них 2 — "
        "при малой численности, где порог чаще достигается случайно.",
        "У 3 школ повторение результата два года подряд не проверялось: нет данных прошлого года "
        "по тем же процедурам.",
        "Не оценивались (результатов не хватает, чтобы проверить правило): "
        "МКОУ «ООШ с. Дальнее». Это не означает, что признака нет.",
    ]


def test_headline_counts_only_what_was_judged():
    works = [("rus", 5), ("math", 5), ("rus", 6)]
    rows = [cell("990001", s, g, 6, 20) for s, g in works]
    rows += [cell("990003", s, g, 0, n) for (s, g), n in zip(works, (20, 20, 4), strict=True)]
    rule = with_rule("A", 2)
    rule = rule.model_copy(
        update={"min_participants": rule.min_participants.model_copy(update={"value": 5})}
    )
    cells = contracts.CELLS.conform(pd.DataFrame(rows))
    schools = pd.DataFrame({"school_id": ["990001", "990003"]})
    found = decide_low_results(procedure_results(cells, 5), schools, rule, 2025)
    said = [
        run.text
        for item in narrative.headline(found.decisions, found.evidence, LABELS).items
        for run in item
    ]
    assert any(one.startswith("Низкий результат — в 3 из 5 сочетаний") for one in said)
    assert "Не оценено ещё 1\u00a0сочетание: участников меньше, чем требует правило." in said
    picture = figures.small_schools(found.evidence, rule, 2025)[0]
    assert "5 сочетаний" in picture.alt


def test_headline_when_nothing_could_be_assessed(low):
    nothing = low.decisions.assign(decision="not_assessed")
    said = [item[0].text for item in narrative.headline(nothing, low.evidence, LABELS).items]
    assert len(said) == 1
    assert said[0].startswith("Правило не применялось")
    assert "Признака низких результатов нет" not in said[0]


def test_headline_when_nobody_is_listed(low):
    none = low.decisions.assign(decision="not_included", evidence="none")
    first = narrative.headline(none, low.evidence, LABELS).items[0][0].text
    assert first.endswith("Признака низких результатов нет ни у одной.")


PLACE = Place.model_validate(
    {
        "name": "Район", "region_name": "Область", "municipality_id": "reg99_m012",
        "regulations": DEFAULT_REGULATIONS.model_dump(),
        "terms": {"low_results": "ШНРО", "adverse_conditions": "ШФНСУ"},
        "responsible": {"monitoring": "методический центр", "decisions": "управление"},
        "publication": {"min_participants": 5}, "answer_days": 14,
    }
)  # fmt: skip


def test_the_head_says_how_well_the_document_is_known(low):
    works = pd.DataFrame({"assessment_year": [2025], "exam_date": [None]})
    said = dict(narrative.cover(PLACE, RULE, 2025, works)["facts"])["Правило"]
    assert "№ 847 (текст приказа не прочитан, правило восстановлено по сообщениям" in said
    other = RULE.model_copy(update={"document_source": "документ прочитан целиком"})
    said = dict(narrative.cover(PLACE, other, 2025, works)["facts"])["Правило"]
    assert said.endswith("№ 847 (документ прочитан целиком)")


def test_a_gap_names_the_files_that_came():
    files = pd.DataFrame({"family": ["expert_card", "expert_card", None]})
    gap = narrative.gap("recommendations", files, PLACE)
    said = " ".join(run.text for p in gap.paragraphs for run in p.runs)
    assert "Раздел не заполнен" in said
    assert "с каждой школой перечня ШНРО основания её включения" in said  # the word of the place
    assert "Экспертная карта — 2; Сведения об учителях — 0; Дорожная карта — 0" in said


def test_chance_table_matches_the_published_one():
    table = tables.chance(RULE)
    three = next(row for row in table.rows if row[0].value == 3)
    # methodology 3.2: n = 3, true share 0.10, 0.15, 0.20, 0.25
    assert [c.value for c in three[3:]] == pytest.approx([0.271, 0.386, 0.488, 0.578], abs=6e-4)


def test_figures_of_nothing_do_not_fail(low):
    empty = low.decisions.assign(decision="not_included")
    assert figures.low_procedures(low.evidence, empty, LABELS, RULE) == ()
    nobody = contracts.TERRITORY_RESULTS.empty()
    assert figures.territory_shares(nobody, LABELS, 2025).alt
    assert figures.trends(nobody, LABELS, contracts.COMPARABILITY.empty()).alt
    assert figures.small_schools(contracts.LOW_RESULTS_EVIDENCE.empty(), RULE, 2025) == ()


def test_a_trend_is_not_drawn_through_a_year_that_may_not_be_compared():
    shares = {"below_minimum_share": 0.1, "region_below_minimum_share": 0.1,
              "below_minimum_share_lower": 0.05, "below_minimum_share_upper": 0.2}  # fmt: skip
    rows = pd.DataFrame([{"assessment_year": year, **shares} for year in (2022, 2023, 2024, 2025)])
    ax = Figure().subplots()
    figures._trend_panel(ax, rows, "ВПР", {2022, 2023})
    assert [list(line.get_xdata()) for line in ax.lines[::2]] == [[2022], [2023, 2024, 2025]]


def test_a_school_sees_its_own_remarks_only():
    remark = {
        "check_id": "x", "issue_code": "3f0a-990001-91c4", "file": "f.xlsx",
        "message": "Сообщение.", "guidance": "Совет.",
    }  # fmt: skip
    issues = contracts.ISSUES.conform(
        pd.DataFrame(
            [
                {**remark, "issue_id": 1, "severity": "note", "school_id": "990001"},
                {**remark, "issue_id": 2, "severity": "error", "school_id": "990001"},
                {**remark, "issue_id": 3, "severity": "query", "school_id": "990002"},
                {**remark, "issue_id": 4, "severity": "error", "school_id": None},
            ]
        )
    )
    found = tables.issues_by_school(issues, LABELS, METHODOLOGY.explanation_reasons)
    assert [t.title.split(":")[0] for t in found] == [NAMES["990002"], NAMES["990001"]]
    assert [len(t.rows) for t in found] == [1, 2]
    assert column(found[1], "severity")[0].text == "Ошибка: не учтено"
    assert column(found[1], "reason_code")[0].value == ""
    assert found[1].columns[-2].choices[0] == "П1"
    assert len(tables.issues_full(issues, LABELS).rows) == 4


def test_tables_of_nothing_have_no_rows():
    issues = contracts.ISSUES.empty()
    assert tables.issues_by_check(issues).rows == ()
    assert tables.issues_full(issues, LABELS).rows == ()
    assert tables.territory(contracts.TERRITORY_RESULTS.empty(), LABELS, 2025).rows == ()
    assert tables.trend(contracts.TERRITORY_RESULTS.empty(), LABELS).rows == ()
    assert tables.coverage(contracts.CELLS.empty(), LABELS).rows == ()
    assert tables.source_files(contracts.SOURCE_FILES.empty()).rows == ()


def test_the_same_picture_gives_the_same_bytes(low):
    one, two = (figures.small_schools(low.evidence, RULE, 2025) for _ in range(2))
    assert one == two


def test_low_procedures_split_into_pages_without_losing_a_row():
    rows = [
        cell(f"99{i:04d}", s, g, 9, 10)
        for i in range(12) for s in ("rus", "math") for g in (5, 6, 7)
    ]  # fmt: skip
    cells = contracts.CELLS.conform(pd.DataFrame(rows))
    schools = pd.DataFrame({"school_id": sorted({r["school_id"] for r in rows})})
    result = decide_low_results(procedure_results(cells, 5), schools, RULE, 2025)
    pages = figures._pages(result.evidence)
    assert sum(len(page) for page in pages) == 72
    # six procedures and a name line are seven lines a school: four schools a page
    assert [page["school_id"].nunique() for page in pages] == [4, 4, 4]
