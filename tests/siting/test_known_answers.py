"""The optimum of small regions, by hand."""

import pytest

from placement_planner.errors import SolveError
from placement_planner.pipeline import find_plan
from tests.siting.brute import best_by_trying_all
from tests.siting.cases import (
    FALLBACK,
    PER_KM,
    TOP_UP,
    make_tables,
    option,
    scenario,
)


def test_children_go_to_the_nearest_place_and_the_rest_to_fallback():
    """Ten places at 5 km, twelve children: 10 × (10,000 + 500) + 2 × 40,000 = 185,000."""
    tables = make_tables([12], [10], [[5]], [], years=(2027,))

    plan = find_plan(tables, scenario((2027,)))

    assert plan.report.objective_gbp == pytest.approx(10 * (TOP_UP + 5 * PER_KM) + 2 * FALLBACK)
    assert plan.report.status == "optimal"
    assert plan.fallback.set_index("route")["children"].to_dict() == pytest.approx(
        {"independent_day": 1.5, "mainstream_without_base": 0.5}
    )


def test_a_school_opens_only_after_its_lead_years():
    """Work from 2027 with two years' lead opens in 2029: nobody is placed before."""
    tables = make_tables(
        [10],
        [0],
        [[5]],
        [option("O", "S0", lead_years=2, earliest_start=2027)],
        years=(2027, 2028, 2029),
    )

    plan = find_plan(tables, scenario((2027, 2028, 2029)))

    assert plan.builds[["start_year", "opening_year"]].to_numpy().tolist() == [[2027, 2029]]
    assert set(plan.placements["academic_year"]) == {2029}


def test_cash_is_spread_over_the_lead_years_and_kept_within_the_pot():
    """£10,000 over two years needs £5,000 by the end of the first: a pot of £4,999 stops it."""
    build = option("O", "S0", lead_years=2, earliest_start=2026, latest_start=2026)
    enough, short = (
        make_tables([10], [0], [[5]], [build], funds={2026: gbp, 2027: 9000}, years=(2028,))
        for gbp in (5000, 4999)
    )

    assert len(find_plan(enough, scenario((2028,))).builds) == 1
    assert find_plan(short, scenario((2028,))).builds.empty


def test_money_that_arrives_after_a_pot_expires_cannot_be_spent():
    pot = {
        "pot_id": "P",
        "pot_name": "Pot",
        "owner": "L",
        "eligible_authorities": "*",
        "eligible_actions": "*",
        "payer": "capital_grant",
        "starts": 2020,
        "expires": 2026,
        "source": "test",
        "basis": "invented",
    }
    build = option("O", "S0", lead_years=1)
    tables = make_tables([10], [0], [[5]], [build], years=(2027, 2028), pots=[pot])

    plan = find_plan(tables, scenario())

    assert plan.builds["start_year"].tolist() == [2026]


def test_the_hard_journey_limit_is_inclusive():
    at_limit, beyond = (make_tables([1], [1], [[km]], [], years=(2027,)) for km in (60, 60.1))

    assert find_plan(at_limit, scenario((2027,))).fallback.empty
    assert find_plan(beyond, scenario((2027,))).placements.empty


def test_an_option_locked_in_that_cannot_open_is_said_in_words():
    tables = make_tables(
        [1], [1], [[5]], [option("O", "S0", locked_in=True, lead_years=9)], years=(2027,)
    )

    with pytest.raises(SolveError, match="locked in cannot open in a planned year, for example O"):
        find_plan(tables, scenario((2027,)))


@pytest.mark.parametrize("arcs_at_once", [0, 50_000])
def test_a_locked_build_starts_when_it_costs_least(arcs_at_once):
    """Its places are not needed, so it opens as late as it may; a start on offer once came back."""
    build = option("O0", "S0", sizes="5", capital_per_place_gbp=1000.0, locked_in=True)
    tables = make_tables([5], [2, 4], [[1, 2]], [build], years=(2027, 2028, 2030))
    choices = scenario((2027, 2028, 2030)).with_choices(solver={"arcs_at_once": arcs_at_once})

    plan = find_plan(tables, choices)

    assert plan.builds["opening_year"].tolist() == [2030]
    assert plan.report.objective_gbp == pytest.approx(best_by_trying_all(tables, choices), abs=1)


def test_a_locked_build_is_filled_though_six_places_are_nearer():
    """Ten children, 20 places at each of six sites; O at a seventh must hold 5 of its 10.

    The relaxation of a large problem starts with the six nearest sites, which leave O empty.
    """
    build = option("O", "S6", minimum_fill=0.5, locked_in=True)
    places = [20] * 6 + [0]
    tables = make_tables([10], places, [[1, 2, 3, 4, 5, 6, 20]], [build], years=(2027,))
    choices = scenario((2027,)).with_choices(solver={"arcs_at_once": 0})

    plan = find_plan(tables, choices)

    in_build = plan.placements["site_id"] == "S6"
    assert plan.placements.loc[in_build, "children"].sum() == pytest.approx(5)
    assert plan.report.objective_gbp == pytest.approx(best_by_trying_all(tables, choices), abs=1)


def test_a_study_with_nobody_to_place_is_said_in_words():
    with pytest.raises(SolveError, match="nobody to place"):
        find_plan(make_tables([0], [1], [[5]], [], years=(2027,)), scenario((2027,)))
