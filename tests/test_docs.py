"""The documents name everything the program reads and every command it has."""

from pathlib import Path

import pytest

from shnor_analysis.intake.place import READERS
from shnor_analysis.report.texts import text
from shnor_analysis.tables import CONTRACTS

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("family", sorted(READERS))
def test_every_kind_of_file_is_described(family):
    assert f"| {text('family', family)} |" in FILES


def test_every_table_named_exists():
    rows = [line.split("|")[3] for line in FILES.splitlines() if line.count("|") == 4]
    named = {name.strip(" `") for cell in rows[2:] for name in cell.split(",")}
    assert len(named) >= 15
    assert named <= set(CONTRACTS)
