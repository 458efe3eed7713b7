"""Methodology as data: strict loading of rules, scales, subjects and column maps."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from shnor_analysis.errors import MethodologyError

PROCEDURE_NAMES = {"vpr": "ВПР", "oge": "ОГЭ", "ege": "ЕГЭ", "gve9": "ГВЭ-9", "gve11": "ГВЭ-11"}


class Confidence(StrEnum):
    """How well a number is known to be normative."""

    REGULATION = "regulation"
    SOURCE_READ = "source_read"
    EXCERPT = "excerpt"
    FROM_MEMORY = "from_memory"
    CALCULATED = "calculated"
    PROJECT_DEFAULT = "project_default"


class StrictModel(BaseModel):
    """A frozen model that refuses unknown keys and loose types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Sourced(StrictModel):
    """A number or a choice with its origin: no threshold exists without one."""

    source: str = Field(min_length=1)
    confidence: Annotated[Confidence, Field(strict=False)]


class SourcedInt(Sourced):
    """A whole number with its origin."""

    value: int


class SourcedShare(Sourced):
    """A fraction in [0, 1] with its origin."""

    value: float = Field(ge=0, le=1)


class RuleMode(Sourced):
    """Which clauses together identify a school: A, B, C or their combination."""

    value: Literal["A", "B", "C", "A_or_B", "A_and_B"]


class ProcedureSet(Sourced):
    """Works of one procedure that the rule looks at."""

    procedure: Literal["vpr", "oge", "ege", "gve9", "gve11"]
    subjects: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    grades: Annotated[tuple[int, ...], Field(strict=False, min_length=1)]


class LowResultsRule(StrictModel):
    """A rule «share below the minimum in several procedures» with every parameter sourced."""

    id: str
    title: str
    document: str
    source: str
    confidence: Annotated[Confidence, Field(strict=False)]
    share_numerator: SourcedInt
    share_denominator: SourcedInt
    min_participants: SourcedInt
    min_low_procedures: SourcedInt
    mode: RuleMode
    procedures: Annotated[tuple[ProcedureSet, ...], Field(strict=False, min_length=1)]
    report_participants: SourcedInt
    reliable_participants: SourcedInt
    sure_probability: SourcedShare
    likely_probability: SourcedShare


_ProcedureName = Literal["vpr", "oge", "ege", "gve9", "gve11"]


class SeriesBreak(Sourced):
    """Why a year of a procedure cannot simply be compared with other years.

    Empty ``subjects`` or ``grades`` mean all of them. ``extent`` says whether a new series starts
    with the year or only the year itself stands apart.
    """

    procedure: _ProcedureName
    assessment_year: int
    subjects: Annotated[tuple[str, ...], Field(strict=False)] = ()
    grades: Annotated[tuple[int, ...], Field(strict=False)] = ()
    extent: Literal["from_year", "only_year"]
    effect: Literal["shares_only", "not_comparable"]
    reason: Literal["programme", "season", "work_changed", "max_score", "not_held"]
    text: str = Field(min_length=1)


class RandomSubjects(Sourced):
    """Grades in which a school writes by lot every subject but those that all schools write."""

    procedure: _ProcedureName
    year_from: int
    year_to: int | None = None
    grades: Annotated[tuple[int, ...], Field(strict=False, min_length=1)]
    written_by_all: Annotated[tuple[str, ...], Field(strict=False)]


class Comparability(StrictModel):
    """What prevents the comparison of years: known breaks, lots and two thresholds."""

    breaks: Annotated[tuple[SeriesBreak, ...], Field(strict=False)]
    random_subjects: Annotated[tuple[RandomSubjects, ...], Field(strict=False)]
    min_participation: SourcedShare
    max_cohort_change: SourcedShare


class SourceFamily(StrictModel):
    """A kind of file and where an office gets it; its name is in ``texts_ru.yaml``."""

    family: str
    where: str = Field(min_length=1)


class PartNeed(StrictModel):
    """What one kind of file gives to one part of the report.

    Any of ``replaced_by`` is enough when the kind itself is not there.
    """

    family: str
    is_required: bool
    years: Annotated[
        tuple[Literal["current", "previous"], ...], Field(strict=False, min_length=1)
    ] = ("current",)
    replaced_by: Annotated[tuple[str, ...], Field(strict=False)] = ()
    adds: str = Field(min_length=1)


class ReportPart(StrictModel):
    """One part of the report and the files it is made of."""

    part: str = Field(pattern=r"^[a-z0-9_]{4,32}$")
    title: str = Field(min_length=1)
    needs: Annotated[tuple[PartNeed, ...], Field(strict=False, min_length=1)]


class ReportParts(StrictModel):
    """All parts of the report, in reading order, and all kinds of files they need."""

    families: Annotated[tuple[SourceFamily, ...], Field(strict=False)]
    parts: Annotated[tuple[ReportPart, ...], Field(strict=False)]

    def where(self, family: str) -> str:
        """Where a kind of file is got."""
        return next(entry.where for entry in self.families if entry.family == family)

    def title(self, part: str) -> str:
        """Printed title of a part."""
        return next(entry.title for entry in self.parts if entry.part == part)


class PlaceRegulations(StrictModel):
    """File stems of the rules in ``regulations/`` that the place applies."""

    low_results: str


class PlaceTerms(StrictModel):
    """How the place calls its registers: regions say ШНОР or ШНРО, ШНСУ or ШФНСУ."""

    low_results: str = Field(min_length=1)
    adverse_conditions: str = Field(min_length=1)


class PlaceResponsible(StrictModel):
    """Who answers for what: posts or organisations, never names."""

    monitoring: str = Field(min_length=1)
    decisions: str = Field(min_length=1)


class PlacePublication(StrictModel):
    """What may be printed: shares of groups smaller than this are not."""

    min_participants: int = Field(ge=1)


class Place(StrictModel):
    """A territory as its office describes it in ``monitoring.yaml`` beside the files."""

    name: str = Field(min_length=1)
    region_name: str = Field(min_length=1)
    municipality_id: str = Field(pattern=r"^reg\d{2}_m\d{3}$")
    regulations: PlaceRegulations
    terms: PlaceTerms
    responsible: PlaceResponsible
    publication: PlacePublication
    answer_days: int = Field(ge=1)


@dataclass(frozen=True)
class Subject:
    """One subject: its code, Russian names and codes in the source systems."""

    subject: str
    name: str
    name_dative: str
    sheet_code: str
    rcoi_code: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """Score borders of one work: first point of marks 3, 4, 5 and the ЕГЭ minimum."""

    procedure: str
    subject: str
    grade: int
    level: str
    year_from: int
    year_to: int
    region: str
    max_score_raw: int | None
    cut3: int | None
    cut4: int | None
    cut5: int | None
    min_score_scaled: int | None
    extra_condition: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class ExplanationReason:
    """One reason a school may give for what was found in its data."""

    code: str
    text: str


@dataclass(frozen=True)
class FormAddress:
    """Where a number of form ОО-1 stands and what it counts; addresses of one indicator add up."""

    year_from: int
    year_to: int
    section: str
    row_code: str
    column_code: str
    indicator: str
    unit: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class AnswerRank:
    """Place of a worded answer on the scale of its indicator."""

    indicator: str
    answer: str
    value: int
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class CardIndicator:
    """One indicator of the expert card; schools shorten its title as in ``aliases``."""

    id: str
    direction: int
    title: str
    aliases: tuple[str, ...]
    method: str
    source: str
    clause: str
    confidence: Confidence

    @property
    def texts(self) -> tuple[str, ...]:
        """How the indicator may be written."""
        return (self.title, *self.aliases)


@dataclass(frozen=True)
class CatalogueIndicator:
    """An indicator that somebody must report; its parts follow from the words of its clause."""

    id: str
    title: str
    numerator: str
    denominator: str
    unit: str
    level: str
    regulation: str
    clause: str
    source: str
    confidence: Confidence


@dataclass(frozen=True)
class HeadingRule:
    """One way a column is headed in files of some years."""

    column: str
    year_from: int
    year_to: int
    heading: str
    is_pattern: bool


@lru_cache(maxsize=2**16)
def _has(pattern: str, text: str) -> bool:
    """Whether a heading matches; remembered, since thousands of files share their headings."""
    return re.search(pattern, text) is not None


@dataclass(frozen=True)
class ColumnMap:
    """Headings of one source form: our column × years → heading in the file."""

    form: str
    rules: tuple[HeadingRule, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Our column names, in the order of the map."""
        return tuple(dict.fromkeys(rule.column for rule in self.rules))

    def headings(self, column: str) -> tuple[str, ...]:
        """Headings known for a column, for messages «ожидалось …»."""
        return tuple(rule.heading for rule in self.rules if rule.column == column)

    def match(self, headers: list[object], year: int | None = None) -> dict[str, int]:
        """Find our columns among the headings of a file.

        Parameters
        ----------
        headers : list
            The heading row as read; anything that is not text is compared as text.
        year : int, optional
            The year of the file; rules outside it are passed over.

        Returns
        -------
        dict
            Our column → zero-based position of its first match. Absent columns are absent.
        """
        positions: dict[str, int] = {}
        for position, header in enumerate(headers):
            positions.setdefault(normal_text(header), position)
        found: dict[str, int] = {}
        for rule in self.rules:
            if rule.column in found:
                continue
            if year is not None and not rule.year_from <= year <= rule.year_to:
                continue
            if not rule.is_pattern:
                position = positions.get(normal_text(rule.heading), -1)
            else:
                hits = (at for text, at in positions.items() if _has(rule.heading, text))
                position = next(hits, -1)
            if position >= 0:
                found[rule.column] = position
        return found


@dataclass(frozen=True)
class Methodology:
    """Everything in ``methodology/`` that a run needs, checked on loading.

    Passed as an argument; no module keeps it as a global.
    """

    folder: Path
    low_results: LowResultsRule
    comparability: Comparability
    report_parts: ReportParts
    explanation_reasons: tuple[ExplanationReason, ...]
    subjects: tuple[Subject, ...]
    scales: tuple[Scale, ...]
    column_maps: dict[str, ColumnMap]
    expert_card: tuple[CardIndicator, ...]
    catalogue: tuple[CatalogueIndicator, ...]
    oo1_mapping: tuple[FormAddress, ...]
    context_answers: tuple[AnswerRank, ...]

    @property
    def breaks(self) -> tuple[SeriesBreak, ...]:
        """Known breaks in series."""
        return self.comparability.breaks

    @cached_property
    def _subject_by_name(self) -> dict[str, Subject]:
        return {
            normal_text(name): subject
            for subject in self.subjects
            for name in (subject.name, *subject.aliases)
        }

    def subject(self, code: str) -> Subject:
        """Return the subject of a code.

        Raises
        ------
        MethodologyError
            If the code is not in ``subjects.csv``.
        """
        for subject in self.subjects:
            if subject.subject == code:
                return subject
        raise MethodologyError(
            f"methodology/subjects.csv: нет предмета с кодом «{code}»; добавьте строку."
        )

    def work_name(self, procedure: str, subject: str, grade: int) -> str:
        """A work in words for messages: «ВПР, математика, 7 класс»."""
        return f"{PROCEDURE_NAMES[procedure]}, {self.subject(subject).name.lower()}, {grade} класс"

    def subject_by_name(self, name: str) -> Subject | None:
        """Return the subject printed under a Russian name, or None."""
        return self._subject_by_name.get(normal_text(name))

    def subject_by_rcoi_code(self, code: str) -> Subject | None:
        """Return the subject of a two-digit РЦОИ code, or None."""
        return next((s for s in self.subjects if s.rcoi_code == code), None)

    def column_map(self, form: str) -> ColumnMap:
        """Return the column map of a source form.

        Raises
        ------
        MethodologyError
            If ``methodology/column_maps/<form>.csv`` does not exist.
        """
        try:
            return self.column_maps[form]
        except KeyError:
            raise MethodologyError(
                f"methodology/column_maps: нет файла {form}.csv с заголовками этой формы."
            ) from None

    def ege_minimum(self, subject: str, assessment_year: int) -> int | None:
        """Minimum ЕГЭ test score of a subject in a year, or None when the scale is unknown."""
        return next(
            (
                scale.min_score_scaled
                for scale in self.scales
                if scale.procedure == "ege"
                and scale.subject == subject
                and scale.year_from <= assessment_year <= scale.year_to
            ),
            None,
        )


def normal_text(value: object) -> str:
    r"""Bring text to the form in which headings and names are compared.

    Unicode NFKC, ё→е, every white space to one space, trimmed, lower case. Look-alike Latin and
    Cyrillic letters are *not* folded here: that is right for codes only, never for names.

    Examples
    --------
    >>> normal_text("Отметка\xa0за  четвёрть ")
    'отметка за четверть'
    """
    if isinstance(value, str):
        return _normal(value) if len(value) <= _LONGEST_REMEMBERED else _normal.__wrapped__(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else _normal(str(value))


_LONGEST_REMEMBERED = 500  # no heading or name is longer; a longer text is not worth the memory


@lru_cache(maxsize=2**16)
def _normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"\s+", " ", text).strip().lower().replace("ё", "е")


def load_methodology(folder: Path, low_results_regulation: str) -> Methodology:
    """Load and check everything a run needs from ``methodology/``.

    Parameters
    ----------
    folder : Path
        The methodology folder.
    low_results_regulation : str
        File stem of the low-results rule in ``regulations/``.

    Returns
    -------
    Methodology

    Raises
    ------
    MethodologyError
        One Russian sentence with file, place, found and expected.
    """
    maps = sorted((folder / "column_maps").glob("*.csv"))
    return Methodology(
        folder=folder,
        low_results=load_low_results_rule(folder, low_results_regulation),
        comparability=load_model(folder / "comparability.yaml", Comparability),
        report_parts=_load_report_parts(folder / "report_parts.yaml"),
        explanation_reasons=_load_explanation_reasons(folder / "explanation_reasons.csv"),
        subjects=_load_subjects(folder / "subjects.csv"),
        scales=_load_scales(folder / "scales.csv"),
        column_maps={path.stem: _load_column_map(path) for path in maps},
        expert_card=_load_expert_card(folder / "expert_card.csv"),
        catalogue=_load_catalogue(folder / "catalogue.csv"),
        oo1_mapping=_load_oo1_mapping(folder / "oo1_mapping.csv"),
        context_answers=_load_context_answers(folder / "context_answers.csv"),
    )


def load_low_results_rule(folder: Path, regulation: str) -> LowResultsRule:
    """Load one low-results rule; see :func:`load_methodology` for errors."""
    path = folder / "regulations" / f"{regulation}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in (folder / "regulations").glob("*.yaml")))
        raise MethodologyError(
            f"methodology/regulations: нет правила «{regulation}»; есть: {known}."
        )
    return load_model(path, LowResultsRule)


def load_place(path: Path) -> Place:
    """Load ``monitoring.yaml`` of a territory; see :func:`load_methodology` for errors."""
    return load_model(path, Place)


_Model = TypeVar("_Model", bound=StrictModel)


def load_model(path: Path, model: type[_Model]) -> _Model:
    """Load one YAML file into a strict model.

    Raises
    ------
    MethodologyError
        One Russian sentence with file, place, found and expected.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as broken:
        raise MethodologyError(
            f"{where}: файл не в кодировке UTF-8; сохраните его в UTF-8 и повторите."
        ) from broken
    except YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f", строка {mark.line + 1}" if mark is not None else ""
        raise MethodologyError(
            f"{where}{line}: не читается как YAML; проверьте отступы (пробелы, не табуляция), "
            "двоеточия, кавычки и повторы ключей."
        ) from broken
    except OSError as broken:
        raise MethodologyError(f"{where}: файл не открывается ({broken.strerror}).") from broken
    try:
        return model.model_validate(data)
    except ValidationError as broken:
        raise MethodologyError(f"{where}, {_model_sentence(broken)}") from broken


# What a value should have been, by pydantic's kind of error.
_EXPECTED = {
    "int_type": "ожидалось целое число",
    "float_type": "ожидалось число",
    "string_type": "ожидался текст",
    "string_too_short": "ожидался непустой текст",
    "string_pattern_mismatch": "ожидался код вида reg99_m012",
    "enum": "ожидалось одно из: {expected}",
    "literal_error": "ожидалось одно из: {expected}",
    "greater_than_equal": "ожидалось не меньше {ge}",
    "less_than_equal": "ожидалось не больше {le}",
    "model_type": "ожидались ключи со значениями",
    "tuple_type": "ожидался перечень",
}


def _model_sentence(broken: ValidationError) -> str:
    first = broken.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "весь файл"
    kind = first["type"]
    if kind == "missing":
        return f"{place}: обязательный ключ отсутствует; допишите его."
    if kind == "extra_forbidden":
        return f"{place}: такой ключ не предусмотрен; проверьте написание или уберите его."
    expected = _EXPECTED.get(kind, "значение не подходит").format(
        **{name: str(value).replace(" or ", ", ") for name, value in first.get("ctx", {}).items()}
    )
    return f"{place}: найдено {first['input']!r}, {expected}."


def _rows(path: Path, required: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        raise MethodologyError(f"methodology: нет файла {path.name}.")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as broken:
        raise MethodologyError(
            f"{path.name}: файл не в кодировке UTF-8; сохраните его как «CSV UTF-8» и повторите."
        ) from broken
    with io.StringIO(content, newline="") as stream:
        reader = csv.DictReader(stream)
        absent = [name for name in required if name not in (reader.fieldnames or [])]
        extra = [name for name in (reader.fieldnames or []) if name not in required]
        if absent or extra:
            raise MethodologyError(
                f"{path.name}: нет столбцов {absent or '—'}, лишние столбцы {extra or '—'}; "
                f"ожидаются {', '.join(required)}."
            )
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise MethodologyError(f"{path.name}, строка {number}: не {len(required)} столбцов.")
    return rows


def _confidence(path: Path, number: int, value: str) -> Confidence:
    try:
        return Confidence(value)
    except ValueError:
        raise MethodologyError(
            f"{path.name}, строка {number}: confidence «{value}», ожидается одно из "
            f"{', '.join(Confidence)}."
        ) from None


def _load_report_parts(path: Path) -> ReportParts:
    loaded = load_model(path, ReportParts)
    _refuse_duplicates(path, [entry.family for entry in loaded.families])
    _refuse_duplicates(path, [entry.part for entry in loaded.parts])
    known = {entry.family for entry in loaded.families}
    for part in loaded.parts:
        _refuse_duplicates(path, [f"{part.part}, {need.family}" for need in part.needs])
        named = {name for need in part.needs for name in (need.family, *need.replaced_by)}
        if named - known:
            raise MethodologyError(
                f"{path.name}, {part.part}: вида файлов {', '.join(sorted(named - known))} нет "
                "в перечне families; допишите его или исправьте код."
            )
    return loaded


_REASON_FIELDS = ("code", "text")
_REASON_CODE = re.compile(r"^П\d{1,2}$")


def _load_explanation_reasons(path: Path) -> tuple[ExplanationReason, ...]:
    reasons = []
    for number, row in enumerate(_rows(path, _REASON_FIELDS), start=2):
        if not _REASON_CODE.match(row["code"]) or not row["text"].strip():
            raise MethodologyError(
                f"{path.name}, строка {number}: код «{row['code']}», текст «{row['text']}»; "
                "ожидались код вида П1 (русская буква) и непустой текст."
            )
        reasons.append(ExplanationReason(row["code"], row["text"].strip()))
    _refuse_duplicates(path, [reason.code for reason in reasons])
    return tuple(reasons)


_SUBJECT_FIELDS = (
    "subject", "name", "name_dative", "sheet_code", "rcoi_code", "aliases", "source", "confidence",
)  # fmt: skip


def _load_subjects(path: Path) -> tuple[Subject, ...]:
    subjects = []
    for number, row in enumerate(_rows(path, _SUBJECT_FIELDS), start=2):
        _confidence(path, number, row["confidence"])
        subjects.append(
            Subject(
                subject=row["subject"],
                name=row["name"],
                name_dative=row["name_dative"],
                sheet_code=row["sheet_code"],
                rcoi_code=row["rcoi_code"],
                aliases=tuple(a for a in row["aliases"].split("|") if a),
            )
        )
    _refuse_duplicates(path, [s.subject for s in subjects])
    return tuple(subjects)


_SCALE_FIELDS = (
    "procedure", "subject", "grade", "level", "year_from", "year_to", "region", "max_score_raw",
    "cut3", "cut4", "cut5", "min_score_scaled", "extra_condition", "source", "confidence",
)  # fmt: skip


def _load_scales(path: Path) -> tuple[Scale, ...]:
    scales = []
    for number, row in enumerate(_rows(path, _SCALE_FIELDS), start=2):
        try:
            scales.append(
                Scale(
                    procedure=row["procedure"],
                    subject=row["subject"],
                    grade=int(row["grade"]),
                    level=row["level"],
                    year_from=int(row["year_from"]),
                    year_to=int(row["year_to"]),
                    region=row["region"],
                    max_score_raw=_int_or_none(row["max_score_raw"]),
                    cut3=_int_or_none(row["cut3"]),
                    cut4=_int_or_none(row["cut4"]),
                    cut5=_int_or_none(row["cut5"]),
                    min_score_scaled=_int_or_none(row["min_score_scaled"]),
                    extra_condition=row["extra_condition"],
                    source=row["source"],
                    confidence=_confidence(path, number, row["confidence"]),
                )
            )
        except ValueError as broken:
            raise MethodologyError(f"{path.name}, строка {number}: не число ({broken}).") from None
    for number, scale in enumerate(scales, start=2):
        cuts = [c for c in (scale.cut3, scale.cut4, scale.cut5, scale.max_score_raw) if c]
        if cuts != sorted(cuts) or scale.year_from > scale.year_to:
            raise MethodologyError(
                f"{path.name}, строка {number}: границы {cuts} и годы "
                f"{scale.year_from}–{scale.year_to} должны возрастать."
            )
    return tuple(scales)


def _int_or_none(text: str) -> int | None:
    return int(text) if text else None


_ADDRESS_FIELDS = (
    "year_from", "year_to", "section", "row_code", "column_code", "indicator", "unit", "source",
    "confidence",
)  # fmt: skip


def _load_oo1_mapping(path: Path) -> tuple[FormAddress, ...]:
    addresses = []
    for number, row in enumerate(_rows(path, _ADDRESS_FIELDS), start=2):
        _refuse_blank(path, number, row)
        try:
            year_from, year_to = int(row["year_from"]), int(row["year_to"])
        except ValueError as broken:
            raise MethodologyError(f"{path.name}, строка {number}: не число ({broken}).") from None
        addresses.append(
            FormAddress(
                year_from,
                year_to,
                row["section"],
                row["row_code"],
                row["column_code"],
                row["indicator"],
                row["unit"],
                row["source"],
                _confidence(path, number, row["confidence"]),
            )
        )
    _refuse_duplicates(
        path,
        [f"{a.section} {a.row_code} {a.column_code} с {a.year_from} года" for a in addresses],
    )
    return tuple(addresses)


_ANSWER_FIELDS = ("indicator", "answer", "value", "source", "confidence")


def _load_context_answers(path: Path) -> tuple[AnswerRank, ...]:
    answers = []
    for number, row in enumerate(_rows(path, _ANSWER_FIELDS), start=2):
        _refuse_blank(path, number, row)
        try:
            value = int(row["value"])
        except ValueError as broken:
            raise MethodologyError(f"{path.name}, строка {number}: не число ({broken}).") from None
        confidence = _confidence(path, number, row["confidence"])
        answers.append(
            AnswerRank(row["indicator"], row["answer"], value, row["source"], confidence)
        )
    _refuse_duplicates(path, [f"{a.indicator}: {normal_text(a.answer)}" for a in answers])
    return tuple(answers)


def _refuse_blank(path: Path, number: int, row: dict[str, str]) -> None:
    blank = [name for name, value in row.items() if not value.strip()]
    if blank:
        raise MethodologyError(
            f"{path.name}, строка {number}: не заполнено {', '.join(blank)}; допишите."
        )


_CARD_FIELDS = (
    "id", "direction", "title", "aliases", "method", "source", "clause", "confidence",
)  # fmt: skip
_CARD_METHODS = {"fact", "share80"}


def _load_expert_card(path: Path) -> tuple[CardIndicator, ...]:
    indicators = []
    for number, row in enumerate(_rows(path, _CARD_FIELDS), start=2):
        _refuse_unknown(path, number, "method", row["method"], _CARD_METHODS)
        if not row["direction"].isdecimal():
            raise MethodologyError(
                f"{path.name}, строка {number}: direction «{row['direction']}», ожидается число."
            )
        indicators.append(
            CardIndicator(
                id=row["id"],
                direction=int(row["direction"]),
                title=row["title"],
                aliases=tuple(a for a in row["aliases"].split("|") if a),
                method=row["method"],
                source=row["source"],
                clause=row["clause"],
                confidence=_confidence(path, number, row["confidence"]),
            )
        )
    _refuse_duplicates(path, [one.id for one in indicators])
    return tuple(indicators)


_CATALOGUE_FIELDS = (
    "id", "title", "numerator", "denominator", "unit", "level", "regulation", "clause", "source",
    "confidence",
)  # fmt: skip
_CATALOGUE_UNITS = {"share", "count", "units"}
_CATALOGUE_LEVELS = {"school", "territory"}


def _load_catalogue(path: Path) -> tuple[CatalogueIndicator, ...]:
    indicators = []
    for number, row in enumerate(_rows(path, _CATALOGUE_FIELDS), start=2):
        _refuse_unknown(path, number, "unit", row["unit"], _CATALOGUE_UNITS)
        _refuse_unknown(path, number, "level", row["level"], _CATALOGUE_LEVELS)
        if row["unit"] == "share" and not (row["numerator"] and row["denominator"]):
            raise MethodologyError(
                f"{path.name}, строка {number}: у доли нет числителя или знаменателя."
            )
        indicators.append(
            CatalogueIndicator(
                id=row["id"],
                title=row["title"],
                numerator=row["numerator"],
                denominator=row["denominator"],
                unit=row["unit"],
                level=row["level"],
                regulation=row["regulation"],
                clause=row["clause"],
                source=row["source"],
                confidence=_confidence(path, number, row["confidence"]),
            )
        )
    _refuse_duplicates(path, [one.id for one in indicators])
    return tuple(indicators)


def _refuse_unknown(path: Path, number: int, name: str, value: str, known: set[str]) -> None:
    if value not in known:
        raise MethodologyError(
            f"{path.name}, строка {number}: {name} «{value}», ожидается одно из "
            f"{', '.join(sorted(known))}."
        )


_MAP_FIELDS = ("column", "year_from", "year_to", "heading", "kind")


def _load_column_map(path: Path) -> ColumnMap:
    rules = []
    for number, row in enumerate(_rows(path, _MAP_FIELDS), start=2):
        if row["kind"] not in {"text", "pattern"}:
            raise MethodologyError(
                f"{path.name}, строка {number}: kind «{row['kind']}», ожидается text или pattern."
            )
        try:
            if row["kind"] == "pattern":
                re.compile(row["heading"])
            rules.append(
                HeadingRule(
                    column=row["column"],
                    year_from=int(row["year_from"]),
                    year_to=int(row["year_to"]),
                    heading=row["heading"],
                    is_pattern=row["kind"] == "pattern",
                )
            )
        except (ValueError, re.error) as broken:
            raise MethodologyError(f"{path.name}, строка {number}: {broken}.") from None
    return ColumnMap(path.stem, tuple(rules))


def _refuse_duplicates(path: Path, keys: list[str]) -> None:
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise MethodologyError(f"{path.name}: повторяются строки {', '.join(twice)}.")
