"""Thresholds of medals: by year and degree, sourced, spoken of once."""

import shutil

import pytest

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.loading import load_medal_rules
from shnor_analysis.workspace import find_workspace

FILE = find_workspace().methodology / "medals.yaml"


def test_thresholds_by_year():
    # one medal with 70 until 2023; 70 and 60 by degree from 2024 (order of 29.09.2023 No 730)
    found = {
        (one.degree, one.year_from): (one.score, one.base_math_mark)
        for one in load_medal_rules(FILE).thresholds
    }
    assert found == {(None, 2019): (70, 5), ("first", 2024): (70, 5), ("second", 2024): (60, 5)}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("year_to: 2023", "year_to: 2024", "порог уже дан"),
        ("year_to: 2023", "year_to: 2018", "year_to 2018 раньше year_from 2019"),
        ("degree: second", "degree: first", "порог уже дан"),
        ("score: 60", "points: 60", "обязательный ключ отсутствует"),
    ],
)
def test_a_mistake_is_named(tmp_path, old, new, sentence):
    path = shutil.copy(FILE, tmp_path / "medals.yaml")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MethodologyError, match=r"medals\.yaml") as refused:
        load_medal_rules(path)
    assert sentence in " ".join(str(refused.value).split())
