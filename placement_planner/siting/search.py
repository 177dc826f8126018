"""How a problem is solved: whole where it is small, priced where it is large."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from placement_planner.errors import InfeasibleError, OutOfTimeError
from placement_planner.siting.extract import extract_plan
from placement_planner.siting.model import build_model
from placement_planner.siting.pricing import (
    bound_without_limits,
    price_arcs,
    with_builds,
    with_decisions,
)
from placement_planner.siting.solve import solve, status_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from placement_planner.scenario import SolverChoices
    from placement_planner.siting.plan import Plan, SolveReport
    from placement_planner.siting.pricing import PricedProblem
    from placement_planner.siting.problem import Problem
    from placement_planner.siting.solve import Answer, StoppedBy

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
            return _search_whole(problem, choices, progress)
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


def _search_whole(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Plan:
    """Give the whole problem to the solver; where it finds nothing in time, build the least."""
    try:
        return extract_plan(problem, solve(build_model(problem), choices, progress))
    except OutOfTimeError:
        progress("no plan in time: placing children with only what is locked in")
        least = with_builds(problem, _fewest_builds(problem))
        answer = solve(build_model(least), _unhurried(choices), progress)
        bound_gbp = min(bound_without_limits(problem), answer.report.objective_gbp)
        report = replace(answer.report, bound_gbp=bound_gbp, stopped_by="time")
        return extract_plan(least, _judged(answer, report, choices))


def _unhurried(choices: SolverChoices) -> SolverChoices:
    return choices.model_copy(update={"time_limit_s": NO_LIMIT_S})


def _judged(answer: Answer, report: SolveReport, choices: SolverChoices) -> Answer:
    status = status_of(report.gap, choices.relative_gap)
    return replace(answer, report=replace(report, status=status))


def _search_priced(
    problem: Problem, choices: SolverChoices, progress: Callable[[str], None]
) -> Plan:
    """Bound the whole problem; choose builds among the promising; place children for those."""
    started = time.perf_counter()
    seconds = choices.time_limit_s if len(problem.decisions) else np.inf
    priced = price_arcs(problem, choices, progress, seconds)
    if not len(problem.decisions):
        answer = solve(build_model(priced.problem), _unhurried(choices), progress)
        bound_gbp = min(priced.bound_gbp, answer.report.objective_gbp)
        report = replace(answer.report, bound_gbp=bound_gbp, seconds=time.perf_counter() - started)
        return extract_plan(priced.problem, _judged(answer, report, choices))
    built, stopped_by = _choose_builds(
        priced, choices, choices.time_limit_s - (time.perf_counter() - started), progress
    )
    progress("placing children again, with the builds decided")
    possible = with_decisions(problem, priced.promising)
    decided = price_arcs(with_builds(possible, built), choices, progress).problem
    placed = solve(build_model(decided), _unhurried(choices), progress)
    report = replace(
        placed.report,
        bound_gbp=min(priced.bound_gbp, placed.report.objective_gbp),
        seconds=time.perf_counter() - started,
        stopped_by=stopped_by,
    )
    return extract_plan(decided, _judged(placed, report, choices))


def _choose_builds(
    priced: PricedProblem,
    choices: SolverChoices,
    seconds: float,
    progress: Callable[[str], None],
) -> tuple[NDArray[np.bool_], StoppedBy]:
    """Choose builds among the promising decisions, and say what ended the search."""
    likely = with_decisions(priced.problem, priced.promising)
    progress(
        f"choosing among {len(likely.decisions):,} ways to build and {len(likely.arcs):,} "
        "possible placements"
    )
    in_time = choices.model_copy(
        update={"time_limit_s": max(LEAST_SECONDS, seconds), "relative_gap": 0.0}
    )
    target_gbp = priced.bound_gbp / (1 - min(choices.relative_gap, 0.5))
    try:
        answer = solve(build_model(likely), in_time, progress, target_gbp)
    except OutOfTimeError:
        return _fewest_builds(likely), "time"
    return answer.built, "time" if priced.ran_out else answer.report.stopped_by
