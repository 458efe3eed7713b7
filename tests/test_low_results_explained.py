"""The invented municipality: how sure its list is, against what was planted in it."""

import pandas as pd
import pytest

from shnor_analysis import pipeline, tables
from shnor_analysis.demo.truth_table import truth_table
from shnor_analysis.place_year import open_place_year
from shnor_analysis.report import russian
from shnor_analysis.report.explanations import explanation
from shnor_analysis.report.labels import Labels
from shnor_analysis.report.list_tables import ListTables
from shnor_analysis.workspace import ROOT_VARIABLE

# The eight listed schools, one a pupil short in every procedure, one two pupils short, and one
# without results.
EXPLAINED = (
    "991202", "991208", "991209", "991210", "991211", "991212", "991216", "991220", "991223",
    "991205", "991213",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(annual_run):
    return annual_run[0].processed("demo", 2025) / pipeline.DECISIONS


@pytest.fixture(scope="module")
def lists(folder):
    return ListTables(
        *(
            tables.load_table(contract, folder)
            for contract in (
                tables.LOW_RESULTS,
                tables.LOW_RESULTS_EVIDENCE,
                tables.LOW_RESULTS_CERTAINTY,
                tables.LOW_RESULTS_WAYS,
            )
        )
    )


@pytest.fixture(scope="module")
def truth(annual_run):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ROOT_VARIABLE, str(annual_run[0].root))
        return truth_table("demo", 2025)


def test_certainty_and_variants_of_the_demo(folder, golden):
    """Read by eye; the probabilities were found anew from the planted counts.

    Another beta-binomial fit and 200 000 draws of shares and of counts gave the same within the
    error of drawing, the ways out were added up by hand from the counts.
    """
    certainty = tables.load_table(tables.LOW_RESULTS_CERTAINTY, folder)
    printed = {
        name: certainty[name].astype(float).map("{:.6f}".format, na_action="ignore")
        for name in ("p_membership", "p_chance")
    }
    golden(certainty.assign(**printed), "low_results_certainty_demo_2025")
    golden(
        tables.load_table(tables.LOW_RESULTS_SCENARIOS, folder),
        "low_results_scenarios_demo_2025",
    )


def test_the_words_for_eleven_schools(lists, annual_run, golden):
    """Every number in them was checked by hand against the planted counts (cells.csv)."""
    run = open_place_year(annual_run[0], "demo", 2025)
    schools = tables.load_table(tables.SCHOOLS, run.tables / pipeline.TIDY)
    labels = Labels.of(schools, run.methodology)
    said = pd.DataFrame(
        [
            {
                "school_id": school_id,
                "statement": "".join(run.text for run in item).replace(russian.NO_BREAK_SPACE, " "),
            }
            for school_id in EXPLAINED
            for item in explanation(lists, school_id, labels, run.methodology.low_results).items
        ]
    )
    golden(said, "explanations_demo_2025")


def test_truly_low_schools_are_the_core_whatever_their_size(lists, truth):
    found = truth.merge(lists.decisions, on="school_id", validate="1:1").merge(
        lists.certainty.drop(columns="assessment_year"), on="school_id", validate="1:1"
    )
    low = found["is_truly_low"]
    assert sorted(found.loc[low, "case"]) == [
        "declined_sharply", "disadvantaged_and_low", "large_low_results", "small_low_results",
    ]  # fmt: skip
    assert (found.loc[low, "decision"] == "included").all()
    assert (found.loc[low, "membership_class"] == "core").all()
    # of the others only one is near: a pupil short in every procedure of four years
    others = found[~low & found["membership_class"].isin(["core", "borderline"])]
    assert (others["membership_class"] == "borderline").all()
    assert set(others["case"]) == {
        "one_pupil_below_threshold", "exactly_on_threshold", "repeated_one_procedure",
    }  # fmt: skip
    # three pupils and the two ЕГЭ of a good school: by the letter only
    chance = found[found["case"].isin(["three_pupils", "only_ege_low"])]
    assert (chance["decision"] == "included").all()
    assert (chance["membership_class"] == "outside").all()
    assert sorted(found.loc[low, "size_class"]) == [1, 2, 2, 3]


def test_the_clauses_planted_are_the_clauses_found(lists, truth):
    found = truth[truth["expected_clauses"].isin(["A", "B", "AB", "-"])].merge(
        lists.decisions, on="school_id", validate="1:1"
    )
    letters = [
        "".join(letter for letter, yes in (("A", a), ("B", b)) if yes is not pd.NA and yes) or "-"
        for a, b in zip(found["clause_a"], found["clause_b"], strict=True)
    ]
    assert letters == found["expected_clauses"].tolist()
    assert len(letters) == 22


def test_a_real_territory_has_no_truth(demo_raw, monkeypatch):
    monkeypatch.setenv(ROOT_VARIABLE, str(demo_raw.root))
    assert truth_table("municipality", 2025).empty
