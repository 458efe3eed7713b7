"""Headings, titles and dates above a table."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import AGAIN, Check

CHECKS: dict[str, Check] = {
    "column_missing": Check(
        "error",
        "Лист «{sheet}»: нет столбца {expected}, найдено {found}; скачайте отчёт заново.",
        "Скачайте отчёт заново, не переименовывая и не удаляя столбцы. Если заголовок изменился "
        "в новом году, допишите его в таблицу этого отчёта в methodology/column_maps.",
    ),
    "header_missing": Check(
        "error",
        "Лист «{sheet}»: не найдена строка заголовков, ожидались столбцы {expected}; "
        "скачайте отчёт заново.",
        "Скачайте отчёт заново и не меняйте строки над таблицей.",
    ),
    "fisoko_no_title": Check(
        "error",
        "Лист «{sheet}»: над таблицей нет строки вида «ВПР 2026 Русский язык 4 класс».",
        AGAIN,
    ),
    "subject_unknown": Check(
        "error",
        "Лист «{sheet}»: предмет «{subject}» неизвестен; таблица не учтена (строк: {n_rows}).",
        "Допишите название предмета в столбец aliases файла methodology/subjects.csv.",
    ),
    "vpr_no_date": Check(
        "warning",
        "Лист «{sheet}»: не указана дата работы; период взят по календарю ВПР: {season}.",
        AGAIN,
    ),
    "vpr_max_differs": Check(
        "query",
        "Лист «{sheet}»: максимальный первичный балл {reported}, а сумма баллов заданий "
        "в заголовках {computed}.",
        AGAIN,
    ),
    "context_sheet_missing": Check(
        "error",
        "В анкете об ОО нет листа с данными «{expected}»; найдены листы: {found}, "
        "ожидались листы {all_expected}.",
        "Выгрузите контекстные данные об ОО из ФИС ОКО заново вместе с обоими листами.",
    ),
    "context_n_pupils": Check(
        "warning",
        "Число обучающихся не читается: найдено {value}, ожидалось целое число.",
        "Исправьте ответ школы в анкете об ОО.",
    ),
    "context_login": Check(
        "error",
        "В анкете нет читаемого логина школы: найдено {value}, ожидалось edu и шесть цифр.",
        "Исправьте логин в столбце «Пользователь».",
    ),
    "crosswalk_ambiguous": Check(
        "error",
        "Код {value} указан в анкете у нескольких школ ({schools}): "
        "результаты с этим кодом не учтены (строк: {n_rows}).",
        "Уточните коды ОГЭ и ЕГЭ школ в анкете об ОО.",
    ),
}
