"""Fallback routes with a limit: how many children they take, and what those left cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from placement_planner.siting.groups import Groups
    from placement_planner.siting.tables import Tables

__all__ = ["NOWHERE", "Routes", "build_routes"]

NOWHERE = "no_placement_found"
"""Route of the children whom a full route cannot take."""

_WHO = ["authority_code", "need_group", "phase"]


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Routes with a limit, a row each.

    Attributes
    ----------
    table
        authority_code, need_group, phase, route, share, most_children, and extra_gbp: what a
        child whom the route cannot take costs above it, £ a year.
    groups
        For each row, the positions of the groups that share the limit.
    worst_gbp
        (G,): the most that a child of a group without a local place can cost, £ a year.
    """

    table: pd.DataFrame
    groups: tuple[NDArray[np.int64], ...]
    worst_gbp: NDArray[np.float64]


def build_routes(tables: Tables, groups: Groups, nowhere_gbp: float) -> Routes:
    """Find the routes that have a limit.

    A child whom a full route cannot take has no placement. That costs `nowhere_gbp` more than the
    dearest route of the group, so that no route is left before it is full.
    """
    routes = tables.fallback.sort_values([*_WHO, "route"], ignore_index=True)
    dearest = routes.groupby(_WHO)["cost_gbp"].transform("max") + nowhere_gbp
    limit = routes.get("most_children", pd.Series(np.nan, index=routes.index)).astype(float)
    table = routes.assign(most_children=limit, extra_gbp=dearest - routes["cost_gbp"])
    columns = [*_WHO, "route", "share", "most_children", "extra_gbp"]
    known = groups.table.groupby(_WHO).indices
    has_members = np.array([tuple(row) in known for row in table[_WHO].to_numpy(dtype=object)])
    table = table.loc[limit.notna() & (routes["share"] > 0) & has_members, columns]
    table = table.reset_index(drop=True)
    members = tuple(np.sort(known[tuple(row)]) for row in table[_WHO].to_numpy(dtype=object))
    worst = groups.table["fallback_gbp"].to_numpy(dtype=float, copy=True)
    for row, positions in zip(table.itertuples(), members, strict=True):
        worst[positions] += row.share * row.extra_gbp
    return Routes(table=table, groups=members, worst_gbp=worst)
