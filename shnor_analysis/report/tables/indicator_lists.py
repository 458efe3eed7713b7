"""Tables of lists of indicators: values of schools, schools listed, several rules side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from shnor_analysis.methodology import (
    ListWords,
    LowResultsList,
    LowResultsRule,
    ResultIndicator,
    SourcedShare,
    rule_items_of,
)
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.rules import indicator_titles, rule_label, rule_value
from shnor_analysis.report.school_groups import compared_words
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    part,
    probability,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import text

_SEPARATOR = ";"
_CORRELATION_DECIMALS = 2


def indicator_values(
    indicators: pd.DataFrame,
    territory: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    labels: Labels,
    assessment_year: int,
) -> tuple[DisplayTable, ...]:
    """Every indicator for every school, the territory in the last line; one table per list."""
    return tuple(
        _indicator_values(indicators, territory, one, labels, assessment_year) for one in lists
    )


def _indicator_values(
    indicators: pd.DataFrame,
    territory: pd.DataFrame,
    rules: LowResultsList,
    labels: Labels,
    assessment_year: int,
) -> DisplayTable:
    rows = _of_list(indicators, rules, assessment_year)
    rows = rows[rows["span"] == "pooled"].set_index(["school_id", "indicator_id"])
    whole_place = _of_list(territory, rules, assessment_year).set_index("indicator_id")
    schools = by_school(pd.DataFrame({"school_id": rows.index.unique("school_id")}), labels)
    lines = [
        (
            words(labels.school(school)),
            *(_value(rows.loc[(school, one.id)], one) for one in rules.indicators),
        )
        for school in schools["school_id"]
    ]
    total = (
        words(text("indicator_list", "territory")),
        *(_territory_value(whole_place.loc[one.id], one) for one in rules.indicators),
    )
    return build_table(
        "indicator_values",
        (text_column("school", 2.4), *(_indicator_column(one) for one in rules.indicators)),
        (*lines, total),
        wide=True,
        list=rules.title,
        year=russian.school_year(assessment_year),
        terms=_terms(rules),
        correlation=_correlation_note(rules),
    )


def index_lists(
    index: pd.DataFrame,
    years: pd.DataFrame,
    lists: tuple[LowResultsList, ...],
    list_words: ListWords,
    labels: Labels,
) -> tuple[DisplayTable, ...]:
    """Schools listed by their indicators, alphabetical, with the years and what brought them there.

    ``index`` and ``years`` keep the contracts ``low_results_index`` and
    ``low_results_index_years``.
    """
    return tuple(_index_list(index, years, one, list_words, labels) for one in lists)


def _index_list(
    index: pd.DataFrame,
    years: pd.DataFrame,
    rules: LowResultsList,
    list_words: ListWords,
    labels: Labels,
) -> DisplayTable:
    mine = index[(index["regulation_id"] == rules.id) & (index["decision"] == "included")]
    flags = years[years["regulation_id"] == rules.id].pivot_table(
        index="school_id", columns="assessment_year", values="is_below", aggfunc="first"
    )
    groups = _compared_with(years, rules)
    return build_table(
        "index_list",
        (
            text_column("school", 2.2),
            text_column("reason", 2.2),
            *([text_column("compared", 2.0)] if groups else []),
            text_column("drivers", 3.2),
            share_column("probability", 1.0, 0),
            text_column("evidence", 1.0),
        ),
        tuple(
            (
                words(labels.school(row.school_id)),
                words(_reason_now(row, rules, flags)),
                *([words(groups[row.school_id])] if groups else []),
                words(_drivers(row.drivers, rules)),
                probability(row.probability),
                _evidence(row),
            )
            for row in by_school(mine, labels).itertuples(index=False)
        ),
        list=rules.title,
        sure=_border(list_words.sure_probability),
        likely=_border(list_words.likely_probability),
        reliable=str(list_words.reliable_participants.value),
    )


def _compared_with(years: pd.DataFrame, rules: LowResultsList) -> dict[str, str]:
    """School → with whom it is compared in the last year; empty where schools are not divided."""
    if rules.index.clusters.value == "none":
        return {}
    mine = years[years["regulation_id"] == rules.id]
    last = mine[mine["assessment_year"] == mine["assessment_year"].max()]
    return {
        row.school_id: text(
            "indicator_list",
            "group_part",
            name=compared_words(row.compared_with),
            n=russian.integer(row.n_compared),
        )
        for row in last.itertuples(index=False)
    }


def _flag(flags: pd.DataFrame, school_id: str, year: int) -> bool | None:
    """Whether a school was below the border that year; nothing where it had no index."""
    if school_id not in flags.index or year not in flags.columns:
        return None
    found = flags.loc[school_id, year]
    return None if russian.is_missing(found) else bool(found)


def _reason_now(row: Any, rules: LowResultsList, flags: pd.DataFrame) -> str:
    """The years below the border; where this year is not one of them, that too."""
    low = [year for year in flags.columns if _flag(flags, row.school_id, int(year))]
    reason = text(
        "indicator_list",
        "years_below",
        reason=index_reason(row, rules),
        years=russian.listing([russian.school_year(int(year)) for year in low]),
    )
    is_below = _flag(flags, row.school_id, int(row.assessment_year))
    if is_below:
        return reason
    code = "unknown_now" if is_below is None else "above_now"
    year = russian.school_year(int(row.assessment_year))
    return text("indicator_list", code, reason=reason, year=year)


def index_reason(row: Any, rules: LowResultsList) -> str:
    """Words for the reason of one decision, a row of the table ``low_results_index``."""
    return text(
        "index_reason",
        row.reason_code,
        cut=russian.percent(rules.index.cut_percent.value / 100, 0),
        below=russian.counted(int(row.n_years_below), "год", "года", "лет"),
        assessed=str(row.n_years_assessed),
        window=str(rules.index.window_years.value),
    )


def ways(
    low_results: pd.DataFrame,
    index: pd.DataFrame,
    rule: LowResultsRule,
    lists: tuple[LowResultsList, ...],
    list_words: ListWords,
    labels: Labels,
) -> DisplayTable:
    """Decision of every rule about every school, side by side; words of certainty explained."""
    columns = {rule.id: low_results.set_index("school_id")} | {
        one.id: index[index["regulation_id"] == one.id].set_index("school_id") for one in lists
    }
    titles = [rule.title, *(one.title for one in lists)]
    return build_table(
        "ways",
        (
            text_column("school", 2.2),
            *(
                DisplayColumn(f"way_{place}", title, Kind.TEXT, 0, 1.6)
                for place, title in enumerate(titles, start=1)
            ),
        ),
        tuple(
            (
                words(labels.school(school)),
                *(_decision(decisions.loc[school]) for decisions in columns.values()),
            )
            for school in by_school(low_results, labels)["school_id"]
        ),
        rule=rule.title,
        rule_sure=_border(rule.sure_probability),
        rule_likely=_border(rule.likely_probability),
        rule_reliable=str(rule.reliable_participants.value),
        sure=_border(list_words.sure_probability),
        likely=_border(list_words.likely_probability),
        reliable=str(list_words.reliable_participants.value),
    )


def _border(probability_: SourcedShare) -> str:
    return russian.percent(probability_.value, 0)


def ways_summary(
    ways_: pd.DataFrame,
    low_results: pd.DataFrame,
    index: pd.DataFrame,
    rule: LowResultsRule,
    lists: tuple[LowResultsList, ...],
    labels: Labels,
) -> DisplayTable:
    """One line per rule: how many schools it lists, what part of all, which."""
    shares = ways_.set_index(["block", "regulation_id"])
    lines = [("low_results", rule.id, rule.title, low_results)] + [
        ("low_results_indicators", one.id, one.title, index[index["regulation_id"] == one.id])
        for one in lists
    ]
    rows = []
    for block, code, title, decisions in lines:
        listed = by_school(decisions[decisions["decision"] == "included"], labels)["school_id"]
        way = shares.loc[(block, code)]
        rows.append(
            (
                words(title),
                whole(way["n_included"]),
                part(way["included_share"], decimals=0),
                whole(way["n_not_assessed"]),
                words("; ".join(labels.school(school) for school in listed)),
            )
        )
    return build_table(
        "ways_summary",
        (
            text_column("way", 2.4),
            count_column("n_included", 0.8),
            share_column("share", 0.8, 0),
            count_column("n_not_assessed", 0.9),
            text_column("names", 3.8),
        ),
        tuple(rows),
    )


def ways_overlap(
    overlap: pd.DataFrame, rule: LowResultsRule, lists: tuple[LowResultsList, ...]
) -> DisplayTable:
    """How far the lists of every two rules are the same."""
    titles = {rule.id: rule.title} | {one.id: one.title for one in lists}
    return build_table(
        "ways_overlap",
        (
            text_column("first", 2.6),
            text_column("second", 2.6),
            count_column("n_compared", 0.9),
            count_column("n_both", 0.9),
            count_column("n_either", 1.0),
            share_column("jaccard", 0.9, 0),
        ),
        tuple(
            (
                words(titles[row.regulation_id]),
                words(titles[row.other_regulation_id]),
                whole(row.n_compared),
                whole(row.n_both),
                whole(row.n_either),
                part(row.jaccard, decimals=0),
            )
            for row in overlap.itertuples(index=False)
        ),
    )


def diagnostic_agreement(agreement: pd.DataFrame, labels: Labels) -> DisplayTable:
    """Correlation of schools' shares at diagnostic works and at ВПР, one line per work."""
    rows = agreement.drop_duplicates(["assessment_year", "procedure", "title", "subject", "grade"])
    return build_table(
        "diagnostic_agreement",
        (
            text_column("work", 3.4),
            text_column("year", 0.9),
            count_column("n_schools", 0.8),
            _real_column("rho", 0.8),
            _real_column("lower", 0.7),
            _real_column("upper", 0.7),
        ),
        tuple(
            (
                words(diagnostic_work(row, labels)),
                words(russian.school_year(int(row.assessment_year))),
                whole(row.n_schools),
                _real(row.rho, row.status),
                _real(row.rho_lower, row.status),
                _real(row.rho_upper, row.status),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def list_parameters(lists: tuple[LowResultsList, ...], labels: Labels) -> tuple[DisplayTable, ...]:
    """What every list says, with the source of each part and how well it is known."""
    return tuple(_list_parameters(one, labels) for one in lists)


def _list_parameters(rules: LowResultsList, labels: Labels) -> DisplayTable:
    first, *items = rule_items_of("low_results_indicators", rules)
    titles = indicator_titles(rules)
    lines = [
        (text("rule_field", first.field), rules.document, first.entry),
        *(
            (rule_label(i, titles), rule_value(i.entry, labels.subjects, titles), i.entry)
            for i in items
        ),
    ]
    return build_table(
        "list_parameters",
        (
            text_column("parameter", 2.2),
            text_column("value", 2.4),
            text_column("source", 4.0),
            text_column("confidence", 1.5),
        ),
        tuple(
            (
                words(name),
                words(value),
                words(origin.source),
                words(text("confidence", origin.confidence)),
            )
            for name, value, origin in lines
        ),
        wide=True,
        list=rules.title,
    )


def _of_list(rows: pd.DataFrame, rules: LowResultsList, assessment_year: int) -> pd.DataFrame:
    return rows[(rows["regulation_id"] == rules.id) & (rows["assessment_year"] == assessment_year)]


def _terms(rules: LowResultsList) -> str:
    """Whose participants are counted: of several years together, of the last one, of either."""
    years = sorted({one.n_years for one in rules.indicators if one.n_years})
    several = [russian.counted(n, "год", "года", "лет") for n in years if n > 1]
    if not several:
        return text("indicator_list", "one_year")
    code = "years_and_one" if 1 in years else "years"
    return text("indicator_list", code, n=russian.listing(several))


def _correlation_note(rules: LowResultsList) -> str:
    if rules.correlation is None:
        return ""
    weak = russian.number(rules.correlation.weak_below.value, 1)
    return f"{text('indicator_list', 'correlation_note', weak=weak)} "


def _indicator_column(indicator: ResultIndicator) -> DisplayColumn:
    label = indicator.short_title
    if indicator.measure == "fact":
        return DisplayColumn(indicator.id, label, Kind.TEXT, 0, 1.0)
    if indicator.measure == "correlation":
        return DisplayColumn(indicator.id, label, Kind.NUMBER, _CORRELATION_DECIMALS, 1.0)
    percent = text("indicator_list", "percent", title=label)
    return DisplayColumn(indicator.id, percent, Kind.SHARE, 1, 1.0)


def _value(row: pd.Series, indicator: ResultIndicator) -> Cell:
    if indicator.measure == "correlation":
        is_weak = not russian.is_missing(row["is_weak"]) and bool(row["is_weak"])
        return replace(_real(row["value"], row["status"]), emphasis=is_weak)
    if indicator.measure == "fact" and row["status"] == "ok":
        return words(text("yes_no", "yes" if row["value"] else "no"))
    return part(row["value"], row["status"])


def _territory_value(row: pd.Series, indicator: ResultIndicator) -> Cell:
    if indicator.measure == "fact":
        return words(None)
    if indicator.measure == "correlation":
        return _real(row["median"], "no_data" if russian.is_missing(row["median"]) else "ok")
    return part(row["value"])


def _real_column(key: str, width: float) -> DisplayColumn:
    return DisplayColumn(key, "", Kind.NUMBER, _CORRELATION_DECIMALS, width)


def _real(value: object, status: str) -> Cell:
    if status != "ok":
        return Cell(None, text("status", status), Status(status))
    number = float(value)  # type: ignore[arg-type]
    return Cell(number, russian.number(number, _CORRELATION_DECIMALS))


def _drivers(drivers: object, rules: LowResultsList) -> str | None:
    if russian.is_missing(drivers):
        return None
    titles = {one.id: one.short_title for one in rules.indicators}
    return "; ".join(titles[code] for code in str(drivers).split(_SEPARATOR))


def _evidence(row: Any) -> Cell:
    word = text("evidence", row.evidence)
    return Cell(word, word, emphasis=row.evidence == "sure")


def _decision(row: pd.Series) -> Cell:
    decision = text("decision", row["decision"])
    is_included = row["decision"] == "included"
    if is_included:
        decision = f"{decision}, {text('evidence', row['evidence'])}"
    return Cell(decision, decision, emphasis=is_included)


def diagnostic_work(row: Any, labels: Labels) -> str:
    """Printed name of a diagnostic work: title, who held it, subject, grade."""
    return text(
        "indicator_list",
        "work",
        procedure=text("rule_procedure", row.procedure),
        title=row.title,
        subject=labels.subjects[row.subject],
        grade=str(int(row.grade)),
    )
