"""Goal seek: which factor on joiners meets a target, by hand, and when none does."""

import pytest

from placement_planner.errors import DataError
from placement_planner.need.policy import Goal, apply_policy, seek_joiner_factor
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


def sought(target, measure="plans", year=2026, scenario="trend", own=None, **options):
    cube, origins = options.pop("world", None) or village()
    goal = Goal(
        measure=measure,
        academic_year=year,
        target=target,
        from_year=2026,
        **options.pop("scope", {}),
    )
    return seek_joiner_factor(cube, origins, goal, PEOPLE, choices(scenario, **options), own)


def test_fewer_plans_by_hand():
    """140 plans with 10 joiners in mainstream and 10 in the special school; 130 are wanted.

    10 (1 - f) + 10 (1 - f) / 4 = 10: f = 0.2, which is 0.8 for special schools.
    """
    goal = sought(130)

    assert goal.factor == pytest.approx(0.2)
    assert goal.factors == pytest.approx({"special": 0.8, "base": 0.6, "mainstream": 0.2})
    assert (goal.at_factor_1, goal.reached) == pytest.approx((140, 130))
    assert goal.is_met
    assert goal.note == ""


def test_more_plans_alike_in_all_settings():
    """20 more of 20 joiners: f = 2."""
    goal = sought(160, year=2027, bound="proportional")

    assert goal.factor == pytest.approx(2)


def test_a_share_of_pupils():
    """11 % of 1,200 are 132: 12.5 (1 - f) = 8."""
    assert sought(0.11, "share_of_pupils").factor == pytest.approx(1 - 8 / 12.5)


def test_places_in_special_schools():
    """48 of 50: 10 (1 - f) / 4 = 2."""
    assert sought(48, "special", year=2027).factor == pytest.approx(0.2)


def test_no_factor_reaches_too_few():
    """Without joiners in mainstream and with three quarters of 10 in special: 127.5 are left."""
    goal = sought(100)

    assert not goal.is_met
    assert goal.factor == 0
    assert goal.reached == goal.at_factor_0 == pytest.approx(127.5)
    assert "reaches 100 in 2026: it is 127.5 with joiners reduced" in goal.note


def test_where_nobody_joins_no_factor_changes_anything():
    goal = sought(10, "base")

    assert not goal.is_met
    assert "No joiner from 2026 to 2026 counts" in goal.note


def test_a_need_that_nobody_has_is_refused():
    with pytest.raises(DataError, match=r"1 need_type\(s\) that nobody .* example SEMH"):
        sought(10, scope={"need_types": ("SEMH",)})


def test_beside_the_levers_of_a_scenario():
    """A base takes half of those who join special schools: 5 with an elasticity of 0.25, 3 wanted.

    5 (1 - 0.25 (1 - f)) = 4.5 at f = 0.6.
    """
    own = levers(lever("divert_joiners", 0.5, settings=SPECIAL, to_setting=BASE))

    assert sought(4.5, "base", scenario="mine", own=own).factor == pytest.approx(0.6)


def test_the_factor_found_meets_the_goal_when_it_is_put_into_levers():
    """The three factors as levers of a study's own give the 130 plans sought."""
    goal = sought(130)
    settings = {"special": SPECIAL, "base": BASE, "mainstream": "mainstream"}
    own = levers(
        *(
            lever("joiners", factor, lever_id=name, settings=settings[name])
            for name, factor in goal.factors.items()
        )
    )
    cube, origins = village()

    outcome = apply_policy(cube, origins, PEOPLE, choices(), own)

    assert sum(found(outcome.cube, 2026).values()) == pytest.approx(130)


def test_a_goal_above_one_is_met_where_the_line_bends():
    """More joiners in mainstream, moved to a base in part, then all to a special school.

    2026: 100 f join in mainstream, 40 % of whom go to a base; 2027 (Year 9, within a phase): all
    would go to a special school. Those in the base stay. With x = f - 1 more, 1 + x / 4 of each
    child are there, 60 % of whom in the special school: 60 (1 + x / 4) = 90 at f = 3. (Below 1
    there are more too: who has no plan to go to a base with has one in the special school.)
    """
    children = {(8, "mainstream"): [0, 100, 0], (9, SPECIAL): [0, 0, 100]}
    bent = world(children, [(2027, (9, SPECIAL), (8, "mainstream"), 100)])
    own = levers(lever("move", 0.4, settings="mainstream", to_setting=BASE, to_year=2026))

    goal = sought(90, "special", year=2027, scenario="mine", own=own, world=bent)

    assert goal.is_met
    assert goal.factor == pytest.approx(3)


@pytest.mark.parametrize(
    ("year", "start", "scenario", "text"),
    [
        (2025, 2025, "trend", "year 2025 is not projected; right would be one from 2026 to 2027"),
        (2026, 2027, "trend", "would change from 2027, after the goal's year 2026"),
        (2026, 2026, "white_paper", "white_paper follows a path of plans"),
    ],
)
def test_goals_that_make_no_sense_are_refused(year, start, scenario, text):
    cube, origins = village()
    goal = Goal(measure="plans", academic_year=year, target=1, from_year=start)

    with pytest.raises(DataError, match=text):
        seek_joiner_factor(cube, origins, goal, PEOPLE, choices(scenario))
