"""Sentences made from the tables: the findings, the gaps and how to read the verdicts."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.methodology import LowResultsRule, Place
from shnor_analysis.report import russian
from shnor_analysis.report.document import Callout, Listing, Paragraph, Run
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.texts import load_texts, text

EVIDENCE_ORDER = ("sure", "likely", "borderline", "few_data")


def cover(
    place: Place, rule: LowResultsRule, assessment_year: int, works: pd.DataFrame
) -> dict[str, object]:
    """Title-block record: place, year, rule, edition; dated by the last work, not by the clock."""
    facts = [
        [text("cover", "region"), place.region_name],
        [text("cover", "monitoring"), place.responsible.monitoring],
        [text("cover", "term"), place.terms.low_results],
        [
            text("cover", "rule"),
            text(
                "cover",
                "rule_source",
                title=rule.title,
                document=rule.document,
                source=rule.document_source,
            ),
        ],
        [text("cover", "mode"), text("rule_mode", rule.mode.value)],
        [text("cover", "edition"), text("cover", "edition_internal")],
    ]
    return _cover(place, assessment_year, works, facts)


def files_cover(place: Place, assessment_year: int, works: pd.DataFrame) -> dict[str, object]:
    """Title-block record of a paper about the files: the place, the year, no rule."""
    facts = [
        [text("cover", "monitoring"), place.responsible.monitoring],
        [text("cover", "edition"), text("cover", "edition_internal")],
    ]
    return {**_cover(place, assessment_year, works, facts), "compact": True}


def _cover(
    place: Place, assessment_year: int, works: pd.DataFrame, facts: list[list[str]]
) -> dict[str, object]:
    dates = works.loc[works["assessment_year"] == assessment_year, "exam_date"].dropna()
    year = russian.school_year(assessment_year)
    return {
        "type": "document",
        "subtitle": text("cover", "subtitle", place=place.name, year=year),
        "facts": facts,
        "created": str(dates.max()) if len(dates) else f"{assessment_year}-08-31",
    }


def headline(decisions: pd.DataFrame, evidence: pd.DataFrame, labels: Labels) -> Listing:
    """Say the findings about low results in three or four sentences."""
    year = int(decisions["assessment_year"].max())
    if (decisions["decision"] == "not_assessed").all():
        nothing = text(
            "headline",
            "nothing",
            total=russian.counted(len(decisions), "школы", "школ", "школ"),
            year=russian.school_year(year),
        )
        return Listing(((Run(nothing),),))
    included = decisions[decisions["decision"] == "included"]
    unassessed = decisions[decisions["decision"] == "not_assessed"]
    current = evidence[evidence["assessment_year"] == year]
    low = current[current["is_low"]]
    sentences = [
        text(
            "headline",
            "included" if len(included) else "none_included",
            year=russian.school_year(year),
            assessed=russian.integer(len(decisions) - len(unassessed)),
            total=russian.counted(len(decisions), "школы", "школ", "школ"),
            n=russian.counted(len(included), "школы", "школ", "школ"),
        )
    ]
    for code in EVIDENCE_ORDER:
        schools = included[included["evidence"] == code]
        if len(schools):
            sentences.append(text("headline", code, names=labels.names(schools)))
    sentences.append(
        text(
            "headline",
            "procedures",
            low=russian.integer(len(low)),
            total=russian.integer(int(current["is_low"].notna().sum())),
            small=russian.integer(int((low["size_class"] != "reliable").sum())),
        )
    )
    unjudged = int(current["is_low"].isna().sum())
    if unjudged:
        n = russian.counted(unjudged, *load_texts()["pairs_counted"])
        sentences.append(text("headline", "unjudged", n=n))
    unrepeated = int((decisions["n_compared"] == 0).sum()) - len(unassessed)
    if unrepeated > 0:
        sentences.append(
            text(
                "headline",
                "unrepeated",
                n=russian.counted(unrepeated, "школы", "школ", "школ"),
            )
        )
    if len(unassessed):
        sentences.append(text("headline", "not_assessed", names=labels.names(unassessed)))
    return Listing(tuple((Run(sentence),) for sentence in sentences))


def rule_clauses(rule: LowResultsRule) -> Listing:
    """Spell out the conditions А, Б and В with the numbers of the rule."""
    share = rule.share_numerator.value / rule.share_denominator.value
    fields = {"share": russian.percent(share, 0), "n": str(rule.min_low_procedures.value)}
    return Listing(
        tuple(
            (Run(f"{letter}:", bold=True), Run(f" {text('clause', code, **fields)}."))
            for letter, code in zip("АБВ", "ABC", strict=True)
        )
    )


def evidence_key(rule: LowResultsRule) -> Listing:
    """Explain the four words of certainty with the numbers of the rule."""
    fields = {
        "sure": russian.percent(rule.sure_probability.value, 0),
        "likely": russian.percent(rule.likely_probability.value, 0),
        "reliable": str(rule.reliable_participants.value),
    }
    return Listing(
        tuple(
            (
                Run(text("evidence", code).capitalize(), bold=True),
                Run(f" — {text('evidence_explained', code, **fields)}."),
            )
            for code in EVIDENCE_ORDER
        )
    )


def gap(section: str, source_files: pd.DataFrame, place: Place) -> Callout:
    """Say that a section is not filled, why, and which of its files have come already."""
    words = load_texts()["gap"][section]
    paragraphs = [
        Paragraph((Run(words["title"], bold=True),)),
        Paragraph(
            (
                Run(
                    words["text"].format(
                        low_results=place.terms.low_results,
                        adverse_conditions=place.terms.adverse_conditions,
                        decisions=place.responsible.decisions,
                    )
                ),
            )
        ),
    ]
    received = source_files[source_files["family"].isin(words["families"])]
    if words["families"]:
        counts = received.groupby("family").size()
        names = [
            f"{text('family', family)} — {russian.integer(int(counts.get(family, 0)))}"
            for family in words["families"]
        ]
        paragraphs.append(Paragraph((Run(text("gap_files", "received", names="; ".join(names))),)))
    return Callout(tuple(paragraphs))


def data_summary(source_files: pd.DataFrame, issues: pd.DataFrame) -> Listing:
    """Count the files and the remarks, and say what happened to the rows in error."""
    read = int((source_files["status"] == "read").sum())
    severity = issues["severity"].value_counts()
    return Listing(
        (
            (
                Run(
                    text(
                        "data_summary",
                        "files",
                        total=russian.counted(len(source_files), "файл", "файла", "файлов"),
                        read=russian.integer(read),
                        rows=russian.counted(
                            int(source_files["n_rows"].sum()), "строка", "строки", "строк"
                        ),
                    )
                ),
            ),
            (
                Run(
                    text(
                        "data_summary",
                        "issues",
                        total=russian.counted(len(issues), "замечание", "замечания", "замечаний"),
                        errors=russian.integer(int(severity.get("error", 0))),
                        queries=russian.integer(int(severity.get("query", 0))),
                    )
                ),
            ),
        )
    )


def norms_summary(norm_status: pd.DataFrame) -> Paragraph:
    """Say whether norms of the region came and how many verdicts are weaker without them."""
    weaker = int((norm_status["status"] != "full").sum())
    if (norm_status["reason"] == "no_norms_file").any():
        code = "no_file"
    else:
        code = "incomplete" if weaker else "complete"
    fields = {
        "n": russian.integer(weaker),
        "total": russian.integer(len(norm_status)),
    }
    return Paragraph((Run(text("norms_summary", code, **fields)),))
