"""The data flows one way: imports go down the layers only."""

import ast
from pathlib import Path

import pytest

from shnor_analysis.pipeline import CODE, CODE_OF_ALL

PACKAGE = Path(__file__).parents[1] / "shnor_analysis"
LAYERS = [  # lowest first; parts of one layer may not import each other
    {"errors", "codes", "engine_choice", "stats", "workspace", "__init__"},
    {"methodology", "tables", "form_specs", "stages"},
    {"place_settings"},
    {"place_files"},
    {"intake", "engine"},
    {"measures", "new_place", "templates"},
    {"decisions", "place_year"},
    {"report", "notebook_run", "table_stages"},
    {"pipeline", "document_stages", "demo"},
    {"monitoring", "publication", "norms_run"},
    {"checking", "command_help", "rules_command"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
# errors is the one module every layer may use, its own included.
EVERYWHERE = {"errors", "__init__"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit(path):
    """shnor_analysis/report/figures.py → report."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_units(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE.name:
            yield from (a.name if a.name in LEVEL else "__init__" for a in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            f"{PACKAGE.name}."
        ):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (
                a.name.split(".")[1] for a in node.names if a.name.startswith(f"{PACKAGE.name}.")
            )


def too_high(here, source):
    return {
        m
        for m in imported_units(source)
        if m != here and m not in EVERYWHERE and LEVEL[m] >= LEVEL[here]
    }


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_down_only(path):
    here = unit(path)
    assert here in LEVEL, f"{here}: give the new part a layer in LAYERS"
    wrong = too_high(here, path.read_text(encoding="utf-8"))
    assert not wrong, f"{here} (layer {LEVEL[here]}) may not import {sorted(wrong)}"


def files_of(part):
    """Source files of a part: ``intake``, ``errors`` or ``table_stages/cells``."""
    return [
        path
        for path in MODULES
        if f"{path.relative_to(PACKAGE).as_posix()}/".startswith((f"{part}/", f"{part}.py/"))
    ]


def needed_parts(start):
    """All parts that the modules of a part import, directly or through others."""
    found, todo = set(), [start]
    while todo:
        part = todo.pop()
        if part not in found:
            found.add(part)
            todo += [
                unit_
                for path in files_of(part)
                for unit_ in imported_units(path.read_text(encoding="utf-8"))
            ]
    return found - {"__init__"}


@pytest.mark.parametrize("stage", CODE)
def test_the_key_of_a_stage_covers_all_code_it_runs(stage):
    covered = {*CODE_OF_ALL, *CODE[stage]}
    assert all(files_of(part) for part in covered)
    missing = needed_parts(f"table_stages/{stage}") - covered
    assert not missing, f"{stage}: add {sorted(missing)} to pipeline.CODE"


def test_the_wording_of_reports_is_no_part_of_a_table():
    """What only documents need, such as the wording of reports, must not read files again."""
    for stage in CODE:
        assert "report" not in needed_parts(f"table_stages/{stage}")


def test_the_guard_sees_a_planted_fault():
    assert too_high("measures", "from shnor_analysis.report import tables") == {"report"}
    assert too_high("stats", "import shnor_analysis.tables") == {"tables"}
    assert too_high("report", "from shnor_analysis import engine") == set()


def test_every_package_module_says_what_it_is_for():
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.name
