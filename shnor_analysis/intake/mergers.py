"""Schools that became part of another one: from that year on their rows belong to the heir."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.place_settings import Merger


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
        school, whose history they are. One note per merger that moved rows.
    """
    issues: list[Issue] = []
    moved = dict(frames)
    for one in mergers:
        n_rows = 0
        first: pd.Series | None = None
        for name, frame in moved.items():
            column = "school_id" if "school_id" in frame else "group_id"
            years = _years(frame)
            if column not in frame or years is None:
                continue
            is_old = (frame[column] == one.old_school) & (years >= one.assessment_year)
            is_old = is_old.fillna(False).astype(bool)
            if is_old.any():
                n_rows += int(is_old.sum())
                first = frame[is_old].iloc[0] if first is None else first
                changed = frame[column].astype(object).where(~is_old, one.new_school)
                moved[name] = frame.assign(**{column: changed})
        if first is not None:
            sheet = first["source_sheet"]
            issues.append(
                make_issue(
                    "school_merged",
                    str(first["source_file"]),
                    sheet if isinstance(sheet, str) else None,
                    int(first["source_row"]),
                    value=one.old_school,
                    school_id=one.new_school,
                    year=one.assessment_year,
                    n_rows=n_rows,
                )
            )
    return moved, issues


def _years(frame: pd.DataFrame) -> pd.Series | None:
    if "assessment_year" in frame:
        return pd.to_numeric(frame["assessment_year"])
    if "work_id" in frame:
        return pd.to_numeric(frame["work_id"].astype("str").str.split("-").str[1])
    return None
