"""Tables of results given conditions: four groups, expectation, like schools, resilience."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.decisions.context_peers import SEPARATOR
from shnor_analysis.report import russian
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.document import Cell, DisplayTable
from shnor_analysis.report.labels import by_school, by_work
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    decimal,
    number_column,
    probability,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, text


def quadrants(c: Conditions) -> DisplayTable:
    """The four groups: both signs, one of them, none; and schools that could not be placed."""
    groups = [(name, c.schools[c.schools["quadrant"] == name]) for name in load_texts()["quadrant"]]
    return build_table(
        "quadrants",
        (text_column("group", 2.6), count_column("n", 0.6), text_column("names", 6.0)),
        tuple(
            (
                words(quadrant_name(c, name)),
                whole(len(rows)),
                words("; ".join(c.names(rows))),
            )
            for name, rows in groups
            if len(rows) or name != "unknown"
        ),
        low=c.terms.low_results,
        adverse=c.terms.adverse_conditions,
    )


def quadrant_name(c: Conditions, name: str) -> str:
    """The name of a group with the words of the region."""
    return text("quadrant", name, low=c.terms.low_results, adverse=c.terms.adverse_conditions)


def context_results(c: Conditions) -> DisplayTable:
    """Result of every school beside what its conditions let expect, where that is known."""
    rows = by_school(c.schools, c.labels)
    has_line = c.has_line
    return build_table(
        "context_results" if has_line else "results_without_line",
        (
            text_column("school", 2.6),
            number_column("index", 0.8, 1),
            count_column("n", 0.7),
            number_column("result", 0.9, 2),
            number_column("lower", 0.7, 2),
            number_column("upper", 0.7, 2),
            *(_LINE_COLUMNS if has_line else ()),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                decimal(row.social_index, 1),
                whole(row.n_pupils),
                decimal(row.result, 2, row.result_status),
                decimal(row.result_lower, 2, row.result_status),
                decimal(row.result_upper, 2, row.result_status),
                *(_against_line(row) if has_line else ()),
            )
            for row in rows.itertuples(index=False)
        ),
        wide=has_line,
        margin=russian.number(c.rules.effect_margin.value, 2),
        likely=russian.percent(c.rules.likely_percent.share, 0),
    )


_LINE_COLUMNS = (
    number_column("expected", 0.9, 2),
    number_column("effect", 0.9, 2),
    share_column("p_above", 0.8, 0),
    share_column("p_below", 0.8, 0),
    text_column("verdict", 1.8),
)


def _against_line(row: Any) -> tuple[Cell, ...]:
    verdict = text("effect", row.effect_verdict)
    return (
        decimal(row.expected, 2),
        decimal(row.effect, 2, row.result_status),
        probability(row.p_above, row.result_status),
        probability(row.p_below, row.result_status),
        Cell(verdict, verdict, emphasis=row.effect_verdict in ("above", "below")),
    )


def line_sentence(c: Conditions) -> str:
    """Whose line the expectation is, or why there is none."""
    line = c.regression.iloc[0]
    if line["source"] == "none":
        return text("context_line", str(line["reason"]))
    return text(
        "context_line",
        str(line["source"]),
        n=str(line["n_schools"]),
        slope=russian.number(float(line["slope"]), 2),
        error=russian.number(float(line["slope_se"]), 2),
        explained=""
        if russian.is_missing(line["r_squared"])
        else text("context_line", "explained", share=russian.percent(float(line["r_squared"]), 0)),
    )


def context_peers(c: Conditions) -> DisplayTable:
    """Schools of either list with the schools most like them by conditions, and their results."""
    results = c.schools.set_index("school_id")
    near = c.peers.sort_values(["school_id", "order"])
    listed = by_school(pd.DataFrame({"school_id": sorted(c.listed)}), c.labels)["school_id"]
    rows = []
    for school in listed:
        peers = near[near["school_id"] == school]
        rows.append(
            (
                words(c.labels.school(school)),
                decimal(results.loc[school, "result"], 2, results.loc[school, "result_status"]),
                words("; ".join(_peer(c, results, one) for one in peers.itertuples(index=False))),
            )
        )
    return build_table(
        "context_peers",
        (text_column("school", 2.4), number_column("result", 0.9, 2), text_column("peers", 6.4)),
        tuple(rows),
        wide=True,
        n=str(c.rules.n_peers.value),
    )


def _peer(c: Conditions, results: pd.DataFrame, peer: Any) -> str:
    row = results.loc[peer.peer_id]
    known = row["result_status"] == "ok"
    return text(
        "condition",
        "peer",
        school=c.labels.school(peer.peer_id),
        distance=russian.number(peer.distance, 1),
        result=russian.number(float(row["result"]), 2)
        if known
        else text("status", row["result_status"]),
    )


def resilience(c: Conditions) -> DisplayTable:
    """Conditions of resilience for every school in adverse conditions, and what supports them."""
    rows = by_school(c.schools[c.schools["is_context_adverse"].fillna(False)], c.labels)
    rule = c.rules.resilience
    return build_table(
        "resilience",
        (
            text_column("school", 2.2),
            number_column("index", 0.8, 1),
            text_column("years", 1.7),
            number_column("n", 0.8),
            number_column("result", 0.9, 2),
            number_column("lower", 0.7, 2),
            number_column("upper", 0.7, 2),
            number_column("border", 0.9, 2),
            *((share_column("p_above", 0.9, 0),) if c.has_line else ()),
            text_column("objectivity", 1.4),
            text_column("verdict", 2.0),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                decimal(row.social_index, 1),
                words(_good_years(row)),
                decimal(row.n_pupils, 0, row.result_status),
                decimal(row.result, 2, row.result_status),
                decimal(row.result_lower, 2, row.result_status),
                decimal(row.result_upper, 2, row.result_status),
                decimal(row.result_border, 2, row.result_status),
                *((probability(row.p_above, row.result_status),) if c.has_line else ()),
                words(text("objectivity", row.objectivity)),
                Cell(
                    resilience_verdict(row),
                    resilience_verdict(row),
                    emphasis=row.resilience_support in LIKELY,
                ),
            )
            for row in rows.itertuples(index=False)
        ),
        wide=True,
        context=str(rule.context_percent.value),
        result=percentile(rule.result_percent.value),
        needed=str(rule.years_needed.value),
        window=str(rule.window_years.value),
        support=text(
            "resilience_support",
            "with_line" if c.has_line else "without_line",
            likely=russian.percent(c.rules.likely_percent.share, 0),
            margin=russian.number(c.rules.effect_margin.value, 2),
        ),
    )


# What more than the letter of the rule speaks for.
LIKELY = ("by_effect", "by_interval")


def resilience_verdict(row: Any) -> str:
    """Whether the conditions of resilience hold, and how well that is supported."""
    supported = row.resilience == "holds"
    return text("resilience_verdict", row.resilience_support if supported else row.resilience)


def _good_years(row: Any) -> str:
    count = text("condition", "of", n=str(row.n_good_years), total=str(row.n_result_years))
    if russian.is_missing(row.good_years):
        return count
    return text("condition", "of_years", count=count, years=good_years(row))


def good_years(row: Any) -> str:
    """«2022/23, 2024/25»: school years in which the result was not below the border."""
    return ", ".join(russian.school_year(int(year)) for year in row.good_years.split(SEPARATOR))


def percentile(percent: int) -> str:
    """«Медианы» or «66-го процентиля»."""
    words_of = load_texts()["percentile"]
    return str(words_of.get(percent, words_of["other"].format(percent=percent)))


def resilience_sensitivity(c: Conditions) -> DisplayTable:
    """Who is resilient at other borders of conditions and results."""
    rule = c.rules.resilience
    own = (rule.context_percent.value, rule.result_percent.value)
    rows = []
    for key, schools in c.sensitivity.groupby(["context_percent", "result_percent"], sort=True):
        context, result = (int(value) for value in key)
        holds = schools[schools["resilience"] == "holds"]
        is_own = (context, result) == own
        rows.append(
            (
                Cell(
                    context / 100,
                    text("condition", "lowest", percent=str(context)),
                    emphasis=is_own,
                ),
                words(text("condition", "not_below", border=percentile(result))),
                whole(len(holds)),
                words("; ".join(c.names(holds))),
            )
        )
    return build_table(
        "resilience_sensitivity",
        (
            share_column("context", 1.4, 0),
            text_column("result", 1.8),
            count_column("n", 0.6),
            text_column("names", 5.0),
        ),
        tuple(rows),
    )


def mentor_pairs(c: Conditions) -> DisplayTable:
    """Suggest whose experience may fit a school with low results, or say why nobody's does."""
    searched = c.schools.loc[c.schools["low_results"] == "included", ["school_id", "mentor_search"]]
    rows = searched.merge(c.mentors, on="school_id", how="left")
    rows = by_school(rows.sort_values(["school_id", "distance"], kind="stable"), c.labels)
    years = str(c.rules.resilience.window_years.value)
    return build_table(
        "mentor_pairs",
        (
            text_column("school", 2.4),
            text_column("mentor", 2.4),
            text_column("reason", 3.4),
            number_column("distance", 0.9, 1),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(c.labels.school(row.mentor_id) if row.mentor_search == "found" else None),
                words(_why_mentor(c, row, years)),
                decimal(row.distance, 1),
            )
            for row in rows.itertuples(index=False)
        ),
        low=c.terms.low_results,
        objectivity=text("mentor_objectivity", c.objectivity_sources),
    )


def _why_mentor(c: Conditions, row: Any, years: str) -> str:
    if row.mentor_search != "found":
        return text("mentor_search", row.mentor_search)
    return text(
        "mentor_reason",
        row.reason,
        n=str(row.n_good_years),
        years=years,
        common="; ".join(_series(c, row.common_procedures)),
    )


def _series(c: Conditions, procedures: str) -> list[str]:
    """«ВПР, математика, 5–7 классы»: every subject of a procedure once, with its grades."""
    rows = pd.DataFrame(
        [one.split(":") for one in procedures.split(SEPARATOR)],
        columns=["procedure", "subject", "grade"],
    ).astype({"grade": int})
    rows = by_work(rows.assign(season="spring"))
    return [
        c.labels.series(str(procedure), str(subject), sorted(own["grade"]), "none")
        for (procedure, subject), own in rows.groupby(["procedure", "subject"], sort=False)
    ]
