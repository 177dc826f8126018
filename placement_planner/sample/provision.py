"""Specialist places, and who is placed where in January 2026.

Children of the simulated caseload are given places one by one: near, suitable, mostly in their own
authority, and so that schools keep their sizes. Rolls are then counted, never set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sample.children import JANUARIES
from placement_planner.sample.seeds import packaged_table, random_stream
from placement_planner.sample.sites import PIPELINE_SCHOOL

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["OUTSIDE", "build_provision", "place_children"]

OUTSIDE = "OUTSIDE"
LAST_NCY = 14
MINUTES_OF_DISLIKE = 6.0
TOLERABLE_COST, OTHER_AUTHORITY_COST = 5.0, 1.5
BALANCING_ROUNDS = 40
# Share placed out of the region by setting (assumption; the rest of OUTSIDE has no pool here).
OUTSIDE_SHARE = {
    "state_special": 0.015,
    "independent_special": 0.11,
    "non_maintained_special": 0.15,
}
SATELLITES = (
    ("Larkrise School", "secondary", "asd_special", "secondary", None),
    ("Castle Rise School", "primary", "sld_mld_special", "primary", 2029.0),
)
SATELLITE_SIZE = 0.35
PIPELINE = {"primary": 40.0, "secondary": 56.0}
PIPELINE_OPENS, PIPELINE_RAMP = 2028.0, "0.35;0.6;0.85;1"
BASE_STEP = 2


def _special_pools(sites: pd.DataFrame) -> pd.DataFrame:
    listed = packaged_table("special_schools").merge(
        sites[["site_id", "site_name"]], left_on="school_name", right_on="site_name"
    )
    pools = listed.assign(phase=listed["phases"].str.split(";")).explode("phase", ignore_index=True)
    independent = pools["site_kind"].eq("independent_special")
    sector = np.select(
        [pools["establishment_type"].eq("Non-maintained special school"), independent],
        ["non_maintained_special", "independent_special"],
        "state_special",
    )
    return pools.assign(
        setting=sector,
        provision_type=np.where(independent, "independent_special", "special_school"),
    )


def _hosts(sites: pd.DataFrame, taken: list[str], authority: str, phase: str) -> list[str]:
    """Return mainstream schools of an authority and phase, those with most room first."""
    free = sites[
        sites["site_kind"].eq("mainstream")
        & sites["authority_code"].eq(authority)
        & sites["phase"].isin([phase, "all_through"])
        & ~sites["site_id"].isin(taken)
        & sites["admissions_policy"].ne("Selective")
    ]
    room = (free["capacity"] - free["roll"]) / free["capacity"] + free["capacity"] / 4000
    ordered = room.sort_values(ascending=False, kind="stable").index
    return [str(site) for site in free.loc[ordered, "site_id"]]


def _base_pools(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    taken: list[str] = []
    for line in packaged_table("bases").itertuples():
        authority = f"E0890000{line.authority + 1}"
        hosts = _hosts(sites, taken, authority, line.phase)[: 3 * line.bases]
        for host in sorted(rng.choice(hosts, line.bases, replace=False).tolist()):
            taken.append(host)
            rows.append(
                {
                    "site_id": host,
                    "provision_type": line.provision_type,
                    "setting": line.provision_type,
                    "designation": line.designation,
                    "phase": line.phase,
                    "size": rng.uniform(0.7, 1.4),
                    "fill": rng.normal(1.07, 0.14),
                    "elsewhere": 0.0,
                }
            )
    return pd.DataFrame(rows)


def _satellite_pools(sites: pd.DataFrame, taken: list[str]) -> pd.DataFrame:
    rows = []
    for parent, host_phase, designation, phase, closes in SATELLITES:
        authority = sites.loc[sites["site_name"].eq(parent), "authority_code"].item()
        rows.append(
            {
                "site_id": _hosts(sites, taken, authority, host_phase)[0],
                "provision_type": "satellite",
                "setting": "state_special",
                "designation": designation,
                "phase": phase,
                "size": SATELLITE_SIZE,
                "fill": 1.0,
                "elsewhere": 0.0,
                "closes": closes,
            }
        )
    return pd.DataFrame(rows)


def _pools(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    special, bases = _special_pools(sites), _base_pools(sites, rng)
    satellites = _satellite_pools(sites, bases["site_id"].tolist())
    pools = pd.concat([special, bases, satellites], ignore_index=True)
    where = sites.set_index("site_id")
    return pools.assign(
        provision_id=pools["site_id"] + "-" + pools["designation"] + "-" + pools["phase"],
        row=pools["site_id"].map(where["row"]),
        authority=pools["site_id"].map(where["authority_code"]),
        pipeline=pools["site_id"].map(where["site_name"]).eq(PIPELINE_SCHOOL),
    )


def _to_place(children: pd.DataFrame) -> pd.DataFrame:
    """Return the children of the base January whose setting and year group want a place."""
    settings = code_table("settings").set_index("setting")
    phases = code_table("phases").set_index("ncy")["places_phase"]
    now = children[children["january"].eq(JANUARIES[-1]) & children["ncy"].le(LAST_NCY)]
    now = now[now["setting"].map(settings["counted_as"]).eq("to_place")]
    rules = code_table("need_group_rules").set_index(["need_type", "phase", "setting"])[
        "need_group"
    ]
    phase = now["ncy"].map(phases)
    group = rules.loc[list(zip(now["need"], phase, now["setting"], strict=True))].to_numpy()
    return now.assign(phase=phase, need_group=group).reset_index(drop=True)


def _utility(
    placed: pd.DataFrame, pools: pd.DataFrame, areas: gpd.GeoDataFrame, minutes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weigh each pool for each child: minus infinity where the pool is not for the child."""
    match = code_table("compatibility")
    price = match["match"].map({"suited": 0.0, "tolerable": TOLERABLE_COST, "no": np.inf})
    cost = match.assign(price=price).pivot_table(
        index="need_group", columns="designation", values="price", aggfunc="sum"
    )
    home = placed["area_code"].map(pd.Series(areas.index, index=areas["area_code"])).to_numpy()
    away = minutes[home][:, pools["row"].to_numpy()] / MINUTES_OF_DISLIKE
    unfit = cost.loc[placed["need_group"], pools["designation"]].to_numpy()
    other = placed["authority_code"].to_numpy()[:, None] != pools["authority"].to_numpy()[None, :]
    same_setting = placed["setting"].to_numpy()[:, None] == pools["setting"].to_numpy()[None, :]
    same_phase = placed["phase"].to_numpy()[:, None] == pools["phase"].to_numpy()[None, :]
    open_now = ~pools["pipeline"].to_numpy()[None, :]
    worth: NDArray[np.float64] = -away - unfit - OTHER_AUTHORITY_COST * other
    worth[~(same_setting & same_phase & open_now)] = -np.inf
    return worth


def _choices(worth: NDArray[np.float64], pools: pd.DataFrame) -> NDArray[np.int64]:
    """Let every child choose, raising or lowering pools until their sizes are as listed."""
    appeal = np.zeros(len(pools))
    group = pools[["setting", "designation", "phase"]].agg("|".join, axis=1)
    share = pools["size"] / pools.groupby(group)["size"].transform("sum")
    possible = np.isfinite(worth).any(axis=1)
    for _ in range(BALANCING_ROUNDS):
        chosen = np.where(possible, (worth + appeal).argmax(axis=1), -1)
        count = pd.Series(np.bincount(chosen[possible], minlength=len(pools)), index=pools.index)
        target = count.groupby(group).transform("sum") * share
        appeal = appeal + 0.3 * np.log((target + 1) / (count + 1)).to_numpy()
    return chosen


def place_children(
    children: pd.DataFrame,
    sites: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    minutes: NDArray[np.float64],
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place each child of the base January; return pools with their rolls, and the children.

    The children carry `provision_id`, which is `OUTSIDE` for those placed out of the region.
    """
    rng = random_stream(seed, "places")
    pools, placed = _pools(sites, rng), _to_place(children)
    worth = _utility(placed, pools, areas, minutes)
    noise = rng.gumbel(size=worth.shape)
    chosen = _choices(worth + noise, pools)
    away = rng.random(len(placed)) < placed["setting"].map(OUTSIDE_SHARE).fillna(0.0).to_numpy()
    names = np.append(pools["provision_id"].to_numpy(), OUTSIDE)
    placed = placed.assign(provision_id=names[np.where(away, -1, chosen)])
    residents = placed.groupby("provision_id").size()
    inside = pools["provision_id"].map(residents).fillna(0.0)
    elsewhere = np.round(inside * pools["elsewhere"] / (1 - pools["elsewhere"]))
    return pools.assign(from_elsewhere=elsewhere, roll=inside + elsewhere), placed


def build_provision(pools: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the provision (`tables.study.Provision`): places beside the rolls that came out."""
    rng = random_stream(seed, "provision")
    roll, fill = pools["roll"], pools["fill"]
    is_base = pools["setting"].isin(["resourced_provision", "sen_unit"])
    is_independent = pools["provision_type"].eq("independent_special")
    planning = np.round(roll / fill * rng.normal(1.02, 0.03, len(pools)))
    planning = np.where(
        is_base, np.maximum(np.round(roll / fill / BASE_STEP) * BASE_STEP, 4), planning
    )
    planning = np.select(
        [pools["pipeline"], is_independent],
        [pools["phase"].map(PIPELINE).fillna(0.0), roll],
        planning,
    )
    commissioned = np.where(
        is_independent | pools["pipeline"],
        planning,
        np.round((planning + np.maximum(roll, planning)) / 2),
    )
    physical = np.round(planning * np.where(is_base | is_independent, 1.0, 1.03))
    return pools.assign(
        planning_places=planning,
        commissioned_places=commissioned,
        physical_places=physical,
        opens=np.where(pools["pipeline"], PIPELINE_OPENS, np.nan),
        ramp=pools["pipeline"].map({True: PIPELINE_RAMP, False: None}),
        standing=pools["closes"].notna().map({True: "temporary", False: None}),
        basis="invented",
        estimated=None,
    )
