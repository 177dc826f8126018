"""Capital and when it is spent, by hand; what may be built together; openings between years."""

import pytest

from placement_planner.errors import SolveError
from tests.siting.cases import option
from tests.siting.regions import ASD, choices, plan_for, pot, region
from tests.siting.roads import answer

ONE = (2027,)
CHILDREN = ("A", ASD, "primary")


def can_be_built(build, funds, years=ONE, **changes):
    """Tell whether a build of £10,000 for ten children is paid for; without it none is placed."""
    tables = region(
        {CHILDREN: [10] * len(years)},
        years=years,
        options=[option("O", "S", **build)],
        funds={("P", year): gbp for year, gbp in funds.items()},
        pots=[pot(**changes)],
    )
    _, found = answer(tables, choices(years))
    return bool(found.built.any())


def test_money_is_carried_over_for_as_long_as_the_pot_says():
    """£10,000 arrives in 2024 and is due in 2026."""
    funds = {2024: 10_000}

    assert can_be_built({}, funds)
    assert can_be_built({}, funds, carry_years=2)
    assert not can_be_built({}, funds, carry_years=1)


def test_money_of_the_year_itself_is_never_carried():
    assert can_be_built({}, {2026: 10_000}, carry_years=0)
    assert not can_be_built({}, {2026: 9_999, 2025: 10_000}, carry_years=0)


def test_money_that_arrives_later_pays_nothing():
    assert not can_be_built({}, {2027: 10_000})


def test_money_that_lapses_first_is_spent_first():
    """£5,000 is due in 2025 and in 2026; a year's carry-over. 2024's £5,000 pays 2025, 2025's 2026.

    With £4,999 in 2024 a pound of 2025 pays 2025, and 2026 is a pound short.
    """
    build = {"lead_years": 2, "earliest_start": 2025}

    assert can_be_built(build, {2024: 5_000, 2025: 5_000}, carry_years=1)
    assert not can_be_built(build, {2024: 4_999, 2025: 5_000}, carry_years=1)
    assert not can_be_built(build, {2024: 10_000}, carry_years=1)
    assert can_be_built(build, {2025: 10_000}, carry_years=1)


def test_a_build_that_opens_at_once_is_paid_in_the_year_of_its_start():
    build = {"lead_years": 0, "earliest_start": 2027}

    assert can_be_built(build, {2027: 10_000})
    assert not can_be_built(build, {2028: 10_000})


def test_two_pots_pay_together_and_an_expired_one_pays_its_years():
    """£5,000 a year in 2025 and 2026: P expires after 2025, Q starts in 2026."""
    pots = [pot("P", expires=2025), pot("Q", starts=2026)]
    build = option("O", "S", lead_years=2, earliest_start=2025, pots="P;Q")
    enough, short = (
        region({CHILDREN: [10]}, years=ONE, options=[build], pots=pots,
               funds={("P", 2020): most, ("Q", 2020): 5_000})
        for most in (5_000, 4_999)
    )  # fmt: skip

    assert plan_for(enough, choices(ONE)).spend["pot_id"].tolist() == ["P", "Q"]
    assert plan_for(short, choices(ONE)).builds.empty


def three(**changes):
    """Return the builds of three sites with ten places each, for thirty children."""
    names = ("O", "P", "Q")
    sets = changes.pop("sets", ())
    options = [option(name, f"S{name}", **changes.get(name, {})) for name in names]
    tables = region({CHILDREN: [30]}, years=ONE, options=options, sets=sets)
    return plan_for(tables, choices(ONE)).builds["option_id"].tolist()


def test_everything_worth_building_is_built():
    assert three() == ["O", "P", "Q"]


def test_no_more_of_a_set_are_built_than_may_be():
    """O is the dearest, then P: what may not be built is the dearest of a set."""
    dear = {"O": {"capital_per_place_gbp": 3_000.0}, "P": {"capital_per_place_gbp": 2_000.0}}

    assert three(**dear, sets=[("X", "O;P;Q", 1)]) == ["Q"]
    assert three(**dear, sets=[("X", "O;P", 1)]) == ["P", "Q"]
    assert three(**dear, sets=[("X", "O;P;Q", 2), ("Y", "O;unknown", 0)]) == ["P", "Q"]


def test_an_option_needs_all_that_it_requires():
    assert three(O={"requires": "P;Q"}, P={"locked_out": True}) == ["Q"]


def test_an_option_that_requires_what_is_not_there_is_not_built():
    assert three(O={"requires": "unknown"}) == ["P", "Q"]


def test_of_two_that_exclude_each_other_the_cheaper_is_built():
    assert three(O={"excludes": "P", "capital_per_place_gbp": 2_000.0}) == ["P", "Q"]
    assert three(P={"excludes": "O", "capital_per_place_gbp": 2_000.0}) == ["O", "Q"]


def test_an_option_that_is_locked_in_and_out_is_out():
    assert three(O={"locked_in": True, "locked_out": True}) == ["P", "Q"]


def test_options_that_are_locked_in_and_exclude_each_other_are_told():
    with pytest.raises(SolveError, match=r"2 option\(s\) are locked in \(O, P\)"):
        three(O={"excludes": "P", "locked_in": True}, P={"locked_in": True})


def test_modules_are_sizes():
    """8x1-3 is 8, 16 or 24 places: 24 for 24 children."""
    tables = region({CHILDREN: [24]}, years=ONE, options=[option("O", "S", sizes="8x1-3")])

    assert plan_for(tables, choices(ONE)).builds["places"].tolist() == [24]


def test_an_opening_between_two_planned_years_is_left_out():
    """2027 and 2030 are planned, and work takes a year: it starts in 2026 or in 2029, no other."""
    years = (2027, 2030)
    start = {
        (first, last): can_be_built(
            {"earliest_start": first, "latest_start": last}, {2020: 1e6}, years
        )
        for first, last in ((2026, 2026), (2027, 2028), (2027, 2029))
    }

    assert start == {(2026, 2026): True, (2027, 2028): False, (2027, 2029): True}


def test_a_period_counts_for_its_years_and_later_money_for_less():
    """2027 stands for 3 years, 2030 for 2; at 10 % £1 of 2030 is worth 1 / 1.331.

    One child, £10,500 a year: 10,500 × (3 + 2 / 1.331) = £47,277.6.
    """
    years = (2027, 2030)
    tables = region({CHILDREN: [1, 1]}, {"p": ("S", ASD, "primary", [1, 1])}, years=years)

    plan = plan_for(tables, choices(years, horizon={"discount_rate": 0.1, "last_period_years": 2}))

    assert plan.report.objective_gbp == pytest.approx(10_500 * (3 + 2 / 1.331))


def test_capital_counts_as_an_annuity_from_the_opening_on():
    """£10,000 over two years at 10 %: 5,761.905 a year, from 2028 on, worth 1 / 1.1 in 2027.

    2027: 10 × 40,000; 2028: 10 × 10,500 + 10 × 5,000 + 5,761.905, divided by 1.1.
    """
    years = (2027, 2028)
    build = option("O", "S", locked_in=True, earliest_start=2027, asset_life_years=2)
    tables = region({CHILDREN: [10, 10]}, years=years, options=[build])

    plan = plan_for(tables, choices(years, horizon={"discount_rate": 0.1}))

    assert plan.report.objective_gbp == pytest.approx(400_000 + 160_761.905 / 1.1)
