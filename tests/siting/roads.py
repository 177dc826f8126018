"""What either road comes to, without the tables of a plan: quick enough for many regions."""

import numpy as np

from placement_planner.errors import SolveError
from placement_planner.siting.problem import build_problem
from placement_planner.siting.search import search_answer

ROADS = ("monolithic", "decomposed")


def on_road(method, choices):
    return choices.with_choices(solver={"method": method})


def none_if_impossible(solve):
    """Return what solving comes to; None where nothing keeps every rule."""
    try:
        return solve()
    except SolveError as error:
        if "locked in" not in str(error):
            raise
        return None


def answer(tables, choices, method="monolithic"):
    """Return problem and answer; None where nothing keeps every rule."""

    def solve():
        problem = build_problem(tables, choices)
        return problem, search_answer(problem, on_road(method, choices).solver, lambda _: None)

    return none_if_impossible(solve)


def report(tables, choices, method="monolithic"):
    found = answer(tables, choices, method)
    return None if found is None else found[1].report


def least_cost(tables, choices):
    """Return the least cost, £; infinite where nothing keeps every rule."""
    told = report(tables, choices)
    return np.inf if told is None else told.objective_gbp
