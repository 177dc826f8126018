"""The gap between need and places, in three ways, and what stands beside it."""

from __future__ import annotations

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import FIRST_YEAR, LAST_YEAR, NEED_GROUPS, PHASES

__all__ = ["WAYS", "Components", "Gap"]

WAYS = ("residence", "accessible", "assignment")


class Gap(Table):
    """Need, places for it and what is lacking, by area, need group, phase and year.

    Every column of children and places adds up over any margin within one way: no child and no
    place is in two rows of it.
    """

    class Config(Table.Config):
        name = "gap"
        unique = ["way", "area_code", "need_group", "phase", "academic_year"]

    way: str = column("How places are set against need", isin=WAYS)
    area_code: str = column(
        "Area of the siting level; for residence, the authority as a whole", str_matches=CODE
    )
    authority_code: str = column("Authority the children live in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    need: float = column("Children who need a place", unit="children", ge=0)
    supply: float = column("Places set against them", unit="places", ge=0)
    gap: float = column("Need less supply; below nought there is more than needed", unit="children")
    unmet: float = column("Children without a place of these", unit="children", ge=0)


class Components(Table):
    """What stands beside the gap and is never added to it."""

    class Config(Table.Config):
        name = "components"
        unique = ["component", "authority_code", "phase", "academic_year"]

    component: str = column("What it is", str_matches=CODE)
    authority_code: str = column("Authority", str_matches=CODE)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    children: float = column("Children", unit="children", ge=0)
    in_need: str = column(
        "Whether these children are in the need too: yes, no, or partly",
        isin=("yes", "no", "partly"),
    )
