"""The four tables that authorities keep of children's steps, in any labels of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placement_planner.tables.base import Table, column
from placement_planner.tables.vocabulary import year_column

if TYPE_CHECKING:
    from pandera.typing import DataFrame

__all__ = [
    "FIRST_NCY",
    "LAST_NCY",
    "OUTSIDE",
    "FourTables",
    "NeedCosts",
    "StepPopulation",
    "StepTransitions",
    "ValidStates",
]

OUTSIDE = "NONSEND"
"""Need and setting of a child without a plan."""
FIRST_NCY, LAST_NCY = -5, 25


def _ncy_column(about: str) -> int:
    return column(about, ge=FIRST_NCY, le=LAST_NCY)  # type: ignore[no-any-return]


class StepTransitions(Table):
    """Children by step from one January to the next; NONSEND stands for outside."""

    class Config(Table.Config):
        name = "step_transitions"
        unique = [
            "authority_code",
            "authority_2",
            "january",
            "ncy_1",
            "need_1",
            "setting_1",
            "ncy_2",
            "need_2",
            "setting_2",
        ]

    authority_code: str = column("Authority before the step; empty where there is only one")
    authority_2: str = column("Authority after the step")
    january: int = year_column("January the step starts from")
    ncy_1: int = _ncy_column("National curriculum year before, Reception = 0")
    need_1: str = column("Need before")
    setting_1: str = column("Setting before")
    ncy_2: int = _ncy_column("National curriculum year after: one more")
    need_2: str = column("Need after")
    setting_2: str = column("Setting after")
    children: int = column("Children who made the step", unit="persons", gt=0)


class StepPopulation(Table):
    """All children by authority, year and national curriculum year."""

    class Config(Table.Config):
        name = "step_population"
        unique = ["authority_code", "january", "ncy"]

    authority_code: str = column("Authority; empty where there is only one")
    january: int = year_column("January of the count")
    ncy: int = _ncy_column("National curriculum year, Reception = 0")
    population: float = column("Children, with a plan or without", unit="persons", ge=0)


class ValidStates(Table):
    """Which needs and NCYs a setting takes, and where a child may move from it."""

    class Config(Table.Config):
        name = "valid_states"
        unique = ["setting"]

    setting: str = column("Setting")
    setting_group: str = column("Group of settings, for reports")
    ncy_min: int = _ncy_column("First national curriculum year")
    ncy_max: int = _ncy_column("Last national curriculum year")
    needs: object = column("Needs it takes: a tuple")
    may_move_to: object = column("Settings a child may move to: a tuple")


class NeedCosts(Table):
    """Cost of a child by need and setting."""

    class Config(Table.Config):
        name = "need_costs"
        unique = ["need", "setting"]

    need: str = column("Need")
    setting: str = column("Setting")
    cost_gbp: float = column("Cost of a child a year", unit="GBP a year", ge=0)


@dataclass(frozen=True, kw_only=True)
class FourTables:
    """The four tables of a folder, checked; `notes` say what was read, kept and left out."""

    transitions: DataFrame[StepTransitions]
    population: DataFrame[StepPopulation]
    valid_states: DataFrame[ValidStates]
    unit_costs: DataFrame[NeedCosts] | None
    notes: tuple[str, ...]
