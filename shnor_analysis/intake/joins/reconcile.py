"""Joining files: repeats are counted once, contradictions become issues."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import pandas as pd

from shnor_analysis.intake.extract import Work
from shnor_analysis.intake.identity.pupils import pseudonym
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.methodology import Methodology
from shnor_analysis.tables import WORKS

_VPR_VALUES = ["task_scores", "score_raw", "score_raw_reported", "test_mark", "school_mark"]
_MARKS = (2, 3, 4, 5)
_FOUND = [f"found_{mark}" for mark in _MARKS]
_REPORTED = [f"reported_{mark}" for mark in _MARKS]


def _place(row: pd.Series | dict[Hashable, Any]) -> tuple[str, str | None, int]:
    """File, sheet and row of a table row."""
    sheet = row["source_sheet"]
    place = sheet if isinstance(sheet, str) and sheet else None
    return str(row["source_file"]), place, int(row["source_row"])


# --- works -------------------------------------------------------------------------------------


def works_table(works: Iterable[Work], used: set[str]) -> pd.DataFrame:
    """Table ``works`` of the works that have results: earliest date, largest stated maximum."""
    rows = pd.DataFrame(
        [
            {
                "work_id": work.work_id,
                "assessment_year": work.assessment_year,
                "procedure": work.procedure,
                "season": work.season,
                "subject": work.subject,
                "grade": work.grade,
                "level": work.level,
                "max_score_raw": work.max_score_raw,
                "exam_date": work.exam_date,
            }
            for work in works
            if work.work_id in used
        ],
        columns=list(WORKS.columns),
    )
    rows = rows.sort_values(["work_id", "level", "exam_date"], na_position="last")
    keys = ["work_id", "assessment_year", "procedure", "season", "subject", "grade"]
    single = rows.groupby(keys, as_index=False).agg(
        level=("level", "first"), max_score_raw=("max_score_raw", "max"),
        exam_date=("exam_date", "first"),
    )  # fmt: skip
    return WORKS.conform(single[list(WORKS.columns)])


# --- ВПР, pupils -------------------------------------------------------------------------------


def join_vpr(vpr: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """One row per pupil of a work when the same school stands in several files.

    Between files of equal size the content decides, so that file names do not matter.

    Parameters
    ----------
    vpr : DataFrame
        Rows of all «Индивидуальные результаты».

    Returns
    -------
    DataFrame, list of Issue
        Equal pupils once (note); where pupils contradict, the file with more rows (error for
        every other file). Files with different pupils of the school are added up. A file with
        marks comes before a protocol whose marks are those of a scale or unknown.
    """
    vpr = vpr.assign(origin=vpr["source_file"] + "\x1f" + vpr["source_sheet"].fillna(""))
    n_origins = vpr.groupby(["work_id", "school_id"])["origin"].transform("nunique")
    breadth = vpr.groupby(["work_id", "origin"])["pupil_id"].size()
    kept = [vpr[n_origins == 1]]
    issues: list[Issue] = []
    for _, rows in vpr[n_origins > 1].groupby(["work_id", "school_id"], sort=True):
        single, found = _join_school(rows, breadth)
        kept.append(single)
        issues.extend(found)
    return pd.concat(kept, ignore_index=True).drop(columns=["origin"]), issues


def _join_school(rows: pd.DataFrame, breadth: pd.Series) -> tuple[pd.DataFrame, list[Issue]]:
    sizes = rows.groupby("origin").size()
    work_id = rows["work_id"].iloc[0]

    def importance(origin: str) -> tuple[bool, int, int, list[tuple[str, ...]], str]:
        """Marks of the file first, then more rows, then the wider file, then the content."""
        own = rows[rows["origin"] == origin]
        has_own_marks = bool((own["mark_source"] == "file").all())
        values = own[["pupil_id", *_VPR_VALUES]].astype(str).fillna("")
        content = sorted(values.itertuples(index=False, name=None))
        return not has_own_marks, -sizes[origin], -breadth[(work_id, origin)], content, origin

    order = sorted(sizes.index, key=importance)
    school_id = str(rows["school_id"].iloc[0])
    kept = rows[rows["origin"] == order[0]]
    kept_file = str(kept["source_file"].iloc[0])
    issues: list[Issue] = []
    for origin in order[1:]:
        extra = rows[rows["origin"] == origin]
        both = kept.merge(extra, on="pupil_id", suffixes=("", "_extra"), validate="one_to_one")
        n_different = int((~_same_values(both)).sum())
        place = _place(extra.sort_values("source_row").iloc[0])
        if n_different:
            issues.append(
                make_issue(
                    "vpr_files_differ",
                    *place,
                    value=str(n_different),
                    school_id=school_id,
                    other=kept_file,
                    kept=kept_file,
                    n_kept=len(kept),
                    n_dropped=len(extra),
                )
            )
            continue
        if len(both):
            issues.append(
                make_issue(
                    "vpr_files_same",
                    *place,
                    value=str(len(both)),
                    school_id=school_id,
                    other=kept_file,
                )
            )
        kept = pd.concat([kept, extra[~extra["pupil_id"].isin(kept["pupil_id"])]])
    return kept, issues


def _same_values(both: pd.DataFrame) -> pd.Series:
    same = pd.Series(True, index=both.index)
    for column in _VPR_VALUES:
        left, right = both[column], both[f"{column}_extra"]
        is_equal = (left == right) | (left.isna() & right.isna())
        if column == "test_mark":  # a mark by the scale contradicts nobody
            is_equal |= both["mark_source"] != both["mark_source_extra"]
        same &= is_equal
    return same


# --- ВПР, groups -------------------------------------------------------------------------------

_GROUP_KEY = ["work_id", "report", "group_level", "group_id"]


def join_groups(groups: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """One row per group × item: the country and the region stand in every school's report.

    Returns
    -------
    DataFrame, list of Issue
        Equal groups once, silently. Of different ones the one with more participants (later
        downloads are fuller), with a warning.
    """
    rows = groups.assign(source_sheet=groups["source_sheet"].fillna(""))
    place = [*_GROUP_KEY, "source_file", "source_sheet", "source_row", "n_participants"]
    wide = rows.pivot_table(
        index=place, columns="item", values=["value_share", "value_n"], aggfunc="first"
    )
    values = [f"{kind}_{item}" for kind, item in wide.columns]
    lines = wide.set_axis(values, axis=1).fillna(-1.0).reset_index()
    lines = lines.sort_values(
        [*_GROUP_KEY, "n_participants", *values, "source_file", "source_sheet", "source_row"],
        ascending=[True] * len(_GROUP_KEY) + [False] + [True] * (len(values) + 3),
    )
    best = lines.drop_duplicates(_GROUP_KEY)
    issues = _group_issues(lines, best, [*values, "n_participants"])
    chosen = [*_GROUP_KEY, "source_file", "source_sheet", "source_row"]
    kept = rows.merge(best[chosen], on=chosen, how="inner", validate="many_to_one")
    return kept.assign(source_sheet=kept["source_sheet"].replace("", None)), issues


def _group_issues(lines: pd.DataFrame, best: pd.DataFrame, values: list[str]) -> list[Issue]:
    both = lines.merge(best, on=_GROUP_KEY, suffixes=("", "_best"), validate="many_to_one")
    other = both[[f"{column}_best" for column in values]].to_numpy()
    differs = (both[values].to_numpy() != other).any(axis=1)
    issues = []
    for row in both[differs].to_dict("records"):
        issues.append(
            make_issue(
                "group_differs",
                *_place(row),
                value=str(row["n_participants"]),
                school_id=row["group_id"] if row["group_level"] == "school" else None,
                group=row["group_id"],
                other=row["source_file_best"],
                n_other=row["n_participants_best"],
            )
        )
    return issues


# --- ГИА ---------------------------------------------------------------------------------------


def identify_pupils(gia: pd.DataFrame, pupil_key: bytes) -> pd.DataFrame:
    """Give every protocol row its pupil: one fingerprint within a year and a school.

    Parameters
    ----------
    gia : DataFrame
        Protocol rows with ``school_id``, ``name_key`` and ``document_key``.
    pupil_key : bytes
        Secret of the fingerprint.

    Returns
    -------
    DataFrame
        The rows with ``pupil_id`` and ``has_document``.
    """
    year = gia["work_id"].str.extract(r"-(\d{4})-")[0]
    document = _fill_documents(gia, year)
    people = zip(year, gia["school_id"], gia["name_key"], document, strict=True)
    identified = gia.assign(
        pupil_id=[gia_pseudonym(pupil_key, *person) for person in people],
        has_document=document != "",
    )
    return _split_namesakes(identified, document, pupil_key)


def gia_pseudonym(key: bytes, year: str, school_id: str, name_key: str, document: str) -> str:
    """The fingerprint of a pupil of ОГЭ and ЕГЭ within one year and school."""
    return pseudonym(key, "gia", year, school_id, name_key, document)


def join_gia(gia: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """One row per pupil × exam: the latest date, then the highest result.

    Parameters
    ----------
    gia : DataFrame
        Rows of :func:`identify_pupils`.

    Returns
    -------
    DataFrame, list of Issue
        Table ``gia_results``; per school and exam a note with the number of pupils that have
        several results, and a query where two results of one day differ.
    """
    gia = gia.assign(
        result=gia["score_scaled"].astype("Float64").fillna(gia["test_mark"].astype("Float64"))
    )
    pupil = ["work_id", "school_id", "pupil_id"]
    gia = gia.sort_values(
        [*pupil, "exam_date", "result", "score_raw", "class_label", "source_file", "source_row"],
        ascending=[True, True, True, False, False, False, True, True, True],
        kind="stable",
    )
    single = gia.drop_duplicates(pupil)
    repeats = gia[gia.duplicated(pupil, keep=False)]
    helpers = ["school_code", "name_key", "document_key", "result", "has_document"]
    return single.drop(columns=helpers), _repeat_issues(repeats)


def _fill_documents(gia: pd.DataFrame, year: pd.Series) -> pd.Series:
    """Some layouts have no documents: take the pupil's only known document of that year."""
    person = [year, gia["school_id"], gia["name_key"]]
    known = gia["document_key"].where(gia["document_key"] != "")
    n_known = known.groupby(person).transform("nunique")
    only = known.groupby(person).transform("first")
    return known.fillna(only.where(n_known == 1)).fillna("").astype(str)


def _split_namesakes(gia: pd.DataFrame, document: pd.Series, key: bytes) -> pd.DataFrame:
    """Rows of one day in different classes are different pupils with the same name."""
    day = ["work_id", "school_id", "pupil_id", "exam_date"]
    n_classes = gia.groupby(day)["class_label"].transform("nunique")
    apart = (n_classes > 1) & (document == "")
    pupil_id = gia["pupil_id"].copy()
    pupil_id[apart] = [
        pseudonym(key, pupil, label or "")
        for pupil, label in zip(
            gia.loc[apart, "pupil_id"], gia.loc[apart, "class_label"].fillna(""), strict=True
        )
    ]
    return gia.assign(pupil_id=pupil_id)


def _repeat_issues(repeats: pd.DataFrame) -> list[Issue]:
    issues: list[Issue] = []
    for (_, school_id), rows in repeats.groupby(["work_id", "school_id"], sort=True):
        kept = rows.drop_duplicates("pupil_id")
        first = kept.sort_values(["source_file", "source_sheet", "source_row"]).iloc[0]
        by_day = rows[~rows["has_document"]].groupby(["pupil_id", "exam_date"])["result"].nunique()
        counts = {
            "gia_repeats": rows["pupil_id"].nunique(),
            "gia_same_day": int((by_day > 1).groupby(level=0).any().sum()),
        }
        issues.extend(
            make_issue(check_id, *_place(first), value=str(count), school_id=str(school_id))
            for check_id, count in counts.items()
            if count
        )
    return issues


# --- checks across files -----------------------------------------------------------------------


def check_marks_against_pupils(vpr: pd.DataFrame, groups: pd.DataFrame) -> list[Issue]:
    """Query where a school's row of «Статистика по отметкам» disagrees with its pupils' rows."""
    marks = groups[(groups["report"] == "marks") & (groups["group_level"] == "school")]
    if marks.empty or vpr.empty:
        return []
    key = ["work_id", "school_id"]
    found = pd.crosstab([vpr["work_id"], vpr["school_id"]], vpr["test_mark"])
    found = found.reindex(columns=list(_MARKS), fill_value=0).set_axis(_FOUND, axis=1)
    other = vpr.groupby(key)["source_file"].first().rename("other")
    reported = marks.rename(columns={"group_id": "school_id"}).pivot_table(
        index=[*key, "n_participants"], columns="item", values="value_n", aggfunc="first"
    )
    reported = reported.set_axis(_REPORTED, axis=1).reset_index()
    places = marks.drop_duplicates(["work_id", "group_id"]).rename(
        columns={"group_id": "school_id"}
    )[[*key, "source_file", "source_sheet", "source_row"]]
    both = (
        reported.merge(found.reset_index(), on=key, validate="one_to_one")
        .merge(other.reset_index(), on=key, validate="one_to_one")
        .merge(places, on=key, validate="one_to_one")
    )
    differs = (both[_REPORTED].to_numpy() != both[_FOUND].to_numpy()).any(axis=1)
    return [
        make_issue(
            "marks_differ",
            *_place(row),
            value=str(sum(row[mark] for mark in _REPORTED)),
            school_id=row["school_id"],
            reported=", ".join(str(row[mark]) for mark in _REPORTED),
            n_reported=row["n_participants"],
            other=row["other"],
            found=", ".join(str(row[mark]) for mark in _FOUND),
            n_found=sum(row[mark] for mark in _FOUND),
        )
        for row in both[differs].to_dict("records")
    ]


def check_participants_against_pupils(
    vpr: pd.DataFrame, gia: pd.DataFrame, groups: pd.DataFrame, schools: pd.DataFrame
) -> list[Issue]:
    """Query where a work has more participants than the school has pupils."""
    columns = ["work_id", "school_id", "n", "source_file", "source_sheet", "source_row"]
    parts = []
    for results in (vpr, gia):
        if len(results):
            first = results.sort_values(["source_file", "source_row"])
            parts.append(
                first.groupby(["work_id", "school_id"], as_index=False).agg(
                    n=("pupil_id", "size"),
                    source_file=("source_file", "first"),
                    source_sheet=("source_sheet", "first"),
                    source_row=("source_row", "first"),
                )[columns]
            )
    own = groups[groups["group_level"] == "school"]
    if len(own):
        parts.append(own.rename(columns={"group_id": "school_id", "n_participants": "n"})[columns])
    if not parts:
        return []
    largest = pd.concat(parts, ignore_index=True).sort_values(
        ["work_id", "school_id", "n", "source_file", "source_row"],
        ascending=[True, True, False, True, True],
    )
    largest = largest.drop_duplicates(["work_id", "school_id"]).merge(
        schools[["school_id", "n_pupils"]], on="school_id", how="inner", validate="many_to_one"
    )
    above = largest[(largest["n"] > largest["n_pupils"]).fillna(False)]
    return [
        make_issue(
            "participants_above_pupils",
            *_place(row),
            value=str(row["n"]),
            school_id=row["school_id"],
            n_pupils=row["n_pupils"],
        )
        for row in above.to_dict("records")
    ]


def check_ege_minimums(
    gia: pd.DataFrame, works: pd.DataFrame, methodology: Methodology
) -> list[Issue]:
    """Error for every ЕГЭ work whose minimum is unknown: its scores cannot be judged."""
    ege = works[works["procedure"] == "ege"]
    unknown = {
        work.work_id: work
        for work in ege.itertuples(index=False)
        if methodology.ege_minimum(work.subject, int(work.assessment_year)) is None
    }
    scored = gia[gia["work_id"].isin(list(unknown)) & gia["test_mark"].isna()]
    issues = []
    for work_id, rows in scored.groupby("work_id", sort=True):
        work = unknown[work_id]
        issues.append(
            make_issue(
                "ege_minimum_unknown",
                *_place(rows.sort_values(["source_file", "source_row"]).iloc[0]),
                value=str(len(rows)),
                year=int(work.assessment_year),
                subject=methodology.subject(work.subject).name,
            )
        )
    return issues
