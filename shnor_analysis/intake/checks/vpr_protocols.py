"""Protocols and collection forms of ВПР; marks against scales."""

from __future__ import annotations

from shnor_analysis.intake.checks.check import SCHOOL_ROW, Check

_NAME_THE_FILE = (
    "Назовите файл по образцу «Математика, 4 класс, ВПР 2021.xlsx» или положите его в папку "
    "с таким названием; названия предметов — в methodology/subjects.csv."
)

# How well a scale is known; keys are values of ``methodology.Confidence``.
CONFIDENCE_WORDS = {
    "regulation": "из нормативного документа",
    "source_read": "источник прочитан",
    "excerpt": "из выдержки",
    "from_memory": "по памяти",
    "calculated": "расчёт",
    "project_default": "принята в программе",
}

CHECKS: dict[str, Check] = {
    "protocol_work_unknown": Check(
        "error",
        "Лист «{sheet}»: нельзя определить {missing}: внутри протокола этого нет, в имени файла "
        "и папки — тоже; не учтено строк: {n_rows}.",
        _NAME_THE_FILE,
    ),
    "protocol_work_named": Check(
        "note",
        "Лист «{sheet}»: над протоколом нет названия работы; по именам файла и папки и кодам "
        "участников это ВПР {year} ({season}), {subject}, {grade} класс.",
        "Ничего делать не нужно, если работа определена верно; иначе поправьте имя файла.",
    ),
    "protocol_grade_differs": Check(
        "query",
        "Лист «{sheet}»: по имени файла или папки это {grade} класс, а коды участников "
        "начинаются как у {value} класса; взят {grade} класс.",
        "Проверьте, тот ли протокол лежит в файле с этим именем.",
    ),
    "form_school_unknown": Check(
        "error",
        "Форма сбора результатов не называет школу, а в именах файла и папки нет логина ФИС ОКО; "
        "не учтено строк: {n_rows}.",
        "Положите форму в папку с логином школы, например «edu990001», или допишите логин "
        "в имя файла.",
    ),
    "vpr_task_text": Check(
        "error",
        "Строка {row}, задание «{column}»: найдено {value}, ожидалось целое число баллов или X; "
        "похоже на сдвиг столбцов, строка не учтена.",
        SCHOOL_ROW,
    ),
    "vpr_absent_scored": Check(
        "error",
        "Строка {row}: участник отмечен отсутствовавшим, а баллы у него есть; строка не учтена.",
        SCHOOL_ROW,
    ),
    "vpr_no_scale": Check(
        "warning",
        "Лист «{sheet}»: отметок за работу в протоколе нет, а шкала ВПР {year} года, {subject}, "
        "{grade} класс, неизвестна: без отметки осталось результатов — {value}. В scales.csv "
        "не хватает строки, которая начинается так: {scale_row}.",
        "Допишите в methodology/scales.csv шкалу перевода баллов в отметки из описания работы "
        "и повторите расчёт.",
    ),
    "vpr_mark_scale": Check(
        "query",
        "Отметок, которые не совпадают со шкалой methodology/scales.csv: {value} из {n_pupils}. "
        "По шкале первичный балл для «3» — от {cut3}, для «4» — от {cut4}, для «5» — от {cut5} "
        "(источник: {source}; {confidence}). Взяты отметки из файла.",
        "Сверьте отметки со шкалой в описании работы. Если шкала записана по памяти или из "
        "выдержки, возможно, исправить нужно её.",
    ),
}
