"""Contracts of what was computed: cells, indicators, decisions."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.tables.common import (
    ADAPTED_STATUSES,
    AGREEMENT_STATUSES,
    ASSESSMENT_YEAR,
    COMPARABILITY_VERDICTS,
    DECISIONS,
    EVIDENCE,
    GROUP_ITEM_REPORTS,
    MODES,
    NORM_REASONS,
    NORM_SOURCES,
    NORM_STATUSES,
    PART_STATUSES,
    PRIOR_OUTCOMES,
    PRIOR_SOURCES,
    SCHOOL_ID,
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

_COUNTS = {
    "n_participants": count("Участников", "с действительным результатом"),
    "n_mark_2": count("Отметок «2»", nullable=True),
    "n_mark_3": count("Отметок «3»", nullable=True),
    "n_mark_4": count("Отметок «4»", nullable=True),
    "n_mark_5": count("Отметок «5»", nullable=True),
    "n_below_minimum": count(
        "Не преодолели минимум", "отметка «2» либо тестовый балл ниже минимума ЕГЭ"
    ),
    "n_high_known": count(
        "Известно, высокий ли результат", "балл, максимум и правило высоких результатов известны"
    ),
    "n_high": count(
        "Высоких результатов",
        "выше доли максимума из правила; пусто — неизвестно ни у кого",
        nullable=True,
    ),
    "n_score_raw": count("Первичных баллов", "у скольких участников балл известен"),
    "sum_score_raw": number("Сумма первичных баллов", nullable=True),
    "sumsq_score_raw": number("Сумма квадратов первичных баллов", nullable=True),
    "n_score_scaled": count("Тестовых баллов", "у скольких участников балл известен"),
    "sum_score_scaled": number("Сумма тестовых баллов", nullable=True),
    "sumsq_score_scaled": number("Сумма квадратов тестовых баллов", nullable=True),
    "n_mark_pairs": count(
        "Пар отметок",
        "участников, у которых есть и отметка за работу, и отметка по журналу",
        nullable=True,
    ),
    "n_lowered": count("Понизили", "отметка за работу ниже журнальной", nullable=True),
    "n_confirmed": count("Подтвердили", nullable=True),
    "n_raised": count("Повысили", nullable=True),
}
_BASIS = choice("Основа", ("pupils", "aggregate"), "по ученикам или по сводному отчёту ФИС ОКО")

CLASS_CELLS = Contract(
    "class_cells",
    "Ячейки классов",
    "один класс одной школы × одна работа; только по результатам учеников",
    ("school_id", "work_id", "class_label"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "class_label": text("Класс", "как в файле; пустая строка — класс не указан"),
        **_COUNTS,
    },
)

CELLS = Contract(
    "cells",
    "Ячейки",
    "одна школа × одна работа: достаточные статистики, без учеников",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "basis": _BASIS,
        "n_absent": count(
            "Отсутствовали", "пусто, если протокола с отсутствовавшими нет", nullable=True
        ),
        **_COUNTS,
    },
)

CELL_SCORES = Contract(
    "cell_scores",
    "Распределение баллов и отметок",
    "одна школа × одна работа × первичный балл × отметка за работу × отметка по журналу",
    ("school_id", "work_id", "score_raw", "test_mark", "school_mark"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "score_raw": number("Первичный балл"),
        "test_mark": column(
            INTEGER, "Отметка за работу", "0 — неизвестна", checks=pa.Check.isin([0, 2, 3, 4, 5])
        ),
        "school_mark": column(
            INTEGER, "Отметка по журналу", "0 — неизвестна", checks=pa.Check.isin([0, 2, 3, 4, 5])
        ),
        "n_pupils": count("Участников"),
        "basis": _BASIS,
    },
)

CELL_TASKS = Contract(
    "cell_tasks",
    "Выполнение заданий",
    "одна школа × одна работа × одно задание",
    ("school_id", "work_id", "task"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "task": text("Задание", "номер в одном написании: 9.1, 4К1"),
        "max_score": count("Максимальный балл", nullable=True),
        "n_pupils": count("Участников", "кому задание засчитывается: без «не пройдено»"),
        "n_blank": count("Пусто", "балл не проставлен, считается нулём", nullable=True),
        "n_not_begun": count("Не приступали", "X, считается нулём", nullable=True),
        "n_not_taught": count("Не пройдено", "в число участников не входит", nullable=True),
        "n_full": count("Полный балл", "пусто, если максимум неизвестен", nullable=True),
        "sum_score": number("Сумма баллов", nullable=True),
        "sumsq_score": number("Сумма квадратов баллов", nullable=True),
        "basis": _BASIS,
    },
)

PUPIL_SUMS = Contract(
    "pupil_sums",
    "Сумма по нескольким предметам",
    "одна школа × один год × одна процедура и класс, о которых говорит правило",
    ("school_id", "assessment_year", "procedure", "grade"),
    {
        **SCHOOL_ID,
        **{name: WORK[name] for name in ("assessment_year", "procedure", "grade")},
        "n_pupils": count("Учеников", "с результатом по нужному числу предметов"),
        "n_reached": count("Набрали сумму", "лучшие результаты; «2» исключает, если так в правиле"),
    },
)

COHORT_PAIRS = Contract(
    "cohort_pairs",
    "Одни и те же ученики через год",
    "одна школа × поздняя работа × ранняя работа того же предмета классом младше",
    ("school_id", "work_id", "earlier_work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "earlier_work_id": text("Ранняя работа"),
        "n_pupils": count("Учеников", "писали обе работы"),
        "n_from_other_school": count("Из другой школы", "раннюю работу писали не здесь"),
        "sum_earlier": number("Сумма ранних баллов"),
        "sum_later": number("Сумма поздних баллов"),
        "sumsq_earlier": number("Сумма квадратов ранних баллов"),
        "sumsq_later": number("Сумма квадратов поздних баллов"),
        "sum_product": number("Сумма произведений"),
        "n_marks": count("Пар отметок", "обе отметки известны"),
        "n_mark_fell": count("Отметка ниже"),
        "n_mark_rose": count("Отметка выше"),
    },
)

CELL_SOURCES = Contract(
    "cell_sources",
    "Происхождение ячеек",
    "одна школа × одна работа × один лист файла",
    ("school_id", "work_id", "role", "source_file", "source_sheet"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "role": choice(
            "Роль",
            ("pupils", "marks", "journal", *GROUP_ITEM_REPORTS),
            "по ученикам; сводка отметок; сравнение с журналом; распределение баллов; задания; "
            "задания по отметкам; умения",
        ),
        "source_file": text("Файл", "путь от папки территории"),
        "source_sheet": text("Лист", "для CSV пусто"),
        "n_rows": count("Строк"),
        "source_row_first": count("Строка от"),
        "source_row_last": count("Строка до"),
    },
)

PROCEDURE_RESULTS = Contract(
    "procedure_results",
    "Результаты процедур",
    "одна школа × одна работа: доли с интервалами",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_participants": count("Участников"),
        "n_below_minimum": count("Не преодолели минимум"),
        "below_minimum_share": share("Доля не преодолевших минимум", nullable=True),
        "below_minimum_share_lower": share("Нижняя граница", "Уилсон, 95 %", nullable=True),
        "below_minimum_share_upper": share("Верхняя граница", "Уилсон, 95 %", nullable=True),
        "high_mark_share": share("Доля «4» и «5»", nullable=True),
        "high_mark_share_lower": share("Нижняя граница", nullable=True),
        "high_mark_share_upper": share("Верхняя граница", nullable=True),
        "status": choice("Состояние", ("ok", "no_data", "too_few")),
        "n_adapted": count(
            "Из них по адаптированным программам",
            "сообщила школа; пусто — не сообщала или число не подходит к работе",
            nullable=True,
        ),
        "n_adapted_below_minimum": count("Из них не преодолели минимум", nullable=True),
        "adapted_status": choice(
            "Сведения об адаптированных программах", ADAPTED_STATUSES, nullable=True
        ),
    },
)

TERRITORY_RESULTS = Contract(
    "territory_results",
    "Результаты территории",
    "одна работа: муниципалитет рядом с регионом и страной",
    ("work_id",),
    {
        **WORK_ID,
        **WORK,
        "n_schools": count("Школ"),
        "n_participants": count("Участников"),
        "n_below_minimum": count("Не преодолели минимум"),
        "below_minimum_share": share("Доля не преодолевших минимум", nullable=True),
        "below_minimum_share_lower": share("Нижняя граница", nullable=True),
        "below_minimum_share_upper": share("Верхняя граница", nullable=True),
        "high_mark_share": share("Доля «4» и «5»", nullable=True),
        "region_below_minimum_share": share("Регион: доля «2»", nullable=True),
        "country_below_minimum_share": share("Вся выборка: доля «2»", nullable=True),
    },
)

_AGREEMENT = {
    "n_mark_pairs": count("Пар отметок"),
    "n_lowered": count("Понизили"),
    "n_confirmed": count("Подтвердили"),
    "n_raised": count("Повысили"),
    "lowered_share": share("Доля понизивших", nullable=True),
    "lowered_share_lower": share("Нижняя граница", nullable=True),
    "lowered_share_upper": share("Верхняя граница", nullable=True),
    "confirmed_share": share("Доля подтвердивших", nullable=True),
    "confirmed_share_lower": share("Нижняя граница", nullable=True),
    "confirmed_share_upper": share("Верхняя граница", nullable=True),
    "raised_share": share("Доля повысивших", nullable=True),
}

MARK_AGREEMENT = Contract(
    "mark_agreement",
    "Отметки за работу и по журналу",
    "одна школа × одна работа ВПР",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_participants": count("Участников"),
        **_AGREEMENT,
        "mismatch_share": share(
            "Доля не совпавших", "из всех писавших, а не только из пар отметок", nullable=True
        ),
        "sign_p": share("p критерия знаков", "понизили против повысивших, mid-p", nullable=True),
        "n_gross": count("Разошлись на две отметки и больше", nullable=True),
        "mark_shift": number(
            "Сдвиг отметки", "среднее «отметка за работу минус журнальная»", nullable=True
        ),
        "symmetry_df": count("Степеней свободы Боукера", nullable=True),
        "symmetry_p": share("p критерия Боукера", nullable=True),
        "margins_p": share(
            "p критерия Стюарта — Максвелла", "от 25 разошедшихся отметок", nullable=True
        ),
        "kappa": number("Взвешенная каппа", "описание; квадратичные веса", nullable=True),
        "status": choice(
            "Состояние",
            AGREEMENT_STATUSES,
            "есть; пар мало, только числа; отметок по журналу нет; никто не писал",
        ),
    },
)

TERRITORY_MARK_AGREEMENT = Contract(
    "territory_mark_agreement",
    "Отметки за работу и по журналу по территории",
    "одна работа ВПР",
    ("work_id",),
    {**WORK_ID, **WORK, **_AGREEMENT},
)

LOW_RESULTS_EVIDENCE = Contract(
    "low_results_evidence",
    "Основания: процедуры, вошедшие в правило",
    "одна школа × одна процедура из перечня правила",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_participants": count("Участников"),
        "n_below_minimum": count("Не преодолели минимум"),
        "below_minimum_share": share("Доля", nullable=True),
        "below_minimum_share_lower": share("Нижняя граница", nullable=True),
        "below_minimum_share_upper": share("Верхняя граница", nullable=True),
        "is_low": flag(
            "Низкий результат",
            "по букве правила: доля не ниже порога, в целых числах; пусто — участников меньше, чем "
            "требует правило",
            nullable=True,
        ),
        "n_to_threshold": column(
            INTEGER,
            "До порога, человек",
            "сколько участников отделяет от порога; минус — на столько меньше нужно, чтобы выйти; "
            "пусто — участников меньше, чем требует правило",
            nullable=True,
        ),
        "p_low": share(
            "Вероятность", "вероятность, что доля школы при том же обучении не ниже порога"
        ),
        "size_class": choice("Численность", ("tiny", "small", "reliable")),
        "n_left_out": count(
            "Не учтены", "участники по адаптированным программам, если правило их не считает"
        ),
    },
)

LOW_RESULTS = Contract(
    "low_results",
    "Признак низких результатов",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **SCHOOL_ID,
        "assessment_year": column(INTEGER, "Год оценки"),
        "decision": choice("Решение", DECISIONS),
        "reason_code": text("Код основания", "слова к нему — в report/texts_ru.yaml"),
        "clause_a": flag(
            "Пункт А", "процедур за год не меньше, чем требует правило", nullable=True
        ),
        "clause_b": flag("Пункт Б", "одна процедура два года подряд", nullable=True),
        "clause_c": flag(
            "Пункт В", "процедур за два года не меньше, чем требует правило", nullable=True
        ),
        "n_procedures": count("Процедур в этом году"),
        "n_compared": count("Процедур с прошлым годом", "по ним проверено повторение"),
        "n_low_current": count("Низких в этом году"),
        "n_low_previous": count("Низких в прошлом году"),
        "evidence": choice("Уверенность", EVIDENCE),
        "regulation_id": text("Правило"),
        "rule_mode": text("Режим правила"),
    },
)

LOW_RESULTS_READINGS = Contract(
    "low_results_readings",
    "Перечень при разном чтении правила",
    "одно чтение правила × одна школа",
    ("rule_mode", "school_id"),
    {
        "rule_mode": choice("Режим правила", MODES),
        **SCHOOL_ID,
        "decision": choice("Решение", DECISIONS),
    },
)

COMPARABILITY = Contract(
    "comparability",
    "Сопоставимость лет",
    "одна процедура, предмет, класс и уровень в одном году рядом с предыдущим, где есть результаты",
    ("procedure", "subject", "grade", "level", "assessment_year"),
    {
        **ASSESSMENT_YEAR,
        **{name: WORK[name] for name in ("procedure", "subject", "grade", "level")},
        "compared_year": column(
            INTEGER,
            "С каким годом",
            "предыдущий год с результатами; пусто — его нет",
            nullable=True,
        ),
        "verdict": choice(
            "Вывод",
            COMPARABILITY_VERDICTS,
            "сравнимо; сравнимы только доли отметок; не сравнимо; сравнивать не с чем",
        ),
        "reasons": text(
            "Коды причин", "через «;», слова к ним — в report/texts_ru.yaml", nullable=True
        ),
        "n_participants": count("Участников"),
        "n_participants_compared": count("Участников в году сравнения", nullable=True),
    },
)

REPORT_PARTS = Contract(
    "report_parts",
    "Данные для разделов отчёта",
    "один раздел отчёта × один вид файлов × один нужный год",
    ("part", "family", "assessment_year"),
    {
        "part": text("Раздел", "код из methodology/report_parts.yaml"),
        "family": text("Вид файлов", "вид, узнаваемый по содержанию"),
        **ASSESSMENT_YEAR,
        "is_required": flag("Обязателен", "без него раздел не составить"),
        "n_files": count("Файлов прочитано", "этого вида и года; год папки не виден — любого"),
        "status": choice(
            "Состояние",
            PART_STATUSES,
            "есть; вместо него есть другой вид; получен, но данных из него нет; нет",
        ),
        "adds": text("Что даёт разделу"),
    },
)

_SPREAD = {
    "mean": "Среднее по участникам",
    "total_sd": "Стандартное отклонение по участникам",
    "school_mean": "Среднее по школам",
    "within_sd": "Стандартное отклонение внутри школ",
    "between_sd": "Стандартное отклонение между школами",
}
_SCORES = {"raw": "первичный балл", "scaled": "тестовый балл"}

WORK_NORMS = Contract(
    "work_norms",
    "Нормы региона для работ территории",
    "одна работа",
    ("work_id",),
    {
        **WORK_ID,
        **WORK,
        "source": choice(
            "Источник",
            NORM_SOURCES,
            "файл норм региона; строка региона или «Вся выборка» в отчётах ФИС ОКО; нет",
        ),
        "reason": choice(
            "Код причины", NORM_REASONS, "почему норм нет или они неполны", nullable=True
        ),
        "norm_year": column(
            INTEGER, "Год норм", "раньше года работы — та же работа прежнего года", nullable=True
        ),
        "n_schools": count("Школ региона", nullable=True),
        "n_participants": count("Участников в регионе или в выборке", nullable=True),
        "below_minimum_share": share("Доля не преодолевших минимум", nullable=True),
        "high_mark_share": share("Доля «4» и «5»", nullable=True),
        "prior_outcome": choice(
            "Приор долей школ",
            ("fitted", "pooled"),
            "бета-распределение долей школ; различия школ не видны, доля общая",
            nullable=True,
        ),
        "prior_alpha": number("Альфа приора", nullable=True),
        "prior_beta": number("Бета приора", nullable=True),
        **{
            f"{name}_score_{score}": number(title, f"{title}, {words}", nullable=True)
            for score, words in _SCORES.items()
            for name, title in _SPREAD.items()
        },
        "has_leniency": flag("Есть сдвиг отметок", "средняя разность журнала и работы по отметкам"),
        "has_quantiles": flag("Есть квантили", "квантили долей школ региона"),
    },
)

NORM_STATUS = Contract(
    "norm_status",
    "Какие выводы опираются на нормы региона",
    "один вывод",
    ("verdict",),
    {
        "verdict": text("Вывод", "код из methodology/norms.yaml"),
        "norm": text("Нужная норма", "код из methodology/norms.yaml"),
        "status": choice("Состояние", NORM_STATUSES, "норма есть; есть не вся; нет"),
        "reason": choice("Код причины", NORM_REASONS, nullable=True),
        "n_works": count(
            "Работ", "работ года, которым норма нужна; пусто — норма общая", nullable=True
        ),
        "n_works_with_norm": count("Из них с нормой", nullable=True),
        "without": text("Что делается без нормы"),
    },
)

SHRUNKEN_SHARES = Contract(
    "shrunken_shares",
    "Доли, подтянутые к доле всех школ",
    "одна школа × одна работа",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_participants": count("Участников"),
        "n_below_minimum": count("Не преодолели минимум"),
        "below_minimum_share": share("Доля, как есть"),
        "shrunken_share": share(
            "Подтянутая доля",
            "(не преодолели + альфа) / (участников + альфа + бета): чем меньше школа, тем ближе к "
            "доле всех школ",
        ),
        "shrunken_share_lower": share("Нижняя граница", "95 % апостериорного распределения"),
        "shrunken_share_upper": share("Верхняя граница"),
        "p_low": share(
            "Вероятность", "вероятность, что доля школы при том же обучении не ниже порога правила"
        ),
        "posterior_alpha": number(
            "Альфа", "бета-распределение доли школы; по нему — подтянутая доля и вероятность"
        ),
        "posterior_beta": number("Бета"),
        "prior_source": choice(
            "К чему подтянута",
            PRIOR_SOURCES,
            "разброс школ региона; школ территории; не подтянута (приор Джеффриса)",
        ),
        "prior_outcome": choice(
            "Вид приора", PRIOR_OUTCOMES, "оценён; различий школ не видно; задан заранее"
        ),
    },
)

COMPUTED = (
    CLASS_CELLS,
    CELLS,
    CELL_SCORES,
    CELL_TASKS,
    PUPIL_SUMS,
    COHORT_PAIRS,
    CELL_SOURCES,
    PROCEDURE_RESULTS,
    TERRITORY_RESULTS,
    MARK_AGREEMENT,
    TERRITORY_MARK_AGREEMENT,
    LOW_RESULTS_EVIDENCE,
    LOW_RESULTS,
    LOW_RESULTS_READINGS,
    COMPARABILITY,
    REPORT_PARTS,
    WORK_NORMS,
    NORM_STATUS,
    SHRUNKEN_SHARES,
)
