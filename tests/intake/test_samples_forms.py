"""Forms in real layouts with invented rows, when a folder with them is named."""

import os
from pathlib import Path

import pytest

from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.place import READERS
from shnor_analysis.intake.workbook import open_workbook

SAMPLES = os.environ.get("SHNOR_FORMAT_SAMPLES", "")
pytestmark = pytest.mark.skipif(
    not SAMPLES, reason="нет переменной SHNOR_FORMAT_SAMPLES с папкой образцов"
)
PASSPORTS = (
    "Социальный паспорт ШНСУ (Ответы) - Ответы на форму (1).csv",
    "Социальный паспорт ШНСУ (Ответы).xlsx",
)


def read(place, name):
    sheet = open_workbook(name, (Path(SAMPLES) / name).read_bytes())[0]
    family = sheet_family(sheet)
    return family, READERS[family](sheet, place.methodology, b"k" * 32)


@pytest.mark.parametrize("name", PASSPORTS)
def test_social_passport(place, name):
    family, extract = read(place, name)
    assert family == "social_passport"
    frame = extract.reported["context"]
    # 4 answers × 17 questions without «-», a blank and «12%» of row 3
    assert len(frame) == 4 * 17 - 3
    assert set(frame["school_login"]) == {"edu990001", "edu990002", "sch990003"}
    first = frame[frame["source_row"] == 2].set_index("indicator")["value"]
    assert (first["n_pupils"], first["n_juvenile_police"], first["n_migrant"]) == (812, 7, 0)
    assert frame[frame["source_row"] == 4].set_index("indicator")["value"]["n_pupils"] == 64
    counted = {i.check_id: i.value for i in extract.issues}
    assert (counted["form_percent"], counted["form_zero"], counted["form_blank"]) == (
        "12%",
        "1",
        "2",
    )
    shown = frame.to_csv() + "".join(map(str, extract.issues))
    assert "example.org" not in shown
    assert "логопед, дефектолог" not in frame.to_csv()


def test_survey_of_parents(place):
    family, extract = read(place, "Анкета удовлетворенности родителей (Ответы).csv")
    assert family == "survey"
    frame = extract.reported["survey_answers"]
    # 12 parents: 12 answers to the first question, 12 to the second, 8 to the third
    assert frame["item"].value_counts().tolist() == [12, 12, 8]
    assert set(frame["role"]) == {"parent"}
    assert set(frame["assessment_year"]) == {2025}
    typed = frame[(frame["source_row"] == 12) & (frame["scale"] == "points")]
    assert typed["answer_number"].tolist() == [2.0, 2.0]  # «2 - скорее не удовлетворён»


def test_expert_card(place):
    family, extract = read(place, "Экспертная карта_edu990001_2023-2024.xlsx")
    assert family == "expert_card"
    frame = extract.reported["expert_cards"]
    assert frame["indicator_id"].tolist() == [one.id for one in place.methodology.expert_card]
    # the points of the sheet added by hand: 11 of the school as printed, 12 of the expert, not 13
    assert (sum(frame["score_self"]), sum(frame["score_expert"])) == (11, 12)
    assert [issue.check_id for issue in extract.issues] == ["card_total", "form_totals"]
    assert set(frame["assessment_year"]) == {2024}
