"""The invented municipality, made once for all processes of a run, the network refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock
from hypothesis import settings

from shnor_analysis.demo.files import write_demo
from shnor_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
YEAR = 2025

# A timing is no test: how long an example takes says how busy the machine is.
settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")

# Loaded by every Python process of a run, kernels included.
NO_NETWORK = Path(__file__).parent / "no_network"


# The files that take longest, the longest first: a process that met one of them last would keep
# the others waiting.
SLOWEST = (
    "test_annual", "test_stages", "test_norms_run", "test_spark", "test_rules_command",
    "test_cli", "test_engine", "test_norms", "test_low_results", "test_list_dynamics", "test_check",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """Begin with the slowest files; the processes take whole files in this order."""
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(SLOWEST)))


def pytest_addoption(parser):
    """Let golden tables be written anew; their diff is read by eye."""
    parser.addoption("--update-golden", action="store_true", help="write the golden tables anew")


@pytest.fixture
def golden(request):
    """Compare a frame with a committed table of the same name."""

    def check(table, name):
        path = Path(__file__).parent / "golden" / f"{name}.csv"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            table.to_csv(path, index=False, lineterminator="\n", float_format="%.9g")
        expected = pd.read_csv(path, dtype={"school_id": str}, keep_default_na=False)
        found = table.astype(object).where(table.notna(), "").reset_index(drop=True)
        assert list(found.columns) == list(expected.columns)
        assert len(found) == len(expected)
        for column in expected:
            numbers = pd.to_numeric(expected[column], errors="coerce")
            is_flag = expected[column].dtype == bool  # a column of True and False without blanks
            if numbers.notna().all() and column != "school_id" and not is_flag:
                assert found[column].astype(float).tolist() == pytest.approx(
                    numbers.tolist(), rel=1e-7
                ), column
            else:
                assert (
                    found[column].astype(str).tolist() == expected[column].astype(str).tolist()
                ), column

    return check


def make_workspace(root):
    """A project folder of its own: methodology and notebooks copied, data empty."""
    for name in ("methodology", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".ipynb_*"))
    return Workspace(root)


def run_shnor(workspace, *words):
    """Run the command as a user does, without a network; returns the finished process."""
    environment = {
        **os.environ,
        "SHNOR_ROOT": str(workspace.root),
        # after the guard, the package these tests import: the command is that of the same clone
        "PYTHONPATH": os.pathsep.join((str(NO_NETWORK), str(ROOT))),
        "PYTHONUTF8": "1",
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "shnor_analysis.cli", *words],
        env=environment,
        cwd=workspace.root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="session")
def shnor():
    """Give tests the command line."""
    return run_shnor


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, worker_id):
    """Make a project folder once for all processes of a run: whoever comes first fills it.

    Tests only read it: at the end every process that has asked for it looks whether it is as it
    was made. A test that changes anything works on a copy.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    handed_out = {}

    def give(name, fill):
        target, draft = shared / name, shared / f"{name}.draft"
        with FileLock(shared / f"{name}.lock"):
            if not target.is_dir():
                shutil.rmtree(draft, ignore_errors=True)  # of a process that failed to fill it
                draft.mkdir()
                fill(make_workspace(draft))
                draft.replace(target)
        handed_out[target] = state_of(target)
        return Workspace(target)

    yield give
    changed = [folder.name for folder, state in handed_out.items() if state_of(folder) != state]
    assert changed == [], "a test has changed a folder that others read"


def state_of(folder):
    """Time and size of every file: a file written again has another time."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="session")
def demo_raw(made_once):
    """The files of the invented municipality, written once; copy before changing them."""
    return made_once("demo", write_demo)


@pytest.fixture(scope="session")
def annual_run(made_once, demo_raw):
    """The annual run of the invented municipality: the workspace and what the command printed.

    Copy before changing them.
    """

    def run(workspace):
        shutil.copytree(demo_raw.root / "data", workspace.root / "data")
        finished = run_shnor(workspace, "annual", "demo", "--year", str(YEAR))
        assert finished.returncode == 0, finished.stdout + finished.stderr
        workspace.root.with_name("annual.txt").write_text(finished.stdout, encoding="utf-8")

    workspace = made_once("annual", run)
    return workspace, workspace.root.with_name("annual.txt").read_text(encoding="utf-8")


def copy_of(workspace, root):
    """A project folder that a test may change."""
    return Workspace(shutil.copytree(workspace.root, root, dirs_exist_ok=True))


@pytest.fixture
def fresh_workspace(tmp_path):
    """An empty project folder."""
    return make_workspace(tmp_path)
