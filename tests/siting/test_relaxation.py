"""The bound of generated arcs and rows: never above the whole relaxation, and equal at the end."""

import numpy as np
import pulp
import pytest

from placement_planner.errors import InfeasibleError
from placement_planner.siting.arcs import all_arcs
from placement_planner.siting.decompose.blocks import (
    build_blocks,
    entry_costs,
    no_charges,
    route_credit,
)
from placement_planner.siting.decompose.clock import Clock
from placement_planner.siting.decompose.layout import arc_columns
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.openings import Openings
from placement_planner.siting.decompose.relax import (
    bound_without_limits,
    first_arcs,
    relaxations,
)
from placement_planner.siting.highs import silent_stdout
from placement_planner.siting.model import build_model
from placement_planner.siting.problem import build_problem
from tests.siting.chance import chance_region
from tests.siting.large import large_region
from tests.siting.properties import numbers
from tests.siting.roads import none_if_impossible

SLACK = 1e-6


def whole_relaxation(problem):
    """Return the value of the PuLP model with fractions of decisions; None where there is none."""
    relaxed = build_model(problem).problem
    with silent_stdout():
        relaxed.solve(pulp.HiGHS(msg=False, mip=False))
    solved = relaxed.sol_status == pulp.LpSolutionOptimal
    return pulp.value(relaxed.objective) if solved else None


def rounds(problem):
    """Return the bound without limits, and what the relaxation has come to in every round."""
    master, blocks = Master(problem), build_blocks(problem)
    bound = bound_without_limits(master, blocks)
    master.add_arcs(*first_arcs(problem, blocks, no_charges(problem)))
    clock = Clock(limit_s=1e6, progress=lambda _: None)
    return bound, list(relaxations(master, blocks, clock, bound, anew=True))


def check(problem):
    value = whole_relaxation(problem)
    if value is None:
        with pytest.raises(InfeasibleError):
            rounds(problem)
        return
    first, told = rounds(problem)
    slack = SLACK * max(1.0, abs(value))
    assert first <= value + slack
    for each in told:
        assert each.bound <= value + slack
        assert each.value >= each.bound - slack
    assert [each.is_solved for each in told] == [False] * (len(told) - 1) + [True]
    assert told[-1].bound == pytest.approx(value, rel=SLACK)


def some_openings(problem, rng):
    """Return rows of openings at random: groups in pools that stand only if they are opened."""
    pool, year = np.nonzero(problem.pools.stands & ~problem.pools.exists)
    few = rng.choice(len(pool), min(20, len(pool)), replace=False)
    group = rng.integers(0, len(problem.groups.table), len(few))
    return Openings(group=group, pool=pool[few], year=year[few])


@numbers(8, 80)
def test_the_bound_of_generated_arcs_is_that_of_all_arcs(number):
    problem = none_if_impossible(lambda: build_problem(*chance_region(number)))
    if problem is not None:
        check(problem)


@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_in_a_town_it_takes_several_rounds(seed):
    problem = build_problem(*large_region(seed, areas=30, sites=16, years=(2027, 2028)))

    assert len(rounds(problem)[1]) > 1
    check(problem)


@pytest.mark.parametrize(
    "number",
    [
        *(20, 25, 35),  # need has no room for all who come up (20), or stay
        *(pytest.param(number, marks=pytest.mark.slow) for number in range(80, 160)),
    ],
)
def test_dense_prices_are_those_of_the_columns_one_by_one(number):
    """For whatever duals: an arc's cost less what its rows are worth, worked out in two ways."""
    problem = none_if_impossible(lambda: build_problem(*chance_region(number)))
    if problem is None:
        return
    master, rng = Master(problem), np.random.default_rng(number)
    master.openings = some_openings(problem, rng)
    duals = rng.uniform(-20, 20, len(master.layout.lower))
    duals = np.concatenate([duals, rng.uniform(-20, 0, len(master.openings))])
    charges = master.charges(duals)
    values = master.group_values(duals) + route_credit(problem, charges)
    compared = 0
    for block in build_blocks(problem):
        for entry in range(len(problem.years)):
            dense = entry_costs(block, entry, charges, values)
            there = np.isfinite(dense)
            link = block.links[there]
            columns = arc_columns(
                problem, master.layout, link, np.full(len(link), entry), master.openings
            )

            assert dense[there] == pytest.approx(columns.cost - columns.entries.T @ duals)
            compared += len(link)
    arcs = all_arcs(problem)
    assert compared >= len(arcs)
