"""What a plan comes to, by the same ruler for every plan: children, journeys, £."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.siting.placements import rides_of
from placement_planner.siting.pools import opened_by_builds, option_slots, pools_of_plan

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = [
    "children_in_builds",
    "compare_plans",
    "journeys_of",
    "measure_journeys",
    "measure_plan",
    "unit_of",
    "weighted_quantile",
]

UNITS = {"children": "children", "places": "places", "minutes": "minutes", "km": "km", "gbp": "GBP"}


def weighted_quantile(values: pd.Series, weights: pd.Series, share: float) -> float:
    """Smallest value that at least `share` of the weight does not exceed.

    Examples
    --------
    >>> weighted_quantile(pd.Series([30.0, 10.0, 20.0]), pd.Series([1.0, 8.0, 1.0]), 0.9)
    20.0
    """
    if weights.sum() <= 0:
        return float("nan")
    order = np.argsort(values.to_numpy(), kind="stable")
    reached = np.cumsum(weights.to_numpy()[order])
    position = int(np.searchsorted(reached, share * reached[-1] - 1e-9))
    return float(values.to_numpy()[order][position])


def journeys_of(plan: Plan, academic_year: int) -> pd.DataFrame:
    """Journeys of every child to place in a year: to the place, or by the fallback route.

    Returns
    -------
    DataFrame
        area_code, need_group, phase, children, minutes, distance_km, in_fallback.
    """
    columns = ["area_code", "need_group", "phase", "children", "minutes", "distance_km"]
    placed, left = (
        table.loc[table["academic_year"] == academic_year, columns]
        for table in (plan.placements, plan.fallback)
    )
    return pd.concat(
        [placed.assign(in_fallback=False), left.assign(in_fallback=True)], ignore_index=True
    )


def measure_journeys(journeys: pd.DataFrame) -> dict[str, float]:
    """Mean, 90th percentile and longest journey one way, weighted by children, where known.

    Examples
    --------
    >>> told = measure_journeys(pd.DataFrame(
    ...     {"children": [9.0, 1.0], "minutes": [10.0, 40.0], "distance_km": [4.0, 14.0]}))
    >>> told["journey_mean_minutes"], told["journey_p90_minutes"], told["journey_longest_minutes"]
    (13.0, 10.0, 40.0)
    """
    journeys = journeys[journeys["minutes"].notna()]
    children, minutes = journeys["children"], journeys["minutes"]
    if not children.sum():
        names = ("mean_minutes", "p90_minutes", "longest_minutes", "mean_km")
        return {f"journey_{name}": 0.0 for name in names}
    return {
        "journey_mean_minutes": float(np.average(minutes, weights=children)),
        "journey_p90_minutes": weighted_quantile(minutes, children, 0.9),
        "journey_longest_minutes": float(minutes.max()),
        "journey_mean_km": float(np.average(journeys["distance_km"], weights=children)),
    }


def children_in_builds(
    plan: Plan, tables: Tables, scenario: Scenario, academic_year: int
) -> pd.DataFrame:
    """Count the children whom what is built makes room for, in one year.

    Those are the children of a pool above the places it has anyway; builds of one pool share them
    as they do its new places.

    Returns
    -------
    DataFrame
        option_id, pool_id, children.
    """
    places = pools_of_plan(plan.builds, tables, scenario)
    places = places[places["academic_year"] == academic_year].set_index("pool_id")
    here = plan.placements[plan.placements["academic_year"] == academic_year]
    held = here.groupby("pool_id")["children"].sum().reindex(places.index).fillna(0.0)
    more = (held - places["existing"]).clip(lower=0.0, upper=places["new"])
    opened = opened_by_builds(plan.builds, tables, scenario)
    opened = opened[opened["academic_year"] == academic_year]
    slots = option_slots(tables, scenario.horizon.years[-1])
    parts = opened.merge(slots, on=["option_id", "phase"])
    size = parts["open_places"] * parts["share"]
    share = size / places["new"].reindex(parts["pool_id"]).to_numpy()
    children = share * more.reindex(parts["pool_id"]).to_numpy()
    return parts[["option_id", "pool_id"]].assign(children=children.astype(float))


def unit_of(measure: str) -> str:
    """Return the unit of a measure, from its name."""
    return UNITS.get(measure.rsplit("_", 1)[-1], "children")


def measure_plan(plan: Plan, tables: Tables, scenario: Scenario) -> dict[str, float]:
    """Measure a plan in the final planned year; capital and objective over the whole horizon."""
    year = scenario.horizon.years[-1]
    journeys = journeys_of(plan, year)
    minutes = journeys["minutes"]
    soft = journeys["phase"].map(scenario.travel.soft_minutes).astype(float)
    placed = plan.placements[plan.placements["academic_year"] == year]
    independent = _in_independent(placed, tables)
    fallback = plan.fallback[plan.fallback["academic_year"] == year]
    places = pools_of_plan(plan.builds, tables, scenario)
    places = places[places["academic_year"] == year]
    measures = {
        "children_in_need": float(journeys["children"].sum()),
        "places": float(places["places"].sum()),
        "children_placed": float(placed.loc[~independent, "children"].sum()),
        "children_staying_independent": float(placed.loc[independent, "children"].sum()),
        "children_in_fallback": float(fallback["children"].sum()),
    }
    for route in sorted({*tables.fallback["route"], *plan.fallback["route"]}):
        measures[f"fallback_{route}"] = float(
            fallback.loc[fallback["route"] == route, "children"].sum()
        )
    measures |= measure_journeys(journeys) | {
        "children_beyond_soft_limit": float(journeys.loc[minutes > soft, "children"].sum()),
        "capital_gbp": float(plan.builds["capital_gbp"].sum()),
    }
    yearly = _yearly_costs(placed, independent, places, fallback, tables)
    return (
        measures
        | yearly
        | {"annual_cost_gbp": sum(yearly.values()), "objective_gbp": plan.report.objective_gbp}
    )


def _in_independent(placed: pd.DataFrame, tables: Tables) -> pd.Series:
    """Tell which placements are kept in independent and non-maintained schools."""
    pools = tables.kept.loc[tables.kept["is_independent"], "pool_id"].unique()
    return placed["pool_id"].isin(pools)


def _yearly_costs(
    placed: pd.DataFrame,
    independent: pd.Series,
    places: pd.DataFrame,
    fallback: pd.DataFrame,
    tables: Tables,
) -> dict[str, float]:
    """£ of one year at base prices: nothing discounted, no capital, no priced minutes."""
    costs = tables.place_costs.set_index("need_group")
    local, away = placed[~independent], placed[independent]
    funding = places["designation"].map(costs["place_funding_gbp"]).astype(float) * places["places"]
    top_up = local["need_group"].map(costs["top_up_gbp"]).astype(float)
    return {
        "transport_gbp": float((rides_of(local, tables)["gbp"] * local["children"]).sum()),
        "top_up_gbp": float((top_up * local["children"]).sum()),
        "place_funding_gbp": float(funding.sum()),
        "independent_gbp": float((_independent_gbp(away, tables) * away["children"]).sum()),
        "fallback_gbp": float((fallback["cost_gbp"] * fallback["children"]).sum()),
    }


def _independent_gbp(away: pd.DataFrame, tables: Tables) -> pd.Series:
    """Return what a child who stays in an independent school costs a year, journey included.

    That of the dearest fallback route of the child's authority, need group and phase: the
    independent one in the library's figures.
    """
    who = ["authority_code", "need_group", "phase"]
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    dearest = tables.fallback.groupby(who)["cost_gbp"].max()
    told = away.assign(authority_code=away["area_code"].map(home))
    found = dearest.reindex(pd.MultiIndex.from_frame(told[who])).to_numpy(dtype=float)
    return pd.Series(found, index=away.index)


def compare_plans(do_nothing: Plan, plan: Plan, tables: Tables, scenario: Scenario) -> pd.DataFrame:
    """Set the plan beside the optimised do-nothing, the same children in both.

    Returns
    -------
    DataFrame
        measure, unit, do_nothing, plan. `benefit_gbp` is what the plan saves over the optimised
        do-nothing, and `gap_of_benefit` the unproved rest as a share of it; both stand for the
        plan alone.
    """
    before, after = (measure_plan(each, tables, scenario) for each in (do_nothing, plan))
    rows = [(measure, unit_of(measure), value, after[measure]) for measure, value in before.items()]
    benefit = do_nothing.report.objective_gbp - plan.report.objective_gbp
    share = plan.report.gap_gbp / benefit if benefit > 0 else float("nan")
    rows += [
        ("benefit_gbp", "GBP", float("nan"), benefit),
        ("gap_gbp", "GBP", do_nothing.report.gap_gbp, plan.report.gap_gbp),
        ("gap_of_benefit", "share", float("nan"), share),
    ]
    table = pd.DataFrame(rows, columns=["measure", "unit", "do_nothing", "plan"])
    table.loc[table["measure"].str.startswith("children_"), "unit"] = "children"
    table.loc[table["measure"].eq("places"), "unit"] = "places"
    routes = table["measure"].str.startswith("fallback_") & ~table["measure"].eq("fallback_gbp")
    table.loc[routes, "unit"] = "children"
    return table
