"""From who comes when to who is where in every year: placements of a plan, from tables alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.siting.pools import pools_after, pools_of_plan
from placement_planner.tables import checked
from placement_planner.tables.continuity import phases_moved
from placement_planner.tables.plan import Placements
from placement_planner.tables.transport import ride_and_price
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from pandera.typing import DataFrame

    from placement_planner.scenario import Scenario
    from placement_planner.siting.tables import Tables
    from placement_planner.tables.plan import Builds, Entries

__all__ = ["placements_by_year", "rides_of"]

_WHO = ["authority_code", "need_group", "phase"]
_KEY = ["area_code", "need_group", "phase", "academic_year", "pool_id", "is_kept"]


def placements_by_year(
    entries: DataFrame[Entries], builds: DataFrame[Builds], tables: Tables, scenario: Scenario
) -> DataFrame[Placements]:
    """Return who holds which place in every planned year, those who keep one included.

    Parameters
    ----------
    entries
        Children newly placed.
    builds
        What is built: its pools stand from the year they open.
    """
    places = pools_of_plan(builds, tables, scenario)
    stands = places.loc[places["places"] > 0, ["pool_id", "academic_year"]]
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    came = entries.assign(authority_code=entries["area_code"].map(home))
    rows = came.merge(tables.survival, on=[*_WHO, "entry_year"])
    rows["pool_id"] = _pool_by_then(rows, pools_after(tables, scenario.horizon.years))
    rows = rows.merge(stands, on=["pool_id", "academic_year"])
    rows["children"] *= rows["share"] * _room(rows, tables)
    new = rows.assign(phase=rows["in_phase"], is_kept=False)
    kept = pd.DataFrame(tables.kept).assign(is_kept=True)
    every = pd.concat([new[[*_KEY, "site_id", "children"]], kept[[*_KEY, "site_id", "children"]]])
    summed = every.groupby([*_KEY, "site_id"], as_index=False)["children"].sum()
    summed = summed[summed["children"] > 0]
    return checked(Placements, summed.join(rides_of(summed, tables)[["minutes", "distance_km"]]))


def _pool_by_then(rows: pd.DataFrame, after: pd.Series) -> pd.Series:
    """Return the pool that children are in once they have moved on; blank where there is none."""
    moved = phases_moved(rows["phase"], rows["in_phase"])
    pool = rows["pool_id"]
    for phases_on in range(1, len(PHASES)):
        pool = pool.where(moved < phases_on, pool.map(after).fillna(""))
    return pool


def _room(rows: pd.DataFrame, tables: Tables) -> pd.Series:
    """Return the share of those who stay or come up that the need has room for."""
    key = ["area_code", "need_group", "phase", "academic_year"]
    later = rows[["area_code", "need_group", "in_phase", "academic_year"]].set_axis(key, axis=1)
    shares = tables.followers.set_index(key)[["share", "stay_share"]]
    shares = shares.reindex(pd.MultiIndex.from_frame(later)).fillna(1.0)
    room, stays = shares.to_numpy(dtype=float).T
    needed = tables.need.loc[tables.need["children"] > 0, key[:3]].drop_duplicates()
    known = pd.MultiIndex.from_frame(later[key[:3]]).isin(pd.MultiIndex.from_frame(needed))
    stays = np.where(rows["entry_year"] < rows["academic_year"], stays, 1.0)
    moved = rows["in_phase"] != rows["phase"]
    return pd.Series(np.where(moved, np.where(known, room, 0.0), stays), index=rows.index)


def rides_of(placements: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return the journeys of placements, in their order, with their index.

    Parameters
    ----------
    placements
        area_code, site_id, need_group, phase.

    Returns
    -------
    DataFrame
        minutes in the vehicle one way, distance_km, gbp a child and year; not a number where the
        tables do not have the journey.
    """
    home = tables.need.drop_duplicates("area_code")[["area_code", "authority_code"]]
    drives = placements[["area_code", "site_id", "need_group", "phase"]].merge(
        tables.travel, on=["area_code", "site_id"], how="left"
    )
    drives = drives.merge(home, on="area_code", how="left")
    priced = pd.MultiIndex.from_frame(tables.transport[_WHO])
    known = drives["minutes"].notna() & pd.MultiIndex.from_frame(drives[_WHO]).isin(priced)
    told = drives[known]
    ride, gbp = ride_and_price(
        tables.transport, told, told["minutes"].to_numpy(), told["distance_km"].to_numpy()
    )
    rides = pd.DataFrame(
        {"minutes": ride, "distance_km": told["distance_km"], "gbp": gbp}, index=told.index
    )
    return rides.reindex(drives.index).set_axis(placements.index)
