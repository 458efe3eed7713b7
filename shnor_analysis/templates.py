"""Templates of forms: workbooks with headings, hints, drop-down lists and input checks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from shnor_analysis.form_specs import (
    EXPERT_CARD,
    FORMS,
    HELP_TITLE,
    LARGEST_NUMBER,
    LAST_GRADE,
    LISTS_TITLE,
    REPORTED_INDICATORS,
    FormField,
    FormSpec,
    Kind,
)
from shnor_analysis.methodology import Methodology

DATA_SHEET, LISTS_SHEET = "Данные", "Списки"
ROWS = 500  # a municipality has tens of schools, a large one some hundred rows of teachers
_FIRST_YEAR, _LAST_YEAR = 2019, 2035  # school years offered in the list
_FIRST_DAY, _LAST_DAY = dt.date(_FIRST_YEAR - 1, 1, 1), dt.date(_LAST_YEAR, 12, 31)
_PROMPT, _PROMPT_TITLE = 255, 32  # limits of Excel
_WIDTHS = {
    Kind.SCHOOL_NAME: 34, Kind.PHRASE: 34, Kind.WORD: 18, Kind.CHOICE: 20, Kind.SUBJECT: 20,
    Kind.LOGIN: 14, Kind.YEAR: 12, Kind.DATE: 12, Kind.PERSON: 16,
}  # fmt: skip
_WIDTH = 16
_WRAPPED = 1.2  # words do not break, so a text takes a fifth more room
_LINE_HEIGHT = 15  # points, of the default font
_PRINTED_COLUMNS = 12  # more of them on a page could not be read
_PAPER_A4 = 9  # code of the format in Excel
_HELP_WIDTHS = (48, 14, 60, 26)
_TEXT_COLUMNS = {Kind.LOGIN, Kind.YEAR, Kind.WORD, Kind.PERSON}
_HEADER = {
    "bold": True, "text_wrap": True, "valign": "top", "border": 1, "bg_color": "#DCE6F1",
}  # fmt: skip
_CARD_ABOVE = ("Логин:", "", "ОО:", "", "Отчетный период:", "")
_METHOD_WORDS = {"fact": "факт наличия - 1 балл", "share80": "не менее 80% - 1 балл"}
_STEPS = (
    "Заполняйте лист «{sheet}», одну строку на {unit}; заголовки не меняйте и не переставляйте.",
    "Если ответа нет, оставьте ячейку пустой. Ноль пишите только там, где ответ и правда ноль.",
    "Имён, телефонов и адресов не пишите, кроме столбцов, где об этом прямо сказано.",
    "Готовый файл верните тому, кто его прислал; методист кладёт его в папку года, например 2025.",
)
_UNITS = {
    "teachers": "учителя", "roadmap": "мероприятие", "expert_card": "показатель",
    "reported_indicators": "показатель", "medal_claims": "выпускника",
    "survey_totals": "вопрос и группу ответивших",
    "diagnostic_works": "работу в каждой параллели школы",
    "adapted_participants": "работу в каждой параллели",
    "procedure_conduct": "процедуру в школе", "past_registers": "школу, год и перечень",
}  # fmt: skip


@dataclass(frozen=True)
class _Book:
    """An open workbook and the formats its sheets share."""

    book: Any
    header: Any
    required: Any
    wrap: Any
    text: Any
    date: Any
    title: Any


def write_templates(folder: Path, methodology: Methodology) -> tuple[Path, ...]:
    """Write a template of every form that schools and offices fill.

    Parameters
    ----------
    folder : Path
        Created when absent; files of the same name are replaced.
    methodology : Methodology
        Headings (the first ``text`` rule of a column map), subjects, the expert card and the
        catalogue of indicators.

    Returns
    -------
    tuple of Path
        The files, in the order of ``form_specs.FORMS``. A template that nobody filled may stay
        in the folder of a place: it is recognised and holds no data.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(write_template(folder / f"{spec.title}.xlsx", spec, methodology) for spec in FORMS)


def write_template(path: Path, spec: FormSpec, methodology: Methodology) -> Path:
    """Write the template of one form; see :func:`write_templates`."""
    with xlsxwriter.Workbook(str(path)) as file:
        book = _Book(
            file,
            file.add_format(_HEADER),
            file.add_format({**_HEADER, "bg_color": "#FCE4C4"}),
            file.add_format({"text_wrap": True, "valign": "top"}),
            file.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
            file.add_format({"num_format": "dd.mm.yyyy", "valign": "top"}),
            file.add_format({"bold": True, "font_size": 14}),
        )
        data = file.add_worksheet(DATA_SHEET)
        help_sheet = file.add_worksheet(HELP_TITLE)
        lists = _write_lists(book, spec, methodology)
        _write_data(book, data, spec, methodology, lists)
        _write_help(book, help_sheet, spec, methodology)
        data.activate()
    return path


def heading(spec: FormSpec, column: str, methodology: Methodology) -> str:
    """The heading of a column in the template: the first ``text`` rule of its column map."""
    rules = methodology.column_map(spec.family).rules
    return next(r.heading for r in rules if r.column == column and not r.is_pattern)


# --- sheets ------------------------------------------------------------------------------------


def _write_lists(book: _Book, spec: FormSpec, methodology: Methodology) -> dict[str, str]:
    """The hidden sheet of answers to choose from; column → its range."""
    sheet = book.book.add_worksheet(LISTS_SHEET)
    sheet.write(0, 0, LISTS_TITLE)
    ranges: dict[str, str] = {}
    for field in spec.template_fields:
        words = _words(field, methodology)
        if not words:
            continue
        column = len(ranges)
        sheet.write(1, column, field.column)
        sheet.write_column(2, column, words)
        letter = xlsxwriter.utility.xl_col_to_name(column)
        ranges[field.column] = f"='{LISTS_SHEET}'!${letter}$3:${letter}${len(words) + 2}"
    sheet.hide()
    return ranges


def _words(field: FormField, methodology: Methodology) -> list[str]:
    if field.kind == Kind.CHOICE:
        return [choice.word for choice in field.choices]
    if field.kind == Kind.YES_NO:
        return ["да", "нет"]
    if field.kind == Kind.SUBJECT:
        return [subject.name for subject in methodology.subjects]
    if field.kind == Kind.YEAR:
        return [f"{year - 1}/{year}" for year in range(_FIRST_YEAR, _LAST_YEAR + 1)]
    return []


def _write_data(
    book: _Book, sheet: Any, spec: FormSpec, methodology: Methodology, lists: dict[str, str]
) -> None:
    header = 0
    if spec is EXPERT_CARD:
        header = 1
        for column, label in enumerate(_CARD_ABOVE):
            sheet.write(0, column, label, book.text if not label else book.wrap)
    headings = [heading(spec, field.column, methodology) for field in spec.template_fields]
    widths = [_WIDTHS.get(field.kind, _WIDTH) for field in spec.template_fields]
    sheet.set_row(header, _height(headings, widths))
    for column, (field, shown) in enumerate(zip(spec.template_fields, headings, strict=True)):
        sheet.write(header, column, shown, book.required if field.is_required else book.header)
        sheet.set_column(column, column, widths[column], _cell_format(book, field))
        if field.hint:
            sheet.write_comment(header, column, field.hint, {"x_scale": 2, "author": ""})
        rule = _validation(field, lists.get(field.column))
        sheet.data_validation(header + 1, column, header + ROWS, column, rule)
    for offset, row in enumerate(_printed_rows(spec, methodology), start=header + 1):
        sheet.set_row(offset, _height(row, widths))
        for column, value in enumerate(row):
            sheet.write_string(offset, column, value, book.text if column == 0 else book.wrap)
    sheet.freeze_panes(header + 1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(header)
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1 if len(widths) <= _PRINTED_COLUMNS else 2, 0)


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Height of a row in which every text is seen whole."""
    lines = [
        math.ceil(_WRAPPED * len(text) / width) for text, width in zip(texts, widths, strict=False)
    ]
    return _LINE_HEIGHT * max([1, *lines])


def _cell_format(book: _Book, field: FormField) -> Any:
    if field.kind == Kind.DATE:
        return book.date
    return book.text if field.kind in _TEXT_COLUMNS else book.wrap


def _printed_rows(spec: FormSpec, methodology: Methodology) -> list[list[str]]:
    """Rows that stand in the template: indicators of the card and of the catalogue."""
    if spec is EXPERT_CARD:
        return [
            [one.id, str(one.direction), one.title, _METHOD_WORDS[one.method]]
            for one in methodology.expert_card
        ]
    if spec is REPORTED_INDICATORS:
        return [[one.id, one.title] for one in methodology.catalogue]
    return []


def _validation(field: FormField, words: str | None) -> dict[str, object]:
    """What Excel lets into a column, with a prompt and a sentence for what does not fit."""
    rule: dict[str, object] = {"validate": "any"}
    expected = ""
    if words:
        rule, expected = {"validate": "list", "source": words}, "Выберите ответ из списка."
    elif field.kind in (Kind.COUNT, Kind.INDICATOR):
        rule = {"validate": "integer", "criteria": "between", "minimum": 0,
                "maximum": LARGEST_NUMBER}  # fmt: skip
        expected = "Ожидается целое число от нуля, без слов и процентов."
    elif field.kind == Kind.NUMBER:
        rule = {"validate": "decimal", "criteria": "between", "minimum": -LARGEST_NUMBER,
                "maximum": LARGEST_NUMBER}  # fmt: skip
        expected = "Ожидается число."
    elif field.kind == Kind.GRADE:
        rule = {"validate": "integer", "criteria": "between", "minimum": 1,
                "maximum": LAST_GRADE}  # fmt: skip
        expected = "Ожидается класс от 1 до 12."
    elif field.kind == Kind.DATE:
        rule = {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY,
                "maximum": _LAST_DAY}  # fmt: skip
        expected = "Ожидается дата вида 15.10.2025."
    if field.hint:
        rule["input_title"] = "Что писать"
        rule["input_message"] = field.hint[:_PROMPT]
    if expected:
        rule["error_title"] = "Значение не подходит"
        rule["error_message"] = expected
    return rule


def _write_help(book: _Book, sheet: Any, spec: FormSpec, methodology: Methodology) -> None:
    for column, width in enumerate(_HELP_WIDTHS):
        sheet.set_column(column, column, width, book.wrap)
    sheet.write(0, 0, HELP_TITLE, book.title)
    lines = [f"{spec.title}. {spec.purpose}", f"Кто заполняет: {spec.who}."]
    unit = _UNITS.get(spec.family, "школу")
    lines += [step.format(sheet=DATA_SHEET, unit=unit) for step in _STEPS]
    for row, line in enumerate(lines, start=1):
        sheet.merge_range(row, 0, row, 3, line, book.wrap)
    start = len(lines) + 2
    for column, name in enumerate(("Столбец", "Обязательно", "Что писать", "Пример")):
        sheet.write(start, column, name, book.header)
    for row, field in enumerate(spec.template_fields, start=start + 1):
        shown = heading(spec, field.column, methodology)
        texts = (shown, "да" if field.is_required else "нет", field.hint, field.example)
        sheet.set_row(row, _height(texts, _HELP_WIDTHS))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, book.wrap)
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.fit_to_pages(1, 0)
