"""Tables of objectivity by the letter: markers, marks beside marks, means, medals, rules."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_analysis.methodology import ObjectivityMarker, ObjectivityRules, rule_items_of
from shnor_analysis.report import russian
from shnor_analysis.report.document import (
    Block,
    Cell,
    DisplayColumn,
    DisplayTable,
    Heading,
    Paragraph,
    Run,
    Status,
)
from shnor_analysis.report.labels import by_school, by_work
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.report.rules import indicator_titles, rule_label, rule_value
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    decimal,
    number_column,
    part,
    probability,
    probability_words,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import text
from shnor_analysis.stats.agreement import sign_test
from shnor_analysis.stats.intervals import share, wilson_interval
from shnor_analysis.tables import ALL_WORKS

# Planted cases that objectivity is about, honest ones that are easily taken for signs included.
CASES = (
    "inflated_vpr", "inflated_school_marks", "bunching_at_thresholds", "dictated_answers",
    "lyceum_high", "resilient", "all_fives",
)  # fmt: skip
_SMALL_P = 0.001
_DECIMALS = {"high_mean": 1, "negative_correlation": 2, "sharp_fall": 2, "sharp_rise": 2}


def objectivity_territory(o: Objectivity) -> DisplayTable:
    """Schools with markers and the index by year."""
    return build_table(
        "objectivity_territory",
        (
            text_column("year", 1.2),
            count_column("n_schools", 0.8),
            count_column("n_tested", 0.9),
            count_column("n_with_signs", 0.9),
            number_column("by_chance", 1.1, 1),
            number_column("index", 0.9, 1),
            number_column("lower", 0.8),
            number_column("upper", 0.8),
        ),
        tuple(
            (
                words(russian.school_year(row.assessment_year)),
                whole(row.n_schools),
                whole(row.n_tested),
                whole(row.n_with_signs),
                decimal(row.n_by_chance, 1),
                decimal(row.objectivity_index, 1),
                decimal(row.index_lower, 0),
                decimal(row.index_upper, 0),
            )
            for row in o.territory.itertuples(index=False)
        ),
    )


def objectivity_schools(o: Objectivity) -> DisplayTable:
    """Every school of the year with its markers, alphabetically."""
    rows, said = by_school(o.of_year(o.schools), o.labels), _said_of(o)
    return build_table(
        "objectivity_schools",
        (
            text_column("school", 2.0),
            text_column("markers", 6.0),
            text_column("tested", 0.8),
            share_column("chance", 1.0, 0),
            text_column("stable", 1.5),
        ),
        tuple(
            (
                words(o.labels.school(row.school_id)),
                _markers(said.get((row.regulation_id, row.school_id)), row.verdict),
                words(
                    text(
                        "objectivity_text", "of_total", n=str(row.n_tested),
                        total=str(row.n_markers),
                    )
                ),
                probability(row.chance_any)
                if row.n_tested
                else Cell(None, "—", Status.NOT_APPLICABLE),
                words(text("stable_absence", row.stable_absence)),
            )
            for row in rows.itertuples(index=False)
        ),
        year=russian.school_year(o.assessment_year),
        report=str(o.report_participants),
    )  # fmt: skip


def fired_markers(o: Objectivity) -> DisplayTable:
    """Only schools with markers, and which they are, without values: for the annual report."""
    rows = o.of_year(o.markers)
    rows = rows[rows["verdict"] == "fires"].copy()
    rows["title"] = [
        o.marker_by_id[key].short_title
        for key in zip(rows["regulation_id"], rows["marker_id"], strict=True)
    ]
    key = ["regulation_id", "school_id"]
    fired = rows.groupby(key, as_index=False).agg(markers=("title", "; ".join), n=("title", "size"))
    schools = o.of_year(o.schools).merge(fired, on=key, how="inner", validate="1:1")
    return build_table(
        "fired_markers",
        (
            text_column("school", 2.4),
            text_column("markers", 4.8),
            text_column("n", 1.1),
            share_column("chance", 1.3, 0),
        ),
        tuple(
            (
                words(o.labels.school(row.school_id)),
                words(russian.keep_together(row.markers)),
                words(text("objectivity_text", "of_total", n=str(row.n), total=str(row.n_tested))),
                probability(row.chance_any),
            )
            for row in by_school(schools, o.labels).itertuples(index=False)
        ),
        year=russian.school_year(o.assessment_year),
    )


def _fired_marker(row: Any, marker: ObjectivityMarker, report_participants: int) -> str:
    """Say which marker fired and how often an honest school of this size gets it.

    Parameters
    ----------
    row : namedtuple
        Row of the table ``objectivity_markers``.
    marker : ObjectivityMarker
        Its rule.
    report_participants : int
        With fewer pupils the value is not printed.
    """
    decimals = _DECIMALS[marker.kind]
    pupils = russian.counted(int(row.n_pupils), "участник", "участника", "участников")
    chance = (
        text("objectivity_text", "no_chance")
        if russian.is_missing(row.chance)
        else text("objectivity_text", "chance", p=probability_words(float(row.chance)))
    )
    if int(row.n_pupils) < report_participants:
        return text("fired_marker", "few", title=marker.short_title, n=pupils, chance=chance)
    return text(
        "fired_marker",
        marker.kind,
        title=marker.short_title,
        value=russian.number(float(row.value), decimals),
        border=russian.number(float(row.border), decimals),
        n=pupils,
        chance=chance,
    )


def _said_of(o: Objectivity) -> dict[tuple[str, str], list[str]]:
    """Sentences about the fired markers of the year by document and school."""
    rows = o.of_year(o.markers)
    said: dict[tuple[str, str], list[str]] = {}
    for row in rows[rows["verdict"] == "fires"].itertuples(index=False):
        marker = o.marker_by_id[row.regulation_id, row.marker_id]
        said.setdefault((row.regulation_id, row.school_id), []).append(
            _fired_marker(row, marker, o.report_participants)
        )
    return said


def _markers(said: list[str] | None, verdict: str) -> Cell:
    if not said:
        return words(text("letter_verdict", verdict))
    content = "; ".join(said)
    return Cell(content, russian.keep_together(content))


def marker_summary(o: Objectivity) -> DisplayTable:
    """Every marker of the year: at how many schools, and why it was not tested at others."""
    rows = o.of_year(o.markers)
    lines = []
    for (regulation_id, marker_id), marker in o.marker_by_id.items():
        own = rows[(rows["regulation_id"] == regulation_id) & (rows["marker_id"] == marker_id)]
        untested = own.loc[own["verdict"] == "not_tested", "reason"].value_counts(sort=False)
        lines.append(
            (
                words(marker.title),
                whole((own["verdict"] == "fires").sum()),
                whole((own["verdict"] != "not_tested").sum()),
                words(
                    "; ".join(
                        text("marker_reason", str(reason), n=str(n))
                        for reason, n in untested.sort_index().items()
                    )
                ),
            )
        )
    return build_table(
        "marker_summary",
        (
            text_column("marker", 3.4),
            count_column("fires", 0.7),
            count_column("tested", 0.9),
            text_column("untested", 3.6),
        ),
        tuple(lines),
        year=russian.school_year(o.assessment_year),
    )


def marks_by_school(o: Objectivity) -> DisplayTable:
    """Lowered, confirmed and raised over the ВПР works of the year, school by school."""
    rows = by_school(o.marks_by_school, o.labels)
    n = rows["n_mark_pairs"]
    status = ["ok" if pairs >= o.report_participants else "too_few" for pairs in n]
    lower, upper = wilson_interval(rows["n_lowered"], n)
    shares = {name: share(rows[f"n_{name}"], n) for name in ("lowered", "confirmed", "raised")}
    p_values = sign_test(rows["n_lowered"], rows["n_raised"])
    return build_table(
        "marks_by_school",
        (
            text_column("school", 2.6),
            count_column("n", 0.8),
            share_column("lowered", 0.9),
            share_column("lower", 0.7),
            share_column("upper", 0.7),
            share_column("confirmed", 1.0),
            share_column("raised", 0.9),
            text_column("p", 0.8),
        ),
        tuple(
            (
                words(o.labels.school(school)),
                whole(pairs),
                part(shares["lowered"][place], status[place]),
                part(lower[place], status[place]),
                part(upper[place], status[place]),
                part(shares["confirmed"][place], status[place]),
                part(shares["raised"][place], status[place]),
                words(_p(p_values[place])),
            )
            for place, (school, pairs) in enumerate(zip(rows["school_id"], n, strict=True))
        ),
        year=russian.school_year(o.assessment_year),
    )


def _p(value: float) -> str:
    if russian.is_missing(float(value)):
        return ""
    return text("objectivity_text", "small_p") if value < _SMALL_P else russian.number(value, 3)


def mean_excess(o: Objectivity) -> DisplayTable:
    """Means above the region with the coefficient, where the region is known."""
    rows = o.of_year(o.means)
    rows = by_work(rows[rows["is_above"].fillna(False).astype(bool)])
    rows = by_school(rows, o.labels)
    few = rows["n_scores"] < o.report_participants
    status = ["too_few" if is_few else "ok" for is_few in few]
    return build_table(
        "mean_excess",
        (
            text_column("school", 2.2),
            text_column("work", 2.2),
            count_column("n", 0.8),
            number_column("mean", 0.8, 1),
            number_column("mean_lower", 0.8, 1),
            number_column("region", 0.9, 1),
            number_column("coefficient", 1.1, 3),
            text_column("apart", 1.4),
        ),
        tuple(
            (
                words(o.labels.school(row.school_id)),
                words(name),
                whole(row.n_scores),
                decimal(row.mean, 1, status[place]),
                _known(row.mean_lower, 1, status[place]),
                decimal(row.region_upper, 1),
                decimal(row.excess_coefficient, 3, status[place]),
                words(_apart(row.is_apart)),
            )
            for place, (name, row) in enumerate(
                zip(o.labels.works(rows), rows.itertuples(index=False), strict=True)
            )
        ),
        year=russian.school_year(o.assessment_year),
    )


def _known(value: object, decimals: int, status: str) -> Cell:
    """A bound that may be absent by the nature of the data: one pupil, one score."""
    if status == "ok" and russian.is_missing(value):
        return Cell(None, "—", Status.NOT_APPLICABLE)
    return decimal(value, decimals, status)


def _apart(is_apart: object) -> str:
    if russian.is_missing(is_apart):
        return text("objectivity_text", "apart_unknown")
    return text("yes_no", "yes" if is_apart else "no")


def objectivity_indicators(o: Objectivity) -> DisplayTable:
    """Shares that documents name without a border, school by school, with counts."""
    shown = [(document, one) for document, one in o.indicators_of if one.measure != "mean_excess"]
    rows = o.of_year(o.indicators)
    rows = rows[rows["work_id"] == ALL_WORKS].set_index(
        ["regulation_id", "indicator_id", "school_id"]
    )
    schools = by_school(o.of_year(o.schools)[["school_id"]].drop_duplicates(), o.labels)
    return build_table(
        "objectivity_indicators",
        (
            text_column("school", 2.2),
            *(DisplayColumn(one.id, one.short_title, width=1.4) for _, one in shown),
        ),
        tuple(
            (
                words(o.labels.school(school)),
                *(
                    _indicator(rows, (document.regulation_id, one.id, school))
                    for document, one in shown
                ),
            )
            for school in schools["school_id"]
        ),
        year=russian.school_year(o.assessment_year),
        report=str(o.report_participants),
    )


def _indicator(rows: pd.DataFrame, key: tuple[str, str, str]) -> Cell:
    """«30,4 % (31 из 102)»; counts alone where they are few."""
    if key not in rows.index:
        return Cell(None, "—", Status.NOT_APPLICABLE)
    row = rows.loc[key]
    if row["status"] in ("ok", "too_few"):
        counts = text(
            "objectivity_text",
            "of_total",
            n=str(row["numerator"]),
            total=str(row["denominator"]),
        )
        if row["status"] == "too_few":
            return words(counts)
        value = russian.percent(float(row["value"]))
        return words(text("objectivity_text", "share_of", value=value, counts=counts))
    return words(text("objectivity_status", row["status"]))


def medals(o: Objectivity) -> DisplayTable:
    """Medals against the ЕГЭ by school and year."""
    rows = by_school(o.medals.sort_values("assessment_year", ascending=False), o.labels)
    return build_table(
        "medals",
        (
            text_column("school", 2.4),
            text_column("year", 1.0),
            count_column("claims", 1.0),
            count_column("unconfirmed", 1.1),
            text_column("share", 1.8),
            count_column("reported", 1.2),
            count_column("differ", 1.2),
        ),
        tuple(
            (
                words(o.labels.school(row.school_id)),
                words(russian.school_year(row.assessment_year)),
                whole(row.n_claims),
                whole(row.n_unconfirmed),
                words(_medal_share(row)),
                whole(row.n_reported_unconfirmed),
                whole(row.n_differ),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def _medal_share(row: Any) -> str:
    if row.status != "ok":
        return text("medal_status", row.status)
    return text(
        "objectivity_text",
        "share_interval",
        value=russian.percent(row.unconfirmed_share),
        lower=russian.percent_points(row.unconfirmed_share_lower, 0),
        upper=russian.percent_points(row.unconfirmed_share_upper, 0),
    )


def objectivity_rules(o: Objectivity) -> tuple[DisplayTable, ...]:
    """What every document says of objectivity, with the source of each part."""
    return tuple(_rules(one, o) for one in o.documents)


def _rules(document: ObjectivityRules, o: Objectivity) -> DisplayTable:
    items, titles = rule_items_of("objectivity", document), indicator_titles(document)
    return build_table(
        "objectivity_rules",
        (
            text_column("parameter", 2.6),
            text_column("value", 2.2),
            text_column("source", 3.8),
            text_column("confidence", 1.4),
        ),
        tuple(
            (
                words(rule_label(item, titles)),
                words(rule_value(item.entry, o.labels.subjects, titles)),
                words("; ".join(filter(None, (item.entry.clause, item.entry.source)))),
                words(text("confidence", item.entry.confidence)),
            )
            for item in items
        ),
        document=document.document_title,
    )


def training_objectivity(planted: pd.DataFrame, o: Objectivity) -> tuple[Block, ...]:
    """Set what was planted beside the markers by the letter; nothing for a real place.

    Parameters
    ----------
    planted : DataFrame
        ``school_id``, ``case``, ``why``; no rows for a real place.
    o : Objectivity
        What was found.
    """
    if planted.empty:
        return ()
    rows = planted[planted["case"].isin(CASES)]
    marks, said = o.marks_by_school.set_index("school_id"), _said_of(o)
    return (
        Heading(2, text("training", "heading")),
        Paragraph((Run(text("objectivity_text", "training")),)),
        build_table(
            "training_objectivity",
            (
                text_column("school", 2.0),
                text_column("why", 3.4),
                text_column("found", 3.4),
                share_column("lowered", 0.9),
                share_column("raised", 0.9),
            ),
            tuple(
                (
                    words(o.labels.school(row.school_id)),
                    words(row.why),
                    _found(said, row.school_id),
                    _mark_share(marks, row.school_id, "n_lowered", o.report_participants),
                    _mark_share(marks, row.school_id, "n_raised", o.report_participants),
                )
                for row in by_school(rows, o.labels).itertuples(index=False)
            ),
        ),
    )


def _found(said: dict[tuple[str, str], list[str]], school_id: str) -> Cell:
    own = [one for (_, school), several in said.items() if school == school_id for one in several]
    return words("; ".join(own) or text("letter_verdict", "without_signs"))


def _mark_share(marks: pd.DataFrame, school_id: str, count: str, least: int) -> Cell:
    if school_id not in marks.index:
        return Cell(None, text("status", "no_data"), Status.NO_DATA)
    row = marks.loc[school_id]
    n = int(row["n_mark_pairs"])
    return part(row[count] / n, "ok" if n >= least else "too_few")
