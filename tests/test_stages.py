"""Supply, travel and costs, by hand."""

import pandas as pd
import pytest

from placement_planner.codes import code_table
from placement_planner.costs import costs_of_places, fallback_by_authority
from placement_planner.errors import DataError
from placement_planner.scenario import TravelChoices
from placement_planner.supply import places_by_year
from placement_planner.tables.study import (
    Fallback,
    Flows,
    Population,
    Provision,
    Sites,
    UnitCosts,
)
from placement_planner.travel import observed_journeys, straight_line_journeys

SITE = {
    "site_name": "A school", "authority_code": "A", "site_kind": "state_special",
    "establishment_type": None, "phase": "primary", "low_age": None, "high_age": None,
    "capacity": None, "roll": None, "gender": None, "religious_character": None,
    "admissions_policy": None, "easting": 0.0, "northing": 0.0, "basis": "invented",
    "estimated": None,
}  # fmt: skip
POOL = {
    "site_id": "s", "provision_type": "special_school", "designation": "asd_special",
    "phase": "primary", "planning_places": 100.0, "commissioned_places": None,
    "physical_places": None, "roll": 110.0, "from_elsewhere": 0.0, "opens": None, "closes": None,
    "ramp": None, "basis": "invented", "estimated": None,
}  # fmt: skip


def test_places_open_ramp_up_close_and_are_net_of_children_from_elsewhere():
    provision = Provision.validate(
        pd.DataFrame(
            [
                POOL | {"provision_id": "net", "from_elsewhere": 12.0},
                POOL | {"provision_id": "opens", "opens": 2028, "ramp": "0.4;0.7"},
                POOL | {"provision_id": "closes", "closes": 2029},
                POOL | {"provision_id": "private", "provision_type": "independent_special"},
            ]
        )
    )
    sites = Sites.validate(pd.DataFrame([SITE | {"site_id": "s"}]))

    pools = places_by_year(provision, sites, (2027, 2028, 2029, 2030))

    table = pools.pivot_table(index="pool_id", columns="academic_year", values="places")
    assert table.loc["net"].tolist() == pytest.approx([88] * 4)
    assert table.loc["opens"].tolist() == pytest.approx([0, 40, 70, 100])
    assert table.loc["closes"].tolist() == pytest.approx([100, 100, 0, 0])
    assert "private" not in table.index


def test_a_journey_is_straight_line_times_circuity_at_the_home_areas_speed():
    """10 km: circuity 1.72 − 0.14 ln 10 = 1.39764; at 26 km/h 32.25 minutes, and 3 to board."""
    areas = pd.DataFrame(
        {"area_code": ["a"], "easting": [0.0], "northing": [0.0], "rural_urban": ["urban"]}
    )
    people = Population.validate(
        pd.DataFrame(
            [("a", 5, 10.0, "invented")], columns=["area_code", "age", "children", "basis"]
        )
    )
    sites = pd.DataFrame(
        {"site_id": ["s", "far"], "easting": [6000.0, 9e5], "northing": [8000.0, 0]}
    )

    journeys = straight_line_journeys(areas, people, sites, areas["area_code"], TravelChoices())

    assert journeys["site_id"].tolist() == ["s"]
    assert journeys["distance_km"].tolist() == pytest.approx([13.9764], abs=1e-4)
    assert journeys["minutes"].tolist() == pytest.approx([3 + 13.9764 / 26 * 60], abs=1e-3)


def test_a_larger_areas_journey_is_the_mean_over_its_children():
    """30 children at the gate (0.3 km) and 10 at 4.3 km: the mean km weighs them 3 to 1."""
    areas = pd.DataFrame(
        {"area_code": ["a", "b"], "easting": [0.0, 4300.0], "northing": [0.0, 0.0],
         "rural_urban": ["urban", "urban"]}
    )  # fmt: skip
    people = Population.validate(
        pd.DataFrame(
            [("a", 5, 30.0, "invented"), ("b", 5, 10.0, "invented")],
            columns=["area_code", "age", "children", "basis"],
        )
    )
    sites = pd.DataFrame({"site_id": ["s"], "easting": [0.0], "northing": [0.0]})
    apart = straight_line_journeys(areas, people, sites, areas["area_code"], TravelChoices())

    together = straight_line_journeys(areas, people, sites, pd.Series(["M", "M"]), TravelChoices())

    near, far = apart["distance_km"]
    assert together["distance_km"].tolist() == pytest.approx([(3 * near + far) / 4])


def test_an_observed_journey_goes_from_home_to_the_place_that_is_held():
    """The same 10 km as above, for three children; two placed outside the region have no row."""
    areas = pd.DataFrame(
        {"area_code": ["a"], "easting": [0.0], "northing": [0.0], "rural_urban": ["urban"]}
    )
    flows = Flows.validate(
        pd.DataFrame(
            [
                ("a", "ASD", "primary", "p", 3.0, "invented"),
                ("a", "ASD", "primary", "OUTSIDE", 2.0, "invented"),
            ],
            columns=["area_code", "need_type", "phase", "provision_id", "children", "basis"],
        )
    )
    provision = Provision.validate(pd.DataFrame([POOL | {"provision_id": "p"}]))
    sites = pd.DataFrame({"site_id": ["s"], "easting": [6000.0], "northing": [8000.0]})

    told = observed_journeys(flows, provision, areas, sites, TravelChoices())

    assert told["children"].tolist() == [3.0]
    assert told["minutes"].tolist() == pytest.approx([3 + 13.9764 / 26 * 60], abs=1e-3)


def unit_costs():
    return UnitCosts.validate(code_table("unit_costs"))


def test_costs_come_from_the_unit_cost_table():
    """Special: 85 % transported; 0.85 × 2,500 fixed, 0.85 × 1.53 × 380 a km."""
    costs = costs_of_places(unit_costs(), TravelChoices()).set_index("need_group")

    assert costs.loc["asd_special", "place_funding_gbp"] == 10_000
    assert costs.loc["asd_special", "transport_fixed_gbp"] == pytest.approx(2125)
    assert costs.loc["asd_special", "transport_gbp_per_km"] == pytest.approx(494.19)


def test_six_road_miles_cost_what_the_national_audit_office_found():
    """2,500 + 1.53 × 380 × 9.656 km is within 0.1 % of £8,116 a transported child."""
    table = unit_costs().set_index("item")["value"]
    cost = table["transport_fixed"] + table["transport_per_km"] * 380 * 6 * 1.609344

    assert cost == pytest.approx(8116, rel=1e-3)


def test_a_cost_that_is_missing_is_named():
    table = unit_costs()
    with pytest.raises(DataError, match="no top_up for pmld_special"):
        costs_of_places(table[table["applies_to"] != "pmld_special"], TravelChoices())


def test_an_authoritys_own_fallback_rows_stand_before_the_common_ones():
    row = {
        "need_group": "ci_base", "phase": "primary", "share": 1.0, "payer": "high_needs_block",
        "minutes": 1.0, "distance_km": 1.0, "source": "s", "basis": "invented",
    }  # fmt: skip
    rows = [
        row | {"authority_code": "*", "route": "common", "cost_gbp": 10.0},
        row | {"authority_code": "B", "route": "own", "cost_gbp": 20.0},
    ]

    told = fallback_by_authority(Fallback.validate(pd.DataFrame(rows)), ["A", "B"])

    assert told.set_index("authority_code")["route"].to_dict() == {"A": "common", "B": "own"}
