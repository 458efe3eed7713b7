"""Conditions of schools: the context form of ФИС ОКО and form ОО-1."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import Check

_ANSWER = "Исправьте ответ школы в анкете об ОО и выгрузите её заново."
_FORM = "Сверьте строку с бланком ОО-1 и исправьте файл."

CHECKS: dict[str, Check] = {
    "context_value": Check(
        "warning",
        "Строка {row}, «{column}»: ответ не читается (найдено {value}), ожидалось {expected}; "
        "считается неизвестным.",
        _ANSWER,
    ),
    "context_part": Check(
        "error",
        "Строка {row}, «{column}»: {value} больше, чем «{whole}» ({n_whole}); "
        "это значение не учтено.",
        _ANSWER,
    ),
    "context_grades": Check(
        "query",
        "Строка {row}: по классам обучающихся в сумме {computed}, а всего по школе {value}.",
        _ANSWER,
    ),
    "context_year": Check(
        "warning",
        "Лист «{sheet}», строка {row}: учебный год не виден ни в вопросе, ни в дате загрузки, "
        "ни в имени папки; условия работы не учтены в строках: {value}.",
        "Положите файл в папку года, например 2025 (означает 2024/25).",
    ),
    "oo1_row": Check(
        "error",
        "Строка {row}, «{column}»: найдено {value}, ожидалось {expected}; строка не учтена.",
        _FORM,
    ),
    "oo1_blank": Check(
        "note",
        "Лист «{sheet}»: строк без значения — {value}; они не учтены и нулём не считаются.",
        "Ничего делать не нужно, если эти клетки бланка пусты.",
    ),
    "oo1_section_date": Check(
        "warning",
        "Лист «{sheet}»: номер раздела превращён в дату в строках: {value}; "
        "прочитан по дню, месяцу и году.",
        "Задайте столбцу «Раздел» текстовый формат и впишите номера заново.",
    ),
    "oo1_twins": Check(
        "error",
        "Строка {row}: раздел {section}, строка {row_code}, графа {column_code} встречается "
        "с разными значениями (строки {rows}); строки не учтены.",
        _FORM,
    ),
    "oo1_year": Check(
        "note",
        "Лист «{sheet}»: год {value} понят как год сдачи формы (20 сентября), "
        "то есть {school_year} учебный год.",
        "Если имелся в виду другой учебный год, впишите его целиком, например 2024/2025.",
    ),
    "oo1_unverified": Check(
        "warning",
        "Лист «{sheet}»: показатели взяты из клеток, номера которых не сверены с действующим "
        "бланком: {value}.",
        "Сверьте номера в methodology/oo1_mapping.csv с бланком этого года и укажите источник.",
    ),
}
