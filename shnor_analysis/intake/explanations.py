"""Answers of schools to remarks: read back, tied to the remarks, kept for the next years."""

from __future__ import annotations

import re

import pandas as pd

from shnor_analysis.intake.cells import cell_at, cell_text, safe_value
from shnor_analysis.intake.extract import Extract, refused
from shnor_analysis.intake.headings import require_columns
from shnor_analysis.intake.identity.personal import hide_personal
from shnor_analysis.intake.messages import Issue, make_issue
from shnor_analysis.intake.periods import year_of_path
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.methodology import Methodology, normal_text
from shnor_analysis.tables import EXPLANATIONS, ISSUES

FORM = "explanations"
_REQUIRED = ("issue_code", "reason_code", "explanation")
_CODE = re.compile(r"^[0-9a-f]{4}-\d{6}-[0-9a-f]{4}$")
_REASON = re.compile(r"^(?:п|p)?\s*(\d{1,2})\.?$")


def read_explanations(sheet: Sheet, methodology: Methodology, pupil_key: bytes) -> Extract:
    """Read explanations from ``explanations.csv`` or from a filled ``issues.xlsx``.

    Parameters
    ----------
    sheet : Sheet
        Any sheet with the columns «Код замечания», «Код причины», «Пояснение школы»; the year
        comes from «Год оценки», else from the folder.
    methodology : Methodology
        Column maps.
    pupil_key : bytes
        Not used: no person is read.

    Returns
    -------
    Extract
        ``reported["explanations"]``: one row per remark with a reason or a text; rows that the
        school left empty are passed over. A reason that is not in the list is dropped with a
        warning, its text stays. Names, telephones and addresses are
        replaced by «…».
    """
    column_map = methodology.column_map(FORM)
    header = require_columns(sheet, column_map, _REQUIRED)
    if isinstance(header, Issue):
        return refused(header)
    index, positions = header
    rows: list[dict[str, object]] = []
    issues: list[Issue] = []
    for number in range(index + 1, len(sheet.rows)):
        row = sheet.rows[number]
        cells = {name: cell_text(cell_at(row, positions, name)) for name in positions}
        code = cells["issue_code"].lower()
        if not cells["reason_code"] and not cells["explanation"]:
            continue
        year = _year(cells.get("assessment_year", "")) or year_of_path(sheet.file)
        if not _CODE.match(code) or year is None:
            where = sheet.file, sheet.name, number + 1
            check_id = "explanation_year" if year is None else "explanation_code"
            issues.append(make_issue(check_id, *where, value=safe_value(code)))
            continue
        reason = _reason(cells["reason_code"], methodology)
        if cells["reason_code"] and reason is None:
            issues.append(_unknown_reason(sheet, number, cells["reason_code"], methodology))
        text = hide_personal(cells["explanation"])[0]
        if reason is None and not text:
            continue
        rows.append(
            {
                "assessment_year": year,
                "issue_code": code,
                "reason_code": reason,
                "explanation": text or None,
                "source_file": sheet.file,
                "source_sheet": sheet.name or None,
                "source_row": number + 1,
            }
        )
    frame = pd.DataFrame(rows, columns=list(EXPLANATIONS.columns))
    return Extract(reported={EXPLANATIONS.name: frame}, issues=issues)


def _year(text: str) -> int | None:
    return int(text) if re.fullmatch(r"20\d{2}", text) else None


def _unknown_reason(sheet: Sheet, index: int, cell: str, methodology: Methodology) -> Issue:
    expected = ", ".join(one.code for one in methodology.explanation_reasons)
    value = safe_value(cell)
    where = sheet.file, sheet.name, index + 1
    return make_issue("explanation_reason", *where, value=value, expected=expected)


def _reason(cell: str, methodology: Methodology) -> str | None:
    """«п3», «3» and the same with a Latin letter → the code of the list; None if it has none."""
    found = _REASON.match(normal_text(cell))
    code = f"П{int(found.group(1))}" if found else ""
    return code if code in {one.code for one in methodology.explanation_reasons} else None


def explained_issues(
    issues: pd.DataFrame, explanations: pd.DataFrame, reasons: dict[str, str], assessment_year: int
) -> pd.DataFrame:
    """Put the schools' answers beside the remarks.

    Parameters
    ----------
    issues, explanations : DataFrame
        Keep their contracts.
    reasons : dict of str to str
        Code of a reason → its words.
    assessment_year : int
        Answers to the very remark stand in ``explanation``, those of earlier years to the same
        check of the same school in ``earlier_explanation`` («2023/24: карантин; …»).

    Returns
    -------
    DataFrame
        Keeps the contract ``issues``.
    """
    told = {
        (int(year), code): _words(reason, text, reasons)
        for year, code, reason, text in explanations[
            ["assessment_year", "issue_code", "reason_code", "explanation"]
        ].itertuples(index=False, name=None)
        if int(year) <= assessment_year
    }
    # the same remark to the same file is not asked again, whenever it was explained
    same = {code: words for (_, code), words in sorted(told.items())}
    earlier: dict[str, list[str]] = {}
    for (year, code), words in sorted(told.items()):
        if year < assessment_year:
            spoken = f"{year - 1}/{year % 100:02d}"
            earlier.setdefault(_series(code), []).append(f"{spoken}: {words}")
    return ISSUES.conform(
        issues.assign(
            explanation=[same.get(code) for code in issues["issue_code"]],
            earlier_explanation=[
                "; ".join(dict.fromkeys(earlier.get(_series(code), []))) or None
                for code in issues["issue_code"]
            ],
        )
    )


def stale_explanations(
    issues: pd.DataFrame, explanations: pd.DataFrame, assessment_year: int
) -> list[Issue]:
    """A note for every answer of this year whose remark is no longer there."""
    own = explanations[explanations["assessment_year"] == assessment_year]
    stale = own[~own["issue_code"].isin(issues["issue_code"])]
    return [
        make_issue(
            "explanation_stale",
            row.source_file,
            row.source_sheet if isinstance(row.source_sheet, str) else None,
            int(row.source_row),
            value=row.issue_code,
        )
        for row in stale.itertuples(index=False)
    ]


def _series(code: str) -> str:
    return code.rpartition("-")[0]


def _words(reason: object, text: object, reasons: dict[str, str]) -> str:
    parts = [
        reasons.get(str(reason), str(reason)) if isinstance(reason, str) else "",
        text if isinstance(text, str) else "",
    ]
    return " — ".join(part for part in parts if part)
