"""The tables of a plan: builds, entries, placements, fallback, spend."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.study import FIRST_YEAR, LAST_YEAR, NEED_GROUPS, PHASES

__all__ = ["PLAN_TABLES", "Builds", "Entries", "FallbackChildren", "Placements", "Spend"]


def _year(about: str) -> int:
    return column(about, ge=FIRST_YEAR, le=LAST_YEAR)  # type: ignore[no-any-return]


class Builds(Table):
    """Options chosen: size, year of start and opening, capital."""

    class Config(Table.Config):
        name = "builds"
        unique = ["option_id"]

    option_id: str = column("Option built", str_matches=CODE)
    places: int = column("Size chosen", unit="places", gt=0)
    start_year: int = _year("Academic year in which work starts")
    opening_year: int = _year("Academic year in which the first places open")
    capital_gbp: float = column("Capital", unit="GBP", ge=0)


class Entries(Table):
    """Children newly placed: who comes to which pool in which planned year.

    How long they stay follows from the survival of their cohort.
    """

    class Config(Table.Config):
        name = "entries"
        unique = ["area_code", "need_group", "phase", "entry_year", "pool_id"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band in which they come", isin=PHASES)
    entry_year: int = _year("Academic year in which they come")
    pool_id: str = column(
        "Pool: a provision_id, or site_id:designation:phase of what is built", str_matches=CODE
    )
    site_id: str = column("Site of the pool", str_matches=CODE)
    children: float = column("Children who come", unit="children", gt=0)


class Placements(Table):
    """Children of an area who hold places of a pool in a year: newly placed, or still there."""

    class Config(Table.Config):
        name = "placements"
        unique = ["area_code", "need_group", "phase", "academic_year", "pool_id", "is_kept"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band they are in", isin=PHASES)
    academic_year: int = _year("Academic year")
    pool_id: str = column("Pool, as in entries", str_matches=CODE)
    site_id: str = column("Site of the pool", str_matches=CODE)
    is_kept: bool = column("Whether they held the place before anything was planned")
    children: float = column("Children who hold a place", unit="children", gt=0)
    minutes: float = column(
        "Journey one way; blank: not known, for those who held the place before",
        unit="minutes",
        ge=0,
        nullable=True,
    )
    distance_km: float = column(
        "Journey one way, along roads; blank as above", unit="km", ge=0, nullable=True
    )


class FallbackChildren(Table):
    """Children without a suitable local specialist place, by route."""

    class Config(Table.Config):
        name = "fallback_children"
        unique = ["area_code", "need_group", "phase", "academic_year", "route"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = _year("Academic year")
    route: str = column("Where they would be instead", str_matches=CODE)
    children: float = column("Children", unit="children", gt=0)
    cost_gbp: float = column("Cost a year of one child on this route", unit="GBP", ge=0)
    minutes: float = column("Usual journey one way", unit="minutes", ge=0)
    distance_km: float = column("Usual journey one way", unit="km", ge=0)
    payer: str = column("Who pays", isin=code_list("payers"))


class Spend(Table):
    """Cash by build, pot and academic year."""

    class Config(Table.Config):
        name = "spend"
        unique = ["option_id", "pot_id", "academic_year"]

    option_id: str = column("Option built", str_matches=CODE)
    pot_id: str = column("Pot that pays", str_matches=CODE)
    academic_year: int = _year("Academic year of the payment")
    gbp: float = column("Payment", unit="GBP", gt=0)


PLAN_TABLES: tuple[type[Table], ...] = (Builds, Entries, Placements, FallbackChildren, Spend)
