"""What was planted in the invented municipality, to hold beside what the analysis found."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

SCHOOLS_FILE = "schools.csv"
COLUMNS = ("school_id", "case", "why", "n_pupils", "adversity")


def planted_schools(truth_folder: Path, assessment_year: int) -> pd.DataFrame:
    """Read the planted schools of a year.

    Parameters
    ----------
    truth_folder : Path
        Written beside the invented files; no real place has one, and no analysis reads it.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    DataFrame
        ``school_id``, ``case``, ``why`` (Russian), ``n_pupils`` and ``adversity`` (higher is
        harder) of the schools that exist in the year; no rows without the folder.
    """
    path = truth_folder / SCHOOLS_FILE
    if not path.is_file():
        return pd.DataFrame(columns=list(COLUMNS))
    schools = pd.read_csv(path, dtype={"school_id": str}, keep_default_na=False)
    of_year = schools[(schools["assessment_year"] == assessment_year) & (schools["exists"] == 1)]
    return of_year[list(COLUMNS)].reset_index(drop=True)
