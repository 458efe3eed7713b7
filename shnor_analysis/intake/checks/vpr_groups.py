"""Rows of groups of participants in ФИС ОКО reports."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import AGAIN, Check

CHECKS: dict[str, Check] = {
    "group_name": Check(
        "error",
        "Строка {row}: группа участников не узнана ({value}); строка не учтена.",
        "Для школы ожидается логин в скобках, для муниципалитета — код reg99_m012; "
        "скачайте отчёт заново.",
    ),
    "group_value": Check(
        "error",
        "Строка {row}, столбец «{column}»: найдено {value}, ожидалось {expected}; "
        "строка не учтена.",
        AGAIN,
    ),
    "group_percent_sum": Check(
        "query",
        "Строка {row}: проценты в сумме дают {value}, ожидалось 100 ± 0,1.",
        AGAIN,
    ),
    "group_count_percent": Check(
        "query",
        "Строка {row}, «{column}»: {value} чел. не согласуется с долей {percent} % "
        "при числе участников {n_participants}.",
        AGAIN,
    ),
    "group_count_sum": Check(
        "query",
        "Строка {row}: понизили, подтвердили и повысили вместе {value}, "
        "а участников всего {n_participants}.",
        AGAIN,
    ),
    "group_no_journal": Check(
        "note",
        "Строка {row}: участников без отметки по журналу — {value} из {n_participants}.",
        "Ничего делать не нужно; доля считается по участникам с обеими отметками.",
    ),
    "group_differs": Check(
        "warning",
        "Группа «{group}»: данные расходятся с файлом «{other}» "
        "(участников {value} и {n_other}); взяты данные с большим числом участников.",
        "Оставьте в папке один, последний отчёт по этой работе.",
    ),
}
