"""Markers of objectivity by the letter: fire, do not fire, not tested, and how often by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.methodology import (
    MarkerRules,
    ObjectivityMarker,
    ObjectivityRules,
    StableAbsence,
)
from shnor_analysis.stats.honest_chance import (
    chance_beyond,
    chance_of_any,
    chance_of_high_mean,
    chance_of_negative_correlation,
)
from shnor_analysis.stats.intervals import plain_floats, wilson_interval
from shnor_analysis.tables import (
    OBJECTIVITY_LETTER,
    OBJECTIVITY_LETTER_TERRITORY,
    OBJECTIVITY_MARKERS,
)

# Years shown when no document says over how many an absence of signs is steady.
SHOWN_YEARS = 3
WHOLE = 100  # per cent
SEPARATOR = ";"
_WORK = ["assessment_year", "procedure", "subject", "grade"]
_FOUND = ["school_id", "tested", "met", "reason", "n_pupils", "value", "border", "chance",
          "evidence"]  # fmt: skip


@dataclass(frozen=True)
class MarkerMeasures:
    """What markers compare with their borders; every table keeps the contract of its name."""

    mean_intervals: pd.DataFrame
    score_mark_correlations: pd.DataFrame
    cohort_ratios: pd.DataFrame


@dataclass(frozen=True)
class ObjectivityByLetter:
    """Markers, schools and the territory; the frames keep the contracts of their names."""

    markers: pd.DataFrame
    schools: pd.DataFrame
    territory: pd.DataFrame


def objectivity_by_letter(
    measures: MarkerMeasures,
    documents: tuple[ObjectivityRules, ...],
    schools: pd.DataFrame,
    assessment_year: int,
) -> ObjectivityByLetter:
    """Say of every school and year which markers fire.

    Parameters
    ----------
    measures : MarkerMeasures
        Computed by the letter of the documents.
    documents : tuple of ObjectivityRules
        Those with markers give rows; the first that says when an absence is steady is asked for
        it.
    schools : DataFrame
        Schools of the year, at least ``school_id``; earlier years are judged for the same ones.
    assessment_year : int
        The last year.

    Returns
    -------
    ObjectivityByLetter
        Every school has a row for every marker and year: what could not be tested says why. A
        fired marker is a sign that needs checking, never a verdict; ``chance`` beside it is how
        often an honest school of the same size gets it.
    """
    stable = next((one.stable_absence for one in documents if one.stable_absence), None)
    n_years = stable.years.value if stable else SHOWN_YEARS
    years = range(assessment_year - n_years + 1, assessment_year + 1)
    frames = [
        _marker(measures, one.marker_rules, marker, schools["school_id"], year).assign(
            regulation_id=one.regulation_id
        )
        for one in documents
        if one.marker_rules
        for marker in one.marker_rules.markers
        for year in years
    ]
    if not frames or schools.empty:
        return ObjectivityByLetter(
            OBJECTIVITY_MARKERS.empty(),
            OBJECTIVITY_LETTER.empty(),
            OBJECTIVITY_LETTER_TERRITORY.empty(),
        )
    rows = pd.concat([frame.astype(object) for frame in frames], ignore_index=True)
    markers = OBJECTIVITY_MARKERS.conform(rows.where(rows.notna(), None))
    letter = _schools(markers, stable, assessment_year)
    return ObjectivityByLetter(markers, letter, _territory(letter))


def _marker(
    measures: MarkerMeasures,
    rules: MarkerRules,
    marker: ObjectivityMarker,
    ids: pd.Series,
    year: int,
) -> pd.DataFrame:
    """One marker in one year: one row per school."""
    key = (year, marker.procedure, marker.subject, marker.grade)
    found = _FINDERS[marker.kind](measures, rules, marker, key)
    rows = pd.DataFrame({"school_id": ids}).merge(
        found[_FOUND], on="school_id", how="left", validate="1:1"
    )
    tested = rows["tested"].fillna(False).astype(bool)
    met = rows["met"].fillna(False).astype(bool)
    return rows.assign(
        assessment_year=year,
        marker_id=marker.id,
        kind=marker.kind,
        verdict=np.select([tested & met, tested], ["fires", "does_not_fire"], "not_tested"),
        reason=np.select(
            [tested & met, tested], ["met", "not_met"], rows["reason"].fillna("no_work")
        ),
    ).drop(columns=["tested", "met"])


def _of_work(table: pd.DataFrame, key: tuple[int, str, str, int], n: str) -> pd.DataFrame:
    """Rows of one work; where a school wrote it twice in the year, that of more pupils."""
    is_work = np.logical_and.reduce(
        [(table[name] == value).to_numpy() for name, value in zip(_WORK, key, strict=True)]
    )
    rows = table[is_work].sort_values([n, "work_id"], ascending=[False, True], kind="stable")
    return rows.drop_duplicates("school_id")


def _high_mean(
    measures: MarkerMeasures,
    rules: MarkerRules,
    _: ObjectivityMarker,
    key: tuple[int, str, str, int],
) -> pd.DataFrame:
    rows = _of_work(measures.mean_intervals, key, "n_scores")
    return rows.assign(
        tested=rows["status"] == "ok",
        met=rows["is_apart"],
        reason=rows["status"],
        n_pupils=rows["n_scores"],
        value=rows["mean_lower"],
        border=rows["region_upper"],
        chance=chance_of_high_mean(rows["n_scores"], rows["region_n"], rules.interval_z.value),
        evidence=rows["work_id"],
    )


def _negative_correlation(
    measures: MarkerMeasures,
    rules: MarkerRules,
    _: ObjectivityMarker,
    key: tuple[int, str, str, int],
) -> pd.DataFrame:
    rows = _of_work(measures.score_mark_correlations, key, "n_pairs")
    return rows.assign(
        tested=rows["status"] == "ok",
        met=rows["rho"] < rules.correlation_below.value,
        reason=rows["status"],
        n_pupils=rows["n_pairs"],
        value=rows["rho"],
        border=rules.correlation_below.value,
        chance=chance_of_negative_correlation(rows["n_pairs"], rules.usual_correlation.value),
        evidence=rows["work_id"],
    )


def _sharp(
    measures: MarkerMeasures,
    _: MarkerRules,
    marker: ObjectivityMarker,
    key: tuple[int, str, str, int],
) -> pd.DataFrame:
    rows = _of_work(measures.cohort_ratios, key, "n_later")
    is_fall = marker.kind == "sharp_fall"
    fence = rows["fence_upper" if is_fall else "fence_lower"]
    ratio, median = rows["ratio"], rows["ratio_median"]
    return rows.assign(
        tested=rows["status"] == "ok",
        met=ratio > fence if is_fall else ratio < fence,
        reason=rows["status"],
        n_pupils=rows["n_later"],
        value=ratio,
        border=fence,
        chance=chance_beyond(abs(fence - median), rows["ratio_se"]),
        evidence=rows["work_id"] + SEPARATOR + rows["earlier_work_id"].fillna(""),
    )


_FINDERS: dict[str, Callable[..., pd.DataFrame]] = {
    "high_mean": _high_mean,
    "negative_correlation": _negative_correlation,
    "sharp_fall": _sharp,
    "sharp_rise": _sharp,
}


def _schools(markers: pd.DataFrame, stable: StableAbsence | None, last_year: int) -> pd.DataFrame:
    key = ["regulation_id", "assessment_year", "school_id"]
    fires, tested = markers["verdict"] == "fires", markers["verdict"] != "not_tested"
    rows = (
        markers.assign(
            n_tested=tested,
            n_known=tested & markers["chance"].notna(),
            n_fired=fires,
            fired=markers["marker_id"].where(fires, ""),
        )
        .groupby(key, as_index=False)
        .agg(
            n_markers=("marker_id", "size"),
            n_tested=("n_tested", "sum"),
            n_known=("n_known", "sum"),
            n_fired=("n_fired", "sum"),
            fired=("fired", lambda ids: SEPARATOR.join(filter(None, ids)) or None),
        )
    )
    chances = markers.assign(chance=markers["chance"].where(tested)).pivot_table(
        index=key, columns="marker_id", values="chance", dropna=False, sort=True, observed=True
    )
    at = pd.MultiIndex.from_frame(rows[key])
    wide = chances.reindex(at).astype(float).to_numpy()
    any_of_them = pd.Series(chance_of_any(wide) if wide.size else np.nan, index=rows.index)
    return OBJECTIVITY_LETTER.conform(
        rows.drop(columns="n_known").assign(
            verdict=np.select(
                [rows["n_fired"] > 0, rows["n_tested"] > 0],
                ["with_signs", "without_signs"],
                "not_tested",
            ),
            # a tested marker whose chance is unknown leaves the whole unknown, and not smaller
            chance_any=any_of_them.where(rows["n_known"] == rows["n_tested"]),
            stable_absence=_stable_absence(rows, stable, last_year),
        )
    )


def _stable_absence(
    rows: pd.DataFrame, stable: StableAbsence | None, last_year: int
) -> np.ndarray | str:
    """Whether signs were absent in every year; only of the last year, as of now."""
    if stable is None:
        return "not_asked"
    by_school = rows.assign(
        has_signs=rows["n_fired"] > 0, is_enough=rows["n_tested"] >= stable.min_tested.value
    ).groupby(["regulation_id", "school_id"])
    has_signs = by_school["has_signs"].transform("any")
    is_enough = by_school["is_enough"].transform("all")
    return np.select(
        [rows["assessment_year"] != last_year, has_signs, is_enough],
        ["not_asked", "signs", "stable"],
        "not_known",
    )


def _territory(letter: pd.DataFrame) -> pd.DataFrame:
    rows = (
        letter.assign(
            is_tested=letter["n_tested"] > 0,
            has_signs=letter["n_fired"] > 0,
        )
        .groupby(["regulation_id", "assessment_year"], as_index=False)
        .agg(
            n_schools=("school_id", "size"),
            n_tested=("is_tested", "sum"),
            n_with_signs=("has_signs", "sum"),
            n_by_chance=("chance_any", "sum"),
        )
    )
    n, x = plain_floats(rows["n_tested"]), plain_floats(rows["n_with_signs"])
    lower, upper = wilson_interval(x, n)
    index = WHOLE * (1 - np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0))
    return OBJECTIVITY_LETTER_TERRITORY.conform(
        rows.assign(
            objectivity_index=index,
            index_lower=WHOLE * (1 - upper),
            index_upper=WHOLE * (1 - lower),
        )
    )
