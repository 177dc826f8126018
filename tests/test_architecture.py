"""The shape of the code: which part may import which, how long a module may be."""

import ast
from pathlib import Path

import pytest

import placement_planner

PACKAGE = Path(placement_planner.__file__).parent
GROUND = {"errors", "codes", "tables", "storage", "scenario"}
STAGE = GROUND
ALLOWED = {
    "errors": set(),
    "codes": set(),
    "tables": {"codes"},
    "storage": {"errors", "codes", "tables"},
    "scenario": {"errors"},
    "folders": {"errors"},
    "checks": GROUND,
    "workbook": GROUND,
    "inputs": GROUND | {"checks", "workbook"},
    "templates": GROUND | {"inputs", "workbook"},
    "need": STAGE,
    "supply": STAGE,
    "travel": STAGE,
    "costs": STAGE,
    "options": STAGE,
    "sources": STAGE | {"options"},
    "sample": STAGE,
    "siting": STAGE,
    "surroundings": GROUND | {"costs", "supply", "travel"},
    "outcome": GROUND | {"inputs", "siting", "surroundings"},
    "gap": STAGE | {"siting"},
    "balance": GROUND | {"gap", "inputs", "surroundings"},
    "ahead": GROUND | {"inputs", "need"},
    "forecast": GROUND | {"ahead", "inputs", "need"},
    "privacy": GROUND,
    "wording": GROUND | {"outcome", "privacy", "siting"},
    "figures": GROUND
    | {"balance", "forecast", "gap", "inputs", "need", "options", "outcome", "privacy", "siting",
       "surroundings", "wording"},
    "charts": GROUND | {"figures", "forecast", "need", "wording"},
    "maps": GROUND
    | {"balance", "figures", "forecast", "need", "outcome", "privacy", "siting", "wording"},
    "reports": GROUND
    | {"balance", "charts", "figures", "folders", "forecast", "inputs", "need", "outcome",
       "privacy", "siting", "wording"},
    "pipeline": GROUND
    | {"ahead", "need", "supply", "travel", "costs", "options", "siting", "surroundings", "balance",
       "gap", "inputs", "outcome", "forecast"},
    "runs": GROUND | {"outcome", "siting"},
    "verification": GROUND | {"inputs", "outcome", "pipeline", "runs", "siting"},
    "cli": GROUND
    | {"charts", "figures", "folders", "inputs", "maps", "need", "outcome", "pipeline", "privacy",
       "reports", "runs", "sample", "siting", "sources", "templates", "travel", "verification",
       "wording"},
    "__init__": {"balance", "errors", "forecast", "inputs", "outcome", "pipeline", "scenario"},
}  # fmt: skip
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "placement_planner":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            "placement_planner."
        ):
            found.add(node.module.split(".")[1])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_its_part_may(path):
    part = part_of(path)

    assert imports_of(path) - {part} <= ALLOWED[part]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_stays_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_only_one_module_knows_the_solver():
    users = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if "import highspy" in path.read_text(encoding="utf-8")
    }

    assert users == {"siting/highs.py"}


def test_everything_that_is_announced_exists():
    assert all(hasattr(placement_planner, name) for name in placement_planner.__all__)


def test_the_library_does_not_print():
    printing = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }

    assert {name.split("/")[0] for name in printing} <= {"cli"}
