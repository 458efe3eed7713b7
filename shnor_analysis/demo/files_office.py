"""What an office keeps beside results: settings, registers, claims, works, totals, appeals."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from shnor_analysis.demo.cases import (
    CASES,
    LYCEUM,
    MERGE_YEAR,
    MERGED_CASE,
    MERGED_INTO_CASE,
)
from shnor_analysis.demo.files_forms import TEACHERS_FILE, TEACHERS_HEADINGS, VERY_HARD_CONTEXT
from shnor_analysis.demo.files_rcoi import CLASS_LETTERS, PAGE, STATION, Entry, pupil_name
from shnor_analysis.demo.region import (
    CLASS_SIZE,
    DEMO_MUNICIPALITY_NAME,
    LAST_BASIC_GRADE,
    REGION_CODE,
    REGION_NAME,
    Population,
    n_pupils,
)
from shnor_analysis.demo.results import SHARE_DENOMINATOR, SHARE_NUMERATOR, Sitting
from shnor_analysis.demo.workbook import Book, Files, Row, csv_bytes
from shnor_analysis.intake.messages import issue_series

YEAR = 2025
SCHOOL_YEAR = "2024/2025"
POSITION = {case.case: position for position, case in enumerate(CASES)}

MERGERS_FILE, ALIASES_FILE = "school_mergers.csv", "school_aliases.csv"
EXPLANATIONS_FILE = "explanations.csv"
REGISTERS_FILE = f"{YEAR}/Перечни/Перечни прошлых лет.xlsx"
BIAS_FILE = f"{YEAR}/Перечни/bias.xlsx"
MEDALS_FILE = f"{YEAR}/Медали/Претенденты на медаль.xlsx"
CONDUCT_FILE = f"{YEAR}/Проведение/Условия проведения процедур.xlsx"
OO1_FILE = f"{YEAR}/ОО-1/ОО-1 2024.csv"
WORKS_FILE = f"{YEAR}/Работы/РДР.xlsx"
ADAPTED_FILE = f"{YEAR}/Работы/Участники по АОП.xlsx"
INDICATORS_FILE = f"{YEAR}/Показатели/Показатели каталога.xlsx"
TOTALS_FILE = f"{YEAR}/Анкеты/Итоги анкетирования.xlsx"
APPEALS_FILE = f"{YEAR}/РЦОИ/ОГЭ {YEAR} апелляции.xlsx"
# A sheet that nobody renamed.
SHEET = "Лист1"

# Names typed by hand that only the office can explain.
ALIASES = {"Третий лицей": "lyceum_high", "Дальняя школа": "disadvantaged_and_low"}
# What schools answered the year before: check, case, end of the code, reason, words. The first
# check speaks again in 2025; the second remark does not exist any more.
EXPLAINED = (
    ("group_percent_sum", "ordinary_town", "0000", "П9", "проценты выгружены с ошибкой"),
    ("series_break", "improved_sharply", "7c1d", "П7", "прибыли обучающиеся соседней школы"),
)

REGISTER_HEADINGS: Row = [
    "Перечень", "Логин в ФИС ОКО", "Школа", "Учебный год", "Состояние", "Основание", "Документ",
]  # fmt: skip
REGISTER_YEARS = (2023, 2024)
HARD_REGISTER_YEAR = 2024
LISTED_BY_ALIAS = "Дальняя школа"
BIAS_HEADINGS: Row = [
    "Год", "Логин", "Муниципалитет", "ОО", "4 РУ", "4 МА", "5 РУ", "5 МА", "Количество маркеров",
]  # fmt: skip
# Signs by year and case. Only schools that do something to results have them, except the lyceum:
# its high results are honest, and a list of signs may be wrong about such a school.
BIAS_SIGNS: dict[tuple[int, str], tuple[str, ...]] = {
    (2023, "inflated_vpr"): ("4 МА", "5 МА"),
    (2023, "bunching_at_thresholds"): ("5 РУ",),
    (2024, "inflated_vpr"): ("4 РУ", "4 МА"),
    (2024, "bunching_at_thresholds"): ("5 МА",),
    (2024, "lyceum_high"): ("4 МА",),
    (2025, "inflated_vpr"): ("4 МА", "5 РУ", "5 МА"),
    (2025, "bunching_at_thresholds"): ("5 РУ",),
    (2025, "dictated_answers"): ("5 МА",),
}

MEDAL_HEADINGS: Row = [
    "Логин в ФИС ОКО", "Школа", "Учебный год", "Фамилия", "Имя", "Отчество", "Степень медали",
    "Медаль подтверждена (да/нет)",
]  # fmt: skip
# How many of the best graduates claim a medal; the school with generous marks adds a middling one.
MEDAL_CASES = {"lyceum_high": 3, "ordinary_town": 2, "inflated_school_marks": 2}
GENEROUS_CASE = "inflated_school_marks"
# Scores that the invented schools ask for, in Russian and in one more exam; «5» in base maths.
MEDAL_SCORES = {"I степень": 70, "II степень": 60}
BASE_MATHS, BASE_MATHS_MARK = "ege-2025-main-math_base-11", 5
RUSSIAN_EGE = "ege-2025-main-rus-11"

CONDUCT_HEADINGS: Row = [
    "Логин в ФИС ОКО", "Школа", "Учебный год", "Процедура", "Предмет", "Класс",
    "Общественный наблюдатель (да/нет)", "Видеонаблюдение (да/нет)", "Защищенный канал (да/нет)",
    "Перепроверено работ", "Отметка подтвердилась (работ)",
]  # fmt: skip
# Case, rechecked work (empty: none, then the procedure as a whole), observer, video, channel.
CONDUCT = (
    ("inflated_vpr", "vpr-2025-spring-math-6", "нет", "нет", "да"),
    ("bunching_at_thresholds", "vpr-2025-spring-rus-7", "нет", "нет", "да"),
    ("dictated_answers", "vpr-2025-spring-math-5", "нет", "нет", "да"),
    ("lyceum_high", "vpr-2025-spring-math-5", "да", "да", "да"),
    ("ordinary_village", "vpr-2025-spring-rus-5", "да", "нет", "да"),
    ("large_low_results", "", "да", "да", "да"),
    ("ordinary_town", "", "да", "да", "да"),
)

OO1_HEADINGS: Row = ["ИНН/логин", "Год", "Раздел", "Строка", "Графа", "Значение"]
# The form is handed in at the beginning of the school year.
OO1_YEAR, OO1_SECTION = 2024, "2.1.1"
# Rows of classes and of pupils: ordinary classes, classes of a lyceum.
OO1_ROWS, OO1_LYCEUM_ROWS = ("01", "02"), ("07", "08")
# Columns: the whole school, then grades 1–11.
OO1_TOTAL, OO1_FIRST_GRADE = 3, 4
PRIMARY_WITHOUT_WORKS = (1, 2, 3)
LAST_GRADE = 11

WORK_HEADINGS: Row = [
    "Логин в ФИС ОКО", "Школа", "Учебный год", "Кто проводил", "Название работы", "Предмет",
    "Класс", "Дата работы", "Писали работу (чел.)", "Получили «2»", "Получили «3»",
    "Получили «4»", "Получили «5»", "Средний балл", "Максимальный балл",
]  # fmt: skip
# Who holds a work, its name, subject, grade, date and the sign of the pupils' leaning to maths.
OFFICE_WORKS = (
    ("регион", "РДР по математике", "математика", 6, "12.12.2024", 1),
    ("муниципалитет", "Контрольный диктант", "русский язык", 8, "06.02.2025", -1),
)
# A paper of twenty points: score at mean ability, points for one unit of it, chance, marks.
WORK_MAX, WORK_MEAN, WORK_SLOPE, WORK_NOISE = 20, 11.0, 3.2, 1.8
WORK_CUTS, WORK_TURNOUT = (7, 11, 16), 0.93

ADAPTED_HEADINGS: Row = [
    "Логин в ФИС ОКО", "Школа", "Учебный год", "Процедура", "Предмет", "Класс",
    "Участников по АОП (чел.)", "Из них не преодолели минимум (чел.)",
]  # fmt: skip
# Two works of a school that stands exactly on the threshold: 3 of 10 and 6 of 20 in all. Without
# these pupils 2 of 9 and 4 of 17 are below it.
ADAPTED_CASE = "exactly_on_threshold"
ADAPTED_WORKS: tuple[Row, ...] = (
    ["ВПР", "русский язык", 5, 1, 1],
    ["ВПР", "математика", 6, 3, 2],
)

INDICATOR_HEADINGS: Row = [
    "Код показателя", "Показатель", "Логин в ФИС ОКО", "Школа", "Учебный год", "Числитель",
    "Знаменатель", "Значение",
]  # fmt: skip
DIAGNOSED_INDICATOR = "sterlitamak.staff.1"
DIAGNOSED_CASES = ("large_low_results", "small_low_results")
# Indicators of the territory: code, title, numerator, denominator, value.
TERRITORY_INDICATORS: tuple[Row, ...] = (
    ["yershichi.upbringing.1.1", "Межведомственные документы по вопросам воспитания", None, None,
     6],
    ["yershichi.upbringing.1.4",
     "Доля школ в системе партнёрских отношений с ведомствами", 20, 23, "87 %"],
    ["sterlitamak.staff.5", "Доля школ с практиками сетевого взаимодействия", 9, 23, "39,1 %"],
)  # fmt: skip

TOTALS_HEADINGS: Row = [
    "Логин в ФИС ОКО", "Школа", "Учебный год", "Кто отвечал", "Вопрос", "Ответили (чел.)",
    "Удовлетворены (чел.)",
]  # fmt: skip
# How a school names itself in the totals; the second one is an alias.
TOTALS_SCHOOLS = (
    ("large_low_results", None),
    ("lyceum_high", "Третий лицей"),
    ("small_low_results", None),
    ("ordinary_village", None),
)
QUESTIONS = {
    "обучающиеся": "Интересно ли Вам учиться в школе?",
    "педагоги": "Удовлетворены ли Вы условиями работы в школе?",
}
PUPILS_ASKED, SATISFIED_SHARE, SATISFIED_SLOPE = 0.2, 0.75, 0.12

APPEAL_HEADINGS: tuple[Row, Row] = (
    ["№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Экзамен",
     "Состояние апелляции", "Текущие", None],
    [*[None] * 10, "Первичный балл", "Оценка"],
)  # fmt: skip
APPEAL_WORK, APPEAL_EXAM = "oge-2025-main-geography-9", "География(2025.06.16)"
APPEAL_CASE = "lyceum_high"
GRANTED, REJECTED = "Апелляция удовлетворена", "Апелляция отклонена"

Results = dict[int, list[Sitting]]


def login(case: str) -> str:
    """Login of a named school."""
    return f"edu{REGION_CODE}12{POSITION[case] + 1:02d}"


def _who(case: str) -> Row:
    """Login, name and school year: the first columns of most forms."""
    return [login(case), CASES[POSITION[case]].name, SCHOOL_YEAR]


def settings_files() -> dict[str, bytes]:
    """Return what the office says about its schools and what schools answered to remarks."""
    mergers: list[Row] = [
        ["Прежняя школа", "Новая школа", "С года оценки", "Примечание"],
        [login(MERGED_CASE)[3:], login(MERGED_INTO_CASE)[3:], MERGE_YEAR,
         "присоединена к СОШ № 1"],
    ]  # fmt: skip
    aliases: list[Row] = [["Название в файле", "Код школы"]]
    aliases += [[name, login(case)[3:]] for name, case in ALIASES.items()]
    explanations: list[Row] = [["Год оценки", "Код замечания", "Код причины", "Пояснение школы"]]
    explanations += [
        [YEAR - 1, f"{issue_series(check, login(case)[3:])}-{end}", reason, words]
        for check, case, end, reason, words in EXPLAINED
    ]
    tables = {MERGERS_FILE: mergers, ALIASES_FILE: aliases, EXPLANATIONS_FILE: explanations}
    return {
        path: csv_bytes(rows, separator=";", encoding="utf-8-sig") for path, rows in tables.items()
    }


# --- registers ---------------------------------------------------------------------------------


def low_schools(results: Results, year: int) -> list[int]:
    """Return positions of schools that the federal rule lists by the letter in a year."""
    now, before = (_low_works(results[one]) for one in (year, year - 1))
    return sorted(school for school, low in now.items() if len(low) > 1 or low & before[school])


def _low_works(sittings: list[Sitting]) -> defaultdict[int, set[tuple[str, str, int]]]:
    low: defaultdict[int, set[tuple[str, str, int]]] = defaultdict(set)
    for sitting in sittings:
        design = sitting.work.design
        if not sitting.work.is_in_rule:
            continue
        n = np.bincount(sitting.school)
        n_below = np.bincount(sitting.school[sitting.is_below], minlength=n.size)
        is_low = (n > 0) & (SHARE_DENOMINATOR * n_below >= SHARE_NUMERATOR * n)
        for school in np.flatnonzero(is_low).tolist():
            low[school].add((design.procedure, design.subject, design.grade))
    return low


def registers_book(population: Population, results: Results) -> Book:
    """Return the registers of earlier years; schools that left one are named too."""
    names = [case.case for case in CASES]
    rows: list[Row] = [list(REGISTER_HEADINGS)]
    earlier: set[int] = set()
    for year in REGISTER_YEARS:
        spoken, order = f"{year - 1}/{year}", f"приказ № {year - 1902} от 20.09.{year}"
        listed = low_schools(results, year)
        for school in sorted({*listed, *earlier}):
            is_in = school in listed
            why = "доля не справившихся с работами" if is_in else "результаты выше порога"
            rows.append(
                ["ШНОР", login(names[school]), CASES[school].name, spoken,
                 "в перечне" if is_in else "исключена", why, order]
            )  # fmt: skip
        earlier = set(listed)
    schools = population.schools
    is_hard = schools.exists(HARD_REGISTER_YEAR) & (schools.adversity > VERY_HARD_CONTEXT)
    spoken = f"{HARD_REGISTER_YEAR - 1}/{HARD_REGISTER_YEAR}"
    for school in np.flatnonzero(is_hard).tolist():
        is_alias = names[school] == ALIASES[LISTED_BY_ALIAS]
        rows.append(
            ["ШНСУ", None if is_alias else login(names[school]),
             LISTED_BY_ALIAS if is_alias else CASES[school].name, spoken, "в перечне",
             "социальные условия", f"приказ № 131 от 14.10.{HARD_REGISTER_YEAR}"]
        )  # fmt: skip
    return Book({SHEET: rows})


def bias_book() -> Book:
    """Return the list of signs of biased results: a year as text or number, blanks and zeros."""
    rows: list[Row] = [list(BIAS_HEADINGS)]
    for (year, case), signs in BIAS_SIGNS.items():
        unmarked = 0 if year == YEAR else None
        marks = [1 if heading in signs else unmarked for heading in BIAS_HEADINGS[4:8]]
        printed = str(year) if year == REGISTER_YEARS[0] else year
        name = f"{CASES[POSITION[case]].name}  "
        rows.append([printed, login(case), DEMO_MUNICIPALITY_NAME, name, *marks, len(signs)])
    return Book({"Признаки необъективности": rows})


# --- graduates and procedures ------------------------------------------------------------------


def medals_book(entries: dict[str, list[Entry]]) -> Book:
    """Return graduates who claim a medal, by their names in the protocols of the year."""
    by_pupil: dict[int, dict[str, int]] = defaultdict(dict)
    for work_id, people in entries.items():
        if work_id.startswith(f"ege-{YEAR}-"):
            for entry in people:
                by_pupil[entry.pupil][work_id] = entry.result
    rows: list[Row] = [list(MEDAL_HEADINGS)]
    for case, n in MEDAL_CASES.items():
        own = [entry for entry in entries[RUSSIAN_EGE] if entry.school == POSITION[case]]
        best = sorted(own, key=lambda entry: (-entry.result, entry.pupil))
        chosen = best[:n] + ([best[len(best) // 2]] if case == GENEROUS_CASE else [])
        for place, entry in enumerate(chosen):
            degree = "I степень" if place == 0 else "II степень"
            is_confirmed = _is_confirmed(by_pupil[entry.pupil], MEDAL_SCORES[degree])
            rows.append(
                [*_who(case), *pupil_name(entry.pupil), degree, "да" if is_confirmed else "нет"]
            )
    return Book({SHEET: rows})


def _is_confirmed(results: dict[str, int], score: int) -> bool:
    others = [
        result >= (BASE_MATHS_MARK if work_id == BASE_MATHS else score)
        for work_id, result in results.items()
        if work_id != RUSSIAN_EGE
    ]
    return results[RUSSIAN_EGE] >= score and any(others)


def conduct_book(results: Results) -> Book:
    """Return how procedures went; a recheck finds the marks that pupils earned."""
    by_work = {sitting.work.work_id: sitting for sitting in results[YEAR]}
    rows: list[Row] = [list(CONDUCT_HEADINGS)]
    for case, work_id, *flags in CONDUCT:
        if not work_id:
            rows.append([*_who(case), "ОГЭ", None, None, *flags, None, None])
            continue
        sitting = by_work[work_id]
        own = sitting.school == POSITION[case]
        n_same = int((sitting.mark == sitting.honest_mark)[own].sum())
        work = sitting.work
        rows.append(
            [*_who(case), "ВПР", work.subject.name.lower(), work.design.grade, *flags,
             int(own.sum()), n_same]
        )  # fmt: skip
    return Book({SHEET: rows})


# --- pupils of schools -------------------------------------------------------------------------


def pupils_by_grade(population: Population, school: int) -> dict[int, int]:
    """Return pupils of every grade in the year; grades 1–3 share what the total leaves."""
    pupils = population.pupils
    grade = (YEAR - pupils.cohort)[pupils.school_in(YEAR) == school]
    stays = pupils.stays[pupils.school_in(YEAR) == school]
    taught = [
        one
        for one in range(PRIMARY_WITHOUT_WORKS[-1] + 1, LAST_GRADE + 1)
        if population.schools.has_grade(one)[school]
    ]
    counts = {
        one: int(((grade == one) & (stays | (one <= LAST_BASIC_GRADE))).sum()) for one in taught
    }
    rest = int(n_pupils(population, YEAR)[school]) - sum(counts.values())
    share, extra = divmod(rest, len(PRIMARY_WITHOUT_WORKS))
    return {one: share + (one <= extra) for one in PRIMARY_WITHOUT_WORKS} | counts


def oo1_rows(population: Population) -> list[Row]:
    """Return form ОО-1 as a long table: classes and pupils, the whole school and every grade."""
    schools = population.schools
    rows: list[Row] = [list(OO1_HEADINGS)]
    for school in np.flatnonzero(schools.exists(YEAR)).tolist():
        lines = OO1_LYCEUM_ROWS if schools.kind[school] == LYCEUM else OO1_ROWS
        by_grade = pupils_by_grade(population, school)
        classes = {grade: -(-n // CLASS_SIZE) for grade, n in by_grade.items()}
        for line, counts in zip(lines, (classes, by_grade), strict=True):
            address: Row = [schools.inn[school], OO1_YEAR, OO1_SECTION, line]
            rows.append([*address, OO1_TOTAL, sum(counts.values())])
            rows += [[*address, OO1_FIRST_GRADE - 1 + grade, n] for grade, n in counts.items() if n]
    return rows


def works_book(population: Population, rng: np.random.Generator) -> Book:
    """Return regional and municipal works: marks by the same abilities as everywhere."""
    pupils, schools = population.pupils, population.schools
    at_school = pupils.school_in(YEAR)
    rows: list[Row] = [list(WORK_HEADINGS)]
    for holder, title, subject, grade, day, sign in OFFICE_WORKS:
        taught = (schools.has_grade(grade) & schools.exists(YEAR))[at_school]
        listed = (YEAR - pupils.cohort == grade) & taught
        wrote = listed & (rng.random(listed.size) < WORK_TURNOUT)
        ability = pupils.ability + sign * pupils.lean + schools.quality[at_school, -1]
        drawn = WORK_MEAN + WORK_SLOPE * ability + rng.normal(0, WORK_NOISE, listed.size)
        score = np.clip(np.rint(drawn), 0, WORK_MAX).astype(int)
        mark = 2 + np.searchsorted(np.array(WORK_CUTS), score, side="right")
        for school in np.unique(at_school[wrote]).tolist():
            own = wrote & (at_school == school)
            marks = np.bincount(mark[own], minlength=6)[2:].tolist()
            rows.append(
                [*_who(CASES[school].case), holder, title, subject, grade, day, int(own.sum()),
                 *marks, round(float(score[own].mean()), 2), WORK_MAX]
            )  # fmt: skip
    return Book({SHEET: rows})


def adapted_book() -> Book:
    """Return what one school tells of its participants taught by adapted programmes."""
    rows = [[*_who(ADAPTED_CASE), *work] for work in ADAPTED_WORKS]
    return Book({SHEET: [list(ADAPTED_HEADINGS), *rows]})


# --- totals that the office and schools report --------------------------------------------------


def _teachers(tables: dict[str, list[Row]]) -> dict[str, tuple[int, int]]:
    """Login → teachers who answered and those of them with a diagnosis."""
    who = TEACHERS_HEADINGS.index("Логин в ФИС ОКО")
    done = TEACHERS_HEADINGS.index("Проходили ли Вы диагностику профессиональных дефицитов?")
    counts: dict[str, tuple[int, int]] = {}
    for row in tables[TEACHERS_FILE][1:]:
        n, n_diagnosed = counts.get(str(row[who]), (0, 0))
        counts[str(row[who])] = n + 1, n_diagnosed + (row[done] == "Да")
    return counts


def indicators_book(tables: dict[str, list[Row]]) -> Book:
    """Return indicators of the catalogue: of the territory and of two schools."""
    counts = _teachers(tables)
    rows: list[Row] = [list(INDICATOR_HEADINGS)]
    for code, title, *numbers in TERRITORY_INDICATORS:
        rows.append([code, title, None, None, SCHOOL_YEAR, *numbers])
    for case in DIAGNOSED_CASES:
        n, n_diagnosed = counts[login(case)]
        percent = f"{100 * n_diagnosed / n:.1f} %".replace(".", ",")
        rows.append(
            [DIAGNOSED_INDICATOR, "Доля учителей, прошедших диагностику дефицитов", *_who(case),
             n_diagnosed, n, percent]
        )  # fmt: skip
    return Book({SHEET: rows})


def totals_book(population: Population, tables: dict[str, list[Row]]) -> Book:
    """Return totals of surveys of pupils and teachers; satisfaction rises with quality."""
    teachers, pupils = _teachers(tables), n_pupils(population, YEAR)
    rows: list[Row] = [list(TOTALS_HEADINGS)]
    for case, alias in TOTALS_SCHOOLS:
        position = POSITION[case]
        school, name, year = _who(case)
        asked = {
            "обучающиеся": int(PUPILS_ASKED * pupils[position]),
            "педагоги": teachers[login(case)][0],
        }
        quality = float(population.schools.quality[position, -1])
        share = float(np.clip(SATISFIED_SHARE + SATISFIED_SLOPE * quality, 0, 1))
        for role, n in asked.items():
            rows.append(
                [None if alias else school, alias or name, year, role, QUESTIONS[role], n,
                 round(share * n)]
            )  # fmt: skip
    return Book({SHEET: rows})


def appeals_book(entries: dict[str, list[Entry]]) -> Book:
    """Return appeals: one granted, whose result the protocol already has, and one refused."""
    rows: list[Row] = [
        [f"Протокол проверки результатов государственной итоговой аттестации {YEAR} г."],
        [f"{REGION_CODE} - {REGION_NAME}"],
        [],
        *(list(row) for row in APPEAL_HEADINGS),
    ]
    own = [entry for entry in entries[APPEAL_WORK] if entry.school == POSITION[APPEAL_CASE]]
    for number, (entry, state) in enumerate(zip(own, (GRANTED, REJECTED), strict=False), start=1):
        label = f"{entry.grade}{CLASS_LETTERS[entry.class_no - 1]}"
        rows.append(
            [number, entry.code, label, str(STATION), f"{number:04d}", *pupil_name(entry.pupil),
             APPEAL_EXAM, state, str(entry.score), str(entry.result)]
        )  # fmt: skip
    return Book({PAGE: rows})


def office_files(
    population: Population,
    results: Results,
    entries: dict[str, list[Entry]],
    tables: dict[str, list[Row]],
    rng: np.random.Generator,
) -> Files:
    """Return the files of an office beside results and forms.

    Parameters
    ----------
    population : Population
        The demo municipality.
    results : dict of int to list of Sitting
        All works by year.
    entries : dict of str to list of Entry
        Participants of ОГЭ and ЕГЭ by work.
    tables : dict of str to list of rows
        Forms that are CSV, before dirt.
    rng : Generator
        Draws the regional and municipal works.

    Returns
    -------
    dict
        Path from the demo folder → book or bytes; form ОО-1 is apart (:func:`oo1_rows`).
    """
    return {
        **settings_files(),
        REGISTERS_FILE: registers_book(population, results),
        BIAS_FILE: bias_book(),
        MEDALS_FILE: medals_book(entries),
        CONDUCT_FILE: conduct_book(results),
        WORKS_FILE: works_book(population, rng),
        ADAPTED_FILE: adapted_book(),
        INDICATORS_FILE: indicators_book(tables),
        TOTALS_FILE: totals_book(population, tables),
        APPEALS_FILE: appeals_book(entries),
    }
