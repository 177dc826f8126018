"""Reader of road edge tables: OS Open Roads, OpenStreetMap's edges, OSMnx's GraphML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_planner.errors import DataError
from placement_planner.sources.boundaries import read_shapes
from placement_planner.sources.columns import as_code, as_number, pick_columns, read_text_table
from placement_planner.sources.graphml import read_graphml
from placement_planner.sources.road_speeds import road_kinds, segment_speeds
from placement_planner.storage import CRS
from placement_planner.tables.study import Roads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from placement_planner.sources.choices import RoadsFile

__all__ = ["read_roads"]

_ALIASES = {
    "from_node": ("u", "from", "from_node", "start_node", "startnode"),
    "to_node": ("v", "to", "to_node", "end_node", "endnode"),
    "length_km": ("length_km",),
    "length_m": ("length_m",),
    "road_class": ("road_class", "highway", "class", "road_classification", "roadclassification"),
    "one_way": ("one_way", "oneway", "directionality"),
}
_NODES = {"node": ("node", "osmid", "id"), "easting": ("easting",), "northing": ("northing",)}
_METRES_A_KM = 1000.0


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
    if path.suffix.lower() == ".graphml":
        return read_graphml(path)
    shapes = None if nodes else read_shapes(path, layer)
    raw = read_text_table(path) if shapes is None else shapes
    if is_open_roads(raw) and "length_km" not in columns and "length_m" not in columns:
        columns = {**columns, "length_m": "length"}
    lengths = ("length_km", "length_m")
    edges = pick_columns(
        raw,
        _ALIASES,
        file=path.name,
        chosen=columns,
        optional=("road_class", "one_way", *lengths),
    )
    if not set(lengths) & set(edges):
        others = [str(name) for name in raw if "length" in str(name).lower()]
        found = f"a column {others[0]} that names no unit" if others else "no column of lengths"
        raise DataError(
            f"{path.name}: {found}; right would be length_km or length_m, or columns = "
            '{ length_km = "…" } (or length_m) in the IMPORT.toml'
        )
    if "length_km" not in edges:
        edges["length_km"] = as_number(edges["length_m"]) / _METRES_A_KM
    edges = edges.drop(columns="length_m", errors="ignore").assign(
        from_node=as_code(edges["from_node"].astype("str")),
        to_node=as_code(edges["to_node"].astype("str")),
        length_km=as_number(edges["length_km"]),
    )
    if shapes is not None:
        return gpd.GeoDataFrame(edges, geometry=shapes.geometry, crs=CRS)
    return _lines_between_nodes(edges, nodes) if nodes else gpd.GeoDataFrame(edges)


def is_open_roads(table: pd.DataFrame) -> bool:
    """Tell OS Open Roads, whose lengths are metres, by its column of road classes."""
    return any(str(name).lower() in {"road_classification", "roadclassification"} for name in table)


def _directed(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn what files say of direction into one_way; what is open backwards alone is turned."""
    if "one_way" not in edges or pd.api.types.is_bool_dtype(edges["one_way"]):
        return edges
    told = edges["one_way"].astype("str").str.strip().str.lower()
    against = told.isin(["-1", "reverse", "in opposite direction", "inoppositedirection"])
    along = told.isin(["true", "yes", "1", "in direction", "indirection"])
    turned = edges.assign(
        from_node=edges["from_node"].where(~against, edges["to_node"]),
        to_node=edges["to_node"].where(~against, edges["from_node"]),
        one_way=along | against,
    )
    lines = turned.geometry.to_numpy(dtype=object).copy()
    lines[against.to_numpy()] = shapely.reverse(lines[against.to_numpy()])
    return turned.set_geometry(gpd.GeoSeries(lines, index=turned.index, crs=CRS))


def read_roads(
    path: Path,
    nodes: Path | None,
    near: shapely.Geometry,
    choices: RoadsFile,
    areas: pd.DataFrame | None = None,
) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read road segments near the areas, with a class and a speed each.

    Parameters
    ----------
    path
        Edges: from, to, length in km (or, where the column says so, in metres) and, where known,
        class (ours, OpenStreetMap's or Ordnance Survey's) and direction. The road_link layer of OS
        Open Roads, and GraphML of OSMnx, are known by themselves.
    nodes
        Node file (node, easting, northing) of an edge table without shapes.
    near
        The region with its buffer, EPSG:27700.
    choices
        Layer and columns of the file, the class of segments that name none, own speeds by class.
    areas
        easting, northing, rural_urban: how rural a segment is. Speeds are those of
        `codes/road_speeds.csv`, no faster than a posted limit.

    Returns
    -------
    tuple
        The roads with geometry, and notes.

    Raises
    ------
    DataError
        When a column, the unit of lengths or a node is missing, or a length missing or negative.
    """
    edges = _directed(_edges(path, choices.layer, nodes, choices.columns))
    edges = edges[edges.geometry.intersects(near)]
    _refuse_faulty_lengths(edges, path.name)
    edges, notes = _with_speeds(edges[edges["length_km"] > 0], choices, areas)
    fastest = (edges["length_km"] / edges["speed_kmh"]).sort_values(kind="stable").index
    kept = edges.loc[fastest].drop_duplicates(["from_node", "to_node"]).sort_index()
    if len(kept) < len(edges):
        notes.append(
            f"Of road segments told twice between the same nodes {len(edges) - len(kept)} were "
            "left out; the fastest stand."
        )
    roads = kept.reset_index(drop=True)
    Roads.validate(pd.DataFrame(roads.drop(columns="geometry")))
    return roads, tuple(notes)


def _refuse_faulty_lengths(edges: pd.DataFrame, file: str) -> None:
    """Name segments whose length is no length; those of nought are left out in silence."""
    for kind, wrong in (
        ("missing", edges["length_km"].isna()),
        ("negative", edges["length_km"] < 0),
    ):
        if wrong.any():
            first = edges[wrong].iloc[0]
            raise DataError(
                f"{file}: {int(wrong.sum()):,} road segment(s) with a {kind} length, for example "
                f"from {first['from_node']} to {first['to_node']}; right would be the length along "
                "the road, above 0"
            )


def _with_speeds(
    edges: gpd.GeoDataFrame, choices: RoadsFile, areas: pd.DataFrame | None
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Give every segment its class and speed, and say what is assumed."""
    assumed, notes = choices.assumed, []
    has_class = "road_class" in edges
    kinds = (
        road_kinds(edges["road_class"])
        if has_class
        else pd.Series(assumed.road_class, index=edges.index)
    )
    speeds = segment_speeds(edges, kinds, areas, assumed.given_kmh())
    if "limit_kmh" in edges:
        speeds = speeds.where(~(edges["limit_kmh"] < speeds), edges["limit_kmh"])
    if not has_class:
        low, high = speeds.min(), speeds.max()
        span = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        notes.append(
            f"The road file names no classes: all {len(edges):,} segments are taken as "
            f"{assumed.road_class} at {span} km/h (assumption)."
        )
    classed = edges.assign(
        road_class=kinds.replace("local_street", "minor"), speed_kmh=speeds.round(1)
    )
    return classed.drop(columns="limit_kmh", errors="ignore"), notes
