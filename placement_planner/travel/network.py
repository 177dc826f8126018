"""A road network as a graph: nodes, minutes and km along every segment, in its direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from placement_planner.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["RoadGraph", "road_graph", "road_nodes"]

_ENDS = ("from_node", "to_node")
_METRES_APART = 50.0
"""Ends of segments further apart than this are no one node."""
_SHORTEST_KM = 0.05
"""Segments whose ends lie nearer than this say nothing of the unit of their length."""
_LIKE_METRES, _TOO_SHORT = 50.0, 0.5
"""Length over straight line, in the middle, that speaks of metres or of another unit."""


@dataclass(frozen=True, kw_only=True)
class RoadGraph:
    """Roads that journeys can be searched on.

    Attributes
    ----------
    nodes
        node, easting, northing, component: 0 is the largest part that hangs together, the
        mainland; the others follow by size.
    minutes, km
        From node (row) to node (column), by position in `nodes`; what is not a road is not stored.
    segments
        start, end (positions in `nodes`), minutes, km, one_way, motorway: a row a segment; loops
        that end where they start are left out.
    lines
        The line of each segment from start to end: straight where none is drawn.
    """

    nodes: pd.DataFrame
    minutes: csr_array
    km: csr_array
    segments: pd.DataFrame
    lines: NDArray[np.object_]


def road_nodes(roads: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return where the nodes of drawn segments are: the ends of their lines.

    Parameters
    ----------
    roads
        from_node, to_node and lines (EPSG:27700) drawn from the first to the second.

    Returns
    -------
    DataFrame
        node, easting, northing, by node: the middle of the ends that meet there.

    Raises
    ------
    DataError
        If ends of one node lie more than 50 m apart.
    """
    lines = roads.geometry.to_numpy()
    ends = [shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)]
    table = pd.concat(
        [
            pd.DataFrame({"node": roads[end].to_numpy(dtype=str), "easting": x, "northing": y})
            for end, (x, y) in zip(_ENDS, (spots.T for spots in ends), strict=True)
        ]
    )
    by_node = table.groupby("node", sort=True)
    widest = (by_node.max() - by_node.min()).max(axis=1)
    torn = widest[widest > _METRES_APART]
    if len(torn):
        raise DataError(
            f"roads: {len(torn)} node(s) whose segments end up to {torn.max():,.0f} m apart, for "
            f"example {torn.index[0]}; right would be lines drawn from from_node to to_node, in "
            "EPSG:27700"
        )
    return by_node.mean().reset_index()


def road_graph(roads: pd.DataFrame, nodes: pd.DataFrame) -> RoadGraph:
    """Build the graph of a table of road segments.

    Parameters
    ----------
    roads
        from_node, to_node, length_km, speed_kmh; where known one_way (open from from_node to
        to_node alone), road_class and geometry. Where two segments join the same nodes the same
        way, the faster counts.
    nodes
        node, easting, northing, EPSG:27700.

    Raises
    ------
    DataError
        With every kind of fault at once: lengths or speeds that are missing, nought or negative,
        lengths that are not in km, ends at unknown nodes.
    """
    nodes = nodes.sort_values("node", ignore_index=True)
    known = pd.Index(nodes["node"].astype(str))
    ends = [known.get_indexer(roads[end].astype(str)) for end in _ENDS]
    faults = list(_faults(roads, nodes, ends))
    if faults:
        raise DataError("\n".join([f"roads make no network, {len(faults)} fault(s):", *faults]))
    km = roads["length_km"].to_numpy(dtype=float)
    segments = pd.DataFrame(
        {
            "start": ends[0],
            "end": ends[1],
            "minutes": 60 * km / roads["speed_kmh"].to_numpy(dtype=float),
            "km": km,
            "one_way": _one_way(roads),
            "motorway": _motorway(roads),
        }
    )
    between = (segments["start"] != segments["end"]).to_numpy()
    segments = segments[between].reset_index(drop=True)
    fastest = _both_ways(segments)
    where = (fastest["start"].to_numpy(), fastest["end"].to_numpy())
    shape = (len(nodes), len(nodes))
    graph = csr_array((fastest["minutes"].to_numpy(), where), shape=shape)
    return RoadGraph(
        nodes=nodes.assign(component=_components(graph)),
        minutes=graph,
        km=csr_array((fastest["km"].to_numpy(), where), shape=shape),
        segments=segments,
        lines=_lines(roads[between], nodes, segments),
    )


def _both_ways(segments: pd.DataFrame) -> pd.DataFrame:
    """Return the fastest segment from each node to each other, in the ways that are open."""
    back = segments[~segments["one_way"]].rename(columns={"start": "end", "end": "start"})
    every = pd.concat([segments, back], ignore_index=True)
    every = every.sort_values(["start", "end", "minutes", "km"])
    return every.drop_duplicates(["start", "end"])


def _lines(roads: pd.DataFrame, nodes: pd.DataFrame, segments: pd.DataFrame) -> NDArray[np.object_]:
    """Return the drawn lines, or straight ones between the nodes."""
    if "geometry" in roads:
        drawn: NDArray[np.object_] = roads["geometry"].to_numpy(dtype=object)
        return drawn
    spots = nodes[["easting", "northing"]].to_numpy(dtype=float)
    ends = np.stack([spots[segments["start"]], spots[segments["end"]]], axis=1)
    straight: NDArray[np.object_] = shapely.linestrings(ends)
    return straight


def _one_way(roads: pd.DataFrame) -> NDArray[np.bool_]:
    if "one_way" not in roads:
        return np.zeros(len(roads), dtype=bool)
    told: NDArray[np.bool_] = roads["one_way"].eq(True).fillna(value=False).to_numpy(dtype=bool)
    return told


def _motorway(roads: pd.DataFrame) -> NDArray[np.bool_]:
    if "road_class" not in roads:
        return np.zeros(len(roads), dtype=bool)
    told: NDArray[np.bool_] = roads["road_class"].eq("motorway").to_numpy(dtype=bool)
    return told


def _components(graph: csr_array) -> NDArray[np.int64]:
    """Give every node the number of the part it hangs together with, the largest being 0."""
    _, part = connected_components(graph, directed=True, connection="weak")
    sizes = np.bincount(part)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    numbered: NDArray[np.int64] = rank[part]
    return numbered


def _faults(
    roads: pd.DataFrame, nodes: pd.DataFrame, ends: list[NDArray[np.intp]]
) -> Iterator[str]:
    """Name every kind of fault, how many segments have it, and one of them."""
    if "length_km" not in roads:
        others = [str(name) for name in roads if "length" in str(name).lower()]
        found = f"a column {others[0]} without a unit" if others else "no column length_km"
        yield f"{found}; right would be length_km, kilometres along the road"
        return
    for name, unit in (("length_km", "km"), ("speed_kmh", "km/h")):
        values = pd.to_numeric(roads[name], errors="coerce")
        kinds = {
            "missing": values.isna(),
            "negative": values < 0,
            "nought": values == 0,
            "endless": values == np.inf,
        }
        for kind, wrong in kinds.items():
            if name == "length_km" and kind == "nought":
                continue
            if wrong.any():
                yield _told(roads, wrong, f"{kind} {name}", f"{unit} above 0")
    lost = (ends[0] < 0) | (ends[1] < 0)
    if lost.any():
        yield _told(roads, pd.Series(lost, index=roads.index), "an unknown node", "a node's code")
    else:
        yield from _unit_faults(roads, nodes, ends)


def _told(roads: pd.DataFrame, wrong: pd.Series, kind: str, right: str) -> str:
    first = roads[wrong].iloc[0]
    return (
        f"{int(wrong.sum())} segment(s) with {kind}, for example from {first['from_node']} to "
        f"{first['to_node']}; right would be {right}"
    )


def _unit_faults(
    roads: pd.DataFrame, nodes: pd.DataFrame, ends: list[NDArray[np.intp]]
) -> Iterator[str]:
    """Tell lengths that are no kilometres by the straight lines between their nodes."""
    spots = nodes[["easting", "northing"]].to_numpy(dtype=float)
    straight = np.hypot(*(spots[ends[0]] - spots[ends[1]]).T) / 1000
    length = pd.to_numeric(roads["length_km"], errors="coerce").to_numpy(dtype=float)
    told = (straight > _SHORTEST_KM) & (length > 0)
    if not told.any():
        return
    ratio = float(np.median(length[told] / straight[told]))
    if ratio > _LIKE_METRES:
        yield (
            f"length_km is {ratio:,.0f} times the straight line in the middle segment, which looks "
            "like metres; right would be kilometres"
        )
    elif ratio < _TOO_SHORT:
        yield (
            f"length_km is {ratio:.3g} times the straight line in the middle segment, and no road "
            "is shorter than that; right would be kilometres"
        )
