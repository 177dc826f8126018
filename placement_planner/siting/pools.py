"""Where children could be placed: pools of places that stand, and those that options would open."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import by_year, share_open, split_list
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.scenario import Scenario, SitingChoices
    from placement_planner.siting.tables import Tables

__all__ = [
    "PoolYears",
    "build_pools",
    "opened_by_builds",
    "option_slots",
    "pools_after",
    "pools_of_plan",
]

_SLOT = ["site_id", "designation", "phase"]
_PHASES_ON = 2


@dataclass(frozen=True, kw_only=True)
class PoolYears:
    """Pools, Q of them, over T planned years.

    Attributes
    ----------
    table
        pool_id, site_id, authority_code, designation, phase.
    following
        (Q, 3): the pool itself, and those in which its children keep a place once they are in the
        next phases, as from `pools_after`; −1 where there is none.
    places
        (Q, T): places that exist and are free for newcomers: those that are not kept by children
        who hold them now.
    extra
        (Q, T): children that may be placed above them.
    stands
        (Q, T): whether the pool exists in the year, or an option could have opened it.
    exists
        (Q, T): whether it exists in the year whatever is built.
    sites
        (Q,): a number for each site; pools of one site may lend each other places.
    """

    table: pd.DataFrame
    following: NDArray[np.int64]
    places: NDArray[np.float64]
    extra: NDArray[np.float64]
    stands: NDArray[np.bool_]
    exists: NDArray[np.bool_]
    sites: NDArray[np.int64]


def option_slots(tables: Tables, last_year: int) -> pd.DataFrame:
    """Return the pool that each option opens places in, phase by phase.

    An option adds to the pool of its site, designation and phase where one stands for good;
    otherwise it opens a pool of its own, which other options for the same slot share.

    Returns
    -------
    DataFrame
        option_id, site_id, designation, phase, share (of the option's places), pool_id.
    """
    rows = [
        (option.option_id, option.site_id, option.designation, *part.split(":"))
        for option in tables.options.sort_values("option_id").itertuples()
        for part in split_list(option.phases)
    ]
    slots = pd.DataFrame(rows, columns=["option_id", *_SLOT, "share"]).astype({"share": float})
    lasting = tables.pools[
        (tables.pools["academic_year"] == last_year) & (tables.pools["places"] > 0)
    ]
    first = lasting.sort_values("pool_id").drop_duplicates(_SLOT).set_index(_SLOT)["pool_id"]
    known = first.reindex(pd.MultiIndex.from_frame(slots[_SLOT])).to_numpy(dtype=object)
    own = slots["site_id"] + ":" + slots["designation"] + ":" + slots["phase"]
    return slots.assign(pool_id=pd.Series(known, index=slots.index).fillna(own).astype("str"))


def build_pools(
    tables: Tables, opens: pd.DataFrame, slots: pd.DataFrame, years: Sequence[int],
    choices: SitingChoices,
) -> PoolYears:  # fmt: skip
    """Lay out pools by year.

    Parameters
    ----------
    opens
        pool_id and academic_year of what any decision would open.
    slots
        As from `option_slots`.
    """
    existing = tables.pools[tables.pools["academic_year"].isin(list(years))]
    about = ["pool_id", "authority_code", *_SLOT]
    site = tables.sites.set_index("site_id")["authority_code"]
    new = slots[slots["pool_id"].isin(opens["pool_id"])].drop_duplicates("pool_id")
    new = new.assign(authority_code=new["site_id"].map(site))
    there = existing.loc[existing["places"] > 0, "pool_id"]
    table = pd.concat([existing.loc[existing["pool_id"].isin(there), about], new[about]])
    table = table.drop_duplicates("pool_id").sort_values("pool_id", ignore_index=True)
    index = pd.Index(table["pool_id"])
    whole = _wide(existing, "places", index, years)
    kept = _wide(tables.kept, "children", index, years)
    exists = whole > 0
    could = _wide(opens.assign(places=1.0), "places", index, years) > 0
    return PoolYears(
        table=table,
        following=_following(table, pools_after(tables, years)),
        places=np.maximum(whole - kept, 0.0),
        extra=choices.over_capacity_share * whole,
        stands=exists | could,
        exists=exists,
        sites=pd.factorize(table["site_id"])[0].astype(np.int64),
    )


def _wide(
    rows: pd.DataFrame, values: str, index: pd.Index, years: Sequence[int]
) -> NDArray[np.float64]:
    wide = by_year(rows, ["pool_id"], values, years).reindex(index=index, fill_value=0.0)
    return np.asarray(wide, dtype=float)


def _following(table: pd.DataFrame, after: pd.Series) -> NDArray[np.int64]:
    index = pd.Index(table["pool_id"])
    steps = [table["pool_id"]]
    for _ in range(_PHASES_ON):
        steps.append(steps[-1].map(after))
    return np.stack([index.get_indexer(step) for step in steps], axis=1).astype(np.int64)


def pools_after(tables: Tables, years: Sequence[int]) -> pd.Series:
    """Return for each pool the one in which its children keep a place once they move on.

    That is the pool of the same site and designation in the next phase, if it is there whatever is
    decided, or is opened by every option that opens the pool itself. Children of a school that an
    option may or may not take on to the next phase are placed again: what they do must not hang on
    a decision.

    Returns
    -------
    Series
        pool_id of the next phase, by pool_id; blank where there is none.
    """
    existing = tables.pools[
        tables.pools["academic_year"].isin(list(years)) & (tables.pools["places"] > 0)
    ].sort_values("pool_id")
    slots = option_slots(tables, years[-1])
    first = existing.drop_duplicates(_SLOT).set_index(_SLOT)["pool_id"].to_dict()
    years_there = existing.groupby("pool_id")["academic_year"].nunique().to_dict()
    openers = slots.groupby("pool_id")["option_id"].agg(set).to_dict()
    pools = pd.concat([existing, slots])[["pool_id", *_SLOT]].drop_duplicates("pool_id")
    following = dict(itertools.pairwise(PHASES))
    after = {}
    for pool in pools.itertuples():
        slot = (pool.site_id, pool.designation, following.get(pool.phase, ""))
        found = first.get(slot, ":".join(slot))
        if found in years_there:
            is_sure = found not in openers or years_there[found] == len(years)
        else:
            is_sure = pool.pool_id not in years_there and (
                openers[pool.pool_id] <= openers.get(found, set())
            )
        after[pool.pool_id] = found if is_sure else ""
    return pd.Series(after, dtype="str")


def pools_of_plan(builds: pd.DataFrame, tables: Tables, scenario: Scenario) -> pd.DataFrame:
    """Return the places of every pool and planned year with what is built, from tables alone.

    Returns
    -------
    DataFrame
        pool_id, site_id, authority_code, designation, phase, academic_year, existing (places there
        anyway), kept (children who keep theirs), new (places open in builds), places (existing and
        new).
    """
    years = list(scenario.horizon.years)
    about = ["pool_id", "authority_code", *_SLOT]
    existing = tables.pools[
        tables.pools["academic_year"].isin(years) & (tables.pools["places"] > 0)
    ]
    slots = option_slots(tables, years[-1])
    new = opened_by_builds(builds, tables, scenario).merge(slots, on=["option_id", "phase"])
    new["new"] = new["open_places"] * new["share"]
    site = tables.sites.set_index("site_id")["authority_code"]
    new["authority_code"] = new["site_id"].map(site)
    rows = pd.concat(
        [existing[[*about, "academic_year", "places"]].rename(columns={"places": "existing"}),
         new[[*about, "academic_year", "new"]]]
    )  # fmt: skip
    first = rows.drop_duplicates("pool_id")[about]
    summed = rows.groupby(["pool_id", "academic_year"], as_index=False)[["existing", "new"]].sum()
    kept = tables.kept.groupby(["pool_id", "academic_year"])["children"].sum().rename("kept")
    told = first.merge(summed, on="pool_id").join(kept, on=["pool_id", "academic_year"])
    told["kept"] = told["kept"].fillna(0.0)
    return told.assign(places=told["existing"] + told["new"])


def opened_by_builds(builds: pd.DataFrame, tables: Tables, scenario: Scenario) -> pd.DataFrame:
    """Return the places that builds have open: option_id, phase, academic_year, open_places, age.

    `open_places` are those of the whole build; `is_full` tells whether its ramp is over.
    """
    options = tables.options.set_index("option_id")
    rows = []
    for build in builds[builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        full_age = len(split_list(option["ramp"])) - 1
        for part in split_list(option["phases"]):
            for year in scenario.horizon.years:
                age = year - build.opening_year
                places = build.places * share_open(option["ramp"], age)
                if places > 0:
                    rows.append(
                        (build.option_id, part.split(":")[0], year, places, age >= full_age)
                    )
    columns = ["option_id", "phase", "academic_year", "open_places", "is_full"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"option_id": "str", "phase": "str", "academic_year": int, "open_places": float,
         "is_full": bool}
    )  # fmt: skip
