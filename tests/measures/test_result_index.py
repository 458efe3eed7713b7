"""The result of a school in spreads of pupils: by hand, by scores or marks, on region or place."""

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.measures.result_index import mean_results, result_borders, result_index
from shnor_analysis.tables import WORK_NORMS
from tests.conditions_place import METHODOLOGY, YEAR, cells, marks_cell

SUBJECTS = METHODOLOGY.social_context.result_subjects.value
MARKS = ["n_mark_2", "n_mark_3", "n_mark_4", "n_mark_5"]


def result(rows, norms=None, smallest=5):
    found = result_index(cells(rows), WORK_NORMS.empty() if norms is None else norms, SUBJECTS,
                         smallest)  # fmt: skip
    return found.set_index(["school_id", "assessment_year"])


def norms_of(*works, year=YEAR, source="norms_file", **score):
    rows = [
        {
            "work_id": work, "assessment_year": YEAR, "procedure": "vpr", "season": "spring",
            "subject": work.split("-")[3], "grade": int(work.split("-")[4]), "level": "none",
            "source": source, "norm_year": year, "has_leniency": False, "has_quantiles": False,
            **score,
        }
        for work in works
    ]  # fmt: skip
    return WORK_NORMS.conform(pd.DataFrame(rows, columns=list(WORK_NORMS.columns), dtype=object))


RUS, MATH = f"vpr-{YEAR}-spring-rus-4", f"vpr-{YEAR}-spring-math-4"
# Two schools of 20 pupils: means 10 and 14, spread 4 in each. All 40: mean 12, sum of squares about
# it 2 * 19 * 16 + 40 * 4 = 768, spread sqrt(768 / 39) = 4.4376. Within schools the spread is 4.
TWO = [
    marks_cell("990001", score=(20, 10.0, 4.0)),
    marks_cell("990002", score=(20, 14.0, 4.0)),
]


def test_the_result_by_hand():
    found = result(TWO)
    assert found["result"].tolist() == pytest.approx([-2 / 4.43760, 2 / 4.43760], abs=1e-5)
    # 4 / 4.4376 / sqrt(20)
    assert found["standard_error"].tolist() == pytest.approx([0.20155] * 2, abs=1e-5)
    assert set(found["reference"]) == {"territory"}
    assert found["n_pupils"].tolist() == [20, 20]


def test_two_works_of_one_grade_are_the_same_pupils_and_count_once():
    both = [*TWO, *(marks_cell(row["school_id"], "math", score=(20, 12.0 + k, 4.0))
                    for k, row in enumerate(TWO))]  # fmt: skip
    found = result(both)
    assert found["n_results"].tolist() == [40, 40]
    assert found["n_pupils"].tolist() == [20, 20]
    other_grade = [*TWO, *(marks_cell(row["school_id"], grade=5, score=(20, 12.0 + k, 4.0))
                           for k, row in enumerate(TWO))]  # fmt: skip
    assert result(other_grade)["n_pupils"].tolist() == [40, 40]
    error = result(other_grade)["standard_error"].iloc[0] / found["standard_error"].iloc[0]
    assert error == pytest.approx(np.sqrt(1 / 2), rel=0.02)


def test_subjects_drawn_by_lot_do_not_count():
    lot = [marks_cell(row["school_id"], "history", score=(20, 3.0 + k, 1.0))
           for k, row in enumerate(TWO)]  # fmt: skip
    pd.testing.assert_frame_equal(result([*TWO, *lot]), result(TWO))


def test_where_there_are_no_scores_marks_stand_for_them():
    # marks 3 and 4 in halves against all «4»: means 3.5 and 4
    rows = [marks_cell("990001"), marks_cell("990002", marks=(0, 0, 20, 0))]
    found = result(rows)
    spread = np.sqrt((10 * 0.75**2 + 30 * 0.25**2) / 39)
    assert found["result"].tolist() == pytest.approx([-0.25 / spread, 0.25 / spread])
    assert found["n_by_marks"].tolist() == [20, 20]


def test_one_school_without_scores_is_placed_by_its_marks_among_all():
    rows = [*TWO, marks_cell("990003", marks=(0, 0, 20, 0))]
    found = result(rows)
    # all marks of the work: 20 threes and 40 fours
    spread = np.sqrt((20 * (2 / 3) ** 2 + 40 * (1 / 3) ** 2) / 59)
    assert found.loc[("990003", YEAR), "result"] == pytest.approx((1 / 3) / spread)
    assert found.loc[("990001", YEAR), "n_by_marks"] == 0


REGION = {"mean_score_raw": 13.0, "total_sd_score_raw": 5.0, "within_sd_score_raw": 4.5}


def test_with_norms_of_every_work_the_region_is_zero():
    found = result(TWO, norms_of(RUS, **REGION))
    assert found["result"].tolist() == pytest.approx([-0.6, 0.2])
    # 4.5 / 5 / sqrt(20)
    assert found["standard_error"].tolist() == pytest.approx([0.20125] * 2, abs=1e-5)
    assert set(found["reference"]) == {"region"}


def test_marks_find_their_place_in_the_region_through_the_scores():
    rows = [*TWO, marks_cell("990003", marks=(0, 10, 10, 0))]
    found = result(rows, norms_of(RUS, **REGION))
    # its marks are those of the territory, whose pupils stand at (12 - 13) / 5
    assert found.loc[("990003", YEAR), "result"] == pytest.approx(-0.2)


@pytest.mark.parametrize(
    "norms",
    [
        norms_of(RUS, **REGION),
        norms_of(RUS, MATH, year=YEAR - 1, **REGION),
        norms_of(RUS, MATH, source="fisoko_country", **REGION),
        norms_of(RUS, MATH),
    ],
    ids=["one work lacks", "earlier year", "country", "no spread"],
)
def test_norms_that_do_not_cover_the_year_are_not_mixed_in(norms):
    both = [*TWO, *(marks_cell(row["school_id"], "math", score=(20, 12.0 + k, 4.0))
                    for k, row in enumerate(TWO))]  # fmt: skip
    pd.testing.assert_frame_equal(result(both, norms), result(both))


def test_a_year_with_norms_stands_beside_a_year_without():
    earlier = [
        marks_cell("990001", year=2024, score=(20, 10.0, 4.0)),
        marks_cell("990002", year=2024, score=(20, 14.0, 4.0)),
    ]
    found = result([*TWO, *earlier], norms_of(RUS, **REGION))
    assert found["reference"].tolist() == ["territory", "region"] * 2


def test_few_pupils_are_too_few_and_nobody_is_no_row():
    rows = [*TWO, marks_cell("990003", marks=(0, 2, 2, 0), score=(4, 20.0, 1.0)),
            marks_cell("990004", marks=(0, 0, 0, 0))]  # fmt: skip
    found = result(rows)
    assert found.loc[("990003", YEAR), "status"] == "too_few"
    assert "990004" not in found.index.get_level_values(0)


def test_everybody_alike_gives_no_result():
    rows = [marks_cell("990001", marks=(0, 0, 20, 0)), marks_cell("990002", marks=(0, 0, 20, 0))]
    assert result(rows).empty
    assert result([]).empty


def test_a_cell_without_marks_and_scores_is_unknown_not_zero():
    row = marks_cell("990003")
    assert result([*TWO, {**row, **dict.fromkeys(MARKS)}]).index.get_level_values(0).tolist() == [
        "990001", "990002",
    ]  # fmt: skip


def test_the_mean_of_years_is_pulled_to_the_middle():
    years = [
        marks_cell(school, year=year, score=(20, mean, 4.0))
        for year in (2023, 2024, 2025)
        for school, mean in (("990001", 10.0), ("990002", 12.0), ("990003", 14.0))
    ]
    table = result(years).reset_index()
    mean = mean_results(table, YEAR, 3)
    plain = table.groupby("school_id")["result"].mean()
    assert mean["990002"] == pytest.approx(0, abs=1e-9)
    assert plain["990001"] < mean["990001"] < 0
    assert mean_results(table[:0], YEAR, 3).empty


class _Region:
    """Norms that know quantiles of two kinds of results in one year."""

    assessment_year = YEAR

    def quantile(self, indicator, percent):
        return {("result_index", 50): 0.3}.get((indicator, percent))


# Three schools of 20 wrote grade 4, with spreads of 4: means 10, 14, 12. The first two wrote grade
# 5 as well: 14 and 10, so over all works each of them is an average school.
MIXED = [
    marks_cell("990001", score=(20, 10.0, 4.0)),
    marks_cell("990002", score=(20, 14.0, 4.0)),
    marks_cell("990003", score=(20, 12.0, 4.0)),
    marks_cell("990001", grade=5, score=(20, 14.0, 4.0)),
    marks_cell("990002", grade=5, score=(20, 10.0, 4.0)),
]


def borders(rows, *, min_schools=3, norms=None, smallest=5, reference=None):
    found = result_borders(
        cells(rows), WORK_NORMS.empty() if reference is None else reference, SUBJECTS, smallest,
        (50, 66), min_schools, norms,
    )  # fmt: skip
    return found.set_index(["works", "percent"])


def test_primary_works_have_borders_of_their_own():
    found = result(MIXED)
    assert found["works"].tolist() == ["all", "all", "primary"]
    border = borders(MIXED)["border"].astype(float)
    # grade 4: mean 12, sum of squares 3 * 19 * 16 + 20 * (4 + 4 + 0) = 1072, over 59: spread
    # 4.26257; the schools stand at -0.46920, 0 and 0.46920. Their 66 % quantile lies 0.32 of the
    # way from the second to the third.
    assert border["primary", 50] == pytest.approx(0, abs=1e-9)
    assert border["primary", 66] == pytest.approx(0.32 * 0.46920, abs=1e-5)
    # grade 5 alone: 12, spread 4.43760, +-0.45070. Over all works the first is at
    # (0.45070 - 0.46920) / 2 = -0.00925, the second at 0.00925, the third at 0.
    assert border["all", 66] == pytest.approx(0.32 * 0.00925, abs=1e-5)
    assert set(borders(MIXED)["among"]) == {"territory"}
    assert borders(MIXED)["n_schools"].tolist() == [3] * 4


def test_too_few_schools_give_no_border():
    few = borders(MIXED, min_schools=4)
    assert few["border"].isna().all()
    assert set(few["among"]) == {"none"}
    # a school of too few pupils counts in no quantile
    assert borders(MIXED, smallest=21)["n_schools"]["primary"].tolist() == [0, 0]
    assert borders([]).empty


def test_the_region_gives_the_border_it_holds_on_its_own_scale():
    scores = {"mean_score_raw": 11.0, "total_sd_score_raw": 4.0, "within_sd_score_raw": 3.5}
    on_region = norms_of(RUS, f"vpr-{YEAR}-spring-rus-5", **scores)
    found = borders(MIXED, norms=_Region(), reference=on_region)
    assert found.loc[("all", 50), ["border", "among"]].tolist() == [0.3, "region"]
    assert found["n_schools"].isna().tolist() == [True, False, False, False]
    assert found["among"].tolist() == ["region", "territory", "territory", "territory"]
    # results on the scale of the territory do not stand beside the region
    assert set(borders(MIXED, norms=_Region())["among"]) == {"territory"}
