"""Objectivity in print: order, small groups, words for every code, no verdicts."""

import dataclasses

import pandas as pd
import pytest

from shnor_analysis import tables as contracts
from shnor_analysis.decisions.objectivity_letter import MarkerMeasures, objectivity_by_letter
from shnor_analysis.measures.mark_agreement import mark_agreement
from shnor_analysis.measures.mean_intervals import mean_intervals
from shnor_analysis.measures.score_mark_correlations import score_mark_correlations
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.report import objectivity_figures, objectivity_narrative, tables
from shnor_analysis.report.document import DisplayTable, Status
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.report.objectivity_section import objectivity_section
from shnor_analysis.report.tables.objectivity import fired_markers
from shnor_analysis.report.texts import load_texts
from shnor_analysis.workspace import find_workspace
from tests.objectivity_place import cell, cell_scores, cells, histogram, norms, region

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
RUS5 = "vpr-2025-spring-rus-5"
NAMES = {"990001": "Школа В", "990002": "Школа А", "990003": "Школа Б"}
# Above the region; too few to print, above the region and contrary; all on one score.
PUPILS = {
    "990001": [(15 + k % 3, 4, 4 + k % 2) for k in range(12)],
    "990002": [(16, 4, 5), (17, 4, 4), (18, 5, 3)],
    "990003": [(18, 5, 5)] * 9,
}


REGION = (region(RUS5, 4000, 11.2, 4.0),)


def place(told=REGION, pupils=PUPILS):
    rows = [
        cell(
            school, RUS5, [p[0] for p in who],
            pairs=tuple(sum(test) for test in zip(
                *[(p[1] < p[2], p[1] == p[2], p[1] > p[2]) for p in who], strict=True
            )),
        )
        for school, who in pupils.items()
    ]  # fmt: skip
    table = cells(*rows)
    scores = cell_scores(*[histogram(school, RUS5, who) for school, who in pupils.items()])
    means = mean_intervals(table, norms(*told), is_region=False, z=1.96)
    found = objectivity_by_letter(
        MarkerMeasures(
            means, score_mark_correlations(table, scores), contracts.COHORT_RATIOS.empty()
        ),
        METHODOLOGY.objectivity,
        pd.DataFrame({"school_id": list(NAMES)}),
        2025,
    )
    return Objectivity(
        markers=found.markers,
        schools=found.schools,
        territory=found.territory,
        indicators=contracts.OBJECTIVITY_INDICATORS.empty(),
        means=means,
        agreement=mark_agreement(table, scores, 10),
        medals=contracts.MEDAL_CONFIRMATION.empty(),
        labels=Labels(NAMES, {s.subject: s.name for s in METHODOLOGY.subjects}),
        documents=METHODOLOGY.objectivity,
        assessment_year=2025,
        report_participants=5,
    )


@pytest.fixture(scope="module")
def o():
    return place()


def column(table, key):
    at = [one.key for one in table.columns].index(key)
    return [row[at] for row in table.rows]


def test_schools_stand_in_alphabetical_order(o):
    for table in (tables.objectivity_schools(o), tables.marks_by_school(o)):
        assert [c.value for c in column(table, "school")] == ["Школа А", "Школа Б", "Школа В"]


def test_a_value_of_few_pupils_is_not_printed(o):
    few, _, many = (c.text for c in column(tables.objectivity_schools(o), "markers"))
    assert "значение не печатается" in few
    assert "16" not in few
    assert "выше границы региона 11,3" in many
    assert "случайно" in many
    shares = column(tables.marks_by_school(o), "lowered")
    assert shares[0].status == Status.TOO_FEW
    assert shares[0].value is None
    excess = tables.mean_excess(o)
    at = [c.value for c in column(excess, "school")].index("Школа А")
    assert column(excess, "mean")[at].value is None
    assert column(excess, "n")[at].value == 3


def test_one_score_for_all_is_not_tested_and_says_why(o):
    summary = tables.marker_summary(o)
    place_ = [c.value for c in column(summary, "marker")].index(
        "Завышенный средний балл ВПР по русскому языку, 5 класс"
    )
    assert column(summary, "fires")[place_].value == 2
    assert column(summary, "tested")[place_].value == 2
    reasons = column(summary, "untested")[place_].text.replace("\xa0", " ")
    assert reasons == "все на одном балле или с одной отметкой: 1"


def test_without_the_region_the_territory_does_not_stand_for_it():
    o = place(told=())
    note = objectivity_narrative.means_note(o).runs[0].text
    assert "регион" in note
    assert "не сравнивались" in note
    assert objectivity_figures.mean_dots(o) == ()
    sentences = " ".join(item[0].text for item in objectivity_narrative.headline(o).items)
    assert "нет среднего балла и разброса по региону" in sentences


def test_nothing_tested_says_so():
    o = place(pupils={"990001": [(15, 4, 0)]}, told=())
    sentences = [item[0].text for item in objectivity_narrative.headline(o).items]
    assert any("ни один признак не проверялся" in sentence for sentence in sentences)
    assert objectivity_figures.mark_bars(o) == ()


def test_the_opening_says_what_it_may_not_be_used_for(o):
    opening = objectivity_narrative.opening(o).runs[0].text
    assert "требует проверки" in " ".join(opening.split())
    assert "нельзя оценивать работу учителей и" in " ".join(opening.split())


def test_pictures_leave_out_the_few(o):
    (bars,) = objectivity_figures.mark_bars(o)
    assert "школ 2" in bars.alt
    (dots,) = objectivity_figures.mean_dots(o)
    assert "школ 1" in dots.alt


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("marker_reason", set(contracts.MARKER_REASONS) - {"met", "not_met"}),
        ("letter_verdict", set(contracts.LETTER_VERDICTS)),
        ("stable_absence", set(contracts.STABLE_ABSENCE)),
        ("objectivity_status", set(contracts.OBJECTIVITY_STATUSES) - {"ok", "too_few"}),
        ("medal_status", set(contracts.MEDAL_STATUSES) - {"ok"}),
        (
            "fired_marker",
            {m.kind for m in METHODOLOGY.objectivity[0].marker_rules.markers} | {"few"},
        ),
    ],
)
def test_every_code_has_words(group, codes):
    assert set(load_texts()[group]) == codes


def test_every_rule_is_printed_with_its_source(o):
    fioko, yershichi = tables.objectivity_rules(o)
    assert len(fioko.rows) == 2 + 14 + 8  # the document, its markers as a whole, markers, numbers
    assert all(cell.text.strip("— ") for cell in column(fioko, "source"))
    assert any("пункт 7.5" in cell.text for cell in column(yershichi, "source"))


def test_the_annual_report_names_only_schools_with_markers(o):
    short = fired_markers(o)
    fired = o.markers[o.markers["verdict"] == "fires"]["school_id"]
    named = {o.labels.school(school) for school in fired}
    assert {row[0].value for row in short.rows} == named
    assert named
    for row in short.rows:
        n = int(row[2].text.split()[0])
        assert len(row[1].value.split("; ")) == n
    section = objectivity_section(
        o, contracts.OBJECTIVITY_SIGNS.empty(), contracts.OBJECTIVITY_FAMILIES.empty()
    )
    assert next(block for block in section if isinstance(block, DisplayTable)) == short


def test_a_real_place_has_no_training(o):
    nobody = pd.DataFrame(columns=["school_id", "case", "why"])
    assert tables.training_objectivity(nobody, o) == ()


def test_the_number_by_chance_is_a_least_one_where_a_chance_is_unknown():
    known = place()
    assert "признак получили бы около" in str(objectivity_narrative.headline(known))
    blank = known.schools.assign(chance_any=float("nan"))
    said = str(objectivity_narrative.headline(dataclasses.replace(known, schools=blank)))
    assert "получили бы не меньше" in said
    assert "у части школ вероятность неизвестна" in said
