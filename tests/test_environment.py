"""pyproject.toml, environment.yml and constraints.txt tell the same story."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name_of(requirement):
    return re.match(r"[A-Za-z0-9_.-]+", requirement).group().lower().replace("_", "-")


def test_the_conda_environment_has_the_floors_of_pyproject():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = {line.strip().removeprefix("- ") for line in text.splitlines() if "- " in line}

    assert set(PROJECT["dependencies"]) <= listed
    assert f"python{PROJECT['requires-python']}" in listed


def test_every_dependency_has_a_tested_version_within_its_range():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    tested = {name_of(line): line.split("==")[1] for line in text.splitlines() if "==" in line}
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]

    for requirement in needed:
        floor = re.search(r">=([0-9.]+)", requirement).group(1)
        version = tested[name_of(requirement)]
        numbers = [tuple(map(int, re.findall(r"\d+", text)[:2])) for text in (version, floor)]
        assert numbers[0] >= numbers[1], requirement
