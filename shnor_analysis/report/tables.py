"""Tables ready to be printed: tidy frames in, :class:`DisplayTable` out; nothing is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from shnor_analysis.methodology import LowResultsRule, SeriesBreak, Sourced
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.texts import load_texts, table_words, text
from shnor_analysis.stats.chance import chance_over_threshold, failures_needed

SEVERITY_ORDER = ("error", "warning", "query", "note")
# Sizes and long-run shares of the table «how often chance alone reaches the threshold».
CHANCE_SIZES = (3, 5, 10, 20, 30, 50, 100)
CHANCE_SHARES = (0.05, 0.10, 0.15, 0.20, 0.25)
# A probability nearer than this to 0 or 1 is printed as «<1» or «>99» per cent.
ALMOST_NEVER = 0.005


def words(value: object) -> Cell:
    """Make a cell with text; an empty or missing one reads «—»."""
    content = "" if russian.is_missing(value) else str(value)
    return Cell(content or "—", russian.keep_together(content) or "—")


def whole(value: object) -> Cell:
    """Make a cell with a whole number; a missing one says so."""
    if russian.is_missing(value):
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    return Cell(int(value), russian.integer(int(value)))  # type: ignore[call-overload]


def part(value: object, status: str = "ok", decimals: int = 1) -> Cell:
    """Make a cell with a share for a column headed «%»; the status decides what is printed."""
    if status != "ok":
        return Cell(None, text("status", status), Status(status))
    if russian.is_missing(value):
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    share = float(value)  # type: ignore[arg-type]
    return Cell(share, russian.percent_points(share, decimals))


def probability(value: object, status: str = "ok") -> Cell:
    """Make a cell with a probability in whole per cent; never «0» or «100» for a doubt."""
    cell = part(value, status, decimals=0)
    if cell.value is None:
        return cell
    share = float(cell.value)
    if share < ALMOST_NEVER:
        return Cell(share, "<1")
    return Cell(share, ">99") if share > 1 - ALMOST_NEVER else cell


def _share_column(
    key: str, width: float = 0.8, decimals: int = 1, label: str = ""
) -> DisplayColumn:
    return DisplayColumn(key, label, Kind.SHARE, decimals, width)


def _count_column(key: str, width: float = 0.8, label: str = "") -> DisplayColumn:
    return DisplayColumn(key, label, Kind.INTEGER, 0, width)


def _text_column(key: str, width: float = 2.0) -> DisplayColumn:
    return DisplayColumn(key, "", Kind.TEXT, 0, width)


def _table(
    name: str,
    columns: Sequence[DisplayColumn],
    rows: tuple[tuple[Cell, ...], ...],
    *,
    wide: bool = False,
    **fields: str,
) -> DisplayTable:
    """Put the words of ``texts_ru.yaml`` on a table; a column that has a label keeps it."""
    words_of = table_words(name)
    return DisplayTable(
        name,
        words_of.title.format(**fields),
        tuple(
            column if column.label else replace(column, label=words_of.columns[column.key])
            for column in columns
        ),
        rows,
        notes=tuple(note.format(**fields) for note in words_of.notes),
        wide=wide,
    )


def source_files(files: pd.DataFrame) -> DisplayTable:
    """Files received, counted by kind and by what was done with them."""
    kinds = files.assign(family=files["family"].fillna("unknown"))
    counts = kinds.groupby(["family", "status"], as_index=False).agg(
        n_files=("file", "size"), n_rows=("n_rows", "sum")
    )
    named = counts.assign(
        name=[
            text("file_status", "unknown") if family == "unknown" else text("family", family)
            for family in counts["family"]
        ]
    ).sort_values(["name", "status"], kind="stable")
    return _table(
        "source_files",
        (
            _text_column("family", 3.2),
            _text_column("status", 2.2),
            _count_column("n_files"),
            _count_column("n_rows"),
        ),
        tuple(
            (
                words(row.name),
                words(text("file_status", row.status)),
                whole(row.n_files),
                whole(row.n_rows),
            )
            for row in named.itertuples(index=False)
        ),
    )


def issues_by_check(issues: pd.DataFrame) -> DisplayTable:
    """Remarks counted by severity and check, the gravest first."""
    counts = issues.groupby(["severity", "check_id"], as_index=False).agg(
        n=("issue_id", "size"),
        n_files=("file", "nunique"),
        message=("message", "first"),
        guidance=("guidance", "first"),
    )
    counts["rank"] = counts["severity"].map(SEVERITY_ORDER.index)
    counts = counts.sort_values(["rank", "check_id"], kind="stable")
    return _table(
        "issues_by_check",
        (
            _text_column("severity", 1.5),
            _count_column("n", 0.7),
            _text_column("message", 3.4),
            _text_column("guidance", 2.6),
        ),
        tuple(
            (
                words(text("severity", row.severity)),
                whole(row.n),
                words(row.message),
                words(row.guidance),
            )
            for row in counts.itertuples(index=False)
        ),
    )


def issues_full(issues: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Every remark with its school and place, the gravest first."""
    rows = _gravest_first(issues)
    schools = [
        words(None if russian.is_missing(code) else labels.school(code))
        for code in rows["school_id"]
    ]
    return _table(
        "issues",
        (ISSUE_COLUMNS[0], _text_column("school", 2.0), *ISSUE_COLUMNS[1:]),
        tuple(
            (severity, school, *rest)
            for school, (severity, *rest) in zip(schools, _issue_cells(rows), strict=True)
        ),
        wide=True,
    )


def issues_by_school(issues: pd.DataFrame, labels: Labels) -> tuple[DisplayTable, ...]:
    """One table per school that has remarks: what may be sent to that school and nobody else."""
    named = by_school(issues[issues["school_id"].notna()], labels)
    return tuple(
        _table(
            "school_issues",
            ISSUE_COLUMNS,
            tuple(_issue_cells(_gravest_first(rows))),
            wide=True,
            school=labels.school(str(school_id)),
        )
        for school_id, rows in named.groupby("school_id", sort=False)
    )


ISSUE_COLUMNS = (
    _text_column("severity", 1.6),
    _text_column("file", 2.4),
    _text_column("sheet", 1.4),
    _count_column("row", 0.7),
    _text_column("column", 1.2),
    _text_column("value", 1.2),
    _text_column("message", 4.0),
    _text_column("guidance", 3.4),
)


def _gravest_first(issues: pd.DataFrame) -> pd.DataFrame:
    rank = issues["severity"].map(SEVERITY_ORDER.index)
    return issues.assign(rank=rank).sort_values(["rank", "file", "row", "issue_id"], kind="stable")


def _issue_cells(rows: pd.DataFrame) -> list[tuple[Cell, ...]]:
    return [
        (
            words(text("severity", row.severity)),
            words(row.file),
            words(row.sheet),
            words(None) if russian.is_missing(row.row) else whole(row.row),
            words(row.column),
            words(row.value),
            words(row.message),
            words(row.guidance),
        )
        for row in rows.itertuples(index=False)
    ]


def coverage(cells: pd.DataFrame, labels: Labels) -> DisplayTable:
    """How many schools have results, by work and year; «—» where no file came."""
    keys = ["procedure", "season", "subject", "grade", "level"]
    years = sorted(cells["assessment_year"].unique())
    counts = (
        cells.pivot_table(
            index=keys, columns="assessment_year", values="school_id", aggfunc="nunique"
        )
        .astype("Int64")
        .reset_index()
    )
    counts = by_work(counts)
    names = labels.works(counts)
    return _table(
        "coverage",
        (
            _text_column("work", 3.0),
            *(_count_column(f"y{y}", label=russian.school_year(int(y))) for y in years),
        ),
        tuple(
            (
                words(name),
                *(
                    words(None) if russian.is_missing(row[year]) else whole(row[year])
                    for year in years
                ),
            )
            for name, (_, row) in zip(names, counts.iterrows(), strict=True)
        ),
    )


def territory(results: pd.DataFrame, labels: Labels, assessment_year: int) -> DisplayTable:
    """Works of one year: the municipality beside the region and the whole sample."""
    rows = by_work(results[results["assessment_year"] == assessment_year])
    return _table(
        "territory",
        (
            _text_column("work", 2.6),
            _count_column("n_schools", 0.7),
            _count_column("n_participants", 0.9),
            _share_column("below", 1.2),
            _share_column("lower", 0.7),
            _share_column("upper", 0.7),
            _share_column("region", 0.9),
            _share_column("country", 1.0),
            _share_column("high", 0.8),
        ),
        tuple(
            (
                words(name),
                whole(row.n_schools),
                whole(row.n_participants),
                part(row.below_minimum_share),
                part(row.below_minimum_share_lower),
                part(row.below_minimum_share_upper),
                _optional_part(row.region_below_minimum_share),
                _optional_part(row.country_below_minimum_share),
                _optional_part(row.high_mark_share),
            )
            for name, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        year=russian.school_year(assessment_year),
    )


def _optional_part(value: object) -> Cell:
    """Make a share cell that may be absent by the nature of the source; «—» then."""
    if russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return part(value)


def trend(results: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Share below the minimum in the municipality, by work and year."""
    keys = ["procedure", "season", "subject", "grade", "level"]
    years = sorted(results["assessment_year"].unique())
    shares = by_work(
        results.pivot_table(
            index=keys, columns="assessment_year", values="below_minimum_share", aggfunc="first"
        ).reset_index()
    )
    return _table(
        "trend",
        (
            _text_column("work", 3.0),
            *(_share_column(f"y{y}", label=russian.school_year(int(y))) for y in years),
        ),
        tuple(
            (words(name), *(_optional_part(row[year]) for year in years))
            for name, (_, row) in zip(labels.works(shares), shares.iterrows(), strict=True)
        ),
    )


def series_breaks(breaks: Sequence[SeriesBreak]) -> DisplayTable:
    """What prevents a direct comparison of years, with the source of each statement."""
    return _table(
        "series_breaks",
        (
            _text_column("procedure", 1.0),
            _text_column("year", 1.0),
            _text_column("text", 4.0),
            _text_column("source", 2.6),
            _text_column("confidence", 1.6),
        ),
        tuple(
            (
                words(text("procedure", entry.procedure)),
                words(russian.school_year(entry.assessment_year)),
                words(entry.text),
                words(entry.source),
                words(text("confidence", entry.confidence)),
            )
            for entry in breaks
        ),
    )


def mark_agreement(agreement: pd.DataFrame, labels: Labels, assessment_year: int) -> DisplayTable:
    """Marks for the work against journal marks in the whole municipality."""
    rows = by_work(agreement[agreement["assessment_year"] == assessment_year])
    return _table(
        "mark_agreement",
        (
            _text_column("work", 2.8),
            _count_column("n"),
            _share_column("lowered", 0.9),
            _share_column("confirmed", 0.9),
            _share_column("raised", 0.9),
        ),
        tuple(
            (
                words(name),
                whole(row.n_mark_pairs),
                part(row.lowered_share),
                part(row.confirmed_share),
                part(row.raised_share),
            )
            for name, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        year=russian.school_year(assessment_year),
    )


def low_results_list(decisions: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Schools that meet the rule, in alphabetical order, with the reason and the certainty."""
    rows = by_school(decisions[decisions["decision"] == "included"], labels)
    return _table(
        "low_results_list",
        (
            _text_column("school", 2.6),
            _text_column("reason", 3.0),
            _count_column("n_low", 1.1),
            _count_column("n_procedures", 1.1),
            _text_column("evidence", 1.2),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(_reason(row)),
                whole(row.n_low_current),
                whole(row.n_procedures),
                Cell(
                    text("evidence", row.evidence),
                    text("evidence", row.evidence),
                    emphasis=row.evidence == "sure",
                ),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def all_decisions(decisions: pd.DataFrame, labels: Labels) -> DisplayTable:
    """One line for every school: included, not included, not assessed, and why."""
    rows = by_school(decisions, labels)
    return _table(
        "all_decisions",
        (
            _text_column("school", 2.8),
            _text_column("decision", 1.4),
            _text_column("reason", 4.0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                Cell(
                    text("decision", row.decision),
                    text("decision", row.decision),
                    emphasis=row.decision == "included",
                ),
                words(_reason(row)),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def _reason(row: Any) -> str:
    return text(
        "reason",
        row.reason_code,
        year=russian.school_year(int(row.assessment_year)),
        compared=str(row.n_compared),
        total=str(row.n_procedures),
    )


def readings(
    low_results_readings: pd.DataFrame, rule: LowResultsRule, labels: Labels
) -> DisplayTable:
    """How the list changes with the reading of the rule; the reading applied is marked."""
    rows = []
    for mode, schools in low_results_readings.groupby("rule_mode", sort=True):
        listed = by_school(schools[schools["decision"] == "included"], labels)["school_id"]
        rows.append(
            (
                Cell(
                    text("rule_mode", str(mode)),
                    text("rule_mode", str(mode)),
                    emphasis=mode == rule.mode.value,
                ),
                whole(len(listed)),
                whole((schools["decision"] == "not_assessed").sum()),
                words("; ".join(labels.school(code) for code in listed)),
            )
        )
    return _table(
        "readings",
        (
            _text_column("mode", 1.6),
            _count_column("n_included", 0.8),
            _count_column("n_not_assessed", 0.8),
            _text_column("names", 5.0),
        ),
        tuple(rows),
        mode=text("rule_mode", rule.mode.value),
    )


def low_procedures(
    evidence: pd.DataFrame, decisions: pd.DataFrame, labels: Labels, rule: LowResultsRule
) -> DisplayTable:
    """Every low procedure of the listed schools: counts, share, interval, distance in pupils."""
    rows = _low_rows(evidence, decisions, labels)
    return _table(
        "low_procedures",
        (
            _text_column("school", 3.0),
            _text_column("work", 2.8),
            _text_column("year", 0.9),
            _count_column("n", 1.0),
            _count_column("below", 0.8),
            _share_column("share", 0.8),
            _share_column("lower", 0.7),
            _share_column("upper", 0.7),
            _count_column("distance", 0.9),
            _share_column("p", 0.9, 0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(work),
                words(russian.school_year(int(row.assessment_year))),
                whole(row.n_participants),
                whole(row.n_below_minimum),
                part(row.below_minimum_share, _shown(row.size_class)),
                part(row.below_minimum_share_lower, _shown(row.size_class)),
                part(row.below_minimum_share_upper, _shown(row.size_class)),
                _distance(row.n_to_threshold),
                probability(row.p_low, _shown(row.size_class)),
            )
            for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        wide=True,
        threshold=russian.percent(
            rule.share_numerator.value / rule.share_denominator.value, decimals=0
        ),
        report=str(rule.report_participants.value),
    )


def _distance(n_to_threshold: object) -> Cell:
    return words(None) if russian.is_missing(n_to_threshold) else whole(-n_to_threshold)  # type: ignore[operator]


def _shown(size_class: str) -> str:
    return "too_few" if size_class == "tiny" else "ok"


def _low_rows(evidence: pd.DataFrame, decisions: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    listed = decisions.loc[decisions["decision"] == "included", "school_id"]
    rows = evidence[evidence["is_low"] & evidence["school_id"].isin(listed)]
    return by_school(by_work(rows.sort_values("assessment_year", ascending=False)), labels)


def sources(
    evidence: pd.DataFrame,
    decisions: pd.DataFrame,
    cells: pd.DataFrame,
    cell_sources: pd.DataFrame,
    labels: Labels,
) -> DisplayTable:
    """Where each number of the list came from: file, sheet and rows."""
    role = cells["basis"].map({"pupils": "pupils", "aggregate": "marks"})
    used = cells[["school_id", "work_id"]].assign(role=role)
    rows = (
        _low_rows(evidence, decisions, labels)
        .merge(used, on=["school_id", "work_id"], how="left", validate="1:1")
        .merge(cell_sources, on=["school_id", "work_id", "role"], how="left", validate="1:m")
    )
    return _table(
        "sources",
        (
            _text_column("school", 2.6),
            _text_column("work", 2.3),
            _text_column("year", 0.9),
            _text_column("file", 3.6),
            _text_column("sheet", 2.4),
            _text_column("rows", 0.9),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(work),
                words(russian.school_year(int(row.assessment_year))),
                words(row.source_file),
                words(row.source_sheet),
                words(_row_range(row.source_row_first, row.source_row_last)),
            )
            for work, row in zip(labels.works(rows), rows.itertuples(index=False), strict=True)
        ),
        wide=True,
    )


def _row_range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def rule_parameters(rule: LowResultsRule, labels: Labels) -> DisplayTable:
    """Every number of the rule with its source and how well it is known."""
    share = f"{rule.share_numerator.value}/{rule.share_denominator.value}"
    whole_rule = Sourced(source=rule.source, confidence=rule.confidence)
    lines: list[tuple[str, str, Sourced]] = [
        (load_texts()["rule_whole"], rule.document, whole_rule),
        (text("parameter", "share"), share, rule.share_numerator),
        *_whole_parameters(rule, "min_participants", "min_low_procedures"),
        (text("parameter", "mode"), text("rule_mode", rule.mode.value), rule.mode),
        *(
            (
                text("parameter", "procedure", procedure=text("procedure", entry.procedure)),
                text(
                    "parameter",
                    "works",
                    subjects=", ".join(labels.subjects[code] for code in entry.subjects),
                    grades=", ".join(map(str, entry.grades)),
                ),
                entry,
            )
            for entry in rule.procedures
        ),
        *_whole_parameters(rule, "report_participants", "reliable_participants"),
        *(
            (text("parameter", name), russian.percent(getattr(rule, name).value, 0), origin)
            for name, origin in (
                ("sure_probability", rule.sure_probability),
                ("likely_probability", rule.likely_probability),
            )
        ),
    ]
    return _table(
        "rule_parameters",
        (
            _text_column("parameter", 2.2),
            _text_column("value", 1.6),
            _text_column("source", 4.0),
            _text_column("confidence", 1.8),
        ),
        tuple(
            (
                words(name),
                words(value),
                words(origin.source),
                words(text("confidence", origin.confidence)),
            )
            for name, value, origin in lines
        ),
    )


def _whole_parameters(rule: LowResultsRule, *names: str) -> list[tuple[str, str, Sourced]]:
    return [
        (text("parameter", name), str(getattr(rule, name).value), getattr(rule, name))
        for name in names
    ]


def chance(rule: LowResultsRule) -> DisplayTable:
    """How often a school of a given size reaches the threshold by chance alone."""
    numerator, denominator = rule.share_numerator.value, rule.share_denominator.value
    needed = failures_needed(CHANCE_SIZES, numerator, denominator)
    return _table(
        "chance",
        (
            _count_column("n"),
            _count_column("needed", 1.2),
            *(
                _share_column(
                    f"p{round(share * 100)}",
                    decimals=0,
                    label=load_texts()["chance_column"].format(share=russian.percent(share, 0)),
                )
                for share in CHANCE_SHARES
            ),
        ),
        tuple(
            (
                whole(size),
                whole(count),
                *(
                    probability(value)
                    for value in chance_over_threshold(
                        [size] * len(CHANCE_SHARES), CHANCE_SHARES, numerator, denominator
                    )
                ),
            )
            for size, count in zip(CHANCE_SIZES, needed, strict=True)
        ),
    )
