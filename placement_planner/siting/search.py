"""How a problem is solved: whole where it is small, priced where it is large."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError
from placement_planner.siting.extract import extract_plan
from placement_planner.siting.model import build_model
from placement_planner.siting.pricing import price_arcs, with_builds, with_decisions
from placement_planner.siting.solve import solve, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.plan import Plan
    from placement_planner.siting.problem import Problem

__all__ = ["search_plan"]

LEAST_SECONDS = 5.0
"""Time left to the search for builds, however long the relaxation took."""
NO_LIMIT_S = 1e6
"""For children to be placed once the builds are decided: a plan must have them all."""


def search_plan(problem: Problem, choices: SolverChoices, progress: Callable[[str], None]) -> Plan:
    """Find the best plan within the time allowed, with a bound that holds for the whole problem.

    Raises
    ------
    InfeasibleError
        If no plan keeps every rule; names the options that are locked in.
    SolveError
        If the time ran out before any plan was found.
    """
    try:
        if len(problem.arcs) <= choices.arcs_at_once:
            answer = solve(build_model(problem), choices, progress, start=_fewest_builds(problem))
            return extract_plan(problem, answer)
        return _search_priced(problem, choices, progress)
    except InfeasibleError as error:
        raise InfeasibleError(f"{error}: {_who_is_locked(problem)}") from error


def _who_is_locked(problem: Problem) -> str:
    locked = problem.options.loc[problem.options["locked_in"], "option_id"].tolist()
    return (
        f"{len(locked)} option(s) are locked in ({', '.join(locked[:10])}); look whether their "
        "pots can pay for all of them in time, whether they require or exclude one another, and "
        "whether enough children are in reach to fill them to their viable minimum"
    )


def _fewest_builds(problem: Problem) -> NDArray[np.bool_]:
    """Return the builds of a first plan: only what is locked in, smallest and earliest."""
    locked = problem.options.loc[problem.options["locked_in"], "option_id"]
    decisions = problem.decisions
    first = ~decisions["option_id"].duplicated()
    builds: NDArray[np.bool_] = (first & decisions["option_id"].isin(locked)).to_numpy(dtype=bool)
    return builds


def _search_priced(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Plan:
    """Bound the whole problem; choose builds among the promising; place children for those."""
    started = time.perf_counter()
    unhurried = choices.model_copy(update={"time_limit_s": NO_LIMIT_S})
    seconds = choices.time_limit_s if len(problem.decisions) else np.inf
    priced = price_arcs(problem, choices, progress, seconds)
    likely = with_decisions(priced.problem, priced.promising)
    progress(
        f"choosing among {len(likely.decisions):,} ways to build and {len(likely.arcs):,} "
        "possible placements"
    )
    left = max(LEAST_SECONDS, choices.time_limit_s - (time.perf_counter() - started))
    in_time = unhurried.model_copy(
        update={"time_limit_s": left if len(problem.decisions) else NO_LIMIT_S, "relative_gap": 0.0}
    )
    target_gbp = priced.bound_gbp / (1 - choices.relative_gap)
    answer = solve(build_model(likely), in_time, progress, target_gbp, _fewest_builds(likely))
    decided, placed = likely, answer
    if len(problem.decisions):
        progress("placing children again, with the builds decided")
        possible = with_decisions(problem, priced.promising)
        decided = price_arcs(with_builds(possible, answer.built), choices, progress).problem
        placed = solve(
            build_model(decided), unhurried, progress, start=np.ones(len(decided.decisions), bool)
        )
    objective_gbp = placed.report.objective_gbp
    report = replace(
        answer.report,
        objective_gbp=objective_gbp,
        bound_gbp=min(priced.bound_gbp, objective_gbp),
        seconds=time.perf_counter() - started,
        stopped_by="time" if priced.ran_out else answer.report.stopped_by,
    )
    report = replace(report, status=status_of(report.gap, choices.relative_gap))
    return extract_plan(decided, replace(placed, report=report))
