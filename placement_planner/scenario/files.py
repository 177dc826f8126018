"""A scenario as a whole, and the file that holds it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, ValidationError

from placement_planner.errors import ScenarioError
from placement_planner.scenario.base import Choices
from placement_planner.scenario.journeys import TransportChoices, TravelChoices
from placement_planner.scenario.need import NeedChoices, PolicyChoices
from placement_planner.scenario.places import GapChoices, HostChoices, SupplyChoices
from placement_planner.scenario.planning import (
    Horizon,
    PrivacyChoices,
    SitingChoices,
    SolverChoices,
)

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Scenario", "in_plain_words", "read_scenario", "scenario_template"]


class Scenario(Choices):
    """A named, immutable set of choices. Use `model_copy(update=...)` for what-if runs."""

    name: str = Field("Default", min_length=1, description="name of the scenario")
    notice: str = Field(
        "modelling, not a proposal", description="words that stand on every map and page"
    )
    horizon: Horizon = Horizon()
    need: NeedChoices = NeedChoices()
    policy: PolicyChoices = PolicyChoices()
    supply: SupplyChoices = SupplyChoices()
    hosts: HostChoices = HostChoices()
    travel: TravelChoices = TravelChoices()
    transport: TransportChoices = TransportChoices()
    gap: GapChoices = GapChoices()
    siting: SitingChoices = SitingChoices()
    solver: SolverChoices = SolverChoices()
    privacy: PrivacyChoices = PrivacyChoices()

    def with_choices(self, **sections: dict[str, Any]) -> Self:
        """Return a copy with some choices changed and everything checked again.

        Raises
        ------
        ScenarioError
            With every choice that is unknown or out of range.

        Examples
        --------
        >>> Scenario().with_choices(siting={"level": "area"}).siting.level
        'area'
        """
        values = self.model_dump()
        known = [name for name, value in values.items() if isinstance(value, dict)]
        for section, changes in sections.items():
            if section not in known:
                raise ScenarioError(
                    f"{section}: no such section; right would be one of {', '.join(known)}"
                )
            values[section] = {**values[section], **changes}
        try:
            return type(self).model_validate(values)
        except ValidationError as error:
            raise ScenarioError("\n".join(_wrong_choices(error))) from error


def _wrong_choices(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(map(str, item['loc']))}: {in_plain_words(item['msg'])}, found {item['input']!r}"
        for item in error.errors()
    ]


def in_plain_words(message: str) -> str:
    """Return what pydantic says of a choice without the name of an exception.

    Examples
    --------
    >>> in_plain_words("Value error, years must rise")
    'years must rise'
    """
    return message.removeprefix("Value error, ")


def read_scenario(path: Path) -> Scenario:
    """Read a scenario from TOML; unknown keys are errors, missing ones take defaults.

    Raises
    ------
    ScenarioError
        With every choice that is unknown or out of range.
    """
    if not path.is_file():
        raise ScenarioError(f"{path}: no such scenario file")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Scenario.model_validate(values)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path.name}: not a TOML file: {error}") from error
    except ValidationError as error:
        lines = [f"  {line}" for line in _wrong_choices(error)]
        raise ScenarioError(
            "\n".join([f"{path.name}: {len(lines)} choice(s) wrong:", *lines])
        ) from error


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)


def scenario_template(scenario: Scenario | None = None) -> str:
    """Write a scenario as TOML with the meaning of each choice beside it.

    Examples
    --------
    >>> print(scenario_template().splitlines()[0])
    name = "Default"  # name of the scenario
    """
    shown = scenario or Scenario()
    top, sections = [], []
    for name, field in Scenario.model_fields.items():
        value = getattr(shown, name)
        if not isinstance(value, Choices):
            top.append(f"{name} = {_toml(value)}  # {field.description}")
            continue
        sections += ["", f"[{name}]"]
        for key, choice in type(value).model_fields.items():
            sections.append(f"# {choice.description}")
            sections.append(f"{key} = {_toml(getattr(value, key))}")
    return "\n".join([*top, *sections]) + "\n"
