"""A linear programme that is kept: solved again from where it stands, by either simplex method."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csc_array

from placement_planner.siting.decompose import master as masters
from placement_planner.siting.decompose.bounds import free
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.highs import INFINITY, LiveModel
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region


def transport(seed, sources=30, sinks=12):
    """Return costs, entries and right-hand sides of a random transport problem."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate(
        [np.repeat(np.eye(sources), sinks, axis=1), np.tile(np.eye(sinks), sources)]
    )
    children = rng.integers(1, 9, sources).astype(float)
    places = np.full(sinks, np.ceil(1.2 * children.sum() / sinks))
    return rng.uniform(1, 9, sources * sinks), rows, children, places


def live_model(cost, rows, children, places, columns):
    """Return the live model of some columns, and one that takes what has no place at 100 each."""
    live = LiveModel(
        np.concatenate([children, np.full(len(places), -INFINITY)]),
        np.concatenate([children, places]),
    )
    nobody = np.concatenate([np.eye(len(children)), np.zeros((len(places), len(children)))])
    for prices, entries in (
        (np.full(len(children), 100.0), nobody),
        (cost[columns], rows[:, columns]),
    ):
        least = np.zeros(len(prices))
        live.add_columns(prices, least, least + INFINITY, csc_array(entries))
    return live


def by_scipy(cost, rows, children, places):
    sources = len(children)
    return linprog(cost, rows[sources:], places, rows[:sources], children, method="highs").fun


@pytest.mark.parametrize("method", ["dual", "primal", "ipm"])
@pytest.mark.parametrize("seed", range(5))
def test_columns_that_come_later_count(seed, method):
    """Few columns, then all: as scipy finds for all at once, whichever method goes on."""
    cost, rows, children, places = transport(seed)
    some = np.arange(0, len(cost), 3)
    live = live_model(cost, rows, children, places, some)
    assert live.solve(60, "ipm") == "optimal"
    few = live.value

    later = np.setdiff1d(np.arange(len(cost)), some)
    least = np.zeros(len(later))
    live.add_columns(cost[later], least, least + INFINITY, csc_array(rows[:, later]))

    assert live.solve(60, method) == "optimal"
    assert live.value == pytest.approx(by_scipy(cost, rows, children, places))
    assert live.value < few


def test_it_ends_after_so_many_iterations_and_goes_on():
    cost, rows, children, places = transport(0)
    live = live_model(cost, rows, children, places, np.arange(len(cost)))

    assert live.solve(60, iterations=3) == "iterations"
    assert live.solve(60) == "optimal"
    assert live.value == pytest.approx(by_scipy(cost, rows, children, places))


@pytest.mark.parametrize("near", [1, 5_000])
def test_what_is_given_up_leaves_no_trace(near, monkeypatch):
    """Everything shut, then open again: the value before, from the basis there is or the last."""
    monkeypatch.setattr(masters, "_NEAR", near)
    tables, choices = large_region(0, areas=16, sites=8, years=(2027, 2028))
    problem = build_problem(tables, choices)
    master = Master(problem)
    link, entry = np.meshgrid(np.arange(len(problem.links)), np.arange(len(problem.years)))
    master.add_arcs(link.ravel(), entry.ravel())
    assert master.solve(60) == "optimal"
    value, basis = master.value, master.live.basis()
    every = free(len(problem.decisions))

    master.limit_decisions(every.leaving(np.arange(len(problem.decisions))))
    assert master.solve(60) == "optimal"
    assert master.value > value
    master.limit_decisions(every)

    assert master.solve_after_failure(lambda: 60.0, basis) == "optimal"
    assert master.value == pytest.approx(value)
