"""Stage «tidy»: the files as received become tables, one row per fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from shnor_analysis.errors import ParameterError
from shnor_analysis.intake import (
    Intake,
    explained_issues,
    load_or_create_key,
    read_place,
    stale_explanations,
    with_issues,
)
from shnor_analysis.place_settings import load_place_settings
from shnor_analysis.place_year import PlaceYear


def tidy_tables(run: PlaceYear, progress: Callable[[str], None]) -> dict[str, pd.DataFrame]:
    """Every table of intake, by the name of its contract.

    Raises
    ------
    ParameterError
        If there is no result of the year.
    """
    intake = read_files(run, progress)
    require_year(intake.works, run.place, run.assessment_year)
    return intake.tables()


def read_files(run: PlaceYear, progress: Callable[[str], None]) -> Intake:
    """Read and check every file of a place; the schools' answers stand beside the remarks.

    The key of pseudonyms is made on first use. Of the place only what the key of this stage
    covers may be used here: its name, its municipality and what stands in the methodology.
    """
    folder = run.workspace.raw(run.place)
    settings = load_place_settings(
        folder, run.workspace.methodology, run.description.municipality_id
    )
    key = load_or_create_key(run.workspace.pupil_key)
    intake = read_place(folder, run.methodology, key, progress, settings)
    return _explained(intake, run)


def _explained(intake: Intake, run: PlaceYear) -> Intake:
    """Put the schools' answers beside the remarks they belong to."""
    reasons = {reason.code: reason.text for reason in run.methodology.explanation_reasons}
    explanations, year = intake.reported["explanations"], run.assessment_year
    issues = with_issues(intake.issues, stale_explanations(intake.issues, explanations, year))
    return replace(intake, issues=explained_issues(issues, explanations, reasons, year))


def require_year(works: pd.DataFrame, place: str, assessment_year: int) -> None:
    """Refuse a year without a single result, with the years that were found.

    Raises
    ------
    ParameterError
        With the years that have results.
    """
    years = sorted(int(year) for year in works["assessment_year"].unique())
    if assessment_year not in years:
        found = ", ".join(map(str, years)) or "ни одного года"
        raise ParameterError(
            f"В папке data/raw/{place} нет результатов за {assessment_year} год оценки; "
            f"найдены: {found}. Проверьте --year или добавьте файлы."
        )
