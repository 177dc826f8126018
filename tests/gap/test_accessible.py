"""Two-step floating catchments, by hand and against the package `access`."""

import numpy as np
import pandas as pd
import pytest
from access import fca

from placement_planner.gap import accessible_places
from placement_planner.scenario import GapChoices
from tests.gap.region import need, pools, rides, suits, travel

CHOICES = GapChoices(catchment_minutes_primary=30)


def test_a_place_is_shared_among_all_who_have_it_in_reach():
    """p (6 places) has a and b in reach: 6 / (4 + 8) = 0.5; q (8) has b alone: 8 / 8 = 1.

    a: 0.5 × 4 = 2 places, 2 children without. b: 1.5 × 8 = 12 places: 4 more than children.
    """
    wanted = need([("a", "A", "asd_special", 4), ("b", "A", "asd_special", 8)])
    there = pools([("p", "s", "A", "asd_special", 6), ("q", "t", "B", "asd_special", 8)])
    drives = travel({("a", "s"): 30, ("b", "s"): 10, ("a", "t"): 31, ("b", "t"): 29})

    found = accessible_places(wanted, there, drives, rides(), suits(), CHOICES)

    access = found.access.set_index("area_code")["places_per_child"]
    assert access.to_dict() == pytest.approx({"a": 0.5, "b": 1.5})
    gap = found.gap.set_index("area_code")
    assert gap["supply"].to_dict() == pytest.approx({"a": 2, "b": 12})
    assert gap["unmet"].to_dict() == pytest.approx({"a": 2, "b": 0})


def test_the_catchment_is_time_in_the_vehicle_not_the_drive():
    """A drive of 20 minutes rides 1.6 times as long, 32 minutes: out of a reach of 30."""
    wanted = need([("a", "A", "asd_special", 4)])
    there = pools([("p", "s", "A", "asd_special", 6)])

    found = accessible_places(
        wanted, there, travel({("a", "s"): 20}), rides(factor=1.6), suits(), CHOICES
    )

    assert found.gap["unmet"].tolist() == [4]
    assert found.idle[["pool_id", "places"]].to_numpy().tolist() == [["p", 6.0]]


def test_children_of_two_groups_that_a_pool_suits_share_it():
    """9 places, 4 + 2 children who suit: 1.5 places a child, for both groups."""
    wanted = need([("a", "A", "asd_special", 4), ("a", "A", "sld_mld_special", 2)])
    there = pools([("p", "s", "A", "sld_mld_special", 9)])

    found = accessible_places(
        wanted, there, travel({("a", "s"): 5}), rides(),
        suits(("asd_special", "sld_mld_special")), CHOICES,
    )  # fmt: skip

    assert found.access["places_per_child"].tolist() == pytest.approx([1.5, 1.5])


def test_an_area_without_any_journey_has_nothing_in_reach_and_is_still_there():
    wanted = need([("a", "A", "asd_special", 4), ("isle", "A", "asd_special", 3)])
    there = pools([("p", "s", "A", "asd_special", 4)])

    gap = accessible_places(
        wanted, there, travel({("a", "s"): 5}), rides(), suits(), CHOICES
    ).gap.set_index("area_code")

    assert gap.loc["isle", ["need", "supply", "unmet"]].tolist() == [3, 0, 3]
    assert gap.loc["a", "unmet"] == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_the_package_access_finds(seed):
    """30 areas, 9 schools of one need group, random minutes: places per child of `access`."""
    rng = np.random.default_rng(seed)
    areas, sites = [f"a{n:02d}" for n in range(30)], [f"s{n}" for n in range(9)]
    children, places = rng.integers(1, 20, 30), rng.integers(1, 60, 9)
    minutes = rng.uniform(1, 60, (30, 9))
    wanted = need([(area, "A", "asd_special", n) for area, n in zip(areas, children, strict=True)])
    there = pools(
        [(f"p-{site}", site, "A", "asd_special", n) for site, n in zip(sites, places, strict=True)]
    )
    drives = travel(
        {(a, s): minutes[i, j] for i, a in enumerate(areas) for j, s in enumerate(sites)}
    )

    found = accessible_places(wanted, there, drives, rides(), suits(), CHOICES)

    costs = drives.rename(columns={"area_code": "origin", "site_id": "dest", "minutes": "cost"})
    theirs = fca.two_stage_fca(
        pd.DataFrame({"demand": children}, index=pd.Index(areas, name="geoid")),
        pd.DataFrame({"supply": places}, index=pd.Index(sites, name="geoid")),
        costs,
        max_cost=30,
    )
    ours = found.access.set_index("area_code")["places_per_child"]
    assert ours.to_dict() == pytest.approx(theirs.reindex(areas).fillna(0.0).to_dict(), rel=1e-9)
