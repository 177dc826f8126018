from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from placement_planner.errors import DataError
from placement_planner.options import Funding, OptionRules, generate_options, propose_land
from placement_planner.tables import checked, split_list
from placement_planner.tables.study import Pots, Provision, Sites

BLANK = {
    "establishment_type": None, "low_age": np.nan, "high_age": np.nan, "gender": None,
    "religious_character": None, "admissions_policy": None, "basis": "published", "estimated": None,
}  # fmt: skip


def _site(
    site_id: str, kind: str, phase: str, capacity: float, roll: float, **more: object
) -> dict:
    return {
        **BLANK, "site_id": site_id, "site_name": site_id, "authority_code": "A", "site_kind": kind,
        "phase": phase, "capacity": capacity, "roll": roll, "easting": 1_000.0, "northing": 1_000.0,
        **more,
    }  # fmt: skip


def _sites(*rows: dict) -> pd.DataFrame:
    return checked(Sites, pd.DataFrame(rows))


SITES = _sites(
    _site("p1", "mainstream", "primary", 420, 400),
    _site("p2", "mainstream", "primary", 420, 300),
    _site("p3", "mainstream", "primary", 420, 418),
    _site("p4", "mainstream", "primary", np.nan, 500),
    _site("s1", "mainstream", "secondary", 1200, 1000, high_age=18),
    _site("s2", "mainstream", "secondary", 1200, 1250),
    _site("z1", "state_special", "not_applicable", np.nan, 100),
    _site("l1", "land", "not_applicable", np.nan, np.nan),
)


def _provision(*pools: tuple[str, str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(
        pools, columns=["site_id", "provision_type", "designation", "phase", "planning_places"]
    )
    return checked(
        Provision,
        table.assign(
            provision_id=[f"pool-{number}" for number in range(len(table))],
            commissioned_places=np.nan,
            physical_places=np.nan,
            roll=table["planning_places"],
            from_elsewhere=0.0,
            opens=np.nan,
            closes=np.nan,
            ramp=None,
            basis="estimated",
            estimated="phase",
        ),
    )


PROVISION = _provision(
    ("z1", "special_school", "asd_special", "primary", 30),
    ("z1", "special_school", "asd_special", "secondary", 30),
    ("z1", "special_school", "semh_special", "secondary", 40),
)
NEED = pd.DataFrame(
    [
        ("A", "base", "ci_base", "primary", 30.0), ("A", "base", "semh_base", "primary", 20.0),
        ("A", "base", "ci_base", "secondary", 16.0), ("A", "base", "ci_base", "post_16", 4.0),
        ("A", "special", "asd_special", "primary", 60.0),
        ("A", "special", "asd_special", "secondary", 40.0),
        ("A", "special", "semh_special", "secondary", 50.0),
    ],
    columns=["authority_code", "specialism", "need_group", "phase", "children"],
)  # fmt: skip
POTS = checked(Pots, pd.DataFrame([{
    "pot_id": "pot-A", "pot_name": "Pot", "owner": "A", "eligible_authorities": "A",
    "eligible_actions": "*", "payer": "capital_grant", "starts": 2026, "expires": 2029,
    "source": "a test", "basis": "assumption",
}]))  # fmt: skip
RULES = OptionRules(adapt_primary_per_authority=2, new_base_primary_per_authority=1)


def _options(
    rules: OptionRules = RULES,
    *,
    sites: pd.DataFrame = SITES,
    provision: pd.DataFrame = PROVISION,
    pots: pd.DataFrame = POTS,
    factor: float = 1.0,
) -> pd.DataFrame:
    funding = Funding(pots, pd.Series({"A": factor}))
    return generate_options(sites, provision, NEED, funding, rules).set_index("option_id")


def test_rooms_are_adapted_where_capacity_exceeds_roll_by_a_class():
    """p2 has 120 spare, p1 20, p3 two: too few; s1 has 200, s2 none."""
    options = _options().query("action == 'adapt_rooms'")

    assert set(options["site_id"]) == {"p1", "p2", "s1"}


def test_need_groups_rotate_in_proportion_to_children():
    """30 and 20 children in primary bases: the first seat to the larger, then to the other."""
    options = _options().query("action == 'adapt_rooms'").set_index("site_id")

    assert options.loc[["p2", "p1"], "designation"].tolist() == ["ci_base", "semh_base"]


def test_only_sizes_that_fit_the_spare_places_are_offered():
    sites = _sites(_site("p1", "mainstream", "primary", 420, 408))

    options = _options(sites=sites, provision=PROVISION.head(0))

    assert options["sizes"].tolist() == ["8"]


def test_new_bases_are_built_at_large_schools_without_spare_places():
    options = _options().query("action == 'new_base'")

    assert set(options["site_id"]) == {"p4", "s2"}


def test_a_school_known_to_teach_post_16_shares_its_base_with_it():
    """16 secondary and 4 post-16 children in bases: four fifths and one fifth."""
    options = _options().query("action == 'adapt_rooms'").set_index("site_id")

    assert options.loc["s1", "phases"] == "secondary:0.8;post_16:0.2"
    assert options.loc["p1", "phases"] == "primary:1"


def test_a_special_school_expands_for_its_main_need_in_its_own_phases():
    """60 autism places of 100; 30 primary and 70 secondary."""
    option = _options().query("action == 'expand_special'").iloc[0]

    assert (option["designation"], option["sizes"]) == ("asd_special", "20;40")
    assert option["phases"] == "primary:0.3;secondary:0.7"


def test_new_special_schools_stand_on_land_for_the_needs_most_children_have():
    options = _options().query("action == 'new_special'")

    assert options["designation"].tolist() == ["asd_special", "semh_special"]
    assert options["phases"].tolist() == ["primary:0.6;secondary:0.4", "secondary:1"]


def test_satellites_go_where_many_places_are_spare():
    options = _options().query("action == 'satellite'")

    assert set(options["site_id"]) == {"p2", "s1"}


def test_options_on_one_site_exclude_each_other():
    options = _options()

    for option_id, option in options.iterrows():
        others = set(options.index[options["site_id"].eq(option["site_id"])]) - {option_id}
        assert set(split_list(option["excludes"])) == others


def test_schools_with_specialist_places_host_no_more():
    more = _provision(("p2", "sen_unit", "ci_base", "primary", 8.0))

    options = _options(provision=pd.concat([PROVISION, more.assign(provision_id="p2-unit")]))

    assert not options["site_id"].eq("p2").any()


def test_capital_follows_local_prices():
    """£21,000 a place to adapt rooms, £23,100 where prices are a tenth above England's."""
    dear = _options(factor=1.1).query("action == 'adapt_rooms'")

    assert dear["capital_per_place_gbp"].unique().tolist() == [23_100]


def test_work_may_start_while_the_pot_is_open():
    options = _options()

    assert options[["earliest_start", "latest_start"]].drop_duplicates().to_numpy().tolist() == [
        [2026, 2029]
    ]
    assert options["pots"].unique().tolist() == ["pot-A"]


def test_options_without_a_pot_are_refused():
    with pytest.raises(DataError, match="no pot may pay for"):
        _options(pots=checked(Pots, POTS.assign(eligible_actions="new_base")))


def test_the_order_of_rows_does_not_matter():
    pd.testing.assert_frame_equal(
        _options(sites=SITES.iloc[::-1], provision=PROVISION.iloc[::-1]), _options()
    )


def test_every_option_is_estimated_internal_and_open():
    options = _options()

    assert options["basis"].unique().tolist() == ["estimated"]
    assert options["release_status"].unique().tolist() == ["internal"]
    assert not options[["locked_in", "locked_out"]].any(axis=None)


def test_sizes_that_do_not_rise_are_refused():
    with pytest.raises(ValidationError, match="whole numbers above 0 that rise"):
        OptionRules(expand_sizes=(40, 20))


def _areas() -> gpd.GeoDataFrame:
    """Three areas in a row, 10 km wide, each a larger area of its own."""
    squares = [shapely.box(n * 10_000, 0, (n + 1) * 10_000, 10_000) for n in range(3)]
    table = {
        "area_code": ["a", "b", "c"],
        "middle_code": ["ma", "mb", "mc"],
        "middle_name": ["Ay", "Bee", "Cee"],
        "authority_code": "A",
        "easting": [5_000.0, 15_000.0, 25_000.0],
        "northing": 5_000.0,
    }
    return gpd.GeoDataFrame(table, geometry=squares, crs="EPSG:27700")


def _population(*children: float) -> pd.DataFrame:
    return pd.DataFrame({"area_code": ["a", "b", "c"], "age": 10, "children": children})


def test_land_is_wanted_where_most_children_have_no_special_school_near():
    """The school stands in a; of b and c, both far, c has more children."""
    sites = _sites(
        _site("z", "state_special", "not_applicable", np.nan, 9, easting=5_000.0, northing=5_000.0)
    )

    land = propose_land(_areas(), _population(900, 50, 70), sites, OptionRules())

    assert land["site_id"].tolist() == ["land-mc"]
    assert land["site_name"].tolist() == ["Land wanted in Cee (no known plot)"]
    assert land[["basis", "estimated"]].to_numpy().tolist() == [
        ["assumption", "site_name;easting;northing"]
    ]


def test_land_lies_inside_its_area_even_if_the_centroid_does_not():
    areas = _areas().assign(easting=[5_000.0, 15_000.0, 9_000.0])

    land = propose_land(areas, _population(0, 0, 70), SITES, OptionRules())

    assert areas.geometry.iloc[2].contains(shapely.Point(land[["easting", "northing"]].iloc[0]))
