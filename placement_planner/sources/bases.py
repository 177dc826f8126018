"""Bases in mainstream schools: published where the extract has them, else estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.codes import code_table
from placement_planner.sources.pools import pool_places

if TYPE_CHECKING:
    from placement_planner.sources.choices import ProvisionRules

__all__ = ["build_bases"]

_KNOWN_BASES = {"resourced_provision": "resourced_places", "sen_unit": "unit_places"}


def _base_groups(children: pd.DataFrame, rules: ProvisionRules) -> pd.DataFrame:
    """Children in bases by authority, phase and need group; the smallest join the largest."""
    keys = ["authority_code", "phase"]
    bases = children[children["specialism"].eq("base")]
    by_type = bases.pivot_table(
        index=[*keys, "need_group"],
        columns="setting",
        values="children",
        aggfunc="sum",
        fill_value=0.0,
    )
    by_type = by_type.reindex(columns=["resourced_provision", "sen_unit"], fill_value=0.0)
    table = by_type.assign(children=by_type.sum(axis=1)).reset_index()
    table = table.sort_values(
        [*keys, "children", "need_group"], ascending=[True, True, False, True]
    )
    first = ~table.duplicated(keys)
    small = ~first & table["children"].lt(rules.smallest_base_children)
    moved = table[small].groupby(keys)["children"].sum().rename("moved").reset_index()
    kept = table[~small].merge(moved, on=keys, how="left")
    largest = ~kept.duplicated(keys)
    joined = kept["children"] + kept["moved"].fillna(0.0).where(largest, 0.0)
    return kept.assign(children=joined)


def _hosted(bases: pd.DataFrame, sites: pd.DataFrame) -> pd.Series:
    """Give each base its own mainstream host of its phase, the largest roll first."""
    hosts = sites[
        sites["site_kind"].eq("mainstream")
        & sites["phase"].isin(["primary", "secondary", "all_through"])
    ]
    hosts = hosts.assign(host_phase=np.where(hosts["phase"].eq("primary"), "primary", "secondary"))
    hosts = hosts.sort_values(["roll", "site_id"], ascending=[False, True])
    keys = ["authority_code", "host_phase"]
    hosts = hosts.assign(rank=hosts.groupby(keys).cumcount())
    wanted = bases.assign(host_phase=np.where(bases["phase"].eq("primary"), "primary", "secondary"))
    count = wanted[keys].merge(hosts.groupby(keys).size().rename("hosts").reset_index(), how="left")
    rank = wanted.groupby(keys).cumcount().to_numpy() % count["hosts"].to_numpy()
    found = wanted.assign(rank=rank).merge(
        hosts[[*keys, "rank", "site_id"]], how="left", on=[*keys, "rank"]
    )
    return found["site_id"].set_axis(bases.index)


def build_bases(
    sites: pd.DataFrame, schools: pd.DataFrame, children: pd.DataFrame, rules: ProvisionRules
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Pools of bases: published where the extract has their capacity, else estimated.

    Estimated bases hold the children that the caseload has in bases, by authority, phase and need
    group, in places rounded up to whole classes; each stands on its own mainstream school.

    Returns
    -------
    tuple
        Pools, and notes on what was estimated.
    """
    known = [
        pool_places(
            schools[schools[column].gt(0)].assign(places=schools[column]),
            children,
            provision_type,
            rules,
        )
        for provision_type, column in _KNOWN_BASES.items()
    ]
    published = pd.concat(known)
    if len(published):
        note = (
            f"{len(published)} pools of bases follow the capacities of the school extract; their "
            "need groups follow the needs named there, else the authority's caseload."
        )
        return published, (note,)
    bases = _base_groups(children, rules)
    if bases.empty:
        return pd.DataFrame(), ("No child is counted in a base: no base is written.",)
    class_size = bases["need_group"].map(
        code_table("need_groups").set_index("need_group")["class_size"]
    )
    pools = pd.DataFrame(
        {
            "site_id": _hosted(bases, sites),
            "provision_type": bases[["resourced_provision", "sen_unit"]].idxmax(axis=1),
            "designation": bases["need_group"],
            "phase": bases["phase"],
            "planning_places": np.ceil(bases["children"] / class_size) * class_size,
            "roll": bases["children"].round(6),
        }
    ).dropna(subset=["site_id"])
    note = (
        "Where bases stand is not published: the "
        f"{bases['children'].sum():,.0f} children of school age in bases are put into {len(pools)} "
        f"bases of {pools['planning_places'].sum():,.0f} places (whole classes), one an authority, "
        "phase and need group, on the mainstream schools of that phase with the largest rolls; "
        f"groups under {rules.smallest_base_children:g} children join the largest."
    )
    return pools, (note,)
