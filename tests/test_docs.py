"""The documents name everything the program reads and every command it has."""

from pathlib import Path

import pytest

from shnor_analysis.codes import CONTEXT_INDICATORS, PROCEDURES
from shnor_analysis.intake.place import READERS
from shnor_analysis.methodology import BLOCKS, PURPOSES, Confidence, IndexRule, Regulation
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


RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    sorted(
        {*BLOCKS, *PURPOSES, *Regulation.model_fields, *IndexRule.model_fields, *Confidence}
        | {*PROCEDURES, *CONTEXT_INDICATORS} - {f"n_pupils_grade_{n}" for n in range(2, 12)}
    ),
)
def test_every_word_of_a_regulation_file_is_explained(name):
    assert f"`{name}`" in RULES
