"""Contracts of the tables that say how sure the low-results list is, and why."""

from __future__ import annotations

from shnor_analysis.tables.common import (
    ASSESSMENT_YEAR,
    DECISIONS,
    LEVELS,
    PROCEDURES,
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

MEMBERSHIP_CLASSES = ("core", "borderline", "outside", "unknown")
REFERENCE_SOURCES = ("norms_file", "fisoko_region", "territory")
FUNNEL_POSITIONS = ("below_outer", "below_inner", "inside", "above_inner", "above_outer")
SCENARIO_KINDS = (
    "applied", "share_points", "min_participants", "mode", "pooled_years", "without_procedure",
    "with_procedure", "shrunken_share", "adapted_programmes",
)  # fmt: skip
PROCEDURE_GROUPS = ("all", *PROCEDURES)

_MEMBERSHIP = "ядро; на границе; вне перечня; сказать нельзя"
_SERIES = {
    "procedure": choice("Процедура", PROCEDURES),
    "subject": text("Предмет", "код из methodology/subjects.csv"),
    "grade": column(INTEGER, "Класс"),
    "level": choice("Уровень", LEVELS, "базовый, углублённый, без уровней"),
}

LOW_RESULTS_CERTAINTY = Contract(
    "low_results_certainty",
    "Надёжность решения о низких результатах",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "n_low_tiny": count(
            "Низких, участников меньше 5", "процедуры этого года; граница — report_participants"
        ),
        "n_low_small": count(
            "Низких, участников меньше 10", "от report_participants до reliable_participants"
        ),
        "n_low_reliable": count("Низких, участников 10 и больше"),
        "n_low_repeated": count("Низких два года подряд", "одна и та же процедура"),
        "p_membership": share(
            "Вероятность, что правило выполняется",
            "условие правила выполняется для долей при том же обучении и других учениках; "
            "по подтянутым долям, процедуры независимы; пусто — правило нельзя проверить",
            nullable=True,
        ),
        "membership_class": choice("Место по вероятности", MEMBERSHIP_CLASSES, _MEMBERSHIP),
        "p_chance": share(
            "Вероятность попасть случайно",
            "признак по букве у школы той же численности с обычной долей региона (территории)",
            nullable=True,
        ),
        "n_pupils_out": count(
            "Результатов до выхода",
            "на сколько меньше их должно было быть ниже минимума, чтобы признака не было",
            nullable=True,
        ),
        "n_pupils_in": count(
            "Результатов до признака",
            "на сколько больше их должно было быть ниже минимума, чтобы признак был",
            nullable=True,
        ),
        "n_scenarios": count("Вариантов", "варианты «что, если», где школа оценивалась"),
        "n_scenarios_included": count("Из них с признаком"),
        "scenario_class": choice("Место по вариантам", MEMBERSHIP_CLASSES, _MEMBERSHIP),
    },
)

LOW_RESULTS_WAYS = Contract(
    "low_results_ways",
    "Кратчайший путь из перечня или в перечень",
    "одна школа × одна работа, в которой решают ученики",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "direction": choice("Куда", ("out", "in"), "из перечня: меньше не преодолевших; в него"),
        "n_pupils": count("Учеников"),
    },
)

LOW_RESULTS_SUMMARY = Contract(
    "low_results_summary",
    "Перечень в целом: случайность и устойчивость",
    "один год оценки",
    ("assessment_year",),
    {
        **ASSESSMENT_YEAR,
        "n_schools": count("Школ"),
        "n_assessed": count("Оценивалось"),
        "n_included": count("С признаком"),
        "n_works": count("Работ", "работы правила этого и прошлого года"),
        "n_works_region": count("Из них с долей региона", "у остальных — доля территории"),
        "expected_by_chance": number(
            "Ожидается случайно", "сумма p_chance оценивавшихся школ", nullable=True
        ),
        "p_so_many_by_chance": share(
            "Вероятность стольких случайно", "случайно признак получили бы столько же или больше",
            nullable=True,
        ),
        "n_core": count("Ядро", "школы перечня в ядре по вероятности"),
        "n_borderline": count("На границе", "школы перечня на границе"),
        "core_share": share("Доля ядра", "пусто — перечень пуст", nullable=True),
        "is_stable": flag("Перечень устойчив", "доля ядра не меньше stable_core_share",
                          nullable=True),
    },
)  # fmt: skip

LOW_RESULTS_POOLED = Contract(
    "low_results_pooled",
    "Доли за несколько лет",
    "одна школа × одна процедура правила, годы вместе",
    ("school_id", *_SERIES),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        **_SERIES,
        "n_participants": count("Участников за год", "пусто — в этом году не писали",
                                nullable=True),
        "n_below_minimum": count("Не преодолели за год", nullable=True),
        "below_minimum_share": share("Доля за год", nullable=True),
        "below_minimum_share_lower": share("Нижняя граница", "Уилсон, 95 %", nullable=True),
        "below_minimum_share_upper": share("Верхняя граница", nullable=True),
        "first_year": column(INTEGER, "С какого года", "первый год, который сравним со следующим"),
        "n_years": count("Лет с результатами"),
        "n_participants_pooled": count("Участников за все годы"),
        "n_below_minimum_pooled": count("Не преодолели за все годы"),
        "below_minimum_share_pooled": share("Доля за все годы"),
        "below_minimum_share_pooled_lower": share("Нижняя граница", "Уилсон, 95 %"),
        "below_minimum_share_pooled_upper": share("Верхняя граница"),
        "is_low_pooled": flag(
            "За порогом за все годы",
            "пороговая доля правила, в целых числах; пусто — участников меньше, чем "
            "требует правило",
            nullable=True,
        ),
    },
)  # fmt: skip

LOW_RESULTS_SCENARIOS = Contract(
    "low_results_scenarios",
    "Варианты «что, если»",
    "одно изменение правила",
    ("position",),
    {
        "position": count("Порядок", "0 — применённое правило"),
        "kind": choice("Что изменено", SCENARIO_KINDS),
        "value": text("На что", "пусто — без числа", nullable=True),
        "n_included": count("Школ с признаком"),
        "n_not_assessed": count("Не оценивалось"),
        "n_entered": count("Вошли", "по сравнению с применённым правилом"),
        "n_left": count("Вышли"),
        "jaccard": share("Совпадение", "общие школы двух перечней к школам хотя бы одного"),
    },
)

LOW_RESULTS_WHAT_IF = Contract(
    "low_results_what_if",
    "Решения при других правилах",
    "один вариант × одна школа",
    ("position", "school_id"),
    {
        "position": count("Вариант", "номер из low_results_scenarios"),
        **SCHOOL_ID,
        "decision": choice("Решение", DECISIONS),
    },
)

LOW_RESULTS_CONCENTRATION = Contract(
    "low_results_concentration",
    "Сосредоточение результатов ниже минимума",
    "процедура одного года; all — все процедуры правила",
    ("procedure_group",),
    {
        "procedure_group": choice("Процедуры", PROCEDURE_GROUPS),
        **ASSESSMENT_YEAR,
        "n_schools": count("Школ"),
        "n_participants": count("Результатов", "участник двух работ — два результата"),
        "n_below_minimum": count("Ниже минимума"),
        "school_share": share("Часть школ", "где результатов ниже минимума больше всего"),
        "failing_share": share("Их доля результатов ниже минимума", nullable=True),
        "participant_share": share("Их доля всех результатов", nullable=True),
        "majority_share": share("Большинство", "доля результатов ниже минимума"),
        "n_majority_schools": count("Сколько школ дают большинство"),
    },
)

_REFERENCE = {
    "reference_share": share("Обычная доля", "доля региона, а где она неизвестна — территории"),
    "reference_source": choice(
        "Откуда она", REFERENCE_SOURCES, "нормы региона; отчёты ФИС ОКО; сама территория"
    ),
}

REFERENCE_SHARES = Contract(
    "reference_shares",
    "Обычные доли не преодолевших минимум",
    "одна работа",
    ("work_id",),
    {**WORK_ID, **_REFERENCE},
)

SHARE_FUNNELS = Contract(
    "share_funnels",
    "Воронки долей не преодолевших минимум",
    "одна работа года",
    ("work_id",),
    {
        **WORK_ID,
        **WORK,
        "n_schools": count("Школ"),
        **_REFERENCE,
        "phi": number("Избыточный разброс", "φ; около 1 — избытка нет", nullable=True),
        "tau2": number("Дисперсия между школами", "на шкале арксинуса", nullable=True),
        "overdispersion_p": share("Вероятность такого разброса случайно", nullable=True),
        "is_overdispersed": flag(
            "Есть ли избыток", "школ не меньше min_schools и вероятность ниже significance"
        ),
    },
)

SHARE_FUNNEL_POINTS = Contract(
    "share_funnel_points",
    "Места школ в воронках",
    "одна школа × одна работа года",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_participants": count("Участников"),
        "n_below_minimum": count("Не преодолели минимум"),
        "below_minimum_share": share("Доля"),
        "position": choice(
            "Место", FUNNEL_POSITIONS, "по хвостам биномиального распределения, 95 и 99,8 %"
        ),
        "position_overdispersed": choice(
            "Место с избыточным разбросом", FUNNEL_POSITIONS, nullable=True
        ),
    },
)

CERTAINTY = (
    LOW_RESULTS_CERTAINTY,
    LOW_RESULTS_WAYS,
    LOW_RESULTS_SUMMARY,
    LOW_RESULTS_POOLED,
    LOW_RESULTS_SCENARIOS,
    LOW_RESULTS_WHAT_IF,
    LOW_RESULTS_CONCENTRATION,
    REFERENCE_SHARES,
    SHARE_FUNNELS,
    SHARE_FUNNEL_POINTS,
)
