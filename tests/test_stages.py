"""A run repeats only what has changed, and never stores what it cannot answer for."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest

from shnor_analysis import document_stages, pipeline, publication
from shnor_analysis.engine_choice import EngineChoice
from shnor_analysis.errors import ParameterError
from shnor_analysis.monitoring import Monitoring
from shnor_analysis.place_year import open_place_year
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.stages import Record, Stage, bring_up_to_date, fingerprints, is_current
from shnor_analysis.stages.run import RECORDS_FILE
from shnor_analysis.table_stages import tidy
from shnor_analysis.workspace import Workspace

PLACE, YEAR = "small", 2025
TABLES = ("tidy", "cells", "indicators", "decisions", "manifest")
DOCUMENTS = (*publication.NOTEBOOKS, "letters", "social_reference")


@pytest.fixture(scope="module")
def computed(demo_raw, tmp_path_factory):
    """A place of three files, computed once with notebooks that only say which they are."""
    workspace = Workspace(tmp_path_factory.mktemp("small"))
    for name in ("methodology", "notebooks"):
        shutil.copytree(demo_raw.root / name, workspace.root / name)
    raw = demo_raw.raw("demo")
    target = workspace.raw(PLACE)
    target.mkdir(parents=True)
    # one list of indicators: every run tries its school years anew, and a second adds nothing here
    description = (raw / "monitoring.yaml").read_text(encoding="utf-8")
    both = "[sterlitamak-2021, regional-index]"
    assert both in description
    (target / "monitoring.yaml").write_text(
        description.replace(both, "sterlitamak-2021"), encoding="utf-8"
    )
    shutil.copy(raw / "school_mergers.csv", target)
    for pattern in ("Ф1*", "Ф3*", "*онтекст*"):
        path = next(path for path in sorted((raw / "2025").rglob(pattern)) if path.is_file())
        shutil.copy(path, target / path.name)
    with pytest.MonkeyPatch.context() as patch:
        simplify_documents(patch)
        publication.annual(workspace, PLACE, YEAR)
    return workspace


def simplify_documents(patch):
    """Neither kernels nor typesetting: what they make is tested elsewhere."""
    patch.setattr(document_stages, "run_notebook", write_its_name)
    writers = dict.fromkeys(WRITERS, lambda document: document.title.encode())
    patch.setattr(document_stages, "WRITERS", writers)


@pytest.fixture
def workspace(computed, tmp_path, monkeypatch):
    """A copy of the computed place that a test may change."""
    simplify_documents(monkeypatch)
    return Workspace(shutil.copytree(computed.root, tmp_path / "project"))


def write_its_name(source, target, parameters):
    """Stand for the kernel: a document of one sentence."""
    target.parent.mkdir(parents=True, exist_ok=True)
    executed = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell(f"# {source.stem} {parameters['assessment_year']}")]
    )
    nbformat.write(executed, target)
    return executed


def ran(workspace, **options):
    return publication.annual(workspace, PLACE, YEAR, **options).ran


def contents(workspace):
    folders = (workspace.processed(PLACE, YEAR), workspace.reports(PLACE, YEAR))
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def a_raw_file(workspace):
    return sorted(workspace.raw(PLACE).glob("Ф1*"))[0]


def test_nothing_changed_runs_nothing(workspace):
    before = contents(workspace)
    assert ran(workspace) == ()
    assert contents(workspace) == before


def test_from_scratch_runs_everything_and_gives_the_same(workspace):
    before = contents(workspace)
    assert ran(workspace, from_scratch=True) == TABLES + DOCUMENTS
    assert {name for name, content in contents(workspace).items() if before[name] != content} <= {
        # nbformat gives cells random ids, so the record of their hash differs too
        name
        for name in before
        if name.endswith((".ipynb", RECORDS_FILE))
    }


def test_the_person_responsible_is_printed_but_not_read_from_files(workspace):
    path = workspace.raw(PLACE) / "monitoring.yaml"
    text = path.read_text(encoding="utf-8")
    before = contents(workspace)
    changed = text.replace("  monitoring: ", "  monitoring: новый ", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    again = ran(workspace)
    assert "tidy" not in again
    assert set(DOCUMENTS) <= set(again)
    after = contents(workspace)
    assert all(after[name] == before[name] for name in before if name.endswith(".parquet"))


def test_a_changed_file_is_read_again(workspace):
    copy = workspace.raw(PLACE) / "Ещё раз то же самое под более длинным именем файла.xlsx"
    shutil.copy(a_raw_file(workspace), copy)
    assert ran(workspace) == (
        # an equal copy gives no result, so the cells and the decisions stay as they were
        "tidy", "indicators", "manifest", *DOCUMENTS,
    )  # fmt: skip
    a_raw_file(workspace).unlink()
    assert "cells" in ran(workspace), "cell_sources name the file"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("methodology/comparability.yaml", TABLES + DOCUMENTS),
        # cells are made from what was read, not from what the office says beside it
        (
            "data/raw/small/school_mergers.csv",
            ("tidy", *(one for one in TABLES[1:] if one != "cells"), *DOCUMENTS),
        ),
        ("notebooks/02_low_results.ipynb", ("02_low_results",)),
    ],
)
def test_a_change_runs_what_depends_on_it(workspace, path, expected):
    file = workspace.root / path
    file.write_bytes(file.read_bytes() + b"\n")
    assert ran(workspace) == expected


def test_another_key_of_pseudonyms_reads_anew(workspace):
    workspace.pupil_key.write_text("ab" * 32, encoding="ascii")
    again = ran(workspace)
    assert again[0] == "tidy"
    assert "manifest" in again, "it holds the keys of the stages"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("report/texts_ru.yaml", ("manifest", *DOCUMENTS)),
        ("decisions/low_results.py", ("decisions", "manifest", *DOCUMENTS)),
        ("intake/place.py", ("tidy", "indicators", "decisions", "manifest", *DOCUMENTS)),
    ],
)
def test_a_change_of_the_program_runs_what_it_makes(workspace, monkeypatch, part, expected):
    changed = {**fingerprints._CODE_AS_STARTED, part: "0" * 64}
    assert changed.keys() == fingerprints._CODE_AS_STARTED.keys()
    monkeypatch.setattr(fingerprints, "_CODE_AS_STARTED", changed)
    monkeypatch.setattr(fingerprints, "_package_files", lambda: changed)
    assert ran(workspace) == expected


def test_another_version_of_a_library_runs_everything(workspace, monkeypatch):
    other = fingerprints.versions()
    other = {**other, "libraries": {**other["libraries"], "numpy": "0.0"}}
    monkeypatch.setattr(pipeline, "versions", lambda: other)
    assert ran(workspace)[:5] == TABLES


@pytest.mark.parametrize(
    ("path", "stage", "damage"),
    [
        ("data/processed/small/2025/tidy/works.parquet", "tidy", "changed"),
        ("data/processed/small/2025/decisions/low_results.parquet", "decisions", "missing"),
        ("reports/small/2025/01_data_quality.html", "01_data_quality", "missing"),
        ("reports/small/2025/issues.xlsx", "letters", "changed"),
    ],
)
def test_a_damaged_output_is_made_again(workspace, path, stage, damage):
    before = (workspace.root / path).read_bytes()
    if damage == "missing":
        (workspace.root / path).unlink()
    else:
        (workspace.root / path).write_bytes(before[:-1] + b"?")
    assert ran(workspace) == (stage,)
    assert (workspace.root / path).read_bytes() == before


def test_a_stray_letter_does_not_stay(workspace):
    stray = workspace.reports(PLACE, YEAR) / "letters" / "000000.docx"
    stray.write_bytes(b"of another year")
    assert ran(workspace) == ()
    assert not stray.exists()


def test_broken_records_mean_a_full_run(workspace):
    (workspace.processed(PLACE, YEAR) / RECORDS_FILE).write_text('{"tidy": 1}', encoding="utf-8")
    assert ran(workspace) == TABLES


def test_a_file_that_changes_on_the_way_stops_the_run(workspace, monkeypatch):
    (workspace.processed(PLACE, YEAR) / "tidy/works.parquet").unlink()  # so it reads again
    before = contents(workspace)
    really_read = tidy.read_files

    def read_and_receive(run, progress):
        read = really_read(run, progress)
        (workspace.raw(PLACE) / "только что.csv").write_text("новое", encoding="utf-8")
        return read

    monkeypatch.setattr(tidy, "read_files", read_and_receive)
    with pytest.raises(ParameterError, match=r"изменились файлы: data/raw/small/только что\.csv"):
        ran(workspace)
    assert contents(workspace) == before


def test_a_notebook_that_changes_on_the_way_stops_the_run(workspace, monkeypatch):
    (workspace.reports(PLACE, YEAR) / "01_data_quality.html").unlink()  # so it runs again
    before = contents(workspace)

    def edit_and_run(source, target, parameters):
        source.write_bytes(source.read_bytes() + b"\n")
        return write_its_name(source, target, parameters)

    monkeypatch.setattr(document_stages, "run_notebook", edit_and_run)
    with pytest.raises(ParameterError, match=r"изменились файлы: notebooks/01_data_quality"):
        ran(workspace)
    after = contents(workspace)
    assert all(after[name] == before[name] for name in before if name.startswith("reports"))


def test_a_program_that_changes_on_the_way_stops_the_run(workspace, monkeypatch):
    # so the decisions run again
    (workspace.processed(PLACE, YEAR) / "decisions/low_results.parquet").unlink()
    before = contents(workspace)
    changed = {**fingerprints._package_files(), "new.py": "0" * 64}
    monkeypatch.setattr(fingerprints, "_package_files", lambda: changed)
    with pytest.raises(ParameterError, match="Файлы программы"):
        ran(workspace)
    assert contents(workspace) == before


KILLED = """
import os, sys
from pathlib import Path
from shnor_analysis import publication
from shnor_analysis.table_stages import decisions
from shnor_analysis.workspace import Workspace
decisions.decision_tables = lambda *_: os.kill(os.getpid(), 9)
publication.annual(Workspace(Path(sys.argv[1])), "small", 2025, from_scratch=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_run_leaves_the_earlier_results(workspace):
    before = contents(workspace)
    command = [sys.executable, "-c", KILLED, str(workspace.root)]
    assert subprocess.run(command, check=False).returncode == -9
    assert (workspace.root / f"data/processed/{PLACE}/.{YEAR}.building/tidy").is_dir()
    assert contents(workspace) == before
    assert ran(workspace) == ()


def test_a_run_killed_while_it_replaced_the_folder_is_undone(workspace):
    before = contents(workspace)
    for folder in (workspace.processed(PLACE, YEAR), workspace.reports(PLACE, YEAR)):
        folder.replace(folder.with_name(f".{folder.name}.old"))
    assert ran(workspace) == ()
    assert contents(workspace) == before


LIGHT = """
import sys
from pathlib import Path
from shnor_analysis import cli, publication
from shnor_analysis.workspace import Workspace
run = publication.annual(Workspace(Path(sys.argv[1])), "small", 2025)
heavy = {"pandas", "numpy", "pandera", "pyarrow", "ibis", "scipy", "matplotlib", "nbformat",
         "papermill", "jinja2"}
print(run.ran, sorted(heavy & set(sys.modules)))
"""


def test_finding_that_nothing_changed_loads_no_heavy_library(workspace):
    command = [sys.executable, "-c", LIGHT, str(workspace.root)]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    assert finished.stdout.split("\n")[0] == "() []"


def test_a_notebook_opened_by_hand_notices_stale_tables(workspace, monkeypatch):
    monkeypatch.setenv("SHNOR_ROOT", str(workspace.root))
    computed = []

    def compute(_workspace, place, year, *, engine):
        computed.append((place, year, engine.name))

    monkeypatch.setattr(pipeline, "compute", compute)
    opened = Monitoring.open(PLACE, YEAR)
    assert computed == []
    assert opened.manifest["parameters"]["place"] == PLACE
    a_raw_file(workspace).unlink()
    Monitoring.open(PLACE, YEAR)
    assert computed == [(PLACE, YEAR, "duckdb")]


def test_the_tables_may_be_read_while_a_run_holds_the_place(workspace):
    with publication.only_run(workspace, PLACE):
        assert pipeline.are_tables_current(open_place_year(workspace, PLACE, YEAR))


def test_the_manifest_is_sorted(workspace):
    text = (workspace.processed(PLACE, YEAR) / "manifest.json").read_text(encoding="utf-8")
    loaded = json.loads(text)
    assert text == json.dumps(loaded, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


# --- the mechanism alone ------------------------------------------------------------------


def writing(name, text, **more):
    def run(folder, _):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")

    return Stage(name, name, {"text": text}, run, **more)


def test_a_change_goes_no_further_than_equal_outputs(tmp_path):
    def steps(covered):
        first = writing("first", "same")
        first = Stage("first", "first", {"given": covered}, first.run)
        return first, writing("second", "x", reads=("first",))

    target = tmp_path / "results"
    assert bring_up_to_date(steps(1), target, lambda: None) == ("first", "second")
    assert bring_up_to_date(steps(2), target, lambda: None) == ("first",)
    assert is_current(steps(2), target)
    assert not is_current(steps(1), target)


def test_an_ignored_output_does_not_count():
    stage = writing("third", "x", reads=("first",), ignores=frozenset({"log.txt"}))
    one = {"first": Record("k", {"a.txt": "1", "log.txt": "2"})}
    other = {"first": Record("k", {"a.txt": "1", "log.txt": "3"})}
    changed = {"first": Record("k", {"a.txt": "9", "log.txt": "2"})}
    assert stage.key(one) == stage.key(other) != stage.key(changed)


def test_a_removed_stage_takes_its_outputs_along(tmp_path):
    target = tmp_path / "results"
    bring_up_to_date((writing("a", "1"), writing("b", "2")), target, lambda: None)
    assert bring_up_to_date((writing("b", "2"),), target, lambda: None) == ()
    assert [path.name for path in sorted(target.glob("*.txt"))] == ["b.txt"]


def test_the_earlier_file_is_copied_not_shared(tmp_path):
    target = tmp_path / "results"
    bring_up_to_date((writing("a", "1"), writing("b", "2")), target, lambda: None)
    taken = target.joinpath("a.txt").stat().st_ino
    with pytest.raises(ParameterError):
        bring_up_to_date((writing("a", "1"), writing("b", "3")), target, refuse)
    failed = target.with_name("results.failed")
    assert (failed / "a.txt").read_text(encoding="utf-8") == "1"
    assert (failed / "a.txt").stat().st_ino != taken
    assert is_current((writing("a", "1"), writing("b", "2")), target)


def refuse():
    raise ParameterError("нельзя")


def test_a_part_without_files_has_no_hash():
    with pytest.raises(ValueError, match="nothing_there"):
        fingerprints.code_hash("nothing_there")


def test_what_reads_tables_asks_for_the_engine_that_made_them(workspace, tmp_path):
    """A notebook of a run with Spark must not find the tables stale and compute them anew."""
    assert pipeline.stored_engine(tmp_path) == EngineChoice()
    for text, engine in (('{"parameters": {"engine": "spark"}}', "spark"), ("{", "duckdb")):
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
        assert pipeline.stored_engine(tmp_path).name == engine
    runs = [open_place_year(workspace, PLACE, 2025, EngineChoice(e)) for e in ("duckdb", "spark")]
    duckdb, spark = (
        {stage.name: stage.covers for stage in pipeline.table_stages(run, pipeline.silent)}
        for run in runs
    )
    differ = {name for name, covers in duckdb.items() if covers != spark[name]}
    assert differ == {"cells", "manifest"}
