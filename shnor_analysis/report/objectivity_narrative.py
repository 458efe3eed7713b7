"""Sentences about objectivity by the letter: what was found, how much of it chance gives."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_analysis.report import russian, tables
from shnor_analysis.report.document import Block, Listing, Paragraph, Run
from shnor_analysis.report.labels import Labels, by_school
from shnor_analysis.report.objectivity import Objectivity
from shnor_analysis.report.texts import load_texts, text


def opening(_: Objectivity) -> Paragraph:
    """Say what a marker is and what ВПР may not be used for."""
    return Paragraph((Run(text("objectivity_text", "opening"), bold=True),))


def headline(o: Objectivity) -> Listing:
    """Say how many schools have markers, how many by chance, what could not be tested."""
    return Listing(tuple((Run(sentence),) for sentence in _sentences(o)))


def _sentences(o: Objectivity) -> Iterator[str]:
    for document in o.with_markers:
        rows = o.of_year(o.territory)
        rows = rows[rows["regulation_id"] == document.regulation_id]
        if rows.empty or not int(rows["n_tested"].iloc[0]):
            yield text("objectivity_text", "nothing_tested", document=document.document_title)
            continue
        row = rows.iloc[0]
        yield text(
            "objectivity_text",
            "found",
            document=document.document_title,
            year=russian.school_year(o.assessment_year),
            found=str(row["n_with_signs"]),
            tested=russian.counted(int(row["n_tested"]), "школы", "школ", "школ"),
            by_chance=_by_chance(o, document.regulation_id, float(row["n_by_chance"])),
        )
        yield text(
            "objectivity_text",
            "index",
            index=russian.number(float(row["objectivity_index"]), 1),
            lower=russian.number(float(row["index_lower"]), 0),
            upper=russian.number(float(row["index_upper"]), 0),
        )
        yield from _untested(o, document.regulation_id)
    yield from _stable(o)
    yield from _no_school_marks(o)


def _by_chance(o: Objectivity, regulation_id: str, n: float) -> str:
    """How many by chance; at least so many where the chance of a tested school is unknown."""
    rows = o.of_year(o.schools)
    rows = rows[(rows["regulation_id"] == regulation_id) & (rows["n_tested"] > 0)]
    is_least = rows["chance_any"].isna().any()
    key = "by_chance_at_least" if is_least else "by_chance"
    return text("objectivity_text", key, n=russian.number(n, 1))


def _untested(o: Objectivity, regulation_id: str) -> Iterator[str]:
    """Markers that no school could be tested by."""
    rows = o.of_year(o.markers)
    rows = rows[rows["regulation_id"] == regulation_id]
    tested = rows.assign(tested=rows["verdict"] != "not_tested").groupby("marker_id")["tested"]
    never = [name for name, is_tested in tested.any().items() if not is_tested]
    if never:
        no_region = (rows["marker_id"].isin(never) & (rows["reason"] == "no_region")).any()
        yield text(
            "objectivity_text",
            "never_tested_region" if no_region else "never_tested",
            n=russian.counted(len(never), "признак", "признака", "признаков"),
            total=str(rows["marker_id"].nunique()),
        )


def _stable(o: Objectivity) -> Iterator[str]:
    rows = o.of_year(o.schools)
    stable = rows[rows["stable_absence"] == "stable"]
    if len(stable):
        yield text(
            "objectivity_text",
            "stable",
            n=russian.counted(len(stable), "школы", "школ", "школ"),
        )


def _no_school_marks(o: Objectivity) -> Iterator[str]:
    """Indicators of marks that no school has school marks for."""
    rows = o.of_year(o.indicators)
    for document, one in o.indicators_of:
        own = rows[
            (rows["indicator_id"] == one.id) & (rows["regulation_id"] == document.regulation_id)
        ]
        if one.measure == "mismatch_share" and len(own) and (own["status"] == "no_journal").all():
            yield text("objectivity_text", "no_school_marks", title=one.title, clause=one.clause)


def chance_note(o: Objectivity) -> Paragraph:
    """Say how the chance beside a marker is meant."""
    rules = o.with_markers[0].marker_rules if o.with_markers else None
    usual = russian.number(rules.usual_correlation.value, 1) if rules else "—"
    return Paragraph((Run(text("objectivity_text", "chance_note", usual=usual)),))


def own_signs(signs: pd.DataFrame, families: pd.DataFrame, labels: Labels) -> tuple[Block, ...]:
    """The table of our own signs, or why no school could be tested.

    Parameters
    ----------
    signs, families : DataFrame
        Keep the contracts ``objectivity_signs`` and ``objectivity_families``.
    labels : Labels
        Names of schools.
    """
    if len(families) and (families["status"] == "no_norms").all():
        return (Paragraph((Run(load_texts()["own_signs_without_norms"]),)),)
    return (tables.objectivity_signs(signs, families, labels),)


def means_note(o: Objectivity) -> Paragraph:
    """Name the schools above the region beside the reason why that is weak evidence."""
    rows = o.of_year(o.means)
    named = {(m.procedure, m.subject, m.grade) for m in o.marker_by_id.values()}
    is_named = [key in named for key in zip(rows["procedure"], rows["subject"], rows["grade"],
                                            strict=True)]  # fmt: skip
    rows = rows[is_named]
    known = rows[rows["region_mean"].notna()]
    if known.empty:
        return Paragraph((Run(text("objectivity_text", "no_region")),))
    above = known[known["is_apart"].fillna(False).astype(bool)].drop_duplicates("school_id")
    names = [o.labels.school(code) for code in by_school(above, o.labels)["school_id"]]
    return Paragraph(
        (
            Run(
                text(
                    "objectivity_text",
                    "means",
                    known=str(known["work_id"].nunique()),
                    total=str(rows["work_id"].nunique()),
                    names=russian.keep_together(russian.listing(names)),
                )
            ),
        )
    )
