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

READY_TABLE = ".parquet"


def tidy_tables(run: PlaceYear, progress: Callable[[str], None]) -> dict[str, pd.DataFrame]:
    """Every table of intake, by the name of its contract.

    Raises
    ------
    ParameterError
        If there is no result of the year; see :func:`missing_year`.
    """
    intake = read_files(run, progress)
    missing = missing_year(intake.works, run)
    if missing is not None:
        raise ParameterError(missing)
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


def missing_year(works: pd.DataFrame, run: PlaceYear) -> str | None:
    """Say that the files of a place hold no result of the year; None when they do.

    Ready tables are not files as received: where they lie, the sentence says what they are for.

    Parameters
    ----------
    works : DataFrame
        Keeps the contract ``works``: what was read from the files.
    run : PlaceYear
        The place and the year.
    """
    if run.assessment_year in _years(works):
        return None
    ready = sorted(file for file in run.received if file.endswith(READY_TABLE))
    if not ready:
        return _no_results(works, run.place, run.assessment_year)
    norms = (
        "нормы региона по таблицам составляет сам регион"
        if run.description.municipality_id
        else f"по таблицам составляются нормы региона: shnor norms {run.place} --year "
        f"{run.assessment_year}"
    )
    return (
        f"В папке data/raw/{run.place} нет файлов с результатами за {run.assessment_year} год "
        f"оценки, но есть готовые таблицы ({ready[0]}, всего {len(ready)}); отчёт составляется по "
        f"файлам ФИС ОКО и РЦОИ, как они получены, — положите их; {norms}."
    )


def require_year(works: pd.DataFrame, place: str, assessment_year: int) -> None:
    """Refuse a year without a single result, with the years that were found.

    Raises
    ------
    ParameterError
        With the years that have results.
    """
    if assessment_year not in _years(works):
        raise ParameterError(_no_results(works, place, assessment_year))


def _years(works: pd.DataFrame) -> list[int]:
    return sorted(int(year) for year in works["assessment_year"].unique())


def _no_results(works: pd.DataFrame, place: str, assessment_year: int) -> str:
    found = ", ".join(map(str, _years(works))) or "ни одного года"
    return (
        f"В папке data/raw/{place} нет результатов за {assessment_year} год оценки; "
        f"найдены: {found}. Проверьте --year или добавьте файлы."
    )
