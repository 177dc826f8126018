"""Places across authority borders, where each authority spends its own money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import by_year, split_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.siting.groups import Groups
    from placement_planner.siting.pools import PoolYears
    from placement_planner.siting.tables import Tables

__all__ = ["Exchange", "build_exchange", "no_exchange"]

OUTSIDE = "OUTSIDE"
EVERYONE = "*"
_PAIR = ["authority_code", "place_authority_code", "need_group"]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Limits on children of one authority who hold places in another; R of them.

    Attributes
    ----------
    table
        authority_code, place_authority_code, need_group.
    free
        (R, T): children who may be placed, those who keep a place taken off.
    of_link
        (L,): the limit that a link counts towards; −1 where it crosses no border, or the place
        lies outside the region, where what is offered is the limit.
    opens
        Places that a decision opens for children of another authority: limit, decision, year
        (position), places.
    """

    table: pd.DataFrame
    free: NDArray[np.float64]
    of_link: NDArray[np.int64]
    opens: pd.DataFrame


def no_exchange(links: int, years: int) -> Exchange:
    """Return no limits: authorities pool their places."""
    return Exchange(
        table=pd.DataFrame(columns=_PAIR),
        free=np.zeros((0, years)),
        of_link=np.full(links, -1, dtype=np.int64),
        opens=pd.DataFrame({"limit": [], "decision": [], "year": [], "places": []}).astype(
            {"limit": int, "decision": int, "year": int}
        ),
    )


def build_exchange(
    links: pd.DataFrame,
    groups: Groups,
    pools: PoolYears,
    opens: pd.DataFrame,
    tables: Tables,
    years: Sequence[int],
) -> Exchange:
    """Find the limit that each link counts towards, and what is free under it.

    Parameters
    ----------
    links
        group and pool.
    opens
        decision, option_id, pool (position), year (position), places.
    """
    home = groups.table["authority_code"].to_numpy(dtype=str)[links["group"]]
    there = pools.table["authority_code"].to_numpy(dtype=str)[links["pool"]]
    crosses = (home != there) & (there != OUTSIDE)
    told = pd.DataFrame(
        {
            "authority_code": home[crosses],
            "place_authority_code": there[crosses],
            "need_group": groups.table["need_group"].to_numpy(dtype=str)[links["group"][crosses]],
        }
    )
    table = told.drop_duplicates().sort_values(_PAIR, ignore_index=True)
    index = pd.MultiIndex.from_frame(table)
    of_link = np.full(len(links), -1, dtype=np.int64)
    of_link[crosses] = index.get_indexer(pd.MultiIndex.from_frame(told))
    limits = tables.exchange.set_index(_PAIR)["children"].reindex(index).fillna(0.0)
    held = _held(tables, index, years)
    return Exchange(
        table=table,
        free=np.maximum(limits.to_numpy(dtype=float)[:, None] - held, 0.0),
        of_link=of_link,
        opens=_served(table, pools, opens, tables),
    )


def _held(tables: Tables, index: pd.MultiIndex, years: Sequence[int]) -> NDArray[np.float64]:
    """Return children who keep a place across a border, by limit and year."""
    where = tables.sites.set_index("site_id")["authority_code"]
    kept = pd.DataFrame(tables.kept).assign(place_authority_code=tables.kept["site_id"].map(where))
    wide = by_year(kept, _PAIR, "children", years).reindex(index=index)
    return np.asarray(wide.fillna(0.0), dtype=float)


def _served(
    table: pd.DataFrame, pools: PoolYears, opens: pd.DataFrame, tables: Tables
) -> pd.DataFrame:
    """Return what options open for the children of authorities that they say they serve."""
    serves = tables.options.get("serves")
    if serves is None:
        serves = pd.Series(None, index=tables.options.index, dtype=object)
    named = tables.options[["option_id", "designation"]].assign(serves=serves.map(split_list))
    suits = tables.compatibility.loc[
        tables.compatibility["match"] != "no", ["need_group", "designation"]
    ]
    asked = named.explode("serves").dropna(subset="serves").merge(suits.drop_duplicates())
    owner = pools.table["authority_code"].to_numpy(dtype=str)
    places = opens[opens["option_id"].isin(asked["option_id"])]
    places = places.assign(place_authority_code=owner[places["pool"]]).reset_index(names="open")
    limits = table.reset_index(names="limit")
    opened = places.merge(limits, on="place_authority_code").merge(
        asked, on=["option_id", "need_group"]
    )
    is_served = opened["serves"].isin([EVERYONE]) | (opened["serves"] == opened["authority_code"])
    opened = opened[is_served].drop_duplicates(["open", "limit"])
    opened = opened.astype({"limit": int, "decision": int, "year": int, "places": float})
    return opened.groupby(["limit", "decision", "year"], as_index=False)["places"].sum()
