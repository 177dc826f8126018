"""What-if: a search that goes on from the last one comes to what a new one comes to."""

from dataclasses import replace

import pytest

from benchmarks.regions import with_lock, with_money
from placement_planner.siting.problem import build_problem
from placement_planner.siting.search import LiveSiting
from tests.siting.chance import chance_region
from tests.siting.large import large_region
from tests.siting.properties import numbers
from tests.siting.roads import none_if_impossible, on_road, report

NEAR = {"rel": 1e-6, "abs": 1.0}


def locked_out(tables, choices):
    """No option that is not locked in may be built, but the last."""
    options = tables.options
    out = ~options["locked_in"] & (options.index < options.index.max())
    return replace(tables, options=options.assign(locked_out=options["locked_out"] | out)), choices


def dearer_fallback(tables, choices):
    table = tables.fallback
    return replace(tables, fallback=table.assign(cost_gbp=1.2 * table["cost_gbp"])), choices


def nearer(tables, choices):
    """Nobody may ride for longer than half of the time allowed."""
    travel = tables.travel
    return replace(tables, travel=travel[travel["minutes"] <= travel["minutes"].median()]), choices


def same(tables, choices):
    return tables, choices


CHANGES = (
    same,
    lambda tables, choices: (with_money(tables, 0.5), choices),
    lambda tables, choices: (with_money(tables, 1.1), choices),
    lambda tables, choices: (with_lock(tables), choices),
    locked_out,
    dearer_fallback,
    nearer,
    same,
)


def found(live, tables, choices, words):
    """Return what a live search comes to; None where nothing keeps every rule."""

    def search():
        problem = build_problem(tables, choices, live.decided)
        return live.answer(problem, on_road("decomposed", choices).solver, words.append).report

    return none_if_impossible(search)


def check_changes(region, *, goes_on):
    """Each change, one after another on one live search, against the whole model solved anew.

    goes_on: that the last search could be gone on from.
    """
    live = LiveSiting()
    for change in CHANGES:
        tables, choices = change(*region)
        words = []
        told = found(live, tables, choices, words)
        anew = report(tables, choices)
        assert (told is None) == (anew is None)
        if told is not None:
            assert told.status == "optimal"
            assert told.objective_gbp == pytest.approx(anew.objective_gbp, **NEAR)
            assert told.bound_gbp <= anew.objective_gbp * (1 + 1e-6) + 1
        if goes_on and change is not CHANGES[0]:
            assert "going on from the last search" in words[0]


@numbers(1, 20)
def test_going_on_finds_the_optimum_of_a_new_search(number):
    check_changes(chance_region(number), goes_on=False)


@pytest.mark.slow
def test_a_town_goes_on_through_every_change():
    check_changes(large_region(2, areas=12, sites=6, years=(2027, 2028)), goes_on=True)


def test_another_need_is_searched_anew():
    """Who is to be placed may not change under a live search: it starts again, and says so."""
    tables, choices = large_region(2, areas=12, sites=6, years=(2027, 2028))
    live, words = LiveSiting(), []
    found(live, tables, choices, [])
    more = replace(tables, need=tables.need.assign(children=2 * tables.need["children"]))

    told = found(live, more, choices, words)

    assert "generated as they matter" in words[0]
    assert told.objective_gbp == pytest.approx(report(more, choices).objective_gbp, **NEAR)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_last_plan_and_charges_do_where_they_are_within_the_gap(factor):
    """Nothing is relaxed again; the bound lies below the optimum, the plan within the gap of it."""
    region = large_region(2, areas=12, sites=6, years=(2027, 2028))
    live, words, gap = LiveSiting(), [], 0.1
    choices = region[1].with_choices(solver={"relative_gap": gap})
    tables = with_money(region[0], factor)
    found(live, region[0], choices, [])

    told = found(live, tables, choices, words)

    assert any(each.startswith("as before") for each in words)
    assert not any(each.startswith("relaxation") for each in words)
    best = report(tables, choices.with_choices(solver={"relative_gap": 0.0})).objective_gbp
    assert told.bound_gbp <= best * (1 + 1e-6)
    assert best / (1 + 1e-6) <= told.objective_gbp <= best / (1 - gap)
