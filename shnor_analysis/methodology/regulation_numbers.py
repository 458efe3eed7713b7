"""Numbers of a regulation that are numbers but mean nothing: 99 procedures of 9, a share of 5/3."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_analysis.methodology.regulations import (
    CardLevels,
    HighResults,
    IndexRule,
    LowResultsIndicators,
    LowResultsParameters,
    PupilSum,
    Regulation,
)
from shnor_analysis.methodology.rules import SourcedInt

WHOLE = 100  # percent; also the highest test score
HIGHEST_MARK = 5
# Files of ten years are more than an office has; beyond it a number of years is a misprint.
MOST_YEARS = 10
# With one school nothing can be compared, with two pairs every correlation is ±1.
FEWEST_SCHOOLS, FEWEST_PAIRS = 2, 3


def senseless_numbers(regulation: Regulation, n_subjects: int) -> Iterator[str]:
    """Say which numbers of a regulation no school and no pupil can ever meet, or all always do.

    Parameters
    ----------
    regulation : Regulation
        As loaded.
    n_subjects : int
        How many subjects there are in ``subjects.csv``.

    Yields
    ------
    str
        One mistake: key, what was found, what is expected, without the name of the file.
    """
    if regulation.low_results:
        yield from _low_results(regulation.low_results)
    if regulation.high_results:
        yield from _high_results(regulation.high_results)
    if regulation.pupil_sums:
        for place, one in enumerate(regulation.pupil_sums.sums, start=1):
            yield from _pupil_sum(f"pupil_sums, запись {place}", one, n_subjects)
    if regulation.low_results_indicators:
        yield from _indicators(regulation.low_results_indicators)
        yield from _index("low_results_indicators, index", regulation.low_results_indicators.index)
    if regulation.adverse_conditions:
        yield from _index("adverse_conditions, index", regulation.adverse_conditions.index)
    if regulation.expert_card:
        yield from _card(regulation.expert_card)


def _outside(where: str, found: int, least: int, most: int | None = None) -> Iterator[str]:
    if found < least or (most is not None and found > most):
        expected = f"не меньше {least}" if most is None else f"от {least} до {most}"
        yield f"{where}: найдено {found}, ожидалось {expected}; исправьте число"


def _at_least(block: str, numbers: dict[str, SourcedInt], least: int) -> Iterator[str]:
    for name, number in numbers.items():
        yield from _outside(f"{block}.{name}", number.value, least)


def _low_results(rule: LowResultsParameters) -> Iterator[str]:
    numerator, denominator = rule.share_numerator.value, rule.share_denominator.value
    if not 0 < numerator <= denominator:
        yield (
            f"low_results: доля {numerator}/{denominator}, ожидалась больше 0 и не больше 1; "
            "исправьте share_numerator или share_denominator"
        )
    known = {
        (entry.procedure, subject, grade)
        for entry in rule.procedures
        for subject in entry.subjects
        for grade in entry.grades
    }
    needed = rule.min_low_procedures.value
    if not 0 < needed <= len(known):
        yield (
            f"low_results.min_low_procedures: найдено {needed}, ожидалось от 1 до {len(known)} — "
            "столько процедур перечислено в procedures; исправьте число или перечень"
        )
    counts = {
        "min_participants": rule.min_participants,
        "report_participants": rule.report_participants,
        "reliable_participants": rule.reliable_participants,
    }
    yield from _at_least("low_results", counts, 1)
    sure, likely = rule.sure_probability.value, rule.likely_probability.value
    if not 0 < likely < sure < 1:
        yield (
            f"low_results: likely_probability {likely}, sure_probability {sure}, ожидались больше "
            "0, меньше 1 и первая меньше второй; исправьте одну из них"
        )


def _high_results(rule: HighResults) -> Iterator[str]:
    for one in rule.thresholds:
        where = f"high_results, {one.procedure}"
        share = f"{one.share_numerator}/{one.share_denominator}"
        if one.share > 1:
            yield f"{where}: доля {share}, ожидалась доля не больше 1; исправьте её"
        if one.share == 1 and one.operator == "gt":
            yield (
                f"{where}: доля {share} и operator gt, результата больше максимального не бывает; "
                "исправьте долю или поставьте ge"
            )


def _pupil_sum(where: str, rule: PupilSum, n_subjects: int) -> Iterator[str]:
    yield from _outside(f"{where}, n_subjects", rule.n_subjects, 1, n_subjects)
    highest = WHOLE if rule.measure == "score_scaled" else HIGHEST_MARK
    yield from _outside(f"{where}, minimum", rule.minimum, 1, highest * rule.n_subjects)


def _indicators(rules: LowResultsIndicators) -> Iterator[str]:
    for one in rules.indicators:
        if one.n_years is not None:
            where = f"low_results_indicators, {one.id}, n_years"
            yield from _outside(where, one.n_years, 1, MOST_YEARS)
    if rules.correlation:
        least = {"min_pairs": rules.correlation.min_pairs}
        yield from _at_least("low_results_indicators, correlation", least, FEWEST_PAIRS)


def _index(where: str, index: IndexRule) -> Iterator[str]:
    required = index.required_weight
    if required.numerator > required.denominator:
        yield (
            f"{where}.required_weight: найдена доля {required.numerator}/{required.denominator}, "
            "ожидалась не больше 1; исправьте её"
        )
    yield from _outside(f"{where}.cut_percent", index.cut_percent.value, 1, WHOLE - 1)
    for name, years in (
        ("window_years", index.window_years),
        ("reference_years", index.reference_years),
    ):
        yield from _outside(f"{where}.{name}", years.value, 1, MOST_YEARS)
    if not 0 < index.low_years.value <= index.window_years.value:
        yield (
            f"{where}: low_years {index.low_years.value} и window_years "
            f"{index.window_years.value}, ожидалось от 1 и не больше числа лет; исправьте одно из "
            "чисел"
        )
    yield from _at_least(where, {"largest_z": index.largest_z}, 1)
    schools = {
        "min_reference_schools": index.min_reference_schools,
        "min_cluster_schools": index.min_cluster_schools,
    }
    yield from _at_least(where, schools, FEWEST_SCHOOLS)
    bands = [(band.indicator, band.at_least) for band in index.points]
    for indicator, value in sorted({band for band in bands if bands.count(band) > 1}):
        yield f"{where}.points, {indicator}: граница {value} названа дважды; оставьте одну запись"


def _card(card: CardLevels) -> Iterator[str]:
    points = [card.middle_points.value, card.high_points.value, card.max_points.value]
    shares = [card.middle_percent.value, card.high_percent.value]
    for name, found, limit in (("баллов", points, None), ("процентов", shares, WHOLE)):
        is_rising = found == sorted(set(found))
        if found[0] < 1 or not is_rising or (limit is not None and found[-1] > limit):
            most = "" if limit is None else f" и не превышать {limit}"
            yield (
                f"expert_card: границы {name} {', '.join(map(str, found))} должны начинаться с 1 "
                f"или больше, возрастать{most}; исправьте числа"
            )
