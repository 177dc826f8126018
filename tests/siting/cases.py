"""Small siting problems, made from a few numbers, and their answers by trying everything."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from placement_planner.scenario import Scenario
from placement_planner.siting.problem import Tables
from placement_planner.tables import checked, share_open, split_list
from placement_planner.tables.stages import Need, PlaceCosts, Pools, Travel
from placement_planner.tables.study import (
    Compatibility,
    Fallback,
    Options,
    PotFunding,
    Pots,
    Sites,
)

GROUP, PHASE = "asd_special", "primary"
TOP_UP, PLACE_FUNDING, PER_KM, FALLBACK = 10_000.0, 5_000.0, 100.0, 40_000.0


def scenario(years=(2027, 2028), gap=0.0, **solver):
    return Scenario().with_choices(
        horizon={"years": years, "discount_rate": 0.035},
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
        "transport_fixed_gbp": 0.0,
        "transport_gbp_per_km": PER_KM,
        "place_funding_gbp": PLACE_FUNDING,
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
    return Tables(
        need=checked(Need, pd.DataFrame(need, columns=list(Need.to_schema().columns))),
        pools=checked(Pools, pd.DataFrame(pools, columns=list(Pools.to_schema().columns))),
        travel=checked(Travel, pd.DataFrame(travel, columns=list(Travel.to_schema().columns))),
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


def best_by_trying_all(tables, choices):
    """Smallest cost over every set of builds; None if no set may be built.

    Written from the description of the model, not from its code: it knows nothing of arcs,
    decisions or PuLP.
    """
    years = choices.horizon.years
    ways = []
    for row in tables.options.itertuples():
        own = [] if row.locked_in else [None]
        if not row.locked_out:
            own += [
                (row, int(size), opening - row.lead_years, opening)
                for size in split_list(row.sizes)
                for opening in years
                if row.earliest_start <= opening - row.lead_years <= row.latest_start
            ]
        ways.append(own)
    best = None
    for chosen in itertools.product(*ways):
        builds = [build for build in chosen if build is not None]
        if _allowed(builds, tables):
            cost = _cost(builds, tables, choices)
            if cost is not None and (best is None or cost < best):
                best = cost
    return best


def _allowed(builds, tables):
    names = {row.option_id for row, *_ in builds}
    for row, *_ in builds:
        if set(split_list(row.requires)) - names or set(split_list(row.excludes)) & names:
            return False
    due = {}
    for row, size, start, opening in builds:
        capital = row.fixed_capital_gbp + row.capital_per_place_gbp * size
        paid_years = range(start, max(opening, start + 1))
        for year in paid_years:
            due[year] = due.get(year, 0.0) + capital / len(paid_years)
    pot = tables.pots.iloc[0]
    if any(not pot["starts"] <= year <= pot["expires"] for year in due):
        return False
    funding = tables.pot_funding.set_index("academic_year")["gbp"]
    return all(
        sum(gbp for when, gbp in due.items() if when <= year)
        <= funding[funding.index <= year].sum() + 1e-6
        for year in due
    )


def _cost(builds, tables, choices):
    total = 0.0
    horizon = choices.horizon
    for year, length in zip(horizon.years, horizon.weights, strict=True):
        weight = (1 + horizon.discount_rate) ** (horizon.years[0] - year) * length
        capacity = tables.pools[tables.pools["academic_year"] == year].set_index("site_id")[
            "places"
        ]
        rooms = [(site, places, 0.0) for site, places in capacity.items()]
        for row, size, _, opening in builds:
            if opening <= year:
                opened = size * share_open(row.ramp, year - opening)
                rate = horizon.discount_rate
                capital = row.fixed_capital_gbp + row.capital_per_place_gbp * size
                yearly = capital * rate / (1 - (1 + rate) ** -row.asset_life_years)
                total += weight * (yearly + PLACE_FUNDING * opened)
                is_full = year - opening >= len(split_list(row.ramp)) - 1
                rooms.append((row.site_id, opened, row.minimum_fill * opened if is_full else 0.0))
        placed = _transport(tables, year, rooms)
        if placed is None:
            return None
        total += weight * placed
    return total


def _transport(tables, year, rooms):
    need = tables.need[tables.need["academic_year"] == year]
    km = tables.travel.set_index(["area_code", "site_id"])["distance_km"]
    children = need["children"].to_numpy()
    cost, limits, rows_eq, rows_up, upper = [], [], [], [], []
    count = len(children) * (len(rooms) + 1)
    for i, area in enumerate(need["area_code"]):
        journeys = [km[area, site] for site, *_ in rooms]
        cost += [TOP_UP + PER_KM * each + 150 * max(0.0, each - 45) for each in journeys]
        limits += [(0, None if each <= 60 else 0) for each in journeys]
        cost.append(FALLBACK)
        limits.append((0, None))
        row = np.zeros(count)
        row[i * (len(rooms) + 1) : (i + 1) * (len(rooms) + 1)] = 1
        rows_eq.append(row)
    for j, (_, places, least) in enumerate(rooms):
        row = np.zeros(count)
        row[j :: len(rooms) + 1] = 1
        rows_up += [row, -row]
        upper += [places, -least]
    answer = linprog(cost, A_ub=rows_up, b_ub=upper, A_eq=rows_eq, b_eq=children, bounds=limits)
    return answer.fun if answer.status == 0 else None
