"""Tables of changes over the years: works, results, and what could be seen at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from shnor_analysis.measures.comparability import SEPARATOR
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.labels import by_school, by_work
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    decimal,
    number_column,
    part,
    probability,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import text

HUNDRED = 100
FOUND = ("improved", "worsened")
LEANING = ("tends_to_improve", "tends_to_worsen")


def probability_or_dash(value: object) -> Cell:
    """A probability that may not exist by nature; «—» then."""
    if russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return probability(value)


def points(share: float) -> str:
    """A share as whole percentage points."""
    return russian.number(HUNDRED * share, 0)


def share_changes(d: Dynamics) -> DisplayTable:
    """Changes of schools that stay confirmed among so many comparisons."""
    rows = d.schools_changes
    return _change_table(d, rows[rows["is_confirmed"].astype(bool)], "share_changes")


def all_share_changes(d: Dynamics) -> DisplayTable:
    """Every change of every school, for the workbook."""
    return replace(_change_table(d, d.schools_changes, "all_share_changes"), sheet_only=True)


def _change_table(d: Dynamics, rows: pd.DataFrame, name: str) -> DisplayTable:
    columns = (text_column("school", 2.4), *_CHANGE_COLUMNS)
    cells = tuple(
        (words(d.labels.school(row.school_id)), *_change_cells(d, row))
        for row in _with_names(d, rows)
    )
    return build_table(name, columns, cells, wide=True, sheet_only=False, **_change_fields(d))


def territory_share_changes(d: Dynamics) -> DisplayTable:
    """The territory as a whole, work by work."""
    return build_table(
        "territory_share_changes",
        _CHANGE_COLUMNS,
        tuple(tuple(_change_cells(d, row)) for row in _with_names(d, d.territory_changes)),
        wide=True,
        sheet_only=False,
        **_change_fields(d),
    )


_CHANGE_COLUMNS = (
    text_column("work", 2.2),
    text_column("outcome", 1.3),
    text_column("before", 1.3),
    text_column("now", 1.3),
    number_column("change", 0.9, 1),
    number_column("lower", 0.7, 1),
    number_column("upper", 0.7, 1),
    share_column("p", 0.9, 0),
    text_column("basis", 1.5),
    text_column("formal", 1.1),
    text_column("verdict", 2.0),
)


def _change_fields(d: Dynamics) -> dict[str, str]:
    return {
        "level": russian.percent(d.rules.level.value, 0),
        "tendency": russian.percent(d.rules.tendency_probability.value, 0),
        "fdr": russian.percent(d.rules.false_discovery_rate.value, 0),
        "least": str(d.rules.min_participants.value),
        "before": russian.school_year(d.assessment_year - 1),
        "now": russian.school_year(d.assessment_year),
    }


def _with_names(d: Dynamics, rows: pd.DataFrame) -> list[Any]:
    named = rows.assign(work_name=d.labels.works(rows))
    return list(named.itertuples(index=False))


def _change_cells(d: Dynamics, row: Any) -> tuple[Cell, ...]:
    told = row.status == "ok"
    relative = not russian.is_missing(row.basis) and row.basis == "relative"
    start = "relative_" if relative else ""
    values = [getattr(row, f"{start}{name}") for name in ("difference", "lower", "upper")]
    status = "ok" if told else ("too_few" if row.status == "too_few" else "not_applicable")
    verdict = _verdict(row)
    return (
        words(row.work_name),
        words(text("change_outcome", row.outcome)),
        words(_counted(d, row.count_before, row.n_before)),
        words(_counted(d, row.count_now, row.n_now)),
        *(_points_cell(value, status) for value in values),
        _probability_of(getattr(row, f"{start}p_improved"), status),
        words(text("change_basis", row.basis) if told else None),
        words(text("formal_sign", row.formal)),
        Cell(verdict, verdict, emphasis=row.change_class in FOUND),
    )


def _counted(d: Dynamics, count: object, n: object) -> str | None:
    """«9 из 30 (30,0 %)»; the share of few participants is not printed."""
    if russian.is_missing(n):
        return None
    total, own = int(n), int(count)  # type: ignore[call-overload]
    if total < d.min_participants:
        return text("change_count", "few", x=str(own), n=str(total))
    return text("change_count", "share", x=str(own), n=str(total),
                share=russian.percent(own / total))  # fmt: skip


def _points_cell(value: object, status: str) -> Cell:
    if status == "not_applicable":
        return Cell(None, "—", Status.NOT_APPLICABLE)
    if status != "ok":
        return decimal(None, 1, status)
    return decimal(HUNDRED * float(value), 1)  # type: ignore[arg-type]


def _probability_of(value: object, status: str) -> Cell:
    if status == "not_applicable":
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return probability(value, status)


def _verdict(row: Any) -> str:
    if row.change_class == "not_judged":
        return text("change_status", row.status)
    said = text("change_class", row.change_class)
    if row.change_class not in FOUND:
        return said
    return text("change_certainty", "confirmed" if row.is_confirmed else "single", change=said)


def visible_changes(d: Dynamics) -> DisplayTable:
    """What change groups of some sizes would see: to what a share must fall or rise."""
    starts = sorted(d.visible["share_before"].astype(float).unique())
    by_size = d.visible.set_index(["n_participants", "share_before"]).sort_index()
    sizes = sorted(int(n) for n in d.visible["n_participants"].unique())
    columns = [
        DisplayColumn(
            f"{direction}{start:.2f}",
            text("visible_column", direction, share=russian.percent(start, 0)),
            Kind.SHARE,
            0,
            1.1,
        )
        for start in starts
        for direction in ("falls_to", "rises_to")
    ]
    return build_table(
        "visible_changes",
        (count_column("n", 0.9), text_column("change", 1.3), *columns),
        tuple(
            (
                whole(n),
                words(_change_range(by_size.loc[n].iloc[0])),
                *(
                    _seen(by_size.loc[(n, start), direction])
                    for start in starts
                    for direction in ("falls_to", "rises_to")
                ),
            )
            for n in sizes
        ),
        power=russian.percent(d.rules.visible_power.value, 0),
        alpha=russian.percent(d.rules.visible_alpha.value, 0),
    )


def _change_range(row: pd.Series) -> str:
    if russian.is_missing(row["largest"]):
        return text("visible_column", "never")
    smallest, largest = (points(float(row[name])) for name in ("smallest", "largest"))
    return text("visible_column", "points", smallest=smallest, largest=largest)


def _seen(value: object) -> Cell:
    if russian.is_missing(value):
        said = text("visible_column", "not_seen")
        return Cell(None, said, Status.NOT_APPLICABLE)
    return part(value, decimals=0)


def incomparable_works(d: Dynamics) -> DisplayTable:
    """Works whose years cannot simply be compared: why, and what is done instead."""
    now = d.comparability[d.comparability["assessment_year"] == d.assessment_year]
    rows = now[now["verdict"] != "comparable"].assign(season="")
    basis = d.territory.drop_duplicates(["procedure", "subject", "grade", "level"]).set_index(
        ["procedure", "subject", "grade", "level"]
    )["basis"]
    lines: dict[tuple[object, ...], list[int]] = {}
    for row in by_work(rows).itertuples(index=False):
        key = (row.procedure, row.subject, row.grade, row.level)
        instead = basis.get(key)
        same = (
            row.procedure, row.subject, row.level, row.verdict,
            "" if russian.is_missing(row.reasons) else row.reasons,
            None if russian.is_missing(row.compared_year) else int(row.compared_year),
            "none" if russian.is_missing(instead) else str(instead),
        )  # fmt: skip
        lines.setdefault(same, []).append(int(row.grade))
    return build_table(
        "incomparable_works",
        (
            text_column("work", 2.6),
            text_column("verdict", 1.6),
            text_column("reasons", 2.6),
            text_column("instead", 3.0),
        ),
        tuple(
            (
                words(d.labels.series(str(procedure), str(subject), grades, str(level))),
                words(text("comparability_verdict", str(verdict))),
                words("; ".join(_reasons(str(codes), compared))),
                words(text("change_instead", "first" if verdict == "first" else str(instead))),
            )
            for (procedure, subject, level, verdict, codes, compared, instead), grades in (
                lines.items()
            )
        ),
    )


def _reasons(codes: str, compared: object) -> Sequence[str]:
    year = "" if compared is None else russian.school_year(int(compared))  # type: ignore[call-overload]
    return [
        text("comparability_reason", code, year=year) for code in codes.split(SEPARATOR) if code
    ]


def result_changes(d: Dynamics) -> DisplayTable:
    """The pooled result of every school: change in a year and the trend."""
    return build_table(
        "result_changes",
        (
            text_column("school", 2.6),
            number_column("before", 0.9, 2),
            number_column("now", 0.9, 2),
            number_column("change", 0.9, 2),
            number_column("error", 0.8, 2),
            share_column("p", 0.9, 0),
            text_column("verdict", 2.2),
            count_column("years", 0.6),
            number_column("slope", 0.9, 2),
            text_column("trend", 1.8),
        ),
        tuple(
            (
                words(d.labels.school(row.school_id)),
                _number_or_dash(row.result_before),
                _number_or_dash(row.result_now),
                _number_or_dash(row.change),
                _number_or_dash(row.change_se),
                probability_or_dash(row.p_improved),
                _result_verdict(row),
                whole(row.n_years),
                _number_or_dash(row.slope),
                words(text("trend_class", row.trend_class)),
            )
            for row in d.result_changes.itertuples(index=False)
        ),
        wide=True,
        fdr=russian.percent(d.rules.false_discovery_rate.value, 0),
        least=str(d.rules.min_schools.value),
    )


def _number_or_dash(value: object) -> Cell:
    if russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return decimal(value, 2)


def _result_verdict(row: Any) -> Cell:
    said = text("result_status", row.status) if row.change_class == "not_judged" else _verdict(row)
    return Cell(said, said, emphasis=bool(row.is_confirmed))


def cohort_changes(d: Dynamics) -> tuple[DisplayTable, ...]:
    """Marks of the same pupils a year later, beside the territory; none if nobody is followed."""
    if d.cohorts.empty:
        return ()
    rows = by_school(by_work(d.cohorts), d.labels)
    table = build_table(
        "cohort_changes",
        (
            text_column("school", 2.4),
            text_column("work", 2.2),
            count_column("n", 0.8),
            count_column("fell", 0.8),
            count_column("rose", 0.8),
            share_column("territory_fell", 1.0),
            share_column("territory_rose", 1.0),
            number_column("p", 0.8, 3),
        ),
        tuple(
            (
                words(d.labels.school(row.school_id)),
                words(row.work_name),
                whole(row.n_marks),
                whole(row.n_mark_fell),
                whole(row.n_mark_rose),
                part(row.territory_fell_share),
                part(row.territory_rose_share),
                decimal(row.p_midp, 3, row.status),
            )
            for row in _with_names(d, rows)
        ),
        wide=True,
    )
    return (table,)
