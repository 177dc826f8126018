"""Notebooks hold no logic, keep no outputs, and run from top to bottom."""

import ast
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_only_calls_the_library(path):
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    tree = ast.parse("\n".join(cell.source for cell in code))
    logic = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.Lambda, ast.If)

    assert not any(isinstance(node, logic) for node in ast.walk(tree)), "move logic to the library"
    assert not any(cell.outputs or cell.execution_count for cell in code), "strip outputs"
    assert cells[0].cell_type == "markdown", "start with a title and a question"
    assert cells[0].source.splitlines()[0].endswith("?"), "ask one question"
    assert all(len(cell.source.splitlines()) <= 10 for cell in code), "keep cells short"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "data", tmp_path / "data")
    notebook = nbformat.read(path, as_version=4)
    here = {"metadata": {"path": str(tmp_path / "notebooks")}}

    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=here).execute()

    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
