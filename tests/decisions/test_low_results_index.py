"""Schools with the lowest results by lists of indicators: years, reasons, certainty, overlap."""

import shutil

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.decisions import index_certainty
from shnor_analysis.decisions.low_results_index import (
    Surroundings,
    decide_low_results_index,
)
from shnor_analysis.decisions.low_results_rules import low_results_overlap, low_results_rules
from shnor_analysis.methodology import DEFAULT_REGULATIONS, PlaceRegulations, load_methodology
from shnor_analysis.tables import LOW_RESULTS, LOW_RESULTS_INDEX, LOW_RESULTS_INDICATORS
from shnor_analysis.workspace import find_workspace

FOLDER = find_workspace().methodology
METHODOLOGY = load_methodology(FOLDER, DEFAULT_REGULATIONS)
STERLITAMAK, REGIONAL = METHODOLOGY.low_results_lists
LIST_WORDS = METHODOLOGY.certainty.indicator_lists


def rows_of(rules, values, ids, single=None):
    """Rows of ``low_results_indicators`` of every school and indicator of a list.

    ``values`` is (school, indicator) → year → (numerator, participants); what is not named has
    nobody. ``single`` is the same for the last year of the term alone, by default all of it.
    """
    rows = []
    for one in rules.indicators:
        spans = {"pooled": values}
        if (one.n_years or 1) > 1:
            spans["year"] = single if single is not None else values
        for span, known in spans.items():
            for school in ids:
                for year in range(2026 - rules.index.window_years.value, 2026):
                    x, n = known.get((school, one.id), {}).get(year, (0, 0))
                    rows.append(
                        {
                            "regulation_id": rules.id, "assessment_year": year,
                            "school_id": school, "indicator_id": one.id, "span": span,
                            "measure": one.measure, "direction": one.direction,
                            "value": x / n if n else None, "numerator": x if n else None,
                            "denominator": n or None, "n_works": int(n > 0), "years": str(year),
                            "status": "ok" if n >= 5 else "too_few" if n else "no_data",
                        }
                    )  # fmt: skip
    return rows


@pytest.fixture(autouse=True)
def few_draws(monkeypatch, request):
    """Where certainty is not asked about, a list is drawn anew only a few times."""
    if "all_draws" not in request.fixturenames:
        monkeypatch.setattr(index_certainty, "N_DRAWS", 20)


@pytest.fixture
def all_draws():
    """Ask for as many draws as a run makes."""


def with_rule(rules, **changes):
    index = rules.index
    for name, new in changes.items():
        part = getattr(index, name)
        index = index.model_copy(update={name: part.model_copy(update={"value": new})})
    return rules.model_copy(update={"index": index})


def decide(rows, rules, levels=None, conditions=None, *, is_region=False, words=LIST_WORDS):
    table = LOW_RESULTS_INDICATORS.conform(pd.DataFrame(rows))
    ids = sorted(table["school_id"].unique())
    known = pd.Series(levels or ["secondary"] * len(ids), index=pd.Index(ids, name="school_id"))
    around = Surroundings(known.astype("str"), conditions, is_region)
    return decide_low_results_index(table, (rules,), around, words, 2025)


def schools(n):
    return [f"99{k:04d}" for k in range(n)]


def steady(rules, one, counts, n=100):
    """Every school has the same count every year in one indicator, and no other."""
    ids = schools(len(counts))
    values = {
        (school, one): dict.fromkeys((2023, 2024, 2025), (x, n))
        for school, x in zip(ids, counts, strict=True)
    }
    return rows_of(rules, values, ids)


# One indicator of four is enough weight here only because the others tell no school apart.
SHARES = [0, 5, 10, 15, 20, 25, 30, 60]


def test_the_lower_quarter_of_eight_schools_is_two():
    found = decide(steady(REGIONAL, "vpr_basic", SHARES), REGIONAL).decisions
    assert found.loc[found["decision"] == "included", "school_id"].tolist() == schools(8)[6:]
    listed = found.iloc[7]
    assert (listed["reason_code"], listed["n_years_below"]) == ("below_repeatedly", 3)
    assert (listed["drivers"], listed["evidence"]) == ("vpr_basic", "sure")
    assert found.iloc[0][["decision", "reason_code", "evidence"]].tolist() == [
        "not_included", "not_below", "none",
    ]  # fmt: skip


def test_the_best_value_shared_by_most_brings_nobody_to_the_list():
    """Seven of eight schools have 0 %: their quantile is 0 % too, but none of them is low."""
    ids = schools(8)
    counts = {"vpr_basic": SHARES, "gia9": [0] * 7 + [10]}
    values = {
        (school, one): dict.fromkeys((2023, 2024, 2025), (x, 100))
        for one, of_schools in counts.items()
        for school, x in zip(ids, of_schools, strict=True)
    }
    found = decide(rows_of(REGIONAL, values, ids), REGIONAL)
    drivers = found.decisions.set_index("school_id")["drivers"]
    assert drivers[ids[6]] == "vpr_basic"
    assert set(drivers[ids[7]].split(";")) == {"vpr_basic", "gia9"}
    assert drivers[ids[:6]].isna().all()


def by_year(counts_by_year, rules=REGIONAL, one="vpr_basic"):
    """Year → counts of the schools among 100; None is no participants."""
    ids = schools(len(next(iter(counts_by_year.values()))))
    values = {
        (school, one): {
            year: (counts[place], 100)
            for year, counts in counts_by_year.items()
            if counts[place] is not None
        }
        for place, school in enumerate(ids)
    }
    return rows_of(rules, values, ids)


REST = [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("shares", "expected"),
    # the last school of eight in 2023, 2024, 2025; two years of three are needed
    [
        ((50, 50, 0), ("included", "below_repeatedly")),
        ((0, 50, 50), ("included", "below_repeatedly")),
        ((50, 0, 0), ("not_included", "below_rarely")),
        ((0, 0, 0), ("not_included", "not_below")),
        ((None, 50, 50), ("included", "below_repeatedly")),
        ((None, 0, 50), ("not_assessed", "repeat_not_checked")),
        ((None, 0, 0), ("not_included", "not_below")),
        ((0, 0, None), ("not_assessed", "no_indicators")),
        ((50, 50, None), ("included", "below_repeatedly")),
        ((None, None, 0), ("not_assessed", "repeat_not_checked")),
    ],
)
def test_years_decide_and_unknown_years_are_not_good_years(shares, expected):
    rows = by_year({y: [*REST, s] for y, s in zip((2023, 2024, 2025), shares, strict=True)})
    found = decide(rows, REGIONAL).decisions.iloc[7]
    assert (found["decision"], found["reason_code"]) == expected


def test_one_year_is_enough_when_the_rule_says_so():
    rules = with_rule(REGIONAL, low_years=1, window_years=1)
    found = decide(by_year({2025: [*REST, 50]}), rules).decisions.iloc[7]
    assert (found["decision"], found["reason_code"]) == ("included", "below")


@pytest.mark.parametrize(("known", "is_assessed"), [(("gia9",), False), (("gia9", "gia11"), True)])
def test_too_few_known_indicators_are_not_a_good_school(known, is_assessed):
    """Three indicators tell schools apart; half of them is two."""
    ids = schools(8)
    values = {
        (school, one): dict.fromkeys((2023, 2024, 2025), (x, 100))
        for school, x in zip(ids, SHARES, strict=True)
        for one in ("vpr_basic", "gia9", "gia11")
        if school != ids[7] or one in known
    }
    found = decide(rows_of(REGIONAL, values, ids), REGIONAL).decisions.iloc[7]
    assert (found["decision"] != "not_assessed") is is_assessed
    assert (found["reason_code"] == "few_indicators") is not is_assessed


def test_a_value_of_too_few_participants_does_not_enter_the_index():
    """Three of four below the minimum are nobody's place, neither of the school nor of the rest."""
    ids = schools(9)
    years = (2023, 2024, 2025)
    values = {
        (school, one): dict.fromkeys(years, (x, 100))
        for school, x in zip(ids, SHARES, strict=False)
        for one in ("vpr_basic", "gia9")
    }
    few = {(ids[8], "vpr_basic"): dict.fromkeys(years, (3, 4))}
    gia = {(ids[8], "gia9"): dict.fromkeys(years, (0, 100))}
    found = decide(rows_of(REGIONAL, values | few | gia, ids), REGIONAL)
    without = decide(rows_of(REGIONAL, values | gia, ids), REGIONAL)
    pd.testing.assert_frame_equal(found.decisions, without.decisions)
    pd.testing.assert_frame_equal(found.years, without.years)
    # one of two indicators that tell schools apart is the half the rule asks for
    assert found.decisions.iloc[8]["decision"] == "not_included"
    only_few = decide(rows_of(REGIONAL, values | few, ids), REGIONAL).decisions.iloc[8]
    assert only_few["reason_code"] == "no_indicators"
    assert pd.isna(only_few["probability"])


def test_more_failures_never_take_a_school_off_the_list():
    rng = np.random.default_rng(1)
    shares = rng.integers(0, 60, size=12).tolist()
    before = decide(steady(REGIONAL, "gia9", shares), REGIONAL).decisions
    for place in range(12):
        worse = [*shares[:place], 90, *shares[place + 1 :]]
        after = decide(steady(REGIONAL, "gia9", worse), REGIONAL).decisions
        assert after.iloc[place]["decision"] == "included"
    assert (before["decision"] == "included").sum() == 3


# --- certainty -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("all_draws")
def test_equal_small_schools_are_never_surely_on_the_list():
    """Ten schools of twenty pupils with 10–35 % below: who is lowest is mostly chance."""
    counts = [2, 3, 3, 4, 4, 5, 5, 6, 6, 7]
    found = decide(steady(REGIONAL, "gia9", counts, n=20), REGIONAL).decisions
    listed = found[found["decision"] == "included"]
    assert listed["school_id"].tolist() == schools(10)[7:]
    assert listed["evidence"].iloc[0] != "sure"
    assert (listed["probability"].iloc[:2] < 0.9).all()


@pytest.mark.parametrize(
    ("sure", "likely", "reliable", "word"),
    # far apart and many pupils: on the list in every draw, so every border up to 1 is reached
    [(1.0, 0.6, 10, "sure"), (0.9, 0.6, 10, "sure"), (0.9, 0.6, 101, "few_data")],
)
def test_words_of_lists_begin_where_the_lists_say(sure, likely, reliable, word):
    values = {"sure_probability": sure, "likely_probability": likely}
    values["reliable_participants"] = reliable
    words = LIST_WORDS.model_copy(
        update={
            k: getattr(LIST_WORDS, k).model_copy(update={"value": v}) for k, v in values.items()
        }
    )
    counts = [1, 1, 1, 1, 1, 1, 90, 90]
    found = decide(steady(REGIONAL, "gia9", counts, n=100), REGIONAL, words=words).decisions
    assert found["evidence"].tolist() == ["none"] * 6 + [word] * 2


def test_equal_schools_are_on_the_list_together_or_not_at_all():
    found = decide(steady(REGIONAL, "gia9", [1, 2, 3, 4, 5, 6, 9, 9, 9]), REGIONAL).decisions
    assert found.loc[found["decision"] == "included", "school_id"].tolist() == schools(9)[6:]


def test_a_list_that_rests_on_few_pupils_says_so():
    found = decide(steady(REGIONAL, "gia9", [0, 0, 0, 0, 0, 0, 0, 3], n=6), REGIONAL).decisions
    assert found.iloc[7][["decision", "evidence"]].tolist() == ["included", "few_data"]


def test_the_same_table_gives_the_same_probabilities():
    rows = steady(REGIONAL, "gia9", range(8), n=20)
    first, second = (decide(part, REGIONAL).decisions for part in (rows, rows[::-1]))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.usefixtures("all_draws")
def test_an_indicator_all_schools_share_brings_no_chance_in():
    ids = schools(8)
    values = {
        (school, "gia9"): dict.fromkeys((2023, 2024, 2025), (x, 100))
        for school, x in zip(ids, SHARES, strict=True)
    }
    alone = decide(rows_of(REGIONAL, values, ids), REGIONAL).decisions
    nobody = {(school, "gia11"): dict.fromkeys((2023, 2024, 2025), (0, 20)) for school in ids}
    beside = decide(rows_of(REGIONAL, values | nobody, ids), REGIONAL).decisions
    assert beside["probability"].tolist() == pytest.approx(alone["probability"].tolist(), abs=0.1)


@pytest.mark.usefixtures("all_draws")
def test_years_that_terms_share_are_drawn_once():
    """Nobody sat in 2023 and 2025, so that both terms are the year 2024 and fall together.

    Of ten schools two equal ones are far below the rest and the list takes one: each is there in
    half of the draws. Were the terms drawn apart, it would be in a quarter of them.
    """
    ids = schools(10)
    counts = [0] * 8 + [10, 10]
    both = {
        (school, "vpr_below_minimum"): {2024: (x, 100), 2025: (x, 100)}
        for school, x in zip(ids, counts, strict=True)
    }
    alone = {key: {2024: years[2024]} for key, years in both.items()}
    rules = with_rule(STERLITAMAK, cut_percent=10)
    found = decide(rows_of(rules, both, ids, alone), rules).decisions
    assert found.iloc[8:]["probability"].tolist() == pytest.approx([0.5, 0.5], abs=0.08)
    assert found.iloc[:8]["probability"].tolist() == [0] * 8


# --- who is compared with whom -------------------------------------------------------------------


def test_groups_and_references_are_named():
    shares = [k for k in range(14)]
    levels = ["basic"] * 8 + ["secondary"] * 6
    conditions = pd.Series(range(14), index=schools(14), dtype=float)
    rules = with_rule(REGIONAL, clusters="programme", min_cluster_schools=7)
    years = decide(steady(REGIONAL, "gia9", shares), rules, levels).years
    row = years[years["assessment_year"] == 2025].set_index("school_id")
    assert row["school_group"].tolist() == levels
    assert row["compared_with"].tolist() == ["basic"] * 8 + ["all"] * 6
    assert row["n_compared"].tolist() == [8] * 8 + [14] * 6
    assert set(row["reference"]) == {"territory_for_region"}
    assert not row["is_small_reference"].any()
    joined = decide(steady(REGIONAL, "gia9", shares), REGIONAL, levels, conditions).years
    assert set(joined["school_group"].str.split("+").str[0]) == {"basic", "secondary"}


def test_schools_of_like_conditions_are_compared_and_what_that_changes_is_told():
    """Twelve schools, better conditions mean fewer failures; thirds of four, groups of four."""
    conditions = pd.Series(range(12, 0, -1), index=schools(12), dtype=float)
    rules = with_rule(REGIONAL, clusters="context", min_cluster_schools=4)
    shares = [1, 2, 3, 9, 11, 12, 13, 19, 21, 22, 23, 29]
    found = decide(steady(rules, "gia9", shares), rules, conditions=conditions)
    is_listed = found.decisions["decision"] == "included"
    # the quarter of each four is its last; of the twelve the last three
    assert found.decisions.index[is_listed].tolist() == [3, 7, 11]
    undivided = found.decisions["is_included_undivided"]
    assert found.decisions.index[undivided].tolist() == [9, 10, 11]
    alone = decide(steady(rules, "gia9", shares), rules).decisions
    assert alone.index[alone["decision"] == "included"].tolist() == [9, 10, 11]
    assert alone["is_included_undivided"].isna().all()


def test_a_place_that_is_the_region_has_the_border_of_the_region():
    years = decide(steady(REGIONAL, "gia9", SHARES), REGIONAL, is_region=True).years
    assert set(years["reference"]) == {"region"}
    # eight schools are fewer than the twelve the rule asks for
    assert years["is_small_reference"].all()


# --- a copied regulation -------------------------------------------------------------------------


def test_a_copied_list_with_other_indicators_and_points_works_without_code(tmp_path):
    folder = shutil.copytree(FOLDER, tmp_path / "methodology")
    rules = folder / "regulations"
    text = (rules / "regional-index.yaml").read_text(encoding="utf-8")
    origin = "source: решение района, confidence: project_default"
    bands = "".join(
        f"      - {{indicator: {one}, at_least: {cut}, points: {points}, {origin}}}\n"
        for one, cut, points in (
            ("vpr_primary", 0, 2), ("vpr_primary", 0.2, 0), ("works", 0, 1), ("works", 0.3, 0),
            ("gia9", 0, 3), ("gia9", 0.1, 0), ("gia11", 0, 3), ("gia11", 0.1, 0),
        )
    )  # fmt: skip
    for old, new in (
        ("id: regional-index", "id: primersk-2026"),
        ("    - id: vpr_basic", "    - id: works"),
        ("{procedure: vpr, subjects: [rus, math], grades: [5, 6, 7, 8]}",
         "{procedure: municipal, subjects: null, grades: null}"),
        ("    method:\n      value: z", f"    points:\n{bands}    method:\n      value: points"),
        ("    low_years:\n      value: 2", "    low_years:\n      value: 1"),
        ("    window_years:\n      value: 3", "    window_years:\n      value: 1"),
    ):  # fmt: skip
        assert old in text, old
        text = text.replace(old, new, 1)
    (rules / "primersk-2026.yaml").write_text(text, encoding="utf-8")
    names = {**DEFAULT_REGULATIONS.model_dump(), "low_results_indicators": "primersk-2026"}
    (copied,) = load_methodology(folder, PlaceRegulations(**names)).low_results_lists
    values = {
        (school, one): {2025: (x, 100)}
        for one, counts in {
            "works": (0, 10, 40, 40), "gia9": (0, 0, 0, 20), "gia11": (0,) * 4,
            "vpr_primary": (0,) * 4,
        }.items()
        for school, x in zip(schools(4), counts, strict=True)
    }  # fmt: skip
    rows = rows_of(copied, values, schools(4))
    found = decide(rows, copied)
    # points of 4 possible (the constant ВПР and ЕГЭ tell nobody apart): 4, 4, 3, 0
    index = found.years.set_index("school_id")["index"]
    assert index.tolist() == pytest.approx([100, 100, 75, 0])
    assert found.decisions["decision"].tolist() == ["not_included"] * 3 + ["included"]
    assert found.decisions.iloc[3]["drivers"] == "gia9;works"


# --- lists side by side --------------------------------------------------------------------------


def decisions(codes):
    return dict(zip(schools(len(codes)), codes, strict=True))


NAMES = {"i": "included", "n": "not_included", "?": "not_assessed"}


def federal(codes):
    return LOW_RESULTS.conform(
        pd.DataFrame(
            [
                {
                    "school_id": school, "assessment_year": 2025, "decision": NAMES[code],
                    "reason_code": "below", "n_procedures": 1, "n_compared": 1,
                    "n_low_current": 0, "n_low_previous": 0, "evidence": "none",
                    "regulation_id": "federal", "rule_mode": "A",
                }
                for school, code in decisions(codes).items()
            ]
        )
    )  # fmt: skip


def by_list(name, codes):
    return [
        {
            "regulation_id": name, "school_id": school, "assessment_year": 2025,
            "decision": NAMES[code], "reason_code": "not_below", "n_years_below": 0,
            "n_years_assessed": 2, "evidence": "none",
        }
        for school, code in decisions(codes).items()
    ]  # fmt: skip


def test_shares_are_of_all_schools_and_overlap_of_those_both_assessed():
    index = LOW_RESULTS_INDEX.conform(
        pd.DataFrame([*by_list("one", "iinn?"), *by_list("two", "nnnnn")])
    )
    low = federal("innni")
    ways = low_results_rules(low, index).set_index("regulation_id")
    assert ways.loc["federal", ["n_schools", "n_included", "n_not_assessed"]].tolist() == [5, 2, 0]
    assert ways.loc["one", "included_share"] == pytest.approx(2 / 5)
    overlap = low_results_overlap(low, index)
    pairs = {
        (row.regulation_id, row.other_regulation_id): (
            row.n_compared, row.n_both, row.n_either, row.jaccard,
        )
        for row in overlap.itertuples()
    }  # fmt: skip
    # federal: first and fifth; one: first and second, the fifth not assessed
    assert pairs == {
        ("federal", "one"): (4, 1, 2, 0.5),
        ("federal", "two"): (5, 0, 2, 0.0),
        ("one", "two"): (4, 0, 2, 0.0),
    }


def test_two_empty_lists_are_the_same_list():
    index = LOW_RESULTS_INDEX.conform(pd.DataFrame(by_list("one", "nn")))
    assert low_results_overlap(federal("nn"), index)["jaccard"].tolist() == [1.0]
