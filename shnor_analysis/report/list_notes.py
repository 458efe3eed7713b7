"""Sentences about lists of indicators: what is the letter of the document and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_analysis.methodology import Confidence, LowResultsList, rule_items_of
from shnor_analysis.report import russian
from shnor_analysis.report.document import Listing, Paragraph, Run
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.rules import indicator_titles, rule_label
from shnor_analysis.report.school_groups import ALL_SCHOOLS, group_words
from shnor_analysis.report.texts import text

_CONTEXT = "context"


def list_notes(
    lists: tuple[LowResultsList, ...],
    decisions: pd.DataFrame,
    years: pd.DataFrame,
    territory: pd.DataFrame,
    labels: Labels,
    assessment_year: int,
) -> tuple[Paragraph | Listing, ...]:
    """Say of every list what its document gives, what was chosen, and among whom schools stand.

    Parameters
    ----------
    lists : tuple of LowResultsList
        The lists the place applies.
    decisions, years, territory : DataFrame
        Keep the contracts ``low_results_index``, ``low_results_index_years`` and
        ``low_results_indicators_territory``.
    labels : Labels
        Names of schools.
    assessment_year : int
        The last year.
    """
    blocks: list[Paragraph | Listing] = []
    for one in lists:
        document = text("indicator_list", "document", document=one.document)
        sentences = [
            *_letter(one),
            *_empty(one, _of(territory, one, assessment_year)),
            *_compared(one, _of(years, one, assessment_year)),
            *_without_groups(_of(decisions, one, assessment_year), labels),
        ]
        blocks.append(Paragraph((Run(f"{one.title}. ", bold=True), Run(document))))
        blocks.append(Listing(tuple((Run(sentence),) for sentence in sentences)))
    return tuple(blocks)


def _of(rows: pd.DataFrame, rules: LowResultsList, assessment_year: int) -> pd.DataFrame:
    is_year = rows["assessment_year"] == assessment_year
    return rows[is_year & (rows["regulation_id"] == rules.id)]


def _letter(rules: LowResultsList) -> Iterator[str]:
    cited = [one for one in rules.indicators if one.is_letter]
    partly = [
        one for one in rules.indicators if one.confidence == Confidence.REGULATION and one.own_parts
    ]
    yield text(
        "indicator_list",
        "letter" if cited or partly else "no_letter",
        n=str(len(cited)),
        total=russian.counted(len(rules.indicators), "показателя", "показателей", "показателей"),
    )
    if partly:
        parts = [
            text(
                "indicator_list",
                "partly_one",
                title=one.short_title,
                parts=", ".join(text("own_part", own.part) for own in one.own_parts),
            )
            for one in partly
        ]
        yield text("indicator_list", "partly", n=str(len(partly)), parts="; ".join(parts))
    own = [
        rule_label(item, indicator_titles(rules))
        for item in rule_items_of("low_results_indicators", rules)
        if item.key.startswith("index.") and item.entry.confidence == Confidence.PROJECT_DEFAULT
    ]
    if own:
        fields = "; ".join(label[0].lower() + label[1:] for label in own)
        yield text("indicator_list", "own", fields=fields)


def _empty(rules: LowResultsList, territory: pd.DataFrame) -> Iterator[str]:
    n_known = territory["n_schools_ok"] + territory["n_schools_too_few"]
    empty = set(territory.loc[n_known == 0, "indicator_id"])
    titles = [one.short_title for one in rules.indicators if one.id in empty]
    if titles:
        yield text("indicator_list", "empty", titles="; ".join(titles))


def _compared(rules: LowResultsList, years: pd.DataFrame) -> Iterator[str]:
    n_known = int(years["index"].notna().sum())
    if not n_known:
        return
    code = {"territory": "whole", "territory_for_region": "instead", "region": "region"}
    schools = russian.counted(n_known, "школе", "школам", "школам")
    yield text("indicator_list", code[years["reference"].iloc[0]], n=schools)
    if years["is_small_reference"].any():
        least = str(rules.index.min_reference_schools.value)
        yield text("indicator_list", "small", least=least)
    if rules.index.clusters.value == "none":
        return
    groups = years["school_group"]
    if _CONTEXT in rules.index.clusters.value and not groups.str.contains(_CONTEXT).any():
        yield text("indicator_list", "no_conditions")
    is_outside = years["compared_with"] == ALL_SCHOOLS
    is_inside = ~is_outside & (years["compared_with"] == groups)
    parts = {"inside": is_inside, "wider": ~is_inside & ~is_outside, "outside": is_outside}
    least = str(rules.index.min_cluster_schools.value)
    for code_, part in parts.items():
        counted = _counts(groups[part & years["index"].notna()])
        if counted:
            yield text("indicator_list", code_, groups=counted, least=least)


def _without_groups(decisions: pd.DataFrame, labels: Labels) -> Iterator[str]:
    """What comparing within groups changes; nothing where schools are not divided."""
    known = decisions[decisions["is_included_undivided"].notna()]
    if known.empty:
        return
    is_listed = known["decision"] == "included"
    would_be = known["is_included_undivided"].astype(bool)
    changes = {"only_grouped": is_listed & ~would_be, "only_undivided": ~is_listed & would_be}
    if not any(one.any() for one in changes.values()):
        yield text("indicator_list", "groups_change_nothing")
    for code, part in changes.items():
        if part.any():
            yield text("indicator_list", code, names=labels.names(known[part]))


def _counts(groups: pd.Series) -> str:
    """«средние школы — 18; основные школы — 3»."""
    return "; ".join(
        text("indicator_list", "group_part", name=group_words(str(code)), n=russian.integer(n))
        for code, n in groups.value_counts(sort=False).sort_index().items()
    )
