from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.choices import RoadsFile
from placement_planner.sources.road_speeds import segment_speeds
from placement_planner.sources.roads import read_roads

NEAR = shapely.box(400_000, 300_000, 410_000, 310_000)
EDGES = pd.DataFrame({"u": [1, 2, 1, 3], "v": [2, 3, 2, 9], "length_km": [1.2, 3.0, 1.3, 5.0]})
NODES = pd.DataFrame({
    "node": [1, 2, 3, 9], "easting": [400_000, 401_000, 404_000, 900_000],
    "northing": [300_000, 300_000, 300_000, 300_000],
})  # fmt: skip


def _choices(**more: object) -> RoadsFile:
    return RoadsFile.model_validate({"file": "edges.csv", "source": "a test", **more})


def _write(tmp_path, edges: pd.DataFrame = EDGES, nodes: pd.DataFrame = NODES):
    edges.to_csv(tmp_path / "edges.csv.gz", index=False)
    nodes.to_csv(tmp_path / "nodes.csv.gz", index=False)
    return tmp_path / "edges.csv.gz", tmp_path / "nodes.csv.gz"


def test_edges_become_lines_between_their_nodes_with_an_assumed_class(tmp_path):
    edges, nodes = _write(tmp_path)

    roads, notes = read_roads(edges, nodes, NEAR, _choices())

    assert roads[["from_node", "to_node"]].to_numpy().tolist() == [
        ["1", "2"],
        ["2", "3"],
        ["3", "9"],
    ]
    assert roads.geometry.length.tolist() == [1_000, 3_000, 496_000]
    assert roads["speed_kmh"].unique().tolist() == [43.1]
    assert "taken as a_road at 43.1 km/h" in notes[0]
    assert "told twice between the same nodes 1 were left out" in notes[1]


def test_a_class_of_openstreetmap_gives_class_and_speed(tmp_path):
    classes = ["motorway_link", "secondary", "primary", "track"]
    edges, nodes = _write(tmp_path, EDGES.assign(highway=classes))

    roads, notes = read_roads(edges, nodes, NEAR, _choices())

    assert roads["road_class"].tolist() == ["motorway", "b_road", "minor"]
    assert roads["speed_kmh"].tolist() == [77.4, 41.8, 36.4]
    assert len(notes) == 1


def test_shapes_of_a_geopackage_are_kept_and_roads_far_away_are_not(tmp_path):
    lines = [
        shapely.LineString([(400_000, 300_000), (401_000, 300_000)]),
        shapely.LineString([(800_000, 300_000), (801_000, 300_000)]),
    ]
    table = gpd.GeoDataFrame(EDGES.iloc[:2], geometry=lines, crs="EPSG:27700")
    table.to_file(tmp_path / "roads.gpkg", layer="edges")

    roads, _ = read_roads(tmp_path / "roads.gpkg", None, NEAR, _choices(layer="edges"))

    assert roads["to_node"].tolist() == ["2"]


def test_a_node_without_a_position_is_named(tmp_path):
    edges, nodes = _write(tmp_path, nodes=NODES.iloc[:3])

    with pytest.raises(DataError, match="such as 9"):
        read_roads(edges, nodes, NEAR, _choices())


@pytest.mark.real_data
def test_both_published_road_files_tell_the_same_roads(real_files):
    near = shapely.box(351_000, 381_000, 405_000, 420_000)
    folder = real_files / "roads_odbl"

    package, _ = read_roads(
        folder / "gm_buffer20km_highways_osm.gpkg", None, near, _choices(layer="edges")
    )
    tables, _ = read_roads(
        folder / "uk_highways_osm_edges.csv.gz",
        folder / "uk_highways_osm_nodes.csv.gz",
        near,
        _choices(),
    )

    keys = ["from_node", "to_node"]
    shared = package[keys].merge(tables[keys])
    assert len(package) > 1_000
    assert len(shared) == len(package)


def test_speeds_follow_the_class_and_how_rural_it_is_around():
    """Class b_road: urban 27.4, rural 53.1 (codes/road_speeds.csv); the nearest area decides."""
    areas = pd.DataFrame(
        {"easting": [400_500, 402_500], "northing": 300_000, "rural_urban": ["urban", "rural"]}
    )
    lines = [shapely.LineString([(x, 300_000), (x + 1000, 300_000)]) for x in (400_000, 402_000)]
    edges = gpd.GeoDataFrame({"kind": ["b", "b"]}, geometry=lines, crs="EPSG:27700")

    speeds = segment_speeds(edges, pd.Series(["b_road", "b_road"]), areas)
    own = segment_speeds(edges, pd.Series(["b_road", "minor"]), areas, {"b_road": 40.0})

    assert speeds.tolist() == [27.4, 53.1]
    assert own.tolist() == [40.0, 45.1]


def open_roads(tmp_path, **more):
    """The road_link layer as Ordnance Survey names its columns: lengths are metres."""
    links = gpd.GeoDataFrame(
        {
            "start_node": ["A-1", "A-2", "A-2"],
            "end_node": ["A-2", "A-3", "A-4"],
            "road_classification": ["A Road", "Unclassified", "Not Classified"],
            "form_of_way": ["Dual Carriageway", "Single Carriageway", "Single Carriageway"],
            "length": [1000, 2500, 400],
            **more,
        },
        geometry=[
            shapely.LineString([(400_000, 300_000), (401_000, 300_000)]),
            shapely.LineString([(401_000, 300_000), (403_500, 300_000)]),
            shapely.LineString([(401_000, 300_000), (401_000, 300_400)]),
        ],
        crs="EPSG:27700",
    )
    links.to_file(tmp_path / "oproad_gb.gpkg", layer="road_link")
    return tmp_path / "oproad_gb.gpkg"


def test_open_roads_are_known_by_their_columns_and_tell_metres(tmp_path):
    roads, _ = read_roads(open_roads(tmp_path), None, NEAR, _choices(layer="road_link"))

    assert roads["length_km"].tolist() == [1.0, 2.5, 0.4]
    assert roads["road_class"].tolist() == ["a_road", "minor", "minor"]
    assert roads["speed_kmh"].tolist() == [43.1, 36.4, 18.3]


def test_a_way_that_is_open_backwards_alone_is_turned(tmp_path):
    path = open_roads(tmp_path, oneway=["yes", "-1", "no"])

    roads, _ = read_roads(path, None, NEAR, _choices(layer="road_link"))

    assert roads[["from_node", "to_node", "one_way"]].to_numpy().tolist() == [
        ["A-1", "A-2", True],
        ["A-3", "A-2", True],
        ["A-2", "A-4", False],
    ]
    assert roads.geometry.iloc[1].coords[0] == (403_500, 300_000)


def test_a_length_that_names_no_unit_is_asked_for(tmp_path):
    edges, nodes = _write(tmp_path, EDGES.rename(columns={"length_km": "length"}))

    with pytest.raises(DataError, match="a column length that names no unit; right would be"):
        read_roads(edges, nodes, NEAR, _choices())
    roads, _ = read_roads(edges, nodes, NEAR, _choices(columns={"length_km": "length"}))
    assert roads["length_km"].max() == 5.0
