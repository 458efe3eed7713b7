"""The 24 schools of the demo municipality: each exists for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PRIMARY, BASIC, SECONDARY, LYCEUM, GYMNASIUM = "НОШ", "ООШ", "СОШ", "лицей", "гимназия"


class Behaviour(StrEnum):
    """What a school does to results beyond honest teaching."""

    INFLATED_VPR = "inflated_vpr"
    INFLATED_SCHOOL_MARKS = "inflated_school_marks"
    BUNCHING = "bunching_at_thresholds"
    DICTATED = "dictated_answers"


class Kind(StrEnum):
    """How many participants of a planned work are below the minimum."""

    EXACT = "exact"
    BELOW = "below_threshold"
    JUST_BELOW = "just_below_threshold"
    AT_LEAST = "at_least_share"
    NONE = "none"
    ALL_FIVES = "all_fives"
    NATURAL = "natural"


@dataclass(frozen=True)
class Plan:
    """What must hold in some works of a school; the first plan that fits a work is used.

    ``subject`` and ``grade`` may be empty: any. ``n`` and ``k`` are participants and those below
    the minimum for ``EXACT``; ``share`` is for ``AT_LEAST``.
    """

    kind: Kind
    years: tuple[int, ...]
    procedure: str = ""
    subject: str = ""
    grades: tuple[int, ...] = ()
    n: int = 0
    k: int = 0
    share: float = 0.0

    def fits(self, year: int, procedure: str, subject: str, grade: int) -> bool:
        """Say whether the plan speaks about a work."""
        return (
            year in self.years
            and self.procedure in ("", procedure)
            and self.subject in ("", subject)
            and (not self.grades or grade in self.grades)
        )


@dataclass(frozen=True)
class Case:
    """One named school.

    ``quality`` is what the school adds to its pupils' ability in 2022…2025, in pupil SD before
    context; ``adversity`` is the social context in regional SD, higher = harder. ``clauses`` are
    the clauses of the federal rule that must hold in 2025 by the letter, read A, B or both;
    an empty text means that none does; ``None`` means that there is nothing to assess.
    """

    case: str
    name: str
    kind: str
    is_rural: bool
    per_grade: float
    quality: tuple[float, float, float, float]
    adversity: float
    why: str
    clauses: str | None = ""
    plans: tuple[Plan, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()
    rest: Kind = Kind.BELOW
    grades: tuple[int, ...] = tuple(range(1, 12))
    empty_cohorts: tuple[int, ...] = ()
    last_year: int = 2025


ALL_YEARS = (2022, 2023, 2024, 2025)
LAST_TWO = (2024, 2025)
BASIC_GRADES = tuple(range(1, 10))
PRIMARY_GRADES = (1, 2, 3, 4)
# The case whose pupils come from the merged school.
MERGED_CASE, MERGED_INTO_CASE, MERGE_YEAR = "merged_in_2024", "ordinary_town", 2024
# Schools that bear the dirt: nothing is planted in their counts.
DIRT_CASES = ("ordinary_town", "ordinary_village")

CASES = (
    Case("ordinary_town", "МБОУ «СОШ № 1 г. Примерска»", SECONDARY, False, 38,
         (0.1, 0.1, 0.1, 0.1), 0.0,
         "обычная городская школа; с 2024 года принимает учеников закрытой школы; грязь в файлах"),
    Case("large_low_results", "МБОУ «СОШ № 2 г. Примерска»", SECONDARY, False, 60,
         (-0.9, -0.9, -1.0, -1.0), 0.6,
         "большая школа, результаты действительно низкие: много процедур и два года подряд",
         clauses="AB", rest=Kind.NATURAL, plans=(
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "math", (6, 7, 8), share=0.36),
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "rus", (7, 8), share=0.34),
             Plan(Kind.AT_LEAST, LAST_TWO, "oge", "math", share=0.32))),
    Case("lyceum_high", "МАОУ «Лицей № 3 г. Примерска»", LYCEUM, False, 36,
         (1.0, 1.0, 1.0, 1.0), -1.2,
         "лицей с отбором: высокие результаты честные, это не признак необъективности"),
    Case("inflated_vpr", "МБОУ «СОШ № 4 г. Примерска»", SECONDARY, False, 26,
         (-0.4, -0.4, -0.4, -0.4), 0.4,
         "ВПР проверены с завышением: ОГЭ тех же параллелей обычные, журнал честный",
         behaviours=(Behaviour.INFLATED_VPR,)),
    Case("inflated_school_marks", "МБОУ «СОШ № 5 г. Примерска»", SECONDARY, False, 26,
         (0.0, 0.0, 0.0, 0.0), 0.0,
         "журнальные отметки завышены: ВПР и ОГЭ честные, доля понизивших велика",
         behaviours=(Behaviour.INFLATED_SCHOOL_MARKS,)),
    Case("bunching_at_thresholds", "МБОУ «СОШ № 6 г. Примерска»", SECONDARY, False, 36,
         (0.0, 0.0, 0.0, 0.0), 0.2,
         "баллы ВПР подняты до порога отметки: провал перед порогом и пик на нём",
         behaviours=(Behaviour.BUNCHING,)),
    Case("dictated_answers", "МБОУ «СОШ № 7 г. Примерска»", SECONDARY, False, 32,
         (0.0, 0.0, 0.0, 0.0), 0.1,
         "в одном классе (5, математика, 2025) трудные задания решены почти одинаково и верно",
         behaviours=(Behaviour.DICTATED,)),
    Case("one_pupil_below_threshold", "МБОУ «СОШ пос. Ровный»", SECONDARY, True, 20,
         (-0.6, -0.6, -0.6, -0.6), 0.5,
         "во всех процедурах до 30 % не хватает ровно одного участника: не входит", plans=(
             Plan(Kind.JUST_BELOW, ALL_YEARS),)),
    Case("exactly_on_threshold", "МБОУ «СОШ с. Пороги»", SECONDARY, True, 12,
         (-0.3, -0.3, -0.3, -0.3), 0.4,
         "ровно 30 % в двух процедурах 2025 года (3 из 10 и 6 из 20): входит по букве правила",
         clauses="A", plans=(
             Plan(Kind.EXACT, (2025,), "vpr", "rus", (5,), n=10, k=3),
             Plan(Kind.EXACT, (2025,), "vpr", "math", (6,), n=20, k=6))),
    Case("repeated_one_procedure", "МБОУ «СОШ с. Повторное»", SECONDARY, True, 27,
         (-0.2, -0.2, -0.2, -0.2), 0.3,
         "ОГЭ по математике не ниже 30 % в 2024 (9 из 30) и 2025 (8 из 26), больше ничего",
         clauses="B", plans=(
             Plan(Kind.EXACT, (2024,), "oge", "math", (9,), n=30, k=9),
             Plan(Kind.EXACT, (2025,), "oge", "math", (9,), n=26, k=8))),
    Case("small_low_results", "МКОУ «СОШ с. Низинное»", SECONDARY, True, 10,
         (-1.0, -1.0, -1.0, -1.0), 1.0,
         "малая школа, 8–12 учеников в параллели, результаты действительно низкие",
         clauses="AB", rest=Kind.NATURAL, plans=(
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "math", (5, 6, 7, 8), share=0.4),
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "rus", (8,), share=0.4))),
    Case("three_pupils", "МКОУ «ООШ д. Малая»", BASIC, True, 3.5,
         (0.1, 0.1, 0.1, 0.1), 0.2,
         "3–4 ученика в классе; в 2025 по одному не справившемуся в двух работах: случайность",
         clauses="A", rest=Kind.NONE, grades=BASIC_GRADES, plans=(
             Plan(Kind.EXACT, (2025,), "vpr", "math", (5,), n=3, k=1),
             Plan(Kind.EXACT, (2025,), "vpr", "rus", (7,), n=3, k=1))),
    Case("nobody_sat", "МКОУ «ООШ д. Тихая»", BASIC, True, 3,
         (0.0, 0.0, 0.0, 0.0), 0.8,
         "в реестре есть, но в 2025 нет учеников в классах, которые пишут работы: не оценивается",
         clauses=None, grades=BASIC_GRADES, empty_cohorts=tuple(range(2016, 2022))),
    Case(MERGED_CASE, "МКОУ «ООШ д. Прежняя»", BASIC, True, 8,
         (-0.2, -0.2, -0.2, -0.2), 0.5,
         "файлы только до 2023 года, затем присоединена к СОШ № 1", clauses=None,
         grades=BASIC_GRADES, last_year=2023),
    Case("improved_sharply", "МБОУ «СОШ с. Подъёмное»", SECONDARY, True, 16,
         (-1.3, -1.1, -0.3, 0.4), 0.5,
         "низкие результаты в 2022 и 2023, затем резкое улучшение: в 2025 не входит", plans=(
             Plan(Kind.AT_LEAST, (2022, 2023), "vpr", "math", (6, 7, 8), share=0.36),
             Plan(Kind.AT_LEAST, (2022, 2023), "vpr", "rus", (7,), share=0.34))),
    Case("declined_sharply", "МБОУ «СОШ с. Спусково»", SECONDARY, True, 18,
         (0.4, 0.3, 0.1, -1.1), 0.3,
         "до 2024 года обычные результаты, в 2025 резкое ухудшение: входит только по году",
         clauses="A", plans=(
             Plan(Kind.AT_LEAST, (2025,), "vpr", "math", (6, 7), share=0.36),
             Plan(Kind.AT_LEAST, (2025,), "vpr", "rus", (7,), share=0.34))),
    Case("only_primary", "МБОУ «НОШ № 8 г. Примерска»", PRIMARY, False, 22,
         (0.1, 0.1, 0.1, 0.1), 0.0,
         "начальная школа: только работы 4 класса, остальных процедур нет и быть не может",
         grades=PRIMARY_GRADES),
    Case("basic_without_11", "МБОУ «ООШ пос. Средний»", BASIC, True, 12,
         (0.0, 0.0, 0.0, 0.0), 0.3,
         "основная школа без 10–11 классов: ЕГЭ отсутствует по праву", grades=BASIC_GRADES),
    Case("resilient", "МКОУ «СОШ с. Стойкое»", SECONDARY, True, 14,
         (0.9, 0.9, 0.9, 0.9), 1.6,
         "тяжёлые социальные условия и хорошие результаты: резильентная школа"),
    Case("disadvantaged_and_low", "МКОУ «СОШ с. Дальнее»", SECONDARY, True, 15,
         (-0.6, -0.6, -0.6, -0.6), 1.9,
         "тяжёлые социальные условия и низкие результаты", clauses="AB", rest=Kind.NATURAL, plans=(
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "math", (7, 8), share=0.36),
             Plan(Kind.AT_LEAST, LAST_TWO, "vpr", "rus", (8,), share=0.36))),
    Case("disadvantaged_ok", "МКОУ «СОШ с. Трудовое»", SECONDARY, True, 16,
         (0.3, 0.3, 0.3, 0.3), 1.7,
         "тяжёлые социальные условия, результаты обычные для района"),
    Case("all_fives", "МКОУ «ООШ д. Отличная»", BASIC, True, 4,
         (1.6, 1.6, 1.6, 1.6), -0.3,
         "крошечная школа, все отметки «5»: дисперсия ноль, ловушка для интервалов",
         grades=BASIC_GRADES, plans=(Plan(Kind.ALL_FIVES, ALL_YEARS),)),
    Case("only_ege_low", "МБОУ «СОШ № 9 г. Примерска»", SECONDARY, False, 24,
         (0.1, 0.1, 0.1, 0.1), 0.1,
         "низкие результаты только на ЕГЭ 2025 (профильная и базовая математика)",
         clauses="A", plans=(
             Plan(Kind.AT_LEAST, (2025,), "ege", "math", share=0.34),
             Plan(Kind.AT_LEAST, (2025,), "ege", "math_base", share=0.34))),
    Case("ordinary_village", "МБОУ «СОШ с. Обычное»", SECONDARY, True, 26,
         (0.0, 0.0, 0.0, 0.0), 0.1,
         "обычная сельская школа; грязь в файлах"),
)  # fmt: skip


def plan_for(case: Case, year: int, procedure: str, subject: str, grade: int) -> Plan:
    """Return what must hold in one work of one school."""
    for plan in case.plans:
        if plan.fits(year, procedure, subject, grade):
            return plan
    return Plan(case.rest, (year,))
