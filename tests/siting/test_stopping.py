"""Stopped early, a search says so, and what it has proved holds against a longer one."""

import itertools
import os
import signal

import numpy as np
import pytest
from scipy.sparse import csc_array

from benchmarks.regions import with_money
from placement_planner.errors import OutOfTimeError
from placement_planner.pipeline import find_plan
from placement_planner.siting.decompose.bounds import fixed, free
from placement_planner.siting.decompose.master import Master
from placement_planner.siting.highs import LiveModel
from placement_planner.siting.plan import PROVEN
from placement_planner.siting.problem import build_problem
from tests.siting.large import large_region
from tests.siting.roads import ROADS, on_road, report

SLACK = 1 + 1e-6


def hurried(method, choices, seconds):
    return on_road(method, choices).with_choices(solver={"time_limit_s": seconds})


def check_proof(told, best_gbp):
    """The best plan lies between bound and plan; nothing is called optimal that is not proved."""
    assert told.bound_gbp <= best_gbp * SLACK
    assert told.objective_gbp >= best_gbp / SLACK
    assert (told.status == "optimal") == (told.gap <= PROVEN)


@pytest.fixture(scope="module")
def town():
    """Twelve areas, six sites, three years: about a second for the whole model."""
    tables, choices = large_region(2, areas=12, sites=6, years=(2027, 2028, 2029))
    return tables, choices, report(tables, choices).objective_gbp


@pytest.mark.parametrize(
    ("method", "seconds"), [*itertools.product(ROADS, [1e-3, 0.05]), ("decomposed", 60)]
)
def test_what_is_proved_holds_whenever_a_search_is_stopped(method, seconds, town):
    tables, choices, best = town
    try:
        told = report(tables, hurried(method, choices, seconds), method)
    except OutOfTimeError:
        assert (method, seconds < 1) == ("monolithic", True)
        return

    check_proof(told, best)
    if seconds == 1e-3:
        assert (told.status, told.stopped_by) == ("feasible", "time")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_second_proves_no_optimum_of_a_large_region_and_its_bound_holds(seed):
    """480 groups, 24 options at three sizes in six years. The plan of a second passes its audit."""
    tables, choices = large_region(seed)

    told = find_plan(tables, hurried("decomposed", choices, 1)).report
    longer = report(tables, hurried("decomposed", choices, 30), "decomposed")

    assert (told.status, told.stopped_by) == ("feasible", "time")
    assert longer.objective_gbp <= told.objective_gbp * SLACK
    assert told.bound_gbp <= longer.objective_gbp
    assert told.bound_gbp <= longer.bound_gbp * SLACK


@pytest.mark.slow
def test_the_whole_model_of_a_large_region_is_not_optimal_in_a_second_either():
    tables, choices = large_region(1)

    try:
        told = report(tables, hurried("monolithic", choices, 1), "monolithic")
    except OutOfTimeError:
        return
    assert told.status != "optimal"
    assert told.bound_gbp <= told.objective_gbp


PHASES = {
    "decomposed": ("without limits", "relaxation", "first plan", "what was left", "placing"),
    "clustered": ("relaxation", "placing", "children placed in", "children placed; charges"),
}


@pytest.mark.parametrize(
    ("road", "phase"), [(road, phase) for road, phases in PHASES.items() for phase in phases]
)
def test_ctrl_c_in_any_phase_leaves_an_audited_plan_and_a_bound_that_holds(road, phase, town):
    """Pressed once, as the phase is told of."""
    tables, choices, best = town
    told = []

    def press(words):
        told.append(words)
        if words.startswith(phase) and sum(word.startswith(phase) for word in told) == 1:
            raise KeyboardInterrupt

    clusters = 6 if road == "clustered" else 0
    solver = {"method": "decomposed", "clusters": clusters, "relative_gap": 0.0}
    found = find_plan(tables, choices.with_choices(solver=solver), press).report

    assert any(words.startswith(phase) for words in told)
    assert found.stopped_by in {"interrupt", "proof"}
    check_proof(found, best)


@pytest.mark.parametrize(("pressed", "builds"), [(1, True), (2, False)])
def test_a_search_stopped_before_its_first_plan_looks_for_one_but_not_if_pressed_again(
    town, pressed, builds
):
    """Nothing is locked in: pressed twice, nothing is built, and the plan costs what that costs."""
    tables, choices, best = town
    moments = iter(("relaxation", "no plan yet: looking")[:pressed])
    awaited, told = next(moments), []

    def press(words):
        nonlocal awaited
        told.append(words)
        if awaited and words.startswith(awaited):
            awaited = next(moments, None)
            raise KeyboardInterrupt

    solver = {"method": "decomposed", "clusters": 0, "relative_gap": 0.0}
    plan = find_plan(tables, choices.with_choices(solver=solver), press)

    nothing = report(with_money(tables, 0.0), choices).objective_gbp
    assert awaited is None
    assert plan.report.stopped_by == "interrupt"
    assert (len(plan.builds) > 0) == builds
    assert (plan.report.objective_gbp < nothing / SLACK) == builds
    assert any(words.startswith("no plan in time") for words in told) != builds
    check_proof(plan.report, best)


@pytest.fixture
def ctrl_c_after():
    """Give a function that has Ctrl-C pressed after some seconds; 0 for not at all.

    Where tests run in the background, Ctrl-C is ignored: here it is not.
    """
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    kept = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, kept)
    signal.signal(signal.SIGINT, heard)


def covering(rows, columns):
    """Return a live model that covers every row three times, and the cost of its columns."""
    rng = np.random.default_rng(1)
    live = LiveModel(np.full(rows, 3.0), np.full(rows, np.inf))
    covers = csc_array((rng.random((rows, columns)) < 0.1).astype(float))
    cost = rng.uniform(1, 2, columns)
    live.add_columns(cost, np.zeros(columns), np.full(columns, np.inf), covers)
    return live, cost


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not sent so on Windows")
def test_ctrl_c_at_any_moment_of_a_solve_leaves_the_model_as_it_stood(ctrl_c_after):
    """Covering at least cost, as the solver starts, runs and ends: once every three microseconds.

    Solved in a thread of the solver's own, a model was still at work, or locked, where Ctrl-C came
    as it started: it then had no answer, or none ever came.
    """
    live, cost = covering(rows=60, columns=200)
    rng, every = np.random.default_rng(1), np.arange(len(cost))
    live.solve(60)
    least, stopped = live.value, 0

    for moment in range(500):
        try:
            live.set_costs(every, cost * rng.uniform(0.5, 1.5, len(cost)))
            ctrl_c_after(3e-6 * (moment + 1))
            live.solve(60)
            ctrl_c_after(0)
        except KeyboardInterrupt:
            stopped += 1
        live.set_costs(every, cost)
        assert live.solve(60) == "optimal"
        assert live.value == pytest.approx(least, rel=1e-9)

    assert stopped > 0


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not sent so on Windows")
@pytest.mark.parametrize("method", ["dual", "primal", "ipm"])
def test_ctrl_c_stops_one_solve_and_not_the_next(ctrl_c_after, method):
    """In the midst of a solve of a tenth of a second: the next ends by itself.

    Once the solver remembered that it was to stop, and a plan was said to cost £inf.
    """
    live, _ = covering(rows=400, columns=1500)
    ctrl_c_after(0.02)

    with pytest.raises(KeyboardInterrupt):
        live.solve(60, method)

    assert live.solve(60, method) == "optimal"


def pressed_after(change):
    """Return a change of a model after which Ctrl-C is pressed."""

    def do(*args):
        change(*args)
        signal.raise_signal(signal.SIGINT)

    return do


def with_all_openings(master):
    """Return the value of a relaxation over its arcs and every row of openings that it breaks."""
    assert master.solve(60) == "optimal"
    while master.add_broken_openings():
        assert master.solve(60) == "optimal"
    return master.value


@pytest.fixture
def with_ctrl_c(monkeypatch):
    """Give a function that does something, stopped after every change of the model."""

    def do(work, *args):
        with monkeypatch.context() as patched:
            for name in ("set_bounds", "set_costs", "set_row_bounds", "add_columns", "add_rows"):
                patched.setattr(LiveModel, name, pressed_after(getattr(LiveModel, name)))
            with pytest.raises(KeyboardInterrupt):
                work(*args)

    return do


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is not sent so on Windows")
@pytest.mark.usefixtures("ctrl_c_after")
def test_ctrl_c_does_not_come_between_a_model_and_what_is_known_of_it(town, with_ctrl_c):
    """Stopped in the middle of each change, a model is what it is thought to be.

    Once decisions were free that were thought shut, and the plan broke its own rules.
    """
    tables, choices, _ = town
    problem = build_problem(tables, choices)
    poorer = build_problem(with_money(tables, 0.5), choices)
    link, entry = np.meshgrid(np.arange(len(problem.links)), np.arange(len(problem.years)))
    master, count = Master(problem), len(problem.decisions)

    with_ctrl_c(master.add_arcs, link.ravel(), entry.ravel())
    assert master.live.columns == len(master.layout.static.cost) + len(master.link)
    assert len(master.link) == link.size

    master.limit_decisions(fixed(np.zeros(count, dtype=bool)))
    with_ctrl_c(master.limit_decisions, free(count))
    assert master.solve(60) == "optimal"
    assert master.built().any()
    with_ctrl_c(master.add_broken_openings)
    assert master.live.rows == len(master.layout.lower) + len(master.openings)
    assert len(master.openings) > 0
    with_ctrl_c(master.change_to, poorer)
    assert master.problem is poorer
    anew = Master(poorer)
    anew.add_arcs(link.ravel(), entry.ravel())
    assert with_all_openings(master) == pytest.approx(with_all_openings(anew), rel=1e-9)

    with_ctrl_c(master.limit_decisions, fixed(np.zeros(count, dtype=bool)))
    assert master.solve(60) == "optimal"
    assert not master.built().any()
