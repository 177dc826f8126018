"""Audit of children: nobody lost or invented, everybody where they must be by then."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.siting.audit.findings import SLACK, told
from placement_planner.siting.routes import NOWHERE
from placement_planner.tables import split_list
from placement_planner.tables.vocabulary import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placement_planner.scenario import Scenario
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.tables import Tables

__all__ = ["audit_children", "audit_fallback"]

_CHILD = ["area_code", "need_group", "phase", "academic_year"]
_WHO = ["authority_code", "need_group", "phase"]
_HELD = [*_CHILD, "pool_id", "is_kept"]


def audit_children(plan: Plan, tables: Tables, scenario: Scenario) -> Iterator[str]:
    """Every child is placed or in fallback; those who came, or keep a place, are still there."""
    years = scenario.horizon.years
    wanted = tables.need[tables.need["academic_year"].isin(years)]
    wanted = wanted.set_index(_CHILD)["children"]
    placed, left = (
        table.groupby(_CHILD)["children"].sum() for table in (plan.placements, plan.fallback)
    )
    lost = wanted.sub(placed, fill_value=0.0).sub(left, fill_value=0.0)
    yield from told("children lost or invented", lost.index[lost.abs() > SLACK])
    strange = plan.entries["entry_year"][~plan.entries["entry_year"].isin(years)]
    yield from told("placed in a year that is not planned", strange)
    for name, table in (("entries", plan.entries), ("fallback", plan.fallback)):
        yield from told(f"{name} of fewer than no children", table.index[table["children"] < 0])
    kept, came = _kept(tables), _still_there(plan, tables, scenario)
    held = plan.placements.groupby(_HELD)["children"].sum()
    wrong = held.sub(pd.concat([kept, came]).groupby(_HELD).sum(), fill_value=0.0).abs()
    wrong = wrong[wrong > SLACK]
    is_kept = wrong.index.get_level_values("is_kept").to_numpy(dtype=bool)
    yield from told("a child who held a place does not keep it", wrong.index[is_kept])
    yield from told("placements do not follow from who came", wrong.index[~is_kept])


def _kept(tables: Tables) -> pd.Series:
    kept = pd.DataFrame(tables.kept).assign(is_kept=True)
    return kept.groupby(_HELD)["children"].sum()


def _still_there(plan: Plan, tables: Tables, scenario: Scenario) -> pd.Series:
    """Follow everybody who came, cohort by cohort, through the pools that stand."""
    slots = _slots(plan, tables, scenario)
    after = _moves_on(tables, scenario)
    about = slots.drop_duplicates("pool_id").set_index("pool_id")
    stands = set(zip(slots["pool_id"], slots["academic_year"], strict=True))
    home = tables.need.drop_duplicates("area_code").set_index("area_code")["authority_code"]
    later = defaultdict(list)
    for row in tables.survival.itertuples():
        who = (row.authority_code, row.need_group, row.phase, row.entry_year)
        later[who].append((row.academic_year, row.in_phase, row.share))
    rooms = tables.followers.set_index(_CHILD)
    room, stays = rooms["share"].to_dict(), rooms["stay_share"].to_dict()
    groups = set(
        map(tuple, tables.need.loc[tables.need["children"] > 0, _CHILD[:3]].to_numpy(dtype=object))
    )
    rows = []
    for came in plan.entries.itertuples():
        who = (home.get(came.area_code), came.need_group, came.phase, came.entry_year)
        if came.pool_id not in about.index:
            continue
        for year, phase, share in later[who]:
            pool, part = came.pool_id, share
            child = (came.area_code, came.need_group, phase)
            if phase != came.phase:
                for _ in range(PHASES.index(came.phase), PHASES.index(phase)):
                    pool = after.get(pool, "")
                part *= room.get((*child, year), 1.0) if child in groups else 0.0
            elif year > came.entry_year:
                part *= stays.get((*child, year), 1.0)
            if (pool, year) in stands:
                rows.append((*child, year, pool, False, came.children * part))
    frame = pd.DataFrame(rows, columns=[*_HELD, "children"]).astype({"children": float})
    return frame.groupby(_HELD)["children"].sum()


def _slots(plan: Plan, tables: Tables, scenario: Scenario) -> pd.DataFrame:
    """Return the pools that stand, year by year: pool_id, site_id, designation, phase, year."""
    key = ["site_id", "designation", "phase"]
    existing = tables.pools[tables.pools["places"] > 0].sort_values("pool_id")
    lasting = existing[existing["academic_year"] == scenario.horizon.years[-1]]
    first = lasting.drop_duplicates(key).set_index(key)["pool_id"].to_dict()
    options = tables.options.set_index("option_id")
    rows = []
    for build in plan.builds[plan.builds["option_id"].isin(options.index)].itertuples():
        option = options.loc[build.option_id]
        for part in split_list(option["phases"]):
            slot = (option["site_id"], option["designation"], part.split(":")[0])
            pool = first.get(slot, ":".join(slot))
            rows += [
                (pool, *slot, year) for year in scenario.horizon.years if year >= build.opening_year
            ]
    built = pd.DataFrame(rows, columns=["pool_id", *key, "academic_year"])
    return pd.concat([existing[["pool_id", *key, "academic_year"]], built]).drop_duplicates()


def _moves_on(tables: Tables, scenario: Scenario) -> dict[str, str]:
    """Return the pool in which children keep a place once they move on: one that is sure to stand.

    Sure are places that are there whatever is built, and those that whatever opens the pool opens.
    """
    planned = set(scenario.horizon.years)
    slot: dict[str, tuple[str, ...]] = {}
    there: dict[str, set[int]] = {}
    for row in tables.pools.sort_values("pool_id").itertuples():
        if row.places > 0 and row.academic_year in planned:
            slot[row.pool_id] = (row.site_id, row.designation, row.phase)
            there.setdefault(row.pool_id, set()).add(row.academic_year)
    first = {key: name for name, key in reversed(slot.items())}
    lasting = {key: name for name, key in reversed(slot.items()) if max(planned) in there[name]}
    opened_by: dict[str, set[str]] = {}
    for option in tables.options.itertuples():
        for part in split_list(option.phases):
            key = (option.site_id, option.designation, part.split(":")[0])
            name = lasting.get(key, ":".join(key))
            slot.setdefault(name, key)
            opened_by.setdefault(name, set()).add(option.option_id)
    moves = {}
    for name, (site, designation, phase) in slot.items():
        later = PHASES[PHASES.index(phase) + 1 :][:1]
        after = (site, designation, *later)
        found = first.get(after, ":".join(after))
        if found in there:
            sure = found not in opened_by or there[found] == planned
        else:
            sure = name not in there and opened_by[name] <= opened_by.get(found, set())
        if later and sure:
            moves[name] = found
    return moves


def audit_fallback(plan: Plan, tables: Tables) -> Iterator[str]:
    """Routes take their shares, and no more than their limits."""
    home = tables.need.drop_duplicates("area_code")[["area_code", "authority_code"]]
    rows = plan.fallback.merge(home, on="area_code")
    key = [*_WHO, "academic_year"]
    total = rows.groupby(key)["children"].sum()
    taken = rows.groupby([*key, "route"])["children"].sum()
    routes = tables.fallback.assign(limit=tables.fallback.get("most_children"))
    routes = total.rename("total").reset_index().merge(routes, on=_WHO, how="left")
    routes["taken"] = taken.reindex(
        pd.MultiIndex.from_frame(routes[[*key, "route"]])
    ).fillna(0.0).to_numpy()  # fmt: skip
    due = routes["share"] * routes["total"]
    limit = routes["limit"].astype(float).fillna(float("inf"))
    wrong = routes[(routes["taken"] - due.clip(upper=limit)).abs() > SLACK]
    yield from told("fallback route not at its share", wrong["route"])
    over = routes[routes["taken"] > limit + SLACK]
    yield from told("fallback route above its limit", over["route"])
    known = rows["route"].isin(tables.fallback["route"]) | (rows["route"] == NOWHERE)
    yield from told("unknown fallback route", rows.loc[~known, "route"])
