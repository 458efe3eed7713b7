"""The low-results rule by the letter, with its evidence and how far the evidence carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_analysis.measures.adapted_programmes import without_adapted
from shnor_analysis.methodology import LowResultsRule
from shnor_analysis.stats.combine import partial_conjunction
from shnor_analysis.stats.intervals import probability_at_least
from shnor_analysis.stats.membership import pupils_to_threshold
from shnor_analysis.tables import LOW_RESULTS, LOW_RESULTS_EVIDENCE, LOW_RESULTS_READINGS, MODES

# One procedure of the rule: its season and level do not matter, so spring and autumn of one year,
# or base and advanced works of one grade, are one procedure, low when any of them is low.
PROCEDURE_KEY = ["procedure", "subject", "grade"]


@dataclass(frozen=True)
class LowResults:
    """The decisions (one row per school) and the procedures behind them (school × work)."""

    decisions: pd.DataFrame
    evidence: pd.DataFrame


def decide_low_results(
    procedure_results: pd.DataFrame,
    schools: pd.DataFrame,
    rule: LowResultsRule,
    assessment_year: int,
) -> LowResults:
    """Apply the low-results rule to every school.

    Parameters
    ----------
    procedure_results : DataFrame
        Keeps the contract ``procedure_results``; years other than this and the last are ignored.
    schools : DataFrame
        Every school gets exactly one decision; needs ``school_id``.
    rule : LowResultsRule
        Thresholds, procedures and mode, each with its source.
    assessment_year : int
        2025 means the school year 2024/25.

    Returns
    -------
    LowResults
        A clause that cannot be checked is missing, not false: A needs as many procedures in the
        year as it counts, B one procedure held in both years, C enough procedures in two years.
        A school none of whose clauses can be checked is ``not_assessed``.

    Notes
    -----
    With ``x`` below the minimum of ``n`` and the threshold ``p/q``, a procedure is low when
    ``n >= min_participants`` and ``q*x >= p*n``, in whole numbers: 3 of 10 is exactly 30 %.
    Procedures below ``min_participants`` are shown but neither counted nor checked: whether they
    are low is missing.

    The evidence class speaks of the whole rule, not of one procedure. Each procedure with enough
    participants gives ``P(share < threshold)`` from its Jeffreys posterior; they are combined into
    one value for «fewer procedures are truly at the threshold than the rule needs»
    (:func:`~shnor_analysis.stats.combine.partial_conjunction`), so that a school with many
    procedures is not called certain because one or two of them stand out by chance.
    """
    evidence = rule_procedures(procedure_results, schools, rule, assessment_year)
    is_counted = evidence["n_participants"] >= rule.min_participants.value
    is_reliable = is_counted & (evidence["size_class"] == "reliable")
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    clauses = _clauses(evidence, evidence["is_low"], rule, assessment_year).reindex(ids)
    without_small = _clauses(evidence, evidence["is_low"] & is_reliable, rule, assessment_year)
    included, assessed = _apply_mode(clauses, rule.mode.value)
    current = evidence.loc[evidence["assessment_year"] == assessment_year, "school_id"]
    has_results = pd.Series(ids.isin(current), index=ids)
    holds = _apply_mode(without_small.reindex(ids), rule.mode.value)[0]
    certainty = 1 - _p_rule(evidence[is_reliable], clauses, rule, assessment_year)
    decisions = pd.DataFrame(
        {
            "assessment_year": assessment_year,
            "decision": _decision(clauses, rule.mode.value),
            "reason_code": _reason_codes(clauses, included, assessed, has_results, rule.mode.value),
            **{name: clauses[name] for name in ("clause_a", "clause_b", "clause_c")},
            **{
                name: clauses[name].fillna(0).astype("Int64")
                for name in ("n_procedures", "n_compared", "n_low_current", "n_low_previous")
            },
            "evidence": np.select(
                [
                    ~included,
                    ~holds,
                    certainty >= rule.sure_probability.value,
                    certainty >= rule.likely_probability.value,
                ],
                ["none", "few_data", "sure", "likely"],
                "borderline",
            ),
            "regulation_id": rule.id,
            "rule_mode": rule.mode.value,
        },
        index=ids,
    ).reset_index()
    return LowResults(LOW_RESULTS.conform(decisions), LOW_RESULTS_EVIDENCE.conform(evidence))


def low_results_readings(decisions: pd.DataFrame) -> pd.DataFrame:
    """Apply every mode to the same clauses: how much the list depends on reading the rule.

    Parameters
    ----------
    decisions : DataFrame
        Keeps the contract ``low_results``.

    Returns
    -------
    DataFrame
        Keeps the contract ``low_results_readings``: one row per mode × school.
    """
    parts = []
    for mode in MODES:
        parts.append(
            pd.DataFrame(
                {
                    "rule_mode": mode,
                    "school_id": decisions["school_id"],
                    "decision": _decision(decisions, mode),
                }
            )
        )
    return LOW_RESULTS_READINGS.conform(pd.concat(parts))


def decide_by_low(
    evidence: pd.DataFrame,
    low: pd.Series,
    schools: pd.DataFrame,
    rule: LowResultsRule,
    assessment_year: int,
) -> pd.Series:
    """Apply clauses and mode of a rule when it is said which procedures are low.

    Parameters
    ----------
    evidence : DataFrame
        As :func:`rule_procedures` gives it.
    low : Series of bool
        Which of its rows are low, on the same index; those below ``min_participants`` never count.
    schools, rule, assessment_year
        As in :func:`decide_low_results`.

    Returns
    -------
    Series of str
        ``included``, ``not_included`` or ``not_assessed``; index ``school_id``, sorted.
    """
    ids = pd.Index(sorted(schools["school_id"]), name="school_id")
    clauses = _clauses(evidence, low, rule, assessment_year).reindex(ids)
    return pd.Series(_decision(clauses, rule.mode.value), index=ids, name="decision")


def works_of_rule(results: pd.DataFrame, rule: LowResultsRule) -> pd.DataFrame:
    """What a rule counts of a table of school × work.

    Parameters
    ----------
    results : DataFrame
        Needs ``procedure``, ``subject``, ``grade``, the counts of participants and of those below
        the minimum, ``n_adapted`` and ``n_adapted_below_minimum``.
    rule : LowResultsRule
        Procedures, and whether participants taught by adapted programmes count.

    Returns
    -------
    DataFrame
        Rows of the procedures that the rule names, with participants. Where the rule leaves out
        adapted programmes, the known participants of them are in no count or share;
        ``n_left_out`` says how many they are, 0 where they count.
    """
    wanted = pd.DataFrame(
        [
            {"procedure": entry.procedure, "subject": subject, "grade": grade}
            for entry in rule.procedures
            for subject in entry.subjects
            for grade in entry.grades
        ]
    ).drop_duplicates()
    rows = results.merge(wanted.astype({"grade": "Int64"}), on=PROCEDURE_KEY, validate="m:1")
    if rule.adapted_programmes.value == "left_out":
        rows = without_adapted(rows.assign(n_left_out=rows["n_adapted"].fillna(0)))
    else:
        rows = rows.assign(n_left_out=0)
    return rows[rows["n_participants"] > 0].reset_index(drop=True)


def rule_procedures(
    procedure_results: pd.DataFrame,
    schools: pd.DataFrame,
    rule: LowResultsRule,
    assessment_year: int,
) -> pd.DataFrame:
    """Procedures of the rule in this and the last year, each judged low or not.

    Parameters
    ----------
    procedure_results, schools, rule, assessment_year
        As in :func:`decide_low_results`.

    Returns
    -------
    DataFrame
        Columns of the contract ``low_results_evidence``: one row per school × work with
        participants; whether it is low is missing below ``min_participants``.
    """
    recent = procedure_results[
        procedure_results["assessment_year"].isin([assessment_year - 1, assessment_year])
        & procedure_results["school_id"].isin(schools["school_id"])
    ]
    rows = works_of_rule(recent, rule)
    x, n = rows["n_below_minimum"], rows["n_participants"]
    p, q = rule.share_numerator.value, rule.share_denominator.value
    is_counted = n >= rule.min_participants.value
    is_low = (q * x >= p * n).astype("boolean")
    to_threshold = pd.Series(pupils_to_threshold(x, n, p, q), index=rows.index)
    size = np.select(
        [n < rule.report_participants.value, n < rule.reliable_participants.value],
        ["tiny", "small"],
        "reliable",
    )
    columns = [name for name in LOW_RESULTS_EVIDENCE.columns if name in rows]
    return rows[columns].assign(
        is_low=is_low.where(is_counted),
        n_to_threshold=to_threshold.where(is_counted),
        p_low=probability_at_least(x, n, p / q),
        size_class=size,
    )


def _p_rule(
    evidence: pd.DataFrame, clauses: pd.DataFrame, rule: LowResultsRule, assessment_year: int
) -> np.ndarray:
    """P-value per school of «the condition the verdict rests on does not truly hold».

    1 where it cannot be told. Of two alternative clauses the verdict rests on A when A holds.
    """
    ids = clauses.index
    needed = rule.min_low_procedures.value
    rows = evidence.assign(p=1 - evidence["p_low"].astype(float))
    keys = ["school_id", "assessment_year", *PROCEDURE_KEY]
    procedures = rows.groupby(keys, as_index=False)["p"].min()
    current = procedures[procedures["assessment_year"] == assessment_year]
    # Low two years running needs both years: the weaker one decides.
    both_years = procedures.groupby(["school_id", *PROCEDURE_KEY], as_index=False).agg(
        p=("p", "max"), n_years=("assessment_year", "nunique")
    )
    clause_p = {
        "A": _conjunction(current, ids, needed),
        "B": _conjunction(both_years[both_years["n_years"] > 1], ids, 1),
        "C": _conjunction(procedures, ids, needed),
    }
    match rule.mode.value:
        case "A_and_B":
            return np.maximum(clause_p["A"], clause_p["B"])
        case "A_or_B":
            rests_on_a = clauses["clause_a"].fillna(False).to_numpy(dtype=bool)
            return np.where(rests_on_a, clause_p["A"], clause_p["B"])
        case mode:
            return clause_p[mode]


def _conjunction(procedures: pd.DataFrame, ids: pd.Index, r: int) -> np.ndarray:
    """Partial conjunction over the procedures of every school; 1 where there are too few."""
    table = (
        procedures.assign(number=procedures.groupby("school_id").cumcount())
        .pivot_table(index="school_id", columns="number", values="p")
        .reindex(ids)
    )
    found = partial_conjunction(table.to_numpy(dtype=float), r)
    return np.where(np.isnan(found), 1.0, found)


def _clauses(
    evidence: pd.DataFrame, low: pd.Series, rule: LowResultsRule, assessment_year: int
) -> pd.DataFrame:
    """One row per school: each clause true, false or missing when it cannot be checked."""
    needed = rule.min_low_procedures.value
    counted = evidence["n_participants"] >= rule.min_participants.value
    rows = evidence.assign(low=low)[counted].astype({"low": bool})
    procedures = rows.groupby(["school_id", "assessment_year", *PROCEDURE_KEY], as_index=False).agg(
        low=("low", "any")
    )
    is_current = procedures["assessment_year"] == assessment_year
    school = procedures["school_id"]
    counts = pd.DataFrame(
        {
            "n_procedures": is_current.groupby(school).sum(),
            "n_all": school.groupby(school).size(),
            "n_low_current": (procedures["low"] & is_current).groupby(school).sum(),
            "n_low_previous": (procedures["low"] & ~is_current).groupby(school).sum(),
        }
    ).astype("Int64")
    both_years = procedures.groupby(["school_id", *PROCEDURE_KEY]).agg(
        n_years=("assessment_year", "nunique"), low_each_year=("low", "all")
    )
    repeated = both_years[both_years["n_years"] > 1]["low_each_year"].groupby("school_id")
    n_low = counts["n_low_current"] + counts["n_low_previous"]
    return counts.assign(
        n_compared=repeated.size().reindex(counts.index, fill_value=0).astype("Int64"),
        clause_a=(counts["n_low_current"] >= needed).where(counts["n_procedures"] >= needed),
        clause_b=repeated.any().reindex(counts.index).astype("boolean"),
        clause_c=(n_low >= needed).where(counts["n_all"] >= needed),
    )


def _decision(clauses: pd.DataFrame, mode: str) -> np.ndarray:
    included, assessed = _apply_mode(clauses, mode)
    return np.select([included, assessed], ["included", "not_included"], "not_assessed")


def _apply_mode(clauses: pd.DataFrame, mode: str) -> tuple[pd.Series, pd.Series]:
    """Which schools the mode includes, and which it could assess at all."""
    a, b, c = (clauses[name].astype("boolean") for name in ("clause_a", "clause_b", "clause_c"))
    if mode == "A_and_B":
        both = a & b
        return both.fillna(False).astype(bool), both.notna()
    parts = {"A": [a], "B": [b], "C": [c], "A_or_B": [a, b]}[mode]
    included = pd.concat(parts, axis=1).fillna(False).any(axis=1).astype(bool)
    assessed = pd.concat(parts, axis=1).notna().any(axis=1)
    return included, assessed


def _reason_codes(
    clauses: pd.DataFrame,
    included: pd.Series,
    assessed: pd.Series,
    has_results: pd.Series,
    mode: str,
) -> np.ndarray:
    a, b, c = (
        clauses[name].astype("boolean").fillna(False).astype(bool)
        for name in ("clause_a", "clause_b", "clause_c")
    )
    unchecked_a = clauses["clause_a"].isna()
    unchecked_b = clauses["clause_b"].isna()
    no_last_year = clauses["n_all"].fillna(0) == clauses["n_procedures"].fillna(0)
    two_clauses = mode in {"A_or_B", "A_and_B"}
    cases = [
        ("clause_c", included & (mode == "C") & c),
        ("clauses_a_and_b", included & two_clauses & a & b),
        ("clause_a", included & a & (mode != "B")),
        ("clause_b", included & b),
        ("below_b_not_checked", assessed & two_clauses & unchecked_b),
        ("below_a_not_checked", assessed & two_clauses & unchecked_a),
        ("below_one_year", assessed & (mode == "C") & no_last_year),
        ("below_without_repeat", assessed & (mode in {"A", "C"})),
        ("below", assessed),
        ("repeat_not_checked", (mode == "A_and_B") & a & unchecked_b),
        ("repeat_not_checked", (mode == "B") & unchecked_b & has_results),
        ("no_results_this_year", ~has_results),
    ]
    return np.select([when for _, when in cases], [code for code, _ in cases], "too_few_procedures")
