"""Where children are without a suitable local place, by hand; what a place replaces."""

import numpy as np
import pytest

from placement_planner.pipeline import without_options
from placement_planner.siting.authorities import effects_by_authority
from placement_planner.siting.displacement import break_even, savings_by_displacement
from placement_planner.siting.routes import NOWHERE
from placement_planner.tables.fallback import with_displacement
from tests.siting.cases import option
from tests.siting.regions import (
    ASD,
    SEMH,
    choices,
    in_fallback,
    placed_in,
    plan_for,
    pot,
    region,
)

ONE = (2027,)
CHILDREN, OTHERS = ("A", ASD, "primary"), ("B", ASD, "primary")
WHO = ("L", ASD, "primary")
SCARCE = {WHO: [("independent_day", 0.75, 48_000.0, 3), ("mainstream", 0.25, 16_000.0, None)]}
both_roads = pytest.mark.parametrize("arcs_at_once", [50_000, 0], ids=["whole", "decomposed"])


@both_roads
def test_those_whom_a_full_route_cannot_take_have_no_placement(arcs_at_once):
    """Ten: 7.5 for the independent route, which takes 3; 4.5 at £5,000 above its price; 2.5.

    3 × 48,000 + 4.5 × 53,000 + 2.5 × 16,000 = £422,500.
    """
    tables = region({CHILDREN: [10]}, years=ONE, routes=SCARCE)

    plan = plan_for(tables, choices(ONE, arcs_at_once=arcs_at_once))

    assert plan.fallback.set_index("route")["children"].to_dict() == pytest.approx(
        {"independent_day": 3, NOWHERE: 4.5, "mainstream": 2.5}
    )
    assert plan.report.objective_gbp == pytest.approx(422_500)


@both_roads
def test_a_full_route_takes_no_more_though_the_rest_costs_the_same(arcs_at_once):
    """With £0 above the dearest route nobody is told to be nowhere who has a placement.

    10 × 40,000 as ever; the solver once made up more who had none than there were.
    """
    tables = region({CHILDREN: [10]}, years=ONE, routes=SCARCE)
    chosen = choices(ONE, siting={"nowhere_gbp": 0.0}, arcs_at_once=arcs_at_once)

    plan = plan_for(tables, chosen)

    assert in_fallback(plan, route=NOWHERE) == pytest.approx(4.5)
    assert plan.report.objective_gbp == pytest.approx(400_000)


def test_areas_of_an_authority_share_the_limit_as_their_children_are():
    """Six and four, 7.5 for a route that takes 3: 60 and 40 % of the 4.5 who have none."""
    tables = region({CHILDREN: [6], OTHERS: [4]}, years=ONE, routes=SCARCE)

    plan = plan_for(tables, choices(ONE))

    assert in_fallback(plan, route=NOWHERE, area_code="A") == pytest.approx(2.7)
    assert in_fallback(plan, route=NOWHERE, area_code="B") == pytest.approx(1.8)


def test_each_authority_has_a_limit_of_its_own():
    tables = region(
        {CHILDREN: [4], OTHERS: [4]}, years=ONE, homes={"A": "L", "B": "M"}, routes=SCARCE
    )

    assert in_fallback(plan_for(tables, choices(ONE)), route=NOWHERE) == 0


def test_a_place_is_worth_more_where_the_routes_are_full():
    """A place at 330 km costs £43,000: more than the £40,000 of the routes, less than the £43,750
    of a child whom the full one cannot take: 0.75 × 53,000 + 0.25 × 16,000.

    Ten children, 3 / 0.75 = 4 for the routes: six are placed.
    """
    tables = region(
        {CHILDREN: [10]},
        {"p": ("S", ASD, "primary", [20])},
        years=ONE,
        drives={("A", "S"): (5, 330)},
        routes=SCARCE,
    )

    assert placed_in(plan_for(tables, choices(ONE))) == pytest.approx(6)


def test_independent_routes_have_the_stated_share():
    """Of 0.75 independent and 0.25 other: 0.6 and 0.4; the mean is 0.6 × 48,000 + 0.4 × 16,000."""
    tables = region({CHILDREN: [1]}, years=ONE)

    told = with_displacement(tables.fallback, 0.6)

    mine = told[told["phase"] == "primary"]
    assert mine["share"].tolist() == pytest.approx([0.6, 0.4])
    assert (mine["share"] * mine["cost_gbp"]).sum() == pytest.approx(35_200)


def test_routes_without_an_independent_one_are_left_alone():
    routes = {WHO: [("mainstream", 0.7, 16_000.0, None), ("waiting", 0.3, 2_000.0, None)]}
    tables = region({CHILDREN: [1]}, years=ONE, routes=routes)

    told = with_displacement(tables.fallback, 0.6)

    assert told.loc[told["phase"] == "primary", "share"].tolist() == [0.7, 0.3]


def test_shares_among_independent_routes_stay_as_they_are_to_each_other():
    routes = {
        WHO: [("independent_day", 0.2, 48_000.0, None), ("independent_weekly", 0.1, 90_000.0, None),
              ("mainstream", 0.7, 16_000.0, None)]
    }  # fmt: skip
    tables = region({CHILDREN: [1]}, years=ONE, routes=routes)

    told = with_displacement(tables.fallback, 0.6)

    assert told.loc[told["phase"] == "primary", "share"].tolist() == pytest.approx([0.4, 0.2, 0.4])


@pytest.fixture(scope="module")
def ten_places():
    """Ten places for ten children for two years: tables, the do-nothing and the plan.

    The plan costs 10 × 10,500 + 10 × 5,000 + 10 × 1,000 / 20 = £155,500 a year; the do-nothing
    £400,000 at the routes' own shares.
    """
    tables = region({CHILDREN: [10, 10]}, options=[option("O", "S", locked_in=True,
                                                          latest_start=2026)])  # fmt: skip
    chosen = choices()
    return plan_for(without_options(tables), chosen), plan_for(tables, chosen), tables, chosen


def test_what_building_saves_at_other_displacements(ten_places):
    """A child without a place costs 16,000 + share × 32,000; twenty child-years are placed.

    At 75 % (the routes' own): 2 × (400,000 − 155,500) = £489,000. At 30 %: 20 × 25,600 − 311,000
    = £201,000; at 60 %: £393,000; at 100 %: £649,000.
    """
    told = savings_by_displacement(*ten_places)

    assert np.isnan(told["share"].iloc[0])
    assert told["share"].tolist()[1:] == [0.3, 0.6, 1.0]
    assert told["benefit_gbp"].tolist() == pytest.approx([489_000, 201_000, 393_000, 649_000])


def test_the_share_at_which_building_breaks_even(ten_places):
    """20 × (16,000 + share × 32,000) = 311,000 at a share of −0.0140625: it always pays here."""
    told = savings_by_displacement(*ten_places)

    assert break_even(told) == pytest.approx(-0.014063, abs=1e-6)


def test_later_years_weigh_less_in_what_building_saves(ten_places):
    """At 10 % a year, from 75 to 100 %: 10 × 8,000 × (1 + 1 / 1.1) more."""
    do_nothing, plan, tables, _ = ten_places
    told = savings_by_displacement(
        do_nothing, plan, tables, choices(horizon={"discount_rate": 0.1})
    )

    gain = told["benefit_gbp"].iloc[3] - told["benefit_gbp"].iloc[0]
    assert gain == pytest.approx(80_000 * (1 + 1 / 1.1))


def test_who_gains_and_who_pays_for_whom():
    """M's pot builds ten places for £10,000 at S in L: L's six children and M's four come.

    L's children save 6 × 29,500, M's 4 × 29,500; L uses £6,000 of what M paid, and M £4,000: £6,000
    pass from M to L.
    """
    tables = region(
        {CHILDREN: [6], OTHERS: [4]},
        years=ONE,
        homes={"A": "L", "B": "M"},
        options=[option("O", "S", serves="M")],
        pots=[pot(owner="M")],
    )
    chosen = choices(ONE)

    told = effects_by_authority(
        plan_for(without_options(tables), chosen), plan_for(tables, chosen), tables, chosen
    ).set_index("authority_code")

    expected = {
        "children_in_need": [6, 4],
        "fallback_do_nothing": [6, 4],
        "fallback_plan": [0, 0],
        "saved_gbp": [177_000, 118_000],
        "paid_gbp": [0, 10_000],
        "used_gbp": [6_000, 4_000],
        "transfer_gbp": [6_000, -6_000],
    }
    assert {name: told[name].tolist() for name in expected} == {
        name: pytest.approx(values) for name, values in expected.items()
    }


def test_the_region_s_pots_have_a_row_of_their_own():
    tables = region({("A", SEMH, "primary"): [5]}, years=ONE,
                    options=[option("O", "S", designation=SEMH)])  # fmt: skip
    chosen = choices(ONE)

    told = effects_by_authority(
        plan_for(without_options(tables), chosen), plan_for(tables, chosen), tables, chosen
    ).set_index("authority_code")

    assert told["paid_gbp"].to_dict() == {"L": 0, "REGION": pytest.approx(10_000)}
    assert told["transfer_gbp"].sum() == pytest.approx(0)
