"""Who is to be placed: groups of children by area, need group and phase, and how long they stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.tables import by_year
from placement_planner.tables.continuity import survival_shares
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from placement_planner.siting.tables import Tables

__all__ = ["Groups", "build_groups"]

_GROUP = ["area_code", "need_group", "phase"]
_PROFILE = ["authority_code", "need_group", "phase"]


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Groups of children, G of them, over T planned years.

    Attributes
    ----------
    table
        area_code, authority_code, need_group, phase, fallback_gbp (a child and year), profile (a
        row of `survival`).
    children
        (G, T): to place, those who keep a place left out.
    following
        (G, 3): the group that a child belongs to in the phase of entry (itself), the next and the
        one after; −1 where the area has none.
    survival
        (profiles, 3, T, T): share of a cohort by phases moved on, year of entry and year.
    stay, follow
        (G, T): shares of those who were placed in an earlier year and are still in the phase, and
        of those who come up from an earlier phase of an all-through school, that the need of the
        group has room for; 1 unless its need is less than they are.
    """

    table: pd.DataFrame
    children: NDArray[np.float64]
    following: NDArray[np.int64]
    survival: NDArray[np.float64]
    stay: NDArray[np.float64]
    follow: NDArray[np.float64]


def build_groups(tables: Tables, years: Sequence[int]) -> Groups:
    """Lay out the children to place, by group and year, without those who keep a place."""
    wanted = tables.need[
        tables.need["academic_year"].isin(list(years)) & (tables.need["children"] > 0)
    ]
    stock = by_year(wanted, _GROUP, "children", years)
    kept = by_year(tables.kept, _GROUP, "children", years).reindex(stock.index).fillna(0.0)
    children = np.maximum(stock.to_numpy() - kept.to_numpy(), 0.0)
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    table = stock.index.to_frame(index=False)
    table = table.assign(authority_code=table["area_code"].map(home).to_numpy())
    table["fallback_gbp"] = _fallback(tables, table)
    profiles = pd.MultiIndex.from_frame(table[_PROFILE].drop_duplicates())
    table["profile"] = profiles.get_indexer(pd.MultiIndex.from_frame(table[_PROFILE]))
    survival = survival_shares(tables.survival, profiles, years)
    return Groups(
        table=table[
            ["area_code", "authority_code", "need_group", "phase", "fallback_gbp", "profile"]
        ],
        children=children,
        following=_following(table),
        survival=survival,
        stay=_room(tables.followers, "stay_share", table, years),
        follow=_room(tables.followers, "share", table, years),
    )


def _fallback(tables: Tables, table: pd.DataFrame) -> NDArray[np.float64]:
    """Return the mean £ a child of each group costs without a suitable local place."""
    routes = tables.fallback
    means = (routes["share"] * routes["cost_gbp"]).groupby([routes[n] for n in _PROFILE]).sum()
    return np.asarray(means.reindex(pd.MultiIndex.from_frame(table[_PROFILE])), dtype=float)


def _following(table: pd.DataFrame) -> NDArray[np.int64]:
    """Return each group's own row, and those of the same area and need in the next phases."""
    index = pd.MultiIndex.from_frame(table[_GROUP])
    rows = [np.arange(len(table))]
    for phases_on in range(1, len(PHASES)):
        after = dict(zip(PHASES, PHASES[phases_on:], strict=False))
        later = table[_GROUP].assign(phase=table["phase"].map(after))
        rows.append(index.get_indexer(pd.MultiIndex.from_frame(later)))
    return np.stack(rows, axis=1).astype(np.int64)


def _room(
    followers: pd.DataFrame, name: str, table: pd.DataFrame, years: Sequence[int]
) -> NDArray[np.float64]:
    """Return a share of `followers` by group and year, 1 where it says none."""
    index = pd.MultiIndex.from_frame(table[_GROUP])
    share = np.ones((len(table), len(years)))
    row = index.get_indexer(pd.MultiIndex.from_frame(followers[_GROUP]))
    column = pd.Index(list(years)).get_indexer(followers["academic_year"])
    known = (row >= 0) & (column >= 0)
    share[row[known], column[known]] = followers[name].to_numpy(dtype=float)[known]
    return share
