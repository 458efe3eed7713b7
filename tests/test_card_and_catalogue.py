"""The expert card and the catalogue of indicators: strict, sourced, complete."""

import shutil

import pytest

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.workspace import find_workspace

FOLDER = find_workspace().methodology


def test_the_card_has_seventeen_indicators_in_three_directions():
    card = load_methodology(FOLDER, DEFAULT_REGULATIONS).expert_card
    # Lesosibirsk, appendix 2: 12 + 4 + 1, two of them by the share of 80 %
    directions = [one.direction for one in card]
    assert (directions.count(1), directions.count(2), directions.count(4)) == (12, 4, 1)
    assert [one.id for one in card if one.method == "share80"] == ["2.13", "2.14"]
    assert all(one.id.startswith(f"{one.direction}.") for one in card)


def test_every_indicator_has_a_source_and_every_share_its_parts():
    methodology = load_methodology(FOLDER, DEFAULT_REGULATIONS)
    for one in (*methodology.expert_card, *methodology.catalogue):
        assert one.source, one.id
        assert one.clause, one.id
    shares = [one for one in methodology.catalogue if one.unit == "share"]
    assert all(one.numerator and one.denominator for one in shares)


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("catalogue.csv", ",share,", ",процент,", "строка 2: unit «процент»"),
        ("catalogue.csv", ",territory,", ",область,", "строка 2: level «область»"),
        ("catalogue.csv", "все школы ШНОР и ШНСУ", "", "строка 2: у доли нет"),
        ("catalogue.csv", "sterlitamak.support.2", "sterlitamak.support.1", "повторяются"),
        ("expert_card.csv", ",fact,", ",share90,", "строка 2: method «share90»"),
        ("expert_card.csv", "1.01,1,", "1.01,первое,", "строка 2: direction «первое»"),
        ("expert_card.csv", ",regulation\n", ",rumour\n", "строка 2: confidence «rumour»"),
    ],
)
def test_a_wrong_row_does_not_load(tmp_path, name, old, new, sentence):
    folder = shutil.copytree(FOLDER, tmp_path / "methodology")
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MethodologyError, match=f"{name}.*{sentence}"):
        load_methodology(folder, DEFAULT_REGULATIONS)
