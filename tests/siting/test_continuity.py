"""Who stays where, by hand: cohorts, all-through schools, those who hold places now.

A child placed 5 km away costs £10,000 + 5 × £100 = £10,500 a year, one without a place £40,000.
Nothing is discounted.
"""

from dataclasses import replace

import pytest

from placement_planner.supply import room_for_followers
from tests.siting.cases import option
from tests.siting.regions import (
    ASD,
    SEMH,
    YEARS,
    choices,
    in_fallback,
    lasting,
    placed_in,
    plan_for,
    region,
)

PRIMARY, SECONDARY = ("A", ASD, "primary"), ("A", ASD, "secondary")
WHO = ("L", ASD, "primary")
NEAR, FAR = 10_100.0, 10_500.0
EVERYBODY_STAYS = lasting([WHO], YEARS)
EVERYBODY_MOVES_ON = [
    (*WHO, 2027, 2027, "primary", 1.0),
    (*WHO, 2027, 2028, "secondary", 1.0),
    (*WHO, 2028, 2028, "primary", 1.0),
    ("L", ASD, "secondary", 2028, 2028, "secondary", 1.0),
]
both_roads = pytest.mark.parametrize("arcs_at_once", [50_000, 0], ids=["whole", "decomposed"])


def test_nobody_comes_to_a_school_that_is_over_full():
    """Four places: six keep theirs in 2027, three in 2028. Eight need one in both years.

    2027: two are to be placed and none is free: 2 × 40,000. 2028: five, and one place: 10,500 +
    4 × 40,000. In all £250,500.
    """
    kept = [(*PRIMARY, 2027, "p", 6), (*PRIMARY, 2028, "p", 3)]
    tables = region({PRIMARY: [8, 8]}, {"p": ("S", ASD, "primary", [4, 4])}, kept=kept)

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(250_500)
    assert placed_in(plan, academic_year=2027, is_kept=True) == 6
    assert placed_in(plan, academic_year=2027, is_kept=False) == 0


def test_places_that_open_in_an_over_full_school_are_for_newcomers():
    """Ten open where six hold four places: ten of the twelve who need one may come."""
    tables = region(
        {PRIMARY: [18]},
        {"p": ("S", ASD, "primary", [4])},
        years=(2027,),
        kept=[(*PRIMARY, 2027, "p", 6)],
        options=[option("O", "S", locked_in=True)],
    )

    plan = plan_for(tables, choices((2027,)))

    assert placed_in(plan, is_kept=False) == pytest.approx(10)


def all_through(last_pool):
    """Four in primary in 2027, in secondary in 2028; S1 is nearer, and for secondary alone."""
    return region(
        {PRIMARY: [4, 0], SECONDARY: [0, 4]},
        {
            "p": ("S0", ASD, "primary", [10, 10]),
            "q": (last_pool, ASD, "secondary", [10, 10]),
            "r": ("S1", ASD, "secondary", [10, 10]),
        },
        drives={("A", "S1"): 1},
        stays=EVERYBODY_MOVES_ON,
    )


@both_roads
def test_children_of_an_all_through_school_stay_though_another_is_nearer(arcs_at_once):
    """Both years at S0: 8 × 10,500."""
    plan = plan_for(all_through("S0"), choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, pool_id="q", academic_year=2028) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(8 * FAR)
    assert plan.entries["entry_year"].tolist() == [2027]


def test_children_of_a_primary_school_are_placed_again():
    """The next phase is at another site: 4 × 10,500 at S0, then 4 × 10,100 at S1."""
    plan = plan_for(all_through("S2"))

    assert placed_in(plan, pool_id="r", academic_year=2028) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(4 * FAR + 4 * NEAR)


def test_children_of_another_designation_at_the_site_are_placed_again():
    tables = all_through("S0")
    other = tables.pools.assign(
        designation=tables.pools["designation"].where(tables.pools["pool_id"] != "q", SEMH)
    )

    plan = plan_for(replace(tables, pools=other))

    assert placed_in(plan, pool_id="r", academic_year=2028) == pytest.approx(4)


@both_roads
def test_a_phase_that_a_decision_may_open_sooner_keeps_nobody_for_sure(arcs_at_once):
    """q stands from 2028 on, and O could open places in it in 2027: not sure in every year.

    Those who come up are placed again, at S1, which is nearer: 4 × 10,500, then 4 × 10,100.
    """
    tables = region(
        {PRIMARY: [4, 0], SECONDARY: [0, 4]},
        {
            "p": ("S0", ASD, "primary", [10, 10]),
            "q": ("S0", ASD, "secondary", [0, 10]),
            "r": ("S1", ASD, "secondary", [10, 10]),
        },
        drives={("A", "S1"): 1},
        stays=EVERYBODY_MOVES_ON,
        options=[option("O", "S0", phases="secondary:1")],
    )

    plan = plan_for(tables, choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, pool_id="r", academic_year=2028) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(4 * FAR + 4 * NEAR)


def half_moves_on(**changes):
    """Four in primary in both years: half of those of 2027 have moved on to secondary in 2028."""
    stays = [
        (*WHO, 2027, 2027, "primary", 1.0),
        (*WHO, 2027, 2028, "primary", 0.5),
        (*WHO, 2027, 2028, "secondary", 0.5),
        (*WHO, 2028, 2028, "primary", 1.0),
        ("L", ASD, "secondary", 2028, 2028, "secondary", 1.0),
    ]
    return region(
        {PRIMARY: [4, 4], SECONDARY: [0, 2]},
        {"p": ("S", ASD, "primary", [10, 10])},
        stays=stays,
        **changes,
    )


@both_roads
def test_a_phase_that_could_be_built_keeps_nobody_out_of_the_phase_that_stands(arcs_at_once):
    """O would add secondary places to S, but no pot can pay.

    Four are in primary in both years, and the two who moved on have no place:
    8 × 10,500 + 2 × 40,000. They were once counted in places that nobody built, so that nobody
    could be placed in 2027 either: a bound above the true cost.
    """
    tables = half_moves_on(
        options=[option("O", "S", phases="secondary:1", earliest_start=2027)],
        funds={("P", 2027): 1},
    )

    plan = plan_for(tables, choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, phase="primary", academic_year=2027) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(8 * FAR + 2 * 40_000)


@both_roads
def test_children_come_up_into_a_phase_that_opens_with_theirs(arcs_at_once):
    """O opens both phases, four places each, at once: those who come in 2027 are kept in it.

    S1, nearer, does not get them. A place of O costs £5,000 a year, and 8 × 1,000 / 20 for the
    building: 2 × (400 + 8 × 5,000) + 8 × 10,500 = £164,800.
    """
    build = option("O", "S0", phases="primary:0.5;secondary:0.5", sizes="8", locked_in=True,
                   latest_start=2026)  # fmt: skip
    tables = region(
        {PRIMARY: [4, 0], SECONDARY: [0, 4]},
        {"r": ("S1", ASD, "secondary", [10, 10])},
        drives={("A", "S1"): 1},
        stays=EVERYBODY_MOVES_ON,
        options=[build],
    )

    plan = plan_for(tables, choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, pool_id=f"S0:{ASD}:secondary", academic_year=2028) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(164_800)


def test_only_as_many_come_up_as_the_need_of_the_area_has_room_for():
    """Four come up but only one of them is counted in need: a quarter, the others are not lost.

    4 × 10,500 in 2027, 1 × 10,500 in 2028.
    """
    tables = region(
        {PRIMARY: [4, 0], SECONDARY: [0, 1]},
        {"p": ("S", ASD, "primary", [10, 10]), "q": ("S", ASD, "secondary", [10, 10])},
        stays=EVERYBODY_MOVES_ON,
        followers=[(*SECONDARY, 2028, 0.25, 1.0)],
    )

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(5 * FAR)


@both_roads
def test_a_need_that_falls_keeps_nobody_out_in_the_years_before(arcs_at_once):
    """Three in 2027, one in 2028, though everybody stays in the authority as a whole.

    All three are placed: 3 × 10,500, then 10,500. Once one alone could be, so that the others were
    without a place beside nine empty ones.
    """
    tables = region({PRIMARY: [3, 1]}, {"p": ("S", ASD, "primary", [10, 10])},
                    stays=EVERYBODY_STAYS)  # fmt: skip
    room = room_for_followers(tables.need, tables.kept, tables.survival, YEARS)

    plan = plan_for(replace(tables, followers=room), choices(arcs_at_once=arcs_at_once))

    assert room["stay_share"].tolist() == pytest.approx([1 / 3])
    assert placed_in(plan, academic_year=2027) == pytest.approx(3)
    assert placed_in(plan, academic_year=2028) == pytest.approx(1)
    assert plan.report.objective_gbp == pytest.approx(4 * FAR)


def test_those_who_leave_mainstream_in_mid_phase_are_placed_and_nobody_else_moves():
    """Three in 2027, five in 2028: two come at any age; S1 opens nearer in 2028.

    The three stay at S0, the two come to S1: 6 × 10,500 + 2 × 10,100 = £83,200.
    """
    tables = region(
        {PRIMARY: [3, 5]},
        {"p": ("S0", ASD, "primary", [10, 10]), "q": ("S1", ASD, "primary", [0, 10])},
        drives={("A", "S1"): 1},
        stays=EVERYBODY_STAYS,
    )

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(6 * FAR + 2 * NEAR)
    assert plan.entries.set_index("entry_year")["children"].to_dict() == pytest.approx(
        {2027: 3, 2028: 2}
    )


def test_in_a_snapshot_everybody_moves_to_the_nearer_school():
    """The same without survival: 3 × 10,500, then 5 × 10,100."""
    tables = region(
        {PRIMARY: [3, 5]},
        {"p": ("S0", ASD, "primary", [10, 10]), "q": ("S1", ASD, "primary", [0, 10])},
        drives={("A", "S1"): 1},
    )

    assert plan_for(tables).report.objective_gbp == pytest.approx(3 * FAR + 5 * NEAR)


def test_a_child_who_holds_a_place_beyond_the_limit_keeps_it_and_nobody_follows():
    """100 minutes is beyond the 60 of primary: one keeps the place, the other is in fallback."""
    tables = region(
        {PRIMARY: [2]},
        {"p": ("S", ASD, "primary", [5])},
        years=(2027,),
        drives={("A", "S"): 100},
        kept=[(*PRIMARY, 2027, "p", 1)],
    )

    plan = plan_for(tables, choices((2027,)))

    assert plan.placements[["is_kept", "children", "minutes"]].to_numpy().tolist() == [
        [True, 1.0, 100.0]
    ]
    assert plan.report.objective_gbp == pytest.approx(40_000)


def test_a_poor_match_is_kept_too():
    """An ASD child holds a place for SEMH, which would not be given to the other one now."""
    tables = region(
        {PRIMARY: [2]},
        {"p": ("S", SEMH, "primary", [5])},
        years=(2027,),
        kept=[(*PRIMARY, 2027, "p", 1)],
    )

    plan = plan_for(tables, choices((2027,)))

    assert placed_in(plan, is_kept=True) == 1
    assert plan.report.objective_gbp == pytest.approx(40_000)


def test_children_in_independent_schools_are_not_to_be_placed_while_they_stay():
    """Three of five stay in 2027, one in 2028: two, then four are placed; the stays cost the same
    whatever is decided: (2 + 4) × 10,500."""
    tables = region(
        {PRIMARY: [5, 5]},
        {"p": ("S", ASD, "primary", [10, 10])},
        kept=[(*PRIMARY, 2027, "private", 3, True), (*PRIMARY, 2028, "private", 1, True)],
    )

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(6 * FAR)
    assert placed_in(plan, academic_year=2028, pool_id="p") == pytest.approx(4)


@both_roads
def test_children_of_a_pool_that_shuts_are_placed_again(arcs_at_once):
    """S0 shuts in 2028: 4 × 10,500, then 4 × (10,000 + 900) at S1, 9 km away."""
    tables = region(
        {PRIMARY: [4, 4]},
        {"p": ("S0", ASD, "primary", [10, 0]), "q": ("S1", ASD, "primary", [10, 10])},
        drives={("A", "S1"): 9},
        stays=EVERYBODY_STAYS,
    )

    plan = plan_for(tables, choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, pool_id="q", academic_year=2028) == pytest.approx(4)
    assert plan.report.objective_gbp == pytest.approx(4 * FAR + 4 * 10_900)


def test_who_is_in_fallback_may_be_placed_the_year_after():
    """No place in 2027, four in 2028: 4 × 40,000 + 4 × 10,500."""
    tables = region({PRIMARY: [4, 4]}, {"p": ("S", ASD, "primary", [0, 4])}, stays=EVERYBODY_STAYS)

    plan = plan_for(tables)

    assert in_fallback(plan, academic_year=2028) == 0
    assert plan.report.objective_gbp == pytest.approx(4 * 40_000 + 4 * FAR)


def test_a_place_is_left_empty_for_a_child_who_will_need_it_longer():
    """One place. Two need it: Anna for 2027 alone at £10,500, Ben from 2027 on, 1 km away.

    Anna leaves after a year; her place is free again in 2028 for Ben: he costs 40,000 + 10,100.
    If Ben comes in 2027 he has it for both years: 20,200, and Anna costs 40,000: the cheaper by
    £400, and nothing else is possible.
    """
    ben = ("B", ASD, "primary")
    tables = region(
        {PRIMARY: [1, 0], ben: [1, 1]},
        {"p": ("S", ASD, "primary", [1, 1])},
        homes={"A": "L", "B": "M"},
        drives={("B", "S"): 1},
        exchange={("M", "L", ASD): 1},
        stays=[(*WHO, 2027, 2027, "primary", 1.0), *lasting([("M", ASD, "primary")], YEARS)],
    )

    plan = plan_for(tables)

    assert plan.report.objective_gbp == pytest.approx(40_000 + 2 * NEAR)


@both_roads
def test_children_who_come_up_fill_a_school_though_they_cost_more_than_fallback(arcs_at_once):
    """O adds four places to the two of q, and must see half of the six filled in 2028.

    Nobody comes straight to q: five minutes are beyond the limit of secondary that is chosen here.
    But three come up from p, at £10,000 + 400 km × £100 = £50,000 a year, more than the fallback:
    2 × 3 × 50,000, O's places 4 × 5,000 (and no capital). Their way was once cut off.
    """
    build = option("O", "S", phases="secondary:1", sizes="4", minimum_fill=0.5, locked_in=True,
                   earliest_start=2027, capital_per_place_gbp=0.0)  # fmt: skip
    tables = region(
        {PRIMARY: [3, 0], SECONDARY: [0, 3]},
        {"p": ("S", ASD, "primary", [3, 3]), "q": ("S", ASD, "secondary", [2, 2])},
        drives={("A", "S"): (5, 400)},
        stays=EVERYBODY_MOVES_ON,
        options=[build],
    )
    chosen = choices(travel={"hard_minutes_secondary": 4}, arcs_at_once=arcs_at_once)

    plan = plan_for(tables, chosen)

    assert placed_in(plan, pool_id="q") == pytest.approx(3)
    assert plan.report.objective_gbp == pytest.approx(6 * 50_000 + 20_000)
