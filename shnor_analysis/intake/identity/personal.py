"""Where a text holds personal data: names, telephones, documents, mail and network addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shnor_analysis.intake.identity.person_words import (
    AMBIGUOUS_NAMES,
    COMMON_ENDINGS,
    COMMON_WORDS,
    GIVEN_NAMES,
    LATIN_WORDS,
    LONG_STEMS,
    SHORT_STEMS,
)

HIDDEN = "…"
_REMEMBERED = 2**14  # distinct texts of a folder; more only costs time

# Dates, school years and logins are made of digits, too, so they are set aside first.
_PLAIN_DIGITS = re.compile(
    r"(?<![\d.])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d(?!\d)"
    r"|(?<![\d.])(?:19|20)\d\d\s?[-–—/]\s?(?:19|20)?\d\d(?![\d-])|(?<![\d.])20\d\d(?=\s*г)"
)
_CONTACT = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.])[\w-]+(?:\.[\w-]+)*\.(?:ru|рф|com|org|net|me|su)(?!\w)[/\w?=&.-]*"
    r"|[\w.+-]+@[\w.-]+|(?<!\w)@\w[\w.]+"
    r"|(?<!\w)(?:тел\w*|т|моб\w*|сот\w*|факс|phone|tel)[.:\s№]*\+?\d(?:[\s().-]*\d){4,}"
    r"|(?<!\w)(?:серия|паспорт\w*)[\s:№]*\d\d\s?\d\d\D{0,12}\d{6}(?!\d)"
    r"|(?<!\w)\d\d\s?\d\d[\s№,.-]*(?:номер|ном\.|n)?[\s№]*\d{6}(?!\d)"
    r"|(?<![\w.])\+?\d(?:[\s().-]{0,3}\d){9,10}(?![\d])"
    r"|(?<![\w-])\d{2,3}-\d\d-\d\d(?![\d-])|(?<![\w])\d{7,}(?!\d)",
    re.IGNORECASE,
)
# A school is called after a person of history; «от имени» speaks for somebody living.
_HONOUR = re.compile(
    r"(?<!\w)(?<!от )(?:им\.|им(?=\s+[А-ЯЁ])|имени)\s*(?:[а-яё]+\s+){0,4}"
    r"(?:(?:Геро|Советск|Союз|Росси|Федерац|Маршал|Труда)\w*\s+){0,5}"
    r"(?:(?:[А-ЯЁ]\.\s?-?){1,3}\s?[А-ЯЁ][а-яё-]+|[А-ЯЁ][а-яё-]+(?:\s+[А-ЯЁ][а-яё-]+){0,2})"
)
_TOKEN = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*|[A-Za-z]+(?:-[A-Za-z]+)*")
_INITIALS = re.compile(
    r"(?<![А-ЯЁа-яёA-Za-z.])(?:[А-ЯЁа-яё]\.[\s_]*[А-ЯЁа-яё](?![А-ЯЁа-яё])\.?|[А-ЯЁ]\.)"
)
_NOT_INITIALS = {"тд", "тп", "те", "тк", "тч", "нэ", "гр", "ио", "пп", "сг", "уе", "км", "гг"}
_PATRONYMIC = re.compile(r"(?:[оеё]вич|ьич|[оеё]вн|иничн|ичн)(?:а|у|ем|е|ы|ой)?$|^ильич|кузьмич")
_NOT_PATRONYMIC = re.compile(
    r"^(?:основн|услов|безуслов|духовн|вино(?:вна|вны|вно)|невинов|уголовн|поголов|церков|верховн|любовн|кровн"
    r"|словн|дословн|ровн|уровн|древн|деревн|дневн|ежедн|повсед|душевн|плачев|чиновн|ревн|полднев"
    r"|шумовн|чайховн|готовн|штормовн|лично|личн|различн|отличн|наличн|практичн|логичн|типичн"
    r"|первичн|вторичн|частичн|единичн|больничн|аналогичн|обычн|публичн|циклич|критичн|столичн)"
)
_SURNAME = re.compile(
    r"(?:[оеё]в|[иы]н|[оеё]в[аыу]|[иы]н[аыу]|[оеё]в(?:ой|ым)|[иы]н(?:ой|ым)|енко|швили|дзе)$"
)
_ADJECTIVE = re.compile(r"[сц]к(?:ий|ая|ое|ие|ого|ой|ому|ом|им|ую|их|ими)$")
_PLACE_ENDING = re.compile(r"(?:ск|град|бург)(?:а|у|е|ом)?$")
_PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:г|гор|с|п|пос|пгт|д|дер|ст|ул|х|село|селе|села|пос[её]лок|пос[её]лке|деревн\w|город"
    r"|городе|города|станиц\w|республик\w|район\w?|округ\w?|област\w|улиц\w)\.?\s*[«\"]?$",
    re.IGNORECASE,
)
_PLACE_AFTER = re.compile(
    r"\s+(?:район|округ|област|кра[йяю]|муницип|сельск|городск|поселен|школ|[сон]ош|гимнази|лице)",
    re.IGNORECASE,
)
# What may stand before a name inside a sentence, short words with a point included.
_INSIDE = re.compile(
    r"(?:[а-яёA-Za-z,;:)(_/–—-]|(?<!\w)(?:отв|зам|дир|рук|уч|преп|исп|спец|гл|зав|нач|пом|тов)\.)\s*$",
    re.IGNORECASE,
)
_SHORTEST_NAME, _LONGEST_ABBREVIATION = 3, 4


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    word: str
    key: str  # lower case, е for ё

    @property
    def is_title(self) -> bool:
        return len(self.word) > 1 and self.word[0].isupper() and self.word[1:2].islower()

    @property
    def is_upper(self) -> bool:
        return len(self.word) > 1 and self.word.isupper()

    @property
    def is_latin(self) -> bool:
        return self.word.isascii()

    @property
    def is_common(self) -> bool:
        """Whether this is an ordinary word, an abbreviation or a word of programs."""
        if self.is_latin:
            return self.key in LATIN_WORDS
        return self.is_known or self.key.endswith(COMMON_ENDINGS)

    @property
    def is_known(self) -> bool:
        """Whether the word begins as an ordinary one."""
        if self.key in COMMON_WORDS or self.key.startswith(LONG_STEMS):
            return True
        return self.key.startswith(SHORT_STEMS) and not _SURNAME.search(self.key)

    @property
    def is_abbreviation(self) -> bool:
        return self.is_upper and len(self.word) <= _LONGEST_ABBREVIATION

    @property
    def may_be_name(self) -> bool:
        """Not a word we know; long enough for a surname."""
        is_name = self.key in GIVEN_NAMES or self.key in AMBIGUOUS_NAMES or self.is_patronymic
        return len(self.word) > 1 and (is_name or not self.is_common)

    @property
    def is_patronymic(self) -> bool:
        return bool(_PATRONYMIC.search(self.key)) and not _NOT_PATRONYMIC.match(self.key)

    @property
    def has_surname_ending(self) -> bool:
        return (
            not self.is_known and len(self.key) > _SHORTEST_NAME and bool(_SURNAME.search(self.key))
        )


Span = tuple[int, int]


@lru_cache(maxsize=_REMEMBERED)
def personal_spans(text: str, *, is_title: bool = False) -> tuple[Span, ...]:
    """Where a text holds personal data.

    Parameters
    ----------
    text : str
        One line, white space collapsed.
    is_title : bool
        The text is the name of a school or a group: a single capitalised word in it is a
        village, not a surname; only names with initials, first name or patronymic count.

    Returns
    -------
    tuple of (int, int)
        Start and end of every piece, in order, not overlapping. A name after «имени» belongs to
        the school and is no piece. A lone rare surname at the beginning of a text may pass.

    Examples
    --------
    >>> personal_spans("Отв. Пак Ольга, до 15 октября 2025")
    ((5, 14),)
    >>> personal_spans("Итоговый педсовет")
    ()
    """
    scanned = _PLAIN_DIGITS.sub(lambda found: "\x00" * len(found.group()), text)
    spans = [found.span() for found in _CONTACT.finditer(scanned)]
    kept = [found.span() for found in _HONOUR.finditer(text)]
    names = _name_spans(text, is_title=is_title)
    spans += [
        one for one in names if not any(one[0] < end and start < one[1] for start, end in kept)
    ]
    return _merged(spans)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def hide_personal(text: str, *, is_title: bool = False) -> tuple[str, int]:
    """Put «…» in place of personal data; the text and how many pieces were hidden."""
    spans = personal_spans(text, is_title=is_title)
    for start, end in reversed(spans):
        text = text[:start] + HIDDEN + text[end:]
    return text, len(spans)


def is_unknown(text: str) -> bool:
    """Whether a text is made only of words that are neither ordinary nor abbreviations.

    Examples
    --------
    >>> is_unknown("щукарь лев"), is_unknown("Код МСУ"), is_unknown("2025")
    (True, False, False)
    """
    tokens = [token for token in _tokens(text) if len(token.word) > 1]
    return bool(tokens) and all(token.may_be_name and not token.is_abbreviation for token in tokens)


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(*found.span(), found.group(), found.group().lower().replace("ё", "е"))
        for found in _TOKEN.finditer(text)
    ]


def _name_spans(text: str, *, is_title: bool) -> list[Span]:
    tokens = _tokens(text)
    spans = _with_initials(text, tokens)
    for at, token in enumerate(tokens):
        before = tokens[at - 1] if at and _touch(text, tokens[at - 1], token) else None
        after = tokens[at + 1] if _touch(text, token, *tokens[at + 1 : at + 2]) else None
        if token.is_latin:
            pair = after is not None and after.is_latin and token.is_title and after.is_title
            if after is not None and pair and not (token.is_common or after.is_common):
                spans.append((token.start, after.end))
            continue
        beside = [one for one in (before, after) if one and _may_go_with(token, one)]
        if token.is_patronymic and (token.is_title or token.is_upper or beside):
            spans.append(_around(token, _two_before(text, tokens, at), after))
        elif _is_given(text, token, beside):
            spans.append(_around(token, before, after))
        elif not _is_place(text, token):
            spans += _capitalised(text, token, before, after, is_title=is_title)
    return spans


def _touch(text: str, one: _Token, other: _Token | None = None) -> bool:
    return other is not None and not text[one.end : other.start].strip(" _\t\u00a0")


def _may_go_with(token: _Token, other: _Token) -> bool:
    """Whether two neighbours look like parts of one name: the same case, both unknown."""
    same = (token.is_title or token.is_upper) == (other.is_title or other.is_upper)
    is_short = len(other.word) < _SHORTEST_NAME and not other.is_title
    return same and other.may_be_name and not is_short and not other.is_latin


def _two_before(text: str, tokens: list[_Token], at: int) -> _Token | None:
    first = None
    for back in (1, 2):
        if at < back or not _touch(text, tokens[at - back], tokens[at - back + 1]):
            break
        if not _may_go_with(tokens[at], tokens[at - back]):
            break
        first = tokens[at - back]
    return first


def _around(token: _Token, before: _Token | None, after: _Token | None) -> Span:
    has_before = before is not None and _may_go_with(token, before)
    has_after = after is not None and _may_go_with(token, after)
    start = before.start if before is not None and has_before else token.start
    return start, after.end if after is not None and has_after else token.end


def _is_given(text: str, token: _Token, beside: list[_Token]) -> bool:
    if token.key in AMBIGUOUS_NAMES:
        return bool(beside) or (token.is_title and _is_inside(text, token))
    return token.key in GIVEN_NAMES and (token.is_title or token.is_upper or bool(beside))


def _is_inside(text: str, token: _Token) -> bool:
    return _INSIDE.search(text, 0, token.start) is not None


def _is_place(text: str, token: _Token) -> bool:
    if _PLACE_BEFORE.search(text, 0, token.start) or _PLACE_AFTER.match(text, token.end):
        return True
    following = text[token.end :].lstrip(" ")
    is_adjective = _ADJECTIVE.search(token.key) is not None
    if is_adjective and following[:1].isalpha():
        return following[0].islower() or following[:2].isupper()
    return _PLACE_ENDING.search(token.key) is not None


def _capitalised(
    text: str, token: _Token, before: _Token | None, after: _Token | None, *, is_title: bool
) -> list[Span]:
    """A pair of unknown capitalised words, or one of them inside a sentence."""
    if not token.may_be_name or token.is_abbreviation:
        return []
    if after is not None and not after.is_abbreviation and not _is_place(text, after):
        both_title = token.is_title and after.is_title
        both_upper = token.is_upper and after.is_upper
        if (both_title or both_upper) and _may_go_with(token, after):
            return [(token.start, after.end)]
    if is_title or not (token.is_title or token.is_upper):
        return []
    whole = not text[: token.start].strip(" ,;.()_") and not text[token.end :].strip(" ,;.()_")
    alone = re.match(r"\s*(?:$|[,;.)])", text[token.end :]) is not None
    starts = re.search(r"(?:^|[,;.(])\s*$", text[: token.start]) is not None
    is_segment = alone and starts
    if is_segment and (token.has_surname_ending or _ADJECTIVE.search(token.key) or not whole):
        return [(token.start, token.end)] if token.start or token.has_surname_ending else []
    if token.is_title and _is_inside(text, token):
        return [(token.start, token.end)]
    return []


def _with_initials(text: str, tokens: list[_Token]) -> list[Span]:
    spans = []
    for found in _INITIALS.finditer(text):
        letters = re.sub(r"[^А-ЯЁа-яё]", "", found.group()).lower()
        if letters in _NOT_INITIALS:
            continue
        start, end = found.span()
        before = next((t for t in reversed(tokens) if t.end <= start), None)
        after = next((t for t in tokens if t.start >= end), None)
        is_lower = found.group().islower()
        if before and not text[before.end : start].strip(" _,") and _fits(before, is_lower):
            spans.append((before.start, end))
        elif after and not text[end : after.start].strip(" _") and _fits(after, is_lower):
            spans.append((start, after.end))
    return spans


def _fits(token: _Token, is_lower: bool) -> bool:
    """Whether a word beside initials is the surname."""
    is_capital = token.is_title or (token.is_upper and not token.is_abbreviation)
    return token.may_be_name and len(token.word) > 1 and (is_capital or is_lower)
