"""Checks across tables: turnout, compulsory works that are missing, breaks in series."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from shnor_analysis.intake.cells import count_text
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import CONTEXT_SOURCES

# A convention of this project: none of the regulations at hand names a norm of turnout. Below it
# the absent may decide whether a share is above 30 %.
LEAST_TURNOUT = 0.7
# Under five pupils one absent one is more than a fifth; shares of such groups are not shown either.
MIN_LISTED = 5
# A convention: a change that neither a new class nor the closing of one usually makes.
BREAK_FACTOR, BREAK_PUPILS = 2, 10
# Russian and maths are written by everybody; further subjects of ВПР are drawn at random
# (from 2023 in grades 6–8, from 2025 in 4–8 and 10), those of ОГЭ and ЕГЭ are chosen.
COMPULSORY_SUBJECTS = ("rus", "math")
_COMPULSORY_GRADES = {"vpr": (4, 5, 6, 7, 8), "oge": (9,)}
_PLACE = ["source_file", "source_sheet", "source_row"]
_KIND = ["procedure", "subject", "grade"]


def _place(row: dict[Hashable, Any]) -> tuple[str, str | None, int]:
    sheet = row["source_sheet"]
    name = sheet if isinstance(sheet, str) and sheet else None
    return str(row["source_file"]), name, int(str(row["source_row"]))


def participants(
    vpr: pd.DataFrame, gia: pd.DataFrame, groups: pd.DataFrame, works: pd.DataFrame
) -> pd.DataFrame:
    """Participants of every school and work.

    Parameters
    ----------
    vpr, gia, groups, works : DataFrame
        Tables that keep their contracts.

    Returns
    -------
    DataFrame
        One row per school × work with ``n`` (rows of pupils or the number in a summary report,
        whichever is larger), the columns of the work and the first place in the files.
    """
    columns = ["school_id", "work_id", "n", *_PLACE]
    parts = []
    for results in (vpr, gia):
        if results.empty:
            continue
        first = results.sort_values(["source_file", "source_row"])
        counted = first.groupby(["school_id", "work_id"], as_index=False).agg(
            n=("pupil_id", "size"),
            source_file=("source_file", "first"),
            source_sheet=("source_sheet", "first"),
            source_row=("source_row", "first"),
        )
        parts.append(counted[columns])
    own = groups[groups["group_level"] == "school"]
    named = own.rename(columns={"group_id": "school_id", "n_participants": "n"})
    parts.append(named[columns])
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=[*columns, "assessment_year", "season", *_KIND])
    largest = pd.concat(filled, ignore_index=True).sort_values(
        ["school_id", "work_id", "n", "source_file", "source_row"],
        ascending=[True, True, False, True, True],
    )
    single = largest.drop_duplicates(["school_id", "work_id"])
    known = works[["work_id", "assessment_year", "season", *_KIND]]
    return single.merge(known, on="work_id", how="inner", validate="many_to_one")


# --- turnout -----------------------------------------------------------------------------------


def check_participation(
    participation: pd.DataFrame,
    vpr: pd.DataFrame,
    groups: pd.DataFrame,
    works: pd.DataFrame,
    context: pd.DataFrame,
    methodology: Methodology,
) -> list[Issue]:
    """Query for every school and work that fewer than 70 % of the pupils wrote.

    Parameters
    ----------
    participation : DataFrame
        Listed and present pupils of protocols (contract ``participation``).
    vpr, groups, works : DataFrame
        For works without a protocol: participants against the pupils of the grade.
    context : DataFrame
        Contract ``context``; of several sources the first of ``CONTEXT_SOURCES`` counts.
    methodology : Methodology
        Names of subjects.

    Returns
    -------
    list of Issue
        None for fewer than five listed pupils. Where the number of pupils is not known nothing
        can be said.
    """
    listed = participation.sort_values(["n_listed", *_PLACE], ascending=[False, True, True, True])
    listed = listed.drop_duplicates(["school_id", "work_id"])
    listed = listed.merge(works[["work_id", "assessment_year", *_KIND]], on="work_id")
    issues = [
        _turnout_issue(
            "participation_low",
            row,
            int(row["n_present"]),
            int(row["n_listed"]),
            _work_and_year(row, methodology),
        )
        for row in listed.to_dict("records")
        if _is_low(int(row["n_present"]), int(row["n_listed"]))
    ]
    done = set(zip(listed["school_id"], listed["work_id"], strict=True))
    pupils = _pupils_by_grade(context)
    no_gia = pd.DataFrame(columns=["school_id", "work_id", "pupil_id", *_PLACE])
    for row in participants(vpr, no_gia, groups, works).to_dict("records"):
        # who writes this grade's programme in the next autumn was in this grade that year
        grade = int(row["grade"])
        n_pupils = pupils.get((row["school_id"], int(row["assessment_year"]), grade))
        if row["procedure"] != "vpr" or n_pupils is None:
            continue
        n = int(row["n"])
        if (row["school_id"], row["work_id"]) not in done and _is_low(n, n_pupils):
            work = _work_and_year(row, methodology)
            low = _turnout_issue("participation_low_grade", row, n, n_pupils, work, grade=grade)
            issues.append(low)
    return issues


def _is_low(n_present: int, n_listed: int) -> bool:
    return n_listed >= MIN_LISTED and n_present < LEAST_TURNOUT * n_listed


def _turnout_issue(
    check_id: str,
    row: dict[Hashable, Any],
    n_present: int,
    n_listed: int,
    work: str,
    **fields: object,
) -> Issue:
    file, sheet, line = _place(row)
    return make_issue(
        check_id,
        file,
        sheet,
        line,
        column=None,
        value=str(n_present),
        school_id=str(row["school_id"]),
        work=work,
        n_listed=n_listed,
        percent=count_text(round(100 * n_present / n_listed, 1)),
        norm=count_text(100 * LEAST_TURNOUT),
        **fields,
    )


def _pupils_by_grade(context: pd.DataFrame) -> dict[tuple[str, int, int], int]:
    """(School, year, grade) → pupils, by the most trusted source."""
    own = context[context["indicator"].str.startswith("n_pupils_grade_") & context["value"].notna()]
    rank = {source: number for number, source in enumerate(CONTEXT_SOURCES)}
    trusted = own.assign(rank=own["source"].map(rank)).sort_values("rank", kind="stable")
    single = trusted.drop_duplicates(["school_id", "assessment_year", "indicator"])
    return {_grade_key(row): int(row["value"]) for row in single.to_dict("records")}


def _grade_key(row: dict[Hashable, Any]) -> tuple[str, int, int]:
    grade = str(row["indicator"]).rpartition("_")[2]
    return str(row["school_id"]), int(row["assessment_year"]), int(grade)


# --- missing procedures ------------------------------------------------------------------------


def check_missing_procedures(
    works: pd.DataFrame,
    vpr: pd.DataFrame,
    gia: pd.DataFrame,
    groups: pd.DataFrame,
    schools: pd.DataFrame,
    methodology: Methodology,
) -> list[Issue]:
    """Query for a school that has no result in works it wrote the year before.

    Parameters
    ----------
    works, vpr, gia, groups, schools : DataFrame
        Tables that keep their contracts.
    methodology : Methodology
        Names of subjects.

    Returns
    -------
    list of Issue
        One per school and year, listing the works: Russian and maths of ВПР in grades 4–8 and
        of ОГЭ, when other schools of the municipality have them in that year. Only the latest
        year is asked about; a year that no school has in the files is no omission of a school.
    """
    found = participants(vpr, gia, groups, works)
    grades = found["procedure"].map(_COMPULSORY_GRADES)
    is_compulsory = found["subject"].isin(COMPULSORY_SUBJECTS) & pd.Series(
        [
            isinstance(allowed, tuple) and grade in allowed
            for allowed, grade in zip(grades, found["grade"], strict=True)
        ],
        index=found.index,
        dtype=bool,
    )
    closed = schools.dropna(subset=["merged_from_year"])
    closed_from = dict(zip(closed["school_id"], closed["merged_from_year"], strict=True))
    place_of = dict(zip(schools["school_id"], schools["municipality_id"].fillna(""), strict=True))
    own = found[is_compulsory]
    own = own.assign(municipality=own["school_id"].map(place_of))
    own = own.dropna(subset=["municipality"])
    key = ["municipality", "assessment_year", *_KIND]
    written = set(own[key].itertuples(index=False, name=None))
    has = set(own[["school_id", *key[1:]]].itertuples(index=False, name=None))
    latest = own["assessment_year"].max() if len(own) else None
    lost: dict[tuple[str, int], list[dict[Hashable, Any]]] = {}
    for row in own.to_dict("records"):
        year = int(row["assessment_year"]) + 1
        kind = (row["procedure"], row["subject"], row["grade"])
        is_written = (row["municipality"], year, *kind) in written
        if year != latest or year >= closed_from.get(row["school_id"], year + 1):
            continue  # asked in its own year; or its pupils write at another school
        if is_written and (row["school_id"], year, *kind) not in has:
            lost.setdefault((str(row["school_id"]), year), []).append(row)
    return [
        make_issue(
            "procedures_missing",
            _place(min(rows, key=lambda row: str(row["work_id"])))[0],
            school_id=school_id,
            works="; ".join(sorted({_work_words(row, methodology) for row in rows})),
            year=year,
        )
        for (school_id, year), rows in sorted(lost.items())
    ]


def _work_words(row: dict[Hashable, Any], methodology: Methodology) -> str:
    return methodology.work_name(str(row["procedure"]), str(row["subject"]), int(row["grade"]))


def _work_and_year(row: dict[Hashable, Any], methodology: Methodology) -> str:
    return f"{_work_words(row, methodology)}, {int(row['assessment_year'])} год"


# --- breaks in series --------------------------------------------------------------------------


def check_series_breaks(
    works: pd.DataFrame,
    vpr: pd.DataFrame,
    gia: pd.DataFrame,
    groups: pd.DataFrame,
    methodology: Methodology,
) -> list[Issue]:
    """Query where the participants of a school's work more than double or halve in a year.

    Parameters
    ----------
    works, vpr, gia, groups : DataFrame
        Tables that keep their contracts.
    methodology : Methodology
        Names of subjects.

    Returns
    -------
    list of Issue
        One per school, year and procedure × subject × grade, seasons and levels added up, and
        only for Russian and maths: who writes another subject is a matter of lot or choice. A
        change of fewer than ten pupils is none; nor is a year without results (see
        :func:`check_missing_procedures`).
    """
    found = participants(vpr, gia, groups, works)
    own = found[found["subject"].isin(COMPULSORY_SUBJECTS)].sort_values("work_id")
    key = ["school_id", *_KIND, "assessment_year"]
    totals = own.groupby(key, as_index=False).agg(
        n=("n", "sum"), work_id=("work_id", "first"), **{c: (c, "first") for c in _PLACE}
    )
    counts = {
        tuple(row[column] for column in key): int(row["n"]) for row in totals.to_dict("records")
    }
    issues = []
    for row in totals.to_dict("records"):
        *kind, year = (row[column] for column in key)
        before = counts.get((*kind, year - 1))
        if before is None or not _is_break(before, int(row["n"])):
            continue
        issues.append(
            make_issue(
                "series_break",
                *_place(row),
                value=str(row["n"]),
                school_id=str(row["school_id"]),
                work=_work_and_year(row, methodology),
                n_before=before,
            )
        )
    return issues


def _is_break(before: int, now: int) -> bool:
    low, high = sorted((before, now))
    return high > BREAK_FACTOR * low and high - low >= BREAK_PUPILS
