"""What the received files are enough for, in sentences: printed by ``shnor check``."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.methodology import ReportParts
from shnor_analysis.report import russian
from shnor_analysis.report.tables import NOT_THERE
from shnor_analysis.report.texts import text


@dataclass(frozen=True)
class Line:
    """One sentence; ``depth`` 0 is a heading, deeper ones explain what stands above them."""

    depth: int
    text: str


def readiness(frame: pd.DataFrame, parts: ReportParts) -> tuple[Line, ...]:
    """Say which parts of the report have their files and what each absent kind would add.

    Parameters
    ----------
    frame : DataFrame
        Keeps the contract ``report_parts``.
    parts : ReportParts
        Titles of the parts and where files are got.

    Returns
    -------
    tuple of Line
        Parts in the order of the report; kinds of files that are required somewhere first. A
        kind that another one replaces is not called absent.
    """
    absent = frame[frame["status"].isin(NOT_THERE)]
    required = absent[absent["is_required"].astype(bool)]
    lacking = [part.part for part in parts.parts if part.part in set(required["part"])]
    lines = [Line(0, text("readiness", "enough"))] if len(lacking) < len(parts.parts) else []
    lines += [Line(1, part.title) for part in parts.parts if part.part not in lacking]
    if lacking:
        lines.append(Line(0, text("readiness", "lacking")))
        lines += [Line(1, _lacking(part, required, parts)) for part in lacking]
    if absent.empty:
        return (*lines, Line(0, text("readiness", "all_there")))
    return (*lines, Line(0, text("readiness", "missing")), *_absent_lines(absent, parts))


def _lacking(part: str, required: pd.DataFrame, parts: ReportParts) -> str:
    families = required.loc[required["part"] == part, "family"].unique()
    names = "; ".join(text("family", family) for family in families)
    return text("readiness", "lacking_part", title=parts.title(part), families=names)


def _absent_lines(absent: pd.DataFrame, parts: ReportParts) -> list[Line]:
    lines = []
    order = [entry.family for entry in parts.families]
    ranked = absent.assign(
        is_needed=absent.groupby("family")["is_required"].transform("any"),
        rank=absent["family"].map(order.index),
    ).sort_values(["is_needed", "rank"], ascending=[False, True], kind="stable")
    for family, rows in ranked.groupby("family", sort=False):
        years = sorted({int(year) for year in rows["assessment_year"]})
        status = "refused" if (rows["status"] == "refused").any() else "missing"
        heading = text(
            "readiness",
            "family",
            family=text("family", str(family)),
            years=russian.listing([russian.school_year(year) for year in years]),
            status=text("part_status", status),
        )
        lines.append(Line(1, heading))
        lines += [Line(2, sentence) for sentence in _additions(rows, parts)]
        lines.append(Line(2, text("readiness", "where", where=parts.where(str(family)))))
    return lines


def _additions(rows: pd.DataFrame, parts: ReportParts) -> list[str]:
    """What the kind would add to each part that needs it, in the order of the report."""
    found = {}
    for part in parts.parts:
        own = rows[rows["part"] == part.part]
        if len(own):
            required = text("readiness", "required") if own["is_required"].any() else ""
            found[part.title] = (own["adds"].iloc[0], required)
    return [
        text("readiness", "adds", part=title, required=required, adds=adds)
        for title, (adds, required) in found.items()
    ]
