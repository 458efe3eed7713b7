"""Every Russian word the writers add to a document by themselves, in one place."""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "table": "Таблица",
        "figure": "Рисунок",
        "contents": "Содержание",
        "contents_tables": "Таблицы",
        "contents_figures": "Рисунки",
        "dash": " — ",
        "created": "По данным на",
        "sheet_table": "Т",
        "sheet_figure": "Р",
        "no_data": "нет данных",
        "in_workbook": "{caption}. Вся таблица (строк: {n}) — в книге Excel этого документа.",
        "choose": "Выберите код из списка; расшифровка — под таблицей.",
        "not_a_choice": "Такого кода в списке нет; расшифровка кодов — под таблицей.",
        "no_alt": "Рисунок без описания",
        "cell_failed": "Ячейка блокнота не выполнилась, её результата в документе нет: {error}",
        "rows_left_out": "Показаны не все строки: блокнот сократил вывод таблицы.",
        "bad_date": "Дата документа «{found}» не читается: нужна запись вида 2025-03-15.",
        "no_typst": (
            "PDF на этом компьютере не сделать: для него нет пакета typst. "
            "Возьмите тот же документ в DOCX или HTML."
        ),
        "pdf_failed": "PDF не собрался: {reason}. Возьмите тот же документ в DOCX или HTML.",
    }
)
