"""Table contracts and data dictionary: what one row is, which columns, what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from shnor_analysis.errors import SchemaError

TEXT, INTEGER, REAL, FLAG = "str", "Int64", "Float64", "boolean"


@dataclass(frozen=True)
class Contract:
    """One table's contract.

    Parameters
    ----------
    name : str
        File stem of the Parquet table; also its name in messages.
    title : str
        What the table is, in Russian, for the data dictionary.
    row : str
        What one row is, in Russian.
    key : tuple of str
        Columns that are unique together; rows are stored sorted by them.
    columns : dict of str to pandera Column
        Every column, in order. ``title`` and ``description`` are Russian labels.
    """

    name: str
    title: str
    row: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column] = field(hash=False)

    @property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema: exact columns, types, ranges and a unique key."""
        return pa.DataFrameSchema(
            self.columns, strict=True, ordered=True, unique=list(self.key), name=self.name
        )

    def empty(self) -> pd.DataFrame:
        """Return a table without rows that keeps the contract."""
        return self.conform(pd.DataFrame({column: [] for column in self.columns}))

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give a frame the contract's types, order and sorting, then check it.

        Parameters
        ----------
        frame : DataFrame
            At least the required columns; columns the contract does not know are an error.
            Nullable columns that are absent become missing values.

        Returns
        -------
        DataFrame
            A new frame; the input is not changed.

        Raises
        ------
        SchemaError
            With the table, the column, the value found and what is expected, in Russian.
        """
        unknown = sorted(set(frame.columns) - set(self.columns))
        if unknown:
            raise SchemaError(f"Таблица «{self.name}»: неизвестные столбцы {', '.join(unknown)}.")
        typed = {}
        for column, spec in self.columns.items():
            if column in frame:
                values = frame[column].reset_index(drop=True)
            elif spec.nullable:
                values = pd.Series([None] * len(frame), dtype=object)
            else:
                raise SchemaError(f"Таблица «{self.name}»: нет столбца «{column}».")
            typed[column] = self._cast(column, values, str(spec.metadata["dtype"]))
        table = pd.DataFrame(typed, columns=list(self.columns))
        table = table.sort_values(list(self.key), ignore_index=True, kind="stable")
        try:
            return self.schema.validate(table, lazy=True)
        except pa.errors.SchemaErrors as broken:
            raise SchemaError(self._sentence(broken.failure_cases)) from broken

    def _cast(self, column: str, values: pd.Series, dtype: str) -> pd.Series:
        try:
            if dtype == TEXT:
                text = values.astype(object)
                return text.where(text.notna(), None).astype("str")
            return values.astype(dtype)
        except (TypeError, ValueError) as broken:
            raise SchemaError(
                f"Таблица «{self.name}», столбец «{column}»: значения не приводятся "
                f"к типу {dtype} ({broken})."
            ) from broken

    def _sentence(self, cases: pd.DataFrame) -> str:
        first = cases.iloc[0]
        return (
            f"Таблица «{self.name}», столбец «{first['column'] or ', '.join(self.key)}»: "
            f"найдено {first['failure_case']!r}, ожидалось {first['check']}; "
            f"всего отступлений от договора {len(cases)}."
        )


def _column(
    dtype: str,
    title: str,
    description: str = "",
    *,
    nullable: bool = False,
    checks: Any = None,
) -> pa.Column:
    return pa.Column(
        dtype,
        checks=checks,
        nullable=nullable,
        title=title,
        description=description or title,
        metadata={"dtype": dtype},
    )


def _text(title: str, description: str = "", **more: Any) -> pa.Column:
    return _column(TEXT, title, description, **more)


def _choice(title: str, allowed: tuple[str, ...], description: str = "", **more: Any) -> pa.Column:
    return _column(TEXT, title, description, checks=pa.Check.isin(list(allowed)), **more)


def _count(title: str, description: str = "", **more: Any) -> pa.Column:
    return _column(INTEGER, title, description, checks=pa.Check.ge(0), **more)


def _number(title: str, description: str = "", **more: Any) -> pa.Column:
    return _column(REAL, title, description, **more)


def _share(title: str, description: str = "", **more: Any) -> pa.Column:
    return _column(REAL, title, description, checks=pa.Check.in_range(0, 1), **more)


def _flag(title: str, description: str = "", **more: Any) -> pa.Column:
    return _column(FLAG, title, description, **more)


PROCEDURES = ("vpr", "oge", "ege", "gve9", "gve11")
SEASONS = ("spring", "autumn", "main")
LEVELS = ("base", "advanced", "none")
SEVERITIES = ("error", "warning", "query", "note")
GROUP_LEVELS = ("country", "region", "municipality", "school")
MODES = ("A", "B", "C", "A_or_B", "A_and_B")
DECISIONS = ("included", "not_included", "not_assessed")
EVIDENCE = ("sure", "likely", "borderline", "few_data", "none")

_SCHOOL_ID = {
    "school_id": _text("Код школы", "шесть цифр логина ФИС ОКО: код региона и номер школы")
}
_WORK_ID = {
    "work_id": _text("Работа", "процедура, год, период, предмет, класс: vpr-2025-spring-rus-4")
}
_PROVENANCE = {
    "source_file": _text("Файл", "путь от папки территории"),
    "source_sheet": _text("Лист", "лист книги; для CSV пусто", nullable=True),
    "source_row": _count("Строка", "номер строки на листе, как в Excel, с единицы"),
}
_WORK = {
    "assessment_year": _column(INTEGER, "Год оценки", "2025 означает 2024/25 учебный год"),
    "procedure": _choice("Процедура", PROCEDURES),
    "season": _choice("Период", SEASONS, "весна, осень, основной период ГИА"),
    "subject": _text("Предмет", "код из methodology/subjects.csv"),
    "grade": _column(INTEGER, "Класс", "класс, по программе которого написана работа"),
    "level": _choice("Уровень", LEVELS, "базовый, углублённый, без уровней"),
}

SOURCE_FILES = Contract(
    "source_files",
    "Полученные файлы",
    "один файл",
    ("file",),
    {
        "file": _text("Файл", "путь от папки территории"),
        "sha256": _text("Отпечаток", "SHA-256 содержимого"),
        "n_bytes": _count("Размер", "байт"),
        "family": _text("Вид файла", "вид, узнанный по содержанию", nullable=True),
        "status": _choice(
            "Что сделано",
            ("read", "duplicate", "not_used", "unknown", "refused"),
            "прочитан; точная копия другого; узнан, но пока не используется; не узнан; не читается",
        ),
        "n_rows": _count("Строк данных", "строк, попавших в таблицы"),
        "comment": _text("Пояснение", nullable=True),
    },
)

ISSUES = Contract(
    "issues",
    "Замечания к файлам",
    "одно замечание",
    ("issue_id",),
    {
        "issue_id": _count("№", "порядковый номер в устойчивом порядке"),
        "severity": _choice(
            "Важность",
            SEVERITIES,
            "error — строка не учтена; warning — учтена с поправкой; "
            "query — нужен ответ школы; note — к сведению",
        ),
        "check_id": _text("Проверка", "код проверки"),
        "school_id": _text("Код школы", nullable=True),
        "file": _text("Файл"),
        "sheet": _text("Лист", nullable=True),
        "row": _count("Строка", nullable=True),
        "column": _text("Столбец", nullable=True),
        "value": _text("Значение", "что найдено", nullable=True),
        "message": _text("Замечание"),
        "guidance": _text("Что сделать"),
    },
)

SCHOOLS = Contract(
    "schools",
    "Школы",
    "одна школа",
    ("school_id",),
    {
        **_SCHOOL_ID,
        "fisoko_login": _text("Логин ФИС ОКО", "edu, sch, ksh или spo и шесть цифр"),
        "school_name": _text("Школа", "краткое наименование"),
        "municipality_id": _text("Код муниципалитета", "regRR_mNNN", nullable=True),
        "municipality_name": _text("Муниципалитет", nullable=True),
        "region_code": _text("Код региона", "две цифры"),
        "inn": _text("ИНН", nullable=True),
        "oge_code": _text("Код ОГЭ", "код школы в протоколах РЦОИ 9 классов", nullable=True),
        "ege_code": _text("Код ЕГЭ", "код школы в протоколах РЦОИ 11 классов", nullable=True),
        "n_pupils": _count("Обучающихся", nullable=True),
        "is_in_register": _flag("Есть в реестре", "есть в контекстной анкете ФИС ОКО"),
        **_PROVENANCE,
    },
)

WORKS = Contract(
    "works",
    "Работы",
    "одна работа: процедура, год, период, предмет, класс",
    ("work_id",),
    {
        **_WORK_ID,
        **_WORK,
        "max_score_raw": _count("Максимальный первичный балл", nullable=True),
        "exam_date": _text("Дата", "ГГГГ-ММ-ДД, первая встреченная", nullable=True),
    },
)

VPR_RESULTS = Contract(
    "vpr_results",
    "Результаты ВПР",
    "один участник одной работы",
    ("work_id", "school_id", "pupil_id"),
    {
        **_WORK_ID,
        **_SCHOOL_ID,
        "pupil_id": _text("Участник", "ключевой отпечаток кода участника, не имя"),
        "class_label": _text("Класс в параллели", nullable=True),
        "score_raw": _number(
            "Первичный балл", "сумма баллов заданий, пересчитанная", nullable=True
        ),
        "score_raw_reported": _number("Первичный балл в файле", nullable=True),
        "test_mark": _column(
            INTEGER, "Отметка за работу", checks=pa.Check.isin([2, 3, 4, 5]), nullable=True
        ),
        "school_mark": _column(
            INTEGER, "Отметка по журналу", checks=pa.Check.isin([2, 3, 4, 5]), nullable=True
        ),
        **_PROVENANCE,
    },
)

GIA_RESULTS = Contract(
    "gia_results",
    "Результаты ГИА",
    "один участник одного экзамена (последний действующий результат)",
    ("work_id", "school_id", "pupil_id"),
    {
        **_WORK_ID,
        **_SCHOOL_ID,
        "pupil_id": _text("Участник", "ключевой отпечаток, не имя"),
        "class_label": _text("Класс", nullable=True),
        "exam_date": _text("Дата экзамена", "ГГГГ-ММ-ДД"),
        "score_raw": _number("Первичный балл", nullable=True),
        "score_scaled": _number("Тестовый балл", "ЕГЭ, 0–100", nullable=True),
        "test_mark": _column(
            INTEGER,
            "Отметка",
            "ОГЭ, ГВЭ и базовая математика ЕГЭ",
            checks=pa.Check.isin([2, 3, 4, 5]),
            nullable=True,
        ),
        **_PROVENANCE,
    },
)

GROUP_STATISTICS = Contract(
    "group_statistics",
    "Сводные отчёты ФИС ОКО",
    "одна группа участников × один показатель одного отчёта",
    ("work_id", "report", "group_level", "group_id", "item"),
    {
        **_WORK_ID,
        "report": _choice("Отчёт", ("marks", "journal"), "отметки; сравнение с журналом"),
        "group_level": _choice("Уровень группы", GROUP_LEVELS),
        "group_id": _text(
            "Группа", "код школы, муниципалитета, название региона или «Вся выборка»"
        ),
        "group_name": _text("Название группы"),
        "item": _choice("Показатель", ("2", "3", "4", "5", "lowered", "confirmed", "raised")),
        "n_participants": _count("Участников"),
        "value_share": _share("Доля"),
        "value_n": _count("Человек", "из файла или round(доля × участников)"),
        **_PROVENANCE,
    },
)

CELLS = Contract(
    "cells",
    "Ячейки",
    "одна школа × одна работа: достаточные статистики, без учеников",
    ("school_id", "work_id"),
    {
        **_SCHOOL_ID,
        **_WORK_ID,
        **_WORK,
        "basis": _choice(
            "Основа", ("pupils", "aggregate"), "по ученикам или по сводному отчёту ФИС ОКО"
        ),
        "n_participants": _count("Участников", "с действительным результатом"),
        "n_mark_2": _count("Отметок «2»", nullable=True),
        "n_mark_3": _count("Отметок «3»", nullable=True),
        "n_mark_4": _count("Отметок «4»", nullable=True),
        "n_mark_5": _count("Отметок «5»", nullable=True),
        "n_below_minimum": _count(
            "Не преодолели минимум", "отметка «2» либо тестовый балл ниже минимума ЕГЭ"
        ),
        "n_score_raw": _count("Первичных баллов", "у скольких участников балл известен"),
        "sum_score_raw": _number("Сумма первичных баллов", nullable=True),
        "sumsq_score_raw": _number("Сумма квадратов первичных баллов", nullable=True),
        "n_score_scaled": _count("Тестовых баллов", "у скольких участников балл известен"),
        "sum_score_scaled": _number("Сумма тестовых баллов", nullable=True),
        "sumsq_score_scaled": _number("Сумма квадратов тестовых баллов", nullable=True),
        "n_mark_pairs": _count(
            "Пар отметок",
            "участников, у которых есть и отметка за работу, и отметка по журналу",
            nullable=True,
        ),
        "n_lowered": _count("Понизили", "отметка за работу ниже журнальной", nullable=True),
        "n_confirmed": _count("Подтвердили", nullable=True),
        "n_raised": _count("Повысили", nullable=True),
    },
)

CELL_SOURCES = Contract(
    "cell_sources",
    "Происхождение ячеек",
    "одна школа × одна работа × один лист файла",
    ("school_id", "work_id", "role", "source_file", "source_sheet"),
    {
        **_SCHOOL_ID,
        **_WORK_ID,
        "role": _choice(
            "Роль",
            ("pupils", "marks", "journal"),
            "по ученикам; сводка отметок; сравнение с журналом",
        ),
        "source_file": _text("Файл", "путь от папки территории"),
        "source_sheet": _text("Лист", "для CSV пусто"),
        "n_rows": _count("Строк"),
        "source_row_first": _count("Строка от"),
        "source_row_last": _count("Строка до"),
    },
)

PROCEDURE_RESULTS = Contract(
    "procedure_results",
    "Результаты процедур",
    "одна школа × одна работа: доли с интервалами",
    ("school_id", "work_id"),
    {
        **_SCHOOL_ID,
        **_WORK_ID,
        **_WORK,
        "n_participants": _count("Участников"),
        "n_below_minimum": _count("Не преодолели минимум"),
        "below_minimum_share": _share("Доля не преодолевших минимум", nullable=True),
        "below_minimum_share_lower": _share("Нижняя граница", "Уилсон, 95 %", nullable=True),
        "below_minimum_share_upper": _share("Верхняя граница", "Уилсон, 95 %", nullable=True),
        "high_mark_share": _share("Доля «4» и «5»", nullable=True),
        "high_mark_share_lower": _share("Нижняя граница", nullable=True),
        "high_mark_share_upper": _share("Верхняя граница", nullable=True),
        "status": _choice("Состояние", ("ok", "no_data", "too_few")),
    },
)

TERRITORY_RESULTS = Contract(
    "territory_results",
    "Результаты территории",
    "одна работа: муниципалитет рядом с регионом и страной",
    ("work_id",),
    {
        **_WORK_ID,
        **_WORK,
        "n_schools": _count("Школ"),
        "n_participants": _count("Участников"),
        "n_below_minimum": _count("Не преодолели минимум"),
        "below_minimum_share": _share("Доля не преодолевших минимум", nullable=True),
        "below_minimum_share_lower": _share("Нижняя граница", nullable=True),
        "below_minimum_share_upper": _share("Верхняя граница", nullable=True),
        "high_mark_share": _share("Доля «4» и «5»", nullable=True),
        "region_below_minimum_share": _share("Регион: доля «2»", nullable=True),
        "country_below_minimum_share": _share("Вся выборка: доля «2»", nullable=True),
    },
)

_AGREEMENT = {
    "n_mark_pairs": _count("Пар отметок"),
    "n_lowered": _count("Понизили"),
    "n_confirmed": _count("Подтвердили"),
    "n_raised": _count("Повысили"),
    "lowered_share": _share("Доля понизивших", nullable=True),
    "lowered_share_lower": _share("Нижняя граница", nullable=True),
    "lowered_share_upper": _share("Верхняя граница", nullable=True),
    "confirmed_share": _share("Доля подтвердивших", nullable=True),
    "confirmed_share_lower": _share("Нижняя граница", nullable=True),
    "confirmed_share_upper": _share("Верхняя граница", nullable=True),
    "raised_share": _share("Доля повысивших", nullable=True),
}

MARK_AGREEMENT = Contract(
    "mark_agreement",
    "Отметки за работу и по журналу",
    "одна школа × одна работа ВПР",
    ("school_id", "work_id"),
    {**_SCHOOL_ID, **_WORK_ID, **_WORK, **_AGREEMENT},
)

TERRITORY_MARK_AGREEMENT = Contract(
    "territory_mark_agreement",
    "Отметки за работу и по журналу по территории",
    "одна работа ВПР",
    ("work_id",),
    {**_WORK_ID, **_WORK, **_AGREEMENT},
)

LOW_RESULTS_EVIDENCE = Contract(
    "low_results_evidence",
    "Основания: процедуры, вошедшие в правило",
    "одна школа × одна процедура из перечня правила",
    ("school_id", "work_id"),
    {
        **_SCHOOL_ID,
        **_WORK_ID,
        **_WORK,
        "n_participants": _count("Участников"),
        "n_below_minimum": _count("Не преодолели минимум"),
        "below_minimum_share": _share("Доля", nullable=True),
        "below_minimum_share_lower": _share("Нижняя граница", nullable=True),
        "below_minimum_share_upper": _share("Верхняя граница", nullable=True),
        "is_low": _flag("Низкий результат", "по букве правила: 10·не преодолели ≥ 3·участников"),
        "n_to_threshold": _column(
            INTEGER,
            "До порога, человек",
            "сколько участников отделяет от порога; минус — на столько меньше нужно, чтобы выйти; "
            "пусто — участников меньше, чем требует правило",
            nullable=True,
        ),
        "p_low": _share(
            "Вероятность", "вероятность, что доля школы при том же обучении не ниже порога"
        ),
        "size_class": _choice("Численность", ("tiny", "small", "reliable")),
    },
)

LOW_RESULTS = Contract(
    "low_results",
    "Признак низких результатов",
    "одна школа одного года оценки",
    ("school_id",),
    {
        **_SCHOOL_ID,
        "assessment_year": _column(INTEGER, "Год оценки"),
        "decision": _choice("Решение", DECISIONS),
        "reason_code": _text("Код основания", "слова к нему — в report/texts_ru.yaml"),
        "clause_a": _flag("Пункт А", "две процедуры и более за год", nullable=True),
        "clause_b": _flag("Пункт Б", "одна процедура два года подряд", nullable=True),
        "clause_c": _flag("Пункт В", "две процедуры и более за два года", nullable=True),
        "n_procedures": _count("Процедур в этом году"),
        "n_compared": _count("Процедур с прошлым годом", "по ним проверено повторение"),
        "n_low_current": _count("Низких в этом году"),
        "n_low_previous": _count("Низких в прошлом году"),
        "evidence": _choice("Уверенность", EVIDENCE),
        "regulation_id": _text("Правило"),
        "rule_mode": _text("Режим правила"),
    },
)

LOW_RESULTS_READINGS = Contract(
    "low_results_readings",
    "Перечень при разном чтении правила",
    "одно чтение правила × одна школа",
    ("rule_mode", "school_id"),
    {
        "rule_mode": _choice("Режим правила", MODES),
        **_SCHOOL_ID,
        "decision": _choice("Решение", DECISIONS),
    },
)

CONTRACTS = {
    contract.name: contract
    for contract in (
        SOURCE_FILES,
        ISSUES,
        SCHOOLS,
        WORKS,
        VPR_RESULTS,
        GIA_RESULTS,
        GROUP_STATISTICS,
        CELLS,
        CELL_SOURCES,
        PROCEDURE_RESULTS,
        TERRITORY_RESULTS,
        MARK_AGREEMENT,
        TERRITORY_MARK_AGREEMENT,
        LOW_RESULTS_EVIDENCE,
        LOW_RESULTS,
        LOW_RESULTS_READINGS,
    )
}


def store_table(frame: pd.DataFrame, contract: Contract, folder: Path) -> Path:
    """Write a table as Parquet under its contract and return the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{contract.name}.parquet"
    contract.conform(frame).to_parquet(path, index=False)
    return path


def load_table(contract: Contract, folder: Path) -> pd.DataFrame:
    """Read a table back and check that it still keeps its contract.

    Raises
    ------
    SchemaError
        If the file is missing or was written under another contract.
    """
    path = folder / f"{contract.name}.parquet"
    if not path.is_file():
        raise SchemaError(
            f"Нет таблицы {path.name} в папке «{folder.name}»; повторите расчёт года."
        )
    return contract.conform(pd.read_parquet(path))


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
