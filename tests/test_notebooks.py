"""Notebooks hold no logic, keep no outputs, and run from top to bottom."""

import ast
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from placement_planner.scenario import read_scenario, scenario_template
from tests.part_of_sample import write_part_of_sample

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


LIGHT = {
    "horizon": {"years": (2027, 2030, 2034), "last_period_years": 2},
    "need": {"draws": 40},
    "solver": {"relative_gap": 0.05, "time_limit_s": 20},
}
"""Choices that take less time."""


def run_from_top_to_bottom(path, folder):
    (folder / "notebooks").mkdir()
    notebook = nbformat.read(path, as_version=4)
    here = {"metadata": {"path": str(folder / "notebooks")}}

    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=here).execute()

    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_first_notebook_runs_from_top_to_bottom(tmp_path):
    """On a part of the sample: the slow tests run all notebooks on the whole of it."""
    scenario = write_part_of_sample(tmp_path / "data") / "scenario.toml"
    light = read_scenario(scenario).with_choices(**LIGHT)
    scenario.write_text(scenario_template(light), encoding="utf-8")

    run_from_top_to_bottom(NOTEBOOKS[0], tmp_path)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_as_it_is_shipped(path, tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns(".drives"))

    run_from_top_to_bottom(path, tmp_path)
