"""Codes that the tables and the methodology share, spelt in one place."""

from __future__ import annotations

from typing import Literal, get_args

Procedure = Literal["vpr", "oge", "ege", "gve9", "gve11"]
DiagnosticProcedure = Literal["regional", "municipal", "school"]
ContextSource = Literal["oo1", "fisoko_context", "social_passport"]

# Evening schools have a twelfth grade.
FIRST_GRADE, LAST_GRADE = 1, 12
SCHOOL_LEVELS = ("primary", "basic", "secondary")
PROCEDURES: tuple[str, ...] = get_args(Procedure)
DIAGNOSTIC_PROCEDURES: tuple[str, ...] = get_args(DiagnosticProcedure)
CONTEXT_SOURCES: tuple[str, ...] = get_args(ContextSource)
CONTEXT_INDICATORS = (
    "n_pupils", "n_pupils_adapted", "n_disabled", "n_second_shift", "n_juvenile_police",
    "n_juvenile_commission", "n_school_record", "n_migrant", "n_not_attested", "n_truancy",
    "n_developmental_delay", "n_large_family", "n_single_parent", "n_low_income", "n_orphans",
    "is_remote", "is_small", "has_infrastructure_deficit", "has_staff_deficit",
    "is_accreditation_suspended", "n_teachers", "n_teachers_high_category",
    "n_teachers_first_or_high", "n_teachers_under_30",
    "n_teachers_pension_age", "n_vacancies", "n_computers", "n_computers_obsolete",
    "n_computers_online", "internet_speed", "city_access", "settlement_kind", "settlement_size",
    *(f"n_pupils_grade_{grade}" for grade in range(FIRST_GRADE, LAST_GRADE + 1)),
)  # fmt: skip
