"""Which plans are open on the day of the census."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from placement_planner.sources.sen2.dates import read_dates, unreadable_dates

if TYPE_CHECKING:
    from placement_planner.sources.sen2.export import Export
    from placement_planner.sources.sen2.faults import Faults
    from placement_planner.sources.sen2.people import Linked

__all__ = ["Plans", "one_plan_a_child", "read_plans"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Plans:
    """Every request with the plan that came of it.

    Attributes
    ----------
    plans
        One row a request: requeststableid, persontableid, namedplantableid (of its latest named
        plan), start, first_start, is_named, is_active, is_transferred, is_open.
    active
        activeplanstableid and requeststableid.
    faults
        Row keys by check.
    """

    plans: pd.DataFrame
    active: pd.DataFrame
    faults: Faults


def _named_plans(export: Export) -> tuple[pd.DataFrame, int]:
    """Return the latest named plan of each request, and how many have none to belong to."""
    modules = export.modules
    of_request = modules["assessment"].drop_duplicates("assessmenttableid")
    requests = of_request.set_index("assessmenttableid")["requeststableid"]
    named = modules["namedplan"].assign(
        requeststableid=modules["namedplan"]["assessmenttableid"].map(requests),
        start=read_dates(modules["namedplan"]["startdate"]),
        cease=read_dates(modules["namedplan"]["ceasedate"]),
    )
    known = named["requeststableid"].isin(modules["requests"]["requeststableid"])
    named = named[known].sort_values("start", na_position="first", kind="stable")
    named["first_start"] = named.groupby("requeststableid")["start"].transform("min")
    return named.drop_duplicates("requeststableid", keep="last"), int((~known).sum())


def _active_plans(export: Export) -> tuple[pd.DataFrame, int]:
    active = export.modules["activeplans"].drop_duplicates("activeplanstableid")
    known = active["requeststableid"].isin(export.modules["requests"]["requeststableid"])
    return active[known], int((~known).sum())


def _is_open(plans: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Tell which plans are open: by their dates, and by their active plan where dates fail.

    A plan is open that started on the day or before and has not ceased by the day.
    """
    ceased = plans["cease"].notna() & (plans["cease"] <= day)
    by_dates = plans["start"].notna() & (plans["start"] <= day) & ~ceased
    unsure = plans["start"].isna() | plans["cease_unreadable"]
    not_yet = plans["start"].notna() & (plans["start"] > day)
    return (by_dates & ~unsure) | (unsure & plans["is_active"] & ~ceased & ~not_yet)


def read_plans(export: Export) -> Plans:
    """Join requests, assessments, named and active plans, and tell which are open.

    A request may have an active plan without a named one (a plan that was transferred in): it is
    open. Of several named plans of a request the latest counts.
    """
    requests = export.modules["requests"]
    repeated = requests["requeststableid"].duplicated()
    named, lost_named = _named_plans(export)
    active, lost_active = _active_plans(export)
    transferred = active.loc[_says_yes_or_code(active["transferla"]), "requeststableid"]
    plans = requests.loc[~repeated, ["requeststableid", "persontableid"]].merge(
        named.drop(columns="assessmenttableid"), on="requeststableid", how="left"
    )
    plans["is_named"] = plans["namedplantableid"].notna()
    plans["is_active"] = plans["requeststableid"].isin(active["requeststableid"])
    plans["is_transferred"] = plans["requeststableid"].isin(transferred)
    texts = plans[["startdate", "ceasedate"]].fillna("")
    plans["cease_unreadable"] = unreadable_dates(texts["ceasedate"], plans["cease"])
    plans["is_open"] = _is_open(plans, export.day)
    ids, day = plans["requeststableid"], export.day
    ceased = plans["cease"].notna() & (plans["cease"] <= day)
    people = export.modules["person"]["persontableid"]
    is_plan = plans["is_named"] | plans["is_active"]
    orphan = is_plan & ~plans["persontableid"].isin(people)
    faults = {
        "key_repeated": requests.loc[repeated, "requeststableid"],
        "plan_without_person": ids[orphan],
        "plan_without_request": pd.Series([""] * (lost_named + lost_active), dtype="str"),
        "ceased_before_start": ids[plans["cease"] < plans["start"]],
        "start_after_census": ids[plans["start"] > day],
        "start_unreadable": ids[plans["is_named"] & plans["start"].isna()],
        "cease_unreadable": ids[plans["cease_unreadable"]],
        "ceased_but_active": ids[ceased & plans["is_active"]],
        "open_but_not_active": ids[plans["is_open"] & ~plans["is_active"]],
    }
    kept = [
        "requeststableid",
        "persontableid",
        "namedplantableid",
        "start",
        "first_start",
        "is_named",
        "is_active",
        "is_transferred",
        "is_open",
    ]
    return Plans(
        plans=plans.loc[~orphan, kept],
        active=active[["activeplanstableid", "requeststableid"]],
        faults=faults,
    )


def _says_yes_or_code(text: pd.Series) -> pd.Series:
    """Tell which cells name an authority that a plan came from: anything but blank and no."""
    return ~text.str.lower().isin(["", "0", "n", "no", "false"])


def one_plan_a_child(plans: Plans, linked: Linked) -> tuple[pd.DataFrame, Faults]:
    """Return the open plan of each child, and the ages that are out of bounds.

    Of several open plans of a child the one that started last counts.

    Returns
    -------
    tuple
        Children (child, area_code, birth_year, persontableid and the columns of plans); faults.
    """
    open_now = plans.plans[plans.plans["is_open"]].merge(linked.people, on="persontableid")
    number = pd.to_numeric(open_now["requeststableid"], errors="coerce")
    ordered = open_now.assign(number=number).sort_values(
        ["start", "number", "requeststableid"], na_position="first"
    )
    last = ~ordered.duplicated("child", keep="last")
    children = ordered[last].drop(columns="number").sort_values("child", ignore_index=True)
    return children, {"two_open_plans": ordered.loc[~last, "requeststableid"]}
