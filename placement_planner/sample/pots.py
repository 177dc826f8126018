"""Money: capital funds and their rules, fallback routes, unit costs."""

from __future__ import annotations

import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sample.land import AUTHORITIES

__all__ = ["build_fallback", "build_pot_funding", "build_pots", "build_unit_costs", "pots_for"]

REGION_ACTIONS = ("new_special", "expand_special", "satellite")
BASE_ACTIONS = ("adapt_rooms", "new_base")
# £ a year, up to £15m together; by children aged 0 to 25 the region's share of England's £860m of
# high-needs capital (DfE, 2026-27) would be about £10m.
AUTHORITY_GBP = {
    "901": 2_900_000,
    "902": 1_700_000,
    "903": 1_350_000,
    "904": 1_700_000,
    "905": 1_150_000,
}
REGION_GBP, BASES_GBP = 5_000_000, 1_500_000
FIRST_YEAR, LAST_FUNDED, LAST_YEAR = 2026, 2031, 2034
BASES_EXPIRE, BASES_FUNDED = 2029, 2028
SOURCE = "invented; scale of high needs provision capital allocations (DfE, 2026-27)"


def _authority_pot(la_code: str) -> str:
    return f"CAPITAL-{la_code}"


def pots_for(authority_code: str, action: str) -> str:
    """Return the pots that may pay for an action at a site of an authority.

    Examples
    --------
    >>> pots_for("E08900002", "new_special")
    'CAPITAL-902;REGION'
    """
    la_code = AUTHORITIES.set_index("authority_code").loc[authority_code, "la_code"]
    common = ["REGION"] if action in REGION_ACTIONS else ["BASES"]
    return ";".join([_authority_pot(str(la_code)), *common])


def build_pots() -> pd.DataFrame:
    """Return the pots (`tables.study.Pots`): one an authority, two of the region."""
    own = pd.DataFrame(
        {
            "pot_id": AUTHORITIES["la_code"].map(_authority_pot),
            "pot_name": "High needs capital, " + AUTHORITIES["authority_name"],
            "owner": AUTHORITIES["authority_code"],
            "eligible_authorities": AUTHORITIES["authority_code"],
            "eligible_actions": "*",
            "expires": LAST_YEAR,
            "carry_years": None,
        }
    )
    shared = pd.DataFrame(
        {
            "pot_id": ["REGION", "BASES"],
            "owner": "REGION",
            "eligible_authorities": "*",
            "pot_name": ["Regional special schools fund", "Specialist bases fund"],
            "eligible_actions": [";".join(REGION_ACTIONS), ";".join(BASE_ACTIONS)],
            "expires": [LAST_YEAR, BASES_EXPIRE],
            "carry_years": [3, 1],
        }
    )
    return pd.concat([own, shared], ignore_index=True).assign(
        payer="capital_grant", starts=FIRST_YEAR, source=SOURCE, basis="invented"
    )


def build_pot_funding() -> pd.DataFrame:
    """Return the money that reaches each pot (`tables.study.PotFunding`)."""
    rows = [
        (_authority_pot(code), year, gbp)
        for code, gbp in AUTHORITY_GBP.items()
        for year in range(FIRST_YEAR, LAST_FUNDED + 1)
    ]
    rows += [("REGION", year, REGION_GBP) for year in range(FIRST_YEAR, LAST_FUNDED + 1)]
    rows += [("BASES", year, BASES_GBP) for year in range(FIRST_YEAR, BASES_FUNDED + 1)]
    return pd.DataFrame(rows, columns=["pot_id", "academic_year", "gbp"])


def build_fallback() -> pd.DataFrame:
    """Return the fallback routes (`tables.study.Fallback`) of every need group and phase."""
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    routes = code_table("fallback_routes").drop(columns="name")
    return groups.merge(routes, on="provision_kind").assign(authority_code="*")


def build_unit_costs() -> pd.DataFrame:
    """Return what the region knows better than the cost library (`tables.study.UnitCosts`)."""
    rows = [
        ("own_top_up_semh_special", "top_up", "semh_special", 18_600.0, "GBP per child a year"),
        ("own_taxi_per_km", "vehicle_per_km", "taxi", 1.95, "GBP per vehicle km"),
    ]
    table = pd.DataFrame(rows, columns=["cost_id", "item", "applies_to", "value", "unit"])
    return table.assign(
        payer=["high_needs_block", "general_fund"],
        source="invented: the region's own contracts",
        price_date="2026-03",
        basis="invented",
    )
