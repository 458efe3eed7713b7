from pathlib import Path

import pytest

from shnor_analysis.demo.files import DemoSummary, write_demo
from shnor_analysis.workspace import Workspace

# A small rest of the region: it only feeds the region row of the aggregate reports.
N_SCHOOLS = 60


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(Workspace(tmp_path_factory.mktemp("ws")), n_schools=N_SCHOOLS)


@pytest.fixture(scope="session")
def folder(demo: DemoSummary) -> Path:
    return demo.folder
