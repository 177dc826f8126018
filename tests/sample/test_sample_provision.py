from __future__ import annotations

import geopandas as gpd
import pytest

from placement_planner.codes import code_table

OUTSIDE = "OUTSIDE"


@pytest.fixture(scope="module")
def to_place(tables):
    """The caseload that wants a specialist place in January 2026, with phase and kind."""
    caseload = tables["caseload"]
    settings = code_table("settings").set_index("setting")
    now = caseload[(caseload["january"] == 2026) & (caseload["ncy"] <= 14)]
    now = now[now["setting"].map(settings["counted_as"]) == "to_place"]
    phase = code_table("phases").set_index("ncy")["places_phase"]
    kind = now["setting"].replace({"non_maintained_special": "independent_special"})
    return now.assign(phase=now["ncy"].map(phase), kind=kind)


@pytest.fixture(scope="module")
def placed(tables, areas):
    """The flows with the authority of the home and the kind of the pool."""
    flows, provision = tables["flows"], tables["provision"].set_index("provision_id")
    authority = flows["area_code"].map(areas.set_index("area_code")["authority_code"])
    kind = flows["provision_id"].map(provision["provision_type"])
    states = {"special_school": "state_special", "satellite": "state_special"}
    return flows.assign(authority_code=authority, kind=kind.replace(states))


def test_every_child_in_a_specialist_place_is_in_one_flow(to_place, placed):
    keys = ["authority_code", "need_type", "phase"]
    wanted = to_place.groupby(keys)["children"].sum().sort_index()
    assert placed.groupby(keys)["children"].sum().sort_index().equals(wanted)


def test_flows_of_each_kind_and_the_caseload_differ_by_those_outside_only(to_place, placed):
    keys = ["authority_code", "need_type", "kind"]
    wanted = to_place.groupby(keys)["children"].sum()
    inside = placed.dropna(subset="kind").groupby(keys)["children"].sum()
    away = wanted.sub(inside, fill_value=0)
    assert (away >= 0).all()
    outside = placed[placed["provision_id"] == OUTSIDE]
    by_need = outside.groupby(["authority_code", "need_type"])["children"].sum()
    left = away.groupby(["authority_code", "need_type"]).sum()
    assert left[left > 0].astype(int).equals(by_need)
    assert outside["children"].sum() < 0.05 * placed["children"].sum()


def test_rolls_are_flows_and_children_from_elsewhere(tables):
    provision = tables["provision"].set_index("provision_id")
    residents = tables["flows"].groupby("provision_id")["children"].sum()
    ours = residents.reindex(provision.index).fillna(0)
    assert (provision["roll"] == ours + provision["from_elsewhere"]).all()
    assert provision["from_elsewhere"].sum() > 0


def test_children_are_placed_where_phase_and_need_suit(tables):
    flows = tables["flows"]
    pools = tables["provision"].set_index("provision_id")
    pool = pools[["phase", "provision_type", "designation"]].rename(columns={"phase": "phase_pool"})
    inside = flows[flows["provision_id"] != OUTSIDE].join(pool, on="provision_id")
    assert (inside["phase"] == inside["phase_pool"]).all()
    kind = code_table("provision_types").set_index("provision_type")["provision_kind"]
    settings = code_table("settings").query("counted_as == 'to_place'")
    rules = code_table("need_group_rules").merge(settings[["setting", "specialism"]])
    rules = rules.drop_duplicates(["need_type", "phase", "specialism"])
    grouped = inside.assign(specialism=inside["provision_type"].map(kind)).merge(
        rules, on=["need_type", "phase", "specialism"]
    )
    match = grouped.merge(code_table("compatibility"), on=["need_group", "designation"])
    assert len(match) == len(inside)
    assert set(match["match"]) == {"suited", "tolerable"}
    suited = match.loc[match["match"] == "suited", "children"].sum() / match["children"].sum()
    assert suited > 0.85


def test_places_are_a_little_short_and_several_schools_are_over_full(tables):
    provision = tables["provision"]
    state = provision[
        provision["provision_type"].isin(["special_school", "satellite"])
        & provision["opens"].isna()
    ]
    ratio = state["planning_places"].sum() / state["roll"].sum()
    assert 0.92 <= ratio <= 0.95
    schools = state.groupby("site_id")[["planning_places", "roll"]].sum()
    assert (schools["roll"] > schools["planning_places"]).sum() >= 8
    bases = provision[provision["provision_type"].isin(["resourced_provision", "sen_unit"])]
    assert 0.92 <= bases["planning_places"].sum() / bases["roll"].sum() <= 0.95
    independent = provision[provision["provision_type"] == "independent_special"]
    assert (independent["planning_places"] == independent["roll"]).all()


def test_counts_are_those_that_were_asked_for(tables):
    sites, provision = tables["sites"], tables["provision"]
    kinds = sites["site_kind"].value_counts()
    assert kinds["mainstream"] == 350
    assert kinds["state_special"] == 25
    assert kinds["independent_special"] >= 8
    assert {"alternative_provision", "land"} <= set(kinds.index)
    bases = provision["provision_type"].isin(["resourced_provision", "sen_unit"])
    assert provision.loc[bases, "site_id"].nunique() == pytest.approx(45, abs=3)
    assert provision["opens"].notna().sum() >= 1
    assert provision.loc[provision["opens"].notna(), "roll"].eq(0).all()
    assert provision["closes"].notna().sum() == 1
    phases = provision.groupby("site_id")["phase"].nunique()
    special = sites.loc[sites["site_kind"] == "state_special", "site_id"]
    assert (phases[special] == 3).sum() >= 8  # all-through special schools


def test_names_are_different_and_numbers_lie_outside_the_real_range(tables):
    sites = tables["sites"]
    assert sites["site_name"].is_unique
    schools = sites[sites["site_kind"] != "land"]
    assert schools["site_id"].astype(int).min() == 900_001
    known = code_table("establishment_types")["type_name"]
    assert schools["establishment_type"].isin(known).all()


def test_every_site_lies_in_the_authority_it_names(tables, areas):
    sites = tables["sites"]
    points = gpd.GeoDataFrame(
        sites[["site_id", "authority_code"]],
        geometry=gpd.points_from_xy(sites["easting"], sites["northing"]),
        crs=areas.crs,
    )
    found = points.sjoin(areas[["authority_code", "geometry"]], predicate="within")
    assert (found["authority_code_left"] == found["authority_code_right"]).all()
    assert set(found["site_id"]) == set(sites["site_id"])


def test_primary_schools_have_room_that_falling_rolls_leave(tables):
    sites = tables["sites"]
    primary = sites[(sites["phase"] == "primary") & (sites["site_kind"] == "mainstream")]
    fill = primary["roll"].sum() / primary["capacity"].sum()
    assert 0.8 < fill < 0.92
    assert (primary["roll"] > 0.97 * primary["capacity"]).any()
