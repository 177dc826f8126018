"""What a plan does for each authority: who is placed, what it pays, what its children use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.siting.placements import rides_of
from placement_planner.siting.pools import option_slots
from placement_planner.siting.pots import REGION

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["effects_by_authority"]


def effects_by_authority(
    do_nothing: Plan, plan: Plan, tables: Tables, scenario: Scenario
) -> pd.DataFrame:
    """Set out gainers and losers, and what one authority's money builds for another's children.

    Returns
    -------
    DataFrame
        authority_code; children_in_need and, without a suitable local place, fallback_do_nothing
        and fallback_plan (final planned year); saved_gbp (a year, the final one: placements,
        journeys and fallback of its residents, the plan against the optimised do-nothing);
        paid_gbp (capital from its own pots), used_gbp (capital of the places that its residents
        use, by their share of the newcomers), transfer_gbp (used less paid: what it receives from
        others, the region's pots included). ``REGION`` is a row of its own for its pots.
    """
    year = scenario.horizon.years[-1]
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    need = tables.need[tables.need["academic_year"] == year]
    frame = pd.DataFrame({"children_in_need": need.groupby("authority_code")["children"].sum()})
    for name, each in (("do_nothing", do_nothing), ("plan", plan)):
        rows = each.fallback[each.fallback["academic_year"] == year]
        left = rows.groupby(rows["area_code"].map(home))["children"].sum()
        frame[f"fallback_{name}"] = left.reindex(frame.index).fillna(0.0)
    costs = [_yearly_cost(each, tables, home, year) for each in (do_nothing, plan)]
    frame["saved_gbp"] = (costs[0] - costs[1]).reindex(frame.index).fillna(0.0)
    owner = tables.pots.set_index("pot_id")["owner"]
    paid = plan.spend.groupby(plan.spend["pot_id"].map(owner))["gbp"].sum()
    if REGION in paid.index:
        frame.loc[REGION] = 0.0
    frame["paid_gbp"] = paid.reindex(frame.index).fillna(0.0)
    frame["used_gbp"] = _used(plan, tables, scenario, home).reindex(frame.index).fillna(0.0)
    frame["transfer_gbp"] = frame["used_gbp"] - frame["paid_gbp"]
    return frame.rename_axis("authority_code").reset_index()


def _yearly_cost(plan: Plan, tables: Tables, home: pd.Series, year: int) -> pd.Series:
    """Return £ of one year of an authority's residents: top-up, journeys, fallback."""
    placed = plan.placements[
        (plan.placements["academic_year"] == year) & ~plan.placements["is_kept"]
    ]
    top_up = tables.place_costs.set_index("need_group")["top_up_gbp"]
    each = placed["need_group"].map(top_up).astype(float) + rides_of(placed, tables)["gbp"]
    left = plan.fallback[plan.fallback["academic_year"] == year]
    parts = pd.concat(
        [
            (each * placed["children"]).groupby(placed["area_code"].map(home)).sum(),
            (left["cost_gbp"] * left["children"]).groupby(left["area_code"].map(home)).sum(),
        ]
    )
    total: pd.Series = parts.groupby(level=0).sum()
    return total


def _used(plan: Plan, tables: Tables, scenario: Scenario, home: pd.Series) -> pd.Series:
    """Return capital by the authority whose children hold the places, in the final year."""
    slots = option_slots(tables, scenario.horizon.years[-1])
    where = tables.options[["option_id", "site_id"]].merge(
        tables.sites[["site_id", "authority_code"]], on="site_id"
    )
    builds = plan.builds.merge(slots[["option_id", "pool_id", "share"]], on="option_id")
    builds = builds.merge(where[["option_id", "authority_code"]], on="option_id")
    builds["capital"] = builds["capital_gbp"] * builds["share"]
    final = plan.placements[
        (plan.placements["academic_year"] == scenario.horizon.years[-1])
        & ~plan.placements["is_kept"]
    ]
    users = final.groupby(["pool_id", final["area_code"].map(home).rename("user")])[
        "children"
    ].sum()
    share = (users / users.groupby("pool_id").transform("sum")).rename("part").reset_index()
    told = builds.merge(share, on="pool_id", how="left")
    told["user"] = told["user"].fillna(told["authority_code"])
    told["part"] = told["part"].fillna(1.0)
    used: pd.Series = (told["capital"] * told["part"]).groupby(told["user"]).sum()
    return used
