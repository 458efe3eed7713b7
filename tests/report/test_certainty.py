"""Sentences, tables and pictures of how sure the list is, from frames made by hand."""

import dataclasses

import pandas as pd
import pytest

from shnor_analysis.decisions.low_results import decide_low_results
from shnor_analysis.decisions.low_results_certainty import low_results_certainty
from shnor_analysis.decisions.low_results_concentration import low_results_concentration
from shnor_analysis.decisions.low_results_what_if import ResultsOfSchools, low_results_what_if
from shnor_analysis.measures.results import procedure_results
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.report import certainty_figures, list_certainty, russian, tables
from shnor_analysis.report.explanations import explanation, explanations
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.list_tables import ListTables, count_words
from shnor_analysis.report.tables.build import probability_words
from shnor_analysis.report.truth import low_results_truth, size_words
from shnor_analysis.tables import (
    CELLS,
    COMPARABILITY,
    LOW_RESULTS_CONCENTRATION,
    LOW_RESULTS_POOLED,
    REFERENCE_SHARES,
    SHARE_FUNNEL_POINTS,
    SHARE_FUNNELS,
)
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RULE, RULES = METHODOLOGY.low_results, METHODOLOGY.certainty
NAMES = {
    "990001": "МБОУ «СОШ № 10 г. Примерска»",
    "990002": "МБОУ «СОШ № 2 г. Примерска»",
    "990003": "МКОУ «ООШ с. Дальнее»",
    "990004": "МКОУ «ООШ д. Тихая»",
}
LABELS = Labels(NAMES, {s.subject: s.name for s in METHODOLOGY.subjects})


def cell(school, subject, grade, x, n, year=2025):
    return {
        "school_id": school, "work_id": f"vpr-{year}-spring-{subject}-{grade}",
        "assessment_year": year, "procedure": "vpr", "season": "spring", "subject": subject,
        "grade": grade, "level": "none", "basis": "pupils", "n_participants": n,
        "n_below_minimum": x, "n_score_raw": 0, "n_score_scaled": 0, "n_high_known": 0,
    }  # fmt: skip


# № 10 surely low, № 2 low on three pupils, Дальнее two pupils short, Тихая without results.
ROWS = [
    cell("990001", "rus", 5, 60, 100), cell("990001", "math", 5, 60, 100),
    cell("990002", "rus", 5, 1, 3), cell("990002", "math", 5, 1, 3),
    cell("990003", "rus", 5, 5, 20), cell("990003", "math", 5, 5, 20),
    cell("990003", "rus", 5, 6, 20, 2024),
]  # fmt: skip
P_LOW = [1.0, 1.0, 0.4, 0.4, 0.3, 0.3, 0.6]


class Made:
    """All tables of the four schools."""

    def __init__(self):
        cells = CELLS.conform(pd.DataFrame(ROWS))
        schools = pd.DataFrame({"school_id": list(NAMES)})
        self.results = procedure_results(cells, 5)
        self.shrunken = self.results[
            ["school_id", "work_id", "assessment_year", "procedure", "season", "subject", "grade",
             "level", "n_participants"]
        ].merge(
            pd.DataFrame(ROWS)[["school_id", "work_id"]].assign(
                p_low=P_LOW, shrunken_share=P_LOW, shrunken_share_lower=0.1,
                shrunken_share_upper=0.9,
            ),
            on=["school_id", "work_id"],
        )  # fmt: skip
        works = self.results["work_id"].unique()
        reference = REFERENCE_SHARES.conform(
            pd.DataFrame(
                {"work_id": works, "reference_share": 0.1,
                 "reference_source": ["fisoko_region"] * (len(works) - 1) + ["territory"]}
            )
        )  # fmt: skip
        low = decide_low_results(self.results, schools, RULE, 2025)
        self.lists_of = low_results_what_if(
            ResultsOfSchools(self.results, self.shrunken, COMPARABILITY.empty(), schools, 2025),
            RULE,
            RULES.what_if,
        )
        self.certainty = low_results_certainty(
            low.decisions, low.evidence, self.shrunken, reference, self.lists_of.decisions, RULE,
            RULES,
        )  # fmt: skip
        self.low = low
        self.lists = ListTables(
            low.decisions, low.evidence, self.certainty.schools, self.certainty.ways
        )


@pytest.fixture(scope="module")
def made():
    return Made()


def said(listing):
    return ["".join(run.text for run in item) for item in listing.items]


def text_of(listing):
    return "\n".join(said(listing)).replace(russian.NO_BREAK_SPACE, " ")


def test_the_list_says_what_chance_would_do_and_which_schools_are_sure(made):
    sentences = said(
        list_certainty.chance_and_core(
            made.certainty.summary, made.low.decisions, made.certainty.schools, RULES, LABELS
        )
    )
    # № 2 with 3 and 3 pupils at 10 %: .271 ** 2 = .0734; Дальнее with 20, 20 and 20 at 10 %:
    # .0113 ** 2 for A and as much for B; № 10 nothing worth speaking of: together .1
    assert sentences[0] == (
        "Из 3 оценивавшихся школ признак — у 2; случайно ожидается около 0,1: столько школ той же "
        "численности получили бы признак при долях, обычных для региона (по работам, для которых "
        "доля региона неизвестна, — для территории; таких работ 1 из 3)."
    )
    assert "Ядро перечня" in sentences[2]
    assert (
        NAMES["990001"].replace("№ ", f"№{russian.NO_BREAK_SPACE}").split("г.")[0] in sentences[2]
    )
    assert "вероятность меньше 20" in sentences[3].replace(russian.NO_BREAK_SPACE, " ")  # .4 * .4
    assert "По букве правила признака нет" in sentences[4]  # .09 + .18 - .054
    assert sentences[5].startswith("Ядро — 1 из 2, меньше 60")


@pytest.mark.parametrize(
    ("kind", "said_of_it"),
    [
        ("borderline", "— 22 %: школа на границе перечня."),
        ("core", "— 22 %: столько же, сколько у школ ядра, хотя по букве правила признака нет."),
        ("outside", "— 22 %. "),
    ],
)
def test_a_school_without_the_sign_is_told_its_place(made, kind, said_of_it):
    certainty = made.lists.certainty.assign(membership_class=kind)  # p stays .09 + .18 - .054
    lists = dataclasses.replace(made.lists, certainty=certainty)
    assert said_of_it in text_of(explanation(lists, "990003", LABELS, RULE))


def test_a_usual_length_of_the_list_proves_nothing():
    assert "ничего не доказывает" in list_certainty._rarity(0.17)
    assert "17" in list_certainty._rarity(0.17)
    assert "действительно различаются" in list_certainty._rarity(0.001)


def test_the_worked_example_of_the_requirements():
    # 24 schools, 5 with the sign, about 3 by chance
    whole = pd.Series(
        {"n_assessed": 24, "n_included": 5, "expected_by_chance": 3.04, "n_works": 10,
         "n_works_region": 10}
    )  # fmt: skip
    assert list_certainty._chance(whole) == (
        "Из 24 оценивавшихся школ признак — у 5; случайно ожидается около 3,0: столько школ той же "
        "численности получили бы признак при долях, обычных для региона."
    )
    own = pd.Series({**whole, "n_works_region": 0})
    assert list_certainty._chance(own).endswith("обычных для территории.")


@pytest.mark.parametrize(
    ("p", "words"), [(0.0, "меньше 1"), (0.004, "меньше 1"), (0.005, "1"), (0.5, "50"),
                     (0.994, "99"), (0.996, "больше 99"), (1.0, "больше 99")],
)  # fmt: skip
def test_a_doubt_is_never_printed_as_certainty(p, words):
    assert probability_words(p) == f"{words}{russian.NO_BREAK_SPACE}%"


@pytest.mark.parametrize(
    ("n", "by", "apart", "results"),
    [(1, "одного ученика", "один ученик", "один результат"),
     (2, "двух учеников", "два ученика", "два результата"),
     (11, "11 учеников", "11 учеников", "11 результатов"),
     (21, "21 ученика", "21 ученик", "21 результат"),
     (23, "23 ученика", "23 ученика", "23 результата"),
     (30, "30 учеников", "30 учеников", "30 результатов")],
)  # fmt: skip
def test_pupils_and_results_agree_with_their_number_and_case(n, by, apart, results):
    said = [count_words(n, noun) for noun in ("pupils_by", "pupils_apart", "results")]
    assert [one.replace(russian.NO_BREAK_SPACE, " ") for one in said] == [by, apart, results]


def test_a_school_two_pupils_short_is_explained(made):
    # 5 of 20 twice; last year's 6 of 20 makes one pupil of Russian enough for clause B
    words = text_of(explanation(made.lists, "990003", LABELS, RULE))
    assert words.startswith(
        "Что есть. Признака нет: условия правила не выполнены; повторение проверено по 1 из 2"
    )
    assert "не достигает порога 30 % ни в одной процедуре правила из 2." in words
    assert (
        "В 2023/24 учебном году — в 1 процедуре: ВПР, русский язык, 5 класс — 6 из 20 (30,0 %; "
        "интервал от 14,5 до 51,9 %), за порогом на одного ученика." in words
    )
    assert (
        "От признака отделял один ученик: он был бы, если бы на столько больше не преодолели "
        "минимум (например, ВПР, русский язык, 5 класс)." in words
    )


def test_a_tiny_group_keeps_its_share_to_itself(made):
    words = text_of(explanation(made.lists, "990002", LABELS, RULE))
    assert "1 из 3 (доля не печатается: участников меньше 5), за порогом на одного ученика" in words
    assert "33,3" not in words
    assert "Из 2 низких процедур этого года участников меньше 5 — в 2." in words
    assert "— 16 %: скорее не отвечали бы." in words


def test_a_school_without_results_has_only_the_fact(made):
    assert said(explanation(made.lists, "990004", LABELS, RULE)) == [
        "Что есть. Правило не проверялось: нет результатов за 2024/25 учебный год по процедурам "
        "правила."
    ]


def test_schools_are_explained_in_alphabetical_order(made):
    names = [block.runs[0].text for block in explanations(made.lists, LABELS, RULE)[::2]]
    plain = [name.replace(russian.NO_BREAK_SPACE, " ") for name in names]
    assert plain == [NAMES["990002"], NAMES["990001"], NAMES["990003"]]


def test_an_unknown_school_is_refused(made):
    with pytest.raises(KeyError, match="000000"):
        explanation(made.lists, "000000", LABELS, RULE)


def rows_of(table):
    return [[c.text.replace(russian.NO_BREAK_SPACE, " ") for c in row] for row in table.rows]


def test_variants_name_who_enters_and_leaves(made):
    shown = rows_of(tables.what_if(made.lists_of.scenarios, made.lists_of.decisions, LABELS, RULE))
    by_name = {row[0]: row[1:] for row in shown}
    assert by_name["порог 25 %"] == ["3", NAMES["990003"], "—", "67"]
    assert by_name["не меньше 5 участников"] == ["1", "—", NAMES["990002"], "50"]
    assert "только условие А" not in by_name  # readings have their own table
    sentences = said(
        list_certainty.variants(
            made.lists_of.scenarios, made.low.decisions, made.certainty.schools, RULES, LABELS
        )
    )
    # ±5 points, n 5 and 10, four other modes, 2 and 3 years, without ВПР, ОГЭ and ЕГЭ, shrunken
    assert sentences[0].startswith("Проверено вариантов правила: 14;")
    assert russian.keep_together(NAMES["990003"]) in sentences[-1]


def test_distance_is_told_for_schools_outside_only(made):
    table = tables.distance(made.lists, LABELS)
    assert [row[:2] for row in rows_of(table)] == [[NAMES["990003"], "1"]]


def test_years_together_are_shown_for_schools_of_interest(made):
    pooled = LOW_RESULTS_POOLED.conform(
        pd.DataFrame(
            [
                {
                    "school_id": school, "assessment_year": 2025, "procedure": "vpr",
                    "subject": "rus", "grade": 5, "level": "none", "n_participants": n,
                    "n_below_minimum": 1, "below_minimum_share": 1 / n, "first_year": 2023,
                    "n_years": 3, "n_participants_pooled": 30, "n_below_minimum_pooled": 9,
                    "below_minimum_share_pooled": 0.3, "below_minimum_share_pooled_lower": 0.167,
                    "below_minimum_share_pooled_upper": 0.479, "is_low_pooled": True,
                }
                for school, n in (("990002", 3), ("990004", 10))
            ]
        )
    )  # fmt: skip
    table = tables.pooled(pooled, made.lists, LABELS, RULE, RULES)
    assert rows_of(table) == [
        [NAMES["990002"], "ВПР, русский язык, 5 класс", "3", "мало участников",
         "2022/23 — 2024/25", "30", "30,0", "16,7", "47,9"],
    ]  # fmt: skip


def test_concentration_is_one_sentence_and_a_small_table(made):
    found = low_results_concentration(made.low.evidence, RULES.concentration, 2025)
    # 120 + 2 + 10 failing results of 200 + 6 + 40; № 10 alone is a third of three schools, so a
    # quarter of them (3/4 of a school) holds 3/4 of 120 of 132 and 3/4 of 200 of 246
    assert said(list_certainty.concentration(found)) == [
        f"На 25{russian.NO_BREAK_SPACE}% школ, где результатов ниже минимума больше всего, "
        f"приходится 68{russian.NO_BREAK_SPACE}% таких результатов и 61{russian.NO_BREAK_SPACE}% "
        f"всех; больше 60{russian.NO_BREAK_SPACE}% таких результатов дают "
        f"1{russian.NO_BREAK_SPACE}школа из 3."
    ]
    table = tables.concentration(found)
    assert rows_of(table)[0] == ["все процедуры правила", "3", "132", "68", "61", "1"]
    assert "{" not in "".join(column.label for column in table.columns)
    assert tables.concentration(LOW_RESULTS_CONCENTRATION.empty()).rows == ()


def test_pictures_are_drawn_for_the_rules_works_and_small_groups_are_not(made):
    points = made.results.query("assessment_year == 2025")[
        ["school_id", "work_id", "assessment_year", "procedure", "season", "subject", "grade",
         "level", "n_participants", "n_below_minimum", "below_minimum_share"]
    ].assign(position="above_outer", position_overdispersed=None)  # fmt: skip
    works = points.drop_duplicates("work_id")[
        ["work_id", "assessment_year", "procedure", "season", "subject", "grade", "level"]
    ].assign(
        n_schools=3, reference_share=0.1, reference_source="territory", phi=2.0, tau2=0.01,
        overdispersion_p=0.01, is_overdispersed=True,
    )  # fmt: skip
    figures = certainty_figures.funnels(
        SHARE_FUNNELS.conform(works), SHARE_FUNNEL_POINTS.conform(points), LABELS, RULE,
        RULES.funnel,
    )  # fmt: skip
    assert [figure.name for figure in figures] == ["funnel_1"]
    assert "Выше пределов 95 % — 4" in figures[0].alt  # the two points with 3 pupils are left out
    shown = certainty_figures.caterpillars(made.shrunken, made.low.decisions, LABELS, RULE)
    assert [figure.name for figure in shown] == ["caterpillar_1"]
    chart = certainty_figures.what_if_chart(
        made.lists_of.scenarios, made.lists_of.decisions, LABELS, RULE
    )
    assert [figure.alt.split(":")[1].split(",")[0] for figure in chart] == [" 3 по строкам"]


def test_nothing_to_draw_gives_no_picture(made):
    nobody = made.lists_of.decisions.assign(decision="not_included")
    assert certainty_figures.what_if_chart(made.lists_of.scenarios, nobody, LABELS, RULE) == ()
    assert (
        certainty_figures.funnels(
            SHARE_FUNNELS.empty(), SHARE_FUNNEL_POINTS.empty(), LABELS, RULE, RULES.funnel
        )
        == ()
    )


def test_truth_is_set_beside_the_list_by_size(made):
    truth = pd.DataFrame(
        {
            "school_id": list(NAMES), "why": "заложено", "size_class": [3, 0, 1, 0],
            "expected_clauses": ["A", "A", "-", "not_assessed"],
            "is_truly_low": [True, False, True, False],
        }
    )  # fmt: skip
    heading, _, by_size, by_school = low_results_truth(truth, (60, 150, 350), made.lists, LABELS)
    assert heading.text.startswith("Учебная территория")
    # size, schools, planted, found, in the core, others listed, others in the core
    assert rows_of(by_size) == [
        ["до 60", "2", "0", "0", "0", "1", "0"],
        ["61–150", "1", "1", "0", "0", "0", "0"],
        ["151–350", "0", "0", "0", "0", "0", "0"],
        ["больше 350", "1", "1", "1", "1", "0", "0"],
        ["Всего", "4", "2", "1", "1", "1", "0"],
    ]
    assert [row[2:4] for row in rows_of(by_school)] == [["А", "А"], ["А", "А"], ["—", "—"]]
    assert low_results_truth(truth.iloc[:0], (60,), made.lists, LABELS) == ()
    assert size_words(1, (60,)) == "больше 60"
