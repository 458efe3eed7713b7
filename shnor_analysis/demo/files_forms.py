"""Forms: context of schools, social passport, parents, expert cards, teachers, roadmap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shnor_analysis.demo.cases import CASES, LYCEUM
from shnor_analysis.demo.files_fisoko import MUNICIPALITY_ID
from shnor_analysis.demo.region import (
    DEMO_MUNICIPALITY_NAME,
    REGION_CODE,
    REGION_NAME,
    Population,
    n_pupils,
)
from shnor_analysis.demo.results import Sitting
from shnor_analysis.demo.workbook import Book, Cell, Files, Row, csv_bytes

CONTEXT_FILE = "{year}/Контекст/Сбор контекстных данных об ОО.xlsx"
PASSPORT_FILE = "2025/Анкеты/Социальный паспорт ШНСУ (Ответы) - Ответы на форму (1).csv"
PARENTS_FILE = "2025/Анкеты/Анкета удовлетворенности родителей (Ответы).csv"
TEACHERS_FILE = "2025/Анкеты/Диагностика дефицитов учителей (Ответы) - Ответы на форму (1).csv"
CARD_FILE = "2025/Экспертные карты/Экспертная карта_{login}_2024-2025.xlsx"
ROADMAP_FILE = "2025/Дорожная карта по поддержке школ.xlsx"
CONTEXT_YEARS = (2023, 2025)
FORM_YEAR = 2025
# Schools whose heads filled expert cards, and how much each card claims beyond the data.
CARD_CASES = {"large_low_results": 4, "small_low_results": 0, "disadvantaged_and_low": 2}

OLDER_PUPILS_AGE = 16
GENERAL_SHEET, TEACHING_SHEET = "Общая информация об ОО", "ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО"
_COMMON: Row = [
    "Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "№",
]  # fmt: skip
GENERAL_HEADINGS: Row = [
    *_COMMON,
    "1. ПОЛНОЕ наименование ОО (по уставу)",
    "2. СОКРАЩЕННОЕ наименование ОО (при наличии) (по уставу)",
    "3. ФИО директора (полностью)",
    "4. Телефон ОО (с указанием кода города)",
    "5. Электронная почта (email) ОО",
    "6. ИНН",
    "7. Код ОГЭ",
    "8. Код ЕГЭ",
    "9. Статус организации.",
    "10. У ОО есть филиалы?",
    "11. Организационно-правовая форма организации",
    "12. Индекс местонахождения ОО",
    "13. Адрес ОО (населенный пункт, улица, дом)",
    "14. Где расположена образовательная организация?",
    "15. Каков размер населенного пункта, в котором расположена ОО?",
    "16. Какое из утверждений о возможности добраться общественным транспортом до ближайшего "
    "крупного города (численностью более 100 000 человек) наилучшим образом описывает положение "
    "ОО?",
]
# The form of 2022; the school year and the years of birth in the questions move every year.
TEACHING_QUESTIONS: tuple[str, ...] = (
    "17.1. Организация осуществляет образовательную деятельность по адаптированным "
    "образовательным программам (АОП)?",
    "17.2. ОО является отдельной организацией, осуществляющей образовательную деятельность по АОП "
    "(например, специальной (коррекционной) ОО?",
    "17.3. Образование обучающихся по АОП организовано в отдельных классах/группах?",
    "17.4. Образование обучающихся по АОП организовано совместно с другими обучающимися?",
    "18. На каких языках осуществляется образовательная деятельность в организации?",
    "19.1. Ведется ли в ОО углубленное изучение отдельных предметов?",
    "19.2. Есть ли предметы, углубленное изучение которых начинается с классов начальной школы "
    "(1–4 классов)?",
    "19.3. Есть ли предметы, углубленное изучение которых начинается с классов основной школы "
    "(5–9 классов)?",
    "19.4. Есть ли предметы, углубленное изучение которых начинается с классов средней школы "
    "(10–11 классов)?",
    "20. Укажите количество обучающихся в ОО в {school_year} учебном году (в сумме по всем "
    "классам/курсам)",
    "21. Общее количество обучающихся в {school_year} учебном году {older} года рождения",
    "22. Количество обучающихся в {school_year} учебном году {older} г. р., обучающихся по АОП, с "
    "ограниченными возможностями здоровья и/или инвалидов (всего)",
    "23. Общее количество обучающихся в {school_year} учебном году {younger} года рождения",
    "24. Количество обучающихся в {school_year} учебном году {younger} г. р., обучающихся по АОП, "
    "с ограниченными возможностями здоровья и/или инвалидов (всего)",
    "25. Сколько всего в ОО учителей/преподавателей?",
    "26. Сколько в ОО учителей, преподающих в 5–9 классах?",
    "27. Сколько всего в ОО учителей/преподавателей первой и высшей категорий?",
)
TOWN_ANSWERS = ("3) Город", "4) 15–50 тыс. человек", "1) Можно доехать менее чем за час")
VILLAGE_ANSWERS = (
    "4) Населенный пункт сельского типа (село, деревня, посёлок)",
    "1) Менее 1 тыс. человек",
    "3) Можно доехать за два часа и более",
)

PASSPORT_HEADINGS: Row = [
    "Отметка времени",
    "Адрес электронной почты",
    "Наименование муниципалитета",
    "Наименование образовательной организации (по уставу)",
    "Логин в ФИС ОКО",
    "Общая численность обучающихся (чел.)",
    "Количество обучающихся, состоящих на учете в ОДН (чел.)",
    "Количество обучающихся, состоящих на учете в КДН (чел.)",
    "Количество обучающихся, состоящих на внутришкольном учете (чел.)",
    "Количество обучающихся из семей мигрантов и/или владеющих государственным русским языком на "
    "низком уровне (чел.)",
    "Количество обучающихся, неаттестованных (не прошедших промежуточную аттестацию) по итогам "
    "учебного года (чел.)",
    "Количество обучающихся, имеющих систематические пропуски занятий по неуважительной причине "
    "(чел.)",
    "Количество обучающихся с ЗПР, умственной отсталостью, обучающихся по ООП (подтверждено ПМПК) "
    "(чел.)",
    "Количество обучающихся из многодетных семей",
    "Количество обучающихся из неполных семей",
    "Количество обучающихся из малообеспеченных семей",
    "Количество детей-сирот и детей, оставшихся без попечения родителей",
    "Количество детей-инвалидов",
    "Отдаленность школы от других образовательных центров, транспортная недоступность (да/нет)",
    "Малокомплектная школа (да/нет)",
    "Наличие дефицита базовой инфраструктуры, устойчивого доступа в интернет и достаточного "
    "количества компьютерной техники (да/нет)",
    "Неукомплектованность штата педагогическими кадрами, в том числе специалистами (психолог, "
    "логопед, дефектолог, социальный педагог) (да/нет)",
    "Какие специалисты отсутствуют?",
    "Приостановление или лишение государственной аккредитации (да/нет)",
]
# Share of pupils at average context and how it grows with one SD of adversity (log scale).
PASSPORT_SHARES = (
    (0.008, 0.6), (0.007, 0.6), (0.020, 0.5), (0.020, 0.5), (0.010, 0.5), (0.010, 0.6),
    (0.025, 0.4), (0.150, 0.3), (0.200, 0.3), (0.120, 0.5), (0.015, 0.4), (0.015, 0.2),
)  # fmt: skip
# The only school that answers «да»: it is low by every other indicator too.
WITHOUT_ACCREDITATION = "991211"
SMALL_SCHOOL, HARD_CONTEXT, VERY_HARD_CONTEXT = 100, 0.9, 1.3
SPECIALISTS = ("психолог", "логопед", "дефектолог", "социальный педагог")

PARENTS_HEADINGS: Row = [
    "Отметка времени",
    "Выберите школу",
    "Класс",
    "Удовлетворены ли Вы качеством образования в школе?",
    "Насколько Вы удовлетворены организацией образовательного процесса? [Качество преподавания]",
    "Насколько Вы удовлетворены организацией образовательного процесса? [Объективность оценивания]",
    "Ваши предложения",
]
PARENT_ANSWERS = ("Нет", "Скорее нет", "Затрудняюсь ответить", "Скорее да", "Да")
PARENT_COMMENTS = (
    None, None, None, None, "больше кружков", "нужен учитель математики", "всё хорошо",
)  # fmt: skip
PARENT_SHARE, PARENTS_AT_MOST = 0.10, 40

TEACHERS_HEADINGS: Row = [
    "Отметка времени",
    "Выберите школу",
    "Логин в ФИС ОКО",
    "Преподаваемый предмет",
    "Возраст",
    "Педагогический стаж",
    "Квалификационная категория",
    "Проходили ли Вы диагностику профессиональных дефицитов?",
    "Название диагностики",
    "Дата диагностики",
    "Результат диагностики (баллов)",
    "Максимальный балл диагностики",
    "Уровень профессиональных дефицитов",
    "Выявленные дефициты",
    "Разработан ли индивидуальный образовательный маршрут (ИОМ)?",
    "Количество часов повышения квалификации за 3 года",
    "Тема последнего курса повышения квалификации",
]
AGES = ("до 25 лет", "25–34", "35–44", "45–54", "55–64", "65 и старше")
EXPERIENCE = ("до 3 лет", "3–5 лет", "6–10 лет", "11–20 лет", "более 20 лет")
CATEGORIES = ("высшая", "первая", "соответствие занимаемой должности", "нет категории")
# Shares of teachers with a diagnosis and, of those, with a route; below the cuts: deficits.
DIAGNOSED_SHARE, ROUTE_SHARE, HIGH_DEFICIT, MIDDLE_DEFICIT = 0.75, 0.6, 15, 21
DIAGNOSTIC, DIAGNOSTIC_MAX = "Диагностика предметных и методических компетенций", 30
DEFICITS = ("методика обучения", "предметные знания", "оценивание", "работа с текстом",
            "работа с обучающимися с ОВЗ")  # fmt: skip
COURSES = ("подготовка к ГИА", "функциональная грамотность", "обновлённые ФГОС", "оценивание")
TEACHER_SUBJECTS = ("русский язык", "математика", "начальные классы")

_FACT, _SHARE80 = "факт наличия - 1 балл", "не менее 80% - 1 балл"
_SOURCE = "Данные мониторингов и материалы самообследования"
_LESS = "Положительная динамика (уменьшение доли) обучающихся, не преодолевших минимальный порог"
_ROUTES = "которыми разработаны и реализуются индивидуальные образовательные маршруты"
CARD_ITEMS = (
    ("1", f"{_LESS} по русскому языку на ЕГЭ (ГВЭ)", _FACT, ("ege", "rus", 11, "below")),
    ("1", f"{_LESS} по математике на ЕГЭ (ГВЭ)", _FACT, ("ege", "math", 11, "below")),
    ("1", f"{_LESS} по русскому языку на ОГЭ", _FACT, ("oge", "rus", 9, "below")),
    ("1", f"{_LESS} по математике на ОГЭ", _FACT, ("oge", "math", 9, "below")),
    ("1", "Положительная динамика результатов ВПР по русскому языку, 5 класс", _FACT,
     ("vpr", "rus", 5, "below")),
    ("1", "Положительная динамика результатов ВПР по русскому языку, 6 класс", _FACT,
     ("vpr", "rus", 6, "below")),
    ("1", "Положительная динамика результатов ВПР по математике 5 класс", _FACT,
     ("vpr", "math", 5, "below")),
    ("1", "Положительная динамика результатов ВПР по математике 6 класс", _FACT,
     ("vpr", "math", 6, "below")),
    ("1", "Положительная динамика высоких результатов ЕГЭ по математике", _FACT,
     ("ege", "math", 11, "high")),
    ("1", "Положительная динамика высоких результатов ЕГЭ по русскому языку", _FACT,
     ("ege", "rus", 11, "high")),
    ("1", "Положительная динамика высоких результатов ОГЭ по математике", _FACT,
     ("oge", "math", 9, "high")),
    ("1", "Положительная динамика высоких результатов ОГЭ по русскому языку", _FACT,
     ("oge", "rus", 9, "high")),
    ("2", f"Доля педагогических работников (русский язык), {_ROUTES}", _SHARE80, None),
    ("2", f"Доля педагогических работников (математика), {_ROUTES}", _SHARE80, None),
    ("2", "Участие в диагностических исследованиях", _FACT, None),
    ("2", "Наличие годового плана методической работы с учетом результатов диагностических "
     "исследований", _FACT, None),
    ("4", "Участие в реализации моделей адресного наставничества", _FACT, None),
)  # fmt: skip
CARD_HEADINGS: Row = [
    "Направления оценки", "Показатели, обеспечивающие оценку", "Методики оценки",
    "Источники получения информации", "Значение", "Баллы (самооценка ОО)", "Баллы (МИМЦ)",
    "Ссылка на подтверждающие документы",
]  # fmt: skip
HIGH_EGE, HIGH_MARK = 81, 5

ROADMAP_TITLE = (
    "Дорожная карта по поддержке школ с низкими образовательными результатами на 2025/26 год"
)
ROADMAP_HEADINGS: Row = [
    "№ п/п", "Мероприятие (содержание деятельности)", "Сроки", "Форма представления отчета",
    "Ответственные",
]  # fmt: skip
_OFFICE = "Управление образования"
_METHODISTS = "Муниципальный методический центр"
ROADMAP: tuple[Row, ...] = (
    ["1. Анализ результатов"],
    ["1.1", "Утверждение перечня школ с низкими результатами", "сентябрь 2025", "Приказ", _OFFICE],
    ["1.2", "Анализ результатов ВПР, ОГЭ и ЕГЭ по школам перечня", "до 15 октября 2025",
     "Аналитическая справка", _METHODISTS],
    ["1.3", "Перепроверка работ ВПР в школах с признаками необъективности", "ноябрь 2025", "Акт",
     _OFFICE],
    ["2. Работа с педагогами"],
    ["2.1", "Диагностика профессиональных дефицитов учителей математики", "октябрь 2025",
     "Сводная таблица", _METHODISTS],
    ["2.2", "Разработка индивидуальных образовательных маршрутов", "до 01.12.2025",
     "Маршруты", "Школы перечня"],
    ["2.3", "Семинар «Как учить решать задачи»", "в течение учебного года", "Программа, отзывы",
     _METHODISTS],
    ["3. Наставничество и ресурсы"],
    ["3.1", "Заключение договоров о наставничестве между школами", "октябрь – ноябрь 2025",
     "Договоры", "Директора школ"],
    ["3.2", "Консультации директоров школ перечня", "ежеквартально", "Журнал консультаций",
     _OFFICE],
    ["3.3", "Отчёт о выполнении дорожной карты", "июнь 2026", "Отчёт", _METHODISTS],
)  # fmt: skip


@dataclass(frozen=True)
class CardClaim:
    """One item of one expert card: what the data say and what the head claims."""

    school_id: str
    item: int
    fact: bool | None
    claimed: int


def teaching_headings(year: int) -> Row:
    """Return the headings of the second sheet of the context form of an assessment year."""
    years = {
        "school_year": f"{year - 1}/{year}",
        "older": year - OLDER_PUPILS_AGE,
        "younger": year - OLDER_PUPILS_AGE + 1,
    }
    return [*_COMMON, *(question.format(**years) for question in TEACHING_QUESTIONS)]


def context_book(population: Population, year: int) -> Book:
    """Return the context form of the schools that work in a year (layout of 2022)."""
    schools = population.schools
    counts = n_pupils(population, year)
    general: list[Row] = [list(GENERAL_HEADINGS)]
    teaching: list[Row] = [teaching_headings(year)]
    for position in np.flatnonzero(schools.exists(year)).tolist():
        login = f"edu{schools.school_id[position]}"
        name, number = schools.name[position], len(general)
        common: Row = [
            login, int(REGION_CODE), f"reg{REGION_CODE}0000 | {REGION_NAME}",
            f"{MUNICIPALITY_ID} | {DEMO_MUNICIPALITY_NAME}", f"{login} | {name}",
            f"{10 + number % 15:02d}.10.{year - 1} 1{number % 10}:0{number % 6}:19", number,
        ]  # fmt: skip
        answers = VILLAGE_ANSWERS if schools.is_rural[position] else TOWN_ANSWERS
        general.append(
            [*common, _full_name(name), name, "Директоров Имя Отчество",
             f"+7 (000) 000-00-{number:02d}", f"school{number:02d}@example.org",
             schools.inn[position],
             _number(schools.oge_code[position]), _number(schools.ege_code[position]),
             "Муниципальное бюджетное учреждение", "Нет", "Учреждение", "000000",
             f"{_place(name)}, ул. Школьная, д. {number}", *answers]
        )  # fmt: skip
        n = int(counts[position])
        teaching.append([*common, *_teaching_answers(population, position, n)])
    return Book({GENERAL_SHEET: general, TEACHING_SHEET: teaching})


def _number(code: str | None) -> Cell:
    return None if code is None else int(code)


def _full_name(name: str) -> str:
    long = {"МБОУ": "Муниципальное бюджетное", "МКОУ": "Муниципальное казённое",
            "МАОУ": "Муниципальное автономное"}  # fmt: skip
    return f"{long[name[:4]]} общеобразовательное учреждение {name[5:]}"


def _place(name: str) -> str:
    text = name.split("«")[1].rstrip("»")
    if "Примерска" in text:
        return "г. Примерск"
    return " ".join(text.split()[1:])


def _teaching_answers(population: Population, position: int, n: int) -> Row:
    n_teachers = 4 + n // 12
    is_lyceum = population.schools.kind[position] == LYCEUM
    return [
        "Да", "Нет", "Нет", "Да", "Русский", "Да" if is_lyceum else "Нет", "Нет",
        "Да" if is_lyceum else "Нет", "Да" if is_lyceum else "Нет", n, n // 10, n // 80,
        n // 11, n // 90, n_teachers, (2 * n_teachers + 2) // 3, n_teachers // 2,
    ]  # fmt: skip


def passport_rows(population: Population, rng: np.random.Generator) -> list[Row]:
    """Return the answers to the social passport, one per school, in the order of answering."""
    schools, counts = population.schools, n_pupils(population, FORM_YEAR)
    rows: list[Row] = [list(PASSPORT_HEADINGS)]
    for position in np.flatnonzero(schools.exists(FORM_YEAR)).tolist():
        n, adversity = int(counts[position]), float(schools.adversity[position])
        shares = [min(share * np.exp(slope * adversity), 0.9) for share, slope in PASSPORT_SHARES]
        values = [str(int(rng.binomial(n, share))) for share in shares]
        short_of_staff = adversity > HARD_CONTEXT
        flags = [
            bool(schools.is_rural[position] and adversity > HARD_CONTEXT),
            n < SMALL_SCHOOL,
            adversity > VERY_HARD_CONTEXT,
            short_of_staff,
        ]
        absent = ", ".join(SPECIALISTS[: 1 + position % 3]) if short_of_staff else None
        rows.append(
            [f"{7 + position // 3:02d}.10.2024 {9 + position % 8}:{10 + position:02d}:33",
             f"school{position + 1:02d}@example.org", DEMO_MUNICIPALITY_NAME,
             schools.name[position], f"edu{schools.school_id[position]}", str(n), *values,
             *("да" if flag else "нет" for flag in flags), absent,
             "да" if schools.school_id[position] == WITHOUT_ACCREDITATION else "нет"]
        )  # fmt: skip
    return rows


def parents_rows(population: Population, rng: np.random.Generator) -> list[Row]:
    """Return parents' answers; satisfaction falls with context and rises with quality."""
    schools, counts = population.schools, n_pupils(population, FORM_YEAR)
    rows: list[Row] = []
    for position in np.flatnonzero(schools.exists(FORM_YEAR)).tolist():
        n = min(int(counts[position] * PARENT_SHARE) + 1, PARENTS_AT_MOST)
        mood = 0.6 * float(schools.quality[position, -1]) + 0.6
        for _ in range(n):
            felt = rng.normal(mood, 0.8, 3)
            answer = PARENT_ANSWERS[int(np.clip(np.rint(felt[0] + 2.2), 0, 4))]
            teaching, fairness = np.clip(np.rint(felt[1:] + 3), 1, 5).astype(int).tolist()
            comment = PARENT_COMMENTS[int(rng.integers(0, len(PARENT_COMMENTS)))]
            grade = int(rng.integers(4, 10))
            rows.append([schools.name[position], grade, answer, teaching, fairness, comment])
    order = rng.permutation(len(rows)).tolist()
    stamped: list[Row] = [list(PARENTS_HEADINGS)]
    for place, i in enumerate(order):
        stamp = f"{1 + place * 28 // len(rows):02d}.03.2025 {8 + place % 12}:{place % 60:02d}:00"
        stamped.append([stamp, *rows[i]])
    return stamped


def teachers_rows(population: Population, rng: np.random.Generator) -> list[Row]:
    """Return teachers' answers; a teacher has no name in the form."""
    schools, counts = population.schools, n_pupils(population, FORM_YEAR)
    rows: list[Row] = [list(TEACHERS_HEADINGS)]
    for position in np.flatnonzero(schools.exists(FORM_YEAR)).tolist():
        adversity = float(schools.adversity[position])
        for place in range(2 + int(counts[position]) // 80):
            diagnosed = rng.random() < DIAGNOSED_SHARE
            score = int(np.clip(rng.normal(19 - 2 * adversity, 4), 3, DIAGNOSTIC_MAX))
            is_high, is_middle = score < HIGH_DEFICIT, score < MIDDLE_DEFICIT
            level = "высокий" if is_high else "средний" if is_middle else "низкий"
            found = rng.permutation(len(DEFICITS))[: 1 + is_middle + is_high]
            details: Row = (
                [DIAGNOSTIC, f"{5 + place % 20:02d}.11.2024", score, DIAGNOSTIC_MAX, level,
                 ", ".join(DEFICITS[i] for i in sorted(found.tolist()))]
                if diagnosed else [None] * 6
            )  # fmt: skip
            rows.append(
                [f"{10 + place % 15:02d}.12.2024 1{place % 10}:{10 + position:02d}:00",
                 schools.name[position], f"edu{schools.school_id[position]}",
                 TEACHER_SUBJECTS[place % len(TEACHER_SUBJECTS)],
                 AGES[int(rng.integers(0, len(AGES)))],
                 EXPERIENCE[int(rng.integers(0, len(EXPERIENCE)))],
                 CATEGORIES[int(rng.integers(0, len(CATEGORIES)))],
                 "Да" if diagnosed else "Нет", *details,
                 "Да" if diagnosed and rng.random() < ROUTE_SHARE else "Нет",
                 int(rng.choice([0, 16, 36, 72, 108])), COURSES[int(rng.integers(0, len(COURSES)))]]
            )  # fmt: skip
    return rows


def card_claims(population: Population, sittings: dict[int, list[Sitting]]) -> list[CardClaim]:
    """Return what every expert card claims beside what the data of two years say."""
    claims = []
    names = [case.case for case in CASES]
    for case, extra in CARD_CASES.items():
        position = names.index(case)
        school_id = population.schools.school_id[position]
        left = extra
        for item, (_, _, _, measure) in enumerate(CARD_ITEMS):
            if measure is None:
                claims.append(CardClaim(school_id, item, None, int(item % 3 != 1 or extra > 0)))
                continue
            fact = _improved(sittings, position, measure)
            overclaim = fact is False and left > 0
            left -= overclaim
            claims.append(CardClaim(school_id, item, fact, int(bool(fact) or overclaim)))
    return claims


def _improved(
    sittings: dict[int, list[Sitting]], position: int, measure: tuple[str, str, int, str]
) -> bool | None:
    """Say whether a share became better from the previous year; None without participants."""
    procedure, subject, grade, kind = measure
    shares = []
    for year in (FORM_YEAR - 1, FORM_YEAR):
        for sitting in sittings[year]:
            design = sitting.work.design
            if (design.procedure, design.subject, design.grade) != (procedure, subject, grade):
                continue
            rows = sitting.school == position
            if not rows.any():
                return None
            if kind == "below":
                shares.append(-float(sitting.is_below[rows].mean()))
            elif design.scaled:
                shares.append(float((sitting.scaled[rows] >= HIGH_EGE).mean()))
            else:
                shares.append(float((sitting.mark[rows] == HIGH_MARK).mean()))
    return shares[1] > shares[0]


def card_book(population: Population, school_id: str, claims: list[CardClaim]) -> Book:
    """Return one expert card with its 17 items and the total."""
    schools = population.schools
    position = schools.school_id.index(school_id)
    rows: list[Row] = [
        ["ЭКСПЕРТНАЯ КАРТА"],
        ["ОО:", schools.name[position], "Логин:", f"edu{school_id}", "Отчетный период:",
         "2024/2025"],
        list(CARD_HEADINGS),
    ]  # fmt: skip
    for claim, (direction, text, method, measure) in zip(claims, CARD_ITEMS, strict=True):
        if method == _SHARE80:
            value = "85%" if claim.claimed else "50%"
        elif measure is not None and claim.fact is None:
            value = "нет данных"
        else:
            value = "да" if claim.claimed else "нет"
        link = f"https://example.org/{school_id}/doc{claim.item + 1}"
        expert = claim.claimed if claim.fact is None else int(claim.fact)
        rows.append([direction, text, method, _SOURCE, value, claim.claimed, expert, link])
    first = len(rows) - len(CARD_ITEMS)
    totals = [sum(int(row[c] or 0) for row in rows[first:]) for c in (5, 6)]
    rows.append([None, "ИТОГО (макс. 17)", None, None, None, *totals])
    return Book({"Экспертная карта": rows})


def form_files(
    population: Population, claims: list[CardClaim], rng: np.random.Generator
) -> tuple[Files, dict[str, list[Row]]]:
    """Return the forms.

    Returns
    -------
    files : dict
        Path → workbook.
    tables : dict
        Path → rows of a CSV form, before it becomes bytes: dirt is put into the rows.
    """
    files: Files = {
        CONTEXT_FILE.format(year=year): context_book(population, year) for year in CONTEXT_YEARS
    }
    for school_id in sorted({claim.school_id for claim in claims}):
        own = [claim for claim in claims if claim.school_id == school_id]
        files[CARD_FILE.format(login=f"edu{school_id}")] = card_book(population, school_id, own)
    roadmap: list[Row] = [[ROADMAP_TITLE], [], list(ROADMAP_HEADINGS), *(list(r) for r in ROADMAP)]
    files[ROADMAP_FILE] = Book({"Дорожная карта": roadmap})
    tables = {
        PASSPORT_FILE: passport_rows(population, rng),
        PARENTS_FILE: parents_rows(population, rng),
        TEACHERS_FILE: teachers_rows(population, rng),
    }
    return files, tables


def form_csv(rows: list[Row]) -> bytes:
    """Return a Google form as its CSV export."""
    return csv_bytes(rows)
