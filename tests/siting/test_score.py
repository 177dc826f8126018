"""Any plan by the optimiser's ruler: its own, one drawn by chance, one that a person has typed."""

import random
from functools import cache

import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.pipeline import find_plan
from placement_planner.pipeline.scoring import plan_of_builds
from placement_planner.siting.audit import audit_plan, objective_of
from tests.siting.brute_children import Placement
from tests.siting.brute_world import World
from tests.siting.cases import option
from tests.siting.chance import chance_region
from tests.siting.properties import numbers
from tests.siting.regions import ASD, choices, placed_in, pot, region
from tests.siting.roads import none_if_impossible

CHILDREN = ("A", ASD, "primary")
NEAR = {"rel": 1e-6, "abs": 0.01}


def typed(*rows):
    """Return a table of builds as a person has typed it: text alone."""
    return pd.DataFrame(rows, columns=["option_id", "places", "start_year"], dtype="str")


@numbers(3, 30)
def test_the_best_plan_measured_again_costs_what_the_optimiser_says(number):
    """Whole, and as builds alone, for which children are placed again."""
    tables, chosen = chance_region(number)
    plan = none_if_impossible(lambda: find_plan(tables, chosen))
    if plan is None:
        return
    rows = plan.builds[["option_id", "places", "start_year"]].astype("str")

    again = plan_of_builds(rows, tables, chosen)

    assert objective_of(plan, tables, chosen) == pytest.approx(plan.report.objective_gbp, **NEAR)
    assert again.report.objective_gbp == pytest.approx(plan.report.objective_gbp, **NEAR)
    assert audit_plan(again, tables, chosen) == []
    assert again.report.status == "feasible"


@cache
def random_plan(number):
    """Return a region and builds that a person might wish for, whatever rules they break."""
    tables, chosen = chance_region(number)
    chance = random.Random(number)  # noqa: S311
    world = World(tables, chosen)
    ways = [[way for way in world.ways(row) if way] for row in world.options]
    builds = [chance.choice(each) for each in ways if each and chance.random() < 0.7]
    return tables, chosen, world, builds


@numbers(4, 40)
def test_a_plan_drawn_by_chance_costs_what_its_children_cost_and_its_faults_are_told(number):
    """The audit is silent if, and only if, trying everything would have let the builds stand."""
    tables, chosen, world, builds = random_plan(number)
    must = {row.option_id for row in world.options if row.locked_in and not row.locked_out}
    filled = Placement(world, builds).cost()
    may_stand = (
        world.may_stand_together(builds)
        and world.can_be_paid(builds)
        and must <= {build.option.option_id for build in builds}
        and filled is not None
    )
    rows = [(build.option.option_id, str(build.size), str(build.start)) for build in builds]

    plan = plan_of_builds(typed(*rows), tables, chosen)

    broken = audit_plan(plan, tables, chosen)
    assert (broken == []) == may_stand, broken
    if filled is not None:
        assert plan.report.objective_gbp == pytest.approx(filled, **NEAR)


def ten_children(**changes):
    build = option("O", "S", sizes="5;10", minimum_fill=0.5, **changes)
    return region({CHILDREN: [10, 10]}, options=[build], pots=[pot()], funds={("P", 2026): 10_000})


def test_a_plan_typed_by_hand_is_measured():
    """Five places from 2027: 2 × (5 × 10,500 + 5 × 40,000 + 5 × 5,000 + 5 × 1,000 / 20)."""
    tables = ten_children()

    plan = plan_of_builds(typed(("O", "5", "2026")), tables, choices())

    assert audit_plan(plan, tables, choices()) == []
    assert plan.report.objective_gbp == pytest.approx(2 * (52_500 + 200_000 + 25_000 + 250))
    assert plan.spend[["pot_id", "academic_year", "gbp"]].to_numpy().tolist() == [
        ["P", 2026, 5_000.0]
    ]


def test_pots_pay_together_for_a_typed_build():
    """£5,000 for five places: P has £3,000 of it in 2026, and Q the other £2,000."""
    build = option("O", "S", sizes="5", pots="P;Q")
    tables = region({CHILDREN: [10, 10]}, options=[build], pots=[pot(), pot("Q")],
                    funds={("P", 2026): 3_000, ("Q", 2026): 2_000})  # fmt: skip

    plan = plan_of_builds(typed(("O", "5", "2026")), tables, choices())

    assert audit_plan(plan, tables, choices()) == []
    paid = plan.spend.set_index("pot_id")["gbp"].to_dict()
    assert paid == pytest.approx({"P": 3_000, "Q": 2_000})


def test_what_nobody_may_build_is_measured_all_the_same_and_told():
    """Seven places are no size of O, 2025 is before its first year, and £7,000 arrive in 2026.

    It costs as if it might: opened in 2026 it is there in both years.
    """
    tables = ten_children()

    plan = plan_of_builds(typed(("O", "7", "2025")), tables, choices())

    told = " ".join(audit_plan(plan, tables, choices()))
    for rule in ("size not allowed: O", "start outside its years: O", "pot overspent: P by £7,000",
                 "opens outside the horizon: O"):  # fmt: skip
        assert rule in told
    assert plan.report.objective_gbp == pytest.approx(2 * (73_500 + 120_000 + 35_000 + 350))


def test_a_build_that_cannot_be_filled_is_measured_and_told():
    """Two children for ten places, of which half must be filled."""
    tables = region({CHILDREN: [2]}, years=(2027,), options=[option("O", "S", minimum_fill=0.5)])

    plan = plan_of_builds(typed(("O", "10", "2026")), tables, choices((2027,)))

    broken = audit_plan(plan, tables, choices((2027,)))
    assert [rule.split(":")[0] for rule in broken] == ["filled below the viable minimum"]
    assert plan.report.objective_gbp == pytest.approx(2 * 10_500 + 50_000 + 500)


def test_a_build_that_must_be_filled_is_filled_from_nearer_places():
    """Six at p, next door: three of them go to O, 20 km away, to fill half of its six places."""
    build = option("O", "S1", sizes="6", minimum_fill=0.5)
    tables = region({CHILDREN: [6]}, {"p": ("S0", ASD, "primary", [6])}, years=(2027,),
                    options=[build], drives={("A", "S1"): 20})  # fmt: skip

    plan = plan_of_builds(typed(("O", "6", "2026")), tables, choices((2027,)))

    assert placed_in(plan, site_id="S1") == pytest.approx(3)
    assert audit_plan(plan, tables, choices((2027,))) == []


def test_nothing_built_may_be_measured_too():
    plan = plan_of_builds(typed(), ten_children(), choices())

    assert plan.report.objective_gbp == pytest.approx(20 * 40_000)


def test_every_fault_of_a_typed_table_is_told_at_once():
    rows = typed(
        ("O", "5", "2026"), ("O", "five", "2026"), ("X", "5", "soon"), ("O", "0.5", "2026")
    )

    with pytest.raises(DataError) as told:
        plan_of_builds(rows, ten_children(), choices())

    assert str(told.value).splitlines() == [
        "the plan has 5 fault(s):",
        "row 3: places nan: right would be a whole number above 0",
        "row 4: 'X' is no option of the study, such as 'O'",
        "row 4: start_year nan: right would be an academic year, such as 2027",
        "row 5: places 0.5: right would be a whole number above 0",
        "O: built more than once",
    ]


def test_a_table_without_its_columns_is_told():
    with pytest.raises(DataError, match="lacks places, start_year"):
        plan_of_builds(pd.DataFrame({"option_id": ["O"]}), ten_children(), choices())


def test_a_study_without_options_takes_no_builds():
    tables = region({CHILDREN: [1]}, years=(2027,))

    with pytest.raises(DataError, match="'O' is no option of the study, which has none"):
        plan_of_builds(typed(("O", "5", "2026")), tables, choices((2027,)))
