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

__all__ = [
    "COST_ITEMS",
    "CapitalCosts",
    "Compatibility",
    "Fallback",
    "PotFunding",
    "Pots",
    "TransportMix",
    "TransportTotals",
    "UnitCosts",
]

COST_ITEMS = (
    "place_funding",
    "top_up",
    "vehicle_per_km",
    "vehicle_per_trip",
    "assistant_per_hour",
)


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
    carry_years: float | None = column(
        "Academic years after its arrival in which money may still be spent, 0: none; blank: until "
        "the pot expires",
        unit="years",
        ge=0,
        le=50,
        nullable=True,
    )
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = basis_column()


class PotFunding(Table):
    """Money that reaches each pot, by academic year; carried over as the pot says."""

    class Config(Table.Config):
        name = "pot_funding"
        unique = ["pot_id", "academic_year"]
        metadata = {"folder": SCHOOLS, "required": True}

    pot_id: str = column("Pot", str_matches=CODE)
    academic_year: int = year_column("Academic year the money arrives")
    gbp: float = column("Funding", unit="GBP", ge=0)


class Fallback(Table):
    """Where a child without a suitable local specialist place would otherwise be, at what cost.

    The rows of an authority, need group and phase replace those of ``*``, and these the library's.
    """

    class Config(Table.Config):
        name = "fallback"
        unique = ["authority_code", "need_group", "phase", "route"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority, or * for all", str_matches=CODE)
    need_group: str = column("Need group", isin=NEED_GROUPS)
    phase: str = column("Phase band", isin=PHASES)
    route: str = column("Route", str_matches=CODE)
    share: float = column("Share of such children on this route", ge=0, le=1)
    cost_gbp: float = column("Cost a year, transport included", unit="GBP per child", ge=0)
    most_children: float | None = column(
        "Most children of the authority, need group and phase on it at a time; blank: no limit",
        unit="children",
        ge=0,
        nullable=True,
    )
    payer: str = column("Who pays", isin=code_list("payers"))
    minutes: float = column("Usual journey one way", unit="minutes", ge=0)
    distance_km: float = column("Usual journey one way", unit="km", ge=0)
    low: float | None = column(
        "Lower end of the cost's range; blank: not known", ge=0, nullable=True
    )
    high: float | None = column(
        "Upper end of the cost's range; blank: not known", ge=0, nullable=True
    )
    price_date: str | None = column("Date of the cost; blank: not known", nullable=True)
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = basis_column()


class UnitCosts(Table):
    """A study's own costs: each replaces the line of the cost library for the same item."""

    class Config(Table.Config):
        name = "unit_costs"
        unique = ["item", "applies_to"]
        metadata = {"folder": SCHOOLS, "required": False}

    cost_id: str = column("Identifier", str_matches=CODE)
    item: str = column("What is priced", isin=COST_ITEMS)
    applies_to: str = column(
        "Need group, kind of provision or way of travelling it applies to, or *",
        isin=(*NEED_GROUPS, "base", "special", *code_list("transport_modes"), "*"),
    )
    value: float = column("Value", ge=0)
    low: float | None = column("Lower end of its range; blank: not known", ge=0, nullable=True)
    high: float | None = column("Upper end of its range; blank: not known", ge=0, nullable=True)
    unit: str = column("Unit of the value", str_matches=CODE)
    payer: str = column("Who pays", isin=code_list("payers"))
    source: str = column("Where the figure comes from", str_matches=CODE)
    price_date: str = column("Date of the figure", str_matches=CODE)
    basis: str = basis_column()


class CapitalCosts(Table):
    """A study's own capital costs a place: each replaces the library's line for the same size."""

    class Config(Table.Config):
        name = "capital_costs"
        unique = ["action", "applies_to", "places_from"]
        metadata = {"folder": SCHOOLS, "required": False}

    action: str = column("What is done", isin=code_list("actions"))
    applies_to: str = column(
        "Need group or kind of provision it applies to, or *",
        isin=(*NEED_GROUPS, "base", "special", "*"),
    )
    places_from: int = column("Fewest places of the size band", unit="places", ge=0)
    gbp_per_place: float = column("Capital a place, England = 1", unit="GBP per place", ge=0)
    low: float | None = column("Lower end of its range; blank: not known", ge=0, nullable=True)
    high: float | None = column("Upper end of its range; blank: not known", ge=0, nullable=True)
    payer: str = column("Who pays", isin=code_list("payers"))
    source: str = column("Where the figure comes from", str_matches=CODE)
    price_date: str = column("Date of the prices", str_matches=CODE)
    basis: str = basis_column()


class TransportTotals(Table):
    """What an authority spends on the transport of children with SEND, and for how many."""

    class Config(Table.Config):
        name = "transport_totals"
        unique = ["authority_code", "financial_year"]
        metadata = {"folder": SCHOOLS, "required": False}

    authority_code: str = column("Authority", str_matches=CODE)
    financial_year: int = year_column(
        "Financial year by its first calendar year", "2024 for 2024-25, say"
    )
    children: float = column("Children transported", unit="children", gt=0)
    gbp: float = column("Spent on their transport", unit="GBP", gt=0)
    source: str = column("Where the figures come from", str_matches=CODE)
    basis: str = basis_column()


class TransportMix(Table):
    """How children with arranged transport travel; the default in `codes/` where this is absent."""

    class Config(Table.Config):
        name = "transport_mix"
        unique = ["applies_to", "from_km", "mode"]
        metadata = {"folder": SCHOOLS, "required": False}

    applies_to: str = column(
        "Need group or kind of provision it applies to, or *",
        isin=(*NEED_GROUPS, "base", "special", "*"),
    )
    from_km: float = column("Journeys of at least this length", unit="km", ge=0, le=200)
    mode: str = column("Way of travelling", isin=code_list("transport_modes"))
    share: float = column("Share of these children", ge=0, le=1)
    source: str = column("Where the figure comes from", str_matches=CODE)
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
