"""Mainstream schools that could host a base or a satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.options.shares import phase_shares, rotate_groups

if TYPE_CHECKING:
    from placement_planner.options.rules import OptionRules

__all__ = ["adapted_bases", "free_hosts", "new_bases", "satellites"]

_POST_16_AGE = 17
COLUMNS = ["site_id", "action", "designation", "phases", "sizes"]


def free_hosts(sites: pd.DataFrame, provision: pd.DataFrame) -> pd.DataFrame:
    """Mainstream schools without specialist places, with their spare places and phase of host."""
    kept = (
        sites["site_kind"].eq("mainstream")
        & sites["phase"].isin(["primary", "secondary", "all_through"])
        & ~sites["site_id"].isin(provision["site_id"])
    )
    hosts = sites[kept]
    return hosts.assign(
        spare=hosts["capacity"] - hosts["roll"],
        host_phase=np.where(hosts["phase"].eq("primary"), "primary", "secondary"),
    ).sort_values("site_id")


def _by_phase(hosts: pd.DataFrame, primary: int, secondary: int) -> pd.Series:
    """Return a number for each host, by its phase."""
    numbers = np.where(hosts["host_phase"].eq("primary"), primary, secondary)
    return pd.Series(numbers, index=hosts.index)


def _first(hosts: pd.DataFrame, by: str, primary: int, secondary: int) -> pd.DataFrame:
    """Keep so many hosts an authority and phase, the largest first."""
    ordered = hosts.sort_values(
        ["authority_code", "host_phase", by, "site_id"], ascending=[True, True, False, True]
    )
    rank = ordered.groupby(["authority_code", "host_phase"]).cumcount()
    return ordered[rank < _by_phase(ordered, primary, secondary)]


def _children_by_group(need: pd.DataFrame, kind: str, authority: str, phase: str) -> pd.Series:
    """Children of one authority and phase by need group; the region's where it has none."""
    children = need[need["specialism"].eq(kind) & need["phase"].eq(phase)]
    own = children[children["authority_code"].eq(authority)]
    chosen = own if own["children"].sum() > 0 else children
    return chosen.groupby("need_group")["children"].sum()


def _with_groups(hosts: pd.DataFrame, need: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Name a need group for each host, authority by authority and phase by phase."""
    parts = [
        part.head(len(groups)).assign(designation=groups)
        for (authority, phase), part in hosts.groupby(["authority_code", "host_phase"])
        if (
            groups := rotate_groups(
                _children_by_group(need, kind, str(authority), str(phase)), len(part)
            )
        )
    ]
    return pd.concat(parts) if parts else hosts.head(0).assign(designation="")


def _with_phases(hosts: pd.DataFrame, need: pd.DataFrame) -> pd.Series:
    """Phases of a base: the school's own, post-16 where it is known to teach it."""
    sixth_form = hosts["host_phase"].eq("secondary") & hosts["high_age"].gt(_POST_16_AGE)
    children = need.groupby("phase")["children"].sum()
    split = phase_shares(children, ("secondary", "post_16"))
    return (hosts["host_phase"] + ":1").where(~sixth_form, split)


def _fitting(sizes: tuple[int, ...], room: pd.Series) -> pd.Series:
    """Sizes that fit the room there is, parted by ;."""
    return room.map(lambda places: ";".join(str(size) for size in sizes if size <= places))


def _finished(hosts: pd.DataFrame, action: str, sizes: pd.Series) -> pd.DataFrame:
    table = hosts.assign(action=action, sizes=sizes)
    return table.loc[table["sizes"].ne(""), COLUMNS]


def adapted_bases(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Rooms adapted for a base, where capacity exceeds roll."""
    room = hosts[hosts["spare"].ge(max(rules.adapt_spare_places, rules.adapt_sizes[0]))]
    chosen = _first(
        room, "spare", rules.adapt_primary_per_authority, rules.adapt_secondary_per_authority
    )
    chosen = _with_groups(chosen, need, "base")
    chosen = chosen.assign(phases=_with_phases(chosen, need[need["specialism"].eq("base")]))
    return _finished(chosen, "adapt_rooms", _fitting(rules.adapt_sizes, chosen["spare"]))


def new_bases(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Bases newly built, at large schools without (known) spare places."""
    least = _by_phase(hosts, rules.new_base_primary_roll, rules.new_base_secondary_roll)
    full = hosts[~hosts["spare"].ge(rules.adapt_spare_places) & hosts["roll"].ge(least)]
    chosen = _first(
        full, "roll", rules.new_base_primary_per_authority, rules.new_base_secondary_per_authority
    )
    chosen = _with_groups(chosen, need, "base")
    chosen = chosen.assign(phases=_with_phases(chosen, need[need["specialism"].eq("base")]))
    sizes = pd.Series(";".join(map(str, rules.new_base_sizes)), index=chosen.index, dtype="str")
    return _finished(chosen, "new_base", sizes)


def satellites(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Satellites of a special school, in mainstream schools with many spare places."""
    room = hosts[hosts["spare"].ge(max(rules.satellite_spare_places, rules.satellite_sizes[0]))]
    ordered = room.sort_values(
        ["authority_code", "spare", "site_id"], ascending=[True, False, True]
    )
    chosen = ordered.groupby("authority_code").head(rules.satellites_per_authority)
    chosen = _with_groups(chosen, need, "special")
    chosen = chosen.assign(phases=chosen["host_phase"] + ":1")
    return _finished(chosen, "satellite", _fitting(rules.satellite_sizes, chosen["spare"]))
