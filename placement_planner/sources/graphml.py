"""Reader of the road graphs that OSMnx writes: GraphML, every value as text, degrees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import shapely

from placement_planner.errors import DataError
from placement_planner.storage import CRS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_graphml"]

_SPACE = "{http://graphml.graphdrawing.org/xmlns}"
_DEGREES = "EPSG:4326"
_METRES_A_KM = 1000.0
_KM_A_MILE = 1.609344
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def read_graphml(path: Path) -> gpd.GeoDataFrame:
    """Read the edges of a graph, each in its own direction.

    Parameters
    ----------
    path
        As OSMnx writes it: nodes with x and y in degrees, edges with length in metres, highway,
        maxspeed and geometry as text. Where a value is a list, the first class of road and the
        lowest limit count.

    Returns
    -------
    GeoDataFrame
        from_node, to_node, length_km, road_class, limit_kmh (blank where none is posted), one_way
        (True throughout: a street open both ways is two edges), lines in EPSG:27700.

    Raises
    ------
    DataError
        If the file is no such graph, or an edge has no length or an unknown node.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314 - a local file that its owner names
    except (ET.ParseError, OSError) as error:
        raise DataError(f"{path.name}: cannot be read as GraphML: {error}") from error
    names = {key.get("id"): key.get("attr.name") for key in root.iter(f"{_SPACE}key")}
    spots = {
        node.get("id"): (float(told["x"]), float(told["y"]))
        for node in root.iter(f"{_SPACE}node")
        if {"x", "y"} <= (told := _values(node, names)).keys()
    }
    rows = [
        _edge(edge, _values(edge, names), spots, path.name) for edge in root.iter(f"{_SPACE}edge")
    ]
    if not rows:
        raise DataError(f"{path.name}: has no edge; right would be a road graph of OSMnx")
    table = pd.DataFrame(rows).sort_values(["from_node", "to_node", "length_km"])
    return gpd.GeoDataFrame(table.reset_index(drop=True), crs=_DEGREES).to_crs(CRS)


def _values(element: ET.Element, names: dict[str | None, str | None]) -> dict[str, str]:
    """Return the values of a node or edge by name."""
    return {
        str(names.get(data.get("key"))): data.text or "" for data in element.iter(f"{_SPACE}data")
    }


def _edge(
    edge: ET.Element,
    told: dict[str, str],
    spots: dict[str | None, tuple[float, float]],
    file: str,
) -> dict[str, Any]:
    ends = [edge.get("source"), edge.get("target")]
    lost = [end for end in ends if end not in spots]
    if lost:
        raise DataError(f"{file}: an edge ends at node {lost[0]}, which has no x and y in degrees")
    if not _NUMBER.fullmatch(told.get("length", "")):
        raise DataError(
            f"{file}: the edge from {ends[0]} to {ends[1]} has the length "
            f"{told.get('length', '')!r}; right would be metres along the road"
        )
    line = (
        shapely.from_wkt(told["geometry"])
        if "geometry" in told
        else shapely.LineString([spots[end] for end in ends])
    )
    return {
        "from_node": ends[0],
        "to_node": ends[1],
        "length_km": float(told["length"]) / _METRES_A_KM,
        "road_class": re.sub(r"[\[\]'\" ]", "", told.get("highway", "")).split(",")[0],
        "limit_kmh": _limit(told.get("maxspeed", "")),
        "one_way": True,
        "geometry": line,
    }


def _limit(text: str) -> float:
    """Return the lowest posted limit in km/h; NaN where there is none.

    Examples
    --------
    >>> round(_limit("['30 mph', '20 mph']"), 1), _limit("50"), _limit("signals")
    (32.2, 50.0, nan)
    """
    limits = [float(number) for number in _NUMBER.findall(text)]
    if not limits:
        return float("nan")
    return min(limits) * (_KM_A_MILE if "mph" in text else 1.0)
