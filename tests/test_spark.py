"""Spark says what DuckDB says: whole numbers the same, real numbers to 1e-12."""

import shutil

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from shnor_analysis import tables
from shnor_analysis.engine import WAIST, open_engine, refuse_repeated_rows, write_waist
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import EngineError, SchemaError
from shnor_analysis.methodology import DEFAULT_REGULATIONS, load_methodology
from shnor_analysis.place_year import open_place_year
from shnor_analysis.table_stages.tidy import read_files
from shnor_analysis.workspace import find_workspace
from tests.conftest import copy_of

METHODOLOGY = load_methodology(find_workspace().methodology, DEFAULT_REGULATIONS)
# Spark compiles every query anew, so each master takes its share of the data.
DATA_BY_MASTER = {
    "local[2]": ("demo partitioned", "one school", "no results"),
    "local-cluster[2,1,1024]": ("region by year",),
}
INPUTS = (
    tables.WORKS,
    tables.VPR_RESULTS,
    tables.GIA_RESULTS,
    tables.GROUP_STATISTICS,
    tables.WORK_TASKS,
    tables.GROUP_ITEMS,
    tables.PARTICIPATION,
)
WORKS = (
    "vpr-2024-spring-rus-4",
    "vpr-2025-spring-rus-4",
    "oge-2025-main-math-9",
    "ege-2024-main-rus-11",
)


def work(work_id):
    procedure, year, season, subject, grade = work_id.split("-")
    return {
        "work_id": work_id, "assessment_year": int(year), "procedure": procedure,
        "season": season, "subject": subject, "grade": int(grade), "level": "none",
    }  # fmt: skip


def invented(schools):
    """Results of a few schools with every value that may be missing missing somewhere."""
    rng = np.random.default_rng(20250601)

    def some(values):
        return None if rng.random() < 0.2 else rng.choice(values).item()

    vpr, gia, groups = [], [], []
    for number, (school, work_id) in enumerate((s, w) for s in schools for w in WORKS):
        for row in range(1, int(rng.integers(2, 30))):
            result = {
                "work_id": work_id, "school_id": school, "pupil_id": f"p{number}-{row}",
                "test_mark": some([2, 3, 4, 5]), "score_raw": some(np.arange(0, 38, 0.1)),
                "source_file": f"{work_id}.xlsx", "source_sheet": some(["Лист", "1"]),
                "source_row": row,
            }  # fmt: skip
            if work_id.startswith("vpr"):
                scores = "".join(rng.choice(list("012-XNa"), 3))
                vpr.append({
                    **result, "school_mark": some([2, 3, 4, 5]), "class_label": some(["4А", "4Б"]),
                    "task_set": work_id, "task_scores": some([scores]),
                })  # fmt: skip
            else:
                scaled = some(np.arange(0, 100)) if work_id.startswith("ege") else None
                gia.append({**result, "exam_date": work_id[4:8] + "-06-01", "score_scaled": scaled})
        if work_id.startswith("vpr"):
            for report, item in [("marks", mark) for mark in "2345"] + [
                ("journal", word) for word in ("lowered", "confirmed", "raised")
            ]:
                groups.append({
                    "work_id": work_id, "report": report, "group_level": "school",
                    "group_id": school, "group_name": "школа", "item": item,
                    "n_participants": 12, "value_share": 0.25, "value_n": 3,
                    "source_file": "Ф3.xlsx", "source_row": number,
                })  # fmt: skip
    frames = [pd.DataFrame(rows) for rows in ([work(w) for w in WORKS], vpr, gia, groups)]
    return [*frames, *invented_tasks(schools)]


def invented_tasks(schools):
    """Tasks, distributions and attendance of the ВПР works."""
    tasks, items, attendance = [], [], []
    for work_id in (w for w in WORKS if w.startswith("vpr")):
        for place in range(3):
            tasks.append({
                "task_set": work_id, "position": place, "work_id": work_id, "task": f"{place}",
                "max_score": None if place == 2 else 2,
            })  # fmt: skip
        for number, school in enumerate(schools):
            source = {"source_file": "Ф4.xlsx", "source_sheet": "Лист", "source_row": number}
            for report, item in (("scores", "7"), ("scores", "12"), ("tasks", "1")):
                items.append({
                    "work_id": work_id, "report": report, "group_level": "school",
                    "group_id": school, "group_name": "школа", "item": item, "max_score": 2,
                    "n_participants": 12 + number, "value_share": 1 / 3, **source,
                })  # fmt: skip
            attendance.append({
                "school_id": school, "work_id": work_id, "n_listed": 20, "n_present": 18,
                "n_absent": 2, **source,
            })  # fmt: skip
    return [pd.DataFrame(rows) for rows in (tasks, items, attendance)]


def as_files(frames, folder):
    for contract, frame in zip(INPUTS, frames, strict=True):
        tables.store_table(frame, contract, folder)


def by_year(frames, folder):
    """One folder a year, as a new year is added to those before it."""
    for contract, frame in zip(INPUTS, frames, strict=True):
        for year, rows in frame.groupby(frame["work_id"].str.split("-").str[1]):
            tables.store_table(rows, contract, folder / year)


def partitioned(frames, folder):
    """As Spark itself writes partitions: the year is in the folder's name, not in the file."""
    for contract, frame in zip(INPUTS, frames, strict=True):
        table = contract.conform(frame).drop(columns="assessment_year", errors="ignore")
        for year, rows in table.groupby(table["work_id"].str.split("-").str[1]):
            part = folder / contract.name / f"assessment_year={year}" / "part-0.parquet"
            part.parent.mkdir(parents=True)
            rows.to_parquet(part, index=False)


@pytest.fixture(scope="module")
def datasets(tmp_path_factory, demo_raw):
    """Folder of tidy tables by the name of the data and of the layout."""
    place = copy_of(demo_raw, tmp_path_factory.mktemp("demo"))  # reading makes the key of pupils
    run = open_place_year(place, "demo", 2025)
    demo = read_files(run, lambda file: None).tables()
    region = invented([f"99000{n}" for n in range(1, 7)])
    contents = {
        "demo files": (as_files, [demo[contract.name] for contract in INPUTS]),
        "demo partitioned": (partitioned, [demo[contract.name] for contract in INPUTS]),
        "region files": (as_files, region),
        "region by year": (by_year, region),
        "one school": (as_files, invented(["990001"])),
        "no results": (as_files, [region[0], *(contract.empty() for contract in INPUTS[1:])]),
    }
    folders = {name: tmp_path_factory.mktemp("tidy") for name in contents}
    for name, (lay, frames) in contents.items():
        lay(frames, folders[name])
    folders["works only"] = tmp_path_factory.mktemp("tidy")
    tables.store_table(region[0], tables.WORKS, folders["works only"])
    return folders


def computed(tidy, engine, folder):
    """Every table of the waist by its name, written and read back."""
    target = folder / f"{tidy.parent.name}-{tidy.name}"
    write_waist(tidy, target, METHODOLOGY, engine)
    return {contract.name: tables.load_table(contract, target) for contract in WAIST}


@pytest.fixture(scope="module")
def on_duckdb(datasets, tmp_path_factory):
    folder = tmp_path_factory.mktemp("duckdb")
    with open_engine(EngineChoice()) as engine:
        return {name: computed(tidy, engine, folder) for name, tidy in datasets.items()}


@pytest.fixture(scope="module")
def quick_java(tmp_path_factory):
    """Short queries end before Java's second compiler is of use; its work would cost half a test.

    Set as users set things for Spark (docs/scale.md), so that way is tested too.
    """
    option = "-XX:TieredStopAtLevel=1"
    folder = tmp_path_factory.mktemp("spark_conf")
    (folder / "spark-defaults.conf").write_text(
        f"spark.driver.extraJavaOptions {option}\nspark.executor.extraJavaOptions {option}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        patch.setenv("SPARK_DRIVER_MEMORY", "900m")
        yield option


@pytest.fixture(scope="module", params=list(DATA_BY_MASTER))
def spark(request, quick_java):
    pytest.importorskip("pyspark", reason="нет pyspark: make spark")
    if shutil.which("java") is None:
        pytest.skip("нет Java 17")
    with open_engine(EngineChoice("spark", request.param)) as engine:
        engine.data = DATA_BY_MASTER[request.param]
        yield engine


def assert_same(found, expected):
    assert list(found.columns) == list(expected.columns)
    assert len(found) == len(expected)
    for column in expected:
        left, right = found[column], expected[column]
        assert left.dtype == right.dtype, column
        assert left.isna().tolist() == right.isna().tolist(), column
        left, right = left.dropna(), right.dropna()
        if left.dtype == "Float64":
            np.testing.assert_allclose(
                left.to_numpy(float), right.to_numpy(float), rtol=1e-12, atol=0, err_msg=column
            )
        else:
            assert left.tolist() == right.tolist(), column


def test_every_table_is_the_same_on_both_engines(spark, datasets, on_duckdb, tmp_path):
    for name in spark.data:
        found = computed(datasets[name], spark, tmp_path)
        for table, expected in on_duckdb[name].items():
            assert_same(found[table], expected)


def test_the_layout_changes_nothing(on_duckdb):
    for name, other in [
        ("demo files", "demo partitioned"),
        ("region files", "region by year"),
        ("no results", "works only"),
    ]:
        for table, expected in on_duckdb[name].items():
            assert_same(on_duckdb[other][table], expected)


def test_the_data_fill_every_table(on_duckdb):
    """But for cohorts: codes of pupils do not survive the year."""
    filled = {name for data in on_duckdb.values() for name, t in data.items() if len(t)}
    assert filled == {contract.name for contract in WAIST} - {"cohort_pairs"}
    assert all(table.empty for table in on_duckdb["no results"].values())


def test_settings_of_spark_are_taken_where_spark_looks_for_them(spark, quick_java):
    settings = spark._session.sparkContext.getConf()
    assert quick_java in settings.get("spark.executor.extraJavaOptions").split()
    assert settings.get("spark.driver.memory") == "900m"


def test_missing_whole_numbers_stay_missing(spark):
    table = pa.table(
        {
            "n": pa.array([2**60 + 1, None, -3], pa.int64()),
            "text": pa.array(["а", None, "б"]).dictionary_encode(),
            "is_known": [True, None, False],
        }
    )
    rows = spark.fetch(spark.memtable(table)).sort_values("n", ignore_index=True)
    assert rows["n"].tolist() == [-3, 2**60 + 1, pd.NA]
    assert rows["text"].tolist()[:2] == ["б", "а"]
    assert rows["is_known"].tolist() == [False, True, pd.NA]
    assert pd.isna(rows["text"][2])


def test_a_row_that_stands_twice_is_refused_on_both_engines(spark, datasets, tmp_path):
    shutil.copytree(datasets["region by year"], tmp_path / "tidy")
    path = tmp_path / "tidy/2025/gia_results.parquet"
    rows = pd.read_parquet(path)
    with open_engine(EngineChoice()) as duckdb:
        for engine in (spark, duckdb):
            rows.to_parquet(path, index=False)
            refuse_repeated_rows(tmp_path / "tidy", engine)
            pd.concat([rows, rows.iloc[[0]]]).to_parquet(path, index=False)
            with pytest.raises(SchemaError, match=r"«gia_results».*таких ключей: 1"):
                refuse_repeated_rows(tmp_path / "tidy", engine)


def test_what_spark_cannot_do_is_one_sentence(spark):
    rows = spark.memtable(pa.table({"n": [1, 0]}))
    with pytest.raises(EngineError, match=r"Spark не выполнил расчёт \(\[DIVIDE_BY_ZERO\]"):
        spark.fetch(rows.mutate(share=1 / rows.n))
