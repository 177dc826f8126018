"""Commands that the documentation prints are there, with the options it gives them."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from placement_planner.cli import app
from placement_planner.scenario import Scenario

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = get_command(app).commands


def command_lines(page):
    """Lines of code blocks that begin with the program's name; comments and line breaks undone."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.strip().startswith("placement-planner "):
                yield line.split(" # ")[0].strip()


LINES = [(page.name, line) for page in PAGES for line in command_lines(page)]


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_a_command_of_the_documentation_is_there_with_its_options(page, line):
    _, name, *words = shlex.split(line)

    known = {option for param in COMMANDS[name].params for option in param.opts}
    assert {word for word in words if word.startswith("--")} <= known, page
    for change in (words[place + 1] for place, word in enumerate(words) if word == "--set"):
        section, choice = change.split("=")[0].split(".")
        assert choice in type(getattr(Scenario(), section)).model_fields


def test_every_command_is_told_of():
    everywhere = " ".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert [name for name in COMMANDS if f"placement-planner {name}" not in everywhere] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_choices_named_in_the_text_exist(page):
    """Words such as `need.draws`: a section of the scenario, a dot, a choice of it."""
    scenario = Scenario()
    text = page.read_text(encoding="utf-8")
    for section, choice in re.findall(r"`([a-z]+)\.([a-z_0-9]+)(?: ?=[^`]*)?`", text):
        has_choices = hasattr(getattr(scenario, section, None), "model_dump")
        if has_choices and choice != "csv":
            assert choice in type(getattr(scenario, section)).model_fields, (section, choice)
