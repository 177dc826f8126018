"""Special schools that could grow, and new ones on land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.options.hosts import COLUMNS
from placement_planner.options.shares import phase_shares

if TYPE_CHECKING:
    from placement_planner.options.rules import OptionRules

__all__ = ["expanded_schools", "new_schools"]


def expanded_schools(provision: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Grow each state special school for the need group it has most places for."""
    pools = provision[provision["provision_type"].eq("special_school")]
    by_group = pools.groupby(["site_id", "designation"])["planning_places"].sum().reset_index()
    main = by_group.sort_values(
        ["site_id", "planning_places", "designation"], ascending=[True, False, True]
    ).drop_duplicates("site_id")
    by_phase = pools.pivot_table(
        index="site_id", columns="phase", values="planning_places", aggfunc="sum", fill_value=0
    )
    shares = by_phase.apply(phase_shares, axis=1) if len(by_phase) else pd.Series(dtype="str")
    table = main.assign(
        action="expand_special",
        phases=main["site_id"].map(shares),
        sizes=";".join(map(str, rules.expand_sizes)),
    )
    return table[COLUMNS]


def new_schools(sites: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Build on each plot for one of the need groups that most children of the authority have."""
    special = need[need["specialism"].eq("special")]
    groups = special.groupby(["authority_code", "need_group"])["children"].sum().reset_index()
    groups = groups.sort_values(
        ["authority_code", "children", "need_group"], ascending=[True, False, True]
    )
    top = groups.groupby("authority_code").head(rules.new_special_designations)
    land = sites[sites["site_kind"].eq("land")][["site_id", "authority_code"]]
    table = land.merge(top.rename(columns={"need_group": "designation"}), on="authority_code")
    keys = ["authority_code", "need_group"]
    by_phase = special.pivot_table(
        index=keys, columns="phase", values="children", aggfunc="sum", fill_value=0
    )
    shares = by_phase.apply(phase_shares, axis=1) if len(by_phase) else pd.Series(dtype="str")
    pairs = pd.MultiIndex.from_frame(table[["authority_code", "designation"]])
    table = table.assign(
        action="new_special",
        phases=shares.reindex(pairs).to_numpy(),
        sizes=";".join(map(str, rules.new_special_sizes)),
    )
    return table[COLUMNS]
