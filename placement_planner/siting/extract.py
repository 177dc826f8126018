"""From the solver's answer to the tables of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placement_planner.siting.plan import Plan
from placement_planner.tables import checked
from placement_planner.tables.plan import Builds, FallbackChildren, Placements, Spend

if TYPE_CHECKING:
    import pandas as pd

    from placement_planner.siting.problem import Problem
    from placement_planner.siting.solve import Answer

__all__ = ["TOLERANCE", "extract_plan"]

TOLERANCE = 1e-6
"""Children, and pounds, below this are the solver's noise."""


def extract_plan(problem: Problem, answer: Answer) -> Plan:
    """Read the answer into tables."""
    return Plan(
        builds=checked(Builds, problem.decisions[answer.built]),
        placements=checked(Placements, _placements(problem, answer)),
        fallback=checked(FallbackChildren, _fallback(problem, answer)),
        spend=checked(Spend, _spend(problem, answer)),
        report=answer.report,
    )


def _placements(problem: Problem, answer: Answer) -> pd.DataFrame:
    arcs = problem.arcs.assign(children=answer.placed)
    arcs = arcs[arcs["children"] > TOLERANCE]
    keys = problem.demand[["area_code", "need_group", "phase", "academic_year"]]
    pools = problem.pool_years[["pool_id", "site_id"]]
    return arcs.join(keys, on="demand").join(pools, on="pool")


def _fallback(problem: Problem, answer: Answer) -> pd.DataFrame:
    """Part children in fallback over its routes by their shares."""
    keys = ["authority_code", "need_group", "phase"]
    rest = problem.demand.assign(left=answer.fallback)
    rest = rest.loc[rest["left"] > TOLERANCE, [*keys, "area_code", "academic_year", "left"]]
    routes = problem.fallback[
        [*keys, "route", "share", "cost_gbp", "minutes", "distance_km", "payer"]
    ]
    told = rest.merge(routes, on=keys)
    told["children"] = told["left"] * told["share"]
    return told[told["children"] > 0]


def _spend(problem: Problem, answer: Answer) -> pd.DataFrame:
    spend = problem.pays.assign(gbp=answer.paid_gbp)
    return spend[spend["gbp"] > TOLERANCE]
