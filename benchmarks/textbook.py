"""Textbook location models, expressed as siting problems of one year, need group and phase."""

import numpy as np
import pandas as pd

from placement_planner.siting.exchange import no_exchange
from placement_planner.siting.groups import Groups
from placement_planner.siting.pools import PoolYears
from placement_planner.siting.pots import Capital
from placement_planner.siting.problem import Problem
from placement_planner.siting.routes import Routes

UNITS = 1.0


def facility_problem(
    cost, demand, capacity=None, fixed=None, at_most=None, fallback=np.inf, reach=None
):
    """Return the problem of which of J sites to open, and whom of I clients to serve where.

    cost: (I, J), a unit of demand. demand: (I,). capacity, fixed: (J,), or none. at_most: sites.
    fallback: cost of a unit that is not served; infinite where all must be. reach: (I, J) of bool.
    """
    cost, demand = np.asarray(cost, dtype=float), np.asarray(demand, dtype=float)
    clients, sites = cost.shape
    capacity = np.full(sites, demand.sum()) if capacity is None else np.asarray(capacity, float)
    fixed = np.zeros(sites) if fixed is None else np.asarray(fixed, dtype=float)
    names = [f"S{site}" for site in range(sites)]
    group, pool = np.nonzero(np.ones(cost.shape, bool) if reach is None else reach)
    survival = np.zeros((1, 3, 1, 1))
    survival[0, 0, 0, 0] = 1.0
    nobody = np.full((clients, 1), -1)
    nothing = np.full((sites, 1), -1)
    every = np.full(clients, float(fallback))
    return Problem(
        years=(2027,),
        weights=np.ones(1),
        groups=Groups(
            table=pd.DataFrame(
                {
                    "area_code": [f"A{client}" for client in range(clients)],
                    "authority_code": "L",
                    "need_group": "asd_special",
                    "phase": "primary",
                    "fallback_gbp": every,
                    "profile": 0,
                }
            ),
            children=demand[:, None],
            following=np.hstack([np.arange(clients)[:, None], nobody, nobody]),
            survival=survival,
            stay=np.ones((clients, 1)),
            follow=np.ones((clients, 1)),
        ),
        pools=PoolYears(
            table=pd.DataFrame(
                {
                    "pool_id": names,
                    "site_id": names,
                    "authority_code": "L",
                    "designation": "asd_special",
                    "phase": "primary",
                }
            ),
            following=np.hstack([np.arange(sites)[:, None], nothing, nothing]),
            places=np.zeros((sites, 1)),
            extra=np.zeros((sites, 1)),
            stands=np.ones((sites, 1), dtype=bool),
            exists=np.zeros((sites, 1), dtype=bool),
            sites=np.arange(sites),
        ),
        links=pd.DataFrame(
            {
                "group": group,
                "pool": pool,
                "minutes": 0.0,
                "distance_km": 0.0,
                "gbp_0": cost[group, pool],
                "gbp_1": 0.0,
                "gbp_2": 0.0,
            }
        ),
        decisions=pd.DataFrame(
            {
                "option_id": names,
                "places": capacity,
                "start_year": 2027,
                "opening_year": 2027,
                "capital_gbp": 0.0,
                "gbp": fixed,
            }
        ),
        opens=pd.DataFrame(
            {
                "decision": np.arange(sites),
                "pool": np.arange(sites),
                "year": 0,
                "places": capacity,
                "is_full": False,
            }
        ),
        options=pd.DataFrame(
            {
                "option_id": names,
                "requires": None,
                "excludes": None,
                "locked_in": False,
                "locked_out": False,
                "minimum_fill": 0.0,
            }
        ),
        sets=pd.DataFrame(
            {
                "set_id": ["all"] if at_most is not None else [],
                "options": [";".join(names)] if at_most is not None else [],
                "at_most": [at_most] if at_most is not None else [],
            }
        ),
        capital=_no_capital(),
        exchange=no_exchange(len(group), 1),
        routes=Routes(
            table=pd.DataFrame(
                columns=["authority_code", "need_group", "phase", "route", "share",
                         "most_children", "extra_gbp"]
            ).astype({"share": float, "most_children": float, "extra_gbp": float}),
            groups=(),
            worst_gbp=every,
        ),
        flexible_share=0.0,
        over_gbp=0.0,
    )  # fmt: skip


def _no_capital():
    return Capital(
        cash=pd.DataFrame(columns=["decision", "option_id", "academic_year", "gbp"]).astype(
            {"decision": int, "academic_year": int, "gbp": float}
        ),
        pays=pd.DataFrame(columns=["option_id", "pot_id", "academic_year"]).astype(
            {"academic_year": int}
        ),
        funds=pd.DataFrame(columns=["pot_id", "first", "last", "gbp"]).astype(
            {"first": int, "last": int, "gbp": float}
        ),
    )


def capacitated(cost, demand, capacity, fixed):
    """Capacitated facility location: serve all demand at least cost of transport and opening."""
    return facility_problem(cost, demand, capacity, fixed)


def p_median(distance, demand, p):
    """Open p sites so that the demand-weighted distance to the nearest is least."""
    return facility_problem(distance, demand, at_most=p)


def covering_sets(distance, radius):
    """Open as few sites as cover every client within a radius (LSCP)."""
    distance = np.asarray(distance, dtype=float)
    clients, sites = distance.shape
    return facility_problem(
        np.zeros(distance.shape), np.ones(clients), fixed=np.ones(sites), reach=distance <= radius
    )


def maximal_covering(distance, demand, radius, p):
    """Open p sites so that as much demand as can be lies within a radius (MCLP)."""
    distance = np.asarray(distance, dtype=float)
    return facility_problem(
        np.zeros(distance.shape), demand, at_most=p, fallback=1.0, reach=distance <= radius
    )


def p_centre(distance, p, solve):
    """Return the least radius within which p sites cover every client, by halving the distances.

    `solve` returns the objective of a problem, or None where nothing covers all.
    """
    distance = np.asarray(distance, dtype=float)
    radii = np.unique(distance)
    low, high = 0, len(radii) - 1
    while low < high:
        middle = (low + high) // 2
        sites = solve(covering_sets(distance, radii[middle]))
        if sites is not None and round(sites) <= p:
            high = middle
        else:
            low = middle + 1
    return float(radii[low])
