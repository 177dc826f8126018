"""Places, by hand: lent within a site, above capacity, a poor match, ramps, modules, fill, price.

A child placed 5 km away costs £10,000 + 5 × £100 = £10,500 a year, one without a place £40,000.
"""

import pytest

from placement_planner.errors import SolveError
from placement_planner.supply import places_by_year
from tests.siting.cases import option
from tests.siting.regions import (
    ASD,
    SEMH,
    choices,
    in_fallback,
    placed_in,
    plan_for,
    region,
)
from tests.supply.schools import one_site, provision

ONE = (2027,)
AUTISTIC, ANXIOUS = ("A", ASD, "primary"), ("A", SEMH, "primary")
PLACED, LEFT = 10_500.0, 40_000.0


def test_children_from_elsewhere_hold_places_that_residents_do_not_get():
    """Ten places, three held by children from elsewhere: seven of nine residents are placed."""
    pools = provision({"provision_id": "p", "planning_places": 10.0, "from_elsewhere": 3.0})
    net = places_by_year(pools, one_site(), ONE, choices().supply)["places"].tolist()

    plan = plan_for(
        region({AUTISTIC: [9]}, {"p": ("S", ASD, "primary", net)}, years=ONE), choices(ONE)
    )

    assert placed_in(plan) == pytest.approx(7)
    assert plan.report.objective_gbp == pytest.approx(7 * PLACED + 2 * LEFT)


def two_pools(autistic, anxious, **changes):
    return region(
        {AUTISTIC: [autistic], ANXIOUS: [anxious]},
        {"a": ("S", ASD, "primary", [10]), "b": ("S", SEMH, "primary", [10])},
        years=ONE,
        **changes,
    )


def test_a_tenth_of_the_places_next_door_may_be_used():
    """Twelve for the ten SEMH places, four for the ten of ASD, which lend one: one is left."""
    plan = plan_for(two_pools(4, 12), choices(ONE, siting={"flexible_share": 0.1}))

    assert placed_in(plan, pool_id="b") == pytest.approx(11)
    assert plan.report.objective_gbp == pytest.approx(15 * PLACED + LEFT)


def test_lending_makes_no_places():
    """Ten and twelve for twice ten places: two are left, whoever lends."""
    plan = plan_for(two_pools(10, 12), choices(ONE, siting={"flexible_share": 0.1}))

    assert plan.report.objective_gbp == pytest.approx(20 * PLACED + 2 * LEFT)


def test_other_sites_lend_nothing():
    tables = region(
        {ANXIOUS: [12]},
        {"a": ("T", ASD, "primary", [10]), "b": ("S", SEMH, "primary", [10])},
        years=ONE,
    )

    plan = plan_for(tables, choices(ONE, siting={"flexible_share": 1.0}))

    assert placed_in(plan, pool_id="b") == pytest.approx(10)


@pytest.mark.parametrize("arcs_at_once", [50_000, 0])
def test_a_pool_in_which_nothing_has_opened_borrows_nothing(arcs_at_once):
    """O could open SEMH places beside ten empty ones for ASD, but no pot can pay for it."""
    tables = region(
        {ANXIOUS: [12]},
        {"a": ("S", ASD, "primary", [10])},
        years=ONE,
        options=[option("O", "S", designation=SEMH)],
        funds={("P", 2026): 1},
    )

    plan = plan_for(tables, choices(ONE, siting={"flexible_share": 1.0}, arcs_at_once=arcs_at_once))

    assert in_fallback(plan) == pytest.approx(12)


def test_what_is_opened_borrows_and_lends():
    """Ten SEMH places open beside ten for ASD, of which two are taken: five more are borrowed."""
    tables = region(
        {AUTISTIC: [2], ANXIOUS: [17]},
        {"a": ("S", ASD, "primary", [10])},
        years=ONE,
        options=[option("O", "S", designation=SEMH, locked_in=True)],
    )

    plan = plan_for(tables, choices(ONE, siting={"flexible_share": 0.5}))

    assert placed_in(plan, pool_id=f"S:{SEMH}:primary") == pytest.approx(15)


def test_children_above_places_pay_their_price():
    """Two above ten places at £10,000 each: 12 × 10,500 + 20,000 + 40,000 = £186,000."""
    tables = region({AUTISTIC: [13]}, {"a": ("S", ASD, "primary", [10])}, years=ONE)

    plan = plan_for(tables, choices(ONE, siting={"over_capacity_share": 0.2}))

    assert plan.report.objective_gbp == pytest.approx(186_000)


def test_nobody_is_placed_above_places_for_more_than_it_saves():
    """A place saves £29,500, so that for £30,000 nobody is: 10 × 10,500 + 3 × 40,000."""
    tables = region({AUTISTIC: [13]}, {"a": ("S", ASD, "primary", [10])}, years=ONE)

    plan = plan_for(
        tables,
        choices(ONE, siting={"over_capacity_share": 0.2, "over_capacity_gbp": 30_000.0}),
    )

    assert plan.report.objective_gbp == pytest.approx(225_000)


def test_a_full_pool_lends_what_it_may_hold_above_its_places():
    """ASD is full with ten and may hold two more; it lends one place and holds eleven for ten.

    SEMH holds its ten, two above them and the one lent: 13, of fourteen. Three above places:
    23 × 10,500 + 3 × 10,000 + 40,000 = £311,500. The audit once called this too many.
    """
    chosen = choices(ONE, siting={"flexible_share": 0.1, "over_capacity_share": 0.2})

    plan = plan_for(two_pools(10, 14), chosen)

    assert placed_in(plan, pool_id="b") == pytest.approx(13)
    assert plan.report.objective_gbp == pytest.approx(311_500)


def test_a_poor_match_pays_its_price():
    """Two of three SEMH children take the free ASD places at £3,000 more: 2 × 13,500 + 40,000."""
    tables = region(
        {ANXIOUS: [3]},
        {"a": ("S", ASD, "primary", [2])},
        years=ONE,
        matches={(SEMH, ASD): 3_000.0},
    )

    assert plan_for(tables, choices(ONE)).report.objective_gbp == pytest.approx(67_000)


@pytest.mark.parametrize("match", ["no", 29_501.0])
def test_nobody_takes_a_place_that_does_not_suit_or_costs_more_than_none(match):
    tables = region(
        {ANXIOUS: [3]}, {"a": ("S", ASD, "primary", [2])}, years=ONE, matches={(SEMH, ASD): match}
    )

    assert in_fallback(plan_for(tables, choices(ONE))) == pytest.approx(3)


def test_a_ride_beyond_the_soft_limit_pays_for_each_minute():
    """50 minutes are five over the 45 of primary: 10,000 + 5,000 + 5 × 150 = £15,750."""
    tables = region(
        {AUTISTIC: [1]}, {"a": ("S", ASD, "primary", [2])}, years=ONE, drives={("A", "S"): 50}
    )

    assert plan_for(tables, choices(ONE)).report.objective_gbp == pytest.approx(15_750)


@pytest.mark.parametrize(
    ("funding", "size"), [(3_000.0, 24), (4_000.0, 16), (14_000.0, 8), (30_000.0, 0)]
)
def test_the_size_falls_as_an_open_place_costs_more(funding, size):
    """Modules of eight places; a place saves £29,500 for nine near children, £10,000 for ten far.

    The first module holds eight near ones: £29,500 a place; the second one near and seven far:
    (29,500 + 70,000) / 8 = £12,437; the third the last three: 30,000 / 8 = £3,750.
    """
    near, far = AUTISTIC, ("B", ASD, "primary")
    tables = region(
        {near: [9], far: [10]},
        years=ONE,
        drives={("B", "S"): (5, 200)},
        options=[option("O", "S", sizes="8x1-3", capital_per_place_gbp=0.0)],
        place_funding=funding,
    )

    plan = plan_for(tables, choices(ONE))

    assert plan.builds["places"].sum() == size


def test_each_phase_has_its_share_of_the_places_that_open():
    """O of eight, a quarter of them for secondary: six of nine, and two of five are placed.

    8 × 10,500 + 6 × 40,000 + 8 × (5,000 + 50).
    """
    tables = region(
        {AUTISTIC: [9], ("A", ASD, "secondary"): [5]},
        years=ONE,
        options=[option("O", "S", sizes="8", phases="primary:0.75;secondary:0.25")],
    )

    plan = plan_for(tables, choices(ONE))

    assert placed_in(plan, phase="primary") == pytest.approx(6)
    assert placed_in(plan, phase="secondary") == pytest.approx(2)
    assert plan.report.objective_gbp == pytest.approx(8 * PLACED + 6 * LEFT + 40_400)


def test_half_of_the_places_open_in_the_first_year_of_a_ramp():
    """Five, then ten of ten: £5,000 for each that is open, 20 × 1,000 a year for the building.

    2027: 5 × 10,500 + 5 × 40,000 + 25,000 + 500; 2028: 10 × 10,500 + 50,000 + 500.
    """
    tables = region(
        {AUTISTIC: [10, 10]},
        options=[option("O", "S", ramp="0.5;1", latest_start=2026, locked_in=True)],
    )

    plan = plan_for(tables)

    assert placed_in(plan, academic_year=2027) == pytest.approx(5)
    assert plan.report.objective_gbp == pytest.approx(278_000 + 155_500)


def two_children_and_ten_places(ramp):
    build = option("O", "S", minimum_fill=0.5, ramp=ramp, locked_in=True, latest_start=2026)
    return region({AUTISTIC: [2, 2]}, options=[build])


def test_a_build_need_not_be_viable_while_its_places_are_opening():
    """All of its places are open from 2029 on, after the horizon."""
    plan = plan_for(two_children_and_ten_places("0.5;0.5;1"))

    assert placed_in(plan, academic_year=2028) == pytest.approx(2)


def test_a_build_must_be_viable_in_the_year_in_which_all_its_places_are_open():
    """Half of ten from 2028 on, and there are two children."""
    with pytest.raises(SolveError, match="fill them to their viable"):
        plan_for(two_children_and_ten_places("0.5;1"))


def test_a_build_is_filled_beside_places_that_stand():
    """Ten more where five are free must hold 60 % of fifteen: nine; with eight it is not built."""
    tables = {
        children: region(
            {AUTISTIC: [children]},
            {"p": ("S", ASD, "primary", [5])},
            years=ONE,
            options=[option("O", "S", minimum_fill=0.6, capital_per_place_gbp=0.0)],
            place_funding=100.0,
        )
        for children in (8, 9)
    }

    assert plan_for(tables[8], choices(ONE)).builds.empty
    assert len(plan_for(tables[9], choices(ONE)).builds) == 1


def test_two_options_of_one_slot_share_a_pool():
    """O of ten and P of ten open one pool: it holds all sixteen."""
    tables = region(
        {AUTISTIC: [16]},
        years=ONE,
        options=[option("O", "S", locked_in=True), option("P", "S", locked_in=True)],
    )

    plan = plan_for(tables, choices(ONE))

    assert plan.placements["pool_id"].unique().tolist() == [f"S:{ASD}:primary"]
    assert placed_in(plan) == pytest.approx(16)


def test_empty_open_places_cost_money():
    """Nobody comes to O's ten places: 10 × 5,000 and 10 × 1,000 / 20 a year, two years."""
    tables = region(
        {AUTISTIC: [1, 1]},
        {"p": ("S0", ASD, "primary", [1, 1])},
        options=[option("O", "S1", locked_in=True, latest_start=2026)],
        drives={("A", "S1"): None},
    )

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(2 * PLACED + 2 * 50_500)
