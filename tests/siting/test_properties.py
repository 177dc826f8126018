"""What must hold of every region: more never hurts, more need never helps, scale does not matter.

Regions are those of `chance`, by number, without viable fill where it would make the difference: a
child, a pound or an option more can then only widen what may be done, or add to what must be.
"""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from placement_planner.pipeline.planning import without_options
from tests.siting.cases import option
from tests.siting.chance import chance_region
from tests.siting.changes import as_in_the_first_year, dearer, twice, with_room
from tests.siting.properties import numbers
from tests.siting.regions import ASD, choices, region
from tests.siting.roads import answer, least_cost, report

NEAR = {"rel": 1e-6, "abs": 0.01}
CHILDREN = ("A", ASD, "primary")


@cache
def easy(number):
    """Return a region without viable fill or locks, its least cost, and chance to change it by."""
    tables, chosen = chance_region(number, fill=False)
    tables = replace(tables, options=tables.options.assign(locked_in=False))
    return tables, chosen, least_cost(tables, chosen), random.Random(number)  # noqa: S311


def no_more(cost, than):
    return cost <= than + max(1e-6 * abs(than), 0.01)


@numbers(5, 40)
def test_a_pound_more_never_hurts(number):
    tables, chosen, before, chance = easy(number)
    more = tables.pot_funding.copy()
    more.loc[chance.randrange(len(more)), "gbp"] += chance.choice([1.0, 1e4, 1e6])

    assert no_more(least_cost(replace(tables, pot_funding=more), chosen), before)


@numbers(5, 40)
def test_an_option_more_never_hurts(number):
    tables, chosen, after, chance = easy(number)
    fewer = tables.options.drop(index=chance.randrange(len(tables.options)))

    assert no_more(after, least_cost(replace(tables, options=fewer), chosen))


@numbers(5, 40)
def test_a_child_more_never_helps(number):
    """Journeys are not limited: a child who comes up may go where none may come straight."""
    tables, chosen, *_, chance = easy(number)
    wide = chosen.with_choices(
        travel={"hard_minutes_primary": 300.0, "hard_minutes_secondary": 300.0}
    )
    more = tables.need.copy()
    more.loc[chance.randrange(len(more)), "children"] += chance.choice([0.5, 1.0, 3.0])
    before, after = (
        least_cost(with_room(replace(tables, need=need), wide.horizon.years), wide)
        for need in (tables.need, more)
    )

    assert no_more(before, after)


def test_a_child_more_helps_where_a_build_must_be_filled():
    """The counter-example: O's ten places must be half full, £50,500 a year with the building.

    Four children may not open it: 4 × 40,000. Five may: 5 × 10,500 + 50,500 = £103,000.
    """
    build = option("O", "S", minimum_fill=0.5)
    costs = [
        least_cost(region({CHILDREN: [children]}, years=(2027,), options=[build]), choices((2027,)))
        for children in (4, 5)
    ]

    assert costs == pytest.approx([160_000, 103_000])


def test_an_option_more_hurts_where_it_must_be_built_and_filled():
    """Ten of one area, ten places each in O and P, both locked in and both to be filled: no plan.

    With O alone there is one: what is locked in is a rule, not an offer.
    """
    build = {"minimum_fill": 1.0, "locked_in": True}
    both = [option("O", "S", **build), option("P", "T", **build)]
    tables = region({CHILDREN: [10]}, years=(2027,), options=both)
    alone = replace(tables, options=tables.options.iloc[:1])

    assert least_cost(alone, choices((2027,))) == pytest.approx(10 * 10_500 + 50_500)
    assert least_cost(tables, choices((2027,))) == np.inf


@numbers(4, 30)
def test_building_never_costs_more_than_building_nothing(number):
    tables, chosen, after, _ = easy(number)

    assert no_more(after, least_cost(without_options(tables), chosen))


@numbers(4, 30)
def test_with_nothing_to_build_both_roads_find_the_optimum(number):
    tables, chosen = chance_region(number)
    nothing = without_options(tables)

    priced = report(nothing, chosen, "decomposed")

    assert priced.status == "optimal"
    assert priced.objective_gbp == pytest.approx(least_cost(nothing, chosen), **NEAR)


@numbers(4, 30)
def test_every_price_times_three_is_the_cost_times_three(number):
    tables, chosen = chance_region(number)

    assert least_cost(*dearer(tables, chosen, 3.0)) == pytest.approx(
        3 * least_cost(tables, chosen), **NEAR
    )


@pytest.mark.parametrize("count", [2, 5])
@numbers(3, 16)
def test_as_many_equal_years_at_that_part_of_the_cost_are_one_year(number, count):
    """Nothing is discounted, and whatever opens is open from the first year on."""
    tables, chosen = chance_region(number)
    first = chosen.horizon.years[0]
    once, again = (
        chosen.with_choices(horizon={"years": tuple(range(first, first + years)),
                                     "discount_rate": 0.0, "last_period_years": 1})
        for years in (1, count)
    )  # fmt: skip
    one_year = as_in_the_first_year(tables, once, once.horizon.years)
    many_years = as_in_the_first_year(tables, again, again.horizon.years)

    assert least_cost(*dearer(many_years, again, 1 / count)) == pytest.approx(
        least_cost(one_year, once), **NEAR
    )


@numbers(3, 16)
def test_a_region_and_its_copy_cost_twice_as_much(number):
    tables, chosen = chance_region(number)
    own = chosen.with_choices(siting={"money": "own"})

    assert least_cost(twice(tables), own) == pytest.approx(2 * least_cost(tables, own), **NEAR)


@numbers(4, 30)
def test_fewer_places_are_opened_where_an_open_place_costs_more(number):
    """Of two optima each is no dearer than the other at its own price; so sizes fall with price."""
    tables, chosen = chance_region(number)
    opened = []
    for more in (0.0, 3_000.0, 20_000.0):
        costs = tables.place_costs
        dear = costs.assign(place_funding_gbp=costs["place_funding_gbp"] + more)
        found = answer(replace(tables, place_costs=dear), chosen)
        opened.append(0.0 if found is None else places_open(*found))

    assert opened[0] >= opened[1] - 1e-6
    assert opened[1] >= opened[2] - 1e-6


def places_open(problem, found):
    """Return places open in builds, years weighed as in the objective."""
    opens = problem.opens[found.built[problem.opens["decision"]]]
    return float((opens["places"] * problem.weights[opens["year"]]).sum())


def test_nobody_in_reach_of_any_place_is_no_fault_of_the_second_road():
    """No arc and nothing to build: an empty model, whose cost once came out as infinite."""
    tables = region({CHILDREN: [3]}, {"p": ("S", ASD, "primary", [5])}, years=(2027,),
                    drives={("A", "S"): None})  # fmt: skip

    priced = report(tables, choices((2027,)), "decomposed")

    assert priced.status == "optimal"
    assert priced.objective_gbp == pytest.approx(3 * 40_000)


BREAK_EVEN = 245_000
"""£ a year that ten places may cost to build: they save 10 × 29,500 and cost 10 × 5,000 to run."""


@pytest.mark.parametrize(
    "years", [(2027,), (2027, 2028, 2030, 2034), tuple(range(2027, 2037))], ids=len
)
@pytest.mark.parametrize(("life", "rate"), [(10, 0.0), (60, 0.035)])
def test_a_longer_horizon_flips_no_build(years, life, rate):
    """Ten children a year. A year of a building that lasts 60 costs what it costs in each year.

    Its equivalent annual cost a pound below the break-even is built for whatever horizon, a pound
    above it for none.
    """
    annuity = rate / (1 - (1 + rate) ** -life) if rate else 1 / life
    built = []
    for yearly in (BREAK_EVEN - 1, BREAK_EVEN + 1):
        build = option("O", "S", fixed_capital_gbp=yearly / annuity, capital_per_place_gbp=0.0,
                       asset_life_years=life, latest_start=2026)  # fmt: skip
        tables = region({CHILDREN: [10] * len(years)}, years=years, options=[build])
        horizon = {"discount_rate": rate, "last_period_years": 3}
        problem, found = answer(tables, choices(years, horizon=horizon))
        built.append(problem.decisions["option_id"][found.built].tolist())

    assert built == [["O"], []]
