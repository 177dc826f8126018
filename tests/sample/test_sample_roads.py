from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

BRIDGE = "motorway"


def _ends(roads):
    return tuple(roads[end].str[1:].astype(int).to_numpy() - 1 for end in ("from_node", "to_node"))


def _graph(roads, nodes):
    return coo_array((roads["length_km"].to_numpy(), _ends(roads)), shape=(nodes, nodes)).tocsr()


@pytest.fixture(scope="module")
def land(areas):
    return shapely.buffer(shapely.union_all(areas.geometry.to_numpy()), 2)


@pytest.fixture(scope="module")
def banks(areas):
    """Areas on the north and the south coast of the outer estuary, by position."""
    spots = areas[["easting", "northing"]].to_numpy()
    outer = spots[:, 0] > 600_000
    return [
        int(np.flatnonzero(outer & side)[0])
        for side in (spots[:, 1] > 461_000, spots[:, 1] < 455_000)
    ]


def test_roads_connect_every_area(tables, areas):
    parts, _ = connected_components(_graph(tables["roads"], len(areas)), directed=False)
    assert parts == 1


def test_one_segment_alone_crosses_water(tables, land):
    roads = tables["roads"]
    over_water = roads[~roads.covered_by(land)]
    assert len(over_water) == 1
    assert over_water["road_class"].item() == BRIDGE


def test_a_straight_line_crosses_the_estuary_where_the_road_goes_round(tables, areas, land, banks):
    spots = areas[["easting", "northing"]].to_numpy()
    line = shapely.LineString(spots[banks])
    assert line.difference(land).length > 2000
    by_road = dijkstra(_graph(tables["roads"], len(areas)), directed=False, indices=banks[0])
    assert by_road[banks[1]] > 3 * line.length / 1000


def test_without_the_bridge_the_town_across_is_far(tables, areas, land):
    roads = tables["roads"]
    bridge = roads[~roads.covered_by(land)]
    start, end = (int(side[0]) for side in _ends(bridge))
    without = dijkstra(_graph(roads.drop(bridge.index), len(areas)), directed=False, indices=start)
    assert without[end] > 4 * bridge["length_km"].item()


def test_speeds_are_those_of_the_morning_peak(tables):
    speed = tables["roads"].groupby("road_class")["speed_kmh"].unique()
    mph = {"motorway": 48.1, "a_road": 26.8, "b_road": 26.0, "minor": 22.6}
    assert {name: speed[name].tolist() for name in speed.index} == {
        name: [round(value * 1.609344, 1)] for name, value in mph.items()
    }
