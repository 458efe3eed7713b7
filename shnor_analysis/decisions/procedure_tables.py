"""One number per school and procedure of the rule, this year's beside last year's."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from shnor_analysis.decisions.low_results import PROCEDURE_KEY
from shnor_analysis.stats.arrays import FloatArray

_KEYS = ["school_id", "assessment_year", *PROCEDURE_KEY]


@dataclass(frozen=True)
class ProcedureTables:
    """Two tables of the same schools and procedures.

    ``current`` and ``previous`` have shape (n_schools, n_procedures), rows in the order of
    ``school_ids`` and columns in the order of ``procedures`` (procedure, subject, grade); NaN where
    the procedure was not held or is not counted.
    """

    school_ids: pd.Index
    procedures: pd.MultiIndex
    current: FloatArray
    previous: FloatArray


def probability_tables(
    evidence: pd.DataFrame, probability: pd.Series, school_ids: pd.Index, assessment_year: int
) -> ProcedureTables:
    """Probability that a procedure is low: that any of its works is.

    Parameters
    ----------
    evidence : DataFrame
        Rows that count, as :func:`~shnor_analysis.decisions.low_results.rule_procedures` gives
        them.
    probability : Series of float
        Of each row, on the same index. Works of one procedure (seasons, levels) have different
        pupils and are taken as independent.
    school_ids : Index
        Schools in the order wanted.
    assessment_year : int
        The year of the table ``current``.
    """
    others = evidence[_KEYS].assign(value=1 - probability.astype(float))
    product = others.groupby(_KEYS)["value"].prod()
    return _tables(1 - product, school_ids, assessment_year)


def distance_tables(
    evidence: pd.DataFrame, school_ids: pd.Index, assessment_year: int
) -> ProcedureTables:
    """Pupils between a procedure and the threshold, signed as ``n_to_threshold``.

    A procedure stops being low when all its low works do, so their pupils add up; it becomes low
    by its nearest work. Parameters as in :func:`probability_tables`.
    """
    rows = evidence[_KEYS].assign(
        nearest=evidence["n_to_threshold"].astype(float),
        low=evidence["n_to_threshold"].astype(float).clip(upper=0),
    )
    found = rows.groupby(_KEYS).agg(nearest=("nearest", "min"), low=("low", "sum"))
    return _tables(found["low"].where(found["low"] < 0, found["nearest"]), school_ids,
                   assessment_year)  # fmt: skip


def _tables(values: pd.Series, school_ids: pd.Index, assessment_year: int) -> ProcedureTables:
    wide = (
        values.rename("value")
        .reset_index()
        .pivot_table(index=["school_id", "assessment_year"], columns=PROCEDURE_KEY, values="value")
    )
    years = {
        year: wide.xs(year, level="assessment_year")
        if year in wide.index.get_level_values("assessment_year")
        else wide.iloc[:0].droplevel("assessment_year")
        for year in (assessment_year, assessment_year - 1)
    }
    current, previous = (
        table.reindex(school_ids).to_numpy(dtype=float, na_value=float("nan"))
        for table in years.values()
    )
    return ProcedureTables(school_ids, wide.columns, current, previous)
