"""What a sheet is, recognised by its cells; file names and sheet names are not trusted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from shnor_analysis.form_specs import HELP_TITLE, LISTS_TITLE
from shnor_analysis.intake.cells import is_blank, memo
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, normal_text

HEAD_ROWS = 20  # headings of every known form stand within the first 8–12 rows
_MIN_HEADINGS = 2

_HARDSHIP = r"\bодн\b|\bкдн\b|внутришкольном уч|малообеспеченн"

EXAM_TITLE = re.compile(
    r"^(\d{1,2})\s*[-–—]\s*(.+?)\s+(\d{4}\.\d{1,2}\.\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})$"
)
_NUMBER_SIGN = normal_text("№")
_TASK = re.compile(r"^\d+.*\(\d+\s*б\)$")


@dataclass(frozen=True)
class Head:
    """The first rows of a sheet in the form in which headings are compared."""

    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def title(self) -> str:
        """The first filled cell."""
        return next((cell for row in self.rows for cell in row if cell), "")

    @cached_property
    def cells(self) -> set[str]:
        """All filled cells."""
        return {cell for row in self.rows for cell in row if cell}

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Filled cells above the headings: what stands below is data, whatever it says."""
        above = takewhile(lambda row: not (_is_heading_row(row) or _form_of(row)), self.rows)
        return tuple(cell for row in above for cell in row if cell)

    @cached_property
    def form(self) -> str | None:
        """The form whose headings stand in one row; the uppermost such row decides."""
        return next(filter(None, map(_form_of, self.rows)), None)

    def has_title(self, pattern: str) -> bool:
        """Whether some cell above the headings matches a pattern."""
        return any(re.search(pattern, cell) for cell in self.titles)

    def has(self, *headings: str) -> bool:
        """Whether one row holds all these headings."""
        # most sheets lack one of them altogether: rows are looked at only when none is missing
        return self.cells.issuperset(headings) and any(
            set(headings) <= set(row) for row in self.rows
        )

    def has_part(self, pattern: str) -> bool:
        """Whether some cell matches a pattern."""
        return any(re.search(pattern, cell) for cell in self.cells)


_LEAST_TABLE = 3  # a narrower row above a table is a title with a remark beside it


def _is_heading_row(row: tuple[str, ...]) -> bool:
    """A row of headings; «Класс: | 9А | Период:» are labels above them."""
    filled = [cell for cell in row if cell]
    return len(filled) >= _LEAST_TABLE and not any(":" in cell for cell in filled)


def _form_of(row: tuple[str, ...]) -> str | None:
    """The form whose headings stand in a row."""
    return next((f for f, patterns in _FORM_HEADINGS if _has_each(row, patterns)), None)


def _has_each(row: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Whether every pattern has a cell of its own in a row."""
    hits = [{at for at, cell in enumerate(row) if re.search(p, cell)} for p in patterns]
    return all(hits) and len(set[int]().union(*hits)) >= len(patterns)


# Headings that tell a form, each in its own cell of one row; the particular forms stand first.
_FORM_HEADINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("expert_card", (r"^показател", r"самооценк|^балл школы", r"^балл")),
    (
        "survey_totals",
        (
            "^ответили|^опрошено|(?:ответивших|опрошенных)$",
            r"^удовлетворен[ыо]\b|^(?:количество|число) удовлетворенных",
        ),
    ),
    (
        "adapted_participants",
        (
            r"^участник\w+ по (?:аооп|аоп|адаптированн)",
            r"^из них (?:не преодолели|ниже минимума)",
        ),
    ),
    (
        "diagnostic_works",
        (
            "^(?:название|наименование) работы$|^диагностическая работа$",
            "^писали работу|участников$",
        ),
    ),
    (
        "procedure_conduct",
        (
            "^(?:оценочная )?процедура$",
            "общественн.. наблюд|^видеонаблюд|^перепроверено работ",
        ),
    ),
    ("medal_claims", ("^степень медали|^медаль|^вид медали", "^фамилия|^фио")),
    ("past_registers", ("^(?:перечень|реестр|список)$", "^год|^учебный год")),
    ("social_passport", (_HARDSHIP, "^отметка времени$|^timestamp$|численность обучающихся")),
    ("roadmap", ("^мероприяти|^мера$|^меры$", "^срок|ответственн")),
    (
        "teachers",
        (
            r"^(фио|учитель|педагог)|код учителя|код педагога",
            "категори|стаж|дефицит|курсы повышения",
        ),
    ),
)


def sheet_head(sheet: Sheet) -> Head:
    """Return the first rows of a sheet, normalised."""
    normal = memo(normal_text)
    return Head(tuple(tuple(map(normal, row)) for row in sheet.rows[:HEAD_ROWS]))


def find_header(
    sheet: Sheet, column_map: ColumnMap, required: tuple[str, ...] = ()
) -> tuple[int, dict[str, int]] | None:
    """Find the heading row: the one among the first rows where most of our columns are found.

    The first row with every ``required`` column ends the search.

    Returns
    -------
    tuple of int and dict, or None
        Zero-based row and our column → zero-based position. None when no row has two columns.
    """
    best: tuple[int, dict[str, int]] | None = None
    for index, row in enumerate(sheet.rows[:HEAD_ROWS]):
        if sum(not is_blank(cell) for cell in row) < _MIN_HEADINGS:
            continue
        found = column_map.match(row)
        if len(found) >= _MIN_HEADINGS and (best is None or len(found) > len(best[1])):
            best = index, found
        if required and set(required) <= found.keys():
            return index, found
    return best


def first_filled_row(sheet: Sheet) -> list[object]:
    """The first row that is not empty; an empty list for an empty sheet."""
    return next((row for row in sheet.rows if not all(is_blank(cell) for cell in row)), [])


def sheet_family(sheet: Sheet) -> str | None:
    """Recognise a sheet.

    Parameters
    ----------
    sheet : Sheet
        Any sheet; only the first rows are looked at.

    Returns
    -------
    str or None
        A key of ``place.READERS``, of ``messages.NOT_USED``, or None when not recognised.

    References
    ----------
    formats.md, section 7, item 1 (fingerprints).
    """
    head = sheet_head(sheet)
    return next((family for family, is_family in _FAMILIES if is_family(head)), None)


def _is_rcoi(head: Head) -> bool:
    if head.has("schoolcode") or head.has("columnname", "surnamecell"):
        return True
    has_title = any(EXAM_TITLE.match(cell) for cell in head.cells)
    return has_title and (head.has_part("^код о[оу]$") or head.has(_NUMBER_SIGN))


def _has_marks_header(head: Head) -> bool:
    for row in head.rows:
        if "группы участников" in row:
            return {cell for cell in row if cell.isdigit()} == {"2", "3", "4", "5"}
    return False


def _has_scores_header(head: Head) -> bool:
    return any("группы участников" in row and {"0", "1"} <= set(row) for row in head.rows)


def _has_tasks_header(head: Head) -> bool:
    return any("группы участников" in row and "1" in row and "0" not in row for row in head.rows)


def _is_individual(head: Head) -> bool:
    has_tasks = any(_TASK.match(cell) for cell in head.cells)
    return head.title == "индивидуальные результаты" or (
        has_tasks
        and "код участника" in head.cells
        and bool({"первичный балл", "отметка по журналу"} & head.cells)
    )


def _is_comparison(head: Head) -> bool:
    return head.title.startswith("сравнение отметок") or head.has_part(r"^понизили\b.*%$")


def _is_comparison_vertical(head: Head) -> bool:
    has_parts = head.has_part(r"^(понизили|подтвердили|повысили) \(")
    return has_parts and head.has("группы участников", "%")


_CONTEXT_QUESTION = re.compile(
    r"код огэ|код егэ|укажите количество обучающихся в оо|сокращенное наименование оо"
)
_CONTEXT_QUESTION_2021 = re.compile(
    r"^укажите количество обучающихся в оо|^сколько всего в школе учителей"
    r"|^где расположена ваша образовательная организация"
)


def _is_context(head: Head) -> bool:
    """Questions of the form in a row of headings; a list of them in a column is no form."""
    return any(
        "пользователь" in row and any(map(_CONTEXT_QUESTION.search, row)) for row in head.rows
    )


def _is_context_2021(head: Head) -> bool:
    return any(
        {"логин", "название оо"} <= set(row) and any(map(_CONTEXT_QUESTION_2021.search, row))
        for row in head.rows
    )


def _is_oo1(head: Head) -> bool:
    """Form ОО-1 as a long table: section, row, column, value."""
    return any(
        "значение" in row
        and any(re.search(r"^(?:№ |код )?строк[аи]$", cell) for cell in row)
        and any(re.search(r"^(?:№ |номер )?граф[аы]$", cell) for cell in row)
        for row in head.rows
    )


def _is_form_answers(head: Head) -> bool:
    return bool(head.rows) and bool({"отметка времени", "timestamp"} & head.cells)


def _is_social_passport(head: Head) -> bool:
    return head.form == "social_passport" or (
        head.has_title("социальный паспорт") and head.has_part(_HARDSHIP)
    )


def _is_form_help(head: Head) -> bool:
    """Sheets of our templates that explain how to fill them."""
    return head.title in (normal_text(HELP_TITLE), normal_text(LISTS_TITLE))


def _is_journal(head: Head) -> bool:
    return (
        "фио/предмет" in head.cells
        or head.has_title("^сводная ведомость учета|^успеваемость класса|^итоги успеваемости")
        or head.has_title("^результативность работы школы")
        or any(_is_journal_summary(row) or _is_journal_list(row) for row in head.rows)
        or (head.has_part(r"^класс ?:") and head.has_part(r"^период ?:") and _names_pupils(head))
    )


_PUPIL = re.compile(r"^ф\. ?и\. ?о\.$|^фио\b|^(?:ученик|обучающийся|учащийся)$|^фамилия[, ]")


def _names_pupils(head: Head) -> bool:
    return any(map(_PUPIL.search, head.cells))


def _is_journal_summary(row: tuple[str, ...]) -> bool:
    is_table = {"предмет", "класс"} <= set(row)
    return is_table and any(re.search(r"^(?:% ?)?(?:кач|успев)", cell) for cell in row)


def _is_journal_list(row: tuple[str, ...]) -> bool:
    has_mark = bool({"отметка", "оценка", "итоговая отметка"} & set(row))
    return has_mark and {"предмет", "класс"} <= set(row) and any(map(_PUPIL.search, row))


def _is_region_protocol(head: Head) -> bool:
    return (
        head.has("логин школы", "код обучающегося")
        or head.has("otc", "a-1-grade")
        or ("пользователь" in head.cells and head.has_part("наименование класса"))
    )


def _is_region_classes(head: Head) -> bool:
    return "пользователь" in head.cells and head.has_part("буква \\(цифра\\) класса")


_LIST_WORDS = {"x", "х", "отсутствовал", "нет отметки"}  # Latin and Cyrillic cross


def _is_drop_down_lists(head: Head) -> bool:
    """Sheets behind the collection form: what may be chosen in its columns."""
    column = [row[0] for row in head.rows if row]
    is_numbering = head.cells == set(column) and column == [
        str(number) for number in range(1, len(column) + 1)
    ]
    words = {cell for cell in head.cells if not cell.isdecimal()}
    return bool(head.cells) and (is_numbering or (bool(words) and words <= _LIST_WORDS))


# The order matters: the more particular fingerprint stands first.
_FAMILIES: tuple[tuple[str, Callable[[Head], bool]], ...] = (
    ("explanations", lambda head: head.has("код замечания", "код причины")),
    ("issues_list", lambda head: "код замечания" in head.cells),
    ("contents", lambda head: head.title == "содержание"),
    ("form_help", _is_form_help),
    ("reported_indicators", lambda head: head.has("код показателя", "числитель")),
    ("rcoi_appeals", lambda head: "состояние апелляции" in head.cells),
    ("rcoi_protocol", _is_rcoi),
    (
        "collection_form",
        lambda head: (
            head.has("код участника", "порядковый номер класса")
            and head.title != "индивидуальные результаты"
            and "первичный балл" not in head.cells
        ),
    ),
    ("region_protocol", _is_region_protocol),
    ("region_classes", _is_region_classes),
    ("drop_down_lists", _is_drop_down_lists),
    ("fisoko_individual", _is_individual),
    ("fisoko_comparison_vertical", _is_comparison_vertical),
    ("fisoko_comparison", _is_comparison),
    ("fisoko_distribution", lambda head: head.title.startswith("распределение первичных баллов")),
    (
        "fisoko_tasks_by_mark",
        lambda head: head.title.startswith("выполнение заданий группами"),
    ),
    ("fisoko_tasks", lambda head: head.title.startswith("выполнение заданий")),
    (
        "fisoko_planned",
        lambda head: (
            head.title.startswith("достижение планируемых")
            or head.has_title("^блоки пооп")
            or any(
                _has_each(row, ("^блоки пооп|проверяемые требования", "^макс")) for row in head.rows
            )
        ),
    ),
    (
        "fisoko_marks",
        lambda head: head.title == "статистика по отметкам" or _has_marks_header(head),
    ),
    ("fisoko_distribution", _has_scores_header),
    ("fisoko_tasks", _has_tasks_header),
    ("fisoko_context", _is_context),
    ("fisoko_context_2021", _is_context_2021),
    ("oo1", _is_oo1),
    (
        "objectivity_list",
        lambda head: "количество маркеров" in head.cells or head.has("логин", "4 ру"),
    ),
    ("journal", lambda head: any(map(_is_journal_list, head.rows))),
    ("consolidated_marks", lambda head: head.has("год", "класс", "предмет", "логин")),
    (
        "expert_card",
        lambda head: head.form == "expert_card" or head.has_title("^экспертная карта"),
    ),
    ("journal", _is_journal),
    ("survey_totals", lambda head: head.form == "survey_totals"),
    ("adapted_participants", lambda head: head.form == "adapted_participants"),
    ("diagnostic_works", lambda head: head.form == "diagnostic_works"),
    ("procedure_conduct", lambda head: head.form == "procedure_conduct"),
    ("medal_claims", lambda head: head.form == "medal_claims"),
    ("past_registers", lambda head: head.form == "past_registers"),
    ("social_passport", _is_social_passport),
    (
        "roadmap",
        lambda head: head.form == "roadmap" or head.has_title("дорожная карта|^план мероприятий"),
    ),
    ("teachers", lambda head: head.form == "teachers"),
    ("survey", _is_form_answers),
)
