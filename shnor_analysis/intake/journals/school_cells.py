"""How one cell or one path names a school."""

from __future__ import annotations

import re

from shnor_analysis.intake.cells import cell_text, is_blank, read_login, read_school_code
from shnor_analysis.intake.extract import SCHOOL_REFERENCE

# Excel drops one leading zero: 9 digits were 10, 11 were 12.
_INN_LENGTH = {9: 10, 10: 10, 11: 12, 12: 12}
_ID_LENGTH = 6
_SIX_DIGITS = re.compile(r"^\d{6}$")

Reference = dict[str, str | None]


def read_inn(value: object) -> str | None:
    """ИНН of 10 or 12 digits, with the leading zero that Excel drops; None for anything else."""
    text = re.sub(r"\s", "", cell_text(value))
    length = _INN_LENGTH.get(len(text)) if text.isdecimal() else None
    return text.zfill(length) if length else None


def read_school(value: object) -> Reference | None:
    """The school a cell names.

    Parameters
    ----------
    value : object
        A login, six digits of one, ИНН, РЦОИ code, name, or a name with the login in brackets.

    Returns
    -------
    dict or None
        The columns ``SCHOOL_REFERENCE``; None for a blank cell.

    Examples
    --------
    >>> read_school("МБОУ СОШ № 1(edu990001)")["school_login"]
    'edu990001'
    >>> read_school(9901000001.0)["school_inn"]
    '9901000001'
    """
    if is_blank(value):
        return None
    text = cell_text(value)
    reference: Reference = dict.fromkeys(SCHOOL_REFERENCE)
    if login := read_login(text):
        rest = re.sub(r"[\s()|]", "", text)
        return {**reference, "school_login": login, "school_name": _named(text, rest, login)}
    if _SIX_DIGITS.match(text):
        return {**reference, "school_login": text}
    if inn := read_inn(text):
        return {**reference, "school_inn": inn}
    if code := read_school_code(text):
        return {**reference, "school_code": code}
    return {**reference, "school_name": text}


def _named(text: str, rest: str, login: str) -> str | None:
    """The name beside a login; None when the cell holds the login alone."""
    if len(rest) <= len(login):
        return None
    return re.sub(r"\s*\([^()]*\d{6}[^()]*\)\s*$", "", text)


def school_of_path(file: str) -> Reference | None:
    """The school whose login stands in the name of a folder or of the file itself.

    The innermost part with a login counts.
    """
    for part in reversed(file.split("/")):
        if login := read_login(part):
            return {**dict.fromkeys(SCHOOL_REFERENCE), "school_login": login}
    return None


def login_digits(login: str | None) -> str | None:
    """The six digits of a login: they are the id of the school."""
    return login[-_ID_LENGTH:] if login else None


def school_id_of_path(file: str) -> str | None:
    """The id of the school whose login stands in the path of a file."""
    sender = school_of_path(file)
    return login_digits(sender["school_login"]) if sender else None
