"""Contracts of the conditions of schools, the list made from them and results given conditions."""

from __future__ import annotations

from shnor_analysis.codes import CONTEXT_INDICATORS, CONTEXT_SOURCES
from shnor_analysis.tables.common import ASSESSMENT_YEAR, DECISIONS, PROVENANCE, SCHOOL_ID
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

INDICATOR_KINDS = ("share", "yes_no")
VALUE_STATUSES = ("ok", "no_data", "not_applicable", "too_few")
VALUE_REASONS = (
    "no_answer", "part_missing", "no_denominator", "more_than_whole", "not_yes_no", "nobody",
    "few_pupils",
)  # fmt: skip
AMONG = ("territory", "region")
REFERENCE_ORIGINS = ("own_year", "frozen_file", "region_norms", "none")
INDICATOR_STATES = ("used", "same_everywhere", "nowhere_known")
CONDITION_EVIDENCE = ("core", "border", "near", "none")
VARIANT_KINDS = ("weights", "without", "set")
RESULT_REFERENCES = ("region", "territory")
RESULT_STATUSES = ("ok", "too_few")
RESULT_WORKS = ("all", "primary")
BORDERS_AMONG = ("region", "territory", "none")
QUADRANTS = ("both", "low_results", "adverse_conditions", "other", "unknown")
RESILIENCE = ("holds", "fails", "unknown")
RESILIENCE_SUPPORT = ("by_effect", "by_interval", "by_letter", "none")
KNOWN_OBJECTIVITY = ("sign", "own_sign", "no_sign", "no_sign_partly", "not_checked")
EFFECTS = ("above", "below", "as_expected", "not_computed")
REGRESSION_SOURCES = ("territory", "region", "none")
MENTOR_REASONS = ("resilient", "by_letter", "good_results")
MENTOR_SEARCHES = (
    "not_listed", "found", "no_conditions", "no_good_schools", "no_common_procedures",
)  # fmt: skip

_OBJECTIVITY = choice(
    "Признаки необъективности",
    KNOWN_OBJECTIVITY,
    "в полученном перечне; собственный статистический признак; нет; нет в перечнях не за все годы "
    "окна; не проверялись",
)
_REGULATION = {"regulation_id": text("Правило", "имя файла в methodology/regulations")}

CONTEXT_EVIDENCE = Contract(
    "context_evidence",
    "Сведения об условиях: какому источнику поверили",
    "одна школа × один год × один сообщённый показатель × один источник",
    ("school_id", "assessment_year", "code", "source"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "code": choice("Показатель", CONTEXT_INDICATORS, "код таблицы context"),
        "source": choice("Источник", CONTEXT_SOURCES),
        "value": number("Значение", "человек; да = 1, нет = 0"),
        "is_trusted": flag("Взято в расчёт", "первый по порядку доверия правила"),
        "differs": flag("Расходится", "не совпадает с взятым в расчёт"),
        **PROVENANCE,
    },
)

CONTEXT_VALUES = Contract(
    "context_values",
    "Показатели условий работы школ",
    "одно правило × одна школа × один год × один показатель правила",
    ("regulation_id", "school_id", "assessment_year", "indicator"),
    {
        **_REGULATION,
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "indicator": text("Показатель", "id из правила"),
        "kind": choice("Вид", INDICATOR_KINDS, "доля или ответ да/нет"),
        "numerator": number("Числитель", "человек; у ответа да/нет пусто", nullable=True),
        "denominator": number("Знаменатель", "человек; у ответа да/нет пусто", nullable=True),
        "value": share("Значение", "доля; да = 1, нет = 0; ноль — это ноль, а не пропуск",
                       nullable=True),
        "status": choice("Состояние", VALUE_STATUSES),
        "reason": choice(
            "Причина",
            VALUE_REASONS,
            "ответа нет; нет одного из двух чисел; нет знаменателя; часть больше целого; ответ не "
            "«да» и не «нет»; обучающихся нет; обучающихся меньше, чем можно печатать",
            nullable=True,
        ),
        "source": choice("Источник числителя", CONTEXT_SOURCES, nullable=True),
        "sources_differ": flag("Источники расходятся", "хотя бы об одном из чисел"),
    },
)  # fmt: skip

SOCIAL_REFERENCE = Contract(
    "social_reference",
    "Точка отсчёта индекса социального благополучия",
    "один показатель правила",
    ("indicator",),
    {
        "indicator": text("Показатель", "id из правила"),
        **_REGULATION,
        "origin": choice(
            "Откуда",
            REFERENCE_ORIGINS,
            "школы этого года; файл территории; нормы региона; нет",
        ),
        "among": choice("Среди каких школ", AMONG, nullable=True),
        "reference_year": column(INTEGER, "Год точки отсчёта", nullable=True),
        "n_schools": count("Школ с показателем", nullable=True),
        "weight": count("Вес"),
        "mean": number("Среднее", nullable=True),
        "sd": number("Стандартное отклонение", nullable=True),
        "state": choice(
            "Состояние",
            INDICATOR_STATES,
            "входит; у всех школ одинаков и не входит; ни у одной школы не известен",
            nullable=True,
        ),
        "direction": column(INTEGER, "Направление", "−1 — чем больше, тем неблагополучнее"),
    },
)

SOCIAL_INDEX = Contract(
    "social_index",
    "Индекс социального благополучия",
    "одна школа одного года",
    ("school_id", "assessment_year"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "index_z": number(
            "Среднее отклонений", "в стандартных отклонениях; выше — благополучнее", nullable=True
        ),
        "social_index": number(
            "Индекс, 0–100", "0 — самая неблагополучная школа точки отсчёта", nullable=True
        ),
        "is_clipped": flag("За краем шкалы", "школа вне границ точки отсчёта", nullable=True),
        "known_weight": share("Известная часть веса", "без показателей, одинаковых у всех"),
        "n_known": count("Показателей известно"),
        "n_indicators": count("Показателей в индексе"),
        "is_low": flag("Не выше границы", "пусто — индекса нет", nullable=True),
    },
)

SOCIAL_INDEX_PARTS = Contract(
    "social_index_parts",
    "Слагаемые индекса",
    "одна школа года оценки × один показатель индекса",
    ("school_id", "indicator"),
    {
        **SCHOOL_ID,
        "indicator": text("Показатель", "id из правила"),
        "value": share("Значение", nullable=True),
        "z": number("Отклонение", "в стандартных отклонениях; выше — благополучнее", nullable=True),
        "part": number("Слагаемое", "вклад в среднее отклонений; их сумма — index_z",
                       nullable=True),
    },
)  # fmt: skip

ADVERSE_CONDITIONS = Contract(
    "adverse_conditions",
    "Признак неблагоприятных социальных условий",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "decision": choice("Решение", DECISIONS),
        "reason_code": text("Код основания", "слова к нему — в report/texts_ru.yaml"),
        "n_low_years": count("Лет не выше границы", "из лет правила"),
        "n_years": count("Лет с индексом", "из лет правила"),
        "social_index": number("Индекс, 0–100", nullable=True),
        "n_variants": count("Вариантов расчёта", "другие веса и перечень без одного показателя"),
        "n_variants_low": count("Вариантов, где школа в перечне"),
        "evidence": choice(
            "Устойчивость",
            CONDITION_EVIDENCE,
            "ядро; на границе; вне перечня, но близко; нет",
        ),
        **_REGULATION,
    },
)

ADVERSE_CONDITIONS_VARIANTS = Contract(
    "adverse_conditions_variants",
    "Перечень при других весах и показателях",
    "один вариант расчёта × одна школа",
    ("kind", "variant", "school_id"),
    {
        "kind": choice(
            "Что изменено", VARIANT_KINDS, "веса; убран один показатель; другой набор показателей"
        ),
        "variant": text("Вариант", "код весов, id показателя или имя правила"),
        **SCHOOL_ID,
        "is_low": flag("В перечне", "столько же школ, сколько в перечне правила", nullable=True),
        "index_z": number("Среднее отклонений", nullable=True),
    },
)

SOCIAL_WEIGHTS = Contract(
    "social_weights",
    "Веса показателей: правило и проверки",
    "один вариант весов × один показатель",
    ("variant", "indicator"),
    {
        "variant": text("Вариант", "applied — по правилу; equal, pca, ridge — проверки"),
        "indicator": text("Показатель", "id из правила"),
        "weight": share("Вес", "сумма по варианту — 1; пусто — не оценён", nullable=True),
        "explained": number(
            "Объяснено", "доля разброса: первой компонентой или регрессией", nullable=True
        ),
        "n_schools": count("Школ", "по скольким оценено"),
    },
)

SOCIAL_INDEX_QUALITY = Contract(
    "social_index_quality",
    "Согласованность показателей индекса",
    "один год",
    ("assessment_year",),
    {
        **ASSESSMENT_YEAR,
        "n_schools": count("Школ", "со всеми показателями индекса"),
        "alpha": number("Альфа Кронбаха", "описание, не требование", nullable=True),
        "omega": number("Омега Макдональда", nullable=True),
        "first_component_share": share("Доля первой компоненты", nullable=True),
        "core_share": share("Доля ядра в перечне", nullable=True),
        "cut": number("Граница, 0–100", nullable=True),
        "cut_z": number("Граница", "в средних отклонениях", nullable=True),
        "lowest_z": number("Нижний край шкалы", "в средних отклонениях", nullable=True),
        "highest_z": number("Верхний край шкалы", "в средних отклонениях", nullable=True),
        "origin": choice("Точка отсчёта", REFERENCE_ORIGINS),
        "n_reference_schools": count("Школ точки отсчёта", nullable=True),
        "cut_percent": count("В перечень входит нижняя часть школ, %", nullable=True),
        "reference_year": column(INTEGER, "Год точки отсчёта", nullable=True),
        "last_year": column(INTEGER, "Действует по год", nullable=True),
    },
)

RESULT_INDEX = Contract(
    "result_index",
    "Сводный результат школы по русскому языку и математике",
    "одна школа одного года",
    ("school_id", "assessment_year"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "result": number(
            "Результат", "в стандартных отклонениях учеников; 0 — средний ученик точки отсчёта"
        ),
        "standard_error": number("Ошибка", "каждый ученик сосчитан один раз", nullable=True),
        "n_works": count("Работ"),
        "n_results": count("Результатов"),
        "n_by_marks": count("Из них по отметкам", "баллов нет, взяты отметки"),
        "n_pupils": count("Учеников", "не меньше: наибольшее число писавших в каждом классе"),
        "works": choice("Какие работы", RESULT_WORKS, "всех классов; только начальных"),
        "reference": choice("Точка отсчёта", RESULT_REFERENCES),
        "status": choice("Состояние", RESULT_STATUSES),
    },
)

RESULT_BORDERS = Contract(
    "result_borders",
    "Границы хорошего результата",
    "один год × какие работы × уровень квантиля",
    ("assessment_year", "works", "percent"),
    {
        **ASSESSMENT_YEAR,
        "works": choice(
            "Какие работы", RESULT_WORKS, "всех классов; начальных — для школ, писавших только их"
        ),
        "percent": count("Процентиль", "50 — медиана"),
        "border": number("Граница", "квантиль результатов школ в этих работах", nullable=True),
        "among": choice("Среди кого", BORDERS_AMONG, "регион (нормы); территория; школ мало"),
        "n_schools": count(
            "Школ территории", "с напечатанным результатом; пусто — взята граница региона",
            nullable=True,
        ),
    },
)  # fmt: skip

CONTEXT_REGRESSION = Contract(
    "context_regression",
    "Связь результата с индексом",
    "один год",
    ("assessment_year",),
    {
        **ASSESSMENT_YEAR,
        "source": choice("Откуда", REGRESSION_SOURCES, "школы территории; нормы региона; нет"),
        "reason": text("Почему нет", "код; слова — в report/texts_ru.yaml", nullable=True),
        "n_schools": count("Школ", nullable=True),
        "intercept": number("Постоянная", nullable=True),
        "slope": number("Наклон", "на единицу среднего отклонения показателей",
                        nullable=True),
        "slope_se": number("Ошибка наклона", nullable=True),
        "tau": number("Остаточный разброс школ", nullable=True),
        "r_squared": share("Объяснено условиями", nullable=True),
        "correlation": number("Корреляция в территории", "описание", nullable=True),
        "result_cut": number("Граница хорошего результата", "в году оценки", nullable=True),
        "context_cut_z": number(
            "Граница неблагоприятных условий", "резильентности, в средних отклонениях",
            nullable=True,
        ),
    },
)  # fmt: skip

CONTEXT_RESULTS = Contract(
    "context_results",
    "Результаты с учётом условий",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "low_results": choice("Признак низких результатов", DECISIONS),
        "adverse_conditions": choice("Признак неблагоприятных условий", DECISIONS),
        "quadrant": choice("Группа", QUADRANTS),
        "social_index": number("Индекс, 0–100", nullable=True),
        "index_z": number("Среднее отклонений", nullable=True),
        "result": number("Результат", nullable=True),
        "standard_error": number("Ошибка результата", nullable=True),
        "result_lower": number("Нижняя граница", "95-процентный интервал", nullable=True),
        "result_upper": number("Верхняя граница", nullable=True),
        "n_pupils": count("Учеников", nullable=True),
        "result_status": choice("Состояние результата", ("ok", "too_few", "no_data")),
        "expected": number("Ожидаемый при этих условиях", nullable=True),
        "residual": number("Отклонение", nullable=True),
        "effect": number("Отклонение, сжатое", nullable=True),
        "effect_sd": number("Ошибка сжатого отклонения", nullable=True),
        "p_above": share("Вероятность: выше ожидаемого существенно", nullable=True),
        "p_below": share("Вероятность: ниже ожидаемого существенно", nullable=True),
        "effect_verdict": choice("Относительно ожидаемого", EFFECTS),
        "is_context_adverse": flag(
            "Условия неблагоприятны", "индекс не выше границы резильентности", nullable=True
        ),
        "result_works": choice(
            "По каким работам граница", RESULT_WORKS, "пусто — в году результата нет", nullable=True
        ),
        "result_border": number(
            "Граница хорошего результата", "в году оценки, тех же классов", nullable=True
        ),
        "good_years": text(
            "Годы с результатом не ниже границы", "годы оценки через «;»", nullable=True
        ),
        "n_good_years": count("Лет с результатом не ниже границы"),
        "n_result_years": count("Лет с результатом"),
        "resilience": choice(
            "Резильентность", RESILIENCE, "условия выполнены; не выполнены; не хватает данных"
        ),
        "resilience_support": choice(
            "Чем подтверждена резильентность",
            RESILIENCE_SUPPORT,
            "отличием от ожидаемого; интервалом; только буквой правила; условия не выполнены",
        ),
        "objectivity": _OBJECTIVITY,
        "mentor_search": choice(
            "Подбор опыта",
            MENTOR_SEARCHES,
            "не нужен; найден; условия школы неизвестны; школ с хорошими результатами нет; у них "
            "нет результатов в процедурах, где результат школы низкий",
        ),
        "n_list_years": count(
            "Лет с перечнем", "за сколько лет окна перечень необъективности получен"
        ),
        "is_sign_tested": flag("Собственные признаки проверены", "без норм региона — нет"),
    },
)

CONTEXT_PEERS = Contract(
    "context_peers",
    "Школы с похожими условиями",
    "одна школа × одна похожая на неё школа",
    ("school_id", "peer_id"),
    {
        **SCHOOL_ID,
        "peer_id": text("Похожая школа"),
        "order": count("Порядок", "от ближайшей по условиям; о результатах не говорит"),
        "distance": number("Различие условий", "в стандартных отклонениях"),
    },
)

RESILIENCE_SENSITIVITY = Contract(
    "resilience_sensitivity",
    "Резильентные школы при других границах",
    "граница условий × граница результата × одна школа",
    ("context_percent", "result_percent", "school_id"),
    {
        "context_percent": count("Граница условий", "нижние столько процентов школ"),
        "result_percent": count("Граница результата", "не ниже этого процентиля"),
        **SCHOOL_ID,
        "resilience": choice("Резильентность", RESILIENCE),
    },
)

MENTOR_PAIRS = Contract(
    "mentor_pairs",
    "Предложения: кто может поделиться опытом",
    "школа перечня × предлагаемая школа",
    ("school_id", "mentor_id"),
    {
        **SCHOOL_ID,
        "mentor_id": text("Предлагаемая школа"),
        "reason": choice("Основание", MENTOR_REASONS),
        "common_procedures": text(
            "Общие процедуры",
            "процедура:предмет:класс через «;»: у школы результат низкий, у предлагаемой он есть",
        ),
        "distance": number("Различие условий", "в стандартных отклонениях"),
        "result_works": choice(
            "По каким работам граница", RESULT_WORKS, "пусто — в году результата нет", nullable=True
        ),
        "result_border": number(
            "Граница хорошего результата", "в году оценки, тех же классов", nullable=True
        ),
        "good_years": text(
            "Годы с результатом не ниже границы", "годы оценки через «;»", nullable=True
        ),
        "n_good_years": count("Лет с результатом не ниже границы"),
        "objectivity": _OBJECTIVITY,
    },
)

CONDITIONS = (
    CONTEXT_EVIDENCE,
    CONTEXT_VALUES,
    SOCIAL_REFERENCE,
    SOCIAL_INDEX,
    SOCIAL_INDEX_PARTS,
    ADVERSE_CONDITIONS,
    ADVERSE_CONDITIONS_VARIANTS,
    SOCIAL_WEIGHTS,
    SOCIAL_INDEX_QUALITY,
    RESULT_INDEX,
    RESULT_BORDERS,
    CONTEXT_REGRESSION,
    CONTEXT_RESULTS,
    CONTEXT_PEERS,
    RESILIENCE_SENSITIVITY,
    MENTOR_PAIRS,
)
