"""Contracts of our own statistical signs: what each says of a school, and the one decision."""

from __future__ import annotations

from shnor_analysis.tables.common import ASSESSMENT_YEAR, SCHOOL_ID, WORK_ID
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

SIGN_FAMILIES = ("level", "drop", "bunching", "items", "variance", "marks")
SIGN_METHODS = (
    "level", "drop_linked", "drop_cohort", "bunching", "items", "variance", "marks",
)  # fmt: skip
SIGN_STATUSES = ("ok", "too_few", "not_tested", "no_norms")
SIGN_REASONS = (
    "no_norms_file", "not_in_norms", "no_work_norms", "no_data", "few_pupils", "cannot_reach",
    "far_from_cuts", "no_last_year", "grade4_not_high",
)  # fmt: skip
FAMILY_LEVELS = ("sign", "observation", "none", "not_tested")
SIGN_LEVELS = ("strong", "signal", "observation", "none", "not_tested")

_STATUS = "проверено; данных мало; не проверялось; нет норм региона"
_SPAN = {
    "n_years": count("За сколько лет", "1 — последний год; больше — вместе с прошлыми"),
    "family": choice(
        "Признак",
        SIGN_FAMILIES,
        "уровень результатов; переход из 4 в 5 класс; баллы у порогов отметок; профиль по "
        "заданиям; разброс в классах; отметки за работу и по журналу",
    ),
}

OBJECTIVITY_MEASURES = Contract(
    "objectivity_measures",
    "Статистики признаков",
    "один признак × одна школа × один срок",
    ("n_years", "family", "school_id"),
    {
        **_SPAN,
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "method": choice(
            "Способ",
            SIGN_METHODS,
            "для перехода 4 → 5: по одним и тем же ученикам или по параллелям",
        ),
        "status": choice("Состояние", SIGN_STATUSES, _STATUS),
        "reason": choice("Код причины", SIGN_REASONS, "пусто — проверено", nullable=True),
        "statistic": number(
            "Статистика",
            "чем больше, тем дальше от обычного; единица своя у признака",
            nullable=True,
        ),
        "expected": number("Обычное значение", "в регионе при тех же условиях", nullable=True),
        "standard_error": number("Ошибка", "только случайность, без различий школ", nullable=True),
        "z": number("z", "отклонение в ошибках, различия школ учтены", nullable=True),
        "p": share(
            "p", "одностороннее; без поправки на непрерывность, то есть как mid-p", nullable=True
        ),
        "p_attainable": share(
            "Наименьшее возможное p",
            "при самых крайних данных; пусто — не ограничено",
            nullable=True,
        ),
        "condition_z": number(
            "z результата 4 класса", "для перехода 4 → 5: высок ли он сам", nullable=True
        ),
        "n": count("Данных", "учеников, работ или пар — по признаку", nullable=True),
        "n_works": count("Работ", nullable=True),
        "work_ids": text("Какие работы", "через «;»", nullable=True),
    },
)

OBJECTIVITY_THRESHOLDS = Contract(
    "objectivity_thresholds",
    "Баллы у порогов отметок",
    "одна школа × одна работа года × один порог",
    ("school_id", "work_id", "cut"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "cut": column(INTEGER, "Порог", "первый балл лучшей отметки"),
        "n_window": count("Работ рядом", "в двух баллах ниже порога и двух от него"),
        "n_above": count("Из них на пороге и выше"),
        "n_expected": number("Обычно в регионе", "при среднем балле школы"),
        "p": share("p", "точное биномиальное, mid-p; пусто — работ мало", nullable=True),
    },
)

OBJECTIVITY_THRESHOLDS_TERRITORY = Contract(
    "objectivity_thresholds_territory",
    "Баллы у порогов отметок по территории",
    "одна работа года × один порог",
    ("work_id", "cut"),
    {
        **WORK_ID,
        "cut": column(INTEGER, "Порог", "первый балл лучшей отметки"),
        "n_before": count("На балл ниже порога"),
        "n_at": count("На пороге"),
        "n_after": count("На балл выше"),
        "p": share(
            "p",
            "наибольшее для распределений, изогнутых не сильнее принятого (Франдсен, 2017)",
            nullable=True,
        ),
    },
)

OBJECTIVITY_PROFILES = Contract(
    "objectivity_profiles",
    "Профили по заданиям",
    "одна школа × одна работа года",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "n_pupils": count("Участников"),
        "n_tasks": count("Заданий"),
        "misfit": number(
            "Несовпадение профиля", "средний квадрат отклонения в дисперсиях; около 1 — случайность"
        ),
        "p": share(
            "p",
            "одной работы, без поправки на число школ и работ; пусто — обычное несовпадение "
            "неизвестно",
            nullable=True,
        ),
        "correlation": number(
            "Связь с трудностью",
            "доли региона с отклонением школы; минус — лучше даются трудные",
            nullable=True,
        ),
        "easy_gap": number("Отклонение в лёгких", "средняя разность долей с регионом"),
        "hard_gap": number("Отклонение в трудных"),
        "is_inverted": flag("Обращён", "лёгкие хуже, трудные лучше региона"),
    },
)

OBJECTIVITY_FAMILIES = Contract(
    "objectivity_families",
    "Признаки, требующие проверки: по видам",
    "один признак × одна школа × один срок",
    ("n_years", "family", "school_id"),
    {
        **_SPAN,
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "status": choice("Состояние", SIGN_STATUSES, _STATUS),
        "reason": choice("Код причины", SIGN_REASONS, nullable=True),
        "z": number("z", nullable=True),
        "p": share("p", nullable=True),
        "q": share("q", "p с поправкой на число школ (Бенджамини — Хохберг)", nullable=True),
        "level": choice(
            "Вывод",
            FAMILY_LEVELS,
            "признак, требует проверки; наблюдение; нет; не проверялось",
        ),
        "n": count("Данных", nullable=True),
        "n_works": count("Работ", nullable=True),
        "work_ids": text("Какие работы", "через «;»", nullable=True),
    },
)

_LEVEL = "сильный сигнал; сигнал; наблюдение; нет; не проверялось"
_COMBINED = {
    "p": share("Сводное p", "сочетание Коши по признакам школы", nullable=True),
    "q": share("Сводное q", "с поправкой на число школ", nullable=True),
    "level": choice("Вывод", SIGN_LEVELS, _LEVEL),
    "n_tested": count("Признаков проверено"),
    "n_signs": count("Из них требуют проверки"),
}

OBJECTIVITY_SIGNS = Contract(
    "objectivity_signs",
    "Признаки, требующие проверки: общий вывод",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "n_years": count("За сколько лет", "срок вывода; рядом — за один последний год"),
        **_COMBINED,
        **{
            f"{name}_1": spec
            for name, spec in {
                "p": share("Сводное p за год", nullable=True),
                "q": share("Сводное q за год", nullable=True),
                "level": choice("Вывод за год", SIGN_LEVELS, _LEVEL),
                "n_tested": count("Признаков проверено за год"),
                "n_signs": count("Из них требуют проверки"),
            }.items()
        },
    },
)

OBJECTIVITY_OWN_SIGNS = (
    OBJECTIVITY_MEASURES,
    OBJECTIVITY_THRESHOLDS,
    OBJECTIVITY_THRESHOLDS_TERRITORY,
    OBJECTIVITY_PROFILES,
    OBJECTIVITY_FAMILIES,
    OBJECTIVITY_SIGNS,
)
