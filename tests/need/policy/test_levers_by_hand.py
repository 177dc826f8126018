"""Every kind of lever on a village of six cells: its children are counted by hand."""

import numpy as np
import pytest

from placement_planner.errors import DataError
from placement_planner.need.policy import apply_policy
from tests.need.policy.village import (
    BASE,
    SPECIAL,
    choices,
    found,
    lever,
    levers,
    population,
    village,
    world,
)

PEOPLE = population(1200)


def worked(*rows, world=None, **chosen):
    cube, origins = world or village()
    return apply_policy(cube, origins, PEOPLE, choices(**chosen), levers(*rows))


def test_trend_leaves_the_cube_as_it_is():
    cube, origins = village()

    outcome = apply_policy(cube, origins, PEOPLE, choices("trend"))

    assert outcome.cube is cube
    assert outcome.support_plans is None
    assert outcome.notes == ()
    assert outcome.path.empty
    assert outcome.outside_kept.empty


def test_joiners_of_a_setting_are_multiplied():
    """Half of the 10 who join mainstream: 80 + 5; a year later the same 85. Nobody else."""
    outcome = worked(lever("joiners", 0.5, settings="mainstream", to_year=2026))

    assert found(outcome.cube, 2026) == {(7, "mainstream"): 85, (7, SPECIAL): 50}
    assert found(outcome.cube, 2027) == {(8, "mainstream"): 85, (8, SPECIAL): 50}
    assert outcome.support_plans is None


def test_joiners_turned_away_may_hold_a_support_plan():
    """5 of the 10 are turned away, and are still there a year later."""
    outcome = worked(lever("joiners", 0.5, settings="mainstream", to_setting="support_plan"))

    assert found(outcome.cube, 2026)[7, "mainstream"] == 85
    assert found(outcome.support_plans, 2026) == {(7, "mainstream"): 5}
    assert found(outcome.support_plans, 2027) == {(8, "mainstream"): 5}


def test_a_factor_above_one_adds_joiners():
    """10 joiners become 13."""
    outcome = worked(lever("joiners", 1.3, settings=SPECIAL))

    assert found(outcome.cube, 2026)[7, SPECIAL] == pytest.approx(53)


def test_joiners_start_elsewhere():
    """0.4 of the 10 who would join the special school start in a base: 46 and 4."""
    outcome = worked(lever("divert_joiners", 0.4, settings=SPECIAL, to_setting=BASE))

    assert found(outcome.cube, 2026) == pytest.approx(
        {(7, "mainstream"): 90, (7, BASE): 4, (7, SPECIAL): 46}
    )
    assert found(outcome.cube, 2027) == pytest.approx(
        {(8, "mainstream"): 90, (8, BASE): 4, (8, SPECIAL): 46}
    )


def test_movers_go_elsewhere():
    """0.25 of the 20 who would move to the special school go to a base: 45 and 5."""
    outcome = worked(lever("divert_movers", 0.25, settings=SPECIAL, to_setting=BASE))

    assert found(outcome.cube, 2026) == {(7, "mainstream"): 90, (7, BASE): 5, (7, SPECIAL): 45}


def test_movers_between_settings_of_the_scope_are_not_diverted():
    """The 20 come from mainstream, which is in the scope here: nobody moves into it."""
    outcome = worked(
        lever("divert_movers", 0.25, settings=f"mainstream;{SPECIAL}", to_setting=BASE)
    )

    assert found(outcome.cube, 2026) == {(7, "mainstream"): 90, (7, SPECIAL): 50}


def test_a_share_moves_every_year():
    """A tenth of 50 moves in 2026, and a tenth of the 45 left in 2027."""
    outcome = worked(lever("move", 0.1, settings=SPECIAL, to_setting=BASE))

    assert found(outcome.cube, 2026)[7, BASE] == pytest.approx(5)
    assert found(outcome.cube, 2027) == pytest.approx(
        {(8, "mainstream"): 90, (8, BASE): 9.5, (8, SPECIAL): 40.5}
    )


def test_at_transition_a_share_moves_once():
    """Year 7 is a transition point and Year 8 is none: 5 in both years."""
    outcome = worked(lever("move", 0.1, settings=SPECIAL, to_setting=BASE, at_transition=True))

    assert found(outcome.cube, 2027) == pytest.approx(
        {(8, "mainstream"): 90, (8, BASE): 5, (8, SPECIAL): 45}
    )


def test_plans_end():
    """A fifth of 90 in 2026, and a fifth of the 72 left in 2027."""
    outcome = worked(lever("cease", 0.2, settings="mainstream"))

    assert found(outcome.cube, 2026)[7, "mainstream"] == pytest.approx(72)
    assert found(outcome.cube, 2027)[8, "mainstream"] == pytest.approx(57.6)
    assert outcome.support_plans is None


def test_plans_that_end_may_become_support_plans():
    """18 in 2026; 18 + 14.4 in 2027: with the plans they make up the 90 there would be."""
    outcome = worked(lever("cease", 0.2, settings="mainstream", to_setting="support_plan"))

    assert found(outcome.support_plans, 2026)[7, "mainstream"] == pytest.approx(18)
    assert found(outcome.support_plans, 2027)[8, "mainstream"] == pytest.approx(32.4)


def test_a_ramp_and_the_last_year_bound_a_lever():
    """Half of a fifth of 90 in 2026 leaves 81; nothing more from 2027 on."""
    outcome = worked(lever("cease", 0.2, settings="mainstream", ramp="0.5", to_year=2026))

    assert found(outcome.cube, 2027)[8, "mainstream"] == pytest.approx(81)


@pytest.mark.parametrize(
    "scope",
    [
        {"need_types": "SEMH"},
        {"ncy_from": 9},
        {"ncy_to": 5},
        {"from_year": 2028},
        {"settings": "sen_unit"},
    ],
)
def test_nobody_out_of_scope_is_reached(scope):
    outcome = worked(lever("cease", 0.5, **scope))

    assert found(outcome.cube, 2027) == {(8, "mainstream"): 90, (8, SPECIAL): 50}


def test_levers_of_a_kind_work_at_the_same_time():
    """0.2 and 0.3 of the 10 joiners: 2 to a base, 3 to mainstream, whatever their order."""
    to_base = lever("divert_joiners", 0.2, lever_id="b", settings=SPECIAL, to_setting=BASE)
    to_class = lever("divert_joiners", 0.3, lever_id="a", settings=SPECIAL, to_setting="mainstream")

    outcome = worked(to_base, to_class)

    assert found(outcome.cube, 2026) == pytest.approx(
        {(7, "mainstream"): 93, (7, BASE): 2, (7, SPECIAL): 45}
    )


@pytest.mark.parametrize("kind", ["divert_joiners", "divert_movers", "move"])
def test_levers_that_take_more_than_there_is_are_refused(kind):
    rows = [
        lever(kind, 0.6, lever_id=name, settings=SPECIAL, to_setting=to)
        for name, to in (("one", BASE), ("two", "mainstream"))
    ]

    with pytest.raises(DataError, match=r"together take 120% .* in 2026, .*among one, two"):
        worked(*rows)


def school_years(moves_at):
    """100 in mainstream; 20 of them move to a special school as they reach an NCY."""
    ncys = range(moves_at - 2, moves_at + 1)
    children = {(ncy, name): [0, 0, 0] for ncy in ncys for name in ("mainstream", SPECIAL)}
    children[ncys[0], "mainstream"][0] = children[ncys[1], "mainstream"][1] = 100
    children[ncys[2], "mainstream"][2], children[ncys[2], SPECIAL][2] = 80, 20
    flows = [
        (2026, (ncys[1], "mainstream"), (ncys[0], "mainstream"), 100),
        (2027, (ncys[2], "mainstream"), (ncys[1], "mainstream"), 80),
        (2027, (ncys[2], SPECIAL), (ncys[1], "mainstream"), 20),
    ]
    return world(children, flows)


@pytest.mark.parametrize(
    ("bound", "in_special"), [("elastic", 17.5), ("special_unchanged", 20), ("proportional", 10)]
)
@pytest.mark.parametrize("moves_at", [7, 9])
def test_a_plan_that_ended_is_missing_in_another_class_only_in_part(bound, in_special, moves_at):
    """Half of 100 plans in mainstream end in 2026; 20 children would move in 2027.

    Half of them have no plan: 10. With elasticities 0.25 and 1 a quarter of these have none in
    the special school: 20 − 2.5; where special need is left to the child none of them: 20; where
    all are alike all: 10. 80 stay in mainstream, half of them without a plan.
    """
    ends = lever("cease", 0.5, settings="mainstream", to_year=2026, to_setting="support_plan")

    outcome = worked(ends, world=school_years(moves_at), bound=bound)

    assert found(outcome.cube, 2027) == pytest.approx(
        {(moves_at, "mainstream"): 40, (moves_at, SPECIAL): in_special}
    )
    support = found(outcome.support_plans, 2027)
    assert support[moves_at, "mainstream"] == pytest.approx(40)
    assert support.get((moves_at, SPECIAL), 0.0) == pytest.approx(20 - in_special)


@pytest.mark.parametrize(
    ("bound", "in_special"), [("elastic", 22.5), ("special_unchanged", 20), ("proportional", 30)]
)
@pytest.mark.parametrize("moves_at", [7, 9])
def test_a_plan_made_in_addition_is_carried_in_part_too(bound, in_special, moves_at):
    """Joiners of 2026 are 100 and become 150; of 20 who move, 10, 2.5 or 0 are more."""
    children = {(moves_at - 1, "mainstream"): [0, 100, 0], (moves_at, SPECIAL): [0, 0, 20]}
    flows = [(2027, (moves_at, SPECIAL), (moves_at - 1, "mainstream"), 20)]

    outcome = worked(lever("joiners", 1.5, to_year=2026), world=world(children, flows), bound=bound)

    assert found(outcome.cube, 2026) == {(moves_at - 1, "mainstream"): 150}
    assert found(outcome.cube, 2027) == pytest.approx({(moves_at, SPECIAL): in_special})


@pytest.mark.parametrize(("moves_at", "follow"), [(7, True), (9, False), (12, True), (13, True)])
def test_a_child_placed_elsewhere_stays_there_within_a_phase(moves_at, follow):
    """40 of 100 are moved to a base in 2026; all would be in a special school in 2027.

    At a transition point, or after Year 11, all go; within a phase the 40 stay in the base.
    """
    ncy = moves_at - 1
    children = {(ncy, "mainstream"): [0, 100, 0], (moves_at, SPECIAL): [0, 0, 100]}
    flows = [(2027, (moves_at, SPECIAL), (ncy, "mainstream"), 100)]
    placed = lever("move", 0.4, settings="mainstream", to_setting=BASE, to_year=2026)

    outcome = worked(placed, world=world(children, flows))

    assert found(outcome.cube, 2026) == pytest.approx({(ncy, "mainstream"): 60, (ncy, BASE): 40})
    expected = {SPECIAL: 100} if follow else {BASE: 40, SPECIAL: 60}
    assert found(outcome.cube, 2027) == pytest.approx(
        {(moves_at, setting): number for setting, number in expected.items()}
    )


def test_every_draw_is_worked_alike():
    """Draws of 0, 1 and 3 times the village: shares are the same in each."""
    outcome = worked(
        lever("divert_movers", 0.25, settings=SPECIAL, to_setting=BASE),
        world=village(draws=(0.0, 1.0, 3.0)),
    )

    place = outcome.cube.academic_years.index(2026)
    assert np.allclose(outcome.cube.children[place].sum(axis=0), [0, 140, 420])
    # Shares come from means: all draws are multiples, so they are those of the village.
    assert found(outcome.cube, 2026, draw=2)[7, BASE] == pytest.approx(15)


def test_who_is_out_of_the_region_comes_back_a_share_a_year():
    """0.2 a year of primary ages and of half of secondary (Years 7 to 8 are 2 of 5 years)."""
    outcome = worked(lever("return_outside", 0.2, need_types="ASD", ncy_from=0, ncy_to=8))

    kept = outcome.outside_kept.set_index(["need_type", "phase", "academic_year"])["kept"]
    assert kept.to_dict() == pytest.approx(
        {
            ("ASD", "primary", 2026): 0.8,
            ("ASD", "primary", 2027): 0.64,
            ("ASD", "secondary", 2026): 0.92,
            ("ASD", "secondary", 2027): 0.92**2,
        }
    )


def test_at_transition_only_those_who_enter_a_phase_come_back():
    """A ramp of 0.5: a fifth of Year 7 from 2027, half of it in 2026: 1 − 0.2/5 · (0.5, 1.5)."""
    home = lever("return_outside", 0.2, ncy_from=5, ncy_to=11, at_transition=True, ramp="0.5")

    kept = worked(home).outside_kept.query("need_type == 'SEMH'")

    assert set(kept["phase"]) == {"secondary"}  # Reception is out of scope
    assert kept["kept"].tolist() == pytest.approx([0.98, 0.94])


def test_nobody_comes_back_before_the_base():
    """A lever from 2020 on: the base of 2025 holds who is away now."""
    kept = worked(lever("return_outside", 0.2, from_year=2020, ncy_to=6)).outside_kept

    first = kept.query("need_type == 'ASD'").set_index("academic_year")["kept"]
    assert first.to_dict() == pytest.approx({2026: 0.8, 2027: 0.64})
