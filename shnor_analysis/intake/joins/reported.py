"""Rows of forms, journals and lists: schools found, repeated answers settled, contracts kept."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from shnor_analysis.intake.cells import read_login
from shnor_analysis.intake.extract import ANSWERED_AT, SCHOOL_REFERENCE, Extract, SchoolMention
from shnor_analysis.intake.identity.directory import SchoolDirectory, SchoolReference, Unresolved
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.tables import REPORTED, REPORTED_INDICATORS, ROADMAP, Contract

PLACE = ("source_file", "source_sheet", "source_row")
TERRITORY = "territory"
# In these tables a row about no school speaks of the whole territory; how it is then stored.
_WHOLE_TERRITORY = {ROADMAP.name: None, REPORTED_INDICATORS.name: TERRITORY}


def reported_frames(extracts: Iterable[Extract]) -> dict[str, pd.DataFrame]:
    """Rows of every reported table, all files together; tables without rows are absent."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for extract in extracts:
        for name, frame in extract.reported.items():
            if len(frame):
                parts.setdefault(name, []).append(frame.astype(object))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def reference_mentions(frames: Iterable[pd.DataFrame]) -> list[SchoolMention]:
    """Schools that forms name by login: known although they may have no results."""
    mentions = []
    for frame in frames:
        if "school_login" not in frame:
            continue
        first = frame.drop_duplicates("school_login").dropna(subset=["school_login"])
        for row in first.to_dict("records"):
            if login := read_login(row["school_login"]):
                name = _text(row.get("school_name")) or login
                file, sheet, number = (row[column] for column in PLACE)
                place = str(file), _text(sheet), int(number)
                mentions.append(SchoolMention(login, name, None, None, *place))
    return mentions


def resolve_schools(
    name: str, frame: pd.DataFrame, directory: SchoolDirectory
) -> tuple[pd.DataFrame, list[Issue]]:
    """Put school ids in the place of references.

    Parameters
    ----------
    name : str
        Name of the contract; decides what a row about no school means.
    frame : DataFrame
        Rows with the columns ``SCHOOL_REFERENCE``, or already with ``school_id``.
    directory : SchoolDirectory
        How schools are called.

    Returns
    -------
    DataFrame, list of Issue
        Rows with ``school_id``. Rows of a school that is not found are left out: one error per
        file and reference, with the number of rows and the nearest names. A name that belongs
        to another school than its login is a query; the login decides.
    """
    if not set(SCHOOL_REFERENCE) & set(frame.columns):
        return frame, []
    given = frame.reindex(columns=list(SCHOOL_REFERENCE))
    given = given.astype(object).where(given.notna(), None)
    number = given.groupby(list(SCHOOL_REFERENCE), dropna=False, sort=False).ngroup()
    unique = given.loc[~number.duplicated()].set_axis(number[~number.duplicated()])
    references = {
        int(key): SchoolReference(*(_text(value) for value in values))
        for key, *values in unique.itertuples(name=None)
    }
    found = {key: directory.resolve(one) for key, one in references.items()}
    ids = {key: school if isinstance(school, str) else None for key, school in found.items()}
    whole = {key for key, one in references.items() if one.is_blank and name in _WHOLE_TERRITORY}
    ids |= dict.fromkeys(whole, _WHOLE_TERRITORY.get(name))
    kept = number.isin([key for key, school in ids.items() if school is not None] + list(whole))
    frame = frame.drop(columns=[c for c in SCHOOL_REFERENCE if c in frame])
    resolved = number.map(ids).astype(object).where(kept, None)
    issues = _lost_issues(frame[~kept].assign(number=number), references, found)
    issues += _contradicting(frame[kept].assign(number=number), references, ids, directory)
    return frame.assign(school_id=resolved)[kept], issues


def _lost_issues(
    lost: pd.DataFrame,
    references: dict[int, SchoolReference],
    found: dict[int, str | Unresolved],
) -> list[Issue]:
    issues = []
    for (_, key), rows in lost.groupby(["source_file", "number"], sort=True):
        why = found[key]
        near = why.nearest if isinstance(why, Unresolved) else ()
        issues.append(
            make_issue(
                why.check_id if isinstance(why, Unresolved) else "school_not_named",
                *_first_place(rows),
                value=references[key].shown,
                n_rows=rows[["source_sheet", "source_row"]].drop_duplicates().shape[0],
                nearest=f"похожие: {', '.join(f'«{n}»' for n in near)}" if near else "похожих нет",
            )
        )
    return issues


def _contradicting(
    kept: pd.DataFrame,
    references: dict[int, SchoolReference],
    ids: dict[int, str | None],
    directory: SchoolDirectory,
) -> list[Issue]:
    wrong = [
        key
        for key, school in ids.items()
        if school is not None and directory.contradicts(references[key], school)
    ]
    return [
        make_issue(
            "school_login_name",
            *_first_place(rows),
            value=references[key].name,
            school_id=ids[key],
        )
        for (_, key), rows in kept[kept["number"].isin(wrong)].groupby(
            ["source_file", "number"], sort=True
        )
    ]


def settle_repeats(contract: Contract, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Issue]]:
    """Keep one row per key of the contract.

    Parameters
    ----------
    contract : Contract
        One of ``tables.REPORTED``.
    frame : DataFrame
        Its rows, perhaps with ``ANSWERED_AT``.

    Returns
    -------
    DataFrame, list of Issue
        Equal rows once, silently. Of different ones the last answer (a note with the number of
        values replaced); where nothing says which is later, the one with more participants, then
        by content, so that file names do not matter, with a query to the school.
    """
    key = list(contract.key)
    values = [c for c in contract.columns if c not in (*key, *PLACE)]
    if not frame.duplicated(key).any():
        return frame.drop(columns=[ANSWERED_AT], errors="ignore"), []
    answered = frame[ANSWERED_AT] if ANSWERED_AT in frame else pd.Series("", index=frame.index)
    order = frame.assign(
        moment=answered.fillna("").astype(str),
        size=pd.to_numeric(frame["n_participants"]) if "n_participants" in frame else 0,
        content=_content(frame.reindex(columns=values)),
    ).sort_values(["moment", "size", "content", *PLACE], kind="stable", na_position="first")
    last = order.drop_duplicates(key, keep="last")
    both = order.merge(
        last[[*key, "moment", "content", "source_file"]], on=key, suffixes=("", "_kept")
    )
    different = both[both["content"] != both["content_kept"]]
    is_dated = (different["moment"] != "") & (different["moment"] < different["moment_kept"])
    issues = _repeat_issues("answer_replaced", different[is_dated])
    issues += _repeat_issues("answers_differ", different[~is_dated])
    helpers = ["moment", "size", "content", ANSWERED_AT]
    return last.drop(columns=helpers, errors="ignore"), issues


def _content(values: pd.DataFrame) -> pd.Series:
    text = values.astype(object).where(values.notna(), "").astype(str)
    return text.agg("\x1f".join, axis=1) if len(text.columns) else pd.Series("", text.index)


def _repeat_issues(check_id: str, rows: pd.DataFrame) -> list[Issue]:
    who = rows["school_id"] if "school_id" in rows else pd.Series(None, index=rows.index)
    schools = who.where(who.notna(), "").astype(str)
    return [
        make_issue(
            check_id,
            *_first_place(some),
            value=str(len(some)),
            school_id=str(school) or None,
            other=str(some["source_file_kept"].iloc[0]),
        )
        for (_, school), some in rows.groupby([rows["source_file"], schools], sort=True)
    ]


def _first_place(rows: pd.DataFrame) -> tuple[str, str | None, int]:
    first = rows.sort_values(["source_file", "source_row"]).iloc[0]
    return str(first["source_file"]), _text(first["source_sheet"]), int(first["source_row"])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def join_reported(
    frames: dict[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """One row per key in every reported table, contracts kept.

    Parameters
    ----------
    frames : dict of str to DataFrame
        Rows with ``school_id`` by name of the contract.

    Returns
    -------
    dict of str to DataFrame, list of Issue
        Every table of ``tables.REPORTED``, empty ones included.
    """
    tables: dict[str, pd.DataFrame] = {}
    issues: list[Issue] = []
    for contract in REPORTED:
        if contract.name not in frames or frames[contract.name].empty:
            tables[contract.name] = contract.empty()
            continue
        single, found = settle_repeats(contract, frames[contract.name])
        known = [column for column in contract.columns if column in single]
        tables[contract.name] = contract.conform(single[known])
        issues.extend(found)
    return tables, issues
