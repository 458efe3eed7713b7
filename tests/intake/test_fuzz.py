"""A bounded attack on every reader: damaged cells, columns, rows and bytes never raise."""

import datetime as dt
import os
import random
from pathlib import Path

import pytest

from shnor_analysis.intake.assemble import assemble
from shnor_analysis.intake.detect import sheet_family
from shnor_analysis.intake.extract import FileRead
from shnor_analysis.intake.messages import UnreadableFile
from shnor_analysis.intake.place import READERS
from shnor_analysis.intake.workbook import Sheet, open_workbook
from shnor_analysis.place_files import place_files
from shnor_analysis.place_settings import PlaceSettings

KEY = b"k" * 32
MUTANTS_PER_FAMILY = 4
DAMAGED_FILES = 40
LARGEST_ROWS = 60  # more rows only repeat the same code
HOSTILE = (
    None, "", " ", "X", "Х", "нет", "-1", "999999999999999999999", "1e309", "12%", "=1+1", "\x00",
    "Иванов Пётр", "31.02.2025", "2024/2025", "edu990001", 0, -1, 3.5, 10**30, float("nan"),
    float("inf"), True, dt.date(2025, 3, 1), dt.datetime(2025, 3, 1, 9), dt.time(9), "я" * 5000,
    "<script>", "«",
)  # fmt: skip


@pytest.fixture(scope="module")
def seeds(demo_raw):
    """One sheet of every family of the invented municipality, with its reader."""
    folder = demo_raw.raw("demo")
    samples = os.environ.get("SHNOR_FORMAT_SAMPLES", "")
    paths = place_files(folder) + ([*Path(samples).iterdir()] if samples else [])
    found = {}
    for path in paths:
        try:
            sheets = open_workbook(path.name, path.read_bytes())
        except UnreadableFile:
            continue
        for sheet in sheets:
            family = sheet_family(sheet)
            if family in READERS and family not in found:
                name = f"2025/edu990001/{path.name}"
                found[family] = Sheet(name, sheet.name, sheet.rows[:LARGEST_ROWS])
    return found


def mutant(sheet, rng):
    """A sheet with some cells, rows or columns spoilt."""
    rows = [list(row) for row in sheet.rows]
    for _ in range(rng.randint(1, 12)):
        row = rows[rng.randrange(len(rows))]
        if row:
            row[rng.randrange(len(row))] = rng.choice(HOSTILE)
    kind = rng.randrange(6)
    if kind == 0:
        at = rng.randrange(max(sheet.width, 1))
        rows = [[*row[:at], rng.choice(HOSTILE), *row[at:]] for row in rows]  # a shifted column
    elif kind == 1:
        rows = rows[: rng.randrange(len(rows) + 1)]
    elif kind == 2:
        rng.shuffle(rows)
    elif kind == 3:
        rows = [row[: rng.randrange(len(row) + 1)] for row in rows]  # ragged, as in a CSV
    elif kind == 4:
        rows = rows + rows
    return Sheet(sheet.file, sheet.name, rows)


def test_there_are_seeds_of_most_families(seeds):
    assert len(seeds) >= 15, sorted(seeds)


@pytest.mark.parametrize("family", sorted(READERS))
def test_a_damaged_sheet_never_raises_and_its_tables_keep_their_contracts(seeds, place, family):
    if family not in seeds:
        pytest.skip(f"нет файла вида {family} ни в учебном примере, ни среди образцов")
    rng = random.Random(family)
    for number in range(MUTANTS_PER_FAMILY):
        sheet = mutant(seeds[family], rng)
        extract = READERS[family](sheet, place.methodology, KEY)
        read = FileRead(sheet.file, "0" * 64, 1, family, "read", None, (extract,))
        intake = assemble([read], place.methodology, KEY, PlaceSettings())
        assert len(intake.source_files) == 1, number


def test_damaged_bytes_are_one_sentence(demo_raw):
    rng = random.Random(1)
    paths = [
        p for p in place_files(demo_raw.raw("demo")) if p.suffix == ".xlsx" and p.stat().st_size
    ]
    n_refused = 0
    for _ in range(DAMAGED_FILES):
        data = bytearray(rng.choice(paths).read_bytes())
        for _ in range(rng.randint(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if rng.random() < 0.3:
            data = data[: rng.randrange(1, len(data))]
        try:
            open_workbook("файл.xlsx", bytes(data))
        except UnreadableFile as broken:
            n_refused += 1
            assert str(broken).endswith(".")
    assert n_refused  # otherwise the damage reached nothing
