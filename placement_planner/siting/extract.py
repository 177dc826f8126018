"""From the solver's answer to the tables of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from placement_planner.siting.placements import placements_by_year
from placement_planner.siting.plan import Plan
from placement_planner.siting.routes import NOWHERE
from placement_planner.tables import checked
from placement_planner.tables.plan import Builds, Entries, FallbackChildren, Spend

if TYPE_CHECKING:
    from placement_planner.scenario import Scenario
    from placement_planner.siting.answer import Answer
    from placement_planner.siting.problem import Problem
    from placement_planner.siting.tables import Tables

__all__ = ["TOLERANCE", "extract_plan"]

TOLERANCE = 1e-6
"""Children, and pounds, below this are the solver's noise."""
_GROUP = ["area_code", "need_group", "phase"]
_WHO = ["authority_code", "need_group", "phase"]


def extract_plan(problem: Problem, answer: Answer, tables: Tables, scenario: Scenario) -> Plan:
    """Read the answer into tables."""
    builds = checked(Builds, problem.decisions[answer.built])
    entries = checked(Entries, _entries(problem, answer))
    return Plan(
        builds=builds,
        entries=entries,
        placements=placements_by_year(entries, builds, tables, scenario),
        fallback=checked(FallbackChildren, _fallback(problem, answer, tables)),
        spend=checked(Spend, _spend(problem, answer)),
        report=answer.report,
    )


def _entries(problem: Problem, answer: Answer) -> pd.DataFrame:
    placed = np.flatnonzero(answer.placed > TOLERANCE)
    link = answer.arcs.link[placed]
    who = problem.groups.table[_GROUP].iloc[problem.link_group[link]].reset_index(drop=True)
    where = problem.pools.table[["pool_id", "site_id"]].iloc[problem.link_pool[link]]
    return who.assign(
        pool_id=where["pool_id"].to_numpy(),
        site_id=where["site_id"].to_numpy(),
        entry_year=np.array(problem.years)[answer.arcs.entry[placed]],
        children=answer.placed[placed],
    )


def _fallback(problem: Problem, answer: Answer, tables: Tables) -> pd.DataFrame:
    """Part children in fallback over its routes by their shares; what a full route cannot take.

    Those whom it cannot take are spread over the areas that share its limit as its children are.
    """
    group, year = np.nonzero(answer.fallback > TOLERANCE)
    rest = problem.groups.table.iloc[group].reset_index(drop=True)
    rest = rest.assign(
        academic_year=np.array(problem.years)[year], left=answer.fallback[group, year]
    )
    routes = tables.fallback[
        [*_WHO, "route", "share", "cost_gbp", "minutes", "distance_km", "payer"]
    ]
    told = rest.merge(routes, on=_WHO)
    told["children"] = told["left"] * told["share"]
    told = _with_limits(told[told["children"] > 0], problem.routes.table)
    return told.sort_values([*_GROUP, "academic_year", "route"])


def _with_limits(told: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Take from full routes those whom they cannot take."""
    if limits.empty or told.empty:
        return told
    key = [*_WHO, "route"]
    told = told.merge(limits[[*key, "most_children", "extra_gbp"]], on=key, how="left")
    told = told.fillna({"most_children": np.inf, "extra_gbp": 0.0})
    taken = told.groupby([*key, "academic_year"])["children"].transform("sum")
    part = (1 - told["most_children"] / taken).clip(lower=0.0)
    nowhere = told.assign(
        route=NOWHERE,
        children=told["children"] * part,
        cost_gbp=told["cost_gbp"] + told["extra_gbp"],
        minutes=0.0,
        distance_km=0.0,
    )
    nowhere = nowhere[nowhere["children"] > TOLERANCE]
    keys = [*_GROUP, "academic_year", "route"]
    nowhere = nowhere.groupby(keys, as_index=False).agg(
        {"children": "sum", "cost_gbp": "first", "minutes": "first", "distance_km": "first",
         "payer": "first"}
    )  # fmt: skip
    left = told.assign(children=told["children"] * (1 - part))
    return pd.concat([left[left["children"] > TOLERANCE], nowhere], ignore_index=True)


def _spend(problem: Problem, answer: Answer) -> pd.DataFrame:
    spend = problem.capital.pays.assign(gbp=answer.paid_gbp)
    return spend[spend["gbp"] > TOLERANCE]
