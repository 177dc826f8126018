"""What policy is assumed to do: levers on joiners, moves and reviews, by named scenario."""

from __future__ import annotations

from placement_planner.tables.base import CODE, Table, column
from placement_planner.tables.vocabulary import SCHOOLS, basis_column, year_column

__all__ = ["LEVER_KINDS", "PolicyLevers"]

LEVER_KINDS = (
    "joiners",
    "divert_joiners",
    "divert_movers",
    "move",
    "cease",
    "return_outside",
)


class PolicyLevers(Table):
    """Levers of named scenarios: what changes, for whom, when and by how much."""

    class Config(Table.Config):
        name = "policy_levers"
        unique = ["scenario", "lever_id"]
        metadata = {"folder": SCHOOLS, "required": False}

    scenario: str = column("Scenario the lever belongs to", str_matches=CODE)
    lever_id: str = column("Code of the lever", str_matches=CODE)
    kind: str = column(
        "joiners: their number is multiplied; divert_joiners: a share starts in to_setting; "
        "divert_movers: a share of those who would move into the settings goes to to_setting "
        "instead; move: a share moves to to_setting each year; cease: a share of plans ends each "
        "year; return_outside: a share of those placed out of the region comes back each year",
        isin=LEVER_KINDS,
    )
    authorities: str = column("Authorities it reaches, or *", is_list=True)
    need_types: str = column("Primary needs it reaches, or *", is_list=True)
    ncy_from: int = column("First national curriculum year", ge=-4, le=20)
    ncy_to: int = column("Last national curriculum year", ge=-4, le=20)
    settings: str = column("Settings it reaches, or *", is_list=True)
    from_year: int = year_column("First academic year")
    to_year: int = year_column("Last academic year")
    ramp: str = column(
        "Shares of the effect in the first years, in full after; blank for in full at once",
        nullable=True,
        is_list=True,
        right="shares from 0 to 1 parted by semicolons, such as 0.5;1",
    )
    at_transition: bool = column("Only as children reach a natural transition point")
    to_setting: str = column("Setting they go to; blank where there is none", nullable=True)
    value: float = column("Factor (joiners) or share (all other kinds)", ge=0)
    source: str = column("Where it is from", str_matches=CODE)
    basis: str = basis_column()
