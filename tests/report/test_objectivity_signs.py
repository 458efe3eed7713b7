"""Our own signs as people see them: words, order, nothing that accuses or ranks."""

import pandas as pd
import pytest

from shnor_analysis.report.labels import Labels
from shnor_analysis.report.objectivity_narrative import own_signs
from shnor_analysis.report.sign_figures import MAX_SCHOOLS, sign_strips
from shnor_analysis.report.tables import objectivity_signs, sign_meanings
from shnor_analysis.report.tables.objectivity_signs import noted_signs
from shnor_analysis.tables import OBJECTIVITY_FAMILIES, OBJECTIVITY_SIGNS, SIGN_FAMILIES

LABELS = Labels({"990001": "Школа В", "990002": "Школа А", "990003": "Школа Б"}, {})


def family_rows(levels, status="ok"):
    """``levels``: school → family → level; other families are «none»."""
    rows = [
        {"n_years": years, "family": family, "school_id": school, "assessment_year": 2025,
         "status": status, "level": told.get(family, "none"), "p": 0.01, "q": 0.05}
        for years in (1, 4) for school, told in levels.items() for family in SIGN_FAMILIES
    ]  # fmt: skip
    return OBJECTIVITY_FAMILIES.conform(pd.DataFrame(rows))


def sign_rows(levels):
    rows = [
        {"school_id": school, "assessment_year": 2025, "n_years": 4, "level": level, "n_tested": 6,
         "n_signs": 1, "level_1": "none", "n_tested_1": 5, "n_signs_1": 0}
        for school, level in levels.items()
    ]  # fmt: skip
    return OBJECTIVITY_SIGNS.conform(pd.DataFrame(rows))


SIGNS = sign_rows({"990001": "strong", "990002": "observation", "990003": "none"})
FAMILIES = family_rows(
    {"990001": {"level": "sign", "bunching": "observation"}, "990002": {"marks": "observation"},
     "990003": {}}
)  # fmt: skip


def cells(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_schools_with_something_noted_stand_in_alphabetical_order():
    rows = cells(objectivity_signs(SIGNS, FAMILIES, LABELS))
    assert [row[0] for row in rows] == ["Школа А", "Школа В"]
    assert rows[1][1] == "сильный сигнал, требует проверки"
    assert rows[1][2] == "уровень результатов ВПР; баллы у порогов отметок (наблюдение)"
    assert noted_signs(FAMILIES, "990003", 4) == ""


def test_an_observation_of_one_year_alone_names_no_school():
    for level_1, told in (("observation", False), ("signal", True)):
        signs = SIGNS.assign(level_1=["none", "none", level_1])
        table = objectivity_signs(signs, FAMILIES, LABELS)
        assert ("Школа Б" in [row[0] for row in cells(table)]) is told
        said = "из них ничего не отмечено у 0" if told else "из них ничего не отмечено у 1"
        assert said in " ".join(table.notes).replace("\u00a0", " ")


def test_every_sign_is_explained_and_says_when_there_are_no_norms():
    rows = cells(sign_meanings(FAMILIES))
    assert len(rows) == len(SIGN_FAMILIES)
    assert [row[3] for row in rows] == ["3"] * 6
    assert all(len(row[1]) > 40 and len(row[2]) > 40 for row in rows)
    lacking = family_rows({"990001": {}}, status="no_norms")
    assert {row[3] for row in cells(sign_meanings(lacking))} == {"нет норм региона"}
    old = family_rows({"990001": {}}, status="not_tested").assign(reason="no_last_year")
    assert {row[3] for row in cells(sign_meanings(old))} == {
        "нет работ последнего года, для которых известны нормы"
    }
    assert {
        row[3] for row in cells(sign_meanings(family_rows({"990001": {}}, status="too_few")))
    } == {"0"}


def test_without_norms_a_sentence_stands_for_the_empty_table():
    (table,) = own_signs(SIGNS, FAMILIES, LABELS)
    assert len(table.rows) == 2
    (said,) = own_signs(SIGNS, family_rows({"990001": {}}, status="no_norms"), LABELS)
    assert "Собственные признаки не проверялись" in said.runs[0].text


def test_the_strip_has_a_word_in_every_cell_and_no_ranking():
    (picture,) = sign_strips(SIGNS, FAMILIES, LABELS)
    assert picture.svg.startswith("<?xml")
    assert "школ 3 " in picture.alt
    assert picture.svg == sign_strips(SIGNS, FAMILIES, LABELS)[0].svg
    assert sign_strips(OBJECTIVITY_SIGNS.empty(), OBJECTIVITY_FAMILIES.empty(), LABELS) == ()


@pytest.mark.parametrize(("n", "pages"), [(MAX_SCHOOLS, 1), (MAX_SCHOOLS + 1, 2)])
def test_a_long_list_takes_several_pictures(n, pages):
    levels = {f"99{k:04d}": "none" for k in range(n)}
    families = family_rows({school: {} for school in levels})
    assert len(sign_strips(sign_rows(levels), families, Labels({}, {}))) == pages
