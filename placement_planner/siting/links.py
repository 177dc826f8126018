"""Links: groups of children and pools that suit them within reach, with £ a child and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables.transport import ride_and_price
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from placement_planner.scenario import Scenario, TravelChoices
    from placement_planner.siting.groups import Groups
    from placement_planner.siting.pools import PoolYears
    from placement_planner.siting.tables import Tables

__all__ = ["build_links"]


def build_links(
    groups: Groups, pools: PoolYears, tables: Tables, scenario: Scenario
) -> pd.DataFrame:
    """List the pairs of group and pool that suit and lie within the hard limit of the phase.

    Returns
    -------
    DataFrame
        group, pool (positions), minutes (in the vehicle, one way), distance_km; gbp_0, gbp_1,
        gbp_2: £ a child and year, not discounted, in the phase of entry and, in an all-through
        school, the next ones. Sorted by group, then pool.
    """
    drives = _drives(groups.table, pools.table, tables.travel)
    pairs = _suited_pairs(groups.table, pools.table, tables.compatibility, drives)
    drive, distance_km = drives.of(pairs)
    links = pairs.assign(distance_km=distance_km)
    for phases_on in range(len(PHASES)):
        later = groups.following[pairs["group"], phases_on]
        counts = (later >= 0) & (pools.following[pairs["pool"], phases_on] >= 0)
        minutes, gbp = _priced(
            groups.table,
            later[counts],
            pairs.loc[counts, "penalty_gbp"].to_numpy(),
            (drive[counts], distance_km[counts]),
            tables,
            scenario.travel,
        )
        links[f"gbp_{phases_on}"] = _spread(gbp, counts)
        if phases_on == 0:
            links["minutes"] = minutes
    hard = groups.table["phase"].map(scenario.travel.hard_minutes).to_numpy(dtype=float)
    near = links["minutes"].to_numpy() <= hard[links["group"]]
    kept = ["group", "pool", "minutes", "distance_km", "gbp_0", "gbp_1", "gbp_2"]
    return links.loc[near, kept].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class _Drives:
    """Direct drives by area and site, not a number where there is none; rows of groups, pools."""

    minutes: NDArray[np.float64]
    distance_km: NDArray[np.float64]
    area: NDArray[np.int64]
    site: NDArray[np.int64]

    def of(self, pairs: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return minutes and km of each pair."""
        cells = self.area[pairs["group"]], self.site[pairs["pool"]]
        return self.minutes[cells], self.distance_km[cells]


def _suited_pairs(
    groups: pd.DataFrame, pools: pd.DataFrame, compatibility: pd.DataFrame, drives: _Drives
) -> pd.DataFrame:
    """Return group, pool and penalty_gbp of all in reach that suit or are tolerable, sorted."""
    suits = compatibility[compatibility["match"] != "no"]
    parts = list(_blocks(groups, pools, suits, drives))
    if not parts:
        return pd.DataFrame({"group": [], "pool": [], "penalty_gbp": []}).astype(
            {"group": int, "pool": int}
        )
    pairs = pd.concat(parts, ignore_index=True)
    return pairs.sort_values(["group", "pool"], ignore_index=True)


def _blocks(
    groups: pd.DataFrame, pools: pd.DataFrame, suits: pd.DataFrame, drives: _Drives
) -> Iterator[pd.DataFrame]:
    """Yield the pairs of one need group, phase and designation after the other."""
    offered = pools.groupby(["designation", "phase"]).indices
    for (need_group, phase), group in groups.groupby(["need_group", "phase"]).indices.items():
        for match in suits[suits["need_group"] == need_group].itertuples():
            pool = offered.get((match.designation, phase))
            if pool is not None:
                minutes = drives.minutes[np.ix_(drives.area[group], drives.site[pool])]
                row, column = np.nonzero(np.isfinite(minutes))
                yield pd.DataFrame(
                    {
                        "group": group[row],
                        "pool": pool[column],
                        "penalty_gbp": match.penalty_gbp,
                    }
                )


def _drives(groups: pd.DataFrame, pools: pd.DataFrame, travel: pd.DataFrame) -> _Drives:
    """Lay out the direct drives between the areas of groups and the sites of pools."""
    areas, area = np.unique(groups["area_code"].to_numpy(dtype=str), return_inverse=True)
    sites, site = np.unique(pools["site_id"].to_numpy(dtype=str), return_inverse=True)
    row = pd.Index(areas).get_indexer(travel["area_code"])
    column = pd.Index(sites).get_indexer(travel["site_id"])
    known = (row >= 0) & (column >= 0)
    grids = {name: np.full((len(areas), len(sites)), np.nan) for name in ("minutes", "distance_km")}
    for name, grid in grids.items():
        grid[row[known], column[known]] = travel[name].to_numpy(dtype=float)[known]
    return _Drives(**grids, area=area, site=site)


def _priced(
    groups: pd.DataFrame,
    group: NDArray[np.int64],
    penalty_gbp: NDArray[np.float64],
    drive: tuple[NDArray[np.float64], NDArray[np.float64]],
    tables: Tables,
    travel: TravelChoices,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return time in the vehicle, and £ a child and year, of journeys of children of groups."""
    minutes, ride_gbp = ride_and_price(tables.transport, groups, *drive, group)
    costs = tables.place_costs.set_index("need_group")["top_up_gbp"]
    top_up = costs.reindex(groups["need_group"]).to_numpy(dtype=float)
    soft = groups["phase"].map(travel.soft_minutes).to_numpy(dtype=float)
    over = np.maximum(minutes - soft[group], 0.0) * travel.gbp_per_minute_over
    return minutes, top_up[group] + ride_gbp + penalty_gbp + over


def _spread(values: NDArray[np.float64], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return values in their places, and nought elsewhere."""
    spread = np.zeros(len(where))
    spread[where] = values
    return spread
