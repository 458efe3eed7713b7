"""People's names, telephones and addresses inside free text: found and taken out."""

from __future__ import annotations

import re

from shnor_analysis.intake.cells import cell_text

_WORD = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_INITIALS = r"[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?"
_PATRONYMIC = r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|инична)(?![а-яё])"
# Endings of surnames; «район», «школа» and other nouns of offices do not end so.
_SURNAME = (
    r"[А-ЯЁ][а-яё]+(?:[оеё]в|[иы]н|[оеё]в[аыу]|[иы]н[аыу]|[оеё]в(?:ой|ым)|[иы]н(?:ой|ым)"
    r"|енко|швили|дзе)(?![а-яё])"
)
# «Каменский Пётр» is a person, «Никольский район» and «Никольская СОШ» are places.
_ADJECTIVE_SURNAME = (
    r"[А-ЯЁ][а-яё]+(?:ский|ская|цкий|цкая)(?![а-яё])(?=\s*(?:$|[,;.)]|[А-ЯЁ][а-яё]))"
)
_EXACT = re.compile(
    rf"{_WORD}\s+{_INITIALS}|{_INITIALS}\s*{_WORD}"
    rf"|(?:{_WORD}\s+){{0,2}}{_PATRONYMIC}(?:\s+{_WORD})?"
    r"|[\w.+-]+@[\w.-]+|(?<![\w.])\+?\d[\d\s()-]{8,}\d(?!\w)"
)
# A first word of a sentence has a capital letter anyway, so only later ones are taken for names.
_INNER_SURNAME = re.compile(rf"(?<=[а-яё,;)])(?P<gap>\s+)(?:{_SURNAME}|{_ADJECTIVE_SURNAME})")
_ONLY_NAMES = re.compile(rf"^(?:{_WORD}[\s,;]*){{1,3}}$")
_ANY_SURNAME = re.compile(rf"{_SURNAME}|{_ADJECTIVE_SURNAME}")


def is_person(value: object) -> bool:
    """Whether a text is nothing but a person's name."""
    text = cell_text(value)
    if _ONLY_NAMES.match(text) and _ANY_SURNAME.search(text):
        return True
    return _EXACT.fullmatch(text) is not None


def without_persons(value: object) -> tuple[str | None, int]:
    """Take names, telephones and e-mails out of a text.

    Parameters
    ----------
    value : object
        A cell.

    Returns
    -------
    tuple of str or None, int
        What is left (None when nothing is) and how many pieces were taken out. A rare surname
        without initials, first name or patronymic may look like any other word: a person is
        recognised by initials, patronymic or the ending of the surname.

    Examples
    --------
    >>> without_persons("Отдел образования, Иванова И.И.")
    ('Отдел образования', 1)
    >>> without_persons("Директора школ"), without_persons("Никольский район")
    (('Директора школ', 0), ('Никольский район', 0))
    """
    text = cell_text(value)
    if is_person(text):
        return None, 1
    text, n_exact = _EXACT.subn(" ", text)
    text, n_inner = _INNER_SURNAME.subn(r"\g<gap>", text)
    text = re.sub(r"\(\s*\)", " ", text)
    text = re.sub(r"\s+(?=[,;.)])", "", " ".join(text.split()))
    text = re.sub(r"(?:[,;]\s*){2,}", ", ", text).strip(" ,;–—-")
    return text or None, n_exact + n_inner
