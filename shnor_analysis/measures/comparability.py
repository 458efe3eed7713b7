"""Which years of a procedure may be compared, and what prevents it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from shnor_analysis.methodology import Comparability, RandomSubjects, SeriesBreak
from shnor_analysis.tables import COMPARABILITY, COMPARABILITY_REASONS, COMPARABILITY_VERDICTS

SERIES = ("procedure", "subject", "grade", "level")
SEPARATOR = ";"
# Verdicts under which shares of marks may be compared.
SHARES_COMPARE = ("comparable", "shares_only")
# What a reason found in the data does; what a known break does stands in comparability.yaml.
# A changed number of participants, a merger and a gap do not shift a share: the interval carries
# the number, the territory keeps its pupils, and a missed year leaves both ends as they were.
_EFFECTS = {
    "season": "not_comparable",
    "random_subject": "not_comparable",
    "participation": "not_comparable",
    "max_score": "shares_only",
    "cohort": "comparable",
    "merger": "comparable",
    "gap": "comparable",
}


@dataclass(frozen=True)
class _Year:
    """One year of one series; ``participation`` is None where nobody counted the absent."""

    procedure: str
    subject: str
    grade: int
    level: str
    assessment_year: int
    n_participants: int
    seasons: frozenset[str]
    max_scores: frozenset[int]
    schools: frozenset[str]
    participation: float | None


def comparability(
    works: pd.DataFrame,
    cells: pd.DataFrame,
    rules: Comparability,
    participation: pd.DataFrame,
    mergers: pd.DataFrame,
) -> pd.DataFrame:
    """Compare every year of a series with the year before it that has results.

    Parameters
    ----------
    works : DataFrame
        Keeps the contract ``works``; gives the maximum scores. An unknown maximum prevents
        nothing: a change of it is then known from ``rules`` only.
    cells : DataFrame
        Keeps the contract ``cells``; a year without a participant has no row.
    rules : Comparability
        Known breaks, subjects by lot and the two thresholds.
    participation : DataFrame
        Keeps the contract ``participation``; of several sources on one school and work the one
        that lists more participants counts. May be empty: participation is then unknown and
        prevents nothing.
    mergers : DataFrame
        Columns ``old_school``, ``new_school``, ``assessment_year``; may be empty.

    Returns
    -------
    DataFrame
        Keeps the contract ``comparability``: one row per year × procedure × subject × grade ×
        level. Seasons of one year belong to one row. The verdict is the gravest effect of all
        reasons; the first year of a series has no reasons.

    References
    ----------
    formats.md, section 2; methodology.md, section 1, items 10 and 11.
    """
    rows: list[dict[str, object]] = []
    previous: _Year | None = None
    for year in _years(works, cells, participation):
        if previous is not None and _series(previous) != _series(year):
            previous = None
        rows.append(_row(year, previous, rules, mergers))
        previous = year
    columns = list(COMPARABILITY.columns)
    return COMPARABILITY.conform(pd.DataFrame(rows, columns=columns, dtype=object))


def first_comparable_years(
    comparability: pd.DataFrame,
    assessment_year: int,
    years: int,
    verdicts: tuple[str, ...] = SHARES_COMPARE,
) -> pd.DataFrame:
    """How far back the shares of every series of a year can be followed.

    Parameters
    ----------
    comparability : DataFrame
        Keeps the contract of this name.
    assessment_year : int
        The last year; a series without results in it has no row.
    years : int
        How many years at most, this one included.
    verdicts : tuple of str
        Verdicts that do not break a series.

    Returns
    -------
    DataFrame
        One row per series: its key and ``first_year``. A series goes back only while each year is
        comparable with the one before it.
    """
    before = {
        (*(getattr(row, name) for name in SERIES), int(row.assessment_year)): int(row.compared_year)
        for row in comparability[comparability["verdict"].isin(verdicts)].itertuples(index=False)
    }
    current = comparability[comparability["assessment_year"] == assessment_year]
    found = []
    for series in current[list(SERIES)].itertuples(index=False, name=None):
        year = assessment_year
        while before.get((*series, year), 0) > assessment_year - years:
            year = before[(*series, year)]
        found.append((*series, year))
    return pd.DataFrame(found, columns=[*SERIES, "first_year"]).astype(
        {"grade": "Int64", "first_year": "Int64"}
    )


def _series(year: _Year) -> tuple[str, str, int, str]:
    return year.procedure, year.subject, year.grade, year.level


def _years(works: pd.DataFrame, cells: pd.DataFrame, participation: pd.DataFrame) -> list[_Year]:
    """All years with participants, series by series, in the order of years."""
    taken = cells[cells["n_participants"] > 0]
    maxima = works.set_index("work_id")["max_score_raw"]
    listed = _listed(participation)
    years = []
    for key, group in taken.groupby([*SERIES, "assessment_year"], sort=True):
        procedure, subject, grade, level, assessment_year = key
        work_ids = group["work_id"].unique()
        counts = listed[listed.index.isin(work_ids)].sum()
        n_listed = int(counts["n_listed"])
        years.append(
            _Year(
                procedure=str(procedure),
                subject=str(subject),
                grade=int(grade),
                level=str(level),
                assessment_year=int(assessment_year),
                n_participants=int(group["n_participants"].sum()),
                seasons=frozenset(group["season"]),
                max_scores=frozenset(int(m) for m in maxima.reindex(work_ids).dropna()),
                schools=frozenset(group["school_id"]),
                participation=int(counts["n_present"]) / n_listed if n_listed else None,
            )
        )
    return years


def _listed(participation: pd.DataFrame) -> pd.DataFrame:
    """Listed and present participants of each work, a school counted once."""
    widest = participation.sort_values("n_listed", kind="stable").drop_duplicates(
        ["school_id", "work_id"], keep="last"
    )
    return widest.groupby("work_id")[["n_listed", "n_present"]].sum()


def _row(
    year: _Year, previous: _Year | None, rules: Comparability, mergers: pd.DataFrame
) -> dict[str, object]:
    found = dict(_reasons(year, previous, rules, mergers)) if previous else {}
    gravest = max(found.values(), key=COMPARABILITY_VERDICTS.index, default="comparable")
    reasons = [reason for reason in COMPARABILITY_REASONS if reason in found]
    return {
        "assessment_year": year.assessment_year,
        "procedure": year.procedure,
        "subject": year.subject,
        "grade": year.grade,
        "level": year.level,
        "compared_year": previous.assessment_year if previous else None,
        "verdict": gravest if previous else "first",
        "reasons": SEPARATOR.join(reasons) or None,
        "n_participants": year.n_participants,
        "n_participants_compared": previous.n_participants if previous else None,
    }


def _reasons(
    year: _Year, previous: _Year, rules: Comparability, mergers: pd.DataFrame
) -> Iterator[tuple[str, str]]:
    """Every reason with its effect; a reason met twice keeps the graver effect."""
    effects = {reason: _EFFECTS[reason] for reason in _reasons_of_data(year, previous, rules)}
    if _is_merged(year, previous, mergers):
        effects["merger"] = _EFFECTS["merger"]
    for entry in rules.breaks:
        if _is_broken(year, previous, entry):
            before = effects.get(entry.reason, "comparable")
            effects[entry.reason] = max(before, entry.effect, key=COMPARABILITY_VERDICTS.index)
    yield from effects.items()


def _reasons_of_data(year: _Year, previous: _Year, rules: Comparability) -> Iterator[str]:
    if year.seasons != previous.seasons:
        yield "season"
    if any(_is_by_lot(end, entry) for end in (year, previous) for entry in rules.random_subjects):
        yield "random_subject"
    shares = [end.participation for end in (year, previous) if end.participation is not None]
    if any(share < rules.min_participation.value for share in shares):
        yield "participation"
    if year.max_scores and previous.max_scores and year.max_scores != previous.max_scores:
        yield "max_score"
    change = abs(year.n_participants - previous.n_participants)
    if change > rules.max_cohort_change.value * previous.n_participants:
        yield "cohort"
    if previous.assessment_year < year.assessment_year - 1:
        yield "gap"


def _is_by_lot(year: _Year, entry: RandomSubjects) -> bool:
    return (
        year.procedure == entry.procedure
        and entry.year_from <= year.assessment_year
        and (entry.year_to is None or year.assessment_year <= entry.year_to)
        and year.grade in entry.grades
        and year.subject not in entry.written_by_all
    )


def _is_broken(year: _Year, previous: _Year, entry: SeriesBreak) -> bool:
    if entry.procedure != year.procedure:
        return False
    if entry.subjects and year.subject not in entry.subjects:
        return False
    if entry.grades and year.grade not in entry.grades:
        return False
    if entry.extent == "only_year":
        return entry.assessment_year in (previous.assessment_year, year.assessment_year)
    return previous.assessment_year < entry.assessment_year <= year.assessment_year


def _is_merged(year: _Year, previous: _Year, mergers: pd.DataFrame) -> bool:
    """Whether a school of this work became part of another one between the two years."""
    between = mergers[
        (mergers["assessment_year"] > previous.assessment_year)
        & (mergers["assessment_year"] <= year.assessment_year)
    ]
    schools = year.schools | previous.schools
    return bool((between["old_school"].isin(schools) | between["new_school"].isin(schools)).any())
