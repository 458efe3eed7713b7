"""Table contracts and data dictionary: what one row is, which columns, what they mean."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.codes import (
    CONTEXT_INDICATORS,
    CONTEXT_SOURCES,
    DIAGNOSTIC_PROCEDURES,
    PROCEDURES,
)
from shnor_analysis.tables.certainty import (
    CERTAINTY,
    FUNNEL_POSITIONS,
    LOW_RESULTS_CERTAINTY,
    LOW_RESULTS_CONCENTRATION,
    LOW_RESULTS_POOLED,
    LOW_RESULTS_SCENARIOS,
    LOW_RESULTS_SUMMARY,
    LOW_RESULTS_WAYS,
    LOW_RESULTS_WHAT_IF,
    MEMBERSHIP_CLASSES,
    PROCEDURE_GROUPS,
    REFERENCE_SHARES,
    REFERENCE_SOURCES,
    SCENARIO_KINDS,
    SHARE_FUNNEL_POINTS,
    SHARE_FUNNELS,
)
from shnor_analysis.tables.common import (
    COMPARABILITY_REASONS,
    COMPARABILITY_VERDICTS,
    DECISIONS,
    EVIDENCE,
    GROUP_ITEM_REPORTS,
    GROUP_LEVELS,
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
    "DIAGNOSTIC_PROCEDURES",
    "DIAGNOSTIC_WORKS",
    "EVIDENCE",
    "EXPERT_CARDS",
    "EXPLANATIONS",
    "FUNNEL_POSITIONS",
    "GIA_RESULTS",
    "GROUP_ITEMS",
    "GROUP_ITEM_REPORTS",
    "GROUP_LEVELS",
    "GROUP_STATISTICS",
    "ISSUES",
    "JOURNAL_MARKS",
    "JOURNAL_SUMMARIES",
    "LEVELS",
    "LOW_RESULTS",
    "LOW_RESULTS_CERTAINTY",
    "LOW_RESULTS_CONCENTRATION",
    "LOW_RESULTS_EVIDENCE",
    "LOW_RESULTS_POOLED",
    "LOW_RESULTS_READINGS",
    "LOW_RESULTS_SCENARIOS",
    "LOW_RESULTS_SUMMARY",
    "LOW_RESULTS_WAYS",
    "LOW_RESULTS_WHAT_IF",
    "MARK_AGREEMENT",
    "MARK_STATUSES",
    "MEASURE_STATUSES",
    "MEDAL_CLAIMS",
    "MEMBERSHIP_CLASSES",
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
    "PROCEDURE_GROUPS",
    "PROCEDURE_RESULTS",
    "PUPIL_SUMS",
    "RECEIVED",
    "REFERENCE_SHARES",
    "REFERENCE_SOURCES",
    "REGISTERS",
    "REGISTER_STATUSES",
    "REPORTED",
    "REPORTED_INDICATORS",
    "REPORT_PARTS",
    "ROADMAP",
    "ROLES",
    "SCENARIO_KINDS",
    "SCHOOLS",
    "SEASONS",
    "SEVERITIES",
    "SHARE_FUNNELS",
    "SHARE_FUNNEL_POINTS",
    "SHRUNKEN_SHARES",
    "SOURCE_FILES",
    "SURVEY_ANSWERS",
    "SURVEY_SCALES",
    "SURVEY_TOTALS",
    "TASK_DIGITS",
    "TEACHERS",
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

CONTRACTS = {contract.name: contract for contract in (*RECEIVED, *REPORTED, *COMPUTED, *CERTAINTY)}


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
