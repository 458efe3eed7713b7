"""Tables of the passport of a run: what went in, by which rules and programs, what came out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from shnor_analysis import tables as contracts
from shnor_analysis.report import russian
from shnor_analysis.report.document import Cell, DisplayTable
from shnor_analysis.report.tables.build import (
    build_table,
    count_column,
    text_column,
    whole,
    words,
)
from shnor_analysis.report.texts import load_texts, text

# As many digits of a SHA-256 as a person compares; a workbook and the manifest have all 64.
PRINTED_DIGITS = 12

Manifest = Mapping[str, Any]


def passport(manifest: Manifest) -> tuple[DisplayTable, DisplayTable, DisplayTable]:
    """The manifest of a run as tables: parameters and versions, tables made, files read."""
    return run_parameters(manifest), stored_tables(manifest), input_files(manifest)


def fingerprint(sha256: str) -> Cell:
    """Make a cell with a content hash, shortened in print."""
    return Cell(sha256, sha256[:PRINTED_DIGITS])


def run_parameters(manifest: Manifest) -> DisplayTable:
    """Parameters, regulations and versions of a run: one line each."""
    return build_table(
        "run_parameters",
        (text_column("parameter", 1.6), text_column("value", 4.0)),
        tuple((words(name), value) for name, value in _parameters(manifest)),
    )


def _parameters(manifest: Manifest) -> Iterator[tuple[str, Cell]]:
    names = load_texts()["run_parameter"]
    given, versions = manifest["parameters"], manifest["versions"]
    year = given["assessment_year"]
    yield names["place"], words(given["place"])
    yield names["year"], words(f"{year} ({russian.school_year(year)})")
    yield names["engine"], words(text("engine", given["engine"]))
    for purpose, regulations in manifest["regulations"].items():
        yield text("rule_block", purpose), _regulations(regulations)
    yield names["package"], words(versions["package"])
    yield names["code_hash"], fingerprint(versions["code"])
    yield names["python"], words(versions["python"])
    libraries = versions["libraries"].items()
    yield names["libraries"], words("; ".join(f"{name} {version}" for name, version in libraries))
    for stage in sorted(manifest["stages"], key=_order):
        yield text("stage_key", stage), fingerprint(manifest["stages"][stage])


def _regulations(regulations: Iterable[Mapping[str, str]]) -> Cell:
    shortened = [{**one, "sha256": one["sha256"][:PRINTED_DIGITS]} for one in regulations]
    whole_text, printed = (
        "; ".join(text("run_parameter", "regulation", **one) for one in ones)
        for ones in (regulations, shortened)
    )
    return Cell(whole_text, printed)


def stored_tables(manifest: Manifest) -> DisplayTable:
    """Tables of the run: how many rows each has and its content hash."""
    return build_table(
        "stored_tables",
        (
            text_column("title", 2.6),
            text_column("file", 2.6),
            count_column("rows", 0.7),
            text_column("fingerprint", 1.2),
        ),
        tuple(
            (
                words(contracts.CONTRACTS[PurePosixPath(file).stem].title),
                words(file),
                whole(made["rows"]),
                fingerprint(made["sha256"]),
            )
            for file, made in sorted(
                manifest["tables"].items(), key=lambda one: (_order(one[0]), one[0])
            )
        ),
    )


def _order(file: str) -> int:
    """Place of a stage, or of the folder of a table, in the order stages run."""
    return list(load_texts()["stage_key"]).index(PurePosixPath(file).parts[0])


def input_files(manifest: Manifest) -> DisplayTable:
    """Everything that was read, files of the methodology included; too long for a page."""
    place = manifest["parameters"]["place"]
    rows = [
        *(
            (f"data/raw/{place}/{file}", text("file_status", one["status"]), one["sha256"])
            for file, one in manifest["files"].items()
        ),
        *(
            (f"data/raw/{place}/{file}", text("input_kind", "settings"), sha256)
            for file, sha256 in manifest["settings"].items()
        ),
        *(
            (f"methodology/{file}", text("input_kind", "methodology"), sha256)
            for file, sha256 in manifest["methodology"].items()
        ),
    ]
    table = build_table(
        "input_files",
        (text_column("file", 4.0), text_column("status", 1.6), text_column("fingerprint", 1.2)),
        tuple((words(file), words(kind), fingerprint(sha256)) for file, kind, sha256 in rows),
    )
    return replace(table, sheet_only=True)
