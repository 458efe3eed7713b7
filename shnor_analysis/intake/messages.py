"""Every check of intake: its code, severity, sentence and guidance, in one table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.errors import SourceFileError
from shnor_analysis.tables import ISSUES


@dataclass(frozen=True)
class Check:
    """Wording of one check: what is printed and what the school or the office should do."""

    severity: str
    template: str
    guidance: str


@dataclass(frozen=True)
class Issue:
    """One remark to one place of one file; becomes a row of the ``issues`` table."""

    check_id: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    school_id: str | None
    message: str

    @property
    def severity(self) -> str:
        """How serious the remark is: error, warning, query or note."""
        return CHECKS[self.check_id].severity

    @property
    def guidance(self) -> str:
        """What to do about it."""
        return CHECKS[self.check_id].guidance


class UnreadableFile(SourceFileError):  # noqa: N818 - reads as a sentence at the raise
    """A file that cannot be opened as a table; carries the check that says why."""

    def __init__(self, check_id: str, **fields: str) -> None:
        self.check_id = check_id
        super().__init__(CHECKS[check_id].template.format(**fields))

    def issue(self, file: str) -> Issue:
        """The remark to the file."""
        return Issue(self.check_id, file, None, None, None, None, None, str(self))


def make_issue(
    check_id: str,
    file: str,
    sheet: str | None = None,
    row: int | None = None,
    *,
    column: str | None = None,
    value: str | None = None,
    school_id: str | None = None,
    **fields: object,
) -> Issue:
    """Build an issue; ``fields`` fill the template of the check.

    ``value`` and every field must already be free of personal data (see ``cells.safe_value``).
    """
    place = {"sheet": sheet, "row": row, "column": column, "value": value, "school_id": school_id}
    message = CHECKS[check_id].template.format(**{**place, **fields})
    return Issue(check_id, file, sheet or None, row, column, value, school_id, message)


def issues_table(issues: list[Issue]) -> pd.DataFrame:
    """Return issues as the ``issues`` table, one row per issue, numbered in a stable order."""
    ordered = sorted(set(issues), key=_place)
    return ISSUES.conform(
        pd.DataFrame(
            {
                "issue_id": range(1, len(ordered) + 1),
                "severity": [i.severity for i in ordered],
                "check_id": [i.check_id for i in ordered],
                "school_id": [i.school_id for i in ordered],
                "file": [i.file for i in ordered],
                "sheet": [i.sheet for i in ordered],
                "row": [i.row for i in ordered],
                "column": [i.column for i in ordered],
                "value": [i.value for i in ordered],
                "message": [i.message for i in ordered],
                "guidance": [i.guidance for i in ordered],
            },
            dtype=object,
        )
    )


def _place(issue: Issue) -> tuple[object, ...]:
    return (
        issue.file,
        issue.sheet or "",
        issue.row or 0,
        issue.check_id,
        issue.column or "",
        issue.school_id or "",
        issue.value or "",
        issue.message,
    )


_AGAIN = "Скачайте отчёт заново в ФИС ОКО и замените файл в папке."
_ASK_RCOI = "Запросите в РЦОИ протокол заново и замените файл в папке."
_SCHOOL_ROW = "Сверьте строку с отчётом ФИС ОКО; исправленный отчёт скачайте заново."

CHECKS: dict[str, Check] = {
    # --- the file as a whole -------------------------------------------------------------
    "file_unreachable": Check(
        "error",
        "Файл не открывается с диска ({reason}), ожидалась доступная для чтения таблица.",
        "Закройте файл в других программах, проверьте права на папку и запустите снова.",
    ),
    "file_empty": Check(
        "error",
        "Файл пустой (0 байт), ожидалась таблица .xlsx, .xls или .csv.",
        "Скачайте или сохраните файл заново и замените его в папке.",
    ),
    "file_truncated": Check(
        "error",
        "Файл повреждён или скачан не до конца: книга {extension} не открывается.",
        "Скачайте файл заново; если он открывается в Excel, сохраните его как .xlsx.",
    ),
    "file_encrypted": Check(
        "error",
        "Файл закрыт паролем, ожидалась книга без пароля.",
        "Откройте файл в Excel с паролем, снимите пароль, сохраните и замените файл в папке.",
    ),
    "file_html": Check(
        "error",
        "Внутри файла {extension} — веб-страница, а не таблица Excel.",
        "Откройте файл в Excel и сохраните как .xlsx либо скачайте отчёт заново.",
    ),
    "file_wrong_kind": Check(
        "error",
        "Расширение файла {extension}, а внутри — {found}; ожидались .xlsx, .xls или .csv.",
        "Дайте файлу верное расширение или сохраните его в Excel как .xlsx; "
        "лишний файл уберите из папки.",
    ),
    "file_too_large": Check(
        "error",
        "Файл слишком велик: {found}, наибольшее допустимое — {limit}.",
        "Разделите файл на части или удалите лишние пустые строки и столбцы и сохраните заново.",
    ),
    "file_duplicate": Check(
        "note",
        "Файл — точная копия файла «{original}» и второй раз не читается.",
        "Ничего делать не нужно; копию можно убрать из папки.",
    ),
    "file_unknown": Check(
        "warning",
        "Вид файла не узнан: {found}; ожидались отчёты ФИС ОКО, протоколы РЦОИ или анкета об ОО.",
        "Если файл нужен, скачайте его в исходном виде, не меняя заголовков; лишний уберите.",
    ),
    "sheet_not_read": Check(
        "note",
        "Лист «{sheet}» не узнан и не прочитан: в первой непустой строке {found}.",
        "Если на листе нужные данные, верните исходные заголовки отчёта.",
    ),
    # --- headings ------------------------------------------------------------------------
    "column_missing": Check(
        "error",
        "Лист «{sheet}»: нет столбца {expected}, найдено {found}; скачайте отчёт заново.",
        "Скачайте отчёт заново, не переименовывая и не удаляя столбцы. Если заголовок изменился "
        "в новом году, допишите его в таблицу этого отчёта в methodology/column_maps.",
    ),
    "header_missing": Check(
        "error",
        "Лист «{sheet}»: не найдена строка заголовков, ожидались столбцы {expected}; "
        "скачайте отчёт заново.",
        "Скачайте отчёт заново и не меняйте строки над таблицей.",
    ),
    "fisoko_no_title": Check(
        "error",
        "Лист «{sheet}»: над таблицей нет строки вида «ВПР 2026 Русский язык 4 класс».",
        _AGAIN,
    ),
    "subject_unknown": Check(
        "error",
        "Лист «{sheet}»: предмет «{subject}» не известен; таблица не учтена ({n_rows} строк).",
        "Допишите название предмета в столбец aliases файла methodology/subjects.csv.",
    ),
    "vpr_no_date": Check(
        "warning",
        "Лист «{sheet}»: не указана дата работы; работа отнесена к весне.",
        _AGAIN,
    ),
    "vpr_max_differs": Check(
        "query",
        "Лист «{sheet}»: максимальный первичный балл {reported}, а сумма баллов заданий "
        "в заголовках {computed}.",
        _AGAIN,
    ),
    "context_sheet_missing": Check(
        "error",
        "В анкете об ОО нет листа с данными «{expected}»; найдены листы: {found}, "
        "ожидались листы {all_expected}.",
        "Выгрузите контекстные данные об ОО из ФИС ОКО заново вместе с обоими листами.",
    ),
    "context_n_pupils": Check(
        "warning",
        "Число обучающихся не читается: найдено {value}, ожидалось целое число.",
        "Исправьте ответ школы в анкете об ОО.",
    ),
    "context_login": Check(
        "error",
        "В анкете нет читаемого логина школы: найдено {value}, ожидалось edu и шесть цифр.",
        "Исправьте логин в столбце «Пользователь».",
    ),
    "crosswalk_ambiguous": Check(
        "error",
        "Код {value} указан в анкете у нескольких школ ({schools}): "
        "результаты с этим кодом не учтены ({n_rows} строк).",
        "Уточните коды ОГЭ и ЕГЭ школ в анкете об ОО.",
    ),
    # --- ВПР, pupils ---------------------------------------------------------------------
    "vpr_no_code": Check(
        "error",
        "Строка {row}: нет кода участника; строка не учтена.",
        _SCHOOL_ROW,
    ),
    "vpr_school_unreadable": Check(
        "error",
        "Строка {row}: логин школы не читается, найдено {value}, ожидалось edu и шесть цифр.",
        _SCHOOL_ROW,
    ),
    "vpr_task_value": Check(
        "error",
        "Строка {row}, задание «{column}»: найдено {value}, ожидалось целое от 0 до {maximum} "
        "или X; похоже на сдвиг столбцов, строка не учтена.",
        _SCHOOL_ROW,
    ),
    "vpr_mark_value": Check(
        "error",
        "Строка {row}: отметка за работу — {value}, ожидалось 2, 3, 4 или 5; строка не учтена.",
        _SCHOOL_ROW,
    ),
    "vpr_score_above_max": Check(
        "error",
        "Строка {row}: первичный балл {value} больше наибольшего возможного {maximum}; "
        "строка не учтена.",
        _SCHOOL_ROW,
    ),
    "vpr_stale_total": Check(
        "warning",
        "Строка {row}: устаревшая сумма — в файле первичный балл {value}, "
        "сумма по заданиям {computed}; взята сумма по заданиям.",
        "Проверьте отметку участника в ФИС ОКО: она могла быть выставлена по прежней сумме.",
    ),
    "vpr_tasks_blank": Check(
        "warning",
        "Строка {row}: баллы заданий не заполнены, проверить сумму {value} нельзя; "
        "взят балл из файла.",
        _SCHOOL_ROW,
    ),
    "vpr_journal_mark": Check(
        "warning",
        "Строка {row}: отметка по журналу — {value}, ожидалось 2–5 или «нет отметки»; "
        "считается неизвестной.",
        _SCHOOL_ROW,
    ),
    "vpr_class_label": Check(
        "warning",
        "Строка {row}: класс не читается ({value}); считается неизвестным.",
        _SCHOOL_ROW,
    ),
    "vpr_absent": Check(
        "note",
        "Лист «{sheet}»: участников без единого балла и отметки — {value}; "
        "считаются отсутствовавшими и в результаты не входят.",
        "Ничего делать не нужно, если эти участники не писали работу.",
    ),
    "vpr_twin_same": Check(
        "warning",
        "Строка {row}: повтор участника из строки {first}, данные совпадают; учтён один раз.",
        _SCHOOL_ROW,
    ),
    "vpr_twin_differs": Check(
        "error",
        "Строка {row}: код участника встречается в школе и классе несколько раз "
        "с разными данными (строки {rows}); строки не учтены.",
        "Проверьте в ФИС ОКО коды участников этого класса и скачайте отчёт заново.",
    ),
    "vpr_count_differs": Check(
        "query",
        "Лист «{sheet}»: заявлено участников {reported}, строк в таблице {found}.",
        "Сверьте число участников с ФИС ОКО; при расхождении скачайте отчёт заново.",
    ),
    "vpr_files_same": Check(
        "note",
        "Результаты школы по этой работе есть и в файле «{other}»: "
        "совпавшие участники ({value}) учтены один раз.",
        "Ничего делать не нужно.",
    ),
    "vpr_files_differ": Check(
        "error",
        "Результаты школы по этой работе расходятся с файлом «{other}» ({value} участников "
        "с разными данными): учтён файл «{kept}», {n_kept} строк; "
        "этот — нет, {n_dropped} строк.",
        "Оставьте в папке один, последний отчёт школы по этой работе.",
    ),
    # --- ВПР, groups ---------------------------------------------------------------------
    "group_name": Check(
        "error",
        "Строка {row}: группа участников не узнана ({value}); строка не учтена.",
        "Для школы ожидается логин в скобках, для муниципалитета — код reg99_m012; "
        "скачайте отчёт заново.",
    ),
    "group_value": Check(
        "error",
        "Строка {row}, столбец «{column}»: найдено {value}, ожидалось {expected}; "
        "строка не учтена.",
        _AGAIN,
    ),
    "group_percent_sum": Check(
        "query",
        "Строка {row}: проценты в сумме дают {value}, ожидалось 100 ± 0,1.",
        _AGAIN,
    ),
    "group_count_percent": Check(
        "query",
        "Строка {row}, «{column}»: {value} чел. не согласуется с долей {percent} % "
        "от {n_participants} участников.",
        _AGAIN,
    ),
    "group_count_sum": Check(
        "query",
        "Строка {row}: понизили, подтвердили и повысили вместе {value}, "
        "а участников всего {n_participants}.",
        _AGAIN,
    ),
    "group_no_journal": Check(
        "note",
        "Строка {row}: у {value} из {n_participants} участников нет отметки по журналу.",
        "Ничего делать не нужно; доля считается по участникам с обеими отметками.",
    ),
    "group_differs": Check(
        "warning",
        "Группа «{group}»: данные расходятся с файлом «{other}» "
        "(участников {value} и {n_other}); взяты данные с большим числом участников.",
        "Оставьте в папке один, последний отчёт по этой работе.",
    ),
    # --- ГИА -----------------------------------------------------------------------------
    "rcoi_no_title": Check(
        "error",
        "Лист «{sheet}»: над таблицей нет названия экзамена вида «04 - Химия 2026.06.01»; "
        "таблица не учтена ({n_rows} строк).",
        _ASK_RCOI,
    ),
    "rcoi_file_name": Check(
        "error",
        "В машинной выгрузке нет предмета и даты, они берутся из имени файла, "
        "а оно не вида «02_2026.06.02.csv».",
        "Верните файлу имя, с которым он пришёл из РЦОИ: код предмета, подчёркивание, дата.",
    ),
    "rcoi_date": Check(
        "error",
        "Лист «{sheet}»: дата экзамена «{value}» не существует; "
        "таблица не учтена ({n_rows} строк).",
        _ASK_RCOI,
    ),
    "rcoi_kind_differs": Check(
        "query",
        "Лист «{sheet}», {exam}: по заголовку «{column}» это {found}, а классы участников — "
        "{value}.",
        "Проверьте, тот ли протокол лежит в папке.",
    ),
    "rcoi_school_code": Check(
        "error",
        "Строка {row}: код ОО не читается (найдено {value}), ожидалось число; строка не учтена.",
        _ASK_RCOI,
    ),
    "rcoi_school_unknown": Check(
        "error",
        "Код ОО {value} не найден среди кодов ОГЭ и ЕГЭ анкеты об ОО: не учтено строк {n_rows}; "
        "{nearest}.",
        "Допишите код школы в анкету об ОО («Код ОГЭ», «Код ЕГЭ») или исправьте протокол.",
    ),
    "rcoi_row_unreadable": Check(
        "error",
        "Строка {row}: есть результат, но нет номера строки и кода ОО; строка не учтена.",
        _ASK_RCOI,
    ),
    "gia_result_value": Check(
        "error",
        "Строка {row}, «{column}»: найдено {value}, ожидалось {expected}; строка не учтена.",
        _ASK_RCOI,
    ),
    "gia_raw_value": Check(
        "warning",
        "Строка {row}: первичный балл не читается ({value}); считается неизвестным.",
        _ASK_RCOI,
    ),
    "gia_class_label": Check(
        "warning",
        "Строка {row}: класс не читается ({value}); считается неизвестным.",
        _ASK_RCOI,
    ),
    "gia_absent": Check(
        "note",
        "Лист «{sheet}», {exam}: участников без результата — {value}; в результаты не входят.",
        "Ничего делать не нужно, если эти участники не явились на экзамен.",
    ),
    "gia_no_identity": Check(
        "warning",
        "Лист «{sheet}», {exam}: у {value} участников нет ни имени, ни кода; "
        "повторы среди них не распознаются.",
        _ASK_RCOI,
    ),
    "gia_repeats": Check(
        "note",
        "Участников с несколькими результатами по этому экзамену: {value}; "
        "учтён последний по дате, затем наибольший.",
        "Ничего делать не нужно.",
    ),
    "gia_same_day": Check(
        "query",
        "Участников с двумя разными результатами за один день: {value}; учтён наибольший.",
        "Проверьте, не полные ли это тёзки; если да, запросите протокол с номерами документов.",
    ),
    # --- schools and cross-checks --------------------------------------------------------
    "school_not_in_register": Check(
        "warning",
        "Школа {school_id} есть в результатах, но её нет в анкете об ОО.",
        "Выгрузите контекстные данные об ОО с этой школой или проверьте логин.",
    ),
    "school_other_municipality": Check(
        "note",
        "Школ других муниципалитетов в файлах: {value}; их результаты не учтены "
        "(территория {place}).",
        "Ничего делать не нужно, если эти школы и правда не ваши; иначе исправьте "
        "municipality_id в monitoring.yaml или анкету об ОО.",
    ),
    "school_unplaced": Check(
        "error",
        "Школы {school_id} нет в анкете об ОО, и её муниципалитет из файлов не виден: "
        "результаты школы не учтены.",
        "Если это ваша школа, добавьте её в выгрузку контекстных данных об ОО.",
    ),
    "ege_minimum_unknown": Check(
        "error",
        "ЕГЭ {year} года, предмет «{subject}»: минимальный балл не известен, "
        "результатов не учтено: {value}.",
        "Допишите строку с минимальным баллом этого года в methodology/scales.csv.",
    ),
    "register_missing": Check(
        "warning",
        "В папке нет анкеты «Сбор контекстных данных об ОО»: реестр школ и коды РЦОИ не известны.",
        "Положите в папку выгрузку контекстных данных об ОО из ФИС ОКО.",
    ),
    "marks_differ": Check(
        "query",
        "Отметки школы по сводному отчёту и по строкам участников расходятся: "
        "«2, 3, 4, 5» в отчёте {reported} (участников по отчёту {n_reported}), "
        "в «{other}» {found} (строк {n_found}).",
        "Скачайте оба отчёта за один день и сверьте строки с замечаниями.",
    ),
    "participants_above_pupils": Check(
        "query",
        "Участников работы {value}, а обучающихся в школе по анкете {n_pupils}.",
        "Проверьте число обучающихся в анкете об ОО и логин школы в отчёте.",
    ),
}

# What was found, as a part of the sentences above.
FOUND_IN_FIRST_ROW = "в первой непустой строке {cells}"
FOUND_EXTENSION = "расширение {extension}"

NOT_USED: dict[str, str] = {
    "social_passport": "Социальный паспорт: нужен для условий работы школ (ШНСУ).",
    "survey": "Ответы на анкету: нужны для показателей удовлетворённости.",
    "expert_card": "Экспертная карта: нужна для оценки работы школы по показателям.",
    "teachers": "Сведения об учителях: нужны для кадровых дефицитов.",
    "roadmap": "Дорожная карта: нужна для отчёта о выполнении мер.",
    "collection_form": "Форма сбора результатов: её заполняет школа; для анализа скачайте "
    "из ФИС ОКО отчёт «Индивидуальные результаты».",
    "fisoko_distribution": "Распределение первичных баллов: нужно для признаков необъективности.",
    "fisoko_tasks": "Выполнение заданий: нужно для анализа затруднений по заданиям.",
    "fisoko_tasks_by_mark": "Выполнение заданий группами участников: нужно для анализа заданий.",
    "fisoko_planned": "Достижение планируемых результатов: нужно для анализа умений.",
    "fisoko_comparison_vertical": "Сравнение отметок с журналом в прежней, вертикальной форме: "
    "скачайте из ФИС ОКО отчёт в нынешней форме.",
    "fisoko_context_2021": "Контекстные данные об ОО 2021 года: для реестра нужна выгрузка "
    "с листами «Общая информация об ОО» и «ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО».",
    "journal": "Ведомость электронного журнала: нужна для сопоставления отметок.",
    "objectivity_list": "Перечень школ с признаками необъективности: нужен для сопоставления.",
    "rcoi_appeals": "Протокол апелляций: итоговые баллы берутся из протоколов проверки.",
    "region_protocol": "Региональный протокол ВПР: для анализа скачайте из ФИС ОКО отчёт "
    "«Индивидуальные результаты».",
    "consolidated_marks": "Сводная таблица аналитика: для анализа нужны исходные отчёты ФИС ОКО.",
}

# Headings that the column maps know as patterns, as a person would look for them in the file.
READABLE_HEADINGS: dict[str, str] = {
    "task": "1 (2б)",
    "n_participants": "Кол-во участников(всего)",
    "lowered_percent": "Понизили (Отметка < Отметка по журналу) %",
    "lowered_n": "Понизили (Отметка < Отметка по журналу) Кол-во участников",
    "confirmed_percent": "Подтвердили (Отметка = Отметке по журналу) %",
    "confirmed_n": "Подтвердили (Отметка = Отметке по журналу) Кол-во участников",
    "raised_percent": "Повысили (Отметка > Отметка по журналу) %",
    "raised_n": "Повысили (Отметка > Отметка по журналу) Кол-во участников",
    "short_name": "2. СОКРАЩЕННОЕ наименование ОО",
    "inn": "6. ИНН",
    "oge_code": "7. Код ОГЭ",
    "ege_code": "8. Код ЕГЭ",
    "n_pupils": "20. Укажите количество обучающихся в ОО",
}
