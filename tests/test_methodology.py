"""A wrong methodology file must not load, and the sentence must say what to do."""

import re
import shutil

import pytest

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology import (
    DEFAULT_REGULATIONS,
    load_low_results_rule,
    load_methodology,
    load_place,
    normal_text,
)
from shnor_analysis.workspace import find_workspace

FOLDER = find_workspace().methodology
RULE = "regulations/federal-low-results.yaml"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "methodology")


def load(folder):
    return load_methodology(folder, DEFAULT_REGULATIONS)


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_committed_methodology_loads():
    methodology = load(FOLDER)
    assert methodology.low_results.share_numerator.value == 3
    assert methodology.subject_by_name("Русский  язык").subject == "rus"
    assert methodology.subject_by_rcoi_code("22").subject == "math_base"


@pytest.mark.parametrize(
    ("subject", "year", "expected"),
    # Certificate minima of 2026 (methodology 8.1), unchanged for Russian and maths since 2019
    [("rus", 2025, 24), ("math", 2025, 27), ("social", 2024, 42), ("social", 2019, None)],
)
def test_ege_minimum(subject, year, expected):
    assert load(FOLDER).ege_minimum(subject, year) == expected


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("min_low_procedures:", "min_low_procedure:", "min_low_procedures.*отсутствует"),
        (
            "  value: A_or_B",
            "  value: A_or_C",
            "mode.value: найдено 'A_or_C', ожидалось одно из: 'A'",
        ),
        (
            "  value: 0.9",
            "  value: 90",
            "sure_probability.value: найдено 90, ожидалось не больше 1",
        ),
        (
            "  value: 3\n",
            "  value: три\n",
            "share_numerator.value: найдено 'три', ожидалось целое число",
        ),
        ("confidence: excerpt", "confidence: rumour", "confidence.*rumour"),
        ("mode:\n", "mode:\n  value: A\n", "не читается как YAML"),
        ("title: ", "extra: 1\ntitle: ", "extra.*не предусмотрен"),
    ],
)
def test_a_broken_rule_is_one_sentence(folder, old, new, sentence):
    change(folder / RULE, old, new)
    with pytest.raises(MethodologyError, match=sentence) as caught:
        load(folder)
    said = str(caught.value)
    assert said.startswith("regulations/federal-low-results.yaml")
    assert "\n" not in said
    assert not re.search("should|must|required|input", said, re.IGNORECASE)


def test_an_unknown_rule_names_the_known_ones():
    with pytest.raises(MethodologyError, match=r"нет правила «x».*federal-low-results"):
        load_low_results_rule(FOLDER, "x")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("cut3", "cut_3", r"нет столбцов \['cut3'\]"),
        (
            "vpr,math,4,none,2021",
            "vpr,math,4,none,двадцать",
            "строка 2: year_from «двадцать», ожидалось целое число; исправьте",
        ),
        (",20,6,10,15,", ",20,6,16,15,", "строка 2: границы.*возрастать"),
        (",source_read\n", ",hearsay\n", "строка 2: confidence «hearsay»"),
        (
            "vpr,math,4,",
            "vpr,math,4,4,",
            "строка 2: ячеек больше или меньше, чем столбцов, ожидалось 15",
        ),
    ],
)
def test_broken_scales_name_the_row(folder, old, new, sentence):
    change(folder / "scales.csv", old, new)
    with pytest.raises(MethodologyError, match=sentence):
        load(folder)


def test_a_subject_written_twice_is_refused(folder):
    path = folder / "subjects.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(MethodologyError, match=r"повторяются.*rus"):
        load(folder)


def test_every_scale_and_parameter_has_a_source():
    methodology = load(FOLDER)
    assert all(scale.source for scale in methodology.scales)


def test_a_place_with_a_wrong_municipality_code_is_refused(tmp_path):
    path = tmp_path / "monitoring.yaml"
    path.write_text(
        "name: Район\nregion_name: Область\nmunicipality_id: m012\n"
        "low_results_regulation: federal-low-results\n",
        encoding="utf-8",
    )
    with pytest.raises(
        MethodologyError,
        match=r"monitoring\.yaml, municipality_id: найдено 'm012', ожидался код вида reg99_m012",
    ):
        load_place(path)


@pytest.mark.parametrize("name", ["monitoring.yaml", "subjects.csv"])
def test_another_encoding_is_named(folder, tmp_path, name):
    path = tmp_path / name if name.endswith("yaml") else folder / name
    path.write_bytes("name: Район\n".encode("cp1251"))
    with pytest.raises(MethodologyError, match=f"{name}.*UTF-8"):
        load_place(path) if name.endswith("yaml") else load(folder)


def test_a_tab_is_named_with_its_line(tmp_path):
    path = tmp_path / "monitoring.yaml"
    path.write_text("name: Район\n\tregion_name: Область\n", encoding="utf-8")
    with pytest.raises(MethodologyError, match=r"строка 2: не читается как YAML.*табуляция"):
        load_place(path)


def test_names_keep_cyrillic_and_latin_apart():
    assert normal_text("Ёлка\u00a0 №\t5") == "елка no 5"
    assert normal_text("А") != normal_text("A")
    assert normal_text(2.0) == "2"
