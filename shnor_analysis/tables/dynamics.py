"""Contracts of changes over the years: works, cohorts, results, lists of schools."""

from __future__ import annotations

import pandera.pandas as pa

from shnor_analysis.tables.common import (
    ASSESSMENT_YEAR,
    COMPARABILITY_VERDICTS,
    DECISIONS,
    LEVELS,
    PROCEDURES,
    SCHOOL_ID,
    WORK,
    WORK_ID,
)
from shnor_analysis.tables.contract import (
    INTEGER,
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
from shnor_analysis.tables.reported import REGISTER_STATUSES

CHANGE_OUTCOMES = ("below_minimum", "high_marks")
CHANGE_BASES = ("shares", "shares_with_care", "relative")
CHANGE_STATUSES = (
    "ok", "too_few", "not_comparable", "no_previous", "no_current", "first_year",
)  # fmt: skip
FORMAL_SIGNS = ("improved", "worsened", "same", "none_in_both", "unknown")
CHANGE_CLASSES = (
    "improved", "tends_to_improve", "indistinct", "tends_to_worsen", "worsened", "not_judged",
)  # fmt: skip
TREND_CLASSES = ("improving", "worsening", "no_trend", "not_judged")
LISTS = ("low_results", "adverse_conditions")
LIST_STATES_OF_SCHOOLS = (
    "both", "low_results", "adverse_conditions", "none", "low_results_only_known",
    "not_low_results_only_known", "adverse_conditions_only_known",
    "not_adverse_conditions_only_known", "no_data", "closed",
)  # fmt: skip
LIST_MOVES_OF_SCHOOLS = (
    "entered", "returned", "appeared", "stayed", "left", "unseen", "closed",
)  # fmt: skip

_SERIES = {
    "procedure": choice("Процедура", PROCEDURES),
    "subject": text("Предмет", "код из methodology/subjects.csv"),
    "grade": column(INTEGER, "Класс", "в каждом из двух лет его писали другие ученики"),
    "level": choice("Уровень", LEVELS, "базовый, углублённый, без уровней"),
}
_SERIES_KEY = tuple(_SERIES)
_OUTCOME = {
    "outcome": choice("Чего доля", CHANGE_OUTCOMES, "не преодолевших минимум; отметок «4» и «5»")
}


def _difference(title: str, description: str = "") -> pa.Column:
    return column(REAL, title, description, nullable=True, checks=pa.Check.in_range(-2, 2))


_CHANGE = {
    **ASSESSMENT_YEAR,
    "compared_year": column(
        INTEGER, "С каким годом", "предыдущий год с результатами; пусто — его нет", nullable=True
    ),
    "verdict": choice("Сопоставимость лет", COMPARABILITY_VERDICTS),
    "reasons": text("Коды причин", "через «;», из таблицы comparability", nullable=True),
    "n_before": count("Участников прежде", nullable=True),
    "count_before": count("Из них с таким результатом прежде", nullable=True),
    "share_before": share("Доля прежде", nullable=True),
    "n_now": count("Участников", nullable=True),
    "count_now": count("Из них с таким результатом", nullable=True),
    "share_now": share("Доля", nullable=True),
    "difference": _difference("Изменение доли", "год минус прежний; пусто — не сравнивается"),
    "lower": _difference("Нижняя граница", "Ньюкомб, уровень из dynamics.yaml"),
    "upper": _difference("Верхняя граница"),
    "p_midp": share("p", "точная проверка Фишера, mid-p, двусторонняя", nullable=True),
    "p_improved": share(
        "Вероятность улучшения",
        "доля не преодолевших на самом деле стала ниже (доля «4» и «5» — выше); приор Джеффриса",
        nullable=True,
    ),
    "relative_difference": _difference(
        "Изменение относительно региона",
        "насколько изменилось отличие школы от доли региона в той же работе; пусто — доля региона "
        "неизвестна или и такое сравнение невозможно",
    ),
    "relative_lower": _difference("Нижняя граница", "доля региона считается известной точно"),
    "relative_upper": _difference("Верхняя граница"),
    "relative_p_improved": share("Вероятность улучшения относительно региона", nullable=True),
    "basis": choice(
        "О чём вывод",
        CHANGE_BASES,
        "доли школы; доли школы с осторожностью (работа изменилась, доля региона неизвестна); "
        "изменение относительно региона (работа изменилась); пусто — сравнить нельзя",
        nullable=True,
    ),
    "first_year": column(
        INTEGER, "Тенденция с года", "с которого все годы подряд полностью сравнимы", nullable=True
    ),
    "n_years": count("Лет с участниками", "от first_year; пусто — ни в одном", nullable=True),
    "slope": number("Изменение доли за год", "по всем этим годам; пусто — лет меньше трёх",
                    nullable=True),
    "trend_p": share("p тенденции", "проверка Кокрана — Армитиджа", nullable=True),
    "smallest_expected": number("Наименьшее ожидаемое число", "в клетке этой проверки",
                                nullable=True),
    "status": choice(
        "Состояние",
        CHANGE_STATUSES,
        "сравнивается; участников меньше границы; годы не сравнимы; в прежнем году не писали; "
        "в этом году не писали; первый год ряда",
    ),
}  # fmt: skip

WORK_CHANGES = Contract(
    "work_changes",
    "Изменение долей школ с прошлого года",
    "одна школа × одна процедура, предмет, класс и уровень × одна доля",
    ("school_id", *_SERIES_KEY, "outcome"),
    {
        **SCHOOL_ID,
        **_SERIES,
        **_OUTCOME,
        "took_merged": flag(
            "Принимала учеников", "между годами к школе присоединена другая", nullable=True
        ),
        **_CHANGE,
    },
)

TERRITORY_CHANGES = Contract(
    "territory_changes",
    "Изменение долей территории с прошлого года",
    "одна процедура, предмет, класс и уровень × одна доля; все школы вместе",
    (*_SERIES_KEY, "outcome"),
    {**_SERIES, **_OUTCOME, **_CHANGE},
)

COHORT_CHANGES = Contract(
    "cohort_changes",
    "Отметки тех же учеников через год",
    "одна школа × работа этого года × работа классом младше год назад",
    ("school_id", "work_id", "earlier_work_id"),
    {
        **SCHOOL_ID,
        **WORK_ID,
        "earlier_work_id": text("Ранняя работа"),
        **WORK,
        "n_marks": count("Учеников с обеими отметками"),
        "n_from_other_school": count("Из другой школы", "раннюю работу писали не здесь"),
        "n_mark_fell": count("Отметка ниже"),
        "n_mark_rose": count("Отметка выше"),
        "p_midp": share("p", "проверка знаков (Макнемар), mid-p, двусторонняя", nullable=True),
        "territory_fell_share": share("Доля понизивших по территории", nullable=True),
        "territory_rose_share": share("Доля повысивших по территории", nullable=True),
        "status": choice("Состояние", ("ok", "too_few")),
    },
)

RESULT_CHANGES = Contract(
    "result_changes",
    "Изменение сводного результата школ",
    "одна школа",
    ("school_id",),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "reference": text("Точка отсчёта", "region или territory; только годы с этой точкой"),
        "result_before": number("Результат год назад", "в стандартных отклонениях учеников",
                                nullable=True),
        "result_now": number("Результат", nullable=True),
        "change": number("Изменение", "пусто — одного из лет нет", nullable=True),
        "change_se": number("Ошибка изменения", "вместе с разбросом от года к году",
                            nullable=True),
        "p_improved": share("Вероятность улучшения", nullable=True),
        "p_change": share("p изменения", nullable=True),
        "first_year": column(INTEGER, "Тенденция с года", nullable=True),
        "n_years": count("Лет с результатом"),
        "slope": number("Изменение за год", nullable=True),
        "slope_se": number("Ошибка", "ошибки лет известны, не из остатков", nullable=True),
        "trend_p": share("p тенденции", nullable=True),
        "year_sd": number(
            "Разброс от года к году",
            "стандартное отклонение сверх ошибок, по всем школам; пусто — школ мало, изменение и "
            "тенденция не оценены",
            nullable=True,
        ),
        "status": choice("Состояние", ("ok", "no_previous", "no_current", "few_schools")),
    },
)  # fmt: skip

VISIBLE_CHANGES = Contract(
    "visible_changes",
    "Какое изменение доли можно заметить",
    "одно число участников × одна прежняя доля",
    ("n_participants", "share_before"),
    {
        "n_participants": count("Участников", "в каждом из двух лет"),
        "share_before": share("Прежняя доля"),
        "falls_to": share("Заметно снижение до", "пусто — не заметно никакое", nullable=True),
        "rises_to": share("Заметен рост до", "пусто — не заметен никакой", nullable=True),
        "smallest": share("Наименьшее изменение", "при самой удобной прежней доле", nullable=True),
        "largest": share("Наибольшее", "при самой неудобной из тех, где оно заметно",
                         nullable=True),
    },
)  # fmt: skip

_CLASSES = {
    "formal": choice(
        "Знак изменения", FORMAL_SIGNS,
        "по букве: любое изменение; ни одного такого результата в оба года — отдельно",
    ),
    "change_class": choice("Вывод", CHANGE_CLASSES),
    "q_value": share("p с поправкой", "Бенджамини — Хохберг среди всех школ и работ этой доли",
                     nullable=True),
    "is_confirmed": flag(
        "Подтверждено с поправкой",
        "интервал без нуля, q не больше границы и не «с осторожностью»: могла измениться работа",
    ),
    "trend_class": choice("Тенденция лет", TREND_CLASSES),
    "trend_q": share("p тенденции с поправкой", nullable=True),
}  # fmt: skip

WORK_CHANGE_CLASSES = Contract(
    "work_change_classes",
    "Выводы об изменении долей школ",
    "одна школа × одна процедура, предмет, класс и уровень × одна доля",
    ("school_id", *_SERIES_KEY, "outcome"),
    {**SCHOOL_ID, **_SERIES, **_OUTCOME, **_CLASSES},
)

TERRITORY_CHANGE_CLASSES = Contract(
    "territory_change_classes",
    "Выводы об изменении долей территории",
    "одна процедура, предмет, класс и уровень × одна доля",
    (*_SERIES_KEY, "outcome"),
    {**_SERIES, **_OUTCOME, **_CLASSES},
)

RESULT_CHANGE_CLASSES = Contract(
    "result_change_classes",
    "Выводы об изменении сводного результата школ",
    "одна школа",
    ("school_id",),
    {**SCHOOL_ID, **{name: spec for name, spec in _CLASSES.items() if name != "formal"}},
)

_RECEIVED = "status в таблице past_registers; пусто — школа в полученном перечне не названа"
LIST_STATES = Contract(
    "list_states",
    "Школы в перечнях по годам",
    "одна школа × один год",
    ("school_id", "assessment_year"),
    {
        **SCHOOL_ID,
        **ASSESSMENT_YEAR,
        "low_results": choice("Низкие результаты", DECISIONS, "по правилу этого года",
                              nullable=True),
        "adverse_conditions": choice("Неблагоприятные условия", DECISIONS, nullable=True),
        "state": choice("Положение", LIST_STATES_OF_SCHOOLS),
        "p_low_results": share(
            "Вероятность, что правило выполняется", "как p_membership, за этот год", nullable=True
        ),
        "received_low_results": choice("По полученному перечню", REGISTER_STATUSES, _RECEIVED,
                                       nullable=True),
        "received_adverse_conditions": choice("По полученному перечню условий", REGISTER_STATUSES,
                                              _RECEIVED, nullable=True),
    },
)  # fmt: skip

_LIST = {"list": choice("Перечень", LISTS)}
LIST_MOVES = Contract(
    "list_moves",
    "Кто вошёл в перечень, вышел и остался",
    "один перечень × один год × одна школа, которая в нём или была в нём год назад",
    ("list", "assessment_year", "school_id"),
    {
        **_LIST,
        **ASSESSMENT_YEAR,
        **SCHOOL_ID,
        "move": choice(
            "Что произошло",
            LIST_MOVES_OF_SCHOOLS,
            "вошла; вернулась через год; в перечне, но год назад не оценивалась; осталась; вышла; "
            "была в перечне, а теперь не оценивалась; присоединена к другой",
        ),
        "p_before": share("Вероятность год назад", nullable=True),
        "p_now": share("Вероятность", nullable=True),
        "is_real": flag(
            "Изменение действительное",
            "вероятность изменилась не меньше чем на real_move; пусто — вероятности нет",
            nullable=True,
        ),
        "p_listed_if_unchanged": share(
            "Вероятность быть в перечне, если ничего не изменилось",
            "доли школы прежние, ученики другие", nullable=True,
        ),
    },
)  # fmt: skip

LIST_FLOWS = Contract(
    "list_flows",
    "Движение школ в перечнях",
    "один перечень × один год рядом с предыдущим",
    ("list", "assessment_year"),
    {
        **_LIST,
        **ASSESSMENT_YEAR,
        "n_schools": count(
            "Школ",
            "известных теперь и в этом году не присоединённых; с какого года есть код, неизвестно",
        ),
        "n_assessed": count("Оценивалось"),
        "n_before": count("В перечне год назад"),
        "n_now": count("В перечне"),
        "n_stayed": count("Остались"),
        "n_left": count("Вышли", "оценивались и признака нет"),
        "n_unseen": count("Не оценивались теперь", "были в перечне; присоединённые среди них"),
        "n_entered": count("Вошли", "год назад оценивались и признака не было; вернувшиеся здесь"),
        "n_returned": count("Из них вернулись", "были в перечне два года назад"),
        "n_appeared": count("В перечне впервые оценённые", "год назад не оценивались"),
        "n_left_real": count("Вышли действительно", nullable=True),
        "n_entered_real": count("Вошли действительно", nullable=True),
        "share_before": share("Доля перечня год назад", "от оценивавшихся", nullable=True),
        "share_now": share("Доля перечня", "от оценивавшихся", nullable=True),
        "persistence": share("Остались, доля прежнего перечня", nullable=True),
        "exit_share_of_list": share("Вышли, доля прежнего перечня", nullable=True),
        "exit_share_of_all": share("Вышли, доля всех оценивавшихся", nullable=True),
        "entry_share_of_others": share(
            "Вошли, доля школ вне прежнего перечня", "оценивавшихся в оба года", nullable=True
        ),
        "entry_share_of_all": share("Вошли, доля всех оценивавшихся", nullable=True),
        "expected_left": number(
            "Вышли бы и без изменений", "ожидаемое число при прежних долях школ", nullable=True
        ),
        "p_so_many_left": share("Вероятность стольких выходов без изменений", nullable=True),
        "expected_entered": number("Вошли бы и без изменений", nullable=True),
        "p_so_many_entered": share("Вероятность стольких входов без изменений", nullable=True),
    },
)

DYNAMICS = (
    WORK_CHANGES,
    TERRITORY_CHANGES,
    COHORT_CHANGES,
    RESULT_CHANGES,
    VISIBLE_CHANGES,
    WORK_CHANGE_CLASSES,
    TERRITORY_CHANGE_CLASSES,
    RESULT_CHANGE_CLASSES,
    LIST_STATES,
    LIST_MOVES,
    LIST_FLOWS,
)
