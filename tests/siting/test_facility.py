"""Pure facility location, the road of its own: by hand, and against trying every set of sites."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from benchmarks.textbook import capacitated, facility_problem
from placement_planner.errors import InfeasibleError, OutOfTimeError
from placement_planner.scenario import SolverChoices
from placement_planner.siting import search
from placement_planner.siting.facility import search as facility_search
from placement_planner.siting.facility.dual import _site_worths
from placement_planner.siting.facility.plans import Service
from placement_planner.siting.facility.shape import facility_of
from placement_planner.siting.search import search_answer

EXACT = SolverChoices(relative_gap=0.0)
NUMBERS = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def _always(monkeypatch):
    """Take this road however small a problem is."""
    monkeypatch.setattr(search, "_BRANCHED", -1)


def optimum(problem):
    """Return the least cost; None where no sites serve all."""
    told = []
    try:
        report = search_answer(problem, EXACT, told.append).report
    except InfeasibleError:
        return None
    assert "pure facility location" in told[0]
    assert report.status == "optimal"
    return report.objective_gbp


def drawn(number):
    """Return up to five clients and sites; some ways missing, some clients need not be served."""
    rng = np.random.default_rng(number)
    clients, sites = rng.integers(1, 6, 2)
    demand = rng.integers(1, 9, clients) if rng.random() < 0.5 else np.ones(clients)
    roomy = rng.random() < 0.5
    return {
        "cost": rng.integers(0, 30, (clients, sites)).astype(float),
        "demand": demand.astype(float),
        "capacity": np.full(sites, demand.sum()) if roomy else rng.integers(0, 20, sites) * 1.0,
        "fixed": rng.integers(0, 60, sites) * rng.choice([0.0, 1.0, 1.5]),
        "at_most": int(rng.integers(1, sites + 1)),
        "fallback": float(rng.choice([np.inf, 20.0, 3.5])),
        "reach": rng.random((clients, sites)) < rng.choice([1.0, 0.7, 0.3, 0.0]),
    }


def by_trying_all(cost, demand, capacity, fixed, at_most, fallback, reach):
    """Return the least cost of every set of sites, a linear programme for each; None for none."""
    clients, sites = cost.shape
    must = np.isinf(fallback)
    ways = np.column_stack([cost, np.full(clients, 0.0 if must else fallback)])
    most = np.column_stack(
        [np.where(reach, np.inf, 0.0), np.full(clients, 0.0 if must else np.inf)]
    )
    costs = []
    for chosen in itertools.product([0, 1], repeat=int(sites)):
        answer = linprog(
            ways.ravel(),
            A_eq=np.repeat(np.eye(clients), sites + 1, axis=1),
            b_eq=demand,
            A_ub=np.tile(np.eye(sites, sites + 1), clients),
            b_ub=capacity * chosen,
            bounds=np.column_stack([np.zeros(ways.size), most.ravel()]),
        )
        if sum(chosen) <= at_most and answer.status == 0:
            costs.append(answer.fun + float(fixed @ chosen))
    return min(costs, default=None)


def check(number):
    """Whether what multipliers leave open is one programme or branched on."""
    numbers = drawn(number)
    least = by_trying_all(**numbers)
    for ways in (facility_search.RESIDUAL_WAYS, 0):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(facility_search, "RESIDUAL_WAYS", ways)
            assert optimum(facility_problem(**numbers)) == pytest.approx(least)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(NUMBERS)
def test_the_best_sites_are_those_of_trying_every_set(number):
    check(number)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(NUMBERS)
def test_the_best_sites_of_many_towns_are_those_of_trying_every_set(number):
    check(number)


def p_median(seed, clients=40, sites=16, most=4):
    """Return costs at random, far from any map, so that multipliers leave much open."""
    cost = np.random.default_rng(seed).integers(1, 100, (clients, sites)).astype(float)
    return cost, facility_problem(cost, np.ones(clients), at_most=most)


LEFT_OPEN = {"one programme": (10**6, "are left open", 1), "branches": (0, "branches", 2)}
"""Ways up to which it is one programme; what is then told, and how often at least."""


@pytest.mark.parametrize("way", LEFT_OPEN)
@pytest.mark.parametrize("seed", range(4))
def test_what_multipliers_leave_open_is_found_and_proved_in_either_way(seed, way, monkeypatch):
    """As the least of all 1,820 sets of four sites."""
    most, words, times = LEFT_OPEN[way]
    monkeypatch.setattr(facility_search, "RESIDUAL_WAYS", most)
    cost, problem = p_median(seed)
    told = []

    report = search_answer(problem, EXACT, told.append).report

    sets = itertools.combinations(range(cost.shape[1]), 4)
    assert report.objective_gbp == min(cost[:, chosen].min(axis=1).sum() for chosen in sets)
    assert report.status == "optimal"
    assert sum(words in each for each in told) >= times


@pytest.mark.parametrize("way", LEFT_OPEN)
def test_ctrl_c_keeps_what_is_proved_so_far(way, monkeypatch):
    most, words, times = LEFT_OPEN[way]
    monkeypatch.setattr(facility_search, "RESIDUAL_WAYS", most)
    _, problem = p_median(0)
    best = search_answer(problem, EXACT, lambda _: None).report.objective_gbp

    told = []

    def press(now):
        told.append(now)
        if words in now and sum(words in each for each in told) == times:
            raise KeyboardInterrupt

    report = search_answer(problem, EXACT, press).report

    assert report.stopped_by == "interrupt"
    assert 0.7 * best < report.bound_gbp <= best <= report.objective_gbp


def test_what_multipliers_prove_stands_where_no_time_is_left_for_the_programme(monkeypatch):
    monkeypatch.setattr(facility_search, "RESIDUAL_WAYS", 10**6)
    facility = facility_of(p_median(0)[1])
    hurried = EXACT.model_copy(update={"time_limit_s": 1e-9})

    bounds = list(
        facility_search._search(facility, Service(facility), hurried, lambda _: None, 0.0)
    )

    assert len(bounds) == 2
    assert bounds[1] >= bounds[0] > 0


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(NUMBERS)
def test_a_site_takes_the_clients_that_are_worth_most_by_its_places(number):
    """Whatever the multipliers: the least of a linear programme for each site."""
    facility = facility_of(facility_problem(**drawn(number)))
    multipliers = np.random.default_rng(number).uniform(0, 99, len(facility.demand))

    worths, _ = _site_worths(facility.cost, facility.demand, facility.capacity, multipliers)

    for site, worth in enumerate(worths):
        gain = np.minimum(facility.cost[:, site] - multipliers, 0.0)
        least = linprog(gain, A_ub=[facility.demand], b_ub=[facility.capacity[site]], bounds=(0, 1))
        assert worth == pytest.approx(least.fun)


def test_whoever_is_out_of_reach_of_every_site_is_in_fallback():
    """Nobody reaches the one site: 3 × 20. It was once asked for the second nearest of one."""
    problem = facility_problem([[5.0]], [3.0], fallback=20.0, reach=np.zeros((1, 1), dtype=bool))

    assert optimum(problem) == pytest.approx(60)


def test_nothing_opens_where_that_is_dearer_than_fallback():
    """Opening for 50 saves 3 × 15: once sites to swap were looked for among none."""
    problem = facility_problem([[5.0, 6.0]], [3.0], fixed=[50.0, 60.0], fallback=20.0)

    assert optimum(problem) == pytest.approx(60)


def test_one_site_where_two_would_be_needed_is_no_plan():
    reach = np.eye(2, dtype=bool)

    assert optimum(facility_problem(np.ones((2, 2)), [1.0, 1.0], at_most=1, reach=reach)) is None
    assert optimum(facility_problem(np.ones((2, 2)), [1.0, 1.0], at_most=2, reach=reach)) == 2


def test_many_small_clients_make_room_for_a_large_one():
    """Site A holds eleven: the client of eleven, who reaches no other, or eleven of one.

    These go to B for 1 each: 11. A client left out was once priced at ten times the dearest way,
    so that leaving the large one out seemed cheaper, and no plan was found.
    """
    cost = np.vstack([[0.0, 0.0], np.tile([0.0, 1.0], (11, 1))])
    reach = np.ones((12, 2), dtype=bool)
    reach[0, 1] = False
    demand = [11.0, *[1.0] * 11]

    problem = facility_problem(cost, demand, [11.0, 11.0], reach=reach)

    assert optimum(problem) == pytest.approx(11)


def test_time_that_ran_out_before_any_plan_is_said_so():
    """Three sites may open, of twelve; only three of them together reach everybody."""
    reach = np.zeros((3, 12), dtype=bool)
    reach[[0, 1, 2], [9, 10, 11]] = True
    reach[0, :9] = True
    problem = facility_problem(np.ones((3, 12)), np.ones(3), at_most=3, reach=reach)
    hurried = EXACT.model_copy(update={"time_limit_s": 1e-9})

    with pytest.raises(OutOfTimeError, match="allow more time"):
        search_answer(problem, hurried, lambda _: None)
    assert optimum(problem) == pytest.approx(3)


def test_a_plan_names_whom_each_site_serves():
    """A holds two of three clients: B, dearer, takes the one for whom it costs least more."""
    problem = capacitated([[1.0, 9.0], [1.0, 3.0], [1.0, 8.0]], [1.0] * 3, [2.0, 3.0], [4.0, 5.0])

    answer = search_answer(problem, EXACT, lambda _: None)

    served = {
        (int(problem.link_group[link]), int(problem.link_pool[link])): placed
        for link, placed in zip(answer.arcs.link, answer.placed, strict=True)
    }
    assert served == pytest.approx({(0, 0): 1, (1, 1): 1, (2, 0): 1})
    assert answer.report.objective_gbp == pytest.approx(1 + 3 + 1 + 4 + 5)
    assert answer.built.tolist() == [True, True]
