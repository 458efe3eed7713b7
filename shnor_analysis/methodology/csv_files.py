"""Strict loading of the CSV tables; every mistake is one sentence with its line."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from shnor_analysis.errors import MethodologyError
from shnor_analysis.methodology.column_maps import ColumnMap, HeadingRule
from shnor_analysis.methodology.records import (
    AnswerRank,
    CardIndicator,
    CatalogueIndicator,
    ExplanationReason,
    FormAddress,
    Scale,
    Subject,
)
from shnor_analysis.methodology.sourced import Confidence
from shnor_analysis.methodology.text import normal_text


def _rows(path: Path, required: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.is_file():
        raise MethodologyError(
            f"methodology: нет файла {path.name}; верните его из поставки программы."
        )
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
                f"ожидались {', '.join(required)}; исправьте заголовки."
            )
        rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise MethodologyError(
                f"{path.name}, строка {number}: ячеек больше или меньше, чем столбцов, ожидалось "
                f"{len(required)}; проверьте запятые и кавычки строки."
            )
    return rows


def _confidence(path: Path, number: int, value: str) -> Confidence:
    try:
        return Confidence(value)
    except ValueError:
        raise MethodologyError(
            f"{path.name}, строка {number}: confidence «{value}», ожидалось одно из "
            f"{', '.join(Confidence)}; исправьте значение."
        ) from None


_REASON_FIELDS = ("code", "text")


_REASON_CODE = re.compile(r"^П\d{1,2}$")


def load_explanation_reasons(path: Path) -> tuple[ExplanationReason, ...]:
    """Load ``explanation_reasons.csv``: what a school may give as the reason of a remark."""
    reasons = []
    for number, row in enumerate(_rows(path, _REASON_FIELDS), start=2):
        if not _REASON_CODE.match(row["code"]) or not row["text"].strip():
            raise MethodologyError(
                f"{path.name}, строка {number}: код «{row['code']}», текст «{row['text']}»; "
                "ожидались код вида П1 (русская буква) и непустой текст."
            )
        reasons.append(ExplanationReason(row["code"], row["text"].strip()))
    refuse_duplicates(path, [reason.code for reason in reasons])
    return tuple(reasons)


_SUBJECT_FIELDS = (
    "subject", "name", "name_dative", "sheet_code", "rcoi_code", "aliases", "source", "confidence",
)  # fmt: skip


def load_subjects(path: Path) -> tuple[Subject, ...]:
    """Load ``subjects.csv``: names of subjects and their codes in the source systems."""
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
    refuse_duplicates(path, [s.subject for s in subjects])
    return tuple(subjects)


_SCALE_FIELDS = (
    "procedure", "subject", "grade", "level", "year_from", "year_to", "region", "max_score_raw",
    "cut3", "cut4", "cut5", "min_score_scaled", "extra_condition", "source", "confidence",
)  # fmt: skip
_OPTIONAL = ("max_score_raw", "cut3", "cut4", "cut5", "min_score_scaled")


def load_scales(path: Path) -> tuple[Scale, ...]:
    """Load ``scales.csv``: score borders of works by years."""
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
        except ValueError:
            raise _not_whole(
                path,
                number,
                row,
                (
                    "grade",
                    "year_from",
                    "year_to",
                    *_OPTIONAL,
                ),
            ) from None
    for number, scale in enumerate(scales, start=2):
        cuts = [c for c in (scale.cut3, scale.cut4, scale.cut5, scale.max_score_raw) if c]
        if cuts != sorted(cuts) or scale.year_from > scale.year_to:
            raise MethodologyError(
                f"{path.name}, строка {number}: границы {cuts} и годы "
                f"{scale.year_from}–{scale.year_to} должны возрастать; исправьте числа."
            )
    return tuple(scales)


def _not_whole(
    path: Path, number: int, row: dict[str, str], names: tuple[str, ...]
) -> MethodologyError:
    """Name the first cell that was to be a whole number and is not."""
    for name in names:
        try:
            int(row[name] or (0 if name in _OPTIONAL else ""))
        except ValueError:
            break
    return MethodologyError(
        f"{path.name}, строка {number}: {name} «{row[name]}», ожидалось целое число; исправьте "
        "значение."
    )


def _int_or_none(text: str) -> int | None:
    return int(text) if text else None


_ADDRESS_FIELDS = (
    "year_from", "year_to", "section", "row_code", "column_code", "indicator", "unit", "source",
    "confidence",
)  # fmt: skip


def load_oo1_mapping(path: Path) -> tuple[FormAddress, ...]:
    """Load ``oo1_mapping.csv``: addresses of form ОО-1 by editions."""
    addresses = []
    for number, row in enumerate(_rows(path, _ADDRESS_FIELDS), start=2):
        _refuse_blank(path, number, row)
        try:
            year_from, year_to = int(row["year_from"]), int(row["year_to"])
        except ValueError:
            raise _not_whole(
                path,
                number,
                row,
                (
                    "year_from",
                    "year_to",
                ),
            ) from None
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
    refuse_duplicates(
        path,
        [f"{a.section} {a.row_code} {a.column_code} с {a.year_from} года" for a in addresses],
    )
    return tuple(addresses)


_ANSWER_FIELDS = ("indicator", "answer", "value", "source", "confidence")


def load_context_answers(path: Path) -> tuple[AnswerRank, ...]:
    """Load ``context_answers.csv``: places of worded answers on their scales."""
    answers = []
    for number, row in enumerate(_rows(path, _ANSWER_FIELDS), start=2):
        _refuse_blank(path, number, row)
        try:
            value = int(row["value"])
        except ValueError:
            raise _not_whole(path, number, row, ("value",)) from None
        confidence = _confidence(path, number, row["confidence"])
        answers.append(
            AnswerRank(row["indicator"], row["answer"], value, row["source"], confidence)
        )
    refuse_duplicates(path, [f"{a.indicator}: {normal_text(a.answer)}" for a in answers])
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


def load_expert_card(path: Path) -> tuple[CardIndicator, ...]:
    """Load ``expert_card.csv``: the indicators of the expert card."""
    indicators = []
    for number, row in enumerate(_rows(path, _CARD_FIELDS), start=2):
        _refuse_unknown(path, number, "method", row["method"], _CARD_METHODS)
        if not row["direction"].isdecimal():
            raise MethodologyError(
                f"{path.name}, строка {number}: direction «{row['direction']}», ожидалось "
                "число; исправьте значение."
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
    refuse_duplicates(path, [one.id for one in indicators])
    return tuple(indicators)


_CATALOGUE_FIELDS = (
    "id", "title", "numerator", "denominator", "unit", "level", "regulation", "clause", "source",
    "confidence",
)  # fmt: skip


_CATALOGUE_UNITS = {"share", "count", "units"}


_CATALOGUE_LEVELS = {"school", "territory"}


def load_catalogue(path: Path) -> tuple[CatalogueIndicator, ...]:
    """Load ``catalogue.csv``: indicators that somebody must report."""
    indicators = []
    for number, row in enumerate(_rows(path, _CATALOGUE_FIELDS), start=2):
        _refuse_unknown(path, number, "unit", row["unit"], _CATALOGUE_UNITS)
        _refuse_unknown(path, number, "level", row["level"], _CATALOGUE_LEVELS)
        if row["unit"] == "share" and not (row["numerator"] and row["denominator"]):
            raise MethodologyError(
                f"{path.name}, строка {number}: у доли нет числителя или знаменателя; допишите их."
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
    refuse_duplicates(path, [one.id for one in indicators])
    return tuple(indicators)


def _refuse_unknown(path: Path, number: int, name: str, value: str, known: set[str]) -> None:
    if value not in known:
        raise MethodologyError(
            f"{path.name}, строка {number}: {name} «{value}», ожидалось одно из "
            f"{', '.join(sorted(known))}; исправьте значение."
        )


_MAP_FIELDS = ("column", "year_from", "year_to", "heading", "kind")


def load_column_map(path: Path) -> ColumnMap:
    """Load One table of ``column_maps/``: headings of a source form."""
    rules = []
    for number, row in enumerate(_rows(path, _MAP_FIELDS), start=2):
        if row["kind"] not in {"text", "pattern"}:
            raise MethodologyError(
                f"{path.name}, строка {number}: kind «{row['kind']}», ожидалось text или "
                "pattern; исправьте значение."
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
        except re.error:
            raise MethodologyError(
                f"{path.name}, строка {number}: heading «{row['heading']}» — не шаблон (регулярное "
                "выражение); исправьте его или поставьте kind text."
            ) from None
        except ValueError:
            raise _not_whole(path, number, row, ("year_from", "year_to")) from None
    return ColumnMap(path.stem, tuple(rules))


def refuse_duplicates(path: Path, keys: list[str]) -> None:
    """Refuse keys that stand twice.

    Raises
    ------
    MethodologyError
        With the keys.
    """
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise MethodologyError(
            f"{path.name}: повторяются строки {', '.join(twice)}; оставьте по одной."
        )
