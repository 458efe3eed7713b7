"""Sentences about changes over the years: what moved, how sure it is, what could be seen."""

from __future__ import annotations

import pandas as pd

from shnor_analysis.decisions.list_states import LOW
from shnor_analysis.measures.share_changes import BELOW
from shnor_analysis.report import russian, tables
from shnor_analysis.report.document import Block, Listing, Paragraph, Run
from shnor_analysis.report.dynamics import Dynamics
from shnor_analysis.report.tables.dynamics import FOUND, HUNDRED, LEANING
from shnor_analysis.report.texts import load_texts, text

MOVES_TOLD = ("stayed", "entered", "returned", "appeared", "left", "unseen", "closed")
# A chance of so many moves, above which they need no explanation.
USUAL_CHANCE = 0.05
# Sizes of which the sentence about what can be seen speaks.
SMALL_SCHOOL, LARGE_SCHOOL = 10, 100


def dynamics_headline(d: Dynamics) -> Listing:
    """Say the findings about dynamics in a few sentences."""
    sentences = [*_list_sentences(d), *_change_sentences(d), *_result_sentences(d)]
    return Listing(tuple((Run(sentence),) for sentence in sentences))


def dynamics_section(d: Dynamics) -> tuple[Block, ...]:
    """The part of the annual report: findings, lists, confirmed changes, what could be seen."""
    return (
        dynamics_headline(d),
        tables.list_flows(d),
        tables.list_history(d),
        tables.share_changes(d),
        visible_sentence(d),
    )


def norms_note(norm_status: pd.DataFrame) -> tuple[Paragraph, ...]:
    """Say what is weaker here while no norms of the region came; nothing where they did."""
    if not (norm_status["reason"] == "no_norms_file").any():
        return ()
    return (Paragraph((Run(load_texts()["dynamics_norms"]),)),)


def _flow(d: Dynamics) -> pd.Series | None:
    rows = d.flows[(d.flows["list"] == LOW) & (d.flows["assessment_year"] == d.assessment_year)]
    return None if rows.empty else rows.iloc[0]


def _years(d: Dynamics) -> dict[str, str]:
    return {
        "year": russian.school_year(d.assessment_year),
        "before": russian.school_year(d.assessment_year - 1),
        "term": d.terms.low_results,
    }


def _list_sentences(d: Dynamics) -> list[str]:
    flow = _flow(d)
    if flow is None:
        return [text("dynamics_headline", "no_lists", **_years(d))]
    moves = d.moves_of(LOW, d.assessment_year)
    found = [
        text(
            "dynamics_headline",
            "lists",
            now=_schools(flow["n_now"]),
            n_before=str(flow["n_before"]),
            **_years(d),
        )
    ]
    for move in MOVES_TOLD:
        rows = moves[moves["move"] == move]
        if len(rows):
            found.append(text("dynamics_headline", move, names=_names(d, rows), **_years(d)))
    moved = moves[moves["is_real"].notna()]
    if len(moved):
        real = moved[moved["is_real"].astype(bool)]
        found.append(
            text(
                "dynamics_headline",
                "real" if len(real) else "none_real",
                names=_names(d, real) if len(real) else "",
                points=russian.number(HUNDRED * d.rules.real_move.value, 0),
            )
        )
    return [*found, *_chance_sentences(flow)]


def _chance_sentences(flow: pd.Series) -> list[str]:
    """How many schools would have moved although their shares stayed as they were."""
    found = []
    for way, count in (("left", flow["n_left"]), ("entered", flow["n_entered"])):
        expected, p = flow[f"expected_{way}"], flow[f"p_so_many_{way}"]
        if russian.is_missing(expected):
            continue
        sentence = text(
            "dynamics_chance",
            way,
            n=str(count),
            expected=_about(float(expected)),
        )
        if count:
            code = "usual" if float(p) > USUAL_CHANCE else "rare"
            sentence = f"{sentence} {text('dynamics_chance', code, p=_probability(float(p)))}"
        found.append(sentence)
    return found


def _about(expected: float, below_one: str = "below_one") -> str:
    code = below_one if expected < 1 else "about"
    return text("dynamics_chance", code, n=russian.number(expected, 0))


def _probability(p: float) -> str:
    words = load_texts()["probability_words"]
    if p * HUNDRED < 1:
        return str(words["rare"])
    return str(words["sure"]) if (1 - p) * HUNDRED < 1 else russian.percent(p, 0)


def _change_sentences(d: Dynamics) -> list[str]:
    rows = d.schools_changes
    judged = rows[rows["change_class"] != "not_judged"]
    if judged.empty:
        return [text("dynamics_headline", "no_changes", least=str(d.rules.min_participants.value))]
    told = judged[judged["change_class"].isin(FOUND)]
    leaning = judged[judged["change_class"].isin(LEANING)]
    sure = judged[judged["is_confirmed"]]
    sentences = [
        text(
            "dynamics_headline",
            "changes",
            judged=russian.integer(len(judged)),
            told=russian.integer(len(told)),
            leaning=russian.integer(len(leaning)),
            **_by_chance(d, len(judged)),
            sure=russian.integer(len(sure)),
            skipped=russian.integer(int((rows["status"] == "too_few").sum())),
            least=str(d.rules.min_participants.value),
        )
    ]
    for change in FOUND:
        own = sure[sure["change_class"] == change]
        if len(own):
            sentences.append(
                text("dynamics_headline", f"sure_{change}", names=_with_numbers(d, own))
            )
    if len(sure) > sure["school_id"].nunique():
        sentences.append(text("dynamics_headline", "same_pupils"))
    return sentences


def _by_chance(d: Dynamics, n: int) -> dict[str, str]:
    """How many of so many comparisons would be told, and how many lean, though nothing changed."""
    outside = 1 - d.rules.level.value
    leaning = 2 * (1 - d.rules.tendency_probability.value) - outside
    return {
        "told_chance": _about(n * outside, "below_one_comparison"),
        "leaning_chance": _about(n * leaning, "below_one_comparison"),
    }


def _with_numbers(d: Dynamics, rows: pd.DataFrame) -> str:
    counts = rows["school_id"].value_counts()
    codes = {d.labels.school(code): int(n) for code, n in counts.items()}
    return russian.keep_together(
        "; ".join(
            f"{name} ({russian.counted(codes[name], *load_texts()['comparisons_counted'])})"
            for name in d.names(rows)
        )
    )


def _result_sentences(d: Dynamics) -> list[str]:
    rows = d.result_changes
    sentences = [
        text("dynamics_headline", f"result_{change}", names=_names(d, own))
        for change in FOUND
        if len(own := rows[rows["is_confirmed"] & (rows["change_class"] == change)])
    ]
    return sentences or [text("dynamics_headline", "no_result")]


def visible_sentence(d: Dynamics) -> Paragraph:
    """Say what a small and a large school would see, and what most schools of the place would."""
    rows = d.visible.drop_duplicates("n_participants").sort_values("n_participants")
    known = rows[rows["largest"].notna()]
    judged = d.works[(d.works["status"].isin(["ok", "too_few"])) & (d.works["outcome"] == BELOW)]
    parts = [text("visible_sentence", "what")]
    parts += [
        text(
            "visible_sentence",
            "size",
            n=str(row.n_participants),
            points=_range(row.smallest, row.largest),
        )
        for row in known.itertuples(index=False)
        if int(row.n_participants) in (SMALL_SCHOOL, LARGE_SCHOOL)
    ]
    if len(judged):
        fewest = judged[["n_now", "n_before"]].min(axis=1)
        parts.append(text("visible_sentence", "usual", n=russian.number(float(fewest.median()), 0)))
    parts.append(text("visible_sentence", "silence"))
    return Paragraph((Run(" ".join(parts)),))


def _range(smallest: object, largest: object) -> str:
    ends = (russian.number(HUNDRED * float(end), 0) for end in (smallest, largest))  # type: ignore[arg-type]
    return "–".join(ends)


def cohort_sentence(d: Dynamics) -> Paragraph:
    """Say whether the same pupils could be followed at all."""
    code = "followed" if len(d.cohorts) else "not_followed"
    return Paragraph((Run(text("cohorts", code, n=str(d.cohorts["school_id"].nunique()))),))


def result_spread(d: Dynamics) -> Paragraph:
    """Say how results jump from year to year beyond the errors, or that it is not known."""
    spread = d.results["year_sd"].dropna()
    if spread.empty:
        said = text("result_spread", "unknown", least=str(d.rules.min_schools.value))
    else:
        said = text("result_spread", "known", sd=russian.number(float(spread.iloc[0]), 2))
    reference = d.results["reference"].dropna()
    whose = text("result_spread", str(reference.iloc[0])) if len(reference) else ""
    return Paragraph((Run(f"{whose} {said}".strip()),))


def _names(d: Dynamics, rows: pd.DataFrame) -> str:
    return russian.keep_together("; ".join(d.names(rows)))


def _schools(n: int) -> str:
    return russian.counted(int(n), *load_texts()["schools_counted"])
