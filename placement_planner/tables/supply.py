"""Tables of places there are: the register, children across the border, who is placed where."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    FIRST_YEAR,
    LAST_YEAR,
    NEED_GROUPS,
    PHASES,
    basis_column,
    year_column,
)

__all__ = ["COURSES", "SECTORS", "STATUSES", "AcrossBorder", "Register"]

SECTORS = ("state", "non_maintained", "independent", "post_16")
STATUSES = ("open", "opening", "pipeline", "temporary", "closed")
COURSES = ("held constant", "stated")


class Register(Table):
    """Every pool of places in every year, whoever runs it: four numbers of places, and the roll.

    Planning, commissioned and physical places and the roll are as the study has them, whatever the
    year; `places` are those to plan with that stand open in the year.
    """

    class Config(Table.Config):
        name = "register"
        unique = ["provision_id", "academic_year"]

    provision_id: str = column("Pool of places", str_matches=CODE)
    site_id: str = column("Site it stands on", str_matches=CODE)
    site_name: str = column("Name of the site", str_matches=CODE)
    authority_code: str = column("Authority the site lies in", str_matches=CODE)
    low_age: float = column("Lowest age of the site", unit="years", nullable=True)
    high_age: float = column("Highest age of the site", unit="years", nullable=True)
    sector: str = column("Who runs it", isin=SECTORS)
    provision_type: str = column("Kind of provision", isin=code_list("provision_types"))
    provision_name: str = column("Kind of provision in the words used until 2026", str_matches=CODE)
    provision_name_2026: str = column("Kind of provision in the words of 2026", str_matches=CODE)
    provision_kind: str = column("In a special school or in a base", isin=("special", "base"))
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    status: str = column("Where the pool stands in the year", isin=STATUSES)
    share_open: float = column("Share of its places that stand open", ge=0, le=1)
    planning_places: float = column("Places to plan with", unit="places", ge=0)
    commissioned_places: float = column("Places commissioned", unit="places", ge=0, nullable=True)
    physical_places: float = column("Places the building holds", unit="places", ge=0, nullable=True)
    whole_places: float = column(
        "Planning, commissioned or physical places, as chosen", unit="places", ge=0
    )
    places: float = column("Of those, places that count in the year", unit="places", ge=0)
    from_elsewhere: float = column(
        "Places held by children who live outside the region", unit="children", ge=0
    )
    places_for_residents: float = column("Places left for the region's own", unit="places", ge=0)
    roll: float = column("Children on roll now", unit="children", ge=0, nullable=True)
    over: float = column(
        "Children on roll now above the places of the whole pool; nought in years when it is shut",
        unit="children",
        ge=0,
    )
    over_share: float = column(
        "The same over those places; blank where there are none", ge=0, nullable=True
    )
    basis: str = basis_column()


class AcrossBorder(Table):
    """Children across the region's border in every year.

    in: from elsewhere, by pool; out: the region's own, by place.
    """

    class Config(Table.Config):
        name = "across_border"
        unique = ["direction", "authority_code", "place", "need_group", "phase", "academic_year"]

    direction: str = column("in: they hold places here; out: ours elsewhere", isin=("in", "out"))
    authority_code: str = column(
        "in: authority the site lies in; out: authority the children live in", str_matches=CODE
    )
    place: str = column(
        "in: pool they hold places of; out: where they are placed", str_matches=CODE
    )
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = year_column("Academic year")
    children: float = column("Children", unit="children", ge=0)
    course: str = column(
        "held constant: the number of the base January; stated: the study's own for the year",
        isin=COURSES,
    )
    basis: str = basis_column()
