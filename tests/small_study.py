"""A study made by hand: two authorities, four square areas of 1 km, three sites, two options.

north  A3 (Westby)  A4 (Eastham)
south  A1 (Westby)  A2 (Eastham)      A1's south-west corner is at 300000, 200000
"""

import pandas as pd
import shapely

from placement_planner.codes import code_table
from placement_planner.scenario import Scenario, scenario_template
from placement_planner.storage import write_table
from placement_planner.tables import table_name
from placement_planner.tables.study import STUDY_TABLES

WEST, SOUTH, SIDE = 300_000, 200_000, 1_000
AGES = range(26)
WESTBY, EASTHAM = "E99000001", "E99000002"
CORNERS = {"A1": (0, 0), "A2": (1, 0), "A3": (0, 1), "A4": (1, 1)}
AUTHORITY_OF = {"A1": WESTBY, "A2": EASTHAM, "A3": WESTBY, "A4": EASTHAM}


def square(area_code):
    column, row = CORNERS[area_code]
    west, south = WEST + SIDE * column, SOUTH + SIDE * row
    return shapely.box(west, south, west + SIDE, south + SIDE)


def boundaries():
    areas = pd.DataFrame(
        {
            "area_code": code,
            "area_name": f"Area {code}",
            "middle_code": f"M{authority[-1]}",
            "middle_name": f"Middle {authority[-1]}",
            "authority_code": authority,
            "easting": square(code).centroid.x,
            "northing": square(code).centroid.y,
            "rural_urban": "urban",
            "imd_decile": 5,
            "geometry": square(code),
        }
        for code, authority in AUTHORITY_OF.items()
    )
    roads = pd.DataFrame(
        {
            "from_node": ["n1"],
            "to_node": ["n2"],
            "road_class": ["minor"],
            "length_km": [1.0],
            "speed_kmh": [30.0],
            "geometry": [shapely.LineString([(300_500, 200_500), (301_500, 200_500)])],
        }
    )
    return {
        "authorities": pd.DataFrame(
            {
                "authority_code": [WESTBY, EASTHAM],
                "authority_name": ["Westby", "Eastham"],
                "la_code": ["990", "991"],
            }
        ),
        "areas": areas,
        "roads": roads,
        "travel_matrix": travel_matrix(),
        "population": pd.DataFrame(
            {"area_code": code, "age": age, "children": 20.0, "basis": "invented"}
            for code in CORNERS
            for age in AGES
        ),
        "population_projection": pd.DataFrame(
            {
                "authority_code": code,
                "academic_year": year,
                "age": age,
                "children": 40.0,
                "basis": "invented",
            }
            for code in (WESTBY, EASTHAM)
            for year in range(2024, 2035)
            for age in AGES
        ),
        "housing": pd.DataFrame(
            {
                "housing_id": ["H1"],
                "area_code": ["A1"],
                "academic_year": [2027],
                "tenure": ["market"],
                "homes": [50.0],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "housing_carried": pd.DataFrame(
            {
                "authority_code": code,
                "academic_year": year,
                "homes": 50.0,
                "source": "made up by hand",
                "basis": "invented",
            }
            for code in (WESTBY, EASTHAM)
            for year in range(2025, 2035)
        ),
    }


def travel_matrix():
    """Four minutes and 2 km a step between squares; N1 lies ten steps east of all."""
    steps = {
        (area, site): abs(CORNERS[area][0] - CORNERS[home][0])
        + abs(CORNERS[area][1] - CORNERS[home][1])
        for area in CORNERS
        for site, home in (("S1", "A1"), ("S2", "A2"), ("S3", "A3"))
    } | {(area, "N1"): 10 for area in CORNERS}
    return pd.DataFrame(
        {
            "area_code": area,
            "site_id": site_id,
            "minutes": 1.0 + 4 * count,
            "distance_km": 0.5 + 2 * count,
        }
        for (area, site_id), count in steps.items()
    )


def site(site_id, kind, area_code, authority_code, **more):
    centre = square(area_code).centroid
    return {
        "site_id": site_id,
        "site_name": f"{site_id} School",
        "authority_code": authority_code,
        "site_kind": kind,
        "establishment_type": None,
        "phase": "primary",
        "low_age": 4.0,
        "high_age": 11.0,
        "capacity": 210.0,
        "roll": 200.0,
        "gender": "Mixed",
        "religious_character": None,
        "admissions_policy": None,
        "easting": centre.x,
        "northing": centre.y,
        "longitude": None,
        "latitude": None,
        "basis": "invented",
        "estimated": None,
        **more,
    }


def provision(provision_id, site_id, kind, designation, **more):
    return {
        "provision_id": provision_id,
        "site_id": site_id,
        "provision_type": kind,
        "designation": designation,
        "phase": "primary",
        "planning_places": 16.0,
        "commissioned_places": 16.0,
        "physical_places": 18.0,
        "roll": 15.0,
        "from_elsewhere": 1.0,
        "opens": None,
        "closes": None,
        "ramp": None,
        "basis": "invented",
        "estimated": None,
        **more,
    }


def schools():
    return {
        "sites": pd.DataFrame(
            [
                site("S1", "mainstream", "A1", WESTBY),
                site("S2", "state_special", "A2", EASTHAM, phase="not_applicable"),
                site("S3", "land", "A3", WESTBY, phase="not_applicable", roll=None),
            ]
        ),
        "provision": pd.DataFrame(
            [
                provision("P1", "S1", "sen_unit", "ci_base", opens=2027.0, ramp="0.5;1"),
                provision("P2", "S2", "special_school", "asd_special", standing="permanent"),
            ]
        ),
        "neighbouring_places": pd.DataFrame(
            {
                "place_id": ["N1-asd"],
                "site_id": ["N1"],
                "site_name": ["Farther School"],
                "easting": [311_000.0],
                "northing": [201_000.0],
                "provision_type": ["special_school"],
                "designation": ["asd_special"],
                "phase": ["primary"],
                "places": [4.0],
                "opens": [None],
                "closes": [2030.0],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "cross_border": pd.DataFrame(
            {
                "direction": ["in", "out"],
                "authority_code": [EASTHAM, WESTBY],
                "place": ["P2", "Farther School"],
                "need_group": ["asd_special", "asd_special"],
                "phase": ["primary", "primary"],
                "academic_year": [2028, 2027],
                "children": [3.0, 1.0],
                "source": ["made up by hand", "made up by hand"],
                "basis": ["invented", "invented"],
            }
        ),
        "hosts": pd.DataFrame(
            {
                "site_id": ["S1"],
                "interest": ["yes"],
                "excluded_because": [None],
                "condition": ["B"],
                "accessible": ["yes"],
                "children_with_plans": [6.0],
                "suspensions_per_100": [2.5],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "caseload": pd.DataFrame(
            {
                "authority_code": code,
                "january": january,
                "ncy": 3,
                "need_type": "ASD",
                "setting": setting,
                "children": 12.0,
                "basis": "invented",
            }
            for code in (WESTBY, EASTHAM)
            for january in (2025, 2026)
            for setting in ("sen_unit", "state_special")
        ),
        "caseload_totals": pd.DataFrame(
            {
                "authority_code": [WESTBY, EASTHAM],
                "january": [2024, 2024],
                "setting": ["state_special", "state_special"],
                "children": [40.0, 40.0],
                "basis": ["invented", "invented"],
            }
        ),
        "transitions": pd.DataFrame(
            {
                "authority_code": [WESTBY],
                "january": [2025],
                "setting_1": ["NONSEND"],
                "need_1": ["NONSEND"],
                "ncy_1": [2],
                "setting_2": ["sen_unit"],
                "need_2": ["ASD"],
                "ncy_2": [3],
                "children": [4.0],
                "basis": ["invented"],
            }
        ),
        "flows": pd.DataFrame(
            {
                "area_code": ["A1", "A4"],
                "need_type": ["ASD", "ASD"],
                "phase": ["primary", "primary"],
                "provision_id": ["P1", "OUTSIDE"],
                "children": [6.0, 2.0],
                "basis": ["invented", "invented"],
            }
        ),
        "area_caseload": pd.DataFrame(
            {
                "authority_code": WESTBY,
                "area_code": area,
                "january": 2026,
                "ncy": 3,
                "need_type": "ASD",
                "setting": "sen_unit",
                "children": 6.0,
                "basis": "invented",
            }
            for area in ("A1", "UNKNOWN")
        ),
        "hidden_need": pd.DataFrame(
            {
                "authority_code": [EASTHAM],
                "as_of": ["2026-01-15"],
                "reason": ["unsuitable_placement"],
                "need_type": ["ASD"],
                "phase": ["primary"],
                "setting": ["sen_unit"],
                "need_group": ["asd_special"],
                "children": [2.0],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "need_group_rules": code_table("need_group_rules"),
        "policy_levers": pd.DataFrame(
            {
                "scenario": ["own"],
                "lever_id": ["FEWER"],
                "kind": ["joiners"],
                "authorities": ["*"],
                "need_types": ["ASD"],
                "ncy_from": [0],
                "ncy_to": [6],
                "settings": ["*"],
                "from_year": [2027],
                "to_year": [2031],
                "ramp": ["0.5;1"],
                "at_transition": [False],
                "to_setting": [None],
                "value": [0.9],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "requests": pd.DataFrame(
            {
                "authority_code": [WESTBY],
                "calendar_year": [2025],
                "age": [5],
                "requests": [9.0],
                "assessments": [7.0],
                "new_plans": [6.0],
                "basis": ["invented"],
            }
        ),
    }


def option(option_id, site_id, action, designation, **more):
    return {
        "option_id": option_id,
        "site_id": site_id,
        "action": action,
        "designation": designation,
        "phases": "primary:1",
        "sizes": "8;16",
        "fixed_capital_gbp": 50_000.0,
        "capital_per_place_gbp": 21_000.0,
        "lead_years": 1,
        "ramp": "0.5;1",
        "asset_life_years": 15,
        "minimum_fill": 0.6,
        "earliest_start": 2027,
        "latest_start": 2029,
        "pots": "POT1",
        "requires": None,
        "excludes": None,
        "serves": None,
        "locked_in": False,
        "locked_out": False,
        "release_status": "internal",
        "basis": "invented",
        "estimated": None,
        **more,
    }


def money():
    groups = code_table("need_groups")[["need_group", "provision_kind"]]
    routes = code_table("fallback_routes").drop(columns="name")
    fallback = groups.merge(routes, on="provision_kind").drop(columns="provision_kind")
    return {
        "options": pd.DataFrame(
            [
                option("O1", "S1", "adapt_rooms", "language_base"),
                option(
                    "O2",
                    "S3",
                    "new_special",
                    "sld_mld_special",
                    phases="primary:0.4;secondary:0.6",
                    pots="POT1;POT2",
                    excludes="O1",
                ),
            ]
        ),
        "option_sets": pd.DataFrame(
            {
                "set_id": ["SET1"],
                "options": ["O1;O2"],
                "at_most": [1],
                "reason": ["one trust that can run one scheme"],
            }
        ),
        "agreements": pd.DataFrame(
            {
                "authority_code": [WESTBY],
                "place_authority_code": [EASTHAM],
                "need_group": ["sld_mld_special"],
                "children": [6.0],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "pots": pd.DataFrame(
            {
                "pot_id": ["POT1", "POT2"],
                "pot_name": ["High needs capital", "Reserve"],
                "owner": [WESTBY, "REGION"],
                "eligible_authorities": [WESTBY, "*"],
                "eligible_actions": ["adapt_rooms;new_special", "*"],
                "payer": "capital_grant",
                "starts": 2026,
                "expires": 2031,
                "carry_years": [None, 1.0],
                "source": "made up by hand",
                "basis": "invented",
            }
        ),
        "pot_funding": pd.DataFrame(
            {"pot_id": ["POT1", "POT2"], "academic_year": [2026, 2027], "gbp": [1e6, 2e6]}
        ),
        "fallback": fallback.assign(authority_code="*"),
        "unit_costs": code_table("unit_costs"),
        "capital_costs": pd.DataFrame(
            {
                "action": ["adapt_rooms"],
                "applies_to": ["base"],
                "places_from": [0],
                "gbp_per_place": [20_000.0],
                "payer": ["capital_grant"],
                "source": ["made up by hand"],
                "price_date": ["2026-03"],
                "basis": ["invented"],
            }
        ),
        "transport_mix": pd.DataFrame(
            {
                "applies_to": ["*", "*"],
                "from_km": [0.0, 0.0],
                "mode": ["minibus", "taxi"],
                "share": [0.5, 0.5],
                "source": ["made up by hand", "made up by hand"],
                "basis": ["invented", "invented"],
            }
        ),
        "transport_totals": pd.DataFrame(
            {
                "authority_code": [WESTBY],
                "financial_year": [2024],
                "children": [30.0],
                "gbp": [240_000.0],
                "source": ["made up by hand"],
                "basis": ["invented"],
            }
        ),
        "compatibility": code_table("compatibility"),
    }


def write_small_study(folder):
    """Write the study; it breaks no rule."""
    frames = boundaries() | schools() | money()
    for model in STUDY_TABLES:
        write_table(folder, model, frames[table_name(model)])
    scenario = Scenario(name="Small study")
    (folder / "scenario.toml").write_text(scenario_template(scenario), encoding="utf-8")
    return folder
