"""The invented region: schools and pupils who go from grade to grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shnor_analysis.demo.cases import (
    BASIC,
    CASES,
    GYMNASIUM,
    LYCEUM,
    MERGE_YEAR,
    MERGED_CASE,
    MERGED_INTO_CASE,
    PRIMARY,
    SECONDARY,
    Behaviour,
    Case,
    Kind,
)
from shnor_analysis.demo.designs import (
    EGE_ELECTIVES,
    OGE_ELECTIVES,
    YEARS,
)

REGION_CODE = "99"
REGION_NAME = "Примерская область"
DEMO_MUNICIPALITY = 12
DEMO_MUNICIPALITY_NAME = "Примерский муниципальный район"
N_REGION_SCHOOLS = 400

# Invented territories; the twelfth is the demo municipality.
MUNICIPALITIES = (
    "Условный муниципальный район", "Пробный муниципальный район",
    "Опытный муниципальный округ", "Образцовый муниципальный район",
    "Полевой муниципальный район", "Ровнинский муниципальный округ",
    "Учебный муниципальный район", "Верхнепримерский муниципальный район",
    "Нижнепримерский муниципальный район", "Лугово-Примерский муниципальный округ",
    "Срединный муниципальный район", DEMO_MUNICIPALITY_NAME,
    "Окраинный муниципальный район", "Черновой муниципальный округ",
    "город Условск", "город Пробинск",
)  # fmt: skip
CITIES = (15, 16)

# Independent random streams of one seed: what is drawn later never moves what is drawn before.
STREAM_SCHOOLS, STREAM_PUPILS, STREAM_WORK, STREAM_TASKS = 1, 2, 3, 4
DEMO, OTHERS = 0, 1

# Parts of the spread of ability, in units of the reference scale.
PUPIL_SD, CLASS_SD, COHORT_SD, LEAN_SD = 0.90, 0.18, 0.12, 0.30
SCHOOL_SD, SCHOOL_YEAR_SD, SCHOOL_WORK_SD = 0.25, 0.07, 0.08
CONTEXT_SLOPE = -0.22
TYPE_BONUS = {LYCEUM: 0.55, GYMNASIUM: 0.50}
RURAL_SHIFT = -0.08

# School size (pupils in one grade): small rural schools are the usual case.
RURAL_SIZE, URBAN_SIZE = (1.9, 0.75), (3.5, 0.45)
SIZE_RANGE = (0.4, 82.0)
RURAL_SHARE = 0.68
CLASS_SIZE = 25

# Abler pupils stay for grades 10–11 and choose profile maths more often.
STAYS_FOR_11, STAYS_SLOPE = 0.52, 0.12
CHOICE_SD, PROFILE_FROM = 0.4, 0.05
LAST_BASIC_GRADE = 9
TWO_ELECTIVES_SHARE = 0.85

# How often a school of the rest of the region behaves so.
BEHAVIOUR_SHARES = {
    Behaviour.INFLATED_VPR: 0.05,
    Behaviour.INFLATED_SCHOOL_MARKS: 0.06,
    Behaviour.BUNCHING: 0.04,
}
FIRST_COHORT, LAST_COHORT = YEARS[0] - 11, YEARS[-1] - 4
FIRST_TESTED_GRADE = 4


@dataclass(frozen=True)
class Schools:
    """Schools as parallel arrays; ``quality`` has a column per year and includes the context."""

    municipality: np.ndarray
    number: np.ndarray
    kind: tuple[str, ...]
    name: tuple[str, ...]
    is_rural: np.ndarray
    per_grade: np.ndarray
    adversity: np.ndarray
    quality: np.ndarray
    behaviour: dict[Behaviour, np.ndarray]
    last_year: np.ndarray
    cases: tuple[Case | None, ...]

    def __len__(self) -> int:
        return len(self.number)

    @property
    def school_id(self) -> list[str]:
        """Six digits of each school."""
        return [
            f"{REGION_CODE}{place:02d}{number:02d}"
            for place, number in zip(self.municipality.tolist(), self.number.tolist(), strict=True)
        ]

    @property
    def oge_code(self) -> list[str | None]:
        """Code in РЦОИ protocols of grade 9; never equal to the login, absent without grade 9."""
        return self._codes("oge", 9)

    @property
    def ege_code(self) -> list[str | None]:
        """Code in РЦОИ protocols of grade 11; differs from that of grade 9."""
        return self._codes("ege", 11)

    def _codes(self, procedure: str, grade: int) -> list[str | None]:
        return [
            code_of(procedure, place, number) if teaches else None
            for place, number, teaches in zip(
                self.municipality.tolist(),
                self.number.tolist(),
                self.has_grade(grade).tolist(),
                strict=True,
            )
        ]

    @property
    def inn(self) -> list[str]:
        """Invented tax numbers: they start with the code of no region."""
        return [f"{REGION_CODE}00{digits[2:]}{digits[4:]}" for digits in self.school_id]

    def exists(self, year: int) -> np.ndarray:
        """Which schools work in a year."""
        return self.last_year >= year

    def has_grade(self, grade: int) -> np.ndarray:
        """Which schools teach a grade."""
        limit = {PRIMARY: 4, BASIC: 9}
        return np.array([grade <= limit.get(kind, 11) for kind in self.kind])


def code_of(procedure: str, municipality: int, number: int) -> str:
    """Return the РЦОИ code of a school: 52NN in grade 9, 7NNM in grade 11."""
    if procedure == "oge":
        return f"{40 + municipality}{number:02d}"
    return f"7{number:02d}{municipality % 10}"


@dataclass(frozen=True)
class Pupils:
    """Pupils as parallel arrays, sorted by school, cohort and class; ``cohort`` = year − grade."""

    home: np.ndarray
    cohort: np.ndarray
    class_no: np.ndarray
    ability: np.ndarray
    lean: np.ndarray
    stays: np.ndarray
    profile: np.ndarray
    oge_electives: np.ndarray
    ege_electives: np.ndarray
    merged_into: dict[int, int]

    def school_in(self, year: int) -> np.ndarray:
        """School of every pupil in a year: pupils of a closed school sit elsewhere."""
        school = self.home
        if year >= MERGE_YEAR and self.merged_into:
            school = school.copy()
            for closed, target in self.merged_into.items():
                school[self.home == closed] = target
        return school


@dataclass(frozen=True)
class Population:
    """Schools and pupils of one part of the region."""

    group: int
    seed: int
    schools: Schools
    pupils: Pupils


def demo_population(seed: int) -> Population:
    """Return the 24 named schools of the demo municipality with their pupils."""
    schools = _demo_schools()
    return Population(DEMO, seed, schools, _demo_pupils(seed, schools))


def other_population(seed: int, n_schools: int) -> Population:
    """Return the rest of the region.

    Parameters
    ----------
    seed : int
        Seed of the whole region.
    n_schools : int
        Schools of the whole region, the demo municipality included.
    """
    schools = _other_schools(seed, max(n_schools - len(CASES), 1))
    rng = np.random.default_rng([seed, OTHERS, STREAM_PUPILS])
    sizes = rng.poisson(schools.per_grade[:, None], (len(schools), _n_cohorts()))
    return Population(OTHERS, seed, schools, _make_pupils(rng, schools, sizes, {}))


def _n_cohorts() -> int:
    return LAST_COHORT - FIRST_COHORT + 1


def _demo_schools() -> Schools:
    quality = np.array([case.quality for case in CASES], dtype=np.float32)
    adversity = np.array([case.adversity for case in CASES])
    return Schools(
        municipality=np.full(len(CASES), DEMO_MUNICIPALITY),
        number=np.arange(1, len(CASES) + 1),
        kind=tuple(case.kind for case in CASES),
        name=tuple(case.name for case in CASES),
        is_rural=np.array([case.is_rural for case in CASES]),
        per_grade=np.array([case.per_grade for case in CASES], dtype=float),
        adversity=adversity,
        quality=quality + (CONTEXT_SLOPE * adversity)[:, None],
        behaviour={
            kind: np.array([kind in case.behaviours for case in CASES]) for kind in Behaviour
        },
        last_year=np.array([case.last_year for case in CASES]),
        cases=CASES,
    )


def _other_schools(seed: int, n: int) -> Schools:
    rng = np.random.default_rng([seed, OTHERS, STREAM_SCHOOLS])
    places = [place for place in range(1, len(MUNICIPALITIES) + 1) if place != DEMO_MUNICIPALITY]
    municipality = np.array([places[i % len(places)] for i in range(n)])
    number = np.array([i // len(places) + 1 for i in range(n)])
    in_city = np.isin(municipality, CITIES)
    is_rural = ~in_city & (rng.random(n) < RURAL_SHARE / (1 - len(CITIES) / len(places)))
    drawn = rng.random(n)
    kind = tuple(_kind(rural, value) for rural, value in zip(is_rural, drawn, strict=True))
    mean = np.where(is_rural, RURAL_SIZE[0], URBAN_SIZE[0])
    spread = np.where(is_rural, RURAL_SIZE[1], URBAN_SIZE[1])
    per_grade = np.clip(rng.lognormal(mean, spread), *SIZE_RANGE)
    adversity = rng.normal(np.where(is_rural, 0.3, -0.2), 0.9)
    bonus = np.array([TYPE_BONUS.get(one, 0.0) for one in kind])
    level = rng.normal(0, SCHOOL_SD, n) + CONTEXT_SLOPE * adversity + bonus
    level = level + np.where(is_rural, RURAL_SHIFT, 0.0)
    quality = level[:, None] + rng.normal(0, SCHOOL_YEAR_SD, (n, len(YEARS))).cumsum(axis=1)
    chance = rng.random(n)
    behaviour, low = {}, 0.0
    for name in Behaviour:
        high = low + BEHAVIOUR_SHARES.get(name, 0.0)
        behaviour[name] = (chance >= low) & (chance < high)
        low = high
    return Schools(
        municipality=municipality,
        number=number,
        kind=kind,
        name=tuple(map(_other_name, kind, municipality.tolist(), number.tolist())),
        is_rural=is_rural,
        per_grade=per_grade,
        adversity=adversity,
        quality=quality.astype(np.float32),
        behaviour=behaviour,
        last_year=np.full(n, YEARS[-1]),
        cases=(None,) * n,
    )


def _kind(is_rural: bool, value: float) -> str:
    """Type of a school from a uniform draw; the borders are the shares of types."""
    borders = (
        ((0.06, PRIMARY), (0.30, BASIC), (1.0, SECONDARY))
        if is_rural
        else ((0.03, PRIMARY), (0.07, BASIC), (0.84, SECONDARY), (0.92, LYCEUM), (1.0, GYMNASIUM))
    )
    return next(kind for border, kind in borders if value < border)


def _other_name(kind: str, municipality: int, number: int) -> str:
    place = "№ " + str(100 * municipality + number)
    form = "Лицей" if kind == LYCEUM else "Гимназия" if kind == GYMNASIUM else kind
    return f"МБОУ «{form} {place}»"


def _demo_pupils(seed: int, schools: Schools) -> Pupils:
    rng = np.random.default_rng([seed, DEMO, STREAM_PUPILS])
    mean = schools.per_grade[:, None]
    spread = np.minimum(0.18 * mean + 0.1, 7)
    sizes = np.rint(mean + rng.uniform(-1, 1, (len(schools), _n_cohorts())) * spread).astype(int)
    for position, case in enumerate(CASES):
        for cohort in case.empty_cohorts:
            sizes[position, cohort - FIRST_COHORT] = 0
        for plan in case.plans:
            if plan.kind is Kind.EXACT:
                column = plan.years[0] - plan.grades[0] - FIRST_COHORT
                sizes[position, column] = max(sizes[position, column], plan.n)
    names = [case.case for case in CASES]
    merged = {names.index(MERGED_CASE): names.index(MERGED_INTO_CASE)}
    return _make_pupils(rng, schools, sizes, merged)


def _make_pupils(
    rng: np.random.Generator, schools: Schools, sizes: np.ndarray, merged: dict[int, int]
) -> Pupils:
    """Draw pupils; ``sizes`` has one row per school and one column per cohort."""
    flat = sizes.ravel()
    cell = np.repeat(np.arange(flat.size), flat)
    n = cell.size
    home, column = np.divmod(cell, _n_cohorts())
    place = np.arange(n) - np.repeat(np.cumsum(flat) - flat, flat)
    n_classes = -(-flat // CLASS_SIZE)
    class_no = place * n_classes[cell] // np.maximum(flat[cell], 1) + 1
    class_effect = rng.normal(0, CLASS_SD, (flat.size, max(int(n_classes.max()), 1)))
    cohort_effect = rng.normal(0, COHORT_SD, flat.size)
    ability = rng.normal(0, PUPIL_SD, n) + class_effect[cell, class_no - 1] + cohort_effect[cell]
    lean = rng.normal(0, LEAN_SD, n)
    stays = rng.random(n) < STAYS_FOR_11 + STAYS_SLOPE * np.tanh(ability)
    profile = ability + lean + rng.normal(0, CHOICE_SD, n) > PROFILE_FROM
    return Pupils(
        home=home,
        cohort=column + FIRST_COHORT,
        class_no=class_no,
        ability=ability.astype(np.float32),
        lean=lean.astype(np.float32),
        stays=stays,
        profile=profile,
        oge_electives=_electives(rng, n, len(OGE_ELECTIVES)),
        ege_electives=_electives(rng, n, len(EGE_ELECTIVES)),
        merged_into=merged,
    )


def _electives(rng: np.random.Generator, n: int, n_subjects: int) -> np.ndarray:
    """Choose two different subjects, or one; −1 where the second is not taken."""
    first = rng.integers(0, n_subjects, n)
    second = (first + rng.integers(1, n_subjects, n)) % n_subjects
    second[rng.random(n) >= TWO_ELECTIVES_SHARE] = -1
    return np.stack([first, second], axis=1)


def n_pupils(population: Population, year: int) -> np.ndarray:
    """Return pupils of every school in a year, the grades that sit no works included."""
    pupils, schools = population.pupils, population.schools
    grade = year - pupils.cohort
    limit = np.array([{PRIMARY: 4, BASIC: 9}.get(kind, 11) for kind in schools.kind])
    school = pupils.school_in(year)
    counted = (
        (grade >= FIRST_TESTED_GRADE)
        & (grade <= limit[school])
        & ((grade <= LAST_BASIC_GRADE) | pupils.stays)
    )
    small = np.rint(schools.per_grade * (FIRST_TESTED_GRADE - 1)).astype(int)
    total = np.bincount(school[counted], minlength=len(schools)) + np.maximum(small, 1)
    return np.where(schools.exists(year), total, 0)
