"""Straight lines × circuity at speeds by class: by hand, and against a plain loop."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placement_planner.scenario import TravelChoices
from placement_planner.travel import straight, straight_drives


def areas_of(*rows):
    """Rows of code, easting, northing and rural-urban class."""
    return pd.DataFrame(rows, columns=["area_code", "easting", "northing", "rural_urban"])


def sites_of(*rows):
    return pd.DataFrame(rows, columns=["site_id", "easting", "northing"])


def test_a_drive_is_straight_line_times_circuity_at_the_home_areas_speed():
    """10 km: circuity 1.72 − 0.14 ln 10 = 1.39764; at 26 km/h 32.25 minutes, and no boarding."""
    areas = areas_of(("a", 0.0, 0.0, "urban"))
    sites = sites_of(("s", 6000.0, 8000.0), ("far", 9e5, 0.0))

    drives = straight_drives(areas, sites, TravelChoices())

    assert drives["site_id"].tolist() == ["s"]
    assert drives["distance_km"].tolist() == pytest.approx([13.9764], abs=1e-4)
    assert drives["minutes"].tolist() == pytest.approx([13.9764 / 26 * 60], abs=1e-3)


def test_a_class_drives_at_its_own_speed():
    """2 km of road each way to s; urban 26, mixed 40, rural 51 km/h."""
    areas = areas_of(("r", 0.0, 0.0, "rural"), ("m", 0.0, 0.0, "mixed"), ("u", 0.0, 0.0, "urban"))

    drives = straight_drives(areas, sites_of(("s", 0.0, 4000.0)), TravelChoices())

    speeds = 60 * drives["distance_km"] / drives["minutes"]
    assert drives["area_code"].tolist() == ["m", "r", "u"]
    assert speeds.tolist() == pytest.approx([40, 51, 26])


def test_the_search_limit_is_inclusive():
    areas, sites = areas_of(("a", 0.0, 0.0, "urban")), sites_of(("s", 6000.0, 8000.0))
    minutes = straight_drives(areas, sites, TravelChoices())["minutes"].item()

    at, below = (
        straight_drives(areas, sites, TravelChoices(search_minutes=limit))
        for limit in (minutes, minutes - 0.001)
    )

    assert len(at) == 1
    assert below.empty


@pytest.mark.parametrize("rural_urban", ["urban", "mixed", "rural"])
def test_two_km_take_less_than_ten_minutes_by_default(rural_urban):
    """2 km × 1.623 = 3.25 km of road: 7.5 minutes at 26 km/h, less elsewhere."""
    areas = areas_of(("a", 0.0, 0.0, rural_urban))

    drives = straight_drives(areas, sites_of(("s", 2000.0, 0.0)), TravelChoices())

    assert 0 < drives["minutes"].item() < 10


@pytest.mark.parametrize(("n_areas", "n_sites"), [(0, 2), (2, 0), (0, 0)])
def test_nothing_to_measure_gives_an_empty_table(n_areas, n_sites):
    areas = areas_of(*[(f"a{n}", 0.0, 0.0, "urban") for n in range(n_areas)])
    sites = sites_of(*[(f"s{n}", 0.0, 0.0) for n in range(n_sites)])

    assert straight_drives(areas, sites, TravelChoices()).empty


places = st.tuples(st.integers(0, 80_000), st.integers(0, 80_000))


@settings(max_examples=25, deadline=None)
@given(
    homes=st.lists(places, min_size=1, max_size=6),
    schools=st.lists(places, min_size=1, max_size=5),
    at_once=st.integers(1, 40),
)
def test_blocks_agree_with_a_plain_loop(homes, schools, at_once):
    choices = TravelChoices(search_minutes=60)
    kinds = ["urban", "mixed", "rural"] * 2
    areas = areas_of(*[(f"a{n}", *place, kinds[n]) for n, place in enumerate(homes)])
    sites = sites_of(*[(f"s{n}", *place) for n, place in enumerate(schools)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(straight, "_PAIRS_AT_ONCE", at_once)
        drives = straight_drives(areas.sample(frac=1, random_state=1), sites, choices)

    wanted = {}
    for area, x, y, kind in areas.itertuples(index=False):
        for site, east, north in sites.itertuples(index=False):
            line = max(math.hypot(x - east, y - north) / 1000, 0.3)
            km = line * min(1.75, max(1.15, 1.72 - 0.14 * math.log(line)))
            if 60 * km / choices.kmh(kind) <= 60:
                wanted[area, site] = (60 * km / choices.kmh(kind), km)
    told = drives.set_index(["area_code", "site_id"])
    assert list(told.index) == sorted(wanted)
    for pair, values in wanted.items():
        assert told.loc[pair].tolist() == pytest.approx(values, rel=1e-12)


def test_a_region_of_the_size_of_greater_manchester_is_measured_in_blocks():
    """1,702 × 1,883 pairs on a grid: every pair in reach is there once, in order."""
    rng = np.random.default_rng(1)
    areas = areas_of(
        *[(f"a{n:04d}", *place, "urban") for n, place in enumerate(rng.uniform(0, 4e4, (1702, 2)))]
    )
    sites = sites_of(
        *[(f"s{n:04d}", *place) for n, place in enumerate(rng.uniform(0, 4e4, (1883, 2)))]
    )

    drives = straight_drives(areas, sites, TravelChoices(search_minutes=600))

    assert len(drives) == 1702 * 1883
    assert drives["area_code"].is_monotonic_increasing
    assert drives["site_id"].iloc[:1883].tolist() == sites["site_id"].tolist()
