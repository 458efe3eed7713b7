"""Table contracts and data dictionary: what one row is, which columns, what they mean."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.codes import (
    CONTEXT_INDICATORS,
    CONTEXT_SOURCES,
    DIAGNOSTIC_PROCEDURES,
    PROCEDURES,
)
from shnor_analysis.tables.common import (
    COMPARABILITY_REASONS,
    COMPARABILITY_VERDICTS,
    DECISIONS,
    DIRECTIONS,
    EVIDENCE,
    GROUP_ITEM_REPORTS,
    GROUP_LEVELS,
    INDEX_REASONS,
    INDEX_REFERENCES,
    INDICATOR_MEASURES,
    INDICATOR_SPANS,
    INDICATOR_STATUSES,
    LEVELS,
    MODES,
    NO_ANSWER,
    NORM_REASONS,
    NORM_SOURCES,
    NORM_STATUSES,
    NOT_BEGUN,
    NOT_TAUGHT,
    PART_STATUSES,
    PRIOR_OUTCOMES,
    PRIOR_SOURCES,
    RULE_BLOCKS_OF_LISTS,
    SEASONS,
    SEVERITIES,
    TASK_DIGITS,
)
from shnor_analysis.tables.computed import (
    CELL_SCORES,
    CELL_SOURCES,
    CELL_TASKS,
    CELLS,
    CLASS_CELLS,
    COHORT_PAIRS,
    COMPARABILITY,
    COMPUTED,
    LOW_RESULTS,
    LOW_RESULTS_EVIDENCE,
    LOW_RESULTS_READINGS,
    MARK_AGREEMENT,
    NORM_STATUS,
    PROCEDURE_RESULTS,
    PUPIL_SUMS,
    REPORT_PARTS,
    SHRUNKEN_SHARES,
    TERRITORY_MARK_AGREEMENT,
    TERRITORY_RESULTS,
    WORK_NORMS,
)
from shnor_analysis.tables.contract import (
    Contract,
    load_table,
    store_table,
)
from shnor_analysis.tables.indicator_lists import (
    DIAGNOSTIC_AGREEMENT,
    INDICATOR_LISTS,
    LOW_RESULTS_INDEX,
    LOW_RESULTS_INDEX_PARTS,
    LOW_RESULTS_INDEX_YEARS,
    LOW_RESULTS_INDICATORS,
    LOW_RESULTS_INDICATORS_TERRITORY,
    LOW_RESULTS_OVERLAP,
    LOW_RESULTS_RULES,
    TEACHING_LEVELS,
)
from shnor_analysis.tables.received import (
    GIA_RESULTS,
    GROUP_STATISTICS,
    ISSUES,
    RECEIVED,
    SCHOOLS,
    SOURCE_FILES,
    VPR_RESULTS,
    WORK_TASKS,
    WORKS,
)
from shnor_analysis.tables.reported import (
    CATEGORIES,
    CONTEXT,
    CONTEXT_UNITS,
    DEFICIT_LEVELS,
    DIAGNOSTIC_WORKS,
    EXPERT_CARDS,
    EXPLANATIONS,
    GROUP_ITEMS,
    JOURNAL_MARKS,
    JOURNAL_SUMMARIES,
    MARK_STATUSES,
    MEASURE_STATUSES,
    MEDAL_CLAIMS,
    OBJECTIVITY_LIST,
    OO1_VALUES,
    PARTICIPATION,
    PAST_REGISTERS,
    PERIODS,
    PROCEDURE_CONDUCT,
    REGISTER_STATUSES,
    REGISTERS,
    REPORTED,
    REPORTED_INDICATORS,
    ROADMAP,
    ROLES,
    SURVEY_ANSWERS,
    SURVEY_SCALES,
    SURVEY_TOTALS,
    TEACHERS,
)

__all__ = [
    "CATEGORIES",
    "CELLS",
    "CELL_SCORES",
    "CELL_SOURCES",
    "CELL_TASKS",
    "CLASS_CELLS",
    "COHORT_PAIRS",
    "COMPARABILITY",
    "COMPARABILITY_REASONS",
    "COMPARABILITY_VERDICTS",
    "COMPUTED",
    "CONTEXT",
    "CONTEXT_INDICATORS",
    "CONTEXT_SOURCES",
    "CONTEXT_UNITS",
    "CONTRACTS",
    "DECISIONS",
    "DEFICIT_LEVELS",
    "DIAGNOSTIC_AGREEMENT",
    "DIAGNOSTIC_PROCEDURES",
    "DIAGNOSTIC_WORKS",
    "DIRECTIONS",
    "EVIDENCE",
    "EXPERT_CARDS",
    "EXPLANATIONS",
    "GIA_RESULTS",
    "GROUP_ITEMS",
    "GROUP_ITEM_REPORTS",
    "GROUP_LEVELS",
    "GROUP_STATISTICS",
    "INDEX_REASONS",
    "INDEX_REFERENCES",
    "INDICATOR_LISTS",
    "INDICATOR_MEASURES",
    "INDICATOR_SPANS",
    "INDICATOR_STATUSES",
    "ISSUES",
    "JOURNAL_MARKS",
    "JOURNAL_SUMMARIES",
    "LEVELS",
    "LOW_RESULTS",
    "LOW_RESULTS_EVIDENCE",
    "LOW_RESULTS_INDEX",
    "LOW_RESULTS_INDEX_PARTS",
    "LOW_RESULTS_INDEX_YEARS",
    "LOW_RESULTS_INDICATORS",
    "LOW_RESULTS_INDICATORS_TERRITORY",
    "LOW_RESULTS_OVERLAP",
    "LOW_RESULTS_READINGS",
    "LOW_RESULTS_RULES",
    "MARK_AGREEMENT",
    "MARK_STATUSES",
    "MEASURE_STATUSES",
    "MEDAL_CLAIMS",
    "MODES",
    "NORM_REASONS",
    "NORM_SOURCES",
    "NORM_STATUS",
    "NORM_STATUSES",
    "NOT_BEGUN",
    "NOT_TAUGHT",
    "NO_ANSWER",
    "OBJECTIVITY_LIST",
    "OO1_VALUES",
    "PARTICIPATION",
    "PART_STATUSES",
    "PAST_REGISTERS",
    "PERIODS",
    "PRIOR_OUTCOMES",
    "PRIOR_SOURCES",
    "PROCEDURES",
    "PROCEDURE_CONDUCT",
    "PROCEDURE_RESULTS",
    "PUPIL_SUMS",
    "RECEIVED",
    "REGISTERS",
    "REGISTER_STATUSES",
    "REPORTED",
    "REPORTED_INDICATORS",
    "REPORT_PARTS",
    "ROADMAP",
    "ROLES",
    "RULE_BLOCKS_OF_LISTS",
    "SCHOOLS",
    "SEASONS",
    "SEVERITIES",
    "SHRUNKEN_SHARES",
    "SOURCE_FILES",
    "SURVEY_ANSWERS",
    "SURVEY_SCALES",
    "SURVEY_TOTALS",
    "TASK_DIGITS",
    "TEACHERS",
    "TEACHING_LEVELS",
    "TERRITORY_MARK_AGREEMENT",
    "TERRITORY_RESULTS",
    "VPR_RESULTS",
    "WORKS",
    "WORK_NORMS",
    "WORK_TASKS",
    "Contract",
    "data_dictionary",
    "load_table",
    "store_table",
]

CONTRACTS = {
    contract.name: contract for contract in (*RECEIVED, *REPORTED, *COMPUTED, *INDICATOR_LISTS)
}


def data_dictionary() -> str:
    """Describe every table and column as Markdown, from the contracts themselves.

    Returns
    -------
    str
        The text of ``docs/outputs.md``.
    """
    parts = [
        "# Таблицы расчёта",
        "Файлы Parquet в `data/processed/ТЕРРИТОРИЯ/ГОД`. Описание построено из договоров таблиц "
        "(`shnor_analysis/tables.py`) командой `make docs`; проверяется тестом.",
        "Доли хранятся числами от 0 до 1 без округления, отсутствующее значение пусто и никогда "
        "не ноль.",
    ]
    for contract in CONTRACTS.values():
        parts.append(
            f"## {contract.name}: {contract.title}\n\nСтрока: {contract.row}. "
            f"Ключ: {', '.join(f'`{name}`' for name in contract.key)}.\n\n"
            "| столбец | тип | пусто | что это |\n|---|---|---|---|\n"
            + "\n".join(_dictionary_row(name, spec) for name, spec in contract.columns.items())
        )
    return "\n\n".join(parts) + "\n"


def _dictionary_row(name: str, spec: pa.Column) -> str:
    meaning = spec.title if spec.description == spec.title else f"{spec.title}: {spec.description}"
    empty = "бывает" if spec.nullable else ""
    return f"| `{name}` | {spec.metadata['dtype']} | {empty} | {meaning} |"
