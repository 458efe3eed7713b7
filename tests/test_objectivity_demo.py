"""Objectivity by the letter on the invented municipality: what was planted, what is found."""

import pytest

from shnor_analysis import pipeline, tables

LYCEUM, INFLATED_VPR, INFLATED_MARKS, DICTATED = "991203", "991204", "991205", "991207"


@pytest.fixture(scope="module")
def table(annual_run):
    folder = annual_run[0].processed("demo", 2025)

    def load(contract, part=pipeline.DECISIONS):
        rows = tables.load_table(contract, folder / part)
        return rows[rows["assessment_year"] == 2025] if "assessment_year" in rows else rows

    return load


def test_the_markers_of_the_demo(table, golden):
    """Read by eye.

    The region is known for one work of six; an honest lyceum fires beside the school whose ВПР is
    inflated and the one with dictated answers; the school with generous marks does not fire at
    all; both falls are those of the school planted to decline.
    """
    markers = table(tables.OBJECTIVITY_MARKERS)
    fired = markers[markers["verdict"] == "fires"]
    assert {LYCEUM, INFLATED_VPR, DICTATED} <= set(
        fired.loc[fired["marker_id"] == "mean_vpr_math_5", "school_id"]
    )
    assert INFLATED_MARKS not in set(fired["school_id"])
    assert set(fired.loc[fired["kind"] == "sharp_fall", "school_id"]) == {"991216"}
    golden(fired.drop(columns="regulation_id"), "objectivity_markers_demo_2025")
    letter = table(tables.OBJECTIVITY_LETTER).drop(columns=["regulation_id", "assessment_year"])
    chance = letter["chance_any"].astype(float).map("{:.6f}".format, na_action="ignore")
    golden(letter.assign(chance_any=chance), "objectivity_letter_demo_2025")


def test_marks_beside_marks_show_what_was_planted(table):
    agreement = table(tables.MARK_AGREEMENT, pipeline.INDICATORS)
    counts = ["n_mark_pairs", "n_lowered", "n_raised"]
    by_school = agreement.groupby("school_id")[counts].sum().astype(float)
    by_school = by_school[by_school["n_mark_pairs"] >= 40]
    shares = by_school[["n_lowered", "n_raised"]].div(by_school["n_mark_pairs"], axis=0)
    assert shares["n_lowered"].idxmax() == INFLATED_MARKS
    assert shares["n_raised"].idxmax() == INFLATED_VPR


def test_a_verdict_resolves_to_files(table):
    markers = table(tables.OBJECTIVITY_MARKERS)
    tested = markers[markers["verdict"] != "not_tested"]
    sources = table(tables.CELL_SOURCES, pipeline.CELLS)
    known = set(zip(sources["school_id"], sources["work_id"], strict=True))
    for row in tested.itertuples(index=False):
        for work in row.evidence.split(";"):
            assert (row.school_id, work) in known


def test_the_planted_medal_is_found(table):
    # demo/files_office.py: the school with generous marks adds one middling graduate; by the
    # order (as retold) base maths does not stand beside other exams, which makes a second one
    medals = table(tables.MEDAL_CONFIRMATION, pipeline.INDICATORS).set_index("school_id")
    assert medals["n_unconfirmed"].to_dict() == {"991201": 0, LYCEUM: 0, INFLATED_MARKS: 2}
    assert medals.loc[INFLATED_MARKS, ["n_reported_unconfirmed", "n_differ"]].tolist() == [1, 1]
    assert set(medals["status"]) == {"too_few"}


def test_no_exam_has_school_marks(table):
    indicators = table(tables.OBJECTIVITY_INDICATORS, pipeline.INDICATORS)
    exams = indicators[indicators["indicator_id"].isin(["oge_mismatch", "ege_mismatch"])]
    assert set(exams["status"]) == {"no_journal"}
    assert exams["value"].isna().all()
