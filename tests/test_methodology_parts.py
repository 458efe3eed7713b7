"""Breaks in series, parts of the report, reasons of schools: what must not load."""

import shutil

import pytest

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.workspace import find_workspace

FOLDER = find_workspace().methodology


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "methodology")


def load(folder):
    return load_methodology(folder, DEFAULT_REGULATIONS)


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("comparability.yaml", "extent: only_year", "extent: this_year",
         "extent: найдено 'this_year', ожидалось одно из: 'from_year', 'only_year'"),
        ("comparability.yaml", "    effect: shares_only", "    effect: comparable", "effect"),
        ("comparability.yaml", "    source: календарь", "    origin: календарь", "source"),
        ("comparability.yaml", "  value: 0.7", "  value: 70",
         "min_participation.value: найдено 70, ожидалось не больше 1"),
        ("certainty.yaml", "  value: 0.8", "  value: 80",
         "core_probability.value: найдено 80, ожидалось не больше 1"),
        ("certainty.yaml", "  value: 0.8", "  value: 0.1",
         "core_probability: найдено 0.1, ожидалось не меньше borderline_probability"),
        ("certainty.yaml", "  value: 0.6\n    source: принято в программе — школа чаще",
         "  value: 0.95\n    source: принято в программе — школа чаще",
         "indicator_lists.sure_probability: найдено 0.9, ожидалось не меньше likely_probability"),
        ("certainty.yaml", "value: [A, B,", "value: [A, D,", "what_if.modes.value.1: найдено 'D'"),
        ("dynamics.yaml", "  value: 4\n", "  value: 2\n",
         "trend_years.value: найдено 2, ожидалось не меньше 3"),
        ("dynamics.yaml", "value: [programme, season,", "value: [programme, weather,",
         "relative_reasons.value.1: найдено 'weather'"),
        ("dynamics.yaml", "  value: 0.95", "  value: 95", "level.value: найдено 95"),
        ("report_parts.yaml", "    needs:\n      - family: teachers",
         "    needs:\n      - family: teacher", "staff: вида файлов teacher нет"),
        ("report_parts.yaml", "replaced_by: [survey_totals]", "replaced_by: [totals]",
         "satisfaction: вида файлов totals нет"),
        ("report_parts.yaml", "  - part: tasks", "  - part: results", "повторяются строки results"),
        ("report_parts.yaml", "        is_required: true\n", "", "is_required.*отсутствует"),
        ("explanation_reasons.csv", "П2,", "П1,", "повторяются строки П1"),
        ("explanation_reasons.csv", "П2,", "P2,", "строка 3: код «P2».*русская буква"),
        ("explanation_reasons.csv", "code,text", "code,words", r"нет столбцов \['text'\]"),
    ],
)  # fmt: skip
def test_a_broken_file_is_one_sentence(folder, name, old, new, sentence):
    change(folder / name, old, new)
    with pytest.raises(MethodologyError, match=sentence) as caught:
        load(folder)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_subjects_of_breaks_and_lots_are_known():
    methodology = load(FOLDER)
    known = {subject.subject for subject in methodology.subjects}
    rules = methodology.comparability
    named = {code for entry in rules.breaks for code in entry.subjects}
    named |= {code for entry in rules.random_subjects for code in entry.written_by_all}
    assert named <= known


def test_a_list_of_codes_fits_into_a_cell_of_excel():
    # Excel keeps a typed list of choices in at most 255 characters
    codes = [reason.code for reason in load(FOLDER).explanation_reasons]
    assert len(",".join(codes)) <= 255
