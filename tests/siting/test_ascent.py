"""Charges without a relaxation: a bound in every round, never above the whole relaxation."""

from itertools import islice

import numpy as np
import pytest

from placement_planner.errors import InfeasibleError
from placement_planner.pipeline.planning import without_options
from placement_planner.siting.decompose import search
from placement_planner.siting.decompose.ascent import ascend, none_ascended
from placement_planner.siting.decompose.blocks import build_blocks, no_charges
from placement_planner.siting.decompose.bounds import fixed, free
from placement_planner.siting.decompose.builds import BuildRules
from placement_planner.siting.decompose.dive import dive
from placement_planner.siting.decompose.layout import arc_columns, lay_out
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.decompose.relax import first_arcs
from placement_planner.siting.problem import build_problem
from tests.siting.chance import chance_region
from tests.siting.large import large_region
from tests.siting.properties import numbers
from tests.siting.roads import none_if_impossible, report
from tests.siting.test_relaxation import whole_relaxation

ROUNDS = 150


def ascended(problem, bounds=None, rounds=ROUNDS):
    layout = lay_out(problem)
    bounds = free(len(problem.decisions)) if bounds is None else bounds
    told = ascend(
        problem, build_blocks(problem), layout, BuildRules(layout), bounds, none_ascended(layout)
    )
    return list(islice(told, rounds))


@numbers(8, 80)
def test_no_round_claims_more_than_the_whole_relaxation(number):
    problem = none_if_impossible(lambda: build_problem(*chance_region(number)))
    if problem is None:
        return
    value = whole_relaxation(problem)
    if value is None:
        return  # rules of pools and children stand against each other, which charges cannot tell

    told = [each.bound for each in ascended(problem, rounds=60)]

    assert max(told) <= value + 1e-6 * abs(value)
    assert told == sorted(told)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_in_a_town_it_comes_within_two_percent_of_it(seed):
    """That relaxation has rows of openings, which are not charged for."""
    problem = build_problem(*large_region(seed, areas=30, sites=10, years=(2027, 2028, 2029)))

    told = [each.bound for each in ascended(problem)]

    value = whole_relaxation(problem)
    assert told[0] < 0.9 * value
    assert 0.98 * value <= told[-1] <= value


def test_what_it_uses_of_rows_is_what_its_columns_use():
    """The mean after one round: entries of arcs and static columns, one by one."""
    problem = build_problem(*chance_region(3))
    layout = lay_out(problem)
    start, bounds = none_ascended(layout), free(len(problem.decisions))

    [first] = ascended(problem, rounds=1)

    rules = BuildRules(layout)
    static, _ = rules.relaxed(bounds, start.duals)
    placed = first.placed
    arcs = arc_columns(problem, layout, placed.link, placed.entry)
    used = arcs.entries @ placed.children + layout.static.entries @ static
    shared = slice(layout.rows["group"].stop, layout.rows["build"].start)
    assert len(placed.link) > 0
    assert first.used == pytest.approx(used[shared])


def test_with_builds_decided_it_bounds_what_they_cost():
    """Nothing built costs at least its bound, which is above that of any builds."""
    tables, choices = large_region(1, areas=16, sites=8, years=(2027, 2028))
    problem = build_problem(tables, choices)
    nothing = fixed(np.zeros(len(problem.decisions), dtype=bool))
    cost = report(without_options(tables), choices).objective_gbp / 1000

    of_nothing = ascended(problem, nothing)[-1].bound

    assert ascended(problem)[-1].bound < of_nothing <= cost * (1 + 1e-6)
    assert of_nothing >= 0.98 * cost


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_search_that_begins_with_charges_encloses_the_optimum(seed, monkeypatch):
    monkeypatch.setattr(search, "RESIDUAL_ARCS", 0)
    tables, choices = large_region(seed, areas=16, sites=8, years=(2027, 2028))
    best = report(tables, choices).objective_gbp

    told = report(
        tables, choices.with_choices(solver={"arcs_at_once": 0, "time_limit_s": 30}), "decomposed"
    )

    assert told.bound_gbp <= best * (1 + 1e-6)
    assert best * (1 - 1e-6) <= told.objective_gbp <= best * 1.02


def test_builds_that_no_rule_allows_are_told_at_once():
    tables, choices = large_region(1, areas=16, sites=8, years=(2027, 2028))
    problem = build_problem(tables, choices)
    everything = fixed(np.ones(len(problem.decisions), dtype=bool))

    with pytest.raises(InfeasibleError, match="no plan keeps every rule"):
        ascended(problem, everything, rounds=1)


def test_a_search_without_a_plan_in_time_did_not_stop_at_its_gap():
    """It once said so, since an infinite gap is no more than a part of an infinite cost."""
    tables, choices = large_region(1, areas=16, sites=8, years=(2027, 2028))

    told = report(
        tables, choices.with_choices(solver={"arcs_at_once": 0, "time_limit_s": 1e-3}), "decomposed"
    )

    assert told.stopped_by == "time"
    assert told.bound_gbp < told.objective_gbp


def test_a_dive_without_time_keeps_what_is_taken_so_far():
    """After one step time is up: some is built, at what the master says it costs."""
    problem = build_problem(*large_region(1, areas=16, sites=8, years=(2027, 2028)))
    master, blocks = Master(problem), build_blocks(problem)
    master.add_arcs(*first_arcs(problem, blocks, no_charges(problem)))
    times = iter([60.0, 60.0, 60.0])

    found = dive(master, free(len(problem.decisions)), lambda: next(times, 0.0))

    assert found.built.any()
    assert master.rules.allow(fixed(found.built))
    assert found.cost == pytest.approx(master.value)
