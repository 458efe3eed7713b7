"""Reader of journal summaries: how many pupils of a class have which mark in a subject."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import pandas as pd

from shnor_analysis.intake.cells import (
    cell_at,
    count_text,
    is_blank,
    parse_count,
    parse_number,
    safe_value,
)
from shnor_analysis.intake.extract import Extract
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.journals.head import (
    EXPECTED,
    PLACE_COLUMNS,
    JournalHead,
    JournalPlace,
    read_head,
    read_row_place,
    read_subject,
    row_school_id,
)
from shnor_analysis.intake.journals.printed import agrees
from shnor_analysis.intake.journals.school_cells import school_id_of_path
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import ColumnMap, Methodology, normal_text
from shnor_analysis.tables import JOURNAL_SUMMARIES

SUMMARY_FORM = "journal_summary"
_MARKS = ("mark_5", "mark_4", "mark_3", "mark_2")
SUMMARY_REQUIRED = ("subject", "class_label", "n_pupils", *_MARKS)
_COUNTS = ("n_pupils", *_MARKS, "not_assessed")
_COUNT_HEADINGS = {
    "n_pupils": "Кол-во", "mark_5": "5", "mark_4": "4", "mark_3": "3", "mark_2": "2",
    "not_assessed": "н/а",
}  # fmt: skip
_PERCENTS = {"success": "Успеваемость, %", "quality": "Качество, %"}
_TOTALS = re.compile(r"^(?:итог[ои]?|всего|средн\w{2}|по школе|по классу|по предмету)(?!\w)")


@dataclass
class _Totals:
    """Counts of the rows since the last printed total, and of all rows."""

    since_total: list[dict[str, int]] = field(default_factory=list)
    all_rows: list[dict[str, int]] = field(default_factory=list)

    def add(self, counts: dict[str, int]) -> None:
        """Remember the counts of one row."""
        self.since_total.append(counts)
        self.all_rows.append(counts)

    def sums(self, column: str) -> list[int]:
        """What a printed total may show: the part above it, or the whole table so far."""
        return [sum(row[column] for row in rows) for rows in (self.since_total, self.all_rows)]


def read_summary(
    sheet: Sheet, column_map: ColumnMap, titles: ColumnMap, methodology: Methodology
) -> Extract:
    """Read a table «предмет — класс — число отметок».

    Parameters
    ----------
    sheet : Sheet
        A recognised sheet of a journal.
    column_map, titles : ColumnMap
        Headings of the table; labels above it.
    methodology : Methodology
        Subjects.

    Returns
    -------
    Extract
        ``reported["journal_summaries"]``. A blank subject is the one of the row above (merged
        cells). A blank count is zero only where the other counts already make up all pupils,
        otherwise the row is an error. Percentages are compared with the counts; totals are
        checked and not stored; teachers and СОУ are not read.

    References
    ----------
    formats.md, section 5.
    """
    found = require_columns(sheet, column_map, SUMMARY_REQUIRED)
    if isinstance(found, Issue):
        issue = replace(found, school_id=school_id_of_path(sheet.file))
        return Extract(issues=[issue], is_refused=True)
    header, positions = found
    head = read_head(sheet, header, titles)
    needed = tuple(check for column, check in PLACE_COLUMNS.items() if column not in positions)
    if missing := head.missing(sheet, needed):
        return Extract(issues=missing, is_refused=True)
    rows: list[dict[str, object]] = []
    issues: list[Issue] = []
    totals = _Totals()
    above: object = None
    for index in range(header + 1, len(sheet.rows)):
        row = sheet.rows[index]
        filled = [cell for cell in row if not is_blank(cell)]
        if not filled:
            continue
        if _TOTALS.match(normal_text(filled[0])):
            printed = _check_total(sheet, index, positions, totals)
            issues.extend(replace(issue, school_id=head.school_id) for issue in printed)
            totals.since_total.clear()
            continue
        subject_cell = cell_at(row, positions, "subject")
        above = above if is_blank(subject_cell) else subject_cell
        line = _read_line(sheet, index, positions, head, read_subject(above, methodology))
        school_id = row_school_id(row, positions, head)
        if isinstance(line, Issue):
            issues.append(replace(line, school_id=school_id))
            continue
        place, subject, counts = line
        totals.add(counts)
        shares, found_issues = _percents(sheet, index, positions, counts)
        issues.extend(replace(issue, school_id=school_id) for issue in found_issues)
        known = methodology.subject_by_name(subject)
        rows.append(
            {
                **place.school,
                "assessment_year": place.assessment_year,
                "period": place.period,
                "class_label": place.class_label,
                "subject": known.subject if known else None,
                "subject_name": subject,
                "n_pupils": counts["n_pupils"],
                **{f"n_{column}": counts[column] for column in (*_MARKS, "not_assessed")},
                **shares,
                "source_file": sheet.file,
                "source_sheet": sheet.name or None,
                "source_row": index + 1,
            }
        )
    reported = {JOURNAL_SUMMARIES.name: pd.DataFrame(rows, dtype=object)} if rows else {}
    return Extract(reported=reported, issues=issues)


def _read_line(
    sheet: Sheet,
    index: int,
    positions: dict[str, int],
    head: JournalHead,
    subject: str | None,
) -> tuple[JournalPlace, str, dict[str, int]] | Issue:
    row = sheet.rows[index]
    place = read_row_place(row, positions, head)
    if isinstance(place, str):
        return _row_issue(sheet, index, positions, place, *EXPECTED[place])
    if subject is None:
        return _row_issue(sheet, index, positions, "subject", *EXPECTED["subject"])
    counts: dict[str, int] = {}
    blank = []
    for column in _COUNTS:
        value = cell_at(row, positions, column)
        number = parse_count(value)
        if number is not None:
            counts[column] = number
        elif is_blank(value) and column != "n_pupils":
            blank.append(column)
        else:
            heading = _COUNT_HEADINGS[column]
            return _row_issue(sheet, index, positions, column, heading, "целое число от 0")
    if blank:
        if sum(counts.values()) != 2 * counts["n_pupils"]:  # the pupils and all their marks
            heading = _COUNT_HEADINGS[blank[0]]
            return _row_issue(sheet, index, positions, blank[0], heading, "целое число от 0")
        counts |= dict.fromkeys(blank, 0)
    return place, subject, counts


def _row_issue(
    sheet: Sheet, index: int, positions: dict[str, int], column: str, heading: str, expected: str
) -> Issue:
    return make_issue(
        "journal_row",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=safe_value(cell_at(sheet.rows[index], positions, column)),
        expected=expected,
    )


def _percents(
    sheet: Sheet, index: int, positions: dict[str, int], counts: dict[str, int]
) -> tuple[dict[str, float | None], list[Issue]]:
    """Printed percentages as shares, with remarks where they do not follow from the counts."""
    place = (sheet.file, sheet.name, index + 1)
    issues = []
    n_marked = sum(counts[mark] for mark in _MARKS)
    if n_marked + counts["not_assessed"] != counts["n_pupils"]:
        computed = str(n_marked + counts["not_assessed"])
        value = str(counts["n_pupils"])
        issues.append(make_issue("journal_counts", *place, value=value, computed=computed))
    wanted = {
        "success": n_marked - counts["mark_2"],
        "quality": counts["mark_5"] + counts["mark_4"],
    }
    shares: dict[str, float | None] = {"success_share": None, "quality_share": None}
    for column, heading in _PERCENTS.items():
        cell = cell_at(sheet.rows[index], positions, column)
        if is_blank(cell):
            continue
        share = _share(
            cell, [100 * wanted[column] / n for n in (n_marked, counts["n_pupils"]) if n]
        )
        if share is None:
            value = safe_value(cell)
            issues.append(make_issue("journal_percent", *place, column=heading, value=value))
            continue
        shares[f"{column}_share"] = share[0]
        if share[1] is not None:
            issues.append(_printed_issue(sheet, index, heading, 100 * share[0], share[1]))
    issues.extend(_check_mean(sheet, index, positions, counts, n_marked))
    return shares, issues


def _share(cell: object, computed: list[float]) -> tuple[float, float | None] | None:
    """The printed share and, when it is wrong, the percentage that was expected.

    A cell with the number format «%» holds 0.96 for «96 %»: it is known by the counts.
    """
    number = parse_number(cell)
    if number is None or not 0 <= number <= 100:  # noqa: PLR2004 - percent
        return None
    if agrees(cell, computed) or not computed:
        return number / 100, None
    if number <= 1 and agrees(count_text(100 * number), computed):
        return number, None
    return number / 100, computed[0]


def _check_mean(
    sheet: Sheet, index: int, positions: dict[str, int], counts: dict[str, int], n_marked: int
) -> list[Issue]:
    cell = cell_at(sheet.rows[index], positions, "mean")
    printed = parse_number(cell)
    if printed is None or not n_marked:
        return []
    mean = sum(int(mark[-1]) * counts[mark] for mark in _MARKS) / n_marked
    if agrees(cell, [mean]):
        return []
    return [_printed_issue(sheet, index, "Средний балл", printed, mean)]


def _printed_issue(
    sheet: Sheet, index: int, heading: str, printed: float, computed: float
) -> Issue:
    return make_issue(
        "journal_printed",
        sheet.file,
        sheet.name,
        index + 1,
        column=heading,
        value=count_text(printed),
        computed=count_text(computed),
    )


def _check_total(
    sheet: Sheet, index: int, positions: dict[str, int], totals: _Totals
) -> list[Issue]:
    """Query for the first printed count that is not the sum of the rows above."""
    for column, heading in _COUNT_HEADINGS.items():
        printed = parse_count(cell_at(sheet.rows[index], positions, column))
        if printed is None or printed in totals.sums(column):
            continue
        return [
            make_issue(
                "journal_total",
                sheet.file,
                sheet.name,
                index + 1,
                column=heading,
                value=str(printed),
                computed=totals.sums(column)[-1],
            )
        ]
    return []
