"""Textbook location models, said as siting problems: against `spopt`, by trying every set of sites,
and against published optima of the OR-Library."""

import csv
import itertools
from pathlib import Path

import numpy as np
import pulp
import pytest
from scipy.optimize import linprog
from spopt.locate import LSCP, MCLP, PCenter, PMedian

from benchmarks import orlib
from benchmarks.instances import numbers
from benchmarks.textbook import (
    capacitated,
    covering_sets,
    maximal_covering,
    p_centre,
    p_median,
)
from placement_planner.errors import InfeasibleError
from placement_planner.scenario import SolverChoices
from placement_planner.siting.search import search_answer

BENCH = Path(__file__).parents[2] / ".." / "shared" / "bench"
EXACT = SolverChoices(relative_gap=1e-6)
by_spopt_too = pytest.mark.filterwarnings("ignore:.*in PuLP 4:DeprecationWarning")
twenty = pytest.mark.parametrize("seed", range(20))


def real_data(test):
    """Mark a test that reads published instances."""
    absent = pytest.mark.skipif(not BENCH.is_dir(), reason=f"no published instances at {BENCH}")
    return pytest.mark.real_data(absent(test))


def optimum(problem):
    """Return the least cost; None where not everybody can be served."""
    try:
        report = search_answer(problem, EXACT, lambda _: None).report
    except InfeasibleError:
        return None
    assert report.status == "optimal"
    return report.objective_gbp


def town(seed):
    """Return distances of twelve clients to eight sites, and the clients' numbers."""
    rng = np.random.default_rng(seed)
    clients, sites = rng.integers(0, 50, (12, 2)), rng.integers(0, 50, (8, 2))
    distance = np.abs(clients[:, None] - sites).sum(axis=2).astype(float)
    return distance, rng.integers(1, 20, 12).astype(float)


def by_spopt(model):
    solved = model.solve(pulp.HiGHS(msg=False), results=False)
    return pulp.value(solved.problem.objective)


@by_spopt_too
@twenty
def test_the_p_median_is_that_of_spopt(seed):
    distance, demand = town(seed)

    theirs = by_spopt(PMedian.from_cost_matrix(distance, demand, p_facilities=3))

    assert optimum(p_median(distance, demand, 3)) == pytest.approx(theirs)


@by_spopt_too
@twenty
def test_the_p_centre_is_that_of_spopt(seed):
    distance, _ = town(seed)

    theirs = by_spopt(PCenter.from_cost_matrix(distance, p_facilities=3))

    assert p_centre(distance, 3, optimum) == pytest.approx(theirs)


@by_spopt_too
@twenty
def test_as_few_sites_cover_everybody_as_by_spopt(seed):
    distance, _ = town(seed)
    radius = distance.min(axis=1).max() + seed % 3

    theirs = by_spopt(LSCP.from_cost_matrix(distance, radius))

    assert optimum(covering_sets(distance, radius)) == pytest.approx(theirs)


def test_where_nothing_covers_everybody_there_is_no_plan():
    assert optimum(covering_sets([[1.0], [9.0]], 5)) is None


@by_spopt_too
@twenty
def test_as_many_are_covered_as_by_spopt(seed):
    """spopt counts who is covered, the siting problem who is not."""
    distance, demand = town(seed)

    theirs = by_spopt(MCLP.from_cost_matrix(distance, demand, 12, p_facilities=2))

    ours = demand.sum() - optimum(maximal_covering(distance, demand, 12, 2))
    assert ours == pytest.approx(theirs)


def cheapest_sites(cost, demand, capacity, fixed):
    """Least cost over every set of sites: a transport problem for each."""
    clients, sites = cost.shape
    best = np.inf
    for chosen in itertools.product([False, True], repeat=sites):
        is_open = np.array(chosen)
        answer = linprog(
            cost.ravel(),
            A_ub=np.tile(np.eye(sites), clients),
            b_ub=capacity * is_open,
            A_eq=np.repeat(np.eye(clients), sites, axis=1),
            b_eq=demand,
        )
        if answer.status == 0:
            best = min(best, answer.fun + fixed[is_open].sum())
    return best


@twenty
def test_capacitated_sites_cost_what_trying_every_set_finds(seed):
    rng = np.random.default_rng(seed)
    distance, demand = town(seed)
    cost, demand = distance[:6, :4], demand[:6]
    capacity = rng.integers(15, 60, 4).astype(float)
    capacity[0] = demand.sum()
    fixed = rng.integers(0, 1500, 4).astype(float)

    best = cheapest_sites(cost, demand, capacity, fixed)

    assert optimum(capacitated(cost, demand, capacity, fixed)) == pytest.approx(best)


def published_optima():
    if not BENCH.is_dir():
        return {}
    with (BENCH / "optima.csv").open(encoding="utf-8") as lines:
        return {Path(row["file"]).name.split(".")[0]: float(row["optimum"])
                for row in csv.DictReader(lines)}  # fmt: skip


OPTIMA = published_optima()
CAP = sorted(name for name in OPTIMA if name.startswith("cap") and name[3:].isdigit())


def check_published(name):
    problem = orlib.read(numbers(BENCH / "orlib" / f"{name}.txt.gz"))

    assert optimum(problem) == pytest.approx(OPTIMA[name], rel=1e-6)


@real_data
def test_cap41_has_its_published_optimum():
    check_published("cap41")


@real_data
@pytest.mark.slow
@pytest.mark.parametrize("name", CAP or ["cap41"])
def test_an_instance_of_the_library_has_its_published_optimum(name):
    check_published(name)


@real_data
@pytest.mark.slow
def test_all_37_instances_are_there():
    assert len(CAP) == 37
