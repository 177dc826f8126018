"""The front door: which way drives are measured, who is stranded, what is kept."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from placement_planner.errors import DataError
from placement_planner.scenario import TravelChoices
from placement_planner.tables.study import Population, TravelMatrix
from placement_planner.travel import destinations, measure_drives, siting_units, straight_drives

AREAS = pd.DataFrame(
    {
        "area_code": ["b", "a", "isle"],
        "area_name": ["Bee", "Ay", "The Isle"],
        "middle_code": "M",
        "authority_code": "A",
        "easting": [4000.0, 0.0, 300_000.0],
        "northing": 0.0,
        "rural_urban": "urban",
    }
)
SITES = pd.DataFrame({"site_id": ["t", "s"], "easting": [2000.0, 0.0], "northing": 0.0})
PEOPLE = Population.validate(
    pd.DataFrame(
        [(code, age, 2.0, "invented") for code in ("a", "b", "isle") for age in range(26)],
        columns=["area_code", "age", "children", "basis"],
    )
)
MATRIX = TravelMatrix.validate(
    pd.DataFrame(
        [("a", "s", 1.0, 0.5), ("a", "t", 5.0, 3.0), ("b", "t", 6.0, 3.5), ("b", "old", 2.0, 1.0)],
        columns=["area_code", "site_id", "minutes", "distance_km"],
    )
)


def measure(mode="auto", areas=AREAS, sites=SITES, people=PEOPLE, **more):
    given = {"roads": None, "matrix": None, "choices": TravelChoices(mode=mode)} | more
    return measure_drives(areas, people, sites, **given)


def test_without_roads_or_matrix_straight_lines_are_taken():
    drives = measure()

    pd.testing.assert_frame_equal(
        drives.small, straight_drives(AREAS.iloc[:2], SITES, TravelChoices())
    )
    assert drives.mode == "straight_line"


def test_a_stranded_area_is_named_and_its_children_counted():
    """Ages 4 to 18 are fifteen, of two children each."""
    drives = measure()

    assert drives.stranded.to_numpy().tolist() == [
        ["isle", "The Isle", "A", 30.0, "no site within 150 minutes by straight line"]
    ]
    (note,) = drives.notes
    assert note == (
        "1 small area(s) with 30 children aged 4 to 18 reach no site (no site within 150 minutes "
        "by straight line); each stands by itself and is never averaged away: The Isle (isle)."
    )


def test_at_the_siting_level_the_stranded_stand_by_themselves():
    """Twice as many children in a as in b: the mean of s is (2·a + b) / 3."""
    drives = measure()
    units = siting_units(AREAS, "middle", drives.stranded["area_code"])

    told = drives.at(units, pd.Series({"a": 20.0, "b": 10.0, "isle": 5.0}))

    small = drives.small.set_index(["area_code", "site_id"])["minutes"]
    assert set(told["area_code"]) == {"M"}
    assert told.set_index("site_id")["minutes"]["s"] == pytest.approx(
        (2 * small["a", "s"] + small["b", "s"]) / 3
    )


def test_a_matrix_goes_first_and_tells_what_it_lacks():
    """b to s is missing, 4 km by straight line; the isle has no journey; `old` is no site."""
    drives = measure(matrix=MATRIX)

    assert drives.mode == "matrix"
    assert drives.small[["area_code", "site_id", "minutes"]].to_numpy().tolist() == [
        ["a", "s", 1.0],
        ["a", "t", 5.0],
        ["b", "t", 6.0],
    ]
    assert drives.stranded["reason"].tolist() == ["no journey in the matrix"]
    assert drives.notes[1] == (
        "1 other pairs of 6 are not in the matrix and count as out of reach; the nearest by "
        "straight line is b to s, 4.0 km."
    )


def test_a_site_that_the_matrix_does_not_know_is_named():
    new = pd.DataFrame({"site_id": ["new"], "easting": [0.0], "northing": [0.0]})

    drives = measure(matrix=MATRIX, sites=pd.concat([SITES, new]))

    assert any("1 of 3 sites have no journey in the matrix" in note for note in drives.notes)
    assert any(note.endswith("placed there: new.") for note in drives.notes)


@pytest.mark.parametrize(("mode", "table"), [("matrix", "travel_matrix"), ("roads", "roads")])
def test_what_is_asked_for_and_absent_is_told(mode, table):
    words = f"travel.mode is '{mode}', and the study has no table {table}"
    with pytest.raises(DataError, match=words):
        measure(mode)


def test_straight_lines_can_be_asked_for_where_there_is_a_matrix():
    assert measure("straight_line", matrix=MATRIX).mode == "straight_line"


def test_the_order_of_rows_changes_nothing():
    drives, other = measure(), measure(areas=AREAS.iloc[::-1], sites=SITES.iloc[::-1])

    assert drives.key == other.key
    pd.testing.assert_frame_equal(drives.small, other.small)


def test_sites_and_neighbouring_ones_are_destinations_once():
    near = pd.DataFrame(
        {"site_id": ["n", "n", "s"], "easting": [9.0, 9.0, 7.0], "northing": 1.0, "place_id": "p"}
    )

    told = destinations(SITES, near)

    assert told["site_id"].tolist() == ["n", "s", "t"]
    assert told.set_index("site_id")["easting"].to_dict() == {"n": 9.0, "s": 0.0, "t": 2000.0}


def test_without_sites_everybody_is_stranded():
    drives = measure(sites=SITES.iloc[:0])

    assert drives.small.empty
    assert drives.stranded["area_code"].tolist() == ["a", "b", "isle"]


def keys(**more):
    return measure(**more).key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("urban_kmh", 27.0),
        ("circuity_fall", 0.15),
        ("search_minutes", 149.0),
        ("circuity_low", 1.1),
    ],
)
def test_a_choice_that_matters_gives_another_key(name, value):
    assert keys(choices=TravelChoices(**{name: value})) != keys()


@pytest.mark.parametrize("name", ["terminal_minutes", "hard_minutes_primary", "snap_km"])
def test_a_choice_that_does_not_matter_keeps_the_key(name):
    assert keys(choices=TravelChoices(**{name: 12.0})) == keys()


def test_moving_an_area_or_a_site_or_its_class_gives_another_key():
    moved = AREAS.assign(easting=AREAS["easting"] + 1)
    rural = AREAS.assign(rural_urban="rural")
    told = [keys(), keys(areas=moved), keys(areas=rural), keys(sites=SITES.assign(northing=1.0))]

    assert len(set(told)) == 4
    assert keys(areas=AREAS.assign(area_name="renamed")) == told[0]


def test_drives_are_kept_and_taken_again(tmp_path):
    heard = []
    first = measure(folder=tmp_path / ".drives", progress=heard.append)
    again = measure(folder=tmp_path / ".drives", progress=heard.append)

    assert len(list((tmp_path / ".drives").iterdir())) == 1
    assert [text.startswith("drives as kept in") for text in heard] == [False, False, True]
    pd.testing.assert_frame_equal(again.small, first.small)
    pd.testing.assert_frame_equal(again.stranded, first.stranded)
    assert again.notes == first.notes


def test_a_matrix_is_not_kept_again(tmp_path):
    measure(matrix=MATRIX, folder=tmp_path / ".drives")

    assert not (tmp_path / ".drives").exists()


BOUNDARIES = Path(__file__).parents[2] / "data" / "boundaries"
SCHOOLS = BOUNDARIES.parent / "schools"


@pytest.fixture(scope="module")
def sample():
    """Areas, population, roads and sites of the sample region, or skip where it is not made."""
    if not (BOUNDARIES / "roads.gpkg").is_file():
        pytest.skip("the sample study has not been generated")
    areas, roads = (gpd.read_file(BOUNDARIES / f"{name}.gpkg") for name in ("areas", "roads"))
    people = pd.read_csv(BOUNDARIES / "population.csv")
    sites = pd.read_csv(SCHOOLS / "sites.csv", dtype={"site_id": str})
    return areas, people, roads, destinations(sites)


def drives_of(sample, mode):
    areas, people, roads, sites = sample
    return measure(mode, areas=areas, people=people, sites=sites, roads=roads)


def test_across_the_estuary_the_road_is_much_longer_than_the_straight_line(sample):
    """7.2 km as the crow flies from a home on one bank to a school on the other, 58 by bridge."""
    pair = ("E01900384", "900024")
    by_line, by_road = (
        drives_of(sample, mode).small.set_index(["area_code", "site_id"]).loc[pair]
        for mode in ("straight_line", "roads")
    )

    areas, _, _, sites = sample
    home = areas.set_index("area_code").loc[pair[0]]
    school = sites.set_index("site_id").loc[pair[1]]
    crow = np.hypot(home["easting"] - school["easting"], home["northing"] - school["northing"])
    assert crow / 1000 == pytest.approx(7.2, abs=0.1)
    assert by_line["distance_km"] < 1.75 * crow / 1000
    assert by_road["distance_km"] > 7 * crow / 1000
    assert by_road["minutes"] > 5 * by_line["minutes"]


def test_a_study_with_roads_takes_them_unless_asked_otherwise(sample):
    assert drives_of(sample, "auto").mode == "roads"


def test_any_change_of_the_roads_gives_another_key(sample):
    """The key of drives by road holds lengths, speeds, directions, and where lines run."""
    areas, people, roads, sites = sample
    few, home = sites.iloc[:2], areas.iloc[:5]

    def key(changed, **more):
        return measure("auto", areas=home, people=people, sites=few, roads=changed, **more).key

    first = roads.index == 0
    moved = roads.geometry.where(~first, roads.geometry.translate(1, 0))
    told = [
        key(roads),
        key(roads.assign(length_km=roads["length_km"].mask(first, roads["length_km"] + 0.001))),
        key(roads.assign(speed_kmh=roads["speed_kmh"].mask(first, 20.0))),
        key(roads.assign(one_way=first)),
        key(roads.set_geometry(moved)),
        key(roads[~first]),
        key(roads, choices=TravelChoices(snap_km=2.9)),
        key(roads, choices=TravelChoices(access_detour=1.2)),
        key(roads, choices=TravelChoices(access_kmh=18.0)),
    ]

    assert len(set(told)) == len(told)
    assert key(roads.iloc[::-1]) == told[0]
    assert key(roads, choices=TravelChoices(urban_kmh=20.0)) == told[0]
