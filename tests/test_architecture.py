"""The data flows one way: imports go down the layers only."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "shnor_analysis"
LAYERS = [  # lowest first; parts of one layer may not import each other
    {"errors", "codes", "stats", "workspace", "__init__"},
    {"methodology", "tables", "form_specs"},
    {"place_settings"},
    {"intake", "engine"},
    {"measures", "new_place", "templates"},
    {"decisions"},
    {"report", "notebook_run"},
    {"pipeline", "demo"},
    {"monitoring", "publication", "norms_run"},
    {"command_help", "rules_command"},
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


def test_the_guard_sees_a_planted_fault():
    assert too_high("measures", "from shnor_analysis.report import tables") == {"report"}
    assert too_high("stats", "import shnor_analysis.tables") == {"tables"}
    assert too_high("report", "from shnor_analysis import engine") == set()


def test_every_package_module_says_what_it_is_for():
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.name
