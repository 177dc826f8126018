"""The gap by the best assignment: everybody placed in the places there are, at least cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.tables import checked
from placement_planner.tables.gap import Gap

if TYPE_CHECKING:
    import pandas as pd
    from pandera.typing import DataFrame

    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["empty_places", "exchange_of_plan", "gap_by_assignment"]

_ROW = ["area_code", "need_group", "phase", "academic_year"]


def gap_by_assignment(plan: Plan, tables: Tables) -> DataFrame[Gap]:
    """Return who has a place and who has none, where everybody is placed as well as can be.

    Parameters
    ----------
    plan
        The optimised do-nothing: the siting problem without options.
    tables
        What it was made for.
    """
    need = tables.need[tables.need["children"] > 0]
    placed, left = (
        table.groupby(_ROW)["children"].sum() for table in (plan.placements, plan.fallback)
    )
    rows = need.join(placed.rename("supply"), on=_ROW).join(left.rename("unmet"), on=_ROW)
    rows = rows.fillna({"supply": 0.0, "unmet": 0.0})
    return checked(
        Gap,
        rows.assign(
            way="assignment", need=rows["children"], gap=rows["children"] - rows["supply"]
        ).sort_values(["authority_code", *_ROW]),
    )


def empty_places(plan: Plan, tables: Tables) -> pd.DataFrame:
    """Return the places of every pool and year that nobody is placed in.

    Returns
    -------
    DataFrame
        pool_id, site_id, authority_code, designation, phase, academic_year, places, empty.
    """
    keys = ["pool_id", "academic_year"]
    used = plan.placements.groupby(keys)["children"].sum().rename("used")
    rows = tables.pools.join(used, on=keys).fillna({"used": 0.0})
    kept = ["pool_id", "site_id", "authority_code", "designation", "phase", "academic_year",
            "places"]  # fmt: skip
    return rows[kept].assign(empty=(rows["places"] - rows["used"]).clip(lower=0))


def exchange_of_plan(plan: Plan, tables: Tables) -> pd.DataFrame:
    """Count children placed by the authority they live in and the one their place lies in.

    Returns
    -------
    DataFrame
        authority_code (home), place_authority_code, need_group, phase, academic_year, children.
    """
    home = tables.need[["area_code", "authority_code"]].drop_duplicates()
    where = tables.pools[["pool_id", "authority_code"]].drop_duplicates()
    rows = plan.placements.merge(home, on="area_code").merge(
        where.rename(columns={"authority_code": "place_authority_code"}), on="pool_id"
    )
    keys = ["authority_code", "place_authority_code", "need_group", "phase", "academic_year"]
    counted: pd.DataFrame = rows.groupby(keys, as_index=False)["children"].sum()
    return counted
