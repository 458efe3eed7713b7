"""Tables about the files: what came, what is wrong, what it is enough for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from shnor_analysis.methodology import ExplanationReason, ReportParts, SeriesBreak
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind
from shnor_analysis.report.labels import Labels, by_school, by_work
from shnor_analysis.report.tables.build import (
    MANY_YEARS,
    blank,
    build_table,
    count_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, text

SEVERITY_ORDER = ("error", "warning", "query", "note")
# Severities that wait for an answer of the school.
ASKED = ("error", "query")


# More schools than this stand in ``issues.xlsx`` only: the story of the files is two pages.
MOST_SCHOOLS = 12
# Two printed lines of an example of a remark.
EXAMPLE_LENGTH = 125
# States of a kind of file in which the report has nothing of it.
NOT_THERE = ("refused", "missing")


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
    return build_table(
        "source_files",
        (
            text_column("family", 3.2),
            text_column("status", 2.2),
            count_column("n_files"),
            count_column("n_rows"),
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


def files_by_origin(files: pd.DataFrame) -> DisplayTable:
    """Files received, a line for each origin: how many, how many rows, of which kinds."""
    origins = load_texts()["family_origin"]
    read = files["status"] == "read"
    kinds = files.assign(
        origin=[
            origins.get(family, "other") if is_read else "unused"
            for family, is_read in zip(files["family"], read, strict=True)
        ],
        kind=[
            text("family_short", family) if is_read else text("file_status", status)
            for family, status, is_read in zip(files["family"], files["status"], read, strict=True)
        ],
    )
    rows = []
    for origin, name in load_texts()["origin"].items():
        own = kinds[kinds["origin"] == origin]
        if len(own):
            counts = own["kind"].value_counts().sort_index()
            listed = "; ".join(f"{kind} — {russian.integer(int(n))}" for kind, n in counts.items())
            cells = whole(len(own)), whole(own["n_rows"].sum()), words(listed)
            rows.append((words(name), *cells))
    return build_table(
        "files_by_origin",
        (
            text_column("origin", 1.3),
            count_column("n_files", 0.6),
            count_column("n_rows", 0.8),
            text_column("kinds", 5.4),
        ),
        tuple(rows),
    )


def issues_by_check(issues: pd.DataFrame) -> DisplayTable:
    """Remarks counted by severity and check, the gravest first; notes are one line together."""
    is_note = issues["severity"] == "note"
    counts = (
        issues[~is_note]
        .groupby(["severity", "check_id"], as_index=False)
        .agg(
            n=("issue_id", "size"), n_schools=("school_id", "nunique"), message=("message", "first")
        )
    )
    counts["rank"] = counts["severity"].map(SEVERITY_ORDER.index)
    counts = counts.sort_values(["rank", "check_id"], kind="stable")
    rows = [
        (
            words(text("severity", row.severity)),
            whole(row.n),
            whole(row.n_schools),
            words(_cut(row.message)),
        )
        for row in counts.itertuples(index=False)
    ]
    if is_note.any():
        notes = issues[is_note]
        rows.append(
            (
                words(text("severity", "note")),
                whole(len(notes)),
                whole(notes["school_id"].nunique()),
                words(load_texts()["notes_together"]),
            )
        )
    return build_table(
        "issues_by_check",
        (
            text_column("severity", 1.3),
            count_column("n", 0.6),
            count_column("n_schools", 0.6),
            text_column("message", 5.6),
        ),
        tuple(rows),
    )


def _cut(message: str) -> str:
    """An example need not be whole: the rest stands in ``issues.xlsx``."""
    if len(message) <= EXAMPLE_LENGTH:
        return message
    return message[:EXAMPLE_LENGTH].rpartition(" ")[0].rstrip(" ,;:—") + "…"


def asked_schools(issues: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Schools with errors and queries: how many, how many are explained, what was said before."""
    asked = issues[issues["school_id"].notna() & issues["severity"].isin(ASKED)]
    counts = asked.groupby("school_id", as_index=False).agg(
        n_errors=("severity", lambda severity: int((severity == "error").sum())),
        n_queries=("severity", lambda severity: int((severity == "query").sum())),
        n_explained=("explanation", "count"),
        earlier=(
            "earlier_explanation",
            lambda texts: "; ".join(dict.fromkeys(texts.dropna())) or None,
        ),
    )
    ordered = by_school(counts, labels)
    return build_table(
        "asked_schools",
        (
            text_column("school", 2.6),
            count_column("n_errors", 0.7),
            count_column("n_queries", 0.7),
            count_column("n_explained", 0.8),
            text_column("earlier", 3.2),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                whole(row.n_errors),
                whole(row.n_queries),
                whole(row.n_explained),
                words(row.earlier),
            )
            for row in ordered.head(MOST_SCHOOLS).itertuples(index=False)
        ),
        n_schools=russian.integer(len(ordered)),
    )


def issues_full(issues: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Every remark with its school and place, the gravest first."""
    rows = _gravest_first(issues)
    schools = [
        words(None if russian.is_missing(code) else labels.school(code))
        for code in rows["school_id"]
    ]
    return build_table(
        "issues",
        (
            text_column("issue_code", 1.4),
            ISSUE_COLUMNS[0],
            text_column("school", 2.0),
            *ISSUE_COLUMNS[1:],
        ),
        tuple(
            (words(code), severity, school, *rest)
            for code, school, (severity, *rest) in zip(
                rows["issue_code"], schools, _issue_cells(rows), strict=True
            )
        ),
        wide=True,
    )


def issues_by_school(
    issues: pd.DataFrame, labels: Labels, reasons: Sequence[ExplanationReason]
) -> tuple[DisplayTable, ...]:
    """One table per school that has remarks: what may be sent to that school and nobody else.

    The last two columns are for the school: the code of a reason and an explanation. What the
    school has explained already stands there.
    """
    named = by_school(issues[issues["school_id"].notna()], labels)
    return tuple(
        build_table(
            "school_issues",
            (
                text_column("issue_code", 1.4),
                *ISSUE_COLUMNS,
                text_column("earlier", 2.0),
                *_answer_columns(reasons),
            ),
            tuple(
                (words(code), *cells, words(earlier), blank(), blank(explanation))
                for code, earlier, explanation, cells in zip(
                    ordered["issue_code"],
                    ordered["earlier_explanation"],
                    ordered["explanation"],
                    _issue_cells(ordered),
                    strict=True,
                )
            ),
            wide=True,
            school=labels.school(str(school_id)),
            reasons="; ".join(f"{reason.code} — {reason.text}" for reason in reasons),
        )
        for school_id, rows in named.groupby("school_id", sort=False)
        for ordered in (_gravest_first(rows),)
    )


def letter_issues(issues: pd.DataFrame) -> DisplayTable:
    """Remarks that one school is asked to answer, as they stand in the letter."""
    rows = _gravest_first(issues)
    return build_table(
        "letter_issues",
        LETTER_COLUMNS,
        tuple(
            (words(code), *cells[1:])
            for code, cells in zip(rows["issue_code"], _issue_cells(rows), strict=True)
        ),
        wide=True,
    )


def answer_sheet(
    issues: pd.DataFrame, reasons: Sequence[ExplanationReason], assessment_year: int
) -> DisplayTable:
    """The same remarks as a sheet the school fills and sends back."""
    rows = _gravest_first(issues)
    year = Cell(assessment_year, str(assessment_year))
    return build_table(
        "answer_sheet",
        (
            text_column("issue_code", 1.2),
            text_column("assessment_year", 0.7),
            text_column("file", 2.0),
            text_column("sheet", 1.2),
            text_column("row", 0.6),
            text_column("message", 4.0),
            text_column("guidance", 3.0),
            text_column("earlier", 2.0),
            *_answer_columns(reasons),
        ),
        tuple(
            (
                words(row.issue_code),
                year,
                words(row.file),
                words(row.sheet),
                words(None if russian.is_missing(row.row) else int(row.row)),
                words(row.message),
                words(row.guidance),
                words(row.earlier_explanation),
                blank(),
                blank(),
            )
            for row in rows.itertuples(index=False)
        ),
        wide=True,
    )


def _answer_columns(reasons: Sequence[ExplanationReason]) -> tuple[DisplayColumn, ...]:
    codes = tuple(reason.code for reason in reasons)
    return replace(text_column("reason_code", 1.0), choices=codes), text_column("explanation", 4)


def explanation_reasons(reasons: Sequence[ExplanationReason]) -> DisplayTable:
    """Codes that a school may give as the reason of a remark."""
    return build_table(
        "explanation_reasons",
        (text_column("code", 0.6), text_column("reason", 6.0)),
        tuple((words(reason.code), words(reason.text)) for reason in reasons),
    )


ISSUE_COLUMNS = (
    text_column("severity", 1.6),
    text_column("file", 2.4),
    text_column("sheet", 1.4),
    text_column("row", 0.7),
    text_column("column", 1.2),
    text_column("value", 1.2),
    text_column("message", 4.0),
    text_column("guidance", 3.4),
)


# The same without the severity: what is asked, and enough room for the words.
LETTER_COLUMNS = (
    text_column("issue_code", 1.0),
    text_column("file", 1.6),
    text_column("sheet", 1.2),
    text_column("row", 0.5),
    text_column("column", 0.8),
    text_column("value", 0.8),
    text_column("message", 6.0),
    text_column("guidance", 4.0),
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
            words(None if russian.is_missing(row.row) else int(row.row)),
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
    return build_table(
        "coverage",
        (
            text_column("work", 3.0),
            *(count_column(f"y{y}", label=russian.school_year(int(y))) for y in years),
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


def series_breaks(breaks: Sequence[SeriesBreak]) -> DisplayTable:
    """What prevents a direct comparison of years, with the source of each statement."""
    return build_table(
        "series_breaks",
        (
            text_column("procedure", 1.0),
            text_column("year", 1.0),
            text_column("text", 4.0),
            text_column("source", 2.6),
            text_column("confidence", 1.6),
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


def comparability_matrix(frame: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Which year may be compared with the year before it: works by years, in words.

    Grades of one subject with the same verdicts and reasons in all years share a line.
    """
    years = sorted(int(year) for year in frame["assessment_year"].unique())
    return build_table(
        "comparability_matrix",
        (
            text_column("work", 2.6),
            *(
                DisplayColumn(f"y{year}", russian.school_year(year), Kind.TEXT, 0, 2.0)
                for year in years
            ),
        ),
        tuple(
            (
                words(labels.series(line.procedure, line.subject, line.grades, line.level)),
                *(_comparability_cell(line.verdicts.get(year)) for year in years),
            )
            for line in _comparability_lines(frame)
        ),
        wide=len(years) > MANY_YEARS,
    )


_Verdict = tuple[str, str, int | None]
"""Verdict, reasons and the year compared with."""


@dataclass(frozen=True)
class _Line:
    """Works of one subject whose verdicts are the same in all years."""

    procedure: str
    subject: str
    level: str
    grades: list[int]
    verdicts: dict[int, _Verdict]


def _comparability_lines(frame: pd.DataFrame) -> list[_Line]:
    """Works by procedure and subject in the usual order, grades with equal verdicts together."""
    lines: dict[tuple[object, ...], _Line] = {}
    series = ["procedure", "subject", "level", "grade"]
    in_order = by_work(frame.assign(season="").sort_values("level", kind="stable"))
    for (procedure, subject, level, grade), rows in in_order.groupby(series, sort=False):
        verdicts = {
            int(row.assessment_year): (
                row.verdict,
                "" if russian.is_missing(row.reasons) else row.reasons,
                None if russian.is_missing(row.compared_year) else int(row.compared_year),
            )
            for row in rows.itertuples(index=False)
        }
        same = (procedure, subject, level, *sorted(verdicts.items()))
        line = _Line(str(procedure), str(subject), str(level), [], verdicts)
        lines.setdefault(same, line).grades.append(int(grade))
    return list(lines.values())


def _comparability_cell(found: _Verdict | None) -> Cell:
    if found is None:
        return words(None)
    verdict, reasons, compared_year = found
    year = "" if compared_year is None else russian.school_year(compared_year)
    parts = [text("comparability_reason", code, year=year) for code in reasons.split(";") if code]
    content = text("comparability_verdict", verdict)
    if parts:
        remark = "; ".join(parts)
        content += f" ({remark})" if verdict == "comparable" else f": {remark}"
    return Cell(content, content, emphasis=verdict == "not_comparable")


def report_parts(frame: pd.DataFrame, parts: ReportParts) -> DisplayTable:
    """Parts of the report that lack files or could be fuller, with what is missing."""
    rows = []
    for part in parts.parts:
        absent = frame[(frame["part"] == part.part) & frame["status"].isin(NOT_THERE)]
        if len(absent):
            rows.append(_part_row(parts.title(part.part), absent))
    full = [
        parts.title(part.part)
        for part in parts.parts
        if not frame.loc[frame["part"] == part.part, "status"].isin(NOT_THERE).any()
    ]
    return build_table(
        "report_parts",
        (text_column("part", 2.6), text_column("state", 1.4), text_column("missing", 4.2)),
        tuple(rows),
        full="; ".join(full) or "—",
    )


def _part_row(title: str, absent: pd.DataFrame) -> tuple[Cell, ...]:
    lacks = bool(absent["is_required"].any())
    state = text("part_state", "lacking" if lacks else "partly")
    ordered = absent.sort_values(
        ["is_required", "family", "assessment_year"], ascending=[False, True, True]
    )
    names = [
        f"{text('family_short', row.family)}, {russian.school_year(int(row.assessment_year))}"
        for row in ordered.itertuples(index=False)
    ]
    return words(title), Cell(state, state, emphasis=lacks), words("; ".join(names))


def results_matrix(
    comparability: pd.DataFrame, cells: pd.DataFrame, labels: Labels
) -> DisplayTable:
    """How many schools have results, and whether a year may be compared with the one before.

    Works of one procedure with the same verdicts in all years share a line; the number of
    schools is then from the least to the greatest.
    """
    years = sorted(int(year) for year in comparability["assessment_year"].unique())
    series = ["procedure", "subject", "level", "grade", "assessment_year"]
    counts = cells.groupby(series)["school_id"].nunique()
    return build_table(
        "results_matrix",
        (
            text_column("work", 3.0),
            *(
                DisplayColumn(f"y{year}", russian.school_year(year), Kind.TEXT, 0, 1.3)
                for year in years
            ),
            text_column("why", 3.0),
        ),
        tuple(
            (
                words(_works_of(lines, labels)),
                *(words(_schools_and_verdict(lines, year, counts)) for year in years),
                words(_reasons_of_years(lines[0])),
            )
            for lines in _same_verdicts(_comparability_lines(comparability))
        ),
    )


def _same_verdicts(lines: list[_Line]) -> list[list[_Line]]:
    """Lines of one procedure with equal verdicts and reasons together."""
    groups: dict[tuple[object, ...], list[_Line]] = {}
    for line in lines:
        groups.setdefault((line.procedure, *sorted(line.verdicts.items())), []).append(line)
    return list(groups.values())


def _works_of(lines: list[_Line], labels: Labels) -> str:
    """«ОГЭ: математика, биология»: the procedure once, then its works."""
    procedure = text("procedure", lines[0].procedure)
    names = [
        labels.series(line.procedure, line.subject, line.grades, line.level).removeprefix(
            f"{procedure}, "
        )
        for line in lines
    ]
    return f"{procedure}: {'; '.join(names)}"


def _schools_and_verdict(lines: list[_Line], year: int, counts: pd.Series) -> str | None:
    found = lines[0].verdicts.get(year)
    keys = [
        (line.procedure, line.subject, line.level, grade, year)
        for line in lines
        for grade in line.grades
    ]
    numbers = [int(counts[key]) for key in keys if key in counts.index]
    if found is None or not numbers:
        return None
    schools = "–".join(russian.integer(n) for n in sorted({min(numbers), max(numbers)}))
    return f"{schools}; {text('verdict_short', found[0])}"


def _reasons_of_years(line: _Line) -> str:
    told = []
    for year, (_, reasons, compared) in sorted(line.verdicts.items()):
        compared_year = "" if compared is None else russian.school_year(compared)
        names = [
            text("comparability_reason", code, year=compared_year)
            for code in reasons.split(";")
            if code
        ]
        if names:
            told.append(f"{russian.school_year(year)}: {', '.join(names)}")
    return "; ".join(told)
