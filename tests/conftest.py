"""The invented municipality, computed once for all tests, with every outside connection refused."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from shnor_analysis.demo import write_demo
from shnor_analysis.workspace import Workspace

ROOT = Path(__file__).parents[1]
YEAR = 2025

# Loaded by every Python process of a run, kernels included: only this machine may be reached.
NO_NETWORK = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    host = address[0] if isinstance(address, tuple) else "localhost"
    if host not in ("127.0.0.1", "::1", "localhost"):
        raise ConnectionRefusedError(f"the network is cut off: {address}")
    return _connect(self, address)
socket.socket.connect = connect
def refuse(host, *rest, **named):
    if host not in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0"):
        raise ConnectionRefusedError(f"the network is cut off: {host}")
    return _getaddrinfo(host, *rest, **named)
_getaddrinfo, socket.getaddrinfo = socket.getaddrinfo, refuse
"""


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
    guard = workspace.root / "no_network"
    guard.mkdir(exist_ok=True)
    (guard / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    environment = {
        **os.environ,
        "SHNOR_ROOT": str(workspace.root),
        # the package beside these tests, wherever the environment's own copy lies
        "PYTHONPATH": os.pathsep.join((str(guard), str(ROOT))),
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
def demo_raw(tmp_path_factory):
    """The files of the invented municipality, written once; copy before changing them."""
    workspace = make_workspace(tmp_path_factory.mktemp("demo"))
    write_demo(workspace)
    return workspace


@pytest.fixture(scope="session")
def annual_run(demo_raw):
    """The annual run of the invented municipality: the workspace and what the command printed."""
    finished = run_shnor(demo_raw, "annual", "demo", "--year", str(YEAR))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return demo_raw, finished.stdout


@pytest.fixture
def fresh_workspace(tmp_path):
    """An empty project folder."""
    return make_workspace(tmp_path)
