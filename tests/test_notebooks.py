"""Notebooks are thin, clean and take plain parameters."""

import ast
from pathlib import Path

import nbformat
import pytest

from shnor_analysis.errors import ParameterError
from shnor_analysis.notebook_run import check_parameters
from shnor_analysis.publication import NOTEBOOKS as RUN_ANNUALLY

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MAX_CODE_LINES, MAX_CELL_LINES = 60, 12
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda,
)  # fmt: skip
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)


def code_cells(path):
    return [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


@each_notebook
def test_has_no_outputs(path):
    assert all(not c.outputs and c.execution_count is None for c in code_cells(path))


@each_notebook
def test_has_one_parameters_cell_of_plain_scalars(path):
    cells = [c for c in code_cells(path) if "parameters" in tags(c)]
    assert len(cells) == 1
    for node in ast.parse(cells[0].source).body:
        assert isinstance(node, ast.Assign)
        assert isinstance(node.value, ast.Constant)


@each_notebook
def test_is_thin(path):
    sizes = [len([ln for ln in c.source.splitlines() if ln.strip()]) for c in code_cells(path)]
    assert sum(sizes) <= MAX_CODE_LINES
    assert max(sizes) <= MAX_CELL_LINES


@each_notebook
def test_only_calls_the_package(path):
    for cell in code_cells(path):
        found = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, FORBIDDEN)]
        assert not found, "логика принадлежит shnor_analysis/"


@each_notebook
def test_code_never_shows_in_documents(path):
    for cell in code_cells(path):
        assert {"parameters", "hide-input", "remove-cell"} & set(tags(cell))


@each_notebook
def test_the_title_carries_the_number_of_the_file(path):
    first = nbformat.read(path, 4).cells[0]
    assert first.source.startswith(f"# {path.stem[:2]}. ")


def test_the_annual_run_names_existing_notebooks():
    assert set(RUN_ANNUALLY) == {path.stem for path in NOTEBOOKS}


@each_notebook
def test_a_misspelt_parameter_stops_the_run(path):
    check_parameters(path, {"place": "demo", "assessment_year": 2025})
    with pytest.raises(ParameterError, match=r"assesment_year.*возможно.*assessment_year"):
        check_parameters(path, {"place": "demo", "assesment_year": 2025})
