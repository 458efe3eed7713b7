"""The training section: what was planted in the invented municipality beside what was found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.document import Block, DisplayTable, Heading, Paragraph, Run
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.build import build_table, count_column, text_column, whole, words
from shnor_analysis.report.texts import load_texts, text

# Sizes of schools in pupils: the last number of every band.
SIZE_ENDS = (25, 60, 150, 350)
# Cases of the invented municipality that are about conditions.
CASES = ("disadvantaged_and_low", "disadvantaged_ok", "resilient")


def training(planted: pd.DataFrame, c: Conditions) -> tuple[Block, ...]:
    """Compare the list with what was planted; nothing for a real place.

    Parameters
    ----------
    planted : DataFrame
        ``school_id``, ``case``, ``why``, ``n_pupils``, ``adversity``; no rows for a real place.
    c : Conditions
        What was found.

    Returns
    -------
    tuple of Block
        A heading, how to read it, a table by size of school and one by planted case.
    """
    if planted.empty:
        return ()
    rows = c.schools.merge(planted, on="school_id", validate="1:1", suffixes=("", "_true"))
    rows = rows[rows["adverse_conditions"] != "not_assessed"]
    cut = rows["adversity"].quantile(1 - c.rule.index.cut_percent.value / 100)
    rows = rows.assign(
        is_true=rows["adversity"] >= cut,
        is_found=rows["adverse_conditions"] == "included",
        band=np.digitize(rows["n_pupils_true"].to_numpy(dtype=float), SIZE_ENDS, right=True),
    )
    return (
        Heading(2, str(load_texts()["training"]["heading"])),
        Paragraph((Run(text("training", "how", percent=str(c.rule.index.cut_percent.value))),)),
        _by_size(rows),
        _by_case(rows, c),
    )


def _by_size(rows: pd.DataFrame) -> DisplayTable:
    lines = [
        (
            words(_band(int(band))),
            whole(len(group)),
            whole(group["is_true"].sum()),
            whole((group["is_true"] & group["is_found"]).sum()),
            whole((~group["is_true"] & group["is_found"]).sum()),
        )
        for band, group in rows.groupby("band", sort=True)
    ]
    return build_table(
        "training_by_size",
        (
            text_column("size", 2.0),
            *(count_column(name, 1.0) for name in ("n", "planted", "found", "extra")),
        ),
        tuple(lines),
    )


def _band(place: int) -> str:
    first = 1 if place == 0 else SIZE_ENDS[place - 1] + 1
    if place == len(SIZE_ENDS):
        return text("training", "from", first=str(first))
    return text("training", "between", first=str(first), last=str(SIZE_ENDS[place]))


def _by_case(rows: pd.DataFrame, c: Conditions) -> DisplayTable:
    chosen = by_school(rows[rows["case"].isin(CASES)], c.labels)
    return build_table(
        "training_by_case",
        (
            text_column("school", 2.4),
            text_column("why", 4.0),
            text_column("adverse", 1.4),
            text_column("resilience", 1.8),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(row.why),
                words(text("decision", row.adverse_conditions)),
                words(text("resilience", row.resilience)),
            )
            for row in chosen.itertuples(index=False)
        ),
        extra=russian.listing(c.names(rows[rows["is_found"] & ~rows["is_true"]])),
        missed=russian.listing(c.names(rows[~rows["is_found"] & rows["is_true"]])),
    )
