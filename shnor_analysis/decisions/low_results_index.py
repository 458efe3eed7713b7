"""Schools with the lowest results by a list of indicators, with reasons and certainty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from shnor_analysis.decisions.index_certainty import drawn_values, inclusion_probability
from shnor_analysis.decisions.indicator_index import (
    IndexYear,
    Verdict,
    index_of_year,
    scoring,
    verdict_of_year,
)
from shnor_analysis.decisions.school_groups import narrowest, school_groups
from shnor_analysis.methodology import ListWords, LowResultsList
from shnor_analysis.stats.arrays import BoolArray, FloatArray
from shnor_analysis.stats.composite import ROUNDING
from shnor_analysis.stats.ranks import repeated
from shnor_analysis.tables import (
    LOW_RESULTS_INDEX,
    LOW_RESULTS_INDEX_PARTS,
    LOW_RESULTS_INDEX_YEARS,
)


@dataclass(frozen=True)
class LowResultsIndex:
    """Decisions (list × school), the index by year, and what it is made of in the last year."""

    decisions: pd.DataFrame
    years: pd.DataFrame
    parts: pd.DataFrame


@dataclass(frozen=True)
class Surroundings:
    """What an index needs to know of schools besides their indicators.

    ``levels`` and ``conditions`` are Series by ``school_id`` (:func:`school_levels`; any index of
    conditions, higher better, or None where there is none). ``is_region`` says that the place is a
    whole region.
    """

    levels: pd.Series
    conditions: pd.Series | None
    is_region: bool


def conditions_of_year(social_index: pd.DataFrame, assessment_year: int) -> pd.Series:
    """The index of conditions of the last year: a school keeps its group through the years.

    ``social_index`` keeps the contract of this name; the Series is by ``school_id``.
    """
    rows = social_index[social_index["assessment_year"] == assessment_year]
    return rows.set_index("school_id")["index_z"]


def decide_low_results_index(
    indicators: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    surroundings: Surroundings,
    words: ListWords,
    assessment_year: int,
) -> LowResultsIndex:
    """Find the schools with the lowest results by every list of indicators.

    Parameters
    ----------
    indicators : DataFrame
        Keeps the contract ``low_results_indicators``.
    lists : tuple of LowResultsList
        The lists the place applies.
    surroundings : Surroundings
        Levels and conditions of the schools; every school in ``levels`` gets a decision by every
        list.
    words : ListWords
        Where the words of certainty begin, and what a small number is.
    assessment_year : int
        The last year.

    Returns
    -------
    LowResultsIndex
        A school is included when its index was in the lower part in enough of the last years; not
        included when it has an index this year and that cannot be, whatever the years not assessed
        were like; not assessed otherwise. A value whose status is not ``ok`` is missing: it ranks
        neither its school nor others. Small numbers above that count by the letter; a listed
        school whose index rests mainly on them has «few data».

    Notes
    -----
    The border of the region is known only where the place is the region; elsewhere the schools of
    the territory are compared with each other and the table says so. Quantiles of single works,
    which norms of a region hold, give no border of an index that joins several.

    Certainty is the probability to be on the list when every school has other pupils and the same
    teaching: the whole list is drawn anew (:mod:`~shnor_analysis.decisions.index_certainty`).
    """
    known = indicators.assign(value=indicators["value"].where(indicators["status"] == "ok"))
    found = [
        _decide(
            known[known["regulation_id"] == one.id],
            one,
            surroundings,
            words,
            assessment_year,
        )
        for one in lists
    ]
    decisions, years, parts = zip(*found, strict=True)
    return LowResultsIndex(
        LOW_RESULTS_INDEX.conform(pd.concat(decisions)),
        LOW_RESULTS_INDEX_YEARS.conform(pd.concat(years)),
        LOW_RESULTS_INDEX_PARTS.conform(pd.concat(parts)),
    )


def _decide(
    indicators: pd.DataFrame,
    rules: LowResultsList,
    surroundings: Surroundings,
    words: ListWords,
    assessment_year: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    schools = surroundings.levels.index
    ids = [one.id for one in rules.indicators]
    window, needed = rules.index.window_years.value, rules.index.low_years.value
    years = list(range(assessment_year - window + 1, assessment_year + 1))
    spec = scoring(rules.index, rules.indicators)
    divisions = school_groups(
        rules.index.clusters.value, surroundings.levels, surroundings.conditions
    )
    values = {year: _values(indicators, schools, ids, year) for year in years}
    kept = _kept_reference(values, assessment_year - rules.index.reference_years.value + 1)
    by_year = {year: index_of_year(values[year], spec, divisions, kept.get(year)) for year in years}
    flagged = np.column_stack([one.is_below for one in by_year.values()])
    assessed = np.column_stack([~np.isnan(one.index) for one in by_year.values()])
    is_repeated, is_known = _verdicts(flagged, assessed, needed)
    probability = inclusion_probability(
        drawn_values(indicators, schools, ids, years),
        {
            year: partial(verdict_of_year, rule=spec, divisions=divisions, reference=kept.get(year))
            for year in years
        },
        needed,
    )
    last = by_year[assessment_year]
    has_enough = _rests_on_many(
        last, _are_many(indicators, schools, ids, assessment_year, words), spec.required_weight
    )
    decisions = pd.DataFrame(
        {
            "regulation_id": rules.id,
            "school_id": schools,
            "assessment_year": assessment_year,
            "decision": np.select(
                [is_repeated, is_known], ["included", "not_included"], "not_assessed"
            ),
            "reason_code": _reasons(flagged, assessed, values[assessment_year], needed),
            "is_included_undivided": _known_only(
                _included(
                    [verdict_of_year(values[year], spec, (), kept.get(year)) for year in years],
                    needed,
                ),
                is_known & bool(divisions),
            ),
            "n_years_below": flagged.sum(axis=1),
            "n_years_assessed": assessed.sum(axis=1),
            "drivers": _drivers(last, ids),
            "probability": np.where(is_known, probability, np.nan),
            "evidence": np.select(
                [
                    ~is_repeated,
                    ~has_enough,
                    probability >= words.sure_probability.value,
                    probability >= words.likely_probability.value,
                ],
                ["none", "few_data", "sure", "likely"],
                "borderline",
            ),
        }
    )
    in_years = [
        _year_rows(
            one, rules, year, schools, narrowest(divisions, len(schools)), surroundings.is_region
        )
        for year, one in by_year.items()
    ]
    return decisions, pd.concat(in_years), _part_rows(last, rules, schools, ids)


def _values(indicators: pd.DataFrame, schools: pd.Index, ids: list[str], year: int) -> FloatArray:
    """Values pooled over the term that ends with a year; schools × indicators."""
    return _table(indicators, schools, ids, year, "value").to_numpy(dtype=float, na_value=np.nan)


def _table(
    indicators: pd.DataFrame, schools: pd.Index, ids: list[str], year: int, column: str
) -> pd.DataFrame:
    is_of = (indicators["span"] == "pooled") & (indicators["assessment_year"] == year)
    table = indicators[is_of].pivot_table(
        index="school_id", columns="indicator_id", values=column, aggfunc="first"
    )
    return table.reindex(index=schools, columns=ids)


def _kept_reference(values: dict[int, FloatArray], from_year: int) -> dict[int, FloatArray]:
    """Year → values of the earlier year whose mean, spread and border still hold.

    The reference is the first year with results of those it may hold for; that year and the years
    before it have their own.
    """
    able = [year for year in values if year >= from_year and not np.isnan(values[year]).all()]
    return {year: values[able[0]] for year in values if able and year > able[0]}


def _are_many(
    indicators: pd.DataFrame,
    schools: pd.Index,
    ids: list[str],
    year: int,
    words: ListWords,
) -> BoolArray:
    """Values that do not rest on few: a share of enough pupils, a correlation of enough pairs."""
    sizes = _table(indicators, schools, ids, year, "denominator")
    statuses = _table(indicators, schools, ids, year, "status")
    n = sizes.to_numpy(dtype=float, na_value=np.nan)
    is_fact = np.isnan(n)
    return (statuses == "ok").to_numpy() & (is_fact | (n >= words.reliable_participants.value))


def _rests_on_many(found: IndexYear, are_many: BoolArray, required_weight: float) -> BoolArray:
    weight = np.where(are_many & ~np.isnan(found.weights), found.weights, 0).sum(axis=1)
    return np.asarray(weight * found.known_weight >= required_weight - ROUNDING)


def _verdicts(flagged: BoolArray, assessed: BoolArray, needed: int) -> tuple[BoolArray, BoolArray]:
    """Who is listed, and of whom that can be told; a year without an index tells nothing of it."""
    is_repeated, is_known = repeated(flagged, assessed, needed=needed)
    return is_repeated, is_repeated | (is_known & assessed[:, -1])


def _included(verdicts: list[Verdict], needed: int) -> BoolArray:
    flagged = np.column_stack([one.is_below for one in verdicts])
    assessed = np.column_stack([~np.isnan(one.index) for one in verdicts])
    return _verdicts(flagged, assessed, needed)[0]


def _reasons(
    flagged: BoolArray, assessed: BoolArray, values: FloatArray, needed: int
) -> np.ndarray:
    is_repeated, is_known = _verdicts(flagged, assessed, needed)
    cases = {
        "below_repeatedly": is_repeated & (needed > 1),
        "below": is_repeated,
        "below_rarely": is_known & flagged.any(axis=1),
        "not_below": is_known,
        "no_indicators": np.isnan(values).all(axis=1),
        "few_indicators": ~assessed[:, -1],
    }
    return np.select(list(cases.values()), list(cases), "repeat_not_checked")


def _drivers(found: IndexYear, ids: list[str]) -> list[str | None]:
    """Indicators in the lower part, those that lower the index most first."""
    rows = []
    for is_lower, contribution in zip(found.is_lower_part, found.contributions, strict=True):
        order = np.argsort(contribution, kind="stable")
        rows.append(";".join(ids[place] for place in order if is_lower[place]) or None)
    return rows


def _year_rows(
    found: IndexYear,
    rules: LowResultsList,
    year: int,
    schools: pd.Index,
    groups: np.ndarray,
    is_region: bool,
) -> pd.DataFrame:
    wanted = rules.index.reference.value
    reference = wanted if wanted == "territory" or is_region else "territory_for_region"
    is_known = ~np.isnan(found.index)
    n_all = int(is_known.sum())
    return pd.DataFrame(
        {
            "regulation_id": rules.id,
            "assessment_year": year,
            "school_id": schools,
            "index": found.index,
            "border": found.border,
            "is_below": _known_only(found.is_below, is_known),
            "known_weight": found.known_weight,
            "school_group": groups,
            "compared_with": found.compared_with,
            "n_compared": found.n_compared,
            "reference": reference,
            "is_small_reference": n_all < rules.index.min_reference_schools.value,
        }
    )


def _part_rows(
    found: IndexYear, rules: LowResultsList, schools: pd.Index, ids: list[str]
) -> pd.DataFrame:
    n_schools = len(schools)
    is_known = ~np.isnan(found.weights)
    return pd.DataFrame(
        {
            "regulation_id": rules.id,
            "school_id": np.repeat(schools.to_numpy(), len(ids)),
            "indicator_id": ids * n_schools,
            "score": found.scores.ravel(),
            "weight": found.weights.ravel(),
            "contribution": np.where(is_known, found.contributions, np.nan).ravel(),
            "is_lower_part": _known_only(found.is_lower_part.ravel(), is_known.ravel()),
        }
    )


def _known_only(flags: BoolArray, is_known: BoolArray) -> pd.Series:
    return pd.Series(flags).astype("boolean").where(is_known)
