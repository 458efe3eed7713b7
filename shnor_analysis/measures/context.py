"""One value per school and indicator of conditions, out of several sources that may disagree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.methodology import AdverseConditions, ConditionIndicator
from shnor_analysis.tables import CONTEXT_EVIDENCE, CONTEXT_VALUES

PUPILS = "n_pupils"
_CELL = ["school_id", "assessment_year", "code"]
_YES_NO = (0, 1)
_OK, _NO_DATA, _NOT_APPLICABLE, _TOO_FEW = "ok", "no_data", "not_applicable", "too_few"


def context_evidence(context: pd.DataFrame, rule: AdverseConditions) -> pd.DataFrame:
    """Say for every reported number which source is believed and which differ from it.

    Parameters
    ----------
    context : DataFrame
        Keeps the contract ``context``.
    rule : AdverseConditions
        Names the indicators and the order of trust; a source it does not name is never believed.

    Returns
    -------
    DataFrame
        Keeps the contract ``context_evidence``: one row per school × year × code × source, with
        file, sheet and row; codes of the rule and the number of pupils only.
    """
    codes = {PUPILS, *(code for one in rule.indicators for code in _codes(one))}
    rows = context[context["indicator"].isin(codes)].rename(columns={"indicator": "code"})
    order = {source: place for place, source in enumerate(rule.sources.value)}
    place = rows["source"].map(order).astype("Float64")
    best = place.groupby([rows[name] for name in _CELL]).transform("min")
    rows = rows.assign(is_trusted=(place == best).fillna(False))
    believed = rows.loc[rows["is_trusted"], [*_CELL, "value"]].rename(columns={"value": "believed"})
    rows = rows.merge(believed, on=_CELL, how="left", validate="m:1")
    rows["differs"] = (rows["value"] != rows["believed"]).fillna(False)
    return CONTEXT_EVIDENCE.conform(rows[list(CONTEXT_EVIDENCE.columns)])


def context_values(
    context: pd.DataFrame,
    schools: pd.DataFrame,
    rule: AdverseConditions,
    regulation_id: str,
    assessment_year: int,
    min_participants: int,
) -> pd.DataFrame:
    """Values of the indicators of a rule.

    Parameters
    ----------
    context : DataFrame
        Keeps the contract ``context``; years after the one assessed are left aside.
    schools : DataFrame
        Keeps the contract ``schools``; a school has values in the years before it was merged.
    rule : AdverseConditions
        Indicators, order of trust, joining of two counts.
    regulation_id : str
        Of the rule.
    assessment_year : int
        2025 means the school year 2024/25.
    min_participants : int
        A share of fewer pupils has the status ``too_few``; the value stays in the table and counts
        nowhere.

    Returns
    -------
    DataFrame
        Keeps the contract ``context_values``: every working school has a row for every indicator,
        in the year assessed and in all earlier years of which any numerator or answer is known. An
        answer of an earlier year never stands for a later one. Zero is a value; a count of which
        one part is missing is missing, not the other part.
    """
    evidence = context_evidence(context[context["assessment_year"] <= assessment_year], rule)
    asked = {code for one in rule.indicators for code in one.numerator}
    years = evidence.loc[evidence["code"].isin(asked), "assessment_year"]
    grid = _grid(schools, sorted({assessment_year, *years.astype(int)}))
    believed = evidence[evidence["is_trusted"]]
    values = _wide(believed, "value", grid).astype(float)
    sources = _wide(believed, "source", grid)
    differ = _wide(evidence[evidence["differs"]], "differs", grid)
    parts = [
        _indicator(one, values, sources, differ, rule.joined_counts.value, min_participants)
        for one in rule.indicators
    ]
    table = pd.concat(parts).reset_index().assign(regulation_id=regulation_id)
    return CONTEXT_VALUES.conform(table)


def indicator_table(
    values: pd.DataFrame, rule: AdverseConditions, assessment_year: int
) -> pd.DataFrame:
    """Values of one year as a table of numbers.

    Parameters
    ----------
    values : DataFrame
        Keeps the contract ``context_values``, one rule.
    rule : AdverseConditions
        Gives the order of the columns.
    assessment_year : int
        The year.

    Returns
    -------
    DataFrame
        Index ``school_id``, a column per indicator; NaN where the status is not ``ok``.
    """
    rows = values[values["assessment_year"] == assessment_year]
    known = rows[rows["status"] == _OK].astype({"value": float})
    table = known.pivot_table(index="school_id", columns="indicator", values="value")
    return table.reindex(
        index=pd.Index(sorted(rows["school_id"].unique()), name="school_id"),
        columns=[one.id for one in rule.indicators],
    ).astype(float)


def school_sizes(evidence: pd.DataFrame, assessment_year: int) -> pd.Series:
    """Pupils of every school in a year from the trusted source; index ``school_id``."""
    rows = evidence[
        evidence["is_trusted"]
        & (evidence["code"] == PUPILS)
        & (evidence["assessment_year"] == assessment_year)
    ]
    return rows.set_index("school_id")["value"].astype(float)


def _codes(indicator: ConditionIndicator) -> list[str]:
    return [*indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]


def _grid(schools: pd.DataFrame, years: list[int]) -> pd.MultiIndex:
    """Every year with the schools that work in it."""
    cells = [
        (school, year)
        for school, merged in zip(schools["school_id"], schools["merged_from_year"], strict=True)
        for year in years
        if pd.isna(merged) or merged > year
    ]
    return pd.MultiIndex.from_tuples(sorted(cells), names=["school_id", "assessment_year"])


def _wide(rows: pd.DataFrame, column: str, grid: pd.MultiIndex) -> pd.DataFrame:
    """A column per code, a row per school and year; several sources that differ are one."""
    table = rows.drop_duplicates(_CELL).pivot_table(
        index=["school_id", "assessment_year"], columns="code", values=column, aggfunc="first"
    )
    return table.reindex(grid)


def _indicator(
    indicator: ConditionIndicator,
    values: pd.DataFrame,
    sources: pd.DataFrame,
    differ: pd.DataFrame,
    joining: str,
    min_participants: int,
) -> pd.DataFrame:
    codes = _codes(indicator)
    parts = values.reindex(columns=list(indicator.numerator))
    from_source = sources.reindex(columns=list(indicator.numerator)).bfill(axis=1).iloc[:, 0]
    frame = pd.DataFrame(
        {
            "indicator": indicator.id,
            "kind": indicator.kind,
            "source": from_source,
            "sources_differ": differ.reindex(columns=codes).notna().any(axis=1),
        },
        index=values.index,
    )
    if indicator.denominator is None:
        return frame.assign(**_answer(parts.iloc[:, 0]))
    joined = (
        parts.sum(axis=1, skipna=False) if joining == "sum" else parts.max(axis=1, skipna=False)
    )
    whole = values.reindex(columns=[indicator.denominator]).iloc[:, 0]
    return frame.assign(**_share(parts, joined, whole, min_participants))


def _answer(answer: pd.Series) -> dict[str, object]:
    is_good = answer.isin(_YES_NO)
    reason = np.select([answer.isna(), ~is_good], ["no_answer", "not_yes_no"], "")
    return {
        "value": answer.where(is_good),
        "status": np.where(is_good, _OK, _NO_DATA),
        "reason": _none_if_empty(reason),
    }


def _share(
    parts: pd.DataFrame, joined: pd.Series, whole: pd.Series, min_participants: int
) -> dict[str, object]:
    reason = np.select(
        [
            parts.isna().all(axis=1),
            joined.isna(),
            whole.isna(),
            whole == 0,
            joined > whole,
            whole < min_participants,
        ],
        ["no_answer", "part_missing", "no_denominator", "nobody", "more_than_whole", "few_pupils"],
        "",
    )
    status = np.select(
        [reason == "", reason == "nobody", reason == "few_pupils"],
        [_OK, _NOT_APPLICABLE, _TOO_FEW],
        _NO_DATA,
    )
    is_share = np.isin(status, (_OK, _TOO_FEW))
    return {
        "numerator": joined,
        "denominator": whole,
        "value": (joined / whole.where(whole > 0)).where(is_share),
        "status": status,
        "reason": _none_if_empty(reason),
    }


def _none_if_empty(codes: np.ndarray) -> list[str | None]:
    return [str(code) or None for code in codes]
