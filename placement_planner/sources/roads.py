"""Reader of road edge tables: GeoPackage or GeoJSON with shapes, or CSV with a node file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.boundaries import read_shapes
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table
from placement_planner.storage import CRS
from placement_planner.tables.study import Roads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement_planner.sources.choices import RoadsFile

__all__ = ["read_roads"]

_ALIASES = {
    "from_node": ("u", "from", "from_node", "startnode"),
    "to_node": ("v", "to", "to_node", "endnode"),
    "length_km": ("length_km",),
    "road_class": ("road_class", "highway", "class"),
}
_NODES = {"node": ("node", "osmid", "id"), "easting": ("easting",), "northing": ("northing",)}
_CLASSES = {
    "motorway": "motorway",
    "motorway_link": "motorway",
    "trunk": "a_road",
    "trunk_link": "a_road",
    "primary": "a_road",
    "primary_link": "a_road",
    "secondary": "b_road",
    "secondary_link": "b_road",
    "a_road": "a_road",
    "b_road": "b_road",
}


def _lines_between_nodes(edges: pd.DataFrame, nodes: Path) -> gpd.GeoDataFrame:
    """Draw each edge as a straight line between the positions of its nodes."""
    places = pick_columns(read_text_table(nodes), _NODES, file=nodes.name)
    places = places.assign(node=as_code(places["node"])).drop_duplicates("node").set_index("node")
    metres = places[["easting", "northing"]].apply(as_number)
    starts, ends = (metres.reindex(edges[end]) for end in ("from_node", "to_node"))
    lost = pd.concat([starts, ends]).isna().any(axis=1)
    if lost.any():
        raise DataError(
            f"{nodes.name}: {int(lost.sum())} end(s) of road segments are at a node without a "
            f"position, such as {lost.index[lost][0]}"
        )
    lines = shapely.linestrings(np.stack([starts.to_numpy(), ends.to_numpy()], axis=1))
    return gpd.GeoDataFrame(edges, geometry=lines, crs=CRS)


def _edges(
    path: Path, layer: str | None, nodes: Path | None, columns: Mapping[str, str]
) -> gpd.GeoDataFrame:
    shapes = None if nodes else read_shapes(path, layer)
    raw = read_text_table(path) if shapes is None else shapes
    edges = pick_columns(raw, _ALIASES, file=path.name, chosen=columns, optional=("road_class",))
    edges = edges.assign(
        from_node=as_code(edges["from_node"].astype("str")),
        to_node=as_code(edges["to_node"].astype("str")),
        length_km=as_number(edges["length_km"]),
    )
    if shapes is not None:
        return gpd.GeoDataFrame(edges, geometry=shapes.geometry, crs=CRS)
    return _lines_between_nodes(edges, nodes) if nodes else gpd.GeoDataFrame(edges)


def read_roads(
    path: Path, nodes: Path | None, near: shapely.Geometry, choices: RoadsFile
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read road segments near the areas, with a class and a speed each.

    Parameters
    ----------
    path
        Edges: from, to, length in km and, where known, class (ours or OpenStreetMap's).
    nodes
        Node file (node, easting, northing) of an edge table without shapes.
    near
        The region with its buffer, EPSG:27700.
    choices
        Layer and columns of the file, the class of segments that name none, speed by class.

    Returns
    -------
    tuple
        The roads with geometry, and notes.

    Raises
    ------
    DataError
        When a column or a node is missing.
    """
    edges = _edges(path, choices.layer, nodes, choices.columns)
    edges = edges[edges.geometry.intersects(near) & edges["length_km"].gt(0)]
    before = len(edges)
    edges = edges.drop_duplicates(["from_node", "to_node"]).reset_index(drop=True)
    notes = []
    if before > len(edges):
        notes.append(f"{before - len(edges)} road segment(s) told twice were kept once.")
    speeds = choices.assumed.speeds_kmh()
    if "road_class" in edges:
        classes = edges["road_class"].astype("str").str.lower().map(_CLASSES).fillna("minor")
    else:
        assumed = choices.assumed.road_class
        classes = pd.Series(assumed, index=edges.index)
        notes.append(
            f"The road file names no classes: all {len(edges):,} segments are taken as "
            f"{assumed} at {speeds[assumed]:g} km/h (assumption)."
        )
    edges = edges.assign(road_class=classes, speed_kmh=classes.map(speeds))
    Roads.validate(pd.DataFrame(edges.drop(columns="geometry")))
    return edges, tuple(notes)
