"""Engines and the ways their tables lie on the disk."""

import os
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shnor_analysis import tables
from shnor_analysis.engine import open_engine
from shnor_analysis.engine.java_noise import without_java_noise
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import EngineError, ParameterError, SchemaError


@pytest.mark.parametrize(
    "master",
    ["local", "local[*]", "local[2]", "local[2,3]", "local-cluster[2,1,1024]",
     "spark://node:7077", "spark://a:7077,b:7077", "yarn", "k8s://https://node:6443"],
)  # fmt: skip
def test_masters_of_spark(master):
    assert EngineChoice("spark", master).master == master


@pytest.mark.parametrize("master", ["", "local[0]", "local[x]", "node:7077", "spark://", "Yarn"])
def test_an_impossible_master_is_refused(master):
    with pytest.raises(ParameterError, match=r"не похож на адрес Spark; ожидается local\[4\]"):
        EngineChoice("spark", master)


def test_an_unknown_engine_is_refused():
    with pytest.raises(ParameterError, match=r"«polars» \(--engine\) неизвестен; есть duckdb, sp"):
        EngineChoice("polars")


def test_duckdb_has_no_master():
    assert EngineChoice() == EngineChoice("duckdb", None)
    with pytest.raises(ParameterError, match="нужен только движку spark"):
        EngineChoice("duckdb", "local[2]")


def test_without_pyspark_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with (
        pytest.raises(EngineError, match=r"«make spark» или «pip install \.\[spark\]»"),
        open_engine(EngineChoice("spark")),
    ):
        pass


def test_without_java_the_sentence_says_what_to_install(monkeypatch, tmp_path):
    pytest.importorskip("pyspark", reason="нет pyspark: make spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(EngineError, match="openjdk-17-jre-headless"),
        open_engine(EngineChoice("spark")),
    ):
        pass


def works(*years):
    rows = [
        {"work_id": f"vpr-{year}-spring-rus-{grade}", "assessment_year": year, "procedure": "vpr",
         "season": "spring", "subject": "rus", "grade": grade, "level": "none"}
        for year in years
        for grade in (4, 5)
    ]  # fmt: skip
    return tables.WORKS.conform(pd.DataFrame(rows))


def write(frame, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)


def read(folder):
    with open_engine(EngineChoice()) as engine:
        return tables.WORKS.conform(engine.fetch(engine.table(folder, tables.WORKS)))


@pytest.mark.parametrize(
    "layout",
    ["{year}/works.parquet", "assessment_year={year}/works.parquet", "works/{year}/a.parquet",
     "works/assessment_year={year}/a.parquet", "works.parquet/part-{year}.parquet",
     "{year}/works.parquet/part-0.parquet"],
)  # fmt: skip
@pytest.mark.parametrize("folder", ["tidy", "Район [2025] {a}"])
def test_years_in_folders_are_united(tmp_path, layout, folder):
    for year in (2024, 2025):
        path = tmp_path / folder / layout.format(year=year)
        write(works(year), path)
        (path.parent / "_SUCCESS").touch()
        (path.parent / "_temporary.parquet").touch()
    assert read(tmp_path / folder).equals(works(2024, 2025))


def test_the_name_of_a_folder_gives_a_column(tmp_path):
    for year in (2024, 2025):
        frame = works(year).drop(columns="assessment_year")
        write(frame, tmp_path / f"assessment_year={year}" / "works.parquet")
    assert read(tmp_path).equals(works(2024, 2025))


def test_a_code_in_a_folders_name_keeps_its_zeros(tmp_path):
    write(works(2025).drop(columns="subject"), tmp_path / "works/subject=007/a.parquet")
    assert read(tmp_path)["subject"].tolist() == ["007", "007"]


def test_narrow_types_dictionaries_and_absent_columns_are_read(tmp_path):
    table = pa.Table.from_pandas(works(2025), preserve_index=False).drop_columns(["exam_date"])
    subject, year = (table.schema.get_field_index(n) for n in ("subject", "assessment_year"))
    table = table.set_column(subject, "subject", table["subject"].dictionary_encode())
    table = table.set_column(year, "assessment_year", table["assessment_year"].cast(pa.int16()))
    pq.write_table(table, tmp_path / "works.parquet")
    assert read(tmp_path).equals(works(2025))


def test_an_absent_table_is_an_error_or_empty(tmp_path):
    with open_engine(EngineChoice()) as engine:
        with pytest.raises(SchemaError, match=r"Нет таблицы vpr_results\.parquet в папке"):
            engine.table(tmp_path, tables.VPR_RESULTS)
        rows = engine.table(tmp_path, tables.VPR_RESULTS, may_be_absent=True)
        assert tables.VPR_RESULTS.conform(engine.fetch(rows)).empty


def test_rows_are_not_counted_twice(tmp_path):
    write(works(2025), tmp_path / "works.parquet")
    write(works(2025), tmp_path / "2025" / "works.parquet")
    with pytest.raises(SchemaError, match=r"\(works\.parquet и 2025/works\.parquet\)"):
        read(tmp_path)


def test_folders_of_two_kinds_do_not_mix(tmp_path):
    write(works(2024), tmp_path / "2024" / "works.parquet")
    write(works(2025), tmp_path / "assessment_year=2025" / "works.parquet")
    with pytest.raises(SchemaError, match="разложите все файлы одинаково"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.drop(columns="subject"), "works.parquet: нет столбца «subject»"),
        (lambda t: t.assign(grade=["4", "5"]), "«grade»: найден тип .*string, ожидался int64"),
        (lambda t: t.assign(subject=[1, 2]), "«subject»: найден тип int64, ожидался string"),
    ],
)
def test_a_file_under_another_contract_is_refused(tmp_path, change, sentence):
    write(works(2024), tmp_path / "2024" / "works.parquet")
    write(change(works(2025)), tmp_path / "2025" / "works.parquet")
    with pytest.raises(SchemaError, match=sentence):
        read(tmp_path)


def test_whole_numbers_beside_missing_ones_stay_whole():
    with open_engine(EngineChoice()) as engine:
        rows = engine.fetch(engine.memtable(pa.table({"n": [2**60 + 1, None]})))
    assert rows["n"].tolist() == [2**60 + 1, pd.NA]
    assert str(rows["n"].dtype) == "Int64"


def test_only_the_noise_of_java_is_left_out(capfd):
    words = "WARNING: Using incubator modules: jdk.incubator.vector", "ERROR out of memory"
    program = f"import sys; input(); print(*{words!r}, sep=chr(10), file=sys.stderr)"
    with without_java_noise() as passing:
        started = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    # what is printed later is passed on as well, and our own words as ever
    started.communicate(b"\n")
    passing.join()
    os.write(2, b"ours\n")
    assert capfd.readouterr().err.splitlines() == ["ERROR out of memory", "ours"]
