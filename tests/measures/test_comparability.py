"""Which year may be compared with which: every reason alone, its border, and all together."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_analysis import tables
from shnor_analysis.measures.comparability import comparability
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.workspace import find_workspace

RULES = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS).comparability
NO_MERGERS = pd.DataFrame(columns=["old_school", "new_school", "assessment_year"])


def cell(year, n=100, *, season="spring", subject="rus", grade=5, school="990001", **other):
    procedure = other.get("procedure", "vpr")
    level = other.get("level", "none")
    return {
        "school_id": school,
        "work_id": f"{procedure}-{year}-{season}-{subject}-{grade}-{level}",
        "assessment_year": year, "procedure": procedure, "season": season, "subject": subject,
        "grade": grade, "level": level, "basis": "pupils", "n_participants": n,
        "n_below_minimum": 0, "n_score_raw": 0, "n_score_scaled": 0, "n_high_known": 0,
    }  # fmt: skip


def works_of(rows, maxima):
    """The works of some cells; ``maxima`` is year → maximum score, an absent year is unknown."""
    names = ["work_id", "assessment_year", "procedure", "season", "subject", "grade", "level"]
    frame = pd.DataFrame(rows)[names].drop_duplicates("work_id")
    return tables.WORKS.conform(
        frame.assign(
            max_score_raw=pd.array(
                [maxima.get(year) for year in frame["assessment_year"]], dtype="Int64"
            )
        )
    )


def listed(year, present, absent, school="990001", file="a.xlsx"):
    return {
        "school_id": school, "work_id": f"vpr-{year}-spring-rus-5-none",
        "n_listed": present + absent, "n_present": present, "n_absent": absent,
        "source_file": file, "source_sheet": "1", "source_row": 2,
    }  # fmt: skip


def run(rows, *, maxima=None, participation=(), mergers=NO_MERGERS):
    frame = (
        tables.PARTICIPATION.conform(pd.DataFrame(participation))
        if participation
        else tables.PARTICIPATION.empty()
    )
    cells = tables.CELLS.conform(pd.DataFrame(rows))
    return comparability(works_of(rows, maxima or {}), cells, RULES, frame, mergers)


def last(*given, **named):
    """Verdict and reasons of the last year."""
    row = run(*given, **named).sort_values("assessment_year").iloc[-1]
    return row["verdict"], "" if pd.isna(row["reasons"]) else row["reasons"]


def test_the_first_year_has_nothing_to_compare_with():
    found = run([cell(2023)])
    assert found["verdict"].tolist() == ["first"]
    assert found["compared_year"].isna().all()
    assert found["reasons"].isna().all()


def test_two_like_years_are_comparable():
    found = run([cell(2023), cell(2024)])
    assert found["verdict"].tolist() == ["first", "comparable"]
    assert found["compared_year"].tolist()[1] == 2023
    assert found["n_participants_compared"].tolist()[1] == 100


# Years, further properties of the two cells, expected verdict and reasons: by hand from the
# calendar of ВПР and the facts in methodology/comparability.yaml.
@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        # the season of the year itself differs
        (cell(2018), cell(2019, season="autumn"), ("not_comparable", "season")),
        # autumn 2020 on the previous programme: into it and out of it
        (cell(2019), cell(2020, season="autumn"), ("not_comparable", "programme;season")),
        (cell(2020, season="autumn"), cell(2021), ("not_comparable", "programme;season")),
        # over it: only the gap is named
        (cell(2019), cell(2021), ("comparable", "gap")),
        # grades 10 and 11 wrote in March 2020
        (cell(2019, grade=11, subject="history"), cell(2020, grade=11, subject="history"),
         ("comparable", "")),
        # 2022 was spring and autumn, even where this territory has spring only
        (cell(2021), cell(2022), ("not_comparable", "season")),
        (cell(2022), cell(2023), ("not_comparable", "season")),
        # the works of 2025 are new; 2026 continues them
        (cell(2024), cell(2025), ("shares_only", "work_changed")),
        (cell(2023), cell(2025), ("shares_only", "work_changed;gap")),
        (cell(2025), cell(2026), ("comparable", "")),
        # drawn by lot: biology in grade 6 from 2021, in grade 5 from 2025
        (cell(2023, subject="biology", grade=6), cell(2024, subject="biology", grade=6),
         ("not_comparable", "random_subject")),
        (cell(2023, subject="biology"), cell(2024, subject="biology"), ("comparable", "")),
        (cell(2024, subject="biology"), cell(2025, subject="biology"),
         ("not_comparable", "random_subject;work_changed")),
        (cell(2023, subject="english", grade=7), cell(2024, subject="english", grade=7),
         ("comparable", "")),
        # ОГЭ: Russian got another maximum in 2025, mathematics did not
        (cell(2024, procedure="oge", grade=9, season="main"),
         cell(2025, procedure="oge", grade=9, season="main"), ("shares_only", "max_score")),
        (cell(2024, procedure="oge", grade=9, season="main", subject="math"),
         cell(2025, procedure="oge", grade=9, season="main", subject="math"),
         ("comparable", "")),
        # a break of ОГЭ is no break of ЕГЭ
        (cell(2024, procedure="ege", grade=11, season="main"),
         cell(2025, procedure="ege", grade=11, season="main"), ("comparable", "")),
        # the number changes by exactly a half, and by one more
        (cell(2023, 100), cell(2024, 50), ("comparable", "")),
        (cell(2023, 100), cell(2024, 49), ("comparable", "cohort")),
        (cell(2023, 100), cell(2024, 150), ("comparable", "")),
        (cell(2023, 100), cell(2024, 151), ("comparable", "cohort")),
    ],
)  # fmt: skip
def test_a_reason_and_its_effect(before, now, expected):
    assert last([before, now]) == expected


@pytest.mark.parametrize(
    ("maxima", "expected"),
    [
        ({2023: 45, 2024: 45}, ("comparable", "")),
        ({2023: 45, 2024: 38}, ("shares_only", "max_score")),
        ({2024: 38}, ("comparable", "")),  # unknown is not another
    ],
)
def test_another_maximum_leaves_only_shares(maxima, expected):
    assert last([cell(2023), cell(2024)], maxima=maxima) == expected


@pytest.mark.parametrize(
    ("participation", "expected"),
    [
        ([listed(2024, 70, 30)], ("comparable", "")),
        ([listed(2024, 69, 31)], ("not_comparable", "participation")),
        ([listed(2023, 69, 31)], ("not_comparable", "participation")),
        # 90 of 100 and 45 of 100: 135 of 200 = 67.5 %
        ([listed(2024, 90, 10), listed(2024, 45, 55, "990002")],
         ("not_comparable", "participation")),
        # the same school in two sources is counted once, in the wider one
        ([listed(2024, 80, 20), listed(2024, 10, 30, file="b.xlsx")], ("comparable", "")),
        # another work says nothing about this one
        ([listed(2024, 10, 90) | {"work_id": "vpr-2024-spring-math-5-none"}], ("comparable", "")),
    ],
)  # fmt: skip
def test_participation_of_the_territory(participation, expected):
    assert last([cell(2023), cell(2024)], participation=participation) == expected


@pytest.mark.parametrize(
    ("old", "year", "expected"),
    [
        ("990002", 2024, ("comparable", "merger")),
        ("990002", 2023, ("comparable", "")),  # both years are after it
        ("990002", 2025, ("comparable", "")),
        ("990007", 2024, ("comparable", "")),  # neither school wrote this work
    ],
)
def test_a_merger_is_named_where_its_schools_took_part(old, year, expected):
    mergers = pd.DataFrame(
        {"old_school": [old], "new_school": ["990009"], "assessment_year": [year]}
    )
    rows = [cell(2023), cell(2023, school="990002"), cell(2024, 180)]
    assert last(rows, mergers=mergers) == expected


def test_a_lot_that_ended_still_spoils_its_last_year():
    lot = RULES.random_subjects[0].model_copy(update={"year_from": 2023, "year_to": 2023})
    rules = RULES.model_copy(update={"random_subjects": (lot,)})
    rows = [cell(year, subject="biology", grade=6) for year in (2023, 2024, 2026)]
    cells = tables.CELLS.conform(pd.DataFrame(rows))
    found = comparability(
        works_of(rows, {}), cells, rules, tables.PARTICIPATION.empty(), NO_MERGERS
    )
    assert found["reasons"].tolist()[1:] == ["random_subject", "work_changed;gap"]


def test_both_seasons_of_a_year_are_one_row():
    rows = [cell(2022, 60), cell(2022, 50, season="autumn", school="990002"), cell(2023)]
    found = run(rows)
    assert found["assessment_year"].tolist() == [2022, 2023]
    assert found["n_participants"].tolist() == [110, 100]
    assert found["reasons"].tolist()[1] == "season"


def test_levels_and_grades_are_series_of_their_own():
    rows = [cell(2024), cell(2025, level="base"), cell(2025, level="advanced"), cell(2025, grade=6)]
    assert run(rows)["verdict"].tolist() == ["first"] * 4


def test_a_year_without_participants_is_not_compared_with():
    found = run([cell(2021), cell(2022, 0), cell(2023)])
    assert found["assessment_year"].tolist() == [2021, 2023]
    assert found["compared_year"].tolist()[1] == 2021
    assert found["reasons"].tolist()[1] == "gap"


def test_nothing_gives_an_empty_table():
    found = comparability(
        tables.WORKS.empty(), tables.CELLS.empty(), RULES, tables.PARTICIPATION.empty(), NO_MERGERS
    )
    assert len(found) == 0


cells_of_any_kind = st.lists(
    st.builds(
        cell,
        st.integers(2018, 2027),
        st.integers(0, 300),
        season=st.sampled_from(["spring", "autumn"]),
        subject=st.sampled_from(["rus", "math", "biology"]),
        grade=st.integers(4, 8),
        school=st.sampled_from(["990001", "990002", "990003"]),
    ),
    min_size=1,
    max_size=25,
    unique_by=lambda row: (row["school_id"], row["work_id"]),
)


@settings(max_examples=40)
@given(cells_of_any_kind)
def test_every_year_with_participants_has_one_row_and_a_sound_verdict(rows):
    found = run(rows)
    expected = {
        (r["subject"], r["grade"], r["assessment_year"]) for r in rows if r["n_participants"]
    }
    assert {
        *found[["subject", "grade", "assessment_year"]].itertuples(index=False, name=None)
    } == expected
    assert len(found) == len(expected)
    first = found["verdict"] == "first"
    assert (found["compared_year"].isna() == first).all()
    later = found[~first]
    assert (later["compared_year"] < later["assessment_year"]).all()
    # the order of rows does not matter
    pd.testing.assert_frame_equal(run(rows[::-1]), found)
