"""Which school is meant: by login, РЦОИ code, ИНН or a name typed by hand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from shnor_analysis.intake.cells import cell_text, read_login, read_school_code, safe_value
from shnor_analysis.intake.extract import RegisterEntry, SchoolMention
from shnor_analysis.intake.identity.persons import school_title
from shnor_analysis.methodology import normal_text

_NEAREST = 3
_CUTOFF = 0.5
_DIGITS = re.compile(r"^\d{6}$")
# The legal form says nothing about which school it is, and people leave it out.
_LEGAL_FORM = re.compile(
    r"\b(?:(?:муниципальн\w+|государственн\w+|областн\w+|краев\w+|бюджетн\w+|казенн\w+|автономн\w+"
    r"|частн\w+|общеобразовательн\w+|образовательн\w+)\s+)*учреждени\w+\b"
    r"|\b(?:фг)?[мгч]?[бкао]?оу\b"
)
_KINDS = (
    (re.compile(r"\bсредн\w+\s+(?:общеобразовательн\w+\s+)?школ\w+"), "сош"),
    (re.compile(r"\bосновн\w+\s+(?:общеобразовательн\w+\s+)?школ\w+"), "оош"),
    (re.compile(r"\bначальн\w+\s+(?:общеобразовательн\w+\s+)?школ\w+"), "нош"),
)
_PLACE_WORDS = re.compile(
    r"\b(?:город\w*|гор|г|село|с|поселок|пос|п|пгт|деревня|дер|д|станица|ст)\b"
)
_SCHOOL_WORD = re.compile(
    r"школ|\b[сон]ош\b|гимнази|лице|интернат|кадет|корпус|центр|колледж|\b[мгч][бкао]?оу\b"
)


@dataclass(frozen=True)
class SchoolReference:
    """How one place of one file names a school; absent parts are None."""

    login: str | None
    code: str | None
    inn: str | None
    name: str | None

    @property
    def is_blank(self) -> bool:
        """Whether nothing names the school."""
        return not (self.login or self.code or self.inn or self.name)

    @property
    def shown(self) -> str:
        """The reference for a message; what does not look like a school is not shown."""
        if self.login or self.code or self.inn:
            return str(self.login or self.code or self.inn)
        is_school = _SCHOOL_WORD.search(normal_text(self.name))
        return school_title(self.name) if is_school else safe_value(self.name)


@dataclass(frozen=True)
class Unresolved:
    """Why a reference leads to no school: the check, and the nearest names."""

    check_id: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True)
class SchoolDirectory:
    """Everything the files and the office say about how schools are called."""

    by_code: dict[str, frozenset[str]]
    by_inn: dict[str, frozenset[str]]
    by_alias: dict[str, str]
    by_name: dict[str, frozenset[str]]
    by_municipality: dict[str, frozenset[str]]
    printed: dict[str, str]

    def municipality(self, name: str) -> str | None:
        """Code of the municipality that the register calls so, or None."""
        codes = self.by_municipality.get(normal_text(name), frozenset())
        return next(iter(codes)) if len(codes) == 1 else None

    def resolve(self, reference: SchoolReference) -> str | Unresolved:
        """Find the school of a reference.

        A login decides, since its digits belong to one school for good; then the РЦОИ code, the
        ИНН, an alias of the office, and the name without legal form, quotes and «г.», «с.».

        Returns
        -------
        str or Unresolved
            Six digits; or the reason, with up to three nearest names.
        """
        if login := read_login(reference.login):
            return login[3:]
        digits = cell_text(reference.login)
        if _DIGITS.match(digits):
            return digits
        for known, key in (
            (self.by_code, read_school_code(reference.code)),
            (self.by_inn, cell_text(reference.inn)),
        ):
            schools = known.get(key or "", frozenset())
            if len(schools) == 1:
                return next(iter(schools))
        return self._by_name(reference)

    def _by_name(self, reference: SchoolReference) -> str | Unresolved:
        if not reference.name:
            return Unresolved("school_not_named" if reference.is_blank else "school_code_unknown")
        if school := self.by_alias.get(normal_text(reference.name)):
            return school
        key = name_key(reference.name)
        schools = self.by_name.get(key, frozenset())
        if len(schools) == 1:
            return next(iter(schools))
        if schools:
            return Unresolved("school_name_ambiguous", tuple(sorted(schools)))
        near = get_close_matches(key, sorted(self.by_name), n=_NEAREST, cutoff=_CUTOFF)
        return Unresolved("school_name_unknown", tuple(self.printed[found] for found in near))

    def contradicts(self, reference: SchoolReference, school_id: str) -> bool:
        """Whether the name beside a login surely belongs to another school."""
        if not reference.name or not (reference.login or reference.code):
            return False
        schools = self.by_name.get(name_key(reference.name), frozenset())
        return len(schools) == 1 and school_id not in schools


def name_key(name: object) -> str:
    """A school's name without what people write in different ways.

    Examples
    --------
    >>> name_key('МБОУ "Средняя школа № 2 "') == name_key("МБОУ Средняя школа №2") == "сош 2"
    True
    >>> name_key("МКОУ СОШ с. Дальнее")
    'сош дальнее'
    """
    text = normal_text(cell_text(name).replace("№", " "))
    text = re.sub(r"[«»\"'“”„(),.;:_/-]", " ", text)
    for kind, short in _KINDS:
        text = kind.sub(short, text)
    text = _PLACE_WORDS.sub(" ", _LEGAL_FORM.sub(" ", text))
    return " ".join(text.split())


def build_directory(
    latest: dict[str, dict[str, RegisterEntry]],
    mentions: Iterable[SchoolMention],
    aliases: Iterable[tuple[str, str]],
) -> SchoolDirectory:
    """Collect how schools are called.

    Parameters
    ----------
    latest : dict
        Last answers to the context form (``schools.latest_entries``).
    mentions : iterable of SchoolMention
        How result files name schools.
    aliases : iterable of (str, str)
        Names as typed and the six digits of their schools, from the office.
    """
    by_code: dict[str, set[str]] = defaultdict(set)
    by_inn: dict[str, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    printed: dict[str, str] = {}
    for school_id, answers in latest.items():
        entry = answers["register"]
        for code in (*entry.oge_codes, *entry.ege_codes):
            by_code[code].add(school_id)
        if entry.inn:
            by_inn[entry.inn].add(school_id)
    by_municipality: dict[str, set[str]] = defaultdict(set)
    own = [answers["register"].mention for answers in latest.values()]
    for mention in (*own, *mentions):
        if mention.municipality_id and mention.municipality_name:
            by_municipality[normal_text(mention.municipality_name)].add(mention.municipality_id)
        key = name_key(mention.name)
        if key and mention.name != mention.login:
            by_name[key].add(mention.school_id)
            printed[key] = min(printed.get(key, mention.name), mention.name)
    return SchoolDirectory(
        {code: frozenset(ids) for code, ids in by_code.items()},
        {inn: frozenset(ids) for inn, ids in by_inn.items()},
        {normal_text(alias): school for alias, school in aliases},
        {key: frozenset(ids) for key, ids in by_name.items()},
        {name: frozenset(codes) for name, codes in by_municipality.items()},
        printed,
    )
