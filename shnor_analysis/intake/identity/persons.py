"""People's names, telephones and addresses inside free text: found and taken out."""

from __future__ import annotations

import re

from shnor_analysis.intake.cells import cell_text
from shnor_analysis.intake.identity.personal import (
    HIDDEN,
    hide_personal,
    is_unknown,
    personal_spans,
)

_PUNCTUATION = f" ,;:.–—-()_{HIDDEN}"


def is_person(value: object) -> bool:
    """Whether a text is nothing but a person's name or an address."""
    text = cell_text(value)
    hidden, n = hide_personal(text)
    return bool(n) and not hidden.strip(_PUNCTUATION)


def without_persons(value: object) -> tuple[str | None, int]:
    """Take names, telephones, documents, mail and network addresses out of a text.

    Parameters
    ----------
    value : object
        A cell.

    Returns
    -------
    tuple of str or None, int
        The text with «…» in place of every piece (None when nothing else is left) and how many
        pieces were taken out; see ``personal.personal_spans`` for what counts.

    Examples
    --------
    >>> without_persons("Отдел образования, Иванова И.И.")
    ('Отдел образования, …', 1)
    >>> without_persons("Директора школ"), without_persons("Никольский район")
    (('Директора школ', 0), ('Никольский район', 0))
    """
    hidden, n = hide_personal(cell_text(value))
    if not n:
        return hidden or None, 0
    return (hidden, n) if hidden.strip(_PUNCTUATION) else (None, n)


_BRACKETS = re.compile(r"\s*\(([^()]*)\)")


def school_title(value: object) -> str:
    """The name of a school without contacts and people; «имени Пушкина» stays.

    Brackets that hold a person or a telephone go as a whole. Blank when nothing is left.

    Examples
    --------
    >>> school_title("СОШ 2 (Пак Ольга, 8-913-771-22-33)"), school_title("СОШ им. А. С. Пушкина")
    ('СОШ 2', 'СОШ им. А. С. Пушкина')
    """
    text = _BRACKETS.sub(_open_bracket, cell_text(value))
    hidden, n = hide_personal(text, is_title=True)
    if not n:
        return text
    return re.sub(rf"[\s,;]*{HIDDEN}", "", hidden).strip(" ,;")


def _open_bracket(found: re.Match[str]) -> str:
    inside = found.group(1)
    has_person = personal_spans(inside) and (len(inside.split()) > 1 or is_unknown(inside))
    return "" if has_person else found.group()
