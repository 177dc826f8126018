"""Mainstream schools that host a base or a satellite: the best ranked, authority by authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.options.shares import phase_shares, rotate_groups
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from placement_planner.options.rules import OptionRules

__all__ = ["adapted_bases", "free_hosts", "new_bases", "satellites"]

_POST_16_AGE = 17
COLUMNS = ["site_id", "action", "designation", "phases", "sizes"]


def free_hosts(scores: pd.DataFrame, sites: pd.DataFrame, provision: pd.DataFrame) -> pd.DataFrame:
    """Scores of schools without specialist places, with their ages, the best ranked first.

    An all-through school is a host of secondary age here.
    """
    kept = scores[~scores["site_id"].isin(provision["site_id"])]
    told = kept.merge(
        sites[["site_id", "phase", "high_age"]].rename(columns={"phase": "school_phase"}),
        on="site_id",
    )
    told = told[told["school_phase"].eq("primary") | told["phase"].eq("secondary")]
    keys = ["authority_code", "phase", "need_group", "rank", "site_id"]
    return told.sort_values(keys, na_position="last", ignore_index=True)


def _by_phase(hosts: pd.DataFrame, primary: int, secondary: int) -> pd.Series:
    """Return a number for each host, by its phase."""
    numbers = np.where(hosts["phase"].eq("primary"), primary, secondary)
    return pd.Series(numbers, index=hosts.index)


def _may(hosts: pd.DataFrame, action: str) -> pd.Series:
    """Tell which hosts no hard filter shuts out, and could do an action."""
    return hosts["may"].map(lambda cell: action in split_list(cell)).astype(bool)


def _children_by_group(need: pd.DataFrame, kind: str, authority: str, phase: str) -> pd.Series:
    """Children of one authority and phase by need group; the region's where it has none."""
    children = need[need["specialism"].eq(kind) & need["phase"].eq(phase)]
    own = children[children["authority_code"].eq(authority)]
    chosen = own if own["children"].sum() > 0 else children
    return chosen.groupby("need_group")["children"].sum()


def _best_for(part: pd.DataFrame, groups: list[str], number: int) -> list[tuple[str, str]]:
    """Give each need group in turn the best ranked school that is left."""
    chosen: dict[str, str] = {}
    for group in groups[:number]:
        ranked = part.loc[part["need_group"].eq(group), "site_id"]
        left = [str(site) for site in ranked if str(site) not in chosen]
        if left:
            chosen[left[0]] = group
    return list(chosen.items())


def _chosen(hosts: pd.DataFrame, need: pd.DataFrame, primary: int, secondary: int) -> pd.DataFrame:
    """Choose so many hosts an authority and phase, with a need group each."""
    parts = []
    for (authority, phase), part in hosts.groupby(["authority_code", "phase"]):
        number = primary if phase == "primary" else secondary
        children = _children_by_group(need, "base", str(authority), str(phase))
        named = _best_for(part, rotate_groups(children, number), number)
        keys = pd.MultiIndex.from_tuples(named, names=["site_id", "need_group"])
        parts.append(part.set_index(["site_id", "need_group"]).loc[keys].reset_index())
    table = pd.concat(parts, ignore_index=True) if parts else hosts.head(0)
    return table.rename(columns={"need_group": "designation"})


def _with_phases(hosts: pd.DataFrame, need: pd.DataFrame) -> pd.Series:
    """Phases of a base: the school's own, post-16 where it is known to teach it."""
    sixth_form = hosts["phase"].eq("secondary") & hosts["high_age"].gt(_POST_16_AGE)
    children = need[need["specialism"].eq("base")].groupby("phase")["children"].sum()
    split = phase_shares(children, ("secondary", "post_16"))
    return (hosts["phase"] + ":1").where(~sixth_form, split)


def _fitting(sizes: tuple[int, ...], room: pd.Series) -> pd.Series:
    """Sizes that fit the room there is, parted by ;; all of them where it is not known."""
    told = [
        ";".join(str(size) for size in sizes if not size > places)
        for places in room.to_numpy(dtype=float)
    ]
    return pd.Series(told, index=room.index, dtype="str")


def _finished(
    hosts: pd.DataFrame, action: str, phases: pd.Series, sizes: pd.Series
) -> pd.DataFrame:
    table = hosts.assign(action=action, phases=phases, sizes=sizes)
    return table.loc[table["sizes"].ne(""), COLUMNS]


def _has_spare(hosts: pd.DataFrame, rules: OptionRules) -> pd.Series:
    """Tell hosts with rooms to adapt: places enough, or a school that says it would host."""
    least = max(rules.adapt_spare_places, rules.adapt_sizes[0])
    return hosts["spare_places"].ge(least) | hosts["interest"].eq("yes")


def adapted_bases(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Rooms adapted for a base, at the best ranked schools with spare places now.

    A school that says it would host is taken to have rooms for the smallest size.
    """
    room = hosts[_may(hosts, "adapt_rooms") & _has_spare(hosts, rules)]
    chosen = _chosen(
        room, need, rules.adapt_primary_per_authority, rules.adapt_secondary_per_authority
    )
    rooms = chosen["spare_places"].fillna(0.0)
    rooms = rooms.mask(chosen["interest"].eq("yes"), rooms.clip(lower=rules.adapt_sizes[0]))
    rooms = rooms.clip(upper=chosen["cap_places"].fillna(np.inf))
    return _finished(
        chosen, "adapt_rooms", _with_phases(chosen, need), _fitting(rules.adapt_sizes, rooms)
    )


def new_bases(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Bases newly built, at the best ranked large schools without (known) spare places."""
    least = _by_phase(hosts, rules.new_base_primary_roll, rules.new_base_secondary_roll)
    full = hosts[
        _may(hosts, "new_base")
        & ~hosts["spare_places"].ge(rules.adapt_spare_places)
        & hosts["roll"].ge(least)
    ]
    chosen = _chosen(
        full, need, rules.new_base_primary_per_authority, rules.new_base_secondary_per_authority
    )
    return _finished(
        chosen,
        "new_base",
        _with_phases(chosen, need),
        _fitting(rules.new_base_sizes, chosen["cap_places"]),
    )


def _with_special_groups(hosts: pd.DataFrame, need: pd.DataFrame) -> pd.DataFrame:
    """Name a special need group for each host, authority by authority and phase by phase."""
    parts = []
    for (authority, phase), part in hosts.groupby(["authority_code", "phase"]):
        children = _children_by_group(need, "special", str(authority), str(phase))
        groups = rotate_groups(children, len(part))
        parts.append(part.head(len(groups)).assign(designation=groups))
    return pd.concat(parts) if parts else hosts.head(0).assign(designation="")


def satellites(hosts: pd.DataFrame, need: pd.DataFrame, rules: OptionRules) -> pd.DataFrame:
    """Satellites of a special school, in mainstream schools with many spare places.

    A satellite is part of the special school: the cap on base places does not bind it, and rooms
    count more than anything else, so most spare places come first.
    """
    is_open = ["is_state_mainstream", "phase_fits", "is_not_excluded", "is_not_unwilling"]
    least = max(rules.satellite_spare_places, rules.satellite_sizes[0])
    room = hosts[hosts[is_open].all(axis=1) & hosts["spare_places"].ge(least)]
    ordered = room.drop_duplicates("site_id").sort_values(
        ["authority_code", "spare_places", "site_id"], ascending=[True, False, True]
    )
    chosen = ordered.groupby("authority_code").head(rules.satellites_per_authority)
    chosen = _with_special_groups(chosen, need)
    sizes = _fitting(rules.satellite_sizes, chosen["spare_places"])
    return _finished(chosen, "satellite", chosen["phase"] + ":1", sizes)
