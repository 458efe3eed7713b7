"""Tables of our own statistical signs: schools worth a look, and what every sign means."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayTable
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.tables.build import build_table, text_column, whole, words
from shnor_analysis.report.texts import load_texts, text
from shnor_analysis.tables import SIGN_FAMILIES

_TOLD = ("strong", "signal", "observation")
# What one year must say to be told while the pooled years say nothing.
_TOLD_OF_ONE_YEAR = ("strong", "signal")


def objectivity_signs(signs: pd.DataFrame, families: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Schools with a signal or an observation, or a signal of the last year, alphabetically.

    Parameters
    ----------
    signs, families : DataFrame
        Keep the contracts ``objectivity_signs`` and ``objectivity_families``.
    labels : Labels
        Names of schools.

    Returns
    -------
    DisplayTable
        What is noted in the pooled years and in the last one, by which signs, and of how many that
        could be tested. Schools without anything noted are not in it: their number is in the notes.
    """
    is_told = signs["level"].isin(_TOLD) | signs["level_1"].isin(_TOLD_OF_ONE_YEAR)
    shown = by_school(signs[is_told], labels)
    is_tested = signs["level"] != "not_tested"
    return build_table(
        "objectivity_signs",
        (
            text_column("school", 2.4),
            text_column("level", 1.1),
            text_column("signs", 3.0),
            text_column("level_1", 1.1),
            text_column("tested", 0.9),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(text("sign_level", row.level)),
                words(noted_signs(families, row.school_id, int(row.n_years))),
                words(text("sign_level", row.level_1)),
                whole(row.n_tested),
            )
            for row in shown.itertuples(index=False)
        ),
        n_years=_years(signs),
        n_schools=russian.integer(len(signs)),
        n_tested=russian.integer(int(is_tested.sum())),
        n_other=russian.integer(int((is_tested & ~is_told).sum())),
    )


def sign_meanings(families: pd.DataFrame) -> DisplayTable:
    """What every sign compares, what else may explain it, and how many schools were tested.

    Parameters
    ----------
    families : DataFrame
        Keeps the contract ``objectivity_families``; the longest span counts.
    """
    rows = families[families["n_years"] == families["n_years"].max()]
    tested = rows[rows["status"] == "ok"].groupby("family").size()
    return build_table(
        "sign_meanings",
        (
            text_column("sign", 1.3),
            text_column("meaning", 3.0),
            text_column("other", 3.0),
            text_column("tested", 1.0),
        ),
        tuple(
            (
                words(text("sign_family", family)),
                words(text("sign_meaning", family)),
                words(text("sign_other_reasons", family)),
                whole(int(tested[family]))
                if family in tested
                else _untested(rows[rows["family"] == family]),
            )
            for family in SIGN_FAMILIES
        ),
    )


def _untested(rows: pd.DataFrame) -> Cell:
    """Why no school was tested, where it is one that an office can mend."""
    if (rows["status"] == "no_norms").any():
        return words(text("sign_state", "no_norms"))
    if (rows["reason"] == "no_last_year").any():
        return words(text("sign_state", "no_last_year"))
    return whole(0)


def noted_signs(families: pd.DataFrame, school_id: str, n_years: int) -> str:
    """Signs of one school that are noted: «баллы у порогов; уровень результатов (наблюдение)»."""
    rows = families[
        (families["school_id"] == school_id)
        & (families["n_years"] == n_years)
        & families["level"].isin(["sign", "observation"])
    ]
    level_of = dict(zip(rows["family"], rows["level"], strict=True))
    return "; ".join(
        text("sign_noted", level_of[family], sign=_inside(text("sign_family", family)))
        for family in SIGN_FAMILIES
        if family in level_of
    )


def _inside(words_of_sign: str) -> str:
    """The words of a sign within a sentence; «ВПР» stays as it is."""
    return words_of_sign[0].lower() + words_of_sign[1:]


def _years(signs: pd.DataFrame) -> str:
    if signs.empty:
        return text("status", "no_data")
    return russian.counted(int(signs["n_years"].max()), *load_texts()["years_counted"])
