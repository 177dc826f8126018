"""A dive's plan is whole, keeps the rules, costs what it says, and no less than the best."""

import numpy as np
import pytest

from placement_planner.siting.decompose import dive as dives
from placement_planner.siting.decompose.bounds import fixed, free
from placement_planner.siting.decompose.dive import dive
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region
from tests.siting.roads import report

HURRIES = {
    "as it is": ({}, 1.1),
    "every step is free": ({"_FREE": np.inf}, 1.1),
    "every longer step is too dear": ({"_FREE": np.inf, "_DEAR": 0.0}, 1.1),
    "what is taken is always tried": ({"_FREE": np.inf, "_HANDFUL": 10**6, "_OFTEN": 0}, 1.1),
    "what is taken is always the plan": ({"_HANDFUL": 10**6, "_OFTEN": 0, "_CLOSE": np.inf}, 1.3),
}
"""What is set otherwise, and how far above the best plan it may end."""


@pytest.fixture(scope="module")
def region():
    """Sixteen areas, eight sites, two years: all arcs known, and what the best plan costs."""
    tables, choices = large_region(0, areas=16, sites=8, years=(2027, 2028))
    return build_problem(tables, choices), report(tables, choices).objective_gbp / 1000


def with_all_arcs(problem):
    link, entry = np.meshgrid(np.arange(len(problem.links)), np.arange(len(problem.years)))
    master = Master(problem)
    master.add_arcs(link.ravel(), entry.ravel())
    return master


@pytest.mark.parametrize("hurry", HURRIES)
def test_however_it_hurries_its_plan_stands(region, hurry, monkeypatch):
    otherwise, most = HURRIES[hurry]
    for name, value in otherwise.items():
        monkeypatch.setattr(dives, name, value)
    problem, best = region
    master, every = with_all_arcs(problem), free(len(problem.decisions))

    found = dive(master, every, lambda: 60.0)

    only = fixed(found.built)
    assert found.built.any()
    assert master.rules.allow(only)
    anew = with_all_arcs(problem)
    anew.limit_decisions(only)
    assert anew.solve(60, "ipm") == "optimal"
    assert anew.value == pytest.approx(found.cost, rel=1e-9)
    assert best * (1 - 1e-9) <= found.cost <= most * best


def test_no_plan_is_found_where_none_is_cheaper(region):
    problem, best = region

    assert dive(with_all_arcs(problem), free(len(problem.decisions)), lambda: 60.0, best) is None
