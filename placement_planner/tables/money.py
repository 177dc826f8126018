"""Pots, fallback routes, unit costs and what suits whom: tables of `schools/`."""

from __future__ import annotations

from placement_planner.codes import code_list
from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import (
    NEED_GROUPS,
    PHASES,
    SCHOOLS,
    basis_column,
    year_column,
)

__all__ = ["Compatibility", "Fallback", "PotFunding", "Pots", "UnitCosts"]


class Pots(Table):
    """Capital funds: who owns them, where and on what they may be spent, and when."""

    class Config(Table.Config):
        name = "pots"
        unique = ["pot_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    pot_id: str = column("Identifier", str_matches=CODE)
    pot_name: str = column("Name", str_matches=CODE)
    owner: str = column("Authority that owns it, or REGION", str_matches=CODE)
    eligible_authorities: str = column("Authorities whose sites it may pay for, or *", is_list=True)
    eligible_actions: str = column("Actions it may pay for, or *", is_list=True)
    payer: str = column("Whose money it is", isin=code_list("payers"))
    starts: int = year_column("First academic year in which it may be spent")
    expires: int = year_column("Last academic year in which it may be spent")
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = basis_column()


class PotFunding(Table):
    """Money that reaches each pot, by academic year; what is not spent is carried over."""

    class Config(Table.Config):
        name = "pot_funding"
        unique = ["pot_id", "academic_year"]
        metadata = {"folder": SCHOOLS, "required": True}

    pot_id: str = column("Pot", str_matches=CODE)
    academic_year: int = year_column("Academic year the money arrives")
    gbp: float = column("Funding", unit="GBP", ge=0)


class Fallback(Table):
    """Where a child without a suitable local specialist place would otherwise be, at what cost."""

    class Config(Table.Config):
        name = "fallback"
        unique = ["authority_code", "need_group", "phase", "route"]
        metadata = {"folder": SCHOOLS, "required": True}

    authority_code: str = column("Authority, or * for all", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    route: str = column("Route", str_matches=CODE)
    share: float = column("Share of such children on this route", ge=0, le=1)
    cost_gbp: float = column("Cost a year, transport included", unit="GBP per child", ge=0)
    payer: str = column("Who pays", isin=code_list("payers"))
    minutes: float = column("Usual journey one way", unit="minutes", ge=0)
    distance_km: float = column("Usual journey one way", unit="km", ge=0)
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = basis_column()


class UnitCosts(Table):
    """Costs that plans are priced with, each with source, price date and payer."""

    class Config(Table.Config):
        name = "unit_costs"
        unique = ["cost_id"]
        metadata = {"folder": SCHOOLS, "required": True}

    cost_id: str = column("Identifier", str_matches=CODE)
    item: str = column(
        "What is priced",
        isin=(
            "place_funding",
            "top_up",
            "transport_fixed",
            "transport_per_km",
            "transported_share",
        ),
    )
    applies_to: str = column(
        "Need group or kind of provision it applies to, or *",
        isin=(*NEED_GROUPS, "base", "special", "*"),
    )
    value: float = column("Value", ge=0)
    unit: str = column("Unit of the value", str_matches=CODE)
    payer: str = column("Who pays", isin=code_list("payers"))
    source: str = column("Where the figure comes from", str_matches=CODE)
    price_date: str = column("Date of the figure", str_matches=CODE)
    basis: str = basis_column()


class Compatibility(Table):
    """Which places suit which need group; the default in `codes/` stands where this is absent."""

    class Config(Table.Config):
        name = "compatibility"
        unique = ["need_group", "designation"]
        metadata = {"folder": SCHOOLS, "required": False}

    need_group: str = column("Need group of the children", isin=NEED_GROUPS)
    designation: str = column("Need group the places are designed for", isin=NEED_GROUPS)
    match: str = column("How well they suit", isin=("suited", "tolerable", "no"))
    penalty_gbp: float = column("Price of a tolerable match", unit="GBP per child a year", ge=0)
    source: str = column("Where the judgement comes from", str_matches=CODE)
    basis: str = basis_column()
