"""Contracts of lists of indicators: values, the index made of them, lists side by side."""

from __future__ import annotations

from shnor_analysis.codes import DIAGNOSTIC_PROCEDURES, SCHOOL_LEVELS
from shnor_analysis.tables.common import (
    ASSESSMENT_YEAR,
    DECISIONS,
    DIRECTIONS,
    EVIDENCE,
    INDEX_REASONS,
    INDEX_REFERENCES,
    INDICATOR_MEASURES,
    INDICATOR_SPANS,
    INDICATOR_STATUSES,
    RULE_BLOCKS_OF_LISTS,
    SCHOOL_ID,
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

_REGULATION = {"regulation_id": text("Правило", "имя файла в methodology/regulations")}
_INDICATOR = {"indicator_id": text("Показатель", "код показателя в правиле")}
_MEASURE = {
    "measure": choice(
        "Что считается",
        INDICATOR_MEASURES,
        "доля высоких результатов; доля не преодолевших минимум; связь; да = 1 и нет = 0",
    ),
    "direction": choice("Что неблагополучнее", DIRECTIONS, "большее значение; меньшее значение"),
}
_VALUE = {
    "value": number("Значение", "доля 0–1, связь от −1 до 1, да = 1 и нет = 0", nullable=True),
    "value_lower": number(
        "Нижняя граница", "95 %: доля — Уилсон, связь — преобразование Фишера", nullable=True
    ),
    "value_upper": number("Верхняя граница", nullable=True),
    "numerator": count("Числитель", "участников; у связи и ответа пусто", nullable=True),
    "denominator": count("Знаменатель", "участников; у связи — пар", nullable=True),
}
_WEAK = flag(
    "Связь слабая",
    "ниже границы правила при достаточном числе пар; пусто — не связь",
    nullable=True,
)
_YEARS_OF_LIST = column(INTEGER, "Год оценки", "последний год срока показателя")

TEACHING_LEVELS = Contract(
    "teaching_levels",
    "До какого уровня образования учит школа",
    "одна школа",
    ("school_id",),
    {
        **SCHOOL_ID,
        "level": choice(
            "Уровень",
            SCHOOL_LEVELS,
            "1–4, 5–9, 10–11 классы: по результатам всех лет, численности классов и кодам ГИА; "
            "пусто — неизвестно",
            nullable=True,
        ),
    },
)

LOW_RESULTS_INDICATORS = Contract(
    "low_results_indicators",
    "Показатели низких результатов",
    "один перечень показателей × год × школа × показатель × срок",
    ("regulation_id", "assessment_year", "school_id", "indicator_id", "span"),
    {
        **_REGULATION,
        "assessment_year": _YEARS_OF_LIST,
        **SCHOOL_ID,
        **_INDICATOR,
        "span": choice(
            "Срок",
            INDICATOR_SPANS,
            "весь срок показателя; только последний год — для сравнения, если срок больше года",
        ),
        **_MEASURE,
        **_VALUE,
        "n_works": count("Работ", "по скольким работам"),
        "years": text("Годы", "годы оценки, за которые есть данные, через «;»", nullable=True),
        "status": choice(
            "Состояние",
            INDICATOR_STATUSES,
            "есть; данных нет; не применимо: школа не учит до этого класса; участников мало",
        ),
        "is_weak": _WEAK,
    },
)

LOW_RESULTS_INDICATORS_TERRITORY = Contract(
    "low_results_indicators_territory",
    "Показатели низких результатов по территории",
    "один перечень показателей × год × показатель",
    ("regulation_id", "assessment_year", "indicator_id"),
    {
        **_REGULATION,
        "assessment_year": _YEARS_OF_LIST,
        **_INDICATOR,
        **_MEASURE,
        **_VALUE,
        **{
            f"n_schools_{status}": count("Школ", words)
            for status, words in zip(
                INDICATOR_STATUSES,
                ("со значением", "без данных", "не применимо", "мало участников или пар"),
                strict=True,
            )
        },
        "quarter_lower": number("Нижняя четверть", "по школам со значением", nullable=True),
        "median": number("Середина", "по школам со значением", nullable=True),
        "quarter_upper": number("Верхняя четверть", "по школам со значением", nullable=True),
    },
)

DIAGNOSTIC_AGREEMENT = Contract(
    "diagnostic_agreement",
    "Связь ВПР с диагностическими работами по школам",
    "один перечень показателей × показатель × одна диагностическая работа",
    (
        "regulation_id", "indicator_id", "assessment_year", "procedure", "title", "subject",
        "grade",
    ),
    {
        **_REGULATION,
        **_INDICATOR,
        **ASSESSMENT_YEAR,
        "procedure": choice("Кто проводил", DIAGNOSTIC_PROCEDURES, "регион, муниципалитет, школа"),
        "title": text("Название работы"),
        "subject": text("Предмет", "код из methodology/subjects.csv"),
        "grade": column(INTEGER, "Класс"),
        "n_schools": count("Школ", "с долями и по этой работе, и по ВПР того же предмета и класса"),
        "rho": number("Связь", "Спирмен: доля неудовлетворительных по школам", nullable=True),
        "rho_lower": number("Нижняя граница", "95 %, преобразование Фишера", nullable=True),
        "rho_upper": number("Верхняя граница", nullable=True),
        "status": choice("Состояние", INDICATOR_STATUSES),
        "is_weak": _WEAK,
    },
)  # fmt: skip

LOW_RESULTS_INDEX = Contract(
    "low_results_index",
    "Школы с самыми низкими результатами по перечню показателей",
    "один перечень показателей × одна школа",
    ("regulation_id", "school_id"),
    {
        **_REGULATION,
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "decision": choice("Решение", DECISIONS),
        "reason_code": choice("Код основания", INDEX_REASONS),
        "is_included_undivided": flag(
            "Вошла бы без групп",
            "если бы все школы сравнивались вместе; пусто — групп нет или не оценена",
            nullable=True,
        ),
        "n_years_below": count("Лет ниже границы"),
        "n_years_assessed": count("Лет оценено", "из лет, на которые смотрит правило"),
        "drivers": text(
            "Чем вызвано",
            "показатели последнего года, по которым школа в нижней части, через «;»",
            nullable=True,
        ),
        "probability": share(
            "Вероятность",
            "вероятность оказаться в перечне при том же обучении и других учениках",
            nullable=True,
        ),
        "evidence": choice("Уверенность", EVIDENCE),
    },
)

LOW_RESULTS_INDEX_YEARS = Contract(
    "low_results_index_years",
    "Индекс низких результатов по годам",
    "один перечень показателей × год × школа",
    ("regulation_id", "assessment_year", "school_id"),
    {
        **_REGULATION,
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "index": number("Индекс", "больше — благополучнее; пусто — известно мало", nullable=True),
        "border": number("Граница", "нижняя часть школ, с которыми сравнивается", nullable=True),
        "is_below": flag("Не выше границы", nullable=True),
        "known_weight": share("Известная часть веса", "из показателей, которые различают школы"),
        "school_group": text("Группа", "all — все школы вместе", nullable=True),
        "compared_with": text(
            "С кем сравнивается", "группа; более широкая или all, если группа мала"
        ),
        "n_compared": count("Школ в сравнении", "с индексом"),
        "reference": choice(
            "Среди кого граница",
            INDEX_REFERENCES,
            "территория, как в правиле; территория, так как данных региона нет",
        ),
        "is_small_reference": flag("Школ мало", "меньше, чем нужно правилу для своей границы"),
    },
)

LOW_RESULTS_INDEX_PARTS = Contract(
    "low_results_index_parts",
    "Что составляет индекс низких результатов",
    "один перечень показателей × школа × показатель, последний год",
    ("regulation_id", "school_id", "indicator_id"),
    {
        **_REGULATION,
        **SCHOOL_ID,
        **_INDICATOR,
        "score": number("Показатель в индексе", "место 0–100, отклонение или баллы", nullable=True),
        "weight": share("Доля веса", "среди известных показателей школы", nullable=True),
        "contribution": number(
            "Вклад",
            "доля веса × отличие от среднего сравниваемых школ; минус снижает индекс",
            nullable=True,
        ),
        "is_lower_part": flag("В нижней части", "по одному этому показателю", nullable=True),
    },
)

_LIST = {
    "block": choice(
        "Вид правила", RULE_BLOCKS_OF_LISTS, "доля не преодолевших минимум; перечень показателей"
    ),
    **_REGULATION,
}

LOW_RESULTS_RULES = Contract(
    "low_results_rules",
    "Доля школ с низкими результатами по разным правилам",
    "одно правило",
    ("block", "regulation_id"),
    {
        **_LIST,
        **ASSESSMENT_YEAR,
        "n_schools": count("Школ"),
        "n_included": count("Школ с признаком"),
        "n_not_assessed": count("Не оценивалось"),
        "included_share": share("Доля школ с признаком", "из всех школ", nullable=True),
    },
)

LOW_RESULTS_OVERLAP = Contract(
    "low_results_overlap",
    "Совпадение перечней",
    "два правила",
    ("block", "regulation_id", "other_block", "other_regulation_id"),
    {
        **_LIST,
        "other_block": choice("Вид второго правила", RULE_BLOCKS_OF_LISTS),
        "other_regulation_id": text("Второе правило"),
        "n_compared": count("Школ", "оценены по обоим правилам"),
        "n_either": count("Школ хотя бы в одном перечне"),
        "n_both": count("Школ в обоих перечнях"),
        "jaccard": share("Совпадение", "в обоих / хотя бы в одном; 1 — оба перечня пусты"),
    },
)

INDICATOR_LISTS = (
    TEACHING_LEVELS,
    LOW_RESULTS_INDICATORS,
    LOW_RESULTS_INDICATORS_TERRITORY,
    DIAGNOSTIC_AGREEMENT,
    LOW_RESULTS_INDEX,
    LOW_RESULTS_INDEX_YEARS,
    LOW_RESULTS_INDEX_PARTS,
    LOW_RESULTS_RULES,
    LOW_RESULTS_OVERLAP,
)
