"""Audit of places: who fits where, within which journey, under which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.siting.audit.findings import SLACK, told
from placement_planner.siting.placements import rides_of
from placement_planner.siting.pools import opened_by_builds
from placement_planner.tables import split_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = [
    "audit_borders",
    "audit_journeys",
    "audit_places",
    "children_above_places",
    "places_used",
]

OUTSIDE = "OUTSIDE"
_KEY = ["pool_id", "academic_year"]


def audit_journeys(
    plan: Plan, rides: pd.DataFrame, tables: Tables, scenario: Scenario
) -> Iterator[str]:
    """Journeys are those of the travel table; nobody is newly placed beyond the hard limit."""
    for name in ("minutes", "distance_km"):
        stated, true = plan.placements[name], rides[name]
        wrong = ~((stated - true).abs() <= SLACK) & ~(stated.isna() & true.isna())
        wrong |= true.isna() & ~plan.placements["is_kept"]
        yield from told(
            "journey that is not in the travel table", plan.placements.loc[wrong, "area_code"]
        )
    came = rides_of(plan.entries, tables)["minutes"]
    limit = plan.entries["phase"].map(scenario.travel.hard_minutes).astype(float)
    beyond = came > limit + SLACK
    yield from told("journey beyond the hard limit", plan.entries.loc[beyond, "area_code"])


def audit_places(
    plan: Plan, used: pd.DataFrame, tables: Tables, scenario: Scenario
) -> Iterator[str]:
    """Children come where a place is open that suits them, and no more than there are places."""
    came = plan.entries.rename(columns={"entry_year": "academic_year"}).merge(
        used.reset_index(), on=_KEY, how="left", suffixes=("", "_pool")
    )
    strange = (
        came["places"].isna() | (came["places"] <= 0) | (came["site_id"] != came["site_id_pool"])
    )
    yield from told("placed where no place is open", came.loc[strange, "pool_id"])
    known = came["phase_pool"].notna()
    other = known & (came["phase"] != came["phase_pool"])
    yield from told("placed in another phase", came.loc[other, "pool_id"])
    suits = tables.compatibility[["need_group", "designation", "match"]]
    matched = came.merge(suits, on=["need_group", "designation"], how="left")
    unsuited = ~matched["match"].isin(["suited", "tolerable"]) & matched["designation"].notna()
    yield from told("placed where the need is not met", matched.loc[unsuited, "pool_id"])
    above = children_above_places(used, scenario)
    yield from told("places exceeded", above.index[above["unmet"] > SLACK])
    yield from _fill(plan, used, tables, scenario)


def places_used(plan: Plan, places: pd.DataFrame) -> pd.DataFrame:
    """Return pools by year with the newcomers in them, and what is free for them.

    Parameters
    ----------
    places
        As from `pools_of_plan`.

    Returns
    -------
    DataFrame
        By pool_id and academic_year: `places` with used (children) and free (existing places that
        nobody keeps); pools that are none stand there too, without a site.
    """
    new = plan.placements[~plan.placements["is_kept"]]
    used = new.groupby(_KEY)["children"].sum().rename("used")
    rows = places.set_index(_KEY).join(used, how="outer")
    counts = {name: rows[name].fillna(0.0) for name in ("used", "existing", "kept", "new")}
    free = (counts["existing"] - counts["kept"]).clip(lower=0.0)
    return rows.assign(**counts, free=free)


def children_above_places(used: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return, by site and year, newcomers above the places of their pools.

    Returns
    -------
    DataFrame
        By site_id and academic_year: over (children above places after the site's pools have lent
        each other what they may) and unmet (those of them whom no rule allows).
    """
    choices = scenario.siting
    rows = used.reset_index()
    room = rows["free"] + rows["new"]
    left, most_lent = room - rows["used"], choices.flexible_share * room
    allowed = choices.over_capacity_share * rows["existing"]
    rows = rows.assign(
        over=-np.minimum(left, most_lent), unmet=-np.minimum(left + allowed, most_lent)
    )
    sums: pd.DataFrame = rows.groupby(["site_id", "academic_year"])[["over", "unmet"]].sum()
    return sums.clip(lower=0.0)


def _fill(plan: Plan, places: pd.DataFrame, tables: Tables, scenario: Scenario) -> Iterator[str]:
    """Pools that an option has built in are filled to its viable minimum, once ramped up."""
    opened = opened_by_builds(plan.builds, tables, scenario)
    opened = opened[opened["is_full"]]
    options = tables.options.set_index("option_id")
    broken = []
    for row in opened.itertuples():
        option = options.loc[row.option_id]
        share = next(
            float(part.split(":")[1])
            for part in split_list(option["phases"])
            if part.split(":")[0] == row.phase
        )
        slot = places.reset_index()
        slot = slot[
            (slot["site_id"] == option["site_id"])
            & (slot["designation"] == option["designation"])
            & (slot["phase"] == row.phase)
            & (slot["academic_year"] == row.academic_year)
            & (slot["new"] > 0)
        ]
        least = option["minimum_fill"] * (slot["free"].sum() + row.open_places * share)
        if slot["used"].sum() < least - SLACK:
            broken.append((row.option_id, row.phase, row.academic_year))
    yield from told("filled below the viable minimum", broken)


def audit_borders(
    plan: Plan, places: pd.DataFrame, tables: Tables, scenario: Scenario
) -> Iterator[str]:
    """Where each authority spends its own money, no more children cross than may."""
    if scenario.siting.money == "pooled":
        return
    owner = places.drop_duplicates("pool_id").set_index("pool_id")["authority_code"]
    authority = tables.sites.set_index("site_id")["authority_code"]
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    there = plan.placements["pool_id"].map(owner)
    held = plan.placements.assign(
        authority_code=plan.placements["area_code"].map(home),
        place_authority_code=there.where(there.notna(), plan.placements["site_id"].map(authority)),
    )
    crossing = held[
        held["place_authority_code"].notna()
        & (held["place_authority_code"] != held["authority_code"])
        & (held["place_authority_code"] != OUTSIDE)
    ]
    key = ["authority_code", "place_authority_code", "need_group", "academic_year"]
    total = pd.DataFrame(
        {kept: crossing[crossing["is_kept"] == kept].groupby(key)["children"].sum()
         for kept in (False, True)}
    ).fillna(0.0)  # fmt: skip
    limits = tables.exchange.set_index(key[:3])["children"]
    limit = limits.reindex(total.index.droplevel("academic_year")).fillna(0.0).to_numpy()
    free = np.maximum(limit - total[True].to_numpy(), 0.0) + _serving(total.index, plan, tables,
                                                                     scenario)  # fmt: skip
    yield from told(
        "more children placed in another authority than may be",
        total.index[total[False].to_numpy() > free + SLACK],
    )


def _serving(
    crossings: pd.MultiIndex, plan: Plan, tables: Tables, scenario: Scenario
) -> np.ndarray:
    """Return the places open in builds that serve the children of another authority."""
    if "serves" not in tables.options:
        return np.zeros(len(crossings))
    opened = opened_by_builds(plan.builds, tables, scenario)
    options = tables.options.set_index("option_id")
    authority = tables.sites.set_index("site_id")["authority_code"]
    suits = tables.compatibility[tables.compatibility["match"] != "no"]
    pairs = set(zip(suits["need_group"], suits["designation"], strict=True))
    places = dict.fromkeys(crossings, 0.0)
    for row in opened.itertuples():
        option = options.loc[row.option_id]
        shares = dict(part.split(":") for part in split_list(option["phases"]))
        for home, there, need_group, year in crossings:
            if (
                year == row.academic_year
                and there == authority[option["site_id"]]
                and {"*", home} & set(split_list(option["serves"]))
                and (need_group, option["designation"]) in pairs
            ):
                places[home, there, need_group, year] += row.open_places * float(shares[row.phase])
    return np.array(list(places.values()))
