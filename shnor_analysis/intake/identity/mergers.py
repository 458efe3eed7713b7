"""Schools that became part of another one: from that year on their rows belong to the heir."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.place_settings import MERGERS_FILE, Merger

# Rows of pupils, teachers and answers add up; other tables say one thing of a school, and what
# two schools said may not be mixed.
_ADDED_UP = {
    "vpr", "gia", "journal_marks", "teachers", "survey_answers", "medal_claims", "roadmap",
}  # fmt: skip


def known_mergers(
    mergers: tuple[Merger, ...], known: set[str]
) -> tuple[tuple[Merger, ...], list[Issue]]:
    """Mergers into schools that some file names; the others are errors and are not applied."""
    lost = [one for one in mergers if one.new_school not in known]
    issues = [
        make_issue(
            "merger_unknown_heir", MERGERS_FILE, value=one.new_school, school_id=one.old_school
        )
        for one in lost
    ]
    return tuple(one for one in mergers if one not in lost), issues


def merge_schools(
    frames: dict[str, pd.DataFrame], mergers: tuple[Merger, ...]
) -> tuple[dict[str, pd.DataFrame], list[Issue]]:
    """Move rows of merged schools to their heirs.

    Parameters
    ----------
    frames : dict of str to DataFrame
        Rows with ``school_id`` (or ``group_id`` of level «school») and a year: the column
        ``assessment_year`` or the year inside ``work_id``. Frames without a year stay as they are.
    mergers : tuple of Merger
        In the order of years, so that a chain of mergers is followed.

    Returns
    -------
    dict of str to DataFrame, list of Issue
        Rows of the year of the merger and later under the heir; earlier rows keep the old
        school, whose history they are. One note per merger that moved rows. Where a table says
        one thing of a school and the heir has rows of that year itself, the rows of the old
        school are left out with a query.
    """
    issues: list[Issue] = []
    moved = dict(frames)
    for one in mergers:
        shifted: list[pd.DataFrame] = []
        left_out: list[pd.DataFrame] = []
        for name, frame in moved.items():
            column = "school_id" if "school_id" in frame else "group_id"
            years = _years(frame)
            if column not in frame or years is None:
                continue
            is_late = (years >= one.assessment_year).fillna(False).astype(bool)
            is_old = is_late & (frame[column] == one.old_school)
            if not is_old.any():
                continue
            if name not in _ADDED_UP:
                own = set(years[is_late & (frame[column] == one.new_school)])
                is_spare = is_old & years.isin(own)
                left_out.append(frame[is_spare])
                frame, is_old = frame[~is_spare], is_old[~is_spare]
            shifted.append(frame[is_old])
            changed = frame[column].astype(object).where(~is_old, one.new_school)
            moved[name] = frame.assign(**{column: changed})
        issues += _merger_issues("school_merged", one, shifted)
        issues += _merger_issues("merged_reports_too", one, left_out)
    return moved, issues


def _merger_issues(check_id: str, one: Merger, frames: list[pd.DataFrame]) -> list[Issue]:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return []
    first = filled[0].iloc[0]
    sheet = first["source_sheet"]
    return [
        make_issue(
            check_id,
            str(first["source_file"]),
            sheet if isinstance(sheet, str) else None,
            int(first["source_row"]),
            value=one.old_school,
            school_id=one.new_school,
            year=one.assessment_year,
            n_rows=sum(map(len, filled)),
        )
    ]


def _years(frame: pd.DataFrame) -> pd.Series | None:
    if "assessment_year" in frame:
        return pd.to_numeric(frame["assessment_year"])
    if "work_id" in frame:
        return pd.to_numeric(frame["work_id"].astype("str").str.split("-").str[1])
    return None
