"""Paths of plans: what they ask for by hand, how they are met, and who is left alone."""

import pytest

from placement_planner.codes import code_table
from placement_planner.errors import DataError
from placement_planner.need.policy import apply_policy
from placement_planner.need.policy.displacement import carried, undisplaced
from placement_planner.need.policy.paths import Effort, meet, path_of
from placement_planner.need.policy.reach import carrying, elasticities, grid_of
from placement_planner.need.policy.rerouting import Steering, after_levers
from placement_planner.scenario import PolicyChoices
from tests.need.policy.village import SPECIAL, choices, found, population, village, world


def test_paths_of_codes_are_whole():
    paths = code_table("policy_paths")

    assert list(paths.columns) == [
        "scenario",
        "measure",
        "academic_year",
        "value",
        "turned_away_to",
        "review_from",
        "source",
        "basis",
    ]
    assert paths["source"].str.len().gt(20).all()
    told_once = paths.groupby("scenario")[["measure", "turned_away_to", "review_from"]].nunique()
    assert (told_once == 1).all(axis=None)


def test_transition_points_begin_the_phases():
    """Moves come where a phase of codes/phases.csv begins, of school age or after."""
    points = code_table("transition_points").set_index("ncy")
    phases = code_table("phases").groupby("phase")["ncy"].min()

    assert points.index[points["moves"]].tolist() == [
        phases["primary"],
        phases["secondary"],
        phases["post_16"],
    ]
    assert points.index[points["reviews"]].tolist() == [0, 3, 7, 12]


def test_the_white_paper_goes_from_the_regions_own_share():
    """6 % in 2025 to 8 % in 2029: half a point a year; then 3.3 points in 5 years; then held."""
    path = path_of("white_paper", range(2025, 2037), 0.06, relative=False)

    assert path.targets[2025] == pytest.approx(0.06)
    assert path.targets[2027] == pytest.approx(0.07)
    assert path.targets[2029] == pytest.approx(0.08)
    assert path.targets[2031] == pytest.approx(0.08 - 2 * 0.0066)
    assert [path.targets[year] for year in (2034, 2036)] == pytest.approx([0.047, 0.047])
    assert [year for year in range(2026, 2037) if path.reviews(year)] == list(range(2030, 2035))


def test_the_relative_path_is_scaled_by_the_start():
    """A region at 8.7 % stands at 1.5 times England's 5.8 %: 12 % in 2029, 7.05 % in 2034."""
    path = path_of("white_paper", range(2025, 2036), 0.087, relative=True)

    assert path.targets[2029] == pytest.approx(0.12)
    assert path.targets[2034] == pytest.approx(0.0705)


def test_a_later_base_takes_what_is_left_of_the_path():
    """From 9 % in 2031 to 4.7 % in 2034; from 2035 on the last share at once."""
    ahead = path_of("white_paper", range(2031, 2036), 0.09, relative=False)
    after = path_of("white_paper", range(2035, 2037), 0.09, relative=False)

    assert ahead.targets[2032] == pytest.approx(0.09 - 0.043 / 3)
    assert after.targets == {2035: 0.09, 2036: 0.047}


def test_englands_own_share_at_the_start_is_not_asked_for():
    """From 6 % in 2024 straight to 8 % in 2029: 0.4 points a year, past England's 5.8 % in 2025."""
    path = path_of("white_paper", range(2024, 2030), 0.06, relative=False)

    assert path.targets[2025] == pytest.approx(0.064)


def test_no_reform_grows_evenly_and_goes_on():
    """1,000,000 / 718,600 in 7 years is 4.834 % a year; from a base in 2027 the same growth."""
    yearly = (1_000_000 / 718_600) ** (1 / 7)
    path = path_of("no_reform", range(2025, 2037), 1.0, relative=False)
    later = path_of("no_reform", range(2027, 2030), 1.0, relative=False)

    assert path.targets[2026] == pytest.approx(yearly)
    assert path.targets[2032] == pytest.approx(1_000_000 / 718_600)
    assert path.targets[2036] == pytest.approx(yearly**11)
    assert later.targets[2029] == pytest.approx(yearly**2)
    assert not path.reviews(2030)


def rungs(target, **options):
    """Meet a target where plans are 80 + 20 f - 10 r - 20 y."""
    effort, reached = meet(
        lambda one: 80 + 20 * one.factor - 10 * one.review_share - 20 * one.yielded,
        target,
        **{"review_share": 0.2, "may_yield": True} | options,
    )
    return effort, reached


def test_without_reviews_nor_yielding_fewer_joiners_are_all_there_is():
    assert rungs(90, review_share=None, may_yield=False) == (Effort(factor=0.5), 90)
    assert rungs(70, review_share=None, may_yield=False) == (Effort(factor=0.0), 80)


def test_without_yielding_reviews_end_at_all():
    assert rungs(60, may_yield=False) == (Effort(factor=0.0, review_share=1.0), 70)


def test_where_nobody_joins_more_plans_cannot_be_had():
    effort, reached = meet(lambda _: 50.0, 60, None, may_yield=True)

    assert (effort, reached) == (Effort(), 50)


def grown():
    """Of 1,000 residents 100 have a plan, and 150 a year later: 35 and 15 join.

    65 stay in mainstream and 35 in a special school, where 35 and 15 join.
    """
    children = {
        (5, "mainstream"): [65, 0],
        (5, SPECIAL): [35, 0],
        (6, "mainstream"): [0, 100],
        (6, SPECIAL): [0, 50],
    }
    flows = [
        (2026, (6, "mainstream"), (5, "mainstream"), 65),
        (2026, (6, SPECIAL), (5, SPECIAL), 35),
    ]
    return world(children, flows)


def test_a_path_is_met_by_joiners_first_in_mainstream():
    """No reform asks for 104.834 of 150: 45.166 fewer than 35 (1 - f) + 15 (1 - f) / 4 can be.

    So nobody joins in mainstream; f = 0 leaves 11.25 joiners in the special school, 111.25 plans,
    and the elastic bound gives way: 6.416 of these 11.25 do not join either, 57.0 %.
    """
    cube, origins = grown()

    outcome = apply_policy(cube, origins, population(1000), choices("no_reform"))

    asked = 100 * (1_000_000 / 718_600) ** (1 / 7)
    row = outcome.path.iloc[0]
    assert row["measure"] == "plans_index"
    assert row["reached"] == pytest.approx(asked / 100)
    assert row["joiner_factor"] == 0
    assert row["yielded"] == pytest.approx((111.25 - asked) / 11.25)
    after = found(outcome.cube, 2026)
    assert after == pytest.approx({(6, "mainstream"): 65, (6, SPECIAL): asked - 65}, rel=1e-6)
    assert outcome.support_plans is None
    assert "give way up to 57%" in outcome.notes[0]


@pytest.mark.parametrize(
    ("bound", "factor", "special"),
    [("elastic", 0.225806, 47.0968), ("special_unchanged", 1 / 7, 50), ("proportional", 0.4, 41)],
)
def test_joiners_turned_away_by_the_white_paper_hold_a_support_plan(bound, factor, special):
    """12 % asked for of 1,000 residents, 150 plans: 30 fewer of 35 + 15 joiners.

    Elastic: 35 (1 - f) + 15 (1 - f) / 4 = 30, 1 - f = 30 / 38.75. Special need unchanged:
    35 (1 - f) = 30. Proportional: 50 (1 - f) = 30. The special school has 50 - 15 e (1 - f).
    """
    cube, origins = grown()
    # A base share of 10 % and 1,000 residents; 2 years to 14 % would be 12 % in 2026.
    relative = choices("white_paper", bound=bound, path_basis="relative")
    people = population(1000)
    # 0.08 / 0.058 of 10 % in 2029 is 13.79 %: a quarter of the way is 10.948 %, of R residents.
    residents = 120 / (0.1 + (0.1 * 0.08 / 0.058 - 0.1) / 4)
    later = people["academic_year"] == 2026
    people = people.assign(children=people["children"].mask(later, residents / 12))

    outcome = apply_policy(cube, origins, people, relative)

    assert outcome.path["joiner_factor"].tolist() == pytest.approx([factor], abs=1e-5)
    assert outcome.cube.children[1].sum() == pytest.approx(120)
    assert found(outcome.cube, 2026)[6, SPECIAL] == pytest.approx(special, abs=1e-3)
    assert outcome.support_plans.children[1].sum() == pytest.approx(30)
    assert outcome.notes == ()


def test_a_path_that_asks_for_more_adds_joiners():
    """16 % asked for: 10 more of 35 (f - 1) + 15 (f - 1) / 4, f = 1 + 10 / 38.75."""
    cube, origins = grown()
    people = population(1000)
    residents = 160 / (0.1 + (0.08 - 0.1) / 4)
    later = people["academic_year"] == 2026
    people = people.assign(children=people["children"].mask(later, residents / 12))

    outcome = apply_policy(cube, origins, people, choices("white_paper"))

    assert outcome.path["joiner_factor"].item() == pytest.approx(1 + 10 / 38.75)
    assert outcome.cube.children[1].sum() == pytest.approx(160)
    assert outcome.support_plans is None


def in_year(ncy, review_share, **chosen):
    """From 2029 on 100 of 1,000 residents have a plan, 60 in mainstream; nobody joins."""
    children = {
        (ncy - 1, "mainstream"): [60, 0],
        (ncy - 1, SPECIAL): [40, 0],
        (ncy, "mainstream"): [0, 60],
        (ncy, SPECIAL): [0, 40],
    }
    flows = [
        (2030, (ncy, "mainstream"), (ncy - 1, "mainstream"), 60),
        (2030, (ncy, SPECIAL), (ncy - 1, SPECIAL), 40),
    ]
    cube, origins = world(children, flows, first=2029)
    asked = choices("white_paper", review_share=review_share, **chosen)
    return apply_policy(cube, origins, population(1000), asked)


def test_joiners_added_take_nobodys_support_plan():
    cube, origins = village()
    grid, elasticity = grid_of(cube.cells), elasticities(PolicyChoices())
    arrivals = carried(
        undisplaced(grid), origins.stayed[0], origins.joined[0], grid, carrying(elasticity)
    )
    more = Steering(elasticity=elasticity, factor=2.0, to_support=True)

    after = after_levers(arrivals, 2026, [], more, grid)

    assert not after.support.any()
    assert after.plans() @ cube.children[1, :, 0] == pytest.approx(10 + 10 / 4)


@pytest.mark.parametrize("review_share", [0.1, 0.5])
def test_reviews_end_as_many_plans_as_the_path_asks(review_share):
    """A fifth of the way from 10 % to 4.7 % asks for 89.4 of 100: 10.6 of 60 reviewed, 17.7 %.

    More than 0.1 chosen, which is told; fewer than 0.5, which is not used up.
    """
    outcome = in_year(7, review_share)

    assert outcome.path["review_share"].item() == pytest.approx(10.6 / 60)
    assert found(outcome.cube, 2030) == pytest.approx({(7, "mainstream"): 49.4, (7, SPECIAL): 40})
    assert found(outcome.support_plans, 2030) == pytest.approx({(7, "mainstream"): 10.6})
    assert bool(outcome.notes) == (review_share < 0.177)


@pytest.mark.parametrize(("ncy", "reviewed"), [(3, True), (6, False), (8, False)])
def test_plans_are_reviewed_at_transition_points_alone(ncy, reviewed):
    outcome = in_year(ncy, 0.2)

    assert outcome.path["reached"].item() == pytest.approx(0.0894 if reviewed else 0.1)


def test_in_proportion_reviews_reach_special_schools():
    """10.6 of 100 reviewed, alike in both."""
    outcome = in_year(7, 0.2, bound="proportional")

    assert found(outcome.cube, 2030) == pytest.approx(
        {(7, "mainstream"): 53.64, (7, SPECIAL): 35.76}
    )


def test_a_path_that_cannot_be_met_is_told():
    """A region all of whose plans are in special schools, none of which is reviewed."""
    cube, origins = world(
        {(6, SPECIAL): [100, 0], (7, SPECIAL): [0, 100]},
        [(2030, (7, SPECIAL), (6, SPECIAL), 100)],
        first=2029,
    )

    outcome = apply_policy(cube, origins, population(1000), choices("white_paper"))

    assert outcome.path["reached"].item() == pytest.approx(0.1)
    assert "missed in 2030: in 2030 it asks for 8.94%, and 10.00% is reached" in outcome.notes[0]


def test_a_year_without_residents_is_refused():
    cube, origins = village()
    early = population(1200, years=[2025, 2026])

    with pytest.raises(DataError, match=r"nobody aged 4 to 15 in 1 year\(s\), for example 2027"):
        apply_policy(cube, origins, early, choices("white_paper"))
