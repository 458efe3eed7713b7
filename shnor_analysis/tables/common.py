"""Codes and columns that many tables share."""

from __future__ import annotations

from shnor_analysis.codes import PROCEDURES
from shnor_analysis.tables.contract import INTEGER, choice, column, count, text

SEASONS = ("spring", "autumn", "main")
LEVELS = ("base", "advanced", "none")
SEVERITIES = ("error", "warning", "query", "note")
GROUP_ITEM_REPORTS = ("scores", "tasks", "tasks_by_mark", "planned")
GROUP_LEVELS = ("country", "region", "municipality", "school")
MODES = ("A", "B", "C", "A_or_B", "A_and_B")
DECISIONS = ("included", "not_included", "not_assessed")
# Whether a school tells of participants taught by adapted programmes, and whether it fits.
ADAPTED_STATUSES = ("told", "not_told", "several_works", "contradicts")
COMPARABILITY_VERDICTS = ("comparable", "shares_only", "not_comparable", "first")
COMPARABILITY_REASONS = (
    "programme", "season", "random_subject", "participation", "not_held", "work_changed",
    "max_score", "cohort", "merger", "gap",
)  # fmt: skip
PART_STATUSES = ("found", "replaced", "refused", "missing")
INDICATOR_STATUSES = ("ok", "no_data", "not_applicable", "too_few")
INDICATOR_SPANS = ("pooled", "year")
INDICATOR_MEASURES = ("high_share", "below_minimum_share", "correlation", "fact")
AGREEMENT_STATUSES = ("ok", "too_few", "no_journal", "no_data")
DIRECTIONS = ("higher_is_worse", "lower_is_worse")
INDEX_REASONS = (
    "below", "below_repeatedly", "not_below", "below_rarely", "repeat_not_checked",
    "few_indicators", "no_indicators",
)  # fmt: skip
INDEX_REFERENCES = ("territory", "region", "territory_for_region")
RULE_BLOCKS_OF_LISTS = ("low_results", "low_results_indicators")
NORM_SOURCES = ("norms_file", "fisoko_region", "fisoko_country", "none")
NORM_STATUSES = ("full", "partial", "absent")
NORM_REASONS = (
    "no_norms_file", "not_in_norms", "earlier_year", "some_works", "mean_only", "only_size",
    "no_index",
)  # fmt: skip
PRIOR_SOURCES = ("region", "territory", "jeffreys")
PRIOR_OUTCOMES = ("fitted", "pooled", "fixed")
EVIDENCE = ("sure", "likely", "borderline", "few_data", "none")

# Scores of a pupil's tasks are one text, a sign a task: 0–9, a = 10, b = 11 …; or no score, since
# nothing is written, X stands in the form, or the task was not taught («не пройд.»).
TASK_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
NO_ANSWER, NOT_BEGUN, NOT_TAUGHT = "-", "X", "N"

SCHOOL_ID = {"school_id": text("Код школы", "шесть цифр логина ФИС ОКО: код региона и номер школы")}
WORK_ID = {
    "work_id": text("Работа", "процедура, год, период, предмет, класс: vpr-2025-spring-rus-4")
}
ASSESSMENT_YEAR = {
    "assessment_year": column(INTEGER, "Год оценки", "2025 означает 2024/25 учебный год")
}
PROVENANCE = {
    "source_file": text("Файл", "путь от папки территории"),
    "source_sheet": text("Лист", "лист книги; для CSV пусто", nullable=True),
    "source_row": count("Строка", "номер строки на листе, как в Excel, с единицы"),
}
WORK = {
    **ASSESSMENT_YEAR,
    "procedure": choice("Процедура", PROCEDURES),
    "season": choice("Период", SEASONS, "весна, осень, основной период ГИА"),
    "subject": text("Предмет", "код из methodology/subjects.csv"),
    "grade": column(INTEGER, "Класс", "класс, по программе которого написана работа"),
    "level": choice("Уровень", LEVELS, "базовый, углублённый, без уровней"),
}
