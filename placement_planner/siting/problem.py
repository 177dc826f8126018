"""The siting problem as arrays: who is to be placed, where they could be, what could be built.

No solver is known here. Every table is sorted by key before an array is made, so the order of the
input rows does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.errors import SolveError
from placement_planner.siting.decisions import build_cash, build_decisions, option_pools

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandera.typing import DataFrame

    from placement_planner.scenario import Scenario
    from placement_planner.tables.stages import Need, PlaceCosts, Pools, Travel
    from placement_planner.tables.study import (
        Compatibility,
        Fallback,
        Options,
        PotFunding,
        Pots,
        Sites,
    )

__all__ = ["Problem", "Tables", "build_problem"]

DEMAND_KEY = ["area_code", "need_group", "phase", "academic_year"]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The checked tables that a siting problem, and its audit, are made from."""

    need: DataFrame[Need]
    pools: DataFrame[Pools]
    travel: DataFrame[Travel]
    place_costs: DataFrame[PlaceCosts]
    compatibility: DataFrame[Compatibility]
    fallback: DataFrame[Fallback]
    options: DataFrame[Options]
    pots: DataFrame[Pots]
    pot_funding: DataFrame[PotFunding]
    sites: DataFrame[Sites]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Arrays of one siting problem; £ are discounted and weighed by years in the period.

    Attributes
    ----------
    demand
        One row per area, need group, phase and year: children, and fallback_gbp a child.
    pool_years
        One row per pool and year: places that exist.
    arcs
        Columns demand and pool (positions in the two tables above), gbp a child, and the
        journey.
    decisions
        One row per option, size and start: places, start_year, opening_year, capital_gbp, gbp.
    opens
        Places that a decision opens in a pool-year: columns decision, pool, places, is_full.
    cash
        Payments of a decision by academic year: columns decision, academic_year, gbp.
    options
        The options that decisions belong to, with their rules.
    pays
        Pots that may pay for an option in a year: columns option_id, pot_id, academic_year.
    funds
        Money each pot has received by the end of a year: pot_id, academic_year, gbp.
    fallback
        Route shares, journeys and £ by demand row's authority, need group and phase.
    """

    demand: pd.DataFrame
    pool_years: pd.DataFrame
    arcs: pd.DataFrame
    decisions: pd.DataFrame
    opens: pd.DataFrame
    cash: pd.DataFrame
    options: pd.DataFrame
    pays: pd.DataFrame
    funds: pd.DataFrame
    fallback: pd.DataFrame


def build_problem(tables: Tables, scenario: Scenario) -> Problem:
    """Turn checked tables into the arrays of a siting problem.

    Raises
    ------
    SolveError
        If nobody is to be placed, or an option that must be built cannot open within the horizon.
    """
    demand = _demand(tables, scenario)
    if demand.empty:
        raise SolveError("there is nobody to place: need is zero in every planned year")
    decisions = build_decisions(tables.options, tables.place_costs, scenario)
    new_pools, opens = option_pools(tables.options, decisions, scenario)
    pool_years = _pool_years(tables.pools, new_pools)
    position = pool_years.reset_index(names="pool")[["pool_id", "academic_year", "pool"]]
    opens = opens.merge(position, on=["pool_id", "academic_year"])
    opens = opens.sort_values(["pool", "decision"]).reset_index(drop=True)
    cash, pays, funds = build_cash(
        tables.options, decisions, tables.pots, tables.pot_funding, tables.sites
    )
    return Problem(
        demand=demand,
        pool_years=pool_years,
        arcs=_arcs(demand, pool_years, tables, scenario),
        decisions=decisions,
        opens=opens[["decision", "pool", "places", "is_full"]],
        cash=cash,
        options=_rules(tables.options, decisions),
        pays=pays,
        funds=funds,
        fallback=tables.fallback,
    )


def _year_weights(scenario: Scenario) -> pd.Series:
    horizon = scenario.horizon
    return pd.Series(
        [
            horizon.discount(year) * weight
            for year, weight in zip(horizon.years, horizon.weights, strict=True)
        ],
        index=list(horizon.years),
    )


def _demand(tables: Tables, scenario: Scenario) -> pd.DataFrame:
    routes = tables.fallback
    means = (
        routes.assign(fallback_gbp=routes["share"] * routes["cost_gbp"])
        .groupby(["authority_code", "need_group", "phase"], as_index=False)["fallback_gbp"]
        .sum()
    )
    need = tables.need[tables.need["children"] > 0]
    demand = need.merge(means, on=["authority_code", "need_group", "phase"])
    demand["weight"] = demand["academic_year"].map(_year_weights(scenario)).astype(float)
    return demand.sort_values(DEMAND_KEY).reset_index(drop=True)


def _pool_years(pools: pd.DataFrame, new_pools: pd.DataFrame) -> pd.DataFrame:
    columns = ["pool_id", "site_id", "designation", "phase", "academic_year", "places"]
    existing = pools.loc[pools["places"] > 0, columns].assign(option_id="")
    both = pd.concat([existing, new_pools[[*columns, "option_id"]]])
    return both.sort_values(["pool_id", "academic_year"]).reset_index(drop=True)


def _arcs(
    demand: pd.DataFrame, pool_years: pd.DataFrame, tables: Tables, scenario: Scenario
) -> pd.DataFrame:
    """Pairs that are compatible and in reach, with £ a child.

    A pair with a place that exists anyway is dropped where the fallback costs no more: leaving it
    out changes no optimum, since the fallback has no limit.
    """
    pairs = _pairs(demand, pool_years, tables.compatibility)
    areas, area = np.unique(demand["area_code"].to_numpy(dtype=str), return_inverse=True)
    sites, site = np.unique(pool_years["site_id"].to_numpy(dtype=str), return_inverse=True)
    grid = tables.travel.set_index(["area_code", "site_id"])[["minutes", "distance_km"]].reindex(
        pd.MultiIndex.from_product([areas, sites])
    )
    cell = area[pairs["demand"]] * len(sites) + site[pairs["pool"]]
    minutes = grid["minutes"].to_numpy()[cell]
    distance_km = grid["distance_km"].to_numpy()[cell]
    rows = _demand_prices(demand, tables.place_costs, scenario)
    told = {name: values[pairs["demand"]] for name, values in rows.items()}
    per_child = (
        told["fixed_gbp"]
        + told["gbp_per_km"] * distance_km
        + pairs["penalty_gbp"].to_numpy()
        + np.maximum(minutes - told["soft"], 0.0) * scenario.travel.gbp_per_minute_over
    )
    is_new = (pool_years["option_id"] != "").to_numpy()[pairs["pool"]]
    useful = (minutes <= told["hard"]) & ((per_child < told["fallback_gbp"]) | is_new)
    return pd.DataFrame(
        {
            "demand": pairs["demand"].to_numpy()[useful],
            "pool": pairs["pool"].to_numpy()[useful],
            "gbp": (per_child * told["weight"])[useful],
            "minutes": minutes[useful],
            "distance_km": distance_km[useful],
        }
    )


def _pairs(
    demand: pd.DataFrame, pool_years: pd.DataFrame, compatibility: pd.DataFrame
) -> pd.DataFrame:
    """Positions of demand and pool-years that suit, in order, and the price of the match."""
    slot = ["phase", "academic_year"]
    kinds = demand[["need_group", *slot]].drop_duplicates().reset_index(drop=True)
    suits = compatibility.loc[
        compatibility["match"] != "no", ["need_group", "designation", "penalty_gbp"]
    ]
    offered = pool_years[["designation", *slot]].assign(pool=range(len(pool_years)))
    offers = kinds.assign(kind=range(len(kinds))).merge(suits, on="need_group")
    offers = offers.merge(offered, on=["designation", *slot])[["kind", "pool", "penalty_gbp"]]
    kind = demand[["need_group", *slot]].merge(
        kinds.assign(kind=range(len(kinds))), on=["need_group", *slot], how="left"
    )["kind"]
    sought = pd.DataFrame({"demand": range(len(demand)), "kind": kind.to_numpy()})
    pairs = sought.merge(offers, on="kind")[["demand", "pool", "penalty_gbp"]]
    return pairs.sort_values(["demand", "pool"]).reset_index(drop=True)


def _demand_prices(
    demand: pd.DataFrame, place_costs: pd.DataFrame, scenario: Scenario
) -> dict[str, NDArray[np.float64]]:
    """Return what a child costs wherever placed, and the limits of the journey, by row."""
    costs = place_costs.set_index("need_group").loc[demand["need_group"]]
    return {
        "fixed_gbp": (costs["top_up_gbp"] + costs["transport_fixed_gbp"]).to_numpy(),
        "gbp_per_km": costs["transport_gbp_per_km"].to_numpy(),
        "soft": demand["phase"].map(scenario.travel.soft_minutes).to_numpy(dtype=float),
        "hard": demand["phase"].map(scenario.travel.hard_minutes).to_numpy(dtype=float),
        "fallback_gbp": demand["fallback_gbp"].to_numpy(),
        "weight": demand["weight"].to_numpy(),
    }


def _rules(options: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    columns = ["option_id", "requires", "excludes", "locked_in", "minimum_fill"]
    possible = options[options["option_id"].isin(decisions["option_id"])]
    return possible[columns].sort_values("option_id").reset_index(drop=True)
