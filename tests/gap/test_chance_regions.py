"""All three ways in regions drawn by chance: several groups, phases, years and authorities.

Checked by the package `access`, by scipy's linear programme, and by sums over every margin.
"""

import itertools
from collections import defaultdict

import access
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from placement_planner.gap import (
    accessible_places,
    empty_places,
    exchange_of_plan,
    gap_by_assignment,
    gap_by_residence,
)
from placement_planner.pipeline import find_plan
from placement_planner.scenario import GapChoices
from placement_planner.tables.transport import ride_and_price
from tests.gap.cases import AFRESH, HOMES, YEARS, drives, need, pools, region, rides, suits
from tests.siting.roads import report

REACH = GapChoices()
SEEDS = st.integers(0, 10_000)
PLACES_KEY = ["phase", "academic_year"]
MARGINS = ["authority_code", "need_group", "phase", "academic_year"]
few, fewer = (
    settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    for count in (5, 2)
)


def accessible(tables):
    return accessible_places(
        tables.need, tables.pools, tables.travel, tables.transport, tables.compatibility, REACH
    )


@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.set_index:DeprecationWarning")
@pytest.mark.parametrize("seed", range(20))
def test_the_access_package_finds_the_same_places_per_child(seed):
    """Every area and need group is a home of `access`, every pool a supply."""
    tables = region(seed)
    ours = accessible(tables).access

    for (phase, minutes), year in itertools.product((("primary", 45), ("secondary", 75)), YEARS):
        rows = ours[(ours["phase"] == phase) & (ours["academic_year"] == year)]
        found = rows.set_index(rows["area_code"] + rows["need_group"])["places_per_child"]
        theirs = by_access(tables, phase, year, minutes).reindex(found.index).fillna(0.0)
        assert found.to_dict() == pytest.approx(theirs.to_dict())


def by_access(tables, phase, year, minutes):
    homes, supply = (
        table[(table["phase"] == phase) & (table["academic_year"] == year) & (table[size] > 0)]
        for table, size in ((tables.need, "children"), (tables.pools, "places"))
    )
    homes = homes.assign(home=homes["area_code"] + homes["need_group"])
    suited = tables.compatibility[tables.compatibility["match"] == "suited"]
    pairs = homes.merge(suited[["need_group", "designation"]]).merge(
        supply[["site_id", "designation", "pool_id"]]
    )
    pairs = pairs.merge(tables.travel, on=["area_code", "site_id"])
    if pairs.empty:
        return pd.Series(dtype=float)
    pairs["cost"], _ = ride_and_price(
        tables.transport, pairs, pairs["minutes"].to_numpy(), pairs["distance_km"].to_numpy()
    )
    package = access.Access(
        demand_df=homes[["home", "children"]],
        demand_index="home",
        demand_value="children",
        supply_df=supply[["pool_id", "places"]],
        supply_index="pool_id",
        supply_value="places",
        cost_df=pairs[["home", "pool_id", "cost"]],
        cost_origin="home",
        cost_dest="pool_id",
        cost_name="cost",
    )
    return package.two_stage_fca(name="found", cost="cost", max_cost=minutes)["found_places"]


@pytest.mark.parametrize("seed", range(20))
def test_the_assignment_is_scipys_optimum(seed):
    """Rides and £ worked out one child and band at a time, years discounted at 3.5 %."""
    tables, choices = region(seed), AFRESH

    told = report(tables, choices)

    expected = sum(
        1.035 ** (YEARS[0] - year) * weight * cheapest(tables, choices, year)
        for year, weight in zip(YEARS, choices.horizon.weights, strict=True)
    )
    assert told.status == "optimal"
    assert told.objective_gbp == pytest.approx(expected, rel=1e-7)


def cheapest(tables, choices, year):
    """Least £ of one year: every child in a place that suits and is in reach, or in fallback."""
    wanted = tables.need[tables.need["academic_year"] == year].to_dict("records")
    there = tables.pools[tables.pools["academic_year"] == year].to_dict("records")
    found = lookups(tables)
    ways = [(i, -1, fallback_gbp(found, child)) for i, child in enumerate(wanted)]
    for (i, child), (j, pool) in itertools.product(enumerate(wanted), enumerate(there)):
        gbp = placed_gbp(found, choices, child | {"designation": pool["designation"]}, pool)
        if gbp is not None:
            ways.append((i, j, gbp))
    who, where, costs = (np.array(column) for column in zip(*ways, strict=True))
    answer = linprog(
        costs,
        A_eq=np.equal.outer(np.arange(len(wanted)), who).astype(float),
        b_eq=[child["children"] for child in wanted],
        A_ub=np.equal.outer(np.arange(len(there)), where).astype(float),
        b_ub=[pool["places"] for pool in there],
    )
    return answer.fun


def lookups(tables):
    """Rows of the tables by key, as a person would leaf through them."""
    who = ["authority_code", "need_group", "phase"]
    keys = {
        "fallback": who,
        "transport": who,
        "place_costs": ["need_group"],
        "compatibility": ["need_group", "designation"],
        "travel": ["area_code", "site_id"],
    }
    books = {name: defaultdict(list) for name in keys}
    for name, columns in keys.items():
        for row in getattr(tables, name).to_dict("records"):
            books[name][tuple(row[column] for column in columns)].append(row)
    return lambda name, child: books[name][tuple(child[column] for column in keys[name])]


def fallback_gbp(found, child):
    return sum(route["share"] * route["cost_gbp"] for route in found("fallback", child))


def placed_gbp(found, choices, child, pool):
    """£ a year of a child in a pool; None where it does not suit or is out of reach."""
    match = found("compatibility", child)
    drive = found("travel", child | {"site_id": pool["site_id"]})
    if child["phase"] != pool["phase"] or not drive or not match or match[0]["match"] == "no":
        return None
    minutes, km = drive[0]["minutes"], drive[0]["distance_km"]
    bands = [row for row in found("transport", child) if row["from_km"] <= km]
    band = max(bands, key=lambda row: row["from_km"])
    ride = band["ride_minutes"] + band["ride_factor"] * minutes
    if ride > 60:
        return None
    over = max(0.0, ride - choices.travel.soft_minutes(child["phase"]))
    return (
        found("place_costs", child)[0]["top_up_gbp"]
        + match[0]["penalty_gbp"]
        + band["gbp"]
        + band["gbp_per_km"] * km
        + band["gbp_per_minute"] * minutes
        + over * choices.travel.gbp_per_minute_over
    )


def assert_adds_up(gap, tables):
    """Need is everybody's, over every margin; nothing is negative that may not be."""
    for margin in MARGINS:
        told = gap.groupby(margin)["need"].sum()
        everybody = tables.need.groupby(margin)["children"].sum().reindex(told.index)
        assert told.to_dict() == pytest.approx(everybody.fillna(0.0).to_dict())
        sums = gap.groupby(margin)[["need", "supply", "gap"]].sum()
        assert (sums["need"] - sums["supply"]).to_dict() == pytest.approx(sums["gap"].to_dict())
    assert gap["need"].sum() == pytest.approx(tables.need["children"].sum())
    assert (gap["unmet"] >= gap["gap"] - 1e-5).all()
    assert (gap["unmet"] <= gap["need"] + 1e-5).all()


def assert_same(left, right):
    """Two sums by phase and year are the same; what is in one alone must be nought."""
    both = left.rename("left").to_frame().join(right.rename("right"), how="outer").fillna(0.0)
    assert both["left"].to_numpy() == pytest.approx(both["right"].to_numpy(), abs=1e-5)


@few
@given(SEEDS)
def test_by_residence_every_place_of_the_region_is_counted_once(seed):
    tables = region(seed)

    gap = gap_by_residence(tables.need, tables.pools, tables.compatibility)

    assert_adds_up(gap, tables)
    own = tables.pools[tables.pools["authority_code"].isin(HOMES)]
    keys = ["authority_code", *PLACES_KEY]
    assert_same(gap.groupby(keys)["supply"].sum(), own.groupby(keys)["places"].sum())


@few
@given(SEEDS)
def test_in_reach_every_place_is_counted_once_or_named_as_idle(seed):
    tables = region(seed)

    found = accessible(tables)

    assert_adds_up(found.gap, tables)
    idle = found.idle.merge(tables.pools[["pool_id", "academic_year", "phase"]])
    reached = found.gap.groupby(PLACES_KEY)["supply"].sum()
    counted = reached.add(idle.groupby(PLACES_KEY)["places"].sum(), fill_value=0.0)
    assert_same(counted, tables.pools.groupby(PLACES_KEY)["places"].sum())


@fewer
@given(SEEDS)
def test_at_best_everybody_has_a_place_or_none_and_every_place_one_child(seed):
    tables = region(seed)
    plan = find_plan(tables, AFRESH)

    gap = gap_by_assignment(plan, tables)
    empty = empty_places(plan, tables)
    exchange = exchange_of_plan(plan, tables)

    assert_adds_up(gap, tables)
    assert gap["unmet"].to_numpy() == pytest.approx(gap["gap"].to_numpy(), abs=1e-5)
    used = (empty["places"] - empty["empty"]).groupby([empty[name] for name in PLACES_KEY]).sum()
    assert_same(gap.groupby(PLACES_KEY)["supply"].sum(), used)
    assert_same(gap.groupby(MARGINS)["supply"].sum(), exchange.groupby(MARGINS)["children"].sum())
    there = exchange.drop(columns="authority_code").rename(
        columns={"place_authority_code": "authority_code"}
    )
    keys = ["authority_code", *PLACES_KEY]
    taken = empty.assign(taken=empty["places"] - empty["empty"]).groupby(keys)["taken"].sum()
    assert_same(there.groupby(keys)["children"].sum(), taken)


@few
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(seed):
    tables = region(seed)
    turned = [table.iloc[::-1] for table in (tables.need, tables.pools, tables.compatibility)]

    by_residence = gap_by_residence(*turned)
    in_reach = accessible_places(
        turned[0], turned[1], tables.travel.iloc[::-1], tables.transport, turned[2], REACH
    )

    pd.testing.assert_frame_equal(
        by_residence, gap_by_residence(tables.need, tables.pools, tables.compatibility)
    )
    pd.testing.assert_frame_equal(in_reach.gap, accessible(tables).gap)


def test_tolerable_places_are_neither_set_against_need_nor_in_reach():
    """30 ci children; 20 language places would do, but do not suit: 30 without either way."""
    wanted, there = need(("A1", "L", "ci_base", 30)), pools(("S1", "L", "language_base", 20))
    match = suits(ci_base__language_base="tolerable")

    here = gap_by_residence(wanted, there, match).set_index("need_group")
    reached = accessible_places(wanted, there, drives(("A1", "S1", 5)), rides(), match, REACH)

    assert here["gap"].to_dict() == {"ci_base": 30, "language_base": -20}
    assert reached.gap["unmet"].tolist() == [30]
    assert reached.idle["places"].tolist() == [20]


def test_a_place_that_is_said_to_suit_nobody_is_not_lost():
    """7 places for asd that, says the planner, do not suit it: still there, with that group."""
    gap = gap_by_residence(
        need(("A1", "L", "ci_base", 3)),
        pools(("S1", "L", "asd_special", 7)),
        suits(asd_special__asd_special="no"),
    )

    assert gap.set_index("need_group")["gap"].to_dict() == {"asd_special": -7, "ci_base": 3}


def test_phases_and_years_are_kept_apart():
    """10 children in each of three; the 10 places are primary ones of 2027."""
    gap = gap_by_residence(
        need(
            ("A1", "L", "ci_base", 10),
            ("A1", "L", "ci_base", 10, "secondary"),
            ("A1", "L", "ci_base", 10, "primary", 2030),
        ),
        pools(("S1", "L", "ci_base", 10)),
        suits(),
    )

    unmet = gap.set_index(["phase", "academic_year"])["unmet"].to_dict()
    assert unmet == {("primary", 2027): 0, ("primary", 2030): 10, ("secondary", 2027): 10}


@pytest.mark.parametrize(("phase", "supply"), [("primary", 0), ("secondary", 10)])
def test_catchments_go_by_phase(phase, supply):
    """60 minutes are beyond the 45 of primary, within the 75 of secondary."""
    found = accessible_places(
        need(("A1", "L", "ci_base", 10, phase)),
        pools(("S1", "L", "ci_base", 10, phase)),
        drives(("A1", "S1", 60)),
        rides(),
        suits(),
        REACH,
    )

    assert found.gap["supply"].tolist() == [supply]


@pytest.mark.parametrize("empty", ["need", "pools", "travel"])
def test_nothing_at_all_is_no_error(empty):
    tables = {
        "need": need(("A1", "L", "ci_base", 10)),
        "pools": pools(("S1", "L", "ci_base", 10)),
        "travel": drives(("A1", "S1", 5)),
    }
    tables[empty] = tables[empty].iloc[:0]

    found = accessible_places(**tables, transport=rides(), compatibility=suits(), choices=REACH)
    here = gap_by_residence(tables["need"], tables["pools"], suits())

    assert found.gap["supply"].sum() == 0
    assert found.gap["unmet"].sum() == (0 if empty == "need" else 10)
    assert found.idle["places"].sum() == (0 if empty == "pools" else 10)
    assert here["unmet"].sum() == (10 if empty == "pools" else 0)
