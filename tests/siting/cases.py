"""Small siting problems of one authority, need group and phase, made from a few numbers."""

from __future__ import annotations

import pandas as pd

from placement_planner.scenario import Scenario
from placement_planner.siting.tables import Tables
from placement_planner.tables import checked, empty_table
from placement_planner.tables.continuity import Followers, Kept, Survival, diagonal_survival
from placement_planner.tables.stages import ExchangeLimits, Need, PlaceCosts, Pools, Travel
from placement_planner.tables.study import (
    Compatibility,
    Fallback,
    Options,
    OptionSets,
    PotFunding,
    Pots,
    Sites,
)
from placement_planner.tables.transport import Transport

GROUP, PHASE = "asd_special", "primary"
TOP_UP, PLACE_FUNDING, PER_KM, FALLBACK = 10_000.0, 5_000.0, 100.0, 40_000.0


def scenario(years=(2027, 2028), gap=0.0, **solver):
    return Scenario().with_choices(
        horizon={"years": years, "discount_rate": 0.035, "last_period_years": 1},
        solver={"relative_gap": gap, "time_limit_s": 60, **solver},
        travel={"hard_minutes_primary": 60, "hard_minutes_secondary": 60},
    )


def option(option_id, site_id, **changes):
    row = {
        "option_id": option_id,
        "site_id": site_id,
        "action": "expand_special",
        "designation": GROUP,
        "phases": "primary:1",
        "sizes": "10",
        "fixed_capital_gbp": 0.0,
        "capital_per_place_gbp": 1000.0,
        "lead_years": 1,
        "ramp": "1",
        "asset_life_years": 20,
        "minimum_fill": 0.0,
        "earliest_start": 2026,
        "latest_start": 2030,
        "pots": "P",
        "requires": None,
        "excludes": None,
        "locked_in": False,
        "locked_out": False,
        "release_status": "internal",
        "basis": "invented",
        "estimated": None,
    }
    return row | changes


def make_tables(children, places, km, options, funds=None, years=(2027, 2028), pots=None):
    """Make tables of one need group and phase.

    children: per area, children in need each year. places: per site, places there are.
    km: areas × sites. options: rows of `option`. funds: {year: £} of the pot P.
    """
    areas = [f"A{i}" for i in range(len(children))]
    sites = [f"S{j}" for j in range(len(places))]
    need = [
        (area, "L", GROUP, PHASE, year, float(n))
        for area, n in zip(areas, children, strict=True)
        for year in years
    ]
    pools = [
        (f"pool-{site}", site, "L", "special_school", GROUP, PHASE, year, float(n), "invented")
        for site, n in zip(sites, places, strict=True)
        for year in years
    ]
    travel = [
        (area, site, float(km[i][j]), float(km[i][j]))
        for i, area in enumerate(areas)
        for j, site in enumerate(sites)
    ]
    pot = {
        "pot_id": "P",
        "pot_name": "Pot",
        "owner": "L",
        "eligible_authorities": "*",
        "eligible_actions": "*",
        "payer": "capital_grant",
        "starts": 2020,
        "expires": 2040,
        "source": "test",
        "basis": "invented",
    }
    funding = [("P", year, float(gbp)) for year, gbp in (funds or {2026: 1e9}).items()]
    route = {
        "authority_code": "L",
        "need_group": GROUP,
        "phase": PHASE,
        "source": "test",
        "basis": "invented",
        "payer": "high_needs_block",
        "distance_km": 20.0,
    }
    costs = {
        "need_group": GROUP,
        "top_up_gbp": TOP_UP,
        "place_funding_gbp": PLACE_FUNDING,
    }
    ride = {
        "authority_code": "L",
        "need_group": GROUP,
        "phase": PHASE,
        "from_km": 0.0,
        "ride_minutes": 0.0,
        "ride_factor": 1.0,
        "gbp": 0.0,
        "gbp_per_km": PER_KM,
        "gbp_per_minute": 0.0,
        "transported": 1.0,
    }
    site = {
        "authority_code": "L",
        "site_kind": "state_special",
        "establishment_type": None,
        "phase": "primary",
        "low_age": None,
        "high_age": None,
        "capacity": None,
        "roll": None,
        "gender": None,
        "religious_character": None,
        "admissions_policy": None,
        "easting": 0.0,
        "northing": 0.0,
        "basis": "invented",
        "estimated": None,
    }
    in_need = checked(Need, pd.DataFrame(need, columns=list(Need.to_schema().columns)))
    return Tables(
        need=in_need,
        kept=empty_table(Kept),
        survival=checked(Survival, diagonal_survival(in_need, years)),
        followers=empty_table(Followers),
        exchange=empty_table(ExchangeLimits),
        option_sets=empty_table(OptionSets),
        pools=checked(Pools, pd.DataFrame(pools, columns=list(Pools.to_schema().columns))),
        travel=checked(Travel, pd.DataFrame(travel, columns=list(Travel.to_schema().columns))),
        transport=checked(Transport, pd.DataFrame([ride])),
        place_costs=checked(PlaceCosts, pd.DataFrame([costs])),
        compatibility=checked(
            Compatibility,
            pd.DataFrame(
                [
                    {
                        "need_group": GROUP,
                        "designation": GROUP,
                        "match": "suited",
                        "penalty_gbp": 0.0,
                        "source": "test",
                        "basis": "invented",
                    }
                ]
            ),
        ),
        fallback=checked(
            Fallback,
            pd.DataFrame(
                [
                    route
                    | {
                        "route": "independent_day",
                        "share": 0.75,
                        "cost_gbp": 48_000.0,
                        "minutes": 40.0,
                    },
                    route
                    | {
                        "route": "mainstream_without_base",
                        "share": 0.25,
                        "cost_gbp": 16_000.0,
                        "minutes": 10.0,
                    },
                ]
            ),
        ),
        options=checked(
            Options,
            pd.DataFrame(
                options or [option("none", "S0")], columns=list(Options.to_schema().columns)
            ).iloc[: len(options)],
        ),
        pots=checked(Pots, pd.DataFrame(pots or [pot])),
        pot_funding=checked(
            PotFunding, pd.DataFrame(funding, columns=["pot_id", "academic_year", "gbp"])
        ),
        sites=checked(
            Sites, pd.DataFrame([site | {"site_id": name, "site_name": name} for name in sites])
        ),
    )
