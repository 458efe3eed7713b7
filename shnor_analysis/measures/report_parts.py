"""Which parts of the report the received files are enough for."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from shnor_analysis.intake.periods import year_of_path
from shnor_analysis.methodology import Methodology, PartNeed
from shnor_analysis.tables import REPORT_PARTS

# Kinds of files that change or name rows of other tables and bring none of their own.
_WITHOUT_ROWS = ("rcoi_appeals", "fisoko_context", "fisoko_context_2021")
_YEARS_BACK = {"current": 0, "previous": 1}


def report_parts(
    source_files: pd.DataFrame, methodology: Methodology, assessment_year: int
) -> pd.DataFrame:
    """Say for every part of the report which kinds of files are there and which are not.

    Parameters
    ----------
    source_files : DataFrame
        Keeps the contract ``source_files``. The year of a file is the year of its folder
        («2025/Ф1.xlsx»); a file outside such a folder counts for any year, since its year is
        not known here.
    methodology : Methodology
        Gives the parts of the report and what they need.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        Keeps the contract ``report_parts``. ``found``: a file of the kind gave data;
        ``replaced``: none was, but one of a kind that is enough instead; ``refused``: one came
        and gave no data, be it refused or not filled in; ``missing``: none came. Files of an
        unknown kind count nowhere.
    """
    known = source_files[source_files["family"].notna()]
    files = known.assign(year=[year_of_path(file) for file in known["file"]])
    rows = [
        {
            "part": part.part,
            "family": need.family,
            "assessment_year": year,
            "is_required": need.is_required,
            "n_files": _n_read(files, [need.family], year),
            "status": _status(files, need, year),
            "adds": need.adds,
        }
        for part in methodology.report_parts.parts
        for need in part.needs
        for year in (assessment_year - _YEARS_BACK[name] for name in need.years)
    ]
    return REPORT_PARTS.conform(pd.DataFrame(rows, columns=list(REPORT_PARTS.columns)))


def _status(files: pd.DataFrame, need: PartNeed, year: int) -> str:
    if _n_read(files, [need.family], year):
        return "found"
    if _n_read(files, need.replaced_by, year):
        return "replaced"
    is_received = (files["family"] == need.family) & _is_of(files, year)
    return "refused" if is_received.any() else "missing"


def _n_read(files: pd.DataFrame, families: Iterable[str], year: int) -> int:
    has_data = (files["n_rows"] > 0) | files["family"].isin(_WITHOUT_ROWS)
    is_read = (files["status"] == "read") & has_data & files["family"].isin(list(families))
    return int((is_read & _is_of(files, year)).sum())


def _is_of(files: pd.DataFrame, year: int) -> pd.Series:
    return files["year"].isna() | (files["year"] == year)
