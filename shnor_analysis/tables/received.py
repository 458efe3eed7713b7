"""Contracts of what was read: files, remarks, schools, works, results."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.tables.common import (
    GROUP_LEVELS,
    PROVENANCE,
    SCHOOL_ID,
    SEVERITIES,
    WORK,
    WORK_ID,
)
from shnor_analysis.tables.contract import (
    INTEGER,
    Contract,
    choice,
    column,
    count,
    flag,
    number,
    share,
    text,
)

SOURCE_FILES = Contract(
    "source_files",
    "Полученные файлы",
    "один файл",
    ("file",),
    {
        "file": text("Файл", "путь от папки территории"),
        "sha256": text("Отпечаток", "SHA-256 содержимого"),
        "n_bytes": count("Размер", "байт"),
        "family": text("Вид файла", "вид, узнанный по содержанию", nullable=True),
        "status": choice(
            "Что сделано",
            ("read", "duplicate", "not_used", "unknown", "refused"),
            "прочитан; точная копия другого; узнан, но пока не используется; не узнан; не читается",
        ),
        "n_rows": count("Строк данных", "строк, попавших в таблицы"),
        "comment": text("Пояснение", nullable=True),
    },
)

ISSUES = Contract(
    "issues",
    "Замечания к файлам",
    "одно замечание",
    ("issue_id",),
    {
        "issue_id": count("№", "порядковый номер в устойчивом порядке"),
        "issue_code": text(
            "Код замечания",
            "проверка, школа и место: 3f0a-990001-91c4; по нему школа отвечает",
        ),
        "severity": choice(
            "Важность",
            SEVERITIES,
            "error — строка не учтена; warning — учтена с поправкой; "
            "query — нужен ответ школы; note — к сведению",
        ),
        "check_id": text("Проверка", "код проверки"),
        "school_id": text("Код школы", nullable=True),
        "file": text("Файл"),
        "sheet": text("Лист", nullable=True),
        "row": count("Строка", nullable=True),
        "column": text("Столбец", nullable=True),
        "value": text("Значение", "что найдено", nullable=True),
        "message": text("Замечание"),
        "guidance": text("Что сделать"),
        "explanation": text("Пояснение школы", "причина и текст за этот год", nullable=True),
        "earlier_explanation": text(
            "Пояснения прошлых лет", "к такой же проверке этой школы", nullable=True
        ),
    },
)

SCHOOLS = Contract(
    "schools",
    "Школы",
    "одна школа",
    ("school_id",),
    {
        **SCHOOL_ID,
        "fisoko_login": text("Логин ФИС ОКО", "edu, sch, ksh или spo и шесть цифр"),
        "school_name": text("Школа", "краткое наименование"),
        "municipality_id": text("Код муниципалитета", "regRR_mNNN", nullable=True),
        "municipality_name": text("Муниципалитет", nullable=True),
        "region_code": text("Код региона", "две цифры"),
        "inn": text("ИНН", nullable=True),
        "oge_code": text("Код ОГЭ", "код школы в протоколах РЦОИ 9 классов", nullable=True),
        "ege_code": text("Код ЕГЭ", "код школы в протоколах РЦОИ 11 классов", nullable=True),
        "n_pupils": count("Обучающихся", nullable=True),
        "merged_into": text("Присоединена к школе", "шесть цифр", nullable=True),
        "merged_from_year": column(
            INTEGER, "С года оценки", "с этого года результаты у новой школы", nullable=True
        ),
        "is_in_register": flag("Есть в реестре", "есть в контекстной анкете ФИС ОКО"),
        **PROVENANCE,
    },
)

WORKS = Contract(
    "works",
    "Работы",
    "одна работа: процедура, год, период, предмет, класс",
    ("work_id",),
    {
        **WORK_ID,
        **WORK,
        "max_score_raw": count("Максимальный первичный балл", nullable=True),
        "exam_date": text("Дата", "ГГГГ-ММ-ДД, первая встреченная", nullable=True),
    },
)

VPR_RESULTS = Contract(
    "vpr_results",
    "Результаты ВПР",
    "один участник одной работы",
    ("work_id", "school_id", "pupil_id"),
    {
        **WORK_ID,
        **SCHOOL_ID,
        "pupil_id": text("Участник", "ключевой отпечаток кода участника, не имя"),
        "class_label": text("Класс в параллели", nullable=True),
        "score_raw": number("Первичный балл", "сумма баллов заданий, пересчитанная", nullable=True),
        "score_raw_reported": number("Первичный балл в файле", nullable=True),
        "test_mark": column(
            INTEGER, "Отметка за работу", checks=pa.Check.isin([2, 3, 4, 5]), nullable=True
        ),
        "mark_source": choice(
            "Откуда отметка",
            ("file", "scale"),
            "из файла; по первичному баллу и шкале из methodology/scales.csv",
            nullable=True,
        ),
        "school_mark": column(
            INTEGER, "Отметка по журналу", checks=pa.Check.isin([2, 3, 4, 5]), nullable=True
        ),
        "task_set": text("Набор заданий", "ключ таблицы work_tasks", nullable=True),
        "task_scores": text(
            "Баллы заданий",
            "знак на задание в порядке work_tasks: балл (a — 10, b — 11 …); «-» пусто; X не "
            "приступал; N не пройдено; пусто, если известен только итог",
            nullable=True,
        ),
        **PROVENANCE,
    },
)

WORK_TASKS = Contract(
    "work_tasks",
    "Задания работ",
    "одно задание одного набора: у файлов одной работы наборы могут различаться",
    ("task_set", "position"),
    {
        "task_set": text("Набор заданий", "работа и отпечаток перечня заданий"),
        "position": count("Место", "с нуля, как в task_scores"),
        **WORK_ID,
        "task": text("Задание", "номер в одном написании: 9.1, 4К1"),
        "max_score": count("Максимальный балл", "если он есть в заголовке", nullable=True),
    },
)

GIA_RESULTS = Contract(
    "gia_results",
    "Результаты ГИА",
    "один участник одного экзамена (последний действующий результат)",
    ("work_id", "school_id", "pupil_id"),
    {
        **WORK_ID,
        **SCHOOL_ID,
        "pupil_id": text("Участник", "ключевой отпечаток, не имя"),
        "class_label": text("Класс", nullable=True),
        "exam_date": text("Дата экзамена", "ГГГГ-ММ-ДД"),
        "score_raw": number("Первичный балл", nullable=True),
        "score_scaled": number("Тестовый балл", "ЕГЭ, 0–100", nullable=True),
        "test_mark": column(
            INTEGER,
            "Отметка",
            "ОГЭ, ГВЭ и базовая математика ЕГЭ",
            checks=pa.Check.isin([2, 3, 4, 5]),
            nullable=True,
        ),
        **PROVENANCE,
    },
)

GROUP_STATISTICS = Contract(
    "group_statistics",
    "Сводные отчёты ФИС ОКО",
    "одна группа участников × один показатель одного отчёта",
    ("work_id", "report", "group_level", "group_id", "item"),
    {
        **WORK_ID,
        "report": choice("Отчёт", ("marks", "journal"), "отметки; сравнение с журналом"),
        "group_level": choice("Уровень группы", GROUP_LEVELS),
        "group_id": text("Группа", "код школы, муниципалитета, название региона или «Вся выборка»"),
        "group_name": text("Название группы"),
        "item": choice("Показатель", ("2", "3", "4", "5", "lowered", "confirmed", "raised")),
        "n_participants": count("Участников"),
        "value_share": share("Доля"),
        "value_n": count("Человек", "из файла или round(доля × участников)"),
        **PROVENANCE,
    },
)

RECEIVED = (
    SOURCE_FILES,
    ISSUES,
    SCHOOLS,
    WORKS,
    VPR_RESULTS,
    WORK_TASKS,
    GIA_RESULTS,
    GROUP_STATISTICS,
)
