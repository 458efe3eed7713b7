"""Contracts of what schools and offices report: context, staff, surveys, cards, journals, plans."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.codes import (
    CONTEXT_INDICATORS,
    CONTEXT_SOURCES,
    DIAGNOSTIC_PROCEDURES,
    PROCEDURES,
)
from shnor_analysis.tables.common import (
    ASSESSMENT_YEAR,
    GROUP_ITEM_REPORTS,
    PROVENANCE,
    SCHOOL_ID,
    WORK_ID,
)
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

CONTEXT_UNITS = ("person", "share", "yes_no", "ordinal", "count")
PERIODS = ("q1", "q2", "q3", "q4", "h1", "h2", "t1", "t2", "t3", "year", "final")
MARK_STATUSES = ("mark", "not_assessed", "exempt", "pass", "fail", "absent")
ROLES = ("parent", "student", "teacher", "head")
SURVEY_SCALES = ("yes_no", "agreement", "points", "choice", "text")
CATEGORIES = ("high", "first", "position", "none")
AGE_BANDS = ("до 25", "25–34", "35–44", "45–54", "55–64", "65 и более")
EXPERIENCE_BANDS = ("до 3", "3–5", "6–10", "11–20", "21 и более")
DEFICIT_LEVELS = ("high", "middle", "low", "none")
REGISTERS = ("low_results", "adverse_conditions", "objectivity", "mentor")
REGISTER_STATUSES = ("in", "watch", "out")
MEASURE_STATUSES = ("planned", "in_progress", "done", "late", "dropped")

_MARK = pa.Check.isin([2, 3, 4, 5])
_GRADE = pa.Check.in_range(1, 12)

GROUP_ITEMS = Contract(
    "group_items",
    "Сводные отчёты ФИС ОКО по баллам, заданиям и умениям",
    "одна группа участников × одна строка отчёта: балл, задание или умение",
    ("work_id", "report", "group_level", "group_id", "item"),
    {
        **WORK_ID,
        "report": choice(
            "Отчёт",
            GROUP_ITEM_REPORTS,
            "распределение первичных баллов; выполнение заданий; выполнение заданий группами по "
            "отметкам; достижение планируемых результатов",
        ),
        "group_level": choice("Уровень группы", ("country", "region", "municipality", "school")),
        "group_id": text("Группа", "код школы, муниципалитета, название региона или «Вся выборка»"),
        "group_name": text("Название группы"),
        "item": text(
            "Показатель",
            "балл «17»; задание «9.1»; отметка и задание «2|9.1»; номер и текст умения",
        ),
        "max_score": count("Максимальный балл", "за задание или умение", nullable=True),
        "n_participants": count("Участников", nullable=True),
        "value_share": share("Доля", "участников с баллом либо доля от максимума задания"),
        **PROVENANCE,
    },
)

PARTICIPATION = Contract(
    "participation",
    "Участие в работах",
    "одна школа × одна работа × один источник",
    ("school_id", "work_id", "source_file", "source_sheet"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "n_listed": count("Внесено в протокол", "все строки участников, с отсутствовавшими"),
        "n_present": count("Писали работу"),
        "n_absent": count("Отсутствовали"),
        "source_file": text("Файл", "путь от папки территории"),
        "source_sheet": text("Лист", "для CSV пусто"),
        "source_row": count("Строка", "первая строка школы"),
    },
)

OBJECTIVITY_LIST = Contract(
    "objectivity_list",
    "Перечень школ с признаками необъективности",
    "одна школа × один год × один предмет и класс; пусто и 0 в файле — признака нет",
    ("assessment_year", "school_id", "subject", "grade"),
    {
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "subject": text("Предмет", "код из methodology/subjects.csv"),
        "grade": column(INTEGER, "Класс", checks=_GRADE),
        "has_sign": flag("Признак", "есть в перечне; требует проверки"),
        **PROVENANCE,
    },
)

CONTEXT = Contract(
    "context",
    "Условия работы школ",
    "одна школа × один год × один показатель × один источник",
    ("school_id", "assessment_year", "indicator", "source"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "indicator": choice("Показатель", CONTEXT_INDICATORS),
        "value": number("Значение", "человек, доля 0–1, да = 1 и нет = 0, номер ответа"),
        "unit": choice("Единица", CONTEXT_UNITS),
        "source": choice(
            "Источник",
            CONTEXT_SOURCES,
            "форма ОО-1; анкета об ОО в ФИС ОКО; социальный паспорт. При расхождении верят им в "
            "этом порядке, хранятся все",
        ),
        "reported_at": text("Когда сообщено", "ГГГГ-ММ-ДД", nullable=True),
        **PROVENANCE,
    },
)

OO1_VALUES = Contract(
    "oo1_values",
    "Форма ОО-1",
    "одна школа × один год × раздел × строка × графа",
    ("school_id", "assessment_year", "section", "row_code", "column_code"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "section": text("Раздел", "как в бланке: 2.1.1"),
        "row_code": text("Строка бланка", "две цифры: 01"),
        "column_code": text("Графа бланка"),
        "value": number("Значение"),
        **PROVENANCE,
    },
)

TEACHERS = Contract(
    "teachers",
    "Учителя",
    "один учитель одной школы в одном году; имени нет",
    ("school_id", "assessment_year", "teacher_id"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "teacher_id": text("Учитель", "ключевой отпечаток, не имя"),
        "subject": text("Предмет", "код из subjects.csv", nullable=True),
        "subject_name": text("Предмет в файле", nullable=True),
        "age_band": choice("Возраст", AGE_BANDS, "полных лет", nullable=True),
        "experience_band": choice(
            "Педагогический стаж", EXPERIENCE_BANDS, "полных лет", nullable=True
        ),
        "category": choice(
            "Категория",
            CATEGORIES,
            "высшая, первая, соответствие занимаемой должности, нет",
            nullable=True,
        ),
        "is_diagnosed": flag("Прошёл диагностику дефицитов", nullable=True),
        "diagnosed_on": text("Дата диагностики", "ГГГГ-ММ-ДД", nullable=True),
        "diagnostic_score": number("Балл диагностики", nullable=True),
        "diagnostic_max": number("Максимум диагностики", nullable=True),
        "deficit_level": choice("Уровень дефицитов", DEFICIT_LEVELS, nullable=True),
        "deficits": text("Выявленные дефициты", "через «; »", nullable=True),
        "has_route": flag("Есть индивидуальный маршрут", nullable=True),
        "training_hours": count("Часов повышения квалификации", nullable=True),
        "training_topic": text("Тема курса", nullable=True),
        **PROVENANCE,
    },
)

SURVEY_ANSWERS = Contract(
    "survey_answers",
    "Ответы на анкеты",
    "один ответивший × один вопрос; свободный текст не хранится",
    ("survey_id", "respondent_id", "item"),
    {
        "survey_id": text("Анкета", "отпечаток заголовков файла"),
        "respondent_id": text("Ответивший", "отпечаток строки, не имя"),
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "role": choice("Кто отвечал", ROLES, nullable=True),
        "item": text("Вопрос", "заголовок столбца"),
        "answer": text("Ответ", "из ответов на вопрос с выбором"),
        "answer_number": number("Ответ числом", "оценка либо номер на шкале", nullable=True),
        "scale": choice("Шкала", SURVEY_SCALES),
        **PROVENANCE,
    },
)

SURVEY_TOTALS = Contract(
    "survey_totals",
    "Итоги анкетирования",
    "одна школа × один год × кто отвечал × один вопрос",
    ("school_id", "assessment_year", "role", "item"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "role": choice("Кто отвечал", ROLES),
        "item": text("Вопрос"),
        "n_answered": count("Ответили"),
        "n_satisfied": count("Удовлетворены", "ответили «да» и «скорее да»"),
        **PROVENANCE,
    },
)

EXPERT_CARDS = Contract(
    "expert_cards",
    "Экспертные карты",
    "одна школа × один год × один показатель карты",
    ("school_id", "assessment_year", "indicator_id"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "indicator_id": text("Показатель", "номер из methodology/expert_card.csv"),
        "value_text": text("Значение в карте", nullable=True),
        "value_number": number("Значение числом", "доля 0–1 или число", nullable=True),
        "score_self": count("Балл школы", nullable=True),
        "score_expert": count("Балл эксперта", nullable=True),
        "has_evidence": flag("Есть ссылка на документ"),
        **PROVENANCE,
    },
)

JOURNAL_MARKS = Contract(
    "journal_marks",
    "Отметки электронного журнала",
    "один ученик × один предмет × один период",
    ("school_id", "assessment_year", "period", "class_label", "subject_name", "pupil_id"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "period": choice("Период", PERIODS, "четверти, полугодия, триместры, год, итог"),
        "class_label": text("Класс"),
        "subject": text("Предмет", "код из subjects.csv", nullable=True),
        "subject_name": text("Предмет в журнале"),
        "pupil_id": text("Ученик", "ключевой отпечаток, не имя"),
        "mark": column(INTEGER, "Отметка", checks=_MARK, nullable=True),
        "status": choice(
            "Что стоит",
            MARK_STATUSES,
            "отметка; не аттестован; освобождён; зачёт; незачёт; пропуск",
        ),
        **PROVENANCE,
    },
)

JOURNAL_SUMMARIES = Contract(
    "journal_summaries",
    "Сводки электронного журнала",
    "одна школа × один класс × один предмет × один период",
    ("school_id", "assessment_year", "period", "class_label", "subject_name"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "period": choice("Период", PERIODS),
        "class_label": text("Класс"),
        "subject": text("Предмет", "код из subjects.csv", nullable=True),
        "subject_name": text("Предмет в журнале"),
        "n_pupils": count("Обучающихся"),
        "n_mark_5": count("Отметок «5»"),
        "n_mark_4": count("Отметок «4»"),
        "n_mark_3": count("Отметок «3»"),
        "n_mark_2": count("Отметок «2»"),
        "n_not_assessed": count("Не аттестованы"),
        "success_share": share("Успеваемость в файле", nullable=True),
        "quality_share": share("Качество в файле", nullable=True),
        **PROVENANCE,
    },
)

DIAGNOSTIC_WORKS = Contract(
    "diagnostic_works",
    "Региональные, муниципальные и школьные диагностические работы",
    "одна школа × одна работа",
    ("school_id", "assessment_year", "procedure", "title", "subject", "grade"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "procedure": choice("Кто проводил", DIAGNOSTIC_PROCEDURES, "регион, муниципалитет, школа"),
        "title": text("Название работы"),
        "subject": text("Предмет", "код из subjects.csv"),
        "grade": column(INTEGER, "Класс", checks=_GRADE),
        "exam_date": text("Дата", "ГГГГ-ММ-ДД", nullable=True),
        "n_participants": count("Участников"),
        "n_mark_2": count("Отметок «2»", nullable=True),
        "n_mark_3": count("Отметок «3»", nullable=True),
        "n_mark_4": count("Отметок «4»", nullable=True),
        "n_mark_5": count("Отметок «5»", nullable=True),
        "n_below_minimum": count("Не преодолели минимум", nullable=True),
        "mean_score": number("Средний балл", nullable=True),
        "max_score": number("Максимальный балл", nullable=True),
        **PROVENANCE,
    },
)

ADAPTED_PARTICIPANTS = Contract(
    "adapted_participants",
    "Участники по адаптированным программам",
    "одна школа × одна процедура, предмет и класс",
    ("school_id", "assessment_year", "procedure", "subject", "grade"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "procedure": choice("Процедура", PROCEDURES),
        "subject": text("Предмет", "код из subjects.csv"),
        "grade": column(INTEGER, "Класс", checks=_GRADE),
        "n_participants": count("Участников по адаптированным программам"),
        "n_below_minimum": count("Из них не преодолели минимум"),
        **PROVENANCE,
    },
)

MEDAL_CLAIMS = Contract(
    "medal_claims",
    "Претенденты на медаль",
    "один выпускник, претендующий на медаль; имени нет",
    ("school_id", "assessment_year", "pupil_id"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "pupil_id": text("Выпускник", "тот же отпечаток, что в результатах ГИА"),
        "degree": choice("Степень", ("first", "second"), "I и II степень", nullable=True),
        "is_confirmed": flag("Подтверждена", "по сообщению школы", nullable=True),
        **PROVENANCE,
    },
)

PROCEDURE_CONDUCT = Contract(
    "procedure_conduct",
    "Проведение процедур",
    "одна школа × одна процедура, предмет и класс",
    ("school_id", "assessment_year", "procedure", "subject", "grade"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "procedure": choice("Процедура", ("vpr", "oge", "ege", "regional", "municipal")),
        "subject": text("Предмет", "код из subjects.csv; «all», если не указан"),
        "grade": column(INTEGER, "Класс", "0, если не указан", checks=pa.Check.in_range(0, 12)),
        "has_observer": flag("Общественный наблюдатель", nullable=True),
        "has_video": flag("Видеонаблюдение", nullable=True),
        "has_protected_channel": flag("Защищённый канал", nullable=True),
        "n_rechecked": count("Перепроверено работ", nullable=True),
        "n_rechecked_same": count("Подтверждено при перепроверке", nullable=True),
        **PROVENANCE,
    },
)

PAST_REGISTERS = Contract(
    "past_registers",
    "Перечни прошлых лет",
    "одна школа × один год × один перечень",
    ("register", "assessment_year", "school_id"),
    {
        "register": choice(
            "Перечень", REGISTERS, "ШНОР; ШНСУ; с признаками необъективности; наставники"
        ),
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "status": choice("Состояние", REGISTER_STATUSES, "в перечне; наблюдение; исключена"),
        "reason": text("Основание", nullable=True),
        "document": text("Документ", "приказ об утверждении", nullable=True),
        **PROVENANCE,
    },
)

ROADMAP = Contract(
    "roadmap",
    "Дорожная карта",
    "одно мероприятие",
    ("plan", "item_id"),
    {
        "plan": text("План", "название из заголовка файла"),
        "item_id": text("№", "номер мероприятия либо номер строки"),
        "section": text("Раздел", nullable=True),
        "school_id": text("Код школы", "пусто — для всей территории", nullable=True),
        "measure": text("Мероприятие"),
        "due_text": text("Срок в файле", nullable=True),
        "starts_on": text("Начало", "ГГГГ-ММ-ДД", nullable=True),
        "due_on": text("Окончание", "ГГГГ-ММ-ДД", nullable=True),
        "report_form": text("Форма отчёта", nullable=True),
        "responsible": text("Ответственный", "должность или организация, не имя", nullable=True),
        "indicator": text("Показатель", nullable=True),
        "baseline": number("Исходное значение", nullable=True),
        "target": number("Целевое значение", nullable=True),
        "actual": number("Достигнуто", nullable=True),
        "status": choice("Состояние", MEASURE_STATUSES, nullable=True),
        **PROVENANCE,
    },
)

REPORTED_INDICATORS = Contract(
    "reported_indicators",
    "Показатели, сообщённые школами и отделами",
    "один показатель × один год × одна школа или вся территория",
    ("indicator_id", "assessment_year", "school_id"),
    {
        "indicator_id": text("Показатель", "код из methodology/catalogue.csv"),
        **ASSESSMENT_YEAR,
        "school_id": text("Код школы", "«territory» — вся территория"),
        "numerator": number("Числитель", nullable=True),
        "denominator": number("Знаменатель", nullable=True),
        "value": number("Значение", "доля 0–1, число или единицы", nullable=True),
        **PROVENANCE,
    },
)

EXPLANATIONS = Contract(
    "explanations",
    "Пояснения школ к замечаниям",
    "одно замечание одного года",
    ("assessment_year", "issue_code"),
    {
        **ASSESSMENT_YEAR,
        "issue_code": text("Код замечания"),
        "reason_code": text("Код причины", "из methodology/explanation_reasons.csv", nullable=True),
        "explanation": text("Пояснение", nullable=True),
        **PROVENANCE,
    },
)

REPORTED = (
    GROUP_ITEMS,
    PARTICIPATION,
    OBJECTIVITY_LIST,
    CONTEXT,
    OO1_VALUES,
    TEACHERS,
    SURVEY_ANSWERS,
    SURVEY_TOTALS,
    EXPERT_CARDS,
    JOURNAL_MARKS,
    JOURNAL_SUMMARIES,
    DIAGNOSTIC_WORKS,
    ADAPTED_PARTICIPANTS,
    MEDAL_CLAIMS,
    PROCEDURE_CONDUCT,
    PAST_REGISTERS,
    ROADMAP,
    REPORTED_INDICATORS,
    EXPLANATIONS,
)
