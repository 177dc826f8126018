"""Children across authority borders, by hand: today's numbers, agreements, options that serve.

M's children live in B, L's school at S has room. Placed there a child costs £10,500, £40,000
without a place.
"""

import pytest

from tests.siting.cases import option
from tests.siting.regions import (
    ASD,
    OUTSIDE,
    SEMH,
    YEARS,
    choices,
    placed_in,
    plan_for,
    pot,
    region,
)

ONE = (2027,)
HOMES = {"A": "L", "B": "M"}
LOCAL, VISITOR = ("A", ASD, "primary"), ("B", ASD, "primary")
ROOMY = {"p": ("S", ASD, "primary", [20])}
both_roads = pytest.mark.parametrize("arcs_at_once", [50_000, 0], ids=["whole", "decomposed"])


def visitors(pools=ROOMY, *, years=ONE, children=None, siting=None, arcs_at_once=50_000, **changes):
    """Plan for ten children of M, and one of L, and return how many of M's hold places of L."""
    tables = region(
        {LOCAL: [1] * len(years), VISITOR: children or [10] * len(years)},
        pools,
        years=years,
        homes=HOMES,
        **changes,
    )
    plan = plan_for(tables, choices(years, siting=siting, arcs_at_once=arcs_at_once))
    return placed_in(plan, area_code="B", academic_year=years[-1])


def test_without_today_s_numbers_nobody_crosses():
    assert visitors() == 0


def test_no_more_cross_than_today():
    assert visitors(exchange={("M", "L", ASD): 4}) == pytest.approx(4)


def test_today_s_numbers_count_for_their_own_direction_and_need():
    assert visitors(exchange={("L", "M", ASD): 4, ("M", "L", SEMH): 4}) == 0


def test_those_who_keep_a_place_across_the_border_count_towards_today_s_number():
    """Four may; three hold theirs already: one more comes, four in all."""
    assert visitors(
        exchange={("M", "L", ASD): 4}, kept=[(*VISITOR, 2027, "p", 3)]
    ) == pytest.approx(4)


def test_those_who_stay_in_an_independent_school_across_the_border_count_too():
    """Today's four are three in an independent school of L and one at S: no more than one at S.

    The three were once not counted, so that four would have come to S beside them.
    """
    held = visitors(
        exchange={("M", "L", ASD): 4},
        sites={"site-private": "L"},
        kept=[(*VISITOR, 2027, "private", 3, True)],
    )

    assert held == pytest.approx(4)


def test_more_may_stay_than_an_agreement_allows_but_nobody_joins_them():
    assert visitors(
        exchange={("M", "L", ASD): 2}, kept=[(*VISITOR, 2027, "p", 3)]
    ) == pytest.approx(3)


def test_neighbours_outside_are_limited_by_what_they_offer_alone():
    pools = {"p": ("N", ASD, "primary", [6])}

    assert visitors(pools, sites={"N": OUTSIDE, "S": "L"}) == pytest.approx(6)


def test_pooled_places_are_everybody_s():
    assert visitors(siting={"money": "pooled"}) == pytest.approx(10)


@pytest.mark.parametrize(
    ("serves", "children"), [(None, 0), ("L", 0), ("M", 5), ("N;M", 5), ("*", 5)]
)
def test_an_option_that_serves_them_adds_its_open_places(serves, children):
    """O opens ten places, half of them in its first year; they may sit anywhere in L's schools."""
    build = option("O", "S", serves=serves, locked_in=True, ramp="0.5;1")

    assert visitors(options=[build]) == pytest.approx(children)


def test_an_option_serves_only_needs_that_its_places_suit():
    build = option("O", "S", designation=SEMH, serves="M", locked_in=True)

    assert visitors(options=[build]) == 0


def test_options_that_serve_raise_the_limit_of_today():
    build = option("O", "S", serves="M", locked_in=True)

    assert visitors(exchange={("M", "L", ASD): 3}, options=[build]) == pytest.approx(10)
    assert visitors(exchange={("M", "L", ASD): 3}, options=[build], children=[14]) == pytest.approx(
        13
    )


@both_roads
def test_all_phases_count_towards_one_limit(arcs_at_once):
    """Of two who come to primary in 2027 one is in secondary in 2028: both count in both years.

    Two may hold places of L. They were once counted in the last phase alone, so that four came.
    """
    stays = [
        ("M", ASD, "primary", 2027, 2027, "primary", 1.0),
        ("M", ASD, "primary", 2027, 2028, "primary", 0.5),
        ("M", ASD, "primary", 2027, 2028, "secondary", 0.5),
        ("M", ASD, "primary", 2028, 2028, "primary", 1.0),
        ("M", ASD, "secondary", 2028, 2028, "secondary", 1.0),
    ]
    tables = region(
        {VISITOR: [10, 10], ("B", ASD, "secondary"): [0, 10]},
        {"p": ("S", ASD, "primary", [20, 20]), "q": ("S", ASD, "secondary", [20, 20])},
        homes={"B": "M"},
        stays=stays,
        exchange={("M", "L", ASD): 2},
    )

    plan = plan_for(tables, choices(arcs_at_once=arcs_at_once))

    assert placed_in(plan, academic_year=2027) == pytest.approx(2)
    assert placed_in(plan, academic_year=2028) == pytest.approx(2)


def builds(money="own", serves=None, **changes):
    """Return how many builds there are where only M's pot has money, and O at S in L is wanted."""
    tables = region(
        {LOCAL: [10, 10], VISITOR: [10, 10]},
        homes=HOMES,
        options=[option("O", "S", serves=serves, pots=changes.pop("named", "P"))],
        pots=[pot(owner="M") | changes],
    )
    return len(plan_for(tables, choices(YEARS, siting={"money": money})).builds)


def test_an_authority_s_pot_pays_for_its_own_area_alone():
    assert builds(owner="L") == 1
    assert builds(owner="M") == 0


@pytest.mark.parametrize("serves", ["M", "*"])
def test_an_authority_s_pot_pays_for_what_serves_its_children(serves):
    assert builds(serves=serves) == 1


def test_an_authority_s_pot_does_not_pay_for_what_serves_another():
    assert builds(serves="N") == 0


def test_the_region_s_pot_pays_anywhere():
    assert builds(owner="REGION") == 1


@pytest.mark.parametrize(
    "changes",
    [{"eligible_authorities": "M"}, {"eligible_actions": "new_special"}, {"named": "Q"},
     {"starts": 2035}, {"expires": 2025}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_a_pot_pays_only_where_for_what_and_when_it_may(changes):
    assert builds(owner="L", **changes) == 0


def test_pooled_pots_pay_for_any_site_but_only_for_their_uses():
    assert builds("pooled", eligible_authorities="M", named="Q") == 1
    assert builds("pooled", eligible_actions="new_special") == 0
