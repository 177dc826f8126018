"""The road network: along shared borders of areas, over water at one bridge only."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from placement_planner.sample.borders import shared_borders
from placement_planner.sample.land import ORIGIN
from placement_planner.sample.seeds import packaged_table
from placement_planner.storage import CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["build_roads", "road_minutes"]

KM_PER_MILE = 1.609344
# DfT, average speeds on local roads and the strategic road network, morning peak, miles per hour.
SPEED_MPH = {"motorway": 48.1, "a_road": 26.8, "b_road": 26.0, "minor": 22.6}
BRIDGE_WITHIN_M = 9000
BRIDGE_ENDS = ("Harrowmouth", "Wendlemouth")
MOTORWAY = ("Corrinstow", "Esker Green", "Harrow Quay", "Harrowmouth", "Wendlemouth", "Birkelmere")
A_ROADS = (
    ("Harrowmouth", "Castle Rise"),
    ("Castle Rise", "Ambrelwick"),
    ("Ambrelwick", "Corrinstow"),
    ("Harrowmouth", "Farringarth"),
    ("Farringarth", "Nettlesea"),
    ("Farringarth", "Heskerby"),
    ("Ambrelwick", "Heskerby"),
    ("Wendlemouth", "Ivelholme"),
    ("Ivelholme", "Quarnley"),
    ("Ivelholme", "Dunnisport"),
    ("Birkelmere", "Thressing"),
    ("Thressing", "Harrow Quay"),
    ("Birkelmere", "Ivelholme"),
    ("Castle Rise", "Nettlesea"),
)


def _spots(areas: gpd.GeoDataFrame) -> NDArray[np.float64]:
    spots: NDArray[np.float64] = areas[["easting", "northing"]].to_numpy(dtype=float)
    return spots


def _links(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return neighbours joined through their shared border, wherever that stays on land."""
    spots = _spots(areas)
    borders = shared_borders(areas.geometry.to_numpy())
    bends = np.stack(
        [spots[borders["left"]], borders[["x", "y"]].to_numpy(), spots[borders["right"]]], axis=1
    )
    lines = shapely.linestrings(bends)
    land = shapely.buffer(shapely.union_all(areas.geometry.to_numpy()), 1)
    shapely.prepare(land)
    links = borders[["left", "right"]].assign(geometry=lines)
    return links[shapely.covers(land, lines)].reset_index(drop=True)


def _bridge(areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Join the two banks between the city and the town across the water, where it is shortest."""
    spots = _spots(areas)
    settlements = packaged_table("settlements").set_index("settlement")
    north, south = (areas["authority_code"] == code for code in ("E08900001", "E08900004"))
    middle = ORIGIN + settlements.loc[list(BRIDGE_ENDS), ["x_km", "y_km"]].mean().to_numpy() * 1000
    near = np.hypot(*(spots - middle).T) < BRIDGE_WITHIN_M
    left = np.flatnonzero(north.to_numpy() & near & (spots[:, 1] > middle[1]))
    right = np.flatnonzero(
        south.to_numpy() & near & (spots[:, 1] < middle[1]) & (spots[:, 0] > middle[0] - 2000)
    )
    length = np.hypot(*(spots[left][:, None] - spots[right][None]).transpose(2, 0, 1))
    best = np.unravel_index(length.argmin(), length.shape)
    ends = left[best[0]], right[best[1]]
    line = shapely.LineString(spots[list(ends)])
    return pd.DataFrame({"left": [ends[0]], "right": [ends[1]], "geometry": [line]})


def _graph(links: pd.DataFrame, weight: NDArray[np.float64], nodes: int) -> coo_array:
    return coo_array((weight, (links["left"], links["right"])), shape=(nodes, nodes))


def _on_paths(
    links: pd.DataFrame, weight: NDArray[np.float64], pairs: list[tuple[int, int]], nodes: int
) -> NDArray[np.bool_]:
    """Tell which links lie on the shortest path of any pair."""
    starts = sorted({start for start, _ in pairs})
    _, before = dijkstra(
        _graph(links, weight, nodes).tocsr(),
        directed=False,
        indices=starts,
        return_predecessors=True,
    )
    used = set()
    for start, end in pairs:
        node = end
        while node != start:
            previous = int(before[starts.index(start), node])
            used.add((min(node, previous), max(node, previous)))
            node = previous
    keys = zip(links["left"], links["right"], strict=True)
    return np.array([(min(key), max(key)) in used for key in keys])


def _classes(
    areas: gpd.GeoDataFrame, links: pd.DataFrame, metres: NDArray[np.float64]
) -> NDArray[np.object_]:
    spots = _spots(areas)
    places = packaged_table("settlements")
    centres = ORIGIN + places[["x_km", "y_km"]].to_numpy(dtype=float) * 1000
    nearest = np.hypot(*(spots[:, None] - centres[None]).transpose(2, 0, 1)).argmin(axis=0)
    hub = dict(zip(places["settlement"], nearest.tolist(), strict=True))
    motorway = _on_paths(
        links, metres, [(hub[a], hub[b]) for a, b in pairwise(MOTORWAY)], len(areas)
    )
    a_road = _on_paths(links, metres, [(hub[a], hub[b]) for a, b in A_ROADS], len(areas))
    villages = areas.groupby("middle_code").head(1).index.tolist()
    away = dijkstra(_graph(links, metres, len(areas)).tocsr(), directed=False, indices=nearest)
    to_hub = [(int(nearest[away[:, spot].argmin()]), int(spot)) for spot in villages]
    b_road = _on_paths(links, metres, to_hub, len(areas))
    return np.select([motorway, a_road, b_road], ["motorway", "a_road", "b_road"], "minor")


def build_roads(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the road segments (`tables.study.Roads`); node N0001 is the first area's heart."""
    links = pd.concat([_links(areas), _bridge(areas)], ignore_index=True)
    metres = shapely.length(links["geometry"].to_numpy())
    road_class = _classes(areas, links, metres)
    return gpd.GeoDataFrame(
        {
            "from_node": [f"N{node + 1:04d}" for node in links["left"]],
            "to_node": [f"N{node + 1:04d}" for node in links["right"]],
            "road_class": road_class,
            "length_km": np.round(metres / 1000, 3),
            "speed_kmh": np.round(pd.Series(road_class).map(SPEED_MPH) * KM_PER_MILE, 1),
        },
        geometry=links["geometry"].tolist(),
        crs=CRS,
    )


def road_minutes(roads: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return minutes between the hearts of all areas along the roads, both ways alike."""
    left = roads["from_node"].str[1:].astype(int).to_numpy() - 1
    right = roads["to_node"].str[1:].astype(int).to_numpy() - 1
    minutes = (roads["length_km"] / roads["speed_kmh"] * 60).to_numpy()
    nodes = int(max(left.max(), right.max())) + 1
    graph = coo_array((minutes, (left, right)), shape=(nodes, nodes))
    times: NDArray[np.float64] = dijkstra(graph.tocsr(), directed=False)
    return times
