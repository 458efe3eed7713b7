"""ФИС ОКО reports by scores, tasks and skills; consolidated tables; the objectivity list."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import AGAIN, Check

_CONSOLIDATED = "Исправьте строку в сводной таблице или положите в папку исходный отчёт ФИС ОКО."

CHECKS: dict[str, Check] = {
    "item_heading": Check(
        "warning",
        "Лист «{sheet}»: заголовок столбца {value} — не {expected} либо повтор; "
        "столбец не прочитан.",
        AGAIN,
    ),
    "item_no_columns": Check(
        "error",
        "Лист «{sheet}»: в строке заголовков {row} не найдено {expected} ни в одном столбце, "
        "найдено {found}.",
        AGAIN,
    ),
    "item_participants": Check(
        "warning",
        "Строка {row}, столбец «{column}»: число участников не читается ({value}); "
        "считается неизвестным.",
        AGAIN,
    ),
    "item_skill_blank": Check(
        "note",
        "Строка {row}: у умения нет ни одной доли; это заголовок раздела, в таблицы не входит.",
        "Ничего делать не нужно, если это и правда заголовок раздела.",
    ),
    "item_max_unknown": Check(
        "warning",
        "Лист «{sheet}», «{column}»: максимальный балл не читается ({value}); "
        "считается неизвестным.",
        AGAIN,
    ),
    "item_scores_sum": Check(
        "query",
        "Строка {row}: доли участников по баллам в сумме дают {value} %, "
        "ожидалось 100 ± {tolerance}.",
        AGAIN,
    ),
    "item_score_max": Check(
        "query",
        "Лист «{sheet}»: наибольший балл в заголовках {value}, а максимальный первичный балл "
        "работы {maximum}.",
        AGAIN,
    ),
    "item_no_mark": Check(
        "note",
        "Строка {row}: показатели группы без отметки; в разбор по отметкам не входят.",
        "Ничего делать не нужно: доли по всей группе есть в отчёте «Выполнение заданий».",
    ),
    "item_skill": Check(
        "error",
        "Строка {row}: умение не читается ({value}), ожидались номер и текст умения; "
        "строка не учтена.",
        AGAIN,
    ),
    "item_group_heading": Check(
        "error",
        "Лист «{sheet}»: группа участников в заголовке столбца не узнана ({value}); "
        "столбец не учтён.",
        AGAIN,
    ),
    "comparison_incomplete": Check(
        "error",
        "Строка {row}: у группы нет всех трёх строк «Понизили», «Подтвердили» и «Повысили» "
        "(найдено: {value}); группа не учтена.",
        AGAIN,
    ),
    "comparison_value": Check(
        "error",
        "Строка {row}, столбец «{column}»: найдено {value}, ожидалось {expected}; "
        "группа участников со всеми её строками не учтена.",
        AGAIN,
    ),
    "comparison_no_total": Check(
        "warning",
        "Строка {row}: у группы нет строки «Всего»; число участников взято как сумма "
        "трёх строк: {value}.",
        AGAIN,
    ),
    "comparison_stray": Check(
        "error",
        "Строка {row}: над строкой нет названия группы участников; строка не учтена.",
        AGAIN,
    ),
    "consolidated_value": Check(
        "error",
        "Строка {row}, столбец «{column}»: найдено {value}, ожидалось {expected}; "
        "строка не учтена.",
        _CONSOLIDATED,
    ),
    "consolidated_season": Check(
        "note",
        "Лист «{sheet}»: дат в сводной таблице нет; период работ взят по календарю ВПР: {value}.",
        "Ничего делать не нужно, если период верен; иначе положите в папку исходные отчёты.",
    ),
    "objectivity_count": Check(
        "query",
        "Строка {row}: маркеров указано {value}, а отмечено предметов {found}.",
        "Проверьте строку перечня по письму, с которым он пришёл.",
    ),
}
