"""The tables that stages hand to each other."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.study import FIRST_YEAR, LAST_YEAR, NEED_GROUPS, PHASES

__all__ = ["ExchangeLimits", "Need", "PlaceCosts", "Placed", "Pools", "Scope", "Travel"]


class Need(Table):
    """Children who need a specialist place, by area of the siting level."""

    class Config(Table.Config):
        name = "need"
        unique = ["area_code", "need_group", "phase", "academic_year"]

    area_code: str = column("Area, at the level the table is made for", str_matches=CODE)
    authority_code: str = column("Authority the area lies in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    children: float = column("Children to place; fractions are kept", unit="children", ge=0)


class Scope(Table):
    """Every child with a plan, counted once: to place, or why not."""

    class Config(Table.Config):
        name = "scope"
        unique = ["authority_code", "academic_year", "counted_as"]

    authority_code: str = column("Authority", str_matches=CODE)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    counted_as: str = column("To place, or the reason why not", str_matches=CODE)
    children: float = column("Children and young people", unit="persons", ge=0)


class Pools(Table):
    """Places of existing and planned provision, net of children from elsewhere, by year."""

    class Config(Table.Config):
        name = "pools"
        unique = ["pool_id", "academic_year"]

    pool_id: str = column("Pool of places", str_matches=CODE)
    site_id: str = column("Site", str_matches=CODE)
    authority_code: str = column("Authority the site lies in", str_matches=CODE)
    provision_type: str = column("Kind of provision", isin=code_list("provision_types"))
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    academic_year: int = column("Academic year", ge=FIRST_YEAR, le=LAST_YEAR)
    places: float = column("Places for residents of the region", unit="places", ge=0)
    basis: str = column("How the places are known", isin=code_list("bases"))


class Travel(Table):
    """Drives one way from an area to a site; pairs that are out of reach are absent."""

    class Config(Table.Config):
        name = "travel"
        unique = ["area_code", "site_id"]

    area_code: str = column("Area, at the siting level", str_matches=CODE)
    site_id: str = column("Site", str_matches=CODE)
    minutes: float = column("Drive one way", unit="minutes", ge=0)
    distance_km: float = column("Journey one way, along roads", unit="km", ge=0)


class PlaceCosts(Table):
    """£ that depend on need group and kind of place."""

    class Config(Table.Config):
        name = "place_costs"
        unique = ["need_group"]

    need_group: str = column("Need group of the child", isin=NEED_GROUPS)
    top_up_gbp: float = column("Top-up", unit="GBP per child a year", ge=0)
    place_funding_gbp: float = column(
        "Place funding of places designed for this group", unit="GBP per open place a year", ge=0
    )


class Placed(Table):
    """Children of an area who hold a place at the base January."""

    class Config(Table.Config):
        name = "placed"
        unique = ["area_code", "provision_id", "need_group", "phase"]

    area_code: str = column("Small area they live in", str_matches=CODE)
    authority_code: str = column("Authority they live in", str_matches=CODE)
    provision_id: str = column("Pool they hold places of", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    children: float = column("Children; fractions are kept", unit="children", gt=0)
    basis: str = column("How it is known", isin=code_list("bases"))


class ExchangeLimits(Table):
    """How many children of one authority may hold places in another's schools and bases."""

    class Config(Table.Config):
        name = "exchange_limits"
        unique = ["authority_code", "place_authority_code", "need_group"]

    authority_code: str = column("Authority the children live in", str_matches=CODE)
    place_authority_code: str = column("Authority the places lie in", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    children: float = column("Most children at a time, all phases", unit="children", ge=0)
    origin: str = column("today's number, or an agreement", isin=("today", "agreement"))
