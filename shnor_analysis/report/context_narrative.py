"""Sentences about conditions of schools: the findings, the reference, what was not checked."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import Place
from shnor_analysis.report import russian, tables
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.context_figures import context_and_results
from shnor_analysis.report.document import Block, Listing, Paragraph, Run
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.narrative import gap
from shnor_analysis.report.tables.conditions import reference_years
from shnor_analysis.report.tables.context_results import (
    LIKELY,
    good_years,
    line_sentence,
    percentile,
)
from shnor_analysis.report.texts import text
from shnor_analysis.stats.reliability import MIN_FOR_ALPHA, MIN_INDICATORS, MIN_SCHOOLS

EVIDENCE_ORDER = ("core", "border")


def context_headline(c: Conditions) -> Listing:
    """Say the findings about conditions in a few sentences."""
    included = c.adverse[c.adverse["decision"] == "included"]
    assessed = c.adverse[c.adverse["decision"] != "not_assessed"]
    sentences = [
        text(
            "context_headline",
            "included" if len(included) else "none_included",
            year=russian.school_year(c.assessment_year),
            assessed=russian.integer(len(assessed)),
            total=russian.counted(len(c.adverse), "школы", "школ", "школ"),
            n=russian.counted(len(included), "школы", "школ", "школ"),
            term=c.terms.adverse_conditions,
        )
    ]
    for code in EVIDENCE_ORDER:
        rows = included[included["evidence"] == code]
        if len(rows):
            sentences.append(text("context_headline", code, names=_names(c, rows)))
    both = c.schools[c.schools["quadrant"] == "both"]
    if len(both):
        sentences.append(
            text(
                "context_headline",
                "both",
                low=c.terms.low_results,
                adverse=c.terms.adverse_conditions,
                names=_names(c, both),
            )
        )
    sentences += _resilient(c)
    for code in ("above", "below"):
        rows = c.schools[c.schools["effect_verdict"] == code]
        if len(rows):
            sentences.append(text("context_headline", code, names=_names(c, rows)))
    unassessed = c.adverse[c.adverse["decision"] == "not_assessed"]
    if len(unassessed) and len(assessed):
        sentences.append(text("context_headline", "not_assessed", names=_names(c, unassessed)))
    return Listing(tuple((Run(sentence),) for sentence in sentences))


def _resilient(c: Conditions) -> list[str]:
    """Schools whose good results are likely, and apart those that are so by the letter alone."""
    holds = c.schools["resilience"] == "holds"
    if not holds.any():
        return [text("context_headline", "no_resilient")]
    likely = holds & c.schools["resilience_support"].isin(LIKELY)
    checked = text("resilient_checked", c.objectivity_sources)
    sentences = []
    for code, chosen in (("resilient", likely), ("resilient_by_letter", holds & ~likely)):
        rows = by_school(c.schools[chosen], c.labels)
        if len(rows):
            named = "; ".join(_resilient_name(c, row) for row in rows.itertuples(index=False))
            names = russian.keep_together(named)
            sentences.append(text("context_headline", code, names=names, checked=checked))
    return sentences if likely.any() else [text("context_headline", "no_likely"), *sentences]


def _resilient_name(c: Conditions, row: Any) -> str:
    """The school with what its result rests on: years, pupils, interval, border, probability."""
    fields = {
        "school": c.labels.school(row.school_id),
        "years": good_years(row),
    }
    if row.result_status != "ok":
        return text(
            "resilient_name", "no_result", status=text("status", row.result_status), **fields
        )
    fields |= {
        name: russian.number(float(getattr(row, column)), 2)
        for name, column in (
            ("result", "result"),
            ("lower", "result_lower"),
            ("upper", "result_upper"),
            ("border", "result_border"),
        )
    }
    if not russian.is_missing(row.p_above):
        fields["p"] = russian.percent(float(row.p_above), 0)
    code = "with_line" if "p" in fields else "without_line"
    return text("resilient_name", code, n=russian.integer(int(row.n_pupils)), **fields)


def _names(c: Conditions, rows: pd.DataFrame) -> str:
    return russian.keep_together("; ".join(c.names(rows)))


def context_reference(c: Conditions) -> Paragraph:
    """Say what schools are measured against and until when it holds."""
    quality = c.quality.iloc[0]
    origin = str(quality["origin"])
    return Paragraph(
        (
            Run(
                text(
                    "context_reference",
                    origin,
                    first=_year(quality["reference_year"]),
                    years=reference_years(c),
                    last=_year(quality["last_year"]),
                    n=str(c.reference["n_schools"].max()),
                    schools=str(c.rule.index.min_reference_schools.value),
                )
            ),
        )
    )


def _year(value: Any) -> str:
    return "" if russian.is_missing(value) else russian.school_year(int(value))


def index_quality(c: Conditions) -> Paragraph:
    """Alpha, omega and the first component: a description, no requirement."""
    quality = c.quality.iloc[0]
    shown = {
        name: russian.number(float(quality[name]), 2)
        if not russian.is_missing(quality[name])
        else text("context_quality", "not_computed", why=_why_not(c, name))
        for name in ("alpha", "omega")
    }
    first = quality["first_component_share"]
    explained = russian.NO_DATA if russian.is_missing(first) else russian.percent(float(first), 0)
    core = quality["core_share"]
    sentences = [
        text(
            "context_quality",
            "together",
            n=str(quality["n_schools"]),
            first=explained,
            **shown,
        )
    ]
    if not russian.is_missing(core):
        sentences.append(text("context_quality", "core", share=russian.percent(float(core), 0)))
    return Paragraph((Run(" ".join(sentences)),))


def _why_not(c: Conditions, coefficient: str) -> str:
    """Why a coefficient of consistency has no value: too little to look at, or no such factor."""
    schools, indicators, rest = {
        "alpha": (MIN_FOR_ALPHA, MIN_FOR_ALPHA, "no_common_spread"),
        "omega": (MIN_SCHOOLS, MIN_INDICATORS, "no_single_factor"),
    }[coefficient]
    if int(c.quality["n_schools"].iloc[0]) < schools:
        return text("context_quality", "few_schools", least=str(schools))
    if int((c.reference["state"] == "used").sum()) < indicators:
        return text("context_quality", "few_indicators", least=str(indicators))
    return text("context_quality", rest)


def context_line(c: Conditions) -> Paragraph:
    """Say how results go with conditions in the territory, and whose line is expected."""
    correlation = c.regression["correlation"].iloc[0]
    sentences = [line_sentence(c)]
    if not russian.is_missing(correlation):
        sentences.insert(
            0, text("context_line", "correlation", r=russian.number(float(correlation), 2))
        )
    return Paragraph((Run(" ".join(sentences)),))


def resilience_rule(c: Conditions) -> Paragraph:
    """Spell out the conditions of resilience with their numbers."""
    rule = c.rules.resilience
    window = str(rule.window_years.value)
    sentences = (
        text(
            "context_headline",
            "resilience_rule",
            context=str(rule.context_percent.value),
            result=percentile(rule.result_percent.value),
            needed=str(rule.years_needed.value),
            window=window,
        ),
        *_borders(c),
        text(
            "resilience_objectivity",
            c.objectivity_sources,
            n=str(c.schools["n_list_years"].max()),
            window=window,
        ),
    )
    return Paragraph((Run(" ".join(sentences)),))


def _borders(c: Conditions) -> list[str]:
    """The border of every year, and for whom there is another one."""
    rule = c.rules.resilience
    first = c.assessment_year - rule.window_years.value + 1
    in_window = c.borders["assessment_year"].between(first, c.assessment_year)
    own = c.borders[in_window & (c.borders["percent"] == rule.result_percent.value)]
    used = set(c.results.loc[c.results["assessment_year"] >= first, "works"])
    own = own[own["works"].isin(used)].sort_values("assessment_year")
    sentences = [
        text(
            "resilience_border",
            str(works),
            items="; ".join(_border(row) for row in rows.itertuples(index=False)),
        )
        for works, rows in own.groupby("works", sort=True)
    ]
    if {"region", "territory"} <= set(own["among"]):
        sentences.append(text("resilience_border", "mixed"))
    return sentences


def _border(row: Any) -> str:
    return text(
        "result_border",
        row.among,
        year=russian.school_year(int(row.assessment_year)),
        border=russian.number(None if russian.is_missing(row.border) else float(row.border), 2),
    )


def context_section(c: Conditions, source_files: pd.DataFrame, place: Place) -> tuple[Block, ...]:
    """The section of the annual report: findings, groups, lists, suggestions; or what is missing.

    Parameters
    ----------
    c : Conditions
        What is printed.
    source_files : DataFrame
        Keeps the contract ``source_files``: files that came although nothing could be computed.
    place : Place
        Its words.

    Returns
    -------
    tuple of Block
        In reading order.
    """
    if not c.has_index:
        return (gap("context", source_files, place), tables.adverse_decisions(c))
    return (
        context_headline(c),
        tables.quadrants(c),
        *context_and_results(c),
        tables.adverse_list(c, for_publication=True),
        context_reference(c),
        tables.resilience(c),
        resilience_rule(c),
        tables.mentor_pairs(c),
        context_line(c),
    )
