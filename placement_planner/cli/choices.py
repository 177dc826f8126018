"""The scenario of a command: the study's, another file, and single choices on top."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from placement_planner.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from placement_planner.scenario import Scenario

__all__ = ["chosen_scenario"]


def chosen_scenario(study: Path, file: Path | None, changes: Sequence[str]) -> Scenario:
    """Read the scenario, and put `section.choice=value` changes on top of it."""
    from placement_planner.scenario import Scenario, read_scenario

    default = (study.parent if study.is_file() else study) / "scenario.toml"
    path = file or default
    chosen = read_scenario(path) if file or default.is_file() else Scenario()
    sections: dict[str, dict[str, Any]] = {}
    for change in changes:
        name, _, value = change.partition("=")
        section, _, key = name.partition(".")
        if not (section and key and value):
            raise ScenarioError(
                f"--set {change}: right would be section.choice=value, such as "
                "solver.time_limit_s=60"
            )
        try:
            parsed = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            parsed = value
        sections.setdefault(section, {})[key] = parsed
    try:
        return chosen.with_choices(**sections)
    except ScenarioError as error:
        lines = [f"--set {line}" for line in str(error).splitlines()]
        raise ScenarioError("\n".join(lines)) from error
