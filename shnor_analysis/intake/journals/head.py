"""What stands above a table of a journal: school, class, school year, period."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shnor_analysis.intake.cells import (
    cell_at,
    cell_text,
    is_blank,
    looks_private,
    read_class_label,
)
from shnor_analysis.intake.identity.personal import personal_spans
from shnor_analysis.intake.journals.school_cells import (
    Reference,
    login_digits,
    read_school,
    school_of_path,
)
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import read_school_year, year_of_path
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text

TITLE_FORM = "journal_title"

# Part of the year → first letter of our code and how many such parts a year has.
_PARTS = ((r"(?:четверт|чтв|четв)", "q", 4), (r"(?:полугод|п/г)", "h", 2), (r"тримест", "t", 3))
_NOT_BY_TITLE = (None, "final")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_ORDINALS = (("перв", 1), ("втор", 2), ("трет", 3), ("четверт", 4))
_SCHOOL_YEAR_WORDS = re.compile(r"учебн\w+ год\w*|уч\. ?год\w*")
_CLASS_IN_TITLE = re.compile(r"(\d{1,2}\s*[-«\"]?\s*[А-ЯЁA-Z]?[»\"]?)\s+класс", re.IGNORECASE)


@dataclass(frozen=True)
class JournalPlace:
    """Whose marks and when: what every row of a journal must know."""

    school: Reference
    class_label: str
    assessment_year: int
    period: str


@dataclass(frozen=True)
class JournalHead:
    """What the lines above the table and the path say; unknown parts are None."""

    school: Reference | None
    class_label: str | None
    assessment_year: int | None
    period: str | None

    @property
    def place(self) -> JournalPlace | None:
        """All four parts; None when one is unknown."""
        if self.school and self.class_label and self.assessment_year and self.period:
            return JournalPlace(self.school, self.class_label, self.assessment_year, self.period)
        return None

    @property
    def school_id(self) -> str | None:
        """The school that can answer; None unless it is named by its login."""
        return login_digits(self.school["school_login"]) if self.school else None

    def missing(self, sheet: Sheet, needed: tuple[str, ...]) -> list[Issue]:
        """An error for every needed part that is unknown."""
        parts = {
            "journal_no_school": self.school,
            "journal_no_class": self.class_label,
            "journal_no_year": self.assessment_year,
            "journal_no_period": self.period,
        }
        return [
            make_issue(check_id, sheet.file, sheet.name, school_id=self.school_id)
            for check_id in needed
            if parts[check_id] is None
        ]


def read_head(sheet: Sheet, header: int, column_map: ColumnMap) -> JournalHead:
    """Read the lines above a table.

    Parameters
    ----------
    sheet : Sheet
        A sheet of a journal.
    header : int
        Zero-based heading row.
    column_map : ColumnMap
        Labels «Школа:», «Класс:», «Учебный год:», «Период:» as patterns.

    Returns
    -------
    JournalHead
        Labelled values first, then words of the titles; the class may be the sheet's name, the
        school's login and the year may stand in the path.

    References
    ----------
    formats.md, section 5.
    """
    titles = [cell_text(cell) for row in sheet.rows[:header] for cell in row if not is_blank(cell)]
    labelled = _labelled(sheet, header, column_map)
    return JournalHead(
        school=_school(sheet, labelled.get("school")),
        class_label=_class_label(sheet, labelled.get("class_label"), titles),
        assessment_year=next(filter(None, map(read_school_year, titles)), None)
        or year_of_path(sheet.file),
        period=read_period(labelled.get("period", "")) or _period_of_titles(titles),
    )


def _labelled(sheet: Sheet, header: int, column_map: ColumnMap) -> dict[str, str]:
    """«Класс: 9А» → the value: after the label, or in the next filled cell."""
    found: dict[str, str] = {}
    for row in sheet.rows[:header]:
        filled = [cell_text(cell) for cell in row if not is_blank(cell)]
        for number, text in enumerate(filled):
            hits = sorted(
                (hit.start(), hit.end(), rule.column)
                for rule in column_map.rules
                if (hit := re.search(rule.heading, text, re.IGNORECASE))
            )
            ends = [start for start, _, _ in hits[1:]] + [len(text)]
            for (_, start, column), end in zip(hits, ends, strict=False):  # one end without hits
                value = text[start:end].strip(" :;,")
                if not value and end == len(text):
                    value = next(iter(filled[number + 1 : number + 2]), "")
                if value:
                    found.setdefault(column, value)
    return found


def _school(sheet: Sheet, label: str | None) -> Reference | None:
    """The labelled school; a login in the path is added when the label has none."""
    named, placed = read_school(label), school_of_path(sheet.file)
    if named is None or named["school_login"] or placed is None:
        return named or placed
    return {**named, "school_login": placed["school_login"]}


def _class_label(sheet: Sheet, label: str | None, titles: list[str]) -> str | None:
    found = (found.group(1) for text in titles if (found := _CLASS_IN_TITLE.search(text)))
    for text in (label, *found, sheet.name):
        read = read_class_label(text)[0]
        if read and read[0].isdigit():
            return read
    return None


def _period_of_titles(titles: list[str]) -> str | None:
    """The period that a title names; «Итоги успеваемости» names a report, not a period."""
    words = (_SCHOOL_YEAR_WORDS.sub("", normal_text(text)) for text in titles)
    found = (read_period(text) for text in words)
    return next((period for period in found if period not in _NOT_BY_TITLE), None)


def read_period(text: object) -> str | None:
    """Our code of a period.

    Returns
    -------
    str or None
        q1…q4, h1, h2, t1…t3, year, final; None when the words name no period.

    Examples
    --------
    >>> [read_period(text) for text in ("2 четверть", "I полугодие", "Год", "Итоговая", "май")]
    ['q2', 'h1', 'year', 'final', None]
    """
    words = normal_text(text)
    for part, letter, most in _PARTS:
        number = _part_number(words, part)
        if number is not None and 1 <= number <= most:
            return f"{letter}{number}"
    if re.search(r"итог|аттестат", words):
        return "final"
    return "year" if re.search(r"(?<!\w)год", words) else None


def _part_number(words: str, part: str) -> int | None:
    if found := re.search(rf"(?<!\w)(\d|i{{1,3}}|iv)[-\s]*(?:ая|ое|ый|й|я|е)?\s*{part}", words):
        sign = found.group(1)
        return _ROMAN.get(sign) or int(sign)
    for stem, number in _ORDINALS:
        if re.search(rf"(?<!\w){stem}\w*\s+{part}", words):
            return number
    found = re.search(rf"{part}\w*\s*[:№-]?\s*(\d)(?!\d)", words)
    return int(found.group(1)) if found else None


# Column that a list may have → the check that is due when nothing else says it.
PLACE_COLUMNS = {
    "school": "journal_no_school",
    "class_label": "journal_no_class",
    "school_year": "journal_no_year",
    "period": "journal_no_period",
}
_COLUMN_OF_PART = {
    "school": "school",
    "class_label": "class_label",
    "assessment_year": "school_year",
    "period": "period",
}
# Column of a list → its heading and what is expected in it.
EXPECTED = {
    "school": ("Школа", "логин, ИНН, код или название школы"),
    "class_label": ("Класс", "класс вида 9А"),
    "school_year": ("Учебный год", "учебный год вида 2024/2025"),
    "period": ("Период", "четверть, полугодие, триместр, год или итог"),
    "subject": ("Предмет", "название предмета"),
}


def read_row_place(
    row: list[object], positions: dict[str, int], head: JournalHead
) -> JournalPlace | str:
    """Whose marks and when one row of a list is about.

    Returns
    -------
    JournalPlace or str
        What stands in the row's own cells; for blank ones what stands above the table. The name
        of the first column that cannot be read otherwise.
    """
    cells = {column: cell_at(row, positions, column) for column in PLACE_COLUMNS}
    label = read_class_label(cells["class_label"])[0]
    own = JournalHead(
        school=read_school(cells["school"]),
        class_label=label if label and label[0].isdigit() else None,
        assessment_year=read_school_year(cell_text(cells["school_year"])),
        period=read_period(cells["period"]),
    )
    known = replace(
        own,
        **{
            part: getattr(head, part)
            for part, column in _COLUMN_OF_PART.items()
            if is_blank(cells[column])
        },
    )
    unknown = (column for part, column in _COLUMN_OF_PART.items() if not getattr(known, part))
    return known.place or next(unknown)


def row_school_id(row: list[object], positions: dict[str, int], head: JournalHead) -> str | None:
    """The school that can answer for one row of a list; None unless named by its login."""
    own = read_school(cell_at(row, positions, "school"))
    return login_digits(own["school_login"]) if own else head.school_id


def read_subject(value: object, methodology: Methodology) -> str | None:
    """The subject as printed; None when the text may be a person's name or other private data.

    Unknown subjects are kept: journals have many that no examination has.

    Examples
    --------
    >>> is_subject_like("Вероятность и статистика"), is_subject_like("Ли Анна")
    (True, False)
    """
    text = cell_text(value)
    is_known = methodology.subject_by_name(text) is not None
    return text if text and (is_known or is_subject_like(text)) else None


# School subjects end as surnames do («Физическая», «Татарский»), so their words are known first.
_SUBJECT_WORDS = re.compile(
    r"язык|родн|литератур|чтени|математик|алгебр|геометри|вероятност|информатик|истори|обществозн"
    r"|географи|биологи|хими|физик|физич|культур|музык|искусств|рисован|технологи|\bтруд\b|\bобж\b"
    r"|\bобзр\b|безопасност|астроном|экономик|\bправо\b|окружающ|краеведени|\bосновы\b|черчени"
    r"|ритмик|хореограф|риторик|природ|естествозн|экологи|финансов|\bпроект"
)


def is_subject_like(text: str) -> bool:
    """Whether a text may be printed as the name of a subject.

    Examples
    --------
    >>> [is_subject_like(t) for t in ("История России", "Татарский язык", "Ким Ян")]
    [True, True, False]
    """
    words = text.split()
    known = [bool(_SUBJECT_WORDS.search(normal_text(word))) for word in words]
    if any(known):
        # «Татарский» before «язык» is an adjective; a surname in brackets is not
        followed = [*known[1:], False]
        rest = [
            w for w, own, after in zip(words, known, followed, strict=True) if not own and not after
        ]
        return not any(map(looks_private, rest)) and not personal_spans(text)
    is_name = len(words) > 1 and all(word.isalpha() and word[0].isupper() for word in words)
    return not (is_name or looks_private(text))
