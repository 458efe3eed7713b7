"""Training section: conditions and resilience found beside those of the invented territory."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.report import russian
from shnor_analysis.report.conditions import Conditions
from shnor_analysis.report.document import Block, Cell, DisplayTable, Heading, Paragraph, Run
from shnor_analysis.report.labels import by_school
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    decimal,
    number_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.tables.context_results import resilience_verdict
from shnor_analysis.report.texts import load_texts, text
from shnor_analysis.report.truth import size_words

# Cases of the invented municipality that are about conditions.
RESILIENT = "resilient"
CASES = ("disadvantaged_and_low", "disadvantaged_ok", RESILIENT)


def context_truth(
    truth: pd.DataFrame, size_ends: tuple[int, ...], c: Conditions
) -> tuple[Block, ...]:
    """Set the list of conditions and the resilient schools beside what was planted.

    Parameters
    ----------
    truth : DataFrame
        As :func:`~shnor_analysis.demo.truth_table.truth_table` gives it; without rows there is no
        section.
    size_ends : tuple of int
        Upper ends of the size classes, in pupils.
    c : Conditions
        What was found.

    Returns
    -------
    tuple of Block
        A heading, how to read it, conditions by size of school, resilience by size and the schools
        that matter one by one.
    """
    if truth.empty:
        return ()
    rows = c.schools.merge(truth, on="school_id", validate="1:1", suffixes=("", "_true"))
    assessed = rows["adverse_conditions"] != "not_assessed"
    percent = c.rule.index.cut_percent.value
    hardest = rows.loc[assessed, "adversity"].quantile(1 - percent / 100)
    rows = rows.assign(
        is_hard=assessed & (rows["adversity"] >= hardest),
        is_listed=rows["adverse_conditions"] == "included",
        is_resilient=rows["case"] == RESILIENT,
        is_named=rows["resilience"] == "holds",
        is_likely=rows["resilience_support"].isin(["by_effect", "by_interval"]),
    )
    return (
        Heading(2, str(load_texts()["training"]["heading"])),
        Paragraph((Run(text("training", "how", percent=str(percent))),)),
        _conditions_by_size(rows[assessed], size_ends),
        _resilience_by_size(rows, size_ends),
        _by_case(rows, c),
    )


def _conditions_by_size(rows: pd.DataFrame, size_ends: tuple[int, ...]) -> DisplayTable:
    kinds = {
        "n": pd.Series(data=True, index=rows.index),
        "planted": rows["is_hard"],
        "found": rows["is_hard"] & rows["is_listed"],
        "missed": rows["is_hard"] & ~rows["is_listed"],
        "extra": ~rows["is_hard"] & rows["is_listed"],
    }
    return _by_size("training_by_size", rows, kinds, size_ends)


def _resilience_by_size(rows: pd.DataFrame, size_ends: tuple[int, ...]) -> DisplayTable:
    is_true = rows["is_resilient"]
    kinds = {
        "planted": is_true,
        "found": is_true & rows["is_named"],
        "found_likely": is_true & rows["is_likely"],
        "missed": is_true & ~rows["is_named"],
        "extra": ~is_true & rows["is_named"],
        "extra_likely": ~is_true & rows["is_likely"],
    }
    return _by_size("training_resilience", rows, kinds, size_ends)


def _by_size(
    name: str, rows: pd.DataFrame, kinds: dict[str, pd.Series], size_ends: tuple[int, ...]
) -> DisplayTable:
    """Count schools of every kind in every size class, and in all."""
    counts = pd.DataFrame(kinds).groupby(rows["size_class"]).sum()
    counts = counts.reindex(range(len(size_ends) + 1), fill_value=0)
    lines = [(size_words(int(code), size_ends), counts.loc[code]) for code in counts.index]
    lines.append((text("truth", "all"), counts.sum()))
    return build_table(
        name,
        (text_column("size", 1.8), *(count_column(kind, 1.0) for kind in kinds)),
        tuple((words(size), *(whole(line[kind]) for kind in kinds)) for size, line in lines),
    )


def _by_case(rows: pd.DataFrame, c: Conditions) -> DisplayTable:
    """Schools planted for their conditions and all that were named resilient."""
    chosen = by_school(rows[rows["case"].isin(CASES) | rows["is_named"]], c.labels)
    return build_table(
        "training_by_case",
        (
            text_column("school", 2.4),
            text_column("why", 4.0),
            number_column("adversity", 1.0, 1),
            text_column("adverse", 1.4),
            text_column("resilience", 2.2),
            text_column("truth", 1.4),
        ),
        tuple(
            (
                words(c.labels.school(row.school_id)),
                words(row.why),
                decimal(row.adversity, 1),
                words(text("decision", row.adverse_conditions)),
                words(resilience_verdict(row)),
                _judged(is_true=row.is_resilient, is_named=row.is_named),
            )
            for row in chosen.itertuples(index=False)
        ),
        extra=russian.listing(c.names(rows[rows["is_listed"] & ~rows["is_hard"]])),
        missed=russian.listing(c.names(rows[~rows["is_listed"] & rows["is_hard"]])),
    )


def _judged(*, is_true: bool, is_named: bool) -> Cell:
    judgement = {
        (True, True): "found",
        (True, False): "missed",
        (False, True): "extra",
        (False, False): "rightly_not",
    }[is_true, is_named]
    words_of = text("training_judgement", judgement)
    return Cell(words_of, words_of, emphasis=is_true != is_named)
