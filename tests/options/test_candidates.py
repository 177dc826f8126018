from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from placement_planner.errors import DataError
from placement_planner.options import (
    Funding,
    OptionRules,
    generate_options,
    host_scores,
    propose_land,
)
from placement_planner.scenario import HostChoices
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


AREAS = pd.DataFrame(
    {"area_code": ["a"], "easting": [1_000.0], "northing": [1_000.0], "imd_decile": [5]}
)
PROJECTION = pd.DataFrame(
    [("A", 2025, age, 100.0) for age in range(19)],
    columns=["authority_code", "academic_year", "age", "children"],
)


def _scores(
    sites: pd.DataFrame, provision: pd.DataFrame, hosts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """All schools and children are at one spot, and rolls stay: spare places tell them apart."""
    need = NEED.assign(area_code="a").drop(columns=["authority_code", "specialism"])
    return host_scores(sites, provision, hosts, PROJECTION, AREAS, need, HostChoices(), 2025)


def _options(
    rules: OptionRules = RULES,
    *,
    sites: pd.DataFrame = SITES,
    provision: pd.DataFrame = PROVISION,
    hosts: pd.DataFrame | None = None,
    pots: pd.DataFrame = POTS,
    factor: float = 1.0,
    capital: pd.DataFrame | None = None,
) -> pd.DataFrame:
    funding = Funding(pots, pd.Series({"A": factor}), capital)
    scores = _scores(sites, provision, hosts)
    options = generate_options(sites, provision, NEED, scores, funding, rules)
    return options.set_index("option_id")


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


def _hosts(**answers: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "site_id": list(answers), "interest": list(answers.values()), "excluded_because": None,
            "condition": None, "accessible": None, "children_with_plans": np.nan,
            "suspensions_per_100": np.nan, "source": "a test", "basis": "invented",
        }
    )  # fmt: skip


def test_a_school_that_would_host_goes_before_one_with_more_spare_places():
    """p2 has 120 spare places and p1 20: the one base of primary schools goes to p1."""
    rules = OptionRules(adapt_primary_per_authority=1)

    asked = _options(rules, hosts=_hosts(p1="yes")).query("action == 'adapt_rooms'")

    assert set(asked["site_id"]) == {"p1", "s1"}


def test_a_school_that_would_not_host_has_no_option():
    assert not _options(hosts=_hosts(p2="no"))["site_id"].eq("p2").any()


def test_a_school_that_would_host_is_offered_the_smallest_size_without_spare_places():
    """p3 has two spare places; a tenth of its 418 children leaves room for a base of 41."""
    options = _options(OptionRules(), hosts=_hosts(p3="yes")).query("action == 'adapt_rooms'")

    assert options.set_index("site_id").loc["p3", "sizes"] == "8"


def test_no_base_is_larger_than_a_tenth_of_the_roll():
    """120 spare places, but 150 children: 15 places at most."""
    sites = _sites(_site("p1", "mainstream", "primary", 270, 150))

    options = _options(sites=sites, provision=PROVISION.head(0)).query("action == 'adapt_rooms'")

    assert options["sizes"].tolist() == ["8"]


def test_each_need_goes_to_the_school_that_ranks_best_for_it():
    """Two places far apart: autistic children live by n1, the others by n2."""
    sites = _sites(
        _site("n1", "mainstream", "primary", 420, 300),
        _site("n2", "mainstream", "primary", 420, 300, easting=51_000.0),
    )
    areas = pd.DataFrame(
        {"area_code": ["a", "b"], "easting": [1_000.0, 51_000.0], "northing": 1_000.0,
         "imd_decile": 5}
    )  # fmt: skip
    need = pd.DataFrame(
        [("a", "semh_base", "primary", 20.0), ("b", "ci_base", "primary", 30.0)],
        columns=["area_code", "need_group", "phase", "children"],
    )
    scores = host_scores(
        sites, PROVISION.head(0), None, PROJECTION, areas, need, HostChoices(), 2025
    )
    funding = Funding(POTS, pd.Series(dtype=float))

    options = generate_options(sites, PROVISION.head(0), NEED, scores, funding, RULES)

    adapted = options[options["action"].eq("adapt_rooms")].set_index("site_id")["designation"]
    assert adapted.to_dict() == {"n1": "semh_base", "n2": "ci_base"}


def _capital(*lines: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        list(lines), columns=["action", "applies_to", "places_from", "gbp_per_place"]
    )


@pytest.mark.parametrize(
    ("lines", "gbp"),
    [
        ([("adapt_rooms", "*", 0, 30_000)], 30_000),
        ([("adapt_rooms", "*", 0, 30_000), ("adapt_rooms", "base", 0, 20_000)], 20_000),
        ([("adapt_rooms", "base", 0, 20_000), ("adapt_rooms", "ci_base", 0, 25_000)], 25_000),
        ([("adapt_rooms", "*", 0, 30_000), ("adapt_rooms", "*", 8, 28_000)], 28_000),
        ([("adapt_rooms", "*", 0, 30_000), ("adapt_rooms", "*", 9, 28_000)], 30_000),
        ([("new_base", "*", 0, 30_000)], 21_000),
        ([("adapt_rooms", "semh_special", 0, 30_000)], 21_000),
    ],
    ids=["all", "by kind", "by need", "band from 8", "band from 9", "other action", "other need"],
)
def test_capital_is_that_of_the_nearest_line_and_the_smallest_sizes_band(lines, gbp):
    """The option is ci_base, 8 or 16 places; £21,000 stands in the actions table."""
    options = _options(capital=_capital(*lines)).query("action == 'adapt_rooms'")

    mine = options[options["designation"].eq("ci_base")]
    assert mine["capital_per_place_gbp"].unique().tolist() == [gbp]
