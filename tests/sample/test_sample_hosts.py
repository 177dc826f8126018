"""What the sample knows of hosts: sound, of real schools, the same for the same seed."""

import pandas as pd
import pytest

from placement_planner.sample.hosts import build_hosts
from placement_planner.sample.land import build_land
from placement_planner.sample.population import build_population
from placement_planner.sample.sites import build_sites
from placement_planner.tables import checked
from placement_planner.tables.study import Hosts


@pytest.fixture(scope="module")
def sites():
    areas = build_land(0)
    return build_sites(areas, build_population(areas, 0), 0)


def test_most_mainstream_schools_are_known_and_some_have_answered(sites):
    hosts = checked(Hosts, build_hosts(sites, 0))

    mainstream = sites[sites["site_kind"].eq("mainstream")].set_index("site_id")
    assert set(hosts["site_id"]) <= set(mainstream.index)
    assert 0.7 < len(hosts) / len(mainstream) < 0.9
    assert {"yes", "no"} <= set(hosts["interest"].dropna())
    assert hosts["interest"].isna().any()
    assert hosts["excluded_because"].notna().any()
    roll = hosts["site_id"].map(mainstream["roll"])
    assert (hosts["children_with_plans"] <= roll).all()


def test_the_same_seed_gives_the_same_answers(sites):
    pd.testing.assert_frame_equal(build_hosts(sites, 0), build_hosts(sites.iloc[::-1], 0))
    assert not build_hosts(sites, 1).equals(build_hosts(sites, 0))
