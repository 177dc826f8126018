from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.choices import RoadsFile
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
    assert notes[0] == "1 road segment(s) told twice were kept once."
    assert "taken as a_road at 43.1 km/h" in notes[1]


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
