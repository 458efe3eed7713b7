"""Schools and what files say about each other."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import Check

CHECKS: dict[str, Check] = {
    "school_not_in_register": Check(
        "warning",
        "Школа {school_id} есть в результатах, но её нет в анкете об ОО.",
        "Выгрузите контекстные данные об ОО с этой школой или проверьте логин.",
    ),
    "school_other_municipality": Check(
        "note",
        "Школ других муниципалитетов в файлах: {value}; их результаты не учтены "
        "(территория {place}).",
        "Ничего делать не нужно, если эти школы и правда не ваши; иначе исправьте "
        "municipality_id в monitoring.yaml или анкету об ОО.",
    ),
    "school_unplaced": Check(
        "error",
        "Школы {school_id} нет в анкете об ОО, и её муниципалитет из файлов не виден: "
        "результаты школы не учтены.",
        "Если это ваша школа, добавьте её в выгрузку контекстных данных об ОО.",
    ),
    "ege_minimum_unknown": Check(
        "error",
        "ЕГЭ {year} года, предмет «{subject}»: минимальный балл не известен, "
        "результатов не учтено: {value}.",
        "Допишите строку с минимальным баллом этого года в methodology/scales.csv.",
    ),
    "register_missing": Check(
        "warning",
        "В папке нет анкеты «Сбор контекстных данных об ОО»: реестр школ и коды РЦОИ не известны.",
        "Положите в папку выгрузку контекстных данных об ОО из ФИС ОКО.",
    ),
    "marks_differ": Check(
        "query",
        "Отметки школы по сводному отчёту и по строкам участников расходятся: "
        "«2, 3, 4, 5» в отчёте {reported} (участников по отчёту {n_reported}), "
        "в «{other}» {found} (строк {n_found}).",
        "Скачайте оба отчёта за один день и сверьте строки с замечаниями.",
    ),
    "participants_above_pupils": Check(
        "query",
        "Участников работы {value}, а обучающихся в школе по анкете {n_pupils}.",
        "Проверьте число обучающихся в анкете об ОО и логин школы в отчёте.",
    ),
}
