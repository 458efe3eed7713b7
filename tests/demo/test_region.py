from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from shnor_analysis.demo.designs import DESIGNS, VPR_DESIGNS, works_of
from shnor_analysis.demo.files import DemoSummary, write_region
from shnor_analysis.demo.region import (
    Population,
    demo_population,
    n_pupils,
    other_population,
)
from shnor_analysis.demo.results import Sitting, sittings
from shnor_analysis.tables import GIA_RESULTS, SCHOOLS, VPR_RESULTS, WORK_TASKS, WORKS, Contract
from shnor_analysis.workspace import Workspace

SEED = 2025
N_SCHOOLS = 60


@pytest.fixture(scope="module")
def demo_schools() -> Population:
    return demo_population(SEED)


@pytest.fixture(scope="module")
def results(demo_schools: Population) -> dict[str, Sitting]:
    return {one.work.work_id: one for year in (2024, 2025) for one in sittings(demo_schools, year)}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_region(Workspace(tmp_path_factory.mktemp("region")), n_schools=N_SCHOOLS)


# Real papers: the printed maximum of the work.
@pytest.mark.parametrize(
    ("subject", "grade", "year", "maximum"),
    [("rus", 4, 2024, 38), ("math", 4, 2024, 20), ("rus", 5, 2024, 45), ("math", 5, 2024, 20),
     ("rus", 6, 2024, 51), ("math", 6, 2024, 16), ("rus", 7, 2024, 47), ("math", 7, 2024, 19),
     ("rus", 8, 2024, 51), ("math", 8, 2024, 25), ("rus", 4, 2025, 24)],
)  # fmt: skip
def test_real_papers_have_their_real_maximum(
    subject: str, grade: int, year: int, maximum: int
) -> None:
    (design,) = (
        one
        for one in VPR_DESIGNS
        if (one.subject, one.grade) == (subject, grade) and one.year_from <= year <= one.year_to
    )
    assert design.max_score == maximum


def test_cuts_rise_and_fit_the_paper() -> None:
    for design in DESIGNS:
        edges = (0, *design.cuts, design.max_score)
        assert all(low < high for low, high in pairwise(edges)), design


def test_every_year_has_ten_vpr_works() -> None:
    for year in (2022, 2023, 2024, 2025):
        assert len(works_of(year, ("vpr",))) == 10


def test_another_seed_gives_another_region(results: dict[str, Sitting]) -> None:
    other = next(iter(sittings(demo_population(7), 2025)))
    same = results[other.work.work_id]
    assert other.score.size != same.score.size or (other.score != same.score).any()


def test_drawing_fewer_procedures_changes_nothing(demo_schools: Population) -> None:
    alone = next(iter(sittings(demo_schools, 2025, ("oge",))))
    together = next(
        one for one in sittings(demo_schools, 2025) if one.work.work_id == alone.work.work_id
    )
    assert np.array_equal(alone.score, together.score)


def test_tasks_add_up_and_keep_their_maximum(results: dict[str, Sitting]) -> None:
    for one in results.values():
        assert one.items is not None
        greatest = [task.max_score for task in one.work.design.tasks]
        assert np.array_equal(one.items.sum(axis=1), one.score)
        assert (one.items >= 0).all()
        assert (one.items <= greatest).all()


def test_scaled_scores_respect_the_minimum(results: dict[str, Sitting]) -> None:
    for subject, minimum in (("rus", 24), ("math", 27), ("social", 42), ("physics", 36)):
        one = results[f"ege-2025-main-{subject}-11"]
        assert np.array_equal(one.scaled < minimum, one.is_below)
        assert one.scaled.max() <= 100


def test_the_same_pupils_go_to_the_next_grade(results: dict[str, Sitting]) -> None:
    before, after = results["vpr-2024-spring-math-6"], results["vpr-2025-spring-math-7"]
    both, left, right = np.intersect1d(before.pupil, after.pupil, return_indices=True)
    assert both.size > 300
    assert np.corrcoef(before.score[left], after.score[right])[0, 1] > 0.5


def test_pupils_of_the_merged_school_sit_elsewhere(
    demo_schools: Population, results: dict[str, Sitting]
) -> None:
    names = [case.case if case else "" for case in demo_schools.schools.cases]
    merged, target = names.index("merged_in_2024"), names.index("ordinary_town")
    one = results["vpr-2025-spring-rus-6"]
    moved = demo_schools.pupils.home[one.pupil] == merged
    assert moved.any()
    assert set(one.school[moved].tolist()) == {target}
    assert n_pupils(demo_schools, 2025)[merged] == 0


def test_large_school_has_more_than_600_pupils(demo_schools: Population) -> None:
    names = [case.case if case else "" for case in demo_schools.schools.cases]
    counts = n_pupils(demo_schools, 2025)
    assert counts[names.index("large_low_results")] > 600
    assert 0 < counts[names.index("three_pupils")] < 40


def test_levels_of_the_region_are_realistic() -> None:
    others = other_population(SEED, 400)
    sizes = n_pupils(others, 2025)
    assert sizes.min() >= 3
    assert sizes.max() <= 900
    assert np.median(sizes) < 150
    agree = []
    for one in sittings(others, 2025):
        procedure, subject = one.work.design.procedure, one.work.design.subject
        below = float(one.is_below.mean())
        if procedure == "vpr":
            assert 0.04 <= below <= 0.14, one.work
            known = one.journal > 0
            mark, journal = one.mark[known], one.journal[known]
            agree.append([(mark < journal).mean(), (mark == journal).mean()])
        elif subject in ("rus", "math", "math_base"):
            assert 0.005 <= below <= 0.06, one.work
    lowered, confirmed = np.mean(agree, axis=0)
    assert 0.20 <= lowered <= 0.30
    assert 0.63 <= confirmed <= 0.72


@pytest.mark.parametrize(
    ("name", "contract"),
    [("schools", SCHOOLS), ("works", WORKS), ("work_tasks", WORK_TASKS),
     ("vpr_results", VPR_RESULTS), ("gia_results", GIA_RESULTS)],
)  # fmt: skip
def test_region_tables_keep_contracts(region: DemoSummary, name: str, contract: Contract) -> None:
    for year in (2022, 2023, 2024, 2025):
        table = pd.read_parquet(region.folder / str(year) / f"{name}.parquet")
        pd.testing.assert_frame_equal(contract.conform(table), table)
        assert len(table) > 0


def test_region_counts_are_the_truth(region: DemoSummary) -> None:
    results = pd.read_parquet(region.folder / "2025" / "vpr_results.parquet")
    counted = (
        results.assign(low=results["test_mark"] == 2)
        .groupby(["school_id", "work_id"], as_index=False)
        .agg(n_participants=("low", "size"), n_below_minimum=("low", "sum"))
    )
    truth = pd.read_csv(region.truth_folder / "cells.csv", dtype={"school_id": "str"})
    both = counted.merge(truth, on=["school_id", "work_id"], validate="one_to_one", how="left")
    assert (both["n_participants_x"] == both["n_participants_y"]).all()
    assert (both["n_below_minimum_x"] == both["n_below_minimum_y"]).all()


def test_points_by_task_add_up_to_the_score(region: DemoSummary) -> None:
    results = pd.read_parquet(region.folder / "2025" / "vpr_results.parquet")
    points = results["task_scores"].map(lambda text: sum(map(int, text)))
    assert (points == results["score_raw"]).all()


def test_region_has_the_schools_asked_for(region: DemoSummary) -> None:
    assert region.n_schools == N_SCHOOLS
    schools = pd.read_parquet(region.folder / "2023" / "schools.parquet")
    assert len(schools) == N_SCHOOLS
    assert (schools["municipality_id"] == "reg99_m012").sum() == 24
    assert schools["oge_code"].dropna().is_unique
    assert set(schools.loc[schools["oge_code"].isna(), "school_name"].str[6:9]) == {"НОШ"}
    assert schools["inn"].str.fullmatch(r"\d{10}").all()


def test_pupil_has_one_fingerprint_in_a_year(region: DemoSummary) -> None:
    results = pd.read_parquet(region.folder / "2025" / "vpr_results.parquet")
    assert results["pupil_id"].str.fullmatch(r"[0-9a-f]{16}").all()
    works = results.groupby("pupil_id")["work_id"].nunique()
    assert works.max() == 2
    assert (works == 2).mean() > 0.7


def test_region_is_reproducible(region: DemoSummary, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    again = write_region(Workspace(tmp_path_factory.mktemp("again")), n_schools=N_SCHOOLS)
    for path in sorted(region.folder.rglob("*.parquet")):
        other = again.folder / path.relative_to(region.folder)
        assert path.read_bytes() == other.read_bytes()
