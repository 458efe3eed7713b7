"""What a regulation may not say: unknown codes, works spoken of twice, parts that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from shnor_analysis.codes import CONTEXT_INDICATORS, DIAGNOSTIC_PROCEDURES
from shnor_analysis.methodology.objectivity import Objectivity
from shnor_analysis.methodology.regulation_numbers import senseless_numbers
from shnor_analysis.methodology.regulations import (
    AdverseConditions,
    HighThreshold,
    IndexRule,
    LowResultsIndicators,
    PupilSum,
    Regulation,
)

YES_NO = ("is_", "has_")
OF_WORKS = ("mismatch_share", "mean_excess")


def mistakes(regulation: Regulation, subjects: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with a regulation beyond its keys and types.

    Parameters
    ----------
    regulation : Regulation
        As loaded.
    subjects : sequence of str
        Codes of ``subjects.csv``.

    Yields
    ------
    str
        One mistake: place, what was found, what to do, without the name of the file.
    """
    unknown = sorted(set(_subjects(regulation)) - set(subjects))
    for code in unknown:
        yield (
            f"предмета с кодом «{code}» нет в methodology/subjects.csv; исправьте код или допишите "
            "строку"
        )
    if regulation.high_results:
        yield from _overlaps("high_results", regulation.high_results.thresholds)
    if regulation.pupil_sums:
        yield from _overlaps("pupil_sums", regulation.pupil_sums.sums)
    if regulation.low_results_indicators:
        yield from _indicators("low_results_indicators", regulation.low_results_indicators)
        yield from _results(regulation.low_results_indicators)
    if regulation.adverse_conditions:
        yield from _indicators("adverse_conditions", regulation.adverse_conditions)
        yield from _context_codes(regulation.adverse_conditions)
        yield from _only_z(regulation.adverse_conditions.index)
    if regulation.objectivity:
        yield from _objectivity(regulation.objectivity)
    yield from senseless_numbers(regulation, len(subjects))
    for name in ("calendar", "reports"):
        yield from _twice(name, [one.id for one in getattr(regulation, name)])


def _subjects(regulation: Regulation) -> Iterator[str]:
    if regulation.low_results:
        for entry in regulation.low_results.procedures:
            yield from entry.subjects
    if regulation.high_results:
        for threshold in regulation.high_results.thresholds:
            yield from threshold.subjects or ()
    if regulation.low_results_indicators:
        for indicator in regulation.low_results_indicators.indicators:
            for works in indicator.works:
                yield from works.subjects or ()
    if regulation.objectivity:
        yield from _objectivity_subjects(regulation.objectivity)


def _objectivity_subjects(block: Objectivity) -> Iterator[str]:
    if block.marker_rules:
        yield from (marker.subject for marker in block.marker_rules.markers)
    for indicator in block.indicators:
        for works in indicator.works:
            yield from works.subjects or ()


def _objectivity(block: Objectivity) -> Iterator[str]:
    where = "objectivity"
    if not (block.marker_rules or block.indicators):
        yield f"{where}: нет ни признаков, ни показателей; дайте marker_rules или indicators"
    yield from _twice(f"{where}, indicators", [one.id for one in block.indicators])
    for one in block.indicators:
        if bool(one.works) != (one.measure in OF_WORKS):
            yield f"{where}, {one.id}: works нужны там и только там, где считаются работы"
    if rules := block.marker_rules:
        yield from _twice(f"{where}, markers", [one.id for one in rules.markers])
        lower, upper = rules.lower_percentile.value, rules.upper_percentile.value
        if lower >= upper:
            yield (
                f"{where}: lower_percentile {lower} и upper_percentile {upper}, ожидалось по "
                "возрастанию"
            )


def _overlaps(block: str, entries: Sequence[HighThreshold | PupilSum]) -> Iterator[str]:
    """Two entries that speak of the same work."""
    for second, one in enumerate(entries):
        for first, other in enumerate(entries[:second]):
            if one.procedure == other.procedure and all(
                a is None or b is None or set(a) & set(b)
                for a, b in zip(_scope(one), _scope(other), strict=True)
            ):
                yield (
                    f"{block}: записи {first + 1} и {second + 1} говорят об одной и той же работе; "
                    "оставьте одну или разделите их по классам и предметам"
                )


def _scope(entry: HighThreshold | PupilSum) -> tuple[tuple[int | str, ...] | None, ...]:
    """Grades and subjects an entry speaks of; None is all of them."""
    return entry.grades, entry.subjects if isinstance(entry, HighThreshold) else None


def _indicators(block: str, rules: LowResultsIndicators | AdverseConditions) -> Iterator[str]:
    ids = [one.id for one in rules.indicators]
    yield from _twice(f"{block}, indicators", ids)
    yield from _index(f"{block}, index", rules.index, ids)


def _index(where: str, index: IndexRule, indicators: list[str]) -> Iterator[str]:
    weights = index.weights
    if weights.value == "equal" and weights.by_indicator:
        yield f"{where}.weights: веса равные, но перечислены; уберите by_indicator или equal"
    if weights.value == "listed":
        yield from _must_be_all(f"{where}.weights", weights.by_indicator, indicators)
        if any(weight < 1 for weight in weights.by_indicator.values()):
            yield f"{where}.weights: вес меньше 1; ожидались целые числа от 1"
    if index.method.value == "points":
        yield from _must_be_all(
            f"{where}.points", [one.indicator for one in index.points], indicators
        )
    elif index.points:
        yield f"{where}.points: баллы заданы, но method не points; уберите одно из двух"
    if index.method.value == "ranks" and index.reference_years.value != 1:
        yield (
            f"{where}: места считаются заново каждый год; поставьте reference_years 1 или "
            "другой method"
        )


def _only_z(index: IndexRule) -> Iterator[str]:
    """Conditions are compared by deviations and all schools together; nothing else is computed."""
    for name, found, expected in (
        ("method", index.method.value, "z"),
        ("clusters", index.clusters.value, "none"),
    ):
        if found != expected:
            yield (
                f"adverse_conditions, index.{name}: найдено {found}, для условий считается только "
                f"{expected}; исправьте значение"
            )


def _results(rules: LowResultsIndicators) -> Iterator[str]:
    """What an indicator of results needs by the kind of its measure."""
    where = "low_results_indicators"
    for one in rules.indicators:
        if (one.fact is not None) != (one.measure == "fact"):
            yield f"{where}, {one.id}: fact нужен там и только там, где measure: fact"
        if one.fact is not None and not (
            one.fact in CONTEXT_INDICATORS and one.fact.startswith(YES_NO)
        ):
            yield (
                f"{where}, {one.id}: ответа да/нет «{one.fact}» нет; коды вида is_… и has_… — в "
                "docs/rules.md"
            )
        if (one.n_years is None) != (one.measure == "fact") or (
            not one.works and one.measure != "fact"
        ):
            yield f"{where}, {one.id}: works и n_years нужны всем показателям, кроме measure: fact"
        yield from _twice(f"{where}, {one.id}, own_parts", [p.part for p in one.own_parts])
        diagnostic = [w for w in one.works if w.procedure in DIAGNOSTIC_PROCEDURES]
        if diagnostic and one.measure == "high_share":
            yield f"{where}, {one.id}: высокий ли результат диагностической работы, неизвестно"
    has_correlation = any(one.measure == "correlation" for one in rules.indicators)
    if has_correlation != (rules.correlation is not None):
        yield f"{where}: correlation нужен там и только там, где есть measure: correlation"


def _must_be_all(where: str, found: Iterable[str], indicators: list[str]) -> Iterator[str]:
    wrong = sorted(set(found) ^ set(indicators))
    if wrong:
        yield f"{where}: ожидались ровно показатели перечня, не совпало: {', '.join(wrong)}"


def _context_codes(rules: AdverseConditions) -> Iterator[str]:
    for one in rules.indicators:
        where = f"adverse_conditions, indicators, {one.id}"
        codes = [*one.numerator, *([one.denominator] if one.denominator else [])]
        for code in codes:
            if code not in CONTEXT_INDICATORS:
                yield (
                    f"{where}: показателя условий «{code}» нет; коды — в таблице context, "
                    "docs/rules.md"
                )
        if one.kind == "share" and (
            one.denominator is None or any(code.startswith(YES_NO) for code in codes)
        ):
            yield f"{where}: доле нужны числитель и знаменатель, которые считают людей"
        if one.kind == "yes_no" and (
            one.denominator is not None or not all(code.startswith(YES_NO) for code in codes)
        ):
            yield f"{where}: ответу да/нет нужен код вида is_… или has_… и denominator: null"


def _twice(where: str, ids: list[str]) -> Iterator[str]:
    repeated = sorted({one for one in ids if ids.count(one) > 1})
    if repeated:
        yield f"{where}: повторяются {', '.join(repeated)}"
