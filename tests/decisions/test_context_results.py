"""Results beside conditions: groups, the line, like schools, resilience, suggestions."""

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.decisions.context_peers import (
    SchoolProcedures,
    context_peers,
    school_procedures,
)
from shnor_analysis.decisions.context_results import ContextData, results_given_context
from shnor_analysis.measures.context import context_evidence, indicator_table
from shnor_analysis.measures.social_index import (
    ChosenReference,
    choose_reference,
    make_reference,
    social_index,
)
from shnor_analysis.methodology import MadeBy, Quantiles, RegionNorms, Slope
from shnor_analysis.tables import (
    ADVERSE_CONDITIONS,
    LOW_RESULTS,
    OBJECTIVITY_LIST,
    OBJECTIVITY_SIGNS,
    RESULT_BORDERS,
    RESULT_INDEX,
)
from tests.conditions_place import (
    METHODOLOGY,
    RULE,
    RULE_ID,
    YEAR,
    context,
    graded_place,
    school_ids,
    values_of,
)

RULES = METHODOLOGY.social_context
YEARS = (2023, 2024, 2025)
MIN_SCHOOLS, RELIABLE = 30, 10


def results_of(ids, by_year, error=0.05, n=100, reference="territory", status="ok", works="all"):
    """Rows of ``result_index``: a list of results per year, None where there is none."""
    rows = [
        {
            "school_id": school, "assessment_year": year, "result": value, "standard_error": error,
            "n_works": 2, "n_results": 2 * n, "n_by_marks": 0, "n_pupils": n,
            "works": works, "reference": reference, "status": status,
        }
        for year, values in by_year.items()
        for school, value in zip(ids, values, strict=True)
        if value is not None
    ]  # fmt: skip
    return RESULT_INDEX.conform(pd.DataFrame(rows)) if rows else RESULT_INDEX.empty()


def borders_of(results, primary=None):
    """Median and 66 % quantile of every year; of primary grades one border for all years."""
    rows = [
        {"assessment_year": year, "works": works, "percent": percent, "n_schools": len(own),
         "border": border, "among": "territory"}
        for year, own in results[results["status"] == "ok"].groupby("assessment_year")
        for percent in (50, 66)
        for works, border in (
            ("all", np.quantile(own["result"].astype(float), percent / 100)), ("primary", primary)
        )
        if border is not None
    ]  # fmt: skip
    return RESULT_BORDERS.conform(pd.DataFrame(rows)) if rows else RESULT_BORDERS.empty()


def decisions(contract, ids, included=(), not_assessed=(), **more):
    rows = pd.DataFrame({"school_id": ids, "assessment_year": YEAR, "reason_code": "r", **more})
    rows["decision"] = np.select(
        [rows["school_id"].isin(included), rows["school_id"].isin(not_assessed)],
        ["included", "not_assessed"], "not_included",
    )  # fmt: skip
    return contract.conform(rows)


def low_results(ids, included=(), not_assessed=()):
    more = {"n_procedures": 2, "n_compared": 2, "n_low_current": 0, "n_low_previous": 0,
            "evidence": "none", "regulation_id": "r", "rule_mode": "A"}  # fmt: skip
    clauses = {name: False for name in ("clause_a", "clause_b", "clause_c")}
    return decisions(LOW_RESULTS, ids, included, not_assessed, **more, **clauses)


def adverse(ids, included=(), not_assessed=()):
    more = {"n_low_years": 0, "n_years": 1, "n_variants": 0, "n_variants_low": 0,
            "evidence": "none", "regulation_id": RULE_ID}  # fmt: skip
    return decisions(ADVERSE_CONDITIONS, ids, included, not_assessed, **more)


def in_grades(low, held, low_grades=(5,), held_grades=(5,)):
    """Some schools are low in Russian of some grades, others have results in some."""
    low_rows, held_rows = (
        pd.DataFrame(
            [(one, "vpr", "rus", grade) for one in ids for grade in grades],
            columns=["school_id", "procedure", "subject", "grade"],
        )
        for ids, grades in ((low, low_grades), (held, held_grades))
    )
    return SchoolProcedures(low_rows, held_rows)


def given(
    ids, table, results, low=(), hard=(), norms=None, silent=(), signs=None, procedures=None,
    borders=None, own_signs=None,
):  # fmt: skip
    values = values_of(table, ids)
    chosen = choose_reference(values, RULE, RULE_ID, YEAR, None,
                              norms.social_reference if norms else None)  # fmt: skip
    data = ContextData(
        RULE_ID, RULE, context_evidence(table, RULE), values, social_index(values, RULE, chosen),
        results, borders_of(results) if borders is None else borders, chosen, norms,
        OBJECTIVITY_LIST.empty() if signs is None else signs,
        OBJECTIVITY_SIGNS.empty() if own_signs is None else own_signs,
        procedures or in_grades(low, ids),
    )  # fmt: skip
    return results_given_context(
        data, low_results(ids, low, silent), adverse(ids, hard), RULES, MIN_SCHOOLS, RELIABLE, YEAR
    )


def by_school(made):
    return made.schools.set_index("school_id")


def test_four_groups_come_from_the_two_decisions():
    ids, table = graded_place()
    made = given(ids, table, results_of(ids, {}), low=ids[:2], hard=ids[1:3], silent=ids[5:6])
    found = by_school(made)["quadrant"]
    assert found[ids[:4]].tolist() == ["low_results", "both", "adverse_conditions", "other"]
    assert found[ids[5]] == "unknown"


def norms_with(ids, table, slope=1.0, intercept=0.5, left=0.2, **quantiles):
    """Norms of a region whose schools are those at hand."""
    values = values_of(table, ids)
    reference = make_reference(indicator_table(values, RULE, YEAR), RULE, RULE_ID, YEAR, "region")
    line = Slope(
        indicator="social_index", n_schools=400, indicator_mean=0.0, indicator_sd=0.6,
        intercept=intercept, slope=slope, slope_standard_error=0.1, left_between_sd=left,
    )  # fmt: skip
    return RegionNorms(
        format="shnor-norms", format_version=1, region_code="99", region_name="Область",
        assessment_year=YEAR, n_schools=400, made=MadeBy(package_version="1", input_sha256="f"),
        min_count=10, works=(), context_slopes=(line,), social_reference=reference,
        quantiles=tuple(
            Quantiles(indicator=name, n_schools=400, values=values)
            for name, values in quantiles.items()
        ),
    )  # fmt: skip


def test_with_few_schools_the_regions_line_is_taken():
    ids, table = graded_place()
    norms = norms_with(ids, table)
    values = values_of(table, ids)
    index = social_index(values, RULE, ChosenReference(norms.social_reference, "region_norms"))
    expected = 0.5 + index["index_z"].astype(float).to_numpy()
    results = results_of(ids, {YEAR: (expected + 0.4).tolist()}, error=0.1, reference="region")
    made = given(ids, table, results, norms=norms)
    found = by_school(made)
    assert made.regression["source"].tolist() == ["region"]
    assert found["expected"].tolist() == pytest.approx(expected.tolist())
    assert found["residual"].tolist() == pytest.approx([0.4] * 12)
    # B = 0.04 / (0.04 + 0.01) = 0.8; posterior spread sqrt(0.04 * 0.2) = 0.0894
    assert found["effect"].tolist() == pytest.approx([0.32] * 12)
    assert found["effect_sd"].tolist() == pytest.approx([0.08944] * 12, abs=1e-5)
    # P(N(0.32, 0.0894) > 0.25) = Phi(0.7826) = 0.7831, short of 0.8
    assert found["p_above"].tolist() == pytest.approx([0.7831] * 12, abs=1e-4)
    assert set(found["effect_verdict"]) == {"as_expected"}
    farther = results_of(ids, {YEAR: (expected - 0.6).tolist()}, error=0.1, reference="region")
    assert set(by_school(given(ids, table, farther, norms=norms))["effect_verdict"]) == {"below"}


def test_without_norms_nothing_is_expected_of_anybody():
    ids, table = graded_place()
    made = given(ids, table, results_of(ids, {YEAR: [0.1 * k for k in range(12)]}))
    line = made.regression.iloc[0]
    assert (line["source"], line["reason"]) == ("none", "no_norms_file")
    assert line["correlation"] < 0
    found = by_school(made)
    assert found["expected"].isna().all()
    assert set(found["effect_verdict"]) == {"not_computed"}


@pytest.mark.parametrize(
    ("change", "reference", "reason"),
    [
        ({"context_slopes": ()}, "region", "no_line_in_norms"),
        ({"social_reference": None}, "region", "no_line_in_norms"),
        ({}, "territory", "results_without_norms"),
    ],
)
def test_norms_that_lack_something_are_not_used(change, reference, reason):
    ids, table = graded_place()
    norms = norms_with(ids, table).model_copy(update=change)
    results = results_of(ids, {YEAR: [0.0] * 12}, reference=reference)
    assert given(ids, table, results, norms=norms).regression["reason"].tolist() == [reason]


def test_norms_by_another_rule_are_not_used():
    ids, table = graded_place()
    norms = norms_with(ids, table)
    other = norms.social_reference.model_copy(update={"regulation_id": "other"})
    norms = norms.model_copy(update={"social_reference": other})
    results = results_of(ids, {YEAR: [0.0] * 12}, reference="region")
    made = given(ids, table, results, norms=norms)
    assert made.regression["reason"].tolist() == ["other_rule_in_norms"]


def test_from_thirty_schools_on_the_territory_has_its_own_line():
    ids, table = graded_place(30)
    values = values_of(table, ids)
    chosen = choose_reference(values, RULE, RULE_ID, YEAR, None, None)
    index = social_index(values, RULE, chosen)["index_z"].astype(float).to_numpy()
    wave = np.tile([0.3, -0.3], 15)
    results = results_of(ids, {YEAR: (0.2 + 0.5 * index + wave).tolist()})
    made = given(ids, table, results)
    line = made.regression.iloc[0]
    assert line["source"] == "territory"
    assert line["slope"] == pytest.approx(0.5, abs=0.15)
    assert 0 < line["r_squared"] < 1
    verdicts = by_school(made)["effect_verdict"]
    assert (verdicts.iloc[::2] == "below").sum() == 0
    assert (verdicts.iloc[1::2] == "above").sum() == 0


def test_too_few_pupils_decide_nothing():
    ids, table = graded_place()
    norms = norms_with(ids, table)
    results = results_of(ids, {YEAR: [3.0] * 12}, reference="region", status="too_few")
    found = by_school(given(ids, table, results, norms=norms))
    assert set(found["effect_verdict"]) == {"not_computed"}
    assert set(found["n_good_years"]) == {0}
    assert set(found["result_status"]) == {"too_few"}


def good_years(ids, *years):
    """Results of three years: the named schools at the top in the years named with them."""
    return {
        year: [1.0 if year in dict(years).get(school, ()) else -0.01 * k
               for k, school in enumerate(ids)]
        for year in YEARS
    }  # fmt: skip


def test_resilience_needs_two_good_years_of_three_in_adverse_conditions():
    ids, table = graded_place()
    results = results_of(
        ids,
        good_years(ids, (ids[-1], (2023, 2025)), (ids[-2], (2025,)), (ids[0], YEARS)),
    )
    made = given(ids, table, results)
    found = by_school(made)
    # the lower 30 % of twelve by interpolation are the last four
    assert found.index[found["is_context_adverse"].astype(bool)].tolist() == ids[-4:]
    assert found["resilience"][ids[-1]] == "holds"
    assert found["resilience"][ids[-2]] == "fails"
    assert found["resilience"][ids[0]] == "fails"
    assert set(found["objectivity"]) == {"not_checked"}


def test_a_missing_year_leaves_resilience_open():
    ids, table = graded_place()
    years = good_years(ids, (ids[-1], (2023, 2025)))
    years[2024][-1] = None
    years[2025][-1] = None
    found = by_school(given(ids, table, results_of(ids, years)))
    assert found["resilience"][ids[-1]] == "unknown"
    assert found["n_result_years"][ids[-1]] == 1


def test_a_small_place_takes_the_borders_of_the_region():
    ids, table = graded_place(12)
    norms = norms_with(ids, table, social_index={"30": -0.2})
    few = ids[-5:]
    results = results_of(few, {YEAR: [1.0] * 5}, reference="region")
    borders = RESULT_BORDERS.conform(
        pd.DataFrame(
            [{"assessment_year": YEAR, "works": "all", "percent": 50, "border": 0.0,
              "among": "region", "n_schools": None}]
        )
    )  # fmt: skip
    made = given(few, table[table["school_id"].isin(few)], results, norms=norms, borders=borders)
    line = made.regression.iloc[0]
    assert (line["result_cut"], line["context_cut_z"]) == (0.0, -0.2)
    assert set(by_school(made)["n_good_years"]) == {1}
    assert set(by_school(made)["good_years"]) == {"2025"}
    # two of three years cannot be known from one
    assert set(by_school(made)["resilience"]) <= {"unknown", "fails"}
    # only the pairs whose borders the norms hold
    pairs = made.sensitivity[["context_percent", "result_percent"]].drop_duplicates()
    assert pairs.to_numpy().tolist() == [[30, 50]]


def test_an_index_on_its_own_scale_keeps_the_border_of_the_territory():
    ids, table = graded_place()
    norms = norms_with(ids, table, social_index={"30": -9.0})
    found = by_school(given(ids, table, results_of(ids, {}), norms=norms))
    # twelve schools have a reference of their own: the lower 30 % of them, not of the region
    assert found.index[found["is_context_adverse"].astype(bool)].tolist() == ids[-4:]


def test_nobodys_conditions_are_adverse_where_all_are_alike():
    ids, table = graded_place()
    index = social_index(values_of(table, ids), RULE, choose_reference(
        values_of(table, ids), RULE, RULE_ID, YEAR, None, None))  # fmt: skip
    alike = index.assign(index_z=0.5)
    values = values_of(table, ids)
    data = ContextData(
        RULE_ID, RULE, context_evidence(table, RULE), values, alike, results_of(ids, {}),
        RESULT_BORDERS.empty(), choose_reference(values, RULE, RULE_ID, YEAR, None, None), None,
        OBJECTIVITY_LIST.empty(), OBJECTIVITY_SIGNS.empty(), in_grades((), ids),
    )  # fmt: skip
    made = results_given_context(
        data, low_results(ids), adverse(ids), RULES, MIN_SCHOOLS, RELIABLE, YEAR
    )
    assert not by_school(made)["is_context_adverse"].any()


def test_a_school_of_primary_works_alone_stands_beside_all_schools_in_these_works():
    ids, table = graded_place()
    years = good_years(ids)
    results = results_of(ids, years)
    # the hardest school, -0.11 every year, is below the median of twelve, -0.055
    assert by_school(given(ids, table, results))["resilience"][ids[-1]] == "fails"
    primary = results.assign(works=results["works"].mask(results["school_id"] == ids[-1],
                                                         "primary"))  # fmt: skip
    made = given(ids, table, primary, borders=borders_of(primary, primary=-0.2))
    found = by_school(made)
    assert found["resilience"][ids[-1]] == "holds"
    assert found["good_years"][ids[-1]] == "2023;2024;2025"
    assert found["result_border"][[ids[0], ids[-1]]].tolist() == pytest.approx([-0.055, -0.2])
    # the line in the picture is that of all works
    assert made.regression["result_cut"].tolist() == pytest.approx([-0.055])


@pytest.mark.parametrize(
    ("error", "support"),
    [
        # twelve results 0.3, 0, -0.01 ... -0.10: their median is (-0.04 - 0.05) / 2 = -0.045;
        # 0.3 - 1.96 * 0.17 = -0.0332 is above it, 0.3 - 1.96 * 0.19 = -0.0724 is not
        (0.17, "by_interval"),
        (0.19, "by_letter"),
    ],
)
def test_without_an_expectation_the_interval_of_the_year_must_reach_the_border(error, support):
    ids, table = graded_place()
    years = {year: [*(-0.01 * k for k in range(11)), 0.3] for year in YEARS}
    found = by_school(given(ids, table, results_of(ids, years, error=error)))
    assert found["resilience"][ids[-1]] == "holds"
    assert found["result_border"][ids[-1]] == pytest.approx(-0.045)
    assert found["resilience_support"][ids[-1]] == support
    assert set(found["resilience_support"].drop(ids[-1])) == {"none"}


@pytest.mark.parametrize(("over", "support"), [(0.42, "by_effect"), (0.40, "by_letter")])
def test_with_an_expectation_the_effect_decides_and_not_the_interval(over, support):
    ids, table = graded_place()
    norms = norms_with(ids, table)
    values = values_of(table, ids)
    index = social_index(values, RULE, ChosenReference(norms.social_reference, "region_norms"))
    expected = 0.5 + index["index_z"].astype(float).to_numpy()
    # as above: over by 0.4 gives P = 0.783; by 0.42 0.336 and Phi(0.9615) = 0.8318
    now = (expected + over).tolist()
    results = results_of(ids, dict.fromkeys(YEARS, now), error=0.1, reference="region")
    low_border = borders_of(results).assign(border=-9.0)
    found = by_school(given(ids, table, results, norms=norms, borders=low_border))
    assert (found["result_lower"] > found["result_border"]).all()
    assert set(found.loc[found["resilience"] == "holds", "resilience_support"]) == {support}
    assert (found["resilience"] == "holds").sum() == 4


def test_good_years_without_a_result_now_are_not_confirmed():
    ids, table = graded_place()
    years = good_years(ids, (ids[-1], (2023, 2024)))
    years[2025][-1] = None
    found = by_school(given(ids, table, results_of(ids, years))).loc[ids[-1]]
    assert (found["resilience"], found["resilience_support"]) == ("holds", "by_letter")
    assert found["good_years"] == "2023;2024"


def test_sensitivity_has_every_pair_of_borders_and_the_rules_own_among_them():
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS)))
    made = given(ids, table, results)
    pairs = made.sensitivity.groupby(["context_percent", "result_percent"])
    assert sorted(pairs.groups) == [(c, r) for c in (25, 30, 33) for r in (50, 66)]
    own = pairs.get_group((30, 50)).set_index("school_id")["resilience"]
    assert own.tolist() == by_school(made)["resilience"].tolist()


def test_peers_are_alike_in_pupils_in_conditions_and_in_size():
    ids, table = graded_place()
    made = given(ids, table, results_of(ids, {}))
    near = made.peers[made.peers["school_id"] == ids[5]].sort_values("order")
    assert len(near) == RULES.n_peers.value
    assert near["distance"].is_monotonic_increasing
    assert ids[5] not in set(near["peer_id"])
    # a school five times as large goes to the end of everybody's list
    big = table.copy()
    big.loc[big["school_id"] == ids[6], "value"] *= 5
    answers = (big["school_id"] == ids[6]) & ~big["indicator"].str.startswith("n_")
    big.loc[answers, "value"] = table.loc[answers, "value"]
    far = given(ids, big, results_of(ids, {})).peers
    assert ids[6] not in set(far.loc[far["school_id"] == ids[5], "peer_id"])


def test_a_school_of_unknown_size_has_no_peers_and_is_nobodys():
    ids, table = graded_place()
    unknown = (table["school_id"] == ids[4]) & (table["indicator"] == "n_pupils")
    peers = given(ids, table[~unknown], results_of(ids, {})).peers
    assert ids[4] not in set(peers["school_id"]) | set(peers["peer_id"])


def test_one_school_has_no_peers():
    peers = context_peers(
        indicator_table(values_of(context(), school_ids(1)), RULE, YEAR),
        RULE,
        pd.Series([100.0], index=school_ids(1)),
    )
    assert peers.nearest(5).empty


def test_mentors_are_the_nearest_that_do_well():
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS), (ids[5], YEARS), (ids[0], (2025,))))
    made = given(ids, table, results, low=ids[6:8])
    good = by_school(made).query("n_good_years >= 2 and low_results == 'not_included'").index
    found = made.mentors
    assert set(found["school_id"]) == set(ids[6:8])
    assert set(found["mentor_id"]) <= set(good)
    assert found.groupby("school_id").size().max() == RULES.n_mentors.value
    order = made.peers.set_index(["school_id", "peer_id"])["distance"]
    for row in found.itertuples():
        nearer = [peer for peer in good if order.get((row.school_id, peer), np.inf) < row.distance]
        assert set(nearer) <= set(found.loc[found["school_id"] == row.school_id, "mentor_id"])
    assert set(found["objectivity"]) == {"not_checked"}


@pytest.mark.parametrize(("error", "reason"), [(0.05, "resilient"), (5.0, "by_letter")])
def test_a_resilient_school_is_suggested_as_such(error, reason):
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS)), error=error)
    found = given(ids, table, results, low=[ids[-2]]).mentors
    reasons = found.set_index("mentor_id")["reason"]
    assert reasons[ids[-1]] == reason


def list_of(*rows):
    """Rows of ``objectivity_list``: year, school, sign."""
    return OBJECTIVITY_LIST.conform(
        pd.DataFrame(
            [
                {"assessment_year": year, "school_id": school, "subject": "rus", "grade": 5,
                 "has_sign": sign, "source_file": "f", "source_sheet": "s", "source_row": 2}
                for year, school, sign in rows
            ]
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "objectivity", "n_list_years", "resilience"),
    [
        # the window of the rule is three years: 2023, 2024 and 2025
        (((2023, -1, True), (2025, 0, False)), "sign", 2, "fails"),
        (((2025, -1, True),), "sign", 1, "fails"),
        (((2025, -1, False),), "no_sign_partly", 1, "holds"),
        (((2024, 0, True),), "no_sign_partly", 1, "holds"),
        (tuple((year, 0, True) for year in (2023, 2024, 2025)), "no_sign", 3, "holds"),
        (((2022, -1, True),), "not_checked", 0, "holds"),
    ],
)
def test_a_sign_in_a_received_list_bars_resilience_and_suggestions(
    rows, objectivity, n_list_years, resilience
):
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS)))
    signs = list_of(*((year, ids[place], sign) for year, place, sign in rows))
    made = given(ids, table, results, low=[ids[-2]], signs=signs)
    found = by_school(made).loc[ids[-1]]
    assert found["objectivity"] == objectivity
    assert found["n_list_years"] == n_list_years
    assert found["resilience"] == resilience
    assert (ids[-1] in set(made.mentors["mentor_id"])) == (resilience == "holds")
    own = made.sensitivity.query("context_percent == 30 and result_percent == 50")
    assert own.set_index("school_id")["resilience"][ids[-1]] == resilience


def own_signs_of(ids, level, level_1="none"):
    """Own signs: the last school has the levels, the first is not tested, the others have none."""
    levels = pd.Series("none", index=ids)
    levels[ids[0]] = "not_tested"
    pooled, last = levels.copy(), levels.copy()
    pooled[ids[-1]], last[ids[-1]] = level, level_1
    return OBJECTIVITY_SIGNS.conform(
        pd.DataFrame(
            {
                "school_id": ids, "assessment_year": YEAR, "n_years": 4, "level": pooled.to_numpy(),
                "n_tested": 6, "n_signs": 0, "level_1": last.to_numpy(), "n_tested_1": 6,
                "n_signs_1": 0,
            }
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("level", "level_1", "objectivity", "resilience"),
    [
        ("strong", "none", "own_sign", "fails"),
        ("none", "signal", "own_sign", "fails"),
        # an observation is no more than the level the rule allows
        ("observation", "observation", "no_sign", "holds"),
        ("none", "not_tested", "no_sign", "holds"),
        ("not_tested", "not_tested", "not_checked", "holds"),
    ],
)
def test_our_own_signal_bars_resilience_and_suggestions_too(
    level, level_1, objectivity, resilience
):
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS)))
    own = own_signs_of(ids, level, level_1)
    made = given(ids, table, results, low=[ids[-2]], own_signs=own)
    found = by_school(made)
    assert found["objectivity"][ids[-1]] == objectivity
    assert found["is_sign_tested"][[ids[0], ids[1]]].tolist() == [False, True]
    assert found["resilience"][ids[-1]] == resilience
    assert (ids[-1] in set(made.mentors["mentor_id"])) == (resilience == "holds")


def test_only_results_where_the_school_is_low_make_a_pair():
    ids, table = graded_place()
    low = [ids[-2]]
    results = results_of(ids, good_years(ids, (ids[-1], YEARS), (ids[0], YEARS)))
    # the nearest is a primary school, the other good schools wrote grades 5 and 6
    primary = in_grades(low, [ids[-1]], (5, 6, 7), (4,))
    others = in_grades((), ids[:-2], (), (4, 5, 6))
    mixed = SchoolProcedures(primary.low, pd.concat([primary.held, others.held]))
    made = given(ids, table, results, low=low, procedures=mixed)
    assert ids[-1] not in set(made.mentors["mentor_id"])
    assert len(made.mentors) == RULES.n_mentors.value
    assert set(made.mentors["common_procedures"]) == {"vpr:rus:5;vpr:rus:6"}
    searches = by_school(made)["mentor_search"]
    assert searches[ids[-2]] == "found"
    assert set(searches.drop(ids[-2])) == {"not_listed"}
    alone = given(ids, table, results, low=low, procedures=primary)
    assert alone.mentors.empty
    assert by_school(alone)["mentor_search"][ids[-2]] == "no_common_procedures"


def test_a_search_says_why_it_found_nobody():
    ids, table = graded_place()
    nobody_good = given(ids, table, results_of(ids, {}), low=ids[:1])
    assert by_school(nobody_good)["mentor_search"][ids[0]] == "no_good_schools"
    unknown = (table["school_id"] == ids[0]) & (table["indicator"] == "n_pupils")
    no_conditions = given(ids, table[~unknown], results_of(ids, {}), low=ids[:1])
    assert by_school(no_conditions)["mentor_search"][ids[0]] == "no_conditions"


def test_low_procedures_are_those_of_the_last_year_with_any_and_results_those_of_the_year():
    def works(*rows):
        columns = ["school_id", "assessment_year", "subject", "grade", "is_low", "status"]
        return pd.DataFrame(rows, columns=columns).assign(procedure="vpr")

    evidence = works(
        ("a", 2024, "rus", 4, True, ""), ("a", 2025, "rus", 5, True, ""),
        ("a", 2025, "math", 5, False, ""), ("b", 2024, "rus", 6, True, ""),
    )  # fmt: skip
    results = works(
        ("c", 2025, "rus", 5, False, "ok"), ("c", 2024, "rus", 6, False, "ok"),
        ("d", 2025, "rus", 5, False, "too_few"), ("d", 2025, "rus", 6, False, "ok"),
    )  # fmt: skip
    found = school_procedures(evidence, results, 2025)
    assert found.common("a", "c") == ["vpr:rus:5"]
    assert found.common("a", "d") == []
    assert found.common("b", "c") == []
    assert found.common("b", "d") == ["vpr:rus:6"]


def test_nobody_is_suggested_on_the_strength_of_few_pupils():
    ids, table = graded_place()
    results = results_of(ids, good_years(ids, (ids[-1], YEARS)), n=RELIABLE - 1)
    assert given(ids, table, results, low=[ids[-2]]).mentors.empty


def test_without_conditions_everything_is_said_to_be_unknown():
    ids = school_ids(3)
    made = given(ids, context(), results_of(ids, {YEAR: [0.1, 0.2, 0.3]}))
    found = by_school(made)
    assert found["index_z"].isna().all()
    assert set(found["resilience"]) == {"unknown"}
    assert made.peers.empty
    assert made.mentors.empty
