"""Contracts of objectivity by the letter of documents: what is counted, markers, territory."""

from __future__ import annotations

from shnor_analysis.tables.common import ASSESSMENT_YEAR, SCHOOL_ID, WORK, WORK_ID
from shnor_analysis.tables.contract import (
    REAL,
    Contract,
    choice,
    column,
    count,
    flag,
    number,
    share,
    text,
)

SCORE_KINDS = ("raw", "scaled")
MEAN_STATUSES = ("ok", "no_scores", "one_pupil", "zero_spread", "no_region")
REGION_SOURCES = ("norms_file", "fisoko_region", "own_schools")
CORRELATION_STATUSES = ("ok", "no_scores", "no_journal", "one_pupil", "zero_spread")
RATIO_STATUSES = ("ok", "no_earlier", "no_scores", "no_scale", "zero_result", "few_schools")
MEDAL_STATUSES = ("ok", "too_few", "no_results", "no_threshold")
MARKER_VERDICTS = ("fires", "does_not_fire", "not_tested")
MARKER_REASONS = (
    "met", "not_met", "no_work", "no_scores", "one_pupil", "zero_spread", "no_region",
    "no_journal", "no_earlier", "no_scale", "zero_result", "few_schools",
)  # fmt: skip
OBJECTIVITY_STATUSES = ("ok", "too_few", "no_data", "no_journal", "no_region", "no_threshold")
LETTER_VERDICTS = ("with_signs", "without_signs", "not_tested")
STABLE_ABSENCE = ("stable", "signs", "not_known", "not_asked")
ALL_WORKS = "all"
_REGULATION = text("Документ", "имя файла в methodology/regulations")
_CHANCE = "вероятность, с которой признак случайно получит честная школа такой численности"

MEAN_INTERVALS = Contract(
    "mean_intervals",
    "Средний балл школы и региона с интервалами",
    "одна школа × одна работа; интервалы — по букве документа",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "score_kind": choice("Балл", SCORE_KINDS, "первичный; у ЕГЭ тестовый"),
        "n_scores": count("Участников с баллом"),
        "mean": number("Средний балл", nullable=True),
        "sd": number("Стандартное отклонение", "делитель n − 1", nullable=True),
        "mean_lower": number("Нижняя граница", nullable=True),
        "mean_upper": number("Верхняя граница", nullable=True),
        "region_source": choice(
            "Откуда регион",
            REGION_SOURCES,
            "нормы региона этого года; строка региона в отчётах ФИС ОКО; все школы территории, "
            "если она — регион",
            nullable=True,
        ),
        "region_n": count("Участников в регионе", nullable=True),
        "region_mean": number("Среднее региона", nullable=True),
        "region_lower": number("Регион: нижняя граница", nullable=True),
        "region_upper": number("Регион: верхняя граница", nullable=True),
        "excess": number("Среднее минус верхняя граница региона", "в баллах", nullable=True),
        "excess_coefficient": number(
            "Коэффициент завышения",
            "превышение, делённое на верхнюю границу региона; не выше неё — 0; наше чтение",
            nullable=True,
        ),
        "is_above": flag("Среднее выше границы региона", nullable=True),
        "is_apart": flag("Интервал целиком выше интервала региона", nullable=True),
        "status": choice("Состояние", MEAN_STATUSES),
    },
)

SCORE_MARK_CORRELATIONS = Contract(
    "score_mark_correlations",
    "Связь первичного балла с отметкой по журналу",
    "одна школа × одна работа ВПР",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "n_pairs": count("Пар", "известны и балл, и отметка по журналу"),
        "rho": column(REAL, "r Спирмена", nullable=True),
        "rho_lower": column(REAL, "Нижняя граница", nullable=True),
        "rho_upper": column(REAL, "Верхняя граница", nullable=True),
        "status": choice("Состояние", CORRELATION_STATUSES),
    },
)

COHORT_RATIOS = Contract(
    "cohort_ratios",
    "Одна параллель в двух соседних классах",
    "одна школа × поздняя работа ВПР",
    ("school_id", "work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        **WORK,
        "earlier_work_id": text("Ранняя работа", nullable=True),
        "n_earlier": count("Участников раньше", nullable=True),
        "n_later": count("Участников позже"),
        "share_earlier": share("Выполнение раньше", "доля максимума", nullable=True),
        "share_later": share("Выполнение позже", "доля максимума", nullable=True),
        "ratio": number("K", "раньше / позже: больше единицы — стало ниже", nullable=True),
        "ratio_se": number("Ошибка K", "случайность учеников", nullable=True),
        "n_schools": count("Школ", "по которым построены границы"),
        "ratio_median": number("Медиана K", nullable=True),
        "fence_lower": number("Граница роста", "ниже неё — резкий рост", nullable=True),
        "fence_upper": number("Граница падения", "выше неё — резкое падение", nullable=True),
        "status": choice("Состояние", RATIO_STATUSES),
    },
)

MEDAL_CONFIRMATION = Contract(
    "medal_confirmation",
    "Подтверждение медалей результатами ЕГЭ",
    "одна школа × один год",
    ("school_id", "assessment_year"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "n_claims": count("Претендентов"),
        "n_checked": count("Проверено", "результаты и порог известны"),
        "n_unconfirmed": count("Не подтвердили"),
        "n_unknown": count("Не проверено", "нет результатов, степени или порога"),
        "unconfirmed_share": share("Доля не подтвердивших", nullable=True),
        "unconfirmed_share_lower": share("Нижняя граница", "Уилсон, 95 %", nullable=True),
        "unconfirmed_share_upper": share("Верхняя граница", nullable=True),
        "n_reported_unconfirmed": count("Не подтвердили по сообщению школы", nullable=True),
        "n_differ": count("Сообщение школы расходится с ЕГЭ"),
        "status": choice("Состояние", MEDAL_STATUSES),
    },
)

OBJECTIVITY_INDICATORS = Contract(
    "objectivity_indicators",
    "Показатели объективности документов",
    "один документ × один показатель × одна школа × одна работа либо все работы вместе",
    ("regulation_id", "indicator_id", "school_id", "assessment_year", "work_id"),
    {
        "regulation_id": _REGULATION,
        "indicator_id": text("Показатель"),
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "work_id": text("Работа", f"{ALL_WORKS} — все работы показателя вместе"),
        "numerator": count("Числитель", nullable=True),
        "denominator": count("Знаменатель", nullable=True),
        "n_known": count("Со школьной отметкой", "у доли несовпадений", nullable=True),
        "value": number("Значение", "доля либо коэффициент", nullable=True),
        "value_lower": number("Нижняя граница", nullable=True),
        "value_upper": number("Верхняя граница", nullable=True),
        "status": choice("Состояние", OBJECTIVITY_STATUSES),
    },
)

OBJECTIVITY_MARKERS = Contract(
    "objectivity_markers",
    "Признаки по букве документа",
    "один документ × одна школа × один признак × один год",
    ("regulation_id", "assessment_year", "school_id", "marker_id"),
    {
        "regulation_id": _REGULATION,
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "marker_id": text("Признак", "id из документа"),
        "kind": text("Вид признака"),
        "verdict": choice("Вывод", MARKER_VERDICTS, "есть; нет; не проверялся"),
        "reason": choice("Код причины", MARKER_REASONS),
        "n_pupils": count("Участников", nullable=True),
        "value": number("Значение", "то, что сравнивается с границей", nullable=True),
        "border": number("Граница", nullable=True),
        "chance": share("Случайная вероятность", _CHANCE, nullable=True),
        "evidence": text("Основание", "работы через «;»; файлы — в cell_sources", nullable=True),
    },
)

OBJECTIVITY_LETTER = Contract(
    "objectivity_letter",
    "Признаки школы по букве документа",
    "один документ × одна школа × один год",
    ("regulation_id", "assessment_year", "school_id"),
    {
        "regulation_id": _REGULATION,
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "verdict": choice("Вывод", LETTER_VERDICTS, "есть признаки; нет; ни один не проверялся"),
        "n_markers": count("Признаков в документе"),
        "n_tested": count("Проверено"),
        "n_fired": count("Есть"),
        "fired": text("Какие", "id через «;»", nullable=True),
        "chance_any": share(
            "Случайно хотя бы один",
            f"{_CHANCE}: хотя бы один из проверенных; пусто — у одного из них она неизвестна",
            nullable=True,
        ),
        "stable_absence": choice(
            "Стабильное отсутствие",
            STABLE_ABSENCE,
            "нет все годы; в одном из лет есть; проверено не всё; документ не спрашивает",
        ),
    },
)

OBJECTIVITY_LETTER_TERRITORY = Contract(
    "objectivity_letter_territory",
    "Муниципальный аналог индекса объективности",
    "один документ × один год",
    ("regulation_id", "assessment_year"),
    {
        "regulation_id": _REGULATION,
        **ASSESSMENT_YEAR,
        "n_schools": count("Школ"),
        "n_tested": count("Из них проверены", "хотя бы по одному признаку"),
        "n_with_signs": count("С признаками"),
        "n_by_chance": number(
            "Случайно ожидалось",
            "если бы все школы были честными; не меньше, если у части проверенных школ "
            "вероятность неизвестна",
        ),
        "objectivity_index": number("Индекс", "100 − % школ с признаком", nullable=True),
        "index_lower": number("Нижняя граница", "Уилсон, 95 %", nullable=True),
        "index_upper": number("Верхняя граница", nullable=True),
    },
)

OBJECTIVITY_BY_LETTER = (
    MEAN_INTERVALS,
    SCORE_MARK_CORRELATIONS,
    COHORT_RATIOS,
    MEDAL_CONFIRMATION,
    OBJECTIVITY_INDICATORS,
    OBJECTIVITY_MARKERS,
    OBJECTIVITY_LETTER,
    OBJECTIVITY_LETTER_TERRITORY,
)
