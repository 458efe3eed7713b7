"""Tables of the conditions of schools: the list, its indicators, what it depends on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.document import Cell, DisplayColumn, DisplayTable, Kind, Status
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    decimal,
    number_column,
    part,
    share_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, text
from shnor_analysis.stats.sensitivity import jaccard, list_change


def adverse_list(c: Conditions, *, for_publication: bool = False) -> DisplayTable:
    """Schools in adverse conditions, in alphabetical order, with the index and the stability.

    Parameters
    ----------
    c : Conditions
        What is printed.
    for_publication : bool
        Do not name an indicator that speaks of fewer pupils than may be printed.
    """
    rows = by_school(c.adverse[c.adverse["decision"] == "included"], c.labels)
    table = build_table(
        "adverse_list",
        (
            text_column("school", 2.6),
            number_column("index", 0.8, 1),
            text_column("strongest", 3.6),
            text_column("evidence", 1.4),
            text_column("variants", 1.0),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                decimal(row.social_index, 1),
                words(_strongest(c, row.school_id, for_publication)),
                Cell(
                    text("condition_evidence", row.evidence),
                    text("condition_evidence", row.evidence),
                    emphasis=row.evidence == "core",
                ),
                words(_of(row.n_variants_low, row.n_variants)),
            )
            for row in rows.itertuples(index=False)
        ),
        term=c.terms.adverse_conditions,
        cut=_cut(c),
        core=russian.percent(c.rules.core_percent.share, 0),
    )
    small = _small_schools(c, rows)
    if not small:
        return table
    note = text(
        "condition",
        "small_schools",
        n=str(c.reliable_participants),
        names=russian.keep_together("; ".join(small)),
    )
    return replace(table, notes=(*table.notes, note))


def _small_schools(c: Conditions, listed: pd.DataFrame) -> list[str]:
    """Names of the listed schools in which one pupil changes a share notably."""
    shares = c.own_indicators.query("status == 'ok'")["denominator"].dropna()
    small = shares[shares < c.reliable_participants].index.get_level_values("school_id")
    return c.names(listed[listed["school_id"].isin(small)])


def _strongest(c: Conditions, school_id: str, for_publication: bool) -> str:
    """The indicators that pull the index of a school down, in the order of the rule."""
    own = c.parts[c.parts["school_id"] == school_id].set_index("indicator")["part"].astype(float)
    half = own[own < 0].sum() / 2
    chosen: list[str] = []
    total = 0.0
    for name, value in own[own < 0].sort_values(kind="stable").items():
        if chosen and total <= half:
            break
        chosen.append(str(name))
        total += value
    hidden = _of_few_pupils(c, school_id) if for_publication else set()
    titles = [title for name, title in c.titles.items() if name in chosen and name not in hidden]
    if hidden.intersection(chosen):
        titles.append(text("condition", "of_few_pupils"))
    return "; ".join(title if not place else _small(title) for place, title in enumerate(titles))


def _of_few_pupils(c: Conditions, school_id: str) -> set[str]:
    """Indicators of a school that count fewer pupils than may be printed."""
    own = c.own_indicators.loc[school_id]
    return set(own.index[(own["numerator"] < c.min_participants).fillna(False)])


def _small(title: str) -> str:
    return title[:1].lower() + title[1:]


def _of(count: int, whole_number: int) -> str:
    return text("condition", "of", n=str(count), total=str(whole_number))


def _cut(c: Conditions) -> str:
    return russian.number(_optional(c.quality["cut"].iloc[0]))


def _optional(value: Any) -> float | None:
    return None if russian.is_missing(value) else float(value)


def adverse_decisions(c: Conditions) -> DisplayTable:
    """One line for every school: included, not included, not assessed, and why."""
    known = c.index[c.index["assessment_year"] == c.assessment_year]
    rows = by_school(
        c.adverse.merge(
            known[["school_id", "n_known", "n_indicators"]],
            on="school_id",
            how="left",
            validate="1:1",
        ),
        c.labels,
    )
    return build_table(
        "adverse_decisions",
        (text_column("school", 2.8), text_column("decision", 1.4), text_column("reason", 4.4)),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                Cell(
                    text("decision", row.decision),
                    text("decision", row.decision),
                    emphasis=row.decision == "included",
                ),
                words(_reason(c, row)),
            )
            for row in rows.itertuples(index=False)
        ),
        term=c.terms.adverse_conditions,
    )


def _reason(c: Conditions, row: Any) -> str:
    rule = c.rule.index
    sentence = text(
        "condition_reason",
        row.reason_code,
        year=russian.school_year(c.assessment_year),
        index=russian.number(_optional(row.social_index)),
        cut=_cut(c),
        low=str(row.n_low_years),
        years=str(row.n_years),
        window=str(rule.window_years.value),
        known=str(row.n_known),
        total=str(row.n_indicators),
        needed=f"{rule.required_weight.numerator}/{rule.required_weight.denominator}",
        schools=str(rule.min_reference_schools.value),
    )
    if row.evidence == "near":
        near = text("condition", "near", variants=_of(row.n_variants_low, row.n_variants))
        sentence = f"{sentence}; {near}"
    return sentence


def condition_values(c: Conditions) -> DisplayTable:
    """Every indicator of every school in the year: share, answer, or why there is none."""
    own = c.own_indicators
    schools = by_school(c.adverse, c.labels)["school_id"]
    return build_table(
        "condition_values",
        (
            text_column("school", 2.4),
            *(
                DisplayColumn(one.id, one.title, _kind(one.kind), 1, 1.0)
                for one in c.rule.indicators
            ),
        ),
        tuple(
            (
                words(c.labels.school(school)),
                *(_value(own.loc[(school, name)]) for name in c.titles),
            )
            for school in schools
        ),
        wide=True,
        year=russian.school_year(c.assessment_year),
    )


def _kind(kind: str) -> Kind:
    return Kind.SHARE if kind == "share" else Kind.TEXT


def _value(row: pd.Series) -> Cell:
    mark = load_texts()["condition"]["differ"] if row["sources_differ"] else ""
    if row["status"] != "ok":
        return Cell(None, text("status", row["status"]) + mark, Status(row["status"]))
    if row["kind"] == "yes_no":
        answer = text("yes_no", "yes" if row["value"] == 1 else "no")
        return Cell(answer, answer + mark, emphasis=bool(row["value"] == 1))
    cell = part(row["value"])
    return Cell(cell.value, cell.text + mark, cell.status)


def condition_gaps(c: Conditions) -> DisplayTable:
    """Values that are missing or could not be used, with the reason."""
    rows = c.indicators[
        (c.indicators["regulation_id"] == c.adverse["regulation_id"].iloc[0])
        & (c.indicators["assessment_year"] == c.assessment_year)
        & (c.indicators["status"] != "ok")
    ]
    rows = by_school(rows, c.labels)
    return build_table(
        "condition_gaps",
        (text_column("school", 2.6), text_column("indicator", 2.6), text_column("reason", 3.6)),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(c.titles[row.indicator]),
                words(text("condition_gap", row.reason)),
            )
            for row in rows.itertuples(index=False)
        ),
    )


def condition_differences(c: Conditions) -> DisplayTable:
    """Numbers on which sources disagree: what was taken and what the others say."""
    rows = c.evidence[c.evidence["assessment_year"] == c.assessment_year]
    taken = rows[rows["is_trusted"]]
    pairs = rows[rows["differs"]].merge(
        taken, on=["school_id", "code"], suffixes=("", "_taken"), validate="m:1"
    )
    pairs = by_school(pairs, c.labels)
    return build_table(
        "condition_differences",
        (
            text_column("school", 2.4),
            text_column("what", 1.6),
            number_column("taken", 0.8),
            text_column("taken_from", 2.4),
            number_column("other", 0.8),
            text_column("other_from", 2.4),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(_code(row.code)),
                decimal(row.value_taken, 0),
                words(_place(row.source_taken, row.source_file_taken, row.source_row_taken)),
                decimal(row.value, 0),
                words(_place(row.source, row.source_file, row.source_row)),
            )
            for row in pairs.itertuples(index=False)
        ),
    )


def _code(code: str) -> str:
    return text("context_indicator", code)


def _place(source: str, file: str, row: int) -> str:
    return text(
        "condition", "place", source=text("rule_source", source), file=file, row=str(int(row))
    )


def condition_sources(c: Conditions) -> DisplayTable:
    """Where the numbers taken into the index came from: file, sheet, row."""
    rows = c.evidence[
        (c.evidence["assessment_year"] == c.assessment_year) & c.evidence["is_trusted"]
    ]
    rows = by_school(rows, c.labels)
    return build_table(
        "condition_sources",
        (
            text_column("school", 2.4),
            text_column("what", 2.4),
            number_column("value", 0.7),
            text_column("file", 3.4),
            text_column("sheet", 1.6),
            count_column("row", 0.6),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(_code(row.code)),
                decimal(row.value, 0),
                words(row.source_file),
                words(row.source_sheet),
                whole(row.source_row),
            )
            for row in rows.itertuples(index=False)
        ),
        sheet_only=True,
    )


def social_reference(c: Conditions) -> DisplayTable:
    """Mean, spread, direction and weight of every indicator in the schools of reference."""
    rows = c.reference.set_index("indicator").reindex(list(c.titles))
    kinds = {one.id: one.kind for one in c.rule.indicators}
    first = rows.iloc[0]
    return build_table(
        "social_reference",
        (
            text_column("indicator", 3.2),
            text_column("direction", 1.8),
            count_column("weight", 0.6),
            count_column("n_schools", 0.7),
            share_column("mean", 0.9),
            share_column("sd", 1.0),
            text_column("state", 1.8),
        ),
        tuple(
            (
                words(c.titles[str(name)]),
                words(_direction(kinds[str(name)], row.direction)),
                whole(row.weight),
                whole(row.n_schools),
                part(row["mean"]),
                part(row.sd),
                words("" if russian.is_missing(row.state) else text("indicator_state", row.state)),
            )
            for name, row in rows.iterrows()
        ),
        origin=text("reference_origin", first["origin"]),
        years=reference_years(c),
    )


def _direction(kind: str, direction: int) -> str:
    return text("condition_direction", f"{kind}_{'worse' if direction < 0 else 'better'}")


def reference_years(c: Conditions) -> str:
    """«2024/25–2026/27»: the years for which the reference holds."""
    quality = c.quality.iloc[0]
    if russian.is_missing(quality["reference_year"]):
        return russian.NO_DATA
    first, last = int(quality["reference_year"]), int(quality["last_year"])
    years = (russian.school_year(first), russian.school_year(last))
    return years[0] if first == last else f"{years[0]} — {years[1]}"


def social_weights(c: Conditions) -> DisplayTable:
    """Weights of the rule beside those that data suggest."""
    table = c.weights.pivot_table(index="indicator", columns="variant", values="weight")
    variants = [name for name in load_texts()["weights_variant"] if name in table]
    facts = c.weights.drop_duplicates("variant").set_index("variant")
    explained = [
        text(
            "condition",
            "explained",
            variant=text("weights_variant", name).lower(),
            share=russian.percent(float(facts.loc[name, "explained"]), 0),
            n=str(facts.loc[name, "n_schools"]),
        )
        for name in variants
        if not russian.is_missing(facts.loc[name, "explained"])
    ]
    return build_table(
        "social_weights",
        (
            text_column("indicator", 3.2),
            *(share_column(name, 1.0, 0, text("weights_variant", name)) for name in variants),
        ),
        tuple(
            (words(title), *(part(table.loc[name, variant], decimals=0) for variant in variants))
            for name, title in c.titles.items()
            if name in table.index
        ),
        explained="; ".join(explained) or russian.NO_DATA,
    )


def adverse_variants(c: Conditions) -> DisplayTable:
    """How the list changes with weights and indicators: overlap, who enters, who leaves."""
    base = c.index[c.index["assessment_year"] == c.assessment_year].set_index("school_id")["is_low"]
    rows = []
    for (kind, variant), schools in c.variants.groupby(["kind", "variant"], sort=False):
        known = schools.dropna(subset=["is_low"]).set_index("school_id")["is_low"].astype(bool)
        own = base.reindex(known.index).fillna(False).astype(bool)
        change = list_change(own, known)
        rows.append(
            (
                _variant_order(c, str(kind), str(variant)),
                (
                    words(_variant_name(c, str(kind), str(variant))),
                    whole(known.sum()),
                    part(float(jaccard(own, known)), decimals=0),
                    words(_names(c, known.index[change.entered])),
                    words(_names(c, known.index[change.left])),
                ),
            )
        )
    return build_table(
        "adverse_variants",
        (
            text_column("variant", 3.0),
            count_column("n", 0.7),
            share_column("overlap", 0.9, 0),
            text_column("entered", 2.8),
            text_column("left", 2.8),
        ),
        tuple(cells for _, cells in sorted(rows, key=lambda row: row[0])),
        core=russian.percent(c.rules.core_percent.share, 0),
    )


def _variant_order(c: Conditions, kind: str, variant: str) -> tuple[int, int, str]:
    order = list(load_texts()["variant_kind"]).index(kind)
    place = list(c.titles).index(variant) if kind == "without" else 0
    return order, place, variant


def _variant_name(c: Conditions, kind: str, variant: str) -> str:
    name = {
        "weights": load_texts()["weights_variant"].get(variant),
        "without": c.titles.get(variant),
        "set": c.set_titles.get(variant),
    }[kind]
    shown = str(name or variant)
    return text("variant_kind", kind, name=_small(shown) if kind == "weights" else shown)


def _names(c: Conditions, ids: pd.Index) -> str:
    return "; ".join(c.names(pd.DataFrame({"school_id": list(ids)})))
