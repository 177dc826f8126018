"""A village of twelve square areas, three larger areas and two authorities, with a plan for it.

    Ashby (A1)                        | Thorpe (A2)
    Mill (M1)       Dene (M2)         | Holt (M3)
    a00 a10         a20 a30           | a40 a50        northern row
    a01 a11         a21 a31           | a41 a51        southern row

Each square is 2 km wide. In the final year, 2028/29, every northern square has 12 children who
need a special school place and every southern one 6: 72 + 36 = 108 children, 36 in each larger
area. `Oak School` has 40 places. The plan adds 30 places at `Elm School` (approved, 2.4 million)
and 20 at `Fir School` (not told yet, 1.25 million), one of three primary schools in Holt.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, box

from placement_planner.codes import code_table
from placement_planner.costs import cost_lines, fallback_by_authority
from placement_planner.outcome import Outcome
from placement_planner.scenario import Scenario
from placement_planner.siting.authorities import effects_by_authority
from placement_planner.siting.displacement import savings_by_displacement
from placement_planner.siting.plan import Plan, SolveReport
from placement_planner.siting.tables import Tables
from placement_planner.tables import checked, continuity, empty_table, stages, study
from placement_planner.tables import plan as plan_tables
from placement_planner.tables.transport import Transport

GROUP, PHASE, YEARS = "asd_special", "primary", (2027, 2028)
SIDE_M, WEST_M, SOUTH_M = 2000, 400_000, 390_000
MIDDLES = ("Mill", "Dene", "Holt")
ELM, FIR = (f"{site}:{GROUP}:{PHASE}" for site in ("100002", "100003"))


def scenario(**sections):
    chosen = Scenario().with_choices(horizon={"years": YEARS}, siting={"level": "area"}, **sections)
    return chosen.model_copy(update={"name": "Village", "notice": "modelling, not a proposal"})


def areas():
    rows = [
        {
            "area_code": f"a{column}{row}",
            "area_name": f"{MIDDLES[column // 2]} {column}{row}",
            "middle_code": f"M{column // 2 + 1}",
            "middle_name": MIDDLES[column // 2],
            "authority_code": "A1" if column < 4 else "A2",
            "easting": WEST_M + SIDE_M * (column + 0.5),
            "northing": SOUTH_M + SIDE_M * (1.5 - row),
            "rural_urban": "urban",
            "imd_decile": 5,
        }
        for column in range(6)
        for row in range(2)
    ]
    table = checked(study.Areas, pd.DataFrame(rows))
    half = SIDE_M / 2
    shapes = [
        box(east - half, north - half, east + half, north + half)
        for east, north in zip(table["easting"], table["northing"], strict=True)
    ]
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:27700")


def roads():
    middle = SOUTH_M + SIDE_M
    rows = pd.DataFrame(
        {
            "from_node": ["n1", "n2"],
            "to_node": ["n2", "n3"],
            "road_class": ["a_road", "motorway"],
            "length_km": [6.0, 6.0],
            "speed_kmh": [40.0, 90.0],
        }
    )
    lines = [
        LineString([(WEST_M, middle), (WEST_M + 6000, middle)]),
        LineString([(WEST_M + 6000, middle), (WEST_M + 12_000, middle)]),
    ]
    return gpd.GeoDataFrame(checked(study.Roads, rows), geometry=lines, crs="EPSG:27700")


def sites(oak="Oak School"):
    names = {"100001": oak, "100002": "Elm School", "100003": "Fir School",
             "100004": "Ash School", "100005": "Yew School"}  # fmt: skip
    places = {"100001": ("A1", "a00", 401_000), "100002": ("A1", "a21", 405_000),
              "100003": ("A2", "a50", 411_000), "100004": ("A2", "a40", 409_000),
              "100005": ("A2", "a50", 410_500)}  # fmt: skip
    frame = pd.DataFrame(
        [
            {
                "site_id": site_id,
                "site_name": name,
                "authority_code": places[site_id][0],
                "site_kind": "state_special" if site_id == "100001" else "mainstream",
                "establishment_type": None,
                "phase": "primary",
                "low_age": 4.0,
                "high_age": 11.0,
                "capacity": 200.0,
                "roll": 180.0,
                "gender": "Mixed",
                "religious_character": None,
                "admissions_policy": None,
                "easting": float(places[site_id][2]),
                "northing": 392_500.0,
                "basis": "invented",
                "estimated": "capacity" if site_id == "100003" else None,
            }
            for site_id, name in names.items()
        ]
    )
    return checked(study.Sites, frame).assign(
        area_code=[places[site_id][1] for site_id in sorted(places)]
    )


def options():
    shared = {
        "designation": GROUP,
        "phases": f"{PHASE}:1",
        "fixed_capital_gbp": 0.0,
        "lead_years": 1,
        "ramp": "1",
        "asset_life_years": 40,
        "minimum_fill": 0.5,
        "earliest_start": 2026,
        "latest_start": 2028,
        "requires": None,
        "excludes": None,
        "locked_in": False,
        "locked_out": False,
        "basis": "invented",
    }
    rows = [
        {"option_id": "expand-100002", "site_id": "100002", "action": "expand_special",
         "sizes": "30", "capital_per_place_gbp": 80_000.0, "pots": "grant",
         "release_status": "approved", "estimated": None},
        {"option_id": "satellite-100003", "site_id": "100003", "action": "satellite",
         "sizes": "20", "capital_per_place_gbp": 62_500.0, "pots": "own",
         "release_status": "engaged", "estimated": "capital_per_place_gbp;sizes"},
    ]  # fmt: skip
    return checked(study.Options, pd.DataFrame([{**shared, **row} for row in rows]))


def money():
    pots = [
        {"pot_id": "grant", "pot_name": "High needs capital grant", "owner": "A1",
         "source": "Invented allocation"},
        {"pot_id": "own", "pot_name": "Own borrowing", "owner": "REGION",
         "source": "Invented budget"},
    ]  # fmt: skip
    shared = {
        "eligible_authorities": "*", "eligible_actions": "*", "payer": "capital_grant",
        "starts": 2026, "expires": 2030, "basis": "invented",
    }  # fmt: skip
    funding = pd.DataFrame(
        {
            "pot_id": ["grant", "grant", "own"],
            "academic_year": [2026, 2029, 2026],
            "gbp": [3_000_000.0, 9_000_000.0, 2_000_000.0],
        }
    )
    return (
        checked(study.Pots, pd.DataFrame([{**shared, **pot} for pot in pots])),
        checked(study.PotFunding, funding),
    )


def provision():
    frame = pd.DataFrame(
        [
            {
                "provision_id": "oak", "site_id": "100001", "provision_type": "special_school",
                "designation": GROUP, "phase": PHASE, "planning_places": 40.0,
                "commissioned_places": None, "physical_places": None, "roll": 40.0,
                "from_elsewhere": 0.0, "opens": None, "closes": None, "ramp": None,
                "basis": "estimated", "estimated": "planning_places",
            }
        ]
    )  # fmt: skip
    return checked(study.Provision, frame)


def inputs(oak="Oak School"):
    """Every table of `Inputs` that outputs read."""
    pots, funding = money()
    authorities = pd.DataFrame(
        {
            "authority_code": ["A1", "A2"],
            "authority_name": ["Ashby", "Thorpe"],
            "la_code": ["901", "902"],
        }
    )
    fallback = code_table("fallback_routes").iloc[[6]].drop(columns=["provision_kind", "name"])
    fallback = fallback.assign(authority_code="*", need_group=GROUP, phase=PHASE, share=1.0)
    return SimpleNamespace(
        folder=Path("village"),
        authorities=checked(study.Authorities, authorities),
        areas=areas(),
        roads=roads(),
        housing=None,
        hidden_need=None,
        sites=sites(oak),
        provision=provision(),
        options=options(),
        pots=pots,
        pot_funding=funding,
        neighbouring_places=None,
        fallback=checked(study.Fallback, fallback),
        unit_costs=None,
        compatibility=checked(study.Compatibility, code_table("compatibility")),
    )


def need():
    rows = [
        (code, "A1" if code < "a40" else "A2", GROUP, PHASE, year, 12.0 if code[2] == "0" else 6.0)
        for code in areas()["area_code"]
        for year in YEARS
    ]
    columns = ["area_code", "authority_code", "need_group", "phase", "academic_year", "children"]
    return checked(stages.Need, pd.DataFrame(rows, columns=columns))


def pools():
    frame = pd.DataFrame(
        {
            "pool_id": "oak", "site_id": "100001", "authority_code": "A1",
            "provision_type": "special_school", "designation": GROUP, "phase": PHASE,
            "academic_year": list(YEARS), "places": 40.0, "basis": "estimated",
        }
    )  # fmt: skip
    return checked(stages.Pools, frame)


def _plan(builds, placed, spend, objective_gbp):
    """Place children as told, (area, pool, site, children, minutes); the rest is in fallback."""
    keys = {"need_group": GROUP, "phase": PHASE}
    placements = pd.DataFrame(
        [
            {**keys, "area_code": area, "academic_year": year, "pool_id": pool, "site_id": site,
             "is_kept": False, "children": children, "minutes": minutes, "distance_km": minutes / 2}
            for area, pool, site, children, minutes in placed
            for year in YEARS
        ]
    )  # fmt: skip
    taken = placements.groupby(["area_code", "academic_year"])["children"].sum()
    left = need().set_index(["area_code", "academic_year"])["children"].sub(taken, fill_value=0)
    fallback = left[left > 0].reset_index().assign(
        **keys, route="independent_day", cost_gbp=63_000.0, minutes=40.0, distance_km=17.0,
        payer="high_needs_block",
    )  # fmt: skip
    afresh = placements.rename(columns={"academic_year": "entry_year"})
    return Plan(
        builds=checked(plan_tables.Builds, builds),
        entries=checked(plan_tables.Entries, afresh),
        placements=checked(plan_tables.Placements, placements),
        fallback=checked(plan_tables.FallbackChildren, fallback),
        spend=checked(plan_tables.Spend, spend),
        report=SolveReport(
            status="within gap", objective_gbp=objective_gbp, bound_gbp=objective_gbp - 50_000.0,
            seconds=1.0, stopped_by="gap", solver="HiGHS",
        ),
    )  # fmt: skip


def do_nothing():
    """Oak School takes 40 of the 48 children of its two rows of squares; 68 are in fallback."""
    placed = [
        ("a00", "oak", "100001", 12.0, 5.0),
        ("a10", "oak", "100001", 12.0, 10.0),
        ("a20", "oak", "100001", 12.0, 20.0),
        ("a01", "oak", "100001", 4.0, 10.0),
    ]
    builds = pd.DataFrame(
        columns=["option_id", "places", "start_year", "opening_year", "capital_gbp"]
    )
    spend = pd.DataFrame(columns=["option_id", "pot_id", "academic_year", "gbp"])
    return _plan(builds, placed, spend, 8_000_000.0)


def plan():
    """Elm takes 30 more and Fir 20 more: 90 children placed, 18 in fallback."""
    placed = [
        ("a00", "oak", "100001", 12.0, 5.0),
        ("a10", "oak", "100001", 12.0, 10.0),
        ("a01", "oak", "100001", 6.0, 10.0),
        ("a11", "oak", "100001", 6.0, 10.0),
        ("a31", "oak", "100001", 4.0, 20.0),
        ("a20", ELM, "100002", 12.0, 10.0),
        ("a30", ELM, "100002", 12.0, 10.0),
        ("a21", ELM, "100002", 6.0, 5.0),
        ("a40", FIR, "100003", 12.0, 10.0),
        ("a41", FIR, "100003", 5.0, 10.0),
        ("a50", FIR, "100003", 3.0, 5.0),
    ]
    builds = pd.DataFrame(
        {
            "option_id": ["expand-100002", "satellite-100003"],
            "places": [30, 20],
            "start_year": [2026, 2026],
            "opening_year": [2027, 2027],
            "capital_gbp": [2_400_000.0, 1_250_000.0],
        }
    )
    spend = pd.DataFrame(
        {
            "option_id": ["expand-100002", "satellite-100003"],
            "pot_id": ["grant", "own"],
            "academic_year": [2026, 2026],
            "gbp": [2_400_000.0, 1_250_000.0],
        }
    )
    return _plan(builds, placed, spend, 6_000_000.0)


def travel():
    """Journeys as both plans state them: a minute a half kilometre."""
    rows = pd.concat([do_nothing().placements, plan().placements])
    columns = ["area_code", "site_id", "minutes", "distance_km"]
    return checked(stages.Travel, rows[columns].drop_duplicates())


def siting_tables(known):
    """Return what both plans were made for: everybody is placed afresh every year."""
    home = need()
    blank = {name: empty_table(model) for name, model in {
        "kept": continuity.Kept, "followers": continuity.Followers,
        "exchange": stages.ExchangeLimits, "option_sets": study.OptionSets,
    }.items()}  # fmt: skip
    ride = {"from_km": 0.0, "ride_minutes": 0.0, "ride_factor": 1.0, "gbp": 0.0,
            "gbp_per_km": 100.0, "gbp_per_minute": 0.0, "transported": 1.0}  # fmt: skip
    who = home[["authority_code", "need_group", "phase"]].drop_duplicates()
    costs = pd.DataFrame({"need_group": [GROUP], "top_up_gbp": 20_000.0,
                          "place_funding_gbp": 10_000.0})  # fmt: skip
    return Tables(
        **blank,
        need=home,
        survival=continuity.diagonal_survival(home, YEARS),
        pools=pools(),
        travel=travel(),
        transport=checked(Transport, who.assign(**ride)),
        place_costs=checked(stages.PlaceCosts, costs),
        compatibility=known.compatibility,
        fallback=fallback_by_authority(known.fallback, ["A1", "A2"]),
        options=known.options,
        pots=known.pots,
        pot_funding=known.pot_funding,
        sites=known.sites,
    )


def measures():
    rows = [
        ("children_in_need", "children", 108.0, 108.0),
        ("places", "places", 40.0, 90.0),
        ("children_placed", "children", 40.0, 90.0),
        ("children_in_fallback", "children", 68.0, 18.0),
        ("fallback_independent_day", "children", 68.0, 18.0),
        ("journey_mean_minutes", "minutes", 30.0, 14.0),
        ("journey_p90_minutes", "minutes", 40.0, 40.0),
        ("journey_longest_minutes", "minutes", 40.0, 40.0),
        ("journey_mean_km", "km", 13.0, 6.4),
        ("children_beyond_soft_limit", "children", 0.0, 3.0),
        ("capital_gbp", "GBP", 0.0, 3_650_000.0),
        ("fallback_gbp", "GBP", 4_284_000.0, 1_134_000.0),
        ("a_new_measure", "minutes", 1.0, 2.0),
        ("objective_gbp", "GBP", 8_000_000.0, 6_000_000.0),
        ("benefit_gbp", "GBP", None, 2_000_000.0),
        ("gap_of_benefit", "share", None, 0.025),
    ]
    return pd.DataFrame(rows, columns=["measure", "unit", "do_nothing", "plan"])


def drives():
    """Return drives from every square to every school: two minutes a kilometre, east or west."""
    squares, schools = areas(), sites()
    return pd.DataFrame(
        {
            "area_code": square.area_code,
            "site_id": school.site_id,
            "minutes": 2 * abs(square.easting - school.easting) / 1000,
            "distance_km": abs(square.easting - school.easting) / 1000,
        }
        for square in squares.itertuples()
        for school in schools.itertuples()
    )


def surroundings(oak="Oak School"):
    """Every part of `Surroundings` that outputs read."""
    return SimpleNamespace(
        pools=pools(),
        register=provision()[["provision_id"]],
        sites=sites(oak)[["site_id", "site_name", "authority_code", "easting", "northing"]],
        cost_lines=cost_lines(),
        fallback=fallback_by_authority(inputs(oak).fallback, ["A1", "A2"]),
        drives=SimpleNamespace(mode="roads", notes=(), small=drives()),
        placed=SimpleNamespace(gravity=None),
    )


def without_places(known):
    """Return the surroundings of an outcome as they would be without any place."""
    empty = vars(known.surroundings) | {"pools": known.surroundings.pools.iloc[:0]}
    return SimpleNamespace(**empty)


def outcome(oak="Oak School", **sections):
    """Everything that outputs are made from; `sections` change the scenario."""
    known, chosen, before, after = inputs(oak), scenario(**sections), do_nothing(), plan()
    tables = siting_tables(known)
    return Outcome(
        inputs=known,
        scenario=chosen,
        area_need=need(),
        tables=tables,
        scope=None,
        surroundings=surroundings(oak),
        do_nothing=before,
        plan=after,
        measures=measures(),
        savings=savings_by_displacement(before, after, tables, chosen),
        authorities=effects_by_authority(before, after, tables, chosen),
    )


def unproven(known, bound):
    """Return the outcome as a solve would leave it that was stopped before it proved anything."""
    report = replace(known.plan.report, status="feasible", bound_gbp=bound, stopped_by="time")
    gaps = {"gap_of_benefit": float("inf"), "gap_gbp": report.gap_gbp}
    plan_values = known.measures["measure"].map(gaps).fillna(known.measures["plan"])
    gap_row = {"measure": "gap_gbp", "unit": "GBP", "do_nothing": 0.0, "plan": report.gap_gbp}
    told = pd.concat([known.measures.assign(plan=plan_values), pd.DataFrame([gap_row])])
    return replace(known, plan=replace(known.plan, report=report), measures=told)
