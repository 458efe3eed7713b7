"""What works and pupils are judged by: minimums, high results, sums over subjects."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from shnor_analysis.methodology import Methodology

SCALED_MAXIMUM = 100
_SCHEMA = pa.schema(
    [
        ("work_id", pa.string()),
        ("ege_minimum", pa.int64()),
        ("high_limit_scaled", pa.float64()),
        ("high_limit_raw", pa.float64()),
        ("high_includes_limit", pa.bool_()),
    ]
)

_SUM_SCHEMA = pa.schema(
    [
        ("procedure", pa.string()),
        ("grade", pa.int64()),
        ("n_subjects", pa.int64()),
        ("minimum", pa.int64()),
        ("measure", pa.string()),
        ("no_fail", pa.bool_()),
    ]
)


def work_limits(works: pd.DataFrame, methodology: Methodology) -> pa.Table:
    """Give every work the numbers its results are judged by.

    Parameters
    ----------
    works : DataFrame
        Keeps the contract ``works``.
    methodology : Methodology
        ЕГЭ minimums (``scales.csv``) and the rule of high results of the place.

    Returns
    -------
    pyarrow.Table
        One row per work: ``work_id``, ``ege_minimum`` (missing where there is none or the scale
        is unknown), ``high_limit_scaled`` and ``high_limit_raw`` (missing where the rule says
        nothing of the work or its maximum is unknown), ``high_includes_limit``.

    Notes
    -----
    A limit is a fraction of the maximum, divided once: a score, whole or half, equals the limit
    only where the quotient is exact, so no rounding can move a pupil over it.
    """
    rows = [_limits(row, methodology) for row in works.to_dict("records")]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _limits(work: dict[str, object], methodology: Methodology) -> dict[str, object]:
    procedure, subject = str(work["procedure"]), str(work["subject"])
    year, grade = int(str(work["assessment_year"])), int(str(work["grade"]))
    stated = work["max_score_raw"]
    maximum = (
        methodology.max_score(procedure, subject, grade, year)
        if pd.isna(stated)
        else int(str(stated))
    )
    threshold = methodology.high_results.threshold(procedure, subject, grade)
    share = threshold.share if threshold else None
    return {
        "work_id": work["work_id"],
        "ege_minimum": methodology.ege_minimum(subject, year) if procedure == "ege" else None,
        "high_limit_scaled": None if share is None else float(share * SCALED_MAXIMUM),
        "high_limit_raw": (None if share is None or maximum is None else float(share * maximum)),
        "high_includes_limit": bool(threshold and threshold.operator == "ge"),
    }


def sum_rules(works: pd.DataFrame, methodology: Methodology) -> pa.Table:
    """Give every procedure and grade the sum its pupils have to reach.

    Parameters
    ----------
    works : DataFrame
        Keeps the contract ``works``.
    methodology : Methodology
        The rule of sums of the place.

    Returns
    -------
    pyarrow.Table
        One row per procedure × grade met in ``works`` that the rule speaks of: ``procedure``,
        ``grade``, ``n_subjects``, ``minimum``, ``measure``, ``no_fail``.
    """
    met = works[["procedure", "grade"]].drop_duplicates().itertuples(index=False)
    rows = [
        {
            "procedure": rule.procedure,
            "grade": int(grade),
            "n_subjects": rule.n_subjects,
            "minimum": rule.minimum,
            "measure": rule.measure,
            "no_fail": rule.no_fail,
        }
        for procedure, grade in met
        for rule in methodology.pupil_sums.sums
        if rule.procedure == procedure and rule.is_about(int(grade))
    ]
    return pa.Table.from_pylist(rows, schema=_SUM_SCHEMA)
