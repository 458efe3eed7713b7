"""Templates: what is filled in them is read back exactly; an empty one is no data."""

import datetime as dt

import openpyxl
import pytest

from shnor_analysis.form_specs import FORMS, HELP_TITLE
from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.extract import ANSWERED_AT, SCHOOL_REFERENCE
from shnor_analysis.intake.place import READERS
from shnor_analysis.intake.workbook import open_workbook
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.tables import REPORTED
from shnor_analysis.templates import DATA_SHEET, heading, write_template, write_templates
from shnor_analysis.workspace import find_workspace

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
KEY = b"k" * 32
DAY = dt.datetime(2024, 10, 15)
SCHOOL = {"school_login": "edu990001", "assessment_year": "2024/2025"}
# What is typed into a row, and what must come back.
FILLED = {
    "teachers": (
        {**SCHOOL, "teacher": "У-07", "subject_name": "математика", "category": "первая",
         "is_diagnosed": "да", "diagnosed_on": DAY, "diagnostic_score": 19.5,
         "diagnostic_max": 30, "deficit_level": "средний", "has_route": "нет",
         "training_hours": 0},
        {"subject": "math", "category": "first", "is_diagnosed": True, "has_route": False,
         "diagnosed_on": "2024-10-15", "diagnostic_score": 19.5, "deficit_level": "middle",
         "training_hours": 0, "assessment_year": 2025, "school_login": "edu990001"},
    ),
    "survey_totals": (
        {**SCHOOL, "role": "родители", "item": "Довольны ли Вы?", "n_answered": 120,
         "n_satisfied": 96},
        {"role": "parent", "item": "Довольны ли Вы?", "n_answered": 120, "n_satisfied": 96},
    ),
    "diagnostic_works": (
        {**SCHOOL, "procedure": "муниципалитет", "title": "Входная", "subject": "математика",
         "grade": 6, "exam_date": DAY, "n_participants": 10, "n_mark_2": 1, "n_mark_3": 4,
         "n_mark_4": 3, "n_mark_5": 2, "mean_score": 11.4, "max_score": 20},
        {"procedure": "municipal", "subject": "math", "grade": 6, "exam_date": "2024-10-15",
         "n_participants": 10, "n_mark_5": 2, "mean_score": 11.4},
    ),
    "adapted_participants": (
        {**SCHOOL, "procedure": "ГВЭ-9", "subject": "математика", "grade": 9,
         "n_participants": 3, "n_below_minimum": 1},
        {"procedure": "gve9", "subject": "math", "grade": 9, "n_participants": 3,
         "n_below_minimum": 1, "assessment_year": 2025, "school_login": "edu990001"},
    ),
    "procedure_conduct": (
        {**SCHOOL, "procedure": "ВПР", "has_observer": "да", "has_video": "нет",
         "n_rechecked": 20, "n_rechecked_same": 19},
        {"procedure": "vpr", "subject": "all", "grade": 0, "has_observer": True,
         "has_video": False, "n_rechecked": 20, "n_rechecked_same": 19},
    ),
    "medal_claims": (
        {**SCHOOL, "surname": "Фамилия", "first_name": "Имя", "degree": "II степень",
         "is_confirmed": "нет"},
        {"degree": "second", "is_confirmed": False},
    ),
    "past_registers": (
        {**SCHOOL, "register": "ШНСУ", "status": "наблюдение", "reason": "индекс условий"},
        {"register": "adverse_conditions", "status": "watch", "reason": "индекс условий"},
    ),
    "roadmap": (
        {"item_id": "1.10", "measure": "Семинар", "due_text": "до 01.12.2025",
         "responsible": "центр", "baseline": 31, "target": 20, "status": "выполняется"},
        {"item_id": "1.10", "measure": "Семинар", "due_on": "2025-12-01", "responsible": "центр",
         "baseline": 31.0, "target": 20.0, "status": "in_progress"},
    ),
}  # fmt: skip


def read(path, name=None):
    sheets = open_workbook(name or path.name, path.read_bytes())
    families = [sheet_family(sheet) for sheet in sheets]
    assert families[1:] == ["form_help", "form_help"]
    return families[0], READERS[families[0]](sheets[0], METHODOLOGY, KEY)


def fill(path, spec, *rows, start=2):
    book = openpyxl.load_workbook(path)
    sheet = book[DATA_SHEET]
    columns = {cell.value: cell.column for cell in sheet[start - 1]}
    for number, values in enumerate(rows, start=start):
        for column, value in values.items():
            sheet.cell(number, columns[heading(spec, column, METHODOLOGY)], value)
    book.save(path)


def spec_of(family):
    return next(spec for spec in FORMS if spec.family == family)


@pytest.mark.parametrize("spec", FORMS, ids=lambda spec: spec.family)
def test_an_empty_template_is_recognised_and_gives_no_data(spec, tmp_path):
    family, extract = read(write_template(tmp_path / "x.xlsx", spec, METHODOLOGY))
    assert family == spec.family
    assert extract.reported == {}
    assert not extract.is_refused
    assert [issue.check_id for issue in extract.issues] == ["form_empty"]


@pytest.mark.parametrize("family", FILLED)
def test_what_is_filled_is_read_back(family, tmp_path):
    spec = spec_of(family)
    path = write_template(tmp_path / "x.xlsx", spec, METHODOLOGY)
    typed, expected = FILLED[family]
    fill(path, spec, typed)
    found, extract = read(path)
    assert found == family
    # a blank number of people is only counted
    assert {issue.check_id for issue in extract.issues} <= {"form_blank"}
    rows = extract.reported[spec.contract].to_dict("records")
    assert len(rows) == 1
    assert {column: rows[0][column] for column in expected} == expected
    blank = {field.column for field in spec.template_fields} - set(typed)
    stored = blank & set(rows[0]) - {"subject", "grade", "status"}
    assert all(rows[0][column] is None for column in stored)  # blank is never zero


@pytest.mark.parametrize("family", FILLED)
def test_rows_keep_their_contract_once_the_school_is_known(family, tmp_path):
    spec = spec_of(family)
    path = write_template(tmp_path / "x.xlsx", spec, METHODOLOGY)
    fill(path, spec, FILLED[family][0])
    frame = read(path)[1].reported[spec.contract].assign(school_id="990001")
    helpers = [*SCHOOL_REFERENCE, ANSWERED_AT]
    if family == "medal_claims":
        frame = frame.assign(pupil_id=frame["name_key"])  # made where exam results are joined
        helpers += ["name_key", "document_key"]
    contract = next(one for one in REPORTED if one.name == spec.contract)
    assert len(contract.conform(frame.drop(columns=helpers, errors="ignore"))) == 1


def test_a_filled_social_passport_is_read_back(tmp_path):
    spec = spec_of("social_passport")
    path = write_template(tmp_path / "x.xlsx", spec, METHODOLOGY)
    own = [field.column for field in spec.template_fields][3:]
    people = [column for column in own if column.startswith("n_")]
    values = dict(zip(people, range(100, 100 - len(people), -1), strict=True))
    answers = {column: "да" for column in own if column not in people}
    fill(path, spec, {**SCHOOL, **values, **answers}, {**SCHOOL, "n_pupils": 0})
    _, extract = read(path)
    frame = extract.reported["context"]
    first = frame[frame["source_row"] == 2]
    assert dict(zip(first["indicator"], first["value"], strict=True)) == {
        **values, **dict.fromkeys(answers, 1.0),
    }  # fmt: skip
    second = frame[frame["source_row"] == 3]
    assert second["indicator"].tolist() == ["n_pupils"]


def test_a_filled_expert_card_is_read_back(tmp_path):
    spec = spec_of("expert_card")
    path = write_template(tmp_path / "x.xlsx", spec, METHODOLOGY)
    book = openpyxl.load_workbook(path)
    sheet = book[DATA_SHEET]
    sheet["B1"], sheet["F1"] = "edu990001", "2024/2025"
    book.save(path)
    rows = [{"value": "да", "score_self": i % 2, "score_expert": 1} for i in range(17)]
    fill(path, spec, *rows, start=3)
    _, extract = read(path)
    frame = extract.reported["expert_cards"]
    assert frame["indicator_id"].tolist() == [one.id for one in METHODOLOGY.expert_card]
    assert frame["score_self"].tolist() == [i % 2 for i in range(17)]
    assert set(frame["assessment_year"]) == {2025}
    assert extract.issues == []


def test_filled_indicators_are_read_and_blank_ones_counted(tmp_path):
    spec = spec_of("reported_indicators")
    path = write_template(tmp_path / "x.xlsx", spec, METHODOLOGY)
    fill(path, spec, {"assessment_year": "2024/2025", "numerator": 3, "denominator": 4})
    _, extract = read(path)
    rows = extract.reported["reported_indicators"].to_dict("records")
    assert [(row["indicator_id"], row["value"]) for row in rows] == [
        ("sterlitamak.support.1", 0.75)
    ]
    left = next(issue for issue in extract.issues if issue.check_id == "form_unfilled")
    assert int(left.value) == len(METHODOLOGY.catalogue) - 1


def test_templates_guide_and_check_the_input(tmp_path):
    paths = write_templates(tmp_path / "Шаблоны", METHODOLOGY)
    assert len(paths) == len(FORMS)
    for path, spec in zip(paths, FORMS, strict=True):
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[:2] == [DATA_SHEET, HELP_TITLE]
        assert [s.sheet_state for s in book] == ["visible", "visible", "hidden"]
        sheet = book[DATA_SHEET]
        assert sheet.freeze_panes is not None
        rules = sheet.data_validations.dataValidation
        assert all(len(rule.prompt or "") <= 255 for rule in rules)
        lists = [rule for rule in rules if rule.type == "list"]
        closed = [f for f in spec.template_fields if f.choices or f.kind == "yes_no"]
        assert len(lists) >= len(closed)
        for rule in rules:
            if rule.type not in (None, "none"):
                assert rule.error, spec.family  # a sentence for what does not fit


def test_units_addressee_and_paper_of_templates(tmp_path):
    for path, spec in zip(write_templates(tmp_path, METHODOLOGY), FORMS, strict=True):
        book = openpyxl.load_workbook(path)
        told = "\n".join(str(row[0].value) for row in book[HELP_TITLE].iter_rows(max_row=9))
        is_per_school = "одна строка на школу" in spec.who
        assert ("одну строку на школу;" in told) == (spec.family == "social_passport")
        assert is_per_school == (spec.family in ("social_passport", "past_registers"))
        assert "верните файл" in told or "файл верните" in told
        sheet = book[DATA_SHEET]
        assert sheet.page_setup.paperSize == 9  # A4
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1, 2)


def test_headings_of_templates_are_of_no_single_city():
    assert heading(spec_of("expert_card"), "score_expert", METHODOLOGY) == "Балл эксперта"
    teachers = spec_of("teachers")
    assert heading(teachers, "is_diagnosed", METHODOLOGY) == "Пройдена диагностика (да/нет)"
    route = "Есть индивидуальный образовательный маршрут (да/нет)"
    assert heading(teachers, "has_route", METHODOLOGY) == route
