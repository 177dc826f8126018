"""How a problem is solved: whole where it is small, priced where it is large."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from placement_planner.siting.extract import extract_plan
from placement_planner.siting.model import build_model
from placement_planner.siting.pricing import price_arcs, with_builds, with_decisions
from placement_planner.siting.solve import solve, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.problem import Problem

__all__ = ["search_plan"]

LEAST_SECONDS = 5.0
"""Time left to the search for builds, however long the relaxation took."""


def search_plan(problem: Problem, choices: SolverChoices, progress: Callable[[str], None]) -> Plan:
    """Find the best plan within the time allowed, with a bound that holds for the whole problem.

    Raises
    ------
    SolveError
        If no plan was found.
    """
    if len(problem.arcs) <= choices.arcs_at_once:
        return extract_plan(problem, solve(build_model(problem), choices, progress))
    return _search_priced(problem, choices, progress)


def _search_priced(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Plan:
    """Bound the whole problem; choose builds among the promising; place children for those."""
    started = time.perf_counter()
    priced = price_arcs(problem, choices, progress)
    likely = with_decisions(priced.problem, priced.promising)
    progress(
        f"choosing among {len(likely.decisions):,} ways to build and {len(likely.arcs):,} "
        "possible placements"
    )
    left = max(LEAST_SECONDS, choices.time_limit_s - (time.perf_counter() - started))
    in_time = choices.model_copy(update={"time_limit_s": left, "relative_gap": 0.0})
    target_gbp = priced.bound_gbp / (1 - choices.relative_gap)
    answer = solve(build_model(likely), in_time, progress, target_gbp)
    decided, placed = likely, answer
    if len(problem.decisions):
        progress("placing children again, with the builds decided")
        possible = with_decisions(problem, priced.promising)
        decided = price_arcs(with_builds(possible, answer.built), choices, progress).problem
        placed = solve(build_model(decided), choices, progress)
    objective_gbp = placed.report.objective_gbp
    report = replace(
        answer.report,
        objective_gbp=objective_gbp,
        bound_gbp=min(priced.bound_gbp, objective_gbp),
        seconds=time.perf_counter() - started,
    )
    report = replace(report, status=status_of(report.gap, choices.relative_gap))
    return extract_plan(decided, replace(placed, report=report))
